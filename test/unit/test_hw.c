// SPDX-License-Identifier: GPL-2.0
/* Queues that hardware runs: what the model hands over, and keeps its hands off. */
#include "avf_snap.h"
#include "page_bed.h"

#define VC_STRIP_ON	27
#define VC_STRIP_OFF	28

static struct {
	struct host *h;
	int error;		/* what start says */
	uint32_t tx, rx;	/* queues that are on */
	unsigned int starts, stops, refused;
	bool no_push;		/* started() does not ask for tails */
	uint32_t tail[2][16];
	unsigned int tails;
	unsigned int early;	/* tails of queues that are off */
	uint32_t ctl[17];
	unsigned int ctls;
	uint32_t itr[17][3];
	uint16_t vec[2][16];
	uint8_t vec_itr[2][16];
	unsigned int vectors;
	int strip;
	uint32_t kicked;
	void (*in_start)(void);
} hw;

static int op_start(void *host, u32 txq, u32 rxq)
{
	(void)host;
	if (hw.error) {
		hw.refused++;
		return hw.error;
	}
	CHECK(!(hw.tx & txq) && !(hw.rx & rxq));
	if (hw.in_start)
		hw.in_start();
	hw.tx |= txq;
	hw.rx |= rxq;
	hw.starts++;
	return 0;
}

static void op_started(void *host, u32 txq, u32 rxq)
{
	struct host *h = host;
	uint16_t q;

	for (q = 0; q < 16 && !hw.no_push; q++) {
		if (rxq & 1u << q)
			avf_hw_tail(h->dev, false, q);
		if (txq & 1u << q)
			avf_hw_tail(h->dev, true, q);
	}
	avf_hw_itr(h->dev);
}

static void op_stop(void *host, u32 txq, u32 rxq)
{
	struct host *h = host;
	uint16_t q;

	CHECK_EQ(txq & ~hw.tx, 0);
	CHECK_EQ(rxq & ~hw.rx, 0);
	/* no tail reaches a queue from here on */
	for (q = 0; q < 2; q++) {
		avf_hw_tail(h->dev, true, q);
		avf_hw_tail(h->dev, false, q);
	}
	hw.tx &= ~txq;
	hw.rx &= ~rxq;
	hw.stops++;
}

static void op_queue_vector(void *host, bool tx, u16 q, u16 vec, u8 itr)
{
	(void)host;
	hw.vec[tx][q] = vec;
	hw.vec_itr[tx][q] = itr;
	hw.vectors++;
}

static void op_tail(void *host, bool tx, u16 q, u32 val)
{
	(void)host;
	if (!((tx ? hw.tx : hw.rx) & 1u << q))
		hw.early++;
	hw.tail[tx][q] = val;
	hw.tails++;
}

static void op_vector_ctl(void *host, u16 vec, u32 val)
{
	(void)host;
	CHECK(vec >= 1 && vec <= 16);
	hw.ctl[vec] = val;
	hw.ctls++;
}

static void op_vector_itr(void *host, u16 vec, u32 idx, u32 val)
{
	(void)host;
	CHECK(vec >= 1 && vec <= 16 && idx < 3);
	hw.itr[vec][idx] = val;
}

static void op_vlan_strip(void *host, bool on)
{
	(void)host;
	hw.strip = on;
}

static void op_stats(void *host, struct avf_stats *stats)
{
	(void)host;
	stats->rx_bytes += 1000;
	stats->tx_discards += 7;
}

static const struct avf_hw_ops hw_ops = {
	.start = op_start,
	.started = op_started,
	.stop = op_stop,
	.queue_vector = op_queue_vector,
	.tail = op_tail,
	.vector_ctl = op_vector_ctl,
	.vector_itr = op_vector_itr,
	.vlan_strip = op_vlan_strip,
	.stats = op_stats,
};

