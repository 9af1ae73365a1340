// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/filtering.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/console/narrow.h"
#include "tui/console/numbers.h"
#include "tui/console/state.h"
#include "tui/text.h"

static bool is_empty(const struct engine_filter *filter)
{
	return !filter->events[strspn(filter->events, " ")] &&
	       !filter->expression[strspn(filter->expression, " ")];
}

static bool can_ask(const struct console *console)
{
	return console->guest && guest_engine_alive(console->guest);
}

void filtering_init(struct console *console)
{
	console->filtering.filter = console->options->filter;
}

struct engine_filter filtering_now(const struct console *console)
{
	static const struct engine_filter everything;

	return console->filtering.off ? everything : console->filtering.filter;
}

/* ---- counting what is shown ---- */

static void count(struct console *console)
{
	struct filtering *filtering = &console->filtering;

	if (!console->filtered || filtering->counting || !can_ask(console))
		return;
	filtering->counting = guest_request_sift(console->guest, &filtering->count_serial) == 0;
}

void filtering_beat(struct console *console)
{
	count(console);
}

static void counted(struct console *console, const struct engine_packet *packet)
{
	struct filtering *filtering = &console->filtering;

	if (!filtering->counting || packet->serial != filtering->count_serial)
		return;
	filtering->counting = false;
	filtering->counted = true;
	filtering->count = *(const struct engine_sifted *)packet->payload;
	if (filtering->count.more)
		count(console);
	console_invalidate(console);
}

/* ---- the filter in force ---- */

static void put_in_force(struct console *console)
{
	struct engine_filter filter = filtering_now(console);
	int ret = console->guest ? guest_set_filter(console->guest, &filter) : 0;

	console->filtering.counted = false;
	if (ret == -EPIPE)
		journal_add(&console->journal, GUEST_ERROR,
			    "the engine does not take the filter: R restarts it");
	else if (ret)
		journal_printf(&console->journal, GUEST_ERROR,
			       "the engine can not be given the filter now: %s; set it again",
			       strerror(-ret));
	console_invalidate(console);
}

void filtering_use(struct console *console, const char *expression)
{
	struct engine_filter *filter = &console->filtering.filter;

	snprintf(filter->expression, sizeof(filter->expression), "%s", expression);
	/* Nothing is no filter at all, -e included: else that one could not be taken away. */
	if (!expression[strspn(expression, " ")])
		filter->events[0] = '\0';
	console->filtering.off = false;
	put_in_force(console);
}

void filtering_toggle(struct console *console)
{
	struct filtering *filtering = &console->filtering;

	if (is_empty(&filtering->filter)) {
		journal_add(&console->journal, GUEST_INFO,
			    "there is no filter: f asks for one, + and - make one of a row");
		return;
	}
	filtering->off = !filtering->off;
	put_in_force(console);
}

static const char *kinds(uint32_t count)
{
	return count == 1 ? "kind" : "kinds";
}

static void replied(struct console *console, const struct engine_filter_reply *reply)
{
	struct filtering *filtering = &console->filtering;
	char events[NUMBER_SIZE];

	console->filtered = reply->on;
	filtering->waiting = reply->waiting;
	filtering->counted = false;
	if (reply->error) {
		journal_printf(&console->journal, GUEST_ERROR, "the filter: %s", reply->reason);
		filtering->filter = filtering->in_force;
	} else {
		if (!filtering->off)
			filtering->in_force = filtering->filter;
		if (reply->on && !reply->waiting)
			journal_printf(&console->journal, GUEST_DETAIL,
				       "a filter is on, which %s %s of events can pass",
				       number_exact(events, reply->events), kinds(reply->events));
	}
	events_filter_changed(console->views[VIEW_EVENTS], console);
	count(console);
	console_invalidate(console);
}

/* ---- is what is typed a filter? ---- */

