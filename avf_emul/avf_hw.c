// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Queues that hardware runs (struct avf_hw_ops): the model never looks into
 * their rings. It keeps what the driver configured, has the host start and stop
 * them, and passes on tails, interrupt enables and intervals.
 *
 * For the data path such a queue is disabled; that it runs is a bit in hw_tx or
 * hw_rx.
 */
#include "avf_dev.h"

static bool avf_hw_runs(const struct avf_dev *dev, bool tx, u16 q)
{
	return READ_ONCE(*(tx ? &dev->hw_tx : &dev->hw_rx)) & (1u << q);
}

/* The tail of a queue, as it is and as hardware was told. */
static u32 avf_hw_tail_now(const struct avf_dev *dev, bool tx, u16 q)
{
	return avf_tail_load(tx ? dev->tx[q].tail : dev->rx[q].tail);
}

static u32 avf_hw_passed(const struct avf_dev *dev, bool tx, u16 q)
{
	return READ_ONCE(*(tx ? &dev->tx[q].passed : &dev->rx[q].passed));
}

/*
 * Two may want to pass on a tail at once, one an older value. Whoever has the
 * lock reads the newest, so that none goes backwards. With @news only a value
 * that was not passed on yet: hardware may have been told a later one by others.
 */
static void avf_hw_pass(struct avf_dev *dev, bool tx, u16 q, bool news)
{
	u32 len = READ_ONCE(*(tx ? &dev->tx[q].len : &dev->rx[q].len));
	u32 val;

	avf_lock(&dev->hw_lock);
	val = avf_hw_tail_now(dev, tx, q);
	if (avf_hw_runs(dev, tx, q) &&
	    !(news && val == avf_hw_passed(dev, tx, q))) {
		WRITE_ONCE(*(tx ? &dev->tx[q].passed : &dev->rx[q].passed), val);
		if (val < len)
			dev->hw->tail(dev->host, tx, q, val);
		else
			avf_stat_add(&dev->qstats.bad_tail, 1);
	}
	avf_unlock(&dev->hw_lock);
}

void avf_hw_tail(struct avf_dev *dev, bool tx, u16 q)
{
	avf_hw_pass(dev, tx, q, false);
}

static bool avf_hw_stored(const struct avf_dev *dev, bool tx, u16 q)
{
	return avf_hw_runs(dev, tx, q) &&
	       avf_hw_tail_now(dev, tx, q) != avf_hw_passed(dev, tx, q);
}

bool avf_hw_tails_pending(const struct avf_dev *dev)
{
	u16 q;

	for (q = 0; q < dev->num_qps; q++)
		if (avf_hw_stored(dev, true, q) || avf_hw_stored(dev, false, q))
			return true;
	return false;
}

void avf_hw_tails(struct avf_dev *dev)
{
	u16 q;

	for (q = 0; q < dev->num_qps; q++) {
		avf_hw_pass(dev, false, q, true);
		avf_hw_pass(dev, true, q, true);
	}
}

static void avf_hw_set(struct avf_dev *dev, u32 txq, u32 rxq, bool on)
{
	/* Under the lock: whoever passes on a tail is through with it. */
	avf_lock(&dev->hw_lock);
	WRITE_ONCE(dev->hw_tx, on ? dev->hw_tx | txq : dev->hw_tx & ~txq);
	WRITE_ONCE(dev->hw_rx, on ? dev->hw_rx | rxq : dev->hw_rx & ~rxq);
	avf_unlock(&dev->hw_lock);
}

int avf_hw_start(struct avf_dev *dev, u32 txq, u32 rxq)
{
	int err;

	txq &= ~dev->hw_tx;
	rxq &= ~dev->hw_rx;
	if (!(txq | rxq))
		return 0;
	if (!avf_dev_dma_ok(dev))
		return -EFAULT;
	err = dev->hw->start(dev->host, txq, rxq);
	if (err)
		return err;
	avf_hw_set(dev, txq, rxq, true);
	dev->hw->started(dev->host, txq, rxq);
	return 0;
}

void avf_hw_stop(struct avf_dev *dev, u32 txq, u32 rxq)
{
	txq &= dev->hw_tx;
	rxq &= dev->hw_rx;
	if (!(txq | rxq))
		return;
	avf_hw_set(dev, txq, rxq, false);
	dev->hw->stop(dev->host, txq, rxq);
}

void avf_hw_vectors(struct avf_dev *dev)
{
	const struct avf_hw_ops *hw = dev->hw;
	u16 q;

	if (!hw)
		return;
	for (q = 0; q < dev->num_qps; q++) {
		if (dev->hw_tx & (1u << q))
			hw->queue_vector(dev->host, true, q, dev->tx[q].vec,
					 dev->tx[q].itr);
		if (dev->hw_rx & (1u << q))
			hw->queue_vector(dev->host, false, q, dev->rx[q].vec,
					 dev->rx[q].itr);
	}
}

void avf_hw_vlan(struct avf_dev *dev)
{
	if (dev->hw)
		dev->hw->vlan_strip(dev->host,
					 dev->vlan & AVF_VLAN_STRIP);
}
