/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * The seam between vdcm and a PF driver.
 *
 * A PF driver owns a physical function (or a software one) and offers ADIs on
 * it: assignable device interfaces. vdcm composes each ADI into a complete
 * virtual PCI device and hands it out as a mediated device. The PF driver sees
 * no vfio, no mdev and no byte that a guest wrote before it was validated.
 *
 * Contexts named below:
 *   ctl     process context, may sleep, serialised per ADI
 *   worker  the PF's worker thread: one caller per PF at a time, may sleep
 *   any     any context but hard interrupts
 */
#ifndef ADI_H
#define ADI_H

#include <linux/device.h>
#include <linux/if_ether.h>
#include <linux/types.h>

#include "avf_frame.h"

struct adi;
struct adi_pf;
struct vdcm_parent;

/**
 * struct adi_pf_ops - what a PF driver does for its ADIs
 */
struct adi_pf_ops {
	/**
	 * @adi_add: reserve what @adi needs; sets adi->priv. ctl. An error
	 * refuses the mediated device; say why with dev_err().
	 */
	int (*adi_add)(struct adi *adi);
	/** @adi_del: mirror image; no call for @adi runs or follows. ctl. */
	void (*adi_del)(struct adi *adi);
	/** @mac_add: deliver frames to @mac to @adi. ctl. 0 or -errno. */
	int (*mac_add)(struct adi *adi, const u8 *mac);
	/** @mac_del: stop that; unknown addresses are ignored. ctl. */
	void (*mac_del)(struct adi *adi, const u8 *mac);
	/** @promisc: deliver all unicast / all multicast frames. ctl. */
	void (*promisc)(struct adi *adi, bool unicast, bool multicast);
	/** @traffic: the ADI's first queue came up / its last went down. ctl. */
	void (*traffic)(struct adi *adi, bool on);
	/**
	 * @xmit: @n frames leave @adi. worker. They are valid during the call
	 * only; deliver with adi_receive().
	 */
	void (*xmit)(struct adi *adi, const struct avf_frame *frames, u32 n);
	/**
	 * @poll: work asked for with adi_pf_kick(). worker. Returns true when
	 * there is more to do. Optional.
	 */
	bool (*poll)(struct adi_pf *pf);
};

/**
 * struct adi_pf - a physical function, filled in by its driver
 * @dev:       its device, bound to a driver; parent of the mediated devices
 * @ops:       the driver's operations
 * @max_adis:  most ADIs alive at a time, 1..65535
 * @num_qps:   queue pairs per ADI, 1..AVF_MAX_QPS
 * @link_mbps: link speed in Mbit/s the ADIs report
 * @parent:    vdcm's side of it; the driver leaves it alone
 */
struct adi_pf {
	struct device *dev;
	const struct adi_pf_ops *ops;
	u16 max_adis;
	u16 num_qps;
	u32 link_mbps;
	struct vdcm_parent *parent;
};

/**
 * struct adi - an ADI as its PF driver sees it
 * @pf:   where it lives
 * @name: the mediated device's UUID as text
 * @priv: the PF driver's
 */
struct adi {
	struct adi_pf *pf;
	const char *name;
	void *priv;
};

/**
 * adi_pf_register() - offer a PF's ADIs as mediated devices
 *
 * ctl. From here until adi_pf_unregister() returns every op may be called.
 * Returns 0 or -errno.
 */
int adi_pf_register(struct adi_pf *pf);

/**
 * adi_pf_unregister() - take them back
 *
 * ctl. Asks the users of open devices to let go, waits until they did, and
 * returns when the last ADI is gone.
 */
void adi_pf_unregister(struct adi_pf *pf);

/** adi_pf_kick() - have the worker call adi_pf_ops::poll soon. any. */
void adi_pf_kick(struct adi_pf *pf);

/**
 * adi_pf_sync() - wait until the worker's current step is over
 *
 * ctl; not from the worker. What was unlinked before the call is not in use by
 * the worker after it.
 */
void adi_pf_sync(struct adi_pf *pf);

/**
 * adi_receive() - put frames into an ADI's receive rings
 *
 * worker. Never waits for the receiver: without a buffer a frame is dropped
 * and counted.
 */
void adi_receive(struct adi *adi, const struct avf_frame *frames, u32 n);

#endif /* ADI_H */
