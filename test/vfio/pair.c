// SPDX-License-Identifier: GPL-2.0
/*
 * Two devices in one process; see pair.h.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pair.h"

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void pair_open(struct pair *p, char **uuid, int type,
	       const struct avfdrv_transport *transport)
{
	int i;

	vfio_mem_init(&p->mem, 64 << 20);
	vfiodev_open(&p->v[0], uuid[0], type, &p->mem, NULL);
	vfiodev_open(&p->v[1], uuid[1], type, &p->mem, &p->v[0]);
	for (i = 0; i < 2; i++) {
		p->irq[i] = vfiodev_eventfd(&p->v[i], VFIO_PCI_MSIX_IRQ_INDEX,
					    1);
		avfdrv_init(&p->d[i], transport, &p->v[i]);
		avfdrv_pci_on(&p->d[i], 2);
		CHECK(!avfdrv_probe(&p->d[i]));
		CHECK(!avfdrv_up(&p->d[i]));
	}
}

void pair_close(struct pair *p)
{
	int i;

	for (i = 0; i < 2; i++)
		close(p->irq[i]);
	/* The container lives as long as the devices in it. */
	vfiodev_close(&p->v[1]);
	vfiodev_close(&p->v[0]);
	vfio_mem_fini(&p->mem);
}

void pair_frame(struct pair *p, int from, uint8_t *f, uint32_t len,
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

bool pair_one(struct pair *p, int from, uint32_t len, uint32_t seq)
{
	uint8_t f[2048], g[4096];
	double end = now() + 2;
	uint32_t n;

	pair_frame(p, from, f, len, seq);
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

void pair_gap(unsigned int *seed, uint32_t max_us)
{
	uint32_t top = 1u << rand_r(seed) % 17;
	uint32_t us;
	struct timespec ts;

	while (top / 2 > max_us)
		top /= 2;
	us = top / 2 + (uint32_t)rand_r(seed) % top;
	if (us > max_us)
		us = max_us;
	ts.tv_sec = 0;
	ts.tv_nsec = (long)us * 1000;
	nanosleep(&ts, NULL);
}
