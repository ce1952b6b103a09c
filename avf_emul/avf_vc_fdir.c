// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * virtchnl: flow director rules (device contract 4.4, 4.5, 4.8).
 *
 * A message describes packets as a stack of headers with a bit for each field
 * that counts. It is taken apart into a mask and a key; what cannot be said
 * that way, or that this device does not look at, is answered with "invalid",
 * which drivers report. A rule is never taken for less than it says.
 */
#include "avf_vc.h"

#define TYPE_IPV4	0x0800u
#define TYPE_IPV6	0x86ddu

/**
 * struct fdir_field - a field of a header
 * @bit:  its bit in the selector
 * @from: offset in the header
 * @len:  bytes
 * @to:   offset in union avf_fdir_key
 * @bits: what counts of each byte
 */
struct fdir_field {
	u8 bit;
	u8 from;
	u8 len;
	u8 to;
	u8 bits;
};

#define FDIR_FIELD(bit_, from_, len_, member, bits_)			\
	{								\
		.bit = (bit_),						\
		.from = (from_),					\
		.len = (len_),						\
		.to = offsetof(union avf_fdir_key, member),		\
		.bits = (bits_),					\
	}

#define IPV6_TC_BIT	2u	/* not a whole number of bytes */

static const struct fdir_field fdir_eth[] = {
	FDIR_FIELD(0, 6, 6, smac, 0xff),
	FDIR_FIELD(1, 0, 6, dmac, 0xff),
	FDIR_FIELD(2, 12, 2, type, 0xff),
};

static const struct fdir_field fdir_ipv4[] = {
	FDIR_FIELD(0, 12, 4, src, 0xff),
	FDIR_FIELD(1, 16, 4, dst, 0xff),
	FDIR_FIELD(2, 1, 1, tos, 0xff),
	FDIR_FIELD(3, 8, 1, ttl, 0xff),
	FDIR_FIELD(4, 9, 1, proto, 0xff),
};

static const struct fdir_field fdir_ipv6[] = {
	FDIR_FIELD(0, 8, 16, src, 0xff),
	FDIR_FIELD(1, 24, 16, dst, 0xff),
	FDIR_FIELD(3, 7, 1, ttl, 0xff),
	FDIR_FIELD(4, 6, 1, proto, 0xff),
};

static const struct fdir_field fdir_ports[] = {
	FDIR_FIELD(0, 0, 2, sport, 0xff),
	FDIR_FIELD(1, 2, 2, dport, 0xff),
};

static const struct fdir_field fdir_id_0[] = {
	FDIR_FIELD(0, 0, 4, id, 0xff),
};

static const struct fdir_field fdir_id_4[] = {
	FDIR_FIELD(0, 4, 4, id, 0xff),
};

static const struct fdir_field fdir_psc[] = {
	FDIR_FIELD(1, 1, 1, ext, 0x3f),
};

static const struct fdir_field fdir_psc_dir[] = {
	FDIR_FIELD(0, 1, 1, ext, 0x3f),
};

static const struct fdir_field fdir_pfcp[] = {
	FDIR_FIELD(0, 0, 1, ext, 0x01),
};

/**
 * struct fdir_hdr - a header that rules may name, and where
 * @type:  AVF_VC_HDR_*
 * @after: a bit for each type it may follow; bit 0: it comes first
 * @cls:   AVF_FDIR_* of packets with it
 * @proto: IP protocol number it stands for, 0 = none
 * @n:     number of fields
 * @field: fields
 */
struct fdir_hdr {
	u8 type;
	u32 after;
	u16 cls;
	u8 proto;
	u8 n;
	const struct fdir_field *field;
};

#define FDIR_IP		(BIT(AVF_VC_HDR_IPV4) | BIT(AVF_VC_HDR_IPV6))
#define FDIR_HDR(type_, after_, cls_, proto_, fields)			\
	{								\
		.type = (type_),					\
		.after = (after_),					\
		.cls = (cls_),						\
		.proto = (proto_),					\
		.n = ARRAY_SIZE(fields),				\
		.field = (fields),					\
	}

