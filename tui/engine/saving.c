// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/saving.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "tui/engine/rawfile.h"

struct saving {
	struct saving *next;
	const struct stream *stream;
	struct rawfile file;
	uint32_t serial;
	uint64_t page; /* next one to write */
	uint64_t end;
	struct engine_save_reply reply;
};

int savings_add(struct savings *savings, uint32_t cpu, const struct stream *stream, int fd,
		const struct engine_region *region, uint32_t serial)
{
	struct saving *saving = calloc(1, sizeof(*saving));

	if (!saving) {
		close(fd);
		return -ENOMEM;
	}
	saving->stream = stream;
	rawfile_open(&saving->file, fd, region);
	saving->serial = serial;
	saving->reply.cpu = cpu;
	if (stream)
		history_pages(&stream->history, &saving->page, &saving->end);
	if (savings->last)
		savings->last->next = saving;
	else
		savings->first = saving;
	savings->last = saving;
	return 0;
}

static void count_page(struct engine_save_reply *reply, const struct entry *entry)
{
	if (entry->kind != ENTRY_PAGE)
		return;
	reply->events += entry->events;
	reply->lost += entry->count;
	reply->lost_unknown += entry->flags & ENTRY_LOST && !entry->count;
}

/* False when the saving is done. */
static bool write_next(struct saving *saving, uint8_t *buffer)
{
	const struct history *history = &saving->stream->history;
	const uint8_t *page;
	uint64_t first, end;

	history_pages(history, &first, &end);
	if (saving->page < first)
		saving->page = first;
	if (saving->page >= saving->end || saving->page >= end)
		return false;
	page = history_page(history, saving->page, buffer);
	if (page) {
		saving->reply.error = rawfile_append(&saving->file, page, history->page_size);
		if (saving->reply.error)
			return false;
		count_page(&saving->reply, history_entry(history, saving->page));
	}
	saving->page++;
	return true;
}

static void drop_first(struct savings *savings)
{
	struct saving *saving = savings->first;

	savings->first = saving->next;
	if (!savings->first)
		savings->last = NULL;
	rawfile_close(&saving->file);
	free(saving);
}

bool savings_step(struct savings *savings, size_t budget, struct engine_save_reply *reply,
		  uint32_t *serial)
{
	struct saving *saving = savings->first;
	bool more = false;
	int ret;

	if (!saving)
		return false;
	if (saving->file.region && saving->file.place.offset == ENGINE_BEHIND)
		saving->file.place.offset = savings->behind;
	if (saving->stream) {
		uint32_t size = saving->stream->history.page_size;
		uint8_t *buffer = malloc(size);

		if (!buffer)
			saving->reply.error = -ENOMEM;
		for (size_t done = 0; buffer && done < budget; done += size) {
			more = write_next(saving, buffer);
			if (!more)
				break;
		}
		free(buffer);
	}
	ret = rawfile_note(&saving->file);
	if (ret && !saving->reply.error)
		saving->reply.error = ret;
	if (more && !ret)
		return false;
	if (saving->file.region)
		savings->behind = saving->file.place.offset + saving->file.bytes;
	saving->reply.pages = saving->file.pages;
	saving->reply.bytes = saving->file.bytes;
	*reply = saving->reply;
	*serial = saving->serial;
	drop_first(savings);
	return true;
}

void savings_clear(struct savings *savings)
{
	while (savings->first)
		drop_first(savings);
}
