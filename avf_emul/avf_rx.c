// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Receive queues (device contract 5.1, 5.5 to 5.9).
 *
 * A frame is delivered whole or not at all: what it needs is known before the
 * first byte is written, and no descriptor is written back before the last
 * byte is in place.
 */
#include "avf_dev.h"
#include "avf_off.h"
#include "avf_ring.h"
#include "avf_wire.h"

#define RX_DESC_SIZE	((u32)sizeof(struct avf_rx_desc))
#define RX_HDR_MIN	14u
#define RX_FCS_LEN	4u

/**
 * struct rx_meta - what write-back says about a frame as a whole
 * @ptype: packet type
 *
 * Without L3L4P no checksum is vouched for and drivers verify themselves.
 */
struct rx_meta {
	u16 ptype;
};

/**
 * struct rx_src - position in the bytes of a frame, and of its FCS if kept
 * @frame:   the frame
 * @i:       segment; the one after the last is the FCS
 * @off:     bytes used of it
 * @fcs_len: bytes of @fcs, 0 = the FCS is stripped
 * @fcs:     frame check sequence
 */
struct rx_src {
	const struct avf_frame *frame;
	u32 i;
	u32 off;
	u32 fcs_len;
	u8 fcs[RX_FCS_LEN];
};

/**
 * struct rx_slot - one descriptor of the frame being delivered
 * @iova: its address
 * @ring: mapping of it, NULL = none to be had
 * @buf:  the buffer's address, loaded once
 * @len:  bytes of the frame that go there
 */
struct rx_slot {
	u64 iova;
	struct avf_rx_desc *ring;
	u64 buf;
	u32 len;
};

/* ------------------------------------------------------- life of a queue */

void avf_rxq_init(struct avf_rxq *q)
{
	memset(q, 0, sizeof(*q));
	q->vec = AVF_VEC_NONE;
}

static bool rxdid_ok(u8 rxdid)
{
	return rxdid == AVF_RXDID_LEGACY || rxdid == AVF_RXDID_FLEX_NIC ||
	       (rxdid >= 16 && rxdid <= AVF_RXDID_FLEX_OVS);
}

int avf_rxq_config(struct avf_rxq *q, u64 base, u16 len, u16 buf_size,
		   u16 max_pkt, u8 rxdid, bool crc_disable)
{
	if (q->enabled)
		return -EBUSY;
	if (len && (len < AVF_RING_MIN || len > AVF_RING_MAX ||
		    len % AVF_RING_MULT || base % AVF_RING_ALIGN ||
		    base + len * RX_DESC_SIZE < base ||
		    buf_size < AVF_RX_BUF_MIN || buf_size > AVF_RX_BUF_MAX ||
		    buf_size % AVF_RX_BUF_MULT || max_pkt < AVF_RX_PKT_MIN ||
		    max_pkt > AVF_RX_PKT_MAX || !rxdid_ok(rxdid)))
		return -EINVAL;

	q->base = base;
	WRITE_ONCE(q->len, len);
	q->buf_size = buf_size;
	q->max_pkt = max_pkt;
	q->rxdid = rxdid;
	q->crc_disable = crc_disable;
	q->head = 0;
	return 0;
}

void avf_rxq_enable(struct avf_rxq *q)
{
	if (!q->len)
		return;
	q->judged = false;
	avf_store_release(&q->enabled, 1u);
}

void avf_rxq_disable(struct avf_rxq *q)
{
	avf_store_release(&q->enabled, 0u);
}

void avf_rxq_clear(struct avf_rxq *q)
{
	q->head = 0;
	q->touched = false;
	q->map_n = 0;
	avf_store_release(&q->tail, 0u);
}

void avf_rxq_tail_write(struct avf_dev *dev, u16 qid, u32 val)
{
	struct avf_rxq *q;

	if (qid >= dev->num_qps)
		return;
	q = &dev->rx[qid];

	if (avf_load_acquire(&q->enabled) && val >= READ_ONCE(q->len)) {
		avf_stat_add(&dev->qstats.bad_tail, 1);
		return;
	}
	avf_store_release(&q->tail, val);
}

