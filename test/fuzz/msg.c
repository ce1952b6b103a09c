// SPDX-License-Identifier: GPL-2.0
/*
 * Messages from the table vc.def, and what a well-behaved driver does with the
 * mailbox. A field takes one byte of input that chooses a likely value, or says
 * that the value follows.
 */
#include "fuzz.h"

#define MSG_RAW		0xf0	/* a choice from here on: the value follows */

struct msg_def {
	u32 op;
	u16 head_len;
	u16 elem_len;
	u16 slots;
	const char *head;
	const char *elem;
	const char *tail;
};

static const struct msg_def defs[] = {
#define FZ_VC(name, head_len_, elem_len_, slots_, head_, elem_, tail_)	\
	{								\
		.op = AVF_VC_##name, .head_len = (head_len_),		\
		.elem_len = (elem_len_), .slots = (slots_),		\
		.head = (head_), .elem = (elem_), .tail = (tail_),	\
	},
#include "vc.def"
#undef FZ_VC
};

struct msg_ctx {
	struct fz *f;
	u8 *p;
	u32 count;
	u32 i;		/* element */
	const u8 *stack;
};

/* Headers that follow each other, 0 behind the last. */
static const u8 stacks[][6] = {
	{ 1, 4, 6 }, { 1, 4, 7 }, { 1, 4, 8 }, { 1, 5, 6 }, { 1, 5, 7 },
	{ 1, 5, 8 }, { 1, 4 }, { 1, 5 }, { 1 }, { 1, 4, 22 }, { 1, 5, 23 },
	{ 1, 4, 15 }, { 1, 4, 16 }, { 1, 5, 14 }, { 1, 4, 7, 15 },
	{ 1, 5, 7, 17 }, { 1, 4, 7, 9, 10 }, { 1, 4, 7, 9, 11 },
	{ 1, 5, 7, 9, 12 }, { 1, 2, 3, 4, 6 }, { 4, 6 }, { 5, 7 },
};

static void put(struct msg_ctx *m, u64 v, u32 n)
{
	while (n--) {
		*m->p++ = (u8)v;
		v >>= 8;
	}
}

static void put_mac(struct msg_ctx *m, u8 s)
{
	static const u8 special[][6] = {
		{ 0x02, 0, 0, 0, 0, 0x10 }, { 0x33, 0x33, 0, 0, 0, 1 },
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, { 0 },
		{ 0x01, 0, 0x5e, 0, 0, 1 },
	};
	u8 mac[6] = { 0x02, 0, 0, 0, 1, s };
	u32 i;

	if (s >= MSG_RAW)
		for (i = 0; i < 6; i++)
			mac[i] = fz_u8(m->f);
	else if (s < ARRAY_SIZE(special))
		memcpy(mac, special[s], 6);
	memcpy(m->p, mac, 6);
	m->p += 6;
}

/* The element's header as it is in canned frame @s. */
static void put_hdr(struct msg_ctx *m, u8 s)
{
	bool v6 = s & 1, tag = s % 16 >= 10;
	u32 at = m->i ? tag ? 18 : 14 : 0;

	if (m->i > 1)
		at += v6 ? 40 : 20;
	fz_peek(m->f, FZ_PKT + (s & 31) * FZ_PKT_STEP + at, m->p, 64);
	m->p += 64;
}

static u32 width(char c)
{
	if (c == 'N')
		return 64;
	if (strchr("AHQ", c))
		return 8;
	if (strchr("scLMbpShIayYFZD", c))
		return 4;
	if (strchr("truoOB", c))
		return 1;
	return c == 'e' ? 6 : 2;
}

