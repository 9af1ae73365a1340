// SPDX-License-Identifier: GPL-2.0-only
#include "tui/capture/dat_head.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "formats/trace_dat.h"
#include "tui/capture/dat_formats.h"

static void put_start(struct dat_head *head)
{
	struct dat_bytes *bytes = &head->bytes;
	const struct capture_manifest *manifest = &head->manifest;
	uint8_t flags[2] = {manifest->big_endian ? TRACE_DAT_BIG : TRACE_DAT_LITTLE,
			    (uint8_t)manifest->long_size};

	dat_put(bytes, TRACE_DAT_MAGIC, TRACE_DAT_MAGIC_BYTES);
	dat_put_string(bytes, head->version == TRACE_DAT_VERSION_7 ? "7" : "6");
	dat_put(bytes, flags, sizeof(flags));
	dat_put_number(bytes, manifest->subbuf_size, 4);
}

/* ---- options ---- */

static void put_option(struct dat_bytes *bytes, unsigned id, const void *data, size_t length)
{
	dat_put_number(bytes, id, 2);
	dat_put_number(bytes, length, 4);
	dat_put(bytes, data, length);
}

static void put_text_option(struct dat_bytes *bytes, unsigned id, const char *text)
{
	put_option(bytes, id, text, strlen(text) + 1);
}

/* The word of uname(2) that is missing is the guest's own name for itself; what it is called here
 * stands in its place. */
static void put_uname(struct dat_head *head, const struct bundle *bundle)
{
	const struct capture_manifest *manifest = &head->manifest;
	char text[512];

	if (!manifest->kernel[0])
		return;
	snprintf(text, sizeof(text), "Linux %s %s%s%s",
		 manifest->domain[0] ? manifest->domain : "guest", manifest->kernel,
		 bundle->machine[0] ? " " : "", bundle->machine);
	put_text_option(&head->bytes, TRACE_DAT_UNAME, text);
}

/* Version 6 has the clock's text behind its table. */
static void put_clock(struct dat_head *head)
{
	const char *clock = head->manifest.clock;
	char text[sizeof(head->manifest.clock) + 4];

	if (!clock[0])
		return;
	snprintf(text, sizeof(text), "[%s]\n", clock);
	if (head->version == TRACE_DAT_VERSION_7)
		put_text_option(&head->bytes, TRACE_DAT_TRACECLOCK, text);
	else
		put_option(&head->bytes, TRACE_DAT_TRACECLOCK, "", 0);
}

/* Nothing is known yet but whose they are. */
static void put_stats(struct dat_head *head)
{
	struct dat_bytes *bytes = &head->bytes;
	char text[DAT_STAT_BYTES];

	head->stats = dat_place(bytes) + TRACE_DAT_OPTION_BYTES;
	for (unsigned cpu = 0; cpu < head->cpus; cpu++) {
		int length = snprintf(text, sizeof(text), "CPU: %u", cpu);

		memset(text + length, ' ', sizeof(text) - 1 - (size_t)length);
		text[sizeof(text) - 1] = '\0';
		put_option(bytes, TRACE_DAT_CPUSTAT, text, sizeof(text));
	}
}

static void put_common_options(struct dat_head *head, const struct bundle *bundle)
{
	struct dat_bytes *bytes = &head->bytes;
	uint64_t id = 0;

	dat_put_number(bytes, TRACE_DAT_CPUCOUNT, 2);
	dat_put_number(bytes, 4, 4);
	dat_put_number(bytes, head->cpus, 4);
	put_text_option(bytes, TRACE_DAT_VERSION, "vtrace " VTRACE_VERSION);
	/* It tells files of one trace; without random bytes this file goes without one. */
	if (getrandom(&id, sizeof(id), GRND_NONBLOCK) == sizeof(id)) {
		dat_put_number(bytes, TRACE_DAT_TRACEID, 2);
		dat_put_number(bytes, sizeof(id), 4);
		dat_put_number(bytes, id, sizeof(id));
	}
	put_uname(head, bundle);
	put_clock(head);
	put_stats(head);
}

/* ---- version 6 ---- */

static void put_names(struct dat_head *head, uint64_t size)
{
	head->names = dat_place(&head->bytes);
	dat_put_number(&head->bytes, size, 8);
	dat_put_zeroes(&head->bytes, DAT_NAMES_ROOM);
}

static void make_6(struct dat_head *head, const struct bundle *bundle, uint64_t spare,
		   uint64_t alignment)
{
	struct dat_bytes *bytes = &head->bytes;
	size_t printk, names;
	char clock[sizeof(head->manifest.clock) + 4];
	int length = snprintf(clock, sizeof(clock), "[%s]\n", head->manifest.clock);

	put_start(head);
	printk = dat_formats_6(bytes, bundle, &head->manifest);
	/* Readers stop at a NUL in the texts of printk formats and of names. */
	head->slack = dat_place(bytes);
	dat_put_zeroes(bytes, spare);
	dat_span_to(bytes, printk, dat_place(bytes));

	head->names = dat_place(bytes);
	names = dat_put_span(bytes, 0, 0, 8);
	dat_span_from(bytes, names, dat_place(bytes));
	dat_put_zeroes(bytes, DAT_NAMES_ROOM);
	dat_span_to(bytes, names, dat_place(bytes));

	dat_put_number(bytes, head->cpus, 4);
	dat_put_string(bytes, TRACE_DAT_OPTIONS);
	put_common_options(head, bundle);
	dat_put_number(bytes, TRACE_DAT_DONE, 2);
	dat_put_string(bytes, TRACE_DAT_FLYRECORD);
	head->table = dat_place(bytes);
	head->table_span = bytes->span_count;
	for (unsigned cpu = 0; cpu < head->cpus; cpu++) {
		dat_put_span(bytes, 0, 0, 8);
		dat_put_number(bytes, 0, 8);
	}
	if (head->manifest.clock[0]) {
		dat_put_number(bytes, (uint64_t)length, 8);
		dat_put(bytes, clock, (size_t)length);
	}
	dat_align(bytes, alignment);
}

