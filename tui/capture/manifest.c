// SPDX-License-Identifier: GPL-2.0-only
#include "tui/capture/manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/control.h"
#include "tui/text.h"

#define FIRST_LINE  "vtrace-capture 1"
#define TIME_FORMAT "%Y-%m-%dT%H:%M:%SZ"
#define TIME_SIZE   32

/* Longest line without its LF. */
#define LINE_MAX_BYTES 512

struct key;
/* 0 or -EINVAL. */
typedef int key_fn(struct capture_manifest *manifest, const struct key *key, const char *value);

/* A key, what its value has to be, and where in the manifest it goes. */
struct key {
	const char *name;
	const char *want;
	key_fn *parse;
	size_t offset, size;
	bool required;
	bool repeats;
};

static int parse_text(struct capture_manifest *manifest, const struct key *key, const char *value)
{
	size_t length = strlen(value);

	if (length >= key->size)
		return -EINVAL;
	memcpy((char *)manifest + key->offset, value, length + 1);
	return 0;
}

static int parse_u32(struct capture_manifest *manifest, const struct key *key, const char *value)
{
	uint64_t number;
	uint32_t narrow;

	if (control_number(value, &number) || number > UINT32_MAX)
		return -EINVAL;
	narrow = (uint32_t)number;
	memcpy((char *)manifest + key->offset, &narrow, sizeof(narrow));
	return 0;
}

static int parse_endian(struct capture_manifest *manifest, const struct key *key, const char *value)
{
	(void)key;
	manifest->big_endian = !strcmp(value, "big");
	return manifest->big_endian || !strcmp(value, "little") ? 0 : -EINVAL;
}

static int parse_complete(struct capture_manifest *manifest, const struct key *key,
			  const char *value)
{
	(void)key;
	manifest->complete = !strcmp(value, "yes");
	return manifest->complete || !strcmp(value, "no") ? 0 : -EINVAL;
}

static int parse_taken(struct capture_manifest *manifest, const struct key *key, const char *value)
{
	char again[TIME_SIZE];
	struct tm tm = {0};
	const char *end = strptime(value, TIME_FORMAT, &tm);

	(void)key;
	if (!end || *end)
		return -EINVAL;
	manifest->taken = timegm(&tm);
	/* strptime takes the 31st of February and numbers of one digit. */
	if (!gmtime_r(&manifest->taken, &tm) || !strftime(again, sizeof(again), TIME_FORMAT, &tm) ||
	    strcmp(again, value))
		return -EINVAL;
	return 0;
}

static int parse_wall(struct capture_manifest *manifest, const struct key *key, const char *value)
{
	bool negative = *value == '-';
	uint64_t number;

	(void)key;
	if (control_number(value + negative, &number) || number > INT64_MAX)
		return -EINVAL;
	manifest->wall_known = 1;
	manifest->wall_offset = negative ? -(int64_t)number : (int64_t)number;
	return 0;
}

/* "N PAGES" */
static int parse_cpu(struct capture_manifest *manifest, const struct key *key, const char *value)
{
	const char *blank = strchr(value, ' ');
	uint64_t cpu, pages;
	char number[8];

	(void)key;
	if (!blank || (size_t)(blank - value) >= sizeof(number))
		return -EINVAL;
	memcpy(number, value, (size_t)(blank - value));
	number[blank - value] = '\0';
	if (control_number(number, &cpu) || cpu >= VTRACE_MAX_CPUS || manifest->cpu[cpu].present ||
	    control_number(blank + 1, &pages))
		return -EINVAL;
	manifest->cpu[cpu].present = 1;
	manifest->cpu[cpu].pages = pages;
	return 0;
}

#define FIELD(member) \
	offsetof(struct capture_manifest, member), sizeof(((struct capture_manifest *)0)->member)

