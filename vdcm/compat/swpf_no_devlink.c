// SPDX-License-Identifier: GPL-2.0
/*
 * The software PF on a kernel without devlink; instead of swpf_devlink.c.
 */
#include "../swpf/swpf.h"

int swpf_devlink_adi_add(struct adi *adi)
{
	return swpf_port_add(adi);
}

void swpf_devlink_adi_del(struct adi *adi)
{
	swpf_port_del(adi);
}

void swpf_devlink_create(struct swpf *swpf)
{
}

void swpf_devlink_destroy(struct swpf *swpf)
{
}
