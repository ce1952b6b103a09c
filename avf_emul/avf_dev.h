/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * The device's state and the functions its parts offer each other.
 *
 * Every member of struct avf_dev belongs to one of four groups, and its group
 * says who may touch it:
 *
 *   fixed   set by avf_dev_create(), constant afterwards;
 *   shared  written by ctl with WRITE_ONCE(), read by anyone with READ_ONCE();
 *   int     guarded by @int_lock;
 *   ctl     only ctl functions, one caller at a time.
 *
 * Queues have rules of their own, see avf_ring.h.
 */
#ifndef AVF_DEV_H
#define AVF_DEV_H

#include "avf_emul.h"
#include "avf_fdir.h"
#include "avf_hash.h"
#include "avf_os.h"
#include "avf_ring.h"
#include "avf_wire.h"

/* What the model can do; a driver gets the part of it that it asks for. */
#define AVF_CAPS							\
	(AVF_CAP_L2 | AVF_CAP_WB_ON_ITR | AVF_CAP_REQ_QUEUES |		\
	 AVF_CAP_ADV_LINK_SPEED | AVF_CAP_RSS_PCTYPE_V2 |		\
	 AVF_CAP_RSS_PF | AVF_CAP_RX_FLEX_DESC | AVF_CAP_ADV_RSS |	\
	 AVF_CAP_VLAN | AVF_CAP_VLAN_V2 | AVF_CAP_FDIR)

/* Of these a driver gets one at most. */
#define AVF_CAPS_VLAN		(AVF_CAP_VLAN | AVF_CAP_VLAN_V2)

/* Write-back layouts offered with AVF_CAP_RX_FLEX_DESC. */
#define AVF_RXDIDS							\
	(BIT_ULL(AVF_RXDID_LEGACY) | BIT_ULL(AVF_RXDID_FLEX_OVS))

/* Where each register's value lives in avf_dev.reg[]. */
enum avf_reg_slot {
#define AVF_REG(name, off, count, ...)		\
	AVF_SLOT_##name,			\
	AVF_SLOT_##name##_LAST = AVF_SLOT_##name + (count) - 1,
#include "avf_regs.def"
#undef AVF_REG
	AVF_NUM_SLOTS
};

/* Dwords of configuration space that are not constant zero; see avf_cfg.c. */
#define AVF_CFG_DWORDS		23

/* Messages to the driver that wait for room in the ARQ. */
#define AVF_FIFO_LEN		64
#define AVF_REPLY_MAX		128

/**
 * struct avf_msg - a message to the driver
 * @op:     virtchnl opcode
 * @status: AVF_VC_OK or AVF_VC_ERR_*
 * @len:    bytes of the payload
 * @gap_at: offset of the @gap
 * @gap:    zeros of the payload that are not in @data, 0 = all of it is
 * @data:   payload; what follows the gap comes right after what precedes it
 */
struct avf_msg {
	u32 op;
	s32 status;
	u16 len;
	u16 gap_at;
	u16 gap;
	u8 data[AVF_REPLY_MAX] __aligned(8);
};

/**
 * struct avf_mbx - mailbox state besides its registers (ctl)
 * @pending:    avf_mbx_run() has something to do
 * @held:       in memory the driver has stored ATQH, and not yet ATQLEN
 * @fresh:      the ATQ was set up and no message came yet
 * @arq_posted: entries written since the ARQ was set up, saturating
 * @first:      oldest entry of @fifo
 * @count:      entries of @fifo
 * @fifo:       ring of waiting messages
 */
struct avf_mbx {
	bool pending;
	bool held;
	bool fresh;
	u16 arq_posted;
	u16 first;
	u16 count;
	struct avf_msg fifo[AVF_FIFO_LEN];
};

/**
 * struct avf_vec - one interrupt vector (int)
 * @ctl:     DYN_CTL as last written, without pulses and INTENA
 * @enabled: INTENA
 * @cause:   latched causes, a bit per ITR index
 * @fired:   @last_ns is valid
 * @last_ns: when it last fired
 * @late:    causes that wait for company, a bit per ITR index
 * @late_ns: until when
 * @sent:    Tx descriptors done since it last fired, and @sent_bytes of them
 */
