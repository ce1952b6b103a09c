// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit queue contexts: firmware makes a leaf of the scheduler for each
 * queue and keeps its context. A queue lives from "add" to "disable".
 */
#include <string.h>

#include "e810_priv.h"

/* Bits of the context, as ice_tlan_ctx of the public headers has them. */
#define CTX_BASE		0, 57
#define CTX_PORT		57, 3
#define CTX_PF			65, 3
#define CTX_VMVF		68, 10
#define CTX_VMVF_TYPE		78, 2
#define CTX_SRC_VSI		80, 10
#define CTX_WB_MODE		101, 1
#define CTX_CMPQ		105, 9
#define CTX_QLEN		135, 13
#define CTX_TSO			152, 1
#define CTX_LEGACY		164, 1
#define CTX_INTERNAL		171, 5

#define VMVF_TYPE_VMQ		1
#define VMVF_TYPE_PF		2

void e810_txq_reset(struct e810 *e)
{
	memset(e->txq, 0, sizeof(e->txq));
	e->tx_pending = false;
}

void e810_txq_stop(struct e810_txq *q)
{
	q->stopped = true;
	q->pending = false;
}

static const char *check_ctx(struct e810 *e, const uint8_t *ctx)
{
	unsigned int len = (unsigned int)get_bits(ctx, CTX_QLEN);
	unsigned int num = (unsigned int)get_bits(ctx, CTX_SRC_VSI);
	unsigned int kind = (unsigned int)get_bits(ctx, CTX_VMVF_TYPE);
	unsigned int vmvf = (unsigned int)get_bits(ctx, CTX_VMVF);
	struct e810_vsi *v = e810_vsi(e, num);

	if (!v)
		return "context: no such source VSI";
	if (v->in_reset)
		return "context: the VSI is in reset";
	if (get_bits(ctx, CTX_PORT) || get_bits(ctx, CTX_PF))
		return "context: port or function";
	if (v->type == VSI_PF ? kind != VMVF_TYPE_PF || vmvf :
	    kind != VMVF_TYPE_VMQ || vmvf != num)
		return "context: owner is not the VSI's kind and number";
	if (!get_bits(ctx, CTX_BASE))
		return "context: ring address";
	if (!len || len % 32 || len > 8160)
		return "context: ring length";
	if (!get_bits(ctx, CTX_LEGACY) || get_bits(ctx, CTX_CMPQ) ||
	    get_bits(ctx, CTX_WB_MODE))
		return "context: completion queues";
	if (get_bits(ctx, CTX_INTERNAL))
		return "context: reserved bits";
	return NULL;
}

static const char *check_q(struct e810 *e, const uint8_t *q)
{
	const uint8_t *s = q + TXG_Q_SCHED;
	unsigned int id = get16(q);

	if (id >= E810_QUEUES)
		return "queue number";
	if (e->txq[id].live)
		return "a queue that is on";
	if (get16(q + 2) || get16(q + TXG_Q_CTX + TXCTX_SIZE))
		return "reserved bytes of a queue";
	if (s[ELEM_TYPE] != ELEM_UNDEFINED && s[ELEM_TYPE] != ELEM_LEAF)
		return "element type of a queue";
	if (s[ELEM_SECTIONS] & 0xf0 || s[ELEM_GENERIC] & 0x80 ||
	    s[ELEM_FLAGS] & 0xfe || get16(s + 14))
		return "scheduling of a queue";
	return check_ctx(e, q + TXG_Q_CTX);
}

static void start(struct e810 *e, struct e810_node *parent, uint8_t *p)
{
	unsigned int id = get16(p);
	struct e810_txq *q = &e->txq[id];
	const uint8_t *ctx = p + TXG_Q_CTX;
	struct e810_node *leaf;

	leaf = e810_node_add(e, parent, ELEM_LEAF, p + TXG_Q_SCHED);
	leaf->queue = (uint16_t)id;
	memset(q, 0, sizeof(*q));
	q->live = true;
	q->teid = leaf->teid;
	q->parent = parent->teid;
	q->vsi = (uint16_t)get_bits(ctx, CTX_SRC_VSI);
	q->base = get_bits(ctx, CTX_BASE) << 7;
	q->len = (uint16_t)get_bits(ctx, CTX_QLEN);
	q->tso = get_bits(ctx, CTX_TSO);
	*e810_reg(e, R_QTX_COMM_DBELL, id) = 0;
	put32(p + TXG_Q_TEID, leaf->teid);
}

/* Two rounds over the same groups: check all, then do all. */
static enum e810_rc add_round(struct e810 *e, struct e810_cmd *c, bool act)
{
	unsigned int groups = c->param[0], at = 0, n, i, j, total = 0;
	struct e810_node *parent;
	const char *why;
	uint8_t *p, *q;

