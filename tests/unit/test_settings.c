// SPDX-License-Identifier: GPL-2.0-only
/* Settings: their values as text, and what a file can do to them and they to a file. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/unit/temporary.h"
#include "tui/console/settings.h"
#include "tui/console/settings_file.h"

static char path[128];

/* What was complained of: sentences between line ends. */
struct complaints {
	unsigned count;
	char text[8192];
};

static void complain(void *data, const char *sentence)
{
	struct complaints *complaints = data;
	size_t length = strlen(complaints->text);

	complaints->count++;
	snprintf(complaints->text + length, sizeof(complaints->text) - length, "%s\n", sentence);
}

static int make(void **state)
{
	(void)state;
	umask(0);
	if (make_directory("test_settings"))
		return -1;
	snprintf(path, sizeof(path), "%s/vtrace-top.conf", directory);
	return 0;
}

static void put_bytes(const char *bytes, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
	chmod(path, 0600);
}

static void put(const char *text)
{
	put_bytes(text, strlen(text));
}

static void assert_file(const char *text)
{
	char got[4096] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	got[fread(got, 1, sizeof(got) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(got, text);
}

/* Read what the file says. */
static int take(struct settings *settings, struct complaints *complaints)
{
	settings_init(settings);
	memset(complaints, 0, sizeof(*complaints));
	return settings_read(settings, path, complain, complaints);
}

static const char *value_of(const struct settings *settings, const char *name)
{
	static char text[SETTING_TEXT];
	const struct setting *setting = setting_named(name, strlen(name));

	assert_non_null(setting);
	setting_format(setting, settings, text);
	return text;
}

/* ---- looks ---- */

static void looks_are_read_and_written(void **state)
{
	static const struct {
		const char *text, *written;
		short colour, background;
		unsigned attributes;
	} cases[] = {
		{"cyan", "cyan", 6, LOOK_DEFAULT, 0},
		{"bold  cyan", "cyan bold", 6, LOOK_DEFAULT, LOOK_BOLD},
		{"default", "default", LOOK_DEFAULT, LOOK_DEFAULT, 0},
		{"reverse", "reverse", LOOK_DEFAULT, LOOK_DEFAULT, LOOK_REVERSE},
		{"on 214", "on 214", LOOK_DEFAULT, 214, 0},
		{"on red underline black dim", "black on red dim underline", 0, 1,
		 LOOK_DIM | LOOK_UNDERLINE},
		{"255 on 0", "255 on black", 255, 0, 0},
		{"default bold", "bold", LOOK_DEFAULT, LOOK_DEFAULT, LOOK_BOLD},
	};
	char why[200], text[LOOK_TEXT];
	struct look look;
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(look_parse(&look, STYLE_TIME, cases[i].text, why, sizeof(why),
					    &at),
				 0);
		assert_int_equal(look.colour, cases[i].colour);
		assert_int_equal(look.background, cases[i].background);
		assert_int_equal(look.attributes, cases[i].attributes);
		look_format(&look, text);
		assert_string_equal(text, cases[i].written);
	}
}

static void looks_that_are_none(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} cases[] = {
		{"", 0},	{"  ", 2},	{"256", 0},	  {"cyan 7", 5},
		{"cyan on", 7}, {"on bold", 3}, {"on 3 on 4", 5}, {"bold fat", 5},
		{"cyanide", 0}, {"-1", 0},	{"0x1", 0},	  {"99999999999999999999", 0},
		{"Cyan", 0},
	};
	struct look look = {.colour = 77};
	char why[200];
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		why[0] = '\0';
		if (!look_parse(&look, STYLE_TIME, cases[i].text, why, sizeof(why), &at))
			fail_msg("'%s' is taken", cases[i].text);
		assert_int_equal(at, cases[i].at);
		assert_true(why[0]);
		assert_int_equal(look.colour, 77);
	}
}

/* Colour never carries meaning alone. */
static void without_colours_attributes_remain(void **state)
{
	char why[200];
	struct look look;
	size_t at;

	(void)state;
	assert_int_equal(look_parse(&look, STYLE_ERROR, "magenta", why, sizeof(why), &at), 0);
	assert_int_equal(look.plain, LOOK_REVERSE | LOOK_BOLD);
	assert_int_equal(look_parse(&look, STYLE_ERROR, "magenta underline", why, sizeof(why), &at),
			 0);
	assert_int_equal(look.plain, LOOK_UNDERLINE);
}

