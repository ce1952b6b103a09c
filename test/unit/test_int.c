// SPDX-License-Identifier: GPL-2.0
/* Interrupt causes: mailbox, queues, throttling. */
#include "unit.h"

#define US	1000ull

static uint8_t stats_req[12] = { 1 };

/* A command whose reply stays in the ARQ. */
static void unread_reply(struct bed *b)
{
	avfdrv_send(&b->d, VC_GET_STATS, stats_req, sizeof(stats_req));
	host_run(&b->h);
}

/*
 * Probed, drained, enabled. What was latched while the driver polled may fire
 * once when it enables; its handler finds nothing and enables again.
 */
static void int_bed(struct bed *b)
{
	bed_open(b);
	CHECK_EQ(avfdrv_probe(&b->d), 0);
	avfdrv_drain(&b->d);
	host_irqs(&b->h, 0);
	host_wr(&b->h, R_DYN_CTL0, DYN_INTENA | DYN_ITR(3));
	host_wr(&b->h, R_ICR0_ENA, ICR0_ADMINQ);
	host_rd(&b->h, R_ICR0);
	CHECK(host_irqs(&b->h, 0) <= 1);
	host_wr(&b->h, R_DYN_CTL0, DYN_INTENA | DYN_ITR(3));
	CHECK_EQ(host_irqs(&b->h, 0), 0);
}

/* Linux: interrupt, ICR0, drain, enable; no second interrupt for one message. */
TEST(mailbox_linux)
{
	struct bed b;
	int i;

	int_bed(&b);
	for (i = 0; i < 50; i++) {
		unread_reply(&b);
		CHECK_EQ(host_irqs(&b.h, 0), 1);
		CHECK(host_rd(&b.h, R_ICR0) & ICR0_ADMINQ);
		CHECK_EQ(host_rd(&b.h, R_ICR0), 0);
		CHECK_EQ(avfdrv_drain(&b.d), 1);
		host_wr(&b.h, R_DYN_CTL0, DYN_INTENA | DYN_ITR(3));
		host_wr(&b.h, R_ICR0_ENA, ICR0_ADMINQ);
		CHECK_EQ(host_irqs(&b.h, 0), 0);
	}
	bed_close(&b);
}

/* A message that comes while masked, in any of the three ways. */
TEST(mailbox_masked)
{
	struct bed b;

	int_bed(&b);
	/* by DYN_CTL0 */
	host_wr(&b.h, R_DYN_CTL0, DYN_ITR(3));
	unread_reply(&b);
	CHECK_EQ(host_irqs(&b.h, 0), 0);
	host_wr(&b.h, R_DYN_CTL0, DYN_INTENA | DYN_ITR(3));
	CHECK_EQ(host_irqs(&b.h, 0), 1);
	avfdrv_drain(&b.d);
	/* by ICR0_ENA */
	host_wr(&b.h, R_DYN_CTL0, DYN_INTENA | DYN_ITR(3));
	host_wr(&b.h, R_ICR0_ENA, 0);
	host_irqs(&b.h, 0);
	unread_reply(&b);
	CHECK_EQ(host_irqs(&b.h, 0), 0);
	host_wr(&b.h, R_ICR0_ENA, ICR0_ADMINQ);
	CHECK_EQ(host_irqs(&b.h, 0), 1);
	avfdrv_drain(&b.d);
	/* CLEARPBA while it is unread must not lose it */
	host_wr(&b.h, R_DYN_CTL0, DYN_ITR(3));
	unread_reply(&b);
	host_wr(&b.h, R_DYN_CTL0, DYN_INTENA | DYN_CLEARPBA | DYN_ITR(3));
	CHECK_EQ(host_irqs(&b.h, 0), 1);
	bed_close(&b);
}

/* DPDK in interrupt mode never reads ICR0: one message, one interrupt. */
TEST(mailbox_dpdk)
{
	struct bed b;
	int i;

	int_bed(&b);
	for (i = 0; i < 40; i++) {
		host_wr(&b.h, R_ICR0_ENA, ICR0_ADMINQ);
		host_wr(&b.h, R_DYN_CTL0,
			DYN_INTENA | DYN_CLEARPBA | DYN_ITR(3));
		host_irqs(&b.h, 0);
		unread_reply(&b);
		CHECK_EQ(host_irqs(&b.h, 0), 1);
		host_wr(&b.h, R_ICR0_ENA, 0);
		host_wr(&b.h, R_DYN_CTL0, DYN_ITR(3));
		CHECK_EQ(avfdrv_drain(&b.d), 1);
		host_wr(&b.h, R_ICR0_ENA, ICR0_ADMINQ);
		host_wr(&b.h, R_DYN_CTL0,
			DYN_INTENA | DYN_CLEARPBA | DYN_ITR(3));
		host_advance(&b.h, 100000 * US);
		/* at most one that nobody needed, never a storm */
		CHECK(host_irqs(&b.h, 0) <= 1);
		host_advance(&b.h, 1000000 * US);
		CHECK_EQ(host_irqs(&b.h, 0), 0);
	}
	bed_close(&b);
}

