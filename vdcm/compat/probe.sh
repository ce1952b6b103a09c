#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Prints -DHAVE_... for what the kernel at $1 (source tree) and $2 (build tree)
# offers. Asks the headers and Module.symvers, never a version number: stable
# kernels and distributions move things.
set -eu

srctree=$1
objtree=$2
symvers=$objtree/Module.symvers

header() { # NAME FILE REGEX
	if grep -Eq "$3" "$srctree/include/linux/$2" 2>/dev/null; then
		printf -- '-DHAVE_%s ' "$1"
	fi
}

symbol() { # NAME SYMBOL
	if [ ! -e "$symvers" ]; then
		printf -- '-DNO_SYMVERS '
	elif grep -q "	$2	" "$symvers"; then
		printf -- '-DHAVE_%s ' "$1"
	fi
}

# 6.1: mdev drivers are drivers; before, a parent had one table of callbacks.
symbol MDEV_REGISTER_PARENT mdev_register_parent
symbol MDEV_REGISTER_DEVICE mdev_register_device
# 6.2, 6.6: iommufd hooks, demanded from every vfio device where they exist.
header VFIO_IOMMUFD_OPS vfio.h '\(\*bind_iommufd\)'
header VFIO_DETACH_IOAS vfio.h '\(\*detach_ioas\)'
# 7.x: the core answers VFIO_DEVICE_GET_REGION_INFO through an op of its own.
header VFIO_REGION_INFO_CAPS vfio.h '\(\*get_region_info_caps\)'
# 6.8: one argument fewer.
header EVENTFD_SIGNAL_ONE eventfd.h 'eventfd_signal\(struct eventfd_ctx \*ctx\)'
# 6.13: hrtimer_setup() replaces hrtimer_init(), which is gone later.
header HRTIMER_SETUP hrtimer.h 'hrtimer_setup\('
# 5.19: netif_napi_add() is to lose its last argument, and does in 6.1.
header NETIF_NAPI_ADD_WEIGHT netdevice.h 'netif_napi_add_weight\('
# 6.5: mac_pton() moved to a header of its own.
header HEX_H hex.h 'mac_pton\('
# 5.15: dev_addr is const, written through eth_hw_addr_set().
header ETH_HW_ADDR_SET etherdevice.h 'eth_hw_addr_set\('
# 6.3: flags of a mapping are changed through functions.
header VM_FLAGS_SET mm.h 'vm_flags_set\('
# 6.5: a fault may hold the lock of its mapping alone.
header RELEASE_FAULT_LOCK mm.h 'release_fault_lock\('
# 5.11: mapping another file than the one that was given.
header VMA_SET_FILE mm.h 'vma_set_file\('
# 7.x: shmem_file_setup() takes its flags as a structure.
header SHMEM_VMA_FLAGS shmem_fs.h 'shmem_file_setup\(.*vma_flags_t'
# 6.17: the eventfd is an argument, not a member.
header IRQ_BYPASS_EVENTFD irqbypass.h 'struct eventfd_ctx \*eventfd'
# Not every kernel has devlink, though each with a NIC driver that uses it does.
symbol DEVLINK devlink_unregister
# 5.15: devlink_alloc() takes the device, devlink_register() does not.
header DEVLINK_REGISTER_DEV ../net/devlink.h 'devlink_register\(.*struct device \*'
# Up to 6.1: the core does not know the driver's name.
symbol DEVLINK_DRIVER_NAME devlink_info_driver_name_put
# 5.18: aux domains are gone; 6.2: a domain can be attached to a PASID, and from
# 6.11 on in the way that we do it.
symbol AUX_DOMAIN iommu_aux_attach_device
symbol GLOBAL_PASID iommu_alloc_global_pasid
header PAGING_DOMAIN iommu.h 'iommu_paging_domain_alloc\('
header ATTACH_HANDLE iommu.h 'struct iommu_attach_handle \*handle\);'
# Up to 6.2: iommu_map() does not ask how to allocate, and has a brother for that.
symbol IOMMU_MAP_ATOMIC iommu_map_atomic
