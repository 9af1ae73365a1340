// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tui/engine/outbox.h"
#include "tui/engine/rows.h"
#include "tui/engine/saving.h"

#define FORMATS_SETS 64u
#define READ_BUDGET  (1024 * 1024)     /* bytes of one source before the next one's turn */
#define SAVE_BUDGET  (4 * 1024 * 1024) /* bytes of savings before sources are looked at again */
#define NEWS_MS	     33		       /* between two ENGINE_NEWS */
#define IDLE_MS	     300	       /* without bytes, after which half a decision must do */
#define SOCKET_EVENT VTRACE_MAX_CPUS   /* epoll data of the console; less: a CPU */

struct server {
	struct outbox outbox;
	int epoll;
	struct stream_shared shared;
	struct stream *streams[VTRACE_MAX_CPUS];
	struct formats_stock stock;
	struct formats *formats[FORMATS_SETS];
	uint32_t formats_count;
	struct rows rows;
	struct savings savings;
	bool recording[VTRACE_MAX_CPUS];
	bool news;	    /* something changed since the last ENGINE_NEWS */
	uint64_t news_time; /* ms, of the last one */
	uint64_t settles;   /* ms, when a pull has more to give; 0: not waiting */
	bool listening;	    /* epoll watches the socket for requests */
	bool done;
};

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t clock_ms(void)
{
	return clock_ns() / 1000000;
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

static int watch(struct server *server, int fd, uint32_t events, uint32_t what, int operation)
{
	struct epoll_event event = {.events = events, .data.u32 = what};

	return epoll_ctl(server->epoll, operation, fd, &event) ? -errno : 0;
}

int server_new(struct server **server, int socket, const struct engine_config *config,
	       const struct formats_stock *stock)
{
	struct server *s = calloc(1, sizeof(*s));
	int ret = -ENOMEM;

	if (!s)
		return ret;
	s->outbox.socket = socket;
	s->stock = *stock;
	s->shared.geometry = (struct page_geometry){
		config->subbuf_size ? config->subbuf_size : VTRACE_SUBBUF_MIN,
		config->long_size ? config->long_size : 8,
		config->big_endian,
	};
	store_init(&s->shared.store, config->memory);
	s->shared.comms = comms_new();
	s->rows.streams = s->streams;
	s->rows.shared = &s->shared;
	s->rows.formats = (const struct formats *const *)s->formats;
	s->rows.formats_count = &s->formats_count;
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll < 0)
		ret = -errno;
	else if (s->shared.comms && !rows_init(&s->rows))
		ret = watch(s, socket, EPOLLIN, SOCKET_EVENT, EPOLL_CTL_ADD);
	if (ret) {
		server_free(s);
		return ret;
	}
	s->listening = true;
	*server = s;
	return 0;
}

void server_free(struct server *server)
{
	if (!server)
		return;
	savings_clear(&server->savings);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		stream_free(server->streams[cpu]);
	for (uint32_t i = 0; i < server->formats_count; i++)
		formats_free(server->formats[i]);
	formats_stock_release(&server->stock);
	rows_release(&server->rows);
	comms_free(server->shared.comms);
	outbox_clear(&server->outbox);
	if (server->epoll >= 0)
		close(server->epoll);
	free(server);
}

/* ---- sources ---- */

static void tell_state(struct server *server, const struct stream *stream)
{
	struct engine_stream_state state = {
		.cpu = stream->stats.cpu,
		.state = stream->stats.state,
		.error = stream->error,
	};

	outbox_send(&server->outbox, ENGINE_STREAM_STATE, 0, &state, sizeof(state));
}

static void check_recording(struct server *server, struct stream *stream)
{
	if (!stream->record_error)
		return;
	server_say(server, ENGINE_MESSAGE,
		   "recording of CPU %u stopped: %s; what was written before is whole",
		   stream->stats.cpu, strerror(-stream->record_error));
	stream->record_error = 0;
}

/* The console holds the same open file, so closing alone would leave it in the epoll set. */
static void drop_source(struct server *server, struct stream *stream)
{
	if (stream->file || stream->fd < 0)
		return;
	epoll_ctl(server->epoll, EPOLL_CTL_DEL, stream->fd, NULL);
	stream_drop_source(stream);
}

