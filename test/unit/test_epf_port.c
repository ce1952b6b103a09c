// SPDX-License-Identifier: GPL-2.0
/* The E810 PF driver on the emulated device: who receives what. */
#include "epf_bed.h"

static const uint8_t *const macs[] = { ebed_mac_a, ebed_mac_b, ebed_mac_x };

static const uint8_t mac_c[6] = { 0x52, 0x54, 0, 0, 0, 0xc };

/* Three ADIs in slots 1 to 3, PASIDs 5 to 7, queues 4 to 6. */
static struct pbed *three(void)
{
	struct pbed *p = pbed_started();

	pbed_adi(p, 1, 5, 4, ebed_mac_a);
	pbed_adi(p, 2, 6, 5, ebed_mac_b);
	pbed_adi(p, 3, 7, 6, mac_c);
	return p;
}

/* A frame from the wire; a bit for each slot that got it. */
static unsigned int wire(struct pbed *p, const uint8_t *dst, int vid)
{
	unsigned int slot, got = 0;
	uint64_t was[4] = { 0 };
	uint8_t f[100];

	for (slot = 1; slot < 4; slot++) {
		epf_vsi_count(&p->hw, slot);
		was[slot] = p->hw.vsi[slot].total[EPF_RX_BYTES];
	}
	ebed_frame(f, dst, macs[2], sizeof(f), 3);
	if (vid >= 0) {
		f[12] = 0x81;
		f[13] = 0;
		f[14] = (uint8_t)(vid >> 8);
		f[15] = (uint8_t)vid;
	}
	e810_receive(p->b.e, f, sizeof(f));
	for (slot = 1; slot < 4; slot++) {
		epf_vsi_count(&p->hw, slot);
		if (p->hw.vsi[slot].total[EPF_RX_BYTES] != was[slot])
			got |= 1u << slot;
	}
	return got;
}

TEST_ONCE(addresses)
{
	struct pbed *p = three();

	CHECK_EQ(wire(p, ebed_mac_a, -1), 0x2);
	CHECK_EQ(wire(p, ebed_mac_b, -1), 0x4);
	CHECK_EQ(wire(p, ebed_broadcast, -1), 0xe);
	CHECK_EQ(wire(p, ebed_multicast, -1), 0);
	/* one address, three VSIs, one after the other and back */
	CHECK_EQ(epf_port_mac(&p->hw, 1, ebed_multicast, true), 0);
	CHECK_EQ(wire(p, ebed_multicast, -1), 0x2);
	CHECK_EQ(epf_port_mac(&p->hw, 3, ebed_multicast, true), 0);
	CHECK_EQ(epf_port_mac(&p->hw, 3, ebed_multicast, true), 0);
	CHECK_EQ(wire(p, ebed_multicast, -1), 0xa);
	CHECK_EQ(epf_port_mac(&p->hw, 2, ebed_multicast, true), 0);
	CHECK_EQ(wire(p, ebed_multicast, -1), 0xe);
	CHECK_EQ(epf_port_mac(&p->hw, 1, ebed_multicast, false), 0);
	CHECK_EQ(wire(p, ebed_multicast, -1), 0xc);
	CHECK_EQ(epf_port_mac(&p->hw, 1, ebed_multicast, false), 0);
	CHECK_EQ(epf_port_mac(&p->hw, 2, ebed_multicast, false), 0);
	CHECK_EQ(wire(p, ebed_multicast, -1), 0x8);
	CHECK_EQ(epf_port_mac(&p->hw, 3, ebed_multicast, false), 0);
	CHECK_EQ(wire(p, ebed_multicast, -1), 0);
	/* the one that made a shared rule goes */
	epf_vsi_del(&p->hw, 1);
	CHECK_EQ(wire(p, ebed_broadcast, -1), 0xc);
	epf_vsi_del(&p->hw, 3);
	epf_vsi_del(&p->hw, 2);
	CHECK(!p->hw.rules);
	CHECK_EQ(pbed_mistakes(p), 0);
	CHECK_EQ(p->errors, 0);
	pbed_close(p);
}

