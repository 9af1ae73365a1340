// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/goto.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/engine/protocol.h"

#define SECOND	 UINT64_C(1000000000)
#define PER_CENT ((uint64_t)ENGINE_SHARES / 100)

/* A number of digits at *at, which is passed; whether it fits. */
static bool take_digits(const char **at, uint64_t *number)
{
	for (*number = 0; **at >= '0' && **at <= '9'; ++*at) {
		uint64_t digit = (uint64_t)(**at - '0');

		if (*number > (UINT64_MAX - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	return true;
}

/* Digits behind a point, as parts of unit; further ones than it has are passed over. */
static uint64_t take_fraction(const char **at, uint64_t unit)
{
	uint64_t fraction = 0;

	for (; **at >= '0' && **at <= '9'; ++*at) {
		unit /= 10;
		fraction += (uint64_t)(**at - '0') * unit;
	}
	return fraction;
}

static int refuse(const char *text, const char *at, bool nanoseconds, char *why, size_t size)
{
	const char *like =
		nanoseconds ? "1063.904330, +0.5, -2 or 50%" : "1063904, +500, -2 or 50%";

	if (*at)
		snprintf(why, size, "character %zu is no part of a time; one looks like %s",
			 (size_t)(at - text) + 1, like);
	else
		snprintf(why, size, "a time looks like %s", like);
	return -EINVAL;
}

int goto_parse(const char *text, bool nanoseconds, struct goto_target *target, char *why,
	       size_t why_size)
{
	const char *at = text + strspn(text, " "), *digits;
	uint64_t whole, unit, fraction = 0;
	bool share, fits, point = false;

	target->kind = *at == '+' ? GOTO_LATER : *at == '-' ? GOTO_EARLIER : GOTO_TIME;
	at += target->kind != GOTO_TIME;
	share = target->kind == GOTO_TIME && strchr(at, '%');
	unit = share ? PER_CENT : nanoseconds ? SECOND : 1;
	digits = at;
	fits = take_digits(&at, &whole);
	if (fits && *at == '.' && unit > 1) {
		point = true;
		at++;
		fraction = take_fraction(&at, unit);
	}
	if (fits && at == digits + point)
		return refuse(text, digits, nanoseconds, why, why_size);
	if (share && *at == '%') {
		target->kind = GOTO_SHARE;
		at++;
	}
	at += strspn(at, " ");
	if (fits && *at)
		return refuse(text, at, nanoseconds, why, why_size);
	if (!fits || whole > (UINT64_MAX - fraction) / unit) {
		snprintf(why, why_size, "no clock shows a number as large as this");
		return -EINVAL;
	}
	target->amount = whole * unit + fraction;
	if (target->kind != GOTO_SHARE || target->amount <= ENGINE_SHARES)
		return 0;
	snprintf(why, why_size, "there is nothing behind 100%%");
	return -EINVAL;
}
