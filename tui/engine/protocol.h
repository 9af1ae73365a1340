/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What console and engine say to each other: fixed structs over a SOCK_SEQPACKET socketpair, one
 * struct engine_header and its payload a packet, descriptors as SCM_RIGHTS. Both are of one build
 * on one host, so the structs travel in host byte order; each side still checks every length and
 * every enum, because the engine may have been taken over by a guest.
 *
 * Requests carry a serial that the reply repeats. The engine also notifies unasked (ENGINE_NEWS,
 * ENGINE_MESSAGE, ENGINE_STREAM_STATE, ENGINE_RECORD_FULL) with serial 0.
 */
#ifndef VTRACE_ENGINE_PROTOCOL_H
#define VTRACE_ENGINE_PROTOCOL_H

#include <errno.h>
#include <stdint.h>

#include "formats/names.h"
#include "tui/engine/protocol_memory.h"

#define ENGINE_PROTOCOL_VERSION 1
#define ENGINE_SOCKET_FD	3 /* the engine finds its end here */

enum engine_type {
	/* console to engine */
	ENGINE_CONFIG = 1,   /* struct engine_config + fd of memory for text; first of all, once */
	ENGINE_FORMATS,	     /* + fd of a bundle (read from its start); ENGINE_FORMATS_REPLY */
	ENGINE_STREAM,	     /* struct engine_stream + fd: read this CPU's pages from fd */
	ENGINE_CLOSE_STREAM, /* struct engine_stream (cpu): close its fd, keep its pages */
	ENGINE_DISCARD,	     /* struct engine_flag: 1 = throw away what live channels bring */
	ENGINE_RECORD,	     /* struct engine_stream (cpu) + fd: append every further page */
	ENGINE_RECORD_END,   /* no payload: close all recording fds; ENGINE_SAVE_REPLY of each */
	ENGINE_SAVE,  /* struct engine_stream (cpu) + fd: write the pages held; ENGINE_SAVE_REPLY */
	ENGINE_CLEAR, /* no payload: forget all pages held */
	ENGINE_VIEW,  /* struct engine_view; ENGINE_ROWS */
	ENGINE_PULL,  /* struct engine_pull; ENGINE_ROWS or ENGINE_LINES */
	ENGINE_STATS, /* no payload; ENGINE_STATS_REPLY */
	ENGINE_COUNTS,	      /* no payload; ENGINE_COUNTS_REPLY */
	ENGINE_RECORD_REGION, /* struct engine_region + fd: the same as ENGINE_RECORD, into there */
	ENGINE_SAVE_REGION,   /* struct engine_region + fd: likewise ENGINE_SAVE */
	ENGINE_DAT,	      /* + fd of a trace.dat, taken apart; ENGINE_DAT_REPLY */
	ENGINE_DAT_READ,      /* no payload: begin to read its pages */
	ENGINE_DAT_FORMATS,   /* + fd: write its formats as a bundle there; ENGINE_DAT_FORMATS_REPLY
			       */
	ENGINE_NAMES,  /* struct engine_names + fd: write the names of tasks known into a trace.dat
			*/
	ENGINE_FILTER, /* struct engine_filter: what views and pulls show; ENGINE_FILTER_REPLY, now
			* and whenever formats come */
	ENGINE_FIND,   /* struct engine_find; ENGINE_FOUND */
	ENGINE_SEARCH, /* struct engine_search; ENGINE_SEARCHED */
	ENGINE_FILTER_TRY, /* struct engine_filter: would it be taken? ENGINE_FILTER_TRIED */
	ENGINE_SIFT,	   /* no payload: count further rows that the filter shows; ENGINE_SIFTED */
	ENGINE_WORDS,	   /* struct engine_words; ENGINE_WORDS_REPLY */
	ENGINE_DETAIL,	   /* struct engine_detail_request; ENGINE_DETAIL_REPLY */
	ENGINE_LATENCY,	   /* struct engine_latency; ENGINE_LATENCIES */
	ENGINE_PAUSED,	/* no payload: tracing was off between what channels have brought and what
			 * they bring from now on */
	ENGINE_DENSITY, /* struct engine_density_request; ENGINE_DENSITY_REPLY */
	ENGINE_NOTE,	/* struct engine_note: a row of it where live streams stand now */
	ENGINE_MEMORY, /* struct engine_memory + fd of a guest's memory or of a core of it: look for
			* ring buffers; ENGINE_MEMORY_REPLY */
	ENGINE_MEMORY_READ, /* struct engine_memory_read: begin to read one of them */

