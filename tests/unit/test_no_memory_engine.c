// SPDX-License-Identifier: GPL-2.0-only
/* The engine's rooms when memory runs out at any allocation of theirs. */
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/unit/latencies.h"
#include "tests/unit/no_memory.h"
#include "tests/unit/ring_memory.h"
#include "tui/engine/filter.h"
#include "tui/engine/outbox.h"
#include "tui/engine/memory_search.h"
#include "tui/engine/observer.h"

static int names_are_learned(void *context)
{
	struct comms *comms = comms_new();

	(void)context;
	if (!comms)
		return -ENOMEM;
	comms_load(comms, "7 seven\n8 eight\n", 16);
	for (int pid = 1; pid < 3000; pid++)
		comms_learn(comms, pid, 0, 5, "task", 4);
	/* A name that there was no memory for is not known; it is no other one. */
	for (int pid = 10; pid < 3000; pid++)
		if (strcmp(comms_find(comms, pid, 0, 6), "task") != 0)
			assert_string_equal(comms_find(comms, pid, 0, 6), "<...>");
	comms_free(comms);
	return 0;
}

static void comms_without_memory(void **state)
{
	(void)state;
	each_failure(names_are_learned, NULL);
}

static int formats_are_loaded(void *context)
{
	struct formats_stock none = {.used = FORMATS_STOCK};
	struct engine_formats_reply reply;
	struct formats *formats = NULL;
	struct comms *comms = context;
	const int *fd = context;
	int ret;

	comms = comms_new();
	if (!comms)
		return -ENOMEM;
	ret = formats_load(&formats, NULL, &none, *fd, comms, &reply);
	assert_int_equal(reply.error, ret);
	if (ret)
		assert_null(formats);
	if (ret)
		assert_string_not_equal(reply.reason, "");
	if (!ret)
		assert_non_null(formats_event(formats, 300));
	formats_free(formats);
	comms_free(comms);
	return ret;
}

static void formats_without_memory(void **state)
{
	struct made_bundle made;

	(void)state;
	bundle_begin(&made, "5f3b8a52-8a0e-4c0e-9a3e-0d6f3f1c7f10");
	bundle_text(&made, "kallsyms", "ffffffff81000000 T one\nffffffff81001000 T two\n");
	bundle_text(&made, "printk_formats", "0xffffffff82000000 : \"text %d\"\n");
	bundle_text(&made, "saved_cmdlines", "7 seven\n");
	bundle_event(&made, "test/first", 300, COMMON_FIELDS,
		     FIELD("int value", 8, 4, 1) FIELD("__data_loc char[] name", 12, 4, 0),
		     "\"value=%d name=%s\", REC->value, __get_str(name)");
	bundle_event(
		&made, "sched/sched_process_exec", 301, COMMON_FIELDS,
		FIELD("pid_t pid", 8, 4, 1) FIELD("char comm[16]", 12, 16, 0),
		"\"%s %s\", REC->comm, __print_symbolic(REC->pid, { 1, \"a\" }, { 2, \"b\" })");
	assert_int_equal(bundle_writer_finish(&made.writer), 0);
	each_failure(formats_are_loaded, &made.fd);
	close(made.fd);
}

static int filter_is_compiled(void *context)
{
	const struct guest *guest = context;
	struct filter_report report;
	struct filter *filter = NULL;
	int ret = filter_compile(&filter, guest->formats[0], guest->shared.comms, "sched,irq:*",
				 "sched_switch: prev_pid == 3 && (next_pid > 4 || COMM == \"x\"), "
				 "irq_handler_entry: name =~ \"e.*0\"",
				 &report);

	if (ret == -EINVAL)
		fail_msg("refused: %s", report.error);
	if (ret)
		assert_null(filter);
	filter_free(filter);
	return ret;
}

static void filters_without_memory(void **state)
{
	each_failure(filter_is_compiled, *state);
}

#define PAGES 200

