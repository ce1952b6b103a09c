// SPDX-License-Identifier: GPL-2.0
/*
 * Life of an ADI's PASID, and what the mirror of the user's memory does to pages;
 * see vdcm_pasid.h.
 *
 * type1 calls all devices of a container to unmap, with its lock dropped, and
 * again when it finds pages of the range pinned after that; the twelfth time is
 * a BUG(). So after each such call, of whatever range, nothing is pinned for a
 * while: checked with the mirror's lock held, however many threads of a user
 * try it, on however many devices.
 */
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat/pasid.h"
#include "vdcm.h"
#include "vdcm_mirror.h"
#include "vdcm_pasid.h"

static_assert(VDCM_BLOCK == VDCM_PIN_MAX);

/* How long nothing is pinned after unmapping; and how long one waits for that. */
#define VDCM_PASID_QUIET	(HZ / 50 + 1)
#define VDCM_PASID_PATIENCE	(HZ)
/* Pages unmapped at a time: 1 GiB. */
#define VDCM_PASID_CHUNK	BIT_ULL(18)

/**
 * struct vdcm_pasid_pf - a PF whose ADIs need PASIDs
 * @why:      there are none, and this is why; NULL: there are
 * @enabled:  to be undone
 * @resv:     ranges of IOVAs that are no memory for any device of its kind
 * @num_resv: how many
 */
struct vdcm_pasid_pf {
	const char *why;
	bool enabled;
	struct vdcm_iova_range {
		u64 first;
		u64 last;
	} *resv;
	unsigned int num_resv;
};

/**
 * struct vdcm_pasid - an ADI's
 * @adi:     whose
 * @space:   where its DMA goes
 * @mirror:  what is there
 * @hinted:  the user tells what it has mapped; do not probe
 * @told:    that something was left out; since it was opened
 * @quiet:   in jiffies: nothing is pinned before; under the mirror's lock
 * @give_up: in jiffies: whoever waits for @quiet stops waiting
 * @scratch: for pinning; under the mirror's lock
 */
struct vdcm_pasid {
	struct vdcm_adi *adi;
	struct vdcm_space space;
	struct vdcm_mirror mirror;
	bool hinted;
	bool told;
	unsigned long quiet;
	unsigned long give_up;
	struct vdcm_pin_scratch scratch;
};

/* ------------------------------------------------------------- of the mirror */

static int vdcm_pasid_pin(void *host, u64 pfn, u32 n, bool write, u64 *phys)
{
	struct vdcm_pasid *p = host;

	return vdcm_vdev_pin_pages(p->adi, pfn << PAGE_SHIFT, n, write, phys,
				   &p->scratch);
}

/*
 * Not a transparent huge page: of that its user may have mapped parts only. A
 * page that is pinned stays what it is.
 */
static bool vdcm_pasid_is_huge(u64 phys)
{
	struct page *page = pfn_to_page(PHYS_PFN(phys));

	return IS_ALIGNED(phys, VDCM_BLOCK * PAGE_SIZE) && PageHuge(page) &&
	       page_size(compound_head(page)) >= VDCM_BLOCK * PAGE_SIZE;
}

static int vdcm_pasid_pin_huge(void *host, u64 pfn, u64 *phys)
{
	struct vdcm_pasid *p = host;
	u64 iova = pfn << PAGE_SHIFT, end = VDCM_BLOCK_LAST(pfn) << PAGE_SHIFT;
	u64 last;

	if (vdcm_vdev_pin_pages(p->adi, iova, 1, true, phys, &p->scratch))
		return -EAGAIN;
	if (vdcm_pasid_is_huge(*phys) &&
	    !vdcm_vdev_pin_pages(p->adi, end, 1, true, &last, &p->scratch)) {
		if (last - *phys == end - iova)
			return 0;
		vdcm_vdev_unpin_pages(p->adi, end, 1, &p->scratch);
	}
	vdcm_vdev_unpin_pages(p->adi, iova, 1, &p->scratch);
	return -EAGAIN;
}

static void vdcm_pasid_unpin(void *host, u64 pfn, u64 n)
{
	struct vdcm_pasid *p = host;

	while (n) {
		u32 now = min_t(u64, n, VDCM_PIN_MAX);

		vdcm_vdev_unpin_pages(p->adi, pfn << PAGE_SHIFT, now,
				      &p->scratch);
		pfn += now;
		n -= now;
		cond_resched();
	}
}

