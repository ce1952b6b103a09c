/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * A small AVF driver in user space. It does what Linux's iavf does, in the same
 * order and with the same register values, and can be told to misbehave. It
 * shares no definition with the device model: every number below is taken from
 * the driver's side of the contract, so that a mistake in the model's headers
 * cannot hide in the tests.
 *
 * Device, memory and interrupts are behind a transport.
 */
#ifndef TEST_AVFDRV_H
#define TEST_AVFDRV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Registers of BAR0. */
#define R_QTX_TAIL(q)	(0x0000u + 4u * (q))
#define R_QRX_TAIL(q)	(0x2000u + 4u * (q))
#define R_ITRN(i, v)	(0x2800u + 64u * (i) + 4u * (v))
#define R_DYN_CTLN(v)	(0x3800u + 4u * (v))	/* vector v + 1 */
#define R_ICR0		0x4800u
#define R_ITR0(i)	(0x4c00u + 4u * (i))
#define R_ICR0_ENA	0x5000u
#define R_STAT_CTL0	0x5400u
#define R_DYN_CTL0	0x5c00u
#define R_ARQBAH	0x6000u
#define R_ATQH		0x6400u
#define R_ATQLEN	0x6800u
#define R_ARQBAL	0x6c00u
#define R_ARQT		0x7000u
#define R_ARQH		0x7400u
#define R_ATQBAH	0x7800u
#define R_ATQBAL	0x7c00u
#define R_ARQLEN	0x8000u
#define R_ATQT		0x8400u
#define R_RSTAT		0x8800u
#define R_HENA(i)	(0xc400u + 4u * (i))
#define R_HKEY(i)	(0xcc00u + 4u * (i))
#define R_HLUT(i)	(0xd000u + 4u * (i))

#define AQ_ENABLE	0x80000000u
#define AQ_CRIT		0x40000000u
#define AQ_OVFL		0x20000000u
#define AQ_VFE		0x10000000u
#define ICR0_ADMINQ	0x40000000u
#define DYN_INTENA	0x1u
#define DYN_CLEARPBA	0x2u
#define DYN_SWINT	0x4u
#define DYN_ITR(i)	((uint32_t)(i) << 3)	/* 3: leave ITRs alone */
#define DYN_INTERVAL(n)	((uint32_t)(n) << 5)	/* 2 us each */
#define DYN_SW_ITR_ENA	0x01000000u
#define DYN_WB_ON_ITR	0x40000000u

#define AQF_DD		0x0001
#define AQF_CMP		0x0002
#define AQF_ERR		0x0004
#define AQF_LB		0x0200
#define AQF_RD		0x0400
#define AQF_BUF		0x1000
#define AQF_SI		0x2000

/* Messages the driver itself sends. Tests name further ones by number. */
enum {
	VC_VERSION = 1,
	VC_RESET_VF = 2,
	VC_GET_VF_RESOURCES = 3,
	VC_CONFIG_VSI_QUEUES = 6,
	VC_CONFIG_IRQ_MAP = 7,
	VC_ENABLE_QUEUES = 8,
	VC_DISABLE_QUEUES = 9,
	VC_ADD_ETH_ADDR = 10,
	VC_DEL_ETH_ADDR = 11,
	VC_ADD_VLAN = 12,
	VC_DEL_VLAN = 13,
	VC_CONFIG_PROMISC = 14,
	VC_GET_STATS = 15,
	VC_EVENT = 17,
	VC_RSS_HFUNC = 18,
	VC_CONFIG_RSS_KEY = 23,
	VC_CONFIG_RSS_LUT = 24,
	VC_GET_HENA_CAPS = 25,
	VC_SET_HENA = 26,
	VC_STRIP_ON = 27,
	VC_STRIP_OFF = 28,
	VC_REQUEST_QUEUES = 29,
	VC_GET_RXDIDS = 44,
	VC_ADD_RSS_CFG = 45,
	VC_DEL_RSS_CFG = 46,
	VC_ADD_FDIR = 47,
	VC_DEL_FDIR = 48,
	VC_GET_VLAN_CAPS = 51,
	VC_ADD_VLAN_V2 = 52,
	VC_DEL_VLAN_V2 = 53,
	VC_STRIP_ON_V2 = 54,
	VC_STRIP_OFF_V2 = 55,
	VC_INSERT_ON_V2 = 56,
	VC_INSERT_OFF_V2 = 57,
};

