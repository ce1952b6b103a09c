// SPDX-License-Identifier: GPL-2.0
/* Snapshots: they show what the driver did, and change nothing. */
#include "avf_snap.h"
#include "fdir_bed.h"
#include "rss_bed.h"

#define US	1000ull

static uint8_t stats_req[12] = { 1 };

/* The value of register @name[@index]; the test ends where there is none. */
static struct avf_snap_reg reg(struct bed *b, const char *name, uint32_t index)
{
	struct avf_snap_reg r;
	uint32_t n;

	for (n = 0; avf_snap_reg(b->h.dev, n, &r); n++)
		if (!strcmp(r.name, name) && r.index == index)
			return r;
	unit_fail(__FILE__, __LINE__, "no register %s", name);
}

static struct avf_snap_txq txq(struct bed *b, uint16_t q)
{
	struct avf_snap_txq t;

	memset(&t, 0xff, sizeof(t));
	CHECK(avf_snap_txq(b->h.dev, q, &t));
	return t;
}

static struct avf_snap_rxq rxq(struct bed *b, uint16_t q)
{
	struct avf_snap_rxq r;

	memset(&r, 0xff, sizeof(r));
	CHECK(avf_snap_rxq(b->h.dev, q, &r));
	return r;
}

static struct avf_snap_vec vec(struct bed *b, uint16_t n)
{
	struct avf_snap_vec v;

	memset(&v, 0xff, sizeof(v));
	CHECK(avf_snap_vec(b->h.dev, n, &v));
	return v;
}

static struct avf_snap_intr intr(struct bed *b)
{
	struct avf_snap_intr in;

	memset(&in, 0xff, sizeof(in));
	avf_snap_intr(b->h.dev, &in);
	return in;
}

static struct avf_snap_mbx mbx(struct bed *b)
{
	struct avf_snap_mbx m;

	memset(&m, 0xff, sizeof(m));
	avf_snap_mbx(b->h.dev, &m);
	return m;
}

static struct avf_snap_filters filters(struct bed *b)
{
	struct avf_snap_filters f;

	memset(&f, 0xff, sizeof(f));
	avf_snap_filters(b->h.dev, &f);
	return f;
}

/* Everything there is to see. */
static void all(struct bed *b)
{
	struct avf_dev *dev = b->h.dev;
	struct avf_snap_flow flow;
	struct avf_snap_hash hash;
	struct avf_snap_msg msg;
	struct avf_snap_reg r;
	struct avf_snap_rss rss;
	struct avf_snap_rxq rx;
	struct avf_snap_txq tx;
	struct avf_snap_vec v;
	uint8_t mac[6];
	uint32_t i;

	for (i = 0; avf_snap_reg(dev, i, &r); i++)
		;
	for (i = 0; avf_snap_txq(dev, (uint16_t)i, &tx); i++)
		;
	for (i = 0; avf_snap_rxq(dev, (uint16_t)i, &rx); i++)
		;
	for (i = 0; avf_snap_vec(dev, (uint16_t)i, &v); i++)
		;
	for (i = 0; avf_snap_msg(dev, i, &msg); i++)
		;
	for (i = 0; avf_snap_mac(dev, i, mac); i++)
		;
	for (i = 0; avf_snap_hash(dev, i, &hash); i++)
		;
	for (i = 0; i < AVF_SNAP_FLOWS + 1; i++)
		avf_snap_flow(dev, i, &flow);
	for (i = 0; i < 65536; i++)
		avf_snap_vlan(dev, (uint16_t)i);
	avf_snap_rss(dev, &rss);
	intr(b);
	mbx(b);
	filters(b);
}

TEST_ONCE(op_names)
{
	static const struct {
		uint32_t op;
		const char *name;
	} want[] = {
		{ 1, "VERSION" }, { 2, "RESET_VF" }, { 3, "GET_VF_RESOURCES" },
		{ 6, "CONFIG_VSI_QUEUES" }, { 8, "ENABLE_QUEUES" },
		{ 15, "GET_STATS" }, { 17, "EVENT" }, { 47, "ADD_FDIR" },
		{ 59, "DISABLE_VLAN_FILTER_V2" }, { 136, "GET_VF_CAPS2" },
		{ 0, "?" }, { 16, "?" }, { 137, "?" }, { 0xffffffff, "?" },
	};
	uint32_t i;

	for (i = 0; i < ARRAY_SIZE(want); i++)
		CHECK(!strcmp(avf_vc_op_name(want[i].op), want[i].name));
}