static void read_stream(struct server *server, struct stream *stream)
{
	uint32_t state = stream->stats.state;

	if (stream_read(stream, READ_BUDGET, clock_ms()))
		server->news = true;
	check_recording(server, stream);
	if (stream->stats.state != state) {
		drop_source(server, stream);
		tell_state(server, stream);
	}
}

/* Files are always readable, so epoll does not take them. */
static bool is_indexing(const struct stream *stream)
{
	return stream && stream->file && stream->stats.state == ENGINE_CHANNEL_OPEN;
}

static void read_files(struct server *server)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (is_indexing(server->streams[cpu]))
			read_stream(server, server->streams[cpu]);
}

/* Is there work that no descriptor will wake the loop for? */
static bool has_work(const struct server *server)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (is_indexing(server->streams[cpu]))
			return true;
	return savings_pending(&server->savings);
}

/* Bytes that wait for more to be understood: after a while they are understood as they are.
 * Returns whether some still wait. */
static bool settle_streams(struct server *server)
{
	uint64_t now = clock_ms();
	bool waiting = false;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		struct stream *stream = server->streams[cpu];

		if (!stream || !stream_undecided(stream))
			continue;
		if (now - stream->read_time >= IDLE_MS)
			server->news |= stream_idle(stream, now);
		waiting |= stream_undecided(stream);
	}
	return waiting;
}

static struct stream *get_stream(struct server *server, uint32_t cpu)
{
	if (!server->streams[cpu] && stream_new(&server->streams[cpu], &server->shared, cpu)) {
		server_say(server, ENGINE_MESSAGE, "no memory for the stream of CPU %u", cpu);
		return NULL;
	}
	return server->streams[cpu];
}

static void open_stream(struct server *server, const struct engine_stream *request, int fd)
{
	struct stream *stream = get_stream(server, request->cpu);
	bool file = request->kind == ENGINE_STREAM_FILE;
	int ret = 0;

	if (stream)
		drop_source(server, stream);
	if (stream && !file) {
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
		ret = watch(server, fd, EPOLLIN, request->cpu, EPOLL_CTL_ADD);
	}
	if (!stream || ret) {
		server_say(server, ENGINE_MESSAGE, "the channel of CPU %u can't be watched: %s",
			   request->cpu, strerror(-ret));
		close(fd);
		return;
	}
	stream_open(stream, fd, file);
	tell_state(server, stream);
}

static void close_stream(struct server *server, uint32_t cpu)
{
	struct stream *stream = server->streams[cpu];

	if (!stream || stream->stats.state != ENGINE_CHANNEL_OPEN)
		return;
	/* What already came is taken first. */
	if (!stream->file)
		read_stream(server, stream);
	if (stream->stats.state != ENGINE_CHANNEL_OPEN)
		return;
	stream_close(stream, ENGINE_CHANNEL_NONE, clock_ms());
	drop_source(server, stream);
	tell_state(server, stream);
	server->news = true;
}

/* ---- formats ---- */

static void start_epoch(struct server *server)
{
	uint32_t epoch = 0;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (server->streams[cpu] && server->streams[cpu]->epoch >= epoch)
			epoch = server->streams[cpu]->epoch + 1;
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (server->streams[cpu])
			stream_new_epoch(server->streams[cpu], epoch);
}

static void change_geometry(struct server *server, const struct page_geometry *geometry)
{
	if (!memcmp(&server->shared.geometry, geometry, sizeof(*geometry)))
		return;
	server->shared.geometry = *geometry;
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (server->streams[cpu] && stream_new_geometry(server->streams[cpu]))
			server_say(server, ENGINE_MESSAGE, "no memory for pages of %u bytes",
				   geometry->size);
}

static void load_formats(struct server *server, uint32_t serial, int fd)
{
	struct formats *current =
		server->formats_count ? server->formats[server->formats_count - 1] : NULL;
	struct engine_formats_reply reply;
	struct formats *loaded = NULL;

	if (server->formats_count == FORMATS_SETS) {
		memset(&reply, 0, sizeof(reply));
		reply.error = -E2BIG;
		snprintf(reply.reason, sizeof(reply.reason),
			 "this guest has shown %u different sets of formats; open it again",
			 FORMATS_SETS);
	} else if (!formats_load(&loaded, current, &server->stock, fd, server->shared.comms,
				 &reply) &&
		   loaded) {
		bool rebooted = current && strcmp(current->boot_id, loaded->boot_id);

		loaded->number = server->formats_count;
		server->formats[server->formats_count++] = loaded;
		server->shared.formats = loaded;
		change_geometry(server, &loaded->geometry);
		if (rebooted)
			start_epoch(server);
	}
	server->news = true;
	outbox_send(&server->outbox, ENGINE_FORMATS_REPLY, serial, &reply, sizeof(reply));
}

