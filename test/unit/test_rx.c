// SPDX-License-Identifier: GPL-2.0
/* Receive: buffers, write-back, limits. Frames are not IP unless said so. */
#include <pthread.h>

#include "unit.h"

static void frame_fill(struct bed *b, uint8_t *frame, uint32_t len,
		       uint32_t seed)
{
	pattern(frame, len, seed);
	memcpy(frame, b->d.mac, 6);
	frame[12] = 0x88;
	frame[13] = 0xb5;
}

struct rx_opt {
	uint16_t qps, count, buf, max_pkt, chunk;
	uint8_t rxdid;
};

static void rx_open(struct bed *b, struct rx_opt o)
{
	bed_open(b);
	b->d.want_qps = o.qps ? o.qps : 1;
	b->d.rx_count = o.count ? o.count : 512;
	b->d.rx_buf = o.buf ? o.buf : 2048;
	b->d.max_pkt = o.max_pkt ? o.max_pkt : 9728;
	b->d.rx_chunk = o.chunk ? o.chunk : 32;
	b->d.rxdid = o.rxdid ? o.rxdid : 1;
	CHECK_EQ(avfdrv_probe(&b->d), 0);
	CHECK_EQ(avfdrv_up(&b->d), 0);
}

static void expect(struct bed *b, const uint8_t *want, uint32_t len)
{
	struct avfdrv_rxinfo info;
	uint8_t buf[16384];

	CHECK_EQ(avfdrv_rx(&b->d, 0, buf, sizeof(buf), &info), len);
	CHECK(!memcmp(buf, want, len));
	CHECK_EQ(info.nbufs, (len + b->d.rx_buf - 1) / b->d.rx_buf);
}

static uint64_t qw(struct bed *b, uint16_t i, uint32_t n)
{
	return get_le64(avfdrv_rxd(&b->d, 0, i) + 8 * n);
}

TEST(sizes_and_segments)
{
	uint8_t frame[9728];
	struct bed b;
	uint32_t len, segs;

	rx_open(&b, (struct rx_opt){ 0 });
	for (len = 14; len <= 9728; len += len < 200 ? 1 : 331) {
		frame_fill(&b, frame, len, len);
		segs = len % 31 + 1;
		if (segs > len)
			segs = 1;
		CHECK_EQ(host_rx(&b.h, frame, len, segs), 0);
		expect(&b, frame, len);
	}
	bed_close(&b);
}

/* Every field of the legacy layout, in all four quadwords. */
TEST(legacy_layout)
{
	uint8_t frame[5000];
	struct bed b;
	uint32_t i;

	rx_open(&b, (struct rx_opt){ 0 });
	for (i = 0; i < 3; i++)
		memset(avfdrv_rxd(&b.d, 0, (uint16_t)i) + 16, 0xee, 16);
	frame_fill(&b, frame, 5000, 1);
	CHECK_EQ(host_rx(&b.h, frame, 5000, 3), 0);
	for (i = 0; i < 3; i++) {
		uint64_t q1 = qw(&b, (uint16_t)i, 1);
		bool last = i == 2;

		CHECK_EQ(q1 & 1, 1);
		CHECK_EQ(q1 >> 1 & 1, last);
		CHECK_EQ(q1 >> 38 & 0x3fff, last ? 5000 - 4096 : 2048);
		CHECK_EQ(q1 >> 52, 0);		/* header length, split */
		CHECK_EQ(q1 >> 2 & 1, 0);	/* no tag */
		CHECK_EQ(q1 >> 19 & 0xff, 0);	/* no error */
		if (last)
			CHECK_EQ(q1 >> 30 & 0xff, 1);
		CHECK_EQ(qw(&b, (uint16_t)i, 0) & 0xffffffff, 0);
		CHECK_EQ(qw(&b, (uint16_t)i, 2), 0);
		CHECK_EQ(qw(&b, (uint16_t)i, 3), 0);
	}
	CHECK_EQ(qw(&b, 3, 1), 0);
	expect(&b, frame, 5000);
	bed_close(&b);
}

