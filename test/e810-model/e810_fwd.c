// SPDX-License-Identifier: GPL-2.0
/*
 * Where a frame goes: rules, pruning, anti-spoof, port VLANs.
 *
 * - Rules that look at receive match frames from the wire. Rules of the recipes
 *   that begin with MAC match frames of both directions whatever they look at
 *   (drivers add one rule only for a unicast address); other rules that look at
 *   transmit match frames of VSIs.
 * - From a VSI, a rule delivers only with its "loopback" bit and if the VSI's
 *   switch section allows loopback; the frame goes to the wire as well unless
 *   a rule matched and none had the "LAN" bit.
 * - A frame never comes back to the VSI that sent it.
 * - A default rule (recipe 5) takes what nothing else took.
 * What silicon does in cases this does not name is not public.
 */
#include <string.h>

#include "e810_priv.h"

struct key {
	const uint8_t *dst;
	uint16_t type;		/* behind a VLAN tag, if there is one */
	uint16_t vid;
	bool tagged;
};

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void make_key(struct key *k, const uint8_t *frame)
{
	k->dst = frame;
	k->type = be16(frame + 12);
	k->tagged = k->type == 0x8100;
	k->vid = 0;
	if (k->tagged) {
		k->vid = be16(frame + 14) & 0xfff;
		k->type = be16(frame + 16);
	}
}

enum class { UNICAST, MULTICAST, BROADCAST };

static enum class class_of(const uint8_t *mac)
{
	static const uint8_t broadcast[6] = { 255, 255, 255, 255, 255, 255 };

	if (!memcmp(mac, broadcast, 6))
		return BROADCAST;
	return mac[0] & 1 ? MULTICAST : UNICAST;
}

static bool matches(const struct e810_rule *r, const struct key *k,
		    unsigned int src)
{
	bool mac = !memcmp(r->hdr, k->dst, 6);
	bool class = class_of(r->hdr) == class_of(k->dst);
	bool vlan = (be16(r->hdr + 14) & 0xfff) == k->vid;
	bool direction = r->tx == (src != 0);

	switch (r->recipe) {
	case RECIPE_MAC:
		return mac;
	case RECIPE_MAC_VLAN:
		return mac && vlan;
	case RECIPE_PROMISC:
		return direction && class;
	case RECIPE_PROMISC_VLAN:
		return direction && class && vlan;
	case RECIPE_ETHERTYPE:
		return direction && (!r->tx || r->src == src) &&
		       be16(r->hdr + 12) == k->type;
	case RECIPE_ETHERTYPE_MAC:
		return direction && (!r->tx || r->src == src) && mac &&
		       be16(r->hdr + 12) == k->type;
	default:
		return false;	/* VLAN prunes, DFLT comes last */
	}
}

static bool names(const struct e810 *e, const struct e810_rule *r,
		  unsigned int vsi)
{
	unsigned int id = r->act >> ACT_ID_SHIFT & ACT_ID_MASK;

	if (r->act & ACT_DROP)
		return false;
	return r->act & ACT_LIST ? e810_list_has(e, id, vsi) : id == vsi;
}

static void take(struct e810 *e, struct e810_target *t,
		 const struct e810_rule *r, unsigned int src)
{
	unsigned int vsi;

	t->any = true;
	if (r->act & ACT_DROP) {
		t->drop = true;
		return;
	}
	if (r->act & ACT_LAN)
		t->lan = true;
	if (src && !(r->act & ACT_LB))
		return;
	for (vsi = 1; vsi < E810_VSIS; vsi++)
		if (names(e, r, vsi))
			e810_bit_set(t->map, vsi, true);
}

/* Is a VLAN allowed for a VSI: a rule of recipe VLAN names it. */
static bool vlan_member(struct e810 *e, unsigned int vsi, uint16_t vid)
{
	const struct e810_rule *r;
	unsigned int i;

	if (e->mutation == E810_MUT_leak_vlan)
		return true;
	for (i = 1; i < E810_RULES; i++) {
		r = &e->rules[i];
		if (r->used && r->recipe == RECIPE_VLAN &&
		    (be16(r->hdr + 14) & 0xfff) == vid && names(e, r, vsi))
			return true;
	}
	return false;
}

/* May the VSI send from this address: a MAC rule for it names the VSI. */
static bool owns_source(struct e810 *e, unsigned int vsi, const uint8_t *src)
{
	const struct e810_rule *r;
	unsigned int i;

	if (e->mutation == E810_MUT_no_anti_spoof)
		return true;
	for (i = 1; i < E810_RULES; i++) {
		r = &e->rules[i];
		if (r->used && !memcmp(r->hdr, src, 6) && names(e, r, vsi) &&
		    (r->recipe == RECIPE_MAC || r->recipe == RECIPE_MAC_VLAN))
			return true;
	}
	return false;
}

