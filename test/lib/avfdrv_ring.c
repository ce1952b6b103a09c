// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avfdrv.h"

static void store_qw(void *p, uint64_t v)
{
	uint8_t b[8];
	uint64_t raw;

	put_le64(b, v);
	memcpy(&raw, b, 8);
	__atomic_store_n((uint64_t *)p, raw, __ATOMIC_RELEASE);
}

static uint64_t load_qw(const void *p)
{
	uint64_t raw = __atomic_load_n((const uint64_t *)p, __ATOMIC_ACQUIRE);

	return get_le64(&raw);
}

int avfdrv_rings_alloc(struct avfdrv *d)
{
	uint16_t q;

	for (q = 0; q < d->nq; q++) {
		struct avfdrv_txq *tx = &d->tx[q];
		struct avfdrv_rxq *rx = &d->rx[q];

		tx->count = d->tx_count;
		rx->count = d->rx_count;
		if (d->t->alloc(d->ctx, tx->count * 16u, &tx->ring) ||
		    d->t->alloc(d->ctx, tx->count * DRV_TXBUF, &tx->data) ||
		    d->t->alloc(d->ctx, rx->count * 32u, &rx->ring) ||
		    d->t->alloc(d->ctx, (uint64_t)rx->count * d->rx_buf,
				&rx->data))
			return DRV_TIMEOUT;
	}
	avfdrv_rings_restart(d);
	return 0;
}

/* Software indexes back to 0 and rings zeroed, as on every ifup. */
void avfdrv_rings_restart(struct avfdrv *d)
{
	uint16_t q;

	for (q = 0; q < d->nq; q++) {
		struct avfdrv_txq *tx = &d->tx[q];
		struct avfdrv_rxq *rx = &d->rx[q];

		memset(tx->ring.va, 0, tx->count * 16u);
		memset(rx->ring.va, 0, rx->count * 32u);
		memset(tx->watch, 0, sizeof(tx->watch));
		tx->ntu = 0;
		tx->ntc = 0;
		rx->ntu = 0;
		rx->ntc = 0;
	}
}

static void put(struct avfdrv *d, struct avfdrv_buf *b)
{
	if (b->len)
		d->t->free(d->ctx, b);
	memset(b, 0, sizeof(*b));
}

void avfdrv_rings_free(struct avfdrv *d)
{
	uint16_t q;

	for (q = 0; q < DRV_MAX_QPS; q++) {
		put(d, &d->tx[q].ring);
		put(d, &d->tx[q].data);
		put(d, &d->rx[q].ring);
		put(d, &d->rx[q].data);
	}
}

/* -------------------------------------------------------------- transmit */

uint64_t avfdrv_txd_qw1(uint32_t cmd, uint32_t len, uint32_t maclen,
			uint32_t iplen, uint32_t l4len)
{
	return (uint64_t)cmd << 4 | (uint64_t)(maclen / 2) << 16 |
	       (uint64_t)(iplen / 4) << 23 | (uint64_t)(l4len / 4) << 30 |
	       (uint64_t)len << 34;
}

void avfdrv_txd(struct avfdrv *d, uint16_t q, uint64_t qw0, uint64_t qw1)
{
	struct avfdrv_txq *tx = &d->tx[q];
	uint8_t *desc = (uint8_t *)tx->ring.va + tx->ntu * 16;

	store_qw(desc, qw0);
	store_qw(desc + 8, qw1);
	tx->watch[tx->ntu] = 0;
	tx->ntu = (uint16_t)((tx->ntu + 1) % tx->count);
}

void avfdrv_tx_ring(struct avfdrv *d, uint16_t q)
{
	d->t->wr(d->ctx, R_QTX_TAIL(q), d->tx[q].ntu);
}

uint64_t avfdrv_tx_status(struct avfdrv *d, uint16_t q, uint16_t i)
{
	return load_qw((uint8_t *)d->tx[q].ring.va + i * 16 + 8);
}

bool avfdrv_tx_done(struct avfdrv *d, uint16_t q, uint16_t i)
{
	return (avfdrv_tx_status(d, q, i) & 0xf) == 0xf;
}

int avfdrv_tx_put(struct avfdrv *d, uint16_t q, const void *frame, uint32_t len)
{
	struct avfdrv_txq *tx = &d->tx[q];
	uint32_t need = (len + DRV_TXBUF - 1) / DRV_TXBUF;
	uint32_t room = (uint32_t)(tx->ntc + tx->count - tx->ntu - 1) %
			tx->count;
	const uint8_t *p = frame;
	uint16_t first = tx->ntu;

	if (room < need)
		return -1;
	while (len) {
		uint32_t n = len < DRV_TXBUF ? len : DRV_TXBUF;
		uint64_t off = (uint64_t)tx->ntu * DRV_TXBUF;

		memcpy((uint8_t *)tx->data.va + off, p, n);
		p += n;
		len -= n;
		avfdrv_txd(d, q, tx->data.iova + off,
			   avfdrv_txd_qw1(TXD_ICRC | (len ? 0 : TXD_EOP | TXD_RS),
					  n, 0, 0, 0));
	}
	tx->watch[first] = (uint16_t)(tx->ntu ? tx->ntu : tx->count);
	return 0;
}

