/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the console share: one struct console for the life of the program, handed
 * down to all of them, and what they ask of console.c and attach.c. There is nothing global.
 */
#ifndef VTRACE_CONSOLE_STATE_H
#define VTRACE_CONSOLE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/console/bookmarks.h"
#include "tui/console/enabling.h"
#include "tui/console/filtering.h"
#include "tui/console/finder.h"
#include "tui/console/journal.h"
#include "tui/console/meters.h"
#include "tui/console/ordering.h"
#include "tui/console/pointer.h"
#include "tui/console/post_mortem.h"
#include "tui/console/prompt.h"
#include "tui/console/settings.h"
#include "tui/console/statistics.h"
#include "tui/console/strip.h"
#include "tui/console/terminal.h"
#include "tui/console/view.h"
#include "tui/domain/domain.h"
#include "tui/guest/guest.h"
#include "tui/options.h"
#include "tui/start_orders.h"

/* What is to happen once the guest has stopped tracing. */
enum after_stop { AFTER_STOP_NOTHING, AFTER_STOP_OPEN, AFTER_STOP_LEAVE };

/* A capture that was written, to be named on the normal screen at the end. */
struct written {
	struct written *next;
	uint64_t pages, bytes;
	int error; /* 0 or -errno */
	char path[];
};

struct console {
	const struct options *options;
	struct settings settings;
	struct terminal *terminal;
	struct journal journal;
	struct prompt prompt;
	struct prompt_history history;
	struct finder finder;
	struct filtering filtering;
	struct enabling enabling;
	struct ordering ordering;
	struct bookmarks bookmarks; /* of rows of the guest that is open */
	struct meters meters;
	struct strip strip;
	struct pointer pointer;
	struct statistics statistics;

	struct view *views[VIEW_COUNT];
	enum view_id front; /* the view that is shown */
	enum view_id before_help;

	struct domains *domains;	   /* NULL: not connected to libvirt */
	struct guest *guest;		   /* NULL: none opened yet */
	bool from_domain;		   /* guest is a libvirt domain */
	uint8_t cpus[ENGINE_CPUSET_BYTES]; /* chosen to be shown */
	bool cpus_known;		   /* they are streams, no longer numbers of -C */
	uint64_t tracing_since;		   /* ms of console_now(); 0: not tracing */
	bool start_asked;		   /* --start was carried out */
	struct start_orders start_orders;  /* of the first guest */
	struct post_mortem post_mortem;	   /* of the domain that is open by its channels */
	bool orders_asked, orders_done;
	bool engine_mourned; /* the dead engine's restart was offered */
	bool libvirt_lost;   /* the connection is to be given up */
	bool retrying;	     /* to connect to libvirt again, by retry_timer */
	int retry_timer;
	bool came_back;	      /* the domain that was gone was started */
	bool died;	      /* it has panicked: what it did last is in its memory */
	bool relist;	      /* domains changed: the picker is out of date */
	bool record_used;     /* a guest was opened with -w */
	enum row_times times; /* how rows tell theirs */
	bool filtered;	      /* a filter chooses what is shown */
	uint64_t news;	      /* ms when the engine last had some */

	enum after_stop after_stop;
	bool stop_sent;
	bool restore_sent;	 /* of the guest's events */
	bool hurried;		 /* asked twice to leave */
	uint64_t stop_deadline;	 /* ms of console_now() */
	char *open_next;	 /* domain to open then; owned */
	struct written *written; /* newest first */

	bool dirty;	    /* the screen is out of date */
	uint64_t drawn;	    /* ms of the last frame */
	int frame_timer;    /* fires when the next frame is due */
	int beat_timer;	    /* slow: stats, clock in the title, deadlines */
	int beat_ms;	    /* what it is set to; -1: off */
	bool left;	    /* leave the loop */
	int status;	    /* of the program */
	char farewell[600]; /* a sentence for stderr, after the screen was given back */
};

/* console.c */
uint64_t console_now(void); /* CLOCK_MONOTONIC in ms */
void console_invalidate(struct console *console);
/* Do what an entry of the key table says. */
void console_act(struct console *console, const struct keymap_entry *entry);
void console_show(struct console *console, enum view_id view);
/* The view to which Back leads: events when something is open, else the picker. */
enum view_id console_root(const struct console *console);
/* Leave after having stopped what was started here; at once when called again. */
void console_leave(struct console *console);
/* Stop what was started here, then do what. */
void console_after_stop(struct console *console, enum after_stop what);

/* attach.c */
/* Does the command line name a guest or a capture? */
bool attach_named(const struct options *options);
/* Connect to libvirt unless that is done. 0, or -errno with the sentence in the journal. */
int attach_libvirt(struct console *console);
/* The same, and nothing is said. */
int attach_libvirt_quietly(struct console *console);
void attach_release_libvirt(struct console *console);
/* Open what the command line names. 0, or -errno with console->farewell set. */
int attach_from_options(struct console *console);
/* Open the domain console->open_next in the place of what is open; messages say what failed. */
void attach_domain(struct console *console);
/* The same for another domain, after stopping the tracing that was started here. */
void attach_domain_after_stop(struct console *console, const char *name);
void attach_close(struct console *console);
/* Ask whether a dead engine shall be started again. */
void attach_offer_restart(struct console *console);
/* Is the guest tracing, as far as is known? */
bool attach_tracing(const struct console *console);
/* Must tracing be stopped before the guest is let go? */
bool attach_owes_stop(const struct console *console);
/* Do what callbacks of guest and libvirt left to be done outside of them. */
void attach_settle(struct console *console);

/* commands.c */
/* Carry out an action. False: it is a move, for the view in front. */
bool command_run(struct console *console, enum action action);
/* May this be the argument of its command? */
void command_check(struct console *console, enum action action, const char *argument,
		   struct prompt_verdict *verdict);
/* Words for Tab that belong to it alone, for the length bytes of an argument before the cursor. */
void command_complete(struct console *console, enum action action, const char *argument,
		      size_t length, struct completion *completion);
/* Carry it out with an argument that was found valid. */
void command_take(struct console *console, enum action action, const char *argument);

/* command_line.c */
/* Ask for a command; with a text that is there already, which may be NULL. */
void command_line_open(struct console *console);
void command_line_ask(struct console *console, const char *text);
/* Tab in a prompt for a path: a prompt_complete_fn whose data is not looked at. */
void command_line_path(void *data, const char *text, size_t cursor, struct completion *completion);

/* title.c, footer.c */
void title_draw(struct console *console, const struct area *line);
void footer_draw(struct console *console, const struct area *line);
/* What stands in a column of the last line; NULL: nothing that can be pressed. */
const struct keymap_entry *footer_at(struct console *console, const struct area *line, int column);

#endif
