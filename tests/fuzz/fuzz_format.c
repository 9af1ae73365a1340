// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event formats as a guest may claim them: parsed, compiled, and a few records of each event
 * printed. The input is a byte, see below, and the sections of a bundle as fuzz_bundle_text()
 * takes them. libtraceevent's parser is in it, and has faults of its own: tests/fuzz/run tells them
 * from ours.
 */
#include <stdio.h>

#include "tests/fuzz/fuzz.h"

#define EVENTS	8  /* of an input are printed */
#define DYNAMIC 24 /* bytes of each dynamic field */

/* Of the first byte. */
#define SHORT_LONGS 1
#define BIG_ENDIANS 2
#define PLUGINS	    4

static struct {
	struct fuzz_print print;
	struct comms *comms; /* names of earlier inputs do no harm */
} fuzz;

/* What format texts and records may point to, where the input says nothing else. */
static const struct {
	const char *name, *text;
} listings[] = {
	{"@kallsyms\n", "ffffffff81000000 T first_function\n"
			"ffffffff81000100 t second_function\t[module]\n"},
	{"@printk_formats\n", "0xffffffff81000000 : \"a %d %s %lx\\n\"\n"},
};

static void add_listings(struct bundle_writer *writer, const uint8_t *input, size_t length)
{
	char text[256];
	int size;

	for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]); i++) {
		if (memmem(input, length, listings[i].name, strlen(listings[i].name)))
			continue;
		size = snprintf(text, sizeof(text), "%s%s", listings[i].name, listings[i].text);
		CHECK(size < (int)sizeof(text));
		fuzz_bundle_text(writer, text, (size_t)size);
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_print_init(&fuzz.print);
	fuzz.comms = comms_new();
	CHECK(fuzz.comms);
	return 0;
}

/* How a record's bytes are made. */
enum style { ZEROS, ONES, TEXT, ADDRESSES, STYLES };

static void fill(uint8_t *data, uint32_t size, enum style style)
{
	static const uint8_t address[8] = {0x00, 0x00, 0x00, 0x81, 0xff, 0xff, 0xff, 0xff};

	for (uint32_t i = 0; i < size; i++)
		data[i] = style == ZEROS  ? 0
			  : style == ONES ? 0xff
			  : style == TEXT ? (uint8_t)(' ' + i % 95)
					  : address[i % 8];
}

static void put(const struct page_geometry *geometry, uint8_t *at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		at[geometry->big_endian ? bytes - 1 - i : i] = (uint8_t)(value >> (8 * i));
}

/* A record of format in memory of its own. */
static uint8_t *make_record(const struct formats *formats, const struct event_format *format,
			    enum style style, uint32_t *size)
{
	uint32_t behind = style == ZEROS ? format->least : format->extent + style * 4;
	uint8_t *data;

	if (behind < 8)
		behind = 8;
	*size = behind + format->dynamic_count * DYNAMIC;
	data = exactly(NULL, *size);
	fill(data, *size, style);
	for (uint32_t i = 0; i < format->dynamic_count; i++) {
		const struct dynamic_field *field = &format->dynamic[i];
		uint32_t offset = (behind + i * DYNAMIC - field->relative) & 0xffff;
		uint32_t length = style == ZEROS ? 0 : style == TEXT ? 5 : DYNAMIC;

		put(&formats->geometry, data + field->offset, length << 16 | offset, 4);
	}
	put(&formats->geometry, data, (uint64_t)format->event->id, 2);
	return data;
}

static void print_events(const struct formats *formats, size_t small)
{
	for (size_t i = 0; i < formats->event_count && i < EVENTS; i++) {
		for (unsigned style = 0; style < STYLES; style++) {
			struct print_job job = {
				.formats = formats,
				.geometry = &formats->geometry,
				.comms = fuzz.comms,
				.cpu = style,
				.ts = UINT64_MAX / STYLES * style,
			};
			uint8_t *data = make_record(formats, &formats->events[i], style, &job.size);
			struct record next;

			job.data = data;
			next = print_view(&job);
			fuzz_print_record(&fuzz.print, &job, &next, small);
			free(data);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct page_geometry geometry = {4096, 8, false};
	struct bundle_writer writer;
	struct formats *formats;

	if (!length)
		return -1;
	geometry.long_size = *bytes & SHORT_LONGS ? 4 : 8;
	geometry.big_endian = *bytes & BIG_ENDIANS;
	fuzz_bundle_begin(&writer, &geometry);
	fuzz_bundle_text(&writer, (const char *)bytes + 1, length - 1);
	add_listings(&writer, bytes + 1, length - 1);
	formats = fuzz_bundle_load(&writer, *bytes & PLUGINS, fuzz.comms);
	line_style_reset(&fuzz.print.style);
	if (formats)
		print_events(formats, *bytes);
	formats_free(formats);
	return 0;
}
