// SPDX-License-Identifier: GPL-2.0
#include "page_bed.h"

uint8_t bar[PAGES][AVF_PAGE_SIZE]
	__attribute__((aligned(AVF_PAGE_SIZE)));

uint32_t ld(uint32_t off)
{
	return get_le32(bar[off / AVF_PAGE_SIZE] + off % AVF_PAGE_SIZE);
}

void st(uint32_t off, uint32_t val)
{
	put_le32(bar[off / AVF_PAGE_SIZE] + off % AVF_PAGE_SIZE, val);
}

uint32_t look(struct host *h)
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

struct avfdrv_transport mem_transport;

void page_attach(struct host *h)
{
	void *page[PAGES];
	uint32_t i;

	for (i = 0; i < PAGES; i++)
		page[i] = bar[i];
	avf_page_attach(h->dev, page);
}

void page_open(struct bed *b, uint16_t qps)
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
