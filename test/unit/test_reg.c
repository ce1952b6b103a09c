// SPDX-License-Identifier: GPL-2.0
/* BAR0 registers: reset values, masks, widths, side effects. */
#include "unit.h"

struct reg {
	const char *name;
	uint32_t off;
	uint32_t n;
	uint32_t stride;
	uint32_t reset;
	uint32_t rw;	/* bits that must read back as written */
	uint32_t dont;	/* bits the contract leaves open */
};

/* Every register of the contract's table, but those with side effects. */
static const struct reg regs[] = {
	{ "ITRN", 0x2800, 48, 4, 0, 0xfff, 0xfffff000 },
	{ "ITR0", 0x4c00, 3, 4, 0, 0xfff, 0xfffff000 },
	{ "ICR0_ENA", 0x5000, 1, 4, 0, 0x40000000, 0xbfffffff },
	{ "STAT_CTL0", 0x5400, 1, 4, 0, 0xc, 0xfffffff3 },
	{ "ARQBAH", 0x6000, 1, 4, 0, 0xffffffff, 0 },
	{ "ATQH", 0x6400, 1, 4, 0, 0x3ff, 0xfffffc00 },
	{ "ATQLEN", 0x6800, 1, 4, 0, 0xf00003ff, 0x0ffffc00 },
	{ "ARQBAL", 0x6c00, 1, 4, 0, 0xffffffff, 0 },
	{ "ARQT", 0x7000, 1, 4, 0, 0x3ff, 0xfffffc00 },
	{ "ARQH", 0x7400, 1, 4, 0, 0x3ff, 0xfffffc00 },
	{ "ATQBAH", 0x7800, 1, 4, 0, 0xffffffff, 0 },
	{ "ATQBAL", 0x7c00, 1, 4, 0, 0xffffffff, 0 },
	{ "ARQLEN", 0x8000, 1, 4, 0, 0xf00003ff, 0x0ffffc00 },
	{ "RSTAT", 0x8800, 1, 4, 2, 0, 0 },
	{ "HENA", 0xc400, 2, 4, 0, 0xffffffff, 0 },
	{ "HKEY", 0xcc00, 13, 4, 0, 0xffffffff, 0 },
	{ "HLUT", 0xd000, 16, 4, 0, 0xffffffff, 0 },
};

static const uint32_t pats[] = { 0xffffffff, 0x55555555, 0xaaaaaaaa, 0 };

static bool known(uint32_t off)
{
	uint32_t i;

	off &= ~3u;
	if (off < 64 || (off >= 0x2000 && off < 0x2040) ||
	    (off >= 0x3800 && off < 0x3900) || off == 0x4800 || off == 0x5c00 ||
	    off == 0x8400)
		return true;
	/* up to 256 tails and 64 vectors exist in larger devices */
	if (off < 0x400 || (off >= 0x2000 && off < 0x2400))
		return true;
	for (i = 0; i < ARRAY_SIZE(regs); i++)
		if (off >= regs[i].off &&
		    off < regs[i].off + regs[i].n * regs[i].stride)
			return true;
	return false;
}

/* The largest device: it has every register of the arrays. */
static void mem_on(struct bed *b)
{
	struct avf_params p = { .num_qps = 16, .link_mbps = 100000 };

	bed_open_params(b, &p);
	host_cfg_wr(&b->h, 0x04, 0x0006, 2);
}

TEST_ONCE(reset_values)
{
	struct bed b;
	uint32_t off;

	mem_on(&b);
	for (off = 0; off < AVF_BAR0_SIZE; off += 4)
		CHECK_EQ_AT(host_rd(&b.h, off), off == R_RSTAT ? 2 : 0, off);
	bed_close(&b);
}

static void check_masks(bool no_fast)
{
	struct bed b;
	uint32_t i, k, p;

	mem_on(&b);
	b.h.no_fast = no_fast;
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		for (k = 0; k < regs[i].n; k++) {
			uint32_t off = regs[i].off + k * regs[i].stride;

			for (p = 0; p < ARRAY_SIZE(pats); p++) {
				uint32_t want = (pats[p] & regs[i].rw) |
						(regs[i].reset & ~regs[i].rw);

				host_wr(&b.h, off, pats[p]);
				CHECK_EQ_AT((host_rd(&b.h, off) ^ want) &
					    ~regs[i].dont, 0, off);
			}
			host_wr(&b.h, off, regs[i].reset);
		}
	}
	bed_close(&b);
}

TEST_ONCE(masks)
{
	check_masks(false);
	check_masks(true);
}

TEST_ONCE(base_readback)
{
	static const uint32_t off[] = {
		R_ATQBAL, R_ATQBAH, R_ARQBAL, R_ARQBAH
	};
	uint32_t i, bit;
	struct bed b;

	mem_on(&b);
	for (i = 0; i < ARRAY_SIZE(off); i++) {
		for (bit = 0; bit < 32; bit++) {
			host_wr(&b.h, off[i], 1u << bit);
			CHECK_EQ_AT(host_rd(&b.h, off[i]), 1u << bit, off[i]);
			host_wr(&b.h, off[i], ~(1u << bit));
			CHECK_EQ_AT(host_rd(&b.h, off[i]), ~(1u << bit),
				    off[i]);
		}
	}
	bed_close(&b);
}

