// SPDX-License-Identifier: GPL-2.0
/*
 * Offloads: checksums and TCP segmentation on transmit, the classification of
 * frames on receive. Checksums are computed from the headers alone, whatever
 * the driver left in their place.
 */
#include <string.h>

#include "e810_priv.h"

#define PROTO_ICMP	1
#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_ICMPV6	58
#define PROTO_SCTP	132

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void put_be16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

/* The internet checksum of @p on top of @sum, in host order. */
uint16_t e810_csum(const uint8_t *p, size_t len, uint32_t sum)
{
	uint64_t s = sum;

	for (; len > 1; len -= 2, p += 2)
		s += be16(p);
	if (len)
		s += (uint32_t)p[0] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)~s;
}

static uint32_t sum_only(const uint8_t *p, size_t len)
{
	return (uint16_t)~e810_csum(p, len, 0);
}

/* Pseudo header of the IP header at @ip, version 4 or 6. */
static uint32_t pseudo(const uint8_t *ip, uint8_t proto, size_t l4_len)
{
	uint32_t sum = proto + (uint32_t)(l4_len >> 16) + (l4_len & 0xffff);

	if (ip[0] >> 4 == 4)
		return sum + sum_only(ip + 12, 8);
	return sum + sum_only(ip + 8, 32);
}

