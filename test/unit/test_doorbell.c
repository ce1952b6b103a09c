// SPDX-License-Identifier: GPL-2.0
/* Doorbell pages that a driver stores to behind the model's back. */
#include "tx_bed.h"

#define US		1000ull
#define TAIL_RX(q)	(0x000 + 4 * (q))
#define INTERVAL(i, v)	(0x800 + 64 * (i) + 4 * (v))
#define ENABLE(v)	(0x800 + 4 * (v))
#define SEEN_DYN	0x20000000u

static uint8_t page[AVF_DB_PAGES][AVF_PAGE_SIZE]
	__attribute__((aligned(AVF_PAGE_SIZE)));

static void store(uint32_t nr, uint32_t off, uint32_t val)
{
	put_le32(page[nr] + off, val);
}

static void db_open(struct tx_bed *t, uint16_t qps)
{
	struct avf_params p = {
		.num_qps = qps,
		.doorbell = { page[0], page[1], page[2] },
	};

	memset(page, 0, sizeof(page));
	bed_open_params(&t->b, &p);
	t->b.d.want_qps = qps;
	CHECK_EQ(avfdrv_probe(&t->b.d), 0);
	CHECK_EQ(avfdrv_up(&t->b.d), 0);
	t->iova = bed_mem(&t->b, 1 << 20, &t->mem);
}

static uint32_t poll(struct tx_bed *t, uint16_t q)
{
	return avf_tx_poll(t->b.h.dev, q, 64, NULL, t->b.h.scratch);
}

/* A store takes effect when the model looks, and nobody is kicked. */
TEST(tail_stored)
{
	struct tx_bed t;
	uint16_t q;

	db_open(&t, 3);
	CHECK_EQ(avf_tx_pending(t.b.h.dev), 0);
	pattern(t.mem, 100, 5);
	for (q = 0; q < 3; q += 2) {
		avfdrv_txd(&t.b.d, q, t.iova,
			   avfdrv_txd_qw1(TXD_ICRC | TXD_EOP | TXD_RS, 100, 0,
					  0, 0));
		t.b.h.kicked = 0;
		store(AVF_DB_TX, 4u * q, 1);
		CHECK_EQ(t.b.h.kicked, 0);
		CHECK_EQ(avf_tx_pending(t.b.h.dev), 1u << q);
		CHECK(avf_tx_ready(t.b.h.dev, q));
		CHECK_EQ(poll(&t, q), 1);
		CHECK_EQ(avf_tx_pending(t.b.h.dev), 0);
		tx_expect(&t, t.mem, 100);
		/* the register is the same memory */
		CHECK_EQ(host_rd(&t.b.h, R_QTX_TAIL(q)), 1);
		host_wr(&t.b.h, R_QTX_TAIL(q), 1);
		CHECK_EQ(get_le32(page[AVF_DB_TX] + 4 * q), 1);
	}
	bed_close(&t.b);
}

/* Whatever lies outside the ring is counted once, and then there is no work. */
TEST(tail_outside)
{
	static const uint32_t bad[] = { 512, 4096, 0x80000000, 0xffffffff };
	uint8_t frame[64] = { 0 };
	struct tx_bed t;
	uint32_t i, n;

	db_open(&t, 1);
	CHECK_EQ(t.b.d.tx_count, 512);
	for (i = 0; i < 4; i++) {
		n = (uint32_t)bed_stats(&t.b).bad_tail;
		store(AVF_DB_TX, 0, bad[i]);
		CHECK_EQ(poll(&t, 0), 0);
		CHECK_EQ(avf_tx_pending(t.b.h.dev), 0);
		CHECK_EQ(poll(&t, 0), 0);
		CHECK_EQ_AT(bed_stats(&t.b).bad_tail - n, 1, i);
		CHECK_EQ(t.b.h.nsent, 0);
	}
	store(AVF_DB_TX, 0, 0);
	CHECK_EQ(avf_tx_pending(t.b.h.dev), 0);
	tx_alive(&t);

	memcpy(frame, t.b.d.mac, 6);
	n = (uint32_t)bed_stats(&t.b).bad_tail;
	store(AVF_DB_RX, TAIL_RX(0), 512);
	for (i = 0; i < 3; i++)
		CHECK_EQ(host_rx(&t.b.h, frame, 64, 1), -ENOBUFS);
	CHECK_EQ(bed_stats(&t.b).bad_tail - n, 1);
	store(AVF_DB_RX, TAIL_RX(0), 500);
	CHECK_EQ(host_rx(&t.b.h, frame, 64, 1), 0);
	bed_close(&t.b);
}

