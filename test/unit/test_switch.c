// SPDX-License-Identifier: GPL-2.0
/*
 * The switch of the software PF: who gets which frame, with which tag, and what
 * is dropped. The switch's own source is compiled in, on a shim for the kernel;
 * see test/unit/Makefile.
 */
#include "kshim.h"

#include "swpf_switch.c"

#include "unit.h"

#define PORTS	4
#define GOT	256

struct got {
	const void *to;		/* NULL = the uplink */
	uint32_t len;
	struct avf_gso gso;
	uint8_t data[2048];
};

static struct got got[GOT];
static uint32_t ngot;
static struct swpf pf;
static struct adi adi[PORTS];
static uint32_t syncs;
static uint32_t flushes;

static const uint8_t bcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const uint8_t mcast[6] = { 0x33, 0x33, 0, 0, 0, 1 };
static const uint8_t outside[6] = { 2, 0x77, 0, 0, 0, 0 };

/* Port @i's address. */
static const uint8_t *mac_of(uint32_t i)
{
	static uint8_t mac[PORTS][6];

	memcpy(mac[i], "\x02\x00\x00\x00\x00\x00", 6);
	mac[i][5] = (uint8_t)(i + 1);
	return mac[i];
}

static void record(const void *to, const struct avf_frame *frames, u32 n)
{
	u32 i, s, sum;

	CHECK(n);
	for (i = 0; i < n; i++) {
		const struct avf_frame *f = &frames[i];
		struct got *g = &got[ngot++];

		CHECK(ngot <= GOT);
		g->to = to;
		g->len = f->len;
		g->gso = f->gso;
		CHECK(f->len <= sizeof(g->data));
		CHECK(f->nsegs >= 1 && f->nsegs <= AVF_FRAME_SEGS);
		for (s = 0, sum = 0; s < f->nsegs; s++) {
			CHECK(f->seg[s].len);
			memcpy(g->data + sum, f->seg[s].p, f->seg[s].len);
			sum += f->seg[s].len;
		}
		CHECK_EQ(sum, f->len);
		CHECK_EQ(f->hlen, min_t(u32, f->len, SWPF_HDR));
		CHECK(!memcmp(f->hdr, g->data, f->hlen));
	}
}

void adi_receive(struct adi *to, const struct avf_frame *frames, u32 n)
{
	record(to, frames, n);
}

/* What tracing was told is what was counted. */
static uint64_t dropped[PORTS][4];

void adi_dropped(struct adi *of, enum adi_drop why, u32 n)
{
	CHECK(why >= ADI_DROP_TX_SPOOFED_MAC && why <= ADI_DROP_RX_OTHER_VLAN);
	dropped[of - adi][why - ADI_DROP_TX_SPOOFED_MAC] += n;
}

void swpf_uplink_receive(struct swpf *swpf, const struct avf_frame *frames,
			 u32 n)
{
	CHECK(swpf == &pf);
	record(NULL, frames, n);
}

void swpf_uplink_flush(struct swpf *swpf)
{
	CHECK(swpf == &pf);
	flushes++;
}

void adi_pf_sync(struct adi_pf *p)
{
	CHECK(p == &pf.pf);
	syncs++;
}

static void setup(void)
{
	uint32_t i;

	CHECK_EQ(swpf_switch_init(&pf.sw), 0);
	for (i = 0; i < PORTS; i++) {
		adi[i].pf = &pf.pf;
		CHECK_EQ(swpf_port_add(&adi[i]), 0);
		CHECK_EQ(swpf_port_mac_add(&adi[i], mac_of(i)), 0);
		swpf_port_traffic(&adi[i], true);
	}
}

static void teardown(void)
{
	uint32_t i;

	for (i = 0; i < PORTS; i++)
		swpf_port_del(&adi[i]);
	swpf_switch_destroy(&pf.sw);
}

/* ---------------------------------------------------------------- frames */

#define NO_TAG	(-1)

struct frame {
	struct avf_frame f;
	uint8_t data[2048];
	uint32_t len;
};

