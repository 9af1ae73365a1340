// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/memory_search.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/engine/client.h"

#define CHUNK	 (1024 * 1024)
#define STEP	 (8 * CHUNK) /* bytes of a step */
#define SEEK	 (32 * 1024) /* bytes that could be read while a hole is passed over */
#define OVERLAP	 512	     /* of chunks, for a banner that lies across two */
#define BANNER	 "Linux version "
#define RELEASE	 "OSRELEASE="
#define BUILD_ID "BUILD-ID="

int memory_search_begin(struct memory_search *search, struct ram *ram, uint64_t hint)
{
	char error[256];

	*search = (struct memory_search){.ram = ram};
	search->bytes = malloc(CHUNK + OVERLAP);
	search->buffers = calloc(RING_BUFFERS_MAX, sizeof(*search->buffers));
	if (!search->bytes || !search->buffers)
		return -ENOMEM;
	if (hint != ENGINE_MEMORY_ANYWHERE &&
	    !ring_meta_find(ram, hint, &search->buffers[0], error, sizeof(error))) {
		search->buffer_count = 1;
		search->hinted = true;
	}
	return 0;
}

void memory_search_release(struct memory_search *search)
{
	free(search->bytes);
	free(search->buffers);
	*search = (struct memory_search){0};
}

/* The first thing that is not as it should be is told. */
static void warn(struct memory_search *search, const char *text)
{
	if (!search->warning[0])
		snprintf(search->warning, sizeof(search->warning), "%s", text);
}

/* ---- what the kernel is ---- */

/* Characters of a line at from that are printable, up to end. */
static size_t line_length(const uint8_t *from, const uint8_t *end)
{
	const uint8_t *at = from;

	while (at < end && *at >= 0x20 && *at < 0x7f)
		at++;
	return (size_t)(at - from);
}

/* " #1 SMP ...": version.c has another banner without the number, for a link of its own. */
static bool has_version(const uint8_t *at, size_t length)
{
	for (size_t i = 0; i + 2 < length; i++)
		if (at[i] == ' ' && at[i + 1] == '#' && isdigit(at[i + 2]))
			return true;
	return false;
}

/* Only as the kernel has it: a line with its end, and the end of the string. Of a longer one no
 * more is looked at, as another may begin at any of its bytes. */
static void take_banner(struct memory_search *search, const uint8_t *at, const uint8_t *end)
{
	size_t room = sizeof(search->banners[0].text);
	size_t length = line_length(at, (size_t)(end - at) > room ? at + room : end);
	uint32_t i;

	if (length >= room || at + length + 2 > end || at[length] != '\n' || at[length + 1] ||
	    !isdigit(at[strlen(BANNER)]) || !has_version(at, length))
		return;
	for (i = 0; i < search->banner_count; i++)
		if (!strncmp(search->banners[i].text, (const char *)at, length) &&
		    !search->banners[i].text[length])
			break;
	if (i == MEMORY_SEARCH_BANNERS)
		return;
	if (i == search->banner_count) {
		memcpy(search->banners[i].text, at, length);
		search->banner_count++;
	}
	search->banners[i].seen++;
}

/* Those that begin in the chunk's first length bytes; what they are may reach further. */
static void find_banners(struct memory_search *search, size_t length, size_t have)
{
	const uint8_t *at = search->bytes, *end = search->bytes + have;

	while ((at = memmem(at, (size_t)(end - at), BANNER, strlen(BANNER)))) {
		if (at >= search->bytes + length)
			return;
		take_banner(search, at, end);
		at += strlen(BANNER);
	}
}

/* The value of a line that begins with key, in the text from at to end. */
static size_t find_value(const char *key, const uint8_t *at, const uint8_t *end,
			 const uint8_t **value)
{
	while (at < end) {
		size_t length = line_length(at, end);

		if (at + length == end || at[length] != '\n')
			return 0;
		if (length > strlen(key) && !memcmp(at, key, strlen(key))) {
			*value = at + strlen(key);
			return length - strlen(key);
		}
		at += length + 1;
	}
	return 0;
}

