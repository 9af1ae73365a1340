// SPDX-License-Identifier: GPL-2.0-only
/* Records that contradict their formats: a row each, and never a byte from outside. */
#include "tests/unit/formats.h"
#include "tui/engine/print.h"

enum {
	EVENT_PLAIN = 10,
	EVENT_LOC,
	EVENT_REL,
	EVENT_STRING,
	EVENT_STACK,
	EVENT_BPRINT,
	EVENT_BROKEN,
	EVENT_ARRAY,
	EVENT_BARE,
	EVENT_WIDE,
	EVENT_SYNTH,
};

struct fixture {
	struct formats *formats;
	struct comms *comms;
	struct printer printer;
	struct printed printed;
	char detail[2048];
};

static const struct page_geometry geometry = {4096, 8, false};

static void add_events(struct made_bundle *made)
{
	bundle_event(made, "moved", 1,
		     FIELD("unsigned short common_type", 60000, 2, 0)
			     FIELD("int common_pid", 4, 4, 1),
		     FIELD("int a", 8, 4, 1), "\"moved\"");
	bundle_event(made, "plain", EVENT_PLAIN, COMMON_FIELDS, FIELD("int a", 8, 4, 1),
		     "\"a=%d\", REC->a");
	bundle_event(made, "loc", EVENT_LOC, COMMON_FIELDS,
		     FIELD("__data_loc char[] name", 8, 4, 1), "\"name=%s\", __get_str(name)");
	bundle_event(made, "rel", EVENT_REL, COMMON_FIELDS,
		     FIELD("int a", 8, 4, 1) FIELD("__rel_loc char[] name", 12, 4, 1),
		     "\"name=%s\", __get_rel_str(name)");
	bundle_event(made, "string", EVENT_STRING, COMMON_FIELDS,
		     FIELD("char comm[16]", 8, 16, 0) FIELD("int a", 24, 4, 1),
		     "\"comm=%s\", REC->comm");
	bundle_event(made, "ftrace/kernel_stack", EVENT_STACK, COMMON_FIELDS,
		     FIELD("int size", 8, 4, 1) FIELD("unsigned long caller[8]", 16, 64, 0),
		     "\"\\t=> %ps\\n\\t=> %ps\\n\\t=> %ps\\n\" , (void *)REC->caller[0], "
		     "(void *)REC->caller[1], (void *)REC->caller[2]");
	bundle_event(made, "ftrace/bprint", EVENT_BPRINT, COMMON_FIELDS,
		     FIELD("unsigned long ip", 8, 8, 0) FIELD("const char * fmt", 16, 8, 0)
			     FIELD("u32 buf[]", 24, 0, 0),
		     "\"%ps: %s\", (void *)REC->ip, REC->fmt");
	bundle_event(made, "broken", EVENT_BROKEN, COMMON_FIELDS,
		     FIELD("int a", 8, 4, 1) FIELD("__data_loc char[] name", 12, 4, 1),
		     "\"%s\", __unheard_of(");
	bundle_event(made, "array", EVENT_ARRAY, COMMON_FIELDS,
		     FIELD("__data_loc u64[] list", 8, 4, 0),
		     "\"%s\", __print_array(__get_dynamic_array(list), "
		     "__get_dynamic_array_len(list) / 8, 8)");
	bundle_event(made, "bare", EVENT_BARE, COMMON_FIELDS, "", "\"nothing\"");
	bundle_event(made, "synthetic/blocked", EVENT_SYNTH, COMMON_FIELDS,
		     FIELD("__data_loc unsigned long[] stack", 8, 8, 1)
			     FIELD("u64 delta", 16, 8, 0),
		     "\"stack=%s, delta=%llu\", __get_stacktrace(stack), REC->delta");
	bundle_event(made, "wide", EVENT_WIDE, COMMON_FIELDS, FIELD("int a", 8, 4, 1),
		     "\"%100000d\", REC->a");
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct engine_formats_reply reply;
	struct made_bundle made;

	f->comms = comms_new();
	bundle_begin(&made, "boot");
	add_events(&made);
	bundle_text(&made, "kallsyms",
		    "ffffffff81000000 T one\nffffffff81000100 T two\n"
		    "ffffffff81000200 T three\n");
	bundle_text(&made, "printk_formats",
		    "0xffffffff82000000 : \"seen %d of %s\\n\"\n0xffffffff82000001\nrubbish\n"
		    "0xffffffff82000002 : \n0xffffffff82000003 : \"\"\n: : :\n0x : \"%d\"\n"
		    "0xffffffff82000004 : \"%s %s %s %lld %lld\"\n"
		    "0xffffffff82000005 : \"unfinished %\"\n0xffffffff82000006 : \"no end");
	bundle_text(&made, "saved_cmdlines", "1000 bash\n");
	assert_int_equal(bundle_load(&made, &f->formats, f->comms, &reply), 0);
	assert_int_equal(printer_init(&f->printer), 0);
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

/* A record of its own malloc, so that a byte read behind it is seen by sanitizers and valgrind. */
static void print_size(struct fixture *f, uint16_t id, const void *body, size_t length, size_t size)
{
	uint8_t *record = calloc(1, size);
	uint8_t whole[4096] = {0};
	struct print_job job;

	whole[0] = (uint8_t)id;
	whole[1] = (uint8_t)(id >> 8);
	whole[4] = 1000 & 0xff;
	whole[5] = 1000 >> 8;
	memcpy(whole + 8, body, length);
	memcpy(record, whole, size);
	job = (struct print_job){
		.formats = f->formats,
		.geometry = &geometry,
		.comms = f->comms,
		.data = record,
		.size = (uint32_t)size,
		.ts = 1,
	};
	print_find_format(&job);
	print_record(&f->printer, &job, &f->printed);
	assert_in_range(f->printed.detail_length, 0, 1 << 20);
	snprintf(f->detail, sizeof(f->detail), "%.*s", (int)f->printed.detail_length,
		 f->printed.detail);
	free(record);
}

static void print(struct fixture *f, uint16_t id, const void *body, size_t length)
{
	print_size(f, id, body, length, 8 + length);
}

static void test_plain_record(void **state)
{
	struct fixture *f = *state;
	int32_t a = -42;

	print(f, EVENT_PLAIN, &a, sizeof(a));
	assert_int_equal(f->printed.kind, ENGINE_ROW_EVENT);
	assert_string_equal(f->printed.event, "plain");
	assert_string_equal(f->printed.task, "bash");
	assert_int_equal(f->printed.pid, 1000);
	assert_string_equal(f->detail, "a=-42");
}

static void test_unknown_id(void **state)
{
	struct fixture *f = *state;

	print(f, 9999, "\1\2\3\4", 4);
	assert_int_equal(f->printed.kind, ENGINE_ROW_UNKNOWN);
	assert_non_null(strstr(f->detail, "9999"));
	assert_non_null(strstr(f->detail, "01 02 03 04"));
}

/* The shortest record that a page can hold has four bytes. */
static void test_records_shorter_than_their_format(void **state)
{
	struct fixture *f = *state;

	for (uint16_t id = EVENT_PLAIN; id <= EVENT_ARRAY; id++)
		for (size_t size = 4; size < 12; size += 4) {
			print_size(f, id, "", 0, size);
			assert_int_equal(f->printed.kind, ENGINE_ROW_MALFORMED);
			assert_non_null(strstr(f->detail, "shorter"));
			assert_int_equal(f->printed.pid, size == 4 ? -1 : 1000);
		}
	print_size(f, 9999, "", 0, 4);
	assert_int_equal(f->printed.kind, ENGINE_ROW_UNKNOWN);
}

static void test_event_without_fields(void **state)
{
	struct fixture *f = *state;

	print(f, EVENT_BARE, "", 0);
	assert_int_equal(f->printed.kind, ENGINE_ROW_EVENT);
	assert_string_equal(f->detail, "nothing");
}

/* base: what offsets count from, in the record. */
static void check_dynamic(struct fixture *f, uint16_t id, size_t at, uint32_t base)
{
	uint8_t body[64] = {0};
	static const struct {
		int64_t offset;
		uint32_t length;
		bool good;
	} words[] = {
		{32, 6, true},	   {32, 40, true},     {32, 41, false}, {71, 1, true},
		{72, 1, false},	   {72, 0, true},      {73, 0, false},	{65000, 0, false},
		{65000, 1, false}, {32, 65535, false},
	};

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		uint32_t word = words[i].length << 16 | (uint32_t)(words[i].offset - base);

		memset(body, 'x', sizeof(body));
		memcpy(body + 24, "hello", 6);
		memcpy(body + at, &word, sizeof(word));
		print(f, id, body, sizeof(body));
		assert_int_equal(f->printed.kind,
				 words[i].good ? ENGINE_ROW_EVENT : ENGINE_ROW_MALFORMED);
		if (!i && id != EVENT_ARRAY)
			assert_non_null(strstr(f->detail, "hello"));
		if (!words[i].good)
			assert_non_null(strstr(f->detail, "dynamic field lies outside"));
	}
}