static void field(struct msg_ctx *m, char c)
{
	static const u32 rings[] = { 64, 64, 64, 0, 128, 4096, 96, 32, 100,
		8192, 512, 65535 };
	static const u32 bufs[] = { 2048, 1024, 4096, 1536, 16256, 3072, 0,
		16384 };
	static const u32 pkts[] = { 9728, 1522, 16382, 64, 63, 16383 };
	static const u32 caps[] = { 0xbebd8cf9, 0xffffffff, 0x0c0c80a1, 0, 1,
		0x00080001, 0xbebd0cf9, 0xbebd8cf9 };
	static const u32 tpids[] = { 0x8100, 0x88a8, 0x9100, 0 };
	static const u32 protos[] = { 0x83000000 | 0x101, 0x80000101, 1, 0,
		0x101, 0x70000001 };
	static const u8 acts[] = { AVF_VC_ACT_QUEUE, AVF_VC_ACT_DROP,
		AVF_VC_ACT_PASSTHRU, AVF_VC_ACT_REGION };
	static const u8 rxdids[] = { 1, 22, 2, 0, 16 };
	struct fz *f = m->f;
	u32 n = width(c);
	u64 v;
	u8 s;

	/* Constants take no input, and a raw byte is its own choice. */
	if (strchr("zZo", c)) {
		put(m, 0, n);
		return;
	}
	s = fz_u8(f);
	if (c == 'B') {
		put(m, s, 1);
		return;
	}
	if (c == 'e') {
		put_mac(m, s);
		return;
	}
	if (c == 'N') {
		put_hdr(m, s);
		return;
	}
	if (c == 'A') {
		/* rings where they belong, or anywhere */
		put(m, s < 0x80 ? FZ_RAM + 3 * 4096 + (s & 31) * 512u :
			fz_addr(f), 8);
		return;
	}
	if (s >= MSG_RAW || strchr("WDQ", c)) {
		v = s;
		if (n > 1)
			v |= (u64)fz_u8(f) << 8;
		if (n > 2)
			v |= (u64)fz_u16(f) << 16;
		if (n > 4)
			v |= (u64)fz_u32(f) << 32;
		if (strchr("nkj", c))
			m->count = (u16)v;
		put(m, v, n);
		return;
	}

	switch (c) {
	case 'v':
		v = s < 0xe0 ? 1 : s & 3;
		break;
	case 'n':
		v = m->count = s < 0xe0 ? 1 + s % 4u : s & 15u;
		break;
	case 'k':
		v = m->count = s < 0xc0 ? 52 : s % 64u;
		break;
	case 'j':
		v = m->count = s < 0xc0 ? 64 : s % 72u;
		break;
	case 'd':
		v = s < 0xe0 ? 0 : s;
		break;
	case 'q':
		v = s < 0xc0 ? m->i : s % 32u;
		break;
	case 'u':
		v = s % f->nq;
		break;
	case 'x':
		v = s < 0xc0 ? m->i + 1 : s % 32u;
		break;
	case 'l':
	case 'L':
		v = rings[s % ARRAY_SIZE(rings)];
		break;
	case 'm':
	case 'M':
		v = s < 0x80 ? s & ((1u << f->nq) - 1) :
		    s < 0xc0 ? 1u << (m->i & 15) : s;
		break;
	case 'i':
	case 's':
	case 'g':
		v = s % 5u;
		break;
	case 'y':
		v = acts[s % ARRAY_SIZE(acts)];
		break;
	case 't':
		v = s % 4u;
		break;
	case 'w':
		v = s % 4u ? s : 4095u + (s & 4);
		break;
	case 'f':
		v = s < 0xc0 ? 0x8100 : tpids[s % ARRAY_SIZE(tpids)];
		break;
	case 'c':
		v = caps[s % ARRAY_SIZE(caps)];
		break;
	case 'b':
		v = bufs[s % ARRAY_SIZE(bufs)];
		break;
	case 'p':
		v = pkts[s % ARRAY_SIZE(pkts)];
		break;
	case 'S':
		m->stack = stacks[s % ARRAY_SIZE(stacks)];
		for (v = 0; v < sizeof(stacks[0]) && m->stack[v]; )
			v++;
		break;
	case 'h':
		v = s < 0xe0 && m->stack && m->i < sizeof(stacks[0]) ?
		    m->stack[m->i] : s % 24u;
		break;
	case 'I':
		/* of Ethernet seldom any */
		v = m->i ? s & (m->i == 1 ? 31 : 3) : s < 0x80 ? 0 : s & 7;
		break;
	case 'a':
		v = s < 0x60 ? 1 : s < 0xe0 ? 2 : s % 10u;
		break;
	case 'Y':
		v = s < 0xc0 ? AVF_VC_ACT_MARK : s % 7u;
		break;
	case 'O':
		v = s % 4u;
		break;
	case 'F':
		v = protos[s % ARRAY_SIZE(protos)];
		break;
	case 'r':
		v = rxdids[s % ARRAY_SIZE(rxdids)];
		break;
	case 'H':
		v = s & 1 ? AVF_HENA_ALL : (u64)s << (s & 31);
		break;
	default:
		v = 0;
		break;
	}
	put(m, v, n);
}