static const struct key keys[] = {
	{"domain", "a text", parse_text, FIELD(domain), false, false},
	{"kernel", "a text", parse_text, FIELD(kernel), false, false},
	{"boot-id", "a text", parse_text, FIELD(boot_id), false, false},
	{"clock", "a text", parse_text, FIELD(clock), false, false},
	{"subbuf-size", "a number", parse_u32, FIELD(subbuf_size), true, false},
	{"long-size", "a number", parse_u32, FIELD(long_size), true, false},
	{"endian", "little or big", parse_endian, FIELD(big_endian), true, false},
	{"taken", "a time as in 2026-01-31T23:59:59Z", parse_taken, FIELD(taken), true, false},
	{"wall-offset", "a number of nanoseconds", parse_wall, FIELD(wall_offset), false, false},
	{"complete", "yes or no", parse_complete, FIELD(complete), true, false},
	{"cpu", "a CPU's number, each once, and its pages", parse_cpu, FIELD(cpu), false, true},
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

struct parse {
	struct capture_manifest *manifest;
	bool seen[KEYS];
	unsigned line;
	char *error;
	size_t error_size;
};

static int parse_line(struct parse *parse, char *line)
{
	char *blank = strchr(line, ' ');
	size_t i;

	if (!blank || blank == line || !blank[1]) {
		snprintf(parse->error, parse->error_size, "line %u is not KEY VALUE", parse->line);
		return -EINVAL;
	}
	*blank = '\0';
	for (i = 0; i < KEYS; i++)
		if (!strcmp(line, keys[i].name))
			break;
	if (i == KEYS)
		return 0;
	if (parse->seen[i] && !keys[i].repeats) {
		snprintf(parse->error, parse->error_size, "line %u gives %s a second time",
			 parse->line, keys[i].name);
		return -EINVAL;
	}
	parse->seen[i] = true;
	if (keys[i].parse(parse->manifest, &keys[i], blank + 1)) {
		snprintf(parse->error, parse->error_size, "line %u: the value of %s is not %s",
			 parse->line, keys[i].name, keys[i].want);
		return -EINVAL;
	}
	return 0;
}

/* Cut the next line out of the text into line, of LINE_MAX_BYTES + 1. 0 or -EINVAL. */
static int next_line(struct parse *parse, const char **text, size_t *length, char *line)
{
	const char *end = memchr(*text, '\n', *length);
	char clean[LINE_MAX_BYTES + 1];
	size_t size;

	parse->line++;
	if (!end) {
		snprintf(parse->error, parse->error_size, "line %u is cut off", parse->line);
		return -EINVAL;
	}
	size = (size_t)(end - *text);
	if (size > LINE_MAX_BYTES) {
		snprintf(parse->error, parse->error_size, "line %u is longer than %d bytes",
			 parse->line, LINE_MAX_BYTES);
		return -EINVAL;
	}
	memcpy(line, *text, size);
	line[size] = '\0';
	/* What a writer of ours escapes cannot be there bare. */
	if (text_strip(clean, sizeof(clean), line, size, 0) != size || memcmp(clean, line, size)) {
		snprintf(parse->error, parse->error_size, "line %u holds characters to be escaped",
			 parse->line);
		return -EINVAL;
	}
	*length -= size + 1;
	*text = end + 1;
	return 0;
}

int manifest_check_geometry(const struct capture_manifest *manifest, char *error, size_t error_size)
{
	uint32_t size = manifest->subbuf_size;

	/* A sub-buffer is one kernel page or a power of two of them. */
	if (size < VTRACE_SUBBUF_MIN || size > VTRACE_SUBBUF_MAX || (size & (size - 1))) {
		snprintf(error, error_size,
			 "the sub-buffer size %" PRIu32 " is no power of two from %d to %d", size,
			 VTRACE_SUBBUF_MIN, VTRACE_SUBBUF_MAX);
		return -EINVAL;
	}
	if (manifest->long_size != 4 && manifest->long_size != 8) {
		snprintf(error, error_size, "the long size %" PRIu32 " is not 4 or 8",
			 manifest->long_size);
		return -EINVAL;
	}
	return 0;
}

int manifest_parse(struct capture_manifest *manifest, const char *text, size_t length, char *error,
		   size_t error_size)
{
	struct parse parse = {.manifest = manifest, .error = error, .error_size = error_size};
	char line[LINE_MAX_BYTES + 1];
	int ret;

	memset(manifest, 0, sizeof(*manifest));
	ret = next_line(&parse, &text, &length, line);
	if (ret)
		return ret;
	if (strcmp(line, FIRST_LINE)) {
		snprintf(error, error_size, "line 1 is not '%s'", FIRST_LINE);
		return -EINVAL;
	}
	while (length) {
		ret = next_line(&parse, &text, &length, line);
		if (!ret)
			ret = parse_line(&parse, line);
		if (ret)
			return ret;
	}
	for (size_t i = 0; i < KEYS; i++) {
		if (keys[i].required && !parse.seen[i]) {
			snprintf(error, error_size, "after line %u: no %s", parse.line,
				 keys[i].name);
			return -EINVAL;
		}
	}
	return manifest_check_geometry(manifest, error, error_size);
}

static void print_text(FILE *out, const char *key, const char *value, size_t size)
{
	char clean[sizeof(((struct capture_manifest *)0)->domain)];

	/* Cut to what the reader takes. */
	if (text_strip(clean, size, value, strnlen(value, size), 0))
		fprintf(out, "%s %s\n", key, clean);
}

char *manifest_format(const struct capture_manifest *manifest, size_t *length)
{
	char taken[TIME_SIZE];
	char *text = NULL;
	struct tm tm;
	FILE *out;

	if (!gmtime_r(&manifest->taken, &tm) || !strftime(taken, sizeof(taken), TIME_FORMAT, &tm))
		return NULL;
	out = open_memstream(&text, length);
	if (!out)
		return NULL;

	fprintf(out, "%s\n", FIRST_LINE);
	print_text(out, "domain", manifest->domain, sizeof(manifest->domain));
	print_text(out, "kernel", manifest->kernel, sizeof(manifest->kernel));
	print_text(out, "boot-id", manifest->boot_id, sizeof(manifest->boot_id));
	print_text(out, "clock", manifest->clock, sizeof(manifest->clock));
	fprintf(out, "subbuf-size %" PRIu32 "\nlong-size %" PRIu32 "\nendian %s\ntaken %s\n",
		manifest->subbuf_size, manifest->long_size, manifest->big_endian ? "big" : "little",
		taken);
	/* The one number that has no positive counterpart is none that a clock could give. */
	if (manifest->wall_known && manifest->wall_offset != INT64_MIN)
		fprintf(out, "wall-offset %" PRId64 "\n", manifest->wall_offset);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (manifest->cpu[cpu].present)
			fprintf(out, "cpu %u %" PRIu64 "\n", cpu, manifest->cpu[cpu].pages);
	fprintf(out, "complete %s\n", manifest->complete ? "yes" : "no");

	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
