// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * The BARs: dispatch over the register table of avf_regs.def, and the two
 * shortcuts for registers that drivers hit all the time.
 */
#include "avf_dev.h"

struct avf_reg;

/* Read or write element @i of register array @r. */
#define AVF_REG_RD(name)						\
	static u32 avf_reg_rd_##name(struct avf_dev *dev,		\
		const struct avf_reg *r __maybe_unused,			\
		u32 i __maybe_unused)
#define AVF_REG_WR(name)						\
	static void avf_reg_wr_##name(struct avf_dev *dev,		\
		const struct avf_reg *r __maybe_unused,			\
		u32 i __maybe_unused, u32 val)

/**
 * struct avf_reg - a line of avf_regs.def
 * @off:   offset of the first element
 * @slot:  its index in avf_dev.reg[]
 * @count: elements
 * @stride: bytes from one to the next
 * @reset: value after a reset
 * @ro:    bits a write cannot change
 * @rc:    bits a read clears
 * @vf:    a VF reset is enough to restore @reset
 * @rd:    answers a read
 * @wr:    acts on a write
 */
struct avf_reg {
	u32 off;
	u16 slot;
	u16 count;
	u16 stride;
	bool vf;
	u32 reset;
	u32 ro;
	u32 rc;
	u32 (*rd)(struct avf_dev *dev, const struct avf_reg *r, u32 i);
	void (*wr)(struct avf_dev *dev, const struct avf_reg *r, u32 i,
		   u32 val);
};

AVF_REG_RD(plain)
{
	u32 *p = &dev->reg[r->slot + i];
	u32 val = *p;

	*p &= ~r->rc;
	return val;
}

AVF_REG_WR(plain)
{
	u32 *p = &dev->reg[r->slot + i];

	*p = (*p & r->ro) | (val & ~r->ro);
}

/* ---------------------------------------------------------------- queues */

static void avf_reg_tail_write(struct avf_dev *dev, bool tx, u32 i, u32 val)
{
	/* A write during a reset belongs to the queues that are gone. */
	if (i >= dev->num_qps || READ_ONCE(dev->rstat) != AVF_RSTAT_ACTIVE)
		return;
	if (tx)
		avf_txq_tail_write(dev, (u16)i, val);
	else
		avf_rxq_tail_write(dev, (u16)i, val);
}

AVF_REG_RD(qtx_tail)
{
	return i < dev->num_qps ? avf_tail_load(dev->tx[i].tail) : 0;
}

AVF_REG_WR(qtx_tail)
{
	avf_reg_tail_write(dev, true, i, val);
}

AVF_REG_RD(qrx_tail)
{
	return i < dev->num_qps ? avf_tail_load(dev->rx[i].tail) : 0;
}

AVF_REG_WR(qrx_tail)
{
	avf_reg_tail_write(dev, false, i, val);
}

/* ------------------------------------------------------------ interrupts */

/*
 * DYN_CTLN(v), ITRN(i, v) belong to vector v + 1. A vector the device does not
 * have cannot be enabled or triggered.
 */
AVF_REG_RD(dyn_ctln)
{
	return i < dev->num_qps ? avf_int_dyn_read(dev, (u16)(i + 1)) : 0;
}

AVF_REG_WR(dyn_ctln)
{
	if (i >= dev->num_qps)
		return;
	if (avf_page_dyn_on(dev))
		avf_page_dyn_write(dev, i, val);
	else
		avf_int_dyn_write(dev, (u16)(i + 1), val, false);
}

AVF_REG_RD(itrn)
{
	return avf_int_itr_read(dev, (u16)(i % AVF_ITRN_ROW + 1),
				i / AVF_ITRN_ROW);
}

AVF_REG_WR(itrn)
{
	avf_int_itr_write(dev, (u16)(i % AVF_ITRN_ROW + 1), i / AVF_ITRN_ROW,
			  val);
}

AVF_REG_RD(itr0)
{
	return avf_int_itr_read(dev, 0, i);
}

AVF_REG_WR(itr0)
{
	avf_int_itr_write(dev, 0, i, val);
}

AVF_REG_RD(dyn_ctl0)
{
	return avf_int_dyn_read(dev, 0);
}

AVF_REG_WR(dyn_ctl0)
{
	avf_int_dyn_write(dev, 0, val, avf_mbx_unread(dev) != 0);
}

AVF_REG_RD(icr0)
{
	return avf_int_icr0_read(dev, true);
}

AVF_REG_RD(icr0_ena)
{
	return avf_int_ena_read(dev);
}

AVF_REG_WR(icr0_ena)
{
	avf_int_ena_write(dev, val & ~r->ro, avf_mbx_unread(dev) != 0);
}

/* --------------------------------------------------------------- mailbox */

