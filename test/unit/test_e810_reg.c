// SPDX-License-Identifier: GPL-2.0
/* The emulated E810: its register file, page space, what resets clear. */
#include "e810_bed.h"

static const struct row {
	const char *name;
	uint32_t offset, dwords, wmask, reset;
} rows[] = {
#define E810_REG(name, offset, dwords, wmask, reset, scope) \
	{ #name, offset, dwords, wmask, reset },
#include "e810_regs.def"
#undef E810_REG
};

TEST_ONCE(table_is_in_order)
{
	size_t i;

	for (i = 1; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].offset < rows[i - 1].offset +
		    4 * rows[i - 1].dwords)
			unit_fail(__FILE__, __LINE__, "%s overlaps %s",
				  rows[i].name, rows[i - 1].name);
		CHECK_EQ(rows[i].offset % 4, 0);
	}
}

/* Each register reads as the table says, first and last of an array. */
TEST_ONCE(reset_values)
{
	struct ebed b;
	size_t i;

	ebed_open(&b);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!strcmp(rows[i].name, "GLINT_VECT2FUNC") ||
		    !strcmp(rows[i].name, "PFPCI_VM_FLUSH_DONE"))
			continue;
		CHECK_EQ_AT(e810_read(b.e, rows[i].offset), rows[i].reset, i);
		CHECK_EQ_AT(e810_read(b.e, rows[i].offset +
				      4 * (rows[i].dwords - 1)),
			    rows[i].reset, i);
	}
	/* nothing to flush is flushed */
	CHECK_EQ(e810_read(b.e, 0x9e480), 1);
	/* vectors belong to function 0 */
	CHECK_EQ(e810_read(b.e, 0x162000), 0x10000);
	CHECK_EQ(e810_read(b.e, 0x162000 + 4 * 64), 0);
	CHECK_EQ(e810_counts(b.e)->bad_registers, 0);
	ebed_close(&b);
}

TEST_ONCE(only_writable_bits_change)
{
	struct ebed b;

	ebed_open(&b);
	e810_write(b.e, 0x80000, 0xffffffff);		/* ATQBAL */
	CHECK_EQ(e810_read(b.e, 0x80000), 0xffffffc0);
	e810_write(b.e, 0x290000, 0xffffffff);		/* QRX_TAIL */
	CHECK_EQ(e810_read(b.e, 0x290000), 0x1fff);
	CHECK_EQ(e810_counts(b.e)->mistakes, 1);
	e810_write(b.e, 0xb6100, 0xffffffff);		/* GLNVM_GENS */
	CHECK_EQ(e810_read(b.e, 0xb6100), 0x20);
	CHECK_EQ(e810_counts(b.e)->mistakes, 2);
	ebed_close(&b);
}

TEST_ONCE(what_is_no_register)
{
	static const uint32_t none[] = {
		0, 0x7ffc, 0x80004, 0xb6004, 0x292000, 0x480000 + 4 * 2048,
		0x01fffffc, 0x02000000,	/* mailbox page: not emulated */
		0x04000000 + (2048u << 12), 0x07ffffff & ~3u,
	};
	struct ebed b;
	size_t i;

	ebed_open(&b);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		CHECK_EQ_AT(e810_read(b.e, none[i]), 0, none[i]);
		e810_write(b.e, none[i], 0xffffffff);
		CHECK_EQ_AT(e810_read(b.e, none[i]), 0, none[i]);
		CHECK_EQ_AT(e810_counts(b.e)->bad_registers, 3 * i + 3,
			    none[i]);
	}
	ebed_close(&b);
}

TEST_ONCE(page_space)
{
	struct ebed b;

	ebed_open(&b);
	/* vector control: DYN_CTL, then three ITRs */
	e810_write(b.e, 0x03000000 + 5 * 4096, 0x80000018);
	CHECK_EQ(e810_read(b.e, 0x160000 + 4 * 5), 0x18);
	CHECK_EQ(e810_read(b.e, 0x03000000 + 5 * 4096), 0x18);
	e810_write(b.e, 0x03000000 + 5 * 4096 + 8, 0x32);
	CHECK_EQ(e810_read(b.e, 0x154000 + 8192 + 4 * 5), 0x32);
	e810_write(b.e, 0x03000000, 0x80000008);	/* the first page */
	CHECK_EQ(e810_read(b.e, 0x160000), 8);
	/* receive tail; AVF's ITR registers would be at 0x800 of this page */
	e810_write(b.e, 0x03800000 + 7 * 4096, 9);
	CHECK_EQ(e810_read(b.e, 0x290000 + 4 * 7), 9);
	CHECK_EQ(e810_counts(b.e)->pages[0], 1);
	e810_write(b.e, 0x03800000 + 7 * 4096 + 0x800, 3);
	CHECK_EQ(e810_read(b.e, 0x290000 + 4 * 7), 9);
	CHECK_EQ(e810_counts(b.e)->page_ignored, 1);
	/* transmit doorbell, to a queue that is off: told apart */
	CHECK_EQ(e810_counts(b.e)->mistakes, 0);
	e810_write(b.e, 0x04000000 + 3 * 4096, 1);
	CHECK_EQ(e810_counts(b.e)->pages[1], 1);
	CHECK_EQ(e810_counts(b.e)->mistakes, 1);
	e810_write(b.e, 0x04000000 + 3 * 4096 + 4, 1);
	CHECK_EQ(e810_counts(b.e)->page_ignored, 2);
	CHECK_EQ(e810_counts(b.e)->bad_registers, 0);
	ebed_close(&b);
}

/*
 * By the reset sources of the public headers: QRX_CTRL goes with a PF reset,
 * QRXFLXP_CNTXT and the receive context with a core reset, the admin queue's
 * registers with neither.
 */
TEST_ONCE(what_a_reset_clears)
{
	struct ebed b;

	ebed_open(&b);
	ebed_aq_on(&b);
	e810_write(b.e, 0x480000, 0x702);
	e810_write(b.e, 0x280000, 0x1234);
	e810_write(b.e, 0x22e200, 0x80000040);
	e810_write(b.e, 0x91000, 1);
	CHECK_EQ(e810_read(b.e, 0x91000), 1);	/* two polls find it set */
	CHECK_EQ(e810_read(b.e, 0x91000), 1);
	CHECK_EQ(e810_read(b.e, 0x91000), 0);
	CHECK_EQ(e810_counts(b.e)->pf_resets, 1);
	CHECK_EQ(e810_read(b.e, 0x480000), 0x702);
	CHECK_EQ(e810_read(b.e, 0x280000), 0x1234);
	CHECK_EQ(e810_read(b.e, 0x22e200), 0);
	CHECK_EQ(e810_read(b.e, 0x80200), 0x80000000u | EB_AQ_LEN);

	e810_write(b.e, 0xb8190, 1);
	CHECK_EQ(e810_counts(b.e)->core_resets, 1);
	CHECK_EQ(e810_read(b.e, 0xb8188), 5);	/* core reset, under way */
	CHECK_EQ(e810_read(b.e, 0xb8188), 5);
	CHECK_EQ(e810_read(b.e, 0xb8188), 4);
	CHECK_EQ(e810_read(b.e, 0x480000), 0);
	CHECK_EQ(e810_read(b.e, 0x280000), 0);
	CHECK_EQ(e810_read(b.e, 0x80200), 0x80000000u | EB_AQ_LEN);

	e810_cold_reset(b.e);
	CHECK_EQ(e810_read(b.e, 0x80200), 0);
	CHECK_EQ(e810_counts(b.e)->core_resets, 0);
	ebed_close(&b);
}