/* A reset leaves nothing of what was stored. */
TEST(reset_clears)
{
	struct tx_bed t;
	uint32_t i;

	db_open(&t, 2);
	for (i = 0; i < 2; i++) {
		store(AVF_DB_TX, 4 * i, 7);
		store(AVF_DB_RX, TAIL_RX(i), 9);
		store(AVF_DB_RX, INTERVAL(1, i), 11);
	}
	avf_dev_reset(t.b.h.dev, AVF_RESET_FLR);
	CHECK_EQ(avf_tx_pending(t.b.h.dev), 0);
	for (i = 0; i < 2; i++) {
		CHECK_EQ(get_le32(page[AVF_DB_TX] + 4 * i), 0);
		CHECK_EQ(get_le32(page[AVF_DB_RX] + TAIL_RX(i)), 0);
		CHECK_EQ(get_le32(page[AVF_DB_RX] + INTERVAL(1, i)), 0);
	}
	bed_close(&t.b);
}

/* Intervals are twelve bits of 2 us, whatever else was stored. */
TEST(interval_stored)
{
	uint8_t frame[64] = { 0 };
	struct tx_bed t;
	uint32_t i;

	db_open(&t, 1);
	memcpy(frame, t.b.d.mac, 6);
	store(AVF_DB_RX, INTERVAL(0, 0), 0xabcde032);
	CHECK_EQ(host_rd(&t.b.h, R_ITRN(0, 0)), 0x32);
	host_advance(&t.b.h, 10000 * US);
	host_irqs(&t.b.h, 1);
	for (i = 0; i < 2; i++) {
		host_wr(&t.b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(3));
		CHECK_EQ(host_rx(&t.b.h, frame, 64, 1), 0);
		CHECK_EQ_AT(host_irqs(&t.b.h, 1), i == 0, i);
	}
	host_advance(&t.b.h, 99 * US);
	CHECK_EQ(host_irqs(&t.b.h, 1), 0);
	host_advance(&t.b.h, 1 * US);
	CHECK_EQ(host_irqs(&t.b.h, 1), 1);
	bed_close(&t.b);
}

static void int_open(struct tx_bed *t, uint16_t qps, uint8_t frame[64])
{
	uint16_t i;

	db_open(t, qps);
	memset(frame, 0, 64);
	memcpy(frame, t->b.d.mac, 6);
	avf_page_irqs(t->b.h.dev);
	for (i = 1; i <= qps; i++)
		host_irqs(&t->b.h, i);
}

/*
 * An enable that was stored is found by the next cause, without anybody telling
 * the model to look.
 */
TEST(enable_stored)
{
	uint8_t frame[64];
	struct tx_bed t;
	uint32_t i;

	int_open(&t, 1, frame);
	for (i = 0; i < 3; i++) {
		store(AVF_DB_INT, ENABLE(0), DYN_INTENA | DYN_ITR(3));
		CHECK_EQ(avf_page_pending(t.b.h.dev), AVF_PAGE_IRQ);
		CHECK_EQ(host_rx(&t.b.h, frame, 64, 1), 0);
		CHECK_EQ_AT(host_irqs(&t.b.h, 1), 1, i);
		CHECK_EQ(avf_page_pending(t.b.h.dev), 0);
		/* It is off now, until the driver stores once more. */
		CHECK_EQ(host_rx(&t.b.h, frame, 64, 1), 0);
		CHECK_EQ_AT(host_irqs(&t.b.h, 1), 0, i);
		store(AVF_DB_INT, ENABLE(0), DYN_ITR(3));
		avf_page_irqs(t.b.h.dev);
		CHECK_EQ_AT(host_irqs(&t.b.h, 1), 0, i);
		store(AVF_DB_INT, ENABLE(0), DYN_INTENA | DYN_ITR(3));
		avf_page_irqs(t.b.h.dev);
		CHECK_EQ_AT(host_irqs(&t.b.h, 1), 1, i);
	}
	bed_close(&t.b);
}

/*
 * Throttled, and then taken back: the timer that comes due looks first, and there
 * is no interrupt after a disable; nor is the cause lost.
 */
