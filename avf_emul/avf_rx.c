// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Receive queues (device contract 5.1, 5.5 to 5.9).
 *
 * A frame is delivered whole or not at all: what it needs is known before the
 * first byte is written, and no descriptor is written back before the last
 * byte is in place.
 */
#include "avf_dev.h"
#include "avf_fdir.h"
#include "avf_hash.h"
#include "avf_off.h"
#include "avf_parse.h"
#include "avf_ring.h"
#include "avf_rxcsum.h"
#include "avf_wire.h"

#define RX_DESC_SIZE	((u32)sizeof(struct avf_rx_desc))
#define RX_HDR_MIN	14u
#define RX_FCS_LEN	4u
#define RX_TAG_AT	(2u * AVF_ETH_ALEN)
#define RX_TPID		0x8100u
#define RX_NO_CUT	(~0u)

/* rx_meta::flags */
#define RX_L3_BAD	AVF_RXCSUM_L3_BAD
#define RX_L4_BAD	AVF_RXCSUM_L4_BAD
#define RX_L3L4		0x04u	/* else drivers verify checksums themselves */
#define RX_EXADD	0x08u	/* drivers must verify that of L4 */
#define RX_HASHED	0x10u	/* there is a hash */
#define RX_MARKED	0x20u	/* there is a mark */
#define RX_STRIPPED	0x40u	/* there is a tag that is not in the buffer */

/* What few frames have. */
#define RX_SELDOM	(RX_L3_BAD | RX_L4_BAD | RX_EXADD | RX_MARKED |	\
			 RX_STRIPPED)

/**
 * struct rx_meta - what write-back says about a frame as a whole
 * @flags: RX_*
 * @ptype: packet type
 * @tci:   VLAN and priority of the tag
 * @hash:  hash of receive side scaling
 * @mark:  flow id, of a flow director rule
 */
struct rx_meta {
	u32 flags;
	u8 ptype;
	u16 tci;
	u32 hash;
	u32 mark;
};

/**
 * struct rx_src - position in the bytes of a frame, and of its FCS if kept
 * @frame:   the frame
 * @i:       segment; the one after the last is the FCS
 * @off:     bytes used of it
 * @cut:     bytes from here to a tag that is left out, RX_NO_CUT = none
 * @fcs_len: bytes of @fcs, 0 = the FCS is stripped
 * @fcs:     frame check sequence
 */
struct rx_src {
	const struct avf_frame *frame;
	u32 i;
	u32 off;
	u32 cut;
	u32 fcs_len;
	u8 fcs[RX_FCS_LEN];
};

/**
 * struct rx_slot - one descriptor of the frame being delivered
 * @idx:  its ring index
 * @ring: mapping of it, NULL = none to be had
 * @buf:  the buffer's address, loaded once
 * @len:  bytes of the frame that go there
 */
struct rx_slot {
	u32 idx;
	struct avf_rx_desc *ring;
	u64 buf;
	u32 len;
};

/* ------------------------------------------------------- life of a queue */

void avf_rxq_init(struct avf_rxq *q, __le32 *tail)
{
	memset(q, 0, sizeof(*q));
	q->tail = tail;
	q->vec = AVF_VEC_NONE;
	q->bad = AVF_TAIL_NONE;
	avf_tail_store(tail, 0);
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
	q->map_n = 0;
	return 0;
}

void avf_rxq_enable(struct avf_rxq *q)
{
	if (!q->len)
		return;
	q->bad = AVF_TAIL_NONE;
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
	avf_tail_store(q->tail, 0);
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
	avf_tail_store(q->tail, val);
	avf_mb();
	if (dev->hw)
		avf_hw_tail(dev, false, qid);
}

/*
 * Descriptors the driver has posted. A tail that was written before the queue
 * was configured, while it was being reconfigured, or into a mapped page shows
 * only now whether it lies inside the ring; if not there is none until the next
 * write.
 */
static u32 rx_posted(struct avf_dev *dev, struct avf_rxq *q)
{
	u32 tail = avf_tail_load(q->tail);

	if (tail < q->len)
		return avf_ring_count(q->head, tail, q->len);
	if (tail != q->bad) {
		q->bad = tail;
		avf_stat_add(&dev->qstats.bad_tail, 1);
	}
	return 0;
}

/* -------------------------------------------------------------- payload */

/*
 * The tag a driver wants to have in the descriptor. It is judged where nobody
 * can change it, and what is left must still be a frame.
 */
