// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Life of a device: creation, resets, link, address, counters.
 */
#include "avf_dev.h"

int avf_dev_read(struct avf_dev *dev, u64 iova, void *buf, u32 len)
{
	if (avf_dev_dma_ok(dev) && iova + len >= iova &&
	    !dev->ops->dma_read(dev->host, iova, buf, len))
		return 0;
	avf_count(dev, dma_errors);
	return -EFAULT;
}

int avf_dev_write(struct avf_dev *dev, u64 iova, const void *buf, u32 len)
{
	if (avf_dev_dma_ok(dev) && iova + len >= iova &&
	    !dev->ops->dma_write(dev->host, iova, buf, len))
		return 0;
	avf_count(dev, dma_errors);
	return -EFAULT;
}

void avf_dev_rstat(struct avf_dev *dev, u32 val)
{
	WRITE_ONCE(dev->rstat, val);
	avf_page_put(dev, AVF_REG_RSTAT, val);
}

static bool avf_dev_params_ok(const struct avf_params *params)
{
	return params->num_qps >= 1 && params->num_qps <= AVF_MAX_QPS &&
	       !(params->flags & ~(AVF_PARAM_VMM_MSIX | AVF_PARAM_GSO)) &&
	       !(params->hw && (params->flags & AVF_PARAM_GSO)) &&
	       !(params->mac[0] & 1);
}

static void avf_dev_queues_init(struct avf_dev *dev)
{
	u32 q;

	for (q = 0; q < AVF_MAX_QPS; q++) {
		avf_txq_init(&dev->tx[q], dev->doorbell[AVF_DB_TX] + q);
		avf_rxq_init(&dev->rx[q], dev->doorbell[AVF_DB_RX] + q);
	}
}

static bool avf_dev_doorbells(struct avf_dev *dev,
			      const struct avf_params *params)
{
	u8 *own;

	/* Without it DYN_CTLN is no memory. */
	dev->doorbell[AVF_DB_INT] = params->doorbell[AVF_DB_INT];
	dev->pages.page[AVF_PAGE_INT] = dev->doorbell[AVF_DB_INT];
	dev->pages.dyn = dev->doorbell[AVF_DB_INT];
	if (params->doorbell[AVF_DB_TX] && params->doorbell[AVF_DB_RX]) {
		dev->doorbell[AVF_DB_TX] = params->doorbell[AVF_DB_TX];
		dev->doorbell[AVF_DB_RX] = params->doorbell[AVF_DB_RX];
		return true;
	}

	own = avf_zalloc(2 * AVF_PAGE_SIZE);
	if (!own)
		return false;
	dev->doorbell[AVF_DB_TX] = (void *)own;
	dev->doorbell[AVF_DB_RX] = (void *)(own + AVF_PAGE_SIZE);
	dev->doorbell_own = true;
	return true;
}

/* Prepared keys are a third of the memory, and one queue needs no hash. */
static u32 avf_dev_keys(u32 num_qps)
{
	return num_qps > 1 ? ARRAY_SIZE(((struct avf_dev *)0)->hashes) : 0;
}

static size_t avf_dev_size(u32 num_qps)
{
	return sizeof(struct avf_dev) +
	       avf_dev_keys(num_qps) * sizeof(struct avf_hash_table);
}

struct avf_dev *avf_dev_create(const struct avf_params *params,
			       const struct avf_host_ops *ops, void *host)
{
	struct avf_dev *dev;
	u32 i;

	if (!avf_dev_params_ok(params))
		return NULL;

	dev = avf_zalloc_exact(avf_dev_size(params->num_qps));
	if (!dev)
		return NULL;
	if (!avf_dev_doorbells(dev, params)) {
		avf_free_exact(dev, avf_dev_size(params->num_qps));
		return NULL;
	}

	dev->ops = ops;
	dev->hw = params->hw;
	dev->host = host;
	dev->num_qps = params->num_qps;
	dev->flags = params->flags;
	dev->no_caps = params->no_caps;
	dev->link_up = params->link_up;
	dev->link_mbps = params->link_mbps;
	memcpy(dev->mac, params->mac, AVF_ETH_ALEN);
	avf_lock_init(&dev->int_lock);
	avf_lock_init(&dev->hw_lock);
	for (i = 0; i < avf_dev_keys(dev->num_qps); i++)
		dev->hashes[i].key = &dev->keys[i];

	avf_dev_queues_init(dev);
	dev->vc.num_qps = dev->num_qps;
	avf_vc_reset(dev);
	dev->vc.minor = AVF_VC_MINOR;
	avf_int_reset(dev);
	avf_msix_reset(dev);
	avf_cfg_reset(dev);
	avf_reg_reset(dev, true);
	dev->rstat = AVF_RSTAT_ACTIVE;
	return dev;
}

void avf_dev_destroy(struct avf_dev *dev)
{
	avf_fdir_destroy(dev);
	if (dev->doorbell_own)
		avf_free(dev->doorbell[AVF_DB_TX]);
	avf_free_exact(dev, avf_dev_size(dev->num_qps));
}

/* ---------------------------------------------------------------- queues */

void avf_dev_traffic(struct avf_dev *dev)
{
	bool on = false;
	u32 q;

	for (q = 0; q < dev->num_qps; q++)
		if (avf_dev_tx_on(dev, q) || avf_dev_rx_on(dev, q))
			on = true;

	if (on == dev->vc.traffic)
		return;
	dev->vc.traffic = on;
	if (dev->ops->traffic)
		dev->ops->traffic(dev->host, on);
}

