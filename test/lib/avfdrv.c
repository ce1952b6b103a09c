// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avfdrv.h"

static uint32_t rd(struct avfdrv *d, uint32_t off)
{
	return d->t->rd(d->ctx, off);
}

static void wr(struct avfdrv *d, uint32_t off, uint32_t val)
{
	d->t->wr(d->ctx, off, val);
}

static void buf_free(struct avfdrv *d, struct avfdrv_buf *b)
{
	if (b->len)
		d->t->free(d->ctx, b);
	memset(b, 0, sizeof(*b));
}

void avfdrv_init(struct avfdrv *d, const struct avfdrv_transport *t, void *ctx)
{
	memset(d, 0, sizeof(*d));
	d->t = t;
	d->ctx = ctx;
	d->want_caps = CAPS_LINUX;
	d->want_qps = DRV_MAX_QPS;
	d->tx_count = 512;
	d->rx_count = 512;
	d->rx_buf = 2048;
	d->rx_chunk = 32;
	d->max_pkt = 1536;
	d->rxdid = 1;
}

void avfdrv_fini(struct avfdrv *d)
{
	avfdrv_rings_free(d);
	buf_free(d, &d->atq);
	buf_free(d, &d->atq_bufs);
	buf_free(d, &d->arq);
	buf_free(d, &d->arq_bufs);
}

void avfdrv_pci_on(struct avfdrv *d, uint32_t vectors)
{
	uint32_t cap = d->t->cfg_rd(d->ctx, 0x34, 1), ctl;

	d->t->cfg_wr(d->ctx, 0x04, 0x0006 | d->t->cfg_rd(d->ctx, 0x04, 2), 2);
	while (cap && d->t->cfg_rd(d->ctx, cap, 1) != 0x11)
		cap = d->t->cfg_rd(d->ctx, cap + 1, 1);
	assert(cap);
	ctl = d->t->cfg_rd(d->ctx, cap + 2, 2);
	/* enable with everything masked, set up the table, unmask */
	d->t->cfg_wr(d->ctx, cap + 2, ctl | 0xc000, 2);
	d->t->msix_on(d->ctx, vectors);
	d->t->cfg_wr(d->ctx, cap + 2, (ctl | 0x8000) & ~0x4000u, 2);
}

/* --------------------------------------------------------------- mailbox */

uint8_t *avfdrv_atq_desc(struct avfdrv *d, uint32_t i)
{
	return (uint8_t *)d->atq.va + i * 32;
}

uint8_t *avfdrv_atq_buf(struct avfdrv *d, uint32_t i)
{
	return (uint8_t *)d->atq_bufs.va + i * AQ_BUF;
}

static void arq_post(struct avfdrv *d, uint32_t i)
{
	uint8_t *desc = (uint8_t *)d->arq.va + i * 32;
	uint64_t iova = d->arq_bufs.iova + i * AQ_BUF;

	memset(desc, 0, 32);
	put_le16(desc, AQF_BUF | AQF_LB);
	put_le16(desc + 4, AQ_BUF);
	put_le32(desc + 24, iova >> 32);
	put_le32(desc + 28, iova);
}

static void mem_get(struct avfdrv *d, struct avfdrv_buf *b, uint64_t len)
{
	if (!b->len && d->t->alloc(d->ctx, len, b)) {
		fprintf(stderr, "avfdrv: no memory left\n");
		abort();
	}
	memset(b->va, 0, len);
}

void avfdrv_mbx_init(struct avfdrv *d)
{
	uint32_t i;

	mem_get(d, &d->atq, AQ_LEN * 32);
	mem_get(d, &d->atq_bufs, AQ_LEN * AQ_BUF);
	mem_get(d, &d->arq, AQ_LEN * 32);
	mem_get(d, &d->arq_bufs, AQ_LEN * AQ_BUF);
	d->atq_ntu = 0;
	d->arq_ntc = 0;
	for (i = 0; i < AQ_LEN; i++)
		arq_post(d, i);

	/* ENABLE comes before the base address, as in every iavf */
	wr(d, R_ATQH, 0);
	wr(d, R_ATQT, 0);
	wr(d, R_ATQLEN, AQ_LEN | AQ_ENABLE);
	wr(d, R_ATQBAL, (uint32_t)d->atq.iova);
	wr(d, R_ATQBAH, (uint32_t)(d->atq.iova >> 32));
	assert(rd(d, R_ATQBAL) == (uint32_t)d->atq.iova);
	wr(d, R_ARQH, 0);
	wr(d, R_ARQT, 0);
	wr(d, R_ARQLEN, AQ_LEN | AQ_ENABLE);
	wr(d, R_ARQBAL, (uint32_t)d->arq.iova);
	wr(d, R_ARQBAH, (uint32_t)(d->arq.iova >> 32));
	wr(d, R_ARQT, AQ_LEN - 1);
	assert(rd(d, R_ARQBAL) == (uint32_t)d->arq.iova);
}

