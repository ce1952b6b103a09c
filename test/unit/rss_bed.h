/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verification suite of receive side scaling: Microsoft's published key,
 * addresses, ports and hashes, and frames made of them.
 */
#ifndef TEST_RSS_BED_H
#define TEST_RSS_BED_H

#include "unit.h"

struct rss_vector {
	int ver;		/* 4 or 6 */
	uint8_t src[16];
	uint8_t dst[16];
	uint16_t sport;
	uint16_t dport;
	uint32_t ip_hash;
	uint32_t tcp_hash;
};

#define RSS_VECTORS	8u

extern const uint8_t rss_key[52];
extern const struct rss_vector rss_vector[RSS_VECTORS];

/* A frame of IP protocol @proto from @v's addresses and, if any, ports. */
uint32_t rss_frame(uint8_t *p, const uint8_t *dst_mac,
		   const struct rss_vector *v, uint8_t proto);

/* The definition, bit by bit. */
uint32_t rss_slow(const uint8_t *key, const uint8_t *in, uint32_t len);

/* The bytes hashed for @v: addresses, and ports if asked for. */
uint32_t rss_input(uint8_t *in, const struct rss_vector *v, bool ports);

#endif /* TEST_RSS_BED_H */
