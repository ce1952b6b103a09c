// SPDX-License-Identifier: GPL-2.0
/* Resets and what they leave behind. */
#include "unit.h"

/* RESET_VF: all is over when the doorbell's access returns. */
TEST(reset_vf)
{
	struct avf_stats s;
	struct bed b;
	uint32_t q;
	uint16_t i;

	bed_up(&b);
	avfdrv_mbx_put(&b.d, VC_RESET_VF, NULL, 0);
	avfdrv_mbx_ring(&b.d);
	bed_quiet(&b);
	CHECK_EQ(host_rd(&b.h, R_ARQLEN) & AQ_ENABLE, 0);
	CHECK_EQ(host_rd(&b.h, R_ATQLEN) & AQ_ENABLE, 0);
	CHECK_EQ(host_rd(&b.h, R_RSTAT), 2);
	/* heads, tails and bases stay: Linux compares ATQH with its index */
	CHECK_EQ(host_rd(&b.h, R_ATQH), b.d.atq_ntu);
	CHECK_EQ(host_rd(&b.h, R_ATQT), b.d.atq_ntu);
	CHECK_EQ(host_rd(&b.h, R_ATQBAL), (uint32_t)b.d.atq.iova);
	CHECK_EQ(host_rd(&b.h, R_ARQBAL), (uint32_t)b.d.arq.iova);
	CHECK(host_rd(&b.h, R_ARQT) != 0 || host_rd(&b.h, R_ARQH) != 0);
	CHECK_EQ(host_rd(&b.h, R_ICR0), 0);
	CHECK_EQ(host_rd(&b.h, R_ICR0_ENA), 0);
	CHECK_EQ(host_rd(&b.h, R_DYN_CTL0) & DYN_INTENA, 0);
	for (q = 0; q < 4; q++)
		CHECK_EQ(host_rd(&b.h, R_DYN_CTLN(q)) & DYN_INTENA, 0);
	CHECK_EQ(b.h.nmacs, 0);
	CHECK_EQ(b.h.traffic_off, 1);
	/* no queue moves, no cause is left */
	for (i = 0; i < 4; i++) {
		host_wr(&b.h, R_QTX_TAIL(i), 9);
		CHECK_EQ(avf_tx_poll(b.h.dev, i, 64, NULL, b.h.scratch), 0);
	}
	for (i = 0; i < 5; i++)
		host_irqs(&b.h, i);
	host_wr(&b.h, R_ICR0_ENA, ICR0_ADMINQ);
	host_wr(&b.h, R_DYN_CTL0, DYN_INTENA);
	for (i = 1; i < 5; i++)
		host_wr(&b.h, R_DYN_CTLN(i - 1), DYN_INTENA);
	host_advance(&b.h, 1000000000);
	for (i = 0; i < 5; i++)
		CHECK_EQ(host_irqs(&b.h, i), 0);
	bed_quiet_end(&b);
	s = bed_stats(&b);
	CHECK_EQ(s.resets_vf, 1);
	CHECK_EQ(s.resets_flr + s.resets_pf, 0);
	/* configuration space and MSI-X are not its business */
	CHECK_EQ(host_cfg_rd(&b.h, 0x04, 2), 6);
	CHECK_EQ(host_cfg_rd(&b.h, 0x72, 2), 0x8004);
	bed_close(&b);
}

/* The completion of RESET_VF itself is written before the mailbox dies. */
TEST(reset_vf_completes)
{
	uint8_t *desc;
	struct bed b;

	bed_up(&b);
	desc = avfdrv_atq_desc(&b.d, b.d.atq_ntu);
	avfdrv_send(&b.d, VC_RESET_VF, NULL, 0);
	CHECK_EQ(get_le16(desc) & (AQF_DD | AQF_CMP), AQF_DD | AQF_CMP);
	CHECK_EQ(get_le16(desc + 6), 0);
	bed_close(&b);
}

