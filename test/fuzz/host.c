// SPDX-License-Identifier: GPL-2.0
/*
 * The host: what the model may ask for. Every access to guest memory is matched
 * with what the driver set up and with what was read before.
 */
#include "host.h"

/* No call makes more accesses to guest memory than this (G4). */
#define FZ_MAX_DMA	40000u

/* ----------------------------------------------------------------- digest */

void fz_digest(struct fz *f, u64 a, u64 b, const void *p, u32 len)
{
	static int tell = -1;
	const u8 *c = p;
	u64 h = f->trace;
	u32 i;

	if (tell < 0)
		tell = !!getenv("FUZZ_TRACE");
	if (tell) {
		fprintf(stderr, "%u %c %llx", f->id, (char)a,
			(unsigned long long)b);
		for (i = 0; p && i < len; i++)
			fprintf(stderr, " %02x", c[i]);
		fprintf(stderr, "\n");
	}

	h = (h ^ a) * 0x100000001b3ull;
	h = (h ^ b) * 0x100000001b3ull;
	if (p && len <= 64)
		while (len--)
			h = (h ^ *c++) * 0x100000001b3ull;
	f->trace = h;
}

static u64 filters_digest(const struct fz *f)
{
	u64 sum = f->nmac + f->nvlan * 0x10001ull;
	u32 i, k;

	for (i = 0; f->nvlan && i < FZ_VLANS / 32; i++)
		sum = sum * 31 + f->vlan[i];

	for (i = 0; i < f->nmac; i++) {
		u64 m = 0;

		for (k = 0; k < AVF_ETH_ALEN; k++)
			m = m << 8 | f->mac[i][k];
		sum += m * m + m;
	}
	return sum;
}

/* --------------------------------------------- what the model reads and writes */

static u64 atq_base(const struct fz *f)
{
	return (u64)f->reg[FZ_ATQBAH] << 32 | f->reg[FZ_ATQBAL];
}

static u64 arq_base(const struct fz *f)
{
	return (u64)f->reg[FZ_ARQBAH] << 32 | f->reg[FZ_ARQBAL];
}

/* Is @iova an entry of the ring? */
static bool aq_entry(u64 base, u32 len, u64 iova)
{
	u64 d = iova - base;

	return (len & AVF_AQ_LEN_ENABLE) && d < (len & AVF_AQ_LEN_M) * 32 &&
	       d % 32 == 0;
}

/* ENABLE, DISABLE and CONFIG change who may touch what. */
static void msg_applied(struct fz *f, u32 op, const u8 *p, u32 len)
{
	const struct avf_vc_queue_sel *sel = (const void *)p;
	const struct avf_vc_qp_list *list = (const void *)p;
	const struct avf_vc_irq_map *map = (const void *)p;
	u32 i, q;

	switch (op) {
	case AVF_VC_ENABLE_QUEUES:
		f->tx_on |= le32_to_cpu(sel->txq);
		f->rx_on |= le32_to_cpu(sel->rxq);
		break;
	case AVF_VC_DISABLE_QUEUES:
		f->tx_on &= ~le32_to_cpu(sel->txq);
		f->rx_on &= ~le32_to_cpu(sel->rxq);
		break;
	case AVF_VC_CONFIG_VSI_QUEUES:
		FZ_CHECK(len >= sizeof(*list) + le16_to_cpu(list->n) * 64u);
		for (i = 0; i < le16_to_cpu(list->n); i++) {
			const struct avf_vc_qp *qp = &list->qp[i];

			q = le16_to_cpu(qp->tx.queue);
			FZ_CHECK(q < f->nq);
			f->tx_on &= ~(1u << q);
			f->rx_on &= ~(1u << q);
			f->txr[q].base = le64_to_cpu(qp->tx.ring);
			f->txr[q].len = le16_to_cpu(qp->tx.ring_len);
			f->rxr[q].base = le64_to_cpu(qp->rx.ring);
			f->rxr[q].len = le32_to_cpu(qp->rx.ring_len);
			f->rxr[q].buf = le32_to_cpu(qp->rx.buf_size);
		}
		break;
	case AVF_VC_CONFIG_IRQ_MAP:
		for (i = 0; i < le16_to_cpu(map->n); i++) {
			const struct avf_vc_vecmap *v = &map->vec[i];

			FZ_CHECK(le16_to_cpu(v->vector) <= f->nq);
			f->vec[le16_to_cpu(v->vector)].idx |=
				(u8)(1u << (le16_to_cpu(v->rx_itr) & 3) |
				     1u << (le16_to_cpu(v->tx_itr) & 3));
		}
		break;
	default:
		break;
	}
}