static void terminals_with_fewer_colours(void **state)
{
	static const struct {
		short colour;
		int available;
		short shown;
		bool bold;
	} cases[] = {
		{LOOK_DEFAULT, 8, LOOK_DEFAULT, false},
		{6, 8, 6, false},
		{9, 8, 1, true},   /* bright red */
		{9, 16, 9, false}, /* which 16 have */
		{214, 256, 214, false},
		{214, 8, 3, true}, /* ffaf00: orange, a bright yellow */
		{196, 8, 1, true}, /* ff0000 */
		{196, 16, 9, false},
		{124, 8, 1, false}, /* af0000 */
		{22, 8, 2, false},  /* 005f00 */
		{17, 8, 4, false},  /* 00005f */
		{16, 8, 0, false},
		{231, 8, 7, true},
		{232, 8, 0, false},
		{255, 8, 7, true},
		{145, 8, 7, false}, /* afafaf */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool bold;
		short shown = look_colour(cases[i].colour, cases[i].available, &bold);

		if (shown != cases[i].shown || bold != cases[i].bold)
			fail_msg("of %d, %d is shown as %d%s", cases[i].available, cases[i].colour,
				 shown, bold ? " bold" : "");
	}
}

/* ---- columns ---- */

static void columns_are_read_and_written(void **state)
{
	static const struct {
		const char *text, *written;
	} cases[] = {
		{"time,cpu,task,event,detail", "time,cpu,task,event,detail"},
		{" detail ", "detail"},
		{"event:40, task ,detail", "event:40,task,detail"},
		{"time:200,cpu:1,task:20,event:24", "time:200,cpu:1,task:20,event:24"},
	};
	struct row_columns columns;
	char why[200], text[COLUMNS_TEXT];
	size_t at;

	(void)state;
	columns_init(&columns);
	columns_format(&columns, text);
	assert_string_equal(text, cases[0].written);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(columns_parse(&columns, cases[i].text, why, sizeof(why), &at), 0);
		columns_format(&columns, text);
		assert_string_equal(text, cases[i].written);
	}
}

static void columns_that_are_none(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} cases[] = {
		{"", 0},
		{"time,", 5},
		{"time,,cpu", 5},
		{"time,pid", 5},
		{"time,time", 5},
		{"detail,time", 7},
		{"task:0,detail", 5},
		{"task:201", 5},
		{"task:9999999999999", 5},
		{"task:", 5},
		{"task:-3", 5},
		{"time, detail:20", 13},
		{"tim", 0},
		{"timer", 0},
		{"time cpu", 0},
	};
	struct row_columns columns;
	char why[200];
	size_t at;

	(void)state;
	columns_init(&columns);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		why[0] = '\0';
		if (!columns_parse(&columns, cases[i].text, why, sizeof(why), &at))
			fail_msg("'%s' is taken", cases[i].text);
		assert_int_equal(at, cases[i].at);
		assert_true(why[0]);
		assert_int_equal(columns.count, COLUMN_COUNT);
	}
}

/* ---- the table ---- */

static void what_is_written_is_read_again(void **state)
{
	struct settings settings, again;
	size_t count;
	const struct setting *entries = setting_entries(&count);
	struct setting_fault fault;

	(void)state;
	settings_init(&settings);
	for (size_t i = 0; i < count; i++) {
		char text[SETTING_TEXT];

		memset(&again, 0, sizeof(again));
		setting_format(&entries[i], &settings, text);
		assert_int_equal(setting_parse(&entries[i], &again, text, &fault), 0);
		assert_string_equal(value_of(&again, entries[i].name), text);
		/* A value of another kind changes nothing. */
		assert_int_equal(setting_parse(&entries[i], &again, "no=value", &fault), -EINVAL);
		assert_true(fault.why[0]);
		assert_string_equal(value_of(&again, entries[i].name), text);
	}
}

static bool offers(const struct completion *completion, const char *word)
{
	for (unsigned i = 0; i < completion->count; i++)
		if (!strcmp(completion_word(completion, i), word))
			return true;
	return false;
}

