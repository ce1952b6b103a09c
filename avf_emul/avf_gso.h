/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * Frames to be cut that are handed on whole: whoever receives them cuts them,
 * or need not (see also avf_frame_cut()).
 */
#ifndef AVF_GSO_H
#define AVF_GSO_H

#include "avf_frame.h"
#include "avf_off.h"
#include "avf_os.h"

/**
 * avf_gso_whole() - can a frame be handed on whole?
 * @hdr:  host-owned copy of its headers, @off->hlen bytes
 * @off:  from avf_off_parse(), for segmentation
 * @left: payload bytes, not 0
 * @mss:  payload bytes of a segment, not 0
 * @gso:  the result
 *
 * What is handed on is as plain as can be: unicast, TCP with no options but
 * TCP's, at most one tag, and a length that IP can express. Whoever receives it need not
 * expect anything else; the rest is cut at once.
 */
bool avf_gso_whole(const u8 *hdr, const struct avf_off *off, u32 left, u32 mss,
		   struct avf_gso *gso);

/**
 * avf_gso_fix() - make a whole frame consistent
 * @head: its headers, as given to avf_gso_whole(); rewritten
 * @gso:  from avf_gso_whole()
 * @left: payload bytes
 *
 * Sets the IP header's length and checksum. TCP's checksum becomes the sum of
 * the pseudo header alone, from which a network stack can go on.
 */
void avf_gso_fix(u8 *head, const struct avf_gso *gso, u32 left);

#endif /* AVF_GSO_H */
