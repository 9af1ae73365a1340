// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/pump.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "formats/names.h"

/*
 * poll() on trace_pipe_raw wakes when the ring is filled to buffer_percent, which is half by
 * default: late for a person who watches. So while pages come the ring is tried again after a
 * pause. It goes from the first to the second of these while a try finds few pages, and back while
 * it finds many: each try costs the guest a switch of tasks, and its events, and that is all that
 * tracing at a low rate costs. poll() is there for the burst that would overflow the ring within a
 * pause. While none come, it is tried when a flush is due.
 */
#define PAUSE_MIN_MS 10
#define PAUSE_MAX_MS 50

/* How long to leave a way out alone that has nobody at its other end, or that is full: poll() says
 * when that is over, so each further try waits twice as long, up to the second. And how often an
 * unbound pump asks for its CPU. */
#define RETRY_MS     200
#define RETRY_MAX_MS 1000
#define BIND_MS	     1000

/* read() says 0 when a page is there but being written. So often in a row is odd: look away. */
#define UNREADABLE_MAX 50

struct pump {
	unsigned cpu;
	int pages;
	int out;
	pthread_mutex_t *shared;
	int report;
	int wake;
	int pipe[2];
	pthread_t thread;
	atomic_size_t subbuf_size;

	/* Orders: the phase in the low two bits, the epoch above. */
	atomic_uint order;
	atomic_uint drained; /* the order to drain that was carried out last, 0 at first */

	/* Requests to sync, counted: wanted, and carried out by the thread. */
	atomic_uint sync;
	atomic_uint synced;
	atomic_size_t sync_pages;

	/* The thread's own. */
	unsigned syncing; /* the request that these are about */
	bool sync_taken;  /* all that it wants is out of the ring */
	size_t sync_left; /* pages that may still hold something of it */
	size_t pipe_size;
	size_t held;	/* bytes in the pipe and in buffer, on their way out */
	size_t burst;	/* pages taken from the ring at a time */
	size_t load_at; /* buffer[load_at, load_end) was read from the ring, for the pipe */
	size_t load_end;
	size_t copy_at; /* buffer[copy_at, copy_end) was read from the pipe to be written */
	size_t copy_end;
	bool copies;	 /* out takes no splice */
	bool ring_ready; /* poll() said that the ring has pages */
	bool ring_dry;	 /* splice() said that it has no full page */
	bool ring_deaf;	 /* and was wrong or failed: do not ask it the next time */
	bool out_deaf;	 /* nobody at the other end: likewise */
	bool starved;	 /* the kernel had no memory to go on with: try again soon */
	bool more;	 /* the last burst was a full one */
	bool quiet;	 /* the last deadline passed without a full page */
	unsigned unreadable;
	int pause;	  /* ms until the ring is tried again */
	int retry;	  /* ms until a way out that took nothing is tried again */
	int64_t deadline; /* ms: flush then */
	int64_t bind_at;  /* ms: ask for the CPU then */
	char *buffer;	  /* VTRACE_SUBBUF_MAX bytes, of which only a sub-buffer is touched */