#define VC_EPARAM	(-5)
#define VC_ENOTSUPP	(-64)

#define CAP_L2		(1u << 0)
#define CAP_WB_ON_ITR	(1u << 5)
#define CAP_REQ_QUEUES	(1u << 6)
#define CAP_LINK_SPEED	(1u << 7)
#define CAP_VLAN_V2	(1u << 15)
#define CAP_VLAN	(1u << 16)
#define CAP_RSS_PCTYPE	(1u << 18)
#define CAP_RSS_PF	(1u << 19)
#define CAP_FLEX_DESC	(1u << 26)
#define CAP_ADV_RSS	(1u << 27)
#define CAP_FDIR	(1u << 28)

/* What iavf of Linux 6.18 asks for. */
#define CAPS_LINUX	0xbebd8cf9u
/* What a device grants of it. */
#define CAPS_BASE	(CAP_L2 | CAP_WB_ON_ITR | CAP_REQ_QUEUES | \
			 CAP_LINK_SPEED | CAP_VLAN_V2 | CAP_RSS_PCTYPE | \
			 CAP_RSS_PF | CAP_FLEX_DESC | CAP_ADV_RSS | CAP_FDIR)

#define AQ_LEN		32u
#define AQ_BUF		4096u
#define DRV_MAX_QPS	16u
#define DRV_TXBUF	2048u

/* avfdrv_cmd(): not a virtchnl status, but no reply came. */
#define DRV_TIMEOUT	(-1000)

/* Transmit descriptors, qword 1. */
#define TXD_EOP		0x001u
#define TXD_RS		0x002u
#define TXD_ICRC	0x004u
#define TXD_L2TAG1	0x008u
#define TXD_IPV6	0x020u
#define TXD_IPV4	0x040u
#define TXD_IPV4_CSUM	0x060u
#define TXD_TCP		0x100u
#define TXD_SCTP	0x200u
#define TXD_UDP		0x300u

struct avfdrv_buf {
	void *va;
	uint64_t iova;
	uint64_t len;
};

struct avfdrv_transport {
	uint32_t (*rd)(void *ctx, uint32_t off);
	void (*wr)(void *ctx, uint32_t off, uint32_t val);
	uint32_t (*cfg_rd)(void *ctx, uint32_t off, uint32_t len);
	void (*cfg_wr)(void *ctx, uint32_t off, uint32_t val, uint32_t len);
	/* Unmask MSI-X vectors 0..n-1, as the PCI core does. */
	void (*msix_on)(void *ctx, uint32_t n);
	int (*alloc)(void *ctx, uint64_t len, struct avfdrv_buf *buf);
	void (*free)(void *ctx, struct avfdrv_buf *buf);
	/* Let the device work for a moment. */
	void (*idle)(void *ctx);
};

struct avfdrv_msg {
	uint32_t op;
	int32_t status;
	uint16_t len;
	uint16_t flags;
	uint16_t retval;
	uint8_t data[AQ_BUF];
};

struct avfdrv_txq {
	struct avfdrv_buf ring;
	struct avfdrv_buf data;
	uint16_t count;
	uint16_t ntu;
	uint16_t ntc;
	uint16_t watch[4096];	/* last descriptor of the frame + 1, or 0 */
};

struct avfdrv_rxq {
	struct avfdrv_buf ring;
	struct avfdrv_buf data;
	uint16_t count;
	uint16_t ntu;		/* next to fill */
	uint16_t ntc;		/* next to look at */
};

