// SPDX-License-Identifier: GPL-2.0
/*
 * Receive queues: the context in registers, the ring, write-backs in the
 * legacy format of 32 bytes (profile 1) and the flexible ones (2 and 6).
 *
 * All DMA of a queue is under the PASID of the VSI that owns it, looked up for
 * each access. What the IOMMU refuses stops this queue and no other.
 */
#include <string.h>

#include "e810_priv.h"

/* Bits of the context, as ice_rlan_ctx of the public headers has them. */
#define CTX_BASE		32, 57
#define CTX_QLEN		89, 13
#define CTX_DBUF		102, 7
#define CTX_HBUF		109, 5
#define CTX_DTYPE		114, 2
#define CTX_DSIZE		116, 1
#define CTX_CRCSTRIP		117, 1
#define CTX_HSPLIT		120, 6
#define CTX_RXMAX		174, 14

#define RXMAX_BUFFERS		5

void e810_rx_reset(struct e810 *e)
{
	unsigned int i;
	bool live;

	for (i = 0; i < E810_QUEUES; i++) {
		live = e->rxq[i].live;
		if (live && e->mutation == E810_MUT_reset_keeps_rx) {
			*e810_reg(e, R_QRX_CTRL, i) = 5;
			continue;
		}
		memset(&e->rxq[i], 0, sizeof(e->rxq[i]));
	}
}

void e810_rx_stop(struct e810 *e, unsigned int q)
{
	e->rxq[q].live = false;
	*e810_reg(e, R_QRX_CTRL, q) &= ~5u;
}

static const char *read_ctx(struct e810 *e, unsigned int q,
			    struct e810_rxq *out)
{
	uint32_t flex = *e810_reg(e, R_QRXFLXP_CNTXT, q);
	uint8_t ctx[RXCTX_SIZE];
	unsigned int i;

	for (i = 0; i < 8; i++)
		put32(ctx + 4 * i, *e810_reg(e, R_QRX_CONTEXT,
					     i * E810_QUEUES + q));
	memset(out, 0, sizeof(*out));
	out->base = get_bits(ctx, CTX_BASE) << 7;
	out->len = (uint16_t)get_bits(ctx, CTX_QLEN);
	out->buf = (uint32_t)get_bits(ctx, CTX_DBUF) << 7;
	out->max = (uint32_t)get_bits(ctx, CTX_RXMAX);
	out->crc_strip = get_bits(ctx, CTX_CRCSTRIP);
	out->rxdid = flex & 0x3f;
	if (get_bits(ctx, 21, 11) || get_bits(ctx, 118, 1) ||
	    get_bits(ctx, 128, 46) || get_bits(ctx, 188, 5) ||
	    get_bits(ctx, 197, 1) || get_bits(ctx, 202, 54))
		return "reserved bits";
	if (!out->base)
		return "ring address";
	if (!out->len || out->len % 32 || out->len > 8160)
		return "ring length";
	if (out->buf < 1024)
		return "buffer size";
	if (out->max < 64 || out->max > RXMAX_BUFFERS * out->buf)
		return "largest frame";
	if (get_bits(ctx, CTX_DTYPE) || get_bits(ctx, CTX_HBUF) ||
	    get_bits(ctx, CTX_HSPLIT))
		return "header split";
	if (!get_bits(ctx, CTX_DSIZE))
		return "descriptor size";
	if (out->rxdid != RXDID_LEGACY_32 && out->rxdid != RXDID_FLEX_NIC &&
	    out->rxdid != RXDID_FLEX_NIC_2)
		return "descriptor profile";
	return NULL;
}

/* QRX_CTRL: the request in bit 0 is answered in bit 2. */
void e810_rx_enable(struct e810 *e, unsigned int q, bool on)
{
	uint32_t *ctrl = e810_reg(e, R_QRX_CTRL, q);
	struct e810_rxq new;
	struct e810_vsi *v;
	const char *why;

	if (!on) {
		e810_rx_stop(e, q);
		return;
	}
	if (e->rxq[q].live)
		return;
	v = e810_vsi(e, e->rxq_vsi[q]);
	why = !v ? "no VSI has it" :
	      v->in_reset ? "its VSI is in reset" : read_ctx(e, q, &new);
	if (why) {
		e810_complain(e, "receive queue %u: %s", q, why);
		return;
	}
	e->rxq[q] = new;
	e->rxq[q].live = true;
	*ctrl |= 4;
}

static void fault(struct e810 *e, unsigned int q, enum e810_mdet why)
{
	unsigned int i;

	e810_complain(e, "receive queue %u stopped: %s", q,
		      why == MDET_DMA ? "DMA refused" : "its tail is too far");
	if (e->mutation == E810_MUT_fault_stops_all)
		for (i = 0; i < E810_QUEUES; i++)
			e810_rx_stop(e, i);
	if (e->mutation != E810_MUT_fault_goes_on)
		e810_rx_stop(e, q);
	e810_mdet(e, false, q, why);
}

void e810_rx_tail(struct e810 *e, unsigned int q, uint32_t tail)
{
	if (e->rxq[q].live && tail >= e->rxq[q].len)
		fault(e, q, MDET_TAIL);
}

static bool rx_dma(struct e810 *e, unsigned int q, uint64_t addr, void *buf,
		   size_t len, bool write)
{
	unsigned int num = e->rxq_vsi[q];
	struct e810_vsi *v = e810_vsi(e, num);
	uint32_t epoch = e->epoch;
	int32_t pasid;

	if (!v)
		return false;
	pasid = e810_queue_pasid(e, v, false, q);
	e810_vsi_touch(e, num);
	if (e810_dma(e, pasid, addr, buf, len, write))
		return epoch == e->epoch && e->rxq[q].live;
	if (epoch != e->epoch)
		return false;
	e->n.dma_faults++;
	fault(e, q, MDET_DMA);
	return false;
}