/*
 * Descriptors the driver has posted. A tail that was written before the queue
 * was configured, or while it was being reconfigured, shows only now whether
 * it lies inside the ring; if not there is none until the next write.
 */
static u32 rx_posted(struct avf_dev *dev, struct avf_rxq *q)
{
	u32 tail = avf_load_acquire(&q->tail);
	bool judged = q->judged;

	q->judged = true;
	if (tail < q->len)
		return avf_ring_count(q->head, tail, q->len);
	if (!judged)
		avf_stat_add(&dev->qstats.bad_tail, 1);
	return 0;
}

/* -------------------------------------------------------------- payload */

static void rx_src_init(struct rx_src *src, const struct avf_frame *frame,
			bool fcs)
{
	u32 crc = ~0u;
	__le32 le;
	u32 i;

	memset(src, 0, sizeof(*src));
	src->frame = frame;
	if (!fcs)
		return;

	for (i = 0; i < frame->nsegs; i++)
		crc = avf_crc32(crc, frame->seg[i].p, frame->seg[i].len);
	le = cpu_to_le32(~crc);
	memcpy(src->fcs, &le, sizeof(le));
	src->fcs_len = RX_FCS_LEN;
}

/* The next bytes that lie in one piece; returns their number, 0 at the end. */
static u32 rx_src_peek(const struct rx_src *src, const u8 **p)
{
	const struct avf_frame *f = src->frame;

	if (src->i < f->nsegs) {
		*p = (const u8 *)f->seg[src->i].p + src->off;
		return f->seg[src->i].len - src->off;
	}
	*p = src->fcs + src->off;
	return src->i == f->nsegs ? src->fcs_len - src->off : 0;
}

static void rx_src_skip(struct rx_src *src, u32 n, u32 avail)
{
	src->off += n;
	if (n == avail) {
		src->i++;
		src->off = 0;
	}
}

static noinline int rx_fill_pieces(struct avf_dev *dev, struct rx_src *src,
				   u64 iova, u32 len)
{
	const struct avf_host_ops *ops = dev->ops;
	u32 run, n, avail;
	const u8 *p;
	u8 *to;

	while (len) {
		/* By pages, so that no address is added up across a wrap. */
		run = min_t(u32, len,
			    AVF_PAGE_SIZE - (u32)(iova % AVF_PAGE_SIZE));
		to = NULL;
		if (ops->dma_map)
			to = ops->dma_map(dev->host, iova, run, true);
		len -= run;

		while (run) {
			avail = rx_src_peek(src, &p);
			if (!avail)
				return -EINVAL;
			n = min_t(u32, run, avail);
			if (to) {
				avf_copy(to, p, n);
				to += n;
			} else if (ops->dma_write(dev->host, iova, p, n)) {
				return -EFAULT;
			}
			rx_src_skip(src, n, avail);
			iova += n;
			run -= n;
		}
	}

	return 0;
}

/* Put the next @len bytes at @iova; most often it is one piece on both sides. */
static __always_inline int rx_fill(struct avf_dev *dev, struct rx_src *src,
				   u64 iova, u32 len)
{
	const struct avf_host_ops *ops = dev->ops;
	u32 avail;
	const u8 *p;
	u8 *to;

	avail = rx_src_peek(src, &p);
	if (!ops->dma_map || len > avail ||
	    len > AVF_PAGE_SIZE - (u32)(iova % AVF_PAGE_SIZE))
		return rx_fill_pieces(dev, src, iova, len);
	to = ops->dma_map(dev->host, iova, len, true);
	if (!to)
		return rx_fill_pieces(dev, src, iova, len);
	avf_copy(to, p, len);
	rx_src_skip(src, len, avail);
	return 0;
}

