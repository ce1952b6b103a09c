// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of a mediated device. One value per file; documented in
 * sysfs-abi/.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/sysfs.h>

#include "vdcm.h"

static ssize_t mac_show(struct device *dev, struct device_attribute *attr,
			char *buf)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);
	u8 mac[ETH_ALEN];

	mutex_lock(&adi->ctl_lock);
	avf_mac_get(adi->avf, mac);
	mutex_unlock(&adi->ctl_lock);

	return sprintf(buf, "%pM\n", mac);
}

static ssize_t mac_store(struct device *dev, struct device_attribute *attr,
			 const char *buf, size_t count)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);
	u8 mac[ETH_ALEN];
	int ret = 0;

	if (!mac_pton(buf, mac) || !is_valid_ether_addr(mac)) {
		vdcm_refused(adi->parent, dev,
			     "mac: not a unicast address like 02:00:00:00:00:01");
		return -EINVAL;
	}

	mutex_lock(&adi->ctl_lock);
	if (adi->open) {
		vdcm_refused(adi->parent, dev,
			     "mac: the device is in use; close it first");
		ret = -EBUSY;
	} else {
		avf_mac_set(adi->avf, mac);
	}
	mutex_unlock(&adi->ctl_lock);

	return ret ? ret : count;
}
static DEVICE_ATTR_RW(mac);

static ssize_t link_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);

	return sprintf(buf, "%s\n", avf_link_is_up(adi->avf) ? "up" : "down");
}

static ssize_t link_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);
	bool up;

	if (sysfs_streq(buf, "up")) {
		up = true;
	} else if (sysfs_streq(buf, "down")) {
		up = false;
	} else {
		vdcm_refused(adi->parent, dev,
			     "link: write \"up\" or \"down\"");
		return -EINVAL;
	}

	mutex_lock(&adi->ctl_lock);
	adi->link = up;
	avf_link_set(adi->avf, up && adi->carrier, avf_link_mbps(adi->avf));
	mutex_unlock(&adi->ctl_lock);

	return count;
}
static DEVICE_ATTR_RW(link);

static ssize_t speed_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sprintf(buf, "%u\n",
		       avf_link_mbps(vdcm_adi_from_dev(dev)->avf));
}

static ssize_t speed_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);
	u32 mbps;

	if (kstrtou32(buf, 10, &mbps) || !mbps || mbps > VDCM_RATE_MAX_MBPS) {
		vdcm_refused(adi->parent, dev,
			     "speed: write a link speed of 1 to %u Mbit/s",
			     VDCM_RATE_MAX_MBPS);
		return -EINVAL;
	}

	mutex_lock(&adi->ctl_lock);
	avf_link_set(adi->avf, avf_link_is_up(adi->avf), mbps);
	mutex_unlock(&adi->ctl_lock);

	return count;
}
static DEVICE_ATTR_RW(speed);

/* ---------------------------------------------------------------- policy */

static ssize_t vlan_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);
	u16 tci;

	mutex_lock(&adi->ctl_lock);
	tci = avf_port_vlan_get(adi->avf);
	mutex_unlock(&adi->ctl_lock);

	if (!tci)
		return sprintf(buf, "0\n");
	return sprintf(buf, "%u %u\n", tci & VLAN_VID_MASK,
		       tci >> VLAN_PRIO_SHIFT);
}

/* "0", "100" or "100 3" */
static int vdcm_parse_vlan(const char *buf, u16 *vid, u8 *prio)
{
	char text[16], *rest, *word;

	if (strscpy(text, buf, sizeof(text)) < 0)
		return -EINVAL;
	rest = strim(text);
	word = strsep(&rest, " ");
	*prio = 0;
	if (kstrtou16(word, 10, vid) || *vid >= VLAN_N_VID - 1)
		return -EINVAL;
	if (rest && (kstrtou8(skip_spaces(rest), 10, prio) || *prio > 7))
		return -EINVAL;
	return 0;
}

