// SPDX-License-Identifier: GPL-2.0-only
#include "tui/capture/dat_formats.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/trace_dat.h"

#define EVENTS "events/"
#define FTRACE "ftrace" /* the system of events that cannot be switched on */

size_t dat_section(struct dat_bytes *bytes, unsigned id)
{
	size_t span;

	dat_put_number(bytes, id, 2);
	dat_put_number(bytes, 0, 2); /* not compressed */
	dat_put_number(bytes, 0, 4); /* no description */
	span = dat_put_span(bytes, 0, 0, 8);
	dat_span_from(bytes, span, dat_place(bytes));
	return span;
}

void dat_section_end(struct dat_bytes *bytes, size_t section)
{
	dat_span_to(bytes, section, dat_place(bytes));
}

/* Size, in so many bytes, and text; "" where the bundle has no such section. */
static void put_text(struct dat_bytes *bytes, const struct bundle_section *section, unsigned width)
{
	dat_put_number(bytes, section ? section->length : 0, width);
	if (section)
		dat_put(bytes, section->data, section->length);
}

/* Without the guest's own text, the same that its kernel would say: ring_buffer_print_page_header()
 * in kernel/trace/ring_buffer.c. Without it, trace-cmd takes pages for those of Linux 2.6.30. */
static void put_header_page(struct dat_bytes *bytes, const struct capture_manifest *manifest)
{
	char text[512];
	int length;

	length = snprintf(text, sizeof(text),
			  "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
			  "\tfield: local_t commit;\toffset:8;\tsize:%u;\tsigned:1;\n"
			  "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
			  "\tfield: char data;\toffset:%u;\tsize:%u;\tsigned:0;\n",
			  manifest->long_size, 8 + manifest->long_size,
			  manifest->subbuf_size - 8 - manifest->long_size);
	dat_put_number(bytes, (uint64_t)length, 8);
	dat_put(bytes, text, (size_t)length);
}

static void put_header_info(struct dat_bytes *bytes, const struct bundle *bundle,
			    const struct capture_manifest *manifest)
{
	const struct bundle_section *page = bundle_find(bundle, TRACE_DAT_HEADER_PAGE);

	dat_put_string(bytes, TRACE_DAT_HEADER_PAGE);
	if (page && page->length)
		put_text(bytes, page, 8);
	else
		put_header_page(bytes, manifest);
	dat_put_string(bytes, TRACE_DAT_HEADER_EVENT);
	put_text(bytes, bundle_find(bundle, TRACE_DAT_HEADER_EVENT), 8);
}

/* "events/SYSTEM/NAME": the length of SYSTEM, 0 for other sections. */
static size_t system_length(const struct bundle_section *section)
{
	const char *name = section->name, *end;

	if (strncmp(name, EVENTS, strlen(EVENTS)))
		return 0;
	name += strlen(EVENTS);
	end = strchr(name, '/');
	return end ? (size_t)(end - name) : 0;
}

static const char *system_name(const struct bundle_section *section)
{
	return section->name + strlen(EVENTS);
}

static bool same_system(const struct bundle_section *one, const struct bundle_section *other)
{
	size_t length = system_length(one);

	return length && length == system_length(other) &&
	       !memcmp(system_name(one), system_name(other), length);
}

static bool is_ftrace(const struct bundle_section *section)
{
	size_t length = system_length(section);

	return length == strlen(FTRACE) && !memcmp(system_name(section), FTRACE, length);
}

static void put_ftrace_events(struct dat_bytes *bytes, const struct bundle *bundle)
{
	uint32_t count = 0;

	for (size_t i = 0; i < bundle->section_count; i++)
		count += is_ftrace(&bundle->sections[i]);
	dat_put_number(bytes, count, 4);
	for (size_t i = 0; i < bundle->section_count; i++)
		if (is_ftrace(&bundle->sections[i]))
			put_text(bytes, &bundle->sections[i], 8);
}

/* One that can be switched on. */
struct event {
	const struct bundle_section *section;
	size_t at;     /* among the bundle's sections */
	size_t first;  /* where its system comes first */
	size_t length; /* of its system's name */
};

static int by_system(const void *a, const void *b)
{
	const struct event *left = a, *right = b;
	size_t length = left->length < right->length ? left->length : right->length;
	int order = memcmp(system_name(left->section), system_name(right->section), length);

	if (!order && left->length != right->length)
		return left->length < right->length ? -1 : 1;
	return order ? order : (left->at > right->at) - (left->at < right->at);
}

static int by_place(const void *a, const void *b)
{
	const struct event *left = a, *right = b;

	if (left->first != right->first)
		return left->first < right->first ? -1 : 1;
	return (left->at > right->at) - (left->at < right->at);
}

/* The events, system after system as these come first in the bundle. Sorted, since a guest may have
 * as many systems as sections. NULL without memory; the caller's. */
