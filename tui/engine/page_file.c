// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/page_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/trace_dat.h"
#include "tui/engine/page.h"

/* Unpacked: trace-cmd packs ten pages at a time, and a page is 1 MiB at most; and so many packed
 * bytes can at most come of them (ZSTD_COMPRESSBOUND, compressBound(): less than 1 % more). */
#define CHUNK_MAX	 (16u * 1024 * 1024)
#define CHUNK_PACKED_MAX (CHUNK_MAX + CHUNK_MAX / 64)

/* Of one CPU: 160 GiB in chunks of ten 4 KiB pages. */
#define CHUNKS_MAX (4u * 1024 * 1024)

/* Listed for one question about the length: some 20 ms. */
#define CHUNKS_LISTED 16384u

/* Kept unpacked: one for who reads on, one for who looks. */
#define CHUNKS_KEPT 2

struct chunk_place {
	uint64_t at;	/* of its bytes in the file */
	uint64_t first; /* of its bytes, unpacked */
	uint32_t packed;
	uint32_t size;
};

struct kept_chunk {
	bool full;
	uint32_t chunk;
	uint64_t used; /* the higher the later */
	uint8_t *data;
	size_t room;
};

struct page_chunks {
	enum packing packing;
	struct page_geometry order; /* of bytes in numbers; else not used */
	bool cut;
	bool counted;	/* count is known */
	uint32_t count; /* chunks that there are to be */
	uint32_t known; /* chunks in places */
	uint32_t room;
	struct chunk_place *places;
	uint32_t largest; /* unpacked bytes of one of those known, at most */
	uint64_t next;	  /* where in the file the next chunk's numbers are */
	uint64_t total;	  /* unpacked bytes of those known */
	struct kept_chunk kept[CHUNKS_KEPT];
	uint64_t uses;
	uint8_t *packed; /* the bytes of one */
	size_t packed_room;
	int error;
	char fault[160];
};

struct page_file page_file_whole(int fd)
{
	return page_file_region(fd, 0, INT64_MAX);
}

struct page_file page_file_region(int fd, uint64_t from, uint64_t length)
{
	return (struct page_file){.fd = fd, .from = from, .length = length};
}

int page_file_packed(struct page_file *file, int fd, uint64_t from, uint64_t length,
		     enum packing packing, bool big_endian, bool cut)
{
	*file = page_file_region(fd, from, length);
	file->chunks = calloc(1, sizeof(*file->chunks));
	if (!file->chunks)
		return -ENOMEM;
	file->chunks->packing = packing;
	file->chunks->order.big_endian = big_endian;
	file->chunks->cut = cut;
	file->chunks->next = from;
	return 0;
}

void page_file_release(struct page_file *file)
{
	struct page_chunks *chunks = file->chunks;

	if (!chunks)
		return;
	for (unsigned i = 0; i < CHUNKS_KEPT; i++)
		free(chunks->kept[i].data);
	free(chunks->packed);
	free(chunks->places);
	free(chunks);
	file->chunks = NULL;
}

