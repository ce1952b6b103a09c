/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Forced in front of each file of the device model in the program "copies": no
 * memcpy() of it is expanded by the compiler, each becomes a call that is
 * counted.
 */
#ifndef BENCH_COUNTED_H
#define BENCH_COUNTED_H

#include <string.h>

void *counted_memcpy(void *to, const void *from, size_t len);
void *counted_memmove(void *to, const void *from, size_t len);

#define memcpy counted_memcpy
#define memmove counted_memmove

#endif /* BENCH_COUNTED_H */