TEST(enable_taken_back)
{
	uint8_t frame[64];
	struct tx_bed t;

	int_open(&t, 1, frame);
	store(AVF_DB_RX, INTERVAL(0, 0), 50);
	host_advance(&t.b.h, 10000 * US);
	host_irqs(&t.b.h, 1);
	store(AVF_DB_INT, ENABLE(0), DYN_INTENA | DYN_ITR(3) | DYN_SWINT);
	avf_page_irqs(t.b.h.dev);
	CHECK_EQ(host_irqs(&t.b.h, 1), 1);
	store(AVF_DB_INT, ENABLE(0), DYN_INTENA | DYN_ITR(3));
	CHECK_EQ(host_rx(&t.b.h, frame, 64, 1), 0);
	CHECK_EQ(host_irqs(&t.b.h, 1), 0);
	store(AVF_DB_INT, ENABLE(0), DYN_ITR(3));
	host_advance(&t.b.h, 1000 * US);
	CHECK_EQ(host_irqs(&t.b.h, 1), 0);
	store(AVF_DB_INT, ENABLE(0), DYN_INTENA | DYN_ITR(3));
	avf_page_irqs(t.b.h.dev);
	CHECK_EQ(host_irqs(&t.b.h, 1), 1);

	/* Nor does an interval that is written make it come. */
	store(AVF_DB_INT, ENABLE(0), DYN_INTENA | DYN_ITR(3));
	CHECK_EQ(host_rx(&t.b.h, frame, 64, 1), 0);
	CHECK_EQ(host_irqs(&t.b.h, 1), 0);
	store(AVF_DB_INT, ENABLE(0), DYN_ITR(3));
	host_wr(&t.b.h, R_ITRN(0, 0), 0);
	CHECK_EQ(host_irqs(&t.b.h, 1), 0);
	bed_close(&t.b);
}

/* CLEARPBA, as DPDK stores it, takes away no cause that comes after it. */
TEST(enable_clearpba)
{
	uint8_t frame[64];
	struct tx_bed t;

	int_open(&t, 1, frame);
	store(AVF_DB_INT, ENABLE(0), DYN_INTENA | DYN_CLEARPBA | DYN_ITR(3));
	CHECK_EQ(host_rx(&t.b.h, frame, 64, 1), 0);
	CHECK_EQ(host_irqs(&t.b.h, 1), 1);
	CHECK_EQ(host_rx(&t.b.h, frame, 64, 1), 0);
	store(AVF_DB_INT, ENABLE(0), DYN_INTENA | DYN_CLEARPBA | DYN_ITR(3));
	avf_page_irqs(t.b.h.dev);
	CHECK_EQ(host_irqs(&t.b.h, 1), 1);
	bed_close(&t.b);
}

/*
 * Stored and written, in that order; and read, either way. What is a pulse reads
 * as 0, and the reserved bit says that it was seen.
 */
TEST(enable_stored_and_written)
{
	uint8_t frame[64];
	struct tx_bed t;

	int_open(&t, 3, frame);
	store(AVF_DB_INT, ENABLE(2), DYN_INTENA | DYN_ITR(3) | DYN_SWINT);
	host_wr(&t.b.h, R_DYN_CTLN(1), DYN_INTENA | DYN_ITR(2) | DYN_CLEARPBA);
	CHECK_EQ(get_le32(page[AVF_DB_INT] + ENABLE(1)),
		 DYN_INTENA | DYN_ITR(2) | SEEN_DYN);
	/* That one was not written. */
	CHECK_EQ(avf_page_pending(t.b.h.dev), AVF_PAGE_IRQ);
	avf_page_irqs(t.b.h.dev);
	CHECK_EQ(host_irqs(&t.b.h, 3), 1);
	CHECK_EQ(get_le32(page[AVF_DB_INT] + ENABLE(2)),
		 DYN_INTENA | DYN_ITR(3) | SEEN_DYN);

	store(AVF_DB_INT, ENABLE(1), DYN_INTENA | DYN_ITR(3) | DYN_SWINT);
	host_wr(&t.b.h, R_DYN_CTLN(1), DYN_ITR(3));
	CHECK_EQ(host_irqs(&t.b.h, 2), 1);
	CHECK_EQ(avf_page_pending(t.b.h.dev), 0);
	/* Written twice: the second counts as well, whatever it is. */
	host_wr(&t.b.h, R_DYN_CTLN(1), DYN_ITR(3) | SEEN_DYN);
	host_wr(&t.b.h, R_DYN_CTLN(1),
		DYN_INTENA | DYN_ITR(3) | DYN_SWINT | SEEN_DYN);
	host_wr(&t.b.h, R_DYN_CTLN(1),
		DYN_INTENA | DYN_ITR(3) | DYN_SWINT | SEEN_DYN);
	CHECK_EQ(host_irqs(&t.b.h, 2), 2);

	store(AVF_DB_INT, ENABLE(0), DYN_INTENA | DYN_ITR(3));
	CHECK_EQ(host_rd(&t.b.h, R_DYN_CTLN(0)), DYN_INTENA | DYN_ITR(3));
	CHECK_EQ(avf_page_pending(t.b.h.dev), 0);
	/* A vector that is not there. */
	store(AVF_DB_INT, ENABLE(3), DYN_INTENA | DYN_SWINT);
	CHECK_EQ(avf_page_pending(t.b.h.dev), 0);
	host_wr(&t.b.h, R_DYN_CTLN(3), DYN_INTENA);
	CHECK_EQ(get_le32(page[AVF_DB_INT] + ENABLE(3)), DYN_INTENA | DYN_SWINT);
	bed_close(&t.b);
}

