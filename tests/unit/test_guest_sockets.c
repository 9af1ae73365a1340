// SPDX-License-Identifier: GPL-2.0-only
/* A guest whose first CPU's channel is a socket, which comes and goes; and an engine that takes
 * nothing of what it is told meanwhile. */
#include "tests/unit/fake_guest.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "tui/guest/guest_private.h"

/* What a place without a path was taken for. */
#define NO_PATH "(null).out"

/* The first CPU's channel becomes a socket; a descriptor that listens at it. */
static int make_socket(struct fake *fake)
{
	struct channel_place *place = &fake->channels.cpu[0];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	place->kind = CHANNEL_UNIX;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/cpu0", fake->dir);
	free(place->path);
	place->path = strdup(address.sun_path);
	assert_non_null(place->path);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	return listener;
}

/* Has somebody connected? Once *fd is a descriptor, for good. */
static bool accepted(int listener, int *fd)
{
	if (*fd < 0)
		*fd = accept(listener, NULL, NULL);
	return *fd >= 0;
}

static void open_with_socket(struct fake *fake, int *listener, int *qemu)
{
	*listener = make_socket(fake);
	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	*qemu = accept(*listener, NULL, NULL);
	assert_true(*qemu >= 0);
}

static unsigned count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static void a_socket_that_comes_back(void **state)
{
	struct fake *fake = *state;
	int listener, qemu, again = -1;

	open_with_socket(fake, &listener, &qemu);
	close(qemu);
	turn_until(fake, accepted(listener, &again));
	close(again);
	close(listener);
}

/* What there is no channel of any more is not looked for where this program was started. */
static void a_domain_comes_back_with_fewer_cpus(void **state)
{
	struct fake *fake = *state;
	int listener, qemu, again = -1;
	char error[256];

	open_with_socket(fake, &listener, &qemu);
	assert_int_equal(chdir(fake->dir), 0);
	assert_int_equal(mkfifo(NO_PATH, 0600), 0);
	guest_domain_event(fake->guest, "stopped", "destroyed", true);
	close(qemu);
	qemu = -1;
	free(fake->channels.cpu[1].path);
	fake->channels.cpu[1] = (struct channel_place){.kind = CHANNEL_NONE};
	fake->channels.cpus--;
	assert_int_equal(guest_come_back(fake->guest, &fake->channels, error, sizeof(error)), 0);
	turn_until(fake, accepted(listener, &qemu));
	close(qemu);
	turn_until(fake, accepted(listener, &again));
	assert_int_equal(open(NO_PATH, O_WRONLY | O_NONBLOCK | O_CLOEXEC), -1);
	assert_int_equal(errno, ENXIO); /* nobody reads it */
	assert_int_equal(chdir("/"), 0);
	close(again);
	close(listener);
}

/* Orders wait while it is stopped, up to a limit. */
static int stop_engine(struct fake *fake)
{
	int err = 0;

	assert_int_equal(kill(guest_engine_pid(fake->guest), SIGSTOP), 0);
	for (unsigned i = 0; !err && i < 1 << 20; i++)
		err = guest_clear(fake->guest);
	return err;
}

static void an_engine_that_takes_no_orders(void **state)
{
	struct fake *fake = *state;

	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
	assert_int_equal(stop_engine(fake), -ENOBUFS);
	assert_int_equal(kill(guest_engine_pid(fake->guest), SIGCONT), 0);
	turn_until(fake, guest_clear(fake->guest) == 0);
	turn_until(fake, guest_request_stats(fake->guest) == 0);
	turn_until(fake, fake->stats);
}

/* An engine that was taken over says of a channel that it has ended, as often as it likes, and
 * takes none of those that are opened for it. */
static void channels_do_not_pile_up_in_front_of_an_engine(void **state)
{
	const struct engine_stream_state ended = {.cpu = 0, .state = ENGINE_CHANNEL_ENDED};
	struct fake *fake = *state;
	int listener, qemu;
	unsigned before;

	open_with_socket(fake, &listener, &qemu);
	assert_int_equal(kill(guest_engine_pid(fake->guest), SIGSTOP), 0);
	while (!engine_link_is_behind(&fake->guest->link))
		assert_int_equal(guest_clear(fake->guest), 0);
	streams_state(fake->guest, &ended);
	before = count_descriptors();
	for (unsigned round = 0; round < 3; round++) {
		time_t begun = time(NULL);

		turn_until(fake, time(NULL) >= begun + 2);
		streams_state(fake->guest, &ended);
	}
	assert_in_range(count_descriptors(), 0, before);
	assert_true(guest_engine_alive(fake->guest));
	close(qemu);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(a_socket_that_comes_back),
		GUEST_TEST(a_domain_comes_back_with_fewer_cpus),
		GUEST_TEST(an_engine_that_takes_no_orders),
		GUEST_TEST(channels_do_not_pile_up_in_front_of_an_engine),
	};

	return cmocka_run_group_tests(tests, group_setup, NULL);
}
