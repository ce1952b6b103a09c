// SPDX-License-Identifier: GPL-2.0
/*
 * Life of the emulated E810: creation, resets, faults to order, what runs when.
 *
 * What a reset takes: registers by the source the public headers give for
 * them; a PF reset (also an FLR) moreover all VSIs, rules, scheduler nodes and
 * queues of the function, after which there is the firmware's default VSI
 * again. The admin queue survives both, as its registers do.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "e810_priv.h"

const char *const e810_mutation_names[E810_MUT_COUNT] = {
#define M(name, text) #name,
	E810_MUTATIONS(M)
#undef M
};

void e810_complain(struct e810 *e, const char *fmt, ...)
{
	char text[160];
	va_list ap;

	e->n.mistakes++;
	if (!e->ops->complain)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	e->ops->complain(e->host, text);
}

bool e810_dma(struct e810 *e, int32_t pasid, uint64_t addr, void *buf,
	      size_t len, bool write)
{
	if (addr + len < addr)
		return false;
	return !len || e->ops->dma(e->host, pasid, addr, buf, len, write);
}

void e810_kick(struct e810 *e)
{
	e->ops->kick(e->host);
}

/* Is the planned fault this one, and is it its turn? Then it is used up. */
bool e810_fault_due(struct e810 *e, enum e810_fault kind, uint16_t opcode)
{
	if (e->fault.kind != kind ||
	    (e->fault.opcode && e->fault.opcode != opcode))
		return false;
	if (e->fault.after) {
		e->fault.after--;
		return false;
	}
	e->fault.kind = E810_FAULT_NONE;
	return true;
}

/* All that the function has made of the default configuration. */
static void function_reset(struct e810 *e)
{
	e810_txq_reset(e);
	e810_rx_reset(e);
	e810_switch_reset(e);
	e810_sched_reset(e);
	e810_vsi_reset_all(e);
	e->res_held = 0;
	e->lse = false;
	e->event_mask = 0xffff;
	e->epoch++;
}

void e810_reset(struct e810 *e, enum e810_reset what)
{
	if (what == RESET_CORER)
		e810_irq_other(e, OICR_GRST);
	e810_reg_reset(e, what);
	e810_irq_reset(e, what);
	function_reset(e);
	if (what == RESET_PFR) {
		e->n.pf_resets++;
		e->pfr_polls = e->config.reset_polls;
		*e810_reg(e, R_PFGEN_CTRL, 0) = !!e->pfr_polls;
	} else if (what == RESET_CORER) {
		e->n.core_resets++;
		e->core_polls = e->config.reset_polls;
		/* type 1 is a core reset; state 1 says it is under way */
		*e810_reg(e, R_GLGEN_RSTAT, 0) = 1u << 2 | !!e->core_polls;
		/* the cause is there for the driver to see afterwards */
		*e810_reg(e, R_PFINT_OICR, 0) = OICR_GRST;
		e->nevents = 0;
		e->pfr_polls = 0;
	}
}

void e810_core_reset(struct e810 *e)
{
	e810_reset(e, RESET_CORER);
}

void e810_flr(struct e810 *e)
{
	e810_reset(e, RESET_PFR);
	e->pfr_polls = 0;
	*e810_reg(e, R_PFGEN_CTRL, 0) = 0;
	e->aq_pending = false;
}

void e810_cold_reset(struct e810 *e)
{
	memset(&e->n, 0, sizeof(e->n));
	memset(e->first_pasid, 0, sizeof(e->first_pasid));
	e810_reg_reset(e, RESET_POR);
	e810_irq_reset(e, RESET_POR);
	e->nevents = 0;
	e->pfr_polls = 0;
	e->core_polls = 0;
	e->aq_pending = false;
	e->tx_pending = false;
	e->corer_after = false;
	e->pxe = true;
	e->max_frame = E810_MAX_FRAME;
	e->next_teid = 0x100;
	memcpy(e->mac, e->config.mac, sizeof(e->mac));
	function_reset(e);
}

bool e810_run(struct e810 *e)
{
	if (e->aq_pending) {
		e->aq_pending = false;
		e810_aq_run(e);
		if (e->corer_after) {
			e->corer_after = false;
			e810_reset(e, RESET_CORER);
		}
		e810_aq_events(e);
	}
	if (e->tx_pending)
		e->tx_pending = e810_tx_run(e);
	return e->aq_pending || e->tx_pending;
}

void e810_set_link(struct e810 *e, bool up)
{
	uint8_t param[16] = { 0 }, data[LINK_STATUS_SIZE];

	if (e->link == up)
		return;
	e->link = up;
	if (e->lse && !(e->event_mask & 0x2)) {
		e810_link_data(e, data);
		put16(param + 2, 1);
		e810_event(e, OP_LINK_STATUS, param, data, sizeof(data));
	}
	e810_irq_other(e, OICR_LINK_STAT);
}

void e810_set_fault(struct e810 *e, const struct e810_fault_plan *plan)
{
	e->fault = *plan;
}

void e810_set_mutation(struct e810 *e, enum e810_mutation m)
{
	e->mutation = m;
}

const struct e810_counts *e810_counts(const struct e810 *e)
{
	return &e->n;
}

struct e810 *e810_create(const struct e810_config *config,
			 const struct e810_ops *ops, void *host)
{
	struct e810 *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->config = *config;
	if (e->config.vectors > E810_VECTORS)
		e->config.vectors = E810_VECTORS;
	e->ops = ops;
	e->host = host;
	e->link = true;
	e->nodes = calloc(E810_NODES, sizeof(*e->nodes));
	e->rules = calloc(E810_RULES, sizeof(*e->rules));
	if (!e->nodes || !e->rules || !e810_reg_init(e)) {
		e810_destroy(e);
		return NULL;
	}
	e810_cold_reset(e);
	return e;
}

void e810_destroy(struct e810 *e)
{
	if (!e)
		return;
	free(e->regs);
	free(e->nodes);
	free(e->rules);
	free(e);
}
