// SPDX-License-Identifier: GPL-2.0
/*
 * A VSI as a port of the switch: what it receives and may send, in terms of
 * rules and policies.
 */
#include "epf.h"

static const u8 epf_broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

int epf_port_mac(struct epf_hw *hw, u32 slot, const u8 *mac, bool on)
{
	struct epf_key key = { .recipe = EPF_RECIPE_MAC, .tx = true };

	memcpy(key.mac, mac, sizeof(key.mac));
	if (on)
		return epf_rule_add(hw, slot, &key);
	epf_rule_del(hw, slot, &key);
	return 0;
}

int epf_port_add(struct epf_hw *hw, u32 slot)
{
	int ret = epf_vsi_add(hw, slot);

	if (ret)
		return ret;
	ret = epf_port_mac(hw, slot, epf_broadcast, true);
	if (ret)
		epf_vsi_del(hw, slot);
	return ret;
}

/* Of a promiscuous rule only the class of its address counts. */
static int epf_port_class(struct epf_hw *hw, u32 slot, bool multicast, bool tx,
			  bool on)
{
	struct epf_key key = {
		.recipe = EPF_RECIPE_PROMISC,
		.tx = tx,
		.mac = { multicast ? 0x03 : 0x02 },
	};

	if (on)
		return epf_rule_add(hw, slot, &key);
	epf_rule_del(hw, slot, &key);
	return 0;
}

int epf_port_promisc(struct epf_hw *hw, u32 slot, bool unicast, bool multicast)
{
	int ret = 0, err;
	u32 i;

	for (i = 0; i < 4; i++) {
		err = epf_port_class(hw, slot, i & 1, i & 2,
				     i & 1 ? multicast : unicast);
		if (err)
			ret = err;
	}
	return ret;
}

static int epf_port_member(struct epf_hw *hw, u32 slot, u16 vid, bool on)
{
	struct epf_key key = { .recipe = EPF_RECIPE_VLAN, .tx = true,
			       .vid = vid };

	if (on)
		return epf_rule_add(hw, slot, &key);
	epf_rule_del(hw, slot, &key);
	return 0;
}

int epf_port_vlan(struct epf_hw *hw, u32 slot, u16 vid, bool on)
{
	const struct epf_vsi *vsi = &hw->vsi[slot];

	/* These two are members for other reasons as well. */
	if (!vid || vid == (vsi->port_vlan & 0xfff))
		return 0;
	return epf_port_member(hw, slot, vid, on);
}

int epf_port_vlan_filter(struct epf_hw *hw, u32 slot, bool on)
{
	struct epf_vsi *vsi = &hw->vsi[slot];
	bool was = vsi->vlan_filter;
	int ret = 0;

	if (on == was)
		return 0;
	if (on && !vsi->port_vlan)
		ret = epf_port_member(hw, slot, 0, true);
	if (!ret) {
		vsi->vlan_filter = on;
		ret = epf_vsi_policy(hw, slot);
	}
	if (ret)
		vsi->vlan_filter = was;
	if (!vsi->vlan_filter)
		epf_port_member(hw, slot, 0, false);
	return ret;
}

int epf_port_pvid(struct epf_hw *hw, u32 slot, u16 tag)
{
	struct epf_vsi *vsi = &hw->vsi[slot];
	u16 was = vsi->port_vlan, vid = tag & 0xfff;
	int ret = 0;

	if (tag == was)
		return 0;
	if (vid)
		ret = epf_port_member(hw, slot, vid, true);
	else if (vsi->vlan_filter)
		ret = epf_port_member(hw, slot, 0, true);
	if (ret)
		return ret;

	vsi->port_vlan = tag;
	ret = epf_vsi_policy(hw, slot);
	if (ret) {
		vsi->port_vlan = was;
		tag = was;
		was = vid;
	}
	/* The VLAN it is not in any more, and VLAN 0 while it is in one. */
	if ((was & 0xfff) && (was & 0xfff) != (tag & 0xfff))
		epf_port_member(hw, slot, was & 0xfff, false);
	if (tag || !vsi->vlan_filter)
		epf_port_member(hw, slot, 0, false);
	return ret;
}

int epf_port_spoofchk(struct epf_hw *hw, u32 slot, bool on)
{
	struct epf_vsi *vsi = &hw->vsi[slot];
	bool was = vsi->spoofchk;
	int ret;

	vsi->spoofchk = on;
	ret = epf_vsi_policy(hw, slot);
	if (ret)
		vsi->spoofchk = was;
	return ret;
}

int epf_port_strip(struct epf_hw *hw, u32 slot, bool on)
{
	struct epf_vsi *vsi = &hw->vsi[slot];
	bool was = vsi->strip;
	int ret = 0;

	if (on == was)
		return 0;
	vsi->strip = on;
	ret = epf_vsi_policy(hw, slot);
	if (ret)
		vsi->strip = was;
	return ret;
}
