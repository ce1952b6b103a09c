// SPDX-License-Identifier: GPL-2.0
/*
 * virtchnl messages to two devices: one gets all of them, the other only those
 * that the first did not refuse. Both must answer alike, and in the end behave
 * alike: a refused message changes nothing (G18).
 */
#include "fuzz.h"

const char *const fz_name = "vc";

#define VC_MSGS		64u

static struct fz a, b;

/* Twice: what is pending fires at once, and then nothing is. */
static void enable_mbx(struct fz *f)
{
	fz_wr(f, AVF_REG_DYN_CTL0, AVF_DYN_INTENA | AVF_DYN_ITR_NONE << 3);
	fz_wr(f, AVF_REG_DYN_CTL0, AVF_DYN_INTENA | AVF_DYN_ITR_NONE << 3);
}

static void enable_irq(struct fz *f)
{
	u32 v;

	enable_mbx(f);
	for (v = 0; v < f->nq; v++)
		fz_fast_wr(f, AVF_REG_DYN_CTLN + 4 * v,
			   AVF_DYN_INTENA | AVF_DYN_ITR_NONE << 3);
}

static void boot(struct fz *f, u32 caps)
{
	fz_pci_on(f);
	fz_mbx_setup(f);
	fz_resources(f, caps);
	f->replies = 0;
	enable_irq(f);
}

static u64 refused(const struct fz *f)
{
	struct avf_stats st;

	avf_stats_get(f->dev, &st);
	return st.vc_refused;
}

static u64 resets(const struct fz *f)
{
	struct avf_stats st;

	avf_stats_get(f->dev, &st);
	return st.resets_vf;
}

/* Exactly one reply, and the right one. Returns false when it was refused. */
static bool send(struct fz *f, u32 op, const u8 *msg, u32 len)
{
	u64 old = refused(f), was = resets(f);
	bool ok;

	f->replies = 0;
	f->trace = 0;
	fz_send(f, op, msg, len);
	ok = refused(f) == old;
	/* Neither is answered; the other way it says how many there are. */
	if (op == AVF_VC_RESET_VF ||
	    (op == AVF_VC_REQUEST_QUEUES && resets(f) != was)) {
		FZ_CHECK(!f->replies);
		FZ_CHECK(!(fz_rd(f, AVF_REG_ARQLEN) & AVF_AQ_LEN_ENABLE));
		FZ_CHECK(fz_rd(f, AVF_REG_ATQH) == fz_rd(f, AVF_REG_ATQT));
		return true;
	}
	if (!op) {
		FZ_CHECK(!f->replies && !ok);
		return false;
	}
	FZ_CHECK(f->replies == 1);
	FZ_CHECK(f->reply_op == op);
	FZ_CHECK(ok == !f->reply_status);
	if (op == AVF_VC_GET_STATS)
		FZ_CHECK(f->reply_len == 96);
	else if (!ok)
		FZ_CHECK(!f->reply_len);
	return ok;
}

