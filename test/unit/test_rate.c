// SPDX-License-Identifier: GPL-2.0
/* The token bucket of what an ADI may send, on a clock of the test's own. */
#include "kshim.h"

#include "vdcm_rate.h"

#include "unit.h"

#define SEC	1000000000ull

/*
 * A sender that always has more, in units of @unit bytes that leave at once
 * (a frame, or one that is cut up), asking again after @pause ns or, without
 * tokens, after the time it is told. Returns bytes sent in @time ns.
 */
static uint64_t run(struct vdcm_rate *r, uint64_t start, uint64_t time,
		    uint32_t unit, uint32_t pause)
{
	uint64_t now = start, sum = 0, naps = 0;

	while (now < start + time) {
		uint32_t n = vdcm_rate_budget(r, now, 64), i;

		CHECK(n <= 64);
		if (!n) {
			uint64_t wait = vdcm_rate_wait(r);

			/* no busy loop: a thousand looks a second */
			CHECK(wait >= 1000000 && wait <= 100000000);
			now += wait;
			naps++;
			continue;
		}
		for (i = 0; i < n; i += 1 + unit / 1500) {
			vdcm_rate_spend(r, unit);
			sum += unit;
		}
		now += pause;
	}
	CHECK(naps <= time / 1000000 + 1);
	return sum;
}

TEST_ONCE(average)
{
	static const uint32_t mbps[] = { 1, 3, 10, 100, 1000, 10000, 100000,
		1000000 };
	static const uint32_t unit[] = { 60, 1514, 9728, 65536, 262144 };
	uint32_t i, k, ms;

	for (i = 0; i < ARRAY_SIZE(mbps); i++) {
		ms = mbps[i] <= 10 ? 20000 : mbps[i] <= 1000 ? 1000 : 50;
		for (k = mbps[i] > 1000; k < ARRAY_SIZE(unit); k++) {
			struct vdcm_rate r = { .mbps = mbps[i] };
			uint64_t want = 125ull * mbps[i] * ms, sum;

			sum = run(&r, SEC, ms * 1000000ull, unit[k],
				  mbps[i] > 1000 ? 50 : 300);
			/* a full bucket and a debt more at the most */
			CHECK(sum <= want + mbps[i] * 500ull + 16384 +
			      64 * (uint64_t)unit[k]);
			/* what two milliseconds of it let through less */
			CHECK_EQ_AT(sum + mbps[i] * 250ull >= want - want / 100,
				    true, mbps[i]);
		}
	}
}

TEST_ONCE(no_limit)
{
	struct vdcm_rate r = { .mbps = 0 };
	uint32_t i;

	for (i = 0; i < 1000; i++) {
		CHECK_EQ(vdcm_rate_budget(&r, i, 64), 64);
		vdcm_rate_spend(&r, 1000000);
	}
	/* a limit set later owes nothing for what was free */
	r.mbps = 10;
	CHECK(vdcm_rate_budget(&r, SEC, 64) > 0);
}

/* An idle hour does not save up more than the bucket holds. */
TEST_ONCE(burst_is_bounded)
{
	struct vdcm_rate r = { .mbps = 100 };
	uint64_t sum = 0;
	uint32_t n;

	CHECK(vdcm_rate_budget(&r, SEC, 64));
	while ((n = vdcm_rate_budget(&r, 3600 * SEC, 64))) {
		vdcm_rate_spend(&r, n * 1000);
		sum += n * 1000;
	}
	CHECK(sum >= 50000 && sum <= 50000 + 64000);
	/* a debt is paid before anything else */
	vdcm_rate_spend(&r, 12500000);
	CHECK_EQ(vdcm_rate_budget(&r, 3600 * SEC + SEC / 2, 64), 0);
	CHECK_EQ(vdcm_rate_wait(&r), 100000000);
	CHECK(vdcm_rate_budget(&r, 3602 * SEC, 64) > 0);
}

/* Changes of the limit hold from the next look on; none overflows. */
TEST_ONCE(changes)
{
	struct vdcm_rate r = { .mbps = 1000000 };
	uint64_t sum;

	run(&r, SEC, SEC / 10, 262144, 100);
	r.mbps = 10;
	run(&r, 2 * SEC, SEC, 1514, 100);
	sum = run(&r, 3 * SEC, 10 * SEC, 1514, 100);
	CHECK(sum > 12000000 && sum < 13000000);
	r.mbps = 0;
	CHECK_EQ(vdcm_rate_budget(&r, 20 * SEC, 64), 64);
	CHECK(vdcm_rate_wait(&r) <= 100000000);
	r.mbps = 1000000;
	sum = run(&r, ~0ull - 60 * SEC, SEC, 65536, 100);
	CHECK(sum > 120000000000ull && sum < 130000000000ull);
}
