// SPDX-License-Identifier: GPL-2.0
/*
 * Reset and start of the function, and its link.
 */
#include "epf.h"

#define EPF_RESET_TRIES		1000u
#define EPF_RESET_US		10000u
#define EPF_API_MAJOR		1u

int epf_wait_reset(struct epf_hw *hw)
{
	u32 i;

	for (i = 0; i < EPF_RESET_TRIES; i++) {
		u32 state = epf_rd(hw, EPF_RSTAT);

		if (!(state & EPF_RSTAT_STATE))
			return 0;
		if (state == 0xffffffffu)
			break;
		epf_delay(hw, EPF_RESET_US);
	}
	epf_err(hw, "a reset of the device does not end, state 0x%x",
		epf_rd(hw, EPF_RSTAT));
	return -EIO;
}

int epf_reset(struct epf_hw *hw)
{
	int ret = epf_wait_reset(hw);
	u32 i;

	if (ret)
		return ret;
	epf_aq_stop(hw);
	epf_wr(hw, EPF_PFGEN_CTRL, EPF_PFGEN_CTRL_PFSWR);
	for (i = 0; i < EPF_RESET_TRIES; i++) {
		epf_delay(hw, i ? EPF_RESET_US : 1);
		/* A reset of the whole device may overtake ours. */
		if (epf_rd(hw, EPF_RSTAT) & EPF_RSTAT_STATE)
			return epf_wait_reset(hw);
		if (!(epf_rd(hw, EPF_PFGEN_CTRL) & EPF_PFGEN_CTRL_PFSWR))
			return 0;
	}
	epf_err(hw, "the function's reset does not end, state 0x%x 0x%x",
		epf_rd(hw, EPF_PFGEN_CTRL), epf_rd(hw, EPF_RSTAT));
	return -EIO;
}

static int epf_version(struct epf_hw *hw)
{
	u8 param[16] = { 0 };
	int ret = epf_aq(hw, EPF_OP_GET_VER, param, NULL, 0, EPF_NONE);

	if (ret)
		return ret;
	if (param[13] != EPF_API_MAJOR) {
		epf_err(hw, "the firmware's interface is version %u.%u, this driver's 1",
			param[13], param[14]);
		return -EOPNOTSUPP;
	}
	return 0;
}

/* Let the device give more than one receive queue; no harm where it does. */
static int epf_clear_pxe(struct epf_hw *hw)
{
	u8 param[16] = { 2 };
	int ret = epf_aq(hw, EPF_OP_CLEAR_PXE, param, NULL, 0, EPF_NONE);

	return ret == -EEXIST ? 0 : ret;
}

static int epf_caps(struct epf_hw *hw, u8 *buf)
{
	u8 param[8] = { 0 };
	u32 n, i;
	int ret;

	ret = epf_aq(hw, EPF_OP_FUNC_CAPS, param, buf, EPF_AQ_BUF, EPF_OUT);
	if (ret)
		return ret;
	n = min_t(u32, epf_get32(param + 4), EPF_AQ_BUF / EPF_CAP_LEN);
	hw->max_vsis = 0;
	hw->max_rxqs = 0;
	hw->max_txqs = 0;
	hw->max_msix = 0;
	for (i = 0; i < n; i++) {
		const u8 *cap = buf + i * EPF_CAP_LEN;
		u32 number = epf_get32(cap + 4);

		switch (epf_get16(cap)) {
		case EPF_CAP_VSI:
			hw->max_vsis = min_t(u32, number, EPF_VSIS);
			break;
		case EPF_CAP_RXQS:
			hw->max_rxqs = min_t(u32, number, EPF_QUEUES);
			break;
		case EPF_CAP_TXQS:
			hw->max_txqs = min_t(u32, number, EPF_QUEUES);
			break;
		case EPF_CAP_MSIX:
			hw->max_msix = min_t(u32, number, EPF_QUEUES);
			break;
		}
	}
	if (hw->max_vsis && hw->max_rxqs && hw->max_txqs && hw->max_msix)
		return 0;
	epf_err(hw, "the function has %u VSIs and %u vectors, too few",
		hw->max_vsis, hw->max_msix);
	return -ENODEV;
}

/* The switch that our port is an element of. */
static int epf_switch(struct epf_hw *hw)
{
	u8 buf[64 * EPF_SWCFG_LEN], param[8] = { 0 };
	u32 n, i, turns = EPF_VSIS;
	int ret;

	do {
		memset(buf, 0, sizeof(buf));
		epf_put16(param, 0);
		epf_put32(param + 4, 0);
		ret = epf_aq(hw, EPF_OP_GET_SW_CFG, param, buf, sizeof(buf),
			     EPF_OUT);
		if (ret)
			return ret;
		n = min_t(u32, epf_get16(param + 4), 64);
		for (i = 0; i < n; i++) {
			const u8 *e = buf + i * EPF_SWCFG_LEN;

			if ((epf_get16(e) & EPF_SWCFG_KIND) == EPF_SWCFG_PORT) {
				hw->sw_id = e[2];
				return 0;
			}
		}
	} while (epf_get16(param + 2) && --turns);
	epf_err(hw, "no port in the switch's configuration");
	return -ENODEV;
}

