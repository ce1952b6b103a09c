// SPDX-License-Identifier: GPL-2.0
/*
 * The host: what the model may ask for, and the calls that lead there.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "mem.h"

/* No call makes more accesses to guest memory than this (G4). */
#define FZ_MAX_DMA	40000u

static struct avf_tx_scratch scratch;
static bool scratch_used;

/* A device's memory is not worth keeping: each run allocates one. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=1";
}

void fz_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: not true: %s\n", file, line, what);
	abort();
}

/* ------------------------------------------------------------------ input */

u8 fz_u8(struct fz *f)
{
	return f->in < f->end ? *f->in++ : 0;
}

u16 fz_u16(struct fz *f)
{
	u16 v = fz_u8(f);

	return (u16)(v | fz_u8(f) << 8);
}

u32 fz_u32(struct fz *f)
{
	u32 v = fz_u16(f);

	return v | (u32)fz_u16(f) << 16;
}

u64 fz_u64(struct fz *f)
{
	u64 v = fz_u32(f);

	return v | (u64)fz_u32(f) << 32;
}

u64 fz_addr(struct fz *f)
{
	u8 s = fz_u8(f);

	if (s < 0xb0)
		return FZ_RAM + (fz_u16(f) * 2u) % FZ_RAM_LEN;
	if (s < 0xc0)
		return FZ_RAM + (s & 15) * 2u * AVF_PAGE_SIZE;
	if (s < 0xe0)
		return FZ_STREAM + fz_u16(f) * 128u;
	if (s < 0xe8)
		return FZ_NOWHERE;
	if (s < 0xf0)
		return ~0ull - (s & 7) * 64;
	return fz_u64(f);
}

u32 fz_val(struct fz *f)
{
	u8 s = fz_u8(f);

	switch (s >> 4) {
	case 0 ... 3:
		return s & 63;
	case 4:
		return AVF_AQ_LEN_ENABLE | (s & 15 ? FZ_AQ_LEN : fz_u16(f));
	case 5:
		return (u32)FZ_RAM + (s & 15) * AVF_PAGE_SIZE / 4;
	case 6:
		return (u32)(FZ_RAM >> 32);
	case 7:
		return 0xffffffff;
	case 8:
		return AVF_DYN_INTENA | (s & 7u) << 2 |
		       (s & 8 ? 0 : AVF_DYN_ITR_NONE << AVF_DYN_ITR_S);
	case 9:
		return AVF_DYN_INTENA | (s & 3u) << AVF_DYN_ITR_S |
		       (u32)fz_u8(f) << AVF_DYN_INTERVAL_S;
	case 10:
		return 1u << (s & 15);
	case 11:
		return 0x10000u << (s & 15);
	case 12:
		return fz_u8(f);
	case 13:
		return fz_u16(f);
	default:
		return fz_u32(f);
	}
}

/* ----------------------------------------------------------------- digest */

static void digest(struct fz *f, u64 a, u64 b, const void *p, u32 len)
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

static u64 macs_digest(const struct fz *f)
{
	u64 sum = f->nmac;
	u32 i, k;

	for (i = 0; i < f->nmac; i++) {
		u64 m = 0;

		for (k = 0; k < AVF_ETH_ALEN; k++)
			m = m << 8 | f->mac[i][k];
		sum += m * m + m;
	}
	return sum;
}

/* --------------------------------------------- what the model reads and writes */

/* A queue may be running that the monitor has not seen enabled; no longer. */
static void queues_off(struct fz *f)
{
	f->tx_on = 0;
	f->rx_on = 0;
}

static void vectors_reset(struct fz *f)
{
	u32 i;

	for (i = 0; i < AVF_MAX_VECTORS; i++) {
		bool masked = f->vec[i].masked;

		memset(&f->vec[i], 0, sizeof(f->vec[i]));
		f->vec[i].masked = masked;
	}
}