static void frame_init(struct frame *fr, const uint8_t *dst, const uint8_t *src,
		       int tci, uint32_t len, uint32_t nsegs)
{
	uint32_t i, off = 0;

	pattern(fr->data, len, len + nsegs);
	eth(fr->data, dst, src, 0x88b5);
	if (tci != NO_TAG) {
		memcpy(fr->data + 12, "\x81\x00", 2);
		fr->data[14] = (uint8_t)(tci >> 8);
		fr->data[15] = (uint8_t)tci;
	}
	fr->len = len;
	fr->f.len = len;
	fr->f.nsegs = (u16)nsegs;
	fr->f.gso.mss = 0;
	fr->f.hlen = (u16)min_t(u32, len, SWPF_HDR);
	fr->f.hdr = fr->data;
	for (i = 0; i < nsegs; i++) {
		uint32_t n = i + 1 == nsegs ? len - off : len / nsegs;

		fr->f.seg[i].p = fr->data + off;
		fr->f.seg[i].len = n;
		off += n;
	}
}

/* From port @from, or from the uplink (-1). */
static void send_frame(int from, struct frame *fr)
{
	ngot = 0;
	if (from < 0)
		swpf_switch_from_uplink(&pf, &fr->f, 1);
	else
		swpf_port_xmit(&adi[from], &fr->f, 1);
}

static void sent(int from, const uint8_t *dst, int tci)
{
	struct frame fr;

	frame_init(&fr, dst, from < 0 ? outside : mac_of((uint32_t)from), tci,
		   100, 3);
	send_frame(from, &fr);
}

/* A bit for each port that got something, bit 8: the uplink. Once each. */
static uint32_t who(void)
{
	uint32_t i, mask = 0;

	for (i = 0; i < ngot; i++) {
		uint32_t bit = 1u << 8;

		if (got[i].to)
			bit = 1u << ((const struct adi *)got[i].to - adi);
		CHECK(!(mask & bit));
		mask |= bit;
	}
	return mask;
}

#define UPLINK	0x100u

static struct adi_drops drops(uint32_t i)
{
	struct adi_drops d;

	memset(&d, 0xee, sizeof(d));
	swpf_port_drops(&adi[i], &d);
	CHECK_EQ(dropped[i][0], d.tx_spoofed_mac);
	CHECK_EQ(dropped[i][1], d.tx_spoofed_vlan);
	CHECK_EQ(dropped[i][2], d.tx_fragmented);
	CHECK_EQ(dropped[i][3], d.rx_other_vlan);
	return d;
}

/* ----------------------------------------------------------------- tests */

TEST_ONCE(addresses)
{
	setup();
	sent(0, mac_of(1), NO_TAG);
	CHECK_EQ(who(), 1u << 1);
	sent(0, outside, NO_TAG);
	CHECK_EQ(who(), UPLINK);
	sent(0, bcast, NO_TAG);
	CHECK_EQ(who(), 0xe | UPLINK);
	sent(0, mcast, NO_TAG);
	CHECK_EQ(who(), UPLINK);
	CHECK_EQ(swpf_port_mac_add(&adi[2], mcast), 0);
	sent(0, mcast, NO_TAG);
	CHECK_EQ(who(), 0x4 | UPLINK);
	sent(2, mcast, NO_TAG);
	CHECK_EQ(who(), UPLINK);
	sent(-1, mcast, NO_TAG);
	CHECK_EQ(who(), 0x4);
	/* to itself, to one that is down, once to who wants it twice */
	sent(0, mac_of(0), NO_TAG);
	CHECK_EQ(who(), 0);
	swpf_port_traffic(&adi[1], false);
	sent(0, mac_of(1), NO_TAG);
	CHECK_EQ(who(), 0);
	swpf_port_promisc(&adi[2], true, true);
	sent(0, mac_of(2), NO_TAG);
	CHECK_EQ(who(), 0x4);
	sent(0, mac_of(3), NO_TAG);
	CHECK_EQ(who(), 0xc);
	sent(0, mcast, NO_TAG);
	CHECK_EQ(who(), 0x4 | UPLINK);
	swpf_port_mac_del(&adi[3], mac_of(3));
	swpf_port_mac_del(&adi[3], mac_of(3));
	sent(0, mac_of(3), NO_TAG);
	CHECK_EQ(who(), 0x4 | UPLINK);
	teardown();
	CHECK(syncs >= PORTS + 1);
}

