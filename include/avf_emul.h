/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * avf_emul: a software model of Intel's Adaptive Virtual Function (8086:1889),
 * as a library. It knows PCI configuration space, the BAR0 register map, the
 * admin mailbox, virtchnl, and descriptor rings. It knows nothing of vfio,
 * threads, sockets or any physical function.
 *
 * Contexts. The model has no lock of its own but the one that guards interrupt
 * state. Every function belongs to one of three classes, named in its comment:
 *
 *   ctl    the caller holds the device's control lock (one caller at a time),
 *          may sleep;
 *   queue  the caller owns the queue: at most one caller per queue at a time,
 *          between enable and the return of host op queues_quiesce();
 *   any    any context that may take avf_lock(), in parallel with everything.
 */
#ifndef AVF_EMUL_H
#define AVF_EMUL_H

#include "avf_frame.h"
#include "avf_os.h"

#define AVF_MAX_QPS		16
#define AVF_MAX_VECTORS		(AVF_MAX_QPS + 1)
#define AVF_CFG_SIZE		4096u
#define AVF_BAR0_SIZE		0x10000u
#define AVF_BAR3_SIZE		0x4000u
#define AVF_MAX_FRAME		9728u	/* without FCS; MTU + 26 as drivers count */
#define AVF_MAX_MACS		64	/* unicast and multicast filters */
#define AVF_MAX_VLANS		64	/* VLAN filters; of a trusted device: all */
#define AVF_TX_BATCH		32

#define AVF_TX_HEAD		256u	/* longest header block of a segmented frame */
#define AVF_TX_BOUNCE		0x10000u

struct avf_dev;
struct avf_stats;

/**
 * struct avf_tx_scratch - working memory of one caller of avf_tx_poll()
 * @frame:       the batch being built
 * @head:        rebuilt headers (segmentation, checksums), one per frame
 * @bounce_used: bytes of @bounce taken by the batch
 * @bounce:      payload copies, used only where dma_map() has no pointer
 *
 * One per worker, not per device: it is large, and empty between calls.
 */
struct avf_tx_scratch {
	struct avf_frame frame[AVF_TX_BATCH];
	u8 head[AVF_TX_BATCH][AVF_TX_HEAD];
	u32 bounce_used;
	u8 bounce[AVF_TX_BOUNCE];
};

/**
 * enum avf_reset - what started a reset
 * @AVF_RESET_VF:  the driver's RESET_VF message
 * @AVF_RESET_PF:  the PF; avf_dev_reset() leaves RSTAT at "in progress" until
 *                 avf_dev_reset_done()
 * @AVF_RESET_FLR: function level reset, or the VMM's device reset: as at power on
 */
enum avf_reset {
	AVF_RESET_VF,
	AVF_RESET_PF,
	AVF_RESET_FLR,
};

/**
 * struct avf_hw_ops - what it asks where hardware runs the queues
 *
 * The model then never reads or writes a ring, and raises no interrupt of a
 * queue. A queue's configuration is to be had from avf_snap_txq() and
 * avf_snap_rxq(). All members are mandatory.
 */
struct avf_hw_ops {
	/**
	 * @start: the queues in both masks begin. ctl. Returns 0; an error
	 * refuses the driver's request: none of them has begun.
	 */
	int (*start)(void *host, u32 txq, u32 rxq);
	/**
	 * @started: from now on tails are passed on. ctl. The driver may have
	 * stored some before; the host calls avf_hw_tail() for each queue in
	 * the masks when it is ready for them.
	 */
	void (*started)(void *host, u32 txq, u32 rxq);
	/** @stop: they end; after it returns they do no DMA. ctl. */
	void (*stop)(void *host, u32 txq, u32 rxq);
	/** @queue_vector: vector (0xffff = none), interval of one. ctl. */
	void (*queue_vector)(void *host, bool tx, u16 q, u16 vec, u8 itr);
	/** @tail: of a queue that runs, less than its length. any. */
	void (*tail)(void *host, bool tx, u16 q, u32 val);
	/** @vector_ctl: the driver stored to DYN_CTLN of @vec. any. */
	void (*vector_ctl)(void *host, u16 vec, u32 val);
	/** @vector_itr: interval @idx (0..2) of @vec. any. */
	void (*vector_itr)(void *host, u16 vec, u32 idx, u32 val);
	/** @vlan_strip: take tags out of received frames. ctl. */
	void (*vlan_strip)(void *host, bool on);
	/**
	 * @stats: add what the hardware counted to the first twelve. From
	 * avf_stats_get(), in its caller's context.
	 */
	void (*stats)(void *host, struct avf_stats *stats);
};

