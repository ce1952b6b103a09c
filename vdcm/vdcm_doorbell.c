// SPDX-License-Identifier: GPL-2.0
/*
 * Doorbell pages: three pages of BAR0 that are plain memory, for users to map. A
 * store there costs a guest nothing, so somebody has to look.
 *
 * While a device is busy its PF's worker looks. When it has been idle for a
 * while the worker takes the page of the Tx tails out of the user's page tables,
 * looks a last time, and forgets about the device. The next store faults; the
 * fault handler puts the page back and sends the worker to look again. Nothing
 * is lost: a store either finds the page mapped, and then it is visible to the
 * look that follows the unmapping, or it faults. One fault for each time a
 * device gets busy, no exit while it is.
 *
 * The page of the interrupt enables (DYN_CTLN) goes and comes with that of the Tx
 * tails. The model itself looks there whenever a vector has a cause.
 *
 * The page of the Rx tails needs no such care: nobody waits for receive buffers.
 * Where all of BAR0 is mapped, every page with a register that acts when it is
 * stored goes and comes with the Tx tails: see vdcm_bar.c.
 *
 * Where the PF's device has the queues (adi_pf::hw) there is a page of the device
 * that holds the tail of one queue and nothing else. Users get our pages until
 * queue pair 0 runs, then the device's, which takes what is stored there at once;
 * nobody looks, and idle devices stay mapped. In the driver's BAR a page is all
 * queues'; so only a device with one queue pair has it mapped, others trap. A
 * driver that has nobody to trap for it (vdcm_bar.c) gets our pages for those,
 * and the worker passes on what is stored there.
 *
 * The fault handler runs under the mmap lock, which pinning takes inside other
 * locks; so it takes none but spinlocks, and vdcm_doorbell::lock, under which
 * nothing is waited for but page table locks. It lets go of the mmap lock and has
 * the fault retried, which finds the page there.
 *
 * Mappings are linked into a file of our own, because the vfio device's file
 * shares its address space with strangers on older kernels. Each holds a
 * reference to the device's file in turn: while one exists the device is open.
 */
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>

#include "vdcm.h"
#include "vdcm_trace.h"

/*
 * How long an idle device stays mapped. To take the page away and have it
 * faulted in again is worth it only when the device stays idle for long compared
 * with what that costs, and the cost differs by orders of magnitude between a
 * machine and an emulated one. So it is measured: a device is held for some
 * VDCM_HOLD_COSTS of it, and for twice as long each time it faults soon after,
 * whether because it has more to send or because its CPU was too busy elsewhere
 * to store at all before the page was gone.
 */
#define VDCM_HOLD_COSTS		50
#define VDCM_HOLD_MIN_NS	(200 * NSEC_PER_USEC)
#define VDCM_HOLD_MAX_NS	(50 * NSEC_PER_MSEC)
/* A fault after this many times what it was held is no longer soon. */
#define VDCM_SOON		8

/*
 * How long the interrupt for a lone Tx completion may wait for another. A driver
 * cannot tell that from throttling, which iavf's own adaptive one takes to 126 us
 * (IAVF_ITR_ADAPTIVE_MAX_USECS); so it should be where taking a page away costs
 * some 4 us. Where all takes a hundred times as long, so do answers.
 */
#define VDCM_TX_DELAY_COSTS	32
#define VDCM_TX_DELAY_MIN_NS	(64 * NSEC_PER_USEC)

static unsigned int tx_irq_delay_us = AVF_TX_DELAY_MAX / NSEC_PER_USEC;
module_param(tx_irq_delay_us, uint, 0644);
MODULE_PARM_DESC(tx_irq_delay_us,
		 "how long the interrupt for a lone sent frame waits for another at most, in us (0 = not at all)");

/* For tests that want a device to fall asleep at a time they know. */
static unsigned int doorbell_hold_us;
module_param(doorbell_hold_us, uint, 0644);
MODULE_PARM_DESC(doorbell_hold_us,
		 "debug: how long an idle device's doorbells stay mapped, in us (0 = as long as it pays)");

