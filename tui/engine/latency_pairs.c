// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/latency_pairs.h"

#include <stdio.h>
#include <string.h>

/* Where the events of a kind that make a pair may lie. */
static const bool anywhere[ENGINE_LATENCY_KINDS] = {
	[ENGINE_LATENCY_WAKEUP] = true,
	[ENGINE_LATENCY_SYSCALL] = true,
	[ENGINE_LATENCY_HRTIMER] = true,
};

#define ROLES_MAX 4

static const enum latency_role begins[ENGINE_LATENCY_KINDS][ROLES_MAX] = {
	[ENGINE_LATENCY_WAKEUP] = {ROLE_WAKING, ROLE_WAKEUP, ROLE_WAKEUP_NEW},
	[ENGINE_LATENCY_IRQ] = {ROLE_IRQ_ENTRY},
	[ENGINE_LATENCY_SOFTIRQ] = {ROLE_SOFTIRQ_ENTRY},
	[ENGINE_LATENCY_RAISE] = {ROLE_SOFTIRQ_RAISE},
	[ENGINE_LATENCY_SYSCALL] = {ROLE_SYS_ENTER, ROLE_SYSCALL_ENTER},
	[ENGINE_LATENCY_HRTIMER] = {ROLE_HRTIMER_START},
};

static const enum latency_role ends[ENGINE_LATENCY_KINDS][ROLES_MAX] = {
	[ENGINE_LATENCY_WAKEUP] = {ROLE_SWITCH},
	[ENGINE_LATENCY_IRQ] = {ROLE_IRQ_EXIT},
	[ENGINE_LATENCY_SOFTIRQ] = {ROLE_SOFTIRQ_EXIT},
	[ENGINE_LATENCY_RAISE] = {ROLE_SOFTIRQ_ENTRY},
	[ENGINE_LATENCY_SYSCALL] = {ROLE_SYS_EXIT, ROLE_SYSCALL_EXIT},
	[ENGINE_LATENCY_HRTIMER] = {ROLE_HRTIMER_EXPIRE},
};

const enum latency_role *latency_begins(enum engine_latency_kind kind)
{
	return begins[kind];
}

const enum latency_role *latency_ends(enum engine_latency_kind kind)
{
	return ends[kind];
}

int latency_pairs_init(struct latency_pairs *pairs, const uint8_t *cpus)
{
	int ret = 0;

	memset(pairs->seen, 0, sizeof(pairs->seen));
	memset(pairs->entered, 0, sizeof(pairs->entered));
	pairs->blind = 0;
	memcpy(pairs->cpus, cpus, sizeof(pairs->cpus));
	for (unsigned i = 0; !ret && i < ENGINE_LATENCY_KINDS; i++) {
		pairs->kinds[i].broken = pairs->kinds[i].unfinished = 0;
		ret = open_pairs_init(&pairs->kinds[i].open);
		if (!ret)
			ret = latency_keys_init(&pairs->kinds[i].keys);
	}
	return ret;
}

void latency_pairs_release(struct latency_pairs *pairs)
{
	for (unsigned i = 0; i < ENGINE_LATENCY_KINDS; i++) {
		open_pairs_release(&pairs->kinds[i].open);
		latency_keys_release(&pairs->kinds[i].keys);
	}
}

void latency_pairs_break(struct latency_pairs *pairs, uint32_t cpu)
{
	for (unsigned i = 0; i < ENGINE_LATENCY_KINDS; i++) {
		struct latency_kind *kind = &pairs->kinds[i];

		kind->broken += open_pairs_break(&kind->open, anywhere[i] ? OPEN_ALL : cpu);
	}
	pairs->entered[cpu] = 0;
}