/*
 * The message read last is dealt with. A refused one had no effect on the host
 * (G18); what it did to the device the target vc finds out.
 */
void fz_msg_close(struct fz *f)
{
	struct fz_msg *m = &f->msg;
	struct avf_stats st;

	if (!m->open)
		return;
	m->open = false;
	avf_stats_get(f->dev, &st);
	if (st.resets_vf != m->resets) {
		FZ_CHECK(le32_to_cpu(m->desc.cookie_hi) == AVF_VC_RESET_VF ||
			 le32_to_cpu(m->desc.cookie_hi) ==
			 AVF_VC_REQUEST_QUEUES);
		fz_shadow_reset(f, false);
		return;
	}
	if (st.vc_refused != m->refused) {
		FZ_CHECK(st.vc_refused == m->refused + 1);
		FZ_CHECK(f->effects == m->effects);
		FZ_CHECK(filters_digest(f) == m->macs);
		return;
	}
	if (st.mbx_messages == f->stats.mbx_messages)
		return;		/* never got so far */
	if (le16_to_cpu(m->desc.opcode) == AVF_AQ_OP_TO_PF && m->paid)
		msg_applied(f, le32_to_cpu(m->desc.cookie_hi), m->data, m->len);
}

static void msg_open(struct fz *f, u64 iova, const struct avf_aq_desc *desc)
{
	struct avf_stats st;

	fz_msg_close(f);
	avf_stats_get(f->dev, &st);
	f->stats.mbx_messages = st.mbx_messages;
	f->msg.open = true;
	f->msg.paid = false;
	f->msg.iova = iova;
	f->msg.desc = *desc;
	f->msg.refused = st.vc_refused;
	f->msg.resets = st.resets_vf;
	f->msg.effects = f->effects;
	f->msg.macs = filters_digest(f);
}

/* The model has read @len bytes at @iova; @p is what it got. */
static void mbx_read(struct fz *f, u64 iova, const void *p, u32 len)
{
	const struct avf_aq_desc *d = p;
	struct fz_msg *m = &f->msg;
	bool arq, atq;

	if (m->open && !m->paid &&
	    iova == ((u64)le32_to_cpu(m->desc.addr_hi) << 32 |
		     le32_to_cpu(m->desc.addr_lo)) &&
	    len == le16_to_cpu(m->desc.datalen) &&
	    (le16_to_cpu(m->desc.flags) & AVF_AQ_F_BUF)) {
		FZ_CHECK(len <= AVF_AQ_BUF_LEN);
		m->paid = true;
		m->len = (u16)len;
		memcpy(m->data, p, len);
		return;
	}

	/* Else it is a descriptor, of a ring the driver set up. */
	FZ_CHECK(len == sizeof(*d));
	arq = aq_entry(arq_base(f), f->reg[FZ_ARQLEN], iova);
	atq = f->ctx == FZ_MBX &&
	      aq_entry(atq_base(f), f->reg[FZ_ATQLEN], iova);
	FZ_CHECK(arq || atq);
	if (arq && atq)
		f->lost = true;
	if (atq) {
		msg_open(f, iova, d);
	} else {
		f->arq_open = true;
		f->arq_iova = iova;
		f->arq_buf = (u64)le32_to_cpu(d->addr_hi) << 32 |
			     le32_to_cpu(d->addr_lo);
		f->arq_len = le16_to_cpu(d->flags) & AVF_AQ_F_BUF ?
			     le16_to_cpu(d->datalen) : 0;
	}
}

