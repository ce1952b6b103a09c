/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel behind the tree: write() to one of its files does, or refuses, what
 * sysfs-abi/ says, and time passes only when somebody sleeps.
 */
#ifndef TEST_TOOLS_KERNEL_H
#define TEST_TOOLS_KERNEL_H

#include <stdbool.h>

/**
 * struct kernel - what it is to do
 * @root:      of the tree; from then on writes below it are caught
 * @open:      devices are in use: some attributes are refused
 * @old:       messages begin as those of 5.10
 * @mute:      it logs nothing
 * @last_error: it has that attribute
 * @broken:    the file whose path ends so cannot be read
 * @slept:     called after each sleep
 */
struct kernel {
	char root[4000];
	bool open;
	bool old;
	bool mute;
	bool last_error;
	const char *broken;
	void (*slept)(void);
};

extern struct kernel kernel;

#endif /* TEST_TOOLS_KERNEL_H */
