// SPDX-License-Identifier: GPL-2.0
/* VLANs: what is negotiated, filters, tags on their way in and out. */
#include "tx_bed.h"

#define V1	(CAPS_LINUX & ~CAP_VLAN_V2)
#define V2	CAPS_LINUX
#define NONE	(CAPS_LINUX & ~(CAP_VLAN | CAP_VLAN_V2))

static const uint8_t peer[6] = { 2, 9, 9, 9, 9, 9 };

static void vlan_bed(struct bed *b, uint32_t caps)
{
	bed_mbx(b);
	b->d.want_caps = caps;
	CHECK_EQ(avfdrv_version(&b->d, 1, 1), 0);
	CHECK_EQ(avfdrv_resources(&b->d), 0);
	avfdrv_drain(&b->d);
}

static void vlan_up(struct bed *b, uint32_t caps, uint8_t rxdid)
{
	bed_open(b);
	b->d.want_caps = caps;
	b->d.rxdid = rxdid;
	b->d.max_pkt = 9728;
	CHECK_EQ(avfdrv_probe(&b->d), 0);
	CHECK_EQ(avfdrv_up(&b->d), 0);
}

static int list1(struct bed *b, uint32_t op, uint32_t first, uint32_t n)
{
	uint8_t msg[4096] = { 0 };
	uint32_t i;

	put_le16(msg, b->d.vsi);
	put_le16(msg + 2, n);
	for (i = 0; i < n; i++)
		put_le16(msg + 4 + 2 * i, first + i);
	return avfdrv_cmd(&b->d, op, msg, 6 + 2 * n, NULL);
}

static int list2(struct bed *b, uint32_t op, uint32_t first, uint32_t n)
{
	uint8_t msg[4096] = { 0 };
	uint32_t i;

	put_le16(msg, b->d.vsi);
	put_le16(msg + 2, n);
	for (i = 0; i < n; i++) {
		put_le16(msg + 8 + 32 * i, first + i);
		put_le16(msg + 12 + 32 * i, 0x8100);
	}
	return avfdrv_cmd(&b->d, op, msg, 8 + 32 * n, NULL);
}

static int set2(struct bed *b, uint32_t op, uint32_t outer, uint32_t inner,
		uint16_t vsi)
{
	uint8_t msg[16] = { 0 };

	put_le32(msg, outer);
	put_le32(msg + 4, inner);
	put_le16(msg + 8, vsi);
	return avfdrv_cmd(&b->d, op, msg, 16, NULL);
}

/* ----------------------------------------------------------- negotiation */

TEST_ONCE(which_generation)
{
	static const uint32_t v1[] = { VC_ADD_VLAN, VC_DEL_VLAN, VC_STRIP_ON,
		VC_STRIP_OFF };
	struct avfdrv_msg m;
	struct bed b;
	uint32_t i;

	vlan_bed(&b, V2);
	CHECK_EQ(b.d.caps & (CAP_VLAN | CAP_VLAN_V2), CAP_VLAN_V2);
	for (i = 0; i < ARRAY_SIZE(v1); i++)
		CHECK_EQ(avfdrv_cmd(&b.d, v1[i], NULL, 0, &m), VC_ENOTSUPP);
	b.d.want_caps = V1;
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	CHECK_EQ(b.d.caps & (CAP_VLAN | CAP_VLAN_V2), CAP_VLAN);
	for (i = VC_GET_VLAN_CAPS; i <= VC_INSERT_OFF_V2; i++)
		CHECK_EQ(avfdrv_cmd(&b.d, i, NULL, 0, &m), VC_ENOTSUPP);
	b.d.want_caps = NONE;
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	CHECK_EQ(list1(&b, VC_ADD_VLAN, 1, 1), VC_ENOTSUPP);
	CHECK_EQ(list2(&b, VC_ADD_VLAN_V2, 1, 1), VC_ENOTSUPP);
	/* never offered to anybody */
	for (i = 58; i <= 59; i++)
		CHECK_EQ(set2(&b, i, 0, 1, b.d.vsi), VC_ENOTSUPP);
	bed_close(&b);
}

