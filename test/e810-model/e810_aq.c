// SPDX-License-Identifier: GPL-2.0
/*
 * The admin queue: commands from its send ring, events into its receive ring,
 * both read and written with the function's own requester id.
 *
 * A command is checked as a whole against the table here (flags, lengths,
 * reserved parameter bytes) before its handler sees it, and what the table does
 * not know is refused: a driver that got something wrong is to notice.
 */
#include <string.h>

#include "e810_priv.h"

/* What a command does with its buffer. */
enum buf_use {
	BUF_NONE,	/* direct */
	BUF_IN,		/* the driver's data, RD set */
	BUF_OUT,	/* only the reply, RD clear */
	BUF_INOUT,	/* the driver's data, and overwritten with the reply */
	BUF_OPT_IN,	/* as BUF_IN, or none */
};

/* param: bit i stands for byte i, which may be other than zero. */
static const struct aq_op {
	uint16_t opcode;
	uint8_t buf;
	uint16_t min_len, max_len;
	uint16_t param;
	e810_handler *handler;
} ops[] = {
	{ OP_GET_VER,		BUF_NONE, 0, 0, 0x0000, e810_cmd_version },
	{ OP_DRIVER_VER,	BUF_IN, 1, 512, 0x000f, e810_cmd_driver },
	{ OP_Q_SHUTDOWN,	BUF_NONE, 0, 0, 0x0001, e810_cmd_shutdown },
	{ OP_REQ_RES,		BUF_NONE, 0, 0, 0x0fff, e810_cmd_req_res },
	{ OP_RELEASE_RES,	BUF_NONE, 0, 0, 0x0fff, e810_cmd_release_res },
	{ OP_FUNC_CAPS,		BUF_OUT, 0, 4096, 0x0000, e810_cmd_caps },
	{ OP_DEV_CAPS,		BUF_OUT, 0, 4096, 0x0000, e810_cmd_caps },
	{ OP_MAC_READ,		BUF_OUT, 8, 512, 0x0000, e810_cmd_mac_read },
	{ OP_MAC_WRITE,		BUF_NONE, 0, 0, 0x00fe, e810_cmd_mac_write },
	{ OP_CLEAR_PXE,		BUF_NONE, 0, 0, 0x0001, e810_cmd_clear_pxe },
	{ OP_GET_SW_CFG,	BUF_OUT, SWCFG_SIZE, 4096, 0x000c, e810_cmd_sw_cfg },
	{ OP_ALLOC_RES,		BUF_INOUT, 6, 512, 0x0003, e810_list_alloc },
	{ OP_FREE_RES,		BUF_INOUT, 6, 512, 0x0003, e810_list_free },
	{ OP_ADD_VSI,		BUF_IN, VSI_PROPS, VSI_PROPS, 0x00df, e810_vsi_add },
	{ OP_UPDATE_VSI,	BUF_IN, VSI_PROPS, VSI_PROPS, 0x0003, e810_vsi_update },
	{ OP_GET_VSI,		BUF_OUT, VSI_PROPS, VSI_PROPS, 0x0003, e810_vsi_get },
	{ OP_FREE_VSI,		BUF_NONE, 0, 0, 0x0007, e810_vsi_free },
	{ OP_ADD_RULES,		BUF_INOUT, 10, 4096, 0x0003, e810_rules_add },
	{ OP_UPDATE_RULES,	BUF_INOUT, 10, 4096, 0x0003, e810_rules_update },
	{ OP_REMOVE_RULES,	BUF_INOUT, 16, 4096, 0x0003, e810_rules_remove },
	{ OP_CLEAR_PF_CFG,	BUF_NONE, 0, 0, 0x0000, e810_cmd_clear_pf },
	{ OP_DFLT_TOPO,		BUF_OUT, 200, 4096, 0x0001, e810_sched_topo },
	{ OP_ADD_ELEMS,		BUF_INOUT, 32, 4096, 0x0003, e810_sched_add },
	{ OP_GET_ELEMS,		BUF_INOUT, 24, 4096, 0x0003, e810_sched_get },
	{ OP_SUSPEND_ELEMS,	BUF_INOUT, 4, 4096, 0x0003, e810_sched_suspend },
	{ OP_RESUME_ELEMS,	BUF_INOUT, 4, 4096, 0x0003, e810_sched_suspend },
	{ OP_DELETE_ELEMS,	BUF_INOUT, 12, 4096, 0x0003, e810_sched_delete },
	{ OP_QUERY_SCHED_RES,	BUF_OUT, 320, 4096, 0x0000, e810_sched_res },
	{ OP_GET_PHY_CAPS,	BUF_OUT, 544, 4096, 0x000d, e810_cmd_phy_caps },
	{ OP_SET_PHY_CFG,	BUF_IN, 24, 24, 0x0001, e810_cmd_set_phy },
	{ OP_SET_MAC_CFG,	BUF_NONE, 0, 0, 0x01ff, e810_cmd_mac_cfg },
	{ OP_RESTART_AN,	BUF_NONE, 0, 0, 0x0005, e810_cmd_restart_an },
	{ OP_LINK_STATUS,	BUF_OUT, 32, 512, 0x000d, e810_cmd_link },
	{ OP_EVENT_MASK,	BUF_NONE, 0, 0, 0x0301, e810_cmd_event_mask },
	{ OP_ADD_TXQS,		BUF_INOUT, 56, 4096, 0x0001, e810_txq_add },
	{ OP_DIS_TXQS,		BUF_OPT_IN, 0, 4096, 0x000f, e810_txq_disable },
};

