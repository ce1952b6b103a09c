/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The uplink: the host's network interface at the switch.
 */
#ifndef SWPF_UPLINK_H
#define SWPF_UPLINK_H

#include "swpf.h"

struct swpf_tx_batch;

#define SWPF_BATCH		32	/* frames per turn of the worker */
#define SWPF_TX_QUEUE		1024	/* skbs that wait for it */
#define SWPF_TX_HEAD		256u	/* bytes copied of each, at most */
#define SWPF_RX_BACKLOG		(8u << 20)	/* bytes that wait for NAPI */

/**
 * struct swpf_uplink_stats - counters, each with one writer
 * @rx_packets: received
 * @rx_bytes:   the same in bytes
 * @rx_whole:   packets received before they were cut, each of them several
 *              @rx_packets
 * @rx_backlog: dropped, as the host's stack did not keep up
 * @rx_nomem:   dropped, as memory was short
 * @rx_length:  dropped, as longer than the MTU allows
 * @tx_packets: sent; this and what follows: written by the worker
 * @tx_bytes:   the same in bytes
 * @tx_whole:   packets that the stack left to us to cut
 * @tx_dropped: written under the Tx lock
 */
struct swpf_uplink_stats {
	u64 rx_packets;
	u64 rx_bytes;
	u64 rx_whole;
	u64 rx_backlog;
	u64 rx_nomem;
	u64 rx_length;
	u64 tx_packets;
	u64 tx_bytes;
	u64 tx_whole;
	u64 tx_dropped;
};

/**
 * struct swpf_uplink - private part of the network interface
 * @swpf:      its PF
 * @dev:       the interface
 * @stats:     counters
 * @tx_queue:  sent by the host, waiting for the worker
 * @batch:     the worker's memory for a batch of them
 * @napi:      hands frames to the host's stack
 * @rx_on:     the worker may put frames into @rx_queue
 * @rx_staged: the worker's, until the end of a batch
 * @rx_queue:  waiting for NAPI; process context takes its lock with _bh
 * @rx_polled: NAPI's
 * @rx_in:     truesize that entered @rx_staged, modulo 2^32; the worker's
 * @rx_out:    truesize that left @rx_polled; NAPI's
 */
struct swpf_uplink {
	struct swpf *swpf;
	struct net_device *dev;
	struct swpf_uplink_stats stats;

	struct sk_buff_head tx_queue;
	struct swpf_tx_batch *batch;

	struct napi_struct napi;
	bool rx_on;
	struct sk_buff_head rx_staged;
	struct sk_buff_head rx_queue;
	struct sk_buff_head rx_polled;
	u32 rx_in;
	u32 rx_out;
};

static inline struct swpf_uplink *swpf_uplink_of(struct net_device *dev)
{
	return netdev_priv(dev);
}

/* A counter has one writer, and readers anywhere. */
static inline void swpf_uplink_count(u64 *counter, u64 n)
{
	WRITE_ONCE(*counter, *counter + n);
}

/* swpf_uplink_tx.c: the stack's; and probe and remove */
netdev_features_t swpf_uplink_features_check(struct sk_buff *skb,
					     struct net_device *dev,
					     netdev_features_t features);
netdev_tx_t swpf_uplink_xmit(struct sk_buff *skb, struct net_device *dev);
int swpf_uplink_tx_init(struct swpf_uplink *u);
void swpf_uplink_tx_destroy(struct swpf_uplink *u);

/* swpf_uplink_rx.c: probe, open and stop */
void swpf_uplink_rx_init(struct swpf_uplink *u);
void swpf_uplink_rx_start(struct swpf_uplink *u);
void swpf_uplink_rx_stop(struct swpf_uplink *u);

#endif /* SWPF_UPLINK_H */
