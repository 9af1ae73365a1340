/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A filter as a person writes it, taken apart: libtraceevent's syntax (trace-cmd-report(1), -F), so
 * that what is known from there works here. It is read here and not by libtraceevent because
 * tep_filter_add_filter_str() of 1.7.1 follows null pointers on unfinished conditions ("a &&"),
 * frees twice ("a == 1 && !") and writes behind its error buffer on long ones. Called by
 * filter.c. It knows no formats: names are names.
 *
 *     FILTER    = PART { ',' PART }
 *     PART      = [ EVENTS ':' ] CONDITION | EVENTS
 *     CONDITION = TEST { ('&&' | '||') TEST }                 grouped from left to right
 *     TEST      = '!' TEST | VALUE [ COMPARISON VALUE ]
 *     VALUE     = numbers, names, 'c', "text", ( CONDITION ), and C's operators on them
 */
#ifndef VTRACE_ENGINE_FILTER_TREE_H
#define VTRACE_ENGINE_FILTER_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "formats/limits.h"

#define FILTER_ERROR 320

enum node_kind {
	NODE_NUMBER,
	NODE_TEXT,
	NODE_NAME,
	/* of right alone */
	NODE_NOT,
	NODE_NEGATE,
	NODE_COMPLEMENT,
	/* of left and right */
	NODE_AND,
	NODE_OR,
	NODE_EQUAL,
	NODE_UNEQUAL,
	NODE_LESS,
	NODE_LESS_EQUAL,
	NODE_MORE,
	NODE_MORE_EQUAL,
	NODE_MATCH, /* =~ */
	NODE_MISMATCH,
	NODE_ADD,
	NODE_SUBTRACT,
	NODE_MULTIPLY,
	NODE_DIVIDE,
	NODE_REMAINDER,
	NODE_SHIFT_LEFT,
	NODE_SHIFT_RIGHT,
	NODE_BIT_AND,
	NODE_BIT_OR,
	NODE_BIT_XOR,
};

struct node {
	uint8_t kind; /* enum node_kind */
	uint16_t left, right;
	uint64_t number;
	const char *text; /* of a name or a text, in the tree's bytes */
	size_t at;	  /* where it stands in the filter, from 0 */
};

/* One part. The nodes below a node come before it. */
struct filter_part {
	const char *events; /* as written, in the filter's text; NULL: all that have the fields */
	size_t events_length;
	unsigned count; /* of nodes; the last one is the whole. 0: no condition */
	struct node node[FILTER_NODES];
	size_t used;
	char bytes[FILTER_BYTES];
};

/*
 * Take the part of text that begins at *at, and move *at behind it and its comma. 1 when there was
 * one, 0 at the end, -EINVAL with what is wrong and where in error (FILTER_ERROR bytes), and *at
 * there.
 */
int filter_part_next(struct filter_part *part, const char *text, size_t *at, char *error);

#endif
