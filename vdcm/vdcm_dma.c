// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory: pages are pinned when the device first touches them and stay
 * so until the user unmaps them or closes the device. Where a page cannot be
 * pinned (DPDK's type1 v1 container, a memlock limit), vfio copies for us.
 *
 * Unmapping is the delicate part. type1 calls us with its lock dropped and
 * expects every page of the range to be unpinned when we return; it gives up
 * with BUG() when it finds new pins too many times in a row. So a page is first
 * marked as leaving, which stops new users without waiting for anything, then
 * current users are waited for, then it is unpinned. A guest that makes the
 * worker touch a dying range again and again only gets copies: see
 * vdcm_dma_storm().
 */
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/mm.h>

#include "vdcm.h"

/* What an entry of the cache allows; values that xa_tag_pointer() takes. */
#define VDCM_PAGE_RW		0UL
#define VDCM_PAGE_RO		1UL
#define VDCM_PAGE_LEAVING	3UL

/* type1 gives up after ten rounds; stop pinning well before. */
#define VDCM_STORM_ROUNDS	4
#define VDCM_STORM_GAP		(HZ / 20 + 1)
#define VDCM_STORM_PAUSE	(HZ / 5 + 1)

/* type1 logs each page above the memlock limit: no more than one a second. */
#define VDCM_FULL_PAUSE		HZ

void vdcm_dma_init(struct vdcm_dma *dma)
{
	xa_init(&dma->pages);
	mutex_init(&dma->pin_lock);
}

/* Is @pfn in a range that was unmapped suspiciously often just now? */
static bool vdcm_dma_storm(const struct vdcm_dma *dma, unsigned long pfn)
{
	return dma->storm >= VDCM_STORM_ROUNDS && pfn >= dma->storm_lo &&
	       pfn <= dma->storm_hi && time_before(jiffies, dma->storm_end);
}

/* Was there no room for another pin a moment ago? */
static bool vdcm_dma_full(struct vdcm_dma *dma)
{
	lockdep_assert_held(&dma->pin_lock);

	if (dma->full && time_after_eq(jiffies, dma->full_end))
		dma->full = false;
	return dma->full;
}

static void vdcm_dma_storm_note(struct vdcm_dma *dma, unsigned long first,
				unsigned long last)
{
	lockdep_assert_held(&dma->pin_lock);

	if (first == dma->storm_lo && last == dma->storm_hi &&
	    time_before(jiffies, dma->storm_end))
		dma->storm++;
	else
		dma->storm = 0;

	dma->storm_lo = first;
	dma->storm_hi = last;
	dma->storm_end = jiffies + (dma->storm + 1 >= VDCM_STORM_ROUNDS ?
				    VDCM_STORM_PAUSE : VDCM_STORM_GAP);
}

static void *vdcm_dma_entry(void *entry, bool write)
{
	unsigned long tag;

	if (!entry)
		return NULL;
	tag = xa_pointer_tag(entry);
	if (tag == VDCM_PAGE_LEAVING || (write && tag == VDCM_PAGE_RO))
		return NULL;
	return xa_untag_pointer(entry);
}

static struct page *vdcm_dma_pin(struct vdcm_adi *adi, unsigned long pfn,
				 bool write)
{
	struct vdcm_dma *dma = &adi->dma;
	u64 iova = (u64)pfn << PAGE_SHIFT;
	unsigned long tag = VDCM_PAGE_RW;
	struct page *page = NULL;
	void *entry;
	int ret;

	mutex_lock(&dma->pin_lock);

	/* Somebody else was faster, or the page is leaving or read-only. */
	entry = xa_load(&dma->pages, pfn);
	if (entry) {
		page = vdcm_dma_entry(entry, write);
		goto unlock;
	}
	if (dma->no_pin || vdcm_dma_full(dma) || vdcm_dma_storm(dma, pfn))
		goto unlock;

	ret = vdcm_vdev_pin(adi, iova, true, &page);
	if (ret == -EPERM) {
		tag = VDCM_PAGE_RO;
		ret = vdcm_vdev_pin(adi, iova, false, &page);
	}
	if (ret) {
		page = NULL;
		if (ret == -EACCES)
			dma->no_pin = true;
		if (ret == -ENOMEM) {
			dma->full = true;
			dma->full_end = jiffies + VDCM_FULL_PAUSE;
		}
		goto unlock;
	}

	ret = xa_err(xa_store(&dma->pages, pfn, xa_tag_pointer(page, tag),
			      GFP_KERNEL_ACCOUNT));
	if (ret) {
		vdcm_vdev_unpin(adi, iova);
		page = NULL;
		goto unlock;
	}
	dma->nr_pinned++;
	if (write && tag == VDCM_PAGE_RO)
		page = NULL;

unlock:
	mutex_unlock(&dma->pin_lock);
	return page;
}

static void *vdcm_dma_page(struct vdcm_adi *adi, u64 iova, bool write)
{
	unsigned long pfn = iova >> PAGE_SHIFT;
	struct page *page;

	page = vdcm_dma_entry(xa_load(&adi->dma.pages, pfn), write);
	if (!page)
		page = vdcm_dma_pin(adi, pfn, write);

	return page ? page_address(page) : NULL;
}

/**
 * vdcm_dma_map() - host op dma_map of the model
 * @adi:   the ADI, open
 * @iova:  where
 * @len:   bytes, all in one page
 * @write: for writing
 *
 * Caller is inside parent->srcu; the pointer is good until it leaves.
 */
void *vdcm_dma_map(struct vdcm_adi *adi, u64 iova, u32 len, bool write)
{
	u32 offset = iova & ~PAGE_MASK;
	u8 *p;

	if (len > PAGE_SIZE - offset)
		return NULL;

	p = vdcm_dma_page(adi, iova, write);
	return p ? p + offset : NULL;
}

/**
 * vdcm_dma_rw() - copy to or from guest memory
 * @adi:   the ADI, open
 * @iova:  where; the range may cross pages
 * @buf:   host memory
 * @len:   bytes
 * @write: to the guest
 *
 * Process context. Returns 0 or -EFAULT; a part may have been copied then.
 */
int vdcm_dma_rw(struct vdcm_adi *adi, u64 iova, void *buf, u32 len, bool write)
{
	struct srcu_struct *srcu = &adi->parent->srcu;
	u8 *p = buf;

	if (len && iova + len - 1 < iova)
		return -EFAULT;

	while (len) {
		u32 n = min_t(u32, len, PAGE_SIZE - (iova & ~PAGE_MASK));
		int idx = srcu_read_lock(srcu);
		u8 *guest = vdcm_dma_map(adi, iova, n, write);

		if (guest && write)
			memcpy(guest, p, n);
		else if (guest)
			memcpy(p, guest, n);
		srcu_read_unlock(srcu, idx);

		if (!guest && vdcm_vdev_dma_rw(adi, iova, p, n, write))
			return -EFAULT;

		iova += n;
		p += n;
		len -= n;
	}

	return 0;
}

/* Unpin everything in a range of page frame numbers, both ends included. */
static void vdcm_dma_drop(struct vdcm_adi *adi, unsigned long first,
			  unsigned long last, bool storm)
{
	struct vdcm_dma *dma = &adi->dma;
	unsigned long pfn;
	bool any = false;
	void *entry;

	mutex_lock(&dma->pin_lock);
	if (storm)
		vdcm_dma_storm_note(dma, first, last);
	xa_for_each_range(&dma->pages, pfn, entry, first, last) {
		struct page *page = xa_untag_pointer(entry);

		/* The slot exists, so this cannot fail for want of memory. */
		xa_store(&dma->pages, pfn,
			 xa_tag_pointer(page, VDCM_PAGE_LEAVING), GFP_KERNEL);
		any = true;
	}
	mutex_unlock(&dma->pin_lock);

	if (!any)
		return;

	synchronize_srcu_expedited(&adi->parent->srcu);

	mutex_lock(&dma->pin_lock);
	xa_for_each_range(&dma->pages, pfn, entry, first, last) {
		if (xa_pointer_tag(entry) != VDCM_PAGE_LEAVING)
			continue;
		xa_erase(&dma->pages, pfn);
		dma->nr_pinned--;
		vdcm_vdev_unpin(adi, (u64)pfn << PAGE_SHIFT);
	}
	mutex_unlock(&dma->pin_lock);
}

/**
 * vdcm_dma_unmap() - the user takes memory away
 * @adi:  the ADI
 * @iova: start of the range
 * @len:  bytes
 *
 * Process context, from vfio's unmap callback. No page of the range is pinned
 * or in use on return, nor within reach of the device.
 */
void vdcm_dma_unmap(struct vdcm_adi *adi, u64 iova, u64 len)
{
	vdcm_pasid_unmap(adi, iova, len);
	if (len)
		vdcm_dma_drop(adi, iova >> PAGE_SHIFT,
			      (iova + len - 1) >> PAGE_SHIFT, true);
}

void vdcm_dma_open(struct vdcm_adi *adi)
{
	adi->dma.no_pin = false;
	adi->dma.full = false;
	adi->dma.storm = 0;
}

/**
 * vdcm_dma_close() - give all pages back
 * @adi: the ADI, its queues stopped and its control side unreachable
 */
void vdcm_dma_close(struct vdcm_adi *adi)
{
	vdcm_dma_drop(adi, 0, ULONG_MAX, false);
	xa_destroy(&adi->dma.pages);
}
