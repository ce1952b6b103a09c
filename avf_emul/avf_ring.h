/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * Descriptor queues: what the driver configured, where it and the device are.
 *
 * Who may touch what:
 *
 *   config   written by ctl while the queue is disabled and quiesced, then
 *            published by the release store to @enabled; immutable while it is
 *            set, so whoever loaded @enabled with acquire reads it freely;
 *   vec, itr written by ctl at any time (a driver may map vectors before, after
 *            or while it uses the queue); single loads and stores;
 *   tail     a dword of a doorbell page, which the driver writes from any
 *            context: through a register handler, or straight into the page
 *            where it is mapped. Loaded once by the queue's owner per decision,
 *            and judged after that load: it is the driver's memory;
 *   head     written by the queue's owner, and by ctl when there is none.
 *
 * Disabling is three steps, in this order: avf_*q_disable(), host op
 * queues_quiesce(), avf_*q_clear(). Several queues may share the second.
 */
#ifndef AVF_RING_H
#define AVF_RING_H

#include "avf_frame.h"
#include "avf_os.h"

struct avf_dev;
struct avf_rx_desc;

#define AVF_VEC_NONE		0xffffu	/* queue mapped to no vector */

/* What a queue may look like (device contract 5.1). */
#define AVF_RING_MIN		64u
#define AVF_RING_MAX		4096u
#define AVF_RING_MULT		32u
#define AVF_RING_ALIGN		128u
#define AVF_RX_BUF_MIN		1024u
#define AVF_RX_BUF_MAX		16256u
#define AVF_RX_BUF_MULT		128u
#define AVF_RX_PKT_MIN		64u
#define AVF_RX_PKT_MAX		16382u
#define AVF_RX_CHAIN		5u	/* buffers of one received frame */

#define AVF_TAIL_NONE		0xffffffffu

/**
 * struct avf_txq - a transmit queue
 * @base:    ring address; 128-aligned
 * @len:     descriptors; 0 = never configured, or configured as unused
 * @vec:     MSI-X vector, AVF_VEC_NONE = none
 * @itr:     throttle index of the mapping
 * @enabled: 0 or 1; acquire/release
 * @tail:    the tail register, in a doorbell page (fixed)
 * @head:    next descriptor to fetch
 * @wait:    tail up to which there is no end of a frame, or that lies outside
 *           the ring; AVF_TAIL_NONE = none: work begins again when the tail is
 *           another
 * @passed:  the tail that hardware which runs the queue was told last (hw_lock)
 */
struct avf_txq {
	u64 base;
	u16 len;
	u16 vec;
	u8 itr;
	u32 enabled;
	__le32 *tail;
	u32 head;
	u32 wait;
	u32 passed;
};

/**
 * struct avf_rxq - a receive queue
 * @base:        ring address; 128-aligned
 * @len:         descriptors; 0 = never configured, or configured as unused
 * @buf_size:    bytes of each buffer
 * @max_pkt:     longest frame to deliver, without FCS
 * @rxdid:       write-back layout: 1 (legacy), 2, 16..22 (flexible)
 * @crc_disable: do not strip the FCS
 * @vec:         MSI-X vector, AVF_VEC_NONE = none
 * @itr:         throttle index of the mapping
 * @enabled:     0 or 1; acquire/release
 * @tail:        the tail register, in a doorbell page (fixed)
 * @head:        next descriptor to fill
 * @bad:         a tail outside the ring that was counted, AVF_TAIL_NONE = none
 *               (owner)
 * @touched:     frames delivered since the last flush (owner)
 * @map:         descriptors mapped since the last flush (owner)
 * @map_pos:     ring index of the first of them
 * @map_n:       their number, 0 = none
 * @passed:      the tail that hardware was told last (hw_lock)
 */
struct avf_rxq {
	u64 base;
	u16 len;
	u16 buf_size;
	u16 max_pkt;
	u8 rxdid;
	bool crc_disable;
	u16 vec;
	u8 itr;
	u32 enabled;
	__le32 *tail;
	u32 head;
	u32 bad;
	bool touched;
	struct avf_rx_desc *map;
	u32 map_pos;
	u32 map_n;
	u32 passed;
};

/* The driver's view of a queue's end; see @tail. */
static inline u32 avf_tail_load(const __le32 *tail)
{
	return le32_to_cpu(avf_load_acquire(tail));
}

