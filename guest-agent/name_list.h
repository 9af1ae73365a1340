/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names with commas between, in a text of a fixed size, as answers have them. Called by the rooms
 * that name what they could not do.
 */
#ifndef VTRACE_AGENT_NAME_LIST_H
#define VTRACE_AGENT_NAME_LIST_H

#include <stddef.h>

/* Append a name of length bytes, if all of it fits. */
void name_list_add(char *list, size_t size, const char *name, size_t length);
/* Append "SYSTEM:NAME", likewise. */
void name_list_add_event(char *list, size_t size, const char *system, const char *name);

#endif
