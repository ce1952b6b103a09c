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

void *memcpy(void *to, const void *from, size_t len)
{
	const unsigned char *s = from;
	unsigned char *d = to;

	for (; len >= 64; len -= 64, s += 64, d += 64) {
		vec a = *(const vec *)s, b = *(const vec *)(s + 16);
		vec c = *(const vec *)(s + 32), e = *(const vec *)(s + 48);

		*(vec *)d = a;
		*(vec *)(d + 16) = b;
		*(vec *)(d + 32) = c;
		*(vec *)(d + 48) = e;
	}
	for (; len >= 16; len -= 16, s += 16, d += 16) {
		*(vec *)d = *(const vec *)s;
		KEEP;
	}
	if (len >= 8) {
		*(u64_any *)d = *(const u64_any *)s;
		len -= 8;
		s += 8;
		d += 8;
	}
	while (len--) {
		*d++ = *s++;
		KEEP;
	}
	return to;
}

void *memmove(void *to, const void *from, size_t len)
{
	const unsigned char *s = from;
	unsigned char *d = to;

	if (d <= s || d >= s + len)
		return memcpy(to, from, len);
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
