// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vfiodev.h"

#define MEM_IOVA	0x40000000ull

void vfio_mem_init(struct vfio_mem *mem, uint64_t len)
{
	mem->va = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	CHECK(mem->va != MAP_FAILED);
	mem->iova = MEM_IOVA;
	mem->len = len;
	mem->used = 0;
}

void vfio_mem_fini(struct vfio_mem *mem)
{
	munmap(mem->va, mem->len);
}

int vfiodev_group_open_on(const char *bus, const char *name)
{
	char path[128], link[128], *nr;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/iommu_group", bus,
		 name);
	n = readlink(path, link, sizeof(link) - 1);
	CHECK(n > 0, "%s", path);
	link[n] = 0;
	nr = strrchr(link, '/') + 1;
	snprintf(path, sizeof(path), "/dev/vfio/%s", nr);
	fd = open(path, O_RDWR);
	return fd < 0 ? -errno : fd;
}

int vfiodev_group_open(const char *uuid)
{
	return vfiodev_group_open_on("mdev", uuid);
}

void vfiodev_map(struct vfiodev *v, struct vfio_mem *mem)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)mem->va,
		.iova = mem->iova,
		.size = mem->len,
	};

	CHECK(!ioctl(v->container, VFIO_IOMMU_MAP_DMA, &map), "%s",
	      strerror(errno));
}

int vfiodev_unmap(struct vfiodev *v, uint64_t iova, uint64_t len)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = len,
	};

	return ioctl(v->container, VFIO_IOMMU_UNMAP_DMA, &unmap) ? -errno : 0;
}

void vfiodev_open(struct vfiodev *v, const char *uuid, int type,
		  struct vfio_mem *mem, const struct vfiodev *share)
{
	int container;

	v->mem = mem;
	v->container = share ? -1 : open("/dev/vfio/vfio", O_RDWR);
	container = share ? share->container : v->container;
	CHECK(container >= 0);
	v->group = vfiodev_group_open(uuid);
	CHECK(v->group >= 0, "%s", strerror(-v->group));
	CHECK(!ioctl(v->group, VFIO_GROUP_SET_CONTAINER, &container));
	if (!share) {
		CHECK(!ioctl(container, VFIO_SET_IOMMU, type), "%s",
		      strerror(errno));
		vfiodev_map(v, mem);
	}
	v->fd = ioctl(v->group, VFIO_GROUP_GET_DEVICE_FD, uuid);
	CHECK(v->fd >= 0, "%s", strerror(errno));
}

void vfiodev_close(struct vfiodev *v)
{
	close(v->fd);
	close(v->group);
	if (v->container >= 0)
		close(v->container);
}

int vfiodev_eventfd(struct vfiodev *v, uint32_t index, uint32_t vec)
{
	int fd = eventfd(0, EFD_NONBLOCK);
	uint8_t raw[sizeof(struct vfio_irq_set) + sizeof(int32_t)];
	struct vfio_irq_set set = {
		.argsz = sizeof(raw),
		.flags = VFIO_IRQ_SET_DATA_EVENTFD |
			 VFIO_IRQ_SET_ACTION_TRIGGER,
		.index = index,
		.start = vec,
		.count = 1,
	};

	memcpy(raw, &set, sizeof(set));
	memcpy(raw + sizeof(set), &fd, sizeof(int32_t));
	CHECK(!ioctl(v->fd, VFIO_DEVICE_SET_IRQS, raw), "%s", strerror(errno));
	return fd;
}

/* ------------------------------------------------------------- transport */

static uint32_t t_rd(void *ctx, uint32_t off)
{
	struct vfiodev *v = ctx;
	uint32_t val;

	CHECK(pread(v->fd, &val, 4, (off_t)off) == 4);
	return val;
}

static void t_wr(void *ctx, uint32_t off, uint32_t val)
{
	struct vfiodev *v = ctx;

	CHECK(pwrite(v->fd, &val, 4, (off_t)off) == 4);
}

static uint32_t t_cfg_rd(void *ctx, uint32_t off, uint32_t len)
{
	struct vfiodev *v = ctx;
	uint32_t val = 0;

	CHECK(pread(v->fd, &val, len,
		    (off_t)(VFIO_OFF(VFIO_PCI_CONFIG_REGION_INDEX) + off)) ==
	      (ssize_t)len);
	return val;
}

static void t_cfg_wr(void *ctx, uint32_t off, uint32_t val, uint32_t len)
{
	struct vfiodev *v = ctx;

	CHECK(pwrite(v->fd, &val, len,
		     (off_t)(VFIO_OFF(VFIO_PCI_CONFIG_REGION_INDEX) + off)) ==
	      (ssize_t)len);
}

/* The VMM's side: vectors are eventfds, the table in the BAR is not used. */
static void t_msix_on(void *ctx, uint32_t n)
{
	(void)ctx;
	(void)n;
}

static int t_alloc(void *ctx, uint64_t len, struct avfdrv_buf *buf)
{
	struct vfiodev *v = ctx;
	struct vfio_mem *m = v->mem;

	len = (len + 4095) & ~4095ull;
	if (m->used + len > m->len)
		return -1;
	buf->va = m->va + m->used;
	buf->iova = m->iova + m->used;
	buf->len = len;
	memset(buf->va, 0, len);
	m->used += len;
	return 0;
}

/* The arena goes as a whole. */
static void t_free(void *ctx, struct avfdrv_buf *buf)
{
	(void)ctx;
	(void)buf;
}

static void t_idle(void *ctx)
{
	(void)ctx;
	usleep(200);
}

const struct avfdrv_transport vfiodev_transport = {
	.rd = t_rd,
	.wr = t_wr,
	.cfg_rd = t_cfg_rd,
	.cfg_wr = t_cfg_wr,
	.msix_on = t_msix_on,
	.alloc = t_alloc,
	.free = t_free,
	.idle = t_idle,
};

long vfiodev_stat(const char *uuid, const char *name)
{
	char path[256];
	long val;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/stats/%s", uuid,
		 name);
	f = fopen(path, "r");
	CHECK(f && fscanf(f, "%ld", &val) == 1, "%s", path);
	fclose(f);
	return val;
}
