// SPDX-License-Identifier: GPL-2.0
/*
 * Two devices of a PF whose queues are hardware: traffic with doorbells that
 * trap, with doorbells in the PF's own pages, and with all of BAR0 mapped, as a
 * driver in a process on the host has it; resets of a device, and of the PF under
 * both.
 *
 * test_hw UUID UUID PF [relayed]	PF: its directory in sysfs
 * relayed: of devices whose doorbells are not pages of the PF's
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pair.h"
#include "wholebar.h"

#define PAGE	4096u
#define FRAMES	300

static struct pair p;
static volatile uint32_t *page[2][2];	/* device; Tx, Rx */

/* Stores to tails go straight to the page, as from a guest. */
static void mapped_wr(void *ctx, uint32_t off, uint32_t val)
{
	volatile uint32_t *const *pages = page[ctx == &p.v[1]];

	if (off < PAGE)
		pages[0][off / 4] = val;
	else if (off >= 2 * PAGE && off < 3 * PAGE)
		pages[1][(off - 2 * PAGE) / 4] = val;
	else
		vfiodev_transport.wr(ctx, off, val);
}

static volatile uint32_t *map(struct vfiodev *v, uint32_t nr)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, v->fd,
		    (off_t)(VFIO_OFF(VFIO_PCI_BAR0_REGION_INDEX) + nr * PAGE));
}

static void exchange(uint32_t frames)
{
	uint32_t i;

	for (i = 0; i < frames; i++)
		CHECK(pair_one(&p, i & 1, 60 + i * 13 % 1455, i), "frame %u", i);
}

static void interrupt(int i)
{
	uint64_t n;
	int tries;

	while (read(p.irq[i], &n, sizeof(n)) > 0)
		;
	p.d[i].t->wr(&p.v[i], R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(3));
	CHECK(pair_one(&p, !i, 100, 1));
	for (tries = 0; read(p.irq[i], &n, sizeof(n)) != sizeof(n); tries++) {
		CHECK(tries < 1000, "no interrupt");
		usleep(1000);
	}
}

static void put(const char *dir, const char *file)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY);
	CHECK(fd >= 0, "%s", path);
	CHECK(write(fd, "1", 1) == 1, "%s", path);
	close(fd);
}

/* Stores that vdcm saw. */
static long trapped(const char *uuid)
{
	return vfiodev_stat(uuid, "bar_writes");
}

/* Doorbells of mapped pages are the device's alone. */
static void no_exits(char **uuid)
{
	long n[2];
	int i;

	for (i = 0; i < 2; i++)
		n[i] = trapped(uuid[i]);
	exchange(FRAMES);
	for (i = 0; i < 2; i++)
		CHECK(trapped(uuid[i]) == n[i], "%ld", trapped(uuid[i]) - n[i]);
	printf("  %d frames, no doorbell trapped\n", FRAMES);
}

/* A driver goes on to store its tail until it hears of a reset. */
static bool storing;

static void *storer(void *arg)
{
	while (__atomic_load_n(&storing, __ATOMIC_RELAXED)) {
		avfdrv_tx_ring(&p.d[0], 0);
		usleep(100);
	}
	return arg;
}

/* @n: 1 or 2; a driver with many queues takes more memory each time. */
static void rounds(const char *pf, int n)
{
	pthread_t t;
	int i;

	exchange(FRAMES);
	interrupt(0);
	interrupt(1);
	printf("  traffic, interrupts\n");
	for (i = 0; i < n; i++) {
		CHECK(!avfdrv_reset(&p.d[i & 1]));
		exchange(20);
	}
	printf("  resets of a device\n");
	CHECK(!ioctl(p.v[0].fd, VFIO_DEVICE_RESET));
	avfdrv_fini(&p.d[0]);
	avfdrv_init(&p.d[0], p.d[1].t, &p.v[0]);
	avfdrv_pci_on(&p.d[0], 2);
	CHECK(!avfdrv_probe(&p.d[0]));
	CHECK(!avfdrv_up(&p.d[0]));
	exchange(20);
	for (i = 0; i < n; i++) {
		put(pf, "reset");
		CHECK(!avfdrv_reinit(&p.d[0]));
		CHECK(!avfdrv_reinit(&p.d[1]));
		exchange(20);
		interrupt(i);
	}
	printf("  resets of the PF\n");
	if (n == 1)
		return;
	/* stores while the queues are away reach nobody */
	storing = true;
	CHECK(!pthread_create(&t, NULL, storer, NULL));
	put(pf, "reset");
	__atomic_store_n(&storing, false, __ATOMIC_RELAXED);
	CHECK(!pthread_join(t, NULL));
	p.d[0].t->wr(&p.v[0], R_QTX_TAIL(0), 7);
	p.d[0].t->wr(&p.v[0], R_QRX_TAIL(0), 7);
	CHECK(!avfdrv_reinit(&p.d[0]));
	CHECK(!avfdrv_reinit(&p.d[1]));
	exchange(20);
}

/* Another way to the registers, with the drivers started over. */
static void change(const struct avfdrv_transport *t)
{
	int i;

	for (i = 0; i < 2; i++) {
		avfdrv_remove(&p.d[i]);
		avfdrv_fini(&p.d[i]);
	}
	p.mem.used = 0;
	for (i = 0; i < 2; i++) {
		avfdrv_init(&p.d[i], t, &p.v[i]);
		avfdrv_pci_on(&p.d[i], 2);
		CHECK(!avfdrv_probe(&p.d[i]));
		CHECK(!avfdrv_up(&p.d[i]));
	}
}

int main(int argc, char **argv)
{
	struct avfdrv_transport mapped = vfiodev_transport;
	struct avfdrv_transport whole = wholebar_transport();
	bool relayed = argc > 4;
	int i, k;

	setlinebuf(stdout);
	CHECK(argc >= 4, "usage: %s UUID UUID PF [relayed]", argv[0]);
	pair_open(&p, argv + 1, VFIO_TYPE1v2_IOMMU, &vfiodev_transport);
	rounds(argv[3], relayed ? 1 : 2);
	printf("hardware, trapped: ok\n");
	for (i = 0; i < 2; i++)
		for (k = 0; k < 2; k++) {
			page[i][k] = map(&p.v[i], 2 * (uint32_t)k);
			CHECK((page[i][k] == MAP_FAILED) == relayed);
		}
	if (!relayed) {
		mapped.wr = mapped_wr;
		p.d[0].t = &mapped;
		p.d[1].t = &mapped;
		no_exits(argv + 1);
		rounds(argv[3], 2);
		printf("hardware, mapped: ok\n");
	}
	change(&whole);
	no_exits(argv + 1);
	rounds(argv[3], relayed ? 1 : 2);
	printf("hardware, all of BAR0: ok\n");
	for (i = 0; i < 2; i++) {
		avfdrv_remove(&p.d[i]);
		for (k = 0; k < 2 && !relayed; k++)
			CHECK(!munmap((void *)page[i][k], PAGE));
	}
	wholebar_unmap();
	pair_close(&p);
	return 0;
}
