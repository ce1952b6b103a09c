/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small differences between kernels. The code is written for the newest one;
 * this file makes older ones look like it. What cannot be bent with a few
 * lines lives in mdev_v1.c and mdev_v2.c.
 */
#ifndef VDCM_COMPAT_H
#define VDCM_COMPAT_H

#include <linux/etherdevice.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/shmem_fs.h>

/* mac_pton() moved here from kernel.h. */
#ifdef HAVE_HEX_H
#include <linux/hex.h>
#endif

#if defined(NO_SYMVERS)
#error "no Module.symvers: install the kernel's headers package"
#elif !defined(HAVE_MDEV_REGISTER_PARENT) && !defined(HAVE_MDEV_REGISTER_DEVICE)
#error "no CONFIG_VFIO_MDEV: use Debian's amd64 flavour, not cloud-amd64"
#endif

static inline void vdcm_eventfd_signal(struct eventfd_ctx *ctx)
{
#ifdef HAVE_EVENTFD_SIGNAL_ONE
	eventfd_signal(ctx);
#else
	eventfd_signal(ctx, 1);
#endif
}

#ifndef HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

static inline void vdcm_napi_add(struct net_device *dev,
				 struct napi_struct *napi,
				 int (*poll)(struct napi_struct *, int))
{
#ifdef HAVE_NETIF_NAPI_ADD_WEIGHT
	netif_napi_add_weight(dev, napi, poll, NAPI_POLL_WEIGHT);
#else
	netif_napi_add(dev, napi, poll, NAPI_POLL_WEIGHT);
#endif
}

#ifndef HAVE_ETH_HW_ADDR_SET
static inline void eth_hw_addr_set(struct net_device *dev, const u8 *addr)
{
	ether_addr_copy(dev->dev_addr, addr);
}
#endif

#ifndef HAVE_VM_FLAGS_SET
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}

static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags &= ~flags;
}
#endif

#ifndef HAVE_RELEASE_FAULT_LOCK
static inline void release_fault_lock(struct vm_fault *vmf)
{
	mmap_read_unlock(vmf->vma->vm_mm);
}
#endif

/* A file without pages, for the address space that comes with it. */
static inline struct file *vdcm_shmem_file(const char *name)
{
#ifdef HAVE_SHMEM_VMA_FLAGS
	return shmem_file_setup(name, PAGE_SIZE,
				mk_vma_flags(VMA_NORESERVE_BIT));
#else
	return shmem_file_setup(name, PAGE_SIZE, VM_NORESERVE);
#endif
}

#ifndef HAVE_VMA_SET_FILE
static inline void vma_set_file(struct vm_area_struct *vma, struct file *file)
{
	get_file(file);
	swap(vma->vm_file, file);
	fput(file);
}
#endif

#endif /* VDCM_COMPAT_H */
