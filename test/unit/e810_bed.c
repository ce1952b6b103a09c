// SPDX-License-Identifier: GPL-2.0
#include "e810_bed.h"

const uint8_t ebed_mac_a[6] = { 0x52, 0x54, 0, 0, 0, 0xa };
const uint8_t ebed_mac_b[6] = { 0x52, 0x54, 0, 0, 0, 0xb };
const uint8_t ebed_mac_x[6] = { 0x52, 0x54, 0, 0, 0, 0xee };
const uint8_t ebed_broadcast[6] = { 255, 255, 255, 255, 255, 255 };
const uint8_t ebed_multicast[6] = { 1, 0, 0x5e, 0, 0, 1 };

static struct ebed_space *space(struct ebed *b, int32_t pasid)
{
	unsigned int i;

	for (i = 0; i < EB_SPACES; i++) {
		if (!b->space[i].used) {
			b->space[i].used = true;
			b->space[i].pasid = pasid;
			b->space[i].mem = calloc(1, EB_SIZE);
		}
		if (b->space[i].pasid == pasid)
			return &b->space[i];
	}
	abort();
}

uint8_t *ebed_mem(struct ebed *b, int32_t pasid, uint32_t at)
{
	return space(b, pasid)->mem + at;
}

void ebed_page(struct ebed *b, int32_t pasid, uint32_t at, bool good)
{
	space(b, pasid)->page_bad[at / EB_PAGE] = !good;
}

static bool op_dma(void *host, int32_t pasid, uint64_t addr, void *buf,
		   size_t len, bool write)
{
	struct ebed *b = host;
	struct ebed_space *s = space(b, pasid);
	uint64_t at = addr - EB_BASE, page;

	b->last_pasid = pasid;
	if (b->hook_after && !--b->hook_after)
		b->hook(b);
	if (addr < EB_BASE || at + len > EB_SIZE)
		return false;
	for (page = at / EB_PAGE; page <= (at + len - 1) / EB_PAGE; page++)
		if (s->page_bad[page])
			return false;
	if (write)
		memcpy(s->mem + at, buf, len);
	else
		memcpy(buf, s->mem + at, len);
	*(write ? &b->writes : &b->reads) += 1;
	return true;
}

static void op_msix(void *host, unsigned int vector)
{
	struct ebed *b = host;

	b->msix[vector]++;
}

static void op_transmit(void *host, const void *frame, size_t len)
{
	struct ebed *b = host;

	memcpy(b->out[b->nout % EB_FRAMES], frame, len);
	b->out_len[b->nout++ % EB_FRAMES] = len;
}

static void op_kick(void *host)
{
	struct ebed *b = host;

	b->kicks++;
}

static void op_complain(void *host, const char *text)
{
	struct ebed *b = host;

	snprintf(b->why, sizeof(b->why), "%s", text);
}

static const struct e810_ops bed_ops = {
	.dma = op_dma,
	.msix = op_msix,
	.transmit = op_transmit,
	.kick = op_kick,
	.complain = op_complain,
};

void ebed_open(struct ebed *b)
{
	struct e810_config c = {
		.mac = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 },
		.vectors = 64,
		.reset_polls = 2,
		.drain_polls = 3,
	};

	memset(b, 0, sizeof(*b));
	b->e = e810_create(&c, &bed_ops, b);
	if (!b->e)
		abort();
}