/* Which page of BAR0 is which doorbell page. */
static const unsigned long vdcm_doorbell_pgoff[AVF_DB_PAGES] = {
	[AVF_DB_TX] = 0,
	[AVF_DB_RX] = 2,
	[AVF_DB_INT] = 3,
};

/** vdcm_mapping_open() - vm operation: a mapping was copied */
void vdcm_mapping_open(struct vm_area_struct *vma)
{
	struct vdcm_mapping *m = vma->vm_private_data;

	refcount_inc(&m->users);
}

/** vdcm_mapping_close() - vm operation: a mapping, or a copy of it, is gone */
void vdcm_mapping_close(struct vm_area_struct *vma)
{
	struct vdcm_mapping *m = vma->vm_private_data;

	if (!refcount_dec_and_test(&m->users))
		return;
	fput(m->file);
	kfree(m);
}

/**
 * vdcm_mapping_add() - make a vma a mapping of pages of BAR0
 * @adi:  the ADI, open
 * @vma:  the vma
 * @page: what the operations take from vdcm_mapping::page
 * @ops:  its operations, with vdcm_mapping_open() and vdcm_mapping_close()
 *
 * Called with the mmap lock held. Returns 0, -EACCES unless it is shared and not
 * executable, -ENOMEM.
 */
int vdcm_mapping_add(struct vdcm_adi *adi, struct vm_area_struct *vma,
		     unsigned int page, const struct vm_operations_struct *ops)
{
	struct vdcm_mapping *m;

	if (!(vma->vm_flags & VM_SHARED) || (vma->vm_flags & VM_EXEC))
		return -EACCES;

	m = kzalloc(sizeof(*m), GFP_KERNEL_ACCOUNT);
	if (!m)
		return -ENOMEM;
	refcount_set(&m->users, 1);
	m->file = get_file(vma->vm_file);
	m->adi = adi;
	m->page = page;

	vm_flags_clear(vma, VM_MAYEXEC);
	/* A child of fork() has no business here. */
	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP |
			  VM_DONTCOPY);
	vma_set_file(vma, adi->doorbell.file);
	vma->vm_private_data = m;
	vma->vm_ops = ops;
	return 0;
}

/**
 * vdcm_doorbell_touched() - a page of doorbells was mapped, or is about to be
 * @adi: the ADI
 *
 * The fault handlers; under the mmap lock.
 */
void vdcm_doorbell_touched(struct vdcm_adi *adi)
{
	struct vdcm_doorbell *db = &adi->doorbell;

	atomic_long_inc(&db->faults);
	trace_vdcm_doorbell_fault(adi);
	/* Mapped first, then said so: see vdcm_doorbell_idle(). */
	smp_store_release(&db->mapped, true);
	vdcm_worker_look(adi);
}

/**
 * vdcm_mapping_faulted() - a fault has mapped a page that can be taken away
 * @vmf: the fault
 *
 * Returns what the fault handler has to return; at once, as afterwards the
 * mapping may be gone, and with it all of ours.
 */
vm_fault_t vdcm_mapping_faulted(struct vm_fault *vmf)
{
	/*
	 * KVM asks for the page like this and then looks for it itself. When
	 * we were faster than that, and took it away, it would give up (-EFAULT
	 * from KVM_RUN, the end of the guest); asked to retry, it looks once
	 * more.
	 */
	if (fault_flag_allow_retry_first(vmf->flags) &&
	    !(vmf->flags & FAULT_FLAG_RETRY_NOWAIT)) {
		release_fault_lock(vmf);
		return VM_FAULT_RETRY;
	}
	return VM_FAULT_NOPAGE;
}

