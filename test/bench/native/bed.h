/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two devices in one process, cable between them: what one sends the other
 * receives. Guest memory is an array, the driver a filler of rings.
 */
#ifndef BENCH_BED_H
#define BENCH_BED_H

#include <stdio.h>

#include "avf_emul.h"
#include "avfdrv.h"

#define BED_RAM		(64u << 20)
#define BED_IOVA	0x100000000ull
#define BED_RX_BUF	2048u

struct end {
	struct avf_dev *dev;
	struct end *peer;
	struct avf_tx_scratch *scratch;
	u8 *ram;
	u32 used;
	u32 kicked;
	struct avfdrv d;
};

/* What the host was asked for, since bed_counts_reset(). */
struct bed_counts {
	u64 dma_map;
	u64 dma_read;
	u64 dma_write;
	u64 xmit;
	u64 irqs;
};

extern struct bed_counts bed_counts;

__attribute__((noreturn, format(printf, 1, 2)))
void bed_die(const char *fmt, ...);

/* Two devices with @qps queue pairs each, probed and up. */
void bed_open(struct end ends[2], u16 qps);
void bed_close(struct end ends[2]);

/* Guest memory, aligned to a page. */
u64 bed_alloc(struct end *e, u32 len);
void *bed_va(struct end *e, u64 iova);

/* Write a descriptor at the software tail; the doorbell is bench.c's. */
void bed_tx_desc(struct end *e, u64 qw0, u64 qw1);
/*
 * Take a frame off the receive ring to @buf and post its buffers again. Returns
 * its length, 0 = there is none.
 */
u32 bed_rx_take(struct end *e, u8 *buf, u32 cap);

/*
 * copies.c: bytes that the model copied with memcpy() and memmove() to guest
 * memory and to the scratch memory. Copies to local variables are loads that
 * the compiler makes of them, and not counted.
 */
struct bed_copies {
	u64 guest;
	u64 scratch;
};

extern struct bed_copies bed_copies;

void bed_copies_watch(struct end ends[2]);

#endif /* BENCH_BED_H */
