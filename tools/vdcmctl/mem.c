// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that is given back all at once.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "vdcmctl.h"

struct mem_block {
	struct mem_block *next;
	max_align_t data[];
};

static struct mem_block *blocks;

void *mem_alloc(size_t size)
{
	struct mem_block *b = calloc(1, sizeof(*b) + size);

	if (!b) {
		complain("out of memory");
		exit(CTL_FAILED);
	}
	b->next = blocks;
	blocks = b;
	return b->data;
}

void *mem_array(size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total)) {
		complain("out of memory");
		exit(CTL_FAILED);
	}
	return mem_alloc(total);
}

char *mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	s = mem_alloc((size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

struct mem_block *mem_mark(void)
{
	return blocks;
}

void mem_release(struct mem_block *mark)
{
	while (blocks != mark) {
		struct mem_block *b = blocks;

		blocks = b->next;
		free(b);
	}
}
