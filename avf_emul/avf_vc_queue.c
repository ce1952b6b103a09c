// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * virtchnl: queue configuration, vectors, enable and disable.
 */
#include "avf_vc.h"

static bool avf_vc_ring_ok(u64 base, u32 len)
{
	return len >= AVF_RING_MIN && len <= AVF_RING_MAX &&
	       !(len % AVF_RING_MULT) && !(base % AVF_RING_ALIGN) &&
	       base + (u64)len * sizeof(struct avf_rx_desc) > base;
}

static bool avf_vc_txq_ok(const struct avf_vc_txq *q)
{
	/* A ring length of 0: one of the pair is not used (Q21). */
	if (!q->ring_len)
		return true;
	return !q->headwb &&
	       avf_vc_ring_ok(le64_to_cpu(q->ring), le16_to_cpu(q->ring_len));
}

/*
 * The field is padding to a driver that did not negotiate it, and may hold
 * anything (Q32).
 */
static u8 avf_vc_rxdid(const struct avf_dev *dev, const struct avf_vc_rxq *q)
{
	return dev->vc.caps & AVF_CAP_RX_FLEX_DESC ? q->rxdid :
						     AVF_RXDID_LEGACY;
}

static bool avf_vc_rxq_ok(const struct avf_dev *dev,
			  const struct avf_vc_rxq *q)
{
	u32 buf = le32_to_cpu(q->buf_size);
	u32 pkt = le32_to_cpu(q->max_pkt);
	u8 rxdid = avf_vc_rxdid(dev, q);

	if (!q->ring_len)
		return true;
	return avf_vc_ring_ok(le64_to_cpu(q->ring),
			      le32_to_cpu(q->ring_len)) &&
	       buf >= AVF_RX_BUF_MIN && buf <= AVF_RX_BUF_MAX &&
	       !(buf % AVF_RX_BUF_MULT) &&
	       pkt >= AVF_RX_PKT_MIN && pkt <= AVF_RX_PKT_MAX &&
	       rxdid < 64 && (AVF_RXDIDS & BIT_ULL(rxdid)) &&
	       !q->crc_disable;
}

AVF_VC_CHECK(config_queues)
{
	const struct avf_vc_qp_list *list = msg;
	u16 n = le16_to_cpu(list->n);
	u16 i;

	if (le16_to_cpu(list->vsi_id) != AVF_VSI_ID || n > dev->vc.num_qps)
		return AVF_VC_ERR_PARAM;

	for (i = 0; i < n; i++) {
		const struct avf_vc_txq *tx = &list->qp[i].tx;
		const struct avf_vc_rxq *rx = &list->qp[i].rx;

		if (le16_to_cpu(tx->vsi_id) != AVF_VSI_ID ||
		    le16_to_cpu(rx->vsi_id) != AVF_VSI_ID ||
		    tx->queue != rx->queue ||
		    le16_to_cpu(tx->queue) >= dev->vc.num_qps ||
		    !avf_vc_txq_ok(tx) || !avf_vc_rxq_ok(dev, rx))
			return AVF_VC_ERR_PARAM;
	}
	return AVF_VC_OK;
}

AVF_VC_COMMIT(config_queues)
{
	const struct avf_vc_qp_list *list = msg;
	u16 n = le16_to_cpu(list->n);
	u32 txq = 0;
	u32 rxq = 0;
	u16 i;

	for (i = 0; i < n; i++) {
		u16 q = le16_to_cpu(list->qp[i].tx.queue);

		if (avf_dev_tx_on(dev, q))
			txq |= 1u << q;
		if (avf_dev_rx_on(dev, q))
			rxq |= 1u << q;
	}
	/* No driver reconfigures a running queue; then it runs no longer. */
	if (txq | rxq)
		avf_dev_queues_stop(dev, txq, rxq);

	for (i = 0; i < n; i++) {
		const struct avf_vc_txq *tx = &list->qp[i].tx;
		const struct avf_vc_rxq *rx = &list->qp[i].rx;
		u16 q = le16_to_cpu(tx->queue);

		if (avf_txq_config(&dev->tx[q], le64_to_cpu(tx->ring),
				   le16_to_cpu(tx->ring_len)) ||
		    avf_rxq_config(&dev->rx[q], le64_to_cpu(rx->ring),
				   (u16)le32_to_cpu(rx->ring_len),
				   (u16)le32_to_cpu(rx->buf_size),
				   (u16)le32_to_cpu(rx->max_pkt),
				   avf_vc_rxdid(dev, rx), false))
			return AVF_VC_ERR_PARAM;
	}
	return AVF_VC_OK;
}

/* --------------------------------------------------------------- vectors */

