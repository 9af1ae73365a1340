// SPDX-License-Identifier: GPL-2.0-only
/*
 * The console's loop: it turns libvirt's event loop, settles what callbacks left to be done, and
 * draws when something changed, at most 30 times a second.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tui/console/console.h"
#include "tui/console/message.h"
#include "tui/console/numbers.h"
#include "tui/console/set.h"
#include "tui/console/state.h"
#include "tui/domain/loop.h"
#include "tui/text.h"

#define FRAME_MS      34   /* from frame to frame at least */
#define BEAT_FAST_MS  250  /* while events come */
#define BEAT_SLOW_MS  1000 /* while only a clock ticks */
#define NEWS_LINGER   2000 /* ms for which news keep the beat fast */
#define STOP_PATIENCE 2000 /* ms to wait for the guest to confirm a stop */

uint64_t console_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void console_invalidate(struct console *console)
{
	console->dirty = true;
}

enum view_id console_root(const struct console *console)
{
	return console->guest ? VIEW_EVENTS : VIEW_DOMAINS;
}

void console_show(struct console *console, enum view_id id)
{
	enum view_id from = console->front;
	struct view *view = console->views[id];

	if (id == VIEW_HELP && from != VIEW_HELP)
		console->before_help = from;
	console->front = id;
	console_invalidate(console);
	if (view->ops->enter)
		view->ops->enter(view, console, from);
}

/* ---- leaving ---- */

void console_after_stop(struct console *console, enum after_stop what)
{
	console->after_stop = what;
	console->stop_sent = console->restore_sent = console->hurried = false;
	console->stop_deadline = console_now() + STOP_PATIENCE;
	if (attach_owes_stop(console))
		journal_printf(&console->journal, GUEST_INFO,
			       "stopping the tracing in %s, which was started here...",
			       guest_name(console->guest));
	console_invalidate(console);
}

void console_leave(struct console *console)
{
	/* Asked for a second time: whoever it is does not want to wait. */
	if (console->after_stop == AFTER_STOP_LEAVE) {
		console->stop_deadline = console_now();
		console->hurried = true;
	} else {
		console_after_stop(console, AFTER_STOP_LEAVE);
	}
}

/* Patience is over: it is said now, or at the end. */
static void not_confirmed(struct console *console, const char *what)
{
	size_t used = strlen(console->farewell);

	snprintf(console->farewell + used, sizeof(console->farewell) - used,
		 "%s%s did not confirm that %s", used ? "; " : "", guest_name(console->guest),
		 what);
	if (console->after_stop == AFTER_STOP_OPEN)
		journal_add(&console->journal, GUEST_WARNING, console->farewell);
}

/* Go on with what had to wait for the guest to stop. */
static void settle_stop(struct console *console)
{
	enum after_stop what = console->after_stop;
	bool late = console_now() >= console->stop_deadline;

	if (what == AFTER_STOP_NOTHING)
		return;
	if (attach_owes_stop(console) && !late) {
		if (!console->stop_sent)
			console->stop_sent = guest_stop(console->guest) == 0;
		return;
	}
	if (enabling_owes_restore(console) && !console->restore_sent &&
	    enabling_restore(console) == 0) {
		/* The stop may have taken all the time there was. */
		console->restore_sent = true;
		if (!console->hurried)
			console->stop_deadline = console_now() + STOP_PATIENCE;
		return;
	}
	if (enabling_owes_restore(console) && !late)
		return;
	if (attach_owes_stop(console))
		not_confirmed(console, "it stopped tracing; it may still be at it");
	if (enabling_owes_restore(console))
		not_confirmed(console, "all was put back; what was changed here may still be as it "
				       "was set");
	console->after_stop = AFTER_STOP_NOTHING;
	if (what == AFTER_STOP_OPEN)
		attach_domain(console);
	else
		console->left = true;
}

/* ---- drawing ---- */

static void draw_too_small(struct console *console, int rows, int columns)
{
	struct area area = {0, 0, rows, columns};
	struct pen pen = pen_at(console->terminal, &area, 0);

	pen_printf(&pen, STYLE_NORMAL, "too small: %dx%d needed, now %dx%d", TERMINAL_MIN_COLUMNS,
		   TERMINAL_MIN_ROWS, columns, rows);
}

