/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The numbers of trace.dat, the file of trace-cmd and KernelShark, versions 6 and 7: what both
 * the reader (tui/engine) and the writer (tui/capture) must agree on with trace-cmd. Nothing but
 * constants stands here; lengths are in bytes, numbers in a file are of its own byte order.
 *
 * Sources: trace-cmd.dat.v6(5) and trace-cmd.dat.v7(5) of trace-cmd 3.1; where a constant has
 * another one, it says so. Numbers that the manual pages leave out are those of trace-cmd 3.1,
 * lib/trace-cmd/include/private/trace-cmd-private.h.
 */
#ifndef VTRACE_FORMATS_TRACE_DAT_H
#define VTRACE_FORMATS_TRACE_DAT_H

/*
 * Both versions begin alike:
 *
 *     magic (10); version, decimal, NUL-terminated; endian (1); long size of user space (1);
 *     page size (4)
 *
 * Version 6 goes on with header info, ftrace formats, event formats, kallsyms, printk formats and
 * command lines, laid out as the sections of version 7 are but without section headers; then
 *
 *     CPUs (4); "options  \0" and options up to DONE (a bare id 0); "flyrecord\0" or
 *     "latency  \0"; for each CPU: offset (8), size (8); and, if there was an option
 *     TRACECLOCK: size (8) and text of tracefs/trace_clock (trace-cmd, trace-input.c,
 *     init_data_v6)
 *
 * A BUFFER of version 6 points to the like of this, from "options  \0" or "flyrecord\0" on.
 *
 * Version 7 goes on with
 *
 *     compression name and version, both NUL-terminated; offset of the first options section (8)
 */
#define TRACE_DAT_MAGIC	      "\x17\x08\x44tracing"
#define TRACE_DAT_MAGIC_BYTES 10
#define TRACE_DAT_VERSION_6   6
#define TRACE_DAT_VERSION_7   7
#define TRACE_DAT_LITTLE      0
#define TRACE_DAT_BIG	      1

/* Version 6: what stands before options and before the CPUs' offsets, with the NUL. */
#define TRACE_DAT_WORD_BYTES 10
#define TRACE_DAT_OPTIONS    "options  "
#define TRACE_DAT_FLYRECORD  "flyrecord"
#define TRACE_DAT_LATENCY    "latency  "

/* Version 7: names in the compression header (trace-cmd, lib/trace-cmd/trace-compress-*.c). */
#define TRACE_DAT_NONE "none"
#define TRACE_DAT_ZSTD "zstd"
#define TRACE_DAT_ZLIB "zlib"

/*
 * Version 7: header of a section: id (2), flags (2), string id of a description (4), size in the
 * file without this header (8). Of a compressed section the data is: compressed size (4), size
 * (4), bytes; of a compressed buffer: chunks (4), then as many times the same.
 */
#define TRACE_DAT_SECTION_BYTES	     16
#define TRACE_DAT_SECTION_COMPRESSED 1
#define TRACE_DAT_CHUNK_BYTES	     8 /* in front of the bytes of a chunk */

/* Both versions: header of an option: id (2), size (4). In version 6 DONE is a bare id. */
#define TRACE_DAT_OPTION_BYTES 6

/* Header info: these names, with the NUL, each before a size (8) and so many bytes. */
#define TRACE_DAT_HEADER_PAGE  "header_page"
#define TRACE_DAT_HEADER_EVENT "header_event"

/* Ids of options; those that name a section are its id as well. */
enum trace_dat_option {
	TRACE_DAT_DONE = 0,	   /* v7: offset of the next options section (8), 0: none */
	TRACE_DAT_DATE = 1,	   /* text: a number for strtoll(3), us, added to each time stamp */
	TRACE_DAT_CPUSTAT = 2,	   /* text: "CPU: N\n", then per_cpu/cpuN/stats */
	TRACE_DAT_BUFFER = 3,	   /* v6: offset (8), name; v7: see below */
	TRACE_DAT_TRACECLOCK = 4,  /* text of tracefs/trace_clock, maybe none; v7: also in BUFFER */
	TRACE_DAT_UNAME = 5,	   /* text: uname(2)'s sysname, nodename, release, machine */
	TRACE_DAT_HOOK = 6,	   /* text */
	TRACE_DAT_OFFSET = 7,	   /* text: the same in ns */
	TRACE_DAT_CPUCOUNT = 8,	   /* number (4) */
	TRACE_DAT_VERSION = 9,	   /* text: of the trace-cmd that wrote the file */
	TRACE_DAT_PROCMAPS = 10,   /* text */
	TRACE_DAT_TRACEID = 11,	   /* number (8) */
	TRACE_DAT_TIME_SHIFT = 12, /* peer's TRACEID (8), flags (4), CPUs (4), their samples */
	TRACE_DAT_GUEST = 13,	   /* name, its TRACEID (8), CPUs (4), then id (4), pid (4) */
	TRACE_DAT_TSC2NSEC = 14,   /* multiplier (4), shift (4), offset (8) */
	TRACE_DAT_STRINGS = 15,	   /* a section; no option names it, they are found in passing */
	TRACE_DAT_HEADER_INFO = 16,   /* from here on to CMDLINES: offset of the section (8) */
	TRACE_DAT_FTRACE_EVENTS = 17, /* count (4); each: size (8), bytes */
	TRACE_DAT_EVENT_FORMATS =
		18,		    /* systems (4); each: name, count (4); each: size (8), bytes */
	TRACE_DAT_KALLSYMS = 19,    /* size (4), bytes */
	TRACE_DAT_PRINTK = 20,	    /* size (4), bytes */
	TRACE_DAT_CMDLINES = 21,    /* size (8), bytes */
	TRACE_DAT_BUFFER_TEXT = 22, /* offset (8), name, clock: text of tracefs/trace */
};

/* The id of an options section. */
#define TRACE_DAT_OPTIONS_SECTION 0

/*
 * Version 7: the option BUFFER is offset of the section (8), name ("" of the top buffer), clock,
 * both NUL-terminated, page size (4), CPUs (4), and for each: id (4), offset of its data in the
 * file (8), size (8). Where the section is compressed, offset and size are those of the CPU's
 * chunks in the file: count of chunks (4), then the chunks.
 */
#define TRACE_DAT_BUFFER_CPU_BYTES 20

#endif
