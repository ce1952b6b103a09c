/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two devices in one process, on the same memory, that send each other frames.
 */
#ifndef TEST_PAIR_H
#define TEST_PAIR_H

#include "vfiodev.h"

struct pair {
	struct vfio_mem mem;
	struct vfiodev v[2];
	struct avfdrv d[2];
	int irq[2];
};

/* Open both and bring them up. @type: of the container */
void pair_open(struct pair *p, char **uuid, int type,
	       const struct avfdrv_transport *transport);
void pair_close(struct pair *p);

/* A frame from device @from to the other. */
void pair_frame(struct pair *p, int from, uint8_t *f, uint32_t len,
		uint32_t seq);

/* Send one and wait for it; false when it does not come in time. */
bool pair_one(struct pair *p, int from, uint32_t len, uint32_t seq);

/*
 * Do nothing for a while: mostly short gaps, some around each power of two up to
 * @max_us.
 */
void pair_gap(unsigned int *seed, uint32_t max_us);

#endif /* TEST_PAIR_H */
