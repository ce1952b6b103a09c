// SPDX-License-Identifier: GPL-2.0
/* Transmit: descriptors and their completion. */
#include <pthread.h>

#include "tx_bed.h"

#define CTX_UPLINK	0x10u
#define CMD_DUMMY	0x10u

TEST(single_buffer)
{
	struct tx_bed t;
	uint32_t len;

	tx_open(&t);
	pattern(t.mem, 1 << 20, 1);
	for (len = 17; len <= 9728; len += len < 1600 ? 1 : 509) {
		uint16_t at = t.b.d.tx[0].ntu;

		/* at every alignment, across pages */
		tx_data(&t, len * 3, len, TXD_EOP | TXD_RS);
		tx_ring(&t);
		tx_expect(&t, t.mem + len * 3, len);
		CHECK_EQ_AT(avfdrv_tx_status(&t.b.d, 0, at) & 0xf, 0xf, len);
	}
	tx_data(&t, 1, 9728, TXD_EOP | TXD_RS);
	tx_ring(&t);
	tx_expect(&t, t.mem + 1, 9728);
	CHECK_EQ(bed_stats(&t.b).tx_errors, 0);
	bed_close(&t.b);
}

/* In one page up to its last byte, and over its end; more than a batch. */
TEST(page_border)
{
	static const uint32_t lens[] = { 14, 59, 60, 64, 128, 129, 1500, 4095 };
	uint32_t n = 3 * 3 * ARRAY_SIZE(lens), i;
	struct tx_bed t;

	tx_open(&t);
	pattern(t.mem, 1 << 20, 4);
	for (i = 0; i < n; i++) {
		uint32_t len = lens[i / 3 % ARRAY_SIZE(lens)];

		tx_data(&t, 8192 + i % 3 - len, len,
			TXD_EOP | (i % 2 ? TXD_RS : 0));
	}
	tx_ring(&t);
	for (i = 0; i < n; i++) {
		uint32_t len = lens[i / 3 % ARRAY_SIZE(lens)];

		tx_expect(&t, t.mem + 8192 + i % 3 - len, len);
		CHECK_EQ_AT(tx_done(&t, i), i % 2, i);
	}
	CHECK(!host_take(&t.b.h));
	CHECK_EQ(bed_stats(&t.b).tx_errors, 0);
	bed_close(&t.b);
}

/* Completed, and neither sent nor an error. */
TEST(dummy)
{
	struct tx_bed t;

	tx_open(&t);
	tx_data(&t, 0, 100, TXD_EOP | TXD_RS | CMD_DUMMY);
	tx_data(&t, 0, 100, CMD_DUMMY);
	tx_data(&t, 100, 100, TXD_EOP | TXD_RS);
	tx_ring(&t);
	CHECK(!host_take(&t.b.h));
	CHECK(tx_done(&t, 0));
	CHECK(tx_done(&t, 2));
	CHECK_EQ(bed_stats(&t.b).tx_errors, 0);
	tx_alive(&t);
	bed_close(&t.b);
}

TEST(many_buffers)
{
	struct tx_bed t;
	uint32_t n, i, at, len;

	tx_open(&t);
	pattern(t.mem, 1 << 20, 2);
	for (n = 1; n <= 8; n++) {
		for (len = 5; len < 1200; len += 97) {
			at = t.b.d.tx[0].ntu;
			/* pieces far apart, their content contiguous in mind */
			for (i = 0; i < n; i++) {
				memcpy(t.mem + 0x80000 + i * 8191,
				       t.mem + i * len, len);
				tx_data(&t, 0x80000 + i * 8191, len,
					i + 1 == n ? TXD_EOP | TXD_RS : 0);
			}
			if (n * len < 17) {
				tx_ring(&t);
				host_drop_sent(&t.b.h);
				continue;
			}
			tx_ring(&t);
			tx_expect(&t, t.mem, n * len);
			CHECK(tx_done(&t, at + n - 1));
		}
	}
	bed_close(&t.b);
}

/*
 * More than eight buffers are more than a driver may use: the frame is sent
 * whole or counted as an error, and nothing hangs.
 */
