// SPDX-License-Identifier: GPL-2.0
/*
 * Switch rules. The device takes one rule for a key; where several VSIs want
 * the same frames it points to a list of VSIs. Who wants what is kept here, so
 * that a reset can be undone.
 *
 * Rules look at what VSIs send name a source VSI, whose end would be held up by
 * them: that is always the PF's own.
 */
#include "epf.h"

static bool epf_key_equal(const struct epf_key *a, const struct epf_key *b)
{
	return a->recipe == b->recipe && a->tx == b->tx && a->vid == b->vid &&
	       !memcmp(a->mac, b->mac, sizeof(a->mac));
}

static struct epf_rule **epf_rule_find(struct epf_hw *hw,
				       const struct epf_key *key)
{
	struct epf_rule **at = &hw->rules;

	while (*at && !epf_key_equal(&(*at)->key, key))
		at = &(*at)->next;
	return at;
}

static bool epf_rule_has(const struct epf_rule *rule, u32 slot)
{
	return rule->slots[slot / 32] >> slot % 32 & 1;
}

static u16 epf_list_kind(const struct epf_rule *rule)
{
	return rule->key.recipe == EPF_RECIPE_VLAN ? EPF_RES_LIST_PRUNE :
						     EPF_RES_LIST_REP;
}

static int epf_list_res(struct epf_hw *hw, u16 op, struct epf_rule *rule)
{
	u8 buf[6] = { 0 }, param[8] = { 1 };
	int ret;

	epf_put16(buf, epf_list_kind(rule));
	epf_put16(buf + 2, 1);
	epf_put16(buf + 4, op == EPF_OP_FREE_RES ? rule->list : 0);
	ret = epf_aq(hw, op, param, buf, sizeof(buf), EPF_INOUT);
	if (!ret && op == EPF_OP_ALLOC_RES)
		rule->list = epf_get16(buf + 4);
	return ret;
}

/* Put one VSI into the rule's list, or take it out. */
static int epf_list_change(struct epf_hw *hw, struct epf_rule *rule, u32 slot,
			   bool set)
{
	u8 buf[EPF_R_VSI + 2] = { 0 }, param[8] = { 1 };
	bool prune = epf_list_kind(rule) == EPF_RES_LIST_PRUNE;

	if (prune)
		epf_put16(buf, set ? EPF_PRUNE_SET : EPF_PRUNE_CLEAR);
	else
		epf_put16(buf, set ? EPF_LIST_SET : EPF_LIST_CLEAR);
	epf_put16(buf + EPF_R_LIST, rule->list);
	epf_put16(buf + EPF_R_COUNT, 1);
	epf_put16(buf + EPF_R_VSI, hw->vsi[slot].num);
	return epf_aq(hw, EPF_OP_UPDATE_RULES, param, buf, sizeof(buf),
		      EPF_INOUT);
}

static int epf_list_make(struct epf_hw *hw, struct epf_rule *rule)
{
	u32 slot;
	int ret;

	ret = epf_list_res(hw, EPF_OP_ALLOC_RES, rule);
	if (ret)
		return ret;
	for (slot = 0; slot < EPF_MAX_SLOTS && !ret; slot++)
		if (epf_rule_has(rule, slot))
			ret = epf_list_change(hw, rule, slot, true);
	if (ret)
		epf_list_res(hw, EPF_OP_FREE_RES, rule);
	else
		rule->listed = true;
	return ret;
}

static u32 epf_rule_act(struct epf_hw *hw, const struct epf_rule *rule)
{
	u32 act = EPF_ACT_VALID | EPF_ACT_LB, slot = 0;

	/* What is for everybody is for the wire as well. */
	if (rule->key.mac[0] & 1 || rule->key.recipe == EPF_RECIPE_PROMISC)
		act |= EPF_ACT_LAN;
	if (rule->key.recipe == EPF_RECIPE_VLAN)
		act = EPF_ACT_VALID;
	if (rule->listed)
		return act | EPF_ACT_LIST | (u32)rule->list << EPF_ACT_ID_S;
	while (!epf_rule_has(rule, slot))
		slot++;
	return act | (u32)hw->vsi[slot].num << EPF_ACT_ID_S;
}

/* Add, update or remove the lookup itself. */
static int epf_rule_cmd(struct epf_hw *hw, u16 op, struct epf_rule *rule)
{
	u8 buf[EPF_R_LEN] = { 0 }, param[8] = { 1 };
	u8 *hdr = buf + EPF_R_HDR;
	int ret;

	epf_put16(buf, rule->key.tx ? EPF_RULE_TX : EPF_RULE_RX);
	epf_put16(buf + EPF_R_RECIPE, rule->key.recipe);
	if (rule->key.tx)
		epf_put16(buf + EPF_R_SRC, hw->vsi[EPF_OWN].num);
	if (op != EPF_OP_REMOVE_RULES)
		epf_put32(buf + EPF_R_ACT, epf_rule_act(hw, rule));
	epf_put16(buf + EPF_R_INDEX, op == EPF_OP_ADD_RULES ? 0 : rule->index);
	epf_put16(buf + EPF_R_HDR_LEN, EPF_R_HDR_SIZE);
	memcpy(hdr, rule->key.mac, sizeof(rule->key.mac));
	hdr[12] = 0x81;
	hdr[14] = (u8)(rule->key.vid >> 8);
	hdr[15] = (u8)rule->key.vid;
	ret = epf_aq(hw, op, param, buf, sizeof(buf), EPF_INOUT);
	if (!ret && op == EPF_OP_ADD_RULES)
		rule->index = epf_get16(buf + EPF_R_INDEX);
	return ret;
}

