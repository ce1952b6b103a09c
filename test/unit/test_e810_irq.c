// SPDX-License-Identifier: GPL-2.0
/* The emulated E810: causes and vectors. */
#include "e810_bed.h"

static void open_adi(struct ebed *b)
{
	ebed_open(b);
	ebed_aq_on(b);
	ebed_adi(b, 5, 2, ebed_mac_a);
	e810_write(b->e, 0x150008, 0x40000004);		/* Rx: vector 4 */
	e810_write(b->e, 0x140008, 0x40000005);		/* Tx: vector 5 */
}

static void receive(struct ebed *b)
{
	uint8_t f[64];

	ebed_frame(f, ebed_mac_a, ebed_mac_x, 64, 1);
	e810_receive(b->e, f, 64);
}

TEST_ONCE(enabled_fires_once)
{
	struct ebed b;

	open_adi(&b);
	e810_write(b.e, 0x160010, 1);
	receive(&b);
	CHECK_EQ(b.msix[4], 1);
	CHECK_EQ(e810_read(b.e, 0x160010) & 1, 0);	/* automatic mask */
	receive(&b);
	receive(&b);
	CHECK_EQ(b.msix[4], 1);
	/* remembered, and sent when enabled, once */
	e810_write(b.e, 0x160010, 3);
	CHECK_EQ(b.msix[4], 2);
	e810_write(b.e, 0x160010, 3);
	CHECK_EQ(b.msix[4], 2);
	ebed_close(&b);
}

TEST_ONCE(disabled_causes)
{
	struct ebed b;

	open_adi(&b);
	e810_write(b.e, 0x150008, 4);			/* no cause enable */
	e810_write(b.e, 0x160010, 1);
	receive(&b);
	CHECK_EQ(b.msix[4], 0);
	e810_write(b.e, 0x150008, 0x40000000 | 64);	/* no such vector */
	receive(&b);
	CHECK(strstr(b.why, "vector 64 of 64"));
	ebed_close(&b);
}

TEST_ONCE(mask_bit_and_software)
{
	struct ebed b;

	open_adi(&b);
	e810_write(b.e, 0x160010, 1);
	e810_write(b.e, 0x160010, 0x80000000);	/* leaves "enabled" alone */
	CHECK_EQ(e810_read(b.e, 0x160010) & 1, 1);
	e810_write(b.e, 0x160010, 0x80000004);	/* by software */
	CHECK_EQ(b.msix[4], 1);
	e810_write(b.e, 0x160010, 4);		/* and while disabled */
	CHECK_EQ(b.msix[4], 1);
	e810_write(b.e, 0x160010, 1);
	CHECK_EQ(b.msix[4], 2);
	/* without the automatic mask it stays on */
	e810_write(b.e, 0x16cc54, 1);
	e810_write(b.e, 0x160010, 1);
	receive(&b);
	receive(&b);
	CHECK_EQ(b.msix[4], 4);
	e810_write(b.e, 0x160000 + 4 * 64, 1);
	CHECK(strstr(b.why, "vector 64 of 64"));
	ebed_close(&b);
}

/* A vector through its page of page space. */
TEST_ONCE(by_page)
{
	struct ebed b;

	open_adi(&b);
	e810_write(b.e, 0x03000000 + 4096 * 4, 1);
	receive(&b);
	CHECK_EQ(b.msix[4], 1);
	ebed_close(&b);
}

TEST_ONCE(transmit_reports)
{
	uint8_t f[64];
	struct ebed b;

	open_adi(&b);
	e810_write(b.e, 0x160014, 1);
	ebed_frame(f, ebed_mac_x, ebed_mac_a, 64, 1);
	ebed_send(&b, 2, 5, 0, f, 64);
	CHECK_EQ(b.msix[5], 1);
	ebed_close(&b);
}

TEST_ONCE(core_reset_is_told)
{
	struct ebed b;

	open_adi(&b);
	e810_write(b.e, 0x16c900, 0x100000);
	e810_write(b.e, 0x16ca80, 0x40000000);
	e810_write(b.e, 0x160000, 1);
	e810_core_reset(b.e);
	CHECK_EQ(b.msix[0], 1);
	CHECK_EQ(e810_read(b.e, 0x16ca00), 0x100000);
	CHECK_EQ(e810_read(b.e, 0xb8188), 5);
	ebed_close(&b);
	/* it forgets what waits; a PF reset, which keeps GLINT_DYN_CTL, not */
	open_adi(&b);
	receive(&b);
	e810_core_reset(b.e);
	e810_write(b.e, 0x160010, 1);
	CHECK_EQ(b.msix[4], 0);
	ebed_close(&b);
	open_adi(&b);
	receive(&b);
	e810_write(b.e, 0x91000, 1);
	e810_write(b.e, 0x160010, 1);
	CHECK_EQ(b.msix[4], 1);
	ebed_close(&b);
}

/* ---- mutations: each changes something a test can see */

