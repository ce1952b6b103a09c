// SPDX-License-Identifier: GPL-2.0
/*
 * VSIs: what the firmware keeps of each, and its end in the right order: queues
 * off, DMA drained, rules gone, the VSI, its scheduler nodes.
 */
#include "epf.h"

#define EPF_DRAIN_TRIES		1000u
#define EPF_DRAIN_US		100u

/* What of the properties the policies decide. */
static u32 epf_vsi_policies(const struct epf_hw *hw, const struct epf_vsi *vsi,
			    u8 *props)
{
	bool prune = vsi->vlan_filter || vsi->port_vlan;
	u32 vlan = EPF_VLAN_ALL;

	props[EPF_VP_SW_ID] = hw->sw_id;
	props[EPF_VP_SW_FLAGS] = EPF_SW_ALLOW_LB | EPF_SW_SRC_PRUNE;
	props[EPF_VP_SW_FLAGS2] = EPF_SW2_LAN_ENA;
	if (prune)
		props[EPF_VP_SW_FLAGS2] |= EPF_SW2_VLAN_PRUNE;

	if (vsi->spoofchk)
		props[EPF_VP_SEC_FLAGS] = EPF_SEC_ANTI_SPOOF;
	if (vsi->spoofchk && prune)
		props[EPF_VP_SEC_FLAGS] |= EPF_SEC_VLAN_PRUNE;

	if (vsi->port_vlan) {
		epf_put16(props + EPF_VP_PVID, vsi->port_vlan);
		vlan = EPF_VLAN_UNTAGGED | EPF_VLAN_INSERT_PVID | EPF_VLAN_HIDE;
	} else {
		vlan |= vsi->strip ? EPF_VLAN_STRIP : EPF_VLAN_KEEP;
	}
	props[EPF_VP_VLAN_FLAGS] = (u8)vlan;
	return EPF_VS_SWITCH | EPF_VS_SECURITY | EPF_VS_VLAN;
}

/* Does the device still have it, with its PASID? */
bool epf_vsi_kept(struct epf_hw *hw, const struct epf_vsi *vsi)
{
	return epf_rd(hw, EPF_VSI_PASID(vsi->num)) ==
	       (EPF_PASID_VALID | vsi->pasid);
}

int epf_vsi_policy(struct epf_hw *hw, u32 slot)
{
	struct epf_vsi *vsi = &hw->vsi[slot];
	u8 props[EPF_VSI_PROPS] = { 0 }, param[8] = { 0 };

	if (!vsi->live)
		return 0;
	epf_put16(props, epf_vsi_policies(hw, vsi, props));
	epf_put16(param, EPF_VSI_NUM_VALID | vsi->num);
	return epf_aq(hw, EPF_OP_UPDATE_VSI, param, props, sizeof(props),
		      EPF_IN);
}

/* Counters go on where they are: numbers of VSIs are used again. */
static void epf_vsi_count_from(struct epf_hw *hw, u32 slot)
{
	struct epf_vsi *vsi = &hw->vsi[slot];
	u64 total[EPF_COUNTERS];

	memcpy(total, vsi->total, sizeof(total));
	epf_vsi_count(hw, slot);
	memcpy(vsi->total, total, sizeof(total));
}

static int epf_vsi_make(struct epf_hw *hw, u32 slot)
{
	struct epf_vsi *vsi = &hw->vsi[slot];
	u8 props[EPF_VSI_PROPS] = { 0 }, param[8] = { 0 };
	u32 sections, num, got;
	int ret;

	sections = epf_vsi_policies(hw, vsi, props) | EPF_VS_RXQ_MAP;
	epf_put16(props + EPF_VP_Q_MAP, vsi->first_q);
	epf_put16(props + EPF_VP_Q_MAP + 2, vsi->num_q);
	if (vsi->pasid != EPF_NO_PASID) {
		sections |= EPF_VS_PASID;
		epf_put32(props + EPF_VP_PASID, EPF_PASID_VALID | vsi->pasid);
	}
	epf_put16(props, sections);
	epf_put16(param + 6, vsi->type);
	ret = epf_aq(hw, EPF_OP_ADD_VSI, param, props, sizeof(props), EPF_IN);
	if (ret)
		return ret;

	num = epf_get16(param) & EPF_VSI_NUM;
	if (!num || num >= EPF_VSIS)
		return -EIO;
	vsi->num = (u16)num;
	vsi->live = true;
	if (vsi->pasid == EPF_NO_PASID)
		return 0;
	got = epf_rd(hw, EPF_VSI_PASID(num));
	if (got == (EPF_PASID_VALID | vsi->pasid))
		return 0;
	epf_err(hw, "VSI %u has PASID register 0x%08x instead of PASID %u",
		num, got, vsi->pasid);
	return -EIO;
}

static void epf_vsi_unmake(struct epf_hw *hw, struct epf_vsi *vsi)
{
	u8 param[16] = { 0 };

	if (!vsi->live)
		return;
	vsi->live = false;
	epf_put16(param, EPF_VSI_NUM_VALID | vsi->num);
	if (epf_aq(hw, EPF_OP_FREE_VSI, param, NULL, 0, EPF_NONE))
		epf_err(hw, "VSI %u stays behind: %u", vsi->num, hw->aq.rc);
}