static void hw_open(struct bed *b, uint16_t qps, uint32_t no_caps)
{
	struct avf_params p = {
		.num_qps = qps,
		.hw = &hw_ops,
		.no_caps = no_caps,
		.link_mbps = 25000,
		.link_up = true,
	};

	memset(&hw, 0, sizeof(hw));
	hw.strip = -1;
	bed_open_params(b, &p);
	hw.h = &b->h;
	b->d.want_qps = qps;
}

/* Hardware cuts its own frames. */
TEST_ONCE(no_gso)
{
	struct avf_params p = {
		.num_qps = 1,
		.hw = &hw_ops,
		.flags = AVF_PARAM_GSO,
	};
	struct bed b;

	hw_open(&b, 1, 0);
	CHECK(!avf_dev_create(&p, &b.h.ops, &b.h));
	bed_close(&b);
}

static void hw_up(struct bed *b, uint16_t qps)
{
	hw_open(b, qps, 0);
	CHECK_EQ(avfdrv_probe(&b->d), 0);
	CHECK_EQ(avfdrv_up(&b->d), 0);
}

/* The queues begin with their tails; nobody looks into a ring. */
TEST(up_and_down)
{
	struct avf_snap_txq txq;
	uint8_t frame[64] = { 2 };
	struct bed b;

	hw_up(&b, 2);
	CHECK_EQ(hw.starts, 1);
	CHECK_EQ(hw.tx, 3);
	CHECK_EQ(hw.rx, 3);
	/* Linux fills its rings before it enables them */
	CHECK_EQ(hw.tail[0][0], host_rd(&b.h, R_QRX_TAIL(0)));
	CHECK(hw.tail[0][0] != 0 && hw.tail[0][1] != 0);
	CHECK_EQ(hw.early, 0);
	CHECK(b.d.link);
	CHECK(avf_snap_txq(b.h.dev, 1, &txq) && txq.enabled);

	b.h.kicked = 0;
	bed_quiet(&b);
	host_wr(&b.h, R_QTX_TAIL(1), 5);
	CHECK_EQ(hw.tail[1][1], 5);
	CHECK_EQ(avf_tx_pending(b.h.dev), 0);
	CHECK_EQ(avf_tx_poll(b.h.dev, 1, 64, NULL, b.h.scratch), 0);
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), -ENETDOWN);
	CHECK_EQ(b.h.kicked, 0);
	bed_quiet_end(&b);
	CHECK_EQ(host_irqs(&b.h, 1) + host_irqs(&b.h, 2), 0);

	CHECK_EQ(avfdrv_down(&b.d), 0);
	CHECK_EQ(hw.tx | hw.rx, 0);
	CHECK_EQ(hw.stops, 1);
	hw.tails = 0;
	host_wr(&b.h, R_QTX_TAIL(0), 3);
	CHECK_EQ(hw.tails, 0);
	CHECK_EQ(b.h.traffic_off, 1);
	bed_close(&b);
}

TEST(single_queues)
{
	struct bed b;

	hw_up(&b, 2);
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 2, 1), 0);
	CHECK_EQ(hw.rx, 1);
	CHECK_EQ(hw.tx, 2);
	hw.tails = 0;
	/* what is on goes on, without being asked again */
	CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 3, 3), 0);
	CHECK_EQ(hw.rx, 3);
	CHECK_EQ(hw.tx, 3);
	CHECK_EQ(hw.starts, 2);
	CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 3, 3), 0);
	CHECK_EQ(hw.starts, 2);
	CHECK_EQ(hw.early, 0);
	bed_close(&b);
}

TEST(refused)
{
	struct bed b;

	hw_open(&b, 2, 0);
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	hw.error = -ENOMEM;
	CHECK(avfdrv_up(&b.d) != 0);
	CHECK_EQ(hw.refused, 1);
	CHECK_EQ(hw.tails, 0);
	CHECK_EQ(b.h.traffic_on, 0);
	host_wr(&b.h, R_QTX_TAIL(0), 5);
	CHECK_EQ(hw.tails, 0);
	/* nothing to stop */
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 3, 3), 0);
	CHECK_EQ(hw.stops, 0);
	hw.error = 0;
	CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 3, 3), 0);
	CHECK_EQ(hw.tx, 3);
	bed_close(&b);
}