/* All of BAR0, as the driver reads it. */
TEST_ONCE(registers)
{
	static uint32_t seen[AVF_BAR0_SIZE / 4];
	struct avf_snap_reg r;
	struct bed b;
	uint32_t n, off;

	bed_up(&b);
	host_wr(&b.h, R_ITRN(1, 0), 0x123);
	host_wr(&b.h, R_DYN_CTLN(0), DYN_ITR(3) | DYN_WB_ON_ITR);
	host_wr(&b.h, R_STAT_CTL0, 0x0c);
	memset(seen, 0xff, sizeof(seen));
	for (n = 0; avf_snap_reg(b.h.dev, n, &r); n++) {
		CHECK(r.off % 4 == 0 && r.off < AVF_BAR0_SIZE);
		CHECK(r.index < r.count);
		seen[r.off / 4] = r.val;
	}
	CHECK(!avf_snap_reg(b.h.dev, n + 1, &r));
	CHECK(!avf_snap_reg(b.h.dev, 0xffffffff, &r));
	for (off = 0; off < AVF_BAR0_SIZE; off += 4)
		if (seen[off / 4] != 0xffffffff)
			CHECK_EQ_AT(seen[off / 4], host_rd(&b.h, off), off);
		else
			CHECK_EQ_AT(host_rd(&b.h, off), 0, off);

	CHECK_EQ(reg(&b, "RSTAT", 0).off, R_RSTAT);
	CHECK_EQ(reg(&b, "RSTAT", 0).val, 2);
	CHECK_EQ(reg(&b, "ARQBAL", 0).val, (uint32_t)b.d.arq.iova);
	CHECK_EQ(reg(&b, "ATQLEN", 0).val, AQ_ENABLE | AQ_LEN);
	CHECK_EQ(reg(&b, "ITRN", 16).off, R_ITRN(1, 0));
	CHECK_EQ(reg(&b, "ITRN", 16).val, 0x123);
	CHECK_EQ(reg(&b, "ITRN", 47).off, R_ITRN(2, 15));
	CHECK_EQ(reg(&b, "HKEY", 12).off, R_HKEY(12));
	CHECK_EQ(reg(&b, "HKEY", 12).count, 13);
	bed_close(&b);
}

/* What a driver could read, it reads the same after everyone has looked. */
TEST(no_side_effects)
{
	struct avf_stats before, after;
	struct bed b;

	bed_up(&b);
	avfdrv_drain(&b.d);
	host_wr(&b.h, R_ICR0_ENA, 0);
	host_rd(&b.h, R_ICR0);
	avfdrv_send(&b.d, VC_GET_STATS, stats_req, sizeof(stats_req));
	host_run(&b.h);
	avf_stats_get(b.h.dev, &before);
	bed_quiet(&b);
	b.h.manual = true;
	all(&b);
	all(&b);
	CHECK_EQ(intr(&b).icr0 & ICR0_ADMINQ, ICR0_ADMINQ);
	CHECK_EQ(reg(&b, "ICR0", 0).val, intr(&b).icr0);
	bed_quiet_end(&b);
	avf_stats_get(b.h.dev, &after);
	CHECK(!memcmp(&before, &after, sizeof(before)));
	/* It is the driver's read that clears it. */
	CHECK_EQ(host_rd(&b.h, R_ICR0) & ICR0_ADMINQ, ICR0_ADMINQ);
	CHECK_EQ(host_rd(&b.h, R_ICR0), 0);
	CHECK_EQ(reg(&b, "ICR0", 0).val, 0);
	bed_close(&b);
}

