// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tui/engine/density.h"
#include "tui/engine/server_private.h"

#define REQUEST_MAX    2048 /* bytes of a payload, at most */
#define ANSWER_SECONDS 20   /* of CPU time; the largest formats take about one */
#define DENIAL_MS      5000 /* without one until it is said again */

/* ---- formats ---- */

/* Formats of which no page is held any more. Numbers of pages only grow along a stream. */
static void forget_formats(struct server *server)
{
	uint32_t least = server->formats_count ? server->formats_count - 1 : 0;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		const struct stream *stream = server->streams[cpu];
		uint64_t page, end;
		uint32_t number;

		if (!stream)
			continue;
		history_pages(&stream->history, &page, &end);
		if (page == end)
			continue;
		number = history_entry(&stream->history, page)->formats;
		if (number == STREAM_NO_FORMATS)
			number = 0;
		if (least > number)
			least = number;
	}
	for (uint32_t i = 0; i < FORMATS_SETS; i++) {
		struct formats *formats = server->formats[i];

		if (formats && formats->number < least) {
			filter_set_forget(&server->rows.shown, i);
			filter_set_forget(&server->rows.found, i);
			formats_free(formats);
			server->formats[i] = NULL;
		}
	}
}

/* What is shown and looked for is so by the formats that are there now. */
static void update_filters(struct server *server)
{
	struct engine_filter_reply reply;
	struct filter_report report;

	filter_set_update(&server->rows.found, server->formats, server->formats_count,
			  server->shared.comms, &report);
	reply.error = filter_set_update(&server->rows.shown, server->formats, server->formats_count,
					server->shared.comms, &report);
	if (!server->rows.shown.on && !reply.error)
		return;
	filter_set_reply(&server->rows.shown, &report, reply.error, &reply);
	outbox_send(&server->outbox, ENGINE_FILTER_REPLY, 0, &reply, sizeof(reply));
}

void requests_use_formats(struct server *server, struct formats *loaded)
{
	const struct formats *current =
		server->formats_count ? server->formats[(server->formats_count - 1) % FORMATS_SETS]
				      : NULL;
	bool same_boot = current && !strcmp(current->boot_id, loaded->boot_id);
	/* Unless that was told already. */
	bool rebooted = current && !same_boot && !server->rebooted;

	server->rebooted = false;

	loaded->number = server->formats_count++;
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (server->streams[cpu])
			stream_take_formats(server->streams[cpu], loaded, same_boot);
	if (!same_boot)
		memset(server->shared.lacking, 0, sizeof(server->shared.lacking));
	server->formats[loaded->number % FORMATS_SETS] = loaded;
	stream_set_formats(&server->shared, loaded);
	if (rebooted)
		counts_clear(&server->shared.counts);
	sources_change_geometry(server, &loaded->geometry);
	drain_follow(server->drain, &server->shared.intake.tally);
	server->shared.epoch += rebooted;
	if (!loaded->plugins)
		server_say(server, ENGINE_MESSAGE,
			   "formats have been loaded so often that libtraceevent's plugins "
			   "are used up; open the guest again to have them back");
	update_filters(server);
}

/* Those that there were go on. */
static void refuse_size(struct formats *loaded, struct engine_formats_reply *reply)
{
	reply->error = -ENOMEM;
	snprintf(reply->reason, sizeof(reply->reason),
		 "there is no memory for pages of %u bytes; free some, and load the formats again",
		 loaded->geometry.size);
	formats_free(loaded);
}

static void load_formats(struct server *server, uint32_t serial, int fd)
{
	struct engine_formats_reply reply;
	struct formats *loaded = NULL;

	server_lock(server);
	forget_formats(server);
	server_unlock(server);
	if (server->formats[server->formats_count % FORMATS_SETS]) {
		memset(&reply, 0, sizeof(reply));
		reply.error = -E2BIG;
		snprintf(reply.reason, sizeof(reply.reason),
			 "pages of %u different sets of formats are held; clear them first",
			 FORMATS_SETS);
	} else if (!formats_load_of(&loaded, server->shared.formats, &server->stock, fd,
				    server->shared.comms,
				    server->memory.ram ? &server->memory.kernel : NULL, &reply) &&
		   loaded) {
		drain_stop(server->drain);
		sources_catch_up(server);
		if (sources_reserve(server, &loaded->geometry))
			refuse_size(loaded, &reply);
		else
			requests_use_formats(server, loaded);
		drain_go(server->drain);
	}
	server->news = true;
	outbox_send(&server->outbox, ENGINE_FORMATS_REPLY, serial, &reply, sizeof(reply));
}

