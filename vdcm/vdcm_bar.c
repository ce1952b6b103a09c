// SPDX-License-Identifier: GPL-2.0
/*
 * BAR0 as a region of its own that can be mapped whole: for a driver that runs
 * in a process on the host and has nobody to pass on its accesses (see
 * vdcm_bar.h for its side of it).
 *
 * The pages are made when somebody reads the region: VMMs ask for the info of
 * every region there is, and those of a guest shall stay as they are. From then
 * until the device is closed the model keeps the registers there, and avf_page.c
 * finds what was stored. When to look is vdcm_doorbell.c's business, with two
 * differences:
 *
 * - Only a store is news. Drivers poll registers, so a load maps the page read
 *   only, and nobody looks because of it; the first store to such a page comes
 *   to vdcm_bar_mkwrite().
 * - What was stored may need the control lock, and the worker must not wait: it
 *   sends a work item. VDCM_ADI_BAR_WORK is set while that is on its way.
 *
 * Where the PF's device has the queues, the worker passes on interrupt enables
 * that it finds. The doorbells are pages of that device while its queues run, if
 * there are such (vdcm_doorbell_hw_page()), and then nobody looks at them; else
 * they are ours, and the worker passes on tails, too.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pci_ids.h>

#include "vdcm.h"
#include "vdcm_bar.h"

#define VDCM_BAR_PGOFF							\
	(VDCM_INDEX_TO_OFFSET(VDCM_BAR_REGION_INDEX) >> PAGE_SHIFT)

/*
 * Work items of a device within this time, before the next has to wait for a
 * jiffy: more than a driver has messages to send, less than occupies a CPU.
 */
#define VDCM_BAR_WORKS		64
#define VDCM_BAR_WORKS_NS	(4 * NSEC_PER_MSEC)

static_assert(VDCM_REGION_TYPE ==
	      ((u32)VFIO_REGION_TYPE_PCI_VENDOR_TYPE | PCI_VENDOR_ID_INTEL));
static_assert(VDCM_BAR_SEEN_LEN == AVF_SEEN_LEN);
static_assert(VDCM_BAR_SEEN_DYN == AVF_SEEN_DYN);
static_assert(VDCM_BAR_SEEN_ENA == AVF_SEEN_ENA);
static_assert(PAGE_SIZE == AVF_PAGE_SIZE);

/* Doorbell page @nr is, AVF_DB_PAGES = none. */
static unsigned int vdcm_bar_doorbell(unsigned long nr)
{
	switch (nr) {
	case 0:
		return AVF_DB_TX;
	case 2:
		return AVF_DB_RX;
	case 3:
		return AVF_DB_INT;
	default:
		return AVF_DB_PAGES;
	}
}

/* A page of tails: the model has it, and it can be the PF's device's. */
static bool vdcm_bar_tails(unsigned long nr)
{
	return vdcm_bar_doorbell(nr) < AVF_DB_INT;
}

/*
 * Does a store to page @nr have to be seen? Not to the Rx tails' (nobody waits
 * for receive buffers) unless hardware has to be told them, and not where no
 * register acts.
 */
static bool vdcm_bar_watched(struct vdcm_adi *adi, unsigned long nr)
{
	switch (vdcm_bar_doorbell(nr)) {
	case AVF_DB_TX:
		return !vdcm_doorbell_hw_page(adi);
	case AVF_DB_RX:
		return adi->adi.pf->hw && !vdcm_doorbell_hw_page(adi);
	default:
		return nr >= VDCM_BAR_WATCHED && nr < VDCM_BAR_WATCHED_END;
	}
}

static struct page *vdcm_bar_page(struct vdcm_adi *adi, unsigned long nr)
{
	unsigned int db = vdcm_bar_doorbell(nr);

	return db < AVF_DB_PAGES ? adi->doorbell.page[db] : adi->bar.page[nr];
}

/* ---------------------------------------------------------------- mappings */

static vm_fault_t vdcm_bar_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct vdcm_mapping *m = vma->vm_private_data;
	unsigned long nr = vmf->pgoff - VDCM_BAR_PGOFF;
	bool watched, store;
	vm_fault_t ret;
	pgprot_t prot;

	if (nr >= AVF_BAR0_PAGES)
		return VM_FAULT_SIGBUS;
	if (vdcm_bar_tails(nr) && vdcm_doorbell_hw_page(m->adi))
		return vdcm_doorbell_hw_fault(m->adi, vmf,
					      vdcm_bar_doorbell(nr));

	watched = vdcm_bar_watched(m->adi, nr);
	store = vmf->flags & FAULT_FLAG_WRITE;
	/* Without VM_SHARED: as for a page to copy on write, so read only. */
	prot = vm_get_page_prot(watched && !store ? vma->vm_flags & ~VM_SHARED :
						    vma->vm_flags);
	ret = vmf_insert_pfn_prot(vma, vmf->address & PAGE_MASK,
				  page_to_pfn(vdcm_bar_page(m->adi, nr)), prot);
	if (ret != VM_FAULT_NOPAGE || !watched)
		return ret;
	/* Mapped first, then said so: see vdcm_doorbell_idle(). */
	if (store)
		vdcm_doorbell_touched(m->adi);
	return vdcm_mapping_faulted(vmf);
}

