/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's side of a mediated device, hidden behind one set of names. Two
 * implementations: mdev_v1.c for kernels where a parent has one table of
 * callbacks and vfio_mdev.ko is the driver (5.10), mdev_v2.c for those where we
 * are the driver (6.1 and later). Kbuild picks one.
 */
#ifndef VDCM_MDEV_H
#define VDCM_MDEV_H

#include <linux/mdev.h>
#include <linux/notifier.h>
#include <linux/vfio.h>
#include <linux/workqueue.h>

struct vdcm_adi;
struct vdcm_parent;
struct vdcm_shape;

/* Pages that vfio pins at a time. */
#define VDCM_PIN_MAX		512

#ifdef HAVE_MDEV_REGISTER_PARENT

struct vdcm_vdev {
	struct vfio_device vfio;	/* first, as vfio_alloc_device() demands */
};

struct vdcm_pin_scratch {
	struct page *page[VDCM_PIN_MAX];
};

struct vdcm_mdev_type {
	struct mdev_type type;
	struct vdcm_parent *parent;
	const struct vdcm_shape *shape;
};

struct vdcm_mdev_parent {
	struct mdev_parent parent;
	struct vdcm_mdev_type *type;
	struct mdev_type **types;
};

#else

/**
 * struct vdcm_vdev - what vfio core keeps for us on later kernels
 * @mdev:       the mediated device
 * @group:      its vfio group, while open
 * @iommu_nb:   hears of unmapped guest memory, while open
 * @open_lock:  guards @open_count
 * @open_count: file descriptors
 * @request:    asks the user to let go, repeated until the device is closed
 * @requests:   how often that was
 */
struct vdcm_vdev {
	struct mdev_device *mdev;
	struct vfio_group *group;
	struct notifier_block iommu_nb;
	struct mutex open_lock;	/* @open_count */
	unsigned int open_count;
	struct delayed_work request;
	unsigned int requests;
};

struct vdcm_pin_scratch {
	unsigned long user[VDCM_PIN_MAX];
	unsigned long pfn[VDCM_PIN_MAX];
};

struct vdcm_mdev_parent {
	struct mdev_parent_ops ops;
	struct attribute_group **types;
};

#endif

/* Once per module. */
int vdcm_mdev_init(void);
void vdcm_mdev_exit(void);

/* Once per PF: create mdev_supported_types/ below its device, and remove it. */
int vdcm_mdev_register(struct vdcm_parent *parent);
void vdcm_mdev_unregister(struct vdcm_parent *parent);

/* The ADI behind an mdev's struct device (for its sysfs attributes). */
struct vdcm_adi *vdcm_adi_from_dev(struct device *dev);

/*
 * Guest memory of an open device; all may sleep. @iova is page aligned.
 *
 * vdcm_vdev_pin() returns 0, -EACCES where the container cannot pin at all,
 * -EPERM when the mapping is read-only and @write was asked for, or another
 * error. Each pinned page must be given back with vdcm_vdev_unpin().
 */
int vdcm_vdev_pin(struct vdcm_adi *adi, u64 iova, bool write,
		  struct page **page);
void vdcm_vdev_unpin(struct vdcm_adi *adi, u64 iova);

/*
 * The same for @n pages, 1..VDCM_PIN_MAX: all or none. @phys is where they are.
 * Returns -ENOENT also where one is not there, or is not memory.
 */
int vdcm_vdev_pin_pages(struct vdcm_adi *adi, u64 iova, u32 n, bool write,
			u64 *phys, struct vdcm_pin_scratch *scratch);
void vdcm_vdev_unpin_pages(struct vdcm_adi *adi, u64 iova, u32 n,
			   struct vdcm_pin_scratch *scratch);

int vdcm_vdev_dma_rw(struct vdcm_adi *adi, u64 iova, void *buf, size_t len,
		     bool write);

/* region_info.c, where vfio core does not do it. */
long vdcm_region_info_ioctl(struct vdcm_adi *adi, unsigned long arg);

#endif /* VDCM_MDEV_H */