AVF_VC_CHECK(irq_map)
{
	const struct avf_vc_irq_map *map = msg;
	u16 n = le16_to_cpu(map->n);
	u32 all = avf_vc_queue_mask(dev);
	u16 i;

	if (n > avf_dev_vectors(dev))
		return AVF_VC_ERR_PARAM;

	for (i = 0; i < n; i++) {
		const struct avf_vc_vecmap *v = &map->vec[i];
		u32 queues = le16_to_cpu(v->rxq_map) | le16_to_cpu(v->txq_map);
		u16 vec = le16_to_cpu(v->vector);

		if (le16_to_cpu(v->vsi_id) != AVF_VSI_ID ||
		    vec >= avf_dev_vectors(dev) || (queues & ~all) ||
		    (!vec && queues))
			return AVF_VC_ERR_PARAM;
	}
	return AVF_VC_OK;
}

/* The vector's list of queues is replaced, so its old ones lose it. */
static void avf_vc_unmap(struct avf_dev *dev, u16 vec)
{
	u16 q;

	for (q = 0; q < dev->num_qps; q++) {
		if (READ_ONCE(dev->tx[q].vec) == vec)
			WRITE_ONCE(dev->tx[q].vec, AVF_VEC_NONE);
		if (READ_ONCE(dev->rx[q].vec) == vec)
			WRITE_ONCE(dev->rx[q].vec, AVF_VEC_NONE);
	}
}

static void avf_vc_map(struct avf_dev *dev, const struct avf_vc_vecmap *v)
{
	u16 vec = le16_to_cpu(v->vector);
	u16 q;

	for (q = 0; q < dev->num_qps; q++) {
		if (le16_to_cpu(v->txq_map) & (1u << q)) {
			WRITE_ONCE(dev->tx[q].itr,
				   (u8)(le16_to_cpu(v->tx_itr) &
					AVF_DYN_ITR_M));
			WRITE_ONCE(dev->tx[q].vec, vec);
		}
		if (le16_to_cpu(v->rxq_map) & (1u << q)) {
			WRITE_ONCE(dev->rx[q].itr,
				   (u8)(le16_to_cpu(v->rx_itr) &
					AVF_DYN_ITR_M));
			WRITE_ONCE(dev->rx[q].vec, vec);
		}
	}
}

AVF_VC_COMMIT(irq_map)
{
	const struct avf_vc_irq_map *map = msg;
	u16 n = le16_to_cpu(map->n);
	u16 i;

	for (i = 0; i < n; i++)
		avf_vc_unmap(dev, le16_to_cpu(map->vec[i].vector));
	for (i = 0; i < n; i++)
		avf_vc_map(dev, &map->vec[i]);
	avf_hw_vectors(dev);
	return AVF_VC_OK;
}

/* ------------------------------------------------------ enable, disable */

static s32 avf_vc_check_sel(const struct avf_dev *dev,
			    const struct avf_vc_queue_sel *sel)
{
	u32 queues = le32_to_cpu(sel->rxq) | le32_to_cpu(sel->txq);

	if (le16_to_cpu(sel->vsi_id) != AVF_VSI_ID || !queues ||
	    (queues & ~avf_vc_queue_mask(dev)))
		return AVF_VC_ERR_PARAM;
	return AVF_VC_OK;
}

AVF_VC_CHECK(enable_queues)
{
	const struct avf_vc_queue_sel *sel = msg;
	s32 status = avf_vc_check_sel(dev, sel);
	u16 q;

	if (status)
		return status;

	for (q = 0; q < dev->num_qps; q++)
		if (((le32_to_cpu(sel->txq) & (1u << q)) && !dev->tx[q].len) ||
		    ((le32_to_cpu(sel->rxq) & (1u << q)) && !dev->rx[q].len))
			return AVF_VC_ERR_PARAM;
	return AVF_VC_OK;
}

AVF_VC_COMMIT(enable_queues)
{
	const struct avf_vc_queue_sel *sel = msg;
	u32 txq = le32_to_cpu(sel->txq);
	u32 rxq = le32_to_cpu(sel->rxq);
	u32 kick = 0;
	u16 q;

	if (dev->hw) {
		if (avf_hw_start(dev, txq, rxq))
			return AVF_VC_ERR_PARAM;
		avf_dev_traffic(dev);
		return AVF_VC_OK;
	}

	/* What is enabled already goes on undisturbed (4.5). */
	for (q = 0; q < dev->num_qps; q++) {
		if ((rxq & (1u << q)) && !READ_ONCE(dev->rx[q].enabled))
			avf_rxq_enable(&dev->rx[q]);
		if ((txq & (1u << q)) && !READ_ONCE(dev->tx[q].enabled) &&
		    avf_txq_enable(&dev->tx[q]))
			kick |= 1u << q;
	}
	avf_vc_rss_queues(dev);
	avf_dev_traffic(dev);
	for (q = 0; q < dev->num_qps; q++)
		if (kick & (1u << q))
			dev->ops->tx_kick(dev->host, q);
	return AVF_VC_OK;
}

AVF_VC_CHECK(disable_queues)
{
	return avf_vc_check_sel(dev, msg);
}

AVF_VC_COMMIT(disable_queues)
{
	const struct avf_vc_queue_sel *sel = msg;

	/* The driver frees the rings when it sees the reply (Q2). */
	avf_dev_queues_stop(dev, le32_to_cpu(sel->txq), le32_to_cpu(sel->rxq));
	avf_int_hurry(dev);
	return AVF_VC_OK;
}
