// SPDX-License-Identifier: GPL-2.0
/*
 * What a PASID keeps apart: two devices of a PF whose queues are hardware, each
 * in a container of its own, with memory of its own at the same addresses. Each
 * reaches that and nothing else; what is taken away is gone when the call for it
 * returns; a mistake stops a queue of the one who made it.
 *
 * test_pasid UUID UUID [shared|huge]
 * shared: the two in one container: each has a PASID of its own over the same
 * memory. huge: the same with memory in huge pages that the devices are told of;
 * there have to be two.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "pair.h"
#include "vdcm_uapi.h"

#define MEM		(16u << 20)
#define HUGE		(2u << 20)
#define SPARE		(MEM - 0x10000)	/* of the memory, which no driver uses */
#define NOWHERE		0x50000000ull	/* nothing is mapped there */
#define FRAMES		40

static struct pair p;
static struct vfio_mem mem[2];

static void open_one(int i, char *uuid)
{
	vfio_mem_init(&mem[i], MEM);
	vfiodev_open(&p.v[i], uuid, VFIO_TYPE1v2_IOMMU, &mem[i], NULL);
}

static void up(int i)
{
	avfdrv_init(&p.d[i], &vfiodev_transport, &p.v[i]);
	avfdrv_pci_on(&p.d[i], 2);
	CHECK(!avfdrv_probe(&p.d[i]));
	CHECK(!avfdrv_up(&p.d[i]));
}

/* Its driver starts over, in memory that is as new. */
static void again(int i)
{
	CHECK(!ioctl(p.v[i].fd, VFIO_DEVICE_RESET));
	avfdrv_fini(&p.d[i]);
	mem[i].used = 0;
	up(i);
}

static void exchange(uint32_t frames)
{
	uint32_t i;

	for (i = 0; i < frames; i++)
		CHECK(pair_one(&p, i & 1, 60 + i * 31 % 1455, i), "frame %u", i);
}

/* Send 100 bytes from an address that the driver would not use. */
static void send_from(int i, uint64_t iova)
{
	avfdrv_tx_clean(&p.d[i], 0);
	avfdrv_txd(&p.d[i], 0, iova,
		   avfdrv_txd_qw1(TXD_ICRC | TXD_EOP | TXD_RS, 100, 0, 0, 0));
	avfdrv_tx_ring(&p.d[i], 0);
}

static uint32_t receive(int i, uint8_t *f, uint32_t cap, int ms)
{
	uint32_t n = 0;

	for (; !n && ms; ms--) {
		n = avfdrv_rx(&p.d[i], 0, f, cap, NULL);
		/* The wire's other end may talk, too. */
		if (n && memcmp(f + 6, p.d[!i].mac, 6))
			n = 0;
		if (!n)
			usleep(1000);
	}
	return n;
}

/* The same address in both containers: whose memory is sent? */
static void same_address(void)
{
	uint8_t f[2048];
	int i;

	for (i = 0; i < 2; i++) {
		pair_frame(&p, 0, mem[i].va + SPARE, 100, 0);
		memset(mem[i].va + SPARE + 14, 0xa0 + i, 86);
	}
	send_from(0, mem[0].iova + SPARE);
	CHECK(receive(1, f, sizeof(f), 2000) == 100);
	for (i = 14; i < 100; i++)
		CHECK(f[i] == 0xa0, "byte %d is 0x%x", i, f[i]);
}

/* A queue that reaches for nothing stops; the other's run on. */
static void unmapped(void)
{
	uint8_t f[2048];

	send_from(0, NOWHERE);
	CHECK(!receive(1, f, sizeof(f), 300));
	CHECK(!pair_one(&p, 0, 100, 1), "its queue did not stop");
	/* Not its own receive queue either, which did nothing wrong. */
	CHECK(pair_one(&p, 1, 100, 2));
	again(0);
	exchange(FRAMES);
}

/* A ring that cannot be reached: its queue does not start, and nothing faults. */
static void ring_nowhere(void)
{
	struct avfdrv_buf was;
	int tx;

	for (tx = 0; tx < 2; tx++) {
		struct avfdrv_buf *ring = tx ? &p.d[0].tx[0].ring :
					       &p.d[0].rx[0].ring;

		CHECK(!avfdrv_queues(&p.d[0], VC_DISABLE_QUEUES, 1, 1));
		was = *ring;
		/* Its first part is memory of the driver's. */
		ring->iova = mem[0].iova + mem[0].len - 128;
		CHECK(!avfdrv_config_queues(&p.d[0]));
		CHECK(avfdrv_queues(&p.d[0], VC_ENABLE_QUEUES, !tx, tx));
		*ring = was;
	}
	again(0);
	exchange(FRAMES);
}

/* ------------------------------------------------- memory that is taken away */

static volatile bool stop, hold;
static volatile uint32_t sent;

static void *sender(void *arg)
{
	struct timespec pause = { .tv_nsec = 200000 };
	uint8_t f[1000];

	(void)arg;
	pair_frame(&p, 0, f, sizeof(f), 0);
	while (!stop) {
		if (!hold && !avfdrv_tx(&p.d[0], 0, f, sizeof(f)))
			sent++;
		nanosleep(&pause, NULL);
	}
	return NULL;
}

