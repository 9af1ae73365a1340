// SPDX-License-Identifier: GPL-2.0-only
/* What an engine may not do any more, by its own word and by the kernel's. */
#include "tests/unit/engine.h"

#include <dirent.h>

static void test_ready_says_what_is_locked(void **state)
{
	struct engine_config config = {.memory = 1 << 20};
	struct engine engine = {0};
	struct engine_packet packet;
	char error[512];

	(void)state;
	link_engine();
	assert_int_equal(engine_client_start(&engine.client, &config, error, sizeof(error)), 0);
	packet = await(&engine, ENGINE_READY, 0);
	assert_non_null(
		strstr(((const struct engine_text *)packet.payload)->text, "no new privileges"));
	engine_client_free(engine.client);
}

/* The filter is what locks down all threads at once, and sanitizers can't work under it. */
#ifndef VTRACE_SANITIZED
/* The number behind a key of /proc/PID/task/TID/status (proc(5)). */
static int thread_status(pid_t pid, const char *tid, const char *key)
{
	char path[320], line[256];
	int number = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/status", (int)pid, tid);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)) && line[strlen(key)] == ':')
			number = atoi(line + strlen(key) + 1);
	fclose(file);
	return number;
}

/* Threads that read channels are locked down as the main one is, while they read. */
static void test_every_thread_is_locked(void **state)
{
	struct engine *engine = *state;
	pid_t pid = engine_client_pid(engine->client);
	unsigned threads = 0;
	struct dirent *entry;
	struct stats stats;
	char path[64], self[16];
	DIR *tasks;

	snprintf(self, sizeof(self), "%d", (int)getpid());
	for (unsigned cpu = 0; cpu < CHANNELS; cpu++)
		feed_page(engine, cpu, 1000, 100, 1);
	for (unsigned cpu = 0; cpu < CHANNELS; cpu++)
		await_bytes(engine, cpu, PAGE, &stats);
	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	assert_non_null(tasks);
	while ((entry = readdir(tasks))) {
		if (entry->d_name[0] == '.')
			continue;
		assert_int_equal(thread_status(pid, entry->d_name, "NoNewPrivs"), 1);
		/* SECCOMP_MODE_FILTER, and it is the engine's: whoever runs this may have one too.
		 */
		assert_int_equal(thread_status(pid, entry->d_name, "Seccomp"), 2);
		assert_int_equal(thread_status(pid, entry->d_name, "Seccomp_filters"),
				 thread_status(getpid(), self, "Seccomp_filters") + 1);
		threads++;
	}
	closedir(tasks);
	assert_in_range(threads, 2, 100);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ready_says_what_is_locked),
#ifndef VTRACE_SANITIZED
		cmocka_unit_test_setup_teardown(test_every_thread_is_locked, engine_set_up,
						engine_tear_down),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