/* CRC32c of an SCTP packet, whose own field counts as zero. */
static uint32_t sctp_crc(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffff;
	unsigned int bit;
	size_t i;

	for (i = 0; i < len; i++) {
		if (i < 8 || i >= 12)
			crc ^= p[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

/* Fill the checksums @o asks for into one frame. */
static bool fill(uint8_t *frame, size_t len, const struct e810_offload *o)
{
	uint8_t *ip = frame + o->maclen, *l4 = ip + o->iplen;
	size_t at = o->maclen + o->iplen, l4_len;
	unsigned int version;
	uint16_t sum;

	if (!o->ipv4_csum && !o->l4t)
		return true;
	if (o->maclen < 14 || at > len || o->iplen < 20)
		return false;
	version = ip[0] >> 4;
	if (o->ipv4_csum) {
		if (version != 4)
			return false;
		put_be16(ip + 10, 0);
		put_be16(ip + 10, e810_csum(ip, o->iplen, 0));
	}
	if (!o->l4t)
		return true;
	/* what is behind the IP packet (padding) is no part of it */
	if (version == 4)
		l4_len = be16(ip + 2) - (size_t)o->iplen;
	else if (version == 6)
		l4_len = be16(ip + 4) + 40 - (size_t)o->iplen;
	else
		return false;
	if (l4_len > len - at)
		return false;
	switch (o->l4t) {
	case TXD_L4T_TCP:
		if (l4_len < 20)
			return false;
		put_be16(l4 + 16, 0);
		put_be16(l4 + 16, e810_csum(l4, l4_len,
					    pseudo(ip, PROTO_TCP, l4_len)));
		return true;
	case TXD_L4T_UDP:
		if (l4_len < 8)
			return false;
		put_be16(l4 + 6, 0);
		sum = e810_csum(l4, l4_len, pseudo(ip, PROTO_UDP, l4_len));
		put_be16(l4 + 6, sum ? sum : 0xffff);
		return true;
	default:
		if (l4_len < 12)
			return false;
		put32(l4 + 8, sctp_crc(l4, l4_len));
		return true;
	}
}

bool e810_offload(uint8_t *frame, size_t len, const struct e810_offload *o,
		  uint8_t *seg, size_t max,
		  void (*out)(void *ctx, uint8_t *frame, size_t len), void *ctx)
{
	size_t hdr = o->maclen + o->iplen + o->l4len, done, part;
	uint8_t *ip, *tcp, flags;
	struct e810_offload each = *o;
	uint32_t seq;
	uint16_t id;

	if (!o->tso) {
		if (len > max || !fill(frame, len, o))
			return false;
		out(ctx, frame, len);
		return true;
	}
	if (o->l4t != TXD_L4T_TCP || o->maclen < 14 || o->iplen < 20 ||
	    o->l4len < 20 || hdr >= len || hdr + o->mss > max)
		return false;
	tcp = frame + o->maclen + o->iplen;
	seq = be32(tcp + 4);
	flags = tcp[13];
	id = be16(frame + o->maclen + 4);
	each.ipv4_csum = frame[o->maclen] >> 4 == 4;
	for (done = hdr; done < len; done += part) {
		part = len - done < o->mss ? len - done : o->mss;
		memcpy(seg, frame, hdr);
		memcpy(seg + hdr, frame + done, part);
		ip = seg + o->maclen;
		tcp = ip + o->iplen;
		if (ip[0] >> 4 == 4) {
			put_be16(ip + 2, (uint32_t)(o->iplen + o->l4len + part));
			put_be16(ip + 4, id++);
		} else {
			put_be16(ip + 4, (uint32_t)(o->iplen - 40 + o->l4len +
						    part));
		}
		put_be16(tcp + 4, seq >> 16);
		put_be16(tcp + 6, seq);
		seq += (uint32_t)part;
		tcp[13] = flags;
		if (done + part < len)
			tcp[13] &= (uint8_t)~0x09;	/* FIN, PSH: last */
		if (done != hdr)
			tcp[13] &= (uint8_t)~0x80;	/* CWR: first */
		if (!fill(seg, hdr + part, &each))
			return false;
		out(ctx, seg, hdr + part);
	}
	return true;
}

/*
 * The packet type number (as the tables of the public drivers have them) of a
 * frame without a VLAN tag, and the verdicts on its checksums.
 */
uint8_t e810_classify(const uint8_t *frame, size_t len, uint8_t csum[2])
{
	const uint8_t *ip = frame + 14, *l4;
	size_t left = len - 14, l4_len;
	unsigned int base, hlen;
	uint8_t proto;

	csum[0] = 0;
	csum[1] = 0;
	if (be16(frame + 12) == 0x0806)
		return 11;
	if (be16(frame + 12) == 0x0800 && left >= 20 && ip[0] >> 4 == 4) {
		hlen = (ip[0] & 15) * 4u;
		if (hlen < 20 || be16(ip + 2) < hlen || be16(ip + 2) > left)
			return 1;
		csum[0] = e810_csum(ip, hlen, 0) ? 2 : 1;
		proto = ip[9];
		l4_len = be16(ip + 2) - (size_t)hlen;
		base = 22;
		if (be16(ip + 6) & 0x3fff)
			return 22;	/* a fragment */
	} else if (be16(frame + 12) == 0x86dd && left >= 40 &&
		   ip[0] >> 4 == 6) {
		hlen = 40;
		if (be16(ip + 4) + 40u > left)
			return 1;
		proto = ip[6];
		l4_len = be16(ip + 4);
		base = 88;
	} else {
		return 1;
	}
	l4 = ip + hlen;
	switch (proto) {
	case PROTO_TCP:
		if (l4_len >= 20)
			csum[1] = e810_csum(l4, l4_len, pseudo(ip, proto, l4_len)) ?
				  2 : 1;
		return (uint8_t)(base + 4);
	case PROTO_UDP:
		if (l4_len >= 8 && be16(l4 + 6))
			csum[1] = e810_csum(l4, l4_len, pseudo(ip, proto, l4_len)) ?
				  2 : 1;
		return (uint8_t)(base + 2);
	case PROTO_SCTP:
		if (l4_len >= 12)
			csum[1] = get32(l4 + 8) == sctp_crc(l4, l4_len) ? 1 : 2;
		return (uint8_t)(base + 5);
	case PROTO_ICMP:
	case PROTO_ICMPV6:
		return (uint8_t)(base + 6);
	default:
		return (uint8_t)(base + 1);
	}
}
