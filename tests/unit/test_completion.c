// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "tui/console/completion.h"

static struct completion words;

static void assert_words(const char *all)
{
	char text[1024] = "";

	for (unsigned i = 0; i < words.count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? " " : "",
			 completion_word(&words, i));
	assert_string_equal(text, all);
}

static void add_all(const char *const *list, const char *prefix)
{
	completion_begin(&words, 0, '\0');
	for (; *list; list++)
		completion_add(&words, *list, prefix, strlen(prefix));
	completion_sort(&words);
}

static void words_are_chosen_by_their_start(void **state)
{
	static const char *const list[] = {
		"sched_switch", "sched_waking", "irq", "sched_switch", "", "Sched", NULL};

	(void)state;
	add_all(list, "sched_");
	assert_words("sched_switch sched_waking");
	assert_int_equal(completion_common(&words), strlen("sched_"));
	add_all(list, "sched_s");
	assert_words("sched_switch");
	assert_int_equal(completion_common(&words), strlen("sched_switch"));
	add_all(list, "x");
	assert_words("");
	assert_int_equal(completion_common(&words), 0);
	add_all(list, "");
	assert_words("Sched irq sched_switch sched_waking");
	completion_release(&words);
}

static void characters_stay_whole(void **state)
{
	static const char *const list[] = {"a\xc3\xa9", "a\xc3\xa8", NULL};

	(void)state;
	add_all(list, "");
	assert_int_equal(completion_common(&words), 1);
	completion_release(&words);
}

static void lists_are_bounded(void **state)
{
	char word[64];

	(void)state;
	completion_begin(&words, 0, '\0');
	for (unsigned i = 0; i <= COMPLETION_WORDS; i++) {
		snprintf(word, sizeof(word), "%u", i);
		assert_false(words.more);
		completion_add(&words, word, "", 0);
	}
	assert_true(words.more);
	completion_begin(&words, 0, '\0');
	memset(word, 'x', sizeof(word));
	word[sizeof(word) - 1] = '\0';
	for (unsigned i = 0; i < COMPLETION_BYTES / sizeof(word); i++)
		completion_add(&words, word, "", 0);
	assert_false(words.more);
	completion_add(&words, word, "", 0);
	assert_true(words.more);
	completion_release(&words);
}

static void touch(const char *directory, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0600)), 0);
}

static void paths(void **state)
{
	char directory[] = "/tmp/test_completion.XXXXXX", path[128];

	(void)state;
	assert_non_null(mkdtemp(directory));
	touch(directory, "web.dat");
	touch(directory, "web space");
	touch(directory, ".hidden");
	snprintf(path, sizeof(path), "%s/webs", directory);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/weblink", directory);
	assert_int_equal(symlink("webs", path), 0);

	snprintf(path, sizeof(path), "%s/we and more behind", directory);
	completion_paths(&words, path, strlen(directory) + 3, 5);
	assert_words("web space web.dat weblink/ webs/");
	assert_int_equal(words.from, 5 + strlen(directory) + 1);
	completion_paths(&words, path, strlen(directory) + 1, 0);
	assert_words("web space web.dat weblink/ webs/");
	snprintf(path, sizeof(path), "%s/.", directory);
	completion_paths(&words, path, strlen(path), 0);
	assert_words("../ ./ .hidden");
	completion_paths(&words, "/does/not/exist/x", 17, 0);
	assert_words("");

	assert_int_equal(chdir(directory), 0);
	completion_paths(&words, "web.", 4, 0);
	assert_words("web.dat");
	assert_int_equal(words.from, 0);
	completion_paths(&words, "webs/", 5, 0);
	assert_words("");
	completion_release(&words);
	unlink("web.dat");
	unlink("web space");
	unlink(".hidden");
	unlink("weblink");
	rmdir("webs");
	assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_chosen_by_their_start),
		cmocka_unit_test(characters_stay_whole),
		cmocka_unit_test(lists_are_bounded),
		cmocka_unit_test(paths),
	};

	return cmocka_run_group_tests_name("completion", tests, NULL, NULL);
}
