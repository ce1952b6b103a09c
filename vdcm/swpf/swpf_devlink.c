// SPDX-License-Identifier: GPL-2.0
/*
 * devlink of a software PF: what drives it, and for each ADI a region, named
 * after its UUID, whose snapshots are images of BAR0: the address of a register
 * is its offset.
 *
 * devlink calls snapshot() with its own lock held, and that takes the ADI's
 * control lock; so regions come and go in adi_add() and adi_del(), which are
 * called without the latter.
 */
#include <linux/module.h>

#include "devlink.h"
#include "swpf.h"

#define SWPF_SNAPSHOTS	4	/* of one ADI; somebody has to delete them */

/**
 * struct swpf_region - an ADI's region
 * @ops:    devlink keeps a pointer to it
 * @region: devlink's side
 */
struct swpf_region {
	struct devlink_region_ops ops;
	struct devlink_region *region;
};

static int swpf_region_snapshot(struct devlink *devlink,
				const struct devlink_region_ops *ops,
				struct netlink_ext_ack *extack, u8 **data)
{
	void *image = kvzalloc(ADI_REGS_LEN, GFP_KERNEL);
	int ret;

	if (!image)
		return -ENOMEM;

	ret = adi_regs(ops->priv, image);
	if (ret) {
		kvfree(image);
		NL_SET_ERR_MSG_MOD(extack, "the device is not ready");
		return ret;
	}
	*data = image;
	return 0;
}

int swpf_devlink_adi_add(struct adi *adi)
{
	struct swpf *swpf = swpf_from_pf(adi->pf);
	struct swpf_region *r;
	struct swpf_port *port;
	int ret;

	ret = swpf_port_add(adi);
	if (ret || !swpf->devlink)
		return ret;

	/* Without a region the ADI is as good as with one. */
	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return 0;
	r->ops.name = adi->name;
	r->ops.destructor = kvfree;
	r->ops.snapshot = swpf_region_snapshot;
	r->ops.priv = adi;
	r->region = devlink_region_create(swpf->devlink, &r->ops,
					  SWPF_SNAPSHOTS, ADI_REGS_LEN);
	if (IS_ERR(r->region)) {
		kfree(r);
		return 0;
	}
	port = adi->priv;
	port->region = r;
	return 0;
}

void swpf_devlink_adi_del(struct adi *adi)
{
	struct swpf_port *port = adi->priv;

	if (port->region) {
		devlink_region_destroy(port->region->region);
		kfree(port->region);
	}
	swpf_port_del(adi);
}

static int swpf_devlink_info(struct devlink *devlink,
			     struct devlink_info_req *req,
			     struct netlink_ext_ack *extack)
{
	int ret = vdcm_devlink_driver_name(req, "swpf");

	if (ret)
		return ret;
	return devlink_info_version_running_put(req, "driver", SWPF_VERSION);
}

static const struct devlink_ops swpf_devlink_ops = {
	.info_get = swpf_devlink_info,
};

/**
 * swpf_devlink_create() - offer a PF to devlink
 * @swpf: the PF, not yet registered with vdcm
 *
 * Where that fails the PF goes without.
 */
void swpf_devlink_create(struct swpf *swpf)
{
	swpf->devlink = vdcm_devlink_create(&swpf_devlink_ops,
					    &swpf->pdev->dev);
}

/**
 * swpf_devlink_destroy() - take it back
 * @swpf: the PF; its ADIs are gone
 */
void swpf_devlink_destroy(struct swpf *swpf)
{
	if (!swpf->devlink)
		return;
	devlink_unregister(swpf->devlink);
	devlink_free(swpf->devlink);
}
