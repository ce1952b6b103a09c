// SPDX-License-Identifier: GPL-2.0
/* BAR0 mapped whole; see wholebar.h. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vdcm_bar.h"
#include "wholebar.h"

#define PAGE	4096u

static struct {
	struct vfiodev *v;
	volatile uint32_t *bar;
} map[2];

uint32_t wholebar_find(struct vfiodev *v, struct vfio_region_info *info)
{
	struct vfio_device_info d = { .argsz = sizeof(d) };
	union {
		struct vfio_region_info info;
		uint8_t raw[512];
	} u;
	struct vfio_region_info_cap_type *cap;
	uint32_t i;

	CHECK(!ioctl(v->fd, VFIO_DEVICE_GET_INFO, &d));
	for (i = VFIO_PCI_NUM_REGIONS; i < d.num_regions; i++) {
		memset(&u, 0, sizeof(u));
		u.info.argsz = sizeof(u);
		u.info.index = i;
		CHECK(!ioctl(v->fd, VFIO_DEVICE_GET_REGION_INFO, &u.info));
		if (!(u.info.flags & VFIO_REGION_INFO_FLAG_CAPS))
			continue;
		CHECK(u.info.cap_offset >= sizeof(u.info));
		cap = (void *)(u.raw + u.info.cap_offset);
		if (cap->header.id != VFIO_REGION_INFO_CAP_TYPE ||
		    cap->type != VDCM_REGION_TYPE ||
		    cap->subtype != VDCM_REGION_SUBTYPE_BAR0)
			continue;
		*info = u.info;
		return i;
	}
	return 0;
}

void *wholebar_map_part(struct vfiodev *v, const struct vfio_region_info *info,
			uint32_t page, uint32_t n, int prot, int flags)
{
	return mmap(NULL, n * PAGE, prot, flags, v->fd,
		    (off_t)(info->offset + page * PAGE));
}

void wholebar_read(struct vfiodev *v, const struct vfio_region_info *info)
{
	uint32_t val;

	CHECK(pread(v->fd, &val, 4, (off_t)(info->offset + R_RSTAT)) == 4);
}

void *wholebar_map(struct vfiodev *v)
{
	struct vfio_region_info info;
	void *p;

	CHECK(wholebar_find(v, &info));
	wholebar_read(v, &info);
	p = wholebar_map_part(v, &info, 0, BAR0_SIZE / PAGE,
			      PROT_READ | PROT_WRITE, MAP_SHARED);
	CHECK(p != MAP_FAILED, "%s", strerror(errno));
	return p;
}

static volatile uint32_t *bar_of(struct vfiodev *v)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (!map[i].v) {
			map[i].bar = wholebar_map(v);
			map[i].v = v;
		}
		if (map[i].v == v)
			return map[i].bar;
	}
	abort();
}

uint32_t wholebar_rd(void *ctx, uint32_t off)
{
	return __atomic_load_n(bar_of(ctx) + off / 4, __ATOMIC_ACQUIRE);
}

void wholebar_wr(void *ctx, uint32_t off, uint32_t val)
{
	__atomic_store_n(bar_of(ctx) + off / 4, val, __ATOMIC_RELEASE);
}

static void bar_idle(void *ctx)
{
	(void)ctx;
	usleep(2000);
}

void wholebar_unmap(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (map[i].v)
			CHECK(!munmap((void *)map[i].bar, BAR0_SIZE));
		map[i].v = NULL;
	}
}

struct avfdrv_transport wholebar_transport(void)
{
	struct avfdrv_transport t = vfiodev_transport;

	t.rd = wholebar_rd;
	t.wr = wholebar_wr;
	t.idle = bar_idle;
	return t;
}
