// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

/* ----------------------------------------------- the in-process transport */

static uint32_t tr_rd(void *ctx, uint32_t off)
{
	return host_rd(ctx, off);
}

static void tr_wr(void *ctx, uint32_t off, uint32_t val)
{
	host_wr(ctx, off, val);
}

static uint32_t tr_cfg_rd(void *ctx, uint32_t off, uint32_t len)
{
	return host_cfg_rd(ctx, off, len);
}

static void tr_cfg_wr(void *ctx, uint32_t off, uint32_t val, uint32_t len)
{
	host_cfg_wr(ctx, off, val, len);
}

static void tr_msix_on(void *ctx, uint32_t n)
{
	struct host *h = ctx;
	uint32_t v, size = (host_cfg_rd(h, 0x72, 2) & 0x7ff) + 1;

	for (v = 0; v < n && v < size; v++) {
		uint8_t entry[16];

		put_le64(entry, 0xfee00000u);
		put_le32(entry + 8, 0x4000 + v);
		put_le32(entry + 12, 0);
		avf_bar_write(h->dev, 3, 16 * v, entry, 16);
	}
}

static int tr_alloc(void *ctx, uint64_t len, struct avfdrv_buf *b)
{
	b->iova = host_alloc(ctx, len);
	b->va = host_va(ctx, b->iova);
	b->len = len;
	return 0;
}

static void tr_free(void *ctx, struct avfdrv_buf *b)
{
	host_free(ctx, b->iova, b->len);
}

static void tr_idle(void *ctx)
{
	struct host *h = ctx;

	if (!h->manual)
		host_run(h);
}

const struct avfdrv_transport bed_transport = {
	.rd = tr_rd,
	.wr = tr_wr,
	.cfg_rd = tr_cfg_rd,
	.cfg_wr = tr_cfg_wr,
	.msix_on = tr_msix_on,
	.alloc = tr_alloc,
	.free = tr_free,
	.idle = tr_idle,
};

/* ------------------------------------------------------------------- bed */

void bed_open_params(struct bed *b, const struct avf_params *p)
{
	host_init(&b->h, p, unit_no_map);
	avfdrv_init(&b->d, &bed_transport, &b->h);
}

void bed_open(struct bed *b)
{
	bed_open_params(b, NULL);
}

void bed_close(struct bed *b)
{
	avfdrv_fini(&b->d);
	host_fini(&b->h);
}

void bed_mbx(struct bed *b)
{
	bed_open(b);
	avfdrv_pci_on(&b->d, DRV_MAX_QPS + 1);
	avfdrv_mbx_init(&b->d);
}

void bed_resources(struct bed *b)
{
	bed_mbx(b);
	CHECK_EQ(avfdrv_version(&b->d, 1, 1), 0);
	CHECK_EQ(avfdrv_resources(&b->d), 0);
	avfdrv_drain(&b->d);
}

void bed_up(struct bed *b)
{
	bed_open(b);
	CHECK_EQ(avfdrv_probe(&b->d), 0);
	CHECK_EQ(avfdrv_up(&b->d), 0);
	CHECK(b->d.link);
}

struct avf_stats bed_stats(struct bed *b)
{
	struct avf_stats s;

	memset(&s, 0xff, sizeof(s));
	avf_stats_get(b->h.dev, &s);
	return s;
}

void bed_quiet(struct bed *b)
{
	b->h.violations = 0;
	b->h.quiet = true;
}

void bed_quiet_end(struct bed *b)
{
	b->h.quiet = false;
	CHECK_EQ(b->h.violations, 0);
}

uint64_t bed_mem(struct bed *b, uint64_t len, void *va_out)
{
	uint64_t iova = host_alloc(&b->h, len);

	*(void **)va_out = host_va(&b->h, iova);
	return iova;
}

