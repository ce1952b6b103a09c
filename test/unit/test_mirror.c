// SPDX-License-Identifier: GPL-2.0
/*
 * The mirror of what a container maps, against the container and the IOMMU of
 * mirror_bed.h.
 */
#include "mirror_bed.h"

/* A machine of 9 blocks of 12: holes, ROMs, memory above the PCI hole. */
static void machine(bool huge)
{
	c_map(0, 0x9f, RW, huge);
	c_map(0xc0, 0xca, RO, huge);
	c_map(0xcb, 0xcd, RW, huge);
	c_map(0xe0, 0xff, RO, huge);
	c_map(0x100, 4 * VDCM_BLOCK - 1, RW, huge);
	c_map(7 * VDCM_BLOCK, 9 * VDCM_BLOCK - 1, RW, huge);
}

TEST_ONCE(machine)
{
	u32 full, pins;

	begin(64);
	machine(true);
	probe(pages);
	CHECK_EQ(mirror.num, 6);
	CHECK(page[VDCM_BLOCK].huge && page[8 * VDCM_BLOCK].huge);
	CHECK(!page[0].huge);
	CHECK_EQ(page[0xc0].dma, RO);
	CHECK_EQ(page[0xcb].dma, RW);
	/* a call for each full block, three for each empty one */
	full = 5;
	CHECK(calls[S_PIN] <= full + 3 * (64 - full - 1) + 700);
	CHECK_EQ(calls[S_WAIT], 64);
	/* of the first one not each page by itself, three times over */
	CHECK(calls[S_PIN] > full + 3 * (64 - full - 1));

	/* again: nothing to be done for what is there */
	pins = calls[S_PIN];
	probe(pages);
	CHECK(calls[S_PIN] - pins <= 3 * (64 - full - 1) + 700);
	CHECK_EQ(calls[S_UNMAP], 0);

	/* memory that came later */
	c_map(9 * VDCM_BLOCK, 12 * VDCM_BLOCK - 1, RW, false);
	probe(pages);
	CHECK_EQ(mirror.num, 6);
	CHECK(vdcm_mirror_covers(&mirror, 7 * VDCM_BLOCK,
				 12 * VDCM_BLOCK - 1, true));
	end();
}

/* What probing finds, and what it does not. */
TEST_ONCE(found)
{
	begin(12);
	c_map(3, 3, RW, false);			/* in the first block */
	c_map(VDCM_BLOCK + 1, VDCM_BLOCK + 9, RW, false); /* inside of one */
	c_map(2 * VDCM_BLOCK, 2 * VDCM_BLOCK, RW, false); /* its first page */
	c_map(4 * VDCM_BLOCK - 1, 4 * VDCM_BLOCK - 1, RO, false); /* its last */
	c_map(5 * VDCM_BLOCK - 3, 6 * VDCM_BLOCK + 3, RW, true);
	c_map(10 * VDCM_BLOCK, 11 * VDCM_BLOCK - 1, RW, true);	/* beyond */
	CHECK_EQ(vdcm_mirror_probe(&mirror, 10 * VDCM_BLOCK), 0);
	check_state();
	CHECK(in_mirror(3));
	CHECK(!in_mirror(VDCM_BLOCK + 1) && !in_mirror(VDCM_BLOCK + 9));
	CHECK(in_mirror(2 * VDCM_BLOCK));
	CHECK(in_mirror(4 * VDCM_BLOCK - 1));
	CHECK(vdcm_mirror_covers(&mirror, 5 * VDCM_BLOCK - 3,
				 6 * VDCM_BLOCK + 3, true));
	CHECK(!in_mirror(10 * VDCM_BLOCK));
	CHECK_EQ(mirror.pages, 1 + 1 + 1 + 7 + VDCM_BLOCK);

	/* and what it does not find can be told */
	CHECK_EQ(vdcm_mirror_add(&mirror, VDCM_BLOCK + 1, VDCM_BLOCK + 9), 0);
	check_state();
	CHECK_EQ(mirror.pages, 1 + 1 + 1 + 7 + VDCM_BLOCK + 9);
	end();
}

