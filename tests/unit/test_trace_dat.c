// SPDX-License-Identifier: GPL-2.0-only
/* trace.dat files made byte by byte: whole, cut off at every byte, and with every byte changed. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "formats/trace_dat.h"
#include "tui/engine/dat.h"
#include "tui/engine/dat_reader.h"

#define PAGE 4096

struct bytes {
	uint8_t data[64 * 1024];
	size_t length;
	bool big;
};

static void put(struct bytes *bytes, const void *data, size_t length)
{
	assert_true(bytes->length + length <= sizeof(bytes->data));
	memcpy(bytes->data + bytes->length, data, length);
	bytes->length += length;
}

static void put_text(struct bytes *bytes, const char *text)
{
	put(bytes, text, strlen(text) + 1);
}

static void set(struct bytes *bytes, size_t at, uint64_t number, size_t width)
{
	for (size_t i = 0; i < width; i++)
		bytes->data[at + (bytes->big ? width - 1 - i : i)] = (uint8_t)(number >> (8 * i));
}

static void put_number(struct bytes *bytes, uint64_t number, size_t width)
{
	bytes->length += width;
	assert_true(bytes->length <= sizeof(bytes->data));
	set(bytes, bytes->length - width, number, width);
}

static void put_counted(struct bytes *bytes, const char *text, size_t width)
{
	put_number(bytes, strlen(text), width);
	put(bytes, text, strlen(text));
}

static void put_option(struct bytes *bytes, unsigned id, const void *data, size_t length)
{
	put_number(bytes, id, 2);
	put_number(bytes, length, 4);
	put(bytes, data, length);
}

static void put_part(struct bytes *bytes, unsigned id)
{
	static const char event[] = "name: demo\nID: 300\nformat:\n"
				    "\tfield:int x;\toffset:8;\tsize:4;\tsigned:1;\n"
				    "\nprint fmt: \"%d\", REC->x\n";

	switch (id) {
	case TRACE_DAT_HEADER_INFO:
		put_text(bytes, TRACE_DAT_HEADER_PAGE);
		put_counted(bytes,
			    "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
			    "\tfield: local_t commit;\toffset:8;\tsize:4;\tsigned:1;\n",
			    8);
		put_text(bytes, TRACE_DAT_HEADER_EVENT);
		put_counted(bytes, "x", 8);
		break;
	case TRACE_DAT_FTRACE_EVENTS:
		put_number(bytes, 1, 4);
		put_counted(bytes, event, 8);
		break;
	case TRACE_DAT_EVENT_FORMATS:
		put_number(bytes, 1, 4);
		put_text(bytes, "sched");
		put_number(bytes, 1, 4);
		put_counted(bytes, event, 8);
		break;
	case TRACE_DAT_KALLSYMS:
		put_counted(bytes, "ffff000000000000 T here\n", 4);
		break;
	case TRACE_DAT_PRINTK:
		put_number(bytes, 0, 4);
		break;
	case TRACE_DAT_CMDLINES:
		put_counted(bytes, "7 seven\n", 8);
		break;
	}
}

static void put_start(struct bytes *bytes, const char *version)
{
	put(bytes, TRACE_DAT_MAGIC, TRACE_DAT_MAGIC_BYTES);
	put_text(bytes, version);
	put_number(bytes, bytes->big, 1);
	put_number(bytes, 8, 1);
	put_number(bytes, PAGE, 4);
}

static void put_pages(struct bytes *bytes, unsigned count, int content)
{
	while (count--) {
		memset(bytes->data + bytes->length, content++, PAGE);
		bytes->length += PAGE;
	}
}

/* Two CPUs with two pages and one, an instance "foo" with one page of CPU 1. */
static void make_6(struct bytes *bytes)
{
	size_t table, instance, foo;

	put_start(bytes, "6");
	for (unsigned id = TRACE_DAT_HEADER_INFO; id <= TRACE_DAT_CMDLINES; id++)
		put_part(bytes, id);
	put_number(bytes, 2, 4);
	put_text(bytes, TRACE_DAT_OPTIONS);
	put_option(bytes, TRACE_DAT_OFFSET, "-1000", 6);
	put_option(bytes, TRACE_DAT_DATE, "0x0", 4);
	put_option(bytes, 4711, "what is that", 12);
	put_option(bytes, TRACE_DAT_TRACECLOCK, "", 0);
	put_option(bytes, TRACE_DAT_UNAME, "Linux host 6.1.0-x x86_64", 26);
	put_number(bytes, TRACE_DAT_BUFFER, 2);
	put_number(bytes, 12, 4);
	instance = bytes->length;
	put_number(bytes, 0, 8);
	put_text(bytes, "foo");
	put_number(bytes, TRACE_DAT_DONE, 2);
	put_text(bytes, TRACE_DAT_FLYRECORD);
	table = bytes->length;
	bytes->length += 32;
	put_counted(bytes, "[counter] local", 8);
	set(bytes, instance, bytes->length, 8);
	put_text(bytes, TRACE_DAT_FLYRECORD);
	foo = bytes->length;
	bytes->length += 32;
	set(bytes, table, bytes->length, 8);
	set(bytes, table + 8, 2 * PAGE, 8);
	put_pages(bytes, 2, 'a');
	set(bytes, table + 16, bytes->length, 8);
	set(bytes, table + 24, PAGE, 8);
	put_pages(bytes, 1, 'c');
	set(bytes, foo + 16, bytes->length, 8);
	set(bytes, foo + 24, PAGE, 8);
	put_pages(bytes, 1, 'd');
}

