// SPDX-License-Identifier: GPL-2.0-only
/* A guest as a state machine: agents that start, stop, die, return and stay silent. */
#include "tests/unit/fake_guest.h"

static void starts_and_stops(void **state)
{
	struct fake *fake = *state;

	/* What lies in the channel before the start is of an earlier trace. */
	send_page(fake, 0, 1000, 5);
	assert_int_equal(open_guest(fake, NULL), 0);
	assert_int_equal(guest_start(fake->guest), -EAGAIN);
	turn_until(fake, is(fake, GUEST_STOPPED));
	assert_non_null(guest_formats(fake->guest));
	assert_int_equal(guest_formats(fake->guest)->events, 1);
	assert_string_equal(guest_hello(fake->guest)->boot_id, "boot-one");
	assert_int_equal(guest_hello(fake->guest)->events_enabled, 1);
	assert_int_equal(guest_cpus(fake->guest), 2);
	assert_false(guest_started_here(fake->guest));
	assert_int_equal(guest_start(fake->guest), 0);
	assert_int_equal(guest_start(fake->guest), -EALREADY);
	turn_until(fake, is(fake, GUEST_TRACING));
	assert_true(guest_started_here(fake->guest));
	send_page(fake, 0, 2000, 3);
	send_page(fake, 1, 2005, 4);
	expect_rows(fake, 7);
	assert_int_equal(guest_stop(fake->guest), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	assert_int_equal(fake->starts, 1);
	assert_int_equal(fake->stops, 1);
	assert_int_equal(fake->exports, 1);
	assert_false(guest_started_here(fake->guest));
}

static void joins_a_trace_under_way(void **state)
{
	struct fake *fake = *state;

	fake->state = "tracing";
	fake->tracing_on = 1;
	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_TRACING));
	send_page(fake, 1, 1000, 2);
	expect_rows(fake, 2);
	assert_int_equal(fake->starts, 0);
	assert_false(guest_started_here(fake->guest));
	assert_int_equal(guest_start(fake->guest), -EALREADY);
}

static void agent_of_2012_and_then_a_new_one(void **state)
{
	struct fake *fake = *state;

	fake->mute = true;
	write_formats(fake);
	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_OLD_AGENT));
	assert_true(said(fake, "no answer to hello"));
	assert_true(said(fake, "as they are"));
	assert_non_null(guest_formats(fake->guest));
	assert_int_equal(guest_start(fake->guest), 0);
	turn_until(fake, fake->starts == 1);
	assert_true(guest_started_here(fake->guest));
	send_page(fake, 0, 1000, 2);
	expect_rows(fake, 2);
	/* An agent that answers is started: what was asked for of the old one holds. */
	fake->mute = false;
	fake->state = "stopped";
	say(fake, "note agent started\n");
	turn_until(fake, is(fake, GUEST_TRACING));
	assert_int_equal(fake->starts, 2);
}

static void killed_agent_is_started_again(void **state)
{
	struct fake *fake = *state;

	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	fake->state = "stopped";
	say(fake, "note agent started\n");
	turn_until(fake, fake->starts == 2);
	turn_until(fake, is(fake, GUEST_TRACING));
	assert_true(said(fake, "W: the agent in the guest was restarted; tracing again"));
	assert_int_equal(fake->exports, 1);
}

static void rebooted_guest_gives_new_formats(void **state)
{
	struct fake *fake = *state;

	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	fake->boot_id = "boot-two";
	fake->state = "stopped";
	fake->tracing_on = 0;
	say(fake, "note agent started\n");
	turn_until(fake, fake->starts == 2);
	turn_until(fake, fake->exports == 2 && is(fake, GUEST_TRACING));
	assert_true(said(fake, "W: the guest was rebooted; tracing again"));
	assert_string_equal(guest_formats(fake->guest)->boot_id, "boot-two");
}

