// SPDX-License-Identifier: GPL-2.0
/*
 * The switch of a software PF, a VEB as in hardware: it knows the addresses its
 * ports asked for and learns nothing. Unknown unicast leaves by the uplink.
 * What a port sends must carry one of its own addresses as source.
 *
 * A frame belongs to the VLAN of its outermost 802.1Q tag; without one, and
 * with a tag that has only a priority, to VLAN 0. Other tags are payload. An
 * address counts within the VLANs that its port is a member of, so that one in
 * another VLAN is as good as unknown.
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

int swpf_switch_init(struct swpf_switch *sw)
{
	unsigned int i;

	sw->retag = kvzalloc(sizeof(*sw->retag), GFP_KERNEL);
	if (!sw->retag)
		return -ENOMEM;

	mutex_init(&sw->lock);
	INIT_LIST_HEAD(&sw->ports);
	for (i = 0; i < ARRAY_SIZE(sw->fdb); i++)
		INIT_HLIST_HEAD(&sw->fdb[i]);
	return 0;
}

void swpf_switch_destroy(struct swpf_switch *sw)
{
	kvfree(sw->retag);
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
	port->spoofchk = true;
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

int swpf_port_vlan_add(struct adi *adi, u16 tpid, u16 vid)
{
	struct swpf_port *port = adi->priv;

	if (tpid != ETH_P_8021Q)
		return -EOPNOTSUPP;
	set_bit(vid & VLAN_VID_MASK, port->vlans);
	return 0;
}

void swpf_port_vlan_del(struct adi *adi, u16 tpid, u16 vid)
{
	struct swpf_port *port = adi->priv;

	if (tpid == ETH_P_8021Q)
		clear_bit(vid & VLAN_VID_MASK, port->vlans);
}

void swpf_port_vlan_filter(struct adi *adi, bool on)
{
	struct swpf_port *port = adi->priv;

	WRITE_ONCE(port->vlan_filter, on);
}

int swpf_port_port_vlan(struct adi *adi, u16 vid, u8 prio)
{
	struct swpf_port *port = adi->priv;

	WRITE_ONCE(port->port_vlan,
		   vid ? (u16)(prio << VLAN_PRIO_SHIFT | vid) : 0);
	return 0;
}

int swpf_port_spoofchk(struct adi *adi, bool on)
{
	struct swpf_port *port = adi->priv;

	WRITE_ONCE(port->spoofchk, on);
	return 0;
}

void swpf_port_drops(struct adi *adi, struct adi_drops *drops)
{
	const struct adi_drops *from = &((struct swpf_port *)adi->priv)->drops;

	drops->tx_spoofed_mac = READ_ONCE(from->tx_spoofed_mac);
	drops->tx_spoofed_vlan = READ_ONCE(from->tx_spoofed_vlan);
	drops->tx_fragmented = READ_ONCE(from->tx_fragmented);
	drops->rx_other_vlan = READ_ONCE(from->rx_other_vlan);
}

void swpf_port_traffic(struct adi *adi, bool on)
{
	struct swpf_port *port = adi->priv;

	WRITE_ONCE(port->up, on);
}

/* ------------------------------------------------------- tags (worker) */

/* Count @n frames of @port. Its counters have one writer, and readers anywhere. */
static void swpf_drop(struct swpf_port *port, u64 *counter, enum adi_drop why,
		      u32 n)
{
	WRITE_ONCE(*counter, *counter + n);
	adi_dropped(port->adi, why, n);
}

/* The 802.1Q tag of a frame as a number, -1 = none. */
static int swpf_tci(const struct avf_frame *frame)
{
	const u8 *p = frame->hdr + 2 * ETH_ALEN;

	if (frame->hlen < VLAN_ETH_HLEN || (p[0] << 8 | p[1]) != ETH_P_8021Q)
		return -1;
	return p[2] << 8 | p[3];
}

static u16 swpf_vid(int tci)
{
	return tci < 0 ? 0 : tci & VLAN_VID_MASK;
}

/* All of @in but its first @skip bytes, behind what @out has already. */
static bool swpf_append(struct avf_frame *out, const struct avf_frame *in,
			u32 skip)
{
	u32 i;

	for (i = 0; i < in->nsegs; i++) {
		u32 n = min(skip, in->seg[i].len);

		skip -= n;
		if (n == in->seg[i].len)
			continue;
		if (out->nsegs == AVF_FRAME_SEGS)
			return false;
		out->seg[out->nsegs].p = (const u8 *)in->seg[i].p + n;
		out->seg[out->nsegs].len = in->seg[i].len - n;
		out->nsegs++;
	}
	return true;
}