/* ---- answers ---- */

/* How far the files are read. */
static void add_progress(struct engine_stats *stats, const struct stream *stream)
{
	uint64_t size, passed;

	if (!stream->file)
		return;
	size = page_file_size(&stream->pages);
	passed = page_file_passed(&stream->pages, stream->file_offset);
	stats->indexing += source_indexing(stream);
	stats->file_bytes += size;
	stats->indexed += passed < size && source_indexing(stream) ? passed : size;
}

static void send_stats(struct server *server, uint32_t serial)
{
	struct {
		struct engine_stats head;
		struct engine_cpu_stats cpu[VTRACE_MAX_CPUS];
	} reply;

	memset(&reply.head, 0, sizeof(reply.head));
	reply.head.memory_used = server->shared.store.used;
	reply.head.memory_limit = server->shared.store.limit;
	reply.head.now = server_clock_ns();
	reply.head.formats = server->formats_count;
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		struct stream *stream = server->streams[cpu];

		if (!stream)
			continue;
		stream->stats.first_row = stream->history.first_row;
		stream->stats.next_row = stream->history.next_row;
		add_progress(&reply.head, stream);
		reply.cpu[reply.head.cpus++] = stream->stats;
	}
	outbox_send(&server->outbox, ENGINE_STATS_REPLY, serial, &reply,
		    sizeof(reply.head) + reply.head.cpus * sizeof(reply.cpu[0]));
}

/* Who asked asks again, and finds memory one day. */
static void deny(struct server *server, uint32_t serial, const char *what, int error)
{
	const struct engine_no_answer reply = {.error = error};
	uint64_t now = server_clock_ms();

	if (!server->denial_told || now - server->denial_told >= DENIAL_MS)
		server_say(server, ENGINE_MESSAGE, "%s can't be told now: %s; asking goes on", what,
			   strerror(-error));
	server->denial_told = now;
	outbox_send(&server->outbox, ENGINE_NO_ANSWER, serial, &reply, sizeof(reply));
}

static void send_rows(struct server *server, uint32_t serial, int ret, enum engine_type type)
{
	if (ret)
		deny(server, serial, "rows", ret);
	else
		outbox_send(&server->outbox, type, serial, server->rows.packet,
			    server->rows.length);
}

static void send_view(struct server *server, uint32_t serial, const struct engine_view *view)
{
	int ret = rows_view(&server->rows, view);

	/* There is more to see than one answer found. */
	if (!ret && ((const struct engine_rows *)server->rows.packet)->flags & ENGINE_ROWS_MORE)
		server->news = true;
	send_rows(server, serial, ret, ENGINE_ROWS);
}

static void send_density(struct server *server, uint32_t serial,
			 const struct engine_density_request *asked)
{
	struct density_reply reply;
	int ret = density_fill(&reply, asked, server->streams, &server->shared);

	if (ret)
		deny(server, serial, "how events are spread over time", ret);
	else
		outbox_send(&server->outbox, ENGINE_DENSITY_REPLY, serial, &reply,
			    sizeof(reply.head) + reply.head.columns * sizeof(reply.columns[0]));
}

static void set_filter(struct server *server, uint32_t serial, const struct engine_filter *filter)
{
	struct engine_filter_reply reply;

	filter_set_ask(&server->rows.shown, filter, server->formats, server->formats_count,
		       server->shared.comms, &reply);
	server->news = true;
	outbox_send(&server->outbox, ENGINE_FILTER_REPLY, serial, &reply, sizeof(reply));
}

