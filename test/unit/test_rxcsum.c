// SPDX-License-Identifier: GPL-2.0
/* Receive: what descriptors say about checksums. */
#include "tx_bed.h"

static const uint8_t src[6] = { 2, 3, 3, 3, 3, 3 };

static void rx_open(struct bed *b, uint8_t rxdid)
{
	bed_open(b);
	b->d.want_qps = 1;
	b->d.rx_buf = 2048;
	b->d.max_pkt = 9728;
	b->d.rxdid = rxdid;
	CHECK_EQ(avfdrv_probe(&b->d), 0);
	CHECK_EQ(avfdrv_up(&b->d), 0);
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static struct avfdrv_rxinfo recv(struct bed *b, const uint8_t *f, uint32_t len,
				 uint32_t segs)
{
	struct avfdrv_rxinfo info;
	uint8_t buf[16384];

	CHECK_EQ(host_rx(&b->h, f, len, segs), 0);
	CHECK_EQ(avfdrv_rx(&b->d, 0, buf, sizeof(buf), &info), len);
	CHECK(!memcmp(buf, f, len));
	return info;
}

/* Expected: looked at, and errors of IP and of L4. */
static void judge_segs(struct bed *b, const uint8_t *f, uint32_t len,
		       uint32_t segs, bool ip, bool l4)
{
	struct avfdrv_rxinfo info = recv(b, f, len, segs);

	CHECK(info.l3l4p);
	CHECK_EQ_AT(info.err_ip, ip, len);
	CHECK_EQ_AT(info.err_l4, l4, len);
	CHECK(!info.exadd);
	/* nor any other error or reserved bit */
	if (b->d.rxdid == 1)
		CHECK_EQ(info.qw[1] >> 14 & 0xffff & ~(3u << 8), 0);
	else
		CHECK_EQ(info.qw[1] >> 6 & 0x3f & ~0x4u, 0);
}

static void judge(struct bed *b, const uint8_t *f, uint32_t len, bool ip, bool l4)
{
	judge_segs(b, f, len, 1, ip, l4);
}

static const uint8_t proto[] = { 6, 17, 132, 1, 58, 47 };

#define PROTOS	(sizeof(proto))

static uint32_t l4_of(int ver)
{
	return ver == 4 ? 34 : 54;
}

TEST(good)
{
	static const uint8_t rxdid[] = { 1, 22 };
	static const uint8_t types[2][6] = {
		{ 26, 24, 27, 28, 23, 23 }, { 92, 90, 93, 89, 94, 89 },
	};
	uint8_t f[9728];
	struct bed b;
	uint32_t r, i, plen, len, segs;
	int ver;

	for (r = 0; r < 2; r++) {
		rx_open(&b, rxdid[r]);
		for (ver = 4; ver <= 6; ver += 2) {
			for (i = 0; i < PROTOS; i++) {
				for (plen = 0; plen < 9000;
				     plen += plen < 20 ? 1 : 487) {
					len = ip_frame(f, b.d.mac, src, ver,
						       proto[i], plen);
					segs = (plen * 7 + i) % 13 + 1;
					judge_segs(&b, f, len, segs, false,
						   false);
				}
				CHECK_EQ(recv(&b, f, len, 1).ptype,
					 types[ver == 6][i]);
			}
		}
		bed_close(&b);
	}
}

/* Any byte of what is covered, wrong; in any piece. */
TEST(bad_l4)
{
	static const uint8_t rxdid[] = { 1, 22 };
	uint32_t r, i, len, at;
	uint8_t f[512];
	struct bed b;
	int ver;

	for (r = 0; r < 2; r++) {
		rx_open(&b, rxdid[r]);
		for (ver = 4; ver <= 6; ver += 2) {
			for (i = 0; i < 3; i++) {
				len = ip_frame(f, b.d.mac, src, ver, proto[i],
					       101);
				for (at = l4_of(ver); at < len; at++) {
					/* lengths: the parser's business */
					if (proto[i] == 17 &&
					    at - l4_of(ver) >= 4 &&
					    at - l4_of(ver) < 6)
						continue;
					if (proto[i] == 6 &&
					    at - l4_of(ver) == 12)
						continue;
					f[at] ^= (uint8_t)(1u << at % 8);
					judge_segs(&b, f, len, at % 5 + 1,
						   false, true);
					f[at] ^= (uint8_t)(1u << at % 8);
				}
				/* addresses are covered as well */
				for (at = l4_of(ver) - (ver == 4 ? 8 : 32);
				     at < l4_of(ver); at++) {
					f[at] ^= 0x10;
					judge(&b, f, len, ver == 4,
					      proto[i] != 132);
					f[at] ^= 0x10;
				}
				judge(&b, f, len, false, false);
			}
		}
		bed_close(&b);
	}
}

TEST(bad_ip)
{
	/* what changes neither lengths nor the meaning of the rest */
	static const uint8_t at[] = { 1, 4, 5, 8, 10, 11 };
	static const uint8_t rxdid[] = { 1, 22 };
	uint32_t r, i, k, len;
	uint8_t f[512];
	struct bed b;

	for (r = 0; r < 2; r++) {
		rx_open(&b, rxdid[r]);
		for (i = 0; i < PROTOS; i++) {
			len = ip_frame(f, b.d.mac, src, 4, proto[i], 64);
			for (k = 0; k < sizeof(at); k++) {
				f[14 + at[k]] ^= 4;
				judge(&b, f, len, true, false);
				f[14 + at[k]] ^= 4;
			}
		}
		/* options are part of it */
		len = ip_frame(f, b.d.mac, src, 4, 47, 64);
		f[14] = 0x47;
		put16(f + 24, 0);
		put16(f + 24, ref_csum(f + 14, 28, 0));
		judge(&b, f, len, false, false);
		f[41] ^= 1;
		judge(&b, f, len, true, false);
		bed_close(&b);
	}
}

TEST_ONCE(udp_without_checksum)
{
	uint8_t f[512];
	struct bed b;
	uint32_t len;
	int ver;

	rx_open(&b, 1);
	for (ver = 4; ver <= 6; ver += 2) {
		len = ip_frame(f, b.d.mac, src, ver, 17, 64);
		put16(f + l4_of(ver) + 6, 0);
		f[len - 1] ^= 0xff;
		judge(&b, f, len, false, false);
		/* half of it zero is not zero */
		f[l4_of(ver) + 6] = 1;
		judge(&b, f, len, false, true);
		put16(f + l4_of(ver) + 6, 1);
		judge(&b, f, len, false, true);
	}
	bed_close(&b);
}

/* UDP ends where it says, not where the IP packet or the frame does. */
TEST_ONCE(what_is_behind)
{
	uint8_t f[512];
	struct bed b;
	uint32_t i, len;

	rx_open(&b, 1);
	for (i = 0; i < 3; i++) {
		/* padding of a short frame, not zero */
		len = ip_frame(f, b.d.mac, src, 4, proto[i], 1);
		memset(f + len, 0xa5, 60);
		judge(&b, f, 64, false, false);
		f[len - 1] ^= 1;
		judge(&b, f, 64, false, true);
	}
	len = ip_frame(f, b.d.mac, src, 4, 17, 33);
	memset(f + len, 0x77, 9);
	put16(f + 16, len - 14 + 9);
	put16(f + 24, 0);
	put16(f + 24, ref_csum(f + 14, 20, 0));
	judge(&b, f, len + 9, false, false);
	bed_close(&b);
}

TEST_ONCE(fragments)
{
	uint8_t f[512];
	struct bed b;
	uint32_t i, len;

	rx_open(&b, 1);
	for (i = 0; i < 3; i++) {
		len = ip_frame(f, b.d.mac, src, 4, proto[i], 64);
		f[len - 1] ^= 1;
		f[20] = 0x20;
		put16(f + 24, 0);
		put16(f + 24, ref_csum(f + 14, 20, 0));
		judge(&b, f, len, false, false);
		f[22]++;
		judge(&b, f, len, true, false);

		len = ip_frame(f, b.d.mac, src, 6, proto[i], 64);
		/* the transport header is another, of 8 bytes */
		f[20] = 44;
		memcpy(f + 54, "\x11\0\0\1\0\0\0\1", 8);
		judge(&b, f, len, false, false);
		CHECK_EQ(recv(&b, f, len, 1).ptype, 88);
	}
	bed_close(&b);
}

/* Insert 8 bytes behind the IPv6 header. */
static uint32_t insert(uint8_t *f, uint32_t len, uint8_t type, const char *body)
{
	memmove(f + 62, f + 54, len - 54);
	f[54] = f[20];
	f[55] = 0;
	memcpy(f + 56, body, 6);
	f[20] = type;
	put16(f + 18, len - 54 + 8);
	return len + 8;
}

TEST(extension_headers)
{
	static const uint8_t rxdid[] = { 1, 22 };
	struct avfdrv_rxinfo info;
	uint32_t r, i, len;
	uint8_t f[512];
	struct bed b;

	for (r = 0; r < 2; r++) {
		rx_open(&b, rxdid[r]);
		for (i = 0; i < 3; i++) {
			len = ip_frame(f, b.d.mac, src, 6, proto[i], 64);
			len = insert(f, len, 60, "\1\4\0\0\0\0");
			len = insert(f, len, 43, "\0\0\0\0\0\0");
			judge(&b, f, len, false, false);
			f[len - 1] ^= 1;
			judge(&b, f, len, false, true);

			/* on its way to somewhere else: not for us to say */
			f[57] = 1;
			info = recv(&b, f, len, 1);
			CHECK(info.l3l4p);
			CHECK(info.exadd);
			CHECK(!info.err_l4);
		}
		bed_close(&b);
	}
}

TEST_ONCE(tagged)
{
	uint8_t ip[512], f[512];
	struct bed b;
	uint32_t i, len;
	int ver;

	rx_open(&b, 1);
	for (ver = 4; ver <= 6; ver += 2) {
		for (i = 0; i < 3; i++) {
			len = ip_frame(ip, b.d.mac, src, ver, proto[i], 64);
			memcpy(f, ip, 12);
			memcpy(f + 12, "\x88\xa8\0\5\x81\0\0\7", 8);
			memcpy(f + 20, ip + 12, len - 12);
			judge_segs(&b, f, len + 8, 3, false, false);
			f[len + 7] ^= 1;
			judge_segs(&b, f, len + 8, 3, false, true);
		}
	}
	bed_close(&b);
}

TEST_ONCE(not_ip)
{
	struct avfdrv_rxinfo info;
	uint8_t f[64];
	struct bed b;

	rx_open(&b, 1);
	pattern(f, sizeof(f), 1);
	eth(f, b.d.mac, src, 0x0806);
	info = recv(&b, f, 60, 1);
	CHECK(!info.l3l4p && !info.err_ip && !info.err_l4);
	CHECK_EQ(info.ptype, 1);
	/* nor is an IP header that cannot be one */
	ip_frame(f, b.d.mac, src, 4, 17, 4);
	put16(f + 16, 200);
	info = recv(&b, f, 60, 1);
	CHECK(!info.l3l4p && !info.err_ip && !info.err_l4);
	CHECK_EQ(info.ptype, 1);
	bed_close(&b);
}

/* What the sender vouches for is believed, and no more than that. */
TEST_ONCE(vouched)
{
	uint8_t f[512];
	struct bed b;
	uint32_t i, flags, len;

	rx_open(&b, 1);
	for (i = 0; i < 3; i++) {
		len = ip_frame(f, b.d.mac, src, 4, proto[i], 64);
		f[len - 1] ^= 1;
		f[22] ^= 1;
		for (flags = 0; flags < 4; flags++) {
			b.h.rx_csum = (u8)flags;
			judge(&b, f, len, !(flags & AVF_FRAME_L3_OK),
			      !(flags & AVF_FRAME_L4_OK));
		}
		b.h.rx_csum = 0;
	}
	bed_close(&b);
}

/* ------------------------------------------------------- what Tx vouches for */

static void tx_one(struct tx_bed *t, int ver, uint8_t p, uint32_t cmd,
		   uint8_t want)
{
	uint32_t len = ip_frame(t->mem, t->b.d.mac, src, ver, p, 64);
	struct host_frame *sent;

	avfdrv_txd(&t->b.d, 0, t->iova,
		   avfdrv_txd_qw1(cmd | TXD_EOP | TXD_RS, len, 14,
				  ver == 4 ? 20 : 40, p == 6 ? 20 : 8));
	tx_ring(t);
	sent = host_take(&t->b.h);
	CHECK(sent);
	CHECK_EQ_AT(sent->csum, want, cmd);
	free(sent);
}

TEST(transmit_vouches)
{
	const u8 l3 = AVF_FRAME_L3_OK, l4 = AVF_FRAME_L4_OK;
	struct host_frame *sent;
	struct tx_bed t;
	uint32_t n, len;
	int ver;

	tx_open(&t);
	tx_one(&t, 4, 6, 0, 0);
	tx_one(&t, 4, 6, TXD_IPV4_CSUM, l3);
	tx_one(&t, 4, 6, TXD_IPV4 | TXD_TCP, l4);
	tx_one(&t, 4, 17, TXD_IPV4_CSUM | TXD_UDP, l3 | l4);
	tx_one(&t, 4, 132, TXD_IPV4_CSUM | TXD_SCTP, l3 | l4);
	tx_one(&t, 6, 6, TXD_IPV6 | TXD_TCP, l4);
	tx_one(&t, 6, 17, TXD_IPV6 | TXD_UDP, l4);
	/* not what an earlier frame in the same place was */
	tx_one(&t, 4, 6, 0, 0);

	for (ver = 4; ver <= 6; ver += 2) {
		len = ip_frame(t.mem, t.b.d.mac, src, ver, 6, 3000);
		avfdrv_txd(&t.b.d, 0, 0,
			   1 | 1ull << 4 | 3000ull << 30 | 1000ull << 50);
		avfdrv_txd(&t.b.d, 0, t.iova,
			   avfdrv_txd_qw1((ver == 4 ? TXD_IPV4_CSUM : TXD_IPV6) |
					  TXD_TCP | TXD_EOP | TXD_RS, len, 14,
					  ver == 4 ? 20 : 40, 20));
		tx_ring(&t);
		for (n = 0; n < 3; n++) {
			sent = host_take(&t.b.h);
			CHECK(sent);
			CHECK_EQ(sent->csum, ver == 4 ? l3 | l4 : l4);
			free(sent);
		}
		CHECK(!host_take(&t.b.h));
	}
	bed_close(&t.b);
}
