// SPDX-License-Identifier: GPL-2.0
/* The E810 PF driver on the emulated device: VSIs, their queues, resets. */
#include "epf_bed.h"

static unsigned int num(struct pbed *p, uint32_t slot)
{
	return p->hw.vsi[slot].num;
}

static void send(struct pbed *p, unsigned int q, int32_t pasid,
		 unsigned int at, const uint8_t *dst, const uint8_t *src)
{
	uint8_t frame[100];

	ebed_frame(frame, dst, src, sizeof(frame), at);
	ebed_send(&p->b, q, pasid, at, frame, sizeof(frame));
}

TEST_ONCE(pasid)
{
	struct pbed *p = pbed_started();
	uint8_t param[8] = { 0 }, got[128];
	unsigned int i;

	/* none, one that there is not: nothing is even asked */
	i = (unsigned int)e810_counts(p->b.e)->commands;
	CHECK_EQ(pbed_vsi(p, 1, EPF_NO_PASID, 4, 1), -EINVAL);
	CHECK_EQ(pbed_vsi(p, 1, 0x100000, 4, 1), -EINVAL);
	CHECK_EQ(pbed_vsi(p, 1, 0, 4, 1), -EINVAL);
	CHECK_EQ(pbed_vsi(p, 1, 5, 4, 0), -EINVAL);
	CHECK_EQ(pbed_vsi(p, 1, 5, 4, 5), -EINVAL);
	CHECK_EQ(e810_counts(p->b.e)->commands, i);
	CHECK(!p->hw.vsi[1].used);

	CHECK_EQ(pbed_vsi(p, 1, 5, 4, 2), 0);
	CHECK_EQ(pbed_vsi(p, 1, 5, 4, 2), -EINVAL);	/* the slot is taken */
	CHECK_EQ(pbed_vsi(p, 2, 0xfffff, 6, 4), 0);
	CHECK_EQ(e810_read(p->b.e, 0x9c000 + 4 * num(p, 1)), 0x80000005);
	CHECK_EQ(e810_read(p->b.e, 0x9c000 + 4 * num(p, 2)), 0x800fffff);
	epf_put16(param, 0x8000 | num(p, 2));
	CHECK_EQ(epf_aq(&p->hw, 0x0212, param, got, 128, EPF_OUT), 0);
	CHECK_EQ(get16(got + 30), 6);
	CHECK_EQ(get16(got + 32), 4);
	CHECK_EQ(get32(got + 100), 0x800fffff);
	CHECK_EQ(got[3], 0xa0);		/* loopback, not to itself */
	CHECK_EQ(got[4], 0x10);
	CHECK_EQ(got[6], 0x04);		/* source address */
	CHECK_EQ(got[12], 0x1b);	/* all tags, left alone */
	epf_vsi_del(&p->hw, 1);
	memset(param, 0, sizeof(param));
	epf_put16(param, 0x8000 | num(p, 2));
	CHECK_EQ(epf_aq(&p->hw, 0x0212, param, got, 128, EPF_OUT), 0);
	memset(param, 0, sizeof(param));
	epf_put16(param, 0x8000 | num(p, 2));
	epf_vsi_del(&p->hw, 2);
	CHECK_EQ(epf_aq(&p->hw, 0x0212, param, got, 128, EPF_OUT), -ENOENT);
	CHECK_EQ(e810_counts(p->b.e)->refused, 1);
	CHECK_EQ(pbed_mistakes(p), 1);		/* that very question */
	CHECK_EQ(p->errors, 0);
	pbed_close(p);
}

/* Queues do not go on with another PASID than was asked for. */
TEST_ONCE(pasid_lost)
{
	struct pbed *p = pbed_started();

	CHECK_EQ(pbed_vsi(p, 1, 5, 4, 1), 0);
	e810_set_mutation(p->b.e, E810_MUT_reset_loses_pasid);
	CHECK_EQ(epf_vsi_reset(&p->hw, 1), 0);
	CHECK_EQ(pbed_txq(p, 1, 0), -EIO);
	CHECK_EQ(pbed_rxq(p, 1, 0), -EIO);
	CHECK(strstr(p->err, "has lost PASID 5"));
	CHECK_EQ(e810_read(p->b.e, 0x120010), 0);
	e810_set_mutation(p->b.e, E810_MUT_none);
	epf_vsi_del(&p->hw, 1);
	CHECK_EQ(pbed_mistakes(p), 0);
	pbed_close(p);
}

