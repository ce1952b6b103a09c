// SPDX-License-Identifier: GPL-2.0
/* Hash functions alone, against published hashes and the definition. */
#include "avf_hash.h"
#include "rss_bed.h"

static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };

TEST_ONCE(verification_suite)
{
	struct avf_hash_table t;
	uint8_t in[36];
	uint32_t i, n;

	avf_hash_key(&t, rss_key);
	for (i = 0; i < RSS_VECTORS; i++) {
		n = rss_input(in, &rss_vector[i], false);
		CHECK_EQ_AT(rss_slow(rss_key, in, n), rss_vector[i].ip_hash, i);
		CHECK_EQ_AT(avf_hash_toeplitz(&t, in, n),
			    rss_vector[i].ip_hash, i);
		n = rss_input(in, &rss_vector[i], true);
		CHECK_EQ_AT(rss_slow(rss_key, in, n), rss_vector[i].tcp_hash, i);
		CHECK_EQ_AT(avf_hash_toeplitz(&t, in, n),
			    rss_vector[i].tcp_hash, i);
	}
}

/* Any key, any input, any length. */
TEST_ONCE(toeplitz_by_definition)
{
	struct avf_hash_table t;
	uint8_t key[52], in[36];
	uint32_t i, n, bit;

	for (i = 0; i < 200; i++) {
		pattern(key, sizeof(key), i);
		avf_hash_key(&t, key);
		pattern(in, sizeof(in), i + 1000);
		for (n = 0; n <= sizeof(in); n++)
			CHECK_EQ_AT(avf_hash_toeplitz(&t, in, n),
				    rss_slow(key, in, n), n);
	}
	/* every bit alone */
	for (bit = 0; bit < 8 * sizeof(in); bit++) {
		memset(in, 0, sizeof(in));
		in[bit / 8] = (uint8_t)(0x80 >> bit % 8);
		CHECK_EQ_AT(avf_hash_toeplitz(&t, in, sizeof(in)),
			    rss_slow(key, in, sizeof(in)), bit);
	}
}

TEST_ONCE(xor)
{
	static const uint8_t in[12] = {
		0x12, 0x34, 0x56, 0x78, 0xff, 0x00, 0xff, 0x00, 1, 2, 3, 4
	};

	CHECK_EQ(avf_hash_xor(in, 0), 0);
	CHECK_EQ(avf_hash_xor(in, 4), 0x12345678);
	CHECK_EQ(avf_hash_xor(in, 8), 0xed34a978);
	CHECK_EQ(avf_hash_xor(in, 12), 0xec36aa7c);
	CHECK_EQ(avf_hash_xor(in, 10), 0xed34a87a);
}

static struct avf_pkt frame(uint8_t *f, const struct rss_vector *v,
			    uint8_t proto)
{
	struct avf_pkt pkt;
	uint32_t len = rss_frame(f, mac, v, proto);

	avf_parse(f, len < 128 ? len : 128, len, &pkt);
	return pkt;
}

/* All 16 choices of fields, of each class and version; one class at a time. */
TEST_ONCE(fields)
{
	static const uint8_t proto[] = { 17, 6, 132 };
	uint32_t i, c, fields, n, k, hash;
	static struct avf_hash_table key;
	static struct avf_hash h;
	uint8_t f[512], in[36], want[36];

	h.key = &key;
	avf_hash_key(h.key, rss_key);
	for (i = 0; i < RSS_VECTORS; i++) {
		const struct rss_vector *v = &rss_vector[i];
		uint32_t a = v->ver == 4 ? 4 : 16;

		rss_input(in, v, true);
		for (c = 0; c < 3; c++) {
			struct avf_pkt pkt = frame(f, v, proto[c]);

			CHECK_EQ(avf_hash_class(&pkt), AVF_HASH_UDP + c);
			for (fields = 0; fields < 16; fields++) {
				memset(h.how, 0, sizeof(h.how));
				h.how[v->ver == 6][AVF_HASH_UDP + c].fields =
					(uint8_t)fields;
				for (n = 0, k = 0; k < 4; k++) {
					uint32_t at = k < 2 ? k * a :
						      2 * a + (k - 2) * 2;
					uint32_t l = k < 2 ? a : 2;

					if (!(fields >> k & 1))
						continue;
					memcpy(want + n, in + at, l);
					n += l;
				}
				hash = 0;
				CHECK_EQ(avf_hash_packet(&h, f, &pkt, &hash),
					 !!fields);
				CHECK_EQ_AT(hash, rss_slow(rss_key, want, n),
					    fields);
			}
		}
	}
}