static const struct {
	u32 off;
	u32 count;
	u32 stride;
	u32 reset;
	u32 ro;
	u16 slot;
	bool vf;
	bool plain;
} regs[] = {
#define FZ_DOM_V	true
#define FZ_DOM_F	false
#define AVF_REG(name, off_, count_, stride_, reset_, ro_, rc_, dom, rd, wr) \
	{								\
		.off = (off_), .count = (count_), .stride = (stride_),	\
		.reset = (reset_), .ro = (ro_), .slot = FZ_##name,	\
		.vf = FZ_DOM_##dom, .plain = #rd[0] == 'p',		\
	},
#include "avf_regs.def"
#undef AVF_REG
};

/* Index of the shadow of the register at @off, and its table line. */
static bool reg_find(u32 off, u32 *line, u32 *i)
{
	u32 n;

	for (n = 0; n < ARRAY_SIZE(regs); n++) {
		u32 d = off - regs[n].off;

		if (off >= regs[n].off && d < regs[n].count * regs[n].stride &&
		    d % regs[n].stride == 0) {
			*line = n;
			*i = d / regs[n].stride;
			return true;
		}
	}
	return false;
}

/* Positions in the mailbox rings are moved by the device too. */
static bool reg_ours(u32 slot)
{
	return slot != FZ_ATQH && slot != FZ_ARQH;
}

static void regs_reset(struct fz *f, bool all)
{
	u32 n, i;

	for (n = 0; n < ARRAY_SIZE(regs); n++)
		for (i = 0; i < regs[n].count; i++)
			if (all || regs[n].vf)
				f->reg[regs[n].slot + i] = regs[n].reset;
}