/**
 * struct avf_host_ops - what the model asks of its host
 *
 * @host is the pointer given to avf_dev_create(). All members are mandatory
 * unless marked optional.
 */
struct avf_host_ops {
	/**
	 * @dma_read: copy @len bytes of guest memory at @iova to @buf. ctl,
	 * queue. Returns 0, or -EFAULT with @buf undefined. May cross pages.
	 */
	int (*dma_read)(void *host, u64 iova, void *buf, u32 len);
	/** @dma_write: the reverse. ctl, queue. */
	int (*dma_write)(void *host, u64 iova, const void *buf, u32 len);
	/**
	 * @dma_map: a pointer to guest memory [@iova, @iova + @len), which lies
	 * inside one 4 KiB page. queue only; valid until the queue function
	 * that asked returns, or where that is avf_rx_push(), until the
	 * avf_rx_flush() that ends the burst. NULL when the memory is unreachable or cannot be
	 * mapped: the model then tries dma_read()/dma_write(). Optional.
	 */
	void *(*dma_map)(void *host, u64 iova, u32 len, bool write);
	/** @irq_raise: send MSI-X message @vec. any; called under the interrupt lock. */
	void (*irq_raise)(void *host, u16 vec);
	/** @now_ns: a monotonic clock. any. */
	u64 (*now_ns)(void *host);
	/**
	 * @timer_arm: call avf_int_timer() once at or after @deadline_ns (clock
	 * of now_ns()); replaces an earlier deadline. any; called under the
	 * interrupt lock.
	 */
	void (*timer_arm)(void *host, u64 deadline_ns);
	/**
	 * @queues_quiesce: returns when every queue function that was running
	 * when it was called has returned. ctl.
	 */
	void (*queues_quiesce)(void *host);
	/** @tx_kick: Tx queue @q may have work: call avf_tx_poll() soon. any. */
	void (*tx_kick)(void *host, u16 q);
	/**
	 * @xmit: take @n frames off Tx queue @q; they are not valid afterwards.
	 * queue. With AVF_PARAM_GSO some may be TCP frames that are to be cut:
	 * their lengths and IP header checksum are right, TCP's checksum is
	 * the sum of the pseudo header, and the headers have no options but
	 * TCP's, in at most 118 bytes.
	 */
	void (*xmit)(void *host, u16 q, const struct avf_frame *frames, u32 n);
	/**
	 * @mac_add: receive frames sent to @mac (unicast or multicast) too.
	 * ctl. Returns 0, -EEXIST is not an error; other errors refuse the
	 * driver's request.
	 */
	int (*mac_add)(void *host, const u8 *mac);
	/** @mac_del: no longer. ctl. Unknown addresses are ignored. */
	void (*mac_del)(void *host, const u8 *mac);
	/** @promisc: receive all unicast / all multicast frames. ctl. */
	void (*promisc)(void *host, bool unicast, bool multicast);
	/**
	 * @vlan_add: the device is a member of VLAN @vid (1..4095) of tag
	 * protocol @tpid (0x8100). ctl. Returns 0; an error refuses the
	 * driver's request. The model never adds what it has added.
	 */
	int (*vlan_add)(void *host, u16 tpid, u16 vid);
	/** @vlan_del: no longer. ctl. */
	void (*vlan_del)(void *host, u16 tpid, u16 vid);
	/**
	 * @vlan_filter: on: of the tagged frames, deliver only those of VLANs
	 * it is a member of; off (as at the start): all. Frames without tag,
	 * or with VLAN 0, always pass. ctl.
	 */
	void (*vlan_filter)(void *host, bool on);
	/**
	 * @traffic: the first queue was enabled (true), or the last one
	 * disabled (false). ctl. Optional.
	 */
	void (*traffic)(void *host, bool on);

	/* For tracing; all optional. */

