// SPDX-License-Identifier: GPL-2.0
/*
 * Mapped doorbells: which pages can be mapped and how, and that no store into
 * one is ever overlooked, whatever the time since the last: the device is put
 * to sleep and woken up many times, with gaps that lie around the moment at which
 * it falls asleep. A store that is overlooked is a frame that does not arrive, or
 * an interrupt.
 *
 * test_doorbell UUID UUID [EDGES [MAX_GAP_US]]
 */
#define _GNU_SOURCE
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "pair.h"

#define PAGE		4096u
#define PAGE_TX		0u
#define PAGE_RX		2u
#define PAGE_INT	3u
#define LAST		(PAGE / 4 - 1)	/* of a page: no register */
#define EDGES		3000u
#define ENABLES		400u
#define MAX_GAP_US	60000u	/* a little longer than any device is held */

/* The doorbell pages of both devices. */
static struct {
	struct vfiodev *v;
	uint32_t *tx;
	uint32_t *rx;
	uint32_t *irq;
} map[2];

static void *map_page(struct vfiodev *v, uint32_t page, uint32_t n, int prot,
		      int flags)
{
	return mmap(NULL, n * PAGE, prot, flags, v->fd,
		    (off_t)(VFIO_OFF(VFIO_PCI_BAR0_REGION_INDEX) +
			    page * PAGE));
}

static void refused(struct vfiodev *v, uint32_t page, uint32_t n, int prot,
		    int flags)
{
	CHECK(map_page(v, page, n, prot, flags) == MAP_FAILED,
	      "page %u, %u pages, prot %x, flags %x", page, n, prot, flags);
}

