// SPDX-License-Identifier: GPL-2.0
/*
 * The model's functions, each with what must hold before and after.
 */
#include "host.h"

static struct avf_tx_scratch scratch;
/* Doorbell pages as a VMM maps them, of each device. */
static u8 doorbell[2][AVF_DB_PAGES][AVF_PAGE_SIZE] __aligned(4096);
static bool scratch_used;

/* A device's memory is not worth keeping: each run allocates one. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=1";
}

/* Before a call: what it may do. */
static void enter(struct fz *f, enum fz_ctx ctx)
{
	f->ctx = ctx;
	f->ndma = 0;
}

/* After it: pointers are void, but those of a burst. */
static void leave(struct fz *f)
{
	u16 vec;

	for (vec = 1; vec <= f->nq; vec++)
		fz_dyn_look(f, vec);
	if (f->ctx == FZ_RX)
		f->held |= f->opened;
	f->ctx = FZ_QUIET;
	if (f->opened & ~f->held)
		mem_unmap(f, f->opened & ~f->held);
	f->opened = 0;
}

void fz_after(struct fz *f)
{
	struct avf_stats st;
	const u64 *new = (const u64 *)&st;
	const u64 *old = (const u64 *)&f->stats;
	u32 i;

	mem_poison(&st, sizeof(st));
	avf_stats_get(f->dev, &st);
	mem_check_init(&st, sizeof(st));
	for (i = 0; i < FZ_NSTATS; i++)
		FZ_CHECK(new[i] >= old[i]);
	FZ_CHECK(st.irqs == f->irqs);
	FZ_CHECK(st.tx_unicast + st.tx_multicast + st.tx_broadcast ==
		 f->tx_frames);
	FZ_CHECK(st.tx_bytes == f->tx_bytes);
	FZ_CHECK(st.rx_unicast + st.rx_multicast + st.rx_broadcast ==
		 f->rx_frames);
	FZ_CHECK(st.rx_bytes == f->rx_bytes);
	FZ_CHECK(st.rx_discards == f->rx_fail);
	f->stats = st;
	fz_note_pending(f);
}

void fz_open(struct fz *f, u32 id, u16 nq, u32 flags, const u8 *in, size_t len)
{
	memset(f, 0, offsetof(struct fz, msg.data));
	memset(&f->arq_iova, 0,
	       offsetof(struct fz, rxbuf) - offsetof(struct fz, arq_iova));
	f->id = id;
	f->nq = nq;
	f->in = in;
	f->end = len ? in + len : in;
	f->on = 0xffffffff;
	f->now = 1000000;
	fz_host_ops(f, !(flags & FZ_NO_MAP));
	f->params = (struct avf_params) {
		.num_qps = nq,
		.flags = (flags & FZ_VMM_MSIX ? AVF_PARAM_VMM_MSIX : 0) |
			 (flags & FZ_GSO ? AVF_PARAM_GSO : 0),
		.mac = { 0x02, 0, 0, 0, 0, 0x10 },
		.link_mbps = 10000,
		.link_up = true,
	};
	if (!(flags & FZ_NO_MAP)) {
		u32 i;

		memset(doorbell[id], 0, sizeof(doorbell[id]));
		for (i = 0; i < AVF_DB_PAGES; i++)
			f->params.doorbell[i] = doorbell[id][i];
	}
	f->dev = avf_dev_create(&f->params, &f->ops, f);
	FZ_CHECK(f->dev);
	/* Of twins, both or none. */
	if (nq % 2)
		avf_int_tx_delay(f->dev, AVF_TX_DELAY_MAX);
	fz_shadow_reset(f, true);
	mem_init(f);
}

/* Nothing is left behind: after a reset the host has everything back. */
void fz_close(struct fz *f)
{
	fz_reset(f, AVF_RESET_FLR);
	fz_after(f);
	avf_dev_destroy(f->dev);
	mem_clean(f);
	if (scratch_used)
		memset(&scratch, 0xa5, sizeof(scratch));
	scratch_used = false;
}

void fz_poke(struct fz *f, u64 iova, const void *p, u32 len)
{
	mem_poke(f, iova, (void *)(uintptr_t)p, len, true);
}

