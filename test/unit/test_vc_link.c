// SPDX-License-Identifier: GPL-2.0
/* virtchnl: link events, reset announcements, statistics. */
#include "unit.h"

static bool next(struct bed *b, struct avfdrv_msg *m)
{
	host_run(&b->h);
	return avfdrv_recv(&b->d, m);
}

static void check_link(const struct avfdrv_msg *m, bool up, uint32_t speed)
{
	CHECK_EQ(m->op, VC_EVENT);
	CHECK_EQ(m->status, 0);
	CHECK_EQ(m->len, 16);
	CHECK_EQ(get_le32(m->data), 1);
	CHECK_EQ(get_le32(m->data + 4), speed);
	CHECK_EQ(m->data[8], up);
	CHECK_EQ(get_le(m->data + 9, 3), 0);
	CHECK_EQ(get_le32(m->data + 12), 0);
}

/* First the reply, then the event; both after resources and after enable. */
TEST(order)
{
	uint8_t caps[4], sel[12] = { 1 };
	struct avfdrv_msg m;
	struct bed b;
	uint32_t q;

	bed_mbx(&b);
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	put_le32(caps, CAPS_LINUX);
	avfdrv_send(&b.d, VC_GET_VF_RESOURCES, caps, 4);
	CHECK(next(&b, &m));
	CHECK_EQ(m.op, VC_GET_VF_RESOURCES);
	CHECK(next(&b, &m));
	/* up only with a queue: Linux would send, and wait for ever */
	check_link(&m, false, 100000);
	CHECK(!next(&b, &m));

	CHECK_EQ(avfdrv_resources(&b.d), 0);
	CHECK_EQ(avfdrv_rings_alloc(&b.d), 0);
	CHECK_EQ(avfdrv_config_queues(&b.d), 0);
	avfdrv_drain(&b.d);
	for (q = 0; q < 4; q++) {
		put_le32(sel + 4, 1u << q);
		put_le32(sel + 8, 1u << q);
		avfdrv_send(&b.d, VC_ENABLE_QUEUES, sel, 12);
		CHECK(next(&b, &m));
		CHECK_EQ(m.op, VC_ENABLE_QUEUES);
		CHECK_EQ(m.status, 0);
		CHECK(next(&b, &m));
		check_link(&m, true, 100000);
		CHECK(!next(&b, &m));
	}
	bed_close(&b);
}

static void run_queue(struct bed *b)
{
	CHECK_EQ(avfdrv_rings_alloc(&b->d), 0);
	CHECK_EQ(avfdrv_config_queues(&b->d), 0);
	CHECK_EQ(avfdrv_queues(&b->d, VC_ENABLE_QUEUES, 1, 1), 0);
	avfdrv_drain(&b->d);
}

/* D20 dereferences resources it does not have yet. */
TEST(silence_before_resources)
{
	struct avfdrv_msg m;
	struct bed b;

	bed_mbx(&b);
	avf_link_set(b.h.dev, false, 100000);
	avf_link_set(b.h.dev, true, 100000);
	avf_dev_reset_impending(b.h.dev);
	CHECK(!next(&b, &m));
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	avf_link_set(b.h.dev, false, 100000);
	avf_dev_reset_impending(b.h.dev);
	CHECK(!next(&b, &m));
	/* after a reset it is silent again */
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	avfdrv_send(&b.d, VC_RESET_VF, NULL, 0);
	avfdrv_mbx_init(&b.d);
	avf_link_set(b.h.dev, true, 100000);
	CHECK(!next(&b, &m));
	bed_close(&b);
}

TEST(changes)
{
	struct avfdrv_msg m;
	struct bed b;

	bed_resources(&b);
	avf_link_set(b.h.dev, true, 40000);
	CHECK(next(&b, &m));
	check_link(&m, false, 40000);
	run_queue(&b);
	CHECK(avf_link_is_up(b.h.dev));
	avf_link_set(b.h.dev, false, 100000);
	CHECK(!avf_link_is_up(b.h.dev));
	CHECK(next(&b, &m));
	check_link(&m, false, get_le32(m.data + 4));
	avf_link_set(b.h.dev, true, 25000);
	CHECK(next(&b, &m));
	check_link(&m, true, 25000);
	avf_link_set(b.h.dev, true, 12345);
	CHECK(next(&b, &m));
	check_link(&m, true, 12345);
	bed_close(&b);
}

/* A device whose link is down says so. */
TEST(down_at_start)
{
	struct avf_params p = { .num_qps = 1, .link_mbps = 10 };
	struct bed b;

	bed_open_params(&b, &p);
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	CHECK(b.d.link_events >= 2);
	CHECK(!b.d.link);
	bed_close(&b);
}

