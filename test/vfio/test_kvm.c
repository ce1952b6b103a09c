// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that stores into a doorbell page which is taken away all the time:
 * KVM must find it again each time, however soon it goes. QEMU ends a guest for
 * which KVM_RUN fails.
 *
 * test_kvm UUID [UUID] [STORES]; exits with 77 where there is no KVM.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vfiodev.h"

#define PAGE		4096u
#define STORES		20000u
#define CODE_GPA	0x1000u
#define DOORBELL_GPA	0x10000u
#define HOLD		"/sys/module/vdcm/parameters/doorbell_hold_us"

/* Real mode, DS at the doorbell page: count in AX, store it, tell us. */
static const uint8_t code[] = {
	0x40,			/* inc ax */
	0xa3, 0x00, 0x00,	/* mov [0], ax */
	0xe6, 0x10,		/* out 0x10, al */
	0xeb, 0xf8,		/* jmp to the start */
};

/* How long an idle device keeps its page; 0 = as long as it pays. */
static void hold_us(const char *us)
{
	FILE *f = fopen(HOLD, "w");

	CHECK(f && fputs(us, f) >= 0 && !fclose(f), "%s", HOLD);
}

static void add_memory(int vm, uint32_t slot, uint64_t gpa, void *va)
{
	struct kvm_userspace_memory_region m = {
		.slot = slot,
		.guest_phys_addr = gpa,
		.memory_size = PAGE,
		.userspace_addr = (uintptr_t)va,
	};

	CHECK(!ioctl(vm, KVM_SET_USER_MEMORY_REGION, &m), "errno %d", errno);
}

static int make_cpu(int vm)
{
	struct kvm_regs regs = { .rip = CODE_GPA, .rflags = 2 };
	struct kvm_sregs sregs;
	int cpu;

	cpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	CHECK(cpu >= 0, "errno %d", errno);
	CHECK(!ioctl(cpu, KVM_GET_SREGS, &sregs));
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	sregs.ds.base = DOORBELL_GPA;
	sregs.ds.selector = DOORBELL_GPA >> 4;
	CHECK(!ioctl(cpu, KVM_SET_SREGS, &sregs));
	CHECK(!ioctl(cpu, KVM_SET_REGS, &regs));
	return cpu;
}

static void run(int cpu, struct kvm_run *run, const uint16_t *doorbell,
		uint32_t stores)
{
	uint32_t i;

	for (i = 1; i <= stores; i++) {
		CHECK(!ioctl(cpu, KVM_RUN, 0), "store %u: errno %d", i, errno);
		CHECK(run->exit_reason == KVM_EXIT_IO, "store %u: exit %u", i,
		      run->exit_reason);
		CHECK(__atomic_load_n(doorbell, __ATOMIC_ACQUIRE) ==
		      (uint16_t)i);
	}
}

int main(int argc, char **argv)
{
	uint32_t stores = argc > 3 ? (uint32_t)atoi(argv[3]) : STORES;
	struct vfio_mem mem;
	struct vfiodev v;
	int kvm, vm, cpu, size;
	void *page, *db, *shared;

	CHECK(argc > 1);
	kvm = open("/dev/kvm", O_RDWR);
	vm = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm < 0) {
		printf("no KVM here\n");
		return 77;
	}

	vfio_mem_init(&mem, 1 << 20);
	vfiodev_open(&v, argv[1], VFIO_TYPE1v2_IOMMU, &mem, NULL);
	db = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, v.fd,
		  (off_t)VFIO_OFF(VFIO_PCI_BAR0_REGION_INDEX));
	CHECK(db != MAP_FAILED);
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(page != MAP_FAILED);
	memcpy(page, code, sizeof(code));

	add_memory(vm, 0, CODE_GPA, page);
	add_memory(vm, 1, DOORBELL_GPA, db);
	cpu = make_cpu(vm);
	size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	CHECK(size > 0);
	shared = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED,
		      cpu, 0);
	CHECK(shared != MAP_FAILED);

	hold_us("1");
	run(cpu, shared, db, stores);
	hold_us("0");

	CHECK(!munmap(shared, (size_t)size));
	close(cpu);
	close(vm);
	close(kvm);
	CHECK(!munmap(db, PAGE));
	CHECK(!munmap(page, PAGE));
	vfiodev_close(&v);
	vfio_mem_fini(&mem);
	printf("kvm: ok, %u stores\n", stores);
	return 0;
}