/* What Tab lists goes above the messages, over at most half of the view. */
static void draw_words(struct console *console, const struct area *middle, int messages)
{
	int most = (middle->rows + 1 - messages) / 2;
	int lines = prompt_list_lines(&console->prompt, console->terminal, middle->columns, most);
	struct area list = {middle->top + middle->rows + 1 - messages - lines, middle->left, lines,
			    middle->columns};

	if (lines > 0)
		prompt_draw_list(&console->prompt, console->terminal, &list);
}

static void draw_frame(struct console *console)
{
	struct view *view = console->views[console->front];
	int rows, columns, cursor = 0;

	console->dirty = false;
	console->drawn = console_now();
	terminal_size(console->terminal, &rows, &columns);
	terminal_begin(console->terminal);
	if (rows < TERMINAL_MIN_ROWS || columns < TERMINAL_MIN_COLUMNS) {
		draw_too_small(console, rows, columns);
		console->pointer.view.rows = console->pointer.footer.rows = 0;
		terminal_end(console->terminal, -1, 0);
		return;
	}
	bool metered = console->guest && console->settings.meters;
	int meters = metered ? meters_lines(&console->meters, rows, columns) : 0;
	struct area title = {0, 0, 1, columns};
	struct area top = {1, 0, meters, columns};
	int strip = strip_lines(console, rows), above = 1 + meters + strip;
	struct area line = {1 + meters, 0, strip, columns};
	struct area middle = {above, 0, rows - above - 2, columns};
	struct area message = {above, 0, rows - above - 1, columns};
	struct area last = {rows - 1, 0, 1, columns};

	console->pointer.view = middle;
	console->pointer.footer = last;
	meters_draw(&console->meters, console->guest, console->terminal, &top);
	if (strip)
		strip_draw(console, &line);
	else
		console->strip.room = 0;
	view->ops->draw(view, console, &middle);
	title_draw(console, &title); /* which says what the view found room for */
	draw_words(console, &middle, message_draw(console, &message));
	if (console->prompt.active)
		prompt_draw(&console->prompt, pen_at(console->terminal, &last, 0), &cursor);
	else
		footer_draw(console, &last);
	terminal_end(console->terminal, console->prompt.active ? last.top : -1, cursor);
}

static void frame_due(void *data)
{
	struct console *console = data;

	loop_timer_set(console->frame_timer, -1);
	/* Nothing else: the loop draws after this round. */
}

static void settle_frame(struct console *console)
{
	uint64_t since = console_now() - console->drawn;

	if (!console->dirty)
		return;
	if (since >= FRAME_MS)
		draw_frame(console);
	else
		loop_timer_set(console->frame_timer, (int)(FRAME_MS - since));
}

/* ---- the slow timer ---- */

static void beat(void *data)
{
	struct console *console = data;
	struct view *view = console->views[console->front];

	if (!console->guest)
		return;
	if (guest_engine_alive(console->guest)) {
		guest_request_stats(console->guest);
		/* For the last minute's rates, whenever somebody wants to see them. */
		if (console_now() - console->statistics.began >= STATISTICS_PERIOD)
			guest_request_counts(console->guest);
	}
	strip_beat(console);
	if (view->ops->beat)
		view->ops->beat(view, console);
	if (attach_tracing(console) || guest_reads_formats(console->guest))
		console_invalidate(console); /* the clock in the title, or a word about them */
}

/* Idle, nothing beats; so that an idle console takes no CPU time. */
static void settle_beat(struct console *console)
{
	int ms = -1;

	if (console->guest && (attach_tracing(console) || console->after_stop))
		ms = BEAT_SLOW_MS;
	if (console->guest && guest_engine_alive(console->guest) &&
	    (meters_lively(&console->meters) || console_now() - console->news < NEWS_LINGER))
		ms = BEAT_FAST_MS;
	if (console->after_stop || (console->guest && guest_reads_formats(console->guest)))
		ms = BEAT_FAST_MS;
	if (ms == console->beat_ms)
		return;
	console->beat_ms = ms;
	loop_timer_set(console->beat_timer, ms);
}

