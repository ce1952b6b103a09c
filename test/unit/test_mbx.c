// SPDX-License-Identifier: GPL-2.0
/* The mailbox: rings, ordering, broken drivers. */
#include "unit.h"

/* Opcodes nobody knows: answered with -64 and easy to tell apart. */
#define OP(i)	(1000 + (uint32_t)(i))

static uint8_t stats_req[12] = { 1 };

static void put_n(struct bed *b, uint32_t first, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		avfdrv_mbx_put(&b->d, OP(first + i), NULL, 0);
	avfdrv_mbx_ring(&b->d);
	host_run(&b->h);
}

static void expect_n(struct bed *b, uint32_t first, uint32_t n)
{
	struct avfdrv_msg m;
	uint32_t i;

	for (i = 0; i < n; i++) {
		CHECK(avfdrv_recv_reply(&b->d, &m));
		CHECK_EQ(m.op, OP(first + i));
		CHECK_EQ(m.status, VC_ENOTSUPP);
		CHECK_EQ(m.len, 0);
		CHECK_EQ(m.retval, 0);
		CHECK_EQ(m.flags & (AQF_DD | AQF_CMP | AQF_BUF | AQF_ERR),
			 AQF_DD | AQF_CMP | AQF_BUF);
	}
}

TEST(thirty_one_unread)
{
	struct bed b;
	struct avfdrv_msg m;

	bed_mbx(&b);
	put_n(&b, 0, 31);
	CHECK_EQ(host_rd(&b.h, R_ATQH), 31);
	expect_n(&b, 0, 31);
	CHECK(!avfdrv_recv(&b.d, &m));
	bed_close(&b);
}

/* The descriptor is complete before the head moves. */
static void see_completion(struct host *h, enum host_ev_kind kind,
			   uint64_t iova, uint32_t len)
{
	struct bed *b = h->on_dma_ctx;
	uint32_t head;

	(void)len;
	if (kind != HOST_WRITE || iova < b->d.atq.iova ||
	    iova >= b->d.atq.iova + b->d.atq.len)
		return;
	avf_bar_read(h->dev, 0, R_ATQH, &head, 4);
	/* still the one being written */
	if (iova / 32 * 32 != b->d.atq.iova + le32toh(head) * 32)
		h->violations++;
	b->d.bad_events++;
}

TEST(write_back_before_head)
{
	struct bed b;
	uint32_t i;

	bed_mbx(&b);
	b.h.on_dma = see_completion;
	b.h.on_dma_ctx = &b;
	for (i = 0; i < 40; i++) {
		put_n(&b, i, 1);
		CHECK(get_le16(avfdrv_atq_desc(&b.d, i % 32)) &
		      (AQF_DD | AQF_CMP));
		CHECK_EQ(get_le16(avfdrv_atq_desc(&b.d, i % 32) + 6), 0);
		expect_n(&b, i, 1);
	}
	CHECK(b.d.bad_events >= 40);
	CHECK_EQ(b.h.violations, 0);
	bed_close(&b);
}

/* What the driver wrote to the descriptor stays but for flags and retval. */
TEST(descriptor_kept)
{
	uint8_t before[32];
	struct bed b;

	bed_resources(&b);
	avfdrv_mbx_put(&b.d, VC_GET_STATS, stats_req, sizeof(stats_req));
	memcpy(before, avfdrv_atq_desc(&b.d, b.d.atq_ntu - 1u), 32);
	avfdrv_mbx_ring(&b.d);
	host_run(&b.h);
	put_le16(before, get_le16(before) | AQF_DD | AQF_CMP);
	CHECK(!memcmp(before, avfdrv_atq_desc(&b.d, b.d.atq_ntu - 1u), 32));
	bed_close(&b);
}

