// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "mdev_vfio.h"
#include "vdcm_bar.h"
#include "vdcm_uapi.h"

#define AVF_VENDOR	0x8086
#define AVF_DEVICE	0x1889

/* ------------------------------------------------------ group and container */

/* Who may open a file: "owner root, group vdcm, mode 0660". */
static void describe_rights(const char *path, char *buf, size_t size)
{
	const struct group *gr;
	struct statx st;
	char gid[16];

	if (statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &st)) {
		snprintf(buf, size, "it cannot be examined");
		return;
	}
	gr = getgrgid(st.stx_gid);
	snprintf(gid, sizeof(gid), "%u", st.stx_gid);
	snprintf(buf, size, "owner %u, group %s, mode %04o", st.stx_uid,
		 gr ? gr->gr_name : gid, st.stx_mode & 07777u);
}

static int open_group(const char *path, struct mdev_error *err)
{
	char rights[128];
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	fd = -errno;
	switch (fd) {
	case -EACCES:
	case -EPERM:
		describe_rights(path, rights, sizeof(rights));
		mdev_error_set(err, "no right to open %s (%s): join its group, or chgrp it to one of yours",
			       path, rights);
		break;
	case -EBUSY:
		mdev_error_set(err, "another process uses the device (%s is busy): a virtual machine, or another DPDK application",
			       path);
		break;
	case -ENOENT:
		mdev_error_set(err, "there is no %s: is the module vfio loaded, and /dev here the host's?",
			       path);
		break;
	default:
		mdev_error_set(err, "cannot open %s: %s", path, strerror(-fd));
	}
	return fd;
}

static int open_container(const char *path, struct mdev_error *err)
{
	char rights[128];
	int ret, fd;

	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		if (ret == -EACCES || ret == -EPERM) {
			describe_rights(path, rights, sizeof(rights));
			mdev_error_set(err, "no right to open %s (%s): it should be open to all, mode 0666",
				       path, rights);
		} else {
			mdev_error_set(err, "cannot open %s (%s): is the module vfio loaded?",
				       path, strerror(-ret));
		}
		return ret;
	}

	ret = ioctl(fd, VFIO_GET_API_VERSION);
	if (ret != VFIO_API_VERSION) {
		mdev_error_set(err, "the kernel's vfio is of version %d, not %d", ret,
			       VFIO_API_VERSION);
		ret = -ENOTSUP;
	} else if (ioctl(fd, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) != 1) {
		mdev_error_set(err, "the kernel has no vfio container of type 1 version 2: modprobe vfio_iommu_type1");
		ret = -ENOTSUP;
	} else {
		return fd;
	}
	close(fd);
	return ret;
}

static int join_container(struct mdev_vfio *v, struct mdev_container *c,
			  const char *dir, struct mdev_error *err)
{
	char path[PATH_MAX];
	int ret;

	if (!c->users) {
		snprintf(path, sizeof(path), "%s/vfio", dir);
		ret = open_container(path, err);
		if (ret < 0)
			return ret;
		c->fd = ret;
	}

	if (ioctl(v->group_fd, VFIO_GROUP_SET_CONTAINER, &c->fd)) {
		ret = -errno;
		mdev_error_set(err, "the device's group cannot join the container: %s", strerror(-ret));
		goto err_container;
	}
	if (!c->users && ioctl(c->fd, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU)) {
		ret = -errno;
		mdev_error_set(err, "the container does not take type 1 version 2: %s", strerror(-ret));
		ioctl(v->group_fd, VFIO_GROUP_UNSET_CONTAINER);
		goto err_container;
	}
	c->users++;
	return 0;

err_container:
	if (!c->users) {
		close(c->fd);
		c->fd = -1;
	}
	return ret;
}

int mdev_vfio_attach(struct mdev_vfio *v, struct mdev_container *c,
		     const char *dir, unsigned int group,
		     struct mdev_error *err)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/%u", dir, group);
	ret = open_group(path, err);
	if (ret < 0)
		return ret;
	v->group_fd = ret;

	if (ioctl(v->group_fd, VFIO_GROUP_GET_STATUS, &status)) {
		ret = -errno;
		mdev_error_set(err, "%s does not answer: %s", path, strerror(-ret));
	} else if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE)) {
		mdev_error_set(err, "the group %s is not viable: its device has a driver other than vfio's",
			       path);
		ret = -EPERM;
	} else {
		ret = join_container(v, c, dir, err);
	}
	if (ret) {
		close(v->group_fd);
		v->group_fd = -1;
	}
	return ret;
}

