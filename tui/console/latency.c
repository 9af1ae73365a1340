// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/latency.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	struct latency_words words;
	const char *begin, *end; /* events, as a person enables them */
} kinds[ENGINE_LATENCY_KINDS] = {
	[ENGINE_LATENCY_WAKEUP] = {{"wakeups", "TASK-PID", "from being woken to running"},
				   "sched_waking",
				   "sched_switch"},
	[ENGINE_LATENCY_IRQ] = {{"interrupts", "IRQ HANDLER", "what handlers of interrupts take"},
				"irq_handler_entry",
				"irq_handler_exit"},
	[ENGINE_LATENCY_SOFTIRQ] = {{"softirqs", "SOFTIRQ", "what softirqs take"},
				    "softirq_entry",
				    "softirq_exit"},
	[ENGINE_LATENCY_RAISE] = {{"softirq waits", "SOFTIRQ", "from being raised to running"},
				  "softirq_raise",
				  "softirq_entry"},
	[ENGINE_LATENCY_SYSCALL] = {{"system calls", "SYSTEM CALL", "what system calls take"},
				    "raw_syscalls/sys_enter",
				    "raw_syscalls/sys_exit"},
	[ENGINE_LATENCY_HRTIMER] = {{"timers", "TIMER FUNCTION",
				     "how late timers expire, in ns of their own clock"},
				    "hrtimer_start",
				    "hrtimer_expire_entry"},
};

const struct latency_words *latency_words(enum engine_latency_kind kind)
{
	return &kinds[kind].words;
}

/* The length was checked when it was received. */
void latency_take(struct latency_table *table, const struct engine_packet *packet)
{
	memcpy(&table->head, packet->payload, packet->length);
	table->answered = true;
}

bool latency_in_ticks(enum engine_latency_kind kind, bool ticks)
{
	return ticks && kind != ENGINE_LATENCY_HRTIMER;
}

const char *latency_time(char text[NUMBER_SIZE], uint64_t time, bool ticks, const char *micro)
{
	const char *const units[] = {"n", micro, "m", ""};
	double number = (double)time;
	unsigned unit = 0;

	if (ticks)
		return number_count(text, time);
	if (time < 1000) {
		snprintf(text, NUMBER_SIZE, "%" PRIu64 " ns", time);
		return text;
	}
	/* 999.5 would print as 1000. */
	for (; number >= 999.5 && unit < 3; unit++)
		number /= 1000;
	snprintf(text, NUMBER_SIZE, "%.*f %ss",
		 number < 9.995	  ? 2
		 : number < 99.95 ? 1
				  : 0,
		 number, units[unit]);
	return text;
}

void latency_name(const struct engine_latency_key *key, char *text, size_t size)
{
	if (key->key == ENGINE_LATENCY_ALL)
		snprintf(text, size, "(all)");
	else if (key->key == ENGINE_LATENCY_OTHERS)
		snprintf(text, size, "(others)");
	else
		snprintf(text, size, "%s", key->name);
}

/* A sum's longest pair is that of some entry, mostly. */
static const struct engine_latency_key *owner(const struct latency_table *table,
					      const struct engine_latency_key *sum)
{
	for (uint32_t i = 0; i < table->head.keys; i++) {
		const struct engine_latency_key *key = &table->keys[i];

		if (key->key < ENGINE_LATENCY_OTHERS && key->worst.row == sum->worst.row &&
		    key->worst.cpu == sum->worst.cpu && key->worst.epoch == sum->worst.epoch)
			return key;
	}
	return sum;
}

