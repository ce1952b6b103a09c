/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A mediated device opened as a program does it: container, group, device; and
 * the transport that lets the user-space AVF driver run on it.
 */
#ifndef TEST_VFIODEV_H
#define TEST_VFIODEV_H

#include <linux/vfio.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "avfdrv.h"

#define VFIO_OFF(region)	((uint64_t)(region) << 40)
#define BAR0_SIZE		0x10000u
#define BAR3_SIZE		0x4000u
#define CFG_SIZE		4096u

#define CHECK(cond, ...) do {						\
	if (!(cond)) {							\
		printf("%s:%d: %s", __FILE__, __LINE__, #cond);		\
		printf("  " __VA_ARGS__);				\
		printf("\n");						\
		exit(1);						\
	}								\
} while (0)

/* Memory that a device reaches; shared by the devices of a container. */
struct vfio_mem {
	uint8_t *va;
	uint64_t iova;
	uint64_t len;
	uint64_t used;
};

struct vfiodev {
	int container;		/* -1: another device's */
	int group;
	int fd;
	struct vfio_mem *mem;
};

/* @type: VFIO_TYPE1_IOMMU or VFIO_TYPE1v2_IOMMU; @share: same container */
void vfiodev_open(struct vfiodev *v, const char *uuid, int type,
		  struct vfio_mem *mem, const struct vfiodev *share);
void vfiodev_close(struct vfiodev *v);
void vfiodev_map(struct vfiodev *v, struct vfio_mem *mem);
int vfiodev_unmap(struct vfiodev *v, uint64_t iova, uint64_t len);
/* Returns a descriptor or -errno. */
int vfiodev_group_open_on(const char *bus, const char *name);
int vfiodev_group_open(const char *uuid);	/* of a mediated device */
/* A statistic of a mediated device, by the name of its file. */
long vfiodev_stat(const char *uuid, const char *name);
int vfiodev_eventfd(struct vfiodev *v, uint32_t index, uint32_t vec);

void vfio_mem_init(struct vfio_mem *mem, uint64_t len);
void vfio_mem_fini(struct vfio_mem *mem);

extern const struct avfdrv_transport vfiodev_transport;

#endif /* TEST_VFIODEV_H */
