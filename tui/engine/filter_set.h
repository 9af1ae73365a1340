/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A filter as it was asked for, compiled for each formats set that pages are held of. The server
 * has one for what is shown and one for what is looked for; timelines ask them. It outlives
 * formats: whoever loads or forgets a set says so.
 */
#ifndef VTRACE_ENGINE_FILTER_SET_H
#define VTRACE_ENGINE_FILTER_SET_H

#include "tui/engine/filter.h"
#include "tui/engine/protocol.h"

struct filter_set {
	bool on;
	uint32_t serial; /* another one whenever the same record may be judged differently */
	struct engine_filter asked;
	struct filter *filters[FORMATS_SETS]; /* by number of formats, modulo; NULL: none passes */
	uint32_t formats_count;		      /* as of the last update */
	bool names_tasks;		      /* it asks for COMM */
	uint64_t names;			      /* comms_changes() as of the last look */
};

/*
 * Ask for another filter, checked with the newest of the formats (FORMATS_SETS, by number modulo;
 * count numbers were given out). What was asked for before stays when this is refused. reply is
 * filled in every case. 0 or -errno.
 */
int filter_set_ask(struct filter_set *set, const struct engine_filter *asked,
		   struct formats *const *formats, uint32_t count, const struct comms *comms,
		   struct engine_filter_reply *reply);
/* New formats have come: compile for them. 0, or what filter_compile() says of the newest, whose
 * records then do not pass; when they are the first, the filter is off then. */
int filter_set_update(struct filter_set *set, struct formats *const *formats, uint32_t count,
		      const struct comms *comms, struct filter_report *report);
/* Say how it stands with a set after filter_set_update() gave ret and report. */
void filter_set_reply(const struct filter_set *set, const struct filter_report *report, int ret,
		      struct engine_filter_reply *reply);
/* Formats of that slot are going. */
void filter_set_forget(struct filter_set *set, uint32_t slot);
/* Before a look at records: names of tasks may have been learned, which changes answers. */
void filter_set_refresh(struct filter_set *set, const struct comms *comms);
void filter_set_release(struct filter_set *set);

/* The filter for a formats set by its number; NULL: no record of it passes. */
static inline const struct filter *filter_set_of(const struct filter_set *set, uint32_t number)
{
	return number < set->formats_count ? set->filters[number % FORMATS_SETS] : NULL;
}

#endif