static void find_row(struct server *server, uint32_t serial, const struct engine_find *find)
{
	struct filter_set *set = &server->rows.found;
	struct engine_filter_reply reply = {0};
	struct engine_found found = {0};

	/* Mostly the same is looked for again, or further on. */
	if (!set->on || memcmp(&set->asked, &find->filter, sizeof(set->asked)))
		found.error = filter_set_ask(set, &find->filter, server->formats,
					     server->formats_count, server->shared.comms, &reply);
	memcpy(found.reason, reply.reason, sizeof(found.reason));
	if (!found.error)
		found.error = rows_find(&server->rows, find, &found);
	outbox_send(&server->outbox, ENGINE_FOUND, serial, &found, sizeof(found));
}

static void send_latency(struct server *server, uint32_t serial, const struct engine_latency *asked)
{
	size_t length;
	int ret =
		latency_answer(&server->latency, &server->rows, asked, server_clock_ms(), &length);

	if (ret)
		deny(server, serial, "latencies", ret);
	else
		outbox_send(&server->outbox, ENGINE_LATENCIES, serial, &server->latency.reply,
			    length);
}

/* What is kept from the threads of the drain while a request is answered. */
enum hold {
	HOLD_NOTHING,
	HOLD_SHARED,  /* what streams share, and their histories */
	HOLD_STREAMS, /* all streams */
};

/* What a request must bring along, by type, and what its answer needs. */
static const struct {
	size_t length;
	bool fd;
	bool cpu; /* starts with a CPU's number */
	enum hold hold;
} request_form[] = {
	[ENGINE_FORMATS] = {0, true, false, HOLD_NOTHING},
	[ENGINE_STREAM] = {sizeof(struct engine_stream), true, true, HOLD_STREAMS},
	[ENGINE_CLOSE_STREAM] = {sizeof(struct engine_stream), false, true, HOLD_STREAMS},
	[ENGINE_DISCARD] = {sizeof(struct engine_flag), false, false, HOLD_STREAMS},
	[ENGINE_RECORD] = {sizeof(struct engine_stream), true, true, HOLD_STREAMS},
	[ENGINE_RECORD_END] = {0, false, false, HOLD_STREAMS},
	[ENGINE_SAVE] = {sizeof(struct engine_stream), true, true, HOLD_SHARED},
	[ENGINE_CLEAR] = {0, false, false, HOLD_STREAMS},
	[ENGINE_VIEW] = {sizeof(struct engine_view), false, false, HOLD_SHARED},
	[ENGINE_PULL] = {sizeof(struct engine_pull), false, false, HOLD_SHARED},
	[ENGINE_STATS] = {0, false, false, HOLD_SHARED},
	[ENGINE_COUNTS] = {0, false, false, HOLD_SHARED},
	[ENGINE_RECORD_REGION] = {sizeof(struct engine_region), true, true, HOLD_STREAMS},
	[ENGINE_SAVE_REGION] = {sizeof(struct engine_region), true, true, HOLD_SHARED},
	[ENGINE_DAT] = {0, true, false, HOLD_STREAMS},
	[ENGINE_DAT_READ] = {0, false, false, HOLD_STREAMS},
	[ENGINE_DAT_FORMATS] = {0, true, false, HOLD_STREAMS},
	[ENGINE_NAMES] = {sizeof(struct engine_names), true, false, HOLD_SHARED},
	[ENGINE_FILTER] = {sizeof(struct engine_filter), false, false, HOLD_SHARED},
	[ENGINE_FIND] = {sizeof(struct engine_find), false, false, HOLD_SHARED},
	[ENGINE_SEARCH] = {sizeof(struct engine_search), false, false, HOLD_SHARED},
	[ENGINE_FILTER_TRY] = {sizeof(struct engine_filter), false, false, HOLD_SHARED},
	[ENGINE_SIFT] = {0, false, false, HOLD_SHARED},
	[ENGINE_WORDS] = {sizeof(struct engine_words), false, false, HOLD_SHARED},
	[ENGINE_DETAIL] = {sizeof(struct engine_detail_request), false, false, HOLD_SHARED},
	[ENGINE_LATENCY] = {sizeof(struct engine_latency), false, false, HOLD_SHARED},
	[ENGINE_PAUSED] = {0, false, false, HOLD_STREAMS},
	[ENGINE_DENSITY] = {sizeof(struct engine_density_request), false, false, HOLD_SHARED},
	[ENGINE_NOTE] = {sizeof(struct engine_note), false, false, HOLD_STREAMS},
	[ENGINE_MEMORY] = {sizeof(struct engine_memory), true, false, HOLD_STREAMS},
	[ENGINE_MEMORY_READ] = {sizeof(struct engine_memory_read), false, false, HOLD_STREAMS},
};

