/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The software PF: a PCI function without hardware, a switch between its ADIs,
 * and one uplink network interface on the host.
 *
 * The data path runs on the PF's worker alone, so it takes no lock: what the
 * control side unlinks, it frees only after adi_pf_sync().
 */
#ifndef SWPF_H
#define SWPF_H

#include <linux/bitmap.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/skbuff.h>

#include "adi.h"
#include "compat.h"

#define SWPF_VERSION		"0.1"
#define SWPF_VENDOR_ID		0xad10
#define SWPF_DEVICE_ID		0x5f00
#define SWPF_MAX_PFS		32	/* device numbers on one bus */
#define SWPF_MAX_ADIS		1024
#define SWPF_LINK_MBPS		100000
#define SWPF_NUM_QPS		16	/* most per ADI */
#define SWPF_MAX_FRAME		9728
#define SWPF_MAX_MTU		(SWPF_MAX_FRAME - 26)
#define SWPF_FDB_BITS		8
#define SWPF_BURST		32	/* frames switched at a time */
#define SWPF_HDR		AVF_FRAME_HDR
#define SWPF_HEAD		(SWPF_HDR + VLAN_HLEN)

/**
 * struct swpf_fdb - one address a port listens to
 * @hash: in swpf_switch::fdb
 * @node: in swpf_port::macs
 * @port: the port
 * @mac:  unicast or multicast address
 */
struct swpf_fdb {
	struct hlist_node hash;
	struct list_head node;
	struct swpf_port *port;
	u8 mac[ETH_ALEN];
};

/**
 * struct swpf_port - an ADI at the switch
 * @adi:         the ADI
 * @node:        in swpf_switch::ports
 * @macs:        its struct swpf_fdb
 * @all_ucast:   receives all unicast frames
 * @all_mcast:   receives all multicast frames
 * @up:          has an enabled queue
 * @spoofchk:    source address and VLAN of what it sends are checked
 * @vlan_filter: member of @vlans only
 * @port_vlan:   tag of its one VLAN, of which it knows nothing; 0 = none
 * @vlans:       VLANs it asked for
 * @drops:       written by the worker alone
 * @region:      its registers, in devlink; NULL = not there
 *
 * All but @macs are single words or bits that the control side writes and the
 * worker loads once for each decision.
 */
struct swpf_port {
	struct adi *adi;
	struct list_head node;
	struct list_head macs;
	bool all_ucast;
	bool all_mcast;
	bool up;
	bool spoofchk;
	bool vlan_filter;
	u16 port_vlan;
	DECLARE_BITMAP(vlans, VLAN_N_VID);
	struct adi_drops drops;
	struct swpf_region *region;
};

/**
 * struct swpf_retag - frames with a tag more or less than they came with
 * @frame: the frames; all but their heads is where it was
 * @head:  their new first bytes
 */
struct swpf_retag {
	struct avf_frame frame[SWPF_BURST];
	u8 head[SWPF_BURST][SWPF_HEAD];
};

/**
 * struct swpf_switch - layer 2 switch (VEB) of one PF
 * @lock:  held by the control side to change anything here
 * @ports: all ports
 * @fdb:   address -> ports
 * @retag: the worker's memory for one burst
 */
struct swpf_switch {
	struct mutex lock;	/* control side */
	struct list_head ports;
	struct hlist_head fdb[1 << SWPF_FDB_BITS];
	struct swpf_retag *retag;
};

/**
 * struct swpf - one software PF
 * @pf:      the seam to vdcm
 * @pdev:    its PCI function
 * @devlink: its devlink instance, NULL = none
 * @sw:      its switch
 * @uplink:  its network interface on the host
 */
struct swpf {
	struct adi_pf pf;
	struct pci_dev *pdev;
	struct devlink *devlink;
	struct swpf_switch sw;
	struct net_device *uplink;
};

static inline struct swpf *swpf_from_pf(struct adi_pf *pf)
{
	return container_of(pf, struct swpf, pf);
}

/* swpf_bus.c: module init and exit */
int swpf_bus_create(unsigned int functions);
void swpf_bus_destroy(void);

/* swpf_switch.c: ctl, but for the last two */
int swpf_switch_init(struct swpf_switch *sw);
void swpf_switch_destroy(struct swpf_switch *sw);
int swpf_port_add(struct adi *adi);
void swpf_port_del(struct adi *adi);
int swpf_port_mac_add(struct adi *adi, const u8 *mac);
void swpf_port_mac_del(struct adi *adi, const u8 *mac);
void swpf_port_promisc(struct adi *adi, bool unicast, bool multicast);
int swpf_port_vlan_add(struct adi *adi, u16 tpid, u16 vid);
void swpf_port_vlan_del(struct adi *adi, u16 tpid, u16 vid);
void swpf_port_vlan_filter(struct adi *adi, bool on);
int swpf_port_port_vlan(struct adi *adi, u16 vid, u8 prio);
int swpf_port_spoofchk(struct adi *adi, bool on);
void swpf_port_drops(struct adi *adi, struct adi_drops *drops); /* any */
void swpf_port_traffic(struct adi *adi, bool on);
void swpf_port_xmit(struct adi *adi, const struct avf_frame *frames, u32 n); /* worker */
void swpf_switch_from_uplink(struct swpf *swpf, const struct avf_frame *frames,
			     u32 n); /* worker */

/* swpf_devlink.c: ctl; probe and remove */
int swpf_devlink_adi_add(struct adi *adi);
void swpf_devlink_adi_del(struct adi *adi);
void swpf_devlink_create(struct swpf *swpf);
void swpf_devlink_destroy(struct swpf *swpf);

/* swpf_netdev.c: probe and remove */
int swpf_uplink_create(struct swpf *swpf);
void swpf_uplink_stop(struct swpf *swpf);
void swpf_uplink_destroy(struct swpf *swpf);

/* swpf_uplink_tx.c: worker */
bool swpf_uplink_poll(struct adi_pf *pf);

/* swpf_uplink_rx.c: worker */
void swpf_uplink_receive(struct swpf *swpf, const struct avf_frame *frames,
			 u32 n);
void swpf_uplink_flush(struct swpf *swpf);

#endif /* SWPF_H */
