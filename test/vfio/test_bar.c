// SPDX-License-Identifier: GPL-2.0
/*
 * BAR0 mapped whole, as a driver in a process on the host uses it: everything
 * from the mailbox on by loads and stores. Then the same around the moments at
 * which a device falls asleep, with everybody else's part in it: resets from
 * all sides, a process that scribbles, one that is killed.
 *
 * test_bar UUID UUID [EDGES [MAX_GAP_US]]
 * test_bar UUID UUID limited: for some seconds the first device, which has a low
 * max_tx_rate, never sends as much as its driver wants
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pair.h"
#include "vdcm_bar.h"
#include "wholebar.h"

#define PAGE		4096u
#define PAGES		(BAR0_SIZE / PAGE)
#define EDGES		600u
#define MAX_GAP_US	60000u	/* a little longer than any device is held */

/* ------------------------------------------------------------- the region */

static void refused(struct vfiodev *v, const struct vfio_region_info *info,
		    uint32_t page, uint32_t n, int prot, int flags, int error)
{
	/* On newer kernels no anonymous inode can be mapped executable. */
	CHECK(wholebar_map_part(v, info, page, n, prot, flags) == MAP_FAILED &&
	      (errno == error || (errno == EPERM && prot & PROT_EXEC)),
	      "page %u, %u pages, prot %x, flags %x: %s", page, n, prot, flags,
	      strerror(errno));
}

static void the_region(struct vfiodev *v)
{
	const int rw = PROT_READ | PROT_WRITE;
	struct vfio_region_info info = {
		.offset = VFIO_OFF(VFIO_PCI_NUM_REGIONS),
	};
	uint32_t page, n, val = 0x1234567;
	volatile uint32_t *p;
	int status;
	pid_t pid;

	refused(v, &info, 0, PAGES, rw, MAP_SHARED, EINVAL);
	CHECK(wholebar_find(v, &info) == VFIO_PCI_NUM_REGIONS);
	CHECK(info.size == BAR0_SIZE);
	CHECK(info.offset == VFIO_OFF(VFIO_PCI_NUM_REGIONS));
	CHECK((info.flags & 7) == 7, "%x", info.flags);

	/* Who only asks and does not read, as VMMs do, has registers that trap. */
	refused(v, &info, 0, PAGES, rw, MAP_SHARED, EINVAL);
	wholebar_read(v, &info);

	for (page = 0; page < PAGES; page++)
		for (n = 1; page + n <= PAGES; n++) {
			p = wholebar_map_part(v, &info, page, n, rw, MAP_SHARED);
			CHECK(p != MAP_FAILED, "page %u, %u", page, n);
			CHECK(!munmap((void *)p, n * PAGE));
		}
	refused(v, &info, PAGES, 1, rw, MAP_SHARED, EINVAL);
	refused(v, &info, 0, PAGES + 1, rw, MAP_SHARED, EINVAL);
	refused(v, &info, PAGES - 1, 2, rw, MAP_SHARED, EINVAL);
	refused(v, &info, 0, PAGES, rw, MAP_PRIVATE, EACCES);
	refused(v, &info, 0, 1, rw | PROT_EXEC, MAP_SHARED, EACCES);

	p = wholebar_map(v);
	CHECK(mprotect((void *)p, PAGE, PROT_READ | PROT_EXEC));
	CHECK(mremap((void *)p, BAR0_SIZE, 2 * BAR0_SIZE, MREMAP_MAYMOVE) ==
	      MAP_FAILED);
	CHECK(p[R_RSTAT / 4] == 2 && p[R_ICR0 / 4] == ICR0_ADMINQ);
	CHECK(p[R_ATQLEN / 4] == VDCM_BAR_SEEN_LEN);

	/* BAR0's own region is the same device, and so is this one's file. */
	avfdrv_pci_on(&(struct avfdrv){ .t = &vfiodev_transport, .ctx = v }, 2);
	p[R_HKEY(1) / 4] = val;
	CHECK(vfiodev_transport.rd(v, R_HKEY(1)) == val);
	vfiodev_transport.wr(v, R_HKEY(1), ~val);
	CHECK(p[R_HKEY(1) / 4] == ~val);
	CHECK(pwrite(v->fd, &val, 4, (off_t)(info.offset + R_ATQBAL)) == 4);
	CHECK(p[R_ATQBAL / 4] == val);
	CHECK(vfiodev_transport.rd(v, R_ATQBAL) == val);

	/* Not a child's. */
	fflush(stdout);
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		_exit((int)p[R_RSTAT / 4] & 1);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);

	/* What is left of it is a mapping, too. */
	CHECK(!munmap((void *)(p + PAGE / 4), 7 * PAGE));
	CHECK(p[R_ARQLEN / 4] == VDCM_BAR_SEEN_LEN);
	CHECK(!munmap((void *)p, PAGE));
	CHECK(!munmap((void *)(p + 8 * PAGE / 4), 8 * PAGE));
}

