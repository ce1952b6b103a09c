// SPDX-License-Identifier: GPL-2.0
/*
 * vdcmctl on a tree made of files, with a kernel behind it that says no.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <unistd.h>

#include "kernel.h"
#include "tree.h"
#include "unit.h"
#include "vdcmctl.h"

#define MAX_ARGS	16
#define UUID2	"76646364-0000-4000-8000-000000000002"
#define UUID3	"76646364-0000-4000-8000-000000000003"
#define UUID4	"76646364-0000-4000-8000-000000000004"
#define UUID5	"76646364-0000-4000-8000-000000000005"

static char out[256 * 1024];
static char err[64 * 1024];

static char *slurp(const char *path, char *buf, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n;

	CHECK(f);
	n = fread(buf, 1, size - 1, f);
	CHECK(n < size - 1);
	buf[n] = '\0';
	fclose(f);
	return buf;
}

static char *in_tree(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

static char *in_tree(const char *fmt, ...)
{
	static char buf[4][PATH_MAX];
	static unsigned int next;
	char *p = buf[next++ % 4];
	va_list ap;
	int n = snprintf(p, PATH_MAX, "%s/", kernel.root);

	va_start(ap, fmt);
	vsnprintf(p + n, (size_t)(PATH_MAX - n), fmt, ap);
	va_end(ap);
	return p;
}

static char *device(const char *uuid, const char *file)
{
	return in_tree("sys/bus/mdev/devices/%s/%s", uuid, file);
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

static char *content(const char *path)
{
	static char buf[4096];

	slurp(path, buf, sizeof(buf));
	buf[strcspn(buf, "\n")] = '\0';
	return buf;
}

static void cleanup(void)
{
	char cmd[PATH_MAX + 16];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", kernel.root);
	*kernel.root = '\0';
	if (system(cmd))
		perror(cmd);
}

/* Each test runs in a process of its own, and makes a tree first. */
static void setup(void)
{
	char dir[] = "/tmp/vdcmctl-test.XXXXXX";

	CHECK(mkdtemp(dir));
	tree_make(dir);
	snprintf(kernel.root, sizeof(kernel.root), "%s", dir);
	atexit(cleanup);
}

/* Without "vdcmctl", up to NULL. Leaves what it printed in out and err. */
static int ctl(const char *arg, ...)
{
	char sysfs[PATH_MAX], kmsg[PATH_MAX];
	char *argv[MAX_ARGS] = {
		(char *)"vdcmctl", (char *)"--sysfs", sysfs,
		(char *)"--kmsg", kmsg,
	};
	int saved[2], fd, argc = 5, ret, i;
	va_list ap;

	snprintf(sysfs, sizeof(sysfs), "%s/sys", kernel.root);
	snprintf(kmsg, sizeof(kmsg), "%s/kmsg", kernel.root);
	va_start(ap, arg);
	while (arg && argc < MAX_ARGS - 1) {
		argv[argc++] = (char *)arg;
		arg = va_arg(ap, const char *);
	}
	va_end(ap);
	CHECK(!arg);

	for (i = 0; i < 2; i++) {
		fflush(NULL);
		saved[i] = dup(i + 1);
		fd = open(in_tree("%s", i ? "err" : "out"),
			  O_WRONLY | O_CREAT | O_TRUNC, 0600);
		CHECK(fd >= 0 && !ftruncate(fd, 0));
		dup2(fd, i + 1);
		close(fd);
	}
	ret = vdcmctl(argc, argv);
	fflush(NULL);
	for (i = 0; i < 2; i++) {
		dup2(saved[i], i + 1);
		close(saved[i]);
	}
	slurp(in_tree("out"), out, sizeof(out));
	slurp(in_tree("err"), err, sizeof(err));
	return ret;
}

#define CHECK_HAS(text, want)						\
	do {								\
		if (!strstr(text, want))				\
			unit_fail(__FILE__, __LINE__,			\
				  "no \"%s\" in: %.300s", want, text);	\
	} while (0)

#define CHECK_STR(a, b)							\
	do {								\
		const char *a_ = (a), *b_ = (b);			\
									\
		if (!a_ || strcmp(a_, b_))				\
			unit_fail(__FILE__, __LINE__,			\
				  "\"%.300s\" is not \"%.300s\"",	\
				  a_ ? a_ : "(null)", b_);		\
	} while (0)

