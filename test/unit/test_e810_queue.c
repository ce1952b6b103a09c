// SPDX-License-Identifier: GPL-2.0
/*
 * The emulated E810: transmit and receive rings, whose address space their DMA
 * is in, what a fault stops.
 */
#include "e810_bed.h"

static void open_on(struct ebed *b)
{
	ebed_open(b);
	ebed_aq_on(b);
}

static void txd(struct ebed *b, unsigned int q, int32_t pasid, unsigned int at,
		uint32_t buf, uint64_t qw1)
{
	uint8_t *d = ebed_mem(b, pasid, EB_TXR + 0x1000 * q + 16 * at);

	put64(d, EB_BASE + buf);
	put64(d + 8, qw1);
}

static void bell(struct ebed *b, unsigned int q, unsigned int tail)
{
	e810_write(b->e, 0x04000000 + 4096 * q, tail);
	ebed_run(b);
}

#define LEN(n)	((uint64_t)(n) << 34)
#define EOP	0x10ull
#define RS	0x20ull

TEST_ONCE(frame_goes_and_comes)
{
	uint8_t f[1514];
	const uint8_t *p;
	struct ebed b;

	open_on(&b);
	ebed_adi(&b, 5, 2, ebed_mac_a);
	ebed_frame(f, ebed_mac_x, ebed_mac_a, 1514, 1);
	ebed_send(&b, 2, 5, 0, f, 1514);
	CHECK(ebed_sent(&b, 2, 5, 0));
	CHECK_EQ(b.nout, 1);
	CHECK_EQ(b.out_len[0], 1514);
	CHECK(!memcmp(b.out[0], f, 1514));
	CHECK_EQ(b.last_pasid, 5);
	CHECK_EQ(e810_read(b.e, 0xe0000 + 8), 1);	/* the head */
	memcpy(f, ebed_mac_a, 6);
	e810_receive(b.e, f, 1514);
	CHECK_EQ(ebed_got(&b, 2, 5, 0, &p), 1514);
	CHECK(!memcmp(p, f, 1514));
	/* a short one comes padded */
	e810_receive(b.e, f, 20);
	CHECK_EQ(ebed_got(&b, 2, 5, 1, &p), 60);
	CHECK_EQ(p[20], 0);
	CHECK_EQ(e810_counts(b.e)->mistakes, 0);
	ebed_close(&b);
}

/* Up to what the port is set to, and no runts from the wire. */
TEST_ONCE(frame_sizes)
{
	uint8_t f[2001], param[16] = { 0 };
	struct ebed b;
	unsigned int v;

	open_on(&b);
	v = ebed_adi(&b, 5, 2, ebed_mac_a);
	put16(param, 2000);
	CHECK_EQ(ebed_direct(&b, 0x0603, param), 0);
	ebed_frame(f, ebed_mac_x, ebed_mac_a, 2001, 1);
	ebed_send(&b, 2, 5, 0, f, 2001);
	CHECK_EQ(b.nout, 0);
	CHECK_EQ(e810_read(b.e, 0x312000 + 4 * v), 1);
	ebed_send(&b, 2, 5, 1, f, 2000);
	CHECK_EQ(b.nout, 1);
	memcpy(f, ebed_mac_a, 6);
	e810_receive(b.e, f, 2001);
	e810_receive(b.e, f, 13);
	CHECK_EQ(ebed_got(&b, 2, 5, 0, NULL), 0);
	e810_receive(b.e, f, 2000);
	CHECK_EQ(ebed_got(&b, 2, 5, 0, NULL), 2000);
	ebed_close(&b);
}

/* In pieces; reports only where asked; a frame without end waits. */
TEST_ONCE(pieces)
{
	uint8_t f[300];
	struct ebed b;

	open_on(&b);
	ebed_adi(&b, 5, 2, ebed_mac_a);
	ebed_frame(f, ebed_mac_x, ebed_mac_a, 300, 1);
	memcpy(ebed_mem(&b, 5, EB_TXB), f, 300);
	txd(&b, 2, 5, 0, EB_TXB, LEN(100) | RS);
	txd(&b, 2, 5, 1, EB_TXB + 100, LEN(1));
	bell(&b, 2, 2);
	CHECK_EQ(b.nout, 0);
	CHECK(!ebed_sent(&b, 2, 5, 0));
	txd(&b, 2, 5, 2, EB_TXB + 101, LEN(199) | EOP);
	bell(&b, 2, 3);
	CHECK_EQ(b.nout, 1);
	CHECK_EQ(b.out_len[0], 300);
	CHECK(!memcmp(b.out[0], f, 300));
	CHECK(ebed_sent(&b, 2, 5, 0));
	CHECK(!ebed_sent(&b, 2, 5, 1) && !ebed_sent(&b, 2, 5, 2));
	ebed_close(&b);
}

