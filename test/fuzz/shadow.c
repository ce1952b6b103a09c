// SPDX-License-Identifier: GPL-2.0
/*
 * What the driver has done so far, seen from outside: registers, vectors,
 * queues that may run. It says what the device must read back, and what it may
 * do of its own accord.
 */
#include "host.h"

/* A queue may be running that the monitor has not seen enabled; no longer. */
void fz_queues_off(struct fz *f)
{
	f->tx_on = 0;
	f->rx_on = 0;
}

static void vectors_reset(struct fz *f)
{
	u32 i;

	for (i = 0; i < AVF_MAX_VECTORS; i++) {
		bool masked = f->vec[i].masked;

		memset(&f->vec[i], 0, sizeof(f->vec[i]));
		f->vec[i].masked = masked;
	}
}

static const struct {
	u32 off;
	u32 count;
	u32 stride;
	u32 reset;
	u32 ro;
	u16 slot;
	bool vf;
	bool plain;
} regs[] = {
#define FZ_DOM_V	true
#define FZ_DOM_F	false
#define AVF_REG(name, off_, count_, stride_, reset_, ro_, rc_, dom, rd, wr) \
	{								\
		.off = (off_), .count = (count_), .stride = (stride_),	\
		.reset = (reset_), .ro = (ro_), .slot = FZ_##name,	\
		.vf = FZ_DOM_##dom, .plain = #rd[0] == 'p',		\
	},
#include "avf_regs.def"
#undef AVF_REG
};

/* Index of the shadow of the register at @off, and its table line. */
static bool reg_find(u32 off, u32 *line, u32 *i)
{
	u32 n;

	for (n = 0; n < ARRAY_SIZE(regs); n++) {
		u32 d = off - regs[n].off;

		if (off >= regs[n].off && d < regs[n].count * regs[n].stride &&
		    d % regs[n].stride == 0) {
			*line = n;
			*i = d / regs[n].stride;
			return true;
		}
	}
	return false;
}

/* Positions in the mailbox rings are moved by the device too. */
static bool reg_ours(u32 slot)
{
	return slot != FZ_ATQH && slot != FZ_ARQH;
}

static void regs_reset(struct fz *f, bool all)
{
	u32 n, i;

	for (n = 0; n < ARRAY_SIZE(regs); n++)
		for (i = 0; i < regs[n].count; i++)
			if (all || regs[n].vf)
				f->reg[regs[n].slot + i] = regs[n].reset;
}

/* What a reset means to everything the driver did. */
void fz_shadow_reset(struct fz *f, bool all)
{
	fz_queues_off(f);
	vectors_reset(f);
	regs_reset(f, all);
	f->arq_open = false;
	memset(f->txr, 0, sizeof(f->txr));
	memset(f->rxr, 0, sizeof(f->rxr));
	if (all) {
		u32 i;

		cfgref_reset(f->cfg, (u16)(f->nq + 1));
		for (i = 0; i < AVF_MAX_VECTORS; i++)
			f->vec[i].masked = true;
	}
	fz_all_back(f);
}

/* G7, G2: the host has everything back. */
void fz_all_back(const struct fz *f)
{
	FZ_CHECK(!f->nmac);
	FZ_CHECK(!f->nvlan && !f->vlan_filter);
	FZ_CHECK(!f->uc && !f->mc);
	FZ_CHECK(!f->traffic);
}

bool fz_msix_masked(const struct fz *f, u16 vec)
{
	if (f->params.flags & AVF_PARAM_VMM_MSIX)
		return false;
	return f->cfg[0x73] & 0x40 || f->vec[vec].masked;
}

/* A vector that is enabled while masked may have fired into the PBA. */
void fz_note_pending(struct fz *f)
{
	u16 i;

	if (f->params.flags & AVF_PARAM_VMM_MSIX)
		return;
	for (i = 0; i <= f->nq; i++)
		if (f->vec[i].ena && fz_msix_masked(f, i)) {
			f->vec[i].pend = true;
			/* when, nobody knows: no interval can be judged */
			f->vec[i].fired = false;
		}
}

