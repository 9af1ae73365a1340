/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files that take a trace.dat apart share, and nobody else sees: dat.c knows how the two
 * versions are laid out, dat_formats.c turns the sections into a bundle, dat_options.c takes the
 * options and the tables of CPUs.
 *
 * Functions that read return 0, -ENODATA when the file is cut off there, -EBADMSG when it lies,
 * -E2BIG over a limit, or -ENOMEM.
 */
#ifndef VTRACE_ENGINE_DAT_PRIVATE_H
#define VTRACE_ENGINE_DAT_PRIVATE_H

#include "formats/trace_dat.h"
#include "tui/engine/dat.h"
#include "tui/engine/dat_reader.h"

/* CPUs of one buffer: the largest NR_CPUS there is (Linux, arch/x86/Kconfig). */
#define DAT_CPUS_MAX 8192
/* Buffers: as many as there can be streams. */
#define DAT_BUFFERS_MAX VTRACE_MAX_CPUS
/* Options of all sections together: a CPUSTAT for each CPU of each buffer, and so on. */
#define DAT_OPTIONS_MAX 65536
/* Bytes of an option that is looked into; the largest is a BUFFER of DAT_CPUS_MAX CPUs, or a
 * TIME_SHIFT. */
#define DAT_OPTION_MAX (32u * 1024 * 1024)

/* Bytes of options and of packed sections, however often the same ones are read: several times what
 * the largest files have. */
#define DAT_READ_MAX (256ull * 1024 * 1024)

/* So many bytes more of those are to be read. 0 or -E2BIG. */
int dat_spend(struct dat *dat, uint64_t bytes);

/* Add a sentence to the warning, or, where it does not fit, that there are more. */
void dat_warn(struct dat *dat, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Words for an error of those above. */
const char *dat_why(int error);
/* What a section holds, by its option. */
const char *dat_part(uint16_t id);

/* ---- dat_formats.c ---- */

/* The part of that id (HEADER_INFO to CMDLINES) at the reader's place, into the bundle. */
int dat_read_part(struct dat *dat, struct dat_reader *reader, uint16_t id);
/* The kernel's long size out of header_page; the file's own says what user space had. 0: unknown.
 */
uint32_t dat_kernel_long(const struct dat *dat);

/* ---- dat_options.c ---- */

/* Where the sections of version 7 lie, as options say. */
struct dat_places {
	uint64_t part[TRACE_DAT_CMDLINES + 1]; /* by id; 0: none */
	uint64_t next;			       /* version 7: of the next options; 0: none */
	bool done;			       /* the option DONE was there */
};

/* Options up to DONE; clock is where those on time go. */
int dat_read_options(struct dat *dat, struct dat_reader *reader, struct dat_clock *clock,
		     struct dat_places *places);
/* The text of tracefs/trace_clock. */
void dat_set_clock(struct dat *dat, const char *text);
/* Version 6: the table of dat->cpus CPUs of a buffer. */
int dat_read_table(struct dat *dat, struct dat_reader *reader, struct dat_buffer *buffer);
/* A new buffer at the end of the list; NULL without memory or over the limit. */
struct dat_buffer *dat_add_buffer(struct dat *dat, const char *name);

#endif
