// SPDX-License-Identifier: GPL-2.0
/* Receive side scaling, from the messages that set it to the queue chosen. */
#include <pthread.h>

#include "avf_dev.h"
#include "rss_bed.h"

#define QPS	16u

enum { ETH = 1, S_VLAN, C_VLAN, IPV4, IPV6, TCP, UDP, SCTP };

static void rss_open(struct bed *b, uint8_t rxdid)
{
	static const struct avf_params p = {
		.num_qps = QPS, .link_mbps = 10000, .link_up = true,
		.mac = { 2, 0, 0, 0, 0, 1 },
	};
	uint8_t lut[64];
	uint32_t i;

	bed_open_params(b, &p);
	b->d.rxdid = rxdid;
	b->d.rx_buf = 2048;
	b->d.max_pkt = 9728;
	CHECK_EQ(avfdrv_probe(&b->d), 0);
	CHECK_EQ(avfdrv_up(&b->d), 0);
	CHECK_EQ(b->d.nq, QPS);
	CHECK_EQ(avfdrv_rss_key(&b->d, rss_key), 0);
	/* neither ascending nor the device's own */
	for (i = 0; i < 64; i++)
		lut[i] = (uint8_t)(i * 7 + 3) % QPS;
	CHECK_EQ(avfdrv_rss_lut(&b->d, lut), 0);
}

static uint32_t lut_of(uint32_t hash)
{
	return ((hash & 63) * 7 + 3) % QPS;
}

/* Where did it arrive? In one place, unharmed, or the test fails. */
static uint32_t arrived(struct bed *b, const uint8_t *f, uint32_t len,
			struct avfdrv_rxinfo *info)
{
	uint32_t q, n, at = ~0u;
	uint8_t buf[2048];

	for (q = 0; q < b->d.nq; q++) {
		struct avfdrv_rxinfo got;

		n = avfdrv_rx(&b->d, (uint16_t)q, buf, sizeof(buf), &got);
		if (!n)
			continue;
		CHECK_EQ(at, ~0u);
		CHECK_EQ(n, len);
		CHECK(!memcmp(buf, f, len));
		at = q;
		*info = got;
	}
	CHECK(at != ~0u);
	return at;
}

/* Send @f; it is hashed to @hash, or not at all. */
static void expect(struct bed *b, const uint8_t *f, uint32_t len, bool hashed,
		   uint32_t hash)
{
	struct avfdrv_rxinfo info;

	CHECK_EQ(host_rx(&b->h, f, len, 1), 0);
	CHECK_EQ(arrived(b, f, len, &info), hashed ? lut_of(hash) : 0);
	CHECK_EQ(info.hash_valid, hashed);
	CHECK_EQ(info.hash, hashed ? hash : 0);
}

/* The same for a packet of @v, over addresses and perhaps ports. */
static void expect_vector(struct bed *b, const struct rss_vector *v,
			  uint8_t proto, int fields)
{
	uint8_t f[512], in[36];
	uint32_t len = rss_frame(f, b->d.mac, v, proto), n;

	n = rss_input(in, v, fields == 4);
	expect(b, f, len, fields != 0, rss_slow(rss_key, in, n));
}

static void hena(struct bed *b, uint64_t bits)
{
	uint8_t req[8];

	put_le64(req, bits);
	CHECK_EQ(avfdrv_cmd(&b->d, VC_SET_HENA, req, 8, NULL), 0);
}

struct hdr {
	uint32_t type, fields;
};

/* A rule of up to 4 headers, in a message full of what may be garbage. */
static int rule(struct bed *b, uint32_t op, uint8_t tunnel, uint32_t alg,
		uint32_t n, const struct hdr *h)
{
	uint8_t msg[2444];
	uint32_t i;

	pattern(msg, sizeof(msg), n + alg);
	msg[0] = tunnel;
	put_le32(msg + 4, n);
	for (i = 0; i < n && i < 32; i++) {
		put_le32(msg + 8 + 72 * i, h[i].type);
		put_le32(msg + 12 + 72 * i, h[i].fields);
	}
	put_le32(msg + 2312, alg);
	return avfdrv_cmd(&b->d, op, msg, sizeof(msg), NULL);
}