static ssize_t vlan_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);
	u16 vid;
	u8 prio;
	int ret;

	if (vdcm_parse_vlan(buf, &vid, &prio)) {
		vdcm_refused(adi->parent, dev,
			     "vlan: write a VLAN of 1 to 4094 and, if you like, a priority of 0 to 7, or 0 for no VLAN");
		return -EINVAL;
	}

	ret = vdcm_adi_set_vlan(adi, vid, prio);
	if (ret)
		vdcm_refused(adi->parent, dev,
			     "vlan: the PF refuses VLAN %u: %d", vid, ret);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(vlan);

static ssize_t trust_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);
	bool on;

	mutex_lock(&adi->ctl_lock);
	on = avf_trust_get(adi->avf);
	mutex_unlock(&adi->ctl_lock);

	return sprintf(buf, "%d\n", on);
}

static ssize_t trust_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);
	bool on;

	if (kstrtobool(buf, &on)) {
		vdcm_refused(adi->parent, dev,
			     "trust: write 1 to trust the guest, 0 not to");
		return -EINVAL;
	}

	vdcm_adi_set_trust(adi, on);
	return count;
}
static DEVICE_ATTR_RW(trust);

static ssize_t spoofchk_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sprintf(buf, "%d\n",
		       READ_ONCE(vdcm_adi_from_dev(dev)->spoofchk));
}

static ssize_t spoofchk_store(struct device *dev,
			      struct device_attribute *attr, const char *buf,
			      size_t count)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);
	bool on;
	int ret;

	if (kstrtobool(buf, &on)) {
		vdcm_refused(adi->parent, dev,
			     "spoofchk: write 1 to check what the guest sends, 0 not to");
		return -EINVAL;
	}

	ret = vdcm_adi_set_spoofchk(adi, on);
	if (ret)
		vdcm_refused(adi->parent, dev,
			     "spoofchk: the PF refuses: %d", ret);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(spoofchk);

static ssize_t max_tx_rate_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	return sprintf(buf, "%u\n",
		       READ_ONCE(vdcm_adi_from_dev(dev)->max_mbps));
}

static ssize_t max_tx_rate_store(struct device *dev,
				 struct device_attribute *attr,
				 const char *buf, size_t count)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);
	u32 mbps;
	int ret;

	if (kstrtou32(buf, 10, &mbps) || mbps > VDCM_RATE_MAX_MBPS) {
		vdcm_refused(adi->parent, dev,
			     "max_tx_rate: write a limit of 1 to %u Mbit/s, or 0 for none",
			     VDCM_RATE_MAX_MBPS);
		return -EINVAL;
	}

	ret = vdcm_adi_set_rate(adi, mbps);
	if (ret)
		vdcm_refused(adi->parent, dev,
			     "max_tx_rate: the PF refuses %u Mbit/s: %d",
			     mbps, ret);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(max_tx_rate);

static ssize_t weight_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sprintf(buf, "%u\n", READ_ONCE(vdcm_adi_from_dev(dev)->weight));
}

static ssize_t weight_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);
	u32 weight;

	if (kstrtou32(buf, 10, &weight) || weight < VDCM_WEIGHT_MIN ||
	    weight > VDCM_WEIGHT_MAX) {
		vdcm_refused(adi->parent, dev,
			     "weight: write a weight of %u to %u",
			     VDCM_WEIGHT_MIN, VDCM_WEIGHT_MAX);
		return -EINVAL;
	}

	vdcm_worker_set_weight(adi, weight);
	return count;
}
static DEVICE_ATTR_RW(weight);

static ssize_t reset_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);
	bool yes;
	int ret;

	if (kstrtobool(buf, &yes) || !yes) {
		vdcm_refused(adi->parent, dev,
			     "reset: write 1 to reset the function");
		return -EINVAL;
	}

	ret = vdcm_adi_pf_reset(adi);
	return ret ? ret : count;
}
static DEVICE_ATTR_WO(reset);

