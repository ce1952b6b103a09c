// SPDX-License-Identifier: GPL-2.0
/*
 * Switch rules and VSI lists: what the driver may put in. What becomes of a
 * frame is in e810_fwd.c.
 *
 * One rule for one key (recipe, direction, header): who wants two VSIs to get
 * the same frames makes a list, as on the real device.
 */
#include <string.h>

#include "e810_priv.h"

#define MAC_BYTES		6
#define OFF_ETHERTYPE		12
#define OFF_VLAN		14

void e810_switch_reset(struct e810 *e)
{
	memset(e->rules, 0, E810_RULES * sizeof(*e->rules));
	memset(e->lists, 0, sizeof(e->lists));
}

bool e810_list_has(const struct e810 *e, unsigned int list, unsigned int vsi)
{
	const struct e810_list *l = &e->lists[list];
	unsigned int i;

	if (!e810_bit(l->map, vsi))
		return false;
	if (e->mutation != E810_MUT_list_first_only)
		return true;
	for (i = 0; i < vsi; i++)
		if (e810_bit(l->map, i))
			return false;
	return true;
}

/* Is there a rule or a list with this VSI? */
bool e810_switch_uses(const struct e810 *e, unsigned int vsi)
{
	const struct e810_rule *r;
	unsigned int i;

	for (i = 0; i < E810_LISTS; i++)
		if (e->lists[i].type && e810_bit(e->lists[i].map, vsi))
			return true;
	for (i = 0; i < E810_RULES; i++) {
		r = &e->rules[i];
		if (!r->used)
			continue;
		if (!(r->act & (ACT_LIST | ACT_DROP)) &&
		    (r->act >> ACT_ID_SHIFT & ACT_ID_MASK) == vsi)
			return true;
		if (r->tx && r->src == vsi)
			return true;
	}
	return false;
}

/* ---- lists as a resource */

enum e810_rc e810_list_alloc(struct e810 *e, struct e810_cmd *c)
{
	unsigned int type = get16(c->buf), i;

	if (get16(c->param) != 1 || get16(c->buf + 2) != 1 || c->len != 6)
		return e810_bad(e, c, RC_EINVAL, "number of resources");
	if (type != RES_VSI_LIST_REP && type != RES_VSI_LIST_PRUNE)
		return e810_bad(e, c, RC_EINVAL, "kind of resource");
	for (i = 0; i < E810_LISTS; i++)
		if (!e->lists[i].type)
			break;
	if (i == E810_LISTS)
		return RC_ENOSPC;
	memset(&e->lists[i], 0, sizeof(e->lists[i]));
	e->lists[i].type = (uint8_t)type;
	put16(c->buf + 4, i);
	return RC_OK;
}

enum e810_rc e810_list_free(struct e810 *e, struct e810_cmd *c)
{
	unsigned int type = get16(c->buf), id = get16(c->buf + 4);

	if (get16(c->param) != 1 || get16(c->buf + 2) != 1 || c->len != 6)
		return e810_bad(e, c, RC_EINVAL, "number of resources");
	if (id >= E810_LISTS || !type || e->lists[id].type != type)
		return e810_bad(e, c, RC_ENOENT, "no such list");
	if (e->lists[id].refs)
		return e810_bad(e, c, RC_EBUSY, "a rule points to the list");
	e->lists[id].type = 0;
	return RC_OK;
}

/* ---- elements of the rules commands */

/* What a recipe looks at, of 16 bytes of header; the rest is no part of a key */
static unsigned int key_bytes(unsigned int recipe, uint8_t *mask)
{
	memset(mask, 0, RULE_HDR_SIZE);
	switch (recipe) {
	case RECIPE_MAC:
	case RECIPE_PROMISC:
		memset(mask, 0xff, MAC_BYTES);
		return 1;
	case RECIPE_MAC_VLAN:
	case RECIPE_PROMISC_VLAN:
		memset(mask, 0xff, MAC_BYTES);
		put16(mask + OFF_VLAN, 0xff0f);		/* big-endian */
		return 1;
	case RECIPE_VLAN:
		put16(mask + OFF_VLAN, 0xff0f);
		return 1;
	case RECIPE_ETHERTYPE:
		put16(mask + OFF_ETHERTYPE, 0xffff);
		return 1;
	case RECIPE_ETHERTYPE_MAC:
		memset(mask, 0xff, MAC_BYTES);
		put16(mask + OFF_ETHERTYPE, 0xffff);
		return 1;
	case RECIPE_DFLT:
		return 1;
	default:
		return 0;
	}
}

