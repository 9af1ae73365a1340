// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line: NAME [ARGUMENT], with the names of the key table and what commands.c takes.
 * It knows how to take a line apart and which words can stand where; it does nothing itself.
 */
#include <stdio.h>
#include <string.h>

#include "tui/console/state.h"

struct command_line {
	const char *name, *argument; /* in the text */
	size_t name_length;
	char trimmed[EDIT_BYTES];	  /* the argument, without blanks behind it */
	const struct keymap_entry *entry; /* NULL: none of this name */
	bool ambiguous;
};

static struct command_line take_apart(const struct console *console, const char *text)
{
	struct command_line line = {.name = text + strspn(text, " :")};

	line.name_length = strcspn(line.name, " ");
	line.argument = line.name + line.name_length;
	line.argument += strspn(line.argument, " ");
	snprintf(line.trimmed, sizeof(line.trimmed), "%s", line.argument);
	for (size_t end = strlen(line.trimmed); end && line.trimmed[end - 1] == ' ';)
		line.trimmed[--end] = '\0';
	line.entry = keymap_named(console->front, line.name, line.name_length, &line.ambiguous);
	return line;
}

/* ---- is it right? ---- */

static bool is_of_another_view(const struct console *console, const struct command_line *line,
			       const char **view)
{
	bool ambiguous;

	for (int id = 0; id < VIEW_COUNT; id++) {
		*view = console->views[id]->ops->name;
		if (keymap_named((enum view_id)id, line->name, line->name_length, &ambiguous))
			return true;
	}
	return false;
}

static void say_unknown(const struct console *console, const struct command_line *line,
			struct prompt_verdict *verdict)
{
	const char *view;
	int length = line->name_length < 32 ? (int)line->name_length : 32;

	verdict->state = PROMPT_INVALID;
	if (line->ambiguous)
		snprintf(verdict->why, sizeof(verdict->why),
			 "several commands begin with '%.*s': Tab lists them", length, line->name);
	else if (is_of_another_view(console, line, &view))
		snprintf(verdict->why, sizeof(verdict->why),
			 "'%.*s' is a command of another view, such as: %s", length, line->name,
			 view);
	else
		snprintf(verdict->why, sizeof(verdict->why),
			 "there is no command '%.*s': Tab lists those that there are", length,
			 line->name);
}

static void check(void *data, const char *text, struct prompt_verdict *verdict)
{
	struct command_line line = take_apart(data, text);
	size_t argument_at = (size_t)(line.argument - text);

	if (!line.name_length) {
		snprintf(verdict->why, sizeof(verdict->why),
			 "a command: Tab lists them, ? tells of them; Esc leaves");
		return;
	}
	verdict->at = (size_t)(line.name - text);
	if (!line.entry) {
		say_unknown(data, &line, verdict);
	} else if (*line.argument && line.entry->argument == ARGUMENT_NONE) {
		verdict->state = PROMPT_INVALID;
		verdict->at = argument_at;
		snprintf(verdict->why, sizeof(verdict->why), "'%s' takes nothing behind it",
			 line.entry->name);
	} else if (*line.argument) {
		verdict->at = PROMPT_NOWHERE;
		command_check(data, line.entry->action, line.trimmed, verdict);
		verdict->at =
			verdict->at == PROMPT_NOWHERE ? argument_at : verdict->at + argument_at;
	} else {
		snprintf(verdict->why, sizeof(verdict->why), "%s%s%s: %s", line.entry->name,
			 line.entry->argument ? " " : "", argument_name(line.entry->argument),
			 line.entry->help);
	}
}

/* ---- completion ---- */

static void complete_name(const struct console *console, const char *text, size_t cursor,
			  struct completion *completion)
{
	const struct keymap_entry *entries;
	size_t count, from = strspn(text, " :");

	if (from > cursor)
		from = cursor;
	completion_begin(completion, from, ' ');
	entries = keymap_entries(&count);
	for (size_t i = 0; i < count; i++)
		if (entries[i].views & IN_VIEW(console->front))
			completion_add(completion, entries[i].name, text + from, cursor - from);
	completion_sort(completion);
}

static void complete_argument(struct console *console, const struct command_line *line,
			      const char *text, size_t cursor, struct completion *completion)
{
	size_t at = (size_t)(line->argument - text), length = cursor - at;

	completion_begin(completion, at, '\0');
	switch (line->entry->argument) {
	case ARGUMENT_ON_OFF:
		completion_add(completion, "on", line->argument, length);
		completion_add(completion, "off", line->argument, length);
		break;
	case ARGUMENT_VIEW:
		for (int id = 0; id < VIEW_COUNT; id++)
			completion_add(completion, console->views[id]->ops->name, line->argument,
				       length);
		break;
	case ARGUMENT_FILTER:
		filtering_complete(console, line->argument, length, completion);
		completion->from += at;
		break;
	case ARGUMENT_SETTING:
		settings_complete(line->argument, length, completion);
		completion->from += at;
		break;
	case ARGUMENT_COLUMNS:
		setting_complete(setting_named("columns", strlen("columns")), line->argument,
				 length, completion);
		completion->from += at;
		break;
	case ARGUMENT_EVENTS:
		enabled_complete(console->views[VIEW_ENABLED], line->argument, length, completion);
		completion->from += at;
		break;
	case ARGUMENT_PATH:
		completion_paths(completion, line->argument, length, at);
		break;
	default:
		command_complete(console, line->entry->action, line->argument, length, completion);
		completion->from =
			at + (completion->count || completion->pending ? completion->from : 0);
		break;
	}
}

static void complete(void *data, const char *text, size_t cursor, struct completion *completion)
{
	struct command_line line = take_apart(data, text);

	if (text + cursor <= line.name + line.name_length)
		complete_name(data, text, cursor, completion);
	else if (line.entry && text + cursor >= line.argument)
		complete_argument(data, &line, text, cursor, completion);
}

void command_line_path(void *data, const char *text, size_t cursor, struct completion *completion)
{
	(void)data;
	completion_paths(completion, text, cursor, 0);
}

/* ---- the prompt ---- */

static void done(void *data, const char *text)
{
	struct console *console = data;
	struct command_line line;

	if (!text)
		return;
	line = take_apart(console, text);
	if (!line.entry)
		return; /* nothing was typed */
	if (*line.argument)
		command_take(console, line.entry->action, line.trimmed);
	else
		console_act(console, line.entry);
}

void command_line_ask(struct console *console, const char *text)
{
	prompt_line(&console->prompt, &(struct prompt_ask){.label = ":",
							   .prefill = text,
							   .check = check,
							   .complete = complete,
							   .done = done,
							   .data = console,
							   .history = &console->history,
							   .kind = HISTORY_COMMAND});
}

void command_line_open(struct console *console)
{
	ordering_try_again(console);
	command_line_ask(console, NULL);
}
