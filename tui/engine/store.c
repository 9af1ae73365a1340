// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Pages of a chunk: enough of them that chunks are worth the malloc, few enough that taking the
 * oldest one away forgets little. */
#define CHUNK_BYTES	(256 * 1024)
#define CHUNK_PAGES_MIN 4

struct slot {
	struct entry entry;
	uint64_t offset; /* in the file */
};

struct chunk {
	uint64_t serial;     /* of the store, when it was started */
	uint64_t first_page; /* number of its first page */
	uint32_t used;	     /* pages */
	uint8_t *data;	     /* NULL for a file's */
	struct slot slots[];
};

void store_init(struct store *store, uint64_t limit)
{
	*store = (struct store){.limit = limit};
	pool_init(&store->pool, limit < SIZE_MAX ? (size_t)limit : SIZE_MAX);
}

void store_release(struct store *store)
{
	pool_release(&store->pool);
}

void history_init(struct history *history, struct store *store, uint32_t page_size,
		  const struct page_file *file)
{
	*history = (struct history){.store = store, .next = store->histories, .file = file};
	store->histories = history;
	history_resize(history, page_size);
}

size_t history_chunk_size(const struct history *history)
{
	return (size_t)history->chunk_pages * history->page_size;
}

/* What a chunk takes of the limit; malloc(3)'s own bytes are few beside it. */
static uint64_t chunk_bytes(const struct history *history, bool data)
{
	return sizeof(struct chunk) + (uint64_t)history->chunk_pages * sizeof(struct slot) +
	       (data ? history_chunk_size(history) : 0);
}

/* A chunk's pages are not held any more. */
static void forget_shown(struct store *store, const struct chunk *chunk)
{
	for (uint32_t i = 0; i < chunk->used; i++) {
		const struct entry *entry = &chunk->slots[i].entry;

		if (entry->filter && entry->filter == store->filter) {
			store->seen -= entry_rows(entry);
			store->shown -= entry->shown;
		}
	}
}

static void chunk_free(struct history *history, struct chunk *chunk)
{
	struct store *store = history->store;

	store->used -= chunk_bytes(history, chunk->data);
	if (chunk->data)
		pool_put(&store->pool, chunk->data);
	free(chunk);
}

uint8_t *history_buffer(struct history *history)
{
	uint8_t *buffer = malloc(history_chunk_size(history));

	if (buffer)
		history->store->used += history_chunk_size(history);
	return buffer;
}

void history_buffer_free(struct history *history, uint8_t *buffer)
{
	if (buffer)
		history->store->used -= history_chunk_size(history);
	free(buffer);
}

static uint8_t *chunk_tail(const struct history *history, const struct chunk *chunk)
{
	return chunk->data + (size_t)chunk->used * history->page_size;
}

/* Before the last chunk goes: keep what is pending there. Without memory it is forgotten, and the
 * stream finds its place again as after any gap. */
static void keep_pending(struct history *history)
{
	const struct chunk *chunk = history->chunks[history->chunk_count - 1];

	if (!history->pending)
		return;
	history->evicted = history_buffer(history);
	if (history->evicted)
		memcpy(history->evicted, chunk_tail(history, chunk), history->pending);
	history->pending = 0;
}

/* Take the oldest chunk out of a history. */
static struct chunk *history_shift(struct history *history)
{
	struct chunk *chunk = history->chunks[0];

	if (history->chunk_count == 1)
		keep_pending(history);
	forget_shown(history->store, chunk);
	history->chunk_count--;
	memmove(history->chunks, history->chunks + 1,
		history->chunk_count * sizeof(history->chunks[0]));
	history->first_row = history->chunk_count && history->chunks[0]->used
				     ? history->chunks[0]->slots[0].entry.first_row
				     : history->next_row;
	return chunk;
}

void history_clear(struct history *history)
{
	if (history->chunk_count)
		keep_pending(history);
	while (history->chunk_count) {
		struct chunk *chunk = history->chunks[--history->chunk_count];

		forget_shown(history->store, chunk);
		chunk_free(history, chunk);
	}
	history->first_row = history->next_row;
}

void history_resize(struct history *history, uint32_t page_size)
{
	uint32_t pages = CHUNK_BYTES / page_size;

	history_clear(history);
	history->page_size = page_size;
	history->chunk_pages = pages < CHUNK_PAGES_MIN ? CHUNK_PAGES_MIN : pages;
}

void history_release(struct history *history)
{
	struct history **link = &history->store->histories;

	history_pend(history, 0);
	history_buffer_free(history, history->evicted);
	history_clear(history);
	free(history->chunks);
	while (*link && *link != history)
		link = &(*link)->next;
	if (*link)
		*link = history->next;
}

static struct history *oldest_history(struct store *store)
{
	struct history *oldest = NULL;

	for (struct history *h = store->histories; h; h = h->next)
		if (h->chunk_count > h->pinned && h->chunks[0]->data &&
		    (!oldest || h->chunks[0]->serial < oldest->chunks[0]->serial))
			oldest = h;
	return oldest;
}

