// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Frames to be cut that are handed on whole (device contract 5.3). They save the
 * switch a look at each segment; and a receiver that wants them whole, the
 * host's network stack, the segments.
 *
 * Who hands them on has judged the headers; who cuts them judges them again, as
 * a switch may have changed tags, and as the host's stack makes such frames, too.
 */
#include "avf_gso.h"

#include "avf_emul.h"

#define GSO_IP_MAX	65535u	/* most that IP's length fields can say */
#define GSO_TPID	0x8100u
#define GSO_IPV4	0x0800u
#define GSO_IPV6	0x86ddu
#define GSO_ETH_HLEN	14u
#define GSO_IP4_HLEN	20u
#define GSO_IP6_HLEN	40u

static u32 get_be16(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

static void put_be16(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

/* ----------------------------------------------------------------- whole */

/* Does the IP header begin where a network stack will look for it? */
static bool gso_l3_ok(const u8 *hdr, const struct avf_off *off)
{
	u32 at = GSO_ETH_HLEN - 2;

	if (off->l3 == GSO_ETH_HLEN + 4u) {
		if (get_be16(hdr + at) != GSO_TPID)
			return false;
		at += 4;
	} else if (off->l3 != GSO_ETH_HLEN) {
		return false;
	}
	return get_be16(hdr + at) == (off->v6 ? GSO_IPV6 : GSO_IPV4);
}

bool avf_gso_whole(const u8 *hdr, const struct avf_off *off, u32 left, u32 mss,
		   struct avf_gso *gso)
{
	u32 ip_len = off->v6 ? GSO_IP6_HLEN : GSO_IP4_HLEN;

	if ((hdr[0] & 1) || off->l4_type != AVF_OFF_L4_TCP || left <= mss ||
	    (u32)(off->l4 - off->l3) != ip_len ||
	    off->hlen - off->l3 + left > GSO_IP_MAX || !gso_l3_ok(hdr, off))
		return false;

	gso->mss = (u16)mss;
	gso->segs = (u16)((left + mss - 1) / mss);
	gso->l3 = off->l3;
	gso->l4 = off->l4;
	gso->hlen = off->hlen;
	gso->v6 = off->v6;
	gso->udp = false;
	return true;
}

void avf_gso_fix(u8 *head, const struct avf_gso *gso, u32 left)
{
	u8 *ip = head + gso->l3, *l4 = head + gso->l4;
	u32 l4_len = gso->hlen - gso->l4 + left;
	u8 tail[4] = { 0, 6, (u8)(l4_len >> 8), (u8)l4_len };
	struct avf_csum c = {};
	u16 sum;

	if (gso->v6) {
		put_be16(ip + 4, l4_len);
		avf_csum_add(&c, ip + 8, 32);
	} else {
		put_be16(ip + 2, GSO_IP4_HLEN + l4_len);
		put_be16(ip + 10, 0);
		avf_csum_add(&c, ip, GSO_IP4_HLEN);
		sum = (u16)~avf_csum_get(&c);
		memcpy(ip + 10, &sum, sizeof(sum));

		memset(&c, 0, sizeof(c));
		avf_csum_add(&c, ip + 12, 8);
	}
	avf_csum_add(&c, tail, sizeof(tail));
	sum = avf_csum_get(&c);
	memcpy(l4 + 16, &sum, sizeof(sum));
}

/* ------------------------------------------------------------------- cut */

/**
 * struct gso_cur - position in the bytes of a frame
 * @frame: the frame
 * @i:     piece
 * @off:   bytes used of it
 */
struct gso_cur {
	const struct avf_frame *frame;
	u32 i;
	u32 off;
};

/* The next bytes that lie in one piece, at most @max; 0 at the end. */
static u32 gso_next(struct gso_cur *c, u32 max, const u8 **p)
{
	const struct avf_seg *seg;
	u32 n;

	if (c->i == c->frame->nsegs)
		return 0;
	seg = &c->frame->seg[c->i];
	n = min_t(u32, seg->len - c->off, max);
	*p = (const u8 *)seg->p + c->off;
	c->off += n;
	if (c->off == seg->len) {
		c->i++;
		c->off = 0;
	}
	return n;
}

/* Copy @len bytes, or skip them (@to is NULL). */
static int gso_take(struct gso_cur *c, u8 *to, u32 len)
{
	const u8 *p;
	u32 n;

	for (; len; len -= n) {
		n = gso_next(c, len, &p);
		if (!n)
			return -EINVAL;
		if (to) {
			avf_copy(to, p, n);
			to += n;
		}
	}
	return 0;
}

static int gso_attach(struct gso_cur *c, struct avf_frame *to, u32 len)
{
	const u8 *p;
	u32 n;

	for (; len; len -= n) {
		n = gso_next(c, len, &p);
		if (!n)
			return -EINVAL;
		if (to->nsegs == AVF_FRAME_SEGS)
			return -E2BIG;
		to->seg[to->nsegs].p = p;
		to->seg[to->nsegs].len = n;
		to->nsegs++;
	}
	return 0;
}

static int gso_parse(const struct avf_frame *frame, struct avf_off *off)
{
	const struct avf_gso *gso = &frame->gso;
	struct avf_off_req req = {
		.mac_len = gso->l3,
		.ip_len = (u16)(gso->l4 - gso->l3),
		.l4_len = (u16)(gso->hlen - gso->l4),
		.ip = gso->v6 ? AVF_OFF_IP_V6 : AVF_OFF_IP_V4,
		.l4 = gso->udp ? AVF_OFF_L4_UDP : AVF_OFF_L4_TCP,
		.seg = true,
	};

	/*
	 * A length below 0 above is more than there are bytes, and what comes
	 * from avf_off_parse() fits both the headers and @head.
	 */
	if (!gso->mss || gso->hlen > frame->hlen ||
	    frame->hlen > AVF_FRAME_HDR || frame->len <= gso->hlen ||
	    (u32)gso->hlen + gso->mss > AVF_MAX_FRAME)
		return -EINVAL;
	return avf_off_parse(frame->hdr, frame->hlen, frame->len, &req, off);
}

int avf_frame_cut(const struct avf_frame *frame,
		  void (*fn)(void *ctx, const struct avf_frame *seg),
		  void *ctx)
{
	const u32 hlen = frame->gso.hlen, mss = frame->gso.mss;
	struct gso_cur cur = { .frame = frame };
	u32 left, len, extra, n, pos;
	u8 head[AVF_FRAME_HDR];
	struct avf_frame to;
	struct avf_off off;
	int err;

	err = gso_parse(frame, &off);
	if (!err)
		err = gso_take(&cur, NULL, hlen);
	if (err)
		return err;

	to.hdr = head;
	to.gso.mss = 0;
	to.csum = AVF_FRAME_L4_OK | (off.v6 ? 0 : AVF_FRAME_L3_OK);
	left = frame->len - hlen;
	for (n = 0, pos = 0; left; n++, pos += len, left -= len) {
		len = min_t(u32, left, mss);

		/* What receivers judge is host memory here, too. */
		extra = min_t(u32, len, AVF_FRAME_HDR - hlen);
		avf_copy(head, frame->hdr, hlen);
		err = gso_take(&cur, head + hlen, extra);
		if (err)
			return err;
		to.len = hlen + len;
		to.hlen = (u16)(hlen + extra);
		to.seg[0].p = head;
		to.seg[0].len = hlen + extra;
		to.nsegs = 1;
		err = gso_attach(&cur, &to, len - extra);
		if (err)
			return err;
		avf_off_cut(&to, head, &off, n, pos, len, len == left);

		/* Shorter than that means that all of it is in the head. */
		if (to.len < AVF_FRAME_MIN) {
			memset(head + to.len, 0, AVF_FRAME_MIN - to.len);
			to.len = AVF_FRAME_MIN;
			to.hlen = AVF_FRAME_MIN;
			to.seg[0].len = AVF_FRAME_MIN;
		}
		fn(ctx, &to);
	}
	return 0;
}
