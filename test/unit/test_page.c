// SPDX-License-Identifier: GPL-2.0
/*
 * BAR0 as memory: a driver that only loads and stores, and a host that looks
 * now and then. What happens between two looks is up to each test.
 */
#include "tx_bed.h"

#define PAGES		16u
#define SEEN_LEN	0x08000000u
#define SEEN_DYN	0x20000000u
#define SEEN_ENA	0x80000000u

static uint8_t bar[PAGES][AVF_PAGE_SIZE]
	__attribute__((aligned(AVF_PAGE_SIZE)));

static uint32_t ld(uint32_t off)
{
	return get_le32(bar[off / AVF_PAGE_SIZE] + off % AVF_PAGE_SIZE);
}

static void st(uint32_t off, uint32_t val)
{
	put_le32(bar[off / AVF_PAGE_SIZE] + off % AVF_PAGE_SIZE, val);
}

/* What a host does when it looks; returns what there was to see. */
static uint32_t look(struct host *h)
{
	uint32_t rounds, pending, tx, q, all = 0;

	for (rounds = 0;; rounds++) {
		CHECK(rounds < 1000);
		pending = avf_page_pending(h->dev);
		tx = avf_tx_pending(h->dev);
		all |= pending;
		if (pending & AVF_PAGE_IRQ)
			avf_page_irqs(h->dev);
		if (pending & AVF_PAGE_CTL)
			avf_page_sync(h->dev);
		for (q = 0; q < h->params.num_qps; q++)
			if (tx & 1u << q)
				avf_tx_poll(h->dev, (u16)q, 64, h->scratch);
		if (avf_mbx_pending(h->dev))
			avf_mbx_run(h->dev);
		else if (!pending && !tx)
			return all;
	}
}

static uint32_t t_rd(void *ctx, uint32_t off)
{
	(void)ctx;
	return ld(off);
}

static void t_wr(void *ctx, uint32_t off, uint32_t val)
{
	(void)ctx;
	st(off, val);
}

static void t_idle(void *ctx)
{
	look(ctx);
}

static struct avfdrv_transport mem_transport;

static void page_attach(struct host *h)
{
	void *page[PAGES];
	uint32_t i;

	for (i = 0; i < PAGES; i++)
		page[i] = bar[i];
	avf_page_attach(h->dev, page);
}

static void page_open(struct bed *b, uint16_t qps)
{
	struct avf_params p = {
		.num_qps = qps,
		.link_up = true,
		.doorbell = { bar[0], bar[2] },
	};

	memset(bar, 0, sizeof(bar));
	bed_open_params(b, &p);
	mem_transport = bed_transport;
	mem_transport.rd = t_rd;
	mem_transport.wr = t_wr;
	mem_transport.idle = t_idle;
	b->d.t = &mem_transport;
	b->d.want_qps = qps;
	page_attach(&b->h);
}

static void page_up(struct bed *b, uint16_t qps)
{
	page_open(b, qps);
	CHECK_EQ(avfdrv_probe(&b->d), 0);
	CHECK_EQ(avfdrv_up(&b->d), 0);
	look(&b->h);
}

static bool send_one(struct bed *b, uint16_t q)
{
	struct host_frame *f;
	uint8_t frame[100];
	bool ok;

	pattern(frame, sizeof(frame), 3);
	CHECK_EQ(avfdrv_tx(&b->d, q, frame, sizeof(frame)), 0);
	look(&b->h);
	avfdrv_tx_clean(&b->d, q);
	f = host_take(&b->h);
	ok = f && f->len == sizeof(frame) &&
	     !memcmp(f->data, frame, sizeof(frame));
	free(f);
	return ok;
}

static bool receive_one(struct bed *b)
{
	uint8_t frame[100], got[2048];

	pattern(frame, sizeof(frame), 4);
	memcpy(frame, b->d.mac, 6);
	host_rx(&b->h, frame, sizeof(frame), 1);
	return avfdrv_rx(&b->d, 0, got, sizeof(got), NULL) == sizeof(frame) &&
	       !memcmp(got, frame, sizeof(frame));
}

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
	host_wr(&b.h, R_RSTAT, 0);
	CHECK_EQ(ld(R_RSTAT), 2);
	bed_close(&b);
}

