// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Hash functions of receive side scaling (device contract 4.11).
 *
 * Toeplitz: every set bit of the input adds (exclusive or) the 32 bits of the
 * key that begin at its position. For half a byte at a time the sums are in a
 * table, made when the key is set: 4.5 KiB, of which a TCP packet over IPv4
 * touches 24 cache lines.
 */
#include "avf_hash.h"

#define IP4_SRC		12u
#define IP4_ALEN	4u
#define IP6_SRC		8u
#define IP6_ALEN	16u
#define PORT_LEN	2u

AVF_STATIC_ASSERT(AVF_HASH_INPUT + 4 <= AVF_RSS_KEY_LEN);

static u32 get_be32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

void avf_hash_key(struct avf_hash_table *table, const u8 *key)
{
	u32 n, v, bit;

	for (n = 0; n < ARRAY_SIZE(table->word); n++) {
		/* Half byte n sees 32 bits from each of four places. */
		u64 bits = (u64)get_be32(key + n / 2) << 32 |
			   (u64)key[n / 2 + 4] << 24;

		bits <<= n % 2 * 4;
		for (v = 0; v < 16; v++) {
			u32 sum = 0;

			for (bit = 0; bit < 4; bit++)
				if (v & (8u >> bit))
					sum ^= (u32)(bits << bit >> 32);
			table->word[n][v] = sum;
		}
	}
}

/* Hash input that begins at the place that @w is for. */
static u32 toeplitz(const u32 (*w)[16], const u8 *in, u32 len)
{
	u32 hash = 0;

	/* Addresses are whole words: one load for eight lookups. */
	for (; len >= 4; len -= 4, in += 4, w += 8) {
		u32 v = get_be32(in);

		hash ^= w[0][v >> 28] ^ w[1][v >> 24 & 15] ^
			w[2][v >> 20 & 15] ^ w[3][v >> 16 & 15] ^
			w[4][v >> 12 & 15] ^ w[5][v >> 8 & 15] ^
			w[6][v >> 4 & 15] ^ w[7][v & 15];
	}
	for (; len; len--, in++, w += 2)
		hash ^= w[0][*in >> 4] ^ w[1][*in & 15];
	return hash;
}

u32 avf_hash_toeplitz(const struct avf_hash_table *table, const u8 *in, u32 len)
{
	return toeplitz(table->word, in, len);
}

u32 avf_hash_xor(const u8 *in, u32 len)
{
	u32 hash = 0, rest = 0;

	for (; len >= 4; in += 4, len -= 4)
		hash ^= get_be32(in);
	while (len--)
		rest = rest << 8 | *in++;
	return hash ^ rest;
}

enum avf_hash_class avf_hash_class(const struct avf_pkt *pkt)
{
	if (pkt->frag)
		return AVF_HASH_FRAG;

	switch (pkt->l4) {
	case AVF_L4_UDP:
		return AVF_HASH_UDP;
	case AVF_L4_TCP:
		return AVF_HASH_TCP;
	case AVF_L4_SCTP:
		return AVF_HASH_SCTP;
	default:
		return AVF_HASH_OTHER;
	}
}

/*
 * Add the chosen ones of two neighbouring fields. A symmetric hash sees the
 * exclusive or of both, where both are chosen: Toeplitz in the place of each,
 * but only once where two of the same would cancel out.
 */
static u32 add_pair(u8 *in, const u8 *field, u32 len, bool src, bool dst,
		    u8 alg)
{
	u32 n = 0;
	u32 i;

	if (src && dst && (alg == AVF_VC_HFUNC_TOEPLITZ_SYM ||
			   alg == AVF_VC_HFUNC_XOR_SYM)) {
		for (i = 0; i < len; i++)
			in[i] = field[i] ^ field[len + i];
		if (alg == AVF_VC_HFUNC_XOR_SYM)
			return len;
		memcpy(in + len, in, len);
		return 2 * len;
	}
	if (src) {
		memcpy(in, field, len);
		n = len;
	}
	if (dst) {
		memcpy(in + n, field + len, len);
		n += len;
	}
	return n;
}

bool avf_hash_packet(const struct avf_hash *h, const u8 *hdr,
		     const struct avf_pkt *pkt, u32 *hash)
{
	const struct avf_hash_how *how;
	bool v6 = pkt->l3 == AVF_L3_IPV6;
	u8 in[AVF_HASH_INPUT];
	const u8 *addr, *ports;
	u32 len, alen;

	if (pkt->l3 == AVF_L3_NONE)
		return false;
	how = &h->how[v6][avf_hash_class(pkt)];
	if (!how->fields)
		return false;

	addr = hdr + pkt->l3_off + (v6 ? IP6_SRC : IP4_SRC);
	alen = v6 ? IP6_ALEN : IP4_ALEN;
	/* Only classes with ports have them among their fields. */
	ports = hdr + pkt->l4_off;

	/* The usual case needs no copy: both fields of a pair are neighbours. */
	if (how->alg == AVF_VC_HFUNC_TOEPLITZ &&
	    (how->fields == AVF_HASH_IP ||
	     how->fields == (AVF_HASH_IP | AVF_HASH_PORTS))) {
		*hash = toeplitz(h->key->word, addr, 2 * alen);
		if (how->fields & AVF_HASH_PORTS)
			*hash ^= toeplitz(h->key->word + 4 * alen, ports,
					  2 * PORT_LEN);
		return true;
	}

	len = add_pair(in, addr, alen, how->fields & AVF_HASH_SRC,
		       how->fields & AVF_HASH_DST, how->alg);
	len += add_pair(in + len, ports, PORT_LEN,
			how->fields & AVF_HASH_SPORT,
			how->fields & AVF_HASH_DPORT, how->alg);

	if (how->alg == AVF_VC_HFUNC_XOR || how->alg == AVF_VC_HFUNC_XOR_SYM)
		*hash = avf_hash_xor(in, len);
	else
		*hash = avf_hash_toeplitz(h->key, in, len);
	return true;
}
