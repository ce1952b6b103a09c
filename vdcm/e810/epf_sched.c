// SPDX-License-Identifier: GPL-2.0
/*
 * The transmit scheduler: each VSI has a branch of its own, so that VSIs share
 * the port evenly whatever the number of their queues. It begins where ice puts
 * its VSIs, and its last node is the one that queues hang on.
 *
 * The default topology stays as it is: one branch, a node a layer.
 */
#include "epf.h"

/* Layers from the leaves up, counted from the logical number of layers. */
#define EPF_QGROUP_OFFSET	2u
#define EPF_VSI_OFFSET		4u
#define EPF_LAYERS_MIN		6u

static int epf_sched_layers(struct epf_hw *hw, u8 *buf, u32 *layers)
{
	int ret = epf_aq(hw, EPF_OP_SCHED_RES, NULL, buf, EPF_AQ_BUF, EPF_OUT);

	*layers = epf_get16(buf + 2);
	return ret;
}

/* The node of layer @layer of the default branch. */
static int epf_sched_node(struct epf_hw *hw, u8 *buf, u32 layer, u32 *teid)
{
	u8 param[8] = { 0 };
	u32 n;
	int ret;

	ret = epf_aq(hw, EPF_OP_DFLT_TOPO, param, buf, EPF_AQ_BUF, EPF_OUT);
	if (ret)
		return ret;
	n = min_t(u32, epf_get16(buf + 4),
		  (EPF_AQ_BUF - EPF_TOPO_HDR) / EPF_ELEM);
	if (!param[1] || layer >= n) {
		epf_err(hw, "the scheduler's default branch has %u nodes, layer %u is needed",
			n, layer);
		return -ENODEV;
	}
	*teid = epf_get32(buf + EPF_TOPO_HDR + layer * EPF_ELEM + 4);
	return 0;
}

int epf_sched_start(struct epf_hw *hw)
{
	u8 *buf = avf_zalloc(EPF_AQ_BUF);
	u32 layers = 0;
	int ret;

	if (!buf)
		return -ENOMEM;
	ret = epf_sched_layers(hw, buf, &layers);
	if (!ret && (layers < EPF_LAYERS_MIN ||
		     layers > EPF_LAYERS_MIN + EPF_NODES)) {
		epf_err(hw, "the scheduler has %u layers, this driver knows %u to %u",
			layers, EPF_LAYERS_MIN, EPF_LAYERS_MIN + EPF_NODES);
		ret = -ENODEV;
	}
	if (!ret) {
		hw->levels = EPF_VSI_OFFSET - EPF_QGROUP_OFFSET + 1;
		ret = epf_sched_node(hw, buf, layers - EPF_VSI_OFFSET - 1,
				     &hw->root);
	}
	avf_free(buf);
	return ret;
}

static int epf_sched_add_node(struct epf_hw *hw, u32 parent, u32 *teid)
{
	u8 buf[EPF_TOPO_HDR + EPF_ELEM] = { 0 }, param[8] = { 1 };
	u8 *elem = buf + EPF_TOPO_HDR, *data = elem + EPF_ELEM_DATA;
	int ret;

	epf_put32(buf, parent);
	epf_put16(buf + 4, 1);
	epf_put32(elem, parent);
	data[0] = EPF_ELEM_GENERIC;
	data[1] = EPF_BW_SECTIONS;
	epf_put16(data + 6, EPF_BW_WEIGHT);
	epf_put16(data + 10, EPF_BW_WEIGHT);
	ret = epf_aq(hw, EPF_OP_ADD_ELEMS, param, buf, sizeof(buf), EPF_INOUT);
	if (ret)
		return ret;
	*teid = epf_get32(elem + 4);
	/* Said to be done, and nothing added. */
	return epf_get16(param + 2) == 1 && epf_get32(elem) == parent ? 0 :
								       -EIO;
}

int epf_sched_add(struct epf_hw *hw, struct epf_vsi *vsi)
{
	u32 parent = hw->root;
	int ret;

	while (vsi->nnodes < hw->levels) {
		ret = epf_sched_add_node(hw, parent, &vsi->nodes[vsi->nnodes]);
		if (ret) {
			epf_sched_del(hw, vsi);
			return ret;
		}
		parent = vsi->nodes[vsi->nnodes++];
	}
	return 0;
}

void epf_sched_del(struct epf_hw *hw, struct epf_vsi *vsi)
{
	u8 buf[EPF_TOPO_HDR + 4], param[8];

	while (vsi->nnodes) {
		u32 n = --vsi->nnodes;

		memset(param, 0, sizeof(param));
		memset(buf, 0, sizeof(buf));
		epf_put16(param, 1);
		epf_put32(buf, n ? vsi->nodes[n - 1] : hw->root);
		epf_put16(buf + 4, 1);
		epf_put32(buf + EPF_TOPO_HDR, vsi->nodes[n]);
		if (epf_aq(hw, EPF_OP_DELETE_ELEMS, param, buf, sizeof(buf),
			   EPF_INOUT))
			epf_err(hw, "scheduler node 0x%x stays behind: %u",
				vsi->nodes[n], hw->aq.rc);
	}
}
