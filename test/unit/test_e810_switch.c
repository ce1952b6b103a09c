// SPDX-License-Identifier: GPL-2.0
/* The emulated E810: rules, VSI lists, where frames go. */
#include "e810_bed.h"

#define FWD(vsi)	(0x20000u | 0x4 | (vsi) << 4)
#define FWD_LAN(vsi)	(FWD(vsi) | 0x8)
#define FWD_LIST(list)	(0x20000u | 0x4 | 0x4000 | (list) << 4)

static void open_on(struct ebed *b)
{
	ebed_open(b);
	ebed_aq_on(b);
}

static int remove_rule(struct ebed *b, unsigned int type, int index)
{
	uint8_t param[8] = { 1 }, p[16] = { 0 };

	put16(p, type);
	put16(p + 12, (uint32_t)index);
	return ebed_in(b, 0x02a2, param, p, 16);
}

static int update_rule(struct ebed *b, unsigned int type, unsigned int recipe,
		       int index, uint32_t act)
{
	uint8_t param[8] = { 1 }, p[16] = { 0 };

	put16(p, type);
	put16(p + 4, recipe);
	put32(p + 8, act);
	put16(p + 12, (uint32_t)index);
	return ebed_in(b, 0x02a1, param, p, 16);
}

static int alloc_list(struct ebed *b, unsigned int type, unsigned int *id)
{
	uint8_t param[8] = { 1 }, p[6] = { 0 };
	int rc;

	put16(p, type);
	put16(p + 2, 1);
	rc = ebed_in(b, 0x0208, param, p, 6);
	*id = get16(p + 4);
	return rc;
}

static int free_list(struct ebed *b, unsigned int type, unsigned int id)
{
	uint8_t param[8] = { 1 }, p[6] = { 0 };

	put16(p, type);
	put16(p + 2, 1);
	put16(p + 4, id);
	return ebed_in(b, 0x0209, param, p, 6);
}

static int list(struct ebed *b, unsigned int type, unsigned int id,
		unsigned int vsi, unsigned int vsi2)
{
	uint8_t param[8] = { 1 }, p[12] = { 0 };

	put16(p, type);
	put16(p + 4, id);
	put16(p + 6, vsi2 ? 2 : 1);
	put16(p + 8, vsi);
	put16(p + 10, vsi2);
	return ebed_in(b, 0x02a1, param, p, vsi2 ? 12 : 10);
}

TEST_ONCE(rule_life)
{
	struct ebed b;
	unsigned int v, w;
	int r;

	open_on(&b);
	v = ebed_vsi(&b, 5, 2, 1);
	w = ebed_vsi(&b, 6, 3, 1);
	r = ebed_mac(&b, v, ebed_mac_a);
	CHECK(r > 0);
	/* the same key once only, whoever it is for */
	CHECK_EQ(ebed_mac(&b, w, ebed_mac_a), -13);
	CHECK_EQ(update_rule(&b, 1, 1, r, FWD(w)), 0);
	CHECK_EQ(update_rule(&b, 0, 1, r, FWD(w)), 2);	/* the direction */
	CHECK_EQ(update_rule(&b, 1, 3, r, FWD(w)), 14);	/* the recipe */
	CHECK_EQ(update_rule(&b, 1, 1, r, FWD(700)), 14);
	CHECK_EQ(remove_rule(&b, 0, r), 2);
	CHECK_EQ(remove_rule(&b, 1, r), 0);
	CHECK_EQ(remove_rule(&b, 1, r), 2);
	CHECK_EQ(remove_rule(&b, 1, 0), 2);
	CHECK(ebed_mac(&b, w, ebed_mac_a) > 0);
	/* unlike keys of one recipe */
	CHECK(ebed_rule(&b, 0, 3, 0, FWD(v), ebed_broadcast, 0) > 0);
	CHECK(ebed_rule(&b, 0, 3, 0, FWD(v), ebed_mac_x, 0) > 0);
	CHECK_EQ(ebed_rule(&b, 0, 3, 0, FWD(w), ebed_mac_x, 5), -13);
	CHECK(ebed_rule(&b, 1, 3, v, FWD(w), ebed_mac_x, 5) > 0);
	CHECK(ebed_rule(&b, 0, 2, 0, FWD(v), ebed_mac_b, 5) > 0);
	CHECK(ebed_rule(&b, 0, 2, 0, FWD(v), ebed_mac_b, 6) > 0);
	ebed_close(&b);
}

