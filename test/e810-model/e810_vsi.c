// SPDX-License-Identifier: GPL-2.0
/*
 * VSIs: the context that firmware keeps of each, with the PASID all its DMA is
 * tagged with; the reset of one VSI; the drain of what it has on PCIe.
 *
 * Order of life that the model insists on: a VSI before its queues, its queues
 * off before it changes its PASID or goes, rules that name it gone before it.
 */
#include <string.h>

#include "e810_priv.h"

struct e810_vsi *e810_vsi(struct e810 *e, unsigned int num)
{
	return num && num < E810_VSIS && e->vsi[num].used ? &e->vsi[num] : NULL;
}

/* Looked up for every access, never kept: an update counts at once. */
int32_t e810_vsi_pasid(const struct e810 *e, const struct e810_vsi *v)
{
	uint32_t p = get32(v->props + VP_PASID);

	if (!(p & VPASID_VALID) || e->mutation == E810_MUT_no_pasid)
		return E810_RID;
	return (int32_t)(p & VPASID_MASK);
}

/* The address space of a queue of @v. */
int32_t e810_queue_pasid(struct e810 *e, const struct e810_vsi *v, bool tx,
			 unsigned int q)
{
	int32_t *first = &e->first_pasid[tx][q];

	if (!*first)
		*first = e810_vsi_pasid(e, v) + 2;
	return e->mutation == E810_MUT_stale_pasid ? *first - 2 :
	       e810_vsi_pasid(e, v);
}

/* Is one of its queues on? */
bool e810_vsi_busy(const struct e810 *e, unsigned int num)
{
	const struct e810_vsi *v = &e->vsi[num];
	unsigned int i;

	if (!v->used)
		return false;
	for (i = 0; i < E810_QUEUES; i++)
		if (e->txq[i].live && e->txq[i].vsi == num)
			return true;
	for (i = 0; i < v->nqueues; i++)
		if (e->rxq[v->queues[i]].live)
			return true;
	return false;
}

static bool zero(const uint8_t *p, unsigned int from, unsigned int to)
{
	while (from < to)
		if (p[from++])
			return false;
	return true;
}

/* Everything that has to be zero, whatever sections are valid. */
static const char *check_reserved(const uint8_t *p)
{
	if (get16(p + VP_SECTIONS) & ~VSEC_ALL)
		return "reserved sections";
	if (p[VP_SW_FLAGS] & 0x1f || p[VP_SW_FLAGS2] & 0xe0 ||
	    p[VP_VEB_STAT] & 0xc0)
		return "reserved bits of the switch section";
	if (p[VP_SEC_FLAGS] & 0x0a || p[VP_SEC_FLAGS + 1])
		return "reserved bits of the security section";
	if (!zero(p, VP_PVID + 2, VP_VLAN_FLAGS) ||
	    p[VP_VLAN_FLAGS] & 0xe0 || !zero(p, VP_VLAN_FLAGS + 1, VP_INGRESS_UP))
		return "reserved bits of the VLAN section";
	if (get32(p + VP_INGRESS_UP) >> 24 || get32(p + VP_EGRESS_UP) >> 24 ||
	    get32(p + VP_OUTER_UP) >> 24)
		return "reserved bits of a priority table";
	if (p[VP_OUTER_FLAGS + 1] || get16(p + VP_MAP_FLAGS) & ~VMAP_NONCONTIG)
		return "reserved bits of the mapping section";
	if (!zero(p, VP_Q_OPT + 3, VP_OUTER_UP) ||
	    !zero(p, VP_OUTER_UP + 4, VP_FD))
		return "reserved bits";
	if (get32(p + VP_PASID) & ~(VPASID_VALID | VPASID_MASK))
		return "reserved bits of the PASID section";
	if (!zero(p, VP_PASID + 4, VSI_PROPS))
		return "reserved bytes";
	return NULL;
}

