/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * Everything a driver and the device exchange: register addresses and bits,
 * admin queue descriptors, virtchnl messages, Tx and Rx descriptors. All of it
 * little endian. Names and text are this project's own; the numbers are the
 * Adaptive Virtual Function interface.
 */
#ifndef AVF_WIRE_H
#define AVF_WIRE_H

#include "avf_os.h"

/* -------------------------------------------------------- PCI and BAR0 */

#define AVF_PCI_VENDOR		0x8086
#define AVF_PCI_DEVICE		0x1889
#define AVF_PCI_MSIX_CAP	0x70
#define AVF_PCI_EXP_CAP		0xA0
#define AVF_MSIX_TABLE		0x0000	/* in BAR3 */
#define AVF_MSIX_PBA		0x2000	/* in BAR3 */

/* AVF_REG_<name>: offset in BAR0 of the (first) register of that name. */
enum avf_reg_off {
#define AVF_REG(name, off, ...)	AVF_REG_##name = (off),
#include "avf_regs.def"
#undef AVF_REG
};

#define AVF_ITRN_ROW		16	/* registers per ITRN index */

/* VF_ATQLEN, VF_ARQLEN */
#define AVF_AQ_LEN_M		0x000003FFu
#define AVF_AQ_LEN_VFE		0x10000000u
#define AVF_AQ_LEN_OVFL		0x20000000u
#define AVF_AQ_LEN_CRIT		0x40000000u
#define AVF_AQ_LEN_ENABLE	0x80000000u

/* VFINT_ICR0, VFINT_ICR0_ENA */
#define AVF_ICR0_QUEUE0		0x00000002u
#define AVF_ICR0_LINK		0x02000000u
#define AVF_ICR0_ADMINQ		0x40000000u

/* VFINT_DYN_CTL0, VFINT_DYN_CTLN */
#define AVF_DYN_INTENA		0x00000001u
#define AVF_DYN_CLEARPBA	0x00000002u
#define AVF_DYN_SWINT		0x00000004u
#define AVF_DYN_ITR_S		3
#define AVF_DYN_ITR_M		0x3u
#define AVF_DYN_ITR_NONE	3u
#define AVF_DYN_INTERVAL_S	5
#define AVF_DYN_INTERVAL_M	0xFFFu
#define AVF_DYN_SW_ITR_ENA	0x01000000u
#define AVF_DYN_SW_ITR_S	25
#define AVF_DYN_SW_ITR_M	0x3u
#define AVF_DYN_WB_ON_ITR	0x40000000u
#define AVF_DYN_INTENA_MSK	0x80000000u

#define AVF_ITR_M		0xFFFu
#define AVF_ITR_UNIT_NS		2000u

/* VFGEN_RSTAT */
#define AVF_RSTAT_IN_PROGRESS	0u
#define AVF_RSTAT_COMPLETED	1u
#define AVF_RSTAT_ACTIVE	2u

/* --------------------------------------------------------- admin queue */

/**
 * struct avf_aq_desc - one entry of the ATQ or ARQ
 * @flags:     AVF_AQ_F_*
 * @opcode:    AVF_AQ_OP_*
 * @datalen:   message bytes; as posted to the ARQ, the buffer's size
 * @retval:    0
 * @cookie_hi: virtchnl opcode
 * @cookie_lo: virtchnl status, a signed number
 * @param0:    0
 * @param1:    0
 * @addr_hi:   buffer address
 * @addr_lo:   buffer address
 */
struct avf_aq_desc {
	__le16 flags;
	__le16 opcode;
	__le16 datalen;
	__le16 retval;
	__le32 cookie_hi;
	__le32 cookie_lo;
	__le32 param0;
	__le32 param1;
	__le32 addr_hi;
	__le32 addr_lo;
};

AVF_STATIC_ASSERT(sizeof(struct avf_aq_desc) == 32);

#define AVF_AQ_F_DD		0x0001
#define AVF_AQ_F_CMP		0x0002
#define AVF_AQ_F_ERR		0x0004
#define AVF_AQ_F_VFE		0x0008
#define AVF_AQ_F_LB		0x0200
#define AVF_AQ_F_RD		0x0400
#define AVF_AQ_F_VFC		0x0800
#define AVF_AQ_F_BUF		0x1000
#define AVF_AQ_F_SI		0x2000
#define AVF_AQ_F_EI		0x4000
#define AVF_AQ_F_FE		0x8000