/* ----------------------------------------------------------------- mailbox */

static void put_version(struct bed *b)
{
	static const uint8_t v11[8] = { 1, 0, 0, 0, 1 };

	avfdrv_mbx_put(&b->d, VC_VERSION, v11, 8);
}

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

/* -------------------------------------------------------------- interrupts */

static struct {
	void (*raise)(void *host, u16 vec);
	uint32_t val;
	uint32_t left;
} echo;

/* A driver on another CPU that reacts before the device returns. */
static void echo_raise(void *host, u16 vec)
{
	echo.raise(host, vec);
	if (echo.left && vec) {
		echo.left--;
		st(R_DYN_CTLN(vec - 1u), echo.val);
	}
}

/* A vector enabled again with the same value fires again. */
TEST(enable_again)
{
	const uint32_t on = DYN_INTENA | DYN_CLEARPBA | DYN_ITR(3);
	struct bed b;
	uint32_t i;

	page_up(&b, 2);
	host_irqs(&b.h, 1);
	for (i = 0; i < 4; i++) {
		st(R_DYN_CTLN(0), on);
		CHECK_EQ_AT(avf_page_pending(b.h.dev), AVF_PAGE_IRQ, i);
		look(&b.h);
		CHECK_EQ_AT(host_irqs(&b.h, 1), 0, i);
		CHECK(receive_one(&b));
		CHECK_EQ_AT(host_irqs(&b.h, 1), 1, i);
		/* not enabled: nothing */
		CHECK(receive_one(&b));
		CHECK_EQ_AT(host_irqs(&b.h, 1), 0, i);
		/* what was latched meanwhile fires with the enable */
		st(R_DYN_CTLN(0), on);
		look(&b.h);
		CHECK_EQ_AT(host_irqs(&b.h, 1), 1, i);
	}
	/* disabled and enabled between two looks */
	st(R_DYN_CTLN(0), on);
	look(&b.h);
	st(R_DYN_CTLN(0), DYN_WB_ON_ITR | DYN_ITR(3));
	st(R_DYN_CTLN(0), on);
	look(&b.h);
	CHECK(receive_one(&b));
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	bed_close(&b);
}

/* The driver's answer to an interrupt is not taken for what caused it. */
TEST(answer_at_once)
{
	struct bed b;

	page_up(&b, 1);
	echo.raise = b.h.ops.irq_raise;
	b.h.ops.irq_raise = echo_raise;
	look(&b.h);
	host_irqs(&b.h, 1);
	echo.val = DYN_INTENA | DYN_SWINT | DYN_ITR(3);
	echo.left = 20;
	st(R_DYN_CTLN(0), echo.val);
	look(&b.h);
	CHECK_EQ(host_irqs(&b.h, 1), 21);
	CHECK_EQ(echo.left, 0);
	/* and without a pulse: enabled for the next frame */
	echo.val = DYN_INTENA | DYN_ITR(3);
	echo.left = 1;
	st(R_DYN_CTLN(0), echo.val);
	look(&b.h);
	CHECK(receive_one(&b));
	look(&b.h);
	CHECK(receive_one(&b));
	CHECK_EQ(host_irqs(&b.h, 1), 2);
	bed_close(&b);
}

/* An interval given twice, with another one in between. */
TEST(interval_again)
{
	const uint32_t to_50us = DYN_ITR(0) | DYN_INTERVAL(25);
	struct bed b;

	page_up(&b, 1);
	st(R_DYN_CTLN(0), to_50us);
	look(&b.h);
	CHECK_EQ(host_rd(&b.h, R_ITRN(0, 0)), 25);
	st(R_ITRN(0, 0), 99);
	st(R_DYN_CTLN(0), to_50us);
	look(&b.h);
	CHECK_EQ(host_rd(&b.h, R_ITRN(0, 0)), 25);
	bed_close(&b);
}

