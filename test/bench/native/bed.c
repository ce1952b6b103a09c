// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>

#include "avf_wire.h"
#include "bed.h"

struct bed_counts bed_counts;

void bed_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("bench: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

/* ----------------------------------------------------- host of the model */

static u8 *at(struct end *e, u64 iova, u32 len)
{
	u64 off = iova - BED_IOVA;

	return off < BED_RAM && len <= BED_RAM - off ? e->ram + off : NULL;
}

static int op_dma_read(void *host, u64 iova, void *buf, u32 len)
{
	const u8 *p = at(host, iova, len);

	bed_counts.dma_read++;
	if (!p)
		return -EFAULT;
	memcpy(buf, p, len);
	return 0;
}

static int op_dma_write(void *host, u64 iova, const void *buf, u32 len)
{
	u8 *p = at(host, iova, len);

	bed_counts.dma_write++;
	if (!p)
		return -EFAULT;
	memcpy(p, buf, len);
	return 0;
}

static void *op_dma_map(void *host, u64 iova, u32 len, bool write)
{
	(void)write;
	bed_counts.dma_map++;
	return at(host, iova, len);
}

static void op_irq_raise(void *host, u16 vec)
{
	(void)host;
	(void)vec;
	bed_counts.irqs++;
}

static u64 op_now_ns(void *host)
{
	(void)host;
	return 1000000000;
}

static void op_timer_arm(void *host, u64 deadline_ns)
{
	(void)host;
	(void)deadline_ns;
}

static void op_quiesce(void *host)
{
	(void)host;
}

static void op_tx_kick(void *host, u16 q)
{
	struct end *e = host;

	e->kicked |= 1u << q;
}

static void op_xmit(void *host, u16 q, const struct avf_frame *frames, u32 n)
{
	struct avf_dev *to = ((struct end *)host)->peer->dev;
	u32 i;

	(void)q;
	bed_counts.xmit++;
	for (i = 0; i < n; i++)
		avf_rx_push(to, &frames[i]);
	avf_rx_flush(to);
}

static int op_mac_add(void *host, const u8 *mac)
{
	(void)host;
	(void)mac;
	return 0;
}

static void op_mac_del(void *host, const u8 *mac)
{
	(void)host;
	(void)mac;
}

static void op_promisc(void *host, bool unicast, bool multicast)
{
	(void)host;
	(void)unicast;
	(void)multicast;
}

static int op_vlan_add(void *host, u16 tpid, u16 vid)
{
	(void)host;
	(void)tpid;
	(void)vid;
	return 0;
}

static void op_vlan_del(void *host, u16 tpid, u16 vid)
{
	(void)host;
	(void)tpid;
	(void)vid;
}

static void op_vlan_filter(void *host, bool on)
{
	(void)host;
	(void)on;
}

static const struct avf_host_ops ops = {
	.dma_read = op_dma_read,
	.dma_write = op_dma_write,
	.dma_map = op_dma_map,
	.irq_raise = op_irq_raise,
	.now_ns = op_now_ns,
	.timer_arm = op_timer_arm,
	.queues_quiesce = op_quiesce,
	.tx_kick = op_tx_kick,
	.xmit = op_xmit,
	.mac_add = op_mac_add,
	.mac_del = op_mac_del,
	.promisc = op_promisc,
	.vlan_add = op_vlan_add,
	.vlan_del = op_vlan_del,
	.vlan_filter = op_vlan_filter,
};

/* --------------------------------------------- transport of the driver */

static void run_mailbox(struct end *e)
{
	while (avf_mbx_pending(e->dev))
		avf_mbx_run(e->dev);
}

static uint32_t t_rd(void *ctx, uint32_t off)
{
	struct end *e = ctx;
	u32 val;

	if (!avf_fast_read(e->dev, off, &val)) {
		avf_bar_read(e->dev, 0, off, &val, sizeof(val));
		val = le32toh(val);
	}
	return val;
}

static void t_wr(void *ctx, uint32_t off, uint32_t val)
{
	u32 le = htole32(val);
	struct end *e = ctx;

	if (!avf_fast_write(e->dev, off, val))
		avf_bar_write(e->dev, 0, off, &le, sizeof(le));
	run_mailbox(e);
}

static uint32_t t_cfg_rd(void *ctx, uint32_t off, uint32_t len)
{
	struct end *e = ctx;
	u32 val = 0;

	avf_cfg_read(e->dev, off, &val, len);
	return le32toh(val);
}

static void t_cfg_wr(void *ctx, uint32_t off, uint32_t val, uint32_t len)
{
	struct end *e = ctx;

	val = htole32(val);
	avf_cfg_write(e->dev, off, &val, len);
}

/* AVF_PARAM_VMM_MSIX: the table is the VMM's. */
static void t_msix_on(void *ctx, uint32_t n)
{
	(void)ctx;
	(void)n;
}

static int t_alloc(void *ctx, uint64_t len, struct avfdrv_buf *buf)
{
	buf->iova = bed_alloc(ctx, (u32)len);
	buf->va = bed_va(ctx, buf->iova);
	buf->len = len;
	return 0;
}

/* The array goes as a whole. */
static void t_free(void *ctx, struct avfdrv_buf *buf)
{
	(void)ctx;
	(void)buf;
}

static void t_idle(void *ctx)
{
	run_mailbox(ctx);
}

static const struct avfdrv_transport transport = {
	.rd = t_rd,
	.wr = t_wr,
	.cfg_rd = t_cfg_rd,
	.cfg_wr = t_cfg_wr,
	.msix_on = t_msix_on,
	.alloc = t_alloc,
	.free = t_free,
	.idle = t_idle,
};

/* ------------------------------------------------------------------ life */

u64 bed_alloc(struct end *e, u32 len)
{
	u32 first = e->used;

	len = (len + 4095) & ~4095u;
	if (len > BED_RAM - first)
		bed_die("out of guest memory");
	e->used += len;
	return BED_IOVA + first;
}

void *bed_va(struct end *e, u64 iova)
{
	return e->ram + (iova - BED_IOVA);
}

static void end_open(struct end *e, u8 nr, u16 qps)
{
	static const u8 lut[AVF_RSS_LUT_LEN];
	const struct avf_params params = {
		.num_qps = qps,
		.flags = AVF_PARAM_VMM_MSIX,
		.mac = { 2, 0, 0, 0, 0, nr },
		.link_mbps = 100000,
		.link_up = true,
	};

	e->ram = aligned_alloc(4096, BED_RAM);
	e->scratch = malloc(sizeof(*e->scratch));
	e->dev = avf_dev_create(&params, &ops, e);
	if (!e->ram || !e->scratch || !e->dev)
		bed_die("no memory");
	avfdrv_init(&e->d, &transport, e);
	e->d.rx_buf = BED_RX_BUF;
	e->d.max_pkt = 9728;
	e->d.want_qps = qps;
	if (avfdrv_probe(&e->d) || avfdrv_up(&e->d))
		bed_die("the device does not come up");
	/* Frames are hashed, but arrive where they are looked for. */
	if (qps > 1 && avfdrv_rss_lut(&e->d, lut))
		bed_die("no indirection table");
}

void bed_open(struct end ends[2], u16 qps)
{
	memset(ends, 0, 2 * sizeof(*ends));
	end_open(&ends[0], 1, qps);
	end_open(&ends[1], 2, qps);
	ends[0].peer = &ends[1];
	ends[1].peer = &ends[0];
}

void bed_close(struct end ends[2])
{
	int i;

	for (i = 0; i < 2; i++) {
		avfdrv_fini(&ends[i].d);
		avf_dev_destroy(ends[i].dev);
		free(ends[i].scratch);
		free(ends[i].ram);
	}
}

/* ----------------------------------------------------------------- rings */

void bed_tx_desc(struct end *e, u64 qw0, u64 qw1)
{
	avfdrv_txd(&e->d, 0, qw0, qw1);
}

u32 bed_rx_take(struct end *e, u8 *buf, u32 cap)
{
	return avfdrv_rx(&e->d, 0, buf, cap, NULL);
}
