// SPDX-License-Identifier: GPL-2.0
/* Many queue pairs: each works, and the driver may ask for another number. */
#include "unit.h"

static void qps_open(struct bed *b, uint16_t n)
{
	const struct avf_params p = {
		.num_qps = n, .link_mbps = 10000, .link_up = true,
		.mac = { 2, 0, 0, 0, 0, 1 },
	};

	bed_open_params(b, &p);
	CHECK_EQ(avfdrv_probe(&b->d), 0);
	CHECK_EQ(b->d.num_qps, n);
	CHECK_EQ(b->d.max_vectors, n + 1);
}

static void qps_up(struct bed *b, uint16_t n)
{
	qps_open(b, n);
	CHECK_EQ(avfdrv_up(&b->d), 0);
	CHECK_EQ(b->d.nq, n);
}

static int request(struct bed *b, uint16_t n, struct avfdrv_msg *m)
{
	uint8_t msg[2];

	put_le16(msg, n);
	return avfdrv_cmd(&b->d, VC_REQUEST_QUEUES, msg, 2, m);
}

/* Granted: an event, a reset, no reply; then resources say @n. */
static void granted(struct bed *b, uint16_t n)
{
	uint32_t events = b->d.reset_events;
	u64 resets = bed_stats(b).resets_vf;

	CHECK_EQ(request(b, n, NULL), DRV_TIMEOUT);
	CHECK_EQ(b->d.reset_events, events + 1);
	CHECK_EQ(bed_stats(b).resets_vf, resets + 1);
	CHECK_EQ(host_rd(&b->h, R_ARQLEN), 0);
	CHECK_EQ(host_rd(&b->h, R_RSTAT), 2);
	CHECK_EQ(avfdrv_reinit(&b->d), 0);
	CHECK_EQ(b->d.num_qps, n);
}

/* Frames in, frames out, interrupts: every queue pair with its own vector. */
TEST(each_of_16)
{
	uint8_t f[256], buf[2048], lut[64], src[6] = { 2, 3, 3, 3, 3, 3 };
	struct host_frame *sent;
	uint32_t q, v, i, len;
	struct bed b;

	qps_up(&b, 16);
	for (q = 0; q < 16; q++) {
		for (v = 0; v <= 16; v++)
			host_irqs(&b.h, (u16)v);
		memset(lut, (int)q, sizeof(lut));
		CHECK_EQ(avfdrv_rss_lut(&b.d, lut), 0);
		len = ip_frame(f, b.d.mac, src, 4, 6, 20 + q);
		host_irqs(&b.h, 0);
		CHECK_EQ(host_rx(&b.h, f, len, 1), 0);
		for (i = 0; i < 16; i++)
			CHECK_EQ_AT(avfdrv_rx(&b.d, (uint16_t)i, buf,
					      sizeof(buf), NULL),
				    i == q ? len : 0, q);
		for (v = 1; v <= 16; v++)
			CHECK_EQ_AT(host_irqs(&b.h, (u16)v), v == q + 1, v);

		host_wr(&b.h, R_DYN_CTLN(q), DYN_INTENA | DYN_ITR(3));
		CHECK_EQ(avfdrv_tx(&b.d, (uint16_t)q, f, len), 0);
		host_run(&b.h);
		sent = host_take(&b.h);
		CHECK(sent);
		CHECK_EQ(sent->q, q);
		CHECK_EQ(sent->len, len);
		CHECK(!memcmp(sent->data, f, len));
		free(sent);
		CHECK_EQ(avfdrv_tx_clean(&b.d, (uint16_t)q), 1);
		for (v = 1; v <= 16; v++)
			CHECK_EQ_AT(host_irqs(&b.h, (u16)v), v == q + 1, v);
		host_wr(&b.h, R_DYN_CTLN(q), DYN_INTENA | DYN_ITR(3));
	}
	CHECK_EQ(avfdrv_down(&b.d), 0);
	bed_close(&b);
}

