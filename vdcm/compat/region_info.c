// SPDX-License-Identifier: GPL-2.0
/*
 * VFIO_DEVICE_GET_REGION_INFO on kernels whose vfio core leaves copying and the
 * capability chain to the driver.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "vdcm.h"

/**
 * vdcm_region_info_ioctl() - answer VFIO_DEVICE_GET_REGION_INFO
 * @adi: the ADI
 * @arg: struct vfio_region_info of the user, capabilities follow if they fit
 *
 * Returns 0, -EFAULT, or -EINVAL.
 */
long vdcm_region_info_ioctl(struct vdcm_adi *adi, unsigned long arg)
{
	const size_t minsz = offsetofend(struct vfio_region_info, offset);
	struct vfio_info_cap caps = {};
	struct vfio_region_info info;
	void __user *uarg = (void __user *)arg;
	long ret;

	if (copy_from_user(&info, uarg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;

	info.cap_offset = 0;
	ret = vdcm_adi_region_info(adi, &info, &caps);
	if (ret)
		goto free;

	if (caps.size) {
		info.flags |= VFIO_REGION_INFO_FLAG_CAPS;
		if (info.argsz < sizeof(info) + caps.size) {
			info.argsz = sizeof(info) + caps.size;
		} else {
			vfio_info_cap_shift(&caps, sizeof(info));
			if (copy_to_user(uarg + sizeof(info), caps.buf,
					 caps.size)) {
				ret = -EFAULT;
				goto free;
			}
			info.cap_offset = sizeof(info);
		}
	}

	if (copy_to_user(uarg, &info, minsz))
		ret = -EFAULT;
free:
	kfree(caps.buf);
	return ret;
}