void avfdrv_mbx_shutdown(struct avfdrv *d)
{
	static const uint32_t regs[] = {
		R_ATQH, R_ATQT, R_ATQLEN, R_ATQBAL, R_ATQBAH,
		R_ARQH, R_ARQT, R_ARQLEN, R_ARQBAL, R_ARQBAH,
	};
	uint32_t i;

	if (rd(d, R_ATQLEN) & AQ_ENABLE) {
		uint8_t *desc = avfdrv_atq_desc(d, d->atq_ntu);

		memset(desc, 0, 32);
		put_le16(desc, AQF_SI);
		put_le16(desc + 2, 0x0003);
		put_le32(desc + 16, 1);
		d->atq_ntu = (d->atq_ntu + 1) % AQ_LEN;
		avfdrv_mbx_ring(d);
		d->t->idle(d->ctx);
	}
	for (i = 0; i < sizeof(regs) / sizeof(regs[0]); i++)
		wr(d, regs[i], 0);
	buf_free(d, &d->atq);
	buf_free(d, &d->atq_bufs);
	buf_free(d, &d->arq);
	buf_free(d, &d->arq_bufs);
}

void avfdrv_mbx_put(struct avfdrv *d, uint32_t op, const void *msg,
		    uint32_t len)
{
	uint8_t *desc = avfdrv_atq_desc(d, d->atq_ntu);
	uint64_t iova = d->atq_bufs.iova + d->atq_ntu * AQ_BUF;
	uint16_t flags = AQF_SI;

	memset(desc, 0, 32);
	if (len) {
		flags |= AQF_BUF | AQF_RD | (len > 512 ? AQF_LB : 0);
		memcpy(avfdrv_atq_buf(d, d->atq_ntu), msg, len);
		put_le32(desc + 24, iova >> 32);
		put_le32(desc + 28, iova);
	}
	put_le16(desc, flags);
	put_le16(desc + 2, 0x0801);
	put_le16(desc + 4, len);
	put_le32(desc + 8, op);
	d->atq_ntu = (d->atq_ntu + 1) % AQ_LEN;
}

void avfdrv_mbx_ring(struct avfdrv *d)
{
	wr(d, R_ATQT, d->atq_ntu);
}

void avfdrv_send(struct avfdrv *d, uint32_t op, const void *msg, uint32_t len)
{
	avfdrv_mbx_put(d, op, msg, len);
	avfdrv_mbx_ring(d);
}

static void handle_event(struct avfdrv *d, const struct avfdrv_msg *m)
{
	uint32_t event = get_le32(m->data);

	if (!d->have_resources || m->len != 16)
		d->bad_events++;
	if (event == 1) {
		d->link_events++;
		d->link_speed = get_le32(m->data + 4);
		d->link = m->data[8] != 0;
	} else if (event == 2) {
		d->reset_events++;
	}
}

bool avfdrv_recv(struct avfdrv *d, struct avfdrv_msg *m)
{
	uint32_t head = rd(d, R_ARQH) & 0x3ff;
	const uint8_t *desc;

	if (!d->arq.va || head == d->arq_ntc)
		return false;
	desc = (const uint8_t *)d->arq.va + d->arq_ntc * 32;
	m->flags = get_le16(desc);
	m->len = get_le16(desc + 4);
	m->retval = get_le16(desc + 6);
	m->op = get_le32(desc + 8);
	m->status = (int32_t)get_le32(desc + 12);
	if (get_le16(desc + 2) != 0x0802 || m->len > AQ_BUF) {
		fprintf(stderr, "avfdrv: ARQ %u of %u: opcode %x, %u bytes\n",
			d->arq_ntc, head, get_le16(desc + 2), m->len);
		abort();
	}
	memcpy(m->data, (uint8_t *)d->arq_bufs.va + d->arq_ntc * AQ_BUF,
	       m->len);
	d->ops[d->nops++ % 64] = m->op;
	arq_post(d, d->arq_ntc);
	wr(d, R_ARQT, d->arq_ntc);
	d->arq_ntc = (d->arq_ntc + 1) % AQ_LEN;
	return true;
}