	/* engine to console */
	ENGINE_READY = 64, /* struct engine_text: locked down; which layers are on, which missing */
	ENGINE_FORMATS_REPLY, /* struct engine_formats_reply */
	ENGINE_SAVE_REPLY,    /* struct engine_save_reply */
	ENGINE_ROWS,	      /* struct engine_rows, then rows */
	ENGINE_STATS_REPLY, /* struct engine_stats, then engine_stats.cpus × struct engine_cpu_stats
			     */
	ENGINE_NEWS,	    /* no payload: pages or state changed; at most 30 a second */
	ENGINE_MESSAGE,	    /* struct engine_text: one sentence for a person */
	ENGINE_STREAM_STATE,	  /* struct engine_stream_state */
	ENGINE_LINES,		  /* struct engine_lines: text is in the shared memory, see there */
	ENGINE_DAT_REPLY,	  /* struct engine_dat_reply, then streams, then names of buffers */
	ENGINE_DAT_FORMATS_REPLY, /* struct engine_dat_formats_reply */
	ENGINE_COUNTS_REPLY, /* struct engine_counts, then events + tasks × struct engine_count */
	ENGINE_FILTER_REPLY, /* struct engine_filter_reply */
	ENGINE_FOUND,	     /* struct engine_found */
	ENGINE_SEARCHED,     /* struct engine_searched */
	ENGINE_FILTER_TRIED, /* struct engine_filter_reply */
	ENGINE_SIFTED,	     /* struct engine_sifted */
	ENGINE_WORDS_REPLY,  /* struct engine_words_reply, then words, each with its NUL */
	ENGINE_RECORD_FULL,  /* no payload: what is recorded has the size that was allowed */
	ENGINE_DETAIL_REPLY, /* struct engine_rows of 0 or 1 rows, then that one's engine_detail */
	ENGINE_LATENCIES, /* struct engine_latency_reply, then keys × struct engine_latency_key */
	ENGINE_DENSITY_REPLY, /* struct engine_density, then columns × struct engine_density_column
			       */
	ENGINE_MEMORY_REPLY,  /* struct engine_memory_reply, then buffers × struct
			       * engine_memory_buffer */
	ENGINE_NO_ANSWER,     /* struct engine_no_answer, of rows, latencies, density: ask again */
};

struct engine_header {
	uint32_t type;	 /* enum engine_type */
	uint32_t serial; /* chosen by the requester, repeated in the reply */
	uint32_t length; /* of the payload, bytes */
	uint32_t reserved;
};

/* Geometry is what to assume until formats say it (0: 4096 bytes, 8, little). */
struct engine_config {
	uint64_t memory; /* bytes of pages to hold, all CPUs together */
	uint64_t record; /* bytes of pages that a recording may have, all CPUs together; 0: any */
	uint32_t protocol;
	uint32_t subbuf_size; /* bytes */
	uint32_t long_size;   /* 4 or 8 */
	uint32_t big_endian;
	uint32_t require_lockdown; /* 1: end with ENGINE_EXIT_NOT_LOCKED where a layer is missing */
	uint32_t uid; /* whose the engine becomes when it is root's; 0: of vtrace, else nobody */
	uint32_t gid;
	uint32_t zero;
};

/* Exit status of an engine that could not lock itself down as it was told; stderr says how. */
#define ENGINE_EXIT_NOT_LOCKED 3
/* Of one that there was no memory for, be it the host's or what --memory allows it. */
#define ENGINE_EXIT_NO_MEMORY 4
struct engine_no_answer {
	int32_t error; /* -errno; -ENOMEM mostly */
};

enum engine_stream_kind {
	ENGINE_STREAM_CHANNEL, /* FIFO or socket: bytes come when they come */
	ENGINE_STREAM_FILE,    /* a capture's cpuN.raw: whole sub-buffers, read where it lies */
};

struct engine_stream {
	uint32_t cpu;
	uint32_t kind; /* enum engine_stream_kind, for ENGINE_STREAM */
};

