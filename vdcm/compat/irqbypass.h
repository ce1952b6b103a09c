/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Offering an interrupt to KVM, on kernels where the eventfd that it would
 * signal is a member of the offer, and on those where it is an argument.
 */
#ifndef VDCM_IRQBYPASS_H
#define VDCM_IRQBYPASS_H

#include <linux/irqbypass.h>

struct eventfd_ctx;

static inline int vdcm_irq_bypass_register(struct irq_bypass_producer *producer,
					   struct eventfd_ctx *ctx, int irq)
{
#ifdef HAVE_IRQ_BYPASS_EVENTFD
	return irq_bypass_register_producer(producer, ctx, irq);
#else
	producer->token = ctx;
	producer->irq = irq;
	return irq_bypass_register_producer(producer);
#endif
}

#endif /* VDCM_IRQBYPASS_H */
