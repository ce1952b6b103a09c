// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Interrupt causes, enables and throttling (device contract 2.3 and 6).
 *
 * A cause is latched per vector and fires when INTENA is set and the interval
 * of its ITR index has passed since the vector fired last. Firing clears
 * INTENA, so a driver that has not looked yet is not asked twice.
 *
 * Causes of Tx queues may wait for company, for a while and as long as they are
 * few (avf_int_tx_delay()): Linux cleans both rings in one poll, and what the
 * completion of a lone frame holds up is small. It is not nothing: until then its
 * bytes count against its socket and against the queue (BQL), which at worst
 * takes no more. Hence limits in time, in bytes, and of the ring; they become
 * causes like others when one is reached.
 *
 * No race loses a cause: latching it and enabling the vector both happen under
 * the interrupt lock, so whichever comes second sees the other.
 */
#include "avf_dev.h"

/* Bytes whose completions may wait; less than TCP lets a socket have in a queue. */
#define AVF_INT_SENT_MAX	(16u << 10)

/* Where ITRN(@idx, @vec - 1) is, in BAR0's page 2. */
static __le32 *avf_int_itrn(const struct avf_dev *dev, u16 vec, u32 idx)
{
	return dev->doorbell[AVF_DB_RX] + AVF_REG_ITRN % AVF_PAGE_SIZE / 4 +
	       idx * AVF_ITRN_ROW + vec - 1;
}

/* Interval @idx of vector @vec, in units of AVF_ITR_UNIT_NS. int_lock held. */
static u32 avf_int_itr(const struct avf_dev *dev, u16 vec, u32 idx)
{
	/* Other vectors' intervals are memory that the driver may write. */
	if (vec)
		return le32_to_cpu(READ_ONCE(*avf_int_itrn(dev, vec, idx))) &
		       AVF_ITR_M;
	return dev->intr.itr0[idx];
}

static void avf_int_itr_set(struct avf_dev *dev, u16 vec, u32 idx, u32 val)
{
	val &= AVF_ITR_M;
	if (vec)
		WRITE_ONCE(*avf_int_itrn(dev, vec, idx), cpu_to_le32(val));
	else
		dev->intr.itr0[idx] = (u16)val;
}

/* When the soonest of the causes in @mask may fire; 0 = now. */
static u64 avf_int_deadline(const struct avf_dev *dev, u16 vec, u32 mask)
{
	const struct avf_vec *v = &dev->intr.vec[vec];
	u64 min = 0;
	u32 i;

	if (!v->fired || (mask & (1u << AVF_DYN_ITR_NONE)))
		return 0;

	for (i = 0; i < AVF_DYN_ITR_NONE; i++) {
		u32 itr = avf_int_itr(dev, vec, i);
		u64 at = v->last_ns + (u64)itr * AVF_ITR_UNIT_NS;

		if (!(mask & (1u << i)))
			continue;
		if (!itr)
			return 0;
		if (!min || at < min)
			min = at;
	}
	return min;
}

static void avf_int_arm(struct avf_dev *dev, u64 deadline)
{
	struct avf_intr *in = &dev->intr;

	if (!in->timer_ns || deadline < in->timer_ns) {
		in->timer_ns = deadline;
		dev->ops->timer_arm(dev->host, deadline);
	}
}

/* @vec has the causes in @mask, or some that wait, and is enabled. */
static noinline void avf_int_due(struct avf_dev *dev, u16 vec, u32 mask)
{
	struct avf_intr *in = &dev->intr;
	struct avf_vec *v = &in->vec[vec];
	u64 deadline;
	u64 now;

	if (!avf_msix_ready(dev))
		return;

	now = dev->ops->now_ns(dev->host);
	if (v->late && v->late_ns <= now)
		mask |= v->late;
	if (!mask) {
		avf_int_arm(dev, v->late_ns);
		return;
	}
	deadline = avf_int_deadline(dev, vec, mask);
	if (deadline > now) {
		avf_int_arm(dev, deadline);
		return;
	}

	v->enabled = false;
	v->cause = 0;
	v->late = 0;
	v->sent = 0;
	v->sent_bytes = 0;
	v->fired = true;
	v->last_ns = now;
	if (!vec)
		in->mbx = false;
	avf_msix_send(dev, vec);
}

/* Fire @vec, or have the timer look again, or leave it. int_lock held. */
static inline void avf_int_eval(struct avf_dev *dev, u16 vec)
{
	const struct avf_vec *v = &dev->intr.vec[vec];
	u32 mask = v->cause;

	if (!vec && dev->intr.mbx && (dev->intr.icr0_ena & AVF_ICR0_ADMINQ))
		mask |= 1u << AVF_DYN_ITR_NONE;
	if ((mask | v->late) && v->enabled)
		avf_int_due(dev, vec, mask);
}

/*
 * What the driver has stored for @vec comes before what is about to happen: an
 * enable that nobody has been told of, or a disable, after which there shall be
 * no interrupt. int_lock held.
 */
static inline void avf_int_look(struct avf_dev *dev, u16 vec)
{
	if (vec && avf_page_dyn_on(dev))
		avf_page_irq(dev, vec - 1u);
}