static void take_vmcoreinfo(struct memory_search *search, const uint8_t *page, const uint8_t *end)
{
	const uint8_t *release = NULL, *id = NULL;
	size_t length = find_value(RELEASE, page, end, &release);
	size_t id_length = find_value(BUILD_ID, page, end, &id);
	char text[256];

	if (!length || length >= sizeof(search->release) || id_length >= sizeof(search->build_id))
		return;
	if (!search->release[0]) {
		memcpy(search->release, release, length);
		if (id_length)
			memcpy(search->build_id, id, id_length);
	} else if (strncmp(search->release, (const char *)release, length) != 0 ||
		   search->release[length] ||
		   (id_length && memcmp(search->build_id, id, id_length) != 0)) {
		snprintf(text, sizeof(text),
			 "the memory tells of two kernels, %s and %.*s: one may be of an earlier "
			 "boot",
			 search->release, (int)length, (const char *)release);
		warn(search, text);
	}
}

static bool kernel_known(const struct memory_search *search)
{
	return search->banner_count && search->release[0];
}

/* That of the release which vmcoreinfo names, else the one that is there most often. */
static const char *best_banner(const struct memory_search *search)
{
	const struct memory_banner *best = NULL;
	size_t length = strlen(search->release);

	for (uint32_t i = 0; i < search->banner_count; i++) {
		const struct memory_banner *banner = &search->banners[i];
		const char *release = banner->text + strlen(BANNER);

		if (length && !strncmp(release, search->release, length) && release[length] == ' ')
			return banner->text;
		if (!best || best->seen < banner->seen)
			best = banner;
	}
	return best ? best->text : "";
}

/* ---- buffers ---- */

static bool is_magic(const uint8_t *page)
{
	return (page[0] | page[1] << 8 | page[2] << 16 | (uint32_t)page[3] << 24) ==
	       RING_META_MAGIC;
}

static void spend(struct memory_search *search, uint64_t bytes)
{
	search->left -= bytes < search->left ? bytes : search->left;
}

/* No buffer begins at offset, and it took some bytes to see that: as a guest can have every page
 * say that one does, they count. */
static uint64_t refuse_buffer(struct memory_search *search, uint64_t offset, uint64_t bytes)
{
	search->read += bytes;
	spend(search, bytes);
	return search->left ? 0 : offset + RING_META_PAGE;
}

/* Does a buffer begin at offset? Returns where to go on, or 0: with the next page. */
static uint64_t take_buffer(struct memory_search *search, uint64_t offset)
{
	uint64_t asked = ram_asked(search->ram);
	struct ring_buffer *buffer;
	char error[256];

	if (search->buffer_count == RING_BUFFERS_MAX) {
		snprintf(error, sizeof(error), "there are more than %u ring buffers in the memory",
			 RING_BUFFERS_MAX);
		warn(search, error);
		return 0;
	}
	buffer = &search->buffers[search->buffer_count];
	if (ring_meta_find(search->ram, offset, buffer, error, sizeof(error))) {
		if (error[0])
			warn(search, error);
		return refuse_buffer(search, offset, ram_asked(search->ram) - asked);
	}
	search->buffer_count++;
	return buffer->end;
}

/* Look at the starts of pages in a chunk. Returns where to go on before its end, or behind a
 * buffer; 0: at its end. */
static uint64_t look_at_pages(struct memory_search *search, uint64_t from, size_t length)
{
	for (size_t at = 0; at + RING_META_PAGE <= length; at += RING_META_PAGE) {
		const uint8_t *page = search->bytes + at;

		if (!search->hinted && is_magic(page)) {
			uint64_t next = take_buffer(search, from + at);

			if (next)
				return next;
		}
		if (!memcmp(page, RELEASE, strlen(RELEASE)))
			take_vmcoreinfo(search, page, page + RING_META_PAGE);
	}
	return 0;
}

/* ---- the search ---- */

static void end(struct memory_search *search, int error)
{
	search->done = true;
	search->error = error;
	if (error)
		warn(search, ram_fault(search->ram));
}

/* The data from from to to, or the first of it. */
static void look_at_chunk(struct memory_search *search, uint64_t from, uint64_t to)
{
	size_t length = to - from < CHUNK ? (size_t)(to - from) : CHUNK;
	size_t have = to - from - length < OVERLAP ? (size_t)(to - from) : length + OVERLAP;
	uint64_t next;
	int ret = ram_read(search->ram, from, search->bytes, have);

	if (ret) {
		end(search, ret);
		return;
	}
	spend(search, SEEK);
	next = look_at_pages(search, from, length);
	if (next > from && next < from + length)
		length = (size_t)(next - from);
	find_banners(search, length, have);
	search->at = next ? next : from + length;
	search->read += length;
	spend(search, length);
}