static void count_frame(struct e810 *e, const enum e810_regs *regs,
			unsigned int i, const uint8_t *frame, size_t len)
{
	e810_count(e, regs[0], i, len + 4);
	e810_count(e, regs[1 + class_of(frame)], i, 1);
}

static const enum e810_regs vsi_tx[] = {
	R_GLV_GOTC, R_GLV_UPTC, R_GLV_MPTC, R_GLV_BPTC };
static const enum e810_regs vsi_rx[] = {
	R_GLV_GORC, R_GLV_UPRC, R_GLV_MPRC, R_GLV_BPRC };
static const enum e810_regs port_tx[] = {
	R_GLPRT_GOTC, R_GLPRT_UPTC, R_GLPRT_MPTC, R_GLPRT_BPTC };
static const enum e810_regs port_rx[] = {
	R_GLPRT_GORC, R_GLPRT_UPRC, R_GLPRT_MPRC, R_GLPRT_BPRC };

/* Checks and changes at the VSI that sends. False: the frame is dropped. */
static bool egress(struct e810 *e, unsigned int src, uint8_t *frame,
		   size_t *len)
{
	const uint8_t *props = e->vsi[src].props;
	uint8_t flags = props[VP_VLAN_FLAGS];
	bool tagged = be16(frame + 12) == 0x8100;
	struct key k;

	if (props[VP_SEC_FLAGS] & VSECF_MAC_ANTI_SPOOF &&
	    !owns_source(e, src, frame + 6))
		return false;
	if (!(flags & (tagged ? VVLAN_TAGGED : VVLAN_UNTAGGED)))
		return false;
	if (flags & VVLAN_INSERT_PVID && !tagged) {
		memmove(frame + 16, frame + 12, *len - 12);
		frame[12] = 0x81;
		frame[13] = 0;
		frame[14] = props[VP_PVID + 1];
		frame[15] = props[VP_PVID];
		*len += 4;
	}
	make_key(&k, frame);
	return !(props[VP_SEC_FLAGS] & VSECF_TX_VLAN_PRUNE) ||
	       vlan_member(e, src, k.vid);
}

static void deliver(struct e810 *e, const struct e810_target *t,
		    unsigned int src, const uint8_t *frame, size_t len)
{
	const uint8_t *props;
	unsigned int vsi;
	struct key k;

	make_key(&k, frame);
	for (vsi = 1; vsi < E810_VSIS; vsi++) {
		if (!e810_bit(t->map, vsi) || vsi == src || !e->vsi[vsi].used)
			continue;
		props = e->vsi[vsi].props;
		if (props[VP_SW_FLAGS2] & VSW2_RX_VLAN_PRUNE &&
		    !vlan_member(e, vsi, k.vid))
			continue;
		count_frame(e, vsi_rx, vsi, frame, len);
		if (src)
			e->n.loopback_frames++;
		e810_rx_frame(e, vsi, frame, len, src != 0);
	}
}

/*
 * @frame has room for four bytes more than @len. @src: the VSI that sent it,
 * 0: it came from the wire.
 */
void e810_forward(struct e810 *e, unsigned int src, uint8_t *frame, size_t len)
{
	struct e810_target t = { .lan = false };
	const struct e810_rule *r, *dflt = NULL;
	bool loopback = true, lan = false;
	struct key k;
	unsigned int i;

	if (src) {
		if (!egress(e, src, frame, &len)) {
			e810_count(e, R_GLV_TEPC, src, 1);
			return;
		}
		count_frame(e, vsi_tx, src, frame, len);
		loopback = e->vsi[src].props[VP_SW_FLAGS] & VSW_ALLOW_LB &&
			   e->mutation != E810_MUT_no_loopback;
		lan = e->vsi[src].props[VP_SW_FLAGS2] & VSW2_LAN_ENA;
	} else {
		count_frame(e, port_rx, 0, frame, len);
	}
	make_key(&k, frame);
	for (i = 1; i < E810_RULES; i++) {
		r = &e->rules[i];
		if (!r->used)
			continue;
		if (matches(r, &k, src))
			take(e, &t, r, src);
		if (r->recipe == RECIPE_DFLT && r->tx == (src != 0) &&
		    (!r->tx || r->src == src))
			dflt = r;
	}
	if (!t.any && dflt)
		take(e, &t, dflt, src);
	if (t.drop)
		return;
	if (src && lan && e->link && (!t.any || t.lan || !loopback)) {
		count_frame(e, port_tx, 0, frame, len);
		e->n.tx_frames++;
		e->ops->transmit(e->host, frame, len);
	}
	if (!src || loopback)
		deliver(e, &t, src, frame, len);
}
