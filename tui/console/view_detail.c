// SPDX-License-Identifier: GPL-2.0-only
/*
 * One row in full: its fields with the cursor on one of them, the record's bytes with those of that
 * field marked, and its text with the format of the event. The row is the one under the cursor of
 * the events view, which goes along when another one is looked at.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/detail_private.h"
#include "tui/console/state.h"

static struct detail_view *detail_of(const struct view *view)
{
	return (struct detail_view *)view;
}

static void forget(struct detail_view *detail)
{
	free(detail->reply);
	free(detail->fields);
	detail->reply = NULL;
	detail->fields = NULL;
	detail->field_count = 0;
	detail->shown = false;
	detail_text_clear(&detail->text);
}

/* ---- asking ---- */

static void ask(struct detail_view *detail, struct console *console)
{
	struct engine_detail_request request = {.at = detail->at, .step = detail->step};

	if (!detail->wanted || detail->asked || !console->guest ||
	    !guest_engine_alive(console->guest))
		return;
	memcpy(request.cpus, detail->cpus, sizeof(request.cpus));
	/* On -EAGAIN it stays wanted, and the next beat asks again. */
	if (guest_request_detail(console->guest, &request, &detail->serial) < 0)
		return;
	detail->asked = true;
	detail->wanted = false;
	detail->stepped = detail->step;
	detail->step = 0;
}

static void go(struct detail_view *detail, struct console *console, int rows)
{
	if (!detail->shown)
		return;
	detail->step += rows;
	detail->wanted = true;
	ask(detail, console);
}

/* ---- what came ---- */

static int index_fields(struct detail_view *detail)
{
	const uint8_t *at = detail->row.fields;
	const uint32_t count = detail->row.detail->fields;
	struct engine_field_view view;
	int own = 0, common;

	detail->fields = calloc(count + 1, sizeof(*detail->fields));
	if (!detail->fields)
		return -ENOMEM;
	while (engine_detail_next(&detail->row, &at, &view))
		own += !(view.field->flags & ENGINE_FIELD_COMMON);
	common = own;
	own = 0;
	at = detail->row.fields;
	for (const uint8_t *entry = at; engine_detail_next(&detail->row, &at, &view); entry = at)
		detail->fields[view.field->flags & ENGINE_FIELD_COMMON ? common++ : own++] = entry;
	detail->field_count = common;
	return 0;
}

static void add_value(struct detail_text *text, const struct engine_field_view *view)
{
	const struct engine_detail_field *field = view->field;
	char line[ENGINE_NAME_MAX + 2 * ENGINE_VALUE_MAX + sizeof(" =  ()")];

	snprintf(line, sizeof(line), "%.*s = %.*s%s%.*s%s", field->name_len, view->name,
		 field->value_len, view->value, field->meaning_len ? " (" : "", field->meaning_len,
		 view->meaning, field->meaning_len ? ")" : "");
	detail_text_add(text, line, strlen(line));
	detail_text_add(text, "\n", 1);
}

void detail_fill_text(struct detail_view *detail, int field)
{
	static const char format[] = "\nprint fmt:\n";
	const struct engine_detail *row = detail->row.detail;
	struct detail_text *text = &detail->text;
	struct engine_field_view view;

	if (text->length && field == detail->told)
		return;
	detail->told = field;
	detail_text_clear(text);
	if (detail_field(detail, field, &view))
		add_value(text, &view);
	detail_text_add(text, detail->row.text, row->text_len);
	if (!row->format_len)
		return;
	detail_text_add(text, format, sizeof(format) - 1);
	detail_text_add(text, detail->row.format, row->format_len);
}

/* Another row comes to the screen. The cursor stays where it is among the fields of one event. */
static void show(struct detail_view *detail, void *reply, size_t length)
{
	uint16_t id = detail->shown ? detail->row.detail->event_id : 0;
	bool event = detail->shown && detail->row.detail->kind == ENGINE_ROW_EVENT;

	forget(detail);
	detail->reply = reply;
	detail->shown = engine_detail_open(reply, length, &detail->row);
	if (!detail->shown || index_fields(detail) < 0) {
		forget(detail);
		return;
	}
	detail_fill_text(detail, -1);
	if (!event || detail->row.detail->event_id != id)
		detail->lists[PART_FIELDS].cursor = detail->lists[PART_FIELDS].top = 0;
	detail->lists[PART_BYTES].top = detail->lists[PART_TEXT].top = 0;
	detail->follow_field = true;
}

/* Events can have the same time; and a row can have had a name before it had its number. */
static bool same_row(const struct engine_position *a, const struct engine_position *b)
{
	return a->epoch == b->epoch && a->ts == b->ts && a->cpu == b->cpu &&
	       (a->row == b->row || (a->row ^ b->row) & ENGINE_ROW_AHEAD);
}

