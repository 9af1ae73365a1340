// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/drain.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define BUDGET (1024 * 1024) /* bytes of one channel before the next one's turn */
#define QUIT   UINT64_MAX    /* in the place of a turn */

struct drain_thread {
	struct drain *drain;
	pthread_t thread;
	struct intake intake;
};

struct drain {
	int epoll;
	int wake; /* eventfd(2), to the server */
	int quit; /* eventfd(2), to the threads */
	sem_t started;
	pthread_rwlock_t gate;
	struct stream *const *streams;
	/* How often a CPU's channel was added: an event of one before may be in a thread's hands.
	 */
	uint32_t turns[VTRACE_MAX_CPUS];
	/* A stream goes from thread to thread through the epoll set, of which the language's memory
	 * model knows nothing: this says the same to it. */
	atomic_uint handed_on[VTRACE_MAX_CPUS];
	atomic_bool told, pages, attention, undecided, boot;
	unsigned count;
	struct drain_thread threads[DRAIN_THREADS + 1]; /* the first is the watch */
	int bell;					/* eventfd(2), to the watch */
	int watch;					/* epoll, of that and of quit */
};

static uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void tell(int fd)
{
	const uint64_t one = 1;

	while (write(fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static int arm(struct drain *drain, int fd, uint32_t cpu, int operation)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLONESHOT,
		.data.u64 = (uint64_t)drain->turns[cpu] << 32 | cpu,
	};

	return epoll_ctl(drain->epoll, operation, fd, &event) ? -errno : 0;
}

/* The server hears of what there is to hear. */
static void tell_news(struct drain *drain)
{
	if ((atomic_load(&drain->pages) || atomic_load(&drain->undecided) ||
	     atomic_load(&drain->attention) || atomic_load(&drain->boot)) &&
	    !atomic_exchange(&drain->told, true))
		tell(drain->wake);
}

/* Returns whether more is there, maybe. */
static bool read_stream(struct drain_thread *thread, struct stream *stream)
{
	struct drain *drain = thread->drain;
	uint64_t before = stream->stats.bytes;

	stream->intake = &thread->intake;
	if (stream_read(stream, BUDGET, clock_ms()))
		atomic_store(&drain->pages, true);
	if (stream_undecided(stream))
		atomic_store(&drain->undecided, true);
	if (stream->record_error || stream->stats.state != ENGINE_CHANNEL_OPEN)
		atomic_store(&drain->attention, true);
	return stream->stats.bytes - before >= BUDGET;
}

static void read_channel(struct drain_thread *thread, uint64_t turn)
{
	struct drain *drain = thread->drain;
	uint32_t cpu = (uint32_t)turn;
	struct stream *stream = drain->streams[cpu];

	atomic_load_explicit(&drain->handed_on[cpu], memory_order_acquire);
	/* It may have been closed since the event was there, or be another. */
	if (turn >> 32 != drain->turns[cpu] || !stream || stream->file || stream->fd < 0 ||
	    stream->stats.state != ENGINE_CHANNEL_OPEN)
		return;
	read_stream(thread, stream);
	tell_news(drain);
	if (stream->stats.state != ENGINE_CHANNEL_OPEN)
		return;
	atomic_fetch_add_explicit(&drain->handed_on[cpu], 1, memory_order_release);
	arm(drain, stream->fd, cpu, EPOLL_CTL_MOD);
}

static void *run(void *argument)
{
	struct drain_thread *thread = argument;
	struct drain *drain = thread->drain;
	struct epoll_event event;

	sem_post(&drain->started);
	for (;;) {
		if (epoll_wait(drain->epoll, &event, 1, -1) != 1)
			continue;
		if (event.data.u64 == QUIT)
			return NULL;
		pthread_rwlock_rdlock(&drain->gate);
		read_channel(thread, event.data.u64);
		pthread_rwlock_unlock(&drain->gate);
	}
}

/* ---- the watch ---- */

/* What a look at all streams with observers came to. */
struct sight {
	bool any;      /* there are some */
	bool more;     /* pages are left to be read */
	bool boot;     /* one has come to another boot */
	uint32_t part; /* of a ring that went by since the last look, the largest; in 64ths */
};

static void look_at(struct drain_thread *thread, struct stream *stream, struct sight *sight)
{
	uint64_t part = observer_progress(stream->observer);

	sight->any = true;
	if (!observer_at_boot(stream->observer))
		sight->more |= read_stream(thread, stream);
	sight->boot |= observer_at_boot(stream->observer);
	part = 64 * (part + observer_progress(stream->observer)) /
	       observer_subbufs(stream->observer);
	if (sight->part < part)
		sight->part = part < 64 ? (uint32_t)part : 64;
}

/* Returns ms until the next look; -1: there is nothing to look at. */
static int look_at_all(struct drain_thread *thread, int period)
{
	struct drain *drain = thread->drain;
	struct sight sight = {0};

	for (unsigned cpu = 0; drain->streams && cpu < VTRACE_MAX_CPUS; cpu++) {
		struct stream *stream = drain->streams[cpu];

		if (stream && stream->observer && stream->stats.state == ENGINE_CHANNEL_OPEN)
			look_at(thread, stream, &sight);
	}
	if (sight.boot && !sight.more)
		atomic_store(&drain->boot, true);
	tell_news(drain);
	if (!sight.any)
		return -1;
	if (sight.more)
		return 0;
	if (period <= 0)
		return DRAIN_WATCH_LEAST_MS;
	if (sight.part > 16)
		period /= 2;
	else if (sight.part < 4)
		period *= 2;
	return period < DRAIN_WATCH_LEAST_MS ? DRAIN_WATCH_LEAST_MS
	       : period > DRAIN_WATCH_MS     ? DRAIN_WATCH_MS
					     : period;
}

static void *run_watch(void *argument)
{
	struct drain_thread *thread = argument;
	struct drain *drain = thread->drain;
	struct epoll_event event;
	int period = -1;

	sem_post(&drain->started);
	for (;;) {
		int got = epoll_wait(drain->watch, &event, 1, period);
		uint64_t rings;

		if (got == 1 && event.data.u64 == QUIT)
			return NULL;
		if (got == 1)
			while (read(drain->bell, &rings, sizeof(rings)) < 0 && errno == EINTR)
				;
		pthread_rwlock_rdlock(&drain->gate);
		period = look_at_all(thread, period);
		pthread_rwlock_unlock(&drain->gate);
	}
}

/* ---- threads ---- */

/* Who waits to stop the threads does so before the next of them goes on. */
static int make_gate(pthread_rwlock_t *gate)
{
	pthread_rwlockattr_t attributes;
	int ret = pthread_rwlockattr_init(&attributes);

	if (!ret)
		ret = pthread_rwlockattr_setkind_np(&attributes,
						    PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	if (!ret)
		ret = pthread_rwlock_init(gate, &attributes);
	return -ret;
}

static int start_threads(struct drain *drain, const struct page_geometry *geometry)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	sigset_t all, before;
	int ret = 0;

	/* Signals are the first thread's. */
	sigfillset(&all);
	/* A fault of the thread's own is for who reports it (ASan). */
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&all, faults[i]);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (long i = 0; !ret && i <= DRAIN_THREADS && (i <= 1 || i <= cores); i++) {
		struct drain_thread *thread = &drain->threads[i];

		thread->drain = drain;
		ret = intake_init(&thread->intake, geometry->size);
		if (!ret)
			ret = -pthread_create(&thread->thread, NULL, i ? run : run_watch, thread);
		if (ret)
			intake_release(&thread->intake);
		else
			drain->count++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	/* What a thread calls when it starts is not allowed later. */
	for (unsigned i = 0; i < drain->count; i++)
		while (sem_wait(&drain->started) < 0)
			;
	return ret;
}

int drain_new(struct drain **drain, const struct page_geometry *geometry)
{
	struct drain *d = calloc(1, sizeof(*d));
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = QUIT};
	struct epoll_event bell = {.events = EPOLLIN};
	int ret;

	if (!d)
		return -ENOMEM;
	sem_init(&d->started, 0, 0);
	ret = make_gate(&d->gate);
	d->epoll = epoll_create1(EPOLL_CLOEXEC);
	d->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	d->quit = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	d->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	d->watch = epoll_create1(EPOLL_CLOEXEC);
	if (d->epoll < 0 || d->wake < 0 || d->quit < 0 || d->bell < 0 || d->watch < 0 ||
	    epoll_ctl(d->epoll, EPOLL_CTL_ADD, d->quit, &event) ||
	    epoll_ctl(d->watch, EPOLL_CTL_ADD, d->quit, &event) ||
	    epoll_ctl(d->watch, EPOLL_CTL_ADD, d->bell, &bell))
		ret = ret ? ret : -errno;
	if (!ret)
		ret = start_threads(d, geometry);
	if (ret) {
		drain_free(d);
		return ret;
	}
	*drain = d;
	return 0;
}

