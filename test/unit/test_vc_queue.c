// SPDX-License-Identifier: GPL-2.0
/* virtchnl: queue configuration, interrupt map, enable and disable. */
#include "unit.h"

struct cfg {
	uint8_t msg[72 + 64 * 16];
	uint32_t n;
};

static void queue_bed(struct bed *b)
{
	bed_resources(b);
	CHECK_EQ(avfdrv_rings_alloc(&b->d), 0);
}

static uint8_t *cfg_begin(struct bed *b, struct cfg *c, uint32_t n)
{
	uint32_t q;

	memset(c, 0, sizeof(*c));
	put_le16(c->msg, b->d.vsi);
	put_le16(c->msg + 2, n);
	c->n = n;
	for (q = 0; q < n; q++)
		avfdrv_fill_qp(&b->d, (uint16_t)q, c->msg + 8 + 64 * q);
	return c->msg + 8;
}

static int cfg_send(struct bed *b, const struct cfg *c)
{
	return avfdrv_cmd(&b->d, VC_CONFIG_VSI_QUEUES, c->msg, 72 + 64 * c->n,
			  NULL);
}

TEST_ONCE(ring_lengths)
{
	static const struct { uint32_t len; bool ok; } t[] = {
		{ 0, true }, { 1, false }, { 31, false }, { 32, false },
		{ 63, false }, { 64, true }, { 65, false }, { 96, true },
		{ 100, false }, { 512, true }, { 4064, true }, { 4096, true },
		{ 8192, false }, { 8160, false }, { 0xffe0, false },
	};
	static const uint32_t rx_only[] = {
		0x10040, 0x10000, 0xffffffff, 0x80000040,
	};
	struct bed b;
	struct cfg c;
	uint32_t i;

	queue_bed(&b);
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		put_le16(cfg_begin(&b, &c, 1) + 4, t[i].len);
		CHECK_EQ_AT(cfg_send(&b, &c), t[i].ok ? 0 : VC_EPARAM,
			    t[i].len);
		put_le32(cfg_begin(&b, &c, 1) + 28, t[i].len);
		CHECK_EQ_AT(cfg_send(&b, &c), t[i].ok ? 0 : VC_EPARAM,
			    t[i].len);
	}
	for (i = 0; i < ARRAY_SIZE(rx_only); i++) {
		put_le32(cfg_begin(&b, &c, 1) + 28, rx_only[i]);
		CHECK_EQ_AT(cfg_send(&b, &c), VC_EPARAM, rx_only[i]);
	}
	bed_close(&b);
}

TEST_ONCE(ring_bases)
{
	struct bed b;
	struct cfg c;
	uint32_t i;

	queue_bed(&b);
	for (i = 1; i < 128; i++) {
		uint8_t *qp = cfg_begin(&b, &c, 1);

		put_le64(qp + 8, get_le64(qp + 8) + i);
		CHECK_EQ_AT(cfg_send(&b, &c), VC_EPARAM, i);
		qp = cfg_begin(&b, &c, 1);
		put_le64(qp + 48, get_le64(qp + 48) + i);
		CHECK_EQ_AT(cfg_send(&b, &c), VC_EPARAM, i);
	}
	/* DPDK aligns to 128 only */
	put_le64(cfg_begin(&b, &c, 1) + 8, b.d.tx[0].ring.iova + 128);
	CHECK_EQ(cfg_send(&b, &c), 0);
	/* a ring that wraps the address space must not do harm */
	put_le64(cfg_begin(&b, &c, 1) + 48, 0xffffffffffffff80);
	cfg_send(&b, &c);
	bed_close(&b);
}

