// SPDX-License-Identifier: GPL-2.0-only
/* What an engine does for files, counters and memory; what it survives, and how it ends. */
#include "tests/unit/engine.h"

#include <dirent.h>
#include <sys/wait.h>

static void test_counters(void **state)
{
	struct engine *engine = *state;
	struct page_maker maker = {.geometry = {PAGE, 8, false}};
	uint8_t page[PAGE];
	struct stats stats;

	feed_page(engine, 0, 1000, 100, 1);
	maker.page = page;
	make_page(&maker, 3000);
	make_event(&maker, 0, 4, 1);
	make_lost(&maker, 41);
	feed(engine, 0, page, PAGE);
	fill_page(page, 4000, 10, 1);
	memset(page + 16, 0xff, 64);
	feed(engine, 0, page, PAGE);
	for (unsigned i = 0; i < 3; i++)
		feed_page(engine, 0, 5000 + 1000 * i, 10, 1);
	await_bytes(engine, 0, 6 * PAGE, &stats);
	assert_int_equal(stats.head.cpus, CHANNELS);
	assert_int_equal(stats.head.memory_limit, 64 << 20);
	assert_int_equal(stats.cpu[0].state, ENGINE_CHANNEL_OPEN);
	assert_int_equal(stats.cpu[0].bytes, 6 * PAGE);
	assert_int_equal(stats.cpu[0].pages, 5);
	assert_int_equal(stats.cpu[0].bad_pages, 1);
	assert_int_equal(stats.cpu[0].events, 131);
	assert_int_equal(stats.cpu[0].unknown_events, 131);
	assert_int_equal(stats.cpu[0].lost, 41);
	assert_int_equal(stats.cpu[0].lost_unknown, 0);
	assert_int_equal(stats.cpu[0].next_row, 133);
	assert_int_equal(stats.cpu[0].last_ts, 7009);
	assert_int_equal(stats.cpu[1].pages, 0);
}

/* The file at fd holds pages first to end of feed_numbered(), and nothing else. */
static void assert_file(int fd, unsigned first, unsigned end)
{
	uint8_t page[PAGE], is[PAGE];

	for (unsigned i = first; i < end; i++) {
		fill_page(page, 1000 * (i + 1), 100, 1);
		assert_int_equal(pread(fd, is, PAGE, (off_t)(i - first) * PAGE), PAGE);
		assert_memory_equal(is, page, PAGE);
	}
	assert_int_equal(lseek(fd, 0, SEEK_END), (off_t)(end - first) * PAGE);
}

static void feed_numbered(struct engine *engine, unsigned first, unsigned end)
{
	struct stats stats;

	for (unsigned i = first; i < end; i++)
		feed_page(engine, 0, 1000 * (i + 1), 100, 1);
	await_bytes(engine, 0, (uint64_t)end * PAGE, &stats);
}

static const struct engine_save_reply *await_saved(struct engine *engine,
						   struct engine_packet *packet)
{
	*packet = await(engine, ENGINE_SAVE_REPLY, 0);
	return packet->payload;
}

static void test_recording_is_exactly_what_came(void **state)
{
	int fd = memfd_create("record", MFD_CLOEXEC);
	const struct engine_save_reply *reply;
	struct engine *engine = *state;
	struct engine_packet packet;

	feed_numbered(engine, 0, 3);
	ask_cpu(engine, ENGINE_RECORD, 0, fd);
	settle(engine);
	feed_numbered(engine, 3, 40);
	ask(engine, ENGINE_RECORD_END, NULL, 0, -1);
	reply = await_saved(engine, &packet);
	assert_int_equal(reply->cpu, 0);
	assert_int_equal(reply->error, 0);
	assert_int_equal(reply->pages, 37);
	assert_int_equal(reply->bytes, 37 * PAGE);
	feed_numbered(engine, 40, 41);
	assert_file(fd, 3, 40);
	close(fd);
}

