// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tests of the guest kernel do inside the guest, where a shell does not reach: splice and
 * tee pages of a ring buffer into ports, in ways in which trace-agent never would. Static, one
 * command a run, see usage(). "check" runs on the host. Exit 0, or 1 with a sentence on stderr.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "formats/names.h"
#include "guest-agent/ports.h"

#define TRACEFS	  "/sys/kernel/tracing"
#define PIPE_SIZE (1 << 20)

static void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

static void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("ring-test: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static void usage(void) __attribute__((noreturn));

static void usage(void)
{
	fputs("usage: ring-test COMMAND\n"
	      "  mark CPU COUNT              write 'seq CPU N', N from 0, into trace_marker\n"
	      "  tee CPU PORT PORT2 PAGES    the CPU's pages to PORT, and to PORT2 from a tee\n"
	      "  map CPU                     map the CPU's ring buffer until a signal comes\n"
	      "  pattern PORT BYTES SEED [fail|block]  a counter, spliced in pieces of any "
	      "length;\n"
	      "                              fail: with injected faults, block: into a port that\n"
	      "                              blocks, with a signal every 10 ms\n"
	      "  check FILE BYTES            whether FILE begins with what pattern sends\n"
	      "  storm PORT SEED             splice, tee, close and begin again, two at once, "
	      "until\n"
	      "                              a signal comes; a line \"life\" each time\n",
	      stderr);
	exit(2);
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end)
		die("'%s' is no number", text);
	return value;
}

static void bind_to(unsigned long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot run on CPU %lu: %s", cpu, strerror(errno));
}

static int open_pages(unsigned long cpu)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), TRACEFS "/per_cpu/cpu%lu/trace_pipe_raw", cpu);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

static void open_pipe(int pipe_fd[2])
{
	if (pipe2(pipe_fd, O_CLOEXEC | O_NONBLOCK) ||
	    fcntl(pipe_fd[1], F_SETPIPE_SZ, PIPE_SIZE) < 0)
		die("pipe: %s", strerror(errno));
}

static int must_open_port(const char *name)
{
	int fd = port_open(name, O_WRONLY);

	if (fd < 0)
		die("port %s: %s", name, strerror(-fd));
	return fd;
}

static int mark(unsigned long cpu, unsigned long count)
{
	int fd = open(TRACEFS "/trace_marker", O_WRONLY | O_CLOEXEC);
	char text[64];

	if (fd < 0)
		die("trace_marker: %s", strerror(errno));
	bind_to(cpu);
	for (unsigned long i = 0; i < count; i++) {
		int n = snprintf(text, sizeof(text), "seq %lu %lu\n", cpu, i);

		if (write(fd, text, (size_t)n) != n)
			die("mark %lu: %s", i, strerror(errno));
	}
	return 0;
}

static void wait_for(int fd, short events)
{
	struct pollfd poll_fd = {.fd = fd, .events = events};

	if (poll(&poll_fd, 1, 1000) < 0 && errno != EINTR)
		die("poll: %s", strerror(errno));
}

/* All that the pipe holds, n bytes, to the port; the host reads at its leisure. */
static void drain(int from, int port, size_t n)
{
	while (n > 0) {
		ssize_t moved = splice(from, NULL, port, NULL, n, SPLICE_F_MOVE);

		if (moved > 0)
			n -= (size_t)moved;
		else if (moved < 0 && errno == EAGAIN)
			wait_for(port, POLLOUT);
		else
			die("splice to the port: %s", moved ? strerror(errno) : "0 bytes");
	}
}

/*
 * The pages of one pipe go to the first port at once. Their copies by tee, in the second pipe, wait
 * until the first have been consumed and their like are in use again, if anything is wrong with
 * the counting of references.
 */
