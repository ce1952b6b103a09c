// SPDX-License-Identifier: GPL-2.0
/*
 * report: all there is to say about this machine in a bug report.
 */
#include <string.h>
#include <sys/utsname.h>

#include "vdcmctl.h"

#define DUMP_DEPTH	4

static const char *const modules[] = {
	"vdcm", "vdcm_swpf", "vdcm_e810", "mdev", "vfio", "vfio_mdev",
	"vfio_iommu_type1", "vfio_pci", "iommufd", "kvm", "kvm_intel",
	"kvm_amd",
};

#define NUM_MODULES	(sizeof(modules) / sizeof(modules[0]))

/* For each kind of output: a way to say a heading, a value, an end. */
struct out {
	bool json;
	struct json j;
};

static void section(struct out *o, const char *name)
{
	if (o->json)
		json_begin(&o->j, name, '{');
	else
		printf("\n== %s\n", name);
}

static void section_end(struct out *o)
{
	if (o->json)
		json_end(&o->j, '}');
}

static void value(struct out *o, const char *name, const char *text)
{
	if (o->json)
		json_str(&o->j, name, text);
	else
		printf("%s: %s\n", name, text ? text : "-");
}

static void report_kernel(struct out *o)
{
	struct utsname u;

	section(o, "kernel");
	if (!uname(&u)) {
		value(o, "release", u.release);
		value(o, "version", u.version);
		value(o, "machine", u.machine);
	}
	value(o, "cmdline", file_read("/proc/cmdline"));
	section_end(o);
}

static void report_module(struct out *o, const char *name)
{
	char *path = mem_printf("%s/module/%s", opt.sysfs, name);
	struct pairs params;
	size_t i;

	if (!is_dir(path))
		return;
	attrs_read(mem_printf("%s/parameters", path), &params);
	if (o->json) {
		json_begin(&o->j, name, '{');
		json_str(&o->j, "version",
			 file_read(mem_printf("%s/version", path)));
		json_str(&o->j, "srcversion",
			 file_read(mem_printf("%s/srcversion", path)));
		json_str(&o->j, "taint",
			 file_read(mem_printf("%s/taint", path)));
		json_value(&o->j, "refcnt",
			   file_read(mem_printf("%s/refcnt", path)));
		json_begin(&o->j, "parameters", '{');
		for (i = 0; i < params.n; i++)
			json_str(&o->j, params.v[i].name, params.v[i].value);
		json_end(&o->j, '}');
		json_end(&o->j, '}');
	} else {
		char *version = file_read(mem_printf("%s/version", path));
		char *src = file_read(mem_printf("%s/srcversion", path));
		char *refs = file_read(mem_printf("%s/refcnt", path));

		printf("%s: version %s, srcversion %s, refcnt %s\n", name,
		       version ? version : "-", src ? src : "-",
		       refs ? refs : "-");
		print_pairs(&params, "  ");
	}
}

static void report_modules(struct out *o)
{
	size_t i;

	section(o, "modules");
	for (i = 0; i < NUM_MODULES; i++)
		report_module(o, modules[i]);
	section_end(o);
}

static void report_pfs(struct out *o)
{
	struct pfs pfs;
	size_t i, k;

	pfs_read(&pfs);
	if (o->json) {
		json_pfs(&o->j, &pfs);
		return;
	}
	printf("\n== PFs\n");
	for (i = 0; i < pfs.n; i++) {
		const struct pf *pf = &pfs.v[i];

		printf("%s: driver %s, numa_node %s, uplinks", pf->name,
		       pf->driver ? pf->driver : "-",
		       pf->numa ? pf->numa : "-");
		for (k = 0; k < pf->uplinks.n; k++)
			printf(" %s", pf->uplinks.v[k]);
		putchar('\n');
		for (k = 0; k < pf->n_types; k++) {
			const struct type *t = &pf->types[k];

			printf("  %s: available %s, in use %zu, %s\n", t->name,
			       t->available ? t->available : "-",
			       t->devices.n,
			       t->description ? t->description : "-");
		}
	}
}

static void report_adis(struct out *o)
{
	struct pairs stats;
	struct adis adis;
	size_t i;

	adis_read(&adis);
	if (o->json) {
		json_begin(&o->j, "adis", '[');
		for (i = 0; i < adis.n; i++)
			json_adi(&o->j, NULL, &adis.v[i], true);
		json_end(&o->j, ']');
		return;
	}
	printf("\n== ADIs\n");
	for (i = 0; i < adis.n; i++) {
		const struct adi *a = &adis.v[i];

		printf("%s: type %s, PF %s, iommu_group %s\n", a->uuid,
		       a->type, a->pf ? a->pf : "-",
		       a->group ? a->group : "-");
		print_pairs(&a->attrs, "  ");
		adi_stats(a, &stats);
		print_pairs(&stats, "  stats/");
	}
}

static void report_log(struct out *o)
{
	struct names lines;
	int err = kmsg_ours(&lines);
	size_t i;

	if (o->json) {
		if (err)
			json_str(&o->j, "log_error", strerror(-err));
		json_names(&o->j, "log", &lines);
		return;
	}
	printf("\n== kernel log\n");
	if (err)
		printf("%s: %s\n", opt.kmsg, strerror(-err));
	for (i = 0; i < lines.n; i++)
		printf("%s\n", lines.v[i]);
}

/* Every file below debugfs' vdcm directory, under its path from there. */
static void report_dump(struct out *o, const char *base, const char *rel,
			unsigned int depth)
{
	struct names names;
	size_t i;

	if (dir_list(mem_printf("%s%s", base, rel), &names))
		return;
	for (i = 0; i < names.n; i++) {
		char *sub = mem_printf("%s/%s", rel, names.v[i]);
		char *path = mem_printf("%s%s", base, sub);
		char *text;

		if (is_dir(path)) {
			if (depth < DUMP_DEPTH)
				report_dump(o, base, sub, depth + 1);
			continue;
		}
		text = file_read(path);
		if (o->json)
			json_str(&o->j, sub + 1, text);
		else
			printf("-- %s\n%s\n", sub + 1,
			       text ? text : "(not readable)");
	}
}

int cmd_report(void)
{
	struct out o = { .json = opt.json };

	json_init(&o.j, stdout);
	if (o.json) {
		json_begin(&o.j, NULL, '{');
		json_str(&o.j, "vdcmctl", VDCMCTL_VERSION);
	} else {
		printf("vdcmctl %s\n", VDCMCTL_VERSION);
	}
	report_kernel(&o);
	report_modules(&o);
	report_pfs(&o);
	report_adis(&o);
	report_log(&o);
	section(&o, "debugfs");
	report_dump(&o, mem_printf("%s/kernel/debug/vdcm", opt.sysfs), "", 0);
	section_end(&o);
	if (o.json)
		json_end(&o.j, '}');
	return CTL_OK;
}
