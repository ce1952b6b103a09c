// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "page_bed.h"

uint8_t bar[PAGES][AVF_PAGE_SIZE]
	__attribute__((aligned(AVF_PAGE_SIZE)));

static uint32_t *at(uint32_t off)
{
	return (uint32_t *)(void *)bar[off / AVF_PAGE_SIZE] +
	       off % AVF_PAGE_SIZE / 4;
}

uint32_t ld(uint32_t off)
{
	return le32toh(__atomic_load_n(at(off), __ATOMIC_ACQUIRE));
}

void st(uint32_t off, uint32_t val)
{
	__atomic_store_n(at(off), htole32(val), __ATOMIC_RELEASE);
}

uint32_t look(struct host *h)
{
	uint32_t rounds, pending, tx, q, all = 0;

	for (rounds = 0;; rounds++) {
		CHECK(rounds < 1000);
		pending = avf_page_pending(h->dev);
		tx = avf_tx_pending(h->dev);
		all |= pending;
		if (pending & AVF_PAGE_TAIL)
			avf_hw_tails(h->dev);
		if (pending & AVF_PAGE_IRQ)
			avf_page_irqs(h->dev);
		if (pending & AVF_PAGE_CTL)
			avf_page_sync(h->dev);
		for (q = 0; q < h->params.num_qps; q++)
			if (tx & 1u << q)
				avf_tx_poll(h->dev, (u16)q, 64, NULL, h->scratch);
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

struct avfdrv_transport mem_transport;

void page_attach(struct host *h)
{
	void *page[PAGES];
	uint32_t i;

	for (i = 0; i < PAGES; i++)
		page[i] = bar[i];
	avf_page_attach(h->dev, page);
}

void page_open_params(struct bed *b, struct avf_params *p)
{
	p->doorbell[AVF_DB_TX] = bar[0];
	p->doorbell[AVF_DB_RX] = bar[2];
	memset(bar, 0, sizeof(bar));
	bed_open_params(b, p);
	mem_transport = bed_transport;
	mem_transport.rd = t_rd;
	mem_transport.wr = t_wr;
	mem_transport.idle = t_idle;
	b->d.t = &mem_transport;
	b->d.want_qps = p->num_qps;
	page_attach(&b->h);
}

void page_open(struct bed *b, uint16_t qps)
{
	struct avf_params p = {
		.num_qps = qps,
		.link_up = true,
	};

	page_open_params(b, &p);
}

void page_up(struct bed *b, uint16_t qps)
{
	page_open(b, qps);
	CHECK_EQ(avfdrv_probe(&b->d), 0);
	CHECK_EQ(avfdrv_up(&b->d), 0);
	look(&b->h);
}

bool send_one(struct bed *b, uint16_t q)
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

bool receive_one(struct bed *b)
{
	uint8_t frame[100], got[2048];

	pattern(frame, sizeof(frame), 4);
	memcpy(frame, b->d.mac, 6);
	host_rx(&b->h, frame, sizeof(frame), 1);
	return avfdrv_rx(&b->d, 0, got, sizeof(got), NULL) == sizeof(frame) &&
	       !memcmp(got, frame, sizeof(frame));
}

void put_version(struct bed *b)
{
	static const uint8_t v11[8] = { 1, 0, 0, 0, 1 };

	avfdrv_mbx_put(&b->d, VC_VERSION, v11, 8);
}

/* ------------------------------------------------------ the model's accesses */

#define EFLAGS_TF	0x100

static struct {
	uint32_t first;
	uint32_t n;
	uint32_t left;		/* accesses to come, 0 = it has happened */
	void (*fn)(struct bed *b);
	struct bed *b;
} spy;

static void spy_protect(int prot)
{
	CHECK(!mprotect(bar[spy.first], spy.n * AVF_PAGE_SIZE, prot));
}

/* An access: let it happen, alone, and be there for the next one. */
static void spy_segv(int sig, siginfo_t *info, void *uc)
{
	const uint8_t *addr = info->si_addr;
	ucontext_t *u = uc;

	if (!spy.left || addr < bar[spy.first] ||
	    addr >= bar[spy.first + spy.n]) {
		signal(sig, SIG_DFL);
		return;
	}
	spy_protect(PROT_READ | PROT_WRITE);
	if (--spy.left)
		u->uc_mcontext.gregs[REG_EFL] |= EFLAGS_TF;
	else
		spy.fn(spy.b);
}

static void spy_step(int sig, siginfo_t *info, void *uc)
{
	ucontext_t *u = uc;

	(void)sig;
	(void)info;
	u->uc_mcontext.gregs[REG_EFL] &= ~EFLAGS_TF;
	spy_protect(PROT_NONE);
}

void at_access(uint32_t first, uint32_t n, uint32_t nth,
	       void (*fn)(struct bed *b), struct bed *b)
{
	struct sigaction sa = { .sa_flags = SA_SIGINFO };

	spy.first = first;
	spy.n = n;
	spy.left = nth;
	spy.fn = fn;
	spy.b = b;
	sa.sa_sigaction = spy_segv;
	CHECK(!sigaction(SIGSEGV, &sa, NULL));
	sa.sa_sigaction = spy_step;
	CHECK(!sigaction(SIGTRAP, &sa, NULL));
	spy_protect(PROT_NONE);
}

bool at_access_end(void)
{
	bool happened = !spy.left;

	spy_protect(PROT_READ | PROT_WRITE);
	spy.left = 0;
	signal(SIGSEGV, SIG_DFL);
	signal(SIGTRAP, SIG_DFL);
	return happened;
}
