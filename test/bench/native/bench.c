// SPDX-License-Identifier: GPL-2.0
/*
 * bench              under callgrind: one dump of instruction counts for each
 *                    scenario, named after it
 * bench copies       bytes copied
 * bench time         nanoseconds of the fastest of many rounds, without valgrind
 *
 * Each time a line for each scenario on standard output:
 *
 *   NAME PACKETS BYTES MAPS READS IRQS COPIED-TO-GUEST COPIED-TO-SCRATCH NS
 *
 * "Packets" are frames received; for TSO, its segments. Only the device model's
 * entry points are counted, with the host functions they call; every frame is
 * compared with what was sent, outside of what is counted.
 */
#include <time.h>
#include <valgrind/callgrind.h>

#include "bed.h"

#define BATCH		32u
#define ROUNDS		20u
#define ROUNDS_TIME	3000u
#define WARM_UP		20u	/* more than one turn of the rings */
#define FRAME_MAX	9216u
#define TSO_MSS		1448u
#define TSO_SEGS	45u	/* 65,160 bytes of payload */
#define TSO_HDR		66u	/* TCP with time stamps */
#define TSO_BUF		12288u	/* as Linux splits large fragments */
#define TSO_MAX		(TSO_HDR + TSO_SEGS * TSO_MSS)

#define TXD_DATA_CMD	(TXD_ICRC | TXD_EOP | TXD_RS)

enum kind { PLAIN, CSUM, TSO };

struct scenario {
	const char *name;
	enum kind kind;
	u32 len;
};

static const struct scenario scenarios[] = {
	{ "64", PLAIN, 64 },
	{ "256", PLAIN, 256 },
	{ "1024", PLAIN, 1024 },
	{ "1500", PLAIN, 1500 },
	{ "9000", PLAIN, 9000 },
	{ "csum_1500", CSUM, 1500 },
	{ "tso_64k", TSO, TSO_MAX },
};

static struct end ends[2];
static u64 tx_iova;		/* BATCH frames, or one to be segmented */
static u32 packets;
static u64 bytes;
static u32 rounds = ROUNDS;
static u64 began;
static u64 fastest;		/* round */

static u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000 + (u64)ts.tv_nsec;
}

/* What is counted lies between these two. */
static inline void model_in(void)
{
	began = now();
	CALLGRIND_TOGGLE_COLLECT;
}

static inline void model_out(void)
{
	u64 took;

	CALLGRIND_TOGGLE_COLLECT;
	took = now() - began;
	if (took < fastest)
		fastest = took;
}

static void put_be(u8 *p, u32 n, u32 v)
{
	while (n--) {
		p[n] = (u8)v;
		v >>= 8;
	}
}