/* What a VMM maps and cannot be pinned is left out, and its neighbours are not. */
TEST_ONCE(bars)
{
	const u32 at = 3 * VDCM_BLOCK;

	begin(8);
	c_map(0, VDCM_BLOCK - 1, RW, true);
	c_map(at, at, BAR, false);		/* two pages of one */
	c_map(at + 2, at + 2, BAR, false);
	c_map(at + 3, at + 99, RW, false);	/* found by nobody */
	c_map(4 * VDCM_BLOCK, 5 * VDCM_BLOCK - 1, BAR, false);
	c_map(5 * VDCM_BLOCK, 5 * VDCM_BLOCK + 9, BAR, false);
	c_map(5 * VDCM_BLOCK + 10, 6 * VDCM_BLOCK - 1, RW, false);
	CHECK_EQ(mirror.left, VDCM_NONE_LEFT);
	CHECK_EQ(vdcm_mirror_probe(&mirror, pages), 0);
	CHECK_EQ(mirror.left, at);
	CHECK_EQ(mirror.pages, VDCM_BLOCK + VDCM_BLOCK - 10);
	CHECK(in_mirror(0) && in_mirror(5 * VDCM_BLOCK + 10));
	check_state();

	/* but not where it is said to be memory */
	CHECK_EQ(vdcm_mirror_add(&mirror, at, at + 99), -EFAULT);
	CHECK_EQ(vdcm_mirror_add(&mirror, at + 3, at + 99), 0);
	check_state();

	/* of the last probe */
	c_unmap(at, at);
	c_unmap(at + 2, at + 2);
	CHECK_EQ(vdcm_mirror_probe(&mirror, pages), 0);
	CHECK_EQ(mirror.left, 4 * VDCM_BLOCK);
	c_unmap(4 * VDCM_BLOCK, 5 * VDCM_BLOCK - 1);
	c_unmap(5 * VDCM_BLOCK, 5 * VDCM_BLOCK + 9);
	CHECK_EQ(vdcm_mirror_probe(&mirror, pages), 0);
	CHECK_EQ(mirror.left, VDCM_NONE_LEFT);
	check_state();
	end();
}

TEST_ONCE(add)
{
	begin(8);
	c_map(100, 3000, RW, true);
	c_map(3001, 3100, RO, false);

	/* not all there: nothing of it is */
	CHECK_EQ(vdcm_mirror_add(&mirror, 99, 200), -ENOENT);
	CHECK_EQ(mirror.at, 99);
	CHECK_EQ(mirror.pages, 0);
	CHECK_EQ(vdcm_mirror_add(&mirror, 2000, 3101), -ENOENT);
	CHECK_EQ(mirror.at, 3101);
	CHECK_EQ(mirror.pages, 0);
	CHECK_EQ(vdcm_mirror_add(&mirror, pages, pages), -ENOENT);
	check_state();

	CHECK_EQ(vdcm_mirror_add(&mirror, 100, 3100), 0);
	check_state();
	CHECK_EQ(mirror.pages, 3001);
	CHECK_EQ(mirror.num, 2);
	/* a part, and again */
	CHECK_EQ(vdcm_mirror_add(&mirror, 150, 3050), 0);
	CHECK_EQ(mirror.pages, 3001);
	check_state();
	end();
}

/* Behind the last extent there is room, with what was there before. */
TEST_ONCE(behind_the_last)
{
	begin(1);
	c_map(0, 9, RW, false);
	c_map(15, 29, RW, false);
	CHECK_EQ(vdcm_mirror_add(&mirror, 0, 9), 0);
	CHECK_EQ(vdcm_mirror_add(&mirror, 20, 29), 0);
	c_unmap(20, 29);
	CHECK_EQ(vdcm_mirror_add(&mirror, 15, 19), 0);
	check_state();
	CHECK_EQ(mirror.pages, 15);
	end();
}

TEST_ONCE(covers)
{
	begin(2);
	c_map(10, 19, RW, false);
	c_map(20, 29, RO, false);
	c_map(31, 39, RW, false);
	CHECK(!vdcm_mirror_covers(&mirror, 10, 10, false));
	probe(VDCM_BLOCK);
	CHECK(vdcm_mirror_covers(&mirror, 10, 29, false));
	CHECK(!vdcm_mirror_covers(&mirror, 10, 29, true));
	CHECK(vdcm_mirror_covers(&mirror, 10, 19, true));
	CHECK(vdcm_mirror_covers(&mirror, 12, 12, true));
	CHECK(!vdcm_mirror_covers(&mirror, 20, 20, true));
	CHECK(!vdcm_mirror_covers(&mirror, 9, 12, false));
	CHECK(!vdcm_mirror_covers(&mirror, 25, 31, false));
	CHECK(!vdcm_mirror_covers(&mirror, 30, 30, false));
	CHECK(vdcm_mirror_covers(&mirror, 31, 39, true));
	CHECK(!vdcm_mirror_covers(&mirror, 31, 40, true));
	CHECK(!vdcm_mirror_covers(&mirror, 50, ~0ull >> 12, false));
	end();
}