struct avf_vec {
	u32 ctl;
	bool enabled;
	bool fired;
	u8 cause;
	u8 late;
	u32 sent;
	u32 sent_bytes;
	u64 late_ns;
	u64 last_ns;
};

/** struct avf_msix_entry - one entry of the MSI-X table, as in the BAR (int) */
struct avf_msix_entry {
	u32 dw[4];
};

/**
 * struct avf_intr - interrupt state (int)
 * @icr0:      cause register, latched whatever is enabled
 * @icr0_ena:  enable register
 * @mbx:       a mailbox message was written and vector 0 did not fire since
 * @timer_ns:  deadline given to timer_arm(), 0 = none
 * @irqs:      messages raised
 * @vec:       vectors
 * @itr0:      intervals of vector 0, in 2 us; others are in a doorbell page
 * @msix_on:   MSI-X enable of the capability
 * @msix_mask: function mask of the capability
 * @pba:       pending bits
 * @msix:      table
 */
struct avf_intr {
	u32 icr0;
	u32 icr0_ena;
	bool mbx;
	u64 timer_ns;
	u64 irqs;
	struct avf_vec vec[AVF_MAX_VECTORS];
	u16 itr0[3];
	bool msix_on;
	bool msix_mask;
	u32 pba;
	struct avf_msix_entry msix[AVF_MAX_VECTORS];
};

/**
 * struct avf_macs - a set of addresses
 * @n:    members
 * @addr: the members, in the order they came
 */
struct avf_macs {
	u16 n;
	u8 addr[AVF_MAX_MACS][AVF_ETH_ALEN];
};

#define AVF_VLAN_IDS		4096u
#define AVF_VLAN_HLEN		4u	/* a tag in a frame */
#define AVF_VLAN_LAST		4094u	/* 4095 is reserved, yet drivers may ask */

/**
 * struct avf_vlans - the VLANs the driver is a member of (ctl)
 * @n:      members
 * @filter: host op vlan_filter() was told "on"
 * @map:    a bit per VLAN; never that of VLAN 0, of which everyone is a member
 */
struct avf_vlans {
	u16 n;
	bool filter;
	u32 map[AVF_VLAN_IDS / 32];
};

/* avf_dev::vlan, what queues do with tags */
#define AVF_VLAN_INSERT		0x1u	/* the driver may ask for a tag */
#define AVF_VLAN_STRIP		0x2u	/* the tag goes to the descriptor */

/**
 * struct avf_rss - receive hashing as the driver set it (ctl)
 * @key:     hash key
 * @lut:     queue of each hash value
 * @own_lut: @lut is the driver's; else it covers the queues that run
 * @hena:    packet classes to hash
 * @hfunc:   hash algorithm of these classes
 * @rule:    rules, by IP version and class; AVF_HASH_OTHER is of any packet
 *           for which there is nothing more special
 */
struct avf_rss {
	u8 key[AVF_RSS_KEY_LEN];
	u8 lut[AVF_RSS_LUT_LEN];
	bool own_lut;
	u64 hena;
	u16 hfunc;
	struct avf_hash_how rule[2][AVF_HASH_CLASSES];
};

/**
 * struct avf_vc - what was negotiated and set through virtchnl (ctl)
 * @minor:      virtchnl minor version of the driver
 * @resources:  GET_VF_RESOURCES was answered
 * @caps:       granted capabilities
 * @num_qps:    queue pairs the driver has; survives all resets but FLR
 * @unicast:    unicast promiscuous
 * @multicast:  multicast promiscuous
 * @traffic:    host op traffic() was told "on"
 * @macs:       addresses given to host op mac_add()
 * @vlans:      VLANs given to host op vlan_add()
 * @legacy_mac: last unicast address added without a type
 * @legacy_ns:  when
 * @legacy_ok:  @legacy_mac is valid
 * @rss:        receive hashing
 */
struct avf_vc {
	u32 minor;
	bool resources;
	u32 caps;
	u16 num_qps;
	bool unicast;
	bool multicast;
	bool traffic;
	struct avf_macs macs;
	struct avf_vlans vlans;
	u8 legacy_mac[AVF_ETH_ALEN];
	u64 legacy_ns;
	bool legacy_ok;
	struct avf_rss rss;
};