int epf_vsi_up(struct epf_hw *hw, u32 slot)
{
	struct epf_vsi *vsi = &hw->vsi[slot];
	int ret;

	vsi->nnodes = 0;
	ret = epf_vsi_make(hw, slot);
	if (!ret)
		ret = epf_sched_add(hw, vsi);
	if (ret) {
		epf_vsi_unmake(hw, vsi);
		return ret;
	}
	epf_vsi_count_from(hw, slot);
	return 0;
}

int epf_vsi_add(struct epf_hw *hw, u32 slot)
{
	struct epf_vsi *vsi = &hw->vsi[slot];
	int ret = 0;

	if (slot >= EPF_MAX_SLOTS || vsi->used || !vsi->num_q ||
	    vsi->num_q > EPF_MAX_QPS)
		return -EINVAL;
	/* Without one its DMA would be the function's own. */
	if (vsi->type != EPF_VSI_PF &&
	    (!vsi->pasid || vsi->pasid > EPF_PASID_LAST))
		return -EINVAL;

	vsi->live = false;
	vsi->nnodes = 0;
	vsi->tx_on = 0;
	vsi->rx_on = 0;
	memset(vsi->last, 0, sizeof(vsi->last));
	memset(vsi->total, 0, sizeof(vsi->total));
	if (!hw->down)
		ret = epf_vsi_up(hw, slot);
	vsi->used = !ret;
	return ret;
}

void epf_vsi_del(struct epf_hw *hw, u32 slot)
{
	struct epf_vsi *vsi = &hw->vsi[slot];

	if (!vsi->used)
		return;
	epf_rules_forget(hw, slot);
	if (vsi->live) {
		epf_queues_stop(hw, slot, ~0u, ~0u);
		epf_vsi_unmake(hw, vsi);
		epf_sched_del(hw, vsi);
	}
	vsi->used = false;
}

int epf_vsi_drain(struct epf_hw *hw, u32 slot)
{
	struct epf_vsi *vsi = &hw->vsi[slot];
	u32 i;

	if (!vsi->live)
		return 0;
	epf_wr(hw, EPF_PFPCI_VMINDEX, vsi->num);
	for (i = 0; i < EPF_DRAIN_TRIES; i++) {
		if (!epf_rd(hw, EPF_PFPCI_VMPEND))
			return 0;
		epf_delay(hw, EPF_DRAIN_US);
	}
	epf_err(hw, "DMA of VSI %u does not end, register 0x%x", vsi->num,
		epf_rd(hw, EPF_PFPCI_VMPEND));
	return -EIO;
}

int epf_vsi_reset(struct epf_hw *hw, u32 slot)
{
	struct epf_vsi *vsi = &hw->vsi[slot];
	u32 i;

	if (!vsi->live)
		return 0;
	epf_wr(hw, EPF_VSIGEN_RTRIG(vsi->num), 1);
	for (i = 0; i < EPF_DRAIN_TRIES; i++) {
		if (epf_rd(hw, EPF_VSIGEN_RSTAT(vsi->num)) & 1)
			break;
		epf_delay(hw, EPF_DRAIN_US);
	}
	epf_wr(hw, EPF_VSIGEN_RTRIG(vsi->num), 0);
	if (i < EPF_DRAIN_TRIES)
		return 0;
	epf_err(hw, "the reset of VSI %u does not end", vsi->num);
	return -EIO;
}

/* ---------------------------------------------------------------- counters */

#define EPF_40_BITS		0xffffffffffull

static void epf_count(struct epf_vsi *vsi, enum epf_counter i, u64 now,
		      u64 mask)
{
	vsi->total[i] += (now - vsi->last[i]) & mask;
	vsi->last[i] = now;
}

static void epf_count40(struct epf_hw *hw, struct epf_vsi *vsi,
			enum epf_counter i, u32 reg)
{
	/* The low half latches the high one. */
	u64 now = epf_rd(hw, reg);

	now |= (u64)(epf_rd(hw, reg + 4) & 0xff) << 32;
	epf_count(vsi, i, now, EPF_40_BITS);
}

void epf_vsi_count(struct epf_hw *hw, u32 slot)
{
	struct epf_vsi *vsi = &hw->vsi[slot];
	u32 n = vsi->num;

	/* If the device has lost the VSI, the counters are not its any more. */
	if (!vsi->live || (vsi->pasid != EPF_NO_PASID && !epf_vsi_kept(hw, vsi)))
		return;
	epf_count40(hw, vsi, EPF_RX_BYTES, EPF_GLV_GORC(n));
	epf_count40(hw, vsi, EPF_RX_UNICAST, EPF_GLV_UPRC(n));
	epf_count40(hw, vsi, EPF_RX_MULTICAST, EPF_GLV_MPRC(n));
	epf_count40(hw, vsi, EPF_RX_BROADCAST, EPF_GLV_BPRC(n));
	epf_count(vsi, EPF_RX_DISCARDS, epf_rd(hw, EPF_GLV_RDPC(n)),
		  0xffffffffu);
	epf_count40(hw, vsi, EPF_TX_BYTES, EPF_GLV_GOTC(n));
	epf_count40(hw, vsi, EPF_TX_UNICAST, EPF_GLV_UPTC(n));
	epf_count40(hw, vsi, EPF_TX_MULTICAST, EPF_GLV_MPTC(n));
	epf_count40(hw, vsi, EPF_TX_BROADCAST, EPF_GLV_BPTC(n));
	epf_count(vsi, EPF_TX_DISCARDS, epf_rd(hw, EPF_GLV_TEPC(n)),
		  0xffffffffu);
}
