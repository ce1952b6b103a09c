// SPDX-License-Identifier: GPL-2.0
/*
 * Both ends of "run a command in a nested guest".
 *
 * agent serve DEVICE...	in the guest, as PID 1: one command at a time on
 *				each of the virtio-serial ports
 * agent call [-i] [-r SECONDS] [-w CONSOLE] SOCKET... -- ARG...
 *				outside: run ARG... through the first port that
 *				is free. One ARG is a shell command, several
 *				are a program and its arguments.
 *
 * A port is a byte stream without any connection state of its own, and the
 * other end may die in the middle of anything. So each call starts with a
 * number drawn for it, and both sides skip whatever comes before that.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAGIC		"\177vdcmbed"
#define MAGIC_LEN	8
#define NONCE_LEN	8
#define CHUNK		16384
#define MAX_REQUEST	(1 << 20)
#define MAX_PORTS	16
#define STATUS_GONE	125	/* the guest, not the command */
#define ALIVE_MS	2000	/* how often a quiet command shows life */
#define DEAD_SECONDS	90	/* without any: the guest is lost */

enum frame_type {
	FRAME_STDOUT = 'O',
	FRAME_STDERR = 'E',
	FRAME_EXIT = 'X',
	FRAME_STDIN = 'I',	/* of no length: end of file */
	FRAME_ALIVE = 'A',	/* nothing to say, for a while */
};

struct frame {
	uint8_t type;
	uint8_t pad[3];
	uint32_t len;
};

static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("guest: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(STATUS_GONE);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int write_all(int fd, const void *buf, size_t len)
{
	const char *p = buf;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			struct pollfd pfd = { .fd = fd, .events = POLLOUT };

			poll(&pfd, 1, 1000);
			if (pfd.revents & POLLHUP)
				return -1;
			continue;
		}
		if (n <= 0)
			return -1;
		p += n;
		len -= n;
	}
	return 0;
}

static int send_frame(int fd, uint8_t type, const void *data, uint32_t len)
{
	char buf[sizeof(struct frame) + CHUNK];
	struct frame f = { .type = type, .len = len };

	memcpy(buf, &f, sizeof(f));
	if (len)
		memcpy(buf + sizeof(f), data, len);
	return write_all(fd, buf, sizeof(f) + len);
}

/* ---- a reader that can wait, for either end ---- */

struct reader {
	int fd;
	size_t head, tail;
	char buf[2 * CHUNK];
};

/* 1: got something, 0: nothing there, -1: other end gone */
static int reader_fill(struct reader *r)
{
	ssize_t n;

	if (r->head) {
		memmove(r->buf, r->buf + r->head, r->tail - r->head);
		r->tail -= r->head;
		r->head = 0;
	}
	if (r->tail == sizeof(r->buf))
		return 1;
	n = read(r->fd, r->buf + r->tail, sizeof(r->buf) - r->tail);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return -1;
	r->tail += n;
	return 1;
}

static size_t reader_len(const struct reader *r)
{
	return r->tail - r->head;
}

/* Skip to @mark and over it. */
static int reader_skip_to(struct reader *r, const void *mark, size_t len)
{
	char *at = memmem(r->buf + r->head, reader_len(r), mark, len);

	if (at) {
		r->head = at - r->buf + len;
		return 1;
	}
	if (reader_len(r) >= len)
		r->head = r->tail - (len - 1);
	return 0;
}

/* The next whole frame, or NULL; its data stays valid until the next fill. */
static char *reader_frame(struct reader *r, struct frame *f)
{
	char *data;

	if (reader_len(r) < sizeof(*f))
		return NULL;
	memcpy(f, r->buf + r->head, sizeof(*f));
	if (f->len > CHUNK)
		die("broken frame of %u bytes", f->len);
	if (reader_len(r) < sizeof(*f) + f->len)
		return NULL;
	data = r->buf + r->head + sizeof(*f);
	r->head += sizeof(*f) + f->len;
	return data;
}

/* ---- the guest's end ---- */

struct session {
	struct reader in;
	pid_t pid;
	int stdin_fd, out_fd, err_fd, sig_fd;
};

static int port_read(struct session *s, int timeout)
{
	struct pollfd pfd = { .fd = s->in.fd, .events = POLLIN };

	poll(&pfd, 1, timeout);
	if (pfd.revents & POLLIN)
		return reader_fill(&s->in);
	return pfd.revents & (POLLHUP | POLLERR) ? -1 : 0;
}