static const char * const vdcm_doorbell_modes[] = {
	[VDCM_DOORBELL_AUTO] = "auto",
	[VDCM_DOORBELL_MAPPED] = "mapped",
	[VDCM_DOORBELL_TRAP] = "trap",
};

static ssize_t doorbell_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);

	return sprintf(buf, "%s\n",
		       vdcm_doorbell_modes[READ_ONCE(adi->doorbell.mode)]);
}

static ssize_t doorbell_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);
	int mode = __sysfs_match_string(vdcm_doorbell_modes,
					ARRAY_SIZE(vdcm_doorbell_modes), buf);
	int ret;

	if (mode < 0) {
		vdcm_refused(adi->parent, dev,
			     "doorbell: write \"auto\", \"mapped\" or \"trap\"");
		return -EINVAL;
	}

	mutex_lock(&adi->ctl_lock);
	ret = vdcm_doorbell_set_mode(adi, mode);
	mutex_unlock(&adi->ctl_lock);
	if (ret)
		vdcm_refused(adi->parent, dev,
			     "doorbell: the device is in use; close it first");

	return ret ? ret : count;
}
static DEVICE_ATTR_RW(doorbell);

static ssize_t pasid_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	u32 pasid = vdcm_adi_from_dev(dev)->adi.pasid;

	if (pasid == ADI_NO_PASID)
		return sprintf(buf, "none\n");
	return sprintf(buf, "%u\n", pasid);
}
static DEVICE_ATTR_RO(pasid);

static ssize_t pasid_mode_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return vdcm_pasid_mode(vdcm_adi_from_dev(dev)->parent, buf);
}
static DEVICE_ATTR_RO(pasid_mode);

static struct attribute *vdcm_adi_attrs[] = {
	&dev_attr_mac.attr,
	&dev_attr_link.attr,
	&dev_attr_speed.attr,
	&dev_attr_vlan.attr,
	&dev_attr_trust.attr,
	&dev_attr_spoofchk.attr,
	&dev_attr_max_tx_rate.attr,
	&dev_attr_weight.attr,
	&dev_attr_doorbell.attr,
	&dev_attr_pasid.attr,
	&dev_attr_pasid_mode.attr,
	&dev_attr_reset.attr,
	NULL
};

static const struct attribute_group vdcm_adi_group = {
	.attrs = vdcm_adi_attrs,
};

/* ------------------------------------------------------------ statistics */

#define VDCM_STAT(_name)						\
static ssize_t _name##_show(struct device *dev,				\
			    struct device_attribute *attr, char *buf)	\
{									\
	struct avf_stats stats;						\
									\
	avf_stats_get(vdcm_adi_from_dev(dev)->avf, &stats);		\
	return sprintf(buf, "%llu\n", stats._name);			\
}									\
static DEVICE_ATTR_RO(_name)

VDCM_STAT(rx_bytes);
VDCM_STAT(rx_unicast);
VDCM_STAT(rx_multicast);
VDCM_STAT(rx_broadcast);
VDCM_STAT(rx_discards);
VDCM_STAT(tx_bytes);
VDCM_STAT(tx_unicast);
VDCM_STAT(tx_multicast);
VDCM_STAT(tx_broadcast);
VDCM_STAT(tx_discards);
VDCM_STAT(tx_errors);
VDCM_STAT(mbx_messages);
VDCM_STAT(mbx_errors);
VDCM_STAT(vc_refused);
VDCM_STAT(bad_tail);
VDCM_STAT(dma_errors);
VDCM_STAT(irqs);
VDCM_STAT(resets_vf);
VDCM_STAT(resets_pf);
VDCM_STAT(resets_flr);

#define VDCM_DROP(_name)						\
static ssize_t _name##_show(struct device *dev,				\
			    struct device_attribute *attr, char *buf)	\
{									\
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);			\
	struct adi_drops drops;						\
									\
	adi->adi.pf->ops->drops(&adi->adi, &drops);			\
	return sprintf(buf, "%llu\n", drops._name);			\
}									\
static DEVICE_ATTR_RO(_name)