void drain_free(struct drain *drain)
{
	if (!drain)
		return;
	if (drain->quit >= 0)
		tell(drain->quit);
	for (unsigned i = 0; i < drain->count; i++) {
		pthread_join(drain->threads[i].thread, NULL);
		intake_release(&drain->threads[i].intake);
	}
	if (drain->epoll >= 0)
		close(drain->epoll);
	if (drain->wake >= 0)
		close(drain->wake);
	if (drain->quit >= 0)
		close(drain->quit);
	if (drain->bell >= 0)
		close(drain->bell);
	if (drain->watch >= 0)
		close(drain->watch);
	pthread_rwlock_destroy(&drain->gate);
	free(drain);
}

void drain_begin(struct drain *drain, struct stream *const *streams)
{
	drain->streams = streams;
}

int drain_fd(const struct drain *drain)
{
	return drain->wake;
}

void drain_stop(struct drain *drain)
{
	pthread_rwlock_wrlock(&drain->gate);
}

void drain_go(struct drain *drain)
{
	pthread_rwlock_unlock(&drain->gate);
}

int drain_add(struct drain *drain, int fd, uint32_t cpu)
{
	drain->turns[cpu]++;
	return arm(drain, fd, cpu, EPOLL_CTL_ADD);
}

void drain_remove(struct drain *drain, int fd)
{
	epoll_ctl(drain->epoll, EPOLL_CTL_DEL, fd, NULL);
}

void drain_watch(struct drain *drain)
{
	tell(drain->bell);
}

int drain_reserve(struct drain *drain, uint32_t page_size)
{
	int ret = 0;

	for (unsigned i = 0; !ret && i < drain->count; i++)
		ret = intake_reserve(&drain->threads[i].intake, page_size);
	return ret;
}

void drain_follow(struct drain *drain, const struct tally *tally)
{
	for (unsigned i = 0; i < drain->count; i++) {
		struct intake *own = &drain->threads[i].intake;

		intake_forget(own);
		for (unsigned id = 0; id < TALLY_IDS; id++)
			own->tally.by_id[id].wanted = tally->by_id[id].wanted;
	}
}

void drain_take_news(struct drain *drain, struct drain_news *news)
{
	uint64_t count;

	while (read(drain->wake, &count, sizeof(count)) < 0 && errno == EINTR)
		;
	atomic_store(&drain->told, false);
	news->pages = atomic_exchange(&drain->pages, false);
	news->attention = atomic_exchange(&drain->attention, false);
	news->undecided = atomic_exchange(&drain->undecided, false);
	news->boot = atomic_exchange(&drain->boot, false);
}