/* ------------------------------------------------------------------- regions */

static int config_read(const struct mdev_vfio *v, void *buf, size_t len, off_t off)
{
	const struct mdev_region *r = &v->region[VFIO_PCI_CONFIG_REGION_INDEX];

	if (pread(v->fd, buf, len, (off_t)r->offset + off) != (ssize_t)len)
		return -EIO;
	return 0;
}

static int config_write(const struct mdev_vfio *v, const void *buf, size_t len, off_t off)
{
	const struct mdev_region *r = &v->region[VFIO_PCI_CONFIG_REGION_INDEX];

	if (pwrite(v->fd, buf, len, (off_t)r->offset + off) != (ssize_t)len)
		return -EIO;
	return 0;
}

/* With its capabilities; to be freed. NULL, and errno, if there is none. */
static struct vfio_region_info *region_info(int fd, unsigned int index)
{
	struct vfio_region_info *info = NULL, *bigger;
	uint32_t size = sizeof(*info);

	for (;;) {
		bigger = realloc(info, size);
		if (!bigger)
			break;
		info = bigger;
		memset(info, 0, size);
		info->argsz = size;
		info->index = index;
		if (ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, info))
			break;
		if (info->argsz <= size)
			return info;
		/* The kernel asks for more room, once. */
		size = info->argsz;
		if (size > 65536) {
			errno = EIO;
			break;
		}
	}
	free(info);
	return NULL;
}

static bool is_whole_bar0(const struct vfio_region_info *info)
{
	uint32_t off = info->cap_offset;
	struct vfio_info_cap_header head;

	if (!(info->flags & VFIO_REGION_INFO_FLAG_CAPS))
		return false;
	/* Offsets grow, so that a chain of nonsense ends, too. */
	while (off && off <= info->argsz - sizeof(head)) {
		memcpy(&head, (const char *)info + off, sizeof(head));
		if (head.id == VFIO_REGION_INFO_CAP_TYPE &&
		    off <= info->argsz - sizeof(struct vfio_region_info_cap_type)) {
			struct vfio_region_info_cap_type cap;

			memcpy(&cap, (const char *)info + off, sizeof(cap));
			if (cap.type == VDCM_REGION_TYPE &&
			    cap.subtype == VDCM_REGION_SUBTYPE_BAR0)
				return true;
		}
		if (head.next <= off)
			break;
		off = head.next;
	}
	return false;
}

static int read_ids(struct mdev_vfio *v, struct mdev_error *err)
{
	uint8_t cfg[64];

	if (config_read(v, cfg, sizeof(cfg), 0)) {
		mdev_error_set(err, "the device's configuration space cannot be read");
		return -EIO;
	}
	v->ids.vendor = (uint16_t)(cfg[PCI_VENDOR_ID] | cfg[PCI_VENDOR_ID + 1] << 8);
	v->ids.device = (uint16_t)(cfg[PCI_DEVICE_ID] | cfg[PCI_DEVICE_ID + 1] << 8);
	v->ids.subvendor = (uint16_t)(cfg[PCI_SUBSYSTEM_VENDOR_ID] |
				      cfg[PCI_SUBSYSTEM_VENDOR_ID + 1] << 8);
	v->ids.subdevice = (uint16_t)(cfg[PCI_SUBSYSTEM_ID] | cfg[PCI_SUBSYSTEM_ID + 1] << 8);
	v->ids.class_code = (uint32_t)(cfg[PCI_CLASS_PROG] | cfg[PCI_CLASS_PROG + 1] << 8 |
				       cfg[PCI_CLASS_PROG + 2] << 16);

	if (v->ids.vendor != AVF_VENDOR || v->ids.device != AVF_DEVICE) {
		mdev_error_set(err, "this is %04x:%04x, not an Intel AVF (%04x:%04x)", v->ids.vendor,
			       v->ids.device, AVF_VENDOR, AVF_DEVICE);
		return -ENOTSUP;
	}
	return 0;
}

