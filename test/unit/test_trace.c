// SPDX-License-Identifier: GPL-2.0
/* What the model tells a host that traces. */
#include "unit.h"

struct seen_msg {
	bool to_driver;
	uint32_t op;
	int32_t status;
	uint16_t len;
};

static struct seen_msg msgs[256];
static uint32_t nmsgs;
static uint32_t resets[3];
static int drops[64];
static uint32_t ndrops;

static void see_message(void *host, bool to_driver, u32 op, s32 status, u16 len)
{
	struct host *h = host;

	CHECK(h->dev);
	CHECK(nmsgs < ARRAY_SIZE(msgs));
	msgs[nmsgs++] = (struct seen_msg){ to_driver, op, status, len };
}

static void see_reset(void *host, enum avf_reset kind)
{
	struct host *h = host;

	CHECK(h->dev);
	CHECK(kind < ARRAY_SIZE(resets));
	resets[kind]++;
}

static void see_tx_drop(void *host, u16 q, int err)
{
	struct host *h = host;

	CHECK(h->dev);
	CHECK_EQ(q, 0);
	CHECK(ndrops < ARRAY_SIZE(drops));
	drops[ndrops++] = err;
}

static void watch(struct bed *b)
{
	b->h.ops.message = see_message;
	b->h.ops.reset = see_reset;
	b->h.ops.tx_drop = see_tx_drop;
}

static void expect(uint32_t i, bool to_driver, uint32_t op, int32_t status,
		   uint16_t len)
{
	CHECK(i < nmsgs);
	CHECK_EQ_AT(msgs[i].to_driver, to_driver, i);
	CHECK_EQ_AT(msgs[i].op, op, i);
	CHECK_EQ_AT(msgs[i].status, status, i);
	CHECK_EQ_AT(msgs[i].len, len, i);
}

TEST(messages)
{
	uint8_t stats[12] = { 1 }, bad[12] = { 2 };
	struct bed b;

	bed_resources(&b);
	watch(&b);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_STATS, stats, 12, NULL), 0);
	CHECK_EQ(nmsgs, 2);
	expect(0, false, VC_GET_STATS, 0, 12);
	expect(1, true, VC_GET_STATS, 0, 96);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_PROMISC, bad, 5, NULL), VC_EPARAM);
	CHECK_EQ(nmsgs, 4);
	expect(2, false, VC_CONFIG_PROMISC, 0, 5);
	expect(3, true, VC_CONFIG_PROMISC, VC_EPARAM, 0);
	/* an event is a message to the driver, too */
	avf_link_set(b.h.dev, false, 100000);
	CHECK_EQ(nmsgs, 5);
	CHECK(msgs[4].to_driver);
	CHECK_EQ(msgs[4].op, VC_EVENT);
	bed_close(&b);
}

/* A reply that finds no buffer is seen when it is written. */
TEST(written)
{
	struct bed b;
	uint32_t i;

	bed_resources(&b);
	watch(&b);
	for (i = 0; i < 20; i++)
		avfdrv_mbx_put(&b.d, 1000 + i, NULL, 0);
	avfdrv_mbx_ring(&b.d);
	host_run(&b.h);
	for (i = 20; i < 35; i++)
		avfdrv_mbx_put(&b.d, 1000 + i, NULL, 0);
	avfdrv_mbx_ring(&b.d);
	host_run(&b.h);
	CHECK_EQ(nmsgs, 35 + 31);
	avfdrv_drain(&b.d);
	host_run(&b.h);
	CHECK_EQ(nmsgs, 2 * 35);
	expect(69, true, 1034, VC_ENOTSUPP, 0);
	bed_close(&b);
}

TEST_ONCE(resets)
{
	struct bed b;

	bed_resources(&b);
	watch(&b);
	avfdrv_send(&b.d, VC_RESET_VF, NULL, 0);
	host_run(&b.h);
	CHECK_EQ(nmsgs, 1);
	expect(0, false, VC_RESET_VF, 0, 0);
	CHECK_EQ(resets[AVF_RESET_VF], 1);
	avf_dev_reset(b.h.dev, AVF_RESET_PF);
	avf_dev_reset_done(b.h.dev);
	CHECK_EQ(resets[AVF_RESET_PF], 1);
	/* initiate FLR, in the device control register */
	host_cfg_wr(&b.h, 0xa8, 0x8000, 2);
	CHECK_EQ(resets[AVF_RESET_FLR], 1);
	CHECK_EQ(resets[AVF_RESET_VF], 1);
	CHECK_EQ(resets[AVF_RESET_PF], 1);
	bed_close(&b);
}

TEST(tx_drops)
{
	struct bed b;

	bed_up(&b);
	watch(&b);
	/* too short, then a buffer that is not there */
	avfdrv_txd(&b.d, 0, b.d.tx[0].data.iova,
		   avfdrv_txd_qw1(TXD_EOP | TXD_RS, 4, 0, 0, 0));
	avfdrv_txd(&b.d, 0, HOST_NO_MEM,
		   avfdrv_txd_qw1(TXD_EOP | TXD_RS, 64, 0, 0, 0));
	avfdrv_tx_ring(&b.d, 0);
	host_run(&b.h);
	CHECK_EQ(ndrops, 2);
	CHECK_EQ(drops[0], -EINVAL);
	CHECK_EQ(drops[1], -EFAULT);
	CHECK_EQ(bed_stats(&b).tx_errors, 2);
	bed_close(&b);
}