TEST_ONCE(len_error_bits)
{
	static const uint32_t off[] = { R_ATQLEN, R_ARQLEN };
	uint32_t i, bits;
	struct bed b;

	mem_on(&b);
	for (i = 0; i < ARRAY_SIZE(off); i++) {
		for (bits = 0; bits < 8; bits++) {
			uint32_t val = 32 | AQ_ENABLE | bits << 28;

			host_wr(&b.h, off[i], val);
			CHECK_EQ_AT(host_rd(&b.h, off[i]), val, bits);
		}
	}
	bed_close(&b);
}

/* ENABLE before the base: nothing may be read or written yet. */
TEST(enable_touches_nothing)
{
	struct bed b;

	mem_on(&b);
	bed_quiet(&b);
	host_wr(&b.h, R_ATQBAL, 0xdead0000);
	host_wr(&b.h, R_ATQBAH, 0xdead);
	host_wr(&b.h, R_ATQH, 0);
	host_wr(&b.h, R_ATQT, 0);
	host_wr(&b.h, R_ATQLEN, 32 | AQ_ENABLE);
	host_wr(&b.h, R_ARQBAL, 0xdead0000);
	host_wr(&b.h, R_ARQBAH, 0xdead);
	host_wr(&b.h, R_ARQLEN, 32 | AQ_ENABLE);
	host_wr(&b.h, R_ARQT, 31);
	host_run(&b.h);
	bed_quiet_end(&b);
	CHECK_EQ(bed_stats(&b).dma_errors, 0);
	bed_close(&b);
}

TEST_ONCE(rstat_read_only)
{
	struct bed b;
	uint32_t i;

	mem_on(&b);
	host_wr(&b.h, R_RSTAT, 0);
	CHECK_EQ(host_rd(&b.h, R_RSTAT), 2);
	host_wr(&b.h, R_RSTAT, 0xffffffff);
	for (i = 0; i < 100; i++)
		CHECK_EQ(host_rd(&b.h, R_RSTAT), 2);
	b.h.no_fast = true;
	CHECK_EQ(host_rd(&b.h, R_RSTAT), 2);
	bed_close(&b);
}

TEST_ONCE(pulse_bits_read_zero)
{
	struct bed b;
	uint32_t v;

	mem_on(&b);
	host_wr(&b.h, R_DYN_CTL0, 0xffffffff);
	CHECK_EQ(host_rd(&b.h, R_DYN_CTL0) & (DYN_CLEARPBA | DYN_SWINT), 0);
	for (v = 0; v < 4; v++) {
		host_wr(&b.h, R_DYN_CTLN(v), 0xffffffff);
		CHECK_EQ(host_rd(&b.h, R_DYN_CTLN(v)) &
			 (DYN_CLEARPBA | DYN_SWINT), 0);
	}
	bed_close(&b);
}

TEST_ONCE(unknown_offsets)
{
	struct bed b;
	uint32_t off;

	mem_on(&b);
	for (off = 0; off < AVF_BAR0_SIZE; off += 4) {
		if (known(off))
			continue;
		host_wr(&b.h, off, 0xffffffff);
		CHECK_EQ_AT(host_rd(&b.h, off), 0, off);
	}
	bed_close(&b);
}

/* Narrow reads see the bytes of the dwords; narrow writes do nothing. */
TEST_ONCE(widths)
{
	static const uint32_t lens[] = { 1, 2, 3, 4, 5, 7, 8, 16, 64 };
	uint8_t all[64 + 8], part[64];
	uint32_t off, i, k;
	struct bed b;

	mem_on(&b);
	host_wr(&b.h, R_ARQBAH, 0x12345678);
	for (off = R_ARQBAH; off < R_ARQBAH + 8; off++) {
		avf_bar_read(b.h.dev, 0, R_ARQBAH, all, sizeof(all));
		for (i = 0; i < ARRAY_SIZE(lens); i++) {
			if (off - R_ARQBAH + lens[i] > sizeof(all))
				continue;
			memset(part, 0xee, sizeof(part));
			avf_bar_read(b.h.dev, 0, off, part, lens[i]);
			for (k = 0; k < lens[i]; k++)
				CHECK_EQ_AT(part[k], all[off - R_ARQBAH + k],
					    off * 100 + lens[i]);
		}
	}
	memset(part, 0xff, sizeof(part));
	for (off = R_ARQBAH; off < R_ARQBAH + 4; off++) {
		for (i = 0; i < ARRAY_SIZE(lens); i++) {
			if (lens[i] == 4 && !(off & 3))
				continue;
			avf_bar_write(b.h.dev, 0, off, part, lens[i]);
			CHECK_EQ_AT(host_rd(&b.h, R_ARQBAH), 0x12345678,
				    off * 100 + lens[i]);
		}
	}
	bed_close(&b);
}