TEST(tail_outside)
{
	struct bed b;

	hw_up(&b, 1);
	hw.tails = 0;
	host_wr(&b.h, R_QTX_TAIL(0), b.d.tx_count);
	host_wr(&b.h, R_QRX_TAIL(0), 0xffffffff);
	CHECK_EQ(hw.tails, 0);
	CHECK_EQ(bed_stats(&b).bad_tail, 2);
	host_wr(&b.h, R_QTX_TAIL(0), b.d.tx_count - 1u);
	CHECK_EQ(hw.tails, 1);
	CHECK_EQ(hw.tail[1][0], b.d.tx_count - 1);
	host_wr(&b.h, R_QTX_TAIL(1), 1);	/* not there */
	CHECK_EQ(hw.tails, 1);
	bed_close(&b);
}

static void store_meanwhile(void)
{
	host_wr(hw.h, R_QTX_TAIL(0), 9);
}

/* Stored while the hardware is being asked: passed on when it is ready. */
TEST(tail_meanwhile)
{
	struct bed b;

	hw_open(&b, 1, 0);
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	hw.in_start = store_meanwhile;
	CHECK_EQ(avfdrv_up(&b.d), 0);
	CHECK_EQ(hw.tail[1][0], 9);
	CHECK_EQ(hw.early, 0);
	bed_close(&b);
}

TEST(vectors)
{
	uint8_t map[4 + 12] = { 1, 0, 0, 0 };
	struct bed b;

	hw_up(&b, 2);
	CHECK(hw.ctl[1] & DYN_INTENA);
	host_wr(&b.h, R_DYN_CTLN(1), 0x40a5b);
	CHECK_EQ(hw.ctl[2], 0x40a5b);
	host_wr(&b.h, R_ITRN(1, 1), 0x123);
	CHECK_EQ(hw.itr[2][1], 0x123);
	CHECK_EQ(host_rd(&b.h, R_ITRN(1, 1)), 0x123);
	/* a vector that there is not */
	hw.ctls = 0;
	memset(hw.itr, 0, sizeof(hw.itr));
	host_wr(&b.h, R_DYN_CTLN(2), 1);
	host_wr(&b.h, R_ITRN(0, 2), 5);
	CHECK_EQ(hw.ctls, 0);
	CHECK_EQ(hw.itr[3][0], 0);
	/* all to vector 2, while they run */
	hw.vectors = 0;
	put_le16(map + 2, b.d.vsi);
	put_le16(map + 4, 2);
	put_le16(map + 6, 3);
	put_le16(map + 8, 3);
	put_le16(map + 10, 1);
	put_le16(map + 12, 2);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_CONFIG_IRQ_MAP, map, 14, NULL), 0);
	CHECK_EQ(hw.vectors, 4);
	CHECK_EQ(hw.vec[0][0], 2);
	CHECK_EQ(hw.vec[1][1], 2);
	CHECK_EQ(hw.vec_itr[0][0], 1);
	CHECK_EQ(hw.vec_itr[1][0], 2);
	/* a reset silences all of them */
	avf_dev_reset(b.h.dev, AVF_RESET_VF);
	CHECK_EQ(hw.ctl[1] | hw.ctl[2], 0);
	CHECK_EQ(hw.tx | hw.rx, 0);
	bed_close(&b);
}

/* Intervals stored before, into the page: passed on with the start. */
TEST(intervals)
{
	struct bed b;

	hw_open(&b, 1, 0);
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	host_wr(&b.h, R_ITRN(2, 0), 0x77);
	memset(hw.itr, 0, sizeof(hw.itr));
	CHECK_EQ(avfdrv_up(&b.d), 0);
	CHECK_EQ(hw.itr[1][2], 0x77);
	bed_close(&b);
}

