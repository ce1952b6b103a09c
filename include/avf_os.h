/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * What the device model needs from its surroundings, and the only file that
 * knows whether it is built into a kernel module or into a user-space library.
 *
 * Everything else under avf_emul/ and include/ is written against the names
 * defined here; a layer check enforces it.
 */
#ifndef AVF_OS_H
#define AVF_OS_H

#ifdef __KERNEL__

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>

#define AVF_STATIC_ASSERT(cond)	static_assert(cond)

typedef spinlock_t avf_lock_t;

/* Taken in process and softirq context; never in hard interrupt context. */
#define avf_lock_init(l)	spin_lock_init(l)
#define avf_lock(l)		spin_lock_bh(l)
#define avf_unlock(l)		spin_unlock_bh(l)
#define avf_assert_locked(l)	lockdep_assert_held(l)

#define avf_wmb()		smp_wmb()
#define avf_rmb()		smp_rmb()
#define avf_mb()		smp_mb()
#define avf_load_acquire(p)	smp_load_acquire(p)
#define avf_store_release(p, v)	smp_store_release(p, v)

/* A full barrier. True: *@p was @old, and is @new now. */
static inline bool avf_cmpxchg(__le32 *p, __le32 old, __le32 new)
{
	return cmpxchg((__force u32 *)p, (__force u32)old,
		       (__force u32)new) == (__force u32)old;
}

static inline void *avf_zalloc(size_t len)
{
	return kvzalloc(len, GFP_KERNEL_ACCOUNT);
}

static inline void avf_free(void *p)
{
	kvfree(p);
}

/* Some pages, where the next power of two would be many more. */
static inline void *avf_zalloc_exact(size_t len)
{
	return alloc_pages_exact(len, GFP_KERNEL_ACCOUNT | __GFP_ZERO);
}

static inline void avf_free_exact(void *p, size_t len)
{
	free_pages_exact(p, len);
}

#else /* user space */

#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
typedef uint16_t __le16;
typedef uint32_t __le32;
typedef uint64_t __le64;
typedef uint16_t __be16;
typedef uint32_t __be32;

#define __force
#define __packed		__attribute__((packed))
#define __aligned(n)		__attribute__((aligned(n)))
#define __maybe_unused		__attribute__((unused))
#define __printf(f, a)		__attribute__((format(printf, f, a)))
#ifndef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#endif
#define noinline		__attribute__((noinline))
#define fallthrough		__attribute__((fallthrough))

#define AVF_STATIC_ASSERT(cond)	_Static_assert(cond, #cond)

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define GENMASK(h, l)		((~0UL >> (63 - (h))) & (~0UL << (l)))
#define GENMASK_ULL(h, l)	((~0ULL >> (63 - (h))) & (~0ULL << (l)))
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#ifndef min_t
#define min_t(t, a, b)		((t)(a) < (t)(b) ? (t)(a) : (t)(b))
#define max_t(t, a, b)		((t)(a) > (t)(b) ? (t)(a) : (t)(b))
#endif
#define S32_MAX			0x7fffffff

#define cpu_to_le16(x)		htole16(x)
#define cpu_to_le32(x)		htole32(x)
#define cpu_to_le64(x)		htole64(x)
#define le16_to_cpu(x)		le16toh(x)
#define le32_to_cpu(x)		le32toh(x)
#define le64_to_cpu(x)		le64toh(x)

typedef pthread_mutex_t avf_lock_t;

#define avf_lock_init(l)	pthread_mutex_init(l, NULL)
#define avf_lock(l)		pthread_mutex_lock(l)
#define avf_unlock(l)		pthread_mutex_unlock(l)
#define avf_assert_locked(l)	((void)(l))

#define avf_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#define avf_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define avf_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define avf_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define avf_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

static inline bool avf_cmpxchg(__le32 *p, __le32 old, __le32 new)
{
	return __atomic_compare_exchange_n(p, &old, new, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static inline void *avf_zalloc(size_t len)
{
	return calloc(1, len);
}

static inline void avf_free(void *p)
{
	free(p);
}

static inline void *avf_zalloc_exact(size_t len)
{
	return avf_zalloc(len);
}

static inline void avf_free_exact(void *p, size_t len __maybe_unused)
{
	avf_free(p);
}

#endif /* __KERNEL__ */

/*
 * Copy a number of bytes of which the compiler must know no bound: gcc expands
 * copies of at most 8 KiB to "rep movsq", which takes longer to get going than
 * a whole memcpy() of a header takes.
 */
static inline void avf_copy(void *to, const void *from, size_t len)
{
	__asm__("" : "+r"(len));
	memcpy(to, from, len);
}

#define AVF_PAGE_SIZE		4096u
#define AVF_ETH_ALEN		6

#endif /* AVF_OS_H */
