/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vdcm core: objects, their lifetimes and locks.
 *
 * Lock order, outermost first:
 *
 *   parents_lock                     list of PFs
 *   a PF driver's, around calls of adi_link() and the like
 *   adi->ctl_lock                    control side of one device model
 *   a PF driver's, in its ops
 *   adi->dma.pin_lock                the pin cache's writers
 *   adi->pasid->mirror.lock          what the device reaches; never both
 *   vfio's and type1's own locks
 *
 *   interrupt lock of the model -> adi->irqs.lock     (softirq safe, leaves)
 *   worker->lock                                      (softirq safe, leaf)
 *   parent->error_lock                                (leaf)
 *   adi->doorbell.lock, also under the mmap lock      (leaf)
 *   adi->irqs.hw_lock -> adi->irqs.lock
 *
 * The mmap lock of the user's process is taken inside these two (pinning faults
 * pages in); so nothing that runs under the mmap lock may take any of these.
 *
 * parent->srcu is held for reading by whoever uses guest pages or a queue: the
 * worker for one step, a control path for one copy. Waiting for it means: what
 * was unlinked before is not in use any more. A reader may take pin_lock; so
 * nobody waits for readers with pin_lock held.
 */
#ifndef VDCM_H
#define VDCM_H

#include <linux/eventfd.h>
#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/ratelimit.h>
#include <linux/rbtree.h>
#include <linux/srcu.h>
#include <linux/vfio.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "adi.h"
#include "avf_emul.h"
#include "avf_snap.h"
#include "compat/compat.h"
#include "compat/irqbypass.h"
#include "compat/mdev.h"
#include "vdcm_pasid.h"
#include "vdcm_rate.h"

/* Where vfio-pci puts its regions; drivers and VMMs take offsets from us. */
#define VDCM_OFFSET_SHIFT	40
#define VDCM_OFFSET_TO_INDEX(o)	((u32)((u64)(o) >> VDCM_OFFSET_SHIFT))
#define VDCM_INDEX_TO_OFFSET(i)	((u64)(i) << VDCM_OFFSET_SHIFT)
#define VDCM_OFFSET_MASK	(BIT_ULL(VDCM_OFFSET_SHIFT) - 1)

/**
 * struct vdcm_shape - what a type of mediated device is made of
 * @name:    the type is called <pf driver>-<name>
 * @num_qps: queue pairs
 */
struct vdcm_shape {
	const char *name;
	u16 num_qps;
};

/* By size; the first is every PF's. Its name is the one that tools know. */
#define VDCM_NUM_SHAPES		3
extern const struct vdcm_shape vdcm_shapes[VDCM_NUM_SHAPES];

/**
 * struct vdcm_worker - the thread that owns all queues of one PF's ADIs
 * @task:    the thread
 * @lock:    guards @ready, @vtime and @watched
 * @ready:   ADIs with work, each at most once, by vdcm_adi::start
 * @vtime:   virtual time: how far whoever has its turn has come
 * @watched: ADIs whose doorbells are mapped, to be looked at now and then
 * @round:   counts the rounds over @watched (worker)
 * @pf_work: the PF driver asked for its poll op
 * @scratch: memory for avf_tx_poll()
 */
struct vdcm_worker {
	struct task_struct *task;
	spinlock_t lock;	/* @ready, @vtime, @watched */
	struct rb_root_cached ready;
	u64 vtime;
	struct list_head watched;
	unsigned int round;
	bool pf_work;
	struct avf_tx_scratch *scratch;
};

/* What an ADI is worth beside others, as of control groups. */
#define VDCM_WEIGHT_MIN		1u
#define VDCM_WEIGHT_DEFAULT	100u
#define VDCM_WEIGHT_MAX		10000u

/* Of the longest sentence in vdcm_refused(), with a UUID before it. */
#define VDCM_ERROR_LEN		256

/**
 * struct vdcm_parent - vdcm's side of a PF
 * @pf:        the PF driver's side
 * @mdev:      registration with the mediated device core
 * @node:      in the list of parents, under parents_lock
 * @available: ADIs that can still be created
 * @adis:      counts created and not yet removed ADIs, for the log
 * @created:   ADIs ever created
 * @removed:   ADIs ever removed
 * @srcu:      see top of file
 * @worker:    the PF's worker
 * @pasid:     how its ADIs get PASIDs, or %NULL where they need none
 * @error_lock: guards @last_error
 * @last_error: why a device was not created, or an attribute not accepted
 */
