// SPDX-License-Identifier: GPL-2.0
/*
 * The transmit scheduler's tree. Only its shape counts here: which node hangs
 * on which, and that handles (TEIDs) are right; a TEID is never used twice
 * until the counter wraps, so that a stale one is found out.
 *
 * The default topology is one branch of eight nodes: port, traffic class, and
 * generic nodes with the software's entry point among them; queues hang on the
 * last. iPXE uses it as it is, ice removes it below the traffic class and
 * builds its own.
 */
#include <string.h>

#include "e810_priv.h"

struct e810_node *e810_node(struct e810 *e, uint32_t teid)
{
	unsigned int i;

	if (!teid)
		return NULL;
	for (i = 0; i < E810_NODES; i++)
		if (e->nodes[i].teid == teid)
			return &e->nodes[i];
	return NULL;
}

unsigned int e810_nodes_free(const struct e810 *e)
{
	unsigned int i, n = 0;

	for (i = 0; i < E810_NODES; i++)
		n += !e->nodes[i].teid;
	return n;
}

/* @data: 16 bytes from the driver, or %NULL. The caller checked for room. */
struct e810_node *e810_node_add(struct e810 *e, struct e810_node *parent,
				enum e810_elem_type type, const uint8_t *data)
{
	struct e810_node *n = e->nodes;

	while (n->teid)
		n++;
	memset(n, 0, sizeof(*n));
	do {
		n->teid = e->next_teid++;
	} while (!n->teid || n->teid == TEID_INVALID);
	n->parent = parent ? parent->teid : TEID_INVALID;
	n->layer = parent ? (uint8_t)(parent->layer + 1) : 0;
	if (data)
		memcpy(n->data, data, ELEM_DATA);
	n->data[ELEM_TYPE] = (uint8_t)type;
	if (parent)
		parent->children++;
	return n;
}

void e810_node_del(struct e810 *e, struct e810_node *n)
{
	struct e810_node *parent = e810_node(e, n->parent);

	if (parent)
		parent->children--;
	n->teid = 0;
}

void e810_sched_reset(struct e810 *e)
{
	static const uint8_t types[] = {
		ELEM_ROOT_PORT, ELEM_TC, ELEM_SE_GENERIC, ELEM_ENTRY_POINT,
		ELEM_SE_GENERIC, ELEM_SE_GENERIC, ELEM_SE_GENERIC,
		ELEM_SE_GENERIC,
	};
	uint8_t data[ELEM_DATA] = { 0 };
	struct e810_node *n = NULL;
	unsigned int i;

	memset(e->nodes, 0, E810_NODES * sizeof(*e->nodes));
	data[ELEM_SECTIONS] = 7;
	put16(data + 6, 4);
	put16(data + 10, 4);
	for (i = 0; i < ARRAY_LEN(types); i++) {
		n = e810_node_add(e, n, types[i], data);
		n->is_default = true;
	}
}

static void put_elem(uint8_t *p, const struct e810_node *n)
{
	put32(p, n->parent);
	put32(p + 4, n->teid);
	memcpy(p + 8, n->data, ELEM_DATA);
}

/* The default branch as it is now: from the port down its first children. */
enum e810_rc e810_sched_topo(struct e810 *e, struct e810_cmd *c)
{
	uint32_t parent = TEID_INVALID;
	unsigned int i, n = 0;

	if (c->param[0])
		return e810_bad(e, c, RC_EINVAL, "port");
	for (i = 0; i < E810_NODES; i++) {
		struct e810_node *node = &e->nodes[i];

		if (!node->is_default || !node->teid || node->parent != parent)
			continue;
		put_elem(c->buf + TOPO_HDR + ELEM_SIZE * n++, node);
		parent = node->teid;
		i = (unsigned int)-1;
	}
	put32(c->buf, TEID_INVALID);
	put16(c->buf + 4, n);
	c->param[1] = 1;
	c->len = TOPO_HDR + ELEM_SIZE * n;
	return RC_OK;
}

static const char *check_data(const uint8_t *d)
{
	if (d[ELEM_TYPE] != ELEM_SE_GENERIC && d[ELEM_TYPE] != ELEM_SE_PADDED)
		return "element type";
	if (d[ELEM_SECTIONS] & 0xf0 || !(d[ELEM_SECTIONS] & 1))
		return "element sections";
	if (d[ELEM_GENERIC] & 0x80 || d[ELEM_FLAGS] & 0xfe ||
	    get16(d + 14))
		return "reserved bits of an element";
	return NULL;
}

enum e810_rc e810_sched_add(struct e810 *e, struct e810_cmd *c)
{
	uint8_t *p = c->buf, *elem;
	unsigned int count = get16(p + 4), i;
	struct e810_node *parent, *n;
	const char *why;