static void check_caps(struct bed *b, uint32_t max)
{
	struct avfdrv_msg m;

	memset(&m, 0xee, sizeof(m));
	CHECK_EQ(avfdrv_cmd(&b->d, VC_GET_VLAN_CAPS, NULL, 0, &m), 0);
	CHECK_EQ(m.len, 40);
	/* filter: outer, inner, default, number */
	CHECK_EQ(get_le32(m.data), 0);
	CHECK_EQ(get_le32(m.data + 4), 1);
	CHECK_EQ(get_le32(m.data + 8), 1);
	CHECK_EQ(get_le32(m.data + 12), max);
	/* strip and insert: may be switched, in L2TAG1 */
	CHECK_EQ(get_le32(m.data + 16), 0);
	CHECK_EQ(get_le32(m.data + 20), 0x80000101);
	CHECK_EQ(get_le32(m.data + 24), 0);
	CHECK_EQ(get_le32(m.data + 28), 0x80000101);
	CHECK_EQ(get_le32(m.data + 32), 1);
	CHECK_EQ(get_le32(m.data + 36), 0);
}

TEST_ONCE(caps_v2)
{
	struct bed b;

	vlan_bed(&b, V2);
	check_caps(&b, 64);
	avf_trust_set(b.h.dev, true);
	check_caps(&b, 4094);
	bed_check_len(&b, VC_GET_VLAN_CAPS, NULL, 0);
	bed_close(&b);
}

static void check_list(struct bed *b, uint32_t op, uint32_t head, uint32_t elem,
		       bool legacy)
{
	uint8_t msg[4096] = { 0 };
	uint32_t n, exact, k;

	put_le16(msg, b->d.vsi);
	for (n = 1; n <= 3; n++) {
		put_le16(msg + 2, n);
		for (k = 0; elem == 32 && k < n; k++)
			put_le16(msg + head + 32 * k + 4, 0x8100);
		exact = head + n * elem;
		CHECK_EQ(avfdrv_cmd(&b->d, op, msg, exact, NULL), 0);
		bed_check_len(b, op, msg, exact);
		CHECK_EQ(avfdrv_cmd(&b->d, op, msg, exact + elem, NULL),
			 legacy ? 0 : VC_EPARAM);
		bed_check_len(b, op, msg, exact + elem);
		CHECK_EQ(avfdrv_cmd(&b->d, op, msg, exact - elem, NULL),
			 VC_EPARAM);
	}
	put_le16(msg + 2, 0);
	CHECK_EQ(avfdrv_cmd(&b->d, op, msg, head, NULL), VC_EPARAM);
	CHECK_EQ(avfdrv_cmd(&b->d, op, msg, head + elem, NULL), VC_EPARAM);
	put_le16(msg + 2, 0xffff);
	CHECK_EQ(avfdrv_cmd(&b->d, op, msg, 4096, NULL), VC_EPARAM);
	put_le16(msg + 2, 1);
	put_le16(msg, b->d.vsi + 1);
	CHECK_EQ(avfdrv_cmd(&b->d, op, msg, head + elem, NULL), VC_EPARAM);
}

TEST_ONCE(lengths_and_vsi)
{
	uint8_t set[16] = { 0, 0, 0, 0, 1 };
	struct bed b;
	uint32_t op;

	vlan_bed(&b, V1);
	check_list(&b, VC_ADD_VLAN, 4, 2, true);
	check_list(&b, VC_DEL_VLAN, 4, 2, true);
	bed_check_len(&b, VC_STRIP_ON, NULL, 0);
	bed_check_len(&b, VC_STRIP_OFF, NULL, 0);
	bed_close(&b);

	vlan_bed(&b, V2);
	check_list(&b, VC_ADD_VLAN_V2, 8, 32, false);
	check_list(&b, VC_DEL_VLAN_V2, 8, 32, false);
	put_le16(set + 8, b.d.vsi);
	for (op = VC_STRIP_ON_V2; op <= VC_INSERT_OFF_V2; op++) {
		CHECK_EQ(set2(&b, op, 0, 1, b.d.vsi), 0);
		bed_check_len(&b, op, set, 16);
		CHECK_EQ(set2(&b, op, 0, 1, 0), VC_EPARAM);
		/* nothing, another protocol, two, a place, the outer tag */
		CHECK_EQ(set2(&b, op, 0, 0, b.d.vsi), VC_EPARAM);
		CHECK_EQ(set2(&b, op, 0, 2, b.d.vsi), VC_EPARAM);
		CHECK_EQ(set2(&b, op, 0, 3, b.d.vsi), VC_EPARAM);
		CHECK_EQ(set2(&b, op, 0, 0x101, b.d.vsi), VC_EPARAM);
		CHECK_EQ(set2(&b, op, 1, 0, b.d.vsi), VC_EPARAM);
		CHECK_EQ(set2(&b, op, 1, 1, b.d.vsi), VC_EPARAM);
	}
	bed_close(&b);
}

/* --------------------------------------------------------------- filters */