void latency_pairs_break_all(struct latency_pairs *pairs)
{
	for (unsigned i = 0; i < ENGINE_LATENCY_KINDS; i++) {
		struct latency_kind *kind = &pairs->kinds[i];

		for (unsigned domain = 0; domain < OPEN_DOMAINS; domain++)
			kind->broken += open_pairs_break(&kind->open, domain);
	}
	memset(pairs->entered, 0, sizeof(pairs->entered));
}

void latency_pairs_expect(struct latency_pairs *pairs, enum latency_role role)
{
	pairs->seen[role] += !pairs->seen[role];
}

/* ---- one record ---- */

static uint64_t field(const struct latency_record *record, unsigned index)
{
	const struct latency_events *events = record->events;
	const struct latency_role_format *role = &events->roles[events->by_id[record->id]];

	return value_get(&role->fields[index], NULL, &record->record);
}

static int32_t pid_of(const struct latency_record *record)
{
	return (int32_t)record_number(&record->record, RECORD_PID_OFFSET, 4);
}

static uint32_t domain_of(enum engine_latency_kind kind, const struct latency_record *record)
{
	return anywhere[kind] ? OPEN_ALL : record->at.cpu;
}

static void begin(struct latency_pairs *pairs, enum engine_latency_kind kind,
		  const struct latency_record *record, uint64_t number, uint64_t value)
{
	struct latency_kind *of = &pairs->kinds[kind];

	/* What comes next to it may be missing. */
	if (anywhere[kind] && pairs->blind)
		of->broken++;
	else
		of->unfinished += open_pairs_put(&of->open, number, domain_of(kind, record),
						 record->at.ts, value);
}

/* Close a pair; false: it is none, or not to be counted. */
static bool end(struct latency_pairs *pairs, enum engine_latency_kind kind,
		const struct latency_record *record, uint64_t number, struct open_pair *open)
{
	return open_pairs_take(&pairs->kinds[kind].open, number, domain_of(kind, record), open) &&
	       record->at.ts >= open->ts &&
	       (pairs->cpus[record->at.cpu / 8] >> record->at.cpu % 8) & 1;
}

/* Count a pair that took so long. Its key is returned when its name is to be given. */
static struct latency_key *count(struct latency_pairs *pairs, enum engine_latency_kind kind,
				 const struct latency_record *record, uint64_t number,
				 const struct latency_pair *pair)
{
	struct latency_keys *keys = &pairs->kinds[kind].keys;
	struct latency_pair whole = *pair;
	bool fresh;
	struct latency_key *key = latency_keys_get(keys, number, &fresh);

	whole.at = record->at;
	whole.pid = kind == ENGINE_LATENCY_WAKEUP ? (int32_t)number : pid_of(record);
	latency_keys_add(keys, key, &whole);
	return key->name[0] ? NULL : key;
}

static struct latency_key *count_since(struct latency_pairs *pairs, enum engine_latency_kind kind,
				       const struct latency_record *record, uint64_t number,
				       const struct open_pair *open)
{
	const struct latency_pair pair = {.took = record->at.ts - open->ts, .began = open->ts};

	return count(pairs, kind, record, number, &pair);
}

/* ---- what each kind is ---- */

static void take_switch(struct latency_pairs *pairs, const struct latency_record *record)
{
	uint64_t next = (uint32_t)field(record, 0), previous = (uint32_t)field(record, 1);
	struct open_pair open;

	open_pairs_take(&pairs->kinds[ENGINE_LATENCY_WAKEUP].open, previous, OPEN_ALL, &open);
	if (next && end(pairs, ENGINE_LATENCY_WAKEUP, record, next, &open))
		count_since(pairs, ENGINE_LATENCY_WAKEUP, record, next, &open);
}

static void take_wakeup(struct latency_pairs *pairs, const struct latency_record *record)
{
	begin(pairs, ENGINE_LATENCY_WAKEUP, record, (uint32_t)field(record, 0), 0);
}

/* FNV-1a: a name as part of a number. */
static uint32_t hash(const char *name)
{
	uint32_t value = 2166136261u;

	for (; *name; name++)
		value = (value ^ (uint8_t)*name) * 16777619u;
	return value;
}