static int pci_regions(struct mdev_vfio *v, struct mdev_error *err)
{
	struct vfio_region_info *info;
	unsigned int i;

	for (i = 0; i < MDEV_NUM_REGIONS; i++) {
		info = region_info(v->fd, i);
		if (!info && i == VFIO_PCI_CONFIG_REGION_INDEX) {
			mdev_error_set(err, "the device has no configuration space: %s", strerror(errno));
			return -EIO;
		}
		if (!info)
			continue;
		v->region[i].size = info->size;
		v->region[i].offset = info->offset;
		free(info);
	}
	return 0;
}

static int map_bar0(struct mdev_vfio *v, unsigned int num_regions, struct mdev_error *err)
{
	struct vfio_region_info *info = NULL;
	uint32_t any;
	unsigned int i;
	int ret = 0;

	for (i = VFIO_PCI_NUM_REGIONS; i < num_regions; i++) {
		info = region_info(v->fd, i);
		if (info && is_whole_bar0(info))
			break;
		free(info);
		info = NULL;
	}
	if (!info) {
		mdev_error_set(err, "the device has no region that maps all of BAR0: this vdcm is too old, or it is a device of another module");
		return -ENOTSUP;
	}

	if (!(info->flags & VFIO_REGION_INFO_FLAG_MMAP)) {
		mdev_error_set(err, "the device's registers trap (its attribute \"doorbell\" is \"trap\"), and DPDK cannot work so: echo auto >doorbell");
		ret = -ENOTSUP;
	} else if (pread(v->fd, &any, sizeof(any), (off_t)info->offset) != sizeof(any)) {
		/* That is what has the device put its registers there. */
		mdev_error_set(err, "the host has no memory for the device's registers");
		ret = -ENOMEM;
	} else {
		v->bar0 = mmap(NULL, info->size, PROT_READ | PROT_WRITE, MAP_SHARED, v->fd,
			       (off_t)info->offset);
		if (v->bar0 == MAP_FAILED) {
			ret = -errno;
			v->bar0 = NULL;
			mdev_error_set(err, "BAR0 cannot be mapped: %s", strerror(-ret));
		} else {
			v->bar0_len = info->size;
		}
	}
	free(info);
	return ret;
}

/* -------------------------------------------------------------------- memory */

static int map_dma(const struct mdev_container *c, uint64_t vaddr, uint64_t iova, uint64_t len,
		   struct mdev_error *err)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = vaddr,
		.iova = iova,
		.size = len,
	};
	int ret;

	if (!ioctl(c->fd, VFIO_IOMMU_MAP_DMA, &map))
		return 0;

	ret = -errno;
	switch (ret) {
	case -ENOSPC:
		mdev_error_set(err, "too many pieces of memory for one container: use larger pages, or raise vfio_iommu_type1's dma_entry_limit");
		break;
	case -ENOMEM:
		mdev_error_set(err, "no memory to map, or more than this process may lock (RLIMIT_MEMLOCK): raise it with \"ulimit -l\"");
		break;
	default:
		mdev_error_set(err, "0x%llx bytes at 0x%llx cannot be mapped for devices: %s",
			       (unsigned long long)len, (unsigned long long)iova, strerror(-ret));
	}
	return ret;
}

static int unmap_dma(const struct mdev_container *c, uint64_t iova, uint64_t len,
		     struct mdev_error *err)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = len,
	};
	int ret = 0;

	if (ioctl(c->fd, VFIO_IOMMU_UNMAP_DMA, &unmap))
		ret = -errno;
	else if (unmap.size != len)
		ret = -EINVAL;
	if (ret)
		mdev_error_set(err, "0x%llx bytes at 0x%llx cannot be unmapped: %s",
			       (unsigned long long)len, (unsigned long long)iova, strerror(-ret));
	return ret;
}

/*
 * Only hardware wants to know (include/vdcm_uapi.h); elsewhere this does nothing.
 * Whoever does not know the question cannot have such hardware.
 */
