// SPDX-License-Identifier: GPL-2.0
/*
 * PFs: registration, capacity, and the way from a struct device to its PF.
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
	atomic_set(&parent->available, pf->max_adis);
	ret = init_srcu_struct(&parent->srcu);
	if (ret)
		goto err_free;

	ret = vdcm_worker_start(parent);
	if (ret)
		goto err_srcu;

	pf->parent = parent;
	mutex_lock(&parents_lock);
	list_add_tail(&parent->node, &parents);
	mutex_unlock(&parents_lock);

	ret = vdcm_mdev_register(parent);
	if (ret)
		goto err_unlist;

	return 0;

err_unlist:
	mutex_lock(&parents_lock);
	list_del(&parent->node);
	mutex_unlock(&parents_lock);
	pf->parent = NULL;
	vdcm_worker_stop(parent);
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

	mutex_lock(&parents_lock);
	list_del(&parent->node);
	mutex_unlock(&parents_lock);

	dev_info(pf->dev, "ADIs created %d, removed %d\n",
		 atomic_read(&parent->created), atomic_read(&parent->removed));

	pf->parent = NULL;
	vdcm_worker_stop(parent);
	cleanup_srcu_struct(&parent->srcu);
	kfree(parent);
}
EXPORT_SYMBOL_GPL(adi_pf_unregister);