AVF_REG_WR(atq_base)
{
	avf_reg_wr_plain(dev, r, i, val);
	avf_mbx_atq_setup(dev);
}

AVF_REG_WR(arq_base)
{
	avf_reg_wr_plain(dev, r, i, val);
	avf_mbx_arq_setup(dev);
}

AVF_REG_WR(atqlen)
{
	u32 old = dev->reg[r->slot + i];

	/* Linux writes the value back to clear error bits: only edges count. */
	avf_reg_wr_plain(dev, r, i, val);
	if (!((old ^ val) & AVF_AQ_LEN_ENABLE))
		return;
	if (val & AVF_AQ_LEN_ENABLE)
		avf_mbx_atq_setup(dev);
	else
		avf_dev_restart(dev);
}

AVF_REG_WR(arqlen)
{
	u32 old = dev->reg[r->slot + i];

	avf_reg_wr_plain(dev, r, i, val);
	if ((old ^ val) & AVF_AQ_LEN_ENABLE)
		avf_mbx_arq_setup(dev);
}

AVF_REG_WR(atqt)
{
	avf_reg_wr_plain(dev, r, i, val);
	avf_mbx_doorbell(dev);
}

AVF_REG_WR(arqt)
{
	avf_reg_wr_plain(dev, r, i, val);
	avf_mbx_refill(dev);
}

AVF_REG_RD(rstat)
{
	return READ_ONCE(dev->rstat);
}

/* -------------------------------------------------------------- dispatch */

#define AVF_REG_DOM_V	true
#define AVF_REG_DOM_F	false

static const struct avf_reg avf_regs[] = {
#define AVF_REG(name, off_, count_, stride_, reset_, ro_, rc_, dom, rd_, wr_) \
	{								\
		.off = (off_),						\
		.slot = AVF_SLOT_##name,				\
		.count = (count_),					\
		.stride = (stride_),					\
		.vf = AVF_REG_DOM_##dom,				\
		.reset = (reset_),					\
		.ro = (ro_),						\
		.rc = (rc_),						\
		.rd = avf_reg_rd_##rd_,					\
		.wr = avf_reg_wr_##wr_,					\
	},
#include "avf_regs.def"
#undef AVF_REG
};

/* Registers lie so far apart that each array has this much to itself. */
#define AVF_REG_BLOCK_S		10

enum avf_reg_index {
#define AVF_REG(name, ...)	AVF_INDEX_##name,
#include "avf_regs.def"
#undef AVF_REG
};

enum {
	AVF_REG_BLOCKS_OK =
#define AVF_REG(name, off, count, stride, ...)				\
	(off) % (1 << AVF_REG_BLOCK_S) + (count) * (stride) <=		\
	1 << AVF_REG_BLOCK_S &&
#include "avf_regs.def"
#undef AVF_REG
	true
};

AVF_STATIC_ASSERT(AVF_REG_BLOCKS_OK);

/* Index in avf_regs[] + 1 by block, 0 = none there. */
static const u8 avf_reg_block[AVF_BAR0_SIZE >> AVF_REG_BLOCK_S] = {
#define AVF_REG(name, off, ...)						\
	[(off) >> AVF_REG_BLOCK_S] = AVF_INDEX_##name + 1,
#include "avf_regs.def"
#undef AVF_REG
};

/* @off is inside BAR0. */
static const struct avf_reg *avf_reg_find(u32 off, u32 *i)
{
	u32 n = avf_reg_block[off >> AVF_REG_BLOCK_S];
	const struct avf_reg *r;
	u32 d;

	if (!n)
		return NULL;
	r = &avf_regs[n - 1];
	d = off - r->off;
	if (off < r->off || d >= (u32)r->count * r->stride || d % r->stride)
		return NULL;
	*i = d / r->stride;
	return r;
}

void avf_reg_reset(struct avf_dev *dev, bool all)
{
	u32 n;
	u32 i;

	for (n = 0; n < ARRAY_SIZE(avf_regs); n++) {
		const struct avf_reg *r = &avf_regs[n];

		if (!all && !r->vf)
			continue;
		for (i = 0; i < r->count; i++) {
			dev->reg[r->slot + i] = r->reset;
			/* RSTAT and the vectors are reset by their owners. */
			if (r->slot != AVF_SLOT_RSTAT &&
			    r->slot != AVF_SLOT_DYN_CTLN)
				avf_page_put(dev, r->off + i * r->stride,
					     r->reset);
		}
	}
}

static inline u32 avf_reg_rd(struct avf_dev *dev, u32 off)
{
	const struct avf_reg *r;
	u32 i;

	r = avf_reg_find(off, &i);
	return r ? r->rd(dev, r, i) : 0;
}

u32 avf_reg_peek(struct avf_dev *dev, u32 off)
{
	const struct avf_reg *r;
	u32 i;

	r = avf_reg_find(off, &i);
	if (!r)
		return 0;
	/* The only one that a read clears. */
	return r->rc ? avf_int_icr0_read(dev, false) : r->rd(dev, r, i);
}

