// SPDX-License-Identifier: GPL-2.0
/* The store of flow director rules: lookup, order, limits, life of memory. */
#include <pthread.h>

#include "avf_dev.h"
#include "avf_fdir.h"
#include "avf_parse.h"
#include "unit.h"

/* IPv4 TCP, and which fields count. */
#define BY_SRC		0x01u
#define BY_DST		0x02u
#define BY_SPORT	0x04u
#define BY_DPORT	0x08u
#define BY_TOS		0x10u
#define BY_TTL		0x20u

static struct avf_fdir_spec tcp4(uint32_t by, uint32_t n)
{
	struct avf_fdir_spec s;

	memset(&s, 0, sizeof(s));
	s.mask.cls = AVF_FDIR_IPV4 | AVF_FDIR_TCP;
	s.key.cls = s.mask.cls;
	if (by & BY_SRC) {
		memset(s.mask.src, 0xff, 4);
		put_le32(s.key.src, n);
	}
	if (by & BY_DST) {
		memset(s.mask.dst, 0xff, 4);
		put_le32(s.key.dst, n);
	}
	if (by & BY_SPORT) {
		memset(s.mask.sport, 0xff, 2);
		put_le16(s.key.sport, n);
	}
	if (by & BY_DPORT) {
		memset(s.mask.dport, 0xff, 2);
		put_le16(s.key.dport, n);
	}
	if (by & BY_TOS) {
		s.mask.tos = 0xff;
		s.key.tos = (u8)n;
	}
	if (by & BY_TTL) {
		s.mask.ttl = 0xff;
		s.key.ttl = (u8)n;
	}
	s.act.kind = AVF_FDIR_QUEUE;
	s.act.num = 1;
	s.act.marked = true;
	s.act.mark = n;
	return s;
}

/* A packet in which every field is @n. */
static union avf_fdir_key packet(uint32_t n)
{
	return tcp4(~0u, n).key;
}

static const struct avf_fdir_rule *find(struct bed *b, uint32_t n)
{
	union avf_fdir_key key = packet(n);
	u32 steps = 0;

	return avf_fdir_find(&b->h.dev->fdir, &key, &steps);
}

static int add(struct bed *b, const struct avf_fdir_spec *s, uint32_t *id)
{
	u32 n = 0xdead;
	int err = avf_fdir_add(b->h.dev, s, &n);

	if (err)
		CHECK_EQ(n, 0xdead);
	else
		CHECK(n < AVF_FDIR_RULES);
	if (id)
		*id = n;
	return err;
}

static uint32_t add_ok(struct bed *b, struct avf_fdir_spec s)
{
	uint32_t id;

	CHECK_EQ(add(b, &s, &id), 0);
	return id;
}

TEST_ONCE(add_find_del)
{
	const struct avf_fdir_rule *r;
	struct bed b;
	uint32_t a, c;

	bed_open(&b);
	CHECK(!find(&b, 1));
	a = add_ok(&b, tcp4(BY_SRC | BY_DPORT, 1));
	c = add_ok(&b, tcp4(BY_SRC | BY_DPORT, 2));
	CHECK(a != c);
	r = find(&b, 1);
	CHECK(r);
	CHECK_EQ(r->act.mark, 1);
	CHECK_EQ(r->act.kind, AVF_FDIR_QUEUE);
	CHECK(find(&b, 2));
	CHECK(!find(&b, 3));

	CHECK_EQ(avf_fdir_del(b.h.dev, a), 0);
	CHECK(!find(&b, 1));
	CHECK(find(&b, 2));
	CHECK_EQ(avf_fdir_del(b.h.dev, a), -ENOENT);
	CHECK_EQ(avf_fdir_del(b.h.dev, AVF_FDIR_RULES), -ENOENT);
	CHECK_EQ(avf_fdir_del(b.h.dev, 0xffffffff), -ENOENT);
	/* the number is free again, and means the new rule */
	CHECK_EQ(add_ok(&b, tcp4(BY_SRC | BY_DPORT, 7)), a);
	CHECK(find(&b, 7));
	CHECK(!find(&b, 1));
	bed_close(&b);
}

