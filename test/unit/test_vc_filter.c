// SPDX-License-Identifier: GPL-2.0
/* virtchnl: addresses, promiscuous mode, and which address is remembered. */
#include "unit.h"

#define LEGACY	0
#define PRIMARY	1
#define EXTRA	2

static const uint8_t a1[6] = { 2, 1, 1, 1, 1, 1 };
static const uint8_t a2[6] = { 2, 2, 2, 2, 2, 2 };
static const uint8_t mc[6] = { 0x33, 0x33, 0, 0, 0, 1 };
static const uint8_t bcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const uint8_t zero[6];

static int add(struct bed *b, const uint8_t *mac, uint8_t type)
{
	return avfdrv_mac(&b->d, VC_ADD_ETH_ADDR, mac, type);
}

static int del(struct bed *b, const uint8_t *mac)
{
	return avfdrv_mac(&b->d, VC_DEL_ETH_ADDR, mac, 0);
}

static int list(struct bed *b, uint32_t op, uint32_t first, uint32_t n)
{
	uint8_t msg[12 + 8 * 500] = { 0 };
	uint32_t i;

	put_le16(msg, b->d.vsi);
	put_le16(msg + 2, n);
	for (i = 0; i < n; i++) {
		uint8_t *e = msg + 4 + 8 * i;

		memcpy(e, "\x02\x77\x00\x00\x00\x00", 6);
		put_le16(e + 4, first + i);
		e[6] = EXTRA;
	}
	return avfdrv_cmd(&b->d, op, msg, 12 + 8 * n, NULL);
}

TEST_ONCE(idempotent)
{
	struct bed b;

	bed_resources(&b);
	CHECK_EQ(add(&b, a1, EXTRA), 0);
	CHECK_EQ(add(&b, a1, EXTRA), 0);
	CHECK_EQ(b.h.nmacs, 1);
	CHECK(host_has_mac(&b.h, a1));
	CHECK_EQ(add(&b, mc, EXTRA), 0);
	CHECK(host_has_mac(&b.h, mc));
	CHECK_EQ(del(&b, a1), 0);
	CHECK_EQ(del(&b, a1), 0);
	CHECK(!host_has_mac(&b.h, a1));
	CHECK_EQ(del(&b, mc), 0);
	CHECK_EQ(b.h.nmacs, 0);
	/* twice in one message */
	CHECK_EQ(list(&b, VC_ADD_ETH_ADDR, 5, 1), 0);
	CHECK_EQ(list(&b, VC_ADD_ETH_ADDR, 4, 3), 0);
	CHECK_EQ(b.h.nmacs, 3);
	CHECK_EQ(list(&b, VC_DEL_ETH_ADDR, 0, 20), 0);
	CHECK_EQ(b.h.nmacs, 0);
	bed_close(&b);
}

TEST_ONCE(skipped)
{
	struct bed b;

	bed_resources(&b);
	CHECK_EQ(add(&b, bcast, EXTRA), 0);
	CHECK_EQ(add(&b, zero, EXTRA), 0);
	CHECK_EQ(b.h.nmacs, 0);
	CHECK_EQ(del(&b, bcast), 0);
	CHECK_EQ(del(&b, zero), 0);
	bed_close(&b);
}

TEST_ONCE(limit)
{
	struct bed b;

	bed_resources(&b);
	CHECK_EQ(list(&b, VC_ADD_ETH_ADDR, 0, AVF_MAX_MACS + 1), VC_EPARAM);
	CHECK_EQ(b.h.nmacs, 0);
	CHECK_EQ(list(&b, VC_ADD_ETH_ADDR, 0, 18), 0);
	CHECK_EQ(list(&b, VC_ADD_ETH_ADDR, 18, AVF_MAX_MACS - 18), 0);
	CHECK_EQ(b.h.nmacs, AVF_MAX_MACS);
	/* one too many; and a batch that only half fits is not applied at all */
	CHECK_EQ(add(&b, a1, EXTRA), VC_EPARAM);
	CHECK_EQ(list(&b, VC_DEL_ETH_ADDR, 0, 2), 0);
	CHECK_EQ(list(&b, VC_ADD_ETH_ADDR, 1000, 3), VC_EPARAM);
	CHECK_EQ(b.h.nmacs, AVF_MAX_MACS - 2);
	CHECK_EQ(list(&b, VC_ADD_ETH_ADDR, 1000, 2), 0);
	/* those that are there already do not count */
	CHECK_EQ(list(&b, VC_ADD_ETH_ADDR, 2, AVF_MAX_MACS - 2), 0);
	CHECK_EQ(b.h.nmacs, AVF_MAX_MACS);
	bed_close(&b);
}

/* The host refuses the third: the first two are taken back. */
static int refuse_after;

static int (*real_mac_add)(void *host, const u8 *mac);

