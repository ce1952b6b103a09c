/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Just enough of the kernel's packets to run the software PF's uplink in a
 * process: skbs with fragments, queues of them, an interface with NAPI. One
 * thread stands for all; NAPI runs when the test says so.
 *
 * Every skb and fragment is memory of its own and exactly as long as it says:
 * AddressSanitizer finds what is beside it.
 */
#ifndef TEST_KSKB_H
#define TEST_KSKB_H

#include "kshim.h"

typedef u32 gfp_t;
typedef u64 netdev_features_t;
typedef u16 __sum16;
typedef u32 __wsum;
typedef u32 spinlock_t;
typedef int netdev_tx_t;

#define GFP_ATOMIC		1u
#define __GFP_NOWARN		2u
#define PAGE_ALLOC_COSTLY_ORDER	3
#define NET_SKB_PAD		64
#define NET_IP_ALIGN		0
#define MAX_SKB_FRAGS		17
#define NETDEV_TX_OK		0
#define DIV_ROUND_UP(a, b)	(((a) + (b) - 1) / (b))
#define smp_load_acquire(p)	avf_load_acquire(p)
#define smp_store_release(p, v)	avf_store_release(p, v)
#define smp_mb__after_atomic()	avf_mb()

#define NETIF_F_SG		BIT_ULL(0)
#define NETIF_F_GSO_MASK	BIT_ULL(1)
#define NETIF_F_RXCSUM		BIT_ULL(2)
#define NETIF_F_GRO_HW		BIT_ULL(3)

#define CHECKSUM_NONE		0
#define CHECKSUM_UNNECESSARY	1
#define CHECKSUM_PARTIAL	3
#define CSUM_MANGLED_0		0xffff

#define SKB_GSO_TCPV4		0x01u
#define SKB_GSO_DODGY		0x02u
#define SKB_GSO_TCP_ECN		0x04u
#define SKB_GSO_TCPV6		0x10u
#define SKB_GSO_UDP_L4		0x20000u

struct tcphdr {
	u8 ports[4], seq[8];
	u8 off;
	u8 fin : 1, syn : 1, rst : 1, psh : 1, ack : 1, urg : 1, ece : 1, cwr : 1;
	u8 window[2];
	u16 check, urg_ptr;
};

struct udphdr {
	u8 b[8];
};

typedef struct {
	u8 *p;
	u32 len;
} skb_frag_t;

struct skb_shared_info {
	u32 nr_frags;
	u16 gso_size;
	u16 gso_segs;
	u32 gso_type;
	skb_frag_t frags[MAX_SKB_FRAGS];
};

struct sk_buff {
	struct sk_buff *next;
	u8 *head, *data;
	u32 room;		/* bytes at @head */
	u32 len, data_len;
	u32 truesize;
	u8 ip_summed;
	bool encapsulation;
	u16 protocol;
	u16 network, transport;	/* from @head */
	u16 csum_start, csum_offset;
	struct skb_shared_info info;
};

struct sk_buff_head {
	struct sk_buff *first, **last;
	u32 qlen;
	spinlock_t lock;
};

struct napi_struct {
	int (*poll)(struct napi_struct *napi, int budget);
	bool enabled, scheduled;
};

struct net_device {
	netdev_features_t features;
	u32 mtu;
	bool stopped;
	void *priv;
};

struct kskb {
	u32 alive;		/* skbs */
	u32 fail_alloc;		/* the n-th from now fails */
	u32 naps;		/* NAPI was scheduled so often */
	u32 kicks;
	bool more;		/* netdev_xmit_more() */
	int bh;
};

extern struct kskb kskb;

/* ------------------------------------------------------------------- skb */

#define skb_shinfo(skb)		(&((struct sk_buff *)(uintptr_t)(skb))->info)
#define skb_is_gso(skb)		(skb_shinfo(skb)->gso_size != 0)
#define skb_headlen(skb)	((skb)->len - (skb)->data_len)
#define skb_frag_address(f)	((f)->p)
#define skb_frag_size(f)	((f)->len)
#define skb_network_header(skb)	((skb)->head + (skb)->network)
#define skb_headroom(skb)	((u32)((skb)->data - (skb)->head))
#define skb_offset(skb, at)	((int)(at) - (int)skb_headroom(skb))
#define skb_network_offset(skb)		skb_offset(skb, (skb)->network)
#define skb_transport_offset(skb)	skb_offset(skb, (skb)->transport)
#define skb_checksum_start_offset(skb)	skb_offset(skb, (skb)->csum_start)
#define skb_tx_timestamp(skb)	((void)(skb))

