// SPDX-License-Identifier: GPL-2.0
/*
 * The whole device: a stream of operations, as guest, VMM, host and time mix
 * them. See README.md for how the input is read.
 */
#include "fuzz.h"

const char *const fz_name = "ops";

#define OPS_MAX		256u
#define OPS_FRAME	9800u

/* Registers by their number in avf_regs.def. */
static const struct {
	u32 off;
	u32 count;
	u32 stride;
} regs[] = {
#define AVF_REG(name, off, count, stride, ...)	{ off, count, stride },
#include "avf_regs.def"
#undef AVF_REG
};

static u8 frame[OPS_FRAME];

static u32 reg_off(struct fz *f)
{
	u8 s = fz_u8(f);
	u32 n = s % ARRAY_SIZE(regs), i = 0;

	if (s >= 0xf0)
		return fz_u16(f);
	if (regs[n].count > 1)
		i = fz_u8(f) % regs[n].count;
	return regs[n].off + i * regs[n].stride;
}

static void bytes(struct fz *f, u8 *p, u32 len)
{
	while (len--)
		*p++ = fz_u8(f);
}

static void op_bar(struct fz *f)
{
	static const u8 bars[] = { 0, 3, 3, 1, 0, 255 };
	u8 s = fz_u8(f), buf[64];
	u32 bar = bars[s % ARRAY_SIZE(bars)];
	u32 off = fz_u16(f), len = fz_u8(f) % 20;

	if (bar == 3 && s < 0xc0)
		off = (off & 3) * 4 + (off >> 2) % 18 * 16;
	if (bar == 3 && s < 0x80)
		len = 4 + (len & 3) * 4;
	else if (s >= 0xf0)
		off |= 0xfffffff0;
	if (s & 8) {
		u32 i;

		memset(buf, 0x5a, sizeof(buf));
		f->ctx = FZ_QUIET;
		avf_bar_read(f->dev, bar, off, buf, len);
		for (i = len; i < sizeof(buf); i++)
			FZ_CHECK(buf[i] == 0x5a);
		for (i = 0; !fz_mem_on(f) && i < len; i++)
			FZ_CHECK(buf[i] == 0xff);
	} else {
		bytes(f, buf, len);
		fz_bar_wr(f, bar, off, buf, len);
		if (bar == 0)
			fz_verify(f, off);
	}
}

static u32 cfg_off(struct fz *f)
{
	static const u8 hot[] = { 0x04, 0x04, 0x72, 0x73, 0x70, 0xa8, 0xa9, 0x10,
		0x1c, 0x06, 0xaa, 0x0c };
	u8 s = fz_u8(f);

	if (s < 0xc0)
		return hot[s % ARRAY_SIZE(hot)];
	return s < 0xf0 ? fz_u8(f) : s < 0xf8 ? fz_u16(f) : fz_u32(f);
}

static void op_cfg(struct fz *f, bool write)
{
	u32 off = cfg_off(f), len = fz_u8(f) % 9;
	u8 buf[8];

	if (write) {
		bytes(f, buf, len);
		fz_cfg_wr(f, off, buf, len);
		/* A device that is off is soon explored. */
		if (!fz_mem_on(f) && fz_u8(f) & 7)
			fz_pci_on(f);
	} else {
		fz_cfg_rd(f, off, len);
	}
}

static void op_message(struct fz *f)
{
	static u8 msg[FZ_MSG_MAX + 128];
	u32 op, len = fz_msg_build(f, &op, msg);

	fz_send(f, op, msg, len);
}

/* A descriptor of the ATQ as no driver would write it. */
static void op_garbage(struct fz *f)
{
	struct avf_aq_desc d;
	u64 addr;
	u32 t = fz_rd(f, AVF_REG_ATQT) % FZ_AQ_LEN;
	u8 s = fz_u8(f);

	memset(&d, 0, sizeof(d));
	d.flags = cpu_to_le16(fz_u16(f));
	d.opcode = cpu_to_le16(s & 1 ? AVF_AQ_OP_TO_PF :
			       s & 2 ? AVF_AQ_OP_SHUTDOWN : fz_u16(f));
	d.datalen = cpu_to_le16(s & 4 ? 12 : fz_u16(f));
	d.cookie_hi = cpu_to_le32(fz_u8(f));
	addr = fz_addr(f);
	d.addr_hi = cpu_to_le32((u32)(addr >> 32));
	d.addr_lo = cpu_to_le32((u32)addr);
	fz_poke(f, FZ_ATQ + t * sizeof(d), &d, sizeof(d));
	fz_wr(f, AVF_REG_ATQT, s & 8 ? fz_u8(f) : (t + 1) % FZ_AQ_LEN);
	if (s & 16)
		fz_mbx_run(f);
}

