// SPDX-License-Identifier: GPL-2.0
/*
 * avfpps SECONDS LENGTH UUID UUID
 *		frames from one mediated device to another, driven by polling as a
 *		DPDK application would: "pps N" for each second
 * avfpps --hold N UUID...
 *		devices that are up and do nothing: the first N, "held N" when their
 *		links are up, and after a line on standard input all of them, until
 *		standard input ends
 *
 * Frames are in the ring's buffers once and for all, as an application that
 * forwards does not touch them; a burst has one descriptor that reports, one
 * doorbell. So many are on their way that nobody has to drop any.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "vfiodev.h"

#define BURST		32u
#define IN_FLIGHT	256u
#define HELD_MAX	1024

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void up(struct vfiodev *v, struct avfdrv *d, uint16_t ring)
{
	avfdrv_init(d, &vfiodev_transport, v);
	d->tx_count = ring;
	d->rx_count = ring;
	avfdrv_pci_on(d, 2);
	CHECK(!avfdrv_probe(d));
	CHECK(!avfdrv_up(d));
}

static void fill(struct avfdrv *from, struct avfdrv *to, uint32_t len)
{
	uint32_t i;

	for (i = 0; i < from->tx_count; i++) {
		uint8_t *f = (uint8_t *)from->tx[0].data.va + i * DRV_TXBUF;

		memset(f, 0, len);
		memcpy(f, to->mac, 6);
		memcpy(f + 6, from->mac, 6);
		f[12] = 0x88;
		f[13] = 0xb5;
	}
}

/* One burst, when the ring has room; returns the frames sent. */
static uint32_t send_burst(struct avfdrv *d, uint32_t len, uint32_t *sent)
{
	struct avfdrv_txq *tx = &d->tx[0];
	uint32_t i;

	/* The burst that used these descriptors before. */
	if (*sent >= tx->count &&
	    !avfdrv_tx_done(d, 0, (uint16_t)((tx->ntu + BURST - 1) % tx->count)))
		return 0;
	for (i = 0; i < BURST; i++) {
		uint32_t cmd = TXD_ICRC | TXD_EOP;

		if (i == BURST - 1)
			cmd |= TXD_RS;
		avfdrv_txd(d, 0, tx->data.iova + tx->ntu * DRV_TXBUF,
			   avfdrv_txd_qw1(cmd, len, 0, 0, 0));
	}
	avfdrv_tx_ring(d, 0);
	*sent += BURST;
	return BURST;
}

static void pps(char **uuid, double seconds, uint32_t len)
{
	static struct vfiodev v[2];
	static struct avfdrv d[2];
	static struct vfio_mem mem;
	uint32_t sent = 0, got = 0, flying = 0, lost = 0, second = 0;
	double start, end, t, moved;
	uint8_t f[4096];
	int i;

	vfio_mem_init(&mem, 64 << 20);
	vfiodev_open(&v[0], uuid[0], VFIO_TYPE1v2_IOMMU, &mem, NULL);
	vfiodev_open(&v[1], uuid[1], VFIO_TYPE1v2_IOMMU, &mem, &v[0]);
	for (i = 0; i < 2; i++)
		up(&v[i], &d[i], 512);
	fill(&d[0], &d[1], len);

	start = now();
	moved = start;
	end = start + seconds;
	for (t = start; t < end; t = now()) {
		uint32_t n = 0;

		if (flying + BURST <= IN_FLIGHT)
			flying += send_burst(&d[0], len, &sent);
		while (n < 2 * BURST && avfdrv_rx(&d[1], 0, f, sizeof(f), NULL)) {
			/* The host's interface may talk too. */
			n += f[12] == 0x88 && f[13] == 0xb5;
		}
		got += n;
		second += n;
		flying -= n < flying ? n : flying;
		if (n)
			moved = t;
		if (t - moved > 0.2) {
			lost += flying;
			flying = 0;
			moved = t;
		}
		if (t - start >= 1) {
			printf("pps %.0f\n", second / (t - start));
			fflush(stdout);
			second = 0;
			start = t;
		}
	}
	printf("sent %u received %u lost %u\n", sent, got, lost);
	CHECK(got, "nothing was received");
}

static void hold(char **uuid, int n, int first)
{
	static struct vfiodev v[HELD_MAX];
	static struct avfdrv d[HELD_MAX];
	static struct vfio_mem mem;
	struct rlimit files = { 16384, 16384 };
	char line[16];
	int i, tries;

	CHECK(n <= HELD_MAX, "%d devices, at most %d", n, HELD_MAX);
	CHECK(!setrlimit(RLIMIT_NOFILE, &files));
	vfio_mem_init(&mem, (uint64_t)n << 20);
	for (i = 0; i < n; i++) {
		vfiodev_open(&v[i], uuid[i], VFIO_TYPE1v2_IOMMU, &mem,
			     i ? &v[0] : NULL);
		up(&v[i], &d[i], 64);
		for (tries = 0; !d[i].link && tries < 1000; tries++) {
			usleep(1000);
			avfdrv_drain(&d[i]);
		}
		CHECK(d[i].link, "%s", uuid[i]);
		if (i + 1 != first && i + 1 != n)
			continue;
		printf("held %d\n", i + 1);
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin))
			break;
	}
}

int main(int argc, char **argv)
{
	CHECK(argc >= 4, "usage: %s --hold N UUID...", argv[0]);
	if (!strcmp(argv[1], "--hold")) {
		hold(argv + 3, argc - 3, atoi(argv[2]));
		return 0;
	}
	CHECK(argc == 5, "usage: %s SECONDS LENGTH UUID UUID", argv[0]);
	pps(argv + 3, atof(argv[1]), (uint32_t)atoi(argv[2]));
	return 0;
}