	/**
	 * @message: a mailbox message was taken from the driver (@to_driver
	 * false, @status 0) or written to it. ctl.
	 */
	void (*message)(void *host, bool to_driver, u32 op, s32 status,
			u16 len);
	/** @reset: avf_dev_reset() begins. ctl. */
	void (*reset)(void *host, enum avf_reset kind);
	/**
	 * @tx_drop: a frame on Tx queue @q, or the rest of one, is not sent.
	 * queue. @err: -EINVAL malformed, -E2BIG too many pieces, -EMSGSIZE too
	 * long, -EFAULT memory out of reach.
	 */
	void (*tx_drop)(void *host, u16 q, int err);
};

/*
 * Three pages of BAR0 hold nothing but registers that can be plain memory: what
 * the driver stores there takes effect when the model looks. A VMM may map them.
 *
 *   AVF_DB_TX  page 0: Tx tails, a dword per queue
 *   AVF_DB_RX  page 2: Rx tails, and from 0x800 the intervals of queue vectors
 *   AVF_DB_INT page 3: from 0x800 the enables of queue vectors (DYN_CTLN). The
 *              model looks whenever a vector has a cause, and else when told to:
 *              avf_page_pending(), avf_page_irqs()
 */
#define AVF_DB_TX		0
#define AVF_DB_RX		1
#define AVF_DB_INT		2
#define AVF_DB_PAGES		3

/*
 * All of BAR0 can be memory: for a driver that is no guest, whose accesses
 * nobody passes on. See avf_page_attach().
 */
#define AVF_BAR0_PAGES		(AVF_BAR0_SIZE / AVF_PAGE_SIZE)

/* Reserved bits with which registers in memory read back once they are seen. */
#define AVF_SEEN_LEN		0x08000000u	/* ATQLEN, ARQLEN */
#define AVF_SEEN_DYN		0x20000000u	/* DYN_CTL0, DYN_CTLN */
#define AVF_SEEN_ENA		0x80000000u	/* ICR0_ENA */

/* avf_page_pending() */
#define AVF_PAGE_CTL		0x1u	/* call avf_page_sync() */
#define AVF_PAGE_IRQ		0x2u	/* call avf_page_irqs() */
#define AVF_PAGE_TAIL		0x4u	/* call avf_hw_tails() */

/** VMM owns the MSI-X table: vector masks in BAR3 do not gate irq_raise(). */
#define AVF_PARAM_VMM_MSIX	0x1u
/**
 * Host op xmit() takes frames that are to be cut, with avf_frame::gso set. Not
 * with avf_params::hw, for which there is no xmit().
 */
#define AVF_PARAM_GSO		0x2u

/**
 * struct avf_params - the shape of a device, fixed for its life
 * @num_qps:   queue pairs, 1..AVF_MAX_QPS
 * @flags:     AVF_PARAM_*
 * @mac:       administrative default address
 * @link_mbps: link speed in Mbit/s
 * @link_up:   initial link state
 * @hw:        hardware runs the queues; NULL: the model does
 * @no_caps:   virtchnl capabilities that are never granted
 * @doorbell:  AVF_PAGE_SIZE bytes of zeros for each doorbell page, valid for the
 *             device's life; NULL: the model has its own. Whoever lets a driver
 *             write to one directly calls avf_tx_poll() without being asked by
 *             tx_kick(); see avf_tx_pending().
 *
 * The device has @num_qps + 1 MSI-X vectors; vector 0 is the mailbox's.
 */
struct avf_params {
	u16 num_qps;
	u32 flags;
	u8 mac[AVF_ETH_ALEN];
	u32 link_mbps;
	bool link_up;
	const struct avf_hw_ops *hw;
	u32 no_caps;
	void *doorbell[AVF_DB_PAGES];
};

/**
 * struct avf_stats - counters of one device, monotonic over its life
 *
 * The first twelve are the reply to virtchnl GET_STATS, in its order. Rx bytes
 * count the FCS, as hardware does (and as DPDK's driver assumes).
 */
