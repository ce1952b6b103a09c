// SPDX-License-Identifier: GPL-2.0
/*
 * ADIs whose queues the PF's device runs (adi_pf::hw): between the device model
 * and the PF driver there is not much left to do. What a driver configured is
 * handed over when it enables queues, after all the user's memory was mapped
 * under the ADI's PASID; tails and interrupt enables that trap are passed on.
 */
#include "vdcm.h"
#include "vdcm_pasid.h"
#include "vdcm_trace.h"

/* Needs what the device does not do for us, or what we cannot see it do. */
#define VDCM_HW_NO_CAPS							\
	(AVF_CAP_RSS_PF | AVF_CAP_ADV_RSS | AVF_CAP_RSS_PCTYPE_V2 |	\
	 AVF_CAP_RX_FLEX_DESC | AVF_CAP_FDIR)

/* Bytes of a descriptor. */
#define VDCM_HW_TX_DESC		16u
#define VDCM_HW_RX_DESC		32u

static const struct adi_hw_ops *vdcm_hw_of(struct vdcm_adi *adi)
{
	return adi->adi.pf->hw;
}

static u16 vdcm_hw_vec(const struct vdcm_adi *adi, u16 vec)
{
	return vec && vec <= adi->adi.num_qps ? vec : ADI_NO_VECTOR;
}

static int vdcm_hw_txq_start(struct vdcm_adi *adi, u16 q)
{
	struct avf_snap_txq snap;
	struct adi_txq conf;
	int ret;

	if (!avf_snap_txq(adi->avf, q, &snap))
		return -EINVAL;
	ret = vdcm_pasid_ring(adi, snap.base, snap.len * VDCM_HW_TX_DESC);
	if (ret)
		return ret;
	conf.base = snap.base;
	conf.len = snap.len;
	conf.vec = vdcm_hw_vec(adi, snap.vec);
	conf.itr = snap.itr;
	return vdcm_hw_of(adi)->txq_start(&adi->adi, q, &conf);
}

static int vdcm_hw_rxq_start(struct vdcm_adi *adi, u16 q)
{
	struct avf_snap_rxq snap;
	struct adi_rxq conf;
	int ret;

	if (!avf_snap_rxq(adi->avf, q, &snap))
		return -EINVAL;
	ret = vdcm_pasid_ring(adi, snap.base, snap.len * VDCM_HW_RX_DESC);
	if (ret)
		return ret;
	conf.base = snap.base;
	conf.len = snap.len;
	conf.buf_size = snap.buf_size;
	conf.max_pkt = min_t(u32, snap.max_pkt, AVF_MAX_FRAME);
	conf.vec = vdcm_hw_vec(adi, snap.vec);
	conf.itr = snap.itr;
	return vdcm_hw_of(adi)->rxq_start(&adi->adi, q, &conf);
}

static int vdcm_hw_start(void *host, u32 txq, u32 rxq)
{
	struct vdcm_adi *adi = host;
	int ret = vdcm_pasid_cover(adi);
	u16 q;

	for (q = 0; q < adi->adi.num_qps && !ret; q++) {
		if (rxq & BIT(q))
			ret = vdcm_hw_rxq_start(adi, q);
		if (!ret && (txq & BIT(q)))
			ret = vdcm_hw_txq_start(adi, q);
	}
	if (ret)
		vdcm_hw_of(adi)->queues_stop(&adi->adi, txq, rxq);
	return ret;
}

static void vdcm_hw_started(void *host, u32 txq, u32 rxq)
{
	vdcm_doorbell_hw_start(host, txq, rxq);
	avf_hw_itr(((struct vdcm_adi *)host)->avf);
}

static void vdcm_hw_stop(void *host, u32 txq, u32 rxq)
{
	struct vdcm_adi *adi = host;

	/* Nobody reaches the device's page any more, then it is given up. */
	vdcm_doorbell_hw_stop(adi, txq, rxq);
	vdcm_hw_of(adi)->queues_stop(&adi->adi, txq, rxq);
}

static void vdcm_hw_queue_vector(void *host, bool tx, u16 q, u16 vec, u8 itr)
{
	struct vdcm_adi *adi = host;

	vdcm_hw_of(adi)->queue_vector(&adi->adi, tx, q, vdcm_hw_vec(adi, vec),
				      itr);
}

static void vdcm_hw_tail(void *host, bool tx, u16 q, u32 val)
{
	struct vdcm_adi *adi = host;

	vdcm_hw_of(adi)->tail(&adi->adi, tx, q, val);
}

