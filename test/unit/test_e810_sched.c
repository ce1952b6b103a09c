// SPDX-License-Identifier: GPL-2.0
/* The emulated E810: scheduler nodes, transmit queues as leaves. */
#include "e810_bed.h"

static uint8_t topo[256];

static void open_on(struct ebed *b)
{
	ebed_open(b);
	ebed_aq_on(b);
	CHECK_EQ(ebed_out(b, 0x0400, NULL, topo, sizeof(topo)), 0);
}

static uint32_t teid(unsigned int layer)
{
	return get32(topo + 8 + 24 * layer + 4);
}

static int add_node(struct ebed *b, uint32_t parent, unsigned int type,
		    uint32_t *out)
{
	uint8_t param[8] = { 1 }, p[32] = { 0 };
	int rc;

	put32(p, parent);
	put16(p + 4, 1);
	put32(p + 8, parent);
	p[16] = (uint8_t)type;
	p[17] = 7;
	rc = ebed_in(b, 0x0401, param, p, 32);
	if (out)
		*out = get32(p + 12);
	return rc;
}

static int del_node(struct ebed *b, uint32_t parent, uint32_t node)
{
	uint8_t param[8] = { 1 }, p[12] = { 0 };

	put32(p, parent);
	put16(p + 4, 1);
	put32(p + 8, node);
	return ebed_in(b, 0x040f, param, p, 12);
}

TEST_ONCE(default_topology)
{
	static const uint8_t types[] = { 1, 2, 3, 4, 3, 3, 3, 3 };
	struct ebed b;
	unsigned int i;

	open_on(&b);
	CHECK_EQ(b.desc[17], 1);		/* branches */
	CHECK_EQ(get16(topo + 4), 8);
	CHECK_EQ(get32(topo + 8), 0xffffffff);
	for (i = 0; i < 8; i++) {
		CHECK_EQ(topo[8 + 24 * i + 8], types[i]);
		CHECK(teid(i));
		if (i)
			CHECK_EQ(get32(topo + 8 + 24 * i), teid(i - 1));
	}
	ebed_close(&b);
}

TEST_ONCE(nodes)
{
	uint8_t param[8] = { 1 }, p[24] = { 0 };
	uint32_t a, c, d;
	struct ebed b;

	open_on(&b);
	CHECK_EQ(add_node(&b, teid(1), 3, &a), 0);
	CHECK_EQ(add_node(&b, a, 3, &c), 0);
	put32(p + 4, c);
	CHECK_EQ(ebed_in(&b, 0x0404, param, p, 24), 0);
	CHECK_EQ(get32(p), a);
	CHECK_EQ(p[8], 3);
	CHECK_EQ(del_node(&b, teid(1), a), 12);		/* has a child */
	CHECK_EQ(del_node(&b, teid(1), c), 2);		/* not its parent */
	CHECK_EQ(del_node(&b, a, c), 0);
	CHECK_EQ(del_node(&b, a, c), 2);		/* a stale handle */
	CHECK_EQ(add_node(&b, a, 3, &d), 0);
	CHECK(d != c);
	CHECK_EQ(del_node(&b, a, c), 2);
	CHECK_EQ(del_node(&b, teid(0), teid(1)), 1);	/* not to delete */
	/* wrong parents, types, sections */
	CHECK_EQ(add_node(&b, 0xdead, 3, NULL), 2);
	CHECK_EQ(add_node(&b, teid(0), 3, NULL), 14);
	CHECK_EQ(add_node(&b, teid(7), 3, NULL), 14);	/* queues only */
	CHECK_EQ(add_node(&b, a, 5, NULL), 14);
	CHECK_EQ(add_node(&b, a, 0, NULL), 14);
	/* suspend, resume */
	memset(p, 0, sizeof(p));
	put32(p, d);
	CHECK_EQ(ebed_in(&b, 0x0409, param, p, 4), 0);
	put32(p, 0xdead);
	CHECK_EQ(ebed_in(&b, 0x0409, param, p, 4), 2);
	memset(p, 0, sizeof(p));
	put32(p + 4, d);
	CHECK_EQ(ebed_in(&b, 0x0404, param, p, 24), 0);
	CHECK_EQ(p[11], 1);
	memset(p, 0, sizeof(p));
	put32(p, d);
	CHECK_EQ(ebed_in(&b, 0x040a, param, p, 4), 0);
	/* the default nodes go bottom up, as ice does it */
	CHECK_EQ(del_node(&b, teid(6), teid(7)), 0);
	CHECK_EQ(del_node(&b, teid(5), teid(6)), 0);
	CHECK_EQ(ebed_out(&b, 0x0400, NULL, topo, sizeof(topo)), 0);
	CHECK_EQ(get16(topo + 4), 6);
	ebed_close(&b);
}

