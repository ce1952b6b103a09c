// SPDX-License-Identifier: GPL-2.0
/* The emulated E810: VSIs, their PASID, reset and drain, the scheduler. */
#include "e810_bed.h"

static void open_on(struct ebed *b)
{
	ebed_open(b);
	ebed_aq_on(b);
}

static int add(struct ebed *b, const uint8_t *props, unsigned int type)
{
	uint8_t param[8] = { 0 }, copy[128];

	memcpy(copy, props, 128);
	put16(param + 6, type);
	return ebed_in(b, 0x0210, param, copy, 128);
}

TEST_ONCE(add_get_update_free)
{
	uint8_t props[128], param[8] = { 0 }, got[128];
	unsigned int v, w;
	struct ebed b;

	open_on(&b);
	v = ebed_vsi(&b, 5, 8, 4);
	CHECK(v > 1 && v < 768);
	CHECK_EQ(get16(b.desc + 20), 2);	/* used: the default one, too */
	CHECK_EQ(get16(b.desc + 22), 765);
	put16(param, 0x8000 | v);
	CHECK_EQ(ebed_out(&b, 0x0212, param, got, 128), 0);
	CHECK_EQ(get32(got + 100), 0x80000005);
	CHECK_EQ(get16(got + 30), 8);
	CHECK_EQ(e810_read(b.e, 0x9c000 + 4 * v), 0x80000005);
	/* only sections that are valid change */
	ebed_props(props, 9, 0, 1);
	put16(props, 0x1000);
	CHECK_EQ(ebed_vsi_update(&b, v, props), 0);
	CHECK_EQ(ebed_out(&b, 0x0212, param, got, 128), 0);
	CHECK_EQ(get32(got + 100), 0x80000009);
	CHECK_EQ(get16(got + 30), 8);
	/* another mapping; the default VSI keeps its queue 0 */
	ebed_props(props, 9, 20, 2);
	put16(props, 0x0040);
	CHECK_EQ(ebed_vsi_update(&b, v, props), 0);
	CHECK(ebed_rxq(&b, 0, E810_RID));
	e810_write(b.e, 0x120000, 0);
	ebed_props(props, 9, 8, 4);
	put16(props, 0x0040);
	CHECK_EQ(ebed_vsi_update(&b, v, props), 0);
	w = ebed_vsi(&b, 6, 12, 1);
	CHECK(w != v);
	CHECK_EQ(ebed_vsi_free(&b, v), 0);
	CHECK(ebed_rxq(&b, 0, E810_RID));
	e810_write(b.e, 0x120000, 0);
	CHECK_EQ(e810_read(b.e, 0x9c000 + 4 * v), 0);
	CHECK_EQ(ebed_out(&b, 0x0212, param, got, 128), 2);
	CHECK_EQ(ebed_vsi_free(&b, v), 2);
	CHECK_EQ(ebed_vsi_update(&b, v, props), 2);
	/* queue 0 is still the default VSI's, and so is its address space */
	CHECK(ebed_mac(&b, 1, ebed_mac_x) > 0);
	CHECK(ebed_rxq(&b, 0, E810_RID));
	memcpy(got, ebed_mac_x, 6);
	e810_receive(b.e, got, 64);
	CHECK_EQ(b.last_pasid, E810_RID);
	CHECK_EQ(ebed_got(&b, 0, E810_RID, 0, NULL), 64);
	/* numbers are used again, queues as well */
	CHECK_EQ(ebed_vsi(&b, 7, 8, 4), v);
	ebed_close(&b);
}

TEST_ONCE(reserved_bits)
{
	/* byte, bits in it that are reserved */
	static const uint8_t bad[][2] = {
		{ 1, 0x02 }, { 1, 0x04 }, { 1, 0x20 }, { 1, 0x80 }, { 3, 0x01 },
		{ 3, 0x10 }, { 4, 0x20 }, { 5, 0x40 }, { 6, 0x02 }, { 6, 0x08 },
		{ 7, 0x01 }, { 10, 1 }, { 11, 1 }, { 12, 0x20 }, { 13, 1 },
		{ 15, 1 }, { 19, 1 }, { 23, 1 }, { 27, 1 }, { 28, 2 },
		{ 29, 1 }, { 81, 1 }, { 83, 1 }, { 87, 1 }, { 88, 1 },
		{ 89, 1 }, { 102, 0x10 }, { 103, 0x40 }, { 104, 1 },
		{ 127, 0x80 },
	};
	uint8_t props[128];
	struct ebed b;
	size_t i;

	open_on(&b);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ebed_props(props, 5, 8, 1);
		props[bad[i][0]] |= bad[i][1];
		CHECK_EQ_AT(add(&b, props, 1), 14, bad[i][0]);
		CHECK(strstr(b.why, "reserved"));
	}
	ebed_props(props, 5, 8, 1);
	CHECK_EQ(add(&b, props, 1), 0);
	ebed_close(&b);
}