/* The device has the rule as it is to be: a new one. */
static int epf_rule_up(struct epf_hw *hw, struct epf_rule *rule)
{
	int ret = 0;

	rule->listed = false;
	if (rule->n > 1 || rule->key.recipe == EPF_RECIPE_VLAN)
		ret = epf_list_make(hw, rule);
	if (ret)
		return ret;
	ret = epf_rule_cmd(hw, EPF_OP_ADD_RULES, rule);
	if (!ret) {
		rule->live = true;
		return 0;
	}
	if (rule->listed)
		epf_list_res(hw, EPF_OP_FREE_RES, rule);
	rule->listed = false;
	return ret;
}

/* One VSI more, @rule->slots has it already. */
static int epf_rule_grow(struct epf_hw *hw, struct epf_rule *rule, u32 slot)
{
	int ret;

	if (!rule->live)
		return epf_rule_up(hw, rule);
	if (rule->listed)
		return epf_list_change(hw, rule, slot, true);
	ret = epf_list_make(hw, rule);
	if (ret)
		return ret;
	ret = epf_rule_cmd(hw, EPF_OP_UPDATE_RULES, rule);
	if (ret) {
		epf_list_res(hw, EPF_OP_FREE_RES, rule);
		rule->listed = false;
	}
	return ret;
}

int epf_rule_add(struct epf_hw *hw, u32 slot, const struct epf_key *key)
{
	struct epf_rule **at = epf_rule_find(hw, key), *rule = *at;
	int ret = 0;

	if (rule && epf_rule_has(rule, slot))
		return 0;
	if (!rule) {
		rule = avf_zalloc(sizeof(*rule));
		if (!rule)
			return -ENOMEM;
		rule->key = *key;
		*at = rule;
	}
	rule->slots[slot / 32] |= 1u << slot % 32;
	rule->n++;
	if (!hw->down)
		ret = epf_rule_grow(hw, rule, slot);
	if (!ret)
		return 0;

	rule->slots[slot / 32] &= ~(1u << slot % 32);
	if (!--rule->n) {
		*at = rule->next;
		avf_free(rule);
	}
	return ret;
}

/* Nobody wants it. */
static void epf_rule_down(struct epf_hw *hw, struct epf_rule *rule, u32 slot)
{
	if (epf_rule_cmd(hw, EPF_OP_REMOVE_RULES, rule))
		epf_err(hw, "switch rule %u stays behind: %u", rule->index,
			hw->aq.rc);
	if (!rule->listed)
		return;
	/* An empty list names no VSI that is about to go. */
	if (epf_list_change(hw, rule, slot, false) ||
	    epf_list_res(hw, EPF_OP_FREE_RES, rule))
		epf_err(hw, "VSI list %u stays behind: %u", rule->list,
			hw->aq.rc);
}

static void epf_rule_leave(struct epf_hw *hw, struct epf_rule **at, u32 slot)
{
	struct epf_rule *rule = *at;

	if (!epf_rule_has(rule, slot))
		return;
	rule->slots[slot / 32] &= ~(1u << slot % 32);
	if (--rule->n) {
		if (rule->live && !hw->down &&
		    epf_list_change(hw, rule, slot, false))
			epf_err(hw, "VSI %u stays in list %u",
				hw->vsi[slot].num, rule->list);
		return;
	}
	if (rule->live && !hw->down)
		epf_rule_down(hw, rule, slot);
	*at = rule->next;
	avf_free(rule);
}

void epf_rule_del(struct epf_hw *hw, u32 slot, const struct epf_key *key)
{
	struct epf_rule **at = epf_rule_find(hw, key);

	if (*at)
		epf_rule_leave(hw, at, slot);
}

void epf_rules_forget(struct epf_hw *hw, u32 slot)
{
	struct epf_rule **at = &hw->rules, *rule;

	while (*at) {
		rule = *at;
		epf_rule_leave(hw, at, slot);
		if (*at == rule)
			at = &rule->next;
	}
}

int epf_rules_up(struct epf_hw *hw)
{
	struct epf_rule *rule;
	int ret = 0;

	for (rule = hw->rules; rule && !ret; rule = rule->next)
		if (!rule->live)
			ret = epf_rule_up(hw, rule);
	return ret;
}

void epf_rules_lost(struct epf_hw *hw)
{
	struct epf_rule *rule;

	for (rule = hw->rules; rule; rule = rule->next) {
		rule->live = false;
		rule->listed = false;
	}
}

void epf_rules_free(struct epf_hw *hw)
{
	struct epf_rule *rule;

	while (hw->rules) {
		rule = hw->rules;
		hw->rules = rule->next;
		avf_free(rule);
	}
}