/* For a handler: say why a command is refused. */
enum e810_rc e810_bad(struct e810 *e, const struct e810_cmd *c,
		      enum e810_rc rc, const char *why)
{
	e810_complain(e, "command 0x%04x: %s", c->opcode, why);
	return rc;
}

static const struct aq_op *find_op(uint16_t opcode)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(ops); i++)
		if (ops[i].opcode == opcode)
			return &ops[i];
	return NULL;
}

static enum e810_rc check(struct e810 *e, const struct e810_cmd *c,
			  const struct aq_op *op)
{
	uint16_t flags = get16(c->desc + AQD_FLAGS);
	unsigned int i;
	bool buf = flags & AQF_BUF, rd = flags & AQF_RD;

	if (!op)
		return e810_bad(e, c, RC_ENOSYS, "unknown");
	if (flags & (AQF_DD | AQF_CMP | AQF_ERR | AQF_VFE | AQF_VFC | 0x01f0))
		return e810_bad(e, c, RC_EINVAL, "reserved flags");
	if (get16(c->desc + AQD_RETVAL))
		return e810_bad(e, c, RC_EINVAL, "return value is not zero");
	if (buf ? op->buf == BUF_NONE :
	    op->buf != BUF_NONE && op->buf != BUF_OPT_IN)
		return e810_bad(e, c, RC_EINVAL, "flag BUF");
	if (rd != (buf && op->buf != BUF_OUT))
		return e810_bad(e, c, RC_EINVAL, "flag RD");
	if (buf && (c->len < op->min_len || c->len > op->max_len || !c->len))
		return e810_bad(e, c, RC_EINVAL, "buffer length");
	if (!buf && c->len)
		return e810_bad(e, c, RC_EINVAL, "length without a buffer");
	/*
	 * ice sets it for every large buffer, iPXE for none, and both work on
	 * silicon: it may be left out.
	 */
	if (flags & AQF_LB && c->len <= AQ_BUF_LARGE)
		return e810_bad(e, c, RC_EINVAL, "flag LB");
	for (i = 0; i < (buf ? 8 : 16); i++)
		if (c->param[i] && !(op->param >> i & 1))
			return e810_bad(e, c, RC_EINVAL, "reserved parameter");
	return RC_OK;
}

static uint64_t buf_addr(const uint8_t *desc)
{
	return (uint64_t)get32(desc + AQD_ADDR_HIGH) << 32 |
	       get32(desc + AQD_ADDR_LOW);
}

