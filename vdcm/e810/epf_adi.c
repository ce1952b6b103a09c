// SPDX-License-Identifier: GPL-2.0
/*
 * The E810 as vdcm's PF: each ADI is a VSI of type VMDQ2 with its PASID, queue
 * pairs, vectors, and a doorbell page for each queue.
 */
#include <linux/if_vlan.h>

#include "epf_pf.h"

/* What a guest may store to DYN_CTL; the rest is reserved. */
#define EPF_DYN_GUEST	0xc701ffffu
#define EPF_ITR_MASK	0x00000fffu

static struct epf_pf *epf_lock(struct adi *adi)
{
	struct epf_pf *pf = epf_pf_of(adi->pf);

	mutex_lock(&pf->lock);
	return pf;
}

static u32 epf_slot(const struct adi *adi)
{
	return ((struct epf_adi *)adi->priv)->slot;
}

/* ------------------------------------------------------------------- life */

/* @n in a row that nobody has, below @size; or @size. */
static u32 epf_take(unsigned long *map, u32 size, u32 n)
{
	u32 at = bitmap_find_next_zero_area(map, size, 0, n, 0);

	if (at + n > size)
		return size;
	bitmap_set(map, at, n);
	return at;
}

static int epf_adi_take(struct epf_pf *pf, struct epf_adi *ea, u32 n)
{
	u32 slot = EPF_OWN + 1, q, vec;

	while (slot < EPF_MAX_SLOTS && pf->hw.vsi[slot].used)
		slot++;
	if (slot == EPF_MAX_SLOTS)
		return -ENOSPC;
	q = epf_take(pf->qs, pf->nqs, n);
	if (q == pf->nqs)
		return -ENOSPC;
	vec = epf_take(pf->vecs, pf->nvecs, n);
	if (vec == pf->nvecs) {
		bitmap_clear(pf->qs, q, n);
		return -ENOSPC;
	}
	ea->slot = slot;
	ea->first_q = q;
	ea->vector = vec;
	return 0;
}

static void epf_adi_give(struct epf_pf *pf, const struct epf_adi *ea, u32 n)
{
	bitmap_clear(pf->qs, ea->first_q, n);
	bitmap_clear(pf->vecs, ea->vector, n);
}

static int epf_adi_make(struct epf_pf *pf, struct epf_adi *ea)
{
	struct epf_vsi *vsi = &pf->hw.vsi[ea->slot];
	u32 n = ea->adi->num_qps, i;

	memset(vsi, 0, sizeof(*vsi));
	vsi->type = EPF_VSI_VMDQ2;
	vsi->pasid = ea->adi->pasid;
	vsi->first_q = ea->first_q;
	vsi->num_q = n;
	vsi->vector = ea->vector;
	vsi->spoofchk = true;
	for (i = 0; i < n; i++)
		epf_wr(&pf->hw, EPF_DYN_CTL(ea->vector + i), EPF_DYN_ITR_NONE);
	return epf_port_add(&pf->hw, ea->slot);
}

static int epf_adi_add(struct adi *adi)
{
	struct epf_pf *pf = epf_pf_of(adi->pf);
	struct epf_adi *ea;
	int ret;

	if (adi->pasid == ADI_NO_PASID) {
		dev_err(&pf->pdev->dev,
			"cannot create %s: no PASID can be bound, and without one its DMA would be the port's own\n",
			adi->name);
		return -EOPNOTSUPP;
	}
	ea = kzalloc(sizeof(*ea), GFP_KERNEL);
	if (!ea)
		return -ENOMEM;
	ea->adi = adi;
	ea->pf = pf;

	mutex_lock(&pf->life);
	mutex_lock(&pf->lock);
	ret = pf->broken ? -EIO : epf_adi_take(pf, ea, adi->num_qps);
	if (ret == -EIO) {
		dev_err(&pf->pdev->dev,
			"cannot create %s: the port did not come back from a reset; unbind and bind the driver\n",
			adi->name);
	} else if (ret) {
		dev_err(&pf->pdev->dev,
			"cannot create %s: no %u queue pairs and vectors are left\n",
			adi->name, adi->num_qps);
	} else {
		ret = epf_adi_make(pf, ea);
		if (ret) {
			dev_err(&pf->pdev->dev,
				"cannot create %s: the device refuses its VSI: %d (%u)\n",
				adi->name, ret, pf->hw.aq.rc);
			epf_adi_give(pf, ea, adi->num_qps);
		}
	}
	if (!ret) {
		adi->priv = ea;
		list_add_tail(&ea->node, &pf->adis);
	}
	epf_pf_unlock(pf);
	mutex_unlock(&pf->life);
	if (ret)
		kfree(ea);
	return ret;
}

