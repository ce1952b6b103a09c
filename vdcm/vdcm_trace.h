/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints, vdcm:vdcm_*. What a field is called and means does not change;
 * fields may be added.
 *
 * The device's UUID is an array in each event, so that filters and scripts
 * compare it like any string, and one may trace one device.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vdcm

#if !defined(VDCM_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VDCM_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>

#include "avf_wire.h"
#include "vdcm.h"

#define VDCM_UUID_LEN		37
#define VDCM_PF_LEN		32

#define VDCM_TRACE_UUID(adi)						\
	strscpy_pad(__entry->uuid, (adi)->adi.name, VDCM_UUID_LEN)

/* Names of numbers, for those who print: trace-cmd, perf, the kernel. */
#define VDCM_OP(name, number)		{ number, #name },
#define VDCM_OP_NAMES			AVF_VC_OPS(VDCM_OP) { 0, "UNKNOWN" }
#define VDCM_DROP(name, number, text)	{ number, text },
#define VDCM_DROP_NAMES			ADI_DROPS(VDCM_DROP) { 0, "?" }

TRACE_DEFINE_ENUM(AVF_RESET_VF);
TRACE_DEFINE_ENUM(AVF_RESET_PF);
TRACE_DEFINE_ENUM(AVF_RESET_FLR);

/* Life: created on @pf, open to a user, closed again, removed. */
DECLARE_EVENT_CLASS(vdcm_life,
	TP_PROTO(const struct vdcm_adi *adi),
	TP_ARGS(adi),
	TP_STRUCT__entry(
		__array(char, uuid, VDCM_UUID_LEN)
		__array(char, pf, VDCM_PF_LEN)
	),
	TP_fast_assign(
		VDCM_TRACE_UUID(adi);
		strscpy_pad(__entry->pf, dev_name(adi->adi.pf->dev),
			    VDCM_PF_LEN);
	),
	TP_printk("%s pf=%s", __entry->uuid, __entry->pf)
);

DEFINE_EVENT(vdcm_life, vdcm_create,
	TP_PROTO(const struct vdcm_adi *adi),
	TP_ARGS(adi)
);

DEFINE_EVENT(vdcm_life, vdcm_open,
	TP_PROTO(const struct vdcm_adi *adi),
	TP_ARGS(adi)
);

DEFINE_EVENT(vdcm_life, vdcm_close,
	TP_PROTO(const struct vdcm_adi *adi),
	TP_ARGS(adi)
);

DEFINE_EVENT(vdcm_life, vdcm_remove,
	TP_PROTO(const struct vdcm_adi *adi),
	TP_ARGS(adi)
);

/* A mailbox message was taken from the driver or written to it. */
TRACE_EVENT(vdcm_message,
	TP_PROTO(const struct vdcm_adi *adi, bool to_driver, u32 op, s32 status,
		 u16 len),
	TP_ARGS(adi, to_driver, op, status, len),
	TP_STRUCT__entry(
		__array(char, uuid, VDCM_UUID_LEN)
		__field(bool, to_driver)
		__field(u32, op)
		__field(s32, status)
		__field(u16, len)
	),
	TP_fast_assign(
		VDCM_TRACE_UUID(adi);
		__entry->to_driver = to_driver;
		__entry->op = op;
		__entry->status = status;
		__entry->len = len;
	),
	TP_printk("%s %s op=%u %s status=%d len=%u", __entry->uuid,
		  __entry->to_driver ? "to-driver" : "from-driver",
		  __entry->op, __print_symbolic(__entry->op, VDCM_OP_NAMES),
		  __entry->status, __entry->len)
);

/* A reset begins. */
TRACE_EVENT(vdcm_reset,
	TP_PROTO(const struct vdcm_adi *adi, enum avf_reset cause),
	TP_ARGS(adi, cause),
	TP_STRUCT__entry(
		__array(char, uuid, VDCM_UUID_LEN)
		__field(u32, cause)
	),
	TP_fast_assign(
		VDCM_TRACE_UUID(adi);
		__entry->cause = cause;
	),
	TP_printk("%s cause=%s", __entry->uuid,
		  __print_symbolic(__entry->cause,
				   { AVF_RESET_VF, "vf" },
				   { AVF_RESET_PF, "pf" },
				   { AVF_RESET_FLR, "flr" }))
);

/* The Tx doorbell page was touched, and is mapped from now on. */
TRACE_EVENT(vdcm_doorbell_fault,
	TP_PROTO(const struct vdcm_adi *adi),
	TP_ARGS(adi),
	TP_STRUCT__entry(
		__array(char, uuid, VDCM_UUID_LEN)
	),
	TP_fast_assign(
		VDCM_TRACE_UUID(adi);
	),
	TP_printk("%s", __entry->uuid)
);