struct vdcm_parent {
	struct adi_pf *pf;
	struct vdcm_mdev_parent mdev;
	struct list_head node;
	atomic_t available;
	atomic_t created;
	atomic_t removed;
	struct srcu_struct srcu;
	struct vdcm_worker worker;
	struct vdcm_pasid_pf *pasid;
	struct mutex error_lock;	/* @last_error */
	char last_error[VDCM_ERROR_LEN];
};

/**
 * struct vdcm_hwirq - an interrupt of the PF's device that is a vector's
 * @irq:      as requested
 * @name:     the same in /proc/interrupts, NULL = not requested
 * @producer: offered to KVM
 * @bypass:   it is
 */
struct vdcm_hwirq {
	int irq;
	char *name;
	struct irq_bypass_producer producer;
	bool bypass;
};

/**
 * struct vdcm_irqs - where interrupts go
 * @lock: guards @msix and @req; taken in softirq context
 * @msix: one eventfd per MSI-X vector, NULL = not routed
 * @req:  asks the user to give the device back
 * @hw_lock: guards @hw; outermost
 * @hw:   of vectors that the PF's device raises
 */
struct vdcm_irqs {
	spinlock_t lock;	/* @msix, @req */
	struct eventfd_ctx *msix[AVF_MAX_VECTORS];
	struct eventfd_ctx *req;
	struct mutex hw_lock;	/* @hw */
	struct vdcm_hwirq hw[AVF_MAX_VECTORS];
};

/**
 * struct vdcm_dma - pinned guest pages
 * @pages:      page frame number of the IOVA -> struct page, tagged with what
 *              may be done with it; read under parent->srcu
 * @pin_lock:   held to pin a page or to unlink one
 * @no_pin:     the container refuses pinning (type1 v1): copy instead
 * @full:       the user may lock no more memory, or there is none: copy instead
 * @full_end:   jiffies until which @full holds
 * @storm:      unmap callbacks in quick succession for one range
 * @storm_lo:   first page of that range
 * @storm_hi:   last page
 * @storm_end:  jiffies until which no page of the range is pinned
 * @nr_pinned:  pages in @pages
 */
struct vdcm_dma {
	struct xarray pages;
	struct mutex pin_lock;	/* writers of @pages */
	bool no_pin;
	bool full;
	unsigned long full_end;
	unsigned int storm;
	unsigned long storm_lo;
	unsigned long storm_hi;
	unsigned long storm_end;
	unsigned long nr_pinned;
};

/**
 * enum vdcm_doorbell_mode - how a driver's doorbells reach us
 * @VDCM_DOORBELL_AUTO:   mapped while the device is busy, a fault when not
 * @VDCM_DOORBELL_MAPPED: mapped for good, and looked at all the time
 * @VDCM_DOORBELL_TRAP:   by an exit to the user each
 */
enum vdcm_doorbell_mode {
	VDCM_DOORBELL_AUTO,
	VDCM_DOORBELL_MAPPED,
	VDCM_DOORBELL_TRAP,
};

/**
 * struct vdcm_doorbell - the pages of BAR0 that a user can map
 * @page:    AVF_DB_*
 * @file:    whose address space all mappings are linked into
 * @mode:    see above; changes while the device is closed
 * @mapped:  a page whose stores act may be in somebody's page tables
 * @hold_ns: how long an idle device stays mapped (worker)
 * @zap_ns:  when it was unmapped last (worker)
 * @cost_ns: how long that takes, on average (worker)
 * @faults:  how often it was mapped
 * @zaps:    how often it was unmapped
 * @lock:    guards @hw; taken under the mmap lock, see vdcm_doorbell.c
 * @hw:      pages of the device that users get instead of ours, 0 = ours
 */
struct vdcm_doorbell {
	struct page *page[AVF_DB_PAGES];
	struct file *file;
	enum vdcm_doorbell_mode mode;
	bool mapped;
	u64 hold_ns;
	u64 zap_ns;
	u64 cost_ns;
	atomic_long_t faults;
	atomic_long_t zaps;
	struct mutex lock;	/* @hw */
	phys_addr_t hw[AVF_DB_PAGES];
};

