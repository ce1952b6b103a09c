// SPDX-License-Identifier: GPL-2.0
/*
 * vdcm: virtual device composition module. Makes complete Intel AVF network
 * functions out of the assignable device interfaces that PF drivers offer.
 */
#include <linux/module.h>

#include "vdcm.h"

static int __init vdcm_init(void)
{
	int ret;

	vdcm_debugfs_init();
	ret = vdcm_mdev_init();
	if (ret)
		vdcm_debugfs_exit();
	return ret;
}

static void __exit vdcm_exit(void)
{
	vdcm_mdev_exit();
	vdcm_debugfs_exit();
}

module_init(vdcm_init);
module_exit(vdcm_exit);

MODULE_DESCRIPTION("Virtual device composition module: Intel AVF as mediated device");
MODULE_AUTHOR("The vdcm authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