void fz_peek(struct fz *f, u64 iova, void *p, u32 len)
{
	memset(p, 0, len);
	mem_poke(f, iova, p, len, false);
}

void fz_cfg_rd(struct fz *f, u32 off, u32 len)
{
	u8 buf[32];
	u32 i;

	FZ_CHECK(len <= sizeof(buf));
	mem_poison(buf, sizeof(buf));
	avf_cfg_read(f->dev, off, buf, len);
	mem_check_init(buf, len);
	for (i = 0; i < len; i++)
		FZ_CHECK(buf[i] == (off < 256 && off + i < 256 ?
				    f->cfg[off + i] : 0));
}

void fz_cfg_wr(struct fz *f, u32 off, const void *p, u32 len)
{
	bool flr;

	fz_note_pending(f);
	flr = cfgref_write(f->cfg, (u16)(f->nq + 1), off, p, len);
	if (!(f->cfg[0x73] & 0x80)) {
		u32 i;

		for (i = 0; i <= f->nq; i++)
			f->vec[i].pend = false;
	}
	enter(f, FZ_QUIET);
	f->unmasking = true;
	f->resetting = flr;
	avf_cfg_write(f->dev, off, p, len);
	f->unmasking = false;
	leave(f);
	f->resetting = false;
	if (flr)
		fz_shadow_reset(f, true);
	if (off < 256)
		fz_cfg_rd(f, off, min_t(u32, len, 32));	/* G9 */
}

void fz_cfg_wr16(struct fz *f, u32 off, u16 val)
{
	__le16 le = cpu_to_le16(val);

	fz_cfg_wr(f, off, &le, 2);
}

u32 fz_rd(struct fz *f, u32 off)
{
	__le32 le;

	enter(f, FZ_QUIET);
	mem_poison(&le, sizeof(le));
	avf_bar_read(f->dev, 0, off, &le, 4);
	mem_check_init(&le, 4);
	leave(f);
	if (!fz_mem_on(f))
		FZ_CHECK(le == ~0u);
	return le32_to_cpu(le);
}

void fz_bar_wr(struct fz *f, u32 bar, u32 off, const void *p, u32 len)
{
	bool was = f->reg[FZ_ATQLEN] & AVF_AQ_LEN_ENABLE;
	u32 i;
	__le32 le;

	fz_note_pending(f);
	if (fz_mem_on(f) && !(off & 3)) {
		if (bar == 0 && off < AVF_BAR0_SIZE && len == 4) {
			memcpy(&le, p, 4);
			fz_shadow_write(f, off, le32_to_cpu(le));
		} else if (bar == 3 && !(len & 3)) {
			for (i = 0; i < len && off + i < 0x2000; i += 4)
				if (((off + i) & 15) == 12 &&
				    (off + i) / 16 <= f->nq)
					f->vec[(off + i) / 16].masked =
						((const u8 *)p)[i] & 1;
		}
	}
	enter(f, FZ_QUIET);
	f->unmasking = bar == 3;
	avf_bar_write(f->dev, bar, off, p, len);
	f->unmasking = false;
	leave(f);
	if (fz_mem_on(f) && bar == 0 && len == 4) {
		memcpy(&le, p, 4);
		fz_dyn_written(f, off, le32_to_cpu(le));
	}
	/* Stopping the mailbox is how a driver says goodbye. */
	if (was && !(f->reg[FZ_ATQLEN] & AVF_AQ_LEN_ENABLE)) {
		fz_queues_off(f);
		fz_all_back(f);
	}
}

void fz_wr(struct fz *f, u32 off, u32 val)
{
	__le32 le = cpu_to_le32(val);

	fz_bar_wr(f, 0, off, &le, 4);
}

void fz_verify(struct fz *f, u32 off)
{
	fz_shadow_verify(f, off & ~3u);			/* G9 */
}

void fz_fast_wr(struct fz *f, u32 off, u32 val)
{
	enum fz_ctx ctx = f->ctx;

	fz_note_pending(f);
	/* Interrupt registers of queues are among what it handles. */
	if (fz_mem_on(f) && !(off & 3) &&
	    (off - AVF_REG_DYN_CTLN < 64 || off - AVF_REG_ITRN < 192))
		fz_shadow_write(f, off, val);
	f->ctx = FZ_QUIET;
	avf_fast_write(f->dev, off, val);
	if (fz_mem_on(f))
		fz_dyn_written(f, off, val);
	f->ctx = ctx;
}