/**
 * struct vdcm_mapping - one mapping of pages of BAR0
 * @users: it and its copies (a moved mapping exists twice for a moment)
 * @file:  the vfio device's file; keeps the device open
 * @adi:   the ADI
 * @page:  AVF_DB_*, or the first page of the BAR region
 */
struct vdcm_mapping {
	refcount_t users;
	struct file *file;
	struct vdcm_adi *adi;
	unsigned int page;
};

/* A further region, see vdcm_bar.h; and its pages where stores matter, and 0. */
#define VDCM_BAR_REGION_INDEX	VFIO_PCI_NUM_REGIONS
#define VDCM_NUM_REGIONS	(VFIO_PCI_NUM_REGIONS + 1)
#define VDCM_BAR_WATCHED	3
#define VDCM_BAR_WATCHED_END	9

/**
 * struct vdcm_bar - BAR0 as a region that can be mapped whole
 * @on:       the model uses @page; set under ctl_lock
 * @page:     BAR0's pages but the doorbells, while @on
 * @work:     handles what was stored there under ctl_lock
 * @since_ns: since when (@work)
 * @works:    it has done so this often (@work)
 */
struct vdcm_bar {
	bool on;
	struct page *page[AVF_BAR0_PAGES];
	struct delayed_work work;
	u64 since_ns;
	unsigned int works;
};

enum vdcm_pf_reset {
	VDCM_PF_RESET_NONE,
	VDCM_PF_RESET_ANNOUNCED,
	VDCM_PF_RESET_HELD,
	VDCM_PF_RESET_HW,	/* the PF itself, which ends it */
};

/* Bits of vdcm_adi::flags */
#define VDCM_ADI_QUEUED		0	/* among the worker's ready, or parked */
#define VDCM_ADI_BAR_WORK	1	/* bar.work was sent, and has not begun */

/**
 * struct vdcm_adi - one mediated device
 * @vdev:       the kernel's mediated device; first
 * @adi:        what the PF driver sees
 * @parent:     its PF
 * @dev:        the mediated device's struct device
 * @avf:        the device model
 * @ctl_lock:   serialises control functions of @avf, and guards @open, @reset
 * @open:       somebody has the device open
 * @reset:      progress of a reset started by the PF
 * @link:       the host has not set it to down; under @ctl_lock
 * @carrier:    nor is the PF's down; under @ctl_lock
 * @reset_work: takes it one step on
 * @timer:      interrupt throttling
 * @irqs:       interrupt routing
 * @dma:        guest memory
 * @pasid:      guest memory that the device reaches by itself, or %NULL
 * @doorbell:   doorbell pages
 * @bar:        all pages of BAR0
 * @bar_reads:  reads of a BAR that trapped
 * @bar_writes: writes
 * @queues_stopped: by the PF's device, for what they did
 * @user_log: how often its user's mistakes are told; each device's own, lest
 *              one's hide another's
 * @rate:       limit of what it sends, where the PF does not see to it; worker
 * @park_timer: started by the worker when the limit is reached: QUEUED stays
 *              set, so that kicks only leave their bit
 * @first_q:    Tx queue whose turn it is; worker
 * @weight:     share of what all send: VDCM_WEIGHT_*; under worker->lock
 * @cost:       virtual time of a byte, by @weight; under worker->lock
 * @start:      when its next turn is due, in virtual time; under worker->lock
 * @charged:    jiffies when @start was moved last; under worker->lock
 * @turn:       bytes of its turn; worker
 * @used:       bytes sent in its turn; worker
 * @max_mbps:   limit as set, 0 = none; under @ctl_lock
 * @spoofchk:   as set; under @ctl_lock
 * @flags:      VDCM_ADI_*
 * @tx_pending: one bit per Tx queue that was kicked
 * @ready:      among those with work
 * @watched:    in the worker's list
 * @busy_ns:    when there was something to do last (worker)
 * @round:      the round in which it was looked at last (worker)
 * @debugfs:    its directory there
 */
