// SPDX-License-Identifier: GPL-2.0-only
/* The formats bundle: what the writer writes the reader reads, and nothing else gets through. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/bundle.h"

#define HEADER                                           \
	"vtrace-formats 1\n"                             \
	"boot-id 5e2f1a52-5d3c-4f0e-9f39-0d4ae1b0b7c5\n" \
	"kernel 6.1.0-18-amd64\n"                        \
	"machine x86_64\n"                               \
	"cpus 4\n"                                       \
	"clock local\n"                                  \
	"subbuf-size 4096\n"                             \
	"long-size 8\n"                                  \
	"endian little\n"                                \
	"generation 3\n"

static char error[256];

/* Read text from memory of exactly its size, so that a sanitizer sees a byte too far. */
static int read_bytes(struct bundle *bundle, const char *text, size_t length)
{
	char *exact = malloc(length ? length : 1);
	int err;

	assert_non_null(exact);
	memcpy(exact, text, length);
	error[0] = '\0';
	err = bundle_read(bundle, exact, length, error, sizeof(error));
	assert_true(!err == !error[0]);
	if (err) {
		assert_null(bundle->sections);
		assert_int_equal(bundle->section_count, 0);
	}
	free(exact);
	return err;
}

static int verdict(const char *text, size_t length)
{
	struct bundle bundle;
	int err = read_bytes(&bundle, text, length);

	bundle_release(&bundle);
	return err;
}

#define VERDICT(text) verdict(text, sizeof(text) - 1)

/* What the writer wrote: a descriptor's bytes, to be freed. */
static char *contents(int fd, size_t *length)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *bytes;

	assert_true(size >= 0);
	*length = (size_t)size;
	bytes = malloc(*length + 1);
	assert_non_null(bytes);
	assert_int_equal(pread(fd, bytes, *length, 0), size);
	return bytes;
}

static char *written(size_t *length)
{
	static const char binary[] = "a\0b\nsection x 3\nend 1\n";
	struct bundle_writer writer;
	int fd = memfd_create("bundle", MFD_CLOEXEC);
	char *bytes;

	assert_true(fd >= 0);
	bundle_writer_init(&writer, fd);
	bundle_writer_header(&writer, "boot-id", "5e2f1a52-5d3c-4f0e-9f39-0d4ae1b0b7c5");
	bundle_writer_header(&writer, "kernel", "6.1.0\n-18\x80");
	bundle_writer_header(&writer, "build-id", "7f30c4ab21");
	bundle_writer_header(&writer, "banner", "Linux version 6.1.0 (a@b) #1");
	bundle_writer_header(&writer, "machine", "s390x");
	bundle_writer_header(&writer, "cpus", "256");
	bundle_writer_header(&writer, "clock", "mono");
	bundle_writer_header(&writer, "subbuf-size", "65536");
	bundle_writer_header(&writer, "long-size", "4");
	bundle_writer_header(&writer, "endian", "big");
	bundle_writer_header(&writer, "generation", "18446744073709551615");
	bundle_writer_header(&writer, "of-the-future", "ignored");
	bundle_writer_section(&writer, "header_page", "page", 4);
	bundle_writer_section(&writer, "events/sched/sched_switch", binary, sizeof(binary) - 1);
	bundle_writer_section(&writer, "kallsyms", NULL, 0);
	assert_int_equal(bundle_writer_finish(&writer), 0);
	bytes = contents(fd, length);
	assert_int_equal(writer.bytes, *length);
	close(fd);
	return bytes;
}