void latency_worst(const struct latency_table *table, const struct engine_latency_key *key,
		   bool ticks, const char *micro, char *text, size_t size)
{
	enum engine_latency_kind kind = table->head.kind;
	const char *name = owner(table, key)->name;
	char took[NUMBER_SIZE], when[NUMBER_SIZE], task[sizeof(key->task) + 16];

	latency_time(took, key->max, latency_in_ticks(kind, ticks), micro);
	if (ticks)
		snprintf(when, sizeof(when), "%" PRIu64, key->began);
	else
		snprintf(when, sizeof(when), "%" PRIu64 ".%06u", key->began / 1000000000,
			 (unsigned)(key->began % 1000000000 / 1000));
	snprintf(task, sizeof(task), "%s-%d", key->task, (int)key->pid);
	if (!*name)
		name = "(not listed)";
	switch (kind) {
	case ENGINE_LATENCY_WAKEUP:
		snprintf(text, size, "%s waited %s from %s, when it was woken", task, took, when);
		break;
	case ENGINE_LATENCY_IRQ:
		snprintf(text, size, "interrupt %s took %s from %s", name, took, when);
		break;
	case ENGINE_LATENCY_SOFTIRQ:
		snprintf(text, size, "softirq %s took %s from %s", name, took, when);
		break;
	case ENGINE_LATENCY_RAISE:
		snprintf(text, size, "softirq %s waited %s from %s, when it was raised", name, took,
			 when);
		break;
	case ENGINE_LATENCY_SYSCALL:
		snprintf(text, size, "%s of %s took %s from %s", name, task, took, when);
		break;
	default:
		snprintf(text, size, "timer %s, started at %s, was %s late", name, when, took);
		break;
	}
}

unsigned latency_percent(const struct latency_table *table)
{
	uint64_t all = table->head.looked + table->head.left;

	return all ? (unsigned)(100.0 * (double)table->head.looked / (double)all) : 100;
}

/* ---- what is not there ---- */

static void lack_of_events(const struct latency_table *table, char *text, size_t size)
{
	const struct engine_latency_reply *head = &table->head;
	const char *begin = kinds[head->kind].begin, *end = kinds[head->kind].end;
	bool no_begin = head->begin != ENGINE_LATENCY_SEEN;
	bool no_end = head->end != ENGINE_LATENCY_SEEN;

	if (head->begin == ENGINE_LATENCY_NO_FIELD || head->end == ENGINE_LATENCY_NO_FIELD)
		snprintf(text, size, "pairs can not be made: %s", head->fault);
	else if (head->begin == ENGINE_LATENCY_NO_FORMAT || head->end == ENGINE_LATENCY_NO_FORMAT)
		snprintf(text, size, "pairs can not be made: the guest's formats have no %s%s%s",
			 head->begin == ENGINE_LATENCY_NO_FORMAT ? begin : end,
			 head->begin == head->end ? " and no " : "",
			 head->begin == head->end ? end : "");
	else if (no_begin && no_end)
		snprintf(text, size,
			 "no %s and no %s has come: enable both events in the guest to see %s",
			 begin, end, kinds[head->kind].words.measures);
	else
		snprintf(text, size,
			 "%s has come, but no %s: enable that event in the guest as well",
			 no_begin ? end : begin, no_begin ? begin : end);
}

void latency_lack(const struct latency_table *table, char *text, size_t size)
{
	const struct engine_latency_reply *head = &table->head;

	if (!table->answered)
		snprintf(text, size, "asking the engine...");
	else if (head->flags)
		snprintf(text, size, "looking: %u %% of the events %s so far",
			 latency_percent(table),
			 head->flags & ENGINE_LATENCY_INDEXING ? "read" : "held");
	else if (!head->looked)
		snprintf(text, size, "no event has come yet");
	else if (head->begin != ENGINE_LATENCY_SEEN || head->end != ENGINE_LATENCY_SEEN)
		lack_of_events(table, text, size);
	else
		snprintf(text, size,
			 "no pair is whole on these CPUs: %" PRIu64 " have begun and not ended",
			 head->open);
}

static size_t append(char *text, size_t size, size_t used, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static size_t append(char *text, size_t size, size_t used, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text + used, size - used, format, args);
	va_end(args);
	return used + (size_t)length < size ? used + (size_t)length : size - 1;
}

void latency_left_out(const struct latency_table *table, char *text, size_t size)
{
	const struct engine_latency_reply *head = &table->head;
	char number[NUMBER_SIZE];
	size_t used = 0;

	text[0] = '\0';
	if (!table->answered)
		return;
	if (head->broken)
		used = append(text, size, used, "%s not counted: events may be missing in between",
			      number_count(number, head->broken));
	if (head->unfinished)
		used = append(text, size, used, "%s%s began twice and ended once", used ? "; " : "",
			      number_count(number, head->unfinished));
	if (head->dropped)
		used = append(text, size, used, "%s%s found no room", used ? "; " : "",
			      number_count(number, head->dropped));
	if (head->skipped)
		append(text, size, used, "%s%s rows were overwritten unseen", used ? "; " : "",
		       number_count(number, head->skipped));
}
