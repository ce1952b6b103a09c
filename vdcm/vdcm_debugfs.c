// SPDX-License-Identifier: GPL-2.0
/*
 * The state of each ADI, for somebody who wants to know why nothing moves:
 * /sys/kernel/debug/vdcm/<UUID>/. Read only; documented in sysfs-abi/.
 *
 * Lifetime. debugfs counts the callers in an open file's operations. Removing
 * the directory waits for them, and later reads of files still open fail; so a
 * show function may use the ADI without a reference of its own. For the same
 * reason none of them waits for anything but ctl_lock, and nobody who removes a
 * directory holds that.
 *
 * Locks. State of the control side is read under ctl_lock, a piece at a time;
 * whoever waits for it can be interrupted. Queues, interrupts, doorbell and
 * worker are read without, so that they can be looked at even where a control
 * function hangs.
 */
#include <linux/debugfs.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ktime.h>
#include <linux/seq_file.h>

#include "avf_snap.h"
#include "vdcm.h"

static struct dentry *vdcm_debugfs_root;

static int vdcm_debugfs_lock(struct vdcm_adi *adi)
{
	return mutex_lock_interruptible(&adi->ctl_lock);
}

static void vdcm_debugfs_unlock(struct vdcm_adi *adi)
{
	mutex_unlock(&adi->ctl_lock);
}

/* --------------------------------------------------------------- control */