static void round_trip(void **state)
{
	const struct bundle_section *section;
	struct bundle bundle;
	size_t length;
	char *bytes = written(&length);

	(void)state;
	assert_int_equal(bundle_read(&bundle, bytes, length, error, sizeof(error)), 0);
	assert_string_equal(bundle.boot_id, "5e2f1a52-5d3c-4f0e-9f39-0d4ae1b0b7c5");
	assert_string_equal(bundle.kernel, "6.1.0?-18?");
	assert_string_equal(bundle.build_id, "7f30c4ab21");
	assert_string_equal(bundle.banner, "Linux version 6.1.0 (a@b) #1");
	assert_string_equal(bundle.machine, "s390x");
	assert_string_equal(bundle.clock, "mono");
	assert_int_equal(bundle.cpus, 256);
	assert_int_equal(bundle.subbuf_size, 65536);
	assert_int_equal(bundle.long_size, 4);
	assert_int_equal(bundle.big_endian, 1);
	assert_true(bundle.generation == UINT64_MAX);
	assert_int_equal(bundle.section_count, 3);

	section = bundle_find(&bundle, "events/sched/sched_switch");
	assert_non_null(section);
	assert_int_equal(section->length, 22);
	assert_memory_equal(section->data, "a\0b\nsection x 3\nend 1\n", 22);
	section = bundle_find(&bundle, "kallsyms");
	assert_non_null(section);
	assert_int_equal(section->length, 0);
	assert_null(bundle_find(&bundle, "saved_tgids"));
	bundle_release(&bundle);
	bundle_release(&bundle);
	free(bytes);
}

static void cut_off_at_every_byte(void **state)
{
	size_t length;
	char *bytes = written(&length);

	(void)state;
	for (size_t cut = 0; cut < length; cut++)
		assert_int_equal(verdict(bytes, cut), -ENODATA);
	assert_int_equal(verdict(bytes, length), 0);
	free(bytes);
}

static void every_flipped_byte_is_safe(void **state)
{
	size_t length;
	char *bytes = written(&length);
	int refused = 0;

	(void)state;
	for (size_t i = 0; i < length; i++) {
		for (int bit = 0; bit < 8; bit++) {
			bytes[i] ^= (char)(1 << bit);
			refused += verdict(bytes, length) != 0;
			bytes[i] ^= (char)(1 << bit);
		}
	}
	/* Flips inside section bytes are none of the reader's business; all others are. */
	assert_true(refused > 1000);
	assert_int_equal(verdict(bytes, length), 0);
	free(bytes);
}

static void not_a_bundle(void **state)
{
	(void)state;
	assert_int_equal(verdict("", 0), -ENODATA);
	assert_int_equal(VERDICT("\n"), -EINVAL);
	assert_int_equal(VERDICT("vtrace-formats 2\n"), -EINVAL);
	assert_int_equal(VERDICT("vtrace-formats 10\n"), -EINVAL);
	assert_int_equal(VERDICT(HEADER "\nend 0\n"), 0);
	assert_int_equal(VERDICT(HEADER "\nend 0\nx"), -EINVAL);
	assert_int_equal(VERDICT(HEADER "\nend 1\n"), -EINVAL);
	assert_int_equal(VERDICT(HEADER "\nend\n"), -EINVAL);
	assert_int_equal(VERDICT(HEADER "\nend x\n"), -EINVAL);
	assert_int_equal(VERDICT(HEADER "\nend 18446744073709551616\n"), -EINVAL);
	assert_int_equal(VERDICT(HEADER "\nfoo a 1\n"), -EINVAL);
}

/* A header in which the line that begins with key is replaced by line. */
static int with_line(const char *key, const char *line)
{
	const char *header = HEADER;
	const char *old = strstr(header, key);
	const char *after = strchr(old, '\n');
	char text[2048];
	int length = snprintf(text, sizeof(text), "%.*s%s%s\nend 0\n", (int)(old - header), header,
			      line, line[0] ? after : after + 1);

	assert_true(length < (int)sizeof(text));
	return verdict(text, (size_t)length);
}

