// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/pane.h"

void pane_release(struct pane *pane)
{
	free((void *)pane->packet.payload);
	pane->packet.payload = NULL;
	pane->shown = pane->answered = false;
}

void pane_clear(struct pane *pane)
{
	pane_release(pane);
	pane->skip = 0;
	pane->asked = false; /* an answer that still comes shows what was forgotten */
	pane->wanted = true;
	if (pane->anchor == PANE_TOP)
		pane->anchor = PANE_HEAD;
}

void pane_ask(struct pane *pane, struct guest *guest, bool hold)
{
	struct engine_view view = {.count = (uint32_t)pane->rows};

	if (!pane->wanted || pane->asked || pane->rows <= 0)
		return;
	memcpy(view.cpus, pane->cpus, sizeof(view.cpus));
	if ((pane->shown || pane->placed) &&
	    (pane->anchor == PANE_TOP || (hold && pane->anchor == PANE_TAIL))) {
		view.origin = pane->placed ? pane->origin : ENGINE_FROM_POSITION;
		view.at = pane->top;
		view.skip = pane->skip;
	} else {
		view.origin = pane->anchor == PANE_TAIL ? ENGINE_FROM_TAIL : ENGINE_FROM_HEAD;
	}
	/* On -EAGAIN it stays wanted, and the next news or beat asks again. */
	if (guest_request_view(guest, &view, &pane->serial) == 0) {
		pane->asked = true;
		pane->wanted = false;
		pane->sent = pane->skip;
		pane->skip = 0;
	}
}

static bool get_row(const struct pane *pane, int line, struct engine_row_view *row)
{
	size_t offset = 0;

	for (; pane->shown && line >= 0 && engine_rows_next(&pane->packet, &offset, row); line--)
		if (!line)
			return true;
	return false;
}

static bool is_before(const struct engine_position *a, const struct engine_position *b)
{
	return a->epoch != b->epoch ? a->epoch < b->epoch : a->ts < b->ts;
}

/* The line of a row, exactly or the first that is not before it in time; -1: none of these. */
static int find_line(const struct pane *pane, const struct engine_position *at, bool exactly)
{
	struct engine_row_view row;
	size_t offset = 0;

	for (int line = 0; engine_rows_next(&pane->packet, &offset, &row); line++)
		if (exactly ? row.row->at.cpu == at->cpu && row.row->at.row == at->row
			    : !is_before(&row.row->at, at))
			return line;
	return -1;
}

/* Where the cursor is in rows that have just come. */
static void place_cursor(struct pane *pane)
{
	int last = (int)pane->head.count - 1;

	if (pane->seeking) {
		pane->line = find_line(pane, &pane->target, true);
		if (pane->line < 0)
			pane->line = find_line(pane, &pane->target, false);
		if (pane->line < 0)
			pane->line = last;
	} else if (pane->anchor == PANE_TAIL) {
		pane->line = last;
	}
	pane->seeking = false;
	if (pane->line > last)
		pane->line = last;
	if (pane->line < 0)
		pane->line = 0;
}

static void skip(struct pane *pane, int rows)
{
	if (rows > 0 ? pane->skip <= INT_MAX - rows : pane->skip >= INT_MIN - rows)
		pane->skip += rows;
}

bool pane_answer(struct pane *pane, const struct engine_packet *packet)
{
	struct engine_row_view first;
	size_t offset = 0;

	if (!pane->asked || packet->serial != pane->serial)
		return false;
	pane->asked = false;
	if (packet->type == ENGINE_NO_ANSWER) {
		if (pane->anchor == PANE_TOP)
			skip(pane, pane->sent);
		pane->wanted = true;
		return true;
	}
	void *copy = malloc(packet->length);

	if (!copy)
		return true; /* the rows shown stay */
	memcpy(copy, packet->payload, packet->length);
	pane_release(pane);
	pane->packet = *packet;
	pane->packet.payload = copy;
	pane->head = *(const struct engine_rows *)copy;
	pane->placed = false;
	pane->answered = true;
	pane->shown = engine_rows_next(&pane->packet, &offset, &first) == 1;
	if (pane->shown)
		pane->top = first.row->at;
	place_cursor(pane);
	return true;
}

void pane_forget_request(struct pane *pane)
{
	pane->asked = false;
	pane->wanted = true;
}

void pane_pin(struct pane *pane)
{
	if (pane->anchor == PANE_TAIL)
		pane->anchor = pane->shown ? PANE_TOP : PANE_HEAD;
}

