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
		pane->skip = 0;
	}
}

bool pane_answer(struct pane *pane, const struct engine_packet *packet)
{
	struct engine_row_view first;
	size_t offset = 0;

	if (!pane->asked || packet->serial != pane->serial)
		return false;
	pane->asked = false;
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

void pane_scroll(struct pane *pane, int rows)
{
	if (!pane->shown)
		return;
	pane->anchor = PANE_TOP;
	if (rows > 0 ? pane->skip <= INT_MAX - rows : pane->skip >= INT_MIN - rows)
		pane->skip += rows;
	pane->wanted = true;
}

void pane_go(struct pane *pane, enum pane_anchor anchor)
{
	pane->placed = false;
	pane->anchor = anchor;
	pane->skip = 0;
	pane->wanted = true;
}

void pane_seek(struct pane *pane, enum engine_origin origin, const struct engine_position *at)
{
	pane->asked = false; /* an answer that still comes shows another place */
	pane->anchor = PANE_TOP;
	pane->top = *at;
	pane->origin = origin;
	pane->placed = true;
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

static void draw_sentence(const struct terminal *terminal, const struct area *area,
			  const char *text)
{
	size_t next;

	for (int line = 0; *text && line < area->rows; line++) {
		struct pen pen = pen_at(terminal, area, line);

		pen_bytes(&pen, STYLE_DIM, text, text_break(text, area->columns, &next), 0,
			  area->columns);
		text += next;
	}
}

void pane_draw(const struct pane *pane, const struct terminal *terminal, const struct area *area,
	       const struct row_layout *layout, const char *empty)
{
	struct engine_row_view view;
	size_t offset = 0;

	if (!pane->shown) {
		/* For the moment until the first answer, nothing is known to be missing. */
		if (pane->answered || !pane->asked)
			draw_sentence(terminal, area, empty);
		return;
	}
	for (int line = 0; line < area->rows; line++) {
		struct pen pen = pen_at(terminal, area, line);

		if (!engine_rows_next(&pane->packet, &offset, &view))
			break;
		row_draw(&pen, layout, &view);
	}
}
