// SPDX-License-Identifier: GPL-2.0
/*
 * The parts of the DPDK plugin that know nothing of DPDK: UUIDs, sysfs in a tree
 * made here, and vfio with the system calls answered here. Every way to fail has
 * a sentence of its own, and leaves nothing open.
 */
/* The model has a type of this name, too. */
#define __le64 linux_le64
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/vfio.h>
#undef __le64

#include "mdev_sysfs.h"
#include "mdev_vfio.h"
#include "unit.h"
#include "vdcm_bar.h"
#include "vdcm_uapi.h"

#define UUID "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001"

/* --------------------------------------------------------------------- UUIDs */

TEST_ONCE(uuid_good)
{
	static const uint8_t want[16] = {
		0x83, 0xb8, 0xf4, 0xf2, 0x50, 0x9f, 0x38, 0x2f,
		0x3c, 0x1e, 0xe6, 0xbf, 0xe0, 0xfa, 0x10, 0x01
	};
	char lower[MDEV_UUID_LEN + 1];
	uint8_t bytes[16];

	CHECK_EQ(mdev_uuid_parse(UUID, NULL, NULL), 0);
	CHECK_EQ(mdev_uuid_parse("83B8F4F2-509F-382f-3C1E-E6BFE0FA1001", lower, bytes), 0);
	CHECK(!strcmp(lower, UUID));
	CHECK(!memcmp(bytes, want, 16));
}

TEST_ONCE(uuid_bad)
{
	static const char * const bad[] = {
		"", "x", "83b8f4f2", UUID "0", UUID "\n", UUID ",arg",
		"83b8f4f2-509f-382f-3c1e-e6bfe0fa100",
		"83b8f4f2-509f-382f-3c1e-e6bfe0fa100g",
		"83b8f4f2-509f-382f-3c1e_e6bfe0fa1001",
		"83b8f4f2509f-382f-3c1e-e6bfe0fa10011",
		"83b8f4f-2509f-382f-3c1e-e6bfe0fa1001",
		"-3b8f4f2-509f-382f-3c1e-e6bfe0fa1001",
		"0000:00:00.0", "net_tap0",
	};
	char lower[MDEV_UUID_LEN + 1] = "untouched";
	uint8_t bytes[16] = { 0x55 };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_EQ_AT(mdev_uuid_parse(bad[i], lower, bytes), -EINVAL, i);
	CHECK(!strcmp(lower, "untouched"));
	CHECK_EQ(bytes[0], 0x55);
}

/* --------------------------------------------------------------------- sysfs */

static char tree[64];

static void put(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", tree, name);
	f = fopen(path, "w");
	CHECK(f);
	fputs(text, f);
	fclose(f);
}

static void dir_at(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", tree, name);
	CHECK_EQ(mkdir(path, 0700), 0);
}

static void link_at(const char *to, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", tree, name);
	unlink(path);
	CHECK_EQ(symlink(to, path), 0);
}

/* As in sysfs: what is listed is a link into the parent's directory. */
static void make_tree(void)
{
	snprintf(tree, sizeof(tree), "/tmp/vdcm-mdev-XXXXXX");
	CHECK(mkdtemp(tree));
	dir_at("devices");
	dir_at("pf");
	dir_at("pf/" UUID);
	dir_at("pf/" UUID "/mdev_type");
	link_at("../pf/" UUID, "devices/" UUID);
	put("pf/" UUID "/mdev_type/device_api", "vfio-pci\n");
	link_at("../../../kernel/iommu_groups/17", "pf/" UUID "/iommu_group");
	put("pf/numa_node", "1\n");
}

static void remove_tree(void)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", tree);
	CHECK_EQ(system(cmd), 0);
}

static int lookup(const char *name, struct mdev_sysfs *s, struct mdev_error *err)
{
	char base[128];

	snprintf(base, sizeof(base), "%s/devices", tree);
	memset(err, 0, sizeof(*err));
	return mdev_sysfs_lookup(base, name, s, err);
}

#define CHECK_SAYS(err, part)							\
	do {									\
		if (!strstr((err).text, (part)))				\
			unit_fail(__FILE__, __LINE__, "says \"%s\", not \"%s\"", \
				  (err).text, (part));				\
	} while (0)

