/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mirror: an IOMMU domain kept equal to what a vfio container maps. This is
 * the bookkeeping; what pins, maps and waits comes in as operations, so that it
 * also runs in a process.
 *
 * A page is in the mirror when it is pinned and mapped, in that order; it leaves
 * unmapped, then unpinned, before vdcm_mirror_unmap() returns. The container
 * cannot be asked what it maps, only whether it maps a page: so pages are found
 * by trying to pin them.
 *
 * Pinning is what takes the time. Where the user says what it has mapped, of a
 * huge page the first and the last page are pinned only, which holds all of it
 * and makes the container tell when it goes. A user who lies about that, and has
 * mapped something else in between, has its device reach a page of its own; the
 * block leaves the mirror as soon as one of the two does.
 */
#ifndef VDCM_MIRROR_H
#define VDCM_MIRROR_H

#include <linux/mutex.h>
#include <linux/types.h>

/* Pages pinned at a time; and what one entry of an IOMMU's table can cover. */
#define VDCM_BLOCK		512u
#define VDCM_BLOCK_FIRST(pfn)	((pfn) & ~(u64)(VDCM_BLOCK - 1))
#define VDCM_BLOCK_LAST(pfn)	((pfn) | (VDCM_BLOCK - 1))

/*
 * Pieces of an address space. In the worst case each costs the IOMMU three
 * pages of tables, which nobody accounts for.
 */
#define VDCM_MAX_EXTENTS	8192u

#define VDCM_NONE_LEFT		(~0ull)

/**
 * struct vdcm_mirror_ops - what is done to pages
 *
 * @host is vdcm_mirror::host, pages are named by page frame numbers of IOVAs,
 * physical addresses are of pages. All but @wait are called with the mirror's
 * lock held. What is pinned or mapped at a time lies in one block; what is
 * unmapped or unpinned does not. All may sleep.
 */
struct vdcm_mirror_ops {
	/**
	 * @pin: all pages or none, and where they are. Returns 0, -ENOENT when
	 * there is memory under none or not all of them, -EFAULT when there is
	 * something that cannot be pinned, as a device's BAR, -EPERM when it may
	 * not be written, or another error.
	 */
	int (*pin)(void *host, u64 pfn, u32 n, bool write, u64 *phys);
	/**
	 * @pin_huge: a whole block that is memory of one huge page which is
	 * never split and may be written: its first and its last page. Returns
	 * 0 and where it begins, or -EAGAIN: @pin tells what it is.
	 */
	int (*pin_huge)(void *host, u64 pfn, u64 *phys);
	/** @unpin: the reverse of either, also of a part. */
	void (*unpin)(void *host, u64 pfn, u64 n);
	/** @map: pages that follow each other in memory. 0 or -errno. */
	int (*map)(void *host, u64 pfn, u64 phys, u32 n, bool write);
	/**
	 * @unmap: pages that are mapped. The device cannot reach them when it
	 * returns true; with false some may still be reachable.
	 */
	bool (*unmap)(void *host, u64 pfn, u64 n);
	/** @phys: where a mapped page is. */
	u64 (*phys)(void *host, u64 pfn);
	/** @sever: from here on the device can reach nothing, whatever is mapped. */
	void (*sever)(void *host);
	/** @unmapped: somebody unmapped, whether there was anything or not. */
	void (*unmapped)(void *host);
	/** @busy: pin nothing now, it was unmapped only just. */
	bool (*busy)(void *host);
	/**
	 * @wait: until that may be over, called without the lock, and before
	 * each block. Returns 0 or -errno to give up.
	 */
	int (*wait)(void *host, bool busy);
};

/**
 * struct vdcm_extent - pages in the mirror
 * @first: page frame number of the IOVA
 * @last:  the same, included
 * @write: may be written
 * @ends:  whole blocks, of each its first and last page are pinned only
 */
struct vdcm_extent {
	u64 first;
	u64 last;
	bool write;
	bool ends;
};

/**
 * struct vdcm_mirror - all of an ADI's
 * @ops:     what is done to pages
 * @host:    for whom
 * @lock:    guards all that follows
 * @extents: what is in it, ascending; neighbours that could be one are
 * @num:     how many
 * @room:    how many there is room for
 * @pages:   in all of them
 * @at:      page that the last error is about
 * @left:    page that the last probe left out as it cannot be pinned, or
 *           VDCM_NONE_LEFT
 * @severed: unmapping failed once; nothing is mapped any more
 * @phys:    scratch
 */
struct vdcm_mirror {
	const struct vdcm_mirror_ops *ops;
	void *host;
	struct mutex lock;	/* see above */
	struct vdcm_extent *extents;
	u32 num;
	u32 room;
	u64 pages;
	u64 at;
	u64 left;
	bool severed;
	u64 phys[2][VDCM_BLOCK];
};

/** vdcm_mirror_init() - @m is zeroed memory. */
void vdcm_mirror_init(struct vdcm_mirror *m, const struct vdcm_mirror_ops *ops,
		      void *host);

/** vdcm_mirror_exit() - give back what vdcm_mirror_unmap() of all has left. */
void vdcm_mirror_exit(struct vdcm_mirror *m);

/**
 * vdcm_mirror_probe() - mirror what can be found
 * @limit: first page frame number to look no further at; whole blocks
 *
 * Finds all memory but pieces inside of a block, other than the first block,
 * that contain neither its first nor its last page. What cannot be pinned is
 * left out, see vdcm_mirror::left. Returns 0 or -errno, with vdcm_mirror::at;
 * what was mirrored stays so.
 */
int vdcm_mirror_probe(struct vdcm_mirror *m, u64 limit);

/**
 * vdcm_mirror_add() - mirror memory that is said to be there
 * @first: first page frame number
 * @last:  last one
 *
 * All of it mapped at once by the user, or pieces that end where huge pages do.
 * Returns 0; -ENOENT when a page is not there, or another error: nothing of the
 * range is in the mirror then.
 */
int vdcm_mirror_add(struct vdcm_mirror *m, u64 first, u64 last);

/**
 * vdcm_mirror_unmap() - take pages out; those not in it do not matter
 * @first: first page frame number
 * @last:  last one
 */
void vdcm_mirror_unmap(struct vdcm_mirror *m, u64 first, u64 last);

/** vdcm_mirror_covers() - is all of a range in it, and writable if @write? */
bool vdcm_mirror_covers(struct vdcm_mirror *m, u64 first, u64 last, bool write);

#endif /* VDCM_MIRROR_H */