/* A handler that never drains must not be called again and again. */
TEST(mailbox_no_storm)
{
	struct bed b;

	int_bed(&b);
	unread_reply(&b);
	host_advance(&b.h, 10000000 * US);
	CHECK(host_irqs(&b.h, 0) <= 2);
	bed_close(&b);
}

/* ICR0 latches whatever ENA and INTENA are: DPDK's alarm mode. */
TEST(icr0_latches)
{
	struct bed b;

	int_bed(&b);
	host_wr(&b.h, R_ICR0_ENA, 0);
	host_wr(&b.h, R_DYN_CTL0, DYN_ITR(3));
	CHECK_EQ(host_rd(&b.h, R_ICR0), 0);
	unread_reply(&b);
	CHECK(host_rd(&b.h, R_ICR0) & ICR0_ADMINQ);
	CHECK_EQ(host_rd(&b.h, R_ICR0), 0);
	/* an event, too */
	avf_link_set(b.h.dev, false, 100000);
	CHECK(host_rd(&b.h, R_ICR0) & ICR0_ADMINQ);
	CHECK_EQ(host_rd(&b.h, R_ICR0), 0);
	bed_close(&b);
}

/* ------------------------------------------------------------ queue vectors */

static void frame_to(struct bed *b, uint8_t *frame)
{
	pattern(frame, 64, 3);
	memcpy(frame, b->d.mac, 6);
	frame[12] = 0x88;
	frame[13] = 0xb5;
}

/* Where non-IP frames go, and which vector that is; drained and quiet. */
static uint16_t rx_vec(struct bed *b)
{
	uint16_t v, vec = 0;
	uint8_t frame[64];

	frame_to(b, frame);
	for (v = 1; v < 5; v++) {
		host_wr(&b->h, R_DYN_CTLN(v - 1), DYN_INTENA | DYN_ITR(3));
		host_irqs(&b->h, v);
	}
	CHECK_EQ(host_rx(&b->h, frame, 64, 1), 0);
	for (v = 1; v < 5; v++)
		if (host_irqs(&b->h, v)) {
			CHECK(!vec);
			vec = v;
		}
	CHECK(vec);
	CHECK_EQ(avfdrv_rx(&b->d, (uint16_t)(vec - 1), frame, 64, NULL), 64);
	for (v = 1; v < 5; v++)
		host_wr(&b->h, R_DYN_CTLN(v - 1), DYN_INTENA | DYN_ITR(3));
	return vec;
}

TEST(queue_between_poll_and_enable)
{
	uint8_t frame[64];
	struct bed b;
	uint16_t vec;

	bed_up(&b);
	frame_to(&b, frame);
	vec = rx_vec(&b);
	/* as DPDK disables, then enables */
	host_wr(&b.h, R_DYN_CTLN(vec - 1), DYN_WB_ON_ITR);
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
	CHECK_EQ(host_irqs(&b.h, vec), 0);
	host_wr(&b.h, R_DYN_CTLN(vec - 1),
		DYN_INTENA | DYN_CLEARPBA | DYN_ITR(3));
	CHECK_EQ(host_irqs(&b.h, vec), 1);
	bed_close(&b);
}

TEST(queue_auto_mask)
{
	uint8_t frame[64];
	struct bed b;
	uint16_t vec;
	uint32_t n;

	bed_up(&b);
	frame_to(&b, frame);
	vec = rx_vec(&b);
	host_irqs(&b.h, vec);
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
	/* masked by itself after the first, or not: both are legal */
	n = host_irqs(&b.h, vec);
	CHECK(n == 1 || n == 2);
	/* a burst is one interrupt */
	host_wr(&b.h, R_DYN_CTLN(vec - 1), DYN_INTENA | DYN_ITR(3));
	host_irqs(&b.h, vec);
	host_wr(&b.h, R_DYN_CTLN(vec - 1), DYN_INTENA | DYN_ITR(3));
	for (n = 0; n < 10; n++)
		CHECK_EQ(host_rx_noflush(&b.h, frame, 64, 1), 0);
	CHECK_EQ(host_irqs(&b.h, vec), 0);
	avf_rx_flush(b.h.dev);
	CHECK_EQ(host_irqs(&b.h, vec), 1);
	bed_close(&b);
}

