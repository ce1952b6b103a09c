// SPDX-License-Identifier: GPL-2.0
/*
 * From the switch to the host's stack. The worker copies frames into skbs, and
 * NAPI hands them up, so that they are merged (GRO) and a stack that does not
 * keep up costs frames, not memory.
 *
 * Guest memory is copied exactly once and never lent: what a guest writes
 * later does not change what the host has judged.
 */
#include <linux/tcp.h>

#include "swpf_uplink.h"

/* Longer frames go to pages: no allocation needs several in a row. */
#define SWPF_RX_LINEAR	2048u

/*
 * Room for a frame, its first @linear bytes in one piece. Nothing waits for
 * memory, and nothing is said when there is none: frames are dropped for less.
 */
static struct sk_buff *swpf_rx_alloc(struct net_device *dev, u32 len,
				     u32 linear)
{
	const gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN;
	struct sk_buff *skb;
	int err;

	if (len <= SWPF_RX_LINEAR) {
		skb = __netdev_alloc_skb_ip_align(dev, len, gfp);
		if (skb)
			skb_put(skb, len);
		return skb;
	}

	skb = alloc_skb_with_frags(NET_SKB_PAD + NET_IP_ALIGN + linear,
				   len - linear, PAGE_ALLOC_COSTLY_ORDER, &err,
				   gfp);
	if (!skb)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	skb_put(skb, linear);
	skb->len += len - linear;
	skb->data_len = len - linear;
	return skb;
}

/* Headers are those the switch judged. */
static void swpf_rx_copy(struct sk_buff *skb, const struct avf_frame *frame)
{
	u32 head = min_t(u32, skb_headlen(skb), frame->hlen);
	u32 i, at = 0;

	memcpy(skb->data, frame->hdr, head);
	for (i = 0; i < frame->nsegs; i++) {
		u32 len = frame->seg[i].len;
		u32 skip = at < head ? min(head - at, len) : 0;

		if (skip < len)
			skb_store_bits(skb, at + skip,
				       (const u8 *)frame->seg[i].p + skip,
				       len - skip);
		at += len;
	}
}

/*
 * What the stack needs to know to cut the packet where it must. The frame is as
 * adi_pf::gso promises, and a guest cannot change its headers any more. Marked
 * as of somebody else's making nevertheless: before a NIC gets it the stack
 * looks at the headers once more.
 *
 * TCP's checksum is left to whoever needs it: the host's stack needs none, as
 * with a packet of its own.
 */
static void swpf_rx_whole(struct sk_buff *skb, const struct avf_gso *gso)
{
	struct skb_shared_info *info = skb_shinfo(skb);
	const struct tcphdr *th = (const void *)(skb->data + gso->l4);

	info->gso_size = gso->mss;
	info->gso_segs = gso->segs;
	info->gso_type = SKB_GSO_DODGY |
			 (gso->v6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4) |
			 (th->cwr ? SKB_GSO_TCP_ECN : 0);
	skb_partial_csum_set(skb, gso->l4, offsetof(struct tcphdr, check));
}

/* One frame as an skb, to be cut by the stack if @frame->gso says so. */
static void swpf_rx_skb(struct swpf_uplink *u, const struct avf_frame *frame)
{
	struct swpf_uplink_stats *st = &u->stats;
	const struct avf_gso *gso = &frame->gso;
	struct net_device *dev = u->dev;
	struct sk_buff *skb;

	if (u->rx_in - READ_ONCE(u->rx_out) > SWPF_RX_BACKLOG) {
		swpf_uplink_count(&st->rx_backlog, avf_frame_count(frame));
		return;
	}
	skb = swpf_rx_alloc(dev, frame->len, gso->mss ? gso->hlen : frame->hlen);
	if (!skb) {
		swpf_uplink_count(&st->rx_nomem, avf_frame_count(frame));
		return;
	}

	swpf_rx_copy(skb, frame);
	swpf_uplink_count(&st->rx_packets, avf_frame_count(frame));
	swpf_uplink_count(&st->rx_bytes, avf_frame_bytes(frame));
	if (gso->mss) {
		swpf_uplink_count(&st->rx_whole, 1);
		swpf_rx_whole(skb, gso);
	} else if ((frame->csum & AVF_FRAME_L4_OK) &&
		   (dev->features & NETIF_F_RXCSUM)) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	}
	skb->protocol = eth_type_trans(skb, dev);
	u->rx_in += skb->truesize;
	__skb_queue_tail(&u->rx_staged, skb);
}

