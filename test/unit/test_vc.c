// SPDX-License-Identifier: GPL-2.0
/* virtchnl: version, capabilities, lengths, what is refused. */
#include "unit.h"

TEST_ONCE(version)
{
	static const struct {
		uint32_t major, minor, want;
	} v[] = {
		{ 1, 1, 1 }, { 1, 0, 0 }, { 2, 0, 1 }, { 1, 7, 1 }, { 0, 0, 1 },
		{ 0xffffffff, 0xffffffff, 1 }, { 1, 1, 1 },
	};
	struct bed b;
	uint32_t i;

	bed_mbx(&b);
	for (i = 0; i < ARRAY_SIZE(v); i++) {
		CHECK_EQ(avfdrv_version(&b.d, v[i].major, v[i].minor), 0);
		CHECK_EQ(b.d.version[0], 1);
		CHECK_EQ_AT(b.d.version[1], v[i].want, i);
	}
	bed_close(&b);
}

TEST_ONCE(before_resources)
{
	uint8_t msg[64] = { 1 };
	struct avfdrv_msg m;
	struct bed b;
	uint32_t op;

	bed_mbx(&b);
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	for (op = 4; op < 140; op++) {
		if (op == VC_EVENT)
			continue;
		CHECK_EQ_AT(avfdrv_cmd(&b.d, op, msg, 12, &m), VC_ENOTSUPP, op);
		CHECK_EQ_AT(m.len, op == VC_GET_STATS ? m.len : 0, op);
	}
	CHECK_EQ(b.d.bad_events, 0);
	CHECK_EQ(b.d.link_events, 0);
	/* and again after a reset */
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	avfdrv_send(&b.d, VC_RESET_VF, NULL, 0);
	avfdrv_mbx_init(&b.d);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_HENA_CAPS, NULL, 0, &m), VC_ENOTSUPP);
	bed_close(&b);
}

/* Of VLAN v1 and v2 there is the newer one that was asked for. */
static uint32_t granted(uint32_t want)
{
	uint32_t caps = want & (CAPS_BASE | CAP_VLAN);

	return want & CAP_VLAN_V2 ? caps & ~CAP_VLAN : caps;
}

/* Only what was asked for, only what there is, whatever is asked for. */
TEST_ONCE(capabilities)
{
	uint32_t i, rnd = 1;
	struct bed b;

	bed_mbx(&b);
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	for (i = 0; i < 32; i++) {
		b.d.want_caps = 1u << i;
		CHECK_EQ(avfdrv_resources(&b.d), 0);
		CHECK_EQ_AT(b.d.caps, granted(1u << i), i);
		b.d.want_caps = ~(1u << i);
		CHECK_EQ(avfdrv_resources(&b.d), 0);
		CHECK_EQ_AT(b.d.caps, granted(~(1u << i)), i);
	}
	for (i = 0; i < 2000; i++) {
		rnd = rnd * 1664525u + 1013904223u;
		b.d.want_caps = rnd;
		CHECK_EQ(avfdrv_resources(&b.d), 0);
		CHECK_EQ_AT(b.d.caps & ~rnd, 0, rnd);
		CHECK_EQ_AT(b.d.caps, granted(rnd), rnd);
		/* VLAN v1 and v2 never both */
		CHECK((b.d.caps & 0x18000) != 0x18000);
	}
	bed_close(&b);
}

