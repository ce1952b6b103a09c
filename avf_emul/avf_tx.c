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
#include "avf_off.h"
#include "avf_ring.h"
#include "avf_wire.h"

#define TX_DESC_SIZE	((u32)sizeof(struct avf_tx_desc))
#define TX_WIN		32u	/* descriptors fetched at a time */
#define TX_FRAME_MIN	60u	/* shorter ones are padded, as on a wire */
#define TX_HDR_MIN	14u
#define TX_MSS_MIN	64u	/* drivers stay above; bounds TSO */
#define TX_TAG_LEN	4u
#define TX_TPID		0x8100u

/*
 * The scratch's bounce area starts with the poll's tables: the fetched
 * descriptors, one byte for each descriptor of the ring (set = report its
 * completion), and the headers of the frame being cut.
 */
#define TX_AT_RS	(TX_WIN * (u32)sizeof(struct avf_tx_desc))
#define TX_AT_TMPL	(TX_AT_RS + AVF_RING_MAX)
#define TX_AT_BOUNCE	(TX_AT_TMPL + AVF_TX_HEAD)

/* An empty batch has room for the longest frame. */
AVF_STATIC_ASSERT(TX_AT_BOUNCE + AVF_MAX_FRAME <= AVF_TX_BOUNCE);

#define TX_FIELD(qw, name)	((u32)((qw) >> name##_S & name##_M))

/**
 * struct tx_run - state of one avf_tx_poll()
 * @dev:      the device
 * @q:        its queue
 * @s:        the caller's working memory
 * @qid:      number of @q
 * @end:      ring index up to which descriptors are in the batch or dropped
 * @avail:    descriptors from @end to the tail
 * @win_pos:  ring index of the first fetched descriptor
 * @win_n:    number of fetched descriptors
 * @fetches:  how often descriptors were fetched
 * @n:        frames in the batch
 * @done:     frames sent or dropped
 * @irq:      a completion was reported
 * @wb:       a piece of the ring, mapped for completions
 * @wb_iova:  its address
 * @wb_len:   its length, 0 = none
 */
struct tx_run {
	struct avf_dev *dev;
	struct avf_txq *q;
	struct avf_tx_scratch *s;
	u16 qid;
	u32 end;
	u32 avail;
	u32 win_pos;
	u32 win_n;
	u32 fetches;
	u32 n;
	u32 done;
	bool irq;
	u8 *wb;
	u64 wb_iova;
	u32 wb_len;
};

/**
 * struct tx_unit - what the scan found at the head of the ring
 * @n:     descriptors, 0 = end not in sight
 * @first: index of the first data descriptor
 * @bytes: sum of the buffers
 * @ctx:   context descriptor; zeros mean the same as none
 * @data:  qword 1 of the first data descriptor
 * @bad:   not a frame
 * @noop:  nothing to send, and nothing wrong
 */
struct tx_unit {
	u32 n;
	u32 first;
	u32 bytes;
	u64 ctx[2];
	u64 data;
	bool bad;
	bool noop;
};

/**
 * struct tx_cur - position in the bytes of a frame
 * @i:    next descriptor, counted from the frame's first
 * @n:    descriptors of the frame
 * @addr: address of the next byte
 * @left: bytes left in the current buffer
 * @run:  bytes left in the current page of it
 * @p:    mapping of @addr, NULL = none to be had
 */
struct tx_cur {
	u32 i;
	u32 n;
	u64 addr;
	u32 left;
	u32 run;
	const u8 *p;
};

/* ------------------------------------------------------- life of a queue */

void avf_txq_init(struct avf_txq *q)
{
	memset(q, 0, sizeof(*q));
	q->vec = AVF_VEC_NONE;
	q->wait = AVF_TAIL_NONE;
}

int avf_txq_config(struct avf_txq *q, u64 base, u16 len)
{
	if (q->enabled)
		return -EBUSY;
	if (len && (len < AVF_RING_MIN || len > AVF_RING_MAX ||
		    len % AVF_RING_MULT || base % AVF_RING_ALIGN ||
		    base + len * TX_DESC_SIZE < base))
		return -EINVAL;

	q->base = base;
	WRITE_ONCE(q->len, len);
	/* Not the tail: see avf_txq_tail_write(). */
	WRITE_ONCE(q->head, 0);
	WRITE_ONCE(q->wait, AVF_TAIL_NONE);
	return 0;
}

