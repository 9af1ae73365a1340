/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pane: a window onto the engine's timeline over one set of CPUs. It asks for exactly the rows
 * that it shows, one request at a time, and keeps them until newer ones are wanted. It is
 * anchored to an event and not to a line number, so that rows do not slide away under the eye.
 * Called by view_events.c.
 */
#ifndef VTRACE_CONSOLE_PANE_H
#define VTRACE_CONSOLE_PANE_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/console/row.h"
#include "tui/guest/guest.h"

enum pane_anchor {
	PANE_TAIL, /* the newest rows, as they come */
	PANE_HEAD, /* the oldest rows held */
	PANE_TOP,  /* the row at .top stays the first */
};

struct pane {
	uint8_t cpus[ENGINE_CPUSET_BYTES];
	enum pane_anchor anchor;
	struct engine_position top; /* of the rows shown or, when .placed, to be shown */
	bool placed;
	enum engine_origin origin; /* with .placed: what .top is */
	int line;		   /* of the rows shown, the one with the cursor, from 0 */
	bool seeking;		   /* the cursor goes to .target in the rows that come */
	struct engine_position target;
	int skip;    /* rows to move that were not yet asked for */
	int rows;    /* lines for rows on the screen */
	int first;   /* line of the screen that has the first of them */
	bool wanted; /* other rows than those shown should be asked for */
	bool asked;  /* a request is on its way, with .serial */
	int sent;    /* rows to move that it asks for */
	uint32_t serial;
	bool shown;		     /* .packet holds rows, at least one */
	bool answered;		     /* .packet and .head are valid */
	struct engine_packet packet; /* of type ENGINE_ROWS; its payload is owned */
	struct engine_rows head;
};

/* Forget the rows, keep the CPUs. */
void pane_clear(struct pane *pane);
void pane_release(struct pane *pane);
/* Ask the engine for what is wanted, unless something is asked already. hold: the rows on the
 * screen stay the first ones even if the pane follows the tail. */
void pane_ask(struct pane *pane, struct guest *guest, bool hold);
/* Take ENGINE_ROWS if it is the answer to this pane: true; or ENGINE_NO_ANSWER, after which the
 * same is wanted still. */
bool pane_answer(struct pane *pane, const struct engine_packet *packet);
/* The engine that was asked is no more. */
void pane_forget_request(struct pane *pane);
/* Anchor to the first row on the screen. */
void pane_pin(struct pane *pane);
/* Move the cursor by rows, and where it would leave the screen, the rows; > 0: to newer ones. */
void pane_move(struct pane *pane, int rows);
/* Move the rows under the cursor, and at the end of them the cursor. */
void pane_turn(struct pane *pane, int rows);
/* Put the cursor on the row at a place, or on what is there now; line is where on the screen it is
 * wanted. Rows that are on the screen already stay. */
void pane_go_to(struct pane *pane, const struct engine_position *at, int line);
/* What is shown has changed: keep the cursor where it is in time. */
void pane_hold(struct pane *pane);
/* The row under the cursor. False: there is none. */
bool pane_row(const struct pane *pane, struct engine_row_view *row);
/* Its place, or the one to which the cursor is on its way. */
bool pane_place(const struct pane *pane, struct engine_position *at);
/* The places of the first and the last row shown. False: there are none. */
bool pane_span(const struct pane *pane, struct engine_position *first,
	       struct engine_position *last);
/* Rows that are newer than the one under the cursor, as far as is known. */
uint64_t pane_newer(const struct pane *pane);
void pane_go(struct pane *pane, enum pane_anchor anchor);
/* Begin with another row: the one at a position, whatever CPU it is of (ENGINE_FROM_POSITION), or
 * that of a time, or of a share of all time held (ENGINE_FROM_TIME, ENGINE_FROM_SHARE). */
void pane_seek(struct pane *pane, enum engine_origin origin, const struct engine_position *at);
/* Columns of the longest detail shown. */
int pane_longest_detail(const struct pane *pane);
/* Draw the rows into an area, with the cursor or without, and a sentence where there are none. */
void pane_draw(const struct pane *pane, const struct terminal *terminal, const struct area *area,
	       const struct row_layout *layout, bool cursor, const char *empty);

#endif