static void check_vectors(uint8_t rxdid)
{
	struct bed b;
	uint8_t f[512];
	uint32_t i;

	rss_open(&b, rxdid);
	for (i = 0; i < RSS_VECTORS; i++) {
		const struct rss_vector *v = &rss_vector[i];
		uint32_t len = rss_frame(f, b.d.mac, v, 6);

		expect(&b, f, len, true, v->tcp_hash);
		len = rss_frame(f, b.d.mac, v, 47);
		expect(&b, f, len, true, v->ip_hash);
	}
	/* not IP */
	pattern(f, sizeof(f), 1);
	eth(f, b.d.mac, b.d.mac, 0x88b5);
	expect(&b, f, 100, false, 0);
	bed_close(&b);
}

TEST(suite_legacy)
{
	check_vectors(1);
}

TEST(suite_flexible)
{
	check_vectors(22);
}

/* Only the last descriptor of a frame carries the hash, and it is complete. */
TEST(hash_of_chain)
{
	static const uint8_t rxdid[] = { 1, 22 };
	struct bed b;
	uint8_t f[6000];
	uint32_t i, q, len, k;

	for (i = 0; i < 2; i++) {
		rss_open(&b, rxdid[i]);
		len = ip_frame(f, b.d.mac, b.d.mac, 4, 17, 5000);
		CHECK_EQ(host_rx(&b.h, f, len, 3), 0);
		for (q = 0, k = 0; q < QPS; q++) {
			const uint8_t *d = avfdrv_rxd(&b.d, (uint16_t)q, 0);

			if (!(get_le64(d + 8) & 1))
				continue;
			k++;
			for (; !(get_le64(d + 8) & 2); d += 32, k++) {
				CHECK_EQ(get_le64(d + 8) >> 12 & 3, 0);
				if (rxdid[i] == 1)
					CHECK_EQ(get_le32(d + 4), 0);
				else
					CHECK_EQ(get_le64(d + 24), 0);
			}
			if (rxdid[i] == 1) {
				CHECK_EQ(get_le64(d + 8) >> 12 & 3, 3);
				CHECK_EQ(get_le64(d + 24), 0);
				CHECK(get_le32(d + 4));
			} else {
				CHECK_EQ(get_le64(d + 8) >> 12 & 3, 1);
				CHECK_EQ(get_le32(d + 12), 0xffffffff);
				CHECK(get_le32(d + 24));
				CHECK_EQ(get_le32(d + 28), 0);
			}
		}
		CHECK_EQ(k, 3);
		bed_close(&b);
	}
}

TEST(lut_change_takes_effect)
{
	struct avfdrv_rxinfo info;
	uint8_t f[512], lut[64];
	uint32_t i, q, len;
	struct bed b;

	rss_open(&b, 1);
	len = rss_frame(f, b.d.mac, &rss_vector[0], 6);
	for (q = 0; q < QPS; q++) {
		memset(lut, (int)(q + 1) % QPS, sizeof(lut));
		lut[rss_vector[0].tcp_hash & 63] = (uint8_t)q;
		CHECK_EQ(avfdrv_rss_lut(&b.d, lut), 0);
		CHECK_EQ(host_rx(&b.h, f, len, 1), 0);
		CHECK_EQ(arrived(&b, f, len, &info), q);
		CHECK_EQ(info.hash, rss_vector[0].tcp_hash);
	}
	/* one entry that is no queue refuses all of them */
	for (i = 0; i < 64; i += 21) {
		memset(lut, 0, sizeof(lut));
		lut[i] = QPS;
		CHECK_EQ(avfdrv_rss_lut(&b.d, lut), VC_EPARAM);
	}
	CHECK_EQ(host_rx(&b.h, f, len, 1), 0);
	CHECK_EQ(arrived(&b, f, len, &info), QPS - 1);
	bed_close(&b);
}

