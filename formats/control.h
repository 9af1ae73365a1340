/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The grammar of the control port, version 1, for both of its ends: lines out of a byte stream,
 * requests (host to guest) and answers (guest to host). Called by trace-agent and by the
 * console's control client. It never does input or output and never allocates.
 *
 * Requests:  "1" start, "0" stop (the 2012 contract), else "VERB [ARGS]".
 * Answers:   "ok VERB [KEY=VALUE ...]", "error VERB REASON", and unasked "note TEXT".
 * Lines are printable ASCII (0x20..0x7e) ended by LF, VTRACE_LINE_MAX bytes at most with the LF.
 * doc/vtrace-protocol.7 has the verbs, their arguments and their keys.
 */
#ifndef VTRACE_FORMATS_CONTROL_H
#define VTRACE_FORMATS_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/names.h"

#define CONTROL_VERSION 1

enum control_verb {
	CONTROL_START, /* "1": start recording and moving pages; "ok 1" */
	CONTROL_STOP, /* "0": stop, flush what is left; "ok 0" once every CPU has sent its last page
		       */
	CONTROL_HELLO,	 /* "hello VERSION" */
	CONTROL_EXPORT,	 /* "export": write the formats bundle again */
	CONTROL_STATS,	 /* "stats [CPU]": counters of one CPU, or their sums */
	CONTROL_EVENTS,	 /* "events [list FROM | set|add|remove PATTERNS | restore]" */
	CONTROL_FILTER,	 /* "filter SYSTEM:EVENT [FILTER]": of what the kernel writes */
	CONTROL_TRIGGER, /* "trigger SYSTEM:EVENT [[!]TRIGGER]" */
	CONTROL_FORMATS, /* "formats [FROM]": gather the formats bundle; a part of it */
	CONTROL_PING,	 /* "ping [TEXT]": are you there? */
	CONTROL_MARK,	 /* "mark TEXT": into the trace */
	CONTROL_SYNC,	 /* "sync": send what was written so far; "ok sync" once it is sent */
	/* These ask for a setting, and with an argument change it. */
	CONTROL_CLOCK,	       /* "clock [NAME]" */
	CONTROL_BUFFER_KB,     /* "buffer-kb [N]": of one CPU */
	CONTROL_SUBBUF_KB,     /* "subbuf-kb [N]" */
	CONTROL_PID,	       /* "pid [LIST|none]": tasks whose events are recorded */
	CONTROL_TRACER,	       /* "tracer [NAME]" */
	CONTROL_FTRACE_FILTER, /* "ftrace-filter [PATTERNS|none]" */
	CONTROL_KPROBE,	       /* "kprobe [add DEFINITION | remove NAME]" */
	CONTROL_SNAPSHOT,      /* "snapshot [take|free]" */
	CONTROL_RESTORE,       /* "restore": all that requests have changed */
	CONTROL_MEMORY,	       /* "memory [keep|send]": whether pages stay in reserved memory */
	CONTROL_UNKNOWN,
};

/* Verbs as a set: bit CONTROL_X stands for the verb. */
typedef uint32_t control_verb_set;
#define CONTROL_VERBS_ALL   ((control_verb_set)((UINT64_C(1) << CONTROL_UNKNOWN) - 1))
#define CONTROL_VERBS_BYTES 512 /* of a text with the names of all, NUL included */

/* One request, cut out of a line. name and args point into the line that was parsed. */
struct control_request {
	enum control_verb verb;
	char name[32];	  /* the verb as written, shortened to fit */
	const char *args; /* after the verb and its blanks, "" when there are none */
};

enum control_answer_kind { CONTROL_OK, CONTROL_ERROR, CONTROL_NOTE };

/* One answer, cut out of a line. text points into the line. */
struct control_answer {
	enum control_answer_kind kind;
	enum control_verb verb; /* CONTROL_UNKNOWN for notes and for verbs that are not known */
	char name[32];		/* the verb as written; "" for notes */
	const char *text; /* "KEY=VALUE ..." of an ok, the reason of an error, a note's text */
};

/* Collects bytes into lines. All zero is a valid start. */
struct control_lines {
	char line[VTRACE_LINE_MAX];
	size_t length;
	bool broken; /* the line being collected is too long or holds a forbidden byte */
};

/*
 * Called once a line, without its LF (a CR before it is dropped). line is NULL for a line that
 * was too long or held bytes outside printable ASCII; the reason then says which. Both are valid
 * only during the call.
 */
typedef void control_line_fn(const char *line, const char *reason, void *data);

/* Feed length bytes as they came, split or coalesced in any way. */
void control_lines_feed(struct control_lines *lines, const char *bytes, size_t length,
			control_line_fn *fn, void *data);

/* The verb's spelling on the wire: "1", "0", "hello", ...; NULL for CONTROL_UNKNOWN. */
const char *control_verb_name(enum control_verb verb);

/* The names of the verbs of a set, in their order, with separator between. What does not fit is
 * left out; CONTROL_VERBS_BYTES hold all. */
void control_verbs(control_verb_set verbs, char separator, char *text, size_t size);

/* Parse a request line. Never fails: an unknown verb gives CONTROL_UNKNOWN. Blank lines give
 * CONTROL_UNKNOWN with an empty name; the agent ignores those. */
void control_request_parse(const char *line, struct control_request *request);

/* Parse an answer line. 0, or -EINVAL when it is neither ok, error nor note. */
int control_answer_parse(const char *line, struct control_answer *answer);

/* Find KEY=VALUE among blank-separated words. Copies VALUE (cut to size - 1 bytes) and returns
 * its full length, or -ENOENT. */
int control_value(const char *text, const char *key, char *value, size_t size);

/* The same for a decimal number. 0, -ENOENT, or -EINVAL when it is not one or overflows. */
int control_value_u64(const char *text, const char *key, uint64_t *value);

/* The value of KEY that may hold blanks, as the last one of an answer: the rest of text. NULL:
 * there is no such key. */
const char *control_rest(const char *text, const char *key);

/* Read a decimal number that fills the whole of text. 0 or -EINVAL. */
int control_number(const char *text, uint64_t *value);

/* Arguments of the settings, as both sides look at them: a number from 1 to most, one word, and
 * numbers of tasks with commas or blanks between, or "none". Kernels before 6.9 cut a longer mark
 * (Linux, kernel/trace/trace.c, TRACE_BUF_SIZE). */
#define CONTROL_MARK_MAX      1024 /* bytes of a text to be marked */
#define CONTROL_BUFFER_KB_MAX (1u << 30)
#define CONTROL_SUBBUF_KB_MAX (VTRACE_SUBBUF_MAX / 1024)
bool control_is_count(const char *text, uint64_t most);
bool control_is_word(const char *text);
bool control_is_tasks(const char *text);

#endif
