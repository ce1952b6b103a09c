// SPDX-License-Identifier: GPL-2.0
/*
 * Devices fall asleep and are woken by stores into their mapped pages, as often
 * and as fast as that goes; no store is ever overlooked. A device that has been
 * idle for the hold time loses its pages (an edge); the next store to its Tx tails
 * or its interrupt enables, whichever is drawn, faults. What has to come of it, a
 * frame or an interrupt, is waited for.
 *
 * edges COUNT HOLD_US UUID UUID...
 *
 * HOLD_US is what vdcm's parameter doorbell_hold_us is. Gaps are drawn around it:
 * a quarter is shorter, and a store falls into the moment when pages go as often
 * as chance has it.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "pair.h"

#define PAGE		4096u
#define MAX_PAIRS	16u
#define MAX_DEVS	(2 * MAX_PAIRS)
#define LOST_NS		10000000000ull
#define STEP		50000ul

static const uint32_t page_of[] = { 0, 2, 3 };

static struct dev {
	const char *uuid;
	struct vfiodev *v;
	struct avfdrv *d, *peer;
	int irq;
	uint32_t *page[4];	/* of BAR0 */
	bool heard;		/* a frame came, and no enable since */
	bool asked;		/* by an enable in this round */
	bool frame, interrupt;	/* what is waited for */
	uint8_t sent[64];
} dev[MAX_DEVS];

static struct pair pair[MAX_PAIRS];
static uint32_t ndevs;
static unsigned long stores, frames, interrupts;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static unsigned long sum_of(const char *name)
{
	unsigned long sum = 0;
	uint32_t i;

	for (i = 0; i < ndevs; i++)
		sum += vfiodev_stat(dev[i].uuid, name);
	return sum;
}

/* -------------------------------------------------------- on mapped pages */

static struct dev *dev_of(const void *ctx)
{
	uint32_t i;

	for (i = 0; i < ndevs; i++)
		if (dev[i].v == ctx && dev[i].page[0])
			return &dev[i];
	return NULL;
}

static void mapped_wr(void *ctx, uint32_t off, uint32_t val)
{
	struct dev *e = dev_of(ctx);
	uint32_t *page = e && off / PAGE < 4 ? e->page[off / PAGE] : NULL;

	if (page)
		__atomic_store_n(&page[off % PAGE / 4], val, __ATOMIC_RELEASE);
	else
		vfiodev_transport.wr(ctx, off, val);
}

static void map_pages(struct dev *e)
{
	uint32_t i;

	for (i = 0; i < 3; i++) {
		uint32_t nr = page_of[i];
		void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			       e->v->fd, (off_t)(VFIO_OFF(0) + nr * PAGE));

		CHECK(p != MAP_FAILED, "page %u", nr);
		e->page[nr] = p;
	}
}

static void unmap_pages(struct dev *e)
{
	uint32_t i;

	for (i = 0; i < 3; i++)
		CHECK(!munmap(e->page[page_of[i]], PAGE));
	memset(e->page, 0, sizeof(e->page));
}

/* ---------------------------------------------------------------- an edge */

static void store_tail(struct dev *e)
{
	memcpy(e->sent, e->peer->mac, 6);
	memcpy(e->sent + 6, e->d->mac, 6);
	e->sent[12] = 0x88;
	e->sent[13] = 0xb5;
	memcpy(e->sent + 14, &stores, sizeof(stores));
	avfdrv_tx_clean(e->d, 0);
	CHECK(!avfdrv_tx(e->d, 0, e->sent, sizeof(e->sent)));
	e->frame = true;
	stores++;
}

/* What came before is asked for, or else an interrupt for nothing. */
static void store_enable(struct dev *e)
{
	uint32_t val = DYN_INTENA | DYN_ITR(3) | (e->heard ? 0 : DYN_SWINT);

	mapped_wr(e->v, R_DYN_CTLN(0), val);
	e->heard = false;
	e->asked = true;
	e->interrupt = true;
	stores++;
}

/* The device that @e sends to has a frame. */
static bool look_frame(struct dev *e)
{
	struct dev *to = &dev[(e - dev) ^ 1];
	uint8_t g[4096];
	uint32_t n;

	n = avfdrv_rx(to->d, 0, g, sizeof(g), NULL);
	/* The host's interface may talk too. */
	if (!n || memcmp(g, e->sent, 14))
		return false;
	CHECK(n == sizeof(e->sent) && !memcmp(g, e->sent, n));
	to->heard = !to->asked;
	e->frame = false;
	frames++;
	return true;
}

static bool look_interrupt(struct dev *e)
{
	struct pollfd fd = { .fd = e->irq, .events = POLLIN };
	uint64_t count;

	if (poll(&fd, 1, 0) != 1)
		return false;
	CHECK(read(fd.fd, &count, sizeof(count)) == sizeof(count));
	CHECK(count == 1, "%llu interrupts for a store",
	      (unsigned long long)count);
	e->interrupt = false;
	interrupts++;
	return true;
}

static void lost(const struct dev *e)
{
	static const char * const stats[] = {
		"tx_unicast", "rx_unicast", "rx_discards", "tx_errors",
		"bad_tail", "dma_errors", "irqs", "doorbell_faults",
		"doorbell_zaps",
	};
	uint32_t i;

	printf("LOST: device %u, store %lu: no %s\n", (uint32_t)(e - dev),
	       stores, e->frame ? "frame" : "interrupt");
	for (i = 0; i < sizeof(stats) / sizeof(stats[0]); i++)
		printf("%s %lu, of its peer %lu\n", stats[i],
		       vfiodev_stat(e->uuid, stats[i]),
		       vfiodev_stat(dev[(e - dev) ^ 1].uuid, stats[i]));
	exit(1);
}

