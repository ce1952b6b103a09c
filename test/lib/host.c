// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host.h"

#define PAGE	4096ull

static __attribute__((noreturn)) void die(const char *what)
{
	fprintf(stderr, "host: %s\n", what);
	abort();
}

/* ---------------------------------------------------------------- memory */

static bool reachable(const struct host *h, u64 iova, u64 len)
{
	u64 page, last;

	if (iova < HOST_IOVA || len > HOST_RAM ||
	    iova - HOST_IOVA > HOST_RAM - len)
		return false;
	if (h->fail_len && iova < h->fail_iova + h->fail_len &&
	    iova + len > h->fail_iova)
		return false;
	last = (iova - HOST_IOVA + len - (len != 0)) / PAGE;
	for (page = (iova - HOST_IOVA) / PAGE; page <= last; page++)
		if (!h->page_on[page])
			return false;
	return true;
}

static u8 *view(const struct host *h, u64 iova)
{
	u64 off = iova - HOST_IOVA;

	return h->view + (off / PAGE) * 2 * PAGE + off % PAGE;
}

/* The first run of free pages from next_page on, a page of it to stay free. */
static u64 find_hole(const struct host *h, u64 pages)
{
	u64 first = h->next_page, n = 0, tries;

	for (tries = 0; tries < 2 * HOST_RAM / PAGE; tries++) {
		if ((first + n + 1) * PAGE > HOST_RAM) {
			first = 1;
			n = 0;
		} else if (h->page_on[first + n]) {
			first += n + 1;
			n = 0;
		} else if (n++ == pages) {
			return first;
		}
	}
	die("out of guest memory");
}

u64 host_alloc(struct host *h, u64 len)
{
	u64 pages = (len + PAGE - 1) / PAGE, first = find_hole(h, pages), i;

	h->next_page = first + pages + 1;
	for (i = first; i < first + pages; i++) {
		void *p = mmap(h->view + i * 2 * PAGE, PAGE,
			       PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
			       h->memfd, (off_t)(i * PAGE));

		if (p == MAP_FAILED)
			die("mmap of a guest page");
		h->page_on[i] = 1;
	}
	return HOST_IOVA + first * PAGE;
}

void host_free(struct host *h, u64 iova, u64 len)
{
	u64 first = (iova - HOST_IOVA) / PAGE, pages = (len + PAGE - 1) / PAGE;
	u64 i;

	if (!len)
		return;
	for (i = first; i < first + pages; i++) {
		if (!h->page_on[i])
			die("double free of guest memory");
		h->page_on[i] = 0;
	}
	if (mmap(h->view + first * 2 * PAGE, pages * 2 * PAGE, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
		 0) == MAP_FAILED)
		die("unmap of guest memory");
	if (fallocate(h->memfd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      (off_t)(first * PAGE), (off_t)(pages * PAGE)))
		die("fallocate");
}

void *host_va(struct host *h, u64 iova)
{
	return h->ram + (iova - HOST_IOVA);
}

/* ------------------------------------------------------------------- log */

static void note(struct host *h, enum host_ev_kind kind, u64 iova, u32 len,
		 const void *data)
{
	struct host_ev *e;

	if (!h->log_on || h->nlog == HOST_LOG)
		return;
	e = &h->log[h->nlog++];
	e->kind = kind;
	e->iova = iova;
	e->len = len;
	memset(e->data, 0, sizeof(e->data));
	if (data)
		memcpy(e->data, data, min_t(u32, len, sizeof(e->data)));
}

void host_log(struct host *h, bool on)
{
	h->log_on = on;
	if (on)
		h->nlog = 0;
}

static void note_dma(struct host *h, enum host_ev_kind kind, u64 iova, u32 len,
		     const void *data)
{
	__atomic_fetch_add(&h->dma_ops, 1, __ATOMIC_RELAXED);
	if (h->quiet)
		h->violations++;
	note(h, kind, iova, len, data);
	if (h->on_dma)
		h->on_dma(h, kind, iova, len);
}

/* ------------------------------------------------------------------- ops */

static int op_dma_read(void *host, u64 iova, void *buf, u32 len)
{
	struct host *h = host;
	u8 *to = buf;

	note_dma(h, HOST_READ, iova, len, NULL);
	if (!reachable(h, iova, len))
		return -EFAULT;
	while (len) {
		u32 n = min_t(u32, len, (u32)(PAGE - iova % PAGE));

		memcpy(to, view(h, iova), n);
		iova += n;
		to += n;
		len -= n;
	}
	return 0;
}