/* Destroyed and started again: its rows come behind those that are held. */
static void a_domain_that_runs_again(void **state)
{
	struct fake *fake = *state;
	char error[256];
	int err = 0;

	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	assert_int_equal(guest_come_back(fake->guest, &fake->channels, error, sizeof(error)),
			 -EALREADY);
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	send_page(fake, 0, 5000, 2);
	expect_rows(fake, 2);
	qemu_ends(fake);
	guest_domain_event(fake->guest, "stopped", "destroyed", true);
	assert_int_equal(guest_state(fake->guest), GUEST_GONE);
	assert_false(guest_started_here(fake->guest));
	fake->boot_id = "boot-two";
	fake->state = "stopped";
	fake->mute = true; /* it boots */
	/* As soon as the engine has let go of the channels: but there is nobody in them. */
	turn_until(fake, (err = guest_come_back(fake->guest, &fake->channels, error,
						sizeof(error))) != -EBUSY);
	assert_int_equal(err, -ENXIO);
	assert_int_equal(guest_state(fake->guest), GUEST_GONE);
	qemu_begins(fake);
	assert_int_equal(guest_come_back(fake->guest, &fake->channels, error, sizeof(error)), 0);
	turn_until(fake, fake->hellos > 2);
	assert_int_equal(guest_state(fake->guest), GUEST_CONNECTING);
	fake->mute = false;
	say(fake, "note agent started\n");
	turn_until(fake, is(fake, GUEST_TRACING) && fake->exports == 2);
	assert_int_equal(fake->starts, 2);
	send_page(fake, 0, 1000, 3);
	expect_rows(fake, 5);
	assert_int_equal(fake->notes, 3); /* that it stopped, runs again, and was booted */
}

static void a_pause_is_among_the_rows(void **state)
{
	struct fake *fake = *state;

	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	send_page(fake, 0, 5000, 2);
	expect_rows(fake, 2);
	guest_domain_event(fake->guest, "resumed", "", false); /* of a pause before this console */
	guest_domain_event(fake->guest, "paused", "", false);
	guest_domain_event(fake->guest, "resumed", "", false);
	send_page(fake, 0, 6000, 1);
	expect_rows(fake, 3);
	assert_int_equal(fake->notes, 1);
	assert_int_equal(guest_state(fake->guest), GUEST_TRACING);
}

static void stopped_by_somebody_else(void **state)
{
	struct fake *fake = *state;

	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	fake->state = "stopped";
	fake->tracing_on = 0;
	turn_until(fake, is(fake, GUEST_STOPPED));
	assert_true(said(fake, "stopped by somebody else"));
	assert_int_equal(fake->starts, 1);
	assert_false(guest_started_here(fake->guest));
}

static void engine_is_killed_and_restarted(void **state)
{
	struct fake *fake = *state;
	char error[256];

	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	assert_int_equal(kill(guest_engine_pid(fake->guest), SIGKILL), 0);
	turn_until(fake, !guest_engine_alive(fake->guest));
	assert_true(said(fake, "signal 9"));
	assert_int_equal(guest_engine_pid(fake->guest), -1);
	assert_int_equal(guest_request_stats(fake->guest), -EPIPE);
	assert_int_equal(guest_restart_engine(fake->guest, error, sizeof(error)), 0);
	turn_until(fake, is(fake, GUEST_TRACING));
	/* Same channels, same formats, and pages are kept at once. */
	send_page(fake, 0, 5000, 3);
	expect_rows(fake, 3);
	assert_int_equal(fake->exports, 1);
}

static void no_formats_is_one_sentence(void **state)
{
	struct fake *fake = *state;

	fake->export_fails = true;
	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	assert_null(guest_formats(fake->guest));
	assert_true(said(fake, "E: the agent cannot export the event formats (no share is mounted)"
			       "; there are no event formats yet at "));
	/* Asked again, it works. */
	fake->export_fails = false;
	assert_int_equal(guest_refresh_formats(fake->guest), 0);
	turn_until(fake, guest_formats(fake->guest));
}

