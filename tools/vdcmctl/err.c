// SPDX-License-Identifier: GPL-2.0
/*
 * Messages to people: on standard error, with the program's name.
 */
#include <stdarg.h>

#include "vdcmctl.h"

void complain(const char *fmt, ...)
{
	va_list ap;

	/* Table and message in the order in which they were printed. */
	fflush(stdout);
	fputs("vdcmctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}
