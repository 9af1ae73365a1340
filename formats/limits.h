/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How large what comes from a guest may be: every limit in one place, with its reason. Whoever
 * meets more says so in a sentence, or cuts and counts it; nobody makes room for it. Included
 * wherever such things are read; it declares nothing else. Limits of a trace.dat, which a person
 * names, are in tui/engine/dat_private.h and dat_clock.h.
 *
 * doc/SECURITY.md has them in a table, with the test of each at the limit and beyond it; "make
 * lint" compares.
 */
#ifndef VTRACE_FORMATS_LIMITS_H
#define VTRACE_FORMATS_LIMITS_H

/* ---- channels and the control port ---- */

/* At most so many CPUs have a stream (the limit of the 2012 agent, MAX_CPUS). */
#define VTRACE_MAX_CPUS 256

/* A line on the control port, its LF included, in bytes: one page, which a port takes at once. */
#define VTRACE_LINE_MAX 4096

/* Sub-buffer sizes in bytes that the host accepts: the ring buffer's smallest is one 4 KiB page;
 * kernels since 6.8 allow orders above 0 (buffer_subbuf_size_kb), 64 KiB pages exist on arm64. */
#define VTRACE_SUBBUF_MIN 4096
#define VTRACE_SUBBUF_MAX (1024 * 1024)

/* Bytes of what could be pages that are walked through for each byte in which a page is looked for,
 * since a guest can make all of them look like one; mostly the first is one. */
#define PAGE_FIND_WORK 256

/* ---- the formats bundle (formats/bundle.h) ---- */

/* A guest with every driver loaded has about 2,500 events and 12 MiB of kallsyms. */
#define VTRACE_BUNDLE_MAX	  (64u * 1024 * 1024)
#define VTRACE_BUNDLE_SECTION_MAX (48u * 1024 * 1024)
#define VTRACE_BUNDLE_SECTIONS	  16384

/* Bytes of a section's name ("events/SYSTEM/NAME"), of a header value (uname -r has 64), and of
 * the lines that they stand in; NUL or LF included. */
#define VTRACE_BUNDLE_NAME_MAX	192
#define VTRACE_BUNDLE_VALUE_MAX 256
#define VTRACE_BUNDLE_LINE_MAX	385

/* Events that a guest may have; an allyesconfig kernel has about 5,000. */
#define VTRACE_EVENTS_MAX 16384
/* Bytes of an event's or a system's name, NUL included; Linux has none above 60. */
#define VTRACE_EVENT_NAME_MAX 128

/* Longest task name in a record, NUL included (Linux, TASK_COMM_LEN). */
#define VTRACE_COMM_LEN 16

/* Fields of one event, common ones apart; the largest in Linux has about 60. */
#define FORMAT_FIELDS_MAX 1024

/* What libtraceevent is given of one event's format (tui/engine/format_bounds.h): bytes, brackets
 * and signs in one another, and conversions. Debian's 1,357 events have 8 KiB, 16 and 29 at most.
 */
#define FORMAT_TEXT_MAX	       (64 * 1024)
#define FORMAT_NESTING_MAX     256
#define FORMAT_CONVERSIONS_MAX 512
/* The squares of their bytes, all formats of a bundle together, since a parser that puts tokens
 * together takes time with them: 75 times what Debian's have, or some seconds. */
#define FORMAT_WORK_MAX (65536ull * 1024 * 1024)

/* Symbols of kallsyms, and bytes of a name (Linux, KSYM_NAME_LEN); a guest with every driver
 * loaded has some 300,000. */
#define SYMBOLS_MAX	(1024 * 1024)
#define SYMBOL_NAME_MAX 512
/* Bytes of kallsyms that are searched for the symbols that print formats name. */
#define SYMBOL_SEARCH_MAX (1024u * 1024 * 1024)

/* Texts of trace_printk() in printk_formats, and bytes of a line; a kernel has some dozens. */
#define PRINTKS_MAX	65536
#define PRINTK_LINE_MAX 4096

/* Operations that a print format is compiled into; Linux needs up to about a hundred. */
#define PROGRAM_OPS_MAX 1024
/* Steps of one number in it, and how deep they lie on their stack; Linux needs six of these. */
#define VALUE_STEPS_MAX 256
#define VALUE_DEPTH	16

/* ---- what an engine holds ---- */

/* Formats sets at a time, each for the pages that came with it. */
#define FORMATS_SETS 64u

