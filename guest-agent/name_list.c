// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/name_list.h"

#include <stdio.h>
#include <string.h>

void name_list_add(char *list, size_t size, const char *name, size_t length)
{
	size_t used = strlen(list);

	if (used + length + 2 <= size)
		snprintf(list + used, size - used, "%s%.*s", used ? "," : "", (int)length, name);
}

void name_list_add_event(char *list, size_t size, const char *system, const char *name)
{
	size_t used = strlen(list);

	if (used + strlen(system) + strlen(name) + 3 <= size)
		snprintf(list + used, size - used, "%s%s:%s", used ? "," : "", system, name);
}
