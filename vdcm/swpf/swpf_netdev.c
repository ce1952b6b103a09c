// SPDX-License-Identifier: GPL-2.0
/*
 * The uplink: the host's network interface at the switch. To the host it is a
 * NIC port to address, bridge, route or sniff.
 */
#include <linux/ethtool.h>

#include "swpf.h"

#define SWPF_BATCH	32	/* frames per turn of the worker */
#define SWPF_BACKLOG	1024	/* frames that wait for it */

struct swpf_netdev {
	struct swpf *swpf;
};

static struct swpf *swpf_from_netdev(struct net_device *dev)
{
	return ((struct swpf_netdev *)netdev_priv(dev))->swpf;
}

static netdev_tx_t swpf_uplink_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct swpf *swpf = swpf_from_netdev(dev);

	/* No feature asks for fragments; but nothing forbids them for good. */
	if (skb_put_padto(skb, ETH_ZLEN))
		goto dropped;
	if (skb_linearize(skb)) {
		dev_kfree_skb_any(skb);
		goto dropped;
	}

	skb_tx_timestamp(skb);
	skb_orphan(skb);
	skb_queue_tail(&swpf->backlog, skb);
	if (skb_queue_len_lockless(&swpf->backlog) >= SWPF_BACKLOG) {
		netif_stop_queue(dev);
		/* The worker may have emptied it before it was stopped. */
		smp_mb__after_atomic();
		if (skb_queue_len_lockless(&swpf->backlog) < SWPF_BACKLOG / 2)
			netif_start_queue(dev);
	}

	adi_pf_kick(&swpf->pf);
	return NETDEV_TX_OK;

dropped:
	dev->stats.tx_dropped++;
	return NETDEV_TX_OK;
}

static void swpf_frame_from_skb(struct avf_frame *frame,
				const struct sk_buff *skb)
{
	frame->len = skb->len;
	frame->nsegs = 1;
	frame->hlen = min_t(u32, skb->len, AVF_FRAME_HDR);
	frame->hdr = skb->data;
	frame->csum = 0;
	if (skb->ip_summed == CHECKSUM_UNNECESSARY)
		frame->csum = AVF_FRAME_L4_OK;
	frame->seg[0].p = skb->data;
	frame->seg[0].len = skb->len;
}

bool swpf_uplink_poll(struct adi_pf *pf)
{
	struct swpf *swpf = swpf_from_pf(pf);
	struct net_device *dev = swpf->uplink;
	struct sk_buff *skbs[SWPF_BATCH];
	u32 n, i;

	for (n = 0; n < SWPF_BATCH; n++) {
		skbs[n] = skb_dequeue(&swpf->backlog);
		if (!skbs[n])
			break;
		swpf_frame_from_skb(&swpf->batch[n], skbs[n]);
	}
	if (!n)
		return false;

	if (netif_queue_stopped(dev) &&
	    skb_queue_len_lockless(&swpf->backlog) < SWPF_BACKLOG / 2)
		netif_wake_queue(dev);

	swpf_switch_from_uplink(swpf, swpf->batch, n);

	for (i = 0; i < n; i++) {
		dev->stats.tx_packets++;
		dev->stats.tx_bytes += skbs[i]->len;
		consume_skb(skbs[i]);
	}

	return n == SWPF_BATCH;
}

void swpf_uplink_receive(struct swpf *swpf, const struct avf_frame *frames,
			 u32 n)
{
	struct net_device *dev = READ_ONCE(swpf->uplink);
	u32 i, s;

	if (!dev)
		return;

	for (i = 0; i < n; i++) {
		const struct avf_frame *frame = &frames[i];
		struct sk_buff *skb;

		/* Unregistering waits for this, then drops what we queued. */
		rcu_read_lock();
		if (!netif_running(dev))
			goto unlock;

		skb = netdev_alloc_skb_ip_align(dev, frame->len);
		if (!skb) {
			dev->stats.rx_dropped++;
			goto unlock;
		}
		for (s = 0; s < frame->nsegs; s++)
			skb_put_data(skb, frame->seg[s].p, frame->seg[s].len);

		dev->stats.rx_packets++;
		dev->stats.rx_bytes += frame->len;
		skb->protocol = eth_type_trans(skb, dev);
		vdcm_netif_rx(skb);
unlock:
		rcu_read_unlock();
	}
}

