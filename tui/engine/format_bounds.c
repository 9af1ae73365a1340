// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/format_bounds.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void format_bounds_init(struct format_bounds *bounds)
{
	*bounds = (struct format_bounds){.work = FORMAT_WORK_MAX};
}

/* What is open while a text is read: brackets, and in each of them signs since the last comma. */
struct nesting {
	unsigned signs[FORMAT_NESTING_MAX + 1]; /* by bracket */
	unsigned depth;
	unsigned total; /* brackets and signs together */
};

static void open_bracket(struct nesting *nesting)
{
	nesting->total++;
	if (nesting->depth < FORMAT_NESTING_MAX)
		nesting->signs[++nesting->depth] = 0;
}

static void forget_signs(struct nesting *nesting)
{
	nesting->total -= nesting->signs[nesting->depth];
	nesting->signs[nesting->depth] = 0;
}

static void close_bracket(struct nesting *nesting)
{
	if (!nesting->depth)
		return;
	forget_signs(nesting);
	nesting->depth--;
	nesting->total--;
}

/* Behind the quotes that open at at, or the end. */
static const char *behind_quotes(const char *at, const char *end)
{
	char quote = *at++;

	for (; at < end && *at != quote; at++)
		if (*at == '\\' && end - at > 1)
			at++;
	return at < end ? at + 1 : end;
}

static unsigned conversions(const char *at, const char *end)
{
	unsigned count = 0;

	while ((at = memchr(at, '%', (size_t)(end - at)))) {
		count++;
		at++;
	}
	return count;
}

/* Is the whole text one that libtraceevent may have? NULL, or why not. */
static const char *refuse(const char *text, const char *end)
{
	struct nesting nesting = {{0}, 0, 0};
	unsigned printed = 0;

	if (end - text > FORMAT_TEXT_MAX)
		return "it is longer than any kernel's";
	while (text < end) {
		const char *at = text++;

		if (*at == '"' || *at == '\'') {
			text = behind_quotes(at, end);
			printed += conversions(at, text);
		} else if (strchr("([{", *at)) {
			open_bracket(&nesting);
		} else if (strchr(")]}", *at)) {
			close_bracket(&nesting);
		} else if (*at == ',' || *at == ';') {
			forget_signs(&nesting);
		} else if (*at == '-' && text < end && *text == '>') {
			text++; /* REC->FIELD is one thing */
		} else if (strchr("+-*/%&|^<>=!~?:", *at)) {
			nesting.signs[nesting.depth]++;
			nesting.total++;
		}
		if (nesting.total > FORMAT_NESTING_MAX)
			return "its expressions are nested too deep";
		if (printed > FORMAT_CONVERSIONS_MAX)
			return "it prints too much";
	}
	return NULL;
}

static size_t before_print(const char *text, size_t length)
{
	static const char mark[] = "print fmt:";
	const char *print = memmem(text, length, mark, strlen(mark));

	return print ? (size_t)(print - text) : 0;
}

/* The same with what is left of the bundle's work, of which so much is taken. */
static const char *take(struct format_bounds *bounds, const char *text, size_t length)
{
	const char *why = refuse(text, text + length);
	uint64_t work = (uint64_t)length * length;

	if (why)
		return why;
	if (work > bounds->work)
		return "all formats together are too long";
	bounds->work -= work;
	return NULL;
}

size_t format_bounds_take(struct format_bounds *bounds, const char *section, const char *text,
			  size_t length)
{
	const char *why = take(bounds, text, length);

	if (!why)
		return length;
	if (!bounds->cut++) {
		snprintf(bounds->first, sizeof(bounds->first), "%s", section);
		bounds->why = why;
	}
	length = before_print(text, length);
	return length && !take(bounds, text, length) ? length : 0;
}

__attribute__((format(printf, 3, 4))) static void add(char *text, size_t size, const char *format,
						      ...)
{
	size_t used = strlen(text);
	va_list args;

	if (used)
		used += (size_t)snprintf(text + used, size - used, "; ");
	if (used >= size)
		return;
	va_start(args, format);
	vsnprintf(text + used, size - used, format, args);
	va_end(args);
}

void format_bounds_tell(const struct format_bounds *bounds, char *text, size_t size)
{
	static const char prefix[] = "events/";
	const char *name = bounds->first;

	text[0] = '\0';
	if (!strncmp(name, prefix, strlen(prefix)))
		name += strlen(prefix);
	if (bounds->cut == 1)
		add(text, size,
		    "the format of %s is not used whole, since %s: its events are shown raw", name,
		    bounds->why);
	else if (bounds->cut)
		add(text, size,
		    "the formats of %s and %u others are not used whole, since %s: their events "
		    "are "
		    "shown raw",
		    name, bounds->cut - 1, bounds->why);
	if (bounds->symbols)
		add(text, size,
		    "%zu kernel symbols beyond %d, or with names beyond %d bytes, are left out: "
		    "addresses may get other functions' names",
		    bounds->symbols, SYMBOLS_MAX, SYMBOL_NAME_MAX);
	if (bounds->printks)
		add(text, size,
		    "%zu printk formats beyond %d, or longer than %d bytes, are left out: their "
		    "events have no text",
		    bounds->printks, PRINTKS_MAX, PRINTK_LINE_MAX);
}