/*
 * A CPU's pages in a trace.dat: from offset on, room bytes at most. At table in the same file
 * stand offset and size of them, a number of 8 bytes each, kept by the engine.
 */
struct engine_region {
	uint32_t cpu;
	uint32_t big_endian; /* 1: numbers are written so */
	uint64_t offset;     /* or ENGINE_BEHIND */
	uint64_t room;
	uint64_t table;
};

/* Of ENGINE_SAVE_REGION: right behind the pages of the one that was asked for before. */
#define ENGINE_BEHIND UINT64_MAX

/* Where a trace.dat has the names of tasks: a size of 8 bytes at offset, room bytes for the text
 * behind it, of which what is not used reads as zeroes. */
struct engine_names {
	uint64_t offset;
	uint64_t room;
	uint32_t big_endian;
	uint32_t fixed; /* 1: the size stays the room's */
	uint32_t keep;	/* 1: keep them up to date until ENGINE_RECORD_END; 0: write them once */
	uint32_t reserved;
};

struct engine_flag {
	uint32_t on;
};

#define ENGINE_NOTE_ALL UINT32_MAX

/* What happened to the guest, or one of its CPUs, between the pages that came and those that come
 * from now on. */
struct engine_note {
	uint32_t rebooted; /* 1: another kernel, whose clock began anew; its formats are to come */
	uint32_t cpu;	   /* or ENGINE_NOTE_ALL */
	char text[ENGINE_NOTE_MAX]; /* NUL-terminated, printable ASCII */
};

struct engine_text {
	char text[512]; /* NUL-terminated, printable UTF-8 */
};

struct engine_formats_reply {
	int32_t error;	 /* 0 or -errno; reason says why, or what was left out: "" nothing */
	uint32_t events; /* event formats that parsed */
	uint32_t failed; /* event formats that did not */
	uint32_t cpus;
	uint32_t subbuf_size;
	uint32_t long_size;
	uint32_t big_endian;
	uint32_t kptr_restricted; /* 1: kallsyms are all zero */
	uint64_t generation;
	char boot_id[64];
	char kernel[128];
	char machine[32];
	char clock[32];
	char reason[512];
};

/*
 * What a trace.dat holds: streams × struct engine_dat_stream follow, by slot, then buffers ×
 * char[ENGINE_NAME_MAX]. A slot is what all else calls a CPU: that is a CPU's number where only one
 * buffer has it. formats.error is of the whole file when there are no streams, and
 * formats.reason goes on from the file's name then.
 */
struct engine_dat_reply {
	struct engine_formats_reply formats;
	uint32_t version;
	uint32_t streams;
	uint32_t buffers;
	uint32_t ticks;	  /* 1: times are shown as they are, not in seconds */
	uint32_t shifted; /* 1: the file changes the times of its pages */
	uint32_t dated;	  /* 1: into times of day, ns of CLOCK_REALTIME */
	char packing[16];
	char warning[512]; /* "" or sentences that go on from the file's name: what is missing */
};

struct engine_dat_stream {
	uint32_t slot;
	uint32_t cpu;
	uint32_t buffer;
	uint32_t packed; /* 1: bytes are not those of the pages, but of what they are packed into */
	uint64_t bytes;
};

struct engine_dat_formats_reply {
	int32_t error; /* 0 or -errno */
	uint32_t reserved;
};

enum engine_channel_state {
	ENGINE_CHANNEL_NONE,	/* no source */
	ENGINE_CHANNEL_OPEN,	/* being read */
	ENGINE_CHANNEL_INDEXED, /* a file, read to its end */
	ENGINE_CHANNEL_ENDED,	/* the other side closed it */
	ENGINE_CHANNEL_FAILED,	/* a read error */
};

struct engine_stream_state {
	uint32_t cpu;
	uint32_t state; /* enum engine_channel_state */
	int32_t error;	/* -errno of ENGINE_CHANNEL_FAILED */
	uint32_t reserved;
};

/* Of a recording that has the size that was allowed: an error that no file gives. */
#define ENGINE_AT_LIMIT (-EXFULL)

