// SPDX-License-Identifier: GPL-2.0-only
/* Opening the host's ends of channels: each thing that can be wrong has its own sentence. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tui/guest/channel_open.h"

struct place {
	char dir[64];
	char path[80];
	char in[96];
	char out[96];
	char error[512];
	struct channel_place place;
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (!place)
		return -1;
	strcpy(place->dir, "/tmp/vtrace-test-open-XXXXXX");
	if (!mkdtemp(place->dir))
		return -1;
	snprintf(place->path, sizeof(place->path), "%s/port", place->dir);
	snprintf(place->in, sizeof(place->in), "%s.in", place->path);
	snprintf(place->out, sizeof(place->out), "%s.out", place->path);
	place->place.kind = CHANNEL_PIPE;
	place->place.path = place->path;
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	unlink(place->in);
	unlink(place->out);
	unlink(place->path);
	rmdir(place->dir);
	free(place);
	return 0;
}

static int open_stream(struct place *place)
{
	return channel_open_stream(&place->place, place->error, sizeof(place->error));
}

static int open_control(struct place *place, int *in_fd, int *out_fd)
{
	return channel_open_control(&place->place, in_fd, out_fd, place->error,
				    sizeof(place->error));
}

static void fifo_missing(void **state)
{
	struct place *place = *state;

	assert_int_equal(open_stream(place), -ENOENT);
	assert_non_null(strstr(place->error, place->out));
	assert_non_null(strstr(place->error, "mkfifo"));
}

static void fifo_is_a_file(void **state)
{
	struct place *place = *state;

	close(open(place->out, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(open_stream(place), -EINVAL);
	assert_non_null(strstr(place->error, "is no FIFO"));
}

static void fifo_is_a_link(void **state)
{
	struct place *place = *state;

	assert_int_equal(symlink("/dev/zero", place->out), 0);
	assert_int_equal(open_stream(place), -ELOOP);
	assert_non_null(strstr(place->error, "symbolic link"));
}

static void no_descriptor_left(void **state)
{
	struct place *place = *state;
	struct rlimit before, none;
	int free_fd = dup(0), fifo, sock;

	close(free_fd);
	mkfifo(place->out, 0600);
	assert_int_equal(mknod(place->path, S_IFSOCK | 0600, 0), 0);
	getrlimit(RLIMIT_NOFILE, &before);
	none = (struct rlimit){(rlim_t)free_fd, before.rlim_max};
	setrlimit(RLIMIT_NOFILE, &none);
	fifo = open_stream(place);
	place->place.kind = CHANNEL_UNIX;
	sock = open_stream(place);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_int_equal(fifo, -EMFILE);
	assert_int_equal(sock, -EMFILE);
	assert_non_null(strstr(place->error, "ulimit -n"));
	assert_null(strstr(place->error, "XML"));
}

static void nobody_behind_the_fifos(void **state)
{
	struct place *place = *state;
	int in_fd, out_fd;

	mkfifo(place->in, 0600);
	mkfifo(place->out, 0600);
	assert_int_equal(open_control(place, &in_fd, &out_fd), -ENXIO);
	assert_non_null(strstr(place->error, "no QEMU"));
	assert_int_equal(in_fd, -1);
	assert_int_equal(out_fd, -1);
}

static void second_of_us_is_kept_out(void **state)
{
	struct place *place = *state;
	int first;

	mkfifo(place->out, 0600);
	first = open_stream(place);
	assert_true(first >= 0);
	assert_int_equal(open_stream(place), -EBUSY);
	assert_non_null(strstr(place->error, "another vtrace-top"));
	close(first);
	first = open_stream(place);
	assert_true(first >= 0);
	close(first);
}

/* Opens the FIFO, says so by a byte, and stays. */
static pid_t holder(const char *path, int flags)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (open(path, flags | O_NONBLOCK) >= 0 && write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void another_reader_is_named(void **state)
{
	struct place *place = *state;
	struct channels channels = {.control = place->place};
	char pid_text[32];
	pid_t pid;

	mkfifo(place->out, 0600);
	pid = holder(place->out, O_RDONLY);
	snprintf(pid_text, sizeof(pid_text), "process %d", (int)pid);
	assert_int_equal(channel_check_readers(&channels, place->error, sizeof(place->error)),
			 -EBUSY);
	assert_non_null(strstr(place->error, pid_text));
	assert_non_null(strstr(place->error, place->out));
	end(pid);
	assert_int_equal(channel_check_readers(&channels, place->error, sizeof(place->error)), 0);
}

static void qemu_is_no_reader(void **state)
{
	struct place *place = *state;
	struct channels channels = {.name = NULL};
	pid_t pid;

	channels.cpu[3] = place->place;
	mkfifo(place->out, 0600);
	pid = holder(place->out, O_RDWR);
	assert_int_equal(channel_check_readers(&channels, place->error, sizeof(place->error)), 0);
	end(pid);
}

static void sockets(void **state)
{
	struct place *place = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int in_fd, out_fd, listener, err;

	place->place.kind = CHANNEL_UNIX;
	assert_int_equal(open_control(place, &in_fd, &out_fd), -ENOENT);
	assert_non_null(strstr(place->error, "is it running?"));
	strcpy(address.sun_path, place->path);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(open_control(place, &in_fd, &out_fd), -ECONNREFUSED);
	assert_int_equal(listen(listener, 0), 0);
	assert_int_equal(open_control(place, &in_fd, &out_fd), 0);
	assert_int_equal(in_fd, out_fd);
	/* A backlog of 0 holds one connection; QEMU accepts no second one either. */
	err = open_stream(place);
	assert_int_equal(err, -EAGAIN);
	assert_non_null(strstr(place->error, "another program"));
	close(in_fd);
	close(listener);
}

/* QEMU's account, in whose directory it is, could lead root to anybody's socket. */
static void socket_is_a_link(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct place *place = *state;
	int in_fd, out_fd, listener = socket(AF_UNIX, SOCK_STREAM, 0);

	place->place.kind = CHANNEL_UNIX;
	strcpy(address.sun_path, place->in);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(symlink(place->in, place->path), 0);
	assert_int_equal(open_control(place, &in_fd, &out_fd), -ELOOP);
	assert_non_null(strstr(place->error, "symbolic link"));
	assert_int_equal(open_stream(place), -ELOOP);
	unlink(place->path);
	close(open(place->path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(open_stream(place), -ECONNREFUSED);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fifo_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(fifo_is_a_file, setup, teardown),
		cmocka_unit_test_setup_teardown(fifo_is_a_link, setup, teardown),
		cmocka_unit_test_setup_teardown(no_descriptor_left, setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_behind_the_fifos, setup, teardown),
		cmocka_unit_test_setup_teardown(second_of_us_is_kept_out, setup, teardown),
		cmocka_unit_test_setup_teardown(another_reader_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(qemu_is_no_reader, setup, teardown),
		cmocka_unit_test_setup_teardown(sockets, setup, teardown),
		cmocka_unit_test_setup_teardown(socket_is_a_link, setup, teardown),
	};

	return cmocka_run_group_tests_name("channel_open", tests, NULL, NULL);
}