TEST_ONCE(sysfs_found)
{
	struct mdev_sysfs s;
	struct mdev_error err;
	char path[256];

	make_tree();
	CHECK_EQ(lookup(UUID, &s, &err), 0);
	CHECK(!strcmp(s.uuid, UUID));
	CHECK_EQ(s.group, 17);
	CHECK_EQ(s.numa_node, 1);
	CHECK_EQ(lookup("83B8F4F2-509F-382F-3C1E-E6BFE0FA1001", &s, &err), 0);
	CHECK(!strcmp(s.uuid, UUID));
	/* No NUMA node is no error. */
	snprintf(path, sizeof(path), "%s/pf/numa_node", tree);
	unlink(path);
	CHECK_EQ(lookup(UUID, &s, &err), 0);
	CHECK_EQ(s.numa_node, -1);
	remove_tree();
}

TEST_ONCE(sysfs_sentences)
{
	struct mdev_sysfs s;
	struct mdev_error err;

	make_tree();
	CHECK_EQ(lookup("nonsense", &s, &err), -EINVAL);
	CHECK_SAYS(err, "\"nonsense\" is not a UUID");
	CHECK_EQ(lookup("83b8f4f2-509f-382f-3c1e-e6bfe0fa1002", &s, &err), -ENODEV);
	CHECK_SAYS(err, "no such mediated device");
	CHECK_SAYS(err, "e6bfe0fa1002)");

	put("pf/" UUID "/mdev_type/device_api", "vfio-ccw\n");
	CHECK_EQ(lookup(UUID, &s, &err), -ENOTSUP);
	CHECK_SAYS(err, "for vfio-ccw, not a PCI device");
	put("pf/" UUID "/mdev_type/device_api", "");
	CHECK_EQ(lookup(UUID, &s, &err), -EIO);
	CHECK_SAYS(err, "device_api: Input/output error");
	put("pf/" UUID "/mdev_type/device_api", "vfio-pci");

	link_at("../../../kernel/iommu_groups/seventeen", "pf/" UUID "/iommu_group");
	CHECK_EQ(lookup(UUID, &s, &err), -EIO);
	CHECK_SAYS(err, "seventeen, which is no IOMMU group");
	link_at("../groups/17x", "pf/" UUID "/iommu_group");
	CHECK_EQ(lookup(UUID, &s, &err), -EIO);
	link_at("../groups/-1", "pf/" UUID "/iommu_group");
	CHECK_EQ(lookup(UUID, &s, &err), -EIO);
	link_at("../groups/99999999999", "pf/" UUID "/iommu_group");
	CHECK_EQ(lookup(UUID, &s, &err), -EIO);
	link_at("../groups/12345678901234567890123456789012345", "pf/" UUID "/iommu_group");
	CHECK_EQ(lookup(UUID, &s, &err), -ENAMETOOLONG);
	link_at("7", "pf/" UUID "/iommu_group");
	CHECK_EQ(lookup(UUID, &s, &err), 0);
	CHECK_EQ(s.group, 7);
	remove_tree();

	make_tree();
	{
		char path[256];

		snprintf(path, sizeof(path), "%s/pf/" UUID "/iommu_group", tree);
		unlink(path);
	}
	CHECK_EQ(lookup(UUID, &s, &err), -ENOENT);
	CHECK_SAYS(err, "no vfio driver has this mediated device");
	remove_tree();
	CHECK_EQ(lookup(UUID, &s, &err), -ENODEV);
	CHECK_SAYS(err, "this machine has no mediated devices");
}

TEST_ONCE(sysfs_of_another_bus)
{
	char base[128];

	make_tree();
	snprintf(base, sizeof(base), "%s/devices", tree);
	CHECK(mdev_sysfs_has(base, UUID));
	CHECK(mdev_sysfs_has(base, "83B8F4F2-509F-382F-3C1E-E6BFE0FA1001"));
	CHECK(!mdev_sysfs_has(base, "83b8f4f2-509f-382f-3c1e-e6bfe0fa1002"));
	dir_at("devices/nonsense");
	CHECK(!mdev_sysfs_has(base, "nonsense"));
	CHECK(!mdev_sysfs_has(base, "../devices/" UUID));
	remove_tree();
	CHECK(!mdev_sysfs_has(base, UUID));
}

TEST_ONCE(error_is_cut)
{
	struct mdev_error err;
	char longer[1000];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	mdev_error_set(&err, "%s", longer);
	CHECK_EQ(strlen(err.text), sizeof(err.text) - 1);
	mdev_error_set(NULL, "to nobody");
}

/* ---------------------------------------------------------------------- vfio */

