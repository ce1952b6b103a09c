/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The E810's control side without an operating system: admin queue, VSIs,
 * scheduler, switch rules, queues. Whoever runs it (epf_main.c in a kernel, the
 * unit tests on the emulated device) provides registers, DMA memory and time.
 *
 *	epf_aq		admin queue
 *	epf_init	reset and start of the function, link
 *	epf_sched	scheduler nodes
 *	epf_vsi		VSIs
 *	epf_queue	queues
 *	epf_rule	switch rules
 *	epf_port	a VSI as a port of the switch
 *
 * All functions are serialised by the caller unless they say "any", and may
 * sleep in epf_delay(). They return 0 or -errno.
 *
 * While the hardware is down (being reset, or lost) what is asked for is kept
 * here, and epf_start() puts it into effect again: VSIs with their PASIDs and
 * policies, and rules; not queues, whose drivers start anew after a reset.
 */
#ifndef EPF_H
#define EPF_H

#include "epf_hw.h"

#define EPF_AQ_LEN		32u
#define EPF_ARQ_LEN		16u
#define EPF_ARQ_BUF		512u
#define EPF_AQ_BUF		4096u

/* Where what is, in the memory of both rings. */
#define EPF_MEM_ATQ		0u
#define EPF_MEM_ARQ		1024u
#define EPF_MEM_BUF		4096u
#define EPF_MEM_EVENTS		8192u
#define EPF_MEM_LEN		(EPF_MEM_EVENTS + EPF_ARQ_LEN * EPF_ARQ_BUF)

#define EPF_MAX_SLOTS		513u	/* VSIs; the first is the PF's own */
#define EPF_OWN			0u
#define EPF_MAX_QPS		4u	/* of a VSI */
#define EPF_NODES		4u	/* of a VSI in the scheduler */
#define EPF_COUNTERS		10u

struct epf_hw;

/* ------------------------------------------------------ what is provided */

/** epf_rd(), epf_wr() - a register of BAR 0. any. */
u32 epf_rd(struct epf_hw *hw, u32 reg);
void epf_wr(struct epf_hw *hw, u32 reg, u32 val);
/** epf_delay() - let @us microseconds pass */
void epf_delay(struct epf_hw *hw, u32 us);
/** epf_err() - tell the operator; without a line end */
__printf(2, 3) void epf_err(struct epf_hw *hw, const char *fmt, ...);

/* --------------------------------------------------------------- objects */

/**
 * struct epf_aq - the admin queue
 * @mem:  EPF_MEM_LEN bytes, coherent, aligned to 64
 * @pa:   their address for the device
 * @next: next descriptor to send
 * @ev:   next event to come
 * @dead: a command was not answered: nothing works until the next reset
 * @rc:   return value of the last command
 */
struct epf_aq {
	u8 *mem;
	u64 pa;
	u32 next;
	u32 ev;
	bool dead;
	u16 rc;
};

/**
 * struct epf_event - an event from the firmware
 * @op:   opcode
 * @len:  of @data
 * @data: what came with it
 */
struct epf_event {
	u16 op;
	u16 len;
	u8 data[EPF_ARQ_BUF];
};

/**
 * struct epf_vsi - one VSI
 * @used:     the slot is taken
 * @live:     the device has it, as @num
 * @num:      its number, another after each reset
 * @type:     EPF_VSI_VMDQ2, EPF_VSI_PF
 * @pasid:    all its DMA carries, or EPF_NO_PASID (own VSI only)
 * @first_q:  first queue, of both directions
 * @num_q:    their number
 * @vector:   vector of queue 0's, of the device
 * @nodes:    its scheduler nodes, from above; queues hang on the last
 * @nnodes:   how many there are
 * @tx_on:    transmit queues that are on
 * @rx_on:    receive queues
 * @spoofchk: check the source of what it sends
 * @vlan_filter: receive frames of its VLANs only
 * @strip:    tags go to the descriptor
 * @port_vlan: tag of the host's, 0 = none
 * @last:     counters as read last
 * @total:    counted over its life
 */
struct epf_vsi {
	bool used;
	bool live;
	u16 num;
	u8 type;
	u32 pasid;
	u16 first_q;
	u16 num_q;
	u16 vector;
	u32 nodes[EPF_NODES];
	u32 nnodes;
	u32 tx_on;
	u32 rx_on;
	bool spoofchk;
	bool vlan_filter;
	bool strip;
	u16 port_vlan;
	u64 last[EPF_COUNTERS];
	u64 total[EPF_COUNTERS];
};

#define EPF_NO_PASID		0xffffffffu

/* Of epf_vsi::total. */
enum epf_counter {
	EPF_RX_BYTES, EPF_RX_UNICAST, EPF_RX_MULTICAST, EPF_RX_BROADCAST,
	EPF_RX_DISCARDS, EPF_TX_BYTES, EPF_TX_UNICAST, EPF_TX_MULTICAST,
	EPF_TX_BROADCAST, EPF_TX_DISCARDS,
};

