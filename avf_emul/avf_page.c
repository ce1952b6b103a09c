// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Registers in memory: all of BAR0 for a driver whose accesses nobody passes on.
 * It loads and stores, and the model looks.
 *
 * The model's own copy of a register (dev->reg, dev->intr) stays the truth; it
 * is never read back from memory but as a store of the driver's. @seen is what
 * a register's dword held when the model handled it last, so what differs was
 * stored since, and is handled as if it had been written through the BAR:
 *
 * - The mailbox registers belong together. Their values are collected until two
 *   looks in a row agree, and handled in the order in which drivers store them,
 *   tails last: nothing acts on a tail with another ring's address.
 * - A store of the value that is there already can mean something: an interrupt
 *   enabled again, a ring set up anew. Such a register gets a reserved bit set
 *   when it is handled (AVF_SEEN_*), which no driver stores.
 * - It is marked as seen first and handled then, in one step that fails if the
 *   driver has stored again. What it stores because of what was done is a store
 *   like any other.
 * - What the model changes itself is stored in the same way: a store of the
 *   driver's that came in between stays, and is handled later.
 *
 * The pages of the tails are the same memory as ever and have nothing to do with
 * any of this. That of DYN_CTLN can be there without the others, for a guest whose
 * VMM maps it; such a store is looked for whenever the vector has a cause, too.
 */
#include "avf_dev.h"

/* Looks at the mailbox registers before a driver that never rests has to wait. */
#define AVF_PAGE_TRIES		16

/**
 * struct avf_page_reg - a register that something happens to when it is stored
 * @off:   where it is
 * @slot:  its index in avf_pages.seen[]
 * @watch: looked at all the time; what is not is stored before something that is
 * @seen:  AVF_SEEN_*
 */
struct avf_page_reg {
	u16 off;
	u16 slot;
	bool watch;
	u32 seen;
};

#define AVF_PAGE_REG(name, i, watch_, seen_)				\
	{								\
		.off = AVF_REG_##name + 4 * (i),			\
		.slot = AVF_SLOT_##name + (i),				\
		.watch = (watch_),					\
		.seen = (seen_),					\
	}

/* In the order in which they are handled. */
static const struct avf_page_reg avf_page_regs[] = {
	AVF_PAGE_REG(ATQH, 0, false, 0),
	AVF_PAGE_REG(ATQLEN, 0, true, AVF_SEEN_LEN),
	AVF_PAGE_REG(ATQBAL, 0, false, 0),
	AVF_PAGE_REG(ATQBAH, 0, false, 0),
	AVF_PAGE_REG(ARQH, 0, false, 0),
	AVF_PAGE_REG(ARQLEN, 0, true, AVF_SEEN_LEN),
	AVF_PAGE_REG(ARQBAL, 0, false, 0),
	AVF_PAGE_REG(ARQBAH, 0, false, 0),
	AVF_PAGE_REG(ARQT, 0, true, 0),
	AVF_PAGE_REG(ATQT, 0, true, 0),
	AVF_PAGE_REG(ITR0, 0, false, 0),
	AVF_PAGE_REG(ITR0, 1, false, 0),
	AVF_PAGE_REG(ITR0, 2, false, 0),
	AVF_PAGE_REG(ICR0_ENA, 0, true, AVF_SEEN_ENA),
	AVF_PAGE_REG(DYN_CTL0, 0, true, AVF_SEEN_DYN),
};

/* Those that nothing happens to: memory, and no more. */
static const struct {
	u16 off;
	u16 count;
} avf_page_plain[] = {
	{ AVF_REG_STAT_CTL0, 1 },
	{ AVF_REG_HENA, 2 },
	{ AVF_REG_HKEY, 13 },
	{ AVF_REG_HLUT, 16 },
};

/* Where the dword at @off is; NULL where there is no memory for it. */
static __le32 *avf_page_at(const struct avf_dev *dev, u32 off)
{
	u32 nr = off / AVF_PAGE_SIZE;
	__le32 *page;

	if (nr >= AVF_BAR0_PAGES)
		return NULL;
	page = dev->pages.page[nr];
	return page ? page + off % AVF_PAGE_SIZE / 4 : NULL;
}

static u32 avf_page_load(const struct avf_dev *dev, u32 off)
{
	return le32_to_cpu(avf_load_acquire(avf_page_at(dev, off)));
}

static void avf_page_store(struct avf_dev *dev, u32 off, u32 val)
{
	avf_store_release(avf_page_at(dev, off), cpu_to_le32(val));
}