	for (i = 0; i < groups; i++) {
		if (at + TXG_HDR > c->len)
			return e810_bad(e, c, RC_EINVAL, "length");
		p = c->buf + at;
		n = p[4];
		at += TXG_HDR + n * TXG_Q;
		if (!n || p[5] || p[6] || p[7] || at > c->len)
			return e810_bad(e, c, RC_EINVAL, "length or reserved bytes");
		parent = e810_node(e, get32(p));
		if (!parent)
			return e810_bad(e, c, RC_ENOENT, "parent TEID");
		if (parent->layer != E810_LAYER_QGROUP)
			return e810_bad(e, c, RC_EINVAL, "a parent of this layer");
		total += n;
		if (parent->children + n > E810_SIBLINGS ||
		    total > e810_nodes_free(e))
			return RC_ENOSPC;
		for (j = 0; j < n; j++) {
			q = p + TXG_HDR + j * TXG_Q;
			if (act) {
				start(e, parent, q);
				continue;
			}
			why = check_q(e, q);
			if (why)
				return e810_bad(e, c, RC_EINVAL, why);
		}
	}
	if (!groups || at != c->len)
		return e810_bad(e, c, RC_EINVAL, "length");
	return RC_OK;
}

/* The same queue twice in one command. */
static bool twice(const struct e810_cmd *c)
{
	uint8_t seen[E810_QUEUES / 8] = { 0 };
	unsigned int at = 0, j, n, id;

	while (at + TXG_HDR <= c->len) {
		n = c->buf[at + 4];
		for (j = 0; j < n; j++) {
			id = get16(c->buf + at + TXG_HDR + j * TXG_Q);
			if (e810_bit(seen, id))
				return true;
			e810_bit_set(seen, id, true);
		}
		at += TXG_HDR + n * TXG_Q;
	}
	return false;
}

enum e810_rc e810_txq_add(struct e810 *e, struct e810_cmd *c)
{
	enum e810_rc rc = add_round(e, c, false);

	if (rc)
		return rc;
	if (twice(c))
		return e810_bad(e, c, RC_EINVAL, "a queue named twice");
	return add_round(e, c, true);
}

static enum e810_rc dis_round(struct e810 *e, struct e810_cmd *c, bool act)
{
	unsigned int groups = c->param[1], at = 0, i, j, n, id;
	struct e810_txq *q;
	uint32_t parent;

	for (i = 0; i < groups; i++) {
		if (at + 8 > c->len)
			return e810_bad(e, c, RC_EINVAL, "length");
		parent = get32(c->buf + at);
		n = c->buf[at + 4];
		if (!n || c->buf[at + 5] || at + 6 + 2 * n > c->len)
			return e810_bad(e, c, RC_EINVAL, "length or reserved bytes");
		for (j = 0; j < n; j++) {
			id = get16(c->buf + at + 6 + 2 * j);
			q = id < E810_QUEUES ? &e->txq[id] : NULL;
			if (act) {
				if (q->live)	/* named twice */
					e810_node_del(e, e810_node(e, q->teid));
				memset(q, 0, sizeof(*q));
			} else if (!q || !q->live || q->parent != parent) {
				return e810_bad(e, c, RC_ENOENT,
						"a queue that is not on, or elsewhere");
			}
		}
		at += 6 + 2 * n;
		at = (at + 3) & ~3u;
	}
	/* the padding of the last group may be left out */
	if (at != c->len && ((at - c->len) > 2 || at < c->len))
		return e810_bad(e, c, RC_EINVAL, "length");
	return RC_OK;
}

enum e810_rc e810_txq_disable(struct e810 *e, struct e810_cmd *c)
{
	unsigned int type = c->param[0] & DIS_TYPE_MASK;
	unsigned int num = get16(c->param + 2) & 0x3ff;
	enum e810_rc rc;

	if (c->param[0] & ~(DIS_TYPE_MASK | DIS_SUBSEQ | DIS_FLUSH))
		return e810_bad(e, c, RC_EINVAL, "reserved bits");
	if (type == DIS_VF_RESET || type == DIS_PF_RESET)
		return e810_bad(e, c, RC_EINVAL, "kind of reset");
	if (type == DIS_VM_RESET ? !e810_vsi(e, num) : num)
		return e810_bad(e, c, RC_EINVAL, "VSI number");
	if (!c->param[1] && c->len)
		return e810_bad(e, c, RC_EINVAL, "a buffer without queues");
	if (!c->param[1] && type != DIS_VM_RESET && !(c->param[0] & DIS_FLUSH))
		return e810_bad(e, c, RC_EINVAL, "nothing to do");
	rc = dis_round(e, c, false);
	return rc ? rc : dis_round(e, c, true);
}

/*
 * GLCOMM_QTX_CNTX_CTL, command 0: read a queue's context. The model keeps what
 * it uses of it only, and shows that: base, VSI, length.
 */
void e810_txq_window(struct e810 *e)
{
	uint32_t ctl = *e810_reg(e, R_GLCOMM_QTX_CNTX_CTL, 0);
	unsigned int id = ctl & 0x3fff, i;
	uint8_t ctx[40] = { 0 };

	if (!(ctl & 0x80000))
		return;
	if (ctl >> 16 & 7 || id >= E810_QUEUES) {
		e810_complain(e, "context window: command or queue");
		return;
	}
	if (e->txq[id].live) {
		put64(ctx, e->txq[id].base >> 7);
		put16(ctx + 10, e->txq[id].vsi);
		put16(ctx + 17, (uint32_t)e->txq[id].len >> 1);
	}
	for (i = 0; i < 10; i++)
		*e810_reg(e, R_GLCOMM_QTX_CNTX_DATA, i) = get32(ctx + 4 * i);
}
