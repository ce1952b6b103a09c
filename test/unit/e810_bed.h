/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A host for the emulated E810 (test/e810-model) and the driver's side of it:
 * memory in one address space per PASID, an admin queue, helpers for the life
 * of a VSI and its queues. Bytes are laid out here by hand from the public
 * headers, not with the model's own code.
 */
#ifndef TEST_UNIT_E810_BED_H
#define TEST_UNIT_E810_BED_H

#include "e810_model.h"
#include "e810_wire.h"
#include "unit.h"

#define EB_BASE		0x40000000ull	/* first address of every space */
#define EB_SIZE		0x100000u
#define EB_PAGE		4096u
#define EB_SPACES	8
#define EB_AQ_LEN	8u
#define EB_RING		32u
#define EB_FRAMES	64

/* Places in a space, from EB_BASE on. */
#define EB_ATQ		0x0000u
#define EB_ARQ		0x1000u
#define EB_AQ_BUF	0x2000u		/* one of 4096 bytes */
#define EB_EV_BUF	0x3000u		/* EB_AQ_LEN of 512 bytes */
#define EB_TXR		0x10000u	/* 4096 bytes a queue */
#define EB_RXR		0x20000u
#define EB_TXB		0x40000u	/* 64 KiB for all */
#define EB_RXB		0x80000u	/* 2048 bytes a descriptor, by queue */

struct ebed_space {
	int32_t pasid;
	bool used;
	uint8_t *mem;
	bool page_bad[EB_SIZE / EB_PAGE];
};

struct ebed {
	struct e810 *e;
	struct ebed_space space[EB_SPACES];
	unsigned int kicks;
	unsigned int msix[E810_VECTORS];
	unsigned int nout;
	size_t out_len[EB_FRAMES];
	uint8_t out[EB_FRAMES][E810_MAX_FRAME];
	char why[160];		/* the last complaint */
	uint64_t reads, writes;
	int32_t last_pasid;
	/* the admin queue */
	unsigned int next;
	uint8_t desc[AQ_DESC];	/* the last answer */
	/* done within a DMA, once, when the counter comes down to zero */
	unsigned int hook_after;
	void (*hook)(struct ebed *b);
};

void ebed_open(struct ebed *b);		/* powered on */
void ebed_aq_on(struct ebed *b);	/* and its admin queue on */
void ebed_close(struct ebed *b);
void ebed_run(struct ebed *b);		/* until there is nothing to do */

/* Memory of a space, which comes into being at first use. */
uint8_t *ebed_mem(struct ebed *b, int32_t pasid, uint32_t at);
void ebed_page(struct ebed *b, int32_t pasid, uint32_t at, bool good);

/*
 * One admin command. @param: 16 bytes (8 with a buffer) or %NULL, @buf: @len
 * bytes in and out, or %NULL. Returns the return value, -1: no completion.
 */
int ebed_cmd_flags(struct ebed *b, uint16_t opcode, const void *param,
		   void *buf, unsigned int len, uint16_t flags);
int ebed_in(struct ebed *b, uint16_t opcode, const void *param, void *buf,
	    unsigned int len);
int ebed_out(struct ebed *b, uint16_t opcode, const void *param, void *buf,
	     unsigned int len);
int ebed_direct(struct ebed *b, uint16_t opcode, const void *param);

/* A VMDQ2 VSI with @n receive queues from @first; -1 as @pasid: none. */
void ebed_props(uint8_t *props, int32_t pasid, unsigned int first,
		unsigned int n);
unsigned int ebed_vsi(struct ebed *b, int32_t pasid, unsigned int first,
		      unsigned int n);
int ebed_vsi_update(struct ebed *b, unsigned int vsi, const uint8_t *props);
int ebed_vsi_free(struct ebed *b, unsigned int vsi);

/* The scheduler's node for queues, of the default topology. */
uint32_t ebed_qgroup(struct ebed *b);

/* A transmit queue's context and the add command's buffer (56 bytes). */
void ebed_txq_buf(uint8_t *buf, uint32_t parent, unsigned int q,
		  unsigned int vsi, bool pf);
int ebed_txq(struct ebed *b, unsigned int q, unsigned int vsi);
int ebed_txq_off(struct ebed *b, unsigned int q);

/* A receive queue on, with EB_RING - 1 buffers of 2048 bytes posted. */
void ebed_rx_ctx(struct ebed *b, unsigned int q, const uint8_t *ctx);
void ebed_rx_ctx_default(uint8_t *ctx, unsigned int q);
bool ebed_rxq(struct ebed *b, unsigned int q, int32_t pasid);

/* A forward rule; returns its index or minus the return value. */
void ebed_rule_buf(uint8_t *buf, unsigned int type, unsigned int recipe,
		   unsigned int src, uint32_t act, const uint8_t *mac,
		   unsigned int vid);
int ebed_rule(struct ebed *b, unsigned int type, unsigned int recipe,
	      unsigned int src, uint32_t act, const uint8_t *mac,
	      unsigned int vid);
int ebed_mac(struct ebed *b, unsigned int vsi, const uint8_t *mac);

/* Frames. @seed makes the payload; returns the length. */
size_t ebed_frame(uint8_t *p, const uint8_t *dst, const uint8_t *src,
		  size_t len, unsigned int seed);
/* Put one data descriptor at index @at of the ring of @q and ring the bell. */
void ebed_send(struct ebed *b, unsigned int q, int32_t pasid, unsigned int at,
	       const uint8_t *frame, size_t len);
bool ebed_sent(struct ebed *b, unsigned int q, int32_t pasid, unsigned int at);
/* Length of what is in descriptor @at of queue @q, 0: not done. */
size_t ebed_got(struct ebed *b, unsigned int q, int32_t pasid, unsigned int at,
		const uint8_t **data);

/* A VSI with PASID, MAC rule and queue pair @q, loopback allowed. */
unsigned int ebed_adi(struct ebed *b, int32_t pasid, unsigned int q,
		      const uint8_t *mac);

extern const uint8_t ebed_mac_a[6], ebed_mac_b[6], ebed_mac_x[6];
extern const uint8_t ebed_broadcast[6], ebed_multicast[6];

#endif /* TEST_UNIT_E810_BED_H */
