/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * The state of one poll of a transmit queue, and its working memory.
 */
#ifndef AVF_TXRUN_H
#define AVF_TXRUN_H

#include "avf_emul.h"
#include "avf_os.h"
#include "avf_ring.h"
#include "avf_wire.h"

#define TX_DESC_SIZE	((u32)sizeof(struct avf_tx_desc))
#define TX_WIN		32u	/* descriptors fetched at a time */

/* What is not sent is not for free, nor is the ring it was looked for in. */
#define TX_DROP_COST	60	/* bytes */
#define TX_DESC_COST	32u	/* bytes, of one of several with fewer */

/*
 * The scratch's bounce area starts with the poll's tables: the fetched
 * descriptors, one byte for each descriptor of the ring (set = report its
 * completion), and the headers of the frame being cut.
 */
#define TX_AT_RS	(TX_WIN * (u32)sizeof(struct avf_tx_desc))
#define TX_AT_TMPL	(TX_AT_RS + AVF_RING_MAX)
#define TX_AT_BOUNCE	(TX_AT_TMPL + AVF_TX_HEAD)

/* An empty batch has room for the longest frame. */
AVF_STATIC_ASSERT(TX_AT_BOUNCE + AVF_MAX_FRAME <= AVF_TX_BOUNCE);
/* A frame's head has room for what the switch judges. */
AVF_STATIC_ASSERT(AVF_FRAME_HDR <= AVF_TX_HEAD);

/**
 * struct tx_run - state of one avf_tx_poll()
 * @dev:      the device
 * @q:        its queue
 * @s:        the caller's working memory
 * @qid:      number of @q
 * @end:      ring index up to which descriptors are in the batch or dropped
 * @avail:    descriptors from @end to the tail
 * @win_pos:  ring index of the first fetched descriptor
 * @win_n:    number of fetched descriptors
 * @fetches:  how often descriptors were fetched
 * @n:        frames in the batch
 * @done:     frames sent or dropped
 * @left:     bytes that may still be taken, below 0 = more were
 * @irq:      a completion was reported
 * @wb:       a piece of the ring, mapped for completions
 * @wb_pos:   ring index of its first descriptor
 * @wb_n:     its descriptors, 0 = none
 */
struct tx_run {
	struct avf_dev *dev;
	struct avf_txq *q;
	struct avf_tx_scratch *s;
	u16 qid;
	u32 end;
	u32 avail;
	u32 win_pos;
	u32 win_n;
	u32 fetches;
	u32 n;
	u32 done;
	s32 left;
	bool irq;
	struct avf_tx_desc *wb;
	u32 wb_pos;
	u32 wb_n;
};

/**
 * struct tx_cur - position in the bytes of a frame
 * @i:    next descriptor, counted from the frame's first
 * @n:    descriptors of the frame
 * @addr: address of the next byte
 * @left: bytes left in the current buffer
 * @run:  bytes left in the current page of it
 * @p:    mapping of @addr, NULL = none to be had
 */
struct tx_cur {
	u32 i;
	u32 n;
	u64 addr;
	u32 left;
	u32 run;
	const u8 *p;
};

/* Fetched descriptor @rel; a copy, so its words do not change. */
static __always_inline void tx_desc_get(const struct tx_run *r, u32 rel,
					u64 *qw)
{
	const u8 *d = r->s->bounce + rel * TX_DESC_SIZE;
	__le64 qw0, qw1;

	memcpy(&qw0, d + offsetof(struct avf_tx_desc, qw0), sizeof(qw0));
	memcpy(&qw1, d + offsetof(struct avf_tx_desc, qw1), sizeof(qw1));
	qw[0] = le64_to_cpu(qw0);
	qw[1] = le64_to_cpu(qw1);
}

/* Is the completion of descriptor @i, counted from @end, to be reported? */
static inline void tx_mark(struct tx_run *r, u32 i, bool rs)
{
	u32 idx = r->end + i;

	if (idx >= r->q->len)
		idx -= r->q->len;
	r->s->bounce[TX_AT_RS + idx] = rs;
}

/* The same for the one at @end. */
static inline void tx_mark_first(struct tx_run *r, bool rs)
{
	r->s->bounce[TX_AT_RS + r->end] = rs;
}

#endif /* AVF_TXRUN_H */
