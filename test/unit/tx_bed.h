/* SPDX-License-Identifier: GPL-2.0 */
/* A bed that is up, for raw descriptors on Tx queue 0. */
#ifndef TEST_TX_BED_H
#define TEST_TX_BED_H

#include "unit.h"

struct tx_bed {
	struct bed b;
	uint8_t *mem;		/* 1 MiB of guest memory */
	uint64_t iova;
};

void tx_open(struct tx_bed *t);
/* A data descriptor for @len bytes at @off of t->mem. */
void tx_data(struct tx_bed *t, uint32_t off, uint32_t len, uint32_t cmd);
void tx_ring(struct tx_bed *t);
/* The next frame sent is @want, padded. */
void tx_expect(struct tx_bed *t, const uint8_t *want, uint32_t len);
/* Is descriptor @i (modulo the ring) completed? */
bool tx_done(struct tx_bed *t, uint32_t i);
/* A good frame gets through now: the queue lives. */
void tx_alive(struct tx_bed *t);

#endif /* TEST_TX_BED_H */
