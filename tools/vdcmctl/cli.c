// SPDX-License-Identifier: GPL-2.0
/*
 * The command line.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "vdcmctl.h"

struct options opt;

/**
 * struct command - what vdcmctl can do
 * @name: of the command
 * @args: its operands, for the help text
 * @help: what it does
 * @opts: letters of its own options
 * @min:  fewest operands
 * @max:  most, or -1
 * @run:  returns an exit status
 */
struct command {
	const char *name;
	const char *args;
	const char *help;
	const char *opts;
	int min;
	int max;
	int (*run)(void);
};

static const struct command commands[] = {
	{ "list", "", "PFs with their types, and devices", "", 0, 0, cmd_list },
	{ "show", "UUID", "a device and its attributes", "", 1, 1, cmd_show },
	{ "create", "[ATTRIBUTE=VALUE]...", "make a device, print its UUID",
	  "ptu", 0, -1, cmd_create },
	{ "remove", "UUID...", "remove devices; waits for their users", "",
	  1, -1, cmd_remove },
	{ "set", "UUID ATTRIBUTE=VALUE...", "write attributes, in this order",
	  "", 2, -1, cmd_set },
	{ "stats", "[UUID]...", "counters of devices, or of all", "", 0, -1,
	  cmd_stats },
	{ "top", "", "rates of all devices, again and again", "bnd", 0, 0,
	  cmd_top },
	{ "report", "", "everything a bug report needs", "", 0, 0,
	  cmd_report },
};

#define NUM_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

enum {
	OPT_SYSFS = 256,
	OPT_KMSG,
};

static const struct option longopts[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "json", no_argument, NULL, 'j' },
	{ "sysfs", required_argument, NULL, OPT_SYSFS },
	{ "kmsg", required_argument, NULL, OPT_KMSG },
	{ "pf", required_argument, NULL, 'p' },
	{ "type", required_argument, NULL, 't' },
	{ "uuid", required_argument, NULL, 'u' },
	{ "batch", no_argument, NULL, 'b' },
	{ "count", required_argument, NULL, 'n' },
	{ "delay", required_argument, NULL, 'd' },
	{ NULL, 0, NULL, 0 },
};

static void usage(FILE *f)
{
	size_t i;

	fputs("usage: vdcmctl [OPTION]... COMMAND [OPTION]... [OPERAND]...\n\n",
	      f);
	fputs("Commands:\n", f);
	for (i = 0; i < NUM_COMMANDS; i++)
		fprintf(f, "  %-6s %-24s %s\n", commands[i].name,
			commands[i].args, commands[i].help);
	fputs("\nOptions:\n"
	      "  -j, --json         JSON instead of text\n"
	      "      --sysfs DIR    instead of $VDCM_SYSFS or /sys\n"
	      "      --kmsg FILE    instead of /dev/kmsg\n"
	      "  -h, --help         this text\n"
	      "  -V, --version      the version\n"
	      "create:\n"
	      "  -p, --pf BDF       on this PF (default: the first with room)\n"
	      "  -t, --type TYPE    of this type (default: <driver>-vdcm)\n"
	      "  -u, --uuid UUID    with this UUID (default: a random one)\n"
	      "top:\n"
	      "  -b, --batch        one table after the other, for files\n"
	      "  -n, --count N      so many tables (default: no end)\n"
	      "  -d, --delay S      so many seconds between them (default: 2)\n"
	      "\nExit status: 0 done, 1 refused or failed, 2 wrong usage, 3 no such PF,\n"
	      "type or device.\n", f);
}

static bool parse_count(const char *text, unsigned long *n)
{
	uint64_t v;

	if (!parse_u64(text, &v) || !v || v > 1000000000)
		return false;
	*n = (unsigned long)v;
	return true;
}

static bool parse_delay(const char *text, double *seconds)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end || !(v >= 0.1 && v <= 86400))
		return false;
	*seconds = v;
	return true;
}

static bool is_global(int c)
{
	return c == 'h' || c == 'V' || c == 'j' || c >= OPT_SYSFS;
}