TEST_ONCE(duplicates)
{
	struct avf_fdir_spec s = tcp4(BY_SRC, 1);
	struct bed b;

	bed_open(&b);
	add_ok(&b, s);
	CHECK_EQ(add(&b, &s, NULL), -EEXIST);
	s.act.kind = AVF_FDIR_DROP;
	CHECK_EQ(add(&b, &s, NULL), -EEXIST);
	CHECK_EQ(find(&b, 1)->act.kind, AVF_FDIR_QUEUE);
	/* what is outside the mask makes no difference */
	s.key.ttl = 9;
	CHECK_EQ(add(&b, &s, NULL), -EEXIST);
	/* the same value of other fields is another rule */
	add_ok(&b, tcp4(BY_DST, 1));
	bed_close(&b);
}

/* Whatever the order in which they came. */
TEST_ONCE(most_specific_wins)
{
	static const uint32_t by[] = {
		BY_SRC, BY_SRC | BY_DPORT, BY_DPORT,
		BY_SRC | BY_DST | BY_SPORT | BY_DPORT,
	};
	uint32_t first, i, id[4];
	struct avf_fdir_spec ip;
	struct bed b;

	for (first = 0; first < 4; first++) {
		bed_open(&b);
		for (i = 0; i < 4; i++) {
			uint32_t k = (first + i) % 4;
			struct avf_fdir_spec s = tcp4(by[k], 5);

			s.act.mark = k;
			id[k] = add_ok(&b, s);
		}
		/* IPv4 with all its fields says less than TCP with one */
		ip = tcp4(BY_SRC | BY_DST | BY_TOS | BY_TTL, 5);
		ip.mask.cls = AVF_FDIR_IPV4;
		ip.key.cls = AVF_FDIR_IPV4;
		ip.act.mark = 4;
		add_ok(&b, ip);

		CHECK_EQ_AT(find(&b, 5)->act.mark, 3, first);
		CHECK_EQ(avf_fdir_del(b.h.dev, id[3]), 0);
		CHECK_EQ_AT(find(&b, 5)->act.mark, 1, first);
		CHECK_EQ(avf_fdir_del(b.h.dev, id[1]), 0);
		CHECK_EQ_AT(find(&b, 5)->act.mark, 0, first);
		CHECK_EQ(avf_fdir_del(b.h.dev, id[0]), 0);
		CHECK_EQ_AT(find(&b, 5)->act.mark, 2, first);
		CHECK_EQ(avf_fdir_del(b.h.dev, id[2]), 0);
		CHECK_EQ_AT(find(&b, 5)->act.mark, 4, first);
		bed_close(&b);
	}
}

/* Of two masks that say as much, the one that was there first. */
TEST_ONCE(first_wins_a_tie)
{
	struct avf_fdir_spec src = tcp4(BY_SRC, 3), dst = tcp4(BY_DST, 3);
	struct bed b;
	uint32_t id;

	src.act.mark = 1;
	dst.act.mark = 2;
	bed_open(&b);
	id = add_ok(&b, src);
	add_ok(&b, dst);
	CHECK_EQ(find(&b, 3)->act.mark, 1);
	CHECK_EQ(avf_fdir_del(b.h.dev, id), 0);
	CHECK_EQ(find(&b, 3)->act.mark, 2);
	add_ok(&b, src);
	CHECK_EQ(find(&b, 3)->act.mark, 2);
	bed_close(&b);
}

/* A thousand rules of one mask cost a packet what one does. */
TEST_ONCE(cost_is_constant)
{
	static const uint32_t by[] = {
		BY_SRC, BY_DPORT, BY_SRC | BY_DST | BY_SPORT | BY_DPORT,
	};
	uint32_t i, k, hits, worst, total;
	union avf_fdir_key key;
	struct bed b;
	u32 steps;

	for (k = 0; k < ARRAY_SIZE(by); k++) {
		bed_open(&b);
		for (i = 0; i < AVF_FDIR_RULES; i++)
			add_ok(&b, tcp4(by[k], i));
		worst = 0;
		total = 0;
		hits = 0;
		for (i = 0; i < 4 * AVF_FDIR_RULES; i++) {
			key = packet(i);
			steps = 0;
			if (avf_fdir_find(&b.h.dev->fdir, &key, &steps))
				hits++;
			total += steps;
			if (steps > worst)
				worst = steps;
		}
		CHECK_EQ(hits, AVF_FDIR_RULES);
		/* one and a half for a hit, one for a miss, on average */
		CHECK(total < 5 * AVF_FDIR_RULES);
		CHECK(worst <= 9);
		bed_close(&b);
	}
}

