// SPDX-License-Identifier: GPL-2.0-only
#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/keymap.h"

#define EVENTS	   IN_VIEW(VIEW_EVENTS)
#define DOMAINS	   IN_VIEW(VIEW_DOMAINS)
#define STATISTICS IN_VIEW(VIEW_STATISTICS)
#define LATENCY	   IN_VIEW(VIEW_LATENCY)
#define GUEST	   (EVENTS | STATISTICS | LATENCY | IN_VIEW(VIEW_LOG))
#define LISTS	   (IN_EVERY_VIEW & ~EVENTS)
#define DETAIL	   IN_VIEW(VIEW_DETAIL)
#define SETTINGS   IN_VIEW(VIEW_SETTINGS)
#define CPUS	   IN_VIEW(VIEW_CPUS)
#define ENABLED	   IN_VIEW(VIEW_ENABLED)
#define STEERED	   (GUEST | ENABLED)

/* clang-format off */
static const struct keymap_entry entries[] = {
	{ACTION_OPEN,	 DOMAINS, "Enter", "open", ARGUMENT_NONE, "Open",
	 "open the domain under the cursor"},
	{ACTION_OPEN,	 STATISTICS, "Enter", "show", ARGUMENT_NONE, "Show",
	 "the rows of what the cursor is on, by a filter"},
	{ACTION_ORDER,	 STATISTICS, "o", "order", ARGUMENT_NONE, "Order",
	 "by count, by rate, by name"},
	{ACTION_NEXT_PANE, STATISTICS, "Tab", "next-kind", ARGUMENT_NONE, "Kind",
	 "events, tasks, CPUs"},
	{ACTION_PREVIOUS_PANE, STATISTICS, "S-Tab", "previous-kind", ARGUMENT_NONE, NULL,
	 "back to the ones before"},
	{ACTION_OPEN,	 LATENCY, "Enter", "worst", ARGUMENT_NONE, "Worst",
	 "the row at which the longest of these ended"},
	{ACTION_ORDER,	 LATENCY, "o", "order", ARGUMENT_NONE, "Order",
	 "by maximum, by p99, by count, by total"},
	{ACTION_NEXT_PANE, LATENCY, "Tab", "next-kind", ARGUMENT_NONE, "Kind",
	 "wakeups, interrupts, softirqs, calls, timers"},
	{ACTION_PREVIOUS_PANE, LATENCY, "S-Tab", "previous-kind", ARGUMENT_NONE, NULL,
	 "back to the ones before"},
	{ACTION_TOGGLE,	 CPUS, "Space", "toggle", ARGUMENT_NONE, "Choose",
	 "show this CPU, or show it no more"},
	{ACTION_TOGGLE_ALL, CPUS, "a", "toggle-all", ARGUMENT_NONE, "All",
	 "all CPUs, or none"},
	{ACTION_OPEN,	 CPUS, "Enter", "use", ARGUMENT_NONE, "Show",
	 "show the chosen CPUs"},
	{ACTION_EDIT,	 CPUS, "e", "edit", ARGUMENT_NONE, "Edit",
	 "edit them as a list, such as 0-3,8"},
	{ACTION_TYPE,	 CPUS, "0 1 2 3 4 5 6", "type", ARGUMENT_NONE, NULL,
	 "begin to type such a list"},
	{ACTION_TYPE,	 CPUS, "7 8 9", "type-too", ARGUMENT_NONE, NULL,
	 "the same"},
	{ACTION_TOGGLE,	 ENABLED, "Space", "toggle", ARGUMENT_NONE, "Toggle",
	 "enable or disable the event, or the whole system"},
	{ACTION_OPEN,	 ENABLED, "Enter", "open", ARGUMENT_NONE, "Open",
	 "open or close the system; toggle the event"},
	{ACTION_RIGHT,	 ENABLED, "Right ]", "unfold", ARGUMENT_NONE, NULL,
	 "open the system"},
	{ACTION_LEFT,	 ENABLED, "Left [", "fold", ARGUMENT_NONE, NULL,
	 "close the system"},
	{ACTION_SEARCH_NAMES, ENABLED, "/ F3", "find", ARGUMENT_NONE, "Find",
	 "show only events whose names contain a text"},
	{ACTION_EDIT,	 ENABLED, "f F4 \\", "condition", ARGUMENT_NONE, "Filter",
	 "let the guest's kernel record only some of it"},
	{ACTION_TOGGLE_ALL, ENABLED, "a", "only-enabled", ARGUMENT_NONE, "Enabled",
	 "show only what is enabled, or all"},
	{ACTION_RESTORE, ENABLED, "u", "undo", ARGUMENT_NONE, "Undo",
	 "put back all that was changed here"},
	{ACTION_RELIST,	 ENABLED, "R F5", "relist", ARGUMENT_NONE, NULL,
	 "ask the guest again"},
	{ACTION_LEAVE_LIST, ENABLED, "Esc Backspace", "close", ARGUMENT_NONE, NULL,
	 "show all again; back, but never leave"},
	{ACTION_PAGE_DOWN, CPUS | ENABLED, "PgDn ^F", "page-down", ARGUMENT_NONE, NULL,
	 "one page down"},
	{ACTION_OPEN,	 SETTINGS, "Enter", "change", ARGUMENT_NONE, "Change",
	 "change the setting under the cursor"},
	{ACTION_WRITE_SETTINGS, SETTINGS, "W", "write", ARGUMENT_NONE, "Write",
	 "write the settings into their file"},
	{ACTION_PREPARE, DOMAINS, "i", "prepare", ARGUMENT_NONE, "Prepare",
	 "give the domain channels and a share; asks first"},
	{ACTION_ORDER,	 DOMAINS, "o", "order", ARGUMENT_NONE, "Order",
	 "by name, prepared first, by state, by vCPUs"},
	{ACTION_RELIST,	 DOMAINS, "R F5", "relist", ARGUMENT_NONE, "Refresh",
	 "list again; connect to libvirt again if needed"},
	{ACTION_NEXT_ROW, DETAIL, "n Right ]", "next-row", ARGUMENT_NONE, "Next",
	 "the same of the next row that is shown"},
	{ACTION_PREVIOUS_ROW, DETAIL, "p Left [ N", "previous-row", ARGUMENT_NONE, "Previous",
	 "the same of the row before"},
	{ACTION_TRACE,	 GUEST, "t F9", "trace", ARGUMENT_NONE, "Start",
	 "start or stop tracing in the guest"},
	{ACTION_FOLLOW,	 EVENTS, "F F8 G End", "follow", ARGUMENT_NONE, "Follow",
	 "stay at the newest events; moving up ends it"},
	{ACTION_FREEZE,	 EVENTS, "p", "freeze", ARGUMENT_ON_OFF, "Freeze",
	 "hold this screen; events are still received"},
	{ACTION_GOTO, EVENTS, "^G", "goto", ARGUMENT_TIME, NULL,
	 "go to a time: as in TIME, +S or -S from here, NN%"},
	{ACTION_SEARCH, EVENTS, "/ F3", "search", ARGUMENT_PATTERN, "Find",
	 "look for a regular expression in the rows"},
	{ACTION_FILTER, EVENTS, "f F4 \\", "filter", ARGUMENT_FILTER, "Filter",
	 "choose the events to show; all are recorded"},
	{ACTION_CPUS,	 EVENTS, "c", "cpus", ARGUMENT_CPUS, "CPUs",
	 "choose the CPUs to show; as a list: 0-3,8"},
	{ACTION_ENABLE,	 GUEST, "E", "enable", ARGUMENT_EVENTS, "Enable",
	 "events of the guest: enable some; by LIST: more"},
	{ACTION_ENABLE,	 ENABLED, "E", "enable", ARGUMENT_EVENTS, NULL,
	 "back to what is shown; with LIST enable these"},
	{ACTION_MERGE,	 EVENTS, "m 1", "merge", ARGUMENT_ON_OFF, "Merge",
	 "one merged timeline, or a pane for each CPU"},
	{ACTION_DETAIL,	 EVENTS, "Enter", "detail", ARGUMENT_NONE, "Detail",
	 "fields, bytes and format of the row at the cursor"},
	{ACTION_SAVE,	 GUEST, "s", "save", ARGUMENT_PATH, "Save",
	 "save the events held as a new capture"},
	{ACTION_RECORD,	 GUEST, "S", "record", ARGUMENT_PATH, NULL,
	 "record what comes from now on; S again ends it"},
	{ACTION_DOMAINS, IN_EVERY_VIEW & ~DOMAINS, "d F2", "domains", ARGUMENT_NONE, "Domains",
	 "choose another domain; which are prepared"},
	{ACTION_HELP,	 IN_EVERY_VIEW, "? h F1", "help", ARGUMENT_NONE, "Help",
	 "these keys"},
	{ACTION_BACK,	 IN_EVERY_VIEW, "q F10", "back", ARGUMENT_NONE, "Back",
	 "back; from the first view, leave"},
	{ACTION_CLOSE,	 LISTS & ~ENABLED, "Esc Backspace", "close", ARGUMENT_NONE, NULL,
	 "back, but never leave"},
	{ACTION_QUIT,	 IN_EVERY_VIEW, "Q ^C", "quit", ARGUMENT_NONE, NULL,
	 "leave; tracing that was started here is stopped"},
	{ACTION_ONLY,	 EVENTS, "+", "only", ARGUMENT_NONE, NULL,
	 "show only this event, task or CPU"},
	{ACTION_WITHOUT, EVENTS, "-", "without", ARGUMENT_NONE, NULL,
	 "show no more of this event, task or CPU"},
	{ACTION_UNFILTER, EVENTS, "=", "unfilter", ARGUMENT_NONE, NULL,
	 "show everything, or what the filter shows"},
	{ACTION_NEXT,	 EVENTS, "n", "next", ARGUMENT_NONE, NULL,
	 "the next row with it; wraps at the newest"},
	{ACTION_PREVIOUS, EVENTS, "N", "previous", ARGUMENT_NONE, NULL,
	 "the one before; wraps at the oldest"},
	{ACTION_NEXT_BREAK, EVENTS, "x", "next-loss", ARGUMENT_NONE, NULL,
	 "the next lost events, gap or bad page"},
	{ACTION_PREVIOUS_BREAK, EVENTS, "X", "previous-loss", ARGUMENT_NONE, NULL,
	 "the ones before"},
	{ACTION_BOOKMARK, EVENTS, "M", "bookmark", ARGUMENT_LETTER, NULL,
	 "name the row at the cursor by a letter"},
	{ACTION_JUMP, EVENTS, "'", "jump", ARGUMENT_LETTER, NULL,
	 "go to the row with a letter; '' goes back"},
	{ACTION_CANCEL,	 EVENTS, "Esc", "cancel", ARGUMENT_NONE, NULL,
	 "end a search; mark what it looks for no more"},
	{ACTION_NEXT_PANE, EVENTS, "Tab", "next-pane", ARGUMENT_NONE, NULL,
	 "the next CPU's pane; moves act on the marked one"},
	{ACTION_PREVIOUS_PANE, EVENTS, "S-Tab", "previous-pane", ARGUMENT_NONE, NULL,
	 "the previous CPU's pane"},
	{ACTION_NEXT_PANES, EVENTS, "}", "more-panes", ARGUMENT_NONE, NULL,
	 "the next screenful of panes"},
	{ACTION_PREVIOUS_PANES, EVENTS, "{", "former-panes", ARGUMENT_NONE, NULL,
	 "the screenful before"},
	{ACTION_TIMES,	 EVENTS, "T", "times", ARGUMENT_NONE, NULL,
	 "trace clock, since start, row by row, time of day"},
	{ACTION_NEXT_PANE, DETAIL, "Tab", "next-part", ARGUMENT_NONE, "Part",
	 "fields, bytes, text: what moves act on"},
	{ACTION_PREVIOUS_PANE, DETAIL, "S-Tab", "previous-part", ARGUMENT_NONE, NULL,
	 "the one before"},
	{ACTION_VIEWS,	 IN_EVERY_VIEW & ~IN_VIEW(VIEW_HELP), "v", "view", ARGUMENT_VIEW, NULL,
	 "the next view: statistics, latency, log; or NAME"},
	{ACTION_CLEAR,	 EVENTS, "C", "clear", ARGUMENT_NONE, NULL,
	 "forget the events held; files are left alone"},
	{ACTION_FORMATS, GUEST, "R F5", "formats", ARGUMENT_NONE, NULL,
	 "get the event formats again; restart the engine"},
	{ACTION_POST_MORTEM, GUEST, "", "post-mortem", ARGUMENT_NONE, NULL,
	 "read what the ring in its memory has; a hang, say"},
	{ACTION_ENABLE_ONLY, GUEST | ENABLED, "", "events", ARGUMENT_EVENTS, NULL,
	 "enable these in the guest, and no others"},
	{ACTION_DISABLE, GUEST | ENABLED, "", "disable", ARGUMENT_EVENTS, NULL,
	 "disable events in the guest: sched,timer:hr*"},
	{ACTION_TRACER,	 STEERED, "", "tracer", ARGUMENT_NAME, NULL,
	 "the guest's tracer: function_graph, nop, ..."},
	{ACTION_FTRACE_FILTER, STEERED, "", "ftrace-filter", ARGUMENT_LIST, NULL,
	 "functions that it traces: vfs_*,tcp_*; or none"},
	{ACTION_KPROBE,	 STEERED, "", "kprobe", ARGUMENT_PROBE, NULL,
	 "add p:NAME FUNCTION, remove NAME; alone: list"},
	{ACTION_CLOCK,	 STEERED, "", "clock", ARGUMENT_NAME, NULL,
	 "clock of the guest's time stamps: local, mono"},
	{ACTION_BUFFER_KB, STEERED, "", "buffer-kb", ARGUMENT_NUMBER, NULL,
	 "KiB of the ring buffer of each of its CPUs"},
	{ACTION_SUBBUF_KB, STEERED, "", "subbuf-kb", ARGUMENT_NUMBER, NULL,
	 "KiB of a page of it (Linux 6.8 and later)"},
	{ACTION_PID,	 STEERED, "", "pid", ARGUMENT_LIST, NULL,
	 "record only these tasks: 12,4711; or none"},
	{ACTION_TRIGGER, STEERED, "", "trigger", ARGUMENT_TRIGGER, NULL,
	 "what the guest does when that event happens"},
	{ACTION_SNAPSHOT, STEERED, "", "snapshot", ARGUMENT_SNAPSHOT, NULL,
	 "set aside what the guest's ring buffer holds"},
	{ACTION_MARK,	 STEERED, "", "mark", ARGUMENT_TEXT, NULL,
	 "write a text into the guest's trace"},
	{ACTION_RESTORE_ALL, STEERED, "", "restore", ARGUMENT_NONE, NULL,
	 "put back all that was changed in the guest"},
	{ACTION_PING,	 STEERED, "", "ping", ARGUMENT_NONE, NULL,
	 "does the agent in the guest answer?"},
	{ACTION_METERS,	 IN_EVERY_VIEW, "#", "meters", ARGUMENT_ON_OFF, NULL,
	 "hide or show the CPU meters and the time line"},
	{ACTION_MOUSE,	 IN_EVERY_VIEW, "", "mouse", ARGUMENT_ON_OFF, NULL,
	 "wheel scrolls, a click chooses, two are Enter"},
	{ACTION_COLUMNS, EVENTS, "", "columns", ARGUMENT_COLUMNS, NULL,
	 "columns of rows, as in time,task:20,event,detail"},
	{ACTION_SET,	 IN_EVERY_VIEW, "", "set", ARGUMENT_SETTING, NULL,
	 "change a setting; alone, show all; NAME? one"},
	{ACTION_WRITE_SETTINGS, IN_EVERY_VIEW & ~SETTINGS, "W", "write", ARGUMENT_NONE, NULL,
	 "write the settings into their file"},
	{ACTION_COMMAND, IN_EVERY_VIEW, ":", "command", ARGUMENT_NONE, NULL,
	 "type a command: these names, Tab completes them"},
	{ACTION_REDRAW,	 IN_EVERY_VIEW, "^L", "redraw", ARGUMENT_NONE, NULL,
	 "paint the screen again"},
	{ACTION_SUSPEND, IN_EVERY_VIEW, "^Z", "suspend", ARGUMENT_NONE, NULL,
	 "put the console to sleep; fg wakes it"},
	{ACTION_UP,	 IN_EVERY_VIEW, "Up k", "up", ARGUMENT_NONE, NULL,
	 "one row up"},
	{ACTION_DOWN,	 IN_EVERY_VIEW, "Down j", "down", ARGUMENT_NONE, NULL,
	 "one row down"},
	{ACTION_PAGE_UP, IN_EVERY_VIEW, "PgUp b ^B", "page-up", ARGUMENT_NONE, NULL,
	 "one page up"},
	{ACTION_PAGE_DOWN, IN_EVERY_VIEW & ~(CPUS | ENABLED), "PgDn Space ^F", "page-down", ARGUMENT_NONE, NULL,
	 "one page down"},
	{ACTION_HALF_UP, IN_EVERY_VIEW, "^U", "half-up", ARGUMENT_NONE, NULL,
	 "half a page up"},
	{ACTION_HALF_DOWN, IN_EVERY_VIEW, "^D", "half-down", ARGUMENT_NONE, NULL,
	 "half a page down"},
	{ACTION_HOME,	 IN_EVERY_VIEW, "g Home", "home", ARGUMENT_NONE, NULL,
	 "the oldest, or the first row"},
	{ACTION_END,	 LISTS, "G End", "end", ARGUMENT_NONE, NULL,
	 "the last row"},
	{ACTION_LEFT,	 EVENTS, "Left [", "left", ARGUMENT_NONE, NULL,
	 "see more to the left of long rows"},
	{ACTION_RIGHT,	 EVENTS, "Right ]", "right", ARGUMENT_NONE, NULL,
	 "see more to the right of long rows"},
};

