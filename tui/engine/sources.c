// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tui/engine/server_private.h"

#define CHANNEL_BUDGET (1024 * 1024) /* bytes of a channel that came before a request */
#define FILE_BUDGET    (256 * 1024)  /* bytes of a file before the next one's turn */
#define FILES_MS       5	     /* for all files before requests are looked at */

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
	struct recording *recording = &server->recordings[stream->stats.cpu];

	if (!stream->record_error)
		return;
	recording->error = stream->record_error;
	stream->record_error = 0;
	if (recording->error == ENGINE_AT_LIMIT) {
		if (!server->record_full)
			outbox_send(&server->outbox, ENGINE_RECORD_FULL, 0, NULL, 0);
		server->record_full = true;
		return;
	}
	server_say(server, ENGINE_MESSAGE,
		   "recording of CPU %u stopped: %s; what was written before is whole",
		   stream->stats.cpu,
		   recording->error == -EFBIG ? "the file has no room for more of its pages"
					      : strerror(-recording->error));
}

/* The console holds the same open file, so closing alone would leave it in the epoll set. */
static void drop_source(struct server *server, struct stream *stream)
{
	if (!stream_is_live(stream))
		return;
	if (stream->fd >= 0)
		drain_remove(server->drain, stream->fd);
	else if (stream->stats.state == ENGINE_CHANNEL_FAILED)
		memory_source_tell_fault(server, stream);
	stream_drop_source(stream);
}

static void read_stream(struct server *server, struct stream *stream, size_t budget)
{
	uint32_t state = stream->stats.state;

	stream->intake = &server->shared.intake;
	if (stream_read(stream, budget, server_clock_ms()))
		server->news = true;
	check_recording(server, stream);
	if (stream->stats.state != state) {
		if (stream->stats.state == ENGINE_CHANNEL_FAILED &&
		    page_file_fault(&stream->pages)[0])
			server_say(server, ENGINE_MESSAGE, "the pages of CPU %u end early: %s",
				   stream->number, page_file_fault(&stream->pages));
		drop_source(server, stream);
		tell_state(server, stream);
	}
}

void sources_ready(struct server *server)
{
	struct drain_news news;

	drain_take_news(server->drain, &news);
	server->news |= news.pages || news.attention;
	server->undecided |= news.undecided;
	if (!news.attention && !news.boot)
		return;
	drain_stop(server->drain);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		struct stream *stream = server->streams[cpu];

		if (!stream || !stream_is_live(stream))
			continue;
		check_recording(server, stream);
		if (stream->stats.state != ENGINE_CHANNEL_OPEN) {
			drop_source(server, stream);
			tell_state(server, stream);
		}
	}
	if (news.boot)
		memory_source_pass_boot(server);
	drain_go(server->drain);
}

void sources_catch_up(struct server *server)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		struct stream *stream = server->streams[cpu];

		if (stream && !stream->file && stream->stats.state == ENGINE_CHANNEL_OPEN)
			read_stream(server, stream, CHANNEL_BUDGET);
	}
}

/* Files are always readable, so epoll does not take them. A slow disk must not keep the console
 * waiting, so it is time that counts. */
void sources_read_files(struct server *server)
{
	uint64_t end = server_clock_ms() + FILES_MS;
	unsigned idle = 0;

	while (idle < VTRACE_MAX_CPUS) {
		struct stream *stream = server->streams[server->next_file];

		server->next_file = (server->next_file + 1) % VTRACE_MAX_CPUS;
		idle++;
		if (!source_indexing(stream))
			continue;
		idle = 0;
		read_stream(server, stream, FILE_BUDGET);
		if (server_clock_ms() >= end)
			break;
	}
}

bool sources_indexing(const struct server *server)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (source_indexing(server->streams[cpu]))
			return true;
	return false;
}

