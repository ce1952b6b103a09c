/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * Flow director: rules that send the packets of a flow to a queue, spread them
 * over a few, drop or mark them.
 *
 * A rule is a set of fields (a mask) and their values (a key). Rules with the
 * same mask are in one hash table, so a lookup costs one probe per mask in use,
 * however many rules there are. A driver chooses the keys, so a bucket has a
 * limit: no driver can make a lookup slow.
 *
 * Order. When rules of several masks match a packet, the mask that names more
 * headers wins (TCP in IPv4 before IPv4), then the one with more bits, then the
 * one that was in use first. Real devices have nothing to order: ice refuses a
 * second set of fields for the same headers, as its documentation says ("for
 * each flow-type, the programmed filters must all have the same matching input
 * set"), and between different headers the innermost wins there as well.
 *
 * Concurrency. ctl adds and deletes while queue functions look up, without a
 * lock. A rule is complete before a release store links it, and constant from
 * then on; it is unlinked first and its memory used again only after host op
 * queues_quiesce(). A lookup must not outlive the queue function it is made in.
 */
#ifndef AVF_FDIR_H
#define AVF_FDIR_H

#include "avf_os.h"

struct avf_dev;
struct avf_pkt;

#define AVF_FDIR_RULES		1024u	/* of a device */
#define AVF_FDIR_MASKS		16u	/* sets of fields in use at a time */
#define AVF_FDIR_CHAIN		16u	/* rules in one bucket */
#define AVF_FDIR_CHUNK		32u	/* rules allocated at a time */
#define AVF_FDIR_CHUNKS		(AVF_FDIR_RULES / AVF_FDIR_CHUNK)
#define AVF_FDIR_BUCKETS	1024u

/* What a packet is; several apply. Part of a key, as a rule names them too. */
#define AVF_FDIR_IPV4		0x0001u
#define AVF_FDIR_IPV6		0x0002u
#define AVF_FDIR_FRAG		0x0004u	/* of an IP packet */
#define AVF_FDIR_TCP		0x0008u
#define AVF_FDIR_UDP		0x0010u
#define AVF_FDIR_SCTP		0x0020u
#define AVF_FDIR_AH		0x0040u
#define AVF_FDIR_ESP		0x0080u	/* directly in IP */
#define AVF_FDIR_L2TPV3		0x0100u	/* directly in IP */
#define AVF_FDIR_NATT		0x0200u	/* ESP in UDP, port 4500 */
#define AVF_FDIR_GTPU		0x0400u	/* user data in UDP, port 2152 */
#define AVF_FDIR_GTPU_PSC	0x0800u	/* with a PDU session container */
#define AVF_FDIR_GTPU_DL	0x1000u	/* which says "downlink" */
#define AVF_FDIR_GTPU_UL	0x2000u	/* which says "uplink" */
#define AVF_FDIR_PFCP		0x4000u	/* in UDP, port 8805 */

/**
 * struct avf_fdir_key - the fields of a packet that rules can name
 * @dst:   IP destination; IPv4 uses the first four bytes
 * @src:   IP source
 * @dmac:  Ethernet destination
 * @smac:  Ethernet source
 * @type:  Ethernet type behind the tags
 * @tos:   IPv4 type of service, IPv6 traffic class
 * @ttl:   IPv4 time to live, IPv6 hop limit
 * @proto: IP protocol, behind IPv6 extension headers
 * @ext:   QFI of a PDU session container; S flag of PFCP
 * @sport: port of TCP, UDP, SCTP
 * @dport: port
 * @id:    SPI of AH and ESP, session of L2TPv3, TEID of GTP-U
 * @cls:   AVF_FDIR_IPV4...
 * @pad:   0
 * @w:     all of it, for hashing and comparing
 *
 * Bytes as in the packet. What a packet does not have is 0, and not in @cls.
 */
union avf_fdir_key {
	struct {
		u8 dst[16];
		u8 src[16];
		u8 dmac[AVF_ETH_ALEN];
		u8 smac[AVF_ETH_ALEN];
		u8 type[2];
		u8 tos;
		u8 ttl;
		u8 proto;
		u8 ext;
		u8 sport[2];
		u8 dport[2];
		u8 id[4];
		u16 cls;
		u8 pad[4];
	};
	u64 w[8];
};

AVF_STATIC_ASSERT(sizeof(union avf_fdir_key) == 64);

enum avf_fdir_kind {
	AVF_FDIR_PASS,		/* to the queue it would get anyway */
	AVF_FDIR_DROP,
	AVF_FDIR_QUEUE,		/* to @queue */
	AVF_FDIR_REGION,	/* spread over @num queues from @queue on */
};

/**
 * struct avf_fdir_action - what happens to a packet
 * @kind:   enum avf_fdir_kind
 * @marked: report @mark in the descriptor
 * @queue:  (first) queue
 * @num:    queues of a region, a power of two; 1 with AVF_FDIR_QUEUE
 * @mark:   flow id for the descriptor
 */
struct avf_fdir_action {
	u8 kind;
	bool marked;
	u16 queue;
	u16 num;
	u32 mark;
};

/**
 * struct avf_fdir_spec - a rule to be
 * @mask: fields it names; bits, so a part of a field will do
 * @key:  their values; 0 outside @mask
 * @act:  what to do with packets that match
 *
 * Of @mask.cls and @key.cls, which are equal, all bits must be the packet's.
 */
struct avf_fdir_spec {
	union avf_fdir_key mask;
	union avf_fdir_key key;
	struct avf_fdir_action act;
};

struct avf_fdir_mask;

/**
 * struct avf_fdir_rule - a rule that is in force; constant while linked
 * @act:  what to do
 * @next: the next in its bucket, plus one; 0 = none
 * @hash: of @key
 * @mask: the mask it belongs to
 * @key:  values
 */
struct avf_fdir_rule {
	struct avf_fdir_action act;
	u16 next;
	u32 hash;
	struct avf_fdir_mask *mask;
	union avf_fdir_key key;
};

/**
 * struct avf_fdir - the rules of a device
 * @first: masks in use, in the order they are tried
 * @chunk: memory of the rules, by number
 * @used:  a bit for each rule of a chunk (ctl)
 * @rules: their number (ctl)
 * @masks: masks in use (ctl)
 *
 * All zero is a valid store without rules.
 */
struct avf_fdir {
	struct avf_fdir_mask *first;
	struct avf_fdir_rule *chunk[AVF_FDIR_CHUNKS];
	u32 used[AVF_FDIR_CHUNKS];
	u16 rules;
	u16 masks;
};

/**
 * avf_fdir_add() - put a rule in force. ctl.
 * @id: where to store its number, below AVF_FDIR_RULES
 *
 * Returns 0; -EEXIST when there is one with the same mask and key, whatever its
 * action; -ENOSPC at a limit; -ENOMEM. On an error nothing has changed.
 */
int avf_fdir_add(struct avf_dev *dev, const struct avf_fdir_spec *spec,
		 u32 *id);

/**
 * avf_fdir_del() - take rule @id out of force. ctl.
 *
 * No packet that arrives after the call meets it. Returns 0, or -ENOENT.
 */
int avf_fdir_del(struct avf_dev *dev, u32 id);

/** avf_fdir_get() - look at rule @id; false: there is none. ctl. */
bool avf_fdir_get(const struct avf_dev *dev, u32 id,
		  struct avf_fdir_spec *spec);

/** avf_fdir_flush() - forget all rules; waits for queues once at most. ctl. */
void avf_fdir_flush(struct avf_dev *dev);

/** avf_fdir_destroy() - the same where no lookup can run or follow. ctl. */
void avf_fdir_destroy(struct avf_dev *dev);

/** avf_fdir_extract() - fill @key from a packet. any. See avf_fdir_match(). */
void avf_fdir_extract(const u8 *hdr, u32 hlen, const struct avf_pkt *pkt,
		      union avf_fdir_key *key);

/**
 * avf_fdir_find() - the rule for a packet with these fields. queue.
 * @steps: the number of rules looked at is added to it
 *
 * Returns NULL when none matches.
 */
const struct avf_fdir_rule *avf_fdir_find(const struct avf_fdir *fdir,
					  const union avf_fdir_key *key,
					  u32 *steps);

/**
 * avf_fdir_match() - the rule for a packet. queue.
 * @hdr:  host-owned copy of its first bytes
 * @hlen: their number
 * @pkt:  what avf_parse() made of them
 *
 * Takes no lock. The rule is valid until the queue function returns. Returns
 * NULL when none matches.
 */
const struct avf_fdir_rule *avf_fdir_match(const struct avf_dev *dev,
					   const u8 *hdr, u32 hlen,
					   const struct avf_pkt *pkt);

#endif /* AVF_FDIR_H */