#define AVF_AQ_OP_SHUTDOWN	0x0003
#define AVF_AQ_OP_TO_PF		0x0801
#define AVF_AQ_OP_TO_VF		0x0802

#define AVF_AQ_LB_LEN		512	/* longer needs AVF_AQ_F_LB */
#define AVF_AQ_BUF_LEN		4096

/* ------------------------------------------------------------ virtchnl */

/* Every opcode, AVF_VC_<name>, and its number. */
#define AVF_VC_OPS(op)							\
	op(VERSION, 1)							\
	op(RESET_VF, 2)							\
	op(GET_VF_RESOURCES, 3)						\
	op(CONFIG_TX_QUEUE, 4)						\
	op(CONFIG_RX_QUEUE, 5)						\
	op(CONFIG_VSI_QUEUES, 6)					\
	op(CONFIG_IRQ_MAP, 7)						\
	op(ENABLE_QUEUES, 8)						\
	op(DISABLE_QUEUES, 9)						\
	op(ADD_ETH_ADDR, 10)						\
	op(DEL_ETH_ADDR, 11)						\
	op(ADD_VLAN, 12)						\
	op(DEL_VLAN, 13)						\
	op(CONFIG_PROMISC, 14)						\
	op(GET_STATS, 15)						\
	op(EVENT, 17)							\
	op(CONFIG_RSS_HFUNC, 18)					\
	op(RDMA, 20)							\
	op(CONFIG_RDMA_IRQ_MAP, 21)					\
	op(RELEASE_RDMA_IRQ_MAP, 22)					\
	op(CONFIG_RSS_KEY, 23)						\
	op(CONFIG_RSS_LUT, 24)						\
	op(GET_RSS_HENA_CAPS, 25)					\
	op(SET_RSS_HENA, 26)						\
	op(ENABLE_VLAN_STRIP, 27)					\
	op(DISABLE_VLAN_STRIP, 28)					\
	op(REQUEST_QUEUES, 29)						\
	op(ENABLE_CHANNELS, 30)						\
	op(DISABLE_CHANNELS, 31)					\
	op(ADD_CLOUD_FILTER, 32)					\
	op(DEL_CLOUD_FILTER, 33)					\
	op(INLINE_IPSEC, 34)						\
	op(GET_RXDIDS, 44)						\
	op(ADD_RSS_CFG, 45)						\
	op(DEL_RSS_CFG, 46)						\
	op(ADD_FDIR, 47)						\
	op(DEL_FDIR, 48)						\
	op(GET_MAX_RSS_QREGION, 50)					\
	op(GET_VLAN_V2_CAPS, 51)					\
	op(ADD_VLAN_V2, 52)						\
	op(DEL_VLAN_V2, 53)						\
	op(ENABLE_VLAN_STRIP_V2, 54)					\
	op(DISABLE_VLAN_STRIP_V2, 55)					\
	op(ENABLE_VLAN_INSERT_V2, 56)					\
	op(DISABLE_VLAN_INSERT_V2, 57)					\
	op(ENABLE_VLAN_FILTER_V2, 58)					\
	op(DISABLE_VLAN_FILTER_V2, 59)					\
	op(PTP_GET_CAPS, 60)						\
	op(PTP_GET_TIME, 61)						\
	op(PTP_SET_TIME, 62)						\
	op(PTP_ADJ_TIME, 63)						\
	op(PTP_ADJ_FREQ, 64)						\
	op(PTP_TX_STAMP, 65)						\
	op(GET_QOS_CAPS, 66)						\
	op(CONFIG_QUEUE_TC_MAP, 67)					\
	op(ENABLE_QUEUES_V2, 107)					\
	op(DISABLE_QUEUES_V2, 108)					\
	op(MAP_QUEUE_VECTOR, 111)					\
	op(CONFIG_QUEUE_BW, 112)					\
	op(CONFIG_QUANTA, 113)						\
	op(FLOW_SUBSCRIBE, 114)						\
	op(FLOW_UNSUBSCRIBE, 115)					\
	op(GET_VF_CAPS2, 136)