TEST_ONCE(ring_wraps)
{
	uint8_t f[64];
	struct ebed b;
	unsigned int i;

	open_on(&b);
	ebed_adi(&b, 5, 2, ebed_mac_a);
	for (i = 0; i < 3 * EB_RING; i++) {
		ebed_frame(f, ebed_mac_x, ebed_mac_a, 64, i);
		ebed_send(&b, 2, 5, i % EB_RING, f, 64);
		CHECK_EQ(b.nout, i + 1);
		CHECK(!memcmp(b.out[i % EB_FRAMES], f, 64));
	}
	CHECK_EQ(e810_counts(b.e)->mistakes, 0);
	ebed_close(&b);
}

/* More frames than the model sends in one go: none is left behind. */
TEST_ONCE(long_burst)
{
	uint8_t param[8] = { 1 }, buf[56];
	struct ebed b;
	unsigned int i, v;

	open_on(&b);
	v = ebed_vsi(&b, 5, 2, 1);
	ebed_txq_buf(buf, ebed_qgroup(&b), 2, v, false);
	put16(buf + 16 + 17, 128 >> 1);
	CHECK_EQ(ebed_in(&b, 0x0c30, param, buf, 56), 0);
	for (i = 0; i < 127; i++)
		txd(&b, 2, 5, i, EB_TXB, LEN(64) | EOP | RS);
	bell(&b, 2, 127);
	CHECK_EQ(b.nout, 127);
	CHECK(ebed_sent(&b, 2, 5, 126));
	ebed_close(&b);
}

/* Two queues, one address, two spaces. */
TEST_ONCE(each_in_its_space)
{
	uint8_t fa[64], fb[64];
	const uint8_t *p;
	struct ebed b;

	open_on(&b);
	ebed_adi(&b, 5, 2, ebed_mac_a);
	ebed_adi(&b, 6, 3, ebed_mac_b);
	/* queue 3's ring is at the same place in the space of PASID 5, too */
	ebed_frame(fb, ebed_mac_x, ebed_mac_b, 64, 7);
	memcpy(ebed_mem(&b, 5, EB_TXB + 0x2000 * 3), "wrong", 5);
	txd(&b, 3, 5, 0, EB_TXB + 0x6000, LEN(64) | EOP);
	ebed_send(&b, 3, 6, 0, fb, 64);
	CHECK(!memcmp(b.out[0], fb, 64));
	CHECK(!ebed_sent(&b, 3, 5, 0));
	ebed_frame(fa, ebed_mac_b, ebed_mac_a, 64, 8);
	ebed_send(&b, 2, 5, 0, fa, 64);
	CHECK_EQ(ebed_got(&b, 3, 6, 0, &p), 64);
	CHECK(!memcmp(p, fa, 64));
	CHECK_EQ(ebed_got(&b, 3, 5, 0, NULL), 0);
	ebed_close(&b);
}

/* A VSI without a PASID is the function itself: fail closed is the driver's. */
TEST_ONCE(without_pasid)
{
	uint8_t f[64];
	struct ebed b;

	open_on(&b);
	ebed_adi(&b, E810_RID, 2, ebed_mac_a);
	ebed_frame(f, ebed_mac_x, ebed_mac_a, 64, 1);
	ebed_send(&b, 2, E810_RID, 0, f, 64);
	CHECK_EQ(b.last_pasid, E810_RID);
	CHECK_EQ(b.nout, 1);
	ebed_close(&b);
}