static void op_tx(struct fz *f)
{
	u8 s = fz_u8(f);
	u16 q = s % 4;
	u32 i = fz_rd(f, AVF_REG_QTX_TAIL + 4u * q) % FZ_RING;
	u32 n = 1 + (s >> 2) % 8;

	while (n--) {
		u8 c = fz_u8(f);
		u64 addr = c & 1 ? FZ_PKT + (c >> 3) * FZ_PKT_STEP : fz_addr(f);
		u64 cmd = c & 2 ? AVF_TXD_CMD_EOP | AVF_TXD_CMD_RS : fz_u16(f);
		u64 qw1;

		if (c & 4) {
			qw1 = fz_u64(f);
		} else {
			/* a frame that wants TCP or UDP done, or nothing */
			qw1 = cmd << AVF_TXD_CMD_S |
			      (u64)(c & 1 ? 230 : fz_u16(f) & 0x3fff) <<
			      AVF_TXD_BUFSZ_S;
			if (c & 1)
				qw1 |= (u64)7 << AVF_TXD_MACLEN_S |
				       (u64)(c & 8 ? 10 : 5) <<
				       AVF_TXD_IPLEN_S |
				       (u64)(c & 16 ? 2 : 5) <<
				       AVF_TXD_L4LEN_S |
				       (u64)((c & 8 ? 0x20 : 0x60) |
					     (c & 16 ? 0x300 : 0x100)) <<
				       AVF_TXD_CMD_S;
		}
		fz_txd(f, q, i++, addr, qw1);
	}
	fz_fast_wr(f, AVF_REG_QTX_TAIL + 4u * q, i % FZ_RING);
}

/* A large frame to be cut. */
static void op_tso(struct fz *f)
{
	u8 s = fz_u8(f);
	u16 q = s % 4;
	u32 i = fz_rd(f, AVF_REG_QTX_TAIL + 4u * q) % FZ_RING;
	u32 mss = 64 + fz_u16(f) % 2000, len = 54 + fz_u16(f) % 20000;
	u64 at = FZ_PKT + (s >> 4 & 3) * FZ_PKT_STEP * 10;
	u32 hlen = s & 64 ? 74 : 54;
	u64 qw1 = (u64)7 << AVF_TXD_MACLEN_S |
		  (u64)(s & 64 ? 10 : 5) << AVF_TXD_IPLEN_S |
		  (u64)5 << AVF_TXD_L4LEN_S |
		  (u64)(AVF_TXD_CMD_TCP | (s & 64 ? AVF_TXD_CMD_IPV6 :
					   AVF_TXD_CMD_IPV4_CSUM)) <<
		  AVF_TXD_CMD_S;

	len = min_t(u32, len, 16383);
	if (len <= hlen)
		len = hlen + 1;
	fz_txd(f, q, i, 0, AVF_TXD_TYPE_CTX |
	       (u64)AVF_TXC_CMD_TSO << AVF_TXC_CMD_S |
	       (u64)(len - hlen) << AVF_TXC_TSOLEN_S |
	       (u64)mss << AVF_TXC_MSS_S);
	fz_txd(f, q, i + 1, at + (s & 64 ? FZ_PKT_STEP : 0), qw1 |
	       (u64)(AVF_TXD_CMD_EOP | AVF_TXD_CMD_RS) << AVF_TXD_CMD_S |
	       (u64)len << AVF_TXD_BUFSZ_S);
	fz_fast_wr(f, AVF_REG_QTX_TAIL + 4u * q, (i + 2) % FZ_RING);
	fz_tx_poll(f, q, fz_u8(f));
}

static void op_rx(struct fz *f)
{
	u8 s = fz_u8(f);
	u32 len = s & 128 ? fz_u16(f) % OPS_FRAME : 60 + (s & 127u) * 12;

	fz_peek(f, FZ_PKT + (s & 15) * FZ_PKT_STEP, frame, 64);
	if (len < 14)
		len = 14;
	fz_rx_push(f, frame, len, s & 16 ? fz_u8(f) % 33 : 1);
	if (s & 1)
		fz_rx_flush(f);
}

