// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/filter_events.h"

#include <errno.h>
#include <fnmatch.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "tui/engine/filter_tree.h"
#include "tui/engine/pattern.h"

#define PATTERN_MAX 128 /* bytes */

/* The next name of a list with commas, without space around. False at the end. */
static bool next_name(const char **at, const char *end, char name[PATTERN_MAX])
{
	const char *comma, *stop;
	int length;

	if (*at >= end)
		return false;
	comma = memchr(*at, ',', (size_t)(end - *at));
	stop = comma ? comma : end;
	while (*at < stop && **at == ' ')
		++*at;
	length = (int)(stop - *at < PATTERN_MAX ? stop - *at : PATTERN_MAX - 1);
	while (length && (*at)[length - 1] == ' ')
		length--;
	snprintf(name, PATTERN_MAX, "%.*s", length, *at);
	*at = comma ? comma + 1 : end;
	return true;
}

/* Compare with the whole of a name, case apart, as find_event() in libtraceevent does. */
static int compile_name_regex(regex_t *regex, const char *name)
{
	char pattern[PATTERN_MAX + 3];
	struct pattern_fault fault;

	if (pattern_check_basic(name, &fault))
		return REG_BADPAT;
	snprintf(pattern, sizeof(pattern), "^%s$", name);
	return regcomp(regex, pattern, REG_ICASE | REG_NOSUB);
}

/* SYSTEM/EVENT, or a name for either. The number of events, or -EINVAL for no such pattern. */
static int choose_by_regex(const struct formats *formats, bool *chosen, char *name)
{
	char *slash = strchr(name, '/');
	regex_t system, event;
	int found = 0;

	if (slash)
		*slash = '\0';
	if (compile_name_regex(&system, name))
		return -EINVAL;
	if (compile_name_regex(&event, slash ? slash + 1 : name)) {
		regfree(&system);
		return -EINVAL;
	}
	for (size_t i = 0; i < formats->event_count; i++) {
		const struct tep_event *of = formats->events[i].event;
		bool in_system = !regexec(&system, of->system, 0, NULL, 0);
		bool named = !regexec(&event, of->name, 0, NULL, 0);

		if (slash ? !in_system || !named : !in_system && !named)
			continue;
		chosen[i] = true;
		found++;
	}
	regfree(&system);
	regfree(&event);
	if (slash)
		*slash = '/';
	return found;
}

static int choose_by_glob(const struct formats *formats, bool *chosen, char *name)
{
	char *colon = strpbrk(name, ":/");
	int found = 0;

	if (colon)
		*colon = '\0';
	for (size_t i = 0; i < formats->event_count; i++) {
		const struct tep_event *of = formats->events[i].event;
		bool in_system = !fnmatch(name, of->system, 0);
		bool named = !fnmatch(colon ? colon + 1 : name, of->name, 0);

		if (colon ? !in_system || !named : !in_system && !named)
			continue;
		chosen[i] = true;
		found++;
	}
	if (colon)
		*colon = ':';
	return found;
}

static int refuse_name(char *error, const char *name)
{
	snprintf(error, FILTER_ERROR, "no event and no system of events is called '%.100s'", name);
	return -EINVAL;
}

int filter_events_named(const struct formats *formats, bool *chosen, const char *names,
			size_t length, char *error)
{
	const char *at = names, *end = names + length;
	char name[PATTERN_MAX];

	while (next_name(&at, end, name))
		if (choose_by_regex(formats, chosen, name) <= 0)
			return refuse_name(error, name);
	return 0;
}

int filter_events_listed(const struct formats *formats, bool *chosen, const char *list, char *error)
{
	const char *at = list, *end = list + strlen(list);
	char name[PATTERN_MAX];

	if (!*list)
		memset(chosen, true, formats->event_count);
	while (next_name(&at, end, name))
		if (!choose_by_glob(formats, chosen, name))
			return refuse_name(error, name);
	return 0;
}
