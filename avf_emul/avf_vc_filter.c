// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * virtchnl: receive filters (device contract 4.5 and 4.10b).
 */
#include "avf_vc.h"

/* An old driver changes its address in two steps: add, then delete. */
#define AVF_VC_LEGACY_NS	3000000000ull

static bool avf_mac_equal(const u8 *a, const u8 *b)
{
	return !memcmp(a, b, AVF_ETH_ALEN);
}

static bool avf_mac_is_zero(const u8 *mac)
{
	return !(mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]);
}

static bool avf_mac_is_bcast(const u8 *mac)
{
	return (mac[0] & mac[1] & mac[2] & mac[3] & mac[4] & mac[5]) == 0xFF;
}

/* Zero means nothing, and broadcasts are received anyway. */
static bool avf_mac_skip(const u8 *mac)
{
	return avf_mac_is_zero(mac) || avf_mac_is_bcast(mac);
}

/* Index of @mac in @set, or @set->n. */
static u16 avf_macs_find(const struct avf_macs *set, const u8 *mac)
{
	u16 i;

	for (i = 0; i < set->n; i++)
		if (avf_mac_equal(set->addr[i], mac))
			break;
	return i;
}

/* Does an entry before @i of the message name the same address? */
static bool avf_vc_mac_repeated(const struct avf_vc_mac_list *list, u16 i)
{
	u16 k;

	for (k = 0; k < i; k++)
		if (avf_mac_equal(list->mac[k].addr, list->mac[i].addr))
			return true;
	return false;
}

/* What the host has fixed is for the host to change. */
static bool avf_vc_mac_allowed(const struct avf_dev *dev, const u8 *mac)
{
	return (mac[0] & 1) || !dev->mac_fixed || dev->trusted ||
	       avf_mac_equal(mac, dev->mac);
}

/*
 * What the host has fixed stays, as with ice: an old driver that is refused
 * another address deletes this one all the same, and goes on sending from it.
 */
static bool avf_vc_mac_kept(const struct avf_dev *dev, const u8 *mac)
{
	return dev->mac_fixed && !dev->trusted && avf_mac_equal(mac, dev->mac);
}

AVF_VC_CHECK(add_mac)
{
	const struct avf_vc_mac_list *list = msg;
	const struct avf_macs *set = &dev->vc.macs;
	u16 n = le16_to_cpu(list->n);
	u16 total = set->n;
	u16 i;

	if (le16_to_cpu(list->vsi_id) != AVF_VSI_ID)
		return AVF_VC_ERR_PARAM;

	for (i = 0; i < n; i++) {
		const u8 *mac = list->mac[i].addr;

		if (avf_mac_skip(mac))
			continue;
		if (!avf_vc_mac_allowed(dev, mac))
			return AVF_VC_ERR_PARAM;
		if (avf_macs_find(set, mac) < set->n ||
		    avf_vc_mac_repeated(list, i))
			continue;
		/* Linux throws the whole batch away on an error: so do we. */
		if (++total > AVF_MAX_MACS)
			return AVF_VC_ERR_PARAM;
	}
	return AVF_VC_OK;
}

/*
 * Which address the device reports after a reset. A driver that types its
 * addresses says so; an old one replaces it by adding and deleting.
 */
static void avf_vc_mac_primary(struct avf_dev *dev,
			       const struct avf_vc_mac *entry, bool is_new)
{
	const u8 *mac = entry->addr;

	if (mac[0] & 1)
		return;

	switch (entry->type) {
	case AVF_VC_MAC_PRIMARY:
		memcpy(dev->mac, mac, AVF_ETH_ALEN);
		break;
	case AVF_VC_MAC_EXTRA:
		break;
	default:
		if (avf_mac_is_zero(dev->mac)) {
			memcpy(dev->mac, mac, AVF_ETH_ALEN);
		} else if (is_new && !avf_mac_equal(dev->mac, mac)) {
			memcpy(dev->vc.legacy_mac, mac, AVF_ETH_ALEN);
			dev->vc.legacy_ns = dev->ops->now_ns(dev->host);
			dev->vc.legacy_ok = true;
		}
		break;
	}
}

