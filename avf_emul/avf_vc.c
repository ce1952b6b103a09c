// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * virtchnl: the table of messages and the one dispatcher.
 *
 * What can be said about a message without knowing its meaning is said in the
 * table: length, element count, when and with which capability it is allowed.
 * Handlers see nothing that violates it.
 */
#include "avf_vc.h"

#define AVF_VC_EARLY		0x1u	/* allowed before GET_VF_RESOURCES */
#define AVF_VC_MAY_BE_EMPTY	0x2u	/* length 0 is for the handler to judge */
#define AVF_VC_LINK_AFTER	0x4u	/* a link event follows the reply */
#define AVF_VC_EXACT		0x8u	/* a list without the element too many */

/**
 * struct avf_vc_desc - what is known about a message
 * @op:      opcode
 * @flags:   AVF_VC_EARLY...
 * @caps:    capability it needs, 0 = none
 * @len:     bytes without elements
 * @elem:    bytes of an element, 0 = not a list
 * @count:   offset of the 16-bit element count
 * @max:     largest count; smaller where a device or a message is
 * @err_len: bytes of zeros that an error reply carries
 * @check:   see avf_vc.h; optional
 * @commit:  see avf_vc.h
 */
struct avf_vc_desc {
	u32 op;
	u32 flags;
	u32 caps;
	u16 len;
	u16 elem;
	u16 count;
	u16 max;
	u16 err_len;
	s32 (*check)(const struct avf_dev *dev, const void *msg, u16 len);
	s32 (*commit)(struct avf_dev *dev, const void *msg,
		      struct avf_msg *reply);
};

#define AVF_VC_FIXED(type)						\
	.len = sizeof(type)
#define AVF_VC_LIST(type, elem_type, max_)				\
	.len = sizeof(type),						\
	.elem = sizeof(elem_type),					\
	.count = offsetof(type, n),					\
	.max = (max_)