/* Say when the row that came is not the one that was asked for. */
static void explain(const struct detail_view *detail, struct console *console,
		    const struct engine_position *before, uint32_t flags)
{
	bool same = same_row(&detail->at, before);

	if (!detail->stepped && !same)
		journal_add(&console->journal, GUEST_WARNING,
			    "this row is not held any more: here is the one nearest to it");
	else if (same && detail->stepped > 0 && flags & ENGINE_ROWS_TAIL)
		journal_add(&console->journal, GUEST_INFO, "there is no newer row");
	else if (same && detail->stepped < 0 && flags & ENGINE_ROWS_HEAD)
		journal_add(&console->journal, GUEST_INFO, "there is no older row");
}

static void take_reply(struct detail_view *detail, struct console *console,
		       const struct engine_packet *packet)
{
	const struct engine_rows *head = packet->payload;
	struct engine_position before = detail->at;
	void *copy;

	if (!head->count) {
		/* With a filter the next row that it shows may be far off: too far for somebody who
		 * has gone elsewhere meanwhile. */
		detail->wanted = head->flags & ENGINE_ROWS_MORE && console->front == VIEW_DETAIL;
		detail->step += detail->wanted ? detail->stepped : 0;
		return;
	}
	copy = malloc(packet->length);
	if (!copy)
		return; /* the row shown stays */
	memcpy(copy, packet->payload, packet->length);
	show(detail, copy, packet->length);
	if (!detail->shown)
		return;
	detail->at = detail->row.detail->at;
	explain(detail, console, &before, head->flags);
	if (detail->stepped)
		events_show_row(console->views[VIEW_EVENTS], console, &detail->at);
}

static void detail_packet(struct view *view, struct console *console,
			  const struct engine_packet *packet)
{
	struct detail_view *detail = detail_of(view);

	if (!detail->asked || packet->serial != detail->serial)
		return;
	detail->asked = false;
	if (packet->type == ENGINE_NO_ANSWER) {
		detail->step += detail->stepped;
		detail->wanted = true;
		return;
	}
	take_reply(detail, console, packet);
	ask(detail, console);
	console_invalidate(console);
}

static void detail_enter(struct view *view, struct console *console, enum view_id from)
{
	struct detail_view *detail = detail_of(view);
	const struct view *events = console->views[VIEW_EVENTS];

	if (from == VIEW_DETAIL || (from == VIEW_HELP && detail->shown))
		return;
	forget(detail);
	detail->asked = false;
	detail->step = 0;
	detail->focus = PART_FIELDS;
	detail->wanted = console->guest && events_place(events, &detail->at);
	if (!detail->wanted)
		return;
	events_stay(console->views[VIEW_EVENTS]);
	events_cpus(events, detail->cpus);
	ask(detail, console);
}

static void detail_changed(struct view *view, struct console *console, bool reset)
{
	struct detail_view *detail = detail_of(view);

	if (reset)
		forget(detail);
	if (reset || !console->guest || !guest_engine_alive(console->guest))
		detail->asked = detail->wanted = false;
}

static void detail_beat(struct view *view, struct console *console)
{
	ask(detail_of(view), console);
}

/* ---- keys ---- */

static void detail_act(struct view *view, struct console *console, enum action action)
{
	struct detail_view *detail = detail_of(view);

	switch (action) {
	case ACTION_NEXT_ROW:
		go(detail, console, 1);
		break;
	case ACTION_PREVIOUS_ROW:
		go(detail, console, -1);
		break;
	case ACTION_NEXT_PANE:
		detail->focus = (detail->focus + 1) % PARTS;
		break;
	case ACTION_PREVIOUS_PANE:
		detail->focus = (detail->focus + PARTS - 1) % PARTS;
		break;
	default:
		list_act(&detail->lists[detail->focus], action);
		/* Bytes that were scrolled to stay, until another field is looked at. */
		detail->follow_field = detail->focus == PART_FIELDS ||
				       (detail->focus == PART_TEXT && detail->follow_field);
		break;
	}
}

static void detail_status(const struct view *view, const struct console *console, char *text,
			  size_t size)
{
	(void)view;
	(void)console;
	snprintf(text, size, "[detail]");
}

static void detail_free(struct view *view)
{
	forget(detail_of(view));
	free(view);
}

static const struct view_ops detail_ops = {
	.name = "detail",
	.enter = detail_enter,
	.draw = detail_draw,
	.act = detail_act,
	.packet = detail_packet,
	.changed = detail_changed,
	.beat = detail_beat,
	.status = detail_status,
	.free = detail_free,
};

struct view *view_detail_new(void)
{
	struct detail_view *detail = calloc(1, sizeof(*detail));

	if (!detail)
		return NULL;
	detail->view.ops = &detail_ops;
	detail->lists[PART_FIELDS].has_cursor = true;
	return &detail->view;
}
