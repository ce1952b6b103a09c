/* SPDX-License-Identifier: GPL-2.0 */
/*
 * devlink on kernels where the device is named when it is registered (5.10),
 * and on those where it is when it is allocated.
 */
#ifndef VDCM_DEVLINK_H
#define VDCM_DEVLINK_H

#include <net/devlink.h>

/* Allocated and registered, or NULL. Without private memory. */
static inline struct devlink *
vdcm_devlink_create(const struct devlink_ops *ops, struct device *dev)
{
	struct devlink *devlink;

#ifdef HAVE_DEVLINK_REGISTER_DEV
	devlink = devlink_alloc(ops, 0);
	if (devlink && devlink_register(devlink, dev)) {
		devlink_free(devlink);
		devlink = NULL;
	}
#else
	devlink = devlink_alloc(ops, 0, dev);
	if (devlink)
		devlink_register(devlink);
#endif
	return devlink;
}

/* Later kernels know the driver's name without being told. */
static inline int vdcm_devlink_driver_name(struct devlink_info_req *req,
					   const char *name)
{
#ifdef HAVE_DEVLINK_DRIVER_NAME
	return devlink_info_driver_name_put(req, name);
#else
	return 0;
#endif
}

#endif /* VDCM_DEVLINK_H */