bool avfdrv_recv_reply(struct avfdrv *d, struct avfdrv_msg *m)
{
	while (avfdrv_recv(d, m)) {
		if (m->op != VC_EVENT)
			return true;
		handle_event(d, m);
	}
	return false;
}

uint32_t avfdrv_drain(struct avfdrv *d)
{
	struct avfdrv_msg m;
	uint32_t n = 0;

	d->t->idle(d->ctx);
	for (; avfdrv_recv(d, &m); n++)
		if (m.op == VC_EVENT)
			handle_event(d, &m);
	return n;
}

int avfdrv_cmd(struct avfdrv *d, uint32_t op, const void *msg, uint32_t len,
	       struct avfdrv_msg *m)
{
	struct avfdrv_msg dummy;
	int tries;

	if (!m)
		m = &dummy;
	avfdrv_send(d, op, msg, len);
	for (tries = 0; tries < 100; tries++) {
		d->t->idle(d->ctx);
		while (avfdrv_recv_reply(d, m))
			if (m->op == op)
				return m->status;
	}
	return DRV_TIMEOUT;
}

/* -------------------------------------------------------------- virtchnl */

int avfdrv_version(struct avfdrv *d, uint32_t major, uint32_t minor)
{
	struct avfdrv_msg m;
	uint8_t req[8];
	int err;

	put_le32(req, major);
	put_le32(req + 4, minor);
	err = avfdrv_cmd(d, VC_VERSION, req, sizeof(req), &m);
	if (err)
		return err;
	if (m.len != 8)
		return DRV_TIMEOUT;
	d->version[0] = get_le32(m.data);
	d->version[1] = get_le32(m.data + 4);
	return 0;
}

int avfdrv_resources(struct avfdrv *d)
{
	struct avfdrv_msg m;
	uint8_t req[4];
	int err;

	put_le32(req, d->want_caps);
	/* The reply may be followed by an event at once. */
	d->have_resources = true;
	err = avfdrv_cmd(d, VC_GET_VF_RESOURCES, req, sizeof(req), &m);
	if (err || m.len < 36) {
		d->have_resources = false;
		return err ? err : DRV_TIMEOUT;
	}
	d->num_qps = get_le16(m.data + 2);
	d->max_vectors = get_le16(m.data + 4);
	d->max_mtu = get_le16(m.data + 6);
	d->caps = get_le32(m.data + 8);
	d->key_size = get_le32(m.data + 12);
	d->lut_size = get_le32(m.data + 16);
	d->vsi = get_le16(m.data + 20);
	memcpy(d->mac, m.data + 30, 6);
	d->nq = d->num_qps < d->want_qps ? d->num_qps : d->want_qps;
	if (d->nq > DRV_MAX_QPS)
		d->nq = DRV_MAX_QPS;
	return 0;
}

/* Rings go round robin to vectors 1..k; vector 0 comes last, empty. */
int avfdrv_irq_map(struct avfdrv *d)
{
	uint8_t msg[14 + 12 * (DRV_MAX_QPS + 1)];
	uint16_t k = (uint16_t)(d->max_vectors - 1), v, q;

	memset(msg, 0, sizeof(msg));
	if (k > d->nq)
		k = d->nq;
	put_le16(msg, k + 1);
	for (v = 0; v < k; v++) {
		uint8_t *e = msg + 2 + 12 * v;
		uint16_t map = 0;

		for (q = v; q < d->nq; q = (uint16_t)(q + k))
			map |= (uint16_t)(1u << q);
		put_le16(e, d->vsi);
		put_le16(e + 2, v + 1);
		put_le16(e + 4, map);
		put_le16(e + 6, map);
		put_le16(e + 8, 0);
		put_le16(e + 10, 1);
	}
	put_le16(msg + 2 + 12 * k, d->vsi);
	return avfdrv_cmd(d, VC_CONFIG_IRQ_MAP, msg, 14u + 12u * (k + 1u),
			  NULL);
}

