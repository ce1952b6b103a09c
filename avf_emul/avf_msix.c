// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * The MSI-X table and pending bits, in BAR3.
 *
 * Where a VMM keeps the table itself (AVF_PARAM_VMM_MSIX) ours is plain memory:
 * its masks gate nothing and nothing is ever pending.
 */
#include "avf_dev.h"

#define AVF_MSIX_CTRL		3	/* dword of an entry */
#define AVF_MSIX_CTRL_MASK	0x1u

void avf_msix_reset(struct avf_dev *dev)
{
	struct avf_intr *in = &dev->intr;
	u32 i;

	avf_lock(&dev->int_lock);
	in->msix_on = false;
	in->msix_mask = false;
	in->pba = 0;
	memset(in->msix, 0, sizeof(in->msix));
	for (i = 0; i < AVF_MAX_VECTORS; i++)
		in->msix[i].dw[AVF_MSIX_CTRL] = AVF_MSIX_CTRL_MASK;
	avf_unlock(&dev->int_lock);
}

bool avf_msix_ready(const struct avf_dev *dev)
{
	if (!dev->bus_master)
		return false;
	return (dev->flags & AVF_PARAM_VMM_MSIX) || dev->intr.msix_on;
}

bool avf_msix_masked(const struct avf_dev *dev, u16 vec)
{
	const struct avf_intr *in = &dev->intr;

	if (dev->flags & AVF_PARAM_VMM_MSIX)
		return false;
	return in->msix_mask ||
	       (in->msix[vec].dw[AVF_MSIX_CTRL] & AVF_MSIX_CTRL_MASK);
}

void avf_msix_send(struct avf_dev *dev, u16 vec)
{
	struct avf_intr *in = &dev->intr;

	avf_assert_locked(&dev->int_lock);
	if (avf_msix_masked(dev, vec)) {
		in->pba |= 1u << vec;
		return;
	}
	avf_stat_add(&in->irqs, 1);
	dev->ops->irq_raise(dev->host, vec);
}

void avf_msix_replay(struct avf_dev *dev)
{
	struct avf_intr *in = &dev->intr;
	u16 vec;

	avf_assert_locked(&dev->int_lock);
	if (!in->pba || !avf_msix_ready(dev))
		return;

	for (vec = 0; vec < avf_dev_vectors(dev); vec++) {
		if (!(in->pba & (1u << vec)) || avf_msix_masked(dev, vec))
			continue;
		in->pba &= ~(1u << vec);
		avf_msix_send(dev, vec);
	}
}

void avf_msix_control(struct avf_dev *dev, bool on, bool mask)
{
	struct avf_intr *in = &dev->intr;

	avf_lock(&dev->int_lock);
	in->msix_on = on;
	in->msix_mask = mask;
	if (!on)
		in->pba = 0;
	avf_msix_replay(dev);
	avf_unlock(&dev->int_lock);
}

u32 avf_msix_read(struct avf_dev *dev, u32 off)
{
	u32 entry = off / sizeof(struct avf_msix_entry);
	u32 val = 0;

	avf_lock(&dev->int_lock);
	if (entry < avf_dev_vectors(dev))
		val = dev->intr.msix[entry].dw[(off / 4) % 4];
	else if (off == AVF_MSIX_PBA)
		val = dev->intr.pba;
	avf_unlock(&dev->int_lock);
	return val;
}

void avf_msix_write(struct avf_dev *dev, u32 off, u32 val)
{
	u32 entry = off / sizeof(struct avf_msix_entry);
	u32 dw = (off / 4) % 4;

	if (entry >= avf_dev_vectors(dev))
		return;

	if (dw == 0)
		val &= ~3u;	/* messages are dword writes */
	else if (dw == AVF_MSIX_CTRL)
		val &= AVF_MSIX_CTRL_MASK;

	avf_lock(&dev->int_lock);
	dev->intr.msix[entry].dw[dw] = val;
	if (dw == AVF_MSIX_CTRL)
		avf_msix_replay(dev);
	avf_unlock(&dev->int_lock);
}
