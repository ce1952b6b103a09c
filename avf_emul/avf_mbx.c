// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * The mailbox: messages from the driver come through the ATQ, messages to it go
 * through the ARQ (device contract 3).
 *
 * A message and its descriptor are copied once, and the copy is judged. When
 * the ARQ is full, messages to the driver wait in a bounded queue; when that is
 * nearly full too, no further message is fetched, so none stays unanswered.
 */
#include "avf_dev.h"

/* A message causes up to two: its reply and a link event. */
#define AVF_FIFO_RESERVE	2

static u32 avf_mbx_reg(const struct avf_dev *dev, enum avf_reg_slot slot)
{
	return dev->reg[slot];
}

static u64 avf_mbx_addr(const struct avf_dev *dev, enum avf_reg_slot hi,
			enum avf_reg_slot lo, u32 i)
{
	u64 base = (u64)avf_mbx_reg(dev, hi) << 32 | avf_mbx_reg(dev, lo);

	return base + (u64)i * sizeof(struct avf_aq_desc);
}

/* Where registers are memory the driver may just be taking a ring away. */
static noinline bool avf_mbx_atq_taken(const struct avf_dev *dev)
{
	return dev->mbx.held || avf_page_is_stale(dev, AVF_REG_ATQH) ||
	       avf_page_is_stale(dev, AVF_REG_ATQLEN);
}

static bool avf_mbx_arq_on(const struct avf_dev *dev)
{
	return avf_mbx_reg(dev, AVF_SLOT_ARQLEN) & AVF_AQ_LEN_ENABLE;
}

static bool avf_mbx_atq_on(const struct avf_dev *dev)
{
	/* During a reset nobody listens (contract 7.4). */
	return READ_ONCE(dev->rstat) == AVF_RSTAT_ACTIVE &&
	       (avf_mbx_reg(dev, AVF_SLOT_ATQLEN) & AVF_AQ_LEN_ENABLE) &&
	       !(avf_page_on(dev) && avf_mbx_atq_taken(dev));
}

/* The device's own step of a head. */
static void avf_mbx_head(struct avf_dev *dev, enum avf_reg_slot slot, u32 off,
			 u32 val)
{
	dev->reg[slot] = val;
	avf_page_put(dev, off, val);
}

/*
 * A driver whose registers are memory may send more after RESET_VF, before it
 * can see the reset, and wait until that was taken (DPDK: 250 ms). With the ATQ
 * off nobody takes it; the head says so.
 */
static noinline void avf_mbx_skip(struct avf_dev *dev)
{
	u32 tail = avf_mbx_reg(dev, AVF_SLOT_ATQT);

	if (avf_mbx_reg(dev, AVF_SLOT_ATQH) != tail &&
	    !(avf_mbx_reg(dev, AVF_SLOT_ATQLEN) & AVF_AQ_LEN_ENABLE))
		avf_mbx_head(dev, AVF_SLOT_ATQH, AVF_REG_ATQH, tail);
}

void avf_mbx_reset(struct avf_dev *dev)
{
	dev->mbx.pending = false;
	dev->mbx.held = false;
	dev->mbx.fresh = false;
	avf_mbx_arq_setup(dev);
}

void avf_mbx_atq_setup(struct avf_dev *dev)
{
	u16 q;

	dev->mbx.fresh = true;
	/*
	 * After an FLR that it did not notice a driver goes on writing tails.
	 * When it sets up its mailbox it has given up the old rings, and has
	 * not begun with the new ones.
	 */
	for (q = 0; q < dev->num_qps; q++) {
		if (!avf_dev_tx_on(dev, q))
			avf_txq_clear(&dev->tx[q]);
		if (!avf_dev_rx_on(dev, q))
			avf_rxq_clear(&dev->rx[q]);
	}
}

void avf_mbx_arq_setup(struct avf_dev *dev)
{
	/* A late reply would be taken for the answer to a new question. */
	dev->mbx.arq_posted = 0;
	dev->mbx.first = 0;
	dev->mbx.count = 0;
}

/*
 * A queue that is off holds nothing. A driver that has not seen the reset yet
 * (Linux's statistics request after an FLR) looks for its message 5,000 times
 * where the head stays behind, each an access that traps.
 */
void avf_mbx_doorbell(struct avf_dev *dev)
{
	if (avf_mbx_atq_on(dev))
		dev->mbx.pending = true;
	else if (avf_page_on(dev))
		avf_mbx_skip(dev);
	else
		dev->reg[AVF_SLOT_ATQH] = avf_mbx_reg(dev, AVF_SLOT_ATQT);
}

void avf_mbx_refill(struct avf_dev *dev)
{
	if (dev->mbx.count)
		dev->mbx.pending = true;
}

bool avf_mbx_pending(const struct avf_dev *dev)
{
	return dev->mbx.pending;
}

