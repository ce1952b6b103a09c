// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * virtchnl: events and statistics (device contract 4.8, 4.12).
 */
#include "avf_vc.h"

static const struct {
	u32 mbps;
	u8 bit;
} avf_vc_speeds[] = {
	{ 40000, AVF_VC_SPEED_40G },
	{ 25000, AVF_VC_SPEED_25G },
	{ 20000, AVF_VC_SPEED_20G },
	{ 10000, AVF_VC_SPEED_10G },
	{ 5000, AVF_VC_SPEED_5G },
	{ 2500, AVF_VC_SPEED_2500M },
	{ 1000, AVF_VC_SPEED_1G },
	{ 100, AVF_VC_SPEED_100M },
};

/* The fastest speed the old format can express that is not too fast. */
static u8 avf_vc_speed_bit(u32 mbps)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(avf_vc_speeds); i++)
		if (mbps >= avf_vc_speeds[i].mbps)
			return avf_vc_speeds[i].bit;
	return 0;
}

static struct avf_vc_event *avf_vc_event_init(struct avf_dev *dev, u32 event)
{
	struct avf_msg *msg = &dev->reply;
	struct avf_vc_event *ev = (void *)msg->data;

	memset(msg, 0, sizeof(*msg));
	msg->op = AVF_VC_EVENT;
	msg->len = sizeof(*ev);
	ev->event = cpu_to_le32(event);
	return ev;
}

void avf_vc_link_event(struct avf_dev *dev)
{
	struct avf_vc_event *ev;

	/* A driver without resources may crash on it (Q17). */
	if (!dev->vc.resources)
		return;

	ev = avf_vc_event_init(dev, AVF_VC_EVENT_LINK);
	ev->severity = cpu_to_le32(AVF_VC_SEVERITY_INFO);
	/*
	 * Up only once a queue runs. After a reset Linux is "running" before
	 * its queues are: told of a link in between it starts to send, the
	 * tail it writes goes to a queue that is then configured, and it waits
	 * for that frame's completion until its watchdog resets it again.
	 */
	ev->status = dev->link_up && dev->vc.traffic;
	if (dev->vc.caps & AVF_CAP_ADV_LINK_SPEED)
		ev->speed = cpu_to_le32(dev->link_mbps);
	else
		ev->speed = cpu_to_le32(avf_vc_speed_bit(dev->link_mbps));
	avf_mbx_post(dev, &dev->reply);
}

void avf_vc_impending_event(struct avf_dev *dev)
{
	struct avf_vc_event *ev;

	/* Harmful during initialisation (Q12). */
	if (!dev->vc.resources)
		return;

	ev = avf_vc_event_init(dev, AVF_VC_EVENT_RESET_IMPENDING);
	ev->severity = cpu_to_le32(AVF_VC_SEVERITY_DOOM);
	avf_mbx_post(dev, &dev->reply);
}

AVF_VC_CHECK(stats)
{
	const struct avf_vc_queue_sel *sel = msg;

	return le16_to_cpu(sel->vsi_id) == AVF_VSI_ID ? AVF_VC_OK :
							AVF_VC_ERR_PARAM;
}

AVF_VC_COMMIT(stats)
{
	struct avf_vc_stats *out = (void *)reply->data;
	struct avf_stats stats;
	const u64 *ctr = (const u64 *)&stats;
	u32 i;

	/* The first counters are the message's, in its order. */
	avf_stats_get(dev, &stats);
	for (i = 0; i < AVF_VC_NUM_STATS; i++)
		out->ctr[i] = cpu_to_le64(ctr[i]);
	reply->len = sizeof(*out);
	return AVF_VC_OK;
}
