// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: stalled SIGNAL RECORDING COMMAND...
 *
 * Runs COMMAND, a vtrace-top that traces a guest and records it into RECORDING, in a terminal that
 * nobody reads any more once it has begun: what it draws fills the terminal's buffer, as over a
 * connection that hangs. The recording must go on all the same, and SIGNAL must end the console.
 * A TAP test for each.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "tests/screen/pty.h"

#define PATIENCE 60000000000ull /* ns, on a slow and busy machine */
#define STEP_NS	 50000000
#define GROWTH	 (1 << 20) /* bytes that come while nobody reads */

static unsigned tests, failed;

static void check(bool good, const char *what)
{
	printf("%s %u - %s\n", good ? "ok" : "not ok", ++tests, what);
	fflush(stdout);
	failed += !good;
}

static void pause_shortly(void)
{
	nanosleep(&(struct timespec){.tv_nsec = STEP_NS}, NULL);
}

/* Bytes of pages in a capture. */
static off_t recorded(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	struct stat st;
	off_t bytes = 0;

	while (dir && (entry = readdir(dir)))
		if (strstr(entry->d_name, ".raw") && !fstatat(dirfd(dir), entry->d_name, &st, 0))
			bytes += st.st_size;
	if (dir)
		closedir(dir);
	return bytes;
}

static bool grows_to(const char *path, off_t bytes)
{
	uint64_t end = pty_now() + PATIENCE;

	while (recorded(path) < bytes && pty_now() < end)
		pause_shortly();
	return recorded(path) >= bytes;
}

/* Has it given up to wait for the terminal? */
static bool has_given_up(pid_t pid)
{
	char path[64], to[64] = "";

	snprintf(path, sizeof(path), "/proc/%d/fd/1", pid);
	return readlink(path, to, sizeof(to) - 1) > 0 && !strcmp(to, "/dev/null");
}

/* Keys that draw everything anew, until it has. */
static bool fill(struct pty *pty)
{
	uint64_t end = pty_now() + PATIENCE;

	for (unsigned i = 0; !has_given_up(pty->pid) && pty_now() < end; i++) {
		if (i < 200) /* more may not be taken either */
			pty_type(pty, i % 2 ? "\014" : "m");
		pause_shortly();
	}
	return has_given_up(pty->pid);
}

static bool shows_recording(struct pty *pty)
{
	uint64_t end = pty_now() + PATIENCE;

	while (!pty_shows(pty, 0, 0, " rec ") && pty_now() < end)
		pty_read(pty, 100);
	return pty_shows(pty, 0, 0, " rec ");
}

/* The status that it ends with; -1: it does not. */
static int ends(pid_t pid)
{
	uint64_t end = pty_now() + PATIENCE;
	int status;

	while (pty_now() < end) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		pause_shortly();
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -1;
}

int main(int argc, char **argv)
{
	static struct pty pty;
	off_t before;

	if (argc < 4)
		pty_die("Usage", "stalled SIGNAL RECORDING COMMAND...");
	pty_start(&pty, 24, 120, argv + 3);
	check(shows_recording(&pty), "it records");
	check(fill(&pty), "nobody reads the terminal: it does not wait for ever");
	before = recorded(argv[2]);
	check(grows_to(argv[2], before + GROWTH), "the recording goes on");
	while (pty_read(&pty, 0))
		; /* what was drawn before */
	for (int row = 0; row < pty.rows; row++)
		pty_blank(&pty, row, 0, PTY_COLUMNS);
	check(shows_recording(&pty), "somebody reads again: all is drawn anew");
	check(fill(&pty), "nobody reads again");
	kill(pty.pid, (int)strtol(argv[1], NULL, 10));
	check(!ends(pty.pid), "the signal ends it with status 0, though nobody reads");
	printf("1..%u\n", tests);
	return failed != 0;
}