/* What was printed is JSON, and the Python expression about it (d) is true. */
static void json_is(int line, const char *expr)
{
	char cmd[PATH_MAX + 200];
	FILE *p;

	snprintf(cmd, sizeof(cmd),
		 "python3 -c 'import json, sys; d = json.load(open(\"%s\")); sys.exit(0 if eval(sys.stdin.read()) else 1)'",
		 in_tree("out"));
	fflush(NULL);
	p = popen(cmd, "w");
	CHECK(p);
	fputs(expr, p);
	if (pclose(p))
		unit_fail(__FILE__, line, "not so: %s in: %.300s", expr, out);
}

#define CHECK_JSON(expr)	json_is(__LINE__, expr)

/* ---------------------------------------------------------------- list, show */

TEST_ONCE(list)
{
	setup();
	CHECK_EQ(ctl("list", NULL), CTL_OK);
	CHECK_STR(err, "");
	CHECK_STR(out,
		  "PF            DRIVER  UPLINK  TYPE        QUEUE PAIRS  AVAILABLE\n"
		  TREE_PF "  swpf    vdcm0   swpf-vdcm   1            1\n"
		  TREE_PF "  swpf    vdcm0   swpf-vdcm4  4            1\n"
		  TREE_PF2 "  swpf    vdcm1   swpf-vdcm   1            2\n"
		  TREE_PF2 "  swpf    vdcm1   swpf-vdcm4  4            2\n"
		  "\n"
		  "UUID                                  PF            TYPE       GROUP  MAC                VLAN  LINK\n"
		  TREE_UUID "  " TREE_PF "  swpf-vdcm  7      02:00:00:00:00:01  0     up\n");
}

TEST_ONCE(list_json)
{
	setup();
	CHECK_EQ(ctl("list", "--json", NULL), CTL_OK);
	CHECK_STR(err, "");
	CHECK_JSON("[p['pf'] for p in d['pfs']] == ['" TREE_PF "', '" TREE_PF2 "']");
	CHECK_JSON("d['pfs'][0]['driver'] == 'swpf' and d['pfs'][0]['uplinks'] == ['vdcm0']");
	CHECK_JSON("d['pfs'][0]['types'][0]['available_instances'] == 1");
	CHECK_JSON("d['pfs'][0]['types'][0]['devices'] == ['" TREE_UUID "']");
	CHECK_JSON("d['pfs'][1]['types'][1]['description'].startswith('queue_pairs=4 ')");
	CHECK_JSON("[a['uuid'] for a in d['adis']] == ['" TREE_UUID "']");
	CHECK_JSON("d['adis'][0]['attributes']['mac'] == '02:00:00:00:00:01'");
	CHECK_JSON("d['adis'][0]['iommu_group'] == '7'");
	CHECK_JSON("'stats' not in d['adis'][0]");
}

TEST_ONCE(nothing_there)
{
	setup();
	CHECK_EQ(ctl("list", "--sysfs", "/nonexistent", NULL), CTL_OK);
	CHECK_STR(out, "");
	CHECK_HAS(err, "no PF: is vdcm_swpf loaded?");
	CHECK_EQ(ctl("list", "-j", "--sysfs", "/nonexistent", NULL), CTL_OK);
	CHECK_JSON("d == {'pfs': [], 'adis': []}");
	CHECK_EQ(ctl("stats", "-j", "--sysfs", "/nonexistent", NULL), CTL_OK);
	CHECK_JSON("d == {}");
	CHECK_EQ(ctl("create", "--sysfs", "/nonexistent", NULL),
		 CTL_NOT_FOUND);
	CHECK_HAS(err, "no PF: is vdcm_swpf loaded?");
	CHECK_EQ(ctl("report", "-j", "--sysfs", "/nonexistent", NULL), CTL_OK);
	CHECK_JSON("d['modules'] == {} and d['adis'] == [] and d['debugfs'] == {}");
}

TEST_ONCE(show)
{
	setup();
	CHECK_EQ(ctl("show", TREE_UUID, NULL), CTL_OK);
	CHECK_STR(out,
		  "uuid         " TREE_UUID "\n"
		  "pf           " TREE_PF "\n"
		  "type         swpf-vdcm\n"
		  "iommu_group  7\n"
		  "attributes\n"
		  "  doorbell     auto\n"
		  "  link         up\n"
		  "  mac          02:00:00:00:00:01\n"
		  "  max_tx_rate  0\n"
		  "  speed        10000\n"
		  "  spoofchk     1\n"
		  "  trust        0\n"
		  "  vlan         0\n"
		  "  weight       100\n");
	CHECK_EQ(ctl("show", "-j", TREE_UUID, NULL), CTL_OK);
	CHECK_JSON("sorted(d) == ['attributes', 'iommu_group', 'pf', 'type', 'uuid']");
	CHECK_JSON("sorted(d['attributes']) == ['doorbell', 'link', 'mac', 'max_tx_rate', 'speed', 'spoofchk', 'trust', 'vlan', 'weight']");
}

