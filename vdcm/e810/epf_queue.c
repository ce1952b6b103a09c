// SPDX-License-Identifier: GPL-2.0
/*
 * Queues: their contexts, on and off. A transmit queue is a leaf of the
 * scheduler and lives by admin commands; a receive queue lives by registers.
 */
#include "epf.h"

#define EPF_RX_TRIES		1000u
#define EPF_RX_US		10u

/* Of the transmit context: first bit, number of bits. */
#define EPF_TX_BASE		0, 57
#define EPF_TX_PORT		57, 3
#define EPF_TX_FUNC		65, 3
#define EPF_TX_OWNER		68, 10
#define EPF_TX_OWNER_TYPE	78, 2
#define EPF_TX_VSI		80, 10
#define EPF_TX_QLEN		135, 13
#define EPF_TX_TSO		152, 1
#define EPF_TX_TSO_QNO		153, 11
#define EPF_TX_LEGACY		164, 1

#define EPF_OWNER_VMQ		1u
#define EPF_OWNER_PF		2u

/* Of the receive context. */
#define EPF_RX_BASE		32, 57
#define EPF_RX_QLEN		89, 13
#define EPF_RX_DBUF		102, 7
#define EPF_RX_DSIZE		116, 1
#define EPF_RX_CRCSTRIP		117, 1
#define EPF_RX_L2TSEL		119, 1
#define EPF_RX_RXMAX		174, 14
#define EPF_RX_LRXQTHRESH	198, 3
#define EPF_RX_PREFENA		201, 1

static u32 epf_qint(u16 vec, u8 itr)
{
	if (!vec)
		return 0;
	return EPF_QINT_CAUSE_ENA | (u32)(itr & 3) << EPF_QINT_ITR_S | vec;
}

void epf_queue_vector(struct epf_hw *hw, u32 slot, bool tx, u32 q, u16 vec,
		      u8 itr)
{
	u32 abs = hw->vsi[slot].first_q + q;

	if (hw->down)
		return;
	epf_wr(hw, tx ? EPF_QINT_TQCTL(abs) : EPF_QINT_RQCTL(abs),
	       epf_qint(vec, itr));
}

static void epf_txq_ctx(const struct epf_hw *hw, const struct epf_vsi *vsi,
			u32 abs, const struct epf_txq *c, u8 *ctx)
{
	bool own = vsi->type == EPF_VSI_PF;

	epf_put_bits(ctx, EPF_TX_BASE, c->base >> 7);
	epf_put_bits(ctx, EPF_TX_PORT, hw->port);
	epf_put_bits(ctx, EPF_TX_FUNC, hw->func);
	epf_put_bits(ctx, EPF_TX_OWNER, own ? 0 : vsi->num);
	epf_put_bits(ctx, EPF_TX_OWNER_TYPE, own ? EPF_OWNER_PF : EPF_OWNER_VMQ);
	epf_put_bits(ctx, EPF_TX_VSI, vsi->num);
	epf_put_bits(ctx, EPF_TX_QLEN, c->len);
	epf_put_bits(ctx, EPF_TX_TSO, 1);
	epf_put_bits(ctx, EPF_TX_TSO_QNO, abs);
	epf_put_bits(ctx, EPF_TX_LEGACY, 1);
}

/* The VSI has its PASID, or nothing of it goes on. */
static int epf_queue_ok(struct epf_hw *hw, u32 slot, u32 q, u32 on)
{
	const struct epf_vsi *vsi = &hw->vsi[slot];

	if (hw->down || !vsi->live)
		return -ENETDOWN;
	if (q >= vsi->num_q)
		return -EINVAL;
	if (on & 1u << q)
		return -EBUSY;
	if (vsi->type != EPF_VSI_PF && !epf_vsi_kept(hw, vsi)) {
		epf_err(hw, "VSI %u has lost PASID %u; its queues stay off",
			vsi->num, vsi->pasid);
		return -EIO;
	}
	return 0;
}

int epf_txq_start(struct epf_hw *hw, u32 slot, u32 q, const struct epf_txq *c)
{
	struct epf_vsi *vsi = &hw->vsi[slot];
	u32 abs = vsi->first_q + q;
	u8 buf[EPF_TXG_LEN] = { 0 }, param[8] = { 1 };
	u8 *sched = buf + EPF_TXG_SCHED;
	int ret = epf_queue_ok(hw, slot, q, vsi->tx_on);

	if (ret)
		return ret;
	epf_put32(buf, vsi->nodes[vsi->nnodes - 1]);
	buf[4] = 1;
	epf_put16(buf + EPF_TXG_HDR, abs);
	epf_txq_ctx(hw, vsi, abs, c, buf + EPF_TXG_CTX);
	sched[1] = EPF_BW_SECTIONS;
	epf_put16(sched + 6, EPF_BW_WEIGHT);
	epf_put16(sched + 10, EPF_BW_WEIGHT);

	epf_wr(hw, EPF_QINT_TQCTL(abs), epf_qint(c->vec, c->itr));
	ret = epf_aq(hw, EPF_OP_ADD_TXQS, param, buf, sizeof(buf), EPF_INOUT);
	if (ret) {
		epf_wr(hw, EPF_QINT_TQCTL(abs), 0);
		return ret;
	}
	vsi->tx_on |= 1u << q;
	return 0;
}