TEST(capabilities)
{
	struct bed b;

	/* RSS by the PF, flexible descriptors, flow director */
	hw_open(&b, 1, 0x14080000);
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	CHECK_EQ(b.d.caps & 0x14080000, 0);
	CHECK(b.d.caps & 0x1);
	bed_close(&b);
}

TEST(vlan_strip)
{
	struct bed b;

	hw_open(&b, 1, 0x00008000);	/* the old messages only */
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	CHECK_EQ(hw.strip, 1);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_STRIP_OFF, NULL, 0, NULL), 0);
	CHECK_EQ(hw.strip, 0);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_STRIP_ON, NULL, 0, NULL), 0);
	CHECK_EQ(hw.strip, 1);
	bed_close(&b);
}

TEST(stats)
{
	struct bed b;

	hw_up(&b, 1);
	CHECK_EQ(bed_stats(&b).rx_bytes, 1000);
	CHECK_EQ(bed_stats(&b).tx_discards, 7);
	bed_close(&b);
}

/* Without bus mastering no queue runs, nor does one begin. */
TEST(bus_master)
{
	struct bed b;

	hw_up(&b, 2);
	host_cfg_wr(&b.h, 4, host_cfg_rd(&b.h, 4, 2) & ~4u, 2);
	CHECK_EQ(hw.tx | hw.rx, 0);
	CHECK_EQ(b.h.traffic_off, 1);
	host_cfg_wr(&b.h, 4, host_cfg_rd(&b.h, 4, 2) | 4u, 2);
	CHECK_EQ(hw.tx | hw.rx, 0);
	CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 3, 3), 0);
	CHECK_EQ(hw.tx & hw.rx, 3);
	bed_close(&b);
}

/* A PF reset, and one of the whole function. */
TEST(resets)
{
	struct bed b;

	hw_up(&b, 2);
	avf_dev_reset(b.h.dev, AVF_RESET_PF);
	CHECK_EQ(hw.tx | hw.rx, 0);
	avf_dev_reset_done(b.h.dev);
	CHECK_EQ(avfdrv_reinit(&b.d), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	CHECK_EQ(hw.tx & hw.rx, 3);
	avf_dev_reset(b.h.dev, AVF_RESET_FLR);
	CHECK_EQ(hw.tx | hw.rx, 0);
	CHECK_EQ(hw.early, 0);
	bed_close(&b);
}

/* ----------------------------------------------------- registers in memory */

static void mem_up(struct bed *b, uint16_t qps)
{
	struct avf_params p = {
		.num_qps = qps,
		.hw = &hw_ops,
		.link_mbps = 25000,
		.link_up = true,
	};

	memset(&hw, 0, sizeof(hw));
	hw.h = &b->h;
	page_open_params(b, &p);
	CHECK_EQ(avfdrv_probe(&b->d), 0);
	CHECK_EQ(avfdrv_up(&b->d), 0);
	look(&b->h);
	hw.tails = 0;
	hw.ctls = 0;
}

/* Tails that a driver stores are passed on when somebody looks, once each. */
TEST(in_memory_tails)
{
	struct avf_stats stats;
	struct bed b;

	mem_up(&b, 2);
	CHECK_EQ(hw.starts, 1);
	CHECK_EQ(hw.tail[0][1], ld(R_QRX_TAIL(1)));
	CHECK(hw.tail[0][1] != 0);
	CHECK_EQ(avf_page_pending(b.h.dev), 0);

	st(R_QTX_TAIL(1), 5);
	CHECK_EQ(avf_page_pending(b.h.dev), AVF_PAGE_TAIL);
	CHECK_EQ(hw.tails, 0);
	look(&b.h);
	CHECK_EQ(hw.tails, 1);
	CHECK_EQ(hw.tail[1][1], 5);
	st(R_QRX_TAIL(0), 9);
	CHECK_EQ(avf_page_pending(b.h.dev), AVF_PAGE_TAIL);
	look(&b.h);
	CHECK_EQ(hw.tails, 2);
	CHECK_EQ(hw.tail[0][0], 9);
	/* no news */
	st(R_QTX_TAIL(1), 5);
	CHECK_EQ(avf_page_pending(b.h.dev), 0);
	avf_hw_tails(b.h.dev);
	CHECK_EQ(hw.tails, 2);
	/* through the BAR: passed on at once, and no news either */
	host_wr(&b.h, R_QTX_TAIL(1), 6);
	CHECK_EQ(hw.tail[1][1], 6);
	CHECK_EQ(hw.tails, 3);
	CHECK_EQ(avf_page_pending(b.h.dev), 0);

	/* outside of the ring: counted, once */
	st(R_QTX_TAIL(0), b.d.tx_count);
	look(&b.h);
	avf_hw_tails(b.h.dev);
	CHECK_EQ(hw.tails, 3);
	avf_stats_get(b.h.dev, &stats);
	CHECK_EQ(stats.bad_tail, 1);
	st(R_QTX_TAIL(0), 1);
	look(&b.h);
	CHECK_EQ(hw.tail[1][0], 1);

	/* of a queue that is off: not before it is on again */
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 0, 2), 0);
	look(&b.h);
	hw.tails = 0;
	st(R_QTX_TAIL(1), 7);
	CHECK_EQ(avf_page_pending(b.h.dev), 0);
	avf_hw_tails(b.h.dev);
	CHECK_EQ(hw.tails, 0);
	CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 0, 2), 0);
	CHECK_EQ(hw.tail[1][1], 7);
	CHECK_EQ(hw.early, 0);
	look(&b.h);
	CHECK_EQ(avf_page_pending(b.h.dev), 0);
	bed_close(&b);
}