/* What is refused stops that queue, says which, and leaves others alone. */
TEST_ONCE(transmit_fault)
{
	static const uint32_t where[] = { EB_TXR + 0x2000, EB_TXB + 0x4000 };
	uint8_t f[64];
	struct ebed b;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		open_on(&b);
		ebed_adi(&b, 5, 2, ebed_mac_a);
		ebed_adi(&b, 6, 3, ebed_mac_b);
		e810_write(b.e, 0x16c900, 0x80000);	/* OICR: malicious */
		e810_write(b.e, 0x16ca80, 0x40000001);
		e810_write(b.e, 0x160004, 1);
		ebed_page(&b, 5, where[i], false);
		ebed_frame(f, ebed_mac_x, ebed_mac_a, 64, 1);
		ebed_send(&b, 2, 5, 0, f, 64);
		CHECK_EQ(b.nout, 0);
		CHECK_EQ(e810_counts(b.e)->dma_faults, 1);
		CHECK_EQ(b.msix[1], 1);
		CHECK_EQ(e810_read(b.e, 0x16ca00), 0x80000);
		CHECK_EQ(e810_read(b.e, 0x16ca00), 0);
		CHECK_EQ(e810_read(b.e, 0xfc068), 0x80000000u | 1 << 26 | 2);
		CHECK_EQ(e810_read(b.e, 0xfc000), 1);
		e810_write(b.e, 0xfc068, 0xffffffff);
		e810_write(b.e, 0xfc000, 0xffff);
		CHECK_EQ(e810_read(b.e, 0xfc068), 0);
		CHECK_EQ(e810_read(b.e, 0xfc000), 0);
		/* off until it is disabled and added, with memory or without */
		ebed_page(&b, 5, where[i], true);
		ebed_send(&b, 2, 5, 0, f, 64);
		CHECK_EQ(b.nout, 0);
		ebed_frame(f, ebed_mac_x, ebed_mac_b, 64, 1);
		ebed_send(&b, 3, 6, 0, f, 64);
		CHECK_EQ(b.nout, 1);
		CHECK(e810_read(b.e, 0x120000 + 8) & 4);	/* Rx is on */
		CHECK_EQ(ebed_txq_off(&b, 2), 0);
		CHECK_EQ(ebed_txq(&b, 2, 2), 0);
		ebed_send(&b, 2, 5, 0, f, 64);
		CHECK_EQ(b.nout, 2);
		ebed_close(&b);
	}
}

TEST_ONCE(receive_fault)
{
	static const uint32_t where[] = { EB_RXR + 0x2000, EB_RXB + 0x20000 };
	uint8_t f[64];
	struct ebed b;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		open_on(&b);
		ebed_adi(&b, 5, 2, ebed_mac_a);
		ebed_adi(&b, 6, 3, ebed_mac_b);
		ebed_page(&b, 5, where[i], false);
		ebed_frame(f, ebed_mac_a, ebed_mac_x, 64, 1);
		e810_receive(b.e, f, 64);
		CHECK_EQ(e810_read(b.e, 0x120000 + 8), 0);
		CHECK_EQ(e810_read(b.e, 0x294c00), 0x80000000u | 1 << 26 | 2);
		CHECK_EQ(e810_read(b.e, 0x294280), 1);
		ebed_page(&b, 5, where[i], true);
		e810_receive(b.e, f, 64);
		CHECK_EQ(ebed_got(&b, 2, 5, 0, NULL), 0);
		CHECK_EQ(e810_counts(b.e)->rx_dropped, 2);
		memcpy(f, ebed_mac_b, 6);
		e810_receive(b.e, f, 64);
		CHECK_EQ(ebed_got(&b, 3, 6, 0, NULL), 64);
		/* its transmit side, too, runs on */
		memcpy(f, ebed_mac_x, 6);
		ebed_send(&b, 2, 5, 0, f, 64);
		CHECK_EQ(b.nout, 1);
		CHECK(ebed_rxq(&b, 2, 5));
		memcpy(f, ebed_mac_a, 6);
		e810_receive(b.e, f, 64);
		CHECK_EQ(ebed_got(&b, 2, 5, 0, NULL), 64);
		ebed_close(&b);
	}
}

/* One event is kept; the next waits for nobody. */
TEST_ONCE(second_event_is_lost)
{
	uint8_t f[64];
	struct ebed b;

	open_on(&b);
	ebed_adi(&b, 5, 2, ebed_mac_a);
	ebed_adi(&b, 6, 3, ebed_mac_b);
	ebed_page(&b, 5, EB_TXR + 0x2000, false);
	ebed_page(&b, 6, EB_TXR + 0x3000, false);
	ebed_frame(f, ebed_mac_x, ebed_mac_a, 64, 1);
	ebed_send(&b, 2, 5, 0, f, 64);
	ebed_send(&b, 3, 6, 0, f, 64);
	CHECK_EQ(e810_read(b.e, 0xfc068) & 0x7fff, 2);
	CHECK_EQ(e810_counts(b.e)->events_lost, 1);
	ebed_close(&b);
}