int avfdrv_tx(struct avfdrv *d, uint16_t q, const void *frame, uint32_t len)
{
	int err;

	avfdrv_tx_clean(d, q);
	err = avfdrv_tx_put(d, q, frame, len);
	if (!err)
		avfdrv_tx_ring(d, q);
	return err;
}

uint32_t avfdrv_tx_clean(struct avfdrv *d, uint16_t q)
{
	struct avfdrv_txq *tx = &d->tx[q];
	uint32_t n = 0;

	while (tx->watch[tx->ntc]) {
		uint16_t end = tx->watch[tx->ntc];

		if (!avfdrv_tx_done(d, q, (uint16_t)(end - 1)))
			break;
		tx->watch[tx->ntc] = 0;
		tx->ntc = (uint16_t)(end % tx->count);
		n++;
	}
	return n;
}

/* --------------------------------------------------------------- receive */

uint8_t *avfdrv_rxd(struct avfdrv *d, uint16_t q, uint16_t i)
{
	return (uint8_t *)d->rx[q].ring.va + i * 32;
}

void avfdrv_rx_post(struct avfdrv *d, uint16_t q, uint16_t i)
{
	uint8_t *desc = avfdrv_rxd(d, q, i);

	/* qword 1 first: it holds the old DD */
	store_qw(desc + 8, 0);
	store_qw(desc, d->rx[q].data.iova + (uint64_t)i * d->rx_buf);
	store_qw(desc + 16, 0);
	store_qw(desc + 24, 0);
}

void avfdrv_rx_fill(struct avfdrv *d, uint16_t q)
{
	struct avfdrv_rxq *rx = &d->rx[q];

	while ((rx->ntu + 1) % rx->count != rx->ntc) {
		avfdrv_rx_post(d, q, rx->ntu);
		rx->ntu = (uint16_t)((rx->ntu + 1) % rx->count);
	}
	d->t->wr(d->ctx, R_QRX_TAIL(q), rx->ntu);
}

static void refill(struct avfdrv *d, uint16_t q)
{
	struct avfdrv_rxq *rx = &d->rx[q];
	uint32_t room = (uint32_t)(rx->ntc + rx->count - rx->ntu - 1) %
			rx->count;

	if (room >= d->rx_chunk)
		avfdrv_rx_fill(d, q);
}

static void parse_legacy(const uint64_t *qw, struct avfdrv_rxinfo *info)
{
	info->ptype = qw[1] >> 30 & 0xff;
	info->hash = (uint32_t)(qw[0] >> 32);
	info->hash_valid = (qw[1] >> 12 & 3) == 3;
	info->tagged = qw[1] >> 2 & 1;
	info->tci = (uint16_t)(qw[0] >> 16);
	info->l3l4p = qw[1] >> 3 & 1;
	info->err_ip = qw[1] >> 22 & 1;
	info->err_l4 = qw[1] >> 23 & 1;
	info->exadd = qw[1] >> 15 & 1;
}

static void parse_flex(const uint64_t *qw, struct avfdrv_rxinfo *info)
{
	info->ptype = qw[0] >> 16 & 0x3ff;
	info->hash = (uint32_t)((qw[0] & 0xff) == 22 ? qw[3] : qw[1] >> 32);
	info->hash_valid = qw[1] >> 12 & 1;
	info->tagged = qw[1] >> 13 & 1;
	info->tci = (uint16_t)(qw[1] >> 16);
	info->l3l4p = qw[1] >> 3 & 1;
	info->err_ip = qw[1] >> 4 & 1;
	info->err_l4 = qw[1] >> 5 & 1;
	info->exadd = qw[1] >> 9 & 1;
}

uint32_t avfdrv_rx(struct avfdrv *d, uint16_t q, void *buf, uint32_t cap,
		   struct avfdrv_rxinfo *info)
{
	struct avfdrv_rxq *rx = &d->rx[q];
	struct avfdrv_rxinfo dummy;
	uint16_t i = rx->ntc;
	uint32_t len = 0;

	if (!info)
		info = &dummy;
	memset(info, 0, sizeof(*info));
	for (;;) {
		const uint8_t *desc = avfdrv_rxd(d, q, i);
		uint64_t qw1 = load_qw(desc + 8);
		uint32_t n, k;

		if (i == rx->ntu || !(qw1 & 1))
			return 0;
		for (k = 0; k < 4; k++)
			info->qw[k] = load_qw(desc + 8 * k);
		n = d->rxdid == 1 ? qw1 >> 38 & 0x3fff :
				    info->qw[0] >> 32 & 0x3fff;
		if (!n || n > d->rx_buf || len + n > cap) {
			fprintf(stderr,
				"avfdrv: Rx %u of %u: %u bytes behind %u, room for %u, qw0 %llx qw1 %llx\n",
				i, rx->ntu, n, len, cap,
				(unsigned long long)info->qw[0],
				(unsigned long long)qw1);
			abort();
		}
		memcpy((uint8_t *)buf + len,
		       (uint8_t *)rx->data.va + (uint64_t)i * d->rx_buf, n);
		len += n;
		info->nbufs++;
		i = (uint16_t)((i + 1) % rx->count);
		if (qw1 & 2)
			break;
	}
	if (d->rxdid == 1)
		parse_legacy(info->qw, info);
	else
		parse_flex(info->qw, info);
	rx->ntc = i;
	refill(d, q);
	return len;
}