/* They show the values while memory decoding is off, too. */
TEST_ONCE(memory_off)
{
	struct bed b;

	bed_mbx(&b);
	host_cfg_wr(&b.h, 0x04, 0, 2);
	CHECK_EQ(host_rd(&b.h, R_RSTAT), 0xffffffff);
	CHECK_EQ(reg(&b, "RSTAT", 0).val, 2);
	CHECK_EQ(reg(&b, "ARQBAL", 0).val, (uint32_t)b.d.arq.iova);
	CHECK(!mbx(&b).mem_on);
	CHECK(!mbx(&b).dma_on);
	CHECK(!intr(&b).can_send);
	all(&b);
	bed_close(&b);
}

TEST(tx_queue)
{
	struct avf_snap_txq t;
	uint8_t frame[64];
	struct bed b;

	bed_open(&b);
	t = txq(&b, 0);
	CHECK(!t.enabled && !t.len && !t.ready && !t.waits);
	CHECK_EQ(t.vec, 0xffff);
	CHECK_EQ(avfdrv_probe(&b.d), 0);
	CHECK_EQ(avfdrv_up(&b.d), 0);
	t = txq(&b, 0);
	CHECK(t.enabled && !t.ready && !t.waits);
	CHECK_EQ(t.base, b.d.tx[0].ring.iova);
	CHECK_EQ(t.len, b.d.tx[0].count);
	CHECK(t.vec >= 1 && t.vec < DRV_MAX_QPS + 1);
	CHECK_EQ(t.head, 0);

	/* A frame nobody has taken yet. */
	b.h.manual = true;
	pattern(frame, sizeof(frame), 1);
	memcpy(frame + 6, b.d.mac, 6);
	CHECK_EQ(avfdrv_tx_put(&b.d, 0, frame, sizeof(frame)), 0);
	avfdrv_tx_ring(&b.d, 0);
	t = txq(&b, 0);
	CHECK(t.ready && !t.waits);
	CHECK_EQ(t.head, 0);
	CHECK_EQ(t.tail, b.d.tx[0].ntu);
	CHECK_EQ(t.filled, b.d.tx[0].ntu);
	b.h.manual = false;
	host_run(&b.h);
	t = txq(&b, 0);
	CHECK(!t.ready && !t.waits);
	CHECK_EQ(t.head, b.d.tx[0].ntu);
	CHECK_EQ(t.filled, 0);

	/* Half a frame: the device waits for the rest. */
	avfdrv_txd(&b.d, 0, b.d.tx[0].data.iova, avfdrv_txd_qw1(0, 64, 0, 0, 0));
	avfdrv_tx_ring(&b.d, 0);
	host_run(&b.h);
	t = txq(&b, 0);
	CHECK(t.waits && !t.ready);
	CHECK_EQ(t.filled, 1);
	bed_close(&b);
}

/* A tail outside the ring is shown as it is, and counted as nothing. */
TEST_ONCE(tail_outside)
{
	struct avf_snap_txq t;
	struct avf_snap_rxq r;
	struct bed b;

	bed_open(&b);
	host_cfg_wr(&b.h, 0x04, 6, 2);
	host_wr(&b.h, R_QTX_TAIL(0), 0x12345);
	host_wr(&b.h, R_QRX_TAIL(0), 0xfffffffe);
	t = txq(&b, 0);
	CHECK_EQ(t.tail, 0x12345);
	CHECK_EQ(t.filled, 0);
	r = rxq(&b, 0);
	CHECK_EQ(r.tail, 0xfffffffe);
	CHECK_EQ(r.posted, 0);
	bed_close(&b);
}