static const struct avf_page_reg *avf_page_find(u32 off)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(avf_page_regs); i++)
		if (avf_page_regs[i].off == off)
			return &avf_page_regs[i];
	return NULL;
}

static bool avf_page_is_plain(u32 off)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(avf_page_plain); i++)
		if (off >= avf_page_plain[i].off &&
		    off < avf_page_plain[i].off + 4u * avf_page_plain[i].count)
			return true;
	return false;
}

static u32 avf_page_dyn_off(u32 i)
{
	return AVF_REG_DYN_CTLN + 4 * i;
}

static bool avf_page_is_dyn(u32 off)
{
	return off >= AVF_REG_DYN_CTLN &&
	       off < avf_page_dyn_off(AVF_MAX_QPS) && off % 4 == 0;
}

static u32 avf_page_seen(const struct avf_dev *dev, u32 slot)
{
	return READ_ONCE(dev->pages.seen[slot]);
}

static void avf_page_set_seen(struct avf_dev *dev, u32 slot, u32 val)
{
	WRITE_ONCE(dev->pages.seen[slot], val);
}

/* ------------------------------------------------------ what the model says */

/* Store it, whatever the driver has stored. */
static void avf_page_force(struct avf_dev *dev, u32 off, u32 slot, u32 val)
{
	avf_page_store(dev, off, val);
	avf_page_set_seen(dev, slot, val);
}

void avf_page_fill_dyn(struct avf_dev *dev)
{
	u32 i;

	avf_assert_locked(&dev->int_lock);
	for (i = 0; i < AVF_MAX_QPS; i++)
		avf_page_force(dev, avf_page_dyn_off(i), AVF_SLOT_DYN_CTLN + i,
			       avf_int_dyn_val(dev, (u16)(i + 1)) |
			       AVF_SEEN_DYN);
}

static void avf_page_fill_all(struct avf_dev *dev)
{
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(avf_page_regs); i++) {
		const struct avf_page_reg *r = &avf_page_regs[i];

		avf_page_force(dev, r->off, r->slot,
			       avf_reg_read(dev, r->off) | r->seen);
	}
	for (i = 0; i < ARRAY_SIZE(avf_page_plain); i++)
		for (k = 0; k < avf_page_plain[i].count; k++)
			avf_page_store(dev, avf_page_plain[i].off + 4 * k,
				       avf_reg_read(dev, avf_page_plain[i].off +
							 4 * k));
	avf_page_store(dev, AVF_REG_RSTAT, READ_ONCE(dev->rstat));
	/* DPDK without interrupts looks for messages if it reads this. */
	avf_page_store(dev, AVF_REG_ICR0, AVF_ICR0_ADMINQ);
}

void avf_page_fill(struct avf_dev *dev)
{
	if (avf_page_on(dev))
		avf_page_fill_all(dev);
	if (!avf_page_dyn_on(dev))
		return;
	avf_lock(&dev->int_lock);
	avf_page_fill_dyn(dev);
	avf_unlock(&dev->int_lock);
}

void avf_page_do_put(struct avf_dev *dev, u32 off, u32 val)
{
	const struct avf_page_reg *r = avf_page_find(off);
	u32 old;

	if (!r) {
		if (avf_page_is_plain(off) || off == AVF_REG_RSTAT)
			avf_page_store(dev, off, val);
		return;
	}

	old = avf_page_seen(dev, r->slot);
	if (avf_cmpxchg(avf_page_at(dev, off), cpu_to_le32(old),
			cpu_to_le32(val | r->seen)))
		avf_page_set_seen(dev, r->slot, val | r->seen);
}

/* ----------------------------------------------------- what the driver says */

bool avf_page_is_stale(const struct avf_dev *dev, u32 off)
{
	const struct avf_page_reg *r = avf_page_find(off);

	return r && avf_page_load(dev, off) != avf_page_seen(dev, r->slot);
}

/*
 * Mark the driver's store of @val as seen: from now on it reads as @ack. False:
 * it has stored again. The caller handles @val after that, not before.
 */
static bool avf_page_take(struct avf_dev *dev, u32 off, u32 slot, u32 val,
			  u32 ack)
{
	if (ack != val && !avf_cmpxchg(avf_page_at(dev, off), cpu_to_le32(val),
				       cpu_to_le32(ack)))
		return false;
	avf_page_set_seen(dev, slot, ack);
	return true;
}

/*
 * A ring's length was stored: with ENABLE, a new ring begins at 0, also where
 * the driver never was seen to disable the old one. Its tail counts even if the
 * old ring had the same.
 */