static size_t begin_section(struct bytes *bytes, unsigned id, bool packed)
{
	size_t at = bytes->length;

	put_number(bytes, id, 2);
	put_number(bytes, packed, 2);
	put_number(bytes, 0, 4);
	put_number(bytes, 0, 8);
	return at;
}

static void end_section(struct bytes *bytes, size_t at)
{
	set(bytes, at + 8, bytes->length - at - TRACE_DAT_SECTION_BYTES, 8);
}

/* What was put since at becomes packed, with sizes in front. */
static void pack(struct bytes *bytes, size_t at)
{
	size_t length = bytes->length - at;
	uint8_t packed[16 * 1024];
	uLongf size = sizeof(packed);

	assert_int_equal(compress(packed, &size, bytes->data + at, length), Z_OK);
	bytes->length = at;
	put_number(bytes, size, 4);
	put_number(bytes, length, 4);
	put(bytes, packed, size);
}

/* The same as make_6(), its CPU 1 numbered 3. */
static void make_7(struct bytes *bytes, bool packed)
{
	struct {
		const char *name;
		unsigned cpu, pages;
		int content;
		size_t at, length;
	} cpus[] = {{"", 3, 1, 'c', 0, 0}, {"", 0, 2, 'a', 0, 0}, {"foo", 3, 1, 'd', 0, 0}};
	uint64_t parts[TRACE_DAT_CMDLINES + 1], options, buffers[2] = {0, 0};
	size_t start;

	put_start(bytes, "7");
	put_text(bytes, packed ? TRACE_DAT_ZLIB : TRACE_DAT_NONE);
	put_text(bytes, "1.2");
	start = bytes->length;
	put_number(bytes, 0, 8);
	for (unsigned id = TRACE_DAT_HEADER_INFO; id <= TRACE_DAT_CMDLINES; id++) {
		parts[id] = begin_section(bytes, id, packed);
		put_part(bytes, id);
		if (packed)
			pack(bytes, parts[id] + TRACE_DAT_SECTION_BYTES);
		end_section(bytes, parts[id]);
	}
	for (unsigned i = 0; i < 3; i++) {
		if (i != 1)
			buffers[i / 2] = begin_section(bytes, TRACE_DAT_BUFFER, packed);
		cpus[i].at = bytes->length;
		if (packed)
			put_number(bytes, 1, 4);
		put_pages(bytes, cpus[i].pages, cpus[i].content);
		if (packed)
			pack(bytes, cpus[i].at + 4);
		cpus[i].length = bytes->length - cpus[i].at;
		end_section(bytes, buffers[i / 2]);
	}
	options = begin_section(bytes, TRACE_DAT_OPTIONS_SECTION, false);
	for (unsigned id = TRACE_DAT_HEADER_INFO; id <= TRACE_DAT_CMDLINES; id++) {
		put_number(bytes, id, 2);
		put_number(bytes, 8, 4);
		put_number(bytes, parts[id], 8);
	}
	put_option(bytes, TRACE_DAT_TRACECLOCK, "local [counter]", 16);
	put_option(bytes, TRACE_DAT_OFFSET, "-1000", 6);
	put_option(bytes, TRACE_DAT_DATE, "0x0", 4);
	put_option(bytes, 4711, "what is that", 12);
	put_option(bytes, TRACE_DAT_UNAME, "Linux host 6.1.0-x x86_64", 26);
	/* The instance first: the top buffer is the first all the same. */
	for (int i = 1; i >= 0; i--) {
		size_t length;

		put_number(bytes, TRACE_DAT_BUFFER, 2);
		length = bytes->length;
		put_number(bytes, 0, 4);
		put_number(bytes, buffers[i], 8);
		put_text(bytes, i ? "foo" : "");
		put_text(bytes, "local");
		put_number(bytes, PAGE, 4);
		put_number(bytes, i ? 1 : 2, 4);
		for (unsigned j = i ? 2 : 0; j < (i ? 3 : 2); j++) {
			put_number(bytes, cpus[j].cpu, 4);
			put_number(bytes, cpus[j].at, 8);
			put_number(bytes, cpus[j].length, 8);
		}
		set(bytes, length, bytes->length - length - 4, 4);
	}
	put_option(bytes, TRACE_DAT_DONE, "\0\0\0\0\0\0\0", 8);
	end_section(bytes, options);
	set(bytes, start, options, 8);
}

