// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/console/numbers.h"

static const char *scaled(char *text, uint64_t value, unsigned base, const char *units)
{
	double number = (double)value;
	const char *unit = units;

	if (value < base) {
		snprintf(text, NUMBER_SIZE, "%" PRIu64, value);
		return text;
	}
	/* 999.5 would print as 1000. */
	while (number >= 999.5 && unit[1]) {
		number /= base;
		unit++;
	}
	snprintf(text, NUMBER_SIZE, number < 99.95 ? "%.1f%c" : "%.0f%c", number, *unit);
	return text;
}

const char *number_count(char text[NUMBER_SIZE], uint64_t value)
{
	return scaled(text, value, 1000, " kMGTPE");
}

const char *number_bytes(char text[NUMBER_SIZE], uint64_t bytes)
{
	return scaled(text, bytes, 1024, " KMGTPE");
}

const char *number_exact(char text[NUMBER_SIZE], uint64_t value)
{
	char digits[NUMBER_SIZE];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, value);
	char *out = text;

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*out++ = ',';
		*out++ = digits[i];
	}
	*out = '\0';
	return text;
}

const char *number_duration(char text[NUMBER_SIZE], uint64_t ms)
{
	uint64_t seconds = ms / 1000;

	snprintf(text, NUMBER_SIZE, "%02" PRIu64 ":%02u:%02u", seconds / 3600,
		 (unsigned)(seconds / 60 % 60), (unsigned)(seconds % 60));
	return text;
}
