// SPDX-License-Identifier: GPL-2.0
/*
 * Mediated devices on Linux 5.10: a parent registers one table of callbacks,
 * and vfio_mdev.ko is the driver that turns each mediated device into a vfio
 * device. What later kernels do for us is done here: counting users, hearing of
 * unmapped memory, and asking a user to let go before a removal waits for it.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "vdcm.h"

#define VDCM_REQUEST_PERIOD	(10 * HZ)

static struct vdcm_adi *to_adi(struct mdev_device *mdev)
{
	return mdev_get_drvdata(mdev);
}

static void vdcm_v1_request(struct work_struct *work)
{
	struct vdcm_vdev *vdev = container_of(to_delayed_work(work),
					      struct vdcm_vdev, request);
	struct vdcm_adi *adi = container_of(vdev, struct vdcm_adi, vdev);

	mutex_lock(&vdev->open_lock);
	if (vdev->open_count) {
		vdcm_irqs_request(adi, vdev->requests++);
		schedule_delayed_work(&vdev->request, VDCM_REQUEST_PERIOD);
	}
	mutex_unlock(&vdev->open_lock);
}

/* The shape of a type, whose kobject is called <driver of @dev>-<shape>. */
static const struct vdcm_shape *vdcm_v1_shape(struct kobject *kobj,
					      struct device *dev)
{
	size_t prefix = strlen(dev_driver_string(dev)) + 1;
	const char *name = kobject_name(kobj);
	unsigned int i;

	for (i = 0; i < VDCM_NUM_SHAPES && strlen(name) > prefix; i++)
		if (!strcmp(name + prefix, vdcm_shapes[i].name))
			return &vdcm_shapes[i];
	return NULL;
}

static int vdcm_v1_create(struct kobject *kobj, struct mdev_device *mdev)
{
	struct device *dev = mdev_parent_dev(mdev);
	const struct vdcm_shape *shape = vdcm_v1_shape(kobj, dev);
	struct vdcm_parent *parent = vdcm_parent_find(dev);
	struct vdcm_adi *adi;
	int ret;

	if (!parent || !shape)
		return -ENODEV;

	adi = kzalloc(sizeof(*adi), GFP_KERNEL_ACCOUNT);
	if (!adi)
		return -ENOMEM;

	adi->vdev.mdev = mdev;
	mutex_init(&adi->vdev.open_lock);
	INIT_DELAYED_WORK(&adi->vdev.request, vdcm_v1_request);

	ret = vdcm_adi_init(adi, parent, shape, mdev_dev(mdev));
	if (ret) {
		kfree(adi);
		return ret;
	}

	mdev_set_drvdata(mdev, adi);
	return 0;
}

static int vdcm_v1_remove(struct mdev_device *mdev)
{
	struct vdcm_adi *adi = to_adi(mdev);

	cancel_delayed_work_sync(&adi->vdev.request);
	vdcm_adi_kill(adi);
	mdev_set_drvdata(mdev, NULL);
	kfree(adi);
	return 0;
}

static int vdcm_v1_iommu_notify(struct notifier_block *nb, unsigned long action,
				void *data)
{
	struct vdcm_adi *adi = container_of(nb, struct vdcm_adi, vdev.iommu_nb);
	struct vfio_iommu_type1_dma_unmap *unmap = data;

	if (action == VFIO_IOMMU_NOTIFY_DMA_UNMAP)
		vdcm_dma_unmap(adi, unmap->iova, unmap->size);

	return NOTIFY_OK;
}

static int vdcm_v1_first_open(struct vdcm_adi *adi)
{
	unsigned long events = VFIO_IOMMU_NOTIFY_DMA_UNMAP;
	struct vdcm_vdev *vdev = &adi->vdev;
	int ret;

	/* vfio_mdev.ko pins only itself. */
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;

	vdev->group = vfio_group_get_external_user_from_dev(adi->dev);
	if (IS_ERR(vdev->group)) {
		ret = PTR_ERR(vdev->group);
		goto err_module;
	}

	vdev->iommu_nb.notifier_call = vdcm_v1_iommu_notify;
	ret = vfio_register_notifier(adi->dev, VFIO_IOMMU_NOTIFY, &events,
				     &vdev->iommu_nb);
	if (ret)
		goto err_group;

	ret = vdcm_adi_open(adi);
	if (ret)
		goto err_notifier;

	return 0;

err_notifier:
	vfio_unregister_notifier(adi->dev, VFIO_IOMMU_NOTIFY, &vdev->iommu_nb);
err_group:
	vfio_group_put_external_user(vdev->group);
err_module:
	module_put(THIS_MODULE);
	return ret;
}

