/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * The seam between vdcm and a PF driver.
 *
 * A PF driver owns a physical function (or a software one) and offers ADIs on
 * it: assignable device interfaces. vdcm composes each ADI into a complete
 * virtual PCI device and hands it out as a mediated device. The PF driver sees
 * no vfio, no mdev and no byte that a guest wrote before it was validated.
 *
 * Contexts named below:
 *   ctl     process context, may sleep, serialised per ADI
 *   worker  the PF's worker thread: one caller per PF at a time, may sleep
 *   any     any context but hard interrupts
 */
#ifndef ADI_H
#define ADI_H

#include <linux/device.h>
#include <linux/if_ether.h>
#include <linux/types.h>

#include "avf_frame.h"

struct adi;
struct adi_pf;
struct vdcm_parent;

/**
 * struct adi_drops - frames that the PF's switch kept from or for an ADI
 * @tx_spoofed_mac:  sent from an address that is not the ADI's
 * @tx_spoofed_vlan: sent in a VLAN that the ADI is not a member of
 * @tx_fragmented:   sent in more pieces than leave room for a tag
 * @rx_other_vlan:   to the ADI's address, in a VLAN it is not a member of
 *
 * Monotonic over the ADI's life.
 */
struct adi_drops {
	u64 tx_spoofed_mac;
	u64 tx_spoofed_vlan;
	u64 tx_fragmented;
	u64 rx_other_vlan;
};

/*
 * Why frames did not arrive, for tracing: ADI_DROP_<name>, its number, which
 * stays what it is, and in words. The first ones are vdcm's, the others a
 * switch's.
 */
#define ADI_DROPS(x)							\
	x(RX_NO_BUFFER, 1, "rx-no-buffer")				\
	x(RX_TOO_LONG, 2, "rx-too-long")				\
	x(RX_NO_QUEUE, 3, "rx-no-queue-or-rule")			\
	x(RX_MEMORY, 4, "rx-memory")					\
	x(TX_MALFORMED, 5, "tx-malformed")				\
	x(TX_FRAGMENTS, 6, "tx-fragments")				\
	x(TX_TOO_LONG, 7, "tx-too-long")				\
	x(TX_MEMORY, 8, "tx-memory")					\
	x(TX_SPOOFED_MAC, 9, "tx-spoofed-mac")				\
	x(TX_SPOOFED_VLAN, 10, "tx-spoofed-vlan")			\
	x(TX_FRAGMENTED, 11, "tx-fragmented")				\
	x(RX_OTHER_VLAN, 12, "rx-other-vlan")

enum adi_drop {
#define ADI_DROP(name, number, text)	ADI_DROP_##name = (number),
	ADI_DROPS(ADI_DROP)
#undef ADI_DROP
};

/**
 * struct adi_pf_ops - what a PF driver does for its ADIs
 */