/* What was sent behind RESET_VF in the same doorbell is not run. */
TEST(reset_vf_ends_the_batch)
{
	struct avfdrv_msg m;
	struct bed b;

	bed_resources(&b);
	avfdrv_mbx_put(&b.d, VC_RESET_VF, NULL, 0);
	avfdrv_mbx_put(&b.d, VC_GET_HENA_CAPS, NULL, 0);
	avfdrv_mbx_ring(&b.d);
	host_run(&b.h);
	CHECK(!avfdrv_recv(&b.d, &m));
	avfdrv_mbx_init(&b.d);
	CHECK(!avfdrv_recv(&b.d, &m));
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	bed_close(&b);
}

/* DPDK 24.11 programs the mailbox again at once. */
TEST(mailbox_right_after_reset)
{
	struct bed b;
	int i;

	bed_up(&b);
	for (i = 0; i < 30; i++) {
		avfdrv_send(&b.d, VC_RESET_VF, NULL, 0);
		avfdrv_mbx_init(&b.d);
		CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
		CHECK_EQ(avfdrv_resources(&b.d), 0);
	}
	bed_close(&b);
}

/* Announced, held at "in progress", ended by the PF; the driver recovers. */
static void pf_reset(struct bed *b, bool announce)
{
	uint32_t events = b->d.reset_events, i;
	uint8_t frame[64];

	if (announce) {
		avf_dev_reset_impending(b->h.dev);
		avfdrv_drain(&b->d);
		CHECK_EQ(b->d.reset_events, events + 1);
	}
	avf_dev_reset(b->h.dev, AVF_RESET_PF);
	bed_quiet(b);
	CHECK_EQ(host_rd(&b->h, R_RSTAT), 0);
	CHECK_EQ(host_rd(&b->h, R_ARQLEN) & AQ_ENABLE, 0);
	CHECK_EQ(host_rd(&b->h, R_ATQLEN) & AQ_ENABLE, 0);
	/* deaf until it is over, even to a mailbox that is set up */
	host_wr(&b->h, R_ATQLEN, 32 | AQ_ENABLE);
	host_wr(&b->h, R_ATQT, 5);
	host_run(&b->h);
	pattern(frame, 64, 1);
	CHECK(host_rx(&b->h, frame, 64, 1));
	for (i = 0; i < 4; i++) {
		host_wr(&b->h, R_QTX_TAIL(i), 9);
		host_run(&b->h);
	}
	bed_quiet_end(b);
	CHECK_EQ(host_rd(&b->h, R_RSTAT), 0);
	avf_dev_reset_done(b->h.dev);
	CHECK_EQ(host_rd(&b->h, R_RSTAT), 2);
	CHECK_EQ(avfdrv_reinit(&b->d), 0);
}

TEST(reset_pf)
{
	uint8_t frame[64];
	struct bed b;
	int i;

	bed_up(&b);
	for (i = 0; i < 4; i++) {
		pf_reset(&b, i & 1);
		CHECK(b.d.link);
		pattern(frame, 64, 1);
		CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
		CHECK_EQ(avfdrv_tx(&b.d, 0, frame, 64), 0);
	}
	CHECK_EQ(b.h.nsent, 4);
	CHECK_EQ(bed_stats(&b).resets_pf, 4);
	bed_close(&b);
}

/* In every phase of a driver's start, and twice in a row. */
TEST(reset_pf_any_time)
{
	struct bed b;
	int phase;

	for (phase = 0; phase < 7; phase++) {
		bed_open(&b);
		avfdrv_pci_on(&b.d, 5);
		if (phase > 0)
			avfdrv_mbx_init(&b.d);
		if (phase > 1)
			CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
		if (phase > 2)
			CHECK_EQ(avfdrv_resources(&b.d), 0);
		if (phase > 3)
			CHECK_EQ(avfdrv_rings_alloc(&b.d), 0);
		if (phase > 4)
			CHECK_EQ(avfdrv_config_queues(&b.d), 0);
		if (phase > 5)
			CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 0xf,
					       0xf), 0);
		avf_dev_reset_impending(b.h.dev);
		avf_dev_reset(b.h.dev, AVF_RESET_PF);
		avf_dev_reset(b.h.dev, AVF_RESET_PF);
		avf_dev_reset_done(b.h.dev);
		avf_dev_reset_done(b.h.dev);
		avfdrv_fini(&b.d);
		avfdrv_init(&b.d, &bed_transport, &b.h);
		CHECK_EQ(avfdrv_probe(&b.d), 0);
		CHECK_EQ(avfdrv_up(&b.d), 0);
		CHECK(b.d.link);
		bed_close(&b);
	}
}

