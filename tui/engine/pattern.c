// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/pattern.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of these a pattern of a filter's has the most, and its parentheses take two characters each. */
#define GROUPS (FILTER_BYTES / 2)

/* A parenthesis that is not closed yet. */
struct group {
	size_t at;
	unsigned long before; /* items before it, in the group that it is in */
};

/* A pattern taken apart as far as it needs to be to say where it is wrong, and how large it is:
 * regcomp(3) (glibc 2.36, posix/regcomp.c) writes each repetition out, a copy for each time and
 * one more for "+", so that those of repetitions multiply. */
struct scan {
	const char *text;
	size_t at;
	struct group open[GROUPS];
	unsigned depth;
	unsigned long outside; /* items before all that is open */
	unsigned long before;  /* in the innermost group, without the last one */
	unsigned long last;    /* what can be repeated now: a character or a group, written out */
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

static void scan_item(struct scan *scan)
{
	scan->before += scan->last;
	scan->last = 1;
}

static void scan_open(struct scan *scan)
{
	scan->before += scan->last;
	scan->open[scan->depth++] = (struct group){scan->at, scan->before};
	scan->outside += scan->before;
	scan->before = scan->last = 0;
}

static void scan_close(struct scan *scan)
{
	unsigned long inside = scan->before + scan->last;

	scan->before = scan->open[--scan->depth].before;
	scan->outside -= scan->before;
	scan->last = inside ? inside : 1;
}

/* The last item stands there so many times. */
static int scan_copies(struct scan *scan, size_t at, unsigned long count,
		       struct pattern_fault *fault)
{
	if (count < 2)
		return 0;
	if (count <= PATTERN_ITEMS)
		scan->last *= count;
	if (count > PATTERN_ITEMS || scan->outside + scan->before + scan->last > PATTERN_ITEMS)
		return refuse(fault, at, "too many repetitions");
	return 0;
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
	scan_item(scan);
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
	at = scan->text + scan->at;
	scan->at = (size_t)(end - scan->text) + 1;
	return scan_copies(scan, (size_t)(at - scan->text), high, fault);
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
	if (character == ')' && !scan->depth)
		return refuse(fault, scan->at, "a ')' that nothing opened");
	if (character == '(')
		scan_open(scan);
	else if (character == ')')
		scan_close(scan);
	else if (!repeats)
		scan_item(scan);
	return scan_copies(scan, scan->at++, character == '+' ? 2 : 1, fault);
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
			scan_item(scan);
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
			scan_item(scan);
		} else {
			ret = scan_operator(scan, fault);
		}
	}
	if (!ret && scan->depth)
		ret = refuse(fault, scan->open[scan->depth - 1].at, "a '(' that no ')' closes");
	return ret;
}

/* Pass the bounds of a \{m,n\}, whose first digit comes next: the larger one. */
static unsigned long basic_bound(struct scan *scan)
{
	const char *at = scan->text + scan->at;
	char *end;
	unsigned long low = strtoul(at, &end, 10), high = low;

	if (*end == ',')
		high = isdigit((unsigned char)end[1]) ? strtoul(end + 1, &end, 10) : low + 1;
	end += strspn(end, ",");
	scan->at = (size_t)(end - scan->text) + (strncmp(end, "\\}", 2) ? 0 : 2);
	return high > low ? high : low;
}

/* A backslash and what it makes of the character behind it, in a basic regular expression. */
static int scan_basic_escape(struct scan *scan, struct pattern_fault *fault)
{
	size_t at = scan->at;
	char character = scan->text[at + 1];

	scan->at += character ? 2 : 1;
	if (isdigit((unsigned char)character))
		return refuse(fault, at, "back-references can take for ever and are not known");
	if (character == '(' && scan->depth < GROUPS)
		scan_open(scan);
	else if (character == ')' && scan->depth)
		scan_close(scan);
	else if (character == '{')
		return scan_copies(scan, at, basic_bound(scan), fault);
	else if (character == '+')
		return scan_copies(scan, at, 2, fault);
	else if (character != '?')
		scan_item(scan);
	return 0;
}

int pattern_check_basic(const char *text, struct pattern_fault *fault)
{
	struct scan scan = {.text = text};
	int ret = 0;

	while (!ret && text[scan.at]) {
		size_t end = text[scan.at] == '[' ? bracket_end(text, scan.at) : 0;

		if (text[scan.at] == '\\') {
			ret = scan_basic_escape(&scan, fault);
			continue;
		}
		if (text[scan.at] != '*')
			scan_item(&scan);
		scan.at = end ? end : scan.at + 1;
	}
	return ret;
}

int pattern_compile(struct pattern *pattern, const char *text, struct pattern_fault *fault)
{
	struct scan scan = {.text = text};
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
	size_t length;
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
	/* Told where the text ends, regexec(3) need not look for it from each place anew. */
	length = strlen(text);
	for (; from <= length; from++) {
		match = (regmatch_t){.rm_so = (regoff_t)from, .rm_eo = (regoff_t)length};
		if (regexec(&pattern->regex, text, 1, &match, REG_STARTEND))
			return false;
		*start = from = (size_t)match.rm_so;
		*end = (size_t)match.rm_eo;
		if (*end > *start)
			return true;
	}
	return false;
}

void pattern_release(struct pattern *pattern)
{
	if (pattern->ready && !pattern->plain)
		regfree(&pattern->regex);
	pattern->ready = false;
}