/* The receive queues a mapping section gives. Returns their number or -1. */
static int read_map(const uint8_t *p, uint16_t *queues)
{
	unsigned int i, first, n, max = 0, tc;

	if (!(get16(p + VP_MAP_FLAGS) & VMAP_NONCONTIG)) {
		first = get16(p + VP_Q_MAP);
		n = get16(p + VP_Q_MAP + 2);
		if (!n || n > 256 || first + n > E810_QUEUES)
			return -1;
		for (i = 0; i < n; i++)
			queues[i] = (uint16_t)(first + i);
		return (int)n;
	}
	for (i = 0; i < 8; i++) {
		tc = get16(p + VP_TC_MAP + 2 * i);
		n = (tc & 0x7ff) + (1u << (tc >> 11 & 15));
		if ((!i || tc) && n > max)
			max = n;
	}
	if (max > 16)
		return -1;
	for (i = 0; i < max; i++) {
		queues[i] = get16(p + VP_Q_MAP + 2 * i);
		if (queues[i] >= E810_QUEUES)
			return -1;
	}
	return (int)max;
}

/* What is wrong with the sections of @p that are valid; @v may be in use. */
static const char *check_sections(struct e810 *e, unsigned int num,
				  const uint8_t *p)
{
	unsigned int sec = get16(p + VP_SECTIONS), i;
	const struct e810_vsi *v = &e->vsi[num];
	bool busy = e810_vsi_busy(e, num);
	uint16_t queues[256];
	uint32_t pasid = get32(p + VP_PASID);
	int n;

	if (sec & VSEC_SWITCH && p[VP_SW_ID] != E810_SW_ID)
		return "not this port's switch";
	if (sec & VSEC_VLAN && !(p[VP_VLAN_FLAGS] & VVLAN_MODE_MASK))
		return "VLAN mode";
	if (sec & VSEC_VLAN && p[VP_VLAN_FLAGS] & VVLAN_INSERT_PVID &&
	    !get16(p + VP_PVID))
		return "a port VLAN of zero";
	if (sec & VSEC_PASID) {
		if (!(pasid & VPASID_VALID) && pasid & VPASID_MASK)
			return "a PASID that is not valid";
		if (busy && pasid != get32(v->props + VP_PASID))
			return "PASID of a VSI with queues on";
	}
	if (sec & VSEC_RXQ_MAP) {
		n = read_map(p, queues);
		if (n < 0)
			return "queue mapping";
		if (busy && memcmp(v->props + VP_MAP_FLAGS, p + VP_MAP_FLAGS,
				   VP_TC_MAP - VP_MAP_FLAGS))
			return "queue mapping of a VSI with queues on";
		for (i = 0; i < (unsigned int)n; i++)
			if (e->rxq_vsi[queues[i]] &&
			    e->rxq_vsi[queues[i]] != num)
				return "a queue of another VSI";
	}
	return NULL;
}

static void take(uint8_t *to, const uint8_t *from, unsigned int first,
		 unsigned int end)
{
	memcpy(to + first, from + first, end - first);
}

static void apply(struct e810 *e, unsigned int num, const uint8_t *p)
{
	static const struct {
		uint16_t section;
		uint8_t first, end;
	} parts[] = {
		{ VSEC_SWITCH, VP_SW_ID, VP_SEC_FLAGS },
		{ VSEC_SECURITY, VP_SEC_FLAGS, VP_PVID },
		{ VSEC_VLAN, VP_PVID, VP_INGRESS_UP },
		{ VSEC_INGRESS_UP, VP_INGRESS_UP, VP_EGRESS_UP },
		{ VSEC_EGRESS_UP, VP_EGRESS_UP, VP_OUTER_TAG },
		{ VSEC_OUTER_TAG, VP_OUTER_TAG, VP_MAP_FLAGS },
		{ VSEC_RXQ_MAP, VP_MAP_FLAGS, VP_Q_OPT },
		{ VSEC_Q_OPT, VP_Q_OPT, VP_OUTER_UP },
		{ VSEC_OUTER_UP, VP_OUTER_UP, VP_FD },
		{ VSEC_FLOW_DIR, VP_FD, VP_PASID },
		{ VSEC_PASID, VP_PASID, VP_PASID + 4 },
	};
	struct e810_vsi *v = &e->vsi[num];
	unsigned int sec = get16(p + VP_SECTIONS), i;

	for (i = 0; i < ARRAY_LEN(parts); i++)
		if (sec & parts[i].section)
			take(v->props, p, parts[i].first, parts[i].end);
	put16(v->props + VP_SECTIONS, get16(v->props + VP_SECTIONS) | sec);
	if (!(sec & VSEC_RXQ_MAP))
		return;
	for (i = 0; i < v->nqueues; i++)
		e->rxq_vsi[v->queues[i]] = 0;
	v->nqueues = (uint16_t)read_map(p, v->queues);
	for (i = 0; i < v->nqueues; i++)
		e->rxq_vsi[v->queues[i]] = (uint16_t)num;
}

