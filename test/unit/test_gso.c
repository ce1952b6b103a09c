// SPDX-License-Identifier: GPL-2.0
/*
 * Frames to be cut that are handed on whole: which are, in what state, and that
 * whoever cuts them gets what a device that cuts itself would have sent.
 */
#include "tx_bed.h"

#define CTX_TSO		0x01u
#define MAX_LEN		0x11000u

/* The same driver on two devices: one hands on whole frames, one cuts. */
struct pair {
	struct tx_bed whole;
	struct tx_bed cut;
};

static const uint8_t peer[6] = { 2, 4, 4, 4, 4, 4 };

static void one_open(struct tx_bed *t, uint32_t flags)
{
	const struct avf_params p = {
		.num_qps = 1, .flags = flags, .mac = { 2, 0, 0, 0, 0, 1 },
		.link_mbps = 10000, .link_up = true,
	};

	bed_open_params(&t->b, &p);
	t->b.d.tx_count = 4096;
	t->b.d.want_caps |= CAP_VLAN;
	CHECK_EQ(avfdrv_probe(&t->b.d), 0);
	CHECK_EQ(avfdrv_up(&t->b.d), 0);
	t->iova = bed_mem(&t->b, 1 << 20, &t->mem);
}

static void pair_open(struct pair *p)
{
	one_open(&p->whole, AVF_PARAM_GSO);
	one_open(&p->cut, 0);
}

static void pair_close(struct pair *p)
{
	bed_close(&p->whole.b);
	bed_close(&p->cut.b);
}

/**
 * struct tso - a frame to be cut
 * @ver:   IP version
 * @proto: 6 or 17
 * @opts:  bytes of TCP options
 * @ipext: bytes of IP options or extension headers
 * @plen:  payload
 * @mss:   of it in each segment
 * @chunk: bytes of a buffer
 * @tags:  802.1Q tags in the frame
 * @tpid:  protocol of the first, 0 = 0x8100
 * @desc:  a tag in the descriptor
 * @group: to a group address
 */
struct tso {
	int ver;
	uint8_t proto;
	uint32_t opts, ipext;
	uint32_t plen, mss, chunk;
	uint32_t tags;
	uint16_t tpid;
	bool desc;
	bool group;
};

static void be16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Its bytes, as a driver leaves them; returns the headers' length. */
static uint32_t tso_build(uint8_t *p, const struct tso *c)
{
	uint32_t l3 = 14 + 4 * c->tags, iph = c->ver == 4 ? 20 : 40, i;
	uint32_t l4h = c->proto == 6 ? 20 : 8, hdr;
	uint8_t flat[128], *ip = p + l3, *l4;

	ip_frame(flat, peer, peer, c->ver, c->proto, 0);
	memcpy(p, flat, 12);
	if (c->group)
		p[0] |= 1;
	for (i = 0; i < c->tags; i++) {
		be16(p + 12 + 4 * i, i || !c->tpid ? 0x8100 : c->tpid);
		be16(p + 14 + 4 * i, 5 + i);
	}
	memcpy(p + l3 - 2, flat + 12, 2 + iph);
	memset(ip + iph, 1, c->ipext);
	if (c->ipext && c->ver == 4) {
		ip[0] = (uint8_t)(0x40 | (iph + c->ipext) / 4);
	} else if (c->ipext) {
		ip[iph] = ip[6];
		ip[iph + 1] = (uint8_t)(c->ipext / 8 - 1);
		ip[6] = 60;
	}
	l4 = ip + iph + c->ipext;
	memcpy(l4, flat + 14 + iph, l4h);
	memset(l4 + l4h, 1, c->opts);
	hdr = (uint32_t)(l4 - p) + l4h + c->opts;
	if (c->proto == 6) {
		l4[12] = (uint8_t)((20 + c->opts) / 4 << 4);
		l4[13] = 0x99;		/* CWR, ACK, PSH, FIN */
	}
	/* neither length nor checksums are anything to go by */
	be16(ip + (c->ver == 4 ? 2 : 4), 0);
	if (c->ver == 4)
		be16(ip + 10, 0xabcd);
	pattern(p + hdr, c->plen, c->plen + c->mss);
	return hdr;
}

