// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * PCI configuration space (device contract 1.3).
 *
 * One table describes all 4 KiB: each dword's value after reset, the bits that
 * software may write, and those it clears by writing 1. What the table does not
 * list reads as 0 and cannot be written.
 */
#include "avf_dev.h"

#define AVF_CFG_COMMAND		0x004
#define AVF_CFG_MSIX		AVF_PCI_MSIX_CAP
#define AVF_CFG_DEVCTL		(AVF_PCI_EXP_CAP + 0x08)

#define AVF_CFG_CMD_MEM		0x00000002u
#define AVF_CFG_CMD_MASTER	0x00000004u
#define AVF_CFG_MSIX_SIZE_S	16
#define AVF_CFG_MSIX_MASK	0x40000000u
#define AVF_CFG_MSIX_ON		0x80000000u
#define AVF_CFG_DEVCTL_FLR	0x00008000u

struct avf_cfg_dword {
	u16 off;
	u32 val;
	u32 rw;
	u32 w1c;
};

static const struct avf_cfg_dword avf_cfg_map[] = {
	/* vendor, device */
	{ 0x000, AVF_PCI_VENDOR | (u32)AVF_PCI_DEVICE << 16, 0, 0 },
	/* command: memory, master, no INTx; status: capability list */
	{ AVF_CFG_COMMAND, 0x00100000, 0x00000406, 0xF9000000 },
	/* Ethernet controller, revision 2 */
	{ 0x008, 0x02000002, 0, 0 },
	/* cache line size; header type 0 */
	{ 0x00C, 0, 0x000000FF, 0 },
	/* BAR0, BAR3: 64 bits, prefetchable */
	{ 0x010, 0x0000000C, ~(AVF_BAR0_SIZE - 1), 0 },
	{ 0x014, 0, 0xFFFFFFFF, 0 },
	{ 0x01C, 0x0000000C, ~(AVF_BAR3_SIZE - 1), 0 },
	{ 0x020, 0, 0xFFFFFFFF, 0 },
	/* subsystem: the device's own ids */
	{ 0x02C, AVF_PCI_VENDOR | (u32)AVF_PCI_DEVICE << 16, 0, 0 },
	/* first capability */
	{ 0x034, AVF_PCI_MSIX_CAP, 0, 0 },
	/* interrupt line; no pin */
	{ 0x03C, 0, 0x000000FF, 0 },
	/* MSI-X; the table size is filled in per device */
	{ AVF_CFG_MSIX, 0x11 | AVF_PCI_EXP_CAP << 8,
	  AVF_CFG_MSIX_ON | AVF_CFG_MSIX_MASK, 0 },
	{ AVF_PCI_MSIX_CAP + 0x04, AVF_MSIX_TABLE | 3, 0, 0 },
	{ AVF_PCI_MSIX_CAP + 0x08, AVF_MSIX_PBA | 3, 0, 0 },
	/* PCI Express 2 endpoint, last capability */
	{ AVF_PCI_EXP_CAP, 0x00020010, 0, 0 },
	/* device: FLR, role-based errors, 256 byte payloads */
	{ AVF_PCI_EXP_CAP + 0x04, 0x10008001, 0, 0 },
	{ AVF_CFG_DEVCTL, 0x00002810, 0x000078FF, 0x000F0000 },
	/* link: 16 GT/s x16, no power management */
	{ AVF_PCI_EXP_CAP + 0x0C, 0x00400104, 0, 0 },
	{ AVF_PCI_EXP_CAP + 0x10, 0x01040000, 0x000000C8, 0 },
	/* device 2: completion timeout can be disabled */
	{ AVF_PCI_EXP_CAP + 0x24, 0x00000010, 0, 0 },
	{ AVF_PCI_EXP_CAP + 0x28, 0, 0x00000010, 0 },
	/* link 2: 2.5 to 16 GT/s */
	{ AVF_PCI_EXP_CAP + 0x2C, 0x0000001E, 0, 0 },
	{ AVF_PCI_EXP_CAP + 0x30, 0x00000004, 0, 0 },
};

AVF_STATIC_ASSERT(ARRAY_SIZE(avf_cfg_map) == AVF_CFG_DWORDS);

