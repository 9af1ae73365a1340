// SPDX-License-Identifier: GPL-2.0-only
/*
 * The events: one merged timeline, or a pane for each chosen CPU, as many as fit. Moves act on
 * the pane with the focus; following is common to all of them, so that one look at the title
 * tells whether the screen is live.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/numbers.h"
#include "tui/console/panes.h"
#include "tui/console/silence.h"
#include "tui/console/state.h"
#include "tui/console/times.h"

#define SHIFT_STEP 8 /* columns that Left and Right move */
#define NOTHING	   "no events held"

struct events_view {
	struct view view;
	bool follow, frozen;
	bool news;	   /* since rows were last asked for */
	bool engine_alive; /* at the last change */
	int shift;
	struct panes panes;
};

static struct events_view *events_of(const struct view *view)
{
	return (struct events_view *)view;
}

static void ask(struct events_view *events, struct console *console)
{
	if (!console->guest || !guest_engine_alive(console->guest))
		return;
	for (unsigned i = 0; i < panes_visible_count(&events->panes); i++)
		pane_ask(panes_visible(&events->panes, i), console->guest, events->frozen);
}

static void want_visible(struct events_view *events)
{
	for (unsigned i = 0; i < panes_visible_count(&events->panes); i++)
		panes_visible(&events->panes, i)->wanted = true;
}

static void go_tail(struct pane *pane)
{
	pane_go(pane, PANE_TAIL);
}

static void go_head(struct pane *pane)
{
	pane_go(pane, PANE_HEAD);
}

/* ---- which CPUs ---- */

static void reset(struct events_view *events, const struct console *console)
{
	panes_release(&events->panes);
	memset(&events->panes.timeline, 0, sizeof(events->panes.timeline));
	events->panes.chosen_count = events->panes.fit = 0;
	events->frozen = false;
	events->shift = 0;
	events->engine_alive = true;
	/* A capture is read from its start, a guest from its newest events, and so is a dead one.
	 */
	events->follow = console->guest && (guest_state(console->guest) != GUEST_REPLAY ||
					    guest_is_memory(console->guest));
	events->panes.timeline.anchor = events->follow ? PANE_TAIL : PANE_HEAD;
	events->panes.timeline.wanted = true;
}

static void events_changed(struct view *view, struct console *console, bool another)
{
	struct events_view *events = events_of(view);
	bool added = false;

	if (another)
		reset(events, console);
	if (!console->guest)
		return;
	for (unsigned cpu = 0; cpu < guest_cpus(console->guest) && cpu < VTRACE_MAX_CPUS; cpu++) {
		if (events->panes.of[cpu] || !guest_has_cpu(console->guest, cpu))
			continue;
		added |= panes_add(&events->panes, cpu, events->follow ? PANE_TAIL : PANE_HEAD);
	}
	if (added || another)
		panes_choose(&events->panes, console->cpus);
	bool alive = guest_engine_alive(console->guest);

	if (!alive)
		panes_each(&events->panes, pane_forget_request);
	else if (!events->engine_alive)
		panes_each(&events->panes, pane_clear);
	events->engine_alive = alive;
}

/* ---- what is shown when nothing is ---- */

static void reason(const struct events_view *events, const struct console *console, char *text,
		   size_t size)
{
	if (console->guest && !events->panes.chosen_count)
		snprintf(text, size, "none of the chosen CPUs has a stream: c chooses others");
	else
		silence_reason(console, panes_focused(&events->panes)->shown, text, size);
}

/* Where the focused pane has no rows, it says it itself. */
static void events_hint(const struct view *view, const struct console *console, char *text,
			size_t size)
{
	text[0] = '\0';
	if (panes_focused(&events_of(view)->panes)->shown)
		reason(events_of(view), console, text, size);
}

/* ---- drawing ---- */