/* A UUID is the same in capitals. */
TEST_ONCE(uuid_in_capitals)
{
	setup();
	tree_device_add(kernel.root, TREE_PF, "swpf-vdcm",
			"76646364-0000-4000-8000-00000000abcd");
	CHECK_EQ(ctl("show", "76646364-0000-4000-8000-00000000ABCD", NULL),
		 CTL_OK);
}

TEST_ONCE(no_such_device)
{
	static const char *const bad[] = {
		"", "x", "76646364-0000-4000-8000-00000000000",
		"76646364-0000-4000-8000-0000000000011",
		"76646364-0000-4000-8000-00000000000g",
		"7664636400000-4000-8000-000000000001",
		"../../../devices/pci5000:00/5000:00:00.0",
	};
	size_t i;

	setup();
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ_AT(ctl("show", bad[i], NULL), CTL_USAGE, i);
		CHECK_HAS(err, "not a UUID");
	}
	CHECK_EQ(ctl("show", UUID2, NULL), CTL_NOT_FOUND);
	CHECK_HAS(err, "vdcmctl: " UUID2 ": no such device\n");
	CHECK_EQ(ctl("show", TREE_ALIEN, NULL), CTL_NOT_FOUND);
	CHECK_HAS(err, "not a device of vdcm's");
	CHECK_EQ(ctl("set", TREE_ALIEN, "mac=1", NULL), CTL_NOT_FOUND);
	CHECK_EQ(ctl("remove", TREE_ALIEN, NULL), CTL_NOT_FOUND);
	CHECK_EQ(ctl("stats", TREE_ALIEN, NULL), CTL_NOT_FOUND);
	CHECK_EQ(ctl("stats", TREE_UUID, UUID2, NULL), CTL_NOT_FOUND);
	CHECK_STR(out, "");
}

/* An attribute that cannot be read is shown as such, and is null in JSON. */
TEST_ONCE(unreadable_attribute)
{
	setup();
	kernel.broken = "/mac";
	CHECK_EQ(ctl("show", TREE_UUID, NULL), CTL_OK);
	CHECK_HAS(out, "\n  mac          (Input/output error)\n");
	CHECK_EQ(ctl("show", "-j", TREE_UUID, NULL), CTL_OK);
	CHECK_JSON("d['attributes']['mac'] is None and d['attributes']['link'] == 'up'");
	kernel.broken = "/irqs";
	CHECK_EQ(ctl("stats", "-j", NULL), CTL_OK);
	CHECK_JSON("d['" TREE_UUID "']['irqs'] is None");
	kernel.broken = "/available_instances";
	CHECK_EQ(ctl("create", "-u", UUID2, NULL), CTL_OK);
	kernel.broken = NULL;
	tree_fifo(device(TREE_UUID, "mac"));
	CHECK_EQ(ctl("show", TREE_UUID, NULL), CTL_OK);
	CHECK(!strstr(out, "mac  "));
	CHECK_EQ(ctl("list", NULL), CTL_OK);
	CHECK_HAS(out, "swpf-vdcm  7      -                  0     up\n");

	CHECK(!unlink(in_tree("sys/class/mdev_bus/" TREE_PF "/driver")));
	CHECK(!unlink(in_tree("sys/class/mdev_bus/" TREE_PF "/mdev_supported_types/swpf-vdcm/description")));
	CHECK_EQ(ctl("list", NULL), CTL_OK);
	CHECK_HAS(out, TREE_PF "  -       vdcm0   swpf-vdcm   -            0\n");
	CHECK_EQ(ctl("list", "-j", NULL), CTL_OK);
	CHECK_JSON("d['pfs'][0]['driver'] is None and d['pfs'][0]['types'][0]['description'] is None");
}

/* What comes from outside does not break the format. */
TEST_ONCE(json_strings)
{
	setup();
	tree_file(device(TREE_UUID, "link"),
		  "\"\\ \x01\x1f\x7f \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80|\xff|\xc0\x80|\xed\xa0\x80|\xf5\x80\x80\x80|\xe2\x82");
	CHECK_EQ(ctl("show", "-j", TREE_UUID, NULL), CTL_OK);
	CHECK_JSON("d['attributes']['link'] == '\"\\\\ \\x01\\x1f\\x7f \\xe4 \\u20ac \\U0001f600|\\ufffd|\\ufffd\\ufffd|\\ufffd\\ufffd\\ufffd|\\ufffd\\ufffd\\ufffd\\ufffd|\\ufffd\\ufffd'");
	tree_file(device(TREE_UUID, "stats/irqs"), "007");
	tree_file(device(TREE_UUID, "stats/bar_reads"), "-1");
	tree_file(device(TREE_UUID, "stats/bar_writes"), "%s",
		  "18446744073709551616");
	CHECK_EQ(ctl("stats", "-j", TREE_UUID, NULL), CTL_OK);
	CHECK_JSON("d['" TREE_UUID "']['irqs'] == '007'");
	CHECK_JSON("d['" TREE_UUID "']['bar_reads'] == '-1'");
	CHECK_JSON("d['" TREE_UUID "']['bar_writes'] == '18446744073709551616'");
}

