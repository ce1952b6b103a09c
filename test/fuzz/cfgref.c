// SPDX-License-Identifier: GPL-2.0
/*
 * Configuration space, naively: what each byte is after a reset, which of its
 * bits can be written, which are cleared by writing 1. The numbers are those of
 * the device contract (1.3) and of the PCI specifications, not the model's.
 */
#include "fuzz.h"

static const struct {
	u16 off;
	u8 val;
	u8 rw;
	u8 w1c;
} bytes[] = {
	{ 0x00, 0x86, 0, 0 }, { 0x01, 0x80, 0, 0 },	/* vendor */
	{ 0x02, 0x89, 0, 0 }, { 0x03, 0x18, 0, 0 },	/* device */
	{ 0x04, 0, 0x06, 0 },		/* memory, bus master; no I/O */
	{ 0x05, 0, 0x04, 0 },		/* INTx disable */
	{ 0x06, 0x10, 0, 0 },		/* capability list */
	{ 0x07, 0, 0, 0xf9 },		/* errors seen */
	{ 0x08, 0x02, 0, 0 },		/* revision */
	{ 0x0b, 0x02, 0, 0 },		/* network controller */
	{ 0x0c, 0, 0xff, 0 },		/* cache line size */
	/* BAR0: 64 KiB, BAR3: 16 KiB; 64 bits, prefetchable */
	{ 0x10, 0x0c, 0, 0 }, { 0x12, 0, 0xff, 0 }, { 0x13, 0, 0xff, 0 },
	{ 0x14, 0, 0xff, 0 }, { 0x15, 0, 0xff, 0 }, { 0x16, 0, 0xff, 0 },
	{ 0x17, 0, 0xff, 0 },
	{ 0x1c, 0x0c, 0, 0 }, { 0x1d, 0, 0xc0, 0 }, { 0x1e, 0, 0xff, 0 },
	{ 0x1f, 0, 0xff, 0 }, { 0x20, 0, 0xff, 0 }, { 0x21, 0, 0xff, 0 },
	{ 0x22, 0, 0xff, 0 }, { 0x23, 0, 0xff, 0 },
	{ 0x2c, 0x86, 0, 0 }, { 0x2d, 0x80, 0, 0 },	/* subsystem */
	{ 0x2e, 0x89, 0, 0 }, { 0x2f, 0x18, 0, 0 },
	{ 0x34, 0x70, 0, 0 },		/* first capability */
	{ 0x3c, 0, 0xff, 0 },		/* interrupt line */
	/* MSI-X; its size depends on the device */
	{ 0x70, 0x11, 0, 0 }, { 0x71, 0xa0, 0, 0 }, { 0x73, 0, 0xc0, 0 },
	{ 0x74, 0x03, 0, 0 },
	{ 0x78, 0x03, 0, 0 }, { 0x79, 0x20, 0, 0 },
	/* PCI Express 2 endpoint, the last */
	{ 0xa0, 0x10, 0, 0 }, { 0xa2, 0x02, 0, 0 },
	{ 0xa4, 0x01, 0, 0 }, { 0xa5, 0x80, 0, 0 }, { 0xa7, 0x10, 0, 0 },
	{ 0xa8, 0x10, 0xff, 0 },	/* device control; bit 15: FLR */
	{ 0xa9, 0x28, 0x78, 0 },
	{ 0xaa, 0, 0, 0x0f },		/* device status: errors seen */
	{ 0xac, 0x04, 0, 0 }, { 0xad, 0x01, 0, 0 }, { 0xae, 0x40, 0, 0 },
	{ 0xb0, 0, 0xc8, 0 },		/* link control */
	{ 0xb2, 0x04, 0, 0 }, { 0xb3, 0x01, 0, 0 },
	{ 0xc4, 0x10, 0, 0 },		/* completion timeout */
	{ 0xc8, 0, 0x10, 0 },
	{ 0xcc, 0x1e, 0, 0 }, { 0xd0, 0x04, 0, 0 },	/* link 2 */
};

static u8 mask_rw[256], mask_w1c[256], reset[256];
static bool ready;

void cfgref_reset(u8 *cfg, u16 vectors)
{
	u32 i;

	for (i = 0; !ready && i < ARRAY_SIZE(bytes); i++) {
		reset[bytes[i].off] = bytes[i].val;
		mask_rw[bytes[i].off] = bytes[i].rw;
		mask_w1c[bytes[i].off] = bytes[i].w1c;
	}
	ready = true;
	memcpy(cfg, reset, 256);
	cfg[0x72] = (u8)(vectors - 1);
}

bool cfgref_write(u8 *cfg, u16 vectors, u32 off, const u8 *p, u32 len)
{
	u32 i;

	/* The write that asks for a function level reset is lost in it. */
	if (off <= 0xa9 && len > 0xa9 - off && p[0xa9 - off] & 0x80) {
		cfgref_reset(cfg, vectors);
		return true;
	}
	for (i = 0; i < len && off < 256 && off + i < 256; i++) {
		u8 *c = &cfg[off + i];
		u8 rw = mask_rw[off + i];

		*c = (u8)((*c & ~rw) | (p[i] & rw));
		*c = (u8)(*c & ~(p[i] & mask_w1c[off + i]));
	}
	return false;
}
