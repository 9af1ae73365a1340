/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text of one event's format file, looked at before libtraceevent sees it. Called by formats.
 */
#ifndef VTRACE_ENGINE_FORMAT_TEXT_H
#define VTRACE_ENGINE_FORMAT_TEXT_H

#include <stddef.h>

/*
 * How much of a format to parse: all length bytes, or those before its "print fmt" when that
 * speaks of a field (REC->NAME) that the format does not declare. A kernel's never does, and
 * libtraceevent 1.7 dies of it in some places; without, the event's fields are shown.
 */
size_t format_text_sound(const char *text, size_t length);

/* The event's ID that a format names, or -1. */
int format_text_id(const char *text, size_t length);
/* What stands behind its "print fmt:", as a string to be free()d: "" where there is nothing, NULL
 * without memory. */
char *format_text_print(const char *text, size_t length);

#endif
