// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/latency_events.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/engine/field_value.h"
#include "tui/engine/syscall_names.h"

#define FUNCTION_MAX (1u << 20) /* bytes: no function is longer, so no address lies that far in */

static const struct {
	const char *system, *event;
	const char *fields[LATENCY_FIELDS];
} roles[ROLES] = {
	[ROLE_WAKING] = {"sched", "sched_waking", {"pid"}},
	[ROLE_WAKEUP] = {"sched", "sched_wakeup", {"pid"}},
	[ROLE_WAKEUP_NEW] = {"sched", "sched_wakeup_new", {"pid"}},
	[ROLE_SWITCH] = {"sched", "sched_switch", {"next_pid", "prev_pid"}},
	[ROLE_IRQ_ENTRY] = {"irq", "irq_handler_entry", {"irq"}},
	[ROLE_IRQ_EXIT] = {"irq", "irq_handler_exit", {"irq"}},
	[ROLE_SOFTIRQ_RAISE] = {"irq", "softirq_raise", {"vec"}},
	[ROLE_SOFTIRQ_ENTRY] = {"irq", "softirq_entry", {"vec"}},
	[ROLE_SOFTIRQ_EXIT] = {"irq", "softirq_exit", {"vec"}},
	[ROLE_SYS_ENTER] = {"raw_syscalls", "sys_enter", {"id"}},
	[ROLE_SYS_EXIT] = {"raw_syscalls", "sys_exit", {"id"}},
	[ROLE_SYSCALL_ENTER] = {"syscalls", "sys_enter_*", {NULL}},
	[ROLE_SYSCALL_EXIT] = {"syscalls", "sys_exit_*", {NULL}},
	[ROLE_HRTIMER_START] = {"timer", "hrtimer_start", {"hrtimer", "expires"}},
	[ROLE_HRTIMER_CANCEL] = {"timer", "hrtimer_cancel", {"hrtimer"}},
	[ROLE_HRTIMER_EXPIRE] = {"timer", "hrtimer_expire_entry", {"hrtimer", "now", "function"}},
};

const char *latency_role_name(enum latency_role role)
{
	return roles[role].event;
}

/* ---- events ---- */

static enum latency_role role_of(const struct tep_event *event)
{
	for (enum latency_role role = ROLE_NONE + 1; role < ROLES; role++) {
		size_t length = strcspn(roles[role].event, "*");

		if (strcmp(event->system, roles[role].system) != 0)
			continue;
		if (roles[role].event[length] ? !strncmp(event->name, roles[role].event, length)
					      : !strcmp(event->name, roles[role].event))
			return role;
	}
	return ROLE_NONE;
}

/* A field that is one number, as latencies need it. */
static bool add_field(struct latency_role_format *role, unsigned index, struct tep_event *event,
		      const char *name)
{
	const struct tep_format_field *field = tep_find_any_field(event, name);

	if (!field || !field_is_number(field)) {
		role->missing = name;
		return false;
	}
	role->fields[index] = value_of_field(field);
	if (role->least < (uint32_t)(field->offset + field->size))
		role->least = (uint32_t)(field->offset + field->size);
	return true;
}

static void add_event(struct latency_events *events, const struct event_format *format)
{
	enum latency_role number = role_of(format->event);
	struct latency_role_format *role = &events->roles[number];

	if (!number || format->event->id < 0 || format->event->id >= TALLY_IDS)
		return;
	role->state = ENGINE_LATENCY_UNSEEN;
	role->least = RECORD_PID_OFFSET + 4;
	for (unsigned i = 0; i < LATENCY_FIELDS && roles[number].fields[i]; i++) {
		if (!add_field(role, i, format->event, roles[number].fields[i])) {
			role->state = ENGINE_LATENCY_NO_FIELD;
			return;
		}
	}
	events->by_id[format->event->id] = (uint8_t)number;
	events->ids[number] = (uint16_t)format->event->id;
	if (number == ROLE_IRQ_ENTRY)
		events->irq_name = tep_find_field(format->event, "name");
}

/* ---- names ---- */

/* The names that softirq_entry's print format has for its vectors. */
static void find_softirqs(struct latency_events *events, const struct tep_print_arg *arg)
{
	for (; arg; arg = arg->next) {
		const struct tep_print_flag_sym *symbol =
			arg->type == TEP_PRINT_SYMBOL ? arg->symbol.symbols : NULL;

		for (; symbol; symbol = symbol->next) {
			unsigned long vector;
			char *end;

			if (!symbol->value || !symbol->str)
				continue;
			vector = strtoul(symbol->value, &end, 0);
			if (end != symbol->value && !*end && vector < LATENCY_SOFTIRQS)
				snprintf(events->softirqs[vector], sizeof(events->softirqs[0]),
					 "%s", symbol->str);
		}
	}
}

void latency_events_find(struct latency_events *events, const struct formats *formats)
{
	memset(events, 0, sizeof(*events));
	events->formats = formats;
	events->number = formats->number;
	for (unsigned role = 0; role < ROLES; role++)
		events->roles[role].state = ENGINE_LATENCY_NO_FORMAT;
	for (size_t i = 0; i < formats->event_count; i++) {
		const struct event_format *format = &formats->events[i];

		add_event(events, format);
		if (role_of(format->event) == ROLE_SOFTIRQ_ENTRY)
			find_softirqs(events, format->event->print_fmt.args);
	}
}

void latency_name_irq(const struct latency_events *events, const struct record *record, char *name)
{
	const struct latency_role_format *role = &events->roles[ROLE_IRQ_ENTRY];
	uint32_t irq = (uint32_t)value_get(&role->fields[0], NULL, record);
	struct field_place place = {.outside = true};

	if (events->irq_name)
		field_find(&place, events->irq_name, record);
	if (place.outside || !place.data_size)
		snprintf(name, ENGINE_LATENCY_NAME_MAX, "%" PRIu32, irq);
	else
		snprintf(name, ENGINE_LATENCY_NAME_MAX, "%" PRIu32 " %.*s", irq,
			 (int)place.data_size, (const char *)record->data + place.data_offset);
}

void latency_name_softirq(const struct latency_events *events, uint64_t vector, char *name)
{
	if (vector < LATENCY_SOFTIRQS && events->softirqs[vector][0])
		snprintf(name, ENGINE_LATENCY_NAME_MAX, "%s", events->softirqs[vector]);
	else
		snprintf(name, ENGINE_LATENCY_NAME_MAX, "vector %" PRIu64, vector);
}

void latency_name_syscall(const struct latency_events *events, uint64_t number, char *name)
{
	const char *known = syscall_name(events->formats->machine, number);

	if (known)
		snprintf(name, ENGINE_LATENCY_NAME_MAX, "%s", known);
	else
		snprintf(name, ENGINE_LATENCY_NAME_MAX, "number %" PRIu64, number);
}

const char *latency_call(const struct latency_events *events, uint16_t id)
{
	const struct event_format *format = formats_event(events->formats, id);

	return format ? format->event->name + strcspn(roles[events->by_id[id]].event, "*") : "";
}

void latency_name_function(const struct latency_events *events, uint64_t address, char *name)
{
	/* It remembers what it looked up last; nothing else of the formats changes. */
	struct symbols *symbols = (struct symbols *)&events->formats->programs.symbols;
	const struct symbol *symbol = symbols_find(symbols, address);

	if (symbol->name && address - symbol->start < FUNCTION_MAX)
		snprintf(name, ENGINE_LATENCY_NAME_MAX, "%s", symbol->name);
	else
		snprintf(name, ENGINE_LATENCY_NAME_MAX, "0x%" PRIx64, address);
}
