/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the rows held are spread over time, in some columns: the answer to ENGINE_DENSITY. Called by
 * requests.c. It reads no page and walks over no index: entries know how many rows of which kind
 * came before them, so that the two ends of a column are enough, and each is found near the one
 * before. The rows of a page are taken as spread evenly over its time.
 *
 * Of a file that is not indexed to its end, some pages are read to tell when it ends.
 */
#ifndef VTRACE_ENGINE_DENSITY_H
#define VTRACE_ENGINE_DENSITY_H

#include "tui/engine/protocol.h"
#include "tui/engine/stream.h"

struct density_reply {
	struct engine_density head;
	struct engine_density_column columns[ENGINE_DENSITY_COLUMNS]; /* head.columns are used */
};

/* Over those streams (NULL entries allowed) that the request names; its columns are valid. 0 or
 * -ENOMEM. */
int density_fill(struct density_reply *reply, const struct engine_density_request *request,
		 struct stream *const *streams, const struct stream_shared *shared);

#endif