/*
 * The kernel's side: descriptors 1000 (container), 1001 (group), 1002 (device).
 * Each of these makes one thing go wrong.
 */
enum { FD_CONTAINER = 1000, FD_GROUP, FD_DEVICE };

static struct {
	int open_container, open_group;		/* errno */
	int api, extension;			/* answers */
	int status_errno;
	uint32_t status;
	int join, set_iommu, get_device, info, reset, map_dma, unmap_dma, mmap_errno;
	uint32_t device_flags;
	uint16_t vendor, device;
	bool config_short, no_region, no_mmap, chain_loops, no_pages;
	uint32_t type, subtype;
	uint32_t vectors;
	uint64_t unmap_less;
	rlim_t memlock;
	/* what was seen */
	bool is_open[3];
	bool joined;
	int iommus;
	uint16_t command;
	bool was_reset;
	uint8_t bar[65536];
	bool was_read;
	int mapped;
	struct vfio_iommu_type1_dma_map last_map;
	int hint;				/* errno */
	unsigned int hints, unmaps;
	struct vdcm_dma_hint last_hint[4];
} k;

static void kernel(void)
{
	memset(&k, 0, sizeof(k));
	k.api = VFIO_API_VERSION;
	k.extension = 1;
	k.status = VFIO_GROUP_FLAGS_VIABLE;
	k.device_flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	k.vendor = 0x8086;
	k.device = 0x1889;
	k.type = VDCM_REGION_TYPE;
	k.subtype = VDCM_REGION_SUBTYPE_BAR0;
	k.vectors = 5;
	k.memlock = RLIM_INFINITY;
	k.command = 0x400;
}

static int fails(int err)
{
	if (!err)
		return 0;
	errno = err;
	return -1;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_ioctl(int fd, unsigned long cmd, ...);
int __wrap_ioctl(int fd, unsigned long cmd, ...);
ssize_t __real_pread(int fd, void *buf, size_t len, off_t off);
ssize_t __wrap_pread(int fd, void *buf, size_t len, off_t off);
ssize_t __real_pwrite(int fd, const void *buf, size_t len, off_t off);
ssize_t __wrap_pwrite(int fd, const void *buf, size_t len, off_t off);
void *__real_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off);
void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off);
int __real_munmap(void *addr, size_t len);
int __wrap_munmap(void *addr, size_t len);
int __real_close(int fd);
int __wrap_close(int fd);
int __real_getrlimit(int what, struct rlimit *limit);
int __wrap_getrlimit(int what, struct rlimit *limit);

int __wrap_open(const char *path, int flags, ...)
{
	va_list ap;
	int mode;

	if (!strcmp(path, "/dev/vfio/vfio") || !strcmp(path, "/dev/vfio/17")) {
		int fd = path[10] == 'v' ? FD_CONTAINER : FD_GROUP;

		if (fails(fd == FD_CONTAINER ? k.open_container : k.open_group))
			return -1;
		CHECK(!k.is_open[fd - FD_CONTAINER]);
		k.is_open[fd - FD_CONTAINER] = true;
		return fd;
	}
	va_start(ap, flags);
	mode = va_arg(ap, int);
	va_end(ap);
	return __real_open(path, flags, mode);
}

int __wrap_close(int fd)
{
	if (fd < FD_CONTAINER || fd > FD_DEVICE)
		return __real_close(fd);
	CHECK(k.is_open[fd - FD_CONTAINER]);
	if (fd == FD_GROUP) {
		CHECK(!k.is_open[FD_DEVICE - FD_CONTAINER]);
		k.joined = false;
	}
	k.is_open[fd - FD_CONTAINER] = false;
	return 0;
}

static int region(struct vfio_region_info *info)
{
	struct vfio_region_info_cap_type type = {
		.header = { .id = VFIO_REGION_INFO_CAP_TYPE, .version = 1 },
		.type = k.type,
		.subtype = k.subtype,
	};
	/* Another capability comes first. */
	struct vfio_info_cap_header other = { .id = 77 };
	uint32_t room = info->argsz, need = sizeof(*info) + sizeof(other) + sizeof(type);

	if (info->index > VFIO_PCI_NUM_REGIONS + 1)
		return fails(EINVAL);
	info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	info->offset = (uint64_t)info->index << 40;
	info->size = info->index == VFIO_PCI_CONFIG_REGION_INDEX ? 4096 : 65536;
	/* One without capabilities before the one. */
	if (info->index <= VFIO_PCI_NUM_REGIONS)
		return 0;
	if (!k.no_mmap)
		info->flags |= VFIO_REGION_INFO_FLAG_MMAP;
	info->flags |= VFIO_REGION_INFO_FLAG_CAPS;
	info->argsz = need;
	if (room < need)
		return 0;
	info->cap_offset = sizeof(*info);
	other.next = (uint32_t)(k.chain_loops ? sizeof(*info) : sizeof(*info) + sizeof(other));
	memcpy(info + 1, &other, sizeof(other));
	memcpy((char *)(info + 1) + sizeof(other), &type, sizeof(type));
	return 0;
}