TEST_ONCE(wrong_parameters)
{
	uint8_t props[128], param[8] = { 0 };
	struct ebed b;
	unsigned int v;

	open_on(&b);
	ebed_props(props, 5, 8, 1);
	CHECK_EQ(add(&b, props, 0), 14);	/* VF: not here */
	CHECK_EQ(add(&b, props, 3), 14);
	CHECK_EQ(add(&b, props, 4), 14);
	param[4] = 1;				/* a VF's id */
	put16(param + 6, 1);
	CHECK_EQ(ebed_in(&b, 0x0210, param, props, 128), 14);
	param[4] = 0;
	put16(param, 7);			/* a number, not marked valid */
	CHECK_EQ(ebed_in(&b, 0x0210, param, props, 128), 14);
	put16(param, 0x8000 | 768);
	CHECK_EQ(ebed_in(&b, 0x0210, param, props, 128), 14);
	put16(param, 0x8000 | 1);		/* in use */
	CHECK_EQ(ebed_in(&b, 0x0210, param, props, 128), 14);
	put16(param, 0x8000 | 77);
	CHECK_EQ(ebed_in(&b, 0x0210, param, props, 128), 0);
	CHECK_EQ(get16(b.desc + 16), 77);
	/* another switch, queues of another VSI, too many, none */
	ebed_props(props, 5, 20, 1);
	props[2] = 2;
	CHECK_EQ(add(&b, props, 1), 14);
	ebed_props(props, 5, 8, 1);
	CHECK_EQ(add(&b, props, 1), 14);
	ebed_props(props, 5, 7, 2);
	CHECK_EQ(add(&b, props, 1), 14);
	ebed_props(props, 5, 2047, 2);
	CHECK_EQ(add(&b, props, 1), 14);
	ebed_props(props, 5, 20, 0);
	CHECK_EQ(add(&b, props, 1), 14);
	ebed_props(props, 5, 0, 1);		/* the default VSI's */
	CHECK_EQ(add(&b, props, 1), 14);
	/* a PASID that is there but not valid */
	ebed_props(props, 5, 20, 1);
	props[103] = 0;
	CHECK_EQ(add(&b, props, 1), 14);
	/* without VALID an existing VSI is not found */
	memset(param, 0, sizeof(param));
	put16(param, 77);
	CHECK_EQ(ebed_in(&b, 0x0211, param, props, 128), 2);
	v = ebed_vsi(&b, 1, 30, 16);
	/* scattered queues: sixteen at most */
	ebed_props(props, 5, 0, 0);
	put16(props + 28, 1);
	put16(props + 30, 100);
	put16(props + 32, 50);
	put16(props + 62, 1 << 11);		/* two queues */
	CHECK_EQ(add(&b, props, 1), 0);
	put16(props + 62, 5 << 11);
	CHECK_EQ(add(&b, props, 1), 14);
	(void)v;
	ebed_close(&b);
}

TEST_ONCE(all_vsis)
{
	uint8_t props[128];
	struct ebed b;
	unsigned int i;

	open_on(&b);
	for (i = 0; i < 766; i++) {
		ebed_props(props, (int32_t)i + 1, i + 1, 1);
		CHECK_EQ_AT(add(&b, props, 1), 0, i);
	}
	ebed_props(props, 999, 1500, 1);
	CHECK_EQ(add(&b, props, 1), 16);
	/* clear: all gone, the default one as well */
	CHECK_EQ(ebed_direct(&b, 0x02a4, NULL), 0);
	for (i = 0; i < 767; i++) {
		ebed_props(props, (int32_t)i + 1, i, 1);
		CHECK_EQ_AT(add(&b, props, 1), 0, i);
	}
	ebed_close(&b);
}

/* A queue context needs a VSI, and the VSI cannot go or move before it. */
TEST_ONCE(order_of_life)
{
	uint8_t param[8] = { 1 }, buf[56], props[128];
	unsigned int v;
	struct ebed b;

	open_on(&b);
	ebed_txq_buf(buf, ebed_qgroup(&b), 2, 40, false);
	CHECK_EQ(ebed_in(&b, 0x0c30, param, buf, 56), 14);
	CHECK(strstr(b.why, "no such source VSI"));
	CHECK(!ebed_rxq(&b, 2, E810_RID));
	CHECK(strstr(b.why, "no VSI has it"));
	v = ebed_vsi(&b, 5, 2, 1);
	CHECK_EQ(ebed_txq(&b, 2, v), 0);
	CHECK(ebed_rxq(&b, 2, 5));
	CHECK_EQ(ebed_vsi_free(&b, v), 12);
	CHECK_EQ(ebed_direct(&b, 0x02a4, NULL), 12);
	ebed_props(props, 6, 2, 1);
	CHECK_EQ(ebed_vsi_update(&b, v, props), 14);	/* another PASID */
	ebed_props(props, 5, 2, 2);
	CHECK_EQ(ebed_vsi_update(&b, v, props), 14);	/* other queues */
	ebed_props(props, 5, 2, 1);
	props[4] |= 1;
	CHECK_EQ(ebed_vsi_update(&b, v, props), 0);
	CHECK_EQ(ebed_txq_off(&b, 2), 0);
	CHECK_EQ(ebed_vsi_free(&b, v), 12);		/* the other one */
	e810_write(b.e, 0x120000 + 8, 0);
	CHECK_EQ(ebed_vsi_free(&b, v), 0);
	ebed_close(&b);
}

