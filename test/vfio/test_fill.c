// SPDX-License-Identifier: GPL-2.0
/*
 * How long it takes until a device reaches a VMM's memory: of a plain PCI device,
 * for which vfio pins and maps it; and of a mediated one of a PF whose queues are
 * hardware, for which it is mirrored under the device's PASID, found by probing
 * or told. Not part of the tests: figures for test/vm/tests/e810-figures.sh.
 *
 * test_fill pci|probe|hint BDF|UUID MIB [huge]
 * Prints milliseconds, and pages of IOMMU tables where the kernel counts them.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "vdcm_uapi.h"
#include "vfiodev.h"

#define IOVA	0x40000000ull

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* -1: not counted, before Linux 6.10 or so */
static long iommu_pages(void)
{
	char name[64];
	long n, found = -1;
	FILE *f;

	/* What CPUs have counted and not told yet. */
	f = fopen("/proc/sys/vm/stat_refresh", "r");
	CHECK(f && fgetc(f) == EOF && !fclose(f));
	f = fopen("/proc/vmstat", "r");
	CHECK(f);
	while (fscanf(f, "%63s %ld", name, &n) == 2)
		if (!strcmp(name, "nr_iommu_pages"))
			found = n;
	fclose(f);
	return found;
}

static void memory(struct vfio_mem *mem, uint64_t len, bool huge)
{
	uint64_t i;

	mem->va = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | (huge ? MAP_HUGETLB : 0),
		       -1, 0);
	CHECK(mem->va != MAP_FAILED, "%s", strerror(errno));
	if (!huge)
		madvise(mem->va, len, MADV_NOHUGEPAGE);
	for (i = 0; i < len; i += 4096)
		mem->va[i] = 1;
	mem->iova = IOVA;
	mem->len = len;
	mem->used = 0;
}

static double fill_pci(const char *bdf, struct vfio_mem *mem)
{
	struct vfiodev v = { .mem = mem };
	double t;

	v.container = open("/dev/vfio/vfio", O_RDWR);
	CHECK(v.container >= 0, "%s", strerror(errno));
	v.group = vfiodev_group_open_on("pci", bdf);
	CHECK(v.group >= 0, "%s", strerror(-v.group));
	CHECK(!ioctl(v.group, VFIO_GROUP_SET_CONTAINER, &v.container));
	CHECK(!ioctl(v.container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU), "%s",
	      strerror(errno));
	t = now_ms();
	vfiodev_map(&v, mem);
	t = now_ms() - t;
	return t;
}

static double fill_mdev(const char *uuid, struct vfio_mem *mem, bool hint)
{
	struct vdcm_dma_hint h = {
		.argsz = sizeof(h),
		.iova = mem->iova,
		.size = mem->len,
	};
	static struct avfdrv d;
	static struct vfiodev v;
	double t;

	vfiodev_open(&v, uuid, VFIO_TYPE1v2_IOMMU, mem, NULL);
	if (hint) {
		t = now_ms();
		CHECK(!ioctl(v.fd, VDCM_DMA_HINT, &h), "%s", strerror(errno));
		return now_ms() - t;
	}
	avfdrv_init(&d, &vfiodev_transport, &v);
	avfdrv_pci_on(&d, 2);
	CHECK(!avfdrv_probe(&d));
	/* All of the start of its queues counts, the search included. */
	t = now_ms();
	CHECK(!avfdrv_up(&d));
	return now_ms() - t;
}

int main(int argc, char **argv)
{
	struct vfio_mem mem;
	long before;
	double ms;

	CHECK(argc >= 4, "usage: %s pci|probe|hint BDF|UUID MIB [huge]",
	      argv[0]);
	memory(&mem, strtoull(argv[3], NULL, 10) << 20, argc > 4);
	before = iommu_pages();
	if (!strcmp(argv[1], "pci"))
		ms = fill_pci(argv[2], &mem);
	else
		ms = fill_mdev(argv[2], &mem, !strcmp(argv[1], "hint"));
	printf("%.1f %ld\n", ms, before < 0 ? -1 : iommu_pages() - before);
	return 0;
}
