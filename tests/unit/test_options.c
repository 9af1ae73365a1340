// SPDX-License-Identifier: GPL-2.0-only
/* The command line: every option, what is refused and with which words, and CPU lists. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tui/engine/client.h"
#include "tui/options.h"

#define MAX_WORDS 16

/* What one parse said. */
static char said[8192];
static char complained[2048];

static enum options_result parse(struct options *options, FILE *out, const char *const *words)
{
	static char program[] = "vtrace-top";
	char *argv[MAX_WORDS + 2] = {program};
	FILE *err = fmemopen(complained, sizeof(complained), "w");
	enum options_result result;
	int argc = 1;

	memset(complained, 0, sizeof(complained));
	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	result = options_parse(options, argc, argv, out, err);
	fclose(err);
	return result;
}

/* Parse with stdout being no terminal. */
static enum options_result parse_piped(struct options *options, const char *const *words)
{
	FILE *out = fmemopen(said, sizeof(said), "w");
	enum options_result result;

	memset(said, 0, sizeof(said));
	result = parse(options, out, words);
	fclose(out);
	return result;
}

/* Parse with stdout being one. */
static enum options_result parse_on_terminal(struct options *options, const char *const *words)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	enum options_result result;
	FILE *out;

	assert_true(terminal >= 0);
	out = fdopen(terminal, "w");
	result = parse(options, out, words);
	fclose(out);
	return result;
}

#define PIPED(options, ...)    parse_piped(options, (const char *const[]){__VA_ARGS__, NULL})
#define TERMINAL(options, ...) parse_on_terminal(options, (const char *const[]){__VA_ARGS__, NULL})

#define EXPECT_COMPLAINT(part, ...)                                                              \
	do {                                                                                     \
		struct options refused;                                                          \
		assert_int_equal(TERMINAL(&refused, __VA_ARGS__), OPTIONS_EXIT_USAGE);           \
		if (!strstr(complained, part))                                                   \
			fail_msg("complained \"%s\", not \"%s\"", complained, part);             \
		assert_int_equal(strncmp(complained, "vtrace-top: ", 12), 0);                    \
		assert_ptr_equal(strchr(complained, '\n'), complained + strlen(complained) - 1); \
	} while (0)

static void defaults(void **state)
{
	const char *const nothing[] = {NULL};
	struct options options;

	(void)state;
	assert_int_equal(parse_on_terminal(&options, nothing), OPTIONS_RUN);
	assert_null(options.uri);
	assert_null(options.domain);
	assert_null(options.replay);
	assert_null(options.dir);
	assert_null(options.write);
	assert_false(options.batch);
	assert_false(options.stats);
	assert_false(options.start);
	assert_false(options.keep_running);
	assert_int_equal(options.count, 0);
	assert_true(options.duration == 0);
	assert_int_equal(options.memory, 0);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		assert_true(engine_cpuset_has(options.cpus, cpu));
	assert_string_equal(complained, "");
}

static void short_options(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(PIPED(&options, "-b", "-c", "test:///default", "-C", "0,2", "-w", "out",
			       "-n", "12", "-d0.5", "web 1"),
			 OPTIONS_RUN);
	assert_true(options.batch);
	assert_string_equal(options.uri, "test:///default");
	assert_string_equal(options.domain, "web 1");
	assert_string_equal(options.write, "out");
	assert_int_equal(options.count, 12);
	assert_true(options.duration == 0.5);
	assert_true(engine_cpuset_has(options.cpus, 0));
	assert_false(engine_cpuset_has(options.cpus, 1));
	assert_true(engine_cpuset_has(options.cpus, 2));
	assert_string_equal(complained, "");

	assert_int_equal(PIPED(&options, "-br", "saved"), OPTIONS_RUN);
	assert_string_equal(options.replay, "saved");
}

