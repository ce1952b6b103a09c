// SPDX-License-Identifier: GPL-2.0
/*
 * The register file: a table (e810_regs.def), storage, and what a load or a
 * store does besides. Page space is a second way to some of the registers.
 */
#include <stdlib.h>

#include "e810_priv.h"

#define PAGE_DYN_CTL		0x03000000u	/* PF0INT_DYN_CTL */
#define PAGE_RX_TAIL		0x03800000u	/* QRX_TAIL_PAGE */
#define PAGE_TX_DBELL		0x04000000u	/* QTX_COMM_DBELL_PAGE */

static const struct e810_reg_info {
	const char *name;
	uint32_t offset, dwords, wmask, reset;
	enum e810_reset scope;
} info[R_COUNT] = {
#define E810_REG(name, offset, dwords, wmask, reset, scope) \
	{ #name, offset, dwords, wmask, reset, RESET_##scope },
#include "e810_regs.def"
#undef E810_REG
};

const char *e810_reg_name(enum e810_regs r)
{
	return info[r].name;
}

uint32_t e810_reg_offset(enum e810_regs r)
{
	return info[r].offset;
}

bool e810_reg_init(struct e810 *e)
{
	uint32_t n = 0;
	unsigned int r;

	for (r = 0; r < R_COUNT; r++) {
		e->reg_base[r] = n;
		n += info[r].dwords;
	}
	e->regs = calloc(n, sizeof(*e->regs));
	return e->regs;
}

void e810_reg_reset(struct e810 *e, enum e810_reset what)
{
	unsigned int r, i;

	for (r = 0; r < R_COUNT; r++) {
		if (info[r].scope > what)
			continue;
		for (i = 0; i < info[r].dwords; i++)
			*e810_reg(e, r, i) = info[r].reset;
	}
	if (what >= RESET_CORER)
		for (i = 0; i < e->config.vectors; i++)
			*e810_reg(e, R_GLINT_VECT2FUNC, i) = 1u << 16;
}

uint32_t *e810_reg(struct e810 *e, enum e810_regs r, unsigned int i)
{
	return &e->regs[e->reg_base[r] + i];
}

/* A statistics register of 40 bits, in two dwords, or of 32 in one. */
void e810_count(struct e810 *e, enum e810_regs r, unsigned int i, uint64_t n)
{
	uint64_t v;
	uint32_t *p;

	if (info[r].dwords == E810_VSIS) {
		*e810_reg(e, r, i) += (uint32_t)n;
		return;
	}
	p = e810_reg(e, r, 2 * i);
	v = (p[0] | (uint64_t)p[1] << 32) + n;
	p[0] = (uint32_t)v;
	p[1] = (uint32_t)(v >> 32) & 0xff;
}

/* The register at @addr, which of its dwords to @i; R_COUNT: none. */
static enum e810_regs reg_find(uint32_t addr, unsigned int *i)
{
	unsigned int lo = 0, hi = R_COUNT, mid;

	while (hi - lo > 1) {
		mid = (lo + hi) / 2;
		if (info[mid].offset <= addr)
			lo = mid;
		else
			hi = mid;
	}
	if (addr < info[lo].offset || addr & 3 ||
	    (addr - info[lo].offset) / 4 >= info[lo].dwords)
		return R_COUNT;
	*i = (addr - info[lo].offset) / 4;
	return lo;
}

/*
 * The classic register behind an address of page space. False: none. An unused
 * offset in a queue's page is harmless here, what silicon does there is not
 * public: a driver of the AVF kind has its ITR registers in the page of the
 * receive tail.
 */
static bool page_to_reg(struct e810 *e, uint32_t addr, uint32_t *reg)
{
	uint32_t page, off = addr & 0xfff;

	if (addr >= PAGE_TX_DBELL) {
		page = (addr - PAGE_TX_DBELL) >> 12;
		*reg = info[R_QTX_COMM_DBELL].offset + 4 * page;
		if (!off && page < E810_QUEUES)
			e->n.pages[1]++;
		else
			*reg = 0;
		return page < E810_QUEUES;
	}
	if (addr >= PAGE_RX_TAIL) {
		page = (addr - PAGE_RX_TAIL) >> 12;
		*reg = off ? 0 : info[R_QRX_TAIL].offset + 4 * page;
		if (!off)
			e->n.pages[0]++;
		return true;
	}
	if (addr >= PAGE_DYN_CTL) {
		page = (addr - PAGE_DYN_CTL) >> 12;
		if (!off)
			*reg = info[R_GLINT_DYN_CTL].offset + 4 * page;
		else if (off <= 12)
			*reg = info[R_GLINT_ITR].offset + 8192 * (off / 4 - 1) +
			       4 * page;
		else
			*reg = 0;
		return page < E810_VECTORS;
	}
	return false;
}

static enum e810_regs reg_at(struct e810 *e, uint32_t addr, unsigned int *i)
{
	enum e810_regs r = R_COUNT;
	uint32_t classic = addr;

	if (addr >= 0x02000000) {
		if (!page_to_reg(e, addr, &classic)) {
			classic = UINT32_MAX;
		} else if (!classic) {
			e->n.page_ignored++;
			return R_COUNT;
		}
	}
	r = reg_find(classic, i);
	if (r == R_COUNT) {
		e->n.bad_registers++;
		e810_complain(e, "no register at 0x%x", addr);
	}
	return r;
}

uint32_t e810_read(struct e810 *e, uint32_t addr)
{
	unsigned int i = 0;
	enum e810_regs r = reg_at(e, addr, &i);
	uint32_t val;

	if (r == R_COUNT)
		return 0;
	val = *e810_reg(e, r, i);
	switch (r) {
	case R_PFGEN_CTRL:
		if (e->pfr_polls && !--e->pfr_polls)
			*e810_reg(e, r, i) = 0;
		break;
	case R_GLGEN_RSTAT:
		if (e->core_polls && !--e->core_polls)
			*e810_reg(e, r, i) &= ~3u;
		break;
	case R_VSIGEN_RSTAT:
		return e810_vsi_status(e, i);
	case R_PFPCI_VMPEND:
		return e810_vsi_pending(e);
	case R_PFPCI_VM_FLUSH_DONE:
		return !e810_vsi_pending(e);
	case R_PFINT_OICR:
		*e810_reg(e, r, i) = 0;
		break;
	case R_QTX_COMM_HEAD:
		return e->txq[i].head;
	case R_VSI_PASID:
		val = get32(e->vsi[i].props + VP_PASID);
		return e->vsi[i].used ? val : 0;
	default:
		break;
	}
	return val;
}

static void mdet_clear(struct e810 *e, enum e810_regs r, uint32_t val)
{
	*e810_reg(e, r, 0) &= ~val;
}

void e810_write(struct e810 *e, uint32_t addr, uint32_t val)
{
	unsigned int i = 0;
	enum e810_regs r = reg_at(e, addr, &i);
	uint32_t *p, old;

	if (r == R_COUNT)
		return;
	p = e810_reg(e, r, i);
	old = *p;
	*p = (old & ~info[r].wmask) | (val & info[r].wmask);
	switch (r) {
	case R_PF_FW_ATQT:
		e->aq_pending = true;
		e810_kick(e);
		break;
	case R_PF_FW_ARQT:
		e->aq_pending = true;
		e810_kick(e);
		break;
	case R_PFGEN_CTRL:
		if (*p & 1)
			e810_reset(e, RESET_PFR);
		break;
	case R_GLGEN_RTRIG:
		if (*p)
			e810_reset(e, RESET_CORER);
		break;
	case R_VSIGEN_RTRIG:
		e810_vsi_trigger(e, i, *p & 1);
		break;
	case R_QRX_CTRL:
		e810_rx_enable(e, i, *p & 1);
		break;
	case R_QRX_TAIL:
		if (val & ~info[r].wmask)
			e810_complain(e, "tail 0x%x of receive queue %u", val, i);
		e810_rx_tail(e, i, *p);
		break;
	case R_QTX_COMM_DBELL:
		if (val & ~info[r].wmask)
			e810_complain(e, "tail 0x%x of transmit queue %u", val, i);
		e810_tx_doorbell(e, i, *p);
		break;
	case R_GLCOMM_QTX_CNTX_CTL:
		e810_txq_window(e);
		break;
	case R_GLINT_DYN_CTL:
		/* what the bits mean is a matter of the interrupt */
		*p = old;
		e810_irq_dyn(e, i, val);
		break;
	case R_PF_MDET_TX_TCLAN:
	case R_GL_MDET_TX_TCLAN:
	case R_PF_MDET_RX:
	case R_GL_MDET_RX:
		mdet_clear(e, r, val);
		break;
	default:
		if (!info[r].wmask)
			e810_complain(e, "store to %s, which is read-only",
				      info[r].name);
		break;
	}
}