static void attribute(const char *uuid, const char *name, const char *val)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/%s", uuid, name);
	f = fopen(path, "w");
	CHECK(f && fputs(val, f) >= 0 && !fclose(f), "%s: %s", path,
	      strerror(errno));
}

static void trap_mode(const char *uuid)
{
	struct vfio_region_info info;
	struct vfio_mem mem;
	struct vfiodev v;

	attribute(uuid, "doorbell", "trap");
	vfio_mem_init(&mem, 1 << 20);
	vfiodev_open(&v, uuid, VFIO_TYPE1v2_IOMMU, &mem, NULL);
	CHECK(wholebar_find(&v, &info));
	CHECK(!(info.flags & VFIO_REGION_INFO_FLAG_MMAP));
	wholebar_read(&v, &info);
	refused(&v, &info, 0, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED,
		EINVAL);
	vfiodev_close(&v);
	vfio_mem_fini(&mem);
	attribute(uuid, "doorbell", "auto");
}

/* ------------------------------------------------- a driver on the mapping */

static struct avfdrv_transport transport;

static void exchange(struct pair *p, uint32_t frames)
{
	uint32_t i;

	for (i = 0; i < frames; i++)
		CHECK(pair_one(p, i & 1, 60 + i * 13 % 1455, i), "frame %u", i);
}

static void up_again(struct pair *p, int i)
{
	avfdrv_fini(&p->d[i]);
	avfdrv_init(&p->d[i], &transport, &p->v[i]);
	avfdrv_pci_on(&p->d[i], 2);
	CHECK(!avfdrv_probe(&p->d[i]));
	CHECK(!avfdrv_up(&p->d[i]));
}

static void resets(struct pair *p, char **uuid)
{
	uint32_t i, tries;

	for (i = 0; i < 6; i++) {
		CHECK(!avfdrv_reset(&p->d[i & 1]), "reset %u", i);
		exchange(p, 10);
	}

	for (i = 0; i < 3; i++) {
		p->d[0].reset_events = 0;
		attribute(uuid[0], "reset", "1");
		for (tries = 0; !p->d[0].reset_events ||
		     wholebar_rd(&p->v[0], R_ARQLEN) & AQ_ENABLE; tries++) {
			CHECK(tries < 500, "no reset");
			avfdrv_drain(&p->d[0]);
		}
		CHECK(!avfdrv_reinit(&p->d[0]));
		exchange(p, 10);
	}

	for (i = 0; i < 3; i++) {
		CHECK(!ioctl(p->v[0].fd, VFIO_DEVICE_RESET));
		CHECK(wholebar_rd(&p->v[0], R_ARQLEN) == VDCM_BAR_SEEN_LEN);
		CHECK(wholebar_rd(&p->v[0], R_ATQBAL) == 0);
		CHECK(wholebar_rd(&p->v[0], R_RSTAT) == 2);
		CHECK(wholebar_rd(&p->v[0], R_QTX_TAIL(0)) == 0);
		up_again(p, 0);
		exchange(p, 10);
	}

	/* A driver that says goodbye, and the next one without a reset. */
	for (i = 0; i < 3; i++) {
		avfdrv_remove(&p->d[1]);
		up_again(p, 1);
		exchange(p, 10);
	}
}

/* -------------------------------------------------------------- interrupts */

/* Events on @fd; waits for the first one. 0: none came in time. */
static uint64_t events(int fd, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	uint64_t n = 0;

	if (poll(&pfd, 1, ms) == 1)
		CHECK(read(fd, &n, sizeof(n)) == sizeof(n));
	return n;
}

/* Enabled with the same value each time, before the frame or after it. */
static void queue_interrupts(struct pair *p, uint32_t n, uint32_t max_us)
{
	const uint32_t on = DYN_INTENA | DYN_CLEARPBA | DYN_ITR(3);
	unsigned int seed = 2;
	uint32_t i;

	wholebar_wr(&p->v[1], R_DYN_CTLN(0), DYN_WB_ON_ITR | DYN_ITR(3));
	pair_gap(&seed, max_us);
	while (events(p->irq[1], 20))
		;
	for (i = 0; i < n; i++) {
		if (i & 1)
			wholebar_wr(&p->v[1], R_DYN_CTLN(0), on);
		pair_gap(&seed, max_us);
		CHECK(pair_one(p, 0, 60, i), "frame %u", i);
		if (!(i & 1)) {
			pair_gap(&seed, max_us);
			wholebar_wr(&p->v[1], R_DYN_CTLN(0), on);
		}
		CHECK(events(p->irq[1], 2000) == 1, "interrupt %u", i);
	}
	/* None without a frame (the host may send some), one for the asking. */
	for (i = 0; ; i++) {
		CHECK(i < 20, "interrupts without end");
		wholebar_wr(&p->v[1], R_DYN_CTLN(0), on);
		if (!events(p->irq[1], 50))
			break;
	}
	for (i = 0; i < 20; i++) {
		wholebar_wr(&p->v[1], R_DYN_CTLN(0), DYN_INTENA | DYN_SWINT |
						DYN_ITR(3));
		CHECK(events(p->irq[1], 2000) == 1, "software interrupt %u", i);
	}
}