TEST_ONCE(bad_descriptors)
{
	static const uint64_t bad[] = {
		LEN(64) | 0x2 | EOP,			/* descriptor type */
		LEN(64) | 0x8000ull | EOP,		/* command bits */
		EOP,					/* no length */
		LEN(13) | EOP,				/* no header */
		LEN(64) | EOP | 0x600 | 0x1000,		/* checksums without
							 * saying of what
							 */
		0x1 | (uint64_t)0x40 << 4,		/* context: reserved */
		0x1 | (uint64_t)1 << 4,			/* TSO without MSS */
	};
	struct ebed b;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		open_on(&b);
		ebed_adi(&b, 5, 2, ebed_mac_a);
		txd(&b, 2, 5, 0, EB_TXB, bad[i]);
		bell(&b, 2, 1);
		CHECK_EQ_AT(e810_read(b.e, 0xfc068),
			    0x80000000u | 3 << 26 | 2, i);
		CHECK_EQ(b.nout, 0);
		ebed_close(&b);
	}
	/* checksums of what is no IP, or not all there */
	for (i = 0; i < 3; i++) {
		open_on(&b);
		ebed_adi(&b, 5, 2, ebed_mac_a);
		ebed_mem(&b, 5, EB_TXB)[14] = i ? 0x45 : 0x55;
		txd(&b, 2, 5, 0, EB_TXB, LEN(64) | EOP | 0x100ull << 4 |
		    7ull << 16 | (i == 1 ? 4ull : i == 2 ? 15ull : 5ull) << 23);
		bell(&b, 2, 1);
		CHECK_EQ_AT(e810_read(b.e, 0xfc068),
			    0x80000000u | 3 << 26 | 2, i);
		ebed_close(&b);
	}
	/* segments: 64 to 9674 bytes */
	for (i = 0; i < 4; i++) {
		static const uint64_t mss[] = { 63, 9675, 64, 9674 };
		uint8_t f[300];
		uint32_t len = ip_frame(f, ebed_mac_x, ebed_mac_a, 4, 6, 100);

		open_on(&b);
		ebed_adi(&b, 5, 2, ebed_mac_a);
		memcpy(ebed_mem(&b, 5, EB_TXB), f, len);
		txd(&b, 2, 5, 0, 0, 1 | 1 << 4 | 100ull << 30 | mss[i] << 50);
		put64(ebed_mem(&b, 5, EB_TXR + 0x2000), 0);
		txd(&b, 2, 5, 1, EB_TXB, LEN(len) | EOP | 0x60ull << 4 |
		    0x100ull << 4 | 7ull << 16 | 5ull << 23 | 5ull << 30);
		bell(&b, 2, 2);
		CHECK_EQ_AT(b.nout, i < 2 ? 0 : i == 2 ? 2 : 1, i);
		ebed_close(&b);
	}
	/* a tail beyond the ring */
	open_on(&b);
	ebed_adi(&b, 5, 2, ebed_mac_a);
	bell(&b, 2, EB_RING);
	CHECK_EQ(e810_read(b.e, 0xfc068), 0x80000000u | 2 << 26 | 2);
	e810_write(b.e, 0x290000 + 8, EB_RING);
	CHECK_EQ(e810_read(b.e, 0x294c00), 0x80000000u | 2 << 26 | 2);
	CHECK_EQ(e810_read(b.e, 0x120000 + 8), 0);
	ebed_close(&b);
}

/* A whole ring of pieces without an end. */
TEST_ONCE(endless_frame)
{
	uint8_t *d;
	struct ebed b;
	unsigned int i;

	open_on(&b);
	ebed_adi(&b, 5, 2, ebed_mac_a);
	for (i = 0; i < EB_RING; i++) {
		d = ebed_mem(&b, 5, EB_TXR + 0x2000 + 16 * i);
		put64(d, EB_BASE + EB_TXB);
		put64(d + 8, LEN(16000));
	}
	bell(&b, 2, EB_RING - 1);
	CHECK_EQ(e810_read(b.e, 0xfc068), 0x80000000u | 3 << 26 | 2);
	ebed_close(&b);
}

