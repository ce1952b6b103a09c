/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * Receive side scaling: which fields of a packet are hashed, how, and which
 * queue the hash means. What the data path reads is built here once and never
 * changes afterwards.
 */
#ifndef AVF_HASH_H
#define AVF_HASH_H

#include "avf_os.h"
#include "avf_parse.h"
#include "avf_wire.h"

/* Two addresses of 16 bytes, two ports. */
#define AVF_HASH_INPUT	36u

/* Fields that go into a hash. */
#define AVF_HASH_SRC	0x1u
#define AVF_HASH_DST	0x2u
#define AVF_HASH_SPORT	0x4u
#define AVF_HASH_DPORT	0x8u
#define AVF_HASH_IP	(AVF_HASH_SRC | AVF_HASH_DST)
#define AVF_HASH_PORTS	(AVF_HASH_SPORT | AVF_HASH_DPORT)

/* Packets that are hashed alike, of each IP version. */
enum avf_hash_class {
	AVF_HASH_FRAG,
	AVF_HASH_OTHER,
	AVF_HASH_UDP,
	AVF_HASH_TCP,
	AVF_HASH_SCTP,
	AVF_HASH_CLASSES
};

/**
 * struct avf_hash_how - how packets of a class are hashed
 * @fields: AVF_HASH_*, 0 = not at all
 * @alg:    AVF_VC_HFUNC_*
 */
struct avf_hash_how {
	u8 fields;
	u8 alg;
};

/**
 * struct avf_hash_table - a Toeplitz key, made ready for use
 * @word: what each value of each half byte of the input adds to the hash
 */
struct avf_hash_table {
	u32 word[2 * AVF_HASH_INPUT][16];
};

/**
 * struct avf_hash - everything the data path needs, immutable while published
 * @needed: there is more than one queue to choose from
 * @how:    by IP version (0: IPv4, 1: IPv6) and class
 * @lut:    queue of each hash value
 * @key:    the key; NULL where there never is more than one queue
 */
struct avf_hash {
	bool needed;
	struct avf_hash_how how[2][AVF_HASH_CLASSES];
	u8 lut[AVF_RSS_LUT_LEN];
	struct avf_hash_table *key;
};

/** avf_hash_key() - prepare @table for a key of AVF_RSS_KEY_LEN bytes. any. */
void avf_hash_key(struct avf_hash_table *table, const u8 *key);

/**
 * avf_hash_toeplitz() - hash @len bytes, at most AVF_HASH_INPUT. any.
 *
 * As the verification suite of receive side scaling has it.
 */
u32 avf_hash_toeplitz(const struct avf_hash_table *table, const u8 *in,
		      u32 len);

/** avf_hash_xor() - exclusive or of 32-bit words, the rest to the right. any. */
u32 avf_hash_xor(const u8 *in, u32 len);

/** avf_hash_class() - the class of a packet with an IP header. any. */
enum avf_hash_class avf_hash_class(const struct avf_pkt *pkt);

/**
 * avf_hash_packet() - hash a packet, if its class is hashed. any.
 * @hdr: the headers that @pkt was parsed from
 *
 * Returns false where there is no hash.
 */
bool avf_hash_packet(const struct avf_hash *h, const u8 *hdr,
		     const struct avf_pkt *pkt, u32 *hash);

/** avf_hash_queue() - the queue of a hash. any. */
static inline u16 avf_hash_queue(const struct avf_hash *h, u32 hash)
{
	return h->lut[hash % AVF_RSS_LUT_LEN];
}

#endif /* AVF_HASH_H */