TEST_ONCE(idempotent)
{
	struct bed b;

	vlan_bed(&b, V1);
	CHECK_EQ(list1(&b, VC_ADD_VLAN, 100, 3), 0);
	CHECK_EQ(list1(&b, VC_ADD_VLAN, 101, 3), 0);
	CHECK_EQ(b.h.nvlans, 4);
	CHECK(b.h.vlan[100] && b.h.vlan[103]);
	/* VLAN 0 is nothing (quirk Q7), 4095 may be asked for */
	CHECK_EQ(list1(&b, VC_ADD_VLAN, 0, 1), 0);
	CHECK_EQ(b.h.nvlans, 4);
	CHECK_EQ(list1(&b, VC_DEL_VLAN, 0, 1), 0);
	CHECK_EQ(list1(&b, VC_ADD_VLAN, 4095, 1), 0);
	CHECK(b.h.vlan[4095]);
	/* beyond: the whole message is refused */
	CHECK_EQ(list1(&b, VC_ADD_VLAN, 4094, 3), VC_EPARAM);
	CHECK_EQ(list1(&b, VC_DEL_VLAN, 4094, 3), VC_EPARAM);
	CHECK_EQ(b.h.nvlans, 5);
	CHECK_EQ(list1(&b, VC_DEL_VLAN, 1, 1000), 0);
	CHECK_EQ(list1(&b, VC_DEL_VLAN, 1, 1000), 0);
	CHECK_EQ(b.h.nvlans, 1);
	bed_close(&b);

	vlan_bed(&b, V2);
	CHECK_EQ(list2(&b, VC_ADD_VLAN_V2, 0, 3), 0);
	CHECK_EQ(list2(&b, VC_ADD_VLAN_V2, 1, 3), 0);
	CHECK_EQ(b.h.nvlans, 3);
	CHECK_EQ(list2(&b, VC_ADD_VLAN_V2, 4095, 2), VC_EPARAM);
	CHECK_EQ(b.h.nvlans, 3);
	CHECK_EQ(list2(&b, VC_DEL_VLAN_V2, 4095, 2), VC_EPARAM);
	CHECK_EQ(list2(&b, VC_DEL_VLAN_V2, 0, 100), 0);
	CHECK_EQ(b.h.nvlans, 0);
	bed_close(&b);
}

/* Filters of what was not offered. */
TEST_ONCE(malformed_v2)
{
	static const struct { uint8_t off; uint16_t val; } bad[] = {
		{ 4, 0 }, { 4, 0x88a8 }, { 4, 0x9100 }, { 4, 0x0081 },
		{ 2, 0x0fff }, { 0, 0x1005 }, { 8, 1 }, { 10, 1 },
		{ 12, 0x8100 },
	};
	struct bed b;
	uint32_t i, at;

	vlan_bed(&b, V2);
	CHECK_EQ(list2(&b, VC_ADD_VLAN_V2, 5, 1), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		for (at = 0; at < 3; at++) {
			uint8_t msg[8 + 3 * 32] = { 0 };
			uint32_t k;

			put_le16(msg, b.d.vsi);
			put_le16(msg + 2, 3);
			for (k = 0; k < 3; k++) {
				put_le16(msg + 8 + 32 * k, 5 + k);
				put_le16(msg + 12 + 32 * k, 0x8100);
			}
			put_le16(msg + 8 + 32 * at + bad[i].off, bad[i].val);
			CHECK_EQ_AT(avfdrv_cmd(&b.d, VC_ADD_VLAN_V2, msg,
					       sizeof(msg), NULL), VC_EPARAM, i);
			CHECK_EQ_AT(avfdrv_cmd(&b.d, VC_DEL_VLAN_V2, msg,
					       sizeof(msg), NULL), VC_EPARAM, i);
			CHECK_EQ(b.h.nvlans, 1);
		}
	}
	bed_close(&b);
}