VDCM_DROP(tx_spoofed_mac);
VDCM_DROP(tx_spoofed_vlan);
VDCM_DROP(tx_fragmented);
VDCM_DROP(rx_other_vlan);

static ssize_t pinned_pages_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);

	return sprintf(buf, "%lu\n", READ_ONCE(adi->dma.nr_pinned));
}
static DEVICE_ATTR_RO(pinned_pages);

static ssize_t mirrored_pages_show(struct device *dev,
				   struct device_attribute *attr, char *buf)
{
	return sprintf(buf, "%lu\n", vdcm_pasid_pages(vdcm_adi_from_dev(dev)));
}
static DEVICE_ATTR_RO(mirrored_pages);

#define VDCM_COUNT(_name, _member)					\
static ssize_t _name##_show(struct device *dev,				\
			    struct device_attribute *attr, char *buf)	\
{									\
	struct vdcm_adi *adi = vdcm_adi_from_dev(dev);			\
									\
	return sprintf(buf, "%lu\n",					\
		       (unsigned long)atomic_long_read(&adi->_member));	\
}									\
static DEVICE_ATTR_RO(_name)

VDCM_COUNT(bar_reads, bar_reads);
VDCM_COUNT(bar_writes, bar_writes);
VDCM_COUNT(doorbell_faults, doorbell.faults);
VDCM_COUNT(doorbell_zaps, doorbell.zaps);
VDCM_COUNT(queues_stopped, queues_stopped);

static struct attribute *vdcm_stat_attrs[] = {
	&dev_attr_rx_bytes.attr,
	&dev_attr_rx_unicast.attr,
	&dev_attr_rx_multicast.attr,
	&dev_attr_rx_broadcast.attr,
	&dev_attr_rx_discards.attr,
	&dev_attr_tx_bytes.attr,
	&dev_attr_tx_unicast.attr,
	&dev_attr_tx_multicast.attr,
	&dev_attr_tx_broadcast.attr,
	&dev_attr_tx_discards.attr,
	&dev_attr_tx_errors.attr,
	&dev_attr_mbx_messages.attr,
	&dev_attr_mbx_errors.attr,
	&dev_attr_vc_refused.attr,
	&dev_attr_bad_tail.attr,
	&dev_attr_dma_errors.attr,
	&dev_attr_irqs.attr,
	&dev_attr_resets_vf.attr,
	&dev_attr_resets_pf.attr,
	&dev_attr_resets_flr.attr,
	&dev_attr_tx_spoofed_mac.attr,
	&dev_attr_tx_spoofed_vlan.attr,
	&dev_attr_tx_fragmented.attr,
	&dev_attr_rx_other_vlan.attr,
	&dev_attr_pinned_pages.attr,
	&dev_attr_mirrored_pages.attr,
	&dev_attr_bar_reads.attr,
	&dev_attr_bar_writes.attr,
	&dev_attr_doorbell_faults.attr,
	&dev_attr_doorbell_zaps.attr,
	&dev_attr_queues_stopped.attr,
	NULL
};

static const struct attribute_group vdcm_stat_group = {
	.name = "stats",
	.attrs = vdcm_stat_attrs,
};

const struct attribute_group *vdcm_adi_groups[] = {
	&vdcm_adi_group,
	&vdcm_stat_group,
	NULL
};

/**
 * vdcm_type_description() - one line for the type's description attribute
 * @parent: the PF
 * @shape:  the type's
 * @buf:    a page
 */
int vdcm_type_description(struct vdcm_parent *parent,
			  const struct vdcm_shape *shape, char *buf)
{
	int n = sprintf(buf, "queue_pairs=%u vectors=%u link_mbps=%u max_adis=%u",
			shape->num_qps, shape->num_qps + 1,
			parent->pf->link_mbps, parent->pf->max_adis);

	if (!parent->pasid)
		return n + sprintf(buf + n, "\n");
	/* Last: it may be a sentence. */
	n += sprintf(buf + n, " pasid_mode=");
	return n + vdcm_pasid_mode(parent, buf + n);
}