TEST_ONCE(malformed)
{
	uint8_t param[8] = { 1 }, p[64] = { 0 };
	struct ebed b;

	open_on(&b);
	put32(p, teid(1));
	put16(p + 4, 2);			/* two said, one there */
	put32(p + 8, teid(1));
	p[16] = 3;
	p[17] = 1;
	CHECK_EQ(ebed_in(&b, 0x0401, param, p, 32), 14);
	put16(p + 4, 0);
	CHECK_EQ(ebed_in(&b, 0x0401, param, p, 32), 14);
	put16(p + 4, 1);
	p[6] = 1;
	CHECK_EQ(ebed_in(&b, 0x0401, param, p, 32), 14);
	p[6] = 0;
	put32(p + 12, 5);			/* the handle is not his to say */
	CHECK_EQ(ebed_in(&b, 0x0401, param, p, 32), 14);
	put32(p + 12, 0);
	p[17] = 0x10;
	CHECK_EQ(ebed_in(&b, 0x0401, param, p, 32), 14);
	p[17] = 1;
	p[30] = 1;
	CHECK_EQ(ebed_in(&b, 0x0401, param, p, 32), 14);
	p[30] = 0;
	param[0] = 2;
	CHECK_EQ(ebed_in(&b, 0x0401, param, p, 32), 14);
	param[0] = 1;
	CHECK_EQ(ebed_in(&b, 0x0401, param, p, 32), 0);
	CHECK_EQ(ebed_in(&b, 0x0404, param, p, 25), 14);
	CHECK_EQ(ebed_in(&b, 0x040f, param, p, 13), 14);
	put16(p + 4, 0);			/* none, and reserved bytes */
	CHECK_EQ(ebed_in(&b, 0x040f, param, p, 12), 14);
	put16(p + 4, 1);
	p[6] = 1;
	CHECK_EQ(ebed_in(&b, 0x040f, param, p, 12), 14);
	p[6] = 0;
	CHECK_EQ(ebed_in(&b, 0x0409, param, p, 8), 14);
	CHECK_EQ(ebed_out(&b, 0x0412, NULL, topo, 64), 14);
	ebed_close(&b);
}

TEST_ONCE(resources)
{
	uint8_t p[320] = { 0 };
	struct ebed b;

	open_on(&b);
	CHECK_EQ(ebed_out(&b, 0x0412, NULL, p, 320), 0);
	CHECK_EQ(get16(p), 9);
	CHECK(get16(p + 32 + 10) >= 255);	/* siblings */
	ebed_close(&b);
}

TEST_ONCE(add_and_disable_queues)
{
	uint8_t param[8] = { 0x08, 1 }, p[16] = { 0 };
	unsigned int v;
	struct ebed b;

	open_on(&b);
	v = ebed_vsi(&b, 5, 2, 4);
	CHECK_EQ(ebed_txq(&b, 2, v), 0);
	CHECK(get32(ebed_mem(&b, E810_RID, EB_AQ_BUF) + 12));
	CHECK_EQ(ebed_txq(&b, 2, v), 14);		/* is on */
	CHECK_EQ(ebed_txq(&b, 3, v), 0);
	CHECK_EQ(ebed_txq(&b, 2048, v), 14);
	CHECK_EQ(del_node(&b, teid(6), teid(7)), 12);	/* queues on it */
	CHECK_EQ(ebed_txq_off(&b, 9), 2);
	/* both at once: two numbers, then padding; not below that node */
	put32(p, teid(6));
	p[4] = 2;
	put16(p + 6, 2);
	put16(p + 8, 3);
	CHECK_EQ(ebed_in(&b, 0x0c31, param, p, 12), 2);
	put32(p, teid(7));
	CHECK_EQ(ebed_in(&b, 0x0c31, param, p, 8), 14);
	CHECK_EQ(ebed_in(&b, 0x0c31, param, p, 16), 14);
	CHECK_EQ(ebed_in(&b, 0x0c31, param, p, 12), 0);
	CHECK_EQ(ebed_in(&b, 0x0c31, param, p, 12), 2);
	CHECK_EQ(del_node(&b, teid(6), teid(7)), 0);
	/* forms without queues */
	param[1] = 0;
	CHECK_EQ(ebed_direct(&b, 0x0c31, NULL), 14);
	{
		uint8_t d[16] = { 0x08 };

		CHECK_EQ(ebed_direct(&b, 0x0c31, d), 0);	/* flush */
		d[0] = 0x01;
		put16(d + 2, v);
		CHECK_EQ(ebed_direct(&b, 0x0c31, d), 0);	/* VM reset */
		put16(d + 2, 700);
		CHECK_EQ(ebed_direct(&b, 0x0c31, d), 14);
		d[0] = 0x10;
		CHECK_EQ(ebed_direct(&b, 0x0c31, d), 14);
	}
	ebed_close(&b);
}