static void tso_send(struct tx_bed *t, const struct tso *c)
{
	uint32_t hdr = tso_build(t->mem, c), total = hdr + c->plen, off, n;
	uint32_t l3 = 14 + 4 * c->tags, l4h = c->proto == 6 ? 20 + c->opts : 8;

	avfdrv_txd(&t->b.d, 0, 0, 1 | CTX_TSO << 4 | (uint64_t)c->plen << 30 |
		   (uint64_t)c->mss << 50);
	for (off = 0; off < total; off += n) {
		n = c->chunk ? c->chunk : 12288;
		if (n > total - off)
			n = total - off;
		avfdrv_txd(&t->b.d, 0, t->iova + off,
			   avfdrv_txd_qw1(TXD_ICRC |
					  (c->proto == 6 ? TXD_TCP : TXD_UDP) |
					  (c->ver == 4 ? TXD_IPV4_CSUM :
							 TXD_IPV6) |
					  (c->desc ? TXD_L2TAG1 : 0) |
					  (off + n == total ?
					   TXD_EOP | TXD_RS : 0),
					  n, l3, hdr - l4h - l3, l4h) |
			   (c->desc ? (uint64_t)0x6009 << 48 : 0));
	}
	tx_ring(t);
	CHECK(tx_done(t, t->b.d.tx[0].ntu + t->b.d.tx_count - 1u));
}

/* ------------------------------------------------------------------ cutting */

struct whole {
	struct avf_frame f;
	uint8_t hdr[AVF_FRAME_HDR];
};

/* The frame @data in @n pieces; the first has what is judged, and no more. */
static void whole_init(struct whole *w, const uint8_t *data, uint32_t len,
		       const struct avf_gso *gso, uint32_t n)
{
	uint32_t i, off = len < AVF_FRAME_HDR ? len : AVF_FRAME_HDR;
	uint32_t rest = len - off;

	memset(w, 0x5a, sizeof(*w));
	memcpy(w->hdr, data, off);
	w->f.len = len;
	w->f.hlen = (u16)off;
	w->f.hdr = w->hdr;
	w->f.csum = 0;
	w->f.gso = *gso;
	w->f.seg[0].p = w->hdr;
	w->f.seg[0].len = off;
	w->f.nsegs = 1;
	for (i = 1; i < n && rest; i++) {
		uint32_t part = i + 1 == n ? rest : rest / (n - i);

		if (!part)
			continue;
		w->f.seg[w->f.nsegs].p = data + off;
		w->f.seg[w->f.nsegs++].len = part;
		off += part;
		rest -= part;
	}
}

struct taken {
	struct host *want;	/* the device that cuts */
	uint32_t n;
	uint8_t csum;
};

static void same(void *ctx, const struct avf_frame *seg)
{
	struct taken *t = ctx;
	struct host_frame *want = host_take(t->want);
	uint32_t i, off = 0;

	CHECK(want);
	CHECK_EQ_AT(seg->len, want->len, t->n);
	CHECK_EQ(seg->gso.mss, 0);
	CHECK_EQ(seg->hlen, seg->len < AVF_FRAME_HDR ? seg->len : AVF_FRAME_HDR);
	CHECK(!memcmp(seg->hdr, want->data, seg->hlen));
	for (i = 0; i < seg->nsegs; i++) {
		CHECK(seg->seg[i].len && off + seg->seg[i].len <= want->len);
		CHECK(!memcmp(seg->seg[i].p, want->data + off,
			      seg->seg[i].len));
		off += seg->seg[i].len;
	}
	CHECK_EQ(off, want->len);
	CHECK_EQ(seg->csum, want->csum);
	free(want);
	t->n++;
}

