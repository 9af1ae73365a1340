// SPDX-License-Identifier: GPL-2.0-only
#include "formats/control.h"

#include <errno.h>
#include <string.h>

static const char *const verb_names[] = {
	[CONTROL_START] = "1",
	[CONTROL_STOP] = "0",
	[CONTROL_HELLO] = "hello",
	[CONTROL_EXPORT] = "export",
	[CONTROL_STATS] = "stats",
	[CONTROL_EVENTS] = "events",
	[CONTROL_FILTER] = "filter",
	[CONTROL_TRIGGER] = "trigger",
	[CONTROL_FORMATS] = "formats",
	[CONTROL_PING] = "ping",
	[CONTROL_MARK] = "mark",
	[CONTROL_SYNC] = "sync",
	[CONTROL_CLOCK] = "clock",
	[CONTROL_BUFFER_KB] = "buffer-kb",
	[CONTROL_SUBBUF_KB] = "subbuf-kb",
	[CONTROL_PID] = "pid",
	[CONTROL_TRACER] = "tracer",
	[CONTROL_FTRACE_FILTER] = "ftrace-filter",
	[CONTROL_KPROBE] = "kprobe",
	[CONTROL_SNAPSHOT] = "snapshot",
	[CONTROL_RESTORE] = "restore",
	[CONTROL_MEMORY] = "memory",
	[CONTROL_UNKNOWN] = NULL,
};

static bool printable(char c)
{
	return c >= 0x20 && c <= 0x7e;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Invariant: length counts the bytes of the line being collected and never passes
 * VTRACE_LINE_MAX - 1, the longest line without its LF, except that a line that grew over it is
 * broken with length VTRACE_LINE_MAX. So the reason is known without another field.
 */
static void line_add(struct control_lines *lines, char c)
{
	if (lines->broken)
		return;
	if (lines->length == VTRACE_LINE_MAX - 1) {
		lines->broken = true;
		lines->length = VTRACE_LINE_MAX;
		return;
	}
	/* A CR is held back: it is allowed as the last byte, and only there. */
	if ((!printable(c) && c != '\r') ||
	    (lines->length > 0 && lines->line[lines->length - 1] == '\r')) {
		lines->broken = true;
		return;
	}
	lines->line[lines->length++] = c;
}

static void line_end(struct control_lines *lines, control_line_fn *fn, void *data)
{
	size_t length = lines->length;
	bool broken = lines->broken;

	lines->length = 0;
	lines->broken = false;
	if (broken && length == VTRACE_LINE_MAX) {
		fn(NULL, "longer than 4096 bytes", data);
		return;
	}
	if (broken) {
		fn(NULL, "holds a byte that is not printable ASCII", data);
		return;
	}
	if (length > 0 && lines->line[length - 1] == '\r')
		length--;
	lines->line[length] = '\0';
	fn(lines->line, NULL, data);
}

_Static_assert(VTRACE_LINE_MAX == 4096, "the reason in line_end() names the limit");

void control_lines_feed(struct control_lines *lines, const char *bytes, size_t length,
			control_line_fn *fn, void *data)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\n')
			line_end(lines, fn, data);
		else
			line_add(lines, bytes[i]);
	}
}

const char *control_verb_name(enum control_verb verb)
{
	return verb < CONTROL_UNKNOWN ? verb_names[verb] : NULL;
}

void control_verbs(control_verb_set verbs, char separator, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (int verb = 0; verb < CONTROL_UNKNOWN; verb++) {
		size_t length = strlen(verb_names[verb]);

		if (!(verbs >> verb & 1) || used + length + 2 > size)
			continue;
		if (used > 0)
			text[used++] = separator;
		memcpy(text + used, verb_names[verb], length + 1);
		used += length;
	}
}

_Static_assert(CONTROL_UNKNOWN < 32, "a set has a bit for each verb");

/* Cut the next blank-separated word off text; returns its length and where the one after starts. */
static size_t word(const char **text, const char **next)
{
	const char *start = *text + strspn(*text, " ");
	size_t length = strcspn(start, " ");

	*text = start;
	*next = start + length + strspn(start + length, " ");
	return length;
}

static enum control_verb verb_of(const char *name, size_t length)
{
	for (int verb = 0; verb < CONTROL_UNKNOWN; verb++) {
		if (strlen(verb_names[verb]) == length && !memcmp(verb_names[verb], name, length))
			return verb;
	}
	return CONTROL_UNKNOWN;
}

static void copy_cut(char *to, size_t size, const char *from, size_t length)
{
	if (size == 0)
		return;
	if (length > size - 1)
		length = size - 1;
	memcpy(to, from, length);
	to[length] = '\0';
}

void control_request_parse(const char *line, struct control_request *request)
{
	size_t length = word(&line, &request->args);

	request->verb = verb_of(line, length);
	copy_cut(request->name, sizeof(request->name), line, length);
}

static bool word_is(const char *text, size_t length, const char *wanted)
{
	return length == strlen(wanted) && !memcmp(text, wanted, length);
}

int control_answer_parse(const char *line, struct control_answer *answer)
{
	const char *rest;
	size_t length = word(&line, &rest);

	memset(answer, 0, sizeof(*answer));
	answer->verb = CONTROL_UNKNOWN;
	if (word_is(line, length, "note")) {
		answer->kind = CONTROL_NOTE;
		answer->text = rest;
		return 0;
	}
	if (word_is(line, length, "ok"))
		answer->kind = CONTROL_OK;
	else if (word_is(line, length, "error"))
		answer->kind = CONTROL_ERROR;
	else
		return -EINVAL;

	line = rest;
	length = word(&line, &rest);
	if (length == 0)
		return -EINVAL;
	answer->verb = verb_of(line, length);
	copy_cut(answer->name, sizeof(answer->name), line, length);
	answer->text = rest;
	return 0;
}

/* The value of key in text: its start, and its length in *length; NULL when it is not there. */
static const char *value_find(const char *text, const char *key, size_t *length)
{
	size_t key_length = strlen(key);
	const char *next;

	for (; *text; text = next) {
		size_t word_length = word(&text, &next);

		if (word_length > key_length && text[key_length] == '=' &&
		    !memcmp(text, key, key_length)) {
			*length = word_length - key_length - 1;
			return text + key_length + 1;
		}
	}
	return NULL;
}

const char *control_rest(const char *text, const char *key)
{
	size_t length;

	return value_find(text, key, &length);
}

int control_value(const char *text, const char *key, char *value, size_t size)
{
	size_t length;
	const char *found = value_find(text, key, &length);

	if (!found)
		return -ENOENT;
	copy_cut(value, size, found, length);
	return (int)length;
}

static int number(const char *text, size_t length, uint64_t *value)
{
	uint64_t sum = 0;

	if (length == 0)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		if (!digit(text[i]) || __builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)(text[i] - '0'), &sum))
			return -EINVAL;
	}
	*value = sum;
	return 0;
}

int control_value_u64(const char *text, const char *key, uint64_t *value)
{
	size_t length;
	const char *found = value_find(text, key, &length);

	return found ? number(found, length, value) : -ENOENT;
}

int control_number(const char *text, uint64_t *value)
{
	return number(text, strlen(text), value);
}

bool control_is_count(const char *text, uint64_t most)
{
	uint64_t number;

	return !control_number(text, &number) && number > 0 && number <= most;
}

bool control_is_word(const char *text)
{
	return !strchr(text, ' ');
}

bool control_is_tasks(const char *text)
{
	return !strcmp(text, "none") || !text[strspn(text, "0123456789, ")];
}