static struct chunk *chunk_alloc(struct history *history)
{
	struct chunk *chunk =
		calloc(1, sizeof(*chunk) + history->chunk_pages * sizeof(chunk->slots[0]));

	if (chunk && !history->file) {
		chunk->data = pool_get(&history->store->pool, history_chunk_size(history));
		if (!chunk->data) {
			free(chunk);
			return NULL;
		}
	}
	if (chunk)
		history->store->used += chunk_bytes(history, chunk->data);
	return chunk;
}

/* Whether a chunk for history has to be taken from somebody. */
static bool store_full(const struct history *history)
{
	return history->store->used + chunk_bytes(history, true) > history->store->limit;
}

/* A chunk for history: a new one while memory allows it, else the oldest of all. */
static struct chunk *chunk_get(struct history *history)
{
	struct store *store = history->store;
	struct chunk *chunk = NULL;

	if (history->file)
		return chunk_alloc(history);
	while (store_full(history)) {
		struct history *oldest = oldest_history(store);

		if (!oldest)
			break;
		chunk = history_shift(oldest);
		if (oldest->chunk_pages == history->chunk_pages &&
		    oldest->page_size == history->page_size)
			return chunk;
		chunk_free(oldest, chunk);
	}
	return chunk_alloc(history);
}

static struct chunk *history_grow(struct history *history)
{
	struct chunk *chunk;

	if (history->chunk_count == history->chunk_room) {
		size_t room = history->chunk_room ? history->chunk_room * 2 : 16;
		struct chunk **chunks = reallocarray(history->chunks, room, sizeof(*chunks));

		if (!chunks)
			return NULL;
		history->chunks = chunks;
		history->chunk_room = room;
	}
	chunk = chunk_get(history);
	if (!chunk)
		return NULL;
	chunk->serial = history->store->serial++;
	chunk->first_page = history->next_page;
	chunk->used = 0;
	history->chunks[history->chunk_count++] = chunk;
	return chunk;
}

/* The chunk that takes the next entry, or NULL without memory. */
static struct chunk *history_open_chunk(struct history *history)
{
	struct chunk *chunk =
		history->chunk_count ? history->chunks[history->chunk_count - 1] : NULL;

	return chunk && chunk->used < history->chunk_pages ? chunk : history_grow(history);
}

uint8_t *history_tail(struct history *history, size_t *room)
{
	struct chunk *chunk = history_open_chunk(history);

	if (!chunk)
		return NULL;
	*room = (size_t)(history->chunk_pages - chunk->used) * history->page_size;
	return chunk_tail(history, chunk);
}

const uint8_t *history_ahead(const struct history *history, size_t size)
{
	const struct chunk *chunk =
		history->chunk_count ? history->chunks[history->chunk_count - 1] : NULL;
	const struct history *oldest;
	size_t used;

	if (!chunk || !chunk->data)
		return NULL;
	used = (size_t)chunk->used * history->page_size + history->pending;
	if (used + size <= history_chunk_size(history))
		return chunk->data + used;
	oldest = store_full(history) ? oldest_history(history->store) : NULL;
	return oldest && size <= history_chunk_size(oldest) ? oldest->chunks[0]->data : NULL;
}

void history_drop_tail(struct history *history)
{
	history_pend(history, 0);
	history_buffer_free(history, history->evicted);
	history->evicted = NULL;
	if (history->chunk_count && !history->chunks[history->chunk_count - 1]->used)
		chunk_free(history, history->chunks[--history->chunk_count]);
}

/* What comes next is counted on from behind an entry. */
static void pass_entry(struct history *history, const struct entry *entry)
{
	history->next_page++;
	history->next_row += entry_rows(entry);
	if (entry->kind == ENTRY_PAGE)
		history->losses += entry->flags & ENTRY_LOST;
	else
		history->breaks++;
}

/* Without memory for an entry. */
static void forget_entry(struct history *history, const struct entry *entry)
{
	pass_entry(history, entry);
	history_clear(history);
}

int history_append(struct history *history, const struct entry *entry, const void *page,
		   uint64_t offset)
{
	struct chunk *chunk = history_open_chunk(history);
	struct slot *slot;

	if (!chunk) {
		forget_entry(history, entry);
		return -ENOMEM;
	}
	slot = &chunk->slots[chunk->used];
	slot->entry = *entry;
	slot->entry.first_row = history->next_row;
	slot->entry.losses = history->losses;
	slot->entry.breaks = history->breaks;
	slot->offset = offset;
	if (page && chunk->data && page != chunk_tail(history, chunk))
		memmove(chunk_tail(history, chunk), page, history->page_size);
	if (history->chunk_count == 1 && !chunk->used)
		history->first_row = history->next_row;
	chunk->used++;
	pass_entry(history, entry);
	return 0;
}

void history_pages(const struct history *history, uint64_t *first, uint64_t *end)
{
	*end = history->next_page;
	*first = history->chunk_count ? history->chunks[0]->first_page : *end;
}

