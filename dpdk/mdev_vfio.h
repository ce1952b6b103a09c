/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * A mediated device through vfio: group, container, regions. Knows nothing of
 * DPDK.
 *
 * All devices of a process share one container of type 1 version 2, because
 * devices of this kind may pin memory in no other: in the version 1 container
 * that EAL has, every frame would be copied once more by the kernel.
 *
 * Callers serialise: one thread at a time per container and its devices, except
 * for mdev_container_map() and mdev_container_unmap(), which may be called by
 * any thread while a device is attached.
 */
#ifndef MDEV_VFIO_H
#define MDEV_VFIO_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mdev_error.h"

#define MDEV_VFIO_DIR	"/dev/vfio"

/* BAR0 to 5, ROM, configuration space, VGA */
#define MDEV_NUM_REGIONS	9

struct mdev_region {
	uint64_t size;
	uint64_t offset;
};

struct mdev_vfio;

/* What is mapped. */
struct mdev_range {
	uint64_t iova;
	uint64_t len;
};

/**
 * struct mdev_container - the address space that devices share
 * @fd:     -1 while there is no device
 * @users:  devices
 * @lock:   guards all that follows; within it no device learns of memory that
 *          is gone, or misses some that came
 * @opened: devices that are told what is mapped
 * @ranges: what is mapped, ascending
 * @num:    how many
 * @room:   how many there is room for
 */
struct mdev_container {
	int fd;
	unsigned int users;
	pthread_mutex_t lock;
	struct mdev_vfio *opened;
	struct mdev_range *ranges;
	size_t num;
	size_t room;
};

#define MDEV_CONTAINER_INIT	{ .fd = -1, .lock = PTHREAD_MUTEX_INITIALIZER }

/**
 * struct mdev_ids - from configuration space
 */
struct mdev_ids {
	uint16_t vendor, device, subvendor, subdevice;
	uint32_t class_code;
};

/**
 * struct mdev_vfio - an open device
 * @group_fd: of its group, whose only device it is; -1 when not open
 * @fd:       of the device; -1 when not open
 * @ids:      who it is
 * @region:   its regions, by VFIO_PCI_*_REGION_INDEX
 * @bar0:     all of BAR0, mapped
 * @bar0_len: bytes
 * @vectors:  MSI-X
 * @next:     in mdev_container::opened
 */
struct mdev_vfio {
	int group_fd;
	int fd;
	struct mdev_ids ids;
	struct mdev_region region[MDEV_NUM_REGIONS];
	void *bar0;
	size_t bar0_len;
	unsigned int vectors;
	struct mdev_vfio *next;
};

#define MDEV_VFIO_INIT	{ .group_fd = -1, .fd = -1 }

/**
 * mdev_vfio_attach() - open a device's group and put it into the container
 * @v:    not attached
 * @c:    the container; opened for its first device
 * @dir:  MDEV_VFIO_DIR, but for tests
 * @group: number of the group
 * @err:  why not
 *
 * The device is not open yet: map memory first if c->users is 1.
 * Returns 0 or -errno.
 */
int mdev_vfio_attach(struct mdev_vfio *v, struct mdev_container *c,
		     const char *dir, unsigned int group,
		     struct mdev_error *err);

/**
 * mdev_vfio_open() - open the device itself, reset it, map BAR0
 * @v:    attached
 * @c:    its container
 * @uuid: in lower case
 * @err:  why not
 *
 * Memory and bus mastering are enabled, no interrupt is. The device reaches what
 * is mapped, now and later.
 * Returns 0 or -errno; -ENOTSUP when it is not a device for this bus.
 */
int mdev_vfio_open(struct mdev_vfio *v, struct mdev_container *c,
		   const char *uuid, struct mdev_error *err);

/**
 * mdev_vfio_close() - undo mdev_vfio_attach() and mdev_vfio_open()
 * @v: attached, open, or neither
 * @c: its container; closed with its last device, and with it every mapping
 */
void mdev_vfio_close(struct mdev_vfio *v, struct mdev_container *c);

/**
 * mdev_container_map() - let devices reach memory
 * @c:     has a device
 * @vaddr: of this process
 * @iova:  where devices see it
 * @len:   whole pages
 * @err:   why not
 *
 * Returns 0 or -errno; -EEXIST when something is mapped there. When it fails
 * nothing is mapped.
 */
int mdev_container_map(struct mdev_container *c, uint64_t vaddr,
		       uint64_t iova, uint64_t len, struct mdev_error *err);

/**
 * mdev_container_unmap() - undo it
 * @c:    has a device
 * @iova: as mapped
 * @len:  as mapped: part of a mapping cannot be unmapped
 * @err:  why not
 *
 * When it returns no device uses the memory. Returns 0 or -errno.
 */
int mdev_container_unmap(struct mdev_container *c, uint64_t iova,
			 uint64_t len, struct mdev_error *err);

/**
 * mdev_memlock_short() - will this process be refused pinned memory?
 * @bytes: how much devices may use
 * @err:   the consequence, and what to do
 */
bool mdev_memlock_short(uint64_t bytes, struct mdev_error *err);

#endif