/* @dry: only count bytes. */
static u32 layout(struct msg_ctx *m, const char *fmt, bool dry)
{
	u32 len = 0, n;
	char c;

	while (*fmt) {
		c = *fmt++;
		for (n = 0; *fmt >= '0' && *fmt <= '9'; fmt++)
			n = n * 10 + (u32)(*fmt - '0');
		if (!n)
			n = 1;
		len += n * width(c);
		while (!dry && n--)
			field(m, c);
	}
	return len;
}

void fz_msg_selftest(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(defs); i++) {
		FZ_CHECK(layout(NULL, defs[i].head, true) == defs[i].head_len);
		FZ_CHECK(layout(NULL, defs[i].elem, true) == defs[i].elem_len);
		FZ_CHECK(!defs[i].slots == !*defs[i].tail);
	}
}

u32 fz_msg_count(void)
{
	return ARRAY_SIZE(defs);
}

u32 fz_msg_build(struct fz *f, u32 *op, u8 *msg)
{
	struct msg_ctx m = { .f = f, .p = msg };
	const struct msg_def *d;
	u32 len, max, i;
	u8 s = fz_u8(f);

	if (s >= MSG_RAW) {
		*op = fz_u32(f) >> (s & 1 ? 24 : 0);
		len = fz_u8(f);
		for (i = 0; i < len; i++)
			msg[i] = fz_u8(f);
		return len;
	}
	d = &defs[s % ARRAY_SIZE(defs)];
	*op = d->op;
	layout(&m, d->head, false);
	max = d->slots ? d->slots :
	      d->elem_len ? min_t(u32, m.count, (AVF_AQ_BUF_LEN - 16) /
				  d->elem_len) : 0;
	for (m.i = 0; m.i < max; m.i++) {
		if (fz_more(f)) {
			layout(&m, d->elem, false);
		} else {
			memset(m.p, 0, d->elem_len);
			m.p += d->elem_len;
		}
	}
	m.i = 0;
	layout(&m, d->tail, false);
	len = (u32)(m.p - msg);

	/* One element more, as drivers have it; or a lie. */
	s = fz_u8(f);
	memset(m.p, 0, 64 + 16);
	if (s < 0x60)
		return len;
	if (s < 0xc0)
		return len + (d->slots ? 0 : d->elem_len);
	if (s < 0xd0)
		return len ? len - 1 : 0;
	if (s < 0xe0)
		return len + 1;
	i = s < 0xf0 ? s & 15 : fz_u16(f) % (FZ_MSG_MAX - 1);
	if (i > len)
		memset(msg + len, 0, i - len);
	return i;
}

/* ------------------------------------------------- what a driver does */

void fz_pci_on(struct fz *f)
{
	u8 entry[16] = { 0 };
	u32 v;

	fz_cfg_wr16(f, 0x04, 0x0406);
	for (v = 0; v <= f->nq; v++)
		fz_bar_wr(f, 3, v * 16, entry, 16);
	fz_cfg_wr16(f, 0x72, 0x8000);
}