static vm_fault_t vdcm_mapping_fault(struct vm_fault *vmf)
{
	struct vdcm_mapping *m = vmf->vma->vm_private_data;
	struct vdcm_doorbell *db = &m->adi->doorbell;
	vm_fault_t ret;

	ret = vmf_insert_pfn(vmf->vma, vmf->address & PAGE_MASK,
			     page_to_pfn(db->page[m->page]));
	if (ret != VM_FAULT_NOPAGE || m->page == AVF_DB_RX)
		return ret;
	/* Mapped first, then said so: see vdcm_doorbell_idle(). */
	vdcm_doorbell_touched(m->adi);
	return vdcm_mapping_faulted(vmf);
}

/**
 * vdcm_doorbell_hw_fault() - map a doorbell of a device that takes stores itself
 * @adi:  the ADI; see vdcm_doorbell_hw_page()
 * @vmf:  the fault
 * @page: AVF_DB_*
 *
 * Returns what the fault handler has to return; at once.
 */
vm_fault_t vdcm_doorbell_hw_fault(struct vdcm_adi *adi, struct vm_fault *vmf,
				  unsigned int page)
{
	struct vdcm_doorbell *db = &adi->doorbell;
	unsigned long addr = vmf->address & PAGE_MASK;
	/* Not the vma's, which may be such that the first store faults. */
	pgprot_t prot = vm_get_page_prot(vmf->vma->vm_flags);
	vm_fault_t ret;

	mutex_lock(&db->lock);
	if (db->hw[page])
		ret = vmf_insert_pfn_prot(vmf->vma, addr,
					  PHYS_PFN(db->hw[page]),
					  pgprot_noncached(prot));
	else
		ret = vmf_insert_pfn_prot(vmf->vma, addr,
					  page_to_pfn(db->page[page]), prot);
	mutex_unlock(&db->lock);
	if (ret != VM_FAULT_NOPAGE)
		return ret;

	if (page == AVF_DB_TX) {
		atomic_long_inc(&db->faults);
		trace_vdcm_doorbell_fault(adi);
	}
	return vdcm_mapping_faulted(vmf);
}

static vm_fault_t vdcm_mapping_hw_fault(struct vm_fault *vmf)
{
	struct vdcm_mapping *m = vmf->vma->vm_private_data;

	return vdcm_doorbell_hw_fault(m->adi, vmf, m->page);
}

static const struct vm_operations_struct vdcm_mapping_hw_ops = {
	.open = vdcm_mapping_open,
	.close = vdcm_mapping_close,
	.fault = vdcm_mapping_hw_fault,
};

static const struct vm_operations_struct vdcm_mapping_ops = {
	.open = vdcm_mapping_open,
	.close = vdcm_mapping_close,
	.fault = vdcm_mapping_fault,
};

/**
 * vdcm_doorbell_hw_page() - are the doorbells pages of the PF's device?
 * @adi: the ADI
 *
 * The same over its life. Process context, also under the mmap lock.
 */
bool vdcm_doorbell_hw_page(struct vdcm_adi *adi)
{
	const struct adi_hw_ops *hw = adi->adi.pf->hw;

	return hw && adi->adi.num_qps == 1 &&
	       hw->doorbell(&adi->adi, true, 0) &&
	       hw->doorbell(&adi->adi, false, 0);
}

/* May a user map doorbell pages? */
static bool vdcm_doorbell_mappable(struct vdcm_adi *adi)
{
	if (READ_ONCE(adi->doorbell.mode) == VDCM_DOORBELL_TRAP)
		return false;
	return !adi->adi.pf->hw || vdcm_doorbell_hw_page(adi);
}

/* The enables of interrupts are none where the PF's device has the queues. */
static unsigned int vdcm_doorbell_pages(struct vdcm_adi *adi)
{
	return adi->adi.pf->hw ? AVF_DB_INT : AVF_DB_PAGES;
}