TEST_ONCE(bad_rules)
{
	uint8_t param[8] = { 1 }, p[64];
	struct ebed b;
	unsigned int v;

	open_on(&b);
	v = ebed_vsi(&b, 5, 2, 1);
	CHECK_EQ(ebed_rule(&b, 0, 6, 0, FWD(v), ebed_mac_a, 0), -14);
	CHECK_EQ(ebed_rule(&b, 0, 1, 1, FWD(v), ebed_mac_a, 0), -14);
	CHECK_EQ(ebed_rule(&b, 1, 1, 700, FWD(v), ebed_mac_a, 0), -14);
	CHECK_EQ(ebed_rule(&b, 0, 1, 0, FWD(700), ebed_mac_a, 0), -14);
	CHECK_EQ(ebed_rule(&b, 0, 1, 0, v << 4, ebed_mac_a, 0), -14);
	CHECK_EQ(ebed_rule(&b, 0, 1, 0, FWD(v) | 1, ebed_mac_a, 0), -14);
	CHECK_EQ(ebed_rule(&b, 0, 1, 0, FWD(v) | 1u << 20, ebed_mac_a, 0), -14);
	CHECK_EQ(ebed_rule(&b, 0, 1, 0, FWD_LIST(3), ebed_mac_a, 0), -14);
	CHECK_EQ(ebed_rule(&b, 2, 1, 0, FWD(v), ebed_mac_a, 0), -14);
	/* form: header length, status, index, length of the whole */
	ebed_rule_buf(p, 0, 1, 0, FWD(v), ebed_mac_a, 0);
	put16(p + 14, 14);
	CHECK_EQ(ebed_in(&b, 0x02a0, param, p, 32), 14);
	put16(p + 14, 16);
	put16(p + 2, 1);
	CHECK_EQ(ebed_in(&b, 0x02a0, param, p, 32), 14);
	put16(p + 2, 0);
	put16(p + 12, 3);
	CHECK_EQ(ebed_in(&b, 0x02a0, param, p, 32), 14);
	put16(p + 12, 0);
	CHECK_EQ(ebed_in(&b, 0x02a0, param, p, 33), 14);
	param[0] = 2;
	CHECK_EQ(ebed_in(&b, 0x02a0, param, p, 32), 14);
	/* two at once; the second's failure is in its status */
	ebed_rule_buf(p + 32, 0, 1, 0, FWD(v), ebed_mac_a, 0);
	CHECK_EQ(ebed_in(&b, 0x02a0, param, p, 64), 13);
	ebed_rule_buf(p, 0, 1, 0, FWD(v), ebed_mac_b, 0);
	ebed_rule_buf(p + 32, 0, 1, 0, FWD(v), ebed_mac_x, 0);
	CHECK_EQ(ebed_in(&b, 0x02a0, param, p, 64), 0);
	CHECK(get16(p + 12) && get16(p + 44) && get16(p + 12) != get16(p + 44));
	ebed_close(&b);
}