TEST(too_many_buffers)
{
	struct tx_bed t;
	uint32_t n, i, sent = 0;

	tx_open(&t);
	pattern(t.mem, 1 << 16, 8);
	for (n = 9; n < 97; n++) {
		for (i = 0; i < n; i++)
			tx_data(&t, i * 100, 100,
				i + 1 == n ? TXD_EOP | TXD_RS : 0);
		tx_ring(&t);
		CHECK(tx_done(&t, t.b.d.tx[0].ntu + 511u));
		if (t.b.h.sent) {
			tx_expect(&t, t.mem, n * 100);
			sent++;
		}
		CHECK_EQ(bed_stats(&t.b).tx_errors + sent, n - 8);
	}
	tx_alive(&t);
	bed_close(&t.b);
}

TEST(too_long)
{
	struct tx_bed t;

	tx_open(&t);
	tx_data(&t, 0, 9729, TXD_EOP | TXD_RS);
	tx_ring(&t);
	CHECK(!host_take(&t.b.h));
	CHECK(tx_done(&t, 0));
	tx_data(&t, 0, 16383, 0);
	tx_data(&t, 0, 16383, TXD_EOP | TXD_RS);
	tx_ring(&t);
	CHECK(!host_take(&t.b.h));
	CHECK(tx_done(&t, 2));
	CHECK(bed_stats(&t.b).tx_errors + bed_stats(&t.b).tx_discards >= 2);
	tx_alive(&t);
	bed_close(&t.b);
}

/* 0xF where RS was asked for, in order, and no other byte of the ring. */
TEST(rs_only)
{
	static const uint32_t every[] = { 1, 4, 32 };
	uint64_t before[512];
	struct tx_bed t;
	uint32_t k, i, n = 128;

	tx_open(&t);
	pattern(t.mem, 4096, 3);
	for (k = 0; k < ARRAY_SIZE(every); k++) {
		uint32_t base = t.b.d.tx[0].ntu;

		for (i = 0; i < n; i++) {
			uint16_t at = (uint16_t)((base + i) % 512);

			tx_data(&t, i, 64,
				TXD_EOP | ((i + 1) % every[k] ? 0 : TXD_RS));
			before[i] = avfdrv_tx_status(&t.b.d, 0, at);
		}
		tx_ring(&t);
		for (i = 0; i < n; i++) {
			uint16_t at = (uint16_t)((base + i) % 512);
			uint64_t qw = avfdrv_tx_status(&t.b.d, 0, at);

			if ((i + 1) % every[k])
				CHECK_EQ_AT(qw, before[i], i);
			else
				CHECK_EQ_AT(qw & 0xf, 0xf, i);
		}
		host_drop_sent(&t.b.h);
	}
	bed_close(&t.b);
}

/* Completions are written after the frames left, in ring order. */
TEST(order_of_completion)
{
	uint32_t i, xmits = 0, last = 0;
	struct tx_bed t;

	tx_open(&t);
	if (!unit_no_map) {
		bed_close(&t.b);
		return;
	}
	pattern(t.mem, 4096, 3);
	host_log(&t.b.h, true);
	for (i = 0; i < 50; i++)
		tx_data(&t, i, 64, TXD_EOP | TXD_RS);
	tx_ring(&t);
	for (i = 0; i < t.b.h.nlog; i++) {
		const struct host_ev *e = &t.b.h.log[i];
		uint64_t off = e->iova - t.b.d.tx[0].ring.iova;

		if (e->kind == HOST_XMIT)
			xmits++;
		if (e->kind != HOST_WRITE)
			continue;
		CHECK(off < 512 * 16);
		/* the type, and nothing that may be the driver's by then */
		CHECK_EQ(off % 16, 8);
		CHECK_EQ(e->len, 1);
		CHECK(off / 16 >= last);
		last = (uint32_t)(off / 16);
		/* at least the frame itself is out */
		CHECK(xmits > last);
	}
	CHECK_EQ(xmits, 50);
	bed_close(&t.b);
}

