// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/engine/server_private.h"

#define TELL_MS 250 /* between two replies of one search */

static void tell(struct server *server, uint32_t serial)
{
	struct memory_source *source = &server->memory;
	struct {
		struct engine_memory_reply head;
		struct engine_memory_buffer buffers[RING_BUFFERS_MAX];
	} reply;

	memory_search_tell(&source->search, &reply.head, reply.buffers);
	memcpy(source->kernel.build_id, reply.head.build_id, sizeof(reply.head.build_id));
	memcpy(source->kernel.release, reply.head.release, sizeof(reply.head.release));
	memcpy(source->kernel.banner, reply.head.banner, sizeof(reply.head.banner));
	reply.head.boots = source->boots;
	source->told = server_clock_ms();
	outbox_send(&server->outbox, ENGINE_MEMORY_REPLY, serial, &reply,
		    sizeof(reply.head) + reply.head.buffers * sizeof(reply.buffers[0]));
}

/* Observers read a memory that is about to go, or another buffer of it. */
static void close_streams(struct server *server)
{
	for (uint32_t cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (server->streams[cpu] && server->streams[cpu]->observer)
			source_close(server, cpu);
}

void memory_source_close(struct server *server)
{
	struct memory_source *source = &server->memory;

	close_streams(server);
	memory_search_release(&source->search);
	ram_free(source->ram);
	*source = (struct memory_source){0};
}

void memory_source_release(struct server *server)
{
	memory_search_release(&server->memory.search);
	ram_free(server->memory.ram);
}

void memory_source_open(struct server *server, uint32_t serial, const struct engine_memory *request,
			int fd)
{
	struct memory_source *source = &server->memory;
	struct engine_memory_reply reply = {0};
	int ret;

	memory_source_close(server);
	ret = ram_open(&source->ram, fd, request->live, reply.reason, sizeof(reply.reason));
	if (!ret && memory_search_begin(&source->search, source->ram, request->hint)) {
		ret = -ENOMEM;
		snprintf(reply.reason, sizeof(reply.reason),
			 "there is no memory to search the guest's with");
		memory_source_close(server);
	}
	source->kernel.any = request->any_formats;
	source->serial = serial;
	source->searching = !ret;
	source->told = server_clock_ms();
	if (!ret)
		return;
	reply.error = ret;
	outbox_send(&server->outbox, ENGINE_MEMORY_REPLY, serial, &reply, sizeof(reply));
}

void memory_source_search(struct server *server)
{
	struct memory_source *source = &server->memory;

	if (!source->searching)
		return;
	source->searching = !memory_search_step(&source->search);
	if (!source->searching ||
	    (server_clock_ms() - source->told >= TELL_MS && !outbox_waiting(&server->outbox)))
		tell(server, source->serial);
}

/* ---- streams ---- */

/* The buffer that begins there, or has the newest events; NULL: there is none. */
static const struct ring_buffer *find_buffer(struct memory_source *source, uint64_t offset)
{
	const struct memory_search *search = &source->search;
	const struct ring_buffer *best = NULL;
	uint64_t newest = 0;

	for (uint32_t i = 0; i < search->buffer_count; i++) {
		const struct ring_buffer *buffer = &search->buffers[i];
		uint64_t stamp;

		if (buffer->start == offset)
			return buffer;
		if (offset != ENGINE_MEMORY_ANYWHERE)
			continue;
		stamp = ring_meta_newest(source->ram, buffer);
		if (!best || newest < stamp) {
			best = buffer;
			newest = stamp;
		}
	}
	return best;
}

/* A CPU that is not there yet may come while the guest runs. */
static void open_stream(struct server *server, const struct ring_buffer *buffer, uint32_t cpu,
			bool once)
{
	struct observer *observer;

	if (once && !buffer->cpus[cpu].used)
		return;
	if (observer_new(&observer, server->memory.ram, buffer, cpu, once))
		server_say(server, ENGINE_MESSAGE, "no memory to observe CPU %u with", cpu);
	else
		source_open_observer(server, cpu, observer);
}

void memory_source_read(struct server *server, const struct engine_memory_read *request)
{
	struct memory_source *source = &server->memory;
	const struct ring_buffer *buffer;
	struct page_geometry geometry;

	close_streams(server);
	source->fault_told = false;
	buffer = source->searching ? NULL : find_buffer(source, request->offset);
	if (!buffer) {
		server_say(server, ENGINE_MESSAGE,
			   source->searching
				   ? "the guest's memory is still being searched"
				   : "there is no ring buffer there in the guest's memory");
		return;
	}
	geometry = (struct page_geometry){buffer->subbuf_size, 8, false};
	if (sources_reserve(server, &geometry)) {
		server_say(
			server, ENGINE_MESSAGE,
			"there is no memory for pages of %u bytes: free some, and open the guest's "
			"memory again",
			geometry.size);
		return;
	}
	sources_change_geometry(server, &geometry);
	for (uint32_t cpu = 0; cpu < buffer->cpu_count; cpu++)
		open_stream(server, buffer, cpu, request->once);
	drain_watch(server->drain);
	server->news = true;
}

void memory_source_check_geometry(struct server *server)
{
	const struct page_geometry *geometry = &server->shared.geometry;
	bool told = false;

	for (uint32_t cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		struct stream *stream = server->streams[cpu];

		if (!stream || !stream->observer ||
		    (observer_page_size(stream->observer) == geometry->size &&
		     geometry->long_size == 8 && !geometry->big_endian))
			continue;
		if (!told)
			server_say(server, ENGINE_MESSAGE,
				   "the formats say that sub-buffers have %u bytes, but in the "
				   "guest's "
				   "memory they have %u: the formats are of another kernel",
				   geometry->size, observer_page_size(stream->observer));
		told = true;
		source_fail(server, cpu, -EMEDIUMTYPE);
	}
}

void memory_source_tell_fault(struct server *server, const struct stream *stream)
{
	struct memory_source *source = &server->memory;

	/* Of those with formats of another kernel that was said. */
	if (source->fault_told || stream->error == -EMEDIUMTYPE)
		return;
	source->fault_told = true;
	server_say(server, ENGINE_MESSAGE, "the guest's memory can't be read any more: %s",
		   stream->error == -EBADMSG   ? "the ring buffer's description contradicts itself"
		   : ram_fault(source->ram)[0] ? ram_fault(source->ram)
					       : strerror(-stream->error));
}

void memory_source_pass_boot(struct server *server)
{
	static const struct engine_note note = {
		.cpu = ENGINE_NOTE_ALL,
		.text = "the kernel that wrote to this memory before ends here (previous boot)",
	};
	bool waiting = false;

	for (uint32_t cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		waiting |= server->streams[cpu] && server->streams[cpu]->observer &&
			   observer_at_boot(server->streams[cpu]->observer);
	if (!waiting)
		return;
	/* Those that have brought nothing of it yet need not wait again. */
	for (uint32_t cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (server->streams[cpu] && server->streams[cpu]->observer)
			observer_pass_boot(server->streams[cpu]->observer);
	sources_note(server, &note);
	server->shared.epoch++;
	/* Formats with another boot's name are no second one. */
	server->rebooted = true;
	server->memory.boots++;
	tell(server, 0);
	drain_watch(server->drain);
}