/* Each class has its own say, and ports only where there are any. */
TEST_ONCE(classes)
{
	static struct avf_hash_table key;
	static struct avf_hash h;
	struct avf_pkt pkt;
	uint32_t i, hash;
	uint8_t f[512];

	h.key = &key;
	avf_hash_key(h.key, rss_key);
	for (i = 0; i < RSS_VECTORS; i += 5) {
		const struct rss_vector *v = &rss_vector[i];
		bool v6 = v->ver == 6;

		memset(h.how, 0, sizeof(h.how));
		h.how[v6][AVF_HASH_OTHER].fields = AVF_HASH_IP;
		pkt = frame(f, v, v6 ? 58 : 1);
		CHECK_EQ(avf_hash_class(&pkt), AVF_HASH_OTHER);
		CHECK(avf_hash_packet(&h, f, &pkt, &hash));
		CHECK_EQ(hash, v->ip_hash);
		pkt = frame(f, v, 47);
		CHECK(avf_hash_packet(&h, f, &pkt, &hash));
		CHECK_EQ(hash, v->ip_hash);
		pkt = frame(f, v, 6);
		CHECK(!avf_hash_packet(&h, f, &pkt, &hash));
		/* of the other version */
		pkt = frame(f, &rss_vector[5 - i], 47);
		CHECK(!avf_hash_packet(&h, f, &pkt, &hash));

		memset(h.how, 0, sizeof(h.how));
		h.how[v6][AVF_HASH_FRAG].fields = AVF_HASH_IP;
		pkt = frame(f, v, 6);
		CHECK(!avf_hash_packet(&h, f, &pkt, &hash));
		pkt.frag = true;
		pkt.l4 = AVF_L4_NONE;
		CHECK_EQ(avf_hash_class(&pkt), AVF_HASH_FRAG);
		CHECK(avf_hash_packet(&h, f, &pkt, &hash));
		CHECK_EQ(hash, v->ip_hash);
	}
	memset(h.how, 0x0f, sizeof(h.how));
	memset(&pkt, 0, sizeof(pkt));
	CHECK(!avf_hash_packet(&h, f, &pkt, &hash));
}

/* Both directions of a flow hash alike, and different flows do not. */
TEST_ONCE(symmetric)
{
	static const uint8_t alg[] = { 2, 3 };
	static struct avf_hash_table key;
	static struct avf_hash h;
	uint32_t i, k, m, hash[2];
	uint8_t f[512], in[36];

	h.key = &key;
	avf_hash_key(h.key, rss_key);
	for (k = 0; k < 2; k++) {
		for (i = 0; i < RSS_VECTORS; i++) {
			struct rss_vector v = rss_vector[i], w = v;
			uint32_t n = v.ver == 4 ? 4 : 16;
			struct avf_pkt pkt;

			h.how[v.ver == 6][AVF_HASH_TCP].fields =
				AVF_HASH_IP | AVF_HASH_PORTS;
			h.how[v.ver == 6][AVF_HASH_TCP].alg = alg[k];
			memcpy(w.src, v.dst, 16);
			memcpy(w.dst, v.src, 16);
			w.sport = v.dport;
			w.dport = v.sport;
			pkt = frame(f, &v, 6);
			CHECK(avf_hash_packet(&h, f, &pkt, &hash[0]));
			pkt = frame(f, &w, 6);
			CHECK(avf_hash_packet(&h, f, &pkt, &hash[1]));
			CHECK_EQ_AT(hash[0], hash[1], i);
			/* another port, another flow */
			w.sport ^= 1;
			pkt = frame(f, &w, 6);
			CHECK(avf_hash_packet(&h, f, &pkt, &hash[1]));
			CHECK(hash[0] != hash[1]);

			/* twice the exclusive or of source and destination */
			for (m = 0; m < n; m++) {
				in[m] = v.src[m] ^ v.dst[m];
				in[n + m] = in[m];
			}
			put_le16(in + 2 * n, __builtin_bswap16(v.sport ^ v.dport));
			memcpy(in + 2 * n + 2, in + 2 * n, 2);
			if (alg[k] == 2)
				CHECK_EQ_AT(hash[0], rss_slow(rss_key, in,
							      2 * n + 4), i);
			/* or once, by words */
			for (m = 0, hash[1] = v.sport ^ v.dport; m < n; m += 4)
				hash[1] ^= __builtin_bswap32(get_le32(in + m));
			CHECK_EQ_AT(hash[0] == hash[1], alg[k] == 3, i);
		}
	}
	/* one field of a pair alone is taken as it is */
	for (k = 0; k < 4; k++) {
		struct avf_pkt pkt = frame(f, &rss_vector[0], 6);

		h.how[0][AVF_HASH_TCP].fields = (uint8_t)(1u << k);
		h.how[0][AVF_HASH_TCP].alg = 2;
		CHECK(avf_hash_packet(&h, f, &pkt, &hash[0]));
		h.how[0][AVF_HASH_TCP].alg = 0;
		CHECK(avf_hash_packet(&h, f, &pkt, &hash[1]));
		CHECK_EQ_AT(hash[0], hash[1], k);
	}
}

/* Simple XOR of a TCP packet: addresses and both ports, as words. */
TEST_ONCE(xor_packet)
{
	static struct avf_hash h;
	struct avf_pkt pkt;
	uint32_t hash;
	uint8_t f[512];

	h.how[0][AVF_HASH_TCP].fields = AVF_HASH_IP | AVF_HASH_PORTS;
	h.how[0][AVF_HASH_TCP].alg = 1;
	pkt = frame(f, &rss_vector[0], 6);
	CHECK(avf_hash_packet(&h, f, &pkt, &hash));
	CHECK_EQ(hash, 0x420995bbu ^ 0xa18e6450u ^ (2794u << 16 | 1766u));
}