TEST(payload_unchanged)
{
	uint8_t msg[AQ_BUF], *buf;
	struct bed b;
	uint32_t op;

	bed_resources(&b);
	for (op = 1; op < 150; op++) {
		pattern(msg, sizeof(msg), op);
		if (op == VC_RESET_VF)
			continue;
		buf = avfdrv_atq_buf(&b.d, b.d.atq_ntu);
		avfdrv_cmd(&b.d, op, msg, AQ_BUF, NULL);
		CHECK(!memcmp(buf, msg, AQ_BUF));
	}
	bed_close(&b);
}

TEST(length_0_and_4096)
{
	uint8_t msg[AQ_BUF + 1];
	struct avfdrv_msg m;
	struct bed b;

	bed_resources(&b);
	memset(msg, 0, sizeof(msg));
	CHECK_EQ(avfdrv_cmd(&b.d, OP(0), NULL, 0, &m), VC_ENOTSUPP);
	CHECK_EQ(avfdrv_cmd(&b.d, OP(0), msg, 4096, &m), VC_ENOTSUPP);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_HENA_CAPS, NULL, 0, &m), 0);
	/* a long one that is right: 500 times the same address */
	put_le16(msg, b.d.vsi);
	put_le16(msg + 2, 500);
	for (int i = 0; i < 500; i++)
		memcpy(msg + 4 + 8 * i, b.d.mac, 6);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_ADD_ETH_ADDR, msg, 12 + 8 * 500, &m), 0);
	CHECK_EQ(b.h.nmacs, 1);
	bed_close(&b);
}

TEST(datalen_too_long)
{
	struct avfdrv_msg m;
	struct bed b;
	uint8_t *desc;

	bed_resources(&b);
	desc = avfdrv_atq_desc(&b.d, b.d.atq_ntu);
	avfdrv_mbx_put(&b.d, VC_GET_STATS, stats_req, sizeof(stats_req));
	put_le16(desc + 4, 4097);
	avfdrv_mbx_ring(&b.d);
	host_run(&b.h);
	/* an error, or silence; never success */
	CHECK(!avfdrv_recv_reply(&b.d, &m) || m.status < 0);
	put_le16(desc + 4, 0xffff);
	avfdrv_mbx_ring(&b.d);
	host_run(&b.h);
	while (avfdrv_recv_reply(&b.d, &m))
		CHECK(m.status < 0);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_HENA_CAPS, NULL, 0, NULL), 0);
	bed_close(&b);
}

/* Unreachable ring and buffer: a dead PF, and alive again after a re-init. */
TEST(bad_addresses)
{
	static const uint64_t bad[] = {
		HOST_NO_MEM, 0, 0xffffffffffffffe0, 0xffffffffffffff80,
	};
	struct avfdrv_msg m;
	struct bed b;
	uint32_t i;

	bed_resources(&b);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		uint8_t *desc = avfdrv_atq_desc(&b.d, b.d.atq_ntu);

		/* the payload's */
		avfdrv_mbx_put(&b.d, VC_GET_STATS, stats_req, 12);
		put_le32(desc + 24, bad[i] >> 32);
		put_le32(desc + 28, bad[i]);
		avfdrv_mbx_ring(&b.d);
		host_run(&b.h);
		CHECK(!avfdrv_recv_reply(&b.d, &m) || m.status < 0);
		CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_HENA_CAPS, NULL, 0, NULL), 0);

		/* the ATQ's */
		host_wr(&b.h, R_ATQBAL, (uint32_t)bad[i]);
		host_wr(&b.h, R_ATQBAH, (uint32_t)(bad[i] >> 32));
		avfdrv_send(&b.d, VC_GET_HENA_CAPS, NULL, 0);
		CHECK(!avfdrv_recv_reply(&b.d, &m));
		avfdrv_mbx_init(&b.d);
		CHECK_EQ(avfdrv_resources(&b.d), 0);
		avfdrv_drain(&b.d);

		/* the ARQ's */
		host_wr(&b.h, R_ARQBAL, (uint32_t)bad[i]);
		host_wr(&b.h, R_ARQBAH, (uint32_t)(bad[i] >> 32));
		avfdrv_send(&b.d, VC_GET_HENA_CAPS, NULL, 0);
		CHECK_EQ(host_rd(&b.h, R_ATQH), b.d.atq_ntu);
		avfdrv_mbx_init(&b.d);
		CHECK_EQ(avfdrv_resources(&b.d), 0);
		avfdrv_drain(&b.d);

		/* a buffer posted to the ARQ */
		put_le32((uint8_t *)b.d.arq.va + b.d.arq_ntc * 32 + 24,
			 bad[i] >> 32);
		put_le32((uint8_t *)b.d.arq.va + b.d.arq_ntc * 32 + 28, bad[i]);
		avfdrv_send(&b.d, VC_GET_HENA_CAPS, NULL, 0);
		avfdrv_drain(&b.d);
		avfdrv_mbx_init(&b.d);
		CHECK_EQ(avfdrv_resources(&b.d), 0);
		avfdrv_drain(&b.d);
	}
	CHECK(bed_stats(&b).dma_errors > 0);
	bed_close(&b);
}

