// SPDX-License-Identifier: GPL-2.0
/*
 * The worker: one thread per PF that owns the queues of all its ADIs. It takes
 * ADIs with work in turn, one bounded batch each, so none can starve another.
 * With nothing to do it sleeps; an idle ADI costs nothing.
 *
 * Whose turn it is: that of the ADI that has sent the least for its weight
 * (start-time fair queueing). Each has a virtual time at which its next turn is
 * due; a turn moves that on by the bytes sent, over the weight. So what ADIs that
 * always have work send is as their weights, whatever their frames and however
 * many their queues, and one alone has it all. Who was idle is due now, before
 * all who are not idle: it waits for the turn under way, not for a round, and
 * cannot save up. What a turn sent too much comes off the next ones.
 *
 * Work is announced by a kick where the driver's doorbell trapped. Where it is
 * mapped nobody announces anything: such ADIs are watched, one look a turn while
 * others work, and at growing intervals when all are idle, until
 * vdcm_doorbell_idle() says that the next doorbell will make itself heard.
 *
 * An ADI with a rate limit has a token bucket. Without tokens it is parked: it
 * stays marked as queued, so that kicks only leave their bit, and a timer puts
 * it back, like one that was idle.
 */
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/stat.h>

#include "vdcm.h"
#include "vdcm_trace.h"

/* Frames per queue and turn. */
#define VDCM_TX_BUDGET		64
/* Bytes per turn: at the most that many frames at an MTU of 1500. */
#define VDCM_TURN_MAX		(96u << 10)
#define VDCM_TURN_MIN		1024u
/* What any turn costs, even if there was nothing to send: some small frames. */
#define VDCM_TURN_COST		256u

/* Virtual time of a byte at weight 1; of other weights, it is divided once. */
#define VDCM_COST_SHIFT		24
/* Virtual time wraps, though in no second: what is older is not compared. */
#define VDCM_DEBT_MAX		HZ

/* Idle for less than this, look without a pause if nobody wants the CPU. */
#define VDCM_SPIN_NS		(20 * NSEC_PER_USEC)
/* Otherwise after half the time it has been idle, within these limits. */
#define VDCM_NAP_MIN_NS		(20 * NSEC_PER_USEC)
#define VDCM_NAP_MAX_NS		(500 * NSEC_PER_USEC)

static struct vdcm_adi *vdcm_worker_adi(struct rb_node *node)
{
	return rb_entry(node, struct vdcm_adi, ready);
}

static u32 vdcm_worker_cost(u32 weight)
{
	return (1u << VDCM_COST_SHIFT) / weight;
}

/* Behind all that are due at the same time. */
static void vdcm_worker_insert(struct vdcm_worker *w, struct vdcm_adi *adi)
{
	struct rb_node **link = &w->ready.rb_root.rb_node, *above = NULL;
	bool first = true;

	while (*link) {
		above = *link;
		if ((s64)(adi->start - vdcm_worker_adi(above)->start) < 0) {
			link = &above->rb_left;
		} else {
			link = &above->rb_right;
			first = false;
		}
	}
	rb_link_node(&adi->ready, above, link);
	rb_insert_color_cached(&adi->ready, &w->ready, first);
}

static void vdcm_worker_erase(struct vdcm_worker *w, struct vdcm_adi *adi)
{
	if (RB_EMPTY_NODE(&adi->ready))
		return;
	rb_erase_cached(&adi->ready, &w->ready);
	RB_CLEAR_NODE(&adi->ready);
}

/* QUEUED was just set, or the ADI was parked. It may have its turn. */
static void vdcm_worker_enlist(struct vdcm_adi *adi)
{
	struct vdcm_worker *w = &adi->parent->worker;

	spin_lock_bh(&w->lock);
	/* Nothing is saved up; it goes before those who are due now, though. */
	if ((s64)(adi->start - w->vtime) <= 0 ||
	    time_after(jiffies, adi->charged + VDCM_DEBT_MAX))
		adi->start = w->vtime - 1;
	vdcm_worker_insert(w, adi);
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
	RB_CLEAR_NODE(&adi->ready);
	INIT_LIST_HEAD(&adi->watched);
	adi->weight = VDCM_WEIGHT_DEFAULT;
	adi->cost = vdcm_worker_cost(VDCM_WEIGHT_DEFAULT);
	adi->start = READ_ONCE(adi->parent->worker.vtime);
	hrtimer_setup(&adi->park_timer, vdcm_worker_unpark, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_SOFT);
}

static u32 vdcm_worker_budget(struct vdcm_adi *adi)
{
	return vdcm_rate_budget(&adi->rate, ktime_get_ns(), VDCM_TX_BUDGET);
}

/*
 * Bytes of @adi's turn, who is not in the tree: as much less than whoever comes
 * next has, as it weighs less. That decides how even the flow is, not the share.
 */
static u32 vdcm_worker_turn(struct vdcm_worker *w, const struct vdcm_adi *adi)
{
	struct rb_node *first = rb_first_cached(&w->ready);
	const struct vdcm_adi *next;
	u64 turn;

	if (!first)
		return VDCM_TURN_MAX;
	next = vdcm_worker_adi(first);
	turn = ((u64)VDCM_TURN_MAX * adi->weight * next->cost) >>
	       VDCM_COST_SHIFT;
	return clamp_t(u64, turn, VDCM_TURN_MIN, VDCM_TURN_MAX);
}

