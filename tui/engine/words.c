// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/words.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/engine/filter_events.h"
#include "tui/engine/filter_tree.h"

/* Words as they are found. Many events have the same fields, so that they are put into a reply when
 * each of them is there once. */
struct list {
	char **words; /* owned */
	size_t count, room;
	bool full; /* there are more of them */
	const char *prefix;
	size_t prefix_length;
};

static void add(struct list *list, const char *word)
{
	if (!*word || strncmp(word, list->prefix, list->prefix_length) != 0)
		return;
	list->full |= list->count == WORDS_SORTED;
	if (list->full)
		return;
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 256;
		char **words = reallocarray(list->words, room, sizeof(*words));

		if (!words)
			return; /* it can be typed all the same */
		list->words = words;
		list->room = room;
	}
	list->words[list->count] = strdup(word);
	list->count += list->words[list->count] != NULL;
}

/* Systems and events; with a slash typed, events of that system. */
static void add_events(struct list *list, const struct formats *formats, bool systems)
{
	bool in_system = systems && strchr(list->prefix, '/');
	char word[2 * ENGINE_NAME_MAX];

	for (size_t i = 0; i < formats->event_count; i++) {
		const struct tep_event *event = formats->events[i].event;

		if (in_system) {
			snprintf(word, sizeof(word), "%s/%s", event->system, event->name);
			add(list, word);
			continue;
		}
		add(list, event->name);
		/* Events of a system stand behind each other. */
		if (systems &&
		    (!i || strcmp(event->system, formats->events[i - 1].event->system) != 0))
			add(list, event->system);
	}
}

static void add_field_list(struct list *list, const struct tep_format_field *field)
{
	for (; field; field = field->next)
		add(list, field->name);
}

/* Fields of the events named; without a name that there is, of all. */
static void add_fields(struct list *list, const struct formats *formats, const char *of)
{
	bool *chosen = calloc(formats->event_count + 1, sizeof(*chosen)), common = false;
	char error[FILTER_ERROR];

	if (!chosen)
		return;
	if (!*of || filter_events_named(formats, chosen, of, strlen(of), error))
		memset(chosen, true, formats->event_count);
	for (size_t i = 0; i < formats->event_count; i++) {
		if (!chosen[i])
			continue;
		add_field_list(list, formats->events[i].event->format.fields);
		if (!common)
			add_field_list(list, formats->events[i].event->format.common_fields);
		common = true;
	}
	free(chosen);
	/* What stands for fields in every event (filter_compile.c). */
	add(list, "CPU");
	add(list, "COMM");
	add(list, "EVENT");
	add(list, "TIMESTAMP");
}

static void add_tasks(struct list *list, const struct comms *comms)
{
	size_t size = comms_text(comms, NULL, 0), length;
	char *text = malloc(size + 1), *line, *rest;

	if (!text)
		return;
	length = comms_text(comms, text, size);
	text[length < size ? length : size] = '\0';
	for (rest = text; (line = strsep(&rest, "\n"));) {
		const char *name = strchr(line, ' ');

		if (name)
			add(list, name + 1);
	}
	free(text);
}

static int in_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Put the words into the reply in the order of the alphabet, each once. Returns its length. */
static size_t put(const struct list *list, struct engine_words_reply *reply)
{
	size_t length = sizeof(*reply);

	reply->more = list->full;
	if (list->count)
		qsort(list->words, list->count, sizeof(*list->words), in_order);
	for (size_t i = 0; i < list->count; i++) {
		size_t size = strlen(list->words[i]) + 1;

		if (i && !strcmp(list->words[i], list->words[i - 1]))
			continue;
		if (size > ENGINE_WORDS_MAX - length) {
			reply->more = 1;
			break;
		}
		memcpy((char *)reply + length, list->words[i], size);
		length += size;
		reply->count++;
	}
	return length;
}

static void release(struct list *list)
{
	while (list->count)
		free(list->words[--list->count]);
	free(list->words);
}

size_t words_fill(struct engine_words_reply *reply, const struct engine_words *asked,
		  const struct formats *formats, const struct comms *comms)
{
	struct list list = {
		.prefix = asked->prefix,
		.prefix_length = strlen(asked->prefix),
	};
	size_t length;

	memset(reply, 0, sizeof(*reply));
	if (formats && (asked->kinds & 1u << ENGINE_WORDS_EVENTS))
		add_events(&list, formats, true);
	if (formats && (asked->kinds & 1u << ENGINE_WORDS_EVENT_NAMES))
		add_events(&list, formats, false);
	if (formats && (asked->kinds & 1u << ENGINE_WORDS_FIELDS))
		add_fields(&list, formats, asked->of);
	if (asked->kinds & 1u << ENGINE_WORDS_TASKS)
		add_tasks(&list, comms);
	length = put(&list, reply);
	release(&list);
	return length;
}