TEST_ONCE(key_takes_effect)
{
	uint8_t f[512], key[52], in[36];
	const struct rss_vector *v = &rss_vector[6];
	uint32_t i, len, n;
	struct bed b;

	rss_open(&b, 1);
	len = rss_frame(f, b.d.mac, v, 6);
	n = rss_input(in, v, true);
	for (i = 0; i < 50; i++) {
		pattern(key, sizeof(key), i);
		CHECK_EQ(avfdrv_rss_key(&b.d, key), 0);
		expect(&b, f, len, true, rss_slow(key, in, n));
	}
	bed_close(&b);
}

/* A queue that does not run gets nothing, and nobody else in its place. */
TEST(queue_not_running)
{
	const struct rss_vector *v = &rss_vector[0];
	uint32_t q = lut_of(v->tcp_hash), len, i;
	uint8_t f[512], buf[512];
	struct bed b;
	u64 before;

	rss_open(&b, 1);
	len = rss_frame(f, b.d.mac, v, 6);
	CHECK(q);
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 1u << q, 0), 0);
	before = bed_stats(&b).rx_discards;
	bed_quiet(&b);
	CHECK_EQ(host_rx(&b.h, f, len, 1), -ENETDOWN);
	bed_quiet_end(&b);
	CHECK_EQ(bed_stats(&b).rx_discards, before + 1);
	for (i = 0; i < QPS; i++)
		CHECK_EQ(avfdrv_rx(&b.d, (uint16_t)i, buf, sizeof(buf), NULL), 0);
	/* the others are none the worse for it */
	len = rss_frame(f, b.d.mac, &rss_vector[1], 6);
	expect(&b, f, len, true, rss_vector[1].tcp_hash);

	/* and without queue 0, what has no hash */
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 1, 0), 0);
	eth(f, b.d.mac, b.d.mac, 0x88b5);
	CHECK_EQ(host_rx(&b.h, f, 64, 1), -ENETDOWN);
	CHECK_EQ(bed_stats(&b).rx_discards, before + 2);
	bed_close(&b);
}

/* Until the driver sends a table: all queues that run, and no others. */
TEST(default_table)
{
	struct avfdrv_rxinfo info;
	uint8_t f[512], lut[64];
	uint32_t i, q, len, seen, mask;
	struct rss_vector v = rss_vector[0];
	struct bed b;

	rss_open(&b, 1);
	CHECK_EQ(avfdrv_reset(&b.d), 0);
	/* as iavf is between ENABLE_QUEUES and CONFIG_RSS_LUT */
	avfdrv_send(&b.d, VC_RESET_VF, NULL, 0);
	avfdrv_mbx_init(&b.d);
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	avfdrv_rings_restart(&b.d);
	for (q = 0; q < QPS; q++)
		avfdrv_rx_fill(&b.d, (uint16_t)q);
	CHECK_EQ(avfdrv_config_queues(&b.d), 0);
	for (mask = 1; mask < 1u << QPS; mask = mask << 1 | 1) {
		CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, mask, 0), 0);
		for (i = 0, seen = 0; i < 400; i++) {
			v.sport = (uint16_t)(i * 257);
			len = rss_frame(f, b.d.mac, &v, 6);
			CHECK_EQ(host_rx(&b.h, f, len, 1), 0);
			seen |= 1u << arrived(&b, f, len, &info);
			CHECK(info.hash_valid);
		}
		CHECK_EQ(seen, mask);
	}
	/* less of them */
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 0x5554, 0), 0);
	for (i = 0, seen = 0; i < 400; i++) {
		v.sport = (uint16_t)(i * 257);
		len = rss_frame(f, b.d.mac, &v, 6);
		CHECK_EQ(host_rx(&b.h, f, len, 1), 0);
		seen |= 1u << arrived(&b, f, len, &info);
	}
	CHECK_EQ(seen, 0xaaab);
	/* the driver's own table is left alone */
	memset(lut, 5, sizeof(lut));
	CHECK_EQ(avfdrv_rss_lut(&b.d, lut), 0);
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 1u << 5, 0), 0);
	CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 0x0054, 0), 0);
	CHECK_EQ(host_rx(&b.h, f, len, 1), -ENETDOWN);
	bed_close(&b);
}