/* A member gets a VLAN's frames as they are; an address counts in its VLANs. */
TEST_ONCE(membership)
{
	setup();
	/* all are members of all */
	sent(0, mac_of(1), 100);
	CHECK_EQ(who(), 0x2);
	CHECK_EQ(got[0].len, 100);
	sent(0, bcast, 100);
	CHECK_EQ(who(), 0xe | UPLINK);

	swpf_port_vlan_filter(&adi[0], true);
	swpf_port_vlan_filter(&adi[1], true);
	swpf_port_vlan_filter(&adi[2], true);
	CHECK_EQ(swpf_port_vlan_add(&adi[0], 0x8100, 100), 0);
	CHECK_EQ(swpf_port_vlan_add(&adi[1], 0x8100, 100), 0);
	CHECK_EQ(swpf_port_vlan_add(&adi[1], 0x8100, 4095), 0);
	CHECK_EQ(swpf_port_vlan_add(&adi[1], 0x88a8, 5), -EOPNOTSUPP);
	sent(0, bcast, 100);
	CHECK_EQ(who(), 0xa | UPLINK);
	sent(0, bcast, 0xe000 | 100);
	CHECK_EQ(who(), 0xa | UPLINK);
	CHECK(got[0].data[14] == 0xe0 && got[0].data[15] == 100);
	/* as good as unknown, and counted where it would have gone */
	sent(0, mac_of(2), 100);
	CHECK_EQ(who(), UPLINK);
	CHECK_EQ(drops(2).rx_other_vlan, 1);
	sent(-1, mac_of(2), 100);
	CHECK_EQ(who(), 0);
	CHECK_EQ(drops(2).rx_other_vlan, 2);
	sent(-1, mac_of(1), 4095);
	CHECK_EQ(who(), 0x2);
	/* no tag, or none but a priority: everyone */
	sent(-1, bcast, NO_TAG);
	CHECK_EQ(who(), 0xf);
	sent(-1, bcast, 0x6000);
	CHECK_EQ(who(), 0xf);
	CHECK_EQ(got[0].len, 100);
	swpf_port_vlan_del(&adi[1], 0x8100, 100);
	swpf_port_vlan_del(&adi[1], 0x88a8, 4095);
	sent(-1, mac_of(1), 100);
	CHECK_EQ(who(), 0);
	sent(-1, mac_of(1), 4095);
	CHECK_EQ(who(), 0x2);
	/* promiscuous mode is a matter of addresses */
	swpf_port_promisc(&adi[2], true, true);
	sent(-1, mac_of(3), 7);
	CHECK_EQ(who(), 0x8);
	teardown();
}

/* Source and VLAN of what a port sends. */
TEST_ONCE(spoofing)
{
	struct frame fr;

	setup();
	frame_init(&fr, mac_of(1), mac_of(2), NO_TAG, 60, 1);
	send_frame(0, &fr);
	CHECK_EQ(who(), 0);
	CHECK_EQ(drops(0).tx_spoofed_mac, 1);
	frame_init(&fr, bcast, outside, NO_TAG, 60, 1);
	send_frame(0, &fr);
	CHECK_EQ(who(), 0);
	CHECK_EQ(drops(0).tx_spoofed_mac, 2);
	swpf_port_vlan_filter(&adi[0], true);
	sent(0, mac_of(1), 9);
	CHECK_EQ(who(), 0);
	CHECK_EQ(drops(0).tx_spoofed_vlan, 1);
	sent(0, mac_of(1), 0x4000);
	CHECK_EQ(who(), 0x2);
	/* one of several addresses */
	CHECK_EQ(swpf_port_mac_add(&adi[0], outside), 0);
	frame_init(&fr, mac_of(1), outside, NO_TAG, 60, 1);
	send_frame(0, &fr);
	CHECK_EQ(who(), 0x2);

	CHECK_EQ(swpf_port_spoofchk(&adi[0], false), 0);
	frame_init(&fr, mac_of(1), mac_of(2), 9, 60, 1);
	send_frame(0, &fr);
	CHECK_EQ(who(), 0x2);
	CHECK_EQ(swpf_port_spoofchk(&adi[0], true), 0);
	send_frame(0, &fr);
	CHECK_EQ(who(), 0);
	CHECK_EQ(drops(0).tx_spoofed_mac, 3);
	CHECK_EQ(drops(1).tx_spoofed_mac, 0);
	CHECK_EQ(drops(0).tx_spoofed_vlan, 1);
	teardown();
}

