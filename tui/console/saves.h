/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What s and S ask and do: save what is held, keep recording. Used by commands.c for the keys and
 * for `:save` and `:record`. What comes of it is said by attach.c, when the guest tells.
 */
#ifndef VTRACE_CONSOLE_SAVES_H
#define VTRACE_CONSOLE_SAVES_H

#include "tui/console/prompt.h"

struct console;

/* Ask where to save what is held. */
void saves_open(struct console *console);
/* End the recording, or ask where to record. */
void saves_toggle(struct console *console);

/* May this be the path? Each a prompt_check_fn whose data is struct console: the path is new, its
 * directory is there, may be written to and has room. */
void saves_check_save(void *console, const char *path, struct prompt_verdict *verdict);
void saves_check_record(void *console, const char *path, struct prompt_verdict *verdict);

/* Save there, or record from now on, with messages of what fails at once. */
void saves_save(struct console *console, const char *path);
void saves_record(struct console *console, const char *path);

#endif