static const char *option_name(int c)
{
	const struct option *o = longopts;

	while (o->name && o->val != c)
		o++;
	return o->name ? o->name : "?";
}

/* One option. Exit status, or -1 to go on. */
static int option(int c, const struct command *cmd, char *const *argv)
{
	const char *bad = argv[optind - 1];

	switch (c) {
	case 'h':
		usage(stdout);
		return CTL_OK;
	case 'V':
		printf("vdcmctl %s\n", VDCMCTL_VERSION);
		return CTL_OK;
	case ':':
		complain("%s: give a value", bad);
		return CTL_USAGE;
	case '?':
		complain("%s: no such option; see vdcmctl --help", bad);
		return CTL_USAGE;
	}
	if (!is_global(c) && (!cmd || !strchr(cmd->opts, c))) {
		complain("%s%s--%s: not an option here; see vdcmctl --help",
			 cmd ? cmd->name : "", cmd ? ": " : "", option_name(c));
		return CTL_USAGE;
	}
	switch (c) {
	case 'j':
		opt.json = true;
		break;
	case OPT_SYSFS:
		opt.sysfs = optarg;
		break;
	case OPT_KMSG:
		opt.kmsg = optarg;
		break;
	case 'p':
		opt.pf = optarg;
		break;
	case 't':
		opt.type = optarg;
		break;
	case 'u':
		opt.uuid = optarg;
		break;
	case 'b':
		opt.batch = true;
		break;
	case 'n':
		if (!parse_count(optarg, &opt.count)) {
			complain("%s: not a number of tables", optarg);
			return CTL_USAGE;
		}
		break;
	case 'd':
		if (!parse_delay(optarg, &opt.delay)) {
			complain("%s: not a delay of 0.1 to 86400 seconds",
				 optarg);
			return CTL_USAGE;
		}
		break;
	}
	return -1;
}

/* Options up to the first operand (@cmd NULL), or all of a command's. */
static int options(int argc, char **argv, const struct command *cmd)
{
	const char *letters = cmd ? ":hVjp:t:u:bn:d:" : "+:hVjp:t:u:bn:d:";
	int c, ret;

	opterr = 0;
	optind = 0;	/* GNU: start over */
	while ((c = getopt_long(argc, argv, letters, longopts, NULL)) != -1) {
		ret = option(c, cmd, argv);
		if (ret >= 0)
			return ret;
	}
	return -1;
}

static const struct command *command_find(const char *name)
{
	size_t i;

	for (i = 0; i < NUM_COMMANDS; i++)
		if (!strcmp(name, commands[i].name))
			return &commands[i];
	return NULL;
}

static int run(int argc, char **argv)
{
	const struct command *cmd;
	int ret;

	ret = options(argc, argv, NULL);
	if (ret >= 0)
		return ret;
	argc -= optind;
	argv += optind;
	if (!argc) {
		usage(stderr);
		return CTL_USAGE;
	}
	cmd = command_find(argv[0]);
	if (!cmd) {
		complain("%s: no such command; see vdcmctl --help", argv[0]);
		return CTL_USAGE;
	}
	ret = options(argc, argv, cmd);
	if (ret >= 0)
		return ret;
	opt.argc = argc - optind;
	opt.argv = argv + optind;
	if (opt.argc < cmd->min || (cmd->max >= 0 && opt.argc > cmd->max)) {
		complain("usage: vdcmctl %s%s%s", cmd->name,
			 *cmd->args ? " " : "", cmd->args);
		return CTL_USAGE;
	}
	return cmd->run();
}

int vdcmctl(int argc, char **argv)
{
	const char *sysfs = getenv("VDCM_SYSFS");
	int ret;

	memset(&opt, 0, sizeof(opt));
	opt.sysfs = sysfs && *sysfs ? sysfs : "/sys";
	opt.kmsg = "/dev/kmsg";
	opt.delay = 2;
	ret = run(argc, argv);
	mem_release(NULL);
	/* A report that did not fit on the disk is none. */
	if (fflush(stdout) || ferror(stdout)) {
		complain("standard output: %s", strerror(errno));
		clearerr(stdout);
		if (!ret)
			ret = CTL_FAILED;
	}
	return ret;
}