static void names_and_values_are_completed(void **state)
{
	struct completion completion = {0};

	(void)state;
	settings_complete("co", 2, &completion);
	assert_true(offers(&completion, "colour-title"));
	assert_false(offers(&completion, "merged"));
	assert_int_equal(completion.after, ' ');
	settings_complete("times = d", 9, &completion);
	assert_int_equal(completion.count, 1);
	assert_string_equal(completion_word(&completion, 0), "delta");
	assert_int_equal(completion.from, 8);
	settings_complete("colour-time cyan b", 18, &completion);
	assert_int_equal(completion.from, 17);
	assert_true(offers(&completion, "bold"));
	assert_true(offers(&completion, "blue"));
	assert_false(offers(&completion, "red"));
	completion_begin(&completion, 0, '\0');
	settings_complete("unknown o", 9, &completion);
	assert_int_equal(completion.count, 0);
	completion_release(&completion);
}

/* ---- reading ---- */

static void places(void **state)
{
	char where[64];

	(void)state;
	setenv("HOME", "/home/somebody", 1);
	setenv("XDG_CONFIG_HOME", "/etc/xdg", 1);
	assert_int_equal(settings_path(where, sizeof(where)), 0);
	assert_string_equal(where, "/etc/xdg/vtrace/vtrace-top.conf");
	unsetenv("XDG_CONFIG_HOME");
	assert_int_equal(settings_path(where, sizeof(where)), 0);
	assert_string_equal(where, "/home/somebody/.config/vtrace/vtrace-top.conf");
}

static void a_good_file_is_taken(void **state)
{
	struct complaints complaints;
	struct settings settings;

	(void)state;
	put("# for me\n\n  merged = on\ntimes=delta\r\n\tmemory =\t512M  \n"
	    "colour-lost = white on red bold\norder = rate");
	assert_int_equal(take(&settings, &complaints), 0);
	assert_string_equal(complaints.text, "");
	assert_true(settings.merged);
	assert_int_equal(settings.times, ROW_TIMES_DELTA);
	assert_int_equal(settings.memory, 512u << 20);
	assert_int_equal(settings.order, STATISTICS_BY_RATE);
	assert_int_equal(settings.theme.looks[STYLE_LOST].background, 1);
}

static void no_file_is_no_complaint(void **state)
{
	struct complaints complaints;
	struct settings settings;

	(void)state;
	assert_int_equal(take(&settings, &complaints), -ENOENT);
	assert_int_equal(complaints.count, 0);
	assert_true(settings.meters);
}

static void wrong_lines_are_told_and_passed_over(void **state)
{
	struct complaints complaints;
	struct settings settings;

	(void)state;
	put("merged = perhaps\nnonsense\ncolor-time = red\n= on\ntimes = delta\nmeters = off\n"
	    "times = start\ncolour-time =\n");
	assert_int_equal(take(&settings, &complaints), 0);
	assert_int_equal(complaints.count, 6);
	assert_non_null(strstr(complaints.text, "line 1 is passed over: merged = perhaps: one of "
						"these is expected: on|off ("));
	assert_non_null(strstr(complaints.text, "line 2 is passed over: NAME = VALUE"));
	assert_non_null(strstr(complaints.text, "line 3 is passed over: there is no setting "
						"'color-time'"));
	assert_non_null(strstr(complaints.text, "line 4 is passed over: there is no setting ''"));
	assert_non_null(strstr(complaints.text, "line 7 sets times once more, as line 5"));
	assert_non_null(strstr(complaints.text, "line 8 is passed over"));
	assert_false(settings.merged);
	assert_false(settings.meters);
	assert_int_equal(settings.times, ROW_TIMES_START);
}

static void long_lines_and_zero_bytes(void **state)
{
	static const char zero[] = "merged = on\0\nmeters = off\n";
	struct complaints complaints;
	struct settings settings;
	char text[2 * SETTINGS_LINE_BYTES];

	(void)state;
	put_bytes(zero, sizeof(zero) - 1);
	assert_int_equal(take(&settings, &complaints), 0);
	assert_int_equal(complaints.count, 1);
	assert_non_null(strstr(complaints.text, "line 1 is passed over: it has a zero byte"));
	assert_false(settings.merged);
	assert_false(settings.meters);

	snprintf(text, sizeof(text), "merged = %*s\nmeters = off\n", SETTINGS_LINE_BYTES, "on");
	put(text);
	assert_int_equal(take(&settings, &complaints), 0);
	assert_int_equal(complaints.count, 1);
	assert_non_null(strstr(complaints.text, "more than 511 bytes"));
	assert_false(settings.merged);
	assert_false(settings.meters);
}