void fz_mbx_setup(struct fz *f)
{
	struct avf_aq_desc d = { 0 };
	u32 i;

	fz_wr(f, AVF_REG_ATQH, 0);
	fz_wr(f, AVF_REG_ATQT, 0);
	fz_wr(f, AVF_REG_ATQLEN, FZ_AQ_LEN | AVF_AQ_LEN_ENABLE);
	fz_wr(f, AVF_REG_ATQBAL, (u32)FZ_ATQ);
	fz_wr(f, AVF_REG_ATQBAH, (u32)(FZ_ATQ >> 32));
	fz_wr(f, AVF_REG_ARQH, 0);
	fz_wr(f, AVF_REG_ARQT, 0);
	fz_wr(f, AVF_REG_ARQLEN, FZ_AQ_LEN | AVF_AQ_LEN_ENABLE);
	fz_wr(f, AVF_REG_ARQBAL, (u32)FZ_ARQ);
	fz_wr(f, AVF_REG_ARQBAH, (u32)(FZ_ARQ >> 32));
	for (i = 0; i < FZ_AQ_LEN; i++) {
		u64 buf = FZ_REPLY;

		d.flags = cpu_to_le16(AVF_AQ_F_BUF);
		d.datalen = cpu_to_le16(FZ_REPLY_LEN);
		d.addr_hi = cpu_to_le32((u32)(buf >> 32));
		d.addr_lo = cpu_to_le32((u32)buf);
		fz_poke(f, FZ_ARQ + i * sizeof(d), &d, sizeof(d));
	}
	fz_wr(f, AVF_REG_ARQT, FZ_AQ_LEN - 1);
	fz_wr(f, AVF_REG_ICR0_ENA, AVF_ICR0_ADMINQ);
	fz_wr(f, AVF_REG_DYN_CTL0, AVF_DYN_INTENA | AVF_DYN_ITR_NONE << 3);
}

void fz_send(struct fz *f, u32 op, const void *msg, u32 len)
{
	struct avf_aq_desc d = { 0 };
	u32 t = fz_rd(f, AVF_REG_ATQT) % FZ_AQ_LEN;

	d.flags = cpu_to_le16((u16)(AVF_AQ_F_SI | (len ? AVF_AQ_F_BUF |
						   AVF_AQ_F_RD : 0)));
	d.opcode = cpu_to_le16(AVF_AQ_OP_TO_PF);
	d.datalen = cpu_to_le16((u16)len);
	d.cookie_hi = cpu_to_le32(op);
	d.addr_hi = cpu_to_le32((u32)(FZ_MSG >> 32));
	d.addr_lo = cpu_to_le32((u32)FZ_MSG);
	fz_poke(f, FZ_ATQ + t * sizeof(d), &d, sizeof(d));
	fz_poke(f, FZ_MSG, msg, min_t(u32, len, AVF_PAGE_SIZE));
	fz_wr(f, AVF_REG_ATQT, (t + 1) % FZ_AQ_LEN);
	fz_mbx_run(f);
}

/* The driver has read all there is, and gives the buffers back. */
void fz_take(struct fz *f)
{
	struct avf_aq_desc d = { 0 };
	u32 h = fz_rd(f, AVF_REG_ARQH) % FZ_AQ_LEN;
	u32 t = (h + FZ_AQ_LEN - 1) % FZ_AQ_LEN;
	u32 i = fz_rd(f, AVF_REG_ARQT) % FZ_AQ_LEN;

	for (; i != t; i = (i + 1) % FZ_AQ_LEN) {
		u64 buf = FZ_REPLY;

		d.flags = cpu_to_le16(AVF_AQ_F_BUF);
		d.datalen = cpu_to_le16(FZ_REPLY_LEN);
		d.addr_hi = cpu_to_le32((u32)(buf >> 32));
		d.addr_lo = cpu_to_le32((u32)buf);
		fz_poke(f, FZ_ARQ + i * sizeof(d), &d, sizeof(d));
	}
	fz_wr(f, AVF_REG_ARQT, t);
	fz_mbx_run(f);
}