/* As DPDK does it: mask, drain, unmask; messages that came meanwhile count. */
TEST(mailbox_interrupt)
{
	struct bed b;
	uint32_t i;

	page_up(&b, 1);
	avfdrv_drain(&b.d);
	/* what was latched before fires once */
	st(R_ICR0_ENA, ICR0_ADMINQ);
	st(R_DYN_CTL0, DYN_INTENA | DYN_CLEARPBA | DYN_ITR(3));
	look(&b.h);
	host_irqs(&b.h, 0);
	for (i = 0; i < 3; i++) {
		st(R_ICR0_ENA, ICR0_ADMINQ);
		st(R_DYN_CTL0, DYN_INTENA | DYN_CLEARPBA | DYN_ITR(3));
		look(&b.h);
		CHECK_EQ_AT(host_irqs(&b.h, 0), 0, i);
		avf_link_set(b.h.dev, true, 1000 + i);
		CHECK_EQ_AT(host_irqs(&b.h, 0), 1, i);
		st(R_ICR0_ENA, 0);
		st(R_DYN_CTL0, DYN_ITR(3));
		avfdrv_drain(&b.d);
		avf_link_set(b.h.dev, true, 2000 + i);
		CHECK_EQ_AT(host_irqs(&b.h, 0), 0, i);
		st(R_ICR0_ENA, ICR0_ADMINQ);
		st(R_DYN_CTL0, DYN_INTENA | DYN_CLEARPBA | DYN_ITR(3));
		look(&b.h);
		CHECK_EQ_AT(host_irqs(&b.h, 0), 1, i);
		avfdrv_drain(&b.d);
	}
	/* mask and unmask, and the message taken, between two looks */
	st(R_ICR0_ENA, 0);
	st(R_DYN_CTL0, DYN_ITR(3));
	st(R_ICR0_ENA, ICR0_ADMINQ);
	st(R_DYN_CTL0, DYN_INTENA | DYN_CLEARPBA | DYN_ITR(3));
	look(&b.h);
	CHECK_EQ(host_irqs(&b.h, 0), 0);
	avf_link_set(b.h.dev, true, 3000);
	CHECK_EQ(host_irqs(&b.h, 0), 1);
	CHECK_EQ(ld(R_ICR0), ICR0_ADMINQ);
	bed_close(&b);
}

/* ------------------------------------------------------------------ resets */

static struct {
	void (*quiesce)(void *host);
	uint32_t off;
	uint32_t val;
} mid;

/* The driver stores in the middle of a reset. */
static void mid_quiesce(void *host)
{
	mid.quiesce(host);
	if (mid.off)
		st(mid.off, mid.val);
}

/* RESET_VF as the driver sees it, and what it sent after it. */
TEST(vf_reset)
{
	uint16_t ntu;
	struct bed b;

	page_up(&b, 2);
	st(R_DYN_CTLN(1), DYN_INTENA | DYN_ITR(3));
	avfdrv_mbx_put(&b.d, VC_RESET_VF, NULL, 0);
	put_version(&b);
	avfdrv_mbx_ring(&b.d);
	ntu = b.d.atq_ntu;
	look(&b.h);
	CHECK_EQ(ld(R_ARQLEN), SEEN_LEN);
	CHECK_EQ(ld(R_ATQLEN), SEEN_LEN);
	CHECK_EQ(ld(R_RSTAT), 2);
	CHECK_EQ(ld(R_ICR0_ENA), SEEN_ENA);
	CHECK_EQ(ld(R_DYN_CTL0), SEEN_DYN);
	CHECK_EQ(ld(R_DYN_CTLN(1)), SEEN_DYN);
	CHECK_EQ(ld(R_ATQBAL), (uint32_t)b.d.atq.iova);
	/* nobody took the other message, but nobody shall wait for it */
	CHECK_EQ(ld(R_ATQH), ntu);
	ntu = (uint16_t)((ntu + 3) % AQ_LEN);
	st(R_ATQT, ntu);
	bed_quiet(&b);
	look(&b.h);
	bed_quiet_end(&b);
	CHECK_EQ(ld(R_ATQH), ntu);
	CHECK_EQ(bed_stats(&b).resets_vf, 1);
	b.d.up = false;
	bed_close(&b);
}