TEST_ONCE(lists)
{
	unsigned int v, w, l, prune, i;
	struct ebed b;
	int r;

	open_on(&b);
	v = ebed_vsi(&b, 5, 2, 1);
	w = ebed_vsi(&b, 6, 3, 1);
	CHECK_EQ(alloc_list(&b, 9, &l), 14);
	/* one resource of one kind a command, and nothing behind it */
	for (i = 0; i < 3; i++) {
		uint8_t param[8] = { 1 }, p[8] = { 0 };

		put16(p, 3);
		put16(p + 2, 1);
		if (i == 0)
			param[0] = 2;
		if (i == 1)
			p[2] = 2;
		CHECK_EQ_AT(ebed_in(&b, 0x0208, param, p, i == 2 ? 8 : 6), 14,
			    i);
		CHECK_EQ_AT(ebed_in(&b, 0x0209, param, p, i == 2 ? 8 : 6), 14,
			    i);
	}
	CHECK_EQ(alloc_list(&b, 3, &l), 0);
	CHECK_EQ(alloc_list(&b, 4, &prune), 0);
	CHECK(l != prune);
	CHECK_EQ(list(&b, 3, l, v, w), 0);
	CHECK_EQ(list(&b, 3, prune, v, 0), 2);	/* of the other kind */
	CHECK_EQ(list(&b, 5, prune, v, 0), 0);
	CHECK_EQ(list(&b, 3, 77, v, 0), 2);
	CHECK_EQ(list(&b, 3, l, 700, 0), 2);
	r = ebed_rule(&b, 0, 3, 0, FWD_LIST(l), ebed_broadcast, 0);
	CHECK(r > 0);
	CHECK_EQ(ebed_rule(&b, 0, 3, 0, FWD_LIST(prune), ebed_mac_x, 0), -14);
	CHECK_EQ(ebed_rule(&b, 0, 4, 0, FWD_LIST(l), NULL, 5), -14);
	CHECK(ebed_rule(&b, 0, 4, 0, FWD_LIST(prune), NULL, 5) > 0);
	CHECK_EQ(free_list(&b, 3, l), 12);
	CHECK_EQ(ebed_vsi_free(&b, w), 12);
	CHECK_EQ(list(&b, 4, l, w, 0), 0);
	CHECK_EQ(list(&b, 4, l, w, 0), 2);
	CHECK_EQ(ebed_vsi_free(&b, w), 0);
	CHECK_EQ(remove_rule(&b, 0, r), 0);
	CHECK_EQ(free_list(&b, 4, l), 2);
	CHECK_EQ(free_list(&b, 3, l), 0);
	CHECK_EQ(free_list(&b, 3, l), 2);
	for (i = 0; i < 1023; i++)
		CHECK_EQ(alloc_list(&b, 3, &l), 0);
	CHECK_EQ(alloc_list(&b, 3, &l), 16);
	ebed_close(&b);
}

/* ---- frames */

struct pair {
	struct ebed b;
	unsigned int v, w;	/* on queues 2 and 3, PASIDs 5 and 6 */
	unsigned int tx[8], rx[8];	/* next descriptor, by queue */
};

static void pair_open(struct pair *p)
{
	memset(p, 0, sizeof(*p));
	open_on(&p->b);
	p->v = ebed_adi(&p->b, 5, 2, ebed_mac_a);
	p->w = ebed_adi(&p->b, 6, 3, ebed_mac_b);
}

static void pair_send(struct pair *p, unsigned int q, const uint8_t *dst,
		      const uint8_t *src, unsigned int vid)
{
	uint8_t f[100];
	size_t len = ebed_frame(f, dst, src, 80, p->tx[q]);

	if (vid) {
		memmove(f + 16, f + 12, len - 12);
		f[12] = 0x81;
		f[13] = 0;
		f[14] = (uint8_t)(vid >> 8);
		f[15] = (uint8_t)vid;
		len += 4;
	}
	ebed_send(&p->b, q, (int32_t)q + 3, p->tx[q]++ % EB_RING, f, len);
}

static void wire(struct pair *p, const uint8_t *dst, unsigned int vid)
{
	uint8_t f[100];

	ebed_frame(f, dst, ebed_mac_x, 80, 1);
	if (vid) {
		f[12] = 0x81;
		f[13] = 0;
		f[14] = (uint8_t)(vid >> 8);
		f[15] = (uint8_t)vid;
	}
	e810_receive(p->b.e, f, 80);
}

/* Did the queue get one more frame? */
static bool got(struct pair *p, unsigned int q)
{
	if (!ebed_got(&p->b, q, (int32_t)q + 3, p->rx[q] % EB_RING, NULL))
		return false;
	p->rx[q]++;
	return true;
}