/* A long message is written in pieces. */
static bool arq_body(const struct fz *f, u64 iova, u32 len)
{
	u64 d = iova - f->arq_buf;

	return d <= f->arq_len && len <= f->arq_len - d &&
	       d + len <= AVF_AQ_BUF_LEN;
}

/* A whole ARQ entry, or the front of an ATQ entry, or a message. */
static void mbx_write(struct fz *f, u64 iova, const void *p, u32 len)
{
	const struct avf_aq_desc *d = p;
	u32 flags;

	if (f->lost)
		return;
	if (len == 8 && f->msg.open && iova == f->msg.iova) {
		FZ_CHECK(le16_to_cpu(d->flags) ==
			 (le16_to_cpu(f->msg.desc.flags) | AVF_AQ_F_DD |
			  AVF_AQ_F_CMP));
		FZ_CHECK(d->opcode == f->msg.desc.opcode);
		FZ_CHECK(d->datalen == f->msg.desc.datalen);
		FZ_CHECK(!d->retval);
		return;
	}

	FZ_CHECK(f->arq_open);
	if (len != sizeof(*d) || iova != f->arq_iova) {
		FZ_CHECK(arq_body(f, iova, len));
		fz_digest(f, 'P', len, p, len);
		return;
	}
	if (arq_body(f, iova, len))
		return;		/* either */
	f->arq_open = false;
	flags = le16_to_cpu(d->flags);
	FZ_CHECK(flags & AVF_AQ_F_DD && flags & AVF_AQ_F_CMP);
	FZ_CHECK(!(flags & AVF_AQ_F_ERR));
	FZ_CHECK(le16_to_cpu(d->opcode) == AVF_AQ_OP_TO_VF);
	FZ_CHECK(!d->retval && !d->param0 && !d->param1);
	FZ_CHECK(le16_to_cpu(d->datalen) <= AVF_AQ_BUF_LEN);
	FZ_CHECK(d->cookie_hi);
	fz_digest(f, 'M', le32_to_cpu(d->cookie_hi), &d->cookie_lo, 4);
	/* A driver that sends one itself is told off, as for anything else. */
	if (le32_to_cpu(d->cookie_hi) == AVF_VC_EVENT && !d->cookie_lo)
		return;
	f->replies++;
	f->reply_op = le32_to_cpu(d->cookie_hi);
	f->reply_status = (s32)le32_to_cpu(d->cookie_lo);
	f->reply_len = le16_to_cpu(d->datalen);
}

static bool in_ring(const struct fz_ring *r, u32 size, u64 iova, u64 len)
{
	u64 d = iova - r->base;

	return r->len && d < (u64)r->len * size &&
	       len <= (u64)r->len * size - d;
}

/* One queue of those that may run has a descriptor there. */
static struct fz_ring *rx_ring(struct fz *f, u64 iova, u64 len)
{
	u32 q;

	for (q = 0; q < f->nq; q++)
		if (f->rx_on & (1u << q) && in_ring(&f->rxr[q], 32, iova, len))
			return &f->rxr[q];
	return NULL;
}

/* Rings may lie over each other: the largest buffer such a descriptor has. */
static u32 rx_buf_len(const struct fz *f, u64 iova, u64 len)
{
	u32 q, max = 0;

	for (q = 0; q < f->nq; q++)
		if (f->rx_on & (1u << q) && in_ring(&f->rxr[q], 32, iova, len))
			max = max_t(u32, max, f->rxr[q].buf);
	return max;
}

/* The same of a piece of a ring, up to its end or that of the page. */
static bool rx_window(const struct fz *f, u64 iova, u32 len)
{
	u32 q;

	for (q = 0; q < f->nq; q++) {
		const struct fz_ring *r = &f->rxr[q];

		if (f->rx_on & (1u << q) && in_ring(r, 32, iova, len) &&
		    (iova - r->base) % 32 == 0 &&
		    (iova + len == r->base + r->len * 32u ||
		     (iova + len) % AVF_PAGE_SIZE == 0))
			return true;
	}
	return false;
}