static void of_many_wrong_lines_a_few_are_told(void **state)
{
	struct complaints complaints;
	struct settings settings;
	FILE *file = fopen(path, "w");

	(void)state;
	assert_non_null(file);
	for (int i = 0; i < 1000; i++)
		fprintf(file, "what is this\n");
	fprintf(file, "merged = on\n");
	fclose(file);
	chmod(path, 0600);
	assert_int_equal(take(&settings, &complaints), 0);
	assert_int_equal(complaints.count, SETTINGS_COMPLAINTS + 1);
	assert_non_null(strstr(complaints.text, "\n992 more lines"));
	assert_true(settings.merged);
}

static void files_that_are_none_of_ours(void **state)
{
	struct complaints complaints;
	struct settings settings;

	(void)state;
	put("merged = on\n");
	assert_int_equal(truncate(path, SETTINGS_FILE_BYTES + 1), 0);
	assert_int_equal(take(&settings, &complaints), -EFBIG);
	assert_non_null(strstr(complaints.text, "larger than 64 KiB"));
	assert_false(settings.merged);

	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0); /* nobody writes into it */
	assert_int_equal(take(&settings, &complaints), -EINVAL);
	assert_non_null(strstr(complaints.text, "no regular file"));
	unlink(path);
}

static void root_takes_only_its_own(void **state)
{
	struct complaints complaints;
	struct settings settings;
	char why[512];

	(void)state;
	if (geteuid() != 0)
		skip(); /* others have the files that they can read */
	put("merged = on\n");
	chmod(path, 0620);
	assert_int_equal(take(&settings, &complaints), -EPERM);
	assert_non_null(strstr(complaints.text, "others than root"));
	assert_false(settings.merged);
	chmod(path, 0644);
	assert_int_equal(take(&settings, &complaints), 0);
	assert_int_equal(chown(path, 12345, 0), 0);
	assert_int_equal(take(&settings, &complaints), -EPERM);
	assert_int_equal(settings_write(&settings, path, why, sizeof(why)), -EPERM);
	assert_file("merged = on\n");
}

/* ---- writing ---- */

static void a_new_file_has_what_differs(void **state)
{
	struct settings settings;
	struct stat stat_;
	char why[512], deep[sizeof(directory) + 64], kept[sizeof(path)];

	(void)state;
	settings_init(&settings);
	settings.merged = true;
	settings.theme.looks[STYLE_TIME].colour = 99;
	strcpy(kept, path);
	snprintf(path, sizeof(path), "%s/config/vtrace/vtrace-top.conf", directory);
	assert_int_equal(settings_write(&settings, path, why, sizeof(why)), 0);
	assert_file("# Settings of vtrace-top(1).\nmerged = on\ncolour-time = 99\n");
	assert_int_equal(stat(path, &stat_), 0);
	assert_int_equal(stat_.st_mode & 0777, 0600);
	snprintf(deep, sizeof(deep), "%s/config/vtrace", directory);
	assert_int_equal(stat(deep, &stat_), 0);
	assert_int_equal(stat_.st_mode & 0777, 0700);
	strcpy(path, kept);
}

static void what_people_wrote_is_kept(void **state)
{
	struct complaints complaints;
	struct settings settings;
	struct stat stat_;
	char why[512];

	(void)state;
	put("# mine  \n\n   merged=off\nof-later = 3\nmeters =   on # no\nnonsense\n"
	    "colour-lost =  bold   red\ntimes = delta");
	chmod(path, 0640);
	take(&settings, &complaints);
	settings.merged = true;
	settings.order = STATISTICS_BY_NAME;
	assert_int_equal(settings_write(&settings, path, why, sizeof(why)), 0);
	assert_file("# mine  \n\nmerged = on\nof-later = 3\nmeters = on\nnonsense\n"
		    "colour-lost =  bold   red\ntimes = delta\norder = name\n");
	assert_int_equal(stat(path, &stat_), 0);
	assert_int_equal(stat_.st_mode & 0777, 0640);
	/* What is as it is built in stays in the file, since somebody put it there. */
	settings_init(&settings);
	assert_int_equal(settings_write(&settings, path, why, sizeof(why)), 0);
	assert_file("# mine  \n\nmerged = off\nof-later = 3\nmeters = on\nnonsense\n"
		    "colour-lost = yellow bold\ntimes = clock\norder = count\n");
}

