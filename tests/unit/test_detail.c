// SPDX-License-Identifier: GPL-2.0-only
/* Details of rows, from literal records: fields, values, meanings, texts, bytes; and what a guest
 * claims that is not so. */
#include "tests/unit/formats.h"
#include "tests/unit/pages.h"
#include "tui/engine/client.h"
#include "tui/engine/detail.h"

enum {
	EVENT_SWITCH = 10,
	EVENT_NUMBERS,
	EVENT_STRINGS,
	EVENT_STACK,
	EVENT_TIMER,
	EVENT_MANY,
	EVENT_UNHEARD = 99,
};

#define SWITCH_PRINT                                                                           \
	"\"%s ==> %d %s\", (REC->prev_state & 3) ? __print_flags(REC->prev_state & 3, \"|\", " \
	"{ 1, \"S\" }, { 2, \"D\" }) : \"R\", REC->next_pid, "                                 \
	"__print_symbolic(REC->reason, { 0, \"none\" }, { 7, \"preempted\" })"
#define ONE 0xffffffff81000000

struct fixture {
	struct formats *formats;
	struct comms *comms;
	struct printer printer;
	/* As a packet has it: struct engine_rows before it. */
	_Alignas(8) uint8_t packet[sizeof(struct engine_rows) + DETAIL_ROOM_LEAST];
	struct engine_detail_view view;
	uint8_t record[512];
	uint32_t size;
	size_t room; /* for details */
};

static const struct page_geometry geometry = {4096, 8, false};

/* Ever so many fields of one byte. */
static void add_many(struct made_bundle *made)
{
	static char fields[32768];
	size_t length = 0;

	for (unsigned i = 0; i < 400; i++)
		length += (size_t)snprintf(fields + length, sizeof(fields) - length,
					   "\tfield:u8 f%u;\toffset:%u;\tsize:1;\tsigned:0;\n", i,
					   8 + i);
	char *text = NULL;

	assert_true(asprintf(&text, "name: many\nID: %d\nformat:\n%s%s\nprint fmt: \"many\"\n",
			     EVENT_MANY, COMMON_FIELDS, fields) > 0);
	bundle_text(made, "events/test/many", text);
	free(text);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct engine_formats_reply reply;
	struct made_bundle made;

	f->comms = comms_new();
	bundle_begin(&made, "boot");
	bundle_event(&made, "sched/switch", EVENT_SWITCH, COMMON_FIELDS,
		     FIELD("char next_comm[16]", 8, 16, 0) FIELD("pid_t next_pid", 24, 4, 1)
			     FIELD("long prev_state", 32, 8, 1) FIELD("u32 reason", 40, 4, 0),
		     SWITCH_PRINT);
	bundle_event(&made, "numbers", EVENT_NUMBERS, COMMON_FIELDS,
		     FIELD("s8 small", 8, 1, 1) FIELD("u16 list[3]", 10, 6, 0)
			     FIELD("u64 big", 16, 8, 0) FIELD("u8 mac[6]", 24, 6, 0)
				     FIELD("struct odd odd", 30, 3, 0),
		     "\"%d\", REC->small");
	bundle_event(&made, "strings", EVENT_STRINGS, COMMON_FIELDS,
		     FIELD("__data_loc char[] name", 8, 4, 0)
			     FIELD("__rel_loc u32[] ids", 12, 4, 0),
		     "\"%s\", __get_str(name)");
	bundle_event(&made, "ftrace/kernel_stack", EVENT_STACK, COMMON_FIELDS,
		     FIELD("int size", 8, 4, 1) FIELD("unsigned long caller[8]", 16, 64, 0),
		     "\"\\t=> %ps\\n\\t=> %ps\\n\\t=> %ps\\n\" , (void *)REC->caller[0], "
		     "(void *)REC->caller[1], (void *)REC->caller[2]");
	bundle_event(&made, "timer", EVENT_TIMER, COMMON_FIELDS,
		     FIELD("void * timer", 8, 8, 0) FIELD("void * function", 16, 8, 0)
			     FIELD("unsigned long expires", 24, 8, 0),
		     "\"%p %ps %lu\", REC->timer, REC->function, REC->expires");
	add_many(&made);
	bundle_text(&made, "kallsyms",
		    "ffffffff81000000 T one\nffffffff81000100 T two\n"
		    "ffffffff81000200 T three\n");
	bundle_text(&made, "saved_cmdlines", "1000 bash\n");
	assert_int_equal(bundle_load(&made, &f->formats, f->comms, &reply), 0);
	assert_int_equal(printer_init(&f->printer), 0);
	f->room = DETAIL_ROOM_LEAST;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	printer_release(&f->printer);
	formats_free(f->formats);
	comms_free(f->comms);
	free(f);
	return 0;
}