/* -------------------------------------------------------------------- create */

TEST_ONCE(create)
{
	char uuid[64];

	setup();
	CHECK_EQ(ctl("create", NULL), CTL_OK);
	CHECK_EQ(strlen(out), 37);
	CHECK_EQ(out[14], '4');
	CHECK(strchr("89ab", out[19]));
	snprintf(uuid, sizeof(uuid), "%.36s", out);
	CHECK(exists(in_tree("sys/devices/pci5000:00/" TREE_PF "/%s", uuid)));

	/* The first PF is full now. */
	CHECK_EQ(ctl("create", "-u", UUID3, "mac=02:00:00:00:00:33",
		     "link=down", NULL), CTL_OK);
	CHECK_STR(out, UUID3 "\n");
	CHECK(exists(in_tree("sys/devices/pci5000:00/" TREE_PF2 "/" UUID3)));
	CHECK_STR(content(device(UUID3, "mac")), "02:00:00:00:00:33");
	CHECK_STR(content(device(UUID3, "link")), "down");

	CHECK_EQ(ctl("create", "-j", "--pf", TREE_PF2, "--type", "swpf-vdcm4",
		     "--uuid", UUID4, "vlan=100 3", NULL), CTL_OK);
	CHECK_JSON("d['uuid'] == '" UUID4 "' and d['type'] == 'swpf-vdcm4' and d['pf'] == '" TREE_PF2 "' and d['attributes']['vlan'] == '100 3'");
}

TEST_ONCE(create_no_room)
{
	setup();
	CHECK_EQ(ctl("create", "-u", UUID2, NULL), CTL_OK);
	CHECK_EQ(ctl("create", "-u", UUID3, NULL), CTL_OK);
	CHECK_EQ(ctl("create", "-u", UUID4, NULL), CTL_OK);
	CHECK_EQ(ctl("create", "-u", UUID5, NULL), CTL_FAILED);
	CHECK_STR(out, "");
	CHECK_STR(err,
		  "vdcmctl: cannot create " UUID5 ", a swpf-vdcm on " TREE_PF ": No space left on device: cannot create " UUID5 ": all 2 ADIs are in use\n");
	CHECK(!exists(device(UUID5, "")));

	/* The PF that was asked for, not another with room. */
	CHECK_EQ(ctl("remove", UUID3, UUID4, NULL), CTL_OK);
	CHECK_EQ(ctl("create", "-p", TREE_PF, NULL), CTL_FAILED);
	CHECK_HAS(err, "on " TREE_PF ": No space left on device");

	/* Without a log: what the PF's attribute says. */
	kernel.last_error = true;
	CHECK_EQ(ctl("create", "--kmsg", "/nonexistent", "-p", TREE_PF, "-u",
		     UUID5, NULL), CTL_FAILED);
	CHECK_HAS(err, "No space left on device: all 2 ADIs are in use\n");
	/* Which may be about something else. */
	kernel.last_error = false;
	CHECK_EQ(ctl("create", "--kmsg", "/nonexistent", "-p", TREE_PF, "-u",
		     UUID3, NULL), CTL_FAILED);
	CHECK_HAS(err, "No space left on device\n");
}

TEST_ONCE(create_refused)
{
	setup();
	CHECK_EQ(ctl("create", "-u", TREE_UUID, NULL), CTL_FAILED);
	CHECK_HAS(err, ": File exists\n");
	CHECK_EQ(ctl("create", "-u", "nonsense", NULL), CTL_USAGE);
	CHECK_HAS(err, "nonsense: not a UUID");
	CHECK_EQ(ctl("create", "-p", TREE_ALIEN_PF, NULL), CTL_NOT_FOUND);
	CHECK_HAS(err, TREE_ALIEN_PF ": not a PF of vdcm's");
	CHECK_EQ(ctl("create", "-t", "swpf-vdcm16", NULL), CTL_NOT_FOUND);
	CHECK_HAS(err, "no PF offers the type swpf-vdcm16");
	CHECK_EQ(ctl("create", "-t", "i915-GVTg_V5_4", NULL), CTL_NOT_FOUND);

	/* Nothing is made when the command line is wrong. */
	CHECK_EQ(ctl("create", "-u", UUID2, "mac", NULL), CTL_USAGE);
	CHECK_HAS(err, "mac: write attribute=value");
	CHECK_EQ(ctl("create", "-u", UUID2, "=1", NULL), CTL_USAGE);
	CHECK_EQ(ctl("create", "-u", UUID2, "../remove=1", NULL), CTL_USAGE);
	CHECK_EQ(ctl("create", "-u", UUID2, "..=1", NULL), CTL_USAGE);
	CHECK_EQ(ctl("create", "-u", UUID2, "mac=1\n2", NULL), CTL_USAGE);
	CHECK(!exists(device(UUID2, "")));
}

