// SPDX-License-Identifier: GPL-2.0
/*
 * What flow director rules say, as Linux's iavf (ethtool -N) and DPDK's
 * (rte_flow) write them.
 */
#include "fdir_bed.h"

/* ------------------------------------------------- what iavf and DPDK send */

/*
 * One row per field: a rule that names it alone matches a frame as it is, and
 * not the same frame with a bit of that field flipped; a bit of any other field
 * makes no difference. @at is the field in the frame, @hat in its header.
 */
struct row {
	const char *what;
	uint8_t ver;		/* 4, 6 */
	uint8_t proto;		/* of the frame */
	uint16_t dport;		/* 0: leave it */
	uint8_t hdrs[4];	/* after Ethernet and IP */
	uint8_t which;		/* header with the field: 0 Ethernet, 1 IP... */
	uint8_t bit;
	uint8_t hat, len, at;	/* offset in header, length, in the frame */
};

#define T4	34
#define T6	54

static const struct row rows[] = {
	{ "ip4 src-ip", 4, 6, 0, { 0 }, 1, 0, 12, 4, 26 },
	{ "ip4 dst-ip", 4, 17, 0, { 0 }, 1, 1, 16, 4, 30 },
	{ "ip4 tos", 4, 47, 0, { 0 }, 1, 2, 1, 1, 15 },
	{ "ip4 ttl (DPDK)", 4, 6, 0, { 0 }, 1, 3, 8, 1, 22 },
	{ "ip4 l4proto 115", 4, 115, 0, { H_L2TPV3 }, 1, 4, 9, 1, 23 },
	{ "ip4 l4data (L2TPv3)", 4, 115, 0, { H_L2TPV3 }, 2, 0, 0, 4, T4 },
	{ "tcp4 src-ip", 4, 6, 0, { H_TCP }, 1, 0, 12, 4, 26 },
	{ "tcp4 dst-ip", 4, 6, 0, { H_TCP }, 1, 1, 16, 4, 30 },
	{ "tcp4 tos", 4, 6, 0, { H_TCP }, 1, 2, 1, 1, 15 },
	{ "tcp4 src-port", 4, 6, 0, { H_TCP }, 2, 0, 0, 2, T4 },
	{ "tcp4 dst-port", 4, 6, 0, { H_TCP }, 2, 1, 2, 2, T4 + 2 },
	{ "tcp4 (DPDK, no field)", 4, 6, 0, { H_TCP }, 1, 4, 9, 1, 23 },
	{ "udp4 src-port", 4, 17, 0, { H_UDP }, 2, 0, 0, 2, T4 },
	{ "udp4 dst-port", 4, 17, 0, { H_UDP }, 2, 1, 2, 2, T4 + 2 },
	{ "sctp4 src-port", 4, 132, 0, { H_SCTP }, 2, 0, 0, 2, T4 },
	{ "sctp4 dst-port", 4, 132, 0, { H_SCTP }, 2, 1, 2, 2, T4 + 2 },
	{ "ah4 spi", 4, 51, 0, { H_AH }, 2, 0, 4, 4, T4 + 4 },
	{ "esp4 spi", 4, 50, 0, { H_ESP }, 2, 0, 0, 4, T4 },
	{ "udp4 user-def NAT-T", 4, 17, 4500, { H_UDP, H_ESP }, 3, 0, 0, 4,
	  T4 + 8 },
	{ "udp4 user-def GTP-U TEID", 4, 17, 2152, { H_UDP, H_GTPU }, 3, 0, 4,
	  4, T4 + 12 },
	{ "udp4 user-def GTP-U QFI", 4, 17, 2152, { H_UDP, H_GTPU, H_EH }, 4, 1,
	  1, 1, T4 + 22 },
	{ "GTP-U uplink QFI (DPDK)", 4, 17, 2152, { H_UDP, H_GTPU, H_UL }, 4, 0,
	  1, 1, T4 + 22 },
	{ "ip6 src-ip", 6, 6, 0, { 0 }, 1, 0, 8, 16, 22 },
	{ "ip6 dst-ip", 6, 17, 0, { 0 }, 1, 1, 24, 16, 38 },
	{ "ip6 hop limit (DPDK)", 6, 6, 0, { 0 }, 1, 3, 7, 1, 21 },
	{ "ip6 l4proto 115", 6, 115, 0, { H_L2TPV3 }, 1, 4, 6, 1, 20 },
	{ "ip6 l4data (L2TPv3)", 6, 115, 0, { H_L2TPV3 }, 2, 0, 0, 4, T6 },
	{ "tcp6 src-ip", 6, 6, 0, { H_TCP }, 1, 0, 8, 16, 22 },
	{ "tcp6 dst-port", 6, 6, 0, { H_TCP }, 2, 1, 2, 2, T6 + 2 },
	{ "tcp6 src-port", 6, 6, 0, { H_TCP }, 2, 0, 0, 2, T6 },
	{ "udp6 src-port", 6, 17, 0, { H_UDP }, 2, 0, 0, 2, T6 },
	{ "udp6 dst-port", 6, 17, 0, { H_UDP }, 2, 1, 2, 2, T6 + 2 },
	{ "sctp6 dst-port", 6, 132, 0, { H_SCTP }, 2, 1, 2, 2, T6 + 2 },
	{ "esp6 spi", 6, 50, 0, { H_ESP }, 2, 0, 0, 4, T6 },
	{ "udp6 user-def NAT-T", 6, 17, 4500, { H_UDP, H_ESP }, 3, 0, 0, 4,
	  T6 + 8 },
	{ "udp6 user-def GTP-U TEID", 6, 17, 2152, { H_UDP, H_GTPU }, 3, 0, 4,
	  4, T6 + 12 },
};