static int tell(const struct mdev_vfio *v, uint64_t iova, uint64_t len, struct mdev_error *err)
{
	struct vdcm_dma_hint hint = { .argsz = sizeof(hint), .iova = iova, .size = len };
	int ret;

	if (!ioctl(v->fd, VDCM_DMA_HINT, &hint) || errno == ENOTTY)
		return 0;

	ret = -errno;
	if (ret == -ENOMEM)
		mdev_error_set(err, "the device's hardware needs 0x%llx bytes at 0x%llx locked, and there is no memory for that, or this process may not (RLIMIT_MEMLOCK): raise it with \"ulimit -l\"",
			       (unsigned long long)len, (unsigned long long)iova);
	else
		mdev_error_set(err, "the device's hardware cannot reach 0x%llx bytes at 0x%llx (%s): the kernel log says why",
			       (unsigned long long)len, (unsigned long long)iova, strerror(-ret));
	return ret;
}

/* The range that @iova is in, or the first one behind it; may be c->num. */
static size_t range_find(const struct mdev_container *c, uint64_t iova)
{
	size_t lo = 0, hi = c->num;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->ranges[mid].iova + c->ranges[mid].len <= iova)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int range_add(struct mdev_container *c, uint64_t iova, uint64_t len, struct mdev_error *err)
{
	struct mdev_range *bigger;
	size_t room = c->room ? 2 * c->room : 64, i;

	if (c->num == c->room) {
		bigger = realloc(c->ranges, room * sizeof(*bigger));
		if (!bigger) {
			mdev_error_set(err, "out of memory");
			return -ENOMEM;
		}
		c->ranges = bigger;
		c->room = room;
	}
	i = range_find(c, iova);
	memmove(&c->ranges[i + 1], &c->ranges[i], (c->num - i) * sizeof(*c->ranges));
	c->ranges[i] = (struct mdev_range){ .iova = iova, .len = len };
	c->num++;
	return 0;
}

static void range_del(struct mdev_container *c, uint64_t iova)
{
	size_t i = range_find(c, iova);

	if (i == c->num || c->ranges[i].iova != iova)
		return;
	c->num--;
	memmove(&c->ranges[i], &c->ranges[i + 1], (c->num - i) * sizeof(*c->ranges));
}

/* A device that was opened learns of all there is, neighbours as one. */
static int tell_all(struct mdev_vfio *v, struct mdev_container *c, struct mdev_error *err)
{
	struct mdev_range now = { 0 };
	int ret = 0;
	size_t i;

	pthread_mutex_lock(&c->lock);
	for (i = 0; i < c->num && !ret; i++) {
		if (now.len && now.iova + now.len == c->ranges[i].iova) {
			now.len += c->ranges[i].len;
			continue;
		}
		if (now.len)
			ret = tell(v, now.iova, now.len, err);
		now = c->ranges[i];
	}
	if (now.len && !ret)
		ret = tell(v, now.iova, now.len, err);
	if (!ret) {
		v->next = c->opened;
		c->opened = v;
	}
	pthread_mutex_unlock(&c->lock);
	return ret;
}

int mdev_container_map(struct mdev_container *c, uint64_t vaddr, uint64_t iova, uint64_t len,
		       struct mdev_error *err)
{
	const struct mdev_vfio *v;
	struct mdev_error other;
	int ret;

	pthread_mutex_lock(&c->lock);
	ret = map_dma(c, vaddr, iova, len, err);
	if (ret)
		goto unlock;
	ret = range_add(c, iova, len, err);
	for (v = c->opened; v && !ret; v = v->next)
		ret = tell(v, iova, len, err);
	if (ret) {
		/* From those that had it already, too. */
		range_del(c, iova);
		unmap_dma(c, iova, len, &other);
	}
unlock:
	pthread_mutex_unlock(&c->lock);
	return ret;
}

int mdev_container_unmap(struct mdev_container *c, uint64_t iova, uint64_t len,
			 struct mdev_error *err)
{
	int ret;

	pthread_mutex_lock(&c->lock);
	ret = unmap_dma(c, iova, len, err);
	if (!ret)
		range_del(c, iova);
	pthread_mutex_unlock(&c->lock);
	return ret;
}

/* -------------------------------------------------------------------- device */