TEST_ONCE(resources_reply)
{
	struct avf_params p = {
		.num_qps = 16, .link_mbps = 25000,
		.mac = { 2, 1, 2, 3, 4, 5 },
	};
	struct avfdrv_msg m;
	uint8_t req[4];
	struct bed b;
	int i;

	bed_open_params(&b, &p);
	avfdrv_pci_on(&b.d, 17);
	avfdrv_mbx_init(&b.d);
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	put_le32(req, CAPS_LINUX);
	for (i = 0; i < 3; i++) {
		memset(&m, 0xee, sizeof(m));
		CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_VF_RESOURCES, req, 4, &m), 0);
		CHECK_EQ(m.len, 36);
		CHECK_EQ(get_le16(m.data), 1);
		CHECK_EQ(get_le16(m.data + 2), 16);
		CHECK_EQ(get_le16(m.data + 4), 17);
		CHECK_EQ(get_le16(m.data + 6), 9728);
		CHECK_EQ(get_le32(m.data + 8), CAPS_BASE);
		CHECK_EQ(get_le32(m.data + 12), 52);
		CHECK_EQ(get_le32(m.data + 16), 64);
		CHECK_EQ(get_le16(m.data + 20), 1);
		CHECK_EQ(get_le16(m.data + 22), 16);
		CHECK_EQ(get_le32(m.data + 24), 6);
		CHECK(!memcmp(m.data + 30, p.mac, 6));
	}
	bed_close(&b);
}

TEST_ONCE(version_1_0_driver)
{
	struct avfdrv_msg m;
	struct bed b;

	bed_mbx(&b);
	CHECK_EQ(avfdrv_version(&b.d, 1, 0), 0);
	b.d.have_resources = true;
	CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_VF_RESOURCES, NULL, 0, &m), 0);
	CHECK_EQ(m.len, 36);
	CHECK_EQ(get_le32(m.data + 8) & ~(CAP_L2 | 1u << 4 | 1u << 16), 0);
	CHECK(get_le32(m.data + 8) & CAP_L2);
	/* 1.1 must say what it wants */
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_VF_RESOURCES, NULL, 0, &m), VC_EPARAM);
	bed_close(&b);
}

/* Nothing of this is offered, so none of it may be accepted. */
TEST_ONCE(refused_opcodes)
{
	static const uint32_t ops[] = {
		4, 5, 12, 13, 16, 19, 20, 21, 22, 27, 28, 30, 31, 32, 33,
		34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 49, 50,
		58, 59, 60, 61, 62, 63, 64, 65, 66,
		67, 68, 100, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115,
		116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
		128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 255, 256,
		0x7fffffff, 0x80000000, 0xffffffff,
	};
	static const uint32_t lens[] = {
		0, 2, 4, 8, 12, 16, 24, 40, 48, 96, 272, 2444, 2616, 4096
	};
	uint8_t msg[4096];
	struct avfdrv_msg m;
	struct bed b;
	uint32_t i, k, n;

	bed_resources(&b);
	memset(msg, 0, sizeof(msg));
	put_le16(msg, b.d.vsi);
	put_le16(msg + 2, 1);
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		for (k = 0; k < ARRAY_SIZE(lens); k++) {
			avfdrv_send(&b.d, ops[i], msg, lens[k]);
			for (n = 0; avfdrv_recv(&b.d, &m); n++) {
				CHECK_EQ(m.op, ops[i]);
				CHECK_EQ_AT(m.status, VC_ENOTSUPP, ops[i]);
				CHECK_EQ(m.len, 0);
			}
			CHECK_EQ_AT(n, 1, ops[i]);
		}
	}
	CHECK_EQ(bed_stats(&b).vc_refused,
		 ARRAY_SIZE(ops) * ARRAY_SIZE(lens));
	bed_close(&b);
}

/* Capabilities not asked for take their messages with them. */
TEST_ONCE(needs_capability)
{
	uint8_t msg[80] = { 1, 0, 52 };
	struct bed b;
	uint32_t op;

	bed_resources(&b);
	b.d.want_caps = CAP_L2;
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_RSS_KEY, msg, 57, NULL),
		 VC_ENOTSUPP);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_HENA_CAPS, NULL, 0, NULL),
		 VC_ENOTSUPP);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_RXDIDS, NULL, 0, NULL), VC_ENOTSUPP);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_DEL_FDIR, msg, 12, NULL), VC_ENOTSUPP);
	for (op = VC_GET_VLAN_CAPS; op <= VC_INSERT_OFF_V2; op++)
		CHECK_EQ_AT(avfdrv_cmd(&b.d, op, msg, 16, NULL), VC_ENOTSUPP,
			    op);
	bed_close(&b);
}