static void what_can_be_mapped(struct vfiodev *v)
{
	const int rw = PROT_READ | PROT_WRITE;
	uint32_t page;
	void *p;

	for (page = 0; page < BAR0_SIZE / PAGE; page++) {
		if (page == PAGE_TX || page == PAGE_RX || page == PAGE_INT) {
			p = map_page(v, page, 1, rw, MAP_SHARED);
			CHECK(p != MAP_FAILED, "page %u", page);
			CHECK(!munmap(p, PAGE));
		} else {
			refused(v, page, 1, rw, MAP_SHARED);
		}
	}
	refused(v, BAR0_SIZE / PAGE, 1, rw, MAP_SHARED);
	refused(v, PAGE_TX, 2, rw, MAP_SHARED);
	refused(v, PAGE_TX, BAR0_SIZE / PAGE, rw, MAP_SHARED);
	refused(v, PAGE_TX, 1, rw, MAP_PRIVATE);
	refused(v, PAGE_TX, 1, rw | PROT_EXEC, MAP_SHARED);
	CHECK(mmap(NULL, PAGE, rw, MAP_SHARED, v->fd,
		   (off_t)VFIO_OFF(VFIO_PCI_BAR3_REGION_INDEX)) == MAP_FAILED);
	CHECK(mmap(NULL, PAGE, rw, MAP_SHARED, v->fd,
		   (off_t)VFIO_OFF(VFIO_PCI_CONFIG_REGION_INDEX)) ==
	      MAP_FAILED);

	p = map_page(v, PAGE_TX, 1, rw, MAP_SHARED);
	CHECK(p != MAP_FAILED);
	CHECK(mprotect(p, PAGE, PROT_READ | PROT_EXEC));
	CHECK(mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	CHECK(!munmap(p, PAGE));
}

/* The capability says what can be mapped, and nothing else. */
static void region_info(struct vfiodev *v)
{
	union {
		struct vfio_region_info info;
		uint8_t raw[256];
	} u;
	struct vfio_region_info_cap_sparse_mmap *cap;

	memset(&u, 0, sizeof(u));
	u.info.argsz = sizeof(u.info);
	u.info.index = VFIO_PCI_BAR0_REGION_INDEX;
	CHECK(!ioctl(v->fd, VFIO_DEVICE_GET_REGION_INFO, &u.info));
	CHECK(u.info.flags & VFIO_REGION_INFO_FLAG_MMAP);
	CHECK(u.info.flags & VFIO_REGION_INFO_FLAG_CAPS);
	CHECK(u.info.argsz > sizeof(u.info) && u.info.argsz <= sizeof(u));
	CHECK(!ioctl(v->fd, VFIO_DEVICE_GET_REGION_INFO, &u.info));
	CHECK(u.info.cap_offset >= sizeof(u.info));
	cap = (void *)(u.raw + u.info.cap_offset);
	CHECK(cap->header.id == VFIO_REGION_INFO_CAP_SPARSE_MMAP);
	CHECK(cap->nr_areas == 3);
	CHECK(cap->areas[0].offset == PAGE_TX * PAGE);
	CHECK(cap->areas[0].size == PAGE);
	CHECK(cap->areas[1].offset == PAGE_RX * PAGE);
	CHECK(cap->areas[1].size == PAGE);
	CHECK(cap->areas[2].offset == PAGE_INT * PAGE);
	CHECK(cap->areas[2].size == PAGE);
}

/* ------------------------------------------------ a driver on mapped pages */

static void mapped_wr(void *ctx, uint32_t off, uint32_t val)
{
	int i = ctx == map[1].v;

	if (ctx == map[i].v && off / PAGE == PAGE_TX)
		__atomic_store_n(&map[i].tx[off / 4], val, __ATOMIC_RELEASE);
	else if (ctx == map[i].v && off / PAGE == PAGE_RX)
		__atomic_store_n(&map[i].rx[off % PAGE / 4], val,
				 __ATOMIC_RELEASE);
	else if (ctx == map[i].v && off / PAGE == PAGE_INT)
		__atomic_store_n(&map[i].irq[off % PAGE / 4], val,
				 __ATOMIC_RELEASE);
	else
		vfiodev_transport.wr(ctx, off, val);
}

static void map_both(struct pair *p)
{
	const int rw = PROT_READ | PROT_WRITE;
	int i;

	for (i = 0; i < 2; i++) {
		map[i].tx = map_page(&p->v[i], PAGE_TX, 1, rw, MAP_SHARED);
		map[i].rx = map_page(&p->v[i], PAGE_RX, 1, rw, MAP_SHARED);
		map[i].irq = map_page(&p->v[i], PAGE_INT, 1, rw, MAP_SHARED);
		CHECK(map[i].tx != MAP_FAILED && map[i].rx != MAP_FAILED &&
		      map[i].irq != MAP_FAILED);
		map[i].v = &p->v[i];
	}
}

static void unmap_both(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		map[i].v = NULL;
		CHECK(!munmap(map[i].tx, PAGE));
		CHECK(!munmap(map[i].rx, PAGE));
		CHECK(!munmap(map[i].irq, PAGE));
	}
}

/* Where a frame is, as far as the devices know. */
static void what_happened(char **uuid)
{
	static const char * const stats[] = {
		"tx_unicast", "rx_unicast", "rx_discards", "tx_errors",
		"bad_tail", "dma_errors", "doorbell_faults", "doorbell_zaps",
	};
	uint32_t i;

	for (i = 0; i < sizeof(stats) / sizeof(stats[0]); i++)
		printf("%s %ld %ld\n", stats[i], vfiodev_stat(uuid[0], stats[i]),
		       vfiodev_stat(uuid[1], stats[i]));
	printf("tail stored %u, head by the driver %u\n", map[0].tx[0],
	       map[1].rx[0]);
}

static void edges(struct pair *p, char **uuid, uint32_t n, uint32_t max_gap_us)
{
	long faults = vfiodev_stat(uuid[0], "doorbell_faults");
	unsigned int seed = 1;
	uint32_t i;

	for (i = 0; i < n; i++) {
		pair_gap(&seed, max_gap_us);
		if (!pair_one(p, 0, 60, i)) {
			printf("edge %u: nothing arrived\n", i);
			what_happened(uuid);
			exit(1);
		}
	}
	faults = vfiodev_stat(uuid[0], "doorbell_faults") - faults;
	printf("%u stores, %ld of them faulted\n", n, faults);
	/* It did fall asleep, and no store cost more than one fault. */
	CHECK(faults > 0 && faults <= (long)n + 1, "%ld", faults);
}

