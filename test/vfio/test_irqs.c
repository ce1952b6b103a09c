// SPDX-License-Identifier: GPL-2.0
/*
 * VFIO_DEVICE_SET_IRQS: what routes interrupts, and everything that must be
 * refused without losing or leaking a trigger.
 */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vfiodev.h"

static int set_irqs(struct vfiodev *v, uint32_t flags, uint32_t index,
		    uint32_t start, uint32_t count, const void *data,
		    uint32_t len)
{
	uint8_t raw[512] = {};
	struct vfio_irq_set set = {
		.argsz = (uint32_t)sizeof(set) + len,
		.flags = flags,
		.index = index,
		.start = start,
		.count = count,
	};

	memcpy(raw, &set, sizeof(set));
	if (len)
		memcpy(raw + sizeof(set), data, len);
	return ioctl(v->fd, VFIO_DEVICE_SET_IRQS, raw) ? -errno : 0;
}

static uint64_t events(int fd)
{
	uint64_t n = 0;

	if (read(fd, &n, sizeof(n)) != sizeof(n))
		return 0;
	return n;
}

static unsigned int open_fds(void)
{
	unsigned int n = 0;
	int fd;

	for (fd = 0; fd < 256; fd++)
		n += lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF;
	return n;
}

#define TRIG	VFIO_IRQ_SET_ACTION_TRIGGER
#define EVENTFD	(VFIO_IRQ_SET_DATA_EVENTFD | TRIG)
#define NONE	(VFIO_IRQ_SET_DATA_NONE | TRIG)
#define BOOL	(VFIO_IRQ_SET_DATA_BOOL | TRIG)
#define MSIX	VFIO_PCI_MSIX_IRQ_INDEX
#define REQ	VFIO_PCI_REQ_IRQ_INDEX

static void routing(struct vfiodev *v)
{
	int32_t fd[2] = { eventfd(0, EFD_NONBLOCK), eventfd(0, EFD_NONBLOCK) };
	int32_t mixed[2] = { fd[0], -1 }, bad[2] = { fd[0], 9999 };
	int32_t file[2] = { fd[0], 0 };
	uint8_t second[2] = { 0, 1 };

	CHECK(!set_irqs(v, EVENTFD, MSIX, 0, 2, fd, sizeof(fd)));
	CHECK(!set_irqs(v, NONE, MSIX, 0, 2, NULL, 0));
	CHECK(events(fd[0]) == 1 && events(fd[1]) == 1);
	CHECK(!set_irqs(v, BOOL, MSIX, 0, 2, second, 2));
	CHECK(events(fd[0]) == 0 && events(fd[1]) == 1);

	/* All or nothing: the old triggers stay. */
	CHECK(set_irqs(v, EVENTFD, MSIX, 0, 2, bad, sizeof(bad)) == -EBADF);
	CHECK(set_irqs(v, EVENTFD, MSIX, 0, 2, file, sizeof(file)) == -EINVAL);
	CHECK(!set_irqs(v, NONE, MSIX, 0, 2, NULL, 0));
	CHECK(events(fd[0]) == 1 && events(fd[1]) == 1);

	/* -1 takes one away. */
	CHECK(!set_irqs(v, EVENTFD, MSIX, 0, 2, mixed, sizeof(mixed)));
	CHECK(!set_irqs(v, NONE, MSIX, 0, 2, NULL, 0));
	CHECK(events(fd[0]) == 1 && events(fd[1]) == 0);

	/* Part of a range, then all off. */
	CHECK(!set_irqs(v, EVENTFD, MSIX, 1, 1, &fd[1], sizeof(fd[1])));
	CHECK(!set_irqs(v, NONE, MSIX, 0, 0, NULL, 0));
	CHECK(!set_irqs(v, NONE, MSIX, 0, 2, NULL, 0));
	CHECK(events(fd[0]) == 0 && events(fd[1]) == 0);

	CHECK(!set_irqs(v, EVENTFD, REQ, 0, 1, fd, sizeof(fd[0])));
	CHECK(!set_irqs(v, NONE, REQ, 0, 1, NULL, 0));
	CHECK(events(fd[0]) == 1);
	close(fd[0]);
	close(fd[1]);
}

static void refusals(struct vfiodev *v)
{
	int32_t fd[32];
	uint32_t i;

	for (i = 0; i < 32; i++)
		fd[i] = -1;

	CHECK(set_irqs(v, EVENTFD, MSIX, 0, 32, fd, sizeof(fd)) == -EINVAL);
	CHECK(set_irqs(v, EVENTFD, MSIX, 1000, 1, fd, 4) == -EINVAL);
	CHECK(set_irqs(v, EVENTFD, MSIX, 0xffffffff, 2, fd, 8) == -EINVAL);
	CHECK(set_irqs(v, EVENTFD, MSIX, 0, 2, fd, 4) == -EINVAL);
	CHECK(set_irqs(v, EVENTFD, MSIX, 0, 0xffffffff, fd, 4) == -EINVAL);
	CHECK(set_irqs(v, EVENTFD, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, fd, 4) ==
	      -EINVAL);
	CHECK(set_irqs(v, EVENTFD, VFIO_PCI_MSI_IRQ_INDEX, 0, 1, fd, 4) ==
	      -EINVAL);
	CHECK(set_irqs(v, EVENTFD, VFIO_PCI_ERR_IRQ_INDEX, 0, 1, fd, 4) ==
	      -EINVAL);
	CHECK(set_irqs(v, EVENTFD, REQ, 0, 2, fd, 8) == -EINVAL);
	CHECK(set_irqs(v, EVENTFD, VFIO_PCI_NUM_IRQS, 0, 1, fd, 4) == -EINVAL);
	CHECK(set_irqs(v, 0, MSIX, 0, 1, NULL, 0) == -EINVAL);
	CHECK(set_irqs(v, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_DATA_BOOL |
		       TRIG, MSIX, 0, 1, fd, 4) == -EINVAL);
	CHECK(set_irqs(v, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_MASK,
		       MSIX, 0, 1, NULL, 0) == -ENOTTY);
	CHECK(ioctl(v->fd, VFIO_DEVICE_SET_IRQS, 8) && errno == EFAULT);
}

int main(int argc, char **argv)
{
	unsigned int before = open_fds();
	struct vfio_mem mem;
	struct vfiodev v;
	int i;

	CHECK(argc >= 2, "usage: %s UUID", argv[0]);
	vfio_mem_init(&mem, 1 << 20);
	for (i = 0; i < 20; i++) {
		vfiodev_open(&v, argv[1], VFIO_TYPE1v2_IOMMU, &mem, NULL);
		refusals(&v);
		routing(&v);
		refusals(&v);
		vfiodev_close(&v);
	}
	vfio_mem_fini(&mem);
	CHECK(open_fds() == before);
	printf("irqs: ok\n");
	return 0;
}
