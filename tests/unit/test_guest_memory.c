// SPDX-License-Identifier: GPL-2.0-only
/* The memory of a guest that has died while its channels were watched, and of a domain that was
 * started again while its memory was; and what its agent has to do with it. */
#include "tests/unit/ring_memory.h"

/* Behind it: names of its own are not to hide these. */
#include "tests/unit/fake_guest.h"
#include "tui/guest/guest_private.h"

#define SIZE (4u << 20)

static char error[512];

/* Events that are counted as rows by fake_guest.h. */
static void beat(struct ring_writer *writer, unsigned count)
{
	while (count--) {
		writer->number = 42;
		ring_write(writer, 1);
	}
}

/* As an engine and its guest take it. */
static int fd_of(const struct ring_memory *memory)
{
	return fcntl(memory->fd, F_DUPFD_CLOEXEC, 0);
}

static void open_and_trace(struct fake *fake)
{
	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
}

static void panic(struct fake *fake)
{
	fake->mute = true;
	guest_domain_event(fake->guest, "panicked", "", false);
	assert_true(guest_panicked(fake->guest) >= 0);
}

static int look(struct fake *fake, const struct ring_memory *memory)
{
	return guest_look_into_memory(fake->guest, fd_of(memory), error, sizeof(error));
}

static void what_was_not_sent_comes_after_death(void **state)
{
	struct fake *fake = *state;
	struct ring_memory memory = ring_memory_new(SIZE, 1 << 20, 2, 16);
	/* Times before those of what was sent: another instance's may be. */
	struct ring_writer writer = ring_writer_at(&memory, 1, 1000);

	beat(&writer, 300);
	open_and_trace(fake);
	send_page(fake, 0, 5000, 2);
	expect_rows(fake, 2);
	panic(fake);
	assert_int_equal(look(fake, &memory), 0);
	assert_int_equal(look(fake, &memory), -EALREADY);
	expect_rows(fake, 302);
	/* That it has panicked, on the CPU that has had rows; on both where its memory begins. */
	assert_int_equal(fake->notes, 3);
	assert_false(guest_is_memory(fake->guest));
	assert_int_equal(guest_state(fake->guest), GUEST_TRACING);
	assert_true(guest_panicked(fake->guest) >= 0);
	ring_memory_free(&memory);
}

static void its_channels_are_read_again_when_it_lives(void **state)
{
	struct fake *fake = *state;
	struct ring_memory memory = ring_memory_new(SIZE, 1 << 20, 2, 16);
	struct ring_writer writer = ring_writer_at(&memory, 0, 1000);

	beat(&writer, 3);
	open_and_trace(fake);
	panic(fake);
	assert_int_equal(look(fake, &memory), 0);
	expect_rows(fake, 3);
	fake->boot_id = "boot-two";
	fake->state = "stopped";
	fake->tracing_on = 0;
	fake->mute = false;
	say(fake, "note agent started\n");
	turn_until(fake, fake->starts == 2 && fake->exports == 2 && is(fake, GUEST_TRACING));
	assert_int_equal(guest_panicked(fake->guest), -1);
	send_page(fake, 0, 100, 4);
	send_page(fake, 1, 100, 5);
	expect_rows(fake, 12);
	ring_memory_free(&memory);
}

static void no_ring_is_no_error(void **state)
{
	struct fake *fake = *state;
	struct ring_memory memory = {0};

	ring_memory_map(&memory, SIZE);
	open_and_trace(fake);
	panic(fake);
	assert_int_equal(look(fake, &memory), 0);
	turn_until(fake, said(fake, "I: the memory of "));
	assert_not_said(fake, "E: ");
	/* So its channels go on: it was another kernel's word. */
	send_page(fake, 0, 5000, 2);
	expect_rows(fake, 2);
	ring_memory_free(&memory);
}