static void vdcm_hw_vector_ctl(void *host, u16 vec, u32 val)
{
	struct vdcm_adi *adi = host;

	vdcm_hw_of(adi)->vector_ctl(&adi->adi, vec, val);
}

static void vdcm_hw_vector_itr(void *host, u16 vec, u32 idx, u32 val)
{
	struct vdcm_adi *adi = host;

	vdcm_hw_of(adi)->vector_itr(&adi->adi, vec, idx, val);
}

static void vdcm_hw_vlan_strip(void *host, bool on)
{
	struct vdcm_adi *adi = host;
	int ret = vdcm_hw_of(adi)->vlan_strip(&adi->adi, on);

	if (ret)
		dev_err_ratelimited(adi->dev,
				    "the PF cannot turn VLAN stripping %s: %d\n",
				    on ? "on" : "off", ret);
}

static void vdcm_hw_stats(void *host, struct avf_stats *stats)
{
	struct vdcm_adi *adi = host;
	struct adi_stats hw = {};

	vdcm_hw_of(adi)->stats(&adi->adi, &hw);
	stats->rx_bytes += hw.rx_bytes;
	stats->rx_unicast += hw.rx_unicast;
	stats->rx_multicast += hw.rx_multicast;
	stats->rx_broadcast += hw.rx_broadcast;
	stats->rx_discards += hw.rx_discards;
	stats->tx_bytes += hw.tx_bytes;
	stats->tx_unicast += hw.tx_unicast;
	stats->tx_multicast += hw.tx_multicast;
	stats->tx_broadcast += hw.tx_broadcast;
	stats->tx_discards += hw.tx_discards;
}

const struct avf_hw_ops vdcm_hw_ops = {
	.start = vdcm_hw_start,
	.started = vdcm_hw_started,
	.stop = vdcm_hw_stop,
	.queue_vector = vdcm_hw_queue_vector,
	.tail = vdcm_hw_tail,
	.vector_ctl = vdcm_hw_vector_ctl,
	.vector_itr = vdcm_hw_vector_itr,
	.vlan_strip = vdcm_hw_vlan_strip,
	.stats = vdcm_hw_stats,
};

/** vdcm_hw_no_caps() - what drivers of a PF's ADIs are never granted */
u32 vdcm_hw_no_caps(const struct adi_pf *pf)
{
	return pf->hw ? VDCM_HW_NO_CAPS : 0;
}

/* ------------------------------------------------------- calls of the PF */

void adi_link(struct adi *pub, u32 mbps)
{
	struct vdcm_adi *adi = container_of(pub, struct vdcm_adi, adi);

	mutex_lock(&adi->ctl_lock);
	adi->carrier = mbps;
	if (adi->avf)
		avf_link_set(adi->avf, adi->carrier && adi->link,
			     mbps ? mbps : avf_link_mbps(adi->avf));
	mutex_unlock(&adi->ctl_lock);
}
EXPORT_SYMBOL_GPL(adi_link);

void adi_queue_stopped(struct adi *pub, bool tx, u16 q, u32 event)
{
	struct vdcm_adi *adi = container_of(pub, struct vdcm_adi, adi);

	atomic_long_inc(&adi->queues_stopped);
	if (__ratelimit(&adi->user_log))
		vdcm_refused(adi->parent, adi->dev,
			     "the device stopped %s queue %u for what it did (event 0x%08x)",
			     tx ? "transmit" : "receive", q, event);
}
EXPORT_SYMBOL_GPL(adi_queue_stopped);

void adi_reset_begin(struct adi *pub)
{
	struct vdcm_adi *adi = container_of(pub, struct vdcm_adi, adi);

	mutex_lock(&adi->ctl_lock);
	if (adi->avf) {
		/* It takes the place of one that the host asked for. */
		adi->reset = VDCM_PF_RESET_HW;
		avf_dev_reset_impending(adi->avf);
		avf_dev_reset(adi->avf, AVF_RESET_PF);
	}
	mutex_unlock(&adi->ctl_lock);
}
EXPORT_SYMBOL_GPL(adi_reset_begin);

void adi_reset_end(struct adi *pub)
{
	struct vdcm_adi *adi = container_of(pub, struct vdcm_adi, adi);

	mutex_lock(&adi->ctl_lock);
	/* Unless its user has reset it meanwhile. */
	if (adi->avf && adi->reset == VDCM_PF_RESET_HW) {
		avf_dev_reset_done(adi->avf);
		adi->reset = VDCM_PF_RESET_NONE;
	}
	mutex_unlock(&adi->ctl_lock);
}
EXPORT_SYMBOL_GPL(adi_reset_end);