static const struct {
	const char *name;
	int key;
} names[] = {
	{"Enter", '\r'}, {"Esc", KEY_ESCAPE}, {"Space", ' '},
	{"Backspace", KEY_FUNCTION(KEY_BACKSPACE)},
	{"Tab", '\t'},		      {"S-Tab", KEY_FUNCTION(KEY_BTAB)},
	{"Up", KEY_FUNCTION(KEY_UP)}, {"Down", KEY_FUNCTION(KEY_DOWN)},
	{"Left", KEY_FUNCTION(KEY_LEFT)}, {"Right", KEY_FUNCTION(KEY_RIGHT)},
	{"PgUp", KEY_FUNCTION(KEY_PPAGE)}, {"PgDn", KEY_FUNCTION(KEY_NPAGE)},
	{"Home", KEY_FUNCTION(KEY_HOME)}, {"End", KEY_FUNCTION(KEY_END)},
};
/* clang-format on */

static const char *const argument_names[ARGUMENT_KINDS] = {
	[ARGUMENT_NONE] = "",
	[ARGUMENT_ON_OFF] = "on|off",
	[ARGUMENT_CPUS] = "LIST",
	[ARGUMENT_PATH] = "PATH",
	[ARGUMENT_VIEW] = "NAME",
	[ARGUMENT_PATTERN] = "REGEX",
	[ARGUMENT_TIME] = "TIME",
	[ARGUMENT_LETTER] = "a-z",
	[ARGUMENT_FILTER] = "EXPR",
	[ARGUMENT_SETTING] = "NAME VALUE",
	[ARGUMENT_COLUMNS] = "LIST",
	[ARGUMENT_EVENTS] = "LIST",
	[ARGUMENT_NAME] = "NAME",
	[ARGUMENT_LIST] = "LIST",
	[ARGUMENT_NUMBER] = "N",
	[ARGUMENT_PROBE] = "PROBE",
	[ARGUMENT_TEXT] = "TEXT",
	[ARGUMENT_TRIGGER] = "EVENT TRIGGER",
	[ARGUMENT_SNAPSHOT] = "take|free",
};

const char *argument_name(enum argument argument)
{
	return argument_names[argument];
}

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

/* Some terminals send a line feed or curses' own code for Enter, and ^H or DEL for Backspace. */
static int normal_key(int key)
{
	if (key == '\b' || key == 0x7f)
		return KEY_FUNCTION(KEY_BACKSPACE);
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

const struct keymap_entry *keymap_named(enum view_id view, const char *name, size_t length,
					bool *ambiguous)
{
	const struct keymap_entry *found = NULL;

	*ambiguous = false;
	for (size_t i = 0; length && i < sizeof(entries) / sizeof(entries[0]); i++) {
		if (!(entries[i].views & IN_VIEW(view)) ||
		    strncmp(entries[i].name, name, length) != 0)
			continue;
		if (strlen(entries[i].name) == length) {
			*ambiguous = false;
			return &entries[i];
		}
		*ambiguous |= found != NULL;
		found = &entries[i];
	}
	return *ambiguous ? NULL : found;
}
