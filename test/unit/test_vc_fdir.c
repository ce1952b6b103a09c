// SPDX-License-Identifier: GPL-2.0
/*
 * Flow director messages, as Linux's iavf (ethtool -N) and DPDK's (rte_flow)
 * write them, and as neither ever would.
 */
#include "avf_fdir.h"
#include "avf_parse.h"
#include "unit.h"

#define ADD_LEN		2616u
#define DEL_LEN		12u

/* Header types, and the bits of their fields. */
enum {
	H_ETH = 1, H_SVLAN, H_CVLAN, H_IP4, H_IP6, H_TCP, H_UDP, H_SCTP,
	H_GTPU, H_EH, H_DL, H_UL, H_PPPOE, H_L2TPV3, H_ESP, H_AH, H_PFCP,
	H_IP4_FRAG = 22, H_IP6_FRAG,
};

#define F(bit)		(1u << (bit))

enum { A_DROP, A_TC, A_PASS, A_QUEUE, A_REGION, A_MARK, A_COUNT };
enum { S_OK, S_NORES, S_EXIST, S_CONFLICT, S_NONE, S_INVALID };

struct rule {
	uint8_t m[ADD_LEN];
	uint32_t nh, na;
};

static struct rule *begin(void)
{
	static struct rule r;

	memset(&r, 0, sizeof(r));
	put_le16(r.m, 1);
	return &r;
}

/* Another header; returns its 64 bytes. */
static uint8_t *hdr(struct rule *r, uint32_t type, uint32_t fields)
{
	uint8_t *h = r->m + 16 + 72 * r->nh++;

	put_le32(h, type);
	put_le32(h + 4, fields);
	put_le32(r->m + 12, r->nh);
	return h + 8;
}

static uint8_t *action(struct rule *r, uint32_t type)
{
	uint8_t *a = r->m + 2324 + 36 * r->na++;

	put_le32(a, type);
	put_le32(r->m + 2320, r->na);
	return a + 4;
}

static void to_queue(struct rule *r, uint16_t q)
{
	put_le16(action(r, A_QUEUE), q);
}

static void to_mark(struct rule *r, uint32_t mark)
{
	put_le32(action(r, A_MARK), mark);
}

/* Send it; returns the status inside, and the flow id. */
static int send_rule(struct bed *b, const struct rule *r, uint32_t *id)
{
	static struct avfdrv_msg m;
	uint32_t i;

	memset(&m, 0xa5, sizeof(m));
	CHECK_EQ(avfdrv_cmd(&b->d, VC_ADD_FDIR, r->m, ADD_LEN, &m), 0);
	CHECK_EQ(m.len, ADD_LEN);
	for (i = 8; i < 2612; i++)
		CHECK_EQ_AT(m.data[i], 0, i);
	CHECK_EQ(get_le32(m.data), 0);
	if (get_le32(m.data + 2612))
		CHECK_EQ(get_le32(m.data + 4), 0);
	if (id)
		*id = get_le32(m.data + 4);
	return (int)get_le32(m.data + 2612);
}

static int del_rule(struct bed *b, uint32_t id)
{
	uint8_t msg[DEL_LEN] = { 1 };
	struct avfdrv_msg m;

	put_le32(msg + 4, id);
	put_le32(msg + 8, 0xffffffff);
	CHECK_EQ(avfdrv_cmd(&b->d, VC_DEL_FDIR, msg, DEL_LEN, &m), 0);
	CHECK_EQ(m.len, DEL_LEN);
	return (int)get_le32(m.data + 8);
}

static const struct avf_fdir_rule *match(struct bed *b, const uint8_t *frame,
					 uint32_t len)
{
	uint32_t hlen = len < AVF_FRAME_HDR ? len : AVF_FRAME_HDR;
	const struct avf_fdir_rule *r;
	uint8_t *copy = malloc(hlen);
	struct avf_pkt pkt;

	CHECK(copy);
	memcpy(copy, frame, hlen);
	avf_parse(copy, hlen, len, &pkt);
	r = avf_fdir_match(b->h.dev, copy, hlen, &pkt);
	free(copy);
	return r;
}

static void open4(struct bed *b)
{
	struct avf_params p = {
		.num_qps = 4, .mac = { 2, 0, 0, 0, 0, 9 }, .link_mbps = 10000,
		.link_up = true,
	};

	bed_open_params(b, &p);
	avfdrv_pci_on(&b->d, 5);
	avfdrv_mbx_init(&b->d);
	CHECK_EQ(avfdrv_version(&b->d, 1, 1), 0);
	CHECK_EQ(avfdrv_resources(&b->d), 0);
	CHECK(b->d.caps & CAP_FDIR);
	avfdrv_drain(&b->d);
}

