// SPDX-License-Identifier: GPL-2.0
#include "rss_bed.h"

/* The suite's key has 40 bytes; the other 12 take no part in any of it. */
const uint8_t rss_key[52] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2,
	0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
	0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4,
	0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
	0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

const struct rss_vector rss_vector[RSS_VECTORS] = {
	{
		4, { 66, 9, 149, 187 }, { 161, 142, 100, 80 }, 2794, 1766,
		0x323e8fc2, 0x51ccc178,
	}, {
		4, { 199, 92, 111, 2 }, { 65, 69, 140, 83 }, 14230, 4739,
		0xd718262a, 0xc626b0ea,
	}, {
		4, { 24, 19, 198, 95 }, { 12, 22, 207, 184 }, 12898, 38024,
		0xd2d0a5de, 0x5c2b394a,
	}, {
		4, { 38, 27, 205, 30 }, { 209, 142, 163, 6 }, 48228, 2217,
		0x82989176, 0xafc7327f,
	}, {
		4, { 153, 39, 163, 191 }, { 202, 188, 127, 2 }, 44251, 1303,
		0x5d1809c5, 0x10e828a2,
	}, {
		6,
		{ 0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x1f, 0xff,
		  0, 0, 0, 0, 0, 0, 0, 7 },
		{ 0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x00, 0x03,
		  0, 0, 0, 0, 0, 0, 0, 1 },
		2794, 1766, 0x2cc18cd5, 0x40207d3d,
	}, {
		6,
		{ 0x3f, 0xfe, 0x05, 0x01, 0x00, 0x08, 0, 0,
		  0x02, 0x60, 0x97, 0xff, 0xfe, 0x40, 0xef, 0xab },
		{ 0xff, 0x02, 0, 0, 0, 0, 0, 0,
		  0, 0, 0, 0, 0, 0, 0, 1 },
		14230, 4739, 0x0f0c461c, 0xdde51bbf,
	}, {
		6,
		{ 0x3f, 0xfe, 0x19, 0x00, 0x45, 0x45, 0x00, 0x03,
		  0x02, 0x00, 0xf8, 0xff, 0xfe, 0x21, 0x67, 0xcf },
		{ 0xfe, 0x80, 0, 0, 0, 0, 0, 0,
		  0x02, 0x00, 0xf8, 0xff, 0xfe, 0x21, 0x67, 0xcf },
		44251, 38024, 0x4b61e985, 0x02d1feef,
	},
};

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

uint32_t rss_frame(uint8_t *p, const uint8_t *dst_mac,
		   const struct rss_vector *v, uint8_t proto)
{
	static const uint8_t src_mac[6] = { 2, 3, 3, 3, 3, 3 };
	uint32_t len = ip_frame(p, dst_mac, src_mac, v->ver, proto, 64);
	uint8_t *ip = p + 14, *l4 = ip + (v->ver == 4 ? 20 : 40);

	if (v->ver == 4) {
		memcpy(ip + 12, v->src, 4);
		memcpy(ip + 16, v->dst, 4);
	} else {
		memcpy(ip + 8, v->src, 16);
		memcpy(ip + 24, v->dst, 16);
	}
	if (proto == 6 || proto == 17 || proto == 132) {
		put16(l4, v->sport);
		put16(l4 + 2, v->dport);
	}
	return len;
}

uint32_t rss_slow(const uint8_t *key, const uint8_t *in, uint32_t len)
{
	uint32_t hash = 0, i, k;

	for (i = 0; i < 8 * len; i++) {
		uint32_t word = 0;

		if (!(in[i / 8] >> (7 - i % 8) & 1))
			continue;
		for (k = i; k < i + 32; k++)
			word = word << 1 | (key[k / 8] >> (7 - k % 8) & 1);
		hash ^= word;
	}
	return hash;
}

uint32_t rss_input(uint8_t *in, const struct rss_vector *v, bool ports)
{
	uint32_t n = v->ver == 4 ? 4 : 16;

	memcpy(in, v->src, n);
	memcpy(in + n, v->dst, n);
	if (!ports)
		return 2 * n;
	put16(in + 2 * n, v->sport);
	put16(in + 2 * n + 2, v->dport);
	return 2 * n + 4;
}
