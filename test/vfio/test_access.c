// SPDX-License-Identifier: GPL-2.0
/*
 * What a program may ask of the device's file descriptor, and much that it may
 * not: regions, widths, offsets, mmap, ioctls, a second open.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vfiodev.h"

/* ... all of it here: see test_bar.c. */
#define BAR_REGION	VFIO_PCI_NUM_REGIONS

static void info(struct vfiodev *v)
{
	struct vfio_device_info d = { .argsz = sizeof(d) };
	struct vfio_region_info r;
	struct vfio_irq_info q;
	uint32_t i;

	CHECK(!ioctl(v->fd, VFIO_DEVICE_GET_INFO, &d));
	CHECK(d.flags & VFIO_DEVICE_FLAGS_PCI);
	CHECK(d.flags & VFIO_DEVICE_FLAGS_RESET);
	CHECK(d.num_regions > VFIO_PCI_CONFIG_REGION_INDEX);
	CHECK(d.num_irqs > VFIO_PCI_MSIX_IRQ_INDEX);
	d.argsz = 4;
	CHECK(ioctl(v->fd, VFIO_DEVICE_GET_INFO, &d) && errno == EINVAL);

	for (i = 0; i < d.num_regions; i++) {
		uint64_t want = i == 0 ? BAR0_SIZE : i == 3 ? BAR3_SIZE :
				i == VFIO_PCI_CONFIG_REGION_INDEX ? CFG_SIZE :
				i == BAR_REGION ? BAR0_SIZE : 0;

		memset(&r, 0, sizeof(r));
		r.argsz = sizeof(r);
		r.index = i;
		CHECK(!ioctl(v->fd, VFIO_DEVICE_GET_REGION_INFO, &r));
		CHECK(r.size == want, "region %u: %llu", i,
		      (unsigned long long)r.size);
		/* A part of BAR0 can be mapped (see test_doorbell.c), and ... */
		CHECK(!(r.flags & VFIO_REGION_INFO_FLAG_MMAP) ==
		      (i != 0 && i != BAR_REGION));
	}
	CHECK(i == BAR_REGION + 1);
	r.index = 1000;
	CHECK(ioctl(v->fd, VFIO_DEVICE_GET_REGION_INFO, &r) && errno == EINVAL);
	r.index = 0;
	r.argsz = 8;
	CHECK(ioctl(v->fd, VFIO_DEVICE_GET_REGION_INFO, &r) && errno == EINVAL);

	q.argsz = sizeof(q);
	q.index = VFIO_PCI_MSIX_IRQ_INDEX;
	CHECK(!ioctl(v->fd, VFIO_DEVICE_GET_IRQ_INFO, &q));
	CHECK(q.count >= 2 && q.flags & VFIO_IRQ_INFO_EVENTFD);
	q.index = VFIO_PCI_REQ_IRQ_INDEX;
	CHECK(!ioctl(v->fd, VFIO_DEVICE_GET_IRQ_INFO, &q) && q.count == 1);
	q.index = VFIO_PCI_INTX_IRQ_INDEX;
	CHECK(!ioctl(v->fd, VFIO_DEVICE_GET_IRQ_INFO, &q) && q.count == 0);
	q.index = VFIO_PCI_NUM_IRQS;
	CHECK(ioctl(v->fd, VFIO_DEVICE_GET_IRQ_INFO, &q) && errno == EINVAL);

	CHECK(ioctl(v->fd, _IO(VFIO_TYPE, 200), 0) && errno == ENOTTY);
	CHECK(ioctl(v->fd, VFIO_DEVICE_GET_INFO, 8) && errno == EFAULT);
}

/* Every width at every kind of offset of every region, and around its end. */
static void sweep(struct vfiodev *v, uint32_t region, uint64_t size)
{
	static const uint32_t width[] = { 1, 2, 3, 4, 5, 8, 12, 64, 100 };
	uint8_t buf[128];
	uint64_t off;
	uint32_t w;

	for (w = 0; w < sizeof(width) / sizeof(width[0]); w++) {
		for (off = 0; off < size; off += off % 61 + 1) {
			off_t at = (off_t)(VFIO_OFF(region) + off);
			uint64_t want = width[w];

			if (want > size - off)
				want = size - off;
			memset(buf, 0xa5, sizeof(buf));
			CHECK(pread(v->fd, buf, width[w], at) == (ssize_t)want,
			      "region %u width %u offset %llx", region,
			      width[w], (unsigned long long)off);
			/* Odd patterns, all over the device. */
			memset(buf, (int)(off * 7 + w), sizeof(buf));
			CHECK(pwrite(v->fd, buf, width[w], at) ==
			      (ssize_t)want);
		}
		off = size;
		CHECK(pread(v->fd, buf, width[w],
			    (off_t)(VFIO_OFF(region) + off)) < 0 &&
		      errno == EINVAL);
		CHECK(pwrite(v->fd, buf, width[w],
			     (off_t)(VFIO_OFF(region) + off)) < 0 &&
		      errno == EINVAL);
	}
}

