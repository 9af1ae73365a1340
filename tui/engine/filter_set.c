// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/filter_set.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void filter_set_forget(struct filter_set *set, uint32_t slot)
{
	filter_free(set->filters[slot]);
	set->filters[slot] = NULL;
}

static void forget(struct filter_set *set)
{
	for (uint32_t i = 0; i < FORMATS_SETS; i++)
		filter_set_forget(set, i);
}

void filter_set_release(struct filter_set *set)
{
	forget(set);
	set->on = false;
}

int filter_set_update(struct filter_set *set, struct formats *const *formats, uint32_t count,
		      const struct comms *comms, struct filter_report *report)
{
	bool waiting = !set->formats_count;
	int ret = 0;

	*report = (struct filter_report){.at = -1};
	set->serial++;
	set->formats_count = count;
	set->names_tasks = false;
	for (uint32_t i = 0; i < FORMATS_SETS; i++) {
		const struct filter *filter = set->filters[i];
		struct filter_report other;
		bool newest = formats[i] && formats[i]->number + 1 == count;
		int failed;

		if (!set->on || (filter && filter->formats == formats[i] && !newest))
			continue;
		filter_set_forget(set, i);
		if (!formats[i])
			continue;
		failed = filter_compile(&set->filters[i], formats[i], comms, set->asked.events,
					set->asked.expression, newest ? report : &other);
		if (newest)
			ret = failed;
	}
	if (ret && waiting) {
		set->on = false;
		forget(set);
	}
	for (uint32_t i = 0; i < FORMATS_SETS; i++)
		set->names_tasks |= set->filters[i] && set->filters[i]->names_tasks;
	return ret;
}

void filter_set_refresh(struct filter_set *set, const struct comms *comms)
{
	if (!set->names_tasks || set->names == comms_changes(comms))
		return;
	set->names = comms_changes(comms);
	set->serial++;
}

void filter_set_reply(const struct filter_set *set, const struct filter_report *report, int ret,
		      struct engine_filter_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	reply->error = ret;
	reply->on = set->on;
	reply->waiting = set->on && !set->formats_count;
	reply->events = report->events;
	reply->tested = report->tested;
	reply->at = ret ? report->at : -1;
	if (ret)
		snprintf(reply->reason, sizeof(reply->reason), "%s",
			 report->error[0] ? report->error : strerror(-ret));
}

/* Does it say anything? */
static bool is_empty(const struct engine_filter *asked)
{
	return !asked->events[strspn(asked->events, " \t\n")] &&
	       !asked->expression[strspn(asked->expression, " \t\n")];
}

int filter_set_ask(struct filter_set *set, const struct engine_filter *asked,
		   struct formats *const *formats, uint32_t count, const struct comms *comms,
		   struct engine_filter_reply *reply)
{
	struct filter_set next = {.on = !is_empty(asked), .serial = set->serial, .asked = *asked};
	struct filter_report report = {.at = -1};
	int ret = 0;

	if (next.on && !count)
		ret = filter_check(asked->expression, &report);
	if (!ret)
		ret = filter_set_update(&next, formats, count, comms, &report);
	next.formats_count = count;
	filter_set_reply(&next, &report, ret, reply);
	if (ret) {
		reply->on = set->on;
		forget(&next);
		return ret;
	}
	forget(set);
	*set = next;
	return 0;
}