static uint32_t row_frame(const struct row *r, uint8_t *frame)
{
	static const uint8_t session[15] = {
		0x34, 0xff, 0, 0x38, 0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 0x85,
		1, 0x10, 0x25,
	};
	uint32_t at = r->ver == 4 ? T4 : T6;
	uint32_t len = ip_frame(frame, mac_d, mac_s, r->ver, r->proto, 64);

	if (r->dport) {
		frame[at + 2] = (uint8_t)(r->dport >> 8);
		frame[at + 3] = (uint8_t)r->dport;
	}
	if (r->dport == 2152)	/* user data, TEID, a PDU session: uplink, QFI */
		memcpy(frame + at + 8, session, sizeof(session));
	return len;
}

static void row_rule(const struct row *r, const uint8_t *frame, struct rule *m)
{
	uint32_t types[6] = { H_ETH, r->ver == 4 ? H_IP4 : H_IP6 };
	uint32_t i;

	memcpy(types + 2, (uint32_t[]){ r->hdrs[0], r->hdrs[1], r->hdrs[2],
					r->hdrs[3] }, 16);
	for (i = 0; i < 6 && types[i]; i++) {
		uint8_t *p = hdr(m, types[i], i == r->which ? F(r->bit) : 0);

		/* what no bit selects is junk */
		if (i)
			memset(p, 0xc3, 64);
		if (i == r->which)
			memcpy(p + r->hat, frame + r->at, r->len);
	}
}