TEST_ONCE(receive_contexts)
{
	/* byte, value, or a profile */
	static const struct {
		uint8_t at, val;
	} bad[] = {
		{ 2, 0x20 }, { 3, 0x80 },		/* reserved */
		{ 11, 0 }, { 11, 0x0f },		/* length */
		{ 12, 0 },				/* buffers */
		{ 13, 0x40 },				/* header buffer */
		{ 14, 0x34 },				/* header split */
		{ 14, 0x20 },				/* short descriptors */
		{ 14, 0x70 },				/* reserved */
		{ 15, 0x01 },
		{ 23, 0x40 },				/* too large */
		{ 24, 0x20 }, { 31, 0x80 },
	};
	uint8_t ctx[32];
	struct ebed b;
	size_t i;

	open_on(&b);
	ebed_vsi(&b, 5, 2, 1);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ebed_rx_ctx_default(ctx, 2);
		if (bad[i].at == 12)
			put16(ctx + 12, 0);
		else
			ctx[bad[i].at] = bad[i].val;
		ebed_rx_ctx(&b, 2, ctx);
		e810_write(b.e, 0x480008, 0x701);
		e810_write(b.e, 0x120008, 1);
		CHECK_EQ_AT(e810_read(b.e, 0x120008) & 4, 0, i);
		CHECK(strstr(b.why, "receive queue 2"));
		e810_write(b.e, 0x120008, 0);
	}
	for (i = 8128; i <= 8191; i += 32) {	/* 8160 is the longest */
		ebed_rx_ctx_default(ctx, 2);
		put64(ctx + 4, (EB_BASE + EB_RXR) >> 7 | (uint64_t)i << 57);
		put32(ctx + 12, (get32(ctx + 12) & ~0x3fu) | (uint32_t)i >> 7);
		ebed_rx_ctx(&b, 2, ctx);
		e810_write(b.e, 0x120008, 1);
		CHECK_EQ_AT(!!(e810_read(b.e, 0x120008) & 4), 1, i);
		e810_write(b.e, 0x120008, 0);
	}
	ebed_rx_ctx_default(ctx, 2);
	put32(ctx + 4, 0);			/* no ring */
	put32(ctx + 8, get32(ctx + 8) & 0xfe000000);
	ebed_rx_ctx(&b, 2, ctx);
	e810_write(b.e, 0x120008, 1);
	CHECK_EQ(e810_read(b.e, 0x120008) & 4, 0);
	e810_write(b.e, 0x120008, 0);
	ebed_rx_ctx_default(ctx, 2);
	ebed_rx_ctx(&b, 2, ctx);
	for (i = 0; i < 64; i++) {
		e810_write(b.e, 0x480008, 0x700 | (uint32_t)i);
		e810_write(b.e, 0x120008, 1);
		CHECK_EQ_AT(!!(e810_read(b.e, 0x120008) & 4),
			    i == 1 || i == 2 || i == 6, i);
		e810_write(b.e, 0x120008, 0);
		CHECK_EQ(e810_read(b.e, 0x120008), 0);
	}
	ebed_close(&b);
}

/* Jumbo over several buffers; no room for the whole: none of it. */
TEST_ONCE(receive_in_pieces)
{
	uint8_t f[5000], ctx[32];
	const uint8_t *p;
	struct ebed b;
	uint64_t qw;

	open_on(&b);
	ebed_adi(&b, 5, 2, ebed_mac_a);
	e810_write(b.e, 0x120008, 0);
	ebed_rx_ctx_default(ctx, 2);
	put16(ctx + 22, 9728 >> 2);
	CHECK(ebed_rxq(&b, 2, 5));
	e810_write(b.e, 0x120008, 0);
	ebed_rx_ctx(&b, 2, ctx);
	e810_write(b.e, 0x290008, 0);
	e810_write(b.e, 0x120008, 1);
	e810_write(b.e, 0x290008, 5);
	ebed_frame(f, ebed_mac_a, ebed_mac_x, 5000, 3);
	e810_receive(b.e, f, 5000);
	CHECK_EQ(ebed_got(&b, 2, 5, 0, &p), 2048);
	CHECK(!memcmp(p, f, 2048));
	CHECK_EQ(ebed_got(&b, 2, 5, 1, NULL), 2048);
	CHECK_EQ(ebed_got(&b, 2, 5, 2, &p), 5000 - 4096);
	CHECK(!memcmp(p, f + 4096, 5000 - 4096));
	qw = get64(ebed_mem(&b, 5, EB_RXR + 0x2000 + 8));
	CHECK_EQ(qw & 3, 1);			/* more follows */
	qw = get64(ebed_mem(&b, 5, EB_RXR + 0x2000 + 64 + 8));
	CHECK_EQ(qw & 3, 3);
	/* two descriptors are left */
	e810_receive(b.e, f, 5000);
	CHECK_EQ(ebed_got(&b, 2, 5, 3, NULL), 0);
	CHECK_EQ(e810_read(b.e, 0x294c04 + 4 * 2), 1);	/* GLV_RDPC */
	e810_receive(b.e, f, 4096);
	CHECK_EQ(ebed_got(&b, 2, 5, 4, NULL), 2048);
	ebed_close(&b);
}