bool avf_txq_enable(struct avf_txq *q)
{
	if (!q->len)
		return false;
	avf_store_release(&q->enabled, 1u);
	/* Pairs with avf_txq_tail_write(): one of the two sees the other. */
	avf_mb();
	return avf_load_acquire(&q->tail) != q->head;
}

void avf_txq_disable(struct avf_txq *q)
{
	avf_store_release(&q->enabled, 0u);
}

void avf_txq_clear(struct avf_txq *q)
{
	WRITE_ONCE(q->head, 0);
	WRITE_ONCE(q->wait, AVF_TAIL_NONE);
	avf_store_release(&q->tail, 0u);
}

void avf_txq_tail_write(struct avf_dev *dev, u16 qid, u32 val)
{
	struct avf_txq *q;
	u16 len;

	if (qid >= dev->num_qps)
		return;
	q = &dev->tx[qid];

	/*
	 * A tail written before the queue is enabled counts once it is. At the
	 * end of its reset task Linux attaches the netdev, and a frame may slip
	 * out before CONFIG_VSI_QUEUES; were its tail lost, byte queue limits
	 * would hold up all others until the watchdog resets the device, and
	 * then the same happens again. Tails of an earlier session are cleared
	 * by a disable, a reset, and a newly set up mailbox.
	 */
	len = READ_ONCE(q->len);
	if (avf_load_acquire(&q->enabled) && val >= len) {
		avf_stat_add(&dev->qstats.bad_tail, 1);
		return;
	}

	avf_store_release(&q->tail, val);
	avf_mb();
	if (avf_load_acquire(&q->enabled))
		dev->ops->tx_kick(dev->host, qid);
}

bool avf_tx_ready(const struct avf_dev *dev, u16 qid)
{
	const struct avf_txq *q;
	u32 tail;

	if (qid >= dev->num_qps)
		return false;
	q = &dev->tx[qid];
	if (!avf_load_acquire(&q->enabled) || !avf_dev_dma_ok(dev))
		return false;

	tail = avf_load_acquire(&q->tail);
	return tail < READ_ONCE(q->len) && tail != READ_ONCE(q->head) &&
	       tail != READ_ONCE(q->wait);
}

/* ---------------------------------------------------------- completion */

static void tx_write_done(struct tx_run *r, u32 idx)
{
	const struct avf_host_ops *ops = r->dev->ops;
	const __le64 done = cpu_to_le64(AVF_TXD_TYPE_DONE);
	u64 ring = r->q->base, end = ring + r->q->len * TX_DESC_SIZE;
	u64 iova = ring + idx * TX_DESC_SIZE +
		   offsetof(struct avf_tx_desc, qw1);

	r->irq = true;

	if (ops->dma_map && iova - r->wb_iova >= r->wb_len) {
		u64 len = AVF_PAGE_SIZE - iova % AVF_PAGE_SIZE;

		r->wb_iova = iova;
		r->wb_len = (u32)min_t(u64, len, end - iova);
		r->wb = ops->dma_map(r->dev->host, iova, r->wb_len, true);
		if (!r->wb)
			r->wb_len = 0;
	}
	if (r->wb_len) {
		__le64 *qw = (__le64 *)(r->wb + (iova - r->wb_iova));

		avf_store_release(qw, done);
		return;
	}
	if (ops->dma_write(r->dev->host, iova, &done, sizeof(done)))
		avf_stat_add(&r->dev->qstats.dma_errors, 1);
}

/* Hand over the batch; it may be a part of one large frame. */
static void tx_send(struct tx_run *r)
{
	struct avf_stats *st = &r->dev->qstats;
	u32 i;

	/* Frames given up may have left copies, even in an empty batch. */
	r->s->bounce_used = TX_AT_BOUNCE;
	if (!r->n)
		return;

	for (i = 0; i < r->n; i++) {
		const struct avf_frame *f = &r->s->frame[i];

		avf_stat_add(&st->tx_bytes, f->len);
		avf_stat_frame(f, &st->tx_unicast, &st->tx_multicast,
			       &st->tx_broadcast);
	}
	r->dev->ops->xmit(r->dev->host, r->qid, r->s->frame, r->n);
	r->n = 0;
}