void ebed_aq_on(struct ebed *b)
{
	unsigned int i;
	uint8_t *d;

	e810_write(b->e, 0x80300, 0);		/* heads and tails */
	e810_write(b->e, 0x80400, 0);
	e810_write(b->e, 0x80380, 0);
	e810_write(b->e, 0x80480, 0);
	e810_write(b->e, 0x80000, (uint32_t)(EB_BASE + EB_ATQ));
	e810_write(b->e, 0x80100, 0);
	e810_write(b->e, 0x80080, (uint32_t)(EB_BASE + EB_ARQ));
	e810_write(b->e, 0x80180, 0);
	for (i = 0; i < EB_AQ_LEN; i++) {
		d = ebed_mem(b, E810_RID, EB_ARQ + 32 * i);
		memset(d, 0, 32);
		put16(d, 0x1000);
		put16(d + 4, 512);
		put32(d + 28, (uint32_t)(EB_BASE + EB_EV_BUF + 512 * i));
	}
	e810_write(b->e, 0x80200, 0x80000000u | EB_AQ_LEN);
	e810_write(b->e, 0x80280, 0x80000000u | EB_AQ_LEN);
	e810_write(b->e, 0x80480, EB_AQ_LEN - 1);
	b->next = 0;
}

void ebed_close(struct ebed *b)
{
	unsigned int i;

	e810_destroy(b->e);
	for (i = 0; i < EB_SPACES; i++)
		free(b->space[i].mem);
}

void ebed_run(struct ebed *b)
{
	unsigned int i = 10000;

	while (e810_run(b->e))
		CHECK(--i);
}

int ebed_cmd_flags(struct ebed *b, uint16_t opcode, const void *param,
		   void *buf, unsigned int len, uint16_t flags)
{
	uint8_t *d = ebed_mem(b, E810_RID, EB_ATQ + 32 * b->next);

	memset(d, 0, 32);
	put16(d, flags);
	put16(d + 2, opcode);
	put16(d + 4, len);
	put32(d + 8, 0xc0ffee00 + b->next);
	if (param)
		memcpy(d + 16, param, buf ? 8 : 16);
	if (buf) {
		memcpy(ebed_mem(b, E810_RID, EB_AQ_BUF), buf, len);
		put32(d + 28, (uint32_t)(EB_BASE + EB_AQ_BUF));
	}
	b->next = (b->next + 1) % EB_AQ_LEN;
	e810_write(b->e, 0x80400, b->next);
	ebed_run(b);
	memcpy(b->desc, d, 32);
	if (!(get16(d) & AQF_DD))
		return -1;
	if (buf)
		memcpy(buf, ebed_mem(b, E810_RID, EB_AQ_BUF), len);
	return get16(d + 6);
}

int ebed_in(struct ebed *b, uint16_t opcode, const void *param, void *buf,
	    unsigned int len)
{
	return ebed_cmd_flags(b, opcode, param, buf, len, 0x3400 |
			      (len > 512 ? 0x200 : 0));
}

int ebed_out(struct ebed *b, uint16_t opcode, const void *param, void *buf,
	     unsigned int len)
{
	return ebed_cmd_flags(b, opcode, param, buf, len, 0x3000 |
			      (len > 512 ? 0x200 : 0));
}

int ebed_direct(struct ebed *b, uint16_t opcode, const void *param)
{
	return ebed_cmd_flags(b, opcode, param, NULL, 0, 0x2000);
}

void ebed_props(uint8_t *p, int32_t pasid, unsigned int first, unsigned int n)
{
	memset(p, 0, 128);
	put16(p, 0x0001 | 0x0040 | (pasid < 0 ? 0 : 0x1000));
	p[2] = 1;			/* switch id */
	p[3] = 0x20;			/* loopback allowed */
	p[4] = 0x10;			/* to the LAN */
	put16(p + 30, first);
	put16(p + 32, n);
	if (pasid >= 0)
		put32(p + 100, 0x80000000u | (uint32_t)pasid);
}

unsigned int ebed_vsi(struct ebed *b, int32_t pasid, unsigned int first,
		      unsigned int n)
{
	uint8_t param[8] = { 0 }, props[128];

	ebed_props(props, pasid, first, n);
	put16(param + 6, 1);		/* VMDQ2 */
	CHECK_EQ(ebed_in(b, 0x0210, param, props, 128), 0);
	return get16(b->desc + 16);
}