void fz_store(struct fz *f, u32 page, u32 off, u32 val)
{
	u32 i = (off - 0x800) / 4;
	__le32 le = cpu_to_le32(val);

	off %= AVF_PAGE_SIZE;
	FZ_CHECK(page < AVF_DB_PAGES && off % 4 == 0);
	if (!f->params.doorbell[page])
		return;
	/* The interval of a vector, whatever is above it. */
	if (page == AVF_DB_RX && off >= 0x800 && i < 48)
		f->vec[i % 16 + 1].itr[i / 16] = val & 0xfff;
	if (page == AVF_DB_INT) {
		/* No driver stores what the model keeps for itself. */
		val &= ~AVF_SEEN_DYN;
		le = cpu_to_le32(val);
		/* While memory decoding is off it is lost. */
		if (off >= 0x800 && i < f->nq && fz_mem_on(f)) {
			f->vec[i + 1].stored = true;
			f->vec[i + 1].val = val;
		}
	}
	memcpy((u8 *)f->params.doorbell[page] + off, &le, sizeof(le));
}

void fz_doorbells(struct fz *f)
{
	u32 mask, n;
	u16 q;

	/* Each look finds less to do, whatever is in the page. */
	for (n = 0; n < 4 * 4096; n++) {
		enter(f, FZ_QUIET);
		mask = avf_tx_pending(f->dev);
		leave(f);
		FZ_CHECK(!(mask >> f->nq));
		if (!mask)
			return;
		for (q = 0; q < f->nq; q++)
			if (mask >> q & 1)
				fz_tx_poll(f, q, 64);
	}
	FZ_CHECK(!"a doorbell that nothing silences");
}

/* A look at the enables that were stored leaves none. */
void fz_enables(struct fz *f)
{
	u32 pending = 0;
	u16 vec;

	for (vec = 1; vec <= f->nq; vec++)
		if (f->vec[vec].stored)
			pending = AVF_PAGE_IRQ;
	fz_note_pending(f);
	enter(f, FZ_QUIET);
	FZ_CHECK(avf_page_pending(f->dev) == pending);
	avf_page_irqs(f->dev);
	leave(f);
	FZ_CHECK(!avf_page_pending(f->dev));
	for (vec = 1; vec <= f->nq; vec++)
		FZ_CHECK(!f->vec[vec].stored);
}

void fz_mbx_run(struct fz *f)
{
	u64 msgs = f->stats.mbx_messages;
	struct avf_stats st;
	u32 i;

	f->lost = false;
	enter(f, FZ_MBX);
	f->resetting = true;
	avf_mbx_run(f->dev);
	if (f->lost) {
		/* Whatever it was: assume the most. */
		f->msg.open = false;
		f->tx_on = ~0u;
		f->rx_on = ~0u;
		for (i = 0; i < AVF_MAX_VECTORS; i++)
			f->vec[i].idx = 0xf;
	}
	fz_msg_close(f);
	leave(f);
	f->resetting = false;
	avf_stats_get(f->dev, &st);
	FZ_CHECK(st.mbx_messages - msgs <= AVF_AQ_LEN_M);	/* G4 */
}

u32 fz_tx_poll(struct fz *f, u16 q, u32 budget)
{
	/* Some have little room. */
	const s32 given = budget % 4 == 3 ? (s32)(16 * budget) : S32_MAX;
	s32 room = given;
	u32 n;

	if (!scratch_used)
		mem_poison(&scratch, sizeof(scratch));
	scratch_used = true;
	enter(f, FZ_TX);
	f->q = q;
	if (q >= f->nq)
		f->ctx = FZ_QUIET;
	n = avf_tx_poll(f->dev, q, budget, &room, &scratch);
	leave(f);
	/* One frame more than the budget, and that cut in 4096 pieces. */
	FZ_CHECK(n <= budget + 4096);			/* G5 */
	/* A frame takes room, and a ring has no more than 64 MiB and a bit. */
	FZ_CHECK(room <= given && (s64)given - room < 65 << 20);
	FZ_CHECK(!n || room < given);
	return n;
}

