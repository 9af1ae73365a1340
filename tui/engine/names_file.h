/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names of tasks in a trace.dat that is being written: the text that trace-cmd takes for
 * tracefs/saved_cmdlines, in room that was left for it. It knows one name a task, the newest; a
 * recording keeps it up to date, so that a file whose writer was killed has names too. Used by
 * the server.
 */
#ifndef VTRACE_ENGINE_NAMES_FILE_H
#define VTRACE_ENGINE_NAMES_FILE_H

#include <stdint.h>

#include "tui/engine/comms.h"
#include "tui/engine/protocol.h"

struct names_file {
	int fd; /* owned; -1: none */
	struct engine_names place;
	uint64_t changes; /* comms_changes() when it was written */
	uint64_t time;	  /* ms, of that */
	uint64_t size;	  /* of the text */
};

#define NAMES_FILE_NONE ((struct names_file){.fd = -1})

/* Take fd over; nothing is written yet. */
void names_file_open(struct names_file *file, int fd, const struct engine_names *place);
/* Write the names, if there are others than before. 0 or -errno: -EFBIG when some did not fit. */
int names_file_write(struct names_file *file, const struct comms *comms, uint64_t now);
/* ms until they are to be written again, since there are others by then; -1: they are written. */
int names_file_due(const struct names_file *file, const struct comms *comms, uint64_t now);
void names_file_close(struct names_file *file);

#endif