static void check_got(uint32_t i, const struct frame *fr, int has, int want)
{
	const uint8_t *rest = fr->data + 12 + (has == NO_TAG ? 0 : 4);
	uint32_t len = fr->len - 12 - (has == NO_TAG ? 0 : 4), at = 12;

	CHECK(!memcmp(got[i].data, fr->data, 12));
	if (want != NO_TAG) {
		CHECK(got[i].data[12] == 0x81 && got[i].data[13] == 0);
		CHECK_EQ(got[i].data[14] << 8 | got[i].data[15], want);
		at = 16;
	}
	CHECK_EQ_AT(got[i].len, at + len, fr->len);
	CHECK(!memcmp(got[i].data + at, rest, len));
}

/* Every length and cut: a tag comes on at the way in, goes at the way out. */
TEST_ONCE(port_vlan_tags)
{
	const uint16_t tci = 3 << 13 | 100;
	uint32_t len, segs;
	struct frame fr;

	setup();
	CHECK_EQ(swpf_port_port_vlan(&adi[0], 100, 3), 0);
	CHECK_EQ(swpf_port_port_vlan(&adi[1], 100, 0), 0);
	for (len = 14; len <= 2000; len += len < 160 ? 1 : 97) {
		for (segs = 1; segs < AVF_FRAME_SEGS && segs <= len;
		     segs += len < 80 ? 1 : 5) {
			/* to the uplink, and to a port that sees tags */
			frame_init(&fr, outside, mac_of(0), NO_TAG, len, segs);
			send_frame(0, &fr);
			CHECK_EQ(who(), UPLINK);
			check_got(0, &fr, NO_TAG, tci);
			frame_init(&fr, mac_of(2), mac_of(0), NO_TAG, len, segs);
			send_frame(0, &fr);
			CHECK_EQ(who(), 0x4);
			check_got(0, &fr, NO_TAG, tci);
			/* to another in the same VLAN, untouched */
			frame_init(&fr, mac_of(1), mac_of(0), NO_TAG, len, segs);
			send_frame(0, &fr);
			CHECK_EQ(who(), 0x2);
			check_got(0, &fr, NO_TAG, NO_TAG);
			if (len < 18)
				continue;
			/* with a tag, from outside and from a port */
			frame_init(&fr, mac_of(0), outside, 0x100 | 100, len,
				   segs);
			send_frame(-1, &fr);
			CHECK_EQ(who(), 0);
			frame_init(&fr, mac_of(0), outside, 0xe000 | 100, len,
				   segs);
			send_frame(-1, &fr);
			CHECK_EQ(who(), 0x1);
			check_got(0, &fr, 100, NO_TAG);
			frame_init(&fr, mac_of(0), mac_of(2), 100, len, segs);
			send_frame(2, &fr);
			CHECK_EQ(who(), 0x1);
			check_got(0, &fr, 100, NO_TAG);
		}
	}
	/* everyone gets it in the form that is right there */
	frame_init(&fr, bcast, mac_of(0), NO_TAG, 300, 2);
	send_frame(0, &fr);
	CHECK_EQ(who(), 0xe | UPLINK);
	for (len = 0; len < ngot; len++)
		check_got(len, &fr, NO_TAG,
			  got[len].to == &adi[1] ? NO_TAG : tci);
	frame_init(&fr, bcast, mac_of(3), 0x2000 | 100, 300, 2);
	send_frame(3, &fr);
	CHECK_EQ(who(), 0x7 | UPLINK);
	for (len = 0; len < ngot; len++)
		check_got(len, &fr, 100, got[len].to == &adi[0] ||
			  got[len].to == &adi[1] ? NO_TAG : 0x2000 | 100);
	CHECK_EQ(drops(0).tx_fragmented, 0);
	teardown();
}

