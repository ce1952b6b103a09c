// SPDX-License-Identifier: GPL-2.0
/*
 * The tracepoints' definitions, and the way to them for PF drivers.
 */
#define CREATE_TRACE_POINTS
#include "vdcm_trace.h"

void adi_dropped(struct adi *pub, enum adi_drop why, u32 n)
{
	if (n)
		trace_vdcm_drop(container_of(pub, struct vdcm_adi, adi), why, n);
}
EXPORT_SYMBOL_GPL(adi_dropped);
