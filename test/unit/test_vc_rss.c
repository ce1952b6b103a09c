// SPDX-License-Identifier: GPL-2.0
/* virtchnl: receive hashing settings. */
#include "unit.h"

static int rss(struct bed *b, uint32_t op, uint32_t n, uint8_t fill)
{
	uint8_t msg[512];

	memset(msg, fill, sizeof(msg));
	put_le16(msg, b->d.vsi);
	put_le16(msg + 2, n);
	return avfdrv_cmd(&b->d, op, msg, 5 + n, NULL);
}

TEST_ONCE(lengths)
{
	struct bed b;
	uint32_t n;

	bed_resources(&b);
	for (n = 0; n < 200; n++) {
		CHECK_EQ_AT(rss(&b, VC_CONFIG_RSS_KEY, n, 0),
			    n == 52 ? 0 : VC_EPARAM, n);
		CHECK_EQ_AT(rss(&b, VC_CONFIG_RSS_LUT, n, 0),
			    n == 64 ? 0 : VC_EPARAM, n);
	}
	/* the count beyond the message */
	{
		uint8_t msg[69] = { 1, 0, 0xff, 0xff };

		CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_RSS_LUT, msg, 69, NULL),
			 VC_EPARAM);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_RSS_KEY, msg, 57, NULL),
			 VC_EPARAM);
	}
	bed_close(&b);
}

/* Any value, even a queue that is not there or not on: no crash, no echo. */
TEST(lut_out_of_range)
{
	uint8_t frame[128], src[6] = { 2, 3, 3, 3, 3, 3 };
	struct bed b;
	uint32_t v, len;

	bed_up(&b);
	for (v = 0; v < 256; v++) {
		rss(&b, VC_CONFIG_RSS_LUT, 64, (uint8_t)v);
		len = ip_frame(frame, b.d.mac, src, 4, 17, 20);
		host_rx(&b.h, frame, len, 1);
	}
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 0xe, 0), 0);
	rss(&b, VC_CONFIG_RSS_LUT, 64, 2);
	bed_quiet(&b);
	host_rx(&b.h, frame, len, 1);
	b.h.quiet = false;
	bed_close(&b);
}

TEST_ONCE(hena)
{
	struct avfdrv_msg m;
	uint8_t req[8];
	struct bed b;
	uint32_t bit;
	uint64_t all;

	bed_resources(&b);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_HENA_CAPS, NULL, 0, &m), 0);
	CHECK_EQ(m.len, 8);
	all = get_le64(m.data);
	CHECK_EQ(all, 0x80007f9fe0000000);
	put_le64(req, 0);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_SET_HENA, req, 8, &m), 0);
	put_le64(req, all);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_SET_HENA, req, 8, &m), 0);
	for (bit = 0; bit < 64; bit++) {
		if (!(all >> bit & 1))
			continue;
		put_le64(req, 1ull << bit);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_SET_HENA, req, 8, &m), 0);
	}
	bed_close(&b);
}

/* HENA 0 and no rule: everything to queue 0. */
TEST(hena_zero)
{
	uint8_t frame[128], src[6] = { 2, 3, 3, 3, 3, 3 }, req[8] = { 0 };
	struct bed b;
	uint32_t i, len;

	bed_up(&b);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_SET_HENA, req, 8, NULL), 0);
	for (i = 0; i < 32; i++) {
		len = ip_frame(frame, b.d.mac, src, i & 1 ? 4 : 6, 17, i);
		CHECK_EQ(host_rx(&b.h, frame, len, 1), 0);
		CHECK_EQ(avfdrv_rx(&b.d, 0, frame, sizeof(frame), NULL), len);
	}
	bed_close(&b);
}

TEST_ONCE(hfunc)
{
	uint8_t msg[8] = { 1 };
	struct bed b;

	bed_resources(&b);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_RSS_HFUNC, msg, 8, NULL), 0);
	put_le16(msg + 2, 4);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_RSS_HFUNC, msg, 8, NULL), VC_EPARAM);
	put_le16(msg + 2, 0xffff);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_RSS_HFUNC, msg, 8, NULL), VC_EPARAM);
	bed_close(&b);
}

TEST_ONCE(rxdids)
{
	struct avfdrv_msg m;
	struct bed b;

	bed_resources(&b);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_RXDIDS, NULL, 0, &m), 0);
	CHECK_EQ(m.len, 8);
	/* 1 and 22 together, and nothing the model does not write */
	CHECK_EQ(get_le64(m.data) & (1ull << 1 | 1ull << 22),
		 1ull << 1 | 1ull << 22);
	CHECK_EQ(get_le64(m.data) & ~(1ull << 1 | 1ull << 2 | 0x7full << 16),
		 0);
	bed_close(&b);
}
