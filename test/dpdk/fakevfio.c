// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * vfio and mediated devices for one process, without a kernel's help: preloaded
 * into a stock DPDK application, it answers for /dev/vfio and for sysfs' list of
 * mediated devices. The devices are the device model, within reach of the
 * application's memory, and are the ports of one switch.
 *
 * Environment:
 *   FAKEVFIO_DIR    instead of /sys/bus/mdev/devices; a file "request" or "reset"
 *                   in a device's directory there asks for the device's removal,
 *                   or resets it as its PF would
 *   FAKEVFIO_MDEVS  "UUID=QUEUE_PAIRS ..."; the first is in group 100, and so on
 *
 * It is as strict as the kernel in what the plugin relies on: DMA reaches what is
 * mapped and the device was told of (VDCM_DMA_HINT, as for hardware) and nothing
 * else, a mapping goes as it came, BAR0 can be mapped only
 * once its region was read, and a reset clears the command register.
 */
/* The model has a type of this name, too. */
#define __le64 linux_le64
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vfio.h>
#undef __le64

#include "fakevfio.h"
#include "vdcm_bar.h"
#include "vdcm_uapi.h"

#define SYSFS		"/sys/bus/mdev/devices"
#define FIRST_GROUP	100
#define MAX_FDS		4096
#define MAX_MAPS	65536
#define SHIFT		40
#define BAR_REGION	VFIO_PCI_NUM_REGIONS

enum kind { NONE, CONTAINER, GROUP, DEVICE };

struct dev devs[MAX_DEVS];
unsigned int ndevs;
pthread_mutex_t fake_lock = PTHREAD_MUTEX_INITIALIZER;
const char *fake_dir;

static struct {
	u8 kind;
	struct dev *dev;
} fds[MAX_FDS];
static struct map {
	u64 iova, va, len;
	u32 told;		/* a bit for each device */
} maps[MAX_MAPS];
static unsigned int nmaps;
static bool container_type;

static int (*real_open)(const char *path, int flags, ...);
static int (*real_close)(int fd);
static int (*real_ioctl)(int fd, unsigned long cmd, ...);
static ssize_t (*real_pread)(int fd, void *buf, size_t len, off_t off);
static ssize_t (*real_pwrite)(int fd, const void *buf, size_t len, off_t off);
static void *(*real_mmap)(void *addr, size_t len, int prot, int flags, int fd, off_t off);
static int (*real_access)(const char *path, int mode);
static ssize_t (*real_readlink)(const char *path, char *buf, size_t size);
static FILE *(*real_fopen)(const char *path, const char *mode);

void fake_die(const char *what)
{
	fprintf(stderr, "fakevfio: %s\n", what);
	abort();
}

/* -------------------------------------------------------------------- memory */

void *fake_reach(const struct dev *d, u64 iova, u64 len)
{
	static unsigned int last;
	unsigned int i, n;

	for (n = 0; n < nmaps; n++) {
		i = (last + n) % nmaps;
		if (maps[i].told & 1u << (d - devs) &&
		    iova >= maps[i].iova && iova - maps[i].iova < maps[i].len &&
		    len <= maps[i].len - (iova - maps[i].iova)) {
			last = i;
			return (void *)(maps[i].va + (iova - maps[i].iova));
		}
	}
	fprintf(stderr, "fakevfio: DMA fault at 0x%llx, %llu bytes\n", (unsigned long long)iova,
		(unsigned long long)len);
	return NULL;
}

static int map(const struct vfio_iommu_type1_dma_map *m)
{
	unsigned int i;

	if (!m->size || (m->size | m->iova | m->vaddr) & 4095)
		return -EINVAL;
	for (i = 0; i < nmaps; i++)
		if (m->iova < maps[i].iova + maps[i].len && maps[i].iova < m->iova + m->size)
			return -EEXIST;
	if (nmaps == MAX_MAPS - 1)
		return -ENOSPC;
	maps[nmaps++] = (struct map){ m->iova, m->vaddr, m->size, 0 };
	return 0;
}

static int unmap(struct vfio_iommu_type1_dma_unmap *u)
{
	u64 start = u->iova, end = u->iova + u->size;
	unsigned int i;

	for (i = 0; i < nmaps; i++)
		if (maps[i].iova < end && start < maps[i].iova + maps[i].len &&
		    (maps[i].iova < start || maps[i].iova + maps[i].len > end))
			return -EINVAL;
	u->size = 0;
	for (i = 0; i < nmaps;) {
		if (maps[i].iova >= start && maps[i].iova < end) {
			u->size += maps[i].len;
			maps[i] = maps[--nmaps];
		} else {
			i++;
		}
	}
	return 0;
}

