/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The meters of more CPUs than there is room for: a line for all of them together, and below it a
 * bar of one cell for each CPU, or for a few that follow each other. Called by meters.c.
 */
#ifndef VTRACE_CONSOLE_METERS_BARS_H
#define VTRACE_CONSOLE_METERS_BARS_H

#include "tui/console/meters.h"

/* Lines that they take, of at most so many, two or more. */
int meters_bars_lines(const struct meters *meters, int most, int columns);
/* Draw them into an area of that many lines. */
void meters_bars_draw(const struct meters *meters, const struct guest *guest,
		      const struct terminal *terminal, const struct area *area);

#endif
