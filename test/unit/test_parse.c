// SPDX-License-Identifier: GPL-2.0
/*
 * The packet parser alone. Every frame is parsed from a buffer of exactly the
 * bytes it may judge, so that one byte more is caught.
 */
#include "avf_parse.h"
#include "unit.h"

static const uint8_t dst[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t src[6] = { 2, 0, 0, 0, 0, 2 };

static struct avf_pkt parse(const uint8_t *p, uint32_t hlen, uint32_t flen)
{
	uint8_t *copy = malloc(hlen ? hlen : 1);
	struct avf_pkt pkt;

	CHECK(copy);
	memcpy(copy, p, hlen);
	memset(&pkt, 0xa5, sizeof(pkt));
	avf_parse(hlen ? copy : copy + 1, hlen, flen, &pkt);
	free(copy);
	CHECK(pkt.hlen <= hlen);
	CHECK(pkt.l3_off <= hlen);
	CHECK(pkt.l4_off <= hlen);
	return pkt;
}

static struct avf_pkt parse_all(const uint8_t *p, uint32_t len)
{
	return parse(p, len < 128 ? len : 128, len);
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

TEST_ONCE(types)
{
	static const struct {
		int ver;
		uint8_t proto, l4, ptype;
		uint16_t l4h;
	} t[] = {
		{ 4, 6, AVF_L4_TCP, 26, 20 },
		{ 4, 17, AVF_L4_UDP, 24, 8 },
		{ 4, 132, AVF_L4_SCTP, 27, 12 },
		{ 4, 1, AVF_L4_ICMP, 28, 4 },
		{ 4, 58, AVF_L4_OTHER, 23, 0 },
		{ 4, 47, AVF_L4_OTHER, 23, 0 },
		{ 4, 59, AVF_L4_OTHER, 23, 0 },
		{ 4, 0, AVF_L4_OTHER, 23, 0 },
		{ 6, 6, AVF_L4_TCP, 92, 20 },
		{ 6, 17, AVF_L4_UDP, 90, 8 },
		{ 6, 132, AVF_L4_SCTP, 93, 12 },
		{ 6, 58, AVF_L4_ICMP, 94, 4 },
		{ 6, 1, AVF_L4_OTHER, 89, 0 },
		{ 6, 41, AVF_L4_OTHER, 89, 0 },
		{ 6, 59, AVF_L4_NONE, 89, 0 },
	};
	uint8_t f[512];
	uint32_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		uint16_t l4 = t[i].ver == 4 ? 34 : 54;
		uint32_t len = ip_frame(f, dst, src, t[i].ver, t[i].proto, 100);
		struct avf_pkt p = parse_all(f, len);

		CHECK_EQ_AT(p.tags, 0, i);
		CHECK_EQ_AT(p.ethertype, t[i].ver == 4 ? 0x0800 : 0x86dd, i);
		CHECK_EQ_AT(p.l3, t[i].ver == 4 ? AVF_L3_IPV4 : AVF_L3_IPV6, i);
		CHECK_EQ_AT(p.l4, t[i].l4, i);
		CHECK_EQ_AT(p.proto, t[i].proto, i);
		CHECK_EQ_AT(p.ptype, t[i].ptype, i);
		CHECK_EQ_AT(p.l3_off, 14, i);
		CHECK_EQ_AT(p.l4_off, t[i].l4 == AVF_L4_NONE ? 0 : l4, i);
		CHECK_EQ_AT(p.hlen, l4 + t[i].l4h, i);
		CHECK_EQ_AT(p.ip_end, len, i);
		CHECK(!p.frag && !p.exadd);
	}
}

TEST_ONCE(not_ip)
{
	static const uint16_t type[] = { 0x0806, 0x88cc, 0x88b5, 46, 0, 0xffff };
	uint8_t f[256];
	uint32_t i, n;

	memset(f, 0x45, sizeof(f));
	for (i = 0; i < sizeof(type) / sizeof(type[0]); i++) {
		struct avf_pkt p;

		eth(f, dst, src, type[i]);
		p = parse_all(f, 60);
		CHECK_EQ(p.ethertype, type[i]);
		CHECK_EQ(p.l3, AVF_L3_NONE);
		CHECK_EQ(p.l4, AVF_L4_NONE);
		CHECK_EQ(p.ptype, 1);
		CHECK_EQ(p.l3_off, 0);
		CHECK_EQ(p.l4_off, 0);
		CHECK_EQ(p.hlen, 14);
	}
	/* not even an Ethernet header */
	for (n = 0; n < 14; n++) {
		struct avf_pkt p = parse(f, n, n);

		CHECK_EQ(p.ethertype, 0);
		CHECK_EQ(p.hlen, 0);
		CHECK_EQ(p.ptype, 1);
	}
}

TEST_ONCE(tags)
{
	uint8_t ip[512], f[600];
	uint32_t len = ip_frame(ip, dst, src, 4, 6, 100);
	struct avf_pkt p;

	memcpy(f, ip, 12);
	put16(f + 12, 0x8100);
	put16(f + 14, 0xa123);
	memcpy(f + 16, ip + 12, len - 12);
	p = parse_all(f, len + 4);
	CHECK_EQ(p.tags, 1);
	CHECK_EQ(p.tpid[0], 0x8100);
	CHECK_EQ(p.tci[0], 0xa123);
	CHECK_EQ(p.ethertype, 0x0800);
	CHECK_EQ(p.l3_off, 18);
	CHECK_EQ(p.l4_off, 38);
	CHECK_EQ(p.ptype, 26);

	put16(f + 12, 0x88a8);
	put16(f + 14, 5);
	put16(f + 16, 0x8100);
	put16(f + 18, 7);
	memcpy(f + 20, ip + 12, len - 12);
	p = parse_all(f, len + 8);
	CHECK_EQ(p.tags, 2);
	CHECK_EQ(p.tpid[0], 0x88a8);
	CHECK_EQ(p.tci[0], 5);
	CHECK_EQ(p.tpid[1], 0x8100);
	CHECK_EQ(p.tci[1], 7);
	CHECK_EQ(p.ethertype, 0x0800);
	CHECK_EQ(p.l3_off, 22);
	CHECK_EQ(p.ip_end, len + 8);
	CHECK_EQ(p.ptype, 26);

	/* a third is not looked behind */
	put16(f + 20, 0x8100);
	put16(f + 22, 9);
	memcpy(f + 24, ip + 12, len - 12);
	p = parse_all(f, len + 12);
	CHECK_EQ(p.tags, 2);
	CHECK_EQ(p.ethertype, 0x8100);
	CHECK_EQ(p.l3, AVF_L3_NONE);
	CHECK_EQ(p.ptype, 1);

	/* half a tag is none */
	p = parse(f, 17, 17);
	CHECK_EQ(p.tags, 0);
	CHECK_EQ(p.ethertype, 0x88a8);
	p = parse(f, 18, 18);
	CHECK_EQ(p.tags, 1);
	CHECK_EQ(p.ethertype, 0x8100);
}

/* A frame that ends early, or whose headers go on where nobody looks. */
TEST_ONCE(cut_anywhere)
{
	static const uint8_t proto[] = { 6, 17, 132, 1, 58, 47 };
	uint8_t f[512];
	uint32_t i, n;
	int ver;

	for (ver = 4; ver <= 6; ver += 2) {
		uint32_t l4 = ver == 4 ? 34 : 54;

		for (i = 0; i < sizeof(proto); i++) {
			uint32_t len = ip_frame(f, dst, src, ver, proto[i], 60);
			uint32_t need = parse_all(f, len).hlen;
			u8 kind = parse_all(f, len).l4;

			for (n = 0; n <= need; n++) {
				/* the packet goes on */
				struct avf_pkt p = parse(f, n, len);

				CHECK_EQ_AT(p.l3 != AVF_L3_NONE, n >= l4, n);
				CHECK_EQ_AT(p.l4, n == need ? kind :
					    AVF_L4_NONE, n);
				CHECK_EQ_AT(p.l4_off, p.l4 ? l4 : 0, n);
				/* the packet is cut */
				p = parse(f, n, n);
				CHECK_EQ(p.l3, AVF_L3_NONE);
				CHECK_EQ(p.ptype, 1);
			}
		}
	}
}

TEST_ONCE(ipv4_lies)
{
	uint8_t f[512];
	uint32_t len = ip_frame(f, dst, src, 4, 6, 100), n;
	uint8_t *ip = f + 14;

	/* version, header length */
	for (n = 0; n < 256; n++) {
		struct avf_pkt p;

		ip[0] = (uint8_t)n;
		p = parse_all(f, len);
		CHECK_EQ_AT(p.l3, n >> 4 == 4 && (n & 15) >= 5 ?
			    AVF_L3_IPV4 : AVF_L3_NONE, n);
		if (p.l3)
			CHECK_EQ(p.hlen >= 14 + (n & 15) * 4, 1);
	}
	ip[0] = 0x46;
	memset(ip + 20, 0x50, 40);
	CHECK_EQ(parse_all(f, len).l4_off, 38);
	ip[0] = 0x45;

	/* total length; what is behind it is padding */
	for (n = 0; n <= 0xffff; n++) {
		struct avf_pkt p;

		put16(ip + 2, n);
		p = parse_all(f, len);
		CHECK_EQ_AT(p.l3, n >= 20 && n <= len - 14 ?
			    AVF_L3_IPV4 : AVF_L3_NONE, n);
		/* the data offset says 20, the buffer above wrote 0x50 there */
		CHECK_EQ_AT(p.l4, n >= 40 && n <= len - 14 ?
			    AVF_L4_TCP : AVF_L4_NONE, n);
		if (p.l3)
			CHECK_EQ_AT(p.ip_end, 14 + n, n);
	}
}

TEST_ONCE(fragments)
{
	static const uint16_t off[] = { 0x2000, 1, 0x2001, 0x1fff, 0x6000 };
	uint8_t f[512];
	uint32_t len = ip_frame(f, dst, src, 4, 17, 100), i;
	struct avf_pkt p;

	for (i = 0; i < sizeof(off) / sizeof(off[0]); i++) {
		put16(f + 20, off[i]);
		p = parse_all(f, len);
		CHECK(p.frag);
		CHECK_EQ(p.l4, AVF_L4_NONE);
		CHECK_EQ(p.l4_off, 0);
		CHECK_EQ(p.proto, 17);
		CHECK_EQ(p.ptype, 22);
		CHECK_EQ(p.hlen, 34);
	}
	/* "do not fragment", and the reserved bit */
	put16(f + 20, 0x4000);
	CHECK_EQ(parse_all(f, len).ptype, 24);
	put16(f + 20, 0x8000);
	CHECK_EQ(parse_all(f, len).ptype, 24);
}

/* Insert an extension header of @n bytes; @p is the frame, returns its length. */
static uint32_t add_ext(uint8_t *p, uint32_t len, uint8_t type, uint32_t n)
{
	uint8_t *ip = p + 14, *ext = ip + 40;

	memmove(ext + n, ext, len - 54);
	memset(ext, 0, n);
	ext[0] = ip[6];
	ext[1] = (uint8_t)(type == 51 ? n / 4 - 2 : n / 8 - 1);
	if (type == 60 || type == 0) {
		/* PadN over all of it */
		ext[2] = 1;
		ext[3] = (uint8_t)(n - 4);
	}
	ip[6] = type;
	put16(ip + 4, len - 54 + n);
	return len + n;
}

TEST_ONCE(extension_headers)
{
	static const struct {
		uint8_t type;
		uint32_t len;
	} e[] = {
		{ 0, 8 }, { 0, 32 }, { 43, 24 }, { 51, 12 }, { 51, 24 },
		{ 60, 16 }, { 135, 16 },
	};
	uint8_t f[1024];
	uint32_t i, len;
	struct avf_pkt p;

	for (i = 0; i < sizeof(e) / sizeof(e[0]); i++) {
		len = ip_frame(f, dst, src, 6, 17, 200);
		len = add_ext(f, len, e[i].type, e[i].len);
		p = parse_all(f, len);
		CHECK_EQ_AT(p.l4, AVF_L4_UDP, i);
		CHECK_EQ_AT(p.l4_off, 54 + e[i].len, i);
		CHECK_EQ_AT(p.proto, 17, i);
		CHECK_EQ_AT(p.ptype, 90, i);
		CHECK_EQ_AT(p.exadd, false, i);
		/* it claims to be longer than the packet */
		f[55] = 255;
		p = parse_all(f, len);
		CHECK_EQ_AT(p.l3, AVF_L3_IPV6, i);
		CHECK_EQ_AT(p.l4, AVF_L4_NONE, i);
		CHECK_EQ_AT(p.proto, e[i].type, i);
		CHECK_EQ_AT(p.ptype, 89, i);
	}

	/* eight are followed, nine are not */
	len = ip_frame(f, dst, src, 6, 17, 200);
	for (i = 0; i < 8; i++)
		len = add_ext(f, len, i ? 60 : 43, 8);
	CHECK_EQ(parse_all(f, len).l4, AVF_L4_UDP);
	len = add_ext(f, len, 0, 8);
	p = parse(f, len, len);
	CHECK_EQ(p.l4, AVF_L4_NONE);
	CHECK_EQ(p.ptype, 89);

	/* ESP hides the rest; so does what a chain ends with */
	len = ip_frame(f, dst, src, 6, 50, 200);
	p = parse_all(f, len);
	CHECK_EQ(p.l4, AVF_L4_OTHER);
	CHECK_EQ(p.proto, 50);
	f[20] = 0;		/* hop by hop, of payload's bytes */
	f[54] = 59;
	f[55] = 0;
	p = parse_all(f, len);
	CHECK_EQ(p.l4, AVF_L4_NONE);
	CHECK_EQ(p.proto, 59);
	CHECK_EQ(p.hlen, 62);
}

TEST_ONCE(ipv6_fragments)
{
	uint8_t f[512];
	uint32_t len = ip_frame(f, dst, src, 6, 6, 100);
	struct avf_pkt p;

	/* the only piece: as if it were not there */
	len = add_ext(f, len, 44, 8);
	f[55] = 0x77;		/* reserved */
	p = parse_all(f, len);
	CHECK(!p.frag);
	CHECK_EQ(p.ptype, 92);
	CHECK_EQ(p.l4_off, 62);

	put16(f + 56, 1);
	p = parse_all(f, len);
	CHECK(p.frag);
	CHECK_EQ(p.ptype, 88);
	CHECK_EQ(p.l4, AVF_L4_NONE);
	CHECK_EQ(p.proto, 6);
	put16(f + 56, 8);
	CHECK_EQ(parse_all(f, len).ptype, 88);
	/* the two reserved bits mean nothing */
	put16(f + 56, 6);
	CHECK_EQ(parse_all(f, len).ptype, 92);
}

/* The checksum covers another address than the header's. */
TEST_ONCE(other_addresses)
{
	uint8_t f[512];
	uint32_t len = ip_frame(f, dst, src, 6, 6, 100), i;
	uint8_t *opt = f + 56;

	len = add_ext(f, len, 43, 24);
	CHECK(!parse_all(f, len).exadd);
	f[57] = 1;
	CHECK(parse_all(f, len).exadd);
	CHECK_EQ(parse_all(f, len).l4, AVF_L4_TCP);

	len = ip_frame(f, dst, src, 6, 6, 100);
	len = add_ext(f, len, 60, 24);
	CHECK(!parse_all(f, len).exadd);
	/* padding, then a home address */
	memset(opt, 0, 22);
	opt[0] = 1;
	opt[1] = 1;
	opt[4] = 201;
	opt[5] = 16;
	CHECK(parse_all(f, len).exadd);
	/* inside another option it is none */
	opt[1] = 3;
	CHECK(!parse_all(f, len).exadd);
	/* options that run over the header's end */
	for (i = 0; i < 22; i++) {
		memset(opt, 0, 22);
		opt[i] = 5;
		if (i < 21)
			opt[i + 1] = 255;
		CHECK_EQ_AT(parse_all(f, len).l4, AVF_L4_TCP, i);
	}
	/* in hop-by-hop options it means nothing */
	memset(opt, 0, 22);
	opt[0] = 201;
	CHECK(parse_all(f, len).exadd);
	f[20] = 0;
	CHECK(!parse_all(f, len).exadd);
}

TEST_ONCE(transport_lies)
{
	uint8_t f[512];
	uint32_t len = ip_frame(f, dst, src, 4, 6, 8), n;

	for (n = 0; n < 16; n++) {
		f[34 + 12] = (uint8_t)(n << 4);
		CHECK_EQ_AT(parse_all(f, len).l4,
			    n >= 5 && n <= 7 ? AVF_L4_TCP : AVF_L4_NONE, n);
		CHECK_EQ_AT(parse_all(f, len).ptype,
			    n >= 5 && n <= 7 ? 26 : 23, n);
	}
	len = ip_frame(f, dst, src, 4, 17, 8);
	for (n = 0; n <= 0xffff; n++) {
		put16(f + 38, n);
		CHECK_EQ_AT(parse_all(f, len).l4,
			    n >= 8 && n <= 16 ? AVF_L4_UDP : AVF_L4_NONE, n);
	}
}

/* Whatever the bytes, nothing is read that may not be, and the result is sane. */
TEST_ONCE(garbage)
{
	static const uint16_t type[] = { 0x0800, 0x86dd, 0x8100, 0x88a8 };
	static const uint8_t next[] = { 0, 43, 44, 51, 60, 135, 6, 17 };
	uint8_t f[128];
	uint32_t i, n;

	for (i = 0; i < 200000; i++) {
		struct avf_pkt p;
		uint32_t hlen;

		pattern(f, sizeof(f), i);
		hlen = (f[0] << 8 | f[1]) % 129;
		put16(f + 12, type[i % 4]);
		if (i % 4 == 1) {
			f[14] = 0x60;
			put16(f + 18, f[18] % 100);
			for (n = 20; n < 128; n += n == 20 ? 34 : 8)
				f[n] = next[f[n] % 8];
			for (n = 55; n < 128; n += 8)
				f[n] &= 1;
		}
		p = parse(f, hlen, hlen + f[2]);
		CHECK(p.ptype < 154);
		CHECK(p.tags <= 2);
		CHECK(!p.l4_off || p.l4);
		CHECK(!p.l4 || (p.l3 && !p.frag && p.l4_off > p.l3_off));
		CHECK(p.l3 || (!p.l3_off && p.ptype == 1));
		CHECK(p.ip_end <= hlen + f[2]);
	}
}
