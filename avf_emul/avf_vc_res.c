// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * virtchnl: version, resources, capabilities (device contract 4.2, 4.5).
 */
#include "avf_vc.h"

/* What a virtchnl 1.0 driver, which does not ask, can do. */
#define AVF_CAPS_1_0	(AVF_CAP_L2 | AVF_CAP_RSS_REG | AVF_CAP_VLAN)

AVF_VC_COMMIT(version)
{
	const struct avf_vc_version *req = msg;
	struct avf_vc_version *ver = (void *)reply->data;

	/*
	 * The first message on a new mailbox: a driver that knows nothing of
	 * its predecessor, which may not have said goodbye (quirk Q18). Linux
	 * also sends VERSION as a kick, later, and means nothing by it (Q36).
	 */
	if (dev->mbx.fresh)
		avf_dev_restart(dev);

	dev->vc.minor = AVF_VC_MINOR;
	if (le32_to_cpu(req->major) == AVF_VC_MAJOR)
		dev->vc.minor = min_t(u32, le32_to_cpu(req->minor),
				      AVF_VC_MINOR);

	ver->major = cpu_to_le32(AVF_VC_MAJOR);
	ver->minor = cpu_to_le32(dev->vc.minor);
	reply->len = sizeof(*ver);
	return AVF_VC_OK;
}

AVF_VC_CHECK(resources)
{
	/* Only version 1.0 has nothing to ask for. */
	return len || !dev->vc.minor ? AVF_VC_OK : AVF_VC_ERR_PARAM;
}

AVF_VC_COMMIT(resources)
{
	struct avf_vc_resources *res = (void *)reply->data;
	u32 caps = AVF_CAPS_1_0;
	__le32 req;

	if (dev->vc.minor) {
		memcpy(&req, msg, sizeof(req));
		caps = le32_to_cpu(req);
	}

	/* May be asked again at any time, with another result (4.5). */
	caps &= AVF_CAPS & ~dev->no_caps;
	if (caps & AVF_CAP_VLAN_V2)
		caps &= ~AVF_CAP_VLAN;
	/* A VLAN of the host's leaves none to the driver. */
	if (dev->port_vlan)
		caps &= ~AVF_CAPS_VLAN;
	dev->vc.caps = caps;
	dev->vc.resources = true;
	avf_vc_vlan_negotiated(dev);

	res->num_vsis = cpu_to_le16(1);
	res->num_qps = cpu_to_le16(dev->vc.num_qps);
	res->max_vectors = cpu_to_le16(avf_dev_vectors(dev));
	res->max_mtu = cpu_to_le16((u16)(AVF_MAX_FRAME -
					 (dev->port_vlan ? AVF_VLAN_HLEN : 0)));
	res->caps = cpu_to_le32(dev->vc.caps);
	/* Constant for ever: Linux allocates once, but reads again (Q33). */
	res->rss_key_size = cpu_to_le32(AVF_RSS_KEY_LEN);
	res->rss_lut_size = cpu_to_le32(AVF_RSS_LUT_LEN);
	res->vsi.vsi_id = cpu_to_le16(AVF_VSI_ID);
	res->vsi.num_qps = cpu_to_le16(dev->vc.num_qps);
	res->vsi.type = cpu_to_le32(AVF_VSI_SRIOV);
	memcpy(res->vsi.mac, dev->mac, AVF_ETH_ALEN);
	reply->len = sizeof(*res);
	return AVF_VC_OK;
}

/*
 * Granted by an announced reset, after which the driver asks for its resources
 * again; refused by an answer that says how many there are (4.9).
 */
AVF_VC_COMMIT(request_queues)
{
	struct avf_vc_queues_req *avail = (void *)reply->data;
	const struct avf_vc_queues_req *req = msg;
	u16 n = le16_to_cpu(req->n);

	if (!n || n > dev->num_qps) {
		avail->n = cpu_to_le16(dev->num_qps);
		reply->len = sizeof(*avail);
		return AVF_VC_OK;
	}

	avf_vc_impending_event(dev);
	dev->vc.num_qps = n;
	avf_dev_reset(dev, AVF_RESET_VF);
	reply->op = AVF_VC_UNKNOWN;
	return AVF_VC_OK;
}

AVF_VC_COMMIT(rxdids)
{
	struct avf_vc_rxdids *ids = (void *)reply->data;

	ids->bitmap = cpu_to_le64(AVF_RXDIDS);
	reply->len = sizeof(*ids);
	return AVF_VC_OK;
}
