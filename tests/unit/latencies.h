/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests whose events make pairs, for tests of latencies: formats with the fields that matter,
 * streams that are fed page by page with records made by hand, and the answers about them.
 */
#ifndef VTRACE_TESTS_LATENCIES_H
#define VTRACE_TESTS_LATENCIES_H

#include "tests/unit/formats.h"
#include "tests/unit/pages.h"
#include "tui/engine/latency.h"

#define PAGE 4096
#define CPUS 3
#define NOW  100000 /* ms; pages have come at 0 */

enum {
	WAKING = 10,
	WAKEUP,
	WAKEUP_NEW,
	SWITCH,
	IRQ_ENTRY,
	IRQ_EXIT,
	RAISE,
	SOFTIRQ_ENTRY,
	SOFTIRQ_EXIT,
	SYS_ENTER,
	SYS_EXIT,
	TIMER_START,
	TIMER_CANCEL,
	TIMER_EXPIRE,
	ENTER_READ,
	EXIT_READ,
	ENTER_WRITE,
	EXIT_WRITE,
	OTHER,
};

struct guest {
	struct stream_shared shared;
	struct stream *streams[VTRACE_MAX_CPUS];
	struct formats *formats[FORMATS_SETS];
	uint32_t formats_count;
	struct rows rows;
	struct latency latency;
	struct engine_latency asked;
	/* The page in the making of each CPU. */
	struct {
		uint8_t bytes[PAGE];
		struct page_maker maker;
		struct entry entry;
	} page[CPUS];
	uint32_t epoch;
};

#define PID	FIELD("pid_t pid", 8, 4, 1)
#define VECTOR	FIELD("unsigned int vec", 8, 4, 0)
#define CALL	FIELD("long id", 8, 8, 1)
#define HRTIMER FIELD("void * hrtimer", 8, 8, 0)

/* All events, but the one that is left out, or has no fields of its own. */
static inline void make_formats(struct guest *guest, const char *without, const char *empty)
{
	static const struct {
		const char *name;
		int id;
		const char *fields;
	} events[] = {
		{"sched/sched_waking", WAKING, PID},
		{"sched/sched_wakeup", WAKEUP, PID},
		{"sched/sched_wakeup_new", WAKEUP_NEW, PID},
		{"sched/sched_switch", SWITCH,
		 FIELD("pid_t prev_pid", 8, 4, 1) FIELD("pid_t next_pid", 12, 4, 1)},
		{"irq/irq_handler_entry", IRQ_ENTRY,
		 FIELD("int irq", 8, 4, 1) FIELD("__data_loc char[] name", 12, 4, 0)},
		{"irq/irq_handler_exit", IRQ_EXIT, FIELD("int irq", 8, 4, 1)},
		{"irq/softirq_raise", RAISE, VECTOR},
		{"irq/softirq_entry", SOFTIRQ_ENTRY, VECTOR},
		{"irq/softirq_exit", SOFTIRQ_EXIT, VECTOR},
		{"raw_syscalls/sys_enter", SYS_ENTER, CALL},
		{"raw_syscalls/sys_exit", SYS_EXIT, CALL},
		{"timer/hrtimer_start", TIMER_START,
		 HRTIMER FIELD("void * function", 16, 8, 0) FIELD("s64 expires", 24, 8, 1)},
		{"timer/hrtimer_cancel", TIMER_CANCEL, HRTIMER},
		{"timer/hrtimer_expire_entry", TIMER_EXPIRE,
		 HRTIMER FIELD("s64 now", 16, 8, 1) FIELD("void * function", 24, 8, 0)},
		{"syscalls/sys_enter_read", ENTER_READ, CALL},
		{"syscalls/sys_exit_read", EXIT_READ, CALL},
		{"syscalls/sys_enter_write", ENTER_WRITE, CALL},
		{"syscalls/sys_exit_write", EXIT_WRITE, CALL},
		{"test/other", OTHER, PID},
	};
	struct engine_formats_reply reply;
	struct formats **formats = &guest->formats[guest->formats_count];
	struct made_bundle made;

	bundle_begin(&made, "5f3b8a52-8a0e-4c0e-9a3e-0d6f3f1c7f10");
	bundle_text(&made, "kallsyms",
		    "ffffffff81000000 T tick_nohz_handler\nffffffff81001000 T hrtimer_wakeup\n");
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		const char *print = "\"\"";

		if (without && !strcmp(without, events[i].name))
			continue;
		if (events[i].id == SOFTIRQ_ENTRY)
			print = "\"%s\", __print_symbolic(REC->vec, { 1, \"TIMER\" }, "
				"{ 3, \"NET_RX\" })";
		bundle_event(&made, events[i].name, events[i].id, COMMON_FIELDS,
			     empty && !strcmp(empty, events[i].name) ? "" : events[i].fields,
			     print);
	}
	assert_int_equal(bundle_load(&made, formats, guest->shared.comms, &reply), 0);
	(*formats)->number = guest->formats_count++;
	guest->shared.formats = *formats;
}