enum avf_vc_op {
#define AVF_VC_OP(name, number)	AVF_VC_##name = (number),
	AVF_VC_UNKNOWN = 0,
	AVF_VC_OPS(AVF_VC_OP)
#undef AVF_VC_OP
};

/* Status in a reply's cookie_lo. */
#define AVF_VC_OK		0
#define AVF_VC_ERR_PARAM	(-5)
#define AVF_VC_ERR_NO_MEMORY	(-18)
#define AVF_VC_ERR_OPCODE	(-38)
#define AVF_VC_ERR_CQP		(-39)
#define AVF_VC_ERR_VF_ID	(-40)
#define AVF_VC_ERR_AQ		(-53)
#define AVF_VC_ERR_NOT_SUPP	(-64)

/* Capability bits of GET_VF_RESOURCES. */
#define AVF_CAP_L2		0x00000001u
#define AVF_CAP_RDMA		0x00000002u
#define AVF_CAP_RSS_AQ		0x00000008u
#define AVF_CAP_RSS_REG		0x00000010u
#define AVF_CAP_WB_ON_ITR	0x00000020u
#define AVF_CAP_REQ_QUEUES	0x00000040u
#define AVF_CAP_ADV_LINK_SPEED	0x00000080u
#define AVF_CAP_IPSEC		0x00000100u
#define AVF_CAP_LARGE_QPAIRS	0x00000200u
#define AVF_CAP_CRC		0x00000400u
#define AVF_CAP_TC_U32		0x00000800u
#define AVF_CAP_FSUB		0x00004000u
#define AVF_CAP_VLAN_V2		0x00008000u
#define AVF_CAP_VLAN		0x00010000u
#define AVF_CAP_RX_POLLING	0x00020000u
#define AVF_CAP_RSS_PCTYPE_V2	0x00040000u
#define AVF_CAP_RSS_PF		0x00080000u
#define AVF_CAP_ENCAP		0x00100000u
#define AVF_CAP_ENCAP_CSUM	0x00200000u
#define AVF_CAP_RX_ENCAP_CSUM	0x00400000u
#define AVF_CAP_ADQ		0x00800000u
#define AVF_CAP_USO		0x02000000u
#define AVF_CAP_RX_FLEX_DESC	0x04000000u
#define AVF_CAP_ADV_RSS		0x08000000u
#define AVF_CAP_FDIR		0x10000000u
#define AVF_CAP_QOS		0x20000000u
#define AVF_CAP_DCF		0x40000000u
#define AVF_CAP_PTP		0x80000000u

#define AVF_VC_MAJOR		1
#define AVF_VC_MINOR		1

#define AVF_VSI_ID		1	/* the only one; a constant says nothing */
#define AVF_VSI_SRIOV		6
#define AVF_RSS_KEY_LEN		52
#define AVF_RSS_LUT_LEN		64

struct avf_vc_version {
	__le32 major;
	__le32 minor;
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_version) == 8);

struct avf_vc_vsi {
	__le16 vsi_id;
	__le16 num_qps;
	__le32 type;
	__le16 qset;
	u8 mac[AVF_ETH_ALEN];
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_vsi) == 16);

struct avf_vc_resources {
	__le16 num_vsis;
	__le16 num_qps;
	__le16 max_vectors;
	__le16 max_mtu;
	__le32 caps;
	__le32 rss_key_size;
	__le32 rss_lut_size;
	struct avf_vc_vsi vsi;
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_resources) == 36);

struct avf_vc_txq {
	__le16 vsi_id;
	__le16 queue;
	__le16 ring_len;
	__le16 headwb;
	__le64 ring;
	__le64 headwb_addr;
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_txq) == 24);

struct avf_vc_rxq {
	__le16 vsi_id;
	__le16 queue;
	__le32 ring_len;
	__le16 hdr_size;
	__le16 split;
	__le32 buf_size;
	__le32 max_pkt;
	u8 crc_disable;
	u8 rxdid;
	u8 flags;
	u8 pad;
	__le64 ring;
	__le32 split_pos;
	__le32 pad2;
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_rxq) == 40);

struct avf_vc_qp {
	struct avf_vc_txq tx;
	struct avf_vc_rxq rx;
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_qp) == 64);