static void draw_pane_header(struct events_view *events, struct console *console,
			     const struct area *area, unsigned index)
{
	struct pen pen = pen_at(console->terminal, area, 0);
	unsigned cpu = events->panes.chosen[index];
	const struct pane *pane = events->panes.of[cpu];
	bool focus = index == events->panes.focus;
	enum style style = focus ? STYLE_FOCUS : STYLE_HEADER;
	char total[NUMBER_SIZE], name[64];

	pen_printf(&pen, style, "%c %s ", focus ? '>' : ' ',
		   guest_stream_name(console->guest, cpu, name, sizeof(name)));
	if (pane->answered)
		pen_printf(&pen, style, " %s rows %s ", number_exact(total, pane->head.total),
			   console->meters.still && console->meters.indexing ? "read so far"
									     : "held");
	pen_rule(&pen, style, pen.end);
}

static void set_place(struct pane *pane, const struct area *rows)
{
	if (pane->rows != rows->rows)
		pane->wanted = true;
	pane->rows = rows->rows;
	pane->first = rows->top;
}

/* While following, the newest row is on its way to be another one: nothing to point at. */
static bool has_cursor(const struct events_view *events)
{
	return !events->follow || events->frozen;
}

static void draw_panes(struct events_view *events, struct console *console, const struct area *area,
		       const struct row_layout *layout, const char *empty)
{
	int top = area->top, left_over;

	panes_layout(&events->panes, area->rows);
	if (!events->panes.fit)
		return;
	left_over = area->rows % (int)events->panes.fit;
	for (unsigned i = 0; i < events->panes.fit; i++) {
		int lines = area->rows / (int)events->panes.fit + ((int)i < left_over);
		struct area header = {top, area->left, 1, area->columns};
		struct area rows = {top + 1, area->left, lines - 1, area->columns};

		set_place(panes_visible(&events->panes, i), &rows);
		draw_pane_header(events, console, &header, events->panes.first + i);
		bool focus = events->panes.first + i == events->panes.focus;

		pane_draw(panes_visible(&events->panes, i), console->terminal, &rows, layout,
			  focus && has_cursor(events), focus ? empty : NOTHING);
		top += lines;
	}
}

static void events_draw(struct view *view, struct console *console, const struct area *area)
{
	struct events_view *events = events_of(view);
	const struct engine_formats_reply *formats =
		console->guest ? guest_formats(console->guest) : NULL;
	struct row_layout layout = row_layout(&console->settings.columns, area->columns,
					      formats ? formats->clock : NULL,
					      panes_focused(&events->panes)->top.ts, events->shift);
	int filter = filtering_lines(console);
	struct area rows = {area->top + 1, area->left, area->rows - 1 - filter, area->columns};
	struct area last = {area->top + area->rows - 1, area->left, 1, area->columns};
	struct pen titles = pen_at(console->terminal, area, 0);
	char empty[SILENCE_TEXT];

	layout.marks = &console->finder.pattern;
	times_fit(console, &layout, &panes_focused(&events->panes)->top);
	reason(events, console, empty, sizeof(empty));
	if (!empty[0])
		snprintf(empty, sizeof(empty), NOTHING);
	row_draw_titles(&titles, &layout);
	if (events->panes.merged) {
		set_place(&events->panes.timeline, &rows);
		pane_draw(&events->panes.timeline, console->terminal, &rows, &layout,
			  has_cursor(events), empty);
	} else if (events->panes.chosen_count) {
		draw_panes(events, console, &rows, &layout, empty);
	} else {
		pane_draw(&events->panes.timeline, console->terminal, &rows, &layout, false, empty);
	}
	if (filter)
		filtering_draw(console, &last);
	ask(events, console);
}

