/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Verbs of the control port as commands: `:tracer` tells what the guest has, `:tracer nop` changes
 * it. Which verbs are commands says commands.c. Called by commands.c and command_line.c; attach.c
 * tells of another guest, console.c of keys.
 */
#ifndef VTRACE_CONSOLE_ORDERING_H
#define VTRACE_CONSOLE_ORDERING_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/control.h"
#include "tui/console/prompt.h"

struct console;

/* One verb's way to the guest and back. */
struct ordering_slot {
	struct console *console;
	enum control_verb verb;
	bool asking;	/* the answer is on its way */
	bool changes;	/* with an argument */
	bool words;	/* only Tab wants to know */
	uint64_t since; /* ms of console_now() */
};

/* All zero is a valid start. */
struct ordering {
	struct ordering_slot slot[CONTROL_UNKNOWN];
	/* What was typed last, and why the guest did not take it; "": it did, or may. */
	enum control_verb verb;
	char typed[EDIT_MAX + 1]; /* ASCII */
	char refused[384];
	bool undisturbed;			     /* no key was pressed since */
	char clocks[512], tracers[512], probes[512]; /* as the guest has told, with commas */
};

/* Ask for the present value; what comes of it is told. */
void ordering_ask(struct console *console, enum control_verb verb);
/* Change it, with an argument that was found valid. */
void ordering_take(struct console *console, enum control_verb verb, const char *argument);
/* May this be the argument? And words for Tab, for the length bytes of it before the cursor. */
void ordering_check(struct console *console, enum control_verb verb, const char *text,
		    struct prompt_verdict *verdict);
void ordering_complete(struct console *console, enum control_verb verb, const char *text,
		       size_t length, struct completion *completion);

/* What was refused may be tried again as it is. */
void ordering_try_again(struct console *console);
/* Another guest is open, or none. */
void ordering_reset(struct console *console);

#endif