/* Send what was collected, then report everything before @end as done. */
static void tx_flush(struct tx_run *r)
{
	const u8 *rs = r->s->bounce + TX_AT_RS;
	u32 idx = r->q->head;

	tx_send(r);
	if (idx == r->end)
		return;

	/* The driver reuses buffers once it sees this: reads come before. */
	avf_mb();
	while (idx != r->end) {
		if (rs[idx])
			tx_write_done(r, idx);
		if (++idx == r->q->len)
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
	r->done++;
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
 * Load descriptor @i, counted from the frame at @end; @i < avail. A miss near
 * the frame's start moves the window there, to have the whole frame in it.
 */
static int tx_desc(struct tx_run *r, u32 i, u64 *qw)
{
	struct avf_tx_desc d;
	u32 idx, from, rel;

	idx = r->end + i;
	if (idx >= r->q->len)
		idx -= r->q->len;
	rel = avf_ring_count(r->win_pos, idx, r->q->len);
	if (rel >= r->win_n) {
		from = i < TX_WIN ? 0 : i;
		rel = i - from;
		if (tx_fetch(r, from ? idx : r->end,
			     min_t(u32, TX_WIN, r->avail - from)))
			return -EFAULT;
	}

	memcpy(&d, r->s->bounce + rel * TX_DESC_SIZE, sizeof(d));
	qw[0] = le64_to_cpu(d.qw0);
	qw[1] = le64_to_cpu(d.qw1);
	return 0;
}

static void tx_mark(struct tx_run *r, u32 i, bool rs)
{
	u32 idx = r->end + i;

	if (idx >= r->q->len)
		idx -= r->q->len;
	r->s->bounce[TX_AT_RS + idx] = rs;
}

/*
 * Find the end of the frame that starts at @end. A frame is at most one context
 * descriptor and one or more data descriptors, the last with EOP. Anything else
 * is dropped up to the next EOP; a stray descriptor with no frame begun is
 * dropped alone, lest it take a good frame with it.
 */
static int tx_scan(struct tx_run *r, struct tx_unit *u)
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

/* ------------------------------------------------------ bytes of a frame */

static int tx_cur_next(struct tx_run *r, struct tx_cur *c)
{
	const struct avf_host_ops *ops = r->dev->ops;
	u64 qw[2];

	if (c->run)
		return 0;

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

	/* By pages, so that no address is ever added up across a wrap. */
	c->run = min_t(u32, c->left,
		       AVF_PAGE_SIZE - (u32)(c->addr % AVF_PAGE_SIZE));
	c->p = NULL;
	if (ops->dma_map)
		c->p = ops->dma_map(r->dev->host, c->addr, c->run, false);
	return 0;
}

static void tx_cur_skip(struct tx_cur *c, u32 n)
{
	c->addr += n;
	c->left -= n;
	c->run -= n;
	if (c->p)
		c->p += n;
}

/* Copy the next @len bytes to host memory. */
static int tx_take(struct tx_run *r, struct tx_cur *c, u8 *to, u32 len)
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
			memcpy(to, c->p, n);
		else if (ops->dma_read(r->dev->host, c->addr, to, n))
			return -EFAULT;
		tx_cur_skip(c, n);
		to += n;
		len -= n;
	}

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

static void tx_request(const struct tx_unit *u, struct avf_off_req *req)
{
	u32 cmd = TX_FIELD(u->data, AVF_TXD_CMD);
	u32 ctx = TX_FIELD(u->ctx[1], AVF_TXC_CMD);

	req->mac_len = (u16)(TX_FIELD(u->data, AVF_TXD_MACLEN) * 2);
	req->ip_len = (u16)(TX_FIELD(u->data, AVF_TXD_IPLEN) * 4);
	req->l4_len = (u16)(TX_FIELD(u->data, AVF_TXD_L4LEN) * 4);
	/* Shifted down, the two fields' values are those of avf_off.h. */
	req->ip = (u8)((cmd & AVF_TXD_CMD_IP_M) / AVF_TXD_CMD_IPV6);
	req->l4 = (u8)((cmd & AVF_TXD_CMD_L4_M) / AVF_TXD_CMD_TCP);
	req->seg = ctx & AVF_TXC_CMD_TSO;
}

/* Offsets would count from inner headers; no such capability is granted. */
static bool tx_tunnel(const struct tx_unit *u)
{
	return TX_FIELD(u->ctx[0], AVF_TXC_EIPT) ||
	       TX_FIELD(u->ctx[0], AVF_TXC_TUN);
}

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
	return f;
}

