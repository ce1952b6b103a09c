// SPDX-License-Identifier: GPL-2.0
/*
 * What a user does with the device's file descriptor: look at regions, read
 * and write them, route interrupts, reset.
 */
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "vdcm.h"
#include "vdcm_trace.h"
#include "vdcm_uapi.h"

/* Bytes handled per turn; registers are dwords, config reads come in blocks. */
#define VDCM_CHUNK	64

static u64 vdcm_region_size(u32 index)
{
	switch (index) {
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return AVF_CFG_SIZE;
	case VFIO_PCI_BAR0_REGION_INDEX:
	case VDCM_BAR_REGION_INDEX:
		return AVF_BAR0_SIZE;
	case VFIO_PCI_BAR3_REGION_INDEX:
		return AVF_BAR3_SIZE;
	default:
		return 0;
	}
}

/* How many of @count bytes at @off to handle at once. */
static u32 vdcm_chunk(u32 index, u64 off, size_t count)
{
	u32 align = index == VFIO_PCI_CONFIG_REGION_INDEX ? VDCM_CHUNK : 4;

	/* Not across the next boundary, so that a dword stays one access. */
	return min_t(u64, count, align - (off & (align - 1)));
}

static void vdcm_region_read(struct vdcm_adi *adi, u32 index, u32 off,
			     u8 *buf, u32 len)
{
	u32 val;

	if (index != VFIO_PCI_CONFIG_REGION_INDEX)
		atomic_long_inc(&adi->bar_reads);
	if (index == VFIO_PCI_BAR0_REGION_INDEX && len == 4 &&
	    avf_fast_read(adi->avf, off, &val)) {
		__le32 raw = cpu_to_le32(val);

		memcpy(buf, &raw, sizeof(raw));
		return;
	}

	mutex_lock(&adi->ctl_lock);
	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		avf_cfg_read(adi->avf, off, buf, len);
	else
		avf_bar_read(adi->avf, index, off, buf, len);
	/* Of registers in memory, this may have been the first to see a tail. */
	if (avf_mbx_pending(adi->avf))
		avf_mbx_run(adi->avf);
	mutex_unlock(&adi->ctl_lock);
}

static void vdcm_region_write(struct vdcm_adi *adi, u32 index, u32 off,
			      const u8 *buf, u32 len)
{
	if (index != VFIO_PCI_CONFIG_REGION_INDEX)
		atomic_long_inc(&adi->bar_writes);
	if (index == VFIO_PCI_BAR0_REGION_INDEX && len == 4) {
		__le32 raw;

		memcpy(&raw, buf, sizeof(raw));
		if (avf_fast_write(adi->avf, off, le32_to_cpu(raw)))
			return;
	}

	mutex_lock(&adi->ctl_lock);
	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		avf_cfg_write(adi->avf, off, buf, len);
	else
		avf_bar_write(adi->avf, index, off, buf, len);

	/*
	 * Drivers look for some replies right after ringing the doorbell, so
	 * the mailbox runs before the write returns; never from within the
	 * register's own handler.
	 */
	if (avf_mbx_pending(adi->avf))
		avf_mbx_run(adi->avf);
	mutex_unlock(&adi->ctl_lock);
}

/* The region that @pos lies in, to read and write: BAR0 has two. */
static u32 vdcm_index(loff_t pos)
{
	u32 index = VDCM_OFFSET_TO_INDEX(pos);

	return index == VDCM_BAR_REGION_INDEX ? VFIO_PCI_BAR0_REGION_INDEX :
						index;
}

/* Checks a range; returns the bytes that lie inside the region, or -errno. */
static ssize_t vdcm_access_len(loff_t pos, size_t count)
{
	u64 size = vdcm_region_size(VDCM_OFFSET_TO_INDEX(pos));
	u64 off = pos & VDCM_OFFSET_MASK;

	if (pos < 0 || !size || off >= size)
		return -EINVAL;

	return min_t(u64, count, size - off);
}

/**
 * vdcm_adi_read() - read from a region
 * @adi:   the ADI
 * @buf:   user memory
 * @count: bytes
 * @ppos:  region and offset; advanced
 *
 * Returns bytes read (short at the region's end), -EINVAL outside any region,
 * -EFAULT, -ENOMEM.
 */
ssize_t vdcm_adi_read(struct vdcm_adi *adi, char __user *buf, size_t count,
		      loff_t *ppos)
{
	u32 index = vdcm_index(*ppos);
	u64 off = *ppos & VDCM_OFFSET_MASK;
	ssize_t len = vdcm_access_len(*ppos, count);
	ssize_t done = 0;
	u8 data[VDCM_CHUNK];

	if (len < 0)
		return len;
	if (VDCM_OFFSET_TO_INDEX(*ppos) == VDCM_BAR_REGION_INDEX) {
		int ret = vdcm_bar_prepare(adi);

		if (ret)
			return ret;
	}

	while (done < len) {
		u32 n = vdcm_chunk(index, off, len - done);

		vdcm_region_read(adi, index, off, data, n);
		trace_vdcm_read(adi, index, off, data, n);
		if (copy_to_user(buf + done, data, n))
			return -EFAULT;
		off += n;
		done += n;
	}

	*ppos += done;
	return done;
}