static void record(struct fixture *f, uint16_t id, uint32_t size)
{
	memset(f->record, 0, sizeof(f->record));
	put_bytes(&geometry, f->record, id, 2);
	put_bytes(&geometry, f->record + 4, 1000, 4);
	f->size = size;
}

static void number(struct fixture *f, unsigned offset, unsigned size, uint64_t value)
{
	put_bytes(&geometry, f->record + offset, value, size);
}

/* Of a copy that ends where the record does, so that a byte read behind it is seen by sanitizers;
 * taken apart as the console does. */
static void detail(struct fixture *f)
{
	const struct engine_position at = {.ts = 5, .row = 6, .cpu = 1};
	uint8_t *copy = malloc(f->size);
	struct print_job job = {
		.formats = f->formats,
		.geometry = &geometry,
		.comms = f->comms,
		.data = copy,
		.size = f->size,
		.cpu = 1,
		.ts = 5,
	};
	size_t length;

	memcpy(copy, f->record, f->size);
	print_find_format(&job);
	length = detail_of_event(f->packet + sizeof(struct engine_rows), f->room, &f->printer, &job,
				 &at);
	free(copy);
	assert_in_range(length, sizeof(struct engine_detail), DETAIL_ROOM_LEAST);
	assert_true(engine_detail_open(f->packet, sizeof(struct engine_rows) + length, &f->view));
	assert_int_equal(f->view.detail->at.row, 6);
	assert_int_equal(f->view.detail->size, f->size);
	assert_memory_equal(f->view.raw, f->record, f->view.detail->raw_len);
}

static const struct engine_detail_field *field(struct fixture *f, const char *name, char *text,
					       size_t size)
{
	const uint8_t *at = f->view.fields;
	struct engine_field_view v;

	while (engine_detail_next(&f->view, &at, &v)) {
		if (v.field->name_len != strlen(name) || memcmp(v.name, name, strlen(name)))
			continue;
		snprintf(text, size, "%.*s | %.*s | %.*s", v.field->type_len, v.type,
			 v.field->value_len, v.value, v.field->meaning_len, v.meaning);
		return v.field;
	}
	fail_msg("there is no field %s", name);
	return NULL;
}