static const struct avf_vc_desc avf_vc_table[] = {
	{
		.op = AVF_VC_VERSION,
		.flags = AVF_VC_EARLY,
		AVF_VC_FIXED(struct avf_vc_version),
		.commit = avf_vc_commit_version,
	}, {
		.op = AVF_VC_GET_VF_RESOURCES,
		.flags = AVF_VC_EARLY | AVF_VC_MAY_BE_EMPTY |
			 AVF_VC_LINK_AFTER,
		AVF_VC_FIXED(__le32),
		.check = avf_vc_check_resources,
		.commit = avf_vc_commit_resources,
	}, {
		.op = AVF_VC_CONFIG_VSI_QUEUES,
		AVF_VC_LIST(struct avf_vc_qp_list, struct avf_vc_qp,
			    AVF_MAX_QPS),
		.check = avf_vc_check_config_queues,
		.commit = avf_vc_commit_config_queues,
	}, {
		.op = AVF_VC_CONFIG_IRQ_MAP,
		AVF_VC_LIST(struct avf_vc_irq_map, struct avf_vc_vecmap,
			    AVF_MAX_VECTORS),
		.check = avf_vc_check_irq_map,
		.commit = avf_vc_commit_irq_map,
	}, {
		.op = AVF_VC_ENABLE_QUEUES,
		.flags = AVF_VC_LINK_AFTER,
		AVF_VC_FIXED(struct avf_vc_queue_sel),
		.check = avf_vc_check_enable_queues,
		.commit = avf_vc_commit_enable_queues,
	}, {
		.op = AVF_VC_DISABLE_QUEUES,
		AVF_VC_FIXED(struct avf_vc_queue_sel),
		.check = avf_vc_check_disable_queues,
		.commit = avf_vc_commit_disable_queues,
	}, {
		.op = AVF_VC_ADD_ETH_ADDR,
		AVF_VC_LIST(struct avf_vc_mac_list, struct avf_vc_mac,
			    AVF_AQ_BUF_LEN / 8),
		.check = avf_vc_check_add_mac,
		.commit = avf_vc_commit_add_mac,
	}, {
		.op = AVF_VC_DEL_ETH_ADDR,
		AVF_VC_LIST(struct avf_vc_mac_list, struct avf_vc_mac,
			    AVF_AQ_BUF_LEN / 8),
		.check = avf_vc_check_del_mac,
		.commit = avf_vc_commit_del_mac,
	}, {
		.op = AVF_VC_CONFIG_PROMISC,
		AVF_VC_FIXED(struct avf_vc_promisc),
		.check = avf_vc_check_promisc,
		.commit = avf_vc_commit_promisc,
	}, {
		.op = AVF_VC_ADD_VLAN,
		.caps = AVF_CAP_VLAN,
		AVF_VC_LIST(struct avf_vc_vlan_list, __le16,
			    AVF_AQ_BUF_LEN / sizeof(__le16)),
		.check = avf_vc_check_vlan,
		.commit = avf_vc_commit_add_vlan,
	}, {
		.op = AVF_VC_DEL_VLAN,
		.caps = AVF_CAP_VLAN,
		AVF_VC_LIST(struct avf_vc_vlan_list, __le16,
			    AVF_AQ_BUF_LEN / sizeof(__le16)),
		.check = avf_vc_check_vlan,
		.commit = avf_vc_commit_del_vlan,
	}, {
		.op = AVF_VC_ENABLE_VLAN_STRIP,
		.caps = AVF_CAP_VLAN,
		.commit = avf_vc_commit_enable_strip,
	}, {
		.op = AVF_VC_DISABLE_VLAN_STRIP,
		.caps = AVF_CAP_VLAN,
		.commit = avf_vc_commit_disable_strip,
	}, {
		.op = AVF_VC_GET_VLAN_V2_CAPS,
		.caps = AVF_CAP_VLAN_V2,
		.commit = avf_vc_commit_vlan_v2_caps,
	}, {
		.op = AVF_VC_ADD_VLAN_V2,
		.flags = AVF_VC_EXACT,
		.caps = AVF_CAP_VLAN_V2,
		AVF_VC_LIST(struct avf_vc_vlan_list2, struct avf_vc_vlan_filter,
			    AVF_AQ_BUF_LEN / sizeof(struct avf_vc_vlan_filter)),
		.check = avf_vc_check_add_vlan_v2,
		.commit = avf_vc_commit_add_vlan_v2,
	}, {
		.op = AVF_VC_DEL_VLAN_V2,
		.flags = AVF_VC_EXACT,
		.caps = AVF_CAP_VLAN_V2,
		AVF_VC_LIST(struct avf_vc_vlan_list2, struct avf_vc_vlan_filter,
			    AVF_AQ_BUF_LEN / sizeof(struct avf_vc_vlan_filter)),
		.check = avf_vc_check_del_vlan_v2,
		.commit = avf_vc_commit_del_vlan_v2,
	}, {
		.op = AVF_VC_ENABLE_VLAN_STRIP_V2,
		.caps = AVF_CAP_VLAN_V2,
		AVF_VC_FIXED(struct avf_vc_vlan_set),
		.check = avf_vc_check_vlan_set,
		.commit = avf_vc_commit_enable_strip,
	}, {
		.op = AVF_VC_DISABLE_VLAN_STRIP_V2,
		.caps = AVF_CAP_VLAN_V2,
		AVF_VC_FIXED(struct avf_vc_vlan_set),
		.check = avf_vc_check_vlan_set,
		.commit = avf_vc_commit_disable_strip,
	}, {
		.op = AVF_VC_ENABLE_VLAN_INSERT_V2,
		.caps = AVF_CAP_VLAN_V2,
		AVF_VC_FIXED(struct avf_vc_vlan_set),
		.check = avf_vc_check_vlan_set,
		.commit = avf_vc_commit_insert_v2,
	}, {
		.op = AVF_VC_DISABLE_VLAN_INSERT_V2,
		.caps = AVF_CAP_VLAN_V2,
		AVF_VC_FIXED(struct avf_vc_vlan_set),
		.check = avf_vc_check_vlan_set,
		.commit = avf_vc_commit_insert_v2,
	}, {
		.op = AVF_VC_GET_STATS,
		AVF_VC_FIXED(struct avf_vc_queue_sel),
		/* Linux reads the counters whatever the status is. */
		.err_len = sizeof(struct avf_vc_stats),
		.check = avf_vc_check_stats,
		.commit = avf_vc_commit_stats,
	}, {
		.op = AVF_VC_CONFIG_RSS_KEY,
		.caps = AVF_CAP_RSS_PF,
		AVF_VC_LIST(struct avf_vc_rss_bytes, u8,
			    AVF_RSS_KEY_LEN),
		.check = avf_vc_check_rss_key,
		.commit = avf_vc_commit_rss_key,
	}, {
		.op = AVF_VC_CONFIG_RSS_LUT,
		.caps = AVF_CAP_RSS_PF,
		AVF_VC_LIST(struct avf_vc_rss_bytes, u8,
			    AVF_RSS_LUT_LEN),
		.check = avf_vc_check_rss_lut,
		.commit = avf_vc_commit_rss_lut,
	}, {
		.op = AVF_VC_GET_RSS_HENA_CAPS,
		.caps = AVF_CAP_RSS_PF,
		.commit = avf_vc_commit_hena_caps,
	}, {
		.op = AVF_VC_SET_RSS_HENA,
		.caps = AVF_CAP_RSS_PF,
		AVF_VC_FIXED(struct avf_vc_rss_hena),
		.check = avf_vc_check_set_hena,
		.commit = avf_vc_commit_set_hena,
	}, {
		.op = AVF_VC_CONFIG_RSS_HFUNC,
		.caps = AVF_CAP_RSS_PF,
		AVF_VC_FIXED(struct avf_vc_rss_hfunc),
		.check = avf_vc_check_hfunc,
		.commit = avf_vc_commit_hfunc,
	}, {
		.op = AVF_VC_ADD_RSS_CFG,
		.caps = AVF_CAP_ADV_RSS,
		AVF_VC_FIXED(struct avf_vc_rss_cfg),
		.check = avf_vc_check_rss_cfg,
		.commit = avf_vc_commit_add_rss_cfg,
	}, {
		.op = AVF_VC_DEL_RSS_CFG,
		.caps = AVF_CAP_ADV_RSS,
		AVF_VC_FIXED(struct avf_vc_rss_cfg),
		.check = avf_vc_check_rss_cfg,
		.commit = avf_vc_commit_del_rss_cfg,
	}, {
		.op = AVF_VC_REQUEST_QUEUES,
		.caps = AVF_CAP_REQ_QUEUES,
		AVF_VC_FIXED(struct avf_vc_queues_req),
		.commit = avf_vc_commit_request_queues,
	}, {
		.op = AVF_VC_GET_RXDIDS,
		.caps = AVF_CAP_RX_FLEX_DESC,
		.commit = avf_vc_commit_rxdids,
	}, {
		.op = AVF_VC_ADD_FDIR,
		.caps = AVF_CAP_FDIR,
		AVF_VC_FIXED(struct avf_vc_fdir_add),
		.check = avf_vc_check_add_fdir,
		.commit = avf_vc_commit_add_fdir,
	}, {
		.op = AVF_VC_DEL_FDIR,
		.caps = AVF_CAP_FDIR,
		AVF_VC_FIXED(struct avf_vc_fdir_del),
		.check = avf_vc_check_del_fdir,
		.commit = avf_vc_commit_del_fdir,
	},
};