static int get_device(struct mdev_vfio *v, const char *uuid, struct mdev_error *err)
{
	int ret;

	v->fd = ioctl(v->group_fd, VFIO_GROUP_GET_DEVICE_FD, uuid);
	if (v->fd >= 0)
		return 0;

	ret = -errno;
	if (ret == -ENODEV)
		mdev_error_set(err, "the device went away while it was opened");
	else
		mdev_error_set(err, "the device cannot be opened (%s): the kernel log may say why",
			       strerror(-ret));
	return ret;
}

/* Resets, then enables memory and bus mastering: a reset clears both. */
static int start_device(struct mdev_vfio *v, struct mdev_error *err)
{
	uint16_t cmd;
	int ret;

	if (ioctl(v->fd, VFIO_DEVICE_RESET)) {
		ret = -errno;
		mdev_error_set(err, "the device cannot be reset: %s", strerror(-ret));
		return ret;
	}
	if (config_read(v, &cmd, sizeof(cmd), PCI_COMMAND))
		goto err_config;
	cmd |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	if (config_write(v, &cmd, sizeof(cmd), PCI_COMMAND))
		goto err_config;
	return 0;

err_config:
	mdev_error_set(err, "the device's command register cannot be set");
	return -EIO;
}

int mdev_vfio_open(struct mdev_vfio *v, struct mdev_container *c, const char *uuid,
		   struct mdev_error *err)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct vfio_irq_info irq = { .argsz = sizeof(irq), .index = VFIO_PCI_MSIX_IRQ_INDEX };
	int ret;

	ret = get_device(v, uuid, err);
	if (ret)
		return ret;
	if (ioctl(v->fd, VFIO_DEVICE_GET_INFO, &info)) {
		mdev_error_set(err, "the device does not say what it is: %s", strerror(errno));
		return -EIO;
	}
	if (!(info.flags & VFIO_DEVICE_FLAGS_PCI)) {
		mdev_error_set(err, "this is not a PCI device");
		return -ENOTSUP;
	}

	ret = pci_regions(v, err);
	if (!ret)
		ret = read_ids(v, err);
	if (!ret)
		ret = start_device(v, err);
	if (!ret)
		ret = map_bar0(v, info.num_regions, err);
	if (ret)
		return ret;

	if (ioctl(v->fd, VFIO_DEVICE_GET_IRQ_INFO, &irq) || !irq.count ||
	    !(irq.flags & VFIO_IRQ_INFO_EVENTFD)) {
		mdev_error_set(err, "the device has no MSI-X interrupts");
		return -ENOTSUP;
	}
	v->vectors = irq.count;
	return tell_all(v, c, err);
}

void mdev_vfio_close(struct mdev_vfio *v, struct mdev_container *c)
{
	const struct mdev_vfio none = MDEV_VFIO_INIT;
	struct mdev_vfio **at;

	pthread_mutex_lock(&c->lock);
	for (at = &c->opened; *at; at = &(*at)->next) {
		if (*at == v) {
			*at = v->next;
			break;
		}
	}
	pthread_mutex_unlock(&c->lock);
	if (v->bar0)
		munmap(v->bar0, v->bar0_len);
	if (v->fd >= 0)
		close(v->fd);
	if (v->group_fd >= 0) {
		/* Leaves the container. */
		close(v->group_fd);
		if (!--c->users) {
			close(c->fd);
			c->fd = -1;
			free(c->ranges);
			c->ranges = NULL;
			c->num = 0;
			c->room = 0;
		}
	}
	*v = none;
}

/* --------------------------------------------------------------- limits */

/* May this process lock whatever it likes? */
static bool may_lock_all(void)
{
	unsigned long long caps = 0;
	char line[128];
	FILE *f;

	f = fopen("/proc/self/status", "re");
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %llx", &caps) == 1)
			break;
	fclose(f);
	return caps & (1ull << CAP_IPC_LOCK);
}

bool mdev_memlock_short(uint64_t bytes, struct mdev_error *err)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) || limit.rlim_cur == RLIM_INFINITY ||
	    limit.rlim_cur >= bytes || may_lock_all())
		return false;
	mdev_error_set(err, "this process may lock %llu KiB (RLIMIT_MEMLOCK), and devices may use %llu KiB: what exceeds it is copied, which is slow; raise it with \"ulimit -l\"",
		       (unsigned long long)limit.rlim_cur / 1024, (unsigned long long)bytes / 1024);
	return true;
}