struct avfdrv_rxinfo {
	uint64_t qw[4];		/* of the last descriptor */
	uint32_t ptype;
	uint32_t hash;
	uint32_t nbufs;
	uint16_t tci;
	bool tagged;
	bool hash_valid;
	bool l3l4p;
	bool err_ip;
	bool err_l4;
	bool exadd;
};

struct avfdrv {
	const struct avfdrv_transport *t;
	void *ctx;

	struct avfdrv_buf atq, atq_bufs, arq, arq_bufs;
	uint16_t atq_ntu, arq_ntc;

	/* wishes, set before avfdrv_probe() */
	uint32_t want_caps;
	uint16_t want_qps;
	uint16_t tx_count;
	uint16_t rx_count;
	uint16_t rx_buf;
	uint16_t rx_chunk;	/* buffers given back at a time */
	uint16_t max_pkt;
	uint8_t rxdid;

	/* what the device said */
	uint32_t version[2];
	uint32_t caps;
	uint16_t num_qps;
	uint16_t max_vectors;
	uint16_t max_mtu;
	uint16_t vsi;
	uint32_t key_size;
	uint32_t lut_size;
	uint8_t mac[6];
	bool have_resources;

	uint16_t nq;
	bool up;
	bool link;
	uint32_t link_speed;
	uint32_t link_events;
	uint32_t reset_events;
	uint32_t bad_events;	/* events before GET_VF_RESOURCES */
	uint32_t nops;		/* messages received, and the latest of them */
	uint32_t ops[64];

	struct avfdrv_txq tx[DRV_MAX_QPS];
	struct avfdrv_rxq rx[DRV_MAX_QPS];
};

/* Little-endian accesses to messages and descriptors. */
static inline uint64_t get_le(const void *p, unsigned int n)
{
	const uint8_t *b = p;
	uint64_t v = 0;

	while (n--)
		v = v << 8 | b[n];
	return v;
}

static inline void put_le(void *p, unsigned int n, uint64_t v)
{
	uint8_t *b = p;

	for (; n--; v >>= 8)
		*b++ = (uint8_t)v;
}

#define get_le16(p)	((uint16_t)get_le(p, 2))
#define get_le32(p)	((uint32_t)get_le(p, 4))
#define get_le64(p)	get_le(p, 8)
#define put_le16(p, v)	put_le(p, 2, v)
#define put_le32(p, v)	put_le(p, 4, v)
#define put_le64(p, v)	put_le(p, 8, v)

/* ------------------------------------------------------ mailbox (avfdrv.c) */

void avfdrv_init(struct avfdrv *d, const struct avfdrv_transport *t, void *ctx);
/* Free what the driver still holds, without a word to the device. */
void avfdrv_fini(struct avfdrv *d);

/* Bus master, memory, MSI-X as the PCI core and pci_enable_device() do. */
void avfdrv_pci_on(struct avfdrv *d, uint32_t vectors);
void avfdrv_mbx_init(struct avfdrv *d);
void avfdrv_mbx_shutdown(struct avfdrv *d);

/* Queue one descriptor without ringing, and ring. */
void avfdrv_mbx_put(struct avfdrv *d, uint32_t op, const void *msg,
		    uint32_t len);
void avfdrv_mbx_ring(struct avfdrv *d);
/* Address of ATQ descriptor @i and of its buffer, for tests that bend them. */
uint8_t *avfdrv_atq_desc(struct avfdrv *d, uint32_t i);
uint8_t *avfdrv_atq_buf(struct avfdrv *d, uint32_t i);

void avfdrv_send(struct avfdrv *d, uint32_t op, const void *msg, uint32_t len);
/* The next message, events included; false: none is there. */
bool avfdrv_recv(struct avfdrv *d, struct avfdrv_msg *m);
/* Same, but events are handled on the way and not returned. */
bool avfdrv_recv_reply(struct avfdrv *d, struct avfdrv_msg *m);
/* Handle what is there; returns the number of messages. */
uint32_t avfdrv_drain(struct avfdrv *d);
/* Send and wait; @m may be NULL. Returns the virtchnl status. */
int avfdrv_cmd(struct avfdrv *d, uint32_t op, const void *msg, uint32_t len,
	       struct avfdrv_msg *m);

