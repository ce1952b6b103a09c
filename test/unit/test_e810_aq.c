// SPDX-License-Identifier: GPL-2.0
/* The emulated E810: admin queue, its events, faults to order. */
#include "e810_bed.h"

static void open_on(struct ebed *b)
{
	ebed_open(b);
	ebed_aq_on(b);
}

static uint64_t mistakes(struct ebed *b)
{
	return e810_counts(b->e)->mistakes;
}

TEST_ONCE(version_and_ring_wrap)
{
	struct ebed b;
	unsigned int i;

	open_on(&b);
	for (i = 0; i < 3 * EB_AQ_LEN; i++) {
		CHECK_EQ(ebed_direct(&b, 0x0001, NULL), 0);
		CHECK_EQ(get16(b.desc), 0x2003);	/* DD, CMP; SI kept */
		CHECK_EQ(get32(b.desc + 8), 0xc0ffee00 + i % EB_AQ_LEN);
		CHECK_EQ(b.desc[16 + 13], 1);		/* API major */
		CHECK_EQ(e810_read(b.e, 0x80300), (i + 1) % EB_AQ_LEN);
	}
	CHECK_EQ(e810_counts(b.e)->commands, 3 * EB_AQ_LEN);
	CHECK_EQ(mistakes(&b), 0);
	ebed_close(&b);
}

/* Nothing is completed while the store to the tail is under way. */
TEST_ONCE(completion_comes_later)
{
	struct ebed b;
	uint8_t *d;

	open_on(&b);
	d = ebed_mem(&b, E810_RID, EB_ATQ);
	put16(d, 0x2000);
	put16(d + 2, 1);
	b.kicks = 0;
	e810_write(b.e, 0x80400, 1);
	CHECK_EQ(b.kicks, 1);
	CHECK_EQ(get16(d), 0x2000);
	ebed_run(&b);
	CHECK_EQ(get16(d), 0x2003);
	ebed_close(&b);
}

TEST_ONCE(unknown_opcodes)
{
	static const uint16_t ops[] = {
		0, 0x0004, 0x000c, 0x0203, 0x0214, 0x0290, 0x02a3, 0x0402,
		0x0408, 0x0701, 0x0801, 0x0b02, 0x0c32, 0x0c40, 0xff30, 0xffff,
	};
	struct ebed b;
	size_t i;

	open_on(&b);
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		CHECK_EQ_AT(ebed_direct(&b, ops[i], NULL), 17, ops[i]);
		CHECK_EQ_AT(get16(b.desc), 0x2007, ops[i]);
		CHECK_EQ_AT(mistakes(&b), i + 1, ops[i]);
	}
	CHECK_EQ(e810_counts(b.e)->refused, i);
	ebed_close(&b);
}

TEST_ONCE(flags)
{
	uint8_t buf[1024] = { 0 };
	struct ebed b;
	unsigned int bit;

	open_on(&b);
	/* flags that are for answers only, or nothing */
	for (bit = 0; bit < 12; bit++) {
		if (bit == 9 || bit == 10)
			continue;
		CHECK_EQ_AT(ebed_cmd_flags(&b, 0x0001, NULL, NULL, 0,
					   (uint16_t)(1u << bit)), 14, bit);
	}
	/* a direct command with a buffer, an indirect one without */
	CHECK_EQ(ebed_out(&b, 0x0001, NULL, buf, 8), 14);
	CHECK_EQ(ebed_direct(&b, 0x0107, NULL), 14);
	/* RD where the device only writes, none where it reads */
	CHECK_EQ(ebed_in(&b, 0x0107, NULL, buf, 32), 14);
	CHECK_EQ(ebed_out(&b, 0x0210, NULL, buf, 128), 14);
	CHECK_EQ(ebed_cmd_flags(&b, 0x0001, NULL, NULL, 0, 0x0400), 14);
	/* LB is for large buffers; iPXE never sets it */
	CHECK_EQ(ebed_cmd_flags(&b, 0x000a, NULL, buf, 1024, 0x1000), 0);
	CHECK_EQ(ebed_cmd_flags(&b, 0x000a, NULL, buf, 512, 0x1200), 14);
	CHECK_EQ(ebed_cmd_flags(&b, 0x000a, NULL, buf, 1024, 0x1200), 0);
	CHECK_EQ(ebed_cmd_flags(&b, 0x000a, NULL, buf, 512, 0x1000), 0);
	/* lengths */
	CHECK_EQ(ebed_out(&b, 0x0107, NULL, buf, 7), 14);
	CHECK_EQ(ebed_out(&b, 0x0107, NULL, buf, 8), 0);
	CHECK_EQ(ebed_out(&b, 0x0212, NULL, buf, 127), 14);
	CHECK_EQ(mistakes(&b), e810_counts(b.e)->refused);
	ebed_close(&b);
}