static int pages_are_held(void *context)
{
	static const uint8_t page[PAGE];
	struct entry entry = {.kind = ENTRY_PAGE, .events = 3};
	struct history history;
	struct store store;
	uint64_t first, end;
	int ret = 0;

	(void)context;
	store_init(&store, 64 << 10);
	history_init(&history, &store, PAGE, NULL);
	for (unsigned i = 0; i < PAGES; i++) {
		size_t room;

		if (!history_tail(&history, &room))
			ret = -ENOMEM;
		if (history_append(&history, &entry, page, 0))
			ret = -ENOMEM;
	}
	/* Rows are numbered as if nothing had been missed, and what is held is the newest. */
	assert_int_equal(history.next_row, 3 * PAGES);
	history_pages(&history, &first, &end);
	assert_true(first <= end);
	if (first < end)
		assert_int_equal(history_entry(&history, end - 1)->first_row, 3 * PAGES - 3);
	history_release(&history);
	store_release(&store);
	return ret;
}

static void stores_without_memory(void **state)
{
	(void)state;
	each_failure(pages_are_held, NULL);
}

/* A channel brings pages. What there is no memory for is counted, and the rest goes on. */
static int channel_is_read(void *context)
{
	const uint8_t *pages = context;
	struct stream_shared shared = {.geometry = {PAGE, 8, false}};
	struct stream *stream = NULL;
	int ends[2], ret = -ENOMEM;

	shared.record_room = INT64_MAX;
	pthread_mutex_init(&shared.lock, NULL);
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	store_init(&shared.store, 64 << 10);
	shared.comms = comms_new();
	if (shared.comms && !intake_init(&shared.intake, PAGE) && !counts_init(&shared.counts) &&
	    !stream_new(&stream, &shared, 0)) {
		ret = 0;
		stream_open(stream, ends[0], false);
		ends[0] = -1;
		for (unsigned i = 0; i < 12; i++) {
			assert_int_equal(write(ends[1], pages + (i % 4) * PAGE, PAGE), PAGE);
			if (!stream->error)
				stream_read(stream, 1 << 20, i);
		}
		/* A channel that there is no memory for ends, and says why. */
		ret = stream->error;
		assert_int_equal(stream->stats.state,
				 ret ? ENGINE_CHANNEL_FAILED : ENGINE_CHANNEL_OPEN);
		if (!ret)
			assert_int_equal(stream->stats.bytes, 12 * PAGE);
		stream_close(stream, ENGINE_CHANNEL_ENDED, 100);
		stream_drop_source(stream);
	}
	stream_free(stream);
	store_release(&shared.store);
	intake_release(&shared.intake);
	counts_release(&shared.counts);
	comms_free(shared.comms);
	if (ends[0] >= 0)
		close(ends[0]);
	close(ends[1]);
	return ret;
}

static void streams_without_memory(void **state)
{
	static uint8_t pages[4 * PAGE];
	struct guest *guest = *state;

	for (unsigned i = 0; i < 4; i++) {
		struct page_maker maker = {
			.geometry = guest->shared.geometry,
			.page = pages + i * PAGE,
		};

		make_page(&maker, 1000 * (i + 1));
		for (unsigned event = 0; event < 20; event++)
			make_event(&maker, 3, 2, OTHER);
	}
	each_failure(channel_is_read, pages);
}

/* Pages of another size come; without memory for them those of the first size go on. */
static int larger_pages_come(void *context)
{
	const struct page_geometry geometry = {PAGE, 8, false};
	const uint8_t *page = context;
	struct intake intake;
	int ret = intake_init(&intake, PAGE);

	if (!ret) {
		ret = intake_reserve(&intake, 4 * PAGE);
		assert_int_equal(intake.page_size, ret ? PAGE : 4 * PAGE);
		assert_int_equal(intake_reserve(&intake, PAGE), 0);
		assert_int_equal(intake_fill(&intake, &geometry, NULL, page, 1, NULL), PAGE_GOOD);
		assert_int_equal(intake.events, 20);
	}
	intake_release(&intake);
	return ret;
}

