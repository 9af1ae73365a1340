// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/filter_names.h"

#include <string.h>

#include "tui/engine/filter_private.h"

static const struct {
	const char *name;
	enum filter_code code;
} specials[] = {
	{"CPU", OP_CPU},
	{"COMM", OP_CONSTANT},
	{"EVENT", OP_CONSTANT},
	{"TIMESTAMP", OP_TIMESTAMP},
};

int filter_special(const char *name)
{
	for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++)
		if (!strcmp(specials[i].name, name))
			return specials[i].code;
	return -1;
}

bool filter_has_field(const struct event_format *format, const char *name)
{
	return tep_find_any_field(format->event, name) || filter_special(name) >= 0;
}
