// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * DPDK's memory in the container.
 *
 * Memory comes and goes by pages, and version 2 of type 1 unmaps only what was
 * mapped in one piece: huge pages are mapped one by one. Small pages (--no-huge)
 * stay until the end, and would be more pieces than a container takes; external
 * heaps come and go as a whole: both are mapped in pieces as large as possible.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_eal_memconfig.h>
#include <rte_errno.h>
#include <rte_memory.h>

#include "mdev_bus.h"

#define MDEV_MEM_CALLBACK	"mdev-bus"

struct user_map {
	LIST_ENTRY(user_map) next;
	uint64_t iova;
	size_t len;
	unsigned int users;
};

static LIST_HEAD(, user_map) user_maps = LIST_HEAD_INITIALIZER(user_maps);

/* What the walk at the start has found. */
struct walk {
	struct mdev_container *c;
	struct mdev_error *err;
	uint64_t mapped;
	uint64_t skipped;
};

static uint64_t iova_of(const struct rte_memseg_list *msl, const void *addr)
{
	const struct rte_memseg *ms;

	/* Segments need not be filled in yet, or any more. */
	if (rte_eal_iova_mode() == RTE_IOVA_VA && !msl->external)
		return (uintptr_t)addr;
	ms = rte_mem_virt2memseg(addr, msl);
	return ms ? ms->iova : RTE_BAD_IOVA;
}

static bool in_one_piece(const struct rte_memseg_list *msl)
{
	return msl->external || msl->page_sz < RTE_PGSIZE_2M;
}

/* Maps or unmaps one piece after the other; unmaps all, whatever fails. */
static int each_piece(struct mdev_container *c, const struct rte_memseg_list *msl,
		      const void *addr, size_t len, bool map, uint64_t *mapped,
		      struct mdev_error *err)
{
	size_t page = msl->page_sz, done, size;
	uint64_t iova;
	int ret = 0, first = 0;

	for (done = 0; done < len; done += size) {
		const void *start = RTE_PTR_ADD(addr, done);

		size = page;
		iova = iova_of(msl, start);
		if (iova == RTE_BAD_IOVA)
			continue;
		while (in_one_piece(msl) && done + size < len &&
		       iova_of(msl, RTE_PTR_ADD(start, size)) == iova + size)
			size += page;

		if (map)
			ret = mdev_container_map(c, (uintptr_t)start, iova, size, err);
		else
			ret = mdev_container_unmap(c, iova, size, err);
		if (ret && map)
			return ret;
		if (ret && !first)
			first = ret;
		if (!ret && mapped)
			*mapped += size;
	}
	return first;
}

static bool is_ours(const struct rte_memseg_list *msl)
{
	/* External memory is DPDK's once it is a heap. */
	return !msl->external || msl->heap;
}

static int map_contig(const struct rte_memseg_list *msl, const struct rte_memseg *ms, size_t len,
		      void *arg)
{
	struct walk *w = arg;
	uint64_t before = w->mapped;
	int ret;

	if (!is_ours(msl))
		return 0;
	ret = each_piece(w->c, msl, ms->addr, len, true, &w->mapped, w->err);
	w->skipped += len - (w->mapped - before);
	return ret ? -1 : 0;
}

static void mem_event(enum rte_mem_event type, const void *addr, size_t len, void *arg)
{
	const struct rte_memseg_list *msl = rte_mem_virt2memseg_list(addr);
	struct mdev_container *c = arg;
	struct mdev_error err;

	if (!msl || !is_ours(msl))
		return;
	if (each_piece(c, msl, addr, len, type == RTE_MEM_EVENT_ALLOC, NULL, &err))
		MDEV_LOG(ERR, "%s", err.text);
}

int mdev_mem_start(struct mdev_container *c, struct mdev_error *err)
{
	struct walk w = { .c = c, .err = err };
	struct mdev_error warning;
	int ret;

	/* Nothing comes or goes between the walk and the first callback. */
	rte_mcfg_mem_read_lock();
	ret = rte_memseg_contig_walk_thread_unsafe(map_contig, &w);
	if (ret) {
		ret = -EIO;
	} else if (!w.mapped && w.skipped) {
		mdev_error_set(err, "DPDK does not know where its memory is: use --iova-mode=va");
		ret = -ENOTSUP;
	} else if (rte_mem_event_callback_register(MDEV_MEM_CALLBACK, mem_event, c)) {
		mdev_error_set(err, "DPDK does not tell about its memory");
		/* Such as with --legacy-mem, where there is nothing to tell. */
		ret = rte_errno == ENOTSUP ? 0 : -EIO;
	}
	rte_mcfg_mem_read_unlock();
	if (!ret && mdev_memlock_short(w.mapped, &warning))
		MDEV_LOG(WARNING, "%s", warning.text);
	return ret;
}

void mdev_mem_stop(struct mdev_container *c)
{
	struct user_map *m;

	rte_mem_event_callback_unregister(MDEV_MEM_CALLBACK, c);
	while ((m = LIST_FIRST(&user_maps))) {
		LIST_REMOVE(m, next);
		free(m);
	}
}

static struct user_map *find_user_map(uint64_t iova, size_t len)
{
	struct user_map *m;

	LIST_FOREACH(m, &user_maps, next)
		if (m->iova == iova && m->len == len)
			return m;
	return NULL;
}

int mdev_mem_map_user(struct mdev_container *c, uint64_t vaddr, uint64_t iova, size_t len,
		      struct mdev_error *err)
{
	struct user_map *m = find_user_map(iova, len);
	int ret;

	if (m) {
		m->users++;
		return 0;
	}
	m = calloc(1, sizeof(*m));
	if (!m) {
		mdev_error_set(err, "out of memory");
		return -ENOMEM;
	}
	ret = mdev_container_map(c, vaddr, iova, len, err);
	if (ret) {
		free(m);
		return ret;
	}
	m->iova = iova;
	m->len = len;
	m->users = 1;
	LIST_INSERT_HEAD(&user_maps, m, next);
	return 0;
}

int mdev_mem_unmap_user(struct mdev_container *c, uint64_t iova, size_t len,
			struct mdev_error *err)
{
	struct user_map *m = find_user_map(iova, len);

	if (!m) {
		mdev_error_set(err, "0x%zx bytes at 0x%llx were not mapped in one piece", len,
			       (unsigned long long)iova);
		return -ENOENT;
	}
	if (--m->users)
		return 0;
	LIST_REMOVE(m, next);
	free(m);
	return mdev_container_unmap(c, iova, len, err);
}