static int mac_add(void *host, const u8 *mac)
{
	return refuse_after-- > 0 ? real_mac_add(host, mac) : -EPERM;
}

TEST_ONCE(host_refuses)
{
	uint8_t now[6];
	struct bed b;

	bed_resources(&b);
	CHECK_EQ(add(&b, a1, PRIMARY), 0);
	real_mac_add = b.h.ops.mac_add;
	b.h.ops.mac_add = mac_add;
	refuse_after = 2;
	CHECK(list(&b, VC_ADD_ETH_ADDR, 0, 5) < 0);
	CHECK_EQ(b.h.nmacs, 1);
	refuse_after = 0;
	CHECK(add(&b, a2, PRIMARY) < 0);
	avf_mac_get(b.h.dev, now);
	CHECK(!memcmp(now, a1, 6));
	refuse_after = 100;
	CHECK_EQ(list(&b, VC_ADD_ETH_ADDR, 0, 5), 0);
	CHECK_EQ(b.h.nmacs, 6);
	bed_close(&b);
}

TEST_ONCE(promiscuous)
{
	struct bed b;
	uint16_t f;

	bed_resources(&b);
	avf_trust_set(b.h.dev, true);
	for (f = 0; f < 8; f++) {
		CHECK_EQ(avfdrv_promisc(&b.d, f & 3), 0);
		CHECK_EQ(b.h.promisc_uc, f & 1);
		CHECK_EQ(b.h.promisc_mc, f >> 1 & 1);
	}
	avfdrv_send(&b.d, VC_RESET_VF, NULL, 0);
	host_run(&b.h);
	CHECK(!b.h.promisc_uc && !b.h.promisc_mc);
	bed_close(&b);
}

/* Without trust: success, all multicast, and no foreign unicast. */
TEST_ONCE(promiscuous_untrusted)
{
	struct bed b;
	uint16_t f;

	bed_resources(&b);
	CHECK(!avf_trust_get(b.h.dev));
	for (f = 0; f < 4; f++) {
		CHECK_EQ(avfdrv_promisc(&b.d, f), 0);
		CHECK(!b.h.promisc_uc);
		CHECK_EQ(b.h.promisc_mc, f >> 1 & 1);
	}
	/* trust is not retroactive; without it, promiscuous mode is over */
	avf_trust_set(b.h.dev, true);
	CHECK(avf_trust_get(b.h.dev));
	CHECK(!b.h.promisc_uc);
	CHECK_EQ(avfdrv_promisc(&b.d, 3), 0);
	CHECK(b.h.promisc_uc);
	avf_trust_set(b.h.dev, false);
	CHECK(!b.h.promisc_uc && b.h.promisc_mc);
	/* it survives every reset */
	avf_trust_set(b.h.dev, true);
	avf_dev_reset(b.h.dev, AVF_RESET_VF);
	avf_dev_reset(b.h.dev, AVF_RESET_FLR);
	CHECK(avf_trust_get(b.h.dev));
	bed_close(&b);
}

/* ------------------------------------------------ the remembered address */

static void check_reported(struct bed *b, const uint8_t *mac)
{
	uint8_t now[6];

	CHECK_EQ(avfdrv_resources(&b->d), 0);
	CHECK(!memcmp(b->d.mac, mac, 6));
	avf_mac_get(b->h.dev, now);
	CHECK(!memcmp(now, mac, 6));
}

TEST_ONCE(primary_is_remembered)
{
	struct bed b;

	bed_resources(&b);
	CHECK_EQ(add(&b, a1, PRIMARY), 0);
	check_reported(&b, a1);
	CHECK_EQ(add(&b, a2, EXTRA), 0);
	check_reported(&b, a1);
	CHECK_EQ(add(&b, mc, PRIMARY), 0);
	check_reported(&b, a1);
	/* 6.x sets an address: add the new one, delete the old one */
	CHECK_EQ(add(&b, a2, PRIMARY), 0);
	CHECK_EQ(del(&b, a1), 0);
	check_reported(&b, a2);
	/* deleting it removes the filter only */
	CHECK_EQ(del(&b, a2), 0);
	check_reported(&b, a2);
	/* it survives a VF reset */
	avfdrv_send(&b.d, VC_RESET_VF, NULL, 0);
	host_run(&b.h);
	CHECK_EQ(b.h.nmacs, 0);
	avfdrv_mbx_init(&b.d);
	check_reported(&b, a2);
	bed_close(&b);
}

