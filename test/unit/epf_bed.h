/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The PF driver's OS-free part (vdcm/e810/epf.h) on the emulated E810, in one
 * process: the driver's rings lie in the requester's address space of the bed
 * of test_e810_*. What the driver gets wrong the model counts as a mistake.
 */
#ifndef TEST_UNIT_EPF_BED_H
#define TEST_UNIT_EPF_BED_H

#include "e810_bed.h"
#include "epf.h"

struct pbed {
	struct epf_hw hw;	/* first */
	struct ebed b;
	unsigned int delays;
	uint64_t slept;		/* microseconds */
	unsigned int errors;
	char err[200];		/* the last one told */
	bool gone;		/* registers read all ones */
};

struct pbed *pbed_open(void);		/* with the device powered on */
struct pbed *pbed_started(void);	/* and the function started */
void pbed_close(struct pbed *p);
uint64_t pbed_mistakes(struct pbed *p);

/* A VMDQ2 VSI with queue pairs @q.. in @slot; vector = slot. */
int pbed_vsi(struct pbed *p, uint32_t slot, uint32_t pasid, unsigned int q,
	     unsigned int n);
/* The same, with address and queue pair 0 on; the receive ring filled. */
void pbed_adi(struct pbed *p, uint32_t slot, uint32_t pasid, unsigned int q,
	      const uint8_t *mac);
int pbed_txq(struct pbed *p, uint32_t slot, unsigned int q);
int pbed_rxq(struct pbed *p, uint32_t slot, unsigned int q);

#endif /* TEST_UNIT_EPF_BED_H */
