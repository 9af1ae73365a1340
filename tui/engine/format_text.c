// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/format_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct part {
	const char *at, *end;
};

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* What follows behind mark in part, or an empty part. */
static struct part behind(struct part part, const char *mark)
{
	const char *found = memmem(part.at, (size_t)(part.end - part.at), mark, strlen(mark));

	return (struct part){found ? found + strlen(mark) : part.end, part.end};
}

/* The name that "field:TYPE NAME[SIZE];" declares: the last one before a bracket or its end. */
static struct part declared(struct part fields)
{
	const char *end = memchr(fields.at, ';', (size_t)(fields.end - fields.at));
	struct part name = {fields.at, fields.at};

	if (!end)
		return name;
	for (const char *at = fields.at; at < end && *at != '['; at++)
		if (is_name(*at) && (at == fields.at || !is_name(at[-1])))
			name.at = at;
	for (name.end = name.at; name.end < end && is_name(*name.end); name.end++)
		;
	return name;
}

static bool is_declared(struct part fields, struct part name)
{
	size_t length = (size_t)(name.end - name.at);

	for (fields = behind(fields, "field:"); fields.at < fields.end;
	     fields = behind(fields, "field:")) {
		struct part field = declared(fields);

		if ((size_t)(field.end - field.at) == length && !memcmp(field.at, name.at, length))
			return true;
	}
	return false;
}

size_t format_text_sound(const char *text, size_t length)
{
	static const char mark[] = "print fmt:", record[] = "REC->";
	struct part print = behind((struct part){text, text + length}, mark);
	struct part fields = {text, text};

	if (print.at == print.end)
		return length;
	fields.end = print.at - (sizeof(mark) - 1);
	for (print = behind(print, record); print.at < print.end; print = behind(print, record)) {
		struct part name = {print.at, print.at};

		while (name.end < print.end && is_name(*name.end))
			name.end++;
		if (!is_declared(fields, name))
			return (size_t)(fields.end - text);
	}
	return length;
}

int format_text_id(const char *text, size_t length)
{
	struct part id = behind((struct part){text, text + length}, "\nID:");
	int number = 0;

	while (id.at < id.end && *id.at == ' ')
		id.at++;
	if (id.at == id.end || !isdigit((unsigned char)*id.at))
		return -1;
	for (; id.at < id.end && isdigit((unsigned char)*id.at) && number <= 65535; id.at++)
		number = number * 10 + *id.at - '0';
	return number <= 65535 ? number : -1;
}

char *format_text_print(const char *text, size_t length)
{
	struct part print = behind((struct part){text, text + length}, "print fmt:");

	while (print.at < print.end && isspace((unsigned char)*print.at))
		print.at++;
	while (print.at < print.end && isspace((unsigned char)print.end[-1]))
		print.end--;
	return strndup(print.at, (size_t)(print.end - print.at));
}
