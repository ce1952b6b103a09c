// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * virtchnl: receive hashing (device contract 4.5 and 4.11).
 *
 * What the driver set is kept in dev->vc.rss. The data path reads something
 * made of it, complete and immutable, which is replaced as a whole.
 */
#include "avf_vc.h"

/* What a class is hashed by, if its HENA bit is set and no rule says other. */
static const struct {
	u64 hena[2];
	u8 fields;
} avf_vc_classes[AVF_HASH_CLASSES] = {
	[AVF_HASH_FRAG] = {
		{ AVF_HENA_IPV4_FRAG, AVF_HENA_IPV6_FRAG }, AVF_HASH_IP,
	},
	[AVF_HASH_OTHER] = {
		{ AVF_HENA_IPV4_OTHER, AVF_HENA_IPV6_OTHER }, AVF_HASH_IP,
	},
	[AVF_HASH_UDP] = {
		{ AVF_HENA_IPV4_UDP, AVF_HENA_IPV6_UDP },
		AVF_HASH_IP | AVF_HASH_PORTS,
	},
	[AVF_HASH_TCP] = {
		{ AVF_HENA_IPV4_TCP, AVF_HENA_IPV6_TCP },
		AVF_HASH_IP | AVF_HASH_PORTS,
	},
	[AVF_HASH_SCTP] = {
		{ AVF_HENA_IPV4_SCTP, AVF_HENA_IPV6_SCTP },
		AVF_HASH_IP | AVF_HASH_PORTS,
	},
};

/* The most special of what was said about packets of a class. */
static struct avf_hash_how avf_vc_how(const struct avf_rss *rss, u32 v6,
				      u32 class)
{
	struct avf_hash_how how = rss->rule[v6][class];

	if (how.fields)
		return how;
	if (rss->hena & avf_vc_classes[class].hena[v6]) {
		how.fields = avf_vc_classes[class].fields;
		how.alg = (u8)rss->hfunc;
		return how;
	}
	return rss->rule[v6][AVF_HASH_OTHER];
}

/* Who still reads the copy that is about to be written read it long ago. */
static void avf_vc_rss_publish(struct avf_dev *dev)
{
	const struct avf_rss *rss = &dev->vc.rss;
	struct avf_hash *h = &dev->hashes[dev->hash == &dev->hashes[0]];
	u32 v6, class;

	if (dev->hash)
		dev->ops->queues_quiesce(dev->host);

	for (v6 = 0; v6 < 2; v6++)
		for (class = 0; class < AVF_HASH_CLASSES; class++)
			h->how[v6][class] = avf_vc_how(rss, v6, class);
	/* Their number changes only on the way to a reset, which comes here. */
	h->needed = dev->vc.num_qps > 1;
	memcpy(h->lut, rss->lut, sizeof(h->lut));
	if (h->key)
		avf_hash_key(h->key, rss->key);
	avf_store_release(&dev->hash, h);
}

/*
 * After a reset Linux has traffic before it has sent its table (7.3): until
 * then all queues that run get their share, and no others.
 */
void avf_vc_rss_queues(struct avf_dev *dev)
{
	struct avf_rss *rss = &dev->vc.rss;
	u8 queue[AVF_MAX_QPS];
	bool changed = false;
	u32 i, n = 0;

	if (rss->own_lut)
		return;
	for (i = 0; i < dev->num_qps; i++)
		if (avf_dev_rx_on(dev, i))
			queue[n++] = (u8)i;
	if (!n)
		return;

	for (i = 0; i < AVF_RSS_LUT_LEN; i++) {
		changed |= rss->lut[i] != queue[i % n];
		rss->lut[i] = queue[i % n];
	}
	if (changed)
		avf_vc_rss_publish(dev);
}

/* ------------------------------------------------------------ key, table */

static s32 avf_vc_check_bytes(const struct avf_vc_rss_bytes *req, u16 n)
{
	if (le16_to_cpu(req->vsi_id) != AVF_VSI_ID || le16_to_cpu(req->n) != n)
		return AVF_VC_ERR_PARAM;
	return AVF_VC_OK;
}