/* ---------------------------------------------------------- descriptors */

/* Map the ring from descriptor @idx to the end of the page. */
static noinline struct avf_rx_desc *rx_map(struct avf_dev *dev,
					    struct avf_rxq *q, u32 idx)
{
	const struct avf_host_ops *ops = dev->ops;
	u64 iova = q->base + idx * RX_DESC_SIZE;
	u32 room, n;

	q->map_n = 0;
	if (!ops->dma_map)
		return NULL;
	/* A ring is so aligned that no descriptor crosses a page. */
	room = AVF_PAGE_SIZE - (u32)(iova % AVF_PAGE_SIZE);
	n = min_t(u32, room / RX_DESC_SIZE, q->len - idx);
	q->map = ops->dma_map(dev->host, iova, n * RX_DESC_SIZE, true);
	if (!q->map)
		return NULL;
	q->map_pos = idx;
	q->map_n = n;
	return q->map;
}

static int rx_load(struct avf_dev *dev, struct avf_rxq *q, u32 idx,
		   struct rx_slot *slot)
{
	u32 rel = idx - q->map_pos;
	__le64 addr;

	slot->iova = q->base + idx * RX_DESC_SIZE;
	slot->ring = likely(rel < q->map_n) ? q->map + rel :
					      rx_map(dev, q, idx);
	if (slot->ring)
		addr = READ_ONCE(slot->ring->qw0);
	else if (dev->ops->dma_read(dev->host, slot->iova, &addr,
				    sizeof(addr)))
		return -EFAULT;
	slot->buf = le64_to_cpu(addr);
	return 0;
}

static void rx_legacy(struct avf_rx_desc *d, u32 len, bool last,
		      const struct rx_meta *meta)
{
	u64 qw1 = AVF_RXL_DD | (u64)len << AVF_RXL_LEN_S;

	if (last)
		qw1 |= AVF_RXL_EOP | (u64)meta->ptype << AVF_RXL_PTYPE_S;
	d->qw1 = cpu_to_le64(qw1);
}

static void rx_flex(struct avf_rx_desc *d, u8 rxdid, u32 len, bool last,
		    const struct rx_meta *meta)
{
	u64 qw0 = (u64)rxdid << AVF_RXF_RXDID_S | (u64)len << AVF_RXF_LEN_S;
	u64 qw1 = AVF_RXF_DD;

	if (last) {
		qw0 |= (u64)meta->ptype << AVF_RXF_PTYPE_S;
		qw1 |= AVF_RXF_EOP;
	}
	/* No flow matched. Where this goes is where the layouts differ. */
	if (rxdid == AVF_RXDID_FLEX_OVS)
		qw1 |= AVF_RXF_FLOW_NONE << AVF_RXF_HI32_S;
	else
		d->qw3 = cpu_to_le64(AVF_RXF_FLOW_NONE);
	d->qw0 = cpu_to_le64(qw0);
	d->qw1 = cpu_to_le64(qw1);
}

static noinline int rx_write_back_copy(struct avf_dev *dev, u64 iova,
				       const struct avf_rx_desc *d)
{
	const u32 qw1_at = offsetof(struct avf_rx_desc, qw1);
	const struct avf_host_ops *ops = dev->ops;
	struct avf_rx_desc early = *d;

	early.qw1 = 0;
	if (ops->dma_write(dev->host, iova, &early, sizeof(early)))
		return -EFAULT;
	avf_wmb();
	return ops->dma_write(dev->host, iova + qw1_at, &d->qw1,
			      sizeof(d->qw1));
}

/*
 * Qword 1 holds DD and goes last. Vector drivers load halves of several
 * descriptors at once, so what DD vouches for is visible before it.
 */
