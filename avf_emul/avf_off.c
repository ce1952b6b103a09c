// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Transmit offloads: checksums and segmentation (device contract 5.2, 5.3).
 *
 * Drivers seed the L4 checksum field with a pseudo-header sum, some of them
 * without the length, and zero the IPv4 length of frames to be segmented.
 * Neither is relied upon: every sum is computed from scratch.
 *
 * Payload in guest memory is read here for its sum, and again by the receiver
 * for its copy. A guest that changes it in between damages its own frame's
 * checksum and nothing else; lengths and headers are in host memory by now.
 */
#include "avf_off.h"

#define IP4_HLEN	20u
#define IP6_HLEN	40u

#define TCP_HLEN	20u
#define UDP_HLEN	8u
#define SCTP_HLEN	12u

#define PROTO_HOPOPTS	0u
#define PROTO_TCP	6u
#define PROTO_UDP	17u
#define PROTO_ROUTING	43u
#define PROTO_AH	51u
#define PROTO_DSTOPTS	60u
#define PROTO_SCTP	132u
#define PROTO_MH	135u

#define TCP_FIN		0x01u
#define TCP_PSH		0x08u
#define TCP_CWR		0x80u

/* More than this many IPv6 extension headers are not worth an offload. */
#define IP6_EXT_MAX	8

