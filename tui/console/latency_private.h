/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of the latency view, shared by the files that make it up and by nobody else:
 * view_latency.c asks the engine and takes keys, latency_draw.c shares the screen out and draws.
 */
#ifndef VTRACE_CONSOLE_LATENCY_PRIVATE_H
#define VTRACE_CONSOLE_LATENCY_PRIVATE_H

#include "tui/console/latency.h"
#include "tui/console/list.h"
#include "tui/console/view.h"

struct latency_view {
	struct view view;
	struct list list;
	enum engine_latency_kind kind;
	enum engine_latency_order order;
	uint64_t key; /* of the entry with the cursor, on which it stays */
	bool wanted;  /* something else than what is shown */
	bool asked;   /* a request is on its way, with .serial */
	uint32_t serial;
	struct latency_table table;
};

/* The entries that are shown: none while those that came are of another kind. */
uint32_t latency_count(const struct latency_view *latency);
/* What stands for micro on this terminal. */
const char *latency_micro(const struct console *console);

void latency_draw(struct view *view, struct console *console, const struct area *area);

#endif