/* Every parameter byte that a command does not have refuses it. */
TEST_ONCE(reserved_parameters)
{
	static const struct {
		uint16_t opcode;
		uint16_t known;		/* bit i: byte i means something */
		uint16_t len;
		bool in;
	} cmds[] = {
		{ 0x0001, 0x0000, 0, false },
		{ 0x0003, 0x000f, 0, false },
		{ 0x0107, 0x0000, 32, false },
		{ 0x000a, 0x0000, 512, false },
		{ 0x0110, 0x0001, 0, false },
		{ 0x0200, 0x000c, 6, false },
		{ 0x0210, 0x00df, 128, true },
		{ 0x0211, 0x0003, 128, true },
		{ 0x0213, 0x000f, 0, false },
		{ 0x02a0, 0x0003, 32, true },
		{ 0x02a4, 0x0000, 0, false },
		{ 0x0400, 0x0001, 256, false },
		{ 0x0401, 0x0003, 32, true },
		{ 0x0412, 0x0000, 512, false },
		{ 0x0605, 0x0005, 0, false },
		{ 0x0607, 0x000d, 32, false },
		{ 0x0c30, 0x0001, 56, true },
		{ 0x0c31, 0x000f, 8, true },
	};
	uint8_t param[16], buf[512];
	struct ebed b;
	unsigned int byte;
	size_t i;
	int rc;

	open_on(&b);
	for (i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++)
		for (byte = 0; byte < (cmds[i].len ? 8 : 16); byte++) {
			if (cmds[i].known >> byte & 1)
				continue;
			memset(param, 0, sizeof(param));
			memset(buf, 0, sizeof(buf));
			param[byte] = 0x80;
			if (!cmds[i].len)
				rc = ebed_direct(&b, cmds[i].opcode, param);
			else
				rc = (cmds[i].in ? ebed_in : ebed_out)(
					&b, cmds[i].opcode, param, buf,
					cmds[i].len);
			CHECK_EQ_AT(rc, 14, cmds[i].opcode << 8 | byte);
			CHECK(strstr(b.why, "reserved parameter"));
		}
	ebed_close(&b);
}

TEST_ONCE(bad_memory)
{
	uint8_t buf[32] = { 0 };
	struct ebed b;

	open_on(&b);
	ebed_page(&b, E810_RID, EB_AQ_BUF, false);
	CHECK_EQ(ebed_in(&b, 0x0210, NULL, ebed_mem(&b, 99, 0), 128), 20);
	CHECK_EQ(ebed_out(&b, 0x0107, NULL, buf, 32), 20);
	CHECK_EQ(e810_counts(b.e)->dma_faults, 2);
	/* a descriptor that cannot be read stops the ring, with its bit */
	ebed_page(&b, E810_RID, EB_ATQ, false);
	CHECK_EQ(ebed_direct(&b, 0x0001, NULL), -1);
	CHECK_EQ(e810_read(b.e, 0x80200), 0x40000000u | EB_AQ_LEN);
	ebed_page(&b, E810_RID, EB_ATQ, true);
	CHECK_EQ(ebed_direct(&b, 0x0001, NULL), -1);
	ebed_aq_on(&b);
	CHECK_EQ(ebed_direct(&b, 0x0001, NULL), 0);
	ebed_close(&b);
}

