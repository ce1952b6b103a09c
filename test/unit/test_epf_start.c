// SPDX-License-Identifier: GPL-2.0
/* The E810 PF driver on the emulated device: reset, start, admin queue, link. */
#include "epf_bed.h"

TEST_ONCE(start)
{
	struct pbed *p = pbed_started();

	CHECK(!p->hw.down);
	CHECK_EQ(p->hw.max_vsis, 767);
	CHECK_EQ(p->hw.max_rxqs, 2048);
	CHECK_EQ(p->hw.max_txqs, 2048);
	CHECK_EQ(p->hw.max_msix, 64);
	CHECK_EQ(p->hw.sw_id, 1);
	CHECK_EQ(p->hw.mbps, 25000);
	CHECK(!memcmp(p->hw.mac, "\x52\x54\x00\x12\x34\x56", 6));
	CHECK(p->hw.vsi[EPF_OWN].live);
	/* without a PASID it has no business with queues */
	CHECK_EQ(e810_read(p->b.e, 0x9c000 + 4u * p->hw.vsi[EPF_OWN].num), 0);
	CHECK_EQ(e810_counts(p->b.e)->refused, 0);
	CHECK_EQ(pbed_mistakes(p), 0);
	epf_stop(&p->hw);
	CHECK(p->hw.down);
	CHECK_EQ(e810_read(p->b.e, 0x80200), 0);
	CHECK_EQ(epf_aq(&p->hw, 1, NULL, NULL, 0, EPF_NONE), -ENETDOWN);
	CHECK_EQ(pbed_mistakes(p), 0);
	pbed_close(p);
}

/* Each command that start needs fails once: it says no, and then can again. */
TEST_ONCE(start_fails)
{
	static const uint16_t ops[] = {
		0x0001, 0x0110, 0x02a4, 0x000a, 0x0200, 0x0107, 0x0603, 0x0412,
		0x0400, 0x0210, 0x0401, 0x0613, 0x0605, 0x0607,
	};
	static const enum e810_fault kinds[] = {
		E810_FAULT_AQ_ERROR, E810_FAULT_AQ_LOST, E810_FAULT_CORER,
	};
	struct e810_fault_plan plan = { .value = 5 };
	struct pbed *p = pbed_open();
	unsigned int i, k;
	int ret;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		for (k = 0; k < 3; k++) {
			plan.kind = kinds[k];
			plan.opcode = ops[i];
			e810_set_fault(p->b.e, &plan);
			CHECK_EQ(epf_reset(&p->hw), 0);
			ret = epf_start(&p->hw);
			if (k < 2) {
				CHECK_EQ(ret, -EIO);
				CHECK(p->hw.down);
				CHECK(!p->hw.vsi[EPF_OWN].live);
			}
			/* a lost command is waited for a second, no more */
			CHECK(p->slept < 1100000);
			p->slept = 0;
			epf_lost(&p->hw);
			CHECK_EQ(epf_reset(&p->hw), 0);
			CHECK_EQ(epf_start(&p->hw), 0);
			p->slept = 0;
		}
	pbed_close(p);
}

TEST_ONCE(gone)
{
	struct pbed *p = pbed_started();

	p->slept = 0;
	p->gone = true;
	CHECK_EQ(epf_aq(&p->hw, 0x0001, NULL, NULL, 0, EPF_NONE), -EIO);
	CHECK(p->hw.aq.dead);
	CHECK(p->slept < 10000);
	p->slept = 0;
	CHECK_EQ(epf_reset(&p->hw), -EIO);
	CHECK_EQ(p->slept, 0);
	CHECK_EQ(epf_start(&p->hw), -EIO);
	CHECK(strstr(p->err, "admin queue does not start"));
	epf_stop(&p->hw);
	pbed_close(p);
}