static pthread_t start_sender(void)
{
	pthread_t t;

	stop = false;
	sent = 0;
	CHECK(!pthread_create(&t, NULL, sender, NULL));
	return t;
}

/* How many frames that were sent since arrive, while the sender goes on. */
static uint32_t watch(uint32_t frames)
{
	uint32_t from = sent, n = 0;
	uint8_t f[2048];

	while (sent - from < frames)
		if (receive(1, f, sizeof(f), 1))
			n++;
	return n;
}

static void untouched(const struct vfio_mem *m, const char *what)
{
	uint64_t i;

	for (i = 0; i < m->len; i++)
		CHECK(m->va[i] == 0x5a, "%s: byte 0x%llx is 0x%x", what,
		      (unsigned long long)i, m->va[i]);
}

/* In the middle of the traffic. */
static void unmap(void)
{
	pthread_t t = start_sender();
	uint32_t n;

	n = watch(100);
	CHECK(n > 10, "%u", n);
	/* Room for what comes next is in its ring, as it was for this. */
	CHECK(!vfiodev_unmap(&p.v[1], mem[1].iova, mem[1].len));
	memset(mem[1].va, 0x5a, mem[1].len);
	n = sent;
	while (sent - n < 100)
		usleep(1000);
	untouched(&mem[1], "unmapped");
	stop = true;
	pthread_join(t, NULL);
	vfiodev_map(&p.v[1], &mem[1]);
	again(1);
	exchange(FRAMES);
}

/* Its user is gone, and the next one has the same PASID. */
static void release(char *uuid)
{
	struct vfio_mem old = mem[1];
	pthread_t t = start_sender();
	uint32_t n;

	n = watch(100);
	CHECK(n > 10, "%u", n);
	vfiodev_close(&p.v[1]);
	memset(old.va, 0x5a, old.len);
	n = sent;
	while (sent - n < 100)
		usleep(1000);
	untouched(&old, "released");
	hold = true;
	usleep(2000);
	open_one(1, uuid);
	up(1);
	hold = false;
	n = watch(100);
	CHECK(n > 10, "%u", n);
	stop = true;
	pthread_join(t, NULL);
	untouched(&old, "somebody else's");
	vfio_mem_fini(&old);
	again(1);
	exchange(FRAMES);
}

/* ------------------------------------------------- two over the same memory */

/* Does the other receive what device @i sends from memory of a second mapping? */
static bool from_second(int i, uint32_t at, uint8_t byte)
{
	uint8_t f[2048];
	uint32_t n;

	pair_frame(&p, i, mem[1].va + at, 100, 0);
	memset(mem[1].va + at + 14, byte, 86);
	send_from(i, mem[1].iova + at);
	n = receive(!i, f, sizeof(f), 300);
	CHECK(!n || (n == 100 && f[14] == byte && f[99] == byte));
	return n;
}

/* To nobody, but the device reads the frame and says so. */
static void sends(int i)
{
	uint8_t f[100];
	int ms;

	pair_frame(&p, i, f, sizeof(f), 0);
	CHECK(!avfdrv_tx(&p.d[i], 0, f, sizeof(f)));
	for (ms = 0; !avfdrv_tx_clean(&p.d[i], 0); ms++) {
		CHECK(ms < 2000, "not sent");
		usleep(1000);
	}
}

static void shared(char **uuid)
{
	int i;

	for (i = 0; i < 2; i++) {
		vfio_mem_init(&mem[i], MEM);
		vfiodev_open(&p.v[i], uuid[i], VFIO_TYPE1v2_IOMMU, &mem[0],
			     i ? &p.v[0] : NULL);
	}
	mem[1].iova += MEM;
	vfiodev_map(&p.v[0], &mem[1]);
	for (i = 0; i < 2; i++)
		up(i);
	exchange(FRAMES);
	for (i = 0; i < 2; i++)
		CHECK(from_second(i, 0, (uint8_t)(0xb0 + i)));
	printf("both reach what is mapped once: ok\n");

	/* One call takes it from both; whoever tries stops, and no other. */
	CHECK(!vfiodev_unmap(&p.v[0], mem[1].iova, MEM));
	CHECK(!from_second(0, 0, 0xb2));
	CHECK(!pair_one(&p, 0, 100, 1), "its queue did not stop");
	CHECK(pair_one(&p, 1, 100, 2));
	CHECK(!avfdrv_reset(&p.d[0]));
	exchange(FRAMES);
	CHECK(!from_second(1, 0, 0xb3));
	CHECK(!pair_one(&p, 1, 100, 1), "its queue did not stop");
	CHECK(pair_one(&p, 0, 100, 2));
	CHECK(!avfdrv_reset(&p.d[1]));
	exchange(FRAMES);
	printf("unmapped, for both: ok\n");

	/* One leaves the container, and its PASID; the other's way is its own. */
	avfdrv_remove(&p.d[1]);
	vfiodev_close(&p.v[1]);
	avfdrv_fini(&p.d[1]);
	for (i = 0; i < FRAMES; i++)
		sends(0);
	vfiodev_open(&p.v[1], uuid[1], VFIO_TYPE1v2_IOMMU, &mem[0], &p.v[0]);
	up(1);
	exchange(FRAMES);
	printf("one goes, one stays: ok\n");
	for (i = 1; i >= 0; i--) {
		avfdrv_remove(&p.d[i]);
		vfiodev_close(&p.v[i]);
	}
	for (i = 0; i < 2; i++)
		vfio_mem_fini(&mem[i]);
}

