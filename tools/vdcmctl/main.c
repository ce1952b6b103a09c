// SPDX-License-Identifier: GPL-2.0
/*
 * A file of its own: tests have another main().
 */
#include "vdcmctl.h"

int main(int argc, char **argv)
{
	return vdcmctl(argc, argv);
}