static inline struct sk_buff *kskb_new(u32 reserve, u32 room)
{
	struct sk_buff *skb;

	if (kskb.fail_alloc && !--kskb.fail_alloc)
		return NULL;
	skb = calloc(1, sizeof(*skb));
	assert(skb);
	skb->room = reserve + room;
	skb->head = malloc(skb->room);
	assert(skb->head);
	skb->data = skb->head + reserve;
	skb->truesize = skb->room + 512;
	kskb.alive++;
	return skb;
}

static inline void kskb_add_frag(struct sk_buff *skb, u32 len)
{
	skb_frag_t *f = &skb->info.frags[skb->info.nr_frags++];

	assert(skb->info.nr_frags <= MAX_SKB_FRAGS && len);
	f->p = malloc(len);
	assert(f->p);
	f->len = len;
	skb->truesize += len;
}

static inline void consume_skb(struct sk_buff *skb)
{
	u32 i;

	for (i = 0; i < skb->info.nr_frags; i++)
		free(skb->info.frags[i].p);
	free(skb->head);
	free(skb);
	kskb.alive--;
}

#define dev_kfree_skb_any(skb)	consume_skb(skb)

static inline struct sk_buff *__netdev_alloc_skb_ip_align(struct net_device *dev,
							  u32 len, gfp_t gfp)
{
	(void)dev;
	assert(gfp & __GFP_NOWARN);
	return kskb_new(NET_SKB_PAD, len);
}

static inline struct sk_buff *alloc_skb_with_frags(unsigned long head,
						   unsigned long data,
						   int order, int *err,
						   gfp_t gfp)
{
	struct sk_buff *skb = kskb_new(0, (u32)head);

	(void)err;
	assert(gfp & __GFP_NOWARN);
	while (skb && data) {
		u32 n = min_t(u32, (u32)data, AVF_PAGE_SIZE << order);

		kskb_add_frag(skb, n);
		data -= n;
	}
	return skb;
}

static inline void skb_reserve(struct sk_buff *skb, u32 n)
{
	skb->data += n;
}

static inline void skb_put(struct sk_buff *skb, u32 n)
{
	skb->len += n;
	assert(skb_headroom(skb) + skb->len <= skb->room);
}

/* The bytes at @off in one piece; returns how many. */
static inline u32 kskb_at(const struct sk_buff *skb, u32 off, u8 **p)
{
	u32 i;

	if (off < skb_headlen(skb)) {
		*p = skb->data + off;
		return skb_headlen(skb) - off;
	}
	off -= skb_headlen(skb);
	for (i = 0; i < skb->info.nr_frags; i++) {
		if (off < skb->info.frags[i].len) {
			*p = skb->info.frags[i].p + off;
			return skb->info.frags[i].len - off;
		}
		off -= skb->info.frags[i].len;
	}
	assert(!"beyond the skb");
	return 0;
}

static inline int skb_store_bits(struct sk_buff *skb, int off, const void *from,
				 int len)
{
	u32 done, n;
	u8 *p;

	assert(off >= 0 && len > 0 && (u32)(off + len) <= skb->len);
	for (done = 0; done < (u32)len; done += n) {
		n = min_t(u32, (u32)len - done,
			  kskb_at(skb, (u32)off + done, &p));
		memcpy(p, (const u8 *)from + done, n);
	}
	return 0;
}

static inline int skb_copy_bits(const struct sk_buff *skb, int off, void *to,
				int len)
{
	u32 done, n;
	u8 *p;

	assert(off >= 0 && len >= 0 && (u32)(off + len) <= skb->len);
	for (done = 0; done < (u32)len; done += n) {
		n = min_t(u32, (u32)len - done,
			  kskb_at(skb, (u32)off + done, &p));
		memcpy((u8 *)to + done, p, n);
	}
	return 0;
}

