// SPDX-License-Identifier: GPL-2.0
/*
 * Life of an ADI, and the wiring between its device model, its PF and the
 * kernel.
 *
 *   created   vdcm_adi_init(): capacity taken, model powered on, PF told
 *   open      a user holds it: guest memory, interrupts, traffic
 *   closed    as after init: reset, nothing pinned, nothing routed
 *   killed    vdcm_adi_kill(): everything given back; only memory remains
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ktime.h>
#include <linux/random.h>
#include <linux/siphash.h>

#include "vdcm.h"
#include "vdcm_trace.h"

/* A driver gets this long to read the announcement of a reset ... */
#define VDCM_RESET_NOTICE_MS	20
/* ... and sees "in progress" this long, as its watchdogs expect. */
#define VDCM_RESET_HOLD_MS	20

/* ------------------------------------------------ host ops of the model */

static int vdcm_host_dma_read(void *host, u64 iova, void *buf, u32 len)
{
	return vdcm_dma_rw(host, iova, buf, len, false);
}

static int vdcm_host_dma_write(void *host, u64 iova, const void *buf, u32 len)
{
	return vdcm_dma_rw(host, iova, (void *)buf, len, true);
}

static void *vdcm_host_dma_map(void *host, u64 iova, u32 len, bool write)
{
	return vdcm_dma_map(host, iova, len, write);
}

static void vdcm_host_irq_raise(void *host, u16 vec)
{
	vdcm_irqs_raise(host, vec);
}

static u64 vdcm_host_now_ns(void *host)
{
	return ktime_get_ns();
}

static void vdcm_host_timer_arm(void *host, u64 deadline_ns)
{
	struct vdcm_adi *adi = host;

	hrtimer_start(&adi->timer, ns_to_ktime(deadline_ns),
		      HRTIMER_MODE_ABS_SOFT);
}

static void vdcm_host_queues_quiesce(void *host)
{
	struct vdcm_adi *adi = host;

	synchronize_srcu_expedited(&adi->parent->srcu);
}

static void vdcm_host_tx_kick(void *host, u16 q)
{
	trace_vdcm_doorbell_kick(host, q);
	vdcm_worker_kick(host, q);
}

static void vdcm_host_xmit(void *host, u16 q, const struct avf_frame *frames,
			   u32 n)
{
	struct vdcm_adi *adi = host;
	u32 i, bytes = 0;

	/* A batch is less than 64 MiB. */
	for (i = 0; i < n; i++)
		bytes += avf_frame_bytes(&frames[i]);
	vdcm_worker_sent(adi, bytes);
	adi->adi.pf->ops->xmit(&adi->adi, frames, n);
}

static int vdcm_host_mac_add(void *host, const u8 *mac)
{
	struct vdcm_adi *adi = host;

	return adi->adi.pf->ops->mac_add(&adi->adi, mac);
}

static void vdcm_host_mac_del(void *host, const u8 *mac)
{
	struct vdcm_adi *adi = host;

	adi->adi.pf->ops->mac_del(&adi->adi, mac);
}

static void vdcm_host_promisc(void *host, bool unicast, bool multicast)
{
	struct vdcm_adi *adi = host;

	adi->adi.pf->ops->promisc(&adi->adi, unicast, multicast);
}

static int vdcm_host_vlan_add(void *host, u16 tpid, u16 vid)
{
	struct vdcm_adi *adi = host;

	return adi->adi.pf->ops->vlan_add(&adi->adi, tpid, vid);
}

static void vdcm_host_vlan_del(void *host, u16 tpid, u16 vid)
{
	struct vdcm_adi *adi = host;

	adi->adi.pf->ops->vlan_del(&adi->adi, tpid, vid);
}

static void vdcm_host_vlan_filter(void *host, bool on)
{
	struct vdcm_adi *adi = host;

	adi->adi.pf->ops->vlan_filter(&adi->adi, on);
}

static void vdcm_host_traffic(void *host, bool on)
{
	struct vdcm_adi *adi = host;

	if (adi->adi.pf->ops->traffic)
		adi->adi.pf->ops->traffic(&adi->adi, on);
}