TEST_ONCE(rx_limits)
{
	static const struct { uint32_t off, len, val; bool ok; } t[] = {
		{ 36, 4, 0, false }, { 36, 4, 1, false },
		{ 36, 4, 1024, true }, { 36, 4, 1023, false },
		{ 36, 4, 896, false }, { 36, 4, 1536, true },
		{ 36, 4, 3072, true }, { 36, 4, 3712, true },
		{ 36, 4, 16256, true }, { 36, 4, 16384, false },
		{ 36, 4, 16257, false }, { 36, 4, 0x10400, false },
		{ 36, 4, 0xffffffff, false },
		{ 40, 4, 0, false }, { 40, 4, 63, false }, { 40, 4, 64, true },
		{ 40, 4, 1522, true }, { 40, 4, 9728, true },
		{ 40, 4, 16382, true }, { 40, 4, 0x10600, false },
		{ 40, 4, 0xffffffff, false },
		/* no CRC capability */
		{ 44, 1, 1, false },
		{ 45, 1, 1, true }, { 45, 1, 22, true }, { 45, 1, 16, false },
		{ 45, 1, 63, false }, { 45, 1, 64, false }, { 45, 1, 255, false },
	};
	struct bed b;
	struct cfg c;
	uint32_t i;

	queue_bed(&b);
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		put_le(cfg_begin(&b, &c, 1) + t[i].off, t[i].len, t[i].val);
		CHECK_EQ_AT(cfg_send(&b, &c), t[i].ok ? 0 : VC_EPARAM,
			    t[i].val);
	}
	bed_close(&b);
}

TEST_ONCE(ids)
{
	struct bed b;
	struct cfg c;
	uint8_t *qp;

	queue_bed(&b);
	qp = cfg_begin(&b, &c, 1);
	put_le16(qp + 2, 4);
	put_le16(qp + 26, 4);
	CHECK_EQ(cfg_send(&b, &c), VC_EPARAM);
	qp = cfg_begin(&b, &c, 1);
	put_le16(qp + 2, 0xffff);
	put_le16(qp + 26, 0xffff);
	CHECK_EQ(cfg_send(&b, &c), VC_EPARAM);
	/* tx and rx of a pair are the same queue */
	put_le16(cfg_begin(&b, &c, 1) + 2, 1);
	CHECK_EQ(cfg_send(&b, &c), VC_EPARAM);
	put_le16(cfg_begin(&b, &c, 1) + 26, 1);
	CHECK_EQ(cfg_send(&b, &c), VC_EPARAM);
	/* head write-back does not exist */
	put_le16(cfg_begin(&b, &c, 1) + 6, 1);
	CHECK_EQ(cfg_send(&b, &c), VC_EPARAM);
	/* more pairs than there are */
	cfg_begin(&b, &c, 5);
	CHECK_EQ(cfg_send(&b, &c), VC_EPARAM);
	cfg_begin(&b, &c, 4);
	CHECK_EQ(cfg_send(&b, &c), 0);
	bed_close(&b);
}

/* One bad pair spoils the message: nothing of it is applied. */
TEST_ONCE(all_or_nothing)
{
	struct bed b;
	struct cfg c;
	uint32_t bad;

	for (bad = 0; bad < 4; bad++) {
		queue_bed(&b);
		put_le32(cfg_begin(&b, &c, 4) + 64 * bad + 28, 100);
		CHECK_EQ(cfg_send(&b, &c), VC_EPARAM);
		for (uint32_t q = 0; q < 4; q++) {
			CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 1u << q,
					       0), VC_EPARAM);
			CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 0,
					       1u << q), VC_EPARAM);
		}
		CHECK_EQ(b.h.traffic_on, 0);
		bed_close(&b);
	}
}

TEST(unconfigured_not_enabled)
{
	struct bed b;
	uint32_t q;

	queue_bed(&b);
	for (q = 0; q < 4; q++) {
		host_wr(&b.h, R_QTX_TAIL(q), 5);
		host_wr(&b.h, R_QRX_TAIL(q), 5);
	}
	bed_quiet(&b);
	host_run(&b.h);
	bed_quiet_end(&b);
	for (q = 1; q < 16; q++) {
		CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, q, 0),
			 VC_EPARAM);
		CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 0, q),
			 VC_EPARAM);
	}
	/* a pair whose Tx half is unused: only the other half may run */
	{
		struct cfg c;

		put_le16(cfg_begin(&b, &c, 1) + 4, 0);
		CHECK_EQ(cfg_send(&b, &c), 0);
		CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 1, 1),
			 VC_EPARAM);
		CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 1, 0), 0);
	}
	bed_close(&b);
}

