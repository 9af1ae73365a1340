// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compiled programs against libtraceevent with its plugins: the same text, on recorded pages and
 * on records of random bytes that still hold what their formats promise.
 */
#include "tests/unit/programs.h"

#define RECORDS 300 /* random ones of each event */

enum {
	BPRINT = 507,
	BPUTS,
	PRINT,
};

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
			uint32_t size = make_record(f, format, data);

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

/* ---- formats made for what Linux has seldom, and events of plugins ---- */

static void add_made_events(struct made_bundle *made)
{
#define X4  FIELD("int x", 8, 4, 1)
#define X8  FIELD("long x", 8, 8, 1)
#define X16 FIELD("__u8 x[16]", 8, 16, 0)
	static const struct {
		const char *fields, *print;
	} made_up[] = {
		{X4,
		 "\"%08x %#x %#o %5d %-5d| %05d %.3d %u %% %X\", REC->x, REC->x, REC->x, REC->x, "
		 "REC->x, REC->x, REC->x, REC->x, REC->x"},
		{X8,
		 "\"%zu %zd %lx %hhd %hd %llu\", REC->x, REC->x, REC->x, REC->x, REC->x, REC->x"},
		{X4, "\"%d %d %llu %d\", -REC->x, REC->x / 0x10, (unsigned long long)REC->x << 4, "
		     "(u8)REC->x"},
		{X4, "\"%d %d %d\", REC->x ? 3 : 4, !REC->x, ~REC->x & 0xff"},
		{X4, "\"%s %5s %-5s|\", REC->x ? \"yes\" : \"no\", REC->x > 3 ? \"a\" : \"b\", "
		     "__print_symbolic(REC->x, {0x61616161, \"sy\"})"},
		{X4,
		 "\"%s\", __print_flags(REC->x, \"|\", {1, \"A\"}, {0x40, \"B\"}, {0x300, \"C\"})"},
		{X4, "\"%s\", __print_flags(REC->x, \"\", {1, \"A\"}, {2, \"B\"})"},
		{FIELD("u8 x[4]", 8, 4, 0),
		 "\"%pI4 %pi4 %pI4l %pI4h\", REC->x, REC->x, REC->x, REC->x"},
		{X16, "\"%pI6 %pi6 %pI6c\", REC->x, REC->x, REC->x"},
		{X16, "\"%pU %pUb %pUB %pUl %pUL\", REC->x, REC->x, REC->x, REC->x, REC->x"},
		{FIELD("u8 x[6]", 8, 6, 0),
		 "\"%pM %pMF %pm %pMR\", REC->x, REC->x, REC->x, REC->x"},
		{FIELD("void * x", 8, 8, 0),
		 "\"%p %pS %ps %px %s\", REC->x, REC->x, REC->x, REC->x, "
		 "REC->x"},
		{FIELD("char x[8]", 8, 8, 0),
		 "\"%s|%.4s|%.*s|%12s|%-12s|\", REC->x, REC->x, 3, REC->x, "
		 "REC->x, REC->x"},
		{FIELD("u16 x[4]", 8, 8, 0),
		 "\"%s %x %s\", __print_array(REC->x, 4, 2), REC->x[2], "
		 "__print_hex(REC->x, 6)"},
		{FIELD("__data_loc char[] x", 8, 4, 1), "\"%s|%10s|%-10s|%.3s\", __get_str(x), "
							"__get_str(x), __get_str(x), __get_str(x)"},
		{FIELD("__rel_loc char[] x", 8, 4, 1), "\"%s\", __get_rel_str(x)"},
		{FIELD("__data_loc unsigned long[] x", 8, 4, 1), "\"%s %40s\", __get_bitmask(x), "
								 "__get_bitmask(x)"},
		{FIELD("__data_loc cpumask_t x", 8, 4, 1), "\"%s\", __get_cpumask(x)"},
		{FIELD("__data_loc u8[] x", 8, 4, 0), "\"%*ph %*phN %*phC %*phD\", 6, "
						      "__get_dynamic_array(x), 3, "
						      "__get_dynamic_array(x), 3, "
						      "__get_dynamic_array(x), 3, "
						      "__get_dynamic_array(x)"},
		{FIELD("__data_loc u32[] x", 8, 4, 0), "\"%d %d\", __get_dynamic_array_len(x), "
						       "((u32 *)__get_dynamic_array(x))[0]"},
		{X4, "\"%c\", REC->x"},
		{X4, "\"one\\n\\ttwo \\\\ %d\" \" three\", REC->x"},
	};
	char name[32];

	for (unsigned i = 0; i < sizeof(made_up) / sizeof(made_up[0]); i++) {
		snprintf(name, sizeof(name), "made/made_up_%u", i);
		bundle_event(made, name, 100 + i, COMMON_FIELDS, made_up[i].fields,
			     made_up[i].print);
	}
}