/* What a reset means to everything the driver did. */
static void shadow_reset(struct fz *f, bool all)
{
	queues_off(f);
	vectors_reset(f);
	regs_reset(f, all);
	f->arq_open = false;
	memset(f->txr, 0, sizeof(f->txr));
	memset(f->rxr, 0, sizeof(f->rxr));
	if (all) {
		u32 i;

		cfgref_reset(f->cfg, (u16)(f->nq + 1));
		for (i = 0; i < AVF_MAX_VECTORS; i++)
			f->vec[i].masked = true;
	}
	/* G7, G2: everything was given back. */
	FZ_CHECK(!f->nmac);
	FZ_CHECK(!f->uc && !f->mc);
	FZ_CHECK(!f->traffic);
}

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
			if ((le16_to_cpu(v->rx_itr) & 3) == 3 ||
			    (le16_to_cpu(v->tx_itr) & 3) == 3)
				f->vec[le16_to_cpu(v->vector)].free = true;
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
static void msg_close(struct fz *f)
{
	struct fz_msg *m = &f->msg;
	struct avf_stats st;

	if (!m->open)
		return;
	m->open = false;
	avf_stats_get(f->dev, &st);
	if (st.resets_vf != m->resets) {
		FZ_CHECK(le32_to_cpu(m->desc.cookie_hi) == AVF_VC_RESET_VF);
		shadow_reset(f, false);
		return;
	}
	if (st.vc_refused != m->refused) {
		FZ_CHECK(st.vc_refused == m->refused + 1);
		FZ_CHECK(f->effects == m->effects);
		FZ_CHECK(macs_digest(f) == m->macs);
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

	msg_close(f);
	avf_stats_get(f->dev, &st);
	f->stats.mbx_messages = st.mbx_messages;
	f->msg.open = true;
	f->msg.paid = false;
	f->msg.iova = iova;
	f->msg.desc = *desc;
	f->msg.refused = st.vc_refused;
	f->msg.resets = st.resets_vf;
	f->msg.effects = f->effects;
	f->msg.macs = macs_digest(f);
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
		FZ_CHECK(iova == f->arq_buf && len <= f->arq_len &&
			 len <= AVF_AQ_BUF_LEN);
		digest(f, 'P', len, p, len);
		return;
	}
	if (f->arq_buf == iova && f->arq_len >= len)
		return;		/* either */
	f->arq_open = false;
	flags = le16_to_cpu(d->flags);
	FZ_CHECK(flags & AVF_AQ_F_DD && flags & AVF_AQ_F_CMP);
	FZ_CHECK(!(flags & AVF_AQ_F_ERR));
	FZ_CHECK(le16_to_cpu(d->opcode) == AVF_AQ_OP_TO_VF);
	FZ_CHECK(!d->retval && !d->param0 && !d->param1);
	FZ_CHECK(le16_to_cpu(d->datalen) <= AVF_AQ_BUF_LEN);
	FZ_CHECK(d->cookie_hi);
	digest(f, 'M', le32_to_cpu(d->cookie_hi), &d->cookie_lo, 4);
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

static void rx_posted(struct fz *f, u64 iova, u64 buf)
{
	struct fz_ring *r = rx_ring(f, iova, 8);

	FZ_CHECK(r);
	FZ_CHECK(f->nrxbuf < 5);
	f->rxbuf[f->nrxbuf++] = buf;
	f->rxbuf_len = r->buf;
}

static bool rx_target(const struct fz *f, u64 iova, u32 len)
{
	u32 i;

	for (i = 0; i < f->nrxbuf; i++)
		if (iova - f->rxbuf[i] <= f->rxbuf_len &&
		    len <= f->rxbuf_len - (iova - f->rxbuf[i]))
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
		FZ_CHECK(len == 8);
		rx_posted(f, iova, le64_to_cpu(*(__le64 *)buf));
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
		FZ_CHECK(len == 8 && d % 16 == 8);
		FZ_CHECK(le64_to_cpu(*(const __le64 *)buf) ==
			 AVF_TXD_TYPE_DONE);
		digest(f, 'T', iova, buf, len);
		break;
	default:
		FZ_CHECK(rx_ring(f, iova, len) || rx_target(f, iova, len));
		digest(f, 'R', iova, buf, len);
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
	p = mem_map(f, iova, len, write);
	if (f->ctx == FZ_RX) {
		bool desc = len == 32 && rx_ring(f, iova, len);

		FZ_CHECK(write);
		FZ_CHECK(desc || rx_target(f, iova, len));
		if (p && desc && !rx_target(f, iova, len)) {
			__le64 buf;

			memcpy(&buf, p, 8);
			rx_posted(f, iova, le64_to_cpu(buf));
		}
	}
	return p;
}

/* ------------------------------------------------------------- host services */

static bool msix_masked(const struct fz *f, u16 vec)
{
	if (f->params.flags & AVF_PARAM_VMM_MSIX)
		return false;
	return f->cfg[0x73] & 0x40 || f->vec[vec].masked;
}

static void host_irq(void *host, u16 vec)
{
	struct fz *f = host;
	struct fz_vec *v = &f->vec[vec];
	u64 min = ~0ull;
	u32 i;

	/* G11 */
	FZ_CHECK(vec <= f->nq);
	FZ_CHECK(fz_master(f));
	if (!(f->params.flags & AVF_PARAM_VMM_MSIX))
		FZ_CHECK(f->cfg[0x73] & 0x80);
	FZ_CHECK(!msix_masked(f, vec));
	FZ_CHECK(v->ena || v->pend);
	for (i = 0; i < 3; i++)
		min = min_t(u64, min, v->itr[i] * 2000ull);
	if (vec && v->fired && !v->now && !v->free && !v->pend)
		FZ_CHECK(f->now - v->last >= min);
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
	digest(f, 'I', vec, NULL, 0);
}

/* A vector that is enabled while masked may have fired into the PBA. */
static void note_pending(struct fz *f)
{
	u16 i;

	if (f->params.flags & AVF_PARAM_VMM_MSIX)
		return;
	for (i = 0; i <= f->nq; i++)
		if (f->vec[i].ena && msix_masked(f, i)) {
			f->vec[i].pend = true;
			/* when, nobody knows: no interval can be judged */
			f->vec[i].fired = false;
		}
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
	f->effects++;
}

static void host_kick(void *host, u16 q)
{
	struct fz *f = host;

	FZ_CHECK(q < f->nq);
	/* that of a doorbell rung meanwhile is not the message's doing */
	f->effects += !f->in_hook;
	digest(f, 'K', q, NULL, 0);
}

static u64 frame_check(struct fz *f, const struct avf_frame *fr)
{
	u32 sum = 0, pos = 0, i, k;
	u64 h = 0;

	FZ_CHECK(fr->nsegs && fr->nsegs <= AVF_FRAME_SEGS);
	FZ_CHECK(fr->len >= 60 && fr->len <= AVF_MAX_FRAME);
	FZ_CHECK(fr->hlen >= 14 && fr->hlen <= fr->len);
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

static void host_xmit(void *host, u16 q, const struct avf_frame *frames, u32 n)
{
	struct fz *f = host;
	u32 i;

	FZ_CHECK(f->ctx == FZ_TX && q == f->q);
	FZ_CHECK(n && n <= AVF_TX_BATCH);
	for (i = 0; i < n; i++) {
		u64 h = frame_check(f, &frames[i]);

		f->tx_frames++;
		f->tx_bytes += frames[i].len;
		digest(f, 'X', frames[i].len, &h, sizeof(h));
		if (f->on_xmit)
			f->on_xmit(f, &frames[i]);
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
	digest(f, 'A', mac[5], mac, AVF_ETH_ALEN);
	return 0;
}

static void host_mac_del(void *host, const u8 *mac)
{
	struct fz *f = host;
	u32 i = mac_find(f, mac);

	FZ_CHECK(i < f->nmac);
	f->nmac--;
	memmove(f->mac[i], f->mac[f->nmac], AVF_ETH_ALEN);
	digest(f, 'D', mac[5], mac, AVF_ETH_ALEN);
}

static void host_promisc(void *host, bool uc, bool mc)
{
	struct fz *f = host;

	FZ_CHECK(uc != f->uc || mc != f->mc);
	f->uc = uc;
	f->mc = mc;
	f->effects++;
	digest(f, 'O', (u64)uc << 1 | mc, NULL, 0);
}

static void host_traffic(void *host, bool on)
{
	struct fz *f = host;

	FZ_CHECK(on != f->traffic);
	f->traffic = on;
	f->effects++;
	if (!on)
		queues_off(f);
	digest(f, 'F', on, NULL, 0);
}

/* ------------------------------------------------------------------- calls */

/* Before a call: what it may do. */
static void enter(struct fz *f, enum fz_ctx ctx)
{
	f->ctx = ctx;
	f->ndma = 0;
}

/* After it: pointers are void, counters go up only. */
static void leave(struct fz *f)
{
	f->ctx = FZ_QUIET;
	if (f->opened)
		mem_unmap(f);
}

void fz_after(struct fz *f)
{
	struct avf_stats st;
	const u64 *new = (const u64 *)&st;
	const u64 *old = (const u64 *)&f->stats;
	u32 i;

	mem_poison(&st, sizeof(st));
	avf_stats_get(f->dev, &st);
	mem_check_init(&st, sizeof(st));
	for (i = 0; i < FZ_NSTATS; i++)
		FZ_CHECK(new[i] >= old[i]);
	FZ_CHECK(st.irqs == f->irqs);
	FZ_CHECK(st.tx_unicast + st.tx_multicast + st.tx_broadcast ==
		 f->tx_frames);
	FZ_CHECK(st.tx_bytes == f->tx_bytes);
	FZ_CHECK(st.rx_unicast + st.rx_multicast + st.rx_broadcast ==
		 f->rx_frames);
	FZ_CHECK(st.rx_bytes == f->rx_bytes);
	FZ_CHECK(st.rx_discards == f->rx_fail);
	f->stats = st;
	note_pending(f);
}

void fz_open(struct fz *f, u32 id, u16 nq, u32 flags, const u8 *in, size_t len)
{
	memset(f, 0, offsetof(struct fz, msg.data));
	memset(&f->arq_iova, 0,
	       sizeof(*f) - offsetof(struct fz, arq_iova));
	f->id = id;
	f->nq = nq;
	f->in = in;
	f->end = len ? in + len : in;
	f->on = 0xffffffff;
	f->now = 1000000;
	f->ops = (struct avf_host_ops) {
		.dma_read = host_read,
		.dma_write = host_write,
		.dma_map = flags & FZ_NO_MAP ? NULL : host_map,
		.irq_raise = host_irq,
		.now_ns = host_now,
		.timer_arm = host_timer,
		.queues_quiesce = host_quiesce,
		.tx_kick = host_kick,
		.xmit = host_xmit,
		.mac_add = host_mac_add,
		.mac_del = host_mac_del,
		.promisc = host_promisc,
		.traffic = host_traffic,
	};
	f->params = (struct avf_params) {
		.num_qps = nq,
		.flags = flags & FZ_VMM_MSIX ? AVF_PARAM_VMM_MSIX : 0,
		.mac = { 0x02, 0, 0, 0, 0, 0x10 },
		.link_mbps = 10000,
		.link_up = true,
	};
	f->dev = avf_dev_create(&f->params, &f->ops, f);
	FZ_CHECK(f->dev);
	shadow_reset(f, true);
	mem_init(f);
}

/* Nothing is left behind: after a reset the host has everything back. */
void fz_close(struct fz *f)
{
	fz_reset(f, AVF_RESET_FLR);
	fz_after(f);
	avf_dev_destroy(f->dev);
	mem_clean(f);
	if (scratch_used)
		memset(&scratch, 0xa5, sizeof(scratch));
	scratch_used = false;
}

void fz_poke(struct fz *f, u64 iova, const void *p, u32 len)
{
	mem_poke(f, iova, (void *)(uintptr_t)p, len, true);
}

void fz_peek(struct fz *f, u64 iova, void *p, u32 len)
{
	memset(p, 0, len);
	mem_poke(f, iova, p, len, false);
}

void fz_cfg_rd(struct fz *f, u32 off, u32 len)
{
	u8 buf[32];
	u32 i;

	FZ_CHECK(len <= sizeof(buf));
	mem_poison(buf, sizeof(buf));
	avf_cfg_read(f->dev, off, buf, len);
	mem_check_init(buf, len);
	for (i = 0; i < len; i++)
		FZ_CHECK(buf[i] == (off < 256 && off + i < 256 ?
				    f->cfg[off + i] : 0));
}

void fz_cfg_wr(struct fz *f, u32 off, const void *p, u32 len)
{
	bool flr;

	note_pending(f);
	flr = cfgref_write(f->cfg, (u16)(f->nq + 1), off, p, len);
	if (!(f->cfg[0x73] & 0x80)) {
		u32 i;

		for (i = 0; i <= f->nq; i++)
			f->vec[i].pend = false;
	}
	enter(f, FZ_QUIET);
	f->unmasking = true;
	avf_cfg_write(f->dev, off, p, len);
	f->unmasking = false;
	leave(f);
	if (flr)
		shadow_reset(f, true);
	if (off < 256)
		fz_cfg_rd(f, off, min_t(u32, len, 32));	/* G9 */
}

void fz_cfg_wr16(struct fz *f, u32 off, u16 val)
{
	__le16 le = cpu_to_le16(val);

	fz_cfg_wr(f, off, &le, 2);
}

u32 fz_rd(struct fz *f, u32 off)
{
	__le32 le;

	enter(f, FZ_QUIET);
	mem_poison(&le, sizeof(le));
	avf_bar_read(f->dev, 0, off, &le, 4);
	mem_check_init(&le, 4);
	leave(f);
	if (!fz_mem_on(f))
		FZ_CHECK(le == ~0u);
	return le32_to_cpu(le);
}

/* Vector @vec's control register is written. */
static void shadow_dyn(struct fz *f, u32 vec, u32 val)
{
	struct fz_vec *v;
	u32 itr = (val >> AVF_DYN_ITR_S) & 3;

	if (vec > f->nq)
		return;
	v = &f->vec[vec];
	if (v->ena && msix_masked(f, (u16)vec) &&
	    !(f->params.flags & AVF_PARAM_VMM_MSIX))
		v->pend = true;
	if (!(val & AVF_DYN_INTENA_MSK))
		v->ena = val & AVF_DYN_INTENA;
	if (itr != 3)
		v->itr[itr] = (val >> AVF_DYN_INTERVAL_S) & 0xfff;
	if (val & AVF_DYN_SWINT &&
	    (!(val & AVF_DYN_SW_ITR_ENA) ||
	     ((val >> AVF_DYN_SW_ITR_S) & 3) == 3))
		v->now = true;
}

/* An aligned dword of BAR0 is about to be written. */
static void shadow_write(struct fz *f, u32 off, u32 val)
{
	u32 n, i, slot;

	if (!reg_find(off, &n, &i))
		return;
	slot = regs[n].slot + i;
	if (regs[n].plain)
		f->reg[slot] = (f->reg[slot] & regs[n].ro) |
			       (val & ~regs[n].ro);
	if (regs[n].off == AVF_REG_DYN_CTL0)
		shadow_dyn(f, 0, val);
	else if (regs[n].off == AVF_REG_DYN_CTLN)
		shadow_dyn(f, i + 1, val);
	else if (regs[n].off == AVF_REG_ITR0)
		f->vec[0].itr[i] = val & 0xfff;
	else if (regs[n].off == AVF_REG_ITRN)
		f->vec[i % 16 + 1].itr[i / 16] = val & 0xfff;
}

/* Compare a register with its shadow; not the one whose read clears. */
static void shadow_verify(struct fz *f, u32 off)
{
	u32 n, i;

	if (!fz_mem_on(f) || !reg_find(off, &n, &i) || !regs[n].plain ||
	    !reg_ours(regs[n].slot + i))
		return;
	FZ_CHECK(fz_rd(f, off) == f->reg[regs[n].slot + i]);
}

void fz_bar_wr(struct fz *f, u32 bar, u32 off, const void *p, u32 len)
{
	bool was = f->reg[FZ_ATQLEN] & AVF_AQ_LEN_ENABLE;
	u32 i;
	__le32 le;

	note_pending(f);
	if (fz_mem_on(f) && !(off & 3)) {
		if (bar == 0 && off < AVF_BAR0_SIZE && len == 4) {
			memcpy(&le, p, 4);
			shadow_write(f, off, le32_to_cpu(le));
		} else if (bar == 3 && !(len & 3)) {
			for (i = 0; i < len && off + i < 0x2000; i += 4)
				if (((off + i) & 15) == 12 &&
				    (off + i) / 16 <= f->nq)
					f->vec[(off + i) / 16].masked =
						((const u8 *)p)[i] & 1;
		}
	}
	enter(f, FZ_QUIET);
	f->unmasking = bar == 3;
	avf_bar_write(f->dev, bar, off, p, len);
	f->unmasking = false;
	leave(f);
	/* Stopping the mailbox is how a driver says goodbye. */
	if (was && !(f->reg[FZ_ATQLEN] & AVF_AQ_LEN_ENABLE)) {
		queues_off(f);
		FZ_CHECK(!f->nmac && !f->uc && !f->mc && !f->traffic);
	}
}

void fz_wr(struct fz *f, u32 off, u32 val)
{
	__le32 le = cpu_to_le32(val);

	fz_bar_wr(f, 0, off, &le, 4);
}

void fz_verify(struct fz *f, u32 off)
{
	shadow_verify(f, off & ~3u);			/* G9 */
}

void fz_fast_wr(struct fz *f, u32 off, u32 val)
{
	enum fz_ctx ctx = f->ctx;
	u32 n, i;

	note_pending(f);
	/* What it handles and what it leaves alone is the model's choice. */
	if (fz_mem_on(f) && !(off & 3) && reg_find(off, &n, &i) &&
	    (regs[n].off == AVF_REG_DYN_CTLN || regs[n].off == AVF_REG_ITRN))
		shadow_write(f, off, val);
	f->ctx = FZ_QUIET;
	avf_fast_write(f->dev, off, val);
	f->ctx = ctx;
}

void fz_mbx_run(struct fz *f)
{
	u64 msgs = f->stats.mbx_messages;
	struct avf_stats st;

	f->lost = false;
	enter(f, FZ_MBX);
	avf_mbx_run(f->dev);
	if (f->lost) {
		/* Whatever it was: assume the most. */
		f->msg.open = false;
		f->tx_on = ~0u;
		f->rx_on = ~0u;
	}
	msg_close(f);
	leave(f);
	avf_stats_get(f->dev, &st);
	FZ_CHECK(st.mbx_messages - msgs <= AVF_AQ_LEN_M);	/* G4 */
}

u32 fz_tx_poll(struct fz *f, u16 q, u32 budget)
{
	u32 n;

	if (!scratch_used)
		mem_poison(&scratch, sizeof(scratch));
	scratch_used = true;
	enter(f, FZ_TX);
	f->q = q;
	if (q >= f->nq)
		f->ctx = FZ_QUIET;
	n = avf_tx_poll(f->dev, q, budget, &scratch);
	leave(f);
	/* One frame more than the budget, and that cut in 4096 pieces. */
	FZ_CHECK(n <= budget + 4096);			/* G5 */
	return n;
}

/* struct avf_frame.hdr is an array in some versions, a pointer in others. */
static void frame_hdr(struct avf_frame *fr, const u8 *p)
{
	if (_Generic(&fr->hdr, const u8 **: 1, u8 **: 1, default: 0))
		memcpy(&fr->hdr, &p, sizeof(p));
	else
		memcpy(&fr->hdr, p, fr->hlen);
}

int fz_rx_push(struct fz *f, const u8 *p, u32 len, u32 nsegs)
{
	static struct avf_frame fr;
	u32 at = 0, i;
	int err;

	fr.len = len;
	fr.hlen = (u16)min_t(u32, len, 64);
	frame_hdr(&fr, p);
	if (!nsegs || nsegs > AVF_FRAME_SEGS || nsegs > len)
		nsegs = 1;
	fr.nsegs = (u16)nsegs;
	for (i = 0; i < nsegs; i++) {
		u32 n = i == nsegs - 1 ? len - at : len / nsegs;

		fr.seg[i].p = p + at;
		fr.seg[i].len = n;
		at += n;
	}
	enter(f, FZ_RX);
	f->nrxbuf = 0;
	err = avf_rx_push(f->dev, &fr);
	leave(f);
	FZ_CHECK(err == 0 || err == -ENOBUFS || err == -EMSGSIZE ||
		 err == -ENETDOWN || err == -EFAULT);
	if (err) {
		f->rx_fail++;
	} else {
		f->rx_frames++;
		f->rx_bytes += len + 4;
	}
	digest(f, 'p', (u64)(s64)err, NULL, 0);
	return err;
}

void fz_rx_flush(struct fz *f)
{
	enter(f, FZ_QUIET);
	avf_rx_flush(f->dev);
	leave(f);
}

void fz_reset(struct fz *f, enum avf_reset kind)
{
	bool all = kind == AVF_RESET_FLR;

	enter(f, FZ_QUIET);
	avf_dev_reset(f->dev, kind);
	leave(f);
	shadow_reset(f, all);
}

/* After a reset: what every register reads. */
void fz_reset_verify(struct fz *f, enum avf_reset kind)
{
	u32 n, i, off;

	if (!fz_mem_on(f))
		return;
	FZ_CHECK(fz_rd(f, AVF_REG_RSTAT) ==
		 (kind == AVF_RESET_PF ? AVF_RSTAT_IN_PROGRESS :
					 AVF_RSTAT_ACTIVE));
	for (n = 0; n < ARRAY_SIZE(regs); n++) {
		for (i = 0; i < regs[n].count; i++) {
			off = regs[n].off + i * regs[n].stride;
			if (regs[n].vf)
				FZ_CHECK(fz_rd(f, off) == regs[n].reset);
			else
				shadow_verify(f, off);
		}
	}
}

void fz_link(struct fz *f, bool up, u32 mbps)
{
	enter(f, FZ_EVENT);
	avf_link_set(f->dev, up, mbps);
	leave(f);
	FZ_CHECK(avf_link_is_up(f->dev) == up);
}

void fz_impending(struct fz *f)
{
	enter(f, FZ_EVENT);
	avf_dev_reset_impending(f->dev);
	leave(f);
}

void fz_advance(struct fz *f, u64 ns)
{
	enter(f, FZ_QUIET);
	while (f->deadline && f->deadline - f->now <= ns) {
		ns -= f->deadline - f->now;
		f->now = f->deadline;
		f->deadline = 0;
		avf_int_timer(f->dev);
	}
	f->now += ns;
	leave(f);
}