struct adi_pf_ops {
	/**
	 * @adi_add: reserve what @adi needs; sets adi->priv. ctl. An error
	 * refuses the mediated device; say why with dev_err().
	 */
	int (*adi_add)(struct adi *adi);
	/** @adi_del: mirror image; no call for @adi runs or follows. ctl. */
	void (*adi_del)(struct adi *adi);
	/** @mac_add: deliver frames to @mac to @adi. ctl. 0 or -errno. */
	int (*mac_add)(struct adi *adi, const u8 *mac);
	/** @mac_del: stop that; unknown addresses are ignored. ctl. */
	void (*mac_del)(struct adi *adi, const u8 *mac);
	/**
	 * @promisc: deliver all unicast / all multicast frames. ctl. Unicast
	 * only of an ADI that the host trusts.
	 */
	void (*promisc)(struct adi *adi, bool unicast, bool multicast);
	/**
	 * @vlan_add: @adi is a member of VLAN @vid (1..4095) of tag protocol
	 * @tpid. ctl. 0 or -errno. Outlives neither a reset nor a close.
	 */
	int (*vlan_add)(struct adi *adi, u16 tpid, u16 vid);
	/** @vlan_del: no longer. ctl. */
	void (*vlan_del)(struct adi *adi, u16 tpid, u16 vid);
	/**
	 * @vlan_filter: off, as at the start: @adi is a member of every VLAN;
	 * on: of those added. Of VLAN 0 (no tag, or priority only) it always
	 * is. ctl.
	 */
	void (*vlan_filter)(struct adi *adi, bool on);
	/**
	 * @port_vlan: @adi is a member of VLAN @vid (1..4094) alone, of frames
	 * without tag to it: the PF puts the tag on with priority @prio, and
	 * takes it off. Tags of its own are refused. 0: none, as at the
	 * start. ctl. 0 or -errno.
	 */
	int (*port_vlan)(struct adi *adi, u16 vid, u8 prio);
	/**
	 * @spoofchk: on, as at the start: drop what @adi sends from another's
	 * address, or in a VLAN it is not a member of. ctl. 0 or -errno.
	 */
	int (*spoofchk)(struct adi *adi, bool on);
	/**
	 * @rate: let @adi send at most @mbps Mbit/s, 0 = no limit. ctl. 0 or
	 * -errno. Optional: without it vdcm's worker sees to it.
	 */
	int (*rate)(struct adi *adi, u32 mbps);
	/** @drops: a snapshot of the counters. any. */
	void (*drops)(struct adi *adi, struct adi_drops *drops);
	/**
	 * @traffic: the ADI's first queue came up / its last went down. ctl.
	 * Optional.
	 */
	void (*traffic)(struct adi *adi, bool on);
	/**
	 * @xmit: @n frames leave @adi. worker. They are valid during the call
	 * only; deliver with adi_receive(). Not with adi_pf::hw.
	 */
	void (*xmit)(struct adi *adi, const struct avf_frame *frames, u32 n);
	/**
	 * @poll: work asked for with adi_pf_kick(). worker. Returns true when
	 * there is more to do. Optional.
	 */
	bool (*poll)(struct adi_pf *pf);
};

#define ADI_NO_VECTOR	0xffffu		/* of a queue: it interrupts nobody */

/**
 * struct adi_txq - a transmit queue as the guest's driver configured it
 * @base: ring, in the ADI's address space; aligned to 128
 * @len:  descriptors, 64..4096, a multiple of 32
 * @vec:  vector, 1..num_qps, or ADI_NO_VECTOR
 * @itr:  which of its intervals, 3 = none
 */
struct adi_txq {
	u64 base;
	u16 len;
	u16 vec;
	u8 itr;
};

/**
 * struct adi_rxq - a receive queue as the guest's driver configured it
 * @base:     ring, as above; descriptors of 32 bytes
 * @len:      descriptors, as above
 * @buf_size: bytes of each buffer, 1024..16256, a multiple of 128
 * @max_pkt:  longest frame, 64..9728
 * @vec:      vector, as above
 * @itr:      interval, as above
 */
struct adi_rxq {
	u64 base;
	u16 len;
	u16 buf_size;
	u16 max_pkt;
	u16 vec;
	u8 itr;
};

/**
 * struct adi_stats - what the device counted; monotonic over the ADI's life
 *
 * Names as those of virtchnl. rx_bytes includes the FCS.
 */
struct adi_stats {
	u64 rx_bytes;
	u64 rx_unicast;
	u64 rx_multicast;
	u64 rx_broadcast;
	u64 rx_discards;
	u64 tx_bytes;
	u64 tx_unicast;
	u64 tx_multicast;
	u64 tx_broadcast;
	u64 tx_discards;
};

/**
 * struct adi_hw_ops - of a PF whose device runs the ADIs' queues itself
 *
 * vdcm then never looks into a ring: adi_pf_ops::xmit is not called, nor may
 * the PF driver call adi_receive(). All DMA of an ADI carries its PASID; vdcm
 * gets one before adi_pf_ops::adi_add, and starts no queue before everything
 * the guest's memory consists of is mapped there.
 *
 * Numbers of queues and vectors are the ADI's own. All are mandatory.
 */
