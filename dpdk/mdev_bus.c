// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * librte_bus_mdev: a bus of DPDK, for mediated devices that are Intel AVFs.
 *
 * A device is used when it is named, "-a mdev:UUID" or hotplug, and never
 * otherwise: the other mediated devices of a host belong to virtual machines.
 *
 * EAL calls a bus from one thread at a time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_bus.h>
#include <rte_devargs.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_kvargs.h>

#include "mdev_bus.h"

int mdev_logtype;

static TAILQ_HEAD(, mdev_device) devices = TAILQ_HEAD_INITIALIZER(devices);

static struct rte_bus mdev_bus;

static struct mdev_device *of_device(const struct rte_device *dev)
{
	return (struct mdev_device *)((uintptr_t)dev -
				      offsetof(struct mdev_device, pci.dev.device));
}

static bool is_probed(const struct mdev_device *dev)
{
	return dev->pci.dev.device.driver;
}

static struct mdev_device *find(const char *name)
{
	struct mdev_device *dev;

	TAILQ_FOREACH(dev, &devices, next)
		if (!strcmp(dev->name, name))
			return dev;
	return NULL;
}

static void forget(struct mdev_device *dev)
{
	TAILQ_REMOVE(&devices, dev, next);
	free(dev);
}

/* A device that was named: look whether it exists, as it may come and go. */
static void scan_one(struct rte_devargs *da)
{
	struct mdev_device *dev = find(da->name);
	const struct mdev_vfio closed = MDEV_VFIO_INIT;
	struct mdev_sysfs sysfs;
	struct mdev_error err;

	if (dev && is_probed(dev)) {
		dev->pci.dev.device.devargs = da;
		return;
	}
	if (mdev_sysfs_lookup(MDEV_SYSFS_DEVICES, da->name, &sysfs, &err)) {
		MDEV_LOG(ERR, "%s: %s", da->name, err.text);
		if (dev)
			forget(dev);
		return;
	}
	if (!dev) {
		dev = calloc(1, sizeof(*dev));
		if (!dev) {
			MDEV_LOG(ERR, "%s: out of memory", da->name);
			return;
		}
		memcpy(dev->name, da->name, sizeof(dev->name));
		dev->vfio = closed;
		dev->pci.dev.device.name = dev->name;
		dev->pci.dev.device.bus = &mdev_bus;
		TAILQ_INSERT_TAIL(&devices, dev, next);
	}
	dev->sysfs = sysfs;
	dev->pci.dev.device.numa_node = sysfs.numa_node;
	dev->pci.dev.device.devargs = da;
}

static int bus_scan(void)
{
	struct rte_devargs *da;

	RTE_EAL_DEVARGS_FOREACH(mdev_bus.name, da)
		if (da->policy != RTE_DEV_BLOCKED)
			scan_one(da);
	return 0;
}

static int probe_one(struct mdev_device *dev)
{
	struct mdev_error err = {};
	int ret;

	ret = mdev_pci_probe(dev, &err);
	if (ret)
		MDEV_LOG(ERR, "%s: %s", dev->name, err.text);
	else
		MDEV_LOG(INFO, "%s: probed by %s, %u interrupt vectors", dev->name,
			 dev->pci.dev.driver->driver.name, dev->vfio.vectors);
	return ret;
}

static int bus_probe(void)
{
	unsigned int tried = 0, failed = 0;
	struct mdev_device *dev;

	TAILQ_FOREACH(dev, &devices, next) {
		if (is_probed(dev))
			continue;
		tried++;
		if (probe_one(dev))
			failed++;
	}
	return tried && tried == failed ? -1 : 0;
}

static struct rte_device *bus_find_device(const struct rte_device *start, rte_dev_cmp_t cmp,
					  const void *data)
{
	struct mdev_device *dev;

	dev = start ? TAILQ_NEXT(of_device(start), next) : TAILQ_FIRST(&devices);
	for (; dev; dev = TAILQ_NEXT(dev, next))
		if (!cmp(&dev->pci.dev.device, data))
			return &dev->pci.dev.device;
	return NULL;
}

static int bus_plug(struct rte_device *rte_dev)
{
	struct mdev_device *dev = of_device(rte_dev);
	int ret;

	if (is_probed(dev))
		return -EEXIST;
	ret = probe_one(dev);
	if (ret) {
		/* Not to be looked for each time another one is plugged. */
		rte_devargs_remove(rte_dev->devargs);
		rte_dev->devargs = NULL;
	}
	return ret;
}

static int remove_one(struct mdev_device *dev)
{
	struct mdev_error err = {};
	int ret;

	ret = mdev_pci_remove(dev, &err);
	if (ret)
		MDEV_LOG(ERR, "%s: %s", dev->name, err.text);
	return ret;
}

