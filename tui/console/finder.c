// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/finder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/console/state.h"

#define QUIET_MS    150 /* that a search may take without a word */
#define PROGRESS_MS 200 /* between one word of it and the next */

static void say(struct console *console, enum guest_severity severity, const char *text)
{
	journal_add(&console->journal, severity, text);
	console_invalidate(console);
}

/* What is looked for, in words. */
static void describe(const struct finder *finder, char *text, size_t size)
{
	if (finder->search.breaks)
		snprintf(text, size, "a loss, a gap or a bad page");
	else
		snprintf(text, size, "'%.80s'", finder->search.pattern);
}

static void ask(struct console *console)
{
	struct finder *finder = &console->finder;
	int ret;

	if (!finder->running || finder->asked)
		return;
	ret = console->guest
		      ? guest_request_search(console->guest, &finder->search, &finder->serial)
		      : -EPIPE;
	finder->asked = !ret;
	if (ret && ret != -EAGAIN)
		finder->running = false;
}

void finder_settle(struct console *console)
{
	/* An engine that died answers no more. */
	if (!console->guest || !guest_engine_alive(console->guest))
		console->finder.running = false;
	ask(console);
}

/* ---- the beginning ---- */

static void start(struct console *console, enum engine_find_way way, bool here)
{
	struct finder *finder = &console->finder;
	struct engine_search *search = &finder->search;
	const struct view *events = console->views[VIEW_EVENTS];

	if (!console->guest || !guest_engine_alive(console->guest)) {
		say(console, GUEST_WARNING, "nothing is open in which to search");
		return;
	}
	finder->running = true;
	finder->asked = finder->wrapped = false;
	finder->again = 0;
	finder->placed = false;
	finder->since = console_now();
	search->way = way;
	search->here = here;
	search->bounded = 0;
	events_cpus(events, search->cpus);
	finder->whole = !events_place(events, &search->at);
	finder->start = search->at;
	search->origin = ENGINE_FROM_POSITION;
	if (finder->whole)
		search->origin = way == ENGINE_FIND_NEXT ? ENGINE_FROM_HEAD : ENGINE_FROM_TAIL;
	if (console->front != VIEW_EVENTS)
		console_show(console, VIEW_EVENTS);
	ask(console);
}

static bool use_pattern(struct console *console, const char *text)
{
	struct finder *finder = &console->finder;
	struct pattern_fault fault;

	if (strcmp(finder->search.pattern, text) != 0)
		strip_forget_hits(console);
	pattern_release(&finder->pattern);
	if (pattern_compile(&finder->pattern, text, &fault))
		return false;
	snprintf(finder->search.pattern, sizeof(finder->search.pattern), "%s", text);
	return true;
}

/* While following, what is looked for is before: nothing is behind the newest. */
void finder_look(struct console *console, const char *pattern)
{
	struct finder *finder = &console->finder;
	bool following = events_following(console->views[VIEW_EVENTS]);

	if (!use_pattern(console, pattern))
		return;
	prompt_history_add(&console->history, HISTORY_SEARCH, pattern);
	finder->search.breaks = 0;
	start(console, following ? ENGINE_FIND_PREV : ENGINE_FIND_NEXT, true);
}

/* Fingers are quicker than a search: what is pressed meanwhile is done when it ends. */
static bool go_on_later(struct finder *finder, enum engine_find_way way, bool breaks)
{
	if (!finder->running || finder->search.way != way || finder->search.breaks != breaks)
		return false;
	finder->again++;
	return true;
}

void finder_next(struct console *console, enum engine_find_way way)
{
	struct finder *finder = &console->finder;
	char last[PATTERN_BYTES];
	const char *remembered;

	/* Esc takes the marks away, and the last console's search is in its history. */
	if (!finder->pattern.ready) {
		remembered = prompt_history_get(&console->history, HISTORY_SEARCH, 0);
		snprintf(last, sizeof(last), "%s", remembered ? remembered : "");
		if (!remembered || !use_pattern(console, last)) {
			say(console, GUEST_WARNING, "nothing was searched for yet: / does");
			return;
		}
	}
	if (go_on_later(finder, way, false))
		return;
	finder->search.breaks = 0;
	start(console, way, false);
}

void finder_break(struct console *console, enum engine_find_way way)
{
	if (go_on_later(&console->finder, way, true))
		return;
	console->finder.search.breaks = 1;
	start(console, way, false);
}

/* ---- the end ---- */

static void found(struct console *console, const struct engine_position *at)
{
	struct finder *finder = &console->finder;
	bool newer = finder->search.way == ENGINE_FIND_NEXT;
	unsigned again = finder->again;

	finder->running = false;
	if (!finder->search.breaks)
		strip_add_hit(console, at);
	events_show_row(console->views[VIEW_EVENTS], console, at);
	if (finder->wrapped)
		say(console, GUEST_INFO,
		    newer ? "search wrapped: on from the oldest event"
			  : "search wrapped: on from the newest event");
	if (again) {
		start(console, finder->search.way, false);
		finder->again = again - 1;
	}
}

