// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/state.h"
#include "tui/console/times.h"

static const struct wall_clock *wall_of(const struct console *console)
{
	return console->guest ? guest_wall(console->guest) : NULL;
}

/* Why it will not become known; NULL: it may. */
static const char *why_never(const struct console *console)
{
	const struct engine_formats_reply *formats =
		console->guest ? guest_formats(console->guest) : NULL;

	if (!console->guest)
		return "nothing is open";
	if (formats && !row_counts_nanoseconds(formats->clock))
		return "the trace clock does not count nanoseconds";
	if (guest_state(console->guest) == GUEST_REPLAY)
		return "the file does not tell how its trace clock stood to it";
	return NULL;
}

void times_next(struct console *console)
{
	const char *never = why_never(console);
	bool known = wall_of(console);

	console->settings.times = (console->settings.times + 1) % ROW_TIMES;
	if (console->settings.times != ROW_TIMES_WALL)
		return;
	if (!known && never) {
		console->settings.times = ROW_TIMES_CLOCK;
		journal_printf(&console->journal, GUEST_WARNING,
			       "the time of day is not known: %s; TIME is the trace clock's again",
			       never);
	} else if (known && guest_state(console->guest) == GUEST_REPLAY) {
		journal_add(&console->journal, GUEST_INFO,
			    guest_wall_is_files(console->guest)
				    ? "the time of day as trace-cmd --date noted it in the file"
				    : "the time of day as the capture has it: by the host's clock "
				      "when events came");
	} else {
		journal_printf(&console->journal, GUEST_INFO,
			       "the time of day by the host's clock when events came: they may "
			       "have happened up to 0.2 s before%s",
			       known ? "" : "; it will be known when the next ones come");
	}
}

void times_fit(const struct console *console, struct row_layout *layout,
	       const struct engine_position *top)
{
	row_layout_times(layout, console->settings.times, wall_of(console), top);
}
