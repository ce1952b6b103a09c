// SPDX-License-Identifier: GPL-2.0
/*
 * Two devices in one process, as a DPDK application has them: in a v2 container,
 * where guest pages are pinned, and in a v1 container, where they are copied.
 * Then memory that goes away under the device, and a process that does not say
 * goodbye.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vfiodev.h"

#define FRAMES	2000

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

struct pair {
	struct vfio_mem mem;
	struct vfiodev v[2];
	struct avfdrv d[2];
	int irq[2];
};

static void pair_open(struct pair *p, char **uuid, int type)
{
	int i;

	vfio_mem_init(&p->mem, 64 << 20);
	vfiodev_open(&p->v[0], uuid[0], type, &p->mem, NULL);
	vfiodev_open(&p->v[1], uuid[1], type, &p->mem, &p->v[0]);
	for (i = 0; i < 2; i++) {
		p->irq[i] = vfiodev_eventfd(&p->v[i], VFIO_PCI_MSIX_IRQ_INDEX,
					    1);
		avfdrv_init(&p->d[i], &vfiodev_transport, &p->v[i]);
		avfdrv_pci_on(&p->d[i], 2);
		CHECK(!avfdrv_probe(&p->d[i]));
		CHECK(!avfdrv_up(&p->d[i]));
	}
}

static void pair_close(struct pair *p)
{
	int i;

	for (i = 0; i < 2; i++)
		close(p->irq[i]);
	/* The container lives as long as the devices in it. */
	vfiodev_close(&p->v[1]);
	vfiodev_close(&p->v[0]);
	vfio_mem_fini(&p->mem);
}

static void frame_fill(struct pair *p, int from, uint8_t *f, uint32_t len,
		       uint32_t seq)
{
	uint32_t i;

	memcpy(f, p->d[!from].mac, 6);
	memcpy(f + 6, p->d[from].mac, 6);
	f[12] = 0x88;
	f[13] = 0xb5;
	for (i = 14; i < len; i++)
		f[i] = (uint8_t)(i * 31 + seq);
}

/* Send one frame and wait for it; false when it does not come in time. */
static bool one(struct pair *p, int from, uint32_t len, uint32_t seq)
{
	uint8_t f[2048], g[4096];
	double end = now() + 2;
	uint32_t n;

	frame_fill(p, from, f, len, seq);
	CHECK(!avfdrv_tx(&p->d[from], 0, f, len));
	do {
		n = avfdrv_rx(&p->d[!from], 0, g, sizeof(g), NULL);
		/* The host's interface may talk too. */
		if (n && memcmp(g, f, 12))
			n = 0;
		if (!n)
			usleep(50);
	} while (!n && now() < end);
	avfdrv_tx_clean(&p->d[from], 0);
	if (!n)
		return false;
	CHECK(n == len, "%u != %u", n, len);
	CHECK(!memcmp(f, g, len));
	return true;
}

static void exchange(struct pair *p, uint32_t frames)
{
	uint32_t i;

	for (i = 0; i < frames; i++)
		CHECK(one(p, i & 1, 60 + i * 13 % 1455, i), "frame %u", i);
}

static void interrupts(struct pair *p)
{
	uint64_t n;

	while (read(p->irq[1], &n, sizeof(n)) > 0)
		;
	vfiodev_transport.wr(&p->v[1], R_DYN_CTLN(0),
			     DYN_INTENA | DYN_ITR(3));
	CHECK(one(p, 0, 100, 1));
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
			frame_fill(p, 0, f, sizeof(f), k);
			avfdrv_tx_clean(&p->d[0], 0);
			avfdrv_tx(&p->d[0], 0, f, sizeof(f));
		}
		CHECK(!vfiodev_unmap(&p->v[0], p->mem.iova, p->mem.len));
		for (k = 0; k < 4; k++) {
			frame_fill(p, 0, f, sizeof(f), k);
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
	pair_open(&p, uuid, type);
	exchange(&p, FRAMES);
	interrupts(&p);
	reset_and_again(&p);
	device_reset(&p);
	if (type == VFIO_TYPE1v2_IOMMU)
		unmap_under_traffic(&p);
	pair_close(&p);

	/* Whatever state that left: a new user finds a new device. */
	memset(&p, 0, sizeof(p));
	pair_open(&p, uuid, type);
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
			pair_open(&p, uuid, VFIO_TYPE1v2_IOMMU);
			for (k = 0;; k++) {
				frame_fill(&p, 0, f, sizeof(f), k);
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
	pair_open(&p, uuid, VFIO_TYPE1v2_IOMMU);
	exchange(&p, 100);
	pair_close(&p);
}

int main(int argc, char **argv)
{
	CHECK(argc >= 3, "usage: %s UUID UUID", argv[0]);
	rounds(argv + 1, VFIO_TYPE1v2_IOMMU);
	printf("traffic, pinned: ok\n");
	rounds(argv + 1, VFIO_TYPE1_IOMMU);
	printf("traffic, copied: ok\n");
	killed(argv + 1);
	printf("traffic, killed: ok\n");
	return 0;
}
