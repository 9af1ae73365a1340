// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/console/settings.h"
#include "tui/options.h"

#define BLANKS " \t"

/* What all settings of a kind have in common. value is where the member lies. */
struct setting_kind {
	const char *values;
	int (*parse)(const struct setting *setting, void *value, const char *text,
		     struct setting_fault *fault);
	void (*format)(const void *value, char *text);
	const char *(*word)(unsigned n); /* that a value may have in it; NULL: after the last */
};

/* ---- one of a few words, which is a member of an enum, or a bool ---- */

static int find_word(const struct setting_kind *kind, const char *text, struct setting_fault *fault)
{
	const char *word;

	for (unsigned n = 0; (word = kind->word(n)); n++)
		if (!strcmp(word, text))
			return (int)n;
	fault->at = 0;
	snprintf(fault->why, sizeof(fault->why), "one of these is expected: %s", kind->values);
	return -EINVAL;
}

static int parse_word(const struct setting *setting, void *value, const char *text,
		      struct setting_fault *fault)
{
	int n = find_word(setting->kind, text, fault);

	if (n < 0)
		return n;
	*(unsigned *)value = (unsigned)n;
	return 0;
}

static const char *on_off(unsigned n)
{
	static const char *const words[] = {"off", "on"};

	return n < 2 ? words[n] : NULL;
}

static int parse_on_off(const struct setting *setting, void *value, const char *text,
			struct setting_fault *fault)
{
	int n = find_word(setting->kind, text, fault);

	if (n < 0)
		return n;
	*(bool *)value = n;
	return 0;
}

static void format_on_off(const void *value, char *text)
{
	snprintf(text, SETTING_TEXT, "%s", on_off(*(const bool *)value));
}

static const char *times(unsigned n)
{
	static const char *const words[ROW_TIMES] = {
		[ROW_TIMES_CLOCK] = "clock",
		[ROW_TIMES_START] = "start",
		[ROW_TIMES_DELTA] = "delta",
		[ROW_TIMES_WALL] = "wall",
	};

	return n < ROW_TIMES ? words[n] : NULL;
}

static void format_times(const void *value, char *text)
{
	snprintf(text, SETTING_TEXT, "%s", times(*(const enum row_times *)value));
}

static const char *orders(unsigned n)
{
	static const char *const words[STATISTICS_ORDERS] = {
		[STATISTICS_BY_COUNT] = "count",
		[STATISTICS_BY_RATE] = "rate",
		[STATISTICS_BY_NAME] = "name",
	};

	return n < STATISTICS_ORDERS ? words[n] : NULL;
}

static void format_order(const void *value, char *text)
{
	snprintf(text, SETTING_TEXT, "%s", orders(*(const enum statistics_order *)value));
}

/* ---- bytes ---- */

static int parse_size(const struct setting *setting, void *value, const char *text,
		      struct setting_fault *fault)
{
	(void)setting;
	fault->at = 0;
	return memory_parse(text, value, fault->why, sizeof(fault->why));
}

static void format_size(const void *value, char *text)
{
	static const char suffixes[] = "KMG";
	uint64_t bytes = *(const uint64_t *)value;
	unsigned power = 0;

	while (power < sizeof(suffixes) - 1 && bytes % 1024 == 0) {
		bytes /= 1024;
		power++;
	}
	snprintf(text, SETTING_TEXT, "%" PRIu64 "%.1s", bytes, power ? &suffixes[power - 1] : "");
}

/* ---- columns ---- */

static int parse_columns(const struct setting *setting, void *value, const char *text,
			 struct setting_fault *fault)
{
	(void)setting;
	return columns_parse(value, text, fault->why, sizeof(fault->why), &fault->at);
}

static void format_columns(const void *value, char *text)
{
	_Static_assert(SETTING_TEXT >= COLUMNS_TEXT, "columns fit");
	columns_format(value, text);
}

/* ---- looks ---- */

static int parse_look(const struct setting *setting, void *value, const char *text,
		      struct setting_fault *fault)
{
	return look_parse(value, setting->style, text, fault->why, sizeof(fault->why), &fault->at);
}

static void format_look(const void *value, char *text)
{
	_Static_assert(SETTING_TEXT >= LOOK_TEXT, "a look fits");
	look_format(value, text);
}

/* ---- the table ---- */

static const struct setting_kind kind_on_off = {"on|off", parse_on_off, format_on_off, on_off};
static const struct setting_kind kind_times = {"clock|start|delta|wall", parse_word, format_times,
					       times};
static const struct setting_kind kind_order = {"count|rate|name", parse_word, format_order, orders};
static const struct setting_kind kind_size = {"SIZE", parse_size, format_size, NULL};
static const struct setting_kind kind_columns = {"LIST", parse_columns, format_columns,
						 column_name};
static const struct setting_kind kind_look = {"LOOK", parse_look, format_look, look_word};

#define LOOK(name_, style_, help_)                                                        \
	{                                                                                 \
		.name = "colour-" name_, .help = help_, .kind = &kind_look,               \
		.member = offsetof(struct settings, theme.looks[style_]), .style = style_ \
	}

