// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compiled programs against libtraceevent with its plugins: the same text, on recorded pages and
 * on records of random bytes that still hold what their formats promise.
 */
#include <fcntl.h>
#include <traceevent/trace-seq.h>

#include "tests/unit/formats.h"
#include "tui/engine/print.h"

#define RECORDS 300 /* random ones of each event */

struct fixture {
	struct formats_stock stock;
	struct formats *formats;
	struct comms *comms;
	struct printer printer;
	unsigned compared;
	unsigned differ;
};

static uint64_t random_state = 1;

/* xorshift64* */
static uint64_t random_number(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * UINT64_C(0x2545f4914f6cdd1d);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *path = getenv("VTRACE_TEST_FORMATS");
	struct engine_formats_reply reply;
	int fd;

	f->comms = comms_new();
	assert_int_equal(formats_stock_init(&f->stock), 0);
	fd = open(path ? path : "tests/engine/demo-6.1/formats", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(formats_load(&f->formats, NULL, &f->stock, fd, f->comms, &reply), 0);
	close(fd);
	assert_int_equal(printer_init(&f->printer), 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	printer_release(&f->printer);
	formats_free(f->formats);
	formats_stock_release(&f->stock);
	comms_free(f->comms);
	free(f);
	return 0;
}

static void reference(struct fixture *f, const uint8_t *data, uint32_t size, struct trace_seq *seq)
{
	static uint8_t copy[65536 + 4096];
	struct tep_record record = {.ts = 1, .size = (int)size, .data = copy};

	memset(copy, 0, sizeof(copy));
	memcpy(copy, data, size);
	record.record_size = record.size;
	trace_seq_reset(seq);
	tep_print_event(f->formats->tep, seq, &record, "%s", TEP_PRINT_INFO);
	trace_seq_terminate(seq);
}

/* What trace-cmd prints in the place of libtraceevent, what depends on the rows before, and bytes
 * of a length that the record says, of which libtraceevent prints those behind the record too. */
static bool is_incomparable(const struct fixture *f, const struct event_format *format)
{
	const struct op *op = f->formats->programs.ops + format->program.first;
	const char *name = format->event->name;

	for (uint32_t i = 0; i < format->program.count; i++)
		if ((op[i].code == OP_BYTES || op[i].code == OP_NUMBERS) &&
		    op[i].extent.kind != VALUE_CONSTANT)
			return true;
	return !strcmp(name, "funcgraph_entry") || !strcmp(name, "funcgraph_exit") ||
	       !strcmp(name, "function");
}

static void compare(struct fixture *f, const struct event_format *format, const uint8_t *data,
		    uint32_t size, struct trace_seq *seq)
{
	const struct print_job job = {
		.formats = f->formats,
		.format = format,
		.geometry = &f->formats->geometry,
		.comms = f->comms,
		.data = data,
		.size = size,
		.ts = 1,
	};
	char text[PRINT_TEXT_MAX];
	struct out out;

	if (!format->program.count || is_incomparable(f, format) || print_fault(&job))
		return;
	reference(f, data, size, seq);
	out_init(&out, text, sizeof(text) - 1);
	print_detail(&f->printer, &job, NULL, NULL, &out);
	*out.at = '\0';
	f->compared++;
	if (!strcmp(text, seq->buffer))
		return;
	f->differ++;
	if (f->differ < 20)
		print_message("%s: '%s'\n\twe say        '%s'\n\tlibtraceevent '%s'\n",
			      format->event->name, format->event->print_fmt.format, text,
			      seq->buffer);
}

/* Random bytes, with dynamic fields that lie inside and end in a zero. */
static uint32_t make_record(const struct event_format *format, uint8_t *data)
{
	uint32_t size = (format->extent + 3) & ~3u, behind;
	uint64_t style = random_number();

	if (size < 8)
		size = 8;
	behind = size;
	size += format->dynamic_count * 24;
	for (uint32_t i = 0; i < size; i++) {
		data[i] = (uint8_t)random_number();
		if (style & 1)
			data[i] &= 3; /* small numbers, flags that have names */
		if (style & 2)
			data[i] = (uint8_t)('a' + data[i] % 26);
	}
	for (uint32_t i = 0; i < format->dynamic_count; i++) {
		const struct dynamic_field *field = &format->dynamic[i];
		uint32_t length = (uint32_t)(random_number() % 4) * 8, offset = behind + i * 24;
		uint32_t word;

		if (length > 16)
			length = 5;
		word = length << 16 | (offset - field->relative);
		memcpy(data + field->offset, &word, sizeof(word));
		data[offset + 23] = '\0';
	}
	data[0] = (uint8_t)format->event->id;
	data[1] = (uint8_t)(format->event->id >> 8);
	return size;
}

static void test_random_records(void **state)
{
	struct fixture *f = *state;
	uint8_t data[65536 + 24 * 64];
	struct trace_seq seq;
	unsigned programs = 0;

	trace_seq_init(&seq);
	for (size_t i = 0; i < f->formats->event_count; i++) {
		const struct event_format *format = &f->formats->events[i];

		programs += format->program.count != 0;
		if (!format->program.count && getenv("VTRACE_TEST_FORMATS"))
			print_message("no program: %s:%s %s\n", format->event->system,
				      format->event->name, format->event->print_fmt.format);
		for (unsigned n = 0; n < RECORDS; n++) {
			uint32_t size = make_record(format, data);

			compare(f, format, data, size, &seq);
		}
	}
	print_message("%u of %zu events have programs, %u records compared\n", programs,
		      f->formats->event_count, f->compared);
	trace_seq_destroy(&seq);
	assert_int_equal(f->differ, 0);
	assert_in_range(f->compared, 15000, 10000000);
}

static void compare_page(struct fixture *f, const uint8_t *page, struct trace_seq *seq)
{
	struct page_cursor cursor;
	struct page_record record;

	page_cursor_init(&cursor, &f->formats->geometry, page);
	while (page_next(&cursor, &record)) {
		const uint8_t *data = page + record.offset;
		const struct event_format *format =
			formats_event(f->formats, page_u16(&f->formats->geometry, data));

		if (format)
			compare(f, format, data, record.size, seq);
	}
}

static void test_recorded_pages(void **state)
{
	struct fixture *f = *state;
	struct trace_seq seq;
	uint8_t page[4096];

	trace_seq_init(&seq);
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), "tests/engine/demo-6.1/cpu%u.raw", cpu);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		while (read(fd, page, sizeof(page)) == sizeof(page))
			compare_page(f, page, &seq);
		close(fd);
	}
	trace_seq_destroy(&seq);
	assert_int_equal(f->differ, 0);
	assert_in_range(f->compared, 3000, 10000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_recorded_pages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_random_records, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