static const struct fdir_hdr fdir_hdrs[] = {
	FDIR_HDR(AVF_VC_HDR_ETH, BIT(0), 0, 0, fdir_eth),
	FDIR_HDR(AVF_VC_HDR_IPV4, BIT(AVF_VC_HDR_ETH), AVF_FDIR_IPV4, 0,
		 fdir_ipv4),
	FDIR_HDR(AVF_VC_HDR_IPV6, BIT(AVF_VC_HDR_ETH), AVF_FDIR_IPV6, 0,
		 fdir_ipv6),
	{
		.type = AVF_VC_HDR_IPV4_FRAG,
		.after = BIT(AVF_VC_HDR_IPV4),
		.cls = AVF_FDIR_FRAG,
	}, {
		.type = AVF_VC_HDR_IPV6_FRAG,
		.after = BIT(AVF_VC_HDR_IPV6),
		.cls = AVF_FDIR_FRAG,
	},
	FDIR_HDR(AVF_VC_HDR_TCP, FDIR_IP, AVF_FDIR_TCP, 6, fdir_ports),
	FDIR_HDR(AVF_VC_HDR_UDP, FDIR_IP, AVF_FDIR_UDP, 17, fdir_ports),
	FDIR_HDR(AVF_VC_HDR_SCTP, FDIR_IP, AVF_FDIR_SCTP, 132, fdir_ports),
	FDIR_HDR(AVF_VC_HDR_ESP, FDIR_IP, AVF_FDIR_ESP, 50, fdir_id_0),
	FDIR_HDR(AVF_VC_HDR_AH, FDIR_IP, AVF_FDIR_AH, 51, fdir_id_4),
	FDIR_HDR(AVF_VC_HDR_L2TPV3, FDIR_IP, AVF_FDIR_L2TPV3, 115, fdir_id_0),
	FDIR_HDR(AVF_VC_HDR_ESP, BIT(AVF_VC_HDR_UDP), AVF_FDIR_NATT, 0,
		 fdir_id_0),
	FDIR_HDR(AVF_VC_HDR_PFCP, BIT(AVF_VC_HDR_UDP), AVF_FDIR_PFCP, 0,
		 fdir_pfcp),
	FDIR_HDR(AVF_VC_HDR_GTPU_IP, BIT(AVF_VC_HDR_UDP), AVF_FDIR_GTPU, 0,
		 fdir_id_4),
	FDIR_HDR(AVF_VC_HDR_GTPU_EH, BIT(AVF_VC_HDR_GTPU_IP),
		 AVF_FDIR_GTPU_PSC, 0, fdir_psc),
	FDIR_HDR(AVF_VC_HDR_GTPU_EH_DL, BIT(AVF_VC_HDR_GTPU_IP),
		 AVF_FDIR_GTPU_PSC | AVF_FDIR_GTPU_DL, 0, fdir_psc_dir),
	FDIR_HDR(AVF_VC_HDR_GTPU_EH_UL, BIT(AVF_VC_HDR_GTPU_IP),
		 AVF_FDIR_GTPU_PSC | AVF_FDIR_GTPU_UL, 0, fdir_psc_dir),
};

/* --------------------------------------------------------------- packets */

static const struct fdir_hdr *fdir_hdr_find(u32 type, u32 prev)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fdir_hdrs); i++)
		if (fdir_hdrs[i].type == type &&
		    fdir_hdrs[i].after >> prev & 1)
			return &fdir_hdrs[i];
	return NULL;
}

/* Take the fields that count; false: one of them is unknown. */
static bool fdir_take(const struct fdir_hdr *h, const struct avf_vc_hdr *hdr,
		      struct avf_fdir_spec *spec)
{
	u32 fields = le32_to_cpu(hdr->fields);
	u8 *mask = (u8 *)&spec->mask;
	u8 *key = (u8 *)&spec->key;
	const u8 *data = hdr->data;
	u32 i, k;

	if (h->type == AVF_VC_HDR_IPV6 && fields >> IPV6_TC_BIT & 1) {
		spec->mask.tos = 0xff;
		spec->key.tos = (u8)(data[0] << 4 | data[1] >> 4);
		fields &= ~(1u << IPV6_TC_BIT);
	}

	for (i = 0; i < h->n; i++) {
		const struct fdir_field *f = &h->field[i];

		if (!(fields >> f->bit & 1))
			continue;
		fields &= ~(1u << f->bit);
		for (k = 0; k < f->len; k++) {
			mask[f->to + k] = f->bits;
			key[f->to + k] = data[f->from + k] & f->bits;
		}
	}

	return !fields;
}

/*
 * DPDK's rules for fragments select the Ethernet type, and leave its value out:
 * the IP header says it all.
 */
static bool fdir_type_ok(u32 type, struct avf_fdir_spec *spec)
{
	u32 said = (u32)spec->key.type[0] << 8 | spec->key.type[1];

	if (said && said != type)
		return false;
	memset(spec->mask.type, 0, sizeof(spec->mask.type));
	memset(spec->key.type, 0, sizeof(spec->key.type));
	return true;
}

static bool fdir_parse_hdrs(const struct avf_vc_hdrs *hdrs,
			    struct avf_fdir_spec *spec)
{
	u32 n = le32_to_cpu(hdrs->n);
	const struct fdir_hdr *h;
	u32 i, type, prev = 0;
	u16 cls = 0;

	/* No headers: the mask is for a raw packet, which ice has as well. */
	if (!n || n > AVF_VC_HDRS_MAX || hdrs->tunnel)
		return false;

	for (i = 0; i < n; i++) {
		type = le32_to_cpu(hdrs->hdr[i].type);
		h = fdir_hdr_find(type, prev);
		if (!h || !fdir_take(h, &hdrs->hdr[i], spec))
			return false;
		if ((type == AVF_VC_HDR_IPV4 &&
		     !fdir_type_ok(TYPE_IPV4, spec)) ||
		    (type == AVF_VC_HDR_IPV6 && !fdir_type_ok(TYPE_IPV6, spec)))
			return false;
		/* A contradiction would be a rule that never matches. */
		if (h->proto && spec->mask.proto && spec->key.proto != h->proto)
			return false;
		cls |= h->cls;
		prev = type;
	}

