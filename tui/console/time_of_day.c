// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tui/console/time_of_day.h"

#define NS_PER_SECOND 1000000000ll

/* Before 1970, too, the parts of a second count forwards. */
static bool local_time(int64_t ns, struct tm *tm, unsigned *microseconds)
{
	int64_t part = ns % NS_PER_SECOND;
	time_t seconds = (time_t)(ns / NS_PER_SECOND);

	if (part < 0) {
		part += NS_PER_SECOND;
		seconds--;
	}
	*microseconds = (unsigned)(part / 1000);
	return localtime_r(&seconds, tm);
}

void time_of_day_text(char *text, size_t size, int64_t ns)
{
	unsigned microseconds;
	struct tm tm;

	if (!local_time(ns, &tm, &microseconds))
		snprintf(text, size, "-");
	else
		snprintf(text, size, "%02d:%02d:%02d.%06u", tm.tm_hour, tm.tm_min, tm.tm_sec,
			 microseconds);
}

void time_of_day_title(char *text, size_t size, int64_t ns)
{
	unsigned microseconds;
	struct tm tm;

	if (!local_time(ns, &tm, &microseconds) || !strftime(text, size, "%Y-%m-%d %Z", &tm))
		snprintf(text, size, "TIME OF DAY");
}
