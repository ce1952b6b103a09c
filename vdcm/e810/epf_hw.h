/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The E810 as its PF driver sees it: registers, admin commands, contexts. Only
 * what this driver uses. Numbers are those of ice_hw_autogen.h,
 * ice_adminq_cmd.h and ice_lan_tx_rx.h of the Linux driver; VSI_PASID and page
 * space are in DPDK's net/ice/base only.
 *
 * What is exchanged in memory is little-endian at offsets given here, taken
 * apart and put together a byte at a time: nothing depends on a compiler.
 */
#ifndef EPF_HW_H
#define EPF_HW_H

#include "avf_os.h"

/* ------------------------------------------------------------- registers */

#define EPF_ATQBAL		0x00080000u
#define EPF_ARQBAL		0x00080080u
#define EPF_ATQBAH		0x00080100u
#define EPF_ARQBAH		0x00080180u
#define EPF_ATQLEN		0x00080200u
#define EPF_ARQLEN		0x00080280u
#define EPF_ATQH		0x00080300u
#define EPF_ARQH		0x00080380u
#define EPF_ATQT		0x00080400u
#define EPF_ARQT		0x00080480u
#define EPF_AQ_ENABLE		0x80000000u
#define EPF_AQ_CRIT		0x40000000u
#define EPF_AQ_ERRORS		0x70000000u

#define EPF_PFGEN_CTRL		0x00091000u
#define EPF_PFGEN_CTRL_PFSWR	0x1u
#define EPF_VSIGEN_RTRIG(v)	(0x00091800u + 4 * (v))
#define EPF_VSIGEN_RSTAT(v)	(0x00092800u + 4 * (v))
#define EPF_VSI_PASID(v)	(0x0009c000u + 4 * (v))
#define EPF_PASID_VALID		0x80000000u
#define EPF_PASID_LAST		0x000fffffu
#define EPF_LBARCTRL		0x0009de74u
#define EPF_LBARCTRL_PAGES	0x4u	/* the PF's BAR has page space */
#define EPF_PFPCI_VMINDEX	0x0009e600u
#define EPF_PFPCI_VMPEND	0x0009e800u
#define EPF_PF_FUNC_RID		0x0009e880u
#define EPF_RSTCTL		0x000b8180u
#define EPF_RSTAT		0x000b8188u
#define EPF_RSTAT_STATE		0x3u	/* 0: no reset is under way */
#define EPF_PORTNUM		0x001d2400u

#define EPF_QRX_CTRL(q)		(0x00120000u + 4 * (q))
#define EPF_QRX_CTRL_REQ	0x1u
#define EPF_QRX_CTRL_STAT	0x4u
#define EPF_QINT_TQCTL(q)	(0x00140000u + 4 * (q))
#define EPF_QINT_RQCTL(q)	(0x00150000u + 4 * (q))
#define EPF_QINT_ITR_S		11
#define EPF_QINT_CAUSE_ENA	0x40000000u
#define EPF_GLINT_ITR(i, v)	(0x00154000u + 0x2000 * (i) + 4 * (v))
#define EPF_DYN_CTL(v)		(0x00160000u + 4 * (v))
#define EPF_DYN_INTENA		0x00000001u
#define EPF_DYN_CLEARPBA	0x00000002u
#define EPF_DYN_ITR_NONE	0x00000018u
#define EPF_FW_CTL		0x0016c800u
#define EPF_OICR_ENA		0x0016c900u
#define EPF_OICR		0x0016ca00u
#define EPF_OICR_CTL		0x0016ca80u
#define EPF_OICR_MAL		0x00080000u	/* malicious driver event */
#define EPF_OICR_GRST		0x00100000u	/* a reset of the device */
#define EPF_OICR_LINK		0x02000000u

#define EPF_QRX_CONTEXT(i, q)	(0x00280000u + 0x2000 * (i) + 4 * (q))
#define EPF_QRX_TAIL(q)		(0x00290000u + 4 * (q))
#define EPF_QTX_DBELL(q)	(0x002c0000u + 4 * (q))
#define EPF_QRXFLXP(q)		(0x00480000u + 4 * (q))
#define EPF_RXDID_LEGACY	1u
#define EPF_QRXFLXP_PRIO	0x300u

#define EPF_MDET_TX		0x000fc068u
#define EPF_MDET_TX_PF		0x000fc000u
#define EPF_MDET_RX		0x00294c00u
#define EPF_MDET_RX_PF		0x00294280u
#define EPF_MDET_VALID		0x80000000u
#define EPF_MDET_QUEUE		0x7ffu