TEST_ONCE(fixed_lengths)
{
	uint8_t sel[12] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 }, four[4] = { 1 };
	uint8_t eight[8] = { 1 };
	struct bed b;

	bed_resources(&b);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	put_le32(eight + 4, 1);
	bed_check_len(&b, VC_VERSION, eight, 8);
	bed_check_len(&b, VC_GET_VF_RESOURCES, four, 4);
	bed_check_len(&b, VC_ENABLE_QUEUES, sel, 12);
	bed_check_len(&b, VC_DISABLE_QUEUES, sel, 12);
	bed_check_len(&b, VC_GET_STATS, sel, 12);
	bed_check_len(&b, VC_CONFIG_PROMISC, four, 4);
	bed_check_len(&b, VC_GET_HENA_CAPS, NULL, 0);
	bed_check_len(&b, VC_GET_RXDIDS, NULL, 0);
	memset(eight, 0, 8);
	bed_check_len(&b, VC_SET_HENA, eight, 8);
	put_le16(eight, 1);
	bed_check_len(&b, VC_RSS_HFUNC, eight, 8);
	/* the queues run on, undisturbed by any of it */
	CHECK_EQ(avfdrv_down(&b.d), 0);
	bed_close(&b);
}

/*
 * Lists: exact and with one element more are right, one byte off is not,
 * neither is a count of zero.
 */
static void check_list(struct bed *b, uint32_t op, uint8_t *msg, uint32_t head,
		       uint32_t elem, uint32_t count_off, uint32_t n)
{
	uint32_t exact = head + n * elem, legacy = exact + elem;

	put_le16(msg + count_off, n);
	CHECK_EQ_AT(avfdrv_cmd(&b->d, op, msg, exact, NULL), 0, op);
	CHECK_EQ_AT(avfdrv_cmd(&b->d, op, msg, legacy, NULL), 0, op);
	if (elem > 1) {
		bed_check_len(b, op, msg, exact);
		bed_check_len(b, op, msg, legacy);
	} else {
		/* one more than exact is legacy */
		CHECK_EQ_AT(avfdrv_cmd(&b->d, op, msg, exact - 1, NULL),
			    VC_EPARAM, op);
		CHECK_EQ_AT(avfdrv_cmd(&b->d, op, msg, legacy + 1, NULL),
			    VC_EPARAM, op);
	}
	CHECK_EQ_AT(avfdrv_cmd(&b->d, op, msg, head, NULL), VC_EPARAM, op);
	CHECK_EQ_AT(avfdrv_cmd(&b->d, op, msg, 1, NULL), VC_EPARAM, op);
	CHECK_EQ_AT(avfdrv_cmd(&b->d, op, msg, 0, NULL), VC_EPARAM, op);
	put_le16(msg + count_off, 0);
	CHECK_EQ_AT(avfdrv_cmd(&b->d, op, msg, head, NULL), VC_EPARAM, op);
	CHECK_EQ_AT(avfdrv_cmd(&b->d, op, msg, head + elem, NULL), VC_EPARAM,
		    op);
	put_le16(msg + count_off, 0xffff);
	CHECK_EQ_AT(avfdrv_cmd(&b->d, op, msg, legacy, NULL), VC_EPARAM, op);
}