static void avf_page_len(struct avf_dev *dev, const struct avf_page_reg *r,
			 u32 val, u32 head, enum avf_reg_slot head_slot,
			 enum avf_reg_slot tail_slot)
{
	if (val & AVF_AQ_LEN_ENABLE) {
		if (dev->reg[r->slot] & AVF_AQ_LEN_ENABLE)
			avf_reg_write(dev, r->off, 0);
		avf_reg_write(dev, head, 0);
		avf_page_force(dev, head, head_slot, 0);
		avf_page_set_seen(dev, tail_slot, AVF_TAIL_NONE);
	}
	avf_reg_write(dev, r->off, val);
}

static void avf_page_handle(struct avf_dev *dev, const struct avf_page_reg *r,
			    u32 val)
{
	switch (r->off) {
	case AVF_REG_ATQH:
		/*
		 * The driver gives a ring up, or sets one up, and the tail may
		 * not fit this head yet. It ends with the length.
		 */
		dev->mbx.held = true;
		avf_reg_write(dev, r->off, val);
		break;
	case AVF_REG_ATQLEN:
		dev->mbx.held = false;
		avf_page_len(dev, r, val, AVF_REG_ATQH, AVF_SLOT_ATQH,
			     AVF_SLOT_ATQT);
		break;
	case AVF_REG_ARQLEN:
		avf_page_len(dev, r, val, AVF_REG_ARQH, AVF_SLOT_ARQH,
			     AVF_SLOT_ARQT);
		break;
	default:
		avf_reg_write(dev, r->off, val);
		break;
	}
}

/* Returns false when the driver stores while we look: look again. */
static bool avf_page_pass(struct avf_dev *dev)
{
	u32 val[ARRAY_SIZE(avf_page_regs)];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(avf_page_regs); i++)
		val[i] = avf_page_load(dev, avf_page_regs[i].off);
	for (i = 0; i < ARRAY_SIZE(avf_page_regs); i++)
		if (avf_page_load(dev, avf_page_regs[i].off) != val[i])
			return false;

	for (i = 0; i < ARRAY_SIZE(avf_page_regs); i++) {
		const struct avf_page_reg *r = &avf_page_regs[i];

		if (val[i] == avf_page_seen(dev, r->slot))
			continue;
		if (!avf_page_take(dev, r->off, r->slot, val[i],
				   (val[i] & ~avf_reg_ro(r->off)) | r->seen))
			return false;
		avf_page_handle(dev, r, val[i]);
	}
	return true;
}

static void avf_page_keep(struct avf_dev *dev, u32 off, u32 count)
{
	for (; count; count--, off += 4)
		avf_reg_write(dev, off, avf_page_load(dev, off));
}

void avf_page_sync(struct avf_dev *dev)
{
	u32 i;

	if (!avf_page_on(dev) || !READ_ONCE(dev->mem_on))
		return;

	for (i = 0; i < AVF_PAGE_TRIES; i++)
		if (avf_page_pass(dev))
			break;
	avf_page_irqs(dev);
	for (i = 0; i < ARRAY_SIZE(avf_page_plain); i++)
		avf_page_keep(dev, avf_page_plain[i].off,
			      avf_page_plain[i].count);

	/* Read-only, but for who writes to memory. */
	if (avf_page_load(dev, AVF_REG_RSTAT) != READ_ONCE(dev->rstat))
		avf_page_store(dev, AVF_REG_RSTAT, READ_ONCE(dev->rstat));
	if (avf_page_load(dev, AVF_REG_ICR0) != AVF_ICR0_ADMINQ)
		avf_page_store(dev, AVF_REG_ICR0, AVF_ICR0_ADMINQ);
}

static u32 avf_page_dyn_ack(u32 val)
{
	return (val & (AVF_DYN_KEEP | AVF_DYN_INTENA)) | AVF_SEEN_DYN;
}

void avf_page_irq(struct avf_dev *dev, u32 i)
{
	u32 slot = AVF_SLOT_DYN_CTLN + i;
	u32 off = avf_page_dyn_off(i);
	u32 val;

	avf_assert_locked(&dev->int_lock);
	if (!READ_ONCE(dev->mem_on))
		return;
	val = avf_page_load(dev, off);
	if (val != avf_page_seen(dev, slot) &&
	    avf_page_take(dev, off, slot, val, avf_page_dyn_ack(val)))
		avf_int_dyn_set(dev, (u16)(i + 1), val, false);
}

