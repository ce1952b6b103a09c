// SPDX-License-Identifier: GPL-2.0
/*
 * Two devices in one process, as a DPDK application has them: in a v2 container,
 * where guest pages are pinned, and in a v1 container, where they are copied.
 * Then memory that goes away under the device, and a process that does not say
 * goodbye.
 *
 * test_traffic UUID UUID [FRAMES]; with FRAMES that many in a v2 container, and
 * nothing else
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pair.h"

#define FRAMES	2000

static void exchange(struct pair *p, uint32_t frames)
{
	uint32_t i;

	for (i = 0; i < frames; i++)
		CHECK(pair_one(p, i & 1, 60 + i * 13 % 1455, i), "frame %u", i);
}

static void interrupts(struct pair *p)
{
	uint64_t n;

	while (read(p->irq[1], &n, sizeof(n)) > 0)
		;
	vfiodev_transport.wr(&p->v[1], R_DYN_CTLN(0),
			     DYN_INTENA | DYN_ITR(3));
	CHECK(pair_one(p, 0, 100, 1));
	CHECK(read(p->irq[1], &n, sizeof(n)) == sizeof(n) && n >= 1);
}

static void reset_and_again(struct pair *p)
{
	int i;

	for (i = 0; i < 10; i++) {
		CHECK(!avfdrv_reset(&p->d[i & 1]));
		exchange(p, 20);
	}
}

/* VFIO_DEVICE_RESET stops everything; the driver starts over. */
static void device_reset(struct pair *p)
{
	uint64_t used = p->mem.used;

	CHECK(!ioctl(p->v[0].fd, VFIO_DEVICE_RESET));
	CHECK(vfiodev_transport.rd(&p->v[0], R_ARQLEN) == 0xffffffff);
	avfdrv_fini(&p->d[0]);
	avfdrv_init(&p->d[0], &vfiodev_transport, &p->v[0]);
	avfdrv_pci_on(&p->d[0], 2);
	CHECK(!avfdrv_probe(&p->d[0]));
	CHECK(!avfdrv_up(&p->d[0]));
	exchange(p, 20);
	CHECK(p->mem.used > used);
}

/*
 * The memory of running queues is unmapped and mapped again, many times, while
 * the device uses it. Nothing may be left pinned (type1 would BUG), and
 * afterwards everything works.
 */
static void unmap_under_traffic(struct pair *p)
{
	uint8_t f[1500];
	uint32_t i, k;

	for (i = 0; i < 100; i++) {
		for (k = 0; k < 64; k++) {
			pair_frame(p, 0, f, sizeof(f), k);
			avfdrv_tx_clean(&p->d[0], 0);
			avfdrv_tx(&p->d[0], 0, f, sizeof(f));
		}
		CHECK(!vfiodev_unmap(&p->v[0], p->mem.iova, p->mem.len));
		for (k = 0; k < 4; k++) {
			pair_frame(p, 0, f, sizeof(f), k);
			avfdrv_tx_clean(&p->d[0], 0);
			avfdrv_tx(&p->d[0], 0, f, sizeof(f));
		}
		vfiodev_map(&p->v[0], &p->mem);
	}
}

static void rounds(char **uuid, int type)
{
	static struct pair p;

	memset(&p, 0, sizeof(p));
	pair_open(&p, uuid, type, &vfiodev_transport);
	exchange(&p, FRAMES);
	interrupts(&p);
	reset_and_again(&p);
	device_reset(&p);
	if (type == VFIO_TYPE1v2_IOMMU)
		unmap_under_traffic(&p);
	pair_close(&p);

	/* Whatever state that left: a new user finds a new device. */
	memset(&p, 0, sizeof(p));
	pair_open(&p, uuid, type, &vfiodev_transport);
	exchange(&p, 100);
	avfdrv_remove(&p.d[0]);
	avfdrv_remove(&p.d[1]);
	pair_close(&p);
}

/* A process that is killed while its device sends as fast as it can. */
static void killed(char **uuid)
{
	static struct pair p;
	int i, status;
	pid_t pid;

	for (i = 0; i < 10; i++) {
		pid = fork();
		CHECK(pid >= 0);
		if (!pid) {
			uint8_t f[1500];
			uint32_t k;

			memset(&p, 0, sizeof(p));
			pair_open(&p, uuid, VFIO_TYPE1v2_IOMMU, &vfiodev_transport);
			for (k = 0;; k++) {
				pair_frame(&p, 0, f, sizeof(f), k);
				avfdrv_tx_clean(&p.d[0], 0);
				avfdrv_tx(&p.d[0], 0, f, sizeof(f));
				while (avfdrv_rx(&p.d[1], 0, f, sizeof(f),
						 NULL))
					;
			}
		}
		usleep(300000);
		kill(pid, 9);
		CHECK(waitpid(pid, &status, 0) == pid);
		CHECK(WIFSIGNALED(status), "status %x", status);
	}
	memset(&p, 0, sizeof(p));
	pair_open(&p, uuid, VFIO_TYPE1v2_IOMMU, &vfiodev_transport);
	exchange(&p, 100);
	pair_close(&p);
}

int main(int argc, char **argv)
{
	static struct pair p;

	CHECK(argc >= 3, "usage: %s UUID UUID [FRAMES]", argv[0]);
	if (argc > 3) {
		pair_open(&p, argv + 1, VFIO_TYPE1v2_IOMMU, &vfiodev_transport);
		exchange(&p, (uint32_t)atoi(argv[3]));
		pair_close(&p);
		return 0;
	}
	rounds(argv + 1, VFIO_TYPE1v2_IOMMU);
	printf("traffic, pinned: ok\n");
	rounds(argv + 1, VFIO_TYPE1_IOMMU);
	printf("traffic, copied: ok\n");
	killed(argv + 1);
	printf("traffic, killed: ok\n");
	return 0;
}