u32 avf_mbx_unread(const struct avf_dev *dev)
{
	u32 n = avf_mbx_reg(dev, AVF_SLOT_ARQLEN) & AVF_AQ_LEN_M;
	u32 head = avf_mbx_reg(dev, AVF_SLOT_ARQH);
	u32 tail = avf_mbx_reg(dev, AVF_SLOT_ARQT);

	if (!avf_mbx_arq_on(dev) || head >= n || tail >= n)
		return 0;
	/* Before the first tail write the ring looks full of messages. */
	return min_t(u32, (head + 2 * n - tail - 1) % n, dev->mbx.arq_posted);
}

/* ------------------------------------------------------------- to driver */

/* Write the payload to the driver's buffer. */
static int avf_mbx_body(struct avf_dev *dev, u64 buf, const struct avf_msg *msg)
{
	static const u8 zeros[256];
	u32 at, n, end = (u32)msg->gap_at + msg->gap;

	if (!msg->gap)
		return avf_dev_write(dev, buf, msg->data, msg->len);

	if (avf_dev_write(dev, buf, msg->data, msg->gap_at))
		return -EFAULT;
	for (at = msg->gap_at; at < end; at += n) {
		n = min_t(u32, end - at, sizeof(zeros));
		if (avf_dev_write(dev, buf + at, zeros, n))
			return -EFAULT;
	}
	return avf_dev_write(dev, buf + end, msg->data + msg->gap_at,
			     msg->len - end);
}

/* Fill the ARQ entry at @head. */
static int avf_mbx_fill(struct avf_dev *dev, u32 head,
			const struct avf_msg *msg)
{
	u64 addr = avf_mbx_addr(dev, AVF_SLOT_ARQBAH, AVF_SLOT_ARQBAL, head);
	struct avf_aq_desc desc;
	u16 flags;
	u64 buf;

	if (avf_dev_read(dev, addr, &desc, sizeof(desc)))
		return -EFAULT;

	flags = le16_to_cpu(desc.flags);
	buf = (u64)le32_to_cpu(desc.addr_hi) << 32 | le32_to_cpu(desc.addr_lo);
	if (msg->len) {
		if (!(flags & AVF_AQ_F_BUF) ||
		    le16_to_cpu(desc.datalen) < msg->len)
			return -EINVAL;
		if (avf_mbx_body(dev, buf, msg))
			return -EFAULT;
	}

	desc.flags = cpu_to_le16(AVF_AQ_F_DD | AVF_AQ_F_CMP | AVF_AQ_F_BUF |
				 (flags & AVF_AQ_F_LB));
	desc.opcode = cpu_to_le16(AVF_AQ_OP_TO_VF);
	desc.datalen = cpu_to_le16(msg->len);
	desc.retval = 0;
	desc.cookie_hi = cpu_to_le32(msg->op);
	desc.cookie_lo = cpu_to_le32((u32)msg->status);
	desc.param0 = 0;
	desc.param1 = 0;
	avf_wmb();
	return avf_dev_write(dev, addr, &desc, sizeof(desc));
}

static void avf_mbx_trace(struct avf_dev *dev, bool to_driver, u32 op,
			  s32 status, u16 len)
{
	if (dev->ops->message)
		dev->ops->message(dev->host, to_driver, op, status, len);
}

/* Move what waits to the ARQ, as far as the driver has posted buffers. */
static void avf_mbx_flush(struct avf_dev *dev)
{
	struct avf_mbx *mbx = &dev->mbx;

	while (mbx->count && avf_mbx_arq_on(dev) && avf_dev_dma_ok(dev) &&
	       !avf_page_stale(dev, AVF_REG_ARQLEN)) {
		u32 n = avf_mbx_reg(dev, AVF_SLOT_ARQLEN) & AVF_AQ_LEN_M;
		u32 head = avf_mbx_reg(dev, AVF_SLOT_ARQH);
		u32 tail = avf_mbx_reg(dev, AVF_SLOT_ARQT);
		const struct avf_msg *msg = &mbx->fifo[mbx->first];

		if (head >= n || tail >= n || head == tail)
			return;

		mbx->first = (u16)((mbx->first + 1) % AVF_FIFO_LEN);
		mbx->count--;
		if (avf_mbx_fill(dev, head, msg)) {
			/* To this driver the PF looks dead (contract 3.2). */
			avf_count(dev, mbx_errors);
			continue;
		}
		avf_wmb();
		avf_mbx_head(dev, AVF_SLOT_ARQH, AVF_REG_ARQH, (head + 1) % n);
		if (mbx->arq_posted < AVF_AQ_LEN_M)
			mbx->arq_posted++;
		avf_mbx_trace(dev, true, msg->op, msg->status, msg->len);
		avf_int_mbx(dev);
	}
}

static bool avf_mbx_is_link(const struct avf_msg *msg)
{
	const struct avf_vc_event *ev = (const void *)msg->data;

	return msg->op == AVF_VC_EVENT &&
	       le32_to_cpu(ev->event) == AVF_VC_EVENT_LINK;
}