/* The command in the descriptor, and the answer into it. */
static void execute(struct e810 *e, struct e810_cmd *c)
{
	const struct aq_op *op;
	enum e810_rc rc;
	uint64_t addr;
	uint16_t flags;
	uint32_t room;

	c->opcode = get16(c->desc + AQD_OPCODE);
	c->param = c->desc + AQD_PARAM;
	c->len = get16(c->desc + AQD_LEN);
	room = c->len;
	flags = get16(c->desc + AQD_FLAGS);
	addr = buf_addr(c->desc);
	memset(c->buf, 0, sizeof(c->buf));

	if (e810_fault_due(e, E810_FAULT_PFR, c->opcode))
		e810_reset(e, RESET_PFR);
	if (e810_fault_due(e, E810_FAULT_CORER, c->opcode))
		e810_reset(e, RESET_CORER);
	if (e810_fault_due(e, E810_FAULT_CORER_AFTER, c->opcode))
		e->corer_after = true;

	op = find_op(c->opcode);
	rc = check(e, c, op);
	if (!rc && flags & AQF_RD &&
	    !e810_dma(e, E810_RID, addr, c->buf, c->len, false)) {
		e->n.dma_faults++;
		rc = e810_bad(e, c, RC_BAD_ADDR, "buffer address");
	}
	if (e->fault.kind == E810_FAULT_AQ_ERROR && !rc) {
		uint16_t value = e->fault.value;

		if (e810_fault_due(e, E810_FAULT_AQ_ERROR, c->opcode))
			rc = value;
	}
	if (!rc)
		rc = op->handler(e, c);
	e->n.commands++;
	if (rc)
		e->n.refused++;
	if (!rc && op->buf != BUF_NONE && op->buf != BUF_IN &&
	    flags & AQF_BUF && op->buf != BUF_OPT_IN) {
		if (e810_fault_due(e, E810_FAULT_AQ_GARBLE, c->opcode))
			memset(c->buf, 0xa5, sizeof(c->buf));
		if (c->len > room)
			c->len = room;
		if (!e810_dma(e, E810_RID, addr, c->buf, c->len, true)) {
			e->n.dma_faults++;
			rc = e810_bad(e, c, RC_BAD_ADDR, "buffer address");
		}
		put16(c->desc + AQD_LEN, c->len);
	}
	if (flags & AQF_BUF) {
		put32(c->desc + AQD_ADDR_HIGH, (uint32_t)(addr >> 32));
		put32(c->desc + AQD_ADDR_LOW, (uint32_t)addr);
	}
	flags |= AQF_DD | AQF_CMP;
	if (rc)
		flags |= AQF_ERR;
	put16(c->desc + AQD_FLAGS, flags);
	put16(c->desc + AQD_RETVAL, rc);
}

/* A ring's state is bad, or its memory: it stops until enabled anew. */
static void critical(struct e810 *e, enum e810_regs len, const char *why)
{
	uint32_t *p = e810_reg(e, len, 0);

	e810_complain(e, "%s: %s", e810_reg_name(len), why);
	*p = (*p & ~AQ_LEN_ENABLE) | AQ_LEN_CRIT;
}

static bool ring_ok(struct e810 *e, enum e810_regs len, uint32_t head,
		    uint32_t tail)
{
	uint32_t reg = *e810_reg(e, len, 0), n = reg & AQ_LEN_MASK;

	if (!(reg & AQ_LEN_ENABLE))
		return false;
	if (!n || head >= n || tail >= n) {
		critical(e, len, "head or tail beyond its length");
		return false;
	}
	return true;
}

static void advance(uint32_t *head, uint32_t len)
{
	*head = *head + 1 < (len & AQ_LEN_MASK) ? *head + 1 : 0;
}

