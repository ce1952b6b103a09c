// SPDX-License-Identifier: GPL-2.0
/* Transmit: checksums and segmentation, through the ring. */
#include "tx_bed.h"

#define CTX_TSO		0x01u

/* ------------------------------------------------------------- checksums */

static uint32_t l4_type(uint8_t proto)
{
	return proto == 6 ? TXD_TCP : proto == 17 ? TXD_UDP : TXD_SCTP;
}

/*
 * The frame with its checksums wiped must come out with them restored; the
 * driver seeds TCP and UDP with the pseudo header's sum, or does not.
 */
static void check_csum(struct tx_bed *t, int ver, uint8_t proto, uint32_t plen,
		       uint16_t seed, uint32_t split)
{
	static const uint8_t src[6] = { 2, 4, 4, 4, 4, 4 };
	uint32_t l3 = 14, l4 = ver == 4 ? 34 : 54, len, csum_at, l4h;
	uint8_t want[2048];

	len = ip_frame(want, src, src, ver, proto, plen);
	memcpy(t->mem, want, len);
	csum_at = l4 + (proto == 6 ? 16 : proto == 17 ? 6 : 8);
	l4h = proto == 6 ? 20 : proto == 17 ? 8 : 12;
	if (proto == 132)
		memset(t->mem + csum_at, 0, 4);
	else
		put_le16(t->mem + csum_at, seed);
	if (ver == 4)
		put_le16(t->mem + l3 + 10, 0);
	if (split) {
		avfdrv_txd(&t->b.d, 0, t->iova,
			   avfdrv_txd_qw1(TXD_ICRC | l4_type(proto) |
					  (ver == 4 ? TXD_IPV4_CSUM : TXD_IPV6),
					  split, l3, l4 - l3, l4h));
		memcpy(t->mem + 8192, t->mem + split, len - split);
		avfdrv_txd(&t->b.d, 0, t->iova + 8192,
			   avfdrv_txd_qw1(TXD_ICRC | TXD_EOP | TXD_RS |
					  l4_type(proto) |
					  (ver == 4 ? TXD_IPV4_CSUM : TXD_IPV6),
					  len - split, l3, l4 - l3, l4h));
	} else {
		avfdrv_txd(&t->b.d, 0, t->iova,
			   avfdrv_txd_qw1(TXD_ICRC | TXD_EOP | TXD_RS |
					  l4_type(proto) |
					  (ver == 4 ? TXD_IPV4_CSUM : TXD_IPV6),
					  len, l3, l4 - l3, l4h));
	}
	tx_ring(t);
	tx_expect(t, want, len);
}

TEST(checksums)
{
	static const uint8_t protos[] = { 6, 17, 132 };
	struct tx_bed t;
	uint32_t p, plen;
	int ver;

	tx_open(&t);
	for (p = 0; p < ARRAY_SIZE(protos); p++) {
		for (ver = 4; ver <= 6; ver += 2) {
			for (plen = 0; plen < 1400; plen += 61)
				check_csum(&t, ver, protos[p], plen, 0, 0);
			check_csum(&t, ver, protos[p], 100, 0x1234, 0);
			check_csum(&t, ver, protos[p], 1000, 0, 80);
			check_csum(&t, ver, protos[p], 1000, 0, 301);
			check_csum(&t, ver, protos[p], 1000, 0, 14);
		}
	}
	CHECK_EQ(bed_stats(&t.b).tx_errors, 0);
	bed_close(&t.b);
}