static int op_dma_write(void *host, u64 iova, const void *buf, u32 len)
{
	struct host *h = host;
	const u8 *from = buf;

	note_dma(h, HOST_WRITE, iova, len, buf);
	if (!reachable(h, iova, len))
		return -EFAULT;
	while (len) {
		u32 n = min_t(u32, len, (u32)(PAGE - iova % PAGE));

		memcpy(view(h, iova), from, n);
		iova += n;
		from += n;
		len -= n;
	}
	return 0;
}

static void *op_dma_map(void *host, u64 iova, u32 len, bool write)
{
	struct host *h = host;

	if (!len || iova % PAGE + len > PAGE)
		die("dma_map() across a page");
	note_dma(h, write ? HOST_MAP_WRITE : HOST_MAP_READ, iova, len, NULL);
	if (h->map_none || !reachable(h, iova, len))
		return NULL;
	return view(h, iova);
}

static void op_irq_raise(void *host, u16 vec)
{
	struct host *h = host;

	if (vec > h->params.num_qps)
		die("interrupt on a vector that does not exist");
	__atomic_fetch_add(&h->irqs[vec], 1, __ATOMIC_RELAXED);
	note(h, HOST_IRQ, 0, vec, NULL);
}

static u64 op_now_ns(void *host)
{
	return ((struct host *)host)->now;
}

static void op_timer_arm(void *host, u64 deadline_ns)
{
	struct host *h = host;

	h->deadline = deadline_ns ? deadline_ns : 1;
}

static void op_quiesce(void *host)
{
	struct host *h = host;

	h->quiesced++;
	note(h, HOST_QUIESCE, 0, 0, NULL);
}

static void op_tx_kick(void *host, u16 q)
{
	struct host *h = host;

	if (q >= h->params.num_qps)
		die("kick of a queue that does not exist");
	__atomic_fetch_or(&h->kicked, 1u << q, __ATOMIC_RELAXED);
	note(h, HOST_KICK, 0, q, NULL);
}

static void check_frame(const struct avf_frame *f)
{
	u32 i, sum = 0;

	if (f->len < 14 || f->len > (f->gso.mss ? 65535u + 18 + 4 : AVF_MAX_FRAME))
		die("frame length out of range");
	if (!f->nsegs || f->nsegs > AVF_FRAME_SEGS)
		die("segment count out of range");
	if (f->hlen != min_t(u32, f->len, AVF_FRAME_HDR))
		die("hlen is not min(len, AVF_FRAME_HDR)");
	for (i = 0; i < f->nsegs; i++) {
		if (!f->seg[i].len)
			die("empty segment");
		sum += f->seg[i].len;
	}
	if (sum != f->len)
		die("segments do not add up");
}

static void gather(const struct avf_frame *f, u8 *to)
{
	u32 i;

	for (i = 0; i < f->nsegs; i++) {
		memcpy(to, f->seg[i].p, f->seg[i].len);
		to += f->seg[i].len;
	}
}

static bool wants(const struct host *h, const u8 *dst)
{
	static const u8 bcast[AVF_ETH_ALEN] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff
	};

	if (!memcmp(dst, bcast, AVF_ETH_ALEN))
		return true;
	if (dst[0] & 1 ? h->promisc_mc : h->promisc_uc)
		return true;
	return host_has_mac(h, dst);
}

/* Is @h a member of the frame's VLAN? */
static bool in_vlan(const struct host *h, const struct avf_frame *f)
{
	u32 vid;

	if (!h->vlan_filter || f->hlen < 18 || f->hdr[12] != 0x81 ||
	    f->hdr[13] != 0x00)
		return true;
	vid = (f->hdr[14] << 8 | f->hdr[15]) & 0xfff;
	return !vid || h->vlan[vid];
}

static void forward(struct host *h, const struct avf_frame *f)
{
	u32 i;

	for (i = 0; i < h->sw->n; i++) {
		struct host *to = h->sw->port[i];

		if (to == h || !wants(to, f->hdr) || !in_vlan(to, f))
			continue;
		if (avf_rx_push(to->dev, f))
			to->rx_dropped++;
		else
			to->rx_ok++;
	}
}