/* Without capability bit 7 the speed is one of eight bits. */
TEST(legacy_speed)
{
	static const struct { uint32_t mbps, bit; } t[] = {
		{ 2500, 1 }, { 100, 2 }, { 1000, 4 }, { 10000, 8 },
		{ 40000, 0x10 }, { 20000, 0x20 }, { 25000, 0x40 },
		{ 5000, 0x80 },
	};
	struct avfdrv_msg m;
	struct bed b;
	uint32_t i, speed;

	bed_resources(&b);
	b.d.want_caps &= ~CAP_LINK_SPEED;
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	run_queue(&b);
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		avf_link_set(b.h.dev, true, t[i].mbps);
		CHECK(next(&b, &m));
		check_link(&m, true, t[i].bit);
	}
	/* those it cannot express: one bit or none, never a number */
	for (i = 0; i < 3; i++) {
		avf_link_set(b.h.dev, true, i == 0 ? 100000 : i == 1 ? 10 : 1);
		CHECK(next(&b, &m));
		speed = get_le32(m.data + 4);
		CHECK_EQ(speed & (speed - 1), 0);
		CHECK(speed <= 0x80);
	}
	bed_close(&b);
}

TEST(reset_impending)
{
	struct avfdrv_msg m;
	struct bed b;

	bed_resources(&b);
	host_wr(&b.h, R_ICR0_ENA, ICR0_ADMINQ);
	host_wr(&b.h, R_DYN_CTL0, DYN_INTENA | DYN_ITR(3));
	host_irqs(&b.h, 0);
	host_wr(&b.h, R_DYN_CTL0, DYN_INTENA | DYN_ITR(3));
	avf_dev_reset_impending(b.h.dev);
	CHECK_EQ(host_irqs(&b.h, 0), 1);
	CHECK(next(&b, &m));
	CHECK_EQ(m.op, VC_EVENT);
	CHECK_EQ(m.len, 16);
	CHECK_EQ(get_le32(m.data), 2);
	CHECK_EQ(get_le32(m.data + 12), 255);
	bed_close(&b);
}

/* ------------------------------------------------------------ statistics */

static void stats(struct bed *b, uint64_t *s)
{
	uint8_t sel[12] = { 1 };
	struct avfdrv_msg m;
	uint32_t i;

	CHECK_EQ(avfdrv_cmd(&b->d, VC_GET_STATS, sel, 12, &m), 0);
	CHECK_EQ(m.len, 96);
	for (i = 0; i < 12; i++)
		s[i] = get_le64(m.data + 8 * i);
}

TEST(stats_always_96)
{
	uint8_t sel[12] = { 9 };
	struct avfdrv_msg m;
	struct bed b;
	uint32_t len, i;

	bed_resources(&b);
	for (len = 0; len < 20; len++) {
		memset(m.data, 0xff, sizeof(m.data));
		CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_STATS, sel, len > 12 ? 12 : len,
				    &m), VC_EPARAM);
		CHECK_EQ(m.len, 96);
		for (i = 0; i < 96; i++)
			CHECK_EQ(m.data[i], 0);
	}
	bed_close(&b);
}

TEST(stats_split)
{
	static const uint8_t bc[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const uint8_t mc[6] = { 0x01, 0, 0x5e, 0, 0, 1 };
	uint64_t s[12], s2[12];
	uint8_t frame[100];
	struct bed b;
	uint32_t i;

	bed_up(&b);
	pattern(frame, sizeof(frame), 1);
	frame[12] = 0x88;
	frame[13] = 0xb5;
	for (i = 0; i < 6; i++) {
		memcpy(frame, i < 3 ? b.d.mac : i < 5 ? mc : bc, 6);
		CHECK_EQ(host_rx(&b.h, frame, 100, 1), 0);
		CHECK_EQ(avfdrv_tx(&b.d, 0, frame, 100), 0);
	}
	stats(&b, s);
	CHECK_EQ(s[0], 6 * 104);	/* with the FCS */
	CHECK_EQ(s[1], 3);
	CHECK_EQ(s[2], 2);
	CHECK_EQ(s[3], 1);
	CHECK_EQ(s[4], 0);
	CHECK_EQ(s[5], 0);
	CHECK(s[6] == 6 * 100 || s[6] == 6 * 104);
	CHECK_EQ(s[7], 3);
	CHECK_EQ(s[8], 2);
	CHECK_EQ(s[9], 1);
	CHECK_EQ(s[10], 0);
	CHECK_EQ(s[11], 0);
	/* monotonic: a reset does not set them back */
	CHECK_EQ(avfdrv_reset(&b.d), 0);
	stats(&b, s2);
	for (i = 0; i < 12; i++)
		CHECK(s2[i] >= s[i]);
	bed_close(&b);
}