static const uint8_t mac_d[6] = { 2, 0, 0, 0, 0, 9 };
static const uint8_t mac_s[6] = { 2, 0, 0, 0, 0, 7 };

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
	uint32_t at = r->ver == 4 ? T4 : T6;
	uint32_t len = ip_frame(frame, mac_d, mac_s, r->ver, r->proto, 64);

	if (r->dport) {
		frame[at + 2] = (uint8_t)(r->dport >> 8);
		frame[at + 3] = (uint8_t)r->dport;
	}
	if (r->dport == 2152)	/* user data, TEID, a PDU session: uplink, QFI */
		memcpy(frame + at + 8, "\x34\xff\0\x38" "\xca\xfe\xba\xbe"
		       "\0\0\0\x85" "\1\x10\x25", 15);
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

/* A rule for every IPv4 packet, without actions. */
static struct rule *ip4(uint32_t src)
{
	struct rule *m = begin();

	hdr(m, H_ETH, 0);
	put_le32(hdr(m, H_IP4, F(0)) + 12, src);
	return m;
}

static uint32_t ip4_frame(uint8_t *frame, uint32_t src)
{
	uint32_t len = ip_frame(frame, mac_d, mac_s, 4, 17, 64);

	put_le32(frame + 26, src);
	return len;
}

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

/* ----------------------------------------------------- status codes, limits */

TEST_ONCE(duplicate_and_delete)
{
	struct rule *m;
	struct bed b;
	uint32_t id, id2;

	open4(&b);
	m = ip4(5);
	to_queue(m, 1);
	CHECK_EQ(send_rule(&b, m, &id), S_OK);
	CHECK_EQ(send_rule(&b, m, NULL), S_EXIST);
	m = ip4(5);
	action(m, A_DROP);
	CHECK_EQ(send_rule(&b, m, NULL), S_EXIST);
	m = ip4(6);
	to_queue(m, 1);
	CHECK_EQ(send_rule(&b, m, &id2), S_OK);
	CHECK(id != id2);
	CHECK_EQ(del_rule(&b, id), S_OK);
	CHECK_EQ(del_rule(&b, id), S_NONE);
	CHECK_EQ(del_rule(&b, 1024), S_NONE);
	CHECK_EQ(del_rule(&b, 0xffffffff), S_NONE);
	CHECK_EQ(del_rule(&b, id2), S_OK);
	CHECK_EQ(bed_stats(&b).vc_refused, 0);
	bed_close(&b);
}

TEST_ONCE(validate_only)
{
	uint8_t frame[256];
	struct rule *m;
	struct bed b;
	uint32_t len, id;

	open4(&b);
	len = ip4_frame(frame, 5);
	m = ip4(5);
	to_queue(m, 1);
	put_le16(m->m + 2, 1);
	CHECK_EQ(send_rule(&b, m, &id), S_OK);
	CHECK_EQ(id, 0);
	CHECK(!match(&b, frame, len));
	CHECK_EQ(del_rule(&b, 0), S_NONE);
	put_le16(m->m + 2, 0);
	CHECK_EQ(send_rule(&b, m, NULL), S_OK);
	/* only the rule is judged, not what it would meet */
	put_le16(m->m + 2, 1);
	CHECK_EQ(send_rule(&b, m, NULL), S_OK);
	m = ip4(5);
	to_queue(m, 4);
	put_le16(m->m + 2, 1);
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	bed_close(&b);
}

TEST_ONCE(capacity)
{
	uint8_t frame[256], *p;
	uint32_t i, len, id;
	struct rule *m;
	struct bed b;

	open4(&b);
	for (i = 0; i < 1024; i++) {
		m = ip4(i);
		to_queue(m, (uint16_t)(i % 4));
		CHECK_EQ_AT(send_rule(&b, m, &id), S_OK, i);
		CHECK(id < 1024);
	}
	m = ip4(i);
	to_queue(m, 0);
	CHECK_EQ(send_rule(&b, m, NULL), S_NORES);
	/* a duplicate is one even then; what is invalid, too */
	m = ip4(7);
	to_queue(m, 0);
	CHECK_EQ(send_rule(&b, m, NULL), S_EXIST);
	m = ip4(i);
	to_queue(m, 9);
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	for (i = 0; i < 1024; i++) {
		len = ip4_frame(frame, i);
		CHECK_EQ_AT(match(&b, frame, len)->act.queue, i % 4, i);
	}
	len = ip4_frame(frame, i);
	CHECK(!match(&b, frame, len));
	CHECK_EQ(del_rule(&b, 100), S_OK);
	m = ip4(i);
	to_queue(m, 0);
	CHECK_EQ(send_rule(&b, m, NULL), S_OK);

	/* sixteen sets of fields */
	avf_dev_reset(b.h.dev, AVF_RESET_VF);
	avfdrv_mbx_init(&b.d);
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	for (i = 0; i < 18; i++) {
		m = begin();
		hdr(m, H_ETH, 0);
		p = hdr(m, H_IP4, i);
		memset(p, 1, 20);
		to_queue(m, 1);
		CHECK_EQ_AT(send_rule(&b, m, &id), i < 16 ? S_OK : S_NORES, i);
	}
	bed_close(&b);
}

