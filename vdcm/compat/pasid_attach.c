// SPDX-License-Identifier: GPL-2.0
/*
 * PASIDs on Linux 6.12 and later: one is allocated, and a domain is attached to
 * it, while the device keeps the domain that its driver's own DMA is in.
 */
#include "pasid.h"

const char * const vdcm_space_how = "attach";

int vdcm_space_enable(struct device *dev, const char **why)
{
	if (!device_iommu_mapped(dev) || !dev->iommu) {
		*why = "there is no IOMMU, or it is off (intel_iommu=on)";
		return -ENODEV;
	}
	if (!dev->iommu->max_pasids) {
		*why = "the IOMMU or the device has none, or they are off (intel_iommu=on,sm_on)";
		return -EOPNOTSUPP;
	}
	return 0;
}

void vdcm_space_disable(struct device *dev)
{
}

int vdcm_space_create(struct vdcm_space *space, struct device *dev,
		      const char **why)
{
	ioasid_t pasid;
	int ret;

	space->dev = dev;
	space->pasid = ADI_NO_PASID;
	space->domain = iommu_paging_domain_alloc(dev);
	if (IS_ERR(space->domain)) {
		*why = "the IOMMU has no domain";
		return PTR_ERR(space->domain);
	}
	pasid = iommu_alloc_global_pasid(dev);
	if (pasid == IOMMU_PASID_INVALID) {
		*why = "all are in use";
		ret = -ENOSPC;
		goto err_free;
	}
	ret = iommu_attach_device_pasid(space->domain, dev, pasid, NULL);
	if (ret) {
		*why = "this IOMMU attaches no domain to one";
		goto err_pasid;
	}
	space->attached = true;
	space->pasid = pasid;
	return 0;

err_pasid:
	iommu_free_global_pasid(pasid);
err_free:
	iommu_domain_free(space->domain);
	return ret;
}

void vdcm_space_sever(struct vdcm_space *space)
{
	if (space->attached)
		iommu_detach_device_pasid(space->domain, space->dev,
					  space->pasid);
	space->attached = false;
}

void vdcm_space_destroy(struct vdcm_space *space)
{
	vdcm_space_sever(space);
	iommu_free_global_pasid(space->pasid);
	iommu_domain_free(space->domain);
}