/**
 * vdcm_doorbell_mmap() - map a doorbell page
 * @adi: the ADI, open
 * @vma: one page of BAR0, shared, not executable
 *
 * Called with the mmap lock held. Returns 0, -EINVAL for anything that is not a
 * doorbell page or while the device traps, -EACCES, -ENOMEM.
 */
int vdcm_doorbell_mmap(struct vdcm_adi *adi, struct vm_area_struct *vma)
{
	unsigned int page;

	if (!vdcm_doorbell_mappable(adi))
		return -EINVAL;
	for (page = 0; page < vdcm_doorbell_pages(adi); page++)
		if (vma->vm_pgoff == vdcm_doorbell_pgoff[page])
			break;
	if (page == vdcm_doorbell_pages(adi) || vma->vm_end - vma->vm_start != PAGE_SIZE)
		return -EINVAL;
	return vdcm_mapping_add(adi, vma, page,
				adi->adi.pf->hw ? &vdcm_mapping_hw_ops :
						  &vdcm_mapping_ops);
}

/**
 * vdcm_doorbell_caps() - say which pages of BAR0 can be mapped
 * @adi:  the ADI
 * @info: BAR0's region info
 * @caps: capability chain
 *
 * Returns 0 or -ENOMEM.
 */
int vdcm_doorbell_caps(struct vdcm_adi *adi, struct vfio_region_info *info,
		       struct vfio_info_cap *caps)
{
	struct {
		struct vfio_region_info_cap_sparse_mmap cap;
		struct vfio_region_sparse_mmap_area area[AVF_DB_PAGES];
	} sparse = {};
	unsigned int i;

	if (!vdcm_doorbell_mappable(adi))
		return 0;

	sparse.cap.header.id = VFIO_REGION_INFO_CAP_SPARSE_MMAP;
	sparse.cap.header.version = 1;
	sparse.cap.nr_areas = vdcm_doorbell_pages(adi);
	for (i = 0; i < sparse.cap.nr_areas; i++) {
		sparse.area[i].offset = vdcm_doorbell_pgoff[i] << PAGE_SHIFT;
		sparse.area[i].size = PAGE_SIZE;
	}

	info->flags |= VFIO_REGION_INFO_FLAG_MMAP;
	return vfio_info_add_capability(caps, &sparse.cap.header,
					struct_size(&sparse.cap, areas,
						    sparse.cap.nr_areas));
}

static void vdcm_doorbell_zap_page(struct vdcm_adi *adi, unsigned int page)
{
	unmap_mapping_range(adi->doorbell.file->f_mapping,
			    vdcm_doorbell_pgoff[page] << PAGE_SHIFT, PAGE_SIZE,
			    1);
}

static void vdcm_doorbell_zap(struct vdcm_adi *adi)
{
	struct vdcm_doorbell *db = &adi->doorbell;
	u64 start = ktime_get_ns();

	/* The page of the PF's device stays: nobody has to look at it. */
	if (!adi->adi.pf->hw) {
		vdcm_doorbell_zap_page(adi, AVF_DB_TX);
		vdcm_doorbell_zap_page(adi, AVF_DB_INT);
	}
	vdcm_bar_zap(adi);
	atomic_long_inc(&db->zaps);

	db->zap_ns = ktime_get_ns();
	trace_vdcm_doorbell_zap(adi, db->zap_ns - start);
	db->cost_ns = (7 * db->cost_ns + db->zap_ns - start) / 8;
}

/* Users get another page from now on: their next store faults. */
static void vdcm_doorbell_switch(struct vdcm_adi *adi, unsigned int page,
				 phys_addr_t hw)
{
	struct vdcm_doorbell *db = &adi->doorbell;

	lockdep_assert_held(&db->lock);
	db->hw[page] = hw;
	vdcm_doorbell_zap_page(adi, page);
	vdcm_bar_zap_page(adi, vdcm_doorbell_pgoff[page]);
	atomic_long_inc(&db->zaps);
	/* What was stored into the old page is visible now. */
	smp_mb();
}

