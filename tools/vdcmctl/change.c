// SPDX-License-Identifier: GPL-2.0
/*
 * create, remove, set: what writes to sysfs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "vdcmctl.h"

/**
 * struct change - a write to sysfs, and who is to say why it failed
 * @path:  the file
 * @text:  what to write
 * @uuid:  the device that it is about
 * @pf:    the PF, when it is that which gives reasons
 * @owner: name of the PF, for its last_error
 * @attr:  the attribute that is written, NULL = none
 */
struct change {
	const char *path;
	const char *text;
	const char *uuid;
	const char *pf;
	const char *owner;
	const char *attr;
};

/*
 * What the PF's last_error says about that; NULL: nothing, or of another device
 * or attribute. What begins with its name is about an attribute.
 */
static char *pf_last_error(const struct change *c)
{
	char *name = mem_printf("%s: ", c->uuid);
	char *text = file_read(mem_printf("%s/class/mdev_bus/%s/last_error",
					  opt.sysfs, c->owner));
	char *at = text ? strstr(text, name) : NULL;

	if (!at)
		return NULL;
	at += strlen(name);
	if (c->attr) {
		char *begin = mem_printf("%s: ", c->attr);

		if (strncmp(at, begin, strlen(begin)))
			return NULL;
	}
	return at;
}

/*
 * 0, or -errno with *@reason what the kernel says in words (or NULL). What it
 * logged meanwhile is about this write, and if that is nothing there is no
 * reason; last_error, for who may not read the log, may be an older one's.
 */
static int change(const struct change *c, char **reason)
{
	int mark = kmsg_mark();
	int err = file_write(c->path, c->text);
	char *text = kmsg_reason(mark, c->uuid, c->pf);

	*reason = NULL;
	if (!err)
		return 0;
	if (mark < 0 && c->owner)
		text = pf_last_error(c);
	if (text && *text)
		*reason = text;
	return err;
}

static void refused(const char *what, int err, const char *reason)
{
	if (reason)
		complain("%s: %s: %s", what, strerror(-err), reason);
	else
		complain("%s: %s", what, strerror(-err));
}

/* "name=value" with a name that is one; false after a message. */
static bool assignment(const char *text, char **name, char **value)
{
	const char *is = strchr(text, '=');

	if (!is || is == text) {
		complain("%s: write attribute=value", text);
		return false;
	}
	*name = mem_printf("%.*s", (int)(is - text), text);
	*value = mem_printf("%s", is + 1);
	if (strchr(*name, '/') || **name == '.' || strchr(*value, '\n')) {
		complain("%s: not an attribute and its value", text);
		return false;
	}
	return true;
}

static bool assignments_ok(int argc, char **argv)
{
	char *name, *value;
	int i;

	for (i = 0; i < argc; i++)
		if (!assignment(argv[i], &name, &value))
			return false;
	return true;
}

static char *writable_attrs(const struct adi *adi)
{
	char *all = mem_printf("%s", "");
	size_t i;

	for (i = 0; i < adi->attrs.n; i++)
		if (adi->attrs.v[i].writable)
			all = mem_printf("%s%s%s", all, *all ? " " : "",
					 adi->attrs.v[i].name);
	return all;
}

/* Writes "name=value"; returns an exit status after a message. */
static int set_one(const struct adi *adi, const char *text)
{
	char *name, *value, *reason, *what;
	struct change c = { .uuid = adi->uuid, .owner = adi->pf };
	int err;

	if (!assignment(text, &name, &value))
		return CTL_USAGE;
	c.path = mem_printf("%s/%s", adi->path, name);
	c.text = value;
	c.attr = name;
	err = change(&c, &reason);
	if (!err)
		return CTL_OK;
	what = mem_printf("%s: %s", adi->uuid, text);
	if (err == -ENOENT && !reason)
		reason = mem_printf("no such attribute; there are: %s",
				    writable_attrs(adi));
	refused(what, err, reason);
	return CTL_FAILED;
}

int cmd_set(void)
{
	struct adi adi;
	int i, ret;

	ret = adi_find(opt.argv[0], &adi);
	if (ret)
		return ret;
	if (!assignments_ok(opt.argc - 1, opt.argv + 1))
		return CTL_USAGE;
	for (i = 1; i < opt.argc; i++) {
		ret = set_one(&adi, opt.argv[i]);
		if (ret)
			break;
	}
	/* What came before the one that failed has been set. */
	if (opt.json) {
		struct json j;

		if (adi_find(adi.uuid, &adi))
			return CTL_FAILED;
		json_init(&j, stdout);
		json_adi(&j, NULL, &adi, false);
	}
	return ret;
}

