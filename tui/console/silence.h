/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why nothing comes: the sentence that stands in an empty screen. Called by view_events.c and
 * view_statistics.c; it looks at the guest and at the meters and changes nothing. What it says
 * depends on a struct silence alone, so that each sentence can be tested.
 */
#ifndef VTRACE_CONSOLE_SILENCE_H
#define VTRACE_CONSOLE_SILENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/guest/guest.h"

struct console;

#define SILENCE_TEXT 512  /* bytes of a sentence, at most, with the end */
#define SILENCE_LONG 5000 /* ms without an event until the screen says why that may be */

/* What is known when rows are missing. Texts are borrowed, NULL when there is none. */
struct silence {
	const char *opening; /* what is being opened; open is false then */
	bool open;	     /* a guest or a capture */
	bool engine_alive;
	enum guest_state state;
	bool memory;		 /* of a guest is what is read */
	bool remains;		 /* its memory could be read beside its channels */
	const char *waiting;	 /* of guest_waiting() */
	const char *control;	 /* path of the control port's channel */
	const char *share;	 /* host directory of the share */
	bool formats;		 /* the engine has some */
	bool answers;		 /* the agent has answered hello, and has not fallen silent since */
	bool tracing;		 /* as far as is known */
	unsigned events_enabled; /* event types; (unsigned)-1: not known */
	int tracing_on;		 /* the guest's ring buffer records: 1, 0; -1: not known */
	bool shown;		 /* there are rows on the screen */
	uint64_t silent;	 /* ms since the last event, or since the start */
	bool indexing;		 /* files are not yet read to their end */
	uint64_t held;		 /* rows of the CPUs that the pane shows */
	uint64_t elsewhere;	 /* rows of other CPUs */
	const char *cpus;	 /* what the pane's CPUs are called */
	bool filtered;
	bool counted;	 /* hidden and sifted are known */
	uint64_t hidden; /* rows that the filter hides, of all CPUs */
	uint64_t sifted; /* of so many */
};

/* Write what is awaited, or why there are no events and what to do about it; "" when there is
 * nothing to say. */
void silence_sentence(const struct silence *silence, char *text, size_t size);
/* The same of what the console shows; shown: there are rows on the screen. */
void silence_reason(const struct console *console, bool shown, char *text, size_t size);

#endif
