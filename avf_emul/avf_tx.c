// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Transmit queues (device contract 5.1 to 5.4, 5.9).
 *
 * A poll walks the ring once, from head to the tail it saw when it began. It
 * collects frames in a batch, hands the batch to the host, and only then tells
 * the driver that the descriptors are done: until that moment the frames'
 * pieces point into guest memory.
 *
 * Every frame is visited twice. The scan finds its end and notes what is asked
 * for; the build gathers its bytes. Both work on copies of descriptors, and a
 * frame of at most TX_WIN descriptors is gathered from the very copy that was
 * scanned: when that has to be fetched again in mid-scan, because the frame
 * does not end in what is left of it, the scan starts over. Longer frames are
 * fetched again by the build, so the build trusts nothing of
 * the scan but the number of descriptors and bytes it set out to gather, and
 * gives up when the second copy yields less.
 */
#include "avf_dev.h"
#include "avf_gso.h"
#include "avf_off.h"
#include "avf_ring.h"
#include "avf_txrun.h"
#include "avf_txunit.h"
#include "avf_wire.h"

#define TX_HDR_MIN	14u
#define TX_MSS_MIN	64u	/* drivers stay above; bounds TSO */
#define TX_TPID		0x8100u

/* What lies in one page is not too long. */
AVF_STATIC_ASSERT(AVF_PAGE_SIZE <= AVF_MAX_FRAME);

/* ---------------------------------------------------------- completion */

/* Map the ring from descriptor @idx to the end of the page, or copy. */
static void tx_write_done_miss(struct tx_run *r, u32 idx)
{
	const struct avf_host_ops *ops = r->dev->ops;
	u64 iova = r->q->base + idx * TX_DESC_SIZE;
	const __le64 done = cpu_to_le64(AVF_TXD_TYPE_DONE);

	r->wb_n = 0;
	if (ops->dma_map) {
		/* A ring is so aligned that no descriptor crosses a page. */
		u32 room = AVF_PAGE_SIZE - (u32)(iova % AVF_PAGE_SIZE);
		u32 n = min_t(u32, room / TX_DESC_SIZE, r->q->len - idx);

		r->wb = ops->dma_map(r->dev->host, iova, n * TX_DESC_SIZE,
				     true);
		if (r->wb) {
			r->wb_pos = idx;
			r->wb_n = n;
			avf_store_release(&r->wb->qw1, done);
			return;
		}
	}
	/* The byte with the type alone: the rest is the driver's again by then. */
	iova += offsetof(struct avf_tx_desc, qw1);
	if (ops->dma_write(r->dev->host, iova, &done, 1))
		avf_stat_add(&r->dev->qstats.dma_errors, 1);
}

static __always_inline void tx_write_done(struct tx_run *r, u32 idx)
{
	u32 rel = idx - r->wb_pos;

	if (likely(rel < r->wb_n))
		avf_store_release(&r->wb[rel].qw1,
				  cpu_to_le64(AVF_TXD_TYPE_DONE));
	else
		tx_write_done_miss(r, idx);
}

/* Hand over the batch; it may be a part of one large frame. */
static void tx_send(struct tx_run *r)
{
	struct avf_stats *st = &r->dev->qstats;
	u32 i, group = 0;
	u64 bytes = 0, count = 0;

	/* Frames given up may have left copies, even in an empty batch. */
	r->s->bounce_used = TX_AT_BOUNCE;
	if (!r->n)
		return;

	for (i = 0; i < r->n; i++) {
		const struct avf_frame *f = &r->s->frame[i];

		bytes += f->len;
		if (unlikely(f->gso.mss)) {
			bytes += avf_frame_bytes(f) - f->len;
			count += avf_frame_count(f) - 1;
		}
		if (likely(!(f->hdr[0] & 1)))
			continue;
		group++;
		avf_stat_frame(f, &st->tx_unicast, &st->tx_multicast,
			       &st->tx_broadcast);
	}
	avf_stat_add(&st->tx_bytes, bytes);
	avf_stat_add(&st->tx_unicast, r->n - group + count);
	r->dev->ops->xmit(r->dev->host, r->qid, r->s->frame, r->n);
	r->n = 0;
}

