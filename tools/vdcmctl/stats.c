// SPDX-License-Identifier: GPL-2.0
/*
 * stats: the counters of devices.
 */
#include "vdcmctl.h"

static void stats_json(struct json *j, const struct adi *adi)
{
	struct pairs stats;
	size_t i;

	adi_stats(adi, &stats);
	json_begin(j, adi->uuid, '{');
	for (i = 0; i < stats.n; i++)
		json_value(j, stats.v[i].name, stats.v[i].value);
	json_end(j, '}');
}

static void stats_text(const struct adi *adi)
{
	struct pairs stats;

	adi_stats(adi, &stats);
	printf("%s\n", adi->uuid);
	print_pairs(&stats, "  ");
}

int cmd_stats(void)
{
	struct adis adis;
	struct json j;
	size_t i;
	int ret;

	if (opt.argc) {
		adis.n = (size_t)opt.argc;
		adis.v = mem_array(adis.n, sizeof(*adis.v));
		for (i = 0; i < adis.n; i++) {
			ret = adi_find(opt.argv[i], &adis.v[i]);
			if (ret)
				return ret;
		}
	} else {
		adis_read(&adis);
	}

	if (!opt.json) {
		for (i = 0; i < adis.n; i++)
			stats_text(&adis.v[i]);
		return CTL_OK;
	}
	json_init(&j, stdout);
	json_begin(&j, NULL, '{');
	for (i = 0; i < adis.n; i++)
		stats_json(&j, &adis.v[i]);
	json_end(&j, '}');
	return CTL_OK;
}