/* What a network stack wants to find: see the fields one by one. */
static void check_state(const struct host_frame *f, const struct tso *c,
			uint32_t hdr)
{
	uint32_t tag = c->desc ? 4 : 0, l3 = 14 + 4 * c->tags + tag;
	uint32_t l4 = l3 + (c->ver == 4 ? 20 : 40);
	const uint8_t *ip = f->data + l3, *th = f->data + l4;
	uint32_t l4len = 20 + c->opts + c->plen;
	uint8_t pseudo[40] = { 0 };
	uint32_t n = c->ver == 4 ? 8 : 32;

	CHECK_EQ(f->len, hdr + tag + c->plen);
	CHECK_EQ(f->gso.mss, c->mss);
	CHECK_EQ(f->gso.segs, (c->plen + c->mss - 1) / c->mss);
	CHECK_EQ(f->gso.l3, l3);
	CHECK_EQ(f->gso.l4, l4);
	CHECK_EQ(f->gso.hlen, hdr + tag);
	CHECK_EQ(f->gso.v6, c->ver == 6);
	CHECK_EQ(f->gso.udp, false);
	CHECK_EQ(f->csum, 0);
	if (c->ver == 4) {
		CHECK_EQ(ip[2] << 8 | ip[3], 20 + l4len);
		CHECK_EQ(ref_csum(ip, 20, 0), 0);
		memcpy(pseudo, ip + 12, 8);
	} else {
		CHECK_EQ(ip[4] << 8 | ip[5], l4len);
		memcpy(pseudo, ip + 8, 32);
	}
	/* the pseudo header's sum, not inverted: with ~sum it gives zero */
	be16(pseudo + n, 6);
	be16(pseudo + n + 2, l4len);
	be16(pseudo + n + 4, (uint32_t)~(th[16] << 8 | th[17]) & 0xffff);
	CHECK_EQ(ref_csum(pseudo, n + 6, 0), 0);
	CHECK_EQ(th[13], 0x99);
}

static void check_whole(struct pair *p, const struct tso *c)
{
	static const uint32_t pieces[] = { 2, 3, 8, 31 };
	struct taken t = { .want = &p->cut.b.h };
	uint32_t hdr, i;

	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		static uint8_t copy[MAX_LEN];
		struct host_frame *f;
		struct whole w;

		hdr = tso_build(copy, c);
		tso_send(&p->whole, c);
		tso_send(&p->cut, c);
		f = host_take(&p->whole.b.h);
		CHECK(f);
		CHECK(!host_take(&p->whole.b.h));
		check_state(f, c, hdr);
		CHECK(!memcmp(f->data + f->gso.hlen, copy + hdr, c->plen));

		whole_init(&w, f->data, f->len, &f->gso, pieces[i]);
		t.n = 0;
		CHECK_EQ(avf_frame_cut(&w.f, same, &t), 0);
		CHECK_EQ(t.n, f->gso.segs);
		CHECK(!host_take(&p->cut.b.h));
		free(f);
	}
}

/* It was cut by both, into the same. */
static void check_cut(struct pair *p, const struct tso *c)
{
	struct host_frame *a, *b;
	uint32_t n = 0;

	tso_send(&p->whole, c);
	tso_send(&p->cut, c);
	while ((b = host_take(&p->cut.b.h))) {
		a = host_take(&p->whole.b.h);
		CHECK(a);
		CHECK_EQ(a->gso.mss, 0);
		CHECK_EQ(a->len, b->len);
		CHECK(!memcmp(a->data, b->data, a->len));
		free(a);
		free(b);
		n++;
	}
	CHECK(!host_take(&p->whole.b.h));
	CHECK_EQ_AT(n, (c->plen + c->mss - 1) / c->mss, c->plen);
}

/* They count what is on the wire, as hardware does. */
static void same_stats(struct pair *p)
{
	struct avf_stats a = bed_stats(&p->whole.b), b = bed_stats(&p->cut.b);

	CHECK_EQ(a.tx_errors, 0);
	CHECK_EQ(b.tx_errors, 0);
	CHECK_EQ(a.tx_unicast, b.tx_unicast);
	CHECK_EQ(a.tx_multicast, b.tx_multicast);
	CHECK_EQ(a.tx_bytes, b.tx_bytes);
}