static ssize_t read_at(int fd, void *to, size_t size, uint64_t offset)
{
	ssize_t got;

	if (offset > INT64_MAX - size)
		return 0;
	do {
		got = pread(fd, to, size, (off_t)offset);
	} while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

/* ---- the list of chunks ---- */

static int __attribute__((format(printf, 2, 3)))
lie(struct page_chunks *chunks, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(chunks->fault, sizeof(chunks->fault), format, args);
	va_end(args);
	chunks->error = -EBADMSG;
	return -EBADMSG;
}

/* Whole numbers in front of chunks: 1, 0 where the region ends, or -errno. */
static int read_numbers(const struct page_file *file, uint32_t *numbers, unsigned count)
{
	struct page_chunks *chunks = file->chunks;
	uint8_t bytes[TRACE_DAT_CHUNK_BYTES];
	ssize_t got;

	if (chunks->next - file->from > file->length ||
	    file->length - (chunks->next - file->from) < 4 * count)
		return 0;
	got = read_at(file->fd, bytes, 4 * count, chunks->next);
	if (got < 0)
		return (int)got;
	if ((size_t)got < 4 * count)
		return 0;
	for (unsigned i = 0; i < count; i++)
		numbers[i] = page_u32(&chunks->order, bytes + 4 * i);
	chunks->next += 4 * count;
	return 1;
}

static int grow(struct page_chunks *chunks)
{
	uint32_t room = chunks->room ? chunks->room * 2 : 64;
	struct chunk_place *places = reallocarray(chunks->places, room, sizeof(*places));

	if (!places)
		return -ENOMEM;
	chunks->places = places;
	chunks->room = room;
	return 0;
}

/* One more chunk into the list: 1, 0 when there is none, or -errno. */
static int find_next(const struct page_file *file)
{
	struct page_chunks *chunks = file->chunks;
	uint32_t numbers[2];
	uint64_t left;
	int ret;

	if (!chunks->counted) {
		ret = read_numbers(file, &chunks->count, 1);
		if (ret <= 0)
			return ret;
		chunks->counted = true;
	}
	if (chunks->known == chunks->count)
		return 0;
	if (chunks->known == CHUNKS_MAX)
		return lie(chunks, "more than %u compressed chunks", CHUNKS_MAX);
	ret = read_numbers(file, numbers, 2);
	if (!ret && !chunks->cut)
		return lie(chunks, "only %u of %u compressed chunks are in the file", chunks->known,
			   chunks->count);
	if (ret <= 0)
		return ret;
	if (!numbers[0] || numbers[0] > CHUNK_PACKED_MAX || !numbers[1] || numbers[1] > CHUNK_MAX)
		return lie(chunks, "chunk %u at byte %" PRIu64 " has impossible sizes: %u and %u",
			   chunks->known, chunks->next - TRACE_DAT_CHUNK_BYTES, numbers[0],
			   numbers[1]);
	left = file->length - (chunks->next - file->from);
	if (numbers[0] > left)
		return chunks->cut ? 0
				   : lie(chunks,
					 "chunk %u at byte %" PRIu64
					 " reaches beyond the end of the file",
					 chunks->known, chunks->next - TRACE_DAT_CHUNK_BYTES);
	if (chunks->known == chunks->room) {
		ret = grow(chunks);
		if (ret)
			return ret;
	}
	chunks->places[chunks->known++] = (struct chunk_place){
		.at = chunks->next,
		.first = chunks->total,
		.packed = numbers[0],
		.size = numbers[1],
	};
	chunks->next += numbers[0];
	chunks->total += numbers[1];
	if (chunks->largest < numbers[1])
		chunks->largest = numbers[1];
	return 1;
}

/* Of the chunks known, the one that holds that byte, which is in one of them. */
static const struct chunk_place *known_chunk(const struct page_chunks *chunks, uint64_t offset)
{
	uint32_t low = 0, high = chunks->known - 1;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (chunks->places[middle].first + chunks->places[middle].size > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return &chunks->places[low];
}

/* The chunk that holds that byte; NULL with *error 0 behind the end, else -errno. */
static const struct chunk_place *find_chunk(const struct page_file *file, uint64_t offset,
					    int *error)
{
	struct page_chunks *chunks = file->chunks;

	*error = chunks->error;
	while (offset >= chunks->total && !*error) {
		*error = find_next(file);
		if (!*error)
			return NULL;
		if (*error > 0)
			*error = 0;
	}
	if (offset >= chunks->total)
		return NULL;
	*error = 0;
	return known_chunk(chunks, offset);
}

/* ---- what is in them ---- */

static int make_room(uint8_t **bytes, size_t *room, size_t size)
{
	uint8_t *larger;

	if (size <= *room)
		return 0;
	larger = realloc(*bytes, size);
	if (!larger)
		return -ENOMEM;
	*bytes = larger;
	*room = size;
	return 0;
}

static int unpack_chunk(const struct page_file *file, uint32_t chunk, struct kept_chunk *kept)
{
	struct page_chunks *chunks = file->chunks;
	const struct chunk_place *place = &chunks->places[chunk];
	ssize_t got;
	int ret;

	kept->full = false;
	ret = make_room(&chunks->packed, &chunks->packed_room, place->packed);
	if (!ret)
		ret = make_room(&kept->data, &kept->room, place->size);
	if (ret)
		return ret;
	for (uint32_t have = 0; have < place->packed; have += (uint32_t)got) {
		got = read_at(file->fd, chunks->packed + have, place->packed - have,
			      place->at + have);
		if (got <= 0)
			return got ? (int)got : -EIO;
	}
	ret = unpack(chunks->packing, chunks->packed, place->packed, kept->data, place->size);
	if (ret == -EBADMSG)
		snprintf(chunks->fault, sizeof(chunks->fault),
			 "chunk %u at byte %" PRIu64 " can't be unpacked into %u bytes", chunk,
			 place->at - TRACE_DAT_CHUNK_BYTES, place->size);
	kept->full = !ret;
	kept->chunk = chunk;
	return ret;
}

/* The chunk unpacked, in the place of the one that was not used for longest. */
static int keep_chunk(const struct page_file *file, uint32_t chunk,
		      const struct kept_chunk **result)
{
	struct page_chunks *chunks = file->chunks;
	struct kept_chunk *kept = &chunks->kept[0];
	int ret;

	for (unsigned i = 0; i < CHUNKS_KEPT; i++) {
		if (chunks->kept[i].full && chunks->kept[i].chunk == chunk) {
			kept = &chunks->kept[i];
			break;
		}
		if (chunks->kept[i].used < kept->used)
			kept = &chunks->kept[i];
	}
	if (!kept->full || kept->chunk != chunk) {
		ret = unpack_chunk(file, chunk, kept);
		if (ret)
			return ret;
	}
	kept->used = ++chunks->uses;
	*result = kept;
	return 0;
}

static ssize_t read_chunk(const struct page_file *file, uint8_t *to, size_t size, uint64_t offset)
{
	const struct chunk_place *place;
	const struct kept_chunk *kept;
	int ret;

	place = find_chunk(file, offset, &ret);
	if (!place)
		return ret;
	ret = keep_chunk(file, (uint32_t)(place - file->chunks->places), &kept);
	if (ret)
		return ret;
	offset -= place->first;
	if (size > place->size - offset)
		size = place->size - offset;
	memcpy(to, kept->data + offset, size);
	return (ssize_t)size;
}

ssize_t page_file_read(const struct page_file *file, void *to, size_t size, uint64_t offset)
{
	if (file->chunks)
		return read_chunk(file, to, size, offset);
	if (offset >= file->length)
		return 0;
	if (size > file->length - offset)
		size = file->length - offset;
	return read_at(file->fd, to, size, file->from + offset);
}

bool page_file_read_all(const struct page_file *file, void *to, size_t size, uint64_t offset)
{
	uint8_t *bytes = to;

	while (size) {
		ssize_t got = page_file_read(file, bytes, size, offset);

		if (got <= 0)
			return false;
		bytes += got;
		offset += (uint64_t)got;
		size -= (size_t)got;
	}
	return true;
}

uint64_t page_file_size(const struct page_file *file)
{
	struct stat status;
	uint64_t size;

	if (fstat(file->fd, &status) || status.st_size < 0 || (uint64_t)status.st_size < file->from)
		return 0;
	size = (uint64_t)status.st_size - file->from;
	return size < file->length ? size : file->length;
}

uint64_t page_file_length(const struct page_file *file, bool *more)
{
	struct page_chunks *chunks = file->chunks;

	*more = false;
	if (!chunks)
		return page_file_size(file);
	for (uint32_t i = 0; i < CHUNKS_LISTED && !chunks->error; i++)
		if (find_next(file) <= 0)
			return chunks->total;
	*more = !chunks->error;
	return chunks->total;
}

uint32_t page_file_unit(const struct page_file *file, uint32_t size)
{
	return file->chunks && file->chunks->largest > size ? file->chunks->largest : size;
}

uint64_t page_file_passed(const struct page_file *file, uint64_t offset)
{
	const struct page_chunks *chunks = file->chunks;

	if (!chunks)
		return offset;
	/* Behind all chunks known there is nothing that was read. */
	return (offset < chunks->total ? known_chunk(chunks, offset)->at : chunks->next) -
	       file->from;
}

const char *page_file_fault(const struct page_file *file)
{
	return file->chunks ? file->chunks->fault : "";
}