static void vdcm_pasid_unmapped(void *host)
{
	struct vdcm_pasid *p = host;

	p->quiet = jiffies + VDCM_PASID_QUIET;
}

static int vdcm_pasid_map(void *host, u64 pfn, u64 phys, u32 n, bool write)
{
	struct vdcm_pasid *p = host;
	const struct vdcm_pasid_pf *pf = p->adi->parent->pasid;
	const struct iommu_domain_geometry *geo = &p->space.domain->geometry;
	u64 iova = pfn << PAGE_SHIFT, len = (u64)n << PAGE_SHIFT;
	unsigned int i;

	if (geo->force_aperture && (iova < geo->aperture_start ||
				    iova + len - 1 > geo->aperture_end))
		return -ERANGE;
	for (i = 0; i < pf->num_resv; i++)
		if (iova <= pf->resv[i].last &&
		    iova + len - 1 >= pf->resv[i].first)
			return -ERANGE;

	return vdcm_space_map(&p->space, iova, phys, len,
			      IOMMU_READ | IOMMU_CACHE |
			      (write ? IOMMU_WRITE : 0));
}

static bool vdcm_pasid_unmap_pages(void *host, u64 pfn, u64 n)
{
	struct vdcm_pasid *p = host;
	bool all = true;

	while (n) {
		u64 now = min_t(u64, n, VDCM_PASID_CHUNK);
		size_t len = now << PAGE_SHIFT;

		/* Nor can the device's TLB or the IOMMU's on return. */
		if (iommu_unmap(p->space.domain, pfn << PAGE_SHIFT, len) < len)
			all = false;
		pfn += now;
		n -= now;
		cond_resched();
	}
	return all;
}

static u64 vdcm_pasid_phys(void *host, u64 pfn)
{
	struct vdcm_pasid *p = host;

	return iommu_iova_to_phys(p->space.domain, pfn << PAGE_SHIFT);
}

static void vdcm_pasid_sever(void *host)
{
	struct vdcm_pasid *p = host;

	vdcm_space_sever(&p->space);
	/* On some kernels the PASID is free now, and the device has it still. */
	WRITE_ONCE(p->adi->parent->pasid->why,
		   "the IOMMU failed to unmap; load the PF driver again");
	dev_err(p->adi->dev,
		"the IOMMU failed to unmap memory: the device is cut off from all of it; remove it and load the PF driver again\n");
}

static bool vdcm_pasid_busy(void *host)
{
	const struct vdcm_pasid *p = host;

	return time_before(jiffies, p->quiet);
}

static int vdcm_pasid_wait(void *host, bool busy)
{
	const struct vdcm_pasid *p = host;

	if (fatal_signal_pending(current))
		return -EINTR;
	cond_resched();
	if (!busy)
		return 0;
	if (time_after(jiffies, READ_ONCE(p->give_up)))
		return -EBUSY;
	schedule_timeout_killable(1);
	return 0;
}

static const struct vdcm_mirror_ops vdcm_pasid_mirror_ops = {
	.pin = vdcm_pasid_pin,
	.pin_huge = vdcm_pasid_pin_huge,
	.unpin = vdcm_pasid_unpin,
	.map = vdcm_pasid_map,
	.unmap = vdcm_pasid_unmap_pages,
	.phys = vdcm_pasid_phys,
	.sever = vdcm_pasid_sever,
	.unmapped = vdcm_pasid_unmapped,
	.busy = vdcm_pasid_busy,
	.wait = vdcm_pasid_wait,
};

/* ------------------------------------------------------------------ of a PF */

static int vdcm_pasid_pf_resv(struct vdcm_pasid_pf *p, struct device *dev)
{
	struct iommu_resv_region *region, *next;
	struct iommu_group *group;
	LIST_HEAD(regions);
	unsigned int n = 0;
	int ret;

	group = iommu_group_get(dev);
	if (!group)
		return -ENODEV;
	ret = iommu_get_group_resv_regions(group, &regions);
	iommu_group_put(group);

	list_for_each_entry(region, &regions, list)
		n++;
	if (!ret && n) {
		p->resv = kcalloc(n, sizeof(*p->resv), GFP_KERNEL);
		if (!p->resv)
			ret = -ENOMEM;
	}
	list_for_each_entry_safe(region, next, &regions, list) {
		/* Firmware's own DMA has nothing to do with a PASID. */
		if (!ret && region->length &&
		    region->type != IOMMU_RESV_DIRECT &&
		    region->type != IOMMU_RESV_DIRECT_RELAXABLE) {
			p->resv[p->num_resv].first = region->start;
			p->resv[p->num_resv].last = region->start +
						    region->length - 1;
			p->num_resv++;
		}
		list_del(&region->list);
		kfree(region);
	}
	return ret;
}

