// SPDX-License-Identifier: GPL-2.0
/*
 * The worker: whose turn it is, and for how long. Its own source is compiled in,
 * on a shim for the kernel and with devices that need no rings: each queue has
 * frames of one size, and as many as the test says.
 */
#include "kworker.h"

#define avf_tx_poll	sim_tx_poll
#define avf_tx_ready	sim_tx_ready
#define avf_tx_pending	sim_tx_pending
#define avf_int_tx_delay sim_tx_delay
#define trace_vdcm_park(adi, ns)	(parks++)

static unsigned int parks;

#include "vdcm_worker.c"

#include "unit.h"

#define SIMS		65
#define ENDLESS		~0u
#define MIB		(1u << 20)
#define SEC		1000000000ull

/*
 * @frame: bytes of a frame in the ring
 * @extra: and how many more are sent: headers of a frame that is cut
 * @descs: it sends nothing, and takes that many descriptors for it
 * @kicks: the driver rings while its queue is polled
 */
struct avf_dev {
	struct vdcm_adi adi;
	uint32_t frame;
	uint32_t extra;
	uint32_t descs;
	bool kicks;
	uint32_t left[AVF_MAX_QPS];
	uint64_t of[AVF_MAX_QPS];
	uint64_t sent;
	uint32_t frames;
	uint32_t polls;
};

static struct vdcm_parent parent;
static struct adi_pf pf;
static struct avf_dev sims[SIMS];
static uint32_t nsims;

u32 sim_tx_poll(struct avf_dev *d, u16 q, u32 budget, s32 *room,
		struct avf_tx_scratch *scratch)
{
	u32 n = 0, bytes = 0;

	CHECK(budget && budget <= 64 && *room > 0 && scratch);
	d->polls++;
	/* a kick whose work this poll does */
	if (d->kicks)
		vdcm_worker_kick(&d->adi, q);
	while (d->left[q] && n < budget && *room > 0) {
		n++;
		if (d->left[q] != ENDLESS)
			d->left[q]--;
		if (d->descs) {
			*room -= max_t(s32, 60, 32 * d->descs);
			clock_ns += 10 * d->descs;
			continue;
		}
		*room -= (s32)d->frame;
		bytes += d->frame + d->extra;
	}
	clock_ns += 100 * n + bytes / 5 + 300;
	d->frames += n;
	d->sent += bytes;
	d->of[q] += bytes;
	if (bytes)
		vdcm_worker_sent(&d->adi, bytes);
	return n;
}

bool sim_tx_ready(const struct avf_dev *d, u16 q)
{
	return d->left[q];
}

u32 sim_tx_pending(const struct avf_dev *d)
{
	u32 q, mask = 0;

	for (q = 0; q < AVF_MAX_QPS; q++)
		mask |= (u32)!!d->left[q] << q;
	return mask;
}

bool vdcm_bar_serve(struct vdcm_adi *adi)
{
	(void)adi;
	return false;
}

void sim_tx_delay(struct avf_dev *d, u32 ns)
{
	(void)d;
	(void)ns;
}

u32 vdcm_doorbell_tx_delay(const struct vdcm_adi *adi)
{
	(void)adi;
	return 0;
}

void vdcm_doorbell_armed(struct vdcm_adi *adi)
{
	(void)adi;
}

bool vdcm_doorbell_idle(struct vdcm_adi *adi, u64 idle)
{
	(void)adi;
	(void)idle;
	return true;
}

/* ------------------------------------------------------------------- bed */

static void begin(void)
{
	pf.parent = &parent;
	parent.pf = &pf;
	CHECK_EQ(vdcm_worker_start(&parent), 0);
}

static struct avf_dev *sim(uint32_t weight, uint32_t frame)
{
	struct avf_dev *d = &sims[nsims++];

	CHECK(nsims <= SIMS);
	d->frame = frame;
	d->adi.avf = d;
	d->adi.parent = &parent;
	vdcm_worker_init(&d->adi);
	CHECK_EQ(d->adi.weight, 100);
	if (weight != 100)
		vdcm_worker_set_weight(&d->adi, weight);
	return d;
}

static void fill(struct avf_dev *d, uint32_t queues, uint32_t frames)
{
	uint32_t q;

	for (q = 0; q < queues; q++) {
		d->left[q] = frames;
		vdcm_worker_kick(&d->adi, (u16)q);
	}
}