	_Atomic uint64_t pages_spliced;
	_Atomic uint64_t pages_flushed;
	_Atomic uint64_t bytes_sent;
	_Atomic uint64_t bytes_lost;
	atomic_bool bound;
	atomic_bool offline; /* its CPU is */
	atomic_int ring_error;
	atomic_int out_error;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum pump_phase order_phase(unsigned order)
{
	return (enum pump_phase)(order & 3);
}

static void report(struct pump *pump)
{
	uint64_t one = 1;

	/* A full counter wakes the reader just as well. */
	if (write(pump->report, &one, sizeof(one)) < 0)
		return;
}

/* Run on the pump's CPU, if it lets us. A CPU that goes offline takes its threads' binding away. */
static void bind_to_cpu(struct pump *pump)
{
	int64_t now = now_ms();
	bool bound, offline;
	cpu_set_t set;

	/* bind_at is 0 until the first try: a thread may be on its CPU by chance. */
	if (pump->bind_at && sched_getcpu() == (int)pump->cpu && atomic_load(&pump->bound))
		return;
	if (now < pump->bind_at)
		return;
	CPU_ZERO(&set);
	CPU_SET(pump->cpu, &set);
	bound = !sched_setaffinity(0, sizeof(set), &set);
	pump->bind_at = now + BIND_MS;
	/* A CPU that is on its way out still writes; it is gone by the next try. */
	offline = !bound && !atomic_exchange(&pump->bound, bound);
	if (atomic_exchange(&pump->offline, offline) != offline)
		report(pump);
	atomic_store(&pump->bound, bound);
}

static void set_deadline(struct pump *pump, bool quiet)
{
	pump->quiet = quiet;
	pump->deadline = now_ms() + PUMP_FLUSH_MS;
}

static void ring_failed(struct pump *pump, int err)
{
	pump->ring_deaf = true;
	pump->pause = RETRY_MS;
	if (atomic_exchange(&pump->ring_error, err) != err)
		report(pump);
}

/* Bytes of a full burst. Kernels before 5.11 free pages for which the pipe has no slot, so the ring
 * is never asked for more than the empty pipe holds. */
static size_t burst_size(const struct pump *pump)
{
	size_t subbuf_size = atomic_load(&pump->subbuf_size);
	size_t fits = pump->pipe_size - pump->pipe_size % subbuf_size;

	return pump->burst * subbuf_size < fits ? pump->burst * subbuf_size : fits;
}

/* After as many pages as the ring has, the next one was written after the request: a ring that is
 * written faster than it is read never becomes dry. */
static void count_for_sync(struct pump *pump, size_t pages)
{
	if (pages >= pump->sync_left)
		pump->sync_taken = true;
	else
		pump->sync_left -= pages;
}

/* Move a burst of full pages from the ring into the empty pipe. Whether there were any. */
static bool take_full_pages(struct pump *pump)
{
	size_t want = burst_size(pump);
	ssize_t n = splice(pump->pages, NULL, pump->pipe[1], NULL, want,
			   SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

	pump->ring_dry = n == 0 || (n < 0 && errno != EINTR && errno != ENOMEM);
	if (n < 0 && pump->ring_dry && errno != EAGAIN)
		ring_failed(pump, -errno);
	if (n <= 0)
		return false;
	pump->held = (size_t)n;
	pump->more = (size_t)n == want;
	atomic_fetch_add(&pump->pages_spliced, (size_t)n / atomic_load(&pump->subbuf_size));
	count_for_sync(pump, (size_t)n / atomic_load(&pump->subbuf_size));
	return true;
}

/* Buffer to pipe. Whether the pipe has all of it; it has not when memory lacks for its pages. */
static bool load_pipe(struct pump *pump)
{
	while (pump->load_at < pump->load_end) {
		ssize_t n = write(pump->pipe[1], pump->buffer + pump->load_at,
				  pump->load_end - pump->load_at);

		if (n <= 0)
			return false;
		pump->load_at += (size_t)n;
	}
	return true;
}

/*
 * Read what is there of the page being written; the kernel fills it up with zeroes to a whole
 * sub-buffer. The pipe is empty, so there is room for what was taken.
 * 1: there was one; 0: the ring is empty; -EAGAIN: there is one that cannot be read yet.
 */
static int take_partial_page(struct pump *pump)
{
	size_t subbuf_size = atomic_load(&pump->subbuf_size);
	ssize_t n = read(pump->pages, pump->buffer, subbuf_size);

	if (n < 0) {
		if (errno == EINTR || errno == ENOMEM) {
			pump->starved = errno == ENOMEM;
			return -EAGAIN;
		}
		if (errno != EAGAIN)
			ring_failed(pump, -errno);
		return 0;
	}
	if (n == 0) {
		if (++pump->unreadable < UNREADABLE_MAX)
			return -EAGAIN;
		pump->unreadable = 0;
		return 0;
	}
	pump->unreadable = 0;
	for (size_t i = (size_t)n; i < subbuf_size; i++)
		pump->buffer[i] = 0;
	pump->load_at = 0;
	pump->load_end = subbuf_size;
	pump->held += subbuf_size;
	load_pipe(pump);
	atomic_fetch_add(&pump->pages_flushed, 1);
	return 1;
}

/* A full burst comes without a pause after it; see turn(). */
static void adapt_pause(struct pump *pump)
{
	size_t burst = burst_size(pump);

	if (pump->held * 2 > burst)
		pump->pause /= 2;
	else if (pump->held * 4 <= burst)
		pump->pause *= 2;
	if (pump->pause < PAUSE_MIN_MS)
		pump->pause = PAUSE_MIN_MS;
	if (pump->pause > PAUSE_MAX_MS)
		pump->pause = PAUSE_MAX_MS;
}

/* Ring to pipe; flush: pages that are not full as well. Whether the ring has nothing more to give
 * for now. */
static bool fill(struct pump *pump, bool flush)
{
	pump->more = false;
	if (pump->held > 0)
		return false;
	if (take_full_pages(pump)) {
		adapt_pause(pump);
		pump->ring_deaf = false;
		set_deadline(pump, false);
		return false;
	}
	if (pump->ring_ready)
		pump->ring_deaf = true;
	/* After a failure it stays as long as that asked for. */
	if (pump->pause < RETRY_MS)
		adapt_pause(pump);
	if (flush) {
		int taken = take_partial_page(pump);

		if (taken < 0)
			pump->pause = PAUSE_MIN_MS;
		else if (pump->ring_dry)
			pump->sync_taken = true; /* behind the full pages there is but this one */
		return taken == 0;
	}
	if (now_ms() >= pump->deadline) {
		take_partial_page(pump);
		set_deadline(pump, true);
	}
	return false;
}

/* Write n bytes of held off as sent. */
static void sent(struct pump *pump, size_t n)
{
	pump->held -= n;
	atomic_fetch_add(&pump->bytes_sent, n);
}

/* For a way out that takes no splice: a terminal, a file opened for appending. */
static int push_copied(struct pump *pump)
{
	ssize_t n;

	if (pump->copy_at == pump->copy_end) {
		n = read(pump->pipe[0], pump->buffer, PIPE_BUF);
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		pump->copy_at = 0;
		pump->copy_end = (size_t)n;
	}
	n = write(pump->out, pump->buffer + pump->copy_at, pump->copy_end - pump->copy_at);
	if (n < 0)
		return -errno;
	pump->copy_at += (size_t)n;
	sent(pump, (size_t)n);
	return 0;
}

static size_t held_in_pipe(const struct pump *pump)
{
	return pump->held - (pump->load_end - pump->load_at);
}

/* Bytes that left the pipe but were not taken by the port are gone: count them, offer less. */
static bool count_vanished(struct pump *pump, size_t taken)
{
	int left;
	size_t vanished;

	if (ioctl(pump->pipe[0], FIONREAD, &left) || (size_t)left + taken >= held_in_pipe(pump))
		return false;
	vanished = held_in_pipe(pump) - taken - (size_t)left;
	pump->held -= vanished;
	pump->burst = 1;
	atomic_fetch_add(&pump->bytes_lost, vanished);
	report(pump);
	return true;
}

/* Offer all that is held to the way out. 0, -EAGAIN: it takes nothing now, or -errno: it is gone.
 */
static int push(struct pump *pump)
{
	ssize_t n;
	int err = 0;

	if (!load_pipe(pump) && (pump->copies || held_in_pipe(pump) == 0)) {
		pump->starved = true;
		return -EAGAIN;
	}
	if (pump->copies)
		return push_copied(pump);
	n = splice(pump->pipe[0], NULL, pump->out, NULL, pump->pipe_size,
		   SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	if (n < 0)
		err = -errno;
	if (err == -EINVAL) {
		pump->copies = true;
		return push_copied(pump);
	}
	if (n != (ssize_t)held_in_pipe(pump)) {
		size_t taken = n > 0 ? (size_t)n : 0;

		if (!count_vanished(pump, taken) && n == 0)
			err = -EAGAIN;
	}
	if (n > 0)
		sent(pump, (size_t)n);
	pump->starved = err == -ENOMEM;
	return err == -EINTR || err == -ENOMEM ? -EAGAIN : err;
}

static void drain_wake(struct pump *pump)
{
	uint64_t count;

	if (read(pump->wake, &count, sizeof(count)) < 0)
		return;
}

/* Push until the pipe is empty; several pumps share the way out, so nobody else may come between.
 * A reader that stopped holds all of them here, and PUMP_LEAVING frees them. */
static int send_shared(struct pump *pump)
{
	int err = 0;

	pthread_mutex_lock(pump->shared);
	while (pump->held > 0 && (!err || err == -EAGAIN)) {
		struct pollfd fds[] = {
			{.fd = pump->wake, .events = POLLIN},
			{.fd = pump->starved ? -1 : pump->out, .events = POLLOUT},
		};
		int timeout = pump->starved ? PAUSE_MIN_MS : RETRY_MS;

		if (order_phase(atomic_load(&pump->order)) == PUMP_LEAVING)
			break;
		if (err == -EAGAIN && poll(fds, 2, timeout) > 0 && fds[0].revents)
			drain_wake(pump);
		err = push(pump);
	}
	pthread_mutex_unlock(pump->shared);
	return err;
}

static int send_held(struct pump *pump)
{
	size_t held = pump->held;
	int err = 0;

	if (pump->shared)
		return send_shared(pump);
	while (pump->held > 0 && !err)
		err = push(pump);
	if (pump->held < held || held == 0 || pump->out_deaf)
		pump->retry = RETRY_MS;
	else if (pump->retry < RETRY_MAX_MS)
		pump->retry = pump->retry * 2 < RETRY_MAX_MS ? pump->retry * 2 : RETRY_MAX_MS;
	return err;
}

/* Sleep until an order comes, the ring or the way out are ready, or timeout (ms) has passed. */
static void wait_for_work(struct pump *pump, int timeout)
{
	bool ask_ring = !pump->ring_deaf && pump->held == 0 && !pump->starved;
	bool ask_out = pump->held > 0 && !pump->out_deaf && !pump->starved;
	struct pollfd fds[] = {
		{.fd = pump->wake, .events = POLLIN},
		{.fd = ask_ring ? pump->pages : -1, .events = POLLIN},
		{.fd = ask_out ? pump->out : -1, .events = POLLOUT},
	};

	pump->ring_ready = pump->ring_deaf = pump->out_deaf = pump->starved = false;
	if (poll(fds, 3, timeout) <= 0)
		return;
	if (fds[0].revents)
		drain_wake(pump);
	pump->ring_ready = fds[1].revents & POLLIN;
	pump->ring_deaf = fds[1].revents & ~POLLIN;
	pump->out_deaf = fds[2].revents & ~POLLOUT;
}

static int timeout_until(const struct pump *pump)
{
	int64_t left = pump->deadline - now_ms();

	if (left < 1)
		left = 1;
	if (pump->held > 0)
		return pump->starved ? PAUSE_MIN_MS : pump->retry;
	if (pump->quiet || left < pump->pause)
		return (int)left;
	return pump->pause;
}

static void finish_sync(struct pump *pump, unsigned sync)
{
	if (atomic_exchange(&pump->synced, sync) != sync)
		report(pump);
}

/* Whether a request to sync is to be carried out. */
static bool is_syncing(struct pump *pump, unsigned sync)
{
	if (pump->syncing != sync) {
		pump->syncing = sync;
		pump->sync_taken = false;
		pump->sync_left = atomic_load(&pump->sync_pages);
	}
	return sync != atomic_load(&pump->synced);
}

/* One round: ring to pipe, pipe to port, then sleep as long as may be. */
static void turn(struct pump *pump, unsigned order, unsigned sync)
{
	bool draining = order_phase(order) == PUMP_DRAINING;
	bool syncing = is_syncing(pump, sync);
	bool empty, unheard;
	int err;

	bind_to_cpu(pump);
	empty = fill(pump, draining || (syncing && !pump->sync_taken));
	err = send_held(pump);
	if (err && err != -EAGAIN) {
		atomic_store(&pump->out_error, err);
		report(pump);
		return;
	}
	/* Nobody at the other end is no reason to hold a stop up: what is held goes to the next
	 * host after the next start. */
	unheard = err && pump->out_deaf;
	if (syncing && ((pump->sync_taken && pump->held == 0) || unheard)) {
		finish_sync(pump, sync);
		syncing = false;
	}
	if (draining && ((empty && pump->held == 0) || unheard)) {
		finish_sync(pump, sync);
		atomic_store(&pump->drained, order);
		report(pump);
		return;
	}
	if (!draining && !syncing) {
		if (pump->held > 0 || !pump->more)
			wait_for_work(pump, timeout_until(pump));
		return;
	}
	if (err || pump->unreadable || pump->starved)
		wait_for_work(pump, err && !pump->starved ? RETRY_MS : PAUSE_MIN_MS);
}

/* Nothing to do until the next order; the ring and the way out have no say. */
static void sleep_until_order(struct pump *pump)
{
	struct pollfd fd = {.fd = pump->wake, .events = POLLIN};

	if (poll(&fd, 1, -1) > 0)
		drain_wake(pump);
}

static void *pump_thread(void *data)
{
	struct pump *pump = data;
	unsigned last = PUMP_STOPPED;

	for (;;) {
		/* In this order: who asks for a sync has ordered to run before. */
		unsigned sync = atomic_load(&pump->sync);
		unsigned order = atomic_load(&pump->order);
		bool idle = order_phase(order) == PUMP_STOPPED || atomic_load(&pump->out_error) ||
			    atomic_load(&pump->drained) == order;

		if (order_phase(order) == PUMP_LEAVING)
			return NULL;
		if (idle) {
			finish_sync(pump, sync);
			sleep_until_order(pump);
			continue;
		}
		if (order != last) {
			last = order;
			pump->burst = PUMP_BURST;
			pump->pause = PAUSE_MIN_MS;
			set_deadline(pump, false);
		}
		turn(pump, order, sync);
	}
}

/* Pipes are sized in pages; root may pass /proc/sys/fs/pipe-max-size. */
static int size_pipe(struct pump *pump, size_t wanted)
{
	int size;

	if (fcntl(pump->pipe[1], F_SETPIPE_SZ, (int)wanted) < 0 && errno != EPERM &&
	    errno != ENOMEM)
		return -errno;
	size = fcntl(pump->pipe[1], F_GETPIPE_SZ);
	if (size < 0)
		return -errno;
	pump->pipe_size = (size_t)size;
	return pump->pipe_size < atomic_load(&pump->subbuf_size) ? -ENOMEM : 0;
}

static void release(struct pump *pump)
{
	for (int i = 0; i < 2; i++) {
		if (pump->pipe[i] >= 0)
			close(pump->pipe[i]);
	}
	if (pump->wake >= 0)
		close(pump->wake);
	if (pump->pages >= 0)
		close(pump->pages);
	if (!pump->shared)
		close(pump->out);
	free(pump->buffer);
	free(pump);
}

int pump_start(struct pump **result, const struct pump_setup *setup)
{
	struct pump *pump = calloc(1, sizeof(*pump));
	char name[16];
	int err;

	*result = NULL;
	if (!pump) {
		close(setup->pages);
		if (!setup->shared)
			close(setup->out);
		return -ENOMEM;
	}
	pump->cpu = setup->cpu;
	pump->retry = RETRY_MS;
	pump->pages = setup->pages;
	pump->out = setup->out;
	pump->shared = setup->shared;
	pump->report = setup->report;
	pump->pipe[0] = pump->pipe[1] = -1;
	atomic_store(&pump->subbuf_size, setup->subbuf_size);
	atomic_store(&pump->bound, true);
	pump->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pump->buffer = malloc(VTRACE_SUBBUF_MAX);
	err = pump->buffer ? 0 : -ENOMEM;
	if (!err && (pump->wake < 0 || pipe2(pump->pipe, O_CLOEXEC | O_NONBLOCK)))
		err = -errno;
	if (!err)
		err = size_pipe(pump, setup->pipe_size > setup->subbuf_size ? setup->pipe_size
									    : setup->subbuf_size);
	if (!err)
		err = -pthread_create(&pump->thread, NULL, pump_thread, pump);
	if (err) {
		release(pump);
		return err;
	}
	snprintf(name, sizeof(name), "pump/%u", pump->cpu);
	pthread_setname_np(pump->thread, name);
	*result = pump;
	return 0;
}

static void wake(struct pump *pump)
{
	uint64_t one = 1;

	if (write(pump->wake, &one, sizeof(one)) < 0)
		return;
}

void pump_order(struct pump *pump, enum pump_phase phase, unsigned epoch)
{
	atomic_store(&pump->order, epoch << 2 | phase);
	wake(pump);
}

void pump_sync(struct pump *pump, unsigned sync, size_t pages)
{
	atomic_store(&pump->sync_pages, pages);
	atomic_store(&pump->sync, sync);
	wake(pump);
}

bool pump_synced(const struct pump *pump)
{
	return atomic_load(&pump->out_error) ||
	       atomic_load(&pump->synced) == atomic_load(&pump->sync);
}

/* What was left over when the host went away is of no use behind formats of another layout. */
static void throw_away_held(struct pump *pump)
{
	while (read(pump->pipe[0], pump->buffer, VTRACE_SUBBUF_MAX) > 0)
		;
	atomic_fetch_add(&pump->bytes_lost, pump->held);
	pump->held = 0;
	pump->load_at = pump->load_end = 0;
	pump->copy_at = pump->copy_end = 0;
}

int pump_set_pages(struct pump *pump, int pages, size_t size)
{
	if (size != atomic_load(&pump->subbuf_size))
		throw_away_held(pump);
	if (pump->pages >= 0)
		close(pump->pages);
	pump->pages = pages;
	atomic_store(&pump->subbuf_size, size);
	return size_pipe(pump, pump->pipe_size > size ? pump->pipe_size : size);
}

bool pump_drained(const struct pump *pump, unsigned epoch)
{
	return atomic_load(&pump->out_error) ||
	       atomic_load(&pump->drained) == (epoch << 2 | PUMP_DRAINING);
}

void pump_status(const struct pump *pump, struct pump_status *status)
{
	status->pages_spliced = atomic_load(&pump->pages_spliced);
	status->pages_flushed = atomic_load(&pump->pages_flushed);
	status->bytes_sent = atomic_load(&pump->bytes_sent);
	status->bytes_lost = atomic_load(&pump->bytes_lost);
	status->online = !atomic_load(&pump->offline);
	status->ring_error = atomic_load(&pump->ring_error);
	status->out_error = atomic_load(&pump->out_error);
}

int pump_free(struct pump *pump, const struct timespec *deadline)
{
	if (!pump)
		return 0;
	if (pthread_timedjoin_np(pump->thread, NULL, deadline))
		return -ETIMEDOUT;
	release(pump);
	return 0;
}
