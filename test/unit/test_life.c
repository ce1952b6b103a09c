// SPDX-License-Identifier: GPL-2.0
/* Two devices, two drivers, a switch: a whole life, many times. */
#include "unit.h"

struct pair {
	struct host_switch sw;
	struct bed a, b;
	uint32_t seq;
};

/* Small rings: most of the time goes into mapping guest memory. */
static void drv_init(struct bed *b)
{
	avfdrv_init(&b->d, &bed_transport, &b->h);
	b->d.tx_count = 64;
	b->d.rx_count = 96;
}

static void pair_open(struct pair *p)
{
	struct avf_params pa = {
		.num_qps = 4, .link_mbps = 100000, .link_up = true,
		.mac = { 2, 0, 0, 0, 0, 0xa },
	};
	struct avf_params pb = pa;

	memset(&p->sw, 0, sizeof(p->sw));
	p->seq = 0;
	pb.mac[5] = 0xb;
	bed_open_params(&p->a, &pa);
	bed_open_params(&p->b, &pb);
	drv_init(&p->a);
	drv_init(&p->b);
	host_plug(&p->a.h, &p->sw);
	host_plug(&p->b.h, &p->sw);
}

static void pair_close(struct pair *p)
{
	bed_close(&p->a);
	bed_close(&p->b);
}

static uint32_t rx_any(struct bed *b, uint8_t *buf, uint32_t cap)
{
	uint32_t len = 0;
	uint16_t q;

	for (q = 0; q < b->d.nq && !len; q++)
		len = avfdrv_rx(&b->d, q, buf, cap, NULL);
	return len;
}

/* @n frames of all sizes each way, over all queues; none lost or changed. */
static void talk(struct pair *p, uint32_t n, uint32_t max)
{
	uint8_t frame[9728], got[9728];
	uint32_t i, dir, len;

	for (i = 0; i < n; i++) {
		for (dir = 0; dir < 2; dir++) {
			struct bed *from = dir ? &p->b : &p->a;
			struct bed *to = dir ? &p->a : &p->b;

			p->seq++;
			len = 60 + p->seq * 7919 % (max - 59);
			pattern(frame, len, p->seq);
			eth(frame, to->d.mac, from->d.mac, 0x88b5);
			CHECK_EQ(avfdrv_tx(&from->d,
					   (uint16_t)(i % from->d.nq), frame,
					   len), 0);
			CHECK_EQ_AT(rx_any(to, got, sizeof(got)), len, p->seq);
			CHECK(!memcmp(frame, got, len));
			CHECK_EQ(rx_any(from, got, sizeof(got)), 0);
		}
	}
	for (i = 0; i < p->a.d.nq; i++) {
		avfdrv_tx_clean(&p->a.d, (uint16_t)i);
		CHECK_EQ(p->a.d.tx[i].ntc, p->a.d.tx[i].ntu);
	}
}

/* Other rings and buffers, as for a new MTU: RESET_VF and all again. */
static void set_mtu(struct bed *b, uint32_t mtu)
{
	b->d.max_pkt = mtu > 1500 ? 9728 : 1536;
	b->d.rx_buf = mtu > 1500 ? 3072 : 1536;
	CHECK_EQ(avfdrv_reset(&b->d), 0);
	CHECK(b->d.link);
}

static void flr(struct bed *b)
{
	avfdrv_fini(&b->d);
	drv_init(b);
	host_cfg_wr(&b->h, 0xa8, host_cfg_rd(&b->h, 0xa8, 2) | 0x8000, 2);
	CHECK_EQ(avfdrv_probe(&b->d), 0);
	CHECK_EQ(avfdrv_up(&b->d), 0);
}

/* Nothing that belongs to the device may be touched any more. */
static void check_gone(struct bed *b)
{
	uint8_t frame[64];

	pattern(frame, sizeof(frame), 3);
	bed_quiet(b);
	host_rx(&b->h, frame, sizeof(frame), 1);
	avf_link_set(b->h.dev, false, 100000);
	avf_link_set(b->h.dev, true, 100000);
	host_run(&b->h);
	host_advance(&b->h, 5000000000);
	bed_quiet_end(b);
	CHECK_EQ(b->h.nmacs, 0);
	CHECK_EQ(b->h.traffic_on, b->h.traffic_off);
}

