// SPDX-License-Identifier: GPL-2.0
/* PCI configuration space. */
#include "unit.h"

static uint32_t cfg(struct bed *b, uint32_t off, uint32_t len)
{
	return host_cfg_rd(&b->h, off, len);
}

static void cfg_wr(struct bed *b, uint32_t off, uint32_t val, uint32_t len)
{
	host_cfg_wr(&b->h, off, val, len);
}

TEST_ONCE(ids)
{
	struct bed b;

	bed_open(&b);
	CHECK_EQ(cfg(&b, 0x00, 2), 0x8086);
	CHECK_EQ(cfg(&b, 0x02, 2), 0x1889);
	CHECK_EQ(cfg(&b, 0x00, 4), 0x18898086);
	CHECK_EQ(cfg(&b, 0x04, 2), 0);
	CHECK_EQ(cfg(&b, 0x06, 2) & 0x0010, 0x0010);
	CHECK_EQ(cfg(&b, 0x08, 4), 0x02000002);
	CHECK_EQ(cfg(&b, 0x0e, 1), 0);
	CHECK_EQ(cfg(&b, 0x18, 4), 0);
	CHECK_EQ(cfg(&b, 0x24, 4), 0);
	CHECK_EQ(cfg(&b, 0x2c, 2), 0x8086);
	CHECK_EQ(cfg(&b, 0x30, 4), 0);
	CHECK_EQ(cfg(&b, 0x34, 1), 0x70);
	CHECK_EQ(cfg(&b, 0x3d, 1), 0);
	bed_close(&b);
}

TEST_ONCE(capability_chain)
{
	uint32_t pos, rounds = 0, seen_msix = 0, seen_pcie = 0;
	struct bed b;

	bed_open(&b);
	for (pos = cfg(&b, 0x34, 1); pos; pos = cfg(&b, pos + 1, 1)) {
		CHECK(++rounds < 16);
		CHECK_EQ(pos & 3, 0);
		CHECK(pos >= 0x40);
		if (cfg(&b, pos, 1) == 0x11)
			seen_msix = pos;
		if (cfg(&b, pos, 1) == 0x10)
			seen_pcie = pos;
	}
	CHECK_EQ(seen_msix, 0x70);
	CHECK_EQ(seen_pcie, 0xa0);
	/* 4 queue pairs and the mailbox */
	CHECK_EQ(cfg(&b, 0x72, 2), 4);
	CHECK_EQ(cfg(&b, 0x74, 4), 0x0003);
	CHECK_EQ(cfg(&b, 0x78, 4), 0x2003);
	/* PCIe endpoint, version 2, FLR capable */
	CHECK_EQ(cfg(&b, 0xa2, 2) & 0xff, 0x02);
	CHECK(cfg(&b, 0xa4, 4) & 1u << 28);
	/* nothing in extended space, or something that ends */
	pos = 0x100;
	for (rounds = 0; pos && cfg(&b, pos, 4); rounds++) {
		CHECK(rounds < 64);
		pos = cfg(&b, pos, 4) >> 20;
	}
	bed_close(&b);
}

TEST_ONCE(msix_size_follows_queues)
{
	uint16_t n;

	for (n = 1; n <= AVF_MAX_QPS; n++) {
		struct avf_params p = { .num_qps = n, .link_mbps = 10000 };
		struct bed b;

		bed_open_params(&b, &p);
		CHECK_EQ(cfg(&b, 0x72, 2) & 0x7ff, n);
		bed_close(&b);
	}
}

TEST_ONCE(params_out_of_range)
{
	struct avf_params p = { .num_qps = 0, .link_mbps = 10000 };
	struct bed b;

	bed_open(&b);
	CHECK(!avf_dev_create(&p, &b.h.ops, &b.h));
	p.num_qps = AVF_MAX_QPS + 1;
	CHECK(!avf_dev_create(&p, &b.h.ops, &b.h));
	bed_close(&b);
}