/* A mailbox set up while a VF reset is under way is not lost with it. */
TEST(setup_in_reset)
{
	struct avfdrv_msg m;
	struct bed b;

	page_up(&b, 1);
	mid.quiesce = b.h.ops.queues_quiesce;
	b.h.ops.queues_quiesce = mid_quiesce;
	mid.off = R_ATQLEN;
	mid.val = AQ_LEN | AQ_ENABLE;
	avfdrv_mbx_put(&b.d, VC_RESET_VF, NULL, 0);
	avfdrv_mbx_ring(&b.d);
	avf_page_sync(b.h.dev);
	st(R_ATQT, 0);
	avf_mbx_run(b.h.dev);
	mid.off = 0;
	CHECK_EQ(bed_stats(&b).resets_vf, 1);
	CHECK_EQ(ld(R_ATQLEN), AQ_LEN | AQ_ENABLE);
	CHECK_EQ(avf_page_pending(b.h.dev), AVF_PAGE_CTL);
	look(&b.h);
	CHECK_EQ(ld(R_ATQLEN), AQ_LEN | AQ_ENABLE | SEEN_LEN);
	CHECK_EQ(ld(R_ATQH), 0);
	avfdrv_mbx_init(&b.d);
	put_version(&b);
	avfdrv_mbx_ring(&b.d);
	look(&b.h);
	CHECK(avfdrv_recv(&b.d, &m));
	b.d.up = false;
	bed_close(&b);
}

/* A PF reset is seen for as long as it lasts; nothing is sent meanwhile. */
TEST(pf_reset)
{
	struct bed b;

	page_up(&b, 1);
	avf_dev_reset_impending(b.h.dev);
	CHECK_EQ(avfdrv_drain(&b.d), 1);
	CHECK_EQ(b.d.reset_events, 1);
	avf_dev_reset(b.h.dev, AVF_RESET_PF);
	CHECK_EQ(ld(R_RSTAT), 0);
	CHECK_EQ(ld(R_ARQLEN), SEEN_LEN);
	st(R_RSTAT, 2);
	put_version(&b);
	avfdrv_mbx_ring(&b.d);
	bed_quiet(&b);
	look(&b.h);
	bed_quiet_end(&b);
	CHECK_EQ(ld(R_RSTAT), 0);
	avf_dev_reset_done(b.h.dev);
	CHECK_EQ(ld(R_RSTAT), 2);
	CHECK_EQ(avfdrv_reinit(&b.d), 0);
	CHECK(send_one(&b, 0));
	bed_close(&b);
}

/* An FLR leaves nothing of what was stored, seen or not. */
TEST(flr)
{
	struct bed b;
	uint32_t off;

	page_up(&b, 2);
	avfdrv_fini(&b.d);
	mid.quiesce = b.h.ops.queues_quiesce;
	b.h.ops.queues_quiesce = mid_quiesce;
	mid.off = R_ARQLEN;
	mid.val = AQ_LEN | AQ_ENABLE;
	for (off = R_DYN_CTLN(0); off < 0xe000; off += 4)
		st(off, 0xffffffff);
	avf_dev_reset(b.h.dev, AVF_RESET_FLR);
	CHECK_EQ(ld(R_RSTAT), 2);
	CHECK_EQ(ld(R_ICR0), ICR0_ADMINQ);
	CHECK_EQ(ld(R_ATQH), 0);
	CHECK_EQ(ld(R_ATQBAL), 0);
	CHECK_EQ(ld(R_ATQLEN), SEEN_LEN);
	CHECK_EQ(ld(R_ARQLEN), SEEN_LEN);
	CHECK_EQ(ld(R_DYN_CTLN(15)), SEEN_DYN);
	CHECK_EQ(ld(R_HLUT(15)), 0);
	mid.off = 0;

	/* Memory is off now: what is stored is lost. */
	st(R_ATQLEN, AQ_LEN | AQ_ENABLE);
	st(R_DYN_CTLN(0), DYN_INTENA | DYN_SWINT);
	CHECK_EQ(avf_page_pending(b.h.dev), 0);
	avf_page_sync(b.h.dev);
	avf_page_irqs(b.h.dev);
	CHECK_EQ(ld(R_ATQLEN), AQ_LEN | AQ_ENABLE);
	host_cfg_wr(&b.h, 4, 6, 2);
	CHECK_EQ(avf_page_pending(b.h.dev), 0);
	CHECK_EQ(ld(R_ATQLEN), SEEN_LEN);
	CHECK_EQ(ld(R_DYN_CTLN(0)), SEEN_DYN);
	avfdrv_init(&b.d, &mem_transport, &b.h);
	b.d.want_qps = 2;
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	CHECK(send_one(&b, 1));
	bed_close(&b);
}

