/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * Between fakevfio.c, which plays the kernel, and fakemodel.c, which runs the
 * devices: see fakevfio.c.
 */
#ifndef FAKEVFIO_H
#define FAKEVFIO_H

#include <pthread.h>

#include "avf_emul.h"

#define MAX_DEVS	8
#define MAX_MACS	128

struct dev {
	char uuid[37];
	unsigned int qps;
	struct avf_dev *avf;
	u8 *bar;		/* our view of memory that the application maps */
	int memfd;
	bool busy;		/* the group is open */
	bool joined;		/* and in the container */
	bool open;
	bool in_memory;		/* its registers are: the region was read */
	int msix[AVF_MAX_VECTORS];
	int req;
	u64 deadline;
	u8 mac[MAX_MACS][AVF_ETH_ALEN];
	unsigned int nmacs;
	bool promisc_uc, promisc_mc;
	bool vlan_filter;
	u8 vlan[4096];
};

/* All under fake_lock. */
extern struct dev devs[MAX_DEVS];
extern unsigned int ndevs;
extern pthread_mutex_t fake_lock;

/* Where the notes are; see fakevfio.c. */
extern const char *fake_dir;

/* Ends the program. */
void fake_die(const char *what) __attribute__((noreturn));

/* Application memory at @iova that the device was told of, or NULL, aloud. */
void *fake_reach(const struct dev *d, u64 iova, u64 len);

/* One more device, powered on. */
void fake_make(const char *uuid, unsigned int qps, int memfd, u8 *bar);

/* Runs all of them, for ever. */
void *fake_worker(void *unused);

#endif
