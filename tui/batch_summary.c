// SPDX-License-Identifier: GPL-2.0-only
#include "tui/batch_summary.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "formats/control.h"
#include "tui/text.h"

/* One table: the sums and the lines of each CPU name the same counters in the same way. */
static const struct {
	const char *name;
	size_t offset;
} counters[] = {
	{"events", offsetof(struct engine_cpu_stats, events)},
	{"rows", offsetof(struct engine_cpu_stats, next_row)},
	{"lost", offsetof(struct engine_cpu_stats, lost)},
	{"lost_unknown", offsetof(struct engine_cpu_stats, lost_unknown)},
	{"bad_pages", offsetof(struct engine_cpu_stats, bad_pages)},
	{"gaps", offsetof(struct engine_cpu_stats, gaps)},
	{"skipped_bytes", offsetof(struct engine_cpu_stats, skipped)},
	{"discarded_bytes", offsetof(struct engine_cpu_stats, discarded)},
	{"unknown_events", offsetof(struct engine_cpu_stats, unknown_events)},
	{"pages", offsetof(struct engine_cpu_stats, pages)},
	{"bytes", offsetof(struct engine_cpu_stats, bytes)},
};

#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

static uint64_t counter(const struct engine_cpu_stats *cpu, size_t i)
{
	return *(const uint64_t *)((const char *)cpu + counters[i].offset);
}

void summary_parse_guest(struct guest_counters *guest, const char *text, const char *boot_id)
{
	uint64_t nested;

	guest->known = text && !control_value_u64(text, "entries", &guest->entries) &&
		       !control_value_u64(text, "overrun", &guest->overrun) &&
		       !control_value_u64(text, "read", &guest->read);
	if (!guest->known)
		return;
	snprintf(guest->boot_id, sizeof(guest->boot_id), "%s", boot_id);
	/* Agents of the first days do not tell these two. */
	guest->dropped = 0;
	if (!control_value_u64(text, "dropped", &guest->dropped) &&
	    !control_value_u64(text, "commit-overrun", &nested))
		guest->dropped += nested;
}

/* Counts begin anew with a boot. */
static uint64_t events_since_boot(const struct summary *summary)
{
	uint64_t sum = summary->counts.other_events;

	for (uint32_t i = 0; i < summary->counts.events; i++)
		sum += summary->count[i].count;
	return sum;
}

