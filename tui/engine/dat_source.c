// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/trace_dat.h"
#include "tui/engine/dat_private.h"
#include "tui/engine/server_private.h"

/* ---- streams ---- */

/*
 * A CPU of the top buffer has its number as its slot, those of instances follow: in the order of
 * slots rows of the same time are the reference's. Where that takes more slots than there are,
 * they are given out without gaps.
 */
static bool is_dense(const struct dat *dat)
{
	uint64_t slots = 0;

	for (uint32_t i = 0; i < dat->buffer_count; i++) {
		const struct dat_buffer *buffer = &dat->buffers[i];

		if (!i && !buffer->name[0] && buffer->cpu_count)
			slots = (uint64_t)buffer->cpus[buffer->cpu_count - 1].number + 1;
		else
			slots += buffer->cpu_count;
	}
	return slots > VTRACE_MAX_CPUS;
}

static void find_streams(struct dat_source *source)
{
	struct dat *dat = &source->dat;
	bool dense = is_dense(dat);
	uint32_t next = 0;

	for (uint32_t i = 0; i < dat->buffer_count; i++) {
		const struct dat_buffer *buffer = &dat->buffers[i];

		for (uint32_t j = 0; j < buffer->cpu_count; j++) {
			const struct dat_cpu *cpu = &buffer->cpus[j];

			if (!i && !buffer->name[0] && !dense)
				next = cpu->number;
			if (next == VTRACE_MAX_CPUS) {
				dat_warn(dat,
					 "it has pages of more than %u CPUs; others are not shown",
					 VTRACE_MAX_CPUS);
				return;
			}
			source->streams[source->stream_count].slot = next++;
			source->streams[source->stream_count].buffer = buffer;
			source->streams[source->stream_count].cpu = cpu;
			source->stream_count++;
		}
	}
}

/* What the reference puts before each line of a file with instances: names in one width, the top
 * buffer without one (trace-cmd, tracecmd/trace-read.c, print_handle_file). */
static int make_prefixes(struct dat_source *source)
{
	const struct dat *dat = &source->dat;
	bool instances = false;
	size_t width = 0;

	for (uint32_t i = 0; i < dat->buffer_count; i++) {
		size_t length = strlen(dat->buffers[i].name);

		instances |= length;
		if (width < length)
			width = length;
	}
	if (!instances)
		return 0;
	source->prefixes = calloc(dat->buffer_count, sizeof(*source->prefixes));
	if (!source->prefixes)
		return -ENOMEM;
	for (uint32_t i = 0; i < dat->buffer_count; i++)
		snprintf(source->prefixes[i], sizeof(source->prefixes[i]), "%*s%s", (int)width,
			 dat->buffers[i].name, dat->buffers[i].name[0] ? ": " : "  ");
	return 0;
}

static void open_stream(struct server *server, uint32_t index)
{
	struct dat_source *source = &server->dat;
	const struct dat_buffer *buffer = source->streams[index].buffer;
	const struct dat_cpu *cpu = source->streams[index].cpu;
	struct page_file pages = page_file_region(source->fd, cpu->from, cpu->length);
	struct stream *stream;

	/* The size that trace-cmd gives leaves out the numbers before chunks. */
	if (buffer->packed &&
	    page_file_packed(&pages, source->fd, cpu->from, source->dat.size - cpu->from,
			     source->dat.packing, source->dat.bundle.big_endian, cpu->cut)) {
		server_say(server, ENGINE_MESSAGE, "no memory for the pages of CPU %u",
			   cpu->number);
		return;
	}
	stream = source_open_pages(server, source->streams[index].slot, &pages);
	if (!stream)
		return;
	stream->number = cpu->number;
	stream->clock = dat_clock_idle(buffer->clock) ? NULL : buffer->clock;
	if (source->prefixes)
		stream->prefix = source->prefixes[buffer - source->dat.buffers];
}

void dat_source_read(struct server *server)
{
	for (uint32_t i = 0; server->dat.open && i < server->dat.stream_count; i++)
		open_stream(server, i);
	server->news = true;
}

/* ---- the file ---- */

static struct page_geometry geometry_of(const struct bundle *bundle)
{
	return (struct page_geometry){bundle->subbuf_size, bundle->long_size, bundle->big_endian};
}

static void load(struct server *server, struct engine_formats_reply *reply)
{
	const struct bundle *bundle = &server->dat.dat.bundle;
	const struct page_geometry geometry = geometry_of(bundle);
	struct formats *loaded = NULL;

	comms_keep_first(server->shared.comms);
	if (!formats_load_bundle(&loaded, server->shared.formats, &server->stock, bundle,
				 server->shared.comms, reply) &&
	    loaded)
		requests_use_formats(server, loaded);
	else
		sources_change_geometry(server, &geometry);
}