TEST_ONCE(add_fails)
{
	static const uint16_t ops[] = { 0x0210, 0x0401, 0x02a0 };
	struct e810_fault_plan plan = { .kind = E810_FAULT_AQ_ERROR,
					.value = 16 };
	struct pbed *p = pbed_started();
	uint8_t param[8] = { 0 }, got[64];
	unsigned int i, k;

	for (i = 0; i < 3; i++)
		for (k = 0; k < (i == 1 ? 3 : 1); k++) {
			plan.opcode = ops[i];
			plan.after = k;
			e810_set_fault(p->b.e, &plan);
			CHECK_EQ(pbed_vsi(p, 1, 5, 4, 1), -ENOSPC);
			CHECK(!p->hw.vsi[1].used);
			CHECK(!p->hw.vsi[1].nnodes);
		}
	/* nothing stays behind: port and our own VSI */
	memset(param, 0, sizeof(param));
	CHECK_EQ(epf_aq(&p->hw, 0x0200, param, got, 64, EPF_OUT), 0);
	CHECK_EQ(get16(param + 4), 2);
	CHECK_EQ(pbed_vsi(p, 1, 5, 4, 1), 0);
	CHECK_EQ(pbed_mistakes(p), 0);
	CHECK_EQ(p->errors, 0);
	pbed_close(p);
}

TEST_ONCE(traffic)
{
	struct pbed *p = pbed_started();
	const uint8_t *data;

	pbed_adi(p, 1, 5, 4, ebed_mac_a);
	pbed_adi(p, 2, 6, 5, ebed_mac_b);
	send(p, 4, 5, 0, ebed_mac_b, ebed_mac_a);
	CHECK(ebed_sent(&p->b, 4, 5, 0));
	CHECK_EQ(ebed_got(&p->b, 5, 6, 0, &data), 100);
	CHECK(!memcmp(data, ebed_mac_b, 6));
	CHECK_EQ(p->b.nout, 0);
	/* who sent, who received */
	CHECK_EQ(p->b.msix[1], 1);
	CHECK_EQ(p->b.msix[2], 1);
	/* to the wire; broadcast to both */
	send(p, 4, 5, 1, ebed_mac_x, ebed_mac_a);
	CHECK_EQ(p->b.nout, 1);
	send(p, 4, 5, 2, ebed_broadcast, ebed_mac_a);
	CHECK_EQ(p->b.nout, 2);
	CHECK_EQ(ebed_got(&p->b, 5, 6, 1, NULL), 100);
	CHECK_EQ(ebed_got(&p->b, 4, 5, 0, NULL), 0);	/* not to itself */
	/* another's address: dropped */
	send(p, 4, 5, 3, ebed_mac_b, ebed_mac_x);
	CHECK_EQ(ebed_got(&p->b, 5, 6, 2, NULL), 0);
	CHECK_EQ(epf_port_spoofchk(&p->hw, 1, false), 0);
	send(p, 4, 5, 4, ebed_mac_b, ebed_mac_x);
	CHECK_EQ(ebed_got(&p->b, 5, 6, 2, NULL), 100);

	epf_vsi_count(&p->hw, 1);
	epf_vsi_count(&p->hw, 2);
	CHECK_EQ(p->hw.vsi[1].total[EPF_TX_UNICAST], 3);
	CHECK_EQ(p->hw.vsi[1].total[EPF_TX_BROADCAST], 1);
	CHECK_EQ(p->hw.vsi[1].total[EPF_TX_MULTICAST], 0);
	CHECK_EQ(p->hw.vsi[1].total[EPF_TX_BYTES], 4 * 104);
	CHECK_EQ(p->hw.vsi[1].total[EPF_TX_DISCARDS], 1);
	CHECK_EQ(p->hw.vsi[1].total[EPF_RX_BYTES], 0);
	CHECK_EQ(p->hw.vsi[2].total[EPF_RX_UNICAST], 2);
	CHECK_EQ(p->hw.vsi[2].total[EPF_RX_BROADCAST], 1);
	CHECK_EQ(p->hw.vsi[2].total[EPF_RX_MULTICAST], 0);
	CHECK_EQ(p->hw.vsi[2].total[EPF_RX_BYTES], 3 * 104);
	CHECK_EQ(p->hw.vsi[2].total[EPF_RX_DISCARDS], 0);
	epf_vsi_count(&p->hw, 2);
	CHECK_EQ(p->hw.vsi[2].total[EPF_RX_UNICAST], 2);

	/* a VSI that gets the number of one that is gone begins at zero */
	epf_vsi_del(&p->hw, 2);
	CHECK_EQ(pbed_vsi(p, 3, 7, 5, 1), 0);
	epf_vsi_count(&p->hw, 3);
	CHECK_EQ(p->hw.vsi[3].total[EPF_RX_UNICAST], 0);
	CHECK_EQ(pbed_mistakes(p), 0);
	CHECK_EQ(p->errors, 0);
	pbed_close(p);
}