/* Send what was collected, then report everything before @end as done. */
static void tx_flush(struct tx_run *r)
{
	const u8 *rs = r->s->bounce + TX_AT_RS;
	const u32 end = r->end, len = r->q->len;
	u32 idx = r->q->head;

	tx_send(r);
	if (idx == end)
		return;

	/* The driver reuses buffers once it sees this: reads come before. */
	avf_mb();
	while (idx != end) {
		if (rs[idx]) {
			tx_write_done(r, idx);
			r->irq = true;
		}
		if (++idx == len)
			idx = 0;
	}
	WRITE_ONCE(r->q->head, idx);
	WRITE_ONCE(r->q->wait, AVF_TAIL_NONE);
}

static void tx_drop(struct tx_run *r, int err)
{
	if (err == -EFAULT)
		avf_stat_add(&r->dev->qstats.dma_errors, 1);
	avf_stat_add(&r->dev->qstats.tx_errors, 1);
	if (r->dev->ops->tx_drop)
		r->dev->ops->tx_drop(r->dev->host, r->qid, err);
	r->done++;
	r->left -= TX_DROP_COST;
}

/* --------------------------------------------------------- descriptors */

static int tx_fetch(struct tx_run *r, u32 idx, u32 n)
{
	const struct avf_host_ops *ops = r->dev->ops;
	u32 first = min_t(u32, n, r->q->len - idx);
	u8 *win = r->s->bounce;

	r->win_n = 0;
	r->fetches++;
	if (ops->dma_read(r->dev->host, r->q->base + idx * TX_DESC_SIZE, win,
			  first * TX_DESC_SIZE))
		return -EFAULT;
	if (n > first &&
	    ops->dma_read(r->dev->host, r->q->base, win + first * TX_DESC_SIZE,
			  (n - first) * TX_DESC_SIZE))
		return -EFAULT;
	r->win_pos = idx;
	r->win_n = n;
	return 0;
}

/*
 * Fetch descriptor @i, counted from the frame at @end, and what follows. A miss
 * near the frame's start moves the window there, to have the whole frame in it.
 */
static int tx_desc_miss(struct tx_run *r, u32 i, u32 idx)
{
	u32 from = i < TX_WIN ? 0 : i;

	return tx_fetch(r, from ? idx : r->end,
			min_t(u32, TX_WIN, r->avail - from));
}

/* Load descriptor @i, counted from the frame at @end; @i < avail. */
static __always_inline int tx_desc(struct tx_run *r, u32 i, u64 *qw)
{
	u32 idx, rel;

	idx = r->end + i;
	if (idx >= r->q->len)
		idx -= r->q->len;
	rel = avf_ring_count(r->win_pos, idx, r->q->len);
	if (unlikely(rel >= r->win_n)) {
		if (tx_desc_miss(r, i, idx))
			return -EFAULT;
		rel = avf_ring_count(r->win_pos, idx, r->q->len);
	}

	tx_desc_get(r, rel, qw);
	return 0;
}

/* The same for the first of a frame, which most often was fetched already. */
static __always_inline int tx_desc_first(struct tx_run *r, u64 *qw)
{
	u32 rel = r->end - r->win_pos;

	/* Fetched across the end of the ring, too, is what tx_desc() sorts out. */
	if (unlikely(rel >= r->win_n))
		return tx_desc(r, 0, qw);
	tx_desc_get(r, rel, qw);
	return 0;
}

/*
 * Find the end of the frame that starts at @end. A frame is at most one context
 * descriptor and one or more data descriptors, the last with EOP. Anything else
 * is dropped up to the next EOP; a stray descriptor with no frame begun is
 * dropped alone, lest it take a good frame with it.
 */
