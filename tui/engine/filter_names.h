/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a name in a condition stands for: a field of the event, or what every event has. Called by
 * filter_compile.c.
 */
#ifndef VTRACE_ENGINE_FILTER_NAMES_H
#define VTRACE_ENGINE_FILTER_NAMES_H

#include "tui/engine/formats.h"

/* What stands for a field in every event that has none of that name: the code of its operation,
 * OP_CONSTANT for a text, or -1. */
int filter_special(const char *name);
bool filter_has_field(const struct event_format *format, const char *name);

#endif