TEST_ONCE(between_vsis_and_wire)
{
	struct pair p;

	pair_open(&p);
	pair_send(&p, 2, ebed_mac_b, ebed_mac_a, 0);
	CHECK(got(&p, 3) && !got(&p, 2));
	CHECK_EQ(p.b.nout, 0);		/* a rule took it, without LAN */
	CHECK_EQ(e810_counts(p.b.e)->loopback_frames, 1);
	pair_send(&p, 2, ebed_mac_x, ebed_mac_a, 0);
	CHECK(!got(&p, 3) && !got(&p, 2));
	CHECK_EQ(p.b.nout, 1);
	wire(&p, ebed_mac_a, 0);
	CHECK(got(&p, 2) && !got(&p, 3));
	wire(&p, ebed_mac_x, 0);
	wire(&p, ebed_broadcast, 0);
	CHECK(!got(&p, 2) && !got(&p, 3));
	/* never back to itself */
	pair_send(&p, 2, ebed_mac_a, ebed_mac_a, 0);
	CHECK(!got(&p, 2));
	/* statistics of the sender and the receiver */
	CHECK_EQ(e810_read(p.b.e, 0x30a000 + 8 * p.v), 3);
	CHECK_EQ(e810_read(p.b.e, 0x300000 + 8 * p.v), 3 * 84);
	CHECK_EQ(e810_read(p.b.e, 0x3b2000 + 8 * p.w), 1);
	CHECK_EQ(e810_read(p.b.e, 0x3811c0), 1);
	CHECK_EQ(e810_read(p.b.e, 0x381300), 2);
	CHECK_EQ(e810_read(p.b.e, 0x381380), 1);
	ebed_close(&p.b);
}

/* Without "allow loopback" all goes to the wire. */
TEST_ONCE(loopback_is_allowed)
{
	uint8_t props[128];
	struct pair p;

	pair_open(&p);
	ebed_props(props, 5, 2, 1);
	put16(props, 1);
	props[3] = 0;
	CHECK_EQ(ebed_vsi_update(&p.b, p.v, props), 0);
	pair_send(&p, 2, ebed_mac_b, ebed_mac_a, 0);
	CHECK(!got(&p, 3));
	CHECK_EQ(p.b.nout, 1);
	/* and without "to the LAN" nowhere */
	props[4] = 0;
	CHECK_EQ(ebed_vsi_update(&p.b, p.v, props), 0);
	pair_send(&p, 2, ebed_mac_x, ebed_mac_a, 0);
	CHECK_EQ(p.b.nout, 1);
	ebed_close(&p.b);
}

TEST_ONCE(broadcast_by_list)
{
	unsigned int l;
	struct pair p;

	pair_open(&p);
	CHECK_EQ(alloc_list(&p.b, 3, &l), 0);
	CHECK_EQ(list(&p.b, 3, l, p.v, p.w), 0);
	CHECK(ebed_rule(&p.b, 1, 1, p.v, FWD_LIST(l) | 8, ebed_broadcast, 0) > 0);
	wire(&p, ebed_broadcast, 0);
	CHECK(got(&p, 2) && got(&p, 3));
	pair_send(&p, 2, ebed_broadcast, ebed_mac_a, 0);
	CHECK(got(&p, 3) && !got(&p, 2));
	CHECK_EQ(p.b.nout, 1);		/* LAN as well */
	CHECK_EQ(list(&p.b, 4, l, p.w, 0), 0);
	wire(&p, ebed_broadcast, 0);
	CHECK(got(&p, 2) && !got(&p, 3));
	ebed_close(&p.b);
}

TEST_ONCE(promiscuous)
{
	struct pair p;

	pair_open(&p);
	/* as iPXE does: a class of addresses from the wire */
	CHECK(ebed_rule(&p.b, 0, 3, 0, FWD(p.v), ebed_mac_x, 0) > 0);
	wire(&p, ebed_mac_x, 0);
	CHECK(got(&p, 2) && !got(&p, 3));
	wire(&p, ebed_multicast, 0);
	CHECK(!got(&p, 2));
	CHECK(ebed_rule(&p.b, 0, 3, 0, FWD(p.v), ebed_multicast, 0) > 0);
	wire(&p, ebed_multicast, 0);
	CHECK(got(&p, 2));
	wire(&p, ebed_broadcast, 0);
	CHECK(!got(&p, 2));
	/* the same for one VLAN: class and VLAN both */
	CHECK(ebed_rule(&p.b, 0, 9, 0, FWD(p.w), ebed_multicast, 5) > 0);
	wire(&p, ebed_multicast, 5);
	CHECK(got(&p, 3) && got(&p, 2));
	wire(&p, ebed_multicast, 6);
	CHECK(!got(&p, 3) && got(&p, 2));
	wire(&p, ebed_mac_x, 5);
	CHECK(!got(&p, 3) && got(&p, 2));
	/* frames of VSIs need a rule that looks at transmit */
	pair_send(&p, 3, ebed_mac_x, ebed_mac_b, 0);
	CHECK(!got(&p, 2));
	CHECK(ebed_rule(&p.b, 1, 3, p.v, FWD_LAN(p.v), ebed_mac_x, 0) > 0);
	pair_send(&p, 3, ebed_mac_x, ebed_mac_b, 0);
	CHECK(got(&p, 2));
	CHECK_EQ(p.b.nout, 2);
	ebed_close(&p.b);
}

