// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/ram_kdump.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/limits.h"
#include "tui/engine/page.h"
#include "tui/engine/ram_unpack.h"

#define SIGNATURE "KDUMP   "
#define FLAT	  "makedumpfile\0\0\0"
#define FLAT_HEAD 4096 /* bytes before the first piece */

/* struct disk_dump_header, and kdump_sub_header of 64 bits, a block behind it. */
#define HEADER_SIZE   464
#define BLOCK_SIZE_AT 428
#define SUB_BLOCKS_AT 432
#define MAP_BLOCKS_AT 436
#define PAGES_AT      440
#define SUB_SIZE      104
#define SUB_PAGES_AT  96
#define VERSION_AT    8
#define VERSION_64    6 /* from which on the sub-header counts pages with 64 bits */

/* struct page_desc. */
#define DESC_SIZE  24

#define RANK_PAGES 4096 /* pages whose set bits are counted together */

static const struct page_geometry LITTLE = {.long_size = 8},
				  BIG = {.long_size = 8, .big_endian = true};

/* A piece of a flattened file. */
struct piece {
	uint64_t start; /* in the file that it makes */
	uint64_t size;
	uint64_t file; /* where it lies */
};

struct ram_kdump {
	int fd;
	bool flat;
	struct piece *pieces; /* by start */
	uint32_t piece_count;
	uint32_t block; /* bytes */
	uint64_t pages; /* numbers of pages there can be */
	uint8_t *map;	/* a bit a page: it is there */
	uint32_t *rank; /* pages before every RANK_PAGES-th */
	uint64_t descriptors;
	uint64_t cached; /* number of the page that is unpacked; UINT64_MAX: none */
	uint8_t *page;
	uint8_t *packed;
	char *fault;
	size_t fault_size;
};

__attribute__((format(printf, 3, 4))) static int fail(struct ram_kdump *kdump, int error,
						      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(kdump->fault, kdump->fault_size, format, args);
	va_end(args);
	return error;
}

/* ---- the file, flattened or not ---- */