static inline struct guest *guest_new(const char *without, const char *empty)
{
	struct guest *guest = calloc(1, sizeof(*guest));

	assert_non_null(guest);
	guest->shared.geometry = (struct page_geometry){PAGE, 8, false};
	guest->shared.comms = comms_new();
	store_init(&guest->shared.store, 256 << 20);
	assert_int_equal(counts_init(&guest->shared.counts), 0);
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		assert_int_equal(stream_new(&guest->streams[cpu], &guest->shared, cpu), 0);
		guest->page[cpu].maker = (struct page_maker){
			.geometry = guest->shared.geometry,
			.page = guest->page[cpu].bytes,
		};
	}
	make_formats(guest, without, empty);
	guest->rows.streams = guest->streams;
	guest->rows.shared = &guest->shared;
	guest->rows.formats = (const struct formats *const *)guest->formats;
	guest->rows.formats_count = &guest->formats_count;
	assert_int_equal(rows_init(&guest->rows), 0);
	memset(guest->asked.cpus, 0xff, sizeof(guest->asked.cpus));
	guest->asked.key = ENGINE_LATENCY_ALL;
	return guest;
}

static inline void guest_free(struct guest *guest)
{
	latency_release(&guest->latency);
	rows_release(&guest->rows);
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		stream_free(guest->streams[cpu]);
	counts_release(&guest->shared.counts);
	comms_free(guest->shared.comms);
	for (uint32_t i = 0; i < guest->formats_count; i++)
		formats_free(guest->formats[i]);
	free(guest);
}

/* ---- events ---- */

/* The page in hand of a CPU goes to the engine. lost: events were, before it. */
static inline void end_page(struct guest *guest, unsigned cpu, bool lost)
{
	struct entry *entry = &guest->page[cpu].entry;

	if (!entry->events)
		return;
	entry->kind = ENTRY_PAGE;
	entry->flags |= lost ? ENTRY_LOST : 0;
	entry->epoch = guest->epoch;
	assert_int_equal(history_append(&guest->streams[cpu]->history, entry,
					guest->page[cpu].bytes, 0),
			 0);
	*entry = (struct entry){0};
}

/* The next record of a CPU: its data after the common fields is words, 4 bytes each. */
static inline uint8_t *add_event(struct guest *guest, unsigned cpu, uint64_t ts, unsigned id,
				 int32_t pid, unsigned words)
{
	struct page_maker *maker = &guest->page[cpu].maker;
	struct entry *entry = &guest->page[cpu].entry;
	uint8_t *data;

	if (entry->events &&
	    (maker->length + 4 * words + 24 > PAGE - 16 || ts - entry->last_ts >= 1 << 27))
		end_page(guest, cpu, false);
	if (!entry->events) {
		make_page(maker, ts);
		entry->first_ts = entry->last_ts = ts;
	}
	data = maker->page + 16 + maker->length + 4;
	make_event(maker, (uint32_t)(ts - entry->last_ts), 2 + words, 0);
	put_bytes(&maker->geometry, data, id, 2);
	put_bytes(&maker->geometry, data + 4, (uint32_t)pid, 4);
	entry->last_ts = ts;
	entry->events++;
	return data + 8;
}

