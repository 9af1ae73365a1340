/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pairs of events made of records that come in the order of time: what is open, and what those
 * took that are whole. Fed by latency.c, which also says where events may be missing; read by
 * latency_reply.c. It knows nothing of streams.
 *
 * A pair is counted only when it is certain that the two events belong together:
 * - a task is woken (sched_waking; sched_wakeup where that is not recorded; sched_wakeup_new), and
 *   the next sched_switch on any CPU to it ends the pair. One that is switched away from was
 *   running when it was woken, and waits for nothing;
 * - handlers of interrupts, and softirqs, begin and end on one CPU. Of a softirq that is raised
 *   several times before it begins the first counts, and none that may have been raised before
 *   that unseen;
 * - system calls are those of a task, on any CPU, raw_syscalls before syscalls;
 * - a timer is late by how far `now` in hrtimer_expire_entry is behind `expires` in hrtimer_start,
 *   and not at all when it expired in the time that its slack allows.
 */
#ifndef VTRACE_ENGINE_LATENCY_PAIRS_H
#define VTRACE_ENGINE_LATENCY_PAIRS_H

#include "tui/engine/latency_events.h"
#include "tui/engine/latency_keys.h"
#include "tui/engine/latency_open.h"

struct latency_kind {
	struct open_pairs open;
	struct latency_keys keys;
	uint64_t broken;
	uint64_t unfinished;
};

struct latency_pairs {
	struct latency_kind kinds[ENGINE_LATENCY_KINDS];
	uint64_t seen[ROLES]; /* records of each role */
	unsigned blind;	      /* CPUs of which events are missing now */
	uint32_t
		entered[VTRACE_MAX_CPUS]; /* vectors that were since then: none was raised before */
	uint8_t cpus[ENGINE_CPUSET_BYTES]; /* on which pairs end, to be counted */
};

/* A record of an event that latency_events have. */
struct latency_record {
	const struct latency_events *events;
	struct record record;
	uint16_t id;
	bool late; /* records of other CPUs that come after it were taken before */
	struct engine_position at;
};

/* All zero before the first time; all pairs are forgotten, their memory is kept. 0 or -ENOMEM;
 * release takes what init left. */
int latency_pairs_init(struct latency_pairs *pairs, const uint8_t *cpus);
void latency_pairs_release(struct latency_pairs *pairs);

void latency_pairs_take(struct latency_pairs *pairs, const struct latency_record *record);
/* Events of one CPU may be missing: what was open there, and what could have ended anywhere, is
 * broken. */
void latency_pairs_break(struct latency_pairs *pairs, uint32_t cpu);
/* The same of every CPU. */
void latency_pairs_break_all(struct latency_pairs *pairs);
/* sched_waking, or raw_syscalls, is recorded, so that the other kind of event is not to be used. */
void latency_pairs_expect(struct latency_pairs *pairs, enum latency_role role);

/* The events that begin and end pairs of a kind: the last one is ROLE_NONE. */
const enum latency_role *latency_begins(enum engine_latency_kind kind);
const enum latency_role *latency_ends(enum engine_latency_kind kind);

#endif
