// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/console/columns.h"

#define BLANKS " \t"

static const char *const names[COLUMN_COUNT] = {
	[COLUMN_TIME] = "time",	  [COLUMN_CPU] = "cpu",	      [COLUMN_TASK] = "task",
	[COLUMN_EVENT] = "event", [COLUMN_DETAIL] = "detail",
};

void columns_init(struct row_columns *columns)
{
	memset(columns, 0, sizeof(*columns));
	while (columns->count < COLUMN_COUNT) {
		columns->shown[columns->count].column = (enum column)columns->count;
		columns->count++;
	}
}

const char *column_name(unsigned n)
{
	return n < COLUMN_COUNT ? names[n] : NULL;
}

/* The number of a width of length digits; 0: it is none. */
static int parse_width(const char *text, size_t length)
{
	int width = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9' || width > COLUMN_WIDEST)
			return 0;
		width = width * 10 + text[i] - '0';
	}
	return width <= COLUMN_WIDEST ? width : 0;
}

static bool has(const struct row_columns *columns, enum column column)
{
	for (unsigned i = 0; i < columns->count; i++)
		if (columns->shown[i].column == column)
			return true;
	return false;
}

/* Add "NAME" or "NAME:WIDTH" of length bytes. NULL, or the reason against it. */
static const char *take(struct row_columns *columns, const char *text, size_t length, size_t *at)
{
	const char *colon = memchr(text, ':', length);
	size_t name = colon ? (size_t)(colon - text) : length;
	unsigned n = 0;
	int width = 0;

	while (n < COLUMN_COUNT && (strlen(names[n]) != name || memcmp(names[n], text, name) != 0))
		n++;
	if (n == COLUMN_COUNT)
		return "a column is one of: time, cpu, task, event, detail";
	if (has(columns, (enum column)n))
		return "this column is there already";
	if (has(columns, COLUMN_DETAIL))
		return "detail takes the rest of the line: no column can follow it";
	if (colon) {
		*at += name + 1;
		if (n == COLUMN_DETAIL)
			return "detail takes the rest of the line: it has no width";
		width = parse_width(colon + 1, length - name - 1);
		if (!width)
			return "a width is 1 to 200 columns, as in task:20";
	}
	columns->shown[columns->count].column = (enum column)n;
	columns->shown[columns->count++].width = width;
	return NULL;
}

int columns_parse(struct row_columns *columns, const char *text, char *why, size_t why_size,
		  size_t *at)
{
	struct row_columns taken = {0};
	const char *reason = NULL;
	size_t from = 0;

	do {
		size_t length;

		from += strspn(text + from, BLANKS);
		length = strcspn(text + from, ",");
		while (length && strchr(BLANKS, text[from + length - 1]))
			length--;
		*at = from;
		reason = take(&taken, text + from, length, at);
		from += strcspn(text + from, ",");
	} while (!reason && text[from++] == ',');
	if (reason) {
		snprintf(why, why_size, "%s", reason);
		return -EINVAL;
	}
	*columns = taken;
	return 0;
}

void columns_format(const struct row_columns *columns, char *text)
{
	size_t length = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < columns->count; i++) {
		length += (size_t)snprintf(text + length, COLUMNS_TEXT - length, "%s%s",
					   i ? "," : "", names[columns->shown[i].column]);
		if (columns->shown[i].width)
			length += (size_t)snprintf(text + length, COLUMNS_TEXT - length, ":%d",
						   columns->shown[i].width);
	}
}