/**
 * vdcm_doorbell_hw_start() - queues that the device runs have begun
 * @adi: the ADI; ctl
 * @txq: which of them
 * @rxq: which of them
 *
 * Their tails so far are passed on, all later ones are stored into the device's
 * pages where these can be mapped. Both under the lock: nobody can have stored
 * into the device's page yet when an older tail is passed on.
 */
void vdcm_doorbell_hw_start(struct vdcm_adi *adi, u32 txq, u32 rxq)
{
	const struct adi_hw_ops *hw = adi->adi.pf->hw;
	struct vdcm_doorbell *db = &adi->doorbell;
	bool map = vdcm_doorbell_mappable(adi);
	u16 q;

	mutex_lock(&db->lock);
	if (map && (txq & 1))
		vdcm_doorbell_switch(adi, AVF_DB_TX,
				     hw->doorbell(&adi->adi, true, 0));
	if (map && (rxq & 1))
		vdcm_doorbell_switch(adi, AVF_DB_RX,
				     hw->doorbell(&adi->adi, false, 0));
	for (q = 0; q < adi->adi.num_qps; q++) {
		if (rxq & BIT(q))
			avf_hw_tail(adi->avf, false, q);
		if (txq & BIT(q))
			avf_hw_tail(adi->avf, true, q);
	}
	mutex_unlock(&db->lock);
}

/**
 * vdcm_doorbell_hw_stop() - queues that the device runs are about to end
 * @adi: the ADI; ctl
 * @txq: which of them
 * @rxq: which of them
 *
 * On return no store of a user reaches their pages.
 */
void vdcm_doorbell_hw_stop(struct vdcm_adi *adi, u32 txq, u32 rxq)
{
	struct vdcm_doorbell *db = &adi->doorbell;

	mutex_lock(&db->lock);
	if ((txq & 1) && db->hw[AVF_DB_TX])
		vdcm_doorbell_switch(adi, AVF_DB_TX, 0);
	if ((rxq & 1) && db->hw[AVF_DB_RX])
		vdcm_doorbell_switch(adi, AVF_DB_RX, 0);
	mutex_unlock(&db->lock);
}

/**
 * vdcm_doorbell_tx_delay() - how long may an interrupt for sent frames wait?
 * @adi: the ADI
 *
 * Worker. Returns nanoseconds, see avf_int_tx_delay().
 */
u32 vdcm_doorbell_tx_delay(const struct vdcm_adi *adi)
{
	u64 max = READ_ONCE(tx_irq_delay_us) * (u64)NSEC_PER_USEC;
	u64 delay = max_t(u64, VDCM_TX_DELAY_COSTS * adi->doorbell.cost_ns,
			  VDCM_TX_DELAY_MIN_NS);

	return min3(delay, max, (u64)AVF_TX_DELAY_MAX);
}

/**
 * vdcm_doorbell_armed() - a device that was forgotten is watched again
 * @adi: the ADI
 *
 * Worker.
 */
void vdcm_doorbell_armed(struct vdcm_adi *adi)
{
	struct vdcm_doorbell *db = &adi->doorbell;
	u64 min = clamp_t(u64, VDCM_HOLD_COSTS * db->cost_ns, VDCM_HOLD_MIN_NS,
			  VDCM_HOLD_MAX_NS);
	u64 gone = ktime_get_ns() - db->zap_ns;

	if (gone < VDCM_SOON * db->hold_ns)
		db->hold_ns = min_t(u64, 2 * db->hold_ns, VDCM_HOLD_MAX_NS);
	else if (gone > 2 * VDCM_SOON * db->hold_ns)
		db->hold_ns /= 2;
	db->hold_ns = max(db->hold_ns, min);
}

/**
 * vdcm_doorbell_idle() - may an idle device be forgotten?
 * @adi:  the ADI; nothing is pending
 * @idle: nanoseconds since there was something to do
 *
 * Worker. When the time has come, takes the Tx page out of page tables. Returns
 * true when nobody needs to look at the device any more: the next store faults.
 */
