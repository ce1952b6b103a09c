/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A token bucket: how much may be sent, and when again. Owned by one thread, but
 * for the limit, which others may change at any time.
 *
 * A token is what 1 Mbit/s lets through in 1 ns, an 8000th of a byte: nothing
 * is divided when tokens are added, and so nothing lost when that is often.
 */
#ifndef VDCM_RATE_H
#define VDCM_RATE_H

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/time64.h>
#include <linux/types.h>

/**
 * struct vdcm_rate - a token bucket
 * @mbps:   limit in Mbit/s, 0 = none; READ_ONCE(), WRITE_ONCE()
 * @tokens: what may be sent now, less than 0 = sent too much
 * @last:   when tokens were added, in ns
 */
struct vdcm_rate {
	u32 mbps;
	s64 tokens;
	u64 last;
};

#define VDCM_RATE_MAX_MBPS	1000000u
#define VDCM_RATE_BYTE		8000	/* tokens */

/* A bucket holds what the limit lets through in this time, ... */
#define VDCM_RATE_DEPTH_NS	4000000ll
/* ... and at least this many bytes. */
#define VDCM_RATE_DEPTH_MIN	16384ll
/* Wait for tokens that last this long, ... */
#define VDCM_RATE_QUANTUM_NS	1000000ull
/* ... but not longer: another limit is noticed afterwards. */
#define VDCM_RATE_WAIT_MAX_NS	100000000ull
/* Bytes of a frame, for want of knowing. */
#define VDCM_RATE_FRAME		1024

/**
 * vdcm_rate_budget() - how many frames may be sent now
 * @rate: the bucket
 * @now:  a monotonic time in ns
 * @max:  most frames to ask for
 *
 * Returns 0 when there are no tokens: come back after vdcm_rate_wait().
 */
static inline u32 vdcm_rate_budget(struct vdcm_rate *rate, u64 now, u32 max)
{
	u32 mbps = READ_ONCE(rate->mbps);
	s64 elapsed, depth;

	if (!mbps)
		return max;

	/* After a second any bucket is full, and nothing overflows. */
	elapsed = min_t(u64, now - rate->last, NSEC_PER_SEC);
	depth = max_t(s64, mbps * VDCM_RATE_DEPTH_NS,
		      VDCM_RATE_DEPTH_MIN * VDCM_RATE_BYTE);
	rate->last = now;
	rate->tokens = min_t(s64, depth, rate->tokens + elapsed * mbps);
	if (rate->tokens <= 0)
		return 0;
	return (u32)min_t(s64, max, 1 + rate->tokens /
			  (VDCM_RATE_FRAME * VDCM_RATE_BYTE));
}

/**
 * vdcm_rate_spend() - @bytes were sent
 *
 * May be more than there is, as frames cut from a large one leave together. The
 * debt is waited for.
 */
static inline void vdcm_rate_spend(struct vdcm_rate *rate, u32 bytes)
{
	if (READ_ONCE(rate->mbps))
		rate->tokens -= (s64)bytes * VDCM_RATE_BYTE;
}

/** vdcm_rate_wait() - nanoseconds until it is worth asking again */
static inline u64 vdcm_rate_wait(const struct vdcm_rate *rate)
{
	u32 mbps = READ_ONCE(rate->mbps);
	u64 wait = VDCM_RATE_QUANTUM_NS;

	if (mbps && rate->tokens < 0)
		wait += div_u64((u64)-rate->tokens, mbps);
	return min_t(u64, wait, VDCM_RATE_WAIT_MAX_NS);
}

#endif /* VDCM_RATE_H */