TEST(indexes_out_of_range)
{
	static const uint32_t lens[] = { 0, 1, 2, 32, 33, 1023 };
	static const uint32_t idx[] = { 0, 1, 31, 32, 33, 500, 1022, 1023 };
	uint32_t l, h, t;
	struct bed b;

	bed_resources(&b);
	for (l = 0; l < ARRAY_SIZE(lens); l++) {
		for (h = 0; h < ARRAY_SIZE(idx); h++) {
			for (t = 0; t < ARRAY_SIZE(idx); t++) {
				host_wr(&b.h, R_ARQLEN, lens[l] | AQ_ENABLE);
				host_wr(&b.h, R_ARQH, idx[h]);
				host_wr(&b.h, R_ARQT, idx[t]);
				host_wr(&b.h, R_ATQLEN, lens[l] | AQ_ENABLE);
				host_wr(&b.h, R_ATQH, idx[h]);
				host_wr(&b.h, R_ATQT, idx[t]);
				host_run(&b.h);
				avf_link_set(b.h.dev, t & 1, 100000);
				host_wr(&b.h, R_ICR0_ENA, ICR0_ADMINQ);
				host_wr(&b.h, R_DYN_CTL0, DYN_INTENA);
				host_run(&b.h);
			}
		}
	}
	/* alive after all that */
	avfdrv_mbx_init(&b.d);
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	bed_close(&b);
}

/* One word of a mask says how many may wait; order holds, none is lost. */
TEST(arq_full_backlog)
{
	struct bed b;
	uint32_t sent = 0, got = 0;

	bed_mbx(&b);
	/* 31 fit into the ARQ, 62 more wait in the device */
	for (; sent < 93; sent += 31)
		put_n(&b, sent, 31);
	while (got < sent) {
		expect_n(&b, got, 1);
		got++;
		host_run(&b.h);
	}
	CHECK(!avfdrv_drain(&b.d));
	bed_close(&b);
}

/* A driver that never reads costs bounded memory and loses nothing later. */
TEST(never_reads)
{
	struct bed b;
	struct avfdrv_msg m;
	uint32_t i, last = 0, n = 0;

	bed_resources(&b);
	for (i = 0; i < 1000; i++) {
		avfdrv_mbx_put(&b.d, OP(i), NULL, 0);
		avfdrv_mbx_ring(&b.d);
		host_run(&b.h);
		avf_link_set(b.h.dev, i & 1, 100000);
	}
	while (avfdrv_recv(&b.d, &m)) {
		host_run(&b.h);
		if (m.op == VC_EVENT)
			continue;
		CHECK(!n || m.op > last);
		last = m.op;
		n++;
	}
	CHECK(n >= 31);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_HENA_CAPS, NULL, 0, NULL), 0);
	bed_close(&b);
}

