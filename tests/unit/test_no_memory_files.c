// SPDX-License-Identifier: GPL-2.0-only
/* The console's and the batch's rooms that keep files and talk to a guest, when memory runs out at
 * any allocation of theirs: what was saved before stays. Run from the root of the tree. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/engine.h"
#include "tests/unit/no_memory.h"
#include "tests/unit/temporary.h"
#include "tui/capture/capture.h"
#include "tui/capture/dat.h"
#include "tui/console/completion.h"
#include "tui/console/prompt_history.h"
#include "tui/console/settings_file.h"
#include "tui/domain/loop.h"
#include "tui/guest/chosen.h"
#include "tui/guest/control.h"
#include "tui/guest/engine_link.h"
#include "tui/guest/share.h"

#define RECORDED   "tests/engine/demo-6.1"
#define ROUNDS_MAX 1000 /* of the loop, of a millisecond */

static char path[128]; /* of what a scenario makes */
static char error[512];
static int formats = -1; /* a bundle */
static int round_timer;	 /* of the loop, see turn_loop() */

static const struct capture_manifest plain = {
	.domain = "web01",
	.kernel = "6.1.0-37-amd64",
	.boot_id = "5f3b8a52-8a0e-4c0e-9a3e-0d6f3f1c7f10",
	.clock = "local",
	.subbuf_size = 4096,
	.long_size = 8,
	.taken = 1795426200,
	.cpu = {{.present = 1}, {.present = 1}},
};

static void remove_path(void)
{
	char command[sizeof(path) + sizeof("rm -rf ''")];

	snprintf(command, sizeof(command), "rm -rf '%s'", path);
	assert_int_equal(system(command), 0);
}

/* ---- captures ---- */

/* From the moment that the directory is there it can be opened, whatever fails later. */
static int capture_is_written(void *context)
{
	struct capture_writer *writer = NULL;
	int ret = capture_create(&writer, path, &plain, error, sizeof(error)), fd;

	(void)context;
	if (ret)
		return ret;
	ret = capture_write_formats(writer, formats);
	fd = capture_open_cpu(writer, 0);
	assert_true(fd >= 0 || fd == -ENOMEM);
	if (fd >= 0) {
		assert_int_equal(write(fd, path, sizeof(path)), sizeof(path));
		close(fd);
		capture_set_pages(writer, 0, 1);
	}
	if (ret)
		capture_abandon(writer);
	else
		ret = capture_finish(writer);
	return fd < 0 ? fd : ret;
}

static int capture_is_written_anew(void *context)
{
	int ret = capture_is_written(context);
	char manifest[160];

	snprintf(manifest, sizeof(manifest), "%s/manifest", path);
	if (!ret)
		assert_int_equal(access(manifest, R_OK), 0);
	remove_path();
	return ret;
}

static void capture_writer_without_memory(void **state)
{
	(void)state;
	each_failure(capture_is_written_anew, NULL);
}

static int capture_is_read(void *context)
{
	struct capture_reader reader;
	int ret = capture_open(&reader, RECORDED, error, sizeof(error));

	(void)context;
	if (ret) {
		assert_string_not_equal(error, "");
		return ret;
	}
	assert_true(reader.cpu_fd[0] >= 0 && reader.cpu_fd[1] >= 0);
	capture_close(&reader);
	return 0;
}

static void capture_reader_without_memory(void **state)
{
	(void)state;
	each_failure(capture_is_read, NULL);
}

/* ---- trace.dat ---- */

static int dat_is_written(void *context)
{
	const struct dat_plan *plan = context;
	struct dat_writer *writer = NULL;
	char remark[512];
	int ret = dat_create(&writer, path, plan, &plain, formats, error, sizeof(error)), finished;

	if (!ret) {
		ret = dat_write_formats(writer, formats, error, sizeof(error));
		dat_set_stats(writer, 0, 7, true, 0);
		finished = dat_finish(writer, remark, sizeof(remark));
		ret = ret ? ret : finished;
		assert_int_equal(access(path, R_OK), 0);
	}
	remove_path();
	return ret;
}

static void dat_writer_without_memory(void **state)
{
	static const uint64_t bytes[2];
	struct dat_plan plan = {.cpus = 2, .regions = DAT_REGIONS_APART, .bytes = bytes};

	(void)state;
	for (plan.version = 6; plan.version <= 7; plan.version++)
		each_failure(dat_is_written, &plan);
}