/* Make room: the oldest link event is worth least. */
static void avf_mbx_drop_event(struct avf_mbx *mbx)
{
	u32 i;

	for (i = 0; i < mbx->count; i++)
		if (avf_mbx_is_link(&mbx->fifo[(mbx->first + i) %
					       AVF_FIFO_LEN]))
			break;
	if (i == mbx->count)
		return;

	for (; i + 1 < mbx->count; i++)
		mbx->fifo[(mbx->first + i) % AVF_FIFO_LEN] =
			mbx->fifo[(mbx->first + i + 1) % AVF_FIFO_LEN];
	mbx->count--;
}

void avf_mbx_post(struct avf_dev *dev, const struct avf_msg *msg)
{
	struct avf_mbx *mbx = &dev->mbx;

	if (!avf_mbx_arq_on(dev))
		return;

	if (mbx->count == AVF_FIFO_LEN) {
		avf_count(dev, mbx_errors);
		avf_mbx_drop_event(mbx);
		if (mbx->count == AVF_FIFO_LEN)
			return;
	}
	mbx->fifo[(mbx->first + mbx->count) % AVF_FIFO_LEN] = *msg;
	mbx->count++;
	avf_mbx_flush(dev);
}

/* ----------------------------------------------------------- from driver */

/* Copy the message of @desc to dev->msg. Returns its length or -errno. */
static int avf_mbx_payload(struct avf_dev *dev, const struct avf_aq_desc *desc)
{
	u16 len = le16_to_cpu(desc->datalen);
	u64 buf = (u64)le32_to_cpu(desc->addr_hi) << 32 |
		  le32_to_cpu(desc->addr_lo);

	if (!len || !(le16_to_cpu(desc->flags) & AVF_AQ_F_BUF))
		return 0;
	if (len > AVF_AQ_BUF_LEN)
		return -EMSGSIZE;
	if (avf_dev_read(dev, buf, dev->msg, len))
		return -EFAULT;
	return len;
}

/* Tell the driver that the device took the descriptor. */
static int avf_mbx_complete(struct avf_dev *dev, u64 addr, u32 next,
			    struct avf_aq_desc *desc)
{
	desc->flags |= cpu_to_le16(AVF_AQ_F_DD | AVF_AQ_F_CMP);
	desc->retval = 0;
	if (avf_dev_write(dev, addr, desc,
			  offsetof(struct avf_aq_desc, cookie_hi)))
		return -EFAULT;
	/* Drivers look at the head first, then at the descriptor. */
	avf_wmb();
	avf_mbx_head(dev, AVF_SLOT_ATQH, AVF_REG_ATQH, next);
	return 0;
}

/* Handle the next message. Returns false when there is none to handle. */
static bool avf_mbx_one(struct avf_dev *dev)
{
	u32 n = avf_mbx_reg(dev, AVF_SLOT_ATQLEN) & AVF_AQ_LEN_M;
	u32 head = avf_mbx_reg(dev, AVF_SLOT_ATQH);
	u32 tail = avf_mbx_reg(dev, AVF_SLOT_ATQT);
	struct avf_aq_desc desc;
	bool is_msg;
	u64 addr;
	u32 op;
	int len;

	/* Mostly it is this, after the one message there was. */
	if (head == tail || !avf_mbx_atq_on(dev) || !avf_dev_dma_ok(dev))
		return false;

	addr = avf_mbx_addr(dev, AVF_SLOT_ATQBAH, AVF_SLOT_ATQBAL, head);
	if (head >= n || tail >= n ||
	    avf_dev_read(dev, addr, &desc, sizeof(desc)))
		goto dead;

	is_msg = le16_to_cpu(desc.opcode) == AVF_AQ_OP_TO_PF;
	op = le32_to_cpu(desc.cookie_hi);
	if (is_msg && op != AVF_VC_RESET_VF &&
	    dev->mbx.count > AVF_FIFO_LEN - AVF_FIFO_RESERVE)
		goto dead;	/* until the driver takes its replies */

	len = is_msg ? avf_mbx_payload(dev, &desc) : 0;
	if (avf_mbx_complete(dev, addr, (head + 1) % n, &desc))
		goto dead;

	/* Queue shutdown and unknown commands need no more than that. */
	if (!is_msg)
		return true;

	avf_count(dev, mbx_messages);
	avf_mbx_trace(dev, false, op, 0, le16_to_cpu(desc.datalen));
	if (len >= 0) {
		avf_vc_dispatch(dev, op, dev->msg, (u16)len);
	} else {
		avf_count(dev, mbx_errors);
		if (len == -EMSGSIZE)
			avf_vc_refuse(dev, op, AVF_VC_ERR_PARAM);
	}
	dev->mbx.fresh = false;
	return true;

dead:
	avf_count(dev, mbx_errors);
	return false;
}

void avf_mbx_run(struct avf_dev *dev)
{
	u32 i;

	if (!dev->mbx.pending)
		return;
	dev->mbx.pending = false;

	avf_mbx_flush(dev);
	for (i = 0; i < AVF_AQ_LEN_M; i++) {
		if (!avf_mbx_one(dev)) {
			if (avf_page_on(dev))
				avf_mbx_skip(dev);
			return;
		}
	}
	/* Only a driver that refills while we work gets here. */
	avf_mbx_doorbell(dev);
}