static void mailbox_unmask(struct pair *p)
{
	wholebar_wr(&p->v[0], R_ICR0_ENA, ICR0_ADMINQ);
	wholebar_wr(&p->v[0], R_DYN_CTL0, DYN_INTENA | DYN_CLEARPBA | DYN_ITR(3));
}

/* The mailbox's, as DPDK uses it: mask, drain, unmask. */
static void mailbox_interrupts(struct pair *p, uint32_t n, uint32_t max_us)
{
	static const uint8_t v11[8] = { 1, 0, 0, 0, 1 };
	struct avfdrv *d = &p->d[0];
	unsigned int seed = 3;
	struct avfdrv_msg m;
	uint32_t i, tries;
	int irq;

	irq = vfiodev_eventfd(&p->v[0], VFIO_PCI_MSIX_IRQ_INDEX, 0);
	avfdrv_drain(d);
	for (i = 0; i < n; i++) {
		mailbox_unmask(p);
		pair_gap(&seed, max_us);
		avfdrv_send(d, VC_VERSION, v11, sizeof(v11));
		/* The first interrupt may be of what came while it was masked. */
		for (tries = 0; ; tries++) {
			CHECK(tries < 4 && events(irq, 2000), "message %u", i);
			wholebar_wr(&p->v[0], R_ICR0_ENA, 0);
			wholebar_wr(&p->v[0], R_DYN_CTL0, DYN_ITR(3));
			if (avfdrv_recv_reply(d, &m))
				break;
			mailbox_unmask(p);
		}
		CHECK(m.op == VC_VERSION, "message %u", i);
	}
	close(irq);
}

/* ------------------------------------------------------------ sleep and wake */

static void edges(struct pair *p, char **uuid, uint32_t n, uint32_t max_us)
{
	long faults = vfiodev_stat(uuid[0], "doorbell_faults");
	unsigned int seed = 1;
	uint32_t i;

	for (i = 0; i < n; i++) {
		pair_gap(&seed, max_us);
		CHECK(pair_one(p, 0, 60, i), "edge %u: nothing arrived", i);
	}
	for (i = 0; i < n / 4; i++) {
		pair_gap(&seed, max_us);
		CHECK(!avfdrv_promisc(&p->d[0], 0), "edge %u: no answer", i);
	}
	faults = vfiodev_stat(uuid[0], "doorbell_faults") - faults;
	printf("%u stores, %ld of them faulted\n", n + n / 4, faults);
	/* It did fall asleep. */
	CHECK(faults > 0);
	queue_interrupts(p, n / 4, max_us);
	mailbox_interrupts(p, n / 8, max_us);
}

/* A driver that only looks wakes nobody. */
static void loads_are_free(struct pair *p, char **uuid)
{
	long faults, zaps;
	uint32_t i;

	exchange(p, 2);
	usleep(300000);
	faults = vfiodev_stat(uuid[0], "doorbell_faults");
	zaps = vfiodev_stat(uuid[0], "doorbell_zaps");
	for (i = 0; i < 100; i++) {
		CHECK(wholebar_rd(&p->v[0], R_RSTAT) == 2);
		CHECK(wholebar_rd(&p->v[0], R_ICR0) == ICR0_ADMINQ);
		wholebar_rd(&p->v[0], R_ARQH);
		wholebar_rd(&p->v[0], R_DYN_CTLN(0));
		wholebar_rd(&p->v[0], R_QTX_TAIL(0));
		usleep(2000);
	}
	CHECK(vfiodev_stat(uuid[0], "doorbell_faults") == faults);
	CHECK(vfiodev_stat(uuid[0], "doorbell_zaps") == zaps);
}

/* ------------------------------------------------------------ bad neighbours */

static void scribble(struct pair *p)
{
	unsigned int seed = 4;
	uint32_t i, off, val;

	for (i = 0; i < 300000; i++) {
		off = (uint32_t)rand_r(&seed) % BAR0_SIZE & ~3u;
		val = (uint32_t)rand_r(&seed) * 2u;
		/* As often as not where something is, and nearly right. */
		if (val & 4)
			off = 0x3800 + (off & 0x5fff & ~0x3c0u);
		if (val & 8)
			val = AQ_ENABLE | (val & 0x3f);
		/* Not where it can find its own memory all too often. */
		wholebar_wr(&p->v[0], off, val);
		if (!(i % 10000))
			usleep(1000);
	}
	CHECK(!ioctl(p->v[0].fd, VFIO_DEVICE_RESET));
	up_again(p, 0);
	exchange(p, 10);
}

