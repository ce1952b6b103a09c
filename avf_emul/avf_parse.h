/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * What a frame is: its tags, its network and transport headers, its class.
 * Works on a host-owned copy of the headers and believes nothing in it.
 */
#ifndef AVF_PARSE_H
#define AVF_PARSE_H

#include "avf_os.h"

enum avf_l3 {
	AVF_L3_NONE,
	AVF_L3_IPV4,
	AVF_L3_IPV6,
};

enum avf_l4 {
	AVF_L4_NONE,
	AVF_L4_TCP,
	AVF_L4_UDP,
	AVF_L4_SCTP,
	AVF_L4_ICMP,
	AVF_L4_OTHER,
};

#define AVF_PKT_TAGS	2

/**
 * struct avf_pkt - what avf_parse() found
 * @tags:      802.1Q and 802.1ad tags, 0..AVF_PKT_TAGS
 * @tpid:      tag protocol of each, outermost first
 * @tci:       tag control information of each
 * @ethertype: what follows the tags, or an 802.3 length; 0 = not in sight
 * @l3:        enum avf_l3
 * @l4:        enum avf_l4; AVF_L4_NONE for a fragment, even the first, and
 *             where the header is not all there
 * @proto:     IP protocol behind the extension headers, as far as they were
 *             walked; only with @l3
 * @frag:      a fragment (an IPv6 packet in a single one is none)
 * @exadd:     an IPv6 routing header with segments left, or a home address
 *             option: the L4 checksum covers an address that stands elsewhere
 * @ptype:     packet type (device contract 5.10)
 * @l3_off:    offset of the IP header, 0 = none
 * @l4_off:    offset of what the IP header (and its extensions) carries, 0 = not
 *             known, or a fragment
 * @hlen:      bytes judged. Of L4, the header without options: 20 bytes for
 *             TCP, 8 for UDP, 12 for SCTP, 4 for ICMP, 0 for others.
 * @ip_end:    end of the IP packet in the frame; only with @l3
 *
 * Offsets and @hlen are within the bytes that were given.
 */
struct avf_pkt {
	u8 tags;
	u16 tpid[AVF_PKT_TAGS];
	u16 tci[AVF_PKT_TAGS];
	u16 ethertype;
	u8 l3;
	u8 l4;
	u8 proto;
	bool frag;
	bool exadd;
	u8 ptype;
	u16 l3_off;
	u16 l4_off;
	u16 hlen;
	u32 ip_end;
};

/**
 * avf_parse() - find out what a frame is. any.
 * @hdr:  host-owned copy of its first bytes
 * @hlen: their number
 * @flen: length of the frame, not less than @hlen
 * @pkt:  the result, always complete
 *
 * An IP header that contradicts itself or the frame's length is no IP header,
 * and a transport header that contradicts the IP header is none. Tunnels are
 * what their outer headers say.
 */
void avf_parse(const u8 *hdr, u32 hlen, u32 flen, struct avf_pkt *pkt);

#endif /* AVF_PARSE_H */