/* All sizes, both IP versions, tags in the packet and in the descriptor. */
TEST(whole)
{
	static const uint32_t plens[] = { 65, 1449, 2896, 2897, 20000, 65411 };
	static const uint32_t msss[] = { 64, 536, 1448, 8948 };
	struct pair p;
	uint32_t i, k;
	int ver;

	pair_open(&p);
	for (i = 0; i < ARRAY_SIZE(plens); i++) {
		for (k = 0; k < ARRAY_SIZE(msss); k++) {
			for (ver = 4; ver <= 6; ver += 2) {
				struct tso c = {
					.ver = ver, .proto = 6,
					.opts = i % 3 * 20,
					.plen = plens[i], .mss = msss[k],
					.chunk = 4096, .tags = k & 1,
					.desc = k == 2,
				};

				if (c.plen <= c.mss)
					continue;
				/* Where it is copied it must fit the bounce. */
				if (unit_no_map && c.plen > 50000) {
					check_cut(&p, &c);
					continue;
				}
				check_whole(&p, &c);
			}
		}
	}
	same_stats(&p);
	pair_close(&p);
}

/* What is not as plain as can be is cut at once. */
TEST(not_whole)
{
	const struct tso plain = {
		.ver = 4, .proto = 6, .plen = 5000, .mss = 1000, .chunk = 4096,
	};
	struct tso c;
	struct pair p;

	pair_open(&p);
	check_whole(&p, &plain);
	/* nothing to cut */
	c = plain;
	c.plen = 1000;
	check_cut(&p, &c);
	c.plen = 999;
	check_cut(&p, &c);
	/* not TCP */
	c = plain;
	c.proto = 17;
	check_cut(&p, &c);
	/* IP options, extension headers */
	c = plain;
	c.ipext = 4;
	check_cut(&p, &c);
	c.ver = 6;
	c.ipext = 8;
	check_cut(&p, &c);
	/* more tags, another tag */
	c = plain;
	c.tags = 2;
	check_cut(&p, &c);
	c.tags = 1;
	c.desc = true;
	check_cut(&p, &c);
	c.desc = false;
	c.tpid = 0x88a8;
	check_cut(&p, &c);
	/* a group */
	c = plain;
	c.group = true;
	check_cut(&p, &c);
	/* more than IP can say: one byte decides */
	c = plain;
	c.plen = 65535 - 40;
	if (!unit_no_map)
		check_whole(&p, &c);
	c.plen++;
	check_cut(&p, &c);
	c.ver = 6;
	c.plen = 65535 - 60;
	if (!unit_no_map)
		check_whole(&p, &c);
	c.plen++;
	check_cut(&p, &c);
	c.plen = 200000;
	check_cut(&p, &c);
	same_stats(&p);
	pair_close(&p);
}

/* An IP header that is not where a network stack looks for it. */
TEST(hidden_header)
{
	struct tso c = {
		.ver = 4, .proto = 6, .plen = 3000, .mss = 1000, .tags = 1,
		.tpid = 0x9100,
	};
	struct pair p;

	pair_open(&p);
	check_cut(&p, &c);
	c.tpid = 0x86dd;
	check_cut(&p, &c);
	c.tpid = 0x0800;
	check_cut(&p, &c);
	same_stats(&p);
	pair_close(&p);
}

/* Pieces that are no neighbours: beyond a number of them it is cut. */
TEST(pieces)
{
	struct tso c = {
		.ver = 4, .proto = 6, .mss = 1448, .plen = 30000,
	};
	struct host_frame *f;
	uint32_t i, wholes = 0, cuts = 0;
	struct pair p;

	pair_open(&p);
	for (i = 2; i < 60; i++) {
		uint32_t hdr = tso_build(p.whole.mem, &c), k, part = 1000;
		struct tx_bed *t = &p.whole;

		avfdrv_txd(&t->b.d, 0, 0, 1 | CTX_TSO << 4 |
			   (uint64_t)(i * part) << 30 | (uint64_t)1448 << 50);
		avfdrv_txd(&t->b.d, 0, t->iova,
			   avfdrv_txd_qw1(TXD_ICRC | TXD_TCP | TXD_IPV4_CSUM,
					  hdr, 14, 20, 20));
		for (k = 0; k < i; k++)
			avfdrv_txd(&t->b.d, 0, t->iova + 4096 * (k + 1),
				   avfdrv_txd_qw1(TXD_ICRC | TXD_TCP |
						  TXD_IPV4_CSUM |
						  (k + 1 == i ?
						   TXD_EOP | TXD_RS : 0),
						  part, 14, 20, 20));
		tx_ring(t);
		f = host_take(&t->b.h);
		CHECK(f);
		CHECK(f->nsegs < AVF_FRAME_SEGS);
		if (f->gso.mss)
			wholes++;
		else
			cuts++;
		/* once it is too many, more are, too */
		CHECK(!f->gso.mss || !cuts);
		free(f);
		host_drop_sent(&t->b.h);
	}
	CHECK_EQ(bed_stats(&p.whole.b).tx_errors, 0);
	/*
	 * One piece is the head's, and one is kept for who cuts. Copies are
	 * neighbours.
	 */
	CHECK_EQ(wholes, unit_no_map ? 58 : 30 - 2 + 1);
	pair_close(&p);
}