/* Copy @len bytes at @off, which a guest may be changing: once. */
static void swpf_copy(const struct avf_frame *in, u32 off, u8 *to, u32 len)
{
	u32 i;

	for (i = 0; i < in->nsegs && len; i++) {
		u32 n = 0;

		if (off < in->seg[i].len) {
			n = min(len, in->seg[i].len - off);
			memcpy(to, (const u8 *)in->seg[i].p + off, n);
			to += n;
			len -= n;
		}
		off -= min(off, in->seg[i].len);
	}
}

/* The headers of a frame to be cut are @by bytes farther away. */
static void swpf_shift(struct avf_frame *frame, int by)
{
	if (!frame->gso.mss)
		return;
	frame->gso.l3 += by;
	frame->gso.l4 += by;
	frame->gso.hlen += by;
}

/* @head is what comes in place of @in's first @skip bytes. */
static bool swpf_rehead(struct avf_frame *out, const u8 *head, u32 head_len,
			const struct avf_frame *in, u32 skip)
{
	out->len = in->len - skip + head_len;
	out->csum = in->csum;
	out->gso = in->gso;
	out->nsegs = 1;
	out->seg[0].p = head;
	out->seg[0].len = head_len;
	out->hlen = min_t(u32, head_len, SWPF_HDR);
	out->hdr = head;
	return swpf_append(out, in, skip);
}

static bool swpf_tag(struct avf_frame *out, u8 *head,
		     const struct avf_frame *in, u16 tci)
{
	const u32 at = 2 * ETH_ALEN;

	memcpy(head, in->hdr, at);
	head[at] = ETH_P_8021Q >> 8;
	head[at + 1] = ETH_P_8021Q & 0xff;
	head[at + 2] = tci >> 8;
	head[at + 3] = tci & 0xff;
	memcpy(head + at + VLAN_HLEN, in->hdr + at, in->hlen - at);
	if (!swpf_rehead(out, head, in->hlen + VLAN_HLEN, in, in->hlen))
		return false;
	swpf_shift(out, VLAN_HLEN);
	return true;
}

/* @in has a tag. Enough is copied to have the new header whole again. */
static bool swpf_untag(struct avf_frame *out, u8 *head,
		       const struct avf_frame *in)
{
	const u32 at = 2 * ETH_ALEN, from = at + VLAN_HLEN;
	u32 more = min_t(u32, in->len - in->hlen, VLAN_HLEN);

	memcpy(head, in->hdr, at);
	memcpy(head + at, in->hdr + from, in->hlen - from);
	swpf_copy(in, in->hlen, head + in->hlen - VLAN_HLEN, more);
	if (!swpf_rehead(out, head, in->hlen - VLAN_HLEN + more, in,
			 in->hlen + more))
		return false;
	swpf_shift(out, -VLAN_HLEN);
	return true;
}

/**
 * struct swpf_burst - frames that share source, destination and VLAN
 * @frames: as they came
 * @n:      number of them, 1..SWPF_BURST
 * @from:   where from, NULL = the uplink
 * @vid:    their VLAN, 0 = none
 * @tci:    tag that they get if they came without (@bare)
 * @bare:   they came without the tag of @vid
 * @made:   the other form, with the tag or without, is in swpf_switch::retag
 * @nmade:  number of those
 */
struct swpf_burst {
	const struct avf_frame *frames;
	u32 n;
	struct swpf_port *from;
	u16 vid;
	u16 tci;
	bool bare;
	bool made;
	u32 nmade;
};

/* Frames of the wire that it is. */
static u32 swpf_burst_count(const struct swpf_burst *b)
{
	u32 i, count = 0;

	for (i = 0; i < b->n; i++)
		count += avf_frame_count(&b->frames[i]);
	return count;
}