static int read_raw(struct ram_kdump *kdump, uint64_t at, void *to, size_t length)
{
	uint8_t *bytes = to;

	while (length) {
		ssize_t got = at > INT64_MAX ? 0 : pread(kdump->fd, bytes, length, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(kdump, -errno, "the core can't be read: %s", strerror(errno));
		if (!got)
			return fail(kdump, -ENODATA, "the core ends early, at byte %llu",
				    (unsigned long long)at);
		bytes += got;
		at += (uint64_t)got;
		length -= (size_t)got;
	}
	return 0;
}

/* The piece that has the byte at; NULL: none. */
static const struct piece *find_piece(const struct ram_kdump *kdump, uint64_t at)
{
	uint32_t low = 0, high = kdump->piece_count;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (kdump->pieces[middle].start + kdump->pieces[middle].size <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low < kdump->piece_count && kdump->pieces[low].start <= at ? &kdump->pieces[low]
									  : NULL;
}

static int read_at(struct ram_kdump *kdump, uint64_t at, void *to, size_t length)
{
	uint8_t *bytes = to;

	if (!kdump->flat)
		return read_raw(kdump, at, to, length);
	while (length) {
		const struct piece *piece = find_piece(kdump, at);
		uint64_t part;
		int ret;

		if (!piece)
			return fail(kdump, -ENODATA,
				    "the core lacks the piece at byte %llu: it was not written to "
				    "its end",
				    (unsigned long long)at);
		part = piece->start + piece->size - at;
		if (part > length)
			part = length;
		ret = read_raw(kdump, piece->file + (at - piece->start), bytes, part);
		if (ret)
			return ret;
		at += part;
		bytes += part;
		length -= part;
	}
	return 0;
}

static int by_start(const void *left, const void *right)
{
	const struct piece *a = left, *b = right;

	return a->start < b->start ? -1 : a->start > b->start;
}

static int add_piece(struct ram_kdump *kdump, uint32_t *room, const struct piece *piece)
{
	if (kdump->piece_count == *room) {
		uint32_t more = *room ? 2 * *room : 1024;
		struct piece *pieces;

		if (*room == RAM_PIECES_MAX)
			return fail(kdump, -E2BIG, "the core has more than %u pieces",
				    RAM_PIECES_MAX);
		if (more > RAM_PIECES_MAX)
			more = RAM_PIECES_MAX;
		pieces = reallocarray(kdump->pieces, more, sizeof(*pieces));
		if (!pieces)
			return fail(kdump, -ENOMEM, "there is no memory for the core's pieces");
		kdump->pieces = pieces;
		*room = more;
	}
	kdump->pieces[kdump->piece_count++] = *piece;
	return 0;
}

/* List the pieces, up to the one that says that it is the end or to where the file does. */
static int list_pieces(struct ram_kdump *kdump)
{
	uint64_t at = FLAT_HEAD;
	uint32_t room = 0;
	int ret = 0;

	while (!ret) {
		uint8_t head[16];
		struct piece piece;

		ret = read_raw(kdump, at, head, sizeof(head));
		if (ret)
			break;
		piece = (struct piece){page_u64(&BIG, head), page_u64(&BIG, head + 8),
				       at + sizeof(head)};
		if (piece.start == UINT64_MAX)
			break;
		if (!piece.size || piece.start > INT64_MAX || piece.size > INT64_MAX - at - 64 ||
		    piece.size > INT64_MAX - piece.start)
			return fail(kdump, -EBADMSG, "a piece of the core lies outside of it");
		ret = add_piece(kdump, &room, &piece);
		at = piece.file + piece.size;
	}
	if (ret)
		return ret;
	if (kdump->piece_count)
		qsort(kdump->pieces, kdump->piece_count, sizeof(*kdump->pieces), by_start);
	for (uint32_t i = 1; i < kdump->piece_count; i++)
		if (kdump->pieces[i - 1].start + kdump->pieces[i - 1].size > kdump->pieces[i].start)
			return fail(kdump, -EBADMSG, "pieces of the core overlap");
	return 0;
}

/* ---- headers ---- */

static bool has_page(const struct ram_kdump *kdump, uint64_t number)
{
	return kdump->map[number / 8] >> (number % 8) & 1;
}

static int read_map(struct ram_kdump *kdump, uint64_t at, uint64_t bytes)
{
	uint64_t needed = (kdump->pages + 7) / 8, present = 0;
	int ret;

	if (needed > bytes)
		return fail(kdump, -EBADMSG, "the core's map of pages is smaller than its memory");
	kdump->map = malloc(needed);
	kdump->rank = calloc(kdump->pages / RANK_PAGES + 1, sizeof(*kdump->rank));
	if (!kdump->map || !kdump->rank)
		return fail(kdump, -ENOMEM, "there is no memory for the core's map of pages");
	ret = read_at(kdump, at, kdump->map, needed);
	for (uint64_t i = 0; !ret && i < kdump->pages; i++) {
		if (i % RANK_PAGES == 0)
			kdump->rank[i / RANK_PAGES] = (uint32_t)present;
		present += has_page(kdump, i);
	}
	return ret;
}

static int read_headers(struct ram_kdump *kdump)
{
	uint8_t header[HEADER_SIZE], sub[SUB_SIZE];
	uint32_t sub_blocks, map_blocks;
	int ret = read_at(kdump, 0, header, sizeof(header));

	if (ret)
		return ret;
	kdump->block = page_u32(&LITTLE, header + BLOCK_SIZE_AT);
	sub_blocks = page_u32(&LITTLE, header + SUB_BLOCKS_AT);
	map_blocks = page_u32(&LITTLE, header + MAP_BLOCKS_AT);
	kdump->pages = page_u32(&LITTLE, header + PAGES_AT);
	if (memcmp(header, SIGNATURE, strlen(SIGNATURE)) != 0 || kdump->block < RING_SUBBUF_MIN ||
	    kdump->block > RING_SUBBUF_MAX || (kdump->block & (kdump->block - 1)))
		return fail(kdump, -EPROTONOSUPPORT,
			    "the core's header is not that of a little-endian guest");
	ret = read_at(kdump, kdump->block, sub, sizeof(sub));
	if (ret)
		return ret;
	if (page_u32(&LITTLE, header + VERSION_AT) >= VERSION_64)
		kdump->pages = page_u64(&LITTLE, sub + SUB_PAGES_AT);
	if (!kdump->pages || kdump->pages > RAM_PAGES_MAX)
		return fail(kdump, -E2BIG, "the core is of %llu pages; %u are read at most",
			    (unsigned long long)kdump->pages, RAM_PAGES_MAX);
	kdump->descriptors = (1ull + sub_blocks + map_blocks) * kdump->block;
	kdump->page = malloc(kdump->block);
	kdump->packed = malloc(2ull * kdump->block);
	if (!kdump->page || !kdump->packed)
		return fail(kdump, -ENOMEM, "there is no memory for a page of the core");
	/* The second of two maps, which have as many blocks each. */
	return read_map(kdump, (1ull + sub_blocks + map_blocks / 2) * kdump->block,
			(uint64_t)(map_blocks - map_blocks / 2) * kdump->block);
}

bool ram_kdump_begins(const uint8_t *head)
{
	return !memcmp(head, SIGNATURE, strlen(SIGNATURE)) || !memcmp(head, FLAT, RAM_KDUMP_HEAD);
}

int ram_kdump_open(struct ram_kdump **kdump, int fd, char *fault, size_t fault_size)
{
	struct ram_kdump *k = calloc(1, sizeof(*k));
	uint8_t head[RAM_KDUMP_HEAD];
	int ret;

	if (!k) {
		snprintf(fault, fault_size, "there is no memory for the core");
		return -ENOMEM;
	}
	k->fd = fd;
	k->cached = UINT64_MAX;
	k->fault = fault;
	k->fault_size = fault_size;
	ret = read_raw(k, 0, head, sizeof(head));
	k->flat = !ret && !memcmp(head, FLAT, sizeof(head));
	if (k->flat)
		ret = list_pieces(k);
	if (!ret)
		ret = read_headers(k);
	if (ret) {
		ram_kdump_free(k);
		return ret;
	}
	*kdump = k;
	return 0;
}

void ram_kdump_free(struct ram_kdump *kdump)
{
	if (!kdump)
		return;
	free(kdump->pieces);
	free(kdump->map);
	free(kdump->rank);
	free(kdump->page);
	free(kdump->packed);
	free(kdump);
}

/* ---- pages ---- */

uint64_t ram_kdump_size(const struct ram_kdump *kdump)
{
	return kdump->pages * kdump->block;
}

/* Of the descriptors, which one a page has. */
static uint64_t rank_of(const struct ram_kdump *kdump, uint64_t number)
{
	uint64_t rank = kdump->rank[number / RANK_PAGES];

	for (uint64_t i = number - number % RANK_PAGES; i < number; i++)
		rank += has_page(kdump, i);
	return rank;
}

/* A page that is packed in a way, or in none, and what its size can be then. */
static int check_packed(struct ram_kdump *kdump, uint32_t way, uint32_t size)
{
	const char *name = ram_packed_name(way);

	if (way && !name)
		return fail(
			kdump, -EPROTONOSUPPORT,
			"a page of the core is packed in a way that is not known (0x%x): dump it "
			"with --format kdump-zlib or elf",
			way);
	if (way && !ram_packed_known(way))
		return fail(kdump, -EPROTONOSUPPORT,
			    "the core is packed with %s, which vtrace was built without: dump it "
			    "with --format kdump-zlib or elf",
			    name);
	if (way ? size > 2 * kdump->block : size != kdump->block)
		return fail(kdump, -EBADMSG, "a page of the core has an impossible size");
	return 0;
}

static int load_page(struct ram_kdump *kdump, uint64_t number)
{
	uint8_t descriptor[DESC_SIZE];
	uint64_t offset;
	uint32_t size, flags;
	int ret;

	if (number == kdump->cached)
		return 0;
	kdump->cached = UINT64_MAX;
	ret = read_at(kdump, kdump->descriptors + rank_of(kdump, number) * DESC_SIZE, descriptor,
		      sizeof(descriptor));
	if (ret)
		return ret;
	offset = page_u64(&LITTLE, descriptor);
	size = page_u32(&LITTLE, descriptor + 8);
	flags = page_u32(&LITTLE, descriptor + 12);
	ret = check_packed(kdump, flags, size);
	if (!ret)
		ret = read_at(kdump, offset, flags ? kdump->packed : kdump->page, size);
	if (!ret && flags && !ram_unpack(flags, kdump->packed, size, kdump->page, kdump->block))
		ret = fail(kdump, -EBADMSG, "a page of the core can't be unpacked");
	if (!ret)
		kdump->cached = number;
	return ret;
}

int ram_kdump_read(struct ram_kdump *kdump, uint64_t offset, void *to, size_t length, char *fault,
		   size_t fault_size)
{
	uint8_t *bytes = to;

	kdump->fault = fault;
	kdump->fault_size = fault_size;
	while (length) {
		uint64_t number = offset / kdump->block, at = offset % kdump->block;
		size_t part = kdump->block - at < length ? kdump->block - at : length;
		int ret;

		if (number >= kdump->pages || !has_page(kdump, number))
			return fail(kdump, -ENXIO, "the core has no memory at 0x%llx",
				    (unsigned long long)offset);
		ret = load_page(kdump, number);
		if (ret)
			return ret;
		memcpy(bytes, kdump->page + at, part);
		offset += part;
		bytes += part;
		length -= part;
	}
	return 0;
}

bool ram_kdump_data(const struct ram_kdump *kdump, uint64_t at, uint64_t *from, uint64_t *to)
{
	uint64_t number = at / kdump->block;

	while (number < kdump->pages && !has_page(kdump, number))
		number += number % 8 || kdump->map[number / 8] ? 1 : 8;
	if (number >= kdump->pages)
		return false;
	*from = number * kdump->block > at ? number * kdump->block : at;
	while (number < kdump->pages && has_page(kdump, number))
		number++;
	*to = number * kdump->block;
	return true;
}