/* Unmapping a part of what an entry covers leaves the rest mapped. */
TEST_ONCE(large_entries)
{
	static const u32 cuts[][2] = {
		{ 0, 0 }, { 1, 1 }, { 511, 511 }, { 512, 512 }, { 700, 800 },
		{ 512, 1023 }, { 511, 1024 }, { 600, 1700 }, { 0, 2047 },
		{ 1, 2046 }, { 1023, 1024 }, { 2047, 2047 }, { 300, 511 },
		{ 1536, 1600 },
	};
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(cuts); i++) {
		begin(5);
		c_map(0, 4 * VDCM_BLOCK - 1, RW, true);
		probe(4 * VDCM_BLOCK);
		CHECK(page[0].huge && page[2047].huge);
		c_unmap(cuts[i][0], cuts[i][1]);
		check_state();
		for (k = 0; k < 4 * VDCM_BLOCK; k++)
			CHECK_EQ_AT(in_mirror(k), k < cuts[i][0] ||
				    k > cuts[i][1], cuts[i][0] * 10000 + k);
		/* blocks that were not touched are as they were */
		for (k = 0; k < 4 * VDCM_BLOCK; k += VDCM_BLOCK)
			if (k + VDCM_BLOCK - 1 < cuts[i][0] ||
			    k > cuts[i][1])
				CHECK(page[k].huge);
		end();
	}
}

/* Huge pages that the user speaks of: few pins, and each goes as a whole. */
TEST_ONCE(held_by_ends)
{
	static const u32 cuts[][2] = {
		{ 512, 512 }, { 1023, 1023 }, { 700, 800 }, { 512, 1023 },
		{ 1000, 1100 }, { 0, 3000 }, { 511, 512 },
	};
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(cuts); i++) {
		u32 lo = cuts[i][0], hi = cuts[i][1];

		begin(8);
		hugetlb = true;
		c_map(5, 4 * VDCM_BLOCK + 9, RW, true);
		CHECK_EQ(vdcm_mirror_add(&mirror, 5, 4 * VDCM_BLOCK + 9), 0);
		check_state();
		/* two pieces of small pages, and the blocks in between */
		CHECK_EQ(calls[S_PIN], 2);
		CHECK_EQ(calls[S_PIN_HUGE], 3);
		CHECK_EQ(calls[S_MAP], 5);
		CHECK_EQ(mirror.num, 3);
		CHECK_EQ(mirror.pages, 4 * VDCM_BLOCK + 5);
		CHECK(!page[512].held == !page[1023].held && page[513].held &&
		      !page[513].pinned && page[512].pinned &&
		      page[1023].pinned);
		CHECK(vdcm_mirror_covers(&mirror, 5, 4 * VDCM_BLOCK + 9, true));
		/* again: nothing to be done, nor for a part */
		CHECK_EQ(vdcm_mirror_add(&mirror, 5, 4 * VDCM_BLOCK + 9), 0);
		CHECK_EQ(vdcm_mirror_add(&mirror, 600, 700), 0);
		CHECK_EQ(calls[S_MAP], 5);

		c_unmap(lo, hi);
		check_state();
		for (k = 5; k < 4 * VDCM_BLOCK + 10; k++) {
			bool huge = k >= VDCM_BLOCK && k < 4 * VDCM_BLOCK;
			u32 first = huge ? VDCM_BLOCK_FIRST(k) : k;
			u32 last = huge ? VDCM_BLOCK_LAST(k) : k;

			CHECK_EQ_AT(in_mirror(k), last < lo || first > hi, k);
		}
		end();
	}

	/* Part of it is there already, small; cannot be mapped; is read-only. */
	begin(8);
	hugetlb = true;
	c_map(0, 3 * VDCM_BLOCK - 1, RW, true);
	c_map(3 * VDCM_BLOCK, 4 * VDCM_BLOCK - 1, RO, true);
	CHECK_EQ(vdcm_mirror_add(&mirror, 100, 100), 0);
	CHECK_EQ(vdcm_mirror_add(&mirror, 0, VDCM_BLOCK - 1), 0);
	CHECK(!page[0].held);
	CHECK_EQ(vdcm_mirror_add(&mirror, 3 * VDCM_BLOCK, 4 * VDCM_BLOCK - 1), 0);
	CHECK(!page[3 * VDCM_BLOCK].held);
	check_state();
	fail_step = S_MAP;
	fail_err = -ERANGE;
	fail_at = calls[S_MAP] + 2;
	CHECK_EQ(vdcm_mirror_add(&mirror, VDCM_BLOCK, 3 * VDCM_BLOCK - 1),
		 -ERANGE);
	CHECK_EQ(mirror.at, 2 * VDCM_BLOCK);
	CHECK(!in_mirror(VDCM_BLOCK) && !in_mirror(2 * VDCM_BLOCK));
	check_state();
	/* What is probed for is pinned page by page. */
	probe(pages);
	CHECK(!page[VDCM_BLOCK].held);
	end();
}