struct vdcm_adi {
	struct vdcm_vdev vdev;
	struct adi adi;
	struct vdcm_parent *parent;
	struct device *dev;
	struct avf_dev *avf;
	struct mutex ctl_lock;	/* @avf, @open, @reset */
	bool open;
	enum vdcm_pf_reset reset;
	bool link;
	bool carrier;
	struct delayed_work reset_work;
	struct hrtimer timer;
	struct vdcm_irqs irqs;
	struct vdcm_dma dma;
	struct vdcm_pasid *pasid;
	struct vdcm_doorbell doorbell;
	struct vdcm_bar bar;
	atomic_long_t bar_reads;
	atomic_long_t bar_writes;
	atomic_long_t queues_stopped;
	struct ratelimit_state user_log;
	struct vdcm_rate rate;
	struct hrtimer park_timer;
	unsigned int first_q;
	u32 weight;
	u32 cost;
	u64 start;
	unsigned long charged;
	u32 turn;
	u32 used;
	u32 max_mbps;
	bool spoofchk;
	unsigned long flags;
	unsigned long tx_pending;
	struct rb_node ready;
	struct list_head watched;
	u64 busy_ns;
	unsigned int round;
	struct dentry *debugfs;
};

/* vdcm_adi.c: life of an ADI; process context */
int vdcm_adi_init(struct vdcm_adi *adi, struct vdcm_parent *parent,
		  const struct vdcm_shape *shape, struct device *dev);
void vdcm_adi_kill(struct vdcm_adi *adi);
int vdcm_adi_open(struct vdcm_adi *adi);
void vdcm_adi_close(struct vdcm_adi *adi);
void vdcm_adi_reset(struct vdcm_adi *adi);
int vdcm_adi_pf_reset(struct vdcm_adi *adi);
int vdcm_adi_set_vlan(struct vdcm_adi *adi, u16 vid, u8 prio);
void vdcm_adi_set_trust(struct vdcm_adi *adi, bool on);
int vdcm_adi_set_spoofchk(struct vdcm_adi *adi, bool on);
int vdcm_adi_set_rate(struct vdcm_adi *adi, u32 mbps);

/* vdcm_vfio.c: what a user does with the file descriptor; process context */
ssize_t vdcm_adi_read(struct vdcm_adi *adi, char __user *buf, size_t count,
		      loff_t *ppos);
ssize_t vdcm_adi_write(struct vdcm_adi *adi, const char __user *buf,
		       size_t count, loff_t *ppos);
int vdcm_adi_mmap(struct vdcm_adi *adi, struct vm_area_struct *vma);
long vdcm_adi_ioctl(struct vdcm_adi *adi, unsigned int cmd, unsigned long arg);
int vdcm_adi_region_info(struct vdcm_adi *adi, struct vfio_region_info *info,
			 struct vfio_info_cap *caps);

/* vdcm_irq.c */
void vdcm_irqs_init(struct vdcm_irqs *irqs);
void vdcm_irqs_clear(struct vdcm_adi *adi);
int vdcm_irqs_info(struct vdcm_adi *adi, struct vfio_irq_info *info);
long vdcm_irqs_set(struct vdcm_adi *adi, void __user *arg);
void vdcm_irqs_raise(struct vdcm_adi *adi, u16 vec);	/* any */
void vdcm_irqs_request(struct vdcm_adi *adi, unsigned int count);

/* vdcm_dma.c: process context */
void vdcm_dma_init(struct vdcm_dma *dma);
void vdcm_dma_open(struct vdcm_adi *adi);
void vdcm_dma_close(struct vdcm_adi *adi);
void vdcm_dma_unmap(struct vdcm_adi *adi, u64 iova, u64 len);
int vdcm_dma_rw(struct vdcm_adi *adi, u64 iova, void *buf, u32 len, bool write);
void *vdcm_dma_map(struct vdcm_adi *adi, u64 iova, u32 len, bool write);

/* vdcm_doorbell.c: process context */
int vdcm_doorbell_init(struct vdcm_adi *adi);
void vdcm_doorbell_exit(struct vdcm_adi *adi);
void vdcm_doorbell_close(struct vdcm_adi *adi);
void vdcm_doorbell_wipe(struct vdcm_adi *adi);
int vdcm_doorbell_set_mode(struct vdcm_adi *adi, enum vdcm_doorbell_mode mode);
int vdcm_doorbell_caps(struct vdcm_adi *adi, struct vfio_region_info *info,
		       struct vfio_info_cap *caps);
