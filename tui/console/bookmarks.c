// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/bookmarks.h"

#include <stdio.h>
#include <string.h>

#include "tui/console/state.h"

#define BACK '\''

static const char letters[] = "abcdefghijklmnopqrstuvwxyz";

static bool is_letter(const char *text)
{
	return text[0] >= 'a' && text[0] <= 'z' && !text[1];
}

/* NULL: nothing has that name. */
static struct bookmark *find(struct bookmarks *bookmarks, const char *text)
{
	struct bookmark *found = NULL;

	if (is_letter(text))
		found = &bookmarks->of[text[0] - 'a'];
	else if (text[0] == BACK && !text[1])
		found = &bookmarks->before;
	return found && found->set ? found : NULL;
}

/* The letters that are set; with ', when there is a place to go back to. */
static const char *list_set(struct bookmarks *bookmarks)
{
	char *text = bookmarks->set;
	size_t count = 0;

	for (unsigned i = 0; i < BOOKMARKS; i++)
		if (bookmarks->of[i].set)
			text[count++] = letters[i];
	if (bookmarks->before.set)
		text[count++] = BACK;
	text[count] = '\0';
	return text;
}

static void refuse(struct prompt_verdict *verdict, const char *why)
{
	verdict->state = PROMPT_INVALID;
	verdict->at = 0;
	snprintf(verdict->why, sizeof(verdict->why), "%s", why);
}

void bookmarks_check(void *data, const char *text, struct prompt_verdict *verdict)
{
	(void)data;
	if (!is_letter(text))
		refuse(verdict, "a bookmark is a letter, a to z");
}

void bookmarks_check_jump(void *data, const char *text, struct prompt_verdict *verdict)
{
	struct console *console = data;

	if (!find(&console->bookmarks, text))
		refuse(verdict, is_letter(text) ? "that bookmark is not set; M sets it"
						: "a bookmark is a letter, a to z; ' goes back");
}

void bookmarks_leave(struct console *console)
{
	struct bookmark *before = &console->bookmarks.before;
	struct engine_position at;

	if (!events_place(console->views[VIEW_EVENTS], &at))
		return;
	before->set = true;
	before->at = at;
}

void bookmarks_forget(struct console *console)
{
	memset(&console->bookmarks, 0, sizeof(console->bookmarks));
}

/* ---- setting ---- */

void bookmarks_set(struct console *console, const char *letter)
{
	struct bookmark *bookmark = &console->bookmarks.of[letter[0] - 'a'];
	struct engine_position at;

	if (!events_place(console->views[VIEW_EVENTS], &at)) {
		journal_add(&console->journal, GUEST_WARNING, "there is no row to be named");
		return;
	}
	bookmark->set = true;
	bookmark->at = at;
	journal_printf(&console->journal, GUEST_INFO, "this row is %c: '%c goes to it", letter[0],
		       letter[0]);
}

static void letter_chosen(void *data, const char *letter)
{
	if (letter)
		bookmarks_set(data, letter);
}

void bookmarks_open(struct console *console)
{
	struct engine_position at;

	if (!events_place(console->views[VIEW_EVENTS], &at)) {
		journal_add(&console->journal, GUEST_WARNING, "there is no row to be named");
		return;
	}
	prompt_question(&console->prompt, "name the row at the cursor by a letter (a-z):", letters,
			letter_chosen, console);
}

/* ---- jumping ---- */

/* Has it been overwritten? A row of a file has not. */
static bool is_gone(const struct console *console, const struct engine_position *at)
{
	const struct meter *meter = &console->meters.cpu[at->cpu];

	return meter->known && !(at->row & ENGINE_ROW_AHEAD) && meter->now.first_row > at->row;
}

void bookmarks_jump(struct console *console, const char *letter)
{
	struct view *events = console->views[VIEW_EVENTS];
	const struct bookmark *bookmark = find(&console->bookmarks, letter);
	struct engine_position at;
	char name[64];

	if (!bookmark || !console->guest)
		return;
	at = bookmark->at;
	bookmarks_leave(console);
	if (!events_jump(events, console, &at))
		journal_printf(&console->journal, GUEST_WARNING,
			       "%s, where that row is, is not among those shown; c chooses",
			       guest_stream_name(console->guest, at.cpu, name, sizeof(name)));
	else if (is_gone(console, &at))
		journal_add(&console->journal, GUEST_WARNING,
			    "that row was overwritten; this is what is held next to it");
	else if (console->filtered)
		journal_add(&console->journal, GUEST_INFO,
			    "the filter may hide that row; = shows all");
}

static void jump_chosen(void *data, const char *letter)
{
	if (letter)
		bookmarks_jump(data, letter);
}

void bookmarks_open_jump(struct console *console)
{
	const char *set = list_set(&console->bookmarks);
	char label[128];

	if (!set[0]) {
		journal_add(&console->journal, GUEST_WARNING, "no bookmark is set: M sets one");
		return;
	}
	snprintf(label, sizeof(label), "go to one of %s%s:", set,
		 console->bookmarks.before.set ? " (' is where you were)" : "");
	prompt_question(&console->prompt, label, set, jump_chosen, console);
}
