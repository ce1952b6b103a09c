// SPDX-License-Identifier: GPL-2.0
/*
 * The mirror's bookkeeping; see vdcm_mirror.h.
 *
 * One call of the IOMMU maps at most a block, so at most a block shares an entry
 * of its tables. Taking away a part of such a block would take away the rest as
 * well; vdcm_mirror_cut() maps the rest again.
 *
 * The lock is dropped between blocks, so that an unmapping user waits for one
 * block and not for a whole address space.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "vdcm_mirror.h"

#define VDCM_FIRST_ROOM		64u

void vdcm_mirror_init(struct vdcm_mirror *m, const struct vdcm_mirror_ops *ops,
		      void *host)
{
	m->ops = ops;
	m->host = host;
	mutex_init(&m->lock);
	m->left = VDCM_NONE_LEFT;
}

void vdcm_mirror_exit(struct vdcm_mirror *m)
{
	kvfree(m->extents);
	m->extents = NULL;
	m->room = 0;
}

/* ------------------------------------------------------------- the extents */

/* The extent that @pfn is in, or the first one behind it; may be @num. */
static u32 vdcm_extent_find(const struct vdcm_mirror *m, u64 pfn)
{
	u32 lo = 0, hi = m->num;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (m->extents[mid].last < pfn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Is there room for @n more? Makes some. 0, -E2BIG or -ENOMEM. */
static int vdcm_extent_reserve(struct vdcm_mirror *m, u32 n)
{
	struct vdcm_extent *extents;
	u32 room;

	if (m->num + n <= m->room)
		return 0;
	if (m->num + n > VDCM_MAX_EXTENTS)
		return -E2BIG;

	/* Powers of two, up to the most. */
	room = m->room ? 2 * m->room : VDCM_FIRST_ROOM;
	extents = kvcalloc(room, sizeof(*extents), GFP_KERNEL_ACCOUNT);
	if (!extents)
		return -ENOMEM;
	if (m->num)
		memcpy(extents, m->extents, m->num * sizeof(*extents));
	kvfree(m->extents);
	m->extents = extents;
	m->room = room;
	return 0;
}

static void vdcm_extent_insert_at(struct vdcm_mirror *m, u32 i)
{
	memmove(&m->extents[i + 1], &m->extents[i],
		(m->num - i) * sizeof(*m->extents));
	m->num++;
}

static void vdcm_extent_delete_at(struct vdcm_mirror *m, u32 i)
{
	m->num--;
	memmove(&m->extents[i], &m->extents[i + 1],
		(m->num - i) * sizeof(*m->extents));
}

/* None of the pages is in an extent, and there is room for one more. */
static void vdcm_extent_insert(struct vdcm_mirror *m, u64 pfn, u32 n,
			       bool write, bool ends)
{
	u32 i = vdcm_extent_find(m, pfn);
	struct vdcm_extent *e = &m->extents[i];
	bool left = i && e[-1].last + 1 == pfn && e[-1].write == write &&
		    e[-1].ends == ends;
	bool right = i < m->num && e->first == pfn + n && e->write == write &&
		     e->ends == ends;

	if (left && right) {
		e[-1].last = e->last;
		vdcm_extent_delete_at(m, i);
	} else if (left) {
		e[-1].last += n;
	} else if (right) {
		e->first = pfn;
	} else {
		vdcm_extent_insert_at(m, i);
		e->first = pfn;
		e->last = pfn + n - 1;
		e->write = write;
		e->ends = ends;
	}
	m->pages += n;
}

/* Pages of extent @i; where they are in its middle there is room for one more. */
static void vdcm_extent_remove(struct vdcm_mirror *m, u32 i, u64 first,
			       u64 last)
{
	struct vdcm_extent *e = &m->extents[i];

	m->pages -= last - first + 1;
	if (e->first == first && e->last == last) {
		vdcm_extent_delete_at(m, i);
	} else if (e->first == first) {
		e->first = last + 1;
	} else if (e->last == last) {
		e->last = first - 1;
	} else {
		vdcm_extent_insert_at(m, i);
		e[0].last = first - 1;
		e[1].first = last + 1;
	}
}

/* --------------------------------------------------------------- the pages */

static void vdcm_mirror_unmap_pages(struct vdcm_mirror *m, u64 pfn, u64 n)
{
	if (m->severed || m->ops->unmap(m->host, pfn, n))
		return;
	m->severed = true;
	m->ops->sever(m->host);
}

/* All of @n pages, each at its @phys, or none. */
static int vdcm_mirror_map_pages(struct vdcm_mirror *m, u64 pfn, u32 n,
				 const u64 *phys, bool write)
{
	u32 i, run;
	int ret;

	for (i = 0; i < n; i += run) {
		for (run = 1; i + run < n; run++)
			if (phys[i + run] != phys[i] + (u64)run * PAGE_SIZE)
				break;
		ret = m->ops->map(m->host, pfn + i, phys[i], run, write);
		if (ret) {
			if (i)
				vdcm_mirror_unmap_pages(m, pfn, i);
			return ret;
		}
	}
	return 0;
}

/* Pages of one block, none in the mirror: all or none. */
static int vdcm_mirror_take(struct vdcm_mirror *m, u64 pfn, u32 n, bool write)
{
	int ret;

	m->at = pfn;
	if (m->severed)
		return -ENODEV;
	/* One more than it needs: unmapping can split one. */
	ret = vdcm_extent_reserve(m, 2);
	if (ret)
		return ret;
	ret = m->ops->pin(m->host, pfn, n, write, m->phys[0]);
	if (ret)
		return ret;
	ret = vdcm_mirror_map_pages(m, pfn, n, m->phys[0], write);
	if (ret)
		m->ops->unpin(m->host, pfn, n);
	else
		vdcm_extent_insert(m, pfn, n, write, false);
	return ret;
}

/* Pages of an extent, out of the IOMMU's reach. */
static void vdcm_mirror_unpin(struct vdcm_mirror *m, u64 first, u64 last,
			      bool ends)
{
	if (!ends) {
		m->ops->unpin(m->host, first, last - first + 1);
		return;
	}
	for (; first <= last; first += VDCM_BLOCK) {
		m->ops->unpin(m->host, first, 1);
		m->ops->unpin(m->host, VDCM_BLOCK_LAST(first), 1);
	}
}

/* A block, none of it in the mirror, if it is a huge page. Else -EAGAIN. */
static int vdcm_mirror_take_huge(struct vdcm_mirror *m, u64 pfn)
{
	u64 phys;
	int ret;

	m->at = pfn;
	if (m->severed)
		return -ENODEV;
	ret = vdcm_extent_reserve(m, 2);
	if (ret)
		return ret;
	ret = m->ops->pin_huge(m->host, pfn, &phys);
	if (ret)
		return ret;
	ret = m->ops->map(m->host, pfn, phys, VDCM_BLOCK, true);
	if (ret)
		vdcm_mirror_unpin(m, pfn, VDCM_BLOCK_LAST(pfn), true);
	else
		vdcm_extent_insert(m, pfn, VDCM_BLOCK, true, true);
	return ret;
}

/*
 * There is nothing to be had. A VMM maps the BARs of its devices, too, and the
 * doorbell page of a queue that is off cannot be pinned.
 */
static bool vdcm_mirror_none(struct vdcm_mirror *m, u64 pfn, int ret)
{
	if (ret == -EFAULT && m->left == VDCM_NONE_LEFT)
		m->left = pfn;
	return ret == -ENOENT || ret == -EFAULT;
}

/*
 * Pages of one block, @first to @last, as far as there is memory; with @all it
 * is an error where there is none.
 */
static int vdcm_mirror_fill(struct vdcm_mirror *m, u64 first, u64 last,
			    bool all)
{
	u64 pfn = first;
	u32 step = VDCM_BLOCK;
	int ret;

	while (pfn <= last) {
		u32 i = vdcm_extent_find(m, pfn), n;
		u64 end = last;

		if (i < m->num && m->extents[i].first <= last) {
			if (m->extents[i].first <= pfn) {
				pfn = m->extents[i].last + 1;
				continue;
			}
			end = m->extents[i].first - 1;
		}
		n = min_t(u64, step, end - pfn + 1);

		ret = vdcm_mirror_take(m, pfn, n, true);
		if ((ret == -ENOENT || ret == -EFAULT || ret == -EPERM) &&
		    n > 1) {
			step = n / 2;
			continue;
		}
		if (ret == -EPERM)
			ret = vdcm_mirror_take(m, pfn, 1, false);
		if (ret && (all || !vdcm_mirror_none(m, pfn, ret)))
			return ret;
		if (!ret)
			step = min(2 * step, VDCM_BLOCK);
		pfn += n;
	}
	return 0;
}

/* Pages of one block, @first to @last, of which the user says they are there. */
static int vdcm_mirror_fill_told(struct vdcm_mirror *m, u64 first, u64 last)
{
	u32 i = vdcm_extent_find(m, first);
	int ret;

	if (last - first + 1 == VDCM_BLOCK &&
	    (i == m->num || m->extents[i].first > last)) {
		ret = vdcm_mirror_take_huge(m, first);
		if (ret != -EAGAIN)
			return ret;
	}
	return vdcm_mirror_fill(m, first, last, true);
}

/* Is the page in the mirror? Tries. 0, -ENOENT, or an error. */
static int vdcm_mirror_touch(struct vdcm_mirror *m, u64 pfn)
{
	return vdcm_mirror_fill(m, pfn, pfn, true);
}

/* Whatever memory there is in a block, if some is at an end of it. */
static int vdcm_mirror_probe_block(struct vdcm_mirror *m, u64 first)
{
	u64 last = VDCM_BLOCK_LAST(first);
	u32 i = vdcm_extent_find(m, first);
	int ret;

	/* Mostly there is memory everywhere, or nowhere. */
	if (i == m->num || m->extents[i].first > last) {
		ret = vdcm_mirror_take(m, first, VDCM_BLOCK, true);
		if (ret != -ENOENT && ret != -EFAULT && ret != -EPERM)
			return ret;
	}
	if (first) {
		ret = vdcm_mirror_touch(m, first);
		if (vdcm_mirror_none(m, first, ret))
			ret = vdcm_mirror_touch(m, last);
		if (ret)
			return vdcm_mirror_none(m, last, ret) ? 0 : ret;
	}
	return vdcm_mirror_fill(m, first, last, false);
}

/* Take the lock when it is a good time. 0, or why it never is. */
static int vdcm_mirror_enter(struct vdcm_mirror *m)
{
	bool busy = false;
	int ret;

	for (;;) {
		ret = m->ops->wait(m->host, busy);
		if (ret)
			return ret;
		mutex_lock(&m->lock);
		busy = m->ops->busy(m->host);
		if (!busy)
			return 0;
		mutex_unlock(&m->lock);
	}
}

int vdcm_mirror_probe(struct vdcm_mirror *m, u64 limit)
{
	u64 pfn = 0;
	int ret;

	while (pfn < limit) {
		u64 next = pfn + VDCM_BLOCK;
		u32 i;

		ret = vdcm_mirror_enter(m);
		if (ret)
			return ret;
		if (!pfn)
			m->left = VDCM_NONE_LEFT;
		i = vdcm_extent_find(m, pfn);
		if (i < m->num && m->extents[i].first <= pfn &&
		    m->extents[i].last >= VDCM_BLOCK_LAST(pfn))
			next = VDCM_BLOCK_FIRST(m->extents[i].last + 1);
		else
			ret = vdcm_mirror_probe_block(m, pfn);
		mutex_unlock(&m->lock);
		if (ret)
			return ret;
		pfn = next;
	}
	return 0;
}

int vdcm_mirror_add(struct vdcm_mirror *m, u64 first, u64 last)
{
	u64 pfn, end;
	int ret = 0;

	for (pfn = first; pfn <= last && !ret; pfn = end + 1) {
		end = min_t(u64, VDCM_BLOCK_LAST(pfn), last);
		ret = vdcm_mirror_enter(m);
		if (ret)
			break;
		ret = vdcm_mirror_fill_told(m, pfn, end);
		mutex_unlock(&m->lock);
	}
	if (ret)
		vdcm_mirror_unmap(m, first, last);
	return ret;
}

/*
 * Map what is left of a block that was unmapped as a whole; if that fails it
 * leaves the mirror too. Pages of the extent that @pfn is in.
 */
static void vdcm_mirror_restore(struct vdcm_mirror *m, u64 pfn, u32 n,
				const u64 *phys)
{
	u32 i = vdcm_extent_find(m, pfn);

	if (!m->severed &&
	    !vdcm_mirror_map_pages(m, pfn, n, phys, m->extents[i].write))
		return;
	m->ops->unpin(m->host, pfn, n);
	vdcm_extent_remove(m, i, pfn, pfn + n - 1);
}

/* Pages of extent @i leave; those around them stay. */
static void vdcm_mirror_cut(struct vdcm_mirror *m, u32 i, u64 first, u64 last)
{
	const struct vdcm_extent *e = &m->extents[i];
	bool ends = e->ends;
	u64 lo, hi, pfn;

	/* What is held by its ends is held as a whole. */
	if (ends) {
		first = VDCM_BLOCK_FIRST(first);
		last = VDCM_BLOCK_LAST(last);
	}

	/* Without room for one extent more lose what is behind them. */
	if (first > e->first && last < e->last && vdcm_extent_reserve(m, 1))
		last = m->extents[i].last;
	e = &m->extents[i];

	/* Do they share a block, and maybe an entry, with pages that stay? */
	lo = first;
	if (VDCM_BLOCK_FIRST(first) >= e->first &&
	    VDCM_BLOCK_LAST(first) <= e->last)
		lo = VDCM_BLOCK_FIRST(first);
	hi = last;
	if (VDCM_BLOCK_FIRST(last) >= e->first &&
	    VDCM_BLOCK_LAST(last) <= e->last)
		hi = VDCM_BLOCK_LAST(last);
	for (pfn = lo; pfn < first; pfn++)
		m->phys[0][pfn - lo] = m->ops->phys(m->host, pfn);
	for (pfn = last + 1; pfn <= hi; pfn++)
		m->phys[1][pfn - last - 1] = m->ops->phys(m->host, pfn);

	vdcm_mirror_unmap_pages(m, lo, hi - lo + 1);
	vdcm_mirror_unpin(m, first, last, ends);
	vdcm_extent_remove(m, i, first, last);
	if (lo < first)
		vdcm_mirror_restore(m, lo, first - lo, m->phys[0]);
	if (hi > last)
		vdcm_mirror_restore(m, last + 1, hi - last, m->phys[1]);
}

void vdcm_mirror_unmap(struct vdcm_mirror *m, u64 first, u64 last)
{
	u32 i;

	mutex_lock(&m->lock);
	for (;;) {
		const struct vdcm_extent *e;

		i = vdcm_extent_find(m, first);
		if (i == m->num || m->extents[i].first > last)
			break;
		e = &m->extents[i];
		vdcm_mirror_cut(m, i, max(first, e->first), min(last, e->last));
	}
	m->ops->unmapped(m->host);
	mutex_unlock(&m->lock);
}

bool vdcm_mirror_covers(struct vdcm_mirror *m, u64 first, u64 last, bool write)
{
	bool covers = false;
	u64 pfn = first;
	u32 i;

	mutex_lock(&m->lock);
	for (i = vdcm_extent_find(m, first); i < m->num && !m->severed; i++) {
		const struct vdcm_extent *e = &m->extents[i];

		if (e->first > pfn || (write && !e->write))
			break;
		pfn = e->last + 1;
		if (e->last >= last) {
			covers = true;
			break;
		}
	}
	mutex_unlock(&m->lock);
	return covers;
}