static void try(struct console *console)
{
	struct filtering *filtering = &console->filtering;
	struct prompt_verdict unknown = {.at = PROMPT_NOWHERE,
					 .why = "the engine does not run, which could check it"};
	int ret;

	if (!filtering->wants || filtering->trying)
		return;
	ret = can_ask(console) ? guest_request_try(console->guest, &filtering->wanted,
						   &filtering->try_serial)
			       : -EPIPE;
	if (ret == -EAGAIN)
		return; /* filtering_settle() asks again */
	filtering->wants = false;
	filtering->trying = !ret;
	filtering->tried = filtering->wanted;
	if (ret)
		prompt_judge(&console->prompt, &unknown);
}

void filtering_check(void *data, const char *text, struct prompt_verdict *verdict)
{
	struct console *console = data;
	struct filtering *filtering = &console->filtering;
	struct engine_filter *wanted = &filtering->wanted;

	if (!text[strspn(text, " ")]) {
		filtering->wants = false;
		snprintf(verdict->why, sizeof(verdict->why),
			 "nothing shows everything; a filter is for the view, all is recorded");
		return;
	}
	if (strlen(text) >= sizeof(wanted->expression)) {
		verdict->state = PROMPT_INVALID;
		verdict->at = sizeof(wanted->expression) - 1;
		snprintf(verdict->why, sizeof(verdict->why), "too long for a filter");
		return;
	}
	verdict->state = PROMPT_CHECKING;
	*wanted = (struct engine_filter){0};
	snprintf(wanted->events, sizeof(wanted->events), "%s", filtering->filter.events);
	snprintf(wanted->expression, sizeof(wanted->expression), "%s", text);
	filtering->wants = true;
	/* prompt_judge() may only be called once the prompt knows that it waits. */
	if (can_ask(console))
		try(console);
}

/* Where the text that was tried begins in the prompt's: a command's name may stand before it. */
static size_t offset_in_prompt(const struct console *console)
{
	char text[EDIT_BYTES];
	size_t length, tried = strlen(console->filtering.tried.expression);

	prompt_text(&console->prompt, text);
	for (length = strlen(text); length > tried; length--)
		if (!strncmp(text + length - tried, console->filtering.tried.expression, tried))
			return length - tried;
	return 0;
}

static void tried(struct console *console, const struct engine_packet *packet)
{
	struct filtering *filtering = &console->filtering;
	const struct engine_filter_reply *reply = packet->payload;
	struct prompt_verdict verdict = {.at = PROMPT_NOWHERE};
	char events[NUMBER_SIZE];

	if (!filtering->trying || packet->serial != filtering->try_serial)
		return;
	filtering->trying = false;
	if (filtering->wants) {
		try(console); /* more was typed meanwhile */
		return;
	}
	if (reply->error) {
		verdict.state = PROMPT_INVALID;
		if (reply->at >= 0)
			verdict.at = offset_in_prompt(console) + (size_t)reply->at;
		snprintf(verdict.why, sizeof(verdict.why), "%s", reply->reason);
	} else {
		snprintf(verdict.why, sizeof(verdict.why),
			 "ok: %s %s of events can pass; this is for the view, all is recorded",
			 number_exact(events, reply->events), kinds(reply->events));
		if (reply->waiting)
			snprintf(verdict.why, sizeof(verdict.why),
				 "ok, as far as can be said before the formats are there");
	}
	prompt_judge(&console->prompt, &verdict);
	console_invalidate(console);
}

/* ---- completion ---- */

void filtering_complete(void *data, const char *text, size_t cursor, struct completion *completion)
{
	struct console *console = data;
	struct narrow_word word = narrow_word_at(text, cursor);
	struct engine_words asked = {.kinds = word.kinds};

	completion_begin(completion, word.from, word.after);
	if (!word.kinds || !can_ask(console) || cursor - word.from >= sizeof(asked.prefix) ||
	    word.of_end - word.of >= sizeof(asked.of))
		return;
	memcpy(asked.prefix, text + word.from, cursor - word.from);
	memcpy(asked.of, text + word.of, word.of_end - word.of);
	completion->pending =
		guest_request_words(console->guest, &asked, &console->filtering.words_serial) == 0;
}

