// SPDX-License-Identifier: GPL-2.0-only
/* The host's end of the control port against a guest that this program plays by hand. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tui/domain/loop.h"
#include "tui/guest/control.h"

#define PATIENCE_S 20 /* for a loaded machine; what is waited for comes much sooner */

struct world {
	char dir[64];
	char path[80];
	int in_fd; /* the guest's ends, open both ways as QEMU has them */
	int out_fd;
	struct control_client *client;
	unsigned answers;
	int error;
	char text[256];
	char notes[256];
	unsigned closed;
	unsigned opened;
};

static void note(void *data, const char *text)
{
	struct world *world = data;
	size_t used = strlen(world->notes);

	snprintf(world->notes + used, sizeof(world->notes) - used, "%s|", text);
}

static void closed(void *data)
{
	((struct world *)data)->closed++;
}

static void opened(void *data)
{
	((struct world *)data)->opened++;
}

static void answered(void *data, const struct control_answer *answer, int error)
{
	struct world *world = data;

	world->answers++;
	world->error = error;
	snprintf(world->text, sizeof(world->text), "%s", answer ? answer->text : "(no answer)");
}

static const struct control_client_events events = {.note = note,
						    .closed = closed,
						    .opened = opened};

static void open_fifos(struct world *world)
{
	char name[96];

	snprintf(name, sizeof(name), "%s.in", world->path);
	mkfifo(name, 0600);
	world->in_fd = open(name, O_RDWR | O_NONBLOCK);
	snprintf(name, sizeof(name), "%s.out", world->path);
	mkfifo(name, 0600);
	world->out_fd = open(name, O_RDWR | O_NONBLOCK);
	assert_true(world->in_fd >= 0 && world->out_fd >= 0);
}

static void open_client(struct world *world, enum channel_kind kind)
{
	struct channel_place place = {.kind = kind, .path = world->path};
	char error[256];

	assert_int_equal(control_client_open(&world->client, &place, &events, world, error,
					     sizeof(error)),
			 0);
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	if (!world)
		return -1;
	strcpy(world->dir, "/tmp/vtrace-test-control-XXXXXX");
	if (!mkdtemp(world->dir))
		return -1;
	snprintf(world->path, sizeof(world->path), "%s/ctl", world->dir);
	world->in_fd = world->out_fd = -1;
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;
	char name[96];

	control_client_free(world->client);
	if (world->in_fd >= 0)
		close(world->in_fd);
	if (world->out_fd >= 0)
		close(world->out_fd);
	snprintf(name, sizeof(name), "%s.in", world->path);
	unlink(name);
	snprintf(name, sizeof(name), "%s.out", world->path);
	unlink(name);
	unlink(world->path);
	rmdir(world->dir);
	free(world);
	return 0;
}

static void tick(void *data)
{
	(void)data;
}

/* Turn the loop until *value is wanted; the ticks only keep it turning. */
static void turn_until(const unsigned *value, unsigned wanted)
{
	time_t deadline = time(NULL) + PATIENCE_S;
	int timer = loop_timer(10, tick, NULL);

	while (*value != wanted && time(NULL) < deadline)
		assert_int_equal(loop_run_once(), 0);
	loop_timer_remove(timer);
	assert_int_equal(*value, wanted);
}

static void turn(int times)
{
	int timer = loop_timer(5, tick, NULL);

	while (times--)
		assert_int_equal(loop_run_once(), 0);
	loop_timer_remove(timer);
}

static void say(struct world *world, const char *text)
{
	assert_int_equal(write(world->out_fd, text, strlen(text)), strlen(text));
}

/* What the host has said and nobody has read yet. */
static const char *heard(struct world *world)
{
	static char text[512];
	ssize_t got = read(world->in_fd, text, sizeof(text) - 1);

	text[got > 0 ? got : 0] = '\0';
	return text;
}

static int request(struct world *world, enum control_verb verb, const char *args, int ms)
{
	return control_client_request(world->client, verb, args, ms, answered, world);
}

