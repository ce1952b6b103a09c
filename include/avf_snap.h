/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * Snapshots of a device for somebody who wants to know why nothing moves. They
 * read and never change anything, registers that a read clears included.
 *
 * Of class "any" (see avf_emul.h) is what that somebody needs even when a
 * control function hangs. Its values are each whole, but not of one moment.
 */
#ifndef AVF_SNAP_H
#define AVF_SNAP_H

#include "avf_emul.h"
#include "avf_wire.h"

/** avf_vc_op_name() - name of a virtchnl opcode, "?" = none has it. any. */
const char *avf_vc_op_name(u32 op);

/**
 * struct avf_snap_reg - a register of BAR0
 * @name:  as in avf_regs.def
 * @index: in its array
 * @count: registers of that name
 * @off:   offset in BAR0
 * @val:   what a read would give while memory decoding is on
 */
struct avf_snap_reg {
	const char *name;
	u32 index;
	u32 count;
	u32 off;
	u32 val;
};

/** avf_snap_reg() - the register number @n; false: there are fewer. ctl. */
bool avf_snap_reg(struct avf_dev *dev, u32 n, struct avf_snap_reg *reg);

/**
 * struct avf_snap_txq - a transmit queue
 * @base:    ring address
 * @len:     descriptors, 0 = not configured
 * @vec:     MSI-X vector, 0xffff = none
 * @itr:     ITR index, 3 = not throttled
 * @enabled: it runs
 * @ready:   avf_tx_ready()
 * @waits:   for another tail than @tail: there is no end of a frame, or the
 *           tail is outside the ring
 * @head:    next descriptor to fetch
 * @tail:    as the driver wrote it last, any value
 * @filled:  descriptors from head to tail, 0 where the tail is outside
 */
struct avf_snap_txq {
	u64 base;
	u16 len;
	u16 vec;
	u8 itr;
	bool enabled;
	bool ready;
	bool waits;
	u32 head;
	u32 tail;
	u32 filled;
};

/**
 * struct avf_snap_rxq - a receive queue
 * @base:     ring address
 * @len:      descriptors, 0 = not configured
 * @buf_size: bytes of a buffer
 * @max_pkt:  longest frame
 * @rxdid:    write-back layout
 * @vec:      MSI-X vector, 0xffff = none
 * @itr:      ITR index, 3 = not throttled
 * @enabled:  it runs
 * @keep_crc: the FCS is not stripped
 * @head:     next descriptor to fill
 * @tail:     as the driver wrote it last, any value
 * @posted:   buffers from head to tail, 0 where the tail is outside
 */
struct avf_snap_rxq {
	u64 base;
	u16 len;
	u16 buf_size;
	u16 max_pkt;
	u8 rxdid;
	u16 vec;
	u8 itr;
	bool enabled;
	bool keep_crc;
	u32 head;
	u32 tail;
	u32 posted;
};

/** avf_snap_txq() - Tx queue @q; false: the device has fewer. any. */
bool avf_snap_txq(const struct avf_dev *dev, u16 q, struct avf_snap_txq *txq);

/** avf_snap_rxq() - Rx queue @q; false: the device has fewer. any. */
bool avf_snap_rxq(const struct avf_dev *dev, u16 q, struct avf_snap_rxq *rxq);

/**
 * struct avf_snap_intr - what all vectors share
 * @icr0:     ICR0, not cleared by this
 * @icr0_ena: ICR0_ENA
 * @pba:      pending bits of MSI-X
 * @mbx:      a mailbox message that vector 0 has yet to announce
 * @can_send: bus master is on, and MSI-X where it is the model's
 * @timer:    a deadline was given to timer_arm()
 * @timer_ns: how far away it is; negative: overdue
 * @irqs:     messages raised
 */
struct avf_snap_intr {
	u32 icr0;
	u32 icr0_ena;
	u32 pba;
	bool mbx;
	bool can_send;
	bool timer;
	s64 timer_ns;
	u64 irqs;
};

/**
 * struct avf_snap_vec - an interrupt vector
 * @ctl:     DYN_CTL, as a read gives it
 * @enabled: INTENA: armed; firing clears it
 * @masked:  by the model's MSI-X table
 * @cause:   what waits to be announced, a bit per ITR index
 * @fired:   it did so far
 * @ago_ns:  when it did last
 * @itr_ns:  intervals
 */
struct avf_snap_vec {
	u32 ctl;
	bool enabled;
	bool masked;
	bool fired;
	u8 cause;
	u64 ago_ns;
	u32 itr_ns[3];
};

/** avf_snap_intr() - the interrupt state. any. */
void avf_snap_intr(struct avf_dev *dev, struct avf_snap_intr *intr);

/** avf_snap_vec() - vector @vec; false: the device has fewer. any. */
bool avf_snap_vec(struct avf_dev *dev, u16 vec, struct avf_snap_vec *v);

