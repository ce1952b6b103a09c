// SPDX-License-Identifier: GPL-2.0
/*
 * Two devices with full rings send to a third, whose ring shows in which order.
 * What it can take is judged, while neither sender has run dry: so nothing depends
 * on how long anything takes. For the worker to find both rings full, it shares a
 * CPU with this process, which is not interrupted meanwhile.
 *
 * test_weight UUID UUID UUID PID: senders, receiver, and their PF's worker
 */
#define _GNU_SOURCE
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "vfiodev.h"

#define RING	4096u
#define TURN	(96u << 10)	/* bytes, and one frame more */

static struct vfio_mem mem;
static struct vfiodev v[3];
static struct avfdrv d[3];

static void open_all(char **uuid)
{
	int i;

	vfio_mem_init(&mem, 32 << 20);
	for (i = 0; i < 3; i++) {
		vfiodev_open(&v[i], uuid[i], VFIO_TYPE1v2_IOMMU, &mem,
			     i ? &v[0] : NULL);
		avfdrv_init(&d[i], &vfiodev_transport, &v[i]);
		d[i].want_qps = 1;
		d[i].tx_count = i < 2 ? RING : 64;
		d[i].rx_count = i < 2 ? 64 : RING;
		avfdrv_pci_on(&d[i], 2);
		CHECK(!avfdrv_probe(&d[i]));
		CHECK(!avfdrv_up(&d[i]));
	}
}

static void close_all(void)
{
	/* The container lives as long as the devices in it. */
	vfiodev_close(&v[2]);
	vfiodev_close(&v[1]);
	vfiodev_close(&v[0]);
	vfio_mem_fini(&mem);
}

static void set_weight(const char *uuid, uint32_t weight)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/weight", uuid);
	f = fopen(path, "w");
	CHECK(f, "%s", path);
	CHECK(fprintf(f, "%u", weight) > 0 && !fclose(f), "%s", path);
}

static void fill(int from, uint32_t len)
{
	uint8_t f[2048];
	uint32_t i;

	memset(f, 0, sizeof(f));
	memcpy(f, d[2].mac, 6);
	memcpy(f + 6, d[from].mac, 6);
	f[12] = 0x88;
	f[13] = 0xb5;
	avfdrv_tx_clean(&d[from], 0);
	for (i = 0; i < RING - 1; i++)
		CHECK(!avfdrv_tx_put(&d[from], 0, f, len), "frame %u", i);
}

/* Not before this process sleeps does the worker see either doorbell. */
static void ring_both(void)
{
	const struct sched_param fifo = { .sched_priority = 1 };
	const struct sched_param other = { .sched_priority = 0 };

	CHECK(!sched_setscheduler(0, SCHED_FIFO, &fifo));
	avfdrv_tx_ring(&d[0], 0);
	avfdrv_tx_ring(&d[1], 0);
	CHECK(!sched_setscheduler(0, SCHED_OTHER, &other));
}

static void wait_sent(int from)
{
	const uint16_t last = (uint16_t)((d[from].tx[0].ntu + RING - 1) % RING);
	uint32_t i;

	for (i = 0; i < 60000 && !avfdrv_tx_done(&d[from], 0, last); i++)
		usleep(1000);
	CHECK(avfdrv_tx_done(&d[from], 0, last), "sender %d", from);
}

static void shares(char **uuid, const uint32_t *weight, const uint32_t *len)
{
	uint64_t bytes[2] = { 0, 0 }, frames[2] = { 0, 0 }, ahead[2];
	uint8_t g[4096];
	uint32_t n;
	int i;

	for (i = 0; i < 2; i++) {
		set_weight(uuid[i], weight[i]);
		fill(i, len[i]);
	}
	ring_both();
	wait_sent(0);
	wait_sent(1);

	while ((n = avfdrv_rx(&d[2], 0, g, sizeof(g), NULL))) {
		/* The host's interface may talk, too. */
		for (i = 0; i < 2; i++) {
			if (memcmp(g + 6, d[i].mac, 6))
				continue;
			CHECK(n == len[i], "%u", n);
			frames[i]++;
			bytes[i] += n;
		}
	}
	printf("weights %u:%u, frames of %u and %u bytes: %llu and %llu of them, %llu and %llu bytes\n",
	       weight[0], weight[1], len[0], len[1],
	       (unsigned long long)frames[0], (unsigned long long)frames[1],
	       (unsigned long long)bytes[0], (unsigned long long)bytes[1]);
	/* The ring was too small for all, and neither sender had sent all. */
	CHECK(frames[0] + frames[1] > RING - 100);
	CHECK(frames[0] < RING - 100 && frames[1] < RING - 100);
	/* Apart by a turn of each, at the most; times both weights. */
	for (i = 0; i < 2; i++)
		ahead[i] = bytes[i] * weight[!i];
	n = (TURN + len[0]) * weight[1] + (TURN + len[1]) * weight[0];
	CHECK(ahead[0] <= ahead[1] + n && ahead[1] <= ahead[0] + n);
}

int main(int argc, char **argv)
{
	static const struct {
		uint32_t weight[2];
		uint32_t len[2];
	} rounds[] = {
		{ { 300, 100 }, { 1500, 1500 } },
		{ { 100, 300 }, { 1500, 500 } },
		{ { 100, 100 }, { 1500, 300 } },
	};
	cpu_set_t one, was;
	pid_t worker;
	uint32_t i;

	CHECK(argc == 5, "usage: %s UUID UUID UUID PID", argv[0]);
	worker = atoi(argv[4]);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	CHECK(worker > 1 && !sched_getaffinity(worker, sizeof(was), &was));
	CHECK(!sched_setaffinity(0, sizeof(one), &one));
	CHECK(!sched_setaffinity(worker, sizeof(one), &one));

	open_all(argv + 1);
	for (i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++)
		shares(argv + 1, rounds[i].weight, rounds[i].len);
	close_all();
	CHECK(!sched_setaffinity(worker, sizeof(was), &was));
	printf("shares by weight: ok\n");
	return 0;
}
