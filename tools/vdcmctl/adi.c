// SPDX-License-Identifier: GPL-2.0
/*
 * Mediated devices of vdcm.
 */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "vdcmctl.h"

char *uuid_parse(const char *text)
{
	char *uuid;
	size_t i;

	if (strlen(text) != UUID_LEN)
		return NULL;
	uuid = mem_printf("%s", text);
	for (i = 0; i < UUID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		unsigned char c = (unsigned char)text[i];

		if (dash ? c != '-' : !isxdigit(c))
			return NULL;
		uuid[i] = (char)tolower(c);
	}
	return uuid;
}

/* The parent is the directory that the device's own is in. */
static char *parent_of(const char *path)
{
	char real[PATH_MAX];
	char *slash;

	if (!realpath(path, real))
		return NULL;
	slash = strrchr(real, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	slash = strrchr(real, '/');
	return slash ? mem_printf("%s", slash + 1) : NULL;
}

/* false: there is none, or it is not vdcm's */
static bool adi_read(const char *uuid, struct adi *adi)
{
	char *path = mem_printf("%s/bus/mdev/devices/%s", opt.sysfs, uuid);
	char *type = link_base(mem_printf("%s/mdev_type", path));

	if (!type || !type_is_vdcm(type))
		return false;
	memset(adi, 0, sizeof(*adi));
	adi->uuid = mem_printf("%s", uuid);
	adi->path = path;
	adi->type = type;
	adi->pf = parent_of(path);
	adi->group = link_base(mem_printf("%s/iommu_group", path));
	attrs_read(path, &adi->attrs);
	return true;
}

void adis_read(struct adis *adis)
{
	struct names names;
	size_t i;

	memset(adis, 0, sizeof(*adis));
	dir_list(mem_printf("%s/bus/mdev/devices", opt.sysfs), &names);
	adis->v = mem_array(names.n, sizeof(*adis->v));
	for (i = 0; i < names.n; i++)
		if (adi_read(names.v[i], &adis->v[adis->n]))
			adis->n++;
}

int adi_find(const char *text, struct adi *adi)
{
	char *uuid = uuid_parse(text);

	if (!uuid) {
		complain("%s: not a UUID", text);
		return CTL_USAGE;
	}
	if (adi_read(uuid, adi))
		return CTL_OK;
	if (is_dir(mem_printf("%s/bus/mdev/devices/%s", opt.sysfs, uuid)))
		complain("%s: not a device of vdcm's", uuid);
	else
		complain("%s: no such device", uuid);
	return CTL_NOT_FOUND;
}

void adi_stats(const struct adi *adi, struct pairs *stats)
{
	attrs_read(mem_printf("%s/stats", adi->path), stats);
}

void json_adi(struct json *j, const char *key, const struct adi *adi,
	      bool with_stats)
{
	struct pairs stats;
	size_t i;

	json_begin(j, key, '{');
	json_str(j, "uuid", adi->uuid);
	json_str(j, "pf", adi->pf);
	json_str(j, "type", adi->type);
	json_str(j, "iommu_group", adi->group);
	json_begin(j, "attributes", '{');
	for (i = 0; i < adi->attrs.n; i++)
		json_str(j, adi->attrs.v[i].name, adi->attrs.v[i].value);
	json_end(j, '}');
	if (with_stats) {
		adi_stats(adi, &stats);
		json_begin(j, "stats", '{');
		for (i = 0; i < stats.n; i++)
			json_value(j, stats.v[i].name, stats.v[i].value);
		json_end(j, '}');
	}
	json_end(j, '}');
}