TEST_ONCE(write_back_formats)
{
	uint8_t f[200], props[128], *d;
	uint32_t len;
	struct ebed b;
	unsigned int v;
	uint64_t qw;

	open_on(&b);
	v = ebed_adi(&b, 5, 2, ebed_mac_a);
	len = ip_frame(f, ebed_mac_a, ebed_mac_x, 4, 6, 40);
	e810_receive(b.e, f, len);
	qw = get64(ebed_mem(&b, 5, EB_RXR + 0x2000 + 8));
	CHECK_EQ(qw & 0xb, 0xb);		/* done, end, checked */
	CHECK_EQ(qw >> 30 & 0xff, 26);		/* IPv4, TCP */
	CHECK_EQ(qw >> 19 & 0xff, 0);
	f[len - 1] ^= 1;
	e810_receive(b.e, f, len);
	qw = get64(ebed_mem(&b, 5, EB_RXR + 0x2000 + 32 + 8));
	CHECK_EQ(qw >> 19 & 0xff, 0x10);	/* L4 is wrong */
	f[len - 1] ^= 1;
	f[14 + 8]--;				/* IP header is wrong */
	e810_receive(b.e, f, len);
	qw = get64(ebed_mem(&b, 5, EB_RXR + 0x2000 + 64 + 8));
	CHECK_EQ(qw >> 19 & 0xff, 0x08);
	/* flexible profile, a tag taken out */
	e810_write(b.e, 0x120008, 0);
	CHECK(ebed_rxq(&b, 2, 5));
	e810_write(b.e, 0x120008, 0);
	e810_write(b.e, 0x480008, 0x702);
	e810_write(b.e, 0x290008, 0);
	e810_write(b.e, 0x120008, 1);
	e810_write(b.e, 0x290008, 8);
	ebed_props(props, 5, 2, 1);
	put16(props, 4);
	props[12] = 0x03;
	CHECK_EQ(ebed_vsi_update(&b, v, props), 0);
	len = ip_frame(f, ebed_mac_a, ebed_mac_x, 6, 17, 40);
	memmove(f + 16, f + 12, len - 12);
	f[12] = 0x81;
	f[13] = 0;
	f[14] = 0x20;
	f[15] = 0x07;
	e810_receive(b.e, f, len + 4);
	d = ebed_mem(&b, 5, EB_RXR + 0x2000);
	CHECK_EQ(d[0], 2);
	CHECK_EQ(get16(d + 2) & 0x3ff, 90);	/* IPv6, UDP */
	CHECK_EQ(get16(d + 4), len);
	CHECK_EQ(get16(d + 8), 0x200b);
	CHECK_EQ(get16(d + 10), 0x2007);
	ebed_close(&b);
}

/* Headers that say more than there is: no verdict, and no wild reads. */
TEST_ONCE(short_packets)
{
	static const struct {
		uint8_t at, val, ptype, l3l4;
	} cut[] = {
		{ 14, 0x44, 1, 0 },		/* header of 16 bytes */
		{ 16, 0xff, 1, 0 },		/* longer than the frame */
		{ 17, 19, 1, 0 },		/* shorter than its header */
		{ 17, 27, 24, 1 },		/* half a UDP header */
		{ 20, 0x20, 22, 1 },		/* a fragment */
		{ 14, 0x55, 1, 0 },		/* version 5 */
	};
	uint8_t f[100];
	struct ebed b;
	uint32_t len;
	uint64_t qw;
	size_t i;

	open_on(&b);
	ebed_adi(&b, 5, 2, ebed_mac_a);
	for (i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		len = ip_frame(f, ebed_mac_a, ebed_mac_x, 4, 17, 40);
		f[cut[i].at] = cut[i].val;
		e810_receive(b.e, f, len);
		qw = get64(ebed_mem(&b, 5, (uint32_t)(EB_RXR + 0x2000 +
						      32 * i + 8)));
		CHECK_EQ_AT(qw >> 30 & 0xff, cut[i].ptype, i);
		CHECK_EQ_AT(qw >> 3 & 1, cut[i].l3l4, i);
		/* never a verdict on what is not all there */
		CHECK_EQ_AT(qw >> 23 & 1, 0, i);
	}
	ebed_close(&b);
}