AVF_VC_CHECK(rss_key)
{
	return avf_vc_check_bytes(msg, AVF_RSS_KEY_LEN);
}

AVF_VC_COMMIT(rss_key)
{
	const struct avf_vc_rss_bytes *req = msg;

	memcpy(dev->vc.rss.key, req->data, AVF_RSS_KEY_LEN);
	avf_vc_rss_publish(dev);
	return AVF_VC_OK;
}

AVF_VC_CHECK(rss_lut)
{
	const struct avf_vc_rss_bytes *req = msg;
	s32 status = avf_vc_check_bytes(req, AVF_RSS_LUT_LEN);
	u32 i;

	if (status)
		return status;
	for (i = 0; i < AVF_RSS_LUT_LEN; i++)
		if (req->data[i] >= dev->vc.num_qps)
			return AVF_VC_ERR_PARAM;
	return AVF_VC_OK;
}

AVF_VC_COMMIT(rss_lut)
{
	const struct avf_vc_rss_bytes *req = msg;

	memcpy(dev->vc.rss.lut, req->data, AVF_RSS_LUT_LEN);
	dev->vc.rss.own_lut = true;
	avf_vc_rss_publish(dev);
	return AVF_VC_OK;
}

/* --------------------------------------------------- classes, algorithm */

AVF_VC_COMMIT(hena_caps)
{
	struct avf_vc_rss_hena *caps = (void *)reply->data;

	caps->hena = cpu_to_le64(AVF_HENA_ALL);
	reply->len = sizeof(*caps);
	return AVF_VC_OK;
}

AVF_VC_CHECK(set_hena)
{
	const struct avf_vc_rss_hena *req = msg;

	return le64_to_cpu(req->hena) & ~AVF_HENA_ALL ? AVF_VC_ERR_PARAM :
							AVF_VC_OK;
}

AVF_VC_COMMIT(set_hena)
{
	const struct avf_vc_rss_hena *req = msg;

	/* DPDK sends 0 and then its rules: nothing older may remain. */
	memset(dev->vc.rss.rule, 0, sizeof(dev->vc.rss.rule));
	dev->vc.rss.hena = le64_to_cpu(req->hena);
	avf_vc_rss_publish(dev);
	return AVF_VC_OK;
}

AVF_VC_CHECK(hfunc)
{
	const struct avf_vc_rss_hfunc *req = msg;

	if (le16_to_cpu(req->vsi_id) != AVF_VSI_ID ||
	    le16_to_cpu(req->algorithm) > AVF_VC_HFUNC_LAST)
		return AVF_VC_ERR_PARAM;
	return AVF_VC_OK;
}

AVF_VC_COMMIT(hfunc)
{
	const struct avf_vc_rss_hfunc *req = msg;

	dev->vc.rss.hfunc = le16_to_cpu(req->algorithm);
	avf_vc_rss_publish(dev);
	return AVF_VC_OK;
}

/* ----------------------------------------------------------------- rules */

/**
 * struct avf_vc_rule - a rule of ADD_RSS_CFG or DEL_RSS_CFG, understood
 * @v6:    0: IPv4, 1: IPv6
 * @class: its class, AVF_HASH_OTHER = any
 * @how:   what to do
 */
struct avf_vc_rule {
	u32 v6;
	enum avf_hash_class class;
	struct avf_hash_how how;
};

static u8 avf_vc_hash_fields(u32 fields, u8 src, u8 dst)
{
	return (u8)((fields & AVF_VC_FIELD_SRC ? src : 0) |
		    (fields & AVF_VC_FIELD_DST ? dst : 0));
}

/*
 * A stack is [Ethernet] [S-VLAN] [C-VLAN] IP [TCP, UDP or SCTP], whose first
 * three are there only to be skipped: DPDK's templates have them, with nothing
 * selected. The tunnel level is 0 or 1 (innermost); without tunnels, it is the
 * same. The IP protocol may be selected: a class has but one.
 */
