// SPDX-License-Identifier: GPL-2.0
/*
 * No PASIDs, on kernels in which nothing attaches a domain to one: Linux 5.18
 * to 6.11, of those Debian has 6.1.
 */
#include "pasid.h"

const char * const vdcm_space_how = "none";

int vdcm_space_enable(struct device *dev, const char **why)
{
	*why = "this kernel cannot attach a domain to one; 5.10 and 6.12 can";
	return -EOPNOTSUPP;
}

void vdcm_space_disable(struct device *dev)
{
}

int vdcm_space_create(struct vdcm_space *space, struct device *dev,
		      const char **why)
{
	return vdcm_space_enable(dev, why);
}

/* There is none of which these could be asked. */
void vdcm_space_sever(struct vdcm_space *space)
{
}

void vdcm_space_destroy(struct vdcm_space *space)
{
}