static void long_options(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(PIPED(&options, "web1", "--batch", "--stats", "--start", "--keep-running",
			       "--connect=qemu:///system", "--cpus", "255", "--write=out",
			       "--count=7", "--duration=3", "--memory=2G"),
			 OPTIONS_RUN);
	assert_string_equal(options.domain, "web1");
	assert_true(options.batch && options.stats && options.start && options.keep_running);
	assert_string_equal(options.uri, "qemu:///system");
	assert_true(engine_cpuset_has(options.cpus, 255));
	assert_false(engine_cpuset_has(options.cpus, 254));
	assert_string_equal(options.write, "out");
	assert_int_equal(options.count, 7);
	assert_true(options.duration == 3);
	assert_int_equal(options.memory, 2ull << 30);

	assert_int_equal(TERMINAL(&options, "--dir", "/run/guest"), OPTIONS_RUN);
	assert_string_equal(options.dir, "/run/guest");
	assert_int_equal(TERMINAL(&options, "--ram", "web1", "--formats", "file"), OPTIONS_RUN);
	assert_string_equal(options.ram, "web1");
	assert_string_equal(options.formats, "file");
	assert_false(options.post_mortem);
	assert_int_equal(TERMINAL(&options, "--post-mortem", "core"), OPTIONS_RUN);
	assert_string_equal(options.ram, "core");
	assert_true(options.post_mortem);
	assert_int_equal(TERMINAL(&options, "--read", "saved"), OPTIONS_RUN);
	assert_string_equal(options.replay, "saved");
	assert_int_equal(PIPED(&options, "-b", "--raw-text", "--require-sandbox", "--clock", "mono",
			       "--kprobe", "p:one do_exit", "web1"),
			 OPTIONS_RUN);
	assert_true(options.raw_text && options.require_sandbox);
	assert_int_equal(options.order_count, 2);
	assert_int_equal(options.order[0].verb, CONTROL_CLOCK);
	assert_string_equal(options.order[0].args, "mono");
	assert_int_equal(options.order[1].verb, CONTROL_KPROBE);
	assert_string_equal(options.order[1].args, "p:one do_exit");
	assert_int_equal(TERMINAL(&options, "--config", "mine"), OPTIONS_RUN);
	assert_string_equal(options.config, "mine");
	assert_int_equal(TERMINAL(&options, "--no-config"), OPTIONS_RUN);
	assert_true(options.no_config);
	assert_int_equal(TERMINAL(&options, "--", "-odd-name"), OPTIONS_RUN);
	assert_string_equal(options.domain, "-odd-name");
}

static void batch_where_stdout_is_no_terminal(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(PIPED(&options, "web1", "-n", "5"), OPTIONS_RUN);
	assert_true(options.batch);
	assert_non_null(strstr(complained, "-b"));

	assert_int_equal(TERMINAL(&options, "web1"), OPTIONS_RUN);
	assert_false(options.batch);
	assert_int_equal(TERMINAL(&options, "-b", "web1"), OPTIONS_RUN);
	assert_true(options.batch);
	assert_string_equal(complained, "");
}

static void help_names_every_option(void **state)
{
	static const char *const names[] = {
		"-c, --connect URI",
		"-r, --read PATH",
		"-b, --batch",
		"--dir PATH",
		"-C, --cpus LIST",
		"-w, --write PATH",
		"-n, --count N",
		"-d, --duration SEC",
		"--memory SIZE",
		"--stats",
		"--start",
		"--keep-running",
		"-e, --events LIST",
		"-F, --filter EXPR",
		"--guest-filter FILTER",
		"--tracer NAME",
		"--dat-version 6|7",
		"-h, --help",
		"-V, --version",
		"--write-limit SIZE",
		"--mouse",
	};
	struct options options;

	(void)state;
	assert_int_equal(PIPED(&options, "--help"), OPTIONS_EXIT_OK);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strstr(said, names[i]))
			fail_msg("--help does not name %s", names[i]);
	/* Fits a terminal of 80 columns. */
	for (char *line = strtok(said, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 80);

	assert_int_equal(PIPED(&options, "-V"), OPTIONS_EXIT_OK);
	assert_string_equal(said, "vtrace-top " VTRACE_VERSION "\n");
}

static void wrong_words_are_refused(void **state)
{
	(void)state;
	EXPECT_COMPLAINT("unknown option '-x'", "-x");
	EXPECT_COMPLAINT("'--nonsense'", "--nonsense");
	EXPECT_COMPLAINT("--read wants an argument: PATH", "-r");
	EXPECT_COMPLAINT("--memory wants an argument: SIZE", "--memory");
	EXPECT_COMPLAINT("--batch takes no argument", "--batch=yes");
	EXPECT_COMPLAINT("'two'", "one", "two");
	EXPECT_COMPLAINT("DOMAIN is empty", "");
	EXPECT_COMPLAINT("--read is empty", "-r", "");
}