void sources_settle(struct server *server)
{
	uint64_t now = server_clock_ms();

	if (!server->undecided || now - server->settle_time < SOURCES_IDLE_MS / 3)
		return;
	server->settle_time = now;
	server->undecided = false;
	drain_stop(server->drain);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		struct stream *stream = server->streams[cpu];

		if (!stream || !stream_undecided(stream))
			continue;
		stream->intake = &server->shared.intake;
		if (now - stream->read_time >= SOURCES_IDLE_MS)
			server->news |= stream_idle(stream, now);
		server->undecided |= stream_undecided(stream);
	}
	drain_go(server->drain);
}

static struct stream *get_stream(struct server *server, uint32_t cpu)
{
	if (!server->streams[cpu] && stream_new(&server->streams[cpu], &server->shared, cpu)) {
		server_say(server, ENGINE_MESSAGE, "no memory for the stream of CPU %u", cpu);
		return NULL;
	}
	return server->streams[cpu];
}

struct stream *source_open_pages(struct server *server, uint32_t cpu, struct page_file *pages)
{
	struct stream *stream = get_stream(server, cpu);

	if (!stream) {
		page_file_release(pages);
		return NULL;
	}
	source_close(server, cpu);
	stream_open_pages(stream, pages);
	tell_state(server, stream);
	return stream;
}

void source_open(struct server *server, const struct engine_stream *request, int fd)
{
	struct stream *stream = get_stream(server, request->cpu);
	bool file = request->kind == ENGINE_STREAM_FILE;
	int ret = 0;

	if (!stream) {
		close(fd);
		return;
	}
	source_close(server, request->cpu);
	if (!file) {
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
		ret = drain_add(server->drain, fd, request->cpu);
	}
	if (ret) {
		close(fd);
		stream->stats.state = ENGINE_CHANNEL_FAILED;
		stream->error = ret;
	} else {
		stream_open(stream, fd, file);
	}
	tell_state(server, stream);
}

void source_open_observer(struct server *server, uint32_t cpu, struct observer *observer)
{
	struct stream *stream = get_stream(server, cpu);

	if (!stream) {
		observer_free(observer);
		return;
	}
	source_close(server, cpu);
	stream_open_observer(stream, observer);
	tell_state(server, stream);
}

static void end_source(struct server *server, uint32_t cpu, enum engine_channel_state state,
		       int error)
{
	struct stream *stream = server->streams[cpu];

	if (!stream || stream->stats.state != ENGINE_CHANNEL_OPEN)
		return;
	stream_close(stream, state, server_clock_ms());
	stream->error = error;
	drop_source(server, stream);
	tell_state(server, stream);
	server->news = true;
}

void source_close(struct server *server, uint32_t cpu)
{
	end_source(server, cpu, ENGINE_CHANNEL_NONE, 0);
}

void source_fail(struct server *server, uint32_t cpu, int error)
{
	end_source(server, cpu, ENGINE_CHANNEL_FAILED, error);
}

void sources_clear(struct server *server)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (server->streams[cpu])
			history_clear(&server->streams[cpu]->history);
	server->news = true;
}

void sources_note_pause(struct server *server)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (server->streams[cpu] && !server->streams[cpu]->file)
			server->streams[cpu]->paused = true;
}

/* Another kernel: its events have other formats, which the next ones to come are. */
static void begin_boot(struct server *server)
{
	struct stream_shared *shared = &server->shared;

	if (!shared->formats)
		return;
	shared->awaited = server->formats_count;
	stream_set_formats(shared, NULL);
	drain_follow(server->drain, &shared->intake.tally);
	shared->epoch++;
	counts_clear(&shared->counts);
	server->rebooted = true;
}

void sources_note(struct server *server, const struct engine_note *note)
{
	uint64_t number = notes_add(&server->shared.notes, note->text);

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (server->streams[cpu] && !server->streams[cpu]->file &&
		    (note->cpu == ENGINE_NOTE_ALL || note->cpu == cpu))
			stream_note(server->streams[cpu], number, note->rebooted,
				    server_clock_ms());
	if (note->rebooted)
		begin_boot(server);
	server->news = true;
}