TEST(tail_in_mid_frame)
{
	struct tx_bed t;
	uint32_t i;

	tx_open(&t);
	pattern(t.mem, 4096, 4);
	tx_data(&t, 0, 64, TXD_EOP | TXD_RS);
	for (i = 0; i < 3; i++) {
		tx_data(&t, 100 * (i + 1), 100, 0);
		tx_ring(&t);
		host_drop_sent(&t.b.h);
		CHECK_EQ(t.b.h.nsent, 1);
		/* a worker that trusts avf_tx_ready() must not spin */
		avf_tx_poll(t.b.h.dev, 0, 64, NULL, t.b.h.scratch);
		CHECK(!avf_tx_ready(t.b.h.dev, 0));
	}
	tx_data(&t, 400, 100, TXD_EOP | TXD_RS);
	tx_ring(&t);
	tx_expect(&t, t.mem + 100, 400);
	CHECK(tx_done(&t, 4));
	bed_close(&t.b);
}

/* Each of these is one bad unit that ends with RS; all are survived. */
TEST(malformed)
{
	struct tx_bed t;
	uint32_t type, i, errors = 0;

	tx_open(&t);
	pattern(t.mem, 4096, 5);
	/* empty buffers, first, middle, last, alone */
	for (i = 0; i < 4; i++) {
		tx_data(&t, 0, i == 0 ? 0 : 100, 0);
		tx_data(&t, 100, i == 1 ? 0 : 100, 0);
		tx_data(&t, 200, i == 2 ? 0 : 100, TXD_EOP | TXD_RS);
		tx_ring(&t);
		CHECK(tx_done(&t, t.b.d.tx[0].ntu + 511u));
		host_drop_sent(&t.b.h);
	}
	CHECK_EQ(bed_stats(&t.b).tx_errors, 3);
	CHECK_EQ(t.b.h.nsent, 1);
	tx_data(&t, 0, 0, TXD_EOP | TXD_RS);
	tx_ring(&t);
	CHECK(tx_done(&t, t.b.d.tx[0].ntu + 511u));
	/* shorter than an Ethernet header */
	tx_data(&t, 0, 13, TXD_EOP | TXD_RS);
	tx_ring(&t);
	CHECK(tx_done(&t, t.b.d.tx[0].ntu + 511u));
	errors = (uint32_t)bed_stats(&t.b).tx_errors;
	CHECK_EQ(errors, 5);
	/* types there are not */
	for (type = 2; type < 15; type++) {
		if (type == 8)
			continue;
		avfdrv_txd(&t.b.d, 0, t.iova,
			   avfdrv_txd_qw1(TXD_EOP | TXD_RS, 64, 0, 0, 0) |
				   type);
		tx_ring(&t);
		CHECK(tx_done(&t, t.b.d.tx[0].ntu + 511u));
		CHECK(bed_stats(&t.b).tx_errors > errors);
		errors = (uint32_t)bed_stats(&t.b).tx_errors;
		tx_alive(&t);
	}
	/* flow programming: completed, nothing sent */
	avfdrv_txd(&t.b.d, 0, t.iova,
		   avfdrv_txd_qw1(TXD_RS, 64, 0, 0, 0) | 8);
	tx_ring(&t);
	CHECK(tx_done(&t, t.b.d.tx[0].ntu + 511u));
	tx_alive(&t);
	/* contexts only */
	avfdrv_txd(&t.b.d, 0, 0, 1);
	avfdrv_txd(&t.b.d, 0, 0, 1);
	tx_data(&t, 0, 100, TXD_EOP | TXD_RS);
	tx_ring(&t);
	CHECK(tx_done(&t, t.b.d.tx[0].ntu + 511u));
	tx_alive(&t);
	/* a whole ring without EOP */
	for (i = 0; i < 511; i++)
		tx_data(&t, 0, 100, TXD_RS);
	errors = (uint32_t)bed_stats(&t.b).tx_errors;
	tx_ring(&t);
	CHECK(!host_take(&t.b.h));
	CHECK(bed_stats(&t.b).tx_errors > errors);
	CHECK(tx_done(&t, t.b.d.tx[0].ntu + 511u));
	CHECK_EQ(avfdrv_down(&t.b.d), 0);
	CHECK_EQ(avfdrv_up(&t.b.d), 0);
	tx_alive(&t);
	bed_close(&t.b);
}