static bool filter_ends(const struct engine_filter *filter)
{
	return memchr(filter->events, '\0', sizeof(filter->events)) &&
	       memchr(filter->expression, '\0', sizeof(filter->expression));
}

static bool view_is_good(const struct engine_view *view)
{
	return view->origin <= ENGINE_FROM_SHARE &&
	       (view->origin != ENGINE_FROM_SHARE || view->at.row <= ENGINE_SHARES);
}

static bool find_is_good(const struct engine_find *find)
{
	return find->origin <= ENGINE_FROM_TAIL && find->way <= ENGINE_FIND_PREV &&
	       filter_ends(&find->filter);
}

static bool search_is_good(const struct engine_search *search)
{
	return search->origin <= ENGINE_FROM_TAIL && search->way <= ENGINE_FIND_PREV &&
	       search->at.cpu < VTRACE_MAX_CPUS &&
	       memchr(search->pattern, '\0', sizeof(search->pattern));
}

static bool columns_are_good(const struct engine_density_request *density)
{
	return density->columns && density->columns <= ENGINE_DENSITY_COLUMNS;
}

static bool words_are_good(const struct engine_words *words)
{
	return memchr(words->of, '\0', sizeof(words->of)) &&
	       memchr(words->prefix, '\0', sizeof(words->prefix));
}

static bool latency_is_good(const struct engine_latency *latency)
{
	return latency->kind < ENGINE_LATENCY_KINDS && latency->order < ENGINE_LATENCY_ORDERS;
}

/* Of a request with the right length, what else must be true of it. */
static bool payload_is_good(uint32_t type, const void *payload)
{
	switch (type) {
	case ENGINE_STREAM:
		return ((const struct engine_stream *)payload)->kind <= ENGINE_STREAM_FILE;
	case ENGINE_VIEW:
		return view_is_good(payload);
	case ENGINE_FILTER:
	case ENGINE_FILTER_TRY:
		return filter_ends(payload);
	case ENGINE_FIND:
		return find_is_good(payload);
	case ENGINE_SEARCH:
		return search_is_good(payload);
	case ENGINE_WORDS:
		return words_are_good(payload);
	case ENGINE_LATENCY:
		return latency_is_good(payload);
	case ENGINE_DENSITY:
		return columns_are_good(payload);
	case ENGINE_NOTE:
		return memchr(((const struct engine_note *)payload)->text, '\0', ENGINE_NOTE_MAX);
	default:
		return true;
	}
}

static bool well_formed(const struct engine_header *header, const void *payload, int fd)
{
	return header->type < sizeof(request_form) / sizeof(request_form[0]) &&
	       header->type > ENGINE_CONFIG &&
	       header->length == request_form[header->type].length &&
	       (fd >= 0) == request_form[header->type].fd &&
	       (!request_form[header->type].cpu ||
		((const struct engine_stream *)payload)->cpu < VTRACE_MAX_CPUS) &&
	       payload_is_good(header->type, payload);
}

static void add_saving(struct server *server, uint32_t cpu, int fd,
		       const struct engine_region *region, uint32_t serial)
{
	struct engine_save_reply reply = {.cpu = cpu};

	reply.error = savings_add(&server->savings, cpu, server->streams[cpu], fd, region, serial);
	if (reply.error)
		outbox_send(&server->outbox, ENGINE_SAVE_REPLY, serial, &reply, sizeof(reply));
}

/* Formats and records can send libtraceevent round in circles. SIGPROF then ends the engine,
 * which the console tells, and which is better than one that says nothing any more. */