/* What holds where the driver gives no section: see E810_DFLT_VSI, too. */
static void set_defaults(struct e810_vsi *v, unsigned int type)
{
	memset(v->props, 0, sizeof(v->props));
	v->props[VP_SW_ID] = E810_SW_ID;
	v->props[VP_SW_FLAGS] = VSW_SRC_PRUNE;
	v->props[VP_SW_FLAGS2] = VSW2_LAN_ENA;
	v->props[VP_VLAN_FLAGS] = VVLAN_ALL | VVLAN_EMOD_NOTHING;
	v->nqueues = 0;
	v->type = (uint8_t)type;
	v->used = true;
	v->keep = false;
	v->drain_polls = 0;
}

static unsigned int count_used(const struct e810 *e)
{
	unsigned int i, n = 0;

	for (i = 1; i < E810_VSIS; i++)
		n += e->vsi[i].used;
	return n;
}

static void answer(struct e810 *e, struct e810_cmd *c, unsigned int num)
{
	unsigned int used = count_used(e);

	put16(c->param, num);
	put16(c->param + 2, 0);
	put16(c->param + 4, used);
	put16(c->param + 6, E810_VSIS - 1 - used);
}

enum e810_rc e810_vsi_add(struct e810 *e, struct e810_cmd *c)
{
	unsigned int num = get16(c->param), type = get16(c->param + 6);
	const char *why;

	if (type & ~(unsigned int)VSI_TYPE_MASK || (type != VSI_VMDQ2 && type != VSI_PF))
		return e810_bad(e, c, RC_EINVAL, "VSI type");
	if (c->param[4] || get16(c->param + 2) & ~1u)
		return e810_bad(e, c, RC_EINVAL, "a VF's id, or flags");
	if (num & VSI_NUM_VALID) {
		num &= ~(unsigned int)VSI_NUM_VALID;
		if (!num || num >= E810_VSIS || e->vsi[num].used)
			return e810_bad(e, c, RC_EINVAL, "VSI number");
	} else {
		if (num)
			return e810_bad(e, c, RC_EINVAL, "VSI number without VALID");
		for (num = 1; num < E810_VSIS; num++)
			if (!e->vsi[num].used && !e->vsi[num].keep)
				break;
		if (num == E810_VSIS)
			return RC_ENOSPC;
	}
	why = check_reserved(c->buf);
	if (!why)
		why = check_sections(e, num, c->buf);
	if (why)
		return e810_bad(e, c, RC_EINVAL, why);
	set_defaults(&e->vsi[num], type);
	apply(e, num, c->buf);
	answer(e, c, num);
	return RC_OK;
}

/* The VSI a command names, with VALID set. */
static struct e810_vsi *named(struct e810 *e, const struct e810_cmd *c,
			      unsigned int *num)
{
	*num = get16(c->param);
	if (!(*num & VSI_NUM_VALID))
		return NULL;
	*num &= ~(unsigned int)VSI_NUM_VALID;
	return e810_vsi(e, *num);
}

enum e810_rc e810_vsi_update(struct e810 *e, struct e810_cmd *c)
{
	unsigned int num;
	const char *why;

	if (!named(e, c, &num))
		return e810_bad(e, c, RC_ENOENT, "no such VSI");
	why = check_reserved(c->buf);
	if (!why)
		why = check_sections(e, num, c->buf);
	if (why)
		return e810_bad(e, c, RC_EINVAL, why);
	apply(e, num, c->buf);
	answer(e, c, num);
	return RC_OK;
}

enum e810_rc e810_vsi_get(struct e810 *e, struct e810_cmd *c)
{
	unsigned int num;
	struct e810_vsi *v = named(e, c, &num);

	if (!v)
		return e810_bad(e, c, RC_ENOENT, "no such VSI");
	memcpy(c->buf, v->props, VSI_PROPS);
	answer(e, c, num);
	return RC_OK;
}

enum e810_rc e810_vsi_free(struct e810 *e, struct e810_cmd *c)
{
	unsigned int num, i;
	struct e810_vsi *v = named(e, c, &num);