TEST_ONCE(every_field)
{
	const struct avf_fdir_rule *hit;
	uint8_t frame[256];
	struct bed b;
	struct rule *m;
	uint32_t i, k, len, id;

	open4(&b);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];

		len = row_frame(r, frame);
		m = begin();
		row_rule(r, frame, m);
		to_mark(m, 0x1000 + i);
		to_queue(m, (uint16_t)(i % 4));
		CHECK_EQ_AT(send_rule(&b, m, &id), S_OK, i);

		hit = match(&b, frame, len);
		if (!hit)
			unit_fail(__FILE__, __LINE__, "no match: %s", r->what);
		CHECK_EQ(hit->act.kind, AVF_FDIR_QUEUE);
		CHECK_EQ(hit->act.queue, i % 4);
		CHECK_EQ(hit->act.num, 1);
		CHECK_EQ(hit->act.marked, true);
		CHECK_EQ(hit->act.mark, 0x1000 + i);

		for (k = 0; k < r->len; k++) {
			frame[r->at + k] ^= 0x04;
			CHECK_EQ_AT(!!match(&b, frame, len), 0, i * 100 + k);
			frame[r->at + k] ^= 0x04;
		}
		/* something else: addresses of Ethernet, the last byte */
		frame[3] ^= 0x10;
		frame[9] ^= 0x10;
		frame[len - 1] ^= 0x10;
		CHECK_EQ_AT(!!match(&b, frame, len), 1, i);
		/* behind a tag, or two */
		memmove(frame + 20, frame + 12, len - 12);
		memcpy(frame + 12, "\x88\xa8\0\5\x81\0\0\6", 8);
		CHECK_EQ_AT(!!match(&b, frame, len + 8), 1, i);
		CHECK_EQ_AT(del_rule(&b, id), S_OK, i);
		CHECK(!match(&b, frame, len + 8));
	}
	bed_close(&b);
}

/* All fields of a flow at once, each of which has to be right. */
TEST_ONCE(five_tuple)
{
	static const uint8_t fields[] = { 15, 22, 26, 29, 30, 33, 34, 35, 36,
					  37 };
	uint8_t frame[256], *p;
	uint32_t i, len;
	struct rule *m;
	struct bed b;

	open4(&b);
	len = ip_frame(frame, mac_d, mac_s, 4, 6, 64);
	m = begin();
	hdr(m, H_ETH, 0);
	p = hdr(m, H_IP4, F(0) | F(1) | F(2) | F(3) | F(4));
	memcpy(p, frame + 14, 20);
	p = hdr(m, H_TCP, F(0) | F(1));
	memcpy(p, frame + 34, 20);
	to_queue(m, 3);
	CHECK_EQ(send_rule(&b, m, NULL), S_OK);
	CHECK_EQ(match(&b, frame, len)->act.queue, 3);
	CHECK_EQ(match(&b, frame, len)->act.marked, false);
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		frame[fields[i]] ^= 1;
		CHECK_EQ_AT(!!match(&b, frame, len), 0, fields[i]);
		frame[fields[i]] ^= 1;
	}
	/* the same as UDP, as a fragment */
	frame[23] = 17;
	CHECK(!match(&b, frame, len));
	frame[23] = 6;
	frame[20] = 0x20;
	CHECK(!match(&b, frame, len));
	frame[20] = 0;
	CHECK(match(&b, frame, len));
	bed_close(&b);
}

/* The traffic class lies across two bytes. */
TEST_ONCE(ip6_tclass)
{
	uint8_t frame[256], *p;
	struct rule *m;
	struct bed b;
	uint32_t len;

	open4(&b);
	len = ip_frame(frame, mac_d, mac_s, 6, 6, 64);
	frame[14] = 0x6a;
	frame[15] = 0xb3;	/* class 0xab, a flow label */
	m = begin();
	hdr(m, H_ETH, 0);
	p = hdr(m, H_IP6, F(2));
	p[0] = 0x0a;
	p[1] = 0xb0;
	hdr(m, H_TCP, 0);
	to_queue(m, 1);
	CHECK_EQ(send_rule(&b, m, NULL), S_OK);
	CHECK(match(&b, frame, len));
	frame[15] = 0xb7;
	CHECK(match(&b, frame, len));
	frame[15] = 0xa3;
	CHECK(!match(&b, frame, len));
	frame[14] = 0x6b;
	frame[15] = 0xb3;
	CHECK(!match(&b, frame, len));
	bed_close(&b);
}

