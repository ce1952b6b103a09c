// SPDX-License-Identifier: GPL-2.0
/*
 * Mediated devices on Linux 6.1 and later: vdcm is a driver on the mdev bus and
 * registers a vfio device for each mediated device it is given.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "vdcm.h"

static struct vdcm_adi *to_adi(struct vfio_device *vfio)
{
	return container_of(vfio, struct vdcm_adi, vdev.vfio);
}

static struct vdcm_mdev_type *to_vdcm_type(struct mdev_type *type)
{
	return container_of(type, struct vdcm_mdev_type, type);
}

static int vdcm_vfio_init(struct vfio_device *vfio)
{
	struct mdev_device *mdev = to_mdev_device(vfio->dev);
	struct vdcm_mdev_type *type = to_vdcm_type(mdev->type);

	return vdcm_adi_init(to_adi(vfio), type->parent, type->shape,
			     vfio->dev);
}

/* What init took goes in remove(), when no user can return; memory goes here. */
static void vdcm_vfio_release(struct vfio_device *vfio)
{
	struct vdcm_adi *adi = to_adi(vfio);

	/* Registration failed after init: there was no remove(). */
	if (adi->avf)
		vdcm_adi_kill(adi);
}

static int vdcm_vfio_open(struct vfio_device *vfio)
{
	return vdcm_adi_open(to_adi(vfio));
}

static void vdcm_vfio_close(struct vfio_device *vfio)
{
	vdcm_adi_close(to_adi(vfio));
}

static ssize_t vdcm_vfio_read(struct vfio_device *vfio, char __user *buf,
			      size_t count, loff_t *ppos)
{
	return vdcm_adi_read(to_adi(vfio), buf, count, ppos);
}

static ssize_t vdcm_vfio_write(struct vfio_device *vfio,
			       const char __user *buf, size_t count,
			       loff_t *ppos)
{
	return vdcm_adi_write(to_adi(vfio), buf, count, ppos);
}

#ifdef HAVE_VFIO_REGION_INFO_CAPS

static int vdcm_vfio_region_info(struct vfio_device *vfio,
				 struct vfio_region_info *info,
				 struct vfio_info_cap *caps)
{
	return vdcm_adi_region_info(to_adi(vfio), info, caps);
}

static long vdcm_vfio_ioctl(struct vfio_device *vfio, unsigned int cmd,
			    unsigned long arg)
{
	return vdcm_adi_ioctl(to_adi(vfio), cmd, arg);
}

#else

static long vdcm_vfio_ioctl(struct vfio_device *vfio, unsigned int cmd,
			    unsigned long arg)
{
	if (cmd == VFIO_DEVICE_GET_REGION_INFO)
		return vdcm_region_info_ioctl(to_adi(vfio), arg);
	return vdcm_adi_ioctl(to_adi(vfio), cmd, arg);
}

#endif

static int vdcm_vfio_mmap(struct vfio_device *vfio, struct vm_area_struct *vma)
{
	return vdcm_adi_mmap(to_adi(vfio), vma);
}

static void vdcm_vfio_request(struct vfio_device *vfio, unsigned int count)
{
	vdcm_irqs_request(to_adi(vfio), count);
}

static void vdcm_vfio_dma_unmap(struct vfio_device *vfio, u64 iova, u64 length)
{
	vdcm_dma_unmap(to_adi(vfio), iova, length);
}

static const struct vfio_device_ops vdcm_vfio_ops = {
	.name = "vdcm",
	.init = vdcm_vfio_init,
	.release = vdcm_vfio_release,
	.open_device = vdcm_vfio_open,
	.close_device = vdcm_vfio_close,
	.read = vdcm_vfio_read,
	.write = vdcm_vfio_write,
	.ioctl = vdcm_vfio_ioctl,
#ifdef HAVE_VFIO_REGION_INFO_CAPS
	.get_region_info_caps = vdcm_vfio_region_info,
#endif
	.mmap = vdcm_vfio_mmap,
	.request = vdcm_vfio_request,
	.dma_unmap = vdcm_vfio_dma_unmap,
#ifdef HAVE_VFIO_IOMMUFD_OPS
	.bind_iommufd = vfio_iommufd_emulated_bind,
	.unbind_iommufd = vfio_iommufd_emulated_unbind,
	.attach_ioas = vfio_iommufd_emulated_attach_ioas,
#endif
#ifdef HAVE_VFIO_DETACH_IOAS
	.detach_ioas = vfio_iommufd_emulated_detach_ioas,
#endif
};

static int vdcm_mdev_probe(struct mdev_device *mdev)
{
	struct vdcm_adi *adi;
	int ret;

	adi = vfio_alloc_device(vdcm_adi, vdev.vfio, &mdev->dev,
				&vdcm_vfio_ops);
	if (IS_ERR(adi))
		return PTR_ERR(adi);

	dev_set_drvdata(&mdev->dev, adi);
	ret = vfio_register_emulated_iommu_dev(&adi->vdev.vfio);
	if (ret)
		vfio_put_device(&adi->vdev.vfio);

	return ret;
}