static void limit_answer(time_t seconds)
{
	const struct itimerval timer = {.it_value.tv_sec = seconds};

	setitimer(ITIMER_PROF, &timer, NULL);
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
		source_open(server, stream, fd);
		break;
	case ENGINE_CLOSE_STREAM:
		source_close(server, stream->cpu);
		break;
	case ENGINE_DISCARD:
		server->shared.discard = ((const struct engine_flag *)payload)->on;
		break;
	case ENGINE_RECORD:
		source_record(server, stream->cpu, fd, NULL);
		break;
	case ENGINE_RECORD_END:
		sources_end_recordings(server, header->serial);
		break;
	case ENGINE_SAVE:
		add_saving(server, stream->cpu, fd, NULL, header->serial);
		break;
	case ENGINE_RECORD_REGION:
		source_record(server, stream->cpu, fd, payload);
		break;
	case ENGINE_SAVE_REGION:
		add_saving(server, stream->cpu, fd, payload, header->serial);
		break;
	case ENGINE_DAT:
		dat_source_open(server, header->serial, fd);
		break;
	case ENGINE_DAT_READ:
		dat_source_read(server);
		break;
	case ENGINE_DAT_FORMATS:
		dat_source_formats(server, header->serial, fd);
		close(fd);
		break;
	case ENGINE_NAMES:
		sources_write_names(server, fd, payload);
		break;
	case ENGINE_CLEAR:
		sources_clear(server);
		latency_restart(&server->latency);
		break;
	case ENGINE_VIEW:
		send_view(server, header->serial, payload);
		break;
	case ENGINE_PULL:
		send_rows(server, header->serial,
			  rows_pull(&server->rows, payload, server_clock_ms(), &server->settles),
			  ((const struct engine_pull *)payload)->flags & ENGINE_PULL_TEXT
				  ? ENGINE_LINES
				  : ENGINE_ROWS);
		break;
	case ENGINE_FILTER:
		set_filter(server, header->serial, payload);
		break;
	case ENGINE_FIND:
		find_row(server, header->serial, payload);
		break;
	case ENGINE_SEARCH:
		prompts_search(server, header->serial, payload);
		break;
	case ENGINE_FILTER_TRY:
		prompts_try_filter(server, header->serial, payload);
		break;
	case ENGINE_SIFT:
		prompts_sift(server, header->serial);
		break;
	case ENGINE_WORDS:
		prompts_words(server, header->serial, payload);
		break;
	case ENGINE_DETAIL:
		send_rows(server, header->serial, rows_detail(&server->rows, payload),
			  ENGINE_DETAIL_REPLY);
		break;
	case ENGINE_PAUSED:
		sources_note_pause(server);
		break;
	case ENGINE_NOTE:
		sources_note(server, payload);
		break;
	case ENGINE_MEMORY:
		memory_source_open(server, header->serial, payload, fd);
		break;
	case ENGINE_MEMORY_READ:
		memory_source_read(server, payload);
		break;
	case ENGINE_LATENCY:
		send_latency(server, header->serial, payload);
		break;
	case ENGINE_DENSITY:
		send_density(server, header->serial, payload);
		break;
	case ENGINE_STATS:
		send_stats(server, header->serial);
		break;
	case ENGINE_COUNTS:
		outbox_send(&server->outbox, ENGINE_COUNTS_REPLY, header->serial, &server->top,
			    top_fill(&server->top, &server->shared));
		break;
	}
}

/* Take the descriptor out of a message; one at most is ever sent, so more of them are closed. */
static int message_fd(struct msghdr *message)
{
	int fd = -1, other;

	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(message); cmsg;
	     cmsg = CMSG_NXTHDR(message, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = CMSG_LEN(0); at + sizeof(int) <= cmsg->cmsg_len;
		     at += sizeof(int)) {
			memcpy(&other, (char *)cmsg + at, sizeof(int));
			if (fd >= 0)
				close(fd);
			fd = other;
		}
	}
	return fd;
}

bool requests_take(struct server *server)
{
	struct {
		struct engine_header header;
		_Alignas(8) uint8_t payload[REQUEST_MAX];
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
	enum hold hold;
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
	limit_answer(ANSWER_SECONDS);
	hold = request_form[packet.header.type].hold;
	if (hold == HOLD_STREAMS) {
		drain_stop(server->drain);
		sources_catch_up(server);
	}
	if (hold == HOLD_SHARED)
		server_lock(server);
	answer(server, &packet.header, packet.payload, fd);
	if (hold == HOLD_SHARED)
		server_unlock(server);
	if (hold == HOLD_STREAMS)
		drain_go(server->drain);
	limit_answer(0);
	return true;
}