/* ah6: what the parser takes for an extension header. */
TEST_ONCE(ah6_spi)
{
	uint8_t frame[256], *p;
	struct rule *m;
	struct bed b;
	uint32_t len;

	open4(&b);
	len = ip_frame(frame, mac_d, mac_s, 6, 51, 64);
	/* next TCP, 24 bytes, SPI */
	memcpy(frame + T6, "\6\4\0\0\0\0\x12\x34", 8);
	memset(frame + T6 + 24, 0, 40);
	frame[T6 + 24 + 12] = 0x50;
	m = begin();
	hdr(m, H_ETH, 0);
	hdr(m, H_IP6, 0);
	p = hdr(m, H_AH, F(0));
	memcpy(p + 4, "\0\0\x12\x34", 4);
	to_queue(m, 2);
	CHECK_EQ(send_rule(&b, m, NULL), S_OK);
	CHECK(match(&b, frame, len));
	frame[T6] = 50;
	CHECK(!match(&b, frame, len));	/* the SPI of an ESP in it counts */
	frame[T6] = 6;
	frame[T6 + 7] ^= 1;
	CHECK(!match(&b, frame, len));
	bed_close(&b);
}

TEST_ONCE(ether)
{
	static const uint8_t at[3] = { 6, 0, 12 };	/* src, dst, type */
	uint8_t frame[64], *p;
	struct rule *m;
	struct bed b;
	uint32_t bit, id;

	open4(&b);
	memset(frame, 0, 64);
	eth(frame, mac_d, mac_s, 0x88f7);
	for (bit = 0; bit < 3; bit++) {
		m = begin();
		p = hdr(m, H_ETH, F(bit));
		memcpy(p, frame, 14);
		to_queue(m, 1);
		CHECK_EQ(send_rule(&b, m, &id), S_OK);
		CHECK(match(&b, frame, 64));
		frame[at[bit]] ^= 4;
		CHECK(!match(&b, frame, 64));
		frame[at[bit]] ^= 4;
		CHECK_EQ(del_rule(&b, id), S_OK);
	}
	/* a type of IP is what the IP header is for; so is none at all */
	m = begin();
	hdr(m, H_ETH, 0);
	to_queue(m, 1);
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	bed_close(&b);
}

/* DPDK: fragments, with an Ethernet type selected but perhaps not given. */
TEST_ONCE(fragments)
{
	static const uint8_t frag6[8] = { 6, 0, 0, 1, 0, 0, 0, 7 };
	static const uint16_t given[] = { 0, 0x0800, 0x86dd, 0x0806 };
	uint8_t f4[256], f6[256], *p;
	uint32_t i, ver, len4, len6, id;
	struct rule *m;
	struct bed b;

	open4(&b);
	len4 = ip_frame(f4, mac_d, mac_s, 4, 6, 64);
	len6 = ip_frame(f6, mac_d, mac_s, 6, 44, 64);
	memcpy(f6 + T6, frag6, 8);
	f4[20] = 0x20;
	for (ver = 4; ver <= 6; ver += 2) {
		for (i = 0; i < ARRAY_SIZE(given); i++) {
			bool ok = !given[i] ||
				  given[i] == (ver == 4 ? 0x0800 : 0x86dd);

			m = begin();
			p = hdr(m, H_ETH, F(2));
			p[12] = (uint8_t)(given[i] >> 8);
			p[13] = (uint8_t)given[i];
			hdr(m, ver == 4 ? H_IP4 : H_IP6, 0);
			hdr(m, ver == 4 ? H_IP4_FRAG : H_IP6_FRAG, 0);
			to_queue(m, 1);
			CHECK_EQ_AT(send_rule(&b, m, &id),
				    ok ? S_OK : S_INVALID, ver * 10 + i);
			if (!ok)
				continue;
			CHECK_EQ(!!match(&b, f4, len4), ver == 4);
			CHECK_EQ(!!match(&b, f6, len6), ver == 6);
			f4[20] = 0;
			CHECK(!match(&b, f4, len4));
			f4[20] = 0x20;
			CHECK_EQ(del_rule(&b, id), S_OK);
		}
	}
	bed_close(&b);
}

