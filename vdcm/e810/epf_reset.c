// SPDX-License-Identifier: GPL-2.0
/*
 * What the device tells by interrupt, and resets of the function with all its
 * ADIs.
 *
 * Order of a reset: ops stop reaching the hardware; the hardware is reset, and
 * with that all DMA over; the ADIs' doorbell pages are taken from their users,
 * their drivers told; all is set up anew; the ADIs go on.
 */
#include "epf_pf.h"

#define EPF_TICK	(20 * HZ)

/* Everything that a reset of the device forgets about interrupts. */
void epf_irq_setup(struct epf_pf *pf)
{
	struct epf_hw *hw = &pf->hw;

	epf_rd(hw, EPF_OICR);
	epf_wr(hw, EPF_OICR_ENA, EPF_OICR_GRST | EPF_OICR_MAL | EPF_OICR_LINK);
	epf_wr(hw, EPF_OICR_CTL, EPF_QINT_CAUSE_ENA);
	epf_wr(hw, EPF_FW_CTL, EPF_QINT_CAUSE_ENA);
	epf_wr(hw, EPF_DYN_CTL(0), EPF_DYN_INTENA | EPF_DYN_CLEARPBA |
				   EPF_DYN_ITR_NONE);
}

/* When it returns the function does no DMA. lock held. */
static void epf_pf_stop(struct epf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	epf_lost(&pf->hw);
	if (epf_reset(&pf->hw)) {
		dev_err(&pf->pdev->dev,
			"the port does not stop; it is cut off from memory\n");
		pci_clear_master(pf->pdev);
	}
}

/**
 * epf_pf_fail() - stop everything, now
 * @pf: lock held
 *
 * When it returns the function does no DMA. What follows is service's.
 */
void epf_pf_fail(struct epf_pf *pf)
{
	epf_pf_stop(pf);
	set_bit(EPF_PF_RESET, &pf->flags);
	if (!test_bit(EPF_PF_STOP, &pf->flags))
		schedule_work(&pf->service);
}

static void epf_reset_begin(struct epf_pf *pf)
{
	struct epf_adi *ea;

	lockdep_assert_held(&pf->life);
	/* A reset that comes after this is one more. */
	clear_bit(EPF_PF_RESET, &pf->flags);
	mutex_lock(&pf->lock);
	epf_pf_stop(pf);
	mutex_unlock(&pf->lock);
	list_for_each_entry(ea, &pf->adis, node)
		adi_reset_begin(ea->adi);
}

static void epf_reset_end(struct epf_pf *pf)
{
	struct epf_adi *ea;
	u32 mbps;
	int ret;

	lockdep_assert_held(&pf->life);
	mutex_lock(&pf->lock);
	pci_set_master(pf->pdev);
	ret = epf_start(&pf->hw);
	if (!ret)
		epf_irq_setup(pf);
	mbps = pf->hw.mbps;
	mutex_unlock(&pf->lock);
	pf->broken = ret;
	if (ret) {
		dev_err(&pf->pdev->dev,
			"the port does not come back from a reset: %d; its ADIs stay in reset\n",
			ret);
		return;
	}
	WRITE_ONCE(pf->pf.link_mbps, mbps);
	list_for_each_entry(ea, &pf->adis, node) {
		adi_link(ea->adi, mbps);
		adi_reset_end(ea->adi);
	}
	dev_info(&pf->pdev->dev, "reset, and all ADIs set up again\n");
}

/* ----------------------------------------------------------------- service */

/* Whose queue is it? The device has stopped it already. */
static void epf_blame(struct epf_pf *pf, bool tx, u32 event)
{
	u32 q = event & EPF_MDET_QUEUE;
	struct epf_adi *ea;

	list_for_each_entry(ea, &pf->adis, node)
		if (q - ea->first_q < ea->adi->num_qps)
			adi_queue_stopped(ea->adi, tx, q - ea->first_q, event);
}

static void epf_malicious(struct epf_pf *pf)
{
	u32 tx = epf_rd(&pf->hw, EPF_MDET_TX);
	u32 rx = epf_rd(&pf->hw, EPF_MDET_RX);

	if (tx & EPF_MDET_VALID) {
		epf_blame(pf, true, tx);
		epf_wr(&pf->hw, EPF_MDET_TX, 0xffffffff);
		epf_wr(&pf->hw, EPF_MDET_TX_PF, 0xffff);
	}
	if (rx & EPF_MDET_VALID) {
		epf_blame(pf, false, rx);
		epf_wr(&pf->hw, EPF_MDET_RX, 0xffffffff);
		epf_wr(&pf->hw, EPF_MDET_RX_PF, 0xffff);
	}
}

/* True: the link changed. */
static bool epf_events(struct epf_pf *pf)
{
	struct epf_event *ev = kmalloc(sizeof(*ev), GFP_KERNEL);
	bool changed = false;

	while (ev && epf_aq_event(&pf->hw, ev))
		if (ev->op == EPF_OP_LINK_STATUS &&
		    epf_link_event(&pf->hw, ev->data, ev->len))
			changed = true;
	kfree(ev);
	return changed;
}

static void epf_tell_link(struct epf_pf *pf, u32 mbps)
{
	struct epf_adi *ea;

	WRITE_ONCE(pf->pf.link_mbps, mbps);
	if (mbps)
		dev_info(&pf->pdev->dev, "link is up, %u Mbit/s\n", mbps);
	else
		dev_info(&pf->pdev->dev, "link is down\n");
	list_for_each_entry(ea, &pf->adis, node)
		adi_link(ea->adi, mbps);
}

void epf_service(struct work_struct *work)
{
	struct epf_pf *pf = container_of(work, struct epf_pf, service);
	bool link;
	u32 mbps;

	mutex_lock(&pf->life);
	if (test_bit(EPF_PF_STOP, &pf->flags))
		goto unlock;
	if (test_bit(EPF_PF_RESET, &pf->flags)) {
		epf_reset_begin(pf);
		epf_reset_end(pf);
	}
	mutex_lock(&pf->lock);
	link = epf_events(pf);
	mbps = pf->hw.mbps;
	if (!pf->hw.down) {
		epf_malicious(pf);
		epf_wr(&pf->hw, EPF_DYN_CTL(0), EPF_DYN_INTENA |
		       EPF_DYN_CLEARPBA | EPF_DYN_ITR_NONE);
	}
	epf_pf_unlock(pf);
	if (link)
		epf_tell_link(pf, mbps);
unlock:
	mutex_unlock(&pf->life);
}

void epf_tick(struct work_struct *work)
{
	struct epf_pf *pf = container_of(to_delayed_work(work), struct epf_pf,
					 tick);
	u32 slot;

	mutex_lock(&pf->lock);
	for (slot = 0; slot < EPF_MAX_SLOTS; slot++)
		epf_vsi_count(&pf->hw, slot);
	mutex_unlock(&pf->lock);
	schedule_delayed_work(&pf->tick, EPF_TICK);
}

/* ------------------------------------------ a reset that the PCI core does */

/* Both are called by one thread, the second after the first. */
void epf_reset_prepare(struct pci_dev *pdev)
{
	struct epf_pf *pf = pci_get_drvdata(pdev);

	mutex_lock(&pf->life);
	epf_reset_begin(pf);
}

void epf_reset_done(struct pci_dev *pdev)
{
	struct epf_pf *pf = pci_get_drvdata(pdev);

	epf_reset_end(pf);
	mutex_unlock(&pf->life);
}