void avf_int_cause(struct avf_dev *dev, u16 vec, u8 itr)
{
	struct avf_vec *v;

	/* Vector 0 is the mailbox's alone. */
	if (!vec || vec >= avf_dev_vectors(dev))
		return;

	/*
	 * The descriptor must be visible before INTENA is judged: else the
	 * driver could miss it in its last poll and we its enable (6.3).
	 */
	avf_mb();
	avf_lock(&dev->int_lock);
	avf_int_look(dev, vec);
	v = &dev->intr.vec[vec];
	v->cause = (u8)(v->cause | 1u << (itr & AVF_DYN_ITR_M));
	avf_int_eval(dev, vec);
	avf_unlock(&dev->int_lock);
}

void avf_int_sent(struct avf_dev *dev, const struct avf_txq *q, u32 n,
		  u32 bytes)
{
	u32 delay = READ_ONCE(dev->tx_delay_ns);
	u16 vec = READ_ONCE(q->vec);
	u32 itr = READ_ONCE(q->itr) & AVF_DYN_ITR_M;
	struct avf_vec *v;

	if (!vec || vec >= avf_dev_vectors(dev))
		return;

	/* As in avf_int_cause(). */
	avf_mb();
	avf_lock(&dev->int_lock);
	avf_int_look(dev, vec);
	v = &dev->intr.vec[vec];
	v->sent += n;
	v->sent_bytes += bytes;
	if (itr == AVF_DYN_ITR_NONE || !avf_int_itr(dev, vec, itr) ||
	    v->sent >= q->len / 4u || v->sent_bytes >= AVF_INT_SENT_MAX) {
		v->cause = (u8)(v->cause | 1u << itr);
	} else {
		/* The first one's wait is not made longer by those after it. */
		if (!v->late)
			v->late_ns = dev->ops->now_ns(dev->host) + delay;
		v->late = (u8)(v->late | 1u << itr);
	}
	avf_int_eval(dev, vec);
	avf_unlock(&dev->int_lock);
}

void avf_int_hurry(struct avf_dev *dev)
{
	u16 vec;

	avf_lock(&dev->int_lock);
	for (vec = 1; vec < avf_dev_vectors(dev); vec++) {
		struct avf_vec *v = &dev->intr.vec[vec];

		avf_int_look(dev, vec);
		v->cause = (u8)(v->cause | v->late);
		v->late = 0;
		avf_int_eval(dev, vec);
	}
	avf_unlock(&dev->int_lock);
}

void avf_int_tx_delay(struct avf_dev *dev, u32 ns)
{
	WRITE_ONCE(dev->tx_delay_ns, min_t(u32, ns, AVF_TX_DELAY_MAX));
}

void avf_int_mbx(struct avf_dev *dev)
{
	avf_mb();
	avf_lock(&dev->int_lock);
	dev->intr.mbx = true;
	/* Latched whatever is enabled: DPDK's alarm mode looks here only. */
	dev->intr.icr0 |= AVF_ICR0_ADMINQ;
	avf_int_eval(dev, 0);
	avf_unlock(&dev->int_lock);
}

void avf_int_timer(struct avf_dev *dev)
{
	u16 vec;

	avf_lock(&dev->int_lock);
	dev->intr.timer_ns = 0;
	for (vec = 0; vec < avf_dev_vectors(dev); vec++) {
		avf_int_look(dev, vec);
		avf_int_eval(dev, vec);
	}
	avf_unlock(&dev->int_lock);
}

void avf_int_bus_master(struct avf_dev *dev, bool on)
{
	/* Nothing is replayed when it comes on again (contract 1.3). */
	avf_lock(&dev->int_lock);
	WRITE_ONCE(dev->bus_master, on);
	avf_unlock(&dev->int_lock);
}

/*
 * Messages the driver has not taken count as a cause whenever vector 0 becomes
 * enabled: drivers clear pending state in many orders, and DPDK waits for this
 * interrupt only (6.2). int_lock held.
 */
static void avf_int_rearm0(struct avf_dev *dev, bool unread)
{
	if (unread && dev->intr.vec[0].enabled &&
	    (dev->intr.icr0_ena & AVF_ICR0_ADMINQ))
		dev->intr.mbx = true;
}

static inline void avf_int_dyn(struct avf_dev *dev, u16 vec, u32 val,
			       bool unread)
{
	struct avf_vec *v = &dev->intr.vec[vec];
	u32 itr = (val >> AVF_DYN_ITR_S) & AVF_DYN_ITR_M;

	avf_assert_locked(&dev->int_lock);
	v->ctl = val & AVF_DYN_KEEP;
	if (!(val & AVF_DYN_INTENA_MSK))
		v->enabled = val & AVF_DYN_INTENA;
	if (itr != AVF_DYN_ITR_NONE)
		avf_int_itr_set(dev, vec, itr, (val >> AVF_DYN_INTERVAL_S) &
					       AVF_DYN_INTERVAL_M);
	if (val & AVF_DYN_SWINT) {
		u32 sw = AVF_DYN_ITR_NONE;

		if (val & AVF_DYN_SW_ITR_ENA)
			sw = (val >> AVF_DYN_SW_ITR_S) & AVF_DYN_SW_ITR_M;
		v->cause = (u8)(v->cause | 1u << sw);
	}
	/*
	 * CLEARPBA of queue vectors is ignored: it must not lose a cause, and
	 * there is no cheap way to tell if one is still of interest (6.3).
	 */
	if (!vec) {
		if (val & AVF_DYN_CLEARPBA)
			dev->intr.pba &= ~1u;
		avf_int_rearm0(dev, unread);
	}
	avf_int_eval(dev, vec);
}