TEST_ONCE(list_lengths)
{
	uint8_t msg[4096];
	struct bed b;
	uint32_t n, i;

	bed_resources(&b);
	CHECK_EQ(avfdrv_rings_alloc(&b.d), 0);
	for (n = 1; n <= 4; n++) {
		memset(msg, 0, sizeof(msg));
		put_le16(msg, b.d.vsi);
		for (i = 0; i < n; i++)
			avfdrv_fill_qp(&b.d, (uint16_t)i, msg + 8 + 64 * i);
		check_list(&b, VC_CONFIG_VSI_QUEUES, msg, 8, 64, 2, n);

		memset(msg, 0, sizeof(msg));
		for (i = 0; i < n; i++) {
			put_le16(msg + 2 + 12 * i, b.d.vsi);
			put_le16(msg + 4 + 12 * i, i + 1);
			put_le16(msg + 6 + 12 * i, 1u << i);
		}
		check_list(&b, VC_CONFIG_IRQ_MAP, msg, 2, 12, 0, n);

		memset(msg, 0, sizeof(msg));
		put_le16(msg, b.d.vsi);
		for (i = 0; i < n; i++)
			memcpy(msg + 4 + 8 * i, "\2\0\0\0\0\1", 6);
		check_list(&b, VC_ADD_ETH_ADDR, msg, 4, 8, 2, n);
		check_list(&b, VC_DEL_ETH_ADDR, msg, 4, 8, 2, n);
	}
	memset(msg, 0, sizeof(msg));
	put_le16(msg, b.d.vsi);
	check_list(&b, VC_CONFIG_RSS_KEY, msg, 4, 1, 2, 52);
	check_list(&b, VC_CONFIG_RSS_LUT, msg, 4, 1, 2, 64);
	bed_close(&b);
}

TEST_ONCE(wrong_vsi)
{
	uint8_t msg[256];
	struct avfdrv_msg m;
	struct bed b;
	uint32_t vsi;

	bed_resources(&b);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	for (vsi = 0; vsi < 5; vsi += 2) {
		uint16_t bad = vsi == 4 ? 0xffff : (uint16_t)vsi;
		static const struct { uint32_t op, len, n; } t[] = {
			{ VC_ADD_ETH_ADDR, 20, 1 }, { VC_DEL_ETH_ADDR, 20, 1 },
			{ VC_CONFIG_PROMISC, 4, 0 }, { VC_GET_STATS, 12, 0 },
			{ VC_ENABLE_QUEUES, 12, 0 }, { VC_RSS_HFUNC, 8, 0 },
			{ VC_DISABLE_QUEUES, 12, 0 },
			{ VC_CONFIG_RSS_KEY, 57, 52 },
			{ VC_CONFIG_RSS_LUT, 69, 64 },
		};
		uint32_t i;

		for (i = 0; i < ARRAY_SIZE(t); i++) {
			memset(msg, 0, sizeof(msg));
			put_le16(msg, bad);
			put_le16(msg + 2, t[i].n);
			msg[4] = 2;
			if (t[i].op == VC_ENABLE_QUEUES ||
			    t[i].op == VC_DISABLE_QUEUES)
				put_le32(msg + 4, 1);
			CHECK_EQ_AT(avfdrv_cmd(&b.d, t[i].op, msg, t[i].len,
					       &m), VC_EPARAM, t[i].op);
		}
		/* in the head, and in every element */
		memset(msg, 0, sizeof(msg));
		put_le16(msg, bad);
		put_le16(msg + 2, 1);
		avfdrv_fill_qp(&b.d, 0, msg + 8);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_VSI_QUEUES, msg, 136, &m),
			 VC_EPARAM);
		put_le16(msg, b.d.vsi);
		put_le16(msg + 8, bad);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_VSI_QUEUES, msg, 136, &m),
			 VC_EPARAM);
		put_le16(msg + 8, b.d.vsi);
		put_le16(msg + 8 + 24, bad);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_VSI_QUEUES, msg, 136, &m),
			 VC_EPARAM);
		memset(msg, 0, sizeof(msg));
		put_le16(msg, 1);
		put_le16(msg + 2, bad);
		put_le16(msg + 4, 1);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_IRQ_MAP, msg, 26, &m),
			 VC_EPARAM);
	}
	/* all queues are still as they were */
	CHECK_EQ(avfdrv_down(&b.d), 0);
	bed_close(&b);
}

