// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compiled filters against tep_filter_match(): the same answers for conditions made at random on
 * every event, on records of random bytes and on recorded pages.
 */
#include <fcntl.h>

#include "tests/unit/filters.h"

#ifdef VTRACE_SANITIZED
const char *__lsan_default_suppressions(void);

/* libtraceevent forgets the parentheses behind an exclamation mark. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libtraceevent\nleak:vasprintf\n";
}
#endif

#define CONDITIONS 50 /* random ones for each event */
#define RECORDS	   60 /* random ones for each condition */

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->comms = comms_new();
	load_recorded(&f->formats, &f->stock, f->comms, false);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	formats_free(f->formats);
	formats_stock_release(&f->stock);
	comms_free(f->comms);
	free(f);
	return 0;
}

/* ---- conditions at random ---- */

struct writer {
	char text[400]; /* less than half of libtraceevent's buffer for errors */
	size_t length;
};

static void put(struct writer *writer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	writer->length += (size_t)vsnprintf(writer->text + writer->length,
					    sizeof(writer->text) - writer->length, format, args);
	va_end(args);
	assert_true(writer->length < sizeof(writer->text));
}

static const struct tep_format_field *any_field(const struct tep_event *event)
{
	unsigned count = (unsigned)(event->format.nr_common + event->format.nr_fields);
	unsigned at = chance(count);
	const struct tep_format_field *field = event->format.common_fields;

	for (; at && field; at--)
		field = field->next			? field->next
			: field == event->format.fields ? NULL
							: event->format.fields;
	return field ? field : event->format.common_fields;
}

static bool is_number(const struct tep_format_field *field)
{
	return field->size == 1 || field->size == 2 || field->size == 4 || field->size == 8;
}

static void put_number(struct writer *writer)
{
	static const char *const formats[] = {"%llu", "0x%llx", "0%llo"};
	uint64_t number = random_number() >> chance(64);

	put(writer, formats[chance(3)], (unsigned long long)number);
}

static void put_text(struct writer *writer, const struct tep_format_field *field)
{
	static const char *const texts[] = {"", "a", "ab", "abc", "0x1", "b*c", "^a", "b$", "."};
	static const char *const signs[] = {"==", "!=", "=~", "!~"};

	put(writer, "%s %s \"%s\"", field->name, signs[chance(4)],
	    texts[chance(sizeof(texts) / sizeof(texts[0]))]);
}

static void put_comparison(struct writer *writer, const struct tep_event *event)
{
	static const char *const signs[] = {"==", "!=", "<", "<=", ">", ">="};
	static const char *const values[] = {"&", "|", "^", "+", "-", "*", ">>"};
	const struct tep_format_field *field = any_field(event);
	bool is_signed = field->flags & TEP_FIELD_IS_SIGNED;

	if (!chance(12)) {
		put(writer, "CPU %s %u", signs[chance(6)], chance(4));
	} else if (!chance(12)) {
		/* Which sched_switch has, and others mostly not. */
		put(writer, "prev_pid %s 3", signs[chance(2)]);
	} else if ((field->flags & TEP_FIELD_IS_STRING) && field->size) {
		put_text(writer, field);
	} else if (!is_number(field)) {
		put(writer, "common_pid != 7");
	} else if (!chance(4)) {
		unsigned which = chance(7);

		put(writer, "%s %s ", field->name, values[which]);
		/* A shift by more has no meaning there. */
		if (which == 6)
			put(writer, "%u", chance(64));
		else
			put_number(writer);
	} else {
		/* The order of signed numbers is deliberately another one. */
		put(writer, "%s %s ", field->name, signs[chance(is_signed ? 2 : 6)]);
		if (chance(2))
			put(writer, "%u", chance(200));
		else
			put_number(writer);
	}
}

static void put_condition(struct writer *writer, const struct tep_event *event, unsigned depth)
{
	unsigned parts = 1 + chance(3);

	for (unsigned i = 0; i < parts && (!i || writer->length < 150); i++) {
		if (i)
			put(writer, chance(2) ? " && " : " || ");
		if (!chance(3) && depth < 3) {
			put(writer, chance(2) ? "(" : "!(");
			put_condition(writer, event, depth + 1);
			put(writer, ")");
		} else {
			put_comparison(writer, event);
		}
	}
}

/* ---- records ---- */

/* What tep_filter_match() says; data has zeroes behind size, for what it reads there. */
static bool reference(struct tep_event_filter *filter, const struct filter_record *record)
{
	struct tep_record copy = {
		.ts = record->ts,
		.cpu = (int)record->cpu,
		.size = (int)record->size,
		.record_size = (int)record->size,
		.data = (void *)record->data,
	};

	return tep_filter_match(filter, &copy) == TEP_ERRNO__FILTER_MATCH;
}

/* Short texts with an end, so that conditions are met now and then. */
static void fill_text(uint8_t *at, uint32_t size)
{
	uint32_t length = size ? chance(size < 5 ? size : 5) : 0;

	memset(at, 0, size);
	for (uint32_t i = 0; i < length; i++)
		at[i] = (uint8_t)('a' + chance(3));
}