static inline __wsum skb_checksum(const struct sk_buff *skb, int off, int len,
				  __wsum sum)
{
	u8 w[2];

	for (; len > 0; len -= 2, off += 2) {
		u16 v;

		w[1] = 0;
		skb_copy_bits(skb, off, w, min_t(int, len, 2));
		memcpy(&v, w, 2);
		sum += v;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

static inline __sum16 csum_fold(__wsum sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (__sum16)~(sum + (sum >> 16));
}

static inline int skb_checksum_help(struct sk_buff *skb)
{
	if (kskb.fail_alloc && !--kskb.fail_alloc)
		return -ENOMEM;
	skb->ip_summed = CHECKSUM_NONE;
	return 0;
}

static inline bool skb_partial_csum_set(struct sk_buff *skb, u16 start, u16 off)
{
	assert(start + off + 2u <= skb_headlen(skb));
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u16)(skb_headroom(skb) + start);
	skb->csum_offset = off;
	return true;
}

static inline u32 tcp_hdrlen(const struct sk_buff *skb)
{
	return (skb->head[skb->transport + 12] >> 4) * 4u;
}

static inline u16 eth_type_trans(struct sk_buff *skb, struct net_device *dev)
{
	u16 type = (u16)(skb->data[12] << 8 | skb->data[13]);

	(void)dev;
	assert(skb_headlen(skb) >= ETH_HLEN);
	skb->data += ETH_HLEN;
	skb->len -= ETH_HLEN;
	return type;
}

/* ---------------------------------------------------------------- queues */

static inline void skb_queue_head_init(struct sk_buff_head *q)
{
	q->first = NULL;
	q->last = &q->first;
	q->qlen = 0;
}

static inline void skb_queue_tail(struct sk_buff_head *q, struct sk_buff *skb)
{
	skb->next = NULL;
	*q->last = skb;
	q->last = &skb->next;
	q->qlen++;
}

static inline struct sk_buff *skb_dequeue(struct sk_buff_head *q)
{
	struct sk_buff *skb = q->first;

	if (!skb)
		return NULL;
	q->first = skb->next;
	if (!q->first)
		q->last = &q->first;
	q->qlen--;
	return skb;
}

static inline void skb_queue_splice_tail_init(struct sk_buff_head *from,
					      struct sk_buff_head *to)
{
	while (from->first)
		skb_queue_tail(to, skb_dequeue(from));
}

static inline void skb_queue_purge(struct sk_buff_head *q)
{
	while (q->first)
		consume_skb(skb_dequeue(q));
}

#define __skb_queue_tail		skb_queue_tail
#define __skb_dequeue			skb_dequeue
#define skb_queue_empty(q)		(!(q)->qlen)
#define skb_queue_empty_lockless(q)	(!(q)->qlen)
#define skb_queue_len_lockless(q)	((q)->qlen)
#define spin_lock(l)			assert(!(*(l))++)
#define spin_unlock(l)			assert(!--(*(l)))
#define local_bh_disable()		(kskb.bh++)
#define local_bh_enable()		assert(kskb.bh-- > 0)

/* ------------------------------------------------------------- interface */

#define netdev_priv(dev)		((dev)->priv)
#define netdev_xmit_more()		(kskb.more)
#define netif_stop_queue(dev)		((dev)->stopped = true)
#define netif_start_queue(dev)		((dev)->stopped = false)
#define netif_wake_queue(dev)		((dev)->stopped = false)
#define netif_queue_stopped(dev)	((dev)->stopped)
#define vlan_features_check(skb, f)	((void)(skb), (f))

static inline void vdcm_napi_add(struct net_device *dev,
				 struct napi_struct *napi,
				 int (*poll)(struct napi_struct *, int))
{
	(void)dev;
	napi->poll = poll;
}

static inline void napi_enable(struct napi_struct *napi)
{
	assert(!napi->enabled);
	napi->enabled = true;
}

static inline void napi_disable(struct napi_struct *napi)
{
	assert(napi->enabled);
	napi->enabled = false;
	napi->scheduled = false;
}

static inline void napi_schedule(struct napi_struct *napi)
{
	assert(kskb.bh && napi->enabled);
	napi->scheduled = true;
	kskb.naps++;
}

static inline bool napi_complete_done(struct napi_struct *napi, int n)
{
	(void)n;
	assert(napi->scheduled);
	napi->scheduled = false;
	return true;
}

/* The test's. */
int napi_gro_receive(struct napi_struct *napi, struct sk_buff *skb);

#endif /* TEST_KSKB_H */
