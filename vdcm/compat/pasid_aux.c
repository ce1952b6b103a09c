// SPDX-License-Identifier: GPL-2.0
/*
 * PASIDs on Linux 5.10: a domain is attached to a device in addition to the one
 * it has, and gets a PASID with that. One domain for each ADI: this kernel's
 * VT-d driver corrupts a list when one is attached to the same device twice.
 */
#include <linux/pci.h>

#include "pasid.h"

const char * const vdcm_space_how = "aux";

int vdcm_space_enable(struct device *dev, const char **why)
{
	int ret;

	if (!device_iommu_mapped(dev)) {
		*why = "there is no IOMMU, or it is off (intel_iommu=on,sm_on)";
		return -ENODEV;
	}
	/* This kernel does not flush it for aux domains. */
	if (dev_is_pci(dev) && to_pci_dev(dev)->ats_enabled) {
		*why = "the device caches translations (ATS), and this kernel does not flush that";
		return -EOPNOTSUPP;
	}
	/*
	 * Not iommu_dev_has_feature(): that asks for more than enabling does, a
	 * capability that not every device with PASIDs has.
	 */
	ret = iommu_dev_enable_feature(dev, IOMMU_DEV_FEAT_AUX);
	if (ret)
		*why = "the IOMMU or the device has none, or is not told to (intel_iommu=on,sm_on)";
	return ret;
}

void vdcm_space_disable(struct device *dev)
{
	iommu_dev_disable_feature(dev, IOMMU_DEV_FEAT_AUX);
}

int vdcm_space_create(struct vdcm_space *space, struct device *dev,
		      const char **why)
{
	int ret;

	space->dev = dev;
	space->pasid = ADI_NO_PASID;
	space->domain = iommu_domain_alloc(dev->bus);
	if (!space->domain) {
		*why = "the IOMMU has no domain";
		return -ENOMEM;
	}
	ret = iommu_aux_attach_device(space->domain, dev);
	if (ret) {
		*why = "the IOMMU attaches no domain, or the device's PASIDs are all in use";
		goto err_free;
	}
	space->attached = true;
	ret = iommu_aux_get_pasid(space->domain, dev);
	if (ret <= 0) {
		*why = "the IOMMU attached a domain without one";
		ret = -ENODEV;
		goto err_detach;
	}
	space->pasid = ret;
	return 0;

err_detach:
	vdcm_space_sever(space);
err_free:
	iommu_domain_free(space->domain);
	return ret;
}

void vdcm_space_sever(struct vdcm_space *space)
{
	if (space->attached)
		iommu_aux_detach_device(space->domain, space->dev);
	space->attached = false;
}

void vdcm_space_destroy(struct vdcm_space *space)
{
	vdcm_space_sever(space);
	iommu_domain_free(space->domain);
}
