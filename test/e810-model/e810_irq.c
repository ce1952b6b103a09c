// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts: a cause points to a vector, a vector is enabled or remembers.
 * There is no moderation: the ITR registers are kept and have no effect.
 *
 * The handshake of GLINT_DYN_CTL is that of the ice driver: a message is sent
 * only while INTENA is set and clears it; what came while it was clear is sent
 * as soon as it is set again. INTENA_MSK in a store leaves INTENA as it is.
 * CLEARPBA is about the MSI-X pending bits, which the host keeps.
 */
#include <string.h>

#include "e810_priv.h"

void e810_irq_reset(struct e810 *e, enum e810_reset what)
{
	/* GLINT_DYN_CTL outlives a PF reset, and so does what it waits for */
	if (what >= RESET_CORER)
		memset(e->vec_pending, 0, sizeof(e->vec_pending));
}

static void fire(struct e810 *e, unsigned int vec)
{
	uint32_t *dyn = e810_reg(e, R_GLINT_DYN_CTL, vec);

	if (!(*dyn & DYN_CTL_INTENA)) {
		if (e->mutation != E810_MUT_lost_interrupt)
			e->vec_pending[vec] = 1;
		return;
	}
	e->vec_pending[vec] = 0;
	if (!(*e810_reg(e, R_GLINT_CTL, 0) & 1))	/* automatic mask */
		*dyn &= ~(uint32_t)DYN_CTL_INTENA;
	e->ops->msix(e->host, vec);
}

/* @qint: the cause's control register, of the QINT_RQCTL kind. */
void e810_irq_cause(struct e810 *e, uint32_t qint)
{
	unsigned int vec = qint & QINT_MSIX;

	if (!(qint & QINT_CAUSE_ENA))
		return;
	if (vec >= e->config.vectors) {
		e810_complain(e, "a cause points to vector %u of %u", vec,
			      e->config.vectors);
		return;
	}
	fire(e, vec);
}

void e810_irq_dyn(struct e810 *e, unsigned int vec, uint32_t val)
{
	uint32_t *dyn = e810_reg(e, R_GLINT_DYN_CTL, vec);

	if (vec >= e->config.vectors) {
		e810_complain(e, "vector %u of %u", vec, e->config.vectors);
		return;
	}
	if (!(val & DYN_CTL_INTENA_MSK))
		*dyn = (*dyn & ~(uint32_t)DYN_CTL_INTENA) | (val & DYN_CTL_INTENA);
	*dyn = (*dyn & ~0x18u) | (val & 0x18u);
	if (val & DYN_CTL_SWINT)
		e->vec_pending[vec] = 1;
	if (e->vec_pending[vec])
		fire(e, vec);
}

void e810_irq_other(struct e810 *e, uint32_t cause)
{
	*e810_reg(e, R_PFINT_OICR, 0) |= cause;
	if (*e810_reg(e, R_PFINT_OICR_ENA, 0) & cause)
		e810_irq_cause(e, *e810_reg(e, R_PFINT_OICR_CTL, 0));
}

/*
 * A queue did what it must not. One event at a time is kept for each
 * direction, until the driver writes ones to its register.
 */
void e810_mdet(struct e810 *e, bool tx, unsigned int queue, enum e810_mdet why)
{
	uint32_t *gl = e810_reg(e, tx ? R_GL_MDET_TX_TCLAN : R_GL_MDET_RX, 0);
	uint32_t *pf = e810_reg(e, tx ? R_PF_MDET_TX_TCLAN : R_PF_MDET_RX, 0);

	if (e->mutation == E810_MUT_fault_silent)
		return;
	if (e->mutation == E810_MUT_wrong_victim)
		queue = (queue + 1) % E810_QUEUES;
	if (*gl & MDET_VALID)
		e->n.events_lost++;
	else
		*gl = MDET_VALID | (uint32_t)why << MDET_TYPE_SHIFT | queue;
	*pf |= 1;
	e810_irq_other(e, OICR_MAL_DETECT);
}
