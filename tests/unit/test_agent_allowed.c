// SPDX-License-Identifier: GPL-2.0-only
/* The veto of the guest's owner: lists, files, and what they let pass. */
#include <errno.h>

#include "guest-agent/allowed.h"
#include "tests/unit/fake_tracefs.h"

static bool passes(const struct allowed *allowed, const char *line)
{
	struct control_request request;

	control_request_parse(line, &request);
	return allowed_request(allowed, &request);
}

static void without_a_list_all_may_be(void **state)
{
	struct allowed allowed = {0};

	(void)state;
	assert_true(passes(&allowed, "kprobe add p:x y"));
	assert_true(passes(NULL, "kprobe add p:x y"));
	assert_true(allowed_event(&allowed, "irq", "softirq_raise"));
	assert_true(allowed_event(NULL, "irq", "softirq_raise"));
	assert_int_equal(allowed_verbs(NULL), CONTROL_VERBS_ALL);
}

static void what_a_list_lets_pass(void **state)
{
	static const struct {
		const char *line;
		bool passes;
	} tries[] = {
		{"1", true},
		{"0", true},
		{"hello 1", true},
		{"export", true},
		{"formats 12", true},
		{"stats 1", true},
		{"sync", true},
		{"ping x", true},
		{"restore", true},
		{"events", true},
		{"events list 0", true},
		{"events set", true},
		{"events add irq", true}, /* which events is asked later */
		{"clock", true},
		{"clock mono", true},
		{"buffer-kb", true},
		{"buffer-kb 1", false},
		{"filter sched:sched_switch", true},
		{"filter sched:sched_switch 0", false},
		{"trigger sched:sched_switch ", true},
		{"trigger sched:sched_switch  !traceoff", false},
		{"kprobe", true},
		{"kprobe add p:x y", false},
		{"kprobe remove x", false},
		{"snapshot", true},
		{"snapshot take", false},
		{"mark", false},
		{"mark x", false},
		{"frobnicate", true}, /* and has another answer */
	};
	struct allowed allowed = {0};
	char error[1024];

	(void)state;
	assert_int_equal(allowed_add(&allowed, "start,stop,hello,events:sched, clock", error,
				     sizeof(error)),
			 0);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (passes(&allowed, tries[i].line) != tries[i].passes)
			fail_msg("%s", tries[i].line);
	allowed_release(&allowed);
}

static void nothing_and_everything(void **state)
{
	struct allowed none = {0}, all = {0};
	char error[1024], verbs[CONTROL_VERBS_BYTES];

	(void)state;
	assert_int_equal(allowed_add(&none, "none", error, sizeof(error)), 0);
	assert_true(passes(&none, "1"));
	assert_true(passes(&none, "events list 0"));
	assert_false(passes(&none, "events set"));
	assert_false(passes(&none, "events add sched"));
	control_verbs(allowed_verbs(&none), ' ', verbs, sizeof(verbs));
	assert_string_equal(verbs, "1 0 hello export stats formats ping sync restore memory");
	assert_int_equal(allowed_add(&all, "all,events:sched", error, sizeof(error)), 0);
	assert_int_equal(allowed_verbs(&all), CONTROL_VERBS_ALL);
	assert_true(allowed_event(&all, "sched", "sched_switch"));
	assert_false(allowed_event(&all, "irq", "softirq_raise"));
	allowed_release(&all);
	allowed_release(&none);
}

static void patterns_of_events(void **state)
{
	struct allowed allowed = {0};
	char error[1024];

	(void)state;
	assert_int_equal(allowed_add(&allowed, "events:sched events:irq:irq_*", error,
				     sizeof(error)),
			 0);
	assert_int_equal(allowed_add(&allowed, "events:*:*_exit", error, sizeof(error)), 0);
	assert_true(allowed_event(&allowed, "sched", "sched_switch"));
	assert_true(allowed_event(&allowed, "irq", "irq_handler_entry"));
	assert_true(allowed_event(&allowed, "kvm", "kvm_exit"));
	assert_false(allowed_event(&allowed, "irq", "softirq_raise"));
	assert_false(allowed_event(&allowed, "timer", "sched_timer"));
	allowed_release(&allowed);
}