static int tx_insert_tag(struct avf_frame *f, u8 *head, u32 tag)
{
	u32 at = 2 * AVF_ETH_ALEN;

	if (f->seg[0].len + TX_TAG_LEN > AVF_TX_HEAD)
		return -EINVAL;
	memmove(head + at + TX_TAG_LEN, head + at, f->seg[0].len - at);
	head[at] = TX_TPID >> 8;
	head[at + 1] = TX_TPID & 0xff;
	head[at + 2] = (u8)(tag >> 8);
	head[at + 3] = (u8)tag;
	f->seg[0].len += TX_TAG_LEN;
	f->len += TX_TAG_LEN;
	return 0;
}

/*
 * Tags, padding, and the copy the switch judges; the frame is in the batch
 * then. No VLAN capability is granted yet, so no driver asks for a tag; one
 * that does gets it rather than have its frame leave untagged.
 */
static int tx_commit(struct tx_run *r, const struct tx_unit *u,
		     struct avf_frame *f)
{
	u8 *head = r->s->head[r->n];
	u32 ctx = TX_FIELD(u->ctx[1], AVF_TXC_CMD);
	u32 cmd = TX_FIELD(u->data, AVF_TXD_CMD);
	int err = 0;

	if (ctx & AVF_TXC_CMD_L2TAG2)
		err = tx_insert_tag(f, head,
				    TX_FIELD(u->ctx[0], AVF_TXC_L2TAG2));
	if (!err && cmd & AVF_TXD_CMD_L2TAG1)
		err = tx_insert_tag(f, head,
				    TX_FIELD(u->data, AVF_TXD_L2TAG1));
	if (err)
		return err;
	if (f->len > AVF_MAX_FRAME)
		return -EMSGSIZE;

	/* Shorter than 64 bytes means that all of it is in the head. */
	if (f->len < TX_FRAME_MIN) {
		memset(head + f->len, 0, TX_FRAME_MIN - f->len);
		f->len = TX_FRAME_MIN;
		f->seg[0].len = TX_FRAME_MIN;
	}
	f->hlen = (u16)min_t(u32, f->len, sizeof(f->hdr));
	memcpy(f->hdr, head, f->hlen);
	r->n++;
	r->done++;
	return 0;
}

static int tx_plain(struct tx_run *r, const struct tx_unit *u,
		    const struct avf_off_req *req)
{
	struct tx_cur cur = { .i = u->first, .n = u->n };
	u32 need = avf_off_need(req);
	struct avf_frame *f;
	struct avf_off off;
	u32 hlen;
	u8 *head;
	int err;

	if (u->bytes < TX_HDR_MIN || u->bytes > AVF_MAX_FRAME ||
	    need > u->bytes || need > AVF_TX_HEAD || (need && tx_tunnel(u)))
		return -EINVAL;
	/* By count, lest it depend on how the buffers happen to be mapped. */
	if (u->n - u->first >= AVF_FRAME_SEGS)
		return -E2BIG;

	if (!tx_room(r, u->bytes))
		tx_flush(r);

	head = r->s->head[r->n];
	hlen = min_t(u32, u->bytes, max_t(u32, need, sizeof(f->hdr)));
	err = tx_take(r, &cur, head, hlen);
	if (err)
		return err;
	err = avf_off_parse(head, hlen, u->bytes, req, &off);
	if (err)
		return err;

	f = tx_begin(r, hlen);
	err = tx_attach(r, &cur, f, u->bytes - hlen);
	if (err)
		return err;
	if (need)
		avf_off_csum(f, head, &off);
	return tx_commit(r, u, f);
}

/*
 * Cut a large frame. All of it is sent in this poll, whatever the budget: at
 * most 256 KiB in TX_MSS_MIN pieces, 4096 frames. An error on the way drops the
 * rest.
 */