/* Everywhere, with any length: no crash, and all ones outside. */
TEST_ONCE(every_access)
{
	static const uint32_t lens[] = { 0, 1, 2, 3, 4, 8 };
	uint32_t bar, off, i;
	uint8_t buf[8];
	struct bed b;

	mem_on(&b);
	for (bar = 0; bar < 8; bar++) {
		uint32_t size = bar == 0 ? AVF_BAR0_SIZE :
				bar == 3 ? AVF_BAR3_SIZE : 0;

		for (off = 0; off < AVF_BAR0_SIZE + 16; off++) {
			for (i = 0; i < ARRAY_SIZE(lens); i++) {
				memset(buf, 0x5a, sizeof(buf));
				avf_bar_read(b.h.dev, bar, off, buf, lens[i]);
				if (lens[i] && off >= size)
					CHECK_EQ_AT(buf[lens[i] - 1], 0xff,
						    off);
				if (lens[i] < 8)
					CHECK_EQ_AT(buf[lens[i]], 0x5a, off);
				memset(buf, (int)off, sizeof(buf));
				avf_bar_write(b.h.dev, bar, off, buf, lens[i]);
			}
		}
	}
	avf_bar_read(b.h.dev, 0, 0xfffffffe, buf, 8);
	CHECK_EQ(get_le64(buf), -1);
	avf_bar_write(b.h.dev, 0, 0xfffffffe, buf, 8);
	avf_bar_read(b.h.dev, 3, 0xfffffffe, buf, 8);
	CHECK_EQ(get_le64(buf), -1);
	avf_bar_write(b.h.dev, 3, 0xfffffffe, buf, 8);
	bed_close(&b);
}

TEST_ONCE(fast_path_offsets)
{
	uint32_t off, val, hits = 0;
	struct bed b;

	mem_on(&b);
	for (off = 0; off < AVF_BAR0_SIZE + 64; off++) {
		bool page = off < 0x1000 || (off >= 0x2000 && off < 0x4000);

		if (avf_fast_write(b.h.dev, off, 0)) {
			CHECK(page);
			hits++;
		}
		val = 0;
		if (avf_fast_read(b.h.dev, off, &val)) {
			CHECK_EQ(off, R_RSTAT);
			CHECK_EQ(val, 2);
		}
	}
	CHECK(hits > 0);
	bed_close(&b);
}

TEST_ONCE(memory_off)
{
	struct bed b;
	uint8_t buf[16];
	uint32_t off;

	mem_on(&b);
	host_wr(&b.h, R_ARQBAL, 0x1000);
	host_cfg_wr(&b.h, 0x04, 0x0004, 2);
	for (off = 0; off < AVF_BAR0_SIZE; off += 4)
		CHECK_EQ_AT(host_rd(&b.h, off), 0xffffffff, off);
	for (off = 0; off < AVF_BAR3_SIZE; off += 16) {
		avf_bar_read(b.h.dev, 3, off, buf, 16);
		CHECK_EQ(get_le64(buf), -1);
		CHECK_EQ(get_le64(buf + 8), -1);
	}
	host_wr(&b.h, R_ARQBAL, 0x2000);
	host_wr(&b.h, R_ITRN(0, 0), 0x20);
	memset(buf, 0, sizeof(buf));
	avf_bar_write(b.h.dev, 3, 0, buf, 16);
	host_cfg_wr(&b.h, 0x04, 0x0006, 2);
	CHECK_EQ(host_rd(&b.h, R_ARQBAL), 0x1000);
	CHECK_EQ(host_rd(&b.h, R_ITRN(0, 0)), 0);
	avf_bar_read(b.h.dev, 3, 12, buf, 4);
	CHECK_EQ(get_le32(buf), 1);
	bed_close(&b);
}

/* An INTERVAL written through DYN_CTL lands in the ITR it names. */
TEST_ONCE(interval_by_dyn_ctl)
{
	struct bed b;
	uint32_t i;

	mem_on(&b);
	for (i = 0; i < 3; i++) {
		host_wr(&b.h, R_DYN_CTLN(1), DYN_ITR(i) | DYN_INTERVAL(100 + i));
		host_wr(&b.h, R_DYN_CTL0, DYN_ITR(i) | DYN_INTERVAL(200 + i));
	}
	host_wr(&b.h, R_DYN_CTLN(1), DYN_ITR(3) | DYN_INTERVAL(7));
	host_wr(&b.h, R_DYN_CTL0, DYN_ITR(3) | DYN_INTERVAL(7));
	for (i = 0; i < 3; i++) {
		CHECK_EQ(host_rd(&b.h, R_ITRN(i, 1)), 100 + i);
		CHECK_EQ(host_rd(&b.h, R_ITRN(i, 0)), 0);
		CHECK_EQ(host_rd(&b.h, R_ITR0(i)), 200 + i);
	}
	bed_close(&b);
}