static int bus_unplug(struct rte_device *rte_dev)
{
	struct mdev_device *dev = of_device(rte_dev);
	int ret;

	ret = is_probed(dev) ? remove_one(dev) : 0;
	if (ret)
		return ret;
	rte_devargs_remove(rte_dev->devargs);
	forget(dev);
	return 0;
}

#if MDEV_BUS_HAS_CLEANUP
static int bus_cleanup(void)
{
	struct mdev_device *dev;
	int ret = 0;

	while ((dev = TAILQ_FIRST(&devices))) {
		if (is_probed(dev) && remove_one(dev))
			ret = -1;
		/* What a driver clings to stays as it is. */
		TAILQ_REMOVE(&devices, dev, next);
		if (!is_probed(dev))
			free(dev);
	}
	return ret;
}
#endif

/* @addr: NULL, or the 16 bytes of the UUID */
static int bus_parse(const char *name, void *addr)
{
	return mdev_sysfs_has(MDEV_SYSFS_VMBUS, name) ? -ENODEV :
		mdev_uuid_parse(name, NULL, addr);
}

static int bus_dma_map(struct rte_device *rte_dev, void *addr, uint64_t iova, size_t len)
{
	struct mdev_error err;
	int ret = -ENODEV;

	if (is_probed(of_device(rte_dev))) {
		ret = mdev_mem_map_user(&mdev_container, (uintptr_t)addr, iova, len, &err);
		if (ret)
			MDEV_LOG(ERR, "%s: %s", rte_dev->name, err.text);
	}
	if (!ret)
		return 0;
	rte_errno = -ret;
	return -1;
}

static int bus_dma_unmap(struct rte_device *rte_dev, void *addr __rte_unused, uint64_t iova,
			 size_t len)
{
	struct mdev_error err;
	int ret = -ENODEV;

	if (is_probed(of_device(rte_dev))) {
		ret = mdev_mem_unmap_user(&mdev_container, iova, len, &err);
		if (ret)
			MDEV_LOG(ERR, "%s: %s", rte_dev->name, err.text);
	}
	if (!ret)
		return 0;
	rte_errno = -ret;
	return -1;
}

/* The container translates: virtual addresses will do, which need no root. */
static enum rte_iova_mode bus_iommu_class(void)
{
	return TAILQ_EMPTY(&devices) ? RTE_IOVA_DC : RTE_IOVA_VA;
}

static int differs(const struct rte_device *dev, const void *kvargs)
{
	const struct rte_kvargs *kv = kvargs;
	unsigned int i;

	for (i = 0; kv && i < kv->count; i++)
		if (strcmp(kv->pairs[i].value, dev->name))
			return 1;
	return 0;
}

/* "name=UUID" selects one, nothing selects all. */
static void *bus_iterate(const void *start, const char *str,
			 const struct rte_dev_iterator *it __rte_unused)
{
	static const char * const keys[] = { "name", NULL };
	struct rte_kvargs *kv = NULL;
	struct rte_device *dev;

	if (str) {
		kv = rte_kvargs_parse(str, keys);
		if (!kv) {
			rte_errno = EINVAL;
			return NULL;
		}
	}
	dev = bus_find_device(start, differs, kv);
	rte_kvargs_free(kv);
	return dev;
}

static int bus_hot_unplug(struct rte_device *rte_dev)
{
	rte_dev_event_callback_process(rte_dev->name, RTE_DEV_EVENT_REMOVE);
	return 0;
}

static struct rte_bus mdev_bus = {
	.name = "mdev",
	.scan = bus_scan,
	.probe = bus_probe,
	.find_device = bus_find_device,
	.plug = bus_plug,
	.unplug = bus_unplug,
	.parse = bus_parse,
	.dma_map = bus_dma_map,
	.dma_unmap = bus_dma_unmap,
	.get_iommu_class = bus_iommu_class,
	.dev_iterate = bus_iterate,
	.hot_unplug_handler = bus_hot_unplug,
#if MDEV_BUS_HAS_CLEANUP
	.cleanup = bus_cleanup,
#endif
};

/*
 * For "mdev:UUID" EAL asks one bus after the other whether it can parse "UUID", and
 * gives up when the first that can is not called "mdev". That of Hyper-V's devices
 * takes each UUID for one of its own, and drivers are loaded in the order that their
 * directory happens to have: it has to come after this one, which leaves its devices
 * to it.
 */
RTE_INIT_PRIO(mdev_bus_register, BUS)
{
	struct rte_bus *vmbus = rte_bus_find_by_name("vmbus");

	mdev_logtype = rte_log_register_type_and_pick_level("bus.mdev", RTE_LOG_INFO);
	if (mdev_logtype < 0)
		mdev_logtype = RTE_LOGTYPE_EAL;
	if (vmbus)
		rte_bus_unregister(vmbus);
	rte_bus_register(&mdev_bus);
	if (vmbus)
		rte_bus_register(vmbus);
}