static int tee_pages(unsigned long cpu, const char *first, const char *second, unsigned long pages)
{
	int raw = open_pages(cpu), a[2], b[2];
	int port = must_open_port(first), port2 = must_open_port(second);
	size_t page = (size_t)getpagesize(), waiting = 0;

	open_pipe(a);
	open_pipe(b);
	while (pages > 0) {
		size_t burst = pages < 16 ? pages : 16;
		ssize_t n = splice(raw, NULL, a[1], NULL, burst * page, SPLICE_F_NONBLOCK);
		ssize_t copied;

		if (n < 0 && errno != EAGAIN)
			die("splice from the ring buffer: %s", strerror(errno));
		if (n <= 0) {
			usleep(5000);
			continue;
		}
		copied = tee(a[0], b[1], (size_t)n, SPLICE_F_NONBLOCK);
		if (copied != n)
			die("tee: %s", copied < 0 ? strerror(errno) : "short");
		drain(a[0], port, (size_t)n);
		waiting += (size_t)n;
		pages -= (size_t)n / page;
		if (waiting + 16 * page > PIPE_SIZE / 2 || pages == 0) {
			drain(b[0], port2, waiting);
			waiting = 0;
		}
	}
	return 0;
}

static int map(unsigned long cpu)
{
	/* The meta page of 6.10 and later is enough to make the kernel map all of it. */
	int raw = open_pages(cpu);
	void *meta = mmap(NULL, (size_t)getpagesize(), PROT_READ, MAP_SHARED, raw, 0);

	if (meta == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	puts("mapped");
	fflush(stdout);
	pause();
	return 0;
}

/* Linux, Documentation/fault-injection: task-filter. */
static void make_it_fail(void)
{
	int fd = open("/proc/self/make-it-fail", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "1", 1) != 1)
		die("make-it-fail: %s", strerror(errno));
	close(fd);
}

static void ignore(int signal_number)
{
	(void)signal_number;
}

/* With signals that interrupt whoever waits. */
static void make_it_block(int port)
{
	struct sigaction action = {.sa_handler = ignore};
	struct itimerval every = {{0, 10000}, {0, 10000}};

	if (fcntl(port, F_SETFL, 0) || sigaction(SIGALRM, &action, NULL) ||
	    setitimer(ITIMER_REAL, &every, NULL))
		die("cannot let the port block: %s", strerror(errno));
}

/*
 * A counter of eight bytes, in writes of any length, spliced in pieces of any length. After poll()
 * said that the port takes something, it must take something, if memory does not lack.
 */