void fz_resources(struct fz *f, u32 caps)
{
	const struct avf_vc_version ver = {
		.major = cpu_to_le32(1), .minor = cpu_to_le32(1),
	};
	__le32 le = cpu_to_le32(caps);

	fz_send(f, AVF_VC_VERSION, &ver, sizeof(ver));
	fz_send(f, AVF_VC_GET_VF_RESOURCES, &le, sizeof(le));
	fz_take(f);
}

void fz_rx_refill(struct fz *f, u16 q, u32 buf_len)
{
	struct avf_rx_desc d = { 0 };
	u32 i;

	for (i = 0; i < FZ_RING; i++) {
		d.qw0 = cpu_to_le64(FZ_RXBUF + (i % 16) * (u64)buf_len);
		fz_poke(f, FZ_RXR(q) + i * sizeof(d), &d, sizeof(d));
	}
	fz_wr(f, AVF_REG_QRX_TAIL + 4u * q, FZ_RING - 1);
}

void fz_up(struct fz *f, u16 n)
{
	u8 cfg[8 + 64 * AVF_MAX_QPS] __aligned(8) = { 0 };
	u8 irq[2 + 12 * AVF_MAX_QPS] __aligned(8) = { 0 };
	struct avf_vc_qp_list *c = (void *)cfg;
	struct avf_vc_irq_map *m = (void *)irq;
	struct avf_vc_queue_sel sel = {
		.vsi_id = cpu_to_le16(1),
		.rxq = cpu_to_le32((1u << n) - 1),
		.txq = cpu_to_le32((1u << n) - 1),
	};
	u16 q;

	c->vsi_id = cpu_to_le16(1);
	c->n = cpu_to_le16(n);
	m->n = cpu_to_le16(n);
	for (q = 0; q < n; q++) {
		c->qp[q].tx.vsi_id = cpu_to_le16(1);
		c->qp[q].tx.queue = cpu_to_le16(q);
		c->qp[q].tx.ring_len = cpu_to_le16(FZ_RING);
		c->qp[q].tx.ring = cpu_to_le64(FZ_TXR(q));
		c->qp[q].rx.vsi_id = cpu_to_le16(1);
		c->qp[q].rx.queue = cpu_to_le16(q);
		c->qp[q].rx.ring_len = cpu_to_le32(FZ_RING);
		c->qp[q].rx.buf_size = cpu_to_le32(2048);
		c->qp[q].rx.max_pkt = cpu_to_le32(9728);
		c->qp[q].rx.rxdid = AVF_RXDID_LEGACY;
		c->qp[q].rx.ring = cpu_to_le64(FZ_RXR(q));
		m->vec[q].vsi_id = cpu_to_le16(1);
		m->vec[q].vector = cpu_to_le16((u16)(q + 1));
		m->vec[q].rxq_map = cpu_to_le16((u16)(1u << q));
		m->vec[q].txq_map = cpu_to_le16((u16)(1u << q));
		m->vec[q].tx_itr = cpu_to_le16(1);
		fz_rx_refill(f, q, 2048);
	}
	fz_send(f, AVF_VC_CONFIG_VSI_QUEUES, cfg, 8 + 64u * n);
	fz_send(f, AVF_VC_CONFIG_IRQ_MAP, irq, 2 + 12u * n);
	fz_send(f, AVF_VC_ENABLE_QUEUES, &sel, sizeof(sel));
	fz_take(f);
	for (q = 0; q < n; q++)
		fz_wr(f, AVF_REG_DYN_CTLN + 4u * q,
		      AVF_DYN_INTENA | AVF_DYN_ITR_NONE << 3);
}

void fz_txd(struct fz *f, u16 q, u32 i, u64 qw0, u64 qw1)
{
	struct avf_tx_desc d = {
		.qw0 = cpu_to_le64(qw0), .qw1 = cpu_to_le64(qw1),
	};

	fz_poke(f, FZ_TXR(q) + (i % FZ_RING) * sizeof(d), &d, sizeof(d));
}