/* What vfio has pinned for us. */
static unsigned long locked_kib(void)
{
	unsigned long kib = 0;
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");

	CHECK(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "VmLck: %lu", &kib) == 1)
			break;
	fclose(f);
	return kib;
}

static void piece(uint64_t at, uint64_t len)
{
	struct vfio_mem m = {
		.va = mem[1].va + at,
		.iova = mem[1].iova + at,
		.len = len,
	};

	vfiodev_map(&p.v[0], &m);
}

static void tell(int i, const struct vfio_mem *m)
{
	struct vdcm_dma_hint hint = {
		.argsz = sizeof(hint),
		.iova = m->iova,
		.size = m->len,
	};

	CHECK(!ioctl(p.v[i].fd, VDCM_DMA_HINT, &hint), "%s", strerror(errno));
}

/*
 * Held by their ends: few pages are pinned, all of them are reached. The first
 * one is mapped in pieces, against what a hint is for: it goes with the first
 * of them.
 */
static void huge(char **uuid)
{
	unsigned long before;
	int i;

	vfio_mem_init(&mem[0], MEM);
	mem[1].va = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	CHECK(mem[1].va != MAP_FAILED, "%s", strerror(errno));
	mem[1].iova = mem[0].iova + MEM;
	mem[1].len = 2 * HUGE;
	for (i = 0; i < 2; i++)
		vfiodev_open(&p.v[i], uuid[i], VFIO_TYPE1v2_IOMMU, &mem[0],
			     i ? &p.v[0] : NULL);
	piece(0, 4096);
	piece(4096, HUGE - 2 * 4096);
	piece(HUGE - 4096, 4096);
	piece(HUGE, HUGE);
	for (i = 0; i < 2; i++) {
		tell(i, &mem[0]);
		before = locked_kib();
		tell(i, &mem[1]);
		CHECK(locked_kib() - before < 64, "%lu KiB",
		      locked_kib() - before);
		up(i);
	}
	for (i = 0; i < 2; i++) {
		CHECK(from_second(i, 0, 0xc0));
		CHECK(from_second(i, HUGE / 2, 0xc1));
		CHECK(from_second(i, 2 * HUGE - 4096, 0xc2));
	}
	printf("held by their ends: ok\n");

	CHECK(!vfiodev_unmap(&p.v[0], mem[1].iova, 4096));
	CHECK(from_second(0, HUGE, 0xc3));
	CHECK(from_second(1, HUGE, 0xc3));
	CHECK(!from_second(0, HUGE / 2, 0xc4));
	CHECK(!from_second(1, HUGE - 4096, 0xc4));
	for (i = 0; i < 2; i++)
		CHECK(!avfdrv_reset(&p.d[i]));
	exchange(FRAMES);
	CHECK(!vfiodev_unmap(&p.v[0], mem[1].iova, 2 * HUGE));
	CHECK(!from_second(0, HUGE + 4096, 0xc5));
	CHECK(!avfdrv_reset(&p.d[0]));
	exchange(FRAMES);
	CHECK(!munmap(mem[1].va, 2 * HUGE));
	printf("a part of one unmapped, all of it gone: ok\n");
	for (i = 1; i >= 0; i--) {
		avfdrv_remove(&p.d[i]);
		vfiodev_close(&p.v[i]);
	}
	vfio_mem_fini(&mem[0]);
}

int main(int argc, char **argv)
{
	int i;

	setlinebuf(stdout);
	CHECK(argc >= 3, "usage: %s UUID UUID [shared|huge]", argv[0]);
	if (argc > 3) {
		if (!strcmp(argv[3], "huge"))
			huge(argv + 1);
		else
			shared(argv + 1);
		return 0;
	}
	for (i = 0; i < 2; i++) {
		open_one(i, argv[1 + i]);
		up(i);
	}
	exchange(FRAMES);
	same_address();
	printf("the same address, other memory: ok\n");
	unmapped();
	printf("unmapped address: ok\n");
	ring_nowhere();
	printf("ring out of reach: ok\n");
	unmap();
	printf("unmapped under traffic: ok\n");
	release(argv[2]);
	printf("released under traffic: ok\n");
	for (i = 0; i < 2; i++) {
		avfdrv_remove(&p.d[i]);
		vfiodev_close(&p.v[i]);
		vfio_mem_fini(&mem[i]);
	}
	return 0;
}
