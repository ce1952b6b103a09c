/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fuzzing the device model. Each target is an interpreter: it takes bytes from
 * the input and turns them into calls of the model's public functions. The host
 * behind it (host.c) is where most assertions live: it sees every access to
 * guest memory, every interrupt, every frame and every filter, and knows from
 * the calls made so far which of them are legal.
 *
 * Guest memory is FZ_PAGES pages of RAM, a range whose reads are answered by
 * the input, and nothing else. Under AddressSanitizer a page of RAM can be
 * touched through a pointer only where, and only while, dma_map() allows it.
 *
 * Nothing survives a run but guest pages that are known to be clean.
 */
#ifndef TEST_FUZZ_H
#define TEST_FUZZ_H

#include <stdio.h>

#include "avf_emul.h"
#include "avf_wire.h"

#define FZ_PAGES	32u
#define FZ_RAM		0x180000000ull
#define FZ_RAM_LEN	(FZ_PAGES * AVF_PAGE_SIZE)
#define FZ_STREAM	0x200000000ull
#define FZ_STREAM_LEN	0x100000ull
#define FZ_NOWHERE	0xdead00000000ull

/* What is where in RAM; only the interpreters' well-behaved half cares. */
#define FZ_ATQ		FZ_RAM
#define FZ_ARQ		(FZ_RAM + 0x400)
#define FZ_AQ_LEN	32u
#define FZ_MSG		(FZ_RAM + 1 * 4096)
#define FZ_REPLY	(FZ_RAM + 2 * 4096)
#define FZ_REPLY_LEN	4096u	/* one for all: nobody reads them */
#define FZ_TXR(q)	(FZ_RAM + 3 * 4096 + ((q) % 4) * 1024)
#define FZ_RXR(q)	(FZ_RAM + 4 * 4096 + ((q) % 4) * 2048)
#define FZ_RING		64u
#define FZ_RXBUF	(FZ_RAM + 6 * 4096)
#define FZ_PKT		(FZ_RAM + 16 * 4096)	/* canned frames from here */
#define FZ_PKT_PAGES	16u
#define FZ_PKT_STEP	1024u			/* one every so many bytes */

#define FZ_MAX_WIN	(2 * AVF_MAX_QPS)
#define FZ_MAX_RXBUF	(FZ_MAX_WIN * (AVF_PAGE_SIZE / 32) + 8)
#define FZ_VLANS	4096u

#define FZ_NSTATS	(sizeof(struct avf_stats) / sizeof(u64))

/* What the model may do now. */
enum fz_ctx {
	FZ_QUIET,	/* no access to guest memory */
	FZ_EVENT,	/* deliver messages */
	FZ_MBX,		/* fetch and deliver messages */
	FZ_TX,
	FZ_RX,
};

enum fz_slot {
#define AVF_REG(name, off, count, ...)	\
	FZ_##name, FZ_##name##_LAST = FZ_##name + (count) - 1,
#include "avf_regs.def"
#undef AVF_REG
	FZ_NUM_SLOTS
};

struct fz_vec {
	bool ena;	/* the driver enabled it and saw no interrupt since */
	bool pend;	/* may be marked in the PBA */
	bool masked;	/* by the table */
	bool fired;
	bool now;	/* something may ask for it without throttling */
	u8 idx;		/* throttles that something may ask for it with */
	u16 itr[3];
	u64 last;
	bool stored;	/* an enable, in memory, that the model has not seen */
	u32 val;
};

struct fz_ring {
	u64 base;
	u32 len;
	u32 buf;
};

/* A piece of a receive ring that the model has a pointer to, until it flushes. */
struct fz_win {
	const struct avf_rx_desc *d;
	u32 n;
	u32 buf;	/* bytes of the buffers */
};

struct fz_buf {
	u64 at;
	u32 len;
};