/* One of which the first field is a number of 4 bytes, and one of 8. */
static inline void add_four(struct guest *guest, unsigned cpu, uint64_t ts, unsigned id,
			    uint32_t number)
{
	put_bytes(&guest->shared.geometry, add_event(guest, cpu, ts, id, 1, 1), number, 4);
}

static inline void add_call(struct guest *guest, unsigned cpu, uint64_t ts, unsigned id,
			    int32_t pid, uint64_t number)
{
	put_bytes(&guest->shared.geometry, add_event(guest, cpu, ts, id, pid, 2), number, 8);
}

static inline void add_switch(struct guest *guest, unsigned cpu, uint64_t ts, uint32_t from,
			      uint32_t to)
{
	uint8_t *data = add_event(guest, cpu, ts, SWITCH, (int32_t)from, 2);

	put_bytes(&guest->shared.geometry, data, from, 4);
	put_bytes(&guest->shared.geometry, data + 4, to, 4);
}

static inline void add_irq(struct guest *guest, unsigned cpu, uint64_t ts, uint32_t irq,
			   const char *name)
{
	unsigned words = (unsigned)strlen(name) / 4 + 1;
	uint8_t *data = add_event(guest, cpu, ts, IRQ_ENTRY, 1, 2 + words);

	put_bytes(&guest->shared.geometry, data, irq, 4);
	put_bytes(&guest->shared.geometry, data + 4, (strlen(name) + 1) << 16 | 16, 4);
	memcpy(data + 8, name, strlen(name) + 1);
}

/* start: function and when it is due; expire: when it is, and function. */
static inline void add_timer(struct guest *guest, unsigned cpu, uint64_t ts, unsigned id,
			     uint64_t timer, uint64_t first, uint64_t second)
{
	uint8_t *data = add_event(guest, cpu, ts, id, 1, 6);

	put_bytes(&guest->shared.geometry, data, timer, 8);
	put_bytes(&guest->shared.geometry, data + 8, first, 8);
	put_bytes(&guest->shared.geometry, data + 16, second, 8);
}

/* ---- answers ---- */

/* Everything that was made so far has been looked at. */
static inline const struct engine_latency_reply *
answer_at(struct guest *guest, enum engine_latency_kind kind, uint64_t now)
{
	size_t length;

	guest->asked.kind = kind;
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		end_page(guest, cpu, false);
	do {
		assert_int_equal(latency_answer(&guest->latency, &guest->rows, &guest->asked, now,
						&length),
				 0);
	} while (guest->latency.reply.head.flags & ENGINE_LATENCY_MORE);
	return &guest->latency.reply.head;
}

static inline const struct engine_latency_reply *answer(struct guest *guest,
							enum engine_latency_kind kind)
{
	return answer_at(guest, kind, NOW);
}

/* The entry of that name; NULL: there is none. */
static inline const struct engine_latency_key *find_key(const struct guest *guest, const char *name)
{
	for (uint32_t i = 0; i < guest->latency.reply.head.keys; i++)
		if (!strcmp(guest->latency.reply.keys[i].name, name))
			return &guest->latency.reply.keys[i];
	return NULL;
}

/* That many pairs, and what the longest took. */
static inline void check_key(const struct guest *guest, const char *name, uint64_t count,
			     uint64_t max)
{
	const struct engine_latency_key *key = find_key(guest, name);

	assert_non_null(key);
	assert_int_equal(key->count, count);
	assert_int_equal(key->max, max);
}

static inline void check_none(const struct guest *guest)
{
	assert_int_equal(guest->latency.reply.head.keys, 0);
}

#endif