TEST_ONCE(enable_masks)
{
	static const uint32_t bad[] = {
		0x10, 0x11, 0x80000000, 0xffffffff, 0x10000
	};
	struct bed b;
	struct cfg c;
	uint32_t i, op;

	queue_bed(&b);
	cfg_begin(&b, &c, 4);
	CHECK_EQ(cfg_send(&b, &c), 0);
	for (op = VC_ENABLE_QUEUES; op <= VC_DISABLE_QUEUES; op++) {
		CHECK_EQ(avfdrv_queues(&b.d, op, 0, 0), VC_EPARAM);
		for (i = 0; i < ARRAY_SIZE(bad); i++) {
			CHECK_EQ(avfdrv_queues(&b.d, op, bad[i], 0), VC_EPARAM);
			CHECK_EQ(avfdrv_queues(&b.d, op, 0, bad[i]), VC_EPARAM);
			CHECK_EQ(avfdrv_queues(&b.d, op, 1, bad[i]), VC_EPARAM);
		}
	}
	CHECK_EQ(b.h.traffic_on, 0);
	/* one queue a message, as DPDK does; again; in any order */
	for (i = 0; i < 4; i++)
		CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 0, 1u << i), 0);
	CHECK_EQ(b.h.traffic_on, 1);
	for (i = 0; i < 4; i++)
		CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 1u << i, 0), 0);
	CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 0xf, 0xf), 0);
	CHECK_EQ(b.h.traffic_on, 1);
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 0x5, 0xa), 0);
	CHECK_EQ(b.h.traffic_off, 0);
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 0xa, 0x5), 0);
	CHECK_EQ(b.h.traffic_off, 1);
	/* what is off may be disabled again */
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 0xf, 0xf), 0);
	CHECK_EQ(b.h.traffic_off, 1);
	/* and a single one started again, without a new configuration */
	CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 0, 1), 0);
	CHECK_EQ(b.h.traffic_on, 2);
	bed_close(&b);
}

/* An enabled queue that is enabled again goes on where it was. */
TEST(enable_twice)
{
	uint8_t frame[64];
	struct bed b;
	int i;

	bed_up(&b);
	pattern(frame, sizeof(frame), 1);
	for (i = 0; i < 10; i++) {
		CHECK_EQ(avfdrv_tx(&b.d, 0, frame, 64), 0);
		CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
		CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 0xf, 0xf), 0);
	}
	CHECK_EQ(b.h.nsent, 10);
	CHECK_EQ(avfdrv_tx_clean(&b.d, 0), 1);
	bed_close(&b);
}

TEST_ONCE(irq_map)
{
	uint8_t msg[14 + 12 * 20];
	struct bed b;
	uint32_t v;

	bed_resources(&b);
	for (v = 0; v < 8; v++) {
		memset(msg, 0, sizeof(msg));
		put_le16(msg, 1);
		put_le16(msg + 2, b.d.vsi);
		put_le16(msg + 4, v);
		/* empty maps: every vector there is */
		CHECK_EQ_AT(avfdrv_cmd(&b.d, VC_CONFIG_IRQ_MAP, msg, 26, NULL),
			    v < 5 ? 0 : VC_EPARAM, v);
		put_le16(msg + 6, 1);
		CHECK_EQ_AT(avfdrv_cmd(&b.d, VC_CONFIG_IRQ_MAP, msg, 26, NULL),
			    v && v < 5 ? 0 : VC_EPARAM, v);
		put_le16(msg + 6, 0);
		put_le16(msg + 8, 1);
		CHECK_EQ_AT(avfdrv_cmd(&b.d, VC_CONFIG_IRQ_MAP, msg, 26, NULL),
			    v && v < 5 ? 0 : VC_EPARAM, v);
	}
	/* queues that are not there */
	memset(msg, 0, sizeof(msg));
	put_le16(msg, 1);
	put_le16(msg + 2, b.d.vsi);
	put_le16(msg + 4, 1);
	put_le16(msg + 6, 0x10);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_IRQ_MAP, msg, 26, NULL), VC_EPARAM);
	put_le16(msg + 6, 0);
	put_le16(msg + 8, 0x8000);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_IRQ_MAP, msg, 26, NULL), VC_EPARAM);
	/* more entries than vectors */
	memset(msg, 0, sizeof(msg));
	put_le16(msg, 6);
	for (v = 0; v < 6; v++)
		put_le16(msg + 2 + 12 * v, b.d.vsi);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_IRQ_MAP, msg, 14 + 12 * 6, NULL),
		 VC_EPARAM);
	bed_close(&b);
}

