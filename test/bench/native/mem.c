// SPDX-License-Identifier: GPL-2.0
/*
 * The C library chooses its memory functions by the machine it finds itself on,
 * and instruction counts with them. These are the same everywhere: 16 bytes at
 * a time, as any x86-64 can.
 */
#include <stddef.h>
#include <stdint.h>

typedef long long vec __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint64_t u64_any __attribute__((aligned(1), may_alias));

/* The compiler must not see a loop that it knows. */
#define KEEP	__asm__ volatile("")

/* Short ones with overlapping ends, as C libraries do. */
static void copy_short(unsigned char *d, const unsigned char *s, size_t len)
{
	if (len >= 8) {
		u64_any a = *(const u64_any *)s;
		u64_any b = *(const u64_any *)(s + len - 8);

		*(u64_any *)d = a;
		*(u64_any *)(d + len - 8) = b;
		return;
	}
	while (len--) {
		*d++ = *s++;
		KEEP;
	}
}

static inline void copy_64(unsigned char *d, const unsigned char *s)
{
	vec a = *(const vec *)s, b = *(const vec *)(s + 16);
	vec c = *(const vec *)(s + 32), e = *(const vec *)(s + 48);

	*(vec *)d = a;
	*(vec *)(d + 16) = b;
	*(vec *)(d + 32) = c;
	*(vec *)(d + 48) = e;
}

void *memcpy(void *to, const void *from, size_t len)
{
	const unsigned char *s = from;
	unsigned char *d = to;
	vec a, b, c, e;

	if (len > 64) {
		const unsigned char *end = s + len - 64;
		unsigned char *last = d + len - 64;

		for (; s < end; s += 64, d += 64)
			copy_64(d, s);
		copy_64(last, end);
		return to;
	}
	if (len < 16) {
		copy_short(d, s, len);
		return to;
	}
	a = *(const vec *)s;
	b = *(const vec *)(s + len - 16);
	if (len > 32) {
		c = *(const vec *)(s + 16);
		e = *(const vec *)(s + len - 32);
		*(vec *)(d + 16) = c;
		*(vec *)(d + len - 32) = e;
	}
	*(vec *)d = a;
	*(vec *)(d + len - 16) = b;
	return to;
}

void *memmove(void *to, const void *from, size_t len)
{
	const unsigned char *s = from;
	unsigned char *d = to;

	if (d + len <= s || d >= s + len)
		return memcpy(to, from, len);
	if (d < s) {
		for (; len; len--) {
			*d++ = *s++;
			KEEP;
		}
		return to;
	}
	while (len--) {
		d[len] = s[len];
		KEEP;
	}
	return to;
}

void *memset(void *to, int c, size_t len)
{
	const uint64_t word = 0x0101010101010101ull * (unsigned char)c;
	unsigned char *d = to;

	for (; len >= 8; len -= 8, d += 8) {
		*(u64_any *)d = word;
		KEEP;
	}
	while (len--) {
		*d++ = (unsigned char)c;
		KEEP;
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const unsigned char *p = a, *q = b;

	for (; len; len--, p++, q++) {
		if (*p != *q)
			return *p - *q;
		KEEP;
	}
	return 0;
}
