/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The manifest of a capture as text: "vtrace-capture 1", then lines of KEY VALUE. Called by the
 * capture's writer and reader; it opens no file. doc/vtrace-capture.5 documents the keys.
 */
#ifndef VTRACE_CAPTURE_MANIFEST_H
#define VTRACE_CAPTURE_MANIFEST_H

#include <stddef.h>

#include "tui/capture/capture.h"

#define MANIFEST_FILE "manifest"

/* The text of manifest, malloc()ed, *length bytes; NULL without memory or with a time that has no
 * year. Control characters in strings are written as \xNN. */
char *manifest_format(const struct capture_manifest *manifest, size_t *length);

/* 0, or -EINVAL with a sentence in error that begins with the line's number. Keys that are not
 * known are passed over, so that a later version can add some. */
int manifest_parse(struct capture_manifest *manifest, const char *text, size_t length, char *error,
		   size_t error_size);

/* Are the numbers such as a capture can have? The sentence says which are not. 0 or -EINVAL. */
int manifest_check_geometry(const struct capture_manifest *manifest, char *error,
			    size_t error_size);

#endif