/* Every HENA bit alone hashes its class and no other. */
TEST_ONCE(hena_classes)
{
	static const struct {
		uint64_t bits;
		uint32_t v;
		uint8_t proto;
		bool frag;
		int fields;
	} t[] = {
		{ 7ull << 29, 0, 17, false, 4 }, { 3ull << 32, 0, 6, false, 4 },
		{ 1ull << 34, 0, 132, false, 4 }, { 1ull << 35, 0, 1, false, 2 },
		{ 1ull << 35, 0, 50, false, 2 }, { 1ull << 36, 0, 17, true, 2 },
		{ 7ull << 39, 6, 17, false, 4 }, { 3ull << 42, 6, 6, false, 4 },
		{ 1ull << 44, 6, 132, false, 4 }, { 1ull << 45, 6, 58, false, 2 },
		{ 1ull << 45, 6, 50, false, 2 },
	};
	struct bed b;
	uint32_t bit, i;

	rss_open(&b, 1);
	for (bit = 0; bit < 64; bit++) {
		uint8_t req[8];

		put_le64(req, 1ull << bit);
		if (avfdrv_cmd(&b.d, VC_SET_HENA, req, 8, NULL))
			continue;
		for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
			const struct rss_vector *v = &rss_vector[t[i].v];
			int fields = t[i].bits >> bit & 1 ? t[i].fields : 0;
			uint8_t f[512], in[36];
			uint32_t len = rss_frame(f, b.d.mac, v, t[i].proto);

			if (t[i].frag)
				f[20] = 0x20;
			expect(&b, f, len, fields,
			       rss_slow(rss_key, in,
					rss_input(in, v, fields == 4)));
		}
	}
	bed_close(&b);
}

static const struct {
	uint32_t v;
	uint8_t proto;
	uint32_t n;
	struct hdr hdr[2];
} templates[] = {
	/* as DPDK has them */
	{ 0, 50, 1, { { IPV4, 3 } } },
	{ 0, 17, 2, { { IPV4, 0x13 }, { UDP, 3 } } },
	{ 0, 6, 2, { { IPV4, 0x13 }, { TCP, 3 } } },
	{ 0, 132, 2, { { IPV4, 3 }, { SCTP, 3 } } },
	{ 6, 50, 1, { { IPV6, 3 } } },
	{ 6, 17, 2, { { IPV6, 0x13 }, { UDP, 3 } } },
	{ 6, 6, 2, { { IPV6, 0x13 }, { TCP, 3 } } },
	{ 6, 132, 2, { { IPV6, 3 }, { SCTP, 3 } } },
};

#define TEMPLATES (sizeof(templates) / sizeof(templates[0]))

TEST_ONCE(eight_templates)
{
	struct bed b;
	uint32_t i, k;

	rss_open(&b, 22);
	hena(&b, 0);
	/* each alone; the one without a transport header is for all */
	for (i = 0; i < TEMPLATES; i++) {
		CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 1, 0, templates[i].n,
			      templates[i].hdr), 0);
		for (k = 0; k < TEMPLATES; k++) {
			int fields = 0;

			if (templates[k].v == templates[i].v &&
			    templates[i].n == 1)
				fields = 2;
			else if (k == i)
				fields = 4;
			expect_vector(&b, &rss_vector[templates[k].v],
				      templates[k].proto, fields);
		}
		CHECK_EQ(rule(&b, VC_DEL_RSS_CFG, 1, 0, templates[i].n,
			      templates[i].hdr), 0);
		expect_vector(&b, &rss_vector[templates[i].v],
			      templates[i].proto, 0);
	}
	/* all of them */
	for (i = 0; i < TEMPLATES; i++)
		CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 1, 0, templates[i].n,
			      templates[i].hdr), 0);
	for (i = 0; i < TEMPLATES; i++)
		expect_vector(&b, &rss_vector[templates[i].v],
			      templates[i].proto, templates[i].n == 1 ? 2 : 4);
	/* HENA 0 takes them away */
	hena(&b, 0);
	for (i = 0; i < TEMPLATES; i++)
		expect_vector(&b, &rss_vector[templates[i].v],
			      templates[i].proto, 0);
	/* so does a reset, but for the classes */
	for (i = 0; i < TEMPLATES; i++)
		CHECK_EQ(rule(&b, VC_DEL_RSS_CFG, 1, 0, templates[i].n,
			      templates[i].hdr), 0);
	bed_close(&b);
}

