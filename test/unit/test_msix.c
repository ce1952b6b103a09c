// SPDX-License-Identifier: GPL-2.0
/* MSI-X: table, pending bits, masks. */
#include "unit.h"

#define MSIX_ENABLE	0x8000
#define MSIX_FMASK	0x4000

static void entry_wr(struct bed *b, uint32_t vec, uint32_t dw, uint32_t val)
{
	uint8_t le[4];

	put_le32(le, val);
	avf_bar_write(b->h.dev, 3, 16 * vec + 4 * dw, le, 4);
}

static uint32_t bar3_rd(struct bed *b, uint32_t off)
{
	uint8_t le[4];

	avf_bar_read(b->h.dev, 3, off, le, 4);
	return get_le32(le);
}

static void swint(struct bed *b, uint32_t vec)
{
	uint32_t val = DYN_INTENA | DYN_SWINT | DYN_ITR(3);

	if (vec)
		host_wr(&b->h, R_DYN_CTLN(vec - 1), val);
	else
		host_wr(&b->h, R_DYN_CTL0, val);
}

static void msix_bed(struct bed *b, uint32_t flags)
{
	struct avf_params p = {
		.num_qps = 4, .flags = flags, .link_mbps = 10000,
	};

	bed_open_params(b, &p);
	host_cfg_wr(&b->h, 0x04, 0x0006, 2);
}

TEST_ONCE(table_at_reset)
{
	struct bed b;
	uint32_t v;

	msix_bed(&b, 0);
	for (v = 0; v < 5; v++) {
		CHECK_EQ(bar3_rd(&b, 16 * v), 0);
		CHECK_EQ(bar3_rd(&b, 16 * v + 4), 0);
		CHECK_EQ(bar3_rd(&b, 16 * v + 8), 0);
		CHECK_EQ(bar3_rd(&b, 16 * v + 12), 1);
	}
	CHECK_EQ(bar3_rd(&b, 0x2000), 0);
	CHECK_EQ(bar3_rd(&b, 0x2004), 0);
	bed_close(&b);
}

TEST_ONCE(entries_writable)
{
	struct bed b;
	uint32_t v;

	msix_bed(&b, 0);
	for (v = 0; v < 5; v++) {
		entry_wr(&b, v, 0, 0xfee01000 + v * 4);
		entry_wr(&b, v, 1, 0x80 + v);
		entry_wr(&b, v, 2, 0xdeadbe00 + v);
		entry_wr(&b, v, 3, v & 1);
	}
	for (v = 0; v < 5; v++) {
		CHECK_EQ(bar3_rd(&b, 16 * v), 0xfee01000 + v * 4);
		CHECK_EQ(bar3_rd(&b, 16 * v + 4), 0x80 + v);
		CHECK_EQ(bar3_rd(&b, 16 * v + 8), 0xdeadbe00 + v);
		CHECK_EQ(bar3_rd(&b, 16 * v + 12) & 1, v & 1);
	}
	/* not behind the last, nor the pending bits */
	entry_wr(&b, 5, 0, 0x12345678);
	CHECK_EQ(bar3_rd(&b, 16 * 5), 0);
	avf_bar_write(b.h.dev, 3, 0x2000, "\xff\xff\xff\xff", 4);
	CHECK_EQ(bar3_rd(&b, 0x2000), 0);
	/* survives a VF reset, and disable and enable */
	avf_dev_reset(b.h.dev, AVF_RESET_VF);
	host_cfg_wr(&b.h, 0x72, MSIX_ENABLE, 2);
	host_cfg_wr(&b.h, 0x72, 0, 2);
	CHECK_EQ(bar3_rd(&b, 16 * 4 + 8), 0xdeadbe04);
	bed_close(&b);
}

static void unmask_all(struct bed *b)
{
	uint32_t v;

	for (v = 0; v < 5; v++)
		entry_wr(b, v, 3, 0);
}

/* Disabled: nothing, not even later. */
TEST_ONCE(disabled)
{
	struct bed b;
	uint32_t v;

	msix_bed(&b, 0);
	unmask_all(&b);
	for (v = 0; v < 5; v++)
		swint(&b, v);
	for (v = 0; v < 5; v++)
		CHECK_EQ(host_irqs(&b.h, (u16)v), 0);
	bed_close(&b);
}