/* Pieces without end: refused, and unmapping needs no memory for it. */
TEST_ONCE(too_many)
{
	u32 i, n, last;
	int ret = 0;

	begin(BLOCKS);
	/* one that is not in pieces, first */
	c_map(0, 99, RW, false);
	for (i = 102; i < pages; i += 2)
		c_map(i, i, RW, false);
	CHECK((pages - 102) / 2 > VDCM_MAX_EXTENTS);
	CHECK_EQ(vdcm_mirror_add(&mirror, 0, 99), 0);
	for (i = 102, n = 1; !ret; i += 2, n++)
		ret = vdcm_mirror_add(&mirror, i, i);
	CHECK_EQ(ret, -E2BIG);
	CHECK_EQ(mirror.at, i - 2);
	CHECK_EQ(n, VDCM_MAX_EXTENTS);
	CHECK_EQ(mirror.num, VDCM_MAX_EXTENTS - 1);
	CHECK_EQ(vdcm_mirror_probe(&mirror, pages), -E2BIG);
	check_state();
	last = i;

	/* one can be split, the next loses what is behind */
	c_unmap(50, 50);
	CHECK_EQ(mirror.num, VDCM_MAX_EXTENTS);
	check_state();
	CHECK_EQ(mirror.pages, 99 + n - 2);
	c_unmap(70, 70);
	check_state();
	CHECK_EQ(mirror.pages, 98 - 29 + n - 2);
	CHECK(in_mirror(69) && !in_mirror(71) && !in_mirror(99));

	/* room again */
	c_unmap(200, last);
	CHECK_EQ(vdcm_mirror_add(&mirror, 71, 99), 0);
	check_state();
	end();
}

/* The same where memory is short. */
TEST_ONCE(split_without_memory)
{
	u32 i;

	begin(6);
	c_map(0, 999, RW, true);
	for (i = 0; i < 62; i++)
		c_map(2000 + 2 * i, 2000 + 2 * i, RW, false);
	CHECK_EQ(vdcm_mirror_add(&mirror, 0, 999), 0);
	for (i = 0; i < 62; i++)
		CHECK_EQ(vdcm_mirror_add(&mirror, 2000 + 2 * i, 2000 + 2 * i), 0);
	CHECK_EQ(mirror.num, 63);
	CHECK_EQ(mirror.room, 64);
	c_unmap(100, 100);
	CHECK_EQ(mirror.num, 64);
	CHECK_EQ(calls[S_ALLOC], 1);
	fail_step = S_ALLOC;
	fail_at = 2;
	c_unmap(300, 300);
	CHECK_EQ(calls[S_ALLOC], 2);
	check_state();
	CHECK(in_mirror(299) && !in_mirror(301) && !in_mirror(999));
	CHECK(in_mirror(2000));
	end();
}

