// SPDX-License-Identifier: GPL-2.0
/*
 * BAR0 as memory: what is there, and the mailbox. What happens between two looks
 * is up to each test.
 */
#include "page_bed.h"

/* --------------------------------------------------------- values and life */

/* What is there before the driver has stored anything. */
TEST_ONCE(power_on)
{
	struct bed b;
	uint32_t off, want;

	memset(bar, 0, sizeof(bar));
	page_open(&b, 4);
	for (off = 0; off < PAGES * AVF_PAGE_SIZE; off += 4) {
		want = off == R_RSTAT ? 2 : off == R_ICR0 ? ICR0_ADMINQ :
		       off == R_ATQLEN || off == R_ARQLEN ? SEEN_LEN :
		       off == R_ICR0_ENA ? SEEN_ENA :
		       off == R_DYN_CTL0 ? SEEN_DYN :
		       off >= R_DYN_CTLN(0) && off < R_DYN_CTLN(16) ?
			       SEEN_DYN : 0;
		CHECK_EQ_AT(ld(off), want, off);
	}
	bed_close(&b);
}

/* Attached to a device in use: memory says what the registers do. */
TEST_ONCE(attach_late)
{
	struct bed b;
	uint32_t i;

	bed_up(&b);
	host_wr(&b.h, R_HKEY(3), 0x12345678);
	memset(bar, 0x5a, sizeof(bar));
	page_attach(&b.h);
	CHECK_EQ(ld(R_ATQLEN), AQ_LEN | AQ_ENABLE | SEEN_LEN);
	CHECK_EQ(ld(R_ARQLEN), AQ_LEN | AQ_ENABLE | SEEN_LEN);
	CHECK_EQ(ld(R_ATQT), b.d.atq_ntu);
	CHECK_EQ(ld(R_ATQH), b.d.atq_ntu);
	CHECK_EQ(ld(R_ARQH), b.d.arq_ntc);
	CHECK_EQ(ld(R_ATQBAL), (uint32_t)b.d.atq.iova);
	CHECK_EQ(ld(R_ARQBAH), (uint32_t)(b.d.arq.iova >> 32));
	CHECK_EQ(ld(R_HKEY(3)), 0x12345678);
	CHECK_EQ(ld(R_ICR0_ENA), ICR0_ADMINQ | SEEN_ENA);
	CHECK_EQ(avf_page_pending(b.h.dev), 0);

	/* Nothing else: doorbells are elsewhere, the rest is the driver's. */
	for (i = 0; i < AVF_PAGE_SIZE; i += 4)
		CHECK_EQ_AT(ld(i), 0x5a5a5a5a, i);

	avf_page_detach(b.h.dev);
	st(R_ATQLEN, 0);
	st(R_DYN_CTLN(0), DYN_INTENA | DYN_SWINT);
	CHECK_EQ(avf_page_pending(b.h.dev), 0);
	avf_page_sync(b.h.dev);
	CHECK_EQ(host_rd(&b.h, R_ATQLEN), AQ_LEN | AQ_ENABLE);
	bed_close(&b);
}

static void look_early(struct bed *b)
{
	CHECK_EQ(avf_page_pending(b->h.dev), 0);
	avf_page_irqs(b->h.dev);
}

/*
 * Attached again to a device in use, to pages that say nothing yet, while the
 * data path looks: that is no driver's store, and vectors stay enabled.
 */
TEST_ONCE(attach_again)
{
	struct bed b;
	uint32_t nth;
	bool more = true;

	for (nth = 1; more; nth++) {
		page_up(&b, 1);
		avf_page_detach(b.h.dev);
		memset(bar[3], 0, (PAGES - 3) * AVF_PAGE_SIZE);
		at_access(3, PAGES - 3, nth, look_early, &b);
		page_attach(&b.h);
		more = at_access_end();
		CHECK_EQ(avf_page_pending(b.h.dev), 0);
		CHECK(ld(R_DYN_CTLN(0)) & DYN_INTENA);
		CHECK(receive_one(&b));
		bed_close(&b);
	}
	/* 15 registers, 16 vectors, 32 that are memory, and 2 to read */
	CHECK_EQ(nth - 2, 65);
}

