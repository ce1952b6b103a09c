/* SPDX-License-Identifier: GPL-2.0 */
/*
 * BAR0 mapped whole (include/vdcm_bar.h), and the transport that runs the
 * user-space AVF driver on it.
 */
#ifndef TEST_WHOLEBAR_H
#define TEST_WHOLEBAR_H

#include "vfiodev.h"

/* Returns the region's index, or 0 when there is none. */
uint32_t wholebar_find(struct vfiodev *v, struct vfio_region_info *info);

/* Read the region: only then it can be mapped. */
void wholebar_read(struct vfiodev *v, const struct vfio_region_info *info);

void *wholebar_map_part(struct vfiodev *v, const struct vfio_region_info *info,
			uint32_t page, uint32_t n, int prot, int flags);

/* All of it, for reading and writing. */
void *wholebar_map(struct vfiodev *v);

/*
 * Registers of up to two devices; each is mapped at its first access, and all are
 * unmapped by wholebar_unmap().
 */
uint32_t wholebar_rd(void *ctx, uint32_t off);
void wholebar_wr(void *ctx, uint32_t off, uint32_t val);
void wholebar_unmap(void);

/* vfiodev_transport, but for the registers. */
struct avfdrv_transport wholebar_transport(void);

#endif /* TEST_WHOLEBAR_H */
