/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * Transmit offloads: checksums and segmentation, on headers that were copied to
 * host memory. Nothing here reads guest memory but for summing up payload.
 */
#ifndef AVF_OFF_H
#define AVF_OFF_H

#include "avf_frame.h"
#include "avf_os.h"

/* Values of the descriptor's IP and L4 type fields. */
#define AVF_OFF_IP_NONE		0u
#define AVF_OFF_IP_V6		1u
#define AVF_OFF_IP_V4		2u
#define AVF_OFF_IP_V4_CSUM	3u

#define AVF_OFF_L4_NONE		0u
#define AVF_OFF_L4_TCP		1u
#define AVF_OFF_L4_SCTP		2u
#define AVF_OFF_L4_UDP		3u

/**
 * struct avf_off_req - what a frame's descriptors ask for; nothing is checked
 * @mac_len: bytes in front of the IP header
 * @ip_len:  bytes of the IP header, IPv6 extension headers included
 * @l4_len:  bytes of the L4 header; used with @seg only, as drivers fill in
 *           a constant otherwise
 * @ip:      AVF_OFF_IP_*
 * @l4:      AVF_OFF_L4_*: complete this checksum
 * @seg:     cut into segments
 */
struct avf_off_req {
	u16 mac_len;
	u16 ip_len;
	u16 l4_len;
	u8 ip;
	u8 l4;
	bool seg;
};

/**
 * struct avf_off - the same, found to agree with the frame's headers
 * @l3:      offset of the IP header
 * @l4:      offset of the L4 header
 * @hlen:    bytes judged: the L4 header's end, or the IP header's if none
 * @l4_len:  L4 header and payload, as the IP header says
 * @l4_type: AVF_OFF_L4_*
 * @proto:   IP protocol number of @l4_type
 * @v6:      IPv6
 * @ip_csum: fill the IPv4 header checksum
 */
struct avf_off {
	u16 l3;
	u16 l4;
	u16 hlen;
	u32 l4_len;
	u8 l4_type;
	u8 proto;
	bool v6;
	bool ip_csum;
};

/**
 * struct avf_csum - an internet checksum over pieces
 * @sum: of words in the host's byte order, modulo 2^64 - 1
 * @odd: an odd number of bytes was added
 */
struct avf_csum {
	u64 sum;
	bool odd;
};

/** avf_csum_add() - continue over @len bytes, of any alignment. */
void avf_csum_add(struct avf_csum *c, const void *p, u32 len);

/** avf_csum_get() - the folded sum, not inverted; store it with memcpy(). */
u16 avf_csum_get(const struct avf_csum *c);

/** avf_crc32() - continue an Ethernet CRC; start with ~0, invert at the end. */
u32 avf_crc32(u32 crc, const void *p, u32 len);

/** avf_crc32c() - the same with the Castagnoli polynomial (SCTP). */
u32 avf_crc32c(u32 crc, const void *p, u32 len);

/** avf_off_need() - header bytes avf_off_parse() must see; 0 = no offload. */
u32 avf_off_need(const struct avf_off_req *req);

/**
 * avf_off_parse() - check a request against a frame's headers
 * @hdr:  host-owned copy of the frame's first @hlen bytes
 * @flen: length of the frame; irrelevant for segmentation
 *
 * Returns 0, or -EINVAL when the headers are not what the request claims.
 */
int avf_off_parse(const u8 *hdr, u32 hlen, u32 flen,
		  const struct avf_off_req *req, struct avf_off *off);

/**
 * avf_off_csum() - fill in the checksums of a frame
 * @frame: @frame->seg[0].p is @head, at least @off->hlen bytes long
 * @head:  host memory; checksum fields are rewritten
 */
void avf_off_csum(const struct avf_frame *frame, u8 *head,
		  const struct avf_off *off);

/**
 * avf_off_cut() - turn a copy of the original headers into those of a segment
 * @frame: the segment, its payload attached; @frame->seg[0].p is @head
 * @head:  unmodified copy of the headers of the frame that is cut
 * @off:   from avf_off_parse()
 * @n:     number of this segment, from 0
 * @pos:   payload bytes in earlier segments
 * @len:   payload bytes in this one
 * @last:  no more segments
 *
 * Fixes lengths, IPv4 id, TCP sequence and flags or UDP length, and checksums.
 */
void avf_off_cut(const struct avf_frame *frame, u8 *head,
		 const struct avf_off *off, u32 n, u32 pos, u32 len,
		 bool last);

#endif /* AVF_OFF_H */