static void vdcm_host_message(void *host, bool to_driver, u32 op, s32 status,
			      u16 len)
{
	trace_vdcm_message(host, to_driver, op, status, len);
}

static void vdcm_host_reset(void *host, enum avf_reset kind)
{
	trace_vdcm_reset(host, kind);
}

static void vdcm_host_tx_drop(void *host, u16 q, int err)
{
	enum adi_drop why = ADI_DROP_TX_MALFORMED;

	if (err == -E2BIG)
		why = ADI_DROP_TX_FRAGMENTS;
	else if (err == -EMSGSIZE)
		why = ADI_DROP_TX_TOO_LONG;
	else if (err == -EFAULT)
		why = ADI_DROP_TX_MEMORY;
	trace_vdcm_drop(host, why, 1);
}

static const struct avf_host_ops vdcm_host_ops = {
	.dma_read = vdcm_host_dma_read,
	.dma_write = vdcm_host_dma_write,
	.dma_map = vdcm_host_dma_map,
	.irq_raise = vdcm_host_irq_raise,
	.now_ns = vdcm_host_now_ns,
	.timer_arm = vdcm_host_timer_arm,
	.queues_quiesce = vdcm_host_queues_quiesce,
	.tx_kick = vdcm_host_tx_kick,
	.xmit = vdcm_host_xmit,
	.mac_add = vdcm_host_mac_add,
	.mac_del = vdcm_host_mac_del,
	.promisc = vdcm_host_promisc,
	.vlan_add = vdcm_host_vlan_add,
	.vlan_del = vdcm_host_vlan_del,
	.vlan_filter = vdcm_host_vlan_filter,
	.traffic = vdcm_host_traffic,
	.message = vdcm_host_message,
	.reset = vdcm_host_reset,
	.tx_drop = vdcm_host_tx_drop,
};

static enum hrtimer_restart vdcm_adi_timer(struct hrtimer *timer)
{
	struct vdcm_adi *adi = container_of(timer, struct vdcm_adi, timer);

	avf_int_timer(adi->avf);
	return HRTIMER_NORESTART;
}

static void vdcm_adi_rx_drop(struct vdcm_adi *adi, int err)
{
	enum adi_drop why = ADI_DROP_RX_NO_QUEUE;

	if (err == -ENOBUFS)
		why = ADI_DROP_RX_NO_BUFFER;
	else if (err == -EMSGSIZE)
		why = ADI_DROP_RX_TOO_LONG;
	else if (err == -EFAULT)
		why = ADI_DROP_RX_MEMORY;
	trace_vdcm_drop(adi, why, 1);
}

void adi_receive(struct adi *pub, const struct avf_frame *frames, u32 n)
{
	struct vdcm_adi *adi = container_of(pub, struct vdcm_adi, adi);
	u32 i;

	for (i = 0; i < n; i++) {
		int err = avf_rx_push(adi->avf, &frames[i]);

		if (unlikely(err))
			vdcm_adi_rx_drop(adi, err);
	}
	avf_rx_flush(adi->avf);
}
EXPORT_SYMBOL_GPL(adi_receive);