static int tx_scan_chain(struct tx_run *r, struct tx_unit *u)
{
	u32 fetches = 0;
	bool ctx = false, data = false;
	u64 qw[2];
	u32 i;

	memset(u, 0, sizeof(*u));
	for (i = 0; i < r->avail; i++) {
		u32 type, cmd;

		if (tx_desc(r, i, qw))
			return -EFAULT;
		if (!i) {
			fetches = r->fetches;
		} else if (i < TX_WIN && fetches != r->fetches) {
			/* All again, from the copy that the build will use. */
			fetches = r->fetches;
			memset(u, 0, sizeof(*u));
			ctx = false;
			data = false;
			i = 0;
			if (tx_desc(r, i, qw))
				return -EFAULT;
		}
		type = TX_FIELD(qw[1], AVF_TXD_TYPE);
		cmd = TX_FIELD(qw[1], AVF_TXD_CMD);
		/* A context's command bits mean other things. */
		tx_mark(r, i, type != AVF_TXD_TYPE_CTX &&
			(cmd & AVF_TXD_CMD_RS));

		switch (type) {
		case AVF_TXD_TYPE_DATA:
			if (!data) {
				data = true;
				u->first = i;
				u->addr = qw[0];
				u->data = qw[1];
			}
			/* At most 4095 times 16383: no overflow. */
			u->bytes += TX_FIELD(qw[1], AVF_TXD_BUFSZ);
			if (!TX_FIELD(qw[1], AVF_TXD_BUFSZ))
				u->bad = true;
			break;
		case AVF_TXD_TYPE_CTX:
			if (ctx || data)
				u->bad = true;
			ctx = true;
			u->ctx[0] = qw[0];
			u->ctx[1] = qw[1];
			continue;
		case AVF_TXD_TYPE_FDIR:
			/* Flow programming: ignored, with its dummy frame. */
			if (!i) {
				u->noop = true;
				u->n = 1;
				return 0;
			}
			fallthrough;
		default:
			u->bad = true;
			if (!i) {
				u->n = 1;
				return 0;
			}
		}

		if (cmd & AVF_TXD_CMD_EOP) {
			u->n = i + 1;
			u->noop = TX_FIELD(u->data, AVF_TXD_CMD) &
				  AVF_TXD_CMD_DUMMY;
			return 0;
		}
	}

	/* The driver cannot add to a full ring: there is no end to wait for. */
	if (r->avail == r->q->len - 1u) {
		u->bad = true;
		u->n = r->avail;
	}
	return 0;
}

/*
 * The same, with a shortcut for the frame of one descriptor, which the first one
 * (@qw0, @qw1) shows.
 */
static __always_inline int tx_scan(struct tx_run *r, u64 qw0, u64 qw1,
				   struct tx_unit *u)
{
	u32 cmd = TX_FIELD(qw1, AVF_TXD_CMD);

	if (TX_FIELD(qw1, AVF_TXD_TYPE) != AVF_TXD_TYPE_DATA ||
	    !(cmd & AVF_TXD_CMD_EOP))
		return tx_scan_chain(r, u);

	tx_mark_first(r, cmd & AVF_TXD_CMD_RS);
	u->n = 1;
	u->first = 0;
	u->bytes = TX_FIELD(qw1, AVF_TXD_BUFSZ);
	u->ctx[0] = 0;
	u->ctx[1] = 0;
	u->addr = qw0;
	u->data = qw1;
	u->bad = !u->bytes;
	u->noop = cmd & AVF_TXD_CMD_DUMMY;
	return 0;
}

/* ------------------------------------------------------ bytes of a frame */

/* By pages, so that no address is ever added up across a wrap. */
static __always_inline void tx_cur_map(struct tx_run *r, struct tx_cur *c)
{
	const struct avf_host_ops *ops = r->dev->ops;

	c->run = min_t(u32, c->left,
		       AVF_PAGE_SIZE - (u32)(c->addr % AVF_PAGE_SIZE));
	c->p = NULL;
	if (ops->dma_map)
		c->p = ops->dma_map(r->dev->host, c->addr, c->run, false);
}

/* At the first byte of a frame; its first buffer was loaded by the scan. */
static __always_inline void tx_cur_init(struct tx_run *r, struct tx_cur *c,
					const struct tx_unit *u)
{
	c->i = u->first + 1;
	c->n = u->n;
	c->addr = u->addr;
	c->left = TX_FIELD(u->data, AVF_TXD_BUFSZ);
	tx_cur_map(r, c);
}

static noinline int tx_cur_load(struct tx_run *r, struct tx_cur *c)
{
	u64 qw[2];

	if (!c->left) {
		if (c->i == c->n)
			return -EINVAL;
		if (tx_desc(r, c->i++, qw))
			return -EFAULT;
		c->addr = qw[0];
		c->left = TX_FIELD(qw[1], AVF_TXD_BUFSZ);
		if (!c->left ||
		    TX_FIELD(qw[1], AVF_TXD_TYPE) != AVF_TXD_TYPE_DATA)
			return -EINVAL;
	}

	tx_cur_map(r, c);
	return 0;
}

static __always_inline int tx_cur_next(struct tx_run *r, struct tx_cur *c)
{
	return c->run ? 0 : tx_cur_load(r, c);
}