/* CRC32c with a table, most significant bit first on reflected input. */
static uint32_t ref_crc32c(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffff, out = 0, table[256], v;
	unsigned int i, j, byte;

	for (i = 0; i < 256; i++) {
		v = i << 24;
		for (j = 0; j < 8; j++)
			v = v << 1 ^ (v >> 31 ? 0x1edc6f41 : 0);
		table[i] = v;
	}
	while (len--) {
		byte = 0;
		for (j = 0; j < 8; j++)
			byte |= (*p >> j & 1u) << (7 - j);
		p++;
		crc = crc << 8 ^ table[crc >> 24 ^ byte];
	}
	for (j = 0; j < 32; j++)
		out |= (crc >> j & 1) << (31 - j);
	return ~out;
}

TEST_ONCE(sctp)
{
	uint8_t f[200], zero[4] = { 0 };
	uint32_t len, plen;
	struct ebed b;
	uint64_t qw;
	unsigned int i;

	CHECK_EQ(ref_crc32c((const uint8_t *)"123456789", 9), 0xe3069283);
	open_on(&b);
	ebed_adi(&b, 5, 2, ebed_mac_a);
	for (i = 0; i < 2; i++) {	/* the header alone, too */
		plen = i ? 0 : 40;
		len = ip_frame(f, ebed_mac_a, ebed_mac_x, 4, 132, plen);
		memcpy(f + 34 + 8, zero, 4);
		put32(f + 34 + 8, ref_crc32c(f + 34, 12 + plen));
		e810_receive(b.e, f, len);
		qw = get64(ebed_mem(&b, 5, EB_RXR + 0x2000 + 64 * i + 8));
		CHECK_EQ(qw >> 30 & 0xff, 27);
		CHECK_EQ(qw >> 19 & 0xff, 0);
		f[34]++;
		e810_receive(b.e, f, len);
		qw = get64(ebed_mem(&b, 5, EB_RXR + 0x2000 + 64 * i + 40));
		CHECK_EQ(qw >> 19 & 0xff, 0x10);
	}
	/* a protocol that is none of these */
	f[14 + 9] = 47;
	e810_receive(b.e, f, len);
	qw = get64(ebed_mem(&b, 5, EB_RXR + 0x2000 + 128 + 8));
	CHECK_EQ(qw >> 30 & 0xff, 23);
	ebed_close(&b);
}

/* Offloads against the slow reference of the harness. */
TEST_ONCE(checksums)
{
	static const struct {
		int ver;
		uint8_t proto;
		uint32_t l4t, l4len, at, size;
	} kinds[] = {
		{ 4, 6, 0x100, 5, 16, 2 }, { 4, 17, 0x300, 2, 6, 2 },
		{ 6, 6, 0x100, 5, 16, 2 }, { 6, 17, 0x300, 2, 6, 2 },
		{ 4, 132, 0x200, 3, 8, 4 },
	};
	uint8_t f[300], g[300];
	struct ebed b;
	uint32_t len, ip, l4;
	size_t i;

	open_on(&b);
	ebed_adi(&b, 5, 2, ebed_mac_a);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		len = ip_frame(f, ebed_mac_x, ebed_mac_a, kinds[i].ver,
			       kinds[i].proto, 99);
		memcpy(g, f, len);
		ip = kinds[i].ver == 4 ? 20 : 40;
		l4 = 14 + ip;
		memset(g + l4 + kinds[i].at, 0x5a, kinds[i].size);
		if (kinds[i].ver == 4)
			put16(g + 24, 0x1234);
		memcpy(ebed_mem(&b, 5, EB_TXB), g, len);
		txd(&b, 2, 5, (unsigned int)i, EB_TXB, LEN(len) | EOP | RS |
		    (uint64_t)(kinds[i].ver == 4 ? 0x60 : 0x20) << 4 |
		    (uint64_t)kinds[i].l4t << 4 | 7ull << 16 |
		    (uint64_t)(ip / 4) << 23 |
		    (uint64_t)kinds[i].l4len << 30);
		bell(&b, 2, (unsigned int)i + 1);
		CHECK_EQ_AT(b.nout, i + 1, i);
		CHECK_EQ(b.out_len[i], len);
		if (kinds[i].proto == 132) {
			memset(f + l4 + 8, 0, 4);
			put32(f + l4 + 8, ref_crc32c(f + l4, 12 + 99));
		}
		CHECK(!memcmp(b.out[i], f, len));
	}
	ebed_close(&b);
}