/* 16 queues on one vector. */
TEST(shared_vector)
{
	uint8_t f[256], buf[2048], map[14], lut[64], src[6] = { 2, 3, 3, 3, 3, 3 };
	uint32_t q, len;
	struct bed b;

	qps_open(&b, 16);
	memset(map, 0, sizeof(map));
	put_le16(map, 1);
	put_le16(map + 2, b.d.vsi);
	put_le16(map + 4, 1);
	put_le16(map + 6, 0xffff);
	put_le16(map + 8, 0xffff);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_IRQ_MAP, map, 14, NULL), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	for (q = 0; q < 64; q++)
		lut[q] = (uint8_t)(q % 16);
	CHECK_EQ(avfdrv_rss_lut(&b.d, lut), 0);
	len = ip_frame(f, b.d.mac, src, 4, 17, 20);
	host_irqs(&b.h, 1);
	for (q = 0; q < 1000; q++) {
		uint32_t i, n = 0;

		f[34] = (uint8_t)(q >> 8);
		f[35] = (uint8_t)q;
		CHECK_EQ(host_rx(&b.h, f, len, 1), 0);
		CHECK_EQ(host_irqs(&b.h, 1), 1);
		host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(3));
		for (i = 0; i < 16; i++)
			n += avfdrv_rx(&b.d, (uint16_t)i, buf, sizeof(buf),
				       NULL) != 0;
		CHECK_EQ(n, 1);
	}
	bed_close(&b);
}

/* Ids and masks one beyond what there is, at every size. */
TEST_ONCE(limits_of_every_size)
{
	uint8_t msg[2048];
	uint16_t n;

	for (n = 1; n <= 16; n++) {
		uint32_t all = (1u << n) - 1, i;
		struct bed b;

		qps_up(&b, n);
		CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, all, all), 0);
		CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, all + 1, 0),
			 VC_EPARAM);
		CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 0, all + 1),
			 VC_EPARAM);
		memset(msg, 0, sizeof(msg));
		put_le16(msg, b.d.vsi);
		put_le16(msg + 2, n + 1);
		for (i = 0; i <= n && i < 16; i++)
			avfdrv_fill_qp(&b.d, (uint16_t)(i % n), msg + 8 + 64 * i);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_VSI_QUEUES, msg,
				    8 + 64u * (n + 1), NULL), VC_EPARAM);
		put_le16(msg + 2, 1);
		put_le16(msg + 8 + 2, n);
		put_le16(msg + 8 + 24 + 2, n);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_VSI_QUEUES, msg, 72, NULL),
			 VC_EPARAM);
		memset(msg, 0, sizeof(msg));
		put_le16(msg, 1);
		put_le16(msg + 2, b.d.vsi);
		put_le16(msg + 4, n);
		put_le16(msg + 6, all);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_IRQ_MAP, msg, 14, NULL), 0);
		put_le16(msg + 4, n + 1);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_IRQ_MAP, msg, 14, NULL),
			 VC_EPARAM);
		put_le16(msg + 4, n);
		put_le16(msg + 6, all + 1);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_IRQ_MAP, msg, 14, NULL),
			 n < 16 ? VC_EPARAM : 0);
		CHECK_EQ(avfdrv_down(&b.d), 0);
		bed_close(&b);
	}
}

