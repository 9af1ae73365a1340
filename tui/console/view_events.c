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
#include "tui/console/pane.h"
#include "tui/console/silence.h"
#include "tui/console/state.h"

#define PANE_MIN_LINES 4 /* header and three rows */
#define SHIFT_STEP     8 /* columns that Left and Right move */
#define NOTHING	       "no events held"

struct events_view {
	struct view view;
	bool merged, follow, frozen;
	bool news;	   /* since rows were last asked for */
	bool engine_alive; /* at the last change */
	int shift;
	struct pane timeline;		     /* the merged one */
	struct pane *panes[VTRACE_MAX_CPUS]; /* owned; NULL where there is no stream */
	unsigned chosen[VTRACE_MAX_CPUS];    /* CPUs of panes to show, ascending */
	unsigned chosen_count;
	unsigned focus; /* index into chosen */
	unsigned first; /* index of the first pane on the screen */
	unsigned fit;	/* panes on the screen */
};

static struct events_view *events_of(const struct view *view)
{
	return (struct events_view *)view;
}

static unsigned visible_count(const struct events_view *events)
{
	return events->merged ? 1 : events->fit;
}

/* The n-th pane on the screen. */
static struct pane *visible(struct events_view *events, unsigned n)
{
	if (events->merged)
		return &events->timeline;
	return events->panes[events->chosen[events->first + n]];
}

static struct pane *focused(const struct events_view *events)
{
	if (events->merged || !events->chosen_count)
		return (struct pane *)&events->timeline;
	return events->panes[events->chosen[events->focus]];
}

static void for_each_pane(struct events_view *events, void (*fn)(struct pane *pane))
{
	fn(&events->timeline);
	for (unsigned i = 0; i < VTRACE_MAX_CPUS; i++)
		if (events->panes[i])
			fn(events->panes[i]);
}

static void ask(struct events_view *events, struct console *console)
{
	if (!console->guest || !guest_engine_alive(console->guest))
		return;
	for (unsigned i = 0; i < visible_count(events); i++)
		pane_ask(visible(events, i), console->guest, events->frozen);
}

static void want_visible(struct events_view *events)
{
	for (unsigned i = 0; i < visible_count(events); i++)
		visible(events, i)->wanted = true;
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

static void choose(struct events_view *events, const struct console *console)
{
	unsigned before = events->chosen_count ? events->chosen[events->focus] : 0;

	events->chosen_count = 0;
	events->focus = 0;
	memset(events->timeline.cpus, 0, sizeof(events->timeline.cpus));
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		if (!events->panes[cpu] || !engine_cpuset_has(console->cpus, cpu))
			continue;
		if (cpu == before)
			events->focus = events->chosen_count;
		events->chosen[events->chosen_count++] = cpu;
		engine_cpuset_add(events->timeline.cpus, cpu);
	}
	events->first = 0;
	events->fit = 0; /* until the next layout */
}

static void free_panes(struct events_view *events)
{
	pane_release(&events->timeline);
	for (unsigned i = 0; i < VTRACE_MAX_CPUS; i++) {
		if (events->panes[i])
			pane_release(events->panes[i]);
		free(events->panes[i]);
		events->panes[i] = NULL;
	}
}

static void add_pane(struct events_view *events, unsigned cpu)
{
	struct pane *pane = calloc(1, sizeof(*pane));

	if (!pane)
		return; /* the merged timeline goes without that CPU, too */
	engine_cpuset_add(pane->cpus, cpu);
	pane->anchor = events->follow ? PANE_TAIL : PANE_HEAD;
	pane->wanted = true;
	events->panes[cpu] = pane;
}

static void reset(struct events_view *events, const struct console *console)
{
	free_panes(events);
	memset(&events->timeline, 0, sizeof(events->timeline));
	events->chosen_count = events->fit = 0;
	events->frozen = false;
	events->shift = 0;
	events->engine_alive = true;
	/* A capture is read from its start, a guest from its newest events. */
	events->follow = console->guest && guest_state(console->guest) != GUEST_REPLAY;
	events->timeline.anchor = events->follow ? PANE_TAIL : PANE_HEAD;
	events->timeline.wanted = true;
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
		if (events->panes[cpu] || !guest_has_cpu(console->guest, cpu))
			continue;
		add_pane(events, cpu);
		added = true;
	}
	if (added || another)
		choose(events, console);
	bool alive = guest_engine_alive(console->guest);

	if (!alive)
		for_each_pane(events, pane_forget_request);
	else if (!events->engine_alive)
		for_each_pane(events, pane_clear);
	events->engine_alive = alive;
}

/* ---- what is shown when nothing is ---- */

static void reason(const struct events_view *events, const struct console *console, char *text,
		   size_t size)
{
	if (console->guest && !events->chosen_count)
		snprintf(text, size, "none of the chosen CPUs has a stream: c chooses others");
	else
		silence_reason(console, focused(events)->shown, text, size);
}

/* Where the focused pane has no rows, it says it itself. */
static void events_hint(const struct view *view, const struct console *console, char *text,
			size_t size)
{
	text[0] = '\0';
	if (focused(events_of(view))->shown)
		reason(events_of(view), console, text, size);
}