/**
 * struct epf_key - what a rule matches
 * @recipe: EPF_RECIPE_*
 * @tx:     looks at what VSIs send
 * @mac:    destination
 * @vid:    VLAN
 */
struct epf_key {
	u8 recipe;
	bool tx;
	u8 mac[6];
	u16 vid;
};

/**
 * struct epf_rule - one rule and the VSIs that want it
 * @next:   in the list of all
 * @key:    what it matches
 * @live:   the device has it, as @index
 * @index:  of the device
 * @listed: it points to a VSI list, @list
 * @list:   of the device
 * @slots:  a bit for each VSI
 * @n:      their number
 */
struct epf_rule {
	struct epf_rule *next;
	struct epf_key key;
	bool live;
	u16 index;
	bool listed;
	u16 list;
	u32 slots[(EPF_MAX_SLOTS + 31) / 32];
	u32 n;
};

/**
 * struct epf_hw - a function
 * @aq:        its admin queue
 * @down:      beyond reach
 * @port:      its port
 * @func:      number of the function
 * @sw_id:     its switch
 * @mac:       its permanent address
 * @max_vsis:  by the capabilities
 * @max_txqs:  the same
 * @max_rxqs:  the same
 * @max_msix:  the same
 * @mbps:      of the link, 0 = down
 * @root:      scheduler node above those of the VSIs
 * @levels:    nodes of a VSI, below it
 * @rules:     all rules
 * @vsi:       all VSIs
 */
struct epf_hw {
	struct epf_aq aq;
	bool down;
	u8 port;
	u8 func;
	u8 sw_id;
	u8 mac[6];
	u32 max_vsis;
	u32 max_txqs;
	u32 max_rxqs;
	u32 max_msix;
	u32 mbps;
	u32 root;
	u32 levels;
	struct epf_rule *rules;
	struct epf_vsi vsi[EPF_MAX_SLOTS];
};

/* ---------------------------------------------------------------- epf_aq.c */

enum epf_dir { EPF_NONE, EPF_IN, EPF_OUT, EPF_INOUT };

/** epf_aq_start() - give the device the rings, empty. */
int epf_aq_start(struct epf_hw *hw);

/** epf_aq_stop() - take them back. */
void epf_aq_stop(struct epf_hw *hw);

/**
 * epf_aq() - one admin command
 * @op:    EPF_OP_*
 * @param: 16 bytes, with a buffer 8, in and out; may be NULL for zeros
 * @buf:   the buffer, in and out as @dir says; %NULL for EPF_NONE
 * @len:   of @buf, at most EPF_AQ_BUF
 *
 * Returns 0; an errno for what the firmware said; -EIO when the queue is dead;
 * -ENETDOWN when the hardware is down.
 */
int epf_aq(struct epf_hw *hw, u16 op, u8 *param, u8 *buf, u16 len,
	   enum epf_dir dir);

/** epf_aq_event() - the next event, if there is one. */
bool epf_aq_event(struct epf_hw *hw, struct epf_event *ev);

/* -------------------------------------------------------------- epf_init.c */

/** epf_init() - @aq.mem and @aq.pa are filled in, all else is zero. */
void epf_init(struct epf_hw *hw);

/** epf_reset() - reset the function, if the device is not being reset. */
int epf_reset(struct epf_hw *hw);

/** epf_wait_reset() - wait until no reset of the device is under way. */
int epf_wait_reset(struct epf_hw *hw);

/**
 * epf_start() - after a reset: from nothing to what was before it
 *
 * The first time that is the PF's own VSI alone. An error leaves the hardware
 * down.
 */
int epf_start(struct epf_hw *hw);

/** epf_stop() - the hardware goes down in an orderly way, for good. */
void epf_stop(struct epf_hw *hw);

/**
 * epf_lost() - it is down: what it had is gone, what was asked for stays.
 *
 * Before an epf_reset() of a function that works, for the counters' sake.
 */
void epf_lost(struct epf_hw *hw);

/** epf_link() - look at the link, and have events sent. Sets @mbps. */
int epf_link(struct epf_hw *hw);

/** epf_link_event() - the same from an event's data. True: it changed. */
bool epf_link_event(struct epf_hw *hw, const u8 *data, u16 len);

/* --------------------------------------------------------------- epf_vsi.c */

/**
 * epf_vsi_add() - the VSI in a slot whose fields say what it is to be
 * @slot: number, with type, pasid, queues and vector filled in
 *
 * The PASID is in the command that makes the VSI: it has it from its first
 * moment, and that the device took it is read back. -EINVAL for a VMDQ2 VSI
 * without one.
 */
int epf_vsi_add(struct epf_hw *hw, u32 slot);

/** epf_vsi_del() - stop its queues, drain, remove. */
void epf_vsi_del(struct epf_hw *hw, u32 slot);

