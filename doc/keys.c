// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: keys PAGE: print a man page with its tables of keys and of settings made anew from those
 * of the console, in the place of what stands between the lines `.\" keys: begin` and
 * `.\" keys: end`, and the same with settings. `make keys` writes doc/vtrace-top.1 so, and
 * `make lint` compares.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/keymap.h"
#include "tui/console/settings.h"

/* What a table is of: entries that the help view has are everybody's. */
static const struct {
	const char *title;
	unsigned views, without;
} sections[] = {
	{"Everywhere", IN_VIEW(VIEW_HELP), 0},
	{"Events", IN_VIEW(VIEW_EVENTS), IN_VIEW(VIEW_HELP)},
	{"Detail", IN_VIEW(VIEW_DETAIL), IN_VIEW(VIEW_HELP) | IN_VIEW(VIEW_EVENTS)},
	{"Domains", IN_VIEW(VIEW_DOMAINS), IN_VIEW(VIEW_HELP) | IN_VIEW(VIEW_EVENTS)},
	{"Statistics", IN_VIEW(VIEW_STATISTICS),
	 IN_VIEW(VIEW_HELP) | IN_VIEW(VIEW_EVENTS) | IN_VIEW(VIEW_DOMAINS)},
	{"Latency", IN_VIEW(VIEW_LATENCY),
	 IN_VIEW(VIEW_HELP) | IN_VIEW(VIEW_EVENTS) | IN_VIEW(VIEW_DOMAINS)},
	{"Log", IN_VIEW(VIEW_LOG),
	 IN_VIEW(VIEW_HELP) | IN_VIEW(VIEW_EVENTS) | IN_VIEW(VIEW_DOMAINS) |
		 IN_VIEW(VIEW_STATISTICS)},
	{"CPUs", IN_VIEW(VIEW_CPUS), IN_VIEW(VIEW_LOG)},
	{"Guest's events", IN_VIEW(VIEW_ENABLED), IN_VIEW(VIEW_LOG)},
	{"Settings", IN_VIEW(VIEW_SETTINGS), IN_VIEW(VIEW_LOG)},
};

/* Characters that groff would print as others, or take for its own. */
static void print_text(const char *text)
{
	static const struct {
		char plain;
		const char *roff;
	} escapes[] = {
		{'-', "\\-"},	{'\'', "\\(aq"}, {'^', "\\(ha"},
		{'~', "\\(ti"}, {'`', "\\(ga"},	 {'\\', "\\e"},
	};

	/* To tbl, a cell of these alone is a rule; to troff, a line with these is a request. */
	if (strchr("=_.'", *text))
		printf("\\&");
	for (; *text; text++) {
		size_t i = 0;

		while (i < sizeof(escapes) / sizeof(escapes[0]) && escapes[i].plain != *text)
			i++;
		if (i < sizeof(escapes) / sizeof(escapes[0]))
			printf("%s", escapes[i].roff);
		else
			putchar(*text);
	}
}

static void print_entry(const struct keymap_entry *entry)
{
	print_text(entry->keys);
	putchar('\t');
	print_text(entry->name);
	if (entry->argument)
		printf(" \\fI%s\\fR", argument_name(entry->argument));
	printf("\tT{\n");
	print_text(entry->help);
	printf("\nT}\n");
}

static void print_sections(void)
{
	const struct keymap_entry *entries;
	size_t count;

	entries = keymap_entries(&count);
	for (size_t s = 0; s < sizeof(sections) / sizeof(sections[0]); s++) {
		bool any = false;

		for (size_t i = 0; i < count; i++) {
			if (!(entries[i].views & sections[s].views) ||
			    (entries[i].views & sections[s].without))
				continue;
			if (!any)
				printf(".SS %s\n.TS\nlB l lx.\n", sections[s].title);
			any = true;
			print_entry(&entries[i]);
		}
		if (any)
			printf(".TE\n");
	}
}

static void print_settings(void)
{
	struct settings settings;
	size_t count;
	const struct setting *entries = setting_entries(&count);

	settings_init(&settings);
	printf(".TS\nlB l lx.\n");
	for (size_t i = 0; i < count; i++) {
		char value[SETTING_TEXT];

		setting_format(&entries[i], &settings, value);
		print_text(entries[i].name);
		printf("\t\\fI%s\\fR\tT{\n", setting_values(&entries[i]));
		print_text(entries[i].help);
		printf(" (");
		print_text(value);
		printf(")\nT}\n");
	}
	printf(".TE\n");
}

/* What stands between lines of these names. */
static const struct {
	const char *begin, *end;
	void (*print)(void);
} tables[] = {
	{".\\\" keys: begin\n", ".\\\" keys: end\n", print_sections},
	{".\\\" settings: begin\n", ".\\\" settings: end\n", print_settings},
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t room = 0, inside = TABLES, found = 0;
	FILE *page = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (!page) {
		fprintf(stderr, "usage: keys PAGE, an existing one\n");
		return 2;
	}
	while (getline(&line, &room, page) > 0) {
		if (inside < TABLES && !strcmp(line, tables[inside].end))
			inside = TABLES;
		if (inside == TABLES)
			fputs(line, stdout);
		for (size_t i = 0; inside == TABLES && i < TABLES; i++) {
			if (strcmp(line, tables[i].begin) != 0)
				continue;
			inside = i;
			found++;
			tables[i].print();
		}
	}
	free(line);
	fclose(page);
	if (found != TABLES || inside < TABLES) {
		fprintf(stderr, "keys: %s has not all lines such as %s and %s", argv[1],
			tables[0].begin, tables[0].end);
		return 1;
	}
	return 0;
}