/*
 * Lists: a head with a count, then the elements. Drivers send one element more
 * than the count says (their structure had a one-element array); both lengths
 * are legal.
 */
struct avf_vc_qp_list {
	__le16 vsi_id;
	__le16 n;
	__le32 pad;
	struct avf_vc_qp qp[];
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_qp_list) == 8);

struct avf_vc_vecmap {
	__le16 vsi_id;
	__le16 vector;
	__le16 rxq_map;
	__le16 txq_map;
	__le16 rx_itr;
	__le16 tx_itr;
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_vecmap) == 12);

struct avf_vc_irq_map {
	__le16 n;
	struct avf_vc_vecmap vec[];
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_irq_map) == 2);

/* ENABLE_QUEUES, DISABLE_QUEUES, GET_STATS */
struct avf_vc_queue_sel {
	__le16 vsi_id;
	__le16 pad;
	__le32 rxq;
	__le32 txq;
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_queue_sel) == 12);

/* REQUEST_QUEUES, and its reply when refused */
struct avf_vc_queues_req {
	__le16 n;
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_queues_req) == 2);

#define AVF_VC_MAC_LEGACY	0
#define AVF_VC_MAC_PRIMARY	1
#define AVF_VC_MAC_EXTRA	2

struct avf_vc_mac {
	u8 addr[AVF_ETH_ALEN];
	u8 type;
	u8 pad;
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_mac) == 8);

struct avf_vc_mac_list {
	__le16 vsi_id;
	__le16 n;
	struct avf_vc_mac mac[];
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_mac_list) == 4);

/* ADD_VLAN, DEL_VLAN */
struct avf_vc_vlan_list {
	__le16 vsi_id;
	__le16 n;
	__le16 vid[];
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_vlan_list) == 4);

/* VLAN_V2: what is supported or set, as a mask of ethertypes and more. */
#define AVF_VLAN_8100		0x00000001u
#define AVF_VLAN_88A8		0x00000002u
#define AVF_VLAN_9100		0x00000004u
#define AVF_VLAN_L2TAG1		0x00000100u
#define AVF_VLAN_L2TAG2		0x00000200u
#define AVF_VLAN_L2TAG2_2	0x00000400u
#define AVF_VLAN_PRIO		0x01000000u
#define AVF_VLAN_FILTER_MASK	0x10000000u
#define AVF_VLAN_AND		0x20000000u
#define AVF_VLAN_XOR		0x40000000u
#define AVF_VLAN_TOGGLE		0x80000000u

/* Of a frame with two tags; of a frame with one, @inner where that is set. */
struct avf_vc_vlan_sides {
	__le32 outer;
	__le32 inner;
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_vlan_sides) == 8);

#define AVF_VLAN_STRIP_IS_INSERT	0	/* one ethertype for both */

struct avf_vc_vlan_caps {
	struct avf_vc_vlan_sides filter;
	__le32 filter_init;
	__le16 max_filters;
	__le16 pad;
	struct avf_vc_vlan_sides strip;
	struct avf_vc_vlan_sides insert;
	__le32 offload_init;
	u8 match;
	u8 pad2[3];
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_vlan_caps) == 40);

struct avf_vc_vlan {
	__le16 tci;
	__le16 mask;
	__le16 tpid;
	__le16 pad;
};

struct avf_vc_vlan_filter {
	struct avf_vc_vlan inner;
	struct avf_vc_vlan outer;
	__le16 pad[8];
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_vlan_filter) == 32);

/* ADD_VLAN_V2, DEL_VLAN_V2; never an element more than counted */
struct avf_vc_vlan_list2 {
	__le16 vsi_id;
	__le16 n;
	__le32 pad;
	struct avf_vc_vlan_filter filter[];
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_vlan_list2) == 8);

/* ENABLE/DISABLE_VLAN_STRIP_V2, _INSERT_V2 */
struct avf_vc_vlan_set {
	struct avf_vc_vlan_sides what;
	__le16 vsi_id;
	u8 pad[6];
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_vlan_set) == 16);

#define AVF_VC_PROMISC_UNICAST		0x0001
#define AVF_VC_PROMISC_MULTICAST	0x0002

struct avf_vc_promisc {
	__le16 vsi_id;
	__le16 flags;
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_promisc) == 4);

