// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree.h"

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static char *path_of(char *buf, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static char *path_of(char *buf, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, PATH_MAX, fmt, ap);
	va_end(ap);
	return buf;
}

/* mkdir -p */
static void make_dir(const char *path)
{
	char buf[PATH_MAX], *at = buf + 1;

	snprintf(buf, sizeof(buf), "%s", path);
	for (;;) {
		char *slash = strchr(at, '/');

		if (slash)
			*slash = '\0';
		if (mkdir(buf, 0755) && errno != EEXIST)
			fail(buf);
		if (!slash)
			return;
		*slash = '/';
		at = slash + 1;
	}
}

static void make_parent(const char *path)
{
	char buf[PATH_MAX], *slash;

	snprintf(buf, sizeof(buf), "%s", path);
	slash = strrchr(buf, '/');
	*slash = '\0';
	make_dir(buf);
}

void tree_file(const char *path, const char *fmt, ...)
{
	va_list ap;
	FILE *f;

	make_parent(path);
	f = fopen(path, "w");
	if (!f)
		fail(path);
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fputc('\n', f);
	fclose(f);
}

void tree_fifo(const char *path)
{
	if (unlink(path) || mkfifo(path, 0644))
		fail(path);
}

static void make_link(const char *path, const char *to)
{
	make_parent(path);
	if (symlink(to, path))
		fail(path);
}

static void make_mode(const char *path, mode_t mode)
{
	if (chmod(path, mode))
		fail(path);
}

static void make_type(const char *pf, const char *name, const char *describe,
		      int room)
{
	char dir[PATH_MAX], p[PATH_MAX + 64];

	path_of(dir, "%s/mdev_supported_types/%s", pf, name);
	make_dir(path_of(p, "%s/devices", dir));
	tree_file(path_of(p, "%s/name", dir), "Intel AVF network function (vdcm)");
	tree_file(path_of(p, "%s/device_api", dir), "vfio-pci");
	if (describe)
		tree_file(path_of(p, "%s/description", dir), "%s", describe);
	tree_file(path_of(p, "%s/available_instances", dir), "%d", room);
	tree_file(path_of(p, "%s/create", dir), "%s", "");
	make_mode(p, 0200);
}

static void make_pf(const char *root, const char *name, const char *uplink)
{
	char dir[PATH_MAX], p[PATH_MAX + 64], to[PATH_MAX];

	path_of(dir, "%s/sys/devices/pci5000:00/%s", root, name);
	make_dir(dir);
	make_link(path_of(p, "%s/driver", dir), "../../../bus/pci/drivers/swpf");
	tree_file(path_of(p, "%s/numa_node", dir), "-1");
	make_dir(path_of(p, "%s/net/%s", dir, uplink));
	make_type(dir, "swpf-vdcm",
		  "queue_pairs=1 vectors=2 link_mbps=10000 max_adis=2",
		  TREE_ROOM);
	make_type(dir, "swpf-vdcm4",
		  "queue_pairs=4 vectors=5 link_mbps=10000 max_adis=2",
		  TREE_ROOM);
	make_link(path_of(p, "%s/sys/class/mdev_bus/%s", root, name),
		  path_of(to, "../../devices/pci5000:00/%s", name));
}

static void make_alien(const char *root)
{
	char dir[PATH_MAX], p[PATH_MAX + 64];

	path_of(dir, "%s/sys/devices/pci0000:00/" TREE_ALIEN_PF, root);
	make_dir(dir);
	make_type(dir, "i915-GVTg_V5_4", NULL, 1);
	make_link(path_of(p, "%s/sys/class/mdev_bus/" TREE_ALIEN_PF, root),
		  "../../devices/pci0000:00/" TREE_ALIEN_PF);
	make_dir(path_of(p, "%s/" TREE_ALIEN, dir));
	make_link(path_of(p, "%s/" TREE_ALIEN "/mdev_type", dir),
		  "../mdev_supported_types/i915-GVTg_V5_4");
	make_link(path_of(p, "%s/" TREE_ALIEN "/subsystem", dir),
		  "../../../../bus/mdev");
	make_link(path_of(p, "%s/sys/kernel/iommu_groups/8/devices/" TREE_ALIEN,
			  root),
		  "../../../../devices/pci0000:00/" TREE_ALIEN_PF "/" TREE_ALIEN);
	make_link(path_of(p, "%s/sys/bus/mdev/devices/" TREE_ALIEN, root),
		  "../../../devices/pci0000:00/" TREE_ALIEN_PF "/" TREE_ALIEN);
}

/* Both types draw from the PF's ADIs. */
static void take_room(const char *root, const char *pf, int by)
{
	static const char *const types[] = { "swpf-vdcm", "swpf-vdcm4" };
	char p[PATH_MAX];
	int i, room;
	FILE *f;

	for (i = 0; i < 2; i++) {
		path_of(p, "%s/sys/class/mdev_bus/%s/mdev_supported_types/%s/available_instances",
			root, pf, types[i]);
		f = fopen(p, "r");
		if (!f || fscanf(f, "%d", &room) != 1)
			fail(p);
		fclose(f);
		tree_file(p, "%d", room - by);
	}
}