/* A guest may call things what it likes: on a line of text, only text is put. */
static bool is_plain(const char *word)
{
	char stripped[2 * ENGINE_NAME_MAX + 1];
	size_t length = strlen(word);

	if (length > ENGINE_NAME_MAX || strpbrk(word, "\"\\"))
		return false;
	text_strip(stripped, sizeof(stripped), word, length, 0);
	return !strcmp(stripped, word);
}

static void words_came(struct console *console, const struct engine_packet *packet)
{
	const struct engine_words_reply *reply = packet->payload;
	struct completion *completion = &console->prompt.completion;
	const char *word = (const char *)(reply + 1);

	if (!prompt_wants_words(&console->prompt) ||
	    packet->serial != console->filtering.words_serial)
		return;
	for (uint32_t i = 0; i < reply->count; i++, word += strlen(word) + 1)
		if (is_plain(word))
			completion_add(completion, word, "", 0);
	completion->more |= reply->more;
	completion_sort(completion);
	prompt_completed(&console->prompt);
	console_invalidate(console);
}

/* ---- the prompt ---- */

static void done(void *data, const char *text)
{
	if (text)
		filtering_use(data, text);
}

void filtering_open(struct console *console)
{
	prompt_line(&console->prompt,
		    &(struct prompt_ask){.label = "filter:",
					 .prefill = console->filtering.filter.expression,
					 .check = filtering_check,
					 .complete = filtering_complete,
					 .done = done,
					 .data = console,
					 .history = &console->history,
					 .kind = HISTORY_FILTER});
}

/* ---- from the row under the cursor ---- */

static void narrow(struct console *console, char answer, bool without)
{
	struct engine_filter *filter = &console->filtering.filter;
	const char *operator= without ? "!=" : "==";
	char condition[2 * ENGINE_NAME_MAX + 32], name[ENGINE_NAME_MAX + 1];
	char expression[sizeof(filter->expression)];
	struct engine_row_view row;
	int ret = 0;

	if (!events_row(console->views[VIEW_EVENTS], &row))
		return;
	if (answer == 'c') {
		snprintf(condition, sizeof(condition), "CPU %s %u", operator, row.row->cpu);
	} else if (answer == 't') {
		snprintf(condition, sizeof(condition), "common_pid %s %d", operator, row.row->pid);
	} else {
		snprintf(name, sizeof(name), "%.*s",
			 answer == 'n' ? row.row->task_len : row.row->event_len,
			 answer == 'n' ? row.task : row.event);
		ret = narrow_text(condition, sizeof(condition),
				  answer == 'n' ? "COMM" : "EVENT", operator, name);
	}
	if (ret) {
		journal_add(&console->journal, GUEST_WARNING,
			    "no filter can ask for a name with such backslashes; t asks for a task "
			    "by its number");
		return;
	}
	if (narrow_filter(expression, sizeof(expression), filter->expression, condition)) {
		journal_add(&console->journal, GUEST_WARNING,
			    "the filter would be too long: f edits it");
		return;
	}
	prompt_history_add(&console->history, HISTORY_FILTER, expression);
	filtering_use(console, expression);
}

static void only_answered(void *data, const char *answer)
{
	if (answer)
		narrow(data, *answer, false);
}

static void without_answered(void *data, const char *answer)
{
	if (answer)
		narrow(data, *answer, true);
}