/* Type, value and meaning of a field. */
static void says(struct fixture *f, const char *name, const char *expected)
{
	char text[2048];

	field(f, name, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void lies(struct fixture *f, const char *name, uint32_t offset, uint32_t size,
		 uint32_t data_offset, uint32_t data_size)
{
	char text[2048];
	const struct engine_detail_field *found = field(f, name, text, sizeof(text));

	assert_int_equal(found->offset, offset);
	assert_int_equal(found->size, size);
	assert_int_equal(found->data_offset, data_offset);
	assert_int_equal(found->data_size, data_size);
}

static void text_is(const char *text, size_t length, const char *expected)
{
	assert_int_equal(length, strlen(expected));
	assert_memory_equal(text, expected, length);
}

static void test_what_all_events_have(void **state)
{
	struct fixture *f = *state;

	record(f, EVENT_SWITCH, 44);
	f->record[2] = 0x01 | 0x10;
	detail(f);
	assert_int_equal(f->view.detail->kind, ENGINE_ROW_EVENT);
	assert_int_equal(f->view.detail->event_id, EVENT_SWITCH);
	assert_int_equal(f->view.detail->pid, 1000);
	assert_int_equal(f->view.detail->fields, 8);
	assert_int_equal(f->view.detail->raw_len, 44);
	text_is(f->view.event, f->view.detail->event_len, "switch");
	text_is(f->view.system, f->view.detail->system_len, "sched");
	text_is(f->view.task, f->view.detail->task_len, "bash");
	text_is(f->view.format, f->view.detail->format_len, SWITCH_PRINT);
	says(f, "common_type", "unsigned short | 10 | switch");
	says(f, "common_flags", "unsigned char | 17 | irqs-off|softirq");
	says(f, "common_pid", "int | 1000 | bash");
	lies(f, "common_pid", 4, 4, 0, 0);
	lies(f, "prev_state", 32, 8, 0, 0);
}

static void test_names_of_values(void **state)
{
	struct fixture *f = *state;

	record(f, EVENT_SWITCH, 44);
	memcpy(f->record + 8, "kworker/0:1\0old", 16);
	number(f, 24, 4, (uint32_t)-2);
	number(f, 32, 8, 3);
	number(f, 40, 4, 7);
	detail(f);
	says(f, "next_comm", "char[16] | \"kworker/0:1\" | ");
	says(f, "next_pid", "pid_t | -2 | 0xfffffffe");
	says(f, "prev_state", "long | 3 | S|D");
	says(f, "reason", "u32 | 7 | preempted");
	text_is(f->view.text, f->view.detail->text_len, "S|D ==> -2 preempted");
	/* The other side of the condition that the flags stand in. */
	number(f, 32, 8, 0x100);
	number(f, 40, 4, 8);
	detail(f);
	says(f, "prev_state", "long | 256 | R");
	says(f, "reason", "u32 | 8 | ");
}

static void test_numbers_and_arrays(void **state)
{
	struct fixture *f = *state;

	record(f, EVENT_NUMBERS, 36);
	number(f, 8, 1, 0x80);
	number(f, 10, 2, 1);
	number(f, 12, 2, 65535);
	number(f, 16, 8, 1234567890123);
	memcpy(f->record + 24, "\x52\x54\x00\x12\x34\x56\x01\x02\x03", 9);
	detail(f);
	says(f, "small", "s8 | -128 | 0x80");
	says(f, "list", "u16[3] | {1, 65535, 0} | ");
	says(f, "big", "u64 | 1234567890123 | 0x11f71fb04cb");
	says(f, "mac", "u8[6] | 52 54 00 12 34 56 | ");
	says(f, "odd", "struct odd | 01 02 03 | ");
}

static void test_what_dynamic_fields_point_to(void **state)
{
	struct fixture *f = *state;

	record(f, EVENT_STRINGS, 32);
	number(f, 8, 4, 5 << 16 | 16);
	number(f, 12, 4, 8 << 16 | 8);
	memcpy(f->record + 16, "eth0", 5);
	number(f, 24, 4, 11);
	number(f, 28, 4, 22);
	detail(f);
	says(f, "name", "__data_loc char[] | \"eth0\" | ");
	lies(f, "name", 8, 4, 16, 5);
	says(f, "ids", "__rel_loc u32[] | {11, 22} | ");
	lies(f, "ids", 12, 4, 24, 8);
}

static void test_stacks_have_a_line_for_each_frame(void **state)
{
	struct fixture *f = *state;

	record(f, EVENT_STACK, 16 + 3 * 8);
	number(f, 8, 4, 3);
	number(f, 16, 8, ONE + 0x10);
	number(f, 24, 8, ONE + 0x100);
	number(f, 32, 8, 0x1234);
	detail(f);
	text_is(f->view.text, f->view.detail->text_len, "\t=> one\n\t=> two\n\t=> 0x1234\n");
	/* As many as there are, whatever the format declares. */
	lies(f, "caller", 16, 24, 0, 0);
	says(f, "caller", "unsigned long[8] | {0xffffffff81000010, 0xffffffff81000100, 4660} | ");
}

static void test_addresses_have_symbols(void **state)
{
	struct fixture *f = *state;

	record(f, EVENT_TIMER, 32);
	number(f, 8, 8, 0xffff888000001000);
	number(f, 16, 8, ONE + 0x104);
	number(f, 24, 8, ONE);
	detail(f);
	says(f, "timer", "void * | 0xffff888000001000 | ");
	says(f, "function", "void * | 0xffffffff81000104 | two+0x4");
	says(f, "expires", "unsigned long | 0xffffffff81000000 | one");
	/* Far behind the last symbol, and a number that is none. */
	number(f, 16, 8, ONE + (1 << 30));
	number(f, 24, 8, 4294967300);
	detail(f);
	says(f, "function", "void * | 0xffffffffc1000000 | ");
	says(f, "expires", "unsigned long | 4294967300 | 0x100000004");
}

static void test_unknown_events_have_what_all_have(void **state)
{
	struct fixture *f = *state;

	record(f, EVENT_UNHEARD, 12);
	number(f, 8, 4, 0xdeadbeef);
	detail(f);
	assert_int_equal(f->view.detail->kind, ENGINE_ROW_UNKNOWN);
	assert_int_equal(f->view.detail->fields, 4);
	assert_int_equal(f->view.detail->format_len, 0);
	says(f, "common_pid", "int | 1000 | bash");
	/* One too short for that. */
	record(f, EVENT_UNHEARD, 4);
	detail(f);
	says(f, "common_pid", "int | (lies outside of the record) | ");
}

static void test_lies_stay_inside(void **state)
{
	struct fixture *f = *state;
	char text[64];

	record(f, EVENT_SWITCH, 12);
	detail(f);
	assert_int_equal(f->view.detail->kind, ENGINE_ROW_MALFORMED);
	says(f, "next_comm", "char[16] | (lies outside of the record) | ");
	says(f, "reason", "u32 | (lies outside of the record) | ");
	assert_true(field(f, "reason", text, sizeof(text))->flags & ENGINE_FIELD_OUTSIDE);
	for (uint32_t word = 0; word < 64; word++) {
		record(f, EVENT_STRINGS, 32);
		number(f, 8, 4, (word << 16 | (word * 7 & 63)) + (word % 3 ? 0 : 0xfff00000));
		number(f, 12, 4, 60000u << 16 | word);
		detail(f);
		says(f, "ids",
		     "__rel_loc u32[] | (what it points to lies outside of the record) | ");
	}
}

static void test_too_many_fields_are_counted(void **state)
{
	struct fixture *f = *state;

	record(f, EVENT_MANY, 408);
	detail(f);
	assert_int_equal(f->view.detail->fields + f->view.detail->omitted, 404);
	/* Short ones all find room. */
	assert_int_equal(f->view.detail->omitted, 0);
	says(f, "f399", "u8 | 0 | ");
	f->room = 8192;
	detail(f);
	assert_int_equal(f->view.detail->fields + f->view.detail->omitted, 404);
	assert_in_range(f->view.detail->fields, 50, 300);
	f->room = DETAIL_ROOM_LEAST;
}

static void test_pages_have_headers(void **state)
{
	struct fixture *f = *state;
	const struct engine_detail what = {.at = {.ts = 9, .cpu = 2},
					   .kind = ENGINE_ROW_LOST,
					   .count = 41,
					   .cpu = 2};
	uint8_t page[4096];
	struct page_maker maker = {.geometry = geometry, .page = page};
	size_t length;

	make_page(&maker, 77777);
	make_event(&maker, 0, 2, 1);
	make_lost(&maker, 41);
	length = detail_of_page(f->packet + sizeof(struct engine_rows), DETAIL_ROOM_LEAST, &what,
				"41 events lost", &geometry, page);
	assert_true(engine_detail_open(f->packet, sizeof(struct engine_rows) + length, &f->view));
	assert_int_equal(f->view.detail->count, 41);
	assert_int_equal(f->view.detail->pid, -1);
	assert_int_equal(f->view.detail->size, 4096);
	assert_memory_equal(f->view.raw, page, 4096);
	text_is(f->view.text, f->view.detail->text_len, "41 events lost");
	says(f, "timestamp", "u64 | 77777 | ");
	says(f, "commit",
	     "local_t | 18446744072635809804 | 12 bytes of data, events were lost before them, how "
	     "many stands behind them");
	length = detail_of_page(f->packet + sizeof(struct engine_rows), DETAIL_ROOM_LEAST, &what,
				"gap", &geometry, NULL);
	assert_true(engine_detail_open(f->packet, sizeof(struct engine_rows) + length, &f->view));
	assert_int_equal(f->view.detail->size, 0);
	assert_int_equal(f->view.detail->fields, 0);
}

/* A reply that an engine made up: cut anywhere, or with a length that is not so. */
static void test_replies_are_looked_at(void **state)
{
	struct fixture *f = *state;
	struct engine_detail_view view;
	uint8_t *copy;
	size_t length;

	record(f, EVENT_SWITCH, 44);
	detail(f);
	length = (size_t)(f->view.end - f->packet);
	copy = malloc(length);
	memcpy(copy, f->packet, length);
	for (size_t cut = 0; cut < length; cut++)
		assert_false(engine_detail_open(copy, cut, &view));
	for (size_t at = sizeof(struct engine_rows); at < length; at++) {
		uint8_t before = copy[at];
		const uint8_t *next;
		struct engine_field_view v;

		copy[at] = 0xff;
		if (engine_detail_open(copy, length, &view)) {
			next = view.fields;
			while (engine_detail_next(&view, &next, &v))
				assert_true((const uint8_t *)v.meaning + v.field->meaning_len <=
					    copy + length);
			assert_true(view.raw + view.detail->raw_len <= copy + length);
		}
		copy[at] = before;
	}
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_all_events_have),
		cmocka_unit_test(test_names_of_values),
		cmocka_unit_test(test_numbers_and_arrays),
		cmocka_unit_test(test_what_dynamic_fields_point_to),
		cmocka_unit_test(test_stacks_have_a_line_for_each_frame),
		cmocka_unit_test(test_addresses_have_symbols),
		cmocka_unit_test(test_unknown_events_have_what_all_have),
		cmocka_unit_test(test_lies_stay_inside),
		cmocka_unit_test(test_too_many_fields_are_counted),
		cmocka_unit_test(test_pages_have_headers),
		cmocka_unit_test(test_replies_are_looked_at),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