/* Runs what shows @m under @on, which is @m or none: does it show? */
static bool sees(struct ebed *b, enum e810_mutation m, enum e810_mutation on)
{
	uint8_t f[64], props[128];
	unsigned int v, w, i;
	bool ok;

	ebed_open(b);
	e810_set_mutation(b->e, on);
	ebed_aq_on(b);
	v = ebed_adi(b, 5, 2, ebed_mac_a);
	w = ebed_adi(b, 6, 3, ebed_mac_b);
	switch (m) {
	case E810_MUT_no_pasid:
		ebed_frame(f, ebed_mac_x, ebed_mac_a, 64, 1);
		ebed_send(b, 2, 5, 0, f, 64);
		return b->last_pasid != 5;
	case E810_MUT_stale_pasid:
		ebed_frame(f, ebed_mac_a, ebed_mac_x, 64, 1);
		e810_receive(b->e, f, 64);
		CHECK_EQ(ebed_txq_off(b, 2), 0);
		e810_write(b->e, 0x120008, 0);
		ebed_props(props, 7, 2, 1);
		put16(props, 0x1000);
		CHECK_EQ(ebed_vsi_update(b, v, props), 0);
		CHECK(ebed_rxq(b, 2, 7));
		e810_receive(b->e, f, 64);
		return ebed_got(b, 2, 7, 0, NULL) != 64;
	case E810_MUT_fault_goes_on:
	case E810_MUT_fault_stops_all:
	case E810_MUT_fault_silent:
	case E810_MUT_wrong_victim:
		ebed_page(b, 5, EB_TXR + 0x2000, false);
		ebed_frame(f, ebed_mac_x, ebed_mac_a, 64, 1);
		ebed_send(b, 2, 5, 0, f, 64);
		ok = e810_read(b->e, 0xfc068) == (0x80000000u | 1 << 26 | 2);
		ebed_page(b, 5, EB_TXR + 0x2000, true);
		ebed_send(b, 2, 5, 0, f, 64);
		ok = ok && b->nout == 0;
		ebed_send(b, 3, 6, 0, f, 64);
		return !ok || b->nout != 1;
	case E810_MUT_reset_keeps_rx:
		e810_write(b->e, 0x91000, 1);
		return e810_read(b->e, 0x120008) & 4;
	case E810_MUT_reset_loses_pasid:
		e810_write(b->e, 0x91800 + 4 * v, 1);
		return e810_read(b->e, 0x9c000 + 4 * v) != 0x80000005;
	case E810_MUT_drain_lies:
		ebed_frame(f, ebed_mac_x, ebed_mac_a, 64, 1);
		ebed_send(b, 2, 5, 0, f, 64);
		e810_write(b->e, 0x9e600, v);
		return e810_read(b->e, 0x9e800) == 0;
	case E810_MUT_no_loopback:
		ebed_frame(f, ebed_mac_b, ebed_mac_a, 64, 1);
		ebed_send(b, 2, 5, 0, f, 64);
		return !ebed_got(b, 3, 6, 0, NULL);
	case E810_MUT_list_first_only: {
		uint8_t param[8] = { 1 }, l[12] = { 0 };

		put16(l, 3);
		put16(l + 2, 1);
		CHECK_EQ(ebed_in(b, 0x0208, param, l, 6), 0);
		i = get16(l + 4);
		memset(l, 0, sizeof(l));
		put16(l, 3);
		put16(l + 4, i);
		put16(l + 6, 2);
		put16(l + 8, v);
		put16(l + 10, w);
		CHECK_EQ(ebed_in(b, 0x02a1, param, l, 12), 0);
		CHECK(ebed_rule(b, 0, 3, 0, 0x24000 | i << 4, ebed_broadcast,
				0) > 0);
		ebed_frame(f, ebed_broadcast, ebed_mac_x, 64, 1);
		e810_receive(b->e, f, 64);
		return !ebed_got(b, 3, 6, 0, NULL);
	}
	case E810_MUT_no_anti_spoof:
		ebed_props(props, 5, 2, 1);
		put16(props, 2);
		props[6] = 4;
		CHECK_EQ(ebed_vsi_update(b, v, props), 0);
		ebed_frame(f, ebed_mac_x, ebed_mac_b, 64, 1);
		ebed_send(b, 2, 5, 0, f, 64);
		return b->nout;
	case E810_MUT_leak_vlan:
		ebed_props(props, 5, 2, 1);
		put16(props, 1);
		props[4] |= 1;
		CHECK_EQ(ebed_vsi_update(b, v, props), 0);
		ebed_frame(f, ebed_mac_a, ebed_mac_x, 64, 1);
		e810_receive(b->e, f, 64);
		return ebed_got(b, 2, 5, 0, NULL);
	case E810_MUT_no_tx_report:
		ebed_frame(f, ebed_mac_x, ebed_mac_a, 64, 1);
		ebed_send(b, 2, 5, 0, f, 64);
		return !ebed_sent(b, 2, 5, 0);
	case E810_MUT_lost_interrupt:
		e810_write(b->e, 0x150008, 0x40000004);
		ebed_frame(f, ebed_mac_a, ebed_mac_x, 64, 1);
		e810_receive(b->e, f, 64);
		e810_write(b->e, 0x160010, 1);
		return !b->msix[4];
	default:
		return false;
	}
}

TEST_ONCE(mutations_show)
{
	struct ebed b;
	unsigned int m;

	for (m = 1; m < E810_MUT_COUNT; m++) {
		if (!sees(&b, m, m))
			unit_fail(__FILE__, __LINE__, "%s cannot be seen",
				  e810_mutation_names[m]);
		ebed_close(&b);
		if (sees(&b, m, E810_MUT_none))
			unit_fail(__FILE__, __LINE__, "%s is always seen",
				  e810_mutation_names[m]);
		ebed_close(&b);
	}
	CHECK(!strcmp(e810_mutation_names[0], "none"));
}