/* Formats of trace_printk(), and what the kernel's vbin_printf() packs for them: i and l are
 * numbers of 4 and 8 bytes, s is a string. */
static const struct {
	const char *format, *arguments;
} printks[] = {
	{"%d items of %s\\n", "is"},
	{"%llu %lx %#x", "lli"},
	{"%5d|%+d|%05u|%.3d", "iiii"},
	{"%ps %pS", "ll"},
	{"%p", "l"},
	{"%%, and nothing else\\n", ""},
	{"no argument \\\"quoted\\\"\\t\\\\\\n", ""},
	{"%s%s", "ss"},
	{"%8s|%.3s|%d", "ssi"},
	{"%*d %s", "wis"},
	{"%zu %zd %Lx", "lll"},
	{"%pI4 %d", "si"},
	{"", ""},
};

#define PRINTKS	     UINT64_C(0xffffffff82000000) /* where the first of them is */
#define PRINTK_COUNT (sizeof(printks) / sizeof(printks[0]))

static void add_printk_formats(struct made_bundle *made)
{
	char text[4096];
	size_t length =
		(size_t)snprintf(text, sizeof(text), "0x6161616161616161 : \"eight times a\"\n");

	for (unsigned i = 0; i < PRINTK_COUNT; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length,
					   "0x%" PRIx64 " : \"%s\"\n", PRINTKS + i,
					   printks[i].format);
	bundle_text(made, "printk_formats", text);
}

/* Point a bprint or bputs at one of them, or at none. Returns how many bytes the arguments take
 * behind the fields of bprint. */
static uint32_t make_printk(const struct fixture *f, uint8_t *data)
{
	uint64_t which = random_number() % (PRINTK_COUNT + 1);
	uint32_t at = 24;

	put_number(f, data + 16, PRINTKS + which, 8);
	for (const char *a = which < PRINTK_COUNT ? printks[which].arguments : ""; *a; a++) {
		unsigned shift;

		if (*a == 's') {
			at += (uint32_t)sprintf((char *)data + at, "%.*s",
						1 + (int)(random_number() % 12), "a string in it") +
			      1;
			continue;
		}
		at = (at + 3) & ~3u;
		shift = *a == 'w' ? 60 : (unsigned)(random_number() % 60);
		put_number(f, data + at, random_number() >> shift, *a == 'l' ? 8 : 4);
		at += *a == 'l' ? 8 : 4;
	}
	return ((at + 3) & ~3u) - 24;
}

