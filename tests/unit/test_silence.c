// SPDX-License-Identifier: GPL-2.0-only
/* What an empty screen says, state by state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tui/console/silence.h"

#define CONTROL "/run/q/agent-ctl-path"
#define NO_FORMATS                                                                             \
	"; there are no event formats in /run/q/share/formats, so that rows are raw: R looks " \
	"again"

/* A guest whose agent answers and which is not told to trace. */
static struct silence stopped(void)
{
	return (struct silence){.open = true,
				.engine_alive = true,
				.state = GUEST_STOPPED,
				.control = CONTROL,
				.share = "/run/q/share",
				.formats = true,
				.answers = true,
				.events_enabled = 9,
				.tracing_on = 0,
				.cpus = "these CPUs"};
}

static struct silence tracing(uint64_t silent)
{
	struct silence silence = stopped();

	silence.state = GUEST_TRACING;
	silence.tracing = true;
	silence.tracing_on = 1;
	silence.silent = silent;
	return silence;
}

static void says(const struct silence *silence, const char *wanted)
{
	char text[SILENCE_TEXT];

	silence_sentence(silence, text, sizeof(text));
	assert_string_equal(text, wanted);
}

static void before_anything_is_open(void **state)
{
	struct silence silence = {.opening = "web01"};

	(void)state;
	says(&silence, "opening web01...");
	silence.opening = NULL;
	says(&silence, "");
}

static void engine(void **state)
{
	struct silence silence = tracing(9000);

	(void)state;
	silence.engine_alive = false;
	says(&silence,
	     "the engine is dead, and what it held is gone; what was saved or recorded is "
	     "kept: R starts it again");
}

static void agent_that_is_awaited(void **state)
{
	struct silence silence = stopped();

	(void)state;
	silence.state = GUEST_CONNECTING;
	silence.waiting = "waiting for something";
	says(&silence, "waiting for the agent in the guest to answer on " CONTROL
		       "; where none runs, start it there: systemctl start trace-agent");
}

static void waiting_is_passed_on(void **state)
{
	struct silence silence = stopped();

	(void)state;
	silence.waiting = "waiting for something";
	says(&silence, "waiting for something");
}

static void no_agent_or_that_of_2012(void **state)
{
	static const char who[] =
		"nobody answers on " CONTROL ": no agent runs in the guest (start it there: "
		"systemctl start trace-agent), or it is that of 2012, which gives no answers, "
		"formats or counters: t starts it blind";
	struct silence silence = stopped();
	char wanted[SILENCE_TEXT];

	(void)state;
	silence.state = GUEST_OLD_AGENT;
	silence.answers = false;
	says(&silence, who);
	silence.formats = false;
	strcpy(wanted, who);
	strcat(wanted, NO_FORMATS);
	says(&silence, wanted);
}

static void old_agent_that_was_started(void **state)
{
	struct silence silence = tracing(1000);

	(void)state;
	silence.state = GUEST_OLD_AGENT;
	silence.answers = false;
	silence.events_enabled = (unsigned)-1;
	silence.tracing_on = -1;
	says(&silence, "tracing; no events yet");
	silence.silent = 5000;
	says(&silence, "no events for 5 s: the start was sent blind, and nobody has confirmed it: "
		       "does an agent run in the guest, and are events enabled there (trace-cmd "
		       "start -e sched)?");
}

static void not_tracing(void **state)
{
	struct silence silence = stopped();

	(void)state;
	says(&silence, "not tracing: t starts it");
	silence.events_enabled = 0;
	says(&silence, "not tracing, and no events are enabled in the guest: E chooses some, t "
		       "starts tracing");
	silence.shown = true;
	says(&silence, "");
}

static void formats_that_are_missing(void **state)
{
	struct silence silence = stopped();

	(void)state;
	silence.formats = false;
	says(&silence, "not tracing: t starts it" NO_FORMATS);
	silence.share = NULL;
	says(&silence, "not tracing: t starts it; there are no event formats: the guest has no 9p "
		       "share with the tag vtrace, and none came from its agent; rows are raw: R "
		       "asks again");
}

static void no_events_enabled(void **state)
{
	struct silence silence = tracing(0);

	(void)state;
	silence.events_enabled = 0;
	says(&silence, "tracing, but no events are enabled in the guest: E chooses some, or enable "
		       "them there: trace-cmd start -e sched");
	silence.silent = 7999;
	says(&silence, "no events for 7 s: no events are enabled in the guest: E chooses some, or "
		       "enable them there: trace-cmd start -e sched");
	/* Under rows that were there before it is said as well, but not at once. */
	silence.shown = true;
	silence.held = 3;
	says(&silence, "no events for 7 s: no events are enabled in the guest: E chooses some, or "
		       "enable them there: trace-cmd start -e sched");
	silence.silent = 0;
	says(&silence, "");
}

static void nothing_happens(void **state)
{
	struct silence silence = tracing(4999);

	(void)state;
	says(&silence, "tracing; no events yet");
	silence.silent = 5000;
	says(&silence,
	     "no events for 5 s: 9 event types are enabled in the guest, but none of them "
	     "happens; E shows which");
	silence.events_enabled = (unsigned)-1;
	says(&silence,
	     "no events for 5 s: are events enabled in the guest (E shows them), and does "
	     "it do anything?");
}

