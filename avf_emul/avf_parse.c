// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Headers of a received frame (device contract 5.10).
 */
#include "avf_parse.h"
#include "avf_wire.h"

#define ETH_HLEN	14u
#define TAG_LEN		4u
#define TPID_8021Q	0x8100u
#define TPID_8021AD	0x88a8u
#define TYPE_IPV4	0x0800u
#define TYPE_IPV6	0x86ddu

#define IP4_HLEN	20u
#define IP4_PLAIN	0x45u		/* version, and IP4_HLEN in words */
#define IP4_FRAG_M	0x3fffu		/* offset, more fragments */
#define IP6_HLEN	40u
#define IP6_EXT_MAX	8
#define IP6_FRAG_M	0xfff9u		/* offset, more fragments */
#define TCP_HLEN	20u
#define UDP_HLEN	8u

#define PROTO_HOPOPTS	0u
#define PROTO_ICMP	1u
#define PROTO_TCP	6u
#define PROTO_UDP	17u
#define PROTO_ROUTING	43u
#define PROTO_FRAGMENT	44u
#define PROTO_AH	51u
#define PROTO_ICMPV6	58u
#define PROTO_NONE	59u
#define PROTO_DSTOPTS	60u
#define PROTO_SCTP	132u
#define PROTO_MH	135u

#define OPT_PAD1	0u
#define OPT_HOME_ADDR	201u