static struct event *sort_events(const struct bundle *bundle, size_t *count)
{
	struct event *events = calloc(bundle->section_count + 1, sizeof(*events));

	*count = 0;
	if (!events)
		return NULL;
	for (size_t i = 0; i < bundle->section_count; i++) {
		const struct bundle_section *section = &bundle->sections[i];
		size_t length = system_length(section);

		if (length && !is_ftrace(section))
			events[(*count)++] = (struct event){section, i, i, length};
	}
	qsort(events, *count, sizeof(*events), by_system);
	for (size_t i = 1; i < *count; i++)
		if (same_system(events[i].section, events[i - 1].section))
			events[i].first = events[i - 1].first;
	qsort(events, *count, sizeof(*events), by_place);
	return events;
}

/* Name of a system and number of its events, of which the first is given. */
static void put_system(struct dat_bytes *bytes, const struct event *event, const struct event *end)
{
	uint32_t count = 0;

	for (const struct event *at = event; at < end && at->first == event->first; at++)
		count++;
	dat_put(bytes, system_name(event->section), event->length);
	dat_put_string(bytes, "");
	dat_put_number(bytes, count, 4);
}

static void put_events(struct dat_bytes *bytes, const struct bundle *bundle)
{
	size_t count;
	struct event *events = sort_events(bundle, &count);
	uint32_t systems = 0;

	if (!events) {
		bytes->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < count; i++)
		systems += events[i].first == events[i].at;
	dat_put_number(bytes, systems, 4);
	for (size_t i = 0; i < count; i++) {
		if (events[i].first == events[i].at)
			put_system(bytes, &events[i], events + count);
		put_text(bytes, events[i].section, 8);
	}
	free(events);
}

size_t dat_formats_6(struct dat_bytes *bytes, const struct bundle *bundle,
		     const struct capture_manifest *manifest)
{
	const struct bundle_section *printk = bundle_find(bundle, "printk_formats");
	size_t span;

	put_header_info(bytes, bundle, manifest);
	put_ftrace_events(bytes, bundle);
	put_events(bytes, bundle);
	put_text(bytes, bundle_find(bundle, "kallsyms"), 4);
	span = dat_put_span(bytes, 0, 0, 4);
	dat_span_from(bytes, span, dat_place(bytes));
	if (printk)
		dat_put(bytes, printk->data, printk->length);
	dat_span_to(bytes, span, dat_place(bytes));
	return span;
}

static uint64_t put_symbols(struct dat_bytes *bytes, unsigned id,
			    const struct bundle_section *section)
{
	uint64_t place = dat_place(bytes);
	size_t head;

	if (!section)
		return 0;
	head = dat_section(bytes, id);
	put_text(bytes, section, 4);
	dat_section_end(bytes, head);
	return place;
}

uint64_t dat_formats_7(struct dat_bytes *bytes, const struct bundle *bundle,
		       const struct capture_manifest *manifest, uint64_t next)
{
	uint64_t place[TRACE_DAT_CMDLINES] = {0}, options;
	size_t head;

	place[TRACE_DAT_HEADER_INFO] = dat_place(bytes);
	head = dat_section(bytes, TRACE_DAT_HEADER_INFO);
	put_header_info(bytes, bundle, manifest);
	dat_section_end(bytes, head);

	place[TRACE_DAT_FTRACE_EVENTS] = dat_place(bytes);
	head = dat_section(bytes, TRACE_DAT_FTRACE_EVENTS);
	put_ftrace_events(bytes, bundle);
	dat_section_end(bytes, head);

	place[TRACE_DAT_EVENT_FORMATS] = dat_place(bytes);
	head = dat_section(bytes, TRACE_DAT_EVENT_FORMATS);
	put_events(bytes, bundle);
	dat_section_end(bytes, head);

	place[TRACE_DAT_KALLSYMS] =
		put_symbols(bytes, TRACE_DAT_KALLSYMS, bundle_find(bundle, "kallsyms"));
	place[TRACE_DAT_PRINTK] =
		put_symbols(bytes, TRACE_DAT_PRINTK, bundle_find(bundle, "printk_formats"));

	options = dat_place(bytes);
	head = dat_section(bytes, TRACE_DAT_OPTIONS_SECTION);
	for (unsigned id = TRACE_DAT_HEADER_INFO; id < TRACE_DAT_CMDLINES; id++) {
		if (!place[id])
			continue;
		dat_put_number(bytes, id, 2);
		dat_put_number(bytes, 8, 4);
		dat_put_span(bytes, 0, place[id], 8);
	}
	dat_put_number(bytes, TRACE_DAT_DONE, 2);
	dat_put_number(bytes, 8, 4);
	dat_put_span(bytes, 0, next, 8);
	dat_section_end(bytes, head);
	return options;
}
