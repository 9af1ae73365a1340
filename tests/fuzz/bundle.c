// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

_Noreturn void check_failed(const char *condition, const char *file, int line)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, condition);
	abort();
}

uint8_t *exactly(const void *bytes, size_t length)
{
	uint8_t *copy = malloc(length);

	CHECK(copy);
	if (length && bytes)
		memcpy(copy, bytes, length);
	else
		memset(copy, 0, length);
	return copy;
}

void fuzz_bundle_begin(struct bundle_writer *writer, const struct page_geometry *geometry)
{
	int fd = memfd_create("formats", MFD_CLOEXEC);
	char size[16];

	CHECK(fd >= 0);
	snprintf(size, sizeof(size), "%u", VTRACE_SUBBUF_MIN);
	bundle_writer_init(writer, fd);
	bundle_writer_header(writer, "boot-id", "fuzz");
	bundle_writer_header(writer, "kernel", "6.1.0");
	bundle_writer_header(writer, "machine", "x86_64");
	bundle_writer_header(writer, "cpus", "2");
	bundle_writer_header(writer, "clock", "local");
	bundle_writer_header(writer, "subbuf-size", size);
	bundle_writer_header(writer, "long-size", geometry->long_size == 4 ? "4" : "8");
	bundle_writer_header(writer, "endian", geometry->big_endian ? "big" : "little");
	bundle_writer_header(writer, "generation", "1");
}

/* A section whose head is the length bytes at name. */
static void add_section(struct bundle_writer *writer, const char *name, size_t length,
			const char *data, size_t size)
{
	char whole[VTRACE_BUNDLE_NAME_MAX];
	int end;

	if (length >= sizeof(whole))
		return;
	end = snprintf(whole, sizeof(whole), "%s%.*s", memchr(name, '/', length) ? "events/" : "",
		       (int)length, name);
	if (end < (int)sizeof(whole) && bundle_name_valid(whole))
		bundle_writer_section(writer, whole, data, size);
}

/* The next "@" that begins a line, or end. */
static const char *find_head(const char *at, const char *end)
{
	while (at < end && *at != '@') {
		at = memchr(at, '\n', (size_t)(end - at));
		if (!at)
			return end;
		at++;
	}
	return at;
}

void fuzz_bundle_text(struct bundle_writer *writer, const char *text, size_t length)
{
	const char *end = text + length, *at = find_head(text, end), *data, *next;

	for (; at < end; at = next) {
		data = memchr(at, '\n', (size_t)(end - at));
		if (!data)
			return;
		data++;
		next = find_head(data, end);
		add_section(writer, at + 1, (size_t)(data - at - 2), data, (size_t)(next - data));
	}
}

void fuzz_bundle_copy(struct bundle_writer *writer, const char *bytes, size_t length)
{
	struct bundle bundle = {0};
	char why[256];

	if (bundle_read(&bundle, bytes, length, why, sizeof(why))) {
		fprintf(stderr, "the recorded formats: %s\n", why);
		exit(2);
	}
	for (size_t i = 0; i < bundle.section_count; i++)
		if (!strncmp(bundle.sections[i].name, "events/", 7))
			bundle_writer_section(writer, bundle.sections[i].name,
					      bundle.sections[i].data, bundle.sections[i].length);
	bundle_release(&bundle);
}

struct formats *fuzz_bundle_load(struct bundle_writer *writer, bool plugins, struct comms *comms)
{
	struct formats_stock stock = {.used = FORMATS_STOCK};
	struct engine_formats_reply reply;
	struct formats *formats = NULL;

	if (plugins) {
		stock.used--;
		stock.parser[stock.used].tep = tep_alloc();
		CHECK(stock.parser[stock.used].tep);
		stock.parser[stock.used].plugins = tep_load_plugins(stock.parser[stock.used].tep);
	}
	if (!bundle_writer_finish(writer))
		formats_load(&formats, NULL, &stock, writer->fd, comms, &reply);
	close(writer->fd);
	formats_stock_release(&stock);
	return formats;
}

char *fuzz_read(const char *path, size_t *length)
{
	FILE *file = fopen(path, "r");
	char *bytes = NULL;
	size_t room = 0;

	if (!file) {
		fprintf(stderr, "%s: %s; run this in the top of the source tree\n", path,
			strerror(errno));
		exit(2);
	}
	for (*length = 0; !feof(file) && !ferror(file);) {
		if (*length == room) {
			room += 65536;
			bytes = realloc(bytes, room);
			CHECK(bytes);
		}
		*length += fread(bytes + *length, 1, room - *length, file);
	}
	fclose(file);
	return bytes;
}

void fuzz_formats_load(struct fuzz_formats *all)
{
	const char *recorded = getenv("VTRACE_FUZZ_FORMATS");
	size_t made_length, length;
	char *made = fuzz_read("tests/fuzz/events", &made_length), *text;

	text = fuzz_read(recorded ? recorded : "tests/engine/lost-6.1/formats", &length);
	for (unsigned i = 0; i < 4; i++) {
		const struct page_geometry geometry = {4096, i & 1 ? 4 : 8, i & 2};
		struct bundle_writer writer;

		fuzz_bundle_begin(&writer, &geometry);
		fuzz_bundle_copy(&writer, text, length);
		fuzz_bundle_text(&writer, made, made_length);
		all->comms[i] = comms_new();
		CHECK(all->comms[i]);
		all->formats[i] = fuzz_bundle_load(&writer, true, all->comms[i]);
		CHECK(all->formats[i]);
		all->formats[i]->number = i;
	}
	free(text);
	free(made);
}