static int tx_segmented(struct tx_run *r, const struct tx_unit *u,
			const struct avf_off_req *req)
{
	struct tx_cur cur = { .i = u->first, .n = u->n };
	u8 *tmpl = r->s->bounce + TX_AT_TMPL;
	u32 left = TX_FIELD(u->ctx[1], AVF_TXC_TSOLEN);
	u32 mss = TX_FIELD(u->ctx[1], AVF_TXC_MSS);
	u32 hlen = avf_off_need(req);
	u32 n, pos, len, extra;
	struct avf_off off;
	int err;

	if (hlen > AVF_TX_HEAD || mss < TX_MSS_MIN ||
	    hlen + mss > AVF_MAX_FRAME || !left || u->bytes != hlen + left ||
	    tx_tunnel(u))
		return -EINVAL;
	err = tx_take(r, &cur, tmpl, hlen);
	if (err)
		return err;
	err = avf_off_parse(tmpl, hlen, u->bytes, req, &off);
	if (err)
		return err;

	for (n = 0, pos = 0; left; n++, pos += len, left -= len) {
		struct avf_frame *f;
		u8 *head;

		len = min_t(u32, left, mss);
		if (!tx_room(r, hlen + len))
			tx_send(r);

		/* What the switch looks at is host memory here, too. */
		extra = 0;
		if (hlen < sizeof(f->hdr))
			extra = min_t(u32, len, (u32)sizeof(f->hdr) - hlen);
		head = r->s->head[r->n];
		memcpy(head, tmpl, hlen);
		err = tx_take(r, &cur, head + hlen, extra);
		if (err)
			return err;
		f = tx_begin(r, hlen + extra);
		err = tx_attach(r, &cur, f, len - extra);
		if (err)
			return err;
		avf_off_cut(f, head, &off, n, pos, len, len == left);
		err = tx_commit(r, u, f);
		if (err)
			return err;
	}

	return 0;
}

static void tx_frame(struct tx_run *r, const struct tx_unit *u)
{
	struct avf_off_req req;
	int err;

	if (u->bad) {
		tx_drop(r, -EINVAL);
		return;
	}
	if (u->noop) {
		r->done++;
		return;
	}

	tx_request(u, &req);
	err = req.seg ? tx_segmented(r, u, &req) : tx_plain(r, u, &req);
	if (err)
		tx_drop(r, err);
}

u32 avf_tx_poll(struct avf_dev *dev, u16 qid, u32 budget,
		struct avf_tx_scratch *scratch)
{
	struct tx_run r = { .dev = dev, .s = scratch, .qid = qid };
	struct tx_unit u;
	u32 tail;

	if (qid >= dev->num_qps)
		return 0;
	r.q = &dev->tx[qid];
	if (!avf_load_acquire(&r.q->enabled) || !avf_dev_dma_ok(dev))
		return 0;

	/*
	 * One look at the tail: whoever moves it later kicks again. It may be
	 * a value for an earlier, longer ring, stored late.
	 */
	tail = avf_load_acquire(&r.q->tail);
	if (tail >= r.q->len || tail == r.q->wait)
		return 0;
	scratch->bounce_used = TX_AT_BOUNCE;
	r.end = r.q->head;
	r.avail = avf_ring_count(r.end, tail, r.q->len);

	while (r.avail && r.done < budget &&
	       avf_load_acquire(&r.q->enabled)) {
		if (tx_scan(&r, &u)) {
			/*
			 * The ring itself is unreachable. Skip to the tail: to
			 * stay would mean to fail here for ever.
			 */
			tx_drop(&r, -EFAULT);
			tx_flush(&r);
			WRITE_ONCE(r.q->head, tail);
			goto out;
		}
		if (!u.n) {
			tx_flush(&r);
			WRITE_ONCE(r.q->wait, tail);
			goto out;
		}
		tx_frame(&r, &u);
		r.end += u.n;
		if (r.end >= r.q->len)
			r.end -= r.q->len;
		r.avail -= u.n;
	}
	tx_flush(&r);
out:
	/* Write-backs first, then the look at the vector's enable bit. */
	avf_mb();
	if (r.irq)
		avf_int_cause(dev, READ_ONCE(r.q->vec), READ_ONCE(r.q->itr));
	return r.done;
}