/* Each thing that can be wrong with a context, alone. */
TEST_ONCE(contexts)
{
	/* offset in the buffer, value; what the context then says */
	static const struct {
		uint8_t at, val;
	} bad[] = {
		{ 5, 1 }, { 10, 1 },		/* reserved bytes */
		{ 16 + 7, 0x02 },		/* port 1 */
		{ 16 + 8, 0x02 },		/* function 1 */
		{ 16 + 9, 0x80 },		/* owner: the function */
		{ 16 + 8, 0xf0 },		/* another VM's number */
		{ 16 + 10, 0 },			/* another source VSI */
		{ 16 + 17, 17 },		/* length: not a multiple of 32 */
		{ 16 + 17, 0 },
		{ 16 + 20, 0 },			/* completion queue */
		{ 16 + 21, 0x08 },		/* reserved bits at the end */
		{ 38, 1 }, { 41, 0x17 }, { 43, 2 }, { 54, 1 }, { 40, 3 },
	};
	uint8_t param[8] = { 1 }, buf[56];
	unsigned int v;
	struct ebed b;
	size_t i;

	open_on(&b);
	v = ebed_vsi(&b, 5, 2, 4);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ebed_txq_buf(buf, teid(7), 2, v, false);
		buf[bad[i].at] = bad[i].val;
		CHECK_EQ_AT(ebed_in(&b, 0x0c30, param, buf, 56), 14, i);
	}
	ebed_txq_buf(buf, teid(7), 2, v, false);
	put64(buf + 16, 0);			/* no ring */
	CHECK_EQ(ebed_in(&b, 0x0c30, param, buf, 56), 14);
	ebed_txq_buf(buf, teid(6), 2, v, false);
	CHECK_EQ(ebed_in(&b, 0x0c30, param, buf, 56), 14);
	ebed_txq_buf(buf, 0xdead, 2, v, false);
	CHECK_EQ(ebed_in(&b, 0x0c30, param, buf, 56), 2);
	ebed_txq_buf(buf, teid(7), 2, v, false);
	buf[4] = 2;
	CHECK_EQ(ebed_in(&b, 0x0c30, param, buf, 56), 14);
	buf[4] = 1;
	param[0] = 2;
	CHECK_EQ(ebed_in(&b, 0x0c30, param, buf, 56), 14);
	param[0] = 1;
	CHECK_EQ(ebed_in(&b, 0x0c30, param, buf, 56), 0);
	/* a VSI of the function: the kind has to be that */
	ebed_txq_buf(buf, teid(7), 0, 1, false);
	CHECK_EQ(ebed_in(&b, 0x0c30, param, buf, 56), 14);
	ebed_txq_buf(buf, teid(7), 0, 1, true);
	CHECK_EQ(ebed_in(&b, 0x0c30, param, buf, 56), 0);
	ebed_close(&b);
}

/* The same queue twice in one command changes nothing. */
TEST_ONCE(twice_in_one)
{
	uint8_t param[8] = { 1 }, buf[104], one[56];
	unsigned int v;
	struct ebed b;

	open_on(&b);
	v = ebed_vsi(&b, 5, 2, 4);
	ebed_txq_buf(one, teid(7), 2, v, false);
	memcpy(buf, one, 56);
	memcpy(buf + 56, one + 8, 48);
	buf[4] = 2;
	CHECK_EQ(ebed_in(&b, 0x0c30, param, buf, 104), 14);
	CHECK_EQ(ebed_txq_off(&b, 2), 2);
	put16(buf + 56, 3);
	CHECK_EQ(ebed_in(&b, 0x0c30, param, buf, 104), 0);
	CHECK(get32(buf + 12) != get32(buf + 60));
	ebed_close(&b);
}

TEST_ONCE(context_window)
{
	unsigned int v;
	struct ebed b;

	open_on(&b);
	v = ebed_vsi(&b, 5, 2, 4);
	CHECK_EQ(ebed_txq(&b, 2, v), 0);
	e810_write(b.e, 0x2d2dc8, 0x80000 | 2);
	CHECK_EQ(e810_read(b.e, 0x2d2dcc), 0);
	CHECK_EQ(e810_read(b.e, 0x2d2d40), (EB_BASE + EB_TXR + 0x2000) >> 7);
	CHECK_EQ(e810_read(b.e, 0x2d2d48) >> 16, v);
	e810_write(b.e, 0x2d2dc8, 0x80000 | 9);
	CHECK_EQ(e810_read(b.e, 0x2d2d40), 0);
	e810_write(b.e, 0x2d2dc8, 0x90000 | 2);		/* write: no */
	CHECK(strstr(b.why, "context window"));
	ebed_close(&b);
}