int avfdrv_mac(struct avfdrv *d, uint32_t op, const uint8_t *mac, uint8_t type)
{
	uint8_t msg[12 + 8];

	memset(msg, 0, sizeof(msg));
	put_le16(msg, d->vsi);
	put_le16(msg + 2, 1);
	memcpy(msg + 4, mac, 6);
	msg[10] = type;
	return avfdrv_cmd(d, op, msg, sizeof(msg), NULL);
}

void avfdrv_fill_qp(struct avfdrv *d, uint16_t q, uint8_t *qp)
{
	memset(qp, 0, 64);
	put_le16(qp, d->vsi);
	put_le16(qp + 2, q);
	put_le16(qp + 4, d->tx[q].count);
	put_le64(qp + 8, d->tx[q].ring.iova);
	put_le16(qp + 24, d->vsi);
	put_le16(qp + 26, q);
	put_le32(qp + 28, d->rx[q].count);
	put_le32(qp + 36, d->rx_buf);
	put_le32(qp + 40, d->max_pkt);
	qp[45] = d->rxdid;
	put_le64(qp + 48, d->rx[q].ring.iova);
}

int avfdrv_config_queues(struct avfdrv *d)
{
	uint8_t msg[72 + 64 * DRV_MAX_QPS];
	uint16_t q;

	memset(msg, 0, sizeof(msg));
	put_le16(msg, d->vsi);
	put_le16(msg + 2, d->nq);
	for (q = 0; q < d->nq; q++)
		avfdrv_fill_qp(d, q, msg + 8 + 64 * q);
	return avfdrv_cmd(d, VC_CONFIG_VSI_QUEUES, msg, 72u + 64u * d->nq,
			  NULL);
}

int avfdrv_queues(struct avfdrv *d, uint32_t op, uint32_t rx, uint32_t tx)
{
	uint8_t msg[12] = { 0 };

	put_le16(msg, d->vsi);
	put_le32(msg + 4, rx);
	put_le32(msg + 8, tx);
	return avfdrv_cmd(d, op, msg, sizeof(msg), NULL);
}

int avfdrv_promisc(struct avfdrv *d, uint16_t flags)
{
	uint8_t msg[4];

	put_le16(msg, d->vsi);
	put_le16(msg + 2, flags);
	return avfdrv_cmd(d, VC_CONFIG_PROMISC, msg, sizeof(msg), NULL);
}

static int rss_bytes(struct avfdrv *d, uint32_t op, const uint8_t *p,
		     uint32_t n)
{
	uint8_t msg[5 + 256] = { 0 };

	put_le16(msg, d->vsi);
	put_le16(msg + 2, n);
	memcpy(msg + 4, p, n);
	return avfdrv_cmd(d, op, msg, 5 + n, NULL);
}

int avfdrv_rss_key(struct avfdrv *d, const uint8_t *key)
{
	return rss_bytes(d, VC_CONFIG_RSS_KEY, key, 52);
}

int avfdrv_rss_lut(struct avfdrv *d, const uint8_t *lut)
{
	return rss_bytes(d, VC_CONFIG_RSS_LUT, lut, 64);
}

/* ------------------------------------------------------------------ life */

static void misc_irq_on(struct avfdrv *d)
{
	wr(d, R_DYN_CTL0, DYN_INTENA | DYN_ITR(3));
	wr(d, R_ICR0_ENA, ICR0_ADMINQ);
	rd(d, R_RSTAT);
}

static int rss_default(struct avfdrv *d)
{
	uint8_t key[52], lut[64];
	uint32_t i;
	int err;

	/* as Linux: only what was granted */
	if (!(d->caps & CAP_RSS_PF))
		return 0;
	for (i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i * 37 + 11);
	for (i = 0; i < sizeof(lut); i++)
		lut[i] = (uint8_t)(i % d->nq);
	err = avfdrv_rss_key(d, key);
	return err ? err : avfdrv_rss_lut(d, lut);
}