struct avf_stats {
	u64 rx_bytes;
	u64 rx_unicast;
	u64 rx_multicast;
	u64 rx_broadcast;
	u64 rx_discards;	/* no buffer, queue off, too long */
	u64 rx_unknown_protocol;
	u64 tx_bytes;
	u64 tx_unicast;
	u64 tx_multicast;
	u64 tx_broadcast;
	u64 tx_discards;
	u64 tx_errors;		/* malformed descriptors, bad addresses */
	/* not part of GET_STATS */
	u64 mbx_messages;
	u64 mbx_errors;		/* bad address, bad length, backlog overflow */
	u64 vc_refused;		/* answered with an error status */
	u64 bad_tail;		/* tail register >= ring length */
	u64 dma_errors;
	u64 irqs;		/* messages raised */
	u64 resets_vf;
	u64 resets_pf;
	u64 resets_flr;
};

/* ------------------------------------------------------------- life (ctl) */

/**
 * avf_dev_create() - make a powered-on device
 * Returns NULL when memory is short or @params is out of range. May sleep.
 */
struct avf_dev *avf_dev_create(const struct avf_params *params,
			       const struct avf_host_ops *ops, void *host);

/** avf_dev_destroy() - free it; no other call may be running or follow. */
void avf_dev_destroy(struct avf_dev *dev);

/**
 * avf_dev_reset() - stop all queues, forget what the driver configured. ctl.
 *
 * On return no queue function runs and none will touch guest memory.
 */
void avf_dev_reset(struct avf_dev *dev, enum avf_reset kind);

/** avf_dev_reset_impending() - announce a PF reset to the driver. ctl. */
void avf_dev_reset_impending(struct avf_dev *dev);

/** avf_dev_reset_done() - end an AVF_RESET_PF: RSTAT = active. ctl. */
void avf_dev_reset_done(struct avf_dev *dev);

/** avf_link_set() - change link state and tell the driver if it listens. ctl. */
void avf_link_set(struct avf_dev *dev, bool up, u32 mbps);

/** avf_link_mbps() - link speed as set, in Mbit/s. any. */
u32 avf_link_mbps(const struct avf_dev *dev);

/**
 * avf_mac_set() - set the administrative address. ctl.
 * @mac: unicast; all zeros: any that the driver chooses
 *
 * Becomes the device's address now; an existing driver sees it at its next
 * GET_VF_RESOURCES. Unless it is zero, a driver that is not trusted may use no
 * other unicast address from now on.
 */
void avf_mac_set(struct avf_dev *dev, const u8 *mac);

/** avf_mac_get() - the address GET_VF_RESOURCES reports. ctl. */
void avf_mac_get(const struct avf_dev *dev, u8 *mac);

/**
 * avf_port_vlan_set() - put the device into a VLAN it knows nothing of. ctl.
 * @vid:  1..4094, 0 = none
 * @prio: priority of its frames, 0..7
 *
 * Tags come and go at the switch, which is not the model's. The driver is
 * granted no VLAN capability at its next GET_VF_RESOURCES: have it ask, by a PF
 * reset. Survives every reset. Returns 0 or -EINVAL.
 */
int avf_port_vlan_set(struct avf_dev *dev, u16 vid, u8 prio);

/** avf_port_vlan_get() - the same as a tag (priority << 13 | VLAN). ctl. */
u16 avf_port_vlan_get(const struct avf_dev *dev);

/**
 * avf_trust_set() - may the driver do what affects others? ctl.
 *
 * That is: receive all unicast frames, be a member of more than AVF_MAX_VLANS
 * VLANs, and use other addresses than the one of avf_mac_set(). As at the
 * start: no. Survives every reset.
 *
 * Taken away, unicast promiscuous mode ends now; other things it gained end
 * with the PF reset that the caller does. Granted, a driver that was told
 * "success" about promiscuous mode asks again after such a reset.
 */
void avf_trust_set(struct avf_dev *dev, bool on);

/** avf_trust_get() - as set. ctl. */
bool avf_trust_get(const struct avf_dev *dev);

/** avf_stats_get() - a snapshot. any; process context with avf_hw_ops. */
void avf_stats_get(const struct avf_dev *dev, struct avf_stats *stats);

/** avf_link_is_up() - link state as set. any. */
bool avf_link_is_up(const struct avf_dev *dev);

/* ---------------------------------------------- configuration space (ctl) */

