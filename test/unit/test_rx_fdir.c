// SPDX-License-Identifier: GPL-2.0
/* Flow director rules at work: queues, drops, marks in descriptors. */
#include "fdir_bed.h"

#define NQ	4u

static void up(struct bed *b, uint8_t rxdid)
{
	struct avf_params p = {
		.num_qps = NQ, .mac = { 2, 0, 0, 0, 0, 9 },
		.link_mbps = 10000, .link_up = true,
	};

	bed_open_params(b, &p);
	b->d.want_qps = NQ;
	b->d.rxdid = rxdid;
	CHECK_EQ(avfdrv_probe(&b->d), 0);
	CHECK_EQ(avfdrv_up(&b->d), 0);
}

/* Push a packet from @src; returns the queue it is in, NQ = none. */
static uint32_t push(struct bed *b, uint32_t src, struct avfdrv_rxinfo *info)
{
	uint8_t frame[256], buf[2048];
	uint32_t q, at = NQ, len = ip4_frame(frame, src);
	struct avfdrv_rxinfo dummy;
	int err;

	err = host_rx(&b->h, frame, len, 3);
	for (q = 0; q < NQ; q++) {
		if (avfdrv_rx(&b->d, (uint16_t)q, buf, sizeof(buf),
			      info ? info : &dummy) != len)
			continue;
		CHECK_EQ(at, NQ);
		CHECK(!memcmp(buf, frame, len));
		at = q;
		if (info)
			break;
	}
	CHECK_EQ(!err, at < NQ);
	return at;
}

static uint32_t add_queue(struct bed *b, uint32_t src, uint16_t q)
{
	struct rule *m = ip4(src);
	uint32_t id;

	to_queue(m, q);
	CHECK_EQ(send_rule(b, m, &id), S_OK);
	return id;
}

TEST(queue)
{
	uint32_t q, before, id;
	struct bed b;

	up(&b, 1);
	before = push(&b, 77, NULL);
	CHECK(before < NQ);
	for (q = 0; q < NQ; q++) {
		id = add_queue(&b, 77, (uint16_t)q);
		CHECK_EQ(push(&b, 77, NULL), q);
		/* others go where they went */
		CHECK(push(&b, 78, NULL) < NQ);
		CHECK_EQ(del_rule(&b, id), S_OK);
		CHECK_EQ(push(&b, 77, NULL), before);
	}
	bed_close(&b);
}

/* Spread over a region by the hash, and over the whole of it. */
TEST(region)
{
	uint32_t q, i, seen[NQ] = { 0 };
	uint8_t *p;
	struct rule *m;
	struct bed b;

	up(&b, 1);
	m = begin();
	hdr(m, H_ETH, 0);
	hdr(m, H_IP4, 0);
	hdr(m, H_UDP, 0);
	p = action(m, A_REGION);
	put_le16(p, 2);
	p[2] = 1;
	CHECK_EQ(send_rule(&b, m, NULL), S_OK);
	for (i = 0; i < 64; i++) {
		q = push(&b, i, NULL);
		CHECK(q < NQ);
		seen[q]++;
		CHECK_EQ(push(&b, i, NULL), q);
	}
	CHECK_EQ(seen[0] + seen[1], 0);
	CHECK(seen[2] > 16 && seen[3] > 16);
	bed_close(&b);
}

TEST(drop)
{
	struct avf_stats before, s;
	struct rule *m;
	struct bed b;
	uint32_t id;

	up(&b, 1);
	m = ip4(77);
	action(m, A_DROP);
	CHECK_EQ(send_rule(&b, m, &id), S_OK);
	before = bed_stats(&b);
	bed_quiet(&b);
	CHECK_EQ(push(&b, 77, NULL), NQ);
	bed_quiet_end(&b);
	s = bed_stats(&b);
	CHECK_EQ(s.rx_discards, before.rx_discards + 1);
	CHECK_EQ(s.rx_bytes, before.rx_bytes);
	CHECK(push(&b, 78, NULL) < NQ);
	CHECK_EQ(del_rule(&b, id), S_OK);
	CHECK(push(&b, 77, NULL) < NQ);
	bed_close(&b);
}