static void test_dynamic_fields_outside(void **state)
{
	check_dynamic(*state, EVENT_LOC, 0, 0);
	check_dynamic(*state, EVENT_REL, 4, 16);
	check_dynamic(*state, EVENT_BROKEN, 4, 0);
	check_dynamic(*state, EVENT_ARRAY, 0, 0);
}

/* As Linux 6.12 wrote it: room for 6 words, a stack of 9 (doc/REFERENCE.md). */
static void test_stack_longer_than_its_record(void **state)
{
	static const uint64_t body[] = {
		0x480018,
		618,
		8,
		0xffffffff814cd980,
		0xffffffff814cdc33,
		0xffffffff81097a65,
		0xffffffff814cb333,
		0xffffffff81000100,
	};
	static const char text[] = "malformed record, a dynamic field lies outside: 14 00 00 00 "
				   "e8 03 00 00 18 00 48 00 00 00 00 00 6a 02";
	struct fixture *f = *state;

	print(f, EVENT_SYNTH, body, sizeof(body));
	assert_int_equal(f->printed.kind, ENGINE_ROW_MALFORMED);
	assert_memory_equal(f->detail, text, strlen(text));
	assert_non_null(strstr(f->detail, "... (72 bytes)"));
}

static void test_strings_without_end(void **state)
{
	struct fixture *f = *state;
	char body[40];
	uint32_t word = 28u << 16 | 12;

	memset(body, 'y', sizeof(body));
	print(f, EVENT_STRING, body, 20);
	assert_int_equal(f->printed.kind, ENGINE_ROW_EVENT);
	assert_in_range(strlen(f->detail), 5 + 16, 5 + 20);
	memcpy(body, &word, sizeof(word));
	print(f, EVENT_LOC, body, 32);
	assert_int_equal(f->printed.kind, ENGINE_ROW_EVENT);
	assert_int_equal(strlen(f->detail), 5 + 28);
}