TEST(flexible_layout)
{
	uint8_t frame[5000];
	struct bed b;
	uint32_t i;

	rx_open(&b, (struct rx_opt){ .rxdid = 22 });
	frame_fill(&b, frame, 5000, 1);
	CHECK_EQ(host_rx(&b.h, frame, 5000, 3), 0);
	for (i = 0; i < 3; i++) {
		uint64_t q0 = qw(&b, (uint16_t)i, 0), q1 = qw(&b, (uint16_t)i, 1);
		bool last = i == 2;

		CHECK_EQ(q0 & 0xff, 22);
		CHECK_EQ(q0 >> 8 & 0xff, 0);
		CHECK_EQ(q0 >> 32 & 0x3fff, last ? 5000 - 4096 : 2048);
		CHECK_EQ(q0 >> 48, 0);
		CHECK_EQ(q1 & 1, 1);
		CHECK_EQ(q1 >> 1 & 1, last);
		CHECK_EQ(q1 >> 4 & 0x7ff, last ? q1 >> 4 & 0x100 : 0);
		CHECK_EQ(q1 >> 32, 0xffffffff);	/* no flow */
		CHECK_EQ(qw(&b, (uint16_t)i, 2), 0);
		if (last) {
			CHECK_EQ(q0 >> 16 & 0x3ff, 1);
			/* not hashed: not valid, and 0 */
			CHECK_EQ(q1 >> 12 & 1, 0);
		}
	}
	expect(&b, frame, 5000);
	bed_close(&b);
}

/* A driver that negotiated no flexible descriptors gets legacy ones. */
TEST(rxdid_without_capability)
{
	uint8_t frame[100];
	struct bed b;

	bed_open(&b);
	b.d.want_caps = CAPS_LINUX & ~CAP_FLEX_DESC;
	b.d.rxdid = 1;
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	frame_fill(&b, frame, 100, 1);
	CHECK_EQ(host_rx(&b.h, frame, 100, 1), 0);
	expect(&b, frame, 100);
	bed_close(&b);
}

/* Chains of up to five buffers; a sixth is one too many. */
TEST(jumbo_chain)
{
	static const uint16_t bufs[] = { 1024, 1536, 1920, 2048, 3072, 9728,
		16256 };
	uint8_t frame[9728];
	struct bed b;
	uint32_t i, len;

	for (i = 0; i < ARRAY_SIZE(bufs); i++) {
		rx_open(&b, (struct rx_opt){ .buf = bufs[i] });
		for (len = 60; len <= 9728; len += 127) {
			bool fits = len <= 5u * bufs[i];
			uint64_t disc = bed_stats(&b).rx_discards;

			frame_fill(&b, frame, len, len);
			CHECK_EQ_AT(host_rx(&b.h, frame, len, 7) == 0, fits,
				    len);
			if (fits)
				expect(&b, frame, len);
			CHECK_EQ(bed_stats(&b).rx_discards, disc + !fits);
		}
		/* exactly at the borders */
		for (len = bufs[i]; len <= 5u * bufs[i] && len <= 9728;
		     len += bufs[i]) {
			frame_fill(&b, frame, len, len);
			CHECK_EQ(host_rx(&b.h, frame, len, 1), 0);
			expect(&b, frame, len);
		}
		bed_close(&b);
	}
}

TEST(longer_than_max_packet)
{
	uint8_t frame[9728];
	struct bed b;

	rx_open(&b, (struct rx_opt){ .max_pkt = 1536 });
	frame_fill(&b, frame, sizeof(frame), 1);
	CHECK_EQ(host_rx(&b.h, frame, 1536, 1), 0);
	expect(&b, frame, 1536);
	CHECK_EQ(host_rx(&b.h, frame, 1537, 1), -EMSGSIZE);
	CHECK_EQ(host_rx(&b.h, frame, 9728, 1), -EMSGSIZE);
	CHECK_EQ(bed_stats(&b).rx_discards, 2);
	CHECK_EQ(host_rx(&b.h, frame, 60, 1), 0);
	expect(&b, frame, 60);
	bed_close(&b);
}

/*
 * Not one buffer too many: fill until refused, and look at every descriptor
 * beyond the tail. Then give back one, a chunk, all.
 */
TEST(never_beyond_tail)
{
	static const uint16_t counts[] = { 64, 512, 4096 };
	static const uint16_t chunks[] = { 1, 32, 63 };
	uint8_t frame[64], got[64];
	struct bed b;
	uint32_t i, k, n, round;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		for (k = 0; k < ARRAY_SIZE(chunks); k++) {
			rx_open(&b, (struct rx_opt){ .count = counts[i],
						     .chunk = chunks[k] });
			for (round = 0; round < 5; round++) {
				uint16_t tail = b.d.rx[0].ntu;

				/* the one not given to the device */
				put_le64(avfdrv_rxd(&b.d, 0, tail) + 8, 0);
				for (n = 0;; n++) {
					frame_fill(&b, frame, 64, n);
					if (host_rx(&b.h, frame, 64, 1))
						break;
				}
				/* at most what was posted, at least all but
				 * what the driver holds back for a chunk
				 */
				CHECK(n <= counts[i] - 1u);
				CHECK(n + chunks[k] >= counts[i]);
				CHECK_EQ(qw(&b, tail, 1), 0);
				CHECK_EQ(bed_stats(&b).rx_discards, round + 1);
				for (; n; n--)
					CHECK_EQ(avfdrv_rx(&b.d, 0, got, 64,
							   NULL), 64);
				CHECK_EQ(avfdrv_rx(&b.d, 0, got, 64, NULL), 0);
			}
			bed_close(&b);
		}
	}
}