/* Of the two checksums only one; that of L4 says nothing without IP. */
TEST(one_checksum)
{
	static const uint8_t src[6] = { 2, 4, 4, 4, 4, 4 };
	uint8_t want[256];
	struct tx_bed t;
	uint32_t len;

	tx_open(&t);
	len = ip_frame(want, src, src, 4, 17, 100);
	memcpy(t.mem, want, len);
	put_le16(t.mem + 24, 0);
	avfdrv_txd(&t.b.d, 0, t.iova,
		   avfdrv_txd_qw1(TXD_ICRC | TXD_EOP | TXD_RS | TXD_IPV4_CSUM,
				  len, 14, 20, 0));
	tx_ring(&t);
	tx_expect(&t, want, len);
	avfdrv_txd(&t.b.d, 0, t.iova,
		   avfdrv_txd_qw1(TXD_ICRC | TXD_EOP | TXD_RS | TXD_UDP,
				  len, 14, 20, 8));
	tx_ring(&t);
	CHECK(!host_take(&t.b.h));
	CHECK(tx_done(&t, 1));
	CHECK_EQ(bed_stats(&t.b).tx_errors, 1);
	tx_alive(&t);
	bed_close(&t.b);
}

/* Header lengths that lie: an error or an unchanged frame, never a crash. */
TEST(checksum_lies)
{
	static const uint8_t src[6] = { 2, 4, 4, 4, 4, 4 };
	uint32_t rnd = 99, i, len;
	struct tx_bed t;

	tx_open(&t);
	for (i = 0; i < 20000; i++) {
		uint64_t qw1;

		rnd = rnd * 1664525u + 1013904223u;
		len = ip_frame(t.mem, src, src, rnd & 1 ? 4 : 6, 6, rnd % 90);
		qw1 = avfdrv_txd_qw1(TXD_ICRC | TXD_EOP | TXD_RS |
				     (rnd >> 8 & 0x360), len - rnd % 30,
				     (rnd >> 12 & 127) * 2,
				     (rnd >> 19 & 127) * 4,
				     (rnd >> 26 & 15) * 4);
		avfdrv_txd(&t.b.d, 0, t.iova, qw1);
		tx_ring(&t);
		CHECK(tx_done(&t, t.b.d.tx[0].ntu + 511u));
		host_drop_sent(&t.b.h);
	}
	tx_alive(&t);
	bed_close(&t.b);
}

/* ---------------------------------------------------------- segmentation */