TEST(hundred_lives)
{
	struct pair p;
	uint32_t round;

	pair_open(&p);
	for (round = 0; round < 100; round++) {
		CHECK_EQ(avfdrv_probe(&p.a.d), 0);
		CHECK_EQ(avfdrv_probe(&p.b.d), 0);
		CHECK_EQ(avfdrv_up(&p.a.d), 0);
		CHECK_EQ(avfdrv_up(&p.b.d), 0);
		CHECK(p.a.d.link && p.b.d.link);
		talk(&p, 16, 1500);
		set_mtu(&p.a, 9000);
		set_mtu(&p.b, 9000);
		talk(&p, 8, 9000);
		set_mtu(&p.a, 1500);
		CHECK_EQ(avfdrv_down(&p.b.d), 0);
		CHECK_EQ(p.b.h.nmacs, 0);
		CHECK_EQ(avfdrv_up(&p.b.d), 0);
		CHECK(p.b.d.link);
		talk(&p, 8, 1500);
		flr(&p.a);
		talk(&p, 8, 1500);
		avfdrv_remove(&p.a.d);
		check_gone(&p.a);
		avfdrv_remove(&p.b.d);
		check_gone(&p.b);
		drv_init(&p.a);
		drv_init(&p.b);
	}
	CHECK_EQ(p.a.h.rx_dropped + p.b.h.rx_dropped, 0);
	CHECK_EQ(bed_stats(&p.a).resets_vf, 300);
	CHECK_EQ(bed_stats(&p.a).resets_flr, 100);
	CHECK_EQ(bed_stats(&p.a).tx_errors, 0);
	CHECK_EQ(bed_stats(&p.a).dma_errors, 0);
	CHECK_EQ(bed_stats(&p.a).vc_refused, 0);
	CHECK_EQ(p.a.d.bad_events + p.b.d.bad_events, 0);
	pair_close(&p);
}

/* Frames in flight while the receiver goes down and up: no stale ones. */
TEST(bounce_under_traffic)
{
	uint8_t frame[64], got[64];
	struct pair p;
	uint32_t i, k, len, old;

	pair_open(&p);
	CHECK_EQ(avfdrv_probe(&p.a.d), 0);
	CHECK_EQ(avfdrv_probe(&p.b.d), 0);
	CHECK_EQ(avfdrv_up(&p.a.d), 0);
	CHECK_EQ(avfdrv_up(&p.b.d), 0);
	pattern(frame, sizeof(frame), 1);
	eth(frame, p.b.d.mac, p.a.d.mac, 0x88b5);
	for (i = 0; i < 200; i++) {
		put_le32(frame + 20, i);
		for (k = 0; k < 5; k++)
			CHECK_EQ(avfdrv_tx(&p.a.d, 0, frame, 64), 0);
		CHECK_EQ(avfdrv_down(&p.b.d), 0);
		for (k = 0; k < 5; k++)
			CHECK_EQ(avfdrv_tx(&p.a.d, 0, frame, 64), 0);
		CHECK_EQ(avfdrv_up(&p.b.d), 0);
		put_le32(frame + 20, 1000 + i);
		CHECK_EQ(avfdrv_tx(&p.a.d, 0, frame, 64), 0);
		old = 0;
		while ((len = rx_any(&p.b, got, sizeof(got))))
			old += get_le32(got + 20) != 1000 + i;
		CHECK_EQ(old, 0);
	}
	pair_close(&p);
}

