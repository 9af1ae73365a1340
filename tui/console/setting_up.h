/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain is set up from the view of domains: what would be done is shown below the list, a
 * question is asked, and the answer y does it, one step between two rounds of the loop, so that
 * keys are heard meanwhile. Called by view_domains.c; what came of it goes to the journal.
 */
#ifndef VTRACE_CONSOLE_SETTING_UP_H
#define VTRACE_CONSOLE_SETTING_UP_H

#include "tui/console/draw.h"

struct console;
struct setting_up;

/* NULL when memory is out. */
struct setting_up *setting_up_new(struct console *console);
void setting_up_free(struct setting_up *setting_up);

/* Look what a domain lacks, and ask whether to do it; messages say what is wrong or that nothing
 * is. One at a time. */
void setting_up_ask(struct setting_up *setting_up, const char *uuid);

/* Lines that it takes of at most so many; 0 when there is nothing to show. */
int setting_up_lines(const struct setting_up *setting_up, int columns, int most);
void setting_up_draw(const struct setting_up *setting_up, const struct terminal *terminal,
		     const struct area *area);

#endif
