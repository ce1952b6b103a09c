// SPDX-License-Identifier: GPL-2.0
/*
 * vdcm_swpf: a PF driver that needs no NIC. It makes its own PCI functions and
 * offers their ADIs to vdcm.
 */
#include <linux/module.h>
#include <linux/pci.h>

#include "swpf.h"

static unsigned int pfs = 1;
module_param(pfs, uint, 0444);
MODULE_PARM_DESC(pfs, "software PFs to create, 1..32 (default 1)");

static unsigned int max_adis = 64;
module_param(max_adis, uint, 0444);
MODULE_PARM_DESC(max_adis, "most ADIs per software PF, 1..1024 (default 64)");

static const struct adi_pf_ops swpf_ops = {
	.adi_add = swpf_devlink_adi_add,
	.adi_del = swpf_devlink_adi_del,
	.mac_add = swpf_port_mac_add,
	.mac_del = swpf_port_mac_del,
	.promisc = swpf_port_promisc,
	.vlan_add = swpf_port_vlan_add,
	.vlan_del = swpf_port_vlan_del,
	.vlan_filter = swpf_port_vlan_filter,
	.port_vlan = swpf_port_port_vlan,
	.spoofchk = swpf_port_spoofchk,
	.drops = swpf_port_drops,
	.traffic = swpf_port_traffic,
	.xmit = swpf_port_xmit,
	.poll = swpf_uplink_poll,
};

static int swpf_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct swpf *swpf;
	int ret;

	swpf = kzalloc(sizeof(*swpf), GFP_KERNEL);
	if (!swpf)
		return -ENOMEM;

	swpf->pdev = pdev;
	swpf->pf.dev = &pdev->dev;
	swpf->pf.ops = &swpf_ops;
	swpf->pf.max_adis = max_adis;
	swpf->pf.num_qps = SWPF_NUM_QPS;
	swpf->pf.link_mbps = SWPF_LINK_MBPS;
	swpf->pf.gso = true;
	pci_set_drvdata(pdev, swpf);

	ret = swpf_switch_init(&swpf->sw);
	if (ret)
		goto err_free;

	swpf_devlink_create(swpf);
	ret = adi_pf_register(&swpf->pf);
	if (ret)
		goto err_devlink;

	ret = swpf_uplink_create(swpf);
	if (ret)
		goto err_pf;

	dev_info(&pdev->dev, "software PF: %u ADIs, uplink %s\n", max_adis,
		 netdev_name(swpf->uplink));
	return 0;

err_pf:
	adi_pf_unregister(&swpf->pf);
err_devlink:
	swpf_devlink_destroy(swpf);
	swpf_switch_destroy(&swpf->sw);
err_free:
	kfree(swpf);
	return ret;
}

static void swpf_remove(struct pci_dev *pdev)
{
	struct swpf *swpf = pci_get_drvdata(pdev);

	/* No frame enters by the uplink; the ADIs go; then the uplink itself. */
	swpf_uplink_stop(swpf);
	adi_pf_unregister(&swpf->pf);
	swpf_uplink_destroy(swpf);
	swpf_devlink_destroy(swpf);
	swpf_switch_destroy(&swpf->sw);
	kfree(swpf);
}

static const struct pci_device_id swpf_ids[] = {
	{ PCI_DEVICE(SWPF_VENDOR_ID, SWPF_DEVICE_ID) },
	{ }
};

static struct pci_driver swpf_driver = {
	.name = "swpf",
	.id_table = swpf_ids,
	.probe = swpf_probe,
	.remove = swpf_remove,
};

static int __init swpf_init(void)
{
	int ret;

	if (!pfs || pfs > SWPF_MAX_PFS) {
		pr_err("vdcm_swpf: pfs=%u: give 1..%u\n", pfs, SWPF_MAX_PFS);
		return -EINVAL;
	}
	if (!max_adis || max_adis > SWPF_MAX_ADIS) {
		pr_err("vdcm_swpf: max_adis=%u: give 1..%u\n", max_adis,
		       SWPF_MAX_ADIS);
		return -EINVAL;
	}

	ret = pci_register_driver(&swpf_driver);
	if (ret)
		return ret;

	ret = swpf_bus_create(pfs);
	if (ret) {
		pr_err("vdcm_swpf: cannot create a PCI root bus: %d\n", ret);
		pci_unregister_driver(&swpf_driver);
	}
	return ret;
}

static void __exit swpf_exit(void)
{
	swpf_bus_destroy();
	pci_unregister_driver(&swpf_driver);
}

module_init(swpf_init);
module_exit(swpf_exit);

MODULE_DESCRIPTION("vdcm software PF: ADIs, switch and uplink without a NIC");
MODULE_AUTHOR("The vdcm authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(SWPF_VERSION);