static int file_of(const uint8_t *data, size_t length)
{
	int fd = memfd_create("trace.dat", 0);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, data, length, 0), (ssize_t)length);
	return fd;
}

/* Read all pages that there are said to be; how many bytes came. */
static uint64_t read_pages(const struct dat *dat, int fd)
{
	uint64_t all = 0;

	for (uint32_t i = 0; i < dat->buffer_count; i++)
		for (uint32_t j = 0; j < dat->buffers[i].cpu_count; j++) {
			const struct dat_cpu *cpu = &dat->buffers[i].cpus[j];
			struct page_file file = page_file_region(fd, cpu->from, cpu->length);
			uint8_t page[PAGE];
			uint64_t at = 0;
			ssize_t got;

			if (dat->buffers[i].packed)
				assert_int_equal(page_file_packed(&file, fd, cpu->from,
								  dat->size - cpu->from,
								  dat->packing,
								  dat->bundle.big_endian, cpu->cut),
						 0);
			while ((got = page_file_read(&file, page, sizeof(page), at)) > 0)
				at += (uint64_t)got;
			page_file_release(&file);
			all += at;
		}
	return all;
}

static void check_whole(struct bytes *bytes, bool seven)
{
	int fd = file_of(bytes->data, bytes->length);
	char error[512];
	struct dat dat;

	assert_int_equal(dat_load(&dat, fd, error, sizeof(error)), 0);
	assert_string_equal(dat.warning, "");
	assert_int_equal(dat.version, seven ? 7 : 6);
	assert_true(dat.ticks);
	assert_string_equal(dat.bundle.clock, "counter");
	assert_string_equal(dat.bundle.kernel, "6.1.0-x");
	assert_string_equal(dat.bundle.machine, "x86_64");
	assert_int_equal(dat.bundle.long_size, 4);
	assert_int_equal(dat.bundle.subbuf_size, PAGE);
	assert_int_equal(dat.bundle.big_endian, bytes->big);
	assert_int_equal(dat.bundle.cpus, seven ? 4 : 2);
	assert_non_null(bundle_find(&dat.bundle, "events/ftrace/demo"));
	assert_non_null(bundle_find(&dat.bundle, "events/sched/demo"));
	assert_non_null(bundle_find(&dat.bundle, "kallsyms"));
	assert_null(bundle_find(&dat.bundle, "printk_formats"));
	assert_int_equal(bundle_find(&dat.bundle, "saved_cmdlines")->length, 8);
	assert_int_equal(dat.buffer_count, 2);
	assert_string_equal(dat.buffers[0].name, "");
	assert_int_equal(dat.buffers[0].cpu_count, 2);
	assert_int_equal(dat.buffers[0].cpus[0].number, 0);
	assert_int_equal(dat.buffers[0].cpus[1].number, seven ? 3 : 1);
	assert_string_equal(dat.buffers[1].name, "foo");
	assert_int_equal(dat.buffers[1].cpu_count, 1);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(dat_clock_time(dat.buffers[i].clock, 0, 5000), 4000);
		assert_true(dat.buffers[i].clock->dated);
	}
	assert_int_equal(read_pages(&dat, fd), 4 * PAGE);
	dat_release(&dat);
	close(fd);
}

