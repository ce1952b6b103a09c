// SPDX-License-Identifier: GPL-2.0
/*
 * Checksums and segmentation alone, against a reference that adds bytes and
 * shifts bits, and looks at finished frames the way a receiver would.
 */
#include "avf_off.h"
#include "unit.h"

#define MAC_LEN		14u
#define MAX_PIECES	8u

static uint32_t seed;

static uint32_t rnd(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* ------------------------------------------------------------- reference */

/* RFC 1071, a byte at a time: even bytes are high. */
static uint32_t slow_sum(const uint8_t *p, uint32_t len, uint32_t sum)
{
	uint32_t i;

	for (i = 0; i < len; i++) {
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

static uint32_t slow_crc(uint32_t poly, const uint8_t *p, uint32_t len)
{
	uint32_t crc = 0xffffffff;
	int i;

	while (len--)
		for (crc ^= *p++, i = 0; i < 8; i++)
			crc = crc & 1 ? crc >> 1 ^ poly : crc >> 1;
	return ~crc;
}

static uint32_t be16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* ------------------------------------------------------------- test frames */

struct frame {
	uint32_t ver;		/* 4 or 6 */
	uint32_t opt;		/* bytes of IPv4 options or IPv6 extensions */
	uint32_t topt;		/* bytes of TCP options */
	uint32_t proto;
	uint32_t plen;		/* payload */
	uint32_t pad;		/* bytes behind the IP packet */

	uint32_t l4, hlen, len;
	uint8_t *b;
};

static void build(struct frame *f)
{
	uint32_t l4h = f->proto == 6 ? 20 + f->topt : f->proto == 17 ? 8 : 12;
	uint8_t *ip, *t;

	f->l4 = MAC_LEN + (f->ver == 4 ? 20 : 40) + f->opt;
	f->hlen = f->l4 + l4h;
	f->len = f->hlen + f->plen + f->pad;
	f->b = malloc(f->len);
	CHECK(f->b);
	pattern(f->b, f->len, f->len + f->proto);
	ip = f->b + MAC_LEN;
	t = f->b + f->l4;

	if (f->ver == 4) {
		put16(f->b + 12, 0x0800);
		ip[0] = (uint8_t)(0x40 | (20 + f->opt) / 4);
		put16(ip + 2, f->len - f->pad - MAC_LEN);
		put16(ip + 4, 0xfffe);
		put16(ip + 6, 0x4000);
		ip[9] = (uint8_t)f->proto;
	} else {
		put16(f->b + 12, 0x86dd);
		ip[0] = 0x60;
		put16(ip + 4, f->len - f->pad - MAC_LEN - 40);
		ip[6] = (uint8_t)f->proto;
		if (f->opt) {
			ip[6] = 60;
			ip[40] = (uint8_t)f->proto;
			ip[41] = (uint8_t)(f->opt / 8 - 1);
		}
	}
	if (f->proto == 6) {
		put16(t + 4, 0xffff);
		put16(t + 6, 0xff00);
		t[12] = (uint8_t)(l4h / 4 << 4);
		t[13] = 0x99;	/* CWR, ACK, PSH, FIN */
	} else if (f->proto == 17) {
		put16(t + 4, 8 + f->plen);
	}
}

static struct avf_off_req request(const struct frame *f, bool seg)
{
	struct avf_off_req req = {
		.mac_len = MAC_LEN,
		.ip_len = (u16)(f->l4 - MAC_LEN),
		.l4_len = (u16)(f->hlen - f->l4),
		.ip = f->ver == 6 ? AVF_OFF_IP_V6 : AVF_OFF_IP_V4_CSUM,
		.l4 = f->proto == 6 ? AVF_OFF_L4_TCP :
		      f->proto == 17 ? AVF_OFF_L4_UDP : AVF_OFF_L4_SCTP,
		.seg = seg,
	};

	return req;
}

/* Seen by a receiver: are all checksums of the frame right? */
static void check_sums(const uint8_t *b, uint32_t l4)
{
	const uint8_t *ip = b + MAC_LEN, *t = b + l4;
	uint32_t len, sum, proto;

	if (ip[0] >> 4 == 4) {
		CHECK_EQ(slow_sum(ip, (ip[0] & 15u) * 4, 0), 0xffff);
		len = be16(ip + 2) - (l4 - MAC_LEN);
		proto = ip[9];
		sum = slow_sum(ip + 12, 8, 0);
	} else {
		len = be16(ip + 4) - (l4 - MAC_LEN - 40);
		proto = ip[6] == 60 ? ip[40] : ip[6];
		sum = slow_sum(ip + 8, 32, 0);
	}

	if (proto == 132) {
		uint8_t *copy = malloc(len);

		CHECK(copy);
		memcpy(copy, t, len);
		memset(copy + 8, 0, 4);
		CHECK_EQ(get_le32(t + 8), slow_crc(0x82f63b78, copy, len));
		free(copy);
		return;
	}
	sum += proto + len;
	sum = (sum & 0xffff) + (sum >> 16);
	CHECK_EQ(slow_sum(t, len, sum), 0xffff);
	if (proto == 17)
		CHECK(be16(t + 6));
}

/* Cut @len bytes at @p in pieces of odd sizes, the first of @head bytes. */
static void pieces(struct avf_frame *f, const uint8_t *head, uint32_t hlen,
		   const uint8_t *p, uint32_t len)
{
	memset(f, 0, sizeof(*f));
	f->len = hlen + len;
	f->nsegs = 1;
	f->seg[0].p = head;
	f->seg[0].len = hlen;
	while (len) {
		uint32_t n = f->nsegs == MAX_PIECES ? len : 1 + rnd(len);

		f->seg[f->nsegs].p = p;
		f->seg[f->nsegs++].len = n;
		p += n;
		len -= n;
	}
}

/* -------------------------------------------------------------------- sums */

TEST_ONCE(known_vectors)
{
	static const uint8_t rfc1071[] = {
		0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7,
	};
	static const uint8_t ascending[32] = {
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
		17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
	};
	struct avf_csum c = {};
	uint8_t b[2];
	u16 sum;

	CHECK_EQ(~avf_crc32(~0u, "123456789", 9) & 0xffffffff, 0xcbf43926);
	CHECK_EQ(~avf_crc32c(~0u, "123456789", 9) & 0xffffffff, 0xe3069283);
	/* RFC 3720, appendix B.4 */
	CHECK_EQ(~avf_crc32c(~0u, ascending, 32) & 0xffffffff, 0x46dd794e);

	avf_csum_add(&c, rfc1071, sizeof(rfc1071));
	sum = avf_csum_get(&c);
	memcpy(b, &sum, 2);
	CHECK_EQ(be16(b), 0xddf2);
}

TEST_ONCE(sums_in_pieces)
{
	uint8_t buf[4200];
	uint32_t round;

	for (round = 0; round < 20000; round++) {
		uint32_t len = rnd(round % 16 ? 200 : 4096), at = rnd(64);
		uint32_t i, n, crc = ~0u, crcc = ~0u, fill = rnd(4);
		struct avf_csum c = {};
		uint8_t b[2];
		u16 sum;

		for (i = 0; i < len; i++)
			buf[at + i] = (uint8_t)(fill ? rnd(256) : 0xff);
		for (i = 0; i < len; i += n) {
			n = 1 + rnd(len - i);
			avf_csum_add(&c, buf + at + i, n);
			crc = avf_crc32(crc, buf + at + i, n);
			crcc = avf_crc32c(crcc, buf + at + i, n);
		}
		sum = avf_csum_get(&c);
		memcpy(b, &sum, 2);
		CHECK_EQ_AT(be16(b), slow_sum(buf + at, len, 0), round);
		CHECK_EQ_AT(~crc & 0xffffffff,
			    slow_crc(0xedb88320, buf + at, len), round);
		CHECK_EQ_AT(~crcc & 0xffffffff,
			    slow_crc(0x82f63b78, buf + at, len), round);
	}
}

/* ---------------------------------------------------------- whole frames */

static void csum_one(struct frame f)
{
	struct avf_off_req req;
	struct avf_frame af;
	struct avf_off off;
	uint8_t *want;
	uint32_t hl;

	build(&f);
	req = request(&f, false);
	/* Drivers fill in a constant when they do not segment. */
	req.l4_len = 20;
	hl = avf_off_need(&req);
	CHECK(hl && hl <= f.hlen);
	hl += rnd(f.len - hl + 1);
	CHECK_EQ(avf_off_parse(f.b, hl, f.len, &req, &off), 0);

	want = malloc(f.len);
	CHECK(want);
	memcpy(want, f.b, f.len);
	pieces(&af, f.b, hl, f.b + hl, f.len - hl);
	avf_off_csum(&af, f.b, &off);
	check_sums(f.b, f.l4);

	/* Nothing but the checksum fields may have changed. */
	if (f.ver == 4)
		memcpy(want + MAC_LEN + 10, f.b + MAC_LEN + 10, 2);
	if (f.proto == 132)
		memcpy(want + f.l4 + 8, f.b + f.l4 + 8, 4);
	else
		memcpy(want + f.l4 + (f.proto == 6 ? 16 : 6),
		       f.b + f.l4 + (f.proto == 6 ? 16 : 6), 2);
	CHECK(!memcmp(want, f.b, f.len));
	free(want);
	free(f.b);
}

TEST_ONCE(checksums)
{
	static const uint32_t protos[] = { 6, 17, 132 };
	uint32_t p, ver, round;

	for (p = 0; p < 3; p++)
		for (ver = 4; ver <= 6; ver += 2)
			for (round = 0; round < 500; round++) {
				struct frame f = {
					.ver = ver, .proto = protos[p],
					.plen = round < 100 ? round : rnd(9000),
					.opt = round % 3 ? 0 : 8 * rnd(5),
					.topt = round % 5 ? 0 : 4 * rnd(11),
					.pad = round % 7 ? 0 : rnd(46),
				};

				csum_one(f);
			}
}

TEST_ONCE(udp_zero_sum)
{
	struct frame f = { .ver = 4, .proto = 17, .plen = 10 };
	struct avf_off_req req;
	struct avf_frame af;
	struct avf_off off;
	uint32_t sum;

	build(&f);
	req = request(&f, false);
	CHECK_EQ(avf_off_parse(f.b, f.hlen, f.len, &req, &off), 0);

	/* With this payload word all words add up to 0xffff. */
	memset(f.b + f.hlen, 0, 2);
	put16(f.b + f.l4 + 6, 0);
	sum = slow_sum(f.b + MAC_LEN + 12, 8, 17 + 18);
	sum = slow_sum(f.b + f.l4, 18, sum);
	put16(f.b + f.hlen, 0xffff - sum);

	pieces(&af, f.b, f.hlen, f.b + f.hlen, 10);
	avf_off_csum(&af, f.b, &off);
	CHECK_EQ(be16(f.b + f.l4 + 6), 0xffff);
	free(f.b);
}

TEST_ONCE(ip_only)
{
	struct frame f = { .ver = 4, .proto = 17, .plen = 10, .opt = 12 };
	struct avf_off_req req;
	struct avf_frame af;
	struct avf_off off;
	uint32_t udp;

	build(&f);
	udp = be16(f.b + f.l4 + 6);
	req = request(&f, false);
	req.l4 = AVF_OFF_L4_NONE;
	CHECK_EQ(avf_off_need(&req), MAC_LEN + 32);
	CHECK_EQ(avf_off_parse(f.b, MAC_LEN + 32, f.len, &req, &off), 0);
	pieces(&af, f.b, f.hlen, f.b + f.hlen, 10);
	avf_off_csum(&af, f.b, &off);
	CHECK_EQ(slow_sum(f.b + MAC_LEN, 32, 0), 0xffff);
	CHECK_EQ(be16(f.b + f.l4 + 6), udp);

	req.ip = AVF_OFF_IP_V4;
	CHECK_EQ(avf_off_need(&req), 0);
	free(f.b);
}

/* -------------------------------------------------------------- refusals */

struct bend {
	const char *what;
	uint32_t ver, proto, opt;
	bool seg;
	uint32_t at;		/* from the IP header, 0x8000: L4 header */
	uint8_t val;
	int mac, ip, l4;	/* added to the request */
};

TEST_ONCE(refusals)
{
	static const struct bend bends[] = {
		{ "v4 version", 4, 6, .at = 0, .val = 0x65 },
		{ "v4 header length field", 4, 6, .at = 0, .val = 0x46 },
		{ "v4 header length field 0", 4, 6, .at = 0, .val = 0x40 },
		{ "v4 header length asked", 4, 6, .ip = 4, .val = 0x45 },
		{ "v4 header length asked 0", 4, 6, .ip = -20, .val = 0x45 },
		{ "v4 protocol", 4, 6, .at = 9, .val = 17 },
		{ "v4 fragment", 4, 17, .at = 7, .val = 1 },
		{ "v4 more fragments", 4, 17, .at = 6, .val = 0x20 },
		{ "v4 too long", 4, 6, .at = 2, .val = 0x7f },
		{ "v4 too short", 4, 17, .at = 3, .val = 27 },
		{ "v4 shorter than its header", 4, 17, .at = 3, .val = 19 },
		{ "v6 version", 6, 6, .at = 0, .val = 0x40 },
		{ "v6 next header", 6, 6, .at = 6, .val = 17 },
		{ "v6 no next header", 6, 6, .at = 6, .val = 59 },
		{ "v6 too long", 6, 6, .at = 4, .val = 0x7f },
		{ "v6 too short", 6, 17, .at = 5, .val = 7 },
		{ "v6 header length asked", 6, 6, .ip = 8, .val = 0x60 },
		{ "v6 header length short", 6, 6, .ip = -4, .val = 0x60 },
		{ "v6 extension length", 6, 6, .opt = 16, .at = 41, .val = 2 },
		{ "v6 extension ends early", 6, 6, .opt = 16, .at = 41 },
		{ "v6 extension's next", 6, 6, .opt = 16, .at = 40, .val = 17 },
		{ "v6 fragment", 6, 6, .opt = 8, .at = 6, .val = 44 },
		{ "TSO data offset", 4, 6, .seg = true, .at = 0x800c,
		  .val = 0x60 },
		{ "TSO L4 length asked", 4, 6, .seg = true, .l4 = 4,
		  .val = 0x45 },
		{ "TSO L4 length 0", 4, 6, .seg = true, .l4 = -20,
		  .val = 0x45 },
		{ "USO L4 length", 4, 17, .seg = true, .l4 = 4, .val = 0x45 },
		{ "SCTP cannot be cut", 4, 132, .seg = true, .val = 0x45 },
		{ "no room for addresses", 4, 6, .mac = -4, .val = 0x45 },
		{ "not where it says", 4, 6, .mac = 2, .val = 0x45 },
	};
	struct avf_off_req req;
	struct avf_off off;
	uint32_t i;

	for (i = 0; i < ARRAY_SIZE(bends); i++) {
		const struct bend *b = &bends[i];
		struct frame f = { .ver = b->ver, .proto = b->proto,
				   .opt = b->opt, .plen = 40 };
		uint32_t at;

		build(&f);
		req = request(&f, b->seg);
		if (b->proto != 132 || !b->seg)
			CHECK_EQ_AT(avf_off_parse(f.b, f.len, f.len, &req,
						  &off), 0, i);
		at = b->at & 0x8000 ? f.l4 + (b->at & 0xff) : MAC_LEN + b->at;
		f.b[at] = b->val;
		req.mac_len = (u16)(req.mac_len + b->mac);
		req.ip_len = (u16)(req.ip_len + b->ip);
		req.l4_len = (u16)(req.l4_len + b->l4);
		if (avf_off_parse(f.b, f.len, f.len, &req, &off) != -EINVAL)
			unit_fail(__FILE__, __LINE__, "accepted: %s", b->what);
		free(f.b);
	}
}

/* A header copy that ends early is never read beyond: the sanitizer looks. */
TEST_ONCE(short_header)
{
	struct frame f = { .ver = 6, .proto = 6, .opt = 24, .plen = 40 };
	struct avf_off_req req;
	struct avf_off off;
	uint32_t n;

	build(&f);
	req = request(&f, true);
	for (n = 0; n < f.hlen; n++) {
		uint8_t *cut = malloc(n ? n : 1);

		CHECK(cut);
		memcpy(cut, f.b, n);
		CHECK_EQ_AT(avf_off_parse(cut, n, f.len, &req, &off), -EINVAL,
			    n);
		free(cut);
	}
	free(f.b);
}

/* An extension header that claims more than there is leads nowhere. */
TEST_ONCE(v6_chain_overshoot)
{
	struct frame f = { .ver = 6, .proto = 17, .opt = 16 };
	struct avf_off_req req;
	struct avf_off off;
	uint32_t n;

	for (n = 2; n < 256; n++) {
		build(&f);
		req = request(&f, false);
		f.b[MAC_LEN + 40] = 60;
		f.b[MAC_LEN + 41] = (uint8_t)n;
		f.b[f.l4] = 60;
		CHECK_EQ_AT(avf_off_parse(f.b, f.len, f.len, &req, &off),
			    -EINVAL, n);
		free(f.b);
	}
}

/* Anything at all in headers and request: no crash, and results in bounds. */
TEST_ONCE(random_requests)
{
	uint32_t round, i, ok = 0;

	for (round = 0; round < 200000; round++) {
		uint32_t n = 1 + rnd(256);
		uint8_t *b = malloc(n);
		struct avf_off_req req = {
			.mac_len = (u16)(rnd(4) ? 14 : 2 * rnd(128)),
			.ip_len = (u16)(4 * rnd(rnd(2) ? 128 : 16)),
			.l4_len = (u16)(4 * rnd(16)),
			.ip = (u8)rnd(4),
			.l4 = (u8)rnd(4),
			.seg = rnd(2),
		};
		struct avf_off off;

		CHECK(b);
		for (i = 0; i < n; i++)
			b[i] = (uint8_t)rnd(256);
		if (n > 64) {
			b[14] = (uint8_t)(rnd(2) ? 0x45 : 0x60);
			b[20] &= 0x40;
			b[21] = 0;
			b[16] = 0;
			b[23] = 6;
			req.ip_len = rnd(4) ? b[14] == 0x45 ? 20 : 40 :
					      req.ip_len;
		}
		if (!avf_off_parse(b, n, n, &req, &off) &&
		    avf_off_need(&req)) {
			struct avf_frame af;

			ok++;
			CHECK(off.l3 < off.l4 && off.l4 <= off.hlen &&
			      off.hlen <= n);
			pieces(&af, b, n, b, 0);
			if (req.seg)
				avf_off_cut(&af, b, &off, rnd(100), rnd(9000),
					    n - off.hlen, rnd(2));
			else
				avf_off_csum(&af, b, &off);
		}
		free(b);
	}
	CHECK(ok > 1000);
}

/* ---------------------------------------------------------- segmentation */

static void cut_one(struct frame f, uint32_t mss)
{
	uint32_t n, pos, len, id, last_id = 0;
	struct avf_off_req req;
	struct avf_off off;

	build(&f);
	if (f.ver == 4) {
		/* As Linux leaves them: no length, and junk for a sum. */
		put16(f.b + MAC_LEN + 2, 0);
		put16(f.b + MAC_LEN + 10, 0xdead);
	}
	req = request(&f, true);
	CHECK_EQ(avf_off_parse(f.b, f.hlen, f.len, &req, &off), 0);
	CHECK_EQ(off.hlen, f.hlen);

	for (n = 0, pos = 0; pos < f.plen; n++, pos += len) {
		uint8_t *s, *ip, *t;
		struct avf_frame af;
		bool last;

		len = min_t(uint32_t, mss, f.plen - pos);
		last = pos + len == f.plen;
		s = malloc(f.hlen + len);
		CHECK(s);
		memcpy(s, f.b, f.hlen);
		memcpy(s + f.hlen, f.b + f.hlen + pos, len);
		ip = s + MAC_LEN;
		t = s + f.l4;
		pieces(&af, s, f.hlen, s + f.hlen, len);
		avf_off_cut(&af, s, &off, n, pos, len, last);

		check_sums(s, f.l4);
		if (f.ver == 4) {
			CHECK_EQ(be16(ip + 2), f.hlen + len - MAC_LEN);
			id = be16(ip + 4);
			CHECK_EQ(id, n ? (last_id + 1) & 0xffff : 0xfffe);
			last_id = id;
		} else {
			CHECK_EQ(be16(ip + 4), f.hlen + len - MAC_LEN - 40);
		}
		if (f.proto == 6) {
			CHECK_EQ(be32(t + 4), (0xffffff00u + pos) & 0xffffffff);
			CHECK_EQ(t[13], 0x10 | (n ? 0 : 0x80) |
				 (last ? 0x09 : 0));
		} else {
			CHECK_EQ(be16(t + 4), 8 + len);
		}
		free(s);
	}
	free(f.b);
}

TEST_ONCE(segments)
{
	static const uint32_t mss[] = { 64, 65, 536, 1448, 1449, 9668 };
	uint32_t ver, proto, i, k;

	for (ver = 4; ver <= 6; ver += 2)
		for (proto = 6; proto <= 17; proto += 11)
			for (i = 0; i < ARRAY_SIZE(mss); i++)
				for (k = 0; k < 8; k++) {
					struct frame f = {
						.ver = ver, .proto = proto,
						.opt = k & 1 ? 8 : 0,
						.topt = k & 2 ? 12 : 0,
						.plen = k & 4 ? 3 * mss[i] :
							1 + rnd(40000),
					};

					cut_one(f, mss[i]);
				}
}
