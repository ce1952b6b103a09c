/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * What differs between releases of DPDK; the only place that asks for one.
 *
 * 20.11        structures in public headers, interrupt handles inside the device
 * 22.11-25.11  structures in mdev_dpdk.h, interrupt handles allocated; from 23.07
 *              on DPDK looks for the regions of a PCI device behind its structure
 */
#ifndef MDEV_COMPAT_H
#define MDEV_COMPAT_H

#include <rte_common.h>
#include <rte_interrupts.h>
#include <rte_version.h>

#if RTE_VER_YEAR == 20 && RTE_VER_MONTH == 11
#define MDEV_20_11 1
#elif (RTE_VER_YEAR == 22 && RTE_VER_MONTH == 11) || \
	(RTE_VER_YEAR > 22 && RTE_VER_YEAR < 26)
#define MDEV_20_11 0
#else
#error "DPDK 20.11, and 22.11 to 25.11, are supported: others lay out buses differently"
#endif

#if MDEV_20_11
#include <rte_bus.h>
#include <rte_bus_pci.h>
#else
#include "mdev_dpdk.h"
#endif

/**
 * struct mdev_pci - a PCI device as DPDK's PCI bus allocates it
 * @dev:    what drivers see
 * @region: where rte_pci_read_config() and the like find the regions; of 23.07
 *          and later, unused before
 */
struct mdev_pci {
	struct rte_pci_device dev;
	struct {
		uint64_t size;
		uint64_t offset;
	} region[9];
};

#if MDEV_20_11

#define RTE_PCI_ANY_ID PCI_ANY_ID

static inline struct rte_intr_handle *mdev_intr(struct mdev_pci *pci)
{
	return &pci->dev.intr_handle;
}

static inline struct rte_intr_handle *mdev_req_intr(struct mdev_pci *pci)
{
	return &pci->dev.vfio_req_intr_handle;
}

static inline int mdev_intr_alloc(struct mdev_pci *pci)
{
	pci->dev.intr_handle.fd = -1;
	pci->dev.vfio_req_intr_handle.fd = -1;
	return 0;
}

static inline void mdev_intr_free(struct mdev_pci *pci __rte_unused)
{
}

static inline int mdev_intr_fd(const struct rte_intr_handle *intr)
{
	return intr->fd;
}

static inline int mdev_intr_set(struct rte_intr_handle *intr, enum rte_intr_handle_type type,
				int fd, int dev_fd, unsigned int vectors __rte_unused)
{
	intr->type = type;
	intr->fd = fd;
	intr->vfio_dev_fd = dev_fd;
	return 0;
}

static inline void mdev_set_bus_info(struct mdev_pci *pci __rte_unused,
				     const char *info __rte_unused)
{
}

#define MDEV_BUS_HAS_CLEANUP 0

#else

static inline struct rte_intr_handle *mdev_intr(struct mdev_pci *pci)
{
	return pci->dev.intr_handle;
}

static inline struct rte_intr_handle *mdev_req_intr(struct mdev_pci *pci)
{
	return pci->dev.vfio_req_intr_handle;
}

/* Both handles; they have no descriptor yet. To be freed also if it fails. */
static inline int mdev_intr_alloc(struct mdev_pci *pci)
{
	pci->dev.intr_handle = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	pci->dev.vfio_req_intr_handle = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	if (!pci->dev.intr_handle || !pci->dev.vfio_req_intr_handle)
		return -1;
	if (rte_intr_fd_set(pci->dev.intr_handle, -1) ||
	    rte_intr_fd_set(pci->dev.vfio_req_intr_handle, -1))
		return -1;
	return 0;
}

static inline void mdev_intr_free(struct mdev_pci *pci)
{
	rte_intr_instance_free(pci->dev.intr_handle);
	rte_intr_instance_free(pci->dev.vfio_req_intr_handle);
	pci->dev.intr_handle = NULL;
	pci->dev.vfio_req_intr_handle = NULL;
}

static inline int mdev_intr_fd(const struct rte_intr_handle *intr)
{
	return intr ? rte_intr_fd_get(intr) : -1;
}

/**
 * mdev_intr_set() - fill in an interrupt handle
 * @intr:    the handle
 * @type:    RTE_INTR_HANDLE_VFIO_*
 * @fd:      eventfd of its first vector
 * @dev_fd:  the vfio device
 * @vectors: that it may come to have
 *
 * Returns 0 or less.
 */
static inline int mdev_intr_set(struct rte_intr_handle *intr, enum rte_intr_handle_type type,
				int fd, int dev_fd, unsigned int vectors)
{
	if (rte_intr_nb_intr_get(intr) < (int)vectors &&
	    rte_intr_event_list_update(intr, (int)vectors))
		return -1;
	if (rte_intr_fd_set(intr, fd) || rte_intr_dev_fd_set(intr, dev_fd))
		return -1;
	return rte_intr_type_set(intr, type);
}

/* @info: lives as long as the device */
static inline void mdev_set_bus_info(struct mdev_pci *pci, const char *info)
{
	pci->dev.device.bus_info = info;
}

#define MDEV_BUS_HAS_CLEANUP 1

#endif

#endif