/* Counters of a VSI: 40 bits in two registers, GLV_RDPC and _TEPC 32 in one */
#define EPF_GLV_GORC(v)		(0x003b0000u + 8 * (v))
#define EPF_GLV_UPRC(v)		(0x003b2000u + 8 * (v))
#define EPF_GLV_MPRC(v)		(0x003b4000u + 8 * (v))
#define EPF_GLV_BPRC(v)		(0x003b6000u + 8 * (v))
#define EPF_GLV_RDPC(v)		(0x00294c04u + 4 * (v))
#define EPF_GLV_GOTC(v)		(0x00300000u + 8 * (v))
#define EPF_GLV_UPTC(v)		(0x0030a000u + 8 * (v))
#define EPF_GLV_MPTC(v)		(0x0030c000u + 8 * (v))
#define EPF_GLV_BPTC(v)		(0x0030e000u + 8 * (v))
#define EPF_GLV_TEPC(v)		(0x00312000u + 4 * (v))

/* Page space: a page per queue with nothing but its tail, at its beginning. */
#define EPF_BAR_REGS		0x02000000u	/* registers are below that */
#define EPF_PAGES_LEN		0x08000000u	/* of a BAR that has it */
#define EPF_PAGE_RX_TAIL(q)	(0x03800000u + 0x1000 * (q))
#define EPF_PAGE_TX_DBELL(q)	(0x04000000u + 0x1000 * (q))

#define EPF_VSIS		768u
#define EPF_QUEUES		2048u
#define EPF_MAX_FRAME		9728u

/* ---------------------------------------------------------- admin queue */

#define EPF_DESC		32u
#define EPF_D_FLAGS		0
#define EPF_D_OPCODE		2
#define EPF_D_LEN		4
#define EPF_D_RETVAL		6
#define EPF_D_COOKIE		8
#define EPF_D_PARAM		16
#define EPF_D_ADDR_HIGH		24
#define EPF_D_ADDR_LOW		28

#define EPF_F_DD		0x0001u
#define EPF_F_LB		0x0200u
#define EPF_F_RD		0x0400u
#define EPF_F_BUF		0x1000u
#define EPF_F_SI		0x2000u		/* no interrupt */
#define EPF_AQ_LARGE		512u		/* above that, LB */

#define EPF_OP_GET_VER		0x0001u
#define EPF_OP_Q_SHUTDOWN	0x0003u
#define EPF_OP_FUNC_CAPS	0x000au
#define EPF_OP_MAC_READ		0x0107u
#define EPF_OP_CLEAR_PXE	0x0110u
#define EPF_OP_GET_SW_CFG	0x0200u
#define EPF_OP_ALLOC_RES	0x0208u
#define EPF_OP_FREE_RES		0x0209u
#define EPF_OP_ADD_VSI		0x0210u
#define EPF_OP_UPDATE_VSI	0x0211u
#define EPF_OP_FREE_VSI		0x0213u
#define EPF_OP_ADD_RULES	0x02a0u
#define EPF_OP_UPDATE_RULES	0x02a1u
#define EPF_OP_REMOVE_RULES	0x02a2u
#define EPF_OP_CLEAR_PF_CFG	0x02a4u
#define EPF_OP_DFLT_TOPO	0x0400u
#define EPF_OP_ADD_ELEMS	0x0401u
#define EPF_OP_DELETE_ELEMS	0x040fu
#define EPF_OP_SCHED_RES	0x0412u
#define EPF_OP_SET_MAC_CFG	0x0603u
#define EPF_OP_RESTART_AN	0x0605u
#define EPF_OP_LINK_STATUS	0x0607u
#define EPF_OP_EVENT_MASK	0x0613u
#define EPF_OP_ADD_TXQS		0x0c30u
#define EPF_OP_DIS_TXQS		0x0c31u

/* Return values that this driver tells apart. */
#define EPF_RC_ENOENT		2u
#define EPF_RC_EAGAIN		8u
#define EPF_RC_ENOMEM		9u
#define EPF_RC_EBUSY		12u
#define EPF_RC_EEXIST		13u
#define EPF_RC_EINVAL		14u
#define EPF_RC_ENOSPC		16u
#define EPF_RC_ENOSYS		17u

/* capabilities: entries of 32 bytes; id, version, number, ... */
#define EPF_CAP_LEN		32u
#define EPF_CAP_VSI		0x0017u
#define EPF_CAP_RXQS		0x0041u
#define EPF_CAP_TXQS		0x0042u
#define EPF_CAP_MSIX		0x0043u
#define EPF_CAP_MAX_MTU		0x0047u

/* elements of the switch: kind and number, switch id, reserved */
#define EPF_SWCFG_LEN		6u
#define EPF_SWCFG_KIND		0xc000u
#define EPF_SWCFG_PORT		0x0000u

/* VSI properties */
#define EPF_VSI_PROPS		128u
#define EPF_VP_SECTIONS		0
#define EPF_VP_SW_ID		2
#define EPF_VP_SW_FLAGS		3
#define EPF_VP_SW_FLAGS2	4
#define EPF_VP_SEC_FLAGS	6
#define EPF_VP_PVID		8
#define EPF_VP_VLAN_FLAGS	12
#define EPF_VP_Q_MAP		30
#define EPF_VP_PASID		100