/* All of it is mapped, or nothing is told. */
static int hint(const struct dev *d, const struct vdcm_dma_hint *h)
{
	u64 found = 0;
	unsigned int i;

	if (h->argsz < sizeof(*h) || h->flags || !h->size || (h->iova | h->size) & 4095)
		return -EINVAL;
	for (i = 0; i < nmaps; i++)
		if (maps[i].iova >= h->iova && maps[i].iova + maps[i].len <= h->iova + h->size)
			found += maps[i].len;
	if (found != h->size)
		return -ENOENT;
	for (i = 0; i < nmaps; i++)
		if (maps[i].iova >= h->iova && maps[i].iova < h->iova + h->size)
			maps[i].told |= 1u << (d - devs);
	return 0;
}

static void resolve(void)
{
	real_open = dlsym(RTLD_NEXT, "open");
	real_close = dlsym(RTLD_NEXT, "close");
	real_ioctl = dlsym(RTLD_NEXT, "ioctl");
	real_pread = dlsym(RTLD_NEXT, "pread");
	real_pwrite = dlsym(RTLD_NEXT, "pwrite");
	real_mmap = dlsym(RTLD_NEXT, "mmap");
	real_access = dlsym(RTLD_NEXT, "access");
	real_readlink = dlsym(RTLD_NEXT, "readlink");
	real_fopen = dlsym(RTLD_NEXT, "fopen");
}

__attribute__((constructor)) static void start(void)
{
	char *list = getenv("FAKEVFIO_MDEVS"), *word, *save, *qps;
	pthread_t thread;
	int memfd;
	void *bar;

	resolve();
	fake_dir = getenv("FAKEVFIO_DIR");
	if (!fake_dir || !list)
		return;
	/* Answers arrive while the other end waits for them. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	list = strdup(list);
	if (!list)
		fake_die("no memory");
	for (word = strtok_r(list, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		qps = strchr(word, '=');
		if (!qps || ndevs == MAX_DEVS)
			fake_die("FAKEVFIO_MDEVS makes no sense");
		*qps = '\0';
		memfd = memfd_create("bar0", MFD_CLOEXEC);
		if (memfd < 0 || ftruncate(memfd, AVF_BAR0_SIZE))
			fake_die("no memory for a BAR");
		bar = real_mmap(NULL, AVF_BAR0_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
		if (bar == MAP_FAILED)
			fake_die("no memory for a BAR");
		fake_make(word, (unsigned int)strtoul(qps + 1, NULL, 10), memfd, bar);
	}
	free(list);
	if (pthread_create(&thread, NULL, fake_worker, NULL))
		fake_die("no thread");
}

/* -------------------------------------------------------------------- device */

static void reset(struct dev *d)
{
	avf_dev_reset(d->avf, AVF_RESET_FLR);
}

static int region_info(struct vfio_region_info *info)
{
	struct vfio_region_info_cap_type cap = {
		.header = { .id = VFIO_REGION_INFO_CAP_TYPE, .version = 1 },
		.type = VDCM_REGION_TYPE,
		.subtype = VDCM_REGION_SUBTYPE_BAR0,
	};
	u32 room = info->argsz;

	if (info->index > BAR_REGION)
		return -EINVAL;
	info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	info->offset = (u64)info->index << SHIFT;
	info->cap_offset = 0;
	switch (info->index) {
	case VFIO_PCI_CONFIG_REGION_INDEX:
		info->size = AVF_CFG_SIZE;
		return 0;
	case VFIO_PCI_BAR0_REGION_INDEX:
		info->size = AVF_BAR0_SIZE;
		return 0;
	case VFIO_PCI_BAR3_REGION_INDEX:
		info->size = AVF_BAR3_SIZE;
		return 0;
	case BAR_REGION:
		break;
	default:
		info->size = 0;
		info->flags = 0;
		return 0;
	}

	info->size = AVF_BAR0_SIZE;
	info->flags |= VFIO_REGION_INFO_FLAG_MMAP | VFIO_REGION_INFO_FLAG_CAPS;
	info->argsz = sizeof(*info) + sizeof(cap);
	if (room >= info->argsz) {
		info->cap_offset = sizeof(*info);
		memcpy(info + 1, &cap, sizeof(cap));
	}
	return 0;
}

static int set_irqs(struct dev *d, const struct vfio_irq_set *set)
{
	u32 max = set->index == VFIO_PCI_MSIX_IRQ_INDEX ? d->qps + 1 :
		  set->index == VFIO_PCI_REQ_IRQ_INDEX ? 1 : 0;
	int *slot = set->index == VFIO_PCI_REQ_IRQ_INDEX ? &d->req : d->msix;
	const s32 *fd = (const s32 *)set->data;
	u32 i;

	if (!(set->flags & VFIO_IRQ_SET_ACTION_TRIGGER))
		return -ENOTTY;
	if (set->start > max || set->count > max - set->start)
		return -EINVAL;
	if (set->flags & VFIO_IRQ_SET_DATA_NONE) {
		for (i = 0; !set->count && i < max; i++) {
			real_close(slot[i]);
			slot[i] = -1;
		}
		return 0;
	}
	if (!(set->flags & VFIO_IRQ_SET_DATA_EVENTFD) || !set->count)
		return -EINVAL;
	for (i = 0; i < set->count; i++) {
		int dup_fd = fd[i] < 0 ? -1 : dup(fd[i]);
		u64 zero = 0;

		/* Only an eventfd takes this. */
		if (dup_fd >= 0 && write(dup_fd, &zero, sizeof(zero)) != sizeof(zero))
			return -EINVAL;
		if (slot[set->start + i] >= 0)
			real_close(slot[set->start + i]);
		slot[set->start + i] = dup_fd;
	}
	return 0;
}

static int device_ioctl(struct dev *d, unsigned long cmd, void *arg)
{
	struct vfio_device_info *info = arg;
	struct vfio_irq_info *irq = arg;

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		info->flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
		info->num_regions = VFIO_PCI_NUM_REGIONS + 1;
		info->num_irqs = VFIO_PCI_NUM_IRQS;
		return 0;
	case VFIO_DEVICE_GET_REGION_INFO:
		return region_info(arg);
	case VFIO_DEVICE_GET_IRQ_INFO:
		irq->count = irq->index == VFIO_PCI_MSIX_IRQ_INDEX ? d->qps + 1 :
			     irq->index == VFIO_PCI_REQ_IRQ_INDEX ? 1 : 0;
		irq->flags = irq->count ? VFIO_IRQ_INFO_EVENTFD : 0;
		return 0;
	case VFIO_DEVICE_SET_IRQS:
		return set_irqs(d, arg);
	case VFIO_DEVICE_RESET:
		reset(d);
		return 0;
	case VDCM_DMA_HINT:
		return hint(d, arg);
	default:
		return -ENOTTY;
	}
}