/* Everything that can be seen of a device, as a digest. */
static u64 probe(struct fz *f)
{
	static const u8 zero[AVF_PAGE_SIZE];
	const struct avf_vc_queue_sel stats = { .vsi_id = cpu_to_le16(1) };
	static u8 frame[3000];
	u8 mac[6];
	u32 i;
	u16 q;

	/* The replies of one are where those of the other are not. */
	for (i = 0; i < 3; i++)
		fz_poke(f, FZ_RAM + i * AVF_PAGE_SIZE, zero, sizeof(zero));
	f->in = f->end;
	f->trace = 0;
	fz_mbx_setup(f);
	enable_irq(f);
	for (q = 0; q < f->nq; q++)
		fz_rx_refill(f, q, 2048);
	for (i = 0; i < 16; i++) {
		fz_peek(f, FZ_PKT + i * FZ_PKT_STEP, frame, 64);
		fz_rx_push(f, frame, 60 + i * 180, 1 + i % 3);
		fz_rx_flush(f);
	}
	enable_irq(f);
	for (q = 0; q < f->nq; q++) {
		for (i = 0; i < 8; i++)
			fz_txd(f, q, i, FZ_PKT + i * FZ_PKT_STEP,
			       (u64)0x3 << AVF_TXD_CMD_S |
			       (u64)(100 + i) << AVF_TXD_BUFSZ_S);
		fz_fast_wr(f, AVF_REG_QTX_TAIL + 4u * q, 8);
		f->trace = f->trace * 31 + avf_tx_ready(f->dev, q);
		fz_tx_poll(f, q, 64);
	}
	fz_send(f, AVF_VC_GET_STATS, &stats, sizeof(stats));
	/* Which queues are configured? */
	for (q = 0; q < f->nq; q++) {
		struct avf_vc_queue_sel sel = stats;

		sel.rxq = cpu_to_le32(1u << q);
		fz_send(f, AVF_VC_ENABLE_QUEUES, &sel, sizeof(sel));
		sel.txq = sel.rxq;
		fz_send(f, AVF_VC_ENABLE_QUEUES, &sel, sizeof(sel));
		fz_take(f);
	}
	fz_send(f, AVF_VC_GET_RSS_HENA_CAPS, NULL, 0);
	fz_send(f, AVF_VC_GET_RXDIDS, NULL, 0);
	for (i = 0; i < 32; i++) {
		fz_peek(f, FZ_PKT + i * FZ_PKT_STEP, frame, 64);
		fz_rx_push(f, frame, 64, 1);
	}
	avf_mac_get(f->dev, mac);
	for (i = 0; i < 6; i++)
		f->trace = f->trace * 31 + mac[i];
	return f->trace + f->nmac * 3 + f->uc * 5u + f->mc * 7u +
	       f->nvlan * 11 + f->vlan_filter * 13u;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static u8 msg[FZ_MSG_MAX + 128];
	u32 flags, caps, i, n, op;
	u64 old;
	u16 nq;
	u8 s;

	if (len < 3)
		return 0;
	nq = (u16)(data[0] & 0x80 ? 16 : 1 + (data[0] & 3));
	flags = data[0] & 4 ? FZ_NO_MAP : 0;
	caps = data[0] & 8 ? (u32)data[1] << 16 | 1 : 0xbebd8cf9;
	fz_open(&a, 0, nq, flags, data + 2, len - 2);
	fz_open(&b, 1, nq, flags, NULL, 0);
	boot(&a, caps);
	boot(&b, caps);

	for (i = 0; i < VC_MSGS && fz_more(&a); i++) {
		s = fz_u8(&a);
		if (s >= 0xf8) {
			u64 ns = (u64)fz_u8(&a) << 24;

			fz_advance(&a, ns);
			fz_advance(&b, ns);
		} else if (s >= 0xf0) {
			a.fail_mac = 1 + (s & 7);
		} else if (s >= 0xe8) {
			fz_link(&a, s & 1, 1000u << (s & 6));
			fz_link(&b, s & 1, 1000u << (s & 6));
		} else if (s >= 0xe4) {
			fz_reset(&a, AVF_RESET_FLR);
			fz_reset(&b, AVF_RESET_FLR);
			boot(&a, caps);
			boot(&b, caps);
		} else if (s >= 0xe2) {
			fz_trust(&a, s & 1);
			fz_trust(&b, s & 1);
		} else if (s >= 0xe0) {
			/* seen when the driver asks what it has */
			fz_port_vlan(&a, s & 1, 0);
			fz_port_vlan(&b, s & 1, 0);
		}
		old = resets(&a);
		n = fz_msg_build(&a, &op, msg);
		if (send(&a, op, msg, n)) {
			/* What it did not refuse, the other accepts too. */
			FZ_CHECK(send(&b, op, msg, n));
			FZ_CHECK(a.trace == b.trace);
		}
		a.fail_mac = 0;
		if (resets(&a) != old) {
			boot(&a, caps);
			boot(&b, caps);
		}
		fz_take(&a);
		fz_take(&b);
		enable_mbx(&a);
		enable_mbx(&b);
		fz_after(&a);
		fz_after(&b);
	}
	FZ_CHECK(probe(&a) == probe(&b));
	fz_close(&a);
	fz_close(&b);
	return 0;
}