/* A frame as on the wire. */
static void swpf_rx_frame(void *uplink, const struct avf_frame *frame)
{
	struct swpf_uplink *u = uplink;

	/* Two tags make no frame too long. */
	if (frame->len > READ_ONCE(u->dev->mtu) + ETH_HLEN + 2 * VLAN_HLEN)
		swpf_uplink_count(&u->stats.rx_length, 1);
	else
		swpf_rx_skb(u, frame);
}

/*
 * May the stack have it before it is cut? Nobody but the interface's MTU
 * protects what the stack forwards it to from too long segments.
 */
static bool swpf_rx_takes_whole(const struct net_device *dev,
				const struct avf_gso *gso)
{
	return (dev->features & NETIF_F_GRO_HW) && !gso->udp &&
	       (u32)(gso->hlen - gso->l3 + gso->mss) <= READ_ONCE(dev->mtu);
}

/**
 * swpf_uplink_receive() - frames for the host
 * @swpf:   the PF
 * @frames: the frames
 * @n:      number of them
 *
 * worker. They are on their way after swpf_uplink_flush().
 */
void swpf_uplink_receive(struct swpf *swpf, const struct avf_frame *frames,
			 u32 n)
{
	struct net_device *dev = READ_ONCE(swpf->uplink);
	struct swpf_uplink *u;
	u32 i;

	if (!dev)
		return;
	u = swpf_uplink_of(dev);
	/*
	 * Pairs with swpf_uplink_rx_start(): on means that NAPI can be
	 * scheduled. Stopping waits for this step.
	 */
	if (!smp_load_acquire(&u->rx_on))
		return;
	for (i = 0; i < n; i++) {
		const struct avf_frame *frame = &frames[i];

		if (!frame->gso.mss)
			swpf_rx_frame(u, frame);
		else if (swpf_rx_takes_whole(dev, &frame->gso))
			swpf_rx_skb(u, frame);
		else
			adi_frame_cut(frame, swpf_rx_frame, u);
	}
}

/**
 * swpf_uplink_flush() - hand what swpf_uplink_receive() took to the host
 * @swpf: the PF
 *
 * worker. Once for a batch: it may run the host's stack.
 */
void swpf_uplink_flush(struct swpf *swpf)
{
	struct net_device *dev = READ_ONCE(swpf->uplink);
	struct swpf_uplink *u;

	if (!dev)
		return;
	u = swpf_uplink_of(dev);
	if (skb_queue_empty(&u->rx_staged))
		return;

	local_bh_disable();
	spin_lock(&u->rx_queue.lock);
	skb_queue_splice_tail_init(&u->rx_staged, &u->rx_queue);
	spin_unlock(&u->rx_queue.lock);
	napi_schedule(&u->napi);
	/* What was raised runs here, unless it is another thread's business. */
	local_bh_enable();
}

static struct sk_buff *swpf_rx_next(struct swpf_uplink *u)
{
	if (skb_queue_empty(&u->rx_polled)) {
		spin_lock(&u->rx_queue.lock);
		skb_queue_splice_tail_init(&u->rx_queue, &u->rx_polled);
		spin_unlock(&u->rx_queue.lock);
	}
	return __skb_dequeue(&u->rx_polled);
}

static int swpf_rx_poll(struct napi_struct *napi, int budget)
{
	struct swpf_uplink *u = container_of(napi, struct swpf_uplink, napi);
	struct sk_buff *skb;
	int n;

	for (n = 0; n < budget; n++) {
		skb = swpf_rx_next(u);
		if (!skb)
			break;
		WRITE_ONCE(u->rx_out, u->rx_out + skb->truesize);
		napi_gro_receive(napi, skb);
	}
	/* Who queues from now on schedules again. */
	if (n < budget)
		napi_complete_done(napi, n);
	return n;
}

void swpf_uplink_rx_init(struct swpf_uplink *u)
{
	skb_queue_head_init(&u->rx_staged);
	skb_queue_head_init(&u->rx_queue);
	skb_queue_head_init(&u->rx_polled);
	vdcm_napi_add(u->dev, &u->napi, swpf_rx_poll);
}

void swpf_uplink_rx_start(struct swpf_uplink *u)
{
	napi_enable(&u->napi);
	/* Pairs with swpf_uplink_receive(). */
	smp_store_release(&u->rx_on, true);
}

void swpf_uplink_rx_stop(struct swpf_uplink *u)
{
	WRITE_ONCE(u->rx_on, false);
	adi_pf_sync(&u->swpf->pf);
	napi_disable(&u->napi);

	/* Every step ends with a flush: nothing is staged. */
	skb_queue_purge(&u->rx_queue);
	skb_queue_purge(&u->rx_polled);
	u->rx_out = u->rx_in;
}