/* What takes, or is to take, @ns. */
DECLARE_EVENT_CLASS(vdcm_time,
	TP_PROTO(const struct vdcm_adi *adi, u64 ns),
	TP_ARGS(adi, ns),
	TP_STRUCT__entry(
		__array(char, uuid, VDCM_UUID_LEN)
		__field(u64, ns)
	),
	TP_fast_assign(
		VDCM_TRACE_UUID(adi);
		__entry->ns = ns;
	),
	TP_printk("%s ns=%llu", __entry->uuid, __entry->ns)
);

/* The device was idle, and the page is unmapped; it took @ns. */
DEFINE_EVENT(vdcm_time, vdcm_doorbell_zap,
	TP_PROTO(const struct vdcm_adi *adi, u64 ns),
	TP_ARGS(adi, ns)
);

/* A doorbell that trapped has work for the worker. */
TRACE_EVENT(vdcm_doorbell_kick,
	TP_PROTO(const struct vdcm_adi *adi, u16 queue),
	TP_ARGS(adi, queue),
	TP_STRUCT__entry(
		__array(char, uuid, VDCM_UUID_LEN)
		__field(u16, queue)
	),
	TP_fast_assign(
		VDCM_TRACE_UUID(adi);
		__entry->queue = queue;
	),
	TP_printk("%s queue=%u", __entry->uuid, __entry->queue)
);

/* An interrupt; @routed: the VMM has given an eventfd for the vector. */
TRACE_EVENT(vdcm_irq,
	TP_PROTO(const struct vdcm_adi *adi, u16 vector, bool routed),
	TP_ARGS(adi, vector, routed),
	TP_STRUCT__entry(
		__array(char, uuid, VDCM_UUID_LEN)
		__field(u16, vector)
		__field(bool, routed)
	),
	TP_fast_assign(
		VDCM_TRACE_UUID(adi);
		__entry->vector = vector;
		__entry->routed = routed;
	),
	TP_printk("%s vector=%u routed=%d", __entry->uuid, __entry->vector,
		  __entry->routed)
);

/* @frames did not arrive where they were to go. */
TRACE_EVENT(vdcm_drop,
	TP_PROTO(const struct vdcm_adi *adi, enum adi_drop reason, u32 frames),
	TP_ARGS(adi, reason, frames),
	TP_STRUCT__entry(
		__array(char, uuid, VDCM_UUID_LEN)
		__field(u32, reason)
		__field(u32, frames)
	),
	TP_fast_assign(
		VDCM_TRACE_UUID(adi);
		__entry->reason = reason;
		__entry->frames = frames;
	),
	TP_printk("%s reason=%s frames=%u", __entry->uuid,
		  __print_symbolic(__entry->reason, VDCM_DROP_NAMES),
		  __entry->frames)
);

/* The rate limit is reached: the device is served again in @ns. */
DEFINE_EVENT(vdcm_time, vdcm_park,
	TP_PROTO(const struct vdcm_adi *adi, u64 ns),
	TP_ARGS(adi, ns)
);

/* An access that trapped. @value: the first eight bytes, little endian. */
DECLARE_EVENT_CLASS(vdcm_access,
	TP_PROTO(const struct vdcm_adi *adi, u32 region, u32 offset,
		 const u8 *buf, u32 len),
	TP_ARGS(adi, region, offset, buf, len),
	TP_STRUCT__entry(
		__array(char, uuid, VDCM_UUID_LEN)
		__field(u32, region)
		__field(u32, offset)
		__field(u32, len)
		__field(u64, value)
	),
	TP_fast_assign(
		VDCM_TRACE_UUID(adi);
		__entry->region = region;
		__entry->offset = offset;
		__entry->len = len;
		__entry->value = 0;
		memcpy(&__entry->value, buf, min_t(u32, len, sizeof(u64)));
	),
	TP_printk("%s %s offset=0x%x len=%u value=0x%llx", __entry->uuid,
		  __print_symbolic(__entry->region, { 0, "bar0" },
				   { 3, "bar3" }, { 7, "config" }),
		  __entry->offset, __entry->len, __entry->value)
);

DEFINE_EVENT(vdcm_access, vdcm_read,
	TP_PROTO(const struct vdcm_adi *adi, u32 region, u32 offset,
		 const u8 *buf, u32 len),
	TP_ARGS(adi, region, offset, buf, len)
);

DEFINE_EVENT(vdcm_access, vdcm_write,
	TP_PROTO(const struct vdcm_adi *adi, u32 region, u32 offset,
		 const u8 *buf, u32 len),
	TP_ARGS(adi, region, offset, buf, len)
);

#endif /* VDCM_TRACE_H */

/* This part is outside of the guard. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE vdcm_trace
#include <trace/define_trace.h>
