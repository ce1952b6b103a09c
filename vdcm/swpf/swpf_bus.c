// SPDX-License-Identifier: GPL-2.0
/*
 * A PCI root bus made of software. Each software PF is a function on it, with a
 * configuration space that lives here, so that lspci, libvirt and mdevctl see
 * the PF as they see any NIC.
 *
 * It sits in a PCI domain of its own, which no firmware uses. Its functions
 * have no BAR, no interrupt and do no DMA.
 */
#include <linux/pci.h>

#include "swpf.h"

#define SWPF_FIRST_DOMAIN	0x5000
#define SWPF_LAST_DOMAIN	0x50ff
#define SWPF_CFG_SIZE		256

struct swpf_bus {
	struct pci_sysdata sysdata;
	struct resource busn;
	struct pci_bus *bus;
	unsigned int functions;
	u8 cfg[SWPF_MAX_PFS][SWPF_CFG_SIZE];
};

static struct swpf_bus *swpf_bus;

/* The functions are devices 0..n-1, function 0. NULL: nothing there. */
static u8 *swpf_cfg(struct pci_bus *bus, unsigned int devfn)
{
	if (PCI_FUNC(devfn) || PCI_SLOT(devfn) >= swpf_bus->functions)
		return NULL;
	return swpf_bus->cfg[PCI_SLOT(devfn)];
}

static int swpf_cfg_read(struct pci_bus *bus, unsigned int devfn, int where,
			 int size, u32 *val)
{
	const u8 *cfg = swpf_cfg(bus, devfn);

	*val = ~0U;
	if (!cfg)
		return PCIBIOS_DEVICE_NOT_FOUND;

	/* No extended space: it reads as zero. */
	*val = 0;
	if (where >= 0 && where + size <= SWPF_CFG_SIZE)
		memcpy(val, cfg + where, size);	/* x86: little endian */
	return PCIBIOS_SUCCESSFUL;
}

static int swpf_cfg_write(struct pci_bus *bus, unsigned int devfn, int where,
			  int size, u32 val)
{
	u8 *cfg = swpf_cfg(bus, devfn);

	if (!cfg)
		return PCIBIOS_DEVICE_NOT_FOUND;

	if (where == PCI_COMMAND && size >= 2) {
		u16 cmd = val & (PCI_COMMAND_MASTER | PCI_COMMAND_MEMORY |
				 PCI_COMMAND_INTX_DISABLE);

		memcpy(cfg + PCI_COMMAND, &cmd, sizeof(cmd));
	} else if (where == PCI_CACHE_LINE_SIZE || where == PCI_INTERRUPT_LINE) {
		cfg[where] = val;
	}
	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops swpf_pci_ops = {
	.read = swpf_cfg_read,
	.write = swpf_cfg_write,
};

static void swpf_cfg_fill(u8 *cfg)
{
	static const u16 vendor = SWPF_VENDOR_ID, device = SWPF_DEVICE_ID;

	memcpy(cfg + PCI_VENDOR_ID, &vendor, sizeof(vendor));
	memcpy(cfg + PCI_DEVICE_ID, &device, sizeof(device));
	memcpy(cfg + PCI_SUBSYSTEM_VENDOR_ID, &vendor, sizeof(vendor));
	memcpy(cfg + PCI_SUBSYSTEM_ID, &device, sizeof(device));
	cfg[PCI_REVISION_ID] = 1;
	cfg[PCI_CLASS_DEVICE + 1] = PCI_BASE_CLASS_NETWORK;
}

static int swpf_find_domain(void)
{
	int domain;

	for (domain = SWPF_FIRST_DOMAIN; domain <= SWPF_LAST_DOMAIN; domain++)
		if (!pci_find_bus(domain, 0))
			return domain;
	return -EBUSY;
}

/**
 * swpf_bus_create() - make the bus with its functions
 * @functions: how many software PFs, 1..SWPF_MAX_PFS
 *
 * Returns 0, -EBUSY when no PCI domain is free, -ENOMEM. The functions are
 * bound to their driver on return, if it is registered.
 */
int swpf_bus_create(unsigned int functions)
{
	LIST_HEAD(resources);
	unsigned int i;
	int domain;

	domain = swpf_find_domain();
	if (domain < 0)
		return domain;

	swpf_bus = kzalloc(sizeof(*swpf_bus), GFP_KERNEL);
	if (!swpf_bus)
		return -ENOMEM;

	for (i = 0; i < functions; i++)
		swpf_cfg_fill(swpf_bus->cfg[i]);
	swpf_bus->functions = functions;
	swpf_bus->sysdata.domain = domain;
	swpf_bus->sysdata.node = NUMA_NO_NODE;
	swpf_bus->busn.name = "vdcm software PF";
	swpf_bus->busn.flags = IORESOURCE_BUS;

	pci_add_resource(&resources, &swpf_bus->busn);
	swpf_bus->bus = pci_create_root_bus(NULL, 0, &swpf_pci_ops,
					    &swpf_bus->sysdata, &resources);
	if (!swpf_bus->bus) {
		pci_free_resource_list(&resources);
		kfree(swpf_bus);
		swpf_bus = NULL;
		return -ENOMEM;
	}

	pci_lock_rescan_remove();
	pci_scan_child_bus(swpf_bus->bus);
	pci_bus_add_devices(swpf_bus->bus);
	pci_unlock_rescan_remove();

	return 0;
}

/** swpf_bus_destroy() - unbind and remove the functions, then the bus */
void swpf_bus_destroy(void)
{
	pci_lock_rescan_remove();
	pci_stop_root_bus(swpf_bus->bus);
	pci_remove_root_bus(swpf_bus->bus);
	pci_unlock_rescan_remove();

	kfree(swpf_bus);
	swpf_bus = NULL;
}