static int regs_show(struct seq_file *s, void *unused)
{
	struct vdcm_adi *adi = s->private;
	struct avf_snap_reg reg;
	u32 n;
	int ret;

	ret = vdcm_debugfs_lock(adi);
	if (ret)
		return ret;
	for (n = 0; avf_snap_reg(adi->avf, n, &reg); n++) {
		seq_printf(s, "0x%04x %s", reg.off, reg.name);
		if (reg.count > 1)
			seq_printf(s, "[%u]", reg.index);
		seq_printf(s, " 0x%08x\n", reg.val);
	}
	vdcm_debugfs_unlock(adi);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(regs);

static int mailbox_show(struct seq_file *s, void *unused)
{
	struct vdcm_adi *adi = s->private;
	struct avf_snap_mbx mbx;
	struct avf_snap_msg msg;
	u32 i;
	int ret;

	ret = vdcm_debugfs_lock(adi);
	if (ret)
		return ret;
	avf_snap_mbx(adi->avf, &mbx);
	seq_printf(s, "open %d\nreset %d\nactive %d\nmemory %d\nbus_master %d\n",
		   adi->open, adi->reset, mbx.active, mbx.mem_on, mbx.dma_on);
	seq_printf(s, "atq %d\narq %d\npending %d\nunread %u\nwaiting %u\n",
		   mbx.atq_on, mbx.arq_on, mbx.pending, mbx.unread,
		   mbx.waiting);
	seq_printf(s, "version 1.%u\nresources %d\ncaps 0x%08x\nqueue_pairs %u\n",
		   mbx.minor, mbx.resources, mbx.caps, mbx.num_qps);
	for (i = 0; avf_snap_msg(adi->avf, i, &msg); i++)
		seq_printf(s, "message %u %s status %d length %u\n", msg.op,
			   avf_vc_op_name(msg.op), msg.status, msg.len);
	vdcm_debugfs_unlock(adi);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mailbox);

/* Members, as ranges. */
static void vdcm_debugfs_vlans(struct seq_file *s, struct vdcm_adi *adi)
{
	u16 vid, first = 0;

	seq_puts(s, "vlans");
	for (vid = 1; vid <= VLAN_N_VID; vid++) {
		bool in = avf_snap_vlan(adi->avf, vid);

		if (in && !first) {
			first = vid;
		} else if (!in && first) {
			seq_printf(s, " %u", first);
			if (vid - first > 1)
				seq_printf(s, "-%u", vid - 1);
			first = 0;
		}
	}
	seq_putc(s, '\n');
}

static int filters_show(struct seq_file *s, void *unused)
{
	struct vdcm_adi *adi = s->private;
	struct avf_snap_filters f;
	u8 mac[ETH_ALEN];
	u32 i;
	int ret;

	ret = vdcm_debugfs_lock(adi);
	if (ret)
		return ret;
	avf_snap_filters(adi->avf, &f);
	seq_printf(s, "mac %pM\nmac_fixed %d\ntrust %d\nspoofchk %d\n", f.mac,
		   f.mac_fixed, f.trusted, adi->spoofchk);
	seq_printf(s, "promisc_unicast %d\npromisc_multicast %d\nmacs %u\n",
		   f.unicast, f.multicast, f.macs);
	for (i = 0; avf_snap_mac(adi->avf, i, mac); i++)
		seq_printf(s, "address %pM\n", mac);
	seq_printf(s, "port_vlan %u priority %u\n",
		   f.port_vlan & VLAN_VID_MASK, f.port_vlan >> VLAN_PRIO_SHIFT);
	seq_printf(s, "vlan_filter %d\nvlan_insert %d\nvlan_strip %d\n",
		   f.vlan_filter, f.vlan_insert, f.vlan_strip);
	vdcm_debugfs_vlans(s, adi);
	vdcm_debugfs_unlock(adi);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(filters);

static int rss_show(struct seq_file *s, void *unused)
{
	static const char * const algs[] = {
		[AVF_VC_HFUNC_TOEPLITZ] = "toeplitz",
		[AVF_VC_HFUNC_XOR] = "xor",
		[AVF_VC_HFUNC_TOEPLITZ_SYM] = "toeplitz-symmetric",
		[AVF_VC_HFUNC_XOR_SYM] = "xor-symmetric",
	};
	struct vdcm_adi *adi = s->private;
	struct avf_snap_hash hash;
	struct avf_snap_rss rss;
	u32 i;
	int ret;

	ret = vdcm_debugfs_lock(adi);
	if (ret)
		return ret;
	avf_snap_rss(adi->avf, &rss);
	seq_printf(s, "used %d\nhena 0x%016llx\nkey %*phN\n", rss.used,
		   rss.hena, (int)sizeof(rss.key), rss.key);
	seq_printf(s, "lut_of_driver %d\nlut", rss.own_lut);
	for (i = 0; i < ARRAY_SIZE(rss.lut); i++)
		seq_printf(s, " %u", rss.lut[i]);
	seq_putc(s, '\n');
	for (i = 0; avf_snap_hash(adi->avf, i, &hash); i++) {
		if (!hash.fields)
			continue;
		seq_printf(s, "hash %s %s%s%s%s%s\n", hash.name,
			   hash.alg < ARRAY_SIZE(algs) ? algs[hash.alg] : "?",
			   hash.fields & BIT(0) ? " src" : "",
			   hash.fields & BIT(1) ? " dst" : "",
			   hash.fields & BIT(2) ? " sport" : "",
			   hash.fields & BIT(3) ? " dport" : "");
	}
	vdcm_debugfs_unlock(adi);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(rss);

static void vdcm_debugfs_flow(struct seq_file *s, u32 id,
			      const struct avf_snap_flow *flow)
{
	const char *name;
	u32 i, off, len;

	seq_printf(s, "%u %s", id, flow->action);
	if (flow->num)
		seq_printf(s, " %u+%u", flow->queue, flow->num);
	if (flow->marked)
		seq_printf(s, " mark %u", flow->mark);
	for (i = 0; (name = avf_snap_class(i)); i++)
		if (flow->cls & BIT(i))
			seq_printf(s, " %s", name);
	for (i = 0; (name = avf_snap_field(i, &off, &len)); i++)
		if (memchr_inv(flow->mask + off, 0, len))
			seq_printf(s, " %s %*phN/%*phN", name, (int)len,
				   flow->key + off, (int)len, flow->mask + off);
	seq_putc(s, '\n');
}

static int flows_show(struct seq_file *s, void *unused)
{
	struct vdcm_adi *adi = s->private;
	struct avf_snap_flow flow;
	u32 id;
	int ret;

	for (id = 0; id < AVF_SNAP_FLOWS && !seq_has_overflowed(s); id++) {
		bool found;

		ret = vdcm_debugfs_lock(adi);
		if (ret)
			return ret;
		found = avf_snap_flow(adi->avf, id, &flow);
		vdcm_debugfs_unlock(adi);
		if (found)
			vdcm_debugfs_flow(s, id, &flow);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(flows);

/* ----------------------------------------------------- without ctl_lock */

static void vdcm_debugfs_vector(struct seq_file *s, u16 vec, u8 itr)
{
	if (vec < AVF_MAX_VECTORS)
		seq_printf(s, " vector %u itr %u\n", vec, itr);
	else
		seq_puts(s, " vector none\n");
}

static int queues_show(struct seq_file *s, void *unused)
{
	struct vdcm_adi *adi = s->private;
	unsigned long kicked = READ_ONCE(adi->tx_pending);
	struct avf_snap_txq t;
	struct avf_snap_rxq r;
	u16 q;

	for (q = 0; avf_snap_txq(adi->avf, q, &t); q++) {
		seq_printf(s, "tx%u enabled %d head %u tail %u filled %u ready %d waits %d kicked %d",
			   q, t.enabled, t.head, t.tail, t.filled, t.ready,
			   t.waits, test_bit(q, &kicked));
		seq_printf(s, " base 0x%llx length %u", t.base, t.len);
		vdcm_debugfs_vector(s, t.vec, t.itr);
	}
	for (q = 0; avf_snap_rxq(adi->avf, q, &r); q++) {
		seq_printf(s, "rx%u enabled %d head %u tail %u posted %u",
			   q, r.enabled, r.head, r.tail, r.posted);
		seq_printf(s, " base 0x%llx length %u buffer %u max_frame %u rxdid %u keep_crc %d",
			   r.base, r.len, r.buf_size, r.max_pkt, r.rxdid,
			   r.keep_crc);
		vdcm_debugfs_vector(s, r.vec, r.itr);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(queues);

static int interrupts_show(struct seq_file *s, void *unused)
{
	struct vdcm_adi *adi = s->private;
	struct avf_snap_intr in;
	struct avf_snap_vec v;
	u16 vec;

	avf_snap_intr(adi->avf, &in);
	seq_printf(s, "icr0 0x%08x\nicr0_ena 0x%08x\nmailbox %d\npba 0x%x\n",
		   in.icr0, in.icr0_ena, in.mbx, in.pba);
	seq_printf(s, "can_send %d\nraised %llu\n", in.can_send, in.irqs);
	if (in.timer)
		seq_printf(s, "timer_in_ns %lld timer_active %d\n", in.timer_ns,
			   hrtimer_active(&adi->timer));
	for (vec = 0; avf_snap_vec(adi->avf, vec, &v); vec++) {
		seq_printf(s, "vector%u enabled %d cause 0x%x ctl 0x%08x masked %d routed %d itr_ns %u %u %u",
			   vec, v.enabled, v.cause, v.ctl, v.masked,
			   !!READ_ONCE(adi->irqs.msix[vec]), v.itr_ns[0],
			   v.itr_ns[1], v.itr_ns[2]);
		if (v.fired)
			seq_printf(s, " fired_ns_ago %llu", v.ago_ns);
		seq_putc(s, '\n');
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(interrupts);

static int doorbell_show(struct seq_file *s, void *unused)
{
	static const char * const modes[] = {
		[VDCM_DOORBELL_AUTO] = "auto",
		[VDCM_DOORBELL_MAPPED] = "mapped",
		[VDCM_DOORBELL_TRAP] = "trap",
	};
	struct vdcm_adi *adi = s->private;
	const struct vdcm_doorbell *db = &adi->doorbell;

	seq_printf(s, "mode %s\nmapped %d\nwatched %d\n",
		   modes[READ_ONCE(db->mode)], READ_ONCE(db->mapped),
		   !list_empty_careful(&adi->watched));
	seq_printf(s, "hold_ns %llu\nzap_cost_ns %llu\n",
		   READ_ONCE(db->hold_ns), READ_ONCE(db->cost_ns));
	if (READ_ONCE(db->zap_ns))
		seq_printf(s, "zapped_ns_ago %llu\n",
			   ktime_get_ns() - READ_ONCE(db->zap_ns));
	seq_printf(s, "faults %ld\nzaps %ld\n", atomic_long_read(&db->faults),
		   atomic_long_read(&db->zaps));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(doorbell);

static int worker_show(struct seq_file *s, void *unused)
{
	struct vdcm_adi *adi = s->private;
	struct vdcm_worker *w = &adi->parent->worker;

	seq_printf(s, "queued %d\nlisted %d\nparked %d\nkicked 0x%lx\nready 0x%x\n",
		   test_bit(VDCM_ADI_QUEUED, &adi->flags),
		   !RB_EMPTY_NODE(&adi->ready),
		   hrtimer_active(&adi->park_timer),
		   READ_ONCE(adi->tx_pending), avf_tx_pending(adi->avf));
	if (READ_ONCE(adi->busy_ns))
		seq_printf(s, "busy_ns_ago %llu\n",
			   ktime_get_ns() - READ_ONCE(adi->busy_ns));
	seq_printf(s, "first_queue %u\nmax_mbps %u\nweight %u\n",
		   READ_ONCE(adi->first_q), READ_ONCE(adi->max_mbps),
		   READ_ONCE(adi->weight));
	seq_printf(s, "pinned_pages %lu\ncopies %d\n",
		   READ_ONCE(adi->dma.nr_pinned), READ_ONCE(adi->dma.no_pin));
	seq_printf(s, "pf_listed %d\npf_watched %d\npf_work %d\npf_round %u\n",
		   !RB_EMPTY_ROOT(&w->ready.rb_root),
		   !list_empty_careful(&w->watched), READ_ONCE(w->pf_work),
		   READ_ONCE(w->round));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(worker);

static const struct {
	const char *name;
	const struct file_operations *fops;
} vdcm_debugfs_files[] = {
	{ "regs", &regs_fops },
	{ "mailbox", &mailbox_fops },
	{ "filters", &filters_fops },
	{ "rss", &rss_fops },
	{ "flows", &flows_fops },
	{ "queues", &queues_fops },
	{ "interrupts", &interrupts_fops },
	{ "doorbell", &doorbell_fops },
	{ "worker", &worker_fops },
};

/**
 * vdcm_debugfs_add() - show an ADI
 * @adi: the ADI, complete
 *
 * Without debugfs, or without memory, there is nothing to see; that is all.
 */
void vdcm_debugfs_add(struct vdcm_adi *adi)
{
	unsigned int i;

	adi->debugfs = debugfs_create_dir(adi->adi.name, vdcm_debugfs_root);
	for (i = 0; i < ARRAY_SIZE(vdcm_debugfs_files); i++)
		debugfs_create_file(vdcm_debugfs_files[i].name, 0400,
				    adi->debugfs, adi,
				    vdcm_debugfs_files[i].fops);
}

/**
 * vdcm_debugfs_del() - show it no more
 * @adi: the ADI, still complete; ctl_lock not held
 *
 * On return nobody reads it.
 */
void vdcm_debugfs_del(struct vdcm_adi *adi)
{
	debugfs_remove(adi->debugfs);
	adi->debugfs = NULL;
}

/** vdcm_debugfs_init() - before the first ADI */
void vdcm_debugfs_init(void)
{
	vdcm_debugfs_root = debugfs_create_dir("vdcm", NULL);
}

/** vdcm_debugfs_exit() - after the last */
void vdcm_debugfs_exit(void)
{
	debugfs_remove(vdcm_debugfs_root);
}
