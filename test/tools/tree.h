/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A sysfs that never was: two PFs of vdcm's with room for two devices each, one
 * device on the first, and a PF and a device that are somebody else's.
 */
#ifndef TEST_TOOLS_TREE_H
#define TEST_TOOLS_TREE_H

#define TREE_PF		"5000:00:00.0"
#define TREE_PF2	"5000:00:01.0"
#define TREE_UUID	"76646364-0000-4000-8000-000000000001"
#define TREE_ALIEN	"76646364-0000-4000-8000-00000000a11e"
#define TREE_ALIEN_PF	"0000:00:02.0"
#define TREE_ROOM	2

/* Below @root (which exists): sys/ and kmsg. Ends the program on failure. */
void tree_make(const char *root);
/* What the kernel does when a device is made, and when one is removed. */
void tree_device_add(const char *root, const char *pf, const char *type,
		     const char *uuid);
void tree_device_del(const char *root, const char *uuid);
/* A file's new content; @fmt ends without a newline. */
void tree_file(const char *path, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* No file any more, but something else. */
void tree_fifo(const char *path);

#endif /* TEST_TOOLS_TREE_H */