/* A device whose @queues queues never run empty. */
static struct avf_dev *busy(uint32_t weight, uint32_t frame, uint32_t queues)
{
	struct avf_dev *d = sim(weight, frame);

	fill(d, queues, ENDLESS);
	return d;
}

static void timers(void)
{
	uint32_t i;

	for (i = 0; i < nsims; i++) {
		struct hrtimer *t = &sims[i].adi.park_timer;

		if (!t->at || t->at > (s64)clock_ns)
			continue;
		t->at = 0;
		CHECK_EQ(t->function(t), HRTIMER_NORESTART);
	}
}

/* A step, or a microsecond with nothing to do. */
static bool step(void)
{
	bool did;

	timers();
	did = vdcm_worker_step(&parent);
	CHECK_EQ(parent.srcu.readers, 0);
	CHECK_EQ(parent.worker.lock, 0);
	if (!did)
		clock_ns += 1000;
	return did;
}

static uint64_t total(void)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < nsims; i++)
		sum += sims[i].sent;
	return sum;
}

/* Until @bytes were sent by all together, counted from now. */
static void run(uint64_t bytes)
{
	uint32_t i, q, idle = 0;

	for (i = 0; i < nsims; i++) {
		sims[i].sent = 0;
		sims[i].frames = 0;
		for (q = 0; q < AVF_MAX_QPS; q++)
			sims[i].of[q] = 0;
	}
	while (total() < bytes) {
		idle = step() ? 0 : idle + 1;
		CHECK(idle < 1000000);
	}
}

static void end(void)
{
	while (nsims)
		vdcm_worker_forget(&sims[--nsims].adi);
	CHECK(RB_EMPTY_ROOT(&parent.worker.ready.rb_root));
	vdcm_worker_stop(&parent);
	memset(sims, 0, sizeof(sims));
	memset(&parent, 0, sizeof(parent));
}

/* @got is @part of @of, to one part in a hundred. */
static void share(uint64_t got, uint64_t part, uint64_t of, uint32_t at)
{
	CHECK_EQ_AT(got * of * 100 >= total() * part * 99, true, at);
	CHECK_EQ_AT(got * of * 100 <= total() * part * 101, true, at);
}

/* ----------------------------------------------------------------- tests */

/* Bytes count: not frames, nor queues, nor who rings how often. */
TEST_ONCE(equal_bytes)
{
	static const struct {
		uint32_t frame[2];
		uint32_t queues[2];
		uint32_t extra;	/* of the first */
	} pairs[] = {
		{ { 64, 9000 }, { 1, 1 }, 0 },
		{ { 64, 9000 }, { 1, 16 }, 0 },
		{ { 1514, 1514 }, { 1, 16 }, 0 },
		{ { 1514, 65000 }, { 4, 1 }, 0 },
		{ { 65000, 1514 }, { 1, 1 }, 150000 },
		{ { 64, 64 }, { 16, 1 }, 0 },
	};
	uint32_t i, k;

	for (i = 0; i < 2 * ARRAY_SIZE(pairs); i++) {
		begin();
		for (k = 0; k < 2; k++) {
			busy(100, pairs[i / 2].frame[k], pairs[i / 2].queues[k]);
			sims[k].kicks = i & 1;
			sims[k].extra = k ? 0 : pairs[i / 2].extra;
		}
		run(100 * MIB);
		share(sims[0].sent, 1, 2, i);
		share(sims[1].sent, 1, 2, i);
		end();
	}
}

TEST_ONCE(weights)
{
	static const uint32_t w[][3] = {
		{ 300, 100, 0 }, { 1, 2, 5 }, { 10000, 3333, 1234 },
		{ 10000, 100, 0 }, { 7, 7, 7 },
	};
	uint32_t i, k, sum;

	for (i = 0; i < 2 * ARRAY_SIZE(w); i++) {
		const uint32_t *of = w[i / 2];

		begin();
		sum = of[0] + of[1] + of[2];
		for (k = 0; k < 3 && of[k]; k++)
			busy(of[k], (i + k) & 1 ? 9000 : 256, 1 + k);
		run(400 * MIB);
		for (k = 0; k < nsims; k++)
			share(sims[k].sent, of[k], sum, 10 * i + k);
		end();
	}
}

