/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * BAR0 as one mapping, for drivers that run in a process on the host.
 *
 * A VMM passes on the accesses of its guest; a driver such as DPDK's loads and
 * stores registers itself. For it the device has a further vfio region, next to
 * those of every PCI device, which is BAR0 once more and can be mapped whole.
 *
 * To find it, ask VFIO_DEVICE_GET_REGION_INFO of each index from
 * VFIO_PCI_NUM_REGIONS to num_regions - 1, with room for capabilities, for
 *
 *   VFIO_REGION_INFO_CAP_TYPE with @type VDCM_REGION_TYPE and @subtype
 *   VDCM_REGION_SUBTYPE_BAR0.
 *
 * Offset and size are in the answer; the size is BAR0's, 64 KiB. Flags:
 *
 *   VFIO_REGION_INFO_FLAG_MMAP  mmap(MAP_SHARED) of all of it or of some pages.
 *                               Not set where the host has chosen "trap" in the
 *                               device's attribute "doorbell".
 *   ..._READ, ..._WRITE         pread() and pwrite() as on BAR0.
 *
 * First read anything from the region, such as the dword at offset 0: that makes
 * the pages, and from then until it is closed the device keeps its registers
 * there. (It fails with ENOMEM without memory for them.) To ask for the region's
 * info changes nothing. mmap() fails with EINVAL when the region has not been read
 * since the device was opened, with EACCES for MAP_PRIVATE and PROT_EXEC (EPERM
 * where the kernel itself refuses the latter). A mapping keeps the device open, is
 * not inherited by fork(), and cannot be DMA memory of this or another device.
 *
 * In the mapping registers are memory, and the device looks at it: at once when
 * it was idle (the first store to a page faults), else some microseconds later,
 * and half a millisecond later at most. What that means:
 *
 * - Accesses are aligned dwords, little endian. Stores take effect in program
 *   order, like those to a device; values a register has for less time than the
 *   device needs to look may be skipped. This suits the order in which every
 *   AVF driver sets up its mailbox (head, tail, length, base, for the ARQ the
 *   tail again), sends (descriptor, then tail) and enables an interrupt (cause,
 *   then vector).
 * - Storing ATQLEN or ARQLEN with the enable bit starts that ring at index 0,
 *   also when it was enabled; storing ATQLEN disables all queues first. A store
 *   to ATQH stops the ATQ until ATQLEN is stored.
 * - Every store to DYN_CTL0, DYN_CTLN, ICR0_ENA, ATQLEN, ARQLEN counts, also of
 *   the value stored before. So that the device can tell, these registers read
 *   back with a bit set that is reserved: VDCM_BAR_SEEN_*. Do not store it.
 *   They read back as stored otherwise, but what a write to DYN_CTL triggers
 *   may still be visible until the device has looked, and the enable bit is not
 *   cleared by an interrupt. Everything else reads as through BAR0.
 * - ICR0 always reads as "mailbox", and reading it clears nothing.
 * - A message is answered when the device has looked: wait for the descriptor,
 *   or for ARQH or ATQH, as with hardware. After RESET_VF wait until
 *   ARQLEN's enable bit is clear and VFGEN_RSTAT is 1 or 2.
 * - A queue is started and stopped by messages as ever. After the answer to
 *   DISABLE_QUEUES, after VFIO_DEVICE_RESET, and after a reset is seen, the
 *   device touches no memory of the queues.
 * - While the command register's memory space bit is clear, stores are lost.
 *   VFIO_DEVICE_RESET clears it and bus master: set both after it.
 *   Loads see memory, not all ones.
 *
 * Where the queues are hardware's (vdcm_e810):
 *
 * - With one queue pair the pages of the tails are that hardware's while a queue
 *   is enabled: a tail takes effect at once, and may read back as anything. What
 *   else is stored into these two pages (intervals) is lost then.
 * - With more pairs, or without such pages, tails are memory like all else, and
 *   are passed on when the device has looked.
 * - So are interrupt enables: the interrupt may come half a millisecond late.
 * - Hardware reaches no memory by itself: see VDCM_DMA_HINT.
 *
 * Loads and stores through BAR0's own region and through this mapping may be
 * mixed. Interrupts are eventfds as ever (VFIO_DEVICE_SET_IRQS).
 */
#ifndef VDCM_BAR_H
#define VDCM_BAR_H

/* VFIO_REGION_TYPE_PCI_VENDOR_TYPE | 0x8086 */
#define VDCM_REGION_TYPE		0x80008086u
/* The device's PCI id, and a BAR's number. */
#define VDCM_REGION_SUBTYPE_BAR0	0x18890000u

/* Reserved bits that tell the device what it has seen. */
#define VDCM_BAR_SEEN_LEN		0x08000000u	/* ATQLEN, ARQLEN */
#define VDCM_BAR_SEEN_DYN		0x20000000u	/* DYN_CTL0, DYN_CTLN */
#define VDCM_BAR_SEEN_ENA		0x80000000u	/* ICR0_ENA */

#endif /* VDCM_BAR_H */