static void killed(char **uuid)
{
	static struct pair p;
	int i, status;
	pid_t pid;

	for (i = 0; i < 5; i++) {
		fflush(stdout);
		pid = fork();
		CHECK(pid >= 0);
		if (!pid) {
			uint8_t f[1500];
			uint32_t k;

			memset(&p, 0, sizeof(p));
			pair_open(&p, uuid, VFIO_TYPE1v2_IOMMU, &transport);
			for (k = 0;; k++) {
				pair_frame(&p, 0, f, sizeof(f), k);
				avfdrv_tx_clean(&p.d[0], 0);
				avfdrv_tx(&p.d[0], 0, f, sizeof(f));
				if (!(k & 0xff))
					avfdrv_send(&p.d[1], VC_RESET_VF, NULL,
						    0);
			}
		}
		usleep(300000);
		kill(pid, 9);
		CHECK(waitpid(pid, &status, 0) == pid);
		CHECK(WIFSIGNALED(status), "status %x", status);
	}
}

static void rounds(char **uuid, int type, uint32_t n, uint32_t max_us)
{
	static struct pair p;
	long reads, writes;

	memset(&p, 0, sizeof(p));
	reads = vfiodev_stat(uuid[0], "bar_reads");
	writes = vfiodev_stat(uuid[0], "bar_writes");
	pair_open(&p, uuid, type, &transport);
	exchange(&p, 200);
	resets(&p, uuid);
	queue_interrupts(&p, 200, 100);
	mailbox_interrupts(&p, 50, 100);
	if (n) {
		edges(&p, uuid, n, max_us);
		loads_are_free(&p, uuid);
	}
	/* The one that made it possible to map. */
	CHECK(vfiodev_stat(uuid[0], "bar_reads") == reads + 1);
	CHECK(vfiodev_stat(uuid[0], "bar_writes") == writes);
	scribble(&p);

	/* The mappings keep the devices open for a little longer. */
	pair_close(&p);
	wholebar_wr(&p.v[0], R_ATQT, 1);
	wholebar_wr(&p.v[0], R_DYN_CTLN(0), DYN_INTENA);
	wholebar_unmap();
}

/* Registers do not wait for a device that waits for its rate. */
static void limited(char **uuid)
{
	static struct pair p;
	uint32_t i, sent = 0, arrived = 0;
	uint8_t f[1500];

	pair_open(&p, uuid, VFIO_TYPE1v2_IOMMU, &transport);
	for (i = 0; i < 1500; i++) {
		pair_frame(&p, 0, f, sizeof(f), i);
		while (!avfdrv_tx(&p.d[0], 0, f, sizeof(f)))
			sent++;
		while (avfdrv_rx(&p.d[1], 0, f, sizeof(f), NULL))
			arrived++;
		if (i % 100 == 50)
			CHECK(!avfdrv_promisc(&p.d[0], 0), "no answer");
		usleep(2000);
	}
	printf("%u frames given, %u arrived\n", sent, arrived);
	CHECK(arrived > 50 && sent > arrived + 50);
	pair_close(&p);
	wholebar_unmap();
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 3 ? (uint32_t)atoi(argv[3]) : EDGES;
	uint32_t max_us = argc > 4 ? (uint32_t)atoi(argv[4]) : MAX_GAP_US;
	struct vfio_mem mem;
	struct vfiodev v;

	CHECK(argc >= 3, "usage: %s UUID UUID [EDGES [MAX_GAP_US] | limited]",
	      argv[0]);
	transport = wholebar_transport();
	if (argc > 3 && !strcmp(argv[3], "limited")) {
		limited(argv + 1);
		return 0;
	}

	vfio_mem_init(&mem, 1 << 20);
	vfiodev_open(&v, argv[1], VFIO_TYPE1v2_IOMMU, &mem, NULL);
	the_region(&v);
	vfiodev_close(&v);
	vfio_mem_fini(&mem);
	trap_mode(argv[1]);
	printf("bar, region: ok\n");
	rounds(argv + 1, VFIO_TYPE1v2_IOMMU, n, max_us);
	printf("bar, pinned: ok\n");
	rounds(argv + 1, VFIO_TYPE1_IOMMU, 0, 0);
	printf("bar, copied: ok\n");
	killed(argv + 1);
	rounds(argv + 1, VFIO_TYPE1v2_IOMMU, 0, 0);
	printf("bar, killed: ok\n");
	return 0;
}
