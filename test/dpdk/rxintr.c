// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * rxintr EAL_ARGS... : two ports; one sends a frame at a time to the other, which
 * sleeps until its receive interrupt says so. testpmd only polls.
 */
/* Whose headers are not part of test/dpdk/roots. */
#undef RTE_USE_LIBBSD
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_interrupts.h>
#include <rte_mbuf.h>

#define ROUNDS	200
#define SECOND	1000

static void need(int ok, const char *what)
{
	if (ok)
		return;
	printf("rxintr: %s\n", what);
	fflush(stdout);
	exit(1);
}

static void start(uint16_t port, struct rte_mempool *pool)
{
	struct rte_eth_conf conf;

	memset(&conf, 0, sizeof(conf));
	conf.intr_conf.rxq = port == 1;
	need(!rte_eth_dev_configure(port, 1, 1, &conf), "a port cannot be configured");
	need(!rte_eth_rx_queue_setup(port, 0, 128, SOCKET_ID_ANY, NULL, pool), "no Rx queue");
	need(!rte_eth_tx_queue_setup(port, 0, 128, SOCKET_ID_ANY, NULL), "no Tx queue");
	need(!rte_eth_dev_start(port), "a port does not start");
}

static void send_one(struct rte_mempool *pool, unsigned int round)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	struct rte_ether_addr addr[2];
	char *frame;

	need(m != NULL, "no buffer");
	frame = rte_pktmbuf_append(m, 64);
	need(frame != NULL, "no room");
	if (!frame)
		return;
	memset(frame, 0, 64);
	rte_eth_macaddr_get(0, &addr[0]);
	rte_eth_macaddr_get(1, &addr[1]);
	memcpy(frame, &addr[1], 6);
	memcpy(frame + 6, &addr[0], 6);
	frame[12] = (char)0x88;
	frame[13] = (char)0xb5;
	memcpy(frame + 14, &round, sizeof(round));
	need(rte_eth_tx_burst(0, 0, &m, 1) == 1, "the frame was not taken");
}

/* Whether it arrives, and no other, within a second. */
static int receive(unsigned int round)
{
	struct rte_mbuf *m[32];
	int i, n, same;

	for (i = 0; i < SECOND; i++) {
		/* Asked for less than four, iavf's vector code gives none. */
		n = rte_eth_rx_burst(1, 0, m, RTE_DIM(m));
		if (!n) {
			rte_delay_us_sleep(1000);
			continue;
		}
		same = n == 1 && !memcmp(rte_pktmbuf_mtod(m[0], char *) + 14, &round, sizeof(round));
		while (n--)
			rte_pktmbuf_free(m[n]);
		return same;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct rte_epoll_event event;
	struct rte_mempool *pool;
	unsigned int round;

	need(rte_eal_init(argc, argv) >= 0, "no EAL");
	need(rte_eth_dev_count_avail() == 2, "not two ports");
	pool = rte_pktmbuf_pool_create("frames", 2047, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
				       SOCKET_ID_ANY);
	need(pool != NULL, "no buffers");
	start(0, pool);
	start(1, pool);
	need(!rte_eth_dev_rx_intr_ctl_q(1, 0, RTE_EPOLL_PER_THREAD, RTE_INTR_EVENT_ADD, NULL),
	     "the queue has no interrupt");

	for (round = 0; round < ROUNDS; round++) {
		need(!rte_eth_dev_rx_intr_enable(1, 0), "the interrupt cannot be enabled");
		/* Nothing comes before there is something. */
		need(round % 50 || !rte_epoll_wait(RTE_EPOLL_PER_THREAD, &event, 1, 20),
		     "an interrupt for nothing");
		send_one(pool, round);
		if (rte_epoll_wait(RTE_EPOLL_PER_THREAD, &event, 1, 2 * SECOND) != 1) {
			printf("round %u\n", round);
			need(0, receive(round) ? "a frame, but no interrupt" : "no frame");
		}
		need(!rte_eth_dev_rx_intr_disable(1, 0), "the interrupt cannot be disabled");
		need(receive(round), "an interrupt, but not the frame");
	}
	printf("rxintr: %u frames, each with its interrupt\n", round);
	need(!rte_eth_dev_stop(0) && !rte_eth_dev_stop(1), "a port does not stop");
	rte_eth_dev_close(0);
	rte_eth_dev_close(1);
	return rte_eal_cleanup();
}
