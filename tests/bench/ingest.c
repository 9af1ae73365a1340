// SPDX-License-Identifier: GPL-2.0-only
/*
 * ingest KIND ROUNDS FORMATS FILE...: how fast an engine takes pages from channels into its store,
 * beside a cat of the same channels to /dev/null. Each FILE is one channel's bytes, written by a
 * process of its own from memory; engine and cats take turns at the same channels, opened in the
 * same way. KIND is fifo or socket: as fast as goes; or steady: a million events a second through
 * FIFOs, which is about CPU time then. The engine must have counted every event. Prints the
 * medians.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tui/engine/client.h"
#include "tui/engine/page.h"
#include "tui/guest/channel_open.h"

#define CHANNELS_MAX  16
#define PIECE	      (64 * 1024)	   /* bytes of a write */
#define MEMORY	      (UINT64_C(64) << 20) /* full before the clock starts */
#define STEADY_EVENTS 1000000.		   /* a second, of all channels */
#define STEADY_STEPS  200		   /* writes of a channel a second, while steady */

static const struct page_geometry geometry = {4096, 8, false};

struct channel {
	char place[PATH_MAX / 2];
	const uint8_t *bytes;
	size_t length;
	size_t warm_up; /* bytes of these that are written before, to fill the store */
	size_t events;
	size_t warm_events;
	int listener; /* of a socket; -1 */
	pid_t writer;
};

struct bench {
	bool socket;
	bool steady;
	int formats;
	struct channel channels[CHANNELS_MAX];
	unsigned count;
	size_t bytes;
	size_t events;
	size_t warm_up; /* bytes of all channels before the clock starts */
	size_t warm_events;
};

/* What one reader needed for all channels, ns. */
struct run {
	uint64_t wall;
	uint64_t cpu;
};