static void test_stacks(void **state)
{
	struct fixture *f = *state;
	uint64_t body[200];

	for (unsigned i = 0; i < 200; i++)
		body[i] = 0xffffffff81000000 + 0x100 * (i % 3);
	memset(body, 0, 8);
	print(f, EVENT_STACK, body, sizeof(body));
	assert_int_equal(f->printed.kind, ENGINE_ROW_EVENT);
	assert_non_null(strstr(f->detail, "two"));
	/* A row is one line. */
	assert_null(strchr(f->detail, '\n'));
	/* Fewer entries than declared, down to none. */
	for (size_t length = 8; length < 72; length += 8) {
		print(f, EVENT_STACK, body, length);
		assert_int_equal(f->printed.kind, ENGINE_ROW_EVENT);
	}
}

static void print_bprint(struct fixture *f, uint64_t format, const void *arguments, size_t length)
{
	uint8_t body[256] = {0};
	uint64_t ip = 0xffffffff81000100;

	memcpy(body, &ip, 8);
	memcpy(body + 8, &format, 8);
	memcpy(body + 16, arguments, length);
	print(f, EVENT_BPRINT, body, 16 + length);
	assert_int_equal(f->printed.kind, ENGINE_ROW_EVENT);
}

static void test_bprint(void **state)
{
	struct fixture *f = *state;
	char endless[200];

	print_bprint(f, 0xffffffff82000000, "\5\0\0\0seven\0\0\0", 12);
	assert_string_equal(f->detail, "two: seen 5 of seven");
	print_bprint(f, 0xffffffff82abcdef, "\5\0\0\0", 4);
	assert_non_null(strstr(f->detail, "two: "));
	print_bprint(f, 0, "", 0);
	/* Formats that ask for more than there is. */
	memset(endless, 'z', sizeof(endless));
	print_bprint(f, 0xffffffff82000004, "", 0);
	print_bprint(f, 0xffffffff82000004, endless, sizeof(endless));
	for (uint64_t format = 0xffffffff82000001; format <= 0xffffffff82000006; format++)
		print_bprint(f, format, "\1\0\0\0\0\0\0\0", 8);
}

static void test_no_formats_at_all(void **state)
{
	uint8_t record[8] = {EVENT_PLAIN};
	struct fixture *f = *state;
	const struct print_job job = {
		.geometry = &geometry,
		.comms = f->comms,
		.data = record,
		.size = sizeof(record),
		.ts = 1,
	};

	print_record(&f->printer, &job, &f->printed);
	assert_int_equal(f->printed.kind, ENGINE_ROW_UNKNOWN);
}

/* Memory for a long text is not kept, and the texts after it are whole. */
static void test_long_text(void **state)
{
	struct fixture *f = *state;
	int32_t a = 7;

	print(f, EVENT_WIDE, &a, sizeof(a));
	assert_int_equal(f->printed.detail_length, PRINT_TEXT_MAX);
	print(f, EVENT_PLAIN, &a, sizeof(a));
	assert_string_equal(f->detail, "a=7");
	assert_in_range(f->printer.text.buffer_size, 1, 65536);
	f->printer.text.state = TRACE_SEQ__MEM_ALLOC_FAILED;
	print(f, EVENT_WIDE, &a, sizeof(a));
	assert_string_equal(f->detail, "no memory to print this record");
	print(f, EVENT_WIDE, &a, sizeof(a));
	assert_int_equal(f->printed.detail_length, PRINT_TEXT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define PRINT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		PRINT_TEST(test_plain_record),
		PRINT_TEST(test_unknown_id),
		PRINT_TEST(test_records_shorter_than_their_format),
		PRINT_TEST(test_event_without_fields),
		PRINT_TEST(test_dynamic_fields_outside),
		PRINT_TEST(test_stack_longer_than_its_record),
		PRINT_TEST(test_strings_without_end),
		PRINT_TEST(test_stacks),
		PRINT_TEST(test_bprint),
		PRINT_TEST(test_no_formats_at_all),
		PRINT_TEST(test_long_text),
	};

	tep_set_loglevel(TEP_LOG_NONE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