void e810_aq_run(struct e810 *e)
{
	uint32_t *head = e810_reg(e, R_PF_FW_ATQH, 0);
	uint32_t *tail = e810_reg(e, R_PF_FW_ATQT, 0);
	uint32_t *len = e810_reg(e, R_PF_FW_ATQLEN, 0);
	unsigned int budget = AQ_LEN_MASK + 1;
	struct e810_cmd c;
	uint64_t at;

	while (budget-- && ring_ok(e, R_PF_FW_ATQLEN, *head, *tail) &&
	       *head != *tail) {
		at = ((uint64_t)*e810_reg(e, R_PF_FW_ATQBAH, 0) << 32 |
		      *e810_reg(e, R_PF_FW_ATQBAL, 0)) + *head * AQ_DESC;
		if (!e810_dma(e, E810_RID, at, c.desc, AQ_DESC, false)) {
			e->n.dma_faults++;
			critical(e, R_PF_FW_ATQLEN, "no descriptor to read");
			return;
		}
		if (e810_fault_due(e, E810_FAULT_AQ_LOST,
				   get16(c.desc + AQD_OPCODE))) {
			advance(head, *len);
			continue;
		}
		execute(e, &c);
		if (!e810_dma(e, E810_RID, at, c.desc, AQ_DESC, true)) {
			e->n.dma_faults++;
			critical(e, R_PF_FW_ATQLEN, "no descriptor to write");
			return;
		}
		if (!(*len & AQ_LEN_ENABLE))
			return;
		advance(head, *len);
		e810_irq_cause(e, *e810_reg(e, R_PFINT_FW_CTL, 0));
	}
}

/* Queue an event for the receive ring, and put it there if there is room. */
void e810_event(struct e810 *e, uint16_t opcode, const void *param,
		const void *buf, unsigned int len)
{
	struct e810_event *ev = &e->events[e->nevents];

	if (e->nevents == E810_EVENTS) {
		e->n.events_lost++;
		return;
	}
	memset(ev, 0, sizeof(*ev));
	put16(ev->desc + AQD_FLAGS, AQF_DD | AQF_CMP | AQF_BUF);
	put16(ev->desc + AQD_OPCODE, opcode);
	put16(ev->desc + AQD_LEN, len);
	memcpy(ev->desc + AQD_PARAM, param, 8);
	memcpy(ev->buf, buf, len);
	ev->len = (uint16_t)len;
	e->nevents++;
	e->aq_pending = true;
	e810_kick(e);
}

void e810_aq_events(struct e810 *e)
{
	uint32_t *head = e810_reg(e, R_PF_FW_ARQH, 0);
	uint32_t *tail = e810_reg(e, R_PF_FW_ARQT, 0);
	uint32_t *len = e810_reg(e, R_PF_FW_ARQLEN, 0);
	struct e810_event *ev = &e->events[0];
	uint8_t desc[AQ_DESC];
	uint64_t at, addr;

	while (e->nevents && ring_ok(e, R_PF_FW_ARQLEN, *head, *tail) &&
	       *head != *tail) {
		at = ((uint64_t)*e810_reg(e, R_PF_FW_ARQBAH, 0) << 32 |
		      *e810_reg(e, R_PF_FW_ARQBAL, 0)) + *head * AQ_DESC;
		if (!e810_dma(e, E810_RID, at, desc, AQ_DESC, false)) {
			e->n.dma_faults++;
			critical(e, R_PF_FW_ARQLEN, "no descriptor to read");
			return;
		}
		addr = buf_addr(desc);
		if (!(get16(desc + AQD_FLAGS) & AQF_BUF) ||
		    get16(desc + AQD_LEN) < ev->len) {
			critical(e, R_PF_FW_ARQLEN, "no buffer for an event");
			return;
		}
		memcpy(ev->desc + AQD_ADDR_HIGH, desc + AQD_ADDR_HIGH, 8);
		if (!e810_dma(e, E810_RID, addr, ev->buf, ev->len, true) ||
		    !e810_dma(e, E810_RID, at, ev->desc, AQ_DESC, true)) {
			e->n.dma_faults++;
			critical(e, R_PF_FW_ARQLEN, "no memory for an event");
			return;
		}
		advance(head, *len);
		e->nevents--;
		memmove(&e->events[0], &e->events[1],
			e->nevents * sizeof(e->events[0]));
		e810_irq_cause(e, *e810_reg(e, R_PFINT_FW_CTL, 0));
	}
}