/* A throttled vector, kept busy: what the driver's poll loop looks like. */
static void op_busy(struct fz *f)
{
	u8 s = fz_u8(f), itr = fz_u8(f), step = fz_u8(f);
	u32 v, i, n = 1 + (s >> 4);
	const u32 off = AVF_DYN_ITR_NONE << AVF_DYN_ITR_S;

	if (s & 4)
		for (v = 0; v < f->nq; v++)
			for (i = 0; i < 3; i++)
				fz_fast_wr(f, AVF_REG_ITRN + i * 64 + v * 4,
					   itr);
	for (i = 0; i < n; i++) {
		for (v = 0; v < f->nq; v++) {
			if (s & 2)
				fz_store(f, AVF_DB_INT, 0x800 + v * 4,
					 AVF_DYN_INTENA | off);
			else
				fz_fast_wr(f, AVF_REG_DYN_CTLN + v * 4,
					   AVF_DYN_INTENA | off);
		}
		fz_peek(f, FZ_PKT + i * FZ_PKT_STEP, frame, 64);
		fz_rx_push(f, frame, 64, 1);
		fz_rx_flush(f);
		if (s & 8)
			fz_tx_poll(f, (u16)(s & 3), 8);
		/* It has changed its mind. */
		for (v = 0; v < f->nq && (s & 1); v++)
			fz_store(f, AVF_DB_INT, 0x800 + v * 4, off);
		fz_advance(f, step * 997u);
	}
}

/* What came with VLANs, trust and doorbells. */
static void op_device(struct fz *f)
{
	u8 s = fz_u8(f), c = fz_u8(f);
	u16 q = s >> 4 & 3;

	switch (s % 8) {
	case 0:
		fz_port_vlan(f, c & 1 ? c : fz_u16(f), s >> 4);
		break;
	case 1:
		fz_trust(f, s & 16);
		if (s & 32) {
			/* what it gained ends with the reset */
			fz_reset(f, AVF_RESET_PF);
			avf_dev_reset_done(f->dev);
		}
		break;
	case 2:
		/* another dword of a page, or another value */
		fz_store(f, (s >> 4) % 3u, (s & 128 ? 0x800 : 0) + c * 4u,
			 fz_val(f));
		break;
	case 3:
		fz_store(f, AVF_DB_RX, q * 4u, c % 80u);
		break;
	case 4:
		fz_store(f, AVF_DB_RX, 0x800 + c % 48u * 4, fz_u16(f));
		break;
	case 5:
		fz_doorbells(f);
		break;
	case 7:
		/* an enable, and then perhaps a look at those */
		fz_store(f, AVF_DB_INT, 0x800 + q * 4u,
			 c == 255 ? fz_val(f) : c & 31u);
		if (s & 64)
			fz_enables(f);
		break;
	default:
		/* a tail, and then the look of a poll loop */
		fz_store(f, AVF_DB_TX, q * 4u, s & 128 ? fz_val(f) : c % 72u);
		fz_doorbells(f);
		break;
	}
}