/* ---- recordings ---- */

static void start_recording(struct server *server, uint32_t cpu, int fd)
{
	struct stream *stream = get_stream(server, cpu);

	if (!stream || stream->record_fd >= 0) {
		close(fd);
		return;
	}
	stream->record_fd = fd;
	stream->stats.recorded = 0;
	server->recording[cpu] = true;
}

static void end_recordings(struct server *server, uint32_t serial)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		struct stream *stream = server->streams[cpu];
		struct engine_save_reply reply = {.cpu = cpu};

		if (!server->recording[cpu])
			continue;
		server->recording[cpu] = false;
		reply.bytes = stream->stats.recorded;
		reply.pages = reply.bytes / server->shared.geometry.size;
		if (stream->record_fd >= 0)
			close(stream->record_fd);
		stream->record_fd = -1;
		outbox_send(&server->outbox, ENGINE_SAVE_REPLY, serial, &reply, sizeof(reply));
	}
}

/* ---- requests ---- */

static void send_stats(struct server *server, uint32_t serial)
{
	struct {
		struct engine_stats head;
		struct engine_cpu_stats cpu[VTRACE_MAX_CPUS];
	} reply;

	memset(&reply.head, 0, sizeof(reply.head));
	reply.head.memory_used = server->shared.store.used;
	reply.head.memory_limit = server->shared.store.limit;
	reply.head.now = clock_ns();
	reply.head.formats = server->formats_count;
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		struct stream *stream = server->streams[cpu];

		if (!stream)
			continue;
		stream->stats.first_row = stream->history.first_row;
		stream->stats.next_row = stream->history.next_row;
		reply.head.indexing += is_indexing(stream);
		reply.cpu[reply.head.cpus++] = stream->stats;
	}
	outbox_send(&server->outbox, ENGINE_STATS_REPLY, serial, &reply,
		    sizeof(reply.head) + reply.head.cpus * sizeof(reply.cpu[0]));
}

static void send_rows(struct server *server, uint32_t serial, int ret)
{
	if (ret)
		server_say(server, ENGINE_MESSAGE, "rows can't be cut: %s", strerror(-ret));
	else
		outbox_send(&server->outbox, ENGINE_ROWS, serial, server->rows.packet,
			    server->rows.length);
}

static void clear_streams(struct server *server)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (server->streams[cpu])
			history_clear(&server->streams[cpu]->history);
	server->news = true;
}

/* What a request must bring along, by type. */
static const struct {
	size_t length;
	bool fd;
	bool cpu; /* starts with struct engine_stream */
} request_form[] = {
	[ENGINE_FORMATS] = {0, true, false},
	[ENGINE_STREAM] = {sizeof(struct engine_stream), true, true},
	[ENGINE_CLOSE_STREAM] = {sizeof(struct engine_stream), false, true},
	[ENGINE_DISCARD] = {sizeof(struct engine_flag), false, false},
	[ENGINE_RECORD] = {sizeof(struct engine_stream), true, true},
	[ENGINE_RECORD_END] = {0, false, false},
	[ENGINE_SAVE] = {sizeof(struct engine_stream), true, true},
	[ENGINE_CLEAR] = {0, false, false},
	[ENGINE_VIEW] = {sizeof(struct engine_view), false, false},
	[ENGINE_PULL] = {sizeof(struct engine_pull), false, false},
	[ENGINE_STATS] = {0, false, false},
};

static bool well_formed(const struct engine_header *header, const void *payload, int fd)
{
	const struct engine_stream *stream = payload;

	return header->type < sizeof(request_form) / sizeof(request_form[0]) &&
	       header->type > ENGINE_CONFIG &&
	       header->length == request_form[header->type].length &&
	       (fd >= 0) == request_form[header->type].fd &&
	       (!request_form[header->type].cpu || stream->cpu < VTRACE_MAX_CPUS);
}

