// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit descriptors and payload, against the naive reference of txref.c:
 * the same frames, the same completions, the same number of errors.
 */
#include "txref.h"

const char *const fz_name = "tx";

static struct txref ref;
static u32 next;		/* frame of the reference */
static u32 opt_errors;

static int byte_at(struct fz *f, u64 iova)
{
	static u8 pkt[FZ_PKT_PAGES * AVF_PAGE_SIZE];
	static bool known;
	u8 c;

	if (iova - FZ_RAM >= FZ_RAM_LEN ||
	    !(f->on & (1u << (iova - FZ_RAM) / AVF_PAGE_SIZE)))
		return -1;
	/* Nobody writes there. */
	if (iova >= FZ_PKT) {
		if (!known)
			fz_peek(f, FZ_PKT, pkt, sizeof(pkt));
		known = true;
		return pkt[iova - FZ_PKT];
	}
	fz_peek(f, iova, &c, 1);
	return c;
}

static bool same(const struct avf_frame *fr, const struct txref_frame *want)
{
	u32 pos = 0, i;

	if (fr->len != want->len || fr->csum != want->csum)
		return false;
	for (i = 0; i < fr->nsegs; i++) {
		if (memcmp(fr->seg[i].p, ref.bytes + want->at + pos,
			   fr->seg[i].len))
			return false;
		pos += fr->seg[i].len;
	}
	return true;
}

/* A frame in very many pieces may be dropped, and what is left of it. */
static bool skip(void)
{
	u32 unit;

	if (next == ref.nframes || !ref.frame[next].opt)
		return false;
	unit = ref.frame[next].unit;
	while (next < ref.nframes && ref.frame[next].unit == unit)
		next++;
	opt_errors++;
	return true;
}

/* For who has to find out why. */
static void tell(const struct avf_frame *fr)
{
	const struct txref_frame *w = &ref.frame[next];
	u32 pos = 0, i, k;

	fprintf(stderr, "sent: %u bytes, vouched for: %x\n", fr->len, fr->csum);
	if (next == ref.nframes)
		return;
	fprintf(stderr, "reference: %u bytes, vouched for: %x\n", w->len,
		w->csum);
	for (i = 0; i < fr->nsegs; i++)
		for (k = 0; k < fr->seg[i].len; k++, pos++) {
			u8 c = ((const u8 *)fr->seg[i].p)[k];

			if (pos < w->len && c != ref.bytes[w->at + pos])
				fprintf(stderr, "byte %u: %02x, not %02x\n",
					pos, c, ref.bytes[w->at + pos]);
		}
}

static void on_xmit(struct fz *f, const struct avf_frame *fr)
{
	(void)f;
	do {
		if (next < ref.nframes && same(fr, &ref.frame[next])) {
			next++;
			return;
		}
	} while (skip());
	tell(fr);
	FZ_CHECK(!"a frame that the reference does not send");
}

/* A buffer: where a frame is, or somewhere near, or nowhere. */
static u64 buffer(struct fz *f, u8 c)
{
	if (c < 0xc0)
		return FZ_PKT + (c & 31) * FZ_PKT_STEP;
	if (c < 0xf0)
		return FZ_PKT + (fz_u16(f) & 0x3fff);
	return c < 0xf8 ? FZ_NOWHERE : ~0ull - c;
}

/* What a driver asks for with the canned frame @k. */
static u64 offload(u8 k, u8 c)
{
	static const u64 l4s[] = { 0x100, 0x300, 0x200, 0x100, 0 };
	static const u64 l4lens[] = { 5, 2, 3, 5, 0 };
	bool v6 = k & 1, opt = k / 2 % 5 == 3;
	u64 l3 = k % 16 >= 10 ? 18 : 14;
	u64 iplen = (v6 ? 40u : 20u) + (opt ? 8 : 0);

	return (l4s[k / 2 % 5] | (v6 ? 0x20 : c & 1 ? 0x60 : 0x40)) << 4 |
	       l3 / 2 << AVF_TXD_MACLEN_S | iplen / 4 << AVF_TXD_IPLEN_S |
	       l4lens[k / 2 % 5] << AVF_TXD_L4LEN_S;
}

/* One frame as a driver would make it. */
static u32 put_frame(struct fz *f, u32 i)
{
	u8 k = fz_u8(f), c = fz_u8(f), n = 1 + (fz_u8(f) & 7);
	u32 hlen, len = c & 2 ? fz_u16(f) % 9800 : 260 + (k & 16) * 50u, at = 0;
	u64 qw1 = c & 4 ? 0 : offload(k & 15, c), addr;
	u32 j;

	if (c & 8)
		qw1 ^= (u64)fz_u16(f) << 16;	/* lengths that lie */
	hlen = (u32)(((qw1 >> 16 & 127) * 2) + (qw1 >> 23 & 127) * 4 +
		     (qw1 >> 30 & 15) * 4);
	if (c & 0xf0) {
		u64 cmd = c & 0x10 ? AVF_TXC_CMD_TSO : 0;
		u32 left = c & 0x20 ? fz_u16(f) : len > hlen ? len - hlen : 0;

		if (c & 0x40)
			cmd |= fz_u8(f);
		fz_txd(f, 0, i++, c & 0x80 ? (u64)fz_u16(f) << 32 | fz_u8(f) : 0,
		       1 | cmd << 4 | (u64)left << AVF_TXC_TSOLEN_S |
		       (u64)(64 + fz_u16(f) % 1500) << AVF_TXC_MSS_S);
		if (c & 0x20)
			len = hlen + left;
	}
	addr = FZ_PKT + (k & 31) * FZ_PKT_STEP;
	for (j = 0; j < n && at < len; j++) {
		u32 part = j == n - 1u ? len - at :
			   min_t(u32, len - at, 1 + fz_u8(f) * 8u);
		bool last;

		part = min_t(u32, part, 16383);
		last = at + part == len || j == n - 1u;
		fz_txd(f, 0, i++, addr + at, qw1 |
		       (u64)part << AVF_TXD_BUFSZ_S | (last ? 3ull << 4 : 0));
		at += part;
	}
	return i;
}

