// SPDX-License-Identifier: GPL-2.0-only
/* Orders to a fake agent: what is asked, what tracing is stopped for, what follows, and agents that
 * answer otherwise than they should. */
#include "tests/unit/fake_guest.h"
#include "tui/guest/events.h"

/* What came of what was asked. */
struct asked {
	char text[256], error[256];
	unsigned answers;
};

/* The agent's: what it answers in turn, "" nothing, and what it was asked. */
static const char *const *script;
static char requests[1024];

static void answer(struct fake *fake, const struct control_request *request)
{
	size_t used = strlen(requests);

	/* With the state, since some are for an agent that is stopped. */
	snprintf(requests + used, sizeof(requests) - used, "%s%s%s%s|",
		 strcmp(fake->state, "tracing") ? "" : "*", request->name,
		 request->args[0] ? " " : "", request->args);
	if (!*script)
		return;
	if (**script)
		say(fake, "%s\n", *script);
	script++;
}

static void ordered(void *data, const char *text, const char *error)
{
	struct asked *asked = data;

	assert_true(!text != !error);
	asked->answers++;
	snprintf(asked->text, sizeof(asked->text), "%s", text ? text : "");
	snprintf(asked->error, sizeof(asked->error), "%s", error ? error : "");
}

static void begin(struct fake *fake, const char *const *lines)
{
	script = lines;
	requests[0] = '\0';
	fake->other = answer;
	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
}

static void begin_tracing(struct fake *fake, const char *const *lines)
{
	begin(fake, lines);
	assert_int_equal(guest_start(fake->guest), 0);
	turn_until(fake, is(fake, GUEST_TRACING));
}

static int order(struct fake *fake, enum control_verb verb, const char *args, struct asked *asked)
{
	return guest_order(fake->guest, verb, args, ordered, asked);
}

/* The same as soon as tracing goes on after the one before. */
static void order_next(struct fake *fake, enum control_verb verb, const char *args,
		       struct asked *asked)
{
	int err;

	while ((err = order(fake, verb, args, asked)) == -EBUSY)
		assert_int_equal(loop_run_once(), 0);
	assert_int_equal(err, 0);
}

/* ---- what is asked and what is changed ---- */