struct tso {
	int ver;
	uint8_t proto;
	uint32_t plen;
	uint32_t mss;
	uint32_t chunk;		/* bytes of a buffer */
	uint8_t flags;		/* TCP */
	bool lengths_zero;	/* as Linux leaves them */
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static uint32_t be16(const uint8_t *p)
{
	return (uint32_t)(p[0] << 8 | p[1]);
}

static void check_segment(const struct tso *c, const uint8_t *orig,
			  const struct host_frame *f, uint32_t n, uint32_t pos,
			  uint32_t len, bool last)
{
	uint32_t l4 = c->ver == 4 ? 34 : 54, hdr = l4 + (c->proto == 6 ? 20 : 8);
	const uint8_t *ip = f->data + 14, *th = f->data + l4;
	uint8_t flags = orig[l4 + 13];
	uint32_t l4len = hdr - l4 + len;

	CHECK_EQ_AT(f->len, hdr + len < 60 ? 60 : hdr + len, n);
	CHECK(!memcmp(f->data, orig, 14));
	if (c->ver == 4) {
		CHECK_EQ(be16(ip + 2), 20 + l4len);
		CHECK_EQ(be16(ip + 4), (be16(orig + 18) + n) & 0xffff);
		CHECK_EQ(ref_csum(ip, 20, 0), 0);
		CHECK(!memcmp(ip + 12, orig + 26, 8));
	} else {
		CHECK_EQ(be16(ip + 4), l4len);
		CHECK(!memcmp(ip + 6, orig + 20, 34));
	}
	CHECK(!memcmp(th, orig + l4, 4));
	CHECK_EQ(ref_l4_csum(ip, l4 - 14, l4len, c->proto), 0);
	CHECK(!memcmp(f->data + hdr, orig + hdr + pos, len));
	if (c->proto == 17) {
		CHECK_EQ(be16(th + 4), l4len);
		return;
	}
	CHECK_EQ(be32(th + 4), be32(orig + l4 + 4) + pos);
	CHECK(!memcmp(th + 8, orig + l4 + 8, 5));
	if (!last)
		flags &= (uint8_t)~0x09;	/* FIN, PSH */
	if (n)
		flags &= (uint8_t)~0x80;	/* CWR */
	CHECK_EQ_AT(th[13], flags, n);
}

static void check_tso(struct tx_bed *t, const struct tso *c)
{
	static const uint8_t src[6] = { 2, 4, 4, 4, 4, 4 };
	uint32_t l4 = c->ver == 4 ? 34 : 54, l4h = c->proto == 6 ? 20 : 8;
	uint32_t hdr = l4 + l4h, total = hdr + c->plen, pos, n, off;
	uint8_t *orig = malloc(total);

	CHECK(orig);
	ip_frame(orig, src, src, c->ver, c->proto, 0);
	pattern(orig + hdr, c->plen, c->plen);
	if (c->proto == 6)
		orig[l4 + 13] = c->flags;
	if (c->lengths_zero)
		put_le16(orig + (c->ver == 4 ? 16 : 18), 0);
	else
		put_le16(orig + (c->ver == 4 ? 16 : 18), 0x3412);
	memcpy(t->mem, orig, total);

	avfdrv_txd(&t->b.d, 0, 0, 1 | CTX_TSO << 4 | (uint64_t)c->plen << 30 |
		   (uint64_t)c->mss << 50);
	for (off = 0; off < total; off += n) {
		n = off == 0 && c->chunk == 0 ? hdr :
		    c->chunk ? c->chunk : 12288;
		if (n > total - off)
			n = total - off;
		avfdrv_txd(&t->b.d, 0, t->iova + off,
			   avfdrv_txd_qw1(TXD_ICRC | l4_type(c->proto) |
					  (c->ver == 4 ? TXD_IPV4_CSUM :
							 TXD_IPV6) |
					  (off + n == total ?
					   TXD_EOP | TXD_RS : 0),
					  n, 14, l4 - 14, l4h));
	}
	tx_ring(t);
	CHECK(tx_done(t, t->b.d.tx[0].ntu + 511u));
	for (pos = 0, n = 0; pos < c->plen; n++) {
		uint32_t len = c->plen - pos < c->mss ? c->plen - pos : c->mss;
		struct host_frame *f = host_take(&t->b.h);

		CHECK(f);
		check_segment(c, orig, f, n, pos, len, pos + len == c->plen);
		free(f);
		pos += len;
	}
	CHECK(!host_take(&t->b.h));
	free(orig);
}

TEST(tso_sizes)
{
	static const uint32_t plens[] = {
		1, 63, 64, 65, 1447, 1448, 1449, 2896, 2897, 20000, 65535,
		65536, 131072, 262143,
	};
	static const uint32_t msss[] = { 64, 100, 536, 1448, 8960, 9668 };
	struct tx_bed t;
	uint32_t i, k;
	int ver;

	tx_open(&t);
	for (i = 0; i < ARRAY_SIZE(plens); i++) {
		for (k = 0; k < ARRAY_SIZE(msss); k++) {
			if (plens[i] / msss[k] > 2048 && unit_no_map)
				continue;
			for (ver = 4; ver <= 6; ver += 2) {
				/* the longest frame there is, for IPv6 */
				uint32_t mss = ver == 6 && msss[k] > 9654 ?
					       9654 : msss[k];
				struct tso c = {
					.ver = ver, .proto = 6,
					.plen = plens[i], .mss = mss,
					.flags = 0x18,
					.lengths_zero = i & 1,
				};

				check_tso(&t, &c);
			}
		}
	}
	CHECK_EQ(bed_stats(&t.b).tx_errors, 0);
	bed_close(&t.b);
}

TEST(tso_flags)
{
	static const uint8_t flags[] = { 0x10, 0x18, 0x11, 0x19, 0x98, 0xdf };
	struct tx_bed t;
	uint32_t i;

	tx_open(&t);
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		struct tso c = {
			.ver = 4, .proto = 6, .plen = 5000, .mss = 1000,
			.flags = flags[i],
		};

		check_tso(&t, &c);
	}
	bed_close(&t.b);
}

