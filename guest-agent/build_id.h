/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which build the running kernel is. Kernels of one release differ, and formats are of one build:
 * who has only a guest's memory finds the same id there, in its vmcoreinfo.
 */
#ifndef VTRACE_AGENT_BUILD_ID_H
#define VTRACE_AGENT_BUILD_ID_H

#include <stddef.h>

/* The GNU build id among ELF notes, of which there are length bytes, as hexadecimal digits. size
 * holds two for each of its bytes, and a NUL. 0, -ENOENT when none of them is one, -EINVAL when
 * they are cut. */
int build_id_of_notes(const void *notes, size_t length, char *text, size_t size);

/* That of /sys/kernel/notes. 0 or -errno. */
int build_id_read(char *text, size_t size);

#endif
