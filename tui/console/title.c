// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "tui/console/numbers.h"
#include "tui/console/state.h"

#define PROGRAM	     "vtrace-top "
#define NAME_COLUMNS 32 /* a longer one must not push the state off the line */

static const char *state_name(const struct console *console, char text[NUMBER_SIZE * 2])
{
	char lasted[NUMBER_SIZE];
	int64_t panicked;

	if (!console->guest)
		return "";
	if (!guest_engine_alive(console->guest))
		return "NO ENGINE";
	panicked = guest_panicked(console->guest);
	if (panicked >= 0) {
		snprintf(text, NUMBER_SIZE * 2, "PANICKED %s AGO",
			 number_duration(lasted, (uint64_t)panicked));
		return text;
	}
	switch (guest_state(console->guest)) {
	case GUEST_CONNECTING:
		return "CONNECTING";
	case GUEST_STOPPED:
		return "STOPPED";
	case GUEST_STARTING:
		return "STARTING";
	case GUEST_TRACING:
		snprintf(text, NUMBER_SIZE * 2, "TRACING %s",
			 number_duration(lasted, console_now() - console->tracing_since));
		return text;
	case GUEST_STOPPING:
		return "STOPPING";
	case GUEST_OLD_AGENT:
		return guest_started_here(console->guest) ? "STARTED (NO ANSWER)" : "NO AGENT";
	case GUEST_REPLAY:
		return guest_is_memory(console->guest) ? "POST-MORTEM" : "REPLAY";
	case GUEST_WATCHING:
		return "WATCHING";
	case GUEST_GONE:
		return "GONE";
	}
	return "";
}

static void memory_words(const struct console *console, char *text, size_t size)
{
	const struct meters *meters = &console->meters;
	char used[NUMBER_SIZE], limit[NUMBER_SIZE], recorded[NUMBER_SIZE];
	int length = 0;

	text[0] = '\0';
	if (meters->still && meters->indexing)
		snprintf(text, size, "read %u%%", meters->indexed);
	if (!meters->sampled || meters->still)
		return; /* the pages of a capture stay in its files */
	length = snprintf(text, size, "mem %s/%s", number_bytes(used, meters->memory_used),
			  number_bytes(limit, meters->memory_limit));
	if (guest_recording(console->guest) && length > 0 && (size_t)length < size)
		snprintf(text + length, size - (size_t)length, "  rec %s",
			 number_bytes(recorded, meters->recorded));
}

/*
 * State and view matter most. What does not fit goes whole: first where the guest lives, then
 * the memory, then our own name.
 */
void title_draw(struct console *console, const struct area *line)
{
	const struct terminal *terminal = console->terminal;
	struct pen pen = pen_at(terminal, line, 0);
	const struct view *view = console->views[console->front];
	char status[128] = "", memory[128], state_text[NUMBER_SIZE * 2];
	const char *uri =
		console->from_domain && console->domains ? domains_uri(console->domains) : "";
	const char *state = state_name(console, state_text);
	const char *name = console->guest ? guest_name(console->guest) : "";

	if (view->ops->status)
		view->ops->status(view, console, status, sizeof(status));
	memory_words(console, memory, sizeof(memory));
	int name_columns = text_columns(terminal, name);

	if (name_columns > NAME_COLUMNS)
		name_columns = NAME_COLUMNS;
	int needed = name_columns + 1 + text_columns(terminal, state) + 2 +
		     text_columns(terminal, status) + 1;
	int own = (int)sizeof(PROGRAM) - 1, right = text_columns(terminal, memory) + 2;
	bool with_memory = needed + right <= line->columns;
	int room = line->columns - needed - (with_memory ? right : 0);

	if (room >= own)
		pen_text(&pen, STYLE_TITLE, PROGRAM);
	if (*name) {
		pen_bytes(&pen, STYLE_TITLE, name, strlen(name), 0, NAME_COLUMNS);
		pen_text(&pen, STYLE_TITLE, " ");
	}
	if (*uri && room >= own + text_columns(terminal, uri) + 1)
		pen_printf(&pen, STYLE_TITLE, "%s ", uri);
	if (*state)
		pen_printf(&pen, STYLE_TITLE, " %s ", state);
	pen_printf(&pen, STYLE_TITLE, " %s", status);
	pen_pad(&pen, STYLE_TITLE, pen.end - (with_memory ? right - 1 : 0));
	if (with_memory)
		pen_text(&pen, STYLE_TITLE, memory);
	pen_pad(&pen, STYLE_TITLE, pen.end);
}
