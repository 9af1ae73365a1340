/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings in a file: lines "NAME = VALUE", and lines that begin with # for people. Called by
 * console.c and set.c. Nothing in a file stops the console: what is wrong is told, with its line,
 * and passed over.
 */
#ifndef VTRACE_CONSOLE_SETTINGS_FILE_H
#define VTRACE_CONSOLE_SETTINGS_FILE_H

#include <stddef.h>

#include "tui/console/settings.h"

#define SETTINGS_FILE_BYTES (64 * 1024) /* a larger file is none of ours */
#define SETTINGS_LINE_BYTES 512
#define SETTINGS_COMPLAINTS 8 /* lines that are told of one by one */

/* Called with a sentence for each thing that is wrong. */
typedef void settings_complain_fn(void *data, const char *sentence);

/* Where the file belongs in this environment: $XDG_CONFIG_HOME/vtrace/vtrace-top.conf. 0, or
 * -ENOENT when there is no such place. */
int settings_path(char *path, size_t size);
/*
 * Take what the file says. 0, or -errno when nothing was taken of it: -ENOENT when there is none,
 * which is no complaint. Root takes none that others own or may write to: -EPERM.
 */
int settings_read(struct settings *settings, const char *path, settings_complain_fn *complain,
		  void *data);
/*
 * Write a file of them in the old one's place, at once or not at all, with the directories that
 * are missing (mode 0700). Of the old one, lines for people and of unknown names stay as they are,
 * as do lines that say what is so; others are changed. Behind them comes what differs from
 * settings_init(). 0, or -errno with a sentence in why.
 */
int settings_write(const struct settings *settings, const char *path, char *why, size_t why_size);

#endif
