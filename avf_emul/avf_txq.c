// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Life of a transmit queue: configuration, enable, doorbell (device contract
 * 5.1). What is sent is avf_tx.c's.
 */
#include "avf_dev.h"
#include "avf_ring.h"
#include "avf_wire.h"

void avf_txq_init(struct avf_txq *q, __le32 *tail)
{
	memset(q, 0, sizeof(*q));
	q->tail = tail;
	q->vec = AVF_VEC_NONE;
	q->wait = AVF_TAIL_NONE;
	avf_tail_store(tail, 0);
}

int avf_txq_config(struct avf_txq *q, u64 base, u16 len)
{
	if (q->enabled)
		return -EBUSY;
	if (len && (len < AVF_RING_MIN || len > AVF_RING_MAX ||
		    len % AVF_RING_MULT || base % AVF_RING_ALIGN ||
		    base + len * (u32)sizeof(struct avf_tx_desc) < base))
		return -EINVAL;

	q->base = base;
	WRITE_ONCE(q->len, len);
	/* Not the tail: see avf_txq_tail_write(). */
	WRITE_ONCE(q->head, 0);
	WRITE_ONCE(q->wait, AVF_TAIL_NONE);
	return 0;
}

bool avf_txq_enable(struct avf_txq *q)
{
	if (!q->len)
		return false;
	avf_store_release(&q->enabled, 1u);
	/* Pairs with avf_txq_tail_write(): one of the two sees the other. */
	avf_mb();
	return avf_tail_load(q->tail) != q->head;
}

void avf_txq_disable(struct avf_txq *q)
{
	avf_store_release(&q->enabled, 0u);
}

void avf_txq_clear(struct avf_txq *q)
{
	WRITE_ONCE(q->head, 0);
	WRITE_ONCE(q->wait, AVF_TAIL_NONE);
	avf_tail_store(q->tail, 0);
}

void avf_txq_tail_write(struct avf_dev *dev, u16 qid, u32 val)
{
	struct avf_txq *q;
	u16 len;

	if (qid >= dev->num_qps)
		return;
	q = &dev->tx[qid];

	/*
	 * A tail written before the queue is enabled counts once it is. At the
	 * end of its reset task Linux attaches the netdev, and a frame may slip
	 * out before CONFIG_VSI_QUEUES; were its tail lost, byte queue limits
	 * would hold up all others until the watchdog resets the device, and
	 * then the same happens again. Tails of an earlier session are cleared
	 * by a disable, a reset, and a newly set up mailbox.
	 */
	len = READ_ONCE(q->len);
	if (avf_load_acquire(&q->enabled) && val >= len) {
		avf_stat_add(&dev->qstats.bad_tail, 1);
		return;
	}

	avf_tail_store(q->tail, val);
	avf_mb();
	if (dev->hw)
		avf_hw_tail(dev, true, qid);
	if (avf_load_acquire(&q->enabled))
		dev->ops->tx_kick(dev->host, qid);
}

bool avf_tx_ready(const struct avf_dev *dev, u16 qid)
{
	const struct avf_txq *q;
	u32 tail;

	if (qid >= dev->num_qps)
		return false;
	q = &dev->tx[qid];
	if (!avf_load_acquire(&q->enabled) || !avf_dev_dma_ok(dev))
		return false;

	tail = avf_tail_load(q->tail);
	return tail != READ_ONCE(q->head) && tail != READ_ONCE(q->wait);
}

u32 avf_tx_pending(const struct avf_dev *dev)
{
	u32 mask = 0;
	u16 q;

	for (q = 0; q < dev->num_qps; q++)
		if (avf_tx_ready(dev, q))
			mask |= 1u << q;
	return mask;
}