int fz_rx_push(struct fz *f, const u8 *p, u32 len, u32 nsegs)
{
	static struct avf_frame fr;
	static u8 hdr[AVF_FRAME_HDR];
	u32 at = 0, i;
	int err;

	fr.len = len;
	fr.hlen = (u16)min_t(u32, len, AVF_FRAME_HDR);
	fr.hdr = memcpy(hdr, p, fr.hlen);
	/* some senders vouch for what they sent */
	fr.csum = len >> 2 & (AVF_FRAME_L3_OK | AVF_FRAME_L4_OK);
	if (!nsegs || nsegs > AVF_FRAME_SEGS || nsegs > len)
		nsegs = 1;
	fr.nsegs = (u16)nsegs;
	for (i = 0; i < nsegs; i++) {
		u32 n = i == nsegs - 1 ? len - at : len / nsegs;

		fr.seg[i].p = p + at;
		fr.seg[i].len = n;
		at += n;
	}
	enter(f, FZ_RX);
	f->burst = true;
	f->nrxbuf = 0;
	f->win_seen = 0;
	err = avf_rx_push(f->dev, &fr);
	leave(f);
	FZ_CHECK(err == 0 || err == -ENOBUFS || err == -EMSGSIZE ||
		 err == -ENETDOWN || err == -EFAULT);
	if (err) {
		f->rx_fail++;
	} else {
		f->rx_frames++;
		f->rx_bytes += len + 4;
	}
	fz_digest(f, 'p', (u64)(s64)err, NULL, 0);
	return err;
}

/* The burst ends, if there is one; perhaps because somebody waits for that. */
void fz_rx_flush(struct fz *f)
{
	enum fz_ctx ctx = f->ctx;

	if (!f->burst)
		return;
	f->burst = false;
	f->nwin = 0;
	f->ctx = FZ_QUIET;
	avf_rx_flush(f->dev);
	mem_unmap(f, f->held);
	f->held = 0;
	f->ctx = ctx;
}

void fz_reset(struct fz *f, enum avf_reset kind)
{
	bool all = kind == AVF_RESET_FLR;

	enter(f, FZ_QUIET);
	f->resetting = true;
	avf_dev_reset(f->dev, kind);
	leave(f);
	f->resetting = false;
	fz_shadow_reset(f, all);
}

void fz_port_vlan(struct fz *f, u16 vid, u8 prio)
{
	u16 want = vid ? (u16)(prio << 13 | vid) : 0;

	enter(f, FZ_QUIET);
	if (vid > 4094 || prio > 7) {
		FZ_CHECK(avf_port_vlan_set(f->dev, vid, prio) == -EINVAL);
	} else {
		FZ_CHECK(!avf_port_vlan_set(f->dev, vid, prio));
		f->port_vlan = want;
	}
	FZ_CHECK(avf_port_vlan_get(f->dev) == f->port_vlan);
	leave(f);
}

void fz_trust(struct fz *f, bool on)
{
	enter(f, FZ_EVENT);
	avf_trust_set(f->dev, on);
	f->trusted = on;
	FZ_CHECK(avf_trust_get(f->dev) == on);
	FZ_CHECK(on || !f->uc);
	leave(f);
}

void fz_link(struct fz *f, bool up, u32 mbps)
{
	enter(f, FZ_EVENT);
	avf_link_set(f->dev, up, mbps);
	leave(f);
	FZ_CHECK(avf_link_is_up(f->dev) == up);
}

void fz_impending(struct fz *f)
{
	enter(f, FZ_EVENT);
	avf_dev_reset_impending(f->dev);
	leave(f);
}

void fz_advance(struct fz *f, u64 ns)
{
	enter(f, FZ_QUIET);
	while (f->deadline && f->deadline - f->now <= ns) {
		ns -= f->deadline - f->now;
		f->now = f->deadline;
		f->deadline = 0;
		avf_int_timer(f->dev);
	}
	f->now += ns;
	leave(f);
}
