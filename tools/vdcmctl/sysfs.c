// SPDX-License-Identifier: GPL-2.0
/*
 * Files, directories and links.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vdcmctl.h"

#define FILE_MAX	(1024UL * 1024)

char *file_read(const char *path)
{
	size_t room = 4096, n = 0;
	char *buf = mem_alloc(room + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return NULL;

	for (;;) {
		ssize_t got = read(fd, buf + n, room - n);

		if (got < 0) {
			int err = errno;

			close(fd);
			errno = err;
			return NULL;
		}
		if (!got)
			break;
		n += (size_t)got;
		if (n == room) {
			char *more;

			if (room == FILE_MAX)
				break;
			room *= 2;
			more = mem_alloc(room + 1);
			memcpy(more, buf, n);
			buf = more;
		}
	}
	close(fd);

	while (n && buf[n - 1] == '\n')
		n--;
	buf[n] = '\0';
	return buf;
}

int file_write(const char *path, const char *text)
{
	char *line = mem_printf("%s\n", text);
	size_t len = strlen(line);
	ssize_t done;
	int err = 0;
	int fd;

	fd = open(path, O_WRONLY | O_CLOEXEC | O_TRUNC);
	if (fd < 0)
		return -errno;
	done = write(fd, line, len);
	if (done < 0)
		err = -errno;
	else if ((size_t)done != len)
		err = -EIO;
	close(fd);
	return err;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int dir_list(const char *path, struct names *names)
{
	struct dirent *d;
	size_t room = 0;
	DIR *dir;

	memset(names, 0, sizeof(*names));
	dir = opendir(path);
	if (!dir)
		return -errno;

	while ((d = readdir(dir))) {
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		if (names->n == room) {
			char **more;

			room = room ? 2 * room : 32;
			more = mem_array(room, sizeof(*more));
			if (names->n)
				memcpy(more, names->v,
				       names->n * sizeof(*more));
			names->v = more;
		}
		names->v[names->n++] = mem_printf("%s", d->d_name);
	}
	closedir(dir);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), compare_names);
	return 0;
}

char *link_base(const char *path)
{
	char to[PATH_MAX];
	ssize_t n = readlink(path, to, sizeof(to) - 1);
	char *base;

	if (n < 0)
		return NULL;
	to[n] = '\0';
	base = strrchr(to, '/');
	return mem_printf("%s", base ? base + 1 : to);
}

bool is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* What the driver core puts next to a device's attributes. */
static bool is_core_file(const char *name)
{
	return !strcmp(name, "uevent") || !strcmp(name, "waiting_for_supplier");
}

void attrs_read(const char *dir, struct pairs *attrs)
{
	struct names names;
	size_t i;

	memset(attrs, 0, sizeof(*attrs));
	if (dir_list(dir, &names))
		return;
	attrs->v = mem_array(names.n, sizeof(*attrs->v));
	for (i = 0; i < names.n; i++) {
		char *path = mem_printf("%s/%s", dir, names.v[i]);
		struct pair *p = &attrs->v[attrs->n];
		struct stat st;

		if (is_core_file(names.v[i]) || lstat(path, &st) ||
		    !S_ISREG(st.st_mode) || !(st.st_mode & 0444))
			continue;
		p->name = names.v[i];
		p->writable = st.st_mode & 0222;
		p->value = file_read(path);
		p->err = p->value ? 0 : errno;
		attrs->n++;
	}
}

const struct pair *attr_find(const struct pairs *attrs, const char *name)
{
	size_t i;

	for (i = 0; i < attrs->n; i++)
		if (!strcmp(attrs->v[i].name, name))
			return &attrs->v[i];
	return NULL;
}

bool parse_u64(const char *text, uint64_t *value)
{
	unsigned long long v;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno || *end)
		return false;
	*value = v;
	return true;
}