TEST(bad_addresses)
{
	static const uint64_t bad[] = {
		0, HOST_NO_MEM, 0xffffffffffffffff, 0xfffffffffffffff0,
		0xffffffffffff0000,
	};
	struct tx_bed t;
	uint32_t i;

	tx_open(&t);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		avfdrv_txd(&t.b.d, 0, bad[i],
			   avfdrv_txd_qw1(TXD_EOP | TXD_RS, 9000, 0, 0, 0));
		tx_ring(&t);
		CHECK(!host_take(&t.b.h));
		CHECK(tx_done(&t, t.b.d.tx[0].ntu + 511u));
		/* half of it reachable */
		avfdrv_txd(&t.b.d, 0, t.iova + (1 << 20) - 50,
			   avfdrv_txd_qw1(TXD_EOP | TXD_RS, 100, 0, 0, 0));
		tx_ring(&t);
		CHECK(!host_take(&t.b.h));
		CHECK(tx_done(&t, t.b.d.tx[0].ntu + 511u));
		tx_alive(&t);
	}
	CHECK(bed_stats(&t.b).tx_errors >= 2 * ARRAY_SIZE(bad));
	bed_close(&t.b);
}

/* The ring itself goes away: no crash; fine again after a reset. */
TEST(ring_unreachable)
{
	struct tx_bed t;
	uint32_t i;

	tx_open(&t);
	t.b.h.fail_iova = t.b.d.tx[0].ring.iova;
	t.b.h.fail_len = 512 * 16;
	for (i = 0; i < 10; i++) {
		tx_data(&t, 0, 100, TXD_EOP | TXD_RS);
		avfdrv_tx_ring(&t.b.d, 0);
		avf_tx_poll(t.b.h.dev, 0, 64, NULL, t.b.h.scratch);
		t.b.h.kicked = 0;
	}
	CHECK_EQ(t.b.h.nsent, 0);
	CHECK(bed_stats(&t.b).dma_errors > 0);
	t.b.h.fail_len = 0;
	CHECK_EQ(avfdrv_reset(&t.b.d), 0);
	tx_alive(&t);
	bed_close(&t.b);
}

TEST(no_pointer_for_any_page)
{
	struct tx_bed t;

	tx_open(&t);
	t.b.h.map_none = true;
	pattern(t.mem, 1 << 20, 1);
	tx_data(&t, 123, 9000, TXD_EOP | TXD_RS);
	tx_ring(&t);
	tx_expect(&t, t.mem + 123, 9000);
	CHECK(tx_done(&t, 0));
	bed_close(&t.b);
}

/* The old tail must not be replayed by the next session. */
TEST(stale_tail)
{
	struct tx_bed t;
	uint32_t i, round;

	tx_open(&t);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 5; i++)
			tx_data(&t, 0, 100, TXD_EOP | TXD_RS);
		tx_ring(&t);
		host_drop_sent(&t.b.h);
		CHECK_EQ(avfdrv_down(&t.b.d), 0);
		t.b.h.nsent = 0;
		/* Linux does not write the Tx tail on ifup */
		CHECK_EQ(avfdrv_up(&t.b.d), 0);
		host_run(&t.b.h);
		CHECK_EQ(avf_tx_poll(t.b.h.dev, 0, 64, NULL, t.b.h.scratch), 0);
		CHECK_EQ(t.b.h.nsent, 0);
		tx_alive(&t);
	}
	bed_close(&t.b);
}

/*
 * At the end of its reset task Linux may send before it has configured the
 * queue; without that frame's completion it would send nothing ever after.
 */
TEST(tail_before_config)
{
	uint8_t frame[60] = { 2, 0, 0, 0, 0, 9 };
	struct bed b;

	bed_open(&b);
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	CHECK_EQ(avfdrv_rings_alloc(&b.d), 0);
	avfdrv_rx_fill(&b.d, 0);
	memcpy(frame + 6, b.d.mac, 6);
	CHECK_EQ(avfdrv_tx_put(&b.d, 0, frame, sizeof(frame)), 0);
	avfdrv_tx_ring(&b.d, 0);
	CHECK_EQ(avfdrv_config_queues(&b.d), 0);
	CHECK_EQ(b.h.nsent, 0);
	CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 1, 1), 0);
	host_run(&b.h);
	CHECK_EQ(b.h.nsent, 1);
	CHECK(avfdrv_tx_done(&b.d, 0, 0));

	/* a new mailbox is a new session: what came before it is stale */
	avfdrv_send(&b.d, VC_RESET_VF, NULL, 0);
	b.h.nsent = 0;
	host_wr(&b.h, R_QTX_TAIL(0), 3);
	avfdrv_mbx_init(&b.d);
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	CHECK_EQ(avfdrv_config_queues(&b.d), 0);
	CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 1, 1), 0);
	host_run(&b.h);
	CHECK_EQ(b.h.nsent, 0);
	bed_close(&b);
}