/* Page of BAR0 with DYN_CTLN. */
#define AVF_PAGE_INT	(AVF_REG_DYN_CTLN / AVF_PAGE_SIZE)

/**
 * struct avf_pages - registers in memory, see avf_page.c
 * @on:   there is some; acquire/release
 * @dyn:  DYN_CTLN is there, alone or with all others; acquire/release
 * @page: BAR0, page by page; not the doorbell pages (ctl, while off)
 * @seen: what each register's dword held when it was handled last; written by
 *        ctl, that of DYN_CTLN under int_lock; read by anyone
 */
struct avf_pages {
	bool on;
	bool dyn;
	__le32 *page[AVF_BAR0_PAGES];
	u32 seen[AVF_NUM_SLOTS];
};

struct avf_dev {
	/* fixed */
	const struct avf_host_ops *ops;
	const struct avf_hw_ops *hw;
	void *host;
	u16 num_qps;
	u32 flags;
	u32 no_caps;
	__le32 *doorbell[AVF_DB_PAGES];
	bool doorbell_own;		/* allocated here */

	/* shared */
	u32 rstat;
	bool bus_master;	/* written under int_lock as well */
	bool mem_on;
	bool link_up;
	u32 link_mbps;
	u32 vlan;		/* AVF_VLAN_* */
	u32 tx_delay_ns;
	struct avf_pages pages;

	/* queues */
	struct avf_txq tx[AVF_MAX_QPS];
	struct avf_rxq rx[AVF_MAX_QPS];
	struct avf_stats qstats;	/* written by queue and any functions */
	struct avf_fdir fdir;		/* see avf_fdir.h */

	/*
	 * Queues that hardware runs: a bit each, written by ctl under hw_lock,
	 * which also keeps tails in order. A leaf.
	 */
	avf_lock_t hw_lock;
	u32 hw_tx;
	u32 hw_rx;

	/*
	 * Receive hashing: @hash is one of @hashes, immutable from its release
	 * store until the other one was published and the queues quiesced.
	 */
	const struct avf_hash *hash;
	struct avf_hash hashes[2];

	/* int */
	avf_lock_t int_lock;
	struct avf_intr intr;

	/* ctl */
	struct avf_stats cstats;	/* read by anyone */
	u8 mac[AVF_ETH_ALEN];
	bool mac_fixed;			/* the host has set @mac */
	bool trusted;
	u16 port_vlan;			/* tag, 0 = none */
	u32 cfg[AVF_CFG_DWORDS];
	u32 reg[AVF_NUM_SLOTS];
	struct avf_mbx mbx;
	struct avf_vc vc;
	struct avf_msg reply;		/* scratch of one message */
	u8 msg[AVF_AQ_BUF_LEN] __aligned(8);
	struct avf_hash_table keys[];	/* of @hashes, with more than one queue */
};

/* Count one event of a ctl function. */
#define avf_count(dev, what)	avf_stat_add(&(dev)->cstats.what, 1)

/* ------------------------------------------------------------- avf_dev.c */

/** avf_dev_dma_ok() - may the device access memory? any. */
static inline bool avf_dev_dma_ok(const struct avf_dev *dev)
{
	return READ_ONCE(dev->bus_master);
}

/**
 * avf_dev_read() - copy from guest memory. ctl.
 *
 * Returns 0 or -EFAULT: bus master off, address wrapped, or the host refused.
 */
int avf_dev_read(struct avf_dev *dev, u64 iova, void *buf, u32 len);

/** avf_dev_write() - copy to guest memory. ctl. */
int avf_dev_write(struct avf_dev *dev, u64 iova, const void *buf, u32 len);

/** avf_dev_rstat() - set RSTAT. ctl. */
void avf_dev_rstat(struct avf_dev *dev, u32 val);

/**
 * avf_dev_restart() - the driver starts over without a reset. ctl.
 *
 * Queues stop, everything set through virtchnl is forgotten.
 */
void avf_dev_restart(struct avf_dev *dev);

/**
 * avf_dev_queues_stop() - disable queues, wait, forget their positions. ctl.
 * @txq: mask of Tx queues
 * @rxq: mask of Rx queues
 *
 * On return no queue function runs that began before the call.
 */