void avf_page_dyn_write(struct avf_dev *dev, u32 i, u32 val)
{
	avf_lock(&dev->int_lock);
	/* What was stored before comes before. */
	avf_page_irq(dev, i);
	avf_page_force(dev, avf_page_dyn_off(i), AVF_SLOT_DYN_CTLN + i,
		       avf_page_dyn_ack(val));
	avf_int_dyn_set(dev, (u16)(i + 1), val, false);
	avf_unlock(&dev->int_lock);
}

void avf_page_irqs(struct avf_dev *dev)
{
	u32 i;

	if (!avf_page_dyn_on(dev) || !READ_ONCE(dev->mem_on))
		return;

	for (i = 0; i < dev->num_qps; i++) {
		if (avf_page_load(dev, avf_page_dyn_off(i)) ==
		    avf_page_seen(dev, AVF_SLOT_DYN_CTLN + i))
			continue;
		avf_lock(&dev->int_lock);
		avf_page_irq(dev, i);
		avf_unlock(&dev->int_lock);
	}
}

u32 avf_page_pending(const struct avf_dev *dev)
{
	u32 pending = 0;
	u32 i;

	if (!avf_page_dyn_on(dev) || !READ_ONCE(dev->mem_on))
		return 0;

	for (i = 0; avf_page_on(dev) && i < ARRAY_SIZE(avf_page_regs); i++) {
		const struct avf_page_reg *r = &avf_page_regs[i];

		if (r->watch &&
		    avf_page_load(dev, r->off) != avf_page_seen(dev, r->slot))
			pending |= AVF_PAGE_CTL;
	}
	for (i = 0; i < dev->num_qps; i++)
		if (avf_page_load(dev, avf_page_dyn_off(i)) !=
		    avf_page_seen(dev, AVF_SLOT_DYN_CTLN + i))
			pending |= AVF_PAGE_IRQ;
	if (dev->hw && avf_hw_tails_pending(dev))
		pending |= AVF_PAGE_TAIL;
	return pending;
}

/* ------------------------------------------------------------ both together */

u32 avf_page_read(struct avf_dev *dev, u32 off)
{
	avf_page_sync(dev);
	return avf_reg_read(dev, off);
}

void avf_page_write(struct avf_dev *dev, u32 off, u32 val)
{
	/* What the driver stored before comes before; then a store like those. */
	avf_page_sync(dev);
	if (!avf_page_at(dev, off)) {
		/* A doorbell, or nothing. */
		avf_reg_write(dev, off, val);
	} else if (avf_page_is_plain(off) || avf_page_is_dyn(off) ||
		   avf_page_find(off)) {
		avf_page_store(dev, off, val);
		avf_page_sync(dev);
	}
}

/* -------------------------------------------------------------------- life */

/* Pages that registers lie in. */
static bool avf_page_needed(u32 nr)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(avf_page_regs); i++)
		if (avf_page_regs[i].off / AVF_PAGE_SIZE == nr)
			return true;
	for (i = 0; i < ARRAY_SIZE(avf_page_plain); i++)
		if (avf_page_plain[i].off / AVF_PAGE_SIZE == nr)
			return true;
	return nr == AVF_REG_DYN_CTLN / AVF_PAGE_SIZE ||
	       nr == AVF_REG_RSTAT / AVF_PAGE_SIZE ||
	       nr == AVF_REG_ICR0 / AVF_PAGE_SIZE;
}

void avf_page_attach(struct avf_dev *dev, void *const page[AVF_BAR0_PAGES])
{
	u32 nr;

	for (nr = 0; nr < AVF_BAR0_PAGES; nr++)
		if (nr != AVF_PAGE_INT || !dev->doorbell[AVF_DB_INT])
			dev->pages.page[nr] = avf_page_needed(nr) ? page[nr] :
								    NULL;
	dev->mbx.held = false;
	/* Before anybody looks: what they hold now was not stored by a driver. */
	avf_page_fill_all(dev);
	avf_lock(&dev->int_lock);
	avf_page_fill_dyn(dev);
	avf_store_release(&dev->pages.dyn, true);
	avf_unlock(&dev->int_lock);
	avf_store_release(&dev->pages.on, true);
}

void avf_page_detach(struct avf_dev *dev)
{
	avf_store_release(&dev->pages.on, false);
	/* Once we have the lock nobody who looks under it sees the page. */
	avf_lock(&dev->int_lock);
	avf_store_release(&dev->pages.dyn, !!dev->doorbell[AVF_DB_INT]);
	avf_unlock(&dev->int_lock);
	dev->mbx.held = false;
}
