/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The emulated E810 as a state machine: no threads, no clock, no QEMU. Whoever
 * runs it (e810_qemu.c, the unit tests) gives it DMA, interrupts and a wire,
 * and serialises all calls.
 *
 * Work that a store starts (an admin command, a transmit ring) is not done in
 * e810_write() but in e810_run(), which the host calls after @kick(): drivers
 * rely on completions not being there before the store returned.
 */
#ifndef E810_MODEL_H
#define E810_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define E810_VSIS		768
#define E810_QUEUES		2048	/* of each direction */
#define E810_VECTORS		2048
#define E810_BAR_SIZE		0x08000000u
#define E810_MAX_FRAME		9728

/* DMA under the function's requester id, without a PASID. */
#define E810_RID		(-1)

struct e810;

/**
 * struct e810_ops - what the model needs from its host
 * @dma: read (@write false) or write @len bytes at @addr of the address space
 *	of @pasid (%E810_RID: of the function itself). False: refused.
 * @msix: send the message of @vector
 * @transmit: a frame to the wire
 * @kick: call e810_run() soon, but not from within this call
 * @complain: a driver's mistake, in words; may be %NULL
 */
struct e810_ops {
	bool (*dma)(void *host, int32_t pasid, uint64_t addr, void *buf,
		    size_t len, bool write);
	void (*msix)(void *host, unsigned int vector);
	void (*transmit)(void *host, const void *frame, size_t len);
	void (*kick)(void *host);
	void (*complain)(void *host, const char *text);
};

/**
 * struct e810_config - what one adapter differs in from another
 * @mac: the permanent address
 * @vectors: MSI-X vectors, at most %E810_VECTORS
 * @reset_polls: how many reads of a reset's status still find it busy
 * @drain_polls: how many reads of PFPCI_VMPEND still find DMA under way
 */
struct e810_config {
	uint8_t mac[6];
	unsigned int vectors;
	unsigned int reset_polls;
	unsigned int drain_polls;
};

/* What goes wrong, once, when the time comes: e810_set_fault(). */
enum e810_fault {
	E810_FAULT_NONE,
	E810_FAULT_AQ_LOST,	/* the command is never completed */
	E810_FAULT_AQ_ERROR,	/* it fails with a return code */
	E810_FAULT_AQ_GARBLE,	/* it is done, and its reply is lost */
	E810_FAULT_PFR,		/* a PF reset comes before it */
	E810_FAULT_CORER,	/* a core reset comes before it */
	E810_FAULT_CORER_AFTER,	/* and one comes after it */
	E810_FAULT_VSI_RESET,	/* a VSI reset does not end */
	E810_FAULT_DRAIN,	/* PCIe transactions of a VSI do not end */
};

/**
 * struct e810_fault_plan - one fault to come
 * @kind: which
 * @opcode: of the admin command, 0: any
 * @after: how many such commands pass before it
 * @value: the return code of %E810_FAULT_AQ_ERROR
 */
struct e810_fault_plan {
	enum e810_fault kind;
	uint16_t opcode;
	unsigned int after;
	uint16_t value;
};

/*
 * One thing the model then does wrong, for good: a test suite that claims to
 * check it has to fail with it.
 */
#define E810_MUTATIONS(M)						\
	M(none, "nothing is wrong")					\
	M(no_pasid, "queues do DMA without the PASID of their VSI")	\
	M(stale_pasid, "a queue keeps the first PASID it ever had")	\
	M(fault_goes_on, "a queue goes on after a translation fault")	\
	M(fault_stops_all, "a translation fault stops all queues")	\
	M(fault_silent, "a translation fault raises no event")		\
	M(wrong_victim, "an event names the queue after the one at fault") \
	M(reset_keeps_rx, "a PF reset leaves receive queues on")	\
	M(reset_loses_pasid, "a VSI reset forgets the PASID")		\
	M(drain_lies, "PFPCI_VMPEND is never busy")			\
	M(no_loopback, "frames between VSIs go to the wire only")	\
	M(list_first_only, "a VSI list reaches its first VSI only")	\
	M(no_anti_spoof, "source addresses are not checked")		\
	M(leak_vlan, "VLAN pruning lets everything through")		\
	M(no_tx_report, "transmit descriptors are not written back")	\
	M(lost_interrupt, "an interrupt while disabled is forgotten")

enum e810_mutation {
#define M(name, text) E810_MUT_##name,
	E810_MUTATIONS(M)
#undef M
	E810_MUT_COUNT
};

extern const char *const e810_mutation_names[E810_MUT_COUNT];

/* What happened since the last cold reset. */
struct e810_counts {
	uint64_t commands;	/* admin commands completed */
	uint64_t refused;	/* of them, with an error */
	uint64_t mistakes;	/* of the driver: all that @complain told */
	uint64_t bad_registers;	/* accesses to what is no register */
	uint64_t page_ignored;	/* stores to unused places of a queue's page */
	uint64_t dma_faults;
	uint64_t events_lost;	/* no room for an event */
	uint64_t tx_frames, rx_frames, rx_dropped, loopback_frames;
	uint64_t pf_resets, core_resets, vsi_resets;
	uint64_t pages[2];	/* doorbells through page space: Rx, Tx */
};

struct e810 *e810_create(const struct e810_config *config,
			 const struct e810_ops *ops, void *host);
void e810_destroy(struct e810 *e);

/* Power on; a function level reset. */
void e810_cold_reset(struct e810 *e);
void e810_flr(struct e810 *e);

/* BAR 0, 32 bits at a multiple of four. */
uint32_t e810_read(struct e810 *e, uint32_t addr);
void e810_write(struct e810 *e, uint32_t addr, uint32_t val);

/* Do what is pending, within bounds. True: there is more, call again. */
bool e810_run(struct e810 *e);

/* A frame from the wire, without its checksum (CRC). */
void e810_receive(struct e810 *e, const void *frame, size_t len);
void e810_set_link(struct e810 *e, bool up);

/* A core reset that nobody in this function asked for. */
void e810_core_reset(struct e810 *e);

void e810_set_fault(struct e810 *e, const struct e810_fault_plan *plan);
void e810_set_mutation(struct e810 *e, enum e810_mutation m);
const struct e810_counts *e810_counts(const struct e810 *e);

#endif /* E810_MODEL_H */