int adi_regs(struct adi *pub, __le32 *bar0)
{
	struct vdcm_adi *adi = container_of(pub, struct vdcm_adi, adi);
	struct avf_snap_reg reg;
	u32 n;
	int ret;

	static_assert(ADI_REGS_LEN == AVF_BAR0_SIZE);

	/* The caller may hold a lock that many want; see devlink on 5.10. */
	ret = mutex_lock_interruptible(&adi->ctl_lock);
	if (ret)
		return ret;
	if (!adi->avf)
		ret = -EAGAIN;
	else
		for (n = 0; avf_snap_reg(adi->avf, n, &reg); n++)
			bar0[reg.off / 4] = cpu_to_le32(reg.val);
	mutex_unlock(&adi->ctl_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(adi_regs);

int adi_frame_cut(const struct avf_frame *frame,
		  void (*fn)(void *ctx, const struct avf_frame *seg),
		  void *ctx)
{
	return avf_frame_cut(frame, fn, ctx);
}
EXPORT_SYMBOL_GPL(adi_frame_cut);

/* ---------------------------------------------------------------- resets */

/* Caller of the three steps: a reset that the PF's side asked for. */
static void vdcm_adi_reset_work(struct work_struct *work)
{
	struct vdcm_adi *adi = container_of(to_delayed_work(work),
					    struct vdcm_adi, reset_work);

	mutex_lock(&adi->ctl_lock);
	switch (adi->reset) {
	case VDCM_PF_RESET_ANNOUNCED:
		avf_dev_reset(adi->avf, AVF_RESET_PF);
		adi->reset = VDCM_PF_RESET_HELD;
		schedule_delayed_work(&adi->reset_work,
				      msecs_to_jiffies(VDCM_RESET_HOLD_MS));
		break;
	case VDCM_PF_RESET_HELD:
		avf_dev_reset_done(adi->avf);
		adi->reset = VDCM_PF_RESET_NONE;
		break;
	case VDCM_PF_RESET_NONE:
	case VDCM_PF_RESET_HW:
		break;
	}
	mutex_unlock(&adi->ctl_lock);
}

static void vdcm_adi_pf_reset_begin(struct vdcm_adi *adi)
{
	lockdep_assert_held(&adi->ctl_lock);
	adi->reset = VDCM_PF_RESET_ANNOUNCED;
	avf_dev_reset_impending(adi->avf);
	schedule_delayed_work(&adi->reset_work,
			      msecs_to_jiffies(VDCM_RESET_NOTICE_MS));
}

/*
 * Have the driver ask again what it may do. A reset that is under way will do:
 * the driver asks when it is over.
 */
static void vdcm_adi_renegotiate(struct vdcm_adi *adi)
{
	lockdep_assert_held(&adi->ctl_lock);
	if (adi->open && adi->reset == VDCM_PF_RESET_NONE)
		vdcm_adi_pf_reset_begin(adi);
}

/**
 * vdcm_adi_pf_reset() - reset the function from the PF's side
 * @adi: the ADI
 *
 * Announces it to the driver, then resets. Returns 0, -ENODEV when nobody has
 * the device open, -EBUSY when such a reset is under way.
 */
int vdcm_adi_pf_reset(struct vdcm_adi *adi)
{
	int ret = 0;

	mutex_lock(&adi->ctl_lock);
	if (!adi->open)
		ret = -ENODEV;
	else if (adi->reset != VDCM_PF_RESET_NONE)
		ret = -EBUSY;
	else
		vdcm_adi_pf_reset_begin(adi);
	mutex_unlock(&adi->ctl_lock);

	return ret;
}

/**
 * vdcm_adi_reset() - VFIO_DEVICE_RESET: back to power-on
 * @adi: the ADI
 */
void vdcm_adi_reset(struct vdcm_adi *adi)
{
	mutex_lock(&adi->ctl_lock);
	/* A power-on state ends whatever the PF had begun. */
	adi->reset = VDCM_PF_RESET_NONE;
	avf_dev_reset(adi->avf, AVF_RESET_FLR);
	mutex_unlock(&adi->ctl_lock);
}

/* ---------------------------------------------------------------- policy */

/**
 * vdcm_adi_set_vlan() - put an ADI into a VLAN of the host's
 * @adi:  the ADI
 * @vid:  1..4094, 0 = none
 * @prio: 0..7
 *
 * At the switch at once; a driver is reset to learn that it has no VLANs to
 * itself, or has them again. Returns 0, -EINVAL out of range, or what the PF
 * says.
 */
int vdcm_adi_set_vlan(struct vdcm_adi *adi, u16 vid, u8 prio)
{
	u16 old;
	int ret;

	mutex_lock(&adi->ctl_lock);
	old = avf_port_vlan_get(adi->avf);
	ret = avf_port_vlan_set(adi->avf, vid, prio);
	if (ret || avf_port_vlan_get(adi->avf) == old)
		goto unlock;

	ret = adi->adi.pf->ops->port_vlan(&adi->adi, vid, prio);
	if (ret)
		avf_port_vlan_set(adi->avf, old & VLAN_VID_MASK,
				  old >> VLAN_PRIO_SHIFT);
	else
		vdcm_adi_renegotiate(adi);
unlock:
	mutex_unlock(&adi->ctl_lock);
	return ret;
}

/**
 * vdcm_adi_set_trust() - may the guest do what affects others?
 * @adi: the ADI
 * @on:  yes
 *
 * A driver is reset to ask for what it was refused, or to lose what it has.
 */
void vdcm_adi_set_trust(struct vdcm_adi *adi, bool on)
{
	mutex_lock(&adi->ctl_lock);
	if (avf_trust_get(adi->avf) != on) {
		avf_trust_set(adi->avf, on);
		vdcm_adi_renegotiate(adi);
	}
	mutex_unlock(&adi->ctl_lock);
}

/**
 * vdcm_adi_set_spoofchk() - check source address and VLAN of what it sends
 * @adi: the ADI
 * @on:  yes, as after creation
 *
 * Returns 0 or what the PF says.
 */
int vdcm_adi_set_spoofchk(struct vdcm_adi *adi, bool on)
{
	int ret;

	mutex_lock(&adi->ctl_lock);
	ret = adi->adi.pf->ops->spoofchk(&adi->adi, on);
	if (!ret)
		adi->spoofchk = on;
	mutex_unlock(&adi->ctl_lock);
	return ret;
}

/**
 * vdcm_adi_set_rate() - limit what an ADI sends
 * @adi:  the ADI
 * @mbps: Mbit/s, 0 = no limit
 *
 * Returns 0 or what the PF says.
 */
int vdcm_adi_set_rate(struct vdcm_adi *adi, u32 mbps)
{
	const struct adi_pf_ops *ops = adi->adi.pf->ops;
	int ret = 0;

	mutex_lock(&adi->ctl_lock);
	if (ops->rate)
		ret = ops->rate(&adi->adi, mbps);
	else
		WRITE_ONCE(adi->rate.mbps, mbps);
	if (!ret)
		adi->max_mbps = mbps;
	mutex_unlock(&adi->ctl_lock);
	return ret;
}

/* ------------------------------------------------------------------ life */

/*
 * A locally administered address that belongs to the UUID: the same after a
 * restart of the host, and on another host.
 */
static void vdcm_adi_default_mac(const char *name, u8 *mac)
{
	static const siphash_key_t key = { { 0x6d6376642d736f69ULL,
					     0x7661662d6d616331ULL } };
	u64 hash = siphash(name, strlen(name), &key);
	unsigned int i;

	mac[0] = 0x02;
	for (i = 1; i < ETH_ALEN; i++) {
		mac[i] = hash & 0xff;
		hash >>= 8;
	}
}

/**
 * vdcm_adi_init() - bring an ADI to life
 * @adi:    zeroed memory
 * @parent: its PF
 * @shape:  what it is made of
 * @dev:    the mediated device
 *
 * Returns 0, -ENOSPC when the PF has no ADI left, or another error.
 */
int vdcm_adi_init(struct vdcm_adi *adi, struct vdcm_parent *parent,
		  const struct vdcm_shape *shape, struct device *dev)
{
	struct adi_pf *pf = parent->pf;
	struct avf_params params = {
		.num_qps = shape->num_qps,
		.flags = AVF_PARAM_VMM_MSIX | (pf->gso ? AVF_PARAM_GSO : 0),
		.link_mbps = READ_ONCE(pf->link_mbps),
		.link_up = true,
		.no_caps = vdcm_hw_no_caps(pf),
		.hw = pf->hw ? &vdcm_hw_ops : NULL,
	};
	struct avf_dev *avf;
	unsigned int i;
	int ret;

	if (atomic_dec_if_positive(&parent->available) < 0) {
		vdcm_refused(parent, pf->dev,
			     "cannot create %s: all %u ADIs are in use; remove one or load the PF driver with a larger max_adis",
			     dev_name(dev), pf->max_adis);
		return -ENOSPC;
	}

	adi->parent = parent;
	adi->dev = dev;
	adi->adi.pf = pf;
	adi->adi.name = dev_name(dev);
	adi->adi.num_qps = shape->num_qps;
	adi->adi.pasid = ADI_NO_PASID;
	mutex_init(&adi->ctl_lock);
	INIT_DELAYED_WORK(&adi->reset_work, vdcm_adi_reset_work);
	hrtimer_setup(&adi->timer, vdcm_adi_timer, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_SOFT);
	vdcm_worker_init(adi);
	vdcm_bar_init(adi);
	ratelimit_state_init(&adi->user_log, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
	adi->spoofchk = true;
	adi->link = true;
	adi->carrier = params.link_mbps;
	vdcm_irqs_init(&adi->irqs);
	vdcm_dma_init(&adi->dma);
	vdcm_adi_default_mac(adi->adi.name, params.mac);

	ret = vdcm_doorbell_init(adi);
	if (ret)
		goto err_capacity;
	for (i = 0; i < AVF_DB_PAGES; i++)
		params.doorbell[i] = page_address(adi->doorbell.page[i]);
	/* Vectors are the device's own there. */
	if (pf->hw)
		params.doorbell[AVF_DB_INT] = NULL;

	ret = vdcm_pasid_create(adi);
	if (ret)
		goto err_doorbell;

	/* The PF first: the model may call into it from its very start. */
	ret = pf->ops->adi_add(&adi->adi);
	if (ret)
		goto err_pasid;

	avf = avf_dev_create(&params, &vdcm_host_ops, adi);
	/* The PF may have asked for registers already. */
	mutex_lock(&adi->ctl_lock);
	adi->avf = avf;
	/* It may have gone meanwhile. */
	if (avf && !adi->carrier)
		avf_link_set(avf, false, params.link_mbps);
	mutex_unlock(&adi->ctl_lock);
	if (!avf) {
		ret = -ENOMEM;
		goto err_pf;
	}

	atomic_inc(&parent->created);
	vdcm_debugfs_add(adi);
	trace_vdcm_create(adi);
	return 0;

err_pf:
	pf->ops->adi_del(&adi->adi);
err_pasid:
	vdcm_pasid_destroy(adi);
err_doorbell:
	vdcm_doorbell_exit(adi);
err_capacity:
	atomic_inc(&parent->available);
	return ret;
}

/**
 * vdcm_adi_kill() - mirror image of vdcm_adi_init()
 * @adi: the ADI, closed and out of reach of users
 */
void vdcm_adi_kill(struct vdcm_adi *adi)
{
	struct vdcm_parent *parent = adi->parent;

	trace_vdcm_remove(adi);
	vdcm_debugfs_del(adi);
	/* No more frames for it; then none on their way. */
	parent->pf->ops->adi_del(&adi->adi);
	vdcm_worker_forget(adi);
	vdcm_pasid_destroy(adi);
	avf_dev_destroy(adi->avf);
	adi->avf = NULL;
	vdcm_doorbell_exit(adi);
	atomic_inc(&parent->removed);
	atomic_inc(&parent->available);
}

/**
 * vdcm_adi_open() - the first user arrives
 * @adi: the ADI
 */
int vdcm_adi_open(struct vdcm_adi *adi)
{
	trace_vdcm_open(adi);
	vdcm_dma_open(adi);

	mutex_lock(&adi->ctl_lock);
	adi->open = true;
	mutex_unlock(&adi->ctl_lock);

	return 0;
}

/**
 * vdcm_adi_close() - the last user is gone
 * @adi: the ADI
 */
void vdcm_adi_close(struct vdcm_adi *adi)
{
	trace_vdcm_close(adi);
	mutex_lock(&adi->ctl_lock);
	adi->open = false;
	vdcm_bar_off(adi);
	mutex_unlock(&adi->ctl_lock);

	/* Not open any more: it cannot be scheduled again. */
	cancel_delayed_work_sync(&adi->reset_work);
	vdcm_doorbell_close(adi);
	/* Waits until the worker has seen that, too. */
	vdcm_adi_reset(adi);
	vdcm_worker_unwatch(adi);
	vdcm_doorbell_wipe(adi);
	vdcm_bar_close(adi);
	hrtimer_cancel(&adi->timer);
	vdcm_irqs_clear(adi);
	vdcm_pasid_close(adi);
	vdcm_dma_close(adi);
}