int ebed_vsi_update(struct ebed *b, unsigned int vsi, const uint8_t *props)
{
	uint8_t param[8] = { 0 }, copy[128];

	memcpy(copy, props, 128);
	put16(param, 0x8000 | vsi);
	return ebed_in(b, 0x0211, param, copy, 128);
}

int ebed_vsi_free(struct ebed *b, unsigned int vsi)
{
	uint8_t param[16] = { 0 };

	put16(param, 0x8000 | vsi);
	return ebed_direct(b, 0x0213, param);
}

uint32_t ebed_qgroup(struct ebed *b)
{
	uint8_t buf[256];

	CHECK_EQ(ebed_out(b, 0x0400, NULL, buf, sizeof(buf)), 0);
	CHECK_EQ(get16(buf + 4), 8);
	return get32(buf + 8 + 7 * 24 + 4);
}

void ebed_txq_buf(uint8_t *buf, uint32_t parent, unsigned int q,
		  unsigned int vsi, bool pf)
{
	uint8_t *ctx = buf + 16;
	uint64_t base = (EB_BASE + EB_TXR + 0x1000 * q) >> 7;
	uint32_t v;

	memset(buf, 0, 56);
	put32(buf, parent);
	buf[4] = 1;
	put16(buf + 8, q);
	put64(ctx, base);		/* port 0 above */
	/* bits 65-67 function, 68-77 VM number, 78-79 its kind, 80-89 VSI */
	v = (pf ? 0 : vsi << 4) | (pf ? 2u : 1u) << 14 | vsi << 16;
	put32(ctx + 8, v);
	put16(ctx + 17, EB_RING >> 1);	/* length from bit 135 on */
	ctx[19] = 1;			/* bit 152: segmentation */
	ctx[20] = 0x10;			/* bit 164: not by completion queue */
	buf[41] = 7;			/* sections of the scheduling */
	put16(buf + 46, 4);
	put16(buf + 50, 4);
}

int ebed_txq(struct ebed *b, unsigned int q, unsigned int vsi)
{
	uint8_t param[8] = { 1 }, buf[56];

	ebed_txq_buf(buf, ebed_qgroup(b), q, vsi, false);
	return ebed_in(b, 0x0c30, param, buf, 56);
}

int ebed_txq_off(struct ebed *b, unsigned int q)
{
	uint8_t param[8] = { 0x08, 1 }, buf[8] = { 0 };

	put32(buf, ebed_qgroup(b));
	buf[4] = 1;
	put16(buf + 6, q);
	return ebed_in(b, 0x0c31, param, buf, 8);
}

void ebed_rx_ctx_default(uint8_t *ctx, unsigned int q)
{
	uint64_t v;

	memset(ctx, 0, 32);
	v = (EB_BASE + EB_RXR + 0x1000 * q) >> 7 | (uint64_t)EB_RING << 57;
	put64(ctx + 4, v);		/* base at bit 32, length at 89 */
	put16(ctx + 12, 2048 >> 1);	/* buffers of 2048: 16 at bit 102 */
	ctx[14] = 0x30;			/* 32 bytes, strip CRC */
	put16(ctx + 22, 2048 >> 2);	/* largest frame at bit 174 */
}

void ebed_rx_ctx(struct ebed *b, unsigned int q, const uint8_t *ctx)
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		e810_write(b->e, 0x280000 + 0x2000 * i + 4 * q,
			   get32(ctx + 4 * i));
}

bool ebed_rxq(struct ebed *b, unsigned int q, int32_t pasid)
{
	uint8_t ctx[32], *d;
	unsigned int i;

	ebed_rx_ctx_default(ctx, q);
	ebed_rx_ctx(b, q, ctx);
	e810_write(b->e, 0x480000 + 4 * q, 0x701);	/* legacy, 32 bytes */
	for (i = 0; i < EB_RING; i++) {
		d = ebed_mem(b, pasid, EB_RXR + 0x1000 * q + 32 * i);
		memset(d, 0, 32);
		put64(d, EB_BASE + EB_RXB + 0x10000 * q + 2048 * i);
	}
	e810_write(b->e, 0x290000 + 4 * q, 0);
	e810_write(b->e, 0x120000 + 4 * q, 1);
	if (!(e810_read(b->e, 0x120000 + 4 * q) & 4))
		return false;
	e810_write(b->e, 0x290000 + 4 * q, EB_RING - 1);
	return true;
}

