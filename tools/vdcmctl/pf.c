// SPDX-License-Identifier: GPL-2.0
/*
 * PFs, and the types of devices that they offer.
 */
#include <string.h>

#include "vdcmctl.h"

/* <driver>-vdcm, with the number of its queue pairs when that is not one */
bool type_is_vdcm(const char *name)
{
	const char *at = strstr(name, "-vdcm");

	if (!at || at == name)
		return false;
	at += strlen("-vdcm");
	return at[strspn(at, "0123456789")] == '\0';
}

static void type_read(struct type *t, const char *pf_path, char *name)
{
	t->name = name;
	t->path = mem_printf("%s/mdev_supported_types/%s", pf_path, name);
	t->pretty = file_read(mem_printf("%s/name", t->path));
	t->api = file_read(mem_printf("%s/device_api", t->path));
	t->description = file_read(mem_printf("%s/description", t->path));
	t->available = file_read(mem_printf("%s/available_instances", t->path));
	dir_list(mem_printf("%s/devices", t->path), &t->devices);
}

char *type_property(const struct type *type, const char *key)
{
	size_t len = strlen(key);
	const char *at = type->description;

	while (at && *at) {
		size_t n = strcspn(at, " ");

		if (n > len && !strncmp(at, key, len) && at[len] == '=')
			return mem_printf("%.*s", (int)(n - len - 1),
					  at + len + 1);
		at += n;
		at += strspn(at, " ");
	}
	return NULL;
}

static void pf_read(struct pf *pf, char *name)
{
	struct names types;
	size_t i;

	memset(pf, 0, sizeof(*pf));
	pf->name = name;
	pf->path = mem_printf("%s/class/mdev_bus/%s", opt.sysfs, name);
	dir_list(mem_printf("%s/mdev_supported_types", pf->path), &types);
	pf->types = mem_array(types.n, sizeof(*pf->types));
	for (i = 0; i < types.n; i++)
		if (type_is_vdcm(types.v[i]))
			type_read(&pf->types[pf->n_types++], pf->path,
				  types.v[i]);
	if (!pf->n_types)
		return;
	pf->driver = link_base(mem_printf("%s/driver", pf->path));
	pf->numa = file_read(mem_printf("%s/numa_node", pf->path));
	dir_list(mem_printf("%s/net", pf->path), &pf->uplinks);
}

void pfs_read(struct pfs *pfs)
{
	struct names names;
	size_t i;

	memset(pfs, 0, sizeof(*pfs));
	dir_list(mem_printf("%s/class/mdev_bus", opt.sysfs), &names);
	pfs->v = mem_array(names.n, sizeof(*pfs->v));
	for (i = 0; i < names.n; i++) {
		pf_read(&pfs->v[pfs->n], names.v[i]);
		if (pfs->v[pfs->n].n_types)
			pfs->n++;
	}
}

void json_pfs(struct json *j, const struct pfs *pfs)
{
	size_t i, k;

	json_begin(j, "pfs", '[');
	for (i = 0; i < pfs->n; i++) {
		const struct pf *pf = &pfs->v[i];

		json_begin(j, NULL, '{');
		json_str(j, "pf", pf->name);
		json_str(j, "driver", pf->driver);
		json_str(j, "numa_node", pf->numa);
		json_names(j, "uplinks", &pf->uplinks);
		json_begin(j, "types", '[');
		for (k = 0; k < pf->n_types; k++) {
			const struct type *t = &pf->types[k];

			json_begin(j, NULL, '{');
			json_str(j, "type", t->name);
			json_str(j, "name", t->pretty);
			json_str(j, "device_api", t->api);
			json_str(j, "description", t->description);
			json_value(j, "available_instances", t->available);
			json_names(j, "devices", &t->devices);
			json_end(j, '}');
		}
		json_end(j, ']');
		json_end(j, '}');
	}
	json_end(j, ']');
}