static void open_memory(struct fake *fake, const struct ring_memory *memory,
			const struct channels *channels)
{
	struct guest_options options = {.memory = 1 << 20};
	char path[128];
	struct guest_ram_source source = {.name = "web01", .formats = path, .channels = channels};

	snprintf(path, sizeof(path), "%s/%s", fake->share, VTRACE_FORMATS_FILE);
	write_formats(fake);
	source.fd = fd_of(memory);
	assert_int_equal(guest_open_ram(&fake->guest, &source, &options, &events, fake, error,
					sizeof(error)),
			 0);
}

/* An engine that was taken over makes up boots, each of another kernel, and takes no formats. */
static void formats_do_not_pile_up_in_front_of_an_engine(void **state)
{
	struct engine_memory_reply reply = {.buffers = 1};
	const struct engine_packet packet = {.payload = &reply, .length = sizeof(reply)};
	struct fake *fake = *state;
	struct ring_memory memory = ring_memory_new(SIZE, 1 << 20, 2, 16);
	struct ring_writer writer = ring_writer_at(&memory, 0, 1000);
	unsigned waiting;

	beat(&writer, 3);
	open_memory(fake, &memory, NULL);
	expect_rows(fake, 3);
	assert_int_equal(kill(guest_engine_pid(fake->guest), SIGSTOP), 0);
	while (!engine_link_is_behind(&fake->guest->link))
		assert_int_equal(guest_clear(fake->guest), 0);
	waiting = fake->guest->link.waiting;
	for (unsigned boot = 0; boot < 100; boot++) {
		snprintf(reply.build_id, sizeof(reply.build_id), "%02x", boot);
		fake->guest->ram->booted_at = 0; /* as if time had passed */
		ram_replied(fake->guest, &packet);
	}
	assert_int_equal(fake->guest->link.waiting, waiting + 1);
	assert_true(said(fake, "E: the engine can not be given the event formats now"));
	ring_memory_free(&memory);
}

/* One that is busy gets them later. */
static void formats_wait_for_an_engine(void **state)
{
	struct fake *fake = *state;
	pid_t engine;

	open_and_trace(fake);
	engine = guest_engine_pid(fake->guest);
	assert_int_equal(kill(engine, SIGSTOP), 0);
	while (!engine_link_is_behind(&fake->guest->link))
		assert_int_equal(guest_clear(fake->guest), 0);
	formats_use(fake->guest, fcntl(fake->guest->formats.fd, F_DUPFD_CLOEXEC, 0));
	assert_not_said(fake, "E: ");
	assert_true(engine_link_holds(&fake->guest->link, ENGINE_FORMATS));
	assert_int_equal(fake->guest->formats.step, FORMATS_LOAD);
	assert_int_equal(kill(engine, SIGCONT), 0);
	turn_until(fake, fake->guest->formats.step == FORMATS_IDLE);
	send_page(fake, 0, 5000, 2);
	expect_rows(fake, 2);
	assert_not_said(fake, "E: ");
}

/* The same, of an engine that takes all: what it says is not followed as often as it says it. */
static void boots_that_are_made_up(void **state)
{
	struct engine_memory_reply reply = {.buffers = 1};
	const struct engine_packet packet = {.payload = &reply, .length = sizeof(reply)};
	struct fake *fake = *state;
	struct ring_memory memory = ring_memory_new(SIZE, 1 << 20, 2, 16);
	struct ring_writer writer = ring_writer_at(&memory, 0, 1000);
	const char *at;
	unsigned boots = 0;

	beat(&writer, 3);
	open_memory(fake, &memory, NULL);
	expect_rows(fake, 3);
	for (unsigned boot = 0; boot < 50; boot++) {
		snprintf(reply.build_id, sizeof(reply.build_id), "%02x", boot);
		ram_replied(fake->guest, &packet);
	}
	for (at = fake->messages; (at = strstr(at, "has booted anew")); at++)
		boots++;
	assert_in_range(boots, 1, 25);
	ring_memory_free(&memory);
}

