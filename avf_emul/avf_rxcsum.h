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
u32 avf_rxcsum(const struct avf_frame *frame, const struct avf_pkt *pkt);

#endif /* AVF_RXCSUM_H */