/* CONFIG_RSS_KEY and CONFIG_RSS_LUT */
struct avf_vc_rss_bytes {
	__le16 vsi_id;
	__le16 n;
	u8 data[];
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_rss_bytes) == 4);

/* Hash algorithms of CONFIG_RSS_HFUNC and ADD_RSS_CFG. */
#define AVF_VC_HFUNC_TOEPLITZ		0
#define AVF_VC_HFUNC_XOR		1
#define AVF_VC_HFUNC_TOEPLITZ_SYM	2
#define AVF_VC_HFUNC_XOR_SYM		3
#define AVF_VC_HFUNC_LAST		3

struct avf_vc_rss_hfunc {
	__le16 vsi_id;
	__le16 algorithm;
	__le32 pad;
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_rss_hfunc) == 8);

struct avf_vc_rss_hena {
	__le64 hena;
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_rss_hena) == 8);

/* Packet classes of SET_RSS_HENA. Some tell apart what is hashed alike. */
#define AVF_HENA_IPV4_UDP	(BIT_ULL(29) | BIT_ULL(30) | BIT_ULL(31))
#define AVF_HENA_IPV4_TCP	(BIT_ULL(32) | BIT_ULL(33))
#define AVF_HENA_IPV4_SCTP	BIT_ULL(34)
#define AVF_HENA_IPV4_OTHER	BIT_ULL(35)
#define AVF_HENA_IPV4_FRAG	BIT_ULL(36)
#define AVF_HENA_IPV6_UDP	(BIT_ULL(39) | BIT_ULL(40) | BIT_ULL(41))
#define AVF_HENA_IPV6_TCP	(BIT_ULL(42) | BIT_ULL(43))
#define AVF_HENA_IPV6_SCTP	BIT_ULL(44)
#define AVF_HENA_IPV6_OTHER	BIT_ULL(45)
#define AVF_HENA_IPV6_FRAG	BIT_ULL(46)
#define AVF_HENA_L2		BIT_ULL(63)

/* GET_RSS_HENA_CAPS: every packet class a driver may select. */
#define AVF_HENA_ALL		0x80007F9FE0000000ULL

/*
 * A stack of headers, as rules of hashing and of the flow director have it.
 * Field f of a header is bit f of @fields; only those that are of use here have
 * names.
 */
#define AVF_VC_HDR_NONE		0
#define AVF_VC_HDR_ETH		1
#define AVF_VC_HDR_S_VLAN	2
#define AVF_VC_HDR_C_VLAN	3
#define AVF_VC_HDR_IPV4		4
#define AVF_VC_HDR_IPV6		5
#define AVF_VC_HDR_TCP		6
#define AVF_VC_HDR_UDP		7
#define AVF_VC_HDR_SCTP		8
#define AVF_VC_HDR_GTPU_IP	9
#define AVF_VC_HDR_GTPU_EH	10
#define AVF_VC_HDR_GTPU_EH_DL	11
#define AVF_VC_HDR_GTPU_EH_UL	12
#define AVF_VC_HDR_L2TPV3	14
#define AVF_VC_HDR_ESP		15
#define AVF_VC_HDR_AH		16
#define AVF_VC_HDR_PFCP		17
#define AVF_VC_HDR_IPV4_FRAG	22	/* DPDK only */
#define AVF_VC_HDR_IPV6_FRAG	23	/* DPDK only */

#define AVF_VC_FIELD_SRC	0x01u	/* address or port */
#define AVF_VC_FIELD_DST	0x02u
#define AVF_VC_FIELD_PROTO	0x10u	/* of IPv4 and IPv6 */

#define AVF_VC_HDRS_MAX		32

struct avf_vc_hdr {
	__le32 type;
	__le32 fields;
	u8 data[64];
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_hdr) == 72);

struct avf_vc_hdrs {
	u8 tunnel;
	u8 pad[3];
	__le32 n;
	struct avf_vc_hdr hdr[AVF_VC_HDRS_MAX];
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_hdrs) == 2312);

/* ADD_RSS_CFG, DEL_RSS_CFG */
struct avf_vc_rss_cfg {
	struct avf_vc_hdrs hdrs;
	__le32 algorithm;
	u8 pad[128];
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_rss_cfg) == 2444);

