/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * Mediated devices as sysfs shows them.
 */
#ifndef MDEV_SYSFS_H
#define MDEV_SYSFS_H

#include <stdbool.h>
#include <stdint.h>

#include "mdev_error.h"

#define MDEV_SYSFS_DEVICES	"/sys/bus/mdev/devices"
/* Devices of another bus that are named by UUIDs, too. */
#define MDEV_SYSFS_VMBUS	"/sys/bus/vmbus/devices"

/* 8-4-4-4-12 hexadecimal digits */
#define MDEV_UUID_LEN		36

/**
 * struct mdev_sysfs - what DPDK has to know before it opens a device
 * @uuid:      as the kernel writes it, in lower case
 * @group:     number of its IOMMU group, N in /dev/vfio/N
 * @numa_node: of the device that it is a part of, -1 if unknown
 */
struct mdev_sysfs {
	char uuid[MDEV_UUID_LEN + 1];
	unsigned int group;
	int numa_node;
};

/**
 * mdev_uuid_parse() - is this a UUID?
 * @text:  any string
 * @lower: NULL, or where to put it in lower case
 * @bytes: NULL, or where to put its 16 bytes
 *
 * Returns 0 or -EINVAL, then without having written anything.
 */
int mdev_uuid_parse(const char *text, char lower[MDEV_UUID_LEN + 1],
		    uint8_t bytes[16]);

/**
 * mdev_sysfs_has() - does a bus have that device?
 * @base: MDEV_SYSFS_VMBUS, but for tests
 * @name: UUID in whichever case; nothing has a device that is named otherwise
 */
bool mdev_sysfs_has(const char *base, const char *name);

/**
 * mdev_sysfs_lookup() - find a mediated device
 * @base: MDEV_SYSFS_DEVICES, but for tests
 * @name: UUID in whichever case
 * @out:  what was found
 * @err:  why not
 *
 * Returns 0; -EINVAL when @name is no UUID, -ENODEV when there is no such
 * device, -ENOTSUP when it is none for vfio-pci, -ENOENT when no vfio driver
 * has it, -ENAMETOOLONG, -EIO.
 */
int mdev_sysfs_lookup(const char *base, const char *name,
		      struct mdev_sysfs *out, struct mdev_error *err);

#endif