static inline void avf_reg_wr(struct avf_dev *dev, u32 off, u32 val)
{
	const struct avf_reg *r;
	u32 i;

	r = avf_reg_find(off, &i);
	if (r)
		r->wr(dev, r, i, val);
}

u32 avf_reg_read(struct avf_dev *dev, u32 off)
{
	return avf_reg_rd(dev, off);
}

void avf_reg_write(struct avf_dev *dev, u32 off, u32 val)
{
	avf_reg_wr(dev, off, val);
}

u32 avf_reg_ro(u32 off)
{
	const struct avf_reg *r;
	u32 i;

	r = avf_reg_find(off, &i);
	return r ? r->ro : ~0u;
}

static u32 avf_bar_read_dword(struct avf_dev *dev, u32 bar, u32 off)
{
	if (bar == 3)
		return avf_msix_read(dev, off);
	if (avf_page_on(dev))
		return avf_page_read(dev, off);
	return avf_reg_rd(dev, off);
}

static u32 avf_bar_size(u32 bar)
{
	switch (bar) {
	case 0:
		return AVF_BAR0_SIZE;
	case 3:
		return AVF_BAR3_SIZE;
	default:
		return 0;
	}
}

void avf_bar_read(struct avf_dev *dev, u32 bar, u32 off, void *buf, u32 len)
{
	u32 size = avf_bar_size(bar);
	u8 *p = buf;
	u32 val = 0;
	__le32 dw;
	u32 i;

	memset(buf, 0xFF, len);
	if (off >= size || !READ_ONCE(dev->mem_on))
		return;

	if (len == sizeof(dw) && !(off & 3)) {
		dw = cpu_to_le32(avf_bar_read_dword(dev, bar, off));
		memcpy(buf, &dw, sizeof(dw));
		return;
	}
	len = min_t(u32, len, size - off);
	for (i = 0; i < len; i++) {
		u32 pos = off + i;

		/* Each dword once: reading can have a side effect. */
		if (!i || !(pos & 3))
			val = avf_bar_read_dword(dev, bar, pos & ~3u);
		p[i] = (u8)(val >> 8 * (pos & 3));
	}
}

void avf_bar_write(struct avf_dev *dev, u32 bar, u32 off, const void *buf,
		   u32 len)
{
	const u8 *p = buf;
	__le32 dw;
	u32 i;

	if ((off & 3) || off >= avf_bar_size(bar) || !READ_ONCE(dev->mem_on))
		return;

	if (bar == 3) {
		/* PCI allows dwords and quadwords in the table. */
		if (len & 3)
			return;
		len = min_t(u32, len, AVF_BAR3_SIZE - off);
		for (i = 0; i < len; i += 4) {
			memcpy(&dw, p + i, sizeof(dw));
			avf_msix_write(dev, off + i, le32_to_cpu(dw));
		}
		return;
	}

	if (len != 4)
		return;
	memcpy(&dw, p, sizeof(dw));
	if (avf_page_on(dev))
		avf_page_write(dev, off, le32_to_cpu(dw));
	else
		avf_reg_wr(dev, off, le32_to_cpu(dw));
}

/* ------------------------------------------------------------ fast paths */

/* Index of the dword at @off in the register array at @first. */
static bool avf_fast_hit(u32 off, u32 first, u32 count, u32 *i)
{
	*i = (off - first) / 4;
	return off >= first && *i < count;
}

bool avf_fast_write(struct avf_dev *dev, u32 off, u32 val)
{
	u32 i;

	if (!READ_ONCE(dev->mem_on))
		return true;
	if (off & 3)
		return false;

	if (avf_fast_hit(off, AVF_REG_QTX_TAIL, AVF_MAX_QPS, &i))
		avf_reg_tail_write(dev, true, i, val);
	else if (avf_fast_hit(off, AVF_REG_QRX_TAIL, AVF_MAX_QPS, &i))
		avf_reg_tail_write(dev, false, i, val);
	else if (avf_fast_hit(off, AVF_REG_DYN_CTLN, AVF_MAX_QPS, &i) &&
		 !avf_page_on(dev))
		avf_reg_wr_dyn_ctln(dev, NULL, i, val);
	else if (avf_fast_hit(off, AVF_REG_ITRN, 3 * AVF_ITRN_ROW, &i))
		avf_reg_wr_itrn(dev, NULL, i, val);
	else
		return false;
	return true;
}

bool avf_fast_read(struct avf_dev *dev, u32 off, u32 *val)
{
	if (off != AVF_REG_RSTAT || !READ_ONCE(dev->mem_on))
		return false;
	*val = READ_ONCE(dev->rstat);
	return true;
}
