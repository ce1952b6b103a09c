// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Snapshots; see avf_snap.h.
 */
#include "avf_dev.h"
#include "avf_snap.h"

const char *avf_vc_op_name(u32 op)
{
	static const struct {
		u32 op;
		const char *name;
	} ops[] = {
#define AVF_VC_OP(name, number)	{ (number), #name },
		AVF_VC_OPS(AVF_VC_OP)
#undef AVF_VC_OP
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		if (ops[i].op == op)
			return ops[i].name;
	return "?";
}

/* ------------------------------------------------------------- registers */

struct snap_array {
	const char *name;
	u32 off;
	u32 count;
	u32 stride;
};

static const struct snap_array snap_arrays[] = {
#define AVF_REG(name_, off_, count_, stride_, ...)			\
	{								\
		.name = #name_,						\
		.off = (off_),						\
		.count = (count_),					\
		.stride = (stride_),					\
	},
#include "avf_regs.def"
#undef AVF_REG
};

bool avf_snap_reg(struct avf_dev *dev, u32 n, struct avf_snap_reg *reg)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(snap_arrays); i++) {
		const struct snap_array *a = &snap_arrays[i];

		if (n >= a->count) {
			n -= a->count;
			continue;
		}
		reg->name = a->name;
		reg->index = n;
		reg->count = a->count;
		reg->off = a->off + n * a->stride;
		reg->val = avf_reg_peek(dev, reg->off);
		return true;
	}
	return false;
}

/* ---------------------------------------------------------------- queues */

static u32 snap_count(u32 head, u32 tail, u32 len)
{
	return head < len && tail < len ? avf_ring_count(head, tail, len) : 0;
}

bool avf_snap_txq(const struct avf_dev *dev, u16 q, struct avf_snap_txq *txq)
{
	const struct avf_txq *from;

	if (q >= dev->num_qps)
		return false;
	from = &dev->tx[q];
	txq->base = READ_ONCE(from->base);
	txq->len = READ_ONCE(from->len);
	txq->vec = READ_ONCE(from->vec);
	txq->itr = READ_ONCE(from->itr);
	txq->enabled = avf_dev_tx_on(dev, q);
	txq->head = READ_ONCE(from->head);
	txq->tail = avf_tail_load(from->tail);
	txq->waits = txq->tail == READ_ONCE(from->wait);
	txq->filled = snap_count(txq->head, txq->tail, txq->len);
	txq->ready = avf_tx_ready(dev, q);
	return true;
}

bool avf_snap_rxq(const struct avf_dev *dev, u16 q, struct avf_snap_rxq *rxq)
{
	const struct avf_rxq *from;

	if (q >= dev->num_qps)
		return false;
	from = &dev->rx[q];
	rxq->base = READ_ONCE(from->base);
	rxq->len = READ_ONCE(from->len);
	rxq->buf_size = READ_ONCE(from->buf_size);
	rxq->max_pkt = READ_ONCE(from->max_pkt);
	rxq->rxdid = READ_ONCE(from->rxdid);
	rxq->vec = READ_ONCE(from->vec);
	rxq->itr = READ_ONCE(from->itr);
	rxq->enabled = avf_dev_rx_on(dev, q);
	rxq->keep_crc = READ_ONCE(from->crc_disable);
	rxq->head = READ_ONCE(from->head);
	rxq->tail = avf_tail_load(from->tail);
	rxq->posted = snap_count(rxq->head, rxq->tail, rxq->len);
	return true;
}

/* ------------------------------------------------------------ interrupts */

void avf_snap_intr(struct avf_dev *dev, struct avf_snap_intr *intr)
{
	const struct avf_intr *in = &dev->intr;

	memset(intr, 0, sizeof(*intr));
	avf_lock(&dev->int_lock);
	intr->icr0 = in->icr0;
	intr->icr0_ena = in->icr0_ena;
	intr->pba = in->pba;
	intr->mbx = in->mbx;
	intr->can_send = avf_msix_ready(dev);
	intr->timer = in->timer_ns;
	if (intr->timer)
		intr->timer_ns = (s64)(in->timer_ns -
				       dev->ops->now_ns(dev->host));
	intr->irqs = in->irqs;
	avf_unlock(&dev->int_lock);
}