/* Whatever is there of it: either a few words why not, or what there is and a sentence. */
static void check_part(const uint8_t *data, size_t length)
{
	int fd = file_of(data, length);
	char error[512] = "";
	struct dat dat;
	int ret = dat_load(&dat, fd, error, sizeof(error));

	if (ret)
		assert_true(error[0]);
	else
		assert_true(read_pages(&dat, fd) <= 64 * PAGE);
	dat_release(&dat);
	close(fd);
}

static void make(struct bytes *bytes, unsigned kind)
{
	bytes->length = 0;
	bytes->big = kind & 1;
	if (kind < 2)
		make_6(bytes);
	else
		make_7(bytes, kind >= 4);
}

#define KINDS 6

static void test_whole(void **state)
{
	static struct bytes bytes;

	(void)state;
	for (unsigned kind = 0; kind < KINDS; kind++) {
		make(&bytes, kind);
		check_whole(&bytes, kind >= 2);
	}
}

/* Version 6 has its pages last, so it is known what each length must give. */
static void test_cut_pages(void **state)
{
	static struct bytes bytes;

	(void)state;
	make(&bytes, 0);
	for (size_t left = 1; left <= 4 * PAGE; left += 97) {
		int fd = file_of(bytes.data, bytes.length - left);
		char error[512];
		struct dat dat;

		assert_int_equal(dat_load(&dat, fd, error, sizeof(error)), 0);
		assert_non_null(strstr(dat.warning, "cut off"));
		assert_non_null(strstr(dat.warning, "CPU 1 of buffer foo"));
		assert_int_equal(read_pages(&dat, fd), 4 * PAGE - left);
		dat_release(&dat);
		close(fd);
	}
}

static void test_cut_anywhere(void **state)
{
	static struct bytes bytes;

	(void)state;
	for (unsigned kind = 0; kind < KINDS; kind++) {
		make(&bytes, kind);
		for (size_t length = 0; length < bytes.length; length++)
			if (length < 2000 || length > bytes.length - 2000 || length % 61 == 0)
				check_part(bytes.data, length);
	}
}

/* Every byte but those of pages becomes another one, some at a time the largest number. */
static void test_changed_anywhere(void **state)
{
	static const uint8_t values[] = {0x00, 0x01, 0x7f, 0xff};
	static struct bytes bytes;

	(void)state;
	for (unsigned kind = 0; kind < KINDS; kind++) {
		make(&bytes, kind);
		for (size_t at = 0; at < bytes.length; at++) {
			uint8_t old[8];

			if (at > 2000 && at < bytes.length - 2000 && at % 61)
				continue;
			memcpy(old, bytes.data + at, sizeof(old));
			for (unsigned i = 0; i < sizeof(values); i++) {
				bytes.data[at] = values[i];
				check_part(bytes.data, bytes.length);
			}
			if (at + 8 <= bytes.length) {
				memset(bytes.data + at, 0xff, 4);
				check_part(bytes.data, bytes.length);
				memset(bytes.data + at, 0xff, 8);
				check_part(bytes.data, bytes.length);
			}
			memcpy(bytes.data + at, old, sizeof(old));
		}
	}
}

