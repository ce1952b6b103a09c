// SPDX-License-Identifier: GPL-2.0
#include "bed.h"

/* After the declarations above: what is called here is the real one. */
void *counted_memcpy(void *to, const void *from, size_t len);
void *counted_memmove(void *to, const void *from, size_t len);

struct bed_copies bed_copies;

static struct end *watched;

void bed_copies_watch(struct end ends[2])
{
	watched = ends;
}

static bool inside(const void *p, const void *area, size_t len)
{
	return (uintptr_t)p - (uintptr_t)area < len;
}

static void note(const void *to, size_t len)
{
	int i;

	for (i = 0; watched && i < 2; i++) {
		if (inside(to, watched[i].ram, BED_RAM))
			bed_copies.guest += len;
		else if (inside(to, watched[i].scratch,
				sizeof(*watched[i].scratch)))
			bed_copies.scratch += len;
	}
}

void *counted_memcpy(void *to, const void *from, size_t len)
{
	note(to, len);
	return memcpy(to, from, len);
}

void *counted_memmove(void *to, const void *from, size_t len)
{
	note(to, len);
	return memmove(to, from, len);
}