/* Too many link events: the oldest go, the last one says how it is. */
TEST_ONCE(link_events_pile_up)
{
	struct avfdrv_msg m;
	struct bed b;
	uint32_t i, speed = 0;

	bed_resources(&b);
	for (i = 0; i < 999; i++) {
		avf_link_set(b.h.dev, true, i + 1);
		if (i == 500)
			avfdrv_send(&b.d, OP(0), NULL, 0);
	}
	for (i = 0; avfdrv_recv(&b.d, &m); i++) {
		host_run(&b.h);
		if (m.op == VC_EVENT)
			speed = get_le32(m.data + 4);
	}
	CHECK_EQ(speed, 999);
	CHECK(i >= 31);
	/* and the command is answered, late */
	CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_HENA_CAPS, NULL, 0, NULL), 0);
	bed_close(&b);
}

/*
 * A driver that did not notice a reset posts to a queue that is off: its message
 * is gone, and it does not have to look for it again and again.
 */
TEST(atq_off_holds_nothing)
{
	struct bed b;
	uint32_t tail;

	bed_resources(&b);
	avf_dev_reset(b.h.dev, AVF_RESET_FLR);
	host_cfg_wr(&b.h, 4, 6, 2);
	CHECK_EQ(host_rd(&b.h, R_ATQLEN), 0);
	for (tail = 1; tail < 1024; tail *= 2) {
		host_wr(&b.h, R_ATQT, tail);
		CHECK_EQ(host_rd(&b.h, R_ATQH), tail);
		host_run(&b.h);
		CHECK_EQ(host_rd(&b.h, R_ATQH), tail);
	}
	/* Switched on, it begins where the driver says. */
	host_wr(&b.h, R_ATQT, 7);
	avfdrv_mbx_init(&b.d);
	CHECK_EQ(host_rd(&b.h, R_ATQH), 0);
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	bed_close(&b);
}

/* Replies to a disabled ARQ are gone for good. */
TEST(arq_disabled)
{
	struct bed b;
	uint32_t len;

	bed_resources(&b);
	len = host_rd(&b.h, R_ARQLEN);
	host_wr(&b.h, R_ARQLEN, 0);
	put_n(&b, 0, 5);
	avf_link_set(b.h.dev, false, 100000);
	CHECK_EQ(host_rd(&b.h, R_ATQH), b.d.atq_ntu);
	host_wr(&b.h, R_ARQLEN, len);
	host_wr(&b.h, R_ARQT, host_rd(&b.h, R_ARQT));
	CHECK_EQ(avfdrv_drain(&b.d), 0);
	/* and what waited when it was disabled too */
	put_n(&b, 0, 31);
	put_n(&b, 31, 20);
	avfdrv_mbx_init(&b.d);
	CHECK_EQ(avfdrv_drain(&b.d), 0);
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	bed_close(&b);
}

TEST(queue_shutdown)
{
	struct avf_stats before, after;
	uint8_t *desc;
	struct bed b;
	uint64_t irqs;

	bed_up(&b);
	before = bed_stats(&b);
	irqs = b.h.irqs[0];
	desc = avfdrv_atq_desc(&b.d, b.d.atq_ntu);
	memset(desc, 0, 32);
	put_le16(desc, AQF_SI);
	put_le16(desc + 2, 3);
	put_le32(desc + 16, 1);
	b.d.atq_ntu = (b.d.atq_ntu + 1) % AQ_LEN;
	avfdrv_mbx_ring(&b.d);
	/* before the doorbell's access is over */
	CHECK_EQ(host_rd(&b.h, R_ATQH), b.d.atq_ntu);
	CHECK_EQ(get_le16(desc) & (AQF_DD | AQF_CMP), AQF_DD | AQF_CMP);
	CHECK_EQ(get_le16(desc + 6), 0);
	CHECK_EQ(avfdrv_drain(&b.d), 0);
	CHECK_EQ(b.h.irqs[0], irqs);
	after = bed_stats(&b);
	CHECK_EQ(after.vc_refused, before.vc_refused);
	CHECK_EQ(host_rd(&b.h, R_ATQLEN) & AQ_CRIT, 0);
	/* still up */
	CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_STATS, stats_req, 12, NULL), 0);
	bed_close(&b);
}