int sources_reserve(struct server *server, const struct page_geometry *geometry)
{
	int ret = intake_reserve(&server->shared.intake, geometry->size);

	return ret ? ret : drain_reserve(server->drain, geometry->size);
}

void sources_change_geometry(struct server *server, const struct page_geometry *geometry)
{
	struct page_geometry *current = &server->shared.geometry;

	if (current->size == geometry->size && current->long_size == geometry->long_size &&
	    current->big_endian == geometry->big_endian)
		return;
	*current = *geometry;
	/* Files are read again; what channels have brought was cut into the wrong pages. */
	counts_clear(&server->shared.counts);
	intake_forget(&server->shared.intake);
	drain_follow(server->drain, &server->shared.intake.tally);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		struct stream *stream = server->streams[cpu];

		if (!stream)
			continue;
		if (stream->record.fd >= 0) {
			server->recordings[cpu].error = -EMEDIUMTYPE;
			server_say(server, ENGINE_MESSAGE,
				   "recording of CPU %u stopped: its pages have another layout now",
				   cpu);
		}
		stream_new_geometry(stream);
	}
	memory_source_check_geometry(server);
}

/* ---- recordings ---- */

static bool recording_on(const struct server *server)
{
	bool on = false;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		on |= server->recordings[cpu].on;
	return on;
}

void source_record(struct server *server, uint32_t cpu, int fd, const struct engine_region *region)
{
	struct stream *stream = get_stream(server, cpu);

	if (!stream || stream->record.fd >= 0) {
		server_say(server, ENGINE_MESSAGE, "CPU %u is not recorded %s", cpu,
			   stream ? "twice at a time" : "without memory for its stream");
		close(fd);
		return;
	}
	if (!recording_on(server)) {
		server->record_full = false;
		server->shared.record_room = server->record_limit;
	}
	rawfile_open(&stream->record, fd, region);
	stream->stats.recorded = 0;
	server->recordings[cpu] = (struct recording){.on = true, .before = stream->stats};
}

static void check_names(struct server *server, int ret)
{
	if (!ret)
		return;
	server_say(server, ENGINE_MESSAGE, "the file does not have the names of all tasks: %s",
		   ret == -EFBIG ? "there are too many" : strerror(-ret));
	/* Too many are there again the next time, and said once is enough. */
	names_file_close(&server->names);
}

void sources_write_names(struct server *server, int fd, const struct engine_names *place)
{
	struct names_file once = NAMES_FILE_NONE, *file = place->keep ? &server->names : &once;

	if (place->keep)
		names_file_close(file);
	names_file_open(file, fd, place);
	check_names(server, names_file_write(file, server->shared.comms, server_clock_ms()));
	if (!place->keep)
		names_file_close(file);
}

void sources_refresh_names(struct server *server)
{
	uint64_t now = server_clock_ms();

	server_lock(server);
	if (!names_file_due(&server->names, server->shared.comms, now))
		check_names(server, names_file_write(&server->names, server->shared.comms, now));
	server_unlock(server);
}

static void end_recording(struct server *server, struct stream *stream, uint32_t serial)
{
	struct recording *recording = &server->recordings[stream->stats.cpu];
	const struct engine_cpu_stats *now = &stream->stats, *before = &recording->before;
	int ret = rawfile_close(&stream->record);
	struct engine_save_reply reply = {
		.cpu = now->cpu,
		.error = recording->error ? recording->error : ret,
		.bytes = stream->record.bytes,
		.pages = stream->record.pages,
		.events = now->events - before->events,
		.lost = now->lost - before->lost,
		.lost_unknown = now->lost_unknown - before->lost_unknown,
	};

	recording->on = false;
	outbox_send(&server->outbox, ENGINE_SAVE_REPLY, serial, &reply, sizeof(reply));
}

void sources_end_recordings(struct server *server, uint32_t serial)
{
	check_names(server, names_file_write(&server->names, server->shared.comms, 0));
	names_file_close(&server->names);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (server->recordings[cpu].on)
			end_recording(server, server->streams[cpu], serial);
}