static void rx_posted(struct fz *f, u64 at, u32 len)
{
	FZ_CHECK(f->nrxbuf < FZ_MAX_RXBUF);
	f->rxbuf[f->nrxbuf].at = at;
	f->rxbuf[f->nrxbuf++].len = len;
}

/*
 * Is that inside a buffer of a descriptor that was read, or can be seen through
 * a pointer? All descriptors of a frame are read before anything is written.
 */
static bool rx_target(struct fz *f, u64 iova, u32 len)
{
	u32 i;

	for (; f->win_seen < f->nwin; f->win_seen++) {
		const struct fz_win *w = &f->win[f->win_seen];

		for (i = 0; i < w->n; i++)
			rx_posted(f, le64_to_cpu(w->d[i].qw0), w->buf);
	}
	for (i = f->nrxbuf; i--; )
		if (iova - f->rxbuf[i].at <= f->rxbuf[i].len &&
		    len <= f->rxbuf[i].len - (iova - f->rxbuf[i].at))
			return true;
	return false;
}

/* Every access comes through here first. Returns true when it fails. */
static bool dma_begin(struct fz *f, u64 iova, u32 len)
{
	FZ_CHECK(f->ctx != FZ_QUIET);			/* G2, G6 */
	FZ_CHECK(fz_master(f));				/* G2 */
	FZ_CHECK(len && iova + len - 1 >= iova);
	FZ_CHECK(++f->ndma < FZ_MAX_DMA);		/* G4 */
	if (f->ctx == FZ_TX)
		FZ_CHECK(f->tx_on & (1u << f->q));	/* G2 */
	if (f->ctx == FZ_RX)
		FZ_CHECK(f->rx_on);
	if (f->hook_at && !--f->hook_at && !f->in_hook) {
		f->in_hook = true;
		fz_fast_wr(f, f->hook_off, f->hook_val);
		f->in_hook = false;
	}
	return f->fail_dma && !--f->fail_dma;
}

static int host_read(void *host, u64 iova, void *buf, u32 len)
{
	struct fz *f = host;
	u8 *p = buf;
	u32 i;

	if (dma_begin(f, iova, len))
		return -EFAULT;
	if (iova - FZ_STREAM < FZ_STREAM_LEN &&
	    len <= FZ_STREAM_LEN - (iova - FZ_STREAM)) {
		for (i = 0; i < len; i++)
			p[i] = fz_u8(f);
	} else if (!mem_copy(f, iova, buf, len, false)) {
		return -EFAULT;
	}
	if (f->on_read)
		f->on_read(f, iova, buf, len);
	if (f->ctx == FZ_MBX || f->ctx == FZ_EVENT)
		mbx_read(f, iova, buf, len);
	if (f->ctx == FZ_RX) {
		FZ_CHECK(len == 8 && rx_ring(f, iova, 8));
		rx_posted(f, le64_to_cpu(*(__le64 *)buf),
			  rx_buf_len(f, iova, 8));
	}
	return 0;
}

static int host_write(void *host, u64 iova, const void *buf, u32 len)
{
	struct fz *f = host;
	u64 d;

	mem_check_init(buf, len);			/* G8 */
	if (dma_begin(f, iova, len))
		return -EFAULT;
	switch (f->ctx) {
	case FZ_MBX:
	case FZ_EVENT:
		mbx_write(f, iova, buf, len);
		break;
	case FZ_TX:
		/* Completions and nothing else (G1). */
		d = iova - f->txr[f->q].base;
		FZ_CHECK(in_ring(&f->txr[f->q], 16, iova, len));
		FZ_CHECK(len == 1 && d % 16 == 8);
		FZ_CHECK(*(const u8 *)buf == AVF_TXD_TYPE_DONE);
		fz_digest(f, 'T', iova, buf, len);
		break;
	default:
		FZ_CHECK(rx_ring(f, iova, len) || rx_target(f, iova, len));
		fz_digest(f, 'R', iova, buf, len);
		break;
	}
	if (iova - FZ_STREAM < FZ_STREAM_LEN &&
	    len <= FZ_STREAM_LEN - (iova - FZ_STREAM))
		return 0;
	return mem_copy(f, iova, (void *)(uintptr_t)buf, len, true) ? 0 :
								       -EFAULT;
}

