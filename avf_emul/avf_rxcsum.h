/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * Checksums of received frames, as far as their sender does not vouch for them.
 */
#ifndef AVF_RXCSUM_H
#define AVF_RXCSUM_H

#include "avf_frame.h"
#include "avf_os.h"
#include "avf_parse.h"

#define AVF_RXCSUM_L3_BAD	0x1u	/* IPv4 header */
#define AVF_RXCSUM_L4_BAD	0x2u	/* TCP, UDP, SCTP */

#define AVF_RXCSUM_GOOD		0xffffu	/* sum of data with its checksum */
#define AVF_RXCSUM_UDP_AT	6u	/* UDP's checksum in its header */

/* The parts of avf_rxcsum() that few frames need. any. */
bool avf_rxcsum_ip4_options(const u8 *ip);
bool avf_rxcsum_l4(const struct avf_frame *frame, const struct avf_pkt *pkt);

static inline u32 avf_rxcsum_load(const u8 *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Nearly all headers have no options, and need no loop. */
static __always_inline bool avf_rxcsum_ip4(const u8 *ip)
{
	u64 sum;

	if (unlikely(ip[0] != 0x45))
		return avf_rxcsum_ip4_options(ip);
	sum = (u64)avf_rxcsum_load(ip) + avf_rxcsum_load(ip + 4) +
	      avf_rxcsum_load(ip + 8) + avf_rxcsum_load(ip + 12) +
	      avf_rxcsum_load(ip + 16);
	sum = (sum >> 32) + (sum & 0xffffffff);
	/* Never 0: of words that begin with 0x45. */
	return sum % AVF_RXCSUM_GOOD == 0;
}

/* Is there a checksum to verify that nobody vouches for? */
static __always_inline bool avf_rxcsum_l4_any(const struct avf_frame *frame,
					      const struct avf_pkt *pkt)
{
	const u8 *l4 = frame->hdr + pkt->l4_off;

	if (!pkt->l4_off || pkt->exadd || (frame->csum & AVF_FRAME_L4_OK))
		return false;
	return pkt->l4 != AVF_L4_UDP || l4[AVF_RXCSUM_UDP_AT] ||
	       l4[AVF_RXCSUM_UDP_AT + 1];
}

/**
 * avf_rxcsum() - verify what can be verified. any.
 * @frame: the frame; its flags of vouching are believed
 * @pkt:   avf_parse() of @frame->hdr
 *
 * Reads payload from memory that a guest may be changing: the result is about
 * bytes that were there at some moment, and nothing else depends on it. Says
 * nothing about L4 of fragments and of packets with @pkt->exadd, and accepts
 * UDP without a checksum.
 *
 * Returns AVF_RXCSUM_*.
 */
static __always_inline u32 avf_rxcsum(const struct avf_frame *frame,
				      const struct avf_pkt *pkt)
{
	u32 bad = 0;

	if (pkt->l3 == AVF_L3_IPV4 && !(frame->csum & AVF_FRAME_L3_OK) &&
	    !avf_rxcsum_ip4(frame->hdr + pkt->l3_off))
		bad |= AVF_RXCSUM_L3_BAD;
	if (avf_rxcsum_l4_any(frame, pkt) && !avf_rxcsum_l4(frame, pkt))
		bad |= AVF_RXCSUM_L4_BAD;
	return bad;
}

#endif /* AVF_RXCSUM_H */
