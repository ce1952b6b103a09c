/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest RAM, of host.c alone. It is mapped twice: once for driver and host,
 * and once page by page with holes for pointers from dma_map().
 */
#ifndef TEST_FUZZ_MEM_H
#define TEST_FUZZ_MEM_H

#include "fuzz.h"

void mem_init(struct fz *f);
/* Restore what was written to; for the next run. */
void mem_clean(struct fz *f);
/* The device's access; false: not all of it is there. */
bool mem_copy(struct fz *f, u64 iova, void *p, u32 len, bool write);
/* The driver's; it has all of RAM, always. */
void mem_poke(struct fz *f, u64 iova, void *p, u32 len, bool write);
void *mem_map(struct fz *f, u64 iova, u32 len, bool write);
void mem_unmap(struct fz *f, u32 pages);

/* Under MemorySanitizer: @p must be, or is to count as not, initialised. */
void mem_check_init(const void *p, size_t len);
void mem_poison(void *p, size_t len);

#endif /* TEST_FUZZ_MEM_H */