TEST_ONCE(bad_ring)
{
	struct ebed b;

	open_on(&b);
	e810_write(b.e, 0x80400, EB_AQ_LEN);	/* tail beyond the ring */
	ebed_run(&b);
	CHECK_EQ(e810_read(b.e, 0x80200), 0x40000000u | EB_AQ_LEN);
	CHECK_EQ(e810_counts(b.e)->commands, 0);
	ebed_aq_on(&b);
	e810_write(b.e, 0x80300, EB_AQ_LEN);	/* head beyond it */
	e810_write(b.e, 0x80400, 1);
	ebed_run(&b);
	CHECK_EQ(e810_read(b.e, 0x80200), 0x40000000u | EB_AQ_LEN);
	CHECK_EQ(e810_counts(b.e)->commands, 0);
	ebed_aq_on(&b);
	e810_write(b.e, 0x80200, 0x80000000u);	/* enabled without length */
	e810_write(b.e, 0x80400, 1);
	ebed_run(&b);
	CHECK_EQ(e810_read(b.e, 0x80200), 0x40000000u);
	ebed_close(&b);
}

TEST_ONCE(link_events)
{
	uint8_t param[8] = { 0 }, buf[32], mask[16] = { 0 };
	uint8_t *d, *ev;
	struct ebed b;

	open_on(&b);
	put16(param + 2, 3);		/* tell me of changes */
	CHECK_EQ(ebed_out(&b, 0x0607, param, buf, 32), 0);
	CHECK_EQ(get16(b.desc + 18), 1);
	CHECK_EQ(buf[2] & 0x61, 0x61);	/* up, up at the port, media */
	CHECK_EQ(get16(buf + 10), 0x80);	/* 25 Gbit/s */
	d = ebed_mem(&b, E810_RID, EB_ARQ);
	ev = ebed_mem(&b, E810_RID, EB_EV_BUF);
	/* the mask hides all until the driver says otherwise */
	e810_set_link(b.e, false);
	ebed_run(&b);
	CHECK_EQ(e810_read(b.e, 0x80380), 0);
	e810_set_link(b.e, true);
	put16(mask + 8, 0xfffd);
	CHECK_EQ(ebed_direct(&b, 0x0613, mask), 0);
	e810_set_link(b.e, false);
	ebed_run(&b);
	CHECK_EQ(e810_read(b.e, 0x80380), 1);
	CHECK_EQ(get16(d), 0x1003);
	CHECK_EQ(get16(d + 2), 0x0607);
	CHECK_EQ(get32(d + 28), EB_BASE + EB_EV_BUF);
	CHECK_EQ(ev[2] & 1, 0);
	e810_set_link(b.e, true);
	ebed_run(&b);
	CHECK_EQ(get16(d + 32 + 2), 0x0607);
	CHECK_EQ(ebed_mem(&b, E810_RID, EB_EV_BUF + 512)[2] & 1, 1);
	CHECK_EQ(mistakes(&b), 0);
	ebed_close(&b);
}

/* Events wait for room, up to a limit. */
TEST_ONCE(events_wait)
{
	uint8_t param[8] = { 0 }, buf[32], mask[16] = { 0 };
	struct ebed b;
	unsigned int i;

	open_on(&b);
	put16(param + 2, 3);
	CHECK_EQ(ebed_out(&b, 0x0607, param, buf, 32), 0);
	CHECK_EQ(ebed_direct(&b, 0x0613, mask), 0);
	for (i = 0; i < EB_AQ_LEN - 1 + 16 + 2; i++) {
		e810_set_link(b.e, i & 1);
		ebed_run(&b);
	}
	CHECK_EQ(e810_read(b.e, 0x80380), EB_AQ_LEN - 1);
	CHECK_EQ(e810_counts(b.e)->events_lost, 2);
	for (i = 0; i < EB_AQ_LEN; i++) {
		uint8_t *d = ebed_mem(&b, E810_RID, EB_ARQ + 32 * i);

		memset(d, 0, 32);
		put16(d, 0x1000);
		put16(d + 4, i == 3 ? 31 : 512);
		put32(d + 28, (uint32_t)(EB_BASE + EB_EV_BUF + 512 * i));
	}
	e810_write(b.e, 0x80480, EB_AQ_LEN - 2);
	ebed_run(&b);
	/* the descriptor with too small a buffer is critical */
	CHECK_EQ(e810_read(b.e, 0x80380), 3);
	CHECK_EQ(e810_read(b.e, 0x80280), 0x40000000u | EB_AQ_LEN);
	ebed_close(&b);
}