void tree_device_add(const char *root, const char *pf, const char *type,
		     const char *uuid)
{
	static const struct {
		const char *name;
		const char *value;
		mode_t mode;
	} files[] = {
		{ "mac", "02:00:00:00:00:01", 0644 },
		{ "link", "up", 0644 },
		{ "speed", "10000", 0644 },
		{ "vlan", "0", 0644 },
		{ "trust", "0", 0644 },
		{ "spoofchk", "1", 0644 },
		{ "max_tx_rate", "0", 0644 },
		{ "weight", "100", 0644 },
		{ "doorbell", "auto", 0644 },
		{ "reset", "", 0200 },
		{ "remove", "", 0200 },
		{ "uevent", "DRIVER=vdcm", 0644 },
		{ "stats/rx_bytes", "1000", 0444 },
		{ "stats/rx_unicast", "10", 0444 },
		{ "stats/rx_multicast", "2", 0444 },
		{ "stats/rx_broadcast", "3", 0444 },
		{ "stats/rx_discards", "0", 0444 },
		{ "stats/tx_bytes", "18446744073709551615", 0444 },
		{ "stats/tx_unicast", "7", 0444 },
		{ "stats/tx_discards", "0", 0444 },
		{ "stats/tx_errors", "0", 0444 },
		{ "stats/irqs", "0", 0444 },
		{ "stats/bar_reads", "0", 0444 },
		{ "stats/bar_writes", "0", 0444 },
	};
	char dir[PATH_MAX], p[PATH_MAX + 64], to[PATH_MAX];
	size_t i;

	path_of(dir, "%s/sys/devices/pci5000:00/%s/%s", root, pf, uuid);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		tree_file(path_of(p, "%s/%s", dir, files[i].name), "%s",
			  files[i].value);
		make_mode(p, files[i].mode);
	}
	make_dir(path_of(p, "%s/power", dir));
	make_dir(path_of(p, "%s/sys/kernel/iommu_groups/7/devices", root));
	make_link(path_of(p, "%s/iommu_group", dir),
		  "../../../../kernel/iommu_groups/7");
	make_link(path_of(p, "%s/sys/kernel/iommu_groups/7/devices/%s", root,
			  uuid),
		  path_of(to, "../../../../devices/pci5000:00/%s/%s", pf, uuid));
	make_link(path_of(p, "%s/subsystem", dir), "../../../../bus/mdev");
	make_link(path_of(p, "%s/mdev_type", dir),
		  path_of(to, "../mdev_supported_types/%s", type));
	make_link(path_of(p, "%s/sys/bus/mdev/devices/%s", root, uuid),
		  path_of(to, "../../../devices/pci5000:00/%s/%s", pf, uuid));
	make_link(path_of(p, "%s/sys/class/mdev_bus/%s/mdev_supported_types/%s/devices/%s",
			  root, pf, type, uuid),
		  path_of(to, "../../../%s", uuid));
	take_room(root, pf, 1);
}

void tree_device_del(const char *root, const char *uuid)
{
	char p[PATH_MAX], real[PATH_MAX], type[PATH_MAX + 64];
	char cmd[2 * PATH_MAX];
	char *slash;

	path_of(p, "%s/sys/kernel/iommu_groups/7/devices/%s", root, uuid);
	if (unlink(p))
		fail(p);
	path_of(p, "%s/sys/bus/mdev/devices/%s", root, uuid);
	snprintf(type, sizeof(type), "%s/mdev_type/devices/%s", p, uuid);
	if (!realpath(p, real) || unlink(type) || unlink(p))
		fail(p);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", real);
	if (system(cmd))
		fail(cmd);
	slash = strrchr(real, '/');
	*slash = '\0';
	take_room(root, strrchr(real, '/') + 1, -1);
}

void tree_make(const char *root)
{
	char p[PATH_MAX];

	make_pf(root, TREE_PF, "vdcm0");
	make_pf(root, TREE_PF2, "vdcm1");
	make_alien(root);
	tree_device_add(root, TREE_PF, "swpf-vdcm", TREE_UUID);
	tree_file(path_of(p, "%s/sys/module/vdcm/version", root), "0.1");
	tree_file(path_of(p, "%s/sys/module/vdcm/srcversion", root), "ABCDEF");
	tree_file(path_of(p, "%s/sys/module/vdcm/refcnt", root), "3");
	tree_file(path_of(p, "%s/sys/module/vdcm_swpf/parameters/max_adis",
			  root), "2");
	tree_file(path_of(p, "%s/sys/kernel/debug/vdcm/" TREE_UUID "/registers",
			  root), "VFGEN_RSTAT 1\n\"quoted\"\tand \\ back");
	tree_file(path_of(p, "%s/kmsg", root), "6,1,0,-;%s\n6,2,5,-;%s\n DEVICE=+mdev;vdcm",
		  "Linux version 6.12", "swpf " TREE_PF
		  ": software PF: 2 ADIs, uplink vdcm0");
}