static void epf_adi_del(struct adi *adi)
{
	struct epf_pf *pf = epf_pf_of(adi->pf);
	struct epf_adi *ea = adi->priv;
	u32 i;

	mutex_lock(&pf->life);
	mutex_lock(&pf->lock);
	list_del(&ea->node);
	/* Its PASID may be another's soon: no DMA of it may be under way. */
	if (epf_queues_stop(&pf->hw, ea->slot, ~0u, ~0u))
		epf_pf_fail(pf);
	for (i = 0; i < adi->num_qps; i++)
		epf_wr(&pf->hw, EPF_DYN_CTL(ea->vector + i), EPF_DYN_ITR_NONE);
	epf_vsi_del(&pf->hw, ea->slot);
	epf_adi_give(pf, ea, adi->num_qps);
	epf_pf_unlock(pf);
	mutex_unlock(&pf->life);
	adi->priv = NULL;
	kfree(ea);
}

/* ----------------------------------------------------------- what it receives */

static int epf_adi_mac_add(struct adi *adi, const u8 *mac)
{
	struct epf_pf *pf = epf_lock(adi);
	int ret = epf_port_mac(&pf->hw, epf_slot(adi), mac, true);

	epf_pf_unlock(pf);
	return ret;
}

static void epf_adi_mac_del(struct adi *adi, const u8 *mac)
{
	struct epf_pf *pf = epf_lock(adi);

	epf_port_mac(&pf->hw, epf_slot(adi), mac, false);
	epf_pf_unlock(pf);
}

static void epf_adi_promisc(struct adi *adi, bool unicast, bool multicast)
{
	struct epf_pf *pf = epf_lock(adi);
	int ret = epf_port_promisc(&pf->hw, epf_slot(adi), unicast, multicast);

	epf_pf_unlock(pf);
	if (ret)
		dev_err_ratelimited(&pf->pdev->dev,
				    "%s: the device refuses promiscuous mode: %d\n",
				    adi->name, ret);
}

static int epf_adi_vlan_add(struct adi *adi, u16 tpid, u16 vid)
{
	struct epf_pf *pf;
	int ret;

	if (tpid != ETH_P_8021Q)
		return -EOPNOTSUPP;
	pf = epf_lock(adi);
	ret = epf_port_vlan(&pf->hw, epf_slot(adi), vid, true);
	epf_pf_unlock(pf);
	return ret;
}

static void epf_adi_vlan_del(struct adi *adi, u16 tpid, u16 vid)
{
	struct epf_pf *pf;

	if (tpid != ETH_P_8021Q)
		return;
	pf = epf_lock(adi);
	epf_port_vlan(&pf->hw, epf_slot(adi), vid, false);
	epf_pf_unlock(pf);
}

static void epf_adi_vlan_filter(struct adi *adi, bool on)
{
	struct epf_pf *pf = epf_lock(adi);
	int ret = epf_port_vlan_filter(&pf->hw, epf_slot(adi), on);

	epf_pf_unlock(pf);
	if (ret)
		dev_err_ratelimited(&pf->pdev->dev,
				    "%s: the device refuses to filter VLANs: %d\n",
				    adi->name, ret);
}

static int epf_adi_port_vlan(struct adi *adi, u16 vid, u8 prio)
{
	struct epf_pf *pf = epf_lock(adi);
	int ret = epf_port_pvid(&pf->hw, epf_slot(adi),
				vid ? prio << VLAN_PRIO_SHIFT | vid : 0);

	epf_pf_unlock(pf);
	return ret;
}

static int epf_adi_spoofchk(struct adi *adi, bool on)
{
	struct epf_pf *pf = epf_lock(adi);
	int ret = epf_port_spoofchk(&pf->hw, epf_slot(adi), on);

	epf_pf_unlock(pf);
	return ret;
}

/* What is sent does not pass by anybody who could hold it back. */
static int epf_adi_rate(struct adi *adi, u32 mbps)
{
	return mbps ? -EOPNOTSUPP : 0;
}

static void epf_adi_drops(struct adi *adi, struct adi_drops *drops)
{
	/* The device does not tell why: all are in tx_discards. */
	memset(drops, 0, sizeof(*drops));
}

const struct adi_pf_ops epf_adi_ops = {
	.adi_add = epf_adi_add,
	.adi_del = epf_adi_del,
	.mac_add = epf_adi_mac_add,
	.mac_del = epf_adi_mac_del,
	.promisc = epf_adi_promisc,
	.vlan_add = epf_adi_vlan_add,
	.vlan_del = epf_adi_vlan_del,
	.vlan_filter = epf_adi_vlan_filter,
	.port_vlan = epf_adi_port_vlan,
	.spoofchk = epf_adi_spoofchk,
	.rate = epf_adi_rate,
	.drops = epf_adi_drops,
};

/* ------------------------------------------------------------------ queues */

/* Vector of the device, 0 = none. */
static u16 epf_vec(const struct epf_adi *ea, u16 vec)
{
	return vec == ADI_NO_VECTOR ? 0 : ea->vector + vec - 1;
}

static int epf_adi_txq_start(struct adi *adi, u16 q, const struct adi_txq *conf)
{
	struct epf_adi *ea = adi->priv;
	struct epf_txq c = {
		.base = conf->base,
		.len = conf->len,
		.vec = epf_vec(ea, conf->vec),
		.itr = conf->itr,
	};
	int ret;

	mutex_lock(&ea->pf->lock);
	ret = epf_txq_start(&ea->pf->hw, ea->slot, q, &c);
	epf_pf_unlock(ea->pf);
	return ret;
}