/* What callbacks may not do themselves, because they are called from what it would free. */
static void settle(struct console *console)
{
	attach_settle(console);
	finder_settle(console);
	filtering_settle(console);
	strip_settle(console);
	settle_stop(console);
	settle_beat(console);
	if (!console->left)
		settle_frame(console);
}

/* ---- what the terminal tells ---- */

void console_act(struct console *console, const struct keymap_entry *entry)
{
	struct view *view = console->views[console->front];

	if (!command_run(console, entry->action) && view->ops->act)
		view->ops->act(view, console, entry->action);
}

static void on_key(void *data, int key)
{
	struct console *console = data;
	const struct keymap_entry *entry;

	console_invalidate(console);
	journal_acknowledge(&console->journal);
	console->ordering.undisturbed = false;
	/* Only lines have keys with Alt. For all else it was Esc, and a key soon after it. */
	if ((key & KEY_META(0)) && !(console->prompt.active && edit_has_meta(key))) {
		on_key(data, KEY_ESCAPE);
		on_key(data, key & ~KEY_META(0));
		return;
	}
	if (console->prompt.active) {
		prompt_key(&console->prompt, key);
		return;
	}
	entry = keymap_find(console->front, key);
	if (!entry)
		return;
	console_act(console, entry);
	if (entry->action == ACTION_TYPE && console->prompt.active)
		prompt_key(&console->prompt, key);
}

/* Into the line that is asked for; it never presses a key. */
static void on_paste(void *data, const wchar_t *text)
{
	struct console *console = data;

	console_invalidate(console);
	journal_acknowledge(&console->journal);
	if (!prompt_takes_text(&console->prompt)) {
		journal_add(&console->journal, GUEST_WARNING,
			    "what was pasted is ignored: there is no line to paste it into");
		return;
	}
	for (; *text && prompt_takes_text(&console->prompt); text++)
		prompt_key(&console->prompt, (int)*text);
}

static void on_mouse(void *data, const struct mouse_event *event)
{
	struct console *console = data;

	console_invalidate(console);
	if (event->kind != MOUSE_OTHER)
		journal_acknowledge(&console->journal);
	pointer_event(console, event);
}

static void on_redraw(void *data)
{
	console_invalidate(data);
}

static void on_leave(void *data, const char *why)
{
	struct console *console = data;

	journal_printf(&console->journal, GUEST_INFO, "leaving: %s", why);
	console_leave(console);
}

static void on_noise(void *data, const char *line)
{
	struct console *console = data;

	journal_add(&console->journal, GUEST_INFO, line);
	console_invalidate(console);
}

static const struct terminal_events terminal_events = {
	.key = on_key,
	.paste = on_paste,
	.mouse = on_mouse,
	.redraw = on_redraw,
	.leave = on_leave,
	.noise = on_noise,
};

/* ---- beginning and end ---- */

static int make_views(struct console *console)
{
	console->views[VIEW_EVENTS] = view_events_new();
	console->views[VIEW_DETAIL] = view_detail_new();
	console->views[VIEW_STATISTICS] = view_statistics_new();
	console->views[VIEW_LATENCY] = view_latency_new();
	console->views[VIEW_LOG] = view_log_new();
	console->views[VIEW_DOMAINS] = view_domains_new();
	console->views[VIEW_SETTINGS] = view_settings_new();
	console->views[VIEW_CPUS] = view_cpus_new();
	console->views[VIEW_ENABLED] = view_enabled_new();
	console->views[VIEW_HELP] = view_help_new();
	for (unsigned i = 0; i < VIEW_COUNT; i++)
		if (!console->views[i])
			return -ENOMEM;
	return 0;
}