static void test_recording_that_fails_says_so(void **state)
{
	const struct engine_save_reply *reply;
	struct engine *engine = *state;
	struct engine_packet packet;
	int fd = memfd_create("record", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct stats stats;

	ask_cpu(engine, ENGINE_RECORD, 0, fd);
	settle(engine);
	feed_numbered(engine, 0, 2);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
	feed_numbered(engine, 2, 4);
	while (!strstr(engine->said, "recording of CPU 0 stopped"))
		settle(engine);
	ask(engine, ENGINE_RECORD_END, NULL, 0, -1);
	reply = await_saved(engine, &packet);
	assert_int_equal(reply->error, -EPERM);
	assert_int_equal(reply->pages, 2);
	get_stats(engine, &stats);
	assert_int_equal(stats.cpu[0].pages, 4);
	assert_file(fd, 0, 2);
	close(fd);
}

static uint64_t number_at(int fd, off_t at)
{
	uint64_t number;

	assert_int_equal(pread(fd, &number, sizeof(number), at), sizeof(number));
	return number;
}

/* Of a trace.dat: pages go where they were told to go, and the table tells of them at once. */
static void test_recording_into_a_region(void **state)
{
	struct engine_region region = {.cpu = 0, .offset = 3 * PAGE, .room = 5 * PAGE, .table = 64};
	int fd = memfd_create("region", MFD_CLOEXEC);
	const struct engine_save_reply *reply;
	struct engine *engine = *state;
	struct engine_packet packet;
	uint8_t page[PAGE], is[PAGE];

	ask(engine, ENGINE_RECORD_REGION, &region, sizeof(region), fd);
	settle(engine);
	feed_numbered(engine, 0, 3);
	settle(engine);
	assert_int_equal(number_at(fd, 64), 3 * PAGE);
	assert_int_equal(number_at(fd, 72), 3 * PAGE);
	feed_numbered(engine, 3, 7);
	/* It is full: no page goes into what is the next CPU's. */
	while (!strstr(engine->said, "no room for more of its pages"))
		settle(engine);
	ask(engine, ENGINE_RECORD_END, NULL, 0, -1);
	reply = await_saved(engine, &packet);
	assert_int_equal(reply->error, -EFBIG);
	assert_int_equal(reply->pages, 5);
	assert_int_equal(reply->bytes, 5 * PAGE);
	assert_int_equal(number_at(fd, 72), 5 * PAGE);
	assert_int_equal(lseek(fd, 0, SEEK_END), 8 * PAGE);
	for (unsigned i = 0; i < 5; i++) {
		fill_page(page, 1000 * (i + 1), 100, 1);
		assert_int_equal(pread(fd, is, PAGE, (off_t)(3 + i) * PAGE), PAGE);
		assert_memory_equal(is, page, PAGE);
	}
	close(fd);
}

/* What is saved goes behind what was saved before; numbers in the order that was asked for. */
static void test_saving_into_regions(void **state)
{
	struct engine_region region = {
		.cpu = 0, .big_endian = 1, .offset = PAGE, .room = UINT64_MAX, .table = 0};
	int fd = memfd_create("regions", MFD_CLOEXEC);
	const struct engine_save_reply *reply;
	struct engine *engine = *state;
	struct engine_packet packet;

	feed_numbered(engine, 0, 2);
	ask(engine, ENGINE_SAVE_REGION, &region, sizeof(region), fd);
	region = (struct engine_region){.cpu = 0,
					.offset = ENGINE_BEHIND,
					.room = PAGE,
					.table = 16};
	ask(engine, ENGINE_SAVE_REGION, &region, sizeof(region), fd);
	reply = await_saved(engine, &packet);
	assert_int_equal(reply->error, 0);
	assert_int_equal(reply->pages, 2);
	assert_int_equal(reply->events, 200);
	assert_int_equal(reply->lost, 0);
	reply = await_saved(engine, &packet);
	assert_int_equal(reply->error, -EFBIG);
	assert_int_equal(reply->pages, 1);
	assert_int_equal(number_at(fd, 0), __builtin_bswap64(PAGE));
	assert_int_equal(number_at(fd, 8), __builtin_bswap64(2 * PAGE));
	assert_int_equal(number_at(fd, 16), 3 * PAGE);
	assert_int_equal(number_at(fd, 24), PAGE);
	close(fd);
}

static void test_save_is_what_is_held(void **state)
{
	int fd = memfd_create("save", MFD_CLOEXEC), none = memfd_create("none", MFD_CLOEXEC);
	const struct engine_save_reply *reply;
	struct engine *engine = *state;
	struct engine_packet packet;

	feed_numbered(engine, 0, 20);
	ask_cpu(engine, ENGINE_SAVE, 0, fd);
	ask_cpu(engine, ENGINE_SAVE, 200, none);
	reply = await_saved(engine, &packet);
	assert_int_equal(reply->cpu, 0);
	assert_int_equal(reply->error, 0);
	assert_int_equal(reply->pages, 20);
	assert_file(fd, 0, 20);
	reply = await_saved(engine, &packet);
	assert_int_equal(reply->cpu, 200);
	assert_int_equal(reply->pages, 0);
	close(fd);
	close(none);
}

static void test_save_to_a_full_disk(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	const struct engine_save_reply *reply;
	struct engine *engine = *state;
	struct engine_packet packet;

	feed_numbered(engine, 0, 3);
	ask_cpu(engine, ENGINE_SAVE, 0, fd);
	reply = await_saved(engine, &packet);
	assert_true(reply->error < 0);
	assert_int_equal(reply->pages, 0);
	settle(engine);
	close(fd);
}

static void test_discard(void **state)
{
	struct engine_flag flag = {.on = 1};
	struct engine *engine = *state;
	struct stats stats;

	ask(engine, ENGINE_DISCARD, &flag, sizeof(flag), -1);
	settle(engine);
	feed_numbered(engine, 0, 5);
	get_stats(engine, &stats);
	assert_int_equal(stats.cpu[0].pages, 0);
	assert_int_equal(stats.cpu[0].discarded, 5 * PAGE);
	flag.on = 0;
	ask(engine, ENGINE_DISCARD, &flag, sizeof(flag), -1);
	settle(engine);
	feed_numbered(engine, 5, 7);
	get_stats(engine, &stats);
	assert_int_equal(stats.cpu[0].pages, 2);
	assert_int_equal(stats.cpu[0].gaps, 0);
}

/* ---- what no console of this build sends ---- */

static void send_raw(struct engine *engine, const void *bytes, size_t length, const int *fds,
		     size_t count)
{
	struct iovec iov = {(void *)bytes, length};
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(4 * sizeof(int))];
	} control = {{0}};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

	if (count) {
		struct cmsghdr *cmsg = &control.align;

		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, count * sizeof(int));
	}
	assert_int_equal(sendmsg(engine_client_fd(engine->client), &message, 0), length);
}

