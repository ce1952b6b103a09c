// SPDX-License-Identifier: GPL-2.0
/*
 * The switch of a software PF, a VEB as in hardware: it knows the addresses its
 * ports asked for and learns nothing. Unknown unicast leaves by the uplink.
 * What a port sends must carry one of its own addresses as source.
 */
#include <linux/jhash.h>
#include <linux/rculist.h>

#include "swpf.h"

static struct swpf *swpf_of(const struct adi *adi)
{
	return swpf_from_pf(adi->pf);
}

static struct hlist_head *swpf_fdb_bucket(struct swpf_switch *sw, const u8 *mac)
{
	return &sw->fdb[jhash(mac, ETH_ALEN, 0) >> (32 - SWPF_FDB_BITS)];
}

void swpf_switch_init(struct swpf_switch *sw)
{
	unsigned int i;

	mutex_init(&sw->lock);
	INIT_LIST_HEAD(&sw->ports);
	for (i = 0; i < ARRAY_SIZE(sw->fdb); i++)
		INIT_HLIST_HEAD(&sw->fdb[i]);
}

/* -------------------------------------------------------- control side */

int swpf_port_add(struct adi *adi)
{
	struct swpf_switch *sw = &swpf_of(adi)->sw;
	struct swpf_port *port;

	port = kzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return -ENOMEM;

	port->adi = adi;
	INIT_LIST_HEAD(&port->macs);
	adi->priv = port;

	mutex_lock(&sw->lock);
	list_add_tail_rcu(&port->node, &sw->ports);
	mutex_unlock(&sw->lock);

	return 0;
}

void swpf_port_del(struct adi *adi)
{
	struct swpf_switch *sw = &swpf_of(adi)->sw;
	struct swpf_port *port = adi->priv;
	struct swpf_fdb *fdb, *tmp;

	mutex_lock(&sw->lock);
	list_for_each_entry(fdb, &port->macs, node)
		hlist_del_rcu(&fdb->hash);
	list_del_rcu(&port->node);
	mutex_unlock(&sw->lock);

	adi_pf_sync(adi->pf);

	list_for_each_entry_safe(fdb, tmp, &port->macs, node)
		kfree(fdb);
	adi->priv = NULL;
	kfree(port);
}

static struct swpf_fdb *swpf_port_find(struct swpf_port *port, const u8 *mac)
{
	struct swpf_fdb *fdb;

	list_for_each_entry(fdb, &port->macs, node)
		if (ether_addr_equal(fdb->mac, mac))
			return fdb;
	return NULL;
}

int swpf_port_mac_add(struct adi *adi, const u8 *mac)
{
	struct swpf_switch *sw = &swpf_of(adi)->sw;
	struct swpf_port *port = adi->priv;
	struct swpf_fdb *fdb;
	int ret = 0;

	mutex_lock(&sw->lock);
	if (swpf_port_find(port, mac))
		goto unlock;

	fdb = kzalloc(sizeof(*fdb), GFP_KERNEL_ACCOUNT);
	if (!fdb) {
		ret = -ENOMEM;
		goto unlock;
	}
	ether_addr_copy(fdb->mac, mac);
	fdb->port = port;
	list_add_tail(&fdb->node, &port->macs);
	hlist_add_head_rcu(&fdb->hash, swpf_fdb_bucket(sw, mac));
unlock:
	mutex_unlock(&sw->lock);
	return ret;
}

void swpf_port_mac_del(struct adi *adi, const u8 *mac)
{
	struct swpf_switch *sw = &swpf_of(adi)->sw;
	struct swpf_fdb *fdb;

	mutex_lock(&sw->lock);
	fdb = swpf_port_find(adi->priv, mac);
	if (fdb) {
		list_del(&fdb->node);
		hlist_del_rcu(&fdb->hash);
	}
	mutex_unlock(&sw->lock);

	if (fdb) {
		adi_pf_sync(adi->pf);
		kfree(fdb);
	}
}

void swpf_port_promisc(struct adi *adi, bool unicast, bool multicast)
{
	struct swpf_port *port = adi->priv;

	WRITE_ONCE(port->all_ucast, unicast);
	WRITE_ONCE(port->all_mcast, multicast);
}

void swpf_port_traffic(struct adi *adi, bool on)
{
	struct swpf_port *port = adi->priv;

	WRITE_ONCE(port->up, on);
}

/* ---------------------------------------------------- data path (worker) */

static bool swpf_owns(struct swpf_switch *sw, const struct swpf_port *port,
		      const u8 *mac)
{
	struct swpf_fdb *fdb;

	hlist_for_each_entry_rcu(fdb, swpf_fdb_bucket(sw, mac), hash, true)
		if (fdb->port == port && ether_addr_equal(fdb->mac, mac))
			return true;
	return false;
}

/* Does @port get frames to @dst that no address of its own selects? */
static bool swpf_floods_to(const struct swpf_port *port, const u8 *dst)
{
	if (is_broadcast_ether_addr(dst))
		return true;
	if (is_multicast_ether_addr(dst))
		return READ_ONCE(port->all_mcast);
	return READ_ONCE(port->all_ucast);
}

/*
 * Switch frames that share source and destination. @from is NULL for those of
 * the uplink.
 */
static void swpf_switch_run(struct swpf *swpf, const struct swpf_port *from,
			    const struct avf_frame *frames, u32 n)
{
	struct swpf_switch *sw = &swpf->sw;
	const u8 *dst = frames[0].hdr;
	bool known = false;
	struct swpf_port *port;
	struct swpf_fdb *fdb;

	hlist_for_each_entry_rcu(fdb, swpf_fdb_bucket(sw, dst), hash, true) {
		if (!ether_addr_equal(fdb->mac, dst))
			continue;
		known = true;
		if (fdb->port != from && READ_ONCE(fdb->port->up) &&
		    !swpf_floods_to(fdb->port, dst))
			adi_receive(fdb->port->adi, frames, n);
	}

	list_for_each_entry_rcu(port, &sw->ports, node, true)
		if (port != from && READ_ONCE(port->up) &&
		    swpf_floods_to(port, dst))
			adi_receive(port->adi, frames, n);

	if (from && (!known || is_multicast_ether_addr(dst)))
		swpf_uplink_receive(swpf, frames, n);
}

/* Length of the run at the start that shares source and destination. */
static u32 swpf_run_len(const struct avf_frame *frames, u32 n)
{
	u32 i;

	for (i = 1; i < n; i++)
		if (memcmp(frames[i].hdr, frames[0].hdr, 2 * ETH_ALEN))
			break;
	return i;
}

void swpf_port_xmit(struct adi *adi, const struct avf_frame *frames, u32 n)
{
	struct swpf *swpf = swpf_of(adi);
	const struct swpf_port *port = adi->priv;

	while (n) {
		u32 run = swpf_run_len(frames, n);

		if (swpf_owns(&swpf->sw, port, frames->hdr + ETH_ALEN))
			swpf_switch_run(swpf, port, frames, run);
		else
			swpf->sw.spoofed += run;
		frames += run;
		n -= run;
	}
}

void swpf_switch_from_uplink(struct swpf *swpf, const struct avf_frame *frames,
			     u32 n)
{
	while (n) {
		u32 run = swpf_run_len(frames, n);

		swpf_switch_run(swpf, NULL, frames, run);
		frames += run;
		n -= run;
	}
}