static const struct avf_vc_desc *avf_vc_find(u32 op)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(avf_vc_table); i++)
		if (avf_vc_table[i].op == op)
			return &avf_vc_table[i];
	return NULL;
}

/* Contract 4.3: what length a message must have. */
static bool avf_vc_len_ok(const struct avf_vc_desc *d, const u8 *msg, u16 len)
{
	__le16 count;
	u32 exact;
	u16 n;

	if (!d->elem)
		return len == d->len ||
		       (!len && (d->flags & AVF_VC_MAY_BE_EMPTY));
	if (len < d->len)
		return false;

	memcpy(&count, msg + d->count, sizeof(count));
	n = le16_to_cpu(count);
	if (!n || n > d->max)
		return false;

	/* Drivers count one element more: their structures had one inside. */
	exact = d->len + (u32)n * d->elem;
	return len == exact ||
	       (len == exact + d->elem && !(d->flags & AVF_VC_EXACT));
}

static s32 avf_vc_handle(struct avf_dev *dev, const struct avf_vc_desc *d,
			 const void *msg, u16 len, struct avf_msg *reply)
{
	s32 status;

	if (!d || (!dev->vc.resources && !(d->flags & AVF_VC_EARLY)) ||
	    (d->caps & ~dev->vc.caps))
		return AVF_VC_ERR_NOT_SUPP;
	if (!avf_vc_len_ok(d, msg, len))
		return AVF_VC_ERR_PARAM;

	if (d->check) {
		status = d->check(dev, msg, len);
		if (status)
			return status;
	}
	return d->commit(dev, msg, reply);
}

static void avf_vc_reply(struct avf_dev *dev, const struct avf_msg *reply)
{
	/* Linux ends its receive loop at opcode 0 (contract 3.4). */
	if (reply->op != AVF_VC_UNKNOWN)
		avf_mbx_post(dev, reply);
}

static void avf_vc_error(struct avf_dev *dev, const struct avf_vc_desc *d,
			 struct avf_msg *reply, s32 status)
{
	avf_count(dev, vc_refused);
	reply->status = status;
	reply->len = d ? d->err_len : 0;
	reply->gap = 0;
	memset(reply->data, 0, sizeof(reply->data));
	avf_vc_reply(dev, reply);
}

void avf_vc_refuse(struct avf_dev *dev, u32 op, s32 status)
{
	struct avf_msg *reply = &dev->reply;

	if (op == AVF_VC_RESET_VF) {
		avf_dev_reset(dev, AVF_RESET_VF);
		return;
	}
	reply->op = op;
	avf_vc_error(dev, avf_vc_find(op), reply, status);
}

void avf_vc_dispatch(struct avf_dev *dev, u32 op, const void *msg, u16 len)
{
	const struct avf_vc_desc *d = avf_vc_find(op);
	struct avf_msg *reply = &dev->reply;
	s32 status;

	/* Never answered, and complete when we return (contract 7.2). */
	if (op == AVF_VC_RESET_VF) {
		avf_dev_reset(dev, AVF_RESET_VF);
		return;
	}

	memset(reply, 0, sizeof(*reply));
	reply->op = op;
	status = avf_vc_handle(dev, d, msg, len, reply);
	if (status) {
		avf_vc_error(dev, d, reply, status);
		return;
	}
	avf_vc_reply(dev, reply);
	if (d->flags & AVF_VC_LINK_AFTER)
		avf_vc_link_event(dev);
}

void avf_vc_reset(struct avf_dev *dev)
{
	struct avf_vc *vc = &dev->vc;

	/* The driver's version and the address survive (contract 7.2). */
	vc->resources = false;
	vc->caps = 0;
	avf_vc_filter_reset(dev);
	avf_vc_vlan_negotiated(dev);
	avf_vc_rss_reset(dev);
	avf_fdir_flush(dev);
}