/* ---- the share ---- */

static int formats_are_copied(void *context)
{
	int memfd = -1, ret = share_copy_formats(RECORDED, &memfd, error, sizeof(error));

	(void)context;
	if (ret)
		assert_string_not_equal(error, "");
	else
		close(memfd);
	return ret;
}

static void share_without_memory(void **state)
{
	(void)state;
	each_failure(formats_are_copied, NULL);
}

/* ---- what the console keeps ---- */

static void put(const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* What the file says, in text. */
static const char *taken(char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t got;

	assert_true(fd >= 0);
	got = read(fd, text, size - 1);
	assert_true(got >= 0);
	text[got] = '\0';
	close(fd);
	return text;
}

static void complain(void *data, const char *sentence)
{
	(void)data;
	snprintf(error, sizeof(error), "%s", sentence);
}

#define OWN_LINE "# mine\nmerged = on\n"

static int settings_are_changed(void *context)
{
	struct settings settings;
	char text[4096];
	int ret;

	(void)context;
	put(OWN_LINE);
	settings_init(&settings);
	error[0] = '\0';
	ret = settings_read(&settings, path, complain, NULL);
	assert_int_equal(!ret, !error[0]);
	if (!ret) {
		settings.merged = false;
		settings.mouse = !settings.mouse;
		ret = settings_write(&settings, path, error, sizeof(error));
		if (ret)
			assert_string_not_equal(error, "");
	}
	/* The old file or the new one, and the person's line in both. */
	assert_memory_equal(taken(text, sizeof(text)), OWN_LINE, strlen("# mine\n"));
	if (ret)
		assert_string_equal(text, OWN_LINE);
	remove_path();
	return ret;
}

static void settings_without_memory(void **state)
{
	(void)state;
	each_failure(settings_are_changed, NULL);
}

static int history_is_kept(void *context)
{
	struct prompt_history history = {0};
	char text[4096];
	int ret;

	(void)context;
	put(":first\n/second\n");
	ret = prompt_history_open(&history, path);
	if (!ret)
		ret = prompt_history_add(&history, HISTORY_COMMAND, "third");
	if (!ret)
		assert_string_equal(prompt_history_get(&history, HISTORY_COMMAND, 0), "third");
	assert_non_null(strstr(taken(text, sizeof(text)), "first"));
	assert_non_null(strstr(text, "second"));
	prompt_history_release(&history);
	remove_path();
	return ret;
}

static void history_without_memory(void **state)
{
	(void)state;
	each_failure(history_is_kept, NULL);
}

static int words_are_completed(void *context)
{
	struct completion completion = {0};

	(void)context;
	completion_begin(&completion, 0, ' ');
	completion_add(&completion, "sched_switch", "sched", 5);
	completion_add(&completion, "sched_waking", "sched", 5);
	completion_sort(&completion);
	/* What is left out is told as what does not fit. */
	if (completion.count < 2)
		assert_true(completion.more);
	completion_paths(&completion, "tests/", 6, 0);
	completion_common(&completion);
	completion_release(&completion);
	return 0;
}

static void completion_without_memory(void **state)
{
	(void)state;
	each_failure(words_are_completed, NULL);
}

/* ---- the guest ---- */

static void answered(void *data, const struct control_answer *answer, int result)
{
	(void)answer;
	(void)result;
	++*(unsigned *)data;
}

static void ignored(void *data)
{
	(void)data;
}

static void ignored_note(void *data, const char *text)
{
	(void)data;
	(void)text;
}

/* The loop frees what was taken out of it when it has nothing else to do. */
static void turn_loop(void)
{
	loop_timer_set(round_timer, 1);
	for (int i = 0; i < ROUNDS_MAX && failing_memory_held(NULL); i++)
		assert_int_equal(loop_run_once(), 0);
	loop_timer_set(round_timer, -1);
}

static int control_port_is_spoken_to(void *context)
{
	static const struct control_client_events events = {ignored_note, ignored, ignored};
	const struct channel_place *place = context;
	struct control_client *client = NULL;
	unsigned answers = 0;
	int ret = control_client_open(&client, place, &events, NULL, error, sizeof(error));

	for (int i = 0; !ret && i < 3; i++)
		ret = control_client_request(client, CONTROL_HELLO, "1", 1000, answered, &answers);
	control_client_free(client);
	turn_loop();
	assert_int_equal(answers, 0);
	return ret;
}

static void control_without_memory(void **state)
{
	struct channel_place place = {.kind = CHANNEL_PIPE, .path = path};
	char name[sizeof(path) + 8];
	int fd[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "%s.%s", path, i ? "out" : "in");
		assert_int_equal(mkfifo(name, 0600), 0);
		fd[i] = open(name, O_RDWR | O_NONBLOCK);
	}
	each_failure(control_port_is_spoken_to, &place);
	close(fd[0]);
	close(fd[1]);
}