struct avf_vc_rxdids {
	__le64 bitmap;
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_rxdids) == 8);

/* Flow director rules: such headers, and what to do with the packets. */
#define AVF_VC_MAX_ACTIONS	8

#define AVF_VC_ACT_DROP		0
#define AVF_VC_ACT_PASSTHRU	2
#define AVF_VC_ACT_QUEUE	3
#define AVF_VC_ACT_REGION	4
#define AVF_VC_ACT_MARK		5

struct avf_vc_action {
	__le32 type;
	union {
		struct {
			__le16 index;
			u8 order;	/* region: 2^order queues */
		} queue;
		__le32 mark;
		u8 pad[32];
	};
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_action) == 36);

/* Status inside the replies to ADD_FDIR and DEL_FDIR. */
#define AVF_VC_FDIR_OK		0
#define AVF_VC_FDIR_NO_RESOURCE	1
#define AVF_VC_FDIR_EXISTS	2
#define AVF_VC_FDIR_CONFLICT	3
#define AVF_VC_FDIR_NOT_THERE	4
#define AVF_VC_FDIR_INVALID	5
#define AVF_VC_FDIR_TIMEOUT	6

struct avf_vc_fdir_add {
	__le16 vsi_id;
	__le16 validate_only;
	__le32 flow_id;		/* reply */
	struct avf_vc_hdrs hdrs;
	__le32 n_actions;
	struct avf_vc_action action[AVF_VC_MAX_ACTIONS];
	__le32 status;		/* reply */
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_fdir_add) == 2616);
AVF_STATIC_ASSERT(offsetof(struct avf_vc_fdir_add, n_actions) == 2320);
AVF_STATIC_ASSERT(offsetof(struct avf_vc_fdir_add, status) == 2612);

struct avf_vc_fdir_del {
	__le16 vsi_id;
	__le16 pad;
	__le32 flow_id;
	__le32 status;		/* reply */
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_fdir_del) == 12);

#define AVF_VC_NUM_STATS	12

struct avf_vc_stats {
	__le64 ctr[AVF_VC_NUM_STATS];
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_stats) == 96);

#define AVF_VC_EVENT_LINK		1
#define AVF_VC_EVENT_RESET_IMPENDING	2
#define AVF_VC_SEVERITY_INFO		0
#define AVF_VC_SEVERITY_DOOM		255

struct avf_vc_event {
	__le32 event;
	__le32 speed;
	u8 status;
	u8 pad[3];
	__le32 severity;
};

AVF_STATIC_ASSERT(sizeof(struct avf_vc_event) == 16);

/* Link speed without AVF_CAP_ADV_LINK_SPEED: one bit each. */
#define AVF_VC_SPEED_2500M	0x01
#define AVF_VC_SPEED_100M	0x02
#define AVF_VC_SPEED_1G		0x04
#define AVF_VC_SPEED_10G	0x08
#define AVF_VC_SPEED_40G	0x10
#define AVF_VC_SPEED_20G	0x20
#define AVF_VC_SPEED_25G	0x40
#define AVF_VC_SPEED_5G		0x80

/* --------------------------------------------------------- Tx descriptor */

struct avf_tx_desc {
	__le64 qw0;
	__le64 qw1;
};

AVF_STATIC_ASSERT(sizeof(struct avf_tx_desc) == 16);

/* Fields are used as (qw >> AVF_x_S) & AVF_x_M. */
#define AVF_TXD_TYPE_S		0
#define AVF_TXD_TYPE_M		0xFULL
#define AVF_TXD_TYPE_DATA	0x0
#define AVF_TXD_TYPE_CTX	0x1
#define AVF_TXD_TYPE_IPSEC	0x3
#define AVF_TXD_TYPE_FDIR	0x8
#define AVF_TXD_TYPE_DONE	0xF