static bool avf_vc_rule_parse(const struct avf_vc_rss_cfg *cfg,
			      struct avf_vc_rule *rule)
{
	u32 n = le32_to_cpu(cfg->hdrs.n);
	u32 i, type, fields, prev = AVF_VC_HDR_NONE;

	memset(rule, 0, sizeof(*rule));
	if (n > AVF_VC_HDRS_MAX || cfg->hdrs.tunnel > 1 ||
	    le32_to_cpu(cfg->algorithm) > AVF_VC_HFUNC_LAST)
		return false;
	rule->how.alg = (u8)le32_to_cpu(cfg->algorithm);

	for (i = 0; i < n; i++, prev = type) {
		type = le32_to_cpu(cfg->hdrs.hdr[i].type);
		fields = le32_to_cpu(cfg->hdrs.hdr[i].fields);

		/* Their numbers ascend through the layers. */
		if (type <= prev)
			return false;

		switch (type) {
		case AVF_VC_HDR_ETH:
		case AVF_VC_HDR_S_VLAN:
		case AVF_VC_HDR_C_VLAN:
			if (fields)
				return false;
			break;
		case AVF_VC_HDR_IPV4:
		case AVF_VC_HDR_IPV6:
			if (prev == AVF_VC_HDR_IPV4 ||
			    fields & ~(AVF_VC_FIELD_SRC | AVF_VC_FIELD_DST |
				       AVF_VC_FIELD_PROTO))
				return false;
			rule->v6 = type == AVF_VC_HDR_IPV6;
			rule->class = AVF_HASH_OTHER;
			rule->how.fields |= avf_vc_hash_fields(fields,
							       AVF_HASH_SRC,
							       AVF_HASH_DST);
			break;
		case AVF_VC_HDR_TCP:
		case AVF_VC_HDR_UDP:
		case AVF_VC_HDR_SCTP:
			if ((prev != AVF_VC_HDR_IPV4 &&
			     prev != AVF_VC_HDR_IPV6) ||
			    fields & ~(AVF_VC_FIELD_SRC | AVF_VC_FIELD_DST))
				return false;
			rule->class = type == AVF_VC_HDR_TCP ? AVF_HASH_TCP :
				      type == AVF_VC_HDR_UDP ? AVF_HASH_UDP :
							       AVF_HASH_SCTP;
			rule->how.fields |= avf_vc_hash_fields(fields,
							       AVF_HASH_SPORT,
							       AVF_HASH_DPORT);
			break;
		default:
			return false;
		}
	}

	/* Without an IP header there are no fields, either. */
	return rule->how.fields;
}

AVF_VC_CHECK(rss_cfg)
{
	struct avf_vc_rule rule;

	return avf_vc_rule_parse(msg, &rule) ? AVF_VC_OK : AVF_VC_ERR_PARAM;
}

AVF_VC_COMMIT(add_rss_cfg)
{
	struct avf_vc_rule rule;

	if (!avf_vc_rule_parse(msg, &rule))
		return AVF_VC_ERR_PARAM;
	dev->vc.rss.rule[rule.v6][rule.class] = rule.how;
	avf_vc_rss_publish(dev);
	return AVF_VC_OK;
}

/* There is one rule for a stack of headers, whatever fields it selects. */
AVF_VC_COMMIT(del_rss_cfg)
{
	struct avf_vc_rule rule;

	if (!avf_vc_rule_parse(msg, &rule))
		return AVF_VC_ERR_PARAM;
	dev->vc.rss.rule[rule.v6][rule.class].fields = 0;
	avf_vc_rss_publish(dev);
	return AVF_VC_OK;
}

void avf_vc_rss_reset(struct avf_dev *dev)
{
	struct avf_rss *rss = &dev->vc.rss;
	u32 i;

	/* Any key will do; the table is made when queues are enabled. */
	memset(rss, 0, sizeof(*rss));
	for (i = 0; i < AVF_RSS_KEY_LEN; i++)
		rss->key[i] = (u8)(i * 167 + 109);
	rss->hena = AVF_HENA_ALL;
	rss->hfunc = AVF_VC_HFUNC_TOEPLITZ;
	avf_vc_rss_publish(dev);
}
