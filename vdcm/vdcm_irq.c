// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupt routing: MSI-X vectors and the "give it back" request, each an
 * eventfd that the user handed in with VFIO_DEVICE_SET_IRQS.
 *
 * Vectors of queues that the PF's device runs are interrupts of that device:
 * while one has an eventfd, the interrupt is requested, its handler signals the
 * eventfd, and KVM may take the interrupt to the guest without us.
 */
#include <linux/interrupt.h>
#include <linux/uaccess.h>

#include "vdcm.h"
#include "vdcm_trace.h"

void vdcm_irqs_init(struct vdcm_irqs *irqs)
{
	spin_lock_init(&irqs->lock);
	mutex_init(&irqs->hw_lock);
}

/* -------------------------------------------- interrupts of the PF's device */

static irqreturn_t vdcm_hwirq_handler(int irq, void *data)
{
	vdcm_eventfd_signal(data);
	return IRQ_HANDLED;
}

/* Of which vectors? Vector 0 is the mailbox's, which is ours. */
static bool vdcm_irqs_is_hw(const struct vdcm_adi *adi,
			    struct eventfd_ctx **slot)
{
	return adi->adi.pf->hw && slot > &adi->irqs.msix[0] &&
	       slot < &adi->irqs.msix[AVF_MAX_VECTORS];
}

static void vdcm_hwirq_stop(struct vdcm_adi *adi, u16 vec)
{
	struct vdcm_hwirq *hw = &adi->irqs.hw[vec];

	lockdep_assert_held(&adi->irqs.hw_lock);
	if (!hw->name)
		return;
	if (hw->bypass)
		irq_bypass_unregister_producer(&hw->producer);
	hw->bypass = false;
	free_irq(hw->irq, adi->irqs.msix[vec]);
	kfree(hw->name);
	hw->name = NULL;
}

static int vdcm_hwirq_start(struct vdcm_adi *adi, u16 vec,
			    struct eventfd_ctx *ctx)
{
	struct vdcm_hwirq *hw = &adi->irqs.hw[vec];
	int ret;

	lockdep_assert_held(&adi->irqs.hw_lock);
	ret = adi->adi.pf->hw->vector_irq(&adi->adi, vec);
	if (ret < 0)
		return ret;
	hw->irq = ret;
	hw->name = kasprintf(GFP_KERNEL, "vdcm[%u](%s)", vec, adi->adi.name);
	if (!hw->name)
		return -ENOMEM;
	ret = request_irq(hw->irq, vdcm_hwirq_handler, 0, hw->name, ctx);
	if (ret) {
		kfree(hw->name);
		hw->name = NULL;
		return ret;
	}
	/* Without it interrupts take the way through the eventfd. */
	memset(&hw->producer, 0, sizeof(hw->producer));
	hw->bypass = !vdcm_irq_bypass_register(&hw->producer, ctx, hw->irq);
	return 0;
}

/*
 * Swap one trigger; the old one is released outside the lock. Where an interrupt
 * of the device cannot be had, the vector is left without a trigger, and @ctx
 * with the caller.
 */
static int vdcm_irqs_swap(struct vdcm_adi *adi, struct eventfd_ctx **slot,
			  struct eventfd_ctx *ctx)
{
	struct vdcm_irqs *irqs = &adi->irqs;
	struct eventfd_ctx *old;
	int ret = 0;

	lockdep_assert_held(&irqs->hw_lock);
	if (vdcm_irqs_is_hw(adi, slot)) {
		u16 vec = slot - irqs->msix;

		vdcm_hwirq_stop(adi, vec);
		if (ctx)
			ret = vdcm_hwirq_start(adi, vec, ctx);
		if (ret)
			ctx = NULL;
	}

	spin_lock_bh(&irqs->lock);
	old = *slot;
	*slot = ctx;
	spin_unlock_bh(&irqs->lock);

	if (old)
		eventfd_ctx_put(old);
	return ret;
}

