// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Flow director: the rules of a device and how a packet finds one. See
 * avf_fdir.h for the order of rules and for who may do what.
 */
#include "avf_dev.h"
#include "avf_fdir.h"
#include "avf_parse.h"

#define KEY_WORDS	ARRAY_SIZE(((union avf_fdir_key *)NULL)->w)

#define ETH_HLEN	14u
#define UDP_HLEN	8u

#define PROTO_ESP	50u
#define PROTO_AH	51u
#define PROTO_L2TPV3	115u

#define PORT_GTPU	2152u
#define PORT_NATT	4500u
#define PORT_PFCP	8805u

/**
 * struct fdir_words - the words of a mask that are not 0
 * @n:  their number
 * @at: their places
 */
struct fdir_words {
	u8 n;
	u8 at[KEY_WORDS];
};

/**
 * struct avf_fdir_mask - the rules that name the same fields
 * @next:   the mask that is tried next
 * @mask:   fields
 * @words:  where they are
 * @weight: order; larger is tried first
 * @rules:  their number (ctl)
 * @bucket: first rule of each hash value, plus one; 0 = none
 */
struct avf_fdir_mask {
	struct avf_fdir_mask *next;
	union avf_fdir_key mask;
	struct fdir_words words;
	u32 weight;
	u32 rules;
	u16 bucket[AVF_FDIR_BUCKETS];
};

/* ---------------------------------------------------------------- lookup */

static struct avf_fdir_rule *fdir_rule(const struct avf_fdir *fdir, u32 id)
{
	return READ_ONCE(fdir->chunk[id / AVF_FDIR_CHUNK]) +
	       id % AVF_FDIR_CHUNK;
}

static bool key_equal(const union avf_fdir_key *a, const union avf_fdir_key *b)
{
	u64 diff = 0;
	u32 i;

	for (i = 0; i < KEY_WORDS; i++)
		diff |= a->w[i] ^ b->w[i];
	return !diff;
}

static struct fdir_words mask_words(const union avf_fdir_key *mask)
{
	struct fdir_words words = {};
	u8 i;

	for (i = 0; i < KEY_WORDS; i++)
		if (mask->w[i])
			words.at[words.n++] = i;
	return words;
}

/* Hash those fields of @key that are in @mask. */
static u32 key_hash(const union avf_fdir_key *key,
		    const union avf_fdir_key *mask,
		    const struct fdir_words *words)
{
	u64 h = 0x9e3779b97f4a7c15ull;
	u32 i, at;

	for (i = 0; i < words->n; i++) {
		at = words->at[i];
		h = (h ^ (key->w[at] & mask->w[at])) * 0xff51afd7ed558ccdull;
		h ^= h >> 32;
	}

	return (u32)(h ^ h >> 47);
}

/* Is @key a packet of rule @r? */
static bool rule_match(const struct avf_fdir_rule *r,
		       const struct avf_fdir_mask *m,
		       const union avf_fdir_key *key)
{
	u32 i, at;

	for (i = 0; i < m->words.n; i++) {
		at = m->words.at[i];
		if (r->key.w[at] != (key->w[at] & m->mask.w[at]))
			return false;
	}

	return true;
}

const struct avf_fdir_rule *avf_fdir_find(const struct avf_fdir *fdir,
					  const union avf_fdir_key *key,
					  u32 *steps)
{
	const struct avf_fdir_mask *m;
	const struct avf_fdir_rule *r;
	u32 hash, link;

	for (m = avf_load_acquire(&fdir->first); m;
	     m = avf_load_acquire(&m->next)) {
		if (m->mask.cls & ~key->cls)
			continue;
		hash = key_hash(key, &m->mask, &m->words);
		link = avf_load_acquire(&m->bucket[hash % AVF_FDIR_BUCKETS]);
		while (link) {
			r = fdir_rule(fdir, link - 1);
			++*steps;
			if (r->hash == hash && rule_match(r, m, key))
				return r;
			link = avf_load_acquire(&r->next);
		}
	}

	return NULL;
}

