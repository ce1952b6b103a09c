// SPDX-License-Identifier: GPL-2.0
/*
 * gen dict > FILE    a dictionary: registers, opcodes, lengths of messages
 * gen seeds DIR      one directory of seeds for each target
 *
 * Both come from the register table and the table of messages: what is new
 * there is known here.
 */
#include <sys/stat.h>

#include "fuzz.h"

#define OPS	25u	/* of the target ops */

static const struct {
	const char *name;
	u32 off;
	u32 count;
} regs[] = {
#define AVF_REG(name, off, count, ...)	{ #name, off, count },
#include "avf_regs.def"
#undef AVF_REG
};

static const struct {
	const char *name;
	u32 op;
	u32 head;
	u32 elem;
} msgs[] = {
#define FZ_VC(name, head, elem, ...)	{ #name, AVF_VC_##name, head, elem },
#include "vc.def"
#undef FZ_VC
};

static void word(const char *name, const char *what, u32 v, u32 n)
{
	printf("%s_%s=\"", name, what);
	while (n--) {
		printf("\\x%02x", v & 0xff);
		v >>= 8;
	}
	printf("\"\n");
}

static int dict(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		word(regs[i].name, "off", regs[i].off, 2);
		/* an operation of the target ops: write this register */
		printf("%s_wr=\"\\x00\\x%02x\"\n", regs[i].name, i);
	}
	for (i = 0; i < ARRAY_SIZE(msgs); i++) {
		word(msgs[i].name, "op", msgs[i].op, 4);
		word(msgs[i].name, "len", msgs[i].head + msgs[i].elem, 2);
		/* of the targets ops and vc: build this message */
		printf("%s_ops=\"\\x08\\x%02x\"\n", msgs[i].name, i);
		printf("%s_vc=\"\\x00\\x%02x\"\n", msgs[i].name, i);
	}
	return 0;
}

static void seed(const char *dir, const char *target, const char *name,
		 const u8 *p, u32 len)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, target);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%s", dir, target, name);
	f = fopen(path, "wb");
	if (!f || fwrite(p, 1, len, f) != len || fclose(f)) {
		perror(path);
		exit(1);
	}
}

static int seeds(const char *dir)
{
	u8 buf[128] = { 0 };
	char name[64];
	u32 i, k, n;

	mkdir(dir, 0777);
	for (i = 0; i < ARRAY_SIZE(msgs); i++) {
		/* each message, likely values, on a device that is up */
		snprintf(name, sizeof(name), "msg-%s", msgs[i].name);
		buf[0] = 0x73;
		buf[1] = 8;
		buf[2] = (u8)i;
		seed(dir, "ops", name, buf, 48);
		buf[0] = 0x03;
		buf[1] = 0;
		buf[2] = 0;
		buf[3] = (u8)i;
		seed(dir, "vc", name, buf, 48);
		/* the same where the host refuses, for lists of different things */
		for (k = 0; k < 4; k++) {
			snprintf(name, sizeof(name), "msg-%s-%u", msgs[i].name,
				 k);
			for (n = 4; n < 64; n++)
				buf[n] = (u8)(n * 5 + k * 41);
			buf[2] = (u8)(0xf0 + k);
			buf[4] = 0;
			buf[5] = (u8)(1 + k);
			seed(dir, "vc", name, buf, 64);
		}
		memset(buf + 4, 0, sizeof(buf) - 4);
		snprintf(name, sizeof(name), "msg-%s", msgs[i].name);
		buf[2] = 0;
		buf[3] = (u8)i;
		seed(dir, "flip", name, buf, 48);
		memset(buf, 0, sizeof(buf));
	}
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		/* each register, several values */
		snprintf(name, sizeof(name), "reg-%s", regs[i].name);
		buf[0] = 0x73;
		for (n = 1, k = 0; k < 8; k++) {
			buf[n++] = 0;
			buf[n++] = (u8)i;
			if (regs[i].count > 1)
				buf[n++] = (u8)k;
			buf[n++] = (u8)(k * 32);
		}
		seed(dir, "ops", name, buf, n);
		memset(buf, 0, sizeof(buf));
	}
	for (i = 0; i < OPS; i++) {
		/* each operation; with and without pointers to guest memory */
		for (k = 0; k < 4; k++) {
			snprintf(name, sizeof(name), "op-%u-%u", i, k);
			memset(buf, (int)(i * 7 + k * 61), 64);
			buf[0] = (u8)(0x73 | (k & 1) << 2);
			buf[1] = (u8)(i + OPS * k);
			seed(dir, "ops", name, buf, 64);
		}
	}
	for (i = 0; i < 32; i++) {
		/* each canned frame: whole, cut here or later, in pieces */
		for (k = 0; k < 8; k++) {
			snprintf(name, sizeof(name), "frame-%u-%u", i, k);
			memset(buf, 0x40, sizeof(buf));
			buf[0] = (u8)((k & 1) | (k & 4) << 3);
			buf[1] = (u8)(i * 2);
			buf[4] = 7;
			buf[5] = (u8)i;
			buf[6] = (u8)(k & 4 ? 0x30 : k & 2 ? 0x10 : 1);
			buf[7] = (u8)k;
			seed(dir, "tx", name, buf, 32);
		}
	}
	for (i = 0; i < 64; i++) {
		snprintf(name, sizeof(name), "acc-%u", i);
		memset(buf, 0xff, sizeof(buf));
		buf[0] = 3;
		buf[1] = (u8)(i * 4);
		seed(dir, "cfg", name, buf, 16);
		snprintf(name, sizeof(name), "ring-%u", i);
		memset(buf, (int)(i * 37), sizeof(buf));
		buf[2] = (u8)(i * 4 + 2);
		seed(dir, "flip", name, buf, 128);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "dict"))
		return dict();
	if (argc == 3 && !strcmp(argv[1], "seeds"))
		return seeds(argv[2]);
	fprintf(stderr, "usage: gen dict | gen seeds DIR\n");
	return 2;
}
