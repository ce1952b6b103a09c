// SPDX-License-Identifier: GPL-2.0
/*
 * The uplink: the host's network interface at the switch. To the host it is a
 * NIC port to address, bridge, route or sniff.
 */
#include <linux/ethtool.h>

#include "swpf_uplink.h"

static netdev_tx_t swpf_uplink_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct swpf_uplink *u = swpf_uplink_of(dev);

	/* No feature asks for fragments; but nothing forbids them for good. */
	if (skb_put_padto(skb, ETH_ZLEN))
		goto dropped;
	if (skb_linearize(skb)) {
		dev_kfree_skb_any(skb);
		goto dropped;
	}

	skb_tx_timestamp(skb);
	skb_orphan(skb);
	skb_queue_tail(&u->backlog, skb);
	if (skb_queue_len_lockless(&u->backlog) >= SWPF_BACKLOG) {
		netif_stop_queue(dev);
		/* The worker may have emptied it before it was stopped. */
		smp_mb__after_atomic();
		if (skb_queue_len_lockless(&u->backlog) < SWPF_BACKLOG / 2)
			netif_start_queue(dev);
	}

	adi_pf_kick(&u->swpf->pf);
	return NETDEV_TX_OK;

dropped:
	swpf_uplink_count(&u->stats.tx_dropped, 1);
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
	struct net_device *dev = swpf_from_pf(pf)->uplink;
	struct swpf_uplink *u = swpf_uplink_of(dev);
	struct sk_buff *skbs[SWPF_BATCH];
	u32 n, i;

	for (n = 0; n < SWPF_BATCH; n++) {
		skbs[n] = skb_dequeue(&u->backlog);
		if (!skbs[n])
			break;
		swpf_frame_from_skb(&u->batch[n], skbs[n]);
	}
	if (!n)
		return false;

	if (netif_queue_stopped(dev) &&
	    skb_queue_len_lockless(&u->backlog) < SWPF_BACKLOG / 2)
		netif_wake_queue(dev);

	swpf_switch_from_uplink(u->swpf, u->batch, n);

	for (i = 0; i < n; i++) {
		swpf_uplink_count(&u->stats.tx_packets, 1);
		swpf_uplink_count(&u->stats.tx_bytes, skbs[i]->len);
		consume_skb(skbs[i]);
	}

	return n == SWPF_BATCH;
}

static int swpf_uplink_open(struct net_device *dev)
{
	swpf_uplink_rx_start(swpf_uplink_of(dev));
	netif_start_queue(dev);
	return 0;
}

static int swpf_uplink_close(struct net_device *dev)
{
	netif_stop_queue(dev);
	swpf_uplink_rx_stop(swpf_uplink_of(dev));
	return 0;
}

static void swpf_get_stats64(struct net_device *dev,
			     struct rtnl_link_stats64 *to)
{
	const struct swpf_uplink_stats *st = &swpf_uplink_of(dev)->stats;

	to->rx_packets = READ_ONCE(st->rx_packets);
	to->rx_bytes = READ_ONCE(st->rx_bytes);
	to->rx_dropped = READ_ONCE(st->rx_backlog) + READ_ONCE(st->rx_nomem);
	to->rx_length_errors = READ_ONCE(st->rx_length);
	to->rx_errors = to->rx_length_errors;
	to->tx_packets = READ_ONCE(st->tx_packets);
	to->tx_bytes = READ_ONCE(st->tx_bytes);
	to->tx_dropped = READ_ONCE(st->tx_dropped);
}

static const struct net_device_ops swpf_netdev_ops = {
	.ndo_open = swpf_uplink_open,
	.ndo_stop = swpf_uplink_close,
	.ndo_start_xmit = swpf_uplink_xmit,
	.ndo_get_stats64 = swpf_get_stats64,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

static void swpf_get_drvinfo(struct net_device *dev,
			     struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "vdcm_swpf", sizeof(info->driver));
	strscpy(info->bus_info, pci_name(swpf_uplink_of(dev)->swpf->pdev),
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
	struct swpf_uplink *u;
	struct net_device *dev;
	u8 mac[ETH_ALEN];
	int ret = -ENOMEM;

	dev = alloc_etherdev(sizeof(*u));
	if (!dev)
		return -ENOMEM;

	u = swpf_uplink_of(dev);
	u->swpf = swpf;
	u->dev = dev;
	skb_queue_head_init(&u->backlog);
	u->batch = kvcalloc(SWPF_BATCH, sizeof(*u->batch), GFP_KERNEL);
	if (!u->batch)
		goto err_netdev;

	SET_NETDEV_DEV(dev, &swpf->pdev->dev);
	dev->netdev_ops = &swpf_netdev_ops;
	dev->ethtool_ops = &swpf_ethtool_ops;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = SWPF_MAX_MTU;
	dev->hw_features = NETIF_F_RXCSUM;
	dev->features = dev->hw_features;
	swpf_uplink_mac(swpf, mac);
	eth_hw_addr_set(dev, mac);
	swpf_uplink_rx_init(u);

	/* The worker finds it from here on, and nothing to do before it is up. */
	WRITE_ONCE(swpf->uplink, dev);
	ret = register_netdev(dev);
	if (ret)
		goto err_batch;
	return 0;

err_batch:
	WRITE_ONCE(swpf->uplink, NULL);
	adi_pf_sync(&swpf->pf);
	kvfree(u->batch);
err_netdev:
	free_netdev(dev);
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
	struct swpf_uplink *u = swpf_uplink_of(swpf->uplink);

	skb_queue_purge(&u->backlog);
	kvfree(u->batch);
	free_netdev(swpf->uplink);
}