/* Linux's hang recovery: SWINT with no cause pending. */
TEST(queue_swint)
{
	struct bed b;
	uint16_t vec;

	bed_up(&b);
	vec = rx_vec(&b);
	host_irqs(&b.h, vec);
	host_wr(&b.h, R_DYN_CTLN(vec - 1), DYN_INTENA | DYN_ITR(3) | DYN_SWINT |
		DYN_SW_ITR_ENA);
	CHECK_EQ(host_irqs(&b.h, vec), 1);
	/* latched while disabled */
	host_wr(&b.h, R_DYN_CTLN(vec - 1), DYN_ITR(3) | DYN_SWINT);
	CHECK_EQ(host_irqs(&b.h, vec), 0);
	host_wr(&b.h, R_DYN_CTLN(vec - 1), DYN_INTENA | DYN_ITR(3));
	CHECK_EQ(host_irqs(&b.h, vec), 1);
	bed_close(&b);
}

TEST(queue_wb_on_itr)
{
	uint8_t frame[64];
	struct bed b;
	uint16_t vec;

	bed_up(&b);
	frame_to(&b, frame);
	vec = rx_vec(&b);
	host_irqs(&b.h, vec);
	host_wr(&b.h, R_DYN_CTLN(vec - 1), DYN_WB_ON_ITR | DYN_ITR(3));
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
	host_advance(&b.h, 100000 * US);
	CHECK_EQ(host_irqs(&b.h, vec), 0);
	/* written back all the same */
	CHECK_EQ(avfdrv_rx(&b.d, (uint16_t)(vec - 1), frame, 64, NULL), 64);
	bed_close(&b);
}

/* The gap is kept and the last packet does not need another event. */
TEST(throttle)
{
	uint8_t frame[64];
	struct bed b;
	uint16_t vec;
	uint32_t n;

	bed_up(&b);
	frame_to(&b, frame);
	vec = rx_vec(&b);
	/* 100 us on the Rx index */
	host_wr(&b.h, R_DYN_CTLN(vec - 1),
		DYN_INTENA | DYN_ITR(0) | DYN_INTERVAL(50));
	host_advance(&b.h, 1000 * US);
	host_irqs(&b.h, vec);
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
	host_advance(&b.h, 100 * US);
	CHECK_EQ(host_irqs(&b.h, vec), 1);

	host_advance(&b.h, 1000 * US);
	host_wr(&b.h, R_DYN_CTLN(vec - 1), DYN_INTENA | DYN_ITR(3));
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
	CHECK_EQ(host_irqs(&b.h, vec), 1);
	host_wr(&b.h, R_DYN_CTLN(vec - 1), DYN_INTENA | DYN_ITR(3));
	host_advance(&b.h, 10 * US);
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
	CHECK_EQ(host_irqs(&b.h, vec), 0);
	host_advance(&b.h, 80 * US);
	CHECK_EQ(host_irqs(&b.h, vec), 0);
	host_advance(&b.h, 20 * US);
	CHECK_EQ(host_irqs(&b.h, vec), 1);
	host_advance(&b.h, 10000 * US);
	CHECK_EQ(host_irqs(&b.h, vec), 0);

	/* off again: every event at once */
	host_wr(&b.h, R_ITRN(0, vec - 1), 0);
	for (n = 0; n < 5; n++) {
		host_wr(&b.h, R_DYN_CTLN(vec - 1), DYN_INTENA | DYN_ITR(3));
		CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
		CHECK_EQ(host_irqs(&b.h, vec), 1);
	}
	bed_close(&b);
}

/* A device disabled while a cause waits for its gap must not fire later. */
TEST(throttle_then_reset)
{
	uint8_t frame[64];
	struct bed b;
	uint16_t vec;
	uint32_t n;

	bed_up(&b);
	frame_to(&b, frame);
	vec = rx_vec(&b);
	host_advance(&b.h, 10000 * US);
	for (n = 0; n < 2; n++) {
		host_wr(&b.h, R_DYN_CTLN(vec - 1),
			DYN_INTENA | DYN_ITR(0) | DYN_INTERVAL(500));
		CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
	}
	CHECK_EQ(host_irqs(&b.h, vec), 1);
	avf_dev_reset(b.h.dev, AVF_RESET_VF);
	host_advance(&b.h, 10000 * US);
	CHECK_EQ(host_irqs(&b.h, vec), 0);
	bed_close(&b);
}