static void *host_map(void *host, u64 iova, u32 len, bool write)
{
	struct fz *f = host;
	u8 *p;

	FZ_CHECK(f->ctx == FZ_TX || f->ctx == FZ_RX);
	FZ_CHECK(iova % AVF_PAGE_SIZE + len <= AVF_PAGE_SIZE);
	if (dma_begin(f, iova, len))
		return NULL;
	if (f->ctx == FZ_TX && write)
		FZ_CHECK(in_ring(&f->txr[f->q], 16, iova, len));
	if (f->ctx == FZ_RX) {
		FZ_CHECK(write);
		if (rx_window(f, iova, len)) {
			p = mem_map(f, iova, len, write);
			FZ_CHECK(!p || f->nwin < FZ_MAX_WIN);
			if (p)
				f->win[f->nwin++] = (struct fz_win) {
					.d = (const void *)p, .n = len / 32,
					.buf = rx_buf_len(f, iova, len),
				};
			return p;
		}
		FZ_CHECK(rx_target(f, iova, len));
	}
	p = mem_map(f, iova, len, write);
	return p;
}

/* ------------------------------------------------------------- host services */

static void host_irq(void *host, u16 vec)
{
	struct fz *f = host;
	struct fz_vec *v = &f->vec[vec];
	u64 min = ~0ull;
	u32 i;

	FZ_CHECK(vec <= f->nq);
	fz_dyn_look(f, vec);
	/* While configuration space is written the old one may yet apply. */
	if (f->ending && f->unmasking) {
		v->ena = false;
		f->irqs++;
		return;
	}
	/* G11 */
	FZ_CHECK(fz_master(f));
	if (!(f->params.flags & AVF_PARAM_VMM_MSIX))
		FZ_CHECK(f->cfg[0x73] & 0x80);
	FZ_CHECK(!fz_msix_masked(f, vec));
	FZ_CHECK(v->ena || v->pend);
	/* Nothing fires but after a look at what the driver says now. */
	FZ_CHECK(!v->stored || v->pend);
	for (i = 0; i < 3; i++)
		if (v->idx & (1u << i))
			min = min_t(u64, min, v->itr[i] * 2000ull);
	if (vec && v->fired && !v->now && !(v->idx & 8) && !v->pend) {
		FZ_CHECK(v->idx);
		FZ_CHECK(f->now - v->last >= min);
	}
	/* What waited in the PBA fired, for the device, some time earlier. */
	v->fired = !v->pend;
	v->last = f->now;
	if (v->pend && (!v->ena || f->unmasking)) {
		v->pend = false;
	} else {
		v->ena = false;
		v->now = v->pend;
	}
	f->irqs++;
	fz_digest(f, 'I', vec, NULL, 0);
}

static u64 host_now(void *host)
{
	struct fz *f = host;

	return f->now;
}

static void host_timer(void *host, u64 deadline)
{
	struct fz *f = host;

	FZ_CHECK(deadline > f->now);
	FZ_CHECK(deadline - f->now <= 4095 * 2000ull);
	f->deadline = deadline;
}

static void host_quiesce(void *host)
{
	struct fz *f = host;

	/* A queue function that waits for itself would never return. */
	FZ_CHECK(f->ctx != FZ_TX && f->ctx != FZ_RX);
	/* Whoever receives ends the burst before we return. */
	f->ending = true;
	fz_rx_flush(f);
	f->ending = false;
	f->effects++;
}