/* What was stored before a reset or while memory decoding was off is lost. */
TEST(enable_lost)
{
	static const enum avf_reset kind[] = {
		AVF_RESET_FLR, AVF_RESET_VF, AVF_RESET_PF,
	};
	uint8_t frame[64];
	struct tx_bed t;
	uint32_t cmd, i;

	int_open(&t, 1, frame);
	cmd = host_cfg_rd(&t.b.h, 4, 2);
	host_cfg_wr(&t.b.h, 4, cmd & ~2u, 2);
	store(AVF_DB_INT, ENABLE(0), DYN_INTENA | DYN_ITR(3) | DYN_SWINT);
	CHECK_EQ(avf_page_pending(t.b.h.dev), 0);
	avf_page_irqs(t.b.h.dev);
	host_cfg_wr(&t.b.h, 4, cmd, 2);
	CHECK_EQ(avf_page_pending(t.b.h.dev), 0);
	CHECK_EQ(host_irqs(&t.b.h, 1), 0);

	for (i = 0; i < 3; i++) {
		store(AVF_DB_INT, ENABLE(0),
		      DYN_INTENA | DYN_ITR(3) | DYN_SWINT);
		avf_dev_reset(t.b.h.dev, kind[i]);
		CHECK_EQ_AT(get_le32(page[AVF_DB_INT] + ENABLE(0)), SEEN_DYN, i);
		host_cfg_wr(&t.b.h, 4, cmd, 2);
		CHECK_EQ_AT(avf_page_pending(t.b.h.dev), 0, i);
		CHECK_EQ_AT(host_irqs(&t.b.h, 1), 0, i);
	}
	bed_close(&t.b);
}

/* An enable that was stored before memory decoding went off holds. */
TEST(enable_kept)
{
	uint8_t frame[64];
	struct tx_bed t;
	uint32_t cmd;

	int_open(&t, 1, frame);
	cmd = host_cfg_rd(&t.b.h, 4, 2);
	store(AVF_DB_INT, ENABLE(0), DYN_INTENA | DYN_ITR(3));
	host_cfg_wr(&t.b.h, 4, cmd & ~2u, 2);
	host_cfg_wr(&t.b.h, 4, cmd, 2);
	CHECK_EQ(get_le32(page[AVF_DB_INT] + ENABLE(0)),
		 DYN_INTENA | DYN_ITR(3) | SEEN_DYN);
	CHECK_EQ(host_rx(&t.b.h, frame, 64, 1), 0);
	CHECK_EQ(host_irqs(&t.b.h, 1), 1);
	bed_close(&t.b);
}

/* All of BAR0 becomes memory, and is none any more: that page stays. */
TEST(enable_whole_bar)
{
	static uint8_t other[AVF_BAR0_PAGES][AVF_PAGE_SIZE]
		__attribute__((aligned(AVF_PAGE_SIZE)));
	void *mem[AVF_BAR0_PAGES];
	uint8_t frame[64];
	struct tx_bed t;
	uint32_t i;

	for (i = 0; i < AVF_BAR0_PAGES; i++)
		mem[i] = other[i];
	int_open(&t, 1, frame);
	for (i = 0; i < 2; i++) {
		avf_page_attach(t.b.h.dev, mem);
		store(AVF_DB_INT, ENABLE(0), DYN_INTENA | DYN_ITR(3));
		CHECK_EQ(avf_page_pending(t.b.h.dev), AVF_PAGE_IRQ);
		CHECK_EQ(host_rx(&t.b.h, frame, 64, 1), 0);
		CHECK_EQ_AT(host_irqs(&t.b.h, 1), 1, i);
		avf_page_detach(t.b.h.dev);
		store(AVF_DB_INT, ENABLE(0), DYN_INTENA | DYN_ITR(3));
		CHECK_EQ(host_rx(&t.b.h, frame, 64, 1), 0);
		CHECK_EQ_AT(host_irqs(&t.b.h, 1), 1, i);
	}
	CHECK_EQ(get_le32(other[3] + ENABLE(0)), 0);
	bed_close(&t.b);
}