/* Reserved bytes are garbage in DPDK. */
TEST_ONCE(garbage_in_padding)
{
	uint8_t msg[256];
	struct bed b;

	bed_resources(&b);
	CHECK_EQ(avfdrv_rings_alloc(&b.d), 0);
	memset(msg, 0xcc, sizeof(msg));
	put_le16(msg, b.d.vsi);
	put_le16(msg + 2, 1);
	avfdrv_fill_qp(&b.d, 0, msg + 8);
	memset(msg + 4, 0xcc, 4);
	msg[8 + 24 + 23] = 0xcc;
	memset(msg + 8 + 24 + 36, 0xcc, 4);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_VSI_QUEUES, msg, 136, NULL), 0);
	memset(msg, 0xcc, sizeof(msg));
	put_le16(msg, b.d.vsi);
	put_le32(msg + 4, 1);
	put_le32(msg + 8, 1);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_ENABLE_QUEUES, msg, 12, NULL), 0);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_STATS, msg, 12, NULL), 0);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_DISABLE_QUEUES, msg, 12, NULL), 0);
	memset(msg, 0xcc, sizeof(msg));
	put_le16(msg, b.d.vsi);
	put_le16(msg + 2, 1);
	memcpy(msg + 4, "\2\1\1\1\1\1\1", 7);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_ADD_ETH_ADDR, msg, 20, NULL), 0);
	memset(msg, 0xcc, sizeof(msg));
	put_le16(msg, b.d.vsi);
	put_le16(msg + 2, 0);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_RSS_HFUNC, msg, 8, NULL), 0);
	bed_close(&b);
}

TEST_ONCE(reset_has_no_reply)
{
	struct avfdrv_msg m;
	struct bed b;

	bed_resources(&b);
	avfdrv_send(&b.d, VC_RESET_VF, NULL, 0);
	host_run(&b.h);
	CHECK(!avfdrv_recv(&b.d, &m));
	avfdrv_mbx_init(&b.d);
	CHECK(!avfdrv_recv(&b.d, &m));
	/* not even with a length that is wrong */
	avfdrv_send(&b.d, VC_RESET_VF, "abcd", 4);
	host_run(&b.h);
	CHECK(!avfdrv_recv(&b.d, &m));
	CHECK_EQ(bed_stats(&b).resets_vf, 2);
	bed_close(&b);
}

/* A driver that vanished: the next one starts with VERSION on a new mailbox. */
TEST(silent_successor)
{
	uint8_t frame[64];
	struct bed b;

	bed_up(&b);
	CHECK_EQ(avfdrv_promisc(&b.d, 3), 0);
	CHECK(b.h.nmacs);
	/* its memory is gone with it */
	avfdrv_fini(&b.d);
	avfdrv_init(&b.d, &bed_transport, &b.h);
	avfdrv_mbx_init(&b.d);
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	CHECK_EQ(b.h.nmacs, 0);
	CHECK(!b.h.promisc_uc);
	CHECK_EQ(b.h.traffic_on, b.h.traffic_off);
	pattern(frame, sizeof(frame), 1);
	bed_quiet(&b);
	CHECK(host_rx(&b.h, frame, sizeof(frame), 1));
	host_wr(&b.h, R_QTX_TAIL(0), 7);
	bed_quiet_end(&b);
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	CHECK_EQ(host_rx(&b.h, frame, sizeof(frame), 1), 0);
	bed_close(&b);
}

/* Linux kicks a slow PF with VERSION: the interface must stay up. */
TEST(version_as_kick)
{
	struct bed b;
	uint8_t frame[64];

	bed_up(&b);
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	CHECK(b.h.nmacs > 0);
	CHECK_EQ(b.h.traffic_off, 0);
	pattern(frame, sizeof(frame), 1);
	CHECK_EQ(host_rx(&b.h, frame, sizeof(frame), 1), 0);
	bed_close(&b);
}