/* One in ten thousand is not nothing, and does not come all at once. */
TEST_ONCE(weight_one)
{
	struct avf_dev *small, *large;
	uint64_t gap = 0, was = 0, at = 0;

	begin();
	large = busy(10000, 9000, 1);
	small = busy(1, 1514, 1);
	run(2000 * MIB);
	CHECK(small->sent * 10001 > total() * 9 / 10);
	CHECK(small->sent * 10001 < total() * 11 / 10);
	run(1);
	while (total() < 2000 * MIB) {
		step();
		if (small->sent == was)
			continue;
		CHECK(small->sent - was <= 2 * 1514);
		was = small->sent;
		gap = max(gap, large->sent - at);
		at = large->sent;
	}
	CHECK(gap <= 10000 * 1514 * 11 / 10);
	end();
}

/* Nobody else there: whole turns, whatever the weight. */
TEST_ONCE(alone)
{
	uint32_t i;

	for (i = 0; i < 2; i++) {
		begin();
		sim(10000, 1514);
		busy(i ? 1 : 10000, 1514, 1);
		run(1);
		CHECK_EQ(sims[1].frames, 64);
		run(10 * MIB);
		CHECK(sims[1].polls <= 12 * MIB / (64 * 1514));
		/* and owes nothing for that */
		sims[1].left[0] = 0;
		while (step())
			;
		sims[1].left[0] = ENDLESS;
		sims[0].left[0] = ENDLESS;
		vdcm_worker_kick(&sims[1].adi, 0);
		vdcm_worker_kick(&sims[0].adi, 0);
		sims[1].sent = 0;
		step();
		step();
		CHECK(sims[0].sent);
		CHECK(sims[1].sent);
		end();
	}
}

TEST_ONCE(change_at_once)
{
	struct avf_dev *a, *b;
	uint32_t i, woken;

	begin();
	a = busy(100, 9000, 1);
	b = busy(100, 1514, 1);
	run(10 * MIB);
	share(a->sent, 1, 2, 0);
	/* The worker may have seen no one waiting while the weight was set. */
	woken = kthread.woken;
	vdcm_worker_set_weight(&a->adi, 300);
	CHECK_EQ(kthread.woken, woken + 1);
	CHECK_EQ(a->adi.weight, 300);
	run(20 * MIB);
	share(a->sent, 3, 4, 1);
	vdcm_worker_set_weight(&b->adi, 600);
	run(20 * MIB);
	share(a->sent, 1, 3, 2);
	end();

	/* What was sent at weight 1 is not waited for at another. */
	for (i = 0; i < 2; i++) {
		begin();
		a = busy(1, 9000, 1);
		run(1);
		b = busy(10000, 9000, 1);
		run(1);
		step();
		vdcm_worker_set_weight(&a->adi, i ? 10000 : 2);
		run(50 * MIB);
		if (i)
			share(a->sent, 1, 2, 3);
		else
			CHECK(a->sent <= 9000 * 2);
		end();
	}
}

/* Who was idle has its turn next, and no more than that. */
TEST_ONCE(idle_saves_nothing)
{
	static const uint64_t jump[] = { 0, 1, 1ull << 33, 1ull << 62,
		1ull << 63, ~0ull << 58 };
	struct avf_dev *a, *b;
	uint32_t i;

	for (i = 0; i < ARRAY_SIZE(jump); i++) {
		begin();
		a = busy(100, 9000, 1);
		b = sim(100, 1514);
		fill(b, 1, 10);
		run(100 * MIB);
		CHECK_EQ(b->left[0], 0);
		/* a long time later; virtual time may have wrapped */
		vdcm_worker_erase(&parent.worker, &a->adi);
		a->adi.start += jump[i];
		parent.worker.vtime += jump[i];
		vdcm_worker_insert(&parent.worker, &a->adi);
		clock_ns += 2 * SEC;

		fill(b, 1, ENDLESS);
		a->sent = 0;
		b->sent = 0;
		step();
		CHECK_EQ_AT(a->sent, 0, i);
		CHECK_EQ_AT(b->sent > 0, true, i);
		run(10 * MIB);
		share(b->sent, 1, 2, i);
		end();
	}
}

/* Who comes and goes has no more than who stays. */
TEST_ONCE(comes_and_goes)
{
	struct avf_dev *b;

	begin();
	busy(100, 9000, 1);
	b = sim(10, 1514);
	run(MIB);
	run(0);
	while (total() < 50 * MIB) {
		if (!b->left[0])
			fill(b, 1, 64);
		step();
	}
	share(b->sent, 1, 11, 0);
	end();
}

