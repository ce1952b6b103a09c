// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory that changes between two reads of it: as soon as the device has
 * read a descriptor or a message, the guest writes something else there.
 *
 * A message and its descriptor are read once, a receive descriptor once. A
 * transmit descriptor may be read again (a frame longer than the device's
 * window, see avf_tx.c), but a frame is always that of one reading: the target
 * keeps all readings and looks for one that explains the frame.
 */
#include "fuzz.h"

const char *const fz_name = "flip";

#define FLIP_READS	64u

static struct {
	u32 first;		/* ring index */
	u32 n;
	struct avf_tx_desc d[FZ_RING];
} reads[FLIP_READS];
static u32 nreads;
/* Which reading of a byte of RAM this is, in the operation in progress. */
static u32 seen_op[FZ_RAM_LEN];
static u32 op;

static bool reads_desc(const struct fz *f, u64 iova)
{
	return iova - FZ_TXR(f->q) < FZ_RING * 16;
}

/* What is behind @iova tells where that is. */
static u8 payload(u64 iova)
{
	u32 x = (u32)iova * 2654435761u;

	return (u8)(x >> 24 ^ x >> 13);
}

static void keep(struct fz *f, u64 iova, const void *buf, u32 len)
{
	FZ_CHECK(nreads < FLIP_READS);
	FZ_CHECK((iova - FZ_TXR(f->q)) % 16 == 0 && len % 16 == 0);
	/* the ring's end: two accesses are one reading */
	if (nreads && iova == FZ_TXR(f->q) && reads[nreads - 1].n &&
	    reads[nreads - 1].first + reads[nreads - 1].n == FZ_RING &&
	    reads[nreads - 1].n + len / 16 <= FZ_RING) {
		memcpy(reads[nreads - 1].d + reads[nreads - 1].n, buf, len);
		reads[nreads - 1].n += len / 16;
		return;
	}
	reads[nreads].first = (u32)(iova - FZ_TXR(f->q)) / 16;
	reads[nreads].n = len / 16;
	memcpy(reads[nreads].d, buf, len);
	nreads++;
}

static void on_read(struct fz *f, u64 iova, void *buf, u32 len)
{
	u64 d = iova - FZ_RAM;
	u32 i, k, n, x = 0;
	u8 new[64];

	if (d >= FZ_RAM_LEN)
		return;
	if (f->ctx == FZ_TX) {
		if (!reads_desc(f, iova))
			return;		/* payload */
		keep(f, iova, buf, len);
	} else {
		for (i = 0; i < len; i++) {
			FZ_CHECK(seen_op[d + i] != op);
			seen_op[d + i] = op;
		}
	}
	/* Now it is something else: of descriptors, addresses and lengths. */
	for (i = 0; i < len; i += n) {
		n = min_t(u32, len - i, sizeof(new));
		fz_peek(f, iova + i, new, n);
		x = x * 5 + fz_u8(f);
		if (f->ctx == FZ_TX)
			for (k = 0; x && k < n; k += 16) {
				x = x * 1664525u + 1013904223u;
				new[k] ^= (u8)(x >> 24);
				new[k + 12] ^= (u8)(x >> 16 & 0x3c);
			}
		else
			new[x % n] ^= (u8)(x >> 1);
		fz_poke(f, iova + i, new, n);
	}
}

/* Does the frame consist of the buffers of descriptors @i... of reading @k? */
static bool explains(const struct avf_frame *fr, u32 k, u32 i)
{
	u32 seg = 0, off = 0, pos = 0, n;

	for (; i < reads[k].n; i++) {
		u64 qw1 = le64_to_cpu(reads[k].d[i].qw1);
		u64 addr = le64_to_cpu(reads[k].d[i].qw0);

		if (qw1 & 0xf)
			return false;
		for (n = qw1 >> AVF_TXD_BUFSZ_S & AVF_TXD_BUFSZ_M; n; n--) {
			if (pos == fr->len)
				return false;
			if (((const u8 *)fr->seg[seg].p)[off] != payload(addr))
				return false;
			addr++;
			pos++;
			if (++off == fr->seg[seg].len) {
				off = 0;
				seg++;
			}
		}
		if (qw1 >> 4 & AVF_TXD_CMD_EOP) {
			/* padding */
			for (; pos < fr->len; pos++) {
				if (((const u8 *)fr->seg[seg].p)[off])
					return false;
				if (++off == fr->seg[seg].len) {
					off = 0;
					seg++;
				}
			}
			return true;
		}
	}
	return false;
}

static void on_xmit(struct fz *f, const struct avf_frame *fr)
{
	u32 k, i;

	(void)f;
	for (k = nreads; k-- > 0; )
		for (i = 0; i < reads[k].n; i++)
			if (explains(fr, k, i))
				return;
	FZ_CHECK(!"a frame that no reading of the ring explains");
}

/* Plain frames of up to 31 descriptors without offloads. */
static u32 put_frame(struct fz *f, u32 i, u32 room)
{
	u32 n = 1 + fz_u8(f) % 12, k;

	n = min_t(u32, n, room);
	for (k = 0; k < n; k++) {
		u64 addr = FZ_PKT + (fz_u16(f) & 0x7fff);
		u64 len = 1 + fz_u8(f);

		if (!k && len < 14)
			len = 14;
		fz_txd(f, 0, i++, addr, len << AVF_TXD_BUFSZ_S |
		       (k == n - 1 ? 3ull << 4 : 0));
	}
	return i;
}

static void messages(struct fz *f)
{
	static u8 msg[FZ_MSG_MAX + 128];
	u32 code, n;

	/* One message at a time, so that an operation is a message. */
	op++;
	n = fz_msg_build(f, &code, msg);
	fz_send(f, code, msg, n);
	op++;
	fz_take(f);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static u8 ram[FZ_PKT_PAGES * AVF_PAGE_SIZE];
	static struct fz f;
	u32 steps, tail, i;
	u8 s;

	if (len < 3)
		return 0;
	if (!ram[0])
		for (i = 0; i < sizeof(ram); i++)
			ram[i] = payload(FZ_PKT + i);
	fz_open(&f, 0, 1 + (data[0] & 1), FZ_NO_MAP, data + 2, len - 2);
	fz_pci_on(&f);
	fz_mbx_setup(&f);
	fz_resources(&f, 0xbebd8cf9);
	fz_up(&f, 1);
	fz_poke(&f, FZ_PKT, ram, sizeof(ram));
	f.on_read = on_read;
	f.on_xmit = on_xmit;
	nreads = 0;

	for (steps = 0; steps < 64 && fz_more(&f); steps++) {
		s = fz_u8(&f);
		switch (s & 3) {
		case 0:
			messages(&f);
			break;
		case 1:
			/* a receive descriptor is read once for each frame */
			op++;
			fz_rx_push(&f, ram, 60 + (s >> 2) * 100u, 1 + (s & 4));
			break;
		default:
			/* The ring is as the guest left it; and then... */
			tail = fz_rd(&f, AVF_REG_QTX_TAIL) % FZ_RING;
			for (i = 0; i < 48; )
				i = put_frame(&f, tail + i, 62 - i) - tail;
			op++;
			nreads = 0;
			fz_fast_wr(&f, AVF_REG_QTX_TAIL, (tail + i) % FZ_RING);
			fz_tx_poll(&f, 0, 1000);
			break;
		}
		fz_after(&f);
	}
	f.on_read = NULL;
	fz_close(&f);
	return 0;
}