struct engine_save_reply {
	uint32_t cpu;
	int32_t error; /* 0 or -errno; what was written before it is whole sub-buffers */
	uint64_t pages;
	uint64_t bytes;
	uint64_t events;       /* in these pages */
	uint64_t lost;	       /* before these pages, where they gave a count */
	uint64_t lost_unknown; /* of these pages, how many told of lost events without a count */
};

/*
 * A place in the timeline. row counts a stream's rows from 0 since the engine started and never
 * changes its meaning; ts finds the neighbourhood again when the row has been overwritten. Of a
 * file that is not indexed as far as the row, nobody knows how many come before it: row then is a
 * name with ENGINE_ROW_AHEAD, which means the same row as long as the file is open.
 */
#define ENGINE_ROW_AHEAD (UINT64_C(1) << 63)

struct engine_position {
	uint64_t ts; /* in units of the guest's trace clock, mostly ns */
	uint64_t row;
	uint32_t cpu;
	uint32_t epoch; /* counts how often the guest's clock started again (a reboot); opaque */
};

enum engine_origin {
	ENGINE_FROM_POSITION, /* the row at .at becomes the top, then moved by .skip */
	ENGINE_FROM_HEAD,     /* the oldest row held */
	ENGINE_FROM_TAIL,     /* the top is such that the newest row is the last of .count */
	ENGINE_FROM_TIME,     /* the first row that is not before .at.ts, in .at.epoch */
	ENGINE_FROM_SHARE,    /* the same for a time that is .at.row ENGINE_SHARES of the way from
			       * the oldest row of all CPUs to the newest */
};

#define ENGINE_SHARES	    1000000

#define ENGINE_CPUSET_BYTES (VTRACE_MAX_CPUS / 8) /* bit cpu % 8 of byte cpu / 8 */

/*
 * Rows for a screen, merged over the CPUs of the set in order of time. skip moves the top before
 * rows are cut: > 0 towards newer rows. The engine keeps the window filled: it never leaves
 * fewer than count rows below the top while older rows are held. Of files all rows can be had at
 * once, indexed or not.
 */
struct engine_view {
	struct engine_position at;
	uint32_t origin; /* enum engine_origin */
	int32_t skip;
	uint32_t count; /* rows wanted; the reply holds fewer when they do not fit a packet */
	uint32_t reserved;
	uint8_t cpus[ENGINE_CPUSET_BYTES];
};

#define ENGINE_PULL_ALL	  1 /* do not wait for stragglers: all that is there, now */
#define ENGINE_PULL_RESET 2 /* start again at the oldest row held */
#define ENGINE_PULL_TEXT  4 /* ENGINE_LINES in the place of ENGINE_ROWS */
#define ENGINE_PULL_TICKS 8 /* of text: the clock counts something else than nanoseconds */

/*
 * Rows for a file, each once and in order of time over the CPUs of the set. A live stream's
 * rows are given out when no other CPU can still bring older ones: a moment after they came.
 */
struct engine_pull {
	uint32_t count; /* at most; of text: events */
	uint32_t flags;
	uint8_t cpus[ENGINE_CPUSET_BYTES];
};

#define ENGINE_ROWS_HEAD  1  /* nothing older is held */
#define ENGINE_ROWS_TAIL  2  /* nothing newer is held */
#define ENGINE_ROWS_DRY	  4  /* pull: nothing more to give now */
#define ENGINE_ROWS_END	  8  /* pull: nothing more to give ever (files, all read) */
#define ENGINE_ROWS_MORE  16 /* enough was looked at for one answer: ask again */
#define ENGINE_ROWS_ABOUT 32 /* newer is an estimate: files are not indexed as far as this */

struct engine_rows {
	uint32_t count;
	uint32_t flags;
	uint64_t total;	  /* rows held over the CPUs of the set */
	uint64_t newer;	  /* of these, rows after the last one given */
	uint64_t above;	  /* view: time of the row before the first one given; 0: none is known */
	uint64_t start;	  /* view: time of the first event that any CPU ever had; 0: none yet */
	uint64_t skipped; /* pull: rows overwritten before they were pulled, since the last reply */
	uint64_t
		events; /* of count, those that are events: neither losses nor gaps nor bad pages */
	uint64_t hidden; /* with a filter: rows that it hides. pull: passed over since the last
			  * reply. view: known so far, of all CPUs' rows held */
	uint64_t unseen; /* with a filter, view: of all CPUs' rows held those that it has not looked
			  * at yet */
};