static void host_kick(void *host, u16 q)
{
	struct fz *f = host;

	FZ_CHECK(q < f->nq);
	/* that of a doorbell rung meanwhile is not the message's doing */
	f->effects += !f->in_hook;
	fz_digest(f, 'K', q, NULL, 0);
}

static u64 frame_check(struct fz *f, const struct avf_frame *fr, u32 max)
{
	u32 sum = 0, pos = 0, i, k;
	u64 h = 0;

	FZ_CHECK(fr->nsegs && fr->nsegs <= AVF_FRAME_SEGS);
	FZ_CHECK(fr->len >= 60 && fr->len <= max);
	FZ_CHECK(fr->hlen == min_t(u32, fr->len, AVF_FRAME_HDR));
	FZ_CHECK(!(fr->csum & ~(AVF_FRAME_L3_OK | AVF_FRAME_L4_OK)));
	mem_check_init(fr->hdr, fr->hlen);
	for (i = 0; i < fr->nsegs; i++) {
		const u8 *p = fr->seg[i].p;

		FZ_CHECK(fr->seg[i].len);
		mem_check_init(p, fr->seg[i].len);
		sum += fr->seg[i].len;
		FZ_CHECK(sum <= fr->len);
		/* what the switch judges is what is delivered */
		for (k = 0; k < fr->seg[i].len && pos < fr->hlen; k++, pos++)
			FZ_CHECK(p[k] == fr->hdr[pos]);
		h = h * 31 + p[0] + p[fr->seg[i].len - 1];
	}
	FZ_CHECK(sum == fr->len);
	return h + f->q;
}

static void frame_sent(void *host, const struct avf_frame *fr)
{
	struct fz *f = host;
	u64 h = frame_check(f, fr, AVF_MAX_FRAME);

	FZ_CHECK(!fr->gso.mss);
	f->tx_frames++;
	f->tx_bytes += fr->len;
	fz_digest(f, 'X', fr->len, &h, sizeof(h));
	if (f->on_xmit)
		f->on_xmit(f, fr);
}

/* A whole frame is as plain as is promised, and what can be cut. */
static void whole_sent(struct fz *f, const struct avf_frame *fr)
{
	const u8 *ip = fr->hdr + fr->gso.l3;
	u64 frames = f->tx_frames, bytes = f->tx_bytes;

	FZ_CHECK(f->params.flags & AVF_PARAM_GSO);
	frame_check(f, fr, 65535 + 18 + 4);
	FZ_CHECK(fr->gso.hlen <= 118 + 4 && fr->gso.mss >= 64);
	FZ_CHECK(fr->gso.l3 == 14 || fr->gso.l3 == 18);
	FZ_CHECK(fr->gso.l4 - fr->gso.l3 == (fr->gso.v6 ? 40 : 20));
	FZ_CHECK(fr->len == (fr->gso.v6 ? ip[4] << 8 | ip[5] :
					  ip[2] << 8 | ip[3]) +
		 (u32)(fr->gso.v6 ? fr->gso.l4 : fr->gso.l3));
	FZ_CHECK(!avf_frame_cut(fr, frame_sent, f));
	FZ_CHECK(f->tx_frames - frames == avf_frame_count(fr));
	FZ_CHECK(f->tx_bytes - bytes == avf_frame_bytes(fr));
}

static void host_xmit(void *host, u16 q, const struct avf_frame *frames, u32 n)
{
	struct fz *f = host;
	u32 i;

	FZ_CHECK(f->ctx == FZ_TX && q == f->q);
	FZ_CHECK(n && n <= AVF_TX_BATCH);
	for (i = 0; i < n; i++) {
		if (frames[i].gso.mss)
			whole_sent(f, &frames[i]);
		else
			frame_sent(f, &frames[i]);
	}
}

static u32 mac_find(const struct fz *f, const u8 *mac)
{
	u32 i;

	for (i = 0; i < f->nmac; i++)
		if (!memcmp(f->mac[i], mac, AVF_ETH_ALEN))
			break;
	return i;
}