/* The map is made at probe; it outlives CONFIG, ifdown and ifup. */
TEST(irq_map_persists)
{
	uint8_t frame[64];
	struct bed b;
	int i;

	bed_up(&b);
	pattern(frame, sizeof(frame), 1);
	for (i = 0; i < 3; i++) {
		host_irqs(&b.h, 3);
		host_wr(&b.h, R_DYN_CTLN(2), DYN_INTENA | DYN_ITR(3));
		CHECK_EQ(avfdrv_tx(&b.d, 2, frame, 64), 0);
		CHECK(host_irqs(&b.h, 3) >= 1);
		CHECK_EQ(avfdrv_down(&b.d), 0);
		CHECK_EQ(avfdrv_up(&b.d), 0);
	}
	bed_close(&b);
}

/* The reply to DISABLE comes after the last access to those rings. */
TEST(disable_after_last_dma)
{
	uint8_t frame[64];
	uint32_t i, quiesce = 0, reply = 0;
	struct bed b;

	bed_up(&b);
	pattern(frame, sizeof(frame), 1);
	/* work that was announced but not done */
	b.h.manual = true;
	for (i = 0; i < 40; i++)
		avfdrv_tx_put(&b.d, 0, frame, 64);
	avfdrv_tx_ring(&b.d, 0);
	b.h.manual = false;
	b.h.kicked = 0;
	host_log(&b.h, true);
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 0xf, 0xf), 0);
	for (i = 0; i < b.h.nlog; i++) {
		const struct host_ev *e = &b.h.log[i];

		if (e->kind == HOST_QUIESCE && !quiesce)
			quiesce = i + 1;
		if (e->kind == HOST_WRITE && e->iova >= b.d.arq.iova &&
		    e->iova < b.d.arq.iova + b.d.arq.len && !reply)
			reply = i + 1;
		if (e->kind <= HOST_MAP_WRITE &&
		    ((e->iova >= b.d.tx[0].ring.iova &&
		      e->iova < b.d.tx[0].ring.iova + 16 * 512) ||
		     (e->iova >= b.d.rx[0].ring.iova &&
		      e->iova < b.d.rx[0].ring.iova + 32 * 512)))
			CHECK(!quiesce);
	}
	CHECK(quiesce && reply && quiesce < reply);
	/* doorbells, pushes and polls afterwards find nothing to do */
	bed_quiet(&b);
	avfdrv_tx_ring(&b.d, 0);
	host_wr(&b.h, R_QRX_TAIL(0), 100);
	CHECK_EQ(avf_tx_poll(b.h.dev, 0, 64, NULL, b.h.scratch), 0);
	CHECK(!avf_tx_ready(b.h.dev, 0));
	CHECK(host_rx(&b.h, frame, 64, 1));
	bed_quiet_end(&b);
	bed_close(&b);
}

/* Even a refused DISABLE frees the rings in Linux; ours has none to touch. */
TEST(disable_without_enable)
{
	struct bed b;
	struct cfg c;

	queue_bed(&b);
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 0xf, 0xf), 0);
	cfg_begin(&b, &c, 4);
	CHECK_EQ(cfg_send(&b, &c), 0);
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 0xf, 0xf), 0);
	bed_close(&b);
}

/* No driver configures a running queue; if one does, it stops first. */
TEST(config_while_enabled)
{
	uint8_t frame[64];
	struct bed b;
	struct cfg c;
	uint32_t quiesced;

	bed_up(&b);
	quiesced = b.h.quiesced;
	cfg_begin(&b, &c, 4);
	if (cfg_send(&b, &c) == 0)
		CHECK(b.h.quiesced > quiesced);
	pattern(frame, sizeof(frame), 1);
	host_rx(&b.h, frame, 64, 1);
	avfdrv_down(&b.d);
	bed_quiet(&b);
	CHECK(host_rx(&b.h, frame, 64, 1));
	bed_quiet_end(&b);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	bed_close(&b);
}