/*
 * Text is too much to be sent through a socket: it lies in memory that both sides have, made by the
 * console, ENGINE_TEXT_SLOTS of ENGINE_TEXT_SLOT bytes, which answers take in turn. A slot is the
 * console's from its answer on until it asks for so many more texts; an engine that was taken over
 * may write to it all the same, so that it is copied before it is looked at.
 */
#define ENGINE_TEXT_SLOTS 2
#define ENGINE_TEXT_SLOT  (512 * 1024)

/* Lines as trace-cmd report's, each whole and with its newline. */
struct engine_lines {
	struct engine_rows rows; /* what is true of a pull's rows */
	uint32_t slot;
	uint32_t length; /* of the text from the slot's start, bytes */
};

enum engine_row_kind {
	ENGINE_ROW_EVENT,
	ENGINE_ROW_UNKNOWN,   /* no format for this event id; detail is the record in hex */
	ENGINE_ROW_MALFORMED, /* the record contradicts its format; detail says how, then hex */
	ENGINE_ROW_LOST,      /* the guest overwrote events here; count, 0 = unknown how many */
	ENGINE_ROW_BAD_PAGE,  /* a page failed validation; detail says how */
	ENGINE_ROW_GAP,	      /* bytes of the channel that were no page; count of bytes */
	ENGINE_ROW_NOTE,      /* of an ENGINE_NOTE; detail is its text */
};

/* One row; task_len + event_len + detail_len bytes follow it, unterminated, then padding to 8. */
struct engine_row {
	struct engine_position at;
	uint64_t count; /* of LOST and GAP */
	int32_t pid;	/* -1 when there is none */
	uint16_t kind;	/* enum engine_row_kind */
	uint16_t event_id;
	uint16_t task_len;
	uint16_t event_len;
	uint16_t detail_len;
	uint16_t cpu; /* its number; at.cpu is the stream's */
};

/*
 * What is shown: rows of events that the list has and for which the expression is true; rows that
 * tell of lost events, bad pages and gaps always. Both empty: everything. NUL-terminated.
 */
struct engine_filter {
	char events[512];      /* as of -e, in vtrace-top(1) */
	char expression[1024]; /* as of -F */
};

struct engine_filter_reply {
	int32_t error;	  /* 0, or -errno: reason says why, and what was shown before still is */
	uint32_t on;	  /* 1: there is a filter now */
	uint32_t waiting; /* 1: no formats are loaded yet, and it waits for them */
	uint32_t events;  /* events of which records can pass */
	uint32_t tested;  /* of these, those whose records are looked at one by one */
	int32_t at;	  /* of a refused expression: the byte at fault; -1: not known */
	char reason[320];
};

enum engine_find_way { ENGINE_FIND_NEXT, ENGINE_FIND_PREV };

/* Look for the next row of an event that is shown and that filter lets pass as well, from .at
 * on. */
struct engine_find {
	struct engine_position at;
	uint32_t origin; /* enum engine_origin; FROM_HEAD and FROM_TAIL: .at does not matter */
	uint32_t way;	 /* enum engine_find_way */
	uint32_t here;	 /* 1: the row at .at may be found, 0: only those behind it */
	uint32_t reserved;
	uint8_t cpus[ENGINE_CPUSET_BYTES];
	struct engine_filter filter;
};

struct engine_found {
	int32_t error;	/* 0 or -errno, of the filter; reason says why */
	uint32_t found; /* 1: at is the row */
	uint32_t more;	/* 1: looked at enough for one answer; go on at .at, with .here set */
	uint32_t reserved;
	struct engine_position at;
	char reason[320];
};

/*
 * Look for the next row that is shown and in which a pattern is found, from .at on: in its text
 * "TASK-PID EVENT DETAIL", with what pattern.h says of patterns. An answer takes a few
 * milliseconds, so that what else is asked need not wait: then it says more.
 */
