/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * What a user of a mediated device can ask of vdcm besides vfio's own ioctls,
 * on the device's file descriptor.
 */
#ifndef VDCM_UAPI_H
#define VDCM_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct vdcm_dma_hint - memory that the device shall reach
 * @argsz: size of this structure
 * @flags: 0
 * @iova:  address in the container, a multiple of 4096
 * @size:  bytes, a multiple of 4096, not 0
 */
struct vdcm_dma_hint {
	__u32 argsz;
	__u32 flags;
	__u64 iova;
	__u64 size;
};

/**
 * VDCM_DMA_HINT - tell what was mapped with VFIO_IOMMU_MAP_DMA
 *
 * Where the device does DMA under a PASID (attribute pasid_mode is not "none"),
 * vdcm has to know what the user has mapped. It probes when queues are enabled,
 * and so finds a virtual machine's memory: what reaches over a 2 MiB boundary
 * or lies below 2 MiB, up to an address of 4 GiB and twice the host's memory.
 * A user whose mappings are others says what they are: all of them, after
 * mapping and before enabling queues; from the first hint on until the device
 * is closed nothing is probed for. Unmapping needs no hint.
 *
 * What a hint is about was mapped by one call, or by several that share no huge
 * page: of a page of hugetlbfs only the first and the last 4 KiB are pinned,
 * which makes such a hint fast. Unmapping any of it takes all of it from the
 * device.
 *
 * Elsewhere it succeeds, and does nothing. Returns 0, or -1 with errno EINVAL
 * (a field is wrong), ENOENT (not all of it is mapped), ERANGE (the IOMMU can
 * map no memory there), E2BIG (too many pieces), EACCES (the container cannot
 * pin: VFIO_TYPE1_IOMMU, use VFIO_TYPE1v2_IOMMU), ENOMEM (locked memory), EBUSY.
 * All of the range is reachable then, or nothing of it.
 */
#define VDCM_DMA_HINT	_IOW(0xbe, 0, struct vdcm_dma_hint)

#endif /* VDCM_UAPI_H */
