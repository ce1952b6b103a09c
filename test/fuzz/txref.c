// SPDX-License-Identifier: GPL-2.0
#include "txref.h"

#define MAX_IN		0x50000u

/* A frame before offloads: all its bytes up to one that is not there. */
struct unit {
	u8 p[MAX_IN];
	u32 len;	/* of what there is */
	u32 want;	/* sum of the buffers */
	u32 ndata;
	u32 cut[4096 * 8];	/* where a new piece begins */
	u32 ncut;
};

static struct unit u;

void txref_reset(struct txref *r)
{
	r->head = 0;
	r->errors = 0;
	r->units = 0;
	r->nframes = 0;
	r->nbytes = 0;
	memset(r->done, 0, sizeof(r->done));
}

static u32 bits(u64 v, u32 lo, u32 n)
{
	return (u32)(v >> lo & ((1ull << n) - 1));
}

static u32 be(const u8 *p, u32 n)
{
	u32 v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

static void put(u8 *p, u32 n, u32 v)
{
	while (n--) {
		p[n] = (u8)v;
		v >>= 8;
	}
}

static u32 sum(const u8 *p, u32 len, u32 s)
{
	u32 i;

	for (i = 0; i < len; i++) {
		s += i & 1 ? p[i] : (u32)p[i] << 8;
		s = (s & 0xffff) + (s >> 16);
	}
	return (s & 0xffff) + (s >> 16);
}

static u32 crc32c(const u8 *p, u32 len)
{
	u32 c = 0xffffffff;
	int k;

	while (len--) {
		c ^= *p++;
		for (k = 0; k < 8; k++)
			c = c & 1 ? c >> 1 ^ 0x82f63b78 : c >> 1;
	}
	return ~c;
}

enum l4 { NONE, TCP, SCTP, UDP };

struct want {
	u32 l3, iplen, l4len;
	u32 ip;		/* 0 none, 1 v6, 2 v4, 3 v4 with checksum */
	enum l4 l4;
};

/* IPv6 extension headers from @p fill @len bytes and end at @proto. */
static bool chain(const u8 *p, u32 len, u32 next, u32 proto)
{
	u32 k, n;

	for (k = 0; len; k++) {
		if (k == 8 || len < 8)
			return false;
		if (next == 0 || next == 43 || next == 60 || next == 135)
			n = 8 + p[1] * 8u;
		else if (next == 51)
			n = 8 + p[1] * 4u;
		else
			return false;
		if (n > len)
			return false;
		next = p[0];
		p += n;
		len -= n;
	}
	return next == proto;
}

/*
 * Do the headers bear out what the descriptor says? @l4size is what the IP
 * header says is behind it, where that matters.
 */
static bool headers_ok(const u8 *p, const struct want *w, bool seg, u32 *l4size)
{
	static const u32 protos[] = { 0, 6, 132, 17 };
	const u8 *ip = p + w->l3;
	u32 proto = protos[w->l4];

	*l4size = 0;
	if (w->l3 < 14 || !w->ip)
		return false;
	if (w->ip == 1) {
		if (w->iplen < 40 || ip[0] >> 4 != 6)
			return false;
		if (w->l4 == NONE)
			return true;
		if (!chain(ip + 40, w->iplen - 40, ip[6], proto))
			return false;
		if (seg)
			return true;
		if (be(ip + 4, 2) + 40 < w->iplen)
			return false;
		*l4size = be(ip + 4, 2) + 40 - w->iplen;
		return true;
	}
	if (w->iplen < 20 || ip[0] >> 4 != 4 || (ip[0] & 15u) * 4 != w->iplen)
		return false;
	if (w->l4 == NONE)
		return true;
	if (ip[9] != proto || (be(ip + 6, 2) & 0x3fff))
		return false;
	if (seg)
		return true;
	if (be(ip + 2, 2) < w->iplen)
		return false;
	*l4size = be(ip + 2, 2) - w->iplen;
	return true;
}

static void checksums(u8 *p, const struct want *w, u32 l4size, bool ipsum)
{
	u8 *ip = p + w->l3, *l4 = ip + w->iplen;
	u32 s;

	if (ipsum) {
		put(ip + 10, 2, 0);
		put(ip + 10, 2, ~sum(ip, w->iplen, 0));
	}
	if (w->l4 == SCTP) {
		put(l4 + 8, 4, 0);
		s = crc32c(l4, l4size);
		l4[8] = (u8)s;
		l4[9] = (u8)(s >> 8);
		l4[10] = (u8)(s >> 16);
		l4[11] = (u8)(s >> 24);
	} else if (w->l4 != NONE) {
		u32 at = w->l4 == TCP ? 16 : 6;

		put(l4 + at, 2, 0);
		s = w->ip == 1 ? sum(ip + 8, 32, 0) : sum(ip + 12, 8, 0);
		s = sum(l4, l4size, s + (w->l4 == TCP ? 6 : 17) + l4size);
		s = ~s & 0xffff;
		if (!s && w->l4 == UDP)
			s = 0xffff;
		put(l4 + at, 2, s);
	}
}

static void tag(u8 *p, u32 *len, u32 tci)
{
	memmove(p + 16, p + 12, *len - 12);
	put(p + 12, 2, 0x8100);
	put(p + 14, 2, tci);
	*len += 4;
}

/* Pieces that [from, to) lies in, at most. */
static u32 pieces(u32 from, u32 to)
{
	u32 n = 1, i;

	for (i = 0; i < u.ncut; i++)
		if (u.cut[i] > from && u.cut[i] < to)
			n++;
	return n;
}

/* The frame in r->bytes behind the last is complete but for tags, padding. */
static bool emit(struct txref *r, u32 len, u64 data, bool opt, u32 hlen,
		 u8 csum)
{
	struct txref_frame *fr = &r->frame[r->nframes];
	u8 *p = r->bytes + r->nbytes;

	if (data & 0x8 << 4) {
		tag(p, &len, bits(data, 48, 16));
		hlen += 4;
	}
	/* The device builds headers in 256 bytes. */
	if (hlen > 256 || len > AVF_MAX_FRAME)
		return false;
	for (; len < 60; len++)
		p[len] = 0;
	fr->at = r->nbytes;
	fr->len = len;
	fr->opt = opt;
	fr->unit = r->units;
	fr->csum = csum;
	r->nframes++;
	r->nbytes += len;
	FZ_CHECK(r->nframes < TXREF_FRAMES && r->nbytes < TXREF_BYTES - 65536);
	return true;
}

static bool plain(struct txref *r, const u64 *ctx, u64 data,
		  const struct want *w, u32 need)
{
	static const u32 l4min[] = { 0, 20, 12, 8 };
	u8 *p = r->bytes + r->nbytes;
	u32 l4size = 0;
	u8 csum = 0;

	if (u.want < 14 || u.want > AVF_MAX_FRAME || u.ndata > 31 ||
	    u.len < u.want)
		return false;
	if (need && (need > u.want || need > 256 || bits(ctx[0], 0, 2) ||
		     bits(ctx[0], 9, 2)))
		return false;
	memcpy(p, u.p, u.want);
	if (need) {
		if (!headers_ok(p, w, false, &l4size))
			return false;
		if (w->l4 != NONE && (l4size < l4min[w->l4] || l4size >
				      u.want - w->l3 - w->iplen))
			return false;
		checksums(p, w, l4size, w->ip == 3);
	}
	if (need && w->ip == 3)
		csum |= AVF_FRAME_L3_OK;
	if (need && w->l4 != NONE)
		csum |= AVF_FRAME_L4_OK;
	return emit(r, u.want, data, pieces(0, u.want) > 31,
		    need > AVF_FRAME_HDR ? need :
					   min_t(u32, u.want, AVF_FRAME_HDR),
		    csum);
}

static bool tso(struct txref *r, const u64 *ctx, u64 data,
		const struct want *w)
{
	u32 hlen = w->l3 + w->iplen + w->l4len, mss = bits(ctx[1], 50, 14);
	u32 left = bits(ctx[1], 30, 18), pos, n, x, l4size;
	const u8 *l4 = u.p + w->l3 + w->iplen;

	if (hlen > 256 || mss < 64 || hlen + mss > AVF_MAX_FRAME || !left ||
	    u.want != hlen + left || u.len < hlen || bits(ctx[0], 0, 2) ||
	    bits(ctx[0], 9, 2) || !headers_ok(u.p, w, true, &l4size))
		return false;
	if (!(w->l4 == TCP && w->l4len >= 20 && (l4[12] >> 4) * 4u == w->l4len) &&
	    !(w->l4 == UDP && w->l4len == 8))
		return false;

	for (n = 0, pos = 0; left; n++, pos += x, left -= x) {
		u8 *p = r->bytes + r->nbytes;
		u8 *ip = p + w->l3, *t = ip + w->iplen;

		x = left < mss ? left : mss;
		if (u.len < hlen + pos + x)
			return false;
		memcpy(p, u.p, hlen);
		memcpy(p + hlen, u.p + hlen + pos, x);
		if (w->ip == 1) {
			put(ip + 4, 2, w->iplen - 40 + w->l4len + x);
		} else {
			put(ip + 2, 2, w->iplen + w->l4len + x);
			put(ip + 4, 2, be(u.p + w->l3 + 4, 2) + n);
		}
		if (w->l4 == TCP) {
			put(t + 4, 4, be(l4 + 4, 4) + pos);
			if (pos)
				t[13] &= 0x7f;		/* CWR */
			if (x != left)
				t[13] &= 0xf6;		/* FIN, PSH */
		} else {
			put(t + 4, 2, 8 + x);
		}
		checksums(p, w, w->l4len + x, w->ip != 1);
		if (!emit(r, hlen + x, data,
			  pieces(hlen + pos, hlen + pos + x) > 31,
			  hlen > AVF_FRAME_HDR ? hlen :
				min_t(u32, hlen + x, AVF_FRAME_HDR),
			  AVF_FRAME_L4_OK |
			  (w->ip == 1 ? 0 : AVF_FRAME_L3_OK)))
			return false;
	}
	return true;
}

static bool frame(struct txref *r, const u64 *ctx, u64 data)
{
	struct want w = {
		.l3 = bits(data, 16, 7) * 2,
		.iplen = bits(data, 23, 7) * 4,
		.l4len = bits(data, 30, 4) * 4,
		.ip = bits(data, 9, 2),
		.l4 = bits(data, 12, 2),
	};
	static const u32 l4min[] = { 0, 20, 12, 8 };
	u32 need = 0;

	/* a second tag, or one that was not negotiated */
	if ((ctx[1] & 0x4 << 4) || (!r->vlan && (data & 0x8 << 4)))
		return false;
	if (ctx[1] & 1 << 4)
		return tso(r, ctx, data, &w);
	if (w.l4 != NONE || w.ip == 3)
		need = w.l3 + w.iplen + l4min[w.l4];
	return plain(r, ctx, data, &w, need);
}

/* The bytes of descriptors [from, to) in ring order. */
static void gather(const struct avf_tx_desc *ring, u32 len, u32 from, u32 to,
		   struct fz *f, txref_byte get)
{
	bool there = true;
	u32 i, k;

	u.len = 0;
	u.want = 0;
	u.ndata = 0;
	u.ncut = 0;
	for (i = from; i != to; i = (i + 1) % len) {
		u64 addr = le64_to_cpu(ring[i].qw0);
		u32 n = bits(le64_to_cpu(ring[i].qw1), 34, 14);

		if (bits(le64_to_cpu(ring[i].qw1), 0, 4) != 0)
			continue;
		u.ndata++;
		u.cut[u.ncut++] = u.want;
		for (k = 0; k < n; k++) {
			int c = -1;

			if (k && (addr + k) % AVF_PAGE_SIZE == 0)
				u.cut[u.ncut++] = u.want + k;
			if (there && u.len < MAX_IN)
				c = get(f, addr + k);
			if (c < 0)
				there = false;
			else
				u.p[u.len++] = (u8)c;
		}
		u.want += n;
	}
}

void txref_run(struct txref *r, const struct avf_tx_desc *ring, u32 len,
	       u32 tail, struct fz *f, txref_byte get)
{
	while (r->head != tail) {
		bool seen_ctx = false, seen_data = false, bad = false;
		bool end = false, noop = false;
		u64 ctx[2] = { 0, 0 }, data = 0;
		u32 i = r->head, first = r->head, n = 0;

		/* Find the end: a data descriptor that says so. */
		while (i != tail && !end) {
			u64 qw1 = le64_to_cpu(ring[i].qw1);
			u32 type = bits(qw1, 0, 4);

			if (type == 1) {
				bad |= seen_ctx || seen_data;
				seen_ctx = true;
				ctx[0] = le64_to_cpu(ring[i].qw0);
				ctx[1] = qw1;
			} else if (type == 0) {
				if (!seen_data)
					data = qw1;
				seen_data = true;
				bad |= !bits(qw1, 34, 14);
				end = qw1 & 1 << 4;
			} else if (i == first) {
				/* stray, or flow programming */
				noop = type == 8;
				bad = !noop;
				end = true;
			} else {
				bad = true;
				end = qw1 & 1 << 4;
			}
			i = (i + 1) % len;
			n++;
		}
		if (!end) {
			if (n != len - 1)
				return;		/* more will come */
			bad = true;
		}
		if (data & 0x10 << 4)
			noop = true;		/* dummy */
		for (n = first; n != i; n = (n + 1) % len) {
			u64 qw1 = le64_to_cpu(ring[n].qw1);

			if (bits(qw1, 0, 4) != 1 && qw1 & 2 << 4)
				r->done[n] = 1;
		}
		if (!bad && !noop) {
			gather(ring, len, first, i, f, get);
			bad = !frame(r, ctx, data);
		}
		if (bad)
			r->errors++;
		r->units++;
		r->head = i;
	}
}