/* The burst without its VLAN's tag (@bare) or with it; returns how many. */
static u32 swpf_burst_form(struct swpf_switch *sw, struct swpf_burst *b,
			   bool bare, const struct avf_frame **frames)
{
	struct swpf_retag *re = sw->retag;
	u32 i;

	if (!b->vid || bare == b->bare) {
		*frames = b->frames;
		return b->n;
	}
	if (!b->made) {
		for (i = 0, b->nmade = 0; i < b->n; i++) {
			struct avf_frame *to = &re->frame[b->nmade];
			u8 *head = re->head[b->nmade];

			if (bare ? swpf_untag(to, head, &b->frames[i]) :
				   swpf_tag(to, head, &b->frames[i], b->tci))
				b->nmade++;
			else if (b->from)
				swpf_drop(b->from, &b->from->drops.tx_fragmented,
					  ADI_DROP_TX_FRAGMENTED,
					  avf_frame_count(&b->frames[i]));
		}
		b->made = true;
	}
	*frames = re->frame;
	return b->nmade;
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

/* Is a port that has no VLAN of the host's a member of @vid? */
static bool swpf_member(const struct swpf_port *port, u16 vid)
{
	return !vid || !READ_ONCE(port->vlan_filter) ||
	       test_bit(vid, port->vlans);
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
 * Is the port a member of the VLAN? If so, and if it is the turn of this port,
 * deliver. Its own frames a port never gets back.
 */
static bool swpf_offer(struct swpf_switch *sw, struct swpf_port *port,
		       struct swpf_burst *b, bool turn)
{
	u16 port_vlan = READ_ONCE(port->port_vlan);
	const struct avf_frame *frames;
	u32 n;

	if (port_vlan ? b->vid != swpf_vid(port_vlan) :
			!swpf_member(port, b->vid))
		return false;

	if (turn && port != b->from && READ_ONCE(port->up)) {
		n = swpf_burst_form(sw, b, port_vlan, &frames);
		if (n)
			adi_receive(port->adi, frames, n);
	}
	return true;
}

static void swpf_switch_run(struct swpf *swpf, struct swpf_burst *b)
{
	struct swpf_switch *sw = &swpf->sw;
	const u8 *dst = b->frames[0].hdr;
	const struct avf_frame *frames;
	bool known = false;
	struct swpf_port *port;
	struct swpf_fdb *fdb;
	u32 n;

	hlist_for_each_entry_rcu(fdb, swpf_fdb_bucket(sw, dst), hash, true) {
		if (!ether_addr_equal(fdb->mac, dst))
			continue;
		port = fdb->port;
		if (swpf_offer(sw, port, b, !swpf_floods_to(port, dst))) {
			known = true;
			continue;
		}
		swpf_drop(port, &port->drops.rx_other_vlan,
			  ADI_DROP_RX_OTHER_VLAN, swpf_burst_count(b));
	}

	list_for_each_entry_rcu(port, &sw->ports, node, true)
		if (swpf_floods_to(port, dst))
			swpf_offer(sw, port, b, true);

	if (b->from && (!known || is_multicast_ether_addr(dst))) {
		n = swpf_burst_form(sw, b, false, &frames);
		if (n)
			swpf_uplink_receive(swpf, frames, n);
	}
}

/*
 * The beginning of @frames that shares all that decisions are made of becomes
 * a burst; returns its length.
 */
static u32 swpf_burst_begin(struct swpf_burst *b, struct swpf_port *from,
			    const struct avf_frame *frames, u32 n)
{
	int tci = swpf_tci(frames);
	u32 i;

	n = min_t(u32, n, SWPF_BURST);
	for (i = 1; i < n; i++)
		if (memcmp(frames[i].hdr, frames[0].hdr, 2 * ETH_ALEN) ||
		    swpf_tci(&frames[i]) != tci)
			break;

	*b = (struct swpf_burst){
		.frames = frames,
		.n = i,
		.from = from,
		.vid = swpf_vid(tci),
	};
	return i;
}

/* May the port send this? Puts the burst into its VLAN. */
static bool swpf_admit(struct swpf_switch *sw, struct swpf_burst *b)
{
	struct swpf_port *port = b->from;
	u16 port_vlan = READ_ONCE(port->port_vlan);
	bool check = READ_ONCE(port->spoofchk);

	if (check && !swpf_owns(sw, port, b->frames[0].hdr + ETH_ALEN)) {
		swpf_drop(port, &port->drops.tx_spoofed_mac,
			  ADI_DROP_TX_SPOOFED_MAC, swpf_burst_count(b));
		return false;
	}
	/* The host's VLAN is no matter of trust: there is no way around it. */
	if (port_vlan ? swpf_tci(b->frames) >= 0 :
			check && !swpf_member(port, b->vid)) {
		swpf_drop(port, &port->drops.tx_spoofed_vlan,
			  ADI_DROP_TX_SPOOFED_VLAN, swpf_burst_count(b));
		return false;
	}
	if (port_vlan) {
		b->vid = swpf_vid(port_vlan);
		b->tci = port_vlan;
		b->bare = true;
	}
	return true;
}

void swpf_port_xmit(struct adi *adi, const struct avf_frame *frames, u32 n)
{
	struct swpf *swpf = swpf_of(adi);
	struct swpf_burst b;

	while (n) {
		u32 run = swpf_burst_begin(&b, adi->priv, frames, n);

		if (swpf_admit(&swpf->sw, &b))
			swpf_switch_run(swpf, &b);
		frames += run;
		n -= run;
	}
	swpf_uplink_flush(swpf);
}

void swpf_switch_from_uplink(struct swpf *swpf, const struct avf_frame *frames,
			     u32 n)
{
	struct swpf_burst b;

	while (n) {
		u32 run = swpf_burst_begin(&b, NULL, frames, n);

		swpf_switch_run(swpf, &b);
		frames += run;
		n -= run;
	}
}
