// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pump between a pipe that stands for the ring and a socket or pipe that stands for the port. The
 * one thing that this ring does otherwise than trace_pipe_raw: it gives parts of pages by splice.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "guest-agent/pump.h"

#define PAGE 4096
#define HANG 20000 /* ms after which a test gives up on the thread */

struct bench {
	struct pump *pump;
	int ring;   /* write pages here */
	int host;   /* read them here */
	int report; /* eventfd */
};

static void bench_open(struct bench *bench, int pages, int out, pthread_mutex_t *shared,
		       size_t subbuf_size)
{
	struct pump_setup setup = {
		.cpu = 0,
		.pipe_size = 1024 * 1024,
		.subbuf_size = subbuf_size,
		.pages = pages,
		.out = out,
		.shared = shared,
	};

	bench->report = setup.report = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_true(setup.report >= 0);
	assert_int_equal(pump_start(&bench->pump, &setup), 0);
}

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	int ring[2], port[2];

	assert_non_null(bench);
	assert_int_equal(pipe2(ring, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, port),
			 0);
	assert_true(fcntl(ring[1], F_SETPIPE_SZ, 1024 * 1024) >= 0);
	bench->ring = ring[1];
	bench->host = port[0];
	bench_open(bench, ring[0], port[1], NULL, PAGE);
	*state = bench;
	return 0;
}

static void end_pump(struct bench *bench)
{
	struct timespec deadline;

	pump_order(bench->pump, PUMP_LEAVING, 1000);
	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += HANG / 1000;
	assert_int_equal(pump_free(bench->pump, &deadline), 0);
	bench->pump = NULL;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	if (bench->pump)
		end_pump(bench);
	close(bench->ring);
	if (bench->host >= 0)
		close(bench->host);
	close(bench->report);
	free(bench);
	return 0;
}

/* Fill a page so that each differs from each. */
static void make_page(unsigned char *page, unsigned number)
{
	for (unsigned i = 0; i < PAGE; i++)
		page[i] = (unsigned char)(i * 7 + number * 13 + (i >> 8));
}

static void put_pages(struct bench *bench, unsigned first, unsigned count)
{
	unsigned char page[PAGE];

	for (unsigned number = first; number < first + count; number++) {
		make_page(page, number);
		assert_int_equal(write(bench->ring, page, PAGE), PAGE);
	}
}

/* Read pages from the host's end, in order and whole. */
static void get_pages(struct bench *bench, unsigned first, unsigned count)
{
	unsigned char page[PAGE], wanted[PAGE];

	for (unsigned number = first; number < first + count; number++) {
		for (size_t used = 0; used < PAGE;) {
			struct pollfd fd = {.fd = bench->host, .events = POLLIN};
			ssize_t n;

			assert_int_equal(poll(&fd, 1, HANG), 1);
			n = read(bench->host, page + used, PAGE - used);
			assert_true(n > 0);
			used += (size_t)n;
		}
		make_page(wanted, number);
		assert_memory_equal(page, wanted, PAGE);
	}
}

static bool nothing_to_read(struct bench *bench)
{
	char byte;

	return read(bench->host, &byte, 1) < 0 && errno == EAGAIN;
}

static void wait_report(struct bench *bench)
{
	struct pollfd fd = {.fd = bench->report, .events = POLLIN};
	uint64_t count;

	assert_int_equal(poll(&fd, 1, HANG), 1);
	assert_int_equal(read(bench->report, &count, sizeof(count)), sizeof(count));
}

static void wait_drained(struct bench *bench, unsigned epoch)
{
	while (!pump_drained(bench->pump, epoch))
		wait_report(bench);
}

static void pages_flow_while_running(void **state)
{
	struct bench *bench = *state;
	struct pump_status status;

	put_pages(bench, 0, 3);
	pump_order(bench->pump, PUMP_RUNNING, 1);
	get_pages(bench, 0, 3);
	put_pages(bench, 3, 100);
	get_pages(bench, 3, 100);
	pump_status(bench->pump, &status);
	assert_int_equal(status.bytes_lost, 0);
	assert_int_equal(status.out_error, 0);
	assert_false(pump_drained(bench->pump, 1));
}

