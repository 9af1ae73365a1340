/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operations that conditions are compiled into: filter_compile.c makes them, filter.c carries
 * them out, nobody else knows them.
 */
#ifndef VTRACE_ENGINE_FILTER_PRIVATE_H
#define VTRACE_ENGINE_FILTER_PRIVATE_H

#include <regex.h>

#include "tui/engine/filter.h"

/* Where a text to compare comes from. */
enum text_source {
	TEXT_ARRAY,   /* size bytes at offset */
	TEXT_DYNAMIC, /* the bytes that the word at offset names */
	TEXT_COMM,    /* the task's name */
	TEXT_SYMBOL,  /* the function at the number's address; as TEXT_HEX without one */
	TEXT_HEX,     /* the number as 0x... */
};

enum filter_code {
	OP_CONSTANT, /* number */
	OP_FIELD,    /* size bytes at offset */
	OP_CPU,
	OP_TIMESTAMP,
	OP_TEXT,  /* source's bytes are text */
	OP_REGEX, /* source's bytes match regex */
	OP_TEST,  /* the field at offset against number: the commonest condition, in one */
	OP_NODE,  /* what enum node_kind says, of left and right; from here on */
};

struct filter_op {
	uint8_t code;	/* enum filter_code, or OP_NODE + enum node_kind */
	uint8_t test;	/* OP_TEST: enum node_kind */
	uint8_t size;	/* of a number, bytes */
	uint8_t source; /* enum text_source */
	bool is_signed; /* a field's sign is to be extended */
	bool wide;	/* the value may be above INT64_MAX: unsigned */
	bool negate;	/* OP_TEXT, OP_REGEX */
	bool absent;	/* OP_CONSTANT: of a field that the event has not */
	uint32_t left, right;
	uint32_t offset;
	uint32_t length;   /* of an array or of text, bytes */
	uint32_t relative; /* __rel_loc: what its offset counts from; else 0 */
	uint64_t number;
	const struct filter_operand *operand;
};

/* A text or what was made of it, the same for all events. */
struct filter_operand {
	struct filter_operand *next;
	bool compiled; /* regex is */
	regex_t regex;
	size_t length;
	char text[];
};

#endif