struct engine_search {
	struct engine_position at;
	struct engine_position end; /* where a search that began at the other end is to end */
	uint32_t origin;  /* enum engine_origin; FROM_HEAD and FROM_TAIL: .at does not matter */
	uint32_t way;	  /* enum engine_find_way */
	uint32_t here;	  /* 1: the row at .at may be found, 0: only those behind it */
	uint32_t bounded; /* 1: no row behind .end is looked at */
	uint32_t breaks;  /* 1: in the place of a pattern, rows of losses, bad pages and gaps */
	uint32_t reserved;
	uint8_t cpus[ENGINE_CPUSET_BYTES];
	char pattern[256]; /* NUL-terminated */
};

struct engine_searched {
	int32_t error;	/* 0 or -errno, of the pattern; reason says why */
	uint32_t found; /* 1: at is the row */
	uint32_t more;	/* 1: looked at enough for one answer; go on at .at */
	uint32_t here;	/* with .here set to this */
	struct engine_position at;
	uint64_t left;	 /* rows held that lie further on, with those that the filter hides */
	uint64_t behind; /* likewise, on the other side */
	char reason[192];
};

/* How much a filter shows of all rows held. hidden and unseen as in struct engine_rows. */
struct engine_sifted {
	uint64_t held;
	uint64_t hidden;
	uint64_t unseen;
	uint32_t on;   /* 1: there is a filter */
	uint32_t more; /* 1: looked at enough for one answer */
};

enum engine_words_kind {
	ENGINE_WORDS_EVENTS, /* and systems of them */
	ENGINE_WORDS_EVENT_NAMES,
	ENGINE_WORDS_FIELDS,
	ENGINE_WORDS_TASKS,
};

/* What names begin with prefix? Strings are NUL-terminated. */
struct engine_words {
	uint32_t kinds; /* of enum engine_words_kind, as bits */
	uint32_t reserved;
	char of[256];	  /* of FIELDS: events, as before the colon in a filter; "" all */
	char prefix[128]; /* of EVENTS: with a slash, names as SYSTEM/EVENT */
};

struct engine_words_reply {
	uint32_t count;
	uint32_t more; /* 1: there are others */
};

#define ENGINE_RAW_MAX	     (16 * 1024) /* bytes of a record that its detail has */
#define ENGINE_LONG_TEXT_MAX (16 * 1024) /* of a detail's text or print format; longer is cut */
#define ENGINE_VALUE_MAX     512	 /* of a field's type, value or meaning; likewise */

/* Everything about one row: that at .at, or the one step rows behind it (before it, < 0) among
 * those that are shown of these CPUs; the last one there, where there are fewer. */
struct engine_detail_request {
	struct engine_position at;
	int32_t step;
	uint32_t reserved;
	uint8_t cpus[ENGINE_CPUSET_BYTES];
};

/*
 * What is known of a row. Behind it, unterminated, the task's name, the event's and its system's,
 * the text as the row's but uncut and in lines, the text of the event's print format, and
 * raw_len bytes of the record; then padding to 8, and the fields. A row that is no event has the
 * page that it tells of for a record.
 */
struct engine_detail {
	struct engine_position at;
	uint64_t count;	   /* of LOST and GAP */
	int32_t pid;	   /* -1 when there is none */
	uint16_t kind;	   /* enum engine_row_kind */
	uint16_t event_id; /* of rows that are an event's */
	uint16_t cpu;	   /* its number; at.cpu is the stream's */
	uint16_t task_len; /* bytes, as all of these */
	uint16_t event_len;
	uint16_t system_len;
	uint16_t fields;  /* entries that follow */
	uint16_t omitted; /* for which there was no room */
	uint32_t text_len;
	uint32_t format_len;
	uint32_t size; /* of the record */
	uint32_t raw_len;
	uint32_t reserved;
};

#define ENGINE_FIELD_COMMON  1u /* one that every event has */
#define ENGINE_FIELD_OUTSIDE 2u /* the record does not have all of it */

/* A field of the record, in the order of the format; name_len + type_len + value_len +
 * meaning_len bytes follow it, unterminated, then padding to 8. */
struct engine_detail_field {
	uint32_t offset; /* in the record, bytes */
	uint32_t size;
	uint32_t data_offset; /* what a dynamic one points to */
	uint32_t data_size;
	uint32_t flags; /* ENGINE_FIELD_* */
	uint16_t name_len;
	uint16_t type_len;
	uint16_t value_len;
	uint16_t meaning_len; /* names of flags, a symbol, a task; the number in hex */
};