static void fill_reply(const struct dat_source *source, struct engine_dat_reply *reply)
{
	const struct dat *dat = &source->dat;

	reply->version = dat->version;
	reply->streams = source->stream_count;
	reply->buffers = dat->buffer_count;
	reply->ticks = dat->ticks;
	for (uint32_t i = 0; i < dat->buffer_count; i++) {
		reply->shifted |= !dat_clock_idle(dat->buffers[i].clock);
		reply->dated |= dat->buffers[i].clock->dated;
	}
	snprintf(reply->packing, sizeof(reply->packing), "%s", packing_name(dat->packing));
	memcpy(reply->warning, dat->warning, sizeof(reply->warning));
}

static void send_reply(struct server *server, uint32_t serial, const struct engine_dat_reply *head)
{
	const struct dat_source *source = &server->dat;
	struct {
		struct engine_dat_reply head;
		struct engine_dat_stream streams[VTRACE_MAX_CPUS];
		char names[DAT_BUFFERS_MAX][ENGINE_NAME_MAX];
	} *reply = calloc(1, sizeof(*reply));
	char *at;

	if (!reply) {
		server->error = -ENOMEM;
		server->done = true;
		return;
	}
	reply->head = *head;
	for (uint32_t i = 0; i < head->streams; i++)
		reply->streams[i] = (struct engine_dat_stream){
			.slot = source->streams[i].slot,
			.cpu = source->streams[i].cpu->number,
			.buffer = (uint32_t)(source->streams[i].buffer - source->dat.buffers),
			.packed = source->streams[i].buffer->packed,
			.bytes = source->streams[i].cpu->length,
		};
	/* Names follow the streams that there are. */
	at = (char *)&reply->streams[head->streams];
	for (uint32_t i = 0; i < head->buffers; i++, at += ENGINE_NAME_MAX)
		snprintf(at, ENGINE_NAME_MAX, "%s", source->dat.buffers[i].name);
	outbox_send(&server->outbox, ENGINE_DAT_REPLY, serial, reply, (size_t)(at - (char *)reply));
	free(reply);
}

void dat_source_open(struct server *server, uint32_t serial, int fd)
{
	struct dat_source *source = &server->dat;
	struct engine_dat_reply reply = {.version = 0};
	struct engine_formats_reply *formats = &reply.formats;
	struct page_geometry geometry;

	if (source->open) {
		close(fd);
		formats->error = -EBUSY;
		snprintf(formats->reason, sizeof(formats->reason), "another file is read already");
		send_reply(server, serial, &reply);
		return;
	}
	source->open = true;
	source->fd = fd;
	formats->error = dat_load(&source->dat, fd, formats->reason, sizeof(formats->reason));
	if (!formats->error) {
		find_streams(source);
		geometry = geometry_of(&source->dat.bundle);
		formats->error = make_prefixes(source);
	}
	if (!formats->error)
		formats->error = sources_reserve(server, &geometry);
	if (!formats->error && !source->stream_count && source->dat.warning[0]) {
		formats->error = -ENODATA;
		snprintf(formats->reason, sizeof(formats->reason), "it holds no pages: %.400s",
			 source->dat.warning);
	} else if (!formats->error) {
		load(server, formats);
		fill_reply(source, &reply);
	} else if (!formats->reason[0]) {
		snprintf(formats->reason, sizeof(formats->reason), "it can't be read: %s",
			 strerror(-formats->error));
	}
	server->news = true;
	send_reply(server, serial, &reply);
}

static void put_number(struct bundle_writer *writer, const char *key, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	bundle_writer_header(writer, key, text);
}

static bool stands_before(const struct bundle *bundle, size_t index)
{
	return bundle_find(bundle, bundle->sections[index].name) != &bundle->sections[index];
}

static int write_formats(const struct bundle *bundle, int fd)
{
	struct bundle_writer writer;

	bundle_writer_init(&writer, fd);
	bundle_writer_header(&writer, "kernel", bundle->kernel);
	bundle_writer_header(&writer, "machine", bundle->machine);
	put_number(&writer, "cpus",
		   bundle->cpus < VTRACE_MAX_CPUS ? bundle->cpus : VTRACE_MAX_CPUS);
	bundle_writer_header(&writer, "clock", bundle->clock);
	put_number(&writer, "subbuf-size", bundle->subbuf_size);
	put_number(&writer, "long-size", bundle->long_size);
	bundle_writer_header(&writer, "endian", bundle->big_endian ? "big" : "little");
	for (size_t i = 0; i < bundle->section_count; i++)
		if (!stands_before(bundle, i))
			bundle_writer_section(&writer, bundle->sections[i].name,
					      bundle->sections[i].data, bundle->sections[i].length);
	return bundle_writer_finish(&writer);
}

void dat_source_formats(struct server *server, uint32_t serial, int fd)
{
	struct engine_dat_formats_reply reply = {.error = -ENOENT};

	if (server->dat.open && server->dat.dat.bundle.section_count)
		reply.error = write_formats(&server->dat.dat.bundle, fd);
	outbox_send(&server->outbox, ENGINE_DAT_FORMATS_REPLY, serial, &reply, sizeof(reply));
}

void dat_source_close(struct server *server)
{
	struct dat_source *source = &server->dat;

	if (!source->open)
		return;
	dat_release(&source->dat);
	free(source->prefixes);
	close(source->fd);
	source->open = false;
}