static int port_read_exact(struct session *s, void *buf, size_t len)
{
	char *p = buf;

	while (len) {
		size_t n = reader_len(&s->in);

		if (!n) {
			if (port_read(s, 5000) < 0)
				return -1;
			continue;
		}
		if (n > len)
			n = len;
		memcpy(p, s->in.buf + s->in.head, n);
		s->in.head += n;
		p += n;
		len -= n;
	}
	return 0;
}

static void start_command(struct session *s, char *req, uint32_t len, int use_stdin)
{
	char *argv[256], *p = req;
	int argc = 0, in[2], out[2], err[2];
	sigset_t none;

	while (p < req + len && argc < 255) {
		argv[argc++] = p;
		p += strlen(p) + 1;
	}
	argv[argc] = NULL;

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		_exit(1);
	s->pid = fork();
	if (s->pid < 0)
		_exit(1);
	if (!s->pid) {
		setsid();
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		dup2(use_stdin ? in[0] : open("/dev/null", O_RDONLY), 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		if (argc == 1)
			execl("/bin/bash", "bash", "-c", argv[0], NULL);
		else if (argc)
			execvp(argv[0], argv);
		dprintf(2, "agent: %s: %s\n", argc ? argv[0] : "?", strerror(errno));
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	s->stdin_fd = in[1];
	if (!use_stdin) {
		close(in[1]);
		s->stdin_fd = -1;
	}
	s->out_fd = out[0];
	s->err_fd = err[0];
}

/* Forward what a pipe holds. 0 at its end. */
static int relay(struct session *s, int fd, uint8_t type)
{
	char buf[CHUNK];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 1;
	if (n <= 0)
		return 0;
	if (send_frame(s->in.fd, type, buf, n))
		_exit(1);
	return 1;
}

static void drain(struct session *s, int fd, uint8_t type)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	/* Not to the end of file: a daemon that the command left may hold it. */
	while (fd >= 0 && poll(&pfd, 1, 0) > 0)
		if (!relay(s, fd, type))
			break;
}

/* Returns 0 when this is another call's beginning: ours was given up. */
static int handle_stdin(struct session *s)
{
	struct frame f;
	char *data;

	while (reader_len(&s->in)) {
		if (s->in.buf[s->in.head] == MAGIC[0])
			return 0;
		data = reader_frame(&s->in, &f);
		if (!data)
			break;
		if (f.type != FRAME_STDIN || s->stdin_fd < 0)
			continue;
		if (f.len && !write_all(s->stdin_fd, data, f.len))
			continue;
		close(s->stdin_fd);
		s->stdin_fd = -1;
	}
	return 1;
}

/* Nobody waits for the command any more. */
static void give_up(struct session *s)
{
	kill(-s->pid, SIGKILL);
	if (s->stdin_fd >= 0)
		close(s->stdin_fd);
	if (s->out_fd >= 0)
		close(s->out_fd);
	if (s->err_fd >= 0)
		close(s->err_fd);
}

/* One call, in a process of its own. Returns 0 when another follows on it. */
static int session(struct session *s, int port)
{
	char head[MAGIC_LEN + NONCE_LEN + 8], *req;
	uint32_t flags, len;
	int more, status = 0;

	while (!reader_skip_to(&s->in, MAGIC, MAGIC_LEN))
		if (port_read(s, 1000) < 0)
			return 1;
	memcpy(head, MAGIC, MAGIC_LEN);
	if (port_read_exact(s, head + MAGIC_LEN, sizeof(head) - MAGIC_LEN))
		return 1;
	memcpy(&flags, head + MAGIC_LEN + NONCE_LEN, 4);
	memcpy(&len, head + MAGIC_LEN + NONCE_LEN + 4, 4);
	if (!len || len > MAX_REQUEST)
		return 1;
	req = calloc(1, len + 1);
	if (!req || port_read_exact(s, req, len))
		return 1;
	if (write_all(port, head, MAGIC_LEN + NONCE_LEN))
		return 1;

	start_command(s, req, len, flags & 1);
	free(req);
	more = handle_stdin(s);
	while (more) {
		struct pollfd pfd[4] = {
			{ .fd = port, .events = POLLIN },
			{ .fd = s->sig_fd, .events = POLLIN },
			{ .fd = s->out_fd, .events = POLLIN },
			{ .fd = s->err_fd, .events = POLLIN },
		};

		if (!poll(pfd, 4, ALIVE_MS) && send_frame(port, FRAME_ALIVE, NULL, 0))
			return 1;
		if (pfd[0].revents & (POLLHUP | POLLERR)) {
			give_up(s);
			return 1;
		}
		if ((pfd[0].revents & POLLIN) && reader_fill(&s->in) > 0)
			more = handle_stdin(s);
		if (pfd[2].revents && !relay(s, s->out_fd, FRAME_STDOUT)) {
			close(s->out_fd);
			s->out_fd = -1;
		}
		if (pfd[3].revents && !relay(s, s->err_fd, FRAME_STDERR)) {
			close(s->err_fd);
			s->err_fd = -1;
		}
		if (pfd[1].revents) {
			struct signalfd_siginfo si;

			while (read(s->sig_fd, &si, sizeof(si)) > 0)
				;
			if (waitpid(s->pid, &status, WNOHANG) == s->pid)
				break;
		}
	}
	if (!more) {
		give_up(s);
		return 0;
	}
	drain(s, s->out_fd, FRAME_STDOUT);
	drain(s, s->err_fd, FRAME_STDERR);
	status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	head[0] = status;
	send_frame(port, FRAME_EXIT, head, 1);
	return 1;
}

static void sessions(int port)
{
	static struct session s;
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s.sig_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	s.in.fd = port;
	while (!session(&s, port))
		;
}

/*
 * A port without a peer is always "ready" (POLLHUP), so only edges can be waited
 * for; looking at the ports every so often keeps an idle guest's CPU busy, which
 * is emulated and shared. A port that has a session is the session's.
 */
static void watch(int ep, int fd, int on)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET, .data.fd = fd };

	if (epoll_ctl(ep, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd, &ev))
		fprintf(stderr, "agent: epoll: %s\n", strerror(errno));
}