TEST_ONCE(limits)
{
	struct bed b;
	uint32_t i;

	/* the old form: a success, and no more of it */
	vlan_bed(&b, V1);
	CHECK_EQ(list1(&b, VC_ADD_VLAN, 1, 60), 0);
	CHECK_EQ(list1(&b, VC_ADD_VLAN, 50, 30), 0);
	CHECK_EQ(b.h.nvlans, 64);
	CHECK(b.h.vlan[64] && !b.h.vlan[65]);
	CHECK_EQ(list1(&b, VC_ADD_VLAN, 1000, 1), 0);
	CHECK_EQ(b.h.nvlans, 64);
	bed_close(&b);

	/* the new one is refused as a whole */
	vlan_bed(&b, V2);
	CHECK_EQ(list2(&b, VC_ADD_VLAN_V2, 1, 65), VC_EPARAM);
	CHECK_EQ(b.h.nvlans, 0);
	CHECK_EQ(list2(&b, VC_ADD_VLAN_V2, 0, 61), 0);
	CHECK_EQ(list2(&b, VC_ADD_VLAN_V2, 50, 16), VC_EPARAM);
	CHECK_EQ(b.h.nvlans, 60);
	/* what is there does not count */
	CHECK_EQ(list2(&b, VC_ADD_VLAN_V2, 50, 15), 0);
	CHECK_EQ(b.h.nvlans, 64);
	CHECK_EQ(list2(&b, VC_ADD_VLAN_V2, 1, 64), 0);
	CHECK_EQ(list2(&b, VC_ADD_VLAN_V2, 65, 1), VC_EPARAM);
	/* trusted: all there are */
	avf_trust_set(b.h.dev, true);
	for (i = 0; i < 4096; i += 64)
		CHECK_EQ(list2(&b, VC_ADD_VLAN_V2, i, 64), 0);
	CHECK_EQ(b.h.nvlans, 4095);
	/* trust taken away: no more, but what is there stays till the reset */
	CHECK_EQ(list2(&b, VC_DEL_VLAN_V2, 9, 1), 0);
	avf_trust_set(b.h.dev, false);
	CHECK_EQ(list2(&b, VC_ADD_VLAN_V2, 9, 1), VC_EPARAM);
	CHECK_EQ(list2(&b, VC_ADD_VLAN_V2, 10, 1), 0);
	CHECK_EQ(b.h.nvlans, 4094);
	avf_dev_reset(b.h.dev, AVF_RESET_PF);
	CHECK_EQ(b.h.nvlans, 0);
	bed_close(&b);

	/* the same one twice in a message takes one place */
	vlan_bed(&b, V2);
	{
		uint8_t msg[8 + 80 * 32] = { 0 };

		put_le16(msg, b.d.vsi);
		put_le16(msg + 2, 80);
		for (i = 0; i < 80; i++) {
			put_le16(msg + 8 + 32 * i, 200 + i % 64);
			put_le16(msg + 12 + 32 * i, 0x8100);
		}
		CHECK_EQ(avfdrv_cmd(&b.d, VC_ADD_VLAN_V2, msg, sizeof(msg),
				    NULL), 0);
	}
	CHECK_EQ(b.h.nvlans, 64);
	bed_close(&b);
}

/* The host refuses one: those before it are taken back, and no others. */
TEST_ONCE(host_refuses)
{
	struct bed b;

	vlan_bed(&b, V1);
	CHECK_EQ(list1(&b, VC_ADD_VLAN, 11, 1), 0);
	b.h.vlan_refused = 14;
	CHECK_EQ(list1(&b, VC_ADD_VLAN, 10, 10), VC_EPARAM);
	CHECK_EQ(b.h.nvlans, 1);
	CHECK(b.h.vlan[11]);
	b.h.vlan_refused = 0;
	CHECK_EQ(list1(&b, VC_ADD_VLAN, 10, 10), 0);
	CHECK_EQ(b.h.nvlans, 10);
	bed_close(&b);
}

/* Filters and defaults do not outlive a reset, or the capability. */
TEST_ONCE(reset_forgets)
{
	static const enum avf_reset kind[] = { AVF_RESET_VF, AVF_RESET_PF,
		AVF_RESET_FLR };
	struct bed b;
	uint32_t i;

	for (i = 0; i < ARRAY_SIZE(kind); i++) {
		vlan_bed(&b, V1);
		CHECK(b.h.vlan_filter);
		CHECK_EQ(list1(&b, VC_ADD_VLAN, 7, 5), 0);
		avf_dev_reset(b.h.dev, kind[i]);
		CHECK_EQ(b.h.nvlans, 0);
		CHECK(!b.h.vlan_filter);
		bed_close(&b);
	}
	vlan_bed(&b, V1);
	CHECK_EQ(list1(&b, VC_ADD_VLAN, 7, 5), 0);
	b.d.want_caps = V2;
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	CHECK_EQ(b.h.nvlans, 5);
	b.d.want_caps = NONE;
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	CHECK_EQ(b.h.nvlans, 0);
	CHECK(!b.h.vlan_filter);
	bed_close(&b);
}

