/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a trace.dat needs so that its pages can be read: header_page, header_event, event formats,
 * kallsyms, printk formats, out of a formats bundle. Called by tui/capture/dat_head.c. It looks
 * into no text.
 */
#ifndef VTRACE_CAPTURE_DAT_FORMATS_H
#define VTRACE_CAPTURE_DAT_FORMATS_H

#include "formats/bundle.h"
#include "tui/capture/capture.h"
#include "tui/capture/dat_bytes.h"

/* The beginning of a section of version 7; dat_section_end() gives it its size. */
size_t dat_section(struct dat_bytes *bytes, unsigned id);
void dat_section_end(struct dat_bytes *bytes, size_t section);

/* Version 6: all of it up to the printk formats, one after the other. Of these the size is the
 * span that is returned, and the text stands at the end. A bundle of no sections is one without
 * formats: what is known of the pages' layout is in manifest. */
size_t dat_formats_6(struct dat_bytes *bytes, const struct bundle *bundle,
		     const struct capture_manifest *manifest);
/* Version 7: a section for each, and an options section that leads to these and on to the options
 * at next. Returns the place of that. */
uint64_t dat_formats_7(struct dat_bytes *bytes, const struct bundle *bundle,
		       const struct capture_manifest *manifest, uint64_t next);

#endif