static int epf_mac(struct epf_hw *hw)
{
	u8 buf[8 * 8] = { 0 }, param[8] = { 0 };
	u32 i;
	int ret;

	ret = epf_aq(hw, EPF_OP_MAC_READ, param, buf, sizeof(buf), EPF_OUT);
	if (ret)
		return ret;
	for (i = 0; i < min_t(u32, param[4], 8); i++)
		if (!buf[8 * i + 1])		/* of type LAN */
			memcpy(hw->mac, buf + 8 * i + 2, sizeof(hw->mac));
	return 0;
}

static int epf_mac_cfg(struct epf_hw *hw)
{
	u8 param[16] = { 0 };

	epf_put16(param, EPF_MAX_FRAME);
	return epf_aq(hw, EPF_OP_SET_MAC_CFG, param, NULL, 0, EPF_NONE);
}

static int epf_port_up(struct epf_hw *hw)
{
	u8 an[16] = { 0, 0, 6 }, mask[16] = { 0 };
	int ret;

	epf_put16(mask + 8, EPF_EVENTS_HIDDEN);
	ret = epf_aq(hw, EPF_OP_EVENT_MASK, mask, NULL, 0, EPF_NONE);
	if (!ret)
		ret = epf_aq(hw, EPF_OP_RESTART_AN, an, NULL, 0, EPF_NONE);
	return ret ? ret : epf_link(hw);
}

static u32 epf_mbps(const u8 *data)
{
	static const u32 speeds[] = {
		10, 100, 1000, 2500, 5000, 10000, 20000, 25000, 40000, 50000,
		100000, 200000,
	};
	u32 speed = epf_get16(data + 10), i;

	if (!(data[2] & EPF_LINK_UP))
		return 0;
	for (i = 0; i < ARRAY_SIZE(speeds); i++)
		if (speed & 1u << i)
			return speeds[i];
	return 0;
}

bool epf_link_event(struct epf_hw *hw, const u8 *data, u16 len)
{
	u32 old = hw->mbps;

	if (len >= 12)
		hw->mbps = epf_mbps(data);
	return old != hw->mbps;
}

int epf_link(struct epf_hw *hw)
{
	u8 param[8] = { 0 }, buf[64] = { 0 };
	int ret;

	epf_put16(param + 2, EPF_LSE_ENABLE);
	ret = epf_aq(hw, EPF_OP_LINK_STATUS, param, buf, sizeof(buf), EPF_OUT);
	if (!ret)
		hw->mbps = epf_mbps(buf);
	return ret;
}

/* Identity, resources, and a clean slate. */
static int epf_start_function(struct epf_hw *hw)
{
	u8 *buf;
	int ret;

	hw->func = (u8)(epf_rd(hw, EPF_PF_FUNC_RID) & 7);
	hw->port = (u8)(epf_rd(hw, EPF_PORTNUM) & 7);
	ret = epf_aq_start(hw);
	if (ret) {
		epf_err(hw, "the admin queue does not start, registers 0x%08x 0x%08x",
			epf_rd(hw, EPF_ATQLEN), epf_rd(hw, EPF_ATQBAL));
		return ret;
	}
	buf = avf_zalloc(EPF_AQ_BUF);
	if (!buf)
		return -ENOMEM;

	ret = epf_version(hw);
	if (!ret)
		ret = epf_clear_pxe(hw);
	if (!ret)
		ret = epf_aq(hw, EPF_OP_CLEAR_PF_CFG, NULL, NULL, 0, EPF_NONE);
	if (!ret)
		ret = epf_caps(hw, buf);
	if (!ret)
		ret = epf_switch(hw);
	if (!ret)
		ret = epf_mac(hw);
	if (!ret)
		ret = epf_mac_cfg(hw);
	if (!ret)
		ret = epf_sched_start(hw);
	avf_free(buf);
	return ret;
}

void epf_init(struct epf_hw *hw)
{
	struct epf_vsi *own = &hw->vsi[EPF_OWN];

	/* No queue of it is ever on: it is there for rules to name. */
	own->type = EPF_VSI_PF;
	own->pasid = EPF_NO_PASID;
	own->num_q = 1;
	hw->down = true;
	hw->aq.dead = true;
	epf_vsi_add(hw, EPF_OWN);
}

int epf_start(struct epf_hw *hw)
{
	u32 slot;
	int ret;

	hw->down = false;
	ret = epf_start_function(hw);
	for (slot = 0; slot < EPF_MAX_SLOTS && !ret; slot++)
		if (hw->vsi[slot].used)
			ret = epf_vsi_up(hw, slot);
	if (!ret)
		ret = epf_rules_up(hw);
	if (!ret)
		ret = epf_port_up(hw);
	if (ret) {
		epf_lost(hw);
		epf_aq_stop(hw);
	}
	return ret;
}

void epf_lost(struct epf_hw *hw)
{
	u32 slot;

	hw->down = true;
	hw->mbps = 0;
	epf_rules_lost(hw);
	for (slot = 0; slot < EPF_MAX_SLOTS; slot++) {
		struct epf_vsi *vsi = &hw->vsi[slot];

		epf_vsi_count(hw, slot);
		vsi->live = false;
		vsi->nnodes = 0;
		vsi->tx_on = 0;
		vsi->rx_on = 0;
	}
}

void epf_stop(struct epf_hw *hw)
{
	u8 param[16] = { 1 };

	if (!hw->down && !hw->aq.dead)
		epf_aq(hw, EPF_OP_Q_SHUTDOWN, param, NULL, 0, EPF_NONE);
	epf_lost(hw);
	epf_aq_stop(hw);
}