static void what_is_no_list(void **state)
{
	static const struct {
		const char *list, *error;
	} tries[] = {
		{"", "the list is empty"},
		{" ,\t", "the list is empty"},
		{"clocks", "\"clocks\" is nothing that can be allowed; there are all none "
			   "events:PATTERN events filter trigger mark clock "},
		{"clock,Clock", "\"Clock\" is nothing"},
		{"clock\r", "\"clock?\" is nothing"},
		{"\xff\x01", "\"??\" is nothing"},
		{"events:", "\"events:\" has no pattern"},
		{"events::sched_switch", "has no pattern"},
		{"events:a:b:c", "has no pattern"},
		{"events:\x7f", "has no pattern"},
		{"none,clock", "contradict"},
		{"clock none", "contradict"},
		{"events,events:sched", "contradict"},
		{"none,events:sched", "contradict"},
	};
	char error[1024], longest[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		struct allowed allowed = {0};

		if (!allowed_add(&allowed, tries[i].list, error, sizeof(error)) ||
		    !strstr(error, tries[i].error))
			fail_msg("\"%s\": %s", tries[i].list, error);
		allowed_release(&allowed);
	}
	for (int i = 0; i < 2; i++) {
		struct allowed allowed = {0};

		memset(longest, 'x', sizeof(longest));
		longest[sizeof(longest) - 1] = '\0';
		if (i == 1)
			memcpy(longest, "events:", strlen("events:"));
		assert_int_equal(allowed_add(&allowed, longest, error, sizeof(error)), -EINVAL);
		assert_true(strlen(error) < sizeof(error) - 1);
		allowed_release(&allowed);
	}
}

/* What allowed_read() says of a file with that text, behind the file's name; "" if nothing. */
static const char *read_text(struct fake_tracefs *fake, struct allowed *allowed, const char *text)
{
	char path[64];

	fake_tracefs_put(fake, "conf", text);
	snprintf(path, sizeof(path), "%s/conf", fake->directory);
	fake->text[0] = '\0';
	if (!allowed_read(allowed, path, fake->text, sizeof(fake->text)))
		return "";
	assert_memory_equal(fake->text, path, strlen(path));
	return fake->text + strlen(path);
}

static void files(void **state)
{
	static const struct {
		const char *text, *error;
	} tries[] = {
		{"allow clock\nalow events:sched\n", ":2: \"alow\" is no setting; there is allow"},
		{"\n\nallow", ":3: the list is empty; none allows no changes"},
		{"allow # clock", ":1: the list is empty; none allows no changes"},
		{"allow clock\nallow none", ":2: none and other items contradict each other"},
		{"allow=clock\n", ":1: \"allow=clock\" is no setting; there is allow"},
		{"\x01\n", ":1: \"?\" is no setting; there is allow"},
	};
	struct fake_tracefs fake = {0};
	struct allowed allowed = {0};
	char path[64], *longest = malloc(70000);

	(void)state;
	fake_tracefs_open(&fake);
	assert_string_equal(read_text(&fake, &allowed, ""), "");
	assert_string_equal(read_text(&fake, &allowed, "# allow none\n\n"), "");
	assert_false(allowed.limited);
	assert_string_equal(read_text(&fake, &allowed,
				      "# look only\nallow events:sched\t# and\r\n"
				      "  allow clock,filter\r\n\nallow events:irq:irq_*"),
			    "");
	assert_true(allowed.limited);
	assert_true(passes(&allowed, "clock mono"));
	assert_false(passes(&allowed, "pid 1"));
	assert_true(allowed_event(&allowed, "sched", "sched_switch"));
	assert_true(allowed_event(&allowed, "irq", "irq_handler_entry"));
	assert_false(allowed_event(&allowed, "irq", "softirq_raise"));
	allowed_release(&allowed);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		assert_string_equal(read_text(&fake, &allowed, tries[i].text), tries[i].error);
		allowed_release(&allowed);
	}
	assert_non_null(longest);
	memset(longest, '#', 69999);
	longest[69999] = '\0';
	snprintf(path, sizeof(path), "%s/conf", fake.directory);
	fake_tracefs_put(&fake, "conf", longest);
	assert_int_equal(allowed_read(&allowed, path, fake.text, sizeof(fake.text)), -E2BIG);
	unlinkat(fake.tracefs.top, "conf", 0);
	assert_int_equal(allowed_read(&allowed, path, fake.text, sizeof(fake.text)), -ENOENT);
	assert_non_null(strstr(fake.text, "/conf: No such file or directory"));
	allowed_release(&allowed);
	free(longest);
	assert_int_equal(fake_tracefs_close(&fake), 0);
}

static void a_nul_ends_no_file(void **state)
{
	static const char text[] = "allow events:sched\n\0allow none\n";
	struct fake_tracefs fake = {0};
	struct allowed allowed = {0};
	char path[64];
	int fd;

	(void)state;
	fake_tracefs_open(&fake);
	snprintf(path, sizeof(path), "%s/conf", fake.directory);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	assert_int_equal(allowed_read(&allowed, path, fake.text, sizeof(fake.text)), -EINVAL);
	assert_non_null(strstr(fake.text, "holds a NUL"));
	allowed_release(&allowed);
	assert_int_equal(fake_tracefs_close(&fake), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_list_all_may_be),
		cmocka_unit_test(what_a_list_lets_pass),
		cmocka_unit_test(nothing_and_everything),
		cmocka_unit_test(patterns_of_events),
		cmocka_unit_test(what_is_no_list),
		cmocka_unit_test(files),
		cmocka_unit_test(a_nul_ends_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