static void op_xmit(void *host, u16 q, const struct avf_frame *frames, u32 n)
{
	struct host *h = host;
	struct host_frame *sent;
	u32 i;

	if (!n || n > AVF_TX_BATCH)
		die("batch out of range");
	for (i = 0; i < n; i++) {
		check_frame(&frames[i]);
		if (frames[i].gso.mss && !(h->params.flags & AVF_PARAM_GSO))
			die("frame to be cut that nobody asked for");
		note(h, HOST_XMIT, frames[i].len, q, NULL);
		h->nsent++;
		if (h->sw) {
			forward(h, &frames[i]);
			continue;
		}
		sent = malloc(sizeof(*sent) + frames[i].len);
		if (!sent)
			die("no memory");
		sent->next = NULL;
		sent->q = q;
		sent->len = frames[i].len;
		sent->nsegs = frames[i].nsegs;
		sent->csum = frames[i].csum;
		sent->gso = frames[i].gso;
		gather(&frames[i], sent->data);
		if (memcmp(sent->data, frames[i].hdr, frames[i].hlen))
			die("hdr differs from the segments");
		*h->sent_tail = sent;
		h->sent_tail = &sent->next;
	}
	for (i = 0; h->sw && i < h->sw->n; i++)
		if (h->sw->port[i] != h)
			avf_rx_flush(h->sw->port[i]->dev);
}

static int find_mac(const struct host *h, const u8 *mac)
{
	u32 i;

	for (i = 0; i < h->nmacs; i++)
		if (!memcmp(h->mac[i], mac, AVF_ETH_ALEN))
			return (int)i;
	return -1;
}

bool host_has_mac(const struct host *h, const u8 *mac)
{
	return find_mac(h, mac) >= 0;
}

static int op_mac_add(void *host, const u8 *mac)
{
	struct host *h = host;

	if (h->mac_error)
		return h->mac_error;
	if (find_mac(h, mac) >= 0)
		return -EEXIST;
	if (h->nmacs == HOST_MACS)
		die("more addresses than the model may hold");
	memcpy(h->mac[h->nmacs++], mac, AVF_ETH_ALEN);
	return 0;
}

static void op_mac_del(void *host, const u8 *mac)
{
	struct host *h = host;
	int i = find_mac(h, mac);

	if (i >= 0)
		memcpy(h->mac[i], h->mac[--h->nmacs], AVF_ETH_ALEN);
}

static void op_promisc(void *host, bool unicast, bool multicast)
{
	struct host *h = host;

	h->promisc_uc = unicast;
	h->promisc_mc = multicast;
}

static int op_vlan_add(void *host, u16 tpid, u16 vid)
{
	struct host *h = host;

	if (tpid != 0x8100 || !vid || vid > 4095 || h->vlan[vid])
		die("vlan_add() of what cannot be or is");
	if (vid == h->vlan_refused)
		return -EPERM;
	h->vlan[vid] = 1;
	h->nvlans++;
	return 0;
}

static void op_vlan_del(void *host, u16 tpid, u16 vid)
{
	struct host *h = host;

	if (tpid != 0x8100 || vid > 4095 || !h->vlan[vid])
		die("vlan_del() of what is not there");
	h->vlan[vid] = 0;
	h->nvlans--;
}

static void op_vlan_filter(void *host, bool on)
{
	struct host *h = host;

	if (on == h->vlan_filter)
		die("vlan_filter() that changes nothing");
	h->vlan_filter = on;
}

static void op_traffic(void *host, bool on)
{
	struct host *h = host;

	if (on)
		h->traffic_on++;
	else
		h->traffic_off++;
	note(h, HOST_TRAFFIC, 0, on, NULL);
}

/* ------------------------------------------------------------------ life */

