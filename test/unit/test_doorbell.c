// SPDX-License-Identifier: GPL-2.0
/* Doorbell pages that a driver stores to behind the model's back. */
#include "tx_bed.h"

#define US		1000ull
#define TAIL_RX(q)	(0x000 + 4 * (q))
#define INTERVAL(i, v)	(0x800 + 64 * (i) + 4 * (v))

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
		.doorbell = { page[AVF_DB_TX], page[AVF_DB_RX] },
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