/* Who gets which frame, by tag, membership and promiscuous mode. */
TEST(decision_table)
{
	static const struct { uint16_t tci; bool tag, member, other; } t[] = {
		{ 0, false, true, true },	/* no tag */
		{ 0xe000, true, true, true },	/* priority only */
		{ 100, true, true, true },
		{ 0x6000 | 100, true, true, true },
		{ 101, true, false, true },
		{ 4095, true, false, true },
	};
	static const uint32_t caps[] = { V1, V2, NONE };
	uint32_t i, c, promisc;

	for (c = 0; c < ARRAY_SIZE(caps); c++) {
		struct host_switch sw = { .n = 0 };
		struct bed a, b;

		vlan_up(&a, caps[c], 1);
		vlan_up(&b, caps[c], 1);
		host_plug(&a.h, &sw);
		host_plug(&b.h, &sw);
		avf_trust_set(b.h.dev, true);
		if (caps[c] == V1)
			CHECK_EQ(list1(&b, VC_ADD_VLAN, 100, 1), 0);
		if (caps[c] == V2)
			CHECK_EQ(list2(&b, VC_ADD_VLAN_V2, 100, 1), 0);
		for (promisc = 0; promisc < 4; promisc++) {
			bool all = caps[c] == NONE || promisc & 1;

			CHECK_EQ(avfdrv_promisc(&b.d, (uint16_t)promisc), 0);
			CHECK_EQ(b.h.vlan_filter, !all);
			for (i = 0; i < ARRAY_SIZE(t); i++) {
				uint64_t before = b.h.rx_ok;
				uint8_t frame[64];

				pattern(frame, sizeof(frame), i);
				eth(frame, b.d.mac, peer, 0x88b5);
				if (t[i].tag) {
					eth(frame, b.d.mac, peer, 0x8100);
					frame[14] = (uint8_t)(t[i].tci >> 8);
					frame[15] = (uint8_t)t[i].tci;
				}
				CHECK_EQ(avfdrv_tx(&a.d, 0, frame, 64), 0);
				CHECK_EQ_AT(b.h.rx_ok - before,
					    all ? t[i].other : t[i].member,
					    c * 100 + promisc * 10 + i);
			}
		}
		bed_close(&a);
		bed_close(&b);
	}
}

/* ------------------------------------------------------------- the way in */

/* Deliver a frame with the given tags and look at all of what comes out. */
static void check_rx(struct bed *b, uint32_t len, uint32_t nsegs, int tags,
		     uint16_t tci, bool strip)
{
	uint8_t frame[9728], got[9728];
	uint32_t cut = strip && tags && len >= 18 ? 4 : 0;
	struct avfdrv_rxinfo info;

	pattern(frame, len, len + tci);
	eth(frame, b->d.mac, peer, 0x88b5);
	if (tags) {
		frame[12] = 0x81;
		frame[13] = 0;
	}
	if (tags && len >= 18) {
		frame[14] = (uint8_t)(tci >> 8);
		frame[15] = (uint8_t)tci;
	}
	if (tags == 2) {
		frame[16] = 0x81;
		frame[17] = 0;
	}
	CHECK_EQ(host_rx(&b->h, frame, len, nsegs), 0);
	CHECK_EQ_AT(avfdrv_rx(&b->d, 0, got, sizeof(got), &info), len - cut,
		    len);
	CHECK_EQ_AT(info.tagged, cut != 0, len);
	CHECK_EQ(info.tci, cut ? tci : 0);
	CHECK(!memcmp(got, frame, 12));
	CHECK(!memcmp(got + 12, frame + 12 + cut, len - 12 - cut));
	/* the second tag's fields stay empty */
	CHECK_EQ(info.qw[2], 0);
}

static void check_rx_all(struct bed *b, bool strip)
{
	static const uint16_t tcis[] = { 0, 1, 100, 0x0fff, 0xe001, 0xffff };
	uint32_t len, i;

	for (i = 0; i < ARRAY_SIZE(tcis); i++) {
		check_rx(b, 64, 1, 0, tcis[i], strip);
		check_rx(b, 64, 1, 1, tcis[i], strip);
		check_rx(b, 68, 2, 2, tcis[i], strip);
	}
	/* the tag anywhere in the segments; borders of buffers */
	for (len = 14; len < 40; len++)
		for (i = 1; i <= len && i <= 32; i++)
			check_rx(b, len, i, 1, 5, strip);
	for (len = 2040; len <= 2060; len++)
		check_rx(b, len, 3, 1, 5, strip);
	for (len = 64; len <= 9728; len += 161)
		check_rx(b, len, 1 + len % 31, 1, 7, strip);
}