/* The message being handled, as the model read it. */
struct fz_msg {
	bool open;
	bool paid;	/* its payload was read */
	u64 iova;
	struct avf_aq_desc desc;
	u64 refused;	/* counters before it */
	u64 resets;
	u32 effects;
	u64 macs;
	u16 len;
	u8 data[AVF_AQ_BUF_LEN] __aligned(8);
};

struct fz {
	/* input */
	const u8 *in;
	const u8 *end;

	struct avf_dev *dev;
	struct avf_host_ops ops;
	struct avf_params params;
	u16 nq;

	/* memory */
	u32 on;		/* pages that are there */
	u32 no_map;	/* pages that dma_map() does not have */
	u32 dirty;
	u32 opened;	/* pages with a pointer to them around */
	u32 held;	/* of these, until the burst being received ends */
	bool burst;
	u32 fail_dma;	/* fails the n-th access from now; 0: none */
	u32 fail_mac;	/* the same of filters: addresses and VLANs */
	u64 now;
	u64 deadline;

	/* the call in progress */
	enum fz_ctx ctx;
	u16 q;
	u32 ndma;
	u32 hook_off;	/* a register to write in the middle of it */
	u32 hook_val;
	u32 hook_at;	/* before the n-th access; 0: none */
	bool in_hook;
	bool unmasking;
	bool resetting;	/* or may be: what was stored is lost */
	bool ending;	/* a burst ends because somebody waits for that */

	/* what the driver did */
	u8 cfg[256];
	u32 reg[FZ_NUM_SLOTS];
	struct fz_vec vec[AVF_MAX_VECTORS];
	u32 tx_on;
	u32 rx_on;
	bool lost;	/* ATQ and ARQ overlap: messages cannot be told apart */
	struct fz_ring txr[AVF_MAX_QPS];
	struct fz_ring rxr[AVF_MAX_QPS];
	struct fz_msg msg;
	u64 arq_iova;
	u64 arq_buf;
	u16 arq_len;
	bool arq_open;
	struct fz_win win[FZ_MAX_WIN];
	u32 nwin;
	u32 win_seen;	/* whose buffers are in @rxbuf */
	u32 nrxbuf;

	/* what the host did */
	u16 port_vlan;
	bool trusted;

	/* what the model did */
	u32 vlan[FZ_VLANS / 32];
	u32 nvlan;
	bool vlan_filter;
	u8 mac[AVF_MAX_MACS][AVF_ETH_ALEN];
	u32 nmac;
	bool uc, mc, traffic;
	u32 effects;
	u64 irqs;
	u64 tx_frames, tx_bytes, rx_frames, rx_bytes, rx_fail;
	u32 replies;	/* since the interpreter zeroed it, events excluded */
	u32 reply_op;
	s32 reply_status;
	u16 reply_len;
	u64 trace;	/* digest of everything above */
	struct avf_stats stats;

	/* targets that want more */
	void (*on_xmit)(struct fz *f, const struct avf_frame *frame);
	void (*on_read)(struct fz *f, u64 iova, void *buf, u32 len);

	struct fz_buf rxbuf[FZ_MAX_RXBUF];
	u32 id;		/* which RAM */
};

/* ------------------------------------------------------------------ input */

u8 fz_u8(struct fz *f);
u16 fz_u16(struct fz *f);
u32 fz_u32(struct fz *f);
u64 fz_u64(struct fz *f);
static inline bool fz_more(const struct fz *f)
{
	return f->in < f->end;
}

/* A number: mostly what the driver would say, sometimes anything. */
u32 fz_val(struct fz *f);
u64 fz_addr(struct fz *f);

/* ------------------------------------------------------------------- host */

void fz_fail(const char *file, int line, const char *what)
	__attribute__((noreturn));