static void device_close(struct dev *d)
{
	unsigned int i;

	avf_page_detach(d->avf);
	reset(d);
	for (i = 0; i < AVF_MAX_VECTORS; i++) {
		if (d->msix[i] >= 0)
			real_close(d->msix[i]);
		d->msix[i] = -1;
	}
	if (d->req >= 0)
		real_close(d->req);
	d->req = -1;
	d->open = false;
	d->in_memory = false;
	for (i = 0; i < nmaps; i++)
		maps[i].told &= ~(1u << (d - devs));
}

/* --------------------------------------------------------- group, container */

static int new_fd(enum kind kind, struct dev *d, int like)
{
	int fd = dup(like);

	if (fd < 0 || fd >= MAX_FDS)
		fake_die("too many descriptors");
	fds[fd].dev = d;
	fds[fd].kind = (u8)kind;
	return fd;
}

static int group_ioctl(struct dev *d, unsigned long cmd, void *arg)
{
	struct vfio_group_status *status = arg;

	switch (cmd) {
	case VFIO_GROUP_GET_STATUS:
		status->flags = VFIO_GROUP_FLAGS_VIABLE;
		return 0;
	case VFIO_GROUP_SET_CONTAINER:
		d->joined = true;
		return 0;
	case VFIO_GROUP_UNSET_CONTAINER:
		d->joined = false;
		return 0;
	case VFIO_GROUP_GET_DEVICE_FD:
		if (!d->joined || !container_type)
			return -EINVAL;
		if (strcmp(arg, d->uuid))
			return -ENODEV;
		if (d->open)
			return -EBUSY;
		d->open = true;
		return new_fd(DEVICE, d, d->memfd);
	default:
		return -ENOTTY;
	}
}