static void send_request(struct engine *engine, uint32_t type, uint32_t stated, uint32_t length,
			 uint32_t first_word, int fd)
{
	struct {
		struct engine_header header;
		uint32_t payload[256];
	} packet = {{type, 1, stated, 0}, {first_word}};

	send_raw(engine, &packet, sizeof(packet.header) + length, &fd, fd >= 0);
}

static unsigned open_files(const struct engine *engine)
{
	unsigned count = 0;
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)engine_client_pid(engine->client));
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static void test_malformed_requests(void **state)
{
	enum {
		CPU = sizeof(struct engine_stream),
		CONFIG = sizeof(struct engine_config),
		REGION = sizeof(struct engine_region),
	};
	static const struct {
		uint32_t type, stated, length, word;
		bool fd;
	} requests[] = {
		{0, 0, 0, 0, false},
		{ENGINE_NAMES + 1, 0, 0, 0, false},
		{ENGINE_READY, 0, 0, 0, false},
		{UINT32_MAX, 0, 0, 0, false},
		{ENGINE_CONFIG, CONFIG, CONFIG, 0, false},
		{ENGINE_FORMATS, 0, 0, 0, false},
		{ENGINE_FORMATS, 4, 4, 0, true},
		{ENGINE_STREAM, CPU, CPU, 0, false},
		{ENGINE_STREAM, CPU, CPU, 256, true},
		{ENGINE_STREAM, 4, 4, 0, true},
		{ENGINE_STREAM, CPU, 4, 0, true},
		{ENGINE_CLOSE_STREAM, CPU, CPU, UINT32_MAX, false},
		{ENGINE_CLOSE_STREAM, CPU, CPU, 0, true},
		{ENGINE_DISCARD, 0, 0, 0, false},
		{ENGINE_RECORD, CPU, CPU, 256, true},
		{ENGINE_RECORD_END, 8, 8, 0, false},
		{ENGINE_SAVE, CPU, CPU, 300, true},
		{ENGINE_SAVE, CPU, CPU, 0, false},
		{ENGINE_RECORD_REGION, CPU, CPU, 0, true},
		{ENGINE_RECORD_REGION, REGION, REGION, 256, true},
		{ENGINE_SAVE_REGION, REGION, REGION, 0, false},
		{ENGINE_NAMES, 8, 8, 0, true},
		{ENGINE_NAMES, sizeof(struct engine_names), sizeof(struct engine_names), 0, false},
		{ENGINE_CLEAR, 0, 0, 0, true},
		{ENGINE_VIEW, 1000, 1000, 0, false},
		{ENGINE_VIEW, sizeof(struct engine_view), 0, 0, false},
		{ENGINE_PULL, 4, 4, 0, false},
		{ENGINE_STATS, UINT32_MAX, 0, 0, false},
	};
	struct engine *engine = *state;
	unsigned files = open_files(engine);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct engine_view bad_view = {.origin = ENGINE_FROM_SHARE + 1};
	struct engine_stream bad_kind = {.cpu = 0, .kind = 2};

	for (unsigned i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		send_request(engine, requests[i].type, requests[i].stated, requests[i].length,
			     requests[i].word, requests[i].fd ? null : -1);
		settle(engine);
		assert_int_equal(engine->messages, i + 1);
	}
	engine->messages = 0;
	send_raw(engine, "short", 5, NULL, 0);
	ask(engine, ENGINE_VIEW, &bad_view, sizeof(bad_view), -1);
	ask(engine, ENGINE_STREAM, &bad_kind, sizeof(bad_kind), null);
	settle(engine);
	assert_int_equal(engine->messages, 3);
	assert_int_equal(open_files(engine), files);
	close(null);
}

