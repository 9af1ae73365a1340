// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event formats as a guest may claim them: parsed, compiled, and a few records of each event
 * printed. The input is a byte, see below, and the sections of a bundle as fuzz_bundle_text()
 * takes them. libtraceevent's parser is in it, and has faults of its own. An input that makes it
 * read where nothing is, or divide by zero, is left there and counted by its place, in the file
 * that VTRACE_FUZZ_PLACES names; what else it does to the process, tests/fuzz/run tells from what
 * we do.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <ucontext.h>
#include <unistd.h>

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

/* ---- libtraceevent's own faults ---- */

static sigjmp_buf out_of_library;
static struct sigaction others[NSIG]; /* who else wants the signal: ASan */

static uintptr_t place_of(const void *context)
{
#ifdef __x86_64__
	return (uintptr_t)((const ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#else
	(void)context;
	return 0;
#endif
}

static void note_place(const char *library, uintptr_t offset)
{
	const char *path = getenv("VTRACE_FUZZ_PLACES");
	int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644) : -1;

	if (fd < 0)
		return;
	dprintf(fd, "%s+0x%zx\n", library, (size_t)offset);
	close(fd);
}

static void on_signal(int number, siginfo_t *info, void *context)
{
	uintptr_t place = place_of(context);
	const char *name;
	Dl_info library;

	if (place && dladdr((const void *)place, &library) && library.dli_fname) {
		name = strrchr(library.dli_fname, '/');
		name = name ? name + 1 : library.dli_fname;
		if (!strncmp(name, "libtraceevent.so", 16) || !strncmp(name, "plugin_", 7)) {
			note_place(name, place - (uintptr_t)library.dli_fbase);
			siglongjmp(out_of_library, 1);
		}
	}
	others[number].sa_sigaction(number, info, context);
}

static void catch_signals(void)
{
	static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE};
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		CHECK(!sigaction(numbers[i], &action, &others[numbers[i]]));
		CHECK(others[numbers[i]].sa_flags & SA_SIGINFO);
	}
}

/* ---- the target ---- */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_print_init(&fuzz.print);
	fuzz.comms = comms_new();
	CHECK(fuzz.comms);
	catch_signals();
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
	/* What it had allocated is lost, and so is the descriptor's file until here. */
	if (sigsetjmp(out_of_library, 1)) {
		close(writer.fd);
		return 0;
	}
	formats = fuzz_bundle_load(&writer, *bytes & PLUGINS, fuzz.comms);
	line_style_reset(&fuzz.print.style);
	if (formats)
		print_events(formats, *bytes);
	formats_free(formats);
	return 0;
}
