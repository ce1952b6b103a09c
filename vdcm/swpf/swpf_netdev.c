// SPDX-License-Identifier: GPL-2.0
/*
 * The uplink: the host's network interface at the switch. To the host it is a
 * NIC port to address, bridge, route or sniff.
 */
#include <linux/ethtool.h>

#include "swpf_uplink.h"

/*
 * What the stack may leave to us. Segments differ in what avf_frame_cut() makes
 * differ, as hardware does: hence no NETIF_F_TSO_MANGLEID, and no other kind of
 * ECN than the one where the first segment alone has CWR.
 */
#define SWPF_TX_FEATURES	(NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | \
				 NETIF_F_TSO_ECN | NETIF_F_TSO6 |	      \
				 NETIF_F_GSO_UDP_L4)

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
	.ndo_features_check = swpf_uplink_features_check,
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

/* What the standard statistics do not say. */
static const struct {
	char name[ETH_GSTRING_LEN];
	size_t at;
} swpf_stat[] = {
	{ "rx_whole", offsetof(struct swpf_uplink_stats, rx_whole) },
	{ "rx_dropped_backlog", offsetof(struct swpf_uplink_stats, rx_backlog) },
	{ "rx_dropped_no_memory", offsetof(struct swpf_uplink_stats, rx_nomem) },
	{ "tx_whole", offsetof(struct swpf_uplink_stats, tx_whole) },
};

static int swpf_get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? ARRAY_SIZE(swpf_stat) : -EOPNOTSUPP;
}

static void swpf_get_strings(struct net_device *dev, u32 set, u8 *to)
{
	unsigned int i;

	if (set != ETH_SS_STATS)
		return;
	for (i = 0; i < ARRAY_SIZE(swpf_stat); i++)
		memcpy(to + i * ETH_GSTRING_LEN, swpf_stat[i].name,
		       ETH_GSTRING_LEN);
}

static void swpf_get_ethtool_stats(struct net_device *dev,
				   struct ethtool_stats *stats, u64 *to)
{
	const u8 *from = (const u8 *)&swpf_uplink_of(dev)->stats;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(swpf_stat); i++)
		to[i] = READ_ONCE(*(const u64 *)(from + swpf_stat[i].at));
}

static const struct ethtool_ops swpf_ethtool_ops = {
	.get_drvinfo = swpf_get_drvinfo,
	.get_sset_count = swpf_get_sset_count,
	.get_strings = swpf_get_strings,
	.get_ethtool_stats = swpf_get_ethtool_stats,
	.get_ts_info = ethtool_op_get_ts_info,
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
	int ret;

	dev = alloc_etherdev(sizeof(*u));
	if (!dev)
		return -ENOMEM;

	u = swpf_uplink_of(dev);
	u->swpf = swpf;
	u->dev = dev;
	ret = swpf_uplink_tx_init(u);
	if (ret)
		goto err_netdev;

	SET_NETDEV_DEV(dev, &swpf->pdev->dev);
	/* What is sent waits in a list: it cannot be sent twice at a time. */
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->netdev_ops = &swpf_netdev_ops;
	dev->ethtool_ops = &swpf_ethtool_ops;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = SWPF_MAX_MTU;
	/* With the last one off, packets are cut before the stack gets them. */
	dev->hw_features = SWPF_TX_FEATURES | NETIF_F_RXCSUM | NETIF_F_GRO_HW;
	dev->features = dev->hw_features;
	dev->vlan_features = SWPF_TX_FEATURES;
	dev->hw_enc_features = NETIF_F_SG | NETIF_F_HW_CSUM;
	swpf_uplink_mac(swpf, mac);
	eth_hw_addr_set(dev, mac);
	swpf_uplink_rx_init(u);

	/* The worker finds it from here on, and nothing to do before it is up. */
	WRITE_ONCE(swpf->uplink, dev);
	ret = register_netdev(dev);
	if (ret)
		goto err_tx;
	return 0;

err_tx:
	WRITE_ONCE(swpf->uplink, NULL);
	adi_pf_sync(&swpf->pf);
	swpf_uplink_tx_destroy(u);
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
	swpf_uplink_tx_destroy(swpf_uplink_of(swpf->uplink));
	free_netdev(swpf->uplink);
}