static void header_values(void **state)
{
	static const struct {
		const char *key;
		const char *line;
		int verdict;
	} cases[] = {
		{"cpus", "cpus 1", 0},
		{"cpus", "cpus 256", 0},
		{"cpus", "cpus 257", -E2BIG},
		{"cpus", "cpus 4294967297", -E2BIG},
		{"cpus", "cpus 0", -EINVAL},
		{"cpus", "cpus -1", -EINVAL},
		{"cpus", "cpus", -EINVAL},
		{"cpus", "cpus 4\ncpus 4", -EINVAL},
		{"cpus", "", -EINVAL},
		{"subbuf-size", "subbuf-size 4096", 0},
		{"subbuf-size", "subbuf-size 1048576", 0},
		{"subbuf-size", "subbuf-size 2097152", -E2BIG},
		{"subbuf-size", "subbuf-size 1048577", -E2BIG},
		{"subbuf-size", "subbuf-size 2048", -EINVAL},
		{"subbuf-size", "subbuf-size 4097", -EINVAL},
		{"subbuf-size", "", -EINVAL},
		{"long-size", "long-size 4", 0},
		{"long-size", "long-size 16", -EINVAL},
		{"long-size", "", -EINVAL},
		{"endian", "endian big", 0},
		{"endian", "endian middle", -EINVAL},
		{"endian", "", -EINVAL},
		{"generation", "generation 18446744073709551616", -EINVAL},
		{"generation", "", 0},
		{"boot-id", "", 0},
		{"boot-id", " x", -EINVAL},
		{"boot-id", "boot-id \t", -EINVAL},
		{"kernel", "kernel ", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(with_line(cases[i].key, cases[i].line), cases[i].verdict);
}

/* KEY and a value of length bytes in place of the line of that key. */
static int with_value_of(const char *key, size_t length)
{
	char line[1024];
	int used = snprintf(line, sizeof(line), "%s ", key);

	memset(line + used, 'v', length);
	line[(size_t)used + length] = '\0';
	return with_line("machine", line);
}

static void header_lengths(void **state)
{
	(void)state;
	assert_int_equal(with_value_of("machine", 31), 0);
	assert_int_equal(with_value_of("machine", 32), -E2BIG);
	assert_int_equal(with_value_of("unknown", VTRACE_BUNDLE_VALUE_MAX - 1), 0);
	assert_int_equal(with_value_of("unknown", VTRACE_BUNDLE_VALUE_MAX), -E2BIG);
	assert_int_equal(with_value_of("unknown", 1000), -E2BIG);
}

static void section_lines(void **state)
{
	(void)state;
	assert_int_equal(VERDICT(HEADER "\nsection a 3\nabc\nend 1\n"), 0);
	assert_int_equal(VERDICT(HEADER "\nsection a 2\nabc\nend 1\n"), -EINVAL);
	assert_int_equal(VERDICT(HEADER "\nsection a 4\nabc\nend 1\n"), -EINVAL);
	assert_int_equal(VERDICT(HEADER "\nsection a\nabc\nend 1\n"), -EINVAL);
	assert_int_equal(VERDICT(HEADER "\nsection a \nabc\nend 1\n"), -EINVAL);
	assert_int_equal(VERDICT(HEADER "\nsection  3\nabc\nend 1\n"), -EINVAL);
	assert_int_equal(VERDICT(HEADER "\nsection a -1\nabc\nend 1\n"), -EINVAL);
	assert_int_equal(VERDICT(HEADER "\nsection a 3\nabc\nsection a 3\nabc\nend 2\n"), -EINVAL);
	assert_int_equal(VERDICT(HEADER "\nsection a 3\nabc\nsection b 3\nabc\nend 2\n"), 0);
	assert_int_equal(VERDICT(HEADER "\nsection a 3\nabc\nsection b 3\nabc\nend 1\n"), -EINVAL);
}

static void section_hostile_lengths(void **state)
{
	(void)state;
	assert_int_equal(VERDICT(HEADER "\nsection a 50331648\nabc\nend 1\n"), -ENODATA);
	assert_int_equal(VERDICT(HEADER "\nsection a 50331649\nabc\nend 1\n"), -E2BIG);
	assert_int_equal(VERDICT(HEADER "\nsection a 18446744073709551615\nabc\nend 1\n"), -E2BIG);
	assert_int_equal(VERDICT(HEADER "\nsection a 18446744073709551616\nabc\nend 1\n"), -EINVAL);
}

static void section_names(void **state)
{
	static const struct {
		const char *name;
		bool valid;
	} cases[] = {
		{"a", true},	       {"events/sched/sched_switch", true},
		{"A-Z.a_z:0@9", true}, {".", true},
		{"", false},	       {"/etc/passwd", false},
		{"a/../b", false},     {"..", false},
		{"a b", false},	       {"a\x1b[m", false},
		{"a%s", false},
	};
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int length = snprintf(text, sizeof(text), HEADER "\nsection %s 0\n\nend 1\n",
				      cases[i].name);

		assert_int_equal(bundle_name_valid(cases[i].name), cases[i].valid);
		assert_int_equal(verdict(text, (size_t)length), cases[i].valid ? 0 : -EINVAL);
	}
}

static void section_name_length(void **state)
{
	char name[VTRACE_BUNDLE_NAME_MAX + 1];
	char text[1024];

	(void)state;
	memset(name, 'n', sizeof(name));
	for (size_t length = VTRACE_BUNDLE_NAME_MAX - 1; length <= VTRACE_BUNDLE_NAME_MAX;
	     length++) {
		int used;

		name[length] = '\0';
		used = snprintf(text, sizeof(text), HEADER "\nsection %s 0\n\nend 1\n", name);
		assert_int_equal(bundle_name_valid(name), length < VTRACE_BUNDLE_NAME_MAX);
		assert_int_equal(verdict(text, (size_t)used),
				 length < VTRACE_BUNDLE_NAME_MAX ? 0 : -EINVAL);
		name[length] = 'n';
	}
}

/* The key's line with a number. */
static int with_number(const char *key, unsigned long number)
{
	char line[64];

	snprintf(line, sizeof(line), "%s %lu", key, number);
	return with_line(key, line);
}

static void numbers_at_their_limits(void **state)
{
	(void)state;
	assert_int_equal(with_number("cpus", VTRACE_MAX_CPUS), 0);
	assert_int_equal(with_number("cpus", VTRACE_MAX_CPUS + 1), -E2BIG);
	assert_non_null(strstr(error, "more than 256"));
	assert_int_equal(with_number("subbuf-size", VTRACE_SUBBUF_MIN), 0);
	assert_int_equal(with_number("subbuf-size", VTRACE_SUBBUF_MIN / 2), -EINVAL);
	assert_int_equal(with_number("subbuf-size", VTRACE_SUBBUF_MAX), 0);
	assert_int_equal(with_number("subbuf-size", VTRACE_SUBBUF_MAX + 1), -E2BIG);
}

/* A section that says that it has so many bytes, which are not there. */
static int section_of(unsigned long bytes)
{
	char text[1024];
	int length = snprintf(text, sizeof(text), "%s\nsection a %lu\n", HEADER, bytes);

	return verdict(text, (size_t)length);
}

static void section_size_limit(void **state)
{
	(void)state;
	assert_int_equal(section_of(VTRACE_BUNDLE_SECTION_MAX), -ENODATA);
	assert_int_equal(section_of(VTRACE_BUNDLE_SECTION_MAX + 1ul), -E2BIG);
	assert_non_null(strstr(error, "longer than"));
}

/* A header line of so many bytes and its LF. */
static int line_of(size_t length)
{
	char line[2 * VTRACE_BUNDLE_LINE_MAX];

	memset(line, 'k', length);
	line[length - 1] = 'v';
	line[length - 2] = ' ';
	line[length] = '\0';
	return with_line("machine", line);
}

static void line_limit(void **state)
{
	(void)state;
	assert_int_equal(line_of(VTRACE_BUNDLE_LINE_MAX - 1), 0);
	assert_int_equal(line_of(VTRACE_BUNDLE_LINE_MAX), -E2BIG);
	assert_non_null(strstr(error, "too long"));
}

/* A bundle of so many empty sections, to be freed. */
static char *many_sections(unsigned count, size_t *length)
{
	size_t size = sizeof(HEADER) + 64 + (size_t)count * 32;
	char *text = malloc(size);

	assert_non_null(text);
	*length = (size_t)snprintf(text, size, "%s\n", HEADER);
	for (unsigned i = 0; i < count; i++)
		*length += (size_t)snprintf(text + *length, size - *length, "section s%u 0\n\n", i);
	*length += (size_t)snprintf(text + *length, size - *length, "end %u\n", count);
	return text;
}

static void section_count_limit(void **state)
{
	struct bundle bundle;
	size_t length;
	char *text = many_sections(VTRACE_BUNDLE_SECTIONS, &length);

	(void)state;
	assert_int_equal(bundle_read(&bundle, text, length, error, sizeof(error)), 0);
	assert_int_equal(bundle.section_count, VTRACE_BUNDLE_SECTIONS);
	assert_string_equal(bundle.sections[VTRACE_BUNDLE_SECTIONS - 1].name, "s16383");
	bundle_release(&bundle);
	free(text);

	text = many_sections(VTRACE_BUNDLE_SECTIONS + 1, &length);
	assert_int_equal(verdict(text, length), -E2BIG);
	free(text);
}

/* A bundle of exactly size bytes, filled up with two sections. */
static char *bundle_of(size_t size)
{
	char *text = malloc(size);
	size_t half = size / 2;
	size_t used, rest;

	assert_non_null(text);
	used = (size_t)snprintf(text, size, "%s\nsection a %zu\n", HEADER, half);
	memset(text + used, 'a', half);
	used += half;
	rest = size - used - strlen("\nsection b 12345678\n") - strlen("\nend 2\n");
	used += (size_t)snprintf(text + used, size - used, "\nsection b %08zu\n", rest);
	memset(text + used, 'b', rest);
	memcpy(text + used + rest, "\nend 2\n", strlen("\nend 2\n"));
	return text;
}

static void size_limit(void **state)
{
	struct bundle bundle;
	char *text = bundle_of(VTRACE_BUNDLE_MAX);

	(void)state;
	assert_int_equal(bundle_read(&bundle, text, VTRACE_BUNDLE_MAX, error, sizeof(error)), 0);
	bundle_release(&bundle);
	free(text);

	text = bundle_of(VTRACE_BUNDLE_MAX + 1);
	assert_int_equal(bundle_read(&bundle, text, VTRACE_BUNDLE_MAX + 1, error, sizeof(error)),
			 -E2BIG);
	free(text);
}

static void writer_refuses(void **state)
{
	char value[VTRACE_BUNDLE_VALUE_MAX + 1];
	struct bundle_writer writer;
	int fd = memfd_create("bundle", MFD_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	bundle_writer_init(&writer, fd);
	bundle_writer_section(&writer, "../a", "", 0);
	assert_int_equal(bundle_writer_finish(&writer), -EINVAL);

	bundle_writer_init(&writer, fd);
	bundle_writer_section(&writer, "a", "", 0);
	bundle_writer_header(&writer, "late", "x");
	assert_int_equal(bundle_writer_finish(&writer), -EINVAL);

	memset(value, 'v', sizeof(value));
	value[VTRACE_BUNDLE_VALUE_MAX] = '\0';
	bundle_writer_init(&writer, fd);
	bundle_writer_header(&writer, "long", value);
	assert_int_equal(bundle_writer_finish(&writer), -E2BIG);

	bundle_writer_init(&writer, -1);
	assert_int_equal(bundle_writer_finish(&writer), -EBADF);
	close(fd);
}

static void writer_at_limits(void **state)
{
	char value[VTRACE_BUNDLE_VALUE_MAX];
	struct bundle_writer writer;
	int fd = memfd_create("bundle", MFD_CLOEXEC);
	char *bytes;
	size_t length;

	(void)state;
	assert_true(fd >= 0);
	memset(value, 'v', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	bundle_writer_init(&writer, fd);
	bundle_writer_header(&writer, "cpus", "1");
	bundle_writer_header(&writer, "subbuf-size", "4096");
	bundle_writer_header(&writer, "long-size", "8");
	bundle_writer_header(&writer, "endian", "little");
	bundle_writer_header(&writer, "long", value);
	assert_int_equal(bundle_writer_finish(&writer), 0);
	bytes = contents(fd, &length);
	assert_int_equal(verdict(bytes, length), 0);
	free(bytes);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(cut_off_at_every_byte),
		cmocka_unit_test(every_flipped_byte_is_safe),
		cmocka_unit_test(not_a_bundle),
		cmocka_unit_test(header_values),
		cmocka_unit_test(header_lengths),
		cmocka_unit_test(section_lines),
		cmocka_unit_test(section_hostile_lengths),
		cmocka_unit_test(section_names),
		cmocka_unit_test(section_name_length),
		cmocka_unit_test(numbers_at_their_limits),
		cmocka_unit_test(section_size_limit),
		cmocka_unit_test(line_limit),
		cmocka_unit_test(section_count_limit),
		cmocka_unit_test(size_limit),
		cmocka_unit_test(writer_refuses),
		cmocka_unit_test(writer_at_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