/**
 * vdcm_irqs_clear() - forget all triggers
 * @adi: the ADI
 */
void vdcm_irqs_clear(struct vdcm_adi *adi)
{
	struct vdcm_irqs *irqs = &adi->irqs;
	unsigned int i;

	mutex_lock(&irqs->hw_lock);
	for (i = 0; i < ARRAY_SIZE(irqs->msix); i++)
		vdcm_irqs_swap(adi, &irqs->msix[i], NULL);
	vdcm_irqs_swap(adi, &irqs->req, NULL);
	mutex_unlock(&irqs->hw_lock);
}

/**
 * vdcm_irqs_raise() - signal one MSI-X vector
 * @adi: the ADI
 * @vec: vector, any value
 *
 * Any context but hard interrupts, bottom halves disabled.
 */
void vdcm_irqs_raise(struct vdcm_adi *adi, u16 vec)
{
	struct vdcm_irqs *irqs = &adi->irqs;

	if (vec >= ARRAY_SIZE(irqs->msix))
		return;

	spin_lock(&irqs->lock);
	trace_vdcm_irq(adi, vec, !!irqs->msix[vec]);
	if (irqs->msix[vec])
		vdcm_eventfd_signal(irqs->msix[vec]);
	spin_unlock(&irqs->lock);
}

/**
 * vdcm_irqs_request() - ask the user to release the device
 * @adi:   the ADI
 * @count: how often it was asked before
 */
void vdcm_irqs_request(struct vdcm_adi *adi, unsigned int count)
{
	struct vdcm_irqs *irqs = &adi->irqs;
	bool asked;

	spin_lock_bh(&irqs->lock);
	asked = irqs->req;
	if (asked)
		vdcm_eventfd_signal(irqs->req);
	spin_unlock_bh(&irqs->lock);

	if (!asked && count == 0)
		dev_warn(adi->dev,
			 "removal waits for the process that has it open; it did not ask to be told (VFIO_PCI_REQ_IRQ_INDEX)\n");
	else if (count % 10 == 0)
		dev_info(adi->dev, "asked the user to release the device (%u)\n",
			 count + 1);
}

static unsigned int vdcm_irqs_count(const struct vdcm_adi *adi,
				    unsigned int index)
{
	switch (index) {
	case VFIO_PCI_MSIX_IRQ_INDEX:
		return adi->adi.num_qps + 1;
	case VFIO_PCI_REQ_IRQ_INDEX:
		return 1;
	default:
		return 0;
	}
}

/**
 * vdcm_irqs_info() - answer VFIO_DEVICE_GET_IRQ_INFO
 * @adi:  the ADI
 * @info: in: index; out: flags and count
 *
 * MSI-X may grow while enabled, so NORESIZE is not set. There are no errors to
 * report through ERR: it is refused rather than offered and never used.
 */
int vdcm_irqs_info(struct vdcm_adi *adi, struct vfio_irq_info *info)
{
	if (info->index >= VFIO_PCI_NUM_IRQS ||
	    info->index == VFIO_PCI_ERR_IRQ_INDEX)
		return -EINVAL;

	info->count = vdcm_irqs_count(adi, info->index);
	info->flags = 0;
	if (info->count)
		info->flags = VFIO_IRQ_INFO_EVENTFD;
	if (info->index == VFIO_PCI_REQ_IRQ_INDEX)
		info->flags |= VFIO_IRQ_INFO_NORESIZE;

	return 0;
}

/*
 * Take over file descriptors, all of them or none; but where an interrupt of the
 * device cannot be had, those before it are.
 */