static void nothing_flows_while_stopped(void **state)
{
	struct bench *bench = *state;

	put_pages(bench, 0, 3);
	/* An order to drain that is over proves that the thread had its chance. */
	pump_order(bench->pump, PUMP_DRAINING, 1);
	wait_drained(bench, 1);
	get_pages(bench, 0, 3);
	put_pages(bench, 3, 3);
	pump_order(bench->pump, PUMP_STOPPED, 2);
	assert_true(nothing_to_read(bench));
	pump_order(bench->pump, PUMP_DRAINING, 3);
	wait_drained(bench, 3);
	get_pages(bench, 3, 3);
	assert_true(nothing_to_read(bench));
}

static void drained_means_all_is_out(void **state)
{
	struct bench *bench = *state;
	struct pump_status status;

	put_pages(bench, 0, 20);
	pump_order(bench->pump, PUMP_DRAINING, 1);
	wait_drained(bench, 1);
	assert_false(pump_drained(bench->pump, 2));
	pump_status(bench->pump, &status);
	assert_int_equal(status.bytes_sent, 20 * PAGE);
	get_pages(bench, 0, 20);
	assert_true(nothing_to_read(bench));
}

static void full_port_is_waited_for(void **state)
{
	struct bench *bench = *state;
	struct pump_status status;
	int small = PAGE;

	assert_int_equal(setsockopt(bench->host, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	put_pages(bench, 0, 250);
	pump_order(bench->pump, PUMP_DRAINING, 1);
	get_pages(bench, 0, 10);
	assert_false(pump_drained(bench->pump, 1));
	get_pages(bench, 10, 240);
	wait_drained(bench, 1);
	pump_status(bench->pump, &status);
	assert_int_equal(status.bytes_sent, 250 * PAGE);
	assert_int_equal(status.bytes_lost, 0);
}

static void full_port_does_not_hold_the_end_up(void **state)
{
	struct bench *bench = *state;

	put_pages(bench, 0, 250);
	pump_order(bench->pump, PUMP_DRAINING, 1);
	get_pages(bench, 0, 1);
	assert_false(pump_drained(bench->pump, 1));
	end_pump(bench);
}

static void start_while_draining_goes_on(void **state)
{
	struct bench *bench = *state;

	put_pages(bench, 0, 250);
	pump_order(bench->pump, PUMP_DRAINING, 1);
	get_pages(bench, 0, 1);
	pump_order(bench->pump, PUMP_RUNNING, 2);
	get_pages(bench, 1, 249);
	put_pages(bench, 250, 5);
	get_pages(bench, 250, 5);
	assert_false(pump_drained(bench->pump, 1));
}

static void port_that_is_gone_is_told(void **state)
{
	struct bench *bench = *state;
	struct pump_status status;

	close(bench->host);
	bench->host = -1;
	put_pages(bench, 0, 3);
	pump_order(bench->pump, PUMP_RUNNING, 1);
	wait_report(bench);
	pump_status(bench->pump, &status);
	assert_int_equal(status.out_error, -EPIPE);
	/* Nobody should wait for such a pump. */
	pump_order(bench->pump, PUMP_DRAINING, 2);
	assert_true(pump_drained(bench->pump, 2));
}

/* A file opened for appending takes no splice. */
static void way_out_without_splice(void **state)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	char path[] = "/tmp/test_pump.XXXXXX";
	struct bench bench = {0};
	int ring[2], file = mkstemp(path);

	(void)state;
	assert_true(file >= 0);
	bench.host = open(path, O_RDONLY | O_CLOEXEC);
	unlink(path);
	assert_int_equal(fcntl(file, F_SETFL, O_APPEND), 0);
	assert_int_equal(pipe2(ring, O_CLOEXEC | O_NONBLOCK), 0);
	bench.ring = ring[1];
	bench_open(&bench, ring[0], file, &lock, PAGE);
	put_pages(&bench, 0, 15);
	pump_order(bench.pump, PUMP_DRAINING, 1);
	wait_drained(&bench, 1);
	get_pages(&bench, 0, 15);
	end_pump(&bench);
	/* A shared way out is not the pump's to close. */
	assert_int_equal(close(file), 0);
	close(bench.host);
	close(bench.ring);
	close(bench.report);
}

/* Two pumps into one pipe that is narrower than a sub-buffer: none interrupts another. */
#define GROUP 4u

static void shared_way_out_keeps_pages_whole(void **state)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	unsigned char page[PAGE], wanted[PAGE];
	struct bench bench[2] = {0};
	unsigned next[2] = {0};
	unsigned last = 0;
	int out[2];

	(void)state;
	assert_int_equal(pipe2(out, O_CLOEXEC | O_NONBLOCK), 0);
	assert_true(fcntl(out[1], F_SETPIPE_SZ, PAGE) >= 0);
	assert_int_equal(fcntl(out[0], F_SETFL, 0), 0);
	for (int i = 0; i < 2; i++) {
		int ring[2];

		assert_int_equal(pipe2(ring, O_CLOEXEC | O_NONBLOCK), 0);
		bench[i].ring = ring[1];
		put_pages(&bench[i], (unsigned)i * 1000, 16);
		bench_open(&bench[i], ring[0], out[1], &lock, GROUP * PAGE);
		pump_order(bench[i].pump, PUMP_DRAINING, 1);
	}
	for (int count = 0; count < 32; count++) {
		bool known = false;

		for (size_t used = 0; used < PAGE;) {
			ssize_t n = read(out[0], page + used, PAGE - used);

			assert_true(n > 0);
			used += (size_t)n;
		}
		for (unsigned i = 0; i < 2 && !known; i++) {
			make_page(wanted, i * 1000 + next[i]);
			known = !memcmp(page, wanted, PAGE);
			next[i] += known;
			assert_true(!known || next[last] % GROUP == 0 || i == last);
			last = known ? i : last;
		}
		assert_true(known);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(next[i], 16);
		wait_drained(&bench[i], 1);
		end_pump(&bench[i]);
		close(bench[i].ring);
		close(bench[i].report);
	}
	close(out[0]);
	close(out[1]);
}