TEST_ONCE(vectors)
{
	struct pbed *p = pbed_started();
	uint8_t frame[64];

	pbed_adi(p, 1, 5, 4, ebed_mac_a);
	CHECK_EQ(e810_read(p->b.e, 0x140010), 0x40001801);
	CHECK_EQ(e810_read(p->b.e, 0x150010), 0x40001801);
	epf_queue_vector(&p->hw, 1, false, 0, 9, 1);
	CHECK_EQ(e810_read(p->b.e, 0x150010), 0x40000809);
	CHECK_EQ(e810_read(p->b.e, 0x140010), 0x40001801);
	e810_write(p->b.e, 0x160024, 1);
	ebed_frame(frame, ebed_mac_a, ebed_mac_x, 64, 1);
	e810_receive(p->b.e, frame, 64);
	CHECK_EQ(p->b.msix[9], 1);
	epf_queue_vector(&p->hw, 1, true, 0, 0, 0);
	CHECK_EQ(e810_read(p->b.e, 0x140010), 0);
	CHECK_EQ(epf_queues_stop(&p->hw, 1, 1, 1), 0);
	CHECK_EQ(e810_read(p->b.e, 0x150010), 0);
	CHECK_EQ(pbed_mistakes(p), 0);
	pbed_close(p);
}

TEST_ONCE(queues)
{
	struct e810_fault_plan plan = { .kind = E810_FAULT_AQ_ERROR,
					.opcode = 0x0c30, .value = 12 };
	struct pbed *p = pbed_started();

	CHECK_EQ(pbed_vsi(p, 1, 5, 4, 2), 0);
	CHECK_EQ(pbed_txq(p, 1, 2), -EINVAL);
	CHECK_EQ(pbed_rxq(p, 1, 2), -EINVAL);
	e810_set_fault(p->b.e, &plan);
	CHECK_EQ(pbed_txq(p, 1, 1), -EBUSY);
	CHECK_EQ(e810_read(p->b.e, 0x140014), 0);
	CHECK_EQ(pbed_txq(p, 1, 1), 0);
	CHECK_EQ(pbed_txq(p, 1, 1), -EBUSY);
	CHECK_EQ(pbed_rxq(p, 1, 1), 0);
	CHECK_EQ(pbed_rxq(p, 1, 1), -EBUSY);
	CHECK_EQ(pbed_rxq(p, 1, 0), 0);
	/* one alone; what is not on is left alone */
	CHECK_EQ(epf_queues_stop(&p->hw, 1, 1, 1), 0);
	CHECK_EQ(p->hw.vsi[1].rx_on, 2);
	CHECK_EQ(p->hw.vsi[1].tx_on, 2);
	CHECK_EQ(e810_read(p->b.e, 0x120010), 0);
	CHECK_EQ(e810_read(p->b.e, 0x120014), 5);
	CHECK_EQ(epf_queues_stop(&p->hw, 1, ~0u, ~0u), 0);
	CHECK_EQ(e810_read(p->b.e, 0x120014), 0);
	CHECK_EQ(epf_queues_stop(&p->hw, 1, ~0u, ~0u), 0);
	CHECK_EQ(pbed_mistakes(p), 0);
	CHECK_EQ(p->errors, 0);
	/* the device refuses a receive queue: it says so after a while */
	CHECK_EQ(epf_port_mac(&p->hw, 1, ebed_mac_a, true), 0);
	e810_write(p->b.e, 0x91800 + 4 * num(p, 1), 1);
	CHECK_EQ(pbed_rxq(p, 1, 0), -EIO);
	CHECK(strstr(p->err, "queue 4 does not start"));
	CHECK_EQ(e810_read(p->b.e, 0x120010), 0);
	pbed_close(p);
}

/* Queues off means: no DMA any more, seen at the device. */
TEST_ONCE(drain)
{
	struct e810_fault_plan plan = { .kind = E810_FAULT_DRAIN };
	struct pbed *p = pbed_started();
	uint8_t frame[64];

	pbed_adi(p, 1, 5, 4, ebed_mac_a);
	ebed_frame(frame, ebed_mac_a, ebed_mac_x, 64, 1);
	e810_receive(p->b.e, frame, 64);
	e810_write(p->b.e, 0x9e600, num(p, 1));
	CHECK_EQ(e810_read(p->b.e, 0x9e800), 0x20);
	CHECK_EQ(epf_queues_stop(&p->hw, 1, 1, 1), 0);
	CHECK_EQ(e810_read(p->b.e, 0x9e800), 0);
	epf_vsi_del(&p->hw, 1);
	CHECK_EQ(pbed_mistakes(p), 0);

	pbed_adi(p, 1, 5, 4, ebed_mac_a);
	e810_receive(p->b.e, frame, 64);
	e810_set_fault(p->b.e, &plan);
	p->slept = 0;
	CHECK_EQ(epf_queues_stop(&p->hw, 1, 1, 1), -EIO);
	CHECK(strstr(p->err, "does not end"));
	CHECK(p->slept < 200000);
	pbed_close(p);
}