static void rx_vlan_strip(const struct avf_dev *dev,
			  const struct avf_frame *frame, struct rx_meta *meta)
{
	const u8 *tag = frame->hdr + RX_TAG_AT;

	if ((READ_ONCE(dev->vlan) & AVF_VLAN_STRIP) &&
	    frame->hlen >= RX_HDR_MIN + AVF_VLAN_HLEN &&
	    (tag[0] << 8 | tag[1]) == RX_TPID) {
		meta->flags |= RX_STRIPPED;
		meta->tci = (u16)(tag[2] << 8 | tag[3]);
	}
}

static void rx_src_init(struct rx_src *src, const struct avf_frame *frame,
			bool fcs, bool strip)
{
	u32 crc = ~0u;
	__le32 le;
	u32 i;

	memset(src, 0, sizeof(*src));
	src->frame = frame;
	src->cut = strip ? RX_TAG_AT : RX_NO_CUT;
	if (!fcs)
		return;

	for (i = 0; i < frame->nsegs; i++)
		crc = avf_crc32(crc, frame->seg[i].p, frame->seg[i].len);
	le = cpu_to_le32(~crc);
	memcpy(src->fcs, &le, sizeof(le));
	src->fcs_len = RX_FCS_LEN;
}

static void rx_src_skip(struct rx_src *src, u32 n, u32 avail)
{
	src->off += n;
	if (n == avail) {
		src->i++;
		src->off = 0;
	}
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

/* The same, past the tag and not into it. */
static noinline u32 rx_src_next_cut(struct rx_src *src, const u8 **p)
{
	u32 avail, left = AVF_VLAN_HLEN;

	while (!src->cut && left) {
		avail = rx_src_peek(src, p);
		if (!avail)
			return 0;
		rx_src_skip(src, min_t(u32, left, avail), avail);
		left -= min_t(u32, left, avail);
	}
	if (!src->cut)
		src->cut = RX_NO_CUT;
	return min_t(u32, rx_src_peek(src, p), src->cut);
}

static __always_inline u32 rx_src_next(struct rx_src *src, const u8 **p)
{
	return likely(src->cut == RX_NO_CUT) ? rx_src_peek(src, p) :
					       rx_src_next_cut(src, p);
}

static void rx_src_take(struct rx_src *src, u32 n)
{
	const u8 *p;

	rx_src_skip(src, n, rx_src_peek(src, &p));
	if (src->cut != RX_NO_CUT)
		src->cut -= n;
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
			avail = rx_src_next(src, &p);
			if (!avail)
				return -EINVAL;
			n = min_t(u32, run, avail);
			if (to) {
				avf_copy(to, p, n);
				to += n;
			} else if (ops->dma_write(dev->host, iova, p, n)) {
				return -EFAULT;
			}
			rx_src_take(src, n);
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

	avail = rx_src_next(src, &p);
	if (!ops->dma_map || len > avail ||
	    len > AVF_PAGE_SIZE - (u32)(iova % AVF_PAGE_SIZE))
		return rx_fill_pieces(dev, src, iova, len);
	to = ops->dma_map(dev->host, iova, len, true);
	if (!to)
		return rx_fill_pieces(dev, src, iova, len);
	avf_copy(to, p, len);
	rx_src_take(src, len);
	return 0;
}

/*
 * Put a frame at @iova as it is: nothing to leave out or append, and one page
 * to write to. Returns false, with nothing done, where that cannot be.
 */
static __always_inline bool rx_fill_whole(struct avf_dev *dev,
					  const struct avf_frame *frame,
					  u64 iova)
{
	const struct avf_host_ops *ops = dev->ops;
	u32 left = frame->len, i = 0, n;
	u8 *to;

	if (!ops->dma_map ||
	    left > AVF_PAGE_SIZE - (u32)(iova % AVF_PAGE_SIZE))
		return false;
	to = ops->dma_map(dev->host, iova, left, true);
	if (!to)
		return false;
	for (;;) {
		n = min_t(u32, frame->seg[i].len, left);
		avf_copy(to, frame->seg[i].p, n);
		left -= n;
		if (!left || ++i == frame->nsegs)
			return true;
		to += n;
	}
}

/* ---------------------------------------------------------- descriptors */

static u64 rx_desc_iova(const struct avf_rxq *q, u32 idx)
{
	return q->base + idx * RX_DESC_SIZE;
}

/* Map the ring from descriptor @idx to the end of the page. */
static noinline struct avf_rx_desc *rx_map(struct avf_dev *dev,
					    struct avf_rxq *q, u32 idx)
{
	const struct avf_host_ops *ops = dev->ops;
	u64 iova = rx_desc_iova(q, idx);
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

static __always_inline int rx_load(struct avf_dev *dev, struct avf_rxq *q,
				   u32 idx, struct rx_slot *slot)
{
	u32 rel = idx - q->map_pos;
	__le64 addr;

	slot->idx = idx;
	slot->ring = likely(rel < q->map_n) ? q->map + rel :
					      rx_map(dev, q, idx);
	if (slot->ring)
		addr = READ_ONCE(slot->ring->qw0);
	else if (dev->ops->dma_read(dev->host, rx_desc_iova(q, idx), &addr,
				    sizeof(addr)))
		return -EFAULT;
	slot->buf = le64_to_cpu(addr);
	return 0;
}

static __always_inline void rx_legacy(struct avf_rx_desc *d, u32 len, bool last,
				      const struct rx_meta *meta)
{
	u64 qw1 = AVF_RXL_DD | (u64)len << AVF_RXL_LEN_S;
	u64 qw0 = 0;
	u32 flags = meta->flags;

	d->qw2 = 0;
	d->qw3 = 0;
	if (last) {
		qw1 |= AVF_RXL_EOP | (u64)meta->ptype << AVF_RXL_PTYPE_S;
		if (flags & RX_L3L4)
			qw1 |= AVF_RXL_L3L4P;
		if (flags & RX_HASHED) {
			qw0 |= (u64)meta->hash << AVF_RXL_RSS_S;
			qw1 |= AVF_RXL_FLTSTAT_RSS << AVF_RXL_FLTSTAT_S;
		}
	}
	if (last && unlikely(flags & RX_SELDOM)) {
		if (flags & RX_EXADD)
			qw1 |= AVF_RXL_IPV6EXADD;
		if (flags & RX_L3_BAD)
			qw1 |= AVF_RXL_ERR_IPE;
		if (flags & RX_L4_BAD)
			qw1 |= AVF_RXL_ERR_L4E;
		if (flags & RX_MARKED) {
			qw1 |= AVF_RXL_FLM;
			d->qw2 = cpu_to_le64(AVF_RXL_FD_ID);
			d->qw3 = cpu_to_le64((u64)meta->mark <<
					     AVF_RXL_FD_ID_S);
		}
		if (flags & RX_STRIPPED) {
			qw0 |= (u64)meta->tci << AVF_RXL_L2TAG1_S;
			qw1 |= AVF_RXL_L2TAG1P;
		}
	}
	d->qw0 = cpu_to_le64(qw0);
	d->qw1 = cpu_to_le64(qw1);
}

static __always_inline void rx_flex(struct avf_rx_desc *d, u8 rxdid, u32 len,
				    bool last, const struct rx_meta *meta)
{
	u64 qw0 = (u64)rxdid << AVF_RXF_RXDID_S | (u64)len << AVF_RXF_LEN_S;
	u64 qw1 = AVF_RXF_DD;
	u64 flow = AVF_RXF_FLOW_NONE;
	u32 flags = meta->flags;
	u32 hash = 0;

	if (last) {
		qw0 |= (u64)meta->ptype << AVF_RXF_PTYPE_S;
		qw1 |= AVF_RXF_EOP;
		if (flags & RX_L3L4)
			qw1 |= AVF_RXF_L3L4P;
		if (flags & RX_HASHED) {
			hash = meta->hash;
			qw1 |= AVF_RXF_RSS_VALID;
		}
	}
	if (last && unlikely(flags & RX_SELDOM)) {
		if (flags & RX_EXADD)
			qw1 |= AVF_RXF_IPV6EXADD;
		if (flags & RX_L3_BAD)
			qw1 |= AVF_RXF_ERR_IPE;
		if (flags & RX_L4_BAD)
			qw1 |= AVF_RXF_ERR_L4E;
		if (flags & RX_MARKED)
			flow = meta->mark;
		if (flags & RX_STRIPPED)
			qw1 |= (u64)meta->tci << AVF_RXF_L2TAG1_S |
			       AVF_RXF_L2TAG1P;
	}
	/* Where hash and flow go is where the layouts differ. */
	d->qw2 = 0;
	if (rxdid == AVF_RXDID_FLEX_OVS) {
		qw1 |= flow << AVF_RXF_HI32_S;
		d->qw3 = cpu_to_le64(hash);
	} else {
		qw1 |= (u64)hash << AVF_RXF_HI32_S;
		d->qw3 = cpu_to_le64(flow);
	}
	d->qw0 = cpu_to_le64(qw0);
	d->qw1 = cpu_to_le64(qw1);
}

/*
 * A copy may be made byte by byte, and in front of somebody's eyes ("rep movsb"
 * on CPUs that prefer it): a whole qword with DD in its first byte could be seen
 * with a length that is not there yet. So DD goes with the last byte to be stored.
 */
static noinline int rx_write_back_copy(struct avf_dev *dev, u64 iova,
				       struct avf_rx_desc d)
{
	const u32 qw1_at = offsetof(struct avf_rx_desc, qw1);
	const struct avf_host_ops *ops = dev->ops;
	const __le64 qw1 = d.qw1;

	d.qw1 &= cpu_to_le64(~0xffull);
	if (ops->dma_write(dev->host, iova, &d, sizeof(d)))
		return -EFAULT;
	avf_wmb();
	return ops->dma_write(dev->host, iova + qw1_at, &qw1, 1);
}

/*
 * Qword 1 holds DD and goes last. Vector drivers load halves of several
 * descriptors at once, so what DD vouches for is visible before it.
 */
static __always_inline int rx_write_back(struct avf_dev *dev,
					 const struct avf_rxq *q,
					 const struct rx_slot *slot,
					 const struct avf_rx_desc *d)
{
	struct avf_rx_desc *ring = slot->ring;

	/* By value: a descriptor without an address stays in registers. */
	if (unlikely(!ring))
		return rx_write_back_copy(dev, rx_desc_iova(q, slot->idx),
					  *d);

	WRITE_ONCE(ring->qw2, d->qw2);
	WRITE_ONCE(ring->qw3, d->qw3);
	WRITE_ONCE(ring->qw0, d->qw0);
	avf_store_release(&ring->qw1, d->qw1);
	return 0;
}

/* ------------------------------------------------------------- delivery */

/* What a flow director rule says; false: drop it. */
static bool rx_direct(const struct avf_fdir_action *act, struct rx_meta *meta,
		      u16 *q)
{
	if (act->marked)
		meta->flags |= RX_MARKED;
	meta->mark = act->mark;

	switch (act->kind) {
	case AVF_FDIR_DROP:
		return false;
	case AVF_FDIR_QUEUE:
		*q = act->queue;
		break;
	case AVF_FDIR_REGION:
		*q = (u16)(act->queue + (meta->hash & (act->num - 1u)));
		break;
	}
	return true;
}

/*
 * Choose by rule, else by hash; what is not hashed goes to queue 0, and with one
 * queue pair nothing is. A queue that
 * does not run receives nothing, and nobody receives in its place: the driver
 * chose it.
 */
static struct avf_rxq *rx_select(struct avf_dev *dev,
				 const struct avf_frame *frame,
				 const struct avf_pkt *pkt,
				 struct rx_meta *meta)
{
	const struct avf_hash *h = avf_load_acquire(&dev->hash);
	struct avf_rxq *rxq = &dev->rx[0];
	const struct avf_fdir_rule *rule;
	u32 hash;
	u16 q = 0;

	if (h->needed && avf_hash_packet(h, frame->hdr, pkt, &hash)) {
		meta->flags |= RX_HASHED;
		meta->hash = hash;
		q = avf_hash_queue(h, hash);
		rxq = &dev->rx[q];
	}
	if (READ_ONCE(dev->fdir.first)) {
		rule = avf_fdir_match(dev, frame->hdr, frame->hlen, pkt);
		if (rule && !rx_direct(&rule->act, meta, &q))
			return NULL;
		rxq = &dev->rx[q];
	}
	return avf_load_acquire(&rxq->enabled) ? rxq : NULL;
}

static void rx_csum(const struct avf_frame *frame, const struct avf_pkt *pkt,
		    struct rx_meta *meta)
{
	if (pkt->l3 == AVF_L3_NONE)
		return;
	meta->flags |= RX_L3L4;
	if (pkt->exadd)
		meta->flags |= RX_EXADD;
	if (frame->csum != (AVF_FRAME_L3_OK | AVF_FRAME_L4_OK))
		meta->flags |= avf_rxcsum(frame, pkt);
}

static __always_inline int rx_write_one(struct avf_dev *dev,
					const struct avf_rxq *q,
					const struct rx_slot *slot, bool last,
					const struct rx_meta *meta)
{
	struct avf_rx_desc d;

	if (likely(q->rxdid == AVF_RXDID_LEGACY))
		rx_legacy(&d, slot->len, last, meta);
	else
		rx_flex(&d, q->rxdid, slot->len, last, meta);
	return rx_write_back(dev, q, slot, &d);
}

/* A frame that needs more than one buffer, or more than a copy. */
static noinline int rx_deliver_pieces(struct avf_dev *dev, struct avf_rxq *q,
				      const struct avf_frame *frame, u32 len,
				      const struct avf_pkt *pkt,
				      struct rx_meta meta)
{
	struct rx_slot slot[AVF_RX_CHAIN];
	u32 need, idx, i;
	struct rx_src src;
	int err;

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

	rx_csum(frame, pkt, &meta);
	rx_src_init(&src, frame, q->crc_disable, meta.flags & RX_STRIPPED);
	for (i = 0; i < need; i++) {
		err = rx_fill(dev, &src, slot[i].buf, slot[i].len);
		if (err)
			return err;
	}
	/* Only a ring without mapping can fail; it is lost anyway. */
	for (i = 0; i < need; i++)
		if (rx_write_one(dev, q, &slot[i], i == need - 1, &meta))
			return -EFAULT;

	q->head = idx;
	q->touched = true;
	return 0;
}

static __always_inline int rx_deliver(struct avf_dev *dev, struct avf_rxq *q,
				      const struct avf_frame *frame,
				      const struct avf_pkt *pkt,
				      struct rx_meta *meta)
{
	struct rx_slot slot;
	u32 len = frame->len;
	int err;

	if (len < RX_HDR_MIN || len > q->max_pkt)
		return -EMSGSIZE;
	if (q->crc_disable)
		len += RX_FCS_LEN;
	if (meta->flags & RX_STRIPPED)
		len -= AVF_VLAN_HLEN;
	if (len > q->buf_size || q->crc_disable || (meta->flags & RX_STRIPPED))
		return rx_deliver_pieces(dev, q, frame, len, pkt, *meta);

	if (!rx_posted(dev, q))
		return -ENOBUFS;
	err = rx_load(dev, q, q->head, &slot);
	if (err)
		return err;
	slot.len = len;

	/* Not earlier: a frame that finds no room is not worth the effort. */
	rx_csum(frame, pkt, meta);
	if (!rx_fill_whole(dev, frame, slot.buf)) {
		struct rx_src src;

		rx_src_init(&src, frame, false, false);
		err = rx_fill_pieces(dev, &src, slot.buf, len);
		if (err)
			return err;
	}
	if (rx_write_one(dev, q, &slot, true, meta))
		return -EFAULT;

	if (++q->head == q->len)
		q->head = 0;
	q->touched = true;
	return 0;
}

static int rx_frame(struct avf_dev *dev, const struct avf_frame *frame)
{
	struct rx_meta meta = {};
	struct avf_pkt pkt;
	struct avf_rxq *q;

	if (!avf_dev_dma_ok(dev))
		return -ENETDOWN;

	avf_parse(frame->hdr, frame->hlen, frame->len, &pkt);
	meta.ptype = pkt.ptype;
	rx_vlan_strip(dev, frame, &meta);

	q = rx_select(dev, frame, &pkt, &meta);
	if (!q)
		return -ENETDOWN;
	return rx_deliver(dev, q, frame, &pkt, &meta);
}

static noinline int rx_push(struct avf_dev *dev, const struct avf_frame *frame)
{
	struct avf_stats *st = &dev->qstats;
	int err = rx_frame(dev, frame);

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

/**
 * struct rx_cut - a frame that is being cut into the driver's buffers
 * @dev: the device
 * @err: error of the first segment that had one
 */
struct rx_cut {
	struct avf_dev *dev;
	int err;
};

static void rx_segment(void *ctx, const struct avf_frame *seg)
{
	struct rx_cut *cut = ctx;
	int err = rx_push(cut->dev, seg);

	if (!cut->err)
		cut->err = err;
}

static noinline int rx_push_cut(struct avf_dev *dev,
				const struct avf_frame *frame)
{
	struct rx_cut cut = { .dev = dev };
	int err = avf_frame_cut(frame, rx_segment, &cut);

	if (err)
		avf_stat_add(&dev->qstats.rx_discards, 1);
	return err ? err : cut.err;
}

int avf_rx_push(struct avf_dev *dev, const struct avf_frame *frame)
{
	return unlikely(frame->gso.mss) ? rx_push_cut(dev, frame) :
					  rx_push(dev, frame);
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