/**
 * avf_cfg_read() - read configuration space
 *
 * Any offset and length inside AVF_CFG_SIZE; what lies outside reads as 0.
 */
void avf_cfg_read(const struct avf_dev *dev, u32 off, void *buf, u32 len);

/**
 * avf_cfg_write() - write configuration space
 *
 * Read-only bits are left alone. Setting "initiate FLR" performs
 * avf_dev_reset(AVF_RESET_FLR) before it returns.
 */
void avf_cfg_write(struct avf_dev *dev, u32 off, const void *buf, u32 len);

/* ------------------------------------------------------------- BARs (ctl) */

/**
 * avf_bar_read() - read BAR @bar (0 or 3)
 *
 * Any width and alignment. BAR0 is made of dwords: a narrower or unaligned
 * read sees the bytes of the dwords it covers. Outside the BAR, or while
 * memory decoding is off, all ones.
 */
void avf_bar_read(struct avf_dev *dev, u32 bar, u32 off, void *buf, u32 len);

/**
 * avf_bar_write() - write BAR @bar (0 or 3)
 *
 * BAR0 takes aligned dwords only; other widths are ignored (no driver uses
 * them). A write to the mailbox tail only marks work: call avf_mbx_run()
 * afterwards.
 */
void avf_bar_write(struct avf_dev *dev, u32 bar, u32 off, const void *buf,
		   u32 len);

/**
 * avf_fast_write() - try a BAR0 dword write without the control lock. any.
 *
 * Returns true when done: tails, DYN_CTLN and ITRN. False: take the control
 * lock and use avf_bar_write().
 */
bool avf_fast_write(struct avf_dev *dev, u32 off, u32 val);

/** avf_fast_read() - the same for reads (RSTAT). any. */
bool avf_fast_read(struct avf_dev *dev, u32 off, u32 *val);

/* ---------------------------------------------------- registers in memory */

/**
 * avf_page_attach() - keep BAR0's registers in memory that the driver maps. ctl.
 * @page: AVF_PAGE_SIZE bytes for each page of BAR0, valid until after
 *        avf_page_detach() and host op queues_quiesce(); NULL where there are no
 *        registers, and for the doorbell pages, which there are anyway
 *
 * From here on avf_bar_read() and avf_bar_write() act on that memory, too. The
 * caller looks at avf_page_pending() from time to time. A device has one set of
 * pages at a time. With avf_params::hw, interrupt enables that are stored there
 * reach hardware when the caller looks; and so do tails, where the driver cannot
 * store them into hardware's page.
 */
void avf_page_attach(struct avf_dev *dev, void *const page[AVF_BAR0_PAGES]);

/** avf_page_detach() - as it was before. ctl. Stores not yet seen are lost. */
void avf_page_detach(struct avf_dev *dev);

/**
 * avf_page_pending() - what the driver has stored and the model not seen. any.
 *
 * Returns AVF_PAGE_*, 0 = nothing. Nothing is pending while memory decoding is
 * off.
 */
u32 avf_page_pending(const struct avf_dev *dev);

/** avf_page_irqs() - act on stores to DYN_CTLN. any. */
void avf_page_irqs(struct avf_dev *dev);

/**
 * avf_page_sync() - act on all stores. ctl.
 *
 * Only marks mailbox work: call avf_mbx_run() afterwards. A driver that stores
 * faster than the model reads leaves something pending.
 */
void avf_page_sync(struct avf_dev *dev);

/* ---------------------------------------------------------- mailbox (ctl) */

/** avf_mbx_pending() - has the driver sent messages not yet run? ctl. */
bool avf_mbx_pending(const struct avf_dev *dev);

/**
 * avf_mbx_run() - run pending mailbox messages and deliver queued replies. ctl.
 *
 * Handles at most one ring's worth of messages (1,023) and never recurses.
 */
void avf_mbx_run(struct avf_dev *dev);

/* ---------------------------------------------------------- queues (queue) */

/** avf_tx_ready() - is there a descriptor to fetch on Tx queue @q? any. */
bool avf_tx_ready(const struct avf_dev *dev, u16 q);

/** avf_tx_pending() - a bit for each Tx queue that avf_tx_ready(). any. */
u32 avf_tx_pending(const struct avf_dev *dev);

