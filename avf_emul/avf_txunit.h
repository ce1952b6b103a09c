/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * What the descriptors of one frame say, and what they ask for (device contract
 * 5.2, 5.3). Copies, with nothing checked.
 */
#ifndef AVF_TXUNIT_H
#define AVF_TXUNIT_H

#include "avf_off.h"
#include "avf_os.h"
#include "avf_wire.h"

#define TX_FIELD(qw, name)	((u32)((qw) >> name##_S & name##_M))

/* Of qword 1: a frame of one descriptor that asks for nothing but to be sent */
#define TX_AS_IS	(AVF_TXD_TYPE_DATA << AVF_TXD_TYPE_S |		\
			 (u64)AVF_TXD_CMD_EOP << AVF_TXD_CMD_S)
#define TX_AS_IS_M	(AVF_TXD_TYPE_M << AVF_TXD_TYPE_S |		\
			 (u64)(AVF_TXD_CMD_EOP | AVF_TXD_CMD_L2TAG1 |	\
			       AVF_TXD_CMD_DUMMY | AVF_TXD_CMD_IP_M |	\
			       AVF_TXD_CMD_L4_M) << AVF_TXD_CMD_S)

/**
 * struct tx_unit - what the scan found at the head of the ring
 * @n:     descriptors, 0 = end not in sight
 * @first: index of the first data descriptor
 * @bytes: sum of the buffers
 * @ctx:   context descriptor; zeros mean the same as none
 * @addr:  qword 0 of the first data descriptor
 * @data:  qword 1 of it
 * @bad:   not a frame
 * @noop:  nothing to send, and nothing wrong
 */
struct tx_unit {
	u32 n;
	u32 first;
	u32 bytes;
	u64 ctx[2];
	u64 addr;
	u64 data;
	bool bad;
	bool noop;
};

static inline void tx_request(const struct tx_unit *u, struct avf_off_req *req)
{
	u32 cmd = TX_FIELD(u->data, AVF_TXD_CMD);
	u32 ctx = TX_FIELD(u->ctx[1], AVF_TXC_CMD);

	req->mac_len = (u16)(TX_FIELD(u->data, AVF_TXD_MACLEN) * 2);
	req->ip_len = (u16)(TX_FIELD(u->data, AVF_TXD_IPLEN) * 4);
	req->l4_len = (u16)(TX_FIELD(u->data, AVF_TXD_L4LEN) * 4);
	/* Shifted down, the two fields' values are those of avf_off.h. */
	req->ip = (u8)((cmd & AVF_TXD_CMD_IP_M) / AVF_TXD_CMD_IPV6);
	req->l4 = (u8)((cmd & AVF_TXD_CMD_L4_M) / AVF_TXD_CMD_TCP);
	req->seg = ctx & AVF_TXC_CMD_TSO;
}

/* Offsets would count from inner headers; no such capability is granted. */
static inline bool tx_tunnel(const struct tx_unit *u)
{
	return TX_FIELD(u->ctx[0], AVF_TXC_EIPT) ||
	       TX_FIELD(u->ctx[0], AVF_TXC_TUN);
}

/* Is any checksum to be filled in? Else the header lengths mean nothing. */
static inline bool tx_wants_csum(const struct tx_unit *u)
{
	return TX_FIELD(u->data, AVF_TXD_CMD) &
	       (AVF_TXD_CMD_IP_M | AVF_TXD_CMD_L4_M);
}

/* Is a tag to be put in? */
static inline bool tx_inserts(const struct tx_unit *u)
{
	return TX_FIELD(u->data, AVF_TXD_CMD) & AVF_TXD_CMD_L2TAG1;
}

#endif /* AVF_TXUNIT_H */
