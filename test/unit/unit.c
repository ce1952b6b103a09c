// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "unit.h"

/* Of CPU time; ten times that by the clock. */
#define TEST_SECONDS	60

bool unit_no_map;

static struct unit_test *tests;
static int fail_fd = -1;

void unit_register(struct unit_test *t)
{
	struct unit_test **p = &tests;

	while (*p)
		p = &(*p)->next;
	*p = t;
}

void unit_fail(const char *file, int line, const char *fmt, ...)
{
	const char *base = strrchr(file, '/');
	char msg[512];
	va_list ap;
	int n;

	n = snprintf(msg, sizeof(msg), "%s:%d: ", base ? base + 1 : file, line);
	va_start(ap, fmt);
	vsnprintf(msg + n, sizeof(msg) - (size_t)n, fmt, ap);
	va_end(ap);
	if (write(fail_fd, msg, strlen(msg)) < 0)
		perror("write");
	_exit(1);
}

/* One line per test, to stdout and to the file the runner named. */
static void result(FILE *f, const char *name, const char *reason)
{
	FILE *to[] = { stdout, f };
	size_t i;

	for (i = 0; i < 2; i++) {
		if (!to[i])
			continue;
		if (reason)
			fprintf(to[i], "not ok %s - %s\n", name, reason);
		else if (i)
			fprintf(to[i], "ok %s\n", name);
		fflush(to[i]);
	}
}

static bool run(const struct unit_test *t, const char *name, FILE *f)
{
	/* On a busy machine a test may wait long for its turn. */
	const struct itimerval limit = { .it_value.tv_sec = TEST_SECONDS };
	char reason[600] = "";
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	fflush(NULL);
	if (pipe(fds))
		return false;
	pid = fork();
	if (!pid) {
		close(fds[0]);
		fail_fd = fds[1];
		setitimer(ITIMER_PROF, &limit, NULL);
		alarm(10 * TEST_SECONDS);
		t->fn();
		exit(0);	/* the leak checker may change that */
	}
	close(fds[1]);
	n = read(fds[0], reason, 512);
	close(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return false;
	if (WIFEXITED(status) && !WEXITSTATUS(status)) {
		result(f, name, NULL);
		return true;
	}
	if (n <= 0) {
		if (WIFSIGNALED(status))
			snprintf(reason, sizeof(reason), "killed by %s",
				 strsignal(WTERMSIG(status)));
		else
			snprintf(reason, sizeof(reason),
				 "sanitizer (exit status %d)",
				 WEXITSTATUS(status));
	}
	result(f, name, reason);
	return false;
}

int main(int argc, char **argv)
{
	const char *prog = strrchr(argv[0], '/');
	const char *path = getenv("UNIT_RESULTS");
	const char *tag = getenv("UNIT_TAG");
	FILE *f = path ? fopen(path, "a") : NULL;
	uint32_t bad = 0, n = 0;
	struct unit_test *t;
	char name[256];
	int variant;

	prog = prog ? prog + 1 : argv[0];
	for (variant = 0; variant < 2; variant++) {
		unit_no_map = variant;
		for (t = tests; t; t = t->next) {
			if ((argc > 1 && !strstr(t->name, argv[1])) ||
			    (variant && t->once))
				continue;
			snprintf(name, sizeof(name), "%s%s/%s%s",
				 tag ? tag : "", prog, t->name,
				 t->once ? "" : variant ? "[copy]" : "[map]");
			n++;
			if (!run(t, name, f))
				bad++;
		}
	}
	printf("%s%s: %u tests, %u failed\n", tag ? tag : "", prog, n, bad);
	if (f)
		fclose(f);
	return bad || !n;
}
