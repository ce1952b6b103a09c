// SPDX-License-Identifier: GPL-2.0
#include "tx_bed.h"

void tx_open(struct tx_bed *t)
{
	bed_up(&t->b);
	t->iova = bed_mem(&t->b, 1 << 20, &t->mem);
}

void tx_data(struct tx_bed *t, uint32_t off, uint32_t len, uint32_t cmd)
{
	avfdrv_txd(&t->b.d, 0, t->iova + off,
		   avfdrv_txd_qw1(TXD_ICRC | cmd, len, 0, 0, 0));
}

void tx_ring(struct tx_bed *t)
{
	avfdrv_tx_ring(&t->b.d, 0);
	host_run(&t->b.h);
}

void tx_expect(struct tx_bed *t, const uint8_t *want, uint32_t len)
{
	struct host_frame *f = host_take(&t->b.h);
	uint32_t padded = len < 60 ? 60 : len, i;

	CHECK(f);
	CHECK_EQ(f->len, padded);
	CHECK(!memcmp(f->data, want, len));
	for (i = len; i < padded; i++)
		CHECK_EQ(f->data[i], 0);
	free(f);
}

bool tx_done(struct tx_bed *t, uint32_t i)
{
	return avfdrv_tx_done(&t->b.d, 0, (uint16_t)(i % t->b.d.tx_count));
}

/* A good frame gets through now: the queue lives. */
void tx_alive(struct tx_bed *t)
{
	uint16_t at = t->b.d.tx[0].ntu;

	host_drop_sent(&t->b.h);
	pattern(t->mem, 100, 77);
	tx_data(t, 0, 100, TXD_EOP | TXD_RS);
	tx_ring(t);
	tx_expect(t, t->mem, 100);
	CHECK(!host_take(&t->b.h));
	CHECK(tx_done(t, at));
}