static void tx_cur_skip(struct tx_cur *c, u32 n)
{
	c->addr += n;
	c->left -= n;
	c->run -= n;
	if (c->p)
		c->p += n;
}

static int tx_take_pieces(struct tx_run *r, struct tx_cur *c, u8 *to, u32 len)
{
	const struct avf_host_ops *ops = r->dev->ops;
	u32 n;
	int err;

	while (len) {
		err = tx_cur_next(r, c);
		if (err)
			return err;
		n = min_t(u32, len, c->run);
		if (c->p)
			avf_copy(to, c->p, n);
		else if (ops->dma_read(r->dev->host, c->addr, to, n))
			return -EFAULT;
		tx_cur_skip(c, n);
		to += n;
		len -= n;
	}

	return 0;
}

/* Copy the next @len bytes to host memory. */
static __always_inline int tx_take(struct tx_run *r, struct tx_cur *c, u8 *to,
				   u32 len)
{
	int err = tx_cur_next(r, c);

	if (err)
		return err;
	if (unlikely(!c->p || len > c->run))
		return tx_take_pieces(r, c, to, len);
	avf_copy(to, c->p, len);
	tx_cur_skip(c, len);
	return 0;
}

static int tx_add_seg(struct avf_frame *f, const u8 *p, u32 len)
{
	struct avf_seg *last = &f->seg[f->nsegs - 1];

	/* The first segment is the model's own: it may still grow. */
	if (f->nsegs > 1 && (const u8 *)last->p + last->len == p) {
		last->len += len;
		return 0;
	}
	if (f->nsegs == AVF_FRAME_SEGS)
		return -E2BIG;
	f->seg[f->nsegs].p = p;
	f->seg[f->nsegs].len = len;
	f->nsegs++;
	return 0;
}

/* Attach the next @len bytes where they are; copy only what has no mapping. */
static int tx_attach(struct tx_run *r, struct tx_cur *c, struct avf_frame *f,
		     u32 len)
{
	const struct avf_host_ops *ops = r->dev->ops;
	struct avf_tx_scratch *s = r->s;
	const u8 *p;
	u32 n;
	int err;

	while (len) {
		err = tx_cur_next(r, c);
		if (err)
			return err;
		n = min_t(u32, len, c->run);
		p = c->p;
		if (!p) {
			u8 *to = s->bounce + s->bounce_used;

			if (n > AVF_TX_BOUNCE - s->bounce_used)
				return -E2BIG;
			if (ops->dma_read(r->dev->host, c->addr, to, n))
				return -EFAULT;
			s->bounce_used += n;
			p = to;
		}
		err = tx_add_seg(f, p, n);
		if (err)
			return err;
		f->len += n;
		tx_cur_skip(c, n);
		len -= n;
	}

	return 0;
}

/* --------------------------------------------------------------- frames */

/* Does another frame of up to @len bytes fit in the batch? */
static bool tx_room(const struct tx_run *r, u32 len)
{
	return r->n < AVF_TX_BATCH &&
	       len <= AVF_TX_BOUNCE - r->s->bounce_used;
}

static struct avf_frame *tx_begin(struct tx_run *r, u32 head_len)
{
	struct avf_frame *f = &r->s->frame[r->n];

	f->seg[0].p = r->s->head[r->n];
	f->seg[0].len = head_len;
	f->nsegs = 1;
	f->len = head_len;
	f->csum = 0;
	f->gso.mss = 0;
	return f;
}

/* What was just computed need not be verified by the receiver. */
static void tx_vouch(struct avf_frame *f, const struct avf_off *off)
{
	if (off->ip_csum)
		f->csum |= AVF_FRAME_L3_OK;
	if (off->l4_type != AVF_OFF_L4_NONE)
		f->csum |= AVF_FRAME_L4_OK;
}

/*
 * A tag that nobody negotiated must not be left out, or the frame would leave
 * in another VLAN, nor put in. In the context it is never negotiated.
 */
static bool tx_tags_ok(const struct tx_run *r, const struct tx_unit *u)
{
	if (TX_FIELD(u->ctx[1], AVF_TXC_CMD) & AVF_TXC_CMD_L2TAG2)
		return false;
	return !tx_inserts(u) || (READ_ONCE(r->dev->vlan) & AVF_VLAN_INSERT);
}