/*
 * Hardware may be told later tails than those in memory, by a driver that stores
 * into a page of its own: it is not told the older ones again.
 */
static struct bed *race;

static void tail_again(void)
{
	/* The worker looks, just before started() passes tails on. */
	avf_hw_tails(race->h.dev);
}

TEST(in_memory_not_backwards)
{
	struct bed b;

	mem_up(&b, 1);
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 1, 1), 0);
	st(R_QTX_TAIL(0), 3);
	st(R_QRX_TAIL(0), 4);
	race = &b;
	hw.in_start = tail_again;
	CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 1, 1), 0);
	CHECK_EQ(hw.tail[1][0], 3);
	CHECK_EQ(hw.tail[0][0], 4);
	CHECK_EQ(hw.early, 0);
	/* from here on the driver stores elsewhere */
	hw.tails = 0;
	look(&b.h);
	avf_hw_tails(b.h.dev);
	CHECK_EQ(hw.tails, 0);
	bed_close(&b);
}

/* Enables are hardware's; the model raises nothing for queues by itself. */
TEST(in_memory_enables)
{
	struct bed b;

	mem_up(&b, 2);
	st(R_DYN_CTLN(1), DYN_INTENA | DYN_ITR(3));
	CHECK_EQ(avf_page_pending(b.h.dev), AVF_PAGE_IRQ);
	look(&b.h);
	CHECK_EQ(hw.ctls, 1);
	CHECK_EQ(hw.ctl[2] & ~SEEN_DYN, DYN_INTENA | DYN_ITR(3));
	CHECK_EQ(ld(R_DYN_CTLN(1)), SEEN_DYN | DYN_INTENA | DYN_ITR(3));
	/* the same once more is an enable once more */
	st(R_DYN_CTLN(1), DYN_INTENA | DYN_ITR(3));
	look(&b.h);
	CHECK_EQ(hw.ctls, 2);
	/* the mailbox's vector is the model's */
	st(R_DYN_CTL0, DYN_INTENA | DYN_ITR(3));
	look(&b.h);
	CHECK_EQ(hw.ctls, 2);
	CHECK_EQ(host_irqs(&b.h, 2), 0);
	bed_close(&b);
}
