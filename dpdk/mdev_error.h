/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * Why something did not work, as one sentence for whoever has to mend it.
 */
#ifndef MDEV_ERROR_H
#define MDEV_ERROR_H

struct mdev_error {
	char text[384];
};

/**
 * mdev_error_set() - say why
 * @err: where; may be NULL
 * @fmt: the sentence, without a line feed
 *
 * What does not fit is cut off.
 */
void mdev_error_set(struct mdev_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
