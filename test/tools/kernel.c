// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"
#include "tree.h"

struct kernel kernel;

static struct timespec clock_now = { .tv_sec = 1000 };

ssize_t __real_write(int fd, const void *buf, size_t len);
ssize_t __wrap_write(int fd, const void *buf, size_t len);
ssize_t __real_read(int fd, void *buf, size_t len);
ssize_t __wrap_read(int fd, void *buf, size_t len);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_clock_nanosleep(clockid_t id, int flags, const struct timespec *t,
			   struct timespec *rem);
int __wrap_clock_gettime(clockid_t id, struct timespec *t);

static void log_line(const char *driver, const char *dev, const char *owner,
		     const char *text)
{
	char p[PATH_MAX];
	FILE *f;

	if (!kernel.mute) {
		snprintf(p, sizeof(p), "%s/kmsg", kernel.root);
		f = fopen(p, "a");
		if (f) {
			fprintf(f, "6,8,1,-;e1000e 0000:00:19.0: link is up\n");
			fprintf(f, "3,9,1,-;%s %s: %s\n SUBSYSTEM=mdev\n",
				driver, dev, text);
			fprintf(f, "6,9,2,-;vdcm %s: one message more\n", dev);
			fclose(f);
		}
	}
	if (kernel.last_error) {
		snprintf(p, sizeof(p), "%s/last_error", owner);
		tree_file(p, "%s: %s", dev, text);
	}
}

static bool is_uuid(const char *s)
{
	size_t i;

	for (i = 0; i < 36; i++)
		if (!isxdigit((unsigned char)s[i]) && s[i] != '-')
			return false;
	return !s[36];
}

/* .../<pf>/mdev_supported_types/<type>/create */
static int do_create(char *path, const char *text)
{
	char p[2 * PATH_MAX], why[200];
	char *type, *pf;
	int room = 0;
	FILE *f;

	*strrchr(path, '/') = '\0';
	snprintf(p, sizeof(p), "%.3900s/available_instances", path);
	f = fopen(p, "r");
	if (!f || fscanf(f, "%d", &room) != 1)
		abort();
	fclose(f);
	type = strrchr(path, '/');
	*type++ = '\0';
	*strrchr(path, '/') = '\0';
	pf = strrchr(path, '/') + 1;

	if (!is_uuid(text))
		return -EINVAL;
	snprintf(p, sizeof(p), "%s/sys/bus/mdev/devices/%s", kernel.root, text);
	if (!access(p, F_OK))
		return -EEXIST;
	if (!room) {
		snprintf(why, sizeof(why),
			 "cannot create %.36s: all 2 ADIs are in use", text);
		log_line("swpf", pf, path, why);
		return -ENOSPC;
	}
	tree_device_add(kernel.root, pf, type, text);
	return 0;
}

static int do_attr(const char *dir, const char *uuid, const char *name,
		   const char *text)
{
	const char *why = NULL;
	char p[2 * PATH_MAX], pf[PATH_MAX];
	int err = EINVAL;

	if (!strcmp(name, "mac") && (strlen(text) != 17 || text[1] == '1'))
		why = "mac: not a unicast address";
	else if (!strcmp(name, "link") && strcmp(text, "up") &&
		 strcmp(text, "down"))
		why = "link: write \"up\" or \"down\"";
	else if (!strcmp(name, "reset"))
		err = ENODEV;
	if (!why && kernel.open && (!strcmp(name, "mac") ||
				    !strcmp(name, "remove"))) {
		why = "the device is in use; close it first";
		err = EBUSY;
	}
	if (why || !strcmp(name, "reset")) {
		if (why) {
			snprintf(pf, sizeof(pf), "%.*s",
				 (int)(strlen(dir) - strlen(uuid) - 1), dir);
			log_line(kernel.old ? "vfio_mdev" : "vdcm", uuid, pf,
				 why);
		}
		return -err;
	}
	if (!strcmp(name, "remove")) {
		tree_device_del(kernel.root, uuid);
		return 0;
	}
	snprintf(p, sizeof(p), "%s/%s", dir, name);
	tree_file(p, "%s", text);
	return 0;
}

static int do_write(char *path, const char *text)
{
	char *name = strrchr(path, '/') + 1;
	char dir[PATH_MAX];

	if (!strcmp(name, "create"))
		return do_create(path, text);
	snprintf(dir, sizeof(dir), "%.*s", (int)(name - path - 1), path);
	return do_attr(dir, strrchr(dir, '/') + 1, name, text);
}

/* The path of a file in the tree's sysfs; false: it is another file. */
static bool in_sysfs(int fd, char *path)
{
	char link[64], sys[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH_MAX - 1);
	if (n < 0 || !*kernel.root)
		return false;
	path[n] = '\0';
	snprintf(sys, sizeof(sys), "%s/sys/", kernel.root);
	return !strncmp(path, sys, strlen(sys));
}

ssize_t __wrap_read(int fd, void *buf, size_t len)
{
	char path[PATH_MAX];

	if (kernel.broken && in_sysfs(fd, path)) {
		size_t n = strlen(path), tail = strlen(kernel.broken);

		if (n > tail && !strcmp(path + n - tail, kernel.broken)) {
			errno = EIO;
			return -1;
		}
	}
	return __real_read(fd, buf, len);
}

ssize_t __wrap_write(int fd, const void *buf, size_t len)
{
	char path[PATH_MAX], text[256];
	int err;

	if (!in_sysfs(fd, path))
		return __real_write(fd, buf, len);

	/* One line in one write, or it is not sysfs. */
	if (!len || len > sizeof(text) || ((const char *)buf)[len - 1] != '\n')
		abort();
	memcpy(text, buf, len - 1);
	text[len - 1] = '\0';
	err = do_write(path, text);
	if (err) {
		errno = -err;
		return -1;
	}
	return (ssize_t)len;
}

/* An attribute does not become empty by being opened. */
int __wrap_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = (mode_t)va_arg(ap, int);
		va_end(ap);
	}
	if (*kernel.root && !strncmp(path, kernel.root, strlen(kernel.root)))
		flags &= ~O_TRUNC;
	return __real_open(path, flags, mode);
}

int __wrap_clock_nanosleep(clockid_t id, int flags, const struct timespec *t,
			   struct timespec *rem)
{
	(void)id;
	(void)flags;
	(void)rem;
	clock_now.tv_sec += t->tv_sec;
	clock_now.tv_nsec += t->tv_nsec;
	if (clock_now.tv_nsec >= 1000000000) {
		clock_now.tv_sec++;
		clock_now.tv_nsec -= 1000000000;
	}
	if (kernel.slept)
		kernel.slept();
	return 0;
}

int __wrap_clock_gettime(clockid_t id, struct timespec *t)
{
	(void)id;
	*t = clock_now;
	return 0;
}