/* Tasks whose names are known, and counted: the pid_max of most machines, and as many as a kernel
 * saves (saved_cmdlines_size). */
#define COMMS_PIDS 32768
/* Names of one task, the newest: an exec, and a thread that renames itself now and then. */
#define COMMS_NAMES 4

/* Pairs of events of which the first was seen alone, and keys that pairs are summed up by: more
 * than there are tasks, and as many as somebody could look through (some 4 KiB each). */
#define OPEN_PAIRS   65536
#define LATENCY_KEYS 2048
/* Of either in one chain of a hash: a guest that picks numbers for one chain gains nothing. */
#define LATENCY_CHAIN_MAX 32

/* Texts that tell what happened between pages, the newest. */
#define NOTES_KEPT 256

/* ---- a guest's memory (tui/engine/ram.h, ring_meta.h) ---- */

/* Bytes of a sub-buffer of a ring in a reserved range, which is a page of the guest's, and how many
 * of them a CPU has with the reader's: the kernel makes no ring of fewer, and that many are 256
 * MiB. */
#define RING_SUBBUF_MIN	 4096
#define RING_SUBBUF_MAX	 65536
#define RING_SUBBUFS_MIN 3
#define RING_SUBBUFS_MAX 65536

/* Ring buffers in one memory; each is an instance that somebody named on the command line. */
#define RING_BUFFERS_MAX 16u

/* Bytes of memory that are searched for them, half a minute: holes not counted, but what is looked
 * at in vain, since a page only says that a ring buffer begins there. */
#define RAM_SEARCH_MAX (64ull * 1024 * 1024 * 1024)

/* Segments of a core; QEMU writes one for each piece of memory, of which guests have a few dozen.
 */
#define RAM_SEGMENTS_MAX 1024u
/* Of a compressed core, pages of memory, which are 1 TiB, and pieces that it is flattened into;
 * QEMU's have 16 KiB. */
#define RAM_PAGES_MAX  (256u * 1024 * 1024)
#define RAM_PIECES_MAX (1024u * 1024)

/* ---- what an engine tells the console (tui/engine/protocol.h) ---- */

/* Header and payload of a packet, bytes; within the default SO_SNDBUF. */
#define ENGINE_PACKET_MAX (128 * 1024)
/* Bytes of one record's text; longer is cut: no terminal is wider, and a record has 64 KiB. */
#define PRINT_TEXT_MAX 65536
/* Bytes of a record times what its format prints of it; beyond, the record is shown raw. */
#define PRINT_WORK_MAX (16 * 1024 * 1024)
/* The same of what libtraceevent prints, which takes many times as long. */
#define PRINT_SLOW_MAX (256 * 1024)
/* Of that text, what a row brings: several lines of the widest terminals. */
#define ENGINE_TEXT_MAX 1024
/* Bytes of an event's name in a row, and of a note's text with its end. */
#define ENGINE_NAME_MAX VTRACE_EVENT_NAME_MAX
#define ENGINE_NOTE_MAX 128
/* Bytes of a list of names that can be typed. */
#define ENGINE_WORDS_MAX (48 * 1024)
/* Names that are sorted for it, with those that are there more than once: three times the fields of
 * a kernel with every driver. A guest's formats may have ten times as many, which took 0.2 s. */
#define WORDS_SORTED 65536
/* Events, and as many tasks, that are counted by name; and keys of latencies: some screenfuls. */
#define ENGINE_COUNTS_MAX	256
#define ENGINE_LATENCY_KEYS_MAX 256

/* ---- what a person asks for, of which a guest's bytes decide what it costs ---- */

/* Numbers, names and operators of one part of a filter, bytes of its texts, and parentheses and
 * signs in one another: more than anybody writes, and no stack runs out. */
#define FILTER_NODES 256
#define FILTER_BYTES 2048
#define FILTER_DEPTH 40

/* Bytes of a pattern to look for, with its end; and its characters and the like once repetitions
 * are written out, which is what regcomp(3) does: "x++++" is 16 of them, and 30 "+" took all
 * memory. */
#define PATTERN_BYTES 256
#define PATTERN_ITEMS 1000

/* ---- captures ---- */

/* Bytes of a manifest; VTRACE_MAX_CPUS lines of CPUs and all others at their longest are below
 * 10 KiB. */
#define MANIFEST_MAX (64 * 1024)

#endif