	spec->mask.cls = cls;
	spec->key.cls = cls;
	/* Not even a header is named: that is every frame. */
	for (i = 0; i < ARRAY_SIZE(spec->mask.w); i++)
		if (spec->mask.w[i])
			return true;
	return false;
}

/* --------------------------------------------------------------- actions */

static bool fdir_parse_queues(const struct avf_dev *dev, u32 first, u32 order,
			      struct avf_fdir_action *act)
{
	/* More than a queue number can count is more than there are. */
	if (order > 15 || first + (1u << order) > dev->vc.num_qps)
		return false;
	act->queue = (u16)first;
	act->num = (u16)(1u << order);
	return true;
}

static bool fdir_parse_actions(const struct avf_dev *dev,
			       const struct avf_vc_fdir_add *req,
			       struct avf_fdir_action *act)
{
	u32 n = le32_to_cpu(req->n_actions);
	u32 i, dest = 0, marks = 0;

	if (n > AVF_VC_MAX_ACTIONS)
		return false;

	for (i = 0; i < n; i++) {
		const struct avf_vc_action *a = &req->action[i];

		switch (le32_to_cpu(a->type)) {
		case AVF_VC_ACT_PASSTHRU:
			act->kind = AVF_FDIR_PASS;
			dest++;
			break;
		case AVF_VC_ACT_DROP:
			act->kind = AVF_FDIR_DROP;
			dest++;
			break;
		case AVF_VC_ACT_QUEUE:
			act->kind = AVF_FDIR_QUEUE;
			if (!fdir_parse_queues(dev,
					       le16_to_cpu(a->queue.index), 0,
					       act))
				return false;
			dest++;
			break;
		case AVF_VC_ACT_REGION:
			act->kind = AVF_FDIR_REGION;
			if (!fdir_parse_queues(dev,
					       le16_to_cpu(a->queue.index),
					       a->queue.order, act))
				return false;
			dest++;
			break;
		case AVF_VC_ACT_MARK:
			act->marked = true;
			act->mark = le32_to_cpu(a->mark);
			marks++;
			break;
		default:
			return false;
		}
	}

	return dest == 1 && marks <= 1;
}

/* -------------------------------------------------------------- messages */

AVF_VC_CHECK(add_fdir)
{
	const struct avf_vc_fdir_add *req = msg;

	return le16_to_cpu(req->vsi_id) == AVF_VSI_ID ? AVF_VC_OK :
							AVF_VC_ERR_PARAM;
}

static u32 fdir_status(int err)
{
	switch (err) {
	case 0:
		return AVF_VC_FDIR_OK;
	case -EEXIST:
		return AVF_VC_FDIR_EXISTS;
	case -ENOENT:
		return AVF_VC_FDIR_NOT_THERE;
	case -EINVAL:
		return AVF_VC_FDIR_INVALID;
	default:
		return AVF_VC_FDIR_NO_RESOURCE;
	}
}

/*
 * What is wrong with a rule is said inside a reply of full length whose own
 * status is fine. ice does not look at the rules that exist when it only
 * validates, nor is anything reserved.
 */
AVF_VC_COMMIT(add_fdir)
{
	const struct avf_vc_fdir_add *req = msg;
	struct avf_fdir_spec spec = {};
	__le32 status, flow = 0;
	int err = -EINVAL;
	u32 id;

	if (fdir_parse_hdrs(&req->hdrs, &spec) &&
	    fdir_parse_actions(dev, req, &spec.act)) {
		err = 0;
		if (!req->validate_only)
			err = avf_fdir_add(dev, &spec, &id);
		if (!err && !req->validate_only)
			flow = cpu_to_le32(id);
	}

	status = cpu_to_le32(fdir_status(err));
	memcpy(reply->data + offsetof(struct avf_vc_fdir_add, flow_id), &flow,
	       sizeof(flow));
	reply->gap_at = offsetof(struct avf_vc_fdir_add, hdrs);
	reply->gap = offsetof(struct avf_vc_fdir_add, status) -
		     offsetof(struct avf_vc_fdir_add, hdrs);
	memcpy(reply->data + reply->gap_at, &status, sizeof(status));
	reply->len = sizeof(*req);
	return AVF_VC_OK;
}

AVF_VC_CHECK(del_fdir)
{
	const struct avf_vc_fdir_del *req = msg;

	return le16_to_cpu(req->vsi_id) == AVF_VSI_ID ? AVF_VC_OK :
							AVF_VC_ERR_PARAM;
}

AVF_VC_COMMIT(del_fdir)
{
	const struct avf_vc_fdir_del *req = msg;
	struct avf_vc_fdir_del *res = (void *)reply->data;
	int err = avf_fdir_del(dev, le32_to_cpu(req->flow_id));

	res->status = cpu_to_le32(fdir_status(err));
	reply->len = sizeof(*res);
	return AVF_VC_OK;
}