int __wrap_ioctl(int fd, unsigned long cmd, ...)
{
	struct vfio_device_info *info;
	struct vfio_irq_info *irq;
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (fd < FD_CONTAINER || fd > FD_DEVICE)
		return __real_ioctl(fd, cmd, arg);
	CHECK(k.is_open[fd - FD_CONTAINER]);
	switch (cmd) {
	case VFIO_GET_API_VERSION:
		return k.api;
	case VFIO_CHECK_EXTENSION:
		return (unsigned long)arg == VFIO_TYPE1v2_IOMMU ? k.extension : 0;
	case VFIO_GROUP_GET_STATUS:
		((struct vfio_group_status *)arg)->flags = k.status;
		return fails(k.status_errno);
	case VFIO_GROUP_SET_CONTAINER:
		CHECK_EQ(*(int *)arg, FD_CONTAINER);
		if (fails(k.join))
			return -1;
		k.joined = true;
		return 0;
	case VFIO_GROUP_UNSET_CONTAINER:
		k.joined = false;
		return 0;
	case VFIO_SET_IOMMU:
		CHECK(k.joined);
		CHECK_EQ((unsigned long)arg, VFIO_TYPE1v2_IOMMU);
		k.iommus++;
		return fails(k.set_iommu);
	case VFIO_GROUP_GET_DEVICE_FD:
		CHECK(!strcmp(arg, UUID));
		if (fails(k.get_device))
			return -1;
		k.is_open[FD_DEVICE - FD_CONTAINER] = true;
		return FD_DEVICE;
	case VFIO_DEVICE_GET_INFO:
		info = arg;
		info->flags = k.device_flags;
		info->num_regions = VFIO_PCI_NUM_REGIONS + (k.no_region ? 0 : 2);
		info->num_irqs = VFIO_PCI_NUM_IRQS;
		return fails(k.info);
	case VFIO_DEVICE_GET_REGION_INFO:
		return region(arg);
	case VFIO_DEVICE_RESET:
		k.was_reset = true;
		k.command = 0x400;
		return fails(k.reset);
	case VFIO_DEVICE_GET_IRQ_INFO:
		irq = arg;
		CHECK_EQ(irq->index, VFIO_PCI_MSIX_IRQ_INDEX);
		irq->flags = k.vectors ? VFIO_IRQ_INFO_EVENTFD : 0;
		irq->count = k.vectors;
		return 0;
	case VFIO_IOMMU_MAP_DMA:
		memcpy(&k.last_map, arg, sizeof(k.last_map));
		return fails(k.map_dma);
	case VDCM_DMA_HINT:
		CHECK_EQ(fd, FD_DEVICE);
		memcpy(&k.last_hint[k.hints++ % 4], arg, sizeof(k.last_hint[0]));
		return fails(k.hint);
	case VFIO_IOMMU_UNMAP_DMA:
		k.unmaps++;
		((struct vfio_iommu_type1_dma_unmap *)arg)->size -= k.unmap_less;
		return fails(k.unmap_dma);
	default:
		unit_fail(__FILE__, __LINE__, "ioctl %lx", cmd);
	}
}

ssize_t __wrap_pread(int fd, void *buf, size_t len, off_t off)
{
	uint8_t cfg[64] = {
		[0] = (uint8_t)k.vendor, [1] = (uint8_t)(k.vendor >> 8),
		[2] = (uint8_t)k.device, [3] = (uint8_t)(k.device >> 8),
		[4] = (uint8_t)k.command, [5] = (uint8_t)(k.command >> 8),
		[9] = 0, [10] = 0, [11] = 2,
		[0x2c] = 0x34, [0x2d] = 0x12, [0x2e] = 0x78, [0x2f] = 0x56,
	};

	if (fd != FD_DEVICE)
		return __real_pread(fd, buf, len, off);
	if (off >> 40 == VFIO_PCI_NUM_REGIONS + 1) {
		if (k.no_pages)
			return fails(ENOMEM);
		k.was_read = true;
		memset(buf, 0, len);
		return (ssize_t)len;
	}
	off -= (off_t)VFIO_PCI_CONFIG_REGION_INDEX << 40;
	CHECK(off >= 0 && off + (off_t)len <= 64);
	if (k.config_short)
		return (ssize_t)len - 1;
	memcpy(buf, cfg + off, len);
	return (ssize_t)len;
}

