// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/narrow.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tui/engine/protocol.h"

/* Where in a filter one stands; see filter_tree.h. */
struct place {
	size_t part;	/* where the part begins */
	size_t colon;	/* behind its events; 0: it has none so far */
	bool condition; /* its condition has begun */
	char quote;	/* within these quotes, which were opened at quoted; '\0': in none */
	size_t quoted;
};

/* Pass one character. True: it is the comma between two parts. */
static bool pass(struct place *place, const char *text, size_t *at)
{
	char character = text[*at];

	if (place->quote) {
		if (character == '\\' && text[*at + 1])
			++*at;
		else if (character == place->quote)
			place->quote = '\0';
	} else if (character == '"' || character == '\'') {
		place->quote = character;
		place->quoted = *at;
		place->condition = true;
	} else if (character == ':' && !place->condition) {
		place->colon = *at + 1;
		place->condition = true;
	} else if (strchr("=<>!&|(", character)) {
		place->condition = true;
	} else if (character == ',' && place->condition) {
		return true;
	}
	return false;
}

/* The end of the part that begins at at: its comma, or the end of the text. */
static size_t part_end(const char *text, size_t at, struct place *place)
{
	*place = (struct place){.part = at};
	while (text[at] && !pass(place, text, &at))
		at++;
	return at;
}

static size_t skip_blanks(const char *text, size_t at, size_t end)
{
	while (at < end && text[at] == ' ')
		at++;
	return at;
}

/* One part with the condition added. Returns what snprintf() does. */
static int narrow_part(char *out, size_t size, const char *text, size_t end,
		       const struct place *place, const char *condition)
{
	size_t from = skip_blanks(text, place->part, end), rest;
	bool either;

	while (end > from && text[end - 1] == ' ')
		end--;
	/* Events alone. */
	if (!place->condition)
		return snprintf(out, size, "%.*s: %s", (int)(end - from), text + from, condition);
	rest = skip_blanks(text, place->colon ? place->colon : from, end);
	if (place->colon && rest == end)
		return snprintf(out, size, "%.*s %s", (int)(end - from), text + from, condition);
	/* "&&" and "||" bind equally, so these are for the reader alone. */
	either = memmem(text + rest, end - rest, "||", 2);
	return snprintf(out, size, "%.*s%s%s%.*s%s && %s",
			place->colon ? (int)(place->colon - from) : 0, text + from,
			place->colon ? " " : "", either ? "(" : "", (int)(end - rest), text + rest,
			either ? ")" : "", condition);
}

int narrow_filter(char *out, size_t size, const char *expression, const char *condition)
{
	size_t used = 0, at = skip_blanks(expression, 0, strlen(expression));

	if (!expression[at])
		used = (size_t)snprintf(out, size, "%s", condition);
	while (expression[at] && used < size) {
		struct place place;
		size_t end = part_end(expression, at, &place);

		if (used)
			used += (size_t)snprintf(out + used, size - used, ", ");
		if (used < size)
			used += (size_t)narrow_part(out + used, size - used, expression, end,
						    &place, condition);
		at = expression[end] ? end + 1 : end;
	}
	return used < size ? 0 : -E2BIG;
}

/* To the engine a backslash takes along what is behind it, and is kept unless that is a quote. A
 * guest calls its tasks what it likes: its quote must not end ours. */
static bool can_be_quoted(const char *text)
{
	for (const char *at = text; (at = strchr(at, '\\')); at++)
		if (!at[1] || strchr("\"'\\", at[1]))
			return false;
	return true;
}

int narrow_text(char *out, size_t size, const char *field, const char *operator, const char * text)
{
	size_t used = (size_t)snprintf(out, size, "%s %s \"", field, operator);

	if (!can_be_quoted(text))
		return -EINVAL;
	for (; *text && used + 4 < size; text++) {
		if (*text == '"')
			out[used++] = '\\';
		out[used++] = *text;
	}
	snprintf(out + used, size - used, "\"");
	return 0;
}

/* ---- what could be typed next ---- */

static bool in_name(char character)
{
	return isalnum((unsigned char)character) || character == '_';
}

/* The word before at, behind which only operators and blanks stand. */
static void word_before(const char *text, size_t at, const char **word, size_t *length)
{
	size_t end = at, start;

	while (end && !in_name(text[end - 1]))
		end--;
	for (start = end; start && in_name(text[start - 1]);)
		start--;
	*word = text + start;
	*length = end - start;
}

/* A text is compared with the field before: names are known of some. */
static struct narrow_word word_in_quotes(const char *text, const struct place *place)
{
	struct narrow_word word = {.from = place->quoted + 1, .after = place->quote};
	const char *field;
	size_t length;

	word_before(text, place->quoted, &field, &length);
	if (length == 5 && !strncmp(field, "EVENT", 5))
		word.kinds = 1u << ENGINE_WORDS_EVENT_NAMES;
	else if (length >= 4 && !strncasecmp(field + length - 4, "comm", 4))
		word.kinds = 1u << ENGINE_WORDS_TASKS;
	return word;
}

struct narrow_word narrow_word_at(const char *text, size_t cursor)
{
	struct narrow_word word = {0};
	struct place place = {0};

	for (size_t at = 0; at < cursor && text[at]; at++)
		if (pass(&place, text, &at))
			place = (struct place){.part = at + 1};
	if (place.quote)
		return word_in_quotes(text, &place);
	for (word.from = cursor; word.from; word.from--) {
		char before = text[word.from - 1];

		if (!in_name(before) && (place.condition || before != '/'))
			break;
	}
	word.kinds = 1u << ENGINE_WORDS_FIELDS;
	if (!place.condition) {
		/* It may be the field of a condition for all events as well. */
		word.kinds = 1u << ENGINE_WORDS_EVENTS;
		if (word.from < cursor)
			word.kinds |= 1u << ENGINE_WORDS_FIELDS;
	}
	if (place.colon) {
		word.of = skip_blanks(text, place.part, place.colon);
		word.of_end = place.colon - 1;
	}
	return word;
}
