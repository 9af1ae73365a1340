/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where in a channel's bytes pages start, when what came before does not tell: a reader came in the
 * middle of one, or a guest rebooted there. Called by streams. It changes nothing.
 */
#ifndef VTRACE_ENGINE_PAGE_FIND_H
#define VTRACE_ENGINE_PAGE_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/engine/page.h"

/* A page on whose place nothing else speaks is believed when so many follow each other. */
#define PAGE_FIND_RUN 2

/* Is this the start of a page, with nothing else to go by? The kernel zeroes what lies behind
 * the data (ring_buffer_read_page), which little else in a page looks like. Events it need not
 * have: all of them may have been discarded. */
bool page_starts(const struct page_geometry *geometry, const uint8_t *bytes);

/* The offset in left bytes at which pages follow each other: PAGE_FIND_RUN of them, or as many as
 * there are where the bytes end. left when there is none, or when PAGE_FIND_WORK did not do. */
size_t page_find(const struct page_geometry *geometry, const uint8_t *bytes, size_t left);

#endif
