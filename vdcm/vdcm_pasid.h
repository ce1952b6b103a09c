/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DMA that a device does by itself for an ADI: a PASID, an IOMMU domain of the
 * ADI's own that is attached under it, and in that domain what the user has
 * mapped for the mediated device (vdcm_mirror.h).
 *
 *   created  the domain is attached, and empty: all DMA faults
 *   open     vdcm_pasid_cover() before a queue is enabled, and
 *            vdcm_pasid_hint(), fill it; vdcm_pasid_unmap() empties it
 *   closed   empty again
 *   removed  detached, when the PF driver has stopped the ADI's DMA
 *
 * How a PASID is attached is the kernel's: see compat/pasid.h. Where the PF
 * needs none (no adi_pf::hw) all of this does nothing, and succeeds.
 */
#ifndef VDCM_PASID_H
#define VDCM_PASID_H

#include <linux/types.h>

struct vdcm_adi;
struct vdcm_parent;
struct vdcm_pasid;
struct vdcm_pasid_pf;

/**
 * vdcm_pasid_pf_init() - find out how a PF's ADIs get their PASIDs
 * @parent: the PF, before its first ADI
 *
 * Process context. That it cannot be done is no error: see vdcm_pasid_mode().
 * Returns 0 or -ENOMEM.
 */
int vdcm_pasid_pf_init(struct vdcm_parent *parent);

/** vdcm_pasid_pf_exit() - mirror image; the last ADI is gone. */
void vdcm_pasid_pf_exit(struct vdcm_parent *parent);

/**
 * vdcm_pasid_create() - give an ADI its PASID, with nothing mapped under it
 * @adi: the ADI, before the PF driver hears of it
 *
 * Process context. Sets adi->adi.pasid. Returns 0, -EOPNOTSUPP where PASIDs
 * cannot be bound (with a sentence in the log), -ENOSPC when all are in use,
 * -ENOMEM.
 */
int vdcm_pasid_create(struct vdcm_adi *adi);

/** vdcm_pasid_destroy() - take it back; the PF driver has stopped its DMA. */
void vdcm_pasid_destroy(struct vdcm_adi *adi);

/**
 * vdcm_pasid_cover() - map what the user has mapped by now
 * @adi: the ADI, open
 *
 * ctl; may take as long as pinning all of the user's memory does. To be called
 * before a queue is enabled, every time; an error refuses that. What was mapped
 * stays so, so that it costs little the next time.
 *
 * Returns 0, or with a sentence in the log: -EACCES when the container cannot
 * pin, -ERANGE for memory where the IOMMU can map none, -E2BIG when it is in
 * too many pieces, -EBUSY when the user unmaps without end, -ENODEV when the
 * IOMMU failed before, or what pinning or mapping says.
 */
int vdcm_pasid_cover(struct vdcm_adi *adi);

/**
 * vdcm_pasid_ring() - can the device read and write a ring?
 * @adi:  the ADI
 * @iova: where
 * @len:  bytes, at least 1
 *
 * ctl, after vdcm_pasid_cover(). A ring is known before its queue is enabled, so
 * that one out of reach is refused, where a buffer's place shows in a fault only.
 * Returns 0, also where the PF needs no PASIDs, or -EFAULT, with a sentence in the
 * log.
 */
int vdcm_pasid_ring(struct vdcm_adi *adi, u64 iova, u64 len);

/**
 * vdcm_pasid_hint() - the user says what it has mapped
 * @adi:  the ADI, open
 * @iova: where, page aligned
 * @len:  bytes, whole pages
 *
 * Process context. When it fails nothing of the range is reachable. From the
 * first hint on until it is closed nothing is probed for. Returns 0, -EINVAL,
 * -ENOENT when not all of it is mapped, or as vdcm_pasid_cover().
 */
int vdcm_pasid_hint(struct vdcm_adi *adi, u64 iova, u64 len);

/**
 * vdcm_pasid_unmap() - the user takes memory away
 * @adi:  the ADI
 * @iova: start of the range
 * @len:  bytes
 *
 * Process context, from vfio's unmap callback. On return the device cannot
 * reach any page of the range, and none is pinned.
 */
void vdcm_pasid_unmap(struct vdcm_adi *adi, u64 iova, u64 len);

/** vdcm_pasid_close() - unmap everything; the ADI's queues are stopped. */
void vdcm_pasid_close(struct vdcm_adi *adi);

/** vdcm_pasid_pages() - how many pages the device can reach. any. */
unsigned long vdcm_pasid_pages(const struct vdcm_adi *adi);

/** vdcm_pasid_usable() - can a PF's ADIs have the PASIDs they need? any. */
bool vdcm_pasid_usable(const struct vdcm_parent *parent);

/**
 * vdcm_pasid_mode() - how the PASID is attached, for sysfs
 * @parent: the PF
 * @buf:    a page
 *
 * "aux", "attach", or "none: " and why. any. Returns its length.
 */
int vdcm_pasid_mode(const struct vdcm_parent *parent, char *buf);

#endif /* VDCM_PASID_H */