/*
 * A driver that enables its interrupt once more: by a store to the page alone it
 * is asked for, whether the device is awake or not; and after a frame has come,
 * whether that was before the store or after it. None is lost.
 */
static void enables(struct pair *p, uint32_t n, uint32_t max_gap_us)
{
	struct pollfd fd = {
		.fd = vfiodev_eventfd(&p->v[1], VFIO_PCI_MSIX_IRQ_INDEX, 1),
		.events = POLLIN,
	};
	uint32_t *reg = map[1].irq + R_DYN_CTLN(0) % PAGE / 4;
	unsigned int seed = 2;
	uint64_t count;
	uint32_t i;

	__atomic_store_n(reg, DYN_ITR(3), __ATOMIC_RELEASE);
	for (i = 0; i < n; i++) {
		bool first = i & 1;
		uint32_t val = DYN_INTENA | DYN_ITR(3);

		if (i % 4 > 1)
			val |= DYN_SWINT;
		else if (first)
			CHECK(pair_one(p, 0, 60, i));
		pair_gap(&seed, max_gap_us);
		__atomic_store_n(reg, val, __ATOMIC_RELEASE);
		if (i % 4 < 2 && !first) {
			pair_gap(&seed, max_gap_us);
			CHECK(pair_one(p, 0, 60, i));
		}
		CHECK(poll(&fd, 1, 10000) == 1, "enable %u", i);
		CHECK(read(fd.fd, &count, sizeof(count)) == sizeof(count));
	}
	__atomic_store_n(reg, DYN_ITR(3), __ATOMIC_RELEASE);
	printf("%u interrupts\n", n);
}

int main(int argc, char **argv)
{
	struct avfdrv_transport transport = vfiodev_transport;
	static struct pair p;
	long traps;

	CHECK(argc >= 3, "usage: %s UUID UUID [EDGES]", argv[0]);
	transport.wr = mapped_wr;

	/* Before a driver's queues exist, and with nobody to use them. */
	pair_open(&p, argv + 1, VFIO_TYPE1v2_IOMMU, &transport);
	region_info(&p.v[0]);
	what_can_be_mapped(&p.v[0]);
	map_both(&p);
	CHECK(pair_one(&p, 0, 60, 0));

	traps = vfiodev_stat(argv[1], "bar_writes");
	edges(&p, argv + 1, argc > 3 ? (uint32_t)atoi(argv[3]) : EDGES,
	      argc > 4 ? (uint32_t)atoi(argv[4]) : MAX_GAP_US);
	CHECK(vfiodev_stat(argv[1], "bar_writes") == traps, "a store trapped");

	traps = vfiodev_stat(argv[2], "bar_writes");
	enables(&p, ENABLES, argc > 4 ? (uint32_t)atoi(argv[4]) : MAX_GAP_US);
	CHECK(vfiodev_stat(argv[2], "bar_writes") == traps, "a store trapped");

	/* A reset while mapped clears the pages; the driver starts over. */
	CHECK(!avfdrv_reset(&p.d[0]));
	CHECK(pair_one(&p, 0, 100, 1));
	CHECK(pair_one(&p, 1, 100, 2));

	/* The mapping keeps the device open when its descriptor is closed. */
	unmap_both();
	CHECK(pair_one(&p, 0, 100, 3));
	map_both(&p);
	pair_close(&p);
	__atomic_store_n(&map[0].tx[0], 1, __ATOMIC_RELEASE);
	__atomic_store_n(&map[0].rx[0], 1, __ATOMIC_RELEASE);

	/* Nor is there anything left for who opens it next. */
	map[0].tx[LAST] = 1;
	map[0].rx[LAST] = 2;
	map[0].irq[LAST] = 3;
	unmap_both();
	pair_open(&p, argv + 1, VFIO_TYPE1v2_IOMMU, &transport);
	map_both(&p);
	CHECK(!map[0].tx[LAST] && !map[0].rx[LAST] && !map[0].irq[LAST],
	      "%u %u %u", map[0].tx[LAST], map[0].rx[LAST], map[0].irq[LAST]);
	CHECK(pair_one(&p, 0, 100, 4));
	pair_close(&p);
	unmap_both();
	printf("doorbell: ok\n");
	return 0;
}