static void sizes_without_memory(void **state)
{
	static uint8_t page[PAGE];
	struct guest *guest = *state;
	struct page_maker maker = {.geometry = guest->shared.geometry, .page = page};

	make_page(&maker, 1000);
	for (unsigned event = 0; event < 20; event++)
		make_event(&maker, 3, 2, OTHER);
	each_failure(larger_pages_come, page);
}

/* Views of the guest's rows; NULL without memory. */
static struct rows *rows_of(const struct guest *guest)
{
	struct rows *rows = calloc(1, sizeof(*rows));

	if (!rows)
		return NULL;
	rows->streams = guest->rows.streams;
	rows->shared = guest->rows.shared;
	rows->formats = guest->rows.formats;
	rows->formats_count = guest->rows.formats_count;
	if (!rows_init(rows))
		return rows;
	rows_release(rows);
	free(rows);
	return NULL;
}

static void free_rows(struct rows *rows)
{
	if (rows)
		rows_release(rows);
	free(rows);
}

/* All that the server asks of rows. */
static int rows_are_asked_for(void *context)
{
	const struct guest *guest = context;
	struct formats *const *formats = (struct formats *const *)guest->formats;
	struct engine_filter shown = {.events = "sched"};
	struct engine_filter found = {.expression = "sched_waking:pid == 3"};
	struct engine_filter_reply reply;
	struct engine_view view = {.count = 50};
	struct engine_pull pull = {.count = 50};
	struct engine_find find = {.origin = ENGINE_FROM_HEAD};
	struct engine_found place;
	struct rows *rows = rows_of(guest);
	uint64_t settles;
	int ret = rows ? 0 : -ENOMEM;

	memset(view.cpus, 0xff, sizeof(view.cpus));
	memset(pull.cpus, 0xff, sizeof(pull.cpus));
	memset(find.cpus, 0xff, sizeof(find.cpus));
	if (!ret)
		ret = filter_set_ask(&rows->shown, &shown, formats, guest->formats_count,
				     guest->shared.comms, &reply);
	if (!ret)
		ret = filter_set_ask(&rows->found, &found, formats, guest->formats_count,
				     guest->shared.comms, &reply);
	if (!ret)
		ret = rows_view(rows, &view);
	if (!ret)
		ret = rows_pull(rows, &pull, NOW, &settles);
	if (!ret)
		ret = rows_find(rows, &find, &place);
	free_rows(rows);
	return ret;
}

static void rows_without_memory(void **state)
{
	each_failure(rows_are_asked_for, *state);
}

static int latencies_are_asked_for(void *context)
{
	struct guest *guest = context;
	struct latency *latency = calloc(1, sizeof(*latency));
	struct rows *rows = rows_of(guest);
	size_t length;
	int ret = latency && rows ? 0 : -ENOMEM;

	for (int kind = 0; !ret && kind < ENGINE_LATENCY_KINDS; kind++) {
		guest->asked.kind = (enum engine_latency_kind)kind;
		do {
			ret = latency_answer(latency, rows, &guest->asked, NOW, &length);
		} while (!ret && latency->reply.head.flags & ENGINE_LATENCY_MORE);
	}
	if (latency)
		latency_release(latency);
	free(latency);
	free_rows(rows);
	return ret;
}

static void latencies_without_memory(void **state)
{
	each_failure(latencies_are_asked_for, *state);
}

static int observe(struct ram *ram, const struct ring_buffer *buffer)
{
	uint8_t pages[4 * RING_PAGE];
	struct observer *observer;

	if (observer_new(&observer, ram, buffer, 0, true))
		return -ENOMEM;
	assert_int_equal(observer_read(observer, pages, sizeof(pages), 1000), 2 * RING_PAGE);
	observer_free(observer);
	return 0;
}

