// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the frequency of this machine's TSC, in kHz. Under TCG the guest reads
 * the same counter; told its frequency it need not measure it against an
 * emulated timer, which on a busy machine goes wrong: 104 MHz for 2596 were
 * seen, and a VM whose clock then runs 25 times too fast.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

struct stamp {
	uint64_t ns;
	uint64_t tsc;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Both clocks at one time: the best of many tries, for we may be preempted. */
static struct stamp take(void)
{
	struct stamp best = { 0, 0 };
	uint64_t shortest = UINT64_MAX;

	for (int i = 0; i < 1000; i++) {
		uint64_t before = now_ns();
		uint64_t tsc = __rdtsc();
		uint64_t after = now_ns();

		if (after - before < shortest) {
			shortest = after - before;
			best.ns = before + (after - before) / 2;
			best.tsc = tsc;
		}
	}
	return best;
}

int main(void)
{
	const struct timespec wait = { 0, 100000000 };
	struct stamp a = take(), b;

	nanosleep(&wait, NULL);
	b = take();
	printf("%llu\n", (unsigned long long)((b.tsc - a.tsc) * 1000000u / (b.ns - a.ns)));
	return 0;
}