/* The only way to know is to try. */
static int vdcm_pasid_pf_try(struct vdcm_pasid_pf *p, struct device *dev)
{
	struct vdcm_space space = {};
	int ret;

	ret = vdcm_space_enable(dev, &p->why);
	if (ret)
		return ret;
	p->enabled = true;
	ret = vdcm_space_create(&space, dev, &p->why);
	if (ret)
		return ret;
	vdcm_space_destroy(&space);

	ret = vdcm_pasid_pf_resv(p, dev);
	if (ret)
		p->why = "the IOMMU does not tell which addresses it reserves";
	return ret;
}

int vdcm_pasid_pf_init(struct vdcm_parent *parent)
{
	struct adi_pf *pf = parent->pf;
	struct vdcm_pasid_pf *p;
	int ret;

	if (!pf->hw)
		return 0;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;

	ret = vdcm_pasid_pf_try(p, pf->dev);
	if (ret)
		dev_warn(pf->dev, "no PASIDs: %s (%d); it can make no ADI\n",
			 p->why, ret);
	parent->pasid = p;
	return 0;
}

void vdcm_pasid_pf_exit(struct vdcm_parent *parent)
{
	struct vdcm_pasid_pf *p = parent->pasid;

	if (!p)
		return;
	if (p->enabled)
		vdcm_space_disable(parent->pf->dev);
	kfree(p->resv);
	kfree(p);
	parent->pasid = NULL;
}

bool vdcm_pasid_usable(const struct vdcm_parent *parent)
{
	return !parent->pasid || !READ_ONCE(parent->pasid->why);
}

int vdcm_pasid_mode(const struct vdcm_parent *parent, char *buf)
{
	const struct vdcm_pasid_pf *p = parent->pasid;
	const char *why = p ? READ_ONCE(p->why) : "the PF needs no PASIDs";

	if (why)
		return sprintf(buf, "none: %s\n", why);
	return sprintf(buf, "%s\n", vdcm_space_how);
}

/* --------------------------------------------------------------- of an ADI */

int vdcm_pasid_create(struct vdcm_adi *adi)
{
	struct vdcm_pasid_pf *pf = adi->parent->pasid;
	struct device *dev = adi->parent->pf->dev;
	const char *why;
	struct vdcm_pasid *p;
	int ret;

	if (!pf)
		return 0;
	why = READ_ONCE(pf->why);
	if (why) {
		vdcm_refused(adi->parent, dev,
			     "cannot create %s: no PASIDs: %s",
			     dev_name(adi->dev), why);
		return -EOPNOTSUPP;
	}

	p = kvzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return -ENOMEM;
	ret = vdcm_space_create(&p->space, dev, &why);
	if (ret) {
		vdcm_refused(adi->parent, dev,
			     "cannot create %s: no PASID for it: %s (%d)",
			     dev_name(adi->dev), why, ret);
		kvfree(p);
		return ret;
	}

	p->adi = adi;
	p->quiet = jiffies;
	vdcm_mirror_init(&p->mirror, &vdcm_pasid_mirror_ops, p);
	adi->pasid = p;
	adi->adi.pasid = p->space.pasid;
	return 0;
}

void vdcm_pasid_destroy(struct vdcm_adi *adi)
{
	struct vdcm_pasid *p = adi->pasid;

	if (!p)
		return;
	adi->pasid = NULL;
	adi->adi.pasid = ADI_NO_PASID;
	vdcm_space_destroy(&p->space);
	vdcm_mirror_exit(&p->mirror);
	kvfree(p);
}

static void vdcm_pasid_refuse(struct vdcm_pasid *p, int err)
{
	const char *why;

	switch (err) {
	case -EINTR:
		return;
	case -EACCES:
		why = "its container cannot pin pages, use VFIO_TYPE1v2_IOMMU";
		break;
	case -ENOMEM:
		why = "out of memory, or of locked memory (ulimit -l)";
		break;
	case -ENOENT:
		why = "the user said it is mapped, and it is not";
		break;
	case -ERANGE:
		why = "the IOMMU can map no memory there";
		break;
	case -E2BIG:
		why = "it is in too many pieces";
		break;
	case -EBUSY:
		why = "the user unmaps without end";
		break;
	case -ENODEV:
		why = "the IOMMU failed to unmap before";
		break;
	default:
		why = "it cannot be pinned, or the IOMMU cannot map it";
	}
	if (__ratelimit(&p->adi->user_log))
		vdcm_refused(p->adi->parent, p->adi->dev,
			     "out of reach of the device: memory at 0x%llx: %s (%d)",
			     READ_ONCE(p->mirror.at) << PAGE_SHIFT, why, err);
}