/* A frame that needs three buffers when two are left is not begun. */
TEST(not_started_if_not_finished)
{
	uint8_t big[5000], small[64];
	struct bed b;
	uint32_t n, left;

	for (left = 0; left < 5; left++) {
		rx_open(&b, (struct rx_opt){ .count = 64, .chunk = 63 });
		frame_fill(&b, big, 5000, 1);
		frame_fill(&b, small, 64, 2);
		for (n = 0; n < 63 - left; n++)
			CHECK_EQ(host_rx(&b.h, small, 64, 1), 0);
		CHECK_EQ(host_rx(&b.h, big, 5000, 1),
			 left < 3 ? -ENOBUFS : 0);
		if (left < 3) {
			for (n = 63 - left; n < 64; n++)
				CHECK_EQ(qw(&b, (uint16_t)n, 1), 0);
			/* a small one still fits, in order */
			CHECK_EQ(host_rx(&b.h, small, 64, 1),
				 left ? 0 : -ENOBUFS);
		}
		for (n = 0; n < 63 - left; n++)
			expect(&b, small, 64);
		if (left >= 3)
			expect(&b, big, 5000);
		else if (left)
			expect(&b, small, 64);
		/* recovered: nothing of the dropped one turns up */
		CHECK_EQ(avfdrv_rx(&b.d, 0, big, sizeof(big), NULL), 0);
		avfdrv_rx_fill(&b.d, 0);
		CHECK_EQ(host_rx(&b.h, small, 64, 1), 0);
		expect(&b, small, 64);
		bed_close(&b);
	}
}

/*
 * The tail written before ENABLE counts; nothing is read before ENABLE (DPDK's
 * first descriptors hold address 0).
 */
TEST(tail_before_enable)
{
	uint8_t frame[64];
	struct bed b;
	uint16_t i;

	bed_resources(&b);
	CHECK_EQ(avfdrv_rings_alloc(&b.d), 0);
	bed_quiet(&b);
	host_wr(&b.h, R_QRX_TAIL(0), 511);
	bed_quiet_end(&b);
	b.h.fail_iova = b.d.rx[0].ring.iova;
	b.h.fail_len = 512 * 32;
	CHECK_EQ(avfdrv_config_queues(&b.d), 0);
	frame_fill(&b, frame, 64, 1);
	CHECK(host_rx(&b.h, frame, 64, 1));
	CHECK_EQ(bed_stats(&b).dma_errors, 0);
	b.h.fail_len = 0;
	/* only now the buffers are there; the tail is not written again */
	for (i = 0; i < 511; i++)
		avfdrv_rx_post(&b.d, 0, i);
	b.d.rx[0].ntu = 511;
	CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 1, 0), 0);
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
	expect(&b, frame, 64);
	bed_close(&b);
}

/* The tail of the last session is forgotten at DISABLE. */
TEST(stale_rx_tail)
{
	uint8_t frame[64];
	struct bed b;

	rx_open(&b, (struct rx_opt){ 0 });
	frame_fill(&b, frame, 64, 1);
	CHECK_EQ(avfdrv_queues(&b.d, VC_DISABLE_QUEUES, 1, 1), 0);
	CHECK_EQ(avfdrv_config_queues(&b.d), 0);
	CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 1, 1), 0);
	/* no buffers: the driver has not posted any */
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), -ENOBUFS);
	avfdrv_rings_restart(&b.d);
	avfdrv_rx_fill(&b.d, 0);
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
	expect(&b, frame, 64);
	bed_close(&b);
}

TEST(tail_too_large_before_enable)
{
	uint8_t frame[64];
	struct bed b;

	bed_resources(&b);
	CHECK_EQ(avfdrv_rings_alloc(&b.d), 0);
	host_wr(&b.h, R_QRX_TAIL(0), 4000);
	CHECK_EQ(avfdrv_config_queues(&b.d), 0);
	CHECK_EQ(avfdrv_queues(&b.d, VC_ENABLE_QUEUES, 1, 1), 0);
	frame_fill(&b, frame, 64, 1);
	bed_quiet(&b);
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), -ENOBUFS);
	bed_quiet_end(&b);
	CHECK_EQ(bed_stats(&b).bad_tail, 1);
	avfdrv_rx_fill(&b.d, 0);
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
	expect(&b, frame, 64);
	bed_close(&b);
}