/* PFCP: node messages and session messages, told apart by one bit. */
TEST_ONCE(pfcp)
{
	uint8_t frame[256], *p;
	struct rule *m;
	struct bed b;
	uint32_t len;

	open4(&b);
	len = ip_frame(frame, mac_d, mac_s, 4, 17, 64);
	frame[T4 + 2] = 8805 >> 8;
	frame[T4 + 3] = 8805 & 0xff;
	m = begin();
	hdr(m, H_ETH, 0);
	hdr(m, H_IP4, 0);
	hdr(m, H_UDP, 0);
	p = hdr(m, H_PFCP, F(0));
	p[0] = 0x21;
	to_queue(m, 1);
	CHECK_EQ(send_rule(&b, m, NULL), S_OK);
	frame[T4 + 8] = 0x2f;
	CHECK(match(&b, frame, len));
	frame[T4 + 8] = 0x2e;
	CHECK(!match(&b, frame, len));
	frame[T4 + 8] = 0x2f;
	frame[T4 + 3] ^= 1;
	CHECK(!match(&b, frame, len));
	bed_close(&b);
}

/* NAT-T with an SPI of 0 is key exchange; GTP-U without a session has no QFI. */
TEST_ONCE(tunnels_that_are_none)
{
	uint8_t frame[256];
	struct rule *m;
	struct bed b;
	uint32_t len;

	open4(&b);
	m = begin();
	hdr(m, H_ETH, 0);
	hdr(m, H_IP4, 0);
	hdr(m, H_UDP, 0);
	hdr(m, H_ESP, 0);
	to_queue(m, 1);
	CHECK_EQ(send_rule(&b, m, NULL), S_OK);
	len = row_frame(&rows[18], frame);
	CHECK(match(&b, frame, len));
	memset(frame + T4 + 8, 0, 4);
	CHECK(!match(&b, frame, len));

	m = begin();
	hdr(m, H_ETH, 0);
	hdr(m, H_IP4, 0);
	hdr(m, H_UDP, 0);
	hdr(m, H_GTPU, 0);
	hdr(m, H_DL, 0);
	to_queue(m, 2);
	CHECK_EQ(send_rule(&b, m, NULL), S_OK);
	len = row_frame(&rows[20], frame);
	CHECK(!match(&b, frame, len));		/* uplink */
	frame[T4 + 21] = 0;
	CHECK(match(&b, frame, len));
	frame[T4 + 8] = 0x30;			/* no extension header */
	CHECK(!match(&b, frame, len));
	frame[T4 + 8] = 0x34;
	frame[T4 + 9] = 0x01;			/* echo request */
	CHECK(!match(&b, frame, len));
	bed_close(&b);
}

/* ---------------------------------------------------------------- actions */

TEST_ONCE(actions)
{
	static const struct {
		uint32_t n, a[3];
		int status, kind;
	} t[] = {
		{ 0, { 0 }, S_INVALID, 0 },
		{ 1, { A_DROP }, S_OK, AVF_FDIR_DROP },
		{ 1, { A_TC }, S_INVALID, 0 },
		{ 1, { A_PASS }, S_OK, AVF_FDIR_PASS },
		{ 1, { A_QUEUE }, S_OK, AVF_FDIR_QUEUE },
		{ 1, { A_REGION }, S_OK, AVF_FDIR_REGION },
		{ 1, { A_MARK }, S_INVALID, 0 },	/* to where? */
		{ 1, { A_COUNT }, S_INVALID, 0 },
		{ 1, { 7 }, S_INVALID, 0 },
		{ 1, { 0xffffffff }, S_INVALID, 0 },
		{ 2, { A_MARK, A_PASS }, S_OK, AVF_FDIR_PASS },
		{ 2, { A_DROP, A_MARK }, S_OK, AVF_FDIR_DROP },
		{ 2, { A_DROP, A_QUEUE }, S_INVALID, 0 },
		{ 2, { A_QUEUE, A_QUEUE }, S_INVALID, 0 },
		{ 3, { A_MARK, A_QUEUE, A_MARK }, S_INVALID, 0 },
		{ 3, { A_QUEUE, A_MARK, A_COUNT }, S_INVALID, 0 },
	};
	const struct avf_fdir_rule *hit;
	uint8_t frame[256];
	struct rule *m;
	struct bed b;
	uint32_t i, k, id, len;

	open4(&b);
	len = ip4_frame(frame, 5);
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		bool mark = false;

		m = ip4(5);
		for (k = 0; k < t[i].n; k++) {
			uint8_t *p = action(m, t[i].a[k]);

			if (t[i].a[k] == A_MARK) {
				put_le32(p, 0xfedcba98);
				mark = true;
			}
		}
		CHECK_EQ_AT(send_rule(&b, m, &id), t[i].status, i);
		hit = match(&b, frame, len);
		CHECK_EQ_AT(!!hit, t[i].status == S_OK, i);
		if (!hit)
			continue;
		CHECK_EQ_AT(hit->act.kind, t[i].kind, i);
		CHECK_EQ_AT(hit->act.marked, mark, i);
		if (mark)
			CHECK_EQ(hit->act.mark, 0xfedcba98);
		CHECK_EQ(del_rule(&b, id), S_OK);
	}

	/* as many as there is room for, and one more */
	for (i = 8; i <= 9; i++) {
		m = ip4(5);
		put_le32(m->m + 2320, i);
		for (k = 0; k < 8; k++)
			put_le32(m->m + 2324 + 36 * k, A_PASS);
		CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	}
	m = ip4(5);
	to_queue(m, 0);
	put_le32(m->m + 2320, 0xffffffff);
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	bed_close(&b);
}