TEST_ONCE(enabled)
{
	struct bed b;
	uint32_t v, round;

	msix_bed(&b, 0);
	unmask_all(&b);
	host_cfg_wr(&b.h, 0x72, MSIX_ENABLE, 2);
	for (round = 0; round < 3; round++) {
		for (v = 0; v < 5; v++) {
			swint(&b, v);
			CHECK_EQ(host_irqs(&b.h, (u16)v), 1);
		}
	}
	bed_close(&b);
}

/* Pending while masked by vector; exactly one message after unmask. */
TEST_ONCE(vector_mask)
{
	struct bed b;
	uint32_t v;

	msix_bed(&b, 0);
	unmask_all(&b);
	host_cfg_wr(&b.h, 0x72, MSIX_ENABLE, 2);
	for (v = 0; v < 5; v++) {
		entry_wr(&b, v, 3, 1);
		swint(&b, v);
		swint(&b, v);
		swint(&b, v);
		CHECK_EQ(host_irqs(&b.h, (u16)v), 0);
		CHECK_EQ(bar3_rd(&b, 0x2000), 1u << v);
		entry_wr(&b, v, 3, 0);
		CHECK_EQ(host_irqs(&b.h, (u16)v), 1);
		CHECK_EQ(bar3_rd(&b, 0x2000), 0);
		entry_wr(&b, v, 3, 1);
		entry_wr(&b, v, 3, 0);
		CHECK_EQ(host_irqs(&b.h, (u16)v), 0);
	}
	bed_close(&b);
}

TEST_ONCE(function_mask)
{
	struct bed b;
	uint32_t v;

	msix_bed(&b, 0);
	unmask_all(&b);
	host_cfg_wr(&b.h, 0x72, MSIX_ENABLE | MSIX_FMASK, 2);
	entry_wr(&b, 2, 3, 1);
	for (v = 0; v < 5; v++)
		swint(&b, v);
	for (v = 0; v < 5; v++)
		CHECK_EQ(host_irqs(&b.h, (u16)v), 0);
	CHECK_EQ(bar3_rd(&b, 0x2000), 0x1f);
	/* a vector unmasked below the function mask stays quiet */
	entry_wr(&b, 1, 3, 1);
	entry_wr(&b, 1, 3, 0);
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	host_cfg_wr(&b.h, 0x72, MSIX_ENABLE, 2);
	for (v = 0; v < 5; v++)
		CHECK_EQ_AT(host_irqs(&b.h, (u16)v), v != 2, v);
	CHECK_EQ(bar3_rd(&b, 0x2000), 1u << 2);
	entry_wr(&b, 2, 3, 0);
	CHECK_EQ(host_irqs(&b.h, 2), 1);
	bed_close(&b);
}

TEST_ONCE(bus_master_gates)
{
	struct bed b;

	msix_bed(&b, 0);
	unmask_all(&b);
	host_cfg_wr(&b.h, 0x72, MSIX_ENABLE, 2);
	host_cfg_wr(&b.h, 0x04, 0x0002, 2);
	swint(&b, 1);
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	bed_close(&b);
}

/* The VMM masks for itself: BAR3 does not gate. */
TEST_ONCE(vmm_owned)
{
	struct bed b;

	msix_bed(&b, AVF_PARAM_VMM_MSIX);
	host_cfg_wr(&b.h, 0x72, MSIX_ENABLE, 2);
	entry_wr(&b, 1, 3, 1);
	swint(&b, 1);
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	swint(&b, 0);
	CHECK_EQ(host_irqs(&b.h, 0), 1);
	bed_close(&b);
}

TEST_ONCE(any_width)
{
	struct bed b;
	uint8_t buf[16];

	msix_bed(&b, 0);
	memset(buf, 0xff, sizeof(buf));
	avf_bar_write(b.h.dev, 3, 0, buf, 8);
	CHECK_EQ(bar3_rd(&b, 4), 0xffffffff);
	avf_bar_write(b.h.dev, 3, 16, buf, 16);
	CHECK_EQ(bar3_rd(&b, 16 + 8), 0xffffffff);
	avf_bar_read(b.h.dev, 3, 0x2000, buf, 8);
	CHECK_EQ(get_le64(buf), 0);
	bed_close(&b);
}
