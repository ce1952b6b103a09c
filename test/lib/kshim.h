/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Just enough of a kernel to run the software PF's switch, the token bucket and
 * the mirror of guest memory in a process: lists, bitmaps, addresses. One thread
 * stands for control side and worker alike, so locks and RCU are nothing.
 */
#ifndef TEST_KSHIM_H
#define TEST_KSHIM_H

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "avf_os.h"

#undef static_assert
#define static_assert(cond)		_Static_assert(cond, #cond)
#define sizeof_field(type, member)	sizeof(((type *)0)->member)
#define container_of(ptr, type, member)					\
	((type *)((char *)(ptr) - offsetof(type, member)))
#define NSEC_PER_SEC		1000000000l
#define div_u64(a, b)		((a) / (b))
#define min(a, b)	((a) < (b) ? (a) : (b))
#define max(a, b)	((a) > (b) ? (a) : (b))
#define PAGE_SIZE	4096ul

typedef u64 phys_addr_t;

/* ---------------------------------------------------------------- memory */

#define GFP_KERNEL		0
#define GFP_KERNEL_ACCOUNT	0
#define kzalloc(len, gfp)	((void)(gfp), calloc(1, len))
#define kvzalloc(len, gfp)	kzalloc(len, gfp)
#define kfree(p)		free(p)
#define kvfree(p)		free(p)

struct mutex {
	int held;
};

#define mutex_init(m)		((m)->held = 0)
#define mutex_lock(m)		assert(!(m)->held++)
#define mutex_unlock(m)		assert(!--(m)->held)

/* ----------------------------------------------------------------- lists */

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

static inline void INIT_LIST_HEAD(struct list_head *l)
{
	l->next = l;
	l->prev = l;
}

static inline void list_add_tail(struct list_head *n, struct list_head *head)
{
	n->next = head;
	n->prev = head->prev;
	head->prev->next = n;
	head->prev = n;
}

static inline void list_del(struct list_head *n)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
}

#define list_add_tail_rcu	list_add_tail
#define list_del_rcu		list_del

#define list_entry_next(pos, member)					\
	container_of((pos)->member.next, __typeof__(*(pos)), member)
#define list_for_each_entry(pos, head, member)				\
	for (pos = container_of((head)->next, __typeof__(*pos), member); \
	     &pos->member != (head); pos = list_entry_next(pos, member))
#define list_for_each_entry_safe(pos, n, head, member)			\
	for (pos = container_of((head)->next, __typeof__(*pos), member), \
	     n = list_entry_next(pos, member);				\
	     &pos->member != (head);					\
	     pos = n, n = list_entry_next(n, member))
#define list_for_each_entry_rcu(pos, head, member, cond)		\
	list_for_each_entry(pos, head, member)

#define INIT_HLIST_HEAD(h)	((h)->first = NULL)

static inline void hlist_add_head_rcu(struct hlist_node *n,
				      struct hlist_head *h)
{
	n->next = h->first;
	if (h->first)
		h->first->pprev = &n->next;
	h->first = n;
	n->pprev = &h->first;
}

static inline void hlist_del_rcu(struct hlist_node *n)
{
	*n->pprev = n->next;
	if (n->next)
		n->next->pprev = n->pprev;
}

#define hlist_pos(n, type, member)					\
	((n) ? container_of(n, type, member) : NULL)
#define hlist_for_each_entry_rcu(pos, head, member, cond)		\
	for (pos = hlist_pos((head)->first, __typeof__(*pos), member);	\
	     pos; pos = hlist_pos(pos->member.next, __typeof__(*pos), member))

/* Few buckets are hit: addresses share theirs. */
static inline u32 jhash(const void *p, u32 len, u32 init)
{
	return (u32)(((const u8 *)p)[len - 1] & 3) << 30 | init;
}

/* ------------------------------------------------------- bits, addresses */

#define BITS_PER_LONG		((int)(CHAR_BIT * sizeof(long)))
#define DECLARE_BITMAP(name, bits)					\
	unsigned long name[(bits) / (CHAR_BIT * sizeof(long))]

static inline void set_bit(int n, unsigned long *map)
{
	map[n / BITS_PER_LONG] |= 1ul << n % BITS_PER_LONG;
}

static inline void clear_bit(int n, unsigned long *map)
{
	map[n / BITS_PER_LONG] &= ~(1ul << n % BITS_PER_LONG);
}

static inline bool test_bit(int n, const unsigned long *map)
{
	return map[n / BITS_PER_LONG] >> n % BITS_PER_LONG & 1;
}

#define ETH_ALEN		6
#define ETH_HLEN		14
#define ETH_P_8021Q		0x8100
#define VLAN_HLEN		4
#define VLAN_ETH_HLEN		18
#define VLAN_VID_MASK		0x0fff
#define VLAN_PRIO_SHIFT		13
#define VLAN_N_VID		4096

#define ether_addr_equal(a, b)	(!memcmp(a, b, ETH_ALEN))
#define ether_addr_copy(to, a)	memcpy(to, a, ETH_ALEN)
#define is_multicast_ether_addr(a)	((a)[0] & 1)
#define is_broadcast_ether_addr(a)					\
	(((a)[0] & (a)[1] & (a)[2] & (a)[3] & (a)[4] & (a)[5]) == 0xff)

/* ------------------------------------------ members of what is not used */

struct device;
struct pci_dev;
struct net_device;

#endif /* TEST_KSHIM_H */
