// SPDX-License-Identifier: GPL-2.0
/*
 * The admin queue: one command at a time, answered or the queue is dead; and
 * the ring in which the firmware tells events.
 */
#include "epf.h"

/* A command may take this long, and is looked at this often. */
#define EPF_AQ_TIMEOUT_US	1000000u
#define EPF_AQ_POLL_US		50u

static int epf_aq_errno(u16 rc)
{
	switch (rc) {
	case 0:
		return 0;
	case EPF_RC_ENOENT:
		return -ENOENT;
	case EPF_RC_EAGAIN:
		return -EAGAIN;
	case EPF_RC_ENOMEM:
		return -ENOMEM;
	case EPF_RC_EBUSY:
		return -EBUSY;
	case EPF_RC_EEXIST:
		return -EEXIST;
	case EPF_RC_EINVAL:
		return -EINVAL;
	case EPF_RC_ENOSPC:
		return -ENOSPC;
	case EPF_RC_ENOSYS:
		return -EOPNOTSUPP;
	default:
		return -EIO;
	}
}

static u8 *epf_aq_desc(struct epf_aq *aq, u32 i)
{
	return aq->mem + EPF_MEM_ATQ + i * EPF_DESC;
}

static u8 *epf_arq_desc(struct epf_aq *aq, u32 i)
{
	return aq->mem + EPF_MEM_ARQ + i * EPF_DESC;
}

static void epf_put_addr(u8 *desc, u64 pa)
{
	epf_put32(desc + EPF_D_ADDR_HIGH, (u32)(pa >> 32));
	epf_put32(desc + EPF_D_ADDR_LOW, (u32)pa);
}

/* Give an entry of the event ring (back) to the device. */
static void epf_arq_post(struct epf_aq *aq, u32 i)
{
	u8 *desc = epf_arq_desc(aq, i);

	memset(desc, 0, EPF_DESC);
	epf_put16(desc + EPF_D_LEN, EPF_ARQ_BUF);
	epf_put_addr(desc, aq->pa + EPF_MEM_EVENTS + i * EPF_ARQ_BUF);
	epf_put16(desc + EPF_D_FLAGS, EPF_F_BUF);
}

int epf_aq_start(struct epf_hw *hw)
{
	struct epf_aq *aq = &hw->aq;
	u32 i;

	epf_aq_stop(hw);
	memset(aq->mem, 0, EPF_MEM_LEN);
	aq->next = 0;
	aq->ev = 0;
	aq->dead = false;
	for (i = 0; i < EPF_ARQ_LEN; i++)
		epf_arq_post(aq, i);

	epf_wr(hw, EPF_ATQH, 0);
	epf_wr(hw, EPF_ATQT, 0);
	epf_wr(hw, EPF_ARQH, 0);
	epf_wr(hw, EPF_ARQT, 0);
	epf_wr(hw, EPF_ATQBAL, (u32)(aq->pa + EPF_MEM_ATQ));
	epf_wr(hw, EPF_ATQBAH, (u32)((aq->pa + EPF_MEM_ATQ) >> 32));
	epf_wr(hw, EPF_ARQBAL, (u32)(aq->pa + EPF_MEM_ARQ));
	epf_wr(hw, EPF_ARQBAH, (u32)((aq->pa + EPF_MEM_ARQ) >> 32));
	epf_wr(hw, EPF_ATQLEN, EPF_AQ_ENABLE | EPF_AQ_LEN);
	epf_wr(hw, EPF_ARQLEN, EPF_AQ_ENABLE | EPF_ARQ_LEN);
	epf_wr(hw, EPF_ARQT, EPF_ARQ_LEN - 1);

	/* Of a device that is not there all ones would be read. */
	if (epf_rd(hw, EPF_ATQBAL) != (u32)(aq->pa + EPF_MEM_ATQ) ||
	    epf_rd(hw, EPF_ATQLEN) != (EPF_AQ_ENABLE | EPF_AQ_LEN)) {
		aq->dead = true;
		return -EIO;
	}
	return 0;
}