/* A guest that is traced, with two rows that are seen. */
static void trace_two_rows(struct fake *fake, const char *record)
{
	assert_int_equal(open_guest(fake, record), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	send_page(fake, 0, 1000, 2);
	expect_rows(fake, 2);
}

/* As a console does while it draws: what it does about unknown events, it does then. */
static void look_at_stats(struct fake *fake)
{
	for (unsigned i = 0; i < 20; i++) {
		unsigned before = fake->stats;

		assert_int_equal(guest_request_stats(fake->guest), 0);
		turn_until(fake, fake->stats > before);
	}
}

/* A module brought events after the export. */
static void unknown_events_bring_new_formats(void **state)
{
	struct fake *fake = *state;

	trace_two_rows(fake, NULL);
	assert_int_equal(guest_request_stats(fake->guest), 0);
	turn_until(fake, fake->stats == 1);
	assert_int_equal(fake->exports, 1);
	send_events(fake, 0, 2000, 2, EVENT_ID + 1);
	turn_until(fake, guest_request_stats(fake->guest) == 0 && fake->exports == 2);
	turn_until(fake, is(fake, GUEST_TRACING));
	/* An id that stays unknown does not keep the guest busy exporting. */
	send_events(fake, 0, 3000, 2, EVENT_ID + 1);
	look_at_stats(fake);
	assert_int_equal(fake->exports, 2);
}

/* Its last pages are read when its agent can't be asked any more. */
static void unknown_events_of_a_guest_that_is_gone(void **state)
{
	struct fake *fake = *state;

	trace_two_rows(fake, NULL);
	assert_int_equal(guest_request_stats(fake->guest), 0);
	turn_until(fake, fake->stats == 1);
	send_events(fake, 0, 2000, 2, EVENT_ID + 1);
	qemu_ends(fake);
	guest_domain_event(fake->guest, "stopped", "destroyed", true);
	look_at_stats(fake);
	assert_int_equal(guest_state(fake->guest), GUEST_GONE);
	assert_not_said(fake, "fetched again");
	assert_not_said(fake, "E: ");
}

/* A guest that has come up anew while the engine is at work on the formats of before: those of now
 * are asked for as soon as it is done. */
static void formats_wait_for_formats(struct fake *fake, const char *record)
{
	trace_two_rows(fake, record);
	assert_int_equal(kill(guest_engine_pid(fake->guest), SIGSTOP), 0);
	assert_int_equal(guest_refresh_formats(fake->guest), 0);
	turn_until(fake, fake->exports == 2);
	fake->boot_id = "boot-two";
	fake->state = "stopped";
	fake->tracing_on = 0;
	say(fake, "note agent started\n");
	turn_until(fake, fake->starts == 2 && said(fake, "the guest was rebooted"));
}

static void a_guest_goes_while_formats_wait(void **state)
{
	struct fake *fake = *state;

	formats_wait_for_formats(fake, NULL);
	guest_domain_event(fake->guest, "stopped", "destroyed", true);
	assert_int_equal(kill(guest_engine_pid(fake->guest), SIGCONT), 0);
	turn_until(fake, guest_formats(fake->guest) && guest_request_stats(fake->guest) == 0 &&
				 fake->stats);
	assert_int_equal(guest_state(fake->guest), GUEST_GONE);
	assert_not_said(fake, "E: ");
}

/* Closed, it waits for what is recorded, and hears of the formats meanwhile. */
static void a_recording_ends_while_formats_wait(void **state)
{
	struct fake *fake = *state;
	char path[96];

	snprintf(path, sizeof(path), "%s/capture", fake->dir);
	formats_wait_for_formats(fake, path);
	assert_int_equal(kill(guest_engine_pid(fake->guest), SIGCONT), 0);
	guest_free(fake->guest);
	fake->guest = NULL;
	assert_int_equal(fake->saves, 1);
	assert_int_equal(fake->saved_pages, 1);
	assert_not_said(fake, "E: ");
}

static void silent_agent_is_noticed_and_heard_again(void **state)
{
	struct fake *fake = *state;

	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	fake->mute = true;
	turn_until(fake, said(fake, "w: the agent does not answer"));
	assert_int_equal(guest_state(fake->guest), GUEST_TRACING);
	fake->mute = false;
	turn_until(fake, said(fake, "I: the agent answers again"));
	assert_int_equal(guest_state(fake->guest), GUEST_TRACING);
	assert_int_equal(fake->starts, 1);
}

/* Modes are looked at when a guest is opened; those that a fake guest has are in order. */
static void fifos_that_others_can_write_to(void **state)
{
	struct fake *fake = *state;
	char path[128];

	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	assert_not_said(fake, "by others");
	guest_free(fake->guest);
	fake->guest = NULL;
	snprintf(path, sizeof(path), "%s/agent-ctl-path.in", fake->dir);
	assert_int_equal(chmod(path, 0622), 0);
	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, said(fake, "agent-ctl-path.in can be written to by others (mode 0622)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(starts_and_stops),
		GUEST_TEST(joins_a_trace_under_way),
		GUEST_TEST(agent_of_2012_and_then_a_new_one),
		GUEST_TEST(killed_agent_is_started_again),
		GUEST_TEST(rebooted_guest_gives_new_formats),
		GUEST_TEST(stopped_by_somebody_else),
		GUEST_TEST(a_domain_that_runs_again),
		GUEST_TEST(a_pause_is_among_the_rows),
		GUEST_TEST(engine_is_killed_and_restarted),
		GUEST_TEST(no_formats_is_one_sentence),
		GUEST_TEST(unknown_events_bring_new_formats),
		GUEST_TEST(unknown_events_of_a_guest_that_is_gone),
		GUEST_TEST(a_guest_goes_while_formats_wait),
		GUEST_TEST(a_recording_ends_while_formats_wait),
		GUEST_TEST(silent_agent_is_noticed_and_heard_again),
		GUEST_TEST(fifos_that_others_can_write_to),
	};

	return cmocka_run_group_tests_name("guest", tests, group_setup, NULL);
}