/** epf_vsi_kept() - does the device still have it, with its PASID? any. */
bool epf_vsi_kept(struct epf_hw *hw, const struct epf_vsi *vsi);

/** epf_vsi_policy() - tell the device @spoofchk to @port_vlan. */
int epf_vsi_policy(struct epf_hw *hw, u32 slot);

/** epf_vsi_up() - have the device make a VSI that it has not. */
int epf_vsi_up(struct epf_hw *hw, u32 slot);

/** epf_vsi_drain() - wait until nothing of its DMA is under way. */
int epf_vsi_drain(struct epf_hw *hw, u32 slot);

/** epf_vsi_reset() - reset it alone: its queues are off, nothing else changes */
int epf_vsi_reset(struct epf_hw *hw, u32 slot);

/** epf_vsi_count() - add up its counters */
void epf_vsi_count(struct epf_hw *hw, u32 slot);

/* ------------------------------------------------------------- epf_sched.c */

/** epf_sched_start() - find the place for nodes of VSIs. */
int epf_sched_start(struct epf_hw *hw);

/** epf_sched_add() - nodes of a VSI. */
int epf_sched_add(struct epf_hw *hw, struct epf_vsi *vsi);

/** epf_sched_del() - remove them; nothing hangs on them any more. */
void epf_sched_del(struct epf_hw *hw, struct epf_vsi *vsi);

/* ------------------------------------------------------------- epf_queue.c */

/** struct epf_txq - see struct adi_txq; @vec is the device's, 0 = none */
struct epf_txq {
	u64 base;
	u16 len;
	u16 vec;
	u8 itr;
};

/** struct epf_rxq - see struct adi_rxq */
struct epf_rxq {
	u64 base;
	u16 len;
	u16 buf_size;
	u16 max_pkt;
	u16 vec;
	u8 itr;
};

/** epf_txq_start() - @q: of the VSI. -EBUSY when it is on. */
int epf_txq_start(struct epf_hw *hw, u32 slot, u32 q, const struct epf_txq *c);

/** epf_rxq_start() - the same. */
int epf_rxq_start(struct epf_hw *hw, u32 slot, u32 q, const struct epf_rxq *c);

/**
 * epf_queues_stop() - those in the masks that are on end
 *
 * When it returns 0 they do no DMA any more. An error: only a reset of the
 * function will do.
 */
int epf_queues_stop(struct epf_hw *hw, u32 slot, u32 txq, u32 rxq);

/** epf_queue_vector() - interrupt @vec of the device, 0 = none. */
void epf_queue_vector(struct epf_hw *hw, u32 slot, bool tx, u32 q, u16 vec,
		      u8 itr);

/* -------------------------------------------------------------- epf_port.c */

/** epf_port_add() - epf_vsi_add(), and it receives broadcasts. */
int epf_port_add(struct epf_hw *hw, u32 slot);

/** epf_port_mac() - it receives what is sent to @mac, or no longer. */
int epf_port_mac(struct epf_hw *hw, u32 slot, const u8 *mac, bool on);

/** epf_port_promisc() - all unicast and all multicast frames. */
int epf_port_promisc(struct epf_hw *hw, u32 slot, bool unicast, bool multicast);

/** epf_port_vlan() - it is a member of VLAN @vid (1..4095). */
int epf_port_vlan(struct epf_hw *hw, u32 slot, u16 vid, bool on);

/** epf_port_vlan_filter() - and receives nothing of others; of 0 it is one. */
int epf_port_vlan_filter(struct epf_hw *hw, u32 slot, bool on);

/** epf_port_pvid() - it is in one VLAN without knowing, that of @tag; 0: none */
int epf_port_pvid(struct epf_hw *hw, u32 slot, u16 tag);

/** epf_port_spoofchk() - it sends from its own addresses and VLANs only. */
int epf_port_spoofchk(struct epf_hw *hw, u32 slot, bool on);

/** epf_port_strip() - tags go to the descriptor. */
int epf_port_strip(struct epf_hw *hw, u32 slot, bool on);

/* -------------------------------------------------------------- epf_rule.c */

/** epf_rule_add() - a VSI wants what @key matches; again is no error. */
int epf_rule_add(struct epf_hw *hw, u32 slot, const struct epf_key *key);

/** epf_rule_del() - no longer; not there is no error. */
void epf_rule_del(struct epf_hw *hw, u32 slot, const struct epf_key *key);

/** epf_rules_forget() - a VSI wants nothing any more. */
void epf_rules_forget(struct epf_hw *hw, u32 slot);

/** epf_rules_up() - have the device make the rules it has not. */
int epf_rules_up(struct epf_hw *hw);

/** epf_rules_lost() - it has none any more. */
void epf_rules_lost(struct epf_hw *hw);

/** epf_rules_free() - and neither have we. */
void epf_rules_free(struct epf_hw *hw);

#endif /* EPF_H */
