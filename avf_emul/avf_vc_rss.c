// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * virtchnl: receive hashing (device contract 4.5 and 4.11).
 */
#include "avf_vc.h"

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
		if (req->data[i] >= dev->num_qps)
			return AVF_VC_ERR_PARAM;
	return AVF_VC_OK;
}

AVF_VC_COMMIT(rss_lut)
{
	const struct avf_vc_rss_bytes *req = msg;

	memcpy(dev->vc.rss.lut, req->data, AVF_RSS_LUT_LEN);
	return AVF_VC_OK;
}

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

	dev->vc.rss.hena = le64_to_cpu(req->hena);
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
	return AVF_VC_OK;
}

void avf_vc_rss_reset(struct avf_dev *dev)
{
	struct avf_rss *rss = &dev->vc.rss;
	u32 i;

	/* Any key will do; the queues must be ones that exist (7.3). */
	for (i = 0; i < AVF_RSS_KEY_LEN; i++)
		rss->key[i] = (u8)(i * 167 + 109);
	for (i = 0; i < AVF_RSS_LUT_LEN; i++)
		rss->lut[i] = (u8)(i % dev->num_qps);
	rss->hena = AVF_HENA_ALL;
	rss->hfunc = AVF_VC_HFUNC_TOEPLITZ;
}