static void wrong_values_are_refused(void **state)
{
	static const char *const durations[] = {"0",   "-1",  "x",   "1x",  ".",
						"inf", "nan", "0x5", "1e99"};
	static const char *const counts[] = {"0", "-1", "x", "1x", "18446744073709551616"};
	static const char *const sizes[] = {
		"0",
		"x",
		"M",
		"1023K",
		"1048575",
		"-1M",
		"1MB",
		"1 M",
		"18446744073709551615K",
		"99999999999999999999999999999999999999",
	};
	char text[1024 + 1] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++)
		EXPECT_COMPLAINT("wants seconds above 0", "-b", "-d", durations[i]);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		EXPECT_COMPLAINT("wants a number of events", "-b", "-n", counts[i]);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		EXPECT_COMPLAINT("1M or more", "--memory", sizes[i]);
	EXPECT_COMPLAINT("wants bytes, or a number", "--write-limit", "0");
	EXPECT_COMPLAINT("wants bytes, or a number", "--write-limit", "1T");
	EXPECT_COMPLAINT("there is no guest", "-r", "x", "--write-limit", "1M");
	EXPECT_COMPLAINT("from position 5 on", "-C", "0-3,x");
	EXPECT_COMPLAINT("wants 6 or 7", "--dat-version", "5");
	EXPECT_COMPLAINT("wants 6 or 7", "--dat-version", "7.0");
	memset(text, 'x', sizeof(text) - 1);
	EXPECT_COMPLAINT("-F is longer than the 1023 bytes", "-F", text);
	EXPECT_COMPLAINT("wants an event and its filter", "--guest-filter", "sched:sched_switch ");
	EXPECT_COMPLAINT("wants an event and its filter", "--guest-filter", "prev_prio < 100");
	EXPECT_COMPLAINT("wants a number of KiB", "--buffer-kb", "0");
	EXPECT_COMPLAINT("wants numbers of tasks", "--pid", "bash");
	EXPECT_COMPLAINT("-e is longer than the 511 bytes", "-e", text + 1023 - 511, "-e", "y");
}

static void filters_add_up(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(TERMINAL(&options, "-r", "x"), OPTIONS_RUN);
	assert_string_equal(options.filter.events, "");
	assert_string_equal(options.filter.expression, "");
	assert_int_equal(TERMINAL(&options, "-e", "sched", "-F", "a == 1", "-F", "b", "-e", "irq"),
			 OPTIONS_RUN);
	assert_string_equal(options.filter.events, "sched,irq");
	assert_string_equal(options.filter.expression, "a == 1,b");
}

static void conflicts_are_told(void **state)
{
	(void)state;
	EXPECT_COMPLAINT("-r shows a capture and DOMAIN", "-r", "saved", "web1");
	EXPECT_COMPLAINT("-r shows a capture and --dir", "-r", "saved", "--dir", "/x");
	EXPECT_COMPLAINT("--dir names a guest", "--dir", "/x", "web1");
	EXPECT_COMPLAINT("-c has no meaning with -r", "-c", "u", "-r", "saved");
	EXPECT_COMPLAINT("-c has no meaning with --dir", "-c", "u", "--dir", "/x");
	EXPECT_COMPLAINT("-w saves", "-r", "saved", "-w", "again");
	EXPECT_COMPLAINT("needs -b", "-r", "saved", "-w", "again.dat");
	EXPECT_COMPLAINT("-n ends before", "-b", "-r", "saved", "-w", "again.dat", "-n", "1");
	EXPECT_COMPLAINT("--start starts", "-r", "saved", "--start");
	EXPECT_COMPLAINT("--keep-running is about", "-r", "saved", "--keep-running");
	EXPECT_COMPLAINT("-d stops tracing", "-b", "-r", "saved", "-d", "1");
	EXPECT_COMPLAINT("with -r there is none", "-b", "-r", "saved", "--tracer", "nop");
	EXPECT_COMPLAINT("by themselves", "--ram", "web1", "web2");
	EXPECT_COMPLAINT("by themselves", "--post-mortem", "web1", "-r", "saved");
	EXPECT_COMPLAINT("by themselves", "--ram", "web1", "--dir", "/x");
	EXPECT_COMPLAINT("name one guest's memory", "--ram", "web1", "--post-mortem", "web2");
	EXPECT_COMPLAINT("--formats is for --ram", "--formats", "file", "web1");
	EXPECT_COMPLAINT("is only read", "--ram", "web1", "--start");
	EXPECT_COMPLAINT("is only read", "--ram", "web1", "--tracer", "nop");
	EXPECT_COMPLAINT("looks once", "-b", "--post-mortem", "web1", "-d", "1");
	EXPECT_COMPLAINT("there is no such account", "--engine-user", "nosuch-account");
	EXPECT_COMPLAINT("is root", "--engine-user", "root");
	EXPECT_COMPLAINT("-n needs -b", "-n", "1");
	EXPECT_COMPLAINT("-d needs -b", "-d", "1");
	EXPECT_COMPLAINT("--stats needs -b", "--stats");
	EXPECT_COMPLAINT("--mouse needs a screen", "-b", "-r", "saved", "--mouse");
}