TEST_ONCE(commands)
{
	struct e810_fault_plan plan = { .kind = E810_FAULT_AQ_ERROR };
	static const struct {
		uint16_t rc;
		int err;
	} map[] = {
		{ 2, -ENOENT }, { 8, -EAGAIN }, { 9, -ENOMEM }, { 12, -EBUSY },
		{ 13, -EEXIST }, { 14, -EINVAL }, { 16, -ENOSPC },
		{ 17, -EOPNOTSUPP }, { 1, -EIO }, { 99, -EIO },
	};
	struct pbed *p = pbed_started();
	uint8_t param[16] = { 0 };
	unsigned int i;

	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		plan.value = map[i].rc;
		e810_set_fault(p->b.e, &plan);
		CHECK_EQ(epf_aq(&p->hw, 0x0001, NULL, NULL, 0, EPF_NONE),
			 map[i].err);
		CHECK_EQ(p->hw.aq.rc, map[i].rc);
	}
	/* more than a ring of them; the answer comes in the parameters */
	for (i = 0; i < 100; i++) {
		memset(param, 0, sizeof(param));
		CHECK_EQ(epf_aq(&p->hw, 0x0001, param, NULL, 0, EPF_NONE), 0);
		CHECK_EQ(param[13], 1);
		CHECK_EQ(param[14], 5);
	}
	CHECK_EQ(pbed_mistakes(p), 0);
	/* one is lost: it is dead until the next start */
	plan.kind = E810_FAULT_AQ_LOST;
	e810_set_fault(p->b.e, &plan);
	p->errors = 0;
	CHECK_EQ(epf_aq(&p->hw, 0x0001, NULL, NULL, 0, EPF_NONE), -EIO);
	CHECK(strstr(p->err, "0x0001 was not answered"));
	p->delays = 0;
	CHECK_EQ(epf_aq(&p->hw, 0x0001, NULL, NULL, 0, EPF_NONE), -EIO);
	CHECK_EQ(p->delays, 0);
	CHECK_EQ(p->errors, 1);
	epf_lost(&p->hw);
	CHECK_EQ(epf_reset(&p->hw), 0);
	CHECK_EQ(epf_start(&p->hw), 0);
	CHECK_EQ(epf_aq(&p->hw, 0x0001, NULL, NULL, 0, EPF_NONE), 0);
	pbed_close(p);
}

TEST_ONCE(events)
{
	struct pbed *p = pbed_started();
	struct epf_event ev;
	unsigned int i;

	CHECK(!epf_aq_event(&p->hw, &ev));
	for (i = 0; i < 100; i++) {
		e810_set_link(p->b.e, i & 1);
		ebed_run(&p->b);
		CHECK(epf_aq_event(&p->hw, &ev));
		CHECK_EQ(ev.op, 0x0607);
		CHECK_EQ(ev.len, 32);
		CHECK(epf_link_event(&p->hw, ev.data, ev.len));
		CHECK_EQ(p->hw.mbps, i & 1 ? 25000 : 0);
		CHECK(!epf_link_event(&p->hw, ev.data, ev.len));
		CHECK(!epf_aq_event(&p->hw, &ev));
	}
	/* many at once, more than the device keeps, in order */
	for (i = 0; i < 15; i++)
		e810_set_link(p->b.e, i & 1);
	ebed_run(&p->b);
	for (i = 0; i < 15; i++) {
		CHECK(epf_aq_event(&p->hw, &ev));
		epf_link_event(&p->hw, ev.data, ev.len);
		CHECK_EQ(p->hw.mbps, i & 1 ? 25000 : 0);
	}
	CHECK(!epf_aq_event(&p->hw, &ev));
	CHECK(!epf_link_event(&p->hw, ev.data, 11));
	e810_set_link(p->b.e, true);
	CHECK_EQ(epf_link(&p->hw), 0);
	CHECK_EQ(p->hw.mbps, 25000);
	CHECK_EQ(pbed_mistakes(p), 0);
	pbed_close(p);
}

/* A reset of the device that is under way is waited for, not added to. */
TEST_ONCE(core_reset)
{
	struct pbed *p = pbed_started();

	e810_core_reset(p->b.e);
	CHECK_EQ(epf_wait_reset(&p->hw), 0);
	CHECK(p->delays > 0);
	e810_core_reset(p->b.e);
	CHECK_EQ(epf_reset(&p->hw), 0);
	CHECK_EQ(e810_counts(p->b.e)->pf_resets, 2);
	epf_lost(&p->hw);
	CHECK_EQ(epf_start(&p->hw), 0);
	CHECK_EQ(pbed_mistakes(p), 0);
	pbed_close(p);
}