struct adi_hw_ops {
	/** @txq_start: the queue begins; its tail is 0. ctl. 0 or -errno. */
	int (*txq_start)(struct adi *adi, u16 q, const struct adi_txq *conf);
	/** @rxq_start: the same. ctl. 0 or -errno. */
	int (*rxq_start)(struct adi *adi, u16 q, const struct adi_rxq *conf);
	/**
	 * @queues_stop: those in the masks end, also such as are not on. ctl.
	 * When it returns no DMA of theirs is under way.
	 */
	void (*queues_stop)(struct adi *adi, u32 txq, u32 rxq);
	/** @queue_vector: a queue that is on interrupts another vector. ctl. */
	void (*queue_vector)(struct adi *adi, bool tx, u16 q, u16 vec, u8 itr);
	/** @tail: the tail register of a queue that is on; value checked. any. */
	void (*tail)(struct adi *adi, bool tx, u16 q, u32 val);
	/**
	 * @doorbell: the page that has nothing but the tail register of @q, at
	 * its beginning, for users to map. Process context, also under the mmap
	 * lock. The same over the ADI's life. Returns 0 where there is none.
	 */
	phys_addr_t (*doorbell)(struct adi *adi, bool tx, u16 q);
	/** @vector_ctl: a store to DYN_CTLN of @vec (1..num_qps). any. */
	void (*vector_ctl)(struct adi *adi, u16 vec, u32 val);
	/** @vector_itr: a store to interval @idx (0..2) of @vec. any. */
	void (*vector_itr)(struct adi *adi, u16 vec, u32 idx, u32 val);
	/**
	 * @vector_irq: the interrupt of @vec as request_irq() wants it. ctl.
	 * The same over the ADI's life.
	 */
	int (*vector_irq)(struct adi *adi, u16 vec);
	/** @vlan_strip: tags go to the descriptor. ctl. 0 or -errno. */
	int (*vlan_strip)(struct adi *adi, bool on);
	/** @stats: a snapshot of the counters. Process context. */
	void (*stats)(struct adi *adi, struct adi_stats *stats);
};

/**
 * struct adi_pf - a physical function, filled in by its driver
 * @dev:       its device, bound to a driver; parent of the mediated devices
 * @ops:       the driver's operations
 * @hw:        more of them, where the device has the queues; else %NULL. Such a
 *             device is a PCI function, and its ADIs need PASIDs: where none can
 *             be bound, no ADI is made
 * @max_adis:  most ADIs alive at a time, 1..65535
 * @num_qps:   most queue pairs an ADI can have, 1..AVF_MAX_QPS
 * @link_mbps: link speed in Mbit/s that new ADIs report, 0 = down. Of those
 *             that there are, see adi_link()
 * @gso:       @xmit takes frames with avf_frame::gso set, too: unicast TCP, not
 *             UDP, over IP without options or extension headers, with at most
 *             one 802.1Q tag; the frame is at most 64 KiB, its headers are
 *             true, and TCP's checksum is the sum of the pseudo header. Only
 *             without @hw
 * @parent:    vdcm's side of it; the driver leaves it alone
 */
struct adi_pf {
	struct device *dev;
	const struct adi_pf_ops *ops;
	const struct adi_hw_ops *hw;
	u16 max_adis;
	u16 num_qps;
	u32 link_mbps;
	bool gso;
	struct vdcm_parent *parent;
};

/** No PASID: more than any PASID can be. */
#define ADI_NO_PASID	0xffffffffu

/**
 * struct adi - an ADI as its PF driver sees it
 * @pf:      where it lives
 * @name:    the mediated device's UUID as text
 * @num_qps: queue pairs
 * @pasid:   what its DMA has to be tagged with, 1..0xfffff; ADI_NO_PASID: there
 *           is none, as with every PF without adi_pf::hw. The same from before
 *           adi_pf_ops::adi_add until after adi_pf_ops::adi_del: when that
 *           returns no DMA with it is under way or can follow, for the next ADI
 *           may get it. Nothing is mapped under it while nobody has the device
 *           open, and what the user has mapped before the first queue starts.
 * @priv:    the PF driver's
 */