TEST_ONCE(stop_fails)
{
	struct e810_fault_plan plan = { .kind = E810_FAULT_AQ_ERROR,
					.opcode = 0x0c31, .value = 5 };
	struct pbed *p = pbed_started();

	pbed_adi(p, 1, 5, 4, ebed_mac_a);
	e810_set_fault(p->b.e, &plan);
	CHECK_EQ(epf_queues_stop(&p->hw, 1, 1, 1), -EIO);
	CHECK(strstr(p->err, "do not stop"));
	/* the receive side did */
	CHECK_EQ(e810_read(p->b.e, 0x120010), 0);
	pbed_close(p);
}

TEST_ONCE(vsi_reset)
{
	struct e810_fault_plan plan = { .kind = E810_FAULT_VSI_RESET };
	struct pbed *p = pbed_started();

	CHECK_EQ(pbed_vsi(p, 1, 5, 4, 1), 0);
	CHECK_EQ(epf_vsi_reset(&p->hw, 1), 0);
	CHECK_EQ(e810_counts(p->b.e)->vsi_resets, 1);
	CHECK_EQ(pbed_rxq(p, 1, 0), 0);
	e810_set_fault(p->b.e, &plan);
	CHECK_EQ(epf_vsi_reset(&p->hw, 1), -EIO);
	CHECK_EQ(pbed_mistakes(p), 0);
	pbed_close(p);
}

/* All that was asked for is there again after a reset, queues are not. */
TEST_ONCE(recovery)
{
	struct pbed *p = pbed_started();
	unsigned int i, k;
	uint8_t frame[64], *d;

	pbed_adi(p, 1, 5, 4, ebed_mac_a);
	pbed_adi(p, 2, 6, 5, ebed_mac_b);
	ebed_frame(frame, ebed_mac_b, ebed_mac_x, 64, 1);
	for (i = 0; i < 3; i++) {
		e810_receive(p->b.e, frame, 64);
		/* what nobody asked for before a core reset it has taken along */
		if (i == 1)
			epf_vsi_count(&p->hw, 2);
		CHECK_EQ(e810_read(p->b.e, 0x9c000 + 4 * num(p, 1)), 0x80000005);
		if (i == 1)
			e810_core_reset(p->b.e);
		epf_lost(&p->hw);
		CHECK_EQ(p->hw.mbps, 0);
		CHECK_EQ(p->hw.vsi[2].total[EPF_RX_UNICAST], i + 1);
		CHECK(p->hw.vsi[2].total[EPF_RX_BYTES] < 1000);
		/* meanwhile nothing reaches the device, and is not lost */
		CHECK_EQ(pbed_txq(p, 1, 0), -ENETDOWN);
		CHECK_EQ(pbed_rxq(p, 1, 0), -ENETDOWN);
		CHECK_EQ(epf_queues_stop(&p->hw, 1, 1, 1), 0);
		epf_queue_vector(&p->hw, 1, true, 0, 3, 3);
		if (i == 0) {
			epf_vsi_del(&p->hw, 1);
			CHECK_EQ(pbed_vsi(p, 3, 5, 4, 1), 0);
			CHECK_EQ(epf_port_mac(&p->hw, 3, ebed_mac_a, true), 0);
			epf_vsi_del(&p->hw, 3);
			CHECK_EQ(pbed_vsi(p, 1, 5, 4, 1), 0);
			CHECK_EQ(epf_port_mac(&p->hw, 1, ebed_mac_a, true), 0);
		}
		CHECK_EQ(epf_reset(&p->hw), 0);
		CHECK_EQ(epf_start(&p->hw), 0);
		CHECK_EQ(p->hw.mbps, 25000);
		CHECK_EQ(p->hw.vsi[1].tx_on | p->hw.vsi[1].rx_on, 0);
		CHECK_EQ(e810_read(p->b.e, 0x120010), 0);
		CHECK_EQ(pbed_txq(p, 1, 0), 0);
		CHECK_EQ(pbed_txq(p, 2, 0), 0);
		CHECK_EQ(pbed_rxq(p, 2, 0), 0);
		/* buffers anew, as a driver does */
		for (k = 0; k < 2; k++) {
			d = ebed_mem(&p->b, 6, EB_RXR + 0x5000 + 32 * k);
			memset(d, 0, 32);
			put64(d, EB_BASE + EB_RXB + 0x50000);
		}
		e810_write(p->b.e, 0x290014, EB_RING - 1);
		send(p, 4, 5, 0, ebed_broadcast, ebed_mac_a);
		CHECK(ebed_sent(&p->b, 4, 5, 0));
		CHECK_EQ(ebed_got(&p->b, 5, 6, 0, NULL), 100);
	}
	CHECK_EQ(pbed_mistakes(p), 0);
	CHECK_EQ(p->errors, 0);
	pbed_close(p);
}