int vdcm_doorbell_mmap(struct vdcm_adi *adi, struct vm_area_struct *vma);
bool vdcm_doorbell_idle(struct vdcm_adi *adi, u64 idle);	/* worker */
u32 vdcm_doorbell_tx_delay(const struct vdcm_adi *adi);	/* worker */
void vdcm_doorbell_armed(struct vdcm_adi *adi);	/* worker */
void vdcm_doorbell_touched(struct vdcm_adi *adi);	/* under the mmap lock */
bool vdcm_doorbell_hw_page(struct vdcm_adi *adi);
vm_fault_t vdcm_doorbell_hw_fault(struct vdcm_adi *adi, struct vm_fault *vmf,
				  unsigned int page);
vm_fault_t vdcm_mapping_faulted(struct vm_fault *vmf);
int vdcm_mapping_add(struct vdcm_adi *adi, struct vm_area_struct *vma,
		     unsigned int page,
		     const struct vm_operations_struct *ops);
void vdcm_mapping_open(struct vm_area_struct *vma);
void vdcm_mapping_close(struct vm_area_struct *vma);

/* vdcm_main.c: for what a process can make last long */
extern struct workqueue_struct *vdcm_wq;

/* vdcm_bar.c */
void vdcm_bar_init(struct vdcm_adi *adi);
void vdcm_bar_off(struct vdcm_adi *adi);
void vdcm_bar_close(struct vdcm_adi *adi);
int vdcm_bar_prepare(struct vdcm_adi *adi);
int vdcm_bar_info(struct vdcm_adi *adi, struct vfio_region_info *info,
		  struct vfio_info_cap *caps);
int vdcm_bar_mmap(struct vdcm_adi *adi, struct vm_area_struct *vma);
void vdcm_bar_zap(struct vdcm_adi *adi);	/* worker */
void vdcm_bar_zap_page(struct vdcm_adi *adi, unsigned long nr);
u32 vdcm_bar_pending(struct vdcm_adi *adi);	/* any */
bool vdcm_bar_serve(struct vdcm_adi *adi);	/* worker */

void vdcm_doorbell_hw_start(struct vdcm_adi *adi, u32 txq, u32 rxq);
void vdcm_doorbell_hw_stop(struct vdcm_adi *adi, u32 txq, u32 rxq);

/* vdcm_hw.c: ADIs whose queues the PF's device runs */
extern const struct avf_hw_ops vdcm_hw_ops;
u32 vdcm_hw_no_caps(const struct adi_pf *pf);

/* vdcm_worker.c */
int vdcm_worker_start(struct vdcm_parent *parent);
void vdcm_worker_stop(struct vdcm_parent *parent);
void vdcm_worker_init(struct vdcm_adi *adi);
void vdcm_worker_kick(struct vdcm_adi *adi, u16 q);	/* any */
void vdcm_worker_look(struct vdcm_adi *adi);	/* any */
void vdcm_worker_unwatch(struct vdcm_adi *adi);
void vdcm_worker_sent(struct vdcm_adi *adi, u32 bytes);	/* worker */
void vdcm_worker_set_weight(struct vdcm_adi *adi, u32 weight);
void vdcm_worker_forget(struct vdcm_adi *adi);

/* vdcm_parent.c */
struct vdcm_parent *vdcm_parent_find(struct device *dev);
unsigned int vdcm_parent_available(const struct vdcm_parent *parent);
unsigned int vdcm_parent_shapes(const struct vdcm_parent *parent);
__printf(3, 4)
void vdcm_refused(struct vdcm_parent *parent, struct device *dev,
		  const char *fmt, ...);

/* vdcm_debugfs.c: process context */
void vdcm_debugfs_init(void);
void vdcm_debugfs_exit(void);
void vdcm_debugfs_add(struct vdcm_adi *adi);
void vdcm_debugfs_del(struct vdcm_adi *adi);

/* vdcm_sysfs.c */
extern const struct attribute_group *vdcm_adi_groups[];
int vdcm_type_description(struct vdcm_parent *parent,
			  const struct vdcm_shape *shape, char *buf);
#define VDCM_TYPE_PRETTY	"Intel AVF network function (vdcm)"

#endif /* VDCM_H */