/* Options that lead back to themselves come to an end. */
static void test_circle(void **state)
{
	static struct bytes bytes;
	char error[512];
	struct dat dat;
	size_t options;
	int fd;

	(void)state;
	bytes.length = 0;
	put_start(&bytes, "7");
	put_text(&bytes, TRACE_DAT_NONE);
	put_text(&bytes, "");
	options = bytes.length + 8;
	put_number(&bytes, options, 8);
	begin_section(&bytes, TRACE_DAT_OPTIONS_SECTION, false);
	put_number(&bytes, TRACE_DAT_DONE, 2);
	put_number(&bytes, 8, 4);
	put_number(&bytes, options, 8);
	fd = file_of(bytes.data, bytes.length);
	assert_int_equal(dat_load(&dat, fd, error, sizeof(error)), -E2BIG);
	dat_release(&dat);
	close(fd);
}

/* A circle of so much that to go round it as often as there may be options would take minutes. */
static void check_large_circle(const struct bytes *bytes, size_t length, size_t far)
{
	int fd = file_of(bytes->data, length);
	char error[512];
	struct dat dat;

	assert_int_equal(ftruncate(fd, 80 << 20), 0);
	assert_int_equal(pwrite(fd, bytes->data + length, bytes->length - length,
				(off_t)(length + far)),
			 (ssize_t)(bytes->length - length));
	assert_int_equal(dat_load(&dat, fd, error, sizeof(error)), -E2BIG);
	dat_release(&dat);
	close(fd);
}

static void test_large_circles(void **state)
{
	static struct bytes bytes;
	size_t options, done;

	(void)state;
	bytes.length = 0;
	/* Behind what is packed there is much that is not looked at. */
	put_start(&bytes, "7");
	put_text(&bytes, TRACE_DAT_ZLIB);
	put_text(&bytes, "");
	options = bytes.length + 8;
	put_number(&bytes, options, 8);
	done = begin_section(&bytes, TRACE_DAT_OPTIONS_SECTION, true) + TRACE_DAT_SECTION_BYTES;
	put_number(&bytes, TRACE_DAT_DONE, 2);
	put_number(&bytes, 8, 4);
	put_number(&bytes, options, 8);
	pack(&bytes, done);
	set(&bytes, done, 60 << 20, 4);
	check_large_circle(&bytes, bytes.length, 0);
	/* A date of 32 MiB, and the other option far behind it. */
	bytes.length = 0;
	put_start(&bytes, "7");
	put_text(&bytes, TRACE_DAT_NONE);
	put_text(&bytes, "");
	options = bytes.length + 8;
	put_number(&bytes, options, 8);
	begin_section(&bytes, TRACE_DAT_OPTIONS_SECTION, false);
	put_number(&bytes, TRACE_DAT_DATE, 2);
	put_number(&bytes, 32 << 20, 4);
	done = bytes.length;
	put_number(&bytes, TRACE_DAT_DONE, 2);
	put_number(&bytes, 8, 4);
	put_number(&bytes, options, 8);
	check_large_circle(&bytes, done, 32 << 20);
}

static void check_refusal(const void *data, size_t length, const char *words)
{
	int fd = file_of(data, length);
	char error[512] = "";
	struct dat dat;

	assert_true(dat_load(&dat, fd, error, sizeof(error)) < 0);
	assert_non_null(strstr(error, words));
	dat_release(&dat);
	close(fd);
}

