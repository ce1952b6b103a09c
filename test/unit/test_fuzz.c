// SPDX-License-Identifier: GPL-2.0
/*
 * Random drivers, for a few seconds: registers, configuration space, messages
 * and rings full of nonsense. The sanitizers and the host's own checks judge;
 * at the end a sane driver must find a device that works.
 */
#include "unit.h"

static uint32_t state;

static uint32_t rnd(void)
{
	state = state * 1664525u + 1013904223u;
	return state >> 8;
}

/* Values that mean something more often than chance would have it. */
static uint32_t value(struct bed *b, uint64_t iova)
{
	switch (rnd() % 8) {
	case 0:
		return rnd() % 40;
	case 1:
		return AQ_ENABLE | rnd() % 1024;
	case 2:
		return (uint32_t)iova + rnd() % 64 * 4096;
	case 3:
		return (uint32_t)(iova >> 32);
	case 4:
		return 0xffffffff;
	case 5:
		return DYN_INTENA | rnd() % 0x8000;
	case 6:
		return (uint32_t)b->d.atq.iova;
	default:
		return rnd() << 8 ^ rnd();
	}
}

static uint32_t offset(void)
{
	static const uint32_t hot[] = {
		R_ATQBAL, R_ATQBAH, R_ATQLEN, R_ATQH, R_ATQT, R_ARQBAL,
		R_ARQBAH, R_ARQLEN, R_ARQH, R_ARQT, R_ICR0, R_ICR0_ENA,
		R_DYN_CTL0, R_RSTAT,
	};

	switch (rnd() % 4) {
	case 0:
		return R_QTX_TAIL(rnd() % 6);
	case 1:
		return R_QRX_TAIL(rnd() % 6);
	case 2:
		return hot[rnd() % ARRAY_SIZE(hot)];
	default:
		return rnd() % (AVF_BAR0_SIZE + 64);
	}
}

/* A message with a plausible head, at the driver's own place in the ring. */
static void message(struct bed *b, uint64_t iova)
{
	uint32_t op = rnd() % 4 ? rnd() % 30 : rnd() % 140, len = 0, i;
	uint8_t msg[512];

	pattern(msg, sizeof(msg), rnd());
	put_le16(msg, rnd() % 8 ? 1 : rnd() % 4);
	put_le16(msg + 2, rnd() % 5);
	if (op == VC_CONFIG_VSI_QUEUES) {
		uint32_t n = rnd() % 4 + 1;

		put_le16(msg + 2, n);
		for (i = 0; i < n; i++) {
			uint8_t *qp = msg + 8 + 64 * i;

			memset(qp, 0, 64);
			put_le16(qp, 1);
			put_le16(qp + 2, i);
			put_le16(qp + 4, 64);
			put_le64(qp + 8, iova + rnd() % 60 * 4096);
			put_le16(qp + 24, 1);
			put_le16(qp + 26, i);
			put_le32(qp + 28, 64);
			put_le32(qp + 36, 2048);
			put_le32(qp + 40, 9728);
			qp[45] = rnd() & 1 ? 1 : 22;
			put_le64(qp + 48, iova + rnd() % 60 * 4096);
		}
		len = 72 + 64 * n;
	} else if (op == VC_ENABLE_QUEUES || op == VC_DISABLE_QUEUES) {
		put_le32(msg + 4, rnd() % 16);
		put_le32(msg + 8, rnd() % 16);
		len = 12;
	} else if (op == VC_GET_VF_RESOURCES) {
		len = 4;
	} else {
		len = rnd() % sizeof(msg);
	}
	avfdrv_send(&b->d, op, msg, len);
}

static void step(struct bed *b, uint64_t iova, uint8_t *mem)
{
	static uint8_t frame[9728];
	uint8_t buf[16];
	uint32_t n;

	switch (rnd() % 16) {
	case 0 ... 3:
		host_wr(&b->h, offset(), value(b, iova));
		break;
	case 4:
		host_rd(&b->h, offset());
		break;
	case 5:
		put_le64(buf, rnd());
		put_le64(buf + 8, rnd());
		avf_bar_write(b->h.dev, 3, rnd() % 0x2100, buf, rnd() % 17);
		break;
	case 6:
		if (rnd() % 8)
			break;
		host_cfg_wr(&b->h, rnd() % 0x100, rnd(), rnd() % 4 + 1);
		host_cfg_wr(&b->h, 0x04, rnd() % 16 ? 6 : rnd(), 2);
		break;
	case 7:
		n = rnd() % (64 * 4096);
		pattern(mem + n, rnd() % (64 * 4096 - n), rnd());
		break;
	case 8:
		n = rnd() % 4096 * 8;
		put_le64(mem + n, iova + rnd() % (64 * 4096));
		put_le64(mem + n + 8, rnd() % 2 ? rnd() :
			 avfdrv_txd_qw1(rnd() % 0x400, rnd() % 16384, 14, 20,
					20));
		break;
	case 9:
		n = 14 + rnd() % (9728 - 13);
		host_rx(&b->h, frame, n, rnd() % 8 + 1);
		break;
	case 10:
		host_advance(&b->h, rnd());
		break;
	case 11:
		avf_link_set(b->h.dev, rnd() & 1, 1u << rnd() % 20);
		break;
	case 12:
		if (rnd() % 64)
			break;
		avf_dev_reset(b->h.dev, rnd() % 3);
		avf_dev_reset_done(b->h.dev);
		break;
	case 13:
		/* a driver's mailbox, as it should be */
		if (rnd() % 8 == 0) {
			host_cfg_wr(&b->h, 0x04, 6, 2);
			avfdrv_mbx_init(&b->d);
			avfdrv_version(&b->d, 1, 1);
			avfdrv_resources(&b->d);
		}
		break;
	default:
		message(b, iova);
		break;
	}
	host_drop_sent(&b->h);
}

TEST(nonsense)
{
	struct bed b;
	uint64_t iova;
	uint8_t *mem;
	uint32_t i;

	state = unit_no_map ? 4711 : 815;
	bed_up(&b);
	iova = bed_mem(&b, 64 * 4096, &mem);
	for (i = 0; i < 200000; i++)
		step(&b, iova, mem);
	host_cfg_wr(&b.h, 0xa8, 0x8000, 2);
	avfdrv_fini(&b.d);
	avfdrv_init(&b.d, &bed_transport, &b.h);
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	bed_close(&b);
}