static int pattern(const char *name, unsigned long bytes, unsigned long seed, const char *how)
{
	static uint64_t words[8192];
	int port = must_open_port(name), pipe_fd[2];
	unsigned long written = 0, sent = 0, lies = 0, starved = 0, interrupted = 0;
	bool promised = false;

	open_pipe(pipe_fd);
	srandom((unsigned)seed);
	if (!strcmp(how, "fail"))
		make_it_fail();
	else if (!strcmp(how, "block"))
		make_it_block(port);
	while (sent < bytes) {
		size_t want = 1 + (size_t)random() % (sizeof(words) / 2);
		ssize_t n;

		if (want > bytes - written)
			want = bytes - written;
		for (size_t i = 0; i < want / 8 + 2; i++)
			words[i] = written / 8 + i;
		n = want ? write(pipe_fd[1], (char *)words + written % 8, want) : 0;
		if (n > 0)
			written += (unsigned long)n;
		else if (n < 0 && errno != EAGAIN && errno != ENOMEM)
			die("write: %s", strerror(errno));
		if (random() % 4 == 0 && written < bytes && written - sent < PIPE_SIZE / 2)
			continue;

		n = splice(pipe_fd[0], NULL, port, NULL, 1 + (size_t)random() % (512 * 1024),
			   SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
		if (n > 0) {
			sent += (unsigned long)n;
			promised = false;
		} else if (n < 0 && errno == ENOMEM) {
			starved++;
		} else if (n < 0 && errno == EINTR) {
			interrupted++;
		} else if (n < 0 && errno == EAGAIN) {
			struct pollfd poll_fd = {.fd = port, .events = POLLOUT};

			lies += promised;
			promised = poll(&poll_fd, 1, 1000) == 1 && poll_fd.revents == POLLOUT;
		} else if (written > sent) {
			die("splice after %lu of %lu bytes: %s", sent, written,
			    n ? strerror(errno) : "0");
		}
	}
	printf("sent %lu starved %lu interrupted %lu lies %lu\n", sent, starved, interrupted, lies);
	return lies ? 1 : 0;
}

static int check(const char *path, unsigned long bytes)
{
	FILE *file = fopen(path, "r");
	uint64_t word;
	unsigned long at = 0;

	if (!file)
		die("%s: %s", path, strerror(errno));
	for (; at + 8 <= bytes && fread(&word, sizeof(word), 1, file) == 1; at += 8) {
		if (word != at / 8)
			die("%s: at byte %lu stands word %lu and not %lu", path, at,
			    (unsigned long)word, at / 8);
	}
	fclose(file);
	if (at + 8 <= bytes)
		die("%s ends after %lu bytes, of %lu", path, at, bytes);
	return 0;
}

/* One life of storm: some splices and tees, and an end with whatever is in the pipes then. */
static void storm_once(unsigned long cpu, int port)
{
	int raw = open_pages(cpu), a[2], b[2];
	size_t page = (size_t)getpagesize();

	open_pipe(a);
	open_pipe(b);
	for (long turns = random() % 200; turns > 0; turns--) {
		ssize_t n = splice(raw, NULL, a[1], NULL, (1 + (size_t)random() % 64) * page,
				   SPLICE_F_NONBLOCK);
		size_t some = 1 + (size_t)random() % (64 * page);

		if (n <= 0)
			usleep(1000);
		if (random() % 3 == 0)
			n = tee(a[0], b[1], some, SPLICE_F_NONBLOCK);
		if (random() % 2 == 0)
			some = PIPE_SIZE;
		n = splice(a[0], NULL, port, NULL, some, SPLICE_F_NONBLOCK);
		if (n < 0 && errno == ENODEV)
			break;
		if (n < 0 && random() % 8 == 0)
			wait_for(port, POLLOUT);
		if (random() % 3 == 0)
			n = splice(b[0], NULL, port, NULL, some, SPLICE_F_NONBLOCK);
	}
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
	close(raw);
}

/* Two at a time have the port: it can be opened once only, so they share the descriptor. */
static void __attribute__((noreturn)) storm(const char *name, unsigned long seed)
{
	srandom((unsigned)seed);
	for (;;) {
		/* Not there while it is unplugged. */
		int port = port_open(name, O_WRONLY);
		pid_t child;

		if (port < 0) {
			usleep(20000);
			continue;
		}
		child = fork();
		if (child < 0)
			die("fork: %s", strerror(errno));
		srandom((unsigned)(random() + (child == 0)));
		storm_once(child == 0, port);
		if (child == 0)
			_exit(0);
		waitpid(child, NULL, 0);
		close(port);
		puts("life");
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "mark"))
		return mark(number(argv[2]), number(argv[3]));
	if (argc == 6 && !strcmp(argv[1], "tee"))
		return tee_pages(number(argv[2]), argv[3], argv[4], number(argv[5]));
	if (argc == 3 && !strcmp(argv[1], "map"))
		return map(number(argv[2]));
	if ((argc == 5 || argc == 6) && !strcmp(argv[1], "pattern"))
		return pattern(argv[2], number(argv[3]), number(argv[4]), argc == 6 ? argv[5] : "");
	if (argc == 4 && !strcmp(argv[1], "check"))
		return check(argv[2], number(argv[3]));
	if (argc == 4 && !strcmp(argv[1], "storm"))
		storm(argv[2], number(argv[3]));
	usage();
}