	if (get16(c->param) != 1)
		return e810_bad(e, c, RC_EINVAL, "more than one group");
	if (get16(p + 6) || !count || c->len != TOPO_HDR + count * ELEM_SIZE)
		return e810_bad(e, c, RC_EINVAL, "length or reserved bytes");
	parent = e810_node(e, get32(p));
	if (!parent)
		return e810_bad(e, c, RC_ENOENT, "parent TEID");
	if (parent->layer < E810_LAYER_TC || parent->layer >= E810_LAYER_QGROUP)
		return e810_bad(e, c, RC_EINVAL, "a parent of this layer");
	for (i = 0; i < count; i++) {
		elem = p + TOPO_HDR + i * ELEM_SIZE;
		if (get32(elem) != parent->teid || get32(elem + 4))
			return e810_bad(e, c, RC_EINVAL, "TEIDs of an element");
		why = check_data(elem + 8);
		if (why)
			return e810_bad(e, c, RC_EINVAL, why);
	}
	if (parent->children + count > E810_SIBLINGS ||
	    count > e810_nodes_free(e))
		return RC_ENOSPC;
	for (i = 0; i < count; i++) {
		elem = p + TOPO_HDR + i * ELEM_SIZE;
		n = e810_node_add(e, parent, elem[8], elem + 8);
		put_elem(elem, n);
	}
	put16(c->param + 2, 1);
	return RC_OK;
}

enum e810_rc e810_sched_get(struct e810 *e, struct e810_cmd *c)
{
	unsigned int count = get16(c->param), i;
	struct e810_node *n;

	if (!count || c->len != count * ELEM_SIZE)
		return e810_bad(e, c, RC_EINVAL, "length");
	for (i = 0; i < count; i++) {
		n = e810_node(e, get32(c->buf + i * ELEM_SIZE + 4));
		if (!n)
			return e810_bad(e, c, RC_ENOENT, "TEID");
		put_elem(c->buf + i * ELEM_SIZE, n);
	}
	put16(c->param + 2, count);
	return RC_OK;
}

/* And resume. */
enum e810_rc e810_sched_suspend(struct e810 *e, struct e810_cmd *c)
{
	bool suspend = c->opcode == OP_SUSPEND_ELEMS;
	unsigned int count = get16(c->param), i;
	struct e810_node *n;

	if (!count || c->len != count * 4)
		return e810_bad(e, c, RC_EINVAL, "length");
	for (i = 0; i < count; i++) {
		n = e810_node(e, get32(c->buf + 4 * i));
		if (!n || n->layer <= E810_LAYER_TC)
			return e810_bad(e, c, RC_ENOENT, "TEID");
	}
	for (i = 0; i < count; i++) {
		n = e810_node(e, get32(c->buf + 4 * i));
		n->data[ELEM_FLAGS] = suspend;
	}
	put16(c->param + 2, count);
	return RC_OK;
}

enum e810_rc e810_sched_delete(struct e810 *e, struct e810_cmd *c)
{
	unsigned int count = get16(c->buf + 4), i;
	struct e810_node *n;

	if (get16(c->param) != 1)
		return e810_bad(e, c, RC_EINVAL, "more than one group");
	if (!count || get16(c->buf + 6) || c->len != TOPO_HDR + count * 4)
		return e810_bad(e, c, RC_EINVAL, "length or reserved bytes");
	if (!e810_node(e, get32(c->buf)))
		return e810_bad(e, c, RC_ENOENT, "parent TEID");
	for (i = 0; i < count; i++) {
		n = e810_node(e, get32(c->buf + TOPO_HDR + 4 * i));
		if (!n || n->parent != get32(c->buf))
			return e810_bad(e, c, RC_ENOENT, "TEID");
		if (n->layer <= E810_LAYER_TC || n->data[ELEM_TYPE] == ELEM_LEAF)
			return e810_bad(e, c, RC_EPERM, "a node of this kind");
		if (n->children)
			return e810_bad(e, c, RC_EBUSY, "a node with children");
	}
	for (i = 0; i < count; i++) {
		n = e810_node(e, get32(c->buf + TOPO_HDR + 4 * i));
		if (n)		/* named twice */
			e810_node_del(e, n);
	}
	put16(c->param + 2, 1);
	return RC_OK;
}

enum e810_rc e810_sched_res(struct e810 *e, struct e810_cmd *c)
{
	unsigned int i;
	uint8_t *p;

	(void)e;
	put16(c->buf, E810_LAYERS);		/* physical */
	put16(c->buf + 2, E810_LAYERS);		/* logical */
	for (i = 0; i < E810_LAYERS; i++) {
		p = c->buf + 32 + 32 * i;
		p[0] = (uint8_t)i;
		p[1] = 1;			/* granted one at a time */
		put16(p + 2, E810_NODES);
		put16(p + 4, E810_NODES);
		put16(p + 10, E810_SIBLINGS);
	}
	c->len = 32 + 32 * E810_LAYERS;
	return RC_OK;
}