static int epf_rxq_wait(struct epf_hw *hw, u32 abs, bool on)
{
	u32 i;

	for (i = 0; i < EPF_RX_TRIES; i++) {
		if (!(epf_rd(hw, EPF_QRX_CTRL(abs)) & EPF_QRX_CTRL_STAT) == !on)
			return 0;
		epf_delay(hw, EPF_RX_US);
	}
	return -EIO;
}

int epf_rxq_start(struct epf_hw *hw, u32 slot, u32 q, const struct epf_rxq *c)
{
	struct epf_vsi *vsi = &hw->vsi[slot];
	u32 abs = vsi->first_q + q, i;
	u8 ctx[EPF_RXCTX_LEN] = { 0 };
	int ret = epf_queue_ok(hw, slot, q, vsi->rx_on);

	if (ret)
		return ret;
	epf_put_bits(ctx, EPF_RX_BASE, c->base >> 7);
	epf_put_bits(ctx, EPF_RX_QLEN, c->len);
	epf_put_bits(ctx, EPF_RX_DBUF, c->buf_size >> 7);
	epf_put_bits(ctx, EPF_RX_DSIZE, 1);
	epf_put_bits(ctx, EPF_RX_CRCSTRIP, 1);
	epf_put_bits(ctx, EPF_RX_L2TSEL, 1);
	epf_put_bits(ctx, EPF_RX_RXMAX,
		     min_t(u32, c->max_pkt, EPF_RX_CHAIN * c->buf_size));
	epf_put_bits(ctx, EPF_RX_LRXQTHRESH, 1);
	epf_put_bits(ctx, EPF_RX_PREFENA, 1);

	epf_wr(hw, EPF_QRX_TAIL(abs), 0);
	for (i = 0; i < EPF_RXCTX_LEN / 4; i++)
		epf_wr(hw, EPF_QRX_CONTEXT(i, abs), epf_get32(ctx + 4 * i));
	/* Outlives resets: whoever had the queue before may have left another. */
	epf_wr(hw, EPF_QRXFLXP(abs), EPF_RXDID_LEGACY | EPF_QRXFLXP_PRIO);
	epf_wr(hw, EPF_QINT_RQCTL(abs), epf_qint(c->vec, c->itr));
	epf_wr(hw, EPF_QRX_CTRL(abs), EPF_QRX_CTRL_REQ);
	ret = epf_rxq_wait(hw, abs, true);
	if (ret) {
		epf_wr(hw, EPF_QRX_CTRL(abs), 0);
		epf_wr(hw, EPF_QINT_RQCTL(abs), 0);
		epf_err(hw, "receive queue %u does not start", abs);
		return ret;
	}
	vsi->rx_on |= 1u << q;
	return 0;
}

static int epf_txq_stop(struct epf_hw *hw, struct epf_vsi *vsi, u32 q)
{
	u32 abs = vsi->first_q + q;
	u8 buf[8] = { 0 }, param[8] = { EPF_DIS_FLUSH, 1 };

	epf_wr(hw, EPF_QINT_TQCTL(abs), 0);
	epf_put16(param + 2, EPF_DIS_TIMEOUT);
	epf_put32(buf, vsi->nodes[vsi->nnodes - 1]);
	buf[4] = 1;
	epf_put16(buf + 6, abs);
	return epf_aq(hw, EPF_OP_DIS_TXQS, param, buf, sizeof(buf), EPF_IN);
}

static int epf_rxq_stop(struct epf_hw *hw, struct epf_vsi *vsi, u32 q)
{
	u32 abs = vsi->first_q + q;

	epf_wr(hw, EPF_QINT_RQCTL(abs), 0);
	epf_wr(hw, EPF_QRX_CTRL(abs), 0);
	return epf_rxq_wait(hw, abs, false);
}

int epf_queues_stop(struct epf_hw *hw, u32 slot, u32 txq, u32 rxq)
{
	struct epf_vsi *vsi = &hw->vsi[slot];
	int ret = 0;
	u32 q;

	txq &= vsi->tx_on;
	rxq &= vsi->rx_on;
	if (hw->down || !vsi->live || !(txq | rxq))
		return 0;
	for (q = 0; q < vsi->num_q; q++) {
		if (txq & 1u << q && epf_txq_stop(hw, vsi, q))
			ret = -EIO;
		if (rxq & 1u << q && epf_rxq_stop(hw, vsi, q))
			ret = -EIO;
	}
	vsi->tx_on &= ~txq;
	vsi->rx_on &= ~rxq;
	if (ret) {
		epf_err(hw, "queues of VSI %u do not stop: %u", vsi->num,
			hw->aq.rc);
		return ret;
	}
	/* What they put on the bus has to come to an end, too. */
	if (!vsi->tx_on && !vsi->rx_on)
		ret = epf_vsi_drain(hw, slot);
	return ret;
}