#define EPF_VS_SWITCH		0x0001u
#define EPF_VS_SECURITY		0x0002u
#define EPF_VS_VLAN		0x0004u
#define EPF_VS_RXQ_MAP		0x0040u
#define EPF_VS_PASID		0x1000u

#define EPF_SW_ALLOW_LB		0x20u
#define EPF_SW_SRC_PRUNE	0x80u
#define EPF_SW2_VLAN_PRUNE	0x01u
#define EPF_SW2_LAN_ENA		0x10u
#define EPF_SEC_ANTI_SPOOF	0x04u
#define EPF_SEC_VLAN_PRUNE	0x10u
#define EPF_VLAN_UNTAGGED	0x01u
#define EPF_VLAN_ALL		0x03u
#define EPF_VLAN_INSERT_PVID	0x04u
#define EPF_VLAN_STRIP		0x00u	/* to the descriptor */
#define EPF_VLAN_HIDE		0x10u
#define EPF_VLAN_KEEP		0x18u

#define EPF_VSI_NUM_VALID	0x8000u
#define EPF_VSI_NUM		0x03ffu
#define EPF_VSI_VMDQ2		1u
#define EPF_VSI_PF		2u

/* switch rules; a lookup has a header of 16 bytes, what it matches, behind */
#define EPF_R_TYPE		0
#define EPF_R_STATUS		2
#define EPF_R_RECIPE		4
#define EPF_R_SRC		6
#define EPF_R_ACT		8
#define EPF_R_INDEX		12
#define EPF_R_HDR_LEN		14
#define EPF_R_HDR		16
#define EPF_R_HDR_SIZE		16u
#define EPF_R_LEN		(EPF_R_HDR + EPF_R_HDR_SIZE)
#define EPF_R_LIST		4
#define EPF_R_COUNT		6
#define EPF_R_VSI		8

#define EPF_RULE_RX		0u
#define EPF_RULE_TX		1u
#define EPF_LIST_SET		3u
#define EPF_LIST_CLEAR		4u
#define EPF_PRUNE_SET		5u
#define EPF_PRUNE_CLEAR		6u

#define EPF_RECIPE_MAC		1u
#define EPF_RECIPE_PROMISC	3u
#define EPF_RECIPE_VLAN		4u

#define EPF_ACT_LB		0x00000004u
#define EPF_ACT_LAN		0x00000008u
#define EPF_ACT_ID_S		4
#define EPF_ACT_LIST		0x00004000u
#define EPF_ACT_VALID		0x00020000u

#define EPF_RES_LIST_REP	0x03u
#define EPF_RES_LIST_PRUNE	0x04u

/* scheduler */
#define EPF_TOPO_HDR		8u	/* parent, number of elements */
#define EPF_ELEM		24u	/* parent, node, data */
#define EPF_ELEM_DATA		8
#define EPF_ELEM_GENERIC	3u
#define EPF_BW_SECTIONS		0x07u	/* generic, committed, excess */
#define EPF_BW_WEIGHT		4u

/* transmit queues */
#define EPF_TXG_HDR		8u
#define EPF_TXG_LEN		56u	/* a group of one queue */
#define EPF_TXG_TEID		12	/* of the queue, in such a group */
#define EPF_TXG_CTX		16
#define EPF_TXG_SCHED		40
#define EPF_TXCTX_LEN		22u
#define EPF_DIS_VM_RESET	0x01u
#define EPF_DIS_FLUSH		0x08u
#define EPF_DIS_TIMEOUT		0x1400u	/* 5 times 100 us */

#define EPF_RXCTX_LEN		32u
#define EPF_RX_CHAIN		5u	/* buffers of a frame */

/* link */
#define EPF_LSE_ENABLE		3u
#define EPF_LINK_UP		0x01u
#define EPF_EVENTS_HIDDEN	0xfff9u	/* all but link and media */

/* ------------------------------------------------------- little-endian */

static inline u16 epf_get16(const u8 *p)
{
	return (u16)(p[0] | p[1] << 8);
}

static inline u32 epf_get32(const u8 *p)
{
	return epf_get16(p) | (u32)epf_get16(p + 2) << 16;
}

static inline void epf_put16(u8 *p, u32 v)
{
	p[0] = (u8)(v & 0xff);
	p[1] = (u8)(v >> 8 & 0xff);
}

static inline void epf_put32(u8 *p, u32 v)
{
	epf_put16(p, v);
	epf_put16(p + 2, v >> 16);
}

/* Put the low @width bits of @v at bit @lsb of @p, whose bits are zero. */
static inline void epf_put_bits(u8 *p, u32 lsb, u32 width, u64 v)
{
	u32 i;

	for (i = 0; i < width; i++)
		if (v >> i & 1)
			p[(lsb + i) / 8] |= (u8)(1u << (lsb + i) % 8);
}

#endif /* EPF_HW_H */
