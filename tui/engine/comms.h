/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Task names: which comm a pid had at a time. The guest's saved_cmdlines hold 128 names by
 * default and wrap, so names are also learned from events that carry them as these pass. A name
 * answers for the time from when it was learned on, never for the time before, so that a live
 * row and the same row of a capture read the same. Called by streams (learn) and the printer
 * (look up). Bounded: COMMS_PIDS tasks, COMMS_NAMES names each, the oldest forgotten first.
 *
 * Of a trace.dat names go by trace-cmd's rule instead (libtraceevent, tep_register_comm): what the
 * file lists holds for all of time, and a pid that is not listed has the name that it was first
 * printed with, from the next line on.
 */
#ifndef VTRACE_ENGINE_COMMS_H
#define VTRACE_ENGINE_COMMS_H

#include <stdbool.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/names.h"
#include "tui/engine/protocol.h"

struct comms;

/* NULL when there is no memory, or no number that a guest can't guess (getrandom(2)). */
struct comms *comms_new(void);
void comms_free(struct comms *comms);

/* From now on names go by the first one, as in a trace.dat; those known are forgotten. */
void comms_keep_first(struct comms *comms);

/* What comms_load() is to hold while it works, as everybody else does who calls; NULL: nothing. */
void comms_guard(struct comms *comms, pthread_mutex_t *lock);

/* Names that hold where nothing else was learned: the text of saved_cmdlines, "PID COMM\n"
 * lines (Linux, kernel/trace/trace_sched_switch.c), COMMS_PIDS of them. Bytes beyond the grammar
 * are passed over. */
void comms_load(struct comms *comms, const char *text, size_t length);

/* From (epoch, ts) on, pid is called comm (at most VTRACE_COMM_LEN bytes, maybe unterminated). */
void comms_learn(struct comms *comms, int32_t pid, uint32_t epoch, uint64_t ts, const char *comm,
		 size_t length);

/* The same by the rule of a trace.dat: behind the row at that place in the order of rows, unless
 * the pid had a name before. Whether it would change anything is to be asked first. */
bool comms_wants_first(const struct comms *comms, int32_t pid, const struct engine_position *at);
void comms_learn_first(struct comms *comms, int32_t pid, const struct engine_position *at,
		       const char *comm, size_t length);

/* The name of pid at that time: "<idle>" for 0, "<...>" when it is not known. Of VTRACE_COMM_LEN
 * bytes, whatever is behind its end. Valid until the next change. */
const char *comms_find(const struct comms *comms, int32_t pid, uint32_t epoch, uint64_t ts);
/* The name of pid in the row at that place, by either rule. */
const char *comms_find_at(const struct comms *comms, int32_t pid, const struct engine_position *at);

/* Whether names go by the first one. */
bool comms_keeps_first(const struct comms *comms);

/* The newest name of each task (by the rule of a trace.dat: the listed ones) as lines of
 * saved_cmdlines, in no order; of text the first whole lines that fit into size bytes are written,
 * and how many bytes all take is returned. */
#define COMMS_LINE_MAX (10 + 1 + VTRACE_COMM_LEN - 1 + 1)
size_t comms_text(const struct comms *comms, char *text, size_t size);
/* How many tasks are looked at to find that one, or that it is not known. */
unsigned comms_steps(const struct comms *comms, int32_t pid);
/* Differs whenever a name was added. */
uint64_t comms_changes(const struct comms *comms);

#endif
