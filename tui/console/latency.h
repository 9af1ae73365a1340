/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Latencies as people read them: what the engine measured last, and sentences about it. Called by
 * view_latency.c and latency_draw.c; it asks nobody and draws nothing.
 */
#ifndef VTRACE_CONSOLE_LATENCY_H
#define VTRACE_CONSOLE_LATENCY_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/console/numbers.h"
#include "tui/engine/client.h"

/* An ENGINE_LATENCIES reply. */
struct latency_table {
	bool answered; /* there is one */
	struct engine_latency_reply head;
	struct engine_latency_key keys[ENGINE_LATENCY_KEYS_MAX + 2];
};

/* What a kind is called in the title, what its keys are, and what it measures. */
struct latency_words {
	const char *title, *keys, *measures;
};

void latency_take(struct latency_table *table, const struct engine_packet *packet);
const struct latency_words *latency_words(enum engine_latency_kind kind);

/* Is a time of this kind no number of nanoseconds? ticks: the guest's clock counts no ns. */
bool latency_in_ticks(enum engine_latency_kind kind, bool ticks);
/* A time with its unit, or a number of ticks; micro is what to write for micro. */
const char *latency_time(char text[NUMBER_SIZE], uint64_t time, bool ticks, const char *micro);
/* What to call an entry in the list. */
void latency_name(const struct engine_latency_key *key, char *text, size_t size);
/* A sentence about the longest of an entry. */
void latency_worst(const struct latency_table *table, const struct engine_latency_key *key,
		   bool ticks, const char *micro, char *text, size_t size);
/* A sentence that says why there is nothing to show, and what to do. */
void latency_lack(const struct latency_table *table, char *text, size_t size);
/* A sentence on what the numbers leave out; "" when they leave out nothing. */
void latency_left_out(const struct latency_table *table, char *text, size_t size);
/* Percent of the rows held that have been looked at. */
unsigned latency_percent(const struct latency_table *table);

#endif