static void scroll(struct pane *pane, int rows)
{
	if (!pane->shown)
		return;
	pane->anchor = PANE_TOP;
	skip(pane, rows);
	pane->wanted = true;
}

void pane_move(struct pane *pane, int rows)
{
	int last = (int)pane->head.count - 1, line = pane->line + rows;

	if (!pane->shown)
		return;
	pane->line = line < 0 ? 0 : line > last ? last : line;
	scroll(pane, line - pane->line);
}

void pane_turn(struct pane *pane, int rows)
{
	if (!pane->shown)
		return;
	if (rows < 0 && (pane->head.flags & ENGINE_ROWS_HEAD))
		pane->line = 0;
	else if (rows > 0 && (pane->head.flags & ENGINE_ROWS_TAIL))
		pane->line = (int)pane->head.count - 1;
	else
		scroll(pane, rows);
}

void pane_go_to(struct pane *pane, const struct engine_position *at, int line)
{
	int here = pane->shown ? find_line(pane, at, true) : -1;

	pane->anchor = PANE_TOP;
	if (here >= 0 && here < pane->rows) {
		pane->line = here;
		return;
	}
	pane_seek(pane, ENGINE_FROM_POSITION, at);
	pane->skip = -line;
}

void pane_hold(struct pane *pane)
{
	struct engine_row_view row;

	int line = pane->line;

	pane->wanted = true;
	if (pane->anchor == PANE_TAIL || pane->placed || !get_row(pane, line, &row))
		return;
	pane_seek(pane, ENGINE_FROM_POSITION, &row.row->at);
	pane->skip = -line;
}

bool pane_row(const struct pane *pane, struct engine_row_view *row)
{
	return get_row(pane, pane->line, row);
}

bool pane_place(const struct pane *pane, struct engine_position *at)
{
	struct engine_row_view row;

	if (pane->seeking) {
		*at = pane->target;
		return true;
	}
	if (!pane_row(pane, &row))
		return false;
	*at = row.row->at;
	return true;
}

bool pane_span(const struct pane *pane, struct engine_position *first, struct engine_position *last)
{
	struct engine_row_view row;
	size_t offset = 0;

	if (!pane->shown)
		return false;
	*first = pane->top;
	for (int line = 0; line < pane->rows && engine_rows_next(&pane->packet, &offset, &row);
	     line++)
		*last = row.row->at;
	return offset > 0;
}

uint64_t pane_newer(const struct pane *pane)
{
	uint64_t below = pane->shown ? pane->head.count - 1 - (uint64_t)pane->line : 0;

	return pane->head.newer + below;
}

void pane_go(struct pane *pane, enum pane_anchor anchor)
{
	pane->placed = false;
	pane->seeking = false;
	pane->anchor = anchor;
	pane->line = 0;
	pane->skip = 0;
	pane->wanted = true;
}

void pane_seek(struct pane *pane, enum engine_origin origin, const struct engine_position *at)
{
	pane->asked = false; /* an answer that still comes shows another place */
	pane->anchor = PANE_TOP;
	pane->top = pane->target = *at;
	pane->origin = origin;
	pane->placed = true;
	/* Of a time, the cursor is on the row that it brings to the top. */
	pane->seeking = origin == ENGINE_FROM_POSITION;
	pane->line = 0;
	pane->skip = 0;
	pane->wanted = true;
}

int pane_longest_detail(const struct pane *pane)
{
	struct engine_row_view view;
	size_t offset = 0;
	int longest = 0;

	while (pane->shown && engine_rows_next(&pane->packet, &offset, &view))
		if (view.row->detail_len > longest)
			longest = view.row->detail_len;
	return longest;
}

void pane_draw(const struct pane *pane, const struct terminal *terminal, const struct area *area,
	       const struct row_layout *layout, bool cursor, const char *empty)
{
	struct row_layout here = *layout;
	struct engine_row_view view;
	size_t offset = 0;

	if (here.times == ROW_TIMES_START)
		here.since = pane->head.start;
	else
		here.since = pane->head.above;
	if (!pane->shown) {
		/* For the moment until the first answer, nothing is known to be missing. */
		if (pane->answered || !pane->asked)
			area_sentence(terminal, area, empty);
		return;
	}
	for (int line = 0; line < area->rows; line++) {
		struct pen pen = pen_at(terminal, area, line);

		if (!engine_rows_next(&pane->packet, &offset, &view))
			break;
		here.cursor = cursor && line == pane->line;
		row_draw(&pen, &here, &view);
		if (here.times == ROW_TIMES_DELTA)
			here.since = view.row->at.ts;
	}
}