TEST(unknown_aq_opcodes)
{
	static const uint16_t ops[] = {
		0, 1, 2, 0x0802, 0x0800, 0x0b02, 0x0b03, 0x0b04, 0x0b05, 0xffff
	};
	struct bed b;
	uint32_t i;

	bed_resources(&b);
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		uint8_t *desc = avfdrv_atq_desc(&b.d, b.d.atq_ntu);

		avfdrv_mbx_put(&b.d, VC_GET_STATS, stats_req, 12);
		put_le16(desc + 2, ops[i]);
		put_le16(desc + 6, 0x55);
		avfdrv_mbx_ring(&b.d);
		host_run(&b.h);
		CHECK_EQ(host_rd(&b.h, R_ATQH), b.d.atq_ntu);
		CHECK_EQ(get_le16(desc) & (AQF_DD | AQF_CMP),
			 AQF_DD | AQF_CMP);
		CHECK_EQ(get_le16(desc + 6), 0);
		CHECK_EQ(avfdrv_drain(&b.d), 0);
	}
	bed_close(&b);
}

TEST(reinit_without_reset)
{
	struct bed b;
	uint32_t i;

	bed_mbx(&b);
	for (i = 0; i < 50; i++) {
		CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
		CHECK_EQ(avfdrv_resources(&b.d), 0);
		put_n(&b, 0, i % 20);
		if (i & 1)
			avfdrv_mbx_shutdown(&b.d);
		avfdrv_mbx_init(&b.d);
	}
	bed_close(&b);
}

TEST(wrap_around)
{
	struct bed b;
	uint32_t i, n, at = 0;

	bed_mbx(&b);
	for (i = 0; i < 300; i++) {
		n = i % 31 + 1;
		put_n(&b, at, n);
		expect_n(&b, at, n);
		at += n;
	}
	bed_close(&b);
}

/* "Unread" decides if enabling fires: at every position, for every count. */
TEST(unread_at_every_position)
{
	uint32_t pos, n, at = 0;
	struct bed b;

	bed_mbx(&b);
	for (pos = 0; pos < 40; pos++) {
		for (n = 0; n <= 31; n++) {
			host_wr(&b.h, R_DYN_CTL0, 0);
			put_n(&b, at, n);
			/* clear the latch by firing once, then re-enable */
			host_wr(&b.h, R_ICR0_ENA, ICR0_ADMINQ);
			host_wr(&b.h, R_DYN_CTL0, DYN_INTENA | DYN_ITR(3));
			host_irqs(&b.h, 0);
			host_wr(&b.h, R_DYN_CTL0, 0);
			host_wr(&b.h, R_DYN_CTL0, DYN_INTENA | DYN_ITR(3));
			CHECK_EQ_AT(host_irqs(&b.h, 0), n ? 1 : 0, n);
			expect_n(&b, at, n);
			host_wr(&b.h, R_DYN_CTL0, 0);
			host_wr(&b.h, R_DYN_CTL0, DYN_INTENA | DYN_ITR(3));
			CHECK_EQ_AT(host_irqs(&b.h, 0), 0, n);
			at += n;
		}
		/* move on by one */
		put_n(&b, at, 1);
		expect_n(&b, at++, 1);
	}
	bed_close(&b);
}