TEST(tail_out_of_range)
{
	static const uint32_t bad[] = { 512, 513, 4096, 0xffff, 0xffffffff };
	struct tx_bed t;
	uint32_t i;

	tx_open(&t);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		host_wr(&t.b.h, R_QTX_TAIL(0), bad[i]);
		host_wr(&t.b.h, R_QRX_TAIL(0), bad[i]);
		CHECK_EQ(t.b.h.nsent, 0);
	}
	CHECK_EQ(bed_stats(&t.b).bad_tail, 2 * ARRAY_SIZE(bad));
	tx_alive(&t);
	bed_close(&t.b);
}

TEST(wrap_and_smallest_ring)
{
	struct tx_bed t;
	uint8_t frame[5000];
	uint32_t i;

	bed_open(&t.b);
	t.b.d.tx_count = 64;
	CHECK_EQ(avfdrv_probe(&t.b.d), 0);
	CHECK_EQ(avfdrv_up(&t.b.d), 0);
	for (i = 0; i < 1000; i++) {
		uint32_t len = 17 + i * 37 % 4900;

		pattern(frame, len, i);
		CHECK_EQ(avfdrv_tx(&t.b.d, 0, frame, len), 0);
		tx_expect(&t, frame, len);
	}
	bed_close(&t.b);
}

TEST(largest_ring_all_at_once)
{
	struct tx_bed t;
	uint32_t i;

	bed_open(&t.b);
	t.b.d.tx_count = 4096;
	t.b.d.want_qps = 1;
	CHECK_EQ(avfdrv_probe(&t.b.d), 0);
	CHECK_EQ(avfdrv_up(&t.b.d), 0);
	t.iova = bed_mem(&t.b, 1 << 20, &t.mem);
	pattern(t.mem, 1 << 20, 9);
	for (i = 0; i < 4095; i++)
		tx_data(&t, i * 200, 200, TXD_EOP | (i == 4094 ? TXD_RS : 0));
	tx_ring(&t);
	CHECK_EQ(t.b.h.nsent, 4095);
	for (i = 0; i < 4095; i++)
		tx_expect(&t, t.mem + i * 200, 200);
	CHECK(tx_done(&t, 4094));
	bed_close(&t.b);
}

/* A poll returns at its budget and goes on at the next call. */
TEST(budget)
{
	struct tx_bed t;
	uint32_t i, n, sum = 0;

	tx_open(&t);
	t.b.h.manual = true;
	for (i = 0; i < 200; i++)
		tx_data(&t, 0, 100, TXD_EOP | TXD_RS);
	avfdrv_tx_ring(&t.b.d, 0);
	t.b.h.kicked = 0;
	CHECK(avf_tx_ready(t.b.h.dev, 0));
	while (avf_tx_ready(t.b.h.dev, 0)) {
		n = avf_tx_poll(t.b.h.dev, 0, 16, NULL, t.b.h.scratch);
		CHECK(n >= 1 && n < 16 + AVF_TX_BATCH);
		sum += n;
		CHECK_EQ(t.b.h.nsent, sum);
	}
	CHECK_EQ(sum, 200);
	bed_close(&t.b);
}

static s32 room_poll(struct tx_bed *t, s32 room, uint32_t frames)
{
	CHECK_EQ(avf_tx_poll(t->b.h.dev, 0, 64, &room, t->b.h.scratch), frames);
	return room;
}

