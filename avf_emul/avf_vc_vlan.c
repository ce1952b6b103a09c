// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * virtchnl: VLANs, both generations (device contract 4.5 and 4.10).
 *
 * One tag per frame, of protocol 0x8100, travels in L2TAG1: what every stock
 * driver finds first, and what no two of them read differently (quirk Q9). A
 * tag in front of another is payload to all of this.
 */
#include "avf_vc.h"

#define AVF_VLAN_TPID		0x8100u

static bool avf_vlan_has(const struct avf_vlans *set, u16 vid)
{
	return set->map[vid / 32] & (1u << vid % 32);
}

static u16 avf_vlan_room(const struct avf_dev *dev)
{
	u32 max = dev->trusted ? AVF_VLAN_IDS - 1 : AVF_MAX_VLANS;
	u32 n = dev->vc.vlans.n;

	/* Trust may have been taken away, and the reset is yet to come. */
	return (u16)(n < max ? max - n : 0);
}

static int avf_vlan_add(struct avf_dev *dev, u16 vid)
{
	struct avf_vlans *set = &dev->vc.vlans;
	int err;

	err = dev->ops->vlan_add(dev->host, AVF_VLAN_TPID, vid);
	if (err)
		return err;
	set->map[vid / 32] |= 1u << vid % 32;
	set->n++;
	return 0;
}

static void avf_vlan_del(struct avf_dev *dev, u16 vid)
{
	struct avf_vlans *set = &dev->vc.vlans;

	if (!avf_vlan_has(set, vid))
		return;
	set->map[vid / 32] &= ~(1u << vid % 32);
	set->n--;
	dev->ops->vlan_del(dev->host, AVF_VLAN_TPID, vid);
}

/**
 * struct avf_vlan_batch - the ids of a message, of either generation
 * @id:   the first of them
 * @step: bytes from one to the next
 * @n:    number of them
 */
struct avf_vlan_batch {
	const u8 *id;
	u32 step;
	u16 n;
};

static u16 avf_vlan_id(const struct avf_vlan_batch *b, u16 i)
{
	__le16 id;

	memcpy(&id, b->id + i * b->step, sizeof(id));
	return le16_to_cpu(id);
}

static struct avf_vlan_batch avf_vlan_batch_v1(const void *msg)
{
	const struct avf_vc_vlan_list *list = msg;

	return (struct avf_vlan_batch){
		.id = (const u8 *)list->vid,
		.step = sizeof(list->vid[0]),
		.n = le16_to_cpu(list->n),
	};
}

static struct avf_vlan_batch avf_vlan_batch_v2(const void *msg)
{
	const struct avf_vc_vlan_list2 *list = msg;

	return (struct avf_vlan_batch){
		.id = (const u8 *)&list->filter[0].inner.tci,
		.step = sizeof(list->filter[0]),
		.n = le16_to_cpu(list->n),
	};
}

/* VLAN 0 is no VLAN: accepted, and nothing to do (quirk Q7). */
static s32 avf_vlan_add_batch(struct avf_dev *dev,
			      const struct avf_vlan_batch *b)
{
	u32 added[AVF_VLAN_IDS / 32];
	u16 i;

	memset(added, 0, sizeof(added));
	for (i = 0; i < b->n; i++) {
		u16 vid = avf_vlan_id(b, i);

		if (!vid || avf_vlan_has(&dev->vc.vlans, vid))
			continue;
		/* One too many, in the old form: a success and no more. */
		if (!avf_vlan_room(dev))
			break;
		if (avf_vlan_add(dev, vid))
			goto undo;
		added[vid / 32] |= 1u << vid % 32;
	}
	return AVF_VC_OK;

undo:
	for (i = 1; i < AVF_VLAN_IDS; i++)
		if (added[i / 32] & (1u << i % 32))
			avf_vlan_del(dev, i);
	return AVF_VC_ERR_PARAM;
}

static void avf_vlan_del_batch(struct avf_dev *dev,
			       const struct avf_vlan_batch *b)
{
	u16 i;

	/* Deleting what is not there is no error. */
	for (i = 0; i < b->n; i++)
		avf_vlan_del(dev, avf_vlan_id(b, i));
}

/* ------------------------------------------------- first generation */

AVF_VC_CHECK(vlan)
{
	const struct avf_vc_vlan_list *list = msg;
	struct avf_vlan_batch b = avf_vlan_batch_v1(msg);
	u16 i;

	if (le16_to_cpu(list->vsi_id) != AVF_VSI_ID)
		return AVF_VC_ERR_PARAM;
	for (i = 0; i < b.n; i++)
		if (avf_vlan_id(&b, i) >= AVF_VLAN_IDS)
			return AVF_VC_ERR_PARAM;
	return AVF_VC_OK;
}

AVF_VC_COMMIT(add_vlan)
{
	struct avf_vlan_batch b = avf_vlan_batch_v1(msg);

	return avf_vlan_add_batch(dev, &b);
}

AVF_VC_COMMIT(del_vlan)
{
	struct avf_vlan_batch b = avf_vlan_batch_v1(msg);

	avf_vlan_del_batch(dev, &b);
	return AVF_VC_OK;
}

AVF_VC_COMMIT(enable_strip)
{
	WRITE_ONCE(dev->vlan, AVF_VLAN_INSERT | AVF_VLAN_STRIP);
	avf_hw_vlan(dev);
	return AVF_VC_OK;
}

