/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A container and an IOMMU that are arrays with one element a page, for
 * test_mirror.c. The IOMMU is one with large entries: it drops all of one when a
 * part of it is unmapped. The mirror's own source is compiled in, on a shim for
 * the kernel; see test/unit/Makefile.
 */
#ifndef MIRROR_BED_H
#define MIRROR_BED_H

#include "kshim.h"

/* Memory runs out when the test wants it. */
#define kvcalloc(n, len, gfp)	mirror_alloc(n, len)
static void *mirror_alloc(size_t n, size_t len);

#include "vdcm_mirror.c"

#include "unit.h"

#define BLOCKS		72u
#define PAGES		(BLOCKS * VDCM_BLOCK)
#define HUGE		((u64)VDCM_BLOCK * PAGE_SIZE)

enum access { NONE, RO, RW, BAR };
enum step { S_PIN, S_MAP, S_UNMAP, S_ALLOC, S_WAIT, S_PIN_HUGE, STEPS };

struct page_state {
	u64 phys;		/* what the container has here, if anything */
	enum access can;
	bool pinned;
	bool hugetlb;		/* of a page that is never split */
	bool held;		/* in one whose ends are pinned */
	u64 mapped;		/* what the IOMMU has here */
	enum access dma;
	bool huge;		/* in an entry for all of its block */
};

static struct page_state page[PAGES];
static u32 pages;	/* so many of them, for this test */
static struct vdcm_mirror mirror;
static u32 calls[STEPS], severed, busy, waits, unmapped;
static u32 fail_step, fail_at;	/* the so manieth call of it fails, from 1 */
static int fail_err;
static void (*while_waiting)(void);
static bool hugetlb;	/* what c_map() maps as huge is of pages never split */
static u32 seed = 1;

