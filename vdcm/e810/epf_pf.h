/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vdcm_e810 in the kernel: the PF's PCI function, and its ADIs.
 *
 * Lock order, outermost first:
 *
 *   epf_pf::life	which ADIs there are; held over a reset of the function
 *   vdcm's ctl_lock of an ADI
 *   epf_pf::lock	the hardware (epf_hw) and what is free of it
 *
 * Ops of vdcm come with ctl_lock held, but adi_add and adi_del, which come
 * without; so these may take life, and others must not.
 *
 * Doorbells, vectors and intervals take no lock: each is one store to a
 * register that belongs to the ADI as long as it lives.
 */
#ifndef EPF_PF_H
#define EPF_PF_H

#include <linux/interrupt.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/workqueue.h>

#include "adi.h"
#include "epf.h"

#define EPF_VECTORS		2048u

/* Bits of epf_pf::flags */
#define EPF_PF_RESET		0	/* the device was reset, or needs to be */
#define EPF_PF_STOP		1	/* on its way out: no more service */

/**
 * struct epf_adi - one ADI
 * @node:   in epf_pf::adis, under life
 * @adi:    vdcm's side
 * @pf:     where it lives
 * @slot:   its VSI
 * @first_q: its first queue, of both directions
 * @vector: vector of its vector 1
 */
struct epf_adi {
	struct list_head node;
	struct adi *adi;
	struct epf_pf *pf;
	u32 slot;
	u16 first_q;
	u16 vector;
};

/**
 * struct epf_pf - a port with its function
 * @hw:       the hardware, first; under lock
 * @pf:       what vdcm sees
 * @pdev:     the PCI function
 * @bar:      BAR 0
 * @aq_dma:   address of the admin queue's memory
 * @life:     see above
 * @lock:     see above
 * @adis:     all ADIs; under life
 * @pages:    where page space begins (BAR 0), 0 = there is none
 * @nvecs:    vectors we have, the first is the function's own
 * @nqs:      queues we have, the first is the own VSI's
 * @vecs:     those in use; under lock
 * @qs:       those in use; under lock
 * @flags:    EPF_PF_*
 * @broken:   the last reset failed; under life
 * @service:  events, resets
 * @tick:     counters overflow if nobody looks for a minute
 */
struct epf_pf {
	struct epf_hw hw;
	struct adi_pf pf;
	struct pci_dev *pdev;
	u8 __iomem *bar;
	dma_addr_t aq_dma;
	struct mutex life;	/* @adis, @broken */
	struct mutex lock;	/* @hw, @vecs, @qs */
	struct list_head adis;
	phys_addr_t pages;
	u32 nvecs;
	u32 nqs;
	DECLARE_BITMAP(vecs, EPF_VECTORS);
	DECLARE_BITMAP(qs, EPF_QUEUES);
	unsigned long flags;
	bool broken;
	struct work_struct service;
	struct delayed_work tick;
};

static inline struct epf_pf *epf_pf_of(struct adi_pf *pf)
{
	return container_of(pf, struct epf_pf, pf);
}

/* epf_main.c */
void epf_pf_unlock(struct epf_pf *pf);

/* epf_adi.c */
extern const struct adi_pf_ops epf_adi_ops;
extern const struct adi_hw_ops epf_adi_hw_ops;

/* epf_reset.c */
void epf_service(struct work_struct *work);
void epf_tick(struct work_struct *work);
void epf_irq_setup(struct epf_pf *pf);
void epf_pf_fail(struct epf_pf *pf);
void epf_reset_prepare(struct pci_dev *pdev);
void epf_reset_done(struct pci_dev *pdev);

#endif /* EPF_PF_H */
