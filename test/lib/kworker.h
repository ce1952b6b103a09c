/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Just enough of a kernel to run the PF's worker in a process: red-black trees
 * (without the colours), timers on a clock of the test's own, no threads. The
 * test says when a step is made and when a timer has fired.
 */
#ifndef TEST_KWORKER_H
#define TEST_KWORKER_H

#include <sys/types.h>
#include <time.h>

#include "kshim.h"

/* Not included: what these make of the kernel's own types. */
#define VDCM_COMPAT_H
#define VDCM_IRQBYPASS_H
#define VDCM_MDEV_H
#define VDCM_TRACE_H

#define __user
#define U64_MAX			(~0ull)
#define NSEC_PER_USEC		1000l
#define NSEC_PER_MSEC		1000000l
#define max(a, b)		((a) > (b) ? (a) : (b))
#define clamp_t(t, v, lo, hi)	min_t(t, max_t(t, v, lo), hi)
#define VFIO_PCI_NUM_REGIONS	9
#define shim_export(f)		struct export_##f
#define EXPORT_SYMBOL_GPL	shim_export

typedef int spinlock_t;
typedef s64 ktime_t;
typedef int vm_fault_t;
typedef struct { int v; } atomic_t, refcount_t;
typedef struct { long v; } atomic_long_t;

struct srcu_struct { int readers; };
struct xarray { int unused; };
struct delayed_work { int unused; };
struct ratelimit_state { int unused; };
struct irq_bypass_producer { int unused; };
struct vdcm_vdev { int unused; };
struct vdcm_mdev_parent { int unused; };
struct vfio_region_info;
struct vfio_info_cap;
struct vfio_irq_info;
struct vm_area_struct;
struct vm_operations_struct { int unused; };
struct vm_fault;
struct workqueue_struct;
struct attribute_group;

/* ----------------------------------------------------------- locks, bits */

#define spin_lock_init(l)	(*(l) = 0)
#define spin_lock_bh(l)		assert(!(*(l))++)
#define spin_unlock_bh(l)	assert(!--(*(l)))
#define srcu_read_lock(s)	((s)->readers++)
#define srcu_read_unlock(s, i)	((void)(i), (s)->readers--)
#define synchronize_srcu(s)	assert(!(s)->readers)
#define synchronize_srcu_expedited	synchronize_srcu
#define smp_mb()		avf_mb()
#define smp_mb__after_atomic()	avf_mb()
#define smp_load_acquire(p)	avf_load_acquire(p)
#define xchg(p, v)		__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)

static inline bool test_and_set_bit(int n, unsigned long *map)
{
	bool was = test_bit(n, map);

	set_bit(n, map);
	return was;
}

/* ----------------------------------------------------------------- lists */

#define list_empty(l)		((l)->next == (l))
#define list_empty_careful	list_empty
#define list_first_entry_or_null(l, type, member)			\
	(list_empty(l) ? NULL : container_of((l)->next, type, member))

static inline void list_del_init(struct list_head *n)
{
	list_del(n);
	INIT_LIST_HEAD(n);
}

static inline void list_move_tail(struct list_head *n, struct list_head *head)
{
	list_del(n);
	list_add_tail(n, head);
}

/* ----------------------------------------------------------------- trees */

struct rb_node {
	struct rb_node *up, *rb_left, *rb_right;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
	struct rb_node *rb_leftmost;
};

#define RB_ROOT_CACHED		((struct rb_root_cached) { { NULL }, NULL })
#define RB_CLEAR_NODE(n)	((n)->up = (n))
#define RB_EMPTY_NODE(n)	((n)->up == (n))
#define RB_EMPTY_ROOT(r)	(!(r)->rb_node)
#define rb_entry		container_of
#define rb_first_cached(r)	((r)->rb_leftmost)

static inline struct rb_node *rb_leftmost(struct rb_node *n)
{
	while (n && n->rb_left)
		n = n->rb_left;
	return n;
}

static inline void rb_link_node(struct rb_node *n, struct rb_node *above,
				struct rb_node **link)
{
	n->up = above;
	n->rb_left = NULL;
	n->rb_right = NULL;
	*link = n;
}

static inline void rb_insert_color_cached(struct rb_node *n,
					  struct rb_root_cached *r, bool first)
{
	if (first)
		r->rb_leftmost = n;
	assert(r->rb_leftmost == rb_leftmost(r->rb_root.rb_node));
}

/* @to, or nothing, where @n is. */
static inline void rb_put(struct rb_root_cached *r, struct rb_node *n,
			  struct rb_node *to)
{
	if (!n->up)
		r->rb_root.rb_node = to;
	else if (n->up->rb_left == n)
		n->up->rb_left = to;
	else
		n->up->rb_right = to;
	if (to)
		to->up = n->up;
}

static inline void rb_erase_cached(struct rb_node *n, struct rb_root_cached *r)
{
	struct rb_node *next = rb_leftmost(n->rb_right);

	if (!n->rb_left || !n->rb_right) {
		rb_put(r, n, n->rb_left ? n->rb_left : n->rb_right);
	} else {
		rb_put(r, next, next->rb_right);
		next->rb_left = n->rb_left;
		next->rb_right = n->rb_right;
		next->rb_left->up = next;
		if (next->rb_right)
			next->rb_right->up = next;
		rb_put(r, n, next);
	}
	r->rb_leftmost = rb_leftmost(r->rb_root.rb_node);
}

/* ------------------------------------------------------------------ time */

enum hrtimer_restart {
	HRTIMER_NORESTART,
};

struct hrtimer {
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	s64 at;		/* 0 = not started */
};

#define HRTIMER_MODE_ABS_SOFT	0
#define HRTIMER_MODE_REL	0
#define hrtimer_setup(t, fn, clock, mode)	((t)->function = (fn), (t)->at = 0)
#define hrtimer_start(t, time, mode)		((t)->at = (time))
#define hrtimer_cancel(t)			((t)->at = 0)
#define ns_to_ktime(n)		((s64)(n))
#define ktime_to_ns(t)		(t)
#define ktime_add(a, b)		((a) + (b))
#define ktime_get()		((s64)clock_ns)
#define ktime_get_ns()		clock_ns

#define HZ			250
#define jiffies			((unsigned long)(clock_ns / 4000000))
#define time_after(a, b)	((long)((b) - (a)) < 0)

static u64 clock_ns = 1;

/* --------------------------------------------------------------- threads */

struct task_struct {
	u32 woken;
};

#define TASK_IDLE		0
#define TASK_RUNNING		0
#define set_current_state(s)	((void)(s))
#define __set_current_state	set_current_state
#define cond_resched()		((void)0)
#define single_task_running()	true
#define kthread_should_stop()	true
#define kthread_stop(t)		((void)(t))
#define kthread_create(fn, data, ...)	((void)(fn), (void)(data), &kthread)
#define IS_ERR(p)		((p) == NULL)
#define PTR_ERR(p)		(-ENOMEM)
#define dev_name(d)		"pf"
#define kvmalloc(len, gfp)	kzalloc(len, gfp)
#define schedule_hrtimeout_range(t, delta, mode)	((void)(t))
#define wake_up_process(t)	((t)->woken++)

static struct task_struct kthread;

#endif /* TEST_KWORKER_H */