/**
 * struct avf_snap_mbx - the mailbox and what was negotiated over it
 * @active:    RSTAT says so: no reset is under way
 * @mem_on:    memory decoding
 * @dma_on:    bus master
 * @atq_on:    the driver's messages are taken
 * @arq_on:    messages to the driver are written
 * @pending:   avf_mbx_pending()
 * @unread:    messages written that the driver has not taken
 * @waiting:   messages that wait for a buffer
 * @minor:     virtchnl minor version
 * @resources: GET_VF_RESOURCES was answered
 * @caps:      granted capabilities
 * @num_qps:   queue pairs that the driver has
 */
struct avf_snap_mbx {
	bool active;
	bool mem_on;
	bool dma_on;
	bool atq_on;
	bool arq_on;
	bool pending;
	u32 unread;
	u32 waiting;
	u32 minor;
	bool resources;
	u32 caps;
	u16 num_qps;
};

/** struct avf_snap_msg - a message to the driver: opcode, status, bytes */
struct avf_snap_msg {
	u32 op;
	s32 status;
	u16 len;
};

/** avf_snap_mbx() - the mailbox. ctl. */
void avf_snap_mbx(const struct avf_dev *dev, struct avf_snap_mbx *mbx);

/** avf_snap_msg() - waiting message @i, oldest first; false: fewer wait. ctl. */
bool avf_snap_msg(const struct avf_dev *dev, u32 i, struct avf_snap_msg *msg);

/**
 * struct avf_snap_filters - what the device receives
 * @mac:         its own address
 * @mac_fixed:   which the host has set
 * @trusted:     avf_trust_get()
 * @unicast:     all unicast frames
 * @multicast:   all multicast frames
 * @macs:        addresses
 * @port_vlan:   tag of the VLAN the host put it into, 0 = none
 * @vlan_filter: of VLANs only those it is a member of
 * @vlan_insert: the driver may ask for tags
 * @vlan_strip:  tags go to descriptors
 * @vlans:       VLANs it is a member of
 */
struct avf_snap_filters {
	u8 mac[AVF_ETH_ALEN];
	bool mac_fixed;
	bool trusted;
	bool unicast;
	bool multicast;
	u16 macs;
	u16 port_vlan;
	bool vlan_filter;
	bool vlan_insert;
	bool vlan_strip;
	u16 vlans;
};

/** avf_snap_filters() - address filters and VLANs. ctl. */
void avf_snap_filters(const struct avf_dev *dev, struct avf_snap_filters *f);

/** avf_snap_mac() - address @i of those received; false: there are fewer. ctl. */
bool avf_snap_mac(const struct avf_dev *dev, u32 i, u8 *mac);

/** avf_snap_vlan() - is it a member of VLAN @vid? ctl. */
bool avf_snap_vlan(const struct avf_dev *dev, u16 vid);

/**
 * struct avf_snap_rss - receive hashing
 * @used:    there is more than one queue to choose from
 * @own_lut: @lut is the driver's
 * @hena:    packet classes of the old kind
 * @hfunc:   their function, AVF_VC_HFUNC_*
 * @key:     hash key
 * @lut:     queue of each hash value
 */
struct avf_snap_rss {
	bool used;
	bool own_lut;
	u64 hena;
	u16 hfunc;
	u8 key[AVF_RSS_KEY_LEN];
	u8 lut[AVF_RSS_LUT_LEN];
};

/**
 * struct avf_snap_hash - how one class of packets is hashed
 * @name:   the class
 * @fields: bits: source, destination, source port, destination port; 0 = not
 * @alg:    AVF_VC_HFUNC_*
 */
struct avf_snap_hash {
	const char *name;
	u8 fields;
	u8 alg;
};

/** avf_snap_rss() - receive hashing. ctl. */
void avf_snap_rss(const struct avf_dev *dev, struct avf_snap_rss *rss);

/** avf_snap_hash() - class @i, from 0 on; false: there are fewer. ctl. */
bool avf_snap_hash(const struct avf_dev *dev, u32 i, struct avf_snap_hash *hash);

/**
 * struct avf_snap_flow - a flow director rule
 * @action: "pass", "drop", "queue", "region"
 * @queue:  (first) queue
 * @num:    queues of a region
 * @marked: descriptors carry @mark
 * @mark:   flow id
 * @cls:    what a packet must be, bits for avf_snap_class()
 * @key:    values, laid out as avf_snap_field() says
 * @mask:   bits of them that count
 */
struct avf_snap_flow {
	const char *action;
	u16 queue;
	u16 num;
	bool marked;
	u32 mark;
	u16 cls;
	u8 key[64];
	u8 mask[64];
};

#define AVF_SNAP_FLOWS		1024u

/** avf_snap_flow() - rule @id, below AVF_SNAP_FLOWS; false: none. ctl. */
bool avf_snap_flow(const struct avf_dev *dev, u32 id,
		   struct avf_snap_flow *flow);

/** avf_snap_class() - name of bit @i of a rule's class; NULL: no more. any. */
const char *avf_snap_class(u32 i);

/**
 * avf_snap_field() - where field @i of a rule is. any.
 * @off: first byte
 * @len: bytes, as in a packet
 *
 * Returns its name; NULL: there are fewer.
 */
const char *avf_snap_field(u32 i, u32 *off, u32 *len);

#endif /* AVF_SNAP_H */