/* A rule that fails leaves those that exist, and its number, alone. */
TEST_ONCE(all_or_nothing)
{
	uint8_t frame[256];
	struct rule *m;
	struct bed b;
	uint32_t len, id;

	open4(&b);
	m = ip4(5);
	to_queue(m, 1);
	CHECK_EQ(send_rule(&b, m, &id), S_OK);
	m = ip4(6);
	to_queue(m, 1);
	hdr(m, H_TCP, F(5));
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	m = ip4(6);
	to_queue(m, 1);
	action(m, A_COUNT);
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	len = ip4_frame(frame, 6);
	CHECK(!match(&b, frame, len));
	len = ip4_frame(frame, 5);
	CHECK(match(&b, frame, len));
	CHECK_EQ(del_rule(&b, id + 1), S_NONE);
	bed_close(&b);
}

/* --------------------------------------------------------- reset and life */

TEST_ONCE(forgotten_at_reset)
{
	static const enum avf_reset kinds[] = {
		AVF_RESET_VF, AVF_RESET_PF, AVF_RESET_FLR,
	};
	uint8_t frame[256];
	uint32_t i, k, len, n;
	struct rule *m;
	struct bed b;

	for (k = 0; k < 4; k++) {
		open4(&b);
		for (i = 0; i < 300; i++) {
			m = ip4(i);
			to_queue(m, 1);
			CHECK_EQ(send_rule(&b, m, NULL), S_OK);
		}
		len = ip4_frame(frame, 5);
		CHECK(match(&b, frame, len));
		n = b.h.quiesced;
		if (k < 3) {
			avf_dev_reset(b.h.dev, kinds[k]);
		} else {
			/* a driver that starts over without a reset */
			avfdrv_mbx_shutdown(&b.d);
			avfdrv_mbx_init(&b.d);
			CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
		}
		/* once for the queues (and at each start), once for the rules */
		CHECK_EQ_AT(b.h.quiesced, n + (k < 3 ? 2 : 3), k);
		CHECK(!match(&b, frame, len));
		if (k == 1)
			avf_dev_reset_done(b.h.dev);
		if (k < 3) {
			avfdrv_pci_on(&b.d, 5);
			avfdrv_mbx_init(&b.d);
			CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
		}
		CHECK_EQ(avfdrv_resources(&b.d), 0);
		CHECK_EQ(del_rule(&b, 5), S_NONE);
		m = ip4(5);
		to_queue(m, 1);
		CHECK_EQ(send_rule(&b, m, NULL), S_OK);
		bed_close(&b);
	}
}

/* ---------------------------------------------------------------- garbage */

TEST_ONCE(lengths)
{
	uint8_t del[DEL_LEN] = { 1 };
	struct avfdrv_msg m;
	struct rule *r;
	struct bed b;
	uint32_t len;

	open4(&b);
	r = ip4(5);
	to_queue(r, 1);
	bed_check_len(&b, VC_ADD_FDIR, r->m, ADD_LEN);
	bed_check_len(&b, VC_DEL_FDIR, del, DEL_LEN);
	for (len = 0; len < ADD_LEN; len += 97) {
		CHECK_EQ(avfdrv_cmd(&b.d, VC_ADD_FDIR, r->m, len, &m),
			 VC_EPARAM);
		/* Linux prints what comes with an error */
		CHECK_EQ(m.len, 0);
	}
	put_le16(r->m, 2);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_ADD_FDIR, r->m, ADD_LEN, &m), VC_EPARAM);
	CHECK_EQ(m.len, 0);
	del[0] = 2;
	CHECK_EQ(avfdrv_cmd(&b.d, VC_DEL_FDIR, del, DEL_LEN, &m), VC_EPARAM);
	CHECK_EQ(m.len, 0);
	del[0] = 1;
	CHECK_EQ(del_rule(&b, 0), S_NONE);

	b.d.want_caps = CAPS_LINUX & ~CAP_FDIR;
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	put_le16(r->m, 1);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_ADD_FDIR, r->m, ADD_LEN, &m), VC_ENOTSUPP);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_DEL_FDIR, del, DEL_LEN, &m), VC_ENOTSUPP);
	bed_close(&b);
}