TEST_ONCE(segmentation)
{
	uint8_t f[6000], *d;
	uint32_t len, i, seq, sum = 0, n;
	struct ebed b;

	open_on(&b);
	ebed_adi(&b, 5, 2, ebed_mac_a);
	len = ip_frame(f, ebed_mac_x, ebed_mac_a, 4, 6, 5000);
	f[14 + 20 + 13] = 0x99;			/* CWR, ACK, PSH, FIN */
	memcpy(ebed_mem(&b, 5, EB_TXB), f, len);
	d = ebed_mem(&b, 5, EB_TXR + 0x2000);
	put64(d, 0);
	put64(d + 8, 1 | 1 << 4 | (uint64_t)5000 << 30 | 1400ull << 50);
	txd(&b, 2, 5, 1, EB_TXB, LEN(len) | EOP | RS | 0x60ull << 4 |
	    0x100ull << 4 | 7ull << 16 | 5ull << 23 | 5ull << 30);
	bell(&b, 2, 2);
	n = (5000 + 1399) / 1400;
	CHECK_EQ(b.nout, n);
	seq = (uint32_t)f[38] << 24 | (uint32_t)f[39] << 16 |
	      (uint32_t)f[40] << 8 | f[41];
	for (i = 0; i < n; i++) {
		const uint8_t *o = b.out[i];
		uint32_t part = (uint32_t)b.out_len[i] - 54;
		uint32_t s = (uint32_t)o[38] << 24 | (uint32_t)o[39] << 16 |
			     (uint32_t)o[40] << 8 | o[41];

		CHECK_EQ(s, seq + sum);
		CHECK(!memcmp(o + 54, f + 54 + sum, part));
		CHECK_EQ(ref_csum(o + 14, 20, 0), 0);
		CHECK_EQ((o[16] << 8 | o[17]), 40 + (int)part);
		CHECK_EQ(o[47], i + 1 < n ? (i ? 0x10 : 0x90) : 0x19);
		sum += part;
	}
	CHECK_EQ(sum, 5000);
	CHECK(ebed_sent(&b, 2, 5, 1));
	ebed_close(&b);
}

TEST_ONCE(tags)
{
	uint8_t f[64];
	struct ebed b;

	open_on(&b);
	ebed_adi(&b, 5, 2, ebed_mac_a);
	ebed_frame(f, ebed_mac_x, ebed_mac_a, 64, 1);
	memcpy(ebed_mem(&b, 5, EB_TXB), f, 64);
	txd(&b, 2, 5, 0, EB_TXB, LEN(64) | EOP | RS | 0x80 | 0x2005ull << 48);
	bell(&b, 2, 1);
	CHECK_EQ(b.nout, 1);
	CHECK_EQ(b.out_len[0], 68);
	CHECK(!memcmp(b.out[0], f, 12));
	CHECK(!memcmp(b.out[0] + 12, "\x81\x00\x20\x05", 4));
	CHECK(!memcmp(b.out[0] + 16, f + 12, 52));
	ebed_close(&b);
}

/* DMA that resets the device under the ring's feet. */
static void reset_now(struct ebed *b)
{
	e810_write(b->e, 0x91000, 1);
}

TEST_ONCE(reset_from_within)
{
	uint8_t f[64];
	struct ebed b;
	unsigned int i;

	for (i = 1; i < 5; i++) {
		open_on(&b);
		ebed_adi(&b, 5, 2, ebed_mac_a);
		ebed_adi(&b, 6, 3, ebed_mac_b);
		b.hook = reset_now;
		b.hook_after = i;
		ebed_frame(f, ebed_mac_b, ebed_mac_a, 64, 1);
		ebed_send(&b, 2, 5, 0, f, 64);
		CHECK_EQ(e810_read(b.e, 0x120008), 0);
		CHECK_EQ(e810_read(b.e, 0xfc068), 0);
		ebed_close(&b);
	}
}