static void test_descriptors_that_nobody_asked_for(void **state)
{
	struct engine *engine = *state;
	unsigned files = open_files(engine);
	struct engine_header header = {.type = ENGINE_STATS};
	int fds[4] = {engine->in[0], engine->in[0], engine->in[0], engine->in[0]};

	for (size_t count = 1; count <= 4; count++) {
		send_raw(engine, &header, sizeof(header), fds, count);
		settle(engine);
		assert_int_equal(engine->messages, count);
	}
	assert_int_equal(open_files(engine), files);
}

/* ---- being ignored, filled up, left alone, killed ---- */

#define FLOOD_PAGES 3000

static void test_console_that_does_not_read(void **state)
{
	struct engine_view view = {.origin = ENGINE_FROM_TAIL, .count = 4096};
	struct engine *engine = *state;
	struct stats stats;
	unsigned asked = 0;
	uint32_t serial;
	int ends[2];

	memset(view.cpus, 0xff, sizeof(view.cpus));
	/* One channel is a FIFO, the other a socket. */
	close(engine->in[1]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	ask_cpu(engine, ENGINE_STREAM, 1, ends[0]);
	close(ends[0]);
	engine->in[1] = ends[1];
	settle(engine);
	feed_numbered(engine, 0, 100);
	/* Ask until nothing is taken any more, reading none of the answers. */
	for (unsigned idle = 0; idle < 50 && asked < 5000;) {
		if (engine_client_send(engine->client, ENGINE_VIEW, &view, sizeof(view), -1,
				       &serial)) {
			usleep(1000);
			idle++;
		} else {
			asked++;
			idle = 0;
		}
	}
	assert_in_range(asked, 2, 4999);
	/* The drain goes on: 12 MB through a pipe of 64 KiB, and a socket of little more. */
	for (unsigned i = 100; i < FLOOD_PAGES; i++) {
		feed_page(engine, 0, 1000 * (i + 1), 100, 1);
		feed_page(engine, 1, 1000 * (i + 1), 100, 1);
	}
	for (; asked; asked--)
		await(engine, ENGINE_ROWS, 0);
	await_bytes(engine, 0, (uint64_t)FLOOD_PAGES * PAGE, &stats);
	await_bytes(engine, 1, (uint64_t)(FLOOD_PAGES - 100) * PAGE, &stats);
	assert_int_equal(stats.cpu[0].pages, FLOOD_PAGES);
	assert_int_equal(stats.cpu[1].pages, FLOOD_PAGES - 100);
	assert_int_equal(stats.cpu[0].events, FLOOD_PAGES * 100);
	assert_int_equal(stats.cpu[0].gaps + stats.cpu[0].bad_pages, 0);
	assert_int_equal(engine->messages, 0);
}

static void test_memory_is_bounded(void **state)
{
	struct engine *engine = engine_start(2 << 20);
	uint64_t pulled = 0, skipped = 0;
	struct answer answer;
	struct stats stats;

	engine_connect(engine);
	for (unsigned i = 0; i < FLOOD_PAGES; i++)
		feed_page(engine, i % CHANNELS, 1000 * (i + 1), 100, 1);
	await_bytes(engine, 0, FLOOD_PAGES / CHANNELS * PAGE, &stats);
	await_bytes(engine, 1, FLOOD_PAGES / CHANNELS * PAGE, &stats);
	assert_in_range(stats.head.memory_used, 1 << 20, 2 << 20);
	assert_int_equal(stats.cpu[0].events + stats.cpu[1].events, FLOOD_PAGES * 100);
	assert_true(stats.cpu[0].first_row > 0 && stats.cpu[1].first_row > 0);
	do {
		pull_rows(engine, 4096, ENGINE_PULL_ALL, &answer);
		pulled += answer.head.count;
		skipped += answer.head.skipped;
	} while (!(answer.head.flags & ENGINE_ROWS_DRY));
	assert_true(pulled > 0);
	assert_int_equal(pulled + skipped, FLOOD_PAGES * 100);
	*state = engine;
	engine_tear_down(state);
}

static unsigned long cpu_ticks(const struct engine *engine)
{
	unsigned long user = 0, system = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)engine_client_pid(engine->client));
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file,
				"%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
				&user, &system),
			 2);
	fclose(file);
	return user + system;
}

