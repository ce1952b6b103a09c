// SPDX-License-Identifier: GPL-2.0
/*
 * From the switch to the host's stack. The worker copies frames into skbs, and
 * NAPI hands them up, so that they are merged (GRO) and a stack that does not
 * keep up costs frames, not memory.
 *
 * Guest memory is copied exactly once and never lent: what a guest writes
 * later does not change what the host has judged.
 */
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

static void swpf_rx_frame(struct swpf_uplink *u, const struct avf_frame *frame)
{
	struct swpf_uplink_stats *st = &u->stats;
	struct net_device *dev = u->dev;
	struct sk_buff *skb;

	/* Two tags make no frame too long. */
	if (frame->len > READ_ONCE(dev->mtu) + ETH_HLEN + 2 * VLAN_HLEN) {
		swpf_uplink_count(&st->rx_length, 1);
		return;
	}
	if (u->rx_in - READ_ONCE(u->rx_out) > SWPF_RX_BACKLOG) {
		swpf_uplink_count(&st->rx_backlog, 1);
		return;
	}
	skb = swpf_rx_alloc(dev, frame->len, frame->hlen);
	if (!skb) {
		swpf_uplink_count(&st->rx_nomem, 1);
		return;
	}

	swpf_rx_copy(skb, frame);
	swpf_uplink_count(&st->rx_packets, 1);
	swpf_uplink_count(&st->rx_bytes, frame->len);
	if ((frame->csum & AVF_FRAME_L4_OK) && (dev->features & NETIF_F_RXCSUM))
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->protocol = eth_type_trans(skb, dev);
	u->rx_in += skb->truesize;
	__skb_queue_tail(&u->rx_staged, skb);
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
	for (i = 0; i < n; i++)
		swpf_rx_frame(u, &frames[i]);
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
