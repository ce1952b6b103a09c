// SPDX-License-Identifier: GPL-2.0
/*
 * mktree DIR: the tree of tree.h, for scripts.
 */
#include <stdio.h>

#include "tree.h"

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: mktree DIR\n");
		return 2;
	}
	tree_make(argv[1]);
	return 0;
}