/* A channel whose other side went, and half a page on the other one: nothing to turn round for. */
static void test_idle_engine_sleeps(void **state)
{
	struct engine *engine = *state;
	uint8_t page[PAGE];
	unsigned long before;

	fill_page(page, 1000, 10, 1);
	feed(engine, 1, page, PAGE / 2);
	engine_close(engine, 0);
	while (engine->states[0] != ENGINE_CHANNEL_ENDED)
		settle(engine);
	before = cpu_ticks(engine);
	usleep(500000);
	/* Half a second at full speed would be 50 ticks of 10 ms. */
	assert_in_range(cpu_ticks(engine) - before, 0, 2);
}

static void test_killed_engine(void **state)
{
	struct engine *engine = *state;
	struct engine_packet packet;
	struct pollfd pollfd = {.fd = engine_client_fd(engine->client), .events = POLLIN};
	int got;

	kill(engine_client_pid(engine->client), SIGKILL);
	while ((got = engine_client_receive(engine->client, &packet)) >= 0)
		poll(&pollfd, 1, 100);
	assert_int_equal(got, -EPIPE);
	assert_int_equal(engine_client_send(engine->client, ENGINE_STATS, NULL, 0, -1, NULL),
			 -EPIPE);
	assert_non_null(strstr(engine_client_epitaph(engine->client), "signal 9"));
}

/* No console, no engine. */
static void test_engine_ends_with_its_socket(void **state)
{
	struct engine *engine = *state;
	pid_t pid = engine_client_pid(engine->client);
	int status;

	shutdown(engine_client_fd(engine->client), SHUT_RDWR);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, engine_set_up, engine_tear_down)
		ENGINE_TEST(test_counters),
		ENGINE_TEST(test_recording_is_exactly_what_came),
		ENGINE_TEST(test_recording_that_fails_says_so),
		ENGINE_TEST(test_recording_into_a_region),
		ENGINE_TEST(test_saving_into_regions),
		ENGINE_TEST(test_save_is_what_is_held),
		ENGINE_TEST(test_save_to_a_full_disk),
		ENGINE_TEST(test_discard),
		ENGINE_TEST(test_malformed_requests),
		ENGINE_TEST(test_descriptors_that_nobody_asked_for),
		ENGINE_TEST(test_console_that_does_not_read),
		cmocka_unit_test(test_memory_is_bounded),
		ENGINE_TEST(test_idle_engine_sleeps),
		ENGINE_TEST(test_killed_engine),
		ENGINE_TEST(test_engine_ends_with_its_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