/* ---- drawing ---- */

static void draw_pane_header(struct events_view *events, struct console *console,
			     const struct area *area, unsigned index)
{
	struct pen pen = pen_at(console->terminal, area, 0);
	unsigned cpu = events->chosen[index];
	const struct pane *pane = events->panes[cpu];
	bool focus = index == events->focus;
	enum style style = focus ? STYLE_FOCUS : STYLE_HEADER;
	char total[NUMBER_SIZE], name[64];

	pen_printf(&pen, style, "%c %s ", focus ? '>' : ' ',
		   guest_stream_name(console->guest, cpu, name, sizeof(name)));
	if (pane->answered)
		pen_printf(&pen, style, " %s rows %s ", number_exact(total, pane->head.total),
			   console->meters.still && console->meters.indexing ? "read so far"
									     : "held");
	if (events->chosen_count > events->fit)
		pen_printf(&pen, style, " %u of %u ", index + 1, events->chosen_count);
	pen_rule(&pen, style, pen.end);
}

static void set_rows(struct pane *pane, int rows)
{
	if (pane->rows != rows)
		pane->wanted = true;
	pane->rows = rows;
}

/* Decide which panes fit, so that the one with the focus is among them. */
static void layout_panes(struct events_view *events, int lines)
{
	unsigned most = (unsigned)(lines / PANE_MIN_LINES);
	unsigned fit = most ? most : 1;

	if (fit > events->chosen_count)
		fit = events->chosen_count;
	events->fit = fit;
	if (events->focus < events->first)
		events->first = events->focus;
	if (events->focus >= events->first + fit)
		events->first = events->focus - fit + 1;
	if (events->first + fit > events->chosen_count)
		events->first = events->chosen_count - fit;
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

	layout_panes(events, area->rows);
	if (!events->fit)
		return;
	left_over = area->rows % (int)events->fit;
	for (unsigned i = 0; i < events->fit; i++) {
		int lines = area->rows / (int)events->fit + ((int)i < left_over);
		struct area header = {top, area->left, 1, area->columns};
		struct area rows = {top + 1, area->left, lines - 1, area->columns};

		set_rows(visible(events, i), lines - 1);
		draw_pane_header(events, console, &header, events->first + i);
		bool focus = events->first + i == events->focus;

		pane_draw(visible(events, i), console->terminal, &rows, layout,
			  focus && has_cursor(events), focus ? empty : NOTHING);
		top += lines;
	}
}

static void events_draw(struct view *view, struct console *console, const struct area *area)
{
	struct events_view *events = events_of(view);
	const struct engine_formats_reply *formats =
		console->guest ? guest_formats(console->guest) : NULL;
	struct row_layout layout = row_layout(area->columns, formats ? formats->clock : NULL,
					      focused(events)->top.ts, events->shift);
	int filter = filtering_lines(console);
	struct area rows = {area->top + 1, area->left, area->rows - 1 - filter, area->columns};
	struct area last = {area->top + area->rows - 1, area->left, 1, area->columns};
	struct pen titles = pen_at(console->terminal, area, 0);
	char empty[256];

	layout.marks = &console->finder.pattern;
	layout.times = console->times;
	reason(events, console, empty, sizeof(empty));
	if (!empty[0])
		snprintf(empty, sizeof(empty), NOTHING);
	row_draw_titles(&titles, &layout);
	if (events->merged) {
		set_rows(&events->timeline, rows.rows);
		pane_draw(&events->timeline, console->terminal, &rows, &layout, has_cursor(events),
			  empty);
	} else if (events->chosen_count) {
		draw_panes(events, console, &rows, &layout, empty);
	} else {
		pane_draw(&events->timeline, console->terminal, &rows, &layout, false, empty);
	}
	if (filter)
		filtering_draw(console, &last);
	ask(events, console);
}

static void events_status(const struct view *view, const struct console *console, char *text,
			  size_t size)
{
	const struct events_view *events = events_of(view);
	const struct pane *pane = focused(events);
	char newer[NUMBER_SIZE], place[NUMBER_SIZE + 16] = "", cpus[64] = "";

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
		if (!events->panes[cpu] || engine_cpuset_has(console->cpus, cpu))
			continue;
		char list[48];

		/* Some CPUs are hidden: a screen that shows less than there is says so. */
		cpulist_format(events->timeline.cpus, list, sizeof(list));
		snprintf(cpus, sizeof(cpus), "  CPUs %s", list);
		break;
	}
	snprintf(text, size, "%s%s%s%s", events->frozen ? "FROZEN  " : "", place,
		 events->merged ? "[merged]" : "[per CPU]", cpus);
}

/* ---- moves ---- */

static void leave_tail(struct events_view *events)
{
	if (events->follow)
		for_each_pane(events, pane_pin);
	events->follow = false;
}

/* Move the cursor by a row, or the rows by a page. */
static void scroll(struct events_view *events, int rows, bool page)
{
	if (rows > 0 && events->follow)
		return; /* there is nothing further down */
	leave_tail(events);
	if (page)
		pane_turn(focused(events), rows);
	else
		pane_move(focused(events), rows);
}