/* FLR in the middle of a PF reset ends it. */
TEST(flr_during_pf_reset)
{
	struct bed b;

	bed_up(&b);
	avf_dev_reset(b.h.dev, AVF_RESET_PF);
	avf_dev_reset(b.h.dev, AVF_RESET_FLR);
	host_cfg_wr(&b.h, 0x04, 6, 2);
	CHECK_EQ(host_rd(&b.h, R_RSTAT), 2);
	avfdrv_fini(&b.d);
	avfdrv_init(&b.d, &bed_transport, &b.h);
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	bed_close(&b);
}

/* Linux resumes without a reset: it waits in vain, then starts over. */
TEST(reinit_on_live_device)
{
	struct bed b;

	bed_up(&b);
	CHECK_EQ(host_rd(&b.h, R_RSTAT), 2);
	CHECK_EQ(avfdrv_reinit(&b.d), 0);
	CHECK(b.d.link);
	bed_close(&b);
}

/*
 * The last frame a queue function may touch: rings are poisoned when RESET_VF
 * returns, and stay so.
 */
TEST(memory_after_reset)
{
	static uint8_t poison[512 * 32];
	uint8_t frame[64];
	struct bed b;
	uint32_t i;

	bed_up(&b);
	pattern(frame, 64, 1);
	for (i = 0; i < 20; i++) {
		avfdrv_tx_put(&b.d, 0, frame, 64);
		host_rx(&b.h, frame, 64, 1);
	}
	b.h.manual = true;
	avfdrv_tx_ring(&b.d, 0);
	avfdrv_send(&b.d, VC_RESET_VF, NULL, 0);
	avf_mbx_run(b.h.dev);
	memset(poison, 0x6b, sizeof(poison));
	memset(b.d.rx[0].ring.va, 0x6b, 512 * 32);
	memset(b.d.tx[0].ring.va, 0x6b, 512 * 16);
	memset(b.d.arq.va, 0x6b, 1024);
	bed_quiet(&b);
	host_run(&b.h);
	host_rx(&b.h, frame, 64, 1);
	avf_link_set(b.h.dev, false, 1000);
	host_advance(&b.h, 1000000000);
	bed_quiet_end(&b);
	CHECK(!memcmp(b.d.rx[0].ring.va, poison, 512 * 32));
	CHECK(!memcmp(b.d.tx[0].ring.va, poison, 512 * 16));
	CHECK(!memcmp(b.d.arq.va, poison, 1024));
	bed_close(&b);
}

/* L5.10 and L6.1 shut down without a reset: bus master off is all we get. */
TEST(shutdown_by_bus_master)
{
	uint8_t frame[64];
	struct bed b;

	bed_up(&b);
	pattern(frame, 64, 1);
	avfdrv_tx_put(&b.d, 0, frame, 64);
	b.h.manual = true;
	avfdrv_tx_ring(&b.d, 0);
	host_cfg_wr(&b.h, 0x04, 0x0002, 2);
	bed_quiet(&b);
	host_run(&b.h);
	host_rx(&b.h, frame, 64, 1);
	avf_link_set(b.h.dev, false, 1000);
	bed_quiet_end(&b);
	/* kexec: the next kernel finds a device that works */
	b.h.manual = false;
	avfdrv_fini(&b.d);
	avfdrv_init(&b.d, &bed_transport, &b.h);
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	bed_close(&b);
}
