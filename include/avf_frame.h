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

/* Shorter frames are padded by who sends them. */
#define AVF_FRAME_MIN		60u

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
 * struct avf_gso - how to cut a frame that is longer than those of the wire
 * @mss:  payload bytes of each segment but the last, 0 = nothing to cut
 * @segs: number of segments
 * @l3:   offset of the IP header
 * @l4:   offset of the TCP or UDP header
 * @hlen: offset of the payload; not more than the frame's @hlen
 * @v6:   IPv6
 * @udp:  UDP, each segment a datagram of its own
 *
 * The headers are those of the first segment, but for lengths and checksums,
 * which are rewritten with each segment.
 */
struct avf_gso {
	u16 mss;
	u16 segs;
	u16 l3;
	u16 l4;
	u16 hlen;
	bool v6;
	bool udp;
};

/**
 * struct avf_frame - a frame without its FCS
 * @len:   sum of the segments' lengths, 14..max frame; with @gso at most 64 KiB
 *         and what precedes the IP header
 * @nsegs: segments in use, 1..AVF_FRAME_SEGS
 * @hlen:  bytes at @hdr: min(@len, AVF_FRAME_HDR)
 * @hdr:   the frame's first bytes in host-owned memory, which no guest can
 *         change. Whoever decides (switch, filters) looks here and nowhere
 *         else. The first segment may be the same memory.
 * @csum:  AVF_FRAME_*_OK
 * @gso:   how to cut it
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
	struct avf_gso gso;
	struct avf_seg seg[AVF_FRAME_SEGS];
};

/** avf_frame_count() - frames on the wire that this one becomes */
static inline u32 avf_frame_count(const struct avf_frame *frame)
{
	return frame->gso.mss ? frame->gso.segs : 1;
}

/** avf_frame_bytes() - and their bytes */
static inline u32 avf_frame_bytes(const struct avf_frame *frame)
{
	const struct avf_gso *gso = &frame->gso;
	u32 last;

	if (!gso->mss)
		return frame->len;
	last = frame->len - (gso->segs - 1u) * gso->mss;
	return frame->len + (gso->segs - 1u) * gso->hlen +
	       (last < AVF_FRAME_MIN ? AVF_FRAME_MIN - last : 0);
}

#endif /* AVF_FRAME_H */
