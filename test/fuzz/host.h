/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the host offer each other. */
#ifndef TEST_FUZZ_HOST_H
#define TEST_FUZZ_HOST_H

#include "fuzz.h"
#include "mem.h"

/* host.c */
void fz_host_ops(struct fz *f, bool map);
/* Add to the digest of what the model does. */
void fz_digest(struct fz *f, u64 a, u64 b, const void *p, u32 len);
/* The message read last is dealt with. */
void fz_msg_close(struct fz *f);

/* shadow.c */
void fz_queues_off(struct fz *f);
/* What a reset means to everything the driver did. */
void fz_shadow_reset(struct fz *f, bool all);
void fz_all_back(const struct fz *f);
bool fz_msix_masked(const struct fz *f, u16 vec);
/* A vector that is enabled while masked may have fired into the PBA. */
void fz_note_pending(struct fz *f);
/*
 * Where DYN_CTLN is memory: has the model seen what was stored for @vec? If so,
 * it counts from now on, and reads back as it must.
 */
void fz_dyn_look(struct fz *f, u16 vec);
/* DYN_CTLN at @off was written, if it is that: so it reads in memory, too. */
void fz_dyn_written(struct fz *f, u32 off, u32 val);
/* An aligned dword of BAR0 is about to be written. */
void fz_shadow_write(struct fz *f, u32 off, u32 val);
/* Compare a register with its shadow; not the one whose read clears. */
void fz_shadow_verify(struct fz *f, u32 off);

#endif /* TEST_FUZZ_HOST_H */