static int epf_adi_rxq_start(struct adi *adi, u16 q, const struct adi_rxq *conf)
{
	struct epf_adi *ea = adi->priv;
	struct epf_rxq c = {
		.base = conf->base,
		.len = conf->len,
		.buf_size = conf->buf_size,
		.max_pkt = conf->max_pkt,
		.vec = epf_vec(ea, conf->vec),
		.itr = conf->itr,
	};
	int ret;

	mutex_lock(&ea->pf->lock);
	ret = epf_rxq_start(&ea->pf->hw, ea->slot, q, &c);
	epf_pf_unlock(ea->pf);
	return ret;
}

static void epf_adi_queues_stop(struct adi *adi, u32 txq, u32 rxq)
{
	struct epf_pf *pf = epf_lock(adi);

	/* Its memory is about to go; better all start anew than this goes on. */
	if (epf_queues_stop(&pf->hw, epf_slot(adi), txq, rxq))
		epf_pf_fail(pf);
	epf_pf_unlock(pf);
}

static void epf_adi_queue_vector(struct adi *adi, bool tx, u16 q, u16 vec,
				 u8 itr)
{
	struct epf_adi *ea = adi->priv;

	mutex_lock(&ea->pf->lock);
	epf_queue_vector(&ea->pf->hw, ea->slot, tx, q, epf_vec(ea, vec), itr);
	epf_pf_unlock(ea->pf);
}

static void epf_adi_tail(struct adi *adi, bool tx, u16 q, u32 val)
{
	struct epf_adi *ea = adi->priv;
	u32 abs = ea->first_q + q;

	epf_wr(&ea->pf->hw, tx ? EPF_QTX_DBELL(abs) : EPF_QRX_TAIL(abs), val);
}

static phys_addr_t epf_adi_doorbell(struct adi *adi, bool tx, u16 q)
{
	struct epf_adi *ea = adi->priv;
	u32 abs = ea->first_q + q;

	if (!ea->pf->pages)
		return 0;
	return ea->pf->pages + (tx ? EPF_PAGE_TX_DBELL(abs) :
				     EPF_PAGE_RX_TAIL(abs));
}

static void epf_adi_vector_ctl(struct adi *adi, u16 vec, u32 val)
{
	struct epf_adi *ea = adi->priv;

	epf_wr(&ea->pf->hw, EPF_DYN_CTL(epf_vec(ea, vec)), val & EPF_DYN_GUEST);
}

static void epf_adi_vector_itr(struct adi *adi, u16 vec, u32 idx, u32 val)
{
	struct epf_adi *ea = adi->priv;

	epf_wr(&ea->pf->hw, EPF_GLINT_ITR(idx, epf_vec(ea, vec)),
	       val & EPF_ITR_MASK);
}

static int epf_adi_vector_irq(struct adi *adi, u16 vec)
{
	struct epf_adi *ea = adi->priv;

	return pci_irq_vector(ea->pf->pdev, epf_vec(ea, vec));
}

static int epf_adi_vlan_strip(struct adi *adi, bool on)
{
	struct epf_pf *pf = epf_lock(adi);
	int ret = epf_port_strip(&pf->hw, epf_slot(adi), on);

	epf_pf_unlock(pf);
	return ret;
}

static void epf_adi_stats(struct adi *adi, struct adi_stats *stats)
{
	struct epf_pf *pf = epf_lock(adi);
	const u64 *n = pf->hw.vsi[epf_slot(adi)].total;

	epf_vsi_count(&pf->hw, epf_slot(adi));
	stats->rx_bytes = n[EPF_RX_BYTES];
	stats->rx_unicast = n[EPF_RX_UNICAST];
	stats->rx_multicast = n[EPF_RX_MULTICAST];
	stats->rx_broadcast = n[EPF_RX_BROADCAST];
	stats->rx_discards = n[EPF_RX_DISCARDS];
	stats->tx_bytes = n[EPF_TX_BYTES];
	stats->tx_unicast = n[EPF_TX_UNICAST];
	stats->tx_multicast = n[EPF_TX_MULTICAST];
	stats->tx_broadcast = n[EPF_TX_BROADCAST];
	stats->tx_discards = n[EPF_TX_DISCARDS];
	epf_pf_unlock(pf);
}

const struct adi_hw_ops epf_adi_hw_ops = {
	.txq_start = epf_adi_txq_start,
	.rxq_start = epf_adi_rxq_start,
	.queues_stop = epf_adi_queues_stop,
	.queue_vector = epf_adi_queue_vector,
	.tail = epf_adi_tail,
	.doorbell = epf_adi_doorbell,
	.vector_ctl = epf_adi_vector_ctl,
	.vector_itr = epf_adi_vector_itr,
	.vector_irq = epf_adi_vector_irq,
	.vlan_strip = epf_adi_vlan_strip,
	.stats = epf_adi_stats,
};