static void vdcm_v1_last_close(struct vdcm_adi *adi)
{
	vdcm_adi_close(adi);
	vfio_unregister_notifier(adi->dev, VFIO_IOMMU_NOTIFY,
				 &adi->vdev.iommu_nb);
	vfio_group_put_external_user(adi->vdev.group);
	module_put(THIS_MODULE);
}

static int vdcm_v1_open(struct mdev_device *mdev)
{
	struct vdcm_adi *adi = to_adi(mdev);
	int ret = 0;

	mutex_lock(&adi->vdev.open_lock);
	if (!adi->vdev.open_count)
		ret = vdcm_v1_first_open(adi);
	if (!ret)
		adi->vdev.open_count++;
	mutex_unlock(&adi->vdev.open_lock);

	return ret;
}

static void vdcm_v1_release(struct mdev_device *mdev)
{
	struct vdcm_adi *adi = to_adi(mdev);

	mutex_lock(&adi->vdev.open_lock);
	if (!--adi->vdev.open_count)
		vdcm_v1_last_close(adi);
	mutex_unlock(&adi->vdev.open_lock);
}

static ssize_t vdcm_v1_read(struct mdev_device *mdev, char __user *buf,
			    size_t count, loff_t *ppos)
{
	return vdcm_adi_read(to_adi(mdev), buf, count, ppos);
}

static ssize_t vdcm_v1_write(struct mdev_device *mdev, const char __user *buf,
			     size_t count, loff_t *ppos)
{
	return vdcm_adi_write(to_adi(mdev), buf, count, ppos);
}

static long vdcm_v1_ioctl(struct mdev_device *mdev, unsigned int cmd,
			  unsigned long arg)
{
	if (cmd == VFIO_DEVICE_GET_REGION_INFO)
		return vdcm_region_info_ioctl(to_adi(mdev), arg);
	return vdcm_adi_ioctl(to_adi(mdev), cmd, arg);
}

static int vdcm_v1_mmap(struct mdev_device *mdev, struct vm_area_struct *vma)
{
	return vdcm_adi_mmap(to_adi(mdev), vma);
}

/*
 * Removing a device that is open waits for its user, and nobody tells the user:
 * this kernel's vfio_mdev.ko has no request callback. The bus announces the
 * removal before it starts waiting, which is when we ask.
 */
static int vdcm_v1_bus_notify(struct notifier_block *nb, unsigned long action,
			      void *data)
{
	struct mdev_device *mdev;
	struct vdcm_adi *adi;

	if (action != BUS_NOTIFY_DEL_DEVICE)
		return NOTIFY_DONE;

	mdev = mdev_from_dev(data);
	if (!mdev || !vdcm_parent_find(mdev_parent_dev(mdev)))
		return NOTIFY_DONE;

	adi = to_adi(mdev);
	if (adi)
		schedule_delayed_work(&adi->vdev.request, 0);

	return NOTIFY_OK;
}

static struct notifier_block vdcm_v1_bus_nb = {
	.notifier_call = vdcm_v1_bus_notify,
};

static ssize_t name_show(struct kobject *kobj, struct device *dev, char *buf)
{
	return sprintf(buf, "%s\n", VDCM_TYPE_PRETTY);
}
static MDEV_TYPE_ATTR_RO(name);

static ssize_t description_show(struct kobject *kobj, struct device *dev,
				char *buf)
{
	const struct vdcm_shape *shape = vdcm_v1_shape(kobj, dev);
	struct vdcm_parent *parent = vdcm_parent_find(dev);

	if (!parent || !shape)
		return -ENODEV;
	return vdcm_type_description(parent, shape, buf);
}
static MDEV_TYPE_ATTR_RO(description);

static ssize_t available_instances_show(struct kobject *kobj,
					struct device *dev, char *buf)
{
	struct vdcm_parent *parent = vdcm_parent_find(dev);

	if (!parent)
		return -ENODEV;
	return sprintf(buf, "%u\n", vdcm_parent_available(parent));
}
static MDEV_TYPE_ATTR_RO(available_instances);

static ssize_t device_api_show(struct kobject *kobj, struct device *dev,
			       char *buf)
{
	return sprintf(buf, "%s\n", VFIO_DEVICE_API_PCI_STRING);
}
static MDEV_TYPE_ATTR_RO(device_api);

static struct attribute *vdcm_v1_type_attrs[] = {
	&mdev_type_attr_name.attr,
	&mdev_type_attr_description.attr,
	&mdev_type_attr_available_instances.attr,
	&mdev_type_attr_device_api.attr,
	NULL
};

/* Named after the shapes when the module is loaded. */
static struct attribute_group vdcm_v1_type_group[VDCM_NUM_SHAPES];