	if (!v)
		return e810_bad(e, c, RC_ENOENT, "no such VSI");
	if (get16(c->param + 2) & ~1u)
		return e810_bad(e, c, RC_EINVAL, "flags");
	if (e810_vsi_busy(e, num))
		return e810_bad(e, c, RC_EBUSY, "queues are on");
	if (e810_switch_uses(e, num))
		return e810_bad(e, c, RC_EBUSY, "switch rules name it");
	if (v->drain_polls && get32(v->props + VP_PASID) & VPASID_VALID)
		e810_complain(e, "VSI %u freed before its DMA was drained", num);
	for (i = 0; i < v->nqueues; i++)
		e->rxq_vsi[v->queues[i]] = 0;
	v->used = false;
	v->keep = get16(c->param + 2) & 1;
	answer(e, c, num);
	return RC_OK;
}

/* All gone, but for the one the firmware has for its own. */
void e810_vsi_reset_all(struct e810 *e)
{
	struct e810_vsi *v = &e->vsi[E810_DFLT_VSI];
	uint8_t map[VSI_PROPS] = { 0 };
	unsigned int i;

	memset(e->vsi, 0, sizeof(e->vsi));
	/* a trigger outlives a PF reset, as its register does */
	for (i = 0; i < E810_VSIS; i++)
		e->vsi[i].in_reset = *e810_reg(e, R_VSIGEN_RTRIG, i) & 1;
	memset(e->rxq_vsi, 0, sizeof(e->rxq_vsi));
	set_defaults(v, VSI_PF);
	put16(map + VP_SECTIONS, VSEC_RXQ_MAP);
	put16(map + VP_Q_MAP + 2, 1);	/* queue 0 alone */
	apply(e, E810_DFLT_VSI, map);
}

/* VSIGEN_RTRIG: stops the VSI's queues; they stay off while it is set. */
void e810_vsi_trigger(struct e810 *e, unsigned int num, bool on)
{
	struct e810_vsi *v = &e->vsi[num];
	unsigned int i;

	if (!on) {
		v->in_reset = false;
		return;
	}
	if (!v->used) {
		e810_complain(e, "reset of VSI %u, which there is not", num);
		return;
	}
	e->n.vsi_resets++;
	v->in_reset = true;
	v->reset_polls = e->config.reset_polls;
	if (e810_fault_due(e, E810_FAULT_VSI_RESET, 0))
		v->reset_polls = UINT32_MAX;
	for (i = 0; i < E810_QUEUES; i++)
		if (e->txq[i].live && e->txq[i].vsi == num)
			e810_txq_stop(&e->txq[i]);
	for (i = 0; i < v->nqueues; i++)
		e810_rx_stop(e, v->queues[i]);
	if (e->mutation == E810_MUT_reset_loses_pasid)
		put32(v->props + VP_PASID, 0);
}

uint32_t e810_vsi_status(struct e810 *e, unsigned int num)
{
	struct e810_vsi *v = &e->vsi[num];

	if (!v->in_reset)
		return 0;
	if (v->reset_polls) {
		if (v->reset_polls != UINT32_MAX)
			v->reset_polls--;
		return 0;
	}
	return 1;
}

/* PFPCI_VMPEND of the VSI in PFPCI_VMINDEX. */
uint32_t e810_vsi_pending(struct e810 *e)
{
	unsigned int num = *e810_reg(e, R_PFPCI_VMINDEX, 0);
	struct e810_vsi *v = e810_vsi(e, num);

	if (!v || e->mutation == E810_MUT_drain_lies)
		return 0;
	if (v->drain_polls == 1 + e->config.drain_polls &&
	    e810_fault_due(e, E810_FAULT_DRAIN, 0))
		v->drain_polls = UINT32_MAX;
	if (v->drain_polls == UINT32_MAX)
		return E810_PENDING;
	/* what is still on the bus ends only when no queue adds to it */
	if (v->drain_polls && !e810_vsi_busy(e, num))
		v->drain_polls--;
	return v->drain_polls ? E810_PENDING : 0;
}

/* The VSI has put a transaction on PCIe. */
void e810_vsi_touch(struct e810 *e, unsigned int num)
{
	struct e810_vsi *v = e810_vsi(e, num);

	if (v && v->drain_polls != UINT32_MAX)
		v->drain_polls = 1 + e->config.drain_polls;
}
