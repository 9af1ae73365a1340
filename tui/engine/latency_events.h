/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events that begin and end the pairs of a latency: by id, for one formats set, with the fields
 * that are needed of each. Made and asked by latency_pairs.c. It looks into records, and never
 * outside of them.
 *
 * Events and fields are those of Linux, include/trace/events/: sched.h, irq.h, timer.h, syscalls.h.
 */
#ifndef VTRACE_ENGINE_LATENCY_EVENTS_H
#define VTRACE_ENGINE_LATENCY_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "tui/engine/formats.h"
#include "tui/engine/tally.h"

/* What an event does for pairs. */
enum latency_role {
	ROLE_NONE,
	ROLE_WAKING,
	ROLE_WAKEUP,
	ROLE_WAKEUP_NEW,
	ROLE_SWITCH,
	ROLE_IRQ_ENTRY,
	ROLE_IRQ_EXIT,
	ROLE_SOFTIRQ_RAISE,
	ROLE_SOFTIRQ_ENTRY,
	ROLE_SOFTIRQ_EXIT,
	ROLE_SYS_ENTER, /* of raw_syscalls */
	ROLE_SYS_EXIT,
	ROLE_SYSCALL_ENTER, /* of syscalls: an event for each call */
	ROLE_SYSCALL_EXIT,
	ROLE_HRTIMER_START,
	ROLE_HRTIMER_CANCEL,
	ROLE_HRTIMER_EXPIRE,
	ROLES
};

#define LATENCY_FIELDS	 3  /* of one event */
#define LATENCY_SOFTIRQS 32 /* vectors that have names */

struct latency_role_format {
	uint32_t state; /* enum engine_latency_events, without what was seen */
	uint32_t least; /* bytes that a record must have for the fields */
	struct value fields[LATENCY_FIELDS];
	const char *missing; /* the field that the format lacks, or NULL */
};

struct latency_events {
	const struct formats *formats;
	uint32_t number;	  /* of the formats */
	uint8_t by_id[TALLY_IDS]; /* enum latency_role */
	uint16_t ids[ROLES];	  /* an id of each role that there is */
	struct latency_role_format roles[ROLES];
	const struct tep_format_field *irq_name;
	char softirqs[LATENCY_SOFTIRQS][16]; /* names by vector; "" unknown */
};

/* Find the events in formats, which must stay as long as they are asked for. */
void latency_events_find(struct latency_events *events, const struct formats *formats);
/* "SYSTEM:EVENT", in words for people. */
const char *latency_role_name(enum latency_role role);

/* Of an event of syscalls: the call's name. */
const char *latency_call(const struct latency_events *events, uint16_t id);
/* Names for keys, each cut to ENGINE_LATENCY_NAME_MAX bytes. */
void latency_name_irq(const struct latency_events *events, const struct record *record, char *name);
void latency_name_softirq(const struct latency_events *events, uint64_t vector, char *name);
void latency_name_syscall(const struct latency_events *events, uint64_t number, char *name);
void latency_name_function(const struct latency_events *events, uint64_t address, char *name);

#endif