/* Index of the dword at @off, or AVF_CFG_DWORDS. */
static u32 avf_cfg_find(u32 off)
{
	u32 i;

	for (i = 0; i < AVF_CFG_DWORDS; i++)
		if (avf_cfg_map[i].off == off)
			break;
	return i;
}

static u32 avf_cfg_get(const struct avf_dev *dev, u32 off)
{
	u32 i = avf_cfg_find(off);

	return i < AVF_CFG_DWORDS ? dev->cfg[i] : 0;
}

void avf_cfg_reset(struct avf_dev *dev)
{
	u32 i;

	for (i = 0; i < AVF_CFG_DWORDS; i++) {
		dev->cfg[i] = avf_cfg_map[i].val;
		if (avf_cfg_map[i].off == AVF_CFG_MSIX)
			dev->cfg[i] |= (u32)(avf_dev_vectors(dev) - 1) <<
				       AVF_CFG_MSIX_SIZE_S;
	}
	WRITE_ONCE(dev->mem_on, false);
	avf_int_bus_master(dev, false);
}

static void avf_cfg_command(struct avf_dev *dev, u32 val)
{
	bool master = val & AVF_CFG_CMD_MASTER;

	/*
	 * Registers in memory: what was stored while it was off is lost, an
	 * enable of before is not.
	 */
	if (!(val & AVF_CFG_CMD_MEM))
		avf_page_irqs(dev);
	else if (!dev->mem_on)
		avf_page_fill(dev);
	WRITE_ONCE(dev->mem_on, !!(val & AVF_CFG_CMD_MEM));
	if (master == dev->bus_master)
		return;

	avf_int_bus_master(dev, master);
	/* All DMA is over when the write returns (contract 1.3 rule 1). */
	if (master)
		return;
	/* Hardware's queues do not ask each time: they have to be started anew. */
	avf_hw_stop(dev, ~0u, ~0u);
	avf_dev_traffic(dev);
	dev->ops->queues_quiesce(dev->host);
}

/*
 * Write the bits @mask of the dword at @off. Returns true when that reset the
 * device.
 */
static bool avf_cfg_put(struct avf_dev *dev, u32 off, u32 val, u32 mask)
{
	u32 i = avf_cfg_find(off);
	const struct avf_cfg_dword *d;
	u32 rw;

	if (i == AVF_CFG_DWORDS)
		return false;

	d = &avf_cfg_map[i];
	rw = d->rw & mask;
	dev->cfg[i] = (dev->cfg[i] & ~rw) | (val & rw);
	dev->cfg[i] &= ~(val & mask & d->w1c);

	switch (off) {
	case AVF_CFG_COMMAND:
		avf_cfg_command(dev, dev->cfg[i]);
		break;
	case AVF_CFG_MSIX:
		avf_msix_control(dev, dev->cfg[i] & AVF_CFG_MSIX_ON,
				 dev->cfg[i] & AVF_CFG_MSIX_MASK);
		break;
	case AVF_CFG_DEVCTL:
		if (val & mask & AVF_CFG_DEVCTL_FLR) {
			avf_dev_reset(dev, AVF_RESET_FLR);
			return true;
		}
		break;
	}
	return false;
}

void avf_cfg_read(const struct avf_dev *dev, u32 off, void *buf, u32 len)
{
	u8 *p = buf;
	u32 i;

	for (i = 0; i < len; i++) {
		/* off + i may wrap for a silly caller: compare without. */
		if (off >= AVF_CFG_SIZE || i >= AVF_CFG_SIZE - off) {
			memset(p + i, 0, len - i);
			return;
		}
		p[i] = (u8)(avf_cfg_get(dev, (off + i) & ~3u) >>
			    8 * ((off + i) & 3));
	}
}

void avf_cfg_write(struct avf_dev *dev, u32 off, const void *buf, u32 len)
{
	const u8 *p = buf;
	u32 i = 0;

	if (off >= AVF_CFG_SIZE)
		return;
	len = min_t(u32, len, AVF_CFG_SIZE - off);

	while (i < len) {
		u32 dword = (off + i) & ~3u;
		u32 val = 0;
		u32 mask = 0;

		for (; i < len && ((off + i) & ~3u) == dword; i++) {
			u32 shift = 8 * ((off + i) & 3);

			val |= (u32)p[i] << shift;
			mask |= 0xFFu << shift;
		}
		if (avf_cfg_put(dev, dword, val, mask))
			return;
	}
}