/* Tx completion raises the vector of the queue; unmapped queues are silent. */
TEST(queue_tx)
{
	uint8_t frame[64], map[14 + 12] = { 0 };
	struct bed b;
	uint16_t v;

	bed_up(&b);
	frame_to(&b, frame);
	for (v = 1; v < 5; v++) {
		host_wr(&b.h, R_DYN_CTLN(v - 1), DYN_INTENA | DYN_ITR(3));
		host_irqs(&b.h, v);
		CHECK_EQ(avfdrv_tx(&b.d, (uint16_t)(v - 1), frame, 64), 0);
		host_run(&b.h);
		CHECK_EQ(host_irqs(&b.h, v), 1);
		CHECK_EQ(avfdrv_tx_clean(&b.d, (uint16_t)(v - 1)), 1);
	}
	/* two vectors only: queue 3 moves to vector 1 with queue 0 */
	put_le16(map, 1);
	put_le16(map + 2, b.d.vsi);
	put_le16(map + 4, 1);
	put_le16(map + 6, 9);
	put_le16(map + 8, 9);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_IRQ_MAP, map, sizeof(map), NULL),
		 0);
	host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(3));
	host_wr(&b.h, R_DYN_CTLN(3), DYN_INTENA | DYN_ITR(3));
	host_irqs(&b.h, 1);
	host_irqs(&b.h, 4);
	CHECK_EQ(avfdrv_tx(&b.d, 3, frame, 64), 0);
	host_run(&b.h);
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	CHECK_EQ(host_irqs(&b.h, 4), 0);
	bed_close(&b);
}

/* ------------------------------------------ completions that wait for company */

#define WAIT	(1000 * US)

/* Of queue and vector 1, whose interrupt is enabled and long past its interval. */
static void wait_bed(struct bed *b)
{
	bed_up(b);
	host_wr(&b->h, R_ITRN(1, 0), 10);
	avf_int_tx_delay(b->h.dev, WAIT);
	host_advance(&b->h, 100 * WAIT);
	host_wr(&b->h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(3));
	host_irqs(&b->h, 1);
}

static void wait_send(struct bed *b, const uint8_t *frame, uint32_t len)
{
	CHECK_EQ(avfdrv_tx(&b->d, 0, frame, len), 0);
	host_run(&b->h);
}

/* Written back at once, announced in time, once; the next one no later. */
TEST(tx_waits)
{
	uint8_t frame[64];
	struct bed b;

	wait_bed(&b);
	frame_to(&b, frame);
	wait_send(&b, frame, 64);
	CHECK_EQ(avfdrv_tx_clean(&b.d, 0), 1);
	host_advance(&b.h, WAIT - US);
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	/* the wait of the first, not of the last */
	wait_send(&b, frame, 64);
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	host_advance(&b.h, US);
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(3));
	host_advance(&b.h, 100 * WAIT);
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	wait_send(&b, frame, 64);
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	host_advance(&b.h, WAIT);
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	bed_close(&b);
}

/* What it waits for: one interrupt for both, and none after it. */
TEST(tx_waits_for_rx)
{
	uint8_t frame[64], map[14] = { 0 };
	struct bed b;

	wait_bed(&b);
	frame_to(&b, frame);
	put_le16(map, 1);
	put_le16(map + 2, b.d.vsi);
	put_le16(map + 4, 1);
	put_le16(map + 6, 0xf);
	put_le16(map + 8, 0xf);
	put_le16(map + 12, 1);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_IRQ_MAP, map, sizeof(map), NULL),
		 0);
	wait_send(&b, frame, 64);
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(3));
	host_advance(&b.h, 100 * WAIT);
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	bed_close(&b);
}

/* A driver that is slower than the wait is interrupted as soon as it may be. */
TEST(tx_waits_while_disabled)
{
	uint8_t frame[64];
	struct bed b;

	wait_bed(&b);
	frame_to(&b, frame);
	host_wr(&b.h, R_DYN_CTLN(0), DYN_ITR(3));
	wait_send(&b, frame, 64);
	host_advance(&b.h, WAIT - US);
	host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(3));
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	host_wr(&b.h, R_DYN_CTLN(0), DYN_ITR(3));
	host_advance(&b.h, 10 * WAIT);
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(3));
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	bed_close(&b);
}