TEST_ONCE(limits)
{
	struct avf_fdir_spec s;
	struct bed b;
	uint32_t i;

	bed_open(&b);
	for (i = 0; i < AVF_FDIR_RULES; i++)
		CHECK_EQ_AT(add_ok(&b, tcp4(BY_SRC, i)), i, i);
	s = tcp4(BY_SRC, i);
	CHECK_EQ(add(&b, &s, NULL), -ENOSPC);
	s = tcp4(BY_DST, 1);
	CHECK_EQ(add(&b, &s, NULL), -ENOSPC);
	CHECK(!find(&b, i));
	/* one out, one in, into the place that is free */
	CHECK_EQ(avf_fdir_del(b.h.dev, 777), 0);
	CHECK_EQ(add_ok(&b, s), 777);
	CHECK_EQ(add(&b, &s, NULL), -EEXIST);
	avf_fdir_flush(b.h.dev);

	/* masks, whose number counts only while they are in use */
	for (i = 1; i <= AVF_FDIR_MASKS; i++)
		add_ok(&b, tcp4(i, 0));
	s = tcp4(i, 0);
	CHECK_EQ(add(&b, &s, NULL), -ENOSPC);
	add_ok(&b, tcp4(1, 99));
	CHECK_EQ(avf_fdir_del(b.h.dev, 0), 0);
	CHECK_EQ(add(&b, &s, NULL), -ENOSPC);
	CHECK_EQ(avf_fdir_del(b.h.dev, 16), 0);
	CHECK_EQ(add(&b, &s, NULL), 0);
	bed_close(&b);
}

/* A driver that picks its keys so that they meet gets no long chain. */
TEST_ONCE(chosen_keys)
{
	uint32_t i, n, refused = 0, worst = 0;
	struct avf_fdir *fdir;
	struct avf_fdir_spec s;
	union avf_fdir_key key;
	struct bed b;
	u32 steps;

	bed_open(&b);
	fdir = &b.h.dev->fdir;
	/* search for keys of one bucket, as the rules show their hashes */
	for (i = 0, n = 0; n < 3 * AVF_FDIR_CHAIN; i++) {
		uint32_t id;
		int err;

		s = tcp4(BY_SRC, i);
		err = add(&b, &s, &id);
		if (err) {
			CHECK_EQ(err, -ENOSPC);
			refused++;
			n++;
			continue;
		}
		if (fdir->chunk[id / AVF_FDIR_CHUNK][id % AVF_FDIR_CHUNK].hash %
		    AVF_FDIR_BUCKETS == 7)
			n++;
		else
			CHECK_EQ(avf_fdir_del(b.h.dev, id), 0);
	}
	CHECK_EQ(refused, 2 * AVF_FDIR_CHAIN);
	CHECK_EQ(fdir->rules, AVF_FDIR_CHAIN);
	while (i--) {
		key = packet(i);
		steps = 0;
		avf_fdir_find(fdir, &key, &steps);
		if (steps > worst)
			worst = steps;
	}
	CHECK_EQ(worst, AVF_FDIR_CHAIN);
	/* out of the middle, from the end, from the front */
	for (i = 0; fdir->rules; i = (i + 5) % AVF_FDIR_CHAIN) {
		n = fdir->rules;
		if (!avf_fdir_del(b.h.dev, i))
			CHECK_EQ(fdir->rules, n - 1);
		else
			CHECK_EQ(avf_fdir_del(b.h.dev, i), -ENOENT);
	}
	CHECK(!fdir->first);
	bed_close(&b);
}

TEST_ONCE(waits_for_queues)
{
	struct bed b;
	uint32_t i, n;

	bed_open(&b);
	n = b.h.quiesced;
	avf_fdir_flush(b.h.dev);
	CHECK_EQ(b.h.quiesced, n);
	for (i = 0; i < 1000; i++)
		add_ok(&b, tcp4(i % 2 ? BY_SRC : BY_DST, i));
	CHECK_EQ(b.h.quiesced, n);
	CHECK_EQ(avf_fdir_del(b.h.dev, 5), 0);
	CHECK_EQ(b.h.quiesced, n + 1);
	CHECK_EQ(avf_fdir_del(b.h.dev, 5), -ENOENT);
	CHECK_EQ(b.h.quiesced, n + 1);
	avf_fdir_flush(b.h.dev);
	CHECK_EQ(b.h.quiesced, n + 2);
	CHECK(!find(&b, 6));
	CHECK_EQ(add_ok(&b, tcp4(BY_SRC, 1)), 0);
	bed_close(&b);
}