/* data descriptor: qw0 is the buffer address */
#define AVF_TXD_CMD_S		4
#define AVF_TXD_CMD_M		0xFFFULL
#define AVF_TXD_CMD_EOP		0x001
#define AVF_TXD_CMD_RS		0x002
#define AVF_TXD_CMD_ICRC	0x004
#define AVF_TXD_CMD_L2TAG1	0x008
#define AVF_TXD_CMD_DUMMY	0x010
#define AVF_TXD_CMD_IP_M	0x060
#define AVF_TXD_CMD_IPV6	0x020
#define AVF_TXD_CMD_IPV4	0x040
#define AVF_TXD_CMD_IPV4_CSUM	0x060
#define AVF_TXD_CMD_L4_M	0x300
#define AVF_TXD_CMD_TCP		0x100
#define AVF_TXD_CMD_SCTP	0x200
#define AVF_TXD_CMD_UDP		0x300
#define AVF_TXD_MACLEN_S	16	/* in units of 2 bytes */
#define AVF_TXD_MACLEN_M	0x7FULL
#define AVF_TXD_IPLEN_S		23	/* in units of 4 bytes */
#define AVF_TXD_IPLEN_M		0x7FULL
#define AVF_TXD_L4LEN_S		30	/* in units of 4 bytes */
#define AVF_TXD_L4LEN_M		0xFULL
#define AVF_TXD_BUFSZ_S		34
#define AVF_TXD_BUFSZ_M		0x3FFFULL
#define AVF_TXD_L2TAG1_S	48
#define AVF_TXD_L2TAG1_M	0xFFFFULL

/* context descriptor, qw0 */
#define AVF_TXC_EIPT_S		0	/* outer IP */
#define AVF_TXC_EIPT_M		0x3ULL
#define AVF_TXC_EIPT_NONE	0
#define AVF_TXC_EIPT_IPV6	1
#define AVF_TXC_EIPT_IPV4	2
#define AVF_TXC_EIPT_IPV4_CSUM	3
#define AVF_TXC_EIPLEN_S	2	/* in units of 4 bytes */
#define AVF_TXC_EIPLEN_M	0x7FULL
#define AVF_TXC_TUN_S		9
#define AVF_TXC_TUN_M		0x3ULL
#define AVF_TXC_TUN_UDP		1
#define AVF_TXC_TUN_GRE		2
#define AVF_TXC_EIP_NOINC	BIT_ULL(11)
#define AVF_TXC_NATLEN_S	12	/* in units of 2 bytes */
#define AVF_TXC_NATLEN_M	0x7FULL
#define AVF_TXC_DECTTL_S	19
#define AVF_TXC_DECTTL_M	0xFULL
#define AVF_TXC_OUTER_UDP_CSUM	BIT_ULL(23)
#define AVF_TXC_L2TAG2_S	32
#define AVF_TXC_L2TAG2_M	0xFFFFULL
/* context descriptor, qw1 */
#define AVF_TXC_CMD_S		4
#define AVF_TXC_CMD_M		0x7FULL
#define AVF_TXC_CMD_TSO		0x01
#define AVF_TXC_CMD_TSYN	0x02
#define AVF_TXC_CMD_L2TAG2	0x04
#define AVF_TXC_CMD_L2TAG_ORDER	0x08
#define AVF_TXC_CMD_SW_M	0x30
#define AVF_TXC_CMD_SW_UPLINK	0x10
#define AVF_TXC_CMD_SW_LOCAL	0x20
#define AVF_TXC_CMD_SW_VSI	0x30
#define AVF_TXC_TSOLEN_S	30
#define AVF_TXC_TSOLEN_M	0x3FFFFULL
#define AVF_TXC_MSS_S		50
#define AVF_TXC_MSS_M		0x3FFFULL

/* --------------------------------------------------------- Rx descriptor */

/* As the driver posts it: qw0 buffer address, qw1 header buffer, rest junk. */
struct avf_rx_desc {
	__le64 qw0;
	__le64 qw1;
	__le64 qw2;
	__le64 qw3;
};

AVF_STATIC_ASSERT(sizeof(struct avf_rx_desc) == 32);

#define AVF_RXDID_LEGACY	1	/* 32 bytes */
#define AVF_RXDID_FLEX_NIC	2
#define AVF_RXDID_FLEX_OVS	22	/* the one DPDK asks for */

