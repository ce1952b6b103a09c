// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel log: the reason of a refusal, and what belongs in a report.
 *
 * /dev/kmsg gives one record per read(): "prio,seq,time,flags;text", then lines
 * that begin with a space.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "vdcmctl.h"

#define RECORD_MAX	8192
#define LOG_MAX		(16UL * 1024 * 1024)

int kmsg_mark(void)
{
	int fd = open(opt.kmsg, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0 && lseek(fd, 0, SEEK_END) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* All that is left to read; NULL with errno when nothing could be. */
static char *kmsg_read(int fd)
{
	size_t room = 64UL * 1024, n = 0;
	char *buf = mem_alloc(room + 1);

	for (;;) {
		ssize_t got;

		if (room - n < RECORD_MAX) {
			char *more;

			if (room >= LOG_MAX)
				break;
			room *= 2;
			more = mem_alloc(room + 1);
			memcpy(more, buf, n);
			buf = more;
		}
		got = read(fd, buf + n, room - n);
		/* EPIPE: records were lost meanwhile, the next ones are there */
		if (got < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (got < 0 && errno != EAGAIN && !n)
			return NULL;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	buf[n] = '\0';
	return buf;
}

/* The next message of @log, cut off there; NULL at its end. */
static char *next_message(char **log)
{
	while (**log) {
		char *line = *log;
		char *end = strchr(line, '\n');
		char *text;

		if (end) {
			*end = '\0';
			*log = end + 1;
		} else {
			*log = line + strlen(line);
		}
		text = *line == ' ' ? NULL : strchr(line, ';');
		if (text)
			return text + 1;
	}
	return NULL;
}

static char *after_name(char *message, const char *name)
{
	char *colon = mem_printf("%s: ", name);
	char *at = strstr(message, colon);

	return at ? at + strlen(colon) : NULL;
}

char *kmsg_reason(int mark, const char *uuid, const char *pf)
{
	char *log, *message, *text;

	if (mark < 0)
		return NULL;
	log = kmsg_read(mark);
	close(mark);
	while (log && (message = next_message(&log))) {
		if (!strstr(message, uuid))
			continue;
		text = pf ? after_name(message, pf) : NULL;
		if (!text)
			text = after_name(message, uuid);
		return text ? text : message;
	}
	return NULL;
}

static bool is_ours(const char *message)
{
	static const char *const words[] = {
		"vdcm", "swpf", "mdev", "vfio", "iommu group",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(message, words[i]))
			return true;
	return false;
}

int kmsg_ours(struct names *lines)
{
	int fd = open(opt.kmsg, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct names uuids;
	char *log, *message;
	size_t i, room = 0;

	memset(lines, 0, sizeof(*lines));
	if (fd < 0)
		return -errno;
	log = kmsg_read(fd);
	if (!log) {
		int err = errno;

		close(fd);
		return -err;
	}
	close(fd);

	dir_list(mem_printf("%s/bus/mdev/devices", opt.sysfs), &uuids);
	while ((message = next_message(&log))) {
		bool ours = is_ours(message);

		for (i = 0; i < uuids.n && !ours; i++)
			ours = strstr(message, uuids.v[i]);
		if (!ours)
			continue;
		if (lines->n == room) {
			char **more;

			room = room ? 2 * room : 64;
			more = mem_array(room, sizeof(*more));
			if (lines->n)
				memcpy(more, lines->v,
				       lines->n * sizeof(*more));
			lines->v = more;
		}
		lines->v[lines->n++] = message;
	}
	return 0;
}