static int host_mac_add(void *host, const u8 *mac)
{
	static const u8 bcast[6] = { 255, 255, 255, 255, 255, 255 };
	static const u8 zero[6];
	struct fz *f = host;

	FZ_CHECK(f->ctx == FZ_MBX);
	FZ_CHECK(memcmp(mac, bcast, 6) && memcmp(mac, zero, 6));
	if (f->fail_mac && !--f->fail_mac)
		return -ENOSPC;
	FZ_CHECK(mac_find(f, mac) == f->nmac);
	FZ_CHECK(f->nmac < AVF_MAX_MACS);	/* G7 */
	memcpy(f->mac[f->nmac++], mac, AVF_ETH_ALEN);
	fz_digest(f, 'A', mac[5], mac, AVF_ETH_ALEN);
	return 0;
}

static void host_mac_del(void *host, const u8 *mac)
{
	struct fz *f = host;
	u32 i = mac_find(f, mac);

	FZ_CHECK(i < f->nmac);
	f->nmac--;
	memmove(f->mac[i], f->mac[f->nmac], AVF_ETH_ALEN);
	fz_digest(f, 'D', mac[5], mac, AVF_ETH_ALEN);
}

static void host_promisc(void *host, bool uc, bool mc)
{
	struct fz *f = host;

	FZ_CHECK(uc != f->uc || mc != f->mc);
	FZ_CHECK(!uc || f->trusted);
	f->uc = uc;
	f->mc = mc;
	f->effects++;
	fz_digest(f, 'O', (u64)uc << 1 | mc, NULL, 0);
}

static int host_vlan_add(void *host, u16 tpid, u16 vid)
{
	struct fz *f = host;

	FZ_CHECK(f->ctx == FZ_MBX);
	FZ_CHECK(tpid == 0x8100 && vid && vid < FZ_VLANS);
	if (f->fail_mac && !--f->fail_mac)
		return -ENOSPC;
	FZ_CHECK(!(f->vlan[vid / 32] >> vid % 32 & 1));
	FZ_CHECK(f->nvlan < (f->trusted ? FZ_VLANS - 1 : AVF_MAX_VLANS));
	f->vlan[vid / 32] |= 1u << vid % 32;
	f->nvlan++;
	fz_digest(f, 'V', vid, NULL, 0);
	return 0;
}

static void host_vlan_del(void *host, u16 tpid, u16 vid)
{
	struct fz *f = host;

	FZ_CHECK(tpid == 0x8100 && vid && vid < FZ_VLANS);
	FZ_CHECK(f->vlan[vid / 32] >> vid % 32 & 1);
	f->vlan[vid / 32] &= ~(1u << vid % 32);
	f->nvlan--;
	fz_digest(f, 'v', vid, NULL, 0);
}

static void host_vlan_filter(void *host, bool on)
{
	struct fz *f = host;

	FZ_CHECK(on != f->vlan_filter);
	f->vlan_filter = on;
	f->effects++;
	fz_digest(f, 'L', on, NULL, 0);
}

static void host_traffic(void *host, bool on)
{
	struct fz *f = host;

	FZ_CHECK(on != f->traffic);
	f->traffic = on;
	f->effects++;
	if (!on)
		fz_queues_off(f);
	fz_digest(f, 'F', on, NULL, 0);
}

void fz_host_ops(struct fz *f, bool map)
{
	f->ops = (struct avf_host_ops) {
		.dma_read = host_read,
		.dma_write = host_write,
		.dma_map = map ? host_map : NULL,
		.irq_raise = host_irq,
		.now_ns = host_now,
		.timer_arm = host_timer,
		.queues_quiesce = host_quiesce,
		.tx_kick = host_kick,
		.xmit = host_xmit,
		.mac_add = host_mac_add,
		.mac_del = host_mac_del,
		.promisc = host_promisc,
		.vlan_add = host_vlan_add,
		.vlan_del = host_vlan_del,
		.vlan_filter = host_vlan_filter,
		.traffic = host_traffic,
	};
}
