// SPDX-License-Identifier: GPL-2.0
/*
 * vdcm: virtual device composition module. Makes complete Intel AVF network
 * functions out of the assignable device interfaces that PF drivers offer.
 */
#include <linux/module.h>

#include "vdcm.h"

struct workqueue_struct *vdcm_wq;

static int __init vdcm_init(void)
{
	int ret;

	vdcm_wq = alloc_workqueue("vdcm", WQ_UNBOUND, 0);
	if (!vdcm_wq)
		return -ENOMEM;
	vdcm_debugfs_init();
	ret = vdcm_mdev_init();
	if (ret) {
		vdcm_debugfs_exit();
		destroy_workqueue(vdcm_wq);
	}
	return ret;
}

static void __exit vdcm_exit(void)
{
	vdcm_mdev_exit();
	vdcm_debugfs_exit();
	destroy_workqueue(vdcm_wq);
}

module_init(vdcm_init);
module_exit(vdcm_exit);

MODULE_DESCRIPTION("Virtual device composition module: Intel AVF as mediated device");
MODULE_AUTHOR("The vdcm authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
