// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>

#include "epf_bed.h"

#define PB_AQ	0x4000u		/* where the driver's rings are */

static struct pbed *bed_of(struct epf_hw *hw)
{
	return (struct pbed *)hw;
}

u32 epf_rd(struct epf_hw *hw, u32 reg)
{
	return bed_of(hw)->gone ? 0xffffffff : e810_read(bed_of(hw)->b.e, reg);
}

void epf_wr(struct epf_hw *hw, u32 reg, u32 val)
{
	if (!bed_of(hw)->gone)
		e810_write(bed_of(hw)->b.e, reg, val);
}

void epf_delay(struct epf_hw *hw, u32 us)
{
	struct pbed *p = bed_of(hw);

	p->delays++;
	p->slept += us;
	ebed_run(&p->b);
}

void epf_err(struct epf_hw *hw, const char *fmt, ...)
{
	struct pbed *p = bed_of(hw);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->err, sizeof(p->err), fmt, ap);
	va_end(ap);
	p->errors++;
}

struct pbed *pbed_open(void)
{
	struct pbed *p = calloc(1, sizeof(*p));

	ebed_open(&p->b);
	p->hw.aq.mem = ebed_mem(&p->b, E810_RID, PB_AQ);
	p->hw.aq.pa = EB_BASE + PB_AQ;
	epf_init(&p->hw);
	return p;
}

struct pbed *pbed_started(void)
{
	struct pbed *p = pbed_open();

	CHECK_EQ(epf_reset(&p->hw), 0);
	CHECK_EQ(epf_start(&p->hw), 0);
	return p;
}

void pbed_close(struct pbed *p)
{
	epf_rules_free(&p->hw);
	ebed_close(&p->b);
	free(p);
}

uint64_t pbed_mistakes(struct pbed *p)
{
	const struct e810_counts *n = e810_counts(p->b.e);

	if (n->mistakes)
		fprintf(stderr, "# %s\n", p->b.why);
	return n->mistakes + n->bad_registers;
}

int pbed_vsi(struct pbed *p, uint32_t slot, uint32_t pasid, unsigned int q,
	     unsigned int n)
{
	struct epf_vsi *v = &p->hw.vsi[slot];

	v->type = EPF_VSI_VMDQ2;
	v->pasid = pasid;
	v->first_q = (u16)q;
	v->num_q = (u16)n;
	v->vector = (u16)slot;
	v->spoofchk = true;
	return epf_port_add(&p->hw, slot);
}

int pbed_txq(struct pbed *p, uint32_t slot, unsigned int q)
{
	struct epf_txq c = {
		.base = EB_BASE + EB_TXR +
			0x1000u * (p->hw.vsi[slot].first_q + q),
		.len = EB_RING,
		.vec = p->hw.vsi[slot].vector,
		.itr = 3,
	};

	return epf_txq_start(&p->hw, slot, q, &c);
}

int pbed_rxq(struct pbed *p, uint32_t slot, unsigned int q)
{
	struct epf_rxq c = {
		.base = EB_BASE + EB_RXR +
			0x1000u * (p->hw.vsi[slot].first_q + q),
		.len = EB_RING,
		.buf_size = 2048,
		.max_pkt = 2048,
		.vec = p->hw.vsi[slot].vector,
		.itr = 3,
	};

	return epf_rxq_start(&p->hw, slot, q, &c);
}

void pbed_adi(struct pbed *p, uint32_t slot, uint32_t pasid, unsigned int q,
	      const uint8_t *mac)
{
	unsigned int i;
	uint8_t *d;

	CHECK_EQ(pbed_vsi(p, slot, pasid, q, 1), 0);
	CHECK_EQ(epf_port_mac(&p->hw, slot, mac, true), 0);
	CHECK_EQ(pbed_txq(p, slot, 0), 0);
	CHECK_EQ(pbed_rxq(p, slot, 0), 0);
	for (i = 0; i < EB_RING; i++) {
		d = ebed_mem(&p->b, (int32_t)pasid, EB_RXR + 0x1000 * q + 32 * i);
		memset(d, 0, 32);
		put64(d, EB_BASE + EB_RXB + 0x10000 * q + 2048 * i);
	}
	e810_write(p->b.e, 0x290000 + 4 * q, EB_RING - 1);
	e810_write(p->b.e, 0x160000 + 4 * slot, 1);
}