static void release(struct console *console)
{
	struct written *written;

	attach_close(console);
	attach_release_libvirt(console);
	for (unsigned i = 0; i < VIEW_COUNT; i++)
		if (console->views[i])
			console->views[i]->ops->free(console->views[i]);
	while ((written = console->written)) {
		console->written = written->next;
		free(written);
	}
	prompt_release(&console->prompt);
	pattern_release(&console->finder.pattern);
	prompt_history_release(&console->history);
	if (console->frame_timer >= 0)
		loop_timer_remove(console->frame_timer);
	if (console->beat_timer >= 0)
		loop_timer_remove(console->beat_timer);
	free(console->open_next);
	free(console);
}

/* A sentence for the normal screen; it may hold names that a guest chose. */
static void say(const char *sentence)
{
	char text[4 * sizeof(((struct console *)NULL)->farewell)];

	text_strip(text, sizeof(text), sentence, strlen(sentence), text_ascii());
	fprintf(stderr, "vtrace-top: %s\n", text);
}

static void say_written(const struct written *written)
{
	char sentence[600], pages[NUMBER_SIZE], bytes[NUMBER_SIZE];

	if (!written)
		return;
	say_written(written->next); /* oldest first */
	if (written->error)
		snprintf(sentence, sizeof(sentence), "%s is not complete: %s", written->path,
			 strerror(-written->error));
	else
		snprintf(sentence, sizeof(sentence), "saved %s: %s pages, %s", written->path,
			 number_exact(pages, written->pages), number_bytes(bytes, written->bytes));
	say(sentence);
}

/* Without it the console remembers what is typed for as long as it runs. */
static void open_history(struct console *console)
{
	char path[PATH_MAX];
	int ret = prompt_history_path(path, sizeof(path));

	if (!ret)
		ret = prompt_history_open(&console->history, path);
	else
		snprintf(path, sizeof(path), "a file");
	if (ret)
		journal_printf(&console->journal, GUEST_DETAIL,
			       "what is typed is not kept in %s for the next time: %s", path,
			       strerror(-ret));
}

static int start(struct console *console)
{
	int ret;

	open_history(console);
	settings_init(&console->settings);
	set_read_file(console);
	console->settings.mouse |= console->options->mouse;
	ret = make_views(console);
	if (!ret)
		ret = loop_init();
	if (ret < 0) {
		snprintf(console->farewell, sizeof(console->farewell),
			 "the console can not start: %s", strerror(-ret));
		return ret;
	}
	console->frame_timer = loop_timer(-1, frame_due, console);
	console->beat_timer = loop_timer(-1, beat, console);
	if (console->frame_timer < 0 || console->beat_timer < 0) {
		snprintf(console->farewell, sizeof(console->farewell),
			 "the console can not start: no timers");
		return -ENOMEM;
	}
	ret = terminal_open(&console->terminal, &terminal_events, console, console->farewell,
			    sizeof(console->farewell));
	if (!ret)
		set_apply(console);
	return ret;
}

static int run(struct console *console)
{
	int ret = start(console);

	if (ret < 0)
		return ret;
	/* Draw first: connecting can take a while. */
	console->front = attach_named(console->options) ? VIEW_EVENTS : VIEW_DOMAINS;
	draw_frame(console);
	if (console->front == VIEW_DOMAINS)
		console_show(console, VIEW_DOMAINS);
	else
		ret = attach_from_options(console);
	console_invalidate(console);
	while (ret == 0 && !console->left) {
		settle(console);
		if (!console->left)
			ret = loop_run_once();
		if (ret < 0)
			snprintf(console->farewell, sizeof(console->farewell),
				 "the event loop failed: %s", strerror(-ret));
	}
	return ret;
}

int console_run(const struct options *options)
{
	struct console *console = calloc(1, sizeof(*console));
	int ret;

	if (!console) {
		say("the console can not start: out of memory");
		return 1;
	}
	console->options = options;
	console->frame_timer = console->beat_timer = -1;
	console->beat_ms = -1;
	memcpy(console->cpus, options->cpus, sizeof(console->cpus));
	filtering_init(console);
	ret = run(console);
	/* Closing the guest ends a recording, which is to be named below. */
	attach_close(console);
	terminal_close(console->terminal);
	say_written(console->written);
	if (console->farewell[0])
		say(console->farewell);
	release(console);
	return ret < 0 ? 1 : 0;
}
