// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/pattern.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A pattern taken apart as far as it needs to be to say where it is wrong. */
struct scan {
	const char *text;
	size_t at;
	size_t open[PATTERN_BYTES]; /* parentheses that are not closed yet */
	unsigned depth;
	unsigned long repeats;
	bool operators;
	bool capital;
	bool item; /* something stands before that can be repeated */
};

static int refuse(struct pattern_fault *fault, size_t at, const char *why)
{
	fault->at = at;
	snprintf(fault->why, sizeof(fault->why), "%s (character %zu)", why, at + 1);
	return -EINVAL;
}

/* The byte behind a bracket expression, or 0 when nothing closes it. */
static size_t bracket_end(const char *text, size_t at)
{
	at++;
	if (text[at] == '^')
		at++;
	if (text[at] == ']')
		at++;
	for (; text[at] && text[at] != ']'; at++) {
		char kind = text[at + 1];

		/* [:alpha:], [=a=] and [.a.] may hold brackets. */
		if (text[at] != '[' || !kind || !strchr(":=.", kind))
			continue;
		for (at += 2; text[at] && !(text[at] == kind && text[at + 1] == ']'); at++)
			;
		if (!text[at])
			return 0;
		at++;
	}
	return text[at] ? at + 1 : 0;
}

static int scan_escape(struct scan *scan, struct pattern_fault *fault)
{
	char next = scan->text[scan->at + 1];

	if (!next)
		return refuse(fault, scan->at, "nothing behind the backslash");
	if (isdigit((unsigned char)next))
		return refuse(fault, scan->at,
			      "back-references can take for ever and are not known");
	scan->at += 2;
	scan->item = true;
	return 0;
}

static int scan_repeat(struct scan *scan, struct pattern_fault *fault)
{
	const char *at = scan->text + scan->at + 1;
	unsigned long low = 0, high = 0;
	char *end;

	low = high = strtoul(at, &end, 10);
	if (*end == ',') {
		at = end + 1;
		high = isdigit((unsigned char)*at) ? strtoul(at, &end, 10) : low + 1;
		end = isdigit((unsigned char)*at) ? end : (char *)at;
	}
	if (*end != '}')
		return refuse(fault, scan->at,
			      "a repetition looks like {2} or {2,5}, the character is \\{");
	if (high < low)
		return refuse(fault, scan->at, "a repetition with its bounds the wrong way round");
	if (high > PATTERN_REPEATS || (scan->repeats *= high ? high : 1) > PATTERN_REPEATS)
		return refuse(fault, scan->at, "too many repetitions");
	scan->at = (size_t)(end - scan->text) + 1;
	return 0;
}

static int scan_operator(struct scan *scan, struct pattern_fault *fault)
{
	char character = scan->text[scan->at];
	bool repeats = strchr("*+?{", character), item = scan->item;

	scan->item = !strchr("(|^", character);
	if (repeats && !item)
		return refuse(fault, scan->at, "nothing to repeat before this");
	if (character == '{')
		return scan_repeat(scan, fault);
	if (character == '(')
		scan->open[scan->depth++] = scan->at;
	if (character == ')' && !scan->depth--)
		return refuse(fault, scan->at, "a ')' that nothing opened");
	scan->at++;
	return 0;
}

static int scan_pattern(struct scan *scan, struct pattern_fault *fault)
{
	int ret = 0;

	while (!ret && scan->text[scan->at]) {
		char character = scan->text[scan->at];
		size_t end;

		scan->capital |= isupper((unsigned char)character) != 0;
		if (!strchr(".^$*+?()[{|\\", character)) {
			scan->item = true;
			scan->at++;
			continue;
		}
		scan->operators = true;
		if (character == '\\') {
			ret = scan_escape(scan, fault);
		} else if (character == '[') {
			end = bracket_end(scan->text, scan->at);
			if (!end)
				return refuse(fault, scan->at, "a '[' that no ']' closes");
			scan->at = end;
			scan->item = true;
		} else {
			ret = scan_operator(scan, fault);
		}
	}
	if (!ret && scan->depth)
		ret = refuse(fault, scan->open[scan->depth - 1], "a '(' that no ')' closes");
	return ret;
}

/* The bounds of a \{m,n\}, whose first digit is at at: the larger one. */
static unsigned long basic_bound(const char *at)
{
	char *end;
	unsigned long low = strtoul(at, &end, 10), high = low;

	if (*end == ',')
		high = isdigit((unsigned char)end[1]) ? strtoul(end + 1, NULL, 10) : low + 1;
	return high > low ? high : low;
}

int pattern_check_basic(const char *text, struct pattern_fault *fault)
{
	unsigned long repeats = 1, bound;

	for (size_t at = 0; text[at];) {
		size_t end = text[at] == '[' ? bracket_end(text, at) : 0;

		if (end) {
			at = end;
			continue;
		}
		if (text[at] != '\\') {
			at++;
			continue;
		}
		if (isdigit((unsigned char)text[at + 1]))
			return refuse(fault, at,
				      "back-references can take for ever and are not known");
		bound = text[at + 1] == '{' ? basic_bound(text + at + 2) : 1;
		if (bound > PATTERN_REPEATS || (repeats *= bound ? bound : 1) > PATTERN_REPEATS)
			return refuse(fault, at, "too many repetitions");
		at += text[at + 1] ? 2 : 1;
	}
	return 0;
}

int pattern_compile(struct pattern *pattern, const char *text, struct pattern_fault *fault)
{
	struct scan scan = {.text = text, .repeats = 1};
	char why[96];
	int ret;

	memset(pattern, 0, sizeof(*pattern));
	if (!*text)
		return refuse(fault, 0, "nothing to look for");
	if (strlen(text) >= sizeof(pattern->text))
		return refuse(fault, sizeof(pattern->text) - 1, "too long");
	ret = scan_pattern(&scan, fault);
	if (ret)
		return ret;
	strcpy(pattern->text, text);
	pattern->fold = !scan.capital;
	pattern->plain = !scan.operators;
	ret = pattern->plain ? 0
			     : regcomp(&pattern->regex, text,
				       REG_EXTENDED | (pattern->fold ? REG_ICASE : 0));
	if (ret) {
		regerror(ret, &pattern->regex, why, sizeof(why));
		return refuse(fault, 0, why);
	}
	pattern->ready = true;
	return 0;
}

bool pattern_find(const struct pattern *pattern, const char *text, size_t from, size_t *start,
		  size_t *end)
{
	regmatch_t match;
	const char *at;

	if (pattern->plain) {
		at = pattern->fold ? strcasestr(text + from, pattern->text)
				   : strstr(text + from, pattern->text);
		if (!at)
			return false;
		*start = (size_t)(at - text);
		*end = *start + strlen(pattern->text);
		return true;
	}
	for (; !regexec(&pattern->regex, text + from, 1, &match, from ? REG_NOTBOL : 0); from++) {
		from += (size_t)match.rm_so;
		*start = from;
		*end = *start + (size_t)(match.rm_eo - match.rm_so);
		if (*end > *start)
			return true;
		if (!text[from])
			break;
	}
	return false;
}

void pattern_release(struct pattern *pattern)
{
	if (pattern->ready && !pattern->plain)
		regfree(&pattern->regex);
	pattern->ready = false;
}
