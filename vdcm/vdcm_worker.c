// SPDX-License-Identifier: GPL-2.0
/*
 * The worker: one thread per PF that owns the queues of all its ADIs. It takes
 * ADIs with work in turn, one bounded batch each, so none can starve another.
 * With nothing to do it sleeps; an idle ADI costs nothing.
 *
 * Work is announced by a kick where the driver's doorbell trapped. Where it is
 * mapped nobody announces anything: such ADIs are watched, one look a turn while
 * others work, and at growing intervals when all are idle, until
 * vdcm_doorbell_idle() says that the next doorbell will make itself heard.
 *
 * An ADI with a rate limit has a token bucket. Without tokens it is parked: it
 * stays marked as queued, so that kicks only leave their bit, and a timer puts
 * it back into the list.
 */
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/stat.h>

#include "vdcm.h"
#include "vdcm_trace.h"

/* Frames per queue and turn. */
#define VDCM_TX_BUDGET		64

/* Idle for less than this, look without a pause if nobody wants the CPU. */
#define VDCM_SPIN_NS		(20 * NSEC_PER_USEC)
/* Otherwise after half the time it has been idle, within these limits. */
#define VDCM_NAP_MIN_NS		(20 * NSEC_PER_USEC)
#define VDCM_NAP_MAX_NS		(500 * NSEC_PER_USEC)

/* QUEUED is set, and the ADI neither in the list nor being served. */
static void vdcm_worker_enlist(struct vdcm_adi *adi)
{
	struct vdcm_worker *w = &adi->parent->worker;

	spin_lock_bh(&w->lock);
	list_add_tail(&adi->ready, &w->ready);
	spin_unlock_bh(&w->lock);
	wake_up_process(w->task);
}

static enum hrtimer_restart vdcm_worker_unpark(struct hrtimer *timer)
{
	vdcm_worker_enlist(container_of(timer, struct vdcm_adi, park_timer));
	return HRTIMER_NORESTART;
}

/**
 * vdcm_worker_init() - prepare a new ADI
 * @adi: the ADI
 */
void vdcm_worker_init(struct vdcm_adi *adi)
{
	INIT_LIST_HEAD(&adi->ready);
	INIT_LIST_HEAD(&adi->watched);
	hrtimer_setup(&adi->park_timer, vdcm_worker_unpark, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_SOFT);
}

static u32 vdcm_worker_budget(struct vdcm_adi *adi)
{
	return vdcm_rate_budget(&adi->rate, ktime_get_ns(), VDCM_TX_BUDGET);
}

static struct vdcm_adi *vdcm_worker_next(struct vdcm_worker *w)
{
	struct vdcm_adi *adi;

	spin_lock_bh(&w->lock);
	adi = list_first_entry_or_null(&w->ready, struct vdcm_adi, ready);
	if (adi)
		list_del_init(&adi->ready);
	spin_unlock_bh(&w->lock);

	return adi;
}

static void vdcm_worker_watch(struct vdcm_adi *adi)
{
	struct vdcm_worker *w = &adi->parent->worker;

	if (!list_empty(&adi->watched))
		return;
	vdcm_doorbell_armed(adi);
	spin_lock_bh(&w->lock);
	list_add_tail(&adi->watched, &w->watched);
	spin_unlock_bh(&w->lock);
}

/**
 * vdcm_worker_unwatch() - do not look at doorbells that nobody can ring
 * @adi: the ADI; its doorbells are not mapped, and the worker has seen that
 */
void vdcm_worker_unwatch(struct vdcm_adi *adi)
{
	struct vdcm_worker *w = &adi->parent->worker;

	spin_lock_bh(&w->lock);
	list_del_init(&adi->watched);
	spin_unlock_bh(&w->lock);
}