/* A rule or a list with the VSI keeps it, too. */
TEST_ONCE(rules_keep_it)
{
	uint8_t param[8] = { 1 }, p[32] = { 0 };
	struct ebed b;
	unsigned int v;
	int rule;

	open_on(&b);
	v = ebed_vsi(&b, 5, 2, 1);
	rule = ebed_mac(&b, v, ebed_mac_a);
	CHECK(rule > 0);
	CHECK_EQ(ebed_vsi_free(&b, v), 12);
	put16(p, 1);
	put16(p + 12, (uint32_t)rule);
	CHECK_EQ(ebed_in(&b, 0x02a2, param, p, 16), 0);
	CHECK_EQ(ebed_vsi_free(&b, v), 0);
	ebed_close(&b);
}

/*
 * VSI reset: triggered, polled, released. Queues are off and stay off while
 * the trigger is set; the PASID stays.
 */
TEST_ONCE(reset_of_one)
{
	const uint8_t *p;
	uint8_t frame[64];
	unsigned int v, w;
	struct ebed b;

	open_on(&b);
	v = ebed_adi(&b, 5, 2, ebed_mac_a);
	w = ebed_adi(&b, 6, 3, ebed_mac_b);
	(void)w;
	e810_write(b.e, 0x91800 + 4 * v, 1);
	CHECK_EQ(e810_read(b.e, 0x92800 + 4 * v), 0);
	CHECK_EQ(e810_read(b.e, 0x92800 + 4 * v), 0);
	CHECK_EQ(e810_read(b.e, 0x92800 + 4 * v), 1);
	CHECK_EQ(e810_read(b.e, 0x120000 + 8), 0);
	e810_write(b.e, 0x120000 + 8, 1);
	CHECK_EQ(e810_read(b.e, 0x120000 + 8) & 4, 0);
	CHECK_EQ(ebed_txq_off(&b, 2), 0);
	CHECK_EQ(ebed_txq(&b, 2, v), 14);
	e810_write(b.e, 0x91800 + 4 * v, 0);
	CHECK_EQ(e810_read(b.e, 0x92800 + 4 * v), 0);
	CHECK_EQ(e810_read(b.e, 0x9c000 + 4 * v), 0x80000005);
	CHECK(ebed_rxq(&b, 2, 5));
	CHECK_EQ(ebed_txq(&b, 2, v), 0);
	/* the other one never noticed */
	CHECK_EQ(e810_read(b.e, 0x120000 + 12) & 4, 4);
	ebed_frame(frame, ebed_mac_a, ebed_mac_b, 64, 1);
	ebed_send(&b, 3, 6, 0, frame, 64);
	CHECK_EQ(ebed_got(&b, 2, 5, 0, &p), 64);
	/* of a VSI that is not: a mistake */
	e810_write(b.e, 0x91800 + 4 * 700, 1);
	CHECK(strstr(b.why, "there is not"));
	ebed_close(&b);
}