TEST(bad_buffers)
{
	static const uint64_t bad[] = {
		0, HOST_NO_MEM, 0xffffffffffffffff, 0xffffffffffffff00,
	};
	uint8_t frame[4000];
	struct bed b;
	uint16_t i;

	rx_open(&b, (struct rx_opt){ 0 });
	frame_fill(&b, frame, sizeof(frame), 1);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		put_le64(avfdrv_rxd(&b.d, 0, i), bad[i]);
	for (i = 0; i < 20; i++)
		host_rx(&b.h, frame, sizeof(frame), 3);
	CHECK(bed_stats(&b).dma_errors > 0);
	CHECK(bed_stats(&b).rx_discards > 0);
	/* no descriptor reports what was not delivered */
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_EQ(qw(&b, i, 1) >> 38 & 0x3fff, 0);
	CHECK_EQ(avfdrv_reset(&b.d), 0);
	CHECK_EQ(host_rx(&b.h, frame, sizeof(frame), 3), 0);
	expect(&b, frame, sizeof(frame));
	bed_close(&b);
}

TEST(ring_unreachable)
{
	uint8_t frame[64];
	struct bed b;

	rx_open(&b, (struct rx_opt){ 0 });
	frame_fill(&b, frame, 64, 1);
	b.h.fail_iova = b.d.rx[0].ring.iova;
	b.h.fail_len = 512 * 32;
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), -EFAULT);
	CHECK_EQ(bed_stats(&b).rx_discards, 1);
	b.h.fail_len = 0;
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), 0);
	bed_close(&b);
}

static uint32_t ring_maps(struct bed *b)
{
	uint32_t i, n = 0;

	for (i = 0; i < b->h.nlog; i++)
		n += b->h.log[i].kind == HOST_MAP_WRITE &&
		     b->h.log[i].iova - b->d.rx[0].ring.iova < 512 * 32;
	return n;
}

/*
 * A pointer to the ring is good for one burst: it is asked for once a page in
 * it, and again after it; a disable in between ends it as well.
 */