/* Pairs of events, and what the time between them is of. */
enum engine_latency_kind {
	ENGINE_LATENCY_WAKEUP,	/* a task was woken, and ran; by pid */
	ENGINE_LATENCY_IRQ,	/* an interrupt's handler began, and ended; by irq and handler */
	ENGINE_LATENCY_SOFTIRQ, /* the same of a softirq; by vector */
	ENGINE_LATENCY_RAISE,	/* a softirq was raised, and began; by vector */
	ENGINE_LATENCY_SYSCALL, /* a system call began, and ended; by its name */
	ENGINE_LATENCY_HRTIMER, /* a timer was due, and expired; by its function */
	ENGINE_LATENCY_KINDS
};

enum engine_latency_order {
	ENGINE_LATENCY_BY_MAX,
	ENGINE_LATENCY_BY_P99,
	ENGINE_LATENCY_BY_COUNT,
	ENGINE_LATENCY_BY_TOTAL,
	ENGINE_LATENCY_ORDERS
};

#define ENGINE_LATENCY_ALL	(UINT64_MAX)	 /* in the place of a key: every pair */
#define ENGINE_LATENCY_OTHERS	(UINT64_MAX - 1) /* those of keys that found no room */
#define ENGINE_LATENCY_NAME_MAX 48
#define ENGINE_LATENCY_POWERS	64

/*
 * Look at further rows for pairs of events, and tell what those of one kind took. All kinds are
 * measured at once, in the rows held and in those that come while this is asked again and again.
 * The numbers stay when their rows are overwritten, until ENGINE_CLEAR, or until other CPUs are
 * asked for: then all that is held is looked at once more. What a filter hides counts as well.
 */
struct engine_latency {
	uint32_t kind;			   /* enum engine_latency_kind */
	uint32_t order;			   /* enum engine_latency_order */
	uint64_t key;			   /* whose distribution is wanted */
	uint8_t cpus[ENGINE_CPUSET_BYTES]; /* on which pairs end, to be counted */
};

/* How it stands with the events that begin pairs, or end them. */
enum engine_latency_events {
	ENGINE_LATENCY_SEEN,
	ENGINE_LATENCY_UNSEEN,	  /* none has come yet */
	ENGINE_LATENCY_NO_FIELD,  /* their format lacks what is needed; fault says what */
	ENGINE_LATENCY_NO_FORMAT, /* this guest has no such event, or sent no formats */
	ENGINE_LATENCY_EVENTS
};

#define ENGINE_LATENCY_MORE	1 /* enough was looked at for one answer: ask again */
#define ENGINE_LATENCY_INDEXING 2 /* files are not read as far as would be needed to go on */

struct engine_latency_reply {
	uint32_t kind, order;
	uint32_t keys;	/* entries that follow: all pairs, others, keys in that order */
	uint32_t flags; /* ENGINE_LATENCY_* */
	uint32_t begin; /* enum engine_latency_events: those that begin pairs */
	uint32_t end;	/* and those that end them */
	uint64_t key;	/* which the powers are of */
	uint64_t powers[ENGINE_LATENCY_POWERS]; /* pairs that took 2^i or more, less than 2^(i+1) */
	uint64_t looked;			/* rows looked at */
	uint64_t left;				/* rows held that are not yet */
	uint64_t skipped;			/* rows overwritten before they were */
	uint64_t open;				/* pairs that have begun and not ended */
	uint64_t broken;     /* pairs that are not counted, as events may be missing in between */
	uint64_t unfinished; /* pairs that began again before they ended */
	uint64_t dropped;    /* pairs that found no room while open */
	uint64_t given;	     /* keys whose pairs are counted as others */
	char fault[128];     /* NUL-terminated */
};

/* Times in units of the guest's trace clock; of ENGINE_LATENCY_HRTIMER ns. */
struct engine_latency_key {
	uint64_t key;
	uint64_t count; /* pairs */
	uint64_t total;
	uint64_t p50, p99; /* within 3.2 % */
	uint64_t max;
	uint64_t began;		      /* time of the row at which the longest began */
	struct engine_position worst; /* the row at which it ended */
	int32_t pid;		      /* of the task there; of WAKEUP, that was woken */
	uint32_t reserved;
	char name[ENGINE_LATENCY_NAME_MAX]; /* NUL-terminated, as the task's */
	char task[VTRACE_COMM_LEN];
};