/* clang-format off */
static const struct setting entries[] = {
	{"merged", "one merged timeline, not a pane for each CPU", &kind_on_off,
	 offsetof(struct settings, merged), 0},
	{"meters", "the CPU meters are shown", &kind_on_off, offsetof(struct settings, meters), 0},
	{"mouse", "wheel and clicks are taken, as with --mouse", &kind_on_off,
	 offsetof(struct settings, mouse), 0},
	{"times", "trace clock, since start, row by row, time of day", &kind_times,
	 offsetof(struct settings, times), 0},
	{"columns", "of rows, as in time,task:20,event,detail", &kind_columns,
	 offsetof(struct settings, columns), 0},
	{"order", "what statistics are sorted by", &kind_order, offsetof(struct settings, order), 0},
	{"memory", "pages held of a guest opened next; --memory wins", &kind_size,
	 offsetof(struct settings, memory), 0},
	LOOK("normal", STYLE_NORMAL, "all text, and colours not named below"),
	LOOK("title", STYLE_TITLE, "the first line"),
	LOOK("header", STYLE_HEADER, "titles of columns, names of panes"),
	LOOK("cursor", STYLE_FOCUS, "the row, or pane, that keys act on"),
	LOOK("dim", STYLE_DIM, "hints"),
	LOOK("key", STYLE_KEY, "keys in the last line and in help"),
	LOOK("footer", STYLE_FOOTER, "what they do, in the last line"),
	LOOK("good", STYLE_GOOD, "what is as it should be"),
	LOOK("warning", STYLE_WARNING, "warnings, and what is wrong in a prompt"),
	LOOK("error", STYLE_ERROR, "errors, bad pages and gaps"),
	LOOK("lost", STYLE_LOST, "lost events"),
	LOOK("time", STYLE_TIME, "times"),
	LOOK("task", STYLE_TASK, "tasks"),
	LOOK("event", STYLE_EVENT, "names of events, and histories of rates"),
	LOOK("match", STYLE_MATCH, "what a search has found"),
};
/* clang-format on */

#define ENTRIES (sizeof(entries) / sizeof(entries[0]))
_Static_assert(ENTRIES <= SETTINGS_MAX, "SETTINGS_MAX is enough");

void settings_init(struct settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	settings->meters = true;
	settings->memory = OPTIONS_MEMORY;
	columns_init(&settings->columns);
	theme_init(&settings->theme);
}

const struct setting *setting_entries(size_t *count)
{
	*count = ENTRIES;
	return entries;
}

size_t setting_index(const struct setting *setting)
{
	return (size_t)(setting - entries);
}

const struct setting *setting_named(const char *name, size_t length)
{
	for (size_t i = 0; i < ENTRIES; i++)
		if (strlen(entries[i].name) == length && !memcmp(entries[i].name, name, length))
			return &entries[i];
	return NULL;
}

const char *setting_values(const struct setting *setting)
{
	return setting->kind->values;
}

int setting_parse(const struct setting *setting, struct settings *settings, const char *value,
		  struct setting_fault *fault)
{
	return setting->kind->parse(setting, (char *)settings + setting->member, value, fault);
}

void setting_format(const struct setting *setting, const struct settings *settings, char *text)
{
	setting->kind->format((const char *)settings + setting->member, text);
}

const struct look *setting_look(const struct setting *setting, const struct settings *settings)
{
	if (setting->kind != &kind_look)
		return NULL;
	return (const struct look *)((const char *)settings + setting->member);
}

/* ---- lines ---- */

struct setting_parts setting_parts(const char *line)
{
	struct setting_parts parts = {.name = strspn(line, BLANKS)};

	parts.name_length = strcspn(line + parts.name, BLANKS "=");
	parts.value = parts.name + parts.name_length;
	parts.value += strspn(line + parts.value, BLANKS);
	parts.equals = line[parts.value] == '=';
	parts.value += parts.equals;
	parts.value += strspn(line + parts.value, BLANKS);
	return parts;
}

void setting_complete(const struct setting *setting, const char *value, size_t cursor,
		      struct completion *completion)
{
	size_t from = cursor;
	const char *word;

	/* Values of several words have each of them completed. */
	while (from && !strchr(BLANKS ",", value[from - 1]))
		from--;
	completion_begin(completion, from, '\0');
	for (unsigned n = 0; setting->kind->word && (word = setting->kind->word(n)); n++)
		completion_add(completion, word, value + from, cursor - from);
}

void settings_complete(const char *line, size_t cursor, struct completion *completion)
{
	struct setting_parts parts = setting_parts(line);
	const struct setting *setting = setting_named(line + parts.name, parts.name_length);

	if (cursor <= parts.name + parts.name_length) {
		size_t from = parts.name < cursor ? parts.name : cursor;

		completion_begin(completion, from, ' ');
		for (size_t i = 0; i < ENTRIES; i++)
			completion_add(completion, entries[i].name, line + from, cursor - from);
		completion_sort(completion);
	} else if (setting && cursor >= parts.value) {
		setting_complete(setting, line + parts.value, cursor - parts.value, completion);
		completion->from += parts.value;
	}
}