static int swpf_uplink_open(struct net_device *dev)
{
	netif_start_queue(dev);
	return 0;
}

static int swpf_uplink_close(struct net_device *dev)
{
	netif_stop_queue(dev);
	return 0;
}

static const struct net_device_ops swpf_netdev_ops = {
	.ndo_open = swpf_uplink_open,
	.ndo_stop = swpf_uplink_close,
	.ndo_start_xmit = swpf_uplink_xmit,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

static void swpf_get_drvinfo(struct net_device *dev,
			     struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "vdcm_swpf", sizeof(info->driver));
	strscpy(info->bus_info, pci_name(swpf_from_netdev(dev)->pdev),
		sizeof(info->bus_info));
}

static int swpf_get_link_ksettings(struct net_device *dev,
				   struct ethtool_link_ksettings *cmd)
{
	ethtool_link_ksettings_zero_link_mode(cmd, supported);
	ethtool_link_ksettings_zero_link_mode(cmd, advertising);
	cmd->base.speed = SWPF_LINK_MBPS;
	cmd->base.duplex = DUPLEX_FULL;
	cmd->base.port = PORT_OTHER;
	return 0;
}

static const struct ethtool_ops swpf_ethtool_ops = {
	.get_drvinfo = swpf_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = swpf_get_link_ksettings,
};

/* The same address for the same function on every load. */
static void swpf_uplink_mac(const struct swpf *swpf, u8 *mac)
{
	static const u8 base[ETH_ALEN] = { 0x02, 0x76, 0x64, 0x63, 0x00, 0x00 };

	ether_addr_copy(mac, base);
	mac[4] = pci_domain_nr(swpf->pdev->bus) & 0xff;
	mac[5] = PCI_SLOT(swpf->pdev->devfn);
}

/**
 * swpf_uplink_create() - make the host's interface
 * @swpf: the PF, registered with vdcm
 *
 * Returns 0 or -errno.
 */
int swpf_uplink_create(struct swpf *swpf)
{
	struct net_device *dev;
	u8 mac[ETH_ALEN];
	int ret;

	skb_queue_head_init(&swpf->backlog);
	swpf->batch = kvcalloc(SWPF_BATCH, sizeof(*swpf->batch), GFP_KERNEL);
	if (!swpf->batch)
		return -ENOMEM;

	dev = alloc_etherdev(sizeof(struct swpf_netdev));
	if (!dev) {
		ret = -ENOMEM;
		goto err_batch;
	}

	((struct swpf_netdev *)netdev_priv(dev))->swpf = swpf;
	SET_NETDEV_DEV(dev, &swpf->pdev->dev);
	dev->netdev_ops = &swpf_netdev_ops;
	dev->ethtool_ops = &swpf_ethtool_ops;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = SWPF_MAX_MTU;
	swpf_uplink_mac(swpf, mac);
	eth_hw_addr_set(dev, mac);

	ret = register_netdev(dev);
	if (ret)
		goto err_netdev;

	/* From here the worker may deliver to it. */
	WRITE_ONCE(swpf->uplink, dev);
	return 0;

err_netdev:
	free_netdev(dev);
err_batch:
	kvfree(swpf->batch);
	return ret;
}

/**
 * swpf_uplink_stop() - take the interface away from the host
 * @swpf: the PF, still registered with vdcm
 */
void swpf_uplink_stop(struct swpf *swpf)
{
	unregister_netdev(swpf->uplink);
}

/**
 * swpf_uplink_destroy() - free it
 * @swpf: the PF; its worker is gone
 */
void swpf_uplink_destroy(struct swpf *swpf)
{
	skb_queue_purge(&swpf->backlog);
	free_netdev(swpf->uplink);
	kvfree(swpf->batch);
}
