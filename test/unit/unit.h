/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test harness. TEST(name) { ... } registers a test; unit.c's main() runs each
 * in a process of its own, once with host op dma_map() and once without, and
 * reports it as "program/name[map]" or "[copy]". A failed CHECK ends the test.
 *
 * A bed is a host with a device, and a driver for it that is not yet probed.
 */
#ifndef TEST_UNIT_H
#define TEST_UNIT_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avfdrv.h"
#include "host.h"

struct unit_test {
	const char *name;
	void (*fn)(void);
	struct unit_test *next;
	bool once;	/* the variant makes no difference */
};

void unit_register(struct unit_test *t);
void unit_fail(const char *file, int line, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 3, 4)));

/* Is this the round without dma_map()? */
extern bool unit_no_map;

#define TEST_(name_, once_)						\
	static void test_##name_(void);					\
	static struct unit_test unit_##name_ = {			\
		.name = #name_, .fn = test_##name_, .once = once_,	\
	};								\
	__attribute__((constructor)) static void unit_reg_##name_(void)	\
	{								\
		unit_register(&unit_##name_);				\
	}								\
	static void test_##name_(void)

#define TEST(name)	TEST_(name, false)
#define TEST_ONCE(name)	TEST_(name, true)

#define CHECK(cond)							\
	do {								\
		if (!(cond))						\
			unit_fail(__FILE__, __LINE__, "%s", #cond);	\
	} while (0)

#define CHECK_EQ(a, b)							\
	do {								\
		long long a_ = (long long)(a), b_ = (long long)(b);	\
									\
		if (a_ != b_)						\
			unit_fail(__FILE__, __LINE__,			\
				  "%s is %lld (0x%llx), not %s = %lld",	\
				  #a, a_, a_, #b, b_);			\
	} while (0)

/* With one more number that tells which round of a loop failed. */
#define CHECK_EQ_AT(a, b, at)						\
	do {								\
		long long a_ = (long long)(a), b_ = (long long)(b);	\
									\
		if (a_ != b_)						\
			unit_fail(__FILE__, __LINE__,			\
				  "at %lld: %s is %lld (0x%llx), not %s = %lld", \
				  (long long)(at), #a, a_, a_, #b, b_);	\
	} while (0)

struct bed {
	struct host h;
	struct avfdrv d;
};

extern const struct avfdrv_transport bed_transport;

void bed_open(struct bed *b);
void bed_open_params(struct bed *b, const struct avf_params *p);
void bed_close(struct bed *b);
/* Each includes the one before it. */
void bed_mbx(struct bed *b);		/* PCI and mailbox on */
void bed_resources(struct bed *b);	/* VERSION, GET_VF_RESOURCES */
void bed_up(struct bed *b);		/* probed and up */

struct avf_stats bed_stats(struct bed *b);

/* No DMA may happen between these two. */
void bed_quiet(struct bed *b);
void bed_quiet_end(struct bed *b);

/* One more than the driver's own buffers: scratch guest memory. */
uint64_t bed_mem(struct bed *b, uint64_t len, void *va_out);

/*
 * The command @op with @msg cut to one byte less, and with one byte more, is
 * refused with @err (0: no reply is expected to differ), and changes nothing.
 */
void bed_check_len(struct bed *b, uint32_t op, const void *msg, uint32_t len);

/* Fill @p with bytes that depend on @seed; an Ethernet header to @dst. */
void pattern(void *p, uint32_t len, uint32_t seed);
void eth(uint8_t *p, const uint8_t *dst, const uint8_t *src, uint16_t type);

/* Internet checksums of a plain, slow reference. */
uint16_t ref_csum(const void *p, uint32_t len, uint32_t start);
uint16_t ref_l4_csum(const uint8_t *ip, uint32_t l4_off, uint32_t l4_len,
		     uint8_t proto);

/*
 * Build an Ethernet/IP frame with right checksums. @ver 4 or 6, @proto an IP
 * protocol (6, 17, 132: with a full L4 header), @plen payload bytes after the
 * L4 header. Returns the length.
 */
uint32_t ip_frame(uint8_t *p, const uint8_t *dst, const uint8_t *src, int ver,
		  uint8_t proto, uint32_t plen);

#endif /* TEST_UNIT_H */