static void recording_turned_off_in_the_guest(void **state)
{
	struct silence silence = tracing(4000);

	(void)state;
	/* The agent has told its state last before it was started. */
	silence.tracing_on = 0;
	says(&silence, "tracing; no events yet");
	silence.silent = 60000;
	says(&silence,
	     "no events for 60 s: tracing_on is 0: somebody in the guest turned recording "
	     "off; t stops, and t again starts it anew");
}

static void agent_that_fell_silent(void **state)
{
	struct silence silence = tracing(12000);

	(void)state;
	silence.answers = false;
	says(&silence, "no events for 12 s: the agent does not answer either; if it has ended, "
		       "start it there: systemctl start trace-agent");
}

static void filter_that_hides_all(void **state)
{
	struct silence silence = tracing(0);

	(void)state;
	silence.held = 1200;
	silence.filtered = true;
	says(&silence, "the filter lets no event of these CPUs pass; = shows all, f changes it");
	silence.counted = true;
	silence.hidden = silence.sifted = 1204;
	says(&silence, "the filter lets no event of these CPUs pass: 1,204 of 1,204 rows are "
		       "hidden; = shows all, f changes it");
	/* However long ago the last one came: there are rows to be seen. */
	silence.silent = 9000;
	says(&silence, "the filter lets no event of these CPUs pass: 1,204 of 1,204 rows are "
		       "hidden; = shows all, f changes it");
	silence.tracing = false;
	silence.state = GUEST_REPLAY;
	says(&silence, "the filter lets no event of these CPUs pass: 1,204 of 1,204 rows are "
		       "hidden; = shows all, f changes it");
}

static void cpus_that_hide_all(void **state)
{
	struct silence silence = tracing(0);

	(void)state;
	silence.elsewhere = 12345;
	silence.cpus = "CPU3";
	says(&silence, "no events of CPU3 are held, but 12,345 rows of other CPUs: c chooses CPUs");
	silence.tracing = false;
	silence.state = GUEST_REPLAY;
	says(&silence, "no events of CPU3 are held, but 12,345 rows of other CPUs: c chooses CPUs");
}

static void captures_and_domains_that_are_gone(void **state)
{
	struct silence silence = stopped();

	(void)state;
	silence.state = GUEST_REPLAY;
	silence.indexing = true;
	says(&silence, "reading the capture...");
	silence.indexing = false;
	says(&silence, "the capture holds no events: it was saved before any had come");
	silence.state = GUEST_GONE;
	silence.shown = true;
	says(&silence, "the domain is gone: what was received is kept; d chooses another");
}

static void long_paths_are_cut(void **state)
{
	struct silence silence = stopped();
	char path[2 * SILENCE_TEXT], text[SILENCE_TEXT];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	silence.formats = false;
	silence.share = path;
	silence_sentence(&silence, text, sizeof(text));
	assert_int_equal(strlen(text), sizeof(text) - 1);
	silence.state = GUEST_OLD_AGENT;
	silence.control = path;
	silence_sentence(&silence, text, sizeof(text));
	assert_int_equal(strlen(text), sizeof(text) - 1);
}

/* Of a guest's memory nobody knows more than that there is nothing in it. */
static void memory_without_events(void **state)
{
	struct silence silence = stopped();

	(void)state;
	silence.memory = true;
	silence.state = GUEST_WATCHING;
	silence.waiting = "looking for ring buffers in its memory: 40%";
	says(&silence, "looking for ring buffers in its memory: 40%");
	silence.waiting = NULL;
	says(&silence, "its ring is read, and nothing has been written to it yet: events are "
		       "enabled by trace_instance= on the guest's command line, or in its tracefs");
	silence.shown = true;
	says(&silence, "");
	silence.shown = false;
	silence.held = 5;
	silence.filtered = true;
	says(&silence, "the filter lets no event of these CPUs pass; = shows all, f changes it");
	silence.held = 0;
	silence.filtered = false;
	silence.state = GUEST_REPLAY;
	says(&silence, "the ring in its memory holds no events");
}

/* What the memory may have of one that is watched by its channels. */
static void remains_in_memory(void **state)
{
	struct silence silence = tracing(9000);

	(void)state;
	silence.answers = false;
	silence.remains = true;
	says(&silence,
	     "no events for 9 s: the agent does not answer either; if it has ended, start it "
	     "there: "
	     "systemctl start trace-agent; if the guest hangs, :post-mortem reads the ring in its "
	     "memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_anything_is_open),
		cmocka_unit_test(engine),
		cmocka_unit_test(agent_that_is_awaited),
		cmocka_unit_test(waiting_is_passed_on),
		cmocka_unit_test(no_agent_or_that_of_2012),
		cmocka_unit_test(old_agent_that_was_started),
		cmocka_unit_test(not_tracing),
		cmocka_unit_test(formats_that_are_missing),
		cmocka_unit_test(no_events_enabled),
		cmocka_unit_test(nothing_happens),
		cmocka_unit_test(recording_turned_off_in_the_guest),
		cmocka_unit_test(agent_that_fell_silent),
		cmocka_unit_test(filter_that_hides_all),
		cmocka_unit_test(cpus_that_hide_all),
		cmocka_unit_test(captures_and_domains_that_are_gone),
		cmocka_unit_test(memory_without_events),
		cmocka_unit_test(remains_in_memory),
		cmocka_unit_test(long_paths_are_cut),
	};

	return cmocka_run_group_tests_name("silence", tests, NULL, NULL);
}
