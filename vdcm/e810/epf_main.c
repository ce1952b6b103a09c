// SPDX-License-Identifier: GPL-2.0
/*
 * vdcm_e810: a PF driver that dedicates a port of an Intel E810 to ADIs. It
 * takes no port by itself: there is no device id in its table, and a function
 * is bound by driver_override.
 *
 * Developed on an emulated E810 only (test/e810-model).
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>

#include "epf_pf.h"

#define EPF_ADI_QPS	EPF_MAX_QPS
#define EPF_MAX_ADIS	(EPF_MAX_SLOTS - 1)

static unsigned int max_adis = 64;
module_param(max_adis, uint, 0444);
MODULE_PARM_DESC(max_adis, "most ADIs per port, 1..512 (default 64)");

/* -------------------------------------------- what the OS-free part needs */

static struct epf_pf *epf_pf_of_hw(struct epf_hw *hw)
{
	return container_of(hw, struct epf_pf, hw);
}

u32 epf_rd(struct epf_hw *hw, u32 reg)
{
	return readl(epf_pf_of_hw(hw)->bar + reg);
}

void epf_wr(struct epf_hw *hw, u32 reg, u32 val)
{
	writel(val, epf_pf_of_hw(hw)->bar + reg);
}

void epf_delay(struct epf_hw *hw, u32 us)
{
	usleep_range(us, us + us / 2 + 1);
}

void epf_err(struct epf_hw *hw, const char *fmt, ...)
{
	struct va_format vaf;
	va_list ap;

	va_start(ap, fmt);
	vaf.fmt = fmt;
	vaf.va = &ap;
	dev_err(&epf_pf_of_hw(hw)->pdev->dev, "%pV\n", &vaf);
	va_end(ap);
}

/**
 * epf_pf_unlock() - release the hardware
 * @pf: its lock held
 *
 * If the admin queue died meanwhile, the function is reset.
 */
void epf_pf_unlock(struct epf_pf *pf)
{
	if (pf->hw.aq.dead && !pf->hw.down)
		epf_pf_fail(pf);
	mutex_unlock(&pf->lock);
}

/* -------------------------------------------------------------- interrupt */

static irqreturn_t epf_interrupt(int irq, void *data)
{
	struct epf_pf *pf = data;
	u32 cause = epf_rd(&pf->hw, EPF_OICR);

	if (cause & EPF_OICR_GRST && cause != 0xffffffff)
		set_bit(EPF_PF_RESET, &pf->flags);
	if (!test_bit(EPF_PF_STOP, &pf->flags))
		schedule_work(&pf->service);
	return IRQ_HANDLED;
}

static int epf_irqs_get(struct epf_pf *pf)
{
	u32 want = min_t(u32, 1 + max_adis * EPF_ADI_QPS, pf->hw.max_msix);
	int ret;

	ret = pci_alloc_irq_vectors(pf->pdev, 2, min_t(u32, want, EPF_VECTORS),
				    PCI_IRQ_MSIX);
	if (ret < 0) {
		dev_err(&pf->pdev->dev, "no MSI-X vectors: %d\n", ret);
		return ret;
	}
	pf->nvecs = ret;
	set_bit(0, pf->vecs);
	ret = request_irq(pci_irq_vector(pf->pdev, 0), epf_interrupt, 0,
			  dev_name(&pf->pdev->dev), pf);
	if (ret)
		pci_free_irq_vectors(pf->pdev);
	return ret;
}

static void epf_irqs_put(struct epf_pf *pf)
{
	epf_wr(&pf->hw, EPF_OICR_ENA, 0);
	epf_wr(&pf->hw, EPF_OICR_CTL, 0);
	epf_wr(&pf->hw, EPF_FW_CTL, 0);
	epf_wr(&pf->hw, EPF_DYN_CTL(0), EPF_DYN_ITR_NONE);
	free_irq(pci_irq_vector(pf->pdev, 0), pf);
	pci_free_irq_vectors(pf->pdev);
}

/* ---------------------------------------------------------- probe, remove */

/* Bound by hand it could be anything. */
static bool epf_is_e810(const struct pci_dev *pdev)
{
	static const u16 ids[] = { 0x1591, 0x1592, 0x1593, 0x1599, 0x159a,
				   0x159b };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++)
		if (pdev->vendor == PCI_VENDOR_ID_INTEL &&
		    pdev->device == ids[i])
			return true;
	return false;
}

static int epf_pci_get(struct epf_pf *pf)
{
	struct pci_dev *pdev = pf->pdev;
	int ret;

	ret = pci_enable_device_mem(pdev);
	if (ret)
		return ret;
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (ret)
		goto err_disable;
	ret = pci_request_mem_regions(pdev, "vdcm_e810");
	if (ret)
		goto err_disable;
	ret = -ENOMEM;
	/* All registers are below page space, which nobody maps here. */
	pf->bar = ioremap(pci_resource_start(pdev, 0),
			  min_t(resource_size_t, pci_resource_len(pdev, 0),
				EPF_BAR_REGS));
	if (!pf->bar)
		goto err_regions;
	pf->hw.aq.mem = dma_alloc_coherent(&pdev->dev, EPF_MEM_LEN, &pf->aq_dma,
					   GFP_KERNEL);
	if (!pf->hw.aq.mem)
		goto err_unmap;
	pf->hw.aq.pa = pf->aq_dma;
	pci_set_master(pdev);
	return 0;

err_unmap:
	iounmap(pf->bar);
err_regions:
	pci_release_mem_regions(pdev);
err_disable:
	pci_disable_device(pdev);
	return ret;
}

