/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes of a trace.dat in the making: numbers in the file's byte order, strings, texts. Numbers
 * that tell of places in the file (an offset, the size of what lies between two places) are noted
 * as spans, so that they can be worked out late, and anew when the file's holes are taken out of
 * it. Called by the files tui/capture/dat*.c; it writes no file.
 */
#ifndef VTRACE_CAPTURE_DAT_BYTES_H
#define VTRACE_CAPTURE_DAT_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number of width bytes at a place of the file that says how far it is from one place to another;
 * an offset is how far it is from 0. */
struct dat_span {
	uint64_t at;
	uint64_t from;
	uint64_t to;
	unsigned width;
};

struct dat_bytes {
	uint64_t base; /* place of the first byte in the file */
	bool big_endian;
	int error; /* the first: -ENOMEM, after which every call does nothing */
	uint8_t *bytes;
	size_t length;
	size_t room;
	struct dat_span *spans;
	size_t span_count;
	size_t span_room;
};

void dat_bytes_init(struct dat_bytes *bytes, uint64_t base, bool big_endian);
/* Takes a zeroed one. */
void dat_bytes_release(struct dat_bytes *bytes);

/* The place in the file of what comes next. */
static inline uint64_t dat_place(const struct dat_bytes *bytes)
{
	return bytes->base + bytes->length;
}

void dat_put(struct dat_bytes *bytes, const void *data, size_t length);
void dat_put_string(struct dat_bytes *bytes, const char *text); /* with its NUL */
void dat_put_number(struct dat_bytes *bytes, uint64_t number, unsigned width);
void dat_put_zeroes(struct dat_bytes *bytes, size_t length);
/* Zeroes up to the next place that alignment (a power of two) divides. */
void dat_align(struct dat_bytes *bytes, uint64_t alignment);

/* A number that is a span. Returns its index: the ends may be set later. */
size_t dat_put_span(struct dat_bytes *bytes, uint64_t from, uint64_t to, unsigned width);
void dat_span_from(struct dat_bytes *bytes, size_t span, uint64_t from);
void dat_span_to(struct dat_bytes *bytes, size_t span, uint64_t to);
/* Write the numbers of all spans into the bytes. */
void dat_resolve(struct dat_bytes *bytes);

/* A number of width bytes as a file of that byte order has it. */
void dat_encode(uint8_t *to, uint64_t number, unsigned width, bool big_endian);
uint64_t dat_decode(const uint8_t *from, unsigned width, bool big_endian);

#endif