static void shift(struct events_view *events, int columns)
{
	int longest = 0;

	for (unsigned i = 0; i < visible_count(events); i++) {
		int here = pane_longest_detail(visible(events, i));

		if (here > longest)
			longest = here;
	}
	if (columns < 0 || events->shift + columns < longest)
		events->shift += columns;
	if (events->shift < 0)
		events->shift = 0;
}

static void move_focus(struct events_view *events, unsigned by)
{
	if (events->merged || !events->chosen_count)
		return;
	events->focus = (events->focus + by) % events->chosen_count;
}

static void events_act(struct view *view, struct console *console, enum action action)
{
	struct events_view *events = events_of(view);
	int page = focused(events)->rows;

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
		pane_go(focused(events), PANE_HEAD);
		break;
	case ACTION_LEFT:
		shift(events, -SHIFT_STEP);
		break;
	case ACTION_RIGHT:
		shift(events, SHIFT_STEP);
		break;
	case ACTION_NEXT_PANE:
		move_focus(events, 1);
		break;
	case ACTION_PREVIOUS_PANE:
		move_focus(events, events->chosen_count - 1);
		break;
	default:
		return;
	}
	ask(events, console);
}

/* ---- news ---- */

static void take_rows(struct events_view *events, struct console *console,
		      const struct engine_packet *packet)
{
	struct pane *pane = NULL;

	for (unsigned i = 0; !pane && i < visible_count(events); i++)
		if (pane_answer(visible(events, i), packet))
			pane = visible(events, i);
	/* It may have left the screen since it asked. */
	for (unsigned i = 0; !pane && i < VTRACE_MAX_CPUS; i++)
		if (events->panes[i] && pane_answer(events->panes[i], packet))
			pane = events->panes[i];
	if (!pane && pane_answer(&events->timeline, packet))
		pane = &events->timeline;
	if (!pane)
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

	if (packet->type == ENGINE_ROWS) {
		take_rows(events, console, packet);
		return;
	}
	events->news = true;
	if (events->frozen)
		return;
	for (unsigned i = 0; i < visible_count(events); i++)
		if (must_show_news(events, visible(events, i)))
			visible(events, i)->wanted = true;
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
	const struct pane *before = focused(events);
	struct engine_row_view row;

	events->merged = !events->merged;
	console_invalidate(console);
	if (!before->shown || (events->follow && !events->frozen))
		return;
	for (unsigned i = 0; i < (events->merged ? 1 : events->chosen_count); i++) {
		struct pane *pane =
			events->merged ? &events->timeline : events->panes[events->chosen[i]];

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
	for_each_pane(events, go_tail);
	ask(events, console);
}

/* What one sees is the start of what was meant, in every pane. */
bool events_go(struct view *view, struct console *console, const struct goto_target *target)
{
	struct events_view *events = events_of(view);
	const struct pane *from = focused(events);
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
	pane_seek(&events->timeline, origin, &at);
	for (unsigned i = 0; i < events->chosen_count; i++)
		pane_seek(events->panes[events->chosen[i]], origin, &at);
	ask(events, console);
	return true;
}

bool events_frozen(const struct view *view)
{
	return events_of(view)->frozen;
}

bool events_merged(const struct view *view)
{
	return events_of(view)->merged;
}

void events_cpus_changed(struct view *view, struct console *console)
{
	struct events_view *events = events_of(view);

	choose(events, console);
	events->timeline.wanted = true;
	console_invalidate(console);
}

void events_cleared(struct view *view, struct console *console)
{
	struct events_view *events = events_of(view);

	for_each_pane(events, pane_clear);
	if (!events->follow)
		for_each_pane(events, go_head);
	ask(events, console);
}

bool events_following(const struct view *view)
{
	return events_of(view)->follow;
}

bool events_row(const struct view *view, struct engine_row_view *row)
{
	return pane_row(focused(events_of(view)), row);
}

bool events_place(const struct view *view, struct engine_position *at)
{
	return pane_place(focused(events_of(view)), at);
}

void events_cpus(const struct view *view, uint8_t *cpus)
{
	memcpy(cpus, focused(events_of(view))->cpus, ENGINE_CPUSET_BYTES);
}

void events_scope(const struct view *view, const struct console *console, char *text, size_t size)
{
	const struct events_view *events = events_of(view);

	if (events->merged || !events->chosen_count)
		snprintf(text, size, "these CPUs");
	else
		guest_stream_name(console->guest, events->chosen[events->focus], text, size);
}

void events_show_row(struct view *view, struct console *console, const struct engine_position *at)
{
	struct events_view *events = events_of(view);

	leave_tail(events);
	pane_go_to(focused(events), at, focused(events)->rows / 3);
	ask(events, console);
}

void events_stay(struct view *view)
{
	leave_tail(events_of(view));
}

void events_filter_changed(struct view *view, struct console *console)
{
	struct events_view *events = events_of(view);

	for_each_pane(events, pane_hold);
	ask(events, console);
}

static void events_free(struct view *view)
{
	struct events_view *events = events_of(view);

	free_panes(events);
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
