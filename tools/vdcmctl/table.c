// SPDX-License-Identifier: GPL-2.0
/*
 * Tables of text, columns as wide as they must be.
 */
#include <stdarg.h>
#include <string.h>

#include "vdcmctl.h"

void table_init(struct table *t, unsigned int cols)
{
	memset(t, 0, sizeof(*t));
	t->cols = cols;
}

void table_row(struct table *t, ...)
{
	unsigned int i;
	va_list ap;

	if (t->n == t->room) {
		const char *(*more)[TABLE_COLS];

		t->room = t->room ? 2 * t->room : 16;
		more = mem_array(t->room, sizeof(*more));
		if (t->n)
			memcpy(more, t->rows, t->n * sizeof(*more));
		t->rows = more;
	}
	va_start(ap, t);
	for (i = 0; i < t->cols; i++) {
		const char *cell = va_arg(ap, const char *);

		t->rows[t->n][i] = cell && *cell ? cell : "-";
	}
	va_end(ap);
	t->n++;
}

void table_print(const struct table *t, unsigned int right)
{
	int width[TABLE_COLS] = { 0 };
	unsigned int i;
	size_t r;

	for (r = 0; r < t->n; r++) {
		for (i = 0; i < t->cols; i++) {
			int n = (int)strlen(t->rows[r][i]);

			if (n > width[i])
				width[i] = n;
		}
	}
	for (r = 0; r < t->n; r++) {
		for (i = 0; i < t->cols; i++) {
			const char *gap = i ? "  " : "";

			if (i >= right)
				printf("%s%*s", gap, width[i], t->rows[r][i]);
			else if (i + 1 < t->cols)
				printf("%s%-*s", gap, width[i], t->rows[r][i]);
			else
				printf("%s%s", gap, t->rows[r][i]);
		}
		putchar('\n');
	}
}