/* Handlers that share an irq are told apart by their names, which the exit does not have. */
static void take_irq_entry(struct latency_pairs *pairs, const struct latency_record *record)
{
	uint64_t irq = (uint32_t)field(record, 0), number;
	char name[ENGINE_LATENCY_NAME_MAX];
	struct latency_key *key;
	bool fresh;

	latency_name_irq(record->events, &record->record, name);
	number = irq << 32 | hash(name);
	key = latency_keys_get(&pairs->kinds[ENGINE_LATENCY_IRQ].keys, number, &fresh);
	if (fresh)
		memcpy(key->name, name, sizeof(key->name));
	begin(pairs, ENGINE_LATENCY_IRQ, record, irq, number);
}

static void take_irq_exit(struct latency_pairs *pairs, const struct latency_record *record)
{
	uint64_t irq = (uint32_t)field(record, 0);
	struct latency_key *key;
	struct open_pair open;

	if (!end(pairs, ENGINE_LATENCY_IRQ, record, irq, &open))
		return;
	key = count_since(pairs, ENGINE_LATENCY_IRQ, record, open.value, &open);
	/* It was given up since the handler began. */
	if (key)
		snprintf(key->name, sizeof(key->name), "%u", (unsigned)irq);
}

static void end_softirq(struct latency_pairs *pairs, enum engine_latency_kind kind,
			const struct latency_record *record)
{
	uint64_t vector = (uint32_t)field(record, 0);
	struct latency_key *key;
	struct open_pair open;

	if (!end(pairs, kind, record, vector, &open))
		return;
	key = count_since(pairs, kind, record, vector, &open);
	if (key)
		latency_name_softirq(record->events, vector, key->name);
}

static void take_raise(struct latency_pairs *pairs, const struct latency_record *record)
{
	uint64_t vector = (uint32_t)field(record, 0);

	if (vector < LATENCY_SOFTIRQS && (pairs->entered[record->at.cpu] >> vector & 1) &&
	    !open_pairs_find(&pairs->kinds[ENGINE_LATENCY_RAISE].open, vector, record->at.cpu))
		begin(pairs, ENGINE_LATENCY_RAISE, record, vector, 0);
}

static void take_softirq_entry(struct latency_pairs *pairs, const struct latency_record *record)
{
	uint64_t vector = (uint32_t)field(record, 0);

	end_softirq(pairs, ENGINE_LATENCY_RAISE, record);
	if (vector < LATENCY_SOFTIRQS)
		pairs->entered[record->at.cpu] |= 1u << vector;
	begin(pairs, ENGINE_LATENCY_SOFTIRQ, record, vector, 0);
}

/* Calls by number and calls by name never are the same key. */
#define CALL_BY_NAME (UINT64_C(1) << 32)

static uint64_t call_of(const struct latency_record *record, bool raw)
{
	return raw ? (uint32_t)field(record, 0)
		   : CALL_BY_NAME | hash(latency_call(record->events, record->id));
}

static void take_sys_enter(struct latency_pairs *pairs, const struct latency_record *record,
			   bool raw)
{
	begin(pairs, ENGINE_LATENCY_SYSCALL, record, (uint32_t)pid_of(record),
	      call_of(record, raw));
}

static void take_sys_exit(struct latency_pairs *pairs, const struct latency_record *record,
			  bool raw)
{
	struct latency_key *key;
	struct open_pair open;

	/* Of another call: a task that had its pid never came back from that one. */
	if (!end(pairs, ENGINE_LATENCY_SYSCALL, record, (uint32_t)pid_of(record), &open) ||
	    open.value != call_of(record, raw))
		return;
	key = count_since(pairs, ENGINE_LATENCY_SYSCALL, record, open.value, &open);
	if (key && raw)
		latency_name_syscall(record->events, open.value, key->name);
	else if (key)
		snprintf(key->name, sizeof(key->name), "%s",
			 latency_call(record->events, record->id));
}