/* legacy write-back, qw0 */
#define AVF_RXL_L2TAG1_S	16
#define AVF_RXL_RSS_S		32
/* qw1 */
#define AVF_RXL_DD		BIT_ULL(0)
#define AVF_RXL_EOP		BIT_ULL(1)
#define AVF_RXL_L2TAG1P		BIT_ULL(2)
#define AVF_RXL_L3L4P		BIT_ULL(3)
#define AVF_RXL_FLM		BIT_ULL(11)	/* a flow director rule */
#define AVF_RXL_FLTSTAT_S	12
#define AVF_RXL_FLTSTAT_RSS	3ULL
#define AVF_RXL_IPV6EXADD	BIT_ULL(15)
#define AVF_RXL_ERR_RXE		BIT_ULL(19)
#define AVF_RXL_ERR_IPE		BIT_ULL(22)
#define AVF_RXL_ERR_L4E		BIT_ULL(23)
#define AVF_RXL_ERR_EIPE	BIT_ULL(24)
#define AVF_RXL_ERR_OVERSIZE	BIT_ULL(25)
#define AVF_RXL_ERR_L3LEN	BIT_ULL(26)
#define AVF_RXL_PTYPE_S		30
#define AVF_RXL_PTYPE_M		0xFFULL
#define AVF_RXL_LEN_S		38
#define AVF_RXL_LEN_M		0x3FFFULL
/* qw2 */
#define AVF_RXL_L2TAG2P		BIT_ULL(0)
#define AVF_RXL_FD_ID		BIT_ULL(4)	/* flow id in qw3 */
#define AVF_RXL_L2TAG2_1_S	32
#define AVF_RXL_L2TAG2_2_S	48
/* qw3 */
#define AVF_RXL_FD_ID_S		32

/* flexible write-back, qw0 */
#define AVF_RXF_RXDID_S		0
#define AVF_RXF_PTYPE_S		16
#define AVF_RXF_PTYPE_M		0x3FFULL
#define AVF_RXF_LEN_S		32
#define AVF_RXF_LEN_M		0x3FFFULL
/* qw1: status 0 */
#define AVF_RXF_DD		BIT_ULL(0)
#define AVF_RXF_EOP		BIT_ULL(1)
#define AVF_RXF_HBO		BIT_ULL(2)
#define AVF_RXF_L3L4P		BIT_ULL(3)
#define AVF_RXF_ERR_IPE		BIT_ULL(4)
#define AVF_RXF_ERR_L4E		BIT_ULL(5)
#define AVF_RXF_ERR_EIPE	BIT_ULL(6)
#define AVF_RXF_ERR_EUDPE	BIT_ULL(7)
#define AVF_RXF_LPBK		BIT_ULL(8)
#define AVF_RXF_IPV6EXADD	BIT_ULL(9)
#define AVF_RXF_ERR_RXE		BIT_ULL(10)
#define AVF_RXF_CRCP		BIT_ULL(11)
#define AVF_RXF_RSS_VALID	BIT_ULL(12)
#define AVF_RXF_L2TAG1P		BIT_ULL(13)
#define AVF_RXF_L2TAG1_S	16
#define AVF_RXF_HI32_S		32	/* RXDID 2: RSS hash; 22: flow id */
#define AVF_RXF_FLOW_NONE	0xFFFFFFFFULL
/* qw2: status 1 */
#define AVF_RXF_NAT		BIT_ULL(4)
#define AVF_RXF_L2TAG2P		BIT_ULL(11)
#define AVF_RXF_TS_LOW_S	24
#define AVF_RXF_L2TAG2_1_S	32
#define AVF_RXF_L2TAG2_2_S	48
/* qw3: low half RXDID 22: RSS hash, RXDID 2: flow id; high half time stamp */

/* Packet types, the same numbers in both formats. */
#define AVF_PTYPE_L2		1
#define AVF_PTYPE_IPV4_FRAG	22
#define AVF_PTYPE_IPV4_OTHER	23
#define AVF_PTYPE_IPV4_UDP	24
#define AVF_PTYPE_IPV4_TCP	26
#define AVF_PTYPE_IPV4_SCTP	27
#define AVF_PTYPE_IPV4_ICMP	28
#define AVF_PTYPE_IPV6_FRAG	88
#define AVF_PTYPE_IPV6_OTHER	89
#define AVF_PTYPE_IPV6_UDP	90
#define AVF_PTYPE_IPV6_TCP	92
#define AVF_PTYPE_IPV6_SCTP	93
#define AVF_PTYPE_IPV6_ICMP	94

#endif /* AVF_WIRE_H */
