/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of the detail view, shared by the files that make it up and by nobody else:
 * view_detail.c asks for rows and takes keys, detail_draw.c shares the screen out and draws.
 */
#ifndef VTRACE_CONSOLE_DETAIL_PRIVATE_H
#define VTRACE_CONSOLE_DETAIL_PRIVATE_H

#include "tui/console/detail_text.h"
#include "tui/console/list.h"
#include "tui/console/view.h"

/* The parts of the screen, from top to bottom; one has the keys. */
enum part { PART_FIELDS, PART_BYTES, PART_TEXT, PARTS };

struct detail_view {
	struct view view;
	/* what is asked for */
	struct engine_position at;
	uint8_t cpus[ENGINE_CPUSET_BYTES];
	int step;    /* rows to go on from there */
	int stepped; /* that the request on its way asks for */
	bool wanted;
	bool asked; /* a request is on its way, with .serial */
	uint32_t serial;
	/* what came: a reply, owned, and the row in it */
	void *reply;
	bool shown;
	struct engine_detail_view row;
	const uint8_t **fields; /* the entries: first the event's own, then those of all events */
	int field_count;
	/* what is on the screen */
	enum part focus;
	struct list lists[PARTS]; /* the fields' has a cursor; the others tell what is on top */
	bool follow_field;	  /* the bytes shown are to be those of the field */
	struct detail_text text;
	int told; /* field whose value is in the text; -1: none */
};

/* A field by its line in the list. False: there is none. */
bool detail_field(const struct detail_view *detail, int line, struct engine_field_view *view);

/* The text of the row on the screen, with the value of that field before it, or (-1) of none. */
void detail_fill_text(struct detail_view *detail, int field);

void detail_draw(struct view *view, struct console *console, const struct area *area);

#endif