static const struct mdev_parent_ops vdcm_v1_ops = {
	.owner = THIS_MODULE,
	.mdev_attr_groups = vdcm_adi_groups,
	.create = vdcm_v1_create,
	.remove = vdcm_v1_remove,
	.open = vdcm_v1_open,
	.release = vdcm_v1_release,
	.read = vdcm_v1_read,
	.write = vdcm_v1_write,
	.ioctl = vdcm_v1_ioctl,
	.mmap = vdcm_v1_mmap,
};

int vdcm_mdev_init(void)
{
	unsigned int i;

	for (i = 0; i < VDCM_NUM_SHAPES; i++) {
		vdcm_v1_type_group[i].name = vdcm_shapes[i].name;
		vdcm_v1_type_group[i].attrs = vdcm_v1_type_attrs;
	}
	return bus_register_notifier(&mdev_bus_type, &vdcm_v1_bus_nb);
}

void vdcm_mdev_exit(void)
{
	bus_unregister_notifier(&mdev_bus_type, &vdcm_v1_bus_nb);
}

int vdcm_mdev_register(struct vdcm_parent *parent)
{
	struct vdcm_mdev_parent *p = &parent->mdev;
	unsigned int i, n = vdcm_parent_shapes(parent);
	int ret;

	/* The last one is NULL. */
	p->types = kcalloc(n + 1, sizeof(*p->types), GFP_KERNEL);
	if (!p->types)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		p->types[i] = &vdcm_v1_type_group[i];

	p->ops = vdcm_v1_ops;
	p->ops.supported_type_groups = p->types;
	ret = mdev_register_device(parent->pf->dev, &p->ops);
	if (ret)
		kfree(p->types);
	return ret;
}

void vdcm_mdev_unregister(struct vdcm_parent *parent)
{
	mdev_unregister_device(parent->pf->dev);
	kfree(parent->mdev.types);
}

struct vdcm_adi *vdcm_adi_from_dev(struct device *dev)
{
	return mdev_get_drvdata(mdev_from_dev(dev));
}

int vdcm_vdev_pin(struct vdcm_adi *adi, u64 iova, bool write,
		  struct page **page)
{
	unsigned long user_pfn = iova >> PAGE_SHIFT;
	unsigned long pfn;
	int ret;

	ret = vfio_pin_pages(adi->dev, &user_pfn, 1,
			     write ? IOMMU_READ | IOMMU_WRITE : IOMMU_READ,
			     &pfn);
	if (ret < 0)
		return ret;
	if (ret != 1)
		return -EFAULT;

	/* Memory without a struct page cannot be touched the way we do. */
	if (!pfn_valid(pfn)) {
		vfio_unpin_pages(adi->dev, &user_pfn, 1);
		return -EFAULT;
	}

	*page = pfn_to_page(pfn);
	return 0;
}

void vdcm_vdev_unpin(struct vdcm_adi *adi, u64 iova)
{
	unsigned long user_pfn = iova >> PAGE_SHIFT;

	vfio_unpin_pages(adi->dev, &user_pfn, 1);
}

int vdcm_vdev_pin_pages(struct vdcm_adi *adi, u64 iova, u32 n, bool write,
			u64 *phys, struct vdcm_pin_scratch *scratch)
{
	u32 i, got;
	int ret;

	for (i = 0; i < n; i++)
		scratch->user[i] = (iova >> PAGE_SHIFT) + i;
	ret = vfio_pin_pages(adi->dev, scratch->user, n,
			     write ? IOMMU_READ | IOMMU_WRITE : IOMMU_READ,
			     scratch->pfn);
	if (ret == -EINVAL)
		return -ENOENT;
	if (ret < 0)
		return ret;

	got = ret;
	for (i = 0; i < got && pfn_valid(scratch->pfn[i]); i++)
		phys[i] = PFN_PHYS(scratch->pfn[i]);
	if (i == n)
		return 0;
	if (got)
		vfio_unpin_pages(adi->dev, scratch->user, got);
	return i < got ? -ENOENT : -EFAULT;
}

void vdcm_vdev_unpin_pages(struct vdcm_adi *adi, u64 iova, u32 n,
			   struct vdcm_pin_scratch *scratch)
{
	u32 i;

	for (i = 0; i < n; i++)
		scratch->user[i] = (iova >> PAGE_SHIFT) + i;
	vfio_unpin_pages(adi->dev, scratch->user, n);
}

int vdcm_vdev_dma_rw(struct vdcm_adi *adi, u64 iova, void *buf, size_t len,
		     bool write)
{
	return vfio_dma_rw(adi->vdev.group, iova, buf, len, write);
}

MODULE_SOFTDEP("pre: vfio_mdev");