/* Both kinds in one batch stay in order. */
TEST(order)
{
	struct tso c = {
		.ver = 4, .proto = 6, .plen = 3000, .mss = 1000, .chunk = 4096,
	};
	struct host_frame *f;
	struct pair p;
	uint32_t i;

	pair_open(&p);
	for (i = 0; i < 100; i++) {
		struct tx_bed *t = &p.whole;
		uint32_t hdr = tso_build(t->mem, &c);

		tx_data(t, 4096 + i, 100, TXD_EOP | TXD_RS);
		avfdrv_txd(&t->b.d, 0, 0, 1 | CTX_TSO << 4 |
			   (uint64_t)c.plen << 30 | (uint64_t)c.mss << 50);
		avfdrv_txd(&t->b.d, 0, t->iova,
			   avfdrv_txd_qw1(TXD_ICRC | TXD_TCP | TXD_IPV4_CSUM |
					  TXD_EOP | TXD_RS, hdr + c.plen, 14,
					  20, 20));
	}
	tx_ring(&p.whole);
	for (i = 0; i < 100; i++) {
		f = host_take(&p.whole.b.h);
		CHECK(f && f->len == 100 && !f->gso.mss);
		free(f);
		f = host_take(&p.whole.b.h);
		CHECK(f && f->len == 54 + c.plen && f->gso.mss);
		free(f);
	}
	CHECK(!host_take(&p.whole.b.h));
	pair_close(&p);
}

/* Budget is counted in segments, as for frames that are cut here. */
TEST(budget)
{
	struct tso c = {
		.ver = 4, .proto = 6, .plen = 10000, .mss = 1000,
		.chunk = 4096,
	};
	static struct avf_tx_scratch scratch;
	struct host_frame *f;
	struct pair p;

	pair_open(&p);
	p.whole.b.h.manual = true;
	tso_build(p.whole.mem, &c);
	avfdrv_txd(&p.whole.b.d, 0, 0, 1 | CTX_TSO << 4 |
		   (uint64_t)c.plen << 30 | (uint64_t)c.mss << 50);
	avfdrv_txd(&p.whole.b.d, 0, p.whole.iova,
		   avfdrv_txd_qw1(TXD_ICRC | TXD_TCP | TXD_IPV4_CSUM | TXD_EOP |
				  TXD_RS, 54 + c.plen, 14, 20, 20));
	tx_data(&p.whole, 0, 100, TXD_EOP | TXD_RS);
	avfdrv_tx_ring(&p.whole.b.d, 0);
	CHECK_EQ(avf_tx_poll(p.whole.b.h.dev, 0, 10, NULL, &scratch), 10);
	f = host_take(&p.whole.b.h);
	CHECK(f && f->gso.mss);
	free(f);
	CHECK(!host_take(&p.whole.b.h));
	CHECK_EQ(avf_tx_poll(p.whole.b.h.dev, 0, 10, NULL, &scratch), 1);
	host_drop_sent(&p.whole.b.h);
	pair_close(&p);
}

/* ---------------------------------------------------------------- receiving */