/* Buffers of every size, also ones that cut headers and segments anywhere. */
TEST(tso_buffers)
{
	static const uint32_t chunks[] = { 54, 55, 60, 64, 100, 333, 1448, 4096,
		16383 };
	struct tx_bed t;
	uint32_t i;

	tx_open(&t);
	for (i = 0; i < ARRAY_SIZE(chunks); i++) {
		struct tso c = {
			.ver = i & 1 ? 6 : 4, .proto = 6, .plen = 16000,
			.mss = 1448, .chunk = chunks[i], .flags = 0x18,
		};

		check_tso(&t, &c);
	}
	bed_close(&t.b);
}

/* All round the ring: the frame spans its end in every way. */
TEST(tso_wraps_ring)
{
	struct tx_bed t;
	uint32_t i;

	bed_open(&t.b);
	t.b.d.tx_count = 64;
	CHECK_EQ(avfdrv_probe(&t.b.d), 0);
	CHECK_EQ(avfdrv_up(&t.b.d), 0);
	t.iova = bed_mem(&t.b, 1 << 20, &t.mem);
	for (i = 0; i < 130; i++) {
		struct tso c = {
			.ver = 4, .proto = 6, .plen = 9000 + i, .mss = 1448,
			.chunk = 1000 + i, .flags = 0x18,
		};

		t.b.d.tx_count = 64;
		check_tso(&t, &c);
	}
	bed_close(&t.b);
}

TEST(udp_segmentation)
{
	struct tx_bed t;
	int ver;

	tx_open(&t);
	for (ver = 4; ver <= 6; ver += 2) {
		struct tso c = {
			.ver = ver, .proto = 17, .plen = 6001, .mss = 1200,
		};

		check_tso(&t, &c);
	}
	bed_close(&t.b);
}

/* Payload lengths and MSS that lie; nothing crashes, nothing hangs. */
TEST(tso_lies)
{
	static const uint8_t src[6] = { 2, 4, 4, 4, 4, 4 };
	uint32_t rnd = 4711, i, k, len;
	struct tx_bed t;

	tx_open(&t);
	for (i = 0; i < 3000; i++) {
		rnd = rnd * 1664525u + 1013904223u;
		len = ip_frame(t.mem, src, src, rnd & 1 ? 4 : 6, 6, 2000);
		avfdrv_txd(&t.b.d, 0, 0, 1 | (rnd >> 4 & 0x7f) << 4 |
			   (uint64_t)(rnd >> 11 & 0x3ffff) << 30 |
			   (uint64_t)(rnd >> 3 & 0x3fff) << 50);
		for (k = 0; k < 1 + rnd % 5; k++)
			avfdrv_txd(&t.b.d, 0, t.iova + k * 10,
				   avfdrv_txd_qw1(TXD_ICRC | TXD_TCP |
						  (rnd >> 8 & 0x60) |
						  (k == rnd % 5 ?
						   TXD_EOP | TXD_RS : 0),
						  len, 14, 20 + (rnd & 16), 20));
		tx_ring(&t);
		CHECK(tx_done(&t, t.b.d.tx[0].ntu + 511u));
		host_drop_sent(&t.b.h);
	}
	tx_alive(&t);
	bed_close(&t.b);
}

/* A frame to be cut whose descriptor knows no headers is not one. */
TEST(tso_without_headers)
{
	struct avf_stats before, after;
	struct tx_bed t;

	tx_open(&t);
	pattern(t.mem, 300, 5);
	before = bed_stats(&t.b);
	avfdrv_txd(&t.b.d, 0, 0, 1 | 1 << 4 | (uint64_t)300 << 30 |
		   (uint64_t)100 << 50);
	tx_data(&t, 0, 300, TXD_EOP | TXD_RS);
	tx_ring(&t);
	CHECK(!host_take(&t.b.h));
	CHECK(tx_done(&t, t.b.d.tx[0].ntu + 511u));
	after = bed_stats(&t.b);
	CHECK_EQ(after.tx_errors - before.tx_errors, 1);
	tx_alive(&t);
	bed_close(&t.b);
}