/* An IOMMU that does not unmap: cut off, and everything can still leave. */
TEST_ONCE(severed)
{
	u32 unmaps;

	begin(12);
	machine(true);
	probe(pages);
	fail_step = S_UNMAP;
	fail_at = 1;
	c_unmap(0x200, 0x2ff);
	CHECK_EQ(severed, 1);
	check_state();
	unmaps = calls[S_UNMAP];
	CHECK(!vdcm_mirror_covers(&mirror, 0x100, 0x100, false));
	CHECK_EQ(vdcm_mirror_add(&mirror, 0x100, 0x100), 0); /* is in it */
	CHECK(!vdcm_mirror_covers(&mirror, 0x100, 0x100, false));
	c_map(0x200, 0x2ff, RW, true);
	CHECK_EQ(vdcm_mirror_add(&mirror, 0x200, 0x200), -ENODEV);
	CHECK_EQ(vdcm_mirror_probe(&mirror, pages), -ENODEV);
	c_unmap(0x100, 0x180);
	check_state();
	end();
	CHECK_EQ(calls[S_UNMAP], unmaps);
	CHECK_EQ(severed, 1);
}

/* A good time is waited for, without the lock, and not for ever. */
TEST_ONCE(busy)
{
	begin(3);
	c_map(0, VDCM_BLOCK - 1, RW, true);
	busy = 3;
	probe(2 * VDCM_BLOCK);
	CHECK_EQ(waits, 3);
	CHECK_EQ(calls[S_WAIT], 2 + 3);

	c_unmap(0, VDCM_BLOCK - 1);
	c_map(0, VDCM_BLOCK - 1, RW, true);
	busy = 1000;
	fail_step = S_WAIT;
	fail_err = -EBUSY;
	fail_at = calls[S_WAIT] + 7;
	CHECK_EQ(vdcm_mirror_probe(&mirror, VDCM_BLOCK), -EBUSY);
	CHECK_EQ(mirror.pages, 0);
	fail_at = calls[S_WAIT] + 7;
	CHECK_EQ(vdcm_mirror_add(&mirror, 0, 9), -EBUSY);
	CHECK_EQ(mirror.pages, 0);
	check_state();
	end();
}

/*
 * Each step of a scenario fails once: probing and adding say so, unmapping
 * never leaves anything.
 */
static bool scenario(int err)
{
	bool hurt = false;
	int ret;

	machine(true);
	ret = vdcm_mirror_probe(&mirror, pages);
	CHECK(!ret || ret == err || ret == -ENOMEM || ret == -ENODEV);
	hurt |= ret;
	check_state();
	c_map(10 * VDCM_BLOCK + 7, 12 * VDCM_BLOCK, RW, false);
	ret = vdcm_mirror_add(&mirror, 10 * VDCM_BLOCK + 9, 12 * VDCM_BLOCK);
	CHECK(!ret || ret == err || ret == -ENOMEM || ret == -ENODEV);
	if (ret)
		CHECK(!vdcm_mirror_covers(&mirror, 10 * VDCM_BLOCK + 9,
					  10 * VDCM_BLOCK + 9, false));
	hurt |= ret;
	check_state();
	hugetlb = true;
	c_map(5 * VDCM_BLOCK, 7 * VDCM_BLOCK - 1, RW, true);
	ret = vdcm_mirror_add(&mirror, 5 * VDCM_BLOCK, 7 * VDCM_BLOCK - 1);
	CHECK(!ret || ret == err || ret == -ENOMEM || ret == -ENODEV);
	hurt |= ret;
	check_state();
	c_unmap(0x300, 0x4ff);
	check_state();
	c_unmap(5 * VDCM_BLOCK + 3, 5 * VDCM_BLOCK + 3);
	check_state();
	c_unmap(11 * VDCM_BLOCK + 1, 11 * VDCM_BLOCK + 1);
	check_state();
	ret = vdcm_mirror_probe(&mirror, pages);
	hurt |= ret;
	check_state();
	if (!ret)
		CHECK(vdcm_mirror_covers(&mirror, 7 * VDCM_BLOCK,
					 9 * VDCM_BLOCK - 1, true));
	c_unmap(0, 8 * VDCM_BLOCK);
	check_state();
	return hurt || severed;
}

TEST_ONCE(failures)
{
	static const int errs[] = { -ENOMEM, -EBUSY, -EACCES };
	static const u32 least[STEPS] = { 200, 15, 4, 1, 20, 1 };
	u32 s, at, hurt;

	for (s = 0; s < STEPS; s++) {
		for (at = 1, hurt = 0; ; at++) {
			bool bad;

			begin(13);
			fail_step = s;
			fail_err = errs[at % ARRAY_SIZE(errs)];
			fail_at = at;
			bad = scenario(fail_err);
			hurt += bad;
			if (calls[s] < at) {
				/* none failed: it got through */
				CHECK(!bad);
				end();
				break;
			}
			/*
			 * Errors are told, but for what is lost while
			 * unmapping: that cannot be refused.
			 */
			CHECK(bad || s == S_MAP || s == S_ALLOC ||
			      s == S_PIN_HUGE);
			end();
		}
		CHECK(at > least[s]);
		CHECK(hurt || s == S_PIN_HUGE);
	}
}