/* A frame now and then waits for the turn under way, not for a round. */
TEST_ONCE(small_sender)
{
	struct avf_dev *d;
	uint64_t t0, worst = 0;
	uint32_t i;

	begin();
	for (i = 0; i < 64; i++)
		busy(1 + 150 * i, i & 1 ? 64 : 9000, 1 + i % 4);
	d = sim(100, 64);
	run(100 * MIB);
	for (i = 0; i < 300; i++) {
		fill(d, 1, 1);
		t0 = clock_ns;
		step();
		CHECK_EQ_AT(d->left[0], 0, i);
		worst = max(worst, clock_ns - t0);
		run(4 * MIB);
	}
	CHECK(worst < 1000);
	end();
}

/* A device that waits for its rate holds up nobody, and gets its rate. */
TEST_ONCE(rate_limited)
{
	struct avf_dev *a, *b;
	uint64_t t0;

	begin();
	a = busy(1, 1514, 4);
	b = busy(100, 9000, 1);
	a->adi.rate.mbps = 80;
	run(100 * MIB);
	t0 = clock_ns;
	a->sent = 0;
	b->sent = 0;
	while (clock_ns - t0 < SEC)
		CHECK(step());
	CHECK(parks > 100);
	/* its bucket is 40000 bytes */
	CHECK(a->sent > 9500000 && a->sent < 10500000);
	CHECK(b->sent > 100 * a->sent);

	/* beside others that take all they can get it has its share at least */
	vdcm_worker_set_weight(&a->adi, 100);
	run(100 * MIB);
	t0 = clock_ns;
	a->sent = 0;
	while (clock_ns - t0 < SEC)
		CHECK(step());
	CHECK(a->sent > 9500000 && a->sent < 10500000);

	/* Nothing was saved up while it waited. */
	WRITE_ONCE(a->adi.rate.mbps, 0);
	t0 = clock_ns;
	while (clock_ns - t0 < SEC / 5)
		step();
	run(20 * MIB);
	share(a->sent, 1, 2, 0);
	end();
}

/* All queues of a device that is cut short come round. */
TEST_ONCE(queues)
{
	static const uint32_t frame[] = { 64, 1514, 65000 };
	uint32_t i, q;

	for (i = 0; i < 2 * ARRAY_SIZE(frame); i++) {
		begin();
		busy(50, frame[i / 2], AVF_MAX_QPS);
		if (i & 1)
			busy(100, 1514, 1);
		run(300 * MIB);
		for (q = 0; q < AVF_MAX_QPS; q++) {
			uint64_t fair = sims[0].sent / AVF_MAX_QPS;

			CHECK_EQ_AT(sims[0].of[q] > fair * 95 / 100, true, 100 * i + q);
			CHECK_EQ_AT(sims[0].of[q] < fair * 105 / 100, true, 100 * i + q);
		}
		end();
	}
}

/* What sends nothing is not for nothing: rings of rubbish, and empty kicks. */
TEST_ONCE(rubbish)
{
	static const uint32_t descs[] = { 1, 3, 100, 4095 };
	struct avf_dev *b;
	uint64_t t0, alone;
	uint32_t i;

	begin();
	busy(100, 9000, 1);
	t0 = clock_ns;
	run(100 * MIB);
	alone = clock_ns - t0;
	b = sim(100, 64);
	for (i = 0; i < ARRAY_SIZE(descs); i++) {
		b->descs = descs[i];
		fill(b, AVF_MAX_QPS, ENDLESS);
		t0 = clock_ns;
		run(100 * MIB);
		CHECK_EQ_AT((clock_ns - t0) / alone < 12, true, i);
	}
	fill(b, AVF_MAX_QPS, 0);
	run(MIB);
	t0 = clock_ns;
	sims[0].polls = 0;
	for (i = 0; i < 20000; i++) {
		vdcm_worker_kick(&b->adi, (u16)(i % AVF_MAX_QPS));
		step();
	}
	/* the other has a turn for 384 of them */
	CHECK(sims[0].polls >= 20000 / 385 - 1);
	end();
}

/* A device that goes while it waits for its turn takes nobody with it. */
TEST_ONCE(forget)
{
	uint32_t i;

	begin();
	for (i = 0; i < 20; i++)
		busy(1 + 37 * i % 11, 1514, 1);
	run(MIB);
	for (i = 0; i < 20; i += 3) {
		vdcm_worker_forget(&sims[i].adi);
		sims[i].left[0] = 0;
	}
	run(10 * MIB);
	for (i = 0; i < 20; i++)
		CHECK_EQ_AT(sims[i].sent > 0, i % 3 > 0, i);
	end();
}