/* A device with half of its attributes is no device. */
TEST_ONCE(create_takes_back)
{
	setup();
	CHECK_EQ(ctl("create", "-u", UUID2, "link=down",
		     "mac=01:00:00:00:00:01", NULL), CTL_FAILED);
	CHECK_STR(out, "");
	CHECK_STR(err,
		  "vdcmctl: " UUID2 ": mac=01:00:00:00:00:01: Invalid argument: mac: not a unicast address\n"
		  "vdcmctl: " UUID2 ": removed again\n");
	CHECK(!exists(device(UUID2, "")));
	CHECK_EQ(ctl("list", "-j", NULL), CTL_OK);
	CHECK_JSON("len(d['adis']) == 1 and d['pfs'][0]['types'][0]['available_instances'] == 1");
}

/* ------------------------------------------------------------------- remove */

TEST_ONCE(remove)
{
	setup();
	CHECK_EQ(ctl("create", "-u", UUID2, NULL), CTL_OK);
	CHECK_EQ(ctl("remove", "-j", TREE_UUID, UUID2, NULL), CTL_OK);
	CHECK_JSON("d == {'removed': ['" TREE_UUID "', '" UUID2 "']}");
	CHECK(!exists(device(TREE_UUID, "")) && !exists(device(UUID2, "")));
}

TEST_ONCE(remove_refused)
{
	setup();
	CHECK_EQ(ctl("remove", TREE_UUID, UUID2, NULL), CTL_NOT_FOUND);
	CHECK(exists(device(TREE_UUID, "")));
	kernel.open = true;
	CHECK_EQ(ctl("remove", TREE_UUID, NULL), CTL_FAILED);
	CHECK_STR(err,
		  "vdcmctl: cannot remove " TREE_UUID ": Device or resource busy: the device is in use; close it first\n");
	CHECK_EQ(ctl("remove", "-j", TREE_UUID, NULL), CTL_FAILED);
	CHECK_JSON("d == {'removed': []}");
}

/* ---------------------------------------------------------------------- set */

TEST_ONCE(set)
{
	setup();
	CHECK_EQ(ctl("set", TREE_UUID, "link=down", "mac=02:00:00:00:00:99",
		     NULL), CTL_OK);
	CHECK_STR(out, "");
	CHECK_STR(err, "");
	CHECK_STR(content(device(TREE_UUID, "link")), "down");
	CHECK_STR(content(device(TREE_UUID, "mac")), "02:00:00:00:00:99");
	CHECK_EQ(ctl("set", "-j", TREE_UUID, "link=up", NULL), CTL_OK);
	CHECK_JSON("d['attributes']['link'] == 'up'");
}

/* The reason is the kernel's, from its log or from last_error. */
TEST_ONCE(set_refused)
{
	setup();
	CHECK_EQ(ctl("set", TREE_UUID, "link=sideways", NULL), CTL_FAILED);
	CHECK_STR(err,
		  "vdcmctl: " TREE_UUID ": link=sideways: Invalid argument: link: write \"up\" or \"down\"\n");
	CHECK_STR(content(device(TREE_UUID, "link")), "up");

	kernel.old = true;
	CHECK_EQ(ctl("set", TREE_UUID, "mac=01:00:00:00:00:01", NULL),
		 CTL_FAILED);
	CHECK_HAS(err, "Invalid argument: mac: not a unicast address\n");

	kernel.mute = true;
	CHECK_EQ(ctl("set", TREE_UUID, "link=sideways", NULL), CTL_FAILED);
	CHECK_STR(err,
		  "vdcmctl: " TREE_UUID ": link=sideways: Invalid argument\n");
	kernel.mute = false;
	kernel.last_error = true;
	CHECK_EQ(ctl("set", "--kmsg", "/nonexistent", TREE_UUID,
		     "link=sideways", NULL), CTL_FAILED);
	CHECK_HAS(err, "Invalid argument: link: write \"up\" or \"down\"\n");

	/* It stays; a failure without a reason must not be given that one. */
	kernel.last_error = false;
	CHECK_EQ(ctl("set", "--kmsg", "/nonexistent", TREE_UUID, "mac=x", NULL),
		 CTL_FAILED);
	CHECK_HAS(err, "mac=x: Invalid argument\n");
	CHECK_EQ(ctl("set", TREE_UUID, "reset=1", NULL), CTL_FAILED);
	CHECK_HAS(err, "reset=1: No such device\n");
	CHECK_EQ(ctl("set", TREE_UUID, "color=red", NULL), CTL_FAILED);
	CHECK_HAS(err, "No such file or directory: no such attribute; there are: ");
	CHECK_EQ(ctl("set", "--kmsg", "/nonexistent", TREE_UUID, "color=red",
		     NULL), CTL_FAILED);
	CHECK_HAS(err, "No such file or directory: no such attribute; there are: ");
}

