// SPDX-License-Identifier: GPL-2.0-only
#include "formats/bundle.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/control.h"

/* Without the LF: a header line of the longest key and value, or "section ", a name, a blank and 20
 * digits are shorter. */
#define LINE_BYTES (VTRACE_BUNDLE_LINE_MAX - 1)

struct reader {
	struct bundle *bundle;
	const char *data;
	size_t length;
	size_t at;	  /* next byte to read */
	size_t line_at;	  /* where the last line began */
	size_t allocated; /* sections that bundle->sections has room for */
	unsigned keys;	  /* bit i: header_keys[i] was seen */
	char line[LINE_BYTES + 1];
	char *error;
	size_t error_size;
};

__attribute__((format(printf, 3, 4))) static int fail(struct reader *reader, int code,
						      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reader->error, reader->error_size, format, args);
	va_end(args);
	return code;
}

bool bundle_name_valid(const char *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_./:@-";
	size_t length = strnlen(name, VTRACE_BUNDLE_NAME_MAX);

	return length > 0 && length < VTRACE_BUNDLE_NAME_MAX && strspn(name, allowed) == length &&
	       name[0] != '/' && !strstr(name, "..");
}

/* Copy the next line into reader->line. Only printable ASCII gets through. */
static int next_line(struct reader *reader)
{
	size_t rest = reader->length - reader->at;
	const char *start = reader->data + reader->at;
	size_t window = rest < LINE_BYTES + 1 ? rest : LINE_BYTES + 1;
	const char *end = window ? memchr(start, '\n', window) : NULL;
	size_t length = end ? (size_t)(end - start) : window;

	reader->line_at = reader->at;
	for (size_t i = 0; i < length; i++) {
		if (start[i] < 0x20 || start[i] > 0x7e)
			return fail(reader, -EINVAL,
				    "byte %zu of the formats is not printable in a header or "
				    "section line",
				    reader->at + i);
	}
	if (!end && rest > LINE_BYTES)
		return fail(reader, -E2BIG, "the line at byte %zu of the formats is too long",
			    reader->at);
	if (!end)
		return fail(reader, -ENODATA, "the formats are cut off at byte %zu",
			    reader->length);
	memcpy(reader->line, start, length);
	reader->line[length] = '\0';
	reader->at += length + 1;
	return 0;
}

static int read_magic(struct reader *reader)
{
	static const char magic[] = BUNDLE_MAGIC;
	size_t length = sizeof(magic) - 1;

	if (reader->length &&
	    memcmp(reader->data, magic, reader->length < length ? reader->length : length))
		return fail(reader, -EINVAL,
			    "this is not a formats bundle of version 1 (it does not begin with "
			    "\"vtrace-formats 1\")");
	if (reader->length < length)
		return fail(reader, -ENODATA, "the formats are cut off at byte %zu",
			    reader->length);
	reader->at = length;
	return 0;
}

enum value_kind { VALUE_TEXT, VALUE_U32, VALUE_U64, VALUE_ENDIAN };

struct header_key {
	const char *name;
	enum value_kind kind;
	bool required;
	size_t offset;	/* in struct bundle */
	uint64_t limit; /* VALUE_TEXT: size of the field; VALUE_U32: largest value */
};

#define TEXT_KEY(name, field)                                            \
	{                                                                \
		name, VALUE_TEXT, false, offsetof(struct bundle, field), \
			sizeof(((struct bundle *)0)->field)              \
	}

static const struct header_key header_keys[] = {
	TEXT_KEY("boot-id", boot_id),
	TEXT_KEY("kernel", kernel),
	TEXT_KEY("build-id", build_id),
	TEXT_KEY("banner", banner),
	TEXT_KEY("machine", machine),
	TEXT_KEY("clock", clock),
	{"cpus", VALUE_U32, true, offsetof(struct bundle, cpus), VTRACE_MAX_CPUS},
	{"subbuf-size", VALUE_U32, true, offsetof(struct bundle, subbuf_size), VTRACE_SUBBUF_MAX},
	{"long-size", VALUE_U32, true, offsetof(struct bundle, long_size), UINT32_MAX},
	{"endian", VALUE_ENDIAN, true, offsetof(struct bundle, big_endian), 0},
	{"generation", VALUE_U64, false, offsetof(struct bundle, generation), 0},
};

#define HEADER_KEYS (sizeof(header_keys) / sizeof(header_keys[0]))