static const char *check_action(struct e810 *e, uint32_t act,
				unsigned int recipe)
{
	unsigned int id = act >> ACT_ID_SHIFT & ACT_ID_MASK;

	if (act & ~(uint32_t)ACT_KNOWN || (act & ACT_TYPE_MASK) != ACT_FORWARD)
		return "action";
	if (act & ACT_DROP)
		return NULL;
	if (!(act & ACT_VALID))
		return "an action that is not valid";
	if (!(act & ACT_LIST))
		return e810_vsi(e, id) ? NULL : "action: no such VSI";
	if (id >= E810_LISTS || !e->lists[id].type)
		return "action: no such list";
	if (e->lists[id].type != (recipe == RECIPE_VLAN ?
				  RES_VSI_LIST_PRUNE : RES_VSI_LIST_REP))
		return "action: a list of the other kind";
	return NULL;
}

static void list_ref(struct e810 *e, uint32_t act, int by)
{
	unsigned int id = act >> ACT_ID_SHIFT & ACT_ID_MASK;

	if (act & ACT_LIST && !(act & ACT_DROP))
		e->lists[id].refs = (uint16_t)(e->lists[id].refs + by);
}

static struct e810_rule *same_key(struct e810 *e, const uint8_t *p)
{
	uint8_t mask[RULE_HDR_SIZE];
	struct e810_rule *r;
	unsigned int i, j;

	key_bytes(get16(p + RULE_RECIPE), mask);
	for (i = 0; i < E810_RULES; i++) {
		r = &e->rules[i];
		if (!r->used || r->recipe != get16(p + RULE_RECIPE) ||
		    r->tx != (get16(p) == RULE_LKUP_TX))
			continue;
		for (j = 0; j < RULE_HDR_SIZE; j++)
			if ((r->hdr[j] ^ p[RULE_HDR + j]) & mask[j])
				break;
		if (j == RULE_HDR_SIZE)
			return r;
	}
	return NULL;
}

static enum e810_rc add_lookup(struct e810 *e, struct e810_cmd *c, uint8_t *p)
{
	unsigned int recipe = get16(p + RULE_RECIPE), i;
	unsigned int src = get16(p + RULE_SRC);
	uint8_t mask[RULE_HDR_SIZE];
	struct e810_rule *r;
	const char *why;

	if (!key_bytes(recipe, mask))
		return e810_bad(e, c, RC_EINVAL, "recipe");
	if (get16(p) == RULE_LKUP_TX ? !e810_vsi(e, src) : src)
		return e810_bad(e, c, RC_EINVAL, "source of a rule");
	if (get16(p + RULE_INDEX))
		return e810_bad(e, c, RC_EINVAL, "index of a new rule");
	why = check_action(e, get32(p + RULE_ACT), recipe);
	if (why)
		return e810_bad(e, c, RC_EINVAL, why);
	if (same_key(e, p))
		return e810_bad(e, c, RC_EEXIST, "a second rule for one key");
	for (i = 1; i < E810_RULES; i++)
		if (!e->rules[i].used)
			break;
	if (i == E810_RULES)
		return RC_ENOSPC;
	r = &e->rules[i];
	r->used = true;
	r->tx = get16(p) == RULE_LKUP_TX;
	r->recipe = (uint8_t)recipe;
	r->src = (uint16_t)src;
	r->act = get32(p + RULE_ACT);
	memcpy(r->hdr, p + RULE_HDR, RULE_HDR_SIZE);
	list_ref(e, r->act, 1);
	put16(p + RULE_INDEX, i);
	return RC_OK;
}

static struct e810_rule *rule_at(struct e810 *e, const uint8_t *p)
{
	unsigned int i = get16(p + RULE_INDEX);

	if (!i || i >= E810_RULES || !e->rules[i].used ||
	    e->rules[i].tx != (get16(p) == RULE_LKUP_TX))
		return NULL;
	return &e->rules[i];
}

static enum e810_rc update_lookup(struct e810 *e, struct e810_cmd *c,
				  uint8_t *p)
{
	struct e810_rule *r = rule_at(e, p);
	const char *why;

	if (!r)
		return e810_bad(e, c, RC_ENOENT, "no such rule");
	if (get16(p + RULE_RECIPE) != r->recipe)
		return e810_bad(e, c, RC_EINVAL, "recipe of a rule");
	why = check_action(e, get32(p + RULE_ACT), r->recipe);
	if (why)
		return e810_bad(e, c, RC_EINVAL, why);
	list_ref(e, r->act, -1);
	r->act = get32(p + RULE_ACT);
	list_ref(e, r->act, 1);
	return RC_OK;
}

