// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * The devices of fakevfio: instances of the device model, ports of one switch
 * that does not learn, served by one thread. One lock is around everything.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "fakevfio.h"

static struct avf_tx_scratch *scratch;

/* Mappings may be as small as pages: never more than one page at a time. */
static int copy(const struct dev *d, u64 iova, void *buf, u32 len, bool write)
{
	u8 *host = buf, *p;
	u32 n;

	for (; len; len -= n, iova += n, host += n) {
		n = min_t(u32, len, (u32)(4096 - iova % 4096));
		p = fake_reach(d, iova, n);
		if (!p)
			return -EFAULT;
		if (write)
			memcpy(p, host, n);
		else
			memcpy(host, p, n);
	}
	return 0;
}

/* ---------------------------------------------------------- the model's host */

static int op_dma_read(void *host, u64 iova, void *buf, u32 len)
{
	return copy(host, iova, buf, len, false);
}

static int op_dma_write(void *host, u64 iova, const void *buf, u32 len)
{
	return copy(host, iova, (void *)buf, len, true);
}

static void *op_dma_map(void *host, u64 iova, u32 len, bool write)
{
	(void)write;
	return fake_reach(host, iova, len);
}

static void signal_fd(int fd)
{
	u64 one = 1;

	if (fd >= 0 && write(fd, &one, sizeof(one)) != sizeof(one))
		fprintf(stderr, "fakevfio: an interrupt was lost\n");
}

static void op_irq_raise(void *host, u16 vec)
{
	struct dev *d = host;

	if (vec > d->qps)
		fake_die("interrupt on a vector that does not exist");
	signal_fd(d->msix[vec]);
}

static u64 op_now_ns(void *host)
{
	struct timespec ts;

	(void)host;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000u + (u64)ts.tv_nsec;
}

static void op_timer_arm(void *host, u64 deadline_ns)
{
	((struct dev *)host)->deadline = deadline_ns;
}

/* One lock is around everything, and who asks holds it. */
static void op_quiesce(void *host)
{
	(void)host;
}

static void op_tx_kick(void *host, u16 q)
{
	(void)host;
	(void)q;
}

static int find_mac(const struct dev *d, const u8 *mac)
{
	unsigned int i;

	for (i = 0; i < d->nmacs; i++)
		if (!memcmp(d->mac[i], mac, AVF_ETH_ALEN))
			return (int)i;
	return -1;
}

static int op_mac_add(void *host, const u8 *mac)
{
	struct dev *d = host;

	if (find_mac(d, mac) >= 0)
		return -EEXIST;
	if (d->nmacs == MAX_MACS)
		return -ENOSPC;
	memcpy(d->mac[d->nmacs++], mac, AVF_ETH_ALEN);
	return 0;
}

static void op_mac_del(void *host, const u8 *mac)
{
	struct dev *d = host;
	int i = find_mac(d, mac);

	if (i >= 0)
		memcpy(d->mac[i], d->mac[--d->nmacs], AVF_ETH_ALEN);
}

static void op_promisc(void *host, bool unicast, bool multicast)
{
	struct dev *d = host;

	d->promisc_uc = unicast;
	d->promisc_mc = multicast;
}

static int op_vlan_add(void *host, u16 tpid, u16 vid)
{
	(void)tpid;
	((struct dev *)host)->vlan[vid] = 1;
	return 0;
}

static void op_vlan_del(void *host, u16 tpid, u16 vid)
{
	(void)tpid;
	((struct dev *)host)->vlan[vid] = 0;
}

static void op_vlan_filter(void *host, bool on)
{
	((struct dev *)host)->vlan_filter = on;
}

static bool wants(const struct dev *d, const struct avf_frame *f)
{
	u32 vid;

	if (d->vlan_filter && f->hlen >= 18 && f->hdr[12] == 0x81 && !f->hdr[13]) {
		vid = (f->hdr[14] << 8 | f->hdr[15]) & 0xfff;
		if (vid && !d->vlan[vid])
			return false;
	}
	if (!memcmp(f->hdr, "\377\377\377\377\377\377", AVF_ETH_ALEN))
		return true;
	if (f->hdr[0] & 1 ? d->promisc_mc : d->promisc_uc)
		return true;
	return find_mac(d, f->hdr) >= 0;
}

/* A frame for nobody goes to all, as on a switch's uplink with a loop. */
static void op_xmit(void *host, u16 q, const struct avf_frame *frames, u32 n)
{
	unsigned int i;
	struct dev *d;

	(void)q;
	for (; n; n--, frames++)
		for (i = 0; i < ndevs; i++) {
			d = &devs[i];
			if (d != host && d->open && wants(d, frames))
				avf_rx_push(d->avf, frames);
		}
	for (i = 0; i < ndevs; i++)
		if (devs[i].open)
			avf_rx_flush(devs[i].avf);
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

/* -------------------------------------------------------------------- worker */

/* Has somebody left a note for this device? */
static bool told(const struct dev *d, const char *what)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s/%s", fake_dir, d->uuid, what);
	return !unlink(path);
}

static bool serve(struct dev *d)
{
	u32 pending = avf_page_pending(d->avf), tx = avf_tx_pending(d->avf);
	u16 q;

	if (pending & AVF_PAGE_IRQ)
		avf_page_irqs(d->avf);
	if (pending & AVF_PAGE_CTL)
		avf_page_sync(d->avf);
	if (avf_mbx_pending(d->avf))
		avf_mbx_run(d->avf);
	for (q = 0; q < d->qps; q++)
		if (tx & 1u << q)
			avf_tx_poll(d->avf, q, 64, NULL, scratch);
	if (d->deadline && op_now_ns(d) >= d->deadline) {
		d->deadline = 0;
		avf_int_timer(d->avf);
	}
	return pending || tx;
}

void *fake_worker(void *unused)
{
	unsigned int i, round;
	bool busy;

	(void)unused;
	for (round = 0;; round++) {
		busy = false;
		pthread_mutex_lock(&fake_lock);
		for (i = 0; i < ndevs; i++) {
			if (!devs[i].open)
				continue;
			busy |= serve(&devs[i]);
			if (round % 1024)
				continue;
			if (told(&devs[i], "request"))
				signal_fd(devs[i].req);
			if (told(&devs[i], "reset")) {
				avf_dev_reset_impending(devs[i].avf);
				avf_dev_reset(devs[i].avf, AVF_RESET_PF);
				avf_dev_reset_done(devs[i].avf);
			}
		}
		pthread_mutex_unlock(&fake_lock);
		if (!busy)
			usleep(20);
	}
	return NULL;
}

void fake_make(const char *uuid, unsigned int qps, int memfd, u8 *bar)
{
	struct dev *d = &devs[ndevs++];
	struct avf_params p = {
		.num_qps = (u16)qps,
		.flags = AVF_PARAM_VMM_MSIX,
		.mac = { 2, 0, 0, 0, 0, (u8)ndevs },
		.link_mbps = 100000,
		.link_up = true,
		.doorbell = { [AVF_DB_TX] = bar, [AVF_DB_RX] = bar + 2 * AVF_PAGE_SIZE },
	};
	unsigned int i;

	snprintf(d->uuid, sizeof(d->uuid), "%s", uuid);
	d->qps = qps;
	d->memfd = memfd;
	d->bar = bar;
	for (i = 0; i < AVF_MAX_VECTORS; i++)
		d->msix[i] = -1;
	d->req = -1;
	if (!scratch)
		scratch = calloc(1, sizeof(*scratch));
	d->avf = avf_dev_create(&p, &ops, d);
	if (!scratch || !d->avf)
		fake_die("no device");
}