/* Both halves, in either order, in bytes, words and dwords. */
static void check_bar(struct bed *b, uint32_t off, uint64_t size)
{
	uint64_t mask;

	cfg_wr(b, off, 0xffffffff, 4);
	cfg_wr(b, off + 4, 0xffffffff, 4);
	mask = cfg(b, off, 4) | (uint64_t)cfg(b, off + 4, 4) << 32;
	CHECK_EQ(mask & 0xf, 0xc);
	CHECK_EQ(~(mask & ~0xfull) + 1, size);

	/* as Linux sizes it: one half at a time */
	cfg_wr(b, off, 0xfebf0000, 4);
	cfg_wr(b, off + 4, 0x00000012, 4);
	CHECK_EQ(cfg(b, off, 4), 0xfebf000c);
	CHECK_EQ(cfg(b, off + 4, 4), 0x12);
	cfg_wr(b, off, 0xffffffff, 4);
	CHECK_EQ(cfg(b, off, 4) & ~0xfu, (uint32_t)~(size - 1));
	CHECK_EQ(cfg(b, off + 4, 4), 0x12);
	cfg_wr(b, off, 0xfebf0000, 4);

	cfg_wr(b, off + 2, 0xaaaa, 2);
	CHECK_EQ(cfg(b, off, 4), 0xaaaa000c);
	cfg_wr(b, off + 7, 0x5a, 1);
	CHECK_EQ(cfg(b, off + 4, 4), 0x5a000012);
	/* low bits do not take */
	cfg_wr(b, off, 0x12345fff, 4);
	CHECK_EQ(cfg(b, off, 4), (0x12345fffu & ~(uint32_t)(size - 1)) | 0xc);
}

TEST_ONCE(bar_sizing)
{
	struct bed b;

	bed_open(&b);
	check_bar(&b, 0x10, 0x10000);
	check_bar(&b, 0x1c, 0x4000);
	cfg_wr(&b, 0x18, 0xffffffff, 4);
	CHECK_EQ(cfg(&b, 0x18, 4), 0);
	cfg_wr(&b, 0x24, 0xffffffff, 4);
	CHECK_EQ(cfg(&b, 0x24, 4), 0);
	cfg_wr(&b, 0x30, 0xffffffff, 4);
	CHECK_EQ(cfg(&b, 0x30, 4), 0);
	bed_close(&b);
}

/*
 * Write ones and zeroes to every byte: only what the contract calls writable
 * may change, and reading any unlisted byte gives 0.
 */
TEST_ONCE(write_masks)
{
	uint8_t before[AVF_CFG_SIZE], after[AVF_CFG_SIZE], rw[AVF_CFG_SIZE];
	uint32_t off, at;
	struct bed b;

	bed_open(&b);
	memset(rw, 0, sizeof(rw));
	rw[0x04] = 0x06;
	rw[0x05] = 0x04;
	rw[0x0c] = 0xff;
	rw[0x3c] = 0xff;
	for (off = 0x10; off < 0x18; off++)
		rw[off] = 0xff;
	for (off = 0x1c; off < 0x24; off++)
		rw[off] = 0xff;
	rw[0x73] = 0xc0;
	/* Device and Link control are as free as the emulation likes */
	memset(rw + 0xa8, 0xff, 2);
	memset(rw + 0xb0, 0xff, 2);
	memset(rw + 0xc8, 0xff, 2);
	memset(rw + 0xd0, 0xff, 2);

	avf_cfg_read(b.h.dev, 0, before, sizeof(before));
	for (at = 0; at < AVF_CFG_SIZE; at++) {
		uint8_t one = 0xff, zero = 0;

		if (at == 0xa9)
			one = 0x7f;	/* no FLR here */
		avf_cfg_write(b.h.dev, at, &one, 1);
		avf_cfg_read(b.h.dev, 0, after, sizeof(after));
		for (off = 0; off < AVF_CFG_SIZE; off++)
			CHECK_EQ_AT((before[off] ^ after[off]) &
				    ~(off == at ? rw[off] : 0), 0, off);
		avf_cfg_write(b.h.dev, at, &zero, 1);
		avf_cfg_write(b.h.dev, at, &before[at], 1);
	}
	bed_close(&b);
}