static void a_domain_that_is_started_again(void **state)
{
	struct fake *fake = *state;
	struct ring_memory before = ring_memory_new(SIZE, 1 << 20, 2, 16), after = before;
	struct ring_writer writer = ring_writer_at(&before, 0, 1000);

	beat(&writer, 3);
	open_memory(fake, &before, NULL);
	expect_rows(fake, 3);
	assert_int_equal(guest_memory_came_back(fake->guest, fd_of(&before), NULL, error,
						sizeof(error)),
			 -EALREADY);
	assert_int_equal(look(fake, &before), -EINVAL);
	guest_domain_event(fake->guest, "stopped", "destroyed", true);
	assert_int_equal(guest_state(fake->guest), GUEST_GONE);
	/* Its kernel has not come so far yet. */
	ring_memory_map(&after, SIZE);
	assert_int_equal(guest_memory_came_back(fake->guest, fd_of(&after), NULL, error,
						sizeof(error)),
			 0);
	turn_until(fake, said(fake, "I: web01 boots: its memory has no ring yet"));
	assert_int_equal(guest_state(fake->guest), GUEST_WATCHING);
	ring_make_at(&after, 1 << 20);
	writer = ring_writer_at(&after, 0, 100);
	beat(&writer, 4);
	expect_rows(fake, 7);
	beat(&writer, 5);
	expect_rows(fake, 12);
	/* That it is gone, and that it runs again. */
	assert_int_equal(fake->notes, 2);
	ring_memory_free(&before);
	ring_memory_free(&after);
}

/* ---- its agent ---- */

static unsigned keeps, sends;
static const char *refusal;

/* An agent that knows the verb "memory". */
static void know_memory(struct fake *fake, const struct control_request *request)
{
	if (request->verb != CONTROL_MEMORY)
		fail_msg("the host said '%s %s'", request->name, request->args);
	if (!strcmp(request->args, "send")) {
		sends++;
		fake->verbs = "memory=no verbs=1,0,hello,events,memory";
		fake->state = "stopped";
		say(fake, "ok memory keep=no\n");
		return;
	}
	assert_string_equal(request->args, "keep");
	keeps++;
	if (refusal) {
		say(fake, "error memory %s\n", refusal);
		return;
	}
	fake->verbs = "memory=yes verbs=1,0,hello,events,memory";
	fake->state = "tracing";
	fake->tracing_on = 1;
	say(fake, "ok memory keep=yes state=tracing instance=vtrace\n");
}

static void an_agent_is_there(struct fake *fake, const char *why_not)
{
	keeps = sends = 0;
	refusal = why_not;
	fake->other = know_memory;
	fake->verbs = "memory=no verbs=1,0,hello,events,memory";
}

