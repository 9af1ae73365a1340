// SPDX-License-Identifier: GPL-2.0-only
/* The event loop: descriptors, timers, and removing either from inside callbacks. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tui/domain/loop.h"

/* Two pipes and what happened on them. */
struct scene {
	int pipe[2], other[2];
	int watch, other_watch, timer;
	unsigned calls, other_calls, ticks, events;
};

static int open_scene(void **state)
{
	static struct scene scene;

	memset(&scene, 0, sizeof(scene));
	scene.watch = scene.other_watch = scene.timer = -1;
	*state = &scene;
	return pipe(scene.pipe) || pipe(scene.other) ? -1 : 0;
}

static int close_scene(void **state)
{
	struct scene *scene = *state;

	loop_unwatch(scene->watch);
	loop_unwatch(scene->other_watch);
	loop_timer_remove(scene->timer);
	for (int i = 0; i < 2; i++) {
		if (scene->pipe[i] >= 0)
			close(scene->pipe[i]);
		close(scene->other[i]);
	}
	return 0;
}

static void count_call(int fd, unsigned events, void *data)
{
	struct scene *scene = data;

	(void)fd;
	scene->events = events;
	scene->calls++;
}

static void read_call(int fd, unsigned events, void *data)
{
	char byte;

	count_call(fd, events, data);
	assert_int_equal(read(fd, &byte, 1), 1);
}

static void unwatch_both(int fd, unsigned events, void *data)
{
	struct scene *scene = data;

	count_call(fd, events, data);
	loop_unwatch(scene->watch);
	loop_unwatch(scene->other_watch);
	scene->watch = scene->other_watch = -1;
}

static void tick(void *data)
{
	((struct scene *)data)->ticks++;
}

static void run_until(const unsigned *counter, unsigned goal)
{
	while (*counter < goal)
		assert_int_equal(loop_run_once(), 0);
}

static void readable_is_told(void **state)
{
	struct scene *scene = *state;

	scene->watch = loop_watch(scene->pipe[0], LOOP_READ, read_call, scene);
	assert_true(scene->watch >= 0);
	assert_int_equal(write(scene->pipe[1], "ab", 2), 2);
	/* A level, not an edge: the second byte calls again. */
	run_until(&scene->calls, 2);
	assert_int_equal(scene->events, LOOP_READ);
}

static void writable_is_told_when_asked(void **state)
{
	struct scene *scene = *state;

	scene->watch = loop_watch(scene->pipe[1], 0, count_call, scene);
	scene->timer = loop_timer(1, tick, scene);
	run_until(&scene->ticks, 3);
	assert_int_equal(scene->calls, 0);

	loop_watch_set(scene->watch, LOOP_WRITE);
	run_until(&scene->calls, 1);
	assert_int_equal(scene->events, LOOP_WRITE);

	loop_watch_set(scene->watch, 0);
	scene->ticks = scene->calls = 0;
	run_until(&scene->ticks, 3);
	assert_int_equal(scene->calls, 0);
}

static void hangup_is_told_unasked(void **state)
{
	struct scene *scene = *state;

	scene->watch = loop_watch(scene->pipe[0], LOOP_READ, count_call, scene);
	close(scene->pipe[1]);
	scene->pipe[1] = -1;
	run_until(&scene->calls, 1);
	assert_true(scene->events & LOOP_HANGUP);
}

static void callback_removes_itself_and_another(void **state)
{
	struct scene *scene = *state;

	/* Both are ready: whichever comes first, the other must not be called any more. */
	assert_int_equal(write(scene->pipe[1], "x", 1), 1);
	assert_int_equal(write(scene->other[1], "x", 1), 1);
	scene->watch = loop_watch(scene->pipe[0], LOOP_READ, unwatch_both, scene);
	scene->other_watch = loop_watch(scene->other[0], LOOP_READ, unwatch_both, scene);
	scene->timer = loop_timer(1, tick, scene);
	run_until(&scene->ticks, 3);
	assert_int_equal(scene->calls, 1);
}

static void descriptor_is_watched_again(void **state)
{
	struct scene *scene = *state;

	/* The same number at once after its removal, as after a reconnect. */
	scene->watch = loop_watch(scene->pipe[0], LOOP_READ, count_call, scene);
	loop_unwatch(scene->watch);
	scene->watch = loop_watch(scene->pipe[0], LOOP_READ, read_call, scene);
	assert_int_equal(write(scene->pipe[1], "x", 1), 1);
	run_until(&scene->calls, 1);
}

static void remove_timer(void *data)
{
	struct scene *scene = data;

	scene->calls++;
	loop_timer_remove(scene->timer);
	scene->timer = -1;
}

static void timers(void **state)
{
	struct scene *scene = *state;
	int ticker = loop_timer(-1, tick, scene);

	scene->timer = loop_timer(1, remove_timer, scene);
	run_until(&scene->calls, 1);
	assert_int_equal(scene->ticks, 0);

	loop_timer_set(ticker, 1);
	run_until(&scene->ticks, 3);
	assert_int_equal(scene->calls, 1);
	loop_timer_remove(ticker);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int signal)
{
	(void)signal;
	alarms++;
}

static void signal_ends_the_wait(void **state)
{
	const struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
	const struct itimerval soon = {.it_value = {.tv_usec = 20000},
				       .it_interval = {.tv_usec = 20000}};
	const struct itimerval off = {{0, 0}, {0, 0}};

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	setitimer(ITIMER_REAL, &soon, NULL);
	/* Nothing is watched: only the signal can bring this back. */
	while (!alarms)
		assert_int_equal(loop_run_once(), 0);
	setitimer(ITIMER_REAL, &off, NULL);
	signal(SIGALRM, SIG_DFL);
}

static int init(void **state)
{
	(void)state;
	return loop_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(readable_is_told, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(writable_is_told_when_asked, open_scene,
						close_scene),
		cmocka_unit_test_setup_teardown(hangup_is_told_unasked, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(callback_removes_itself_and_another, open_scene,
						close_scene),
		cmocka_unit_test_setup_teardown(descriptor_is_watched_again, open_scene,
						close_scene),
		cmocka_unit_test_setup_teardown(timers, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(signal_ends_the_wait, open_scene, close_scene),
	};

	return cmocka_run_group_tests_name("loop", tests, init, NULL);
}