int avfdrv_probe(struct avfdrv *d)
{
	uint32_t state;
	int err;

	avfdrv_pci_on(d, DRV_MAX_QPS + 1);
	state = rd(d, R_RSTAT) & 3;
	if (state != 1 && state != 2)
		return DRV_TIMEOUT;
	avfdrv_mbx_init(d);
	err = avfdrv_version(d, 1, 1);
	if (err)
		return err;
	err = avfdrv_resources(d);
	if (err)
		return err;
	misc_irq_on(d);
	err = avfdrv_irq_map(d);
	if (err)
		return err;
	return rss_default(d);
}

static void irqs_on(struct avfdrv *d)
{
	uint16_t v;

	for (v = 0; v < d->nq && v + 1 < d->max_vectors; v++)
		wr(d, R_DYN_CTLN(v), DYN_INTENA | DYN_ITR(3));
	rd(d, R_RSTAT);
}

static int queues_on(struct avfdrv *d)
{
	uint32_t mask = (1u << d->nq) - 1;
	int err;

	err = avfdrv_config_queues(d);
	if (err)
		return err;
	err = avfdrv_queues(d, VC_ENABLE_QUEUES, mask, mask);
	if (err)
		return err;
	irqs_on(d);
	d->up = true;
	return 0;
}

int avfdrv_up(struct avfdrv *d)
{
	uint16_t q;
	int err;

	err = avfdrv_rings_alloc(d);
	if (err)
		return err;
	for (q = 0; q < d->nq; q++)
		avfdrv_rx_fill(d, q);
	irqs_on(d);
	err = avfdrv_mac(d, VC_ADD_ETH_ADDR, d->mac, 1);
	if (err)
		return err;
	err = queues_on(d);
	avfdrv_drain(d);
	return err;
}

int avfdrv_down(struct avfdrv *d)
{
	uint32_t mask = (1u << d->nq) - 1;
	int err;

	err = avfdrv_queues(d, VC_DISABLE_QUEUES, mask, mask);
	/* whatever the status was */
	avfdrv_rings_free(d);
	d->up = false;
	if (err)
		return err;
	return avfdrv_mac(d, VC_DEL_ETH_ADDR, d->mac, 1);
}

int avfdrv_reinit(struct avfdrv *d)
{
	uint32_t tries;
	int err;

	for (tries = 0; (rd(d, R_RSTAT) & 3) != 2; tries++) {
		if (tries == 2000)
			return DRV_TIMEOUT;
		d->t->idle(d->ctx);
	}
	d->have_resources = false;
	d->link = false;
	avfdrv_mbx_shutdown(d);
	avfdrv_mbx_init(d);
	if (d->up)
		avfdrv_rings_free(d);
	misc_irq_on(d);
	err = avfdrv_resources(d);
	if (err)
		return err;
	if (d->up) {
		err = avfdrv_rings_alloc(d);
		if (err)
			return err;
	}
	err = avfdrv_irq_map(d);
	if (err)
		return err;
	if (d->up) {
		uint16_t q;

		for (q = 0; q < d->nq; q++)
			avfdrv_rx_fill(d, q);
		err = avfdrv_mac(d, VC_ADD_ETH_ADDR, d->mac, 1);
		if (!err)
			err = queues_on(d);
		if (err)
			return err;
	}
	err = rss_default(d);
	avfdrv_drain(d);
	return err;
}

int avfdrv_reset(struct avfdrv *d)
{
	uint32_t tries;

	wr(d, R_DYN_CTL0, 0);
	avfdrv_mbx_shutdown(d);
	avfdrv_mbx_init(d);
	avfdrv_send(d, VC_RESET_VF, NULL, 0);
	for (tries = 0; rd(d, R_ARQLEN) & AQ_ENABLE; tries++) {
		if (tries == 500)
			return DRV_TIMEOUT;
		d->t->idle(d->ctx);
	}
	return avfdrv_reinit(d);
}

void avfdrv_remove(struct avfdrv *d)
{
	avfdrv_send(d, VC_RESET_VF, NULL, 0);
	d->t->idle(d->ctx);
	/* 50 ms later the memory goes away */
	avfdrv_rings_free(d);
	avfdrv_mbx_shutdown(d);
	d->t->cfg_wr(d->ctx, 0x04, 0x0002, 2);
	d->up = false;
	d->have_resources = false;
}