/*
 * A store to a page that is mapped read only. It becomes writable when we have
 * returned, unless it was unmapped meanwhile; then the store faults again. So
 * whoever unmaps it after what we say here, and looks, does not miss the store.
 */
static vm_fault_t vdcm_bar_mkwrite(struct vm_fault *vmf)
{
	struct vdcm_mapping *m = vmf->vma->vm_private_data;

	vdcm_doorbell_touched(m->adi);
	return 0;
}

static const struct vm_operations_struct vdcm_bar_ops = {
	.open = vdcm_mapping_open,
	.close = vdcm_mapping_close,
	.fault = vdcm_bar_fault,
	.pfn_mkwrite = vdcm_bar_mkwrite,
};

/**
 * vdcm_bar_mmap() - map BAR0, or some pages of it
 * @adi: the ADI, open
 * @vma: pages of the region; shared, not executable
 *
 * Called with the mmap lock held. Returns 0, -EINVAL outside the region or when
 * there is no such thing now, -EACCES, -ENOMEM.
 */
int vdcm_bar_mmap(struct vdcm_adi *adi, struct vm_area_struct *vma)
{
	unsigned long nr = vma->vm_pgoff - VDCM_BAR_PGOFF;

	/* Pairs with vdcm_bar_make(). */
	if (!smp_load_acquire(&adi->bar.on))
		return -EINVAL;
	if (nr >= AVF_BAR0_PAGES || vma_pages(vma) > AVF_BAR0_PAGES - nr)
		return -EINVAL;
	return vdcm_mapping_add(adi, vma, nr, &vdcm_bar_ops);
}

static void vdcm_bar_zap_pages(struct vdcm_adi *adi, unsigned long nr,
			       unsigned long n)
{
	loff_t start = VDCM_INDEX_TO_OFFSET(VDCM_BAR_REGION_INDEX);

	unmap_mapping_range(adi->doorbell.file->f_mapping,
			    start + nr * PAGE_SIZE, n * PAGE_SIZE, 1);
}

/**
 * vdcm_bar_zap_page() - take one page away
 * @adi: the ADI
 * @nr:  page of BAR0
 *
 * Process context.
 */
void vdcm_bar_zap_page(struct vdcm_adi *adi, unsigned long nr)
{
	if (READ_ONCE(adi->bar.on))
		vdcm_bar_zap_pages(adi, nr, 1);
}

/**
 * vdcm_bar_zap() - take all pages away to which a store has to be seen
 * @adi: the ADI
 *
 * Worker.
 */
void vdcm_bar_zap(struct vdcm_adi *adi)
{
	unsigned long nr;

	if (!READ_ONCE(adi->bar.on))
		return;
	for (nr = 0; nr < VDCM_BAR_WATCHED; nr++)
		if (vdcm_bar_watched(adi, nr))
			vdcm_bar_zap_pages(adi, nr, 1);
	vdcm_bar_zap_pages(adi, VDCM_BAR_WATCHED,
			   VDCM_BAR_WATCHED_END - VDCM_BAR_WATCHED);
}

/* ----------------------------------------------------------------- looking */

/**
 * vdcm_bar_pending() - what was stored that nobody has been sent to handle
 * @adi: the ADI
 *
 * Any context. Returns AVF_PAGE_*.
 */
u32 vdcm_bar_pending(struct vdcm_adi *adi)
{
	u32 pending = avf_page_pending(adi->avf);

	/*
	 * In this order: if the work has not begun by now, it will see what we
	 * saw.
	 */
	smp_rmb();
	if (test_bit(VDCM_ADI_BAR_WORK, &adi->flags))
		pending &= ~AVF_PAGE_CTL;
	return pending;
}

static void vdcm_bar_send(struct vdcm_adi *adi)
{
	struct vdcm_bar *bar = &adi->bar;
	bool often = READ_ONCE(bar->works) >= VDCM_BAR_WORKS;

	if (!test_and_set_bit(VDCM_ADI_BAR_WORK, &adi->flags))
		queue_delayed_work(vdcm_wq, &bar->work, often);
}

/**
 * vdcm_bar_serve() - handle what was stored, or send someone who can
 * @adi: the ADI
 *
 * Worker, within parent->srcu. Returns true when there was something.
 */
bool vdcm_bar_serve(struct vdcm_adi *adi)
{
	u32 pending = vdcm_bar_pending(adi);

	if (pending & AVF_PAGE_TAIL)
		avf_hw_tails(adi->avf);
	if (pending & AVF_PAGE_IRQ)
		avf_page_irqs(adi->avf);
	if (pending & AVF_PAGE_CTL)
		vdcm_bar_send(adi);
	return pending;
}

