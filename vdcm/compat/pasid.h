/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An IOMMU domain attached to a device under a PASID. Three implementations,
 * of which Kbuild picks one:
 *
 *   pasid_aux.c     aux domains, the device a "parent" of them (5.10)
 *   pasid_attach.c  a PASID is allocated and a domain attached to it (6.12)
 *   pasid_none.c    neither: aux domains are gone, the other is yet to come (6.1)
 *
 * Process context, all of it.
 */
#ifndef VDCM_COMPAT_PASID_H
#define VDCM_COMPAT_PASID_H

#include <linux/device.h>
#include <linux/iommu.h>

#include "adi.h"

/**
 * struct vdcm_space - an address space for a device's DMA
 * @dev:      the device
 * @domain:   what is mapped
 * @pasid:    what DMA in it is tagged with
 * @attached: it can be
 */
struct vdcm_space {
	struct device *dev;
	struct iommu_domain *domain;
	u32 pasid;
	bool attached;
};

/* How it is done, in one word. */
extern const char * const vdcm_space_how;

/*
 * Prepare a device. An error comes with a reason that completes "no PASIDs: ".
 */
int vdcm_space_enable(struct device *dev, const char **why);
void vdcm_space_disable(struct device *dev);

/*
 * A space with nothing in it, attached. @space is zeroed memory. Errors as
 * above; -ENOSPC when the device has no PASID left.
 */
int vdcm_space_create(struct vdcm_space *space, struct device *dev,
		      const char **why);
/* The device reaches nothing any more. */
void vdcm_space_sever(struct vdcm_space *space);
void vdcm_space_destroy(struct vdcm_space *space);

static inline int vdcm_space_map(struct vdcm_space *space, u64 iova,
				 phys_addr_t phys, size_t len, int prot)
{
#ifdef HAVE_IOMMU_MAP_ATOMIC
	return iommu_map(space->domain, iova, phys, len, prot);
#else
	return iommu_map(space->domain, iova, phys, len, prot,
			 GFP_KERNEL_ACCOUNT);
#endif
}

#endif /* VDCM_COMPAT_PASID_H */