#define FZ_CHECK(cond)						\
	do {							\
		if (!(cond))					\
			fz_fail(__FILE__, __LINE__, #cond);	\
	} while (0)

#define FZ_NO_MAP	0x1u	/* no host op dma_map() */
#define FZ_VMM_MSIX	0x2u
#define FZ_GSO		0x4u	/* frames to be cut come whole */

void fz_open(struct fz *f, u32 id, u16 nq, u32 flags, const u8 *in, size_t len);
void fz_close(struct fz *f);

/* Guest memory as the driver sees it; out of RAM: nothing happens. */
void fz_poke(struct fz *f, u64 iova, const void *p, u32 len);
void fz_peek(struct fz *f, u64 iova, void *p, u32 len);

/* The model's functions, each with what must hold before and after. */
void fz_cfg_wr(struct fz *f, u32 off, const void *p, u32 len);
void fz_cfg_wr16(struct fz *f, u32 off, u16 val);
void fz_cfg_rd(struct fz *f, u32 off, u32 len);
void fz_bar_wr(struct fz *f, u32 bar, u32 off, const void *p, u32 len);
void fz_wr(struct fz *f, u32 off, u32 val);
u32 fz_rd(struct fz *f, u32 off);
void fz_verify(struct fz *f, u32 off);
void fz_fast_wr(struct fz *f, u32 off, u32 val);
/* A store to a doorbell page that is mapped: nobody is told. */
void fz_store(struct fz *f, u32 page, u32 off, u32 val);
/* Send what the tails that were stored ask for. */
void fz_doorbells(struct fz *f);
void fz_enables(struct fz *f);
void fz_mbx_run(struct fz *f);
u32 fz_tx_poll(struct fz *f, u16 q, u32 budget);
int fz_rx_push(struct fz *f, const u8 *p, u32 len, u32 nsegs);
void fz_rx_flush(struct fz *f);
void fz_reset(struct fz *f, enum avf_reset kind);
void fz_reset_verify(struct fz *f, enum avf_reset kind);
void fz_link(struct fz *f, bool up, u32 mbps);
void fz_port_vlan(struct fz *f, u16 vid, u8 prio);
void fz_trust(struct fz *f, bool on);
void fz_impending(struct fz *f);
void fz_advance(struct fz *f, u64 ns);
void fz_after(struct fz *f);
static inline bool fz_mem_on(const struct fz *f)
{
	return f->cfg[4] & 2;
}

static inline bool fz_master(const struct fz *f)
{
	return f->cfg[4] & 4;
}

/* A naive model of configuration space (cfgref.c), one byte at a time. */
void cfgref_reset(u8 *cfg, u16 vectors);
/* Returns true when that was a function level reset. */
bool cfgref_write(u8 *cfg, u16 vectors, u32 off, const u8 *p, u32 len);

/* --------------------------------------------------------------- messages */

#define FZ_MSG_MAX	4200u

/* Build a message from the input; any opcode. Returns its length. */
u32 fz_msg_build(struct fz *f, u32 *op, u8 *msg);
/* The table (vc.def) agrees with itself. */
void fz_msg_selftest(void);
u32 fz_msg_count(void);

/* What a driver does at probe: PCI, mailbox. */
void fz_pci_on(struct fz *f);
void fz_mbx_setup(struct fz *f);
/* Put a message in the ATQ; run the mailbox; take the replies. */
void fz_send(struct fz *f, u32 op, const void *msg, u32 len);
void fz_take(struct fz *f);
/* VERSION, GET_VF_RESOURCES; configure, map and enable @n queues. */
void fz_resources(struct fz *f, u32 caps);
void fz_up(struct fz *f, u16 n);
/* Post all receive buffers of a queue but one. */
void fz_rx_refill(struct fz *f, u16 q, u32 buf_len);

/* A Tx descriptor at ring index @i of queue @q. */
void fz_txd(struct fz *f, u16 q, u32 i, u64 qw0, u64 qw1);

/* ---------------------------------------------------------------- targets */

extern const char *const fz_name;
int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

#endif /* TEST_FUZZ_H */
