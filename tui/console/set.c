// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/set.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tui/console/settings_file.h"
#include "tui/console/state.h"

/* ---- the file ---- */

static int path_of(const struct console *console, char *path, size_t size)
{
	if (!console->options->config)
		return settings_path(path, size);
	return (size_t)snprintf(path, size, "%s", console->options->config) < size ? 0
										   : -ENAMETOOLONG;
}

static void complain(void *data, const char *sentence)
{
	struct console *console = data;

	journal_add(&console->journal, GUEST_WARNING, sentence);
}

void set_read_file(struct console *console)
{
	char path[PATH_MAX];

	if (console->options->no_config || path_of(console, path, sizeof(path)))
		return;
	if (settings_read(&console->settings, path, complain, console) == -ENOENT &&
	    console->options->config)
		journal_printf(&console->journal, GUEST_WARNING,
			       "there is no settings file %s; W writes it", path);
}

void set_write(struct console *console)
{
	char path[PATH_MAX], why[512 + PATH_MAX];

	if (console->options->no_config) {
		journal_add(&console->journal, GUEST_WARNING,
			    "with --no-config no settings were read, and none are written");
	} else if (path_of(console, path, sizeof(path))) {
		journal_add(&console->journal, GUEST_ERROR,
			    "there is no place for settings: HOME, XDG_CONFIG_HOME or --config "
			    "has to name one");
	} else if (settings_write(&console->settings, path, why, sizeof(why))) {
		journal_add(&console->journal, GUEST_ERROR, why);
	} else {
		journal_printf(&console->journal, GUEST_INFO, "the settings are written to %s",
			       path);
	}
}

/* ---- the command ---- */

void set_apply(struct console *console)
{
	struct view *events = console->views[VIEW_EVENTS];

	if (events_merged(events) != console->settings.merged)
		events_toggle_merge(events, console);
	terminal_mouse(console->terminal, console->settings.mouse);
	terminal_theme(console->terminal, &console->settings.theme);
	console_invalidate(console);
}

void set_show(struct console *console)
{
	console_show(console, VIEW_SETTINGS);
}

/* "merged is off: one merged timeline, not a pane for each CPU" */
static void describe(const struct console *console, const struct setting *setting, char *text,
		     size_t size)
{
	char value[SETTING_TEXT];

	setting_format(setting, &console->settings, value);
	snprintf(text, size, "%s (%s) is %s: %s", setting->name, setting_values(setting), value,
		 setting->help);
}

/* "NAME?" or, for who begins to type, "NAME". */
static bool is_question(const char *text, const struct setting_parts *parts, size_t *name_length)
{
	bool asked = parts->name_length && text[parts->name + parts->name_length - 1] == '?';

	*name_length = parts->name_length - asked;
	return asked || (!text[parts->value] && !parts->equals);
}

void set_check(void *data, const char *text, struct prompt_verdict *verdict)
{
	const struct console *console = data;
	struct setting_parts parts = setting_parts(text);
	struct settings scratch = console->settings;
	const struct setting *setting;
	struct setting_fault fault;
	size_t name_length;
	bool question = is_question(text, &parts, &name_length);

	setting = setting_named(text + parts.name, name_length);
	verdict->state = PROMPT_INVALID;
	verdict->at = parts.name;
	if (!setting) {
		snprintf(verdict->why, sizeof(verdict->why),
			 "there is no setting '%.*s': Tab lists them",
			 name_length < 32 ? (int)name_length : 32, text + parts.name);
	} else if (question) {
		verdict->state = PROMPT_VALID;
		describe(console, setting, verdict->why, sizeof(verdict->why));
	} else if (setting_parse(setting, &scratch, text + parts.value, &fault)) {
		verdict->at = parts.value + fault.at;
		snprintf(verdict->why, sizeof(verdict->why), "%s", fault.why);
	} else {
		verdict->state = PROMPT_VALID;
		snprintf(verdict->why, sizeof(verdict->why), "%s: %s", setting->name,
			 setting->help);
	}
}

void set_take(struct console *console, const char *text)
{
	struct setting_parts parts = setting_parts(text);
	const struct setting *setting;
	struct setting_fault fault;
	char sentence[512];
	size_t name_length;
	bool question = is_question(text, &parts, &name_length);

	setting = setting_named(text + parts.name, name_length);
	if (!setting)
		return;
	if (question) {
		describe(console, setting, sentence, sizeof(sentence));
		journal_add(&console->journal, GUEST_INFO, sentence);
	} else if (!setting_parse(setting, &console->settings, text + parts.value, &fault)) {
		set_apply(console);
	}
}

void set_ask(struct console *console, const struct setting *setting)
{
	char value[SETTING_TEXT], line[SETTING_TEXT + 64];

	setting_format(setting, &console->settings, value);
	snprintf(line, sizeof(line), "set %s %s", setting->name, value);
	command_line_ask(console, line);
}

void set_columns_ask(struct console *console)
{
	char line[COLUMNS_TEXT + 16] = "columns ";

	columns_format(&console->settings.columns, line + strlen(line));
	command_line_ask(console, line);
}

void set_columns_check(void *data, const char *text, struct prompt_verdict *verdict)
{
	struct row_columns columns;

	(void)data;
	if (columns_parse(&columns, text, verdict->why, sizeof(verdict->why), &verdict->at))
		verdict->state = PROMPT_INVALID;
}

void set_columns(struct console *console, const char *text)
{
	char why[200];
	size_t at;

	if (!columns_parse(&console->settings.columns, text, why, sizeof(why), &at))
		console_invalidate(console);
}
