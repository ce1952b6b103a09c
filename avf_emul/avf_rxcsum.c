// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Checksums of received frames (device contract 5.10).
 */
#include "avf_rxcsum.h"

#include "avf_off.h"

#define UDP_LEN		4u
#define SCTP_SUM	8u

/**
 * struct csum_run - a walk over the bytes of a frame
 * @frame: the frame
 * @i:     segment
 * @off:   bytes used of it
 */
struct csum_run {
	const struct avf_frame *frame;
	u32 i;
	u32 off;
};

/* The next bytes that lie in one piece, at most @max; 0 at the end. */
static u32 run_next(struct csum_run *r, u32 max, const u8 **p)
{
	const struct avf_seg *seg;
	u32 n;

	if (r->i == r->frame->nsegs)
		return 0;
	seg = &r->frame->seg[r->i];
	n = min_t(u32, seg->len - r->off, max);
	*p = (const u8 *)seg->p + r->off;
	r->off += n;
	if (r->off == seg->len) {
		r->i++;
		r->off = 0;
	}
	return n;
}

static void run_skip(struct csum_run *r, u32 len)
{
	const u8 *p;
	u32 n;

	for (; len; len -= n) {
		n = run_next(r, len, &p);
		if (!n)
			return;
	}
}

static u32 run_crc32c(struct csum_run *r, u32 crc, u32 len)
{
	const u8 *p;
	u32 n;

	for (; len; len -= n) {
		n = run_next(r, len, &p);
		if (!n)
			break;
		crc = avf_crc32c(crc, p, n);
	}
	return crc;
}

/* Sum up @len bytes of TCP or UDP, and what the checksum covers besides. */
static bool inet_good(struct csum_run *r, const u8 *ip,
		      const struct avf_pkt *pkt, u32 len)
{
	u8 tail[4] = { 0, pkt->proto, (u8)(len >> 8), (u8)len };
	struct avf_csum c = {};
	const u8 *p;
	u32 n;

	if (pkt->l3 == AVF_L3_IPV6)
		avf_csum_add(&c, ip + 8, 32);
	else
		avf_csum_add(&c, ip + 12, 8);
	avf_csum_add(&c, tail, sizeof(tail));

	for (; len; len -= n) {
		n = run_next(r, len, &p);
		if (!n)
			break;
		avf_csum_add(&c, p, n);
	}
	return avf_csum_get(&c) == AVF_RXCSUM_GOOD;
}

/* The checksum's own place counts as zeros. */
static bool sctp_good(struct csum_run *r, const u8 *l4, u32 len)
{
	static const u8 zeros[4];
	u32 crc = ~0u;
	__le32 want;

	crc = run_crc32c(r, crc, SCTP_SUM);
	crc = avf_crc32c(crc, zeros, sizeof(zeros));
	run_skip(r, sizeof(zeros));
	crc = run_crc32c(r, crc, len - SCTP_SUM - (u32)sizeof(zeros));
	memcpy(&want, l4 + SCTP_SUM, sizeof(want));
	return cpu_to_le32(~crc) == want;
}

bool avf_rxcsum_ip4_options(const u8 *ip)
{
	struct avf_csum c = {};

	avf_csum_add(&c, ip, (ip[0] & 15u) * 4);
	return avf_csum_get(&c) == AVF_RXCSUM_GOOD;
}

bool avf_rxcsum_l4(const struct avf_frame *frame, const struct avf_pkt *pkt)
{
	const u8 *ip = frame->hdr + pkt->l3_off;
	const u8 *l4 = frame->hdr + pkt->l4_off;
	struct csum_run r = { .frame = frame };
	u32 len = pkt->ip_end - pkt->l4_off;

	run_skip(&r, pkt->l4_off);
	switch (pkt->l4) {
	case AVF_L4_TCP:
		return inet_good(&r, ip, pkt, len);
	case AVF_L4_UDP:
		/* The rest of the IP packet, if any, is not UDP's. */
		len = (u32)l4[UDP_LEN] << 8 | l4[UDP_LEN + 1];
		return inet_good(&r, ip, pkt, len);
	case AVF_L4_SCTP:
		return sctp_good(&r, l4, len);
	default:
		return true;
	}
}