static int container_ioctl(unsigned long cmd, void *arg)
{
	unsigned int i;

	switch (cmd) {
	case VFIO_GET_API_VERSION:
		return VFIO_API_VERSION;
	case VFIO_CHECK_EXTENSION:
		return (unsigned long)arg == VFIO_TYPE1v2_IOMMU;
	case VFIO_SET_IOMMU:
		for (i = 0; i < ndevs; i++)
			if (devs[i].joined)
				container_type = true;
		return container_type ? 0 : -EINVAL;
	case VFIO_IOMMU_MAP_DMA:
		return container_type ? map(arg) : -EINVAL;
	case VFIO_IOMMU_UNMAP_DMA:
		return container_type ? unmap(arg) : -EINVAL;
	default:
		return -ENOTTY;
	}
}

/* The last group that leaves takes the mappings along. */
static void group_close(struct dev *d)
{
	unsigned int i;

	d->busy = false;
	d->joined = false;
	for (i = 0; i < ndevs; i++)
		if (devs[i].joined)
			return;
	nmaps = 0;
	container_type = false;
}

/* --------------------------------------------------------------- interposers */

static bool ours(int fd)
{
	return fd >= 0 && fd < MAX_FDS && fds[fd].kind != NONE;
}

static int answer(int ret)
{
	if (ret >= 0)
		return ret;
	errno = -ret;
	return -1;
}

/* -2: not for us */
static int fake_open(const char *path)
{
	unsigned int group;
	int ret;

	if (!ndevs || strncmp(path, "/dev/vfio/", 10))
		return -2;
	pthread_mutex_lock(&fake_lock);
	if (!strcmp(path + 10, "vfio")) {
		ret = new_fd(CONTAINER, NULL, devs[0].memfd);
	} else {
		group = (unsigned int)strtoul(path + 10, NULL, 10) - FIRST_GROUP;
		if (group >= ndevs) {
			ret = answer(-ENOENT);
		} else if (devs[group].busy) {
			ret = answer(-EBUSY);
		} else {
			devs[group].busy = true;
			ret = new_fd(GROUP, &devs[group], devs[group].memfd);
		}
	}
	pthread_mutex_unlock(&fake_lock);
	return ret;
}

static const char *redirect(const char *path, char *buf, size_t size)
{
	if (!fake_dir || strncmp(path, SYSFS, strlen(SYSFS)))
		return path;
	snprintf(buf, size, "%s%s", fake_dir, path + strlen(SYSFS));
	return buf;
}

#define EXPORT __attribute__((visibility("default")))

EXPORT int open(const char *path, int flags, ...);
EXPORT int open64(const char *path, int flags, ...);
EXPORT int __open_2(const char *path, int flags);
EXPORT int __open64_2(const char *path, int flags);
EXPORT ssize_t __pread_chk(int fd, void *buf, size_t len, off_t off, size_t size);
EXPORT ssize_t __pread64_chk(int fd, void *buf, size_t len, off_t off, size_t size);
EXPORT ssize_t __readlink_chk(const char *path, char *buf, size_t size, size_t max);

EXPORT int open(const char *path, int flags, ...)
{
	int mode, fd = fake_open(path);
	va_list ap;

	if (fd != -2)
		return fd;
	if (!real_open)
		resolve();
	va_start(ap, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, int) : 0;
	va_end(ap);
	return real_open(path, flags, mode);
}

EXPORT int open64(const char *path, int flags, ...)
{
	int mode;
	va_list ap;

	va_start(ap, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, int) : 0;
	va_end(ap);
	return open(path, flags, mode);
}

EXPORT int __open_2(const char *path, int flags)
{
	return open(path, flags);
}

EXPORT int __open64_2(const char *path, int flags)
{
	return open(path, flags);
}

EXPORT int close(int fd)
{
	if (!real_close)
		resolve();
	if (ours(fd)) {
		pthread_mutex_lock(&fake_lock);
		if (fds[fd].kind == DEVICE)
			device_close(fds[fd].dev);
		else if (fds[fd].kind == GROUP)
			group_close(fds[fd].dev);
		fds[fd].kind = NONE;
		pthread_mutex_unlock(&fake_lock);
	}
	return real_close(fd);
}

EXPORT int ioctl(int fd, unsigned long cmd, ...)
{
	va_list ap;
	void *arg;
	int ret;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (!ours(fd))
		return real_ioctl(fd, cmd, arg);

	pthread_mutex_lock(&fake_lock);
	if (fds[fd].kind == CONTAINER)
		ret = container_ioctl(cmd, arg);
	else if (fds[fd].kind == GROUP)
		ret = group_ioctl(fds[fd].dev, cmd, arg);
	else
		ret = device_ioctl(fds[fd].dev, cmd, arg);
	pthread_mutex_unlock(&fake_lock);
	return answer(ret);
}

