/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Times of day, in the time zone of who looks, as a column of rows has them: "14:03:59.123456",
 * under "2026-01-31 CET". Called by row.c.
 */
#ifndef VTRACE_CONSOLE_TIME_OF_DAY_H
#define VTRACE_CONSOLE_TIME_OF_DAY_H

#include <stddef.h>
#include <stdint.h>

#define TIME_OF_DAY_COLUMNS 15

/* ns of CLOCK_REALTIME as text; "-" for a time that no calendar has. */
void time_of_day_text(char *text, size_t size, int64_t ns);
/* The day it is on, and the zone. */
void time_of_day_title(char *text, size_t size, int64_t ns);

#endif