TEST_ONCE(undefined_reads_zero)
{
	uint8_t buf[64];
	uint32_t off;
	struct bed b;

	bed_open(&b);
	for (off = 0x40; off < 0x70; off += 4)
		CHECK_EQ_AT(cfg(&b, off, 4), 0, off);
	for (off = 0x7c; off < 0xa0; off += 4)
		CHECK_EQ_AT(cfg(&b, off, 4), 0, off);
	/* beyond the end, across it, and far away */
	memset(buf, 0xaa, sizeof(buf));
	avf_cfg_read(b.h.dev, AVF_CFG_SIZE - 4, buf, 8);
	CHECK_EQ(get_le32(buf + 4), 0);
	memset(buf, 0xaa, sizeof(buf));
	avf_cfg_read(b.h.dev, 0xfffffffc, buf, 16);
	CHECK_EQ(get_le64(buf), 0);
	avf_cfg_write(b.h.dev, AVF_CFG_SIZE - 2, buf, 8);
	avf_cfg_write(b.h.dev, 0xfffffffe, buf, 8);
	/* odd lengths */
	avf_cfg_read(b.h.dev, 1, buf, 3);
	CHECK_EQ(get_le(buf, 3), 0x188980);
	bed_close(&b);
}

TEST_ONCE(msix_control)
{
	struct bed b;

	bed_open(&b);
	cfg_wr(&b, 0x72, 0xffff, 2);
	CHECK_EQ(cfg(&b, 0x72, 2), 0xc004);
	cfg_wr(&b, 0x72, 0, 2);
	CHECK_EQ(cfg(&b, 0x72, 2), 4);
	cfg_wr(&b, 0x70, 0xffffffff, 4);
	CHECK_EQ(cfg(&b, 0x70, 4), 0xc004a011);
	bed_close(&b);
}

/* Bus master off stops DMA and messages; on again replays nothing by itself. */
TEST(bus_master)
{
	uint8_t frame[64];
	struct bed b;

	bed_up(&b);
	pattern(frame, sizeof(frame), 1);
	memcpy(frame, b.d.mac, 6);
	host_irqs(&b.h, 0);
	host_irqs(&b.h, 1);

	cfg_wr(&b, 0x04, 0x0002, 2);
	bed_quiet(&b);
	CHECK(host_rx(&b.h, frame, sizeof(frame), 1));
	avfdrv_tx_put(&b.d, 0, frame, sizeof(frame));
	avfdrv_tx_ring(&b.d, 0);
	host_run(&b.h);
	avfdrv_send(&b.d, VC_GET_STATS, "\1\0\0\0\0\0\0\0\0\0\0\0", 12);
	host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_SWINT | DYN_ITR(3));
	avf_link_set(b.h.dev, false, 100000);
	host_advance(&b.h, 1000000000);
	bed_quiet_end(&b);
	CHECK_EQ(host_irqs(&b.h, 0), 0);
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	CHECK_EQ(b.h.nsent, 0);

	bed_quiet(&b);
	cfg_wr(&b, 0x04, 0x0006, 2);
	bed_quiet_end(&b);

	/* with the next trigger, all works again */
	CHECK_EQ(host_rx(&b.h, frame, sizeof(frame), 1), 0);
	CHECK_EQ(avfdrv_rx(&b.d, 0, frame, sizeof(frame), NULL) +
		 avfdrv_rx(&b.d, 1, frame, sizeof(frame), NULL) +
		 avfdrv_rx(&b.d, 2, frame, sizeof(frame), NULL) +
		 avfdrv_rx(&b.d, 3, frame, sizeof(frame), NULL), 64);
	avfdrv_tx_put(&b.d, 0, frame, sizeof(frame));
	avfdrv_tx_ring(&b.d, 0);
	host_run(&b.h);
	CHECK_EQ(b.h.nsent, 2);
	bed_close(&b);
}