AVF_VC_COMMIT(disable_strip)
{
	WRITE_ONCE(dev->vlan, AVF_VLAN_INSERT);
	avf_hw_vlan(dev);
	return AVF_VC_OK;
}

/* ------------------------------------------------ second generation */

AVF_VC_COMMIT(vlan_v2_caps)
{
	struct avf_vc_vlan_caps *caps = (void *)reply->data;
	const u32 tag = AVF_VLAN_8100 | AVF_VLAN_TOGGLE | AVF_VLAN_L2TAG1;

	caps->filter.inner = cpu_to_le32(AVF_VLAN_8100);
	caps->filter_init = cpu_to_le32(AVF_VLAN_8100);
	caps->max_filters = cpu_to_le16(dev->trusted ? AVF_VLAN_LAST :
						       AVF_MAX_VLANS);
	caps->strip.inner = cpu_to_le32(tag);
	caps->insert.inner = cpu_to_le32(tag);
	caps->offload_init = cpu_to_le32(AVF_VLAN_8100);
	caps->match = AVF_VLAN_STRIP_IS_INSERT;
	reply->len = sizeof(*caps);
	return AVF_VC_OK;
}

static bool avf_vlan_v2_ok(const struct avf_vc_vlan_filter *f)
{
	/* Tag protocols and masks are of those that were offered. */
	return le16_to_cpu(f->inner.tpid) == AVF_VLAN_TPID &&
	       le16_to_cpu(f->inner.tci) < AVF_VLAN_IDS && !f->inner.mask &&
	       !f->outer.tpid && !f->outer.tci && !f->outer.mask;
}

AVF_VC_CHECK(del_vlan_v2)
{
	const struct avf_vc_vlan_list2 *list = msg;
	u16 n = le16_to_cpu(list->n);
	u16 i;

	if (le16_to_cpu(list->vsi_id) != AVF_VSI_ID)
		return AVF_VC_ERR_PARAM;
	for (i = 0; i < n; i++)
		if (!avf_vlan_v2_ok(&list->filter[i]))
			return AVF_VC_ERR_PARAM;
	return AVF_VC_OK;
}

AVF_VC_CHECK(add_vlan_v2)
{
	struct avf_vlan_batch b = avf_vlan_batch_v2(msg);
	s32 status = avf_vc_check_del_vlan_v2(dev, msg, len);
	u32 seen[AVF_VLAN_IDS / 32];
	u16 room = avf_vlan_room(dev);
	u16 i;

	if (status)
		return status;

	memset(seen, 0, sizeof(seen));
	for (i = 0; i < b.n; i++) {
		u16 vid = avf_vlan_id(&b, i);

		if (!vid || avf_vlan_has(&dev->vc.vlans, vid) ||
		    (seen[vid / 32] & (1u << vid % 32)))
			continue;
		seen[vid / 32] |= 1u << vid % 32;
		if (!room--)
			return AVF_VC_ERR_PARAM;
	}
	return AVF_VC_OK;
}

AVF_VC_COMMIT(add_vlan_v2)
{
	struct avf_vlan_batch b = avf_vlan_batch_v2(msg);

	return avf_vlan_add_batch(dev, &b);
}

AVF_VC_COMMIT(del_vlan_v2)
{
	struct avf_vlan_batch b = avf_vlan_batch_v2(msg);

	avf_vlan_del_batch(dev, &b);
	return AVF_VC_OK;
}

AVF_VC_CHECK(vlan_set)
{
	const struct avf_vc_vlan_set *set = msg;

	return le16_to_cpu(set->vsi_id) == AVF_VSI_ID && !set->what.outer &&
	       le32_to_cpu(set->what.inner) == AVF_VLAN_8100 ?
	       AVF_VC_OK : AVF_VC_ERR_PARAM;
}

/*
 * Every frame that wants a tag says so in its descriptor, and there is nothing
 * to switch. To refuse until ENABLE would lose frames: after a reset Linux
 * sends it last, long after its queues run.
 */
AVF_VC_COMMIT(insert_v2)
{
	return AVF_VC_OK;
}

/* ------------------------------------------------------- defaults */

void avf_vc_vlan_filter(struct avf_dev *dev)
{
	struct avf_vc *vc = &dev->vc;
	bool on = (vc->caps & AVF_CAPS_VLAN) && !vc->unicast;

	/* A driver that cannot say which VLANs it wants gets all. */
	if (on == vc->vlans.filter)
		return;
	vc->vlans.filter = on;
	dev->ops->vlan_filter(dev->host, on);
}

void avf_vc_vlan_negotiated(struct avf_dev *dev)
{
	u32 caps = dev->vc.caps;
	u32 vlan = 0;
	u16 vid;

	/* Linux takes stripping for granted with the old messages only. */
	if (caps & AVF_CAPS_VLAN)
		vlan = AVF_VLAN_INSERT;
	if (caps & AVF_CAP_VLAN)
		vlan |= AVF_VLAN_STRIP;
	WRITE_ONCE(dev->vlan, vlan);
	avf_hw_vlan(dev);

	if (!vlan)
		for (vid = 1; vid < AVF_VLAN_IDS && dev->vc.vlans.n; vid++)
			avf_vlan_del(dev, vid);
	avf_vc_vlan_filter(dev);
}