/* Pad, and show the switch its copy; the frame is in the batch then. */
static __always_inline void tx_close(struct tx_run *r, struct avf_frame *f,
				     u8 *head)
{
	u32 len = f->len;

	/* Shorter than 64 bytes means that all of it is in the head. */
	if (unlikely(len < AVF_FRAME_MIN)) {
		memset(head + len, 0, AVF_FRAME_MIN - len);
		len = AVF_FRAME_MIN;
		f->len = len;
		f->seg[0].len = len;
	}
	f->hlen = (u16)min_t(u32, len, AVF_FRAME_HDR);
	f->hdr = head;
	r->n++;
	r->done++;
}

static int tx_insert_tag(struct avf_frame *f, u8 *head, u32 tag)
{
	u32 at = 2 * AVF_ETH_ALEN;

	if (f->seg[0].len + AVF_VLAN_HLEN > AVF_TX_HEAD)
		return -EINVAL;
	memmove(head + at + AVF_VLAN_HLEN, head + at, f->seg[0].len - at);
	head[at] = TX_TPID >> 8;
	head[at + 1] = TX_TPID & 0xff;
	head[at + 2] = (u8)(tag >> 8);
	head[at + 3] = (u8)tag;
	f->seg[0].len += AVF_VLAN_HLEN;
	f->len += AVF_VLAN_HLEN;
	return 0;
}

/* The tag, and all that tx_close() does. */
static __always_inline int tx_commit(struct tx_run *r, const struct tx_unit *u,
				     struct avf_frame *f)
{
	u8 *head = r->s->head[r->n];
	int err = 0;

	if (tx_inserts(u))
		err = tx_insert_tag(f, head,
				    TX_FIELD(u->data, AVF_TXD_L2TAG1));
	if (err)
		return err;
	if (f->len > AVF_MAX_FRAME && !f->gso.mss)
		return -EMSGSIZE;
	tx_close(r, f, head);
	return 0;
}

/*
 * The shortcut for what most frames are: one descriptor, one piece of memory,
 * nothing to compute or to insert. False, with nothing done: it is none of them.
 */
static __always_inline bool tx_as_is(struct tx_run *r, u64 qw0, u64 qw1)
{
	const struct avf_host_ops *ops = r->dev->ops;
	u32 len = TX_FIELD(qw1, AVF_TXD_BUFSZ);
	u32 hlen = min_t(u32, len, AVF_FRAME_HDR);
	struct avf_frame *f;
	const u8 *p;
	u8 *head;

	if ((qw1 & TX_AS_IS_M) != TX_AS_IS || len < TX_HDR_MIN ||
	    len > AVF_PAGE_SIZE - (u32)(qw0 % AVF_PAGE_SIZE) ||
	    !ops->dma_map)
		return false;
	p = ops->dma_map(r->dev->host, qw0, len, false);
	if (unlikely(!p))
		return false;

	if (r->n == AVF_TX_BATCH)
		tx_flush(r);
	tx_mark_first(r, TX_FIELD(qw1, AVF_TXD_CMD) & AVF_TXD_CMD_RS);
	head = r->s->head[r->n];
	f = tx_begin(r, hlen);
	if (len > hlen) {
		f->seg[1].p = p + hlen;
		f->seg[1].len = len - hlen;
		f->nsegs = 2;
		f->len = len;
	}
	tx_close(r, f, head);
	avf_copy(head, p, hlen);
	return true;
}

static int tx_plain(struct tx_run *r, const struct tx_unit *u)
{
	struct avf_off_req req;
	struct avf_frame *f;
	struct tx_cur cur;
	struct avf_off off;
	u32 need = 0;
	u32 hlen;
	u8 *head;
	int err;

	if (tx_wants_csum(u)) {
		tx_request(u, &req);
		need = avf_off_need(&req);
	}
	if (u->bytes < TX_HDR_MIN || u->bytes > AVF_MAX_FRAME ||
	    need > u->bytes || need > AVF_TX_HEAD || (need && tx_tunnel(u)))
		return -EINVAL;
	/* By count, lest it depend on how the buffers happen to be mapped. */
	if (u->n - u->first >= AVF_FRAME_SEGS)
		return -E2BIG;

	if (!tx_room(r, u->bytes))
		tx_flush(r);

	tx_cur_init(r, &cur, u);
	head = r->s->head[r->n];
	hlen = min_t(u32, u->bytes, max_t(u32, need, AVF_FRAME_HDR));
	err = tx_take(r, &cur, head, hlen);
	if (err)
		return err;
	if (need) {
		err = avf_off_parse(head, hlen, u->bytes, &req, &off);
		if (err)
			return err;
	}

	f = tx_begin(r, hlen);
	if (u->bytes > hlen) {
		err = tx_attach(r, &cur, f, u->bytes - hlen);
		if (err)
			return err;
	}
	if (need) {
		avf_off_csum(f, head, &off);
		tx_vouch(f, &off);
	}
	return tx_commit(r, u, f);
}