/* Probe, queues, traffic, another MTU's worth of resets, goodbye. */
TEST(drive)
{
	struct bed b;
	uint32_t i;

	page_up(&b, 3);
	CHECK(b.d.link);
	CHECK_EQ(b.d.nq, 3);
	CHECK(send_one(&b, 0) && send_one(&b, 2));
	CHECK(receive_one(&b));
	for (i = 0; i < 5; i++) {
		CHECK_EQ(avfdrv_reset(&b.d), 0);
		CHECK(send_one(&b, 1));
		CHECK(receive_one(&b));
	}
	CHECK_EQ(avfdrv_down(&b.d), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	CHECK(send_one(&b, 0));
	CHECK_EQ(bed_stats(&b).resets_vf, 5);
	CHECK_EQ(bed_stats(&b).mbx_errors, 0);
	avfdrv_remove(&b.d);
	look(&b.h);
	CHECK_EQ(ld(R_ATQLEN), SEEN_LEN);
	CHECK_EQ(ld(R_ARQLEN), SEEN_LEN);
	bed_quiet(&b);
	look(&b.h);
	bed_quiet_end(&b);
	bed_close(&b);
}

/* Both ways to the same register. */
TEST_ONCE(bar_agrees)
{
	static const struct {
		uint32_t off;
		uint32_t mask;
	} rw[] = {
		{ R_ITR0(0), 0xfff }, { R_ITR0(2), 0xfff },
		{ R_ICR0_ENA, 0x7fffffff }, { R_STAT_CTL0, 0xffffffff },
		{ R_ARQBAH, 0xffffffff }, { R_ARQBAL, 0xffffffff },
		{ R_ATQBAH, 0xffffffff }, { R_ATQBAL, 0xffffffff },
		{ R_ATQH, 0x3ff }, { R_ARQH, 0x3ff }, { R_ARQT, 0x3ff },
		{ R_HENA(1), 0xffffffff }, { R_HKEY(12), 0xffffffff },
		{ R_HLUT(15), 0xffffffff }, { R_DYN_CTL0, 0x4701fff9 },
		{ R_ATQLEN, 0xf00003ff }, { R_ARQLEN, 0xf00003ff },
	};
	uint32_t i, val, seen;
	struct bed b;

	page_open(&b, 2);
	avfdrv_pci_on(&b.d, 3);
	for (i = 0; i < sizeof(rw) / sizeof(rw[0]); i++) {
		seen = rw[i].off == R_ICR0_ENA ? SEEN_ENA :
		       rw[i].off == R_DYN_CTL0 ? SEEN_DYN :
		       rw[i].mask == 0xf00003ff ? SEEN_LEN : 0;
		/* written, then loaded */
		val = 0xa5a5a5a0 & rw[i].mask;
		host_wr(&b.h, rw[i].off, 0xa5a5a5a0 & ~seen);
		CHECK_EQ_AT(ld(rw[i].off), val | seen, rw[i].off);
		CHECK_EQ_AT(host_rd(&b.h, rw[i].off), val, rw[i].off);
		/* stored, then read, without a look */
		val = 0x5a5a5a51 & rw[i].mask & ~AQ_ENABLE;
		st(rw[i].off, val);
		CHECK_EQ_AT(host_rd(&b.h, rw[i].off), val, rw[i].off);
		st(rw[i].off, 0);
		CHECK_EQ_AT(host_rd(&b.h, rw[i].off), 0, rw[i].off);
	}
	/* a store comes before a write that follows it */
	st(R_ATQBAL, 0x1000);
	host_wr(&b.h, R_ATQBAL, 0x2000);
	CHECK_EQ(ld(R_ATQBAL), 0x2000);
	look(&b.h);
	CHECK_EQ(host_rd(&b.h, R_ATQBAL), 0x2000);
	host_irqs(&b.h, 1);
	st(R_DYN_CTLN(0), DYN_INTENA | DYN_SWINT | DYN_ITR(3));
	host_wr(&b.h, R_DYN_CTLN(0), DYN_ITR(3));
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	CHECK_EQ(ld(R_DYN_CTLN(0)), DYN_ITR(3) | SEEN_DYN);
	host_wr(&b.h, R_RSTAT, 0);
	CHECK_EQ(ld(R_RSTAT), 2);
	bed_close(&b);
}

/* ----------------------------------------------------------------- mailbox */

/* All of a driver's life before this may happen between two looks. */
TEST(setup_in_one_look)
{
	struct avfdrv_msg m;
	struct bed b;

	page_open(&b, 1);
	avfdrv_pci_on(&b.d, 2);
	avfdrv_mbx_init(&b.d);
	put_version(&b);
	avfdrv_mbx_ring(&b.d);
	CHECK_EQ(look(&b.h), AVF_PAGE_CTL);
	CHECK(avfdrv_recv(&b.d, &m));
	CHECK_EQ(m.op, VC_VERSION);
	CHECK_EQ(ld(R_ATQH), 1);
	CHECK_EQ(ld(R_ARQH), 1);
	bed_close(&b);
}

/*
 * A message nobody looked at, the mailbox given up and set up anew, with the
 * same values even: the old message is gone, the queues are stopped, and the new
 * ring begins at 0.
 */
TEST(restart_in_one_look)
{
	struct avfdrv_msg m;
	uint32_t quiesced;
	struct bed b;
	uint32_t at;

	for (at = 0; at < 34; at++) {
		page_up(&b, 1);
		/* so that the head is anywhere, 0 included */
		while (b.d.atq_ntu != at % AQ_LEN)
			CHECK_EQ(avfdrv_promisc(&b.d, 0), 0);
		put_version(&b);
		avfdrv_mbx_ring(&b.d);
		/* no shutdown command: DPDK of 20.11 sends none that counts */
		st(R_ATQH, 0);
		st(R_ATQT, 0);
		st(R_ATQLEN, 0);
		st(R_ATQBAL, 0);
		st(R_ATQBAH, 0);
		st(R_ARQH, 0);
		st(R_ARQT, 0);
		st(R_ARQLEN, 0);
		avfdrv_mbx_init(&b.d);
		quiesced = b.h.quiesced;
		look(&b.h);
		CHECK(b.h.quiesced > quiesced);
		CHECK_EQ_AT(ld(R_ATQH), 0, at);
		CHECK_EQ_AT(ld(R_ARQH), 0, at);
		CHECK(!avfdrv_recv(&b.d, &m));
		CHECK_EQ_AT(host_rx(&b.h, b.d.mac, 60, 1), -ENETDOWN, at);
		CHECK_EQ_AT(avfdrv_version(&b.d, 1, 1), 0, at);
		CHECK_EQ_AT(avfdrv_resources(&b.d), 0, at);
		CHECK_EQ_AT(bed_stats(&b).mbx_errors, 0, at);
		b.d.up = false;
		bed_close(&b);
	}
}

/* The same value stored to a length is a new ring. */
TEST(length_again)
{
	struct bed b;

	page_up(&b, 1);
	CHECK(send_one(&b, 0));
	CHECK_EQ(avf_page_pending(b.h.dev), 0);
	st(R_ATQT, 0);
	st(R_ATQLEN, AQ_LEN | AQ_ENABLE);
	CHECK_EQ(avf_page_pending(b.h.dev), AVF_PAGE_CTL);
	look(&b.h);
	CHECK_EQ(ld(R_ATQH), 0);
	CHECK_EQ(ld(R_ATQLEN), AQ_LEN | AQ_ENABLE | SEEN_LEN);
	CHECK_EQ(host_rx(&b.h, b.d.mac, 60, 1), -ENETDOWN);
	/* but not what was read from there */
	st(R_ATQLEN, ld(R_ATQLEN));
	CHECK_EQ(avf_page_pending(b.h.dev), 0);
	st(R_ARQT, 0);
	st(R_ARQLEN, AQ_LEN | AQ_ENABLE);
	look(&b.h);
	CHECK_EQ(ld(R_ARQH), 0);
	bed_close(&b);
}

/* A look at every point of a mailbox's end and of its beginning. */
TEST(look_anywhere)
{
	static const uint32_t regs[] = {
		R_ATQH, R_ATQT, R_ATQLEN, R_ATQBAL, R_ATQBAH,
		R_ARQH, R_ARQT, R_ARQLEN, R_ARQBAL, R_ARQBAH,
	};
	uint32_t at, i, n = sizeof(regs) / sizeof(regs[0]);
	struct bed b;

	for (at = 0; at < 2 * n; at++) {
		page_up(&b, 1);
		CHECK(b.d.atq_ntu > 2);
		/* replies that wait, so that the ARQ has work, too */
		avf_link_set(b.h.dev, false, 1000);
		b.h.dma_ops = 0;
		bed_quiet(&b);
		for (i = 0; i < n; i++) {
			st(regs[i], 0);
			if (i == at)
				look(&b.h);
		}
		bed_quiet_end(&b);
		memset(b.d.atq.va, 0xff, b.d.atq.len);
		memset(b.d.atq_bufs.va, 0xff, b.d.atq_bufs.len);
		/* no DMA from a ring that is only half set up */
		b.h.on_dma = NULL;
		avfdrv_mbx_init(&b.d);
		if (at >= n) {
			bed_quiet(&b);
			for (i = 0; i < n; i++) {
				uint32_t val = ld(regs[i]);

				if (regs[i] == R_ARQT)
					val = 0;
				st(regs[i], val);
				if (i == at - n)
					look(&b.h);
			}
			st(R_ARQT, AQ_LEN - 1);
			bed_quiet_end(&b);
		}
		b.d.link_events = 0;
		CHECK_EQ_AT(avfdrv_version(&b.d, 1, 1), 0, at);
		CHECK_EQ_AT(avfdrv_resources(&b.d), 0, at);
		CHECK_EQ_AT(bed_stats(&b).mbx_errors, 0, at);
		b.d.up = false;
		bed_close(&b);
	}
}

/* With the head stored the tail is not acted on until the length is. */
TEST(head_holds)
{
	struct bed b;

	page_up(&b, 1);
	put_version(&b);
	bed_quiet(&b);
	avfdrv_mbx_ring(&b.d);
	st(R_ATQH, 0);
	look(&b.h);
	st(R_ATQT, 5);
	look(&b.h);
	/* nor by the ARQ's tail, nor by what the host does */
	st(R_ARQT, (ld(R_ARQT) + 1) % AQ_LEN);
	look(&b.h);
	bed_quiet_end(&b);
	CHECK_EQ(ld(R_ATQH), 0);
	avfdrv_mbx_init(&b.d);
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	b.d.up = false;
	bed_close(&b);
}

/* ------------------------------------------ stores while the model is at work */

static struct {
	enum host_ev_kind kind;
	uint32_t nth;
	uint32_t off[2];
	uint32_t val[2];
} race;

/* The driver stores while the device is in its @nth access. */
static void race_dma(struct host *h, enum host_ev_kind kind, u64 iova, u32 len)
{
	uint32_t i;

	(void)h;
	(void)iova;
	(void)len;
	if (kind != race.kind || --race.nth)
		return;
	for (i = 0; i < 2; i++)
		if (race.off[i])
			st(race.off[i], race.val[i]);
}

/* The driver takes its rings away while a message is handled. */
TEST(rings_taken_away)
{
	struct bed b;
	uint32_t nth;

	for (nth = 1; nth <= 2; nth++) {
		page_up(&b, 1);
		race.kind = nth == 1 ? HOST_READ : HOST_WRITE;
		race.nth = 1;
		race.off[0] = R_ATQLEN;
		race.val[0] = 0;
		race.off[1] = R_ARQLEN;
		race.val[1] = 0;
		put_version(&b);
		put_version(&b);
		avfdrv_mbx_ring(&b.d);
		b.h.on_dma = race_dma;
		b.h.dma_ops = 0;
		look(&b.h);
		/* descriptor, message, write-back; no reply, no second one */
		CHECK_EQ_AT(b.h.dma_ops, 3, nth);
		CHECK_EQ_AT(host_rd(&b.h, R_ATQLEN), 0, nth);
		bed_quiet(&b);
		st(R_ATQT, 0);
		st(R_ARQT, 3);
		look(&b.h);
		bed_quiet_end(&b);
		b.h.on_dma = NULL;
		b.d.up = false;
		bed_close(&b);
	}
}

/* The device steps its head while the driver stores it: the driver's stays. */
TEST(head_race)
{
	struct bed b;

	page_up(&b, 1);
	race.kind = HOST_WRITE;
	race.nth = 1;
	race.off[0] = R_ATQH;
	race.val[0] = 0;
	race.off[1] = R_ATQT;
	race.val[1] = 0;
	put_version(&b);
	avfdrv_mbx_ring(&b.d);
	b.h.on_dma = race_dma;
	look(&b.h);
	b.h.on_dma = NULL;
	/* and nothing between the two was taken for a message */
	CHECK_EQ(get_le16(avfdrv_atq_desc(&b.d, b.d.atq_ntu)), 0);
	CHECK_EQ(ld(R_ATQH), 0);
	CHECK_EQ(host_rd(&b.h, R_ATQH), 0);
	st(R_ATQLEN, 0);
	st(R_ARQLEN, 0);
	avfdrv_mbx_init(&b.d);
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	b.d.up = false;
	bed_close(&b);
}

/* More messages while messages are handled. */
TEST(sent_meanwhile)
{
	struct avfdrv_msg m;
	struct bed b;

	page_up(&b, 1);
	put_version(&b);
	avfdrv_mbx_ring(&b.d);
	put_version(&b);
	race.kind = HOST_READ;
	race.nth = 1;
	race.off[0] = R_ATQT;
	race.val[0] = b.d.atq_ntu;
	race.off[1] = 0;
	b.h.on_dma = race_dma;
	look(&b.h);
	b.h.on_dma = NULL;
	CHECK(avfdrv_recv_reply(&b.d, &m));
	CHECK(avfdrv_recv_reply(&b.d, &m));
	CHECK(!avfdrv_recv_reply(&b.d, &m));
	bed_close(&b);
}