static const struct slot *history_slot(const struct history *history, uint64_t page,
				       const struct chunk **chunk)
{
	uint64_t index = page - history->chunks[0]->first_page;

	*chunk = history->chunks[index / history->chunk_pages];
	return &(*chunk)->slots[index % history->chunk_pages];
}

void history_note_shown(struct history *history, uint64_t page, uint32_t filter, uint32_t shown)
{
	struct store *store = history->store;
	const struct chunk *chunk;
	struct entry *entry = (struct entry *)&history_slot(history, page, &chunk)->entry;

	if (store->filter != filter) {
		store->filter = filter;
		store->seen = store->shown = 0;
	}
	if (entry->filter == filter)
		return;
	entry->filter = filter;
	entry->shown = shown;
	store->seen += entry_rows(entry);
	store->shown += shown;
}

void history_set_formats(struct history *history, uint64_t row, uint32_t formats)
{
	uint64_t page, first, end;
	const struct chunk *chunk;

	history_pages(history, &first, &end);
	if (!history_find_row(history, row, &page))
		page = first;
	for (; page < end; page++)
		((struct entry *)&history_slot(history, page, &chunk)->entry)->formats = formats;
}

const struct entry *history_entry(const struct history *history, uint64_t page)
{
	const struct chunk *chunk;

	return &history_slot(history, page, &chunk)->entry;
}

/* The first page from low on, up to high, for which after(entry, ...) holds; pages before it are
 * those for which it does not. */
static uint64_t history_search(const struct history *history, uint64_t low, uint64_t high,
			       bool (*after)(const struct entry *, uint64_t, uint32_t),
			       uint64_t value, uint32_t epoch)
{
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (after(history_entry(history, middle), value, epoch))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static bool ends_after_row(const struct entry *entry, uint64_t row, uint32_t epoch)
{
	(void)epoch;
	return entry->first_row + entry_rows(entry) > row;
}

static bool ends_not_before(const struct entry *entry, uint64_t ts, uint32_t epoch)
{
	return entry->epoch != epoch ? entry->epoch > epoch : entry->last_ts >= ts;
}

const struct entry *history_find_row(const struct history *history, uint64_t row, uint64_t *page)
{
	uint64_t first, end;

	if (row < history->first_row || row >= history->next_row)
		return NULL;
	history_pages(history, &first, &end);
	*page = history_search(history, first, end, ends_after_row, row, 0);
	return history_entry(history, *page);
}

const struct entry *history_find_time(const struct history *history, uint32_t epoch, uint64_t ts)
{
	uint64_t first, end, page;

	history_pages(history, &first, &end);
	page = history_search(history, first, end, ends_not_before, ts, epoch);
	return page < end ? history_entry(history, page) : NULL;
}

uint64_t history_page_at(const struct history *history, uint64_t from, uint32_t epoch, uint64_t ts)
{
	uint64_t low = from, high, end = history->next_page, step = 1;

	/* Ever larger steps, until it has been passed. */
	for (high = from; high < end && !ends_not_before(history_entry(history, high), ts, epoch);
	     high += step, step *= 2)
		low = high + 1;
	return history_search(history, low, high < end ? high : end, ends_not_before, ts, epoch);
}

uint64_t history_offset(const struct history *history, uint64_t page)
{
	const struct chunk *chunk;

	return history_slot(history, page, &chunk)->offset;
}

const struct entry *history_find_offset(const struct history *history, uint64_t offset,
					uint64_t *page)
{
	uint64_t low, high;

	for (history_pages(history, &low, &high); low < high;) {
		uint64_t middle = low + (high - low) / 2;

		if (history_offset(history, middle) < offset)
			low = middle + 1;
		else
			high = middle;
	}
	*page = low;
	return low < history->next_page ? history_entry(history, low) : NULL;
}

const uint8_t *history_page(const struct history *history, uint64_t page, uint8_t *buffer)
{
	const struct chunk *chunk;
	const struct slot *slot = history_slot(history, page, &chunk);

	if (!entry_has_page(&slot->entry))
		return NULL;
	if (chunk->data)
		return chunk->data + (size_t)(page - chunk->first_page) * history->page_size;
	return page_file_read_all(history->file, buffer, history->page_size, slot->offset) ? buffer
											   : NULL;
}

uint32_t history_file_pages(const struct history *history, uint64_t page, uint8_t *buffer,
			    size_t room)
{
	const struct chunk *chunk;
	uint64_t from = history_slot(history, page, &chunk)->offset;
	uint32_t size = history->page_size, count = 1;

	if (chunk->data)
		return 0;
	for (; (size_t)(count + 1) * size <= room && page + count < history->next_page; count++) {
		const struct slot *slot = history_slot(history, page + count, &chunk);

		if (!entry_has_page(&slot->entry) || slot->offset != from + (uint64_t)count * size)
			break;
	}
	return page_file_read_all(history->file, buffer, (size_t)count * size, from) ? count : 0;
}