static void vdcm_bar_work(struct work_struct *work)
{
	struct vdcm_bar *bar = container_of(to_delayed_work(work),
					    struct vdcm_bar, work);
	struct vdcm_adi *adi = container_of(bar, struct vdcm_adi, bar);
	u64 now = ktime_get_ns();
	bool more;

	if (now - bar->since_ns > VDCM_BAR_WORKS_NS) {
		bar->since_ns = now;
		WRITE_ONCE(bar->works, 0);
	}
	WRITE_ONCE(bar->works, bar->works + 1);

	mutex_lock(&adi->ctl_lock);
	clear_bit(VDCM_ADI_BAR_WORK, &adi->flags);
	/* Who still saw it set has seen nothing that we shall not see. */
	smp_mb__after_atomic();
	avf_page_sync(adi->avf);
	if (avf_mbx_pending(adi->avf))
		avf_mbx_run(adi->avf);
	more = avf_mbx_pending(adi->avf) ||
	       (avf_page_pending(adi->avf) & AVF_PAGE_CTL);
	mutex_unlock(&adi->ctl_lock);

	if (more)
		vdcm_bar_send(adi);
}

/* -------------------------------------------------------------------- life */

static void vdcm_bar_free(struct vdcm_bar *bar)
{
	unsigned int nr;

	for (nr = 0; nr < AVF_BAR0_PAGES; nr++) {
		if (bar->page[nr])
			__free_page(bar->page[nr]);
		bar->page[nr] = NULL;
	}
}

/* Make the pages, and have the model use them. */
static int vdcm_bar_make(struct vdcm_adi *adi)
{
	struct vdcm_bar *bar = &adi->bar;
	void *mem[AVF_BAR0_PAGES];
	unsigned int nr;

	lockdep_assert_held(&adi->ctl_lock);
	if (bar->on || !adi->open ||
	    adi->doorbell.mode == VDCM_DOORBELL_TRAP)
		return 0;

	for (nr = 0; nr < AVF_BAR0_PAGES; nr++) {
		mem[nr] = NULL;
		if (vdcm_bar_tails(nr))
			continue;
		if (vdcm_bar_doorbell(nr) == AVF_DB_PAGES) {
			bar->page[nr] = alloc_page(GFP_KERNEL_ACCOUNT |
						   __GFP_ZERO);
			if (!bar->page[nr]) {
				vdcm_bar_free(bar);
				return -ENOMEM;
			}
		}
		mem[nr] = page_address(vdcm_bar_page(adi, nr));
	}

	avf_page_attach(adi->avf, mem);
	/* The pages are there, and right. */
	smp_store_release(&bar->on, true);
	return 0;
}

/**
 * vdcm_bar_prepare() - the region is about to be read, and perhaps mapped
 * @adi: the ADI
 *
 * Process context. Returns 0 or -ENOMEM.
 */
int vdcm_bar_prepare(struct vdcm_adi *adi)
{
	int ret = 0;

	/* Pairs with vdcm_bar_make(). */
	if (!smp_load_acquire(&adi->bar.on)) {
		mutex_lock(&adi->ctl_lock);
		ret = vdcm_bar_make(adi);
		mutex_unlock(&adi->ctl_lock);
	}
	return ret;
}

/**
 * vdcm_bar_info() - describe the region
 * @adi:  the ADI
 * @info: the region's info; index, offset, size and flags are filled in
 * @caps: capability chain
 *
 * Process context. Returns 0 or -ENOMEM.
 */
int vdcm_bar_info(struct vdcm_adi *adi, struct vfio_region_info *info,
		  struct vfio_info_cap *caps)
{
	struct vfio_region_info_cap_type type = {
		.header.id = VFIO_REGION_INFO_CAP_TYPE,
		.header.version = 1,
		.type = VDCM_REGION_TYPE,
		.subtype = VDCM_REGION_SUBTYPE_BAR0,
	};

	if (READ_ONCE(adi->doorbell.mode) != VDCM_DOORBELL_TRAP)
		info->flags |= VFIO_REGION_INFO_FLAG_MMAP;

	return vfio_info_add_capability(caps, &type.header, sizeof(type));
}

/**
 * vdcm_bar_off() - the device is being closed; no mapping exists any more
 * @adi: the ADI; ctl_lock held
 *
 * Before vdcm_bar_close() the worker must have seen that.
 */
void vdcm_bar_off(struct vdcm_adi *adi)
{
	lockdep_assert_held(&adi->ctl_lock);
	WRITE_ONCE(adi->bar.on, false);
	avf_page_detach(adi->avf);
}

/** vdcm_bar_close() - give the pages back. Process context. */
void vdcm_bar_close(struct vdcm_adi *adi)
{
	cancel_delayed_work_sync(&adi->bar.work);
	clear_bit(VDCM_ADI_BAR_WORK, &adi->flags);
	vdcm_bar_free(&adi->bar);
}

/** vdcm_bar_init() - prepare a new ADI */
void vdcm_bar_init(struct vdcm_adi *adi)
{
	INIT_DELAYED_WORK(&adi->bar.work, vdcm_bar_work);
}