TEST_ONCE(vlan)
{
	uint8_t props[128];
	unsigned int l;
	struct pair p;

	pair_open(&p);
	ebed_props(props, 6, 3, 1);
	put16(props, 1);
	props[4] |= 1;			/* prune on receive */
	CHECK_EQ(ebed_vsi_update(&p.b, p.w, props), 0);
	wire(&p, ebed_mac_b, 5);
	CHECK(!got(&p, 3));
	CHECK_EQ(alloc_list(&p.b, 4, &l), 0);
	CHECK_EQ(list(&p.b, 5, l, p.w, 0), 0);
	CHECK(ebed_rule(&p.b, 1, 4, p.w, FWD_LIST(l), NULL, 5) > 0);
	wire(&p, ebed_mac_b, 5);
	CHECK(got(&p, 3));
	wire(&p, ebed_mac_b, 6);
	wire(&p, ebed_mac_b, 0);	/* untagged is VLAN 0 */
	CHECK(!got(&p, 3));
	CHECK_EQ(list(&p.b, 6, l, p.w, 0), 0);
	wire(&p, ebed_mac_b, 5);
	CHECK(!got(&p, 3));
	CHECK_EQ(list(&p.b, 5, l, p.w, p.v), 0);
	/* the same on transmit */
	ebed_props(props, 5, 2, 1);
	put16(props, 2);
	props[6] = 0x10;
	CHECK_EQ(ebed_vsi_update(&p.b, p.v, props), 0);
	pair_send(&p, 2, ebed_mac_b, ebed_mac_a, 6);
	CHECK_EQ(e810_read(p.b.e, 0x312000 + 4 * p.v), 1);
	pair_send(&p, 2, ebed_mac_b, ebed_mac_a, 5);
	CHECK(got(&p, 3));
	CHECK_EQ(e810_read(p.b.e, 0x312000 + 4 * p.v), 1);
	ebed_close(&p.b);
}

TEST_ONCE(port_vlan)
{
	uint8_t props[128];
	struct pair p;

	pair_open(&p);
	ebed_props(props, 5, 2, 1);
	put16(props, 4);
	put16(props + 8, 0);
	props[12] = 0x1d;		/* untagged only, insert */
	CHECK_EQ(ebed_vsi_update(&p.b, p.v, props), 14);	/* VLAN 0 */
	put16(props + 8, 7);
	props[12] = 0x1c;		/* no mode */
	CHECK_EQ(ebed_vsi_update(&p.b, p.v, props), 14);
	props[12] = 0x1d;
	CHECK_EQ(ebed_vsi_update(&p.b, p.v, props), 0);
	pair_send(&p, 2, ebed_mac_x, ebed_mac_a, 0);
	CHECK_EQ(p.b.nout, 1);
	CHECK_EQ(p.b.out_len[0], 84);
	CHECK_EQ(p.b.out[0][12], 0x81);
	CHECK_EQ(p.b.out[0][15], 7);
	pair_send(&p, 2, ebed_mac_x, ebed_mac_a, 9);
	CHECK_EQ(p.b.nout, 1);
	ebed_close(&p.b);
}

