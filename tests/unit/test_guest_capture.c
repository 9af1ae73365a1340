// SPDX-License-Identifier: GPL-2.0-only
/* What of a guest is written, and what is left when it goes. */
#include <sys/resource.h>

#include "tests/unit/dat_file.h"
#include "tests/unit/fake_guest.h"

static void records_from_the_first_page(void **state)
{
	struct guest_options options = {.memory = 1 << 20};
	struct fake *fake = *state;
	char path[96], error[512];

	snprintf(path, sizeof(path), "%s/capture", fake->dir);
	assert_int_equal(open_guest(fake, path), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	send_page(fake, 0, 1000, 3);
	send_page(fake, 0, 2000, 3);
	send_page(fake, 1, 1500, 1);
	expect_rows(fake, 7);
	guest_free(fake->guest);
	fake->guest = NULL;
	assert_int_equal(fake->saves, 1);
	assert_int_equal(fake->saved_error, 0);
	assert_int_equal(fake->saved_pages, 3);
	/* The capture gives the same rows, and cannot be traced. */
	fake->rows = 0;
	assert_int_equal(guest_open_capture(&fake->guest, path, &options, &events, fake, error,
					    sizeof(error)),
			 0);
	assert_int_equal(guest_state(fake->guest), GUEST_REPLAY);
	assert_int_equal(guest_start(fake->guest), -EOPNOTSUPP);
	turn_until(fake, !guest_waiting(fake->guest));
	expect_rows(fake, 7);
	assert_int_equal(guest_formats(fake->guest)->events, 1);
}

static void a_recording_overwrites_nothing(void **state)
{
	struct fake *fake = *state;

	assert_int_equal(open_guest(fake, fake->share), -EEXIST);
	assert_true(said(fake, "exists"));
}

#ifndef VTRACE_VALGRIND /* where open(2) makes the file, and is told to have failed after that */
static void nothing_is_left_of_what_can_not_be_saved(void **state)
{
	static const char *const names[] = {"capture", "capture.dat"};
	struct fake *fake = *state;
	struct rlimit before, none;
	char path[96], error[512];

	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	send_page(fake, 1, 1000, 9);
	expect_rows(fake, 9);
	getrlimit(RLIMIT_NOFILE, &before);
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int last = dup(0), err = -EMFILE;
		unsigned more;

		close(last);
		snprintf(path, sizeof(path), "%s/%s", fake->dir, names[i]);
		/* With one more each time, it fails at another step. */
		for (more = 0; err; more++) {
			none = (struct rlimit){(rlim_t)last + more, before.rlim_max};
			setrlimit(RLIMIT_NOFILE, &none);
			err = guest_save(fake->guest, path, error, sizeof(error));
			setrlimit(RLIMIT_NOFILE, &before);
			if (!err)
				break;
			if (err != -EMFILE)
				fail_msg("%u more: %d, %s", more, err, error);
			assert_non_null(strstr(error, "Too many open files"));
			assert_int_equal(access(path, F_OK), -1);
		}
		assert_true(more > 1);
		turn_until(fake, fake->saves == i + 1);
		assert_int_equal(fake->saved_error, 0);
		assert_int_equal(fake->saved_pages, 1);
	}
}
#endif

static void saves_what_is_held(void **state)
{
	struct fake *fake = *state;
	char path[96], error[512];

	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	send_page(fake, 1, 1000, 9);
	expect_rows(fake, 9);
	assert_int_equal(guest_save(fake->guest, fake->share, error, sizeof(error)), -EEXIST);
	snprintf(path, sizeof(path), "%s/capture", fake->dir);
	assert_int_equal(guest_save(fake->guest, path, error, sizeof(error)), 0);
	turn_until(fake, fake->saves == 1);
	assert_int_equal(fake->saved_error, 0);
	assert_int_equal(fake->saved_pages, 1);
}

/* The times of a trace.dat's pages, one CPU behind the other; 0 behind the last one. */
static void dat_times(const char *path, uint64_t *times, unsigned room)
{
	struct dat_file file = {0};
	unsigned cpus;
	size_t at;

	dat_file_read(&file, path);
	at = dat_table_at(&file, &cpus);
	assert_int_equal(cpus, CPUS);
	for (; cpus--; at += 20) {
		size_t page = dat_number(&file, at + 4, 8);

		for (uint64_t size = dat_number(&file, at + 12, 8); size; size -= PAGE_SIZE) {
			assert_true(--room);
			*times++ = dat_number(&file, page, 8);
			page += PAGE_SIZE;
		}
	}
	*times = 0;
	free(file.bytes);
}