bool memory_search_step(struct memory_search *search)
{
	uint64_t from, to;
	char text[256];

	search->left = STEP;
	while (!search->done && search->left) {
		if (!ram_data(search->ram, search->at, &from, &to) ||
		    (search->hinted && kernel_known(search))) {
			end(search, 0);
			break;
		}
		if (search->read >= RAM_SEARCH_MAX) {
			snprintf(text, sizeof(text),
				 "the search ended after %llu GiB: what lies behind byte 0x%llx of "
				 "the memory was not looked at",
				 RAM_SEARCH_MAX >> 30, (unsigned long long)search->at);
			warn(search, text);
			end(search, 0);
			break;
		}
		/* Pages are told by their offsets, whatever the file system calls a hole. */
		from &= ~(uint64_t)(RING_META_PAGE - 1);
		if (from < search->at)
			from = search->at;
		look_at_chunk(search, from, to);
	}
	return search->done;
}

void memory_search_tell(const struct memory_search *search, struct engine_memory_reply *reply,
			struct engine_memory_buffer *buffers)
{
	static const enum engine_memory_kind kinds[] = {
		[RAM_RAW] = ENGINE_MEMORY_RAW,
		[RAM_ELF] = ENGINE_MEMORY_ELF,
		[RAM_KDUMP] = ENGINE_MEMORY_KDUMP,
	};
	uint64_t newest = 0;

	*reply = (struct engine_memory_reply){
		.error = search->error	? search->error
			 : search->done ? 0
					: -EINPROGRESS,
		.kind = kinds[ram_kind(search->ram)],
		.size = ram_size(search->ram),
		.looked = search->done ? ram_size(search->ram) : search->at,
		.buffers = search->buffer_count,
	};
	snprintf(reply->banner, sizeof(reply->banner), "%s", best_banner(search));
	snprintf(reply->release, sizeof(reply->release), "%s", search->release);
	if (!reply->release[0])
		sscanf(reply->banner, "Linux version %67s", reply->release);
	snprintf(reply->build_id, sizeof(reply->build_id), "%s", search->build_id);
	snprintf(reply->warning, sizeof(reply->warning), "%s", search->warning);
	for (uint32_t i = 0; i < search->buffer_count; i++) {
		const struct ring_buffer *buffer = &search->buffers[i];

		buffers[i] = (struct engine_memory_buffer){
			.offset = buffer->start,
			.size = buffer->end - buffer->start,
			.text_addr = buffer->text_addr,
			.newest = ring_meta_newest(search->ram, buffer),
			.subbuf_size = buffer->subbuf_size,
			.subbufs = buffer->subbufs,
			.cpus = buffer->cpu_count,
		};
		snprintf(buffers[i].layout, sizeof(buffers[i].layout), "%s",
			 ring_layout_name(buffer->layout));
		for (uint32_t cpu = 0; cpu < buffer->cpu_count; cpu++) {
			if (!buffer->cpus[cpu].used)
				continue;
			buffers[i].used++;
			engine_cpuset_add(buffers[i].used_cpus, cpu);
		}
		if (newest < buffers[i].newest) {
			newest = buffers[i].newest;
			reply->newest = i;
		}
	}
	/* What was found before the file ended can be read as far as it goes. */
	if (reply->buffers && reply->error != -EINPROGRESS)
		reply->error = 0;
	if (reply->error && reply->error != -EINPROGRESS)
		snprintf(reply->reason, sizeof(reply->reason), "%s", ram_fault(search->ram));
	if (!reply->error && !reply->buffers) {
		reply->error = search->warning[0] ? -EBADMSG : -ENOENT;
		snprintf(reply->reason, sizeof(reply->reason), "%s",
			 search->warning[0]
				 ? search->warning
				 : "there is no ring buffer in this memory: the guest's kernel "
				   "needs "
				   "reserve_mem=16M:64K:vtrace trace_instance=vtrace@vtrace on its "
				   "command line, and Linux 6.12 or later");
	}
}