/**
 * avf_tx_poll() - send from Tx queue @q. queue.
 * @budget:  frames (segments, for TSO) after which to stop at the next frame
 * @room:    optional: bytes of buffers after which to do that, too; less by
 *           those taken from the ring when it returns, and maybe below 0. A
 *           frame that is not sent counts for 60 more, each of several
 *           descriptors for 32 at least, also if looked at in vain
 * @scratch: the caller's working memory; content is irrelevant before and after
 *
 * Calls host op xmit() with up to AVF_TX_BATCH frames at a time, writes back
 * completed descriptors, raises the queue's interrupt once. Returns the number
 * of frames sent or dropped; avf_tx_ready() tells whether there is more.
 */
u32 avf_tx_poll(struct avf_dev *dev, u16 q, u32 budget, s32 *room,
		struct avf_tx_scratch *scratch);

/**
 * avf_rx_push() - put one frame into a receive ring. queue (all Rx queues).
 *
 * Copies the payload once, into the driver's buffers. Returns 0, or -ENOBUFS,
 * -EMSGSIZE, -ENETDOWN (no queue, or a rule of the driver's drops it), -EFAULT
 * after counting a discard; never waits. The caller ends a burst with
 * avf_rx_flush(), before host op queues_quiesce() may return.
 *
 * A frame with avf_frame::gso set is cut into the driver's buffers. Segments
 * find room or not one by one; the first one's error is returned. -EINVAL: it
 * cannot be cut.
 */
int avf_rx_push(struct avf_dev *dev, const struct avf_frame *frame);

/** avf_rx_flush() - raise the interrupts of the burst just pushed. queue. */
void avf_rx_flush(struct avf_dev *dev);

/**
 * avf_frame_cut() - cut a frame that is longer than those of the wire. any.
 * @frame: frame with avf_frame::gso set
 * @fn:    called with each segment, in order; it is valid during the call
 * @ctx:   first argument of @fn
 *
 * Headers are built for each segment, payload stays where it is but for what
 * belongs to the segment's AVF_FRAME_HDR first bytes. All checksums are
 * computed. Returns 0; -EINVAL when the headers are not what @frame->gso says,
 * or a segment would be longer than a frame can be; -E2BIG when one has too
 * many pieces, after the segments before it.
 */
int avf_frame_cut(const struct avf_frame *frame,
		  void (*fn)(void *ctx, const struct avf_frame *seg),
		  void *ctx);

/* ------------------------------------------------- hardware queues (any) */

/**
 * avf_hw_tail() - pass on the tail of a queue, if it runs. any.
 * @q: a queue pair the device has
 *
 * As it is in the doorbell page; a value outside the ring is counted only.
 */
void avf_hw_tail(struct avf_dev *dev, bool tx, u16 q);

/**
 * avf_hw_tails() - pass on what was stored into the doorbell pages. any.
 *
 * For who gets AVF_PAGE_TAIL. Where drivers store tails into hardware's own page
 * meanwhile there is nothing to pass on here.
 */
void avf_hw_tails(struct avf_dev *dev);

/** avf_hw_itr() - pass on all intervals as they are in the page. any. */
void avf_hw_itr(struct avf_dev *dev);

/* ------------------------------------------------------- interrupts (any) */

#define AVF_TX_DELAY_MAX	8190000u

/**
 * avf_int_tx_delay() - let interrupts for Tx completions wait for others. any.
 * @ns: for so long at most, up to AVF_TX_DELAY_MAX; 0, as at first = not at all
 *
 * A driver looks at all queues of a vector whenever that fires, so the interrupt
 * for a lone frame's completion is in vain when one for a received frame comes
 * soon after, as it does where requests are answered. It does not wait when
 * completions since the last one take a quarter of the ring or 16 KiB, when a
 * queue is disabled, nor at all when the queue's ITR interval is 0, by which a
 * driver (ethtool -C tx-usecs 0) asks for interrupts at once. What is written
 * back is not delayed.
 */
void avf_int_tx_delay(struct avf_dev *dev, u32 ns);

/** avf_int_timer() - a deadline given to timer_arm() has passed. any. */
void avf_int_timer(struct avf_dev *dev);

#endif /* AVF_EMUL_H */