/* There is no way out of a port VLAN, nor into it. */
TEST_ONCE(port_vlan_isolates)
{
	static const int tags[] = { 0, 0x2000, 100, 5, 0xffff };
	uint32_t i;

	setup();
	CHECK_EQ(swpf_port_port_vlan(&adi[0], 100, 0), 0);
	/* whatever the guest had asked for, and whatever is checked */
	CHECK_EQ(swpf_port_vlan_add(&adi[0], 0x8100, 5), 0);
	for (i = 0; i < 2 * ARRAY_SIZE(tags); i++) {
		CHECK_EQ(swpf_port_spoofchk(&adi[0], i & 1), 0);
		sent(0, bcast, tags[i / 2]);
		CHECK_EQ(who(), 0);
		CHECK_EQ(drops(0).tx_spoofed_vlan, i + 1);
	}
	swpf_port_promisc(&adi[0], true, true);
	swpf_port_vlan_filter(&adi[0], false);
	sent(1, mac_of(0), NO_TAG);
	CHECK_EQ(who(), UPLINK);
	sent(1, mac_of(0), 5);
	CHECK_EQ(who(), UPLINK);
	sent(1, mac_of(2), NO_TAG);
	CHECK_EQ(who(), 0x4);
	sent(-1, bcast, NO_TAG);
	CHECK_EQ(who(), 0xe);
	sent(-1, bcast, 0x2000);
	CHECK_EQ(who(), 0xe);
	sent(-1, bcast, 101);
	CHECK_EQ(who(), 0xe);
	CHECK_EQ(drops(0).rx_other_vlan, 2);
	/* and back */
	CHECK_EQ(swpf_port_port_vlan(&adi[0], 0, 5), 0);
	sent(-1, bcast, NO_TAG);
	CHECK_EQ(who(), 0xf);
	sent(0, mac_of(1), NO_TAG);
	CHECK_EQ(who(), 0x2);
	CHECK_EQ(got[0].len, 100);
	teardown();
}

/* Other tags are payload; a frame too short for a tag has none. */
TEST_ONCE(other_tags)
{
	struct frame fr;

	setup();
	swpf_port_vlan_filter(&adi[0], true);
	swpf_port_vlan_filter(&adi[1], true);
	frame_init(&fr, mac_of(1), mac_of(0), 100, 60, 1);
	memcpy(fr.data + 12, "\x88\xa8", 2);
	send_frame(0, &fr);
	CHECK_EQ(who(), 0x2);
	frame_init(&fr, mac_of(1), mac_of(0), 100, 17, 1);
	send_frame(0, &fr);
	CHECK_EQ(who(), 0x2);
	frame_init(&fr, mac_of(1), mac_of(0), 100, 18, 1);
	send_frame(0, &fr);
	CHECK_EQ(who(), 0);
	teardown();
}

/* In as many pieces as there can be, a tag finds no room: dropped, counted. */
TEST_ONCE(too_many_pieces)
{
	uint8_t head[SWPF_HDR + 36];
	struct frame fr;

	setup();
	CHECK_EQ(swpf_port_port_vlan(&adi[0], 100, 0), 0);
	frame_init(&fr, outside, mac_of(0), NO_TAG, 2000, AVF_FRAME_SEGS);
	/* the first piece is longer than what is judged */
	memcpy(head, fr.data, sizeof(head));
	CHECK_EQ(fr.f.seg[0].len, 62);
	fr.f.seg[0].p = head;
	fr.f.seg[0].len = sizeof(head);
	fr.f.len += sizeof(head) - 62;
	send_frame(0, &fr);
	CHECK_EQ(ngot, 0);
	CHECK_EQ(drops(0).tx_fragmented, 1);
	/* one less is fine */
	fr.f.nsegs--;
	fr.f.len -= fr.f.seg[AVF_FRAME_SEGS - 1].len;
	send_frame(0, &fr);
	CHECK_EQ(who(), UPLINK);
	CHECK_EQ(got[0].len, fr.f.len + 4);
	teardown();
}

