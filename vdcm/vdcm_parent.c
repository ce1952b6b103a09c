// SPDX-License-Identifier: GPL-2.0
/*
 * PFs: registration, capacity, the way from a struct device to its PF, and what
 * the PF's own directory in sysfs shows.
 */
#include <linux/module.h>

#include "vdcm.h"

static DEFINE_MUTEX(parents_lock);
static LIST_HEAD(parents);

const struct vdcm_shape vdcm_shapes[VDCM_NUM_SHAPES] = {
	{ .name = "vdcm", .num_qps = 1 },
	{ .name = "vdcm4", .num_qps = 4 },
	{ .name = "vdcm16", .num_qps = AVF_MAX_QPS },
};

/**
 * vdcm_parent_shapes() - how many shapes a PF can make
 * @parent: the PF
 *
 * They are the first so many of vdcm_shapes.
 */
unsigned int vdcm_parent_shapes(const struct vdcm_parent *parent)
{
	unsigned int n = 1;

	while (n < VDCM_NUM_SHAPES &&
	       vdcm_shapes[n].num_qps <= parent->pf->num_qps)
		n++;
	return n;
}

/**
 * vdcm_parent_available() - how many ADIs a PF can still make, for sysfs
 * @parent: the PF
 */
unsigned int vdcm_parent_available(const struct vdcm_parent *parent)
{
	return vdcm_pasid_usable(parent) ? atomic_read(&parent->available) : 0;
}

/**
 * vdcm_parent_find() - the PF registered for a device
 * @dev: parent device of an mdev
 *
 * Returns NULL when there is none. The caller knows that the PF cannot be
 * unregistered meanwhile (it is in a callback for one of its children).
 */
struct vdcm_parent *vdcm_parent_find(struct device *dev)
{
	struct vdcm_parent *parent, *found = NULL;

	mutex_lock(&parents_lock);
	list_for_each_entry(parent, &parents, node) {
		if (parent->pf->dev == dev) {
			found = parent;
			break;
		}
	}
	mutex_unlock(&parents_lock);

	return found;
}

/**
 * vdcm_refused() - say why something was not done, in the log and in last_error
 * @parent: the PF
 * @dev:    the device that it is about
 * @fmt:    a sentence, of less than VDCM_ERROR_LEN with the device's name
 *
 * Process context.
 */
void vdcm_refused(struct vdcm_parent *parent, struct device *dev,
		  const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	dev_err(dev, "%pV\n", &vaf);
	mutex_lock(&parent->error_lock);
	snprintf(parent->last_error, sizeof(parent->last_error), "%s: %pV",
		 dev_name(dev), &vaf);
	mutex_unlock(&parent->error_lock);
	va_end(args);
}

static ssize_t last_error_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	struct vdcm_parent *parent = vdcm_parent_find(dev);
	ssize_t len = 0;

	if (!parent)
		return -ENODEV;

	mutex_lock(&parent->error_lock);
	if (*parent->last_error)
		len = sprintf(buf, "%s\n", parent->last_error);
	mutex_unlock(&parent->error_lock);

	return len;
}
static DEVICE_ATTR_RO(last_error);

static struct attribute *vdcm_pf_attrs[] = {
	&dev_attr_last_error.attr,
	NULL
};

static const struct attribute_group vdcm_pf_group = {
	.attrs = vdcm_pf_attrs,
};

int adi_pf_register(struct adi_pf *pf)
{
	struct vdcm_parent *parent;
	int ret;

	if (!pf->max_adis || !pf->num_qps || pf->num_qps > AVF_MAX_QPS)
		return -EINVAL;

	parent = kzalloc(sizeof(*parent), GFP_KERNEL);
	if (!parent)
		return -ENOMEM;

	parent->pf = pf;
	mutex_init(&parent->error_lock);
	atomic_set(&parent->available, pf->max_adis);
	ret = init_srcu_struct(&parent->srcu);
	if (ret)
		goto err_free;

	ret = vdcm_pasid_pf_init(parent);
	if (ret)
		goto err_srcu;

	ret = vdcm_worker_start(parent);
	if (ret)
		goto err_pasid;

	pf->parent = parent;
	mutex_lock(&parents_lock);
	list_add_tail(&parent->node, &parents);
	mutex_unlock(&parents_lock);

	/* Before udev is told that there is a PF. */
	ret = sysfs_create_group(&pf->dev->kobj, &vdcm_pf_group);
	if (ret)
		goto err_unlist;

	ret = vdcm_mdev_register(parent);
	if (ret)
		goto err_group;

	return 0;

err_group:
	sysfs_remove_group(&pf->dev->kobj, &vdcm_pf_group);
err_unlist:
	mutex_lock(&parents_lock);
	list_del(&parent->node);
	mutex_unlock(&parents_lock);
	pf->parent = NULL;
	vdcm_worker_stop(parent);
err_pasid:
	vdcm_pasid_pf_exit(parent);
err_srcu:
	cleanup_srcu_struct(&parent->srcu);
err_free:
	kfree(parent);
	return ret;
}
EXPORT_SYMBOL_GPL(adi_pf_register);

void adi_pf_unregister(struct adi_pf *pf)
{
	struct vdcm_parent *parent = pf->parent;

	vdcm_mdev_unregister(parent);
	/* Waits for its readers, who need the list. */
	sysfs_remove_group(&pf->dev->kobj, &vdcm_pf_group);

	mutex_lock(&parents_lock);
	list_del(&parent->node);
	mutex_unlock(&parents_lock);

	dev_info(pf->dev, "ADIs created %d, removed %d\n",
		 atomic_read(&parent->created), atomic_read(&parent->removed));

	pf->parent = NULL;
	vdcm_worker_stop(parent);
	vdcm_pasid_pf_exit(parent);
	cleanup_srcu_struct(&parent->srcu);
	kfree(parent);
}
EXPORT_SYMBOL_GPL(adi_pf_unregister);
