// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/setting_up.h"

#include <stdio.h>
#include <stdlib.h>

#include "tui/console/state.h"
#include "tui/domain/loop.h"
#include "tui/domain/setup.h"

#define INDENT 2 /* columns before a line's text */

struct setting_up {
	struct console *console;
	struct setup *setup; /* NULL: none is shown */
	int timer;	     /* for the next step; -1: it is only asked, or nothing */
	size_t done;	     /* steps */
};

struct setting_up *setting_up_new(struct console *console)
{
	struct setting_up *setting_up = calloc(1, sizeof(*setting_up));

	if (!setting_up)
		return NULL;
	setting_up->console = console;
	setting_up->timer = -1;
	return setting_up;
}

static void end(struct setting_up *setting_up)
{
	loop_timer_remove(setting_up->timer);
	setting_up->timer = -1;
	setup_free(setting_up->setup);
	setting_up->setup = NULL;
}

void setting_up_free(struct setting_up *setting_up)
{
	if (!setting_up)
		return;
	end(setting_up);
	free(setting_up);
}

/* ---- doing it ---- */

/* What has to be known most; "" when nothing has. */
static const char *first_note(const struct setup_plan *plan)
{
	return plan->notes.count ? plan->notes.line[0] : "";
}

static void finish(struct setting_up *setting_up)
{
	const struct setup_plan *plan = setup_plan(setting_up->setup);

	journal_printf(&setting_up->console->journal, GUEST_INFO, "%s is prepared%s%s",
		       setup_name(setting_up->setup), plan->notes.count ? "; " : "",
		       first_note(plan));
	end(setting_up);
	setting_up->console->relist = true;
}

static void step(void *data)
{
	struct setting_up *setting_up = data;
	struct console *console = setting_up->console;
	char error[400];
	int ret = setup_step(setting_up->setup, error, sizeof(error));

	console_invalidate(console);
	if (ret < 0) {
		journal_printf(&console->journal, GUEST_ERROR,
			       "%s; what was done before stays, and i again does the rest", error);
		end(setting_up);
		console->relist = true;
		return;
	}
	setting_up->done++;
	if (!ret)
		finish(setting_up);
}

static void answered(void *data, const char *answer)
{
	struct setting_up *setting_up = data;
	struct console *console = setting_up->console;

	if (!setting_up->setup || setting_up->timer >= 0)
		return;
	if (!answer || *answer != 'y') {
		end(setting_up);
		journal_add(&console->journal, GUEST_INFO, "nothing was done");
		return;
	}
	setting_up->done = 0;
	setting_up->timer = loop_timer(0, step, setting_up);
	if (setting_up->timer < 0) {
		journal_add(&console->journal, GUEST_ERROR, "out of memory");
		end(setting_up);
	}
}

/* ---- asking ---- */

static void tell_prepared(struct setting_up *setting_up)
{
	const struct setup_plan *plan = setup_plan(setting_up->setup);

	journal_printf(&setting_up->console->journal, GUEST_INFO,
		       "%s is prepared already; nothing to do%s%s", setup_name(setting_up->setup),
		       plan->notes.count ? "; " : "", first_note(plan));
}

void setting_up_ask(struct setting_up *setting_up, const char *uuid)
{
	struct console *console = setting_up->console;
	const struct setup_options options = {0};
	char error[500], label[200];

	if (setting_up->setup) {
		journal_printf(&console->journal, GUEST_WARNING,
			       "%s is being prepared; wait for its end",
			       setup_name(setting_up->setup));
		return;
	}
	if (setup_open(&setting_up->setup, console->options->uri, uuid, &options, error,
		       sizeof(error)) < 0) {
		setting_up->setup = NULL;
		journal_add(&console->journal, GUEST_ERROR, error);
		return;
	}
	if (!setup_plan(setting_up->setup)->count) {
		tell_prepared(setting_up);
		end(setting_up);
		return;
	}
	snprintf(label, sizeof(label), "prepare %.100s as said above? (y/n)",
		 setup_name(setting_up->setup));
	prompt_question(&console->prompt, label, "yn", answered, setting_up);
}

/* ---- showing it ---- */

struct cursor {
	const struct terminal *terminal; /* NULL: lines are only counted */
	const struct area *area;
	int columns, line, most;
};

/* A sentence over as many lines as it takes. */
static void put(struct cursor *cursor, const char *mark, const char *text)
{
	size_t next;

	for (bool first = true; *text && cursor->line < cursor->most; text += next, first = false) {
		size_t length = text_break(text, cursor->columns - INDENT, &next);

		if (cursor->terminal) {
			struct pen pen = pen_at(cursor->terminal, cursor->area, cursor->line);

			pen_text(&pen, STYLE_NORMAL, first ? mark : "  ");
			pen_bytes(&pen, STYLE_NORMAL, text, length, 0, cursor->columns - INDENT);
			pen_pad(&pen, STYLE_NORMAL, pen.end);
		}
		cursor->line++;
	}
}

static void put_all(const struct setting_up *setting_up, struct cursor *cursor)
{
	const struct setup_plan *plan = setup_plan(setting_up->setup);

	cursor->line = 1; /* below the heading */
	for (size_t i = 0; i < plan->does.count; i++)
		put(cursor, "- ", plan->does.line[i]);
	for (size_t i = 0; i < plan->notes.count; i++)
		put(cursor, "  ", plan->notes.line[i]);
}

int setting_up_lines(const struct setting_up *setting_up, int columns, int most)
{
	struct cursor cursor = {.columns = columns, .most = most};

	if (!setting_up->setup || most < 1)
		return 0;
	put_all(setting_up, &cursor);
	return cursor.line;
}

void setting_up_draw(const struct setting_up *setting_up, const struct terminal *terminal,
		     const struct area *area)
{
	struct cursor cursor = {terminal, area, area->columns, 0, area->rows};
	struct pen pen = pen_at(terminal, area, 0);

	pen_printf(&pen, STYLE_HEADER, "%s: ", setup_name(setting_up->setup));
	if (setting_up->timer >= 0)
		pen_printf(&pen, STYLE_HEADER, "%zu of %zu changes are done", setting_up->done,
			   setup_plan(setting_up->setup)->count);
	else
		pen_printf(&pen, STYLE_HEADER, "%s; what it lacks would be given to it so",
			   setup_running(setting_up->setup) ? "it runs" : "it does not run");
	pen_pad(&pen, STYLE_HEADER, pen.end);
	put_all(setting_up, &cursor);
}