static inline void avf_tail_store(__le32 *tail, u32 val)
{
	avf_store_release(tail, cpu_to_le32(val));
}

/**
 * avf_txq_init() - as at power on: unconfigured, unmapped, disabled. ctl.
 * @tail: where its tail register is
 *
 * Also the last step of a reset, after queues_quiesce().
 */
void avf_txq_init(struct avf_txq *q, __le32 *tail);

/**
 * avf_txq_config() - take a configuration. ctl, queue disabled and quiesced.
 * @len: 0 = the queue is not used
 *
 * Zeroes the head but not the tail, which may belong to a frame that is already
 * in the ring. Keeps the vector mapping. Returns 0, -EINVAL (nothing changed)
 * outside the contract's limits, -EBUSY when enabled.
 */
int avf_txq_config(struct avf_txq *q, u64 base, u16 len);

/**
 * avf_txq_enable() - let the queue run. ctl. Requires @len != 0.
 *
 * Returns true when the driver has already written a tail: the caller then
 * calls host op tx_kick(), as nobody else will.
 */
bool avf_txq_enable(struct avf_txq *q);

/** avf_txq_disable() - take no new work. ctl. Then quiesce, then clear. */
void avf_txq_disable(struct avf_txq *q);

/**
 * avf_txq_clear() - forget positions. ctl, after queues_quiesce().
 *
 * The configuration stays: DPDK stops and starts single queues without
 * configuring them again.
 */
void avf_txq_clear(struct avf_txq *q);

/** avf_rxq_init() - see avf_txq_init(). ctl. */
void avf_rxq_init(struct avf_rxq *q, __le32 *tail);

/**
 * avf_rxq_config() - take a configuration. ctl, queue disabled and quiesced.
 * @len:   0 = the queue is not used
 * @rxdid: 1, 2 or 16..22; drivers that negotiated nothing mean 1
 *
 * Zeroes the head but not the tail: Linux writes the Rx tail before it
 * configures the queue. Returns as avf_txq_config().
 */
int avf_rxq_config(struct avf_rxq *q, u64 base, u16 len, u16 buf_size,
		   u16 max_pkt, u8 rxdid, bool crc_disable);

/** avf_rxq_enable() - let the queue run. ctl. Requires @len != 0. */
void avf_rxq_enable(struct avf_rxq *q);

/** avf_rxq_disable() - take no more frames. ctl. Then quiesce, then clear. */
void avf_rxq_disable(struct avf_rxq *q);

/** avf_rxq_clear() - forget positions, keep the configuration. ctl. */
void avf_rxq_clear(struct avf_rxq *q);

/**
 * avf_txq_tail_write() - the driver wrote QTX_TAIL(@qid). any.
 *
 * Kicks an enabled queue. While the queue is disabled any value is kept, and
 * judged once it is enabled. Unknown queues are ignored.
 */
void avf_txq_tail_write(struct avf_dev *dev, u16 qid, u32 val);

/**
 * avf_rxq_tail_write() - the driver wrote QRX_TAIL(@qid). any.
 *
 * While the queue is disabled any value is kept, since the ring it belongs to
 * may not be configured yet.
 */
void avf_rxq_tail_write(struct avf_dev *dev, u16 qid, u32 val);

/*
 * Counters are for reading by anyone at any time and have no lock: parallel
 * queue functions of one device may lose a count, never tear one.
 */
static inline void avf_stat_add(u64 *counter, u64 n)
{
	WRITE_ONCE(*counter, READ_ONCE(*counter) + n);
}

/* Count a frame in the one of three counters that its destination chooses. */
static inline void avf_stat_frame(const struct avf_frame *f, u64 *unicast,
				  u64 *multicast, u64 *broadcast)
{
	static const u8 all[AVF_ETH_ALEN] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	};

	if (!(f->hdr[0] & 1))
		avf_stat_add(unicast, 1);
	else if (memcmp(f->hdr, all, sizeof(all)))
		avf_stat_add(multicast, 1);
	else
		avf_stat_add(broadcast, 1);
}

/* Filled descriptors between two ring positions, both < len. */
static inline u32 avf_ring_count(u32 head, u32 tail, u32 len)
{
	return tail >= head ? tail - head : tail + len - head;
}

#endif /* AVF_RING_H */
