// SPDX-License-Identifier: GPL-2.0
/*
 * top: rates of all devices, again and again.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "vdcmctl.h"

enum {
	RX_FRAMES,
	RX_BYTES,
	TX_FRAMES,
	TX_BYTES,
	DROPS,
	IRQS,
	EXITS,
	NUM_RATES,
};

/* What is added up; a file that is not there counts 0. */
static const struct {
	const char *key;
	const char *files[4];
} rates[NUM_RATES] = {
	[RX_FRAMES] = { "rx_frames", { "rx_unicast", "rx_multicast",
				       "rx_broadcast" } },
	[RX_BYTES] = { "rx_bytes", { "rx_bytes" } },
	[TX_FRAMES] = { "tx_frames", { "tx_unicast", "tx_multicast",
				       "tx_broadcast" } },
	[TX_BYTES] = { "tx_bytes", { "tx_bytes" } },
	[DROPS] = { "drops", { "rx_discards", "tx_discards", "tx_errors" } },
	[IRQS] = { "irqs", { "irqs" } },
	[EXITS] = { "exits", { "bar_reads", "bar_writes" } },
};

/**
 * struct row - a device in one sample
 * @uuid:  its name
 * @count: as read
 * @rate:  per second, since the sample before
 * @known: it was in that
 */
struct row {
	char uuid[UUID_LEN + 1];
	uint64_t count[NUM_RATES];
	double rate[NUM_RATES];
	bool known;
};

struct sample {
	struct row *rows;
	size_t n;
	double time;
};

static volatile sig_atomic_t ended;

static void on_signal(int sig)
{
	(void)sig;
	ended = 1;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void sample_read(struct sample *s)
{
	struct mem_block *mark = mem_mark();
	struct adis adis;
	size_t i, r, k;

	adis_read(&adis);
	s->n = 0;
	s->rows = calloc(adis.n + 1, sizeof(*s->rows));
	if (!s->rows) {
		complain("out of memory");
		exit(CTL_FAILED);
	}
	for (i = 0; i < adis.n; i++) {
		struct row *row = &s->rows[s->n++];
		struct pairs stats;

		snprintf(row->uuid, sizeof(row->uuid), "%s", adis.v[i].uuid);
		adi_stats(&adis.v[i], &stats);
		for (r = 0; r < NUM_RATES; r++) {
			for (k = 0; k < 4 && rates[r].files[k]; k++) {
				const struct pair *p =
					attr_find(&stats, rates[r].files[k]);
				uint64_t v;

				if (p && parse_u64(p->value, &v))
					row->count[r] += v;
			}
		}
	}
	s->time = now();
	mem_release(mark);
}

static void sample_compare(struct sample *s, const struct sample *before)
{
	double seconds = s->time - before->time;
	size_t i, k, r;

	for (i = 0; i < s->n; i++) {
		struct row *row = &s->rows[i];

		for (k = 0; k < before->n; k++)
			if (!strcmp(before->rows[k].uuid, row->uuid))
				break;
		row->known = k < before->n && seconds > 0;
		for (r = 0; row->known && r < NUM_RATES; r++) {
			uint64_t was = before->rows[k].count[r];

			/* less: removed and created again */
			if (row->count[r] > was)
				row->rate[r] = (double)(row->count[r] - was) /
					       seconds;
		}
	}
}

static int busiest_first(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	double dx = x->rate[RX_BYTES] + x->rate[TX_BYTES];
	double dy = y->rate[RX_BYTES] + y->rate[TX_BYTES];

	if (dx != dy)
		return dx < dy ? 1 : -1;
	return strcmp(x->uuid, y->uuid);
}

static char *per_second(const struct row *row, int rate)
{
	return row->known ? mem_printf("%.0f", row->rate[rate]) : NULL;
}

static char *mbits(const struct row *row, int rate)
{
	return row->known ? mem_printf("%.1f", row->rate[rate] * 8 / 1e6) : NULL;
}

static void print_sample(const struct sample *s)
{
	struct mem_block *mark = mem_mark();
	struct table t;
	size_t i;

	if (!opt.batch)
		fputs("\033[H\033[2J", stdout);
	table_init(&t, 8);
	table_row(&t, "UUID", "RX/s", "RX Mbit/s", "TX/s", "TX Mbit/s",
		  "DROP/s", "IRQ/s", "EXIT/s");
	for (i = 0; i < s->n; i++) {
		const struct row *row = &s->rows[i];

		table_row(&t, row->uuid, per_second(row, RX_FRAMES),
			  mbits(row, RX_BYTES), per_second(row, TX_FRAMES),
			  mbits(row, TX_BYTES), per_second(row, DROPS),
			  per_second(row, IRQS), per_second(row, EXITS));
	}
	table_print(&t, 1);
	if (opt.batch)
		putchar('\n');
	else
		puts("\nq: quit");
	fflush(stdout);
	mem_release(mark);
}

static void json_sample(struct json *j, const struct sample *s, double seconds)
{
	size_t i, r;

	json_begin(j, NULL, '{');
	json_real(j, "seconds", seconds);
	json_begin(j, "adis", '[');
	for (i = 0; i < s->n; i++) {
		json_begin(j, NULL, '{');
		json_str(j, "uuid", s->rows[i].uuid);
		for (r = 0; r < NUM_RATES; r++) {
			char *key = mem_printf("%s_per_s", rates[r].key);

			if (s->rows[i].known)
				json_real(j, key, s->rows[i].rate[r]);
			else
				json_str(j, key, NULL);
		}
		json_end(j, '}');
	}
	json_end(j, ']');
	json_end(j, '}');
}

/* Until the delay is over, or somebody has had enough. */
static void wait_delay(void)
{
	if (opt.batch) {
		struct timespec ts = {
			.tv_sec = (time_t)opt.delay,
			.tv_nsec = (long)((opt.delay -
					   (double)(time_t)opt.delay) * 1e9),
		};

		clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
	} else {
		struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
		char c;

		if (poll(&p, 1, (int)(opt.delay * 1000)) <= 0)
			return;
		if (read(STDIN_FILENO, &c, 1) != 1 || c == 'q')
			ended = 1;
	}
}

static void run(struct json *j)
{
	struct sample before, s;
	unsigned long n;

	sample_read(&before);
	for (n = 0; !opt.count || n < opt.count; n++) {
		wait_delay();
		if (ended)
			break;
		sample_read(&s);
		sample_compare(&s, &before);
		qsort(s.rows, s.n, sizeof(*s.rows), busiest_first);
		if (opt.json)
			json_sample(j, &s, s.time - before.time);
		else
			print_sample(&s);
		free(before.rows);
		before = s;
		if (ferror(stdout))
			break;
	}
	free(before.rows);
}

int cmd_top(void)
{
	struct sigaction act = { .sa_handler = on_signal };
	struct termios saved, raw;
	bool terminal = false;
	struct json j;

	if (opt.json || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		opt.batch = true;
	if (opt.json && !opt.count)
		opt.count = 1;

	ended = 0;
	if (!opt.batch && !tcgetattr(STDIN_FILENO, &saved)) {
		raw = saved;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		terminal = !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	/* So that the terminal gets its settings back. */
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);

	json_init(&j, stdout);
	if (opt.json) {
		json_begin(&j, NULL, '{');
		json_begin(&j, "samples", '[');
	}
	run(&j);
	if (opt.json) {
		json_end(&j, ']');
		json_end(&j, '}');
	}
	if (terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	return CTL_OK;
}