static void events_status(const struct view *view, const struct console *console, char *text,
			  size_t size)
{
	const struct events_view *events = events_of(view);
	const struct pane *pane = panes_focused(&events->panes);
	char newer[NUMBER_SIZE], place[NUMBER_SIZE + 16] = "", cpus[64] = "", some[48] = "";

	if (!console->guest) {
		text[0] = '\0';
		return;
	}
	if (events->follow)
		snprintf(place, sizeof(place), events->frozen ? "" : "FOLLOW  ");
	else if (pane->answered && pane->head.flags & ENGINE_ROWS_ABOUT)
		snprintf(place, sizeof(place), "+~%s newer  ",
			 number_count(newer, pane_newer(pane)));
	else if (pane->answered && pane_newer(pane))
		snprintf(place, sizeof(place), "+%s newer  ",
			 number_exact(newer, pane_newer(pane)));
	else if (pane->answered)
		snprintf(place, sizeof(place), "END  ");
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		if (!events->panes.of[cpu] || engine_cpuset_has(console->cpus, cpu))
			continue;
		char list[48];

		/* Some CPUs are hidden: a screen that shows less than there is says so. */
		cpulist_format(events->panes.timeline.cpus, list, sizeof(list));
		snprintf(cpus, sizeof(cpus), "  CPUs %s", list);
		break;
	}
	panes_words(&events->panes, some, sizeof(some));
	snprintf(text, size, "%s%s%s%s%s", events->frozen ? "FROZEN  " : "", place,
		 events->panes.merged ? "[merged]" : "[per CPU]", some, cpus);
}

/* ---- moves ---- */

static void leave_tail(struct events_view *events)
{
	if (events->follow)
		panes_each(&events->panes, pane_pin);
	events->follow = false;
}

/* Move the cursor by a row, or the rows by a page. */
static void scroll(struct events_view *events, int rows, bool page)
{
	if (rows > 0 && events->follow)
		return; /* there is nothing further down */
	leave_tail(events);
	if (page)
		pane_turn(panes_focused(&events->panes), rows);
	else
		pane_move(panes_focused(&events->panes), rows);
}

static void shift(struct events_view *events, int columns)
{
	int longest = 0;

	for (unsigned i = 0; i < panes_visible_count(&events->panes); i++) {
		int here = pane_longest_detail(panes_visible(&events->panes, i));

		if (here > longest)
			longest = here;
	}
	if (columns < 0 || events->shift + columns < longest)
		events->shift += columns;
	if (events->shift < 0)
		events->shift = 0;
}

static void events_act(struct view *view, struct console *console, enum action action)
{
	struct events_view *events = events_of(view);
	int page = panes_focused(&events->panes)->rows;

	finder_cancel(console); /* it would move the rows again */
	switch (action) {
	case ACTION_UP:
		scroll(events, -1, false);
		break;
	case ACTION_DOWN:
		scroll(events, 1, false);
		break;
	case ACTION_PAGE_UP:
		scroll(events, -page, true);
		break;
	case ACTION_PAGE_DOWN:
		scroll(events, page, true);
		break;
	case ACTION_HALF_UP:
		scroll(events, -(page + 1) / 2, true);
		break;
	case ACTION_HALF_DOWN:
		scroll(events, (page + 1) / 2, true);
		break;
	case ACTION_HOME:
		leave_tail(events);
		pane_go(panes_focused(&events->panes), PANE_HEAD);
		break;
	case ACTION_LEFT:
		shift(events, -SHIFT_STEP);
		break;
	case ACTION_RIGHT:
		shift(events, SHIFT_STEP);
		break;
	case ACTION_NEXT_PANE:
		panes_move_focus(&events->panes, 1);
		break;
	case ACTION_PREVIOUS_PANE:
		panes_move_focus(&events->panes, events->panes.chosen_count - 1);
		break;
	case ACTION_NEXT_PANES:
		panes_turn(&events->panes, 1);
		break;
	case ACTION_PREVIOUS_PANES:
		panes_turn(&events->panes, -1);
		break;
	default:
		return;
	}
	ask(events, console);
}

static bool events_point(struct view *view, struct console *console, int line, int wheel)
{
	struct events_view *events = events_of(view);
	int n = panes_under(&events->panes, line);
	struct pane *pane;

	if (n < 0)
		return false;
	finder_cancel(console);
	if (!events->panes.merged)
		events->panes.focus = events->panes.first + (unsigned)n;
	pane = panes_focused(&events->panes);
	line -= pane->first;
	if (wheel) {
		scroll(events, wheel, true);
	} else if (line >= 0 && pane->shown && line < (int)pane->head.count) {
		leave_tail(events);
		pane_move(pane, line - pane->line);
	}
	ask(events, console);
	return true;
}

/* ---- news ---- */

