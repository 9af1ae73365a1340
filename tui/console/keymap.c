// SPDX-License-Identifier: GPL-2.0-only
#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/keymap.h"

#define EVENTS	IN_VIEW(VIEW_EVENTS)
#define DOMAINS IN_VIEW(VIEW_DOMAINS)
#define GUEST	(IN_VIEW(VIEW_EVENTS) | IN_VIEW(VIEW_LOG))
#define LISTS	(IN_EVERY_VIEW & ~EVENTS)

/* clang-format off */
static const struct keymap_entry entries[] = {
	{ACTION_OPEN,	 DOMAINS, "Enter", "open", "Open",
	 "open the domain under the cursor"},
	{ACTION_RELIST,	 DOMAINS, "R F5", "relist", "Refresh",
	 "list again; connect to libvirt again if needed"},
	{ACTION_TRACE,	 GUEST, "t F9", "trace", "Start",
	 "start or stop tracing in the guest"},
	{ACTION_FOLLOW,	 EVENTS, "F F8 G End", "follow", "Follow",
	 "stay at the newest events; moving up ends it"},
	{ACTION_FREEZE,	 EVENTS, "p", "freeze", "Freeze",
	 "hold this screen; events are still received"},
	{ACTION_GOTO,	 EVENTS, "^G", "goto", NULL,
	 "go to a time: as in TIME, +S or -S from here, NN%"},
	{ACTION_CPUS,	 EVENTS, "c", "cpus", "CPUs",
	 "choose the CPUs to show, as in 0-3,8"},
	{ACTION_MERGE,	 EVENTS, "m 1", "merge", "Merge",
	 "one merged timeline, or a pane for each CPU"},
	{ACTION_SAVE,	 GUEST, "s", "save", "Save",
	 "save the events held as a new capture"},
	{ACTION_DOMAINS, IN_EVERY_VIEW & ~DOMAINS, "d F2", "domains", "Domains",
	 "choose another domain; which are prepared"},
	{ACTION_HELP,	 IN_EVERY_VIEW, "? h F1", "help", "Help",
	 "these keys"},
	{ACTION_BACK,	 IN_EVERY_VIEW, "q F10", "back", "Back",
	 "back; from the first view, leave"},
	{ACTION_CLOSE,	 LISTS, "Esc", "close", NULL,
	 "back, but never leave"},
	{ACTION_QUIT,	 IN_EVERY_VIEW, "Q ^C", "quit", NULL,
	 "leave; tracing that was started here is stopped"},
	{ACTION_NEXT_PANE, EVENTS, "Tab", "next-pane", NULL,
	 "the next CPU's pane; moves act on the marked one"},
	{ACTION_PREVIOUS_PANE, EVENTS, "S-Tab", "previous-pane", NULL,
	 "the previous CPU's pane"},
	{ACTION_VIEWS,	 IN_EVERY_VIEW & ~IN_VIEW(VIEW_HELP), "v", "views", NULL,
	 "the next view: events, log"},
	{ACTION_CLEAR,	 EVENTS, "C", "clear", NULL,
	 "forget the events held; files are left alone"},
	{ACTION_FORMATS, GUEST, "R F5", "formats", NULL,
	 "get the event formats again; restart the engine"},
	{ACTION_METERS,	 IN_EVERY_VIEW, "#", "meters", NULL,
	 "hide or show the CPU meters"},
	{ACTION_REDRAW,	 IN_EVERY_VIEW, "^L", "redraw", NULL,
	 "paint the screen again"},
	{ACTION_SUSPEND, IN_EVERY_VIEW, "^Z", "suspend", NULL,
	 "put the console to sleep; fg wakes it"},
	{ACTION_UP,	 IN_EVERY_VIEW, "Up k", "up", NULL, "one row up"},
	{ACTION_DOWN,	 IN_EVERY_VIEW, "Down j", "down", NULL, "one row down"},
	{ACTION_PAGE_UP, IN_EVERY_VIEW, "PgUp b ^B", "page-up", NULL, "one page up"},
	{ACTION_PAGE_DOWN, IN_EVERY_VIEW, "PgDn Space ^F", "page-down", NULL, "one page down"},
	{ACTION_HALF_UP, IN_EVERY_VIEW, "^U", "half-up", NULL, "half a page up"},
	{ACTION_HALF_DOWN, IN_EVERY_VIEW, "^D", "half-down", NULL, "half a page down"},
	{ACTION_HOME,	 IN_EVERY_VIEW, "g Home", "home", NULL, "the oldest, or the first row"},
	{ACTION_END,	 LISTS, "G End", "end", NULL, "the last row"},
	{ACTION_LEFT,	 EVENTS, "Left [", "left", NULL, "see more to the left of long rows"},
	{ACTION_RIGHT,	 EVENTS, "Right ]", "right", NULL, "see more to the right of long rows"},
};

static const struct {
	const char *name;
	int key;
} names[] = {
	{"Enter", '\r'}, {"Esc", KEY_ESCAPE}, {"Space", ' '},
	{"Tab", '\t'},		      {"S-Tab", KEY_FUNCTION(KEY_BTAB)},
	{"Up", KEY_FUNCTION(KEY_UP)}, {"Down", KEY_FUNCTION(KEY_DOWN)},
	{"Left", KEY_FUNCTION(KEY_LEFT)}, {"Right", KEY_FUNCTION(KEY_RIGHT)},
	{"PgUp", KEY_FUNCTION(KEY_PPAGE)}, {"PgDn", KEY_FUNCTION(KEY_NPAGE)},
	{"Home", KEY_FUNCTION(KEY_HOME)}, {"End", KEY_FUNCTION(KEY_END)},
};
/* clang-format on */

const struct keymap_entry *keymap_entries(size_t *count)
{
	*count = sizeof(entries) / sizeof(entries[0]);
	return entries;
}

int key_parse(const char *name, size_t length)
{
	if (length == 1)
		return (unsigned char)name[0];
	if (length == 2 && name[0] == '^' && name[1] >= '@' && name[1] <= '_')
		return KEY_CONTROL(name[1]);
	if (length >= 2 && length <= 3 && name[0] == 'F' && name[1] >= '1' && name[1] <= '9') {
		int number = name[1] - '0';

		if (length == 3)
			number = number * 10 + name[2] - '0';
		return number >= 1 && number <= 12 ? KEY_FUNCTION(KEY_F(number)) : KEY_UNKNOWN;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == length && !memcmp(names[i].name, name, length))
			return names[i].key;
	return KEY_UNKNOWN;
}

/* Some terminals send a line feed or curses' own code for Enter. */
static int normal_key(int key)
{
	return key == '\n' || key == KEY_FUNCTION(KEY_ENTER) ? '\r' : key;
}

static bool names_key(const char *keys, int key)
{
	while (*keys) {
		size_t length = strcspn(keys, " ");

		if (key_parse(keys, length) == key)
			return true;
		keys += length;
		keys += strspn(keys, " ");
	}
	return false;
}

const struct keymap_entry *keymap_find(enum view_id view, int key)
{
	key = normal_key(key);
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		if ((entries[i].views & IN_VIEW(view)) && names_key(entries[i].keys, key))
			return &entries[i];
	return NULL;
}