static enum e810_rc remove_lookup(struct e810 *e, struct e810_cmd *c,
				  uint8_t *p)
{
	struct e810_rule *r = rule_at(e, p);

	if (!r)
		return e810_bad(e, c, RC_ENOENT, "no such rule");
	list_ref(e, r->act, -1);
	r->used = false;
	return RC_OK;
}

/* Puts VSIs into a list, or takes them out. */
static enum e810_rc do_list(struct e810 *e, struct e810_cmd *c, uint8_t *p)
{
	unsigned int type = get16(p), id = get16(p + RULE_LIST_INDEX), i, vsi;
	unsigned int count = get16(p + RULE_LIST_COUNT);
	bool prune = type == RULE_PRUNE_SET || type == RULE_PRUNE_CLEAR;
	bool set = type == RULE_LIST_SET || type == RULE_PRUNE_SET;
	struct e810_list *l;

	if (id >= E810_LISTS || e->lists[id].type !=
	    (prune ? RES_VSI_LIST_PRUNE : RES_VSI_LIST_REP))
		return e810_bad(e, c, RC_ENOENT, "no such list");
	l = &e->lists[id];
	for (i = 0; i < count; i++) {
		vsi = get16(p + RULE_LIST_VSI + 2 * i);
		if (set ? !e810_vsi(e, vsi) :
		    vsi >= E810_VSIS || !e810_bit(l->map, vsi))
			return e810_bad(e, c, RC_ENOENT, "VSI of a list");
	}
	for (i = 0; i < count; i++)
		e810_bit_set(l->map, get16(p + RULE_LIST_VSI + 2 * i), set);
	return RC_OK;
}

static bool is_lookup(unsigned int type)
{
	return type == RULE_LKUP_RX || type == RULE_LKUP_TX;
}

/* Bytes of the element at @p, of which @left are there; 0: malformed. */
static unsigned int elem_size(struct e810 *e, struct e810_cmd *c,
			      const uint8_t *p, unsigned int left)
{
	unsigned int type, hdr, size = 0;

	if (left < RULE_LIST_VSI)
		return 0;
	type = get16(p);
	if (is_lookup(type)) {
		if (left < RULE_HDR)
			return 0;
		hdr = get16(p + RULE_HDR_LEN);
		/* the key is needed to add; it may be left out later */
		if (hdr != RULE_HDR_SIZE && (hdr || c->opcode == OP_ADD_RULES))
			return 0;
		size = RULE_HDR + hdr;
	} else if (type >= RULE_LIST_SET && type <= RULE_PRUNE_CLEAR) {
		if (c->opcode == OP_REMOVE_RULES || !get16(p + RULE_LIST_COUNT))
			return 0;
		size = RULE_LIST_VSI + 2u * get16(p + RULE_LIST_COUNT);
	}
	(void)e;
	return size <= left ? size : 0;
}

/*
 * All three commands: the form of the whole message first, then element by
 * element, each with a status of its own; the first that fails ends it.
 */
static enum e810_rc rules(struct e810 *e, struct e810_cmd *c)
{
	unsigned int count = get16(c->param), i, at, size;
	enum e810_rc rc = RC_OK;
	uint8_t *p;

	for (i = 0, at = 0; i < count; i++, at += size) {
		size = elem_size(e, c, c->buf + at, c->len - at);
		if (!size || get16(c->buf + at + RULE_STATUS))
			return e810_bad(e, c, RC_EINVAL, "form of an element");
	}
	if (!count || at != c->len)
		return e810_bad(e, c, RC_EINVAL, "length");
	for (i = 0, at = 0; i < count && !rc; i++, at += size) {
		p = c->buf + at;
		size = elem_size(e, c, p, c->len - at);
		if (!is_lookup(get16(p)))
			rc = do_list(e, c, p);
		else if (c->opcode == OP_ADD_RULES)
			rc = add_lookup(e, c, p);
		else if (c->opcode == OP_UPDATE_RULES)
			rc = update_lookup(e, c, p);
		else
			rc = remove_lookup(e, c, p);
		put16(p + RULE_STATUS, rc);
	}
	return rc;
}

enum e810_rc e810_rules_add(struct e810 *e, struct e810_cmd *c)
{
	return rules(e, c);
}

enum e810_rc e810_rules_update(struct e810 *e, struct e810_cmd *c)
{
	return rules(e, c);
}

enum e810_rc e810_rules_remove(struct e810 *e, struct e810_cmd *c)
{
	return rules(e, c);
}
