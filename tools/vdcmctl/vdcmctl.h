/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vdcmctl: what sysfs says about vdcm's PFs and devices, for people and for
 * scripts. It keeps nothing and knows nothing that sysfs does not.
 *
 * One thread. Memory comes from mem_alloc() and goes all at once: nobody frees.
 */
#ifndef VDCMCTL_H
#define VDCMCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define VDCMCTL_VERSION	"0.1"

/* Exit statuses; documented in vdcmctl(8). */
enum {
	CTL_OK,
	CTL_FAILED,	/* the kernel, or a file, said no */
	CTL_USAGE,	/* the command line is wrong; nothing was done */
	CTL_NOT_FOUND,	/* no such PF, type or device; nothing was done */
};

#define UUID_LEN	36

/**
 * struct options - the command line
 * @sysfs: where sysfs is mounted
 * @kmsg:  the kernel log
 * @json:  JSON instead of text
 * @batch: top: no control sequences, one table after the other
 * @count: top: how many tables; 0 for no end
 * @delay: top: seconds between them
 * @pf:    create: PCI address of the PF, or NULL
 * @type:  create: mediated device type, or NULL
 * @uuid:  create: UUID, or NULL
 * @argc:  operands
 * @argv:  operands
 */
struct options {
	const char *sysfs;
	const char *kmsg;
	bool json;
	bool batch;
	unsigned long count;
	double delay;
	const char *pf;
	const char *type;
	const char *uuid;
	int argc;
	char **argv;
};

extern struct options opt;

/* Runs one command line; returns an exit status. cli.c */
int vdcmctl(int argc, char **argv);

/* ------------------------------------------------------------------- mem.c */

struct mem_block;

/* Out of memory ends the program. */
void *mem_alloc(size_t size);
void *mem_array(size_t n, size_t size);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
struct mem_block *mem_mark(void);
/* Gives back what was allocated since @mark; NULL: everything. */
void mem_release(struct mem_block *mark);

/* ----------------------------------------------------------------- sysfs.c */

struct names {
	char **v;
	size_t n;
};

/**
 * struct pair - a file and what is in it
 * @name:     of the file
 * @value:    without the newline at its end; NULL when it cannot be read
 * @err:      why not
 * @writable: by its mode
 */
struct pair {
	char *name;
	char *value;
	int err;
	bool writable;
};

struct pairs {
	struct pair *v;
	size_t n;
};

/* NULL with errno when it cannot be read. At most 1 MiB. */
char *file_read(const char *path);
/* One write of @text and a newline. 0 or -errno. */
int file_write(const char *path, const char *text);
/* Sorted. Empty when there is no such directory; 0 or -errno. */
int dir_list(const char *path, struct names *names);
/* The last part of where a link leads; NULL when there is none. */
char *link_base(const char *path);
bool is_dir(const char *path);
/* The attributes among the files of a directory: readable, and no event file. */
void attrs_read(const char *dir, struct pairs *attrs);
const struct pair *attr_find(const struct pairs *attrs, const char *name);
/* Is there a number in @text, and nothing else? */
bool parse_u64(const char *text, uint64_t *value);

/* ------------------------------------------------------------------ kmsg.c */

/* The end of the kernel log as it is now, or -1. Goes to kmsg_reason(). */
int kmsg_mark(void);
/*
 * What was logged since @mark about @uuid: the first such message, from behind
 * the name of the device that it is about. Closes @mark.
 */
char *kmsg_reason(int mark, const char *uuid, const char *pf);
/* Messages about vdcm, its PFs and devices. 0 or -errno. */
int kmsg_ours(struct names *lines);

/* -------------------------------------------------------------------- pf.c */

/**
 * struct type - a type of mediated device that a PF offers
 * @name:        <driver>-vdcm, -vdcm4, ...
 * @path:        its directory
 * @pretty:      attribute "name", or NULL
 * @api:         attribute device_api, or NULL
 * @description: key=value pairs, or NULL
 * @available:   attribute available_instances, or NULL
 * @devices:     UUIDs
 */
struct type {
	char *name;
	char *path;
	char *pretty;
	char *api;
	char *description;
	char *available;
	struct names devices;
};

/**
 * struct pf - a PF
 * @name:     PCI address
 * @path:     its directory
 * @driver:   name, or NULL
 * @numa:     node, or NULL
 * @uplinks:  network interfaces
 * @types:    those that are vdcm's
 * @n_types:  at least one
 */
struct pf {
	char *name;
	char *path;
	char *driver;
	char *numa;
	struct names uplinks;
	struct type *types;
	size_t n_types;
};

struct pfs {
	struct pf *v;
	size_t n;
};

bool type_is_vdcm(const char *name);
void pfs_read(struct pfs *pfs);
/* Value of @key in a type's description; NULL when it has none. */
char *type_property(const struct type *type, const char *key);

/* ------------------------------------------------------------------- adi.c */

/**
 * struct adi - a mediated device
 * @uuid:  its name
 * @path:  its directory below bus/mdev/devices
 * @pf:    name of its parent
 * @type:  name of its type
 * @group: vfio group (/dev/vfio/<group>), or NULL
 * @attrs: its attributes
 */
struct adi {
	char *uuid;
	char *path;
	char *pf;
	char *type;
	char *group;
	struct pairs attrs;
};

struct adis {
	struct adi *v;
	size_t n;
};

void adis_read(struct adis *adis);
/* CTL_OK, or an exit status: the message has been printed. */
int adi_find(const char *uuid, struct adi *adi);
void adi_stats(const struct adi *adi, struct pairs *stats);
/* Lower case, 36 characters; NULL when it is no UUID. */
char *uuid_parse(const char *text);

/* ------------------------------------------------------------------ json.c */

#define JSON_DEPTH	16

struct json {
	FILE *f;
	unsigned int depth;
	bool used[JSON_DEPTH];
};

void json_init(struct json *j, FILE *f);
/* @key is NULL in an array, and at the top. @bracket is '{' or '['. */
void json_begin(struct json *j, const char *key, char bracket);
void json_end(struct json *j, char bracket);
void json_str(struct json *j, const char *key, const char *value);
/* A number when it is one, else a string; null for NULL. */
void json_value(struct json *j, const char *key, const char *value);
void json_real(struct json *j, const char *key, double value);
void json_names(struct json *j, const char *key, const struct names *names);

/* ----------------------------------------------------------------- table.c */

#define TABLE_COLS	8

struct table {
	unsigned int cols;
	size_t n;
	size_t room;
	const char *(*rows)[TABLE_COLS];
};

void table_init(struct table *t, unsigned int cols);
/* As many strings as there are columns; NULL is shown as "-". */
void table_row(struct table *t, ...);
/* From column @right on, values are aligned to the right. */
void table_print(const struct table *t, unsigned int right);

/* ------------------------------------------------------------------- err.c */

void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* -------------------------------------------------- commands, one file each */

int cmd_list(void);	/* list.c */
int cmd_show(void);
int cmd_create(void);	/* change.c */
int cmd_remove(void);
int cmd_set(void);
int cmd_stats(void);	/* stats.c */
int cmd_top(void);	/* top.c */
int cmd_report(void);	/* report.c */

/* For list and report. */
void json_pfs(struct json *j, const struct pfs *pfs);
void json_adi(struct json *j, const char *key, const struct adi *adi,
	      bool with_stats);
void print_pairs(const struct pairs *pairs, const char *indent);

#endif /* VDCMCTL_H */