/* A poll ends with the frame that fills its room, and says what was taken. */
TEST(room)
{
	struct tx_bed t;
	uint32_t i;

	tx_open(&t);
	t.b.h.manual = true;
	for (i = 0; i < 10; i++) {
		tx_data(&t, 0, 1500, 0);
		tx_data(&t, 0, 500, TXD_EOP | TXD_RS);
	}
	avfdrv_tx_ring(&t.b.d, 0);
	CHECK_EQ(room_poll(&t, 0, 0), 0);
	CHECK_EQ(room_poll(&t, -1, 0), -1);
	CHECK_EQ(room_poll(&t, 1, 1), -1999);
	CHECK_EQ(room_poll(&t, 2000, 1), 0);
	CHECK_EQ(room_poll(&t, 4001, 3), -1999);
	CHECK(avf_tx_ready(t.b.h.dev, 0));
	CHECK_EQ(room_poll(&t, 100000, 5), 90000);
	CHECK_EQ(t.b.h.nsent, 10);
	CHECK(!avf_tx_ready(t.b.h.dev, 0));
	CHECK_EQ(room_poll(&t, 1000, 0), 1000);

	/* the same of frames that are sent as they are */
	for (i = 0; i < 4; i++)
		tx_data(&t, 0, 1500, TXD_EOP | TXD_RS);
	avfdrv_tx_ring(&t.b.d, 0);
	CHECK_EQ(room_poll(&t, 1, 1), -1499);
	CHECK_EQ(room_poll(&t, 1500, 1), 0);
	CHECK_EQ(room_poll(&t, 1501, 2), -1499);
	bed_close(&t.b);
}

/* What is not sent takes room, too: by what there was to look at. */
TEST(room_for_nothing)
{
	struct tx_bed t;
	uint32_t i;

	tx_open(&t);
	t.b.h.manual = true;
	/* shorter than a frame, and a flow rule that is none */
	tx_data(&t, 0, 10, TXD_EOP | TXD_RS);
	avfdrv_txd(&t.b.d, 0, 0, 8 | (uint64_t)TXD_RS << 4);
	avfdrv_tx_ring(&t.b.d, 0);
	CHECK_EQ(room_poll(&t, 70, 1), 0);
	CHECK_EQ(room_poll(&t, 1000, 1), 1000 - 60);
	CHECK_EQ(t.b.h.nsent, 0);

	/* no end in sight, again and again; then too many pieces */
	for (i = 1; i <= 100; i++) {
		tx_data(&t, 0, 1, 0);
		avfdrv_tx_ring(&t.b.d, 0);
		CHECK_EQ_AT(room_poll(&t, 10000, 0), 10000 - 32 * (s32)i, i);
		CHECK_EQ_AT(room_poll(&t, 10000, 0), 10000, i);
	}
	tx_data(&t, 0, 1, TXD_EOP | TXD_RS);
	avfdrv_tx_ring(&t.b.d, 0);
	CHECK_EQ(room_poll(&t, 10000, 1), 10000 - 32 * 101 - 60);
	CHECK_EQ(t.b.h.nsent, 0);

	/* a ring that cannot be read: all that it was to have */
	t.b.h.fail_iova = t.b.d.tx[0].ring.iova;
	t.b.h.fail_len = 512 * 16;
	for (i = 0; i < 5; i++)
		tx_data(&t, 0, 1500, TXD_EOP | TXD_RS);
	avfdrv_tx_ring(&t.b.d, 0);
	CHECK_EQ(room_poll(&t, 10000, 1), 10000 - 32 * 5 - 60);
	t.b.h.fail_len = 0;
	t.b.h.manual = false;
	tx_alive(&t);
	bed_close(&t.b);
}

/* A context for nothing but a tag or a switch command precedes the frame. */
TEST(context_without_tso)
{
	struct tx_bed t;

	tx_open(&t);
	pattern(t.mem, 4096, 6);
	avfdrv_txd(&t.b.d, 0, 0, 1 | (uint64_t)CTX_UPLINK << 4);
	tx_data(&t, 0, 100, TXD_EOP | TXD_RS);
	avfdrv_txd(&t.b.d, 0, 0, 1);
	tx_data(&t, 100, 100, TXD_EOP | TXD_RS);
	tx_ring(&t);
	tx_expect(&t, t.mem, 100);
	tx_expect(&t, t.mem + 100, 100);
	CHECK(tx_done(&t, 1) && tx_done(&t, 3));
	CHECK(!tx_done(&t, 0) && !tx_done(&t, 2));
	bed_close(&t.b);
}