TEST(rx_queue)
{
	struct avf_snap_rxq r;
	struct bed b;
	uint32_t posted;

	bed_up(&b);
	r = rxq(&b, 0);
	CHECK(r.enabled && !r.keep_crc);
	CHECK_EQ(r.base, b.d.rx[0].ring.iova);
	CHECK_EQ(r.len, b.d.rx[0].count);
	CHECK_EQ(r.buf_size, b.d.rx_buf);
	CHECK_EQ(r.max_pkt, b.d.max_pkt);
	CHECK_EQ(r.rxdid, b.d.rxdid);
	CHECK_EQ(r.head, 0);
	CHECK_EQ(r.tail, b.d.rx[0].ntu);
	posted = r.posted;
	CHECK_EQ(posted, b.d.rx[0].ntu);
	{
		uint8_t frame[64];
		uint16_t q;

		pattern(frame, sizeof(frame), 2);
		memcpy(frame, b.d.mac, 6);
		CHECK_EQ(host_rx(&b.h, frame, sizeof(frame), 1), 0);
		for (q = 0; q < b.d.nq; q++)
			if (rxq(&b, q).head)
				break;
		CHECK(q < b.d.nq);
		CHECK_EQ(rxq(&b, q).head, 1);
		CHECK_EQ(rxq(&b, q).posted, posted - 1);
	}
	CHECK_EQ(avfdrv_down(&b.d), 0);
	CHECK(!rxq(&b, 0).enabled);
	bed_close(&b);
}

TEST_ONCE(out_of_range)
{
	struct avf_params p = { .num_qps = 1, .link_mbps = 10000 };
	struct avf_snap_hash hash;
	struct avf_snap_flow flow;
	struct avf_snap_msg msg;
	struct avf_snap_txq t;
	struct avf_snap_rxq r;
	struct avf_snap_vec v;
	uint8_t mac[6];
	struct bed b;

	bed_open_params(&b, &p);
	CHECK(avf_snap_txq(b.h.dev, 0, &t) && avf_snap_rxq(b.h.dev, 0, &r));
	CHECK(!avf_snap_txq(b.h.dev, 1, &t) && !avf_snap_rxq(b.h.dev, 1, &r));
	CHECK(!avf_snap_txq(b.h.dev, 0xffff, &t));
	CHECK(!avf_snap_rxq(b.h.dev, 0xffff, &r));
	CHECK(avf_snap_vec(b.h.dev, 1, &v));
	CHECK(!avf_snap_vec(b.h.dev, 2, &v));
	CHECK(!avf_snap_vec(b.h.dev, 0xffff, &v));
	CHECK(!avf_snap_msg(b.h.dev, 0, &msg));
	CHECK(!avf_snap_mac(b.h.dev, 0, mac));
	CHECK(!avf_snap_vlan(b.h.dev, 4096) && !avf_snap_vlan(b.h.dev, 65535));
	CHECK(avf_snap_hash(b.h.dev, 9, &hash));
	CHECK(!avf_snap_hash(b.h.dev, 10, &hash));
	CHECK(!avf_snap_hash(b.h.dev, 0xffffffff, &hash));
	CHECK(!avf_snap_flow(b.h.dev, AVF_SNAP_FLOWS, &flow));
	CHECK(!avf_snap_flow(b.h.dev, 0xffffffff, &flow));
	all(&b);
	bed_close(&b);
}

TEST(interrupts)
{
	struct avf_snap_vec v;
	struct bed b;

	bed_up(&b);
	avfdrv_drain(&b.d);
	/* armed, and fired by software without throttle */
	host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(3));
	host_irqs(&b.h, 1);
	host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_ITR(0) | DYN_INTERVAL(50));
	v = vec(&b, 1);
	CHECK(v.enabled && !v.cause && !v.masked);
	CHECK_EQ(v.itr_ns[0], 100 * US);
	CHECK_EQ(v.ctl, host_rd(&b.h, R_DYN_CTLN(0)));
	host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_SWINT | DYN_ITR(3));
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	v = vec(&b, 1);
	CHECK(!v.enabled && v.fired && !v.cause);
	CHECK_EQ(v.ago_ns, 0);

	/* again, throttled: armed, a cause waits, the timer runs */
	b.h.now += 30 * US;
	host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_SWINT | DYN_SW_ITR_ENA |
		DYN_ITR(3));
	CHECK_EQ(host_irqs(&b.h, 1), 0);
	v = vec(&b, 1);
	CHECK(v.enabled && v.cause == 1);
	CHECK_EQ(v.ago_ns, 30 * US);
	CHECK(intr(&b).timer);
	CHECK_EQ(intr(&b).timer_ns, 70 * US);
	b.h.now += 80 * US;
	CHECK_EQ(intr(&b).timer_ns, -(long long)(10 * US));
	host_advance(&b.h, 0);
	CHECK_EQ(host_irqs(&b.h, 1), 1);
	CHECK(!intr(&b).timer);
	CHECK_EQ(intr(&b).irqs, bed_stats(&b).irqs);

	/* the mailbox: a message that vector 0 cannot announce */
	host_wr(&b.h, R_DYN_CTL0, DYN_ITR(3));
	host_wr(&b.h, R_ICR0_ENA, ICR0_ADMINQ);
	avfdrv_send(&b.d, VC_GET_STATS, stats_req, sizeof(stats_req));
	host_run(&b.h);
	CHECK(intr(&b).mbx && intr(&b).icr0 & ICR0_ADMINQ);
	CHECK_EQ(intr(&b).icr0_ena, ICR0_ADMINQ);
	CHECK(intr(&b).can_send);
	bed_close(&b);
}

