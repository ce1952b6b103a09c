/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * virtchnl handlers. Each message has up to two functions:
 *
 *   check   judges the whole message and cannot change anything: its device is
 *           const. The message is a private copy whose length and element
 *           count agree with the table in avf_vc.c.
 *   commit  applies it. It can still fail where the host refuses, and then
 *           leaves everything as it was. It sets the reply's opcode to
 *           AVF_VC_UNKNOWN where there is none.
 *
 * Both return AVF_VC_OK or AVF_VC_ERR_*.
 */
#ifndef AVF_VC_H
#define AVF_VC_H

#include "avf_dev.h"

#define AVF_VC_CHECK(name)						\
	s32 avf_vc_check_##name(const struct avf_dev *dev __maybe_unused, \
		const void *msg __maybe_unused, u16 len __maybe_unused)
#define AVF_VC_COMMIT(name)						\
	s32 avf_vc_commit_##name(struct avf_dev *dev __maybe_unused,	\
		const void *msg __maybe_unused,				\
		struct avf_msg *reply __maybe_unused)

/* avf_vc_res.c */
AVF_VC_COMMIT(version);
AVF_VC_CHECK(resources);
AVF_VC_COMMIT(resources);
AVF_VC_COMMIT(rxdids);
AVF_VC_COMMIT(request_queues);

/** avf_vc_queue_mask() - a bit for each queue pair the driver has. ctl. */
static inline u32 avf_vc_queue_mask(const struct avf_dev *dev)
{
	return (1u << dev->vc.num_qps) - 1;
}

/* avf_vc_queue.c */
AVF_VC_CHECK(config_queues);
AVF_VC_COMMIT(config_queues);
AVF_VC_CHECK(irq_map);
AVF_VC_COMMIT(irq_map);
AVF_VC_CHECK(enable_queues);
AVF_VC_COMMIT(enable_queues);
AVF_VC_CHECK(disable_queues);
AVF_VC_COMMIT(disable_queues);

/* avf_vc_filter.c */
AVF_VC_CHECK(add_mac);
AVF_VC_COMMIT(add_mac);
AVF_VC_CHECK(del_mac);
AVF_VC_COMMIT(del_mac);
AVF_VC_CHECK(promisc);
AVF_VC_COMMIT(promisc);
/** avf_vc_filter_reset() - receive nothing but broadcasts. ctl. */
void avf_vc_filter_reset(struct avf_dev *dev);

/* avf_vc_vlan.c */
AVF_VC_CHECK(vlan);
AVF_VC_COMMIT(add_vlan);
AVF_VC_COMMIT(del_vlan);
AVF_VC_COMMIT(enable_strip);
AVF_VC_COMMIT(disable_strip);
AVF_VC_COMMIT(vlan_v2_caps);
AVF_VC_CHECK(add_vlan_v2);
AVF_VC_COMMIT(add_vlan_v2);
AVF_VC_CHECK(del_vlan_v2);
AVF_VC_COMMIT(del_vlan_v2);
AVF_VC_CHECK(vlan_set);
AVF_VC_COMMIT(insert_v2);
/** avf_vc_vlan_negotiated() - defaults of the capabilities granted. ctl. */
void avf_vc_vlan_negotiated(struct avf_dev *dev);
/** avf_vc_vlan_filter() - capabilities or promiscuous mode changed. ctl. */
void avf_vc_vlan_filter(struct avf_dev *dev);

/* avf_vc_rss.c */
AVF_VC_CHECK(rss_key);
AVF_VC_COMMIT(rss_key);
AVF_VC_CHECK(rss_lut);
AVF_VC_COMMIT(rss_lut);
AVF_VC_COMMIT(hena_caps);
AVF_VC_CHECK(set_hena);
AVF_VC_COMMIT(set_hena);
AVF_VC_CHECK(hfunc);
AVF_VC_COMMIT(hfunc);
AVF_VC_CHECK(rss_cfg);
AVF_VC_COMMIT(add_rss_cfg);
AVF_VC_COMMIT(del_rss_cfg);
/** avf_vc_rss_reset() - hash settings of a device nobody configured. ctl. */
void avf_vc_rss_reset(struct avf_dev *dev);

/* avf_vc_fdir.c */
AVF_VC_CHECK(add_fdir);
AVF_VC_COMMIT(add_fdir);
AVF_VC_CHECK(del_fdir);
AVF_VC_COMMIT(del_fdir);

/* avf_vc_link.c */
AVF_VC_CHECK(stats);
AVF_VC_COMMIT(stats);

#endif /* AVF_VC_H */
