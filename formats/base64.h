/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes as printable ASCII, for the control port: base64 (RFC 4648, section 4, with padding).
 * Written by trace-agent, read by the console. It never allocates.
 */
#ifndef VTRACE_FORMATS_BASE64_H
#define VTRACE_FORMATS_BASE64_H

#include <stddef.h>
#include <sys/types.h>

/* Characters that so many bytes become, without a NUL; bytes that so many characters are at most.
 */
#define BASE64_CHARACTERS(bytes) (((bytes) + 2) / 3 * 4)
#define BASE64_BYTES(characters) ((characters) / 4 * 3)

/* Write length bytes as text, with a NUL behind BASE64_CHARACTERS(length). */
void base64_write(const void *bytes, size_t length, char *text);
/* Read length characters into bytes, which hold BASE64_BYTES(length). Their number, or -EINVAL for
 * anything that base64_write() does not write. */
ssize_t base64_read(const char *text, size_t length, void *bytes);

#endif
