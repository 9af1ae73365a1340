// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/tally.h"

#include <errno.h>
#include <stdlib.h>

int tally_resize(struct tally *tally, uint32_t page_size)
{
	/* A record takes 8 bytes or more, and page_scan() writes one ahead. */
	size_t records = page_size / 8 + 1;
	struct page_record *found = calloc(records, sizeof(*found));
	struct tally_run *runs = calloc(records, sizeof(*runs));

	if (!found || !runs) {
		free(found);
		free(runs);
		return -ENOMEM;
	}
	free(tally->found);
	free(tally->runs);
	tally->found = found;
	tally->runs = runs;
	tally->run_count = tally->found_count = 0;
	return 0;
}

int tally_init(struct tally *tally, uint32_t page_size)
{
	*tally = (struct tally){
		.by_id = calloc(TALLY_IDS, sizeof(*tally->by_id)),
		.ids = calloc(TALLY_IDS + 1, sizeof(*tally->ids)),
	};
	return tally->by_id && tally->ids ? tally_resize(tally, page_size) : -ENOMEM;
}

void tally_release(struct tally *tally)
{
	free(tally->by_id);
	free(tally->ids);
	free(tally->runs);
	free(tally->found);
	*tally = (struct tally){0};
}