static int store_number(struct reader *reader, const struct header_key *key, const char *value)
{
	char *field = (char *)reader->bundle + key->offset;
	uint64_t number;
	uint32_t small;

	if (control_number(value, &number))
		return fail(reader, -EINVAL, "%s in the formats is \"%s\", not a number", key->name,
			    value);
	if (key->kind == VALUE_U64) {
		memcpy(field, &number, sizeof(number));
		return 0;
	}
	if (number > key->limit)
		return fail(reader, -E2BIG, "%s in the formats is %s, more than %llu", key->name,
			    value, (unsigned long long)key->limit);
	small = (uint32_t)number;
	memcpy(field, &small, sizeof(small));
	return 0;
}

static int store_value(struct reader *reader, const struct header_key *key, const char *value)
{
	char *field = (char *)reader->bundle + key->offset;
	int big;

	switch (key->kind) {
	case VALUE_TEXT:
		if (strlen(value) >= key->limit)
			return fail(reader, -E2BIG, "%s in the formats is longer than %llu bytes",
				    key->name, (unsigned long long)key->limit - 1);
		strcpy(field, value);
		return 0;
	case VALUE_ENDIAN:
		big = !strcmp(value, "big");
		if (!big && strcmp(value, "little"))
			return fail(reader, -EINVAL,
				    "endian in the formats is \"%s\", neither little nor big",
				    value);
		memcpy(field, &big, sizeof(big));
		return 0;
	case VALUE_U32:
	case VALUE_U64:
		break;
	}
	return store_number(reader, key, value);
}

static int read_header_line(struct reader *reader)
{
	char *value = strchr(reader->line, ' ');

	if (!value || value == reader->line)
		return fail(reader, -EINVAL,
			    "the header line at byte %zu of the formats is not KEY VALUE",
			    reader->line_at);
	*value++ = '\0';
	if (strlen(value) >= VTRACE_BUNDLE_VALUE_MAX)
		return fail(reader, -E2BIG,
			    "a value in the formats' header is longer than %d bytes",
			    VTRACE_BUNDLE_VALUE_MAX - 1);
	for (size_t i = 0; i < HEADER_KEYS; i++) {
		if (strcmp(reader->line, header_keys[i].name))
			continue;
		if (reader->keys & (1u << i))
			return fail(reader, -EINVAL, "%s stands twice in the formats' header",
				    reader->line);
		reader->keys |= 1u << i;
		return store_value(reader, &header_keys[i], value);
	}
	return 0;
}

static int check_header(struct reader *reader)
{
	const struct bundle *bundle = reader->bundle;

	for (size_t i = 0; i < HEADER_KEYS; i++) {
		if (header_keys[i].required && !(reader->keys & (1u << i)))
			return fail(reader, -EINVAL, "the formats' header has no %s",
				    header_keys[i].name);
	}
	if (bundle->cpus == 0)
		return fail(reader, -EINVAL, "cpus in the formats is 0");
	if (bundle->subbuf_size < VTRACE_SUBBUF_MIN ||
	    (bundle->subbuf_size & (bundle->subbuf_size - 1)))
		return fail(reader, -EINVAL,
			    "subbuf-size in the formats is %u, not a power of two from %d",
			    bundle->subbuf_size, VTRACE_SUBBUF_MIN);
	if (bundle->long_size != 4 && bundle->long_size != 8)
		return fail(reader, -EINVAL, "long-size in the formats is %u, neither 4 nor 8",
			    bundle->long_size);
	return 0;
}

static int read_header(struct reader *reader)
{
	for (;;) {
		int err = next_line(reader);

		if (err)
			return err;
		if (!reader->line[0])
			return check_header(reader);
		err = read_header_line(reader);
		if (err)
			return err;
	}
}

static int grow(struct reader *reader)
{
	struct bundle *bundle = reader->bundle;
	size_t allocated = reader->allocated ? reader->allocated * 2 : 64;
	struct bundle_section *sections;

	if (bundle->section_count < reader->allocated)
		return 0;
	sections = reallocarray(bundle->sections, allocated, sizeof(*sections));
	if (!sections)
		return fail(reader, -ENOMEM, "no memory for %zu sections of the formats",
			    allocated);
	bundle->sections = sections;
	reader->allocated = allocated;
	return 0;
}