void avf_dev_queues_stop(struct avf_dev *dev, u32 txq, u32 rxq);

/** avf_dev_traffic() - tell the host if any queue is enabled. ctl. */
void avf_dev_traffic(struct avf_dev *dev);

/** avf_dev_queue_mask() - a bit for each queue pair the device has. */
static inline u32 avf_dev_queue_mask(const struct avf_dev *dev)
{
	return (1u << dev->num_qps) - 1;
}

/** avf_dev_vectors() - MSI-X vectors of the device. */
static inline u16 avf_dev_vectors(const struct avf_dev *dev)
{
	return (u16)(dev->num_qps + 1);
}

/** avf_dev_tx_on() - does Tx queue @q run, whoever runs it? ctl. */
static inline bool avf_dev_tx_on(const struct avf_dev *dev, u32 q)
{
	return READ_ONCE(dev->tx[q].enabled) || (dev->hw_tx & (1u << q));
}

/** avf_dev_rx_on() - the same for an Rx queue. ctl. */
static inline bool avf_dev_rx_on(const struct avf_dev *dev, u32 q)
{
	return READ_ONCE(dev->rx[q].enabled) || (dev->hw_rx & (1u << q));
}

/* -------------------------------------------------------------- avf_hw.c */

/**
 * avf_hw_tails_pending() - was a tail stored that hardware was not told? any.
 */
bool avf_hw_tails_pending(const struct avf_dev *dev);

/** avf_hw_start() - let hardware run queues. ctl. Returns 0 or -errno. */
int avf_hw_start(struct avf_dev *dev, u32 txq, u32 rxq);

/** avf_hw_stop() - those of the masks that run end. ctl. */
void avf_hw_stop(struct avf_dev *dev, u32 txq, u32 rxq);

/** avf_hw_vectors() - the driver mapped queues to vectors anew. ctl. */
void avf_hw_vectors(struct avf_dev *dev);

/** avf_hw_vlan() - dev->vlan changed. ctl. */
void avf_hw_vlan(struct avf_dev *dev);

/* ------------------------------------------------------------- avf_cfg.c */

/** avf_cfg_reset() - configuration space as at power on. ctl. */
void avf_cfg_reset(struct avf_dev *dev);

/* ------------------------------------------------------------- avf_reg.c */

/** avf_reg_reset() - restore registers. ctl. @all: power on, not a VF reset. */
void avf_reg_reset(struct avf_dev *dev, bool all);

/** avf_reg_peek() - read the dword of BAR0 at @off without side effect. ctl. */
u32 avf_reg_peek(struct avf_dev *dev, u32 off);

/** avf_reg_read() - what a trapped read of the dword at @off returns. ctl. */
u32 avf_reg_read(struct avf_dev *dev, u32 off);

/** avf_reg_write() - what a trapped write of it does. ctl. */
void avf_reg_write(struct avf_dev *dev, u32 off, u32 val);

/** avf_reg_ro() - bits of the dword at @off that a write cannot change. any. */
u32 avf_reg_ro(u32 off);

/* ------------------------------------------------------------ avf_page.c */

/** avf_page_on() - are the registers in memory? any. */
static inline bool avf_page_on(const struct avf_dev *dev)
{
	return unlikely(avf_load_acquire(&dev->pages.on));
}

/** avf_page_dyn_on() - are the enables of queue vectors in memory? any. */
static inline bool avf_page_dyn_on(const struct avf_dev *dev)
{
	return unlikely(avf_load_acquire(&dev->pages.dyn));
}

/**
 * avf_page_irq() - act on a store to DYN_CTLN(@i). int_lock held.
 *
 * Only if avf_page_dyn_on().
 */
void avf_page_irq(struct avf_dev *dev, u32 i);

/** avf_page_dyn_write() - DYN_CTLN(@i) was written. any; if avf_page_dyn_on(). */
void avf_page_dyn_write(struct avf_dev *dev, u32 i, u32 val);

/**
 * avf_page_fill_dyn() - store the values of DYN_CTLN. int_lock held.
 *
 * Whatever the driver has stored and the model not seen is lost.
 */