/*
 * Hand on a frame that is to be cut as it is, from the position @cur behind its
 * headers. After an error nothing is done: cutting shows what is wrong with it,
 * or that nothing is but the number of its pieces.
 */
static noinline int tx_whole(struct tx_run *r, const struct tx_unit *u,
			     struct tx_cur cur, const u8 *tmpl,
			     const struct avf_gso *gso, u32 left)
{
	u32 extra = min_t(u32, left, AVF_FRAME_HDR - gso->hlen);
	struct avf_frame *f;
	u32 bounce_used;
	u8 *head;
	int err;

	if (r->n == AVF_TX_BATCH)
		tx_send(r);
	bounce_used = r->s->bounce_used;
	head = r->s->head[r->n];
	avf_copy(head, tmpl, gso->hlen);
	err = tx_take(r, &cur, head + gso->hlen, extra);
	if (err)
		return err;
	f = tx_begin(r, gso->hlen + extra);
	err = tx_attach(r, &cur, f, left - extra);
	/* Cutting may take a piece more than there are. */
	if (!err && f->nsegs == AVF_FRAME_SEGS)
		err = -E2BIG;
	if (err) {
		r->s->bounce_used = bounce_used;
		return err;
	}
	avf_gso_fix(head, gso, left);
	f->gso = *gso;
	if (tx_inserts(u)) {
		f->gso.l3 += AVF_VLAN_HLEN;
		f->gso.l4 += AVF_VLAN_HLEN;
		f->gso.hlen += AVF_VLAN_HLEN;
	}
	err = tx_commit(r, u, f);
	if (!err)
		r->done += gso->segs - 1u;
	return err;
}

/*
 * Cut a large frame. All of it is sent in this poll, whatever the budget: at
 * most 256 KiB in TX_MSS_MIN pieces, 4096 frames. An error on the way drops the
 * rest.
 */
static int tx_segmented(struct tx_run *r, const struct tx_unit *u)
{
	u8 *tmpl = r->s->bounce + TX_AT_TMPL;
	u32 left = TX_FIELD(u->ctx[1], AVF_TXC_TSOLEN);
	u32 mss = TX_FIELD(u->ctx[1], AVF_TXC_MSS);
	u32 hlen, n, pos, len, extra;
	struct avf_off_req req;
	struct avf_gso gso;
	struct tx_cur cur;
	struct avf_off off;
	int err;

	tx_request(u, &req);
	hlen = avf_off_need(&req);
	if (hlen > AVF_TX_HEAD || mss < TX_MSS_MIN ||
	    hlen + mss > AVF_MAX_FRAME || !left || u->bytes != hlen + left ||
	    tx_tunnel(u))
		return -EINVAL;
	tx_cur_init(r, &cur, u);
	err = tx_take(r, &cur, tmpl, hlen);
	if (err)
		return err;
	err = avf_off_parse(tmpl, hlen, u->bytes, &req, &off);
	if (err)
		return err;

	if ((r->dev->flags & AVF_PARAM_GSO) &&
	    avf_gso_whole(tmpl, &off, left, mss, &gso) &&
	    (gso.l3 == TX_HDR_MIN || !tx_inserts(u)) &&
	    !tx_whole(r, u, cur, tmpl, &gso, left))
		return 0;

	for (n = 0, pos = 0; left; n++, pos += len, left -= len) {
		struct avf_frame *f;
		u8 *head;

		len = min_t(u32, left, mss);
		if (!tx_room(r, hlen + len))
			tx_send(r);

		/* What the switch looks at is host memory here, too. */
		extra = 0;
		if (hlen < AVF_FRAME_HDR)
			extra = min_t(u32, len, AVF_FRAME_HDR - hlen);
		head = r->s->head[r->n];
		avf_copy(head, tmpl, hlen);
		err = extra ? tx_take(r, &cur, head + hlen, extra) : 0;
		if (err)
			return err;
		f = tx_begin(r, hlen + extra);
		err = tx_attach(r, &cur, f, len - extra);
		if (err)
			return err;
		avf_off_cut(f, head, &off, n, pos, len, len == left);
		tx_vouch(f, &off);
		err = tx_commit(r, u, f);
		if (err)
			return err;
	}

	return 0;
}

