// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "mem.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEM_ASAN
#elif __has_feature(memory_sanitizer)
#define MEM_MSAN
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define MEM_ASAN
#endif

#ifdef MEM_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)		((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n)	((void)(p), (void)(n))
#endif
#ifdef MEM_MSAN
#include <sanitizer/msan_interface.h>
#endif

#define MEM_STEP	(2 * AVF_PAGE_SIZE)

static struct {
	u8 *ram;
	u8 *view;	/* page i at i * MEM_STEP, a hole behind it */
} mem[2];
static u8 gold[FZ_RAM_LEN];
static bool gold_ready;

void mem_check_init(const void *p, size_t len)
{
#ifdef MEM_MSAN
	__msan_check_mem_is_initialized(p, len);
#else
	(void)p;
	(void)len;
#endif
}

void mem_poison(void *p, size_t len)
{
#ifdef MEM_MSAN
	__msan_poison(p, len);
#else
	(void)p;
	(void)len;
#endif
}

static void be16(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

/* A frame of kind @k at @p; @len bytes of it count as IP packet. */
static void packet(u8 *p, u32 k, u32 len)
{
	static const u8 proto[] = { 6, 17, 132, 6, 1 };
	bool v6 = k & 1, tag = k >= 10, opt = k / 2 % 5 == 3;
	u32 l3 = tag ? 18 : 14, ext = opt ? 8 : 0;
	u8 *ip = p + l3, *l4 = ip + (v6 ? 40 : 20) + ext;

	memset(p, 0, (size_t)(l4 - p) + 20);
	p[0] = (u8)(k == 4 ? 1 : k == 5 ? 0xff : 2);
	if (k == 5)
		memset(p, 0xff, 6);
	p[5] = (u8)k;
	p[6] = 2;
	p[11] = 0x10;
	if (tag) {
		be16(p + 12, 0x8100);
		be16(p + 14, 0x2005);
	}
	be16(ip - 2, v6 ? 0x86dd : 0x0800);
	if (v6) {
		ip[0] = 0x60;
		be16(ip + 4, len - 40);
		ip[6] = proto[k / 2 % 5];
		if (ext) {
			ip[40] = ip[6];
			ip[6] = 0;
		}
		ip[8] = 0xfd;
		ip[23] = (u8)k;
		ip[24] = 0xfd;
	} else {
		ip[0] = (u8)(0x45 + ext / 4);
		be16(ip + 2, len);
		be16(ip + 4, 0xfffe);
		ip[8] = 64;
		ip[9] = proto[k / 2 % 5];
		ip[12] = 10;
		ip[15] = (u8)k;
		ip[16] = 10;
	}
	be16(l4, 40000);
	be16(l4 + 2, 5001 + k);
	if (proto[k / 2 % 5] == 6) {
		l4[4] = 0xff;
		l4[5] = 0xff;
		l4[6] = 0xfe;
		l4[12] = 0x50;
		l4[13] = 0x99;
	}
	if (proto[k / 2 % 5] == 17)
		be16(l4 + 4, len - (v6 ? 40 : 20) - ext);
}

/* Sums of 16-bit words; the frame's UDP checksum is to come out as 0. */
static void zero_sum(u8 *p, u32 len, bool v6)
{
	u8 *ip = p + 14, *l4 = ip + (v6 ? 40 : 20);
	u32 n = len - (v6 ? 40 : 20), sum = 17 + n, i;

	be16(l4, 0);
	be16(l4 + 6, 0);
	for (i = v6 ? 8 : 12; i < (v6 ? 40 : 20); i += 2)
		sum += (u32)ip[i] << 8 | ip[i + 1];
	for (i = 0; i < n; i++)
		sum += i & 1 ? l4[i] : (u32)l4[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	be16(l4, 0xffff - sum);
}

static void gold_init(void)
{
	u32 x = 1, i;

	for (i = FZ_PKT - FZ_RAM; i < FZ_RAM_LEN; i++) {
		x = x * 1664525u + 1013904223u;
		gold[i] = (u8)(x >> 24);
	}
	/* two rounds of sixteen; the second says it is longer */
	for (i = 0; i < 32; i++)
		packet(gold + (FZ_PKT - FZ_RAM) + i * FZ_PKT_STEP, i % 16,
		       i < 16 ? 200 + i : 900);
	for (i = 2; i < 4; i++)
		zero_sum(gold + (FZ_PKT - FZ_RAM) + i * FZ_PKT_STEP, 200 + i,
			 i & 1);
}

static void mem_create(u32 id)
{
	int fd = memfd_create("guest", 0);
	u8 *view;
	u32 i;

	FZ_CHECK(fd >= 0 && !ftruncate(fd, FZ_RAM_LEN));
	mem[id].ram = mmap(NULL, FZ_RAM_LEN, PROT_READ | PROT_WRITE, MAP_SHARED,
			   fd, 0);
	view = mmap(NULL, FZ_PAGES * MEM_STEP, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	FZ_CHECK(mem[id].ram != MAP_FAILED && view != MAP_FAILED);
	for (i = 0; i < FZ_PAGES; i++)
		FZ_CHECK(mmap(view + i * MEM_STEP, AVF_PAGE_SIZE,
			      PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
			      fd, i * AVF_PAGE_SIZE) != MAP_FAILED);
	close(fd);
	ASAN_POISON_MEMORY_REGION(view, FZ_PAGES * MEM_STEP);
	mem[id].view = view;
	memcpy(mem[id].ram, gold, FZ_RAM_LEN);
}

void mem_init(struct fz *f)
{
	if (mem[f->id].ram)
		return;
	if (!gold_ready)
		gold_init();
	gold_ready = true;
	mem_create(f->id);
}

void mem_clean(struct fz *f)
{
	u32 i;

	for (i = 0; f->dirty; i++, f->dirty >>= 1)
		if (f->dirty & 1)
			memcpy(mem[f->id].ram + i * AVF_PAGE_SIZE,
			       gold + i * AVF_PAGE_SIZE, AVF_PAGE_SIZE);
}

static bool mem_range(struct fz *f, u64 iova, u32 len, bool write, u32 there)
{
	u64 d = iova - FZ_RAM;
	u32 i;

	if (d >= FZ_RAM_LEN || len > FZ_RAM_LEN - d)
		return false;
	for (i = (u32)d / AVF_PAGE_SIZE; i <= (d + len - 1) / AVF_PAGE_SIZE;
	     i++) {
		if (!(there & (1u << i)))
			return false;
		if (write)
			f->dirty |= 1u << i;
	}
	return true;
}

bool mem_copy(struct fz *f, u64 iova, void *p, u32 len, bool write)
{
	u8 *ram = mem[f->id].ram;

	if (!mem_range(f, iova, len, write, f->on))
		return false;
	if (write)
		memcpy(ram + (iova - FZ_RAM), p, len);
	else
		memcpy(p, ram + (iova - FZ_RAM), len);
	return true;
}

void mem_poke(struct fz *f, u64 iova, void *p, u32 len, bool write)
{
	u8 *ram = mem[f->id].ram;

	if (!len || !mem_range(f, iova, len, write, ~0u))
		return;
	if (write)
		memcpy(ram + (iova - FZ_RAM), p, len);
	else
		memcpy(p, ram + (iova - FZ_RAM), len);
}

void *mem_map(struct fz *f, u64 iova, u32 len, bool write)
{
	u32 page = (u32)((iova - FZ_RAM) / AVF_PAGE_SIZE);
	u8 *p;

	if (!mem_range(f, iova, len, write, f->on & ~f->no_map))
		return NULL;
	p = mem[f->id].view + page * MEM_STEP + iova % AVF_PAGE_SIZE;
	ASAN_UNPOISON_MEMORY_REGION(p, len);
	f->opened |= 1u << page;
	return p;
}

void mem_unmap(struct fz *f, u32 pages)
{
	u32 i;

	for (i = 0; pages; i++, pages >>= 1) {
		if (!(pages & 1))
			continue;
		mem_check_init(mem[f->id].view + i * MEM_STEP, AVF_PAGE_SIZE);
		ASAN_POISON_MEMORY_REGION(mem[f->id].view + i * MEM_STEP,
					  AVF_PAGE_SIZE);
	}
}
