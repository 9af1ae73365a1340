/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzz targets share: formats bundles made in memory, records printed in every way that
 * the engine has, and a libtraceevent that prints nothing (print.c). Each target is a program of
 * libFuzzer's (clang, -fsanitize=fuzzer); tests/fuzz/run builds seeds for it and runs it.
 */
#ifndef VTRACE_TESTS_FUZZ_H
#define VTRACE_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "formats/bundle.h"
#include "tui/engine/line.h"

/* libFuzzer's, https://llvm.org/docs/LibFuzzer.html */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length);

/* A promise of the engine's to itself: a broken one is a finding, as a crash is. */
#define CHECK(condition) ((condition) ? (void)0 : check_failed(#condition, __FILE__, __LINE__))
_Noreturn void check_failed(const char *condition, const char *file, int line);

/* Memory that ends where it says, for ASan to see who looks behind it; never NULL. */
uint8_t *exactly(const void *bytes, size_t length);

/* ---- formats ---- */

/* Begin a bundle in an open file of memory, whose descriptor is writer->fd. */
void fuzz_bundle_begin(struct bundle_writer *writer, const struct page_geometry *geometry);
/*
 * Add the sections that text holds. "@SYSTEM/NAME" on a line of its own begins an event's format,
 * "@kallsyms" and the like another section; what comes before the first is passed over. Names that
 * no bundle may have are as well.
 */
void fuzz_bundle_text(struct bundle_writer *writer, const char *text, size_t length);
/* Add the events of another bundle. */
void fuzz_bundle_copy(struct bundle_writer *writer, const char *bytes, size_t length);
/* Load the bundle, and close it. plugins: with libtraceevent's. NULL when it does not load. */
struct formats *fuzz_bundle_load(struct bundle_writer *writer, bool plugins, struct comms *comms);

/* Of a recorded guest (VTRACE_FUZZ_FORMATS: a bundle of another one) and those of
 * tests/fuzz/events, for each long size and byte order, with libtraceevent's plugins. */
struct fuzz_formats {
	struct formats *formats[4];
	struct comms *comms[4];
};

void fuzz_formats_load(struct fuzz_formats *formats);
/* Which of the four is for such pages. */
static inline unsigned fuzz_formats_for(const struct page_geometry *geometry)
{
	return (geometry->long_size == 4) | geometry->big_endian << 1;
}

/* A whole file, or the end of the program with a word on why. free() it. */
char *fuzz_read(const char *path, size_t *length);

/* ---- printing ---- */

struct fuzz_print {
	struct printer printer;
	struct line_style style;
	uint8_t *large; /* PRINT_TEXT_MAX */
};

void fuzz_print_init(struct fuzz_print *print);
/* Print the record of job, whose data is exact, as a row, as a line, and as one of at most small
 * bytes. next is the record behind it or NULL. */
void fuzz_print_record(struct fuzz_print *print, struct print_job *job, const struct record *next,
		       size_t small);

#endif