/* A vector that is masked in the table has its bit in the PBA. */
TEST_ONCE(masked)
{
	struct bed b;

	bed_up(&b);
	avf_bar_write(b.h.dev, 3, 16 + 12, "\1\0\0\0", 4);
	CHECK(vec(&b, 1).masked);
	CHECK(!vec(&b, 2).masked);
	CHECK_EQ(intr(&b).pba, 0);
	host_wr(&b.h, R_DYN_CTLN(0), DYN_INTENA | DYN_SWINT | DYN_ITR(3));
	CHECK_EQ(intr(&b).pba, 2);
	bed_close(&b);
}

TEST(mailbox)
{
	struct avf_snap_msg msg;
	struct avf_snap_mbx m;
	struct bed b;
	uint32_t i;

	bed_open(&b);
	m = mbx(&b);
	CHECK(m.active && !m.mem_on && !m.dma_on && !m.atq_on && !m.arq_on);
	CHECK(!m.resources && !m.caps && !m.pending);
	bed_close(&b);

	bed_resources(&b);
	m = mbx(&b);
	CHECK(m.active && m.mem_on && m.dma_on && m.atq_on && m.arq_on);
	CHECK(m.resources);
	CHECK_EQ(m.caps, b.d.caps);
	CHECK_EQ(m.minor, 1);
	CHECK_EQ(m.num_qps, b.d.num_qps);
	CHECK_EQ(m.unread, 0);
	CHECK_EQ(m.waiting, 0);

	/* More replies than the driver has buffers for: 31 in the ring. */
	for (i = 0; i < 20; i++)
		avfdrv_mbx_put(&b.d, 1000 + i, NULL, 0);
	avfdrv_mbx_ring(&b.d);
	host_run(&b.h);
	CHECK_EQ(mbx(&b).unread, 20);
	for (i = 20; i < 40; i++)
		avfdrv_mbx_put(&b.d, 1000 + i, NULL, 0);
	avfdrv_mbx_ring(&b.d);
	host_run(&b.h);
	m = mbx(&b);
	CHECK_EQ(m.unread, 31);
	CHECK_EQ(m.waiting, 9);
	for (i = 0; i < 9; i++) {
		CHECK(avf_snap_msg(b.h.dev, i, &msg));
		CHECK_EQ(msg.op, 1031 + i);
		CHECK_EQ(msg.status, VC_ENOTSUPP);
		CHECK_EQ(msg.len, 0);
	}
	CHECK(!avf_snap_msg(b.h.dev, 9, &msg));

	/* a tail that nobody has acted on yet */
	b.h.manual = true;
	host_wr(&b.h, R_ATQT, host_rd(&b.h, R_ATQT));
	CHECK(mbx(&b).pending);
	bed_close(&b);
}