static void answer_in_pieces(void **state)
{
	struct world *world = *state;
	const char *answer = "ok hello version=1 state=stopped\n";
	size_t i;

	open_fifos(world);
	open_client(world, CHANNEL_PIPE);
	assert_int_equal(request(world, CONTROL_HELLO, "1", 60000), 0);
	assert_string_equal(heard(world), "hello 1\n");
	for (i = 0; answer[i]; i++) {
		assert_int_equal(world->answers, 0);
		assert_int_equal(write(world->out_fd, answer + i, 1), 1);
		turn(2);
	}
	turn_until(&world->answers, 1);
	assert_int_equal(world->error, 0);
	assert_string_equal(world->text, "version=1 state=stopped");
	assert_false(control_client_busy(world->client));
}

static void one_request_at_a_time(void **state)
{
	struct world *world = *state;

	open_fifos(world);
	open_client(world, CHANNEL_PIPE);
	request(world, CONTROL_START, NULL, 60000);
	request(world, CONTROL_STATS, "3", 60000);
	turn(5);
	assert_string_equal(heard(world), "1\n");
	say(world, "ok 1\n");
	turn_until(&world->answers, 1);
	assert_string_equal(heard(world), "stats 3\n");
	say(world, "error stats no such CPU\n");
	turn_until(&world->answers, 2);
	assert_string_equal(world->text, "no such CPU");
}

static void late_answer_is_not_taken_for_another(void **state)
{
	struct world *world = *state;

	open_fifos(world);
	open_client(world, CHANNEL_PIPE);
	request(world, CONTROL_HELLO, "1", 50);
	turn_until(&world->answers, 1);
	assert_int_equal(world->error, -ETIMEDOUT);
	request(world, CONTROL_STATS, NULL, 60000);
	say(world, "ok hello version=1\nok stats read=7\n");
	turn_until(&world->answers, 2);
	assert_int_equal(world->error, 0);
	assert_string_equal(world->text, "read=7");
}

/* Notes, junk, and too long a line pass an answer by without hurting it. */
static void notes_and_junk_between(void **state)
{
	struct world *world = *state;
	char junk[VTRACE_LINE_MAX + 100];

	open_fifos(world);
	open_client(world, CHANNEL_PIPE);
	request(world, CONTROL_STOP, NULL, 60000);
	memset(junk, 'x', sizeof(junk));
	junk[sizeof(junk) - 2] = '\n';
	junk[sizeof(junk) - 1] = '\0';
	say(world, "note agent started\n\x01\x1b[2J\nhello?\n");
	say(world, junk);
	say(world, "note cpu1 offline\nok 0\n");
	turn_until(&world->answers, 1);
	assert_int_equal(world->error, 0);
	assert_string_equal(world->notes, "agent started|cpu1 offline|");
}

static void stale_answers_are_thrown_away(void **state)
{
	struct world *world = *state;

	open_fifos(world);
	say(world, "ok hello state=tracing\nnote old\nok hel");
	open_client(world, CHANNEL_PIPE);
	request(world, CONTROL_HELLO, "1", 60000);
	turn(5);
	assert_int_equal(world->answers, 0);
	say(world, "ok hello state=stopped\n");
	turn_until(&world->answers, 1);
	assert_string_equal(world->text, "state=stopped");
	assert_string_equal(world->notes, "");
}

static void channel_ends_under_requests(void **state)
{
	struct world *world = *state;

	open_fifos(world);
	open_client(world, CHANNEL_PIPE);
	request(world, CONTROL_HELLO, "1", 60000);
	request(world, CONTROL_EXPORT, NULL, 60000);
	close(world->in_fd);
	close(world->out_fd);
	world->in_fd = world->out_fd = -1;
	turn_until(&world->closed, 1);
	assert_int_equal(world->answers, 2);
	assert_int_equal(world->error, -ECONNRESET);
	assert_false(control_client_connected(world->client));
	assert_int_equal(request(world, CONTROL_HELLO, "1", 100), -ENOTCONN);
	assert_int_equal(control_client_tell(world->client, CONTROL_STOP, NULL), -ENOTCONN);
}