static int serve(int n, char **path)
{
	struct pollfd pfd[MAX_PORTS];
	pid_t busy[MAX_PORTS] = { 0 };
	struct signalfd_siginfo si;
	struct epoll_event ev = { .events = EPOLLIN };
	sigset_t set;
	int i, ep, child_fd;

	if (n < 1 || n > MAX_PORTS)
		return 1;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	child_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	ep = epoll_create1(EPOLL_CLOEXEC);
	if (child_fd < 0 || ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, child_fd, &ev)) {
		fprintf(stderr, "agent: %s\n", strerror(errno));
		return 1;
	}
	for (i = 0; i < n; i++) {
		pfd[i].fd = open(path[i], O_RDWR | O_CLOEXEC);
		if (pfd[i].fd < 0)
			fprintf(stderr, "agent: %s: %s\n", path[i], strerror(errno));
		else
			watch(ep, pfd[i].fd, 1);
	}
	for (;;) {
		pid_t pid;

		while (read(child_fd, &si, sizeof(si)) > 0)
			;
		/* As PID 1 we also get the orphans. */
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			for (i = 0; i < n; i++)
				if (busy[i] == pid) {
					busy[i] = 0;
					watch(ep, pfd[i].fd, 1);
				}
		for (i = 0; i < n; i++)
			pfd[i].events = busy[i] ? 0 : POLLIN;
		poll(pfd, n, 0);
		for (i = 0; i < n; i++) {
			if (busy[i] || !(pfd[i].revents & POLLIN) ||
			    (pfd[i].revents & POLLHUP))
				continue;
			watch(ep, pfd[i].fd, 0);
			busy[i] = fork();
			if (!busy[i]) {
				sessions(pfd[i].fd);
				_exit(0);
			}
			if (busy[i] < 0) {
				busy[i] = 0;
				watch(ep, pfd[i].fd, 1);
			}
		}
		epoll_wait(ep, &ev, 1, -1);
	}
}

/* ---- the caller's end ---- */

static const char *console;
static off_t console_seen;

/*
 * A guest that panicked keeps its QEMU: only its console tells. One that is on
 * its way to a reboot answers nothing that it has begun.
 */
static void check_console(void)
{
	static const char *const words[] = {
		"Kernel panic", "reboot: Restarting system",
	};
	static char buf[65536 + 1];
	char *at = NULL, *end;
	ssize_t n;
	int fd;

	if (!console)
		return;
	fd = open(console, O_RDONLY);
	if (fd < 0)
		return;
	n = pread(fd, buf, sizeof(buf) - 1, console_seen);
	close(fd);
	if (n <= 0)
		return;
	buf[n] = 0;
	for (size_t i = 0; !at && i < sizeof(words) / sizeof(*words); i++)
		at = strstr(buf, words[i]);
	if (at) {
		end = strpbrk(at, "\r\n");
		if (end)
			*end = 0;
		die("the guest is gone: %s", at);
	}
	/* Leave a tail: the words may come in two parts. */
	console_seen += n > 64 ? n - 64 : 0;
}