/**
 * vdcm_adi_write() - write to a region
 * @adi:   the ADI
 * @buf:   user memory
 * @count: bytes
 * @ppos:  region and offset; advanced
 *
 * Returns as vdcm_adi_read(), but not -ENOMEM.
 */
ssize_t vdcm_adi_write(struct vdcm_adi *adi, const char __user *buf,
		       size_t count, loff_t *ppos)
{
	u32 index = vdcm_index(*ppos);
	u64 off = *ppos & VDCM_OFFSET_MASK;
	ssize_t len = vdcm_access_len(*ppos, count);
	ssize_t done = 0;
	u8 data[VDCM_CHUNK];

	if (len < 0)
		return len;

	while (done < len) {
		u32 n = vdcm_chunk(index, off, len - done);

		/* Before any lock: this may fault. */
		if (copy_from_user(data, buf + done, n))
			return -EFAULT;
		trace_vdcm_write(adi, index, off, data, n);
		vdcm_region_write(adi, index, off, data, n);
		off += n;
		done += n;
	}

	*ppos += done;
	return done;
}

/**
 * vdcm_adi_region_info() - describe a region
 * @adi:  the ADI
 * @info: in: index; out: the rest
 * @caps: capability chain
 *
 * Returns 0, -EINVAL for an unknown region, -ENOMEM.
 */
int vdcm_adi_region_info(struct vdcm_adi *adi, struct vfio_region_info *info,
			 struct vfio_info_cap *caps)
{
	if (info->index >= VDCM_NUM_REGIONS)
		return -EINVAL;

	info->offset = VDCM_INDEX_TO_OFFSET(info->index);
	info->size = vdcm_region_size(info->index);
	info->flags = 0;
	if (info->size)
		info->flags = VFIO_REGION_INFO_FLAG_READ |
			      VFIO_REGION_INFO_FLAG_WRITE;
	if (info->index == VFIO_PCI_BAR0_REGION_INDEX)
		return vdcm_doorbell_caps(adi, info, caps);
	if (info->index == VDCM_BAR_REGION_INDEX)
		return vdcm_bar_info(adi, info, caps);

	return 0;
}

/**
 * vdcm_adi_mmap() - map part of a region
 * @adi: the ADI
 * @vma: where
 *
 * Called with the mmap lock held. Returns 0, -EINVAL for what cannot be mapped,
 * or as vdcm_mapping_add().
 */
int vdcm_adi_mmap(struct vdcm_adi *adi, struct vm_area_struct *vma)
{
	u64 off = (u64)vma->vm_pgoff << PAGE_SHIFT;

	if (VDCM_OFFSET_TO_INDEX(off) == VDCM_BAR_REGION_INDEX)
		return vdcm_bar_mmap(adi, vma);
	return vdcm_doorbell_mmap(adi, vma);
}

static long vdcm_device_info(void __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info = {};

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;

	info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	info.num_regions = VDCM_NUM_REGIONS;
	info.num_irqs = VFIO_PCI_NUM_IRQS;

	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static long vdcm_irq_info(struct vdcm_adi *adi, void __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info;
	int ret;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;

	ret = vdcm_irqs_info(adi, &info);
	if (ret)
		return ret;

	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static long vdcm_dma_hint(struct vdcm_adi *adi, void __user *arg)
{
	struct vdcm_dma_hint hint;

	if (copy_from_user(&hint, arg, sizeof(hint)))
		return -EFAULT;
	if (hint.argsz < sizeof(hint) || hint.flags)
		return -EINVAL;

	return vdcm_pasid_hint(adi, hint.iova, hint.size);
}

/**
 * vdcm_adi_ioctl() - everything but region info
 * @adi: the ADI
 * @cmd: VFIO_DEVICE_*, VDCM_*
 * @arg: its argument
 *
 * Returns 0 or -errno; -ENOTTY for what is not implemented.
 */
long vdcm_adi_ioctl(struct vdcm_adi *adi, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return vdcm_device_info(uarg);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return vdcm_irq_info(adi, uarg);
	case VFIO_DEVICE_SET_IRQS:
		return vdcm_irqs_set(adi, uarg);
	case VFIO_DEVICE_RESET:
		vdcm_adi_reset(adi);
		return 0;
	case VDCM_DMA_HINT:
		return vdcm_dma_hint(adi, uarg);
	default:
		return -ENOTTY;
	}
}