/* The peer's ring is full: the sender does not wait, the drops are counted. */
TEST(slow_receiver)
{
	uint8_t frame[64], got[64];
	struct pair p;
	uint32_t i, n = 0;

	pair_open(&p);
	CHECK_EQ(avfdrv_probe(&p.a.d), 0);
	CHECK_EQ(avfdrv_probe(&p.b.d), 0);
	CHECK_EQ(avfdrv_up(&p.a.d), 0);
	CHECK_EQ(avfdrv_up(&p.b.d), 0);
	pattern(frame, sizeof(frame), 1);
	eth(frame, p.b.d.mac, p.a.d.mac, 0x88b5);
	for (i = 0; i < 2000; i++)
		CHECK_EQ(avfdrv_tx(&p.a.d, 0, frame, 64), 0);
	CHECK(p.b.h.rx_dropped > 0);
	CHECK_EQ(bed_stats(&p.b).rx_discards, p.b.h.rx_dropped);
	CHECK_EQ(p.b.h.rx_ok + p.b.h.rx_dropped, 2000);
	while (rx_any(&p.b, got, sizeof(got)))
		n++;
	CHECK_EQ(n, p.b.h.rx_ok);
	CHECK_EQ(bed_stats(&p.b).rx_unicast, n);
	CHECK_EQ(bed_stats(&p.a).tx_unicast, 2000);
	pair_close(&p);
}

/* An address set by the guest survives the reset that follows. */
TEST(mac_survives_mtu_change)
{
	static const uint8_t mac[6] = { 2, 9, 9, 9, 9, 9 };
	uint8_t old[6];
	struct pair p;

	pair_open(&p);
	CHECK_EQ(avfdrv_probe(&p.a.d), 0);
	CHECK_EQ(avfdrv_probe(&p.b.d), 0);
	CHECK_EQ(avfdrv_up(&p.a.d), 0);
	CHECK_EQ(avfdrv_up(&p.b.d), 0);
	memcpy(old, p.a.d.mac, 6);
	CHECK_EQ(avfdrv_mac(&p.a.d, VC_ADD_ETH_ADDR, mac, 1), 0);
	CHECK_EQ(avfdrv_mac(&p.a.d, VC_DEL_ETH_ADDR, old, 1), 0);
	set_mtu(&p.a, 9000);
	CHECK(!memcmp(p.a.d.mac, mac, 6));
	set_mtu(&p.b, 9000);
	talk(&p, 10, 9000);
	pair_close(&p);
}

/* Many random things at once, in any order; the driver always comes back. */
TEST(random_operations)
{
	struct pair p;
	uint32_t rnd = unit_no_map ? 7 : 42, i;

	pair_open(&p);
	CHECK_EQ(avfdrv_probe(&p.a.d), 0);
	CHECK_EQ(avfdrv_probe(&p.b.d), 0);
	CHECK_EQ(avfdrv_up(&p.a.d), 0);
	CHECK_EQ(avfdrv_up(&p.b.d), 0);
	for (i = 0; i < 300; i++) {
		struct bed *b = rnd & 0x10000 ? &p.a : &p.b;

		rnd = rnd * 1664525u + 1013904223u;
		switch (rnd >> 24 & 7) {
		case 0:
			CHECK_EQ(avfdrv_reset(&b->d), 0);
			break;
		case 1:
			CHECK_EQ(avfdrv_down(&b->d), 0);
			CHECK_EQ(avfdrv_up(&b->d), 0);
			break;
		case 2:
			flr(b);
			break;
		case 3:
			avf_dev_reset_impending(b->h.dev);
			avf_dev_reset(b->h.dev, AVF_RESET_PF);
			avf_dev_reset_done(b->h.dev);
			CHECK_EQ(avfdrv_reinit(&b->d), 0);
			break;
		case 4:
			avf_link_set(b->h.dev, false, 100000);
			avf_link_set(b->h.dev, true, 100000);
			avfdrv_drain(&b->d);
			break;
		case 5:
			CHECK_EQ(avfdrv_promisc(&b->d, (uint16_t)(rnd & 2)), 0);
			break;
		default:
			avfdrv_remove(&b->d);
			check_gone(b);
			drv_init(b);
			CHECK_EQ(avfdrv_probe(&b->d), 0);
			CHECK_EQ(avfdrv_up(&b->d), 0);
			break;
		}
		CHECK(b->d.link);
		talk(&p, 4, 1500);
	}
	pair_close(&p);
}