/* A rule does not run a queue: what is sent to one that is off, is lost. */
TEST(queue_that_is_off)
{
	uint32_t id;
	struct bed b;

	up(&b, 1);
	id = add_queue(&b, 77, 3);
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 8, 0), 0);
	CHECK_EQ(push(&b, 77, NULL), NQ);
	CHECK_EQ(del_rule(&b, id), S_OK);
	add_queue(&b, 77, 2);
	CHECK_EQ(push(&b, 77, NULL), 2);
	bed_close(&b);
}

/* Where each layout has the flow id, and what it says when there is none. */
TEST(marks)
{
	static const uint8_t rxdids[] = { 1, 22 };
	struct avfdrv_rxinfo none, marked;
	uint32_t i, k, q;
	struct rule *m;
	struct bed b;

	for (i = 0; i < ARRAY_SIZE(rxdids); i++) {
		for (k = 0; k < 2; k++) {
			up(&b, rxdids[i]);
			q = push(&b, 77, &none);
			CHECK(q < NQ);
			m = ip4(77);
			to_mark(m, 0x89abcdef);
			if (k)
				to_queue(m, (uint16_t)q);
			else
				action(m, A_PASS);
			CHECK_EQ(send_rule(&b, m, NULL), S_OK);
			CHECK_EQ(push(&b, 77, &marked), q);

			/* whatever else is in the descriptor is as it was */
			CHECK_EQ(marked.qw[0], none.qw[0]);
			CHECK_EQ(marked.hash, none.hash);
			CHECK_EQ(marked.hash_valid, none.hash_valid);
			if (rxdids[i] == 1) {
				CHECK_EQ(none.qw[1] >> 11 & 1, 0);
				CHECK_EQ(none.qw[2], 0);
				CHECK_EQ(none.qw[3], 0);
				CHECK_EQ(marked.qw[1], none.qw[1] | 1 << 11);
				CHECK_EQ(marked.qw[2], 1 << 4);
				CHECK_EQ(marked.qw[3] >> 32, 0x89abcdef);
				CHECK_EQ(marked.qw[3] & 0xffffffff, 0);
			} else {
				CHECK_EQ(none.qw[1] >> 32, 0xffffffff);
				CHECK_EQ(marked.qw[1] >> 32, 0x89abcdef);
				CHECK_EQ(marked.qw[1] & 0xffffffff,
					 none.qw[1] & 0xffffffff);
				CHECK_EQ(marked.qw[2], none.qw[2]);
				CHECK_EQ(marked.qw[3], none.qw[3]);
			}
			bed_close(&b);
		}
	}
}

/* A rule without a mark leaves no trace in the descriptor. */
TEST(no_mark_no_trace)
{
	struct avfdrv_rxinfo before, after;
	struct bed b;
	uint32_t q, i;

	up(&b, 22);
	q = push(&b, 77, &before);
	CHECK(q < NQ);
	add_queue(&b, 77, (uint16_t)q);
	CHECK_EQ(push(&b, 77, &after), q);
	for (i = 0; i < 4; i++)
		CHECK_EQ_AT(after.qw[i], before.qw[i], i);
	bed_close(&b);
}

/* After a reset a driver finds no rule of its predecessor. */
TEST(reset)
{
	struct bed b;
	uint32_t q;

	up(&b, 1);
	q = push(&b, 77, NULL);
	CHECK(q < NQ);
	add_queue(&b, 77, (uint16_t)((q + 1) % NQ));
	CHECK_EQ(push(&b, 77, NULL), (q + 1) % NQ);
	CHECK_EQ(avfdrv_reset(&b.d), 0);
	CHECK_EQ(push(&b, 77, NULL), q);
	bed_close(&b);
}