static u32 get_be16(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

/* ------------------------------------------------------------- transport */

/* Bytes of a transport header that must be there; not of TCP and UDP. */
static u32 l4_min(u8 l4)
{
	switch (l4) {
	case AVF_L4_SCTP:
		return 12;
	case AVF_L4_ICMP:
		return 4;
	default:
		return 0;
	}
}

/* The same. */
static u8 l4_kind(u8 l3, u8 proto)
{
	switch (proto) {
	case PROTO_SCTP:
		return AVF_L4_SCTP;
	case PROTO_ICMP:
		return l3 == AVF_L3_IPV4 ? AVF_L4_ICMP : AVF_L4_OTHER;
	case PROTO_ICMPV6:
		return l3 == AVF_L3_IPV6 ? AVF_L4_ICMP : AVF_L4_OTHER;
	case PROTO_NONE:
		return l3 == AVF_L3_IPV6 ? AVF_L4_NONE : AVF_L4_OTHER;
	default:
		return AVF_L4_OTHER;
	}
}

static __always_inline void parse_l4(const u8 *hdr, u32 hlen, u32 at,
				     struct avf_pkt *pkt)
{
	u32 len = pkt->ip_end - at;
	u32 min, n;
	u8 l4;

	/* Nearly all there is; the compiler knows the rest of these two. */
	if (pkt->proto == PROTO_TCP) {
		l4 = AVF_L4_TCP;
		min = TCP_HLEN;
	} else if (pkt->proto == PROTO_UDP) {
		l4 = AVF_L4_UDP;
		min = UDP_HLEN;
	} else {
		l4 = l4_kind(pkt->l3, pkt->proto);
		min = l4_min(l4);
	}
	if (l4 == AVF_L4_NONE || len < min || hlen - at < min)
		return;

	if (l4 == AVF_L4_TCP || l4 == AVF_L4_UDP) {
		n = l4 == AVF_L4_TCP ? (hdr[at + 12] >> 4) * 4u :
				       get_be16(hdr + at + 4);
		if (n < min || n > len)
			return;
	}

	pkt->l4 = l4;
	pkt->l4_off = (u16)at;
	pkt->hlen = (u16)(at + min);
}

/* --------------------------------------------------------------- network */

static __always_inline void parse_v4(const u8 *hdr, u32 hlen, u32 flen, u32 at,
				     struct avf_pkt *pkt)
{
	u32 ihl = IP4_HLEN, total;
	const u8 *ip = hdr + at;

	if (hlen - at < IP4_HLEN)
		return;
	/* Nearly all headers have no options. */
	if (unlikely(ip[0] != IP4_PLAIN)) {
		ihl = (ip[0] & 15u) * 4;
		if (ip[0] >> 4 != 4 || ihl < IP4_HLEN || ihl > hlen - at)
			return;
	}
	total = get_be16(ip + 2);
	if (total < ihl || total > flen - at)
		return;

	pkt->l3 = AVF_L3_IPV4;
	pkt->l3_off = (u16)at;
	pkt->ip_end = at + total;
	pkt->proto = ip[9];
	pkt->hlen = (u16)(at + ihl);
	pkt->frag = get_be16(ip + 6) & IP4_FRAG_M;
	if (!pkt->frag)
		parse_l4(hdr, hlen, at + ihl, pkt);
}

/* Is there a home address among the options of @len bytes? */
static bool has_home_addr(const u8 *opt, u32 len)
{
	u32 i = 2;

	while (i < len) {
		if (opt[i] == OPT_HOME_ADDR)
			return true;
		if (opt[i] == OPT_PAD1)
			i++;
		else if (i + 1 < len)
			i += opt[i + 1] + 2u;
		else
			break;
	}

	return false;
}

/*
 * Judge the extension header of @left bytes at @p; returns its length. 0: it is
 * none, or not all there.
 */
static u32 parse_ext(const u8 *p, u32 left, struct avf_pkt *pkt)
{
	u32 len;

	if (left < 8)
		return 0;

	switch (pkt->proto) {
	case PROTO_HOPOPTS:
	case PROTO_ROUTING:
	case PROTO_DSTOPTS:
	case PROTO_MH:
		len = (p[1] + 1u) * 8;
		break;
	case PROTO_AH:
		len = (p[1] + 2u) * 4;
		break;
	case PROTO_FRAGMENT:
		len = 8;
		break;
	default:
		return 0;
	}
	if (len > left)
		return 0;

	if (pkt->proto == PROTO_FRAGMENT && get_be16(p + 2) & IP6_FRAG_M)
		pkt->frag = true;
	if ((pkt->proto == PROTO_ROUTING && p[3]) ||
	    (pkt->proto == PROTO_DSTOPTS && has_home_addr(p, len)))
		pkt->exadd = true;
	return len;
}

static bool is_ext(u8 proto)
{
	return proto == PROTO_HOPOPTS || proto == PROTO_ROUTING ||
	       proto == PROTO_FRAGMENT || proto == PROTO_AH ||
	       proto == PROTO_DSTOPTS || proto == PROTO_MH;
}

static noinline void parse_v6(const u8 *hdr, u32 hlen, u32 flen,
			      struct avf_pkt *pkt)
{
	u32 at = pkt->hlen;
	const u8 *ip = hdr + at;
	u32 total, left, len;
	int i;

	if (hlen - at < IP6_HLEN)
		return;
	total = IP6_HLEN + get_be16(ip + 4);
	if (ip[0] >> 4 != 6 || total > flen - at)
		return;

	pkt->l3 = AVF_L3_IPV6;
	pkt->l3_off = (u16)at;
	pkt->ip_end = at + total;
	pkt->proto = ip[6];
	at += IP6_HLEN;
	pkt->hlen = (u16)at;

	for (i = 0; is_ext(pkt->proto); i++) {
		if (i == IP6_EXT_MAX)
			return;
		left = min_t(u32, hlen, pkt->ip_end) - at;
		len = parse_ext(hdr + at, left, pkt);
		if (!len)
			return;
		pkt->proto = hdr[at];
		at += len;
		pkt->hlen = (u16)at;
		/* What follows was cut somewhere, perhaps in a header. */
		if (pkt->frag)
			return;
	}
	parse_l4(hdr, hlen, at, pkt);
}

/* ---------------------------------------------------------------- a frame */

static u8 ptype(const struct avf_pkt *pkt)
{
	static const u8 v4[] = {
		[AVF_L4_NONE] = AVF_PTYPE_IPV4_OTHER,
		[AVF_L4_TCP] = AVF_PTYPE_IPV4_TCP,
		[AVF_L4_UDP] = AVF_PTYPE_IPV4_UDP,
		[AVF_L4_SCTP] = AVF_PTYPE_IPV4_SCTP,
		[AVF_L4_ICMP] = AVF_PTYPE_IPV4_ICMP,
		[AVF_L4_OTHER] = AVF_PTYPE_IPV4_OTHER,
	};
	static const u8 v6[] = {
		[AVF_L4_NONE] = AVF_PTYPE_IPV6_OTHER,
		[AVF_L4_TCP] = AVF_PTYPE_IPV6_TCP,
		[AVF_L4_UDP] = AVF_PTYPE_IPV6_UDP,
		[AVF_L4_SCTP] = AVF_PTYPE_IPV6_SCTP,
		[AVF_L4_ICMP] = AVF_PTYPE_IPV6_ICMP,
		[AVF_L4_OTHER] = AVF_PTYPE_IPV6_OTHER,
	};

	switch (pkt->l3) {
	case AVF_L3_IPV4:
		return pkt->frag ? AVF_PTYPE_IPV4_FRAG : v4[pkt->l4];
	case AVF_L3_IPV6:
		return pkt->frag ? AVF_PTYPE_IPV6_FRAG : v6[pkt->l4];
	default:
		return AVF_PTYPE_L2;
	}
}

/* Anything but an untagged IPv4 packet; @type follows the addresses. */
static noinline void parse_other(const u8 *hdr, u32 hlen, u32 flen, u32 type,
				 struct avf_pkt *pkt)
{
	u32 at = ETH_HLEN;

	while ((type == TPID_8021Q || type == TPID_8021AD) &&
	       pkt->tags < AVF_PKT_TAGS && hlen - at >= TAG_LEN) {
		pkt->tpid[pkt->tags] = (u16)type;
		pkt->tci[pkt->tags] = (u16)get_be16(hdr + at);
		pkt->tags++;
		type = get_be16(hdr + at + 2);
		at += TAG_LEN;
	}
	pkt->ethertype = (u16)type;
	pkt->hlen = (u16)at;

	if (type == TYPE_IPV4)
		parse_v4(hdr, hlen, flen, at, pkt);
	else if (type == TYPE_IPV6)
		parse_v6(hdr, hlen, flen, pkt);
	pkt->ptype = ptype(pkt);
}

void avf_parse(const u8 *hdr, u32 hlen, u32 flen, struct avf_pkt *pkt)
{
	u32 type;

	memset(pkt, 0, sizeof(*pkt));
	pkt->ptype = AVF_PTYPE_L2;
	if (hlen < ETH_HLEN)
		return;

	type = get_be16(hdr + 12);
	if (likely(type == TYPE_IPV4)) {
		pkt->ethertype = TYPE_IPV4;
		pkt->hlen = ETH_HLEN;
		parse_v4(hdr, hlen, flen, ETH_HLEN, pkt);
		pkt->ptype = ptype(pkt);
		return;
	}
	parse_other(hdr, hlen, flen, type, pkt);
}
