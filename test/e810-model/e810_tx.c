// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit rings: descriptors into frames, through the offloads to the switch,
 * and the report. All DMA of a queue is under the PASID of the VSI its context
 * names, looked up for each access; what the IOMMU refuses stops this queue.
 */
#include <string.h>

#include "e810_priv.h"

#define MAX_DESCS	64	/* of one frame */

void e810_tx_doorbell(struct e810 *e, unsigned int num, uint32_t tail)
{
	struct e810_txq *q = &e->txq[num];

	if (!q->live) {
		if (tail)
			e810_complain(e, "doorbell of transmit queue %u, which is off",
				      num);
		return;
	}
	if (q->stopped)
		return;
	q->tail = (uint16_t)tail;
	q->pending = true;
	e->tx_pending = true;
	e810_kick(e);
}

static void fault(struct e810 *e, unsigned int num, enum e810_mdet why)
{
	unsigned int i;

	e810_complain(e, "transmit queue %u stopped: %s", num,
		      why == MDET_DMA ? "DMA refused" :
		      why == MDET_TAIL ? "its tail is too far" :
		      "a bad descriptor");
	if (e->mutation == E810_MUT_fault_stops_all)
		for (i = 0; i < E810_QUEUES; i++)
			e810_txq_stop(&e->txq[i]);
	if (e->mutation != E810_MUT_fault_goes_on)
		e810_txq_stop(&e->txq[num]);
	e810_mdet(e, true, num, why);
}

static bool tx_dma(struct e810 *e, unsigned int num, uint64_t addr, void *buf,
		   size_t len, bool write)
{
	struct e810_txq *q = &e->txq[num];
	struct e810_vsi *v = e810_vsi(e, q->vsi);
	uint32_t epoch = e->epoch;
	int32_t pasid;

	if (!v)
		return false;
	pasid = e810_queue_pasid(e, v, true, num);
	e810_vsi_touch(e, q->vsi);
	if (e810_dma(e, pasid, addr, buf, len, write))
		return epoch == e->epoch;
	if (epoch != e->epoch)
		return false;
	e->n.dma_faults++;
	fault(e, num, MDET_DMA);
	return false;
}

/* What the descriptors of one frame say together. */
struct packet {
	struct e810_offload off;
	size_t len;
	unsigned int descs;
	uint16_t tag;
	bool tagged, dummy;
	uint16_t report[MAX_DESCS];	/* indices to write back */
	unsigned int reports;
};

enum gather { GATHER_FRAME, GATHER_MORE, GATHER_BAD, GATHER_STOPPED };

static bool context(struct e810 *e, const struct e810_txq *q, const uint8_t *d,
		    struct packet *p)
{
	unsigned int cmd = (unsigned int)get_bits(d + 8, 4, 7);

	if (cmd & 0x48 || cmd & TXC_CMD_SWTCH || get16(d + 6) || get32(d))
		return false;	/* tunnels, steering: not here */
	if (cmd & TXC_CMD_TSO) {
		p->off.tso = true;
		p->off.mss = (uint16_t)get_bits(d + 8, 50, 14);
		if (!q->tso || p->off.mss < 64 || p->off.mss > 9674)
			return false;
	}
	if (cmd & TXC_CMD_IL2TAG2) {
		p->tagged = true;
		p->tag = get16(d + 4);
	}
	(void)e;
	return true;
}

static enum gather data(struct e810 *e, unsigned int num, const uint8_t *d,
			struct packet *p)
{
	unsigned int cmd = (unsigned int)get_bits(d + 8, 4, 12);
	size_t len = (size_t)get_bits(d + 8, 34, 14);

	if (cmd & ~(unsigned int)(TXD_CMD_EOP | TXD_CMD_RS | TXD_CMD_RSV | TXD_CMD_IL2TAG1 |
		    TXD_CMD_DUMMY | TXD_CMD_IIPT | TXD_CMD_L4T))
		return GATHER_BAD;
	if (!p->len && !p->dummy) {
		p->off.maclen = (unsigned int)get_bits(d + 8, 16, 7) * 2;
		p->off.iplen = (unsigned int)get_bits(d + 8, 23, 7) * 4;
		p->off.l4len = (unsigned int)get_bits(d + 8, 30, 4) * 4;
		p->off.ipv4_csum = (cmd & TXD_CMD_IIPT) == TXD_IIPT_IPV4_CSUM;
		p->off.l4t = cmd & TXD_CMD_L4T;
		if (cmd & TXD_CMD_IL2TAG1) {
			p->tagged = true;
			p->tag = (uint16_t)get_bits(d + 8, 48, 16);
		}
		p->dummy = cmd & TXD_CMD_DUMMY;
	}
	if (!len || p->len + len > sizeof(e->frame) - 8)
		return GATHER_BAD;
	if (!p->dummy && !tx_dma(e, num, get64(d), e->frame + p->len, len,
				 false))
		return GATHER_STOPPED;
	p->len += len;
	return cmd & TXD_CMD_EOP ? GATHER_FRAME : GATHER_MORE;
}

