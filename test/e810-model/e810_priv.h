/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside the emulated E810. Each source file is one noun:
 *
 *	e810_dev	life, resets, what runs when
 *	e810_reg	the register file and its side effects
 *	e810_aq		admin queue: rings, what is valid, events
 *	e810_cmd	admin commands of the function and the port
 *	e810_vsi	VSIs: context, PASID, reset, drain
 *	e810_sched	the scheduler tree
 *	e810_txq	transmit queue contexts
 *	e810_switch	switch rules and VSI lists
 *	e810_fwd	where a frame goes
 *	e810_tx, e810_off	transmit rings; checksums and segmentation
 *	e810_rx		receive contexts and rings
 *	e810_irq	causes, vectors, malicious driver events
 */
#ifndef E810_PRIV_H
#define E810_PRIV_H

#include "e810_model.h"
#include "e810_wire.h"

#define ARRAY_LEN(a)		(sizeof(a) / sizeof((a)[0]))

#define E810_LAYERS		9	/* leaf layer is 8 */
#define E810_LAYER_TC		1
#define E810_LAYER_ENTRY	3
#define E810_LAYER_QGROUP	7
#define E810_NODES		8192
#define E810_SIBLINGS		1024
#define E810_RULES		4096
#define E810_LISTS		1024
#define E810_EVENTS		16
#define E810_MAX_BURST		64	/* frames of one ring in one go */
#define E810_DFLT_VSI		1	/* what the firmware has at power on */
#define E810_SW_ID		1
#define E810_PENDING		0x20	/* of PFPCI_VMPEND */

enum e810_reset { RESET_PFR, RESET_CORER, RESET_POR };

enum e810_regs {
#define E810_REG(name, offset, dwords, wmask, reset, scope) R_##name,
#include "e810_regs.def"
#undef E810_REG
	R_COUNT
};

struct e810_vsi {
	bool used;
	uint8_t type;
	bool keep;		/* freed with "keep allocation" */
	bool in_reset;
	unsigned int reset_polls;
	unsigned int drain_polls;	/* DMA since the last drain, and how long */
	uint8_t props[VSI_PROPS];
	uint16_t nqueues;
	uint16_t queues[256];	/* receive queues */
};

struct e810_txq {
	bool live;		/* has a leaf and a context */
	bool stopped;		/* by a fault or a reset, until disabled */
	bool pending;		/* the doorbell rang */
	uint16_t vsi;
	uint32_t teid;
	uint32_t parent;
	uint64_t base;
	uint16_t len;
	uint16_t head;
	uint16_t tail;
	bool tso;
};

struct e810_rxq {
	bool live;
	uint8_t rxdid;
	bool crc_strip;
	uint16_t len;
	uint16_t head;
	uint64_t base;
	uint32_t buf;
	uint32_t max;
};

struct e810_node {
	uint32_t teid;		/* 0: free */
	uint32_t parent;
	uint8_t layer;
	uint8_t data[ELEM_DATA];	/* type, sections, ... */
	uint16_t children;
	uint16_t queue;		/* of a leaf */
	bool is_default;
};

struct e810_rule {
	bool used;
	bool tx;
	uint8_t recipe;
	uint16_t src;
	uint32_t act;
	uint8_t hdr[RULE_HDR_SIZE];
};

struct e810_list {
	uint8_t type;		/* 0: free, else RES_VSI_LIST_* */
	uint16_t refs;
	uint8_t map[E810_VSIS / 8];
};

struct e810_event {
	uint8_t desc[AQ_DESC];
	uint8_t buf[LINK_STATUS_SIZE];
	uint16_t len;
};

struct e810 {
	struct e810_config config;
	const struct e810_ops *ops;
	void *host;

	uint32_t *regs;
	uint32_t reg_base[R_COUNT];	/* index of the first dword */

	struct e810_vsi vsi[E810_VSIS];
	struct e810_txq txq[E810_QUEUES];
	struct e810_rxq rxq[E810_QUEUES];
	uint16_t rxq_vsi[E810_QUEUES];	/* owner, 0: none */

