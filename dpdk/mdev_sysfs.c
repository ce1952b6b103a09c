// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mdev_sysfs.h"

static bool is_dash(size_t i)
{
	return i == 8 || i == 13 || i == 18 || i == 23;
}

int mdev_uuid_parse(const char *text, char lower[MDEV_UUID_LEN + 1],
		    uint8_t bytes[16])
{
	size_t i, n = 0;

	if (strnlen(text, MDEV_UUID_LEN + 1) != MDEV_UUID_LEN)
		return -EINVAL;
	for (i = 0; i < MDEV_UUID_LEN; i++)
		if (is_dash(i) ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return -EINVAL;

	for (i = 0; lower && i < MDEV_UUID_LEN; i++)
		lower[i] = (char)tolower((unsigned char)text[i]);
	if (lower)
		lower[MDEV_UUID_LEN] = '\0';
	for (i = 0; bytes && i < MDEV_UUID_LEN; i += 2) {
		const char pair[] = { text[i], text[i + 1], '\0' };

		if (is_dash(i)) {
			i--;
			continue;
		}
		bytes[n++] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return 0;
}

bool mdev_sysfs_has(const char *base, const char *name)
{
	char uuid[MDEV_UUID_LEN + 1], dir[PATH_MAX];
	int len;

	if (mdev_uuid_parse(name, uuid, NULL))
		return false;
	len = snprintf(dir, sizeof(dir), "%s/%s", base, uuid);
	return len > 0 && (size_t)len < sizeof(dir) && !access(dir, F_OK);
}

/* The first line of a file; -errno. */
static int read_line(const char *path, char *buf, size_t size)
{
	FILE *f = fopen(path, "re");
	char *line;

	if (!f)
		return -errno;
	line = fgets(buf, (int)size, f);
	fclose(f);
	if (!line)
		return -EIO;
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

/* The last part of where a link points to; -errno. */
static int link_name(const char *path, char *buf, size_t size)
{
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	const char *last;

	if (len < 0)
		return -errno;
	target[len] = '\0';
	last = strrchr(target, '/');
	last = last ? last + 1 : target;
	if ((size_t)snprintf(buf, size, "%s", last) >= size)
		return -ENAMETOOLONG;
	return 0;
}

static int lookup_group(const char *dir, struct mdev_sysfs *out,
			struct mdev_error *err)
{
	char path[PATH_MAX + 64], name[32];
	unsigned long group;
	char *end;
	int ret;

	snprintf(path, sizeof(path), "%s/iommu_group", dir);
	ret = link_name(path, name, sizeof(name));
	if (ret == -ENOENT) {
		mdev_error_set(err, "no vfio driver has this mediated device (no %s); on Linux 5.10 load vfio_mdev",
			       path);
		return ret;
	}
	if (ret) {
		mdev_error_set(err, "cannot read %s: %s", path, strerror(-ret));
		return ret;
	}

	group = strtoul(name, &end, 10);
	if (!isdigit((unsigned char)name[0]) || *end || group > INT_MAX) {
		mdev_error_set(err, "%s points to %s, which is no IOMMU group", path, name);
		return -EIO;
	}
	out->group = (unsigned int)group;
	return 0;
}

int mdev_sysfs_lookup(const char *base, const char *name,
		      struct mdev_sysfs *out, struct mdev_error *err)
{
	char dir[PATH_MAX], path[PATH_MAX + 64], line[64];
	int ret, len;

	if (mdev_uuid_parse(name, out->uuid, NULL)) {
		mdev_error_set(err, "\"%s\" is not a UUID, such as 83b8f4f2-509f-382f-3c1e-e6bfe0fa1001",
			       name);
		return -EINVAL;
	}
	len = snprintf(dir, sizeof(dir), "%s/%s", base, out->uuid);
	if (len < 0 || (size_t)len >= sizeof(dir)) {
		mdev_error_set(err, "the path to the devices is too long");
		return -ENAMETOOLONG;
	}
	if (access(base, F_OK)) {
		mdev_error_set(err, "this machine has no mediated devices (no %s): is the module vdcm_swpf loaded?",
			       base);
		return -ENODEV;
	}
	if (access(dir, F_OK)) {
		mdev_error_set(err, "there is no such mediated device (no %s): create it first", dir);
		return -ENODEV;
	}

	snprintf(path, sizeof(path), "%s/mdev_type/device_api", dir);
	ret = read_line(path, line, sizeof(line));
	if (ret) {
		mdev_error_set(err, "cannot read %s: %s", path, strerror(-ret));
		return -EIO;
	}
	if (strcmp(line, "vfio-pci")) {
		mdev_error_set(err, "this mediated device is for %s, not a PCI device", line);
		return -ENOTSUP;
	}

	ret = lookup_group(dir, out, err);
	if (ret)
		return ret;

	/* The directory is a link: its parent is the parent device. */
	snprintf(path, sizeof(path), "%s/../numa_node", dir);
	out->numa_node = -1;
	if (!read_line(path, line, sizeof(line)))
		out->numa_node = atoi(line);
	return 0;
}