ssize_t __wrap_pwrite(int fd, const void *buf, size_t len, off_t off)
{
	if (fd != FD_DEVICE)
		return __real_pwrite(fd, buf, len, off);
	CHECK_EQ(off, ((off_t)VFIO_PCI_CONFIG_REGION_INDEX << 40) + PCI_COMMAND);
	CHECK_EQ(len, 2);
	memcpy(&k.command, buf, 2);
	return 2;
}

void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	if (fd != FD_DEVICE)
		return __real_mmap(addr, len, prot, flags, fd, off);
	CHECK_EQ(off, (off_t)(VFIO_PCI_NUM_REGIONS + 1) << 40);
	CHECK_EQ(len, 65536);
	CHECK_EQ(flags, MAP_SHARED);
	CHECK_EQ(prot, PROT_READ | PROT_WRITE);
	if (fails(k.was_read ? k.mmap_errno : EINVAL))
		return MAP_FAILED;
	k.mapped++;
	return k.bar;
}

int __wrap_munmap(void *addr, size_t len)
{
	if (addr != k.bar)
		return __real_munmap(addr, len);
	CHECK_EQ(len, 65536);
	k.mapped--;
	return 0;
}

int __wrap_getrlimit(int what, struct rlimit *limit)
{
	/* Sanitizers ask, too. */
	if (what != RLIMIT_MEMLOCK)
		return __real_getrlimit(what, limit);
	limit->rlim_cur = k.memlock;
	limit->rlim_max = k.memlock;
	return 0;
}

static void nothing_left(const struct mdev_vfio *v, const struct mdev_container *c)
{
	CHECK(!k.is_open[0] && !k.is_open[1] && !k.is_open[2]);
	CHECK_EQ(k.mapped, 0);
	CHECK_EQ(c->fd, -1);
	CHECK_EQ(c->users, 0);
	CHECK_EQ(v->fd, -1);
	CHECK_EQ(v->group_fd, -1);
	CHECK(!v->bar0);
}

static int attach(struct mdev_vfio *v, struct mdev_container *c, struct mdev_error *err)
{
	memset(err, 0, sizeof(*err));
	return mdev_vfio_attach(v, c, "/dev/vfio", 17, err);
}