/* ethtool -N rx-flow-hash: a rule wins over its class, and leaves it behind. */
TEST_ONCE(rule_over_class)
{
	static const struct hdr tcp4_sd[] = { { IPV4, 3 }, { TCP, 0 } };
	static const struct hdr tcp4_sdfn[] = { { IPV4, 3 }, { TCP, 3 } };
	static const struct hdr tcp4_n[] = { { IPV4, 0 }, { TCP, 2 } };
	static const struct hdr ip4_s[] = { { IPV4, 1 } };
	const struct rss_vector *v = &rss_vector[1];
	uint8_t f[512], in[36];
	uint32_t len;
	struct bed b;

	rss_open(&b, 1);
	expect_vector(&b, v, 6, 4);
	CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 0, 0, 2, tcp4_sd), 0);
	expect_vector(&b, v, 6, 2);
	expect_vector(&b, v, 17, 4);
	/* changed */
	CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 0, 0, 2, tcp4_n), 0);
	rss_input(in, v, true);
	len = rss_frame(f, b.d.mac, v, 6);
	expect(&b, f, len, true, rss_slow(rss_key, in + 10, 2));
	CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 0, 0, 2, tcp4_sdfn), 0);
	expect_vector(&b, v, 6, 4);
	/* a general rule does not reach what is told apart */
	CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 0, 0, 1, ip4_s), 0);
	expect_vector(&b, v, 6, 4);
	expect_vector(&b, v, 17, 4);
	len = rss_frame(f, b.d.mac, v, 50);
	expect(&b, f, len, true, rss_slow(rss_key, in, 4));
	/* gone, twice */
	CHECK_EQ(rule(&b, VC_DEL_RSS_CFG, 0, 0, 1, ip4_s), 0);
	CHECK_EQ(rule(&b, VC_DEL_RSS_CFG, 0, 0, 1, ip4_s), 0);
	expect_vector(&b, v, 50, 2);
	CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 0, 0, 2, tcp4_sd), 0);
	CHECK_EQ(rule(&b, VC_DEL_RSS_CFG, 0, 0, 2, tcp4_sd), 0);
	expect_vector(&b, v, 6, 4);
	/* a reset forgets them */
	CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 0, 0, 2, tcp4_sd), 0);
	CHECK_EQ(avfdrv_reset(&b.d), 0);
	CHECK_EQ(avfdrv_rss_key(&b.d, rss_key), 0);
	{
		struct avfdrv_rxinfo info;

		len = rss_frame(f, b.d.mac, v, 6);
		CHECK_EQ(host_rx(&b.h, f, len, 1), 0);
		arrived(&b, f, len, &info);
		CHECK_EQ(info.hash, v->tcp_hash);
	}
	bed_close(&b);
}