static void no_packet(void *data, const struct engine_packet *packet)
{
	(void)data;
	(void)packet;
}

static void no_death(void *data, const char *epitaph)
{
	(void)data;
	fail_msg("the engine died: %s", epitaph);
}

/* Commands that the engine takes at once, or (context not NULL) that wait as it is stopped. */
static int engine_is_told(void *context)
{
	struct engine_config config = {.memory = 8 << 20};
	struct engine_link link = {.watch = -1, .packet = no_packet, .died = no_death};
	struct engine_stream stream = {.cpu = 0};
	int ret = engine_link_start(&link, &config, error, sizeof(error));

	if (!ret && context) {
		kill(engine_client_pid(link.client), SIGSTOP);
		while (!engine_link_request(&link, ENGINE_STATS, NULL, 0, NULL))
			;
	}
	for (int i = 0; !ret && i < 3; i++)
		ret = engine_link_command(&link, ENGINE_STREAM, &stream, sizeof(stream), formats,
					  NULL);
	engine_link_stop(&link);
	turn_loop();
	return ret;
}

static void engine_link_without_memory(void **state)
{
	int stopped;

	(void)state;
	link_engine();
	each_failure(engine_is_told, NULL);
	each_failure(engine_is_told, &stopped);
}

static char epitaph_told[128];

static void keep_epitaph(void *data, const char *epitaph)
{
	(void)data;
	snprintf(epitaph_told, sizeof(epitaph_told), "%s", epitaph);
}

/* An engine that waits for an order which there is no memory to keep would wait for ever. */
static void engine_that_can_not_be_told_ends(void **state)
{
	struct engine_config config = {.memory = 8 << 20};
	struct engine_link link = {.watch = -1, .packet = no_packet, .died = keep_epitaph};
	struct engine_flag flag = {.on = 0};

	(void)state;
	link_engine();
	assert_int_equal(engine_link_start(&link, &config, error, sizeof(error)), 0);
	kill(engine_client_pid(link.client), SIGSTOP);
	while (!engine_link_request(&link, ENGINE_STATS, NULL, 0, NULL))
		;
	failing_memory_begin(1, FAIL_SINCE);
	engine_link_must(&link, ENGINE_DISCARD, &flag, sizeof(flag), -1, NULL);
	assert_true(failing_memory_end());
	assert_true(engine_link_alive(&link));
	for (int i = 0; i < 100 && engine_link_alive(&link); i++)
		engine_link_wait(&link, 100);
	assert_false(engine_link_alive(&link));
	assert_string_equal(epitaph_told, "there was no memory for what it is told");
	turn_loop();
}

static int make(void **state)
{
	(void)state;
	if (make_directory("test_no_memory") || loop_init())
		return -1;
	snprintf(path, sizeof(path), "%s/made", directory);
	round_timer = loop_timer(-1, ignored, NULL);
	formats = open(RECORDED "/formats", O_RDONLY | O_CLOEXEC);
	return formats < 0 ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capture_writer_without_memory),
		cmocka_unit_test(capture_reader_without_memory),
		cmocka_unit_test(dat_writer_without_memory),
		cmocka_unit_test(share_without_memory),
		cmocka_unit_test(settings_without_memory),
		cmocka_unit_test(history_without_memory),
		cmocka_unit_test(completion_without_memory),
		cmocka_unit_test(control_without_memory),
		cmocka_unit_test(engine_link_without_memory),
		cmocka_unit_test(engine_that_can_not_be_told_ends),
	};

	return cmocka_run_group_tests(tests, make, remove_directory);
}
