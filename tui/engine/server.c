// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "tui/engine/server_private.h"

#define SAVE_BUDGET  (256 * 1024) /* bytes of savings before anything else is looked at */
#define NEWS_MS	     33		  /* between two ENGINE_NEWS */
#define REQUESTS_MAX 16		  /* answered before sources are looked at again */

uint64_t server_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void server_say(struct server *server, enum engine_type type, const char *format, ...)
{
	struct engine_text text = {{0}};
	va_list args;

	va_start(args, format);
	vsnprintf(text.text, sizeof(text.text), format, args);
	va_end(args);
	outbox_send(&server->outbox, type, 0, &text, sizeof(text));
}

/* ---- life ---- */

int server_watch(struct server *server, int fd, uint32_t events, uint32_t what, int operation)
{
	struct epoll_event event = {.events = events, .data.u32 = what};

	return epoll_ctl(server->epoll, operation, fd, &event) ? -errno : 0;
}

struct page_geometry server_geometry(const struct engine_config *config)
{
	return (struct page_geometry){
		config->subbuf_size ? config->subbuf_size : VTRACE_SUBBUF_MIN,
		config->long_size ? config->long_size : 8,
		config->big_endian,
	};
}

int server_new(struct server **server, int socket, const struct engine_config *config,
	       const struct formats_stock *stock, struct drain *drain, char *text)
{
	struct server *s = calloc(1, sizeof(*s));
	int ret = -ENOMEM;

	if (!s)
		return ret;
	s->outbox.socket = socket;
	s->names = NAMES_FILE_NONE;
	s->stock = *stock;
	s->drain = drain;
	drain_begin(drain, s->streams);
	s->shared.geometry = server_geometry(config);
	s->shared.lock = (pthread_mutex_t)PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
	store_init(&s->shared.store, config->memory);
	s->record_limit =
		config->record && config->record < INT64_MAX ? (int64_t)config->record : INT64_MAX;
	s->shared.comms = comms_new();
	s->rows.streams = s->streams;
	s->rows.shared = &s->shared;
	s->rows.text = text;
	s->rows.formats = (const struct formats *const *)s->formats;
	s->rows.formats_count = &s->formats_count;
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll < 0)
		ret = -errno;
	else if (s->shared.comms && !intake_init(&s->shared.intake, s->shared.geometry.size) &&
		 !counts_init(&s->shared.counts) && !rows_init(&s->rows))
		ret = server_watch(s, socket, EPOLLIN, SERVER_SOCKET, EPOLL_CTL_ADD);
	if (!ret)
		ret = server_watch(s, drain_fd(drain), EPOLLIN, SERVER_DRAIN, EPOLL_CTL_ADD);
	if (ret) {
		server_free(s);
		return ret;
	}
	comms_guard(s->shared.comms, &s->shared.lock);
	s->hearing = true;
	s->listening = true;
	*server = s;
	return 0;
}

void server_free(struct server *server)
{
	if (!server)
		return;
	drain_free(server->drain);
	savings_clear(&server->savings);
	/* Who recorded may be dead already, and the file is all that is left. */
	if (server->shared.comms)
		names_file_write(&server->names, server->shared.comms, 0);
	names_file_close(&server->names);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		stream_free(server->streams[cpu]);
	dat_source_close(server);
	memory_source_release(server);
	for (uint32_t i = 0; i < FORMATS_SETS; i++)
		formats_free(server->formats[i]);
	formats_stock_release(&server->stock);
	store_release(&server->shared.store);
	rows_release(&server->rows);
	search_release(&server->search);
	latency_release(&server->latency);
	comms_free(server->shared.comms);
	intake_release(&server->shared.intake);
	counts_release(&server->shared.counts);
	outbox_clear(&server->outbox);
	if (server->epoll >= 0)
		close(server->epoll);
	free(server);
}

/* ---- the loop ---- */

static void save_some(struct server *server)
{
	struct engine_save_reply reply;
	uint32_t serial;
	bool done;

	if (!savings_pending(&server->savings))
		return;
	server_lock(server);
	done = savings_step(&server->savings, SAVE_BUDGET, &reply, &serial);
	server_unlock(server);
	if (done)
		outbox_send(&server->outbox, ENGINE_SAVE_REPLY, serial, &reply, sizeof(reply));
}

/* Returns the ms until news may go out; -1: there are none. */
static int send_news(struct server *server)
{
	uint64_t now = server_clock_ms();

	if (server->settles && now >= server->settles) {
		server->settles = 0;
		server->news = true;
	}
	if (!server->news)
		return server->settles ? (int)(server->settles - now) : -1;
	if (outbox_waiting(&server->outbox))
		return -1;
	if (now - server->news_time < NEWS_MS)
		return (int)(NEWS_MS - (now - server->news_time));
	server->news = false;
	server->news_time = now;
	outbox_send(&server->outbox, ENGINE_NEWS, 0, NULL, 0);
	return server->settles ? (int)(server->settles - now) : -1;
}

/* Listen for requests, or for room when replies wait. */
static void watch_socket(struct server *server)
{
	bool listen = !outbox_waiting(&server->outbox);

	if (listen == server->listening)
		return;
	server_watch(server, server->outbox.socket, listen ? EPOLLIN : EPOLLOUT, SERVER_SOCKET,
		     EPOLL_CTL_MOD);
	server->listening = listen;
}

/* Listen to the drain, but not before the console is told what it said last. */
static void watch_drain(struct server *server)
{
	bool listen = !server->news;

	if (listen == server->hearing)
		return;
	server_watch(server, drain_fd(server->drain), listen ? EPOLLIN : 0, SERVER_DRAIN,
		     EPOLL_CTL_MOD);
	server->hearing = listen;
}

/* ms until names are to be written; -1: they are. */
static int names_time(struct server *server)
{
	int due;

	server_lock(server);
	due = names_file_due(&server->names, server->shared.comms, server_clock_ms());
	server_unlock(server);
	return due;
}

/* ms until there is work that no descriptor will wake the loop for; -1: none is known. */
static int wait_time(struct server *server)
{
	int news = send_news(server), names = names_time(server);

	if (sources_indexing(server) || savings_pending(&server->savings) ||
	    server->memory.searching)
		return 0;
	if (names >= 0 && (news < 0 || news > names))
		news = names;
	if (server->undecided && (news < 0 || news > SOURCES_IDLE_MS / 3))
		return SOURCES_IDLE_MS / 3;
	return news;
}

static void answer_requests(struct server *server)
{
	outbox_flush(&server->outbox);
	for (unsigned i = 0; i < REQUESTS_MAX; i++)
		if (server->done || outbox_waiting(&server->outbox) || !requests_take(server))
			break;
}

int server_run(struct server *server)
{
	struct epoll_event events[2];

	while (!server->done && !server->outbox.broken) {
		int wait = wait_time(server), count;
		bool asked = false;

		watch_socket(server);
		watch_drain(server);
		count = epoll_wait(server->epoll, events, 2, wait);
		if (count < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < count; i++) {
			if (events[i].data.u32 == SERVER_SOCKET)
				asked = true;
			else
				sources_ready(server);
		}
		sources_read_files(server);
		sources_settle(server);
		if (asked)
			answer_requests(server);
		memory_source_search(server);
		save_some(server);
		sources_refresh_names(server);
	}
	if (server->error)
		server_say(server, ENGINE_MESSAGE, "the engine can't go on: %s",
			   strerror(-server->error));
	return server->error;
}