void epf_aq_stop(struct epf_hw *hw)
{
	epf_wr(hw, EPF_ATQLEN, 0);
	epf_wr(hw, EPF_ARQLEN, 0);
	hw->aq.dead = true;
}

static bool epf_aq_wait(struct epf_hw *hw, const u8 *desc)
{
	u32 us;

	for (us = 0; us < EPF_AQ_TIMEOUT_US; us += EPF_AQ_POLL_US) {
		if (READ_ONCE(desc[EPF_D_FLAGS]) & EPF_F_DD) {
			/* What else is in the descriptor comes with it. */
			avf_rmb();
			return true;
		}
		if (us && epf_rd(hw, EPF_ATQLEN) & EPF_AQ_CRIT)
			return false;
		epf_delay(hw, EPF_AQ_POLL_US);
	}
	return false;
}

int epf_aq(struct epf_hw *hw, u16 op, u8 *param, u8 *buf, u16 len,
	   enum epf_dir dir)
{
	struct epf_aq *aq = &hw->aq;
	u8 *desc = epf_aq_desc(aq, aq->next);
	u32 flags = EPF_F_SI;
	u32 nparam = buf ? 8 : 16;

	if (hw->down)
		return -ENETDOWN;
	if (aq->dead)
		return -EIO;

	memset(desc, 0, EPF_DESC);
	if (param)
		memcpy(desc + EPF_D_PARAM, param, nparam);
	if (buf) {
		flags |= EPF_F_BUF;
		if (dir != EPF_OUT)
			flags |= EPF_F_RD;
		if (len > EPF_AQ_LARGE)
			flags |= EPF_F_LB;
		memcpy(aq->mem + EPF_MEM_BUF, buf, len);
		epf_put16(desc + EPF_D_LEN, len);
		epf_put_addr(desc, aq->pa + EPF_MEM_BUF);
	}
	epf_put16(desc + EPF_D_OPCODE, op);
	epf_put16(desc + EPF_D_COOKIE, aq->next);
	epf_put16(desc + EPF_D_FLAGS, flags);

	aq->next = (aq->next + 1) % EPF_AQ_LEN;
	avf_wmb();
	epf_wr(hw, EPF_ATQT, aq->next);

	if (!epf_aq_wait(hw, desc) || epf_get16(desc + EPF_D_OPCODE) != op) {
		aq->dead = true;
		epf_err(hw, "admin command 0x%04x was not answered, register 0x%08x; the function needs a reset",
			op, epf_rd(hw, EPF_ATQLEN));
		return -EIO;
	}
	aq->rc = epf_get16(desc + EPF_D_RETVAL);
	if (param)
		memcpy(param, desc + EPF_D_PARAM, nparam);
	if (buf && dir != EPF_IN)
		memcpy(buf, aq->mem + EPF_MEM_BUF, len);
	return epf_aq_errno(aq->rc);
}

bool epf_aq_event(struct epf_hw *hw, struct epf_event *ev)
{
	struct epf_aq *aq = &hw->aq;
	u32 i = aq->ev;
	u8 *desc = epf_arq_desc(aq, i);

	if (hw->down || aq->dead ||
	    !(READ_ONCE(desc[EPF_D_FLAGS]) & EPF_F_DD))
		return false;
	avf_rmb();
	ev->op = epf_get16(desc + EPF_D_OPCODE);
	ev->len = min_t(u16, epf_get16(desc + EPF_D_LEN), EPF_ARQ_BUF);
	memcpy(ev->data, aq->mem + EPF_MEM_EVENTS + i * EPF_ARQ_BUF, ev->len);
	epf_arq_post(aq, i);
	avf_wmb();
	/* One entry is always left empty: the tail is the one just read. */
	epf_wr(hw, EPF_ARQT, i);
	aq->ev = (i + 1) % EPF_ARQ_LEN;
	return true;
}
