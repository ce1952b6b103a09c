/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * What DPDK's packages do not ship: how buses, devices and PCI drivers look in
 * memory. DPDK 20.11 has it in public headers, from 22.11 on it is in headers
 * for drivers, which Debian leaves out.
 *
 * The order and types of the fields are facts taken from DPDK's source (22.11.11:
 * lib/eal/include/bus_driver.h, dev_driver.h, drivers/bus/pci/bus_pci_driver.h,
 * private.h), the same in 22.11, 24.11 and 25.11. The asserts below hold them;
 * test/dpdk/plugin.sh shows that DPDK's own libraries agree.
 */
#ifndef MDEV_DPDK_H
#define MDEV_DPDK_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <rte_bus.h>
#include <rte_bus_pci.h>
#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_pci.h>

struct rte_devargs;
struct rte_intr_handle;

struct rte_driver {
	TAILQ_ENTRY(rte_driver) next;
	const char *name;
	const char *alias;
};

struct rte_device {
	TAILQ_ENTRY(rte_device) next;
	const char *name;
	const char *bus_info;
	const struct rte_driver *driver;	/* set once it is probed */
	const struct rte_bus *bus;
	int numa_node;
	struct rte_devargs *devargs;
};

enum rte_bus_scan_mode {
	RTE_BUS_SCAN_UNDEFINED = 0,
	RTE_BUS_SCAN_ALLOWLIST = 1,
	RTE_BUS_SCAN_BLOCKLIST = 2,
};

struct rte_bus {
	TAILQ_ENTRY(rte_bus) next;
	const char *name;
	int (*scan)(void);
	int (*probe)(void);
	struct rte_device *(*find_device)(const struct rte_device *start, rte_dev_cmp_t cmp,
					  const void *data);
	int (*plug)(struct rte_device *dev);
	int (*unplug)(struct rte_device *dev);
	int (*parse)(const char *name, void *addr);
	int (*devargs_parse)(struct rte_devargs *da);
	int (*dma_map)(struct rte_device *dev, void *addr, uint64_t iova, size_t len);
	int (*dma_unmap)(struct rte_device *dev, void *addr, uint64_t iova, size_t len);
	struct {
		enum rte_bus_scan_mode scan_mode;
	} conf;
	enum rte_iova_mode (*get_iommu_class)(void);
	rte_dev_iterate_t dev_iterate;
	int (*hot_unplug_handler)(struct rte_device *dev);
	int (*sigbus_handler)(const void *failure_addr);
	int (*cleanup)(void);
};

void rte_bus_register(struct rte_bus *bus);
void rte_bus_unregister(struct rte_bus *bus);

enum rte_pci_kernel_driver {
	RTE_PCI_KDRV_UNKNOWN = 0,
	RTE_PCI_KDRV_VFIO = 2,
};

struct rte_pci_device {
	TAILQ_ENTRY(rte_pci_device) next;
	struct rte_device device;
	struct rte_pci_addr addr;
	struct rte_pci_id id;
	struct rte_mem_resource mem_resource[PCI_MAX_RESOURCE];
	struct rte_intr_handle *intr_handle;
	struct rte_pci_driver *driver;		/* set while it is probed */
	uint16_t max_vfs;
	enum rte_pci_kernel_driver kdrv;
	char name[PCI_PRI_STR_SIZE + 1];
	char *bus_info;
	struct rte_intr_handle *vfio_req_intr_handle;
};

struct rte_pci_driver {
	TAILQ_ENTRY(rte_pci_driver) next;
	struct rte_driver driver;
	int (*probe)(struct rte_pci_driver *drv, struct rte_pci_device *dev);
	int (*remove)(struct rte_pci_device *dev);
	int (*dma_map)(struct rte_pci_device *dev, void *addr, uint64_t iova, size_t len);
	int (*dma_unmap)(struct rte_pci_device *dev, void *addr, uint64_t iova, size_t len);
	const struct rte_pci_id *id_table;
	uint32_t drv_flags;
};

TAILQ_HEAD(rte_pci_device_list, rte_pci_device);
TAILQ_HEAD(rte_pci_driver_list, rte_pci_driver);

struct rte_pci_bus {
	struct rte_bus bus;
	struct rte_pci_device_list device_list;
	struct rte_pci_driver_list driver_list;
};

#define MDEV_AT(type, field, offset)						\
	static_assert(offsetof(struct type, field) == (offset), #type "." #field)

static_assert(sizeof(void *) == 8, "64 bits");
MDEV_AT(rte_device, name, 16);
MDEV_AT(rte_device, driver, 32);
MDEV_AT(rte_device, numa_node, 48);
MDEV_AT(rte_device, devargs, 56);
static_assert(sizeof(struct rte_device) == 64, "rte_device");
MDEV_AT(rte_bus, name, 16);
MDEV_AT(rte_bus, find_device, 40);
MDEV_AT(rte_bus, parse, 64);
MDEV_AT(rte_bus, dma_map, 80);
MDEV_AT(rte_bus, get_iommu_class, 104);
MDEV_AT(rte_bus, cleanup, 136);
static_assert(sizeof(struct rte_bus) == 144, "rte_bus");
MDEV_AT(rte_pci_device, device, 16);
MDEV_AT(rte_pci_device, addr, 80);
MDEV_AT(rte_pci_device, id, 88);
MDEV_AT(rte_pci_device, mem_resource, 104);
MDEV_AT(rte_pci_device, intr_handle, 248);
MDEV_AT(rte_pci_device, driver, 256);
MDEV_AT(rte_pci_device, kdrv, 268);
MDEV_AT(rte_pci_device, name, 272);
MDEV_AT(rte_pci_device, vfio_req_intr_handle, 304);
static_assert(sizeof(struct rte_pci_device) == 312, "rte_pci_device");
MDEV_AT(rte_pci_driver, driver, 16);
MDEV_AT(rte_pci_driver, probe, 48);
MDEV_AT(rte_pci_driver, id_table, 80);
MDEV_AT(rte_pci_bus, driver_list, 160);

#undef MDEV_AT

#endif