TEST_ONCE(set_unknown)
{
	setup();
	CHECK_EQ(ctl("set", TREE_UUID, "color=red", NULL), CTL_FAILED);
	CHECK_HAS(err, "no such attribute; there are: doorbell link mac max_tx_rate speed spoofchk trust vlan weight\n");
	CHECK_EQ(ctl("set", TREE_UUID, "stats=1", NULL), CTL_FAILED);
	CHECK_HAS(err, "Is a directory");
	CHECK_EQ(ctl("set", TREE_UUID, "link=down", "stats/irqs=1", NULL),
		 CTL_USAGE);
	CHECK_STR(content(device(TREE_UUID, "link")), "up");
}

/* In order, up to the first that fails. */
TEST_ONCE(set_stops)
{
	setup();
	CHECK_EQ(ctl("set", "-j", TREE_UUID, "vlan=5", "link=x", "trust=1",
		     NULL), CTL_FAILED);
	CHECK_JSON("d['attributes']['vlan'] == '5' and d['attributes']['trust'] == '0'");
}

/* -------------------------------------------------------------- stats, top */

TEST_ONCE(stats)
{
	setup();
	CHECK_EQ(ctl("stats", TREE_UUID, NULL), CTL_OK);
	CHECK_HAS(out, TREE_UUID "\n  bar_reads     0\n");
	CHECK_HAS(out, "\n  rx_unicast    10\n");
	CHECK_EQ(ctl("create", "-u", UUID2, NULL), CTL_OK);
	CHECK_EQ(ctl("stats", NULL), CTL_OK);
	CHECK_HAS(out, TREE_UUID "\n");
	CHECK_HAS(out, UUID2 "\n");
	CHECK(!strstr(out, TREE_ALIEN));
	CHECK_EQ(ctl("stats", "--json", UUID2, TREE_UUID, NULL), CTL_OK);
	CHECK_JSON("sorted(d) == ['" TREE_UUID "', '" UUID2 "']");
	CHECK_JSON("d['" UUID2 "']['tx_bytes'] == 18446744073709551615");
	CHECK_JSON("d['" UUID2 "']['rx_unicast'] == 10");
}

static unsigned int round_no;

/* First a steady stream, then the device is another one with lower counters. */
static void traffic(void)
{
	const char *u = TREE_UUID;

	switch (round_no++) {
	case 0:
		tree_file(device(u, "stats/rx_unicast"), "1010");
		tree_file(device(u, "stats/rx_broadcast"), "1003");
		tree_file(device(u, "stats/rx_bytes"), "2501000");
		tree_file(device(u, "stats/tx_errors"), "20");
		tree_file(device(u, "stats/bar_writes"), "4");
		tree_file(device(u, "stats/bar_reads"), "6");
		tree_file(device(u, "stats/irqs"), "50");
		tree_file(device(u, "stats/tx_bytes"), "5");
		break;
	case 1:
		tree_device_add(kernel.root, TREE_PF, "swpf-vdcm", UUID2);
		tree_file(device(u, "stats/rx_bytes"), "7");
		tree_file(device(u, "stats/tx_unicast"), "27");
		break;
	case 2:
		tree_device_del(kernel.root, u);
		break;
	}
}

TEST_ONCE(top)
{
	setup();
	kernel.slept = traffic;
	CHECK_EQ(ctl("top", "-b", "-n", "3", "-d", "2", NULL), CTL_OK);
	CHECK_STR(err, "");
	CHECK_STR(out,
		  "UUID                                  RX/s  RX Mbit/s  TX/s  TX Mbit/s  DROP/s  IRQ/s  EXIT/s\n"
		  TREE_UUID "  1000       10.0     0        0.0      10     25       5\n"
		  "\n"
		  "UUID                                  RX/s  RX Mbit/s  TX/s  TX Mbit/s  DROP/s  IRQ/s  EXIT/s\n"
		  TREE_UUID "     0        0.0    10        0.0       0      0       0\n"
		  UUID2 "     -          -     -          -       -      -       -\n"
		  "\n"
		  "UUID                                  RX/s  RX Mbit/s  TX/s  TX Mbit/s  DROP/s  IRQ/s  EXIT/s\n"
		  UUID2 "     0        0.0     0        0.0       0      0       0\n"
		  "\n");
}

