/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has to be done so that a domain can be traced, or to undo that: a list of small actions,
 * and sentences for the person who is asked. Made out of what the domain has (devices.h) and
 * nothing else; setup.c carries it out. It changes nothing itself.
 */
#ifndef VTRACE_DOMAIN_SETUP_PLAN_H
#define VTRACE_DOMAIN_SETUP_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/domain/devices.h"

struct setup_options {
	bool pipe;	    /* FIFOs in the place of UNIX sockets: they wait for the next start */
	bool no_share;	    /* no 9p share */
	bool remove;	    /* undo what was added */
	const char *memory; /* "16M,sched": nothing but memory that the host can read, with such a
			     * ring in it, see setup_memory_words(); or NULL */
};

/* In the order in which a plan has them. */
enum setup_verb {
	SETUP_MAKE_PLACE, /* text: a directory, for FIFOs and share */
	SETUP_MAKE_SHARE, /* text: a directory that QEMU may write */
	SETUP_MAKE_FIFOS, /* text: path of a pipe channel, of which FIFOs are path.in, path.out */
	SETUP_DEFINE,	  /* text: the XML of the domain's next start, made of what it has now */
	SETUP_ATTACH_CONFIG, /* text: a device's XML, for the next start */
	SETUP_ATTACH_LIVE,   /* text: the same, for the running guest */
	SETUP_DETACH_LIVE,   /* text: a device's alias */
	SETUP_DETACH_CONFIG,
	SETUP_REMOVE_PLACE, /* text: the directory, with what was made in it */
};

struct setup_action {
	enum setup_verb verb;
	char *name; /* "channel trace-path-cpu0" */
	char *text;
};

/* Lines of text, one sentence each. */
struct setup_text {
	char **line;
	size_t count;
};

struct setup_plan {
	struct setup_action *action;
	size_t count;
	struct setup_text does;	 /* what the actions come to; none when there is nothing to do */
	struct setup_text notes; /* what one has to know: what waits for a start, and why */
};

/* Of a domain. One of live and config is there; ports that the plan uses are taken from both. */
struct setup_input {
	struct devices *live;	/* the running guest; NULL: it does not run */
	struct devices *config; /* its next start; NULL: it is transient and has none */
	const char *xml;	/* of its next start, with what is secret in it; or NULL */
	const char *live_xml;	/* of the running guest; or NULL. Both are for plans of memory */
	const char *place; /* absolute; where FIFOs and share are to be, and no others' files */
	bool place_there;  /* it exists */
};

/* 0, or with a sentence in error: -EEXIST when a channel that nobody can use is in the way,
 * -EOPNOTSUPP when a transient domain cannot be given what is asked for, -ENOMEM. The plan is to
 * be released in any case. */
int setup_plan_make(struct setup_plan *plan, const struct setup_input *input,
		    const struct setup_options *options, char *error, size_t error_size);
void setup_plan_release(struct setup_plan *plan);

/* ---- for those that make plans, and setup.c ---- */

/* Add an action; text is owned by the plan from now on, also after -ENOMEM. NULL is out of memory
 * as well. */
int setup_plan_add(struct setup_plan *plan, enum setup_verb verb, const char *name, char *text);
/* Add a line. 0 or -ENOMEM. */
int setup_text_add(struct setup_text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void setup_text_release(struct setup_text *text);
/* "control, CPUs 0-3" of a set of ports. */
void setup_ports_name(const bool *ports, char *text, size_t size);
/* The plan to undo, and what it undoes of memory, which goes first. As setup_plan_make(). */
int setup_plan_remove(struct setup_plan *plan, const struct setup_input *input, char *error,
		      size_t error_size);
int setup_plan_remove_memory(struct setup_plan *plan, const struct setup_input *input, char *error,
			     size_t error_size);
/* The plan for memory that the host can read, with such a ring. Likewise. */
int setup_plan_memory(struct setup_plan *plan, const struct setup_input *input, const char *ring,
		      char *error, size_t error_size);

#endif