static void op_host(struct fz *f)
{
	static const u32 mbps[] = { 10000, 1000, 25000, 100000, 0, 4294967295u };
	u8 mac[6] = { 0x02, 0, 0, 0, 0, 0x10 };
	u8 s = fz_u8(f), got[6];
	u32 v;

	switch (s % 16) {
	case 0 ... 2:
		fz_link(f, s & 16, mbps[(s >> 5) % ARRAY_SIZE(mbps)]);
		break;
	case 3:
		mac[4] = s;
		avf_mac_set(f->dev, mac);
		avf_mac_get(f->dev, got);
		FZ_CHECK(!memcmp(mac, got, 6));
		break;
	case 4:
		fz_reset(f, (enum avf_reset)((s >> 4) % 3));
		fz_reset_verify(f, (enum avf_reset)((s >> 4) % 3));
		break;
	case 5:
		avf_dev_reset_done(f->dev);
		break;
	case 6:
		fz_impending(f);
		break;
	case 7:
		fz_cfg_wr16(f, 0x04, f->cfg[4] ^ 4);
		break;
	case 8:
		fz_rx_flush(f);
		f->on ^= 1u << (s >> 4) * 2;
		break;
	case 9:
		f->fail_dma = 1 + fz_u8(f);
		break;
	case 10:
		f->fail_mac = 1 + (s >> 4);
		break;
	case 11:
		fz_rx_flush(f);
		f->no_map ^= 1u << (fz_u8(f) & 31);
		break;
	case 12:
		f->hook_off = reg_off(f);
		f->hook_val = fz_val(f);
		f->hook_at = 1 + fz_u8(f) % 16;
		break;
	case 13:
		if (s & 0x80) {
			op_device(f);
			break;
		}
		v = 0x12345678;
		f->ctx = FZ_QUIET;
		FZ_CHECK(avf_fast_read(f->dev, reg_off(f), &v) ||
			 v == 0x12345678);
		break;
	case 14:
		/* throttle a vector, all its ways */
		for (v = 0; v < 3; v++)
			fz_wr(f, AVF_REG_ITRN + v * 64 + (s >> 6) * 4u,
			      1 + fz_u8(f));
		/* a value is a claim about queues that exist */
		f->ctx = FZ_QUIET;
		avf_tx_ready(f->dev, s >> 4);
		avf_mbx_pending(f->dev);
		break;
	default:
		fz_rx_flush(f);
		f->on = ~0u;
		f->no_map = 0;
		fz_mbx_setup(f);
		fz_resources(f, 0xbebd8cf9);
		break;
	}
}

static void op_poke(struct fz *f)
{
	u8 buf[32];
	u32 len = 1 + fz_u8(f) % 32;
	u64 at = FZ_RAM + (fz_u16(f) * 2u) % FZ_RAM_LEN;

	bytes(f, buf, len);
	fz_poke(f, at, buf, len);
}

static void op(struct fz *f)
{
	u8 s = fz_u8(f);
	u32 off;

	switch (s % 25) {
	case 0 ... 2:
		off = reg_off(f);
		fz_wr(f, off, fz_val(f));
		fz_verify(f, off);
		break;
	case 3:
		fz_rd(f, reg_off(f));
		break;
	case 4:
		op_bar(f);
		break;
	case 5:
		op_cfg(f, true);
		break;
	case 6:
		op_cfg(f, false);
		break;
	case 7:
		fz_fast_wr(f, reg_off(f), fz_val(f));
		break;
	case 8 ... 11:
		op_message(f);
		if (s >= 0x80)
			fz_take(f);
		break;
	case 12:
		op_garbage(f);
		break;
	case 13:
		fz_mbx_run(f);
		break;
	case 14:
		fz_take(f);
		break;
	case 15:
		op_tx(f);
		if (s >= 0x80)
			fz_tx_poll(f, (s >> 4) & 3, 64);
		break;
	case 16:
		fz_tx_poll(f, (s >> 5) % 5, fz_u8(f));
		break;
	case 17:
		op_tso(f);
		break;
	case 18:
		op_rx(f);
		break;
	case 19:
		fz_rx_refill(f, s >> 6, s & 32 ? 1024 : 2048);
		break;
	case 20:
		fz_advance(f, (u64)fz_u16(f) << (s >> 5));
		break;
	case 21:
		op_host(f);
		break;
	case 22:
		op_poke(f);
		break;
	case 23:
		op_busy(f);
		break;
	default:
		fz_up(f, (u16)(1 + (s >> 6) % f->nq));
		break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static struct fz f;
	u32 i, mode;

	if (len < 2)
		return 0;
	mode = data[0];
	fz_open(&f, 0, (u16)(mode & 0x80 ? 16 : 1 + (mode & 3)),
		(mode & 4 ? FZ_NO_MAP : 0) | (mode & 8 ? FZ_VMM_MSIX : 0) |
		((mode & 9) == 9 ? FZ_GSO : 0),
		data + 1, len - 1);
	if (mode & 0x10)
		fz_pci_on(&f);
	if (mode & 0x20) {
		fz_mbx_setup(&f);
		fz_resources(&f, 0xbebd8cf9);
	}
	if (mode & 0x40)
		fz_up(&f, min_t(u16, f.nq, 4));
	for (i = 0; i < OPS_MAX && fz_more(&f); i++) {
		op(&f);
		fz_after(&f);
	}
	fz_close(&f);
	return 0;
}