/* Both devices' frames, cut by the receiver or before, are the same to it. */
TEST(received)
{
	struct host_switch sw[2] = { 0 };
	uint8_t a[16384], b[16384];
	struct bed rx[2];
	struct pair p;
	uint32_t i, len, n;

	pair_open(&p);
	for (i = 0; i < 2; i++) {
		bed_open(&rx[i]);
		rx[i].d.want_qps = 1;
		rx[i].d.max_pkt = 9728;
		CHECK_EQ(avfdrv_probe(&rx[i].d), 0);
		CHECK_EQ(avfdrv_up(&rx[i].d), 0);
		host_plug(i ? &p.cut.b.h : &p.whole.b.h, &sw[i]);
		host_plug(&rx[i].h, &sw[i]);
		rx[i].h.promisc_uc = true;
	}
	for (i = 0; i < 40; i++) {
		struct tso c = {
			.ver = i & 1 ? 6 : 4, .proto = 6, .chunk = 4000,
			.plen = 2000 + i * 1001, .mss = 100 + i * 37,
			.opts = 12,
		};
		struct avfdrv_rxinfo ia, ib;

		if (c.plen / c.mss > 400)
			continue;
		tso_send(&p.whole, &c);
		tso_send(&p.cut, &c);
		for (n = 0; n < (c.plen + c.mss - 1) / c.mss; n++) {
			len = avfdrv_rx(&rx[0].d, 0, a, sizeof(a), &ia);
			CHECK_EQ_AT(len != 0, true, i * 1000 + n);
			CHECK_EQ(avfdrv_rx(&rx[1].d, 0, b, sizeof(b), &ib), len);
			CHECK(!memcmp(a, b, len));
			CHECK_EQ(ia.nbufs, ib.nbufs);
		}
		CHECK_EQ(avfdrv_rx(&rx[0].d, 0, a, sizeof(a), &ia), 0);
		CHECK_EQ(avfdrv_rx(&rx[1].d, 0, b, sizeof(b), &ib), 0);
	}
	CHECK_EQ(bed_stats(&rx[0]).rx_bytes, bed_stats(&rx[1]).rx_bytes);
	CHECK_EQ(bed_stats(&rx[0]).rx_unicast, bed_stats(&rx[1]).rx_unicast);
	CHECK_EQ(bed_stats(&rx[0]).rx_discards, 0);
	pair_close(&p);
	bed_close(&rx[0]);
	bed_close(&rx[1]);
}

/* As many segments arrive as there are buffers; the others are counted. */
TEST(no_room)
{
	struct tso c = {
		.ver = 4, .proto = 6, .plen = 60000, .mss = 100,
	};
	static uint8_t data[MAX_LEN];
	struct avf_gso gso = {
		.mss = 100, .segs = 600, .l3 = 14, .l4 = 34, .hlen = 54,
	};
	struct whole w;
	struct bed b;
	uint32_t hdr;

	bed_open(&b);
	b.d.rx_count = 64;
	b.d.want_qps = 1;
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	hdr = tso_build(data, &c);
	whole_init(&w, data, hdr + c.plen, &gso, 5);
	CHECK_EQ(avf_rx_push(b.h.dev, &w.f), -ENOBUFS);
	avf_rx_flush(b.h.dev);
	CHECK_EQ(bed_stats(&b).rx_unicast + bed_stats(&b).rx_discards, 600);
	CHECK(bed_stats(&b).rx_unicast >= 32);
	/* not to be cut at all: one discard */
	w.f.gso.l4 = 35;
	CHECK_EQ(avf_rx_push(b.h.dev, &w.f), -EINVAL);
	CHECK_EQ(bed_stats(&b).rx_unicast + bed_stats(&b).rx_discards, 601);
	bed_close(&b);
}

/* --------------------------------------------------------------------- lies */

static void count(void *ctx, const struct avf_frame *seg)
{
	CHECK(seg->len >= 60 && seg->len <= AVF_MAX_FRAME);
	++*(uint32_t *)ctx;
}