static void ask_which(struct console *console, const char *word, prompt_done_fn *answered)
{
	struct filtering *filtering = &console->filtering;
	struct engine_row_view row;
	char label[256];

	if (!events_row(console->views[VIEW_EVENTS], &row) || row.row->pid < 0 ||
	    row.row->kind != ENGINE_ROW_EVENT) {
		journal_add(&console->journal, GUEST_WARNING,
			    "the cursor is on no event of which a filter could be made");
		return;
	}
	filtering->row.pid = row.row->pid;
	filtering->row.cpu = row.row->cpu;
	snprintf(filtering->row.event, sizeof(filtering->row.event), "%.*s", row.row->event_len,
		 row.event);
	snprintf(filtering->row.task, sizeof(filtering->row.task), "%.*s", row.row->task_len,
		 row.task);
	snprintf(label, sizeof(label), "%s: e %.24s  t pid %d  n %.16s  c CPU %u ?", word,
		 filtering->row.event, row.row->pid, filtering->row.task, row.row->cpu);
	/* The cursor shows which row is meant. */
	events_stay(console->views[VIEW_EVENTS]);
	prompt_question(&console->prompt, label, "etnc", answered, console);
}

void filtering_only(struct console *console)
{
	ask_which(console, "only", only_answered);
}

void filtering_without(struct console *console)
{
	ask_which(console, "without", without_answered);
}

/* ---- what the engine says ---- */

void filtering_packet(struct console *console, const struct engine_packet *packet)
{
	if (packet->type == ENGINE_FILTER_REPLY)
		replied(console, packet->payload);
	else if (packet->type == ENGINE_FILTER_TRIED)
		tried(console, packet);
	else if (packet->type == ENGINE_SIFTED)
		counted(console, packet);
	else
		words_came(console, packet);
}

void filtering_settle(struct console *console)
{
	if (!can_ask(console))
		filtering_reset(console);
	try(console);
}

void filtering_reset(struct console *console)
{
	console->filtering.counting = console->filtering.counted = false;
	console->filtering.trying = false;
}

/* ---- its line ---- */

int filtering_lines(const struct console *console)
{
	return console->guest && !is_empty(&console->filtering.filter);
}

static void count_words(const struct filtering *filtering, char *text, size_t size)
{
	const struct engine_sifted *sifted = &filtering->count;
	uint64_t seen = sifted->held - sifted->unseen;
	char shown[NUMBER_SIZE], held[NUMBER_SIZE], some[16] = "";

	text[0] = '\0';
	if (filtering->waiting)
		snprintf(text, size, "  waits for the formats");
	if (filtering->waiting || !filtering->counted || sifted->hidden > seen)
		return;
	/* A page or two are always just coming. */
	if (sifted->more && sifted->held)
		snprintf(some, sizeof(some), ", %u %% read", (unsigned)(seen * 100 / sifted->held));
	snprintf(text, size, "  %s of %s shown%s", number_exact(shown, seen - sifted->hidden),
		 number_exact(held, sifted->held), some);
}

void filtering_draw(const struct console *console, const struct area *line)
{
	const struct filtering *filtering = &console->filtering;
	const struct engine_filter *filter = &filtering->filter;
	static const char kept[] = "  (all is recorded)";
	struct pen pen = pen_at(console->terminal, line, 0);
	char text[sizeof(*filter) + 16], counts[128];
	int room, width;

	snprintf(text, sizeof(text), "%s%s%s%s", filter->events[0] ? "-e " : "", filter->events,
		 filter->events[0] && filter->expression[0] ? "  " : "", filter->expression);
	count_words(filtering, counts, sizeof(counts));
	if (filtering->off)
		snprintf(counts, sizeof(counts), "  = uses it again");
	room = line->columns - text_columns(console->terminal, counts);
	pen_text(&pen, filtering->off ? STYLE_DIM : STYLE_KEY,
		 filtering->off ? "filter off: " : "filter: ");
	room -= pen.column - line->left;
	width = text_columns(console->terminal, text);
	pen_bytes(&pen, filtering->off ? STYLE_DIM : STYLE_NORMAL, text, strlen(text), 0, room);
	pen_text(&pen, filtering->off ? STYLE_DIM : STYLE_KEY, counts);
	if (!filtering->off && width + (int)sizeof(kept) <= room)
		pen_text(&pen, STYLE_DIM, kept);
	pen_pad(&pen, STYLE_NORMAL, pen.end);
}
