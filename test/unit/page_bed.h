/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A bed whose driver only loads from and stores to BAR0's memory, and whose host
 * looks when it is told to.
 */
#ifndef TEST_PAGE_BED_H
#define TEST_PAGE_BED_H

#include "unit.h"

#define PAGES		16u
#define SEEN_LEN	0x08000000u
#define SEEN_DYN	0x20000000u
#define SEEN_ENA	0x80000000u

extern uint8_t bar[PAGES][AVF_PAGE_SIZE];
extern struct avfdrv_transport mem_transport;

/* What the driver does. */
uint32_t ld(uint32_t off);
void st(uint32_t off, uint32_t val);

/* What a host does when it looks; returns what there was to see. */
uint32_t look(struct host *h);

void page_attach(struct host *h);
void page_open(struct bed *b, uint16_t qps);
void page_open_params(struct bed *b, struct avf_params *p);
void page_up(struct bed *b, uint16_t qps);	/* probed and up */

/* A frame gets through. */
bool send_one(struct bed *b, uint16_t q);
bool receive_one(struct bed *b);

/*
 * Call @fn at the model's @nth access (from 1) to the @n pages from @first on,
 * just before it takes place. at_access_end() says whether it came to that.
 */
void at_access(uint32_t first, uint32_t n, uint32_t nth,
	       void (*fn)(struct bed *b), struct bed *b);
bool at_access_end(void);

/* Put VERSION into the ATQ, without a doorbell. */
void put_version(struct bed *b);

#endif /* TEST_PAGE_BED_H */