TEST(request_down_up_same)
{
	static const uint16_t n[] = { 3, 16, 1, 8, 8, 16 };
	uint8_t lut[64], msg[2048];
	struct bed b;
	uint32_t i, k;

	qps_up(&b, 16);
	for (i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		uint32_t all = (1u << n[i]) - 1;

		granted(&b, n[i]);
		CHECK_EQ(b.d.nq, n[i]);
		CHECK_EQ(b.d.max_vectors, 17);
		/* what it has works, what it gave back is not there */
		CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, all, all), 0);
		if (n[i] == 16)
			continue;
		CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 0, all + 1),
			 VC_EPARAM);
		memset(lut, n[i], sizeof(lut));
		CHECK_EQ(avfdrv_rss_lut(&b.d, lut), VC_EPARAM);
		memset(msg, 0, sizeof(msg));
		put_le16(msg, b.d.vsi);
		put_le16(msg + 2, n[i] + 1);
		for (k = 0; k <= n[i]; k++)
			avfdrv_fill_qp(&b.d, 0, msg + 8 + 64 * k);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_VSI_QUEUES, msg,
				    8 + 64 * k, NULL), VC_EPARAM);
		put_le16(msg + 2, 1);
		put_le16(msg + 8 + 2, n[i]);
		put_le16(msg + 8 + 24 + 2, n[i]);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_VSI_QUEUES, msg, 72, NULL),
			 VC_EPARAM);
	}
	bed_close(&b);
}

/* Refused: status 0, and how many there are. */
TEST_ONCE(request_refused)
{
	static const uint16_t bad[] = { 0, 9, 16, 256, 0xffff };
	struct avfdrv_msg m;
	struct bed b;
	uint32_t i;

	qps_up(&b, 8);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ(request(&b, bad[i], &m), 0);
		CHECK_EQ(m.len, 2);
		CHECK_EQ(get_le16(m.data), 8);
	}
	granted(&b, 2);
	CHECK_EQ(request(&b, 9, &m), 0);
	CHECK_EQ(get_le16(m.data), 8);
	CHECK_EQ(bed_stats(&b).resets_vf, 1);
	bed_check_len(&b, VC_REQUEST_QUEUES, bad, 2);
	/* only who was granted it may ask */
	b.d.want_caps = CAPS_LINUX & ~CAP_REQ_QUEUES;
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	CHECK_EQ(request(&b, 4, &m), VC_ENOTSUPP);
	CHECK_EQ(bed_stats(&b).resets_vf, 1);
	bed_close(&b);
}

/* The number survives the driver's and the PF's resets, but not FLR. */
TEST_ONCE(request_and_resets)
{
	struct bed b;

	qps_up(&b, 8);
	granted(&b, 5);
	CHECK_EQ(avfdrv_reset(&b.d), 0);
	CHECK_EQ(b.d.num_qps, 5);
	avf_dev_reset(b.h.dev, AVF_RESET_PF);
	avf_dev_reset_done(b.h.dev);
	CHECK_EQ(avfdrv_reinit(&b.d), 0);
	CHECK_EQ(b.d.num_qps, 5);
	/* a driver that knows nothing of it */
	avfdrv_mbx_shutdown(&b.d);
	avfdrv_mbx_init(&b.d);
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	CHECK_EQ(b.d.num_qps, 5);
	avf_dev_reset(b.h.dev, AVF_RESET_FLR);
	avfdrv_rings_free(&b.d);
	avfdrv_fini(&b.d);
	avfdrv_init(&b.d, &bed_transport, &b.h);
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	CHECK_EQ(b.d.num_qps, 8);
	bed_close(&b);
}

/* No DMA of the old queues after the event, and traffic is over. */
TEST(request_stops_queues)
{
	uint8_t f[256];
	uint32_t len;
	struct bed b;

	qps_up(&b, 16);
	len = ip_frame(f, b.d.mac, b.d.mac, 4, 6, 20);
	CHECK_EQ(host_rx(&b.h, f, len, 1), 0);
	CHECK_EQ(request(&b, 4, NULL), DRV_TIMEOUT);
	bed_quiet(&b);
	CHECK_EQ(host_rx(&b.h, f, len, 1), -ENETDOWN);
	avfdrv_tx_put(&b.d, 0, f, len);
	avfdrv_tx_ring(&b.d, 0);
	host_run(&b.h);
	bed_quiet_end(&b);
	bed_close(&b);
}