static void fail(const char *what)
{
	fprintf(stderr, "ingest: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts))
		fail("clock");
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void load(struct channel *channel, const char *path, size_t warm_up)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct page_summary summary;
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		fail(path);
	channel->length = (size_t)status.st_size;
	channel->bytes = mmap(NULL, channel->length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (channel->bytes == MAP_FAILED)
		fail(path);
	close(fd);
	channel->warm_up = warm_up < channel->length ? warm_up : channel->length;
	for (size_t at = 0; at + geometry.size <= channel->length; at += geometry.size)
		if (page_check(&geometry, channel->bytes + at, &summary) == PAGE_GOOD) {
			channel->events += summary.events;
			if (at < channel->warm_up)
				channel->warm_events += summary.events;
		}
}

/* ---- what a QEMU would do ---- */

static void write_all(int fd, const uint8_t *bytes, size_t length)
{
	while (length) {
		ssize_t n = write(fd, bytes, length < PIECE ? length : PIECE);

		if (n < 0)
			fail("write");
		bytes += n;
		length -= (size_t)n;
	}
}

/* So many whole pages a step that all channels together give the events that are wanted. */
static void write_steadily(const struct bench *bench, int fd, const struct channel *channel)
{
	size_t step = (size_t)(STEADY_EVENTS / STEADY_STEPS / (double)bench->events *
			       (double)channel->length / geometry.size) *
		      geometry.size;
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (size_t at = 0; at < channel->length; at += step) {
		size_t left = channel->length - at;

		write_all(fd, channel->bytes + at, left < step ? left : step);
		next.tv_nsec += 1000000000 / STEADY_STEPS;
		if (next.tv_nsec >= 1000000000) {
			next.tv_sec++;
			next.tv_nsec -= 1000000000;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
}

/* Have all of it mapped in this process, which would else be paid for while it is written. */
static void touch(const struct channel *channel)
{
	for (size_t at = 0; at < channel->length; at += geometry.size)
		(void)*(volatile const uint8_t *)(channel->bytes + at);
}

/* What a writer tells. */
enum {
	WRITER_OPEN,
	WRITER_WARM,
	WRITER_STEPS,
};

/* The writer tells ready when the channel is open and when the warm-up is written, and begins when
 * go is closed. */
static void start_writer(const struct bench *bench, struct channel *channel, const int *ready,
			 const int *go)
{
	char path[PATH_MAX], byte;
	int fd;

	channel->writer = fork();
	if (channel->writer)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(go[1]);
	close(ready[0]);
	touch(channel);
	snprintf(path, sizeof(path), "%s.out", channel->place);
	fd = bench->socket ? accept(channel->listener, NULL, NULL) : open(path, O_WRONLY);
	if (fd < 0)
		fail("channel");
	write_all(ready[1], &(const uint8_t){WRITER_OPEN}, 1);
	write_all(fd, channel->bytes, channel->warm_up);
	write_all(ready[1], &(const uint8_t){WRITER_WARM}, 1);
	while (read(go[0], &byte, 1) < 0 && errno == EINTR)
		;
	if (bench->steady)
		write_steadily(bench, fd, channel);
	else
		write_all(fd, channel->bytes, channel->length);
	_exit(0);
}

static void make_channel(const struct bench *bench, struct channel *channel, const char *place,
			 unsigned cpu)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[PATH_MAX];

	snprintf(channel->place, sizeof(channel->place), "%s/cpu%u", place, cpu);
	channel->listener = -1;
	if (bench->socket) {
		snprintf(address.sun_path, sizeof(address.sun_path), "%s/cpu%u", place, cpu);
		channel->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (bind(channel->listener, (struct sockaddr *)&address, sizeof(address)) ||
		    listen(channel->listener, 1))
			fail(address.sun_path);
	} else {
		snprintf(path, sizeof(path), "%s.out", channel->place);
		if (mkfifo(path, 0600))
			fail(path);
	}
}

/* ---- the readers ---- */

static struct engine_packet await(struct engine_client *client, enum engine_type type)
{
	struct pollfd pollfd = {.fd = engine_client_fd(client), .events = POLLIN};
	struct engine_packet packet;
	int got;

	while ((got = engine_client_receive(client, &packet)) >= 0) {
		if (!got)
			poll(&pollfd, 1, -1);
		else if (packet.type == type)
			return packet;
	}
	fail("the engine ended");
	return packet;
}

/* Bytes that the engine has read of all channels, or events that it has counted on them. */
static uint64_t count_stats(const struct bench *bench, struct engine_client *client, bool bytes)
{
	const struct engine_cpu_stats *cpu;
	struct engine_packet packet;
	uint64_t sum = 0;

	engine_client_send(client, ENGINE_STATS, NULL, 0, -1, NULL);
	packet = await(client, ENGINE_STATS_REPLY);
	cpu = (const void *)((const char *)packet.payload + sizeof(struct engine_stats));
	for (unsigned i = 0; i < bench->count; i++)
		sum += bytes ? cpu[i].bytes : cpu[i].events;
	return sum;
}

static int open_reader(const struct bench *bench, struct channel *channel)
{
	const struct channel_place place = {
		.kind = bench->socket ? CHANNEL_UNIX : CHANNEL_PIPE,
		.path = channel->place,
	};
	char error[512];
	int fd = channel_open_stream(&place, error, sizeof(error));

	if (fd < 0) {
		fprintf(stderr, "ingest: %s\n", error);
		exit(1);
	}
	return fd;
}

/* All writers have come to that step, one of them maybe farther. told: how many came to each. */
static void await_writers(const struct bench *bench, const int *ready, unsigned step,
			  unsigned *told)
{
	uint8_t byte;

	while (told[step] < bench->count) {
		ssize_t got = read(ready[0], &byte, 1);

		if (got == 1)
			told[byte]++;
		else if (!got || errno != EINTR)
			fail("a writer ended");
	}
}

static struct run read_by_engine(struct bench *bench, const int *ready, const int *go)
{
	const struct engine_config config = {.memory = MEMORY};
	struct engine_client *client;
	clockid_t cpu_clock;
	char error[512];
	struct run run;
	unsigned open_channels = bench->count, told[WRITER_STEPS] = {0};
	int fds[CHANNELS_MAX];

	if (engine_client_start(&client, &config, error, sizeof(error))) {
		fprintf(stderr, "ingest: %s\n", error);
		exit(1);
	}
	await(client, ENGINE_READY);
	engine_client_send(client, ENGINE_FORMATS, NULL, 0, bench->formats, NULL);
	await(client, ENGINE_FORMATS_REPLY);
	for (unsigned i = 0; i < bench->count; i++)
		fds[i] = open_reader(bench, &bench->channels[i]);
	/* Without its writer a FIFO reads as at its end. */
	await_writers(bench, ready, WRITER_OPEN, told);
	for (unsigned i = 0; i < bench->count; i++) {
		const struct engine_stream stream = {.cpu = i, .kind = ENGINE_STREAM_CHANNEL};

		engine_client_send(client, ENGINE_STREAM, &stream, sizeof(stream), fds[i], NULL);
		await(client, ENGINE_STREAM_STATE);
		close(fds[i]);
	}
	await_writers(bench, ready, WRITER_WARM, told);
	while (count_stats(bench, client, true) < bench->warm_up)
		usleep(1000);
	clock_getcpuclockid(engine_client_pid(client), &cpu_clock);
	run.cpu = clock_ns(cpu_clock);
	run.wall = clock_ns(CLOCK_MONOTONIC);
	close(go[1]);
	while (open_channels) {
		const struct engine_stream_state *state =
			await(client, ENGINE_STREAM_STATE).payload;

		open_channels -= state->state == ENGINE_CHANNEL_ENDED;
	}
	run.wall = clock_ns(CLOCK_MONOTONIC) - run.wall;
	run.cpu = clock_ns(cpu_clock) - run.cpu;
	errno = EIO;
	if (count_stats(bench, client, false) != bench->warm_events + bench->events)
		fail("the engine counts other events");
	engine_client_free(client);
	return run;
}

static pid_t start_cat(const struct bench *bench, struct channel *channel, const int *start)
{
	char byte;
	pid_t pid = fork();
	int fd, null;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(start[1]);
	fd = open_reader(bench, channel);
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null < 0)
		fail("/dev/null");
	/* What it would find before the writer is there is an end. */
	while (read(start[0], &byte, 1) < 0 && errno == EINTR)
		;
	fcntl(fd, F_SETFL, 0);
	dup2(fd, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	execlp("cat", "cat", (char *)NULL);
	fail("cat");
	return -1;
}

static uint64_t children_cpu(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
	       (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

static struct run read_by_cats(struct bench *bench, const int *ready, const int *go)
{
	unsigned told[WRITER_STEPS] = {0};
	pid_t cats[CHANNELS_MAX];
	clockid_t clock;
	struct run run;
	int start[2];

	if (pipe2(start, O_CLOEXEC))
		fail("pipe");
	for (unsigned i = 0; i < bench->count; i++)
		cats[i] = start_cat(bench, &bench->channels[i], start);
	await_writers(bench, ready, WRITER_OPEN, told);
	close(start[0]);
	close(start[1]);
	await_writers(bench, ready, WRITER_WARM, told);
	usleep(20000); /* until they have read it */
	run.cpu = children_cpu();
	for (unsigned i = 0; i < bench->count; i++)
		if (!clock_getcpuclockid(cats[i], &clock))
			run.cpu += clock_ns(clock);
	run.wall = clock_ns(CLOCK_MONOTONIC);
	close(go[1]);
	for (unsigned i = 0; i < bench->count; i++)
		waitpid(cats[i], NULL, 0);
	run.wall = clock_ns(CLOCK_MONOTONIC) - run.wall;
	run.cpu = children_cpu() - run.cpu; /* the writers are waited for later */
	return run;
}

/* ---- rounds ---- */

static struct run one_run(struct bench *bench, bool ours)
{
	char place[] = "/tmp/vtrace-bench.XXXXXX", path[PATH_MAX];
	struct run run;
	int ready[2], go[2];

	if (!mkdtemp(place) || pipe2(ready, O_CLOEXEC) || pipe2(go, O_CLOEXEC))
		fail("channels");
	for (unsigned i = 0; i < bench->count; i++) {
		make_channel(bench, &bench->channels[i], place, i);
		start_writer(bench, &bench->channels[i], ready, go);
	}
	close(go[0]);
	close(ready[1]);
	run = ours ? read_by_engine(bench, ready, go) : read_by_cats(bench, ready, go);
	close(ready[0]);
	for (unsigned i = 0; i < bench->count; i++) {
		struct channel *channel = &bench->channels[i];

		waitpid(channel->writer, NULL, 0);
		if (channel->listener >= 0)
			close(channel->listener);
		snprintf(path, sizeof(path), "%s%s", channel->place, bench->socket ? "" : ".out");
		unlink(path);
	}
	rmdir(place);
	return run;
}

static int by_size(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static uint64_t median(uint64_t *times, unsigned count)
{
	qsort(times, count, sizeof(*times), by_size);
	return times[count / 2];
}

/* The client looks beside this program for the engine. */
static void link_engine(void)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 32);

	if (length < 0)
		fail("/proc/self/exe");
	path[length] = '\0';
	strcpy(strrchr(path, '/'), "/vtrace-engine");
	if (symlink("../../vtrace-engine", path) && errno != EEXIST)
		fail(path);
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 4 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
	uint64_t *wall[2], *cpu[2];
	struct bench bench = {0};

	if (!rounds || argc - 4 > CHANNELS_MAX) {
		fprintf(stderr, "usage: ingest fifo|socket|steady ROUNDS FORMATS FILE...\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	link_engine();
	bench.socket = !strcmp(argv[1], "socket");
	bench.steady = !strcmp(argv[1], "steady");
	bench.formats = open(argv[3], O_RDONLY | O_CLOEXEC);
	if (bench.formats < 0)
		fail(argv[3]);
	for (int i = 4; i < argc; i++) {
		struct channel *channel = &bench.channels[bench.count++];

		/* A store twice full, whichever channel is ahead. */
		load(channel, argv[i], bench.steady ? 0 : 2 * MEMORY);
		bench.bytes += channel->length;
		bench.events += channel->events;
		bench.warm_up += channel->warm_up;
		bench.warm_events += channel->warm_events;
	}
	for (unsigned ours = 0; ours < 2; ours++) {
		wall[ours] = calloc(rounds, sizeof(**wall));
		cpu[ours] = calloc(rounds, sizeof(**cpu));
		if (!wall[ours] || !cpu[ours])
			fail("memory");
	}
	for (unsigned i = 0; i < rounds; i++)
		for (unsigned ours = 0; ours < 2; ours++) {
			struct run run = one_run(&bench, ours);

			wall[ours][i] = run.wall;
			cpu[ours][i] = run.cpu;
		}
	printf("bytes %zu events %zu ours_ns %" PRIu64 " cat_ns %" PRIu64 " ours_cpu_ns %" PRIu64
	       " cat_cpu_ns %" PRIu64 "\n",
	       bench.bytes, bench.events, median(wall[1], rounds), median(wall[0], rounds),
	       median(cpu[1], rounds), median(cpu[0], rounds));
	return 0;
}