bool vdcm_doorbell_idle(struct vdcm_adi *adi, u64 idle)
{
	struct vdcm_doorbell *db = &adi->doorbell;
	u64 hold;

	if (!READ_ONCE(db->mapped))
		return true;
	hold = READ_ONCE(doorbell_hold_us) * (u64)NSEC_PER_USEC;
	if (!hold)
		hold = db->hold_ns;
	if (READ_ONCE(db->mode) == VDCM_DOORBELL_MAPPED || idle < hold)
		return false;

	WRITE_ONCE(db->mapped, false);
	/*
	 * Whoever faults the page in from here on says so after it did, and
	 * sends us to look once more.
	 */
	smp_mb();
	vdcm_doorbell_zap(adi);
	/* What was stored before the page went is visible after it went. */
	smp_mb();
	if (avf_tx_pending(adi->avf) || vdcm_bar_pending(adi))
		vdcm_worker_look(adi);
	return true;
}

/**
 * vdcm_doorbell_set_mode() - choose how doorbells reach us
 * @adi:  the ADI; ctl_lock held
 * @mode: VDCM_DOORBELL_*
 *
 * Returns 0, or -EBUSY while the device is open: its user was told what can be
 * mapped.
 */
int vdcm_doorbell_set_mode(struct vdcm_adi *adi, enum vdcm_doorbell_mode mode)
{
	lockdep_assert_held(&adi->ctl_lock);

	if (adi->open)
		return -EBUSY;
	WRITE_ONCE(adi->doorbell.mode, mode);
	return 0;
}

/** vdcm_doorbell_close() - the device is closed: no mapping exists any more */
void vdcm_doorbell_close(struct vdcm_adi *adi)
{
	struct vdcm_doorbell *db = &adi->doorbell;

	WRITE_ONCE(db->mapped, false);
	db->hold_ns = VDCM_HOLD_MIN_NS;
}

/**
 * vdcm_doorbell_wipe() - the next user shall not see what this one has stored
 * @adi: the ADI, closed and reset: its registers are 0, the rest never was one
 *
 * Where interrupt enables are memory the model stores its own when memory
 * decoding comes on.
 */
void vdcm_doorbell_wipe(struct vdcm_adi *adi)
{
	unsigned int i;

	for (i = 0; i < AVF_DB_PAGES; i++)
		clear_page(page_address(adi->doorbell.page[i]));
}

/**
 * vdcm_doorbell_init() - pages and a file to link mappings into
 * @adi: the ADI
 *
 * Returns 0 or -errno.
 */
int vdcm_doorbell_init(struct vdcm_adi *adi)
{
	struct vdcm_doorbell *db = &adi->doorbell;
	unsigned int i;
	int ret = -ENOMEM;

	mutex_init(&db->lock);
	for (i = 0; i < AVF_DB_PAGES; i++) {
		/* Of order 0, each with a reference of its own, for KVM. */
		db->page[i] = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		if (!db->page[i])
			goto err_pages;
	}

	db->file = vdcm_shmem_file("vdcm");
	if (IS_ERR(db->file)) {
		ret = PTR_ERR(db->file);
		goto err_pages;
	}

	db->mode = VDCM_DOORBELL_AUTO;
	db->hold_ns = VDCM_HOLD_MIN_NS;
	return 0;

err_pages:
	while (i--)
		__free_page(db->page[i]);
	return ret;
}

/** vdcm_doorbell_exit() - mirror image; the device model is gone */
void vdcm_doorbell_exit(struct vdcm_adi *adi)
{
	struct vdcm_doorbell *db = &adi->doorbell;
	unsigned int i;

	fput(db->file);
	for (i = 0; i < AVF_DB_PAGES; i++)
		__free_page(db->page[i]);
}