/* fd is the request's to keep or close. */
static void answer(struct server *server, const struct engine_header *header, const void *payload,
		   int fd)
{
	const struct engine_stream *stream = payload;

	switch (header->type) {
	case ENGINE_FORMATS:
		load_formats(server, header->serial, fd);
		close(fd);
		break;
	case ENGINE_STREAM:
		open_stream(server, stream, fd);
		break;
	case ENGINE_CLOSE_STREAM:
		close_stream(server, stream->cpu);
		break;
	case ENGINE_DISCARD:
		server->shared.discard = ((const struct engine_flag *)payload)->on;
		break;
	case ENGINE_RECORD:
		start_recording(server, stream->cpu, fd);
		break;
	case ENGINE_RECORD_END:
		end_recordings(server, header->serial);
		break;
	case ENGINE_SAVE:
		savings_add(&server->savings, stream->cpu, server->streams[stream->cpu], fd,
			    header->serial);
		break;
	case ENGINE_CLEAR:
		clear_streams(server);
		break;
	case ENGINE_VIEW:
		send_rows(server, header->serial, rows_view(&server->rows, payload));
		break;
	case ENGINE_PULL:
		send_rows(server, header->serial,
			  rows_pull(&server->rows, payload, clock_ms(), &server->settles));
		break;
	case ENGINE_STATS:
		send_stats(server, header->serial);
		break;
	}
}

/* Take the descriptor out of a message; more than one is never sent. */
static int message_fd(struct msghdr *message)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(message);
	int fd = -1;

	if (cmsg && cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_RIGHTS &&
	    cmsg->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(cmsg), sizeof(int));
	return fd;
}

/* One request: false when there is none now. */
static bool take_request(struct server *server)
{
	struct {
		struct engine_header header;
		_Alignas(8) uint8_t payload[512];
	} packet;
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = {&packet, sizeof(packet)};
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	ssize_t got = recvmsg(server->outbox.socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	int fd;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (got <= 0) {
		server->done = true;
		return false;
	}
	fd = message_fd(&message);
	if ((size_t)got < sizeof(packet.header) ||
	    packet.header.length != (size_t)got - sizeof(packet.header) ||
	    !well_formed(&packet.header, packet.payload, fd)) {
		server_say(server, ENGINE_MESSAGE, "the engine was sent a malformed request");
		if (fd >= 0)
			close(fd);
		return true;
	}
	answer(server, &packet.header, packet.payload, fd);
	return true;
}

/* ---- the loop ---- */

static void save_some(struct server *server)
{
	struct engine_save_reply reply;
	uint32_t serial;

	if (savings_step(&server->savings, SAVE_BUDGET, &reply, &serial))
		outbox_send(&server->outbox, ENGINE_SAVE_REPLY, serial, &reply, sizeof(reply));
}

/* Returns the ms until news may go out; -1: there are none. */
static int send_news(struct server *server)
{
	uint64_t now = clock_ms();

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
	watch(server, server->outbox.socket, listen ? EPOLLIN : EPOLLOUT, SOCKET_EVENT,
	      EPOLL_CTL_MOD);
	server->listening = listen;
}

static int wait_time(int news, bool busy, bool undecided)
{
	if (busy)
		return 0;
	if (undecided && (news < 0 || news > IDLE_MS / 3))
		return IDLE_MS / 3;
	return news;
}

int server_run(struct server *server)
{
	struct epoll_event events[64];
	bool undecided = false;

	while (!server->done && !server->outbox.broken) {
		int wait = wait_time(send_news(server), has_work(server), undecided), count;
		bool asked = false;

		watch_socket(server);
		count = epoll_wait(server->epoll, events, 64, wait);
		if (count < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < count; i++) {
			if (events[i].data.u32 == SOCKET_EVENT)
				asked = true;
			else if (server->streams[events[i].data.u32]->fd >= 0)
				read_stream(server, server->streams[events[i].data.u32]);
		}
		read_files(server);
		undecided = settle_streams(server);
		if (asked) {
			outbox_flush(&server->outbox);
			while (!server->done && !outbox_waiting(&server->outbox) &&
			       take_request(server))
				;
		}
		save_some(server);
	}
	return 0;
}