TEST(ring_mapped_for_a_burst)
{
	uint8_t frame[100];
	struct bed b;
	uint32_t i;

	rx_open(&b, (struct rx_opt){ 0 });
	frame_fill(&b, frame, sizeof(frame), 1);
	CHECK_EQ(host_rx_noflush(&b.h, frame, sizeof(frame), 1), 0);
	CHECK_EQ(avfdrv_down(&b.d), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	host_log(&b.h, true);
	CHECK_EQ(host_rx(&b.h, frame, sizeof(frame), 1), 0);
	CHECK_EQ(ring_maps(&b), unit_no_map ? 0 : 1);
	expect(&b, frame, sizeof(frame));

	host_log(&b.h, true);
	for (i = 0; i < 130; i++)
		CHECK_EQ(host_rx_noflush(&b.h, frame, sizeof(frame), 1), 0);
	avf_rx_flush(b.h.dev);
	CHECK_EQ(ring_maps(&b), unit_no_map ? 0 : 2);
	for (i = 0; i < 130; i++)
		expect(&b, frame, sizeof(frame));

	/* It is not there any more: no use of what it was. */
	b.h.fail_iova = b.d.rx[0].ring.iova;
	b.h.fail_len = 512 * 32;
	CHECK_EQ(host_rx(&b.h, frame, sizeof(frame), 1), -EFAULT);
	b.h.fail_len = 0;

	/* A burst that ended in an error has mapped it, too. */
	b.h.fail_iova = b.d.rx[0].data.iova;
	b.h.fail_len = 512 * 2048;
	CHECK_EQ(host_rx(&b.h, frame, sizeof(frame), 1), -EFAULT);
	b.h.fail_iova = b.d.rx[0].ring.iova;
	CHECK_EQ(host_rx(&b.h, frame, sizeof(frame), 1), -EFAULT);
	b.h.fail_len = 0;
	bed_close(&b);
}

TEST(no_pointer_for_any_page)
{
	uint8_t frame[9000];
	struct bed b;

	rx_open(&b, (struct rx_opt){ 0 });
	b.h.map_none = true;
	frame_fill(&b, frame, sizeof(frame), 1);
	CHECK_EQ(host_rx(&b.h, frame, sizeof(frame), 5), 0);
	expect(&b, frame, sizeof(frame));
	bed_close(&b);
}

TEST(down)
{
	uint8_t frame[64];
	struct bed b;

	bed_resources(&b);
	frame_fill(&b, frame, 64, 1);
	CHECK_EQ(host_rx(&b.h, frame, 64, 1), -ENETDOWN);
	CHECK_EQ(bed_stats(&b).rx_discards, 1);
	bed_close(&b);
}

/* Without dma_map() each store is seen: DD is in the last one. */
TEST(write_back_order)
{
	uint8_t frame[5000];
	uint64_t ring;
	uint32_t i, dd = 0;
	struct bed b;

	rx_open(&b, (struct rx_opt){ 0 });
	if (!unit_no_map) {
		bed_close(&b);
		return;
	}
	frame_fill(&b, frame, 5000, 1);
	ring = b.d.rx[0].ring.iova;
	host_log(&b.h, true);
	CHECK_EQ(host_rx(&b.h, frame, 5000, 1), 0);
	for (i = 0; i < b.h.nlog; i++) {
		const struct host_ev *e = &b.h.log[i];
		uint64_t off = e->iova - ring;

		if (e->kind != HOST_WRITE)
			continue;
		if (off >= 512 * 32) {
			/* no payload after the first DD */
			CHECK(!dd);
			continue;
		}
		if (off % 32 == 0 && e->len >= 16)
			CHECK_EQ(e->data[8] & 1, 0);
		if (off % 32 == 8 && e->data[0] & 1) {
			/*
			 * in ring order, the last to be written, and in a
			 * store that cannot be seen in parts
			 */
			CHECK_EQ(off / 32, dd);
			CHECK_EQ(e->len, 1);
			dd++;
		}
		if (off % 32 != 8)
			CHECK(off / 32 >= dd);
	}
	CHECK_EQ(dd, 3);
	bed_close(&b);
}

/* A reader on another CPU sees whole descriptors and whole payloads only. */
struct reader {
	struct bed *b;
	uint32_t bad;
	uint32_t got;
	bool stop;
};

#define READER_FRAMES	20000u

static void *reader(void *arg)
{
	struct reader *r = arg;
	uint8_t buf[4096];
	uint32_t want = 0, len;

	while (r->got < READER_FRAMES &&
	       !__atomic_load_n(&r->stop, __ATOMIC_RELAXED)) {
		struct avfdrv_rxinfo info;

		len = avfdrv_rx(&r->b->d, 0, buf, sizeof(buf), &info);
		if (!len)
			continue;
		/* numbers only grow; drops may leave gaps */
		if (get_le32(buf + 14) < want || info.ptype != 1 ||
		    get_le32(buf + len - 4) != get_le32(buf + 14) ||
		    info.qw[0] || info.qw[2] || info.qw[3])
			r->bad++;
		want = get_le32(buf + 14) + 1;
		__atomic_store_n(&r->got, r->got + 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

TEST(concurrent_reader)
{
	struct reader r = { 0 };
	uint8_t frame[3000];
	pthread_t thread;
	struct bed b;
	uint32_t i;

	rx_open(&b, (struct rx_opt){ .count = 64, .chunk = 8 });
	r.b = &b;
	frame_fill(&b, frame, sizeof(frame), 1);
	CHECK(!pthread_create(&thread, NULL, reader, &r));
	for (i = 0; __atomic_load_n(&r.got, __ATOMIC_RELAXED) < READER_FRAMES;
	     i++) {
		uint32_t len = i % 3 ? 64 : 3000;

		put_le32(frame + 14, i);
		put_le32(frame + len - 4, i);
		host_rx(&b.h, frame, len, 1);
		if (i > 50000000)
			break;
	}
	__atomic_store_n(&r.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	CHECK_EQ(r.got, READER_FRAMES);
	CHECK_EQ(r.bad, 0);
	bed_close(&b);
}

/* What the driver was not given stays as it was: no byte behind the frame. */
TEST(rest_of_buffer_untouched)
{
	uint8_t frame[100];
	struct bed b;
	uint32_t i;

	rx_open(&b, (struct rx_opt){ 0 });
	memset(b.d.rx[0].data.va, 0x77, 8 * 2048);
	frame_fill(&b, frame, 100, 1);
	CHECK_EQ(host_rx(&b.h, frame, 100, 1), 0);
	for (i = 100; i < 8 * 2048; i++)
		CHECK_EQ_AT(((uint8_t *)b.d.rx[0].data.va)[i], 0x77, i);
	bed_close(&b);
}