/*
 * While the model waits, the rule is out of reach of new lookups, and what an
 * old one may be standing on is as it was.
 */
static struct {
	struct bed *b;
	const struct avf_fdir_rule *rule;
	struct avf_fdir_rule was;
	uint32_t calls;
} waiting;

static void check_waiting(void *host)
{
	(void)host;
	waiting.calls++;
	CHECK(!find(waiting.b, 1));
	CHECK(!memcmp(waiting.rule, &waiting.was, sizeof(waiting.was)));
	/* its mask is memory of its own; a lookup goes on from there */
	CHECK(((const volatile uint8_t *)waiting.rule->mask)[0] <= 0xff);
}

TEST_ONCE(unlinked_then_waited_then_freed)
{
	struct bed b;
	uint32_t id, k;

	bed_open(&b);
	waiting.b = &b;
	b.h.ops.queues_quiesce = check_waiting;
	for (k = 0; k < 3; k++) {
		id = add_ok(&b, tcp4(BY_SRC, 1));
		if (k)
			add_ok(&b, tcp4(BY_SRC, 2));
		waiting.rule = find(&b, 1);
		waiting.was = *waiting.rule;
		if (k == 2)
			avf_fdir_flush(b.h.dev);
		else
			CHECK_EQ(avf_fdir_del(b.h.dev, id), 0);
		CHECK_EQ(waiting.calls, k + 1);
		CHECK(!find(&b, 1));
		if (k == 1) {
			CHECK(find(&b, 2));
			waiting.calls = 1;
			avf_fdir_del(b.h.dev, 1);
			waiting.calls = 2;
		}
	}
	bed_close(&b);
}

/* A device without rules holds no memory for them, one with a few, little. */
TEST_ONCE(memory)
{
	CHECK(sizeof(struct avf_fdir) <= 512);
	CHECK(sizeof(struct avf_fdir_rule) <= 96);
}

/* -------------------------------------------------- packets, as seen here */

static void extract(const uint8_t *frame, uint32_t hlen, uint32_t flen,
		    union avf_fdir_key *key)
{
	uint8_t *copy = malloc(hlen);	/* not a byte more */
	struct avf_pkt pkt;

	memcpy(copy, frame, hlen);
	avf_parse(copy, hlen, flen, &pkt);
	avf_fdir_extract(copy, hlen, &pkt, key);
	free(copy);
}

/* No byte outside what was given is read, wherever the header ends. */
TEST_ONCE(cut_headers)
{
	static const uint8_t dst[6] = { 2 }, src[6] = { 4 };
	static const uint8_t protos[] = { 6, 17, 50, 51, 115, 132 };
	static const uint16_t ports[] = { 2152, 4500, 8805, 80 };
	union avf_fdir_key key;
	uint8_t frame[256];
	uint32_t i, p, ver, len, at, cut;

	for (ver = 4; ver <= 6; ver += 2) {
		for (i = 0; i < ARRAY_SIZE(protos); i++) {
			for (p = 0; p < ARRAY_SIZE(ports); p++) {
				len = ip_frame(frame, dst, src, (int)ver,
					       protos[i], 40);
				at = ver == 4 ? 34 : 54;
				frame[at + 2] = (uint8_t)(ports[p] >> 8);
				frame[at + 3] = (uint8_t)ports[p];
				memcpy(frame + at + 8, "\x34\xff\0\0tei\1"
				       "\0\0\0\x85\1\x10\x3f", 15);
				for (cut = 14; cut <= len; cut++)
					extract(frame, cut, len, &key);
			}
		}
	}
}

/* Identifiers are there only when the packet is long enough to hold them. */
TEST_ONCE(identifiers)
{
	static const uint8_t dst[6] = { 2 }, src[6] = { 4 };
	static const struct {
		uint8_t proto;
		uint8_t at;	/* of the identifier */
		uint16_t cls;
	} t[] = {
		{ 50, 0, AVF_FDIR_ESP },
		{ 51, 4, AVF_FDIR_AH },
		{ 115, 0, AVF_FDIR_L2TPV3 },
	};
	union avf_fdir_key key;
	uint8_t frame[256];
	uint32_t i, n, len;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		for (n = 0; n < 12; n++) {
			len = ip_frame(frame, dst, src, 4, t[i].proto, n);
			/* padding is no packet */
			memset(frame + len, 0xaa, 30);
			extract(frame, len + 30, len + 30, &key);
			CHECK_EQ_AT(key.cls, n < t[i].at + 4u ?
				    AVF_FDIR_IPV4 : AVF_FDIR_IPV4 | t[i].cls,
				    i * 100 + n);
			if (key.cls & t[i].cls)
				CHECK(!memcmp(key.id, frame + 34 + t[i].at, 4));
			else
				CHECK_EQ(get_le32(key.id), 0);
		}
	}
}