/* A quarter of the ring does not wait, nor do 16 KiB; after that it starts anew. */
TEST(tx_waits_unless_many)
{
	uint8_t frame[1514];
	struct bed b;
	uint32_t n, round, quarter;

	wait_bed(&b);
	frame_to(&b, frame);
	quarter = b.d.tx_count / 4u;
	CHECK(quarter * 64 < 16384 && quarter > 11);
	for (round = 0; round < 2; round++) {
		for (n = 1; n < quarter; n++) {
			wait_send(&b, frame, 64);
			CHECK_EQ(avfdrv_tx_clean(&b.d, 0), 1);
		}
		CHECK_EQ(host_irqs(&b.h, 1), 0);
		wait_send(&b, frame, 64);
		CHECK_EQ(avfdrv_tx_clean(&b.d, 0), 1);
		host_advance(&b.h, 20 * US);
		CHECK_EQ(host_irqs(&b.h, 1), 1);
		host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(3));
	}
	memset(frame + 64, 0, sizeof(frame) - 64);
	for (n = 0; n < 10; n++) {
		wait_send(&b, frame, 1514);
		CHECK_EQ(avfdrv_tx_clean(&b.d, 0), 1);
	}
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	wait_send(&b, frame, 1514);
	host_advance(&b.h, 20 * US);
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	bed_close(&b);
}

/* It asked for interrupts at once, by its interval or its index. */
TEST(tx_waits_not)
{
	uint8_t frame[64];
	struct bed b;

	wait_bed(&b);
	frame_to(&b, frame);
	host_wr(&b.h, R_ITRN(1, 0), 0);
	wait_send(&b, frame, 64);
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(1) | DYN_INTERVAL(10));
	wait_send(&b, frame, 64);
	host_advance(&b.h, 20 * US);
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	/* and the host may */
	host_advance(&b.h, WAIT);
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(3));
	host_advance(&b.h, WAIT);
	avf_int_tx_delay(b.h.dev, 0);
	wait_send(&b, frame, 64);
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	bed_close(&b);
}

/* The interval since the last interrupt is kept as well, whichever is longer. */
TEST(tx_waits_and_throttle)
{
	uint8_t frame[64];
	struct bed b;

	wait_bed(&b);
	frame_to(&b, frame);
	wait_send(&b, frame, 64);
	host_advance(&b.h, WAIT);
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(1) |
		DYN_INTERVAL(1000));
	wait_send(&b, frame, 64);
	host_advance(&b.h, 2 * WAIT - US);
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	host_advance(&b.h, US);
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	bed_close(&b);
}

/* Stopped, the queue's last completions are announced; reset, they are not. */
TEST(tx_waits_then_stop)
{
	uint8_t frame[64];
	struct bed b;

	wait_bed(&b);
	frame_to(&b, frame);
	wait_send(&b, frame, 64);
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 1, 1), 0);
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	bed_close(&b);

	wait_bed(&b);
	wait_send(&b, frame, 64);
	avf_dev_reset(b.h.dev, AVF_RESET_VF);
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(3));
	host_advance(&b.h, 100 * WAIT);
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	bed_close(&b);
}

/* Probed, mapped nowhere: completions are written, nobody is interrupted. */
TEST(unmapped_queue)
{
	uint8_t frame[64];
	struct bed b;
	uint16_t q, v;

	bed_resources(&b);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	frame_to(&b, frame);
	for (v = 1; v < 5; v++)
		host_irqs(&b.h, v);
	for (q = 0; q < 4; q++) {
		CHECK_EQ(avfdrv_tx(&b.d, q, frame, 64), 0);
		host_run(&b.h);
		CHECK_EQ(avfdrv_tx_clean(&b.d, q), 1);
	}
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
	host_advance(&b.h, 100000 * US);
	for (v = 0; v < 5; v++)
		CHECK(v == 0 || !host_irqs(&b.h, v));
	bed_close(&b);
}

/* Two vectors for four queues, as Linux shares them: all traffic arrives. */
TEST(shared_vector)
{
	uint8_t frame[64], map[14 + 24] = { 0 };
	struct bed b;
	uint16_t q, round;

	bed_up(&b);
	frame_to(&b, frame);
	put_le16(map, 2);
	put_le16(map + 2, b.d.vsi);
	put_le16(map + 4, 1);
	put_le16(map + 6, 0xf);
	put_le16(map + 8, 0xf);
	put_le16(map + 12, 1);
	put_le16(map + 14, b.d.vsi);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_IRQ_MAP, map, sizeof(map), NULL),
		 0);
	for (round = 0; round < 20; round++) {
		for (q = 0; q < 4; q++) {
			host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(3));
			host_irqs(&b.h, 1);
			CHECK_EQ(avfdrv_tx(&b.d, q, frame, 64), 0);
			host_run(&b.h);
			CHECK_EQ(host_irqs(&b.h, 1), 1);
		}
	}
	for (q = 1; q < 4; q++)
		CHECK_EQ(host_irqs(&b.h, (u16)(q + 1)), 0);
	bed_close(&b);
}