/* ----------------------------------------------------- virtchnl (avfdrv.c) */

int avfdrv_version(struct avfdrv *d, uint32_t major, uint32_t minor);
int avfdrv_resources(struct avfdrv *d);
int avfdrv_irq_map(struct avfdrv *d);
int avfdrv_mac(struct avfdrv *d, uint32_t op, const uint8_t *mac, uint8_t type);
int avfdrv_config_queues(struct avfdrv *d);
int avfdrv_queues(struct avfdrv *d, uint32_t op, uint32_t rx, uint32_t tx);
int avfdrv_promisc(struct avfdrv *d, uint16_t flags);
int avfdrv_rss_key(struct avfdrv *d, const uint8_t *key);
int avfdrv_rss_lut(struct avfdrv *d, const uint8_t *lut);
/* One entry of CONFIG_VSI_QUEUES (64 bytes) as this driver fills it. */
void avfdrv_fill_qp(struct avfdrv *d, uint16_t q, uint8_t *qp);

/* --------------------------------------------------------- life (avfdrv.c) */

/* Until "idle until ifup"; 0, or the status of what failed. */
int avfdrv_probe(struct avfdrv *d);
int avfdrv_up(struct avfdrv *d);
int avfdrv_down(struct avfdrv *d);
/* RESET_VF and everything iavf does after it; interfaces that were up are. */
int avfdrv_reset(struct avfdrv *d);
/* The part of it after the device has been seen resetting. */
int avfdrv_reinit(struct avfdrv *d);
void avfdrv_remove(struct avfdrv *d);

/* ------------------------------------------------- rings (avfdrv_ring.c) */

int avfdrv_rings_alloc(struct avfdrv *d);
void avfdrv_rings_free(struct avfdrv *d);
/* Post all buffers but one and write the tail, before CONFIG_VSI_QUEUES. */
void avfdrv_rx_fill(struct avfdrv *d, uint16_t q);
void avfdrv_rings_restart(struct avfdrv *d);

/* Write a raw descriptor at ntu; ring the doorbell. */
void avfdrv_txd(struct avfdrv *d, uint16_t q, uint64_t qw0, uint64_t qw1);
void avfdrv_tx_ring(struct avfdrv *d, uint16_t q);
uint64_t avfdrv_txd_qw1(uint32_t cmd, uint32_t len, uint32_t maclen,
			uint32_t iplen, uint32_t l4len);
/* qword 1 of descriptor @i as it is now */
uint64_t avfdrv_tx_status(struct avfdrv *d, uint16_t q, uint16_t i);
bool avfdrv_tx_done(struct avfdrv *d, uint16_t q, uint16_t i);

/* Copy a frame to the ring's own buffers; -1 when there is no room. */
int avfdrv_tx_put(struct avfdrv *d, uint16_t q, const void *frame,
		  uint32_t len);
int avfdrv_tx(struct avfdrv *d, uint16_t q, const void *frame, uint32_t len);
uint32_t avfdrv_tx_clean(struct avfdrv *d, uint16_t q);

/* One frame; 0: none. Buffers go back to the device in chunks. */
uint32_t avfdrv_rx(struct avfdrv *d, uint16_t q, void *buf, uint32_t cap,
		   struct avfdrv_rxinfo *info);
/* Descriptor @i, for tests that look closer. */
uint8_t *avfdrv_rxd(struct avfdrv *d, uint16_t q, uint16_t i);
/* Make descriptor @i available again, without writing the tail. */
void avfdrv_rx_post(struct avfdrv *d, uint16_t q, uint16_t i);

#endif /* TEST_AVFDRV_H */