void host_init(struct host *h, const struct avf_params *params, bool no_map)
{
	static const u8 mac[AVF_ETH_ALEN] = { 2, 0, 0, 0, 0x18, 0x89 };

	memset(h, 0, sizeof(*h));
	h->params = (struct avf_params){
		.num_qps = 4,
		.link_mbps = 100000,
		.link_up = true,
	};
	memcpy(h->params.mac, mac, AVF_ETH_ALEN);
	if (params)
		h->params = *params;
	h->ops = (struct avf_host_ops){
		.dma_read = op_dma_read,
		.dma_write = op_dma_write,
		.dma_map = no_map ? NULL : op_dma_map,
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
		.traffic = op_traffic,
	};
	h->tx_budget = 64;
	h->now = 1000000000;
	h->next_page = 1;
	h->sent_tail = &h->sent;
	h->log = calloc(HOST_LOG, sizeof(*h->log));
	h->scratch = malloc(sizeof(*h->scratch));
	h->page_on = calloc(1, HOST_RAM / PAGE);
	h->memfd = memfd_create("guest", 0);
	if (!h->log || !h->scratch || !h->page_on || h->memfd < 0 ||
	    ftruncate(h->memfd, (off_t)HOST_RAM))
		die("no memory for a guest");
	memset(h->scratch, 0xa5, sizeof(*h->scratch));
	h->ram = mmap(NULL, HOST_RAM, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_NORESERVE, h->memfd, 0);
	h->view = mmap(NULL, 2 * HOST_RAM, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (h->ram == MAP_FAILED || h->view == MAP_FAILED)
		die("no address space for a guest");
	h->dev = avf_dev_create(&h->params, &h->ops, h);
	if (!h->dev)
		die("avf_dev_create() failed");
}

void host_fini(struct host *h)
{
	avf_dev_destroy(h->dev);
	host_drop_sent(h);
	munmap(h->ram, HOST_RAM);
	munmap(h->view, 2 * HOST_RAM);
	close(h->memfd);
	free(h->log);
	free(h->scratch);
	free(h->page_on);
	memset(h, 0, sizeof(*h));
}

void host_plug(struct host *h, struct host_switch *sw)
{
	if (sw->n == ARRAY_SIZE(sw->port))
		die("switch is full");
	sw->port[sw->n++] = h;
	h->sw = sw;
}

/* -------------------------------------------------------------- accesses */

u32 host_rd(struct host *h, u32 off)
{
	u32 val;

	if (h->no_fast || !avf_fast_read(h->dev, off, &val)) {
		avf_bar_read(h->dev, 0, off, &val, sizeof(val));
		val = le32toh(val);
	}
	return val;
}

void host_wr(struct host *h, u32 off, u32 val)
{
	u32 le = htole32(val);

	if (h->no_fast || !avf_fast_write(h->dev, off, val))
		avf_bar_write(h->dev, 0, off, &le, sizeof(le));
	if (!h->manual)
		host_run(h);
}

u32 host_cfg_rd(struct host *h, u32 off, u32 len)
{
	u32 val = 0;

	avf_cfg_read(h->dev, off, &val, len);
	return le32toh(val);
}

void host_cfg_wr(struct host *h, u32 off, u32 val, u32 len)
{
	val = htole32(val);
	avf_cfg_write(h->dev, off, &val, len);
}

void host_run(struct host *h)
{
	u32 rounds = 0, q;

	for (;;) {
		u32 kicked = __atomic_exchange_n(&h->kicked, 0,
						 __ATOMIC_RELAXED);

		if (!kicked && !avf_mbx_pending(h->dev))
			return;
		if (++rounds > 100000)
			die("the model never runs out of work");
		if (avf_mbx_pending(h->dev))
			avf_mbx_run(h->dev);
		for (q = 0; q < h->params.num_qps; q++)
			if (kicked & 1u << q &&
			    avf_tx_poll(h->dev, (u16)q, h->tx_budget, NULL,
					h->scratch) >= h->tx_budget)
				h->kicked |= 1u << q;
	}
}

void host_advance(struct host *h, u64 ns)
{
	u64 end = h->now + ns;
	u32 fired = 0;

	while (h->deadline && h->deadline <= end) {
		if (++fired > 1000000)
			die("timer storm");
		if (h->now < h->deadline)
			h->now = h->deadline;
		h->deadline = 0;
		avf_int_timer(h->dev);
	}
	h->now = end;
}

u32 host_irqs(struct host *h, u16 vec)
{
	u64 n = h->irqs[vec] - h->irqs_taken[vec];

	h->irqs_taken[vec] = h->irqs[vec];
	return (u32)n;
}

int host_rx_noflush(struct host *h, const void *data, u32 len, u32 nsegs)
{
	const u8 *p = data;
	struct avf_frame f;
	u32 i, off = 0;
	u8 *hdr;
	int err;

	memset(&f, 0x5a, sizeof(f));
	f.len = len;
	f.nsegs = (u16)nsegs;
	f.gso.mss = 0;
	f.hlen = (u16)min_t(u32, len, AVF_FRAME_HDR);
	/* Apart from the rest, and not a byte more than may be judged. */
	hdr = malloc(f.hlen);
	if (!hdr)
		die("no memory");
	memcpy(hdr, p, f.hlen);
	f.hdr = hdr;
	f.csum = h->rx_csum;
	for (i = 0; i < nsegs; i++) {
		u32 n = i + 1 == nsegs ? len - off : len / nsegs;

		f.seg[i].p = p + off;
		f.seg[i].len = n;
		off += n;
	}
	err = avf_rx_push(h->dev, &f);
	free(hdr);
	return err;
}

int host_rx(struct host *h, const void *data, u32 len, u32 nsegs)
{
	int err = host_rx_noflush(h, data, len, nsegs);

	avf_rx_flush(h->dev);
	return err;
}

struct host_frame *host_take(struct host *h)
{
	struct host_frame *f = h->sent;

	if (!f)
		return NULL;
	h->sent = f->next;
	if (!h->sent)
		h->sent_tail = &h->sent;
	return f;
}

void host_drop_sent(struct host *h)
{
	struct host_frame *f;

	while ((f = host_take(h)))
		free(f);
}