static void add_plugins_events(struct made_bundle *made)
{
	bundle_event(made, "kvm/kvm_exit", 500, COMMON_FIELDS,
		     FIELD("unsigned int exit_reason", 8, 4, 0)
			     FIELD("unsigned long guest_rip", 16, 8, 0) FIELD("u32 isa", 24, 4, 0)
				     FIELD("u64 info1", 32, 8, 0) FIELD("u64 info2", 40, 8, 0),
		     "\"reason %d\", REC->exit_reason");
	bundle_event(made, "kvm/kvm_entry", 501, COMMON_FIELDS,
		     FIELD("unsigned int vcpu_id", 8, 4, 0) FIELD("unsigned long rip", 16, 8, 0),
		     "\"vcpu %u, rip 0x%lx\", REC->vcpu_id, REC->rip");
	bundle_event(made, "sched/sched_wakeup", 502, COMMON_FIELDS,
		     FIELD("char comm[16]", 8, 16, 0) FIELD("pid_t pid", 24, 4, 1)
			     FIELD("int prio", 28, 4, 1) FIELD("int success", 32, 4, 1)
				     FIELD("int target_cpu", 36, 4, 1),
		     "\"comm=%s\", REC->comm");
	bundle_event(made, "kmem/kfree", 503, COMMON_FIELDS,
		     FIELD("unsigned long call_site", 8, 8, 0) FIELD("const void * ptr", 16, 8, 0),
		     "\"call_site=%pS ptr=%p\", (void *)REC->call_site, REC->ptr");
	bundle_event(made, "timer/hrtimer_start", 504, COMMON_FIELDS,
		     FIELD("void * hrtimer", 8, 8, 0) FIELD("void * function", 16, 8, 0)
			     FIELD("s64 expires", 24, 8, 1) FIELD("s64 softexpires", 32, 8, 1),
		     "\"hrtimer=%p\", REC->hrtimer");
	bundle_event(made, "ftrace/raw_data", 505, COMMON_FIELDS,
		     FIELD("unsigned int id", 8, 4, 0) FIELD("char buf[]", 12, 0, 0),
		     "\"id:%04x %08x\", REC->id, (int)REC->buf[0]");
	bundle_event(made, "ftrace/bprint", BPRINT, COMMON_FIELDS,
		     FIELD("unsigned long ip", 8, 8, 0) FIELD("const char * fmt", 16, 8, 0)
			     FIELD("u32 buf[]", 24, 0, 0),
		     "\"%ps: %s\", (void *)REC->ip, REC->fmt");
	bundle_event(made, "ftrace/bputs", BPUTS, COMMON_FIELDS,
		     FIELD("unsigned long ip", 8, 8, 0) FIELD("const char * str", 16, 8, 0),
		     "\"%ps: %s\", (void *)REC->ip, REC->str");
	bundle_event(made, "ftrace/print", PRINT, COMMON_FIELDS,
		     FIELD("unsigned long ip", 8, 8, 0) FIELD("char buf[]", 16, 0, 0),
		     "\"%ps: %s\", (void *)REC->ip, REC->buf");
	bundle_event(made, "ftrace/kernel_stack", 506, COMMON_FIELDS,
		     FIELD("int size", 8, 4, 1) FIELD("unsigned long caller[8]", 16, 64, 0),
		     "\"%ps\", (void *)REC->caller[0]");
}

/* Addresses that lie in functions, and numbers that have names, come by chance only rarely. Returns
 * by how many bytes the record is longer then. */
static uint32_t aim(const struct fixture *f, const struct event_format *format, uint8_t *data)
{
	uint64_t address = UINT64_C(0xffffffff81000000) + random_number() % 0x300;
	uint32_t arguments = 0;

	if (!strcmp(format->event->name, "kvm_exit")) {
		put_number(f, data + 8, random_number() % 80, 4);
		put_number(f, data + 24, 1 + random_number() % 2, 4);
	} else if (format->event->id == BPRINT || format->event->id == BPUTS) {
		put_number(f, data + 8, address, 8);
		arguments = make_printk(f, data);
	} else if (format->event->id >= 503 && random_number() % 2) {
		put_number(f, data + 8, address, 8);
		put_number(f, data + 16, address, 8);
	}
	return format->event->id == BPRINT ? arguments : 0;
}

static void test_made_formats(void **state)
{
	struct fixture *f = *state;
	struct formats *recorded = f->formats;
	uint8_t data[65536 + 24 * 64];
	struct made_bundle made;
	struct trace_seq seq;

	bundle_begin_as(&made, "made", f->big ? "big" : "little");
	add_made_events(&made);
	add_plugins_events(&made);
	bundle_text(&made, "kallsyms",
		    "ffffffff81000000 T one\nffffffff81000100 T two\nffffffff81000200 T three\n");
	add_printk_formats(&made);
	assert_int_equal(bundle_load_stock(&made, &f->formats, &f->stock, f->comms), 0);
	trace_seq_init(&seq);
	for (size_t i = 0; i < f->formats->event_count; i++) {
		const struct event_format *format = &f->formats->events[i];

		/* All but %c, which this libtraceevent does not have, and kvm_exit of big-endian
		 * guests, which there are not. */
		if (strcmp(format->event->name, "made_up_20") &&
		    (!f->big || strcmp(format->event->name, "kvm_exit")))
			assert_int_not_equal(format->program.count, 0);
		for (unsigned n = 0; n < 20 * RECORDS; n++) {
			uint32_t size = make_record(f, format, data);

			size += aim(f, format, data);
			compare(f, format, data, size, &seq);
		}
	}
	trace_seq_destroy(&seq);
	formats_free(f->formats);
	f->formats = recorded;
	assert_int_equal(f->differ, 0);
	assert_in_range(f->compared, 100000, 10000000);
}