/* 5.10 sends type 0: the new address counts when the old one is deleted. */
TEST_ONCE(legacy_set)
{
	struct bed b;
	uint8_t own[6];

	bed_resources(&b);
	memcpy(own, b.d.mac, 6);
	CHECK_EQ(add(&b, own, LEGACY), 0);
	CHECK_EQ(add(&b, a1, LEGACY), 0);
	check_reported(&b, own);
	host_advance(&b.h, 1000000000);
	CHECK_EQ(del(&b, own), 0);
	check_reported(&b, a1);

	/* too late: it was an extra address */
	CHECK_EQ(add(&b, a2, LEGACY), 0);
	host_advance(&b.h, 5000000000);
	CHECK_EQ(del(&b, a1), 0);
	check_reported(&b, a1);
	bed_close(&b);
}

TEST_ONCE(legacy_when_none)
{
	struct avf_params p = { .num_qps = 1, .link_mbps = 10000 };
	struct bed b;

	bed_open_params(&b, &p);
	avfdrv_pci_on(&b.d, 2);
	avfdrv_mbx_init(&b.d);
	check_reported(&b, zero);
	CHECK_EQ(add(&b, a1, LEGACY), 0);
	check_reported(&b, a1);
	bed_close(&b);
}

TEST_ONCE(administrative_address)
{
	struct bed b;

	bed_resources(&b);
	avf_mac_set(b.h.dev, a1);
	check_reported(&b, a1);
	bed_close(&b);
}

/* An address the host has set is the only one, unless there is trust. */
TEST_ONCE(fixed_address)
{
	uint8_t own[6];
	struct bed b;

	bed_resources(&b);
	avf_mac_set(b.h.dev, a1);
	check_reported(&b, a1);
	CHECK_EQ(add(&b, a1, PRIMARY), 0);
	CHECK_EQ(add(&b, mc, EXTRA), 0);
	CHECK_EQ(add(&b, bcast, EXTRA), 0);
	CHECK_EQ(add(&b, a2, PRIMARY), VC_EPARAM);
	CHECK_EQ(add(&b, a2, EXTRA), VC_EPARAM);
	CHECK_EQ(add(&b, a2, LEGACY), VC_EPARAM);
	CHECK(!host_has_mac(&b.h, a2));
	check_reported(&b, a1);
	/* refused, 5.10's driver deletes what it has, and sends from it */
	CHECK_EQ(del(&b, a1), 0);
	CHECK(host_has_mac(&b.h, a1));
	check_reported(&b, a1);
	/* down and up */
	CHECK_EQ(add(&b, a1, LEGACY), 0);
	check_reported(&b, a1);
	avf_trust_set(b.h.dev, true);
	CHECK_EQ(del(&b, a1), 0);
	CHECK(!host_has_mac(&b.h, a1));
	CHECK_EQ(add(&b, a2, PRIMARY), 0);
	check_reported(&b, a2);
	/* the driver's choice again */
	avf_trust_set(b.h.dev, false);
	avf_mac_set(b.h.dev, zero);
	memcpy(own, "\x02\x05\x05\x05\x05\x05", 6);
	CHECK_EQ(add(&b, own, PRIMARY), 0);
	check_reported(&b, own);
	bed_close(&b);
}

/* -------------------------------------------------- who receives which frame */

TEST(decision_table)
{
	static const struct {
		uint8_t dst[6];
		bool plain, uc, mc;
	} t[] = {
		{ { 2, 1, 1, 1, 1, 1 }, true, true, true },
		{ { 2, 9, 9, 9, 9, 9 }, false, true, false },
		{ { 0x33, 0x33, 0, 0, 0, 1 }, true, true, true },
		{ { 0x33, 0x33, 0, 0, 0, 2 }, false, false, true },
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, true, true, true },
	};
	struct host_switch sw = { .n = 0 };
	struct bed a, b;
	uint32_t i, mode;

	bed_up(&a);
	bed_up(&b);
	host_plug(&a.h, &sw);
	host_plug(&b.h, &sw);
	avf_trust_set(b.h.dev, true);
	CHECK_EQ(del(&b, b.d.mac), 0);
	CHECK_EQ(add(&b, a1, PRIMARY), 0);
	CHECK_EQ(add(&b, mc, EXTRA), 0);
	for (mode = 0; mode < 3; mode++) {
		CHECK_EQ(avfdrv_promisc(&b.d, (uint16_t)mode), 0);
		for (i = 0; i < ARRAY_SIZE(t); i++) {
			bool want = mode == 0 ? t[i].plain :
				    mode == 1 ? t[i].uc : t[i].mc;
			uint64_t before = b.h.rx_ok;
			uint8_t frame[64];

			pattern(frame, sizeof(frame), i);
			eth(frame, t[i].dst, a2, 0x88b5);
			CHECK_EQ(avfdrv_tx(&a.d, 0, frame, 64), 0);
			CHECK_EQ_AT(b.h.rx_ok - before, want, mode * 10 + i);
			/* never back to the sender */
			CHECK_EQ(a.h.rx_ok, 0);
		}
	}
	bed_close(&a);
	bed_close(&b);
}