const struct avf_fdir_rule *avf_fdir_match(const struct avf_dev *dev,
					   const u8 *hdr, u32 hlen,
					   const struct avf_pkt *pkt)
{
	union avf_fdir_key key;
	u32 steps = 0;

	if (!READ_ONCE(dev->fdir.first) || hlen < ETH_HLEN)
		return NULL;
	avf_fdir_extract(hdr, hlen, pkt, &key);
	return avf_fdir_find(&dev->fdir, &key, &steps);
}

/* --------------------------------------------------------- packet to key */

static u32 get_be16(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

/* Take the identifier at @at, if it is there. */
static void key_id(const u8 *hdr, u32 end, u32 at, u32 cls,
		   union avf_fdir_key *key)
{
	if (end < sizeof(key->id) || at > end - sizeof(key->id))
		return;
	memcpy(key->id, hdr + at, sizeof(key->id));
	key->cls |= (u16)cls;
}

/* 3GPP TS 29.281: version 1, GTP, user data; TEID; optional fields. */
static void key_gtpu(const u8 *hdr, u32 end, u32 at, union avf_fdir_key *key)
{
	const u8 *gtp = hdr + at;

	if (end < at + 8 || (gtp[0] & 0xf0) != 0x30 || gtp[1] != 0xff)
		return;
	key_id(hdr, end, at + 4, AVF_FDIR_GTPU, key);

	/* A first extension header that is a PDU session container. */
	if (end < at + 15 || !(gtp[0] & 0x04) || gtp[11] != 0x85)
		return;
	key->cls |= AVF_FDIR_GTPU_PSC;
	key->ext = gtp[14] & 0x3f;
	if (gtp[13] >> 4 == 0)
		key->cls |= AVF_FDIR_GTPU_DL;
	else if (gtp[13] >> 4 == 1)
		key->cls |= AVF_FDIR_GTPU_UL;
}

static void key_udp(const u8 *hdr, u32 end, u32 at, union avf_fdir_key *key)
{
	static const u8 ike[4];

	switch (get_be16(key->dport)) {
	case PORT_GTPU:
		key_gtpu(hdr, end, at, key);
		break;
	case PORT_NATT:
		/* An SPI of 0 means key exchange (RFC 3948). */
		if (end >= at + 4 && memcmp(hdr + at, ike, sizeof(ike)))
			key_id(hdr, end, at, AVF_FDIR_NATT, key);
		break;
	case PORT_PFCP:
		if (end > at) {
			key->cls |= AVF_FDIR_PFCP;
			key->ext = hdr[at] & 1;
		}
		break;
	}
}

static void key_l4(const u8 *hdr, u32 end, const struct avf_pkt *pkt,
		   union avf_fdir_key *key)
{
	u32 at = pkt->l4_off;

	switch (pkt->l4) {
	case AVF_L4_TCP:
		key->cls |= AVF_FDIR_TCP;
		break;
	case AVF_L4_UDP:
		key->cls |= AVF_FDIR_UDP;
		break;
	case AVF_L4_SCTP:
		key->cls |= AVF_FDIR_SCTP;
		break;
	case AVF_L4_OTHER:
		if (pkt->proto == PROTO_ESP)
			key_id(hdr, end, at, AVF_FDIR_ESP, key);
		else if (pkt->proto == PROTO_AH)
			key_id(hdr, end, at + 4, AVF_FDIR_AH, key);
		else if (pkt->proto == PROTO_L2TPV3)
			key_id(hdr, end, at, AVF_FDIR_L2TPV3, key);
		return;
	default:
		return;
	}

	memcpy(key->sport, hdr + at, sizeof(key->sport));
	memcpy(key->dport, hdr + at + 2, sizeof(key->dport));
	if (pkt->l4 == AVF_L4_UDP)
		key_udp(hdr, end, at + UDP_HLEN, key);
}

void avf_fdir_extract(const u8 *hdr, u32 hlen, const struct avf_pkt *pkt,
		      union avf_fdir_key *key)
{
	const u16 ids = AVF_FDIR_ESP | AVF_FDIR_L2TPV3 | AVF_FDIR_NATT |
			AVF_FDIR_GTPU;
	const u8 *ip = hdr + pkt->l3_off;
	u32 end = min_t(u32, hlen, pkt->ip_end);

	memset(key, 0, sizeof(*key));
	memcpy(key->dmac, hdr, AVF_ETH_ALEN);
	memcpy(key->smac, hdr + AVF_ETH_ALEN, AVF_ETH_ALEN);
	key->type[0] = (u8)(pkt->ethertype >> 8);
	key->type[1] = (u8)pkt->ethertype;

	if (pkt->l3 == AVF_L3_IPV4) {
		key->cls = AVF_FDIR_IPV4;
		key->tos = ip[1];
		key->ttl = ip[8];
		memcpy(key->src, ip + 12, 4);
		memcpy(key->dst, ip + 16, 4);
	} else if (pkt->l3 == AVF_L3_IPV6) {
		key->cls = AVF_FDIR_IPV6;
		key->tos = (u8)(ip[0] << 4 | ip[1] >> 4);
		key->ttl = ip[7];
		memcpy(key->src, ip + 8, 16);
		memcpy(key->dst, ip + 24, 16);
	} else {
		return;
	}
	key->proto = pkt->proto;
	if (pkt->frag)
		key->cls |= AVF_FDIR_FRAG;
	else if (pkt->l4_off)
		key_l4(hdr, end, pkt, key);

	/* In IPv6 an AH is an extension header, and the parser is beyond it. */
	if (pkt->l3 == AVF_L3_IPV6 && ip[6] == PROTO_AH && !pkt->frag &&
	    !(key->cls & ids))
		key_id(hdr, end, pkt->l3_off + 44u, AVF_FDIR_AH, key);
}

/* --------------------------------------------------------------- changes */

static u32 bits(u64 w)
{
	u32 n;

	for (n = 0; w; n++)
		w &= w - 1;
	return n;
}

static u32 mask_weight(const union avf_fdir_key *mask)
{
	u32 i, n = 0;

	for (i = 0; i < KEY_WORDS; i++)
		n += bits(mask->w[i]);
	return bits(mask->cls) * 1024 + n;
}

static struct avf_fdir_mask *mask_find(const struct avf_fdir *fdir,
				       const union avf_fdir_key *mask)
{
	struct avf_fdir_mask *m;

	for (m = fdir->first; m; m = m->next)
		if (key_equal(&m->mask, mask))
			break;
	return m;
}

static struct avf_fdir_mask *mask_new(struct avf_fdir *fdir,
				      const union avf_fdir_key *mask)
{
	struct avf_fdir_mask *m = avf_zalloc(sizeof(*m));
	struct avf_fdir_mask **p = &fdir->first;

	if (!m)
		return NULL;
	m->mask = *mask;
	m->words = mask_words(mask);
	m->weight = mask_weight(mask);
	while (*p && (*p)->weight >= m->weight)
		p = &(*p)->next;
	m->next = *p;
	fdir->masks++;
	avf_store_release(p, m);
	return m;
}

static void mask_unlink(struct avf_fdir *fdir, struct avf_fdir_mask *m)
{
	struct avf_fdir_mask **p = &fdir->first;

	while (*p != m)
		p = &(*p)->next;
	avf_store_release(p, m->next);
	fdir->masks--;
}

/* The lowest number that is free; there is one. */
static u32 rule_number(const struct avf_fdir *fdir)
{
	u32 c = 0, i = 0;

	while (fdir->used[c] == ~0u)
		c++;
	while (fdir->used[c] >> i & 1)
		i++;
	return c * AVF_FDIR_CHUNK + i;
}

static bool rule_used(const struct avf_fdir *fdir, u32 id)
{
	return id < AVF_FDIR_RULES &&
	       fdir->used[id / AVF_FDIR_CHUNK] >> id % AVF_FDIR_CHUNK & 1;
}

/* Memory for rule @id. Chunks stay until avf_fdir_flush(). */
static struct avf_fdir_rule *rule_memory(struct avf_fdir *fdir, u32 id)
{
	struct avf_fdir_rule **chunk = &fdir->chunk[id / AVF_FDIR_CHUNK];

	if (!*chunk)
		WRITE_ONCE(*chunk, avf_zalloc(AVF_FDIR_CHUNK *
					      sizeof(**chunk)));
	return *chunk ? *chunk + id % AVF_FDIR_CHUNK : NULL;
}

int avf_fdir_add(struct avf_dev *dev, const struct avf_fdir_spec *spec,
		 u32 *id)
{
	struct fdir_words words = mask_words(&spec->mask);
	u32 hash = key_hash(&spec->key, &spec->mask, &words);
	struct avf_fdir *fdir = &dev->fdir;
	struct avf_fdir_mask *m = mask_find(fdir, &spec->mask);
	struct avf_fdir_rule *r;
	u32 i, link, n = 0;
	u16 *bucket;

	if (m) {
		for (link = m->bucket[hash % AVF_FDIR_BUCKETS]; link;
		     link = r->next) {
			r = fdir_rule(fdir, link - 1);
			if (rule_match(r, m, &spec->key))
				return -EEXIST;
			n++;
		}
	}
	if (fdir->rules == AVF_FDIR_RULES || n == AVF_FDIR_CHAIN ||
	    (!m && fdir->masks == AVF_FDIR_MASKS))
		return -ENOSPC;

	n = rule_number(fdir);
	r = rule_memory(fdir, n);
	if (r && !m)
		m = mask_new(fdir, &spec->mask);
	if (!r || !m)
		return -ENOMEM;

	bucket = &m->bucket[hash % AVF_FDIR_BUCKETS];
	r->act = spec->act;
	for (i = 0; i < KEY_WORDS; i++)
		r->key.w[i] = spec->key.w[i] & spec->mask.w[i];
	r->hash = hash;
	r->mask = m;
	r->next = *bucket;
	avf_store_release(bucket, (u16)(n + 1));

	m->rules++;
	fdir->rules++;
	fdir->used[n / AVF_FDIR_CHUNK] |= 1u << n % AVF_FDIR_CHUNK;
	*id = n;
	return 0;
}

int avf_fdir_del(struct avf_dev *dev, u32 id)
{
	struct avf_fdir *fdir = &dev->fdir;
	struct avf_fdir_mask *m;
	struct avf_fdir_rule *r;
	u16 *link;

	if (!rule_used(fdir, id))
		return -ENOENT;
	r = fdir_rule(fdir, id);
	m = r->mask;

	/* A lookup that stands on the rule still finds its way on. */
	link = &m->bucket[r->hash % AVF_FDIR_BUCKETS];
	while (*link != id + 1)
		link = &fdir_rule(fdir, *link - 1u)->next;
	avf_store_release(link, r->next);
	if (!--m->rules)
		mask_unlink(fdir, m);
	dev->ops->queues_quiesce(dev->host);

	if (!m->rules)
		avf_free(m);
	fdir->rules--;
	fdir->used[id / AVF_FDIR_CHUNK] &= ~(1u << id % AVF_FDIR_CHUNK);
	return 0;
}

bool avf_fdir_get(const struct avf_dev *dev, u32 id,
		  struct avf_fdir_spec *spec)
{
	const struct avf_fdir_rule *r;

	if (!rule_used(&dev->fdir, id))
		return false;
	r = fdir_rule(&dev->fdir, id);
	spec->mask = r->mask->mask;
	spec->key = r->key;
	spec->act = r->act;
	return true;
}

/* Free everything. @first: the masks, which no lookup can reach any more. */
static void fdir_free(struct avf_fdir *fdir, struct avf_fdir_mask *first)
{
	struct avf_fdir_mask *next;
	u32 i;

	for (; first; first = next) {
		next = first->next;
		avf_free(first);
	}
	for (i = 0; i < AVF_FDIR_CHUNKS; i++) {
		avf_free(fdir->chunk[i]);
		WRITE_ONCE(fdir->chunk[i], NULL);
		fdir->used[i] = 0;
	}
	fdir->rules = 0;
	fdir->masks = 0;
}

void avf_fdir_flush(struct avf_dev *dev)
{
	struct avf_fdir *fdir = &dev->fdir;
	struct avf_fdir_mask *first = fdir->first;

	if (first) {
		avf_store_release(&fdir->first, NULL);
		dev->ops->queues_quiesce(dev->host);
	}
	fdir_free(fdir, first);
}

void avf_fdir_destroy(struct avf_dev *dev)
{
	fdir_free(&dev->fdir, dev->fdir.first);
}