/* A VMM that maps its devices' BARs does not expect DMA to these to work. */
static void vdcm_pasid_tell(struct vdcm_pasid *p)
{
	u64 left = READ_ONCE(p->mirror.left);

	if (left == VDCM_NONE_LEFT || p->told)
		return;
	p->told = true;
	dev_info(p->adi->dev,
		 "what is mapped at 0x%llx cannot be pinned, so the device does not reach it; a BAR needs not be reached\n",
		 left << PAGE_SHIFT);
}

/* Where a virtual machine has no memory any more, as page frame number. */
static u64 vdcm_pasid_limit(const struct vdcm_pasid *p)
{
	const struct iommu_domain_geometry *geo = &p->space.domain->geometry;
	u64 limit = ((4ull << 30) >> PAGE_SHIFT) + 2 * (u64)totalram_pages();

	if (geo->force_aperture)
		limit = min_t(u64, limit,
			      (geo->aperture_end >> PAGE_SHIFT) + 1);
	return VDCM_BLOCK_FIRST(limit + VDCM_BLOCK - 1);
}

int vdcm_pasid_cover(struct vdcm_adi *adi)
{
	struct vdcm_pasid *p = adi->pasid;
	int ret = 0;

	if (!p)
		return 0;
	lockdep_assert_held(&adi->ctl_lock);

	WRITE_ONCE(p->give_up, jiffies + VDCM_PASID_PATIENCE);
	if (READ_ONCE(p->mirror.severed))
		ret = -ENODEV;
	else if (!READ_ONCE(p->hinted))
		ret = vdcm_mirror_probe(&p->mirror, vdcm_pasid_limit(p));
	if (ret)
		vdcm_pasid_refuse(p, ret);
	else
		vdcm_pasid_tell(p);
	return ret;
}

int vdcm_pasid_ring(struct vdcm_adi *adi, u64 iova, u64 len)
{
	u64 last = iova + len - 1;

	if (!adi->pasid)
		return 0;
	if (last >= iova &&
	    vdcm_mirror_covers(&adi->pasid->mirror, iova >> PAGE_SHIFT,
			       last >> PAGE_SHIFT, true))
		return 0;
	if (__ratelimit(&adi->user_log))
		vdcm_refused(adi->parent, adi->dev,
			     "out of reach of the device: the ring at 0x%llx: it is not mapped for writing, or was not found (VDCM_DMA_HINT)",
			     iova);
	return -EFAULT;
}

int vdcm_pasid_hint(struct vdcm_adi *adi, u64 iova, u64 len)
{
	struct vdcm_pasid *p = adi->pasid;
	int ret;

	if (!len || !PAGE_ALIGNED(iova | len) || iova + len - 1 < iova)
		return -EINVAL;
	if (!p)
		return 0;

	WRITE_ONCE(p->hinted, true);
	WRITE_ONCE(p->give_up, jiffies + VDCM_PASID_PATIENCE);
	ret = vdcm_mirror_add(&p->mirror, iova >> PAGE_SHIFT,
			      (iova + len - 1) >> PAGE_SHIFT);
	if (ret)
		vdcm_pasid_refuse(p, ret);
	return ret;
}

void vdcm_pasid_unmap(struct vdcm_adi *adi, u64 iova, u64 len)
{
	if (adi->pasid && len)
		vdcm_mirror_unmap(&adi->pasid->mirror, iova >> PAGE_SHIFT,
				  (iova + len - 1) >> PAGE_SHIFT);
}

void vdcm_pasid_close(struct vdcm_adi *adi)
{
	struct vdcm_pasid *p = adi->pasid;

	if (!p)
		return;
	vdcm_mirror_unmap(&p->mirror, 0, U64_MAX);
	p->hinted = false;
	p->told = false;
}

unsigned long vdcm_pasid_pages(const struct vdcm_adi *adi)
{
	return adi->pasid ? READ_ONCE(adi->pasid->mirror.pages) : 0;
}
