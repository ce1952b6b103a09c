// SPDX-License-Identifier: GPL-2.0
#include "host.h"

void fz_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: not true: %s\n", file, line, what);
	abort();
}

u8 fz_u8(struct fz *f)
{
	return f->in < f->end ? *f->in++ : 0;
}

u16 fz_u16(struct fz *f)
{
	u16 v = fz_u8(f);

	return (u16)(v | fz_u8(f) << 8);
}

u32 fz_u32(struct fz *f)
{
	u32 v = fz_u16(f);

	return v | (u32)fz_u16(f) << 16;
}

u64 fz_u64(struct fz *f)
{
	u64 v = fz_u32(f);

	return v | (u64)fz_u32(f) << 32;
}

u64 fz_addr(struct fz *f)
{
	u8 s = fz_u8(f);

	if (s < 0xb0)
		return FZ_RAM + (fz_u16(f) * 2u) % FZ_RAM_LEN;
	if (s < 0xc0)
		return FZ_RAM + (s & 15) * 2u * AVF_PAGE_SIZE;
	if (s < 0xe0)
		return FZ_STREAM + fz_u16(f) * 128u;
	if (s < 0xe8)
		return FZ_NOWHERE;
	if (s < 0xf0)
		return ~0ull - (s & 7) * 64;
	return fz_u64(f);
}

u32 fz_val(struct fz *f)
{
	u8 s = fz_u8(f);

	switch (s >> 4) {
	case 0 ... 3:
		return s & 63;
	case 4:
		return AVF_AQ_LEN_ENABLE | (s & 15 ? FZ_AQ_LEN : fz_u16(f));
	case 5:
		return (u32)FZ_RAM + (s & 15) * AVF_PAGE_SIZE / 4;
	case 6:
		return (u32)(FZ_RAM >> 32);
	case 7:
		return 0xffffffff;
	case 8:
		return AVF_DYN_INTENA | (s & 7u) << 2 |
		       (s & 8 ? 0 : AVF_DYN_ITR_NONE << AVF_DYN_ITR_S);
	case 9:
		return AVF_DYN_INTENA | (s & 3u) << AVF_DYN_ITR_S |
		       (u32)fz_u8(f) << AVF_DYN_INTERVAL_S;
	case 10:
		return 1u << (s & 15);
	case 11:
		return 0x10000u << (s & 15);
	case 12:
		return fz_u8(f);
	case 13:
		return fz_u16(f);
	default:
		return fz_u32(f);
	}
}