void avf_page_fill_dyn(struct avf_dev *dev);

/**
 * avf_page_fill() - store all registers' values. ctl.
 *
 * Whatever the driver has stored and the model not seen is lost.
 */
void avf_page_fill(struct avf_dev *dev);

/* What the two below do if there is memory. */
void avf_page_do_put(struct avf_dev *dev, u32 off, u32 val);
bool avf_page_is_stale(const struct avf_dev *dev, u32 off);

/**
 * avf_page_put() - the model has changed a register. ctl.
 * @off: a register but DYN_CTLN
 * @val: what it reads as now
 *
 * What the driver has stored there and the model not seen stays, and counts as
 * written after this. Does nothing for doorbells, or if there is no memory.
 */
static inline void avf_page_put(struct avf_dev *dev, u32 off, u32 val)
{
	if (avf_page_on(dev))
		avf_page_do_put(dev, off, val);
}

/** avf_page_stale() - has the driver stored to the register at @off? ctl. */
static inline bool avf_page_stale(const struct avf_dev *dev, u32 off)
{
	return avf_page_on(dev) && avf_page_is_stale(dev, off);
}

/** avf_page_read() - avf_reg_read() where registers are memory. ctl. */
u32 avf_page_read(struct avf_dev *dev, u32 off);

/** avf_page_write() - avf_reg_write() where registers are memory. ctl. */
void avf_page_write(struct avf_dev *dev, u32 off, u32 val);

/* ------------------------------------------------------------- avf_int.c */

/* Of DYN_CTL, what stays as it was written; and INTENA, until it fires. */
#define AVF_DYN_KEEP							\
	((AVF_DYN_ITR_M << AVF_DYN_ITR_S) |				\
	 (AVF_DYN_INTERVAL_M << AVF_DYN_INTERVAL_S) |			\
	 AVF_DYN_SW_ITR_ENA | (AVF_DYN_SW_ITR_M << AVF_DYN_SW_ITR_S) |	\
	 AVF_DYN_WB_ON_ITR)

/** avf_int_reset() - vectors, causes and intervals as at power on. any. */
void avf_int_reset(struct avf_dev *dev);

/**
 * avf_int_cause() - a queue has something to say. any.
 * @vec: the queue's vector, AVF_VEC_NONE is allowed
 * @itr: the queue's ITR index, 3 = not throttled
 *
 * Call it after the descriptors are written back.
 */
void avf_int_cause(struct avf_dev *dev, u16 vec, u8 itr);

/**
 * avf_int_sent() - a Tx queue has completed descriptors. queue.
 * @q:     the queue
 * @n:     their number
 * @bytes: of their frames
 *
 * As avf_int_cause(), but the interrupt may wait for another one of the vector:
 * see avf_int_tx_delay().
 */
void avf_int_sent(struct avf_dev *dev, const struct avf_txq *q, u32 n,
		  u32 bytes);

/** avf_int_hurry() - nothing waits for company any more. any. */
void avf_int_hurry(struct avf_dev *dev);

/** avf_int_mbx() - a message was written to the ARQ. ctl. */
void avf_int_mbx(struct avf_dev *dev);

/** avf_int_bus_master() - set bus master; off silences at once. ctl. */
void avf_int_bus_master(struct avf_dev *dev, bool on);

/**
 * avf_int_dyn_write() - write DYN_CTL of vector @vec. any; ctl for vector 0.
 * @unread: vector 0: the driver has not taken all messages
 */
void avf_int_dyn_write(struct avf_dev *dev, u16 vec, u32 val, bool unread);

/** avf_int_dyn_set() - the same of a queue's vector, with int_lock held. */
void avf_int_dyn_set(struct avf_dev *dev, u16 vec, u32 val, bool unread);

/** avf_int_dyn_val() - what it reads as. int_lock held. */
u32 avf_int_dyn_val(const struct avf_dev *dev, u16 vec);

/** avf_int_dyn_read() - read it. any. */
u32 avf_int_dyn_read(struct avf_dev *dev, u16 vec);

/** avf_int_itr_write() - set interval @idx (0..2) of vector @vec. any. */
void avf_int_itr_write(struct avf_dev *dev, u16 vec, u32 idx, u32 val);

