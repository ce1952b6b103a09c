/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * An in-process host for the device model: guest memory behind an IOVA map
 * with holes, a clock that only moves when told to, interrupt counters, a log
 * of everything the model does to its host, and a switch without learning.
 *
 * Guest memory exists twice. The driver sees one contiguous range. The device
 * sees every page on its own, with an inaccessible page behind it, so that a
 * model that runs over a page border, or keeps a pointer to memory that was
 * unmapped, dies on the spot.
 */
#ifndef TEST_HOST_H
#define TEST_HOST_H

#include <stdio.h>

#include "avf_emul.h"

#define HOST_IOVA	0x4200000000ull
#define HOST_RAM	(2ull << 30)
#define HOST_NO_MEM	0xdead00000000ull	/* an address that is never mapped */
#define HOST_LOG	65536u
#define HOST_MACS	128u

enum host_ev_kind {
	HOST_READ,
	HOST_WRITE,
	HOST_MAP_READ,
	HOST_MAP_WRITE,
	HOST_IRQ,
	HOST_XMIT,
	HOST_QUIESCE,
	HOST_KICK,
	HOST_TRAFFIC,
};

/* @len holds the vector, queue or flag where there is no length. */
struct host_ev {
	enum host_ev_kind kind;
	u32 len;
	u64 iova;
	u8 data[32];
};

struct host_frame {
	struct host_frame *next;
	u32 len;
	u16 q;
	u16 nsegs;
	u8 csum;
	struct avf_gso gso;	/* mss 0: not to be cut */
	u8 data[];
};

struct host;

struct host_switch {
	struct host *port[8];
	u32 n;
};

struct host {
	struct avf_dev *dev;
	struct avf_params params;
	struct avf_host_ops ops;
	struct host_switch *sw;
	struct avf_tx_scratch *scratch;

	/* how it behaves */
	bool no_fast;		/* never try avf_fast_*() */
	bool map_none;		/* dma_map() finds no pointer */
	bool manual;		/* run neither mailbox nor queues by itself */
	int mac_error;		/* what mac_add() answers */
	u16 vlan_refused;	/* vlan_add() refuses this one, 0 = none */
	u64 fail_iova;		/* DMA inside this range fails */
	u64 fail_len;
	u32 tx_budget;
	u8 rx_csum;		/* what host_rx() vouches for */
	/* called inside the model's DMA, before it takes place */
	void (*on_dma)(struct host *h, enum host_ev_kind kind, u64 iova,
		       u32 len);
	void *on_dma_ctx;

	/* memory */
	int memfd;
	u8 *ram;
	u8 *view;
	u8 *page_on;
	u64 next_page;

	/* what it saw */
	bool quiet;		/* from now on any DMA is a violation */
	u32 violations;
	u64 dma_ops;
	u64 irqs[AVF_MAX_VECTORS + 1];
	u64 irqs_taken[AVF_MAX_VECTORS + 1];
	u32 kicked;
	u32 quiesced;
	u32 traffic_on;
	u32 traffic_off;
	bool log_on;
	u32 nlog;
	struct host_ev *log;
	struct host_frame *sent;
	struct host_frame **sent_tail;
	u32 nsent;
	u64 rx_ok;
	u64 rx_dropped;

	/* filters as the model asked for them */
	u8 mac[HOST_MACS][AVF_ETH_ALEN];
	u32 nmacs;
	bool promisc_uc;
	bool promisc_mc;
	u8 vlan[4096];		/* is a member */
	u32 nvlans;
	bool vlan_filter;

	/* time */
	u64 now;
	u64 deadline;		/* 0: no timer armed */
};

/* The first member of @params that is zero gets a sensible default. */
void host_init(struct host *h, const struct avf_params *params, bool no_map);
void host_fini(struct host *h);

/* Page-granular guest memory, zeroed, with a hole behind it. */
u64 host_alloc(struct host *h, u64 len);
void host_free(struct host *h, u64 iova, u64 len);
void *host_va(struct host *h, u64 iova);

/* Accesses as a VMM makes them: fast path first, then the mailbox. */
u32 host_rd(struct host *h, u32 off);
void host_wr(struct host *h, u32 off, u32 val);
u32 host_cfg_rd(struct host *h, u32 off, u32 len);
void host_cfg_wr(struct host *h, u32 off, u32 val, u32 len);

/* Run mailbox and Tx queues until there is nothing left to do. */
void host_run(struct host *h);
void host_advance(struct host *h, u64 ns);

/* Interrupts on @vec since the last call. */
u32 host_irqs(struct host *h, u16 vec);

/* Push one frame, cut into @nsegs pieces, and end the burst. */
int host_rx(struct host *h, const void *data, u32 len, u32 nsegs);
int host_rx_noflush(struct host *h, const void *data, u32 len, u32 nsegs);

/* The oldest frame sent and not yet taken, or NULL; the caller frees it. */
struct host_frame *host_take(struct host *h);
void host_drop_sent(struct host *h);

void host_log(struct host *h, bool on);
bool host_has_mac(const struct host *h, const u8 *mac);
void host_plug(struct host *h, struct host_switch *sw);

#endif /* TEST_HOST_H */