/*
 * A driver that rewrites descriptors and headers while the device reads them.
 * Whatever it gets, frames are whole (the host checks) and memory is safe.
 */
struct scribbler {
	struct tx_bed *t;
	bool stop;
};

static void *scribble(void *arg)
{
	struct scribbler *s = arg;
	uint32_t rnd = 1;

	while (!__atomic_load_n(&s->stop, __ATOMIC_RELAXED)) {
		uint64_t *ring = s->t->b.d.tx[0].ring.va;
		uint64_t qw;

		rnd = rnd * 1664525u + 1013904223u;
		qw = avfdrv_txd_qw1(rnd >> 8 & 0x3ff, rnd >> 4 & 0x3fff, 14,
				    20 + (rnd & 20), 20) |
		     (rnd >> 28 ? 0 : (rnd >> 5 & 15));
		if (rnd & 0x10000)
			qw = 1 | (rnd >> 9 & 1) << 4 |
			     (uint64_t)(rnd >> 14) << 30;
		__atomic_store_n(&ring[(rnd >> 10) % 1024 | 1], qw,
				 __ATOMIC_RELAXED);
		__atomic_store_n(&s->t->mem[rnd >> 20 & 63], (uint8_t)rnd,
				 __ATOMIC_RELAXED);
	}
	return NULL;
}

TEST(hostile_driver)
{
	static const uint8_t src[6] = { 2, 4, 4, 4, 4, 4 };
	struct scribbler s = { 0 };
	struct tx_bed t;
	pthread_t thread;
	uint32_t i;

	tx_open(&t);
	s.t = &t;
	ip_frame(t.mem, src, src, 4, 6, 9000);
	for (i = 0; i < 512; i++)
		put_le64((uint8_t *)t.b.d.tx[0].ring.va + 16 * i, t.iova);
	CHECK(!pthread_create(&thread, NULL, scribble, &s));
	for (i = 0; i < 3000; i++) {
		host_wr(&t.b.h, R_QTX_TAIL(0), i * 37 % 512);
		host_drop_sent(&t.b.h);
	}
	__atomic_store_n(&s.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	CHECK_EQ(avfdrv_reset(&t.b.d), 0);
	tx_alive(&t);
	bed_close(&t.b);
}

/* From the second reading of the ring on, descriptor 31 has a longer buffer. */
static void lengthen(struct host *h, enum host_ev_kind kind, u64 iova, u32 len)
{
	struct tx_bed *t = h->on_dma_ctx;
	uint64_t ring = t->b.d.tx[0].ring.iova;
	uint32_t *readings = (uint32_t *)(t->mem + (512 << 10));

	(void)len;
	if (kind != HOST_READ || iova - ring >= t->b.d.tx[0].ring.len)
		return;
	if (++*readings == 2)
		put_le64((uint8_t *)t->b.d.tx[0].ring.va + 31 * 16 + 8,
			 avfdrv_txd_qw1(TXD_ICRC, 150, 0, 0, 0));
}

/*
 * A guest that changes a descriptor while it is read: the frame is the old one
 * or the new one, not the new one's buffers with the old one's length.
 */
TEST(frame_of_one_reading)
{
	struct tx_bed t;
	uint32_t i;

	tx_open(&t);
	pattern(t.mem, 1000, 3);
	/* One short of a window, then a frame of three. */
	for (i = 0; i < 31; i++)
		tx_data(&t, 0, 60, TXD_EOP | TXD_RS);
	tx_data(&t, 0, 100, 0);
	tx_data(&t, 150, 100, 0);
	tx_data(&t, 250, 100, TXD_EOP | TXD_RS);
	t.b.h.on_dma_ctx = &t;
	t.b.h.on_dma = lengthen;
	tx_ring(&t);
	t.b.h.on_dma = NULL;
	for (i = 0; i < 31; i++)
		tx_expect(&t, t.mem, 60);
	tx_expect(&t, t.mem, 350);
	CHECK(!host_take(&t.b.h));
	tx_alive(&t);
	bed_close(&t.b);
}
