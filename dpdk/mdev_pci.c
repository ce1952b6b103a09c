// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * A mediated device as a PCI device: what DPDK's PCI bus does for a function
 * bound to vfio-pci, done here for a device that has no PCI address, with the
 * drivers that registered themselves with the PCI bus.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_bus.h>
#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_interrupts.h>

#include "mdev_bus.h"

/* A domain no PCI function has, so that addresses are unique. */
#define MDEV_PCI_DOMAIN		0x6d000000u

struct mdev_container mdev_container = MDEV_CONTAINER_INIT;

/* ------------------------------------------------------------------- drivers */

static bool matches(const struct rte_pci_id *id, const struct rte_pci_id *dev)
{
	return (id->vendor_id == dev->vendor_id || id->vendor_id == RTE_PCI_ANY_ID) &&
	       (id->device_id == dev->device_id || id->device_id == RTE_PCI_ANY_ID) &&
	       (id->subsystem_vendor_id == dev->subsystem_vendor_id ||
		id->subsystem_vendor_id == RTE_PCI_ANY_ID) &&
	       (id->subsystem_device_id == dev->subsystem_device_id ||
		id->subsystem_device_id == RTE_PCI_ANY_ID) &&
	       (id->class_id == dev->class_id || id->class_id == RTE_CLASS_ANY_ID);
}

static bool drives(const struct rte_pci_driver *drv, const struct rte_pci_device *pci)
{
	const struct rte_pci_id *id;

	for (id = drv->id_table; id && id->vendor_id; id++)
		if (matches(id, &pci->id))
			return true;
	return false;
}

/* More than one knows the id: each may decline, by a number above 0. */
static int probe_drivers(struct mdev_device *dev, struct mdev_error *err)
{
	struct rte_pci_device *pci = &dev->pci.dev;
	struct rte_bus *bus = rte_bus_find_by_name("pci");
	struct rte_pci_driver *drv;
	int ret;

	if (!bus) {
		mdev_error_set(err, "DPDK's PCI bus is not loaded, and so no driver: -d librte_net_iavf.so");
		return -ENOTSUP;
	}
	/* The bus is the first member of the PCI bus. */
	TAILQ_FOREACH(drv, &((struct rte_pci_bus *)bus)->driver_list, next) {
		if (!drives(drv, pci))
			continue;
		pci->driver = drv;
		ret = drv->probe(drv, pci);
		if (!ret) {
			pci->device.driver = &drv->driver;
			return 0;
		}
		pci->driver = NULL;
		if (ret < 0) {
			mdev_error_set(err, "%s could not start the device (%d); --log-level=pmd.net.iavf:debug tells more",
				       drv->driver.name, ret);
			return ret;
		}
	}
	mdev_error_set(err, "no driver for %04x:%04x is loaded: install the package librte-net-iavf, or -d librte_net_iavf.so",
		       pci->id.vendor_id, pci->id.device_id);
	return -ENOENT;
}

/* ---------------------------------------------------------------- interrupts */

/* The host wants the device back. Called by EAL's interrupt thread. */
static void on_request(void *arg)
{
	struct mdev_device *dev = arg;

	/* The kernel repeats itself. */
	if (!dev->removal)
		MDEV_LOG(NOTICE, "%s: the host asks for the device: detach it", dev->name);
	dev->removal = true;
	rte_dev_event_callback_process(dev->name, RTE_DEV_EVENT_REMOVE);
}

static int new_eventfd(struct mdev_error *err)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (fd < 0)
		mdev_error_set(err, "no event descriptor: %s", strerror(errno));
	return fd;
}

static int start_interrupts(struct mdev_device *dev, struct mdev_error *err)
{
	int fd;

	if (mdev_intr_alloc(&dev->pci)) {
		mdev_error_set(err, "out of memory for interrupts");
		return -ENOMEM;
	}

	fd = new_eventfd(err);
	if (fd < 0)
		return -EMFILE;
	if (mdev_intr_set(mdev_intr(&dev->pci), RTE_INTR_HANDLE_VFIO_MSIX, fd, dev->vfio.fd,
			  dev->vfio.vectors)) {
		close(fd);
		mdev_error_set(err, "out of memory for interrupts");
		return -ENOMEM;
	}

	fd = new_eventfd(err);
	if (fd < 0)
		return -EMFILE;
	if (mdev_intr_set(mdev_req_intr(&dev->pci), RTE_INTR_HANDLE_VFIO_REQ, fd, dev->vfio.fd, 1) ||
	    rte_intr_callback_register(mdev_req_intr(&dev->pci), on_request, dev) < 0) {
		close(fd);
		mdev_intr_set(mdev_req_intr(&dev->pci), RTE_INTR_HANDLE_UNKNOWN, -1, -1, 0);
		mdev_error_set(err, "EAL does not take the removal interrupt");
		return -EIO;
	}
	if (rte_intr_enable(mdev_req_intr(&dev->pci))) {
		mdev_error_set(err, "the removal interrupt cannot be enabled");
		return -EIO;
	}
	return 0;
}

