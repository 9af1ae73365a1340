// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "tui/console/numbers.h"
#include "tui/console/state.h"

static const char *state_name(const struct console *console, char text[NUMBER_SIZE * 2])
{
	char lasted[NUMBER_SIZE];

	if (!console->guest)
		return "";
	if (!guest_engine_alive(console->guest))
		return "NO ENGINE";
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
		return "REPLAY";
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
	if (!meters->sampled)
		return;
	length = snprintf(text, size, "mem %s/%s", number_bytes(used, meters->memory_used),
			  number_bytes(limit, meters->memory_limit));
	if (console->options->write && length > 0 && (size_t)length < size)
		snprintf(text + length, size - (size_t)length, "  rec %s",
			 number_bytes(recorded, meters->recorded));
}

void title_draw(struct console *console, const struct area *line)
{
	struct pen pen = pen_at(console->terminal, line, 0);
	const struct view *view = console->views[console->front];
	char status[128] = "", memory[128], state[NUMBER_SIZE * 2];
	const char *uri =
		console->from_domain && console->domains ? domains_uri(console->domains) : "";
	const char *state_words = state_name(console, state);
	const char *name = console->guest ? guest_name(console->guest) : "";

	if (view->ops->status)
		view->ops->status(view, console, status, sizeof(status));
	memory_words(console, memory, sizeof(memory));
	/* State, view and memory matter more than where the guest lives. */
	int needed = text_columns(console->terminal, name) + text_columns(console->terminal, uri) +
		     text_columns(console->terminal, state_words) +
		     text_columns(console->terminal, status) + (int)sizeof("vtrace-top        ");
	int right = line->columns - text_columns(console->terminal, memory) - 1;

	pen_text(&pen, STYLE_TITLE, "vtrace-top ");
	if (*name)
		pen_printf(&pen, STYLE_TITLE, "%s ", name);
	if (*uri && needed < right)
		pen_printf(&pen, STYLE_TITLE, "%s ", uri);
	if (*state_words)
		pen_printf(&pen, STYLE_TITLE, " %s ", state_words);
	pen_printf(&pen, STYLE_TITLE, " %s", status);
	pen_pad(&pen, STYLE_TITLE, pen.column < right ? right : pen.column + 1);
	pen_text(&pen, STYLE_TITLE, memory);
	pen_pad(&pen, STYLE_TITLE, pen.end);
}
