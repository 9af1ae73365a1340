// SPDX-License-Identifier: GPL-2.0-only
#include "formats/event_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define STATES "+-%"

void event_list_begin(struct event_list *list, char *text, size_t size)
{
	*list = (struct event_list){.text = text, .size = size};
	text[0] = '\0';
}

bool event_list_name_ok(const char *name, size_t length)
{
	if (length == 0 || length >= VTRACE_EVENT_NAME_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
		if (name[i] <= 0x20 || name[i] > 0x7e || strchr(":;,", name[i]))
			return false;
	return true;
}

bool event_list_add(struct event_list *list, const char *system, const char *event,
		    enum event_state state)
{
	bool same = list->count && !strcmp(list->system, system);
	size_t room = list->size - list->used;
	int length;

	if (same)
		length = snprintf(list->text + list->used, room, ",%c%s", state, event);
	else
		length = snprintf(list->text + list->used, room, "%s%s:%c%s",
				  list->count ? ";" : "", system, state, event);
	if (length < 0 || (size_t)length >= room) {
		list->text[list->used] = '\0';
		return false;
	}
	list->used += (size_t)length;
	list->count++;
	snprintf(list->system, sizeof(list->system), "%s", system);
	return true;
}

/* Copy the name that begins at *text and ends before one of ends; *text is then at its end. */
static int take_name(const char **text, const char *ends, char *name)
{
	size_t length = strcspn(*text, ends);

	if (!event_list_name_ok(*text, length))
		return -EINVAL;
	memcpy(name, *text, length);
	name[length] = '\0';
	*text += length;
	return 0;
}

int event_list_read(const char *text, event_list_fn *fn, void *data)
{
	char system[VTRACE_EVENT_NAME_MAX] = "", event[VTRACE_EVENT_NAME_MAX];
	int count = 0;

	while (*text) {
		if (count == 0 || *text++ == ';') {
			if (take_name(&text, ":", system) || *text++ != ':')
				return -EINVAL;
		}
		enum event_state state = (enum event_state) * text;

		if (!*text || !strchr(STATES, *text++) || take_name(&text, ",;", event))
			return -EINVAL;
		count++;
		if (!fn(data, system, event, state))
			break;
	}
	return count;
}