void ebed_rule_buf(uint8_t *p, unsigned int type, unsigned int recipe,
		   unsigned int src, uint32_t act, const uint8_t *mac,
		   unsigned int vid)
{
	memset(p, 0, 32);
	put16(p, type);
	put16(p + 4, recipe);
	put16(p + 6, src);
	put32(p + 8, act);
	put16(p + 14, 16);
	if (mac)
		memcpy(p + 16, mac, 6);
	p[16 + 12] = 0x81;
	p[16 + 14] = (uint8_t)(vid >> 8);
	p[16 + 15] = (uint8_t)vid;
}

int ebed_rule(struct ebed *b, unsigned int type, unsigned int recipe,
	      unsigned int src, uint32_t act, const uint8_t *mac,
	      unsigned int vid)
{
	uint8_t param[8] = { 1 }, p[32];
	int rc;

	ebed_rule_buf(p, type, recipe, src, act, mac, vid);
	rc = ebed_in(b, 0x02a0, param, p, 32);
	return rc ? -rc : get16(p + 12);
}

/* As the ice driver adds a unicast address: looked up on transmit. */
int ebed_mac(struct ebed *b, unsigned int vsi, const uint8_t *mac)
{
	return ebed_rule(b, 1, 1, vsi, 0x20000 | 0x4 | vsi << 4, mac, 0);
}

size_t ebed_frame(uint8_t *p, const uint8_t *dst, const uint8_t *src,
		  size_t len, unsigned int seed)
{
	pattern(p, (uint32_t)len, seed);
	memcpy(p, dst, 6);
	memcpy(p + 6, src, 6);
	p[12] = 0x88;			/* local experimental */
	p[13] = 0xb5;
	return len;
}

void ebed_send(struct ebed *b, unsigned int q, int32_t pasid, unsigned int at,
	       const uint8_t *frame, size_t len)
{
	uint8_t *d = ebed_mem(b, pasid, EB_TXR + 0x1000 * q + 16 * at);
	uint32_t buf = EB_TXB + 0x2000 * q;

	memcpy(ebed_mem(b, pasid, buf), frame, len);
	put64(d, EB_BASE + buf);
	put64(d + 8, 0x30ull | (uint64_t)len << 34);	/* EOP, RS */
	e810_write(b->e, 0x2c0000 + 4 * q, (at + 1) % EB_RING);
	ebed_run(b);
}

bool ebed_sent(struct ebed *b, unsigned int q, int32_t pasid, unsigned int at)
{
	uint8_t *d = ebed_mem(b, pasid, EB_TXR + 0x1000 * q + 16 * at);

	return (get64(d + 8) & 15) == 15;
}

size_t ebed_got(struct ebed *b, unsigned int q, int32_t pasid, unsigned int at,
		const uint8_t **data)
{
	uint8_t *d = ebed_mem(b, pasid, EB_RXR + 0x1000 * q + 32 * at);
	uint64_t v = get64(d + 8);

	if (data)
		*data = ebed_mem(b, pasid, EB_RXB + 0x10000 * q + 2048 * at);
	return v & 1 ? v >> 38 & 0x3fff : 0;
}

unsigned int ebed_adi(struct ebed *b, int32_t pasid, unsigned int q,
		      const uint8_t *mac)
{
	unsigned int vsi = ebed_vsi(b, pasid, q, 1);

	CHECK(ebed_mac(b, vsi, mac) > 0);
	CHECK_EQ(ebed_txq(b, q, vsi), 0);
	CHECK(ebed_rxq(b, q, pasid));
	return vsi;
}