/* ---- version 7 ---- */

static size_t put_buffer_option(struct dat_head *head)
{
	struct dat_bytes *bytes = &head->bytes;
	const char *clock = head->manifest.clock[0] ? head->manifest.clock : "local";
	size_t section;

	dat_put_number(bytes, TRACE_DAT_BUFFER, 2);
	dat_put_number(bytes, 8 + 1 + strlen(clock) + 1 + 4 + 4 + 20 * head->cpus, 4);
	section = dat_put_span(bytes, 0, 0, 8);
	dat_put_string(bytes, "");
	dat_put_string(bytes, clock);
	dat_put_number(bytes, head->manifest.subbuf_size, 4);
	dat_put_number(bytes, head->cpus, 4);
	head->table = dat_place(bytes) + 4;
	head->table_span = bytes->span_count;
	for (unsigned cpu = 0; cpu < head->cpus; cpu++) {
		dat_put_number(bytes, cpu, 4);
		dat_put_span(bytes, 0, 0, 8);
		dat_put_number(bytes, 0, 8);
	}
	return section;
}

static void make_7(struct dat_head *head, const struct bundle *bundle, uint64_t alignment)
{
	struct dat_bytes *bytes = &head->bytes;
	size_t section, names, buffer;

	put_start(head);
	dat_put_string(bytes, TRACE_DAT_NONE);
	dat_put_string(bytes, "");
	head->options_span = dat_put_span(bytes, 0, 0, 8);

	head->options = dat_place(bytes);
	section = dat_section(bytes, TRACE_DAT_OPTIONS_SECTION);
	put_common_options(head, bundle);
	dat_put_number(bytes, TRACE_DAT_CMDLINES, 2);
	dat_put_number(bytes, 8, 4);
	names = dat_put_span(bytes, 0, 0, 8);
	buffer = put_buffer_option(head);
	dat_put_number(bytes, TRACE_DAT_DONE, 2);
	dat_put_number(bytes, 8, 4);
	dat_put_number(bytes, 0, 8);
	dat_section_end(bytes, section);

	dat_span_to(bytes, names, dat_place(bytes));
	section = dat_section(bytes, TRACE_DAT_CMDLINES);
	put_names(head, 0);
	dat_section_end(bytes, section);

	dat_span_to(bytes, head->options_span,
		    dat_formats_7(bytes, bundle, &head->manifest, head->options));

	dat_span_to(bytes, buffer, dat_place(bytes));
	head->buffer_span = dat_section(bytes, TRACE_DAT_BUFFER);
	dat_align(bytes, alignment);
}

/* ---- */

int dat_head_make(struct dat_head *head, unsigned version, unsigned cpus,
		  const struct capture_manifest *manifest, const struct bundle *bundle,
		  uint64_t spare, uint64_t alignment)
{
	memset(head, 0, sizeof(*head));
	head->version = version;
	head->cpus = cpus;
	head->manifest = *manifest;
	dat_bytes_init(&head->bytes, 0, manifest->big_endian);
	if (version == TRACE_DAT_VERSION_7)
		make_7(head, bundle, alignment);
	else
		make_6(head, bundle, spare, alignment);
	return head->bytes.error;
}

void dat_head_release(struct dat_head *head)
{
	dat_bytes_release(&head->bytes);
}

int dat_head_refit(struct dat_head *head, const struct bundle *bundle)
{
	struct dat_bytes front;
	size_t printk;
	int ret;

	dat_bytes_init(&front, 0, head->manifest.big_endian);
	/* Only the beginning is made anew: magic to page size, then the formats. */
	dat_put(&front, head->bytes.bytes, TRACE_DAT_MAGIC_BYTES + 2 + 2 + 4);
	printk = dat_formats_6(&front, bundle, &head->manifest);
	ret = front.error ? front.error : dat_place(&front) > head->names ? -ENOSPC : 0;
	if (!ret) {
		/* Its one span stands elsewhere than before, and ends where it always did. */
		front.spans[printk].to = head->names;
		dat_resolve(&front);
		head->bytes.spans[0].at = front.spans[printk].at;
		head->bytes.spans[0].from = front.spans[printk].from;
		head->slack = dat_place(&front);
		memset(head->bytes.bytes, 0, head->names);
		memcpy(head->bytes.bytes, front.bytes, front.length);
	}
	dat_bytes_release(&front);
	return ret;
}