static void vdcm_worker_serve(struct vdcm_adi *adi, struct vdcm_worker *w)
{
	unsigned int i, q, starved = AVF_MAX_QPS;
	unsigned long pending;

	/* Registers that were stored; they do not wait for a rate limit. */
	vdcm_bar_serve(adi);

	if (!vdcm_worker_budget(adi)) {
		ktime_t wait = ns_to_ktime(vdcm_rate_wait(&adi->rate));

		trace_vdcm_park(adi, ktime_to_ns(wait));
		/* Being queued, it is not looked at because of a fault. */
		if (READ_ONCE(adi->bar.on))
			vdcm_worker_watch(adi);
		hrtimer_start(&adi->park_timer, ktime_add(ktime_get(), wait),
			      HRTIMER_MODE_ABS_SOFT);
		return;
	}

	clear_bit(VDCM_ADI_QUEUED, &adi->flags);
	/*
	 * From here a kick queues the ADI again. The bits are taken after that
	 * and before the tails are read, so no kick is lost.
	 */
	smp_mb__after_atomic();
	pending = xchg(&adi->tx_pending, 0);
	/* Where the page is mapped, it was so before we look at the tails. */
	if (smp_load_acquire(&adi->doorbell.mapped)) {
		adi->busy_ns = ktime_get_ns();
		vdcm_worker_watch(adi);
	}
	/*
	 * A store into the page leaves no bit; nor did the one that came just
	 * before the page was taken away.
	 */
	pending |= avf_tx_pending(adi->avf);

	for (i = 0; i < AVF_MAX_QPS; i++) {
		u32 budget;

		q = (adi->first_q + i) % AVF_MAX_QPS;
		if (!test_bit(q, &pending))
			continue;
		budget = vdcm_worker_budget(adi);
		if (!budget && starved == AVF_MAX_QPS)
			starved = q;
		if (!budget ||
		    avf_tx_poll(adi->avf, q, budget, NULL, w->scratch) >= budget)
			vdcm_worker_kick(adi, q);
	}
	/* Whom the limit left out comes first the next time. */
	if (starved != AVF_MAX_QPS)
		adi->first_q = starved;
}

/* The watched ADI that was looked at longest ago. */
static struct vdcm_adi *vdcm_worker_next_watched(struct vdcm_worker *w)
{
	struct vdcm_adi *adi;

	spin_lock_bh(&w->lock);
	adi = list_first_entry_or_null(&w->watched, struct vdcm_adi, watched);
	if (adi)
		list_move_tail(&adi->watched, &w->watched);
	spin_unlock_bh(&w->lock);

	return adi;
}

/* Look at one watched ADI while others have work. */
static void vdcm_worker_glance(struct vdcm_worker *w)
{
	struct vdcm_adi *adi;

	if (list_empty_careful(&w->watched))
		return;
	adi = vdcm_worker_next_watched(w);
	if (!adi)
		return;
	if (vdcm_bar_serve(adi))
		adi->busy_ns = ktime_get_ns();
	if (avf_tx_pending(adi->avf))
		vdcm_worker_look(adi);
}

/*
 * Look at all watched ADIs when there is no other work. Returns how long to
 * wait for the next look in ns, 0 = there is work, U64_MAX = none is watched.
 */
static u64 vdcm_worker_watch_all(struct vdcm_parent *parent)
{
	struct vdcm_worker *w = &parent->worker;
	struct vdcm_adi *adi;
	u64 idle, min_idle = U64_MAX;
	bool parked, tx, work = false;
	int idx;

	if (list_empty_careful(&w->watched))
		return U64_MAX;

	idx = srcu_read_lock(&parent->srcu);
	w->round++;
	while ((adi = vdcm_worker_next_watched(w)) && adi->round != w->round) {
		adi->round = w->round;
		if (vdcm_bar_serve(adi)) {
			adi->busy_ns = ktime_get_ns();
			work = true;
		}
		parked = test_bit(VDCM_ADI_QUEUED, &adi->flags);
		tx = avf_tx_pending(adi->avf);
		if (tx && !parked) {
			vdcm_worker_look(adi);
			work = true;
		}
		idle = ktime_get_ns() - adi->busy_ns;
		if (parked && READ_ONCE(adi->bar.on)) {
			/* Of its registers nobody else would see a store. */
			min_idle = min(min_idle, idle);
			continue;
		}
		/* There is work, but not before its timer. */
		if (parked && tx)
			continue;
		if (!work && vdcm_doorbell_idle(adi, idle)) {
			vdcm_worker_unwatch(adi);
			continue;
		}
		min_idle = min(min_idle, idle);
	}
	srcu_read_unlock(&parent->srcu, idx);

	if (work || (min_idle < VDCM_SPIN_NS && single_task_running()))
		return 0;
	return min_idle == U64_MAX ? min_idle :
	       clamp_t(u64, min_idle / 2, VDCM_NAP_MIN_NS, VDCM_NAP_MAX_NS);
}

/* One step; true when there was something to do. */
static bool vdcm_worker_step(struct vdcm_parent *parent)
{
	struct vdcm_worker *w = &parent->worker;
	struct vdcm_adi *adi;
	bool did = false;
	int idx;

	/* An ADI found in the list stays whole until the step is over. */
	idx = srcu_read_lock(&parent->srcu);

	adi = vdcm_worker_next(w);
	if (adi) {
		vdcm_worker_serve(adi, w);
		vdcm_worker_glance(w);
		did = true;
	}

	if (READ_ONCE(w->pf_work)) {
		WRITE_ONCE(w->pf_work, false);
		/* Pairs with adi_pf_kick(): flag down, then look for work. */
		smp_mb();
		if (parent->pf->ops->poll(parent->pf))
			WRITE_ONCE(w->pf_work, true);
		did = true;
	}

	srcu_read_unlock(&parent->srcu, idx);
	return did;
}