TEST_ONCE(anti_spoof)
{
	uint8_t props[128];
	struct pair p;

	pair_open(&p);
	ebed_props(props, 5, 2, 1);
	put16(props, 2);
	props[6] = 0x04;
	CHECK_EQ(ebed_vsi_update(&p.b, p.v, props), 0);
	pair_send(&p, 2, ebed_mac_b, ebed_mac_b, 0);
	pair_send(&p, 2, ebed_mac_b, ebed_mac_x, 0);
	CHECK(!got(&p, 3));
	CHECK_EQ(e810_read(p.b.e, 0x312000 + 4 * p.v), 2);
	pair_send(&p, 2, ebed_mac_b, ebed_mac_a, 0);
	CHECK(got(&p, 3));
	/* nor does a promiscuous one */
	CHECK(ebed_rule(&p.b, 0, 3, 0, FWD(p.v), ebed_mac_x, 0) > 0);
	pair_send(&p, 2, ebed_mac_b, ebed_mac_x, 0);
	CHECK_EQ(e810_read(p.b.e, 0x312000 + 4 * p.v), 3);
	/* a rule that drops gives nobody an address */
	CHECK(ebed_rule(&p.b, 1, 1, p.v, 0x40000 | p.v << 4, ebed_mac_x, 0) > 0);
	pair_send(&p, 2, ebed_mac_b, ebed_mac_x, 0);
	CHECK_EQ(e810_read(p.b.e, 0x312000 + 4 * p.v), 4);
	ebed_close(&p.b);
}

TEST_ONCE(default_and_drop)
{
	uint8_t arp[6] = { 0 };
	struct pair p;
	int r;

	pair_open(&p);
	CHECK(ebed_rule(&p.b, 0, 5, 0, FWD(p.w), NULL, 0) > 0);
	wire(&p, ebed_mac_x, 0);
	CHECK(got(&p, 3) && !got(&p, 2));
	wire(&p, ebed_mac_a, 0);
	CHECK(got(&p, 2) && !got(&p, 3));
	/* ethertype 0x8100 is what the helper puts there; so by hand */
	{
		uint8_t param[8] = { 1 }, q[32];

		ebed_rule_buf(q, 1, 0, p.v, 0x40000, arp, 0);
		q[28] = 0x88;
		q[29] = 0xb5;
		CHECK_EQ(ebed_in(&p.b, 0x02a0, param, q, 32), 0);
		r = get16(q + 12);
	}
	pair_send(&p, 2, ebed_mac_x, ebed_mac_a, 0);
	CHECK_EQ(p.b.nout, 0);
	pair_send(&p, 3, ebed_mac_x, ebed_mac_b, 0);	/* not its source */
	CHECK_EQ(p.b.nout, 1);
	CHECK_EQ(remove_rule(&p.b, 1, r), 0);
	pair_send(&p, 2, ebed_mac_x, ebed_mac_a, 0);
	CHECK_EQ(p.b.nout, 2);
	/* with an address: of that sender, to that address */
	{
		uint8_t param[8] = { 1 }, q[32];

		ebed_rule_buf(q, 1, 8, p.v, 0x40000, ebed_mac_x, 0);
		q[28] = 0x88;
		q[29] = 0xb5;
		CHECK_EQ(ebed_in(&p.b, 0x02a0, param, q, 32), 0);
	}
	pair_send(&p, 2, ebed_mac_x, ebed_mac_a, 0);
	CHECK_EQ(p.b.nout, 2);
	pair_send(&p, 2, ebed_multicast, ebed_mac_a, 0);
	CHECK_EQ(p.b.nout, 3);
	pair_send(&p, 3, ebed_mac_x, ebed_mac_b, 0);
	CHECK_EQ(p.b.nout, 4);
	ebed_close(&p.b);
}

TEST_ONCE(link_down)
{
	struct pair p;

	pair_open(&p);
	e810_set_link(p.b.e, false);
	wire(&p, ebed_mac_a, 0);
	CHECK(!got(&p, 2));
	pair_send(&p, 2, ebed_mac_x, ebed_mac_a, 0);
	CHECK_EQ(p.b.nout, 0);
	CHECK(ebed_sent(&p.b, 2, 5, 0));
	pair_send(&p, 2, ebed_mac_b, ebed_mac_a, 0);	/* inside all is well */
	CHECK(got(&p, 3));
	ebed_close(&p.b);
}