/* After start_interrupts(), even if that failed. */
static int stop_requests(struct mdev_device *dev)
{
	struct rte_intr_handle *intr = mdev_req_intr(&dev->pci);
	int i, ret;

	if (mdev_intr_fd(intr) < 0)
		return 0;
	rte_intr_disable(intr);
	/* The handler may be at work; it is short, or it is our caller. */
	for (i = 0; i < 1000; i++) {
		ret = rte_intr_callback_unregister(intr, on_request, dev);
		if (ret != -EAGAIN)
			break;
		rte_delay_us_sleep(1000);
	}
	if (ret == -EAGAIN) {
		rte_intr_enable(intr);
		return -EBUSY;
	}
	close(mdev_intr_fd(intr));
	mdev_intr_set(intr, RTE_INTR_HANDLE_UNKNOWN, -1, -1, 0);
	return 0;
}

static void stop_interrupts(struct mdev_device *dev)
{
	int fd = mdev_intr_fd(mdev_intr(&dev->pci));

	if (fd >= 0)
		close(fd);
	mdev_intr_free(&dev->pci);
}

/* -------------------------------------------------------------------- device */

static void fill_pci(struct mdev_device *dev)
{
	struct rte_pci_device *pci = &dev->pci.dev;
	unsigned int i;

	pci->device.numa_node = dev->sysfs.numa_node;
	pci->addr = (struct rte_pci_addr){ .domain = MDEV_PCI_DOMAIN + dev->sysfs.group };
	rte_pci_device_name(&pci->addr, pci->name, sizeof(pci->name));
	pci->id = (struct rte_pci_id){
		.class_id = dev->vfio.ids.class_code,
		.vendor_id = dev->vfio.ids.vendor,
		.device_id = dev->vfio.ids.device,
		.subsystem_vendor_id = dev->vfio.ids.subvendor,
		.subsystem_device_id = dev->vfio.ids.subdevice,
	};
	pci->mem_resource[0].addr = dev->vfio.bar0;
	pci->mem_resource[0].len = dev->vfio.bar0_len;
	pci->kdrv = RTE_PCI_KDRV_VFIO;
	for (i = 0; i < RTE_DIM(dev->pci.region); i++) {
		dev->pci.region[i].size = dev->vfio.region[i].size;
		dev->pci.region[i].offset = dev->vfio.region[i].offset;
	}
	mdev_set_bus_info(&dev->pci, "vendor_id=8086, device_id=1889");
}

static void close_device(struct mdev_device *dev)
{
	/* Where the driver might still look. */
	dev->pci.dev.mem_resource[0].addr = NULL;
	if (mdev_container.users == 1 && dev->vfio.group_fd >= 0)
		mdev_mem_stop(&mdev_container);
	mdev_vfio_close(&dev->vfio, &mdev_container);
}

int mdev_pci_probe(struct mdev_device *dev, struct mdev_error *err)
{
	int ret;

	if (rte_eal_process_type() != RTE_PROC_PRIMARY) {
		mdev_error_set(err, "only a primary process can use a mediated device");
		return -ENOTSUP;
	}

	ret = mdev_vfio_attach(&dev->vfio, &mdev_container, MDEV_VFIO_DIR, dev->sysfs.group, err);
	if (ret)
		return ret;
	if (mdev_container.users == 1)
		ret = mdev_mem_start(&mdev_container, err);
	if (!ret)
		ret = mdev_vfio_open(&dev->vfio, &mdev_container, dev->sysfs.uuid, err);
	if (ret) {
		close_device(dev);
		return ret;
	}

	fill_pci(dev);
	dev->removal = false;
	ret = start_interrupts(dev, err);
	if (!ret)
		ret = probe_drivers(dev, err);
	if (ret) {
		stop_requests(dev);
		stop_interrupts(dev);
		close_device(dev);
	}
	return ret;
}

int mdev_pci_remove(struct mdev_device *dev, struct mdev_error *err)
{
	struct rte_pci_device *pci = &dev->pci.dev;
	int ret;

	ret = stop_requests(dev);
	if (ret) {
		mdev_error_set(err, "a device cannot be detached from within its own removal event: set an alarm, and detach there");
		return ret;
	}
	ret = pci->driver->remove ? pci->driver->remove(pci) : 0;
	if (ret < 0) {
		mdev_error_set(err, "%s does not let go of the device (%d)", pci->driver->driver.name,
			       ret);
		return ret;
	}
	pci->driver = NULL;
	pci->device.driver = NULL;
	stop_interrupts(dev);
	close_device(dev);
	return 0;
}