static void memory_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} sizes[] = {
		{"1048576", 1 << 20},
		{"1024K", 1 << 20},
		{"1M", 1 << 20},
		{"16G", 16ull << 30},
	};
	struct options options;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(TERMINAL(&options, "--memory", sizes[i].text), OPTIONS_RUN);
		assert_int_equal(options.memory, sizes[i].bytes);
		assert_int_equal(options.write_limit, 0);
		assert_int_equal(TERMINAL(&options, "--write-limit", sizes[i].text), OPTIONS_RUN);
		assert_int_equal(options.write_limit, sizes[i].bytes);
	}
}

static void cpulists(void **state)
{
	static const struct {
		const char *in, *out;
	} good[] = {
		{"0", "0"},   {"0-3,8", "0-3,8"},     {"8,0-3", "0-3,8"},     {"0,1,2", "0-2"},
		{"5-5", "5"}, {"0-255", "0-255"},     {"254,255", "254-255"}, {"3,3,3", "3"},
		{"007", "7"}, {"1-2,2-4,9", "1-4,9"},
	};
	static const struct {
		const char *in;
		size_t at;
	} bad[] = {
		{"", 0},   {",", 0},	 {"1,", 2},  {"1,,2", 2},  {"-1", 0},
		{"1-", 2}, {"3-1", 2},	 {"256", 0}, {"0-256", 2}, {"1 2", 1},
		{" 1", 0}, {"1-2-3", 3}, {"x", 0},   {"0-3,x", 4}, {"4294967296", 0},
	};
	uint8_t cpus[ENGINE_CPUSET_BYTES];
	char text[64];
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(cpulist_parse(good[i].in, cpus, &at), 0);
		cpulist_format(cpus, text, sizeof(text));
		assert_string_equal(text, good[i].out);
	}
	memset(cpus, 0x5a, sizeof(cpus));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		at = 99;
		assert_int_equal(cpulist_parse(bad[i].in, cpus, &at), -EINVAL);
		if (at != bad[i].at)
			fail_msg("'%s' is said to be wrong at %zu", bad[i].in, at);
		for (size_t k = 0; k < sizeof(cpus); k++)
			assert_int_equal(cpus[k], 0x5a);
	}
}

static void cpulist_is_cut_between_items(void **state)
{
	/* By size. */
	static const char *const cuts[] = {
		NULL, "",  "0",	      "0",	 "0",	    "0",
		"0",  "0", "0,12-13", "0,12-13", "0,12-13", "0,12-13,99",
	};
	uint8_t cpus[ENGINE_CPUSET_BYTES];
	char text[16];
	size_t at;

	(void)state;
	assert_int_equal(cpulist_parse("0,12-13,99", cpus, &at), 0);
	for (size_t size = 1; size < sizeof(cuts) / sizeof(cuts[0]); size++) {
		memset(text, '#', sizeof(text));
		cpulist_format(cpus, text, size);
		assert_string_equal(text, cuts[size]);
		assert_int_equal(text[size], '#');
	}
	memset(cpus, 0, sizeof(cpus));
	cpulist_format(cpus, text, sizeof(text));
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(short_options),
		cmocka_unit_test(long_options),
		cmocka_unit_test(batch_where_stdout_is_no_terminal),
		cmocka_unit_test(help_names_every_option),
		cmocka_unit_test(wrong_words_are_refused),
		cmocka_unit_test(wrong_values_are_refused),
		cmocka_unit_test(filters_add_up),
		cmocka_unit_test(conflicts_are_told),
		cmocka_unit_test(memory_sizes),
		cmocka_unit_test(cpulists),
		cmocka_unit_test(cpulist_is_cut_between_items),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