static u32 rnd(u32 n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static bool fails(enum step s)
{
	return ++calls[s] == fail_at && s == fail_step;
}

static void *mirror_alloc(size_t n, size_t len)
{
	return fails(S_ALLOC) ? NULL : calloc(n, len);
}

static int op_pin(void *host, u64 pfn, u32 n, bool write, u64 *phys)
{
	u32 i;

	CHECK(host == page && mirror.lock.held && !mirror.severed);
	CHECK(n && pfn / VDCM_BLOCK == (pfn + n - 1) / VDCM_BLOCK);
	if (fails(S_PIN))
		return fail_err;
	for (i = 0; i < n; i++) {
		const struct page_state *p = &page[pfn + i];

		if (pfn + i >= pages || p->can == NONE)
			return -ENOENT;
		if (p->can == BAR)
			return -EFAULT;
		if (write && p->can == RO)
			return -EPERM;
		CHECK(!p->pinned);
	}
	for (i = 0; i < n; i++) {
		page[pfn + i].pinned = true;
		phys[i] = page[pfn + i].phys;
	}
	return 0;
}

static int op_pin_huge(void *host, u64 pfn, u64 *phys)
{
	u32 i;

	CHECK(host == page && mirror.lock.held && !mirror.severed);
	CHECK(pfn % VDCM_BLOCK == 0);
	if (fails(S_PIN_HUGE) || pfn >= pages || !page[pfn].hugetlb ||
	    page[pfn].can != RW || page[pfn + VDCM_BLOCK - 1].can != RW)
		return -EAGAIN;
	for (i = 0; i < VDCM_BLOCK; i++) {
		CHECK(!page[pfn + i].pinned && !page[pfn + i].held);
		page[pfn + i].held = true;
	}
	page[pfn].pinned = true;
	page[pfn + VDCM_BLOCK - 1].pinned = true;
	*phys = page[pfn].phys;
	return 0;
}

static void op_unpin(void *host, u64 pfn, u64 n)
{
	u64 i, first = VDCM_BLOCK_FIRST(pfn), last = VDCM_BLOCK_LAST(pfn);
	bool held = page[pfn].held;

	CHECK(host == page && mirror.lock.held && n);
	for (; n; n--, pfn++) {
		/* in this order only */
		CHECK(page[pfn].dma == NONE);
		CHECK(page[pfn].pinned);
		CHECK(page[pfn].held == held);
		page[pfn].pinned = false;
	}
	if (!held || page[first].pinned || page[last].pinned)
		return;
	for (i = first; i <= last; i++) {
		CHECK(page[i].dma == NONE);
		page[i].held = false;
	}
}

static int op_map(void *host, u64 pfn, u64 phys, u32 n, bool write)
{
	u32 i;

	CHECK(host == page && mirror.lock.held && !mirror.severed);
	CHECK(n && pfn / VDCM_BLOCK == (pfn + n - 1) / VDCM_BLOCK);
	if (fails(S_MAP))
		return fail_err;
	for (i = 0; i < n; i++) {
		struct page_state *p = &page[pfn + i];

		CHECK((p->pinned || p->held) && p->dma == NONE);
		p->mapped = phys + i * PAGE_SIZE;
		p->dma = write ? RW : RO;
		p->huge = n == VDCM_BLOCK && phys % HUGE == 0;
	}
	return 0;
}

static bool op_unmap(void *host, u64 pfn, u64 n)
{
	u64 i, k;

	CHECK(host == page && mirror.lock.held && !mirror.severed && n);
	if (fails(S_UNMAP))
		return false;
	for (i = pfn; i < pfn + n; i++) {
		CHECK(page[i].dma != NONE || page[i].huge);
		if (page[i].huge) {
			u64 first = VDCM_BLOCK_FIRST(i);

			/* else memory is lost that still is mapped */
			CHECK(first >= pfn && first + VDCM_BLOCK <= pfn + n);
			for (k = first; k < first + VDCM_BLOCK; k++)
				page[k].huge = false;
		}
		page[i].dma = NONE;
	}
	return true;
}

static u64 op_phys(void *host, u64 pfn)
{
	CHECK(host == page && mirror.lock.held);
	CHECK(mirror.severed || page[pfn].dma != NONE);
	return page[pfn].mapped;
}

static void op_sever(void *host)
{
	u32 i;

	CHECK(host == page && mirror.lock.held);
	severed++;
	for (i = 0; i < pages; i++)
		page[i].dma = NONE;
}

static void op_unmapped(void *host)
{
	CHECK(host == page && mirror.lock.held);
	unmapped++;
}

static bool op_busy(void *host)
{
	CHECK(host == page && mirror.lock.held);
	if (!busy)
		return false;
	busy--;
	return true;
}

static int op_wait(void *host, bool is_busy)
{
	CHECK(host == page && !mirror.lock.held);
	waits += is_busy;
	if (while_waiting)
		while_waiting();
	return fails(S_WAIT) ? fail_err : 0;
}

static const struct vdcm_mirror_ops ops = {
	.pin = op_pin,
	.pin_huge = op_pin_huge,
	.unpin = op_unpin,
	.map = op_map,
	.unmap = op_unmap,
	.phys = op_phys,
	.sever = op_sever,
	.unmapped = op_unmapped,
	.busy = op_busy,
	.wait = op_wait,
};

static bool in_mirror(u32 pfn)
{
	return page[pfn].pinned || page[pfn].held;
}

static void begin(u32 blocks)
{
	CHECK(blocks <= BLOCKS);
	pages = blocks * VDCM_BLOCK;
	memset(page, 0, sizeof(page));
	memset(&mirror, 0, sizeof(mirror));
	memset(calls, 0, sizeof(calls));
	severed = 0;
	busy = 0;
	waits = 0;
	fail_at = 0;
	while_waiting = NULL;
	hugetlb = false;
	vdcm_mirror_init(&mirror, &ops, page);
}

static void end(void)
{
	u32 i;

	fail_at = 0;
	vdcm_mirror_unmap(&mirror, 0, ~0ull);
	CHECK_EQ(mirror.num, 0);
	CHECK_EQ(mirror.pages, 0);
	for (i = 0; i < pages; i++)
		CHECK(!in_mirror(i) && page[i].dma == NONE);
	vdcm_mirror_exit(&mirror);
}

/* ---------------------------------------------------------- the container */

static u64 next_phys = 1ull << 40;

/* @first to @last; huge: as the host's large pages, else 61 in a row */
static void c_map(u32 first, u32 last, enum access can, bool huge)
{
	u32 i;

	next_phys += HUGE - next_phys % HUGE;
	for (i = first; i <= last; i++) {
		CHECK(page[i].can == NONE);
		page[i].can = can;
		page[i].hugetlb = hugetlb && huge;
		page[i].phys = next_phys +
			       (huge ? i % VDCM_BLOCK : i + i / 61 * 5) * PAGE_SIZE;
		if (huge && i % VDCM_BLOCK == VDCM_BLOCK - 1)
			next_phys += 3 * HUGE;
	}
	next_phys += 8 * pages * PAGE_SIZE;
}

/* As type1 does it: asks us, then has it unpinned, then forgets. */
static void c_unmap(u32 first, u32 last)
{
	u32 i, before = unmapped;

	vdcm_mirror_unmap(&mirror, first, last);
	CHECK_EQ(unmapped, before + 1);
	for (i = first; i <= last; i++) {
		CHECK(!in_mirror(i) && page[i].dma == NONE);
		page[i].can = NONE;
	}
}

/* ---------------------------------------------------------- what must hold */

/* In the mirror, pinned, and mapped where and how it is: all the same pages. */
static void check_state(void)
{
	u64 sum = 0, prev = 0;
	u32 i, k;

	for (i = 0; i < mirror.num; i++) {
		const struct vdcm_extent *e = &mirror.extents[i];

		CHECK(e->first <= e->last && e->last < pages);
		if (i) {
			CHECK(e->first > prev);
			/* one where it can be */
			CHECK(e->first > prev + 1 ||
			      e->write != mirror.extents[i - 1].write ||
			      e->ends != mirror.extents[i - 1].ends);
		}
		prev = e->last;
		sum += e->last - e->first + 1;
	}
	CHECK_EQ(mirror.pages, sum);
	CHECK(mirror.num <= VDCM_MAX_EXTENTS && mirror.num <= mirror.room);

	for (i = 0, k = 0; i < pages; i++) {
		const struct page_state *p = &page[i];
		bool in;

		while (k < mirror.num && mirror.extents[k].last < i)
			k++;
		in = k < mirror.num && mirror.extents[k].first <= i;
		CHECK_EQ_AT(in_mirror(i), in, i);
		CHECK_EQ_AT(p->held, in && mirror.extents[k].ends, i);
		CHECK(!p->held || p->huge);
		if (severed) {
			CHECK(p->dma == NONE);
			continue;
		}
		CHECK_EQ_AT(p->dma, in ? p->can : NONE, i);
		if (in) {
			CHECK_EQ_AT(p->mapped, p->phys, i);
			CHECK_EQ(mirror.extents[k].write, p->can == RW);
		}
	}
	CHECK(!mirror.lock.held);
	CHECK_EQ(mirror.severed, severed);
}

/* The pages that are in it now, and those that probing finds besides. */
static bool want[PAGES];

static void expect_probe(u32 limit)
{
	u32 i, b;

	for (i = 0; i < pages; i++)
		want[i] = in_mirror(i);
	for (b = 0; b < limit; b += VDCM_BLOCK)
		if (!b || page[b].can || page[b + VDCM_BLOCK - 1].can)
			for (i = b; i < b + VDCM_BLOCK; i++)
				want[i] = page[i].can != NONE;
}

static void check_want(void)
{
	u32 i;

	for (i = 0; i < pages; i++)
		CHECK_EQ_AT(in_mirror(i), want[i], i);
	check_state();
}

static void probe(u32 limit)
{
	expect_probe(limit);
	CHECK_EQ(vdcm_mirror_probe(&mirror, limit), 0);
	check_want();
}

#endif /* MIRROR_BED_H */