/* What is on PCIe is pending for some polls after the queues are off. */
TEST_ONCE(drain)
{
	struct e810_fault_plan plan = { E810_FAULT_DRAIN, 0, 0, 0 };
	uint8_t frame[64];
	unsigned int v;
	struct ebed b;

	open_on(&b);
	v = ebed_adi(&b, 5, 2, ebed_mac_a);
	e810_write(b.e, 0x9e600, v);
	CHECK_EQ(e810_read(b.e, 0x9e800), 0);
	ebed_frame(frame, ebed_mac_x, ebed_mac_a, 64, 1);
	ebed_send(&b, 2, 5, 0, frame, 64);
	CHECK_EQ(e810_read(b.e, 0x9e800), 0x20);
	CHECK_EQ(e810_read(b.e, 0x9e800), 0x20);	/* queues still on */
	CHECK_EQ(e810_read(b.e, 0x9e800), 0x20);
	CHECK_EQ(e810_read(b.e, 0x9e800), 0x20);
	CHECK_EQ(e810_read(b.e, 0x9e800), 0x20);
	CHECK_EQ(e810_read(b.e, 0x9e480), 0);
	CHECK_EQ(ebed_txq_off(&b, 2), 0);
	e810_write(b.e, 0x120000 + 8, 0);
	CHECK_EQ(e810_read(b.e, 0x9e800), 0x20);
	CHECK_EQ(e810_read(b.e, 0x9e800), 0x20);
	CHECK_EQ(e810_read(b.e, 0x9e800), 0x20);
	CHECK_EQ(e810_read(b.e, 0x9e800), 0);
	CHECK_EQ(e810_read(b.e, 0x9e480), 1);

	/* one that never ends */
	CHECK_EQ(ebed_txq(&b, 2, v), 0);
	e810_set_fault(b.e, &plan);
	ebed_send(&b, 2, 5, 0, frame, 64);
	CHECK_EQ(ebed_txq_off(&b, 2), 0);
	CHECK_EQ(e810_read(b.e, 0x9e800), 0x20);
	for (unsigned int i = 0; i < 100; i++)
		CHECK_EQ(e810_read(b.e, 0x9e800), 0x20);
	ebed_close(&b);
}

TEST_ONCE(free_before_drain_is_told)
{
	uint8_t frame[64], param[8] = { 1 }, p[32] = { 0 };
	uint64_t before;
	unsigned int v;
	struct ebed b;

	open_on(&b);
	v = ebed_adi(&b, 5, 2, ebed_mac_a);
	ebed_frame(frame, ebed_mac_x, ebed_mac_a, 64, 1);
	ebed_send(&b, 2, 5, 0, frame, 64);
	CHECK_EQ(ebed_txq_off(&b, 2), 0);
	e810_write(b.e, 0x120000 + 8, 0);
	put16(p, 1);
	put16(p + 12, 1);
	CHECK_EQ(ebed_in(&b, 0x02a2, param, p, 16), 0);
	before = e810_counts(b.e)->mistakes;
	CHECK_EQ(ebed_vsi_free(&b, v), 0);
	CHECK_EQ(e810_counts(b.e)->mistakes, before + 1);
	CHECK(strstr(b.why, "drained"));
	ebed_close(&b);
}

TEST_ONCE(reset_that_never_ends)
{
	struct e810_fault_plan plan = { E810_FAULT_VSI_RESET, 0, 0, 0 };
	struct ebed b;
	unsigned int v, i;

	open_on(&b);
	v = ebed_vsi(&b, 5, 2, 1);
	e810_set_fault(b.e, &plan);
	e810_write(b.e, 0x91800 + 4 * v, 1);
	for (i = 0; i < 1000; i++)
		CHECK_EQ(e810_read(b.e, 0x92800 + 4 * v), 0);
	e810_write(b.e, 0x91800 + 4 * v, 0);
	e810_write(b.e, 0x91800 + 4 * v, 1);
	for (i = 0; i < 2; i++)
		CHECK_EQ(e810_read(b.e, 0x92800 + 4 * v), 0);
	CHECK_EQ(e810_read(b.e, 0x92800 + 4 * v), 1);
	ebed_close(&b);
}

/* After a PF reset nothing is left but the default; no queue is on. */
TEST_ONCE(pf_reset)
{
	uint8_t param[8] = { 0 }, got[128];
	struct ebed b;
	unsigned int v;

	open_on(&b);
	v = ebed_adi(&b, 5, 2, ebed_mac_a);
	e810_write(b.e, 0x91000, 1);
	CHECK_EQ(e810_read(b.e, 0x120000 + 8), 0);
	CHECK_EQ(e810_read(b.e, 0x9c000 + 4 * v), 0);
	put16(param, 0x8000 | v);
	CHECK_EQ(ebed_out(&b, 0x0212, param, got, 128), 2);
	put16(param, 0x8000 | 1);
	CHECK_EQ(ebed_out(&b, 0x0212, param, got, 128), 0);
	CHECK_EQ(get32(got + 100), 0);
	e810_write(b.e, 0x120000 + 8, 1);	/* its VSI is gone */
	CHECK_EQ(e810_read(b.e, 0x120000 + 8) & 4, 0);
	e810_write(b.e, 0x2c0000 + 8, 1);
	ebed_run(&b);
	CHECK_EQ(b.nout, 0);
	/* and the order begins anew */
	v = ebed_adi(&b, 7, 2, ebed_mac_a);
	CHECK_EQ(e810_read(b.e, 0x9c000 + 4 * v), 0x80000007);
	/* an FLR does the same, at once */
	e810_flr(b.e);
	CHECK_EQ(e810_read(b.e, 0x91000), 0);
	CHECK_EQ(e810_read(b.e, 0x9c000 + 4 * v), 0);
	ebed_close(&b);
}