static int vdcm_irqs_set_fds(struct vdcm_adi *adi, struct eventfd_ctx **slots,
			     const struct vfio_irq_set *hdr, const s32 *fds)
{
	struct eventfd_ctx *ctx[AVF_MAX_VECTORS] = {};
	int err = 0;
	u32 i;

	for (i = 0; i < hdr->count; i++) {
		if (fds[i] == -1)
			continue;
		ctx[i] = eventfd_ctx_fdget(fds[i]);
		if (IS_ERR(ctx[i])) {
			int ret = PTR_ERR(ctx[i]);

			while (i--)
				if (ctx[i])
					eventfd_ctx_put(ctx[i]);
			return ret;
		}
	}

	for (i = 0; i < hdr->count; i++) {
		if (!err)
			err = vdcm_irqs_swap(adi, &slots[hdr->start + i],
					     ctx[i]);
		if (err && ctx[i])
			eventfd_ctx_put(ctx[i]);
	}
	if (err)
		dev_err(adi->dev,
			"no interrupt of the PF for a vector: %d\n", err);
	return err;
}

/* Signal by hand, as tests of the interrupt path do. */
static void vdcm_irqs_loopback(struct vdcm_irqs *irqs,
			       struct eventfd_ctx **slots,
			       const struct vfio_irq_set *hdr, const u8 *bools)
{
	u32 i;

	spin_lock_bh(&irqs->lock);
	for (i = 0; i < hdr->count; i++)
		if (slots[hdr->start + i] && (!bools || bools[i]))
			vdcm_eventfd_signal(slots[hdr->start + i]);
	spin_unlock_bh(&irqs->lock);
}

/**
 * vdcm_irqs_set() - answer VFIO_DEVICE_SET_IRQS
 * @adi: the ADI
 * @arg: struct vfio_irq_set of the user
 *
 * Returns 0; -EINVAL for what does not fit the device; -ENOTTY for masking,
 * which the VMM does itself; -EBADF for a descriptor that is no eventfd.
 */
long vdcm_irqs_set(struct vdcm_adi *adi, void __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_irq_set, count);
	struct vdcm_irqs *irqs = &adi->irqs;
	struct eventfd_ctx **slots;
	struct vfio_irq_set hdr;
	size_t data_size = 0;
	unsigned int max;
	void *data = NULL;
	u32 i;
	int ret;

	if (copy_from_user(&hdr, arg, minsz))
		return -EFAULT;

	if (hdr.index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;

	max = vdcm_irqs_count(adi, hdr.index);
	ret = vfio_set_irqs_validate_and_prepare(&hdr, max, VFIO_PCI_NUM_IRQS,
						 &data_size);
	if (ret)
		return ret;

	if ((hdr.flags & VFIO_IRQ_SET_ACTION_TYPE_MASK) !=
	    VFIO_IRQ_SET_ACTION_TRIGGER)
		return -ENOTTY;

	if (hdr.index == VFIO_PCI_MSIX_IRQ_INDEX)
		slots = irqs->msix;
	else if (hdr.index == VFIO_PCI_REQ_IRQ_INDEX)
		slots = &irqs->req;
	else
		return -EINVAL;

	if (data_size) {
		data = memdup_user(arg + minsz, data_size);
		if (IS_ERR(data))
			return PTR_ERR(data);
	}

	ret = 0;
	mutex_lock(&irqs->hw_lock);
	switch (hdr.flags & VFIO_IRQ_SET_DATA_TYPE_MASK) {
	case VFIO_IRQ_SET_DATA_EVENTFD:
		ret = vdcm_irqs_set_fds(adi, slots, &hdr, data);
		break;
	case VFIO_IRQ_SET_DATA_NONE:
		if (hdr.count)
			vdcm_irqs_loopback(irqs, slots, &hdr, NULL);
		else
			for (i = 0; i < max; i++)
				vdcm_irqs_swap(adi, &slots[i], NULL);
		break;
	case VFIO_IRQ_SET_DATA_BOOL:
		vdcm_irqs_loopback(irqs, slots, &hdr, data);
		break;
	default:
		ret = -EINVAL;
	}
	mutex_unlock(&irqs->hw_lock);

	kfree(data);
	return ret;
}