void bed_check_len(struct bed *b, uint32_t op, const void *msg, uint32_t len)
{
	struct avfdrv_msg m;
	uint8_t *buf = calloc(1, len + 1);
	int delta;

	CHECK(buf);
	if (len)
		memcpy(buf, msg, len);
	for (delta = -1; delta <= 1; delta += 2) {
		if (!len && delta < 0)
			continue;
		CHECK_EQ_AT(avfdrv_cmd(&b->d, op, buf,
				       (uint32_t)((int)len + delta), &m),
			    VC_EPARAM, (int)(op * 10) + delta);
		CHECK_EQ_AT(m.len, op == VC_GET_STATS ? 96 : 0, op);
	}
	free(buf);
}

/* ---------------------------------------------------------------- frames */

void pattern(void *p, uint32_t len, uint32_t seed)
{
	uint8_t *b = p;

	while (len--) {
		seed = seed * 1664525u + 1013904223u;
		*b++ = (uint8_t)(seed >> 24);
	}
}

void eth(uint8_t *p, const uint8_t *dst, const uint8_t *src, uint16_t type)
{
	memcpy(p, dst, 6);
	memcpy(p + 6, src, 6);
	p[12] = (uint8_t)(type >> 8);
	p[13] = (uint8_t)type;
}

static uint32_t sum16(const uint8_t *p, uint32_t len, uint32_t sum)
{
	uint32_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	if (len & 1)
		sum += (uint32_t)p[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

uint16_t ref_csum(const void *p, uint32_t len, uint32_t start)
{
	return (uint16_t)~sum16(p, len, start);
}

uint16_t ref_l4_csum(const uint8_t *ip, uint32_t l4_off, uint32_t l4_len,
		     uint8_t proto)
{
	uint32_t sum;

	if (ip[0] >> 4 == 4)
		sum = sum16(ip + 12, 8, 0);
	else
		sum = sum16(ip + 8, 32, 0);
	sum += proto + (l4_len >> 16) + (l4_len & 0xffff);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ref_csum(ip + l4_off, l4_len, sum);
}

static void be16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static uint32_t ref_crc32c(const uint8_t *p, uint32_t len)
{
	uint32_t crc = 0xffffffff;
	int i;

	while (len--) {
		crc ^= *p++;
		for (i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return ~crc;
}

uint32_t ip_frame(uint8_t *p, const uint8_t *dst, const uint8_t *src, int ver,
		  uint8_t proto, uint32_t plen)
{
	uint32_t l3 = 14, l4 = l3 + (ver == 4 ? 20 : 40);
	uint32_t l4h = proto == 6 ? 20 : proto == 17 ? 8 : proto == 132 ? 12 : 0;
	uint32_t l4len = l4h + plen;
	uint8_t *ip = p + l3, *t = p + l4;

	memset(p, 0, l4 + l4h);
	eth(p, dst, src, ver == 4 ? 0x0800 : 0x86dd);
	pattern(t + l4h, plen, plen * 7 + proto);
	if (ver == 4) {
		ip[0] = 0x45;
		be16(ip + 2, 20 + l4len);
		be16(ip + 4, 0x1234);
		ip[8] = 64;
		ip[9] = proto;
		memcpy(ip + 12, "\x0a\x01\x02\x03\x0a\x01\x02\x04", 8);
		be16(ip + 10, ref_csum(ip, 20, 0));
	} else {
		ip[0] = 0x60;
		be16(ip + 4, l4len);
		ip[6] = proto;
		ip[7] = 64;
		ip[8] = 0xfd;
		ip[23] = 1;
		ip[24] = 0xfd;
		ip[39] = 2;
	}
	if (l4h) {
		be16(t, 40000);
		be16(t + 2, 5001);
	}
	if (proto == 6) {
		memcpy(t + 4, "\x01\x02\x03\x04\x05\x06\x07\x08", 8);
		t[12] = 0x50;
		t[13] = 0x18;
		be16(t + 14, 0xffff);
		be16(t + 16, ref_l4_csum(ip, l4 - l3, l4len, proto));
	} else if (proto == 17) {
		uint16_t c;

		be16(t + 4, l4len);
		c = ref_l4_csum(ip, l4 - l3, l4len, proto);
		be16(t + 6, c ? c : 0xffff);
	} else if (proto == 132) {
		put_le32(t + 8, ref_crc32c(t, l4len));
	}
	return l4 + l4len;
}