/* Which headers and fields there are, over all of them. */
TEST_ONCE(unknown_headers_and_fields)
{
	/* selectors that are known, by header type */
	static const struct {
		uint8_t under[3];	/* between Ethernet and it */
		uint32_t type, fields;
	} known[] = {
		{ { 0 }, H_IP4, 0x1f }, { { 0 }, H_IP6, 0x1f },
		{ { H_IP4 }, H_TCP, 3 }, { { H_IP6 }, H_UDP, 3 },
		{ { H_IP4 }, H_SCTP, 3 }, { { H_IP4 }, H_ESP, 1 },
		{ { H_IP6 }, H_AH, 1 }, { { H_IP4 }, H_L2TPV3, 1 },
		{ { H_IP4, H_UDP }, H_ESP, 1 }, { { H_IP4, H_UDP }, H_GTPU, 1 },
		{ { H_IP4, H_UDP }, H_PFCP, 1 },
		{ { H_IP4, H_UDP, H_GTPU }, H_EH, 2 },
		{ { H_IP4, H_UDP, H_GTPU }, H_DL, 1 },
		{ { H_IP6, H_UDP, H_GTPU }, H_UL, 1 },
		{ { H_IP4 }, H_IP4_FRAG, 0 }, { { H_IP6 }, H_IP6_FRAG, 0 },
	};
	static const uint32_t odd[] = {
		24, 25, 31, 32, 33, 63, 64, 255, 0x7fffffff, 0x80000000,
		0xffffffff
	};
	uint32_t i, k, bit, id, type;
	struct rule *m;
	struct bed b;

	open4(&b);
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		for (bit = 0; bit <= 32; bit++) {
			uint32_t f = bit < 32 ? F(bit) : 0;
			bool ok = !(f & ~known[i].fields);

			m = begin();
			hdr(m, H_ETH, 0);
			for (k = 0; k < 3 && known[i].under[k]; k++)
				hdr(m, known[i].under[k], 0);
			hdr(m, known[i].type, f);
			to_queue(m, 1);
			CHECK_EQ_AT(send_rule(&b, m, &id),
				    ok ? S_OK : S_INVALID, i * 100 + bit);
			if (ok)
				CHECK_EQ(del_rule(&b, id), S_OK);
		}
	}

	/* every other header at every place, alone and after IPv4 and UDP */
	for (i = 0; i < 24 + ARRAY_SIZE(odd); i++) {
		type = i < 24 ? i : odd[i - 24];
		m = begin();
		hdr(m, type, 0);
		hdr(m, type == H_ETH ? H_ETH : H_IP4, 0);
		to_queue(m, 1);
		CHECK_EQ_AT(send_rule(&b, m, NULL), S_INVALID, type);

		m = begin();
		hdr(m, H_ETH, 0);
		hdr(m, type, 0);
		to_queue(m, 1);
		CHECK_EQ_AT(send_rule(&b, m, &id), type == H_IP4 ||
			    type == H_IP6 ? S_OK : S_INVALID, type);
		del_rule(&b, id);

		m = begin();
		hdr(m, H_ETH, 0);
		hdr(m, H_IP4, 0);
		hdr(m, H_UDP, 0);
		hdr(m, type, 0);
		to_queue(m, 1);
		CHECK_EQ_AT(send_rule(&b, m, &id), type == H_ESP ||
			    type == H_GTPU || type == H_PFCP ? S_OK :
			    S_INVALID, type);
		del_rule(&b, id);
	}
	bed_close(&b);
}

TEST_ONCE(contradictions)
{
	struct rule *m;
	struct bed b;
	uint8_t *p;

	open4(&b);
	/* TCP in something that is not TCP */
	m = begin();
	hdr(m, H_ETH, 0);
	p = hdr(m, H_IP4, F(4));
	p[9] = 17;
	hdr(m, H_TCP, 0);
	to_queue(m, 1);
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	/* inner headers; a whole packet instead of headers */
	m = ip4(5);
	to_queue(m, 1);
	m->m[8] = 1;
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	m = begin();
	put_le16(m->m + 16, 60);
	memset(m->m + 18, 0xff, 2048);
	to_queue(m, 1);
	CHECK_EQ(send_rule(&b, m, NULL), S_INVALID);
	bed_close(&b);
}

TEST_ONCE(counts)
{
	static const uint32_t n[] = { 0, 3, 32, 33, 34, 255, 0x7fffffff,
				      0x80000000, 0xffffffff };
	struct rule *m;
	struct bed b;
	uint32_t i;

	open4(&b);
	for (i = 0; i < ARRAY_SIZE(n); i++) {
		m = ip4(5);
		to_queue(m, 1);
		put_le32(m->m + 12, n[i]);
		CHECK_EQ_AT(send_rule(&b, m, NULL), S_INVALID, i);
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