bool avf_snap_vec(struct avf_dev *dev, u16 vec, struct avf_snap_vec *v)
{
	const struct avf_vec *from;
	u32 i;

	if (vec >= avf_dev_vectors(dev))
		return false;
	from = &dev->intr.vec[vec];

	memset(v, 0, sizeof(*v));
	v->ctl = avf_int_dyn_read(dev, vec);
	for (i = 0; i < ARRAY_SIZE(v->itr_ns); i++)
		v->itr_ns[i] = avf_int_itr_read(dev, vec, i) * AVF_ITR_UNIT_NS;

	avf_lock(&dev->int_lock);
	v->enabled = from->enabled;
	v->masked = avf_msix_masked(dev, vec);
	v->cause = (u8)(from->cause | from->late);
	v->fired = from->fired;
	if (v->fired)
		v->ago_ns = dev->ops->now_ns(dev->host) - from->last_ns;
	avf_unlock(&dev->int_lock);
	return true;
}

/* --------------------------------------------------------------- mailbox */

void avf_snap_mbx(const struct avf_dev *dev, struct avf_snap_mbx *mbx)
{
	const struct avf_vc *vc = &dev->vc;

	mbx->active = READ_ONCE(dev->rstat) == AVF_RSTAT_ACTIVE;
	mbx->mem_on = READ_ONCE(dev->mem_on);
	mbx->dma_on = avf_dev_dma_ok(dev);
	mbx->atq_on = dev->reg[AVF_SLOT_ATQLEN] & AVF_AQ_LEN_ENABLE;
	mbx->arq_on = dev->reg[AVF_SLOT_ARQLEN] & AVF_AQ_LEN_ENABLE;
	mbx->pending = dev->mbx.pending;
	mbx->unread = avf_mbx_unread(dev);
	mbx->waiting = dev->mbx.count;
	mbx->minor = vc->minor;
	mbx->resources = vc->resources;
	mbx->caps = vc->caps;
	mbx->num_qps = vc->num_qps;
}

bool avf_snap_msg(const struct avf_dev *dev, u32 i, struct avf_snap_msg *msg)
{
	const struct avf_mbx *mbx = &dev->mbx;
	const struct avf_msg *from;

	if (i >= mbx->count)
		return false;
	from = &mbx->fifo[(mbx->first + i) % AVF_FIFO_LEN];
	msg->op = from->op;
	msg->status = from->status;
	msg->len = from->len;
	return true;
}

/* --------------------------------------------------------------- filters */

void avf_snap_filters(const struct avf_dev *dev, struct avf_snap_filters *f)
{
	const struct avf_vc *vc = &dev->vc;
	u32 vlan = READ_ONCE(dev->vlan);

	memcpy(f->mac, dev->mac, AVF_ETH_ALEN);
	f->mac_fixed = dev->mac_fixed;
	f->trusted = dev->trusted;
	f->unicast = vc->unicast;
	f->multicast = vc->multicast;
	f->macs = vc->macs.n;
	f->port_vlan = dev->port_vlan;
	f->vlan_filter = vc->vlans.filter;
	f->vlan_insert = vlan & AVF_VLAN_INSERT;
	f->vlan_strip = vlan & AVF_VLAN_STRIP;
	f->vlans = vc->vlans.n;
}

bool avf_snap_mac(const struct avf_dev *dev, u32 i, u8 *mac)
{
	const struct avf_macs *macs = &dev->vc.macs;

	if (i >= macs->n)
		return false;
	memcpy(mac, macs->addr[i], AVF_ETH_ALEN);
	return true;
}

bool avf_snap_vlan(const struct avf_dev *dev, u16 vid)
{
	return vid < AVF_VLAN_IDS &&
	       dev->vc.vlans.map[vid / 32] & (1u << vid % 32);
}

/* --------------------------------------------------------------- hashing */

void avf_snap_rss(const struct avf_dev *dev, struct avf_snap_rss *rss)
{
	const struct avf_rss *from = &dev->vc.rss;
	const struct avf_hash *hash = avf_load_acquire(&dev->hash);

	rss->used = hash && hash->needed;
	rss->own_lut = from->own_lut;
	rss->hena = from->hena;
	rss->hfunc = from->hfunc;
	memcpy(rss->key, from->key, sizeof(rss->key));
	memcpy(rss->lut, from->lut, sizeof(rss->lut));
}