static int a_memory_is_read(void *context)
{
	struct ring_memory *memory = context;
	struct memory_search search;
	struct ram *ram;
	char error[256] = "";
	int ret;

	if (ram_open(&ram, dup(memory->fd), true, error, sizeof(error))) {
		assert_string_not_equal(error, "");
		return -ENOMEM;
	}
	ret = memory_search_begin(&search, ram, ENGINE_MEMORY_ANYWHERE);
	while (!ret && !memory_search_step(&search))
		;
	if (!ret)
		ret = observe(ram, &search.buffers[0]);
	memory_search_release(&search);
	ram_free(ram);
	return ret;
}

static void memories_without_memory(void **state)
{
	struct ring_memory memory = ring_memory_new(4u << 20, RING_PAGE, 1, 16);
	struct ring_writer writer = ring_writer_at(&memory, 0, 1000);

	(void)state;
	ring_write(&writer, RING_EVENTS + 5);
	each_failure(a_memory_is_read, &memory);
	ring_memory_free(&memory);
}

#define ANSWERS	    2000 /* more than a socket holds */
#define ANSWER_SIZE 4000

/* A console that is slow to begin with. Exits with 0 when all answers have come, in order. */
static void take_answers(int fd)
{
	const struct timespec slow = {.tv_nsec = 5000000};
	struct {
		struct engine_header header;
		uint8_t payload[ANSWER_SIZE];
	} packet;
	uint32_t next = 0;

	nanosleep(&slow, NULL);
	while (recv(fd, &packet, sizeof(packet), 0) == (ssize_t)sizeof(packet))
		if (packet.header.serial != next++)
			_exit(1);
	_exit(next == ANSWERS ? 0 : 2);
}

static void answers_are_sent(void)
{
	static const uint8_t payload[ANSWER_SIZE];
	struct outbox outbox = {.socket = -1};
	int pair[2], status;
	pid_t console;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	console = fork();
	if (!console) {
		close(pair[0]);
		take_answers(pair[1]);
	}
	close(pair[1]);
	outbox.socket = pair[0];
	for (uint32_t serial = 0; serial < ANSWERS; serial++)
		outbox_send(&outbox, ENGINE_ROWS, serial, payload, sizeof(payload));
	while (outbox_waiting(&outbox))
		outbox_flush(&outbox);
	assert_false(outbox.broken);
	close(pair[0]);
	assert_int_equal(waitpid(console, &status, 0), console);
	assert_int_equal(status, 0);
}

/* An answer that never came would be waited for without an end. */
static void answers_without_memory(void **state)
{
	(void)state;
	for (int kind = 0; kind < FAIL_KINDS; kind++) {
		failing_memory_begin(1, (enum failing_memory)kind);
		answers_are_sent();
		assert_true(failing_memory_end());
		assert_int_equal(failing_memory_held(NULL), 0);
	}
}

/* A guest with pages, all of it made before anything fails. */
static int make_guest(void **state)
{
	struct guest *guest = guest_new(NULL, NULL);

	for (unsigned i = 0; i < 40; i++) {
		add_switch(guest, i % CPUS, 1000 + i * 100, i % 5, i % 7);
		add_call(guest, i % CPUS, 1010 + i * 100, SYS_ENTER, 3, i % 9);
		add_call(guest, i % CPUS, 1020 + i * 100, SYS_EXIT, 3, i % 9);
		add_irq(guest, i % CPUS, 1030 + i * 100, i % 4, "eth0");
	}
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		end_page(guest, cpu, false);
	*state = guest;
	return 0;
}

static int free_guest(void **state)
{
	guest_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comms_without_memory),
		cmocka_unit_test(formats_without_memory),
		cmocka_unit_test(filters_without_memory),
		cmocka_unit_test(stores_without_memory),
		cmocka_unit_test(streams_without_memory),
		cmocka_unit_test(sizes_without_memory),
		cmocka_unit_test(rows_without_memory),
		cmocka_unit_test(latencies_without_memory),
		cmocka_unit_test(answers_without_memory),
		cmocka_unit_test(memories_without_memory),
	};

	return cmocka_run_group_tests(tests, make_guest, free_guest);
}