static void take_rows(struct events_view *events, struct console *console,
		      const struct engine_packet *packet)
{
	struct pane *pane = NULL;

	for (unsigned i = 0; !pane && i < panes_visible_count(&events->panes); i++)
		if (pane_answer(panes_visible(&events->panes, i), packet))
			pane = panes_visible(&events->panes, i);
	/* It may have left the screen since it asked. */
	for (unsigned i = 0; !pane && i < VTRACE_MAX_CPUS; i++)
		if (events->panes.of[i] && pane_answer(events->panes.of[i], packet))
			pane = events->panes.of[i];
	if (!pane && pane_answer(&events->panes.timeline, packet))
		pane = &events->panes.timeline;
	if (!pane || packet->type == ENGINE_NO_ANSWER)
		return;
	/* In a full store the oldest rows are overwritten; do not slide along with them. */
	if (pane->anchor == PANE_HEAD && guest_state(console->guest) != GUEST_REPLAY &&
	    (int)pane->head.count >= pane->rows)
		pane->anchor = PANE_TOP;
	ask(events, console);
	console_invalidate(console);
}

/* Rows that arrived below a full screen change nothing but a number in the title. */
static bool must_show_news(const struct events_view *events, const struct pane *pane)
{
	return events->follow || !pane->answered || (int)pane->head.count < pane->rows;
}

static void events_packet(struct view *view, struct console *console,
			  const struct engine_packet *packet)
{
	struct events_view *events = events_of(view);

	if (packet->type == ENGINE_ROWS || packet->type == ENGINE_NO_ANSWER) {
		take_rows(events, console, packet);
		return;
	}
	events->news = true;
	if (events->frozen)
		return;
	for (unsigned i = 0; i < panes_visible_count(&events->panes); i++)
		if (must_show_news(events, panes_visible(&events->panes, i)))
			panes_visible(&events->panes, i)->wanted = true;
	ask(events, console);
}

static void events_beat(struct view *view, struct console *console)
{
	struct events_view *events = events_of(view);

	filtering_beat(console);
	if (events->news && !events->frozen) {
		events->news = false;
		want_visible(events);
	}
	ask(events, console);
}

static void events_enter(struct view *view, struct console *console, enum view_id from)
{
	(void)console;
	(void)from;
	if (!events_of(view)->frozen)
		want_visible(events_of(view));
}

/* ---- commands ---- */

/* Panes that come to the screen show the time at which one was looking. */
void events_toggle_merge(struct view *view, struct console *console)
{
	struct events_view *events = events_of(view);
	const struct pane *before = panes_focused(&events->panes);
	struct engine_row_view row;

	events->panes.merged = !events->panes.merged;
	console->settings.merged = events->panes.merged;
	console_invalidate(console);
	if (!before->shown || (events->follow && !events->frozen))
		return;
	for (unsigned i = 0; i < (events->panes.merged ? 1 : events->panes.chosen_count); i++) {
		struct pane *pane = events->panes.merged
					    ? &events->panes.timeline
					    : events->panes.of[events->panes.chosen[i]];

		pane_release(pane);
		pane_seek(pane, before->placed ? before->origin : ENGINE_FROM_POSITION,
			  &before->top);
		pane->anchor = before->anchor;
		if (!before->placed && pane_row(before, &row))
			pane->target = row.row->at;
	}
}

void events_toggle_freeze(struct view *view, struct console *console)
{
	struct events_view *events = events_of(view);

	events->frozen = !events->frozen;
	if (!events->frozen)
		want_visible(events);
	ask(events, console);
}

void events_follow(struct view *view, struct console *console)
{
	struct events_view *events = events_of(view);

	events->follow = true;
	events->frozen = false;
	panes_each(&events->panes, go_tail);
	ask(events, console);
}