AVF_VC_COMMIT(add_mac)
{
	const struct avf_vc_mac_list *list = msg;
	struct avf_macs *set = &dev->vc.macs;
	u16 n = le16_to_cpu(list->n);
	u16 old = set->n;
	u16 i;

	for (i = 0; i < n; i++) {
		const u8 *mac = list->mac[i].addr;
		int err;

		if (avf_mac_skip(mac) || avf_macs_find(set, mac) < set->n)
			continue;
		err = dev->ops->mac_add(dev->host, mac);
		if (err && err != -EEXIST)
			goto undo;
		memcpy(set->addr[set->n], mac, AVF_ETH_ALEN);
		set->n++;
	}

	for (i = 0; i < n; i++)
		if (!avf_mac_skip(list->mac[i].addr))
			avf_vc_mac_primary(dev, &list->mac[i],
					   avf_macs_find(set,
							 list->mac[i].addr) >=
					   old);
	return AVF_VC_OK;

undo:
	while (set->n > old) {
		set->n--;
		dev->ops->mac_del(dev->host, set->addr[set->n]);
	}
	return AVF_VC_ERR_PARAM;
}

AVF_VC_CHECK(del_mac)
{
	const struct avf_vc_mac_list *list = msg;

	return le16_to_cpu(list->vsi_id) == AVF_VSI_ID ? AVF_VC_OK :
							 AVF_VC_ERR_PARAM;
}

AVF_VC_COMMIT(del_mac)
{
	const struct avf_vc_mac_list *list = msg;
	struct avf_vc *vc = &dev->vc;
	struct avf_macs *set = &vc->macs;
	u16 n = le16_to_cpu(list->n);
	bool current_gone = false;
	u16 i;

	for (i = 0; i < n; i++) {
		const u8 *mac = list->mac[i].addr;
		u16 at = avf_macs_find(set, mac);

		/* Deleting what is not there is no error (4.5). */
		if (at == set->n || avf_vc_mac_kept(dev, mac))
			continue;
		dev->ops->mac_del(dev->host, mac);
		set->n--;
		for (; at < set->n; at++)
			memcpy(set->addr[at], set->addr[at + 1], AVF_ETH_ALEN);
		if (avf_mac_equal(mac, dev->mac))
			current_gone = true;
	}

	/*
	 * The second step of an old driver's change of address. When it goes
	 * down instead it deletes the new address as well.
	 */
	if (current_gone && vc->legacy_ok &&
	    avf_macs_find(set, vc->legacy_mac) < set->n &&
	    dev->ops->now_ns(dev->host) - vc->legacy_ns < AVF_VC_LEGACY_NS) {
		memcpy(dev->mac, vc->legacy_mac, AVF_ETH_ALEN);
		vc->legacy_ok = false;
	}
	return AVF_VC_OK;
}

/* ----------------------------------------------------------- promiscuous */

static void avf_vc_promisc_set(struct avf_dev *dev, bool unicast,
			       bool multicast)
{
	struct avf_vc *vc = &dev->vc;

	if (unicast == vc->unicast && multicast == vc->multicast)
		return;
	vc->unicast = unicast;
	vc->multicast = multicast;
	dev->ops->promisc(dev->host, unicast, multicast);
	avf_vc_vlan_filter(dev);
}

void avf_vc_trust_changed(struct avf_dev *dev)
{
	if (!dev->trusted)
		avf_vc_promisc_set(dev, false, dev->vc.multicast);
}

AVF_VC_CHECK(promisc)
{
	const struct avf_vc_promisc *req = msg;

	return le16_to_cpu(req->vsi_id) == AVF_VSI_ID ? AVF_VC_OK :
							AVF_VC_ERR_PARAM;
}

AVF_VC_COMMIT(promisc)
{
	const struct avf_vc_promisc *req = msg;
	u16 flags = le16_to_cpu(req->flags);

	/* Without trust a success it is, and no more: as ice answers (4.5). */
	avf_vc_promisc_set(dev,
			   dev->trusted && (flags & AVF_VC_PROMISC_UNICAST),
			   flags & AVF_VC_PROMISC_MULTICAST);
	return AVF_VC_OK;
}

void avf_vc_filter_reset(struct avf_dev *dev)
{
	struct avf_macs *set = &dev->vc.macs;

	avf_vc_promisc_set(dev, false, false);
	while (set->n) {
		set->n--;
		dev->ops->mac_del(dev->host, set->addr[set->n]);
	}
	dev->vc.legacy_ok = false;
}
