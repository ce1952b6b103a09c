// SPDX-License-Identifier: GPL-2.0
/*
 * Configuration space: writes of any width at any offset, against the naive
 * model of cfgref.c; reads likewise; resets in between.
 */
#include "fuzz.h"

const char *const fz_name = "cfg";

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static struct fz f;
	u8 buf[24];
	u32 off, n, i, steps;
	u8 s;

	if (len < 2)
		return 0;
	fz_open(&f, 0, (u16)(1 + data[0] % 16),
		data[0] & 16 ? FZ_VMM_MSIX : 0, data + 1, len - 1);
	for (steps = 0; steps < 256 && fz_more(&f); steps++) {
		s = fz_u8(&f);
		/* mostly where there is something */
		off = s & 0x80 ? fz_u8(&f) :
		      (u32)"\x04\x10\x1c\x70\xa8\x3c\xb0\x2c"[s & 7];
		if (s >= 0xf0)
			off = s == 0xff ? fz_u32(&f) : fz_u16(&f) % 4200;
		n = (s >> 3) & 15;
		n = n == 15 ? 24 : n;
		switch (s & 0x60) {
		case 0x20:
			fz_cfg_rd(&f, off, n);
			break;
		case 0x40:
			if (s == 0xc7)
				fz_reset(&f, (enum avf_reset)(off % 3));
			fallthrough;
		default:
			for (i = 0; i < n; i++)
				buf[i] = fz_u8(&f);
			fz_cfg_wr(&f, off, buf, n);
			break;
		}
	}
	/* Nothing changed anywhere else. */
	for (i = 0; i < 256; i += 32)
		fz_cfg_rd(&f, i, 32);
	fz_after(&f);
	for (i = 256; i < AVF_CFG_SIZE; i += 480)
		fz_cfg_rd(&f, i, 32);
	fz_close(&f);
	return 0;
}