static int free_port(int n, char **path)
{
	static char name[4096];
	int i, lock, fd;

	for (i = 0; i < n; i++) {
		struct sockaddr_un sa = { .sun_family = AF_UNIX };

		snprintf(name, sizeof(name), "%s.lock", path[i]);
		lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (lock < 0)
			continue;
		if (flock(lock, LOCK_EX | LOCK_NB)) {
			close(lock);
			continue;
		}
		snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path[i]);
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && !connect(fd, (struct sockaddr *)&sa, sizeof(sa)))
			return fd;
		die("%s: %s", path[i], strerror(errno));
	}
	return -1;
}

static int call(int argc, char **argv)
{
	static struct reader r;
	static char req[MAX_REQUEST + 64];
	char mark[MAGIC_LEN + NONCE_LEN];
	int opt, first, ports, use_stdin = 0, started = 0;
	double wait = 60, deadline, seen = 0;
	uint32_t flags, len = 0;
	struct stat st;

	while ((opt = getopt(argc, argv, "+ir:w:")) > 0) {
		switch (opt) {
		case 'i':
			use_stdin = 1;
			break;
		case 'r':
			wait = atof(optarg);
			break;
		case 'w':
			console = optarg;
			if (!stat(console, &st))
				console_seen = st.st_size;
			break;
		default:
			return STATUS_GONE;
		}
	}
	first = optind;
	for (ports = 0; first + ports < argc; ports++)
		if (!strcmp(argv[first + ports], "--"))
			break;
	argc -= first + ports + 1;
	if (argc < 1)
		die("no command");

	memcpy(mark, MAGIC, MAGIC_LEN);
	if (getrandom(mark + MAGIC_LEN, NONCE_LEN, 0) != NONCE_LEN)
		die("no random number");
	for (int i = 0; i < argc; i++) {
		const char *a = argv[first + ports + 1 + i];
		size_t n = strlen(a) + 1;

		if (len + n > MAX_REQUEST)
			die("command too long");
		memcpy(req + sizeof(mark) + 8 + len, a, n);
		len += n;
	}
	flags = use_stdin;
	memcpy(req, mark, sizeof(mark));
	memcpy(req + sizeof(mark), &flags, 4);
	memcpy(req + sizeof(mark) + 4, &len, 4);

	deadline = now() + wait;
	signal(SIGPIPE, SIG_IGN);
	while ((r.fd = free_port(ports, argv + first)) < 0) {
		if (now() > deadline)
			die("all ports of the guest are busy");
		usleep(50000);
	}
	if (write_all(r.fd, req, sizeof(mark) + 8 + len))
		die("the guest's QEMU is gone");

	for (;;) {
		struct pollfd pfd[2] = {
			{ .fd = r.fd, .events = POLLIN },
			{ .fd = started && use_stdin ? 0 : -1, .events = POLLIN },
		};
		struct frame f;
		char *data;

		if (poll(pfd, 2, 1000) <= 0) {
			check_console();
			if (!started && now() > deadline)
				die("no answer from the guest in %.0f s", wait);
			if (started && now() - seen > DEAD_SECONDS)
				die("no sign of life from the guest in %d s", DEAD_SECONDS);
			continue;
		}
		if (pfd[1].revents) {
			char buf[CHUNK];
			ssize_t n = read(0, buf, sizeof(buf));

			if (n < 0)
				n = 0;
			if (send_frame(r.fd, FRAME_STDIN, buf, n))
				die("the guest's QEMU is gone");
			if (!n)
				use_stdin = 0;
		}
		if (!pfd[0].revents)
			continue;
		seen = now();
		if (reader_fill(&r) < 0) {
			check_console();
			die("the guest's QEMU is gone");
		}
		if (!started && !reader_skip_to(&r, mark, sizeof(mark)))
			continue;
		started = 1;
		while ((data = reader_frame(&r, &f))) {
			switch (f.type) {
			case FRAME_STDOUT:
				if (write_all(1, data, f.len))
					return STATUS_GONE;
				break;
			case FRAME_STDERR:
				write_all(2, data, f.len);
				break;
			case FRAME_EXIT:
				return f.len ? (uint8_t)data[0] : STATUS_GONE;
			}
		}
	}
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "serve"))
		return serve(argc - 2, argv + 2);
	if (argc > 2 && !strcmp(argv[1], "call"))
		return call(argc - 1, argv + 1);
	fputs("usage: agent serve DEVICE... | agent call [-i] [-r SECONDS] [-w CONSOLE] SOCKET... -- ARG...\n",
	      stderr);
	return 2;
}