static void epf_pci_put(struct epf_pf *pf)
{
	struct pci_dev *pdev = pf->pdev;

	pci_clear_master(pdev);
	dma_free_coherent(&pdev->dev, EPF_MEM_LEN, pf->hw.aq.mem, pf->aq_dma);
	iounmap(pf->bar);
	pci_release_mem_regions(pdev);
	pci_disable_device(pdev);
}

/* What there is of everything, and so of ADIs. */
static void epf_capacity(struct epf_pf *pf)
{
	struct pci_dev *pdev = pf->pdev;
	u32 n = max_adis;

	pf->nqs = min(pf->hw.max_rxqs, pf->hw.max_txqs);
	set_bit(0, pf->qs);
	n = min_t(u32, n, pf->hw.max_vsis - 1);
	n = min_t(u32, n, pf->nqs - 1);
	n = min_t(u32, n, pf->nvecs - 1);
	pf->pf.max_adis = n;
	pf->pf.num_qps = min_t(u32, EPF_ADI_QPS, pf->nvecs - 1);
	/* A guest maps pages of the size that the device has. */
	if (PAGE_SIZE == 4096 && pci_resource_len(pdev, 0) >= EPF_PAGES_LEN &&
	    epf_rd(&pf->hw, EPF_LBARCTRL) & EPF_LBARCTRL_PAGES)
		pf->pages = pci_resource_start(pdev, 0);
}

static int epf_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct epf_pf *pf;
	int ret;

	if (!epf_is_e810(pdev) ||
	    pci_resource_len(pdev, 0) < EPF_BAR_REGS) {
		dev_err(&pdev->dev, "not an E810\n");
		return -ENODEV;
	}
	pf = kvzalloc(sizeof(*pf), GFP_KERNEL);
	if (!pf)
		return -ENOMEM;
	pf->pdev = pdev;
	mutex_init(&pf->life);
	mutex_init(&pf->lock);
	INIT_LIST_HEAD(&pf->adis);
	INIT_WORK(&pf->service, epf_service);
	INIT_DELAYED_WORK(&pf->tick, epf_tick);
	pf->pf.dev = &pdev->dev;
	pf->pf.ops = &epf_adi_ops;
	pf->pf.hw = &epf_adi_hw_ops;
	pci_set_drvdata(pdev, pf);

	ret = epf_pci_get(pf);
	if (ret)
		goto err_free;
	epf_init(&pf->hw);
	ret = epf_reset(&pf->hw);
	if (!ret)
		ret = epf_start(&pf->hw);
	if (ret) {
		dev_err(&pdev->dev, "the port does not start: %d\n", ret);
		goto err_pci;
	}
	ret = epf_irqs_get(pf);
	if (ret)
		goto err_stop;
	epf_capacity(pf);
	pf->pf.link_mbps = pf->hw.mbps;

	ret = adi_pf_register(&pf->pf);
	if (ret) {
		dev_err(&pdev->dev, "vdcm does not take the port: %d\n", ret);
		goto err_irqs;
	}
	epf_irq_setup(pf);
	schedule_delayed_work(&pf->tick, HZ);
	dev_info(&pdev->dev,
		 "E810 port %u, %pM, link %u Mbit/s: %u ADIs, %u vectors, doorbell pages %s\n",
		 pf->hw.port, pf->hw.mac, pf->hw.mbps, pf->pf.max_adis,
		 pf->nvecs, pf->pages ? "mapped" : "trapped");
	return 0;

err_irqs:
	epf_irqs_put(pf);
err_stop:
	epf_stop(&pf->hw);
err_pci:
	epf_pci_put(pf);
err_free:
	kvfree(pf);
	return ret;
}

static void epf_remove(struct pci_dev *pdev)
{
	struct epf_pf *pf = pci_get_drvdata(pdev);

	adi_pf_unregister(&pf->pf);

	mutex_lock(&pf->life);
	set_bit(EPF_PF_STOP, &pf->flags);
	mutex_unlock(&pf->life);
	cancel_delayed_work_sync(&pf->tick);
	epf_irqs_put(pf);
	cancel_work_sync(&pf->service);

	epf_vsi_del(&pf->hw, EPF_OWN);
	epf_stop(&pf->hw);
	epf_rules_free(&pf->hw);
	epf_pci_put(pf);
	kvfree(pf);
}

static const struct pci_error_handlers epf_errors = {
	.reset_prepare = epf_reset_prepare,
	.reset_done = epf_reset_done,
};

static struct pci_driver epf_driver = {
	.name = "e810",
	.probe = epf_probe,
	.remove = epf_remove,
	.err_handler = &epf_errors,
};

static int __init epf_module_init(void)
{
	if (!max_adis || max_adis > EPF_MAX_ADIS) {
		pr_err("vdcm_e810: max_adis=%u: give 1..%u\n", max_adis,
		       EPF_MAX_ADIS);
		return -EINVAL;
	}
	return pci_register_driver(&epf_driver);
}

static void __exit epf_module_exit(void)
{
	pci_unregister_driver(&epf_driver);
}

module_init(epf_module_init);
module_exit(epf_module_exit);

MODULE_DESCRIPTION("vdcm PF driver that dedicates an Intel E810 port to ADIs");
MODULE_AUTHOR("The vdcm authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