TEST_ONCE(promiscuous)
{
	struct pbed *p = three();
	uint8_t f[64];

	CHECK_EQ(epf_port_promisc(&p->hw, 2, true, false), 0);
	CHECK_EQ(wire(p, ebed_mac_x, -1), 0x4);
	CHECK_EQ(wire(p, ebed_mac_a, -1), 0x6);
	CHECK_EQ(wire(p, ebed_multicast, -1), 0);
	CHECK_EQ(epf_port_promisc(&p->hw, 3, true, true), 0);
	CHECK_EQ(wire(p, ebed_mac_x, -1), 0xc);
	CHECK_EQ(wire(p, ebed_multicast, -1), 0x8);
	/* what others send, too, and that still leaves by the wire */
	ebed_frame(f, ebed_mac_x, ebed_mac_a, 64, 1);
	ebed_send(&p->b, 4, 5, 0, f, 64);
	CHECK_EQ(p->b.nout, 1);
	epf_vsi_count(&p->hw, 2);
	CHECK_EQ(p->hw.vsi[2].total[EPF_RX_UNICAST], 4);
	CHECK_EQ(epf_port_promisc(&p->hw, 2, false, false), 0);
	CHECK_EQ(wire(p, ebed_mac_x, -1), 0x8);
	CHECK_EQ(epf_port_promisc(&p->hw, 3, false, true), 0);
	CHECK_EQ(wire(p, ebed_mac_x, -1), 0);
	CHECK_EQ(wire(p, ebed_multicast, -1), 0x8);
	CHECK_EQ(epf_port_promisc(&p->hw, 3, false, false), 0);
	CHECK_EQ(wire(p, ebed_multicast, -1), 0);
	CHECK_EQ(pbed_mistakes(p), 0);
	pbed_close(p);
}

TEST_ONCE(vlans)
{
	struct pbed *p = three();

	/* as at the start: every VLAN */
	CHECK_EQ(wire(p, ebed_broadcast, 100), 0xe);
	CHECK_EQ(epf_port_vlan_filter(&p->hw, 1, true), 0);
	CHECK_EQ(wire(p, ebed_broadcast, 100), 0xc);
	CHECK_EQ(wire(p, ebed_broadcast, -1), 0xe);
	CHECK_EQ(epf_port_vlan(&p->hw, 1, 100, true), 0);
	CHECK_EQ(wire(p, ebed_broadcast, 100), 0xe);
	CHECK_EQ(wire(p, ebed_broadcast, 101), 0xc);
	CHECK_EQ(epf_port_vlan(&p->hw, 2, 100, true), 0);
	CHECK_EQ(epf_port_vlan_filter(&p->hw, 2, true), 0);
	CHECK_EQ(wire(p, ebed_broadcast, 100), 0xe);
	CHECK_EQ(wire(p, ebed_broadcast, 101), 0x8);
	CHECK_EQ(epf_port_vlan(&p->hw, 1, 100, false), 0);
	CHECK_EQ(wire(p, ebed_broadcast, 100), 0xc);
	CHECK_EQ(epf_port_vlan_filter(&p->hw, 1, false), 0);
	CHECK_EQ(epf_port_vlan_filter(&p->hw, 1, false), 0);
	CHECK_EQ(wire(p, ebed_broadcast, 101), 0xa);
	CHECK_EQ(epf_port_vlan(&p->hw, 2, 100, false), 0);
	CHECK_EQ(epf_port_vlan_filter(&p->hw, 2, false), 0);
	CHECK_EQ(pbed_mistakes(p), 0);
	pbed_close(p);
}

TEST_ONCE(port_vlan)
{
	struct pbed *p = three();
	const uint8_t *data;
	uint8_t f[64];

	CHECK_EQ(epf_port_pvid(&p->hw, 1, 0x6064), 0);	/* 100, priority 3 */
	CHECK_EQ(wire(p, ebed_broadcast, 100), 0xe);
	CHECK_EQ(wire(p, ebed_broadcast, 101), 0xc);
	CHECK_EQ(wire(p, ebed_broadcast, -1), 0xc);
	/* it gets it without the tag, and sends it with one */
	CHECK_EQ(ebed_got(&p->b, 4, 5, 0, &data), 96);
	CHECK(data[12] != 0x81);
	ebed_frame(f, ebed_mac_x, ebed_mac_a, 64, 1);
	ebed_send(&p->b, 4, 5, 0, f, 64);
	CHECK_EQ(p->b.nout, 1);
	CHECK(!memcmp(p->b.out[0] + 12, "\x81\x00\x60\x64", 4));
	CHECK_EQ(p->b.out_len[0], 68);
	/* a tag of its own is refused */
	memcpy(f + 12, "\x81\x00\x00\x65", 4);
	ebed_send(&p->b, 4, 5, 1, f, 64);
	CHECK_EQ(p->b.nout, 1);
	/* another, filtering on and off meanwhile, the guest's own request */
	CHECK_EQ(epf_port_pvid(&p->hw, 1, 0x65), 0);
	CHECK_EQ(wire(p, ebed_broadcast, 100), 0xc);
	CHECK_EQ(wire(p, ebed_broadcast, 101), 0xe);
	CHECK_EQ(epf_port_vlan_filter(&p->hw, 1, true), 0);
	CHECK_EQ(epf_port_vlan(&p->hw, 1, 0x65, false), 0);
	CHECK_EQ(wire(p, ebed_broadcast, 101), 0xe);
	CHECK_EQ(wire(p, ebed_broadcast, -1), 0xc);
	CHECK_EQ(epf_port_pvid(&p->hw, 1, 0), 0);
	CHECK_EQ(wire(p, ebed_broadcast, 101), 0xc);
	CHECK_EQ(wire(p, ebed_broadcast, -1), 0xe);
	CHECK_EQ(epf_port_vlan_filter(&p->hw, 1, false), 0);
	CHECK_EQ(wire(p, ebed_broadcast, 100), 0xe);
	CHECK_EQ(pbed_mistakes(p), 0);
	CHECK_EQ(p->errors, 0);
	pbed_close(p);
}