static void records_a_trace_dat(void **state)
{
	struct fake *fake = *state;
	uint64_t times[8];
	char path[96];

	snprintf(path, sizeof(path), "%s/x.dat", fake->dir);
	assert_int_equal(open_guest(fake, path), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	send_page(fake, 1, 1000, 3);
	send_page(fake, 0, 1500, 3);
	send_page(fake, 1, 2000, 1);
	expect_rows(fake, 7);
	guest_free(fake->guest);
	fake->guest = NULL;
	assert_int_equal(fake->saves, 1);
	assert_int_equal(fake->saved_error, 0);
	assert_int_equal(fake->saved_pages, 3);
	dat_times(path, times, 8);
	assert_int_equal(times[0], 1500);
	assert_int_equal(times[1], 1000);
	assert_int_equal(times[2], 2000);
	assert_int_equal(times[3], 0);
	/* It stays as it is. */
	assert_int_equal(open_guest(fake, path), -EEXIST);
	assert_true(said(fake, "a trace.dat is written to a new file"));
}

static void saves_a_trace_dat(void **state)
{
	struct fake *fake = *state;
	char path[96], error[512];
	uint64_t times[8];

	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	send_page(fake, 0, 1000, 4);
	send_page(fake, 0, 2000, 4);
	send_page(fake, 1, 1500, 1);
	expect_rows(fake, 9);
	snprintf(path, sizeof(path), "%s/x.dat", fake->dir);
	assert_int_equal(guest_save(fake->guest, path, error, sizeof(error)), 0);
	turn_until(fake, fake->saves == 1);
	assert_int_equal(fake->saved_error, 0);
	assert_int_equal(fake->saved_pages, 3);
	dat_times(path, times, 8);
	assert_int_equal(times[0], 1000);
	assert_int_equal(times[1], 2000);
	assert_int_equal(times[2], 1500);
	assert_int_equal(times[3], 0);
}

/* Formats of the new boot would make nonsense of the pages before; no page is lost. */
static void a_trace_dat_over_a_reboot(void **state)
{
	struct dat_file file = {0};
	struct fake *fake = *state;
	uint64_t times[8];
	size_t at, size;
	char path[96];

	snprintf(path, sizeof(path), "%s/x.dat", fake->dir);
	assert_int_equal(open_guest(fake, path), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	send_page(fake, 0, 5000, 1);
	expect_rows(fake, 1);
	fake->boot_id = "boot-two";
	fake->kernel = "6.99";
	fake->state = "stopped";
	fake->tracing_on = 0;
	say(fake, "note agent started\n");
	turn_until(fake, fake->exports == 2 && is(fake, GUEST_TRACING));
	assert_true(said(fake, "x.dat keeps the event formats of the boot before"));
	send_page(fake, 0, 1000, 2);
	expect_rows(fake, 3);
	guest_free(fake->guest);
	fake->guest = NULL;
	assert_int_equal(fake->saved_pages, 2);
	dat_times(path, times, 8);
	assert_int_equal(times[0], 5000);
	assert_int_equal(times[1], 1000);
	dat_file_read(&file, path);
	at = dat_option(&file, TRACE_DAT_UNAME, &size);
	assert_null(strstr((char *)file.bytes + at, "6.99"));
	free(file.bytes);
}

static void domain_goes(void **state)
{
	struct fake *fake = *state;
	char path[96];

	snprintf(path, sizeof(path), "%s/capture", fake->dir);
	assert_int_equal(open_guest(fake, path), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	/* The last pages are still in the channels when QEMU has gone. */
	send_page(fake, 0, 1000, 3);
	send_page(fake, 1, 1000, 3);
	qemu_ends(fake);
	guest_domain_event(fake->guest, "stopped", "destroyed", true);
	assert_true(said(fake, "stopped (destroyed)"));
	assert_int_equal(guest_state(fake->guest), GUEST_GONE);
	assert_int_equal(guest_stop(fake->guest), -ENOTCONN);
	turn_until(fake, fake->saves == 1);
	assert_int_equal(fake->saved_pages, 2);
	expect_rows(fake, 6);
}

static void qemu_ends_without_libvirt(void **state)
{
	struct fake *fake = *state;

	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	qemu_ends(fake);
	turn_until(fake, is(fake, GUEST_GONE));
	assert_true(said(fake, "QEMU closed the channels"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(records_from_the_first_page),
		GUEST_TEST(a_recording_overwrites_nothing),
		GUEST_TEST(records_a_trace_dat),
		GUEST_TEST(saves_a_trace_dat),
		GUEST_TEST(a_trace_dat_over_a_reboot),
#ifndef VTRACE_VALGRIND
		GUEST_TEST(nothing_is_left_of_what_can_not_be_saved),
#endif
		GUEST_TEST(saves_what_is_held),
		GUEST_TEST(domain_goes),
		GUEST_TEST(qemu_ends_without_libvirt),
	};

	return cmocka_run_group_tests_name("guest_capture", tests, group_setup, NULL);
}