static uint32_t random_record(const struct event_format *format, uint8_t *data, size_t room)
{
	uint32_t size = (format->least + 3) & ~3u, text = 8;

	memset(data, 0, room);
	for (uint32_t i = 0; i < size; i++)
		data[i] = (uint8_t)(random_number() >> 40);
	data[0] = (uint8_t)format->event->id;
	data[1] = (uint8_t)(format->event->id >> 8);
	for (const struct tep_format_field *field = format->event->format.fields; field;
	     field = field->next) {
		uint32_t offset = (uint32_t)field->offset, word;

		if (field->flags & TEP_FIELD_IS_DYNAMIC) {
			uint32_t from = field->flags & TEP_FIELD_IS_RELATIVE
						? offset + (uint32_t)field->size
						: 0;

			word = text << 16 | (size - from);
			memcpy(data + offset, &word, 4);
			fill_text(data + size, text);
			size += text;
		} else if (field->flags & TEP_FIELD_IS_STRING) {
			fill_text(data + offset, (uint32_t)field->size);
		} else if (is_number(field) && chance(2)) {
			/* Small numbers are equal to others now and then. */
			memset(data + offset, 0, (size_t)field->size);
			data[offset] = (uint8_t)chance(200);
		}
	}
	return size;
}

/* ---- tests ---- */

static void compare_event(struct fixture *f, const struct event_format *format,
			  struct answers *answers)
{
	struct tep_event_filter *theirs = tep_filter_alloc(f->formats->tep);
	static uint8_t data[65536 * 3];
	struct writer writer = {.length = 0};
	struct filter *ours;

	put(&writer, "%s/%s, sched/sched_switch: ", format->event->system, format->event->name);
	put_condition(&writer, format->event, 0);
	ours = compiled(f, writer.text);
	assert_int_equal(tep_filter_add_filter_str(theirs, writer.text), 0);
	for (unsigned i = 0; i < RECORDS; i++) {
		uint32_t size = random_record(format, data, sizeof(data));
		struct filter_record record = as_record(data, size, chance(4));
		bool passes = filter_passes(ours, &record);

		if (passes != reference(theirs, &record))
			fail_msg("'%s' %s, record %u", writer.text,
				 passes ? "passes" : "does not pass", i);
		answers->yes += passes;
		answers->no += !passes;
	}
	filter_free(ours);
	tep_filter_free(theirs);
}

static void test_random_conditions_are_libtraceevents(void **state)
{
	struct fixture *f = *state;
	struct answers answers = {0};

	for (size_t i = 0; i < f->formats->event_count; i++) {
		const struct event_format *format = &f->formats->events[i];

		if (formats_event(f->formats, (uint16_t)format->event->id) != format)
			continue;
		for (unsigned n = 0; n < CONDITIONS; n++)
			compare_event(f, format, &answers);
	}
	print_message("%u records pass, %u do not\n", answers.yes, answers.no);
	assert_true(answers.yes > 10000 && answers.no > 10000);
}

static void compare_page(struct fixture *f, const uint8_t *page, const struct filter *ours,
			 struct tep_event_filter *theirs, struct answers *answers)
{
	struct page_cursor walk;
	struct page_record at;

	page_cursor_init(&walk, &f->formats->geometry, page);
	while (page_next(&walk, &at)) {
		struct filter_record record = as_record(page + at.offset, at.size, chance(2));
		bool passes = filter_passes(ours, &record);

		assert_int_equal(passes, reference(theirs, &record));
		answers->yes += passes;
		answers->no += !passes;
	}
}

static void test_recorded_records(void **state)
{
	static const char *const expressions[] = {
		"sched_switch: prev_prio < 50 || next_prio > 100",
		"sched_switch: next_comm == \"rcu_preempt\" && prev_pid != 0",
		"sched: next_comm =~ \"^kworker\" || comm =~ \"SLEEP$\"",
		".*: common_pid == 0 && CPU == 1",
		"irq: vec & 1",
		"timer: !(expires > 11988589850)",
		"hrtimer_start: function == \"nothing\"",
	};
	struct fixture *f = *state;
	static uint8_t page[4096];

	for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++) {
		struct tep_event_filter *theirs = tep_filter_alloc(f->formats->tep);
		struct filter *ours = compiled(f, expressions[i]);
		int fd = open("tests/engine/demo-6.1/cpu1.raw", O_RDONLY | O_CLOEXEC);
		struct answers answers = {0};

		assert_true(fd >= 0);
		assert_int_equal(tep_filter_add_filter_str(theirs, expressions[i]), 0);
		while (read(fd, page, sizeof(page)) == sizeof(page))
			compare_page(f, page, ours, theirs, &answers);
		assert_true(answers.no);
		assert_true(answers.yes || i == 6);
		close(fd);
		filter_free(ours);
		tep_filter_free(theirs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_conditions_are_libtraceevents),
		cmocka_unit_test(test_recorded_records),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