TEST_ONCE(interrupts)
{
	struct ebed b;

	open_on(&b);
	e810_write(b.e, 0x16c800, 0x40000003);	/* PFINT_FW_CTL: vector 3 */
	e810_write(b.e, 0x160000 + 12, 1);
	CHECK_EQ(ebed_direct(&b, 0x0001, NULL), 0);
	CHECK_EQ(b.msix[3], 1);
	ebed_close(&b);
}

TEST_ONCE(faults_to_order)
{
	struct e810_fault_plan p = { E810_FAULT_AQ_LOST, 0x0107, 1, 0 };
	uint8_t buf[32];
	struct ebed b;

	open_on(&b);
	e810_set_fault(b.e, &p);
	CHECK_EQ(ebed_out(&b, 0x0107, NULL, buf, 32), 0);
	CHECK_EQ(ebed_direct(&b, 0x0001, NULL), 0);
	CHECK_EQ(ebed_out(&b, 0x0107, NULL, buf, 32), -1);
	CHECK_EQ(ebed_out(&b, 0x0107, NULL, buf, 32), 0);

	p = (struct e810_fault_plan){ E810_FAULT_AQ_ERROR, 0, 0, 12 };
	e810_set_fault(b.e, &p);
	CHECK_EQ(ebed_direct(&b, 0x0001, NULL), 12);
	CHECK_EQ(get16(b.desc), 0x2007);
	CHECK_EQ(ebed_direct(&b, 0x0001, NULL), 0);

	p = (struct e810_fault_plan){ E810_FAULT_AQ_GARBLE, 0x0107, 0, 0 };
	e810_set_fault(b.e, &p);
	CHECK_EQ(ebed_out(&b, 0x0107, NULL, buf, 32), 0);
	CHECK_EQ(buf[2], 0xa5);
	CHECK_EQ(ebed_out(&b, 0x0107, NULL, buf, 32), 0);
	CHECK_EQ(buf[2], 0x52);

	p = (struct e810_fault_plan){ E810_FAULT_PFR, 0x0001, 0, 0 };
	e810_set_fault(b.e, &p);
	CHECK_EQ(ebed_direct(&b, 0x0001, NULL), 0);
	CHECK_EQ(e810_counts(b.e)->pf_resets, 1);
	p.kind = E810_FAULT_CORER;
	e810_set_fault(b.e, &p);
	CHECK_EQ(ebed_direct(&b, 0x0001, NULL), 0);
	CHECK_EQ(e810_counts(b.e)->core_resets, 1);
	p.kind = E810_FAULT_CORER_AFTER;
	e810_set_fault(b.e, &p);
	CHECK_EQ(ebed_direct(&b, 0x0001, NULL), 0);
	CHECK_EQ(e810_counts(b.e)->core_resets, 2);
	ebed_close(&b);
}

TEST_ONCE(ownership)
{
	uint8_t p[16] = { 0 };
	struct ebed b;

	open_on(&b);
	put16(p, 3);
	put16(p + 2, 2);
	CHECK_EQ(ebed_direct(&b, 0x0008, p), 0);
	CHECK(get32(b.desc + 20));
	CHECK_EQ(ebed_direct(&b, 0x0008, p), 12);
	CHECK_EQ(ebed_direct(&b, 0x0009, p), 0);
	CHECK_EQ(ebed_direct(&b, 0x0009, p), 14);
	CHECK_EQ(ebed_direct(&b, 0x0008, p), 0);
	put16(p, 2);			/* SDP pins: none */
	CHECK_EQ(ebed_direct(&b, 0x0008, p), 14);
	put16(p, 1);
	put16(p + 2, 3);
	CHECK_EQ(ebed_direct(&b, 0x0008, p), 14);
	ebed_close(&b);
}