TEST(strip)
{
	static const uint8_t rxdids[] = { 1, 22 };
	struct bed b;
	uint32_t i;

	for (i = 0; i < ARRAY_SIZE(rxdids); i++) {
		/* the old messages: on by default */
		vlan_up(&b, V1, rxdids[i]);
		check_rx_all(&b, true);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_STRIP_OFF, NULL, 0, NULL), 0);
		check_rx_all(&b, false);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_STRIP_ON, NULL, 0, NULL), 0);
		check_rx_all(&b, true);
		/* a filter does not change it */
		CHECK_EQ(list1(&b, VC_ADD_VLAN, 5, 1), 0);
		check_rx(&b, 64, 1, 1, 5, true);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_STRIP_OFF, NULL, 0, NULL), 0);
		CHECK_EQ(avfdrv_reset(&b.d), 0);
		check_rx(&b, 64, 1, 1, 5, true);
		bed_close(&b);

		/* the new ones: off */
		vlan_up(&b, V2, rxdids[i]);
		check_rx_all(&b, false);
		CHECK_EQ(set2(&b, VC_STRIP_ON_V2, 0, 1, b.d.vsi), 0);
		check_rx_all(&b, true);
		/* insertion is another matter */
		CHECK_EQ(set2(&b, VC_INSERT_OFF_V2, 0, 1, b.d.vsi), 0);
		check_rx(&b, 64, 1, 1, 5, true);
		CHECK_EQ(set2(&b, VC_STRIP_OFF_V2, 0, 2, b.d.vsi), VC_EPARAM);
		check_rx(&b, 64, 1, 1, 5, true);
		CHECK_EQ(set2(&b, VC_STRIP_OFF_V2, 0, 1, b.d.vsi), 0);
		check_rx_all(&b, false);
		CHECK_EQ(set2(&b, VC_STRIP_ON_V2, 0, 1, b.d.vsi), 0);
		CHECK_EQ(avfdrv_reset(&b.d), 0);
		check_rx(&b, 64, 1, 1, 5, false);
		bed_close(&b);

		vlan_up(&b, NONE, rxdids[i]);
		check_rx_all(&b, false);
		bed_close(&b);
	}
}

/* Only what looks like a tag is one; the wire's length is what counts. */
TEST(strip_not)
{
	static const uint16_t types[] = { 0x88a8, 0x9100, 0x0081, 0x8101 };
	uint8_t frame[1600], got[1600];
	struct avfdrv_rxinfo info;
	struct avf_stats s;
	struct bed b;
	uint32_t i;

	vlan_up(&b, V1, 1);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		pattern(frame, 64, i);
		eth(frame, b.d.mac, peer, types[i]);
		CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
		CHECK_EQ(avfdrv_rx(&b.d, 0, got, sizeof(got), &info), 64);
		CHECK(!info.tagged && !memcmp(got, frame, 64));
	}
	s = bed_stats(&b);
	eth(frame, b.d.mac, peer, 0x8100);
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
	CHECK_EQ(bed_stats(&b).rx_bytes - s.rx_bytes, 68);
	bed_close(&b);
}

/* ------------------------------------------------------------ the way out */

static uint64_t tag1(uint16_t tci)
{
	return (uint64_t)tci << 48;
}

static void check_insert(struct tx_bed *t, uint32_t len, uint16_t tci)
{
	uint8_t want[4096];

	pattern(t->mem, len, len + tci);
	memcpy(want, t->mem, 12);
	put_le32(want + 12, 0x0081);
	want[14] = (uint8_t)(tci >> 8);
	want[15] = (uint8_t)tci;
	memcpy(want + 16, t->mem + 12, len - 12);
	avfdrv_txd(&t->b.d, 0, t->iova,
		   avfdrv_txd_qw1(TXD_ICRC | TXD_EOP | TXD_RS | TXD_L2TAG1,
				  len, 0, 0, 0) | tag1(tci));
	tx_ring(t);
	tx_expect(t, want, len + 4);
	CHECK(!host_take(&t->b.h));
}

static void vlan_tx_open(struct tx_bed *t, uint32_t caps)
{
	vlan_up(&t->b, caps, 1);
	t->iova = bed_mem(&t->b, 1 << 20, &t->mem);
}

TEST(insert)
{
	static const uint16_t tcis[] = { 0, 1, 100, 0xe064, 0xffff };
	static const uint32_t caps[] = { V1, V2 };
	struct tx_bed t;
	uint32_t i, c, len;

	for (c = 0; c < ARRAY_SIZE(caps); c++) {
		vlan_tx_open(&t, caps[c]);
		for (i = 0; i < ARRAY_SIZE(tcis); i++)
			check_insert(&t, 100, tcis[i]);
		for (len = 14; len < 4000; len += len < 130 ? 1 : 77)
			check_insert(&t, len, 5);
		if (caps[c] == V2) {
			/* the frame says what it wants, switched or not */
			CHECK_EQ(set2(&t.b, VC_INSERT_ON_V2, 0, 1,
				      t.b.d.vsi), 0);
			check_insert(&t, 100, 6);
			CHECK_EQ(set2(&t.b, VC_INSERT_OFF_V2, 0, 1,
				      t.b.d.vsi), 0);
			check_insert(&t, 100, 6);
		}
		CHECK_EQ(bed_stats(&t.b).tx_errors, 0);
		bed_close(&t.b);
	}
}