static void no_such_region(struct vfiodev *v)
{
	static const uint32_t none[] = { 1, 2, 4, 5, 6, 8, 10, 1000 };
	/* Through a volatile, or the compiler refuses. */
	volatile uintptr_t eight = 8;
	void *no_memory = (void *)eight;
	uint32_t i, val = 0;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		off_t at = (off_t)VFIO_OFF(none[i]);

		CHECK(pread(v->fd, &val, 4, at) < 0 && errno == EINVAL);
		CHECK(pwrite(v->fd, &val, 4, at) < 0 && errno == EINVAL);
	}
	CHECK(pread(v->fd, no_memory, 4, 0) < 0 && errno == EFAULT);
	CHECK(pwrite(v->fd, no_memory, 4, 0) < 0 && errno == EFAULT);
}

/* But for three pages of BAR0, one at a time, nothing can. */
static void no_mmap(struct vfiodev *v)
{
	static const size_t len[] = { 4096, 8192, BAR0_SIZE, 1 << 20 };
	uint32_t region, page, l;

	for (region = 0; region < BAR_REGION; region++)
		for (page = 0; page < 20; page++)
			for (l = 0; l < 4; l++) {
				off_t at = (off_t)(VFIO_OFF(region) +
						   page * 4096u);
				void *p;

				if (!region && !l && (page == 0 || page == 2 || page == 3))
					continue;
				p = mmap(NULL, len[l], PROT_READ | PROT_WRITE,
					 l & 1 ? MAP_PRIVATE : MAP_SHARED,
					 v->fd, at);
				CHECK(p == MAP_FAILED && errno == EINVAL,
				      "region %u page %u", region, page);
			}
}

static void second_open(struct vfiodev *v, const char *uuid)
{
	uint32_t id;
	int fd;

	CHECK(vfiodev_group_open(uuid) == -EBUSY);
	/* The same user may have a second descriptor; it is the same device. */
	fd = ioctl(v->group, VFIO_GROUP_GET_DEVICE_FD, uuid);
	CHECK(fd >= 0);
	CHECK(pread(fd, &id, 4,
		    (off_t)VFIO_OFF(VFIO_PCI_CONFIG_REGION_INDEX)) == 4);
	CHECK(id == 0x18898086);
	close(fd);
	CHECK(pread(v->fd, &id, 4,
		    (off_t)VFIO_OFF(VFIO_PCI_CONFIG_REGION_INDEX)) == 4);
	CHECK(id == 0x18898086);
	fd = ioctl(v->group, VFIO_GROUP_GET_DEVICE_FD,
		   "76646364-ffff-4000-8000-000000000000");
	CHECK(fd < 0 && errno == ENODEV);
}

int main(int argc, char **argv)
{
	struct vfio_mem mem;
	struct vfiodev v;
	uint32_t id;
	int round;

	CHECK(argc >= 2, "usage: %s UUID", argv[0]);
	vfio_mem_init(&mem, 1 << 20);
	for (round = 0; round < 2; round++) {
		vfiodev_open(&v, argv[1],
			     round ? VFIO_TYPE1_IOMMU : VFIO_TYPE1v2_IOMMU,
			     &mem, NULL);
		/* The second time with registers in memory from the start. */
		if (round)
			info(&v);
		no_such_region(&v);
		no_mmap(&v);
		second_open(&v, argv[1]);
		sweep(&v, VFIO_PCI_BAR0_REGION_INDEX, BAR0_SIZE);
		info(&v);
		sweep(&v, BAR_REGION, BAR0_SIZE);
		sweep(&v, VFIO_PCI_BAR3_REGION_INDEX, BAR3_SIZE);
		sweep(&v, VFIO_PCI_CONFIG_REGION_INDEX, CFG_SIZE);
		sweep(&v, VFIO_PCI_BAR0_REGION_INDEX, BAR0_SIZE);

		CHECK(!ioctl(v.fd, VFIO_DEVICE_RESET));
		CHECK(pread(v.fd, &id, 4,
			    (off_t)VFIO_OFF(VFIO_PCI_CONFIG_REGION_INDEX)) == 4);
		CHECK(id == 0x18898086, "%08x", id);
		vfiodev_close(&v);
	}
	vfio_mem_fini(&mem);
	printf("access: ok\n");
	return 0;
}
