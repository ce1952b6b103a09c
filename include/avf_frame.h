/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * An Ethernet frame on its way from one queue to another: a list of pieces of
 * memory that somebody else owns. Nothing is copied until the receiver's
 * buffers are known.
 */
#ifndef AVF_FRAME_H
#define AVF_FRAME_H

#include "avf_os.h"

/* 8 descriptors of up to 12 KiB each, split at page borders, plus a header. */
#define AVF_FRAME_SEGS		32

/* Enough for two tags, IPv6 with an extension header or two, and TCP. */
#define AVF_FRAME_HDR		128u

/* The sender vouches for a checksum: it was computed here, or verified. */
#define AVF_FRAME_L3_OK		0x1u	/* IPv4 header */
#define AVF_FRAME_L4_OK		0x2u	/* TCP, UDP, SCTP */

/**
 * struct avf_seg - one contiguous piece of a frame
 * @p:   first byte; may point into guest memory, which the guest can change at
 *       any time, so a reader loads each byte it judges exactly once
 * @len: bytes, never 0
 */
struct avf_seg {
	const void *p;
	u32 len;
};

/**
 * struct avf_frame - a frame without its FCS
 * @len:   sum of the segments' lengths, 14..max frame
 * @nsegs: segments in use, 1..AVF_FRAME_SEGS
 * @hlen:  bytes at @hdr: min(@len, AVF_FRAME_HDR)
 * @hdr:   the frame's first bytes in host-owned memory, which no guest can
 *         change. Whoever decides (switch, filters) looks here and nowhere
 *         else. The first segment may be the same memory.
 * @csum:  AVF_FRAME_*_OK
 * @seg:   the whole frame, header included
 *
 * Valid only during the call it is passed to.
 */
struct avf_frame {
	u32 len;
	u16 nsegs;
	u16 hlen;
	const u8 *hdr;
	u8 csum;
	struct avf_seg seg[AVF_FRAME_SEGS];
};

#endif /* AVF_FRAME_H */