static void test_refusals(void **state)
{
	static struct bytes bytes;

	(void)state;
	check_refusal("", 0, "does not begin");
	check_refusal("hello, world", 12, "does not begin");
	bytes.length = 0;
	put_start(&bytes, "8");
	check_refusal(bytes.data, bytes.length, "version 8");
	bytes.length = 0;
	put_start(&bytes, "7");
	put_text(&bytes, "lzma");
	put_text(&bytes, "1");
	put_number(&bytes, 1, 8);
	check_refusal(bytes.data, bytes.length, "lzma");
	bytes.length = 0;
	put_start(&bytes, "6");
	for (unsigned id = TRACE_DAT_HEADER_INFO; id <= TRACE_DAT_CMDLINES; id++)
		put_part(&bytes, id);
	put_number(&bytes, 2, 4);
	put_text(&bytes, TRACE_DAT_LATENCY);
	check_refusal(bytes.data, bytes.length, "latency");
	bytes.length = 0;
	put_start(&bytes, "7");
	put_text(&bytes, TRACE_DAT_NONE);
	put_text(&bytes, "");
	put_number(&bytes, bytes.length + 8, 8);
	begin_section(&bytes, TRACE_DAT_OPTIONS_SECTION, false);
	put_option(&bytes, TRACE_DAT_BUFFER_TEXT, "\0\0\0\0\0\0\0\0\0local", 15);
	put_option(&bytes, TRACE_DAT_DONE, "\0\0\0\0\0\0\0", 8);
	check_refusal(bytes.data, bytes.length, "latency");
}

/* ---- time ---- */

static void test_clock(void **state)
{
	struct dat_clock clock = {.offset = 0};
	struct dat_reader data;
	struct bytes bytes = {.length = 0};
	static const int64_t samples[3][3] = {{1000, 2000, 4000}, {10, 30, -50}, {1, 1, 3}};

	(void)state;
	assert_true(dat_clock_idle(&clock));
	clock.offset = -7;
	assert_int_equal(dat_clock_time(&clock, 0, 1000), 993);
	/* 3 ns for 2 ticks, of a number that has more than 32 bits too. */
	clock = (struct dat_clock){.mult = 3, .shift = 1};
	assert_int_equal(dat_clock_time(&clock, 0, 1000), 1500);
	assert_int_equal(dat_clock_time(&clock, 0, UINT64_C(10000000000)), UINT64_C(15000000000));
	clock = (struct dat_clock){.mult = 3, .shift = 200};
	assert_int_equal(dat_clock_time(&clock, 0, UINT64_MAX), 0);

	/* Two CPUs, three samples of the one and one of the other; no fractions. */
	clock = (struct dat_clock){.offset = 0};
	put_number(&bytes, 42, 8);
	put_number(&bytes, 1, 4);
	put_number(&bytes, 2, 4);
	put_number(&bytes, 3, 4);
	for (unsigned i = 0; i < 3; i++)
		for (unsigned j = 0; j < 3; j++)
			put_number(&bytes, (uint64_t)samples[i][j], 8);
	put_number(&bytes, 1, 4);
	put_number(&bytes, 0, 8);
	put_number(&bytes, 100, 8);
	put_number(&bytes, 1, 8);
	dat_reader_memory(&data, bytes.data, bytes.length, false);
	assert_int_equal(dat_clock_read_shift(&clock, &data), 0);
	assert_int_equal(dat_clock_time(&clock, 0, 1000), 1010);
	assert_int_equal(dat_clock_time(&clock, 0, 1500), 1520);
	assert_int_equal(dat_clock_time(&clock, 0, 3000), 3000 + 30 - 39); /* rounded up */
	assert_int_equal(dat_clock_time(&clock, 0, 500), 501); /* 10 + (-10000 + 500) / 1000 */
	assert_int_equal(dat_clock_time(&clock, 1, 500), 600);
	assert_int_equal(dat_clock_time(&clock, 2, 500), 500);
	for (size_t length = 0; length < bytes.length; length++) {
		dat_reader_memory(&data, bytes.data, length, false);
		assert_int_equal(dat_clock_read_shift(&clock, &data), -EBADMSG);
		assert_true(dat_clock_idle(&clock));
	}
	dat_clock_release(&clock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),	     cmocka_unit_test(test_cut_pages),
		cmocka_unit_test(test_cut_anywhere), cmocka_unit_test(test_changed_anywhere),
		cmocka_unit_test(test_circle),	     cmocka_unit_test(test_large_circles),
		cmocka_unit_test(test_refusals),     cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
