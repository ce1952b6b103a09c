/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a transmit queue sends, naively: everything is copied, every frame is
 * put together byte by byte, every sum is made the slow way.
 */
#ifndef TEST_FUZZ_TXREF_H
#define TEST_FUZZ_TXREF_H

#include "fuzz.h"

#define TXREF_BYTES	0x400000u
#define TXREF_FRAMES	16384u

struct txref_frame {
	u32 at;		/* in bytes[] */
	u32 len;
	u32 unit;
	bool opt;	/* in so many pieces that it may be dropped */
	u8 csum;	/* AVF_FRAME_*_OK */
};

struct txref {
	u32 head;
	u32 errors;
	u32 units;
	u32 nframes;
	u32 nbytes;
	bool vlan;	/* tags in descriptors were negotiated */
	u8 done[4096];	/* this descriptor's completion is reported */
	struct txref_frame frame[TXREF_FRAMES];
	u8 bytes[TXREF_BYTES];
};

/* Guest memory: a byte, or -1. */
typedef int (*txref_byte)(struct fz *f, u64 iova);

void txref_reset(struct txref *r);
/* Process descriptors from r->head to @tail of a copy of the ring. */
void txref_run(struct txref *r, const struct avf_tx_desc *ring, u32 len,
	       u32 tail, struct fz *f, txref_byte get);

#endif /* TEST_FUZZ_TXREF_H */