static int rx_write_back(struct avf_dev *dev, const struct rx_slot *slot,
			 const struct avf_rx_desc *d)
{
	struct avf_rx_desc *ring = slot->ring;

	if (unlikely(!ring))
		return rx_write_back_copy(dev, slot->iova, d);

	WRITE_ONCE(ring->qw2, d->qw2);
	WRITE_ONCE(ring->qw3, d->qw3);
	WRITE_ONCE(ring->qw0, d->qw0);
	avf_store_release(&ring->qw1, d->qw1);
	return 0;
}

/* ------------------------------------------------------------- delivery */

/* Receive side scaling will choose here; until then, the first that runs. */
static struct avf_rxq *avf_rx_select(struct avf_dev *dev)
{
	u16 i;

	for (i = 0; i < dev->num_qps; i++)
		if (avf_load_acquire(&dev->rx[i].enabled))
			return &dev->rx[i];

	return NULL;
}

static int rx_deliver(struct avf_dev *dev, struct avf_rxq *q,
		      const struct avf_frame *frame)
{
	const struct rx_meta meta = { .ptype = AVF_PTYPE_L2 };
	struct rx_slot slot[AVF_RX_CHAIN];
	struct rx_src src;
	u32 len, need, idx, i;
	int err;

	if (frame->len < RX_HDR_MIN || frame->len > q->max_pkt)
		return -EMSGSIZE;
	len = frame->len + (q->crc_disable ? RX_FCS_LEN : 0);
	need = (len + q->buf_size - 1) / q->buf_size;
	if (need > AVF_RX_CHAIN)
		return -EMSGSIZE;
	if (need > rx_posted(dev, q))
		return -ENOBUFS;

	idx = q->head;
	for (i = 0; i < need; i++) {
		slot[i].len = min_t(u32, len, q->buf_size);
		len -= slot[i].len;
		err = rx_load(dev, q, idx, &slot[i]);
		if (err)
			return err;
		if (++idx == q->len)
			idx = 0;
	}

	rx_src_init(&src, frame, q->crc_disable);
	for (i = 0; i < need; i++) {
		err = rx_fill(dev, &src, slot[i].buf, slot[i].len);
		if (err)
			return err;
	}

	for (i = 0; i < need; i++) {
		struct avf_rx_desc d = {};
		bool last = i == need - 1;

		if (q->rxdid == AVF_RXDID_LEGACY)
			rx_legacy(&d, slot[i].len, last, &meta);
		else
			rx_flex(&d, q->rxdid, slot[i].len, last, &meta);
		/* Only a ring without mapping can fail; it is lost anyway. */
		if (rx_write_back(dev, &slot[i], &d))
			return -EFAULT;
	}

	q->head = idx;
	q->touched = true;
	return 0;
}

int avf_rx_push(struct avf_dev *dev, const struct avf_frame *frame)
{
	struct avf_stats *st = &dev->qstats;
	struct avf_rxq *q = NULL;
	int err = -ENETDOWN;

	if (avf_dev_dma_ok(dev))
		q = avf_rx_select(dev);
	if (q)
		err = rx_deliver(dev, q, frame);
	if (err) {
		if (err == -EFAULT)
			avf_stat_add(&st->dma_errors, 1);
		avf_stat_add(&st->rx_discards, 1);
		return err;
	}

	/* As hardware counts, and DPDK's driver expects: with the FCS. */
	avf_stat_add(&st->rx_bytes, frame->len + RX_FCS_LEN);
	avf_stat_frame(frame, &st->rx_unicast, &st->rx_multicast,
		       &st->rx_broadcast);
	return 0;
}

void avf_rx_flush(struct avf_dev *dev)
{
	u16 i;

	/* Write-backs first, then the look at the vectors' enable bits. */
	avf_mb();
	for (i = 0; i < dev->num_qps; i++) {
		struct avf_rxq *q = &dev->rx[i];

		q->map_n = 0;
		if (!q->touched)
			continue;
		q->touched = false;
		avf_int_cause(dev, READ_ONCE(q->vec), READ_ONCE(q->itr));
	}
}