/* ------------------------------------------------------------------ random */

static u32 lost_first, lost_last;

/* A second thread unmaps while the first one is between two blocks. */
static void unmap_meanwhile(void)
{
	if (rnd(30))
		return;
	lost_first = rnd(pages);
	lost_last = lost_first + rnd(3 * VDCM_BLOCK);
	if (lost_last >= pages)
		lost_last = pages - 1;
	c_unmap(lost_first, lost_last);
	busy = rnd(3);
	while_waiting = NULL;
}

static void random_map(void)
{
	u32 first = rnd(pages), n, i;

	if (rnd(2))
		first -= first % VDCM_BLOCK;
	n = rnd(3) ? 1 + rnd(4 * VDCM_BLOCK) : 1 + rnd(20);
	if (!rnd(3))
		n += VDCM_BLOCK - (first + n) % VDCM_BLOCK;
	for (i = first; i < pages && i < first + n && !page[i].can; i++)
		;
	hugetlb = rnd(2);
	if (i > first)
		c_map(first, i - 1, rnd(4) ? RW : RO, rnd(3));
}

/* A page that is held with all of its block goes with any of them. */
static bool leaves(u32 i, u32 first, u32 last)
{
	if (!page[i].held)
		return i >= first && i <= last;
	return VDCM_BLOCK_LAST(i) >= first && VDCM_BLOCK_FIRST(i) <= last;
}

static void random_step(void)
{
	u32 first = rnd(pages), last = first + rnd(2 * VDCM_BLOCK), i, limit;
	int ret;
	bool all = true;

	if (last >= pages)
		last = pages - 1;
	switch (rnd(8)) {
	case 0:
	case 1:
	case 2:
		random_map();
		break;
	case 3:
		/* what type1 says, a whole mapping, or what iommufd says */
		if (rnd(2)) {
			while (first && page[first - 1].can)
				first--;
			for (last = first; last + 1 < pages &&
			     page[last + 1].can; last++)
				;
		}
		for (i = 0; i < pages; i++)
			want[i] = in_mirror(i) && !leaves(i, first, last);
		c_unmap(first, last);
		check_want();
		break;
	case 4:
		limit = rnd(pages / VDCM_BLOCK + 1) * VDCM_BLOCK;
		busy = rnd(3);
		probe(limit);
		break;
	case 5:
		lost_first = 1;
		lost_last = 0;
		while_waiting = unmap_meanwhile;
		expect_probe(pages);
		CHECK_EQ(vdcm_mirror_probe(&mirror, pages), 0);
		while_waiting = NULL;
		check_state();
		/* blocks that it did not touch are as expected */
		for (i = 0; i < pages; i++) {
			if (lost_first <= lost_last &&
			    i / VDCM_BLOCK >= lost_first / VDCM_BLOCK &&
			    i / VDCM_BLOCK <= lost_last / VDCM_BLOCK)
				CHECK(!in_mirror(i) || page[i].can);
			else
				CHECK_EQ_AT(in_mirror(i), want[i], i);
		}
		break;
	case 6:
		for (i = first; i <= last; i++)
			all &= page[i].can != NONE;
		ret = vdcm_mirror_add(&mirror, first, last);
		CHECK_EQ(ret, all ? 0 : -ENOENT);
		for (i = first; i <= last; i++)
			CHECK_EQ(in_mirror(i), all);
		check_state();
		break;
	case 7:
		for (i = first; i <= last; i++)
			all &= page[i].dma == RW;
		CHECK_EQ(vdcm_mirror_covers(&mirror, first, last, true), all);
		for (i = first, all = true; i <= last; i++)
			all &= page[i].dma != NONE;
		CHECK_EQ(vdcm_mirror_covers(&mirror, first, last, false), all);
		break;
	}
}

TEST_ONCE(random)
{
	u32 round, i;

	for (round = 0; round < 20; round++) {
		seed = round + 1;
		begin(20);
		for (i = 0; i < 120; i++)
			random_step();
		end();
	}
}