/* Wait for what was stored to have been seen. */
static void settle(void)
{
	uint64_t t0 = now_ns();
	uint32_t i, n, idle = 0;

	do {
		bool any = false;

		for (i = 0, n = 0; i < ndevs; i++) {
			struct dev *e = &dev[i];

			if (e->frame)
				any |= look_frame(e);
			if (e->interrupt)
				any |= look_interrupt(e);
			n += e->frame || e->interrupt;
			if ((e->frame || e->interrupt) &&
			    now_ns() - t0 > LOST_NS)
				lost(e);
		}
		idle = any ? 0 : idle + 1;
		if (idle > 100)
			usleep(50);
		else if (n)
			sched_yield();
	} while (n);
}

/* ------------------------------------------------------------------- gaps */

static unsigned int seed = 1;

static uint32_t below(uint32_t n)
{
	return n ? (uint32_t)rand_r(&seed) % n : 0;
}

/* A quarter is too short to fall asleep, most are not much longer than that. */
static void gap(uint32_t hold_us)
{
	struct timespec ts = {};
	uint32_t us;

	switch (below(8)) {
	case 0 ... 1:
		us = below(hold_us);
		break;
	case 2 ... 6:
		us = hold_us + below(hold_us);
		break;
	default:
		us = hold_us + below(8 * hold_us);
		break;
	}
	ts.tv_nsec = (long)us * 1000;
	nanosleep(&ts, NULL);
}

/* So that devices do not fall asleep in step. */
static void stagger(uint32_t hold_us)
{
	uint64_t end = now_ns() + 1000ull * below(hold_us / 8 + 1);

	if (!below(4))
		while (now_ns() < end)
			;
}

static void one_round(uint32_t hold_us)
{
	uint32_t i;

	gap(hold_us);
	for (i = 0; i < ndevs; i++)
		dev[i].asked = false;
	for (i = 0; i < ndevs; i++) {
		uint32_t what = below(8);

		if (what < 4)
			store_enable(&dev[i]);
		else
			store_tail(&dev[i]);
		/* Once in a while both, one while the other wakes it. */
		if (what == 3)
			store_tail(&dev[i]);
		else if (what == 7 && !dev[i].interrupt)
			store_enable(&dev[i]);
		stagger(hold_us);
	}
	settle();
}

int main(int argc, char **argv)
{
	struct avfdrv_transport transport = vfiodev_transport;
	unsigned long count, edges = 0, zaps, faults, traps, said = 0;
	uint32_t hold_us, npairs, i;
	uint64_t t0;

	if (argc < 5 || argc % 2 == 0 || argc > 3 + (int)MAX_DEVS) {
		fputs("usage: edges COUNT HOLD_US UUID UUID...\n", stderr);
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	prctl(PR_SET_TIMERSLACK, 1);
	count = strtoul(argv[1], NULL, 0);
	hold_us = (uint32_t)strtoul(argv[2], NULL, 0);
	npairs = (uint32_t)(argc - 3) / 2;
	transport.wr = mapped_wr;
	for (i = 0; i < npairs; i++)
		pair_open(&pair[i], argv + 3 + 2 * i, VFIO_TYPE1v2_IOMMU,
			  &transport);
	ndevs = 2 * npairs;
	for (i = 0; i < ndevs; i++) {
		struct pair *p = &pair[i / 2];

		dev[i].uuid = argv[3 + i];
		dev[i].v = &p->v[i % 2];
		dev[i].d = &p->d[i % 2];
		dev[i].peer = &p->d[!(i % 2)];
		dev[i].irq = p->irq[i % 2];
		map_pages(&dev[i]);
		/* From here on a store is asked for by us. */
		mapped_wr(dev[i].v, R_DYN_CTLN(0), DYN_ITR(3));
	}
	/* What came before is no interrupt of ours. */
	usleep(200000);
	for (i = 0; i < ndevs; i++) {
		struct pollfd fd = { .fd = dev[i].irq, .events = POLLIN };
		uint64_t n;

		if (poll(&fd, 1, 0) == 1)
			CHECK(read(fd.fd, &n, sizeof(n)) == sizeof(n));
	}

	zaps = sum_of("doorbell_zaps");
	faults = sum_of("doorbell_faults");
	traps = sum_of("bar_writes");
	t0 = now_ns();
	while (edges < count) {
		for (i = 0; i < 50; i++)
			one_round(hold_us);
		edges = sum_of("doorbell_zaps") - zaps;
		if (edges / STEP != said) {
			said = edges / STEP;
			printf("%lu edges after %llu s\n", edges,
			       (unsigned long long)(now_ns() - t0) / 1000000000);
		}
	}
	faults = sum_of("doorbell_faults") - faults;
	CHECK(sum_of("bar_writes") == traps, "a store trapped");
	/*
	 * Each of two pages once for an edge, and at first. A store may take
	 * more than one, if its CPU is elsewhere for the hold time.
	 */
	CHECK(faults <= 2 * (edges + ndevs), "%lu faults, %lu edges", faults,
	      edges);
	printf("%lu edges, %lu stores, %lu faults, %lu frames, %lu interrupts, ",
	       edges, stores, faults, frames, interrupts);
	printf("0 lost wake-ups, %llu s\n",
	       (unsigned long long)(now_ns() - t0) / 1000000000);

	for (i = 0; i < ndevs; i++)
		unmap_pages(&dev[i]);
	for (i = 0; i < npairs; i++)
		pair_close(&pair[i]);
	return 0;
}