/* --------------------------------------------------------- hostile drivers */

/* What the device owns is written over: restored, or only the writer's loss. */
TEST(read_only)
{
	struct bed b;

	page_up(&b, 1);
	st(R_RSTAT, 0);
	st(R_ICR0, 0);
	avf_page_sync(b.h.dev);
	CHECK_EQ(ld(R_RSTAT), 2);
	CHECK_EQ(ld(R_ICR0), ICR0_ADMINQ);
	CHECK_EQ(host_rd(&b.h, R_RSTAT), 2);

	bed_quiet(&b);
	st(R_ARQH, 0xffffffff);
	st(R_ATQH, 0xffffffff);
	st(R_ATQT, 1);
	st(R_ARQT, 77);
	look(&b.h);
	avf_link_set(b.h.dev, false, 10);
	bed_quiet_end(&b);
	avfdrv_mbx_init(&b.d);
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	b.d.up = false;
	bed_close(&b);
}

/* Anything, anywhere, for a while. Then an FLR, and all is well. */
TEST(scribble)
{
	static const uint32_t good[] = {
		0, 1, 5, AQ_LEN - 1, AQ_LEN | AQ_ENABLE, AQ_ENABLE | 0x3ff,
		AQ_LEN | AQ_ENABLE | SEEN_LEN, DYN_INTENA | SEEN_DYN,
		DYN_INTENA | DYN_SWINT | DYN_CLEARPBA, 0xffffffff,
	};
	uint32_t i, k, off, val, seed = 1, n = sizeof(good) / sizeof(good[0]);
	struct bed b;

	page_up(&b, 4);
	for (i = 0; i < 20000; i++) {
		for (k = 0; k < 1 + i % 7; k++) {
			seed = seed * 1664525 + 1013904223;
			off = seed >> 8 & 0xfffc;
			/* most of it where something is */
			if (seed & 1)
				off = 0x6000 + (off & 0x2c00);
			else if (seed & 2)
				off = 0x3800 + (off & 0x2c3c);
			seed = seed * 1664525 + 1013904223;
			val = seed & 0x40 ? good[(seed >> 8) % n] : seed;
			if (off == R_ATQBAL || off == R_ARQBAL)
				val = (uint32_t)b.d.atq.iova + (val & 0xff0);
			st(off, val);
		}
		if (avf_page_pending(b.h.dev) & AVF_PAGE_IRQ)
			avf_page_irqs(b.h.dev);
		avf_page_sync(b.h.dev);
		if (avf_mbx_pending(b.h.dev))
			avf_mbx_run(b.h.dev);
		CHECK_EQ_AT(ld(R_RSTAT), 2, i);
	}
	avfdrv_fini(&b.d);
	avf_dev_reset(b.h.dev, AVF_RESET_FLR);
	avfdrv_init(&b.d, &mem_transport, &b.h);
	b.d.want_qps = 4;
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	CHECK(send_one(&b, 3));
	bed_close(&b);
}
