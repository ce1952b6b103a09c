/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flow director messages by hand, byte by byte, and a device with four queues
 * to send them to.
 */
#ifndef TEST_FDIR_BED_H
#define TEST_FDIR_BED_H

#include "avf_fdir.h"
#include "unit.h"

#define ADD_LEN		2616u
#define DEL_LEN		12u

/* Header types, and the bits of their fields. */
enum {
	H_ETH = 1, H_SVLAN, H_CVLAN, H_IP4, H_IP6, H_TCP, H_UDP, H_SCTP,
	H_GTPU, H_EH, H_DL, H_UL, H_PPPOE, H_L2TPV3, H_ESP, H_AH, H_PFCP,
	H_IP4_FRAG = 22, H_IP6_FRAG,
};

#define F(bit)		(1u << (bit))

enum { A_DROP, A_TC, A_PASS, A_QUEUE, A_REGION, A_MARK, A_COUNT };
enum { S_OK, S_NORES, S_EXIST, S_CONFLICT, S_NONE, S_INVALID };

struct rule {
	uint8_t m[ADD_LEN];
	uint32_t nh, na;
};

extern const uint8_t mac_d[6], mac_s[6];

/* A new message; there is only one at a time. */
struct rule *begin(void);
/* Another header; returns its 64 bytes. */
uint8_t *hdr(struct rule *r, uint32_t type, uint32_t fields);
/* Another action; returns its 32 bytes. */
uint8_t *action(struct rule *r, uint32_t type);
void to_queue(struct rule *r, uint16_t q);
void to_mark(struct rule *r, uint32_t mark);

/* Send it; returns the status inside, and the flow id. */
int send_rule(struct bed *b, const struct rule *r, uint32_t *id);
int del_rule(struct bed *b, uint32_t id);

/* The rule that a frame meets. */
const struct avf_fdir_rule *match(struct bed *b, const uint8_t *frame,
				  uint32_t len);

/* A device with four queues, and the capability. */
void open4(struct bed *b);

/* A rule for IPv4 packets from @src, without actions; a frame of those. */
struct rule *ip4(uint32_t src);
uint32_t ip4_frame(uint8_t *frame, uint32_t src);

#endif /* TEST_FDIR_BED_H */