static void vdcm_mdev_remove(struct mdev_device *mdev)
{
	struct vdcm_adi *adi = dev_get_drvdata(&mdev->dev);

	/* Asks the user to let go, and waits until that happened. */
	vfio_unregister_group_dev(&adi->vdev.vfio);
	vdcm_adi_kill(adi);
	vfio_put_device(&adi->vdev.vfio);
}

static unsigned int vdcm_mdev_available(struct mdev_type *type)
{
	return vdcm_parent_available(to_vdcm_type(type)->parent);
}

static ssize_t vdcm_mdev_description(struct mdev_type *type, char *buf)
{
	struct vdcm_mdev_type *t = to_vdcm_type(type);

	return vdcm_type_description(t->parent, t->shape, buf);
}

static struct mdev_driver vdcm_mdev_driver = {
	.device_api = VFIO_DEVICE_API_PCI_STRING,
	.driver = {
		.name = "vdcm",
		.owner = THIS_MODULE,
		.mod_name = KBUILD_MODNAME,
		.dev_groups = vdcm_adi_groups,
	},
	.probe = vdcm_mdev_probe,
	.remove = vdcm_mdev_remove,
	.get_available = vdcm_mdev_available,
	.show_description = vdcm_mdev_description,
};

int vdcm_mdev_init(void)
{
	return mdev_register_driver(&vdcm_mdev_driver);
}

void vdcm_mdev_exit(void)
{
	mdev_unregister_driver(&vdcm_mdev_driver);
}

int vdcm_mdev_register(struct vdcm_parent *parent)
{
	struct vdcm_mdev_parent *p = &parent->mdev;
	unsigned int i, n = vdcm_parent_shapes(parent);
	int ret = -ENOMEM;

	p->type = kcalloc(n, sizeof(*p->type), GFP_KERNEL);
	p->types = kcalloc(n, sizeof(*p->types), GFP_KERNEL);
	if (!p->type || !p->types)
		goto err_free;

	for (i = 0; i < n; i++) {
		p->type[i].type.sysfs_name = vdcm_shapes[i].name;
		p->type[i].type.pretty_name = VDCM_TYPE_PRETTY;
		p->type[i].parent = parent;
		p->type[i].shape = &vdcm_shapes[i];
		p->types[i] = &p->type[i].type;
	}

	ret = mdev_register_parent(&p->parent, parent->pf->dev,
				   &vdcm_mdev_driver, p->types, n);
	if (ret)
		goto err_free;
	return 0;

err_free:
	kfree(p->types);
	kfree(p->type);
	return ret;
}

void vdcm_mdev_unregister(struct vdcm_parent *parent)
{
	mdev_unregister_parent(&parent->mdev.parent);
	kfree(parent->mdev.types);
	kfree(parent->mdev.type);
}

struct vdcm_adi *vdcm_adi_from_dev(struct device *dev)
{
	return dev_get_drvdata(dev);
}

int vdcm_vdev_pin(struct vdcm_adi *adi, u64 iova, bool write,
		  struct page **page)
{
	int ret = vfio_pin_pages(&adi->vdev.vfio, iova, 1,
				 write ? IOMMU_READ | IOMMU_WRITE : IOMMU_READ,
				 page);

	if (ret < 0)
		return ret;
	return ret == 1 ? 0 : -EFAULT;
}

void vdcm_vdev_unpin(struct vdcm_adi *adi, u64 iova)
{
	vfio_unpin_pages(&adi->vdev.vfio, iova, 1);
}

int vdcm_vdev_pin_pages(struct vdcm_adi *adi, u64 iova, u32 n, bool write,
			u64 *phys, struct vdcm_pin_scratch *scratch)
{
	int ret = vfio_pin_pages(&adi->vdev.vfio, iova, n,
				 write ? IOMMU_READ | IOMMU_WRITE : IOMMU_READ,
				 scratch->page);
	u32 i;

	/* The container's way to say it, and that of iommufd. */
	if (ret == -EINVAL || ret == -ENOENT)
		return -ENOENT;
	if (ret < 0)
		return ret;
	if (ret != n) {
		if (ret)
			vfio_unpin_pages(&adi->vdev.vfio, iova, ret);
		return -EFAULT;
	}
	for (i = 0; i < n; i++)
		phys[i] = page_to_phys(scratch->page[i]);
	return 0;
}

void vdcm_vdev_unpin_pages(struct vdcm_adi *adi, u64 iova, u32 n,
			   struct vdcm_pin_scratch *scratch)
{
	vfio_unpin_pages(&adi->vdev.vfio, iova, n);
}

int vdcm_vdev_dma_rw(struct vdcm_adi *adi, u64 iova, void *buf, size_t len,
		     bool write)
{
	return vfio_dma_rw(&adi->vdev.vfio, iova, buf, len, write);
}