/* ------------------------------------------------------------ concurrency */

#define KEEP	40u	/* rules that are always there */

struct reader {
	struct avf_dev *dev;
	pthread_rwlock_t lock;	/* host op queues_quiesce() waits with it */
	uint64_t hits;
	uint64_t misses;
	uint32_t stop;
	uint32_t wrong;
};

static struct reader rd;

static void wait_readers(void *host)
{
	(void)host;
	pthread_rwlock_wrlock(&rd.lock);
	pthread_rwlock_unlock(&rd.lock);
}

static void *reader_main(void *arg)
{
	const struct avf_fdir_rule *r;
	union avf_fdir_key key;
	uint32_t i, n = 0;
	u32 steps;

	(void)arg;
	while (!__atomic_load_n(&rd.stop, __ATOMIC_ACQUIRE)) {
		pthread_rwlock_rdlock(&rd.lock);
		for (i = 0; i < 64; i++) {
			n = n * 1664525u + 1013904223u;
			key = packet(n >> 24);
			steps = 0;
			r = avf_fdir_find(&rd.dev->fdir, &key, &steps);
			if (steps > AVF_FDIR_CHAIN * AVF_FDIR_MASKS)
				rd.wrong++;
			if (!r) {
				__atomic_fetch_add(&rd.misses, 1, __ATOMIC_RELAXED);
				if (n >> 24 < KEEP)
					rd.wrong++;
			} else {
				__atomic_fetch_add(&rd.hits, 1, __ATOMIC_RELAXED);
				/* a rule is what it says, all the time */
				if (r->act.mark != n >> 24)
					rd.wrong++;
			}
		}
		pthread_rwlock_unlock(&rd.lock);
	}
	return NULL;
}

static bool seen(void)
{
	return __atomic_load_n(&rd.hits, __ATOMIC_RELAXED) > 10000 &&
	       __atomic_load_n(&rd.misses, __ATOMIC_RELAXED) > 10000;
}

TEST_ONCE(lookup_while_changing)
{
	static const uint32_t by[] = { BY_SRC, BY_DST, BY_SRC | BY_DPORT };
	uint32_t i, n, k, id[256], have[256] = { 0 }, seed = 1;
	pthread_t thread;
	struct bed b;

	bed_open(&b);
	b.h.ops.queues_quiesce = wait_readers;
	rd = (struct reader){ .dev = b.h.dev };
	pthread_rwlock_init(&rd.lock, NULL);
	for (i = 0; i < KEEP; i++)
		add_ok(&b, tcp4(BY_SPORT, i));
	CHECK_EQ(pthread_create(&thread, NULL, reader_main, NULL), 0);
	/* until the reader has seen enough of it */
	for (i = 0; i < 20000 || !seen(); i++) {
		seed = seed * 1664525u + 1013904223u;
		n = seed >> 24;
		k = seed >> 8 & 3;
		if (have[n]) {
			CHECK_EQ(avf_fdir_del(b.h.dev, id[n]), 0);
			have[n] = 0;
		} else if (k < 3) {
			id[n] = add_ok(&b, tcp4(by[k], n));
			have[n] = 1;
		}
	}
	__atomic_store_n(&rd.stop, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	CHECK_EQ(rd.wrong, 0);
	bed_close(&b);
}

TEST_ONCE(flush_while_looking_up)
{
	pthread_t thread;
	struct bed b;
	uint32_t i, k;

	bed_open(&b);
	b.h.ops.queues_quiesce = wait_readers;
	rd = (struct reader){ .dev = b.h.dev };
	pthread_rwlock_init(&rd.lock, NULL);
	CHECK_EQ(pthread_create(&thread, NULL, reader_main, NULL), 0);
	for (k = 0; k < 300 || !seen(); k++) {
		for (i = 0; i < 64; i++)
			add_ok(&b, tcp4(i % 2 ? BY_SRC : BY_DST, i));
		avf_fdir_flush(b.h.dev);
	}
	__atomic_store_n(&rd.stop, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	bed_close(&b);
}