/* Offsets that the headers do not bear out: no segment, no harm. */
TEST_ONCE(lies)
{
	struct tso c = {
		.ver = 4, .proto = 6, .plen = 3000, .mss = 1000,
	};
	const struct avf_gso good = {
		.mss = 1000, .segs = 3, .l3 = 14, .l4 = 34, .hlen = 54,
	};
	/* what is added to each field */
	static const struct {
		int mss, l3, l4, hlen, len;
		bool v6, udp;
	} bad[] = {
		{ .mss = -1000 },
		{ .mss = 9728 - 53 - 1000 },
		{ .l3 = -1 },
		{ .l3 = -4 },
		{ .l3 = 21 },
		{ .l4 = -1 },
		{ .l4 = 21 },
		{ .hlen = -1 },
		{ .hlen = 4 },
		{ .hlen = 129 - 54 },
		{ .hlen = -54 },
		{ .v6 = true },
		{ .udp = true },
		{ .len = -3000 },
	};
	static uint8_t data[MAX_LEN];
	uint32_t hdr = tso_build(data, &c), n, i, rnd = 1;
	struct whole w;

	CHECK_EQ(hdr, 54);
	n = 0;
	whole_init(&w, data, hdr + c.plen, &good, 3);
	CHECK_EQ(avf_frame_cut(&w.f, count, &n), 0);
	CHECK_EQ(n, 3);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct avf_gso g = good;

		g.mss = (u16)(g.mss + bad[i].mss);
		g.l3 = (u16)(g.l3 + bad[i].l3);
		g.l4 = (u16)(g.l4 + bad[i].l4);
		g.hlen = (u16)(g.hlen + bad[i].hlen);
		g.v6 = bad[i].v6;
		g.udp = bad[i].udp;
		n = 0;
		whole_init(&w, data, (uint32_t)((int)(hdr + c.plen) +
						bad[i].len), &g, 3);
		CHECK_EQ_AT(avf_frame_cut(&w.f, count, &n), -EINVAL, i);
		CHECK_EQ_AT(n, 0, i);
	}
	/* the longest there is */
	whole_init(&w, data, hdr + c.plen, &good, 3);
	w.f.gso.mss = 9728 - 54;
	n = 0;
	CHECK_EQ(avf_frame_cut(&w.f, count, &n), 0);
	CHECK_EQ(n, 1);
	/* headers longer than what is judged of a frame */
	whole_init(&w, data, 77 + hdr + c.plen, &good, 3);
	for (i = 128; i <= 131; i++) {
		uint8_t *long_hdr = malloc(i);

		CHECK(long_hdr);
		tso_build(data + i - 54, &c);
		memcpy(long_hdr, data, i);
		w.f.hdr = long_hdr;
		w.f.hlen = (u16)i;
		w.f.gso.l3 = (u16)(i - 40);
		w.f.gso.l4 = (u16)(i - 20);
		w.f.gso.hlen = (u16)i;
		n = 0;
		CHECK_EQ_AT(avf_frame_cut(&w.f, count, &n),
			    i > 128 ? -EINVAL : 0, i);
		free(long_hdr);
	}
	tso_build(data, &c);
	/* more in it than there is */
	whole_init(&w, data, hdr + c.plen, &good, 3);
	w.f.nsegs--;
	n = 0;
	CHECK_EQ(avf_frame_cut(&w.f, count, &n), -EINVAL);
	/* a segment of too many pieces: not the ones before it */
	whole_init(&w, data, hdr + c.plen, &good, 2);
	w.f.gso.mss = 2000;
	w.f.seg[0].len = 64;	/* the head has more than it */
	w.f.seg[1].len = 2000;
	w.f.len = 64 + 2000;
	for (i = 2; i < AVF_FRAME_SEGS; i++) {
		w.f.seg[i].p = data;
		w.f.seg[i].len = 64;
		w.f.len += 64;
	}
	w.f.nsegs = AVF_FRAME_SEGS;
	n = 0;
	CHECK_EQ(avf_frame_cut(&w.f, count, &n), 0);
	CHECK_EQ(n, 2);
	for (i = 0; i < 100000; i++) {
		struct avf_gso g;

		whole_init(&w, data, hdr + c.plen, &good, 1 + i % 9);
		if (w.f.nsegs == 1)
			w.f.len = w.f.seg[0].len;
		pattern(&g, sizeof(g), rnd++);
		g.l3 &= 31;
		g.l4 &= 63;
		g.hlen &= 127;
		g.v6 = i & 1;
		g.udp = i & 2;
		w.f.gso = g;
		n = 0;
		avf_frame_cut(&w.f, count, &n);
	}
}