/* Bursts are cut where address or VLAN change, and after 32 frames. */
TEST_ONCE(bursts)
{
	static struct avf_frame f[100];
	static struct frame fr[100];
	uint32_t i, n, k;

	setup();
	CHECK_EQ(swpf_port_port_vlan(&adi[1], 100, 0), 0);
	flushes = 0;
	for (n = 1; n <= 100; n += 11) {
		uint32_t want[4] = { 0 };

		for (i = 0; i < n; i++) {
			uint32_t kind = i / 40 % 2 ? i % 3 : 0;

			frame_init(&fr[i], kind == 1 ? mac_of(2) : mac_of(1),
				   mac_of(0), kind == 2 ? 101 : 100, 64 + i, 2);
			f[i] = fr[i].f;
			want[kind]++;
		}
		ngot = 0;
		swpf_port_xmit(&adi[0], f, n);
		for (i = 0, k = 0; i < ngot; i++) {
			if (got[i].to == &adi[1]) {
				want[0]--;
				/* in order, each its own, without the tag */
				CHECK(got[i].len >= 60 + k);
				k = got[i].len - 60 + 1;
				check_got(i, &fr[k - 1], 100, NO_TAG);
			} else if (got[i].to == &adi[2]) {
				want[1]--;
			} else {
				want[2]--;
			}
		}
		CHECK_EQ(want[0] | want[1] | want[2], 0);
		/* the host's stack is woken once for all */
		CHECK_EQ(flushes, (n + 10) / 11);
	}
	teardown();
}

/* A frame to be cut is one to the switch; only its headers' places change. */
TEST_ONCE(to_be_cut)
{
	const struct avf_gso gso = {
		.mss = 300, .segs = 7, .l3 = 14, .l4 = 34, .hlen = 66,
	};
	const uint16_t tci = 3 << 13 | 100;
	struct frame fr;

	setup();
	CHECK_EQ(swpf_port_port_vlan(&adi[0], 100, 3), 0);
	frame_init(&fr, bcast, mac_of(0), NO_TAG, 2000, 5);
	fr.f.gso = gso;
	send_frame(0, &fr);
	CHECK_EQ(who(), 0xe | UPLINK);
	for (uint32_t i = 0; i < ngot; i++) {
		check_got(i, &fr, NO_TAG, tci);
		CHECK_EQ(got[i].gso.mss, 300);
		CHECK_EQ(got[i].gso.segs, 7);
		CHECK_EQ(got[i].gso.l3, 18);
		CHECK_EQ(got[i].gso.l4, 38);
		CHECK_EQ(got[i].gso.hlen, 70);
	}
	/* and the way back */
	frame_init(&fr, mac_of(0), outside, tci, 2000, 5);
	fr.f.gso = gso;
	fr.f.gso.l3 = 18;
	fr.f.gso.l4 = 38;
	fr.f.gso.hlen = 70;
	send_frame(-1, &fr);
	CHECK_EQ(who(), 0x1);
	check_got(0, &fr, tci, NO_TAG);
	CHECK_EQ(got[0].gso.mss, 300);
	CHECK_EQ(got[0].gso.l3, 14);
	CHECK_EQ(got[0].gso.l4, 34);
	CHECK_EQ(got[0].gso.hlen, 66);
	/* what is dropped counts as what it would have been on the wire */
	frame_init(&fr, mac_of(0), outside, 101, 2000, 5);
	fr.f.gso = gso;
	send_frame(-1, &fr);
	CHECK_EQ(who(), 0);
	CHECK_EQ(drops(0).rx_other_vlan, 7);
	frame_init(&fr, mac_of(1), mac_of(3), NO_TAG, 2000, 5);
	fr.f.gso = gso;
	send_frame(2, &fr);
	CHECK_EQ(who(), 0);
	CHECK_EQ(drops(2).tx_spoofed_mac, 7);
	frame_init(&fr, mac_of(1), mac_of(0), 5, 2000, 5);
	fr.f.gso = gso;
	send_frame(0, &fr);
	CHECK_EQ(drops(0).tx_spoofed_vlan, 7);
	teardown();
}