static int remove_one(const struct adi *adi)
{
	struct change c = {
		.path = mem_printf("%s/remove", adi->path),
		.text = "1",
		.uuid = adi->uuid,
	};
	char *reason;
	int err = change(&c, &reason);

	if (!err)
		return CTL_OK;
	refused(mem_printf("cannot remove %s", adi->uuid), err, reason);
	return CTL_FAILED;
}

int cmd_remove(void)
{
	size_t i, n = (size_t)opt.argc, removed = 0;
	struct adi *adis = mem_array(n, sizeof(*adis));
	struct json j;
	int ret = CTL_OK;

	/* All exist, or none is removed. */
	for (i = 0; i < n; i++) {
		ret = adi_find(opt.argv[i], &adis[i]);
		if (ret)
			return ret;
	}
	for (i = 0; i < n && !ret; i++) {
		ret = remove_one(&adis[i]);
		if (!ret)
			removed++;
	}
	if (opt.json) {
		json_init(&j, stdout);
		json_begin(&j, NULL, '{');
		json_begin(&j, "removed", '[');
		for (i = 0; i < removed; i++)
			json_str(&j, NULL, adis[i].uuid);
		json_end(&j, ']');
		json_end(&j, '}');
	}
	return ret;
}

/* ------------------------------------------------------------------ create */

/* Without --type: the one whose name ends in "-vdcm". */
static bool type_wanted(const struct type *t)
{
	size_t len = strlen(t->name), tail = strlen("-vdcm");

	if (opt.type)
		return !strcmp(t->name, opt.type);
	return len > tail && !strcmp(t->name + len - tail, "-vdcm");
}

static bool has_room(const struct type *t)
{
	uint64_t n;

	return !parse_u64(t->available, &n) || n;
}

/*
 * The first PF that has one left; when none has, the first that offers the type
 * at all, for the kernel to refuse.
 */
static int type_choose(const struct pfs *pfs, const struct pf **pf,
		       const struct type **type)
{
	bool found_pf = false;
	size_t i, k;

	*type = NULL;
	for (i = 0; i < pfs->n; i++) {
		const struct pf *p = &pfs->v[i];

		if (opt.pf && strcmp(opt.pf, p->name))
			continue;
		found_pf = true;
		for (k = 0; k < p->n_types; k++) {
			const struct type *t = &p->types[k];

			if (!type_wanted(t))
				continue;
			if (*type && !has_room(t))
				continue;
			if (!*type || !has_room(*type)) {
				*pf = p;
				*type = t;
			}
		}
	}
	if (*type)
		return CTL_OK;
	if (!pfs->n)
		complain("no PF: is vdcm_swpf loaded?");
	else if (!found_pf)
		complain("%s: not a PF of vdcm's", opt.pf);
	else
		complain("no PF offers the type %s",
			 opt.type ? opt.type : "<driver>-vdcm");
	return CTL_NOT_FOUND;
}

/* A random one (RFC 9562, version 4); NULL when there is no randomness. */
static char *uuid_random(void)
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != sizeof(b))
		return NULL;
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	return mem_printf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
			  b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7],
			  b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

/* Half a device is none. */
static int configure(const struct adi *adi)
{
	int i, ret;

	for (i = 0; i < opt.argc; i++) {
		ret = set_one(adi, opt.argv[i]);
		if (!ret)
			continue;
		if (!remove_one(adi))
			complain("%s: removed again", adi->uuid);
		return ret;
	}
	return CTL_OK;
}

int cmd_create(void)
{
	const struct type *type;
	const struct pf *pf;
	struct change c;
	struct json j;
	struct pfs pfs;
	struct adi adi;
	char *uuid, *reason;
	int err, ret;

	uuid = opt.uuid ? uuid_parse(opt.uuid) : uuid_random();
	if (!uuid) {
		complain("%s: not a UUID", opt.uuid ? opt.uuid : "getrandom");
		return CTL_USAGE;
	}
	if (!assignments_ok(opt.argc, opt.argv))
		return CTL_USAGE;
	pfs_read(&pfs);
	ret = type_choose(&pfs, &pf, &type);
	if (ret)
		return ret;

	c = (struct change) {
		.path = mem_printf("%s/create", type->path),
		.text = uuid,
		.uuid = uuid,
		.pf = pf->name,
		.owner = pf->name,
	};
	err = change(&c, &reason);
	if (err) {
		refused(mem_printf("cannot create %s, a %s on %s", uuid,
				   type->name, pf->name), err, reason);
		return CTL_FAILED;
	}
	if (adi_find(uuid, &adi))
		return CTL_FAILED;
	ret = configure(&adi);
	if (ret)
		return ret;

	if (!opt.json) {
		printf("%s\n", uuid);
		return CTL_OK;
	}
	if (adi_find(uuid, &adi))
		return CTL_FAILED;
	json_init(&j, stdout);
	json_adi(&j, NULL, &adi, false);
	return CTL_OK;
}