static u32 get_be16(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

static u32 get_be32(const u8 *p)
{
	return get_be16(p) << 16 | get_be16(p + 2);
}

static void put_be16(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

static void put_be32(u8 *p, u32 v)
{
	put_be16(p, v >> 16);
	put_be16(p + 2, v & 0xffff);
}

/* ---------------------------------------------------------------- sums */

/* This form is what compilers know an add with carry by. */
static u64 add_carry(u64 a, u64 b)
{
	u64 sum;
	bool carry = __builtin_add_overflow(a, b, &sum);

	return sum + carry;
}

static u32 fold(u64 sum)
{
	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 16) + (sum & 0xffff);
	sum = (sum >> 16) + (sum & 0xffff);
	return (u32)((sum >> 16) + (sum & 0xffff));
}

static u64 load_word(const u8 *p)
{
	u64 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/*
 * 2^64 - 1 is a multiple of 2^16 - 1, so words can be added eight bytes at a
 * time; four accumulators keep the carries from waiting for each other.
 */
static u64 sum_words(const u8 *p, u32 len)
{
	u64 a = 0, b = 0, c = 0, d = 0;

	for (; len >= 64; len -= 64, p += 64) {
		a = add_carry(a, load_word(p));
		b = add_carry(b, load_word(p + 8));
		c = add_carry(c, load_word(p + 16));
		d = add_carry(d, load_word(p + 24));
		a = add_carry(a, load_word(p + 32));
		b = add_carry(b, load_word(p + 40));
		c = add_carry(c, load_word(p + 48));
		d = add_carry(d, load_word(p + 56));
	}
	a = add_carry(a, c);
	b = add_carry(b, d);
	for (; len >= 8; len -= 8, p += 8)
		a = add_carry(a, load_word(p));
	if (len) {
		c = 0;
		memcpy(&c, p, len);
		b = add_carry(b, c);
	}

	return add_carry(a, b);
}

void avf_csum_add(struct avf_csum *c, const void *p, u32 len)
{
	u64 sum = sum_words(p, len);

	/*
	 * A piece at an odd place has its bytes in the other half of words: it
	 * counts 2^8 times, which modulo 2^64 - 1 is a rotation.
	 */
	if (c->odd)
		sum = sum << 8 | sum >> 56;
	c->sum = add_carry(c->sum, sum);
	c->odd ^= len & 1;
}

u16 avf_csum_get(const struct avf_csum *c)
{
	return (u16)fold(c->sum);
}

/*
 * Half a byte at a time: the tables stay in two cache lines, and the two users
 * (SCTP, receive queues that keep the FCS) are rare.
 */
static const u32 crc32_tab[16] = {
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
	0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
	0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
	0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

static const u32 crc32c_tab[16] = {
	0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
	0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
	0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
	0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

static u32 crc_bytes(const u32 *tab, u32 crc, const u8 *p, u32 len)
{
	while (len--) {
		crc ^= *p++;
		crc = crc >> 4 ^ tab[crc & 15];
		crc = crc >> 4 ^ tab[crc & 15];
	}

	return crc;
}

u32 avf_crc32(u32 crc, const void *p, u32 len)
{
	return crc_bytes(crc32_tab, crc, p, len);
}

u32 avf_crc32c(u32 crc, const void *p, u32 len)
{
	return crc_bytes(crc32c_tab, crc, p, len);
}

/* ------------------------------------------------------------- requests */

static u32 l4_min(u8 l4)
{
	switch (l4) {
	case AVF_OFF_L4_TCP:
		return TCP_HLEN;
	case AVF_OFF_L4_UDP:
		return UDP_HLEN;
	case AVF_OFF_L4_SCTP:
		return SCTP_HLEN;
	default:
		return 0;
	}
}

static u8 l4_proto(u8 l4)
{
	switch (l4) {
	case AVF_OFF_L4_TCP:
		return PROTO_TCP;
	case AVF_OFF_L4_UDP:
		return PROTO_UDP;
	default:
		return PROTO_SCTP;
	}
}

u32 avf_off_need(const struct avf_off_req *req)
{
	u32 need = (u32)req->mac_len + req->ip_len;

	if (req->seg)
		return need + req->l4_len;
	if (req->l4 != AVF_OFF_L4_NONE)
		return need + l4_min(req->l4);
	if (req->ip == AVF_OFF_IP_V4_CSUM)
		return need;
	return 0;
}

static int parse_v4(const u8 *ip, const struct avf_off_req *req,
		    struct avf_off *off)
{
	if (req->ip_len < IP4_HLEN || ip[0] >> 4 != 4 ||
	    (ip[0] & 15u) * 4 != req->ip_len)
		return -EINVAL;

	off->ip_csum = req->ip == AVF_OFF_IP_V4_CSUM || req->seg;
	if (req->l4 == AVF_OFF_L4_NONE)
		return 0;

	/* A fragment has no complete L4 packet to sum up, or to cut. */
	if (ip[9] != off->proto || get_be16(ip + 6) & 0x3fff)
		return -EINVAL;
	if (req->seg)
		return 0;

	/* What follows the IP packet in the frame is padding. */
	if (get_be16(ip + 2) < req->ip_len)
		return -EINVAL;
	off->l4_len = get_be16(ip + 2) - req->ip_len;
	return 0;
}

/* Do extension headers fill exactly @len bytes and end at @proto? */
static bool v6_chain_ok(const u8 *p, u32 len, u8 next, u8 proto)
{
	u32 ext;
	int i;

	for (i = 0; len && i < IP6_EXT_MAX; i++) {
		if (len < 8)
			return false;
		switch (next) {
		case PROTO_HOPOPTS:
		case PROTO_ROUTING:
		case PROTO_DSTOPTS:
		case PROTO_MH:
			ext = (p[1] + 1u) * 8;
			break;
		case PROTO_AH:
			ext = (p[1] + 2u) * 4;
			break;
		default:
			return false;
		}
		if (ext > len)
			return false;
		next = p[0];
		p += ext;
		len -= ext;
	}

	return !len && next == proto;
}

static int parse_v6(const u8 *ip, const struct avf_off_req *req,
		    struct avf_off *off)
{
	u32 ext;

	if (req->ip_len < IP6_HLEN || ip[0] >> 4 != 6)
		return -EINVAL;
	if (req->l4 == AVF_OFF_L4_NONE)
		return 0;

	ext = req->ip_len - IP6_HLEN;
	if (!v6_chain_ok(ip + IP6_HLEN, ext, ip[6], off->proto))
		return -EINVAL;
	if (req->seg)
		return 0;

	if (get_be16(ip + 4) < ext)
		return -EINVAL;
	off->l4_len = get_be16(ip + 4) - ext;
	return 0;
}

int avf_off_parse(const u8 *hdr, u32 hlen, u32 flen,
		  const struct avf_off_req *req, struct avf_off *off)
{
	u32 need = avf_off_need(req);
	int err;

	memset(off, 0, sizeof(*off));
	/* There is nothing to cut where there are no headers. */
	if (!need)
		return req->seg ? -EINVAL : 0;
	if (need > hlen || req->mac_len < 2 * AVF_ETH_ALEN + 2u)
		return -EINVAL;

	off->l3 = req->mac_len;
	off->l4 = (u16)(req->mac_len + req->ip_len);
	off->hlen = (u16)need;
	off->l4_type = req->l4;
	off->proto = l4_proto(req->l4);

	switch (req->ip) {
	case AVF_OFF_IP_V6:
		off->v6 = true;
		err = parse_v6(hdr + off->l3, req, off);
		break;
	case AVF_OFF_IP_V4:
	case AVF_OFF_IP_V4_CSUM:
		err = parse_v4(hdr + off->l3, req, off);
		break;
	default:
		err = -EINVAL;
	}
	if (err)
		return err;

	if (req->seg) {
		const u8 *l4 = hdr + off->l4;

		if (req->l4 == AVF_OFF_L4_TCP && req->l4_len >= TCP_HLEN &&
		    (l4[12] >> 4) * 4u == req->l4_len)
			return 0;
		if (req->l4 == AVF_OFF_L4_UDP && req->l4_len == UDP_HLEN)
			return 0;
		return -EINVAL;
	}
	if (req->l4 != AVF_OFF_L4_NONE &&
	    (off->l4_len < l4_min(req->l4) || off->l4_len > flen - off->l4))
		return -EINVAL;
	return 0;
}

/* ------------------------------------------------------------ checksums */

static void ip4_csum(u8 *ip)
{
	struct avf_csum c = {};
	u16 sum;

	put_be16(ip + 10, 0);
	avf_csum_add(&c, ip, (ip[0] & 15u) * 4);
	sum = (u16)~avf_csum_get(&c);
	memcpy(ip + 10, &sum, sizeof(sum));
}

/*
 * The addresses are those in the header. With an IPv6 routing header that has
 * segments left the final destination would be due, but no stack leaves such a
 * packet's checksum to a device.
 */
static void pseudo_sum(struct avf_csum *c, const u8 *ip,
		       const struct avf_off *off)
{
	u8 tail[8] = {};

	put_be32(tail, off->l4_len);
	tail[7] = off->proto;
	if (off->v6)
		avf_csum_add(c, ip + 8, 32);
	else
		avf_csum_add(c, ip + 12, 8);
	avf_csum_add(c, tail, sizeof(tail));
}

/* Sum up [off->l4, off->l4 + off->l4_len) of the frame, by either method. */
static u32 l4_sum(const struct avf_frame *frame, const struct avf_off *off,
		  struct avf_csum *c)
{
	u32 skip = off->l4, left = off->l4_len;
	u32 crc = ~0u;
	u32 i, n;

	for (i = 0; i < frame->nsegs && left; i++) {
		const u8 *p = frame->seg[i].p;

		n = frame->seg[i].len;
		if (skip >= n) {
			skip -= n;
			continue;
		}
		n = min_t(u32, n - skip, left);
		if (c)
			avf_csum_add(c, p + skip, n);
		else
			crc = avf_crc32c(crc, p + skip, n);
		left -= n;
		skip = 0;
	}

	return ~crc;
}

static void inet_csum(const struct avf_frame *frame, u8 *head,
		      const struct avf_off *off, u32 field)
{
	u8 *at = head + off->l4 + field;
	struct avf_csum c = {};
	u16 sum;

	put_be16(at, 0);
	pseudo_sum(&c, head + off->l3, off);
	l4_sum(frame, off, &c);
	sum = (u16)~avf_csum_get(&c);
	/* Zero in UDP would mean "no checksum"; it has two encodings. */
	if (!sum && off->l4_type == AVF_OFF_L4_UDP)
		sum = 0xffff;
	memcpy(at, &sum, sizeof(sum));
}

static void sctp_csum(const struct avf_frame *frame, u8 *head,
		      const struct avf_off *off)
{
	u8 *at = head + off->l4 + 8;
	__le32 crc;

	put_be32(at, 0);
	crc = cpu_to_le32(l4_sum(frame, off, NULL));
	memcpy(at, &crc, sizeof(crc));
}

void avf_off_csum(const struct avf_frame *frame, u8 *head,
		  const struct avf_off *off)
{
	if (off->ip_csum)
		ip4_csum(head + off->l3);

	switch (off->l4_type) {
	case AVF_OFF_L4_TCP:
		inet_csum(frame, head, off, 16);
		break;
	case AVF_OFF_L4_UDP:
		inet_csum(frame, head, off, 6);
		break;
	case AVF_OFF_L4_SCTP:
		sctp_csum(frame, head, off);
		break;
	default:
		break;
	}
}

/* --------------------------------------------------------- segmentation */

void avf_off_cut(const struct avf_frame *frame, u8 *head,
		 const struct avf_off *off, u32 n, u32 pos, u32 len,
		 bool last)
{
	u8 *ip = head + off->l3, *l4 = head + off->l4;
	struct avf_off seg = *off;

	/* At most AVF_MAX_FRAME, so it fits the 16-bit fields below. */
	seg.l4_len = (u32)(off->hlen - off->l4) + len;

	if (off->v6) {
		put_be16(ip + 4, off->l4 - off->l3 - IP6_HLEN + seg.l4_len);
	} else {
		put_be16(ip + 2, (u32)(off->l4 - off->l3) + seg.l4_len);
		put_be16(ip + 4, get_be16(ip + 4) + n);
	}

	if (off->l4_type == AVF_OFF_L4_TCP) {
		put_be32(l4 + 4, get_be32(l4 + 4) + pos);
		if (n)
			l4[13] = (u8)(l4[13] & ~TCP_CWR);
		if (!last)
			l4[13] = (u8)(l4[13] & ~(TCP_FIN | TCP_PSH));
	} else {
		put_be16(l4 + 4, seg.l4_len);
	}

	avf_off_csum(frame, head, &seg);
}