/* FLR through DEVCTL equals the VMM's reset, and both equal power on. */
static void check_flr(bool devctl)
{
	uint8_t fresh[AVF_CFG_SIZE], now[AVF_CFG_SIZE], zero[16] = { 0 };
	struct bed b;
	uint32_t off, q;

	bed_open(&b);
	avf_cfg_read(b.h.dev, 0, fresh, sizeof(fresh));
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	CHECK_EQ(avfdrv_promisc(&b.d, 3), 0);
	CHECK(b.h.nmacs > 0);

	if (devctl) {
		cfg_wr(&b, 0xa8, cfg(&b, 0xa8, 2) | 0x8000, 2);
		CHECK_EQ(cfg(&b, 0xa8, 2) & 0x8000, 0);
	} else {
		avf_dev_reset(b.h.dev, AVF_RESET_FLR);
	}
	bed_quiet(&b);
	CHECK(b.h.quiesced > 0);
	CHECK_EQ(cfg(&b, 0x04, 2), 0);
	CHECK_EQ(cfg(&b, 0x72, 2), 4);
	CHECK_EQ(cfg(&b, 0xaa, 2) & 0x20, 0);
	avf_cfg_read(b.h.dev, 0, now, sizeof(now));
	/* BAR addresses are the VMM's; the rest is as fresh */
	for (off = 0; off < sizeof(now); off++)
		if (off < 0x10 || off >= 0x24)
			CHECK_EQ_AT(now[off], fresh[off], off);
	cfg_wr(&b, 0x04, 0x0006, 2);
	CHECK_EQ(host_rd(&b.h, R_RSTAT), 2);
	CHECK_EQ(host_rd(&b.h, R_ATQLEN), 0);
	CHECK_EQ(host_rd(&b.h, R_ARQLEN), 0);
	CHECK_EQ(host_rd(&b.h, R_ATQH), 0);
	CHECK_EQ(host_rd(&b.h, R_ATQT), 0);
	CHECK_EQ(host_rd(&b.h, R_ARQH), 0);
	CHECK_EQ(host_rd(&b.h, R_ARQT), 0);
	CHECK_EQ(host_rd(&b.h, R_ATQBAL), 0);
	CHECK_EQ(host_rd(&b.h, R_ATQBAH), 0);
	CHECK_EQ(host_rd(&b.h, R_ARQBAL), 0);
	CHECK_EQ(host_rd(&b.h, R_ARQBAH), 0);
	CHECK_EQ(host_rd(&b.h, R_ICR0), 0);
	CHECK_EQ(host_rd(&b.h, R_ICR0_ENA), 0);
	CHECK_EQ(b.h.nmacs, 0);
	CHECK(!b.h.promisc_uc && !b.h.promisc_mc);
	CHECK_EQ(b.h.traffic_on, b.h.traffic_off);
	/* table masked and empty again */
	for (q = 0; q < 5; q++) {
		uint8_t entry[16];

		avf_bar_read(b.h.dev, 3, 16 * q, entry, 16);
		CHECK_EQ(get_le32(entry + 12), 1);
		CHECK(!memcmp(entry, zero, 12));
	}
	/* stale doorbells of the old life */
	for (q = 0; q < 4; q++) {
		host_wr(&b.h, R_QTX_TAIL(q), 5);
		host_wr(&b.h, R_QRX_TAIL(q), 5);
	}
	host_wr(&b.h, R_ATQT, 3);
	host_run(&b.h);
	bed_quiet_end(&b);
	CHECK_EQ(bed_stats(&b).resets_flr, 1);

	/* and it comes up again */
	avfdrv_fini(&b.d);
	avfdrv_init(&b.d, &bed_transport, &b.h);
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	CHECK(b.d.link);
	bed_close(&b);
}

TEST(flr_by_devctl)
{
	check_flr(true);
}

TEST(flr_by_vmm)
{
	check_flr(false);
}