TEST_ONCE(reset)
{
	struct avf_snap_flow flow;
	struct rule *m;
	struct bed b;

	open4(&b);
	m = ip4(5);
	to_queue(m, 1);
	CHECK_EQ(send_rule(&b, m, NULL), S_OK);
	CHECK_EQ(avfdrv_mac(&b.d, VC_ADD_ETH_ADDR, mac_s, 2), 0);
	CHECK(avf_snap_flow(b.h.dev, 0, &flow));
	avf_dev_reset(b.h.dev, AVF_RESET_PF);
	CHECK(!mbx(&b).active);
	CHECK(!mbx(&b).resources);
	CHECK_EQ(mbx(&b).caps, 0);
	CHECK_EQ(filters(&b).macs, 0);
	CHECK(!avf_snap_flow(b.h.dev, 0, &flow));
	all(&b);
	avf_dev_reset_done(b.h.dev);
	CHECK(mbx(&b).active);
	bed_close(&b);
}

TEST_ONCE(addresses)
{
	static const uint8_t fixed[6] = { 2, 9, 9, 9, 9, 9 };
	struct avf_snap_filters f;
	uint8_t mac[6];
	struct bed b;

	bed_resources(&b);
	f = filters(&b);
	CHECK(!f.mac_fixed && !f.trusted && !f.unicast && !f.multicast);
	CHECK(!memcmp(f.mac, b.d.mac, 6));
	CHECK_EQ(avfdrv_mac(&b.d, VC_ADD_ETH_ADDR, mac_s, 2), 0);
	CHECK_EQ(avfdrv_mac(&b.d, VC_ADD_ETH_ADDR, mac_d, 2), 0);
	CHECK_EQ(filters(&b).macs, 2);
	CHECK(avf_snap_mac(b.h.dev, 0, mac) && !memcmp(mac, mac_s, 6));
	CHECK(avf_snap_mac(b.h.dev, 1, mac) && !memcmp(mac, mac_d, 6));
	CHECK(!avf_snap_mac(b.h.dev, 2, mac));

	avf_trust_set(b.h.dev, true);
	CHECK_EQ(avfdrv_promisc(&b.d, 3), 0);
	CHECK_EQ(avf_port_vlan_set(b.h.dev, 100, 3), 0);
	avf_mac_set(b.h.dev, fixed);
	f = filters(&b);
	CHECK(f.mac_fixed && f.trusted && f.unicast && f.multicast);
	CHECK(!memcmp(f.mac, fixed, 6));
	CHECK_EQ(f.port_vlan, 100 | 3 << 13);
	bed_close(&b);
}

TEST_ONCE(vlans)
{
	/* VSI, number, two VLANs */
	uint8_t msg[8] = { 1, 0, 2 };
	struct avf_snap_filters f;
	struct bed b;
	uint32_t i, n = 0;

	bed_open(&b);
	b.d.want_caps = CAPS_LINUX & ~CAP_VLAN_V2;
	avfdrv_pci_on(&b.d, DRV_MAX_QPS + 1);
	avfdrv_mbx_init(&b.d);
	CHECK_EQ(avfdrv_version(&b.d, 1, 1), 0);
	CHECK_EQ(avfdrv_resources(&b.d), 0);
	avfdrv_drain(&b.d);
	f = filters(&b);
	CHECK(f.vlan_filter && f.vlan_insert && f.vlan_strip);
	put_le16(msg + 4, 7);
	put_le16(msg + 6, 4094);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_ADD_VLAN, msg, 8, NULL), 0);
	CHECK_EQ(filters(&b).vlans, 2);
	for (i = 0; i < 4096; i++)
		n += avf_snap_vlan(b.h.dev, (uint16_t)i);
	CHECK_EQ(n, 2);
	CHECK(avf_snap_vlan(b.h.dev, 7) && avf_snap_vlan(b.h.dev, 4094));
	CHECK_EQ(avfdrv_cmd(&b.d, VC_STRIP_OFF, NULL, 0, NULL), 0);
	f = filters(&b);
	CHECK(f.vlan_insert && !f.vlan_strip);
	bed_close(&b);
}