TEST_ONCE(strip)
{
	struct pbed *p = three();

	CHECK_EQ(epf_port_strip(&p->hw, 1, true), 0);
	CHECK_EQ(wire(p, ebed_mac_a, 100), 2);
	CHECK_EQ(ebed_got(&p->b, 4, 5, 0, NULL), 96);
	CHECK_EQ(get16(ebed_mem(&p->b, 5, EB_RXR + 0x4000) + 2), 100);
	CHECK_EQ(epf_port_strip(&p->hw, 1, false), 0);
	CHECK_EQ(wire(p, ebed_mac_a, 100), 2);
	CHECK_EQ(ebed_got(&p->b, 4, 5, 1, NULL), 100);
	CHECK_EQ(pbed_mistakes(p), 0);
	pbed_close(p);
}

static int try(struct pbed *p, unsigned int what, bool on)
{
	switch (what) {
	case 0:
		return epf_port_mac(&p->hw, 2, ebed_multicast, on);
	case 1:
		return epf_port_pvid(&p->hw, 3, on ? 100 : 0);
	case 2:
		return epf_port_vlan_filter(&p->hw, 3, on);
	default:
		return epf_port_spoofchk(&p->hw, 3, !on);
	}
}

/* What the device refuses has not happened. */
TEST_ONCE(refused)
{
	static const uint16_t ops[] = { 0x0208, 0x02a1, 0x02a0, 0x0211 };
	struct e810_fault_plan plan = { .kind = E810_FAULT_AQ_ERROR,
					.value = 16 };
	const struct e810_fault_plan none = { .kind = E810_FAULT_NONE };
	unsigned int i, k, refused = 0;
	struct pbed *p = three();
	int ret;

	for (i = 0; i < 4; i++)
		for (k = 0; k < 12; k++) {
			/* a rule of one VSI, without a list */
			epf_port_mac(&p->hw, 1, ebed_multicast, false);
			CHECK_EQ(epf_port_mac(&p->hw, 1, ebed_multicast, true),
				 0);
			plan.opcode = ops[i];
			plan.after = k / 4;
			e810_set_fault(p->b.e, &plan);
			ret = try(p, k % 4, true);
			CHECK(!ret || ret == -ENOSPC);
			e810_set_fault(p->b.e, &none);
			if (ret)
				refused++;
			else
				CHECK_EQ(try(p, k % 4, false), 0);
			CHECK_EQ(p->hw.vsi[3].port_vlan, 0);
			CHECK(!p->hw.vsi[3].vlan_filter);
			CHECK(p->hw.vsi[3].spoofchk);
			CHECK_EQ(wire(p, ebed_multicast, -1), 0x2);
			CHECK_EQ(wire(p, ebed_broadcast, -1), 0xe);
			CHECK_EQ(wire(p, ebed_broadcast, 100), 0xe);
		}
	/*
	 * A list for each of three; three steps to put the address into one,
	 * one each for the VLANs; their rules; what is a matter of the VSI.
	 */
	CHECK_EQ(refused, 3 + 5 + 2 + 3);
	CHECK_EQ(pbed_mistakes(p), 0);
	CHECK_EQ(p->errors, 0);
	pbed_close(p);
}

TEST_ONCE(policies_survive)
{
	struct pbed *p = three();

	CHECK_EQ(epf_port_pvid(&p->hw, 1, 100), 0);
	CHECK_EQ(epf_port_spoofchk(&p->hw, 2, false), 0);
	CHECK_EQ(epf_port_mac(&p->hw, 1, ebed_multicast, true), 0);
	epf_lost(&p->hw);
	CHECK_EQ(epf_port_mac(&p->hw, 2, ebed_multicast, true), 0);
	CHECK_EQ(epf_port_mac(&p->hw, 1, ebed_multicast, false), 0);
	CHECK_EQ(epf_port_vlan_filter(&p->hw, 2, true), 0);
	CHECK_EQ(epf_reset(&p->hw), 0);
	CHECK_EQ(epf_start(&p->hw), 0);
	/* bytes count where the switch delivers, queues or not */
	CHECK_EQ(wire(p, ebed_broadcast, 100), 0xa);
	CHECK_EQ(wire(p, ebed_broadcast, -1), 0xc);
	CHECK_EQ(wire(p, ebed_multicast, -1), 0x4);
	CHECK_EQ(wire(p, mac_c, -1), 0x8);
	CHECK_EQ(pbed_mistakes(p), 0);
	pbed_close(p);
}
