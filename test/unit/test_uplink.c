// SPDX-License-Identifier: GPL-2.0
/*
 * The software PF's uplink: frames become skbs, skbs frames. Its own sources are
 * compiled in, on shims for the kernel; see test/unit/Makefile.
 */
#include "kskb.h"

#include "swpf_uplink_rx.c"
#include "swpf_uplink_tx.c"

#include "avf_emul.h"
#include "unit.h"

#define GOT	4096

struct kskb kskb;

static struct swpf pf;
static struct net_device dev;
static struct swpf_uplink up;
static struct sk_buff *got[GOT];
static uint32_t ngot;

static const uint8_t host_mac[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t peer[6] = { 2, 0, 0, 0, 0, 2 };

/* What came to the switch. */
static struct {
	uint32_t len, hlen, nsegs;
	uint8_t csum;
	struct avf_gso gso;
	uint8_t data[70000];
} sent[64];
static uint32_t nsent;
static uint32_t calls;

void adi_pf_sync(struct adi_pf *p)
{
	CHECK(p == &pf.pf);
}

void adi_pf_kick(struct adi_pf *p)
{
	CHECK(p == &pf.pf);
	kskb.kicks++;
}

int adi_frame_cut(const struct avf_frame *frame,
		  void (*fn)(void *ctx, const struct avf_frame *seg), void *ctx)
{
	return avf_frame_cut(frame, fn, ctx);
}

int napi_gro_receive(struct napi_struct *napi, struct sk_buff *skb)
{
	CHECK(napi == &up.napi && ngot < GOT);
	got[ngot++] = skb;
	return 0;
}

void swpf_switch_from_uplink(struct swpf *swpf, const struct avf_frame *frames,
			     u32 n)
{
	uint32_t i, k, at;

	CHECK(swpf == &pf && n && n <= SWPF_BATCH);
	calls++;
	for (i = 0; i < n; i++) {
		const struct avf_frame *f = &frames[i];

		CHECK(nsent < ARRAY_SIZE(sent));
		CHECK(f->nsegs && f->nsegs <= AVF_FRAME_SEGS);
		CHECK_EQ(f->hlen, min_t(u32, f->len, AVF_FRAME_HDR));
		for (k = 0, at = 0; k < f->nsegs; k++) {
			CHECK(f->seg[k].len);
			memcpy(sent[nsent].data + at, f->seg[k].p,
			       f->seg[k].len);
			at += f->seg[k].len;
		}
		CHECK_EQ(at, f->len);
		CHECK(!memcmp(f->hdr, sent[nsent].data, f->hlen));
		sent[nsent].len = f->len;
		sent[nsent].hlen = f->hlen;
		sent[nsent].nsegs = f->nsegs;
		sent[nsent].csum = f->csum;
		sent[nsent].gso = f->gso;
		nsent++;
	}
}

static void setup(void)
{
	memset(&kskb, 0, sizeof(kskb));
	dev.features = NETIF_F_RXCSUM | NETIF_F_GRO_HW;
	dev.mtu = 1500;
	dev.priv = &up;
	up.swpf = &pf;
	up.dev = &dev;
	pf.uplink = &dev;
	swpf_uplink_rx_init(&up);
	CHECK_EQ(swpf_uplink_tx_init(&up), 0);
	swpf_uplink_rx_start(&up);
}

static void drop_got(void)
{
	while (ngot)
		consume_skb(got[--ngot]);
}

static void teardown(void)
{
	drop_got();
	if (up.napi.enabled)
		swpf_uplink_rx_stop(&up);
	swpf_uplink_tx_destroy(&up);
	CHECK_EQ(kskb.alive, 0);
	CHECK_EQ(kskb.bh, 0);
}

/* ------------------------------------------------------------------ receive */

struct frame {
	struct avf_frame f;
	uint8_t hdr[AVF_FRAME_HDR];
	uint8_t data[70000];
};

static struct frame fr;

/* @fr.data in @nsegs pieces, the first of them with the headers. */
static void frame_init(uint32_t len, uint32_t nsegs)
{
	uint32_t i, hlen = min_t(u32, len, AVF_FRAME_HDR), at = 0;

	memset(&fr.f, 0x5a, sizeof(fr.f));
	fr.f.len = len;
	fr.f.hlen = (u16)hlen;
	fr.f.hdr = fr.hdr;
	fr.f.csum = 0;
	fr.f.gso.mss = 0;
	memcpy(fr.hdr, fr.data, hlen);
	fr.f.nsegs = (u16)nsegs;
	for (i = 0; i < nsegs; i++) {
		uint32_t n = i + 1 == nsegs ? len - at : len / nsegs;

		fr.f.seg[i].p = fr.data + at;
		fr.f.seg[i].len = n;
		at += n;
	}
}

static void receive(void)
{
	swpf_uplink_receive(&pf, &fr.f, 1);
}

/* NAPI until it has nothing more to do. */
static void poll(void)
{
	while (up.napi.scheduled) {
		int n = up.napi.poll(&up.napi, 64);

		CHECK(n <= 64);
		CHECK_EQ(up.napi.scheduled, n == 64);
	}
}

static void same_bytes(struct sk_buff *skb, const uint8_t *want, uint32_t len)
{
	static uint8_t buf[70000];

	/* the Ethernet header is in front of it by now */
	CHECK_EQ(skb->len, len - 14);
	CHECK(!memcmp(skb->data - 14, want, 14));
	skb_copy_bits(skb, 0, buf, (int)skb->len);
	CHECK(!memcmp(buf, want + 14, len - 14));
}

TEST_ONCE(rx_sizes)
{
	uint32_t len, segs, n = 0;
	uint64_t bytes = 0;

	setup();
	dev.mtu = 9702;
	for (len = 60; len <= 9716; len += len < 300 || len > 9700 ? 1 : 97) {
		for (segs = 1; segs <= AVF_FRAME_SEGS; segs += 7) {
			pattern(fr.data, len, len + segs);
			frame_init(len, segs);
			receive();
			CHECK_EQ(ngot, 0);
			swpf_uplink_flush(&pf);
			CHECK(up.napi.scheduled);
			poll();
			CHECK_EQ(ngot, 1);
			same_bytes(got[0], fr.data, len);
			CHECK_EQ(got[0]->protocol, fr.data[12] << 8 | fr.data[13]);
			CHECK_EQ(got[0]->ip_summed, CHECKSUM_NONE);
			CHECK(!skb_is_gso(got[0]));
			n++;
			bytes += len;
			drop_got();
		}
	}
	CHECK_EQ(up.stats.rx_packets, n);
	CHECK_EQ(up.stats.rx_bytes, bytes);
	/* one more than two tags make of the longest packet */
	frame_init(9702 + 14 + 8, 3);
	receive();
	frame_init(9702 + 14 + 9, 3);
	receive();
	CHECK_EQ(up.stats.rx_length, 1);
	CHECK_EQ(up.stats.rx_packets, n + 1);
	swpf_uplink_flush(&pf);
	poll();
	teardown();
}

/* What the switch judged is what the stack gets, whatever is there by now. */
TEST_ONCE(memory_changes)
{
	uint32_t len;

	setup();
	for (len = 60; len <= 1514; len += 61) {
		pattern(fr.data, len, len);
		frame_init(len, 4);
		memset(fr.data, 0xee, fr.f.hlen);
		receive();
		swpf_uplink_flush(&pf);
		memset(fr.data + fr.f.hlen, 0xdd, len - fr.f.hlen);
		poll();
		CHECK_EQ(ngot, 1);
		pattern(fr.data, len, len);
		same_bytes(got[0], fr.data, len);
		drop_got();
	}
	teardown();
}

TEST_ONCE(rx_checksum)
{
	setup();
	pattern(fr.data, 1000, 1);
	frame_init(1000, 2);
	fr.f.csum = AVF_FRAME_L4_OK;
	receive();
	fr.f.csum = AVF_FRAME_L3_OK;
	receive();
	dev.features &= ~NETIF_F_RXCSUM;
	fr.f.csum = AVF_FRAME_L3_OK | AVF_FRAME_L4_OK;
	receive();
	swpf_uplink_flush(&pf);
	CHECK_EQ(kskb.naps, 1);
	/* nothing new: NAPI is not bothered */
	swpf_uplink_flush(&pf);
	CHECK_EQ(kskb.naps, 1);
	poll();
	CHECK_EQ(ngot, 3);
	CHECK_EQ(got[0]->ip_summed, CHECKSUM_UNNECESSARY);
	CHECK_EQ(got[1]->ip_summed, CHECKSUM_NONE);
	CHECK_EQ(got[2]->ip_summed, CHECKSUM_NONE);
	teardown();
}

/* As avf_tx.c hands it on: @plen bytes of TCP payload. */
static void whole_init(int ver, uint32_t plen, uint32_t mss, bool cwr)
{
	uint32_t len = ip_frame(fr.data, host_mac, peer, ver, 6, plen);
	uint32_t l4 = ver == 4 ? 34 : 54;

	if (cwr)
		fr.data[l4 + 13] |= 0x80;
	frame_init(len, 2);
	fr.f.seg[0].len = AVF_FRAME_HDR;
	fr.f.seg[1].p = fr.data + AVF_FRAME_HDR;
	fr.f.seg[1].len = len - AVF_FRAME_HDR;
	fr.f.gso = (struct avf_gso){
		.mss = (u16)mss, .segs = (u16)((plen + mss - 1) / mss),
		.l3 = 14, .l4 = (u16)l4, .hlen = (u16)(l4 + 20),
		.v6 = ver == 6,
	};
}

TEST_ONCE(rx_whole)
{
	static const uint32_t plens[] = { 200, 2000, 3000, 20000, 65495 };
	uint32_t i, packets = 0, whole = 0;
	uint64_t bytes = 0;
	int ver;

	setup();
	for (i = 0; i < ARRAY_SIZE(plens); i++) {
		for (ver = 4; ver <= 6; ver += 2) {
			uint32_t plen = plens[i] - (ver == 6 ? 40 : 0);
			/* the longest that the MTU allows */
			uint32_t mss = !i ? 100 : ver == 4 ? 1460 : 1440, hdr;
			struct sk_buff *skb;

			whole_init(ver, plen, mss, i & 1);
			hdr = fr.f.gso.hlen;
			receive();
			swpf_uplink_flush(&pf);
			poll();
			CHECK_EQ(ngot, 1);
			skb = got[0];
			same_bytes(skb, fr.data, fr.f.len);
			CHECK_EQ(skb->info.gso_size, mss);
			CHECK_EQ(skb->info.gso_segs, (plen + mss - 1) / mss);
			CHECK_EQ(skb->info.gso_type, SKB_GSO_DODGY |
				 (ver == 4 ? SKB_GSO_TCPV4 : SKB_GSO_TCPV6) |
				 (i & 1 ? SKB_GSO_TCP_ECN : 0));
			CHECK_EQ(skb->ip_summed, CHECKSUM_PARTIAL);
			/* data is behind the Ethernet header */
			CHECK_EQ(skb_checksum_start_offset(skb),
				 ver == 4 ? 20 : 40);
			CHECK_EQ(skb->csum_offset, 16);
			/* headers alone, where pages are used at all */
			if (fr.f.len > 2048)
				CHECK_EQ(skb_headlen(skb), hdr - 14);
			drop_got();
			whole++;
			packets += (plen + mss - 1) / mss;
			bytes += plen + (plen + mss - 1) / mss * hdr;
		}
	}
	CHECK_EQ(up.stats.rx_whole, whole);
	CHECK_EQ(up.stats.rx_packets, packets);
	CHECK_EQ(up.stats.rx_bytes, bytes);
	teardown();
}

/* Cut before the stack gets it: switched off, or too long for the MTU. */
TEST_ONCE(rx_cut)
{
	uint32_t i, k;

	setup();
	for (i = 0; i < 4; i++) {
		uint32_t at = 54;

		dev.features = NETIF_F_RXCSUM | NETIF_F_GRO_HW;
		dev.mtu = 1500;
		whole_init(4, 5000, 1460, false);
		switch (i) {
		case 0:
			dev.features &= ~NETIF_F_GRO_HW;
			break;
		case 1:
			/* a frame may be longer than the MTU: by two tags */
			dev.mtu = 1499;
			break;
		case 2:
			fr.f.gso.udp = true;
			break;
		case 3:
			/* each alone is too long, but for the last */
			dev.mtu = 1491;
			break;
		}
		up.stats.rx_length = 0;
		receive();
		swpf_uplink_flush(&pf);
		poll();
		CHECK_EQ(up.stats.rx_whole, 0);
		/* it is no UDP */
		CHECK_EQ_AT(ngot, i == 2 ? 0 : i == 3 ? 1 : 4, i);
		CHECK_EQ(up.stats.rx_length, i == 3 ? 3 : 0);
		for (k = 0; k < ngot; k++) {
			CHECK(!skb_is_gso(got[k]));
			CHECK_EQ(got[k]->ip_summed, CHECKSUM_UNNECESSARY);
			if (i == 3)
				continue;
			CHECK_EQ(got[k]->len, k < 3 ? 1500 : 620 + 40);
			skb_copy_bits(got[k], 40, fr.hdr, 80);
			CHECK(!memcmp(fr.hdr, fr.data + at, 80));
			at += 1460;
		}
		drop_got();
	}
	teardown();
}

/* A stack that does not keep up costs frames, not memory. */
TEST_ONCE(rx_backlog)
{
	uint32_t i, n = 0;

	setup();
	for (i = 0; i < 400; i++) {
		whole_init(4, 64000, 1400, false);
		receive();
		swpf_uplink_flush(&pf);
	}
	n = (uint32_t)up.stats.rx_whole;
	CHECK(n > 100 && n < 140);
	CHECK_EQ(up.stats.rx_backlog, (400 - n) * 46);
	pattern(fr.data, 60, 1);
	frame_init(60, 1);
	receive();
	CHECK_EQ(up.stats.rx_backlog, (400 - n) * 46 + 1);
	poll();
	CHECK_EQ(ngot, n);
	drop_got();
	receive();
	swpf_uplink_flush(&pf);
	poll();
	CHECK_EQ(ngot, 1);
	/* the same after it was stopped with a full queue */
	for (i = 0; i < 400; i++) {
		whole_init(4, 64000, 1400, false);
		receive();
		swpf_uplink_flush(&pf);
	}
	drop_got();
	swpf_uplink_rx_stop(&up);
	CHECK_EQ(kskb.alive, 0);
	receive();
	swpf_uplink_flush(&pf);
	CHECK_EQ(kskb.alive, 0);
	swpf_uplink_rx_start(&up);
	n = (uint32_t)up.stats.rx_whole;
	receive();
	CHECK_EQ(up.stats.rx_whole, n + 1);
	swpf_uplink_flush(&pf);
	teardown();
}

TEST_ONCE(rx_no_memory)
{
	setup();
	pattern(fr.data, 9000, 1);
	dev.mtu = 9000;
	frame_init(9000, 3);
	kskb.fail_alloc = 1;
	receive();
	frame_init(100, 3);
	kskb.fail_alloc = 1;
	receive();
	CHECK_EQ(up.stats.rx_nomem, 2);
	whole_init(4, 5000, 1000, false);
	kskb.fail_alloc = 1;
	receive();
	CHECK_EQ(up.stats.rx_nomem, 7);
	CHECK_EQ(up.stats.rx_packets, 0);
	swpf_uplink_flush(&pf);
	CHECK_EQ(kskb.naps, 0);
	teardown();
}

/* --------------------------------------------------------------------- send */

/* @len bytes of @from: @linear of them in one piece, the rest in @frags. */
static struct sk_buff *skb_make(const uint8_t *from, uint32_t len,
				uint32_t linear, uint32_t frags)
{
	struct sk_buff *skb = kskb_new(32, linear);
	uint32_t i, at = linear;

	skb_put(skb, linear);
	for (i = 0; i < frags && at < len; i++) {
		uint32_t n = i + 1 == frags ? len - at : (len - linear) / frags;

		if (!n)
			n = 1;
		kskb_add_frag(skb, n);
		skb->len += n;
		skb->data_len += n;
		at += n;
	}
	CHECK_EQ(skb->len, len);
	skb_store_bits(skb, 0, from, (int)len);
	skb->network = 32 + 14;
	skb->transport = 32 + 34;
	return skb;
}

static void xmit(struct sk_buff *skb)
{
	CHECK_EQ(swpf_uplink_xmit(skb, &dev), NETDEV_TX_OK);
}

TEST_ONCE(tx_sizes)
{
	uint32_t len, linear, frags;

	setup();
	for (len = 14; len <= 9716; len += len < 300 ? 3 : 797) {
		for (linear = 14; linear <= len; linear += linear < 150 ? 9 : 901) {
			frags = linear == len ? 0 : 1 + len % 17;
			pattern(fr.data, len, len);
			xmit(skb_make(fr.data, len, linear, frags));
			nsent = 0;
			CHECK(!swpf_uplink_poll(&pf.pf));
			CHECK_EQ(nsent, 1);
			CHECK_EQ(kskb.alive, 0);
			CHECK_EQ(sent[0].len, len < 60 ? 60 : len);
			CHECK(!memcmp(sent[0].data, fr.data, len));
			CHECK_EQ(sent[0].csum, 0);
			CHECK_EQ(sent[0].gso.mss, 0);
			for (; len < 60 && sent[0].len > len; sent[0].len--)
				CHECK_EQ(sent[0].data[sent[0].len - 1], 0);
		}
	}
	teardown();
}

/* Payload of UDP at @l4 so that the sum is zero, which is sent as ~0. */
static void sum_zero(uint8_t *l4)
{
	uint32_t sum = (uint32_t)(l4[6] << 8 | l4[7]) +
		       (uint32_t)(l4[8] << 8 | l4[9]);

	sum = (sum & 0xffff) + (sum >> 16);
	l4[8] = (uint8_t)(sum >> 8);
	l4[9] = (uint8_t)sum;
	l4[6] = 0xff;
	l4[7] = 0xff;
}

TEST_ONCE(tx_checksum)
{
	static const uint8_t protos[] = { 6, 17 };
	uint32_t i, plen, len;
	int ver;

	setup();
	for (i = 0; i < ARRAY_SIZE(protos); i++)
		for (ver = 4; ver <= 6; ver += 2)
			for (plen = 1; plen < 1400; plen += 37) {
				uint32_t l4 = ver == 4 ? 34 : 54, k, sum = 0;
				uint32_t at = protos[i] == 6 ? 16 : 6;
				uint8_t pseudo[40] = { 0 };
				struct sk_buff *skb;

				len = ip_frame(fr.data, peer, host_mac, ver,
					       protos[i], plen);
				if (plen == 38 && protos[i] == 17)
					sum_zero(fr.data + l4);
				skb = skb_make(fr.data, len, l4 + 20 < len ?
					       l4 + 20 : len, 3);
				/* the stack's part of it: the pseudo header */
				memcpy(pseudo, fr.data + (ver == 4 ? 26 : 22),
				       ver == 4 ? 8 : 32);
				pseudo[33] = protos[i];
				pseudo[34] = (uint8_t)((len - l4) >> 8);
				pseudo[35] = (uint8_t)(len - l4);
				for (k = 0; k < 36; k += 2)
					sum += (uint32_t)(pseudo[k] << 8 |
							  pseudo[k + 1]);
				sum = (sum & 0xffff) + (sum >> 16);
				sum = (sum & 0xffff) + (sum >> 16);
				skb->data[l4 + at] = (uint8_t)(sum >> 8);
				skb->data[l4 + at + 1] = (uint8_t)sum;
				skb->transport = (u16)(32 + l4);
				skb->csum_start = skb->transport;
				skb->csum_offset = (u16)at;
				skb->ip_summed = CHECKSUM_PARTIAL;
				skb->encapsulation = plen % 5 == 0;
				xmit(skb);
				nsent = 0;
				swpf_uplink_poll(&pf.pf);
				CHECK_EQ(nsent, 1);
				CHECK(!memcmp(sent[0].data, fr.data, len));
				CHECK_EQ(sent[0].csum,
					 plen % 5 ? AVF_FRAME_L4_OK : 0);
			}
	/* verified by who received it */
	xmit(skb_make(fr.data, 200, 100, 1));
	up.tx_queue.first->ip_summed = CHECKSUM_UNNECESSARY;
	nsent = 0;
	swpf_uplink_poll(&pf.pf);
	CHECK_EQ(sent[0].csum, AVF_FRAME_L4_OK);
	teardown();
}

/* A checksum that is not in what is copied: the stack computes it, or fails. */
TEST_ONCE(tx_checksum_far)
{
	uint32_t i;

	setup();
	pattern(fr.data, 1000, 1);
	for (i = 0; i < 3; i++) {
		struct sk_buff *skb = skb_make(fr.data, 1000, 600, 1);

		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = (u16)(32 + 256 - 18 + (i != 0));
		skb->csum_offset = 16;
		if (i == 2)
			kskb.fail_alloc = 1;
		xmit(skb);
		nsent = 0;
		swpf_uplink_poll(&pf.pf);
		CHECK_EQ(nsent, i < 2);
		if (i == 1)
			CHECK(!memcmp(sent[0].data, fr.data, 1000));
	}
	CHECK_EQ(up.stats.tx_dropped, 1);
	CHECK_EQ(kskb.alive, 0);
	CHECK_EQ(kskb.kicks, 3);
	teardown();
}

static struct sk_buff *tso_make(int ver, uint8_t proto, uint32_t plen,
				uint32_t mss)
{
	uint32_t len = ip_frame(fr.data, peer, host_mac, ver, proto, plen);
	uint32_t l4 = ver == 4 ? 34 : 54;
	struct sk_buff *skb = skb_make(fr.data, len, l4 + 20, 17);

	skb->transport = (u16)(32 + l4);
	skb->csum_start = skb->transport;
	skb->csum_offset = proto == 6 ? 16 : 6;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->info.gso_size = (u16)mss;
	skb->info.gso_type = proto == 17 ? SKB_GSO_UDP_L4 :
			     ver == 4 ? SKB_GSO_TCPV4 : SKB_GSO_TCPV6;
	return skb;
}

static void count_cut(void *ctx, const struct avf_frame *seg)
{
	CHECK(seg->len);
	++*(uint32_t *)ctx;
}

TEST_ONCE(tx_whole)
{
	static const uint8_t protos[] = { 6, 17 };
	uint32_t i, plen, packets = 0, whole = 0;
	int ver;

	setup();
	for (i = 0; i < ARRAY_SIZE(protos); i++)
		for (ver = 4; ver <= 6; ver += 2)
			for (plen = 1500; plen < 65000; plen += 9001) {
				uint32_t l4 = ver == 4 ? 34 : 54, n = 0;
				uint32_t hdr = l4 + (protos[i] == 6 ? 20 : 8);
				struct avf_frame f = { 0 };

				xmit(tso_make(ver, protos[i], plen, 1400));
				nsent = 0;
				swpf_uplink_poll(&pf.pf);
				CHECK_EQ(nsent, 1);
				CHECK(!memcmp(sent[0].data, fr.data, hdr + plen));
				CHECK_EQ(sent[0].len, hdr + plen);
				CHECK_EQ(sent[0].gso.mss, 1400);
				CHECK_EQ(sent[0].gso.l3, 14);
				CHECK_EQ(sent[0].gso.l4, l4);
				CHECK_EQ(sent[0].gso.hlen, hdr);
				CHECK_EQ(sent[0].gso.v6, ver == 6);
				CHECK_EQ(sent[0].gso.udp, protos[i] == 17);
				/* and can be cut into that many */
				f.len = sent[0].len;
				f.nsegs = 1;
				f.hlen = AVF_FRAME_HDR;
				f.hdr = sent[0].data;
				f.gso = sent[0].gso;
				f.seg[0].p = sent[0].data;
				f.seg[0].len = sent[0].len;
				CHECK_EQ(avf_frame_cut(&f, count_cut, &n), 0);
				CHECK_EQ(n, (plen + 1399) / 1400);
				CHECK_EQ(n, sent[0].gso.segs);
				packets += n;
				whole++;
			}
	CHECK_EQ(up.stats.tx_packets, packets);
	CHECK_EQ(up.stats.tx_whole, whole);
	teardown();
}

/* What the uplink leaves to the stack. */
TEST_ONCE(features_check)
{
	const netdev_features_t all = NETIF_F_SG | NETIF_F_GSO_MASK;
	struct sk_buff *skb;

	setup();
	skb = tso_make(4, 6, 3000, 1400);
	CHECK_EQ(swpf_uplink_features_check(skb, &dev, all), all);
	/* 64 + TCP's longest header, and a tag, are what a head has room for */
	skb->transport = 32 + 64;
	CHECK_EQ(swpf_uplink_features_check(skb, &dev, all), all);
	skb->transport++;
	CHECK_EQ(swpf_uplink_features_check(skb, &dev, all), NETIF_F_SG);
	skb->transport = 32 - 1;
	CHECK_EQ(swpf_uplink_features_check(skb, &dev, all), NETIF_F_SG);
	skb->transport = 32 + 34;
	skb->info.gso_size = 9728 - 34 - 60;
	CHECK_EQ(swpf_uplink_features_check(skb, &dev, all), all);
	skb->info.gso_size++;
	CHECK_EQ(swpf_uplink_features_check(skb, &dev, all), NETIF_F_SG);
	skb->info.gso_size = 64;
	CHECK_EQ(swpf_uplink_features_check(skb, &dev, all), all);
	skb->info.gso_size--;
	CHECK_EQ(swpf_uplink_features_check(skb, &dev, all), NETIF_F_SG);
	skb->info.gso_size = 0;
	skb->transport = 32 + 200;
	CHECK_EQ(swpf_uplink_features_check(skb, &dev, all), all);
	skb->info.nr_frags = 29;
	CHECK_EQ(swpf_uplink_features_check(skb, &dev, all), all);
	skb->info.nr_frags = 30;
	CHECK_EQ(swpf_uplink_features_check(skb, &dev, all), 0);
	skb->info.nr_frags = 17;
	consume_skb(skb);
	teardown();
}

/* One kick for several, one call of the switch; a full queue stops. */
TEST_ONCE(tx_queue)
{
	uint32_t i, turns;

	setup();
	pattern(fr.data, 100, 1);
	kskb.more = true;
	for (i = 0; i < 1024; i++) {
		CHECK(!dev.stopped);
		CHECK_EQ(kskb.kicks, 0);
		xmit(skb_make(fr.data, 100, 100, 0));
	}
	CHECK(dev.stopped);
	CHECK_EQ(kskb.kicks, 1);
	calls = 0;
	for (turns = 1; nsent = 0, swpf_uplink_poll(&pf.pf); turns++) {
		CHECK_EQ(nsent, 32);
		/* woken when half of it is done */
		CHECK_EQ_AT(dev.stopped, turns < 17, turns);
	}
	CHECK_EQ(turns, 32);
	CHECK_EQ(calls, 32);
	CHECK_EQ(up.stats.tx_packets, 1024);
	CHECK_EQ(up.stats.tx_bytes, 1024 * 100);
	kskb.more = false;
	xmit(skb_make(fr.data, 100, 100, 0));
	CHECK_EQ(kskb.kicks, 2);
	/* a turn ends after so many segments: two of these have 43 each */
	for (i = 0; i < 4; i++)
		xmit(tso_make(4, 6, 60000, 1400));
	nsent = 0;
	CHECK(swpf_uplink_poll(&pf.pf));
	CHECK_EQ(nsent, 3);
	CHECK(!swpf_uplink_poll(&pf.pf));
	CHECK_EQ(nsent, 5);
	/* what waits is not lost track of */
	xmit(skb_make(fr.data, 100, 100, 0));
	teardown();
}