void avf_dev_queues_stop(struct avf_dev *dev, u32 txq, u32 rxq)
{
	u32 q;

	for (q = 0; q < dev->num_qps; q++) {
		if (txq & (1u << q))
			avf_txq_disable(&dev->tx[q]);
		if (rxq & (1u << q))
			avf_rxq_disable(&dev->rx[q]);
	}
	avf_hw_stop(dev, txq, rxq);
	dev->ops->queues_quiesce(dev->host);
	for (q = 0; q < dev->num_qps; q++) {
		if (txq & (1u << q))
			avf_txq_clear(&dev->tx[q]);
		if (rxq & (1u << q))
			avf_rxq_clear(&dev->rx[q]);
	}
	avf_vc_rss_queues(dev);
	avf_dev_traffic(dev);
}

/* ---------------------------------------------------------------- resets */

void avf_dev_restart(struct avf_dev *dev)
{
	u32 all = avf_dev_queue_mask(dev);

	avf_dev_queues_stop(dev, all, all);
	avf_dev_queues_init(dev);
	avf_vc_reset(dev);
}

void avf_dev_reset(struct avf_dev *dev, enum avf_reset kind)
{
	bool all = kind == AVF_RESET_FLR;

	if (dev->ops->reset)
		dev->ops->reset(dev->host, kind);
	/*
	 * Contract 7.2, in this order. A VF or PF reset keeps heads, tails and
	 * bases of the mailbox: the driver compares them with its own.
	 */
	avf_dev_rstat(dev, AVF_RSTAT_IN_PROGRESS);
	avf_reg_reset(dev, all);
	avf_mbx_reset(dev);
	if (all)
		dev->vc.num_qps = dev->num_qps;
	avf_dev_restart(dev);
	avf_int_reset(dev);

	if (all) {
		dev->vc.minor = AVF_VC_MINOR;
		avf_msix_reset(dev);
		avf_cfg_reset(dev);
		/* What is not seen yet came before a reset that ends all. */
		avf_page_fill(dev);
	}

	switch (kind) {
	case AVF_RESET_VF:
		avf_count(dev, resets_vf);
		break;
	case AVF_RESET_PF:
		avf_count(dev, resets_pf);
		return;
	case AVF_RESET_FLR:
		avf_count(dev, resets_flr);
		break;
	}
	avf_dev_rstat(dev, AVF_RSTAT_ACTIVE);
}

void avf_dev_reset_impending(struct avf_dev *dev)
{
	avf_vc_impending_event(dev);
}

void avf_dev_reset_done(struct avf_dev *dev)
{
	avf_dev_rstat(dev, AVF_RSTAT_ACTIVE);
}

/* ------------------------------------------------- link, address, counters */

void avf_link_set(struct avf_dev *dev, bool up, u32 mbps)
{
	if (up == dev->link_up && mbps == dev->link_mbps)
		return;
	WRITE_ONCE(dev->link_up, up);
	WRITE_ONCE(dev->link_mbps, mbps);
	avf_vc_link_event(dev);
}

bool avf_link_is_up(const struct avf_dev *dev)
{
	return READ_ONCE(dev->link_up);
}

u32 avf_link_mbps(const struct avf_dev *dev)
{
	return READ_ONCE(dev->link_mbps);
}

void avf_mac_set(struct avf_dev *dev, const u8 *mac)
{
	static const u8 any[AVF_ETH_ALEN];

	memcpy(dev->mac, mac, AVF_ETH_ALEN);
	dev->mac_fixed = memcmp(mac, any, AVF_ETH_ALEN);
}

void avf_mac_get(const struct avf_dev *dev, u8 *mac)
{
	memcpy(mac, dev->mac, AVF_ETH_ALEN);
}

int avf_port_vlan_set(struct avf_dev *dev, u16 vid, u8 prio)
{
	if (vid > AVF_VLAN_LAST || prio > 7)
		return -EINVAL;
	dev->port_vlan = vid ? (u16)(prio << 13 | vid) : 0;
	return 0;
}

u16 avf_port_vlan_get(const struct avf_dev *dev)
{
	return dev->port_vlan;
}

void avf_trust_set(struct avf_dev *dev, bool on)
{
	dev->trusted = on;
	avf_vc_trust_changed(dev);
}

bool avf_trust_get(const struct avf_dev *dev)
{
	return dev->trusted;
}

void avf_stats_get(const struct avf_dev *dev, struct avf_stats *stats)
{
	const u64 *queue = (const u64 *)&dev->qstats;
	const u64 *ctl = (const u64 *)&dev->cstats;
	u64 *sum = (u64 *)stats;
	u32 i;

	AVF_STATIC_ASSERT(sizeof(*stats) % sizeof(u64) == 0);

	/* A counter has one writer; adding up is all a reader has to do. */
	for (i = 0; i < sizeof(*stats) / sizeof(u64); i++)
		sum[i] = READ_ONCE(queue[i]) + READ_ONCE(ctl[i]);
	stats->irqs = READ_ONCE(dev->intr.irqs);
	if (dev->hw)
		dev->hw->stats(dev->host, stats);
}