bool avf_snap_hash(const struct avf_dev *dev, u32 i, struct avf_snap_hash *hash)
{
	static const char * const names[2][AVF_HASH_CLASSES] = {
		{
			[AVF_HASH_FRAG] = "ipv4-frag",
			[AVF_HASH_OTHER] = "ipv4",
			[AVF_HASH_UDP] = "ipv4-udp",
			[AVF_HASH_TCP] = "ipv4-tcp",
			[AVF_HASH_SCTP] = "ipv4-sctp",
		}, {
			[AVF_HASH_FRAG] = "ipv6-frag",
			[AVF_HASH_OTHER] = "ipv6",
			[AVF_HASH_UDP] = "ipv6-udp",
			[AVF_HASH_TCP] = "ipv6-tcp",
			[AVF_HASH_SCTP] = "ipv6-sctp",
		},
	};
	const struct avf_hash *from = avf_load_acquire(&dev->hash);
	u32 ver = i / AVF_HASH_CLASSES;

	if (ver >= ARRAY_SIZE(names) || !from)
		return false;
	i %= AVF_HASH_CLASSES;
	hash->name = names[ver][i];
	hash->fields = from->how[ver][i].fields;
	hash->alg = from->how[ver][i].alg;
	return true;
}

/* ----------------------------------------------------------------- flows */

AVF_STATIC_ASSERT(AVF_SNAP_FLOWS == AVF_FDIR_RULES);
AVF_STATIC_ASSERT(sizeof(((struct avf_snap_flow *)0)->key) ==
		  sizeof(union avf_fdir_key));

bool avf_snap_flow(const struct avf_dev *dev, u32 id,
		   struct avf_snap_flow *flow)
{
	static const char * const actions[] = {
		[AVF_FDIR_PASS] = "pass",
		[AVF_FDIR_DROP] = "drop",
		[AVF_FDIR_QUEUE] = "queue",
		[AVF_FDIR_REGION] = "region",
	};
	struct avf_fdir_spec spec;

	if (!avf_fdir_get(dev, id, &spec))
		return false;
	flow->action = actions[spec.act.kind];
	flow->queue = spec.act.queue;
	flow->num = spec.act.num;
	flow->marked = spec.act.marked;
	flow->mark = spec.act.mark;
	flow->cls = spec.key.cls;
	memcpy(flow->key, &spec.key, sizeof(flow->key));
	memcpy(flow->mask, &spec.mask, sizeof(flow->mask));
	return true;
}

const char *avf_snap_class(u32 i)
{
	static const char * const names[] = {
		"ipv4", "ipv6", "frag", "tcp", "udp", "sctp", "ah", "esp",
		"l2tpv3", "nat-t", "gtpu", "gtpu-psc", "gtpu-dl", "gtpu-ul",
		"pfcp",
	};

	AVF_STATIC_ASSERT(AVF_FDIR_PFCP == 1u << (ARRAY_SIZE(names) - 1));

	return i < ARRAY_SIZE(names) ? names[i] : NULL;
}

const char *avf_snap_field(u32 i, u32 *off, u32 *len)
{
#define SNAP_FIELD(member)						\
	{								\
		#member, offsetof(union avf_fdir_key, member),		\
		sizeof(((union avf_fdir_key *)0)->member)		\
	}
	static const struct {
		const char *name;
		u8 off;
		u8 len;
	} fields[] = {
		SNAP_FIELD(dst), SNAP_FIELD(src), SNAP_FIELD(dmac),
		SNAP_FIELD(smac), SNAP_FIELD(type), SNAP_FIELD(tos),
		SNAP_FIELD(ttl), SNAP_FIELD(proto), SNAP_FIELD(ext),
		SNAP_FIELD(sport), SNAP_FIELD(dport), SNAP_FIELD(id),
	};
#undef SNAP_FIELD

	if (i >= ARRAY_SIZE(fields))
		return NULL;
	*off = fields[i].off;
	*len = fields[i].len;
	return fields[i].name;
}
