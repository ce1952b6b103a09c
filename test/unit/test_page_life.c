// SPDX-License-Identifier: GPL-2.0
/* BAR0 as memory: interrupts, resets, and drivers that store anything. */
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "page_bed.h"

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

static void mid_dma(struct host *h, enum host_ev_kind kind, u64 iova, u32 len)
{
	(void)iova;
	(void)len;
	if (kind == HOST_WRITE) {
		st(mid.off, mid.val);
		h->on_dma = NULL;
	}
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
static void setup_in_reset(bool before)
{
	struct avfdrv_msg m;
	struct bed b;

	page_up(&b, 1);
	mid.off = R_ATQLEN;
	mid.val = AQ_LEN | AQ_ENABLE;
	if (before) {
		b.h.on_dma = mid_dma;
	} else {
		mid.quiesce = b.h.ops.queues_quiesce;
		b.h.ops.queues_quiesce = mid_quiesce;
	}
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

TEST(setup_in_reset)
{
	setup_in_reset(false);
	setup_in_reset(true);
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

/* --------------------------------------------- a store before each access */

static void store_later(struct bed *b)
{
	(void)b;
	st(R_DYN_CTLN(1), DYN_ITR(3) | DYN_INTERVAL(7) | DYN_INTENA);
	st(R_DYN_CTL0, DYN_ITR(3) | DYN_INTERVAL(9));
}

/* The later of two stores is what remains, whenever it comes. */
TEST_ONCE(later_store)
{
	uint32_t nth, page;
	struct bed b;
	bool more;

	page_up(&b, 2);
	for (page = 3; page <= 5; page += 2) {
		for (nth = 1, more = true; more; nth++) {
			CHECK(nth < 500);
			st(R_DYN_CTLN(1), DYN_ITR(3) | DYN_INTERVAL(1));
			st(R_DYN_CTL0, DYN_ITR(3) | DYN_INTERVAL(2));
			at_access(page, 1, nth, store_later, &b);
			look(&b.h);
			more = at_access_end();
			look(&b.h);
			if (!more)
				break;
			CHECK_EQ_AT(ld(R_DYN_CTLN(1)),
				    DYN_ITR(3) | DYN_INTERVAL(7) | DYN_INTENA |
				    SEEN_DYN, nth);
			CHECK_EQ_AT(host_rd(&b.h, R_DYN_CTLN(1)),
				    DYN_ITR(3) | DYN_INTERVAL(7) | DYN_INTENA,
				    nth);
			CHECK_EQ_AT(host_rd(&b.h, R_DYN_CTL0),
				    DYN_ITR(3) | DYN_INTERVAL(9), nth);
		}
		CHECK(nth > 4);
	}
	bed_close(&b);
}

static void restart_now(struct bed *b)
{
	static const uint32_t regs[] = {
		R_ATQH, R_ATQT, R_ATQLEN, R_ATQBAL, R_ATQBAH,
		R_ARQH, R_ARQT, R_ARQLEN, R_ARQBAL, R_ARQBAH,
	};
	uint32_t i;

	for (i = 0; i < sizeof(regs) / sizeof(regs[0]); i++)
		st(regs[i], 0);
	/* other memory than before: the old one is poison now */
	memset(b->d.atq.va, 0xff, b->d.atq.len);
	memset(b->d.arq.va, 0xff, b->d.arq.len);
	memset(&b->d.atq, 0, sizeof(b->d.atq));
	memset(&b->d.arq, 0, sizeof(b->d.arq));
	avfdrv_mbx_init(&b->d);
}

/*
 * A mailbox is given up and set up anew while the device is between any two
 * accesses, with messages on their way: nothing of the old ring is taken for a
 * part of the new one, and the new one works.
 */
TEST(restart_anywhere)
{
	struct avfdrv_buf atq, arq;
	uint32_t nth, i, seen = 0;
	struct bed b;
	bool more;

	for (nth = 1, more = true; more; nth++) {
		CHECK(nth < 2000);
		page_up(&b, 1);
		atq = b.d.atq;
		arq = b.d.arq;
		put_version(&b);
		put_version(&b);
		avfdrv_mbx_ring(&b.d);
		at_access(6, 3, nth, restart_now, &b);
		look(&b.h);
		more = at_access_end();
		if (more) {
			seen++;
			/* it may be busy with what it had fetched, no more */
			for (i = 0; i < AQ_LEN; i++)
				CHECK_EQ_AT(get_le16(avfdrv_atq_desc(&b.d, i)),
					    0, nth);
			host_free(&b.h, atq.iova, atq.len);
			host_free(&b.h, arq.iova, arq.len);
		}
		look(&b.h);
		CHECK_EQ_AT(avfdrv_version(&b.d, 1, 1), 0, nth);
		CHECK_EQ_AT(avfdrv_resources(&b.d), 0, nth);
		CHECK_EQ_AT(bed_stats(&b).mbx_errors, 0, nth);
		b.d.up = false;
		bed_close(&b);
	}
	CHECK_EQ_AT(seen > 30, 1, seen);
}

/* ------------------------------------------------------------------ threads */

static struct {
	pthread_mutex_t ctl;
	struct host *h;
	uint32_t looks;
	bool stop;
} crew = { .ctl = PTHREAD_MUTEX_INITIALIZER };

static void *crew_worker(void *arg)
{
	struct avf_dev *dev = crew.h->dev;
	uint32_t i;

	for (i = 0; !__atomic_load_n(&crew.stop, __ATOMIC_RELAXED); i++) {
		if (avf_page_pending(dev) & AVF_PAGE_IRQ)
			avf_page_irqs(dev);
		if (i % 256 == 0)
			sched_yield();
	}
	return arg;
}

static void *crew_ctl(void *arg)
{
	struct avf_dev *dev = crew.h->dev;

	while (!__atomic_load_n(&crew.stop, __ATOMIC_RELAXED)) {
		if (avf_page_pending(dev) & AVF_PAGE_CTL) {
			pthread_mutex_lock(&crew.ctl);
			avf_page_sync(dev);
			if (avf_mbx_pending(dev))
				avf_mbx_run(dev);
			pthread_mutex_unlock(&crew.ctl);
		}
		__atomic_fetch_add(&crew.looks, 1, __ATOMIC_RELEASE);
		usleep(50);
	}
	return arg;
}

/* Until the other has begun to look, and has looked, however long it sleeps. */
static void crew_idle(void *ctx)
{
	uint32_t start = __atomic_load_n(&crew.looks, __ATOMIC_ACQUIRE);

	(void)ctx;
	while (__atomic_load_n(&crew.looks, __ATOMIC_ACQUIRE) - start < 2)
		usleep(100);
}

static uint64_t crew_irqs(void)
{
	return __atomic_load_n(&crew.h->irqs[1], __ATOMIC_ACQUIRE);
}

/* A driver, a worker and who handles messages, each on a thread of its own. */
TEST_ONCE(threads)
{
	const uint32_t ask = DYN_INTENA | DYN_SWINT | DYN_ITR(3);
	uint32_t i, tries;
	pthread_t t[2];
	uint64_t irqs;
	struct bed b;

	page_open(&b, 2);
	mem_transport.idle = crew_idle;
	avfdrv_pci_on(&b.d, 3);
	crew.h = &b.h;
	CHECK(!pthread_create(&t[0], NULL, crew_worker, NULL));
	CHECK(!pthread_create(&t[1], NULL, crew_ctl, NULL));

	CHECK_EQ(avfdrv_probe(&b.d), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	for (i = 0; i < 20; i++) {
		CHECK_EQ_AT(avfdrv_reset(&b.d), 0, i);
		CHECK_EQ_AT(avfdrv_promisc(&b.d, 0), 0, i);
	}
	/* Each store gets its interrupt, however fast the answer comes. */
	for (i = 0; i < 20000; i++) {
		irqs = crew_irqs();
		st(R_DYN_CTLN(0), ask);
		for (tries = 0; crew_irqs() == irqs; tries++) {
			CHECK(tries < 10000000);
			if (tries > 100)
				sched_yield();
		}
	}
	CHECK_EQ(bed_stats(&b).mbx_errors, 0);

	__atomic_store_n(&crew.stop, true, __ATOMIC_RELAXED);
	pthread_join(t[0], NULL);
	pthread_join(t[1], NULL);
	bed_close(&b);
}
