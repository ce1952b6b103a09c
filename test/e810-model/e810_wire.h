/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the emulated E810 and its driver exchange in memory: admin commands,
 * contexts, descriptors. All little-endian, taken apart with the accessors
 * below at the offsets given here, so that nothing depends on a compiler's
 * layout.
 *
 * Sources of the numbers, all public: ice_adminq_cmd.h and ice_lan_tx_rx.h of
 * the Linux driver, the same of DPDK's net/ice/base; where these are silent,
 * what iPXE's ice.c sends is taken as valid.
 */
#ifndef E810_WIRE_H
#define E810_WIRE_H

#include <stdint.h>

static inline uint16_t get16(const void *p)
{
	const uint8_t *b = p;

	return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t get32(const void *p)
{
	return get16(p) | (uint32_t)get16((const uint8_t *)p + 2) << 16;
}

static inline uint64_t get64(const void *p)
{
	return get32(p) | (uint64_t)get32((const uint8_t *)p + 4) << 32;
}

static inline void put16(void *p, uint32_t v)
{
	uint8_t *b = p;

	b[0] = (uint8_t)v;
	b[1] = (uint8_t)(v >> 8);
}

static inline void put32(void *p, uint32_t v)
{
	put16(p, v);
	put16((uint8_t *)p + 2, v >> 16);
}

static inline void put64(void *p, uint64_t v)
{
	put32(p, (uint32_t)v);
	put32((uint8_t *)p + 4, (uint32_t)(v >> 32));
}

/* @width (at most 64) bits of @p from bit @lsb on. */
static inline uint64_t get_bits(const void *p, unsigned int lsb,
				unsigned int width)
{
	const uint8_t *b = p;
	uint64_t v = 0;
	unsigned int i;

	for (i = 0; i < width; i++)
		if (b[(lsb + i) / 8] >> (lsb + i) % 8 & 1)
			v |= 1ull << i;
	return v;
}

/* ---- admin queue descriptor: 32 bytes */
#define AQ_DESC			32
#define AQD_FLAGS		0
#define AQD_OPCODE		2
#define AQD_LEN			4
#define AQD_RETVAL		6
#define AQD_COOKIE		8
#define AQD_PARAM		16	/* 16 bytes */
#define AQD_ADDR_HIGH		24
#define AQD_ADDR_LOW		28

#define AQF_DD			0x0001
#define AQF_CMP			0x0002
#define AQF_ERR			0x0004
#define AQF_VFE			0x0008
#define AQF_LB			0x0200
#define AQF_RD			0x0400
#define AQF_VFC			0x0800
#define AQF_BUF			0x1000
#define AQF_SI			0x2000
#define AQF_EI			0x4000
#define AQF_FE			0x8000

#define AQ_BUF_MAX		4096
#define AQ_BUF_LARGE		512	/* only above may AQF_LB be set */

#define AQ_LEN_ENABLE		0x80000000u
#define AQ_LEN_CRIT		0x40000000u
#define AQ_LEN_OVFL		0x20000000u
#define AQ_LEN_VFE		0x10000000u
#define AQ_LEN_MASK		0x000003ffu

enum e810_rc {
	RC_OK = 0, RC_EPERM = 1, RC_ENOENT = 2, RC_EIO = 5, RC_E2BIG = 7,
	RC_EAGAIN = 8, RC_ENOMEM = 9, RC_EACCES = 10, RC_EBUSY = 12,
	RC_EEXIST = 13, RC_EINVAL = 14, RC_ENOSPC = 16, RC_ENOSYS = 17,
	RC_BAD_ADDR = 20,
};

enum e810_opcode {
	OP_GET_VER		= 0x0001,
	OP_DRIVER_VER		= 0x0002,
	OP_Q_SHUTDOWN		= 0x0003,
	OP_REQ_RES		= 0x0008,
	OP_RELEASE_RES		= 0x0009,
	OP_FUNC_CAPS		= 0x000a,
	OP_DEV_CAPS		= 0x000b,
	OP_MAC_READ		= 0x0107,
	OP_MAC_WRITE		= 0x0108,
	OP_CLEAR_PXE		= 0x0110,
	OP_GET_SW_CFG		= 0x0200,
	OP_ALLOC_RES		= 0x0208,
	OP_FREE_RES		= 0x0209,
	OP_ADD_VSI		= 0x0210,
	OP_UPDATE_VSI		= 0x0211,
	OP_GET_VSI		= 0x0212,
	OP_FREE_VSI		= 0x0213,
	OP_ADD_RULES		= 0x02a0,
	OP_UPDATE_RULES		= 0x02a1,
	OP_REMOVE_RULES		= 0x02a2,
	OP_CLEAR_PF_CFG		= 0x02a4,
	OP_DFLT_TOPO		= 0x0400,
	OP_ADD_ELEMS		= 0x0401,
	OP_GET_ELEMS		= 0x0404,
	OP_SUSPEND_ELEMS	= 0x0409,
	OP_RESUME_ELEMS		= 0x040a,
	OP_DELETE_ELEMS		= 0x040f,
	OP_QUERY_SCHED_RES	= 0x0412,
	OP_GET_PHY_CAPS		= 0x0600,
	OP_SET_PHY_CFG		= 0x0601,
	OP_SET_MAC_CFG		= 0x0603,
	OP_RESTART_AN		= 0x0605,
	OP_LINK_STATUS		= 0x0607,
	OP_EVENT_MASK		= 0x0613,
	OP_ADD_TXQS		= 0x0c30,
	OP_DIS_TXQS		= 0x0c31,
};

/* ---- capabilities: 32 bytes an entry */
#define CAP_SIZE		32
#define CAP_ID			0
#define CAP_MAJOR		2
#define CAP_NUMBER		4
#define CAP_LOGICAL		8
#define CAP_PHYS		12

#define CAP_VALID_FUNCTIONS	0x0005
#define CAP_VSI			0x0017
#define CAP_RXQS		0x0041
#define CAP_TXQS		0x0042
#define CAP_MSIX		0x0043
#define CAP_MAX_MTU		0x0047

/* ---- VSI properties: 128 bytes, of sections that are each valid or not */
#define VSI_PROPS		128
#define VP_SECTIONS		0
#define VP_SW_ID		2
#define VP_SW_FLAGS		3
#define VP_SW_FLAGS2		4
#define VP_VEB_STAT		5
#define VP_SEC_FLAGS		6
#define VP_PVID			8
#define VP_VLAN_FLAGS		12
#define VP_INGRESS_UP		16
#define VP_EGRESS_UP		20
#define VP_OUTER_TAG		24
#define VP_OUTER_FLAGS		26
#define VP_MAP_FLAGS		28
#define VP_Q_MAP		30	/* 16 words */
#define VP_TC_MAP		62	/* 8 words */
#define VP_Q_OPT		78
#define VP_OUTER_UP		84
#define VP_FD			90
#define VP_PASID		100

#define VSEC_SWITCH		0x0001
#define VSEC_SECURITY		0x0002
#define VSEC_VLAN		0x0004
#define VSEC_OUTER_TAG		0x0008
#define VSEC_INGRESS_UP		0x0010
#define VSEC_EGRESS_UP		0x0020
#define VSEC_RXQ_MAP		0x0040
#define VSEC_Q_OPT		0x0080
#define VSEC_OUTER_UP		0x0100
#define VSEC_FLOW_DIR		0x0800
#define VSEC_PASID		0x1000
#define VSEC_ALL		0x19ff

#define VSW_ALLOW_LB		0x20
#define VSW_LOCAL_LB		0x40
#define VSW_SRC_PRUNE		0x80
#define VSW2_RX_VLAN_PRUNE	0x01
#define VSW2_LAN_ENA		0x10
#define VSECF_DEST_OVERRIDE	0x01
#define VSECF_MAC_ANTI_SPOOF	0x04
#define VSECF_TX_VLAN_PRUNE	0x10
#define VVLAN_MODE_MASK		0x03
#define VVLAN_UNTAGGED		0x01
#define VVLAN_TAGGED		0x02
#define VVLAN_ALL		0x03
#define VVLAN_INSERT_PVID	0x04
#define VVLAN_EMOD_MASK		0x18
#define VVLAN_EMOD_NOTHING	0x18
#define VMAP_NONCONTIG		0x0001
#define VPASID_VALID		0x80000000u
#define VPASID_MASK		0x000fffffu

#define VSI_NUM_VALID		0x8000
#define VSI_NUM_MASK		0x03ff
#define VSI_TYPE_MASK		0x0003
enum e810_vsi_type { VSI_VF = 0, VSI_VMDQ2 = 1, VSI_PF = 2 };

/* ---- elements of the switch */
#define SWCFG_SIZE		6
#define SWCFG_PHYS_PORT		0x0000
#define SWCFG_VSI		0x8000

/* ---- shared resources */
#define RES_VSI_LIST_REP	0x03
#define RES_VSI_LIST_PRUNE	0x04

/* ---- switch rules: a header, then by type */
#define RULE_TYPE		0
#define RULE_STATUS		2
#define RULE_RECIPE		4
#define RULE_SRC		6
#define RULE_ACT		8
#define RULE_INDEX		12
#define RULE_HDR_LEN		14
#define RULE_HDR		16
#define RULE_HDR_SIZE		16	/* an Ethernet header with VLAN tag */
#define RULE_LIST_INDEX		4
#define RULE_LIST_COUNT		6
#define RULE_LIST_VSI		8

enum e810_rule_type {
	RULE_LKUP_RX = 0, RULE_LKUP_TX = 1, RULE_LARGE_ACTION = 2,
	RULE_LIST_SET = 3, RULE_LIST_CLEAR = 4, RULE_PRUNE_SET = 5,
	RULE_PRUNE_CLEAR = 6,
};

enum e810_recipe {
	RECIPE_ETHERTYPE = 0, RECIPE_MAC = 1, RECIPE_MAC_VLAN = 2,
	RECIPE_PROMISC = 3, RECIPE_VLAN = 4, RECIPE_DFLT = 5,
	RECIPE_ETHERTYPE_MAC = 8, RECIPE_PROMISC_VLAN = 9,
};

#define ACT_TYPE_MASK		0x00000003
#define ACT_FORWARD		0x00000000
#define ACT_LB			0x00000004
#define ACT_LAN			0x00000008
#define ACT_ID_SHIFT		4
#define ACT_ID_MASK		0x3ff
#define ACT_LIST		0x00004000
#define ACT_VALID		0x00020000
#define ACT_DROP		0x00040000
#define ACT_KNOWN		0x00067fff

/* ---- scheduler */
#define TOPO_HDR		8	/* parent TEID, number of elements */
#define ELEM_SIZE		24	/* parent, node, data */
#define ELEM_DATA		16
#define ELEM_TYPE		0
#define ELEM_SECTIONS		1
#define ELEM_GENERIC		2
#define ELEM_FLAGS		3

#define TEID_INVALID		0xffffffffu

enum e810_elem_type {
	ELEM_UNDEFINED = 0, ELEM_ROOT_PORT = 1, ELEM_TC = 2,
	ELEM_SE_GENERIC = 3, ELEM_ENTRY_POINT = 4, ELEM_LEAF = 5,
	ELEM_SE_PADDED = 6,
};

/* ---- transmit queues */
#define TXG_HDR			8	/* parent TEID, number, reserved */
#define TXG_Q			48	/* id, TEID, context, scheduling */
#define TXG_Q_TEID		4
#define TXG_Q_CTX		8
#define TXG_Q_SCHED		32
#define TXCTX_SIZE		22

#define DIS_TYPE_MASK		0x03
#define DIS_VM_RESET		0x01
#define DIS_VF_RESET		0x02
#define DIS_PF_RESET		0x03
#define DIS_SUBSEQ		0x04
#define DIS_FLUSH		0x08

/* ---- receive contexts: 32 bytes in 8 registers */
#define RXCTX_SIZE		32

/* ---- transmit descriptors */
#define TXD_SIZE		16
#define TXD_DTYPE_DATA		0x0
#define TXD_DTYPE_CTX		0x1
#define TXD_DTYPE_DONE		0xf
#define TXD_CMD_EOP		0x001
#define TXD_CMD_RS		0x002
#define TXD_CMD_RSV		0x004	/* "must be one" to iPXE */
#define TXD_CMD_IL2TAG1		0x008
#define TXD_CMD_DUMMY		0x010
#define TXD_CMD_IIPT		0x060
#define TXD_IIPT_IPV4_CSUM	0x060
#define TXD_CMD_L4T		0x300
#define TXD_L4T_TCP		0x100
#define TXD_L4T_SCTP		0x200
#define TXD_L4T_UDP		0x300
#define TXC_CMD_TSO		0x01
#define TXC_CMD_TSYN		0x02
#define TXC_CMD_IL2TAG2		0x04
#define TXC_CMD_SWTCH		0x30

/* ---- receive descriptors */
#define RXD_SIZE		32
#define RXDID_LEGACY_32		1
#define RXDID_FLEX_NIC		2
#define RXDID_FLEX_NIC_2	6

/* ---- interrupts */
#define QINT_MSIX		0x000007ff
#define QINT_CAUSE_ENA		0x40000000u
#define DYN_CTL_INTENA		0x00000001
#define DYN_CTL_CLEARPBA		0x00000002
#define DYN_CTL_SWINT		0x00000004
#define DYN_CTL_INTENA_MSK		0x80000000u
#define OICR_MAL_DETECT		0x00080000
#define OICR_GRST		0x00100000
#define OICR_LINK_STAT		0x02000000

/* ---- malicious driver events; the type is the model's own number */
#define MDET_VALID		0x80000000u
#define MDET_TYPE_SHIFT		26
enum e810_mdet { MDET_DMA = 1, MDET_TAIL = 2, MDET_DESC = 3 };

/* ---- link */
#define LINK_UP			0x01
#define LINK_UP_PORT		0x20
#define LINK_MEDIA		0x40
#define LINK_SIGNAL		0x80
#define LINK_SPEED_25G		0x0080
#define LINK_STATUS_SIZE	32
#define PHY_25GBASE_CR		(1ull << 20)

#endif /* E810_WIRE_H */