TEST_ONCE(port_commands)
{
	uint8_t p[16] = { 0 }, buf[600], phy[24] = { 0 };
	struct ebed b;
	unsigned int i;

	open_on(&b);
	p[0] = 1;
	CHECK_EQ(ebed_direct(&b, 0x0110, p), 14);	/* clear PXE: 2 */
	p[0] = 2;
	CHECK_EQ(e810_read(b.e, 0x12a500), 1);
	CHECK_EQ(ebed_direct(&b, 0x0110, p), 0);
	CHECK_EQ(e810_read(b.e, 0x12a500), 0);
	memset(p, 0, 16);
	memcpy(p + 2, ebed_multicast, 6);
	CHECK_EQ(ebed_direct(&b, 0x0108, p), 14);
	memcpy(p + 2, ebed_mac_a, 6);
	CHECK_EQ(ebed_direct(&b, 0x0108, p), 0);
	CHECK_EQ(ebed_out(&b, 0x0107, NULL, buf, 32), 0);
	CHECK(!memcmp(buf + 2, ebed_mac_a, 6));
	CHECK_EQ(get16(b.desc + 16) & 0x10, 0x10);
	memset(p, 0, 16);
	put16(p, 1517);
	CHECK_EQ(ebed_direct(&b, 0x0603, p), 14);
	put16(p, 9729);
	CHECK_EQ(ebed_direct(&b, 0x0603, p), 14);
	put16(p, 9728);
	CHECK_EQ(ebed_direct(&b, 0x0603, p), 0);
	p[2] = 1;
	CHECK_EQ(ebed_direct(&b, 0x0603, p), 14);
	/* PHY: link off and on by its "enable link" bit */
	CHECK_EQ(ebed_out(&b, 0x0600, NULL, buf, 560), 0);
	CHECK_EQ(get64(buf), 1u << 20);
	for (i = 0; i < 16; i++) {	/* report modes: three, and a flag */
		uint8_t mode[8] = { 0, 0, (uint8_t)i };

		CHECK_EQ_AT(ebed_out(&b, 0x0600, mode, buf, 560),
			    i < 6 ? 0 : 14, i);
	}
	put64(phy, 1u << 20);
	CHECK_EQ(ebed_in(&b, 0x0601, NULL, phy, 24), 0);
	CHECK_EQ(ebed_out(&b, 0x0607, NULL, buf, 32), 0);
	CHECK_EQ(buf[2] & 1, 0);
	memset(p, 0, 16);
	p[2] = 6;
	CHECK_EQ(ebed_direct(&b, 0x0605, p), 0);
	CHECK_EQ(ebed_out(&b, 0x0607, NULL, buf, 32), 0);
	CHECK_EQ(buf[2] & 1, 1);
	p[2] = 8;
	CHECK_EQ(ebed_direct(&b, 0x0605, p), 14);
	put64(phy, 1);
	CHECK_EQ(ebed_in(&b, 0x0601, NULL, phy, 24), 14);
	/* capabilities, and that a short buffer is told */
	CHECK_EQ(ebed_out(&b, 0x000a, NULL, buf, 64), 9);
	CHECK_EQ(ebed_out(&b, 0x000b, NULL, buf, 512), 0);
	CHECK(get32(b.desc + 20) >= 6);
	for (i = 0; i < get32(b.desc + 20); i++) {
		if (get16(buf + 32 * i) == 0x17)
			CHECK_EQ(get32(buf + 32 * i + 4), 768);
		if (get16(buf + 32 * i) == 0x43)
			CHECK_EQ(get32(buf + 32 * i + 4), 64);
	}
	ebed_close(&b);
}

/* The switch's elements come in parts that fit the buffer. */
TEST_ONCE(switch_config)
{
	uint8_t param[8] = { 0 }, buf[64];
	struct ebed b;

	open_on(&b);
	CHECK_EQ(ebed_out(&b, 0x0200, param, buf, 6), 0);
	CHECK_EQ(get16(buf), 0);			/* the port */
	CHECK_EQ(get16(b.desc + 18), 1);		/* go on there */
	memcpy(param, b.desc + 16, 4);
	CHECK_EQ(ebed_out(&b, 0x0200, param, buf, 6), 0);
	CHECK_EQ(get16(buf), 0x8001);			/* the default VSI */
	CHECK_EQ(get16(b.desc + 18), 0);
	memset(param, 0, 8);
	CHECK_EQ(ebed_out(&b, 0x0200, param, buf, 64), 0);
	CHECK_EQ(get16(b.desc + 20), 2);
	CHECK_EQ(get16(b.desc + 4), 12);
	put16(param + 2, 768);
	CHECK_EQ(ebed_out(&b, 0x0200, param, buf, 64), 14);
	ebed_close(&b);
}