/* Sub-buffers of two pages in the place of one; what the old ring still holds is not asked for. */
static void ring_is_changed_between_orders(void **state)
{
	struct bench *bench = *state;
	struct pump_status status;
	int ring[2];

	put_pages(bench, 0, 2);
	pump_order(bench->pump, PUMP_DRAINING, 1);
	get_pages(bench, 0, 2);
	wait_drained(bench, 1);
	put_pages(bench, 2, 1);

	assert_int_equal(pipe2(ring, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(pump_set_pages(bench->pump, ring[0], 2 * PAGE), 0);
	/* The old ring has lost its reader. */
	assert_int_equal(write(bench->ring, "", 1), -1);
	assert_int_equal(errno, EPIPE);
	close(bench->ring);
	bench->ring = ring[1];
	put_pages(bench, 3, 4);
	pump_order(bench->pump, PUMP_DRAINING, 2);
	get_pages(bench, 3, 4);
	wait_drained(bench, 2);
	assert_true(nothing_to_read(bench));
	pump_status(bench->pump, &status);
	assert_int_equal(status.bytes_sent, 6 * PAGE);
	assert_int_equal(status.bytes_lost, 0);
}

static void wait_synced(struct bench *bench)
{
	while (!pump_synced(bench->pump))
		wait_report(bench);
}

static void a_sync_sends_what_is_there_and_goes_on(void **state)
{
	struct bench *bench = *state;

	pump_order(bench->pump, PUMP_RUNNING, 1);
	put_pages(bench, 0, 3);
	pump_sync(bench->pump, 1, 1000);
	wait_synced(bench);
	get_pages(bench, 0, 3);
	assert_true(nothing_to_read(bench));
	put_pages(bench, 3, 2);
	get_pages(bench, 3, 2);
}

/* An eventfd gives 8 bytes by read() and nothing by splice(): a page that is not full. */
static void a_sync_sends_a_page_that_is_not_full(void **state)
{
	struct bench *bench = *state;
	unsigned char page[PAGE];
	int ring = eventfd(0x0102, EFD_CLOEXEC | EFD_NONBLOCK);

	assert_int_equal(pump_set_pages(bench->pump, ring, PAGE), 0);
	pump_order(bench->pump, PUMP_RUNNING, 1);
	pump_sync(bench->pump, 1, 1000);
	wait_synced(bench);
	assert_int_equal(read(bench->host, page, sizeof(page)), PAGE);
	assert_int_equal(page[0], 0x02);
	assert_int_equal(page[PAGE - 1], 0);
}

/* A ring that never becomes empty: what came after as many pages as it has is not waited for. */
static void a_sync_ends_after_the_pages_of_a_ring(void **state)
{
	struct bench *bench = *state;
	unsigned i;

	put_pages(bench, 0, 200);
	pump_order(bench->pump, PUMP_RUNNING, 1);
	pump_sync(bench->pump, 1, 32);
	for (i = 0; i < 2000 && !pump_synced(bench->pump); i++) {
		get_pages(bench, i, 1);
		put_pages(bench, 200 + i, 1);
	}
	assert_true(i < 2000);
}

static void a_sync_waits_for_the_port(void **state)
{
	struct bench *bench = *state;

	pump_order(bench->pump, PUMP_RUNNING, 1);
	put_pages(bench, 0, 250);
	pump_sync(bench->pump, 1, 1000);
	get_pages(bench, 0, 10);
	assert_false(pump_synced(bench->pump));
	get_pages(bench, 10, 240);
	wait_synced(bench);
}

static void a_sync_does_not_wait_for_nobody(void **state)
{
	struct bench *bench = *state;

	put_pages(bench, 0, 2);
	close(bench->host);
	bench->host = -1;
	pump_order(bench->pump, PUMP_RUNNING, 1);
	pump_sync(bench->pump, 1, 1000);
	wait_synced(bench);
}

static void a_sync_while_stopped_or_draining(void **state)
{
	struct bench *bench = *state;

	pump_sync(bench->pump, 1, 1000);
	wait_synced(bench);
	put_pages(bench, 0, 250);
	pump_order(bench->pump, PUMP_DRAINING, 2);
	pump_sync(bench->pump, 2, 1000);
	get_pages(bench, 0, 250);
	wait_synced(bench);
	wait_drained(bench, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_sync_sends_what_is_there_and_goes_on, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_sync_sends_a_page_that_is_not_full, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_sync_ends_after_the_pages_of_a_ring, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_sync_waits_for_the_port, setup, teardown),
		cmocka_unit_test_setup_teardown(a_sync_does_not_wait_for_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(a_sync_while_stopped_or_draining, setup, teardown),
		cmocka_unit_test_setup_teardown(ring_is_changed_between_orders, setup, teardown),
		cmocka_unit_test_setup_teardown(pages_flow_while_running, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_flows_while_stopped, setup, teardown),
		cmocka_unit_test_setup_teardown(drained_means_all_is_out, setup, teardown),
		cmocka_unit_test_setup_teardown(full_port_is_waited_for, setup, teardown),
		cmocka_unit_test_setup_teardown(full_port_does_not_hold_the_end_up, setup,
						teardown),
		cmocka_unit_test_setup_teardown(start_while_draining_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(port_that_is_gone_is_told, setup, teardown),
		cmocka_unit_test(way_out_without_splice),
		cmocka_unit_test(shared_way_out_keeps_pages_whole),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
