/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * Inside the plugin: one mediated device that DPDK was told to use.
 */
#ifndef MDEV_BUS_H
#define MDEV_BUS_H

#include <rte_dev.h>
#include <rte_log.h>

#include "mdev_compat.h"
#include "mdev_sysfs.h"
#include "mdev_vfio.h"

extern int mdev_logtype;

#define MDEV_LOG(level, fmt, ...) \
	rte_log(RTE_LOG_ ## level, (uint32_t)mdev_logtype, "mdev: " fmt "\n", ## __VA_ARGS__)

/**
 * struct mdev_device - a device of the bus
 * @next:    in the bus's list
 * @name:    as the user wrote it; DPDK compares names letter by letter
 * @sysfs:   what is known before it is opened
 * @vfio:    open while it has a driver
 * @pci:     what the driver sees
 * @removal: the kernel has asked for it back
 */
struct mdev_device {
	TAILQ_ENTRY(mdev_device) next;
	char name[RTE_DEV_NAME_MAX_LEN];
	struct mdev_sysfs sysfs;
	struct mdev_vfio vfio;
	struct mdev_pci pci;
	bool removal;
};

/**
 * mdev_pci_probe() - open a device and find it a driver
 * @dev: has none
 * @err: why not
 *
 * Returns 0 or -errno, and then the device is closed again.
 */
int mdev_pci_probe(struct mdev_device *dev, struct mdev_error *err);

/**
 * mdev_pci_remove() - take its driver away and close it
 * @dev: has a driver
 * @err: why not
 *
 * Returns 0; -EBUSY or what the driver says, and then nothing has changed.
 */
int mdev_pci_remove(struct mdev_device *dev, struct mdev_error *err);

/**
 * mdev_mem_start() - let devices reach all memory DPDK has or will have
 * @c:   its first device was attached, none is open
 * @err: why not
 *
 * Returns 0 or -errno; what is mapped then goes with the container.
 */
int mdev_mem_start(struct mdev_container *c, struct mdev_error *err);

/**
 * mdev_mem_stop() - follow DPDK's memory no longer
 * @c: its last device is about to be closed
 */
void mdev_mem_stop(struct mdev_container *c);

/**
 * mdev_mem_map_user() - map memory that an application brought along
 * @c:     has an open device
 * @vaddr: of this process
 * @iova:  where devices see it
 * @len:   whole pages
 * @err:   why not
 *
 * Applications do this for each port, and all ports share the container: equal
 * mappings are counted. Returns 0 or -errno.
 */
int mdev_mem_map_user(struct mdev_container *c, uint64_t vaddr, uint64_t iova, size_t len,
		      struct mdev_error *err);

/**
 * mdev_mem_unmap_user() - undo mdev_mem_map_user()
 * @c:    has an open device
 * @iova: as mapped
 * @len:  as mapped
 * @err:  why not
 *
 * Returns 0, -ENOENT for what was not mapped so, or -errno.
 */
int mdev_mem_unmap_user(struct mdev_container *c, uint64_t iova, size_t len,
			struct mdev_error *err);

/* All devices of the process; see mdev_vfio.h. */
extern struct mdev_container mdev_container;

#endif
