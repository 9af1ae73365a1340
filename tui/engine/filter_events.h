/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which events are meant by names with wildcards: those of a filter, as libtraceevent understands
 * them, and those of a list as shells do. Called by filter_compile.c.
 */
#ifndef VTRACE_ENGINE_FILTER_EVENTS_H
#define VTRACE_ENGINE_FILTER_EVENTS_H

#include "tui/engine/formats.h"

/* Both set chosen[] (by number in formats->events) for what they find, and return 0, or -EINVAL
 * with a sentence in error (FILTER_ERROR bytes) when a name is of nothing. */

/* names: SYSTEM/EVENT or either, with commas between them, regular expressions (regcomp(3)). */
int filter_events_named(const struct formats *formats, bool *chosen, const char *names,
			size_t length, char *error);
/* list: SYSTEM:EVENT or either, with commas between them, globs (fnmatch(3)); "": all events. */
int filter_events_listed(const struct formats *formats, bool *chosen, const char *list,
			 char *error);

#endif
