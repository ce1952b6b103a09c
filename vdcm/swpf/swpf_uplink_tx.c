// SPDX-License-Identifier: GPL-2.0
/*
 * From the host's stack to the switch. An skb becomes one frame: its first bytes
 * are copied, the rest stays where it is until the receivers' buffers are known.
 * A packet that the stack wants cut is switched whole, and cut into them.
 */
#include <linux/tcp.h>
#include <linux/udp.h>

#include "swpf_uplink.h"

/* Frames after which a turn of the worker ends. */
#define SWPF_TX_BUDGET	64
/* TCP's header, and everything before it, is what is judged of a frame. */
#define SWPF_TCP_MAX	60
/* Room in a frame's head, of which retagging takes some. */
#define SWPF_GSO_MAX	(AVF_FRAME_HDR - VLAN_HLEN)
/* Segments this short are not worth it, and the worker would make thousands. */
#define SWPF_MSS_MIN	64
/* A frame's head, and what is left of the skb's linear part; one to spare. */
#define SWPF_FRAGS_MAX	(AVF_FRAME_SEGS - 3)

/**
 * struct swpf_tx_batch - frames on their way from skbs into the switch
 * @skb:   where they come from
 * @frame: the frames
 * @head:  their first bytes
 *
 * The worker's.
 */
struct swpf_tx_batch {
	struct sk_buff *skb[SWPF_BATCH];
	struct avf_frame frame[SWPF_BATCH];
	u8 head[SWPF_BATCH][SWPF_TX_HEAD];
};

/*
 * May @skb be left to us to cut? The headers must be where everyone looks, and
 * segments be frames. Their number is what a guest of another hypervisor says
 * who sends through a bridge: if it makes too many, that is not our time.
 */
static bool swpf_tx_cuts(const struct sk_buff *skb)
{
	u32 mss = skb_shinfo(skb)->gso_size;
	/* Below 0, or not known: too much. */
	u32 l4 = (u32)skb_transport_offset(skb);

	return mss >= SWPF_MSS_MIN && l4 <= SWPF_GSO_MAX - SWPF_TCP_MAX &&
	       l4 + SWPF_TCP_MAX + mss <= SWPF_MAX_FRAME;
}

netdev_features_t swpf_uplink_features_check(struct sk_buff *skb,
					     struct net_device *dev,
					     netdev_features_t features)
{
	const struct skb_shared_info *info = skb_shinfo(skb);

	if (skb_is_gso(skb) && !swpf_tx_cuts(skb))
		features &= ~NETIF_F_GSO_MASK;
	if (info->nr_frags > SWPF_FRAGS_MAX)
		features &= ~(NETIF_F_SG | NETIF_F_GSO_MASK);
	return vlan_features_check(skb, features);
}

netdev_tx_t swpf_uplink_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct swpf_uplink *u = swpf_uplink_of(dev);
	struct sk_buff_head *q = &u->tx_queue;
	bool more = netdev_xmit_more();

	/* The worker has room for this much of a frame. */
	if (skb->ip_summed == CHECKSUM_PARTIAL && !skb_is_gso(skb) &&
	    skb_checksum_start_offset(skb) + skb->csum_offset +
	    sizeof(__sum16) > SWPF_TX_HEAD && skb_checksum_help(skb)) {
		swpf_uplink_count(&u->stats.tx_dropped, 1);
		dev_kfree_skb_any(skb);
		skb = NULL;
	}

	if (skb) {
		skb_tx_timestamp(skb);
		/* Still its socket's: that limits what it has under way. */
		skb_queue_tail(q, skb);
		if (skb_queue_len_lockless(q) >= SWPF_TX_QUEUE) {
			netif_stop_queue(dev);
			/* The worker may have emptied it before that. */
			smp_mb__after_atomic();
			if (skb_queue_len_lockless(q) < SWPF_TX_QUEUE / 2)
				netif_start_queue(dev);
		}
	}

	if (!more || netif_queue_stopped(dev))
		adi_pf_kick(&u->swpf->pf);
	return NETDEV_TX_OK;
}

/*
 * Compute the checksum that the stack left to us. The receiver is told that it
 * is good, and may forward the frame: there is nothing in a descriptor that
 * says "good, but not in the frame" (as virtio has, and drivers then fill it
 * in), so it has to be in the frame.
 */
static void swpf_tx_csum(struct avf_frame *frame, u8 *head,
			 const struct sk_buff *skb)
{
	int start = skb_checksum_start_offset(skb);
	__sum16 sum;

	sum = csum_fold(skb_checksum(skb, start, (int)skb->len - start, 0));
	/* Zero in UDP would mean "no checksum"; it has two encodings. */
	if (!sum)
		sum = CSUM_MANGLED_0;
	memcpy(head + start + skb->csum_offset, &sum, sizeof(sum));
	/* Of a tunnel it is the inner one: the receiver judges the outer. */
	if (!skb->encapsulation && start == skb_transport_offset(skb))
		frame->csum |= AVF_FRAME_L4_OK;
}