/* Both in ns of the timer's own clock, as s64. */
static void take_expire(struct latency_pairs *pairs, const struct latency_record *record)
{
	struct latency_pair pair = {0};
	struct latency_key *key;
	struct open_pair open;
	int64_t now = (int64_t)field(record, 1);

	if (!end(pairs, ENGINE_LATENCY_HRTIMER, record, field(record, 0), &open))
		return;
	if (now > (int64_t)open.value)
		pair.took = (uint64_t)now - open.value;
	pair.began = open.ts;
	key = count(pairs, ENGINE_LATENCY_HRTIMER, record, field(record, 2), &pair);
	if (key)
		latency_name_function(record->events, field(record, 2), key->name);
}

static void take_start(struct latency_pairs *pairs, const struct latency_record *record)
{
	struct latency_kind *kind = &pairs->kinds[ENGINE_LATENCY_HRTIMER];
	struct open_pair before;

	/* That a timer is put off is no pair that did not end. */
	open_pairs_take(&kind->open, field(record, 0), OPEN_ALL, &before);
	begin(pairs, ENGINE_LATENCY_HRTIMER, record, field(record, 0), field(record, 1));
}

static void take_cancel(struct latency_pairs *pairs, const struct latency_record *record)
{
	struct open_pair open;

	open_pairs_take(&pairs->kinds[ENGINE_LATENCY_HRTIMER].open, field(record, 0), OPEN_ALL,
			&open);
}

/* Do the pairs of these events lie on one CPU? */
static bool is_local(enum latency_role role)
{
	return role >= ROLE_IRQ_ENTRY && role <= ROLE_SOFTIRQ_EXIT;
}

void latency_pairs_take(struct latency_pairs *pairs, const struct latency_record *record)
{
	enum latency_role role = record->events->by_id[record->id];

	if (record->record.size < record->events->roles[role].least)
		return;
	pairs->seen[role]++;
	if (record->late && !is_local(role))
		return;
	switch (role) {
	case ROLE_WAKEUP:
		if (pairs->seen[ROLE_WAKING])
			break;
		/* fall through */
	case ROLE_WAKING:
	case ROLE_WAKEUP_NEW:
		take_wakeup(pairs, record);
		break;
	case ROLE_SWITCH:
		take_switch(pairs, record);
		break;
	case ROLE_IRQ_ENTRY:
		take_irq_entry(pairs, record);
		break;
	case ROLE_IRQ_EXIT:
		take_irq_exit(pairs, record);
		break;
	case ROLE_SOFTIRQ_RAISE:
		take_raise(pairs, record);
		break;
	case ROLE_SOFTIRQ_ENTRY:
		take_softirq_entry(pairs, record);
		break;
	case ROLE_SOFTIRQ_EXIT:
		end_softirq(pairs, ENGINE_LATENCY_SOFTIRQ, record);
		break;
	case ROLE_SYS_ENTER:
	case ROLE_SYSCALL_ENTER:
		if (role == ROLE_SYS_ENTER || !pairs->seen[ROLE_SYS_ENTER])
			take_sys_enter(pairs, record, role == ROLE_SYS_ENTER);
		break;
	case ROLE_SYS_EXIT:
	case ROLE_SYSCALL_EXIT:
		if (role == ROLE_SYS_EXIT || !pairs->seen[ROLE_SYS_ENTER])
			take_sys_exit(pairs, record, role == ROLE_SYS_EXIT);
		break;
	case ROLE_HRTIMER_START:
		take_start(pairs, record);
		break;
	case ROLE_HRTIMER_CANCEL:
		take_cancel(pairs, record);
		break;
	case ROLE_HRTIMER_EXPIRE:
		take_expire(pairs, record);
		break;
	default:
		break;
	}
}