static bool vdcm_worker_idle(struct vdcm_worker *w)
{
	return list_empty_careful(&w->ready) && !READ_ONCE(w->pf_work);
}

static int vdcm_worker_run(void *data)
{
	struct vdcm_parent *parent = data;
	struct vdcm_worker *w = &parent->worker;

	while (!kthread_should_stop()) {
		ktime_t nap;
		u64 wait;

		if (vdcm_worker_step(parent)) {
			cond_resched();
			continue;
		}
		wait = vdcm_worker_watch_all(parent);
		if (!wait) {
			cond_resched();
			continue;
		}

		nap = ns_to_ktime(wait);
		set_current_state(TASK_IDLE);
		if (vdcm_worker_idle(w) && !kthread_should_stop())
			schedule_hrtimeout_range(wait == U64_MAX ? NULL : &nap,
						 VDCM_NAP_MIN_NS / 2,
						 HRTIMER_MODE_REL);
		__set_current_state(TASK_RUNNING);
	}

	return 0;
}

/**
 * vdcm_worker_kick() - a Tx queue has work
 * @adi: the ADI
 * @q:   the queue
 *
 * Any context but hard interrupts.
 */
void vdcm_worker_kick(struct vdcm_adi *adi, u16 q)
{
	set_bit(q, &adi->tx_pending);
	/* The bit is there before the ADI is; see vdcm_worker_serve(). */
	smp_mb__after_atomic();
	if (!test_and_set_bit(VDCM_ADI_QUEUED, &adi->flags))
		vdcm_worker_enlist(adi);
}

/**
 * vdcm_worker_look() - there may be work
 * @adi: the ADI
 *
 * Any context but hard interrupts; also under the mmap lock.
 */
void vdcm_worker_look(struct vdcm_adi *adi)
{
	/* What there is to see is there before the ADI is queued. */
	smp_mb();
	if (!test_and_set_bit(VDCM_ADI_QUEUED, &adi->flags))
		vdcm_worker_enlist(adi);
}

/**
 * vdcm_worker_forget() - the worker has nothing to do with @adi any more
 * @adi: the ADI; nobody kicks it now
 */
void vdcm_worker_forget(struct vdcm_adi *adi)
{
	struct vdcm_worker *w = &adi->parent->worker;

	/* After its current step the worker parks it no more; then unpark. */
	WRITE_ONCE(adi->rate.mbps, 0);
	synchronize_srcu(&adi->parent->srcu);
	hrtimer_cancel(&adi->park_timer);

	spin_lock_bh(&w->lock);
	list_del_init(&adi->ready);
	list_del_init(&adi->watched);
	spin_unlock_bh(&w->lock);

	synchronize_srcu(&adi->parent->srcu);
}

void adi_pf_kick(struct adi_pf *pf)
{
	struct vdcm_worker *w = &pf->parent->worker;

	/* The caller's work is visible before the flag is. */
	smp_mb();
	if (READ_ONCE(w->pf_work))
		return;
	WRITE_ONCE(w->pf_work, true);
	wake_up_process(w->task);
}
EXPORT_SYMBOL_GPL(adi_pf_kick);

void adi_pf_sync(struct adi_pf *pf)
{
	synchronize_srcu_expedited(&pf->parent->srcu);
}
EXPORT_SYMBOL_GPL(adi_pf_sync);

/**
 * vdcm_worker_start() - start a PF's worker
 * @parent: the PF
 *
 * Returns 0 or -errno.
 */
int vdcm_worker_start(struct vdcm_parent *parent)
{
	struct vdcm_worker *w = &parent->worker;
	struct task_struct *task;

	spin_lock_init(&w->lock);
	INIT_LIST_HEAD(&w->ready);
	INIT_LIST_HEAD(&w->watched);

	w->scratch = kvmalloc(sizeof(*w->scratch), GFP_KERNEL);
	if (!w->scratch)
		return -ENOMEM;

	task = kthread_create(vdcm_worker_run, parent, "vdcm/%s",
			      dev_name(parent->pf->dev));
	if (IS_ERR(task)) {
		kvfree(w->scratch);
		return PTR_ERR(task);
	}

	w->task = task;
	wake_up_process(task);
	return 0;
}

/**
 * vdcm_worker_stop() - stop it; all ADIs are gone
 * @parent: the PF
 */
void vdcm_worker_stop(struct vdcm_parent *parent)
{
	kthread_stop(parent->worker.task);
	kvfree(parent->worker.scratch);
}