static void not_found(struct console *console)
{
	struct finder *finder = &console->finder;
	char what[128], where[64];

	finder->running = false;
	describe(finder, what, sizeof(what));
	events_scope(console->views[VIEW_EVENTS], console, where, sizeof(where));
	journal_printf(&console->journal, GUEST_WARNING, "%s is nowhere in what is shown of %s%s%s",
		       what, where,
		       console->meters.still && console->meters.indexing ? ", read so far" : "",
		       console->filtered ? "; a filter hides rows, = shows them" : "");
	console_invalidate(console);
}

static void wrap(struct finder *finder)
{
	struct engine_search *search = &finder->search;

	finder->wrapped = true;
	search->origin = search->way == ENGINE_FIND_NEXT ? ENGINE_FROM_HEAD : ENGINE_FROM_TAIL;
	search->bounded = 1;
	search->end = finder->start;
}

void finder_cancel(struct console *console)
{
	char progress[200];

	if (!console->finder.running)
		return;
	finder_progress(console, progress, sizeof(progress));
	console->finder.running = false;
	if (progress[0])
		say(console, GUEST_INFO, "search cancelled");
}

void finder_forget(struct console *console)
{
	finder_cancel(console);
	pattern_release(&console->finder.pattern);
	strip_forget_hits(console);
	console_invalidate(console);
}

/* Where among the rows it is. The first answer stands for the beginning: it took a moment. */
static void note_place(struct finder *finder, const struct engine_searched *answer)
{
	double all = (double)answer->left + (double)answer->behind;

	finder->now = all > 0 ? (double)answer->behind / all : 0;
	if (!finder->placed)
		finder->begun = finder->now;
	finder->placed = true;
}

void finder_packet(struct console *console, const struct engine_packet *packet)
{
	struct finder *finder = &console->finder;
	const struct engine_searched *answer = packet->payload;

	if (!finder->asked || packet->serial != finder->serial)
		return;
	finder->asked = false;
	if (!finder->running)
		return;
	/* Answers come faster than progress is worth a frame. */
	if (!answer->more || console_now() - finder->told >= PROGRESS_MS) {
		finder->told = console_now();
		console_invalidate(console);
	}
	note_place(finder, answer);
	if (answer->error) {
		finder->running = false;
		journal_printf(&console->journal, GUEST_ERROR, "the search failed: %s",
			       answer->reason[0] ? answer->reason : strerror(-answer->error));
	} else if (answer->found) {
		found(console, &answer->at);
	} else if (answer->more) {
		finder->search.origin = ENGINE_FROM_POSITION;
		finder->search.at = answer->at;
		finder->search.here = answer->here;
		ask(console);
	} else if (finder->wrapped || finder->whole) {
		not_found(console);
	} else {
		wrap(finder);
		ask(console);
	}
}

void finder_progress(const struct console *console, char *text, size_t size)
{
	const struct finder *finder = &console->finder;
	double done = 0;
	char what[128];

	text[0] = '\0';
	if (!finder->running || console_now() - finder->since < QUIET_MS)
		return;
	/* Once round is all of it, from wherever it began. */
	if (finder->placed)
		done = finder->now - finder->begun + (finder->wrapped ? 1 : 0);
	done = done < 0 ? 0 : done > 1 ? 1 : done;
	describe(finder, what, sizeof(what));
	snprintf(text, size, "searching for %s%s ... %u %%, Esc cancels", what,
		 finder->wrapped ? ", wrapped" : "", (unsigned)(done * 100));
}

/* ---- the prompt ---- */

void finder_check(void *data, const char *text, struct prompt_verdict *verdict)
{
	struct pattern pattern;
	struct pattern_fault fault;

	(void)data;
	if (!*text || !pattern_compile(&pattern, text, &fault)) {
		if (*text)
			pattern_release(&pattern);
		return;
	}
	verdict->state = PROMPT_INVALID;
	verdict->at = fault.at;
	snprintf(verdict->why, sizeof(verdict->why), "%s", fault.why);
}

/* As in less: nothing is what was looked for before. */
static void done(void *data, const char *text)
{
	if (text && *text)
		finder_look(data, text);
	else if (text)
		finder_next(data, ENGINE_FIND_NEXT);
}

void finder_open(struct console *console)
{
	prompt_line(&console->prompt, &(struct prompt_ask){.label = "/",
							   .check = finder_check,
							   .done = done,
							   .data = console,
							   .history = &console->history,
							   .kind = HISTORY_SEARCH});
}