static u32 sum16(const u8 *p, u32 len, u32 sum)
{
	u32 i;

	for (i = 0; i + 1 < len; i += 2)
		sum += (u32)p[i] << 8 | p[i + 1];
	if (len & 1)
		sum += (u32)p[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Ethernet, IPv4 with a correct checksum, UDP without one, or TCP. */
static void fill(u8 *f, u32 len, bool tcp, u32 seed)
{
	u32 i, hdr = tcp ? TSO_HDR : 42;

	for (i = hdr; i < len; i++)
		f[i] = (u8)(i * 7 + seed);
	memset(f, 0, hdr);
	memcpy(f, ends[1].d.mac, 6);
	memcpy(f + 6, ends[0].d.mac, 6);
	put_be(f + 12, 2, 0x0800);
	f[14] = 0x45;
	put_be(f + 16, 2, len - 14);
	f[22] = 64;
	f[23] = tcp ? 6 : 17;
	put_be(f + 26, 4, 0x0a000001);
	put_be(f + 30, 4, 0x0a000002);
	put_be(f + 24, 2, ~sum16(f + 14, 20, 0) & 0xffff);
	put_be(f + 34, 2, 4000 + seed);
	put_be(f + 36, 2, 5000);
	if (tcp) {
		put_be(f + 38, 4, 1000);
		f[46] = 0x80;
		f[47] = 0x10;
		f[54] = 1;
		f[55] = 1;
		f[56] = 8;
		f[57] = 10;
	} else {
		put_be(f + 38, 2, len - 34);
	}
}

static u8 *frame(u32 i)
{
	return bed_va(&ends[0], tx_iova + i * FRAME_MAX);
}

static u64 data_qw1(u32 cmd, u32 len, bool csum)
{
	if (!csum)
		return avfdrv_txd_qw1(cmd, len, 0, 0, 0);
	return avfdrv_txd_qw1(cmd | TXD_IPV4_CSUM | TXD_TCP, len, 14, 20, 32);
}

static void post_tso(void)
{
	u32 off, n;

	/* context: TSO, bytes of payload, bytes of a segment */
	bed_tx_desc(&ends[0], 0, 1 | 1ull << 4 |
		    (u64)(TSO_SEGS * TSO_MSS) << 30 | (u64)TSO_MSS << 50);
	bed_tx_desc(&ends[0], tx_iova, data_qw1(TXD_ICRC, TSO_HDR, true));
	for (off = TSO_HDR; off < TSO_MAX; off += n) {
		u32 cmd = TXD_ICRC;

		n = min_t(u32, TSO_MAX - off, TSO_BUF);
		if (off + n == TSO_MAX)
			cmd = TXD_DATA_CMD;
		bed_tx_desc(&ends[0], tx_iova + off, data_qw1(cmd, n, true));
	}
}

static void post(const struct scenario *s)
{
	u32 i;

	if (s->kind == TSO) {
		post_tso();
		return;
	}
	for (i = 0; i < BATCH; i++)
		bed_tx_desc(&ends[0], tx_iova + i * FRAME_MAX,
			    data_qw1(TXD_DATA_CMD, s->len, s->kind == CSUM));
}

/* What has a checksum has a correct one. */
static void check_tcp(const u8 *f, u32 len, u32 at)
{
	u8 pseudo[12] = {};

	memcpy(pseudo, f + 26, 8);
	pseudo[9] = 6;
	put_be(pseudo + 10, 2, len - 34);
	if (sum16(f + 14, 20, 0) != 0xffff ||
	    sum16(f + 34, len - 34, sum16(pseudo, 12, 0)) != 0xffff)
		bed_die("frame %u: bad checksum", at);
}

static void collect(const struct scenario *s)
{
	static u8 got[FRAME_MAX + 4096];
	u32 i, n, want = s->kind == TSO ? TSO_SEGS : BATCH;
	const struct avfdrv_txq *tx = &ends[0].d.tx[0];
	u16 last = (u16)((tx->ntu ? tx->ntu : tx->count) - 1);

	for (i = 0; i < want; i++) {
		u32 skip = s->kind == PLAIN ? 0 : TSO_HDR;
		u32 len = s->kind == TSO ? TSO_HDR + TSO_MSS : s->len;
		const u8 *sent = frame(i);

		if (s->kind == TSO)
			sent = frame(0) + i * TSO_MSS;
		n = bed_rx_take(&ends[1], got, sizeof(got));
		if (n != len)
			bed_die("frame %u: %u bytes, not %u", i, n, len);
		if (memcmp(got + skip, sent + skip, n - skip))
			bed_die("frame %u: not what was sent", i);
		if (skip)
			check_tcp(got, n, i);
		packets++;
		bytes += n;
	}
	if (bed_rx_take(&ends[1], got, sizeof(got)))
		bed_die("more frames than were sent");
	if (!avfdrv_tx_done(&ends[0].d, 0, last))
		bed_die("descriptors are not reported as done");
}

/* Interrupts on, as NAPI leaves them, so that every batch raises its own. */
static void enable(struct end *e)
{
	e->d.t->wr(e, R_DYN_CTLN(0), DYN_INTENA | DYN_CLEARPBA | DYN_ITR(3));
}

static void one_round(const struct scenario *s)
{
	struct end *e = &ends[0];
	u32 n, want = s->kind == TSO ? TSO_SEGS : BATCH;
	u16 tail;

	post(s);
	enable(&ends[0]);
	enable(&ends[1]);
	tail = e->d.tx[0].ntu;
	e->kicked = 0;
	model_in();
	avf_fast_write(e->dev, R_QTX_TAIL(0), tail);
	n = avf_tx_poll(e->dev, 0, BATCH, NULL, e->scratch);
	model_out();
	if (e->kicked != 1 || n != want)
		bed_die("%s: %u frames sent, not %u", s->name, n, want);
	collect(s);
}

static void begin(void)
{
	packets = 0;
	bytes = 0;
	fastest = ~0ull;
	memset(&bed_counts, 0, sizeof(bed_counts));
	memset(&bed_copies, 0, sizeof(bed_copies));
	CALLGRIND_ZERO_STATS;
}

static void report(const char *name)
{
	printf("%s %u %llu %llu %llu %llu %llu %llu %.1f\n", name, packets,
	       (unsigned long long)bytes,
	       (unsigned long long)bed_counts.dma_map,
	       (unsigned long long)(bed_counts.dma_read + bed_counts.dma_write),
	       (unsigned long long)bed_counts.irqs,
	       (unsigned long long)bed_copies.guest,
	       (unsigned long long)bed_copies.scratch,
	       (double)fastest * rounds / packets);
	fflush(stdout);
	CALLGRIND_DUMP_STATS_AT(name);
}

static void data_path(const struct scenario *s)
{
	u32 i;

	if (s->kind == TSO)
		fill(frame(0), s->len, true, 0);
	else
		for (i = 0; i < BATCH; i++)
			fill(frame(i), s->len, s->kind == CSUM, i);
	for (i = 0; i < WARM_UP; i++)
		one_round(s);
	begin();
	for (i = 0; i < rounds; i++)
		one_round(s);
	report(s->name);
}

/* GET_STATS as Linux asks for it every two seconds: a message and its reply. */
static void virtchnl(void)
{
	struct end *e = &ends[0];
	struct avfdrv_msg m;
	u8 msg[12] = {};
	u32 i, tail;

	put_le16(msg, e->d.vsi);
	begin();
	for (i = 0; i < rounds; i++) {
		avfdrv_mbx_put(&e->d, VC_GET_STATS, msg, sizeof(msg));
		tail = htole32(e->d.atq_ntu);
		model_in();
		avf_bar_write(e->dev, 0, R_ATQT, &tail, sizeof(tail));
		avf_mbx_run(e->dev);
		model_out();
		if (!avfdrv_recv(&e->d, &m) || m.op != VC_GET_STATS ||
		    m.status)
			bed_die("GET_STATS was not answered");
		packets++;
	}
	report("virtchnl");
}

static void reg_read(void)
{
	u32 i, val;

	begin();
	for (i = 0; i < rounds; i++) {
		model_in();
		avf_bar_read(ends[0].dev, 0, R_ARQH, &val, sizeof(val));
		model_out();
		packets++;
	}
	report("reg_read");
}

static void reg_write(void)
{
	u32 i, val = htole32(AQ_BUF);

	begin();
	for (i = 0; i < rounds; i++) {
		model_in();
		avf_bar_write(ends[0].dev, 0, R_HKEY(0), &val, sizeof(val));
		model_out();
		packets++;
	}
	report("reg_write");
}

/* What NAPI does at the end of each poll. */
static void reg_fast(void)
{
	u32 i;

	begin();
	for (i = 0; i < rounds; i++) {
		model_in();
		avf_fast_write(ends[0].dev, R_DYN_CTLN(0),
			       DYN_INTENA | DYN_CLEARPBA | DYN_ITR(3));
		model_out();
		packets++;
	}
	report("reg_fast_write");
}

static void begin_with(u16 qps, bool copies)
{
	bed_open(ends, qps);
	if (copies)
		bed_copies_watch(ends);
	tx_iova = bed_alloc(&ends[0], BATCH * FRAME_MAX);
}

int main(int argc, char **argv)
{
	bool copies = argc > 1 && !strcmp(argv[1], "copies");
	u32 i;

	begin_with(1, copies);
	if (argc > 1 && !strcmp(argv[1], "time"))
		rounds = ROUNDS_TIME;
	for (i = 0; i < ARRAY_SIZE(scenarios); i++)
		data_path(&scenarios[i]);
	virtchnl();
	reg_read();
	reg_write();
	reg_fast();
	bed_close(ends);

	/* What receive side scaling adds. */
	begin_with(2, copies);
	data_path(&(struct scenario){ "64_rss", PLAIN, 64 });
	bed_close(ends);
	return 0;
}