static __always_inline void tx_frame(struct tx_run *r, const struct tx_unit *u)
{
	int err;

	if (u->bad) {
		tx_drop(r, -EINVAL);
		return;
	}
	if (u->noop) {
		r->done++;
		r->left -= TX_DROP_COST;
		return;
	}

	if (!tx_tags_ok(r, u))
		err = -EINVAL;
	else if (TX_FIELD(u->ctx[1], AVF_TXC_CMD) & AVF_TXC_CMD_TSO)
		err = tx_segmented(r, u);
	else
		err = tx_plain(r, u);
	if (err)
		tx_drop(r, err);
}

/* Leave the frame at @end behind, which has @n descriptors. */
static __always_inline void tx_step(struct tx_run *r, u32 n)
{
	r->end += n;
	if (r->end >= r->q->len)
		r->end -= r->q->len;
	r->avail -= n;
}

/*
 * Any other frame; @qw0 and @qw1 are its first descriptor. Returns -EFAULT when
 * the ring is unreachable, -EAGAIN when there is no end of the frame yet.
 */
static noinline int tx_any(struct tx_run *r, u64 qw0, u64 qw1)
{
	struct tx_unit u;

	if (tx_scan(r, qw0, qw1, &u))
		return -EFAULT;
	if (!u.n)
		return -EAGAIN;
	tx_frame(r, &u);
	r->left -= (s32)(u.n > 1 ? max_t(u32, u.bytes, u.n * TX_DESC_COST) :
			 u.bytes);
	tx_step(r, u.n);
	return 0;
}

u32 avf_tx_poll(struct avf_dev *dev, u16 qid, u32 budget, s32 *room,
		struct avf_tx_scratch *scratch)
{
	struct tx_run r = {
		.dev = dev, .s = scratch, .qid = qid,
		.left = room ? *room : S32_MAX,
	};
	u64 qw[2];
	u32 start;
	u32 tail;
	int err;

	if (qid >= dev->num_qps)
		return 0;
	r.q = &dev->tx[qid];
	if (!avf_load_acquire(&r.q->enabled) || !avf_dev_dma_ok(dev))
		return 0;

	/*
	 * One look at the tail: whoever moves it later kicks again. It may be
	 * a value for an earlier, longer ring, stored late, or any other that
	 * a driver stored in a mapped page.
	 */
	tail = avf_tail_load(r.q->tail);
	if (tail == r.q->wait)
		return 0;
	if (tail >= r.q->len) {
		avf_stat_add(&dev->qstats.bad_tail, 1);
		WRITE_ONCE(r.q->wait, tail);
		return 0;
	}
	scratch->bounce_used = TX_AT_BOUNCE;
	start = r.q->head;
	r.end = start;
	r.avail = avf_ring_count(r.end, tail, r.q->len);

	/* A ring's worth of buffers is less than 64 MiB: nothing overflows. */
	while (r.avail && r.done < budget && r.left > 0 &&
	       avf_load_acquire(&r.q->enabled)) {
		err = tx_desc_first(&r, qw);
		if (likely(!err && tx_as_is(&r, qw[0], qw[1]))) {
			r.left -= (s32)TX_FIELD(qw[1], AVF_TXD_BUFSZ);
			tx_step(&r, 1);
			continue;
		}
		if (!err)
			err = tx_any(&r, qw[0], qw[1]);
		if (likely(!err))
			continue;

		/*
		 * The ring itself is unreachable: skip to the tail, as to stay
		 * would mean to fail here for ever.
		 */
		r.left -= (s32)(r.avail * TX_DESC_COST);
		if (err == -EFAULT)
			tx_drop(&r, err);
		tx_flush(&r);
		if (err == -EFAULT)
			WRITE_ONCE(r.q->head, tail);
		else
			WRITE_ONCE(r.q->wait, tail);
		goto out;
	}
	tx_flush(&r);
out:
	/* Write-backs first, then the look at the vector's enable bit. */
	avf_mb();
	if (r.irq)
		avf_int_sent(dev, r.q, avf_ring_count(start, r.q->head, r.q->len),
			     (u32)((room ? *room : S32_MAX) - r.left));
	if (room)
		*room = r.left;
	return r.done;
}