/* The device has four queues. */
TEST_ONCE(queues_and_regions)
{
	const struct avf_fdir_rule *hit;
	uint32_t q, order, id, len;
	uint8_t frame[256], *p;
	struct rule *m;
	struct bed b;

	open4(&b);
	len = ip4_frame(frame, 5);
	for (q = 0; q < 65536; q = q < 8 ? q + 1 : q * 2 - 1) {
		m = ip4(5);
		to_queue(m, (uint16_t)q);
		CHECK_EQ_AT(send_rule(&b, m, &id), q < 4 ? S_OK : S_INVALID, q);
		if (q < 4)
			CHECK_EQ(del_rule(&b, id), S_OK);
		for (order = 0; order < 256; order++) {
			bool ok = order < 3 && q + (1u << order) <= 4;

			m = ip4(5);
			p = action(m, A_REGION);
			put_le16(p, q);
			p[2] = (uint8_t)order;
			CHECK_EQ_AT(send_rule(&b, m, &id), ok ? S_OK :
				    S_INVALID, q * 1000 + order);
			if (!ok)
				continue;
			hit = match(&b, frame, len);
			CHECK_EQ(hit->act.kind, AVF_FDIR_REGION);
			CHECK_EQ(hit->act.queue, q);
			CHECK_EQ(hit->act.num, 1u << order);
			CHECK_EQ(del_rule(&b, id), S_OK);
		}
	}
	bed_close(&b);
}

/* Rules near to right ones with a few bytes of noise: answered, never more. */
TEST_ONCE(noise)
{
	uint32_t seed = 7, i, k, n[8] = { 0 }, ids = 0, id;
	uint8_t frame[256];
	struct rule *m;
	struct bed b;
	int status;

	open4(&b);
	for (i = 0; i < 6000; i++) {
		const struct row *r = &rows[i % ARRAY_SIZE(rows)];
		uint32_t len = row_frame(r, frame);

		m = begin();
		row_rule(r, frame, m);
		to_queue(m, (uint16_t)(i % 5));
		for (k = 0; k < i % 4; k++) {
			seed = seed * 1664525u + 1013904223u;
			m->m[8 + (seed >> 8) % (k ? 400 : 2600)] =
				(uint8_t)(seed >> 24 & (k ? 0xff : 0x1f));
		}
		status = send_rule(&b, m, &id);
		CHECK(status == S_OK || status == S_EXIST ||
		      status == S_NORES || status == S_INVALID);
		n[status]++;
		if (status == S_OK && ++ids % 3)
			CHECK_EQ(del_rule(&b, id), S_OK);
		match(&b, frame, len);
		if (i % 250 == 249)
			avf_fdir_flush(b.h.dev);
	}
	CHECK(n[S_OK] > 100 && n[S_EXIST] && n[S_NORES] && n[S_INVALID]);
	bed_close(&b);
}