/* Its counters went with the guest, or nobody is left to tell them. */
static void print_unknown(FILE *out)
{
	static const char *const names[] = {
		"guest_written", "guest_overrun", "guest_dropped", "guest_read",
		"guest_before",	 "guest_left",	  "lost_channel",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		fprintf(out, "%s: unknown\n", names[i]);
}

/* Of what was read and has not come, some is only late where the guest goes on. */
static void print_way(const struct summary *summary, uint64_t read, uint64_t received, FILE *out)
{
	uint64_t missing = read > received ? read - received : 0;

	if (summary->goes_on)
		fprintf(out, "lost_channel: unknown\non_the_way: %" PRIu64 "\n", missing);
	else
		fprintf(out, "lost_channel: %" PRIu64 "\n", missing);
	fprintf(out, "received_early: %" PRIu64 "\n", received > read ? received - read : 0);
}

/* Where every event is that the guest wrote between the two looks at its counters:
 *
 *	before + written = received - received_early + overrun + lost_channel + left
 *
 * Early are those that were on their way already when its counters were asked for. A kernel that
 * boots counts from 0 (Linux, kernel/trace/ring_buffer.c), so that after a reboot all this is of
 * the last boot; what the one before had written and not sent is gone, and nobody can tell it. */
static void print_guest(const struct summary *summary, uint64_t received, FILE *out)
{
	static const struct guest_counters boot = {.known = true};
	const struct guest_counters *before = &summary->before, *after = &summary->after;
	uint64_t read, overrun, since;

	if (!before->known)
		return;
	if (!after->known) {
		print_unknown(out);
		return;
	}
	if (strcmp(before->boot_id, after->boot_id) != 0) {
		before = &boot;
		since = events_since_boot(summary);
		fprintf(out, "guest_rebooted: 1\nwritten_before_reboot: unknown\n");
		fprintf(out, "events_before_reboot: %" PRIu64 "\n", received - since);
		received = since;
	}
	read = after->read - before->read;
	overrun = after->overrun - before->overrun;
	fprintf(out, "guest_written: %" PRIu64 "\n",
		after->entries - before->entries + overrun + read);
	fprintf(out, "guest_overrun: %" PRIu64 "\n", overrun);
	fprintf(out, "guest_dropped: %" PRIu64 "\n", after->dropped - before->dropped);
	fprintf(out, "guest_read: %" PRIu64 "\n", read);
	fprintf(out, "guest_before: %" PRIu64 "\n", before->entries);
	fprintf(out, "guest_left: %" PRIu64 "\n", after->entries);
	print_way(summary, read, received, out);
}

/* The guest chose the names, and the engine the words; a terminal may show them. */
static void print_name(const char *name, size_t size, FILE *out)
{
	char text[4 * sizeof(struct engine_text) + 1];

	text_strip(text, sizeof(text), name, strnlen(name, size), text_ascii());
	fputs(text, out);
}

static void print_event_name(const struct engine_count *entry, FILE *out)
{
	print_name(entry->system, sizeof(entry->system), out);
	fputc('/', out);
	print_name(entry->name, sizeof(entry->name), out);
}

/* The events that cost more than the others, and are printed as well as the library does it. */
static void print_by_libtraceevent(const struct summary *summary, FILE *out)
{
	const struct engine_count *entry = summary->count;

	for (uint32_t i = 0; i < summary->counts.events; i++, entry++) {
		if (!(entry->flags & ENGINE_COUNT_BY_LIBTRACEEVENT))
			continue;
		fputs("by_libtraceevent ", out);
		print_event_name(entry, out);
		fprintf(out, ": %" PRIu64 "\n", entry->count);
	}
}

static void print_counts(const struct summary *summary, FILE *out)
{
	const struct engine_counts *counts = &summary->counts;
	const struct engine_count *entry = summary->count;
	uint32_t i;

	for (i = 0; i < counts->events; i++, entry++) {
		if (entry->name[0]) {
			fputs("event ", out);
			print_event_name(entry, out);
		} else {
			fprintf(out, "event id %" PRId32, entry->key);
		}
		fprintf(out, ": %" PRIu64 "\n", entry->count);
	}
	if (counts->other_events)
		fprintf(out, "other events: %" PRIu64 "\n", counts->other_events);
	for (i = 0; i < counts->tasks; i++, entry++) {
		fputs("task ", out);
		print_name(entry->name, sizeof(entry->name), out);
		fprintf(out, "-%" PRId32 ": %" PRIu64 "\n", entry->key, entry->count);
	}
	if (counts->other_tasks)
		fprintf(out, "other tasks: %" PRIu64 "\n", counts->other_tasks);
}

void summary_print(const struct summary *summary, FILE *out)
{
	uint64_t sum, received = 0;
	uint32_t cpu;
	size_t i;

	for (cpu = 0; cpu < summary->cpus; cpu++)
		received += summary->cpu[cpu].events;
	for (i = 0; i < COUNTERS && summary->cpus; i++) {
		for (sum = 0, cpu = 0; cpu < summary->cpus; cpu++)
			sum += counter(&summary->cpu[cpu], i);
		fprintf(out, "%s: %" PRIu64 "\n", counters[i].name, sum);
	}
	fprintf(out, "cpus: %" PRIu32 "\n", summary->cpus);
	if (summary->cpus)
		print_guest(summary, received, out);
	fprintf(out, "printed: %" PRIu64 "\n", summary->printed);
	if (summary->filtered)
		fprintf(out,
			"hidden: %" PRIu64 "\nfilter_events: %" PRIu32 "\nfilter_tested: %" PRIu32
			"\n",
			summary->hidden, summary->passing, summary->tested);
	fprintf(out, "skipped_rows: %" PRIu64 "\n", summary->skipped);
	for (cpu = 0; cpu < summary->cpus; cpu++) {
		fprintf(out, "cpu%" PRIu32 ":", summary->cpu[cpu].cpu);
		for (i = 0; i < COUNTERS; i++)
			fprintf(out, " %s=%" PRIu64, counters[i].name,
				counter(&summary->cpu[cpu], i));
		fputc('\n', out);
	}
	if (summary->sandbox[0]) {
		fputs("sandbox: ", out);
		print_name(summary->sandbox, sizeof(summary->sandbox), out);
		fputc('\n', out);
	}
	print_counts(summary, out);
	print_by_libtraceevent(summary, out);
}