static void expect(struct fixture *f, const uint8_t *data, uint32_t size, const char *text)
{
	struct print_job job = {
		.formats = f->formats,
		.geometry = &f->formats->geometry,
		.comms = f->comms,
		.data = data,
		.size = size,
		.ts = 1,
	};
	char ours[PRINT_TEXT_MAX];
	struct out out;

	print_find_format(&job);
	assert_non_null(job.format);
	assert_int_not_equal(job.format->program.count, 0);
	out_init(&out, ours, sizeof(ours) - 1);
	print_detail(&f->printer, &job, NULL, NULL, &out);
	*out.at = '\0';
	assert_string_equal(ours, text);
}

/* What libtraceevent 1.7.1 takes in this machine's byte order and is not compared with. */
static void test_big_endian_by_the_bytes(void **state)
{
	static const uint8_t numbers[] = {0, 100, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4};
	static const uint8_t bputs[] = {BPUTS >> 8, BPUTS & 0xff, 0,	0,    0,    0, 0, 1,
					0xff,	    0xff,	  0xff, 0xff, 0x81, 0, 1, 0x23,
					0xff,	    0xff,	  0xff, 0xff, 0x82, 0, 0, 5};
	struct fixture *f = *state;
	struct formats *recorded = f->formats;
	struct made_bundle made;

	bundle_begin_as(&made, "made", "big");
	bundle_event(&made, "made/numbers", 100, COMMON_FIELDS, FIELD("u16 x[2]", 8, 4, 0),
		     "\"%s\", __print_array(REC->x, 2, 2)");
	add_plugins_events(&made);
	bundle_text(&made, "kallsyms", "ffffffff81000100 T two\nffffffff81000200 T three\n");
	add_printk_formats(&made);
	assert_int_equal(bundle_load_stock(&made, &f->formats, &f->stock, f->comms), 0);
	expect(f, numbers, sizeof(numbers), "258 772");
	expect(f, bputs, sizeof(bputs), "two: %%, and nothing else");
	formats_free(f->formats);
	f->formats = recorded;
}

/* Functions that call each other, now and then again: indentation by the rows before. */
static void test_function_calls(void **state)
{
	static const uint64_t addresses[] = {
		0xffffffff9e2c51f0, /* delayed_work_timer_fn */
		0xffffffff9e2c5214, /* rcu_work_rcufn */
		0xffffffff9e353510, /* process_timeout */
		0xffffffff9e35352f, /* timer_migration_handler */
		16,		    /* none */
	};
	static const char *const names[] = {"function", "func_repeats"};
	struct calls *calls = calloc(1, sizeof(*calls));
	struct fixture *f = *state;
	unsigned indented = 0;
	struct trace_seq seq;

	trace_seq_init(&seq);
	for (unsigned n = 0; n < 2000; n++) {
		struct tep_event *event = tep_find_event_by_name(f->formats->tep, "ftrace",
								 names[random_number() % 2]);
		uint64_t count_and_delta = random_number() & ~UINT64_C(0xffff0000);
		uint8_t data[32] = {(uint8_t)event->id};
		struct print_job job = {
			.formats = f->formats,
			.geometry = &f->formats->geometry,
			.comms = f->comms,
			.data = data,
			.size = sizeof(data),
			.ts = (random_number() & UINT64_C(0xffffffffffff)) + UINT64_C(0x100000000),
		};
		char text[PRINT_TEXT_MAX];
		struct out out;

		memcpy(data + 8, &addresses[random_number() % 5], 8);
		memcpy(data + 16, &addresses[random_number() % 5], 8);
		memcpy(data + 24, &count_and_delta, 8);
		print_find_format(&job);
		assert_int_not_equal(job.format->program.count, 0);
		reference_at(f, job.ts, data, sizeof(data), &seq);
		out_init(&out, text, sizeof(text) - 1);
		print_detail(&f->printer, &job, calls, NULL, &out);
		*out.at = '\0';
		assert_string_equal(text, seq.buffer);
		indented += *text == ' ';
	}
	trace_seq_destroy(&seq);
	free(calls);
	assert_in_range(indented, 100, 1900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_function_calls, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_recorded_pages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_random_records, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_made_formats, set_up, tear_down),
		{"test_random_records, big-endian", test_random_records, set_up_big, tear_down,
		 NULL},
		{"test_made_formats, big-endian", test_made_formats, set_up_big, tear_down, NULL},
		cmocka_unit_test_setup_teardown(test_big_endian_by_the_bytes, set_up_big,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