static void nobody_reads(void **state)
{
	struct world *world = *state;
	char block[4096];

	open_fifos(world);
	memset(block, '\n', sizeof(block));
	while (write(world->in_fd, block, sizeof(block)) > 0)
		;
	open_client(world, CHANNEL_PIPE);
	request(world, CONTROL_HELLO, "1", 50);
	turn_until(&world->answers, 1);
	assert_int_equal(world->error, -ETIMEDOUT);
	assert_true(control_client_unread(world->client) > sizeof(block));
	/* Room at last: what was said then goes out by itself, once. */
	while (read(world->in_fd, block, sizeof(block)) == sizeof(block))
		;
	turn(10);
	assert_string_equal(heard(world), "hello 1\n");
	assert_int_equal(control_client_unread(world->client), 0);
}

static void limits(void **state)
{
	struct world *world = *state;
	char args[VTRACE_LINE_MAX];
	unsigned i;

	open_fifos(world);
	open_client(world, CHANNEL_PIPE);
	memset(args, 'a', sizeof(args));
	args[sizeof(args) - 1] = '\0';
	assert_int_equal(request(world, CONTROL_STATS, args, 100), -EINVAL);
	assert_int_equal(request(world, CONTROL_STATS, "1\n1", 100), -EINVAL);
	for (i = 0; request(world, CONTROL_STATS, NULL, 60000) == 0; i++)
		assert_true(i < 100);
	assert_int_equal(request(world, CONTROL_STATS, NULL, 60000), -ENOBUFS);
	/* The agent of 2012 answers nothing, and gets its order in spite of the queue. */
	assert_int_equal(control_client_tell(world->client, CONTROL_STOP, NULL), 0);
	assert_string_equal(heard(world), "stats\n0\n");
}

static void abandoned_request_ends(void **state)
{
	struct world *world = *state;

	open_fifos(world);
	open_client(world, CHANNEL_PIPE);
	request(world, CONTROL_STOP, NULL, 60000);
	request(world, CONTROL_HELLO, "1", 60000);
	control_client_abandon(world->client);
	assert_int_equal(world->answers, 1);
	assert_int_equal(world->error, -ECONNRESET);
	assert_string_equal(heard(world), "0\nhello 1\n");
}

static void socket_is_connected_again(void **state)
{
	struct world *world = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener;

	strcpy(address.sun_path, world->path);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	open_client(world, CHANNEL_UNIX);
	world->in_fd = accept(listener, NULL, NULL);
	request(world, CONTROL_HELLO, "1", 60000);
	assert_string_equal(heard(world), "hello 1\n");
	close(world->in_fd);
	turn_until(&world->closed, 1);
	assert_int_equal(world->error, -ECONNRESET);
	turn_until(&world->opened, 1);
	world->in_fd = accept(listener, NULL, NULL);
	world->out_fd = dup(world->in_fd);
	request(world, CONTROL_HELLO, "1", 60000);
	say(world, "ok hello version=1\n");
	turn_until(&world->answers, 2);
	assert_string_equal(world->text, "version=1");
	close(listener);
}

static int group_setup(void **state)
{
	(void)state;
	return loop_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answer_in_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(one_request_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(late_answer_is_not_taken_for_another, setup,
						teardown),
		cmocka_unit_test_setup_teardown(notes_and_junk_between, setup, teardown),
		cmocka_unit_test_setup_teardown(stale_answers_are_thrown_away, setup, teardown),
		cmocka_unit_test_setup_teardown(channel_ends_under_requests, setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_reads, setup, teardown),
		cmocka_unit_test_setup_teardown(limits, setup, teardown),
		cmocka_unit_test_setup_teardown(abandoned_request_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(socket_is_connected_again, setup, teardown),
	};

	return cmocka_run_group_tests_name("control_client", tests, group_setup, NULL);
}