/* What follows "section ": NAME LENGTH, then the bytes and an LF. */
static int read_section(struct reader *reader, char *name)
{
	struct bundle *bundle = reader->bundle;
	char *length_text = strchr(name, ' ');
	struct bundle_section *section;
	uint64_t length;
	int err;

	if (!length_text || control_number(length_text + 1, &length))
		return fail(reader, -EINVAL,
			    "the line at byte %zu of the formats is not section NAME LENGTH",
			    reader->line_at);
	*length_text = '\0';
	if (!bundle_name_valid(name))
		return fail(reader, -EINVAL, "bad section name at byte %zu of the formats",
			    reader->line_at);
	if (length > VTRACE_BUNDLE_SECTION_MAX)
		return fail(reader, -E2BIG, "section %s of the formats is longer than %u bytes",
			    name, VTRACE_BUNDLE_SECTION_MAX);
	if (bundle->section_count == VTRACE_BUNDLE_SECTIONS)
		return fail(reader, -E2BIG, "the formats hold more than %d sections",
			    VTRACE_BUNDLE_SECTIONS);
	/* The LF after the bytes must be there as well. */
	if (length >= reader->length - reader->at)
		return fail(reader, -ENODATA, "the formats are cut off in section %s", name);
	if (reader->data[reader->at + length] != '\n')
		return fail(reader, -EINVAL,
			    "section %s of the formats does not end after its %llu bytes", name,
			    (unsigned long long)length);
	err = grow(reader);
	if (err)
		return err;
	section = &bundle->sections[bundle->section_count++];
	strcpy(section->name, name);
	section->data = reader->data + reader->at;
	section->length = length;
	reader->at += length + 1;
	return 0;
}

static int read_end(struct reader *reader, const char *count_text)
{
	uint64_t count;

	if (control_number(count_text, &count) || count != reader->bundle->section_count)
		return fail(reader, -EINVAL, "the formats end with \"end %s\" after %zu sections",
			    count_text, reader->bundle->section_count);
	if (reader->at != reader->length)
		return fail(reader, -EINVAL, "%zu bytes follow the end of the formats",
			    reader->length - reader->at);
	return 0;
}

static int read_sections(struct reader *reader)
{
	for (;;) {
		int err = next_line(reader);

		if (err)
			return err;
		if (!strncmp(reader->line, "end ", 4))
			return read_end(reader, reader->line + 4);
		if (strncmp(reader->line, "section ", 8))
			return fail(
				reader, -EINVAL,
				"the line at byte %zu of the formats is neither section nor end",
				reader->line_at);
		err = read_section(reader, reader->line + 8);
		if (err)
			return err;
	}
}

static int by_name(const void *a, const void *b)
{
	const struct bundle_section *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

/* Two sections of one name would be read differently by different readers. */
static int check_duplicates(struct reader *reader)
{
	const struct bundle *bundle = reader->bundle;
	const struct bundle_section **sorted;
	int err = 0;

	if (bundle->section_count < 2)
		return 0;
	sorted = calloc(bundle->section_count, sizeof(const struct bundle_section *));
	if (!sorted)
		return fail(reader, -ENOMEM, "no memory for %zu sections of the formats",
			    bundle->section_count);
	for (size_t i = 0; i < bundle->section_count; i++)
		sorted[i] = &bundle->sections[i];
	qsort(sorted, bundle->section_count, sizeof(const struct bundle_section *), by_name);
	for (size_t i = 1; i < bundle->section_count && !err; i++) {
		if (!strcmp(sorted[i - 1]->name, sorted[i]->name))
			err = fail(reader, -EINVAL, "section %s stands twice in the formats",
				   sorted[i]->name);
	}
	free(sorted);
	return err;
}

int bundle_read(struct bundle *bundle, const void *data, size_t length, char *error,
		size_t error_size)
{
	struct reader reader = {
		.bundle = bundle,
		.data = data,
		.length = length,
		.error = error,
		.error_size = error_size,
	};
	int err;

	memset(bundle, 0, sizeof(*bundle));
	if (length > VTRACE_BUNDLE_MAX)
		return fail(&reader, -E2BIG, "the formats are longer than %u bytes",
			    VTRACE_BUNDLE_MAX);
	err = read_magic(&reader);
	if (!err)
		err = read_header(&reader);
	if (!err)
		err = read_sections(&reader);
	if (!err)
		err = check_duplicates(&reader);
	if (err)
		bundle_release(bundle);
	return err;
}

const struct bundle_section *bundle_find(const struct bundle *bundle, const char *name)
{
	for (size_t i = 0; i < bundle->section_count; i++) {
		if (!strcmp(bundle->sections[i].name, name))
			return &bundle->sections[i];
	}
	return NULL;
}

void bundle_release(struct bundle *bundle)
{
	free(bundle->sections);
	memset(bundle, 0, sizeof(*bundle));
}