struct wb {
	uint16_t len, tag;
	uint8_t ptype, csum[2], class;
	bool tagged, last, loopback;
};

static void legacy(uint8_t *d, const struct wb *w)
{
	uint64_t q = 1;

	if (w->last) {
		q |= 2;
		if (w->tagged) {
			q |= 4;
			put16(d + 2, w->tag);
		}
		if (w->csum[0] || w->csum[1])
			q |= 8;
		if (w->csum[0] == 2)
			q |= 1ull << 22;	/* error bit 3: IP header */
		if (w->csum[1] == 2)
			q |= 1ull << 23;	/* bit 4: L4 */
		q |= (uint64_t)w->class << 9;
		q |= (uint64_t)w->loopback << 14;
		q |= (uint64_t)w->ptype << 30;
	}
	q |= (uint64_t)w->len << 38;
	put64(d + 8, q);
}

static void flexible(uint8_t *d, const struct wb *w, uint8_t rxdid)
{
	uint16_t status = 1;

	d[0] = rxdid;
	put16(d + 4, w->len);
	if (w->last) {
		d[1] = (uint8_t)(w->class << 6);
		put16(d + 2, w->ptype);
		status |= 2;
		if (w->csum[0] || w->csum[1])
			status |= 8;
		if (w->csum[0] == 2)
			status |= 0x10;
		if (w->csum[1] == 2)
			status |= 0x20;
		status |= (uint16_t)(w->loopback << 8);
		if (w->tagged) {
			status |= 0x2000;
			put16(d + 10, w->tag);
		}
	}
	put16(d + 8, status);
}

static uint32_t crc32(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffff;
	unsigned int i;

	while (len--) {
		crc ^= *p++;
		for (i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* Put @frame into the ring of @q. The caller has checked that there is room. */
static bool store(struct e810 *e, unsigned int q, const uint8_t *frame,
		  size_t len, struct wb *w)
{
	struct e810_rxq *r = &e->rxq[q];
	uint8_t d[RXD_SIZE];
	uint64_t at, buf;
	size_t part;

	while (len) {
		at = r->base + (uint64_t)r->head * RXD_SIZE;
		if (!rx_dma(e, q, at, d, RXD_SIZE, false))
			return false;
		buf = get64(d);
		part = len < r->buf ? len : r->buf;
		if (!rx_dma(e, q, buf, (void *)(uintptr_t)frame, part, true))
			return false;
		frame += part;
		len -= part;
		memset(d, 0, sizeof(d));
		w->len = (uint16_t)part;
		w->last = !len;
		if (r->rxdid == RXDID_LEGACY_32)
			legacy(d, w);
		else
			flexible(d, w, r->rxdid);
		/* the part with the "done" bit last */
		if (!rx_dma(e, q, at + 16, d + 16, 16, true) ||
		    !rx_dma(e, q, at, d, 16, true))
			return false;
		r->head = (uint16_t)((r->head + 1) % r->len);
	}
	return true;
}

/* @frame for @vsi, without its CRC; goes to the first queue, there is no RSS. */
void e810_rx_frame(struct e810 *e, unsigned int vsi, const uint8_t *frame,
		   size_t len, bool loopback)
{
	struct e810_vsi *v = &e->vsi[vsi];
	uint8_t copy[E810_MAX_FRAME + 8];
	unsigned int q, room, n;
	struct e810_rxq *r;
	struct wb w = { .loopback = loopback };
	uint8_t emod = v->props[VP_VLAN_FLAGS] & VVLAN_EMOD_MASK;

	if (!v->nqueues || !e->rxq[v->queues[0]].live)
		goto drop;
	q = v->queues[0];
	r = &e->rxq[q];
	if (len < 14 || len > E810_MAX_FRAME)
		goto drop;
	memcpy(copy, frame, len);
	if (emod != VVLAN_EMOD_NOTHING && len >= 18 && frame[12] == 0x81 &&
	    frame[13] == 0) {
		w.tagged = true;
		w.tag = (uint16_t)(frame[14] << 8 | frame[15]);
		memmove(copy + 12, copy + 16, len - 16);
		len -= 4;
	}
	if (len + 4 > r->max)
		goto drop;
	w.ptype = e810_classify(copy, len, w.csum);
	w.class = copy[0] & 1 ? memcmp(copy, "\xff\xff\xff\xff\xff\xff", 6) ?
		  1 : 2 : 0;
	if (len < 60) {
		memset(copy + len, 0, 60 - len);
		len = 60;
	}
	if (!r->crc_strip) {
		put32(copy + len, crc32(copy, len));
		len += 4;
	}
	n = (unsigned int)((len + r->buf - 1) / r->buf);
	room = (*e810_reg(e, R_QRX_TAIL, q) + r->len - r->head) % r->len;
	if (n > room || n > RXMAX_BUFFERS)
		goto drop;
	if (!store(e, q, copy, len, &w))
		goto drop;
	e->n.rx_frames++;
	e810_irq_cause(e, *e810_reg(e, R_QINT_RQCTL, q));
	return;
drop:
	e->n.rx_dropped++;
	e810_count(e, R_GLV_RDPC, vsi, 1);
}

void e810_receive(struct e810 *e, const void *frame, size_t len)
{
	uint8_t copy[E810_MAX_FRAME + 8] = { 0 };

	if (!e->link || len < 14 || len > e->max_frame)
		return;
	memcpy(copy, frame, len);
	e810_forward(e, 0, copy, len);
}