/** avf_int_itr_read() - read it. any. */
u32 avf_int_itr_read(struct avf_dev *dev, u16 vec, u32 idx);

/** avf_int_icr0_read() - read ICR0, and clear it if @clear. any. */
u32 avf_int_icr0_read(struct avf_dev *dev, bool clear);

/** avf_int_ena_write() - write ICR0_ENA; see avf_int_dyn_write(). ctl. */
void avf_int_ena_write(struct avf_dev *dev, u32 val, bool unread);

/** avf_int_ena_read() - read it. any. */
u32 avf_int_ena_read(struct avf_dev *dev);

/* ------------------------------------------------------------ avf_msix.c */

/** avf_msix_reset() - table, pending bits and capability bits. any. */
void avf_msix_reset(struct avf_dev *dev);

/** avf_msix_ready() - can a message leave, or be pended? int_lock held. */
bool avf_msix_ready(const struct avf_dev *dev);

/** avf_msix_masked() - is a vector masked in our table? int_lock held. */
bool avf_msix_masked(const struct avf_dev *dev, u16 vec);

/** avf_msix_send() - send, or mark pending where masked. int_lock held. */
void avf_msix_send(struct avf_dev *dev, u16 vec);

/** avf_msix_replay() - send what is pending and not masked. int_lock held. */
void avf_msix_replay(struct avf_dev *dev);

/** avf_msix_control() - the capability's enable and mask bits changed. any. */
void avf_msix_control(struct avf_dev *dev, bool on, bool mask);

/** avf_msix_read() - read the aligned dword of BAR3 at @off. any. */
u32 avf_msix_read(struct avf_dev *dev, u32 off);

/** avf_msix_write() - write it. any. */
void avf_msix_write(struct avf_dev *dev, u32 off, u32 val);

/* ------------------------------------------------------------- avf_mbx.c */

/** avf_mbx_reset() - drop waiting messages. ctl. */
void avf_mbx_reset(struct avf_dev *dev);

/** avf_mbx_atq_setup() - the driver programs the ATQ. ctl. */
void avf_mbx_atq_setup(struct avf_dev *dev);

/** avf_mbx_arq_setup() - the driver programs or stops the ARQ. ctl. */
void avf_mbx_arq_setup(struct avf_dev *dev);

/** avf_mbx_doorbell() - ATQT was written. ctl. */
void avf_mbx_doorbell(struct avf_dev *dev);

/** avf_mbx_refill() - ARQT was written. ctl. */
void avf_mbx_refill(struct avf_dev *dev);

/** avf_mbx_unread() - ARQ entries written and not yet posted again. ctl. */
u32 avf_mbx_unread(const struct avf_dev *dev);

/** avf_mbx_post() - send a message, or queue it in order. ctl. */
void avf_mbx_post(struct avf_dev *dev, const struct avf_msg *msg);

/* -------------------------------------------------------------- avf_vc.c */

/**
 * avf_vc_dispatch() - act on one message and answer it. ctl.
 * @op:  opcode as received
 * @msg: private copy of the message, aligned to 8
 * @len: its length, 0..AVF_AQ_BUF_LEN
 */
void avf_vc_dispatch(struct avf_dev *dev, u32 op, const void *msg, u16 len);

/** avf_vc_refuse() - answer with an error only. ctl. */
void avf_vc_refuse(struct avf_dev *dev, u32 op, s32 status);

/** avf_vc_trust_changed() - stop what needs trust. ctl. */
void avf_vc_trust_changed(struct avf_dev *dev);

/** avf_vc_reset() - forget filters, modes and capabilities. ctl. */
void avf_vc_reset(struct avf_dev *dev);

/** avf_vc_rss_queues() - queues were enabled or disabled. ctl. */
void avf_vc_rss_queues(struct avf_dev *dev);

/** avf_vc_link_event() - tell the driver the link state, if it listens. ctl. */
void avf_vc_link_event(struct avf_dev *dev);

/** avf_vc_impending_event() - announce a reset, if the driver listens. ctl. */
void avf_vc_impending_event(struct avf_dev *dev);

#endif /* AVF_DEV_H */