/* What one sees is the start of what was meant, in every pane. */
bool events_go(struct view *view, struct console *console, const struct goto_target *target)
{
	struct events_view *events = events_of(view);
	const struct pane *from = panes_focused(&events->panes);
	struct engine_position at = {.ts = target->amount, .epoch = from->top.epoch};
	enum engine_origin origin = ENGINE_FROM_TIME;
	uint64_t here = from->top.ts;

	if (target->kind == GOTO_SHARE) {
		origin = ENGINE_FROM_SHARE;
		at = (struct engine_position){.row = target->amount};
	} else if (target->kind != GOTO_TIME &&
		   (!from->shown || (from->placed && from->origin == ENGINE_FROM_SHARE))) {
		return false;
	} else if (target->kind == GOTO_LATER) {
		at.ts = here > UINT64_MAX - target->amount ? UINT64_MAX : here + target->amount;
	} else if (target->kind == GOTO_EARLIER) {
		at.ts = here < target->amount ? 0 : here - target->amount;
	}
	leave_tail(events);
	pane_seek(&events->panes.timeline, origin, &at);
	for (unsigned i = 0; i < events->panes.chosen_count; i++)
		pane_seek(events->panes.of[events->panes.chosen[i]], origin, &at);
	ask(events, console);
	return true;
}

bool events_frozen(const struct view *view)
{
	return events_of(view)->frozen;
}

bool events_merged(const struct view *view)
{
	return events_of(view)->panes.merged;
}

void events_cpus_changed(struct view *view, struct console *console)
{
	struct events_view *events = events_of(view);

	panes_choose(&events->panes, console->cpus);
	events->panes.timeline.wanted = true;
	console_invalidate(console);
}

void events_cleared(struct view *view, struct console *console)
{
	struct events_view *events = events_of(view);

	panes_each(&events->panes, pane_clear);
	if (!events->follow)
		panes_each(&events->panes, go_head);
	ask(events, console);
}

bool events_following(const struct view *view)
{
	return events_of(view)->follow;
}

bool events_row(const struct view *view, struct engine_row_view *row)
{
	return pane_row(panes_focused(&events_of(view)->panes), row);
}

bool events_place(const struct view *view, struct engine_position *at)
{
	return pane_place(panes_focused(&events_of(view)->panes), at);
}

bool events_span(const struct view *view, struct engine_position *first,
		 struct engine_position *last)
{
	return pane_span(panes_focused(&events_of(view)->panes), first, last);
}

void events_cpus(const struct view *view, uint8_t *cpus)
{
	memcpy(cpus, panes_focused(&events_of(view)->panes)->cpus, ENGINE_CPUSET_BYTES);
}

void events_scope(const struct view *view, const struct console *console, char *text, size_t size)
{
	const struct events_view *events = events_of(view);

	if (events->panes.merged || !events->panes.chosen_count)
		snprintf(text, size, "these CPUs");
	else
		guest_stream_name(console->guest, events->panes.chosen[events->panes.focus], text,
				  size);
}

void events_show_row(struct view *view, struct console *console, const struct engine_position *at)
{
	struct events_view *events = events_of(view);

	leave_tail(events);
	pane_go_to(panes_focused(&events->panes), at, panes_focused(&events->panes)->rows / 3);
	ask(events, console);
}

bool events_jump(struct view *view, struct console *console, const struct engine_position *at)
{
	if (!panes_focus(&events_of(view)->panes, at->cpu))
		return false;
	events_show_row(view, console, at);
	return true;
}

void events_stay(struct view *view)
{
	leave_tail(events_of(view));
}

void events_filter_changed(struct view *view, struct console *console)
{
	struct events_view *events = events_of(view);

	panes_each(&events->panes, pane_hold);
	ask(events, console);
}

static void events_free(struct view *view)
{
	struct events_view *events = events_of(view);

	panes_release(&events->panes);
	free(events);
}

static const struct view_ops events_ops = {
	.name = "events",
	.enter = events_enter,
	.draw = events_draw,
	.act = events_act,
	.packet = events_packet,
	.changed = events_changed,
	.beat = events_beat,
	.status = events_status,
	.hint = events_hint,
	.point = events_point,
	.free = events_free,
};

struct view *view_events_new(void)
{
	struct events_view *events = calloc(1, sizeof(*events));

	if (!events)
		return NULL;
	events->view.ops = &events_ops;
	return &events->view;
}