/* One frame from the ring's head on; nothing of the ring is changed yet. */
static enum gather gather(struct e810 *e, unsigned int num, struct packet *p)
{
	struct e810_txq *q = &e->txq[num];
	enum gather got = GATHER_MORE;
	uint16_t at = q->head;
	uint8_t d[TXD_SIZE];
	unsigned int dtype;

	memset(p, 0, sizeof(*p));
	while (at != q->tail && got == GATHER_MORE) {
		if (p->descs == MAX_DESCS)
			return GATHER_BAD;
		if (!tx_dma(e, num, q->base + at * TXD_SIZE, d, TXD_SIZE,
			    false))
			return GATHER_STOPPED;
		dtype = (unsigned int)get_bits(d + 8, 0, 4);
		if (dtype == TXD_DTYPE_DATA) {
			got = data(e, num, d, p);
			if (got == GATHER_STOPPED)
				return got;
			if (get_bits(d + 8, 4, 12) & TXD_CMD_RS)
				p->report[p->reports++] = at;
		} else if (dtype != TXD_DTYPE_CTX || p->descs ||
			   !context(e, q, d, p)) {
			return GATHER_BAD;
		}
		p->descs++;
		at = (uint16_t)((at + 1) % q->len);
	}
	return got;
}

struct sender {
	struct e810 *e;
	unsigned int vsi;
	uint16_t tag;
	bool tagged;
};

static void send(void *ctx, uint8_t *frame, size_t len)
{
	struct sender *s = ctx;

	if (s->tagged) {
		memmove(frame + 16, frame + 12, len - 12);
		frame[12] = 0x81;
		frame[13] = 0;
		frame[14] = (uint8_t)(s->tag >> 8);
		frame[15] = (uint8_t)s->tag;
		len += 4;
	}
	if (len > s->e->max_frame) {
		e810_count(s->e, R_GLV_TEPC, s->vsi, 1);
		return;
	}
	e810_forward(s->e, s->vsi, frame, len);
}

/* Returns false if the queue stopped. */
static bool one_frame(struct e810 *e, unsigned int num, struct packet *p)
{
	struct e810_txq *q = &e->txq[num];
	struct sender s = { e, q->vsi, p->tag, p->tagged };
	uint32_t epoch = e->epoch;
	uint8_t done[8];
	unsigned int i;

	if (!p->dummy) {
		if (p->len < 14 ||
		    !e810_offload(e->frame, p->len, &p->off, e->seg,
				  E810_MAX_FRAME, send, &s)) {
			fault(e, num, MDET_DESC);
			return false;
		}
	}
	/* who got the frame may have reset the device by DMA to its BAR */
	if (epoch != e->epoch)
		return false;
	put64(done, TXD_DTYPE_DONE);
	for (i = 0; i < p->reports; i++) {
		if (e->mutation == E810_MUT_no_tx_report)
			break;
		if (!tx_dma(e, num, q->base + p->report[i] * TXD_SIZE + 8,
			    done, 8, true))
			return false;
	}
	q->head = (uint16_t)((q->head + p->descs) % q->len);
	if (p->reports)
		e810_irq_cause(e, *e810_reg(e, R_QINT_TQCTL, num));
	return true;
}

/* True: there is more to do in this ring. */
static bool run_queue(struct e810 *e, unsigned int num)
{
	struct e810_txq *q = &e->txq[num];
	unsigned int budget = E810_MAX_BURST;
	enum gather got;
	struct packet p;

	if (q->tail >= q->len) {
		fault(e, num, MDET_TAIL);
		return false;
	}
	while (q->live && !q->stopped && q->head != q->tail) {
		if (!budget--)
			return true;
		got = gather(e, num, &p);
		if (got == GATHER_BAD || (got == GATHER_MORE &&
					  p.descs == MAX_DESCS)) {
			fault(e, num, MDET_DESC);
			return false;
		}
		/* a frame without its end yet: wait for the next doorbell */
		if (got != GATHER_FRAME || !one_frame(e, num, &p))
			return false;
	}
	return false;
}

/* One round over the queues whose doorbell rang. True: more to do. */
bool e810_tx_run(struct e810 *e)
{
	bool more = false;
	unsigned int i;

	for (i = 0; i < E810_QUEUES; i++) {
		if (!e->txq[i].pending)
			continue;
		e->txq[i].pending = false;
		if (run_queue(e, i)) {
			e->txq[i].pending = true;
			more = true;
		}
	}
	return more;
}