TEST_ONCE(bad_rules)
{
	static const struct {
		uint32_t n;
		struct hdr h[5];
	} bad[] = {
		{ 0, { { 0, 0 } } },
		{ 1, { { 0, 0 } } },
		{ 1, { { IPV4, 0 } } },			/* hash what? */
		{ 2, { { IPV4, 0 }, { TCP, 0 } } },
		{ 1, { { IPV4, 7 } } },			/* DSCP */
		{ 1, { { IPV6, 0x80000001 } } },
		{ 2, { { IPV4, 3 }, { TCP, 4 } } },
		{ 1, { { ETH, 3 } } },
		{ 2, { { ETH, 1 }, { IPV4, 3 } } },
		{ 3, { { ETH, 0 }, { C_VLAN, 1 }, { IPV4, 3 } } },
		{ 1, { { TCP, 3 } } },			/* over nothing */
		{ 2, { { ETH, 0 }, { UDP, 3 } } },
		{ 2, { { IPV4, 3 }, { IPV6, 3 } } },
		{ 2, { { IPV6, 3 }, { IPV4, 3 } } },
		{ 2, { { IPV4, 3 }, { IPV4, 3 } } },
		{ 2, { { TCP, 3 }, { IPV4, 3 } } },
		{ 3, { { IPV4, 3 }, { TCP, 3 }, { UDP, 3 } } },
		{ 3, { { IPV4, 3 }, { UDP, 3 }, { 9, 1 } } },	/* GTP-U */
		{ 2, { { IPV4, 3 }, { 15, 1 } } },	/* ESP */
		{ 1, { { 0xffffffff, 3 } } },
		{ 1, { { 0x80000004, 3 } } },
	};
	static const struct hdr good[] = {
		{ ETH, 0 }, { S_VLAN, 0 }, { C_VLAN, 0 }, { IPV4, 3 }, { TCP, 3 },
	};
	struct hdr many[33];
	struct bed b;
	uint32_t i;

	rss_open(&b, 1);
	hena(&b, 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ_AT(rule(&b, VC_ADD_RSS_CFG, 0, 0, bad[i].n, bad[i].h),
			    VC_EPARAM, i);
		CHECK_EQ_AT(rule(&b, VC_DEL_RSS_CFG, 0, 0, bad[i].n, bad[i].h),
			    VC_EPARAM, i);
	}
	for (i = 0; i < 33; i++)
		many[i] = good[3];
	CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 0, 0, 33, many), VC_EPARAM);
	CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 0, 0, 0xffffffff, many), VC_EPARAM);
	/* algorithm, tunnel level */
	CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 0, 4, 5, good), VC_EPARAM);
	CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 0, 0xffffffff, 5, good), VC_EPARAM);
	CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 2, 0, 5, good), VC_EPARAM);
	CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 255, 0, 5, good), VC_EPARAM);
	/* nothing of it was taken */
	for (i = 0; i < TEMPLATES; i++)
		expect_vector(&b, &rss_vector[templates[i].v],
			      templates[i].proto, 0);
	CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 0, 0, 5, good), 0);
	expect_vector(&b, &rss_vector[0], 6, 4);
	bed_close(&b);
}

/* A flow's two directions, by algorithm: of classes, and of a rule. */
TEST_ONCE(algorithms)
{
	static const struct hdr tcp4[] = { { IPV4, 3 }, { TCP, 3 } };
	struct rss_vector v = rss_vector[0], w = v;
	uint8_t f[512], msg[8] = { 0 };
	uint32_t alg, pass, len;
	struct bed b;

	memcpy(w.src, v.dst, 16);
	memcpy(w.dst, v.src, 16);
	w.sport = v.dport;
	w.dport = v.sport;
	rss_open(&b, 1);
	for (pass = 0; pass < 2; pass++) {
		for (alg = 0; alg < 4; alg++) {
			struct avfdrv_rxinfo i1, i2;

			put_le16(msg, b.d.vsi);
			put_le16(msg + 2, alg);
			if (!pass)
				CHECK_EQ(avfdrv_cmd(&b.d, VC_RSS_HFUNC, msg, 8,
						    NULL), 0);
			else
				CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 0, alg, 2,
					      tcp4), 0);
			len = rss_frame(f, b.d.mac, &v, 6);
			CHECK_EQ(host_rx(&b.h, f, len, 1), 0);
			CHECK_EQ(arrived(&b, f, len, &i1), lut_of(i1.hash));
			len = rss_frame(f, b.d.mac, &w, 6);
			CHECK_EQ(host_rx(&b.h, f, len, 1), 0);
			CHECK_EQ(arrived(&b, f, len, &i2), lut_of(i2.hash));
			CHECK_EQ_AT(i1.hash == i2.hash, alg >= 2, alg);
			CHECK_EQ_AT(i1.hash == v.tcp_hash, alg == 0, alg);
		}
		/* the rule's own algorithm counts, not the classes' */
		put_le16(msg + 2, 3);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_RSS_HFUNC, msg, 8, NULL), 0);
	}
	bed_close(&b);
}

TEST_ONCE(needs_capability)
{
	struct bed b;

	bed_mbx(&b);
	b.d.want_caps = CAPS_LINUX & ~CAP_ADV_RSS;
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	CHECK_EQ(rule(&b, VC_ADD_RSS_CFG, 0, 0, 1, templates[0].hdr),
		 VC_ENOTSUPP);
	CHECK_EQ(rule(&b, VC_DEL_RSS_CFG, 0, 0, 1, templates[0].hdr),
		 VC_ENOTSUPP);
	bed_close(&b);
}