TEST_ONCE(top_json)
{
	setup();
	kernel.slept = traffic;
	CHECK_EQ(ctl("-j", "top", "-n", "2", "-d", "0.5", NULL), CTL_OK);
	CHECK_JSON("len(d['samples']) == 2 and d['samples'][0]['seconds'] == 0.5");
	CHECK_JSON("d['samples'][0]['adis'][0]['rx_frames_per_s'] == 4000");
	CHECK_JSON("d['samples'][0]['adis'][0]['rx_bytes_per_s'] == 5000000");
	CHECK_JSON("d['samples'][0]['adis'][0]['exits_per_s'] == 20");
	CHECK_JSON("d['samples'][1]['adis'][1] == {'uuid': '" UUID2 "', **{k + '_per_s': None for k in ('rx_frames', 'rx_bytes', 'tx_frames', 'tx_bytes', 'drops', 'irqs', 'exits')}}");
	round_no = 3;
	CHECK_EQ(ctl("top", "-j", NULL), CTL_OK);
	CHECK_JSON("len(d['samples']) == 1 and d['samples'][0]['seconds'] == 2");
}

static void two_of_them(void)
{
	if (round_no++)
		return;
	tree_file(device(TREE_UUID, "stats/rx_bytes"), "1100");
	tree_file(device(UUID2, "stats/rx_bytes"), "1200");
}

TEST_ONCE(top_busiest_first)
{
	setup();
	tree_device_add(kernel.root, TREE_PF, "swpf-vdcm", UUID2);
	kernel.slept = two_of_them;
	CHECK_EQ(ctl("top", "-j", "-n", "2", NULL), CTL_OK);
	CHECK_JSON("[a['uuid'][-1] for a in d['samples'][0]['adis']] == ['2', '1']");
	CHECK_JSON("[a['uuid'][-1] for a in d['samples'][1]['adis']] == ['1', '2']");
}

/* ------------------------------------------------------------------- report */

TEST_ONCE(report)
{
	setup();
	CHECK_EQ(ctl("report", NULL), CTL_OK);
	CHECK_HAS(out, "vdcmctl " VDCMCTL_VERSION "\n");
	CHECK_HAS(out, "\n== kernel\nrelease: ");
	CHECK_HAS(out, "\nvdcm: version 0.1, srcversion ABCDEF, refcnt 3\n");
	CHECK_HAS(out, "\nvdcm_swpf: version -, srcversion -, refcnt -\n  max_adis  2\n");
	CHECK_HAS(out, "\n" TREE_PF ": driver swpf, numa_node -1, uplinks vdcm0\n  swpf-vdcm: available 1, in use 1, queue_pairs=1 ");
	CHECK_HAS(out, "\n" TREE_UUID ": type swpf-vdcm, PF " TREE_PF ", iommu_group 7\n");
	CHECK_HAS(out, "\n  stats/rx_bytes      1000\n");
	CHECK_HAS(out, "\n== kernel log\nswpf " TREE_PF ": software PF: 2 ADIs, uplink vdcm0\n");
	CHECK(!strstr(out, "Linux version 6.12\n"));
	CHECK_HAS(out, "\n-- " TREE_UUID "/registers\nVFGEN_RSTAT 1\n");
}

TEST_ONCE(report_json)
{
	setup();
	CHECK_EQ(ctl("report", "--json", NULL), CTL_OK);
	CHECK_JSON("d['vdcmctl'] == '" VDCMCTL_VERSION "' and d['kernel']['release']");
	CHECK_JSON("d['modules']['vdcm']['version'] == '0.1' and d['modules']['vdcm']['refcnt'] == 3");
	CHECK_JSON("d['modules']['vdcm_swpf']['parameters'] == {'max_adis': '2'}");
	CHECK_JSON("d['modules']['vdcm_swpf']['version'] is None");
	CHECK_JSON("d['adis'][0]['stats']['rx_bytes'] == 1000");
	CHECK_JSON("d['log'] == ['swpf " TREE_PF ": software PF: 2 ADIs, uplink vdcm0'] and 'log_error' not in d");
	CHECK_JSON("d['debugfs']['" TREE_UUID "/registers'] == 'VFGEN_RSTAT 1\\n\"quoted\"\\tand \\\\ back'");
	CHECK_EQ(ctl("report", "--json", "--kmsg", "/nonexistent", NULL),
		 CTL_OK);
	CHECK_JSON("d['log'] == [] and d['log_error'] == 'No such file or directory'");
	CHECK_EQ(ctl("report", "--kmsg", "/nonexistent", NULL), CTL_OK);
	CHECK_HAS(out, "/nonexistent: No such file or directory\n");
}