/* Who negotiated no tag gets none: no frame leaves, and the queue lives. */
TEST(insert_refused)
{
	struct tx_bed t;
	uint32_t i;

	vlan_tx_open(&t, NONE);
	pattern(t.mem, 4096, 3);
	for (i = 0; i < 3; i++) {
		uint16_t at = t.b.d.tx[0].ntu;

		avfdrv_txd(&t.b.d, 0, t.iova,
			   avfdrv_txd_qw1(TXD_ICRC | TXD_EOP | TXD_RS |
					  TXD_L2TAG1, 100, 0, 0, 0) | tag1(7));
		tx_ring(&t);
		CHECK(!host_take(&t.b.h));
		CHECK(tx_done(&t, at));
		CHECK_EQ(bed_stats(&t.b).tx_errors, i + 1);
		tx_alive(&t);
	}
	bed_close(&t.b);

	/* a tag in the context was offered to nobody */
	vlan_tx_open(&t, V2);
	pattern(t.mem, 4096, 3);
	for (i = 0; i < 2; i++) {
		avfdrv_txd(&t.b.d, 0, (uint64_t)9 << 32, 1 | 0x4 << 4);
		avfdrv_txd(&t.b.d, 0, t.iova,
			   avfdrv_txd_qw1(TXD_ICRC | TXD_EOP | TXD_RS |
					  (i ? TXD_L2TAG1 : 0), 100, 0, 0, 0) |
			   tag1(7));
		tx_ring(&t);
		CHECK(!host_take(&t.b.h));
		CHECK_EQ(bed_stats(&t.b).tx_errors, i + 1);
	}
	tx_alive(&t);
	bed_close(&t.b);
}

/* A tag makes a frame longer: the longest that may leave is so with its tag. */
TEST(insert_too_long)
{
	struct tx_bed t;
	uint32_t len;

	vlan_tx_open(&t, V1);
	for (len = 9722; len <= 9728; len++) {
		struct host_frame *f;

		avfdrv_txd(&t.b.d, 0, t.iova,
			   avfdrv_txd_qw1(TXD_ICRC | TXD_EOP | TXD_RS |
					  TXD_L2TAG1, len, 0, 0, 0) | tag1(7));
		tx_ring(&t);
		f = host_take(&t.b.h);
		CHECK_EQ_AT(f != NULL, len + 4 <= 9728, len);
		if (f)
			CHECK_EQ(f->len, len + 4);
		free(f);
	}
	CHECK_EQ(bed_stats(&t.b).tx_errors, 4);
	bed_close(&t.b);
}

/*
 * Segmentation, with the tag in the descriptor, in the packet (the MAC header
 * is 18 bytes then), or both. Every segment carries the same tags.
 */
static void check_tso(struct tx_bed *t, int ver, bool in_desc, bool in_pkt)
{
	const uint32_t plen = 9000, mss = 1000, l3len = ver == 4 ? 20 : 40;
	const uint32_t tags = (in_desc ? 4 : 0) + (in_pkt ? 4 : 0);
	uint32_t hdr = 14 + l3len + 20, n, i, maclen = in_pkt ? 18 : 14;
	uint8_t orig[128];

	ip_frame(orig, peer, peer, ver, 6, 0);
	memcpy(t->mem, orig, 12);
	if (in_pkt)
		put_le32(t->mem + 12, 0x05000081u);	/* VLAN 5 */
	memcpy(t->mem + maclen - 2, orig + 12, hdr - 12);
	hdr += maclen - 14;
	pattern(t->mem + hdr, plen, 3);
	avfdrv_txd(&t->b.d, 0, 0, 1 | 1 << 4 | (uint64_t)plen << 30 |
		   (uint64_t)mss << 50);
	avfdrv_txd(&t->b.d, 0, t->iova,
		   avfdrv_txd_qw1(TXD_ICRC | TXD_EOP | TXD_RS | TXD_TCP |
				  (ver == 4 ? TXD_IPV4_CSUM : TXD_IPV6) |
				  (in_desc ? TXD_L2TAG1 : 0), hdr + plen,
				  maclen, l3len, 20) |
		   (in_desc ? tag1(0x6009) : 0));
	tx_ring(t);
	for (n = 0; n < plen / mss; n++) {
		struct host_frame *f = host_take(&t->b.h);
		const uint8_t *p;

		CHECK(f);
		CHECK_EQ(f->len, 14 + tags + l3len + 20 + mss);
		p = f->data + 12;
		if (in_desc) {
			CHECK(!memcmp(p, "\x81\x00\x60\x09", 4));
			p += 4;
		}
		if (in_pkt) {
			CHECK(!memcmp(p, "\x81\x00\x00\x05", 4));
			p += 4;
		}
		CHECK(!memcmp(p, ver == 4 ? "\x08\x00" : "\x86\xdd", 2));
		p += 2;
		if (ver == 4)
			CHECK_EQ(ref_csum(p, 20, 0), 0);
		CHECK_EQ(ref_l4_csum(p, l3len, 20 + mss, 6), 0);
		for (i = 0; i < mss; i++)
			CHECK_EQ(p[l3len + 20 + i],
				 t->mem[hdr + n * mss + i]);
		free(f);
	}
	CHECK(!host_take(&t->b.h));
}