static void a_value_is_asked_for(void **state)
{
	static const char *const lines[] = {"ok tracer name=nop available=function,nop", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin_tracing(fake, lines);
	assert_int_equal(order(fake, CONTROL_TRACER, NULL, &asked), 0);
	turn_until(fake, asked.answers);
	assert_string_equal(asked.text, "name=nop available=function,nop");
	assert_string_equal(requests, "*tracer|");
	assert_int_equal(fake->stops, 0);
	assert_false(guest_orders_changed(fake->guest));
}

static void tracing_stops_for_a_tracer_and_goes_on(void **state)
{
	static const char *const lines[] = {"ok tracer name=function available=function,nop", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin_tracing(fake, lines);
	assert_int_equal(order(fake, CONTROL_TRACER, "function", &asked), 0);
	assert_int_equal(order(fake, CONTROL_CLOCK, "mono", &asked), -EBUSY);
	turn_until(fake, fake->starts == 2);
	assert_int_equal(asked.answers, 1);
	assert_string_equal(requests, "tracer function|");
	assert_int_equal(fake->stops, 1);
	assert_int_equal(guest_state(fake->guest), GUEST_TRACING);
	assert_true(said(fake, "I: tracing stops for a moment, to change tracer"));
	assert_true(guest_orders_changed(fake->guest));
	assert_true(guest_started_here(fake->guest));
}

static void nothing_is_stopped_that_is_not_on(void **state)
{
	static const char *const lines[] = {"ok tracer name=function available=function,nop", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	assert_int_equal(order(fake, CONTROL_TRACER, "function", &asked), 0);
	turn_until(fake, asked.answers);
	assert_int_equal(fake->stops + fake->starts, 0);
}

static void what_the_kernel_refuses_is_told_and_tracing_goes_on(void **state)
{
	static const char *const lines[] = {"error tracer the kernel does not take it", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin_tracing(fake, lines);
	order(fake, CONTROL_TRACER, "nosuch", &asked);
	turn_until(fake, fake->starts == 2);
	assert_string_equal(asked.error, "the kernel does not take it");
}

static void who_stops_in_the_meantime_has_it_stopped(void **state)
{
	static const char *const lines[] = {"", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin_tracing(fake, lines);
	order(fake, CONTROL_TRACER, "function", &asked);
	turn_until(fake, requests[0]);
	assert_int_equal(guest_stop(fake->guest), 0);
	say(fake, "ok tracer name=function available=nop\n");
	turn_until(fake, is(fake, GUEST_STOPPED) && asked.answers);
	assert_int_equal(fake->starts, 1);
}

static void another_clock_begins_anew(void **state)
{
	static const char *const lines[] = {"ok clock name=mono reset=yes available=local,mono",
					    NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin_tracing(fake, lines);
	send_page(fake, 0, 1000000, 1);
	expect_rows(fake, 1);
	fake->clock = "mono";
	order(fake, CONTROL_CLOCK, "mono", &asked);
	turn_until(fake, fake->starts == 2 && fake->exports == 2 && !guest_waiting(fake->guest));
	assert_string_equal(requests, "clock mono|");
	assert_string_equal(guest_hello(fake->guest)->clock, "mono");
	assert_string_equal(guest_formats(fake->guest)->clock, "mono");
	/* A time that is earlier is not taken for one that runs backwards: it comes behind. */
	send_page(fake, 0, 500, 1);
	expect_rows(fake, 2);
	assert_true(fake->notes > 0);
}

static void a_probe_brings_its_format(void **state)
{
	static const char *const lines[] = {"ok kprobe added=vtrace:opened",
					    "ok kprobe removed=vtrace:opened", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin_tracing(fake, lines);
	assert_int_equal(fake->exports, 1);
	order(fake, CONTROL_KPROBE, "add p:opened do_sys_openat2", &asked);
	turn_until(fake, fake->exports == 2 && !guest_waiting(fake->guest));
	assert_int_equal(fake->stops, 0);
	order(fake, CONTROL_KPROBE, "remove opened", &asked);
	turn_until(fake, fake->exports == 3 && !guest_waiting(fake->guest));
}

static void all_is_put_back(void **state)
{
	static const char *const lines[] = {"ok tracer name=function available=nop",
					    "ok restore events=0 settings=1 kprobes=0", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	order(fake, CONTROL_TRACER, "function", &asked);
	turn_until(fake, asked.answers == 1);
	assert_int_equal(guest_start(fake->guest), 0);
	turn_until(fake, is(fake, GUEST_TRACING));
	assert_int_equal(guest_restore(fake->guest, ordered, &asked), 0);
	turn_until(fake, fake->starts == 2);
	assert_string_equal(requests, "tracer function|restore|");
	assert_false(guest_orders_changed(fake->guest));
}

static void of_events_alone_an_older_agent_knows(void **state)
{
	static const char *const lines[] = {"ok events matched=2 total=9 enabled=7",
					    "ok events restored=2 total=9 enabled=1", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	guest_order_events(fake->guest, GUEST_EVENTS_ADD, "sched", ordered, &asked);
	turn_until(fake, asked.answers == 1);
	guest_restore(fake->guest, ordered, &asked);
	turn_until(fake, asked.answers == 2);
	assert_string_equal(requests, "events add sched|events restore|");
	assert_false(guest_orders_changed(fake->guest));
}

/* Putting back events does not put back settings. */
static void events_alone_are_put_back(void **state)
{
	static const char *const lines[] = {"ok pid count=1 list=1",
					    "ok events restored=2 total=9 enabled=1", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	order(fake, CONTROL_PID, "1", &asked);
	turn_until(fake, asked.answers == 1);
	guest_order_events(fake->guest, GUEST_EVENTS_RESTORE, NULL, ordered, &asked);
	turn_until(fake, asked.answers == 2);
	assert_true(guest_orders_changed(fake->guest));
}

/* ---- a guest that has forgotten ---- */

static void a_rebooted_guest_is_told_again(void **state)
{
	static const char *const lines[] = {"ok buffer-kb kb=3000",
					    "ok kprobe added=vtrace:opened",
					    "ok events matched=1 total=9 enabled=1",
					    "ok buffer-kb kb=4000",
					    "ok kprobe added=vtrace:opened",
					    "ok events matched=1 total=9 enabled=1",
					    "error buffer-kb no memory",
					    NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	order(fake, CONTROL_BUFFER_KB, "3000", &asked);
	order(fake, CONTROL_KPROBE, "add p:opened do_sys_openat2", &asked);
	guest_order_events(fake->guest, GUEST_EVENTS_ADD, "vtrace:opened", ordered, &asked);
	order(fake, CONTROL_BUFFER_KB, "4000", &asked);
	turn_until(fake, asked.answers == 4 && is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	requests[0] = '\0';
	fake->exports = 0;
	fake->boot_id = "boot-two";
	fake->state = "stopped";
	say(fake, "note agent started\n");
	turn_until(fake, fake->starts == 2 && fake->exports && is(fake, GUEST_TRACING));
	assert_string_equal(requests, "kprobe add p:opened do_sys_openat2|"
				      "events add vtrace:opened|buffer-kb 4000|");
	/* Of the probe, too, which is only there then. */
	assert_int_equal(fake->exports, 1);
	assert_true(said(fake, "W: the buffer-kb chosen here is not set again: no memory"));
	assert_true(said(fake, "I: what was chosen here is set again in"));
}

/* ---- agents that can not, may not, or do not do it ---- */

static void an_agent_of_before(void **state)
{
	static const char *const lines[] = {"error tracer unknown verb; known: 1 0 hello", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	assert_int_equal(order(fake, CONTROL_TRACER, NULL, &asked), 0);
	turn_until(fake, asked.answers);
	assert_non_null(strstr(asked.error, "too old"));
}

static void an_agent_that_tells_what_it_may_do(void **state)
{
	static const char *const lines[] = {"ok ping", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	fake->verbs = "verbs=1,0,hello,export,ping,frobnicate";
	begin(fake, lines);
	assert_true(guest_lacks_verb(fake->guest, CONTROL_TRACER));
	assert_int_equal(order(fake, CONTROL_TRACER, "nop", &asked), -ENOSYS);
	assert_int_equal(order(fake, CONTROL_PING, NULL, &asked), 0);
	turn_until(fake, asked.answers);
	assert_string_equal(requests, "ping|");
}

static void an_agent_that_answers_twice(void **state)
{
	static const char *const lines[] = {"ok pid count=1 list=1\nok pid count=1 list=1",
					    "ok buffer-kb kb=1408", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	order(fake, CONTROL_PID, "1", &asked);
	order(fake, CONTROL_BUFFER_KB, NULL, &asked);
	turn_until(fake, asked.answers == 2);
	assert_string_equal(asked.text, "kb=1408");
}

static void an_agent_that_says_rubbish_first(void **state)
{
	static const char *const lines[] = {"\x01\xff\x80 binary\nok\nerror\nok pid\x7f\n"
					    "yes pid count=1\nok clock name=x\nok ping",
					    NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	order(fake, CONTROL_PING, NULL, &asked);
	turn_until(fake, asked.answers);
	assert_string_equal(asked.text, "");
	assert_string_equal(asked.error, "");
}

/* Nothing of what is expected behind "ok": what follows does without. */
static void an_agent_that_leaves_out_all(void **state)
{
	static const char *const lines[] = {"ok clock", "ok subbuf-kb x=y",    "ok kprobe",
					    "ok ping",	"ok restore refused=", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin_tracing(fake, lines);
	order(fake, CONTROL_CLOCK, "mono", &asked);
	turn_until(fake, fake->starts == 2 && is(fake, GUEST_TRACING));
	order_next(fake, CONTROL_SUBBUF_KB, "8", &asked);
	turn_until(fake, fake->starts == 3 && is(fake, GUEST_TRACING));
	order(fake, CONTROL_KPROBE, "add p:x y", &asked);
	turn_until(fake, asked.answers == 3 && is(fake, GUEST_TRACING));
	order_next(fake, CONTROL_PING, NULL, &asked);
	assert_int_equal(guest_restore(fake->guest, ordered, &asked), 0);
	turn_until(fake, fake->starts == 4 && is(fake, GUEST_TRACING));
	assert_int_equal(asked.answers, 5);
	assert_true(guest_orders_changed(fake->guest));
}

static void an_agent_that_does_not_answer(void **state)
{
	static const char *const lines[] = {NULL};
	struct fake *fake = *state;
	struct asked asked = {0}, ping = {0};

	begin(fake, lines);
	order(fake, CONTROL_PING, NULL, &ping);
	turn_until(fake, ping.answers);
	assert_string_equal(ping.error, "the agent has not answered in time");
	order(fake, CONTROL_PID, "1", &asked);
	turn_until(fake, said(fake, "w: the agent has not answered 'pid' within 2 s"));
	assert_int_equal(asked.answers, 0);
	/* What comes late is taken all the same. */
	say(fake, "ok pid count=1 list=1\n");
	turn_until(fake, asked.answers);
	assert_string_equal(asked.text, "count=1 list=1");
}

static void an_agent_that_ends_while_tracing_is_stopped_for_it(void **state)
{
	static const char *const lines[] = {"", NULL};
	static const char *const more[] = {NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin_tracing(fake, lines);
	order(fake, CONTROL_TRACER, "function", &asked);
	turn_until(fake, requests[0]);
	script = more;
	fake->tracing_on = 0;
	say(fake, "note agent started\n");
	turn_until(fake, asked.answers && fake->starts == 2 && is(fake, GUEST_TRACING));
	assert_string_equal(asked.error, "the control channel was closed");
}

/* An order to stop that was given up, and waits behind another, is answered during the next. */
static void an_agent_that_says_twice_that_it_has_stopped(void **state)
{
	static const char *const lines[] = {"", "ok clock name=mono reset=no available=local,mono",
					    NULL};
	struct fake *fake = *state;
	struct asked ping = {0}, given_up = {0}, asked = {0};

	begin_tracing(fake, lines);
	order(fake, CONTROL_PING, NULL, &ping);
	order(fake, CONTROL_CLOCK, "mono", &given_up);
	turn_until(fake, requests[0]);
	fake->mute = true;
	say(fake, "note agent started\n");
	turn_until(fake, given_up.answers && fake->stops == 1);
	assert_int_equal(order(fake, CONTROL_CLOCK, "mono", &asked), 0);
	say(fake, "ok 0\n");
	/* Behind a hello that is not answered; by then the order waits behind it. */
	turn_until(fake, fake->stops == 2);
	fake->mute = false;
	fake->tracing_on = 1;
	say(fake, "error 0 it has stopped\n");
	turn_until(fake, asked.answers && fake->starts == 2);
	assert_string_equal(asked.text, "name=mono reset=no available=local,mono");
	assert_int_equal(asked.answers, 1);
}

/* What tracing was stopped for finds no room behind all that is asked meanwhile. */
static void an_agent_that_lets_all_wait(void **state)
{
	static const char *const lines[] = {NULL};
	struct fake *fake = *state;
	struct asked asked = {0}, others = {0};

	begin_tracing(fake, lines);
	fake->mute = true;
	/* A page that is not read holds the order up, so that there is time for more. */
	assert_int_equal(kill(guest_engine_pid(fake->guest), SIGSTOP), 0);
	send_page(fake, 0, 1000, 1);
	assert_int_equal(order(fake, CONTROL_CLOCK, "mono", &asked), 0);
	turn_until(fake, fake->stops == 1);
	while (!order(fake, CONTROL_PID, "1", &others))
		;
	say(fake, "ok 0\n");
	/* The first of the others goes, and another one comes in its place. */
	turn_until(fake, requests[0]);
	assert_int_equal(order(fake, CONTROL_PID, "1", &others), 0);
	turn_until(fake, asked.answers);
	assert_string_equal(asked.error, "too much is asked of the agent already");
}

static void the_guest_goes_meanwhile(void **state)
{
	static const char *const lines[] = {NULL};
	struct fake *fake = *state;
	struct asked asked = {0}, held = {0};

	begin_tracing(fake, lines);
	order(fake, CONTROL_PID, "1", &asked);
	order(fake, CONTROL_TRACER, "function", &held);
	guest_domain_event(fake->guest, "stopped", "destroyed", true);
	assert_string_equal(asked.error, "the guest is gone");
	assert_string_equal(held.error, "the guest is gone");
	assert_int_equal(order(fake, CONTROL_PING, NULL, &asked), -EOPNOTSUPP);
}

static void nobody_is_called_back_after_the_end(void **state)
{
	static const char *const lines[] = {NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin_tracing(fake, lines);
	order(fake, CONTROL_PID, "1", &asked);
	order(fake, CONTROL_TRACER, "function", &asked);
	guest_free(fake->guest);
	fake->guest = NULL;
	assert_int_equal(asked.answers, 0);
}

static void what_fits_no_line(void **state)
{
	static const char *const lines[] = {NULL};
	struct fake *fake = *state;
	char *text = malloc(VTRACE_LINE_MAX + 1);

	assert_non_null(text);
	memset(text, 'x', VTRACE_LINE_MAX);
	text[VTRACE_LINE_MAX] = '\0';
	begin(fake, lines);
	assert_int_equal(order(fake, CONTROL_MARK, text, NULL), -EINVAL);
	assert_int_equal(order(fake, CONTROL_MARK, "a\nb", NULL), -EINVAL);
	assert_false(guest_orders_changed(fake->guest));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(a_value_is_asked_for),
		GUEST_TEST(tracing_stops_for_a_tracer_and_goes_on),
		GUEST_TEST(nothing_is_stopped_that_is_not_on),
		GUEST_TEST(what_the_kernel_refuses_is_told_and_tracing_goes_on),
		GUEST_TEST(who_stops_in_the_meantime_has_it_stopped),
		GUEST_TEST(another_clock_begins_anew),
		GUEST_TEST(a_probe_brings_its_format),
		GUEST_TEST(all_is_put_back),
		GUEST_TEST(of_events_alone_an_older_agent_knows),
		GUEST_TEST(events_alone_are_put_back),
		GUEST_TEST(a_rebooted_guest_is_told_again),
		GUEST_TEST(an_agent_of_before),
		GUEST_TEST(an_agent_that_tells_what_it_may_do),
		GUEST_TEST(an_agent_that_answers_twice),
		GUEST_TEST(an_agent_that_says_rubbish_first),
		GUEST_TEST(an_agent_that_leaves_out_all),
		GUEST_TEST(an_agent_that_does_not_answer),
		GUEST_TEST(an_agent_that_ends_while_tracing_is_stopped_for_it),
		GUEST_TEST(an_agent_that_says_twice_that_it_has_stopped),
		GUEST_TEST(an_agent_that_lets_all_wait),
		GUEST_TEST(the_guest_goes_meanwhile),
		GUEST_TEST(nobody_is_called_back_after_the_end),
		GUEST_TEST(what_fits_no_line),
	};

	return cmocka_run_group_tests(tests, group_setup, NULL);
}