static void its_agent_takes_orders(void **state)
{
	struct fake *fake = *state;
	struct ring_memory memory = ring_memory_new(SIZE, 1 << 20, 2, 16);
	struct ring_writer writer = ring_writer_at(&memory, 0, 1000);

	an_agent_is_there(fake, NULL);
	open_memory(fake, &memory, &fake->channels);
	turn_until(fake, is(fake, GUEST_TRACING));
	assert_true(guest_memory_is_steered(fake->guest));
	assert_true(guest_is_memory(fake->guest));
	assert_false(guest_started_here(fake->guest));
	assert_int_equal(guest_stop(fake->guest), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	assert_int_equal(fake->stops, 1);
	assert_int_equal(guest_start(fake->guest), 0);
	turn_until(fake, is(fake, GUEST_TRACING));
	assert_int_equal(fake->starts, 1);
	beat(&writer, 3);
	expect_rows(fake, 3);
	/* What its channels bring is not looked at. */
	send_page(fake, 0, 5000, 2);
	beat(&writer, 2);
	expect_rows(fake, 5);
	/* A new agent knows nothing of it. */
	fake->verbs = "memory=no verbs=1,0,hello,events,memory";
	say(fake, "note agent started\n");
	turn_until(fake, keeps == 2 && is(fake, GUEST_TRACING));
	assert_int_equal(fake->exports, 0); /* its formats were named */
	guest_free(fake->guest);
	fake->guest = NULL;
	turn_until(fake, sends == 1);
	ring_memory_free(&memory);
}

static void expect_watched(struct fake *fake, const char *why)
{
	unsigned hellos = fake->hellos;

	turn_until(fake, said(fake, why));
	turn_until(fake, fake->hellos > hellos);
	assert_int_equal(guest_state(fake->guest), GUEST_WATCHING);
	assert_int_equal(guest_start(fake->guest), -EOPNOTSUPP);
	assert_int_equal(fake->starts, 0);
}

static void an_agent_that_takes_none(void **state)
{
	struct fake *fake = *state;
	struct ring_memory memory = ring_memory_new(SIZE, 1 << 20, 2, 16);
	struct ring_writer writer = ring_writer_at(&memory, 0, 1000);

	an_agent_is_there(fake, "no tracefs instance lies in reserved memory");
	open_memory(fake, &memory, &fake->channels);
	expect_watched(fake, "W: the agent in web01 takes no orders about the ring in its memory: "
			     "no tracefs instance lies in reserved memory; it is watched as it is");
	beat(&writer, 3);
	expect_rows(fake, 3);
	ring_memory_free(&memory);
}

static void an_agent_of_before(void **state)
{
	struct fake *fake = *state;
	struct ring_memory memory = ring_memory_new(SIZE, 1 << 20, 2, 16);

	fake->verbs = "verbs=1,0,hello,events";
	open_memory(fake, &memory, &fake->channels);
	expect_watched(fake, "it is older than this program; update trace-agent there");
	ring_memory_free(&memory);
}

static void no_agent_is_no_error(void **state)
{
	struct fake *fake = *state;
	struct ring_memory memory = ring_memory_new(SIZE, 1 << 20, 2, 16);

	fake->mute = true;
	open_memory(fake, &memory, &fake->channels);
	turn_until(fake, fake->hellos > 3);
	assert_int_equal(guest_state(fake->guest), GUEST_WATCHING);
	assert_not_said(fake, "W: ");
	assert_not_said(fake, "w: ");
	assert_not_said(fake, "E: ");
	ring_memory_free(&memory);
}

/* A console that was killed has left it so. */
static void who_reads_channels_wants_pages(void **state)
{
	struct fake *fake = *state;

	an_agent_is_there(fake, NULL);
	fake->verbs = "memory=yes verbs=1,0,hello,events,memory";
	fake->state = "tracing";
	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	assert_int_equal(sends, 1);
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	send_page(fake, 0, 5000, 2);
	expect_rows(fake, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_not_sent_comes_after_death, setup,
						teardown),
		cmocka_unit_test_setup_teardown(its_channels_are_read_again_when_it_lives, setup,
						teardown),
		cmocka_unit_test_setup_teardown(no_ring_is_no_error, setup, teardown),
		cmocka_unit_test_setup_teardown(formats_do_not_pile_up_in_front_of_an_engine, setup,
						teardown),
		cmocka_unit_test_setup_teardown(formats_wait_for_an_engine, setup, teardown),
		cmocka_unit_test_setup_teardown(boots_that_are_made_up, setup, teardown),
		cmocka_unit_test_setup_teardown(a_domain_that_is_started_again, setup, teardown),
		cmocka_unit_test_setup_teardown(its_agent_takes_orders, setup, teardown),
		cmocka_unit_test_setup_teardown(an_agent_that_takes_none, setup, teardown),
		cmocka_unit_test_setup_teardown(an_agent_of_before, setup, teardown),
		cmocka_unit_test_setup_teardown(no_agent_is_no_error, setup, teardown),
		cmocka_unit_test_setup_teardown(who_reads_channels_wants_pages, setup, teardown),
	};

	return cmocka_run_group_tests_name("guest_memory", tests, group_setup, NULL);
}
