// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/dat_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/engine/page_file.h"

int dat_reader_file(struct dat_reader *reader, int fd, uint64_t size)
{
	*reader = (struct dat_reader){.fd = fd, .end = size, .window = malloc(DAT_WINDOW)};
	return reader->window ? 0 : -ENOMEM;
}

void dat_reader_memory(struct dat_reader *reader, const void *memory, size_t size, bool big_endian)
{
	*reader = (struct dat_reader){
		.order.big_endian = big_endian,
		.fd = -1,
		.memory = memory,
		.end = size,
	};
}

void dat_reader_release(struct dat_reader *reader)
{
	free(reader->window);
	reader->window = NULL;
}

void dat_seek(struct dat_reader *reader, uint64_t at)
{
	reader->at = at;
}

static bool read_file(struct dat_reader *reader, uint8_t *to, size_t size, uint64_t at)
{
	struct page_file file = page_file_whole(reader->fd);
	ssize_t got;

	if (size >= DAT_WINDOW)
		return page_file_read_all(&file, to, size, at);
	if (at < reader->window_at || at - reader->window_at > reader->window_length ||
	    reader->window_length - (at - reader->window_at) < size) {
		reader->window_at = at;
		reader->window_length = 0;
		while (reader->window_length < size) {
			got = page_file_read(&file, reader->window + reader->window_length,
					     DAT_WINDOW - reader->window_length,
					     at + reader->window_length);
			if (got <= 0)
				return false;
			reader->window_length += (size_t)got;
		}
	}
	memcpy(to, reader->window + (at - reader->window_at), size);
	return true;
}

bool dat_bytes(struct dat_reader *reader, void *to, size_t size)
{
	if (size > dat_left(reader)) {
		reader->cut = true;
		return false;
	}
	if (reader->memory) {
		if (size)
			memcpy(to, reader->memory + reader->at, size);
	} else if (!read_file(reader, to, size, reader->at)) {
		/* Somebody has cut it meanwhile. */
		reader->cut = true;
		return false;
	}
	reader->at += size;
	return true;
}

bool dat_u8(struct dat_reader *reader, uint8_t *number)
{
	return dat_bytes(reader, number, 1);
}

bool dat_u16(struct dat_reader *reader, uint16_t *number)
{
	uint8_t bytes[2];

	if (!dat_bytes(reader, bytes, sizeof(bytes)))
		return false;
	*number = page_u16(&reader->order, bytes);
	return true;
}

bool dat_u32(struct dat_reader *reader, uint32_t *number)
{
	uint8_t bytes[4];

	if (!dat_bytes(reader, bytes, sizeof(bytes)))
		return false;
	*number = page_u32(&reader->order, bytes);
	return true;
}

bool dat_u64(struct dat_reader *reader, uint64_t *number)
{
	uint8_t bytes[8];

	if (!dat_bytes(reader, bytes, sizeof(bytes)))
		return false;
	*number = page_u64(&reader->order, bytes);
	return true;
}

bool dat_text(struct dat_reader *reader, char *to, size_t room)
{
	for (size_t length = 0; length < room; length++) {
		if (!dat_bytes(reader, to + length, 1))
			break;
		if (!to[length])
			return true;
	}
	to[0] = '\0';
	return false;
}