/* What makes the registers memory. */
static ssize_t bar_read(struct dev *d, void *buf, size_t len, off_t off)
{
	u32 at = (u32)(off & ((1ll << SHIFT) - 1)), i;
	void *pages[AVF_BAR0_PAGES];

	if (at + len > AVF_BAR0_SIZE)
		return answer(-EINVAL);
	pthread_mutex_lock(&fake_lock);
	if (!d->in_memory) {
		for (i = 0; i < AVF_BAR0_PAGES; i++)
			pages[i] = d->bar + i * AVF_PAGE_SIZE;
		avf_page_attach(d->avf, pages);
		d->in_memory = true;
	}
	avf_bar_read(d->avf, VFIO_PCI_BAR0_REGION_INDEX, at, buf, (u32)len);
	pthread_mutex_unlock(&fake_lock);
	return (ssize_t)len;
}

static ssize_t config(struct dev *d, void *buf, size_t len, off_t off, bool write)
{
	u32 at = (u32)(off & ((1ll << SHIFT) - 1));

	if (off >> SHIFT != VFIO_PCI_CONFIG_REGION_INDEX || at + len > AVF_CFG_SIZE)
		return answer(-EINVAL);
	pthread_mutex_lock(&fake_lock);
	if (write)
		avf_cfg_write(d->avf, at, buf, (u32)len);
	else
		avf_cfg_read(d->avf, at, buf, (u32)len);
	pthread_mutex_unlock(&fake_lock);
	return (ssize_t)len;
}

EXPORT ssize_t pread(int fd, void *buf, size_t len, off_t off)
{
	if (ours(fd) && fds[fd].kind == DEVICE && off >> SHIFT == BAR_REGION)
		return bar_read(fds[fd].dev, buf, len, off);
	if (ours(fd) && fds[fd].kind == DEVICE)
		return config(fds[fd].dev, buf, len, off, false);
	return real_pread(fd, buf, len, off);
}

EXPORT ssize_t pread64(int fd, void *buf, size_t len, off_t off)
{
	return pread(fd, buf, len, off);
}

EXPORT ssize_t __pread_chk(int fd, void *buf, size_t len, off_t off, size_t size)
{
	if (len > size)
		fake_die("overflow");
	return pread(fd, buf, len, off);
}

EXPORT ssize_t __pread64_chk(int fd, void *buf, size_t len, off_t off, size_t size)
{
	return __pread_chk(fd, buf, len, off, size);
}

EXPORT ssize_t pwrite(int fd, const void *buf, size_t len, off_t off)
{
	if (ours(fd) && fds[fd].kind == DEVICE)
		return config(fds[fd].dev, (void *)buf, len, off, true);
	return real_pwrite(fd, buf, len, off);
}

EXPORT ssize_t pwrite64(int fd, const void *buf, size_t len, off_t off)
{
	return pwrite(fd, buf, len, off);
}

EXPORT void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	if (!real_mmap)
		resolve();
	if (ours(fd)) {
		if (fds[fd].kind != DEVICE || off >> SHIFT != BAR_REGION ||
		    !fds[fd].dev->in_memory) {
			errno = EINVAL;
			return MAP_FAILED;
		}
		off &= (1ll << SHIFT) - 1;
	}
	return real_mmap(addr, len, prot, flags, fd, off);
}

EXPORT void *mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	return mmap(addr, len, prot, flags, fd, off);
}

EXPORT int access(const char *path, int mode)
{
	char buf[512];

	if (!real_access)
		resolve();
	return real_access(redirect(path, buf, sizeof(buf)), mode);
}

EXPORT ssize_t readlink(const char *path, char *buf, size_t size)
{
	char other[512];

	if (!real_readlink)
		resolve();
	return real_readlink(redirect(path, other, sizeof(other)), buf, size);
}

EXPORT ssize_t __readlink_chk(const char *path, char *buf, size_t size, size_t max)
{
	if (size > max)
		fake_die("overflow");
	return readlink(path, buf, size);
}

EXPORT FILE *fopen(const char *path, const char *mode)
{
	char buf[512];

	if (!real_fopen)
		resolve();
	return real_fopen(redirect(path, buf, sizeof(buf)), mode);
}

EXPORT FILE *fopen64(const char *path, const char *mode)
{
	return fopen(path, mode);
}