static void zero_bytes_are_kept(void **state)
{
	static const char text[] = "# a\0b\nmerged = o\0n\n";
	struct settings settings;
	char why[512], got[64];
	FILE *file;

	(void)state;
	put_bytes(text, sizeof(text) - 1);
	settings_init(&settings);
	assert_int_equal(settings_write(&settings, path, why, sizeof(why)), 0);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fread(got, 1, sizeof(got), file), sizeof(text) - 1);
	fclose(file);
	assert_memory_equal(got, text, sizeof(text) - 1);
}

static void a_link_stays_one(void **state)
{
	struct settings settings;
	struct stat stat_;
	char why[512], target[sizeof(directory) + 8];

	(void)state;
	settings_init(&settings);
	settings.merged = true;
	snprintf(target, sizeof(target), "%s/mine", directory);
	put("# mine\n");
	assert_int_equal(rename(path, target), 0);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(settings_write(&settings, path, why, sizeof(why)), 0);
	assert_int_equal(lstat(path, &stat_), 0);
	assert_true(S_ISLNK(stat_.st_mode));
	assert_file("# mine\nmerged = on\n");
	unlink(path);
	unlink(target);
}

static unsigned files_in_directory(void)
{
	char command[128];
	unsigned count = 0;
	FILE *pipe;

	snprintf(command, sizeof(command), "ls -A '%s' | wc -l", directory);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_int_equal(fscanf(pipe, "%u", &count), 1);
	pclose(pipe);
	return count;
}

/* A limit of the size of files stands for a disk that is full in the middle. */
static void a_full_disk_leaves_the_old_file(void **state)
{
	struct rlimit limit, before;
	struct settings settings;
	char why[512];
	int ret;

	(void)state;
	settings_init(&settings);
	settings.merged = true;
	put("# a line that is longer than what can be written\nmerged = off\n");
	unsigned files = files_in_directory();

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 20;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ret = settings_write(&settings, path, why, sizeof(why));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(ret, -EFBIG);
	assert_non_null(strstr(why, "the settings are not written: "));
	assert_non_null(strstr(why, path));
	assert_file("# a line that is longer than what can be written\nmerged = off\n");
	assert_int_equal(files_in_directory(), files);
}

static void places_that_can_not_be_written(void **state)
{
	struct settings settings;
	char why[512], below[sizeof(path) + 16];

	(void)state;
	settings_init(&settings);
	put("");
	snprintf(below, sizeof(below), "%s/vtrace-top.conf", path);
	assert_int_equal(settings_write(&settings, below, why, sizeof(why)), -ENOTDIR);
	assert_non_null(strstr(why, "Not a directory"));
	assert_int_equal(settings_write(&settings, directory, why, sizeof(why)), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_are_read_and_written),
		cmocka_unit_test(looks_that_are_none),
		cmocka_unit_test(without_colours_attributes_remain),
		cmocka_unit_test(terminals_with_fewer_colours),
		cmocka_unit_test(columns_are_read_and_written),
		cmocka_unit_test(columns_that_are_none),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(names_and_values_are_completed),
		cmocka_unit_test(places),
		cmocka_unit_test_setup_teardown(a_good_file_is_taken, make, remove_directory),
		cmocka_unit_test_setup_teardown(no_file_is_no_complaint, make, remove_directory),
		cmocka_unit_test_setup_teardown(wrong_lines_are_told_and_passed_over, make,
						remove_directory),
		cmocka_unit_test_setup_teardown(long_lines_and_zero_bytes, make, remove_directory),
		cmocka_unit_test_setup_teardown(of_many_wrong_lines_a_few_are_told, make,
						remove_directory),
		cmocka_unit_test_setup_teardown(files_that_are_none_of_ours, make,
						remove_directory),
		cmocka_unit_test_setup_teardown(root_takes_only_its_own, make, remove_directory),
		cmocka_unit_test_setup_teardown(a_new_file_has_what_differs, make,
						remove_directory),
		cmocka_unit_test_setup_teardown(what_people_wrote_is_kept, make, remove_directory),
		cmocka_unit_test_setup_teardown(zero_bytes_are_kept, make, remove_directory),
		cmocka_unit_test_setup_teardown(a_link_stays_one, make, remove_directory),
		cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_old_file, make,
						remove_directory),
		cmocka_unit_test_setup_teardown(places_that_can_not_be_written, make,
						remove_directory),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