TEST(tso)
{
	static const uint32_t caps[] = { V1, V2 };
	struct tx_bed t;
	uint32_t c;
	int ver;

	for (c = 0; c < ARRAY_SIZE(caps); c++) {
		vlan_tx_open(&t, caps[c]);
		for (ver = 4; ver <= 6; ver += 2) {
			check_tso(&t, ver, false, false);
			check_tso(&t, ver, true, false);
			check_tso(&t, ver, false, true);
			check_tso(&t, ver, true, true);
		}
		CHECK_EQ(bed_stats(&t.b).tx_errors, 0);
		bed_close(&t.b);
	}
}

/* -------------------------------------------------------------- port VLAN */

TEST(port_vlan)
{
	struct avfdrv_msg m;
	struct tx_bed t;
	uint8_t req[4];

	vlan_tx_open(&t, V2);
	CHECK_EQ(list2(&t.b, VC_ADD_VLAN_V2, 5, 2), 0);
	CHECK_EQ(avf_port_vlan_get(t.b.h.dev), 0);
	CHECK_EQ(avf_port_vlan_set(t.b.h.dev, 4095, 0), -EINVAL);
	CHECK_EQ(avf_port_vlan_set(t.b.h.dev, 1, 8), -EINVAL);
	CHECK_EQ(avf_port_vlan_get(t.b.h.dev), 0);
	CHECK_EQ(avf_port_vlan_set(t.b.h.dev, 4094, 7), 0);
	CHECK_EQ(avf_port_vlan_get(t.b.h.dev), 0xeffe);
	/* the driver goes on as it was until it asks again */
	check_insert(&t, 100, 5);

	CHECK_EQ(avfdrv_reset(&t.b.d), 0);
	CHECK_EQ(t.b.d.caps, CAPS_BASE & ~CAP_VLAN_V2);
	CHECK_EQ(t.b.h.nvlans, 0);
	CHECK(!t.b.h.vlan_filter);
	CHECK_EQ(list2(&t.b, VC_ADD_VLAN_V2, 5, 1), VC_ENOTSUPP);
	put_le32(req, V1);
	CHECK_EQ(avfdrv_cmd(&t.b.d, VC_GET_VF_RESOURCES, req, 4, &m), 0);
	CHECK_EQ(get_le32(m.data + 8) & (CAP_VLAN | CAP_VLAN_V2), 0);
	/* the tag's place on the wire */
	CHECK_EQ(get_le16(m.data + 6), 9728 - 4);
	check_rx(&t.b, 64, 1, 1, 5, false);
	avfdrv_txd(&t.b.d, 0, t.iova,
		   avfdrv_txd_qw1(TXD_ICRC | TXD_EOP | TXD_RS | TXD_L2TAG1,
				  100, 0, 0, 0) | tag1(7));
	tx_ring(&t);
	CHECK(!host_take(&t.b.h));

	/* survives every reset, and can be taken back */
	avf_dev_reset(t.b.h.dev, AVF_RESET_FLR);
	CHECK_EQ(avf_port_vlan_get(t.b.h.dev), 0xeffe);
	CHECK_EQ(avf_port_vlan_set(t.b.h.dev, 0, 3), 0);
	CHECK_EQ(avf_port_vlan_get(t.b.h.dev), 0);
	bed_close(&t.b);
	vlan_bed(&t.b, V2);
	CHECK_EQ(t.b.d.max_mtu, 9728);
	bed_close(&t.b);
}
