// SPDX-License-Identifier: GPL-2.0
/*
 * list, show.
 */
#include <string.h>

#include "vdcmctl.h"

static const char *attr_text(const struct adi *adi, const char *name)
{
	const struct pair *p = attr_find(&adi->attrs, name);

	return p ? p->value : NULL;
}

static char *joined(const struct names *names)
{
	char *all = mem_printf("%s", names->n ? names->v[0] : "");
	size_t i;

	for (i = 1; i < names->n; i++)
		all = mem_printf("%s,%s", all, names->v[i]);
	return all;
}

static void print_pfs(const struct pfs *pfs)
{
	struct table t;
	size_t i, k;

	table_init(&t, 6);
	table_row(&t, "PF", "DRIVER", "UPLINK", "TYPE", "QUEUE PAIRS",
		  "AVAILABLE");
	for (i = 0; i < pfs->n; i++) {
		const struct pf *pf = &pfs->v[i];

		for (k = 0; k < pf->n_types; k++)
			table_row(&t, pf->name, pf->driver,
				  joined(&pf->uplinks), pf->types[k].name,
				  type_property(&pf->types[k], "queue_pairs"),
				  pf->types[k].available);
	}
	table_print(&t, t.cols);
}

static void print_adis(const struct adis *adis)
{
	struct table t;
	size_t i;

	table_init(&t, 7);
	table_row(&t, "UUID", "PF", "TYPE", "GROUP", "MAC", "VLAN", "LINK");
	for (i = 0; i < adis->n; i++) {
		const struct adi *a = &adis->v[i];

		table_row(&t, a->uuid, a->pf, a->type, a->group,
			  attr_text(a, "mac"), attr_text(a, "vlan"),
			  attr_text(a, "link"));
	}
	table_print(&t, t.cols);
}

int cmd_list(void)
{
	struct adis adis;
	struct json j;
	struct pfs pfs;
	size_t i;

	pfs_read(&pfs);
	adis_read(&adis);
	if (!opt.json) {
		if (!pfs.n)
			complain("no PF: is vdcm_swpf loaded?");
		else
			print_pfs(&pfs);
		if (adis.n) {
			putchar('\n');
			print_adis(&adis);
		}
		return CTL_OK;
	}

	json_init(&j, stdout);
	json_begin(&j, NULL, '{');
	json_pfs(&j, &pfs);
	json_begin(&j, "adis", '[');
	for (i = 0; i < adis.n; i++)
		json_adi(&j, NULL, &adis.v[i], false);
	json_end(&j, ']');
	json_end(&j, '}');
	return CTL_OK;
}

void print_pairs(const struct pairs *pairs, const char *indent)
{
	int width = 0;
	size_t i;

	for (i = 0; i < pairs->n; i++)
		if ((int)strlen(pairs->v[i].name) > width)
			width = (int)strlen(pairs->v[i].name);
	for (i = 0; i < pairs->n; i++) {
		const struct pair *p = &pairs->v[i];

		printf("%s%-*s  ", indent, width, p->name);
		if (p->value)
			printf("%s\n", p->value);
		else
			printf("(%s)\n", strerror(p->err));
	}
}

int cmd_show(void)
{
	struct adi adi;
	struct json j;
	int ret;

	ret = adi_find(opt.argv[0], &adi);
	if (ret)
		return ret;
	if (opt.json) {
		json_init(&j, stdout);
		json_adi(&j, NULL, &adi, false);
		return CTL_OK;
	}
	printf("uuid         %s\n", adi.uuid);
	printf("pf           %s\n", adi.pf ? adi.pf : "-");
	printf("type         %s\n", adi.type);
	printf("iommu_group  %s\n", adi.group ? adi.group : "-");
	puts("attributes");
	print_pairs(&adi.attrs, "  ");
	return CTL_OK;
}