/* ------------------------------------------------- changes under traffic */

static struct {
	struct bed b;
	struct avf_pkt pkt;
	uint8_t f[512];
	uint32_t want[3];
	uint32_t busy;		/* odd while the reader is in the data path */
	bool stop;
	bool torn;
	uint32_t n;
} race;

static void *reader(void *arg)
{
	while (!__atomic_load_n(&race.stop, __ATOMIC_ACQUIRE)) {
		const struct avf_hash *h;
		uint32_t i, hash;

		__atomic_fetch_add(&race.busy, 1, __ATOMIC_SEQ_CST);
		h = avf_load_acquire(&race.b.h.dev->hash);
		for (i = 0; i < 200; i++) {
			avf_hash_packet(h, race.f, &race.pkt, &hash);
			if (hash != race.want[0] && hash != race.want[1] &&
			    hash != race.want[2])
				race.torn = true;
		}
		__atomic_fetch_add(&race.busy, 1, __ATOMIC_SEQ_CST);
		race.n++;
	}
	return arg;
}

static void wait_for_reader(void *host)
{
	uint32_t was = __atomic_load_n(&race.busy, __ATOMIC_SEQ_CST);

	(void)host;
	while ((was & 1) &&
	       __atomic_load_n(&race.busy, __ATOMIC_SEQ_CST) == was)
		sched_yield();	/* there may be one CPU only */
}

/*
 * The data path sees the old key or the new one, never some of both. An odd
 * number of keys, so that each of two copies changes every time.
 */
TEST_ONCE(never_torn)
{
	uint8_t key[3][52], in[36];
	pthread_t thread;
	uint32_t i, n, len;

	rss_open(&race.b, 1);
	race.b.h.ops.queues_quiesce = wait_for_reader;
	len = rss_frame(race.f, race.b.d.mac, &rss_vector[5], 6);
	avf_parse(race.f, 128, len, &race.pkt);
	n = rss_input(in, &rss_vector[5], true);
	for (i = 0; i < 3; i++) {
		pattern(key[i], 52, i);
		race.want[i] = rss_slow(key[i], in, n);
	}
	CHECK_EQ(avfdrv_rss_key(&race.b.d, key[0]), 0);
	CHECK(!pthread_create(&thread, NULL, reader, NULL));
	for (i = 0; i < 3000 || race.n < 1000; i++)
		CHECK_EQ(avfdrv_rss_key(&race.b.d, key[i % 3]), 0);
	__atomic_store_n(&race.stop, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	CHECK(!race.torn);
	bed_close(&race.b);
}

/*
 * With one queue pair there is nothing to choose, and no frame is hashed; with
 * more there is, however few the driver uses.
 */
TEST(one_queue_pair)
{
	struct avf_params p = {
		.link_mbps = 10000, .link_up = true,
		.mac = { 2, 0, 0, 0, 0, 1 },
	};
	struct avfdrv_rxinfo info;
	uint8_t f[512];
	struct bed b;
	uint32_t len;

	for (p.num_qps = 1; p.num_qps <= 2; p.num_qps++) {
		bed_open_params(&b, &p);
		b.d.want_qps = 1;
		CHECK_EQ(avfdrv_probe(&b.d), 0);
		CHECK_EQ(avfdrv_up(&b.d), 0);
		CHECK_EQ(avfdrv_rss_key(&b.d, rss_key), 0);
		len = rss_frame(f, b.d.mac, &rss_vector[0], 6);
		CHECK_EQ(host_rx(&b.h, f, len, 1), 0);
		CHECK_EQ(arrived(&b, f, len, &info), 0);
		CHECK_EQ_AT(info.hash_valid, p.num_qps == 2, p.num_qps);
		CHECK_EQ_AT(info.hash,
			    p.num_qps == 2 ? rss_vector[0].tcp_hash : 0, p.num_qps);
		/* it is known all the same what it is */
		CHECK_EQ(info.l3l4p, true);
		bed_close(&b);
	}
}