/* ------------------------------------------------------------- command line */

TEST_ONCE(usage)
{
	static const char *const bad[][4] = {
		{ "frobnicate" }, { "--frobnicate" }, { "list", "--frob" },
		{ "list", "x" }, { "show" }, { "show", TREE_UUID, TREE_UUID },
		{ "set" }, { "set", TREE_UUID }, { "remove" },
		{ "top", "x" }, { "report", "x" }, { "list", "--sysfs" },
		{ "list", "--batch" }, { "--batch", "top" },
		{ "show", "--type", "x", TREE_UUID }, { "list", "-n", "1" },
		{ "top", "-n", "0" }, { "top", "-n", "-1" },
		{ "top", "-n", "x" }, { "top", "-n", "1000000001" },
		{ "top", "-d", "0" }, { "top", "-d", "0.09" },
		{ "top", "-d", "1x" }, { "top", "-d", "" },
		{ "top", "-d", "nan" }, { "top", "-d", "1e9" },
		{ "create", "--uuid" },
	};
	size_t i;

	setup();
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ_AT(ctl(bad[i][0], bad[i][1], bad[i][2], bad[i][3],
				NULL), CTL_USAGE, i);
		CHECK_STR(out, "");
		CHECK(!strncmp(err, "vdcmctl: ", 9));
	}
	CHECK_EQ(ctl(NULL), CTL_USAGE);
	CHECK_HAS(err, "usage: vdcmctl");
	CHECK_STR(out, "");
	CHECK_EQ(ctl("--help", NULL), CTL_OK);
	CHECK_HAS(out, "usage: vdcmctl");
	CHECK_EQ(ctl("top", "-h", NULL), CTL_OK);
	CHECK_HAS(out, "usage: vdcmctl");
	CHECK_EQ(ctl("-V", NULL), CTL_OK);
	CHECK_STR(out, "vdcmctl " VDCMCTL_VERSION "\n");
	/* Ends options: what follows is an operand. */
	CHECK_EQ(ctl("show", "--", TREE_UUID, NULL), CTL_OK);
}

TEST_ONCE(environment)
{
	char *argv[4] = { (char *)"vdcmctl", (char *)"show",
			 (char *)TREE_UUID, NULL };
	char sysfs[PATH_MAX];

	setup();
	snprintf(sysfs, sizeof(sysfs), "%s/sys", kernel.root);
	setenv("VDCM_SYSFS", sysfs, 1);
	CHECK_EQ(vdcmctl(3, argv), CTL_OK);
	setenv("VDCM_SYSFS", "/nonexistent", 1);
	CHECK_EQ(vdcmctl(3, argv), CTL_NOT_FOUND);
}

/* What could not be printed was not said. */
TEST_ONCE(full_disk)
{
	int saved, fd;

	setup();
	fflush(NULL);
	saved = dup(1);
	fd = open("/dev/full", O_WRONLY);
	CHECK(fd >= 0);
	dup2(fd, 1);
	opt.argc = 0;
	{
		char sysfs[PATH_MAX];
		char *argv[5] = { (char *)"vdcmctl", (char *)"--sysfs", sysfs,
				 (char *)"list", NULL };

		snprintf(sysfs, sizeof(sysfs), "%s/sys", kernel.root);
		CHECK_EQ(vdcmctl(4, argv), CTL_FAILED);
	}
	dup2(saved, 1);
	close(saved);
	close(fd);
}

/* A log larger than one buffer, and one whose last line has no end. */
TEST_ONCE(long_log)
{
	FILE *f;
	int i;

	setup();
	f = fopen(in_tree("kmsg"), "a");
	CHECK(f);
	for (i = 0; i < 5000; i++)
		fprintf(f, "6,%d,1,-;noise %d of the machine, nothing to see\n",
			i, i);
	for (i = 0; i < 200; i++)
		fprintf(f, "6,%d,1,-;vdcm %s: line %d\n", i, TREE_UUID, i);
	fprintf(f, "no record\n6,1,1,-;vdcm at the end");
	fclose(f);
	CHECK_EQ(ctl("report", "-j", NULL), CTL_OK);
	CHECK_JSON("len(d['log']) == 202 and d['log'][-1] == 'vdcm at the end'");
}