/* Vector @vec's control register is written. */
static void shadow_dyn(struct fz *f, u32 vec, u32 val)
{
	struct fz_vec *v;
	u32 itr = (val >> AVF_DYN_ITR_S) & 3;

	if (vec > f->nq)
		return;
	v = &f->vec[vec];
	if (v->ena && fz_msix_masked(f, (u16)vec) &&
	    !(f->params.flags & AVF_PARAM_VMM_MSIX))
		v->pend = true;
	if (!(val & AVF_DYN_INTENA_MSK))
		v->ena = val & AVF_DYN_INTENA;
	if (itr != 3)
		v->itr[itr] = (val >> AVF_DYN_INTERVAL_S) & 0xfff;
	if (val & AVF_DYN_SWINT) {
		itr = val & AVF_DYN_SW_ITR_ENA ?
		      (val >> AVF_DYN_SW_ITR_S) & 3 : 3;
		if (itr == 3)
			v->now = true;
		else
			v->idx |= (u8)(1u << itr);
	}
}

/* What the page of enables reads for vector @vec, once the model has seen @val. */
static u32 dyn_ack(u32 val)
{
	return (val & 0x4701fff9) | AVF_SEEN_DYN;
}

static u32 dyn_page(const struct fz *f, u16 vec)
{
	__le32 le;

	memcpy(&le, (u8 *)f->params.doorbell[AVF_DB_INT] + 0x800 +
	       4 * (vec - 1), sizeof(le));
	return le32_to_cpu(le);
}

void fz_dyn_look(struct fz *f, u16 vec)
{
	struct fz_vec *v = &f->vec[vec];
	u32 is;

	if (!v->stored)
		return;
	is = dyn_page(f, vec);
	if (is == v->val)
		return;
	v->stored = false;
	/* In a reset it is lost; what is enabled then, vectors_reset() says. */
	if (f->resetting && is == AVF_SEEN_DYN)
		return;
	FZ_CHECK(is == dyn_ack(v->val));
	shadow_dyn(f, vec, v->val);
}

void fz_dyn_written(struct fz *f, u32 off, u32 val)
{
	u32 i = (off - AVF_REG_DYN_CTLN) / 4;

	if (!f->params.doorbell[AVF_DB_INT] || off < AVF_REG_DYN_CTLN ||
	    off % 4 || i >= f->nq)
		return;
	FZ_CHECK(dyn_page(f, (u16)(i + 1)) == dyn_ack(val));
}

/* An aligned dword of BAR0 is about to be written. */
void fz_shadow_write(struct fz *f, u32 off, u32 val)
{
	u32 n, i, slot;

	if (!reg_find(off, &n, &i))
		return;
	slot = regs[n].slot + i;
	if (regs[n].plain)
		f->reg[slot] = (f->reg[slot] & regs[n].ro) |
			       (val & ~regs[n].ro);
	if (regs[n].off == AVF_REG_DYN_CTL0) {
		shadow_dyn(f, 0, val);
	} else if (regs[n].off == AVF_REG_DYN_CTLN) {
		/* What was stored comes before what is written. */
		if (i < f->nq && f->vec[i + 1].stored) {
			f->vec[i + 1].stored = false;
			shadow_dyn(f, i + 1, f->vec[i + 1].val);
		}
		shadow_dyn(f, i + 1, val);
	} else if (regs[n].off == AVF_REG_ITR0) {
		f->vec[0].itr[i] = val & 0xfff;
	} else if (regs[n].off == AVF_REG_ITRN) {
		f->vec[i % 16 + 1].itr[i / 16] = val & 0xfff;
	}
}

/* Compare a register with its shadow; not the one whose read clears. */
void fz_shadow_verify(struct fz *f, u32 off)
{
	u32 n, i;

	if (!fz_mem_on(f) || !reg_find(off, &n, &i) || !regs[n].plain ||
	    !reg_ours(regs[n].slot + i))
		return;
	FZ_CHECK(fz_rd(f, off) == f->reg[regs[n].slot + i]);
}

/* After a reset: what every register reads. */
void fz_reset_verify(struct fz *f, enum avf_reset kind)
{
	u32 n, i, off;

	if (!fz_mem_on(f))
		return;
	FZ_CHECK(fz_rd(f, AVF_REG_RSTAT) ==
		 (kind == AVF_RESET_PF ? AVF_RSTAT_IN_PROGRESS :
					 AVF_RSTAT_ACTIVE));
	for (i = 0; f->params.doorbell[AVF_DB_INT] && i < AVF_MAX_QPS; i++)
		FZ_CHECK(dyn_page(f, (u16)(i + 1)) == AVF_SEEN_DYN);
	for (n = 0; n < ARRAY_SIZE(regs); n++) {
		for (i = 0; i < regs[n].count; i++) {
			off = regs[n].off + i * regs[n].stride;
			if (regs[n].vf)
				FZ_CHECK(fz_rd(f, off) == regs[n].reset);
			else
				fz_shadow_verify(f, off);
		}
	}
}