/* Out of the way of those who write it most. */
static noinline void avf_int_dyn_hw(struct avf_dev *dev, u16 vec, u32 val)
{
	WRITE_ONCE(dev->intr.vec[vec].ctl, val & AVF_DYN_KEEP);
	dev->hw->vector_ctl(dev->host, vec, val);
}

void avf_int_dyn_set(struct avf_dev *dev, u16 vec, u32 val, bool unread)
{
	if (unlikely(dev->hw))
		avf_int_dyn_hw(dev, vec, val);
	else
		avf_int_dyn(dev, vec, val, unread);
}

void avf_int_dyn_write(struct avf_dev *dev, u16 vec, u32 val, bool unread)
{
	if (unlikely(dev->hw) && vec) {
		avf_int_dyn_hw(dev, vec, val);
		return;
	}
	avf_lock(&dev->int_lock);
	avf_int_dyn(dev, vec, val, unread);
	avf_unlock(&dev->int_lock);
}

u32 avf_int_dyn_val(const struct avf_dev *dev, u16 vec)
{
	const struct avf_vec *v = &dev->intr.vec[vec];

	return v->ctl | (v->enabled ? AVF_DYN_INTENA : 0);
}

u32 avf_int_dyn_read(struct avf_dev *dev, u16 vec)
{
	u32 val;

	avf_lock(&dev->int_lock);
	avf_int_look(dev, vec);
	val = avf_int_dyn_val(dev, vec);
	avf_unlock(&dev->int_lock);
	return val;
}

void avf_int_itr_write(struct avf_dev *dev, u16 vec, u32 idx, u32 val)
{
	avf_lock(&dev->int_lock);
	if (vec < avf_dev_vectors(dev))
		avf_int_look(dev, vec);
	avf_int_itr_set(dev, vec, idx, val);
	if (vec && vec < avf_dev_vectors(dev) && dev->hw)
		dev->hw->vector_itr(dev->host, vec, idx, val & AVF_ITR_M);
	/* A cause that waits may have to wait less now. */
	avf_int_eval(dev, vec);
	avf_unlock(&dev->int_lock);
}

u32 avf_int_itr_read(struct avf_dev *dev, u16 vec, u32 idx)
{
	u32 val;

	avf_lock(&dev->int_lock);
	val = avf_int_itr(dev, vec, idx);
	avf_unlock(&dev->int_lock);
	return val;
}

u32 avf_int_icr0_read(struct avf_dev *dev, bool clear)
{
	u32 val;

	avf_lock(&dev->int_lock);
	val = dev->intr.icr0;
	if (clear)
		dev->intr.icr0 = 0;
	avf_unlock(&dev->int_lock);
	return val;
}

void avf_int_ena_write(struct avf_dev *dev, u32 val, bool unread)
{
	avf_lock(&dev->int_lock);
	dev->intr.icr0_ena = val;
	avf_int_rearm0(dev, unread);
	avf_int_eval(dev, 0);
	avf_unlock(&dev->int_lock);
}

u32 avf_int_ena_read(struct avf_dev *dev)
{
	u32 val;

	avf_lock(&dev->int_lock);
	val = dev->intr.icr0_ena;
	avf_unlock(&dev->int_lock);
	return val;
}

void avf_hw_itr(struct avf_dev *dev)
{
	u16 vec;
	u32 i;

	for (vec = 1; vec < avf_dev_vectors(dev); vec++)
		for (i = 0; i < AVF_DYN_ITR_NONE; i++)
			dev->hw->vector_itr(dev->host, vec, i,
						 avf_int_itr_read(dev, vec, i));
}

void avf_int_reset(struct avf_dev *dev)
{
	struct avf_intr *in = &dev->intr;
	u16 vec;
	u32 i;

	avf_lock(&dev->int_lock);
	in->icr0 = 0;
	in->icr0_ena = 0;
	in->mbx = false;
	in->timer_ns = 0;
	in->pba = 0;
	memset(in->vec, 0, sizeof(in->vec));
	memset(in->itr0, 0, sizeof(in->itr0));
	for (vec = 1; vec < AVF_MAX_VECTORS; vec++)
		for (i = 0; i < AVF_DYN_ITR_NONE; i++)
			avf_int_itr_set(dev, vec, i, 0);
	/* What is not seen yet came before the reset. */
	if (avf_page_dyn_on(dev))
		avf_page_fill_dyn(dev);
	avf_unlock(&dev->int_lock);
	for (vec = 1; dev->hw && vec < avf_dev_vectors(dev); vec++)
		dev->hw->vector_ctl(dev->host, vec, 0);
}