/* How the rows held are spread over time: all of them, whatever a filter shows. */
struct engine_density_request {
	uint32_t columns; /* into which all the time is divided; ENGINE_DENSITY_COLUMNS at most */
	uint32_t reserved;
	uint8_t cpus[ENGINE_CPUSET_BYTES];
};

#define ENGINE_DENSITY_COLUMNS 512
#define ENGINE_DENSITY_EPOCHS  8
/* No epoch is taken for longer, ns; so that the sum of all of them is a number. 36 years. */
#define ENGINE_DENSITY_SPAN (UINT64_C(1) << 60)

/* The part of an epoch that is held. */
struct engine_density_epoch {
	uint64_t first; /* times, as of a position */
	uint64_t last;	/* less than ENGINE_DENSITY_SPAN later */
	uint32_t epoch;
	uint32_t reserved;
};

/* Epochs, the oldest first, lie one behind the other as if no time were between them:
 * density_scale.h says in which column a place is. */
struct engine_density {
	uint32_t columns;
	uint32_t epoch_count; /* 0: nothing is held, all columns are empty */
	uint32_t known;	      /* columns before this one are complete; those from it on are not, as
			       * files are not indexed as far */
	uint32_t older;	      /* 1: rows of older epochs are held for which there was no room */
	struct engine_density_epoch epochs[ENGINE_DENSITY_EPOCHS];
};

struct engine_density_column {
	uint64_t events;
	uint32_t losses; /* rows that tell of lost events */
	uint32_t breaks; /* rows that tell of bad pages and gaps */
};

struct engine_stats {
	uint64_t memory_used;  /* bytes of pages held, and of their index */
	uint64_t memory_limit; /* bytes */
	uint64_t now;	       /* CLOCK_MONOTONIC ns when these were taken */
	uint32_t cpus;	       /* entries that follow */
	uint32_t formats;      /* formats sets loaded; 0: none yet */
	uint32_t indexing;     /* files not yet read to their end */
	uint32_t reserved;
	uint64_t file_bytes; /* of all files, as they lie there */
	uint64_t indexed;    /* of these, read */
};

/* Counters since the engine started; ENGINE_CLEAR leaves them alone. */
struct engine_cpu_stats {
	uint32_t cpu;
	uint32_t state;	 /* enum engine_channel_state */
	uint64_t pages;	 /* good pages */
	uint64_t bytes;	 /* read from the source */
	uint64_t events; /* in good pages */
	uint64_t lost;	 /* events that pages said were overwritten, where a count was given */
	uint64_t lost_unknown; /* pages that said so without a count */
	uint64_t bad_pages;
	uint64_t gaps;		 /* times the stream had to be found again */
	uint64_t skipped;	 /* bytes thrown away in gaps */
	uint64_t discarded;	 /* bytes thrown away on ENGINE_DISCARD */
	uint64_t unknown_events; /* of events: their id has no format */
	uint64_t first_row;	 /* oldest row held */
	uint64_t next_row;	 /* the row that will be next */
	uint64_t last_ts;	 /* of the newest event */
	uint64_t recorded;	 /* bytes appended by ENGINE_RECORD */
	uint32_t epoch;		 /* of last_ts, as of a position */
	uint32_t reserved;
};

/* What came how often since the engine started, or the guest booted: the most frequent first. */
struct engine_counts {
	uint32_t events; /* entries of events; key is the event's id */
	uint32_t tasks;	 /* entries of tasks behind them; key is the pid, -1 of too short records */
	uint64_t other_events; /* of all events, those of ids that have no entry */
	uint64_t other_tasks;  /* of all events, those of tasks that have no entry */
};

/* Of an event: no program could be made of its format, libtraceevent prints it. */
#define ENGINE_COUNT_BY_LIBTRACEEVENT 1u

struct engine_count {
	uint64_t count; /* events */
	int32_t key;
	uint32_t flags;	 /* ENGINE_COUNT_* */
	char system[48]; /* of an event, NUL-terminated, maybe cut; "" without a format */
	char name[112];	 /* of an event or a task, likewise */
};

#endif