static u32 put_raw(struct fz *f, u32 i, u8 s)
{
	u8 c = fz_u8(f);
	u64 qw0 = buffer(f, c);
	u64 cmd = s & 8 ? 3 : fz_u8(f) & 0x1b;
	u64 qw1 = cmd << 4 | (u64)(fz_u8(f) * (s & 16 ? 1u : 64u)) <<
		  AVF_TXD_BUFSZ_S;

	if (s & 32)
		qw1 |= offload(c & 15, c);
	if (s & 64) {
		/* anything at all */
		qw1 = fz_u64(f);
		if (s & 128)
			qw0 = fz_u64(f);
	}
	fz_txd(f, 0, i, qw0, qw1);
	return i + 1;
}

/* A mapped descriptor is written as a whole, of others the byte of the type. */
static bool is_done(const struct avf_tx_desc *after,
		    const struct avf_tx_desc *before)
{
	u64 now = le64_to_cpu(after->qw1), was = le64_to_cpu(before->qw1);

	return now == 0xf || now == ((was & ~0xffull) | 0xf);
}

static void compare(struct fz *f, u32 tail)
{
	struct avf_tx_desc before[FZ_RING], after[FZ_RING];
	struct avf_stats st;
	u64 errors;
	u32 i, polls;

	avf_stats_get(f->dev, &st);
	errors = st.tx_errors;
	fz_peek(f, FZ_TXR(0), before, sizeof(before));
	ref.errors = 0;
	ref.nframes = 0;
	ref.nbytes = 0;
	memset(ref.done, 0, FZ_RING);
	next = 0;
	opt_errors = 0;
	txref_run(&ref, before, FZ_RING, tail, f, byte_at);

	fz_fast_wr(f, AVF_REG_QTX_TAIL, tail);
	for (polls = 0; avf_tx_ready(f->dev, 0); polls++) {
		FZ_CHECK(polls <= FZ_RING);
		fz_tx_poll(f, 0, 1 + (fz_u8(f) & 63));
	}
	while (skip())
		;
	FZ_CHECK(next == ref.nframes);
	avf_stats_get(f->dev, &st);
	FZ_CHECK(st.tx_errors - errors == ref.errors + opt_errors);
	fz_peek(f, FZ_TXR(0), after, sizeof(after));
	for (i = 0; i < FZ_RING; i++) {
		FZ_CHECK(after[i].qw0 == before[i].qw0);
		FZ_CHECK(ref.done[i] ? is_done(&after[i], &before[i]) :
				       after[i].qw1 == before[i].qw1);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static struct fz f;
	u32 tail, from, steps;
	u8 s;

	if (len < 4)
		return 0;
	fz_open(&f, 0, 1, (data[0] & 1 ? FZ_NO_MAP : 0) | FZ_VMM_MSIX |
		(data[0] & 32 ? FZ_GSO : 0), data + 4, len - 4);
	fz_pci_on(&f);
	fz_mbx_setup(&f);
	/* Some drivers get no VLANs: they do not ask, or the host has one. */
	if (data[0] & 16)
		fz_port_vlan(&f, 5, 0);
	fz_resources(&f, data[0] & 8 ? 0xbebd8cf9 &
		     ~(AVF_CAP_VLAN | AVF_CAP_VLAN_V2) : 0xbebd8cf9);
	fz_up(&f, 1);
	f.on_xmit = on_xmit;
	txref_reset(&ref);
	ref.vlan = !(data[0] & 24);
	/* Begin somewhere in the ring. */
	tail = data[1] % FZ_RING;
	for (from = 0; from < tail; from++)
		fz_txd(&f, 0, from, 0, AVF_TXD_TYPE_FDIR);
	compare(&f, tail);
	/* Some pages are not there, or have no pointer. */
	if (data[0] & 2)
		f.on &= ~(1u << (16 + data[2] % 16));
	if (data[0] & 4)
		f.no_map = (u32)(data[2] | data[3] << 8) << 16;

	from = tail;
	for (steps = 0; steps < 200 && fz_more(&f); steps++) {
		s = fz_u8(&f);
		tail = s & 1 ? put_frame(&f, tail) : put_raw(&f, tail, s);
		/* never more than fit, nor past what the reference left */
		if ((s & 6) == 6 || tail - from > FZ_RING - 16) {
			compare(&f, tail % FZ_RING);
			tail %= FZ_RING;
			from = ref.head;
			if (from > tail)
				tail += FZ_RING;
			if (tail - from > FZ_RING - 16)
				break;
		}
	}
	compare(&f, tail % FZ_RING);
	fz_after(&f);
	fz_close(&f);
	return 0;
}