static void swpf_tx_gso(struct avf_gso *gso, const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);

	gso->v6 = *skb_network_header(skb) >> 4 == 6;
	gso->udp = info->gso_type & SKB_GSO_UDP_L4;
	gso->mss = info->gso_size;
	gso->l3 = (u16)skb_network_offset(skb);
	gso->l4 = (u16)skb_transport_offset(skb);
	gso->hlen = (u16)(gso->l4 + (gso->udp ? sizeof(struct udphdr) :
						tcp_hdrlen(skb)));
	gso->segs = (u16)DIV_ROUND_UP(skb->len - gso->hlen, gso->mss);
}

static void swpf_tx_frame(struct avf_frame *frame, u8 *head,
			  const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	u32 hlen = min_t(u32, skb->len, AVF_FRAME_HDR);
	u32 i, skip, len;

	frame->len = skb->len;
	frame->csum = 0;
	frame->gso.mss = 0;
	if (skb_is_gso(skb))
		swpf_tx_gso(&frame->gso, skb);
	else if (skb->ip_summed == CHECKSUM_PARTIAL)
		/* The checksum is to be in what is copied. */
		hlen = min_t(u32, skb->len, SWPF_TX_HEAD);

	skb_copy_bits(skb, 0, head, (int)hlen);
	if (skb->ip_summed == CHECKSUM_UNNECESSARY)
		frame->csum = AVF_FRAME_L4_OK;
	else if (skb->ip_summed == CHECKSUM_PARTIAL && !frame->gso.mss)
		swpf_tx_csum(frame, head, skb);

	frame->seg[0].p = head;
	frame->seg[0].len = hlen;
	frame->nsegs = 1;
	skip = hlen;
	for (i = 0; i <= info->nr_frags; i++) {
		const u8 *p = skb->data;

		len = skb_headlen(skb);
		if (i) {
			p = skb_frag_address(&info->frags[i - 1]);
			len = skb_frag_size(&info->frags[i - 1]);
		}
		if (len > skip) {
			frame->seg[frame->nsegs].p = p + skip;
			frame->seg[frame->nsegs].len = len - skip;
			frame->nsegs++;
		}
		skip -= min(skip, len);
	}

	/* Shorter than that means that all of it is in the head. */
	if (frame->len < AVF_FRAME_MIN) {
		memset(head + frame->len, 0, AVF_FRAME_MIN - frame->len);
		frame->len = AVF_FRAME_MIN;
		frame->seg[0].len = AVF_FRAME_MIN;
	}
	frame->hlen = (u16)min_t(u32, frame->len, AVF_FRAME_HDR);
	frame->hdr = head;
}

static void swpf_tx_wake(struct swpf_uplink *u)
{
	if (!netif_queue_stopped(u->dev) ||
	    skb_queue_len_lockless(&u->tx_queue) >= SWPF_TX_QUEUE / 2)
		return;
	local_bh_disable();
	netif_wake_queue(u->dev);
	local_bh_enable();
}

bool swpf_uplink_poll(struct adi_pf *pf)
{
	struct swpf_uplink *u = swpf_uplink_of(swpf_from_pf(pf)->uplink);
	struct swpf_tx_batch *b = u->batch;
	u32 n, i, packets = 0, whole = 0;
	u64 bytes = 0;

	for (n = 0; n < SWPF_BATCH && packets < SWPF_TX_BUDGET; n++) {
		b->skb[n] = skb_dequeue(&u->tx_queue);
		if (!b->skb[n])
			break;
		swpf_tx_frame(&b->frame[n], b->head[n], b->skb[n]);
		packets += avf_frame_count(&b->frame[n]);
		whole += b->frame[n].gso.mss != 0;
		bytes += avf_frame_bytes(&b->frame[n]);
	}
	if (!n)
		return false;

	swpf_tx_wake(u);
	swpf_switch_from_uplink(u->swpf, b->frame, n);
	swpf_uplink_count(&u->stats.tx_packets, packets);
	swpf_uplink_count(&u->stats.tx_bytes, bytes);
	swpf_uplink_count(&u->stats.tx_whole, whole);
	for (i = 0; i < n; i++)
		consume_skb(b->skb[i]);

	return !skb_queue_empty_lockless(&u->tx_queue);
}

int swpf_uplink_tx_init(struct swpf_uplink *u)
{
	skb_queue_head_init(&u->tx_queue);
	u->batch = kvzalloc(sizeof(*u->batch), GFP_KERNEL);
	return u->batch ? 0 : -ENOMEM;
}

void swpf_uplink_tx_destroy(struct swpf_uplink *u)
{
	skb_queue_purge(&u->tx_queue);
	kvfree(u->batch);
}