/* Head and tail both 0, as after init: that is not a ring of 31 messages. */
TEST_ONCE(empty_ring_is_not_unread)
{
	struct bed b;

	bed_open(&b);
	avfdrv_pci_on(&b.d, 1);
	host_wr(&b.h, R_ARQH, 0);
	host_wr(&b.h, R_ARQT, 0);
	host_wr(&b.h, R_ARQLEN, 32 | AQ_ENABLE);
	host_wr(&b.h, R_ICR0_ENA, ICR0_ADMINQ);
	host_wr(&b.h, R_DYN_CTL0, DYN_INTENA | DYN_ITR(3));
	CHECK_EQ(host_irqs(&b.h, 0), 0);
	host_wr(&b.h, R_ARQT, 31);
	host_wr(&b.h, R_DYN_CTL0, DYN_INTENA | DYN_ITR(3));
	CHECK_EQ(host_irqs(&b.h, 0), 0);
	bed_close(&b);
}

/* Nothing is touched once LEN lost ENABLE, whatever else is stale. */
TEST(shutdown_touches_nothing)
{
	static const uint32_t regs[] = {
		R_ATQH, R_ATQT, R_ATQLEN, R_ATQBAL, R_ATQBAH,
		R_ARQH, R_ARQT, R_ARQLEN, R_ARQBAL, R_ARQBAH,
	};
	struct bed b;
	uint32_t i;

	bed_resources(&b);
	put_n(&b, 0, 31);
	put_n(&b, 31, 10);
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		host_wr(&b.h, regs[i], 0);
		if (regs[i] == R_ATQLEN || regs[i] == R_ARQLEN)
			bed_quiet(&b);
		if (regs[i] == R_ATQBAH)
			b.h.quiet = false;
	}
	bed_quiet(&b);
	host_wr(&b.h, R_ATQT, 5);
	avf_link_set(b.h.dev, false, 1000);
	host_run(&b.h);
	bed_quiet_end(&b);
	bed_close(&b);
}

/* Opcode 0 would stop Linux's receive loop: it is never sent. */
TEST(no_opcode_zero)
{
	struct avfdrv_msg m;
	struct bed b;

	bed_resources(&b);
	avfdrv_send(&b.d, 0, NULL, 0);
	while (avfdrv_recv(&b.d, &m))
		CHECK(m.op);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_GET_HENA_CAPS, NULL, 0, NULL), 0);
	bed_close(&b);
}

/* Nothing runs inside the register access: the caller decides when. */
TEST(doorbell_only_marks)
{
	struct bed b;
	uint8_t le[4];

	bed_resources(&b);
	b.h.manual = true;
	avfdrv_mbx_put(&b.d, VC_GET_HENA_CAPS, NULL, 0);
	put_le32(le, b.d.atq_ntu);
	bed_quiet(&b);
	avf_bar_write(b.h.dev, 0, R_ATQT, le, 4);
	bed_quiet_end(&b);
	CHECK(avf_mbx_pending(b.h.dev));
	avf_mbx_run(b.h.dev);
	CHECK(!avf_mbx_pending(b.h.dev));
	CHECK_EQ(avfdrv_drain(&b.d), 1);
	bed_close(&b);
}

TEST_ONCE(one_reply_per_command)
{
	uint32_t rnd = 12345, i, n;
	struct avfdrv_msg m;
	uint8_t msg[256];
	struct bed b;

	bed_resources(&b);
	for (i = 0; i < 1000000; i++) {
		uint32_t op, len;

		rnd = rnd * 1664525u + 1013904223u;
		op = (rnd >> 8) % 140 + 1;
		len = (rnd >> 16) % sizeof(msg);
		if (op == VC_RESET_VF || op == VC_EVENT)
			op = VC_GET_STATS;
		/* that one may be answered by a reset */
		if (op == VC_REQUEST_QUEUES && len == 2)
			len = 3;
		pattern(msg, sizeof(msg), rnd);
		/* half of them look plausible */
		if (rnd & 1) {
			put_le16(msg, b.d.vsi);
			put_le16(msg + 2, (rnd >> 4) & 7);
		}
		avfdrv_send(&b.d, op, msg, len);
		for (n = 0; avfdrv_recv_reply(&b.d, &m); n++)
			CHECK_EQ(m.op, op);
		CHECK_EQ_AT(n, 1, op);
	}
	bed_close(&b);
}