struct adi {
	struct adi_pf *pf;
	const char *name;
	u16 num_qps;
	u32 pasid;
	void *priv;
};

/**
 * adi_pf_register() - offer a PF's ADIs as mediated devices
 *
 * ctl. From here until adi_pf_unregister() returns every op may be called.
 * Returns 0 or -errno.
 */
int adi_pf_register(struct adi_pf *pf);

/**
 * adi_pf_unregister() - take them back
 *
 * ctl. Asks the users of open devices to let go, waits until they did, and
 * returns when the last ADI is gone.
 */
void adi_pf_unregister(struct adi_pf *pf);

/** adi_pf_kick() - have the worker call adi_pf_ops::poll soon. any. */
void adi_pf_kick(struct adi_pf *pf);

/**
 * adi_pf_sync() - wait until the worker's current step is over
 *
 * ctl; not from the worker. What was unlinked before the call is not in use by
 * the worker after it.
 */
void adi_pf_sync(struct adi_pf *pf);

/**
 * adi_receive() - put frames into an ADI's receive rings
 *
 * worker. Never waits for the receiver: without a buffer a frame is dropped
 * and counted. Frames with avf_frame::gso set are cut into the buffers.
 */
void adi_receive(struct adi *adi, const struct avf_frame *frames, u32 n);

/**
 * adi_dropped() - let tracing know that @n frames from or for @adi are lost
 *
 * any. @n may be 0. Besides counting them, see adi_pf_ops::drops.
 */
void adi_dropped(struct adi *adi, enum adi_drop why, u32 n);

/**
 * adi_link() - the port's link came or went, or has another speed
 * @mbps: Mbit/s, 0 = down
 *
 * ctl, from outside of any op. An ADI whose link the host has set to down stays
 * down.
 */
void adi_link(struct adi *adi, u32 mbps);

/**
 * adi_reset_begin() - the PF is about to be reset
 *
 * ctl, from outside of any op, for each ADI; adi_add and adi_del of that ADI
 * must not run meanwhile. Tells the guest's driver, and calls the ops that take
 * its queues, filters and modes away; they leave hardware that is beyond reach
 * alone. When it returns no user can reach a doorbell page, and the guest sees
 * its function in reset until adi_reset_end().
 */
void adi_reset_begin(struct adi *adi);

/** adi_reset_end() - it is over; all ops work again. ctl, as above. */
void adi_reset_end(struct adi *adi);

/**
 * adi_queue_stopped() - the device stopped a queue for what it did
 * @tx:    a transmit queue, else a receive queue
 * @q:     which of the ADI's
 * @event: the device's word for it
 *
 * Process context; the PF driver may hold locks of its own. The queue stays
 * stopped until its driver starts it anew. Counts it, and tells the operator.
 */
void adi_queue_stopped(struct adi *adi, bool tx, u16 q, u32 event);

#define ADI_REGS_LEN	0x10000u

/**
 * adi_regs() - an image of an ADI's BAR0
 * @bar0: ADI_REGS_LEN bytes, zeroed; register at its offset, little endian
 *
 * ctl, but not in an op of that ADI. From adi_pf_ops::adi_add on until adi_del
 * returns. No register changes by it. Returns 0, -EAGAIN while the ADI is still
 * being created, -EINTR.
 */
int adi_regs(struct adi *adi, __le32 *bar0);

/**
 * adi_frame_cut() - cut a frame with avf_frame::gso set
 * @frame: the frame
 * @fn:    called with each segment, a frame as on the wire; valid during the call
 * @ctx:   first argument of @fn
 *
 * any. Payload is not copied but where it belongs to a segment's first
 * AVF_FRAME_HDR bytes. Returns 0, -EINVAL when the headers are not what
 * @frame->gso says, or -E2BIG when a segment has too many pieces, after the
 * ones before it.
 */
int adi_frame_cut(const struct avf_frame *frame,
		  void (*fn)(void *ctx, const struct avf_frame *seg),
		  void *ctx);

#endif /* ADI_H */