	struct e810_node *nodes;
	uint32_t next_teid;
	struct e810_rule *rules;
	struct e810_list lists[E810_LISTS];

	struct e810_event events[E810_EVENTS];
	unsigned int nevents;

	uint8_t vec_pending[E810_VECTORS];
	uint32_t aq_buf_len;

	uint8_t mac[6];
	uint16_t max_frame;
	uint16_t event_mask;
	bool link, lse;
	bool pxe;
	uint8_t res_held;		/* bit: resource id of OP_REQ_RES */
	unsigned int pfr_polls, core_polls;
	bool aq_pending, tx_pending;
	bool corer_after;		/* a fault due after this command */
	unsigned int next_txq;		/* where the next round begins */
	uint32_t epoch;			/* a new one with each reset */

	struct e810_fault_plan fault;
	enum e810_mutation mutation;
	int32_t first_pasid[2][E810_QUEUES];	/* plus 2; for a mutation */
	struct e810_counts n;

	uint8_t frame[E810_MAX_FRAME * 28];	/* before segmentation */
	uint8_t seg[E810_MAX_FRAME + 8];
};

/* ---- e810_dev.c */
void e810_complain(struct e810 *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
bool e810_dma(struct e810 *e, int32_t pasid, uint64_t addr, void *buf,
	      size_t len, bool write);
void e810_reset(struct e810 *e, enum e810_reset what);
bool e810_fault_due(struct e810 *e, enum e810_fault kind, uint16_t opcode);
void e810_kick(struct e810 *e);

/* ---- e810_reg.c */
bool e810_reg_init(struct e810 *e);
void e810_reg_reset(struct e810 *e, enum e810_reset what);
uint32_t *e810_reg(struct e810 *e, enum e810_regs r, unsigned int i);
void e810_count(struct e810 *e, enum e810_regs r, unsigned int i, uint64_t n);
const char *e810_reg_name(enum e810_regs r);
uint32_t e810_reg_offset(enum e810_regs r);

/* ---- e810_aq.c */
struct e810_cmd {
	uint8_t desc[AQ_DESC];
	uint16_t opcode;
	uint8_t *param;		/* the 16 bytes in @desc */
	uint8_t buf[AQ_BUF_MAX];
	uint32_t len;		/* of @buf, as the driver said; then the reply */
};

enum e810_rc e810_bad(struct e810 *e, const struct e810_cmd *c,
		      enum e810_rc rc, const char *why);
void e810_aq_run(struct e810 *e);
void e810_aq_events(struct e810 *e);
void e810_event(struct e810 *e, uint16_t opcode, const void *param,
		const void *buf, unsigned int len);

/* ---- commands, as the table in e810_aq.c calls them */
typedef enum e810_rc e810_handler(struct e810 *e, struct e810_cmd *c);
e810_handler e810_cmd_version, e810_cmd_driver, e810_cmd_shutdown,
	     e810_cmd_req_res, e810_cmd_release_res, e810_cmd_caps,
	     e810_cmd_mac_read, e810_cmd_mac_write, e810_cmd_clear_pxe,
	     e810_cmd_sw_cfg, e810_cmd_clear_pf, e810_cmd_phy_caps,
	     e810_cmd_set_phy, e810_cmd_mac_cfg, e810_cmd_restart_an,
	     e810_cmd_link, e810_cmd_event_mask;
e810_handler e810_vsi_add, e810_vsi_update, e810_vsi_get, e810_vsi_free;
e810_handler e810_sched_topo, e810_sched_add, e810_sched_get,
	     e810_sched_suspend, e810_sched_delete, e810_sched_res;
e810_handler e810_txq_add, e810_txq_disable;
e810_handler e810_list_alloc, e810_list_free, e810_rules_add,
	     e810_rules_update, e810_rules_remove;
void e810_link_data(const struct e810 *e, uint8_t *p);

/* ---- e810_vsi.c */
struct e810_vsi *e810_vsi(struct e810 *e, unsigned int num);
int32_t e810_vsi_pasid(const struct e810 *e, const struct e810_vsi *v);
int32_t e810_queue_pasid(struct e810 *e, const struct e810_vsi *v, bool tx,
			 unsigned int q);
bool e810_vsi_busy(const struct e810 *e, unsigned int num);
void e810_vsi_reset_all(struct e810 *e);
void e810_vsi_trigger(struct e810 *e, unsigned int num, bool on);
uint32_t e810_vsi_status(struct e810 *e, unsigned int num);
uint32_t e810_vsi_pending(struct e810 *e);
void e810_vsi_touch(struct e810 *e, unsigned int num);

/* ---- e810_sched.c */
void e810_sched_reset(struct e810 *e);
struct e810_node *e810_node(struct e810 *e, uint32_t teid);
struct e810_node *e810_node_add(struct e810 *e, struct e810_node *parent,
				enum e810_elem_type type, const uint8_t *data);
void e810_node_del(struct e810 *e, struct e810_node *n);
unsigned int e810_nodes_free(const struct e810 *e);

/* ---- e810_txq.c, e810_tx.c, e810_off.c */
void e810_txq_reset(struct e810 *e);
void e810_txq_stop(struct e810_txq *q);
void e810_txq_window(struct e810 *e);
void e810_tx_doorbell(struct e810 *e, unsigned int q, uint32_t tail);
bool e810_tx_run(struct e810 *e);

struct e810_offload {
	bool tso, ipv4_csum;
	uint16_t l4t;		/* TXD_L4T_* or 0 */
	uint16_t mss;
	unsigned int maclen, iplen, l4len;	/* bytes */
};

/* Apply @o to @frame of @len; @out gets each frame. False: not possible. */
bool e810_offload(uint8_t *frame, size_t len, const struct e810_offload *o,
		  uint8_t *seg, size_t max,
		  void (*out)(void *ctx, uint8_t *frame, size_t len), void *ctx);
uint16_t e810_csum(const uint8_t *p, size_t len, uint32_t sum);
/* Bytes 0-1: checksums are right (1), wrong (2), none (0): IPv4, L4. */
uint8_t e810_classify(const uint8_t *frame, size_t len, uint8_t csum[2]);

/* ---- e810_switch.c, e810_fwd.c */
struct e810_target {
	uint8_t map[E810_VSIS / 8];
	bool any, lan, drop;
};

void e810_switch_reset(struct e810 *e);
bool e810_switch_uses(const struct e810 *e, unsigned int vsi);
bool e810_list_has(const struct e810 *e, unsigned int list, unsigned int vsi);
/* @src: VSI that sent it, 0: the wire. */
void e810_forward(struct e810 *e, unsigned int src, uint8_t *frame, size_t len);

/* ---- e810_rx.c */
void e810_rx_enable(struct e810 *e, unsigned int q, bool on);
void e810_rx_stop(struct e810 *e, unsigned int q);
void e810_rx_tail(struct e810 *e, unsigned int q, uint32_t tail);
void e810_rx_reset(struct e810 *e);
void e810_rx_frame(struct e810 *e, unsigned int vsi, const uint8_t *frame,
		   size_t len, bool loopback);

/* ---- e810_irq.c */
void e810_irq_reset(struct e810 *e, enum e810_reset what);
void e810_irq_cause(struct e810 *e, uint32_t qint);
void e810_irq_dyn(struct e810 *e, unsigned int vec, uint32_t val);
void e810_irq_other(struct e810 *e, uint32_t cause);
void e810_mdet(struct e810 *e, bool tx, unsigned int queue, enum e810_mdet why);

static inline bool e810_bit(const uint8_t *map, unsigned int i)
{
	return map[i / 8] >> i % 8 & 1;
}

static inline void e810_bit_set(uint8_t *map, unsigned int i, bool on)
{
	if (on)
		map[i / 8] |= (uint8_t)(1u << i % 8);
	else
		map[i / 8] &= (uint8_t)~(1u << i % 8);
}

#endif /* E810_PRIV_H */