TEST_ONCE(hashing)
{
	uint8_t lut[64], hena[8] = { 0 };
	struct avf_snap_hash hash;
	struct avf_snap_rss rss;
	struct bed b;
	uint32_t i, hashed = 0;

	bed_up(&b);
	avf_snap_rss(b.h.dev, &rss);
	CHECK(rss.used);
	for (i = 0; i < sizeof(lut); i++)
		lut[i] = (uint8_t)(i % 3);
	CHECK_EQ(avfdrv_rss_lut(&b.d, lut), 0);
	CHECK_EQ(avfdrv_rss_key(&b.d, rss_key), 0);
	/* IPv4 TCP is class 33 */
	put_le64(hena, 1ull << 33);
	CHECK_EQ(avfdrv_cmd(&b.d, VC_SET_HENA, hena, 8, NULL), 0);
	memset(&rss, 0xff, sizeof(rss));
	avf_snap_rss(b.h.dev, &rss);
	CHECK(rss.used && rss.own_lut);
	CHECK_EQ(rss.hena, 1ull << 33);
	CHECK_EQ(rss.hfunc, 0);
	CHECK(!memcmp(rss.lut, lut, 64));
	CHECK(!memcmp(rss.key, rss_key, 52));
	for (i = 0; avf_snap_hash(b.h.dev, i, &hash); i++) {
		if (!hash.fields)
			continue;
		hashed++;
		CHECK(!strcmp(hash.name, "ipv4-tcp"));
		CHECK_EQ(hash.fields, 0xf);
		CHECK_EQ(hash.alg, 0);
	}
	CHECK_EQ(i, 10);
	CHECK_EQ(hashed, 1);
	bed_close(&b);
}

/* The bytes of field @name; the test ends where there is none. */
static const uint8_t *field(const uint8_t *key, const char *name, uint32_t want)
{
	uint32_t i, off, len;
	const char *s;

	for (i = 0; (s = avf_snap_field(i, &off, &len)); i++) {
		CHECK(off + len <= 64);
		if (!strcmp(s, name)) {
			CHECK_EQ(len, want);
			return key + off;
		}
	}
	unit_fail(__FILE__, __LINE__, "no field %s", name);
}

TEST_ONCE(flows)
{
	struct avf_snap_flow flow;
	uint32_t i, id, id2, cls = 0, found = 0;
	const char *name;
	struct rule *m;
	struct bed b;

	open4(&b);
	m = ip4(0x0d0c0b0a);
	to_queue(m, 3);
	to_mark(m, 77);
	CHECK_EQ(send_rule(&b, m, &id), S_OK);
	m = ip4(0x0e0c0b0a);
	action(m, A_DROP);
	CHECK_EQ(send_rule(&b, m, &id2), S_OK);
	for (i = 0; i < AVF_SNAP_FLOWS; i++)
		found += avf_snap_flow(b.h.dev, i, &flow);
	CHECK_EQ(found, 2);

	memset(&flow, 0xff, sizeof(flow));
	CHECK(avf_snap_flow(b.h.dev, id, &flow));
	CHECK(!strcmp(flow.action, "queue"));
	CHECK_EQ(flow.queue, 3);
	CHECK_EQ(flow.num, 1);
	CHECK(flow.marked);
	CHECK_EQ(flow.mark, 77);
	for (i = 0; (name = avf_snap_class(i)); i++)
		if (flow.cls & 1u << i) {
			CHECK(!strcmp(name, "ipv4"));
			cls++;
		}
	CHECK_EQ(i, 15);
	CHECK_EQ(cls, 1);
	CHECK(!memcmp(field(flow.key, "src", 16), "\x0a\x0b\x0c\x0d", 4));
	CHECK(!memcmp(field(flow.mask, "src", 16), "\xff\xff\xff\xff\0\0\0\0",
		      8));
	CHECK(!memcmp(field(flow.mask, "dst", 16), "\0\0\0\0", 4));
	CHECK_EQ(*field(flow.mask, "proto", 1), 0);
	field(flow.mask, "sport", 2);
	field(flow.mask, "id", 4);

	CHECK(avf_snap_flow(b.h.dev, id2, &flow));
	CHECK(!strcmp(flow.action, "drop"));
	CHECK(!flow.marked);
	CHECK_EQ(del_rule(&b, id), S_OK);
	CHECK(!avf_snap_flow(b.h.dev, id, &flow));
	CHECK(avf_snap_flow(b.h.dev, id2, &flow));
	bed_close(&b);
}