static struct vdcm_adi *vdcm_worker_next(struct vdcm_worker *w)
{
	struct vdcm_adi *adi = NULL;
	struct rb_node *first;

	spin_lock_bh(&w->lock);
	first = rb_first_cached(&w->ready);
	if (first) {
		adi = vdcm_worker_adi(first);
		vdcm_worker_erase(w, adi);
		if ((s64)(adi->start - w->vtime) > 0)
			w->vtime = adi->start;
		adi->turn = vdcm_worker_turn(w, adi);
	}
	spin_unlock_bh(&w->lock);

	return adi;
}

/* The turn is over; @more: it was too short for all there is. */
static void vdcm_worker_charge(struct vdcm_worker *w, struct vdcm_adi *adi,
			       u32 bytes, bool more)
{
	spin_lock_bh(&w->lock);
	adi->start += (u64)max(bytes, VDCM_TURN_COST) * adi->cost;
	adi->charged = jiffies;
	if (more && !test_and_set_bit(VDCM_ADI_QUEUED, &adi->flags)) {
		vdcm_worker_insert(w, adi);
	} else if (!RB_EMPTY_NODE(&adi->ready)) {
		/* A kick put it where it was due before. */
		vdcm_worker_erase(w, adi);
		vdcm_worker_insert(w, adi);
	} else if (RB_EMPTY_ROOT(&w->ready.rb_root)) {
		/* Nobody waited: it owes nothing to who comes next. */
		w->vtime = adi->start;
	}
	spin_unlock_bh(&w->lock);
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
	unsigned int i, q, first = AVF_MAX_QPS;
	bool more = false, starved = false;
	unsigned long pending;
	s32 room;

	/* Registers that were stored; they do not wait for a rate limit. */
	vdcm_bar_serve(adi);

	if (!vdcm_worker_budget(adi)) {
		ktime_t wait = ns_to_ktime(vdcm_rate_wait(&adi->rate));

		trace_vdcm_park(adi, ktime_to_ns(wait));
		/*
		 * Being queued, it is not looked at because of a fault; and it
		 * may be waiting to be interrupted.
		 */
		if (READ_ONCE(adi->doorbell.mode) != VDCM_DOORBELL_TRAP)
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

	avf_int_tx_delay(adi->avf, vdcm_doorbell_tx_delay(adi));
	adi->used = 0;
	room = (s32)adi->turn;
	for (i = 0; i < AVF_MAX_QPS; i++) {
		u32 budget = 0;

		q = (adi->first_q + i) % AVF_MAX_QPS;
		if (!test_bit(q, &pending))
			continue;
		if (first == AVF_MAX_QPS)
			first = q;
		if (room > 0)
			budget = vdcm_worker_budget(adi);
		if (budget)
			avf_tx_poll(adi->avf, q, budget, &room, w->scratch);
		else
			starved = true;
		if (!budget || avf_tx_ready(adi->avf, q)) {
			set_bit(q, &adi->tx_pending);
			more = true;
		}
	}
	/* Where a limit leaves queues out, each comes first as often. */
	if (starved)
		adi->first_q = (first + 1) % AVF_MAX_QPS;
	/* What was sent, with all headers; or what was taken and not sent. */
	vdcm_worker_charge(w, adi, max(adi->used, adi->turn - (u32)room), more);
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
		if (parked) {
			/* Nobody else would see a store to other registers. */
			min_idle = min(min_idle, idle);
			continue;
		}
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
	return RB_EMPTY_ROOT(&w->ready.rb_root) && !READ_ONCE(w->pf_work);
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
 * vdcm_worker_sent() - @adi sends @bytes in its turn
 * @adi:   the ADI
 * @bytes: as the receiver counts them, less than 64 MiB
 *
 * The worker, within avf_tx_poll().
 */
void vdcm_worker_sent(struct vdcm_adi *adi, u32 bytes)
{
	adi->used += bytes;
	vdcm_rate_spend(&adi->rate, bytes);
}

/**
 * vdcm_worker_set_weight() - what an ADI is worth beside others
 * @adi:    the ADI
 * @weight: VDCM_WEIGHT_MIN to VDCM_WEIGHT_MAX
 *
 * Holds at once: what was sent before counts by the new weight, too. Process
 * context.
 */
void vdcm_worker_set_weight(struct vdcm_adi *adi, u32 weight)
{
	struct vdcm_worker *w = &adi->parent->worker;
	u32 cost = vdcm_worker_cost(weight);
	bool waits;
	s64 ahead;

	spin_lock_bh(&w->lock);
	waits = !RB_EMPTY_NODE(&adi->ready);
	vdcm_worker_erase(w, adi);
	ahead = (s64)(adi->start - w->vtime);
	if (ahead > 0)
		adi->start = w->vtime + div_u64(ahead, adi->cost) * cost;
	adi->cost = cost;
	WRITE_ONCE(adi->weight, weight);
	if (waits)
		vdcm_worker_insert(w, adi);
	spin_unlock_bh(&w->lock);
	/* The worker, going to sleep, may have looked when there was none. */
	if (waits)
		wake_up_process(w->task);
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
	vdcm_worker_erase(w, adi);
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
	w->ready = RB_ROOT_CACHED;
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