TEST_ONCE(vfio_open)
{
	struct mdev_container c = MDEV_CONTAINER_INIT;
	struct mdev_vfio v = MDEV_VFIO_INIT;
	struct mdev_error err;

	kernel();
	CHECK_EQ(attach(&v, &c, &err), 0);
	CHECK_EQ(c.users, 1);
	CHECK_EQ(k.iommus, 1);
	CHECK_EQ(mdev_vfio_open(&v, &c, UUID, &err), 0);
	CHECK_EQ(v.ids.vendor, 0x8086);
	CHECK_EQ(v.ids.device, 0x1889);
	CHECK_EQ(v.ids.subvendor, 0x1234);
	CHECK_EQ(v.ids.subdevice, 0x5678);
	CHECK_EQ(v.ids.class_code, 0x20000);
	CHECK_EQ(v.region[VFIO_PCI_CONFIG_REGION_INDEX].size, 4096);
	CHECK_EQ(v.region[VFIO_PCI_CONFIG_REGION_INDEX].offset,
		 (uint64_t)VFIO_PCI_CONFIG_REGION_INDEX << 40);
	CHECK_EQ(v.vectors, 5);
	CHECK(v.bar0 == k.bar);
	CHECK_EQ(v.bar0_len, 65536);
	/* After the reset, which clears them; what else there was stays. */
	CHECK(k.was_reset);
	CHECK_EQ(k.command, 0x400 | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	mdev_vfio_close(&v, &c);
	nothing_left(&v, &c);
	/* Once more is no harm. */
	mdev_vfio_close(&v, &c);
	nothing_left(&v, &c);
}

TEST_ONCE(vfio_second_device)
{
	struct mdev_container c = MDEV_CONTAINER_INIT;
	struct mdev_vfio v = MDEV_VFIO_INIT, w = MDEV_VFIO_INIT;
	struct mdev_error err;

	kernel();
	CHECK_EQ(attach(&v, &c, &err), 0);
	/* Another group, for which the same descriptor must do. */
	k.is_open[FD_GROUP - FD_CONTAINER] = false;
	CHECK_EQ(attach(&w, &c, &err), 0);
	CHECK_EQ(c.users, 2);
	CHECK_EQ(k.iommus, 1);
	mdev_vfio_close(&w, &c);
	CHECK_EQ(c.users, 1);
	CHECK(k.is_open[0]);
	/* One that cannot join leaves the other's container alone. */
	k.join = EINVAL;
	CHECK_EQ(attach(&w, &c, &err), -EINVAL);
	CHECK_EQ(c.users, 1);
	CHECK(k.is_open[0]);
	k.is_open[FD_GROUP - FD_CONTAINER] = true;
	mdev_vfio_close(&v, &c);
	nothing_left(&v, &c);
}

static void attach_fails(int ret, const char *says)
{
	struct mdev_container c = MDEV_CONTAINER_INIT;
	struct mdev_vfio v = MDEV_VFIO_INIT;
	struct mdev_error err;

	CHECK_EQ(attach(&v, &c, &err), ret);
	CHECK_SAYS(err, says);
	nothing_left(&v, &c);
	kernel();
}

TEST_ONCE(attach_sentences)
{
	kernel();
	k.open_group = EACCES;
	attach_fails(-EACCES, "no right to open /dev/vfio/17 (");
	k.open_group = EPERM;
	attach_fails(-EPERM, "no right to open /dev/vfio/17 (");
	k.open_group = EBUSY;
	attach_fails(-EBUSY, "another process uses the device");
	k.open_group = ENOENT;
	attach_fails(-ENOENT, "there is no /dev/vfio/17");
	k.open_group = EMFILE;
	attach_fails(-EMFILE, "cannot open /dev/vfio/17: Too many open files");
	k.status_errno = EIO;
	attach_fails(-EIO, "/dev/vfio/17 does not answer");
	k.status = 0;
	attach_fails(-EPERM, "not viable");
	k.open_container = ENOENT;
	attach_fails(-ENOENT, "is the module vfio loaded?");
	k.open_container = EACCES;
	attach_fails(-EACCES, "no right to open /dev/vfio/vfio (");
	k.api = 1;
	attach_fails(-ENOTSUP, "version 1, not 0");
	k.extension = 0;
	attach_fails(-ENOTSUP, "modprobe vfio_iommu_type1");
	k.join = EINVAL;
	attach_fails(-EINVAL, "cannot join the container");
	k.set_iommu = EPERM;
	attach_fails(-EPERM, "does not take type 1 version 2");
}

static void open_fails(int ret, const char *says)
{
	struct mdev_container c = MDEV_CONTAINER_INIT;
	struct mdev_vfio v = MDEV_VFIO_INIT;
	struct mdev_error err;

	CHECK_EQ(attach(&v, &c, &err), 0);
	CHECK_EQ(mdev_vfio_open(&v, &c, UUID, &err), ret);
	CHECK_SAYS(err, says);
	mdev_vfio_close(&v, &c);
	nothing_left(&v, &c);
	kernel();
}

TEST_ONCE(open_sentences)
{
	kernel();
	k.get_device = ENODEV;
	open_fails(-ENODEV, "went away");
	k.get_device = ENOMEM;
	open_fails(-ENOMEM, "cannot be opened (Cannot allocate memory)");
	k.info = EIO;
	open_fails(-EIO, "does not say what it is");
	k.device_flags = 0;
	open_fails(-ENOTSUP, "not a PCI device");
	k.config_short = true;
	open_fails(-EIO, "configuration space cannot be read");
	k.device = 0x10c9;
	open_fails(-ENOTSUP, "8086:10c9, not an Intel AVF (8086:1889)");
	k.vendor = 0x1af4;
	open_fails(-ENOTSUP, "1af4:1889, not an Intel AVF");
	k.reset = EIO;
	open_fails(-EIO, "cannot be reset");
	k.no_region = true;
	open_fails(-ENOTSUP, "no region that maps all of BAR0");
	k.type = 1;
	open_fails(-ENOTSUP, "no region that maps all of BAR0");
	k.subtype = 1;
	open_fails(-ENOTSUP, "no region that maps all of BAR0");
	k.chain_loops = true;
	open_fails(-ENOTSUP, "no region that maps all of BAR0");
	k.no_mmap = true;
	open_fails(-ENOTSUP, "registers trap");
	k.no_pages = true;
	open_fails(-ENOMEM, "no memory for the device's registers");
	k.mmap_errno = ENOMEM;
	open_fails(-ENOMEM, "BAR0 cannot be mapped");
	k.vectors = 0;
	open_fails(-ENOTSUP, "no MSI-X");
}

TEST_ONCE(memory)
{
	struct mdev_container c = MDEV_CONTAINER_INIT;
	struct mdev_vfio v = MDEV_VFIO_INIT;
	struct mdev_error err;

	kernel();
	CHECK_EQ(attach(&v, &c, &err), 0);
	CHECK_EQ(mdev_container_map(&c, 0x1000, 0x2000, 0x3000, &err), 0);
	CHECK_EQ(k.last_map.vaddr, 0x1000);
	CHECK_EQ(k.last_map.iova, 0x2000);
	CHECK_EQ(k.last_map.size, 0x3000);
	CHECK_EQ(k.last_map.flags, VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE);
	k.map_dma = ENOSPC;
	CHECK_EQ(mdev_container_map(&c, 0x1000, 0x2000, 0x3000, &err), -ENOSPC);
	CHECK_SAYS(err, "dma_entry_limit");
	k.map_dma = ENOMEM;
	CHECK_EQ(mdev_container_map(&c, 0x1000, 0x2000, 0x3000, &err), -ENOMEM);
	CHECK_SAYS(err, "ulimit -l");
	k.map_dma = EEXIST;
	CHECK_EQ(mdev_container_map(&c, 0x1000, 0x2000, 0x3000, &err), -EEXIST);
	CHECK_SAYS(err, "0x3000 bytes at 0x2000 cannot be mapped");
	CHECK_EQ(mdev_container_unmap(&c, 0x2000, 0x3000, &err), 0);
	k.unmap_dma = EINVAL;
	CHECK_EQ(mdev_container_unmap(&c, 0x2000, 0x3000, &err), -EINVAL);
	CHECK_SAYS(err, "cannot be unmapped");
	k.unmap_dma = 0;
	k.unmap_less = 0x1000;
	CHECK_EQ(mdev_container_unmap(&c, 0x2000, 0x3000, &err), -EINVAL);
	mdev_vfio_close(&v, &c);
	nothing_left(&v, &c);
}

static void hint_was(unsigned int n, uint64_t iova, uint64_t size)
{
	const struct vdcm_dma_hint *h = &k.last_hint[n % 4];

	CHECK_EQ_AT(h->argsz, sizeof(*h), n);
	CHECK_EQ_AT(h->flags, 0, n);
	CHECK_EQ_AT(h->iova, iova, n);
	CHECK_EQ_AT(h->size, size, n);
}

/* A device is told what is mapped when it is opened, and what comes later. */
TEST_ONCE(hints)
{
	struct mdev_container c = MDEV_CONTAINER_INIT;
	struct mdev_vfio v = MDEV_VFIO_INIT;
	struct mdev_error err;
	unsigned int i;

	kernel();
	CHECK_EQ(attach(&v, &c, &err), 0);
	/* In no order, with neighbours, a hole, and one that went again. */
	CHECK_EQ(mdev_container_map(&c, 0x5000, 0x5000, 0x1000, &err), 0);
	CHECK_EQ(mdev_container_map(&c, 0x1000, 0x1000, 0x2000, &err), 0);
	CHECK_EQ(mdev_container_map(&c, 0x8000, 0x8000, 0x1000, &err), 0);
	CHECK_EQ(mdev_container_map(&c, 0x3000, 0x3000, 0x2000, &err), 0);
	CHECK_EQ(mdev_container_map(&c, 0x9000, 0x9000, 0x1000, &err), 0);
	CHECK_EQ(mdev_container_unmap(&c, 0x8000, 0x1000, &err), 0);
	k.unmap_dma = EINVAL;
	CHECK_EQ(mdev_container_unmap(&c, 0x9000, 0x1000, &err), -EINVAL);
	k.unmap_dma = 0;
	CHECK_EQ(k.hints, 0);
	CHECK_EQ(mdev_vfio_open(&v, &c, UUID, &err), 0);
	CHECK_EQ(k.hints, 2);
	hint_was(0, 0x1000, 0x5000);
	hint_was(1, 0x9000, 0x1000);

	CHECK_EQ(mdev_container_map(&c, 0x20000, 0x20000, 0x3000, &err), 0);
	CHECK_EQ(k.hints, 3);
	hint_was(2, 0x20000, 0x3000);
	/* Nothing to be told of. */
	k.map_dma = EEXIST;
	CHECK_EQ(mdev_container_map(&c, 0x20000, 0x20000, 0x3000, &err), -EEXIST);
	k.map_dma = 0;
	CHECK_EQ(k.hints, 3);
	/* What the device cannot reach is not mapped at all. */
	k.unmaps = 0;
	k.hint = ENOMEM;
	CHECK_EQ(mdev_container_map(&c, 0x30000, 0x30000, 0x1000, &err), -ENOMEM);
	CHECK_SAYS(err, "ulimit -l");
	CHECK_EQ(k.unmaps, 1);
	k.hint = EACCES;
	CHECK_EQ(mdev_container_map(&c, 0x30000, 0x30000, 0x1000, &err), -EACCES);
	CHECK_SAYS(err, "cannot reach 0x1000 bytes at 0x30000 (Permission denied)");
	CHECK_EQ(k.unmaps, 2);
	mdev_vfio_close(&v, &c);
	nothing_left(&v, &c);

	/* The next container begins with nothing; many are sorted, too. */
	k.hint = 0;
	CHECK_EQ(attach(&v, &c, &err), 0);
	for (i = 1000; i; i--)
		CHECK_EQ(mdev_container_map(&c, i << 13, i << 13, 0x1000, &err), 0);
	for (i = 1000; i; i--)
		CHECK_EQ(mdev_container_map(&c, (i << 13) + 0x1000, (i << 13) + 0x1000, 0x1000,
					    &err), 0);
	k.hints = 0;
	CHECK_EQ(mdev_vfio_open(&v, &c, UUID, &err), 0);
	CHECK_EQ(k.hints, 1);
	hint_was(0, 1 << 13, 1000 << 13);
	mdev_vfio_close(&v, &c);
	nothing_left(&v, &c);

	/* A device that cannot reach it is not opened; one that knows no hints is. */
	CHECK_EQ(attach(&v, &c, &err), 0);
	CHECK_EQ(mdev_container_map(&c, 0x1000, 0x1000, 0x1000, &err), 0);
	k.hint = ENOMEM;
	CHECK_EQ(mdev_vfio_open(&v, &c, UUID, &err), -ENOMEM);
	CHECK_SAYS(err, "RLIMIT_MEMLOCK");
	mdev_vfio_close(&v, &c);
	nothing_left(&v, &c);
	CHECK_EQ(attach(&v, &c, &err), 0);
	CHECK_EQ(mdev_container_map(&c, 0x1000, 0x1000, 0x1000, &err), 0);
	k.hint = ENOTTY;
	CHECK_EQ(mdev_vfio_open(&v, &c, UUID, &err), 0);
	CHECK_EQ(mdev_container_map(&c, 0x2000, 0x2000, 0x1000, &err), 0);
	mdev_vfio_close(&v, &c);
	nothing_left(&v, &c);
}

/* Whether this process may lock all it likes, as the kernel says. */
static bool may_lock(void)
{
	unsigned long long caps = 0;
	char line[128];
	FILE *f = fopen("/proc/self/status", "r");

	CHECK(f);
	while (fgets(line, sizeof(line), f))
		sscanf(line, "CapEff: %llx", &caps);
	fclose(f);
	return caps >> 14 & 1;
}

TEST_ONCE(memlock)
{
	struct mdev_error err;

	kernel();
	CHECK(!mdev_memlock_short(1ull << 40, &err));
	k.memlock = 8 << 20;
	CHECK(!mdev_memlock_short(8 << 20, &err));
	/* Root may lock what it likes; anyone else is told. */
	if (may_lock() && setuid(65534))
		return;
	CHECK(!may_lock());
	CHECK(!mdev_memlock_short(8 << 20, &err));
	CHECK(mdev_memlock_short((8 << 20) + 4096, &err));
	CHECK_SAYS(err, "may lock 8192 KiB (RLIMIT_MEMLOCK), and devices may use 8196 KiB");
}
