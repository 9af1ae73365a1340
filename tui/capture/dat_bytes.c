// SPDX-License-Identifier: GPL-2.0-only
#include "tui/capture/dat_bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_ROOM (64 * 1024)

void dat_bytes_init(struct dat_bytes *bytes, uint64_t base, bool big_endian)
{
	memset(bytes, 0, sizeof(*bytes));
	bytes->base = base;
	bytes->big_endian = big_endian;
}

void dat_bytes_release(struct dat_bytes *bytes)
{
	free(bytes->bytes);
	free(bytes->spans);
	memset(bytes, 0, sizeof(*bytes));
}

void dat_encode(uint8_t *to, uint64_t number, unsigned width, bool big_endian)
{
	for (unsigned i = 0; i < width; i++)
		to[big_endian ? width - 1 - i : i] = (uint8_t)(number >> 8 * i);
}

uint64_t dat_decode(const uint8_t *from, unsigned width, bool big_endian)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < width; i++)
		number |= (uint64_t)from[big_endian ? width - 1 - i : i] << 8 * i;
	return number;
}

/* Room for length more bytes, which are zeroes; NULL without memory. */
static uint8_t *grow(struct dat_bytes *bytes, size_t length)
{
	size_t room = bytes->room ? bytes->room : LEAST_ROOM;
	uint8_t *more;

	if (bytes->error)
		return NULL;
	while (room < bytes->length + length)
		room *= 2;
	if (room > bytes->room) {
		more = realloc(bytes->bytes, room);
		if (!more) {
			bytes->error = -ENOMEM;
			return NULL;
		}
		bytes->bytes = more;
		bytes->room = room;
	}
	more = bytes->bytes + bytes->length;
	memset(more, 0, length);
	bytes->length += length;
	return more;
}

void dat_put(struct dat_bytes *bytes, const void *data, size_t length)
{
	uint8_t *to = grow(bytes, length);

	if (to && length)
		memcpy(to, data, length);
}

void dat_put_string(struct dat_bytes *bytes, const char *text)
{
	dat_put(bytes, text, strlen(text) + 1);
}

void dat_put_number(struct dat_bytes *bytes, uint64_t number, unsigned width)
{
	uint8_t *to = grow(bytes, width);

	if (to)
		dat_encode(to, number, width, bytes->big_endian);
}

void dat_put_zeroes(struct dat_bytes *bytes, size_t length)
{
	grow(bytes, length);
}

void dat_align(struct dat_bytes *bytes, uint64_t alignment)
{
	grow(bytes, (size_t)(-dat_place(bytes) & (alignment - 1)));
}

size_t dat_put_span(struct dat_bytes *bytes, uint64_t from, uint64_t to, unsigned width)
{
	size_t room = bytes->span_room ? 2 * bytes->span_room : 64;
	struct dat_span *more;

	if (!bytes->error && bytes->span_count == bytes->span_room) {
		more = reallocarray(bytes->spans, room, sizeof(*more));
		if (!more) {
			bytes->error = -ENOMEM;
		} else {
			bytes->spans = more;
			bytes->span_room = room;
		}
	}
	if (bytes->error)
		return 0;
	bytes->spans[bytes->span_count] = (struct dat_span){dat_place(bytes), from, to, width};
	grow(bytes, width);
	return bytes->span_count++;
}

void dat_span_from(struct dat_bytes *bytes, size_t span, uint64_t from)
{
	if (!bytes->error)
		bytes->spans[span].from = from;
}

void dat_span_to(struct dat_bytes *bytes, size_t span, uint64_t to)
{
	if (!bytes->error)
		bytes->spans[span].to = to;
}

void dat_resolve(struct dat_bytes *bytes)
{
	for (size_t i = 0; !bytes->error && i < bytes->span_count; i++) {
		const struct dat_span *span = &bytes->spans[i];

		dat_encode(bytes->bytes + (span->at - bytes->base), span->to - span->from,
			   span->width, bytes->big_endian);
	}
}
