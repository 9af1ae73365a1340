// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/search.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tui/engine/ahead.h"
#include "tui/engine/rows_private.h"

#define ROWS_A_LOOK 64 /* rows of a page that are not printed between looks at the clock */

static uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Is the row one of those that tell of what is missing? */
static bool is_break(const struct place *place)
{
	return place->lost || place->entry->kind != ENTRY_PAGE || !place->record;
}

/* A row as it is looked at: "TASK-PID EVENT DETAIL". */
static bool matches(struct search *search, struct rows *rows, const struct place *place)
{
	struct printed printed;
	char other[ROWS_OTHER_MAX], pid[16] = "";
	size_t start, end, length;

	rows_print(rows, place, &printed, other);
	/* Nothing ends it, and behind it are the ends of longer ones. */
	length = printed.detail_length < ENGINE_TEXT_MAX ? printed.detail_length : ENGINE_TEXT_MAX;
	if (printed.pid >= 0)
		snprintf(pid, sizeof(pid), "-%d ", printed.pid);
	snprintf(search->text, sizeof(search->text), "%.*s%s%.*s%s%.*s", ENGINE_NAME_MAX,
		 printed.task, pid, ENGINE_NAME_MAX, printed.event, *printed.event ? " " : "",
		 (int)length, printed.detail);
	return pattern_find(&search->pattern, search->text, 0, &start, &end);
}

/* The pattern asked for, compiled. Mostly it is the one of the last answer. */
static int use_pattern(struct search *search, const char *text, struct engine_searched *found)
{
	struct pattern_fault fault;
	int ret;

	if (search->pattern.ready && !strcmp(search->pattern.text, text))
		return 0;
	pattern_release(&search->pattern);
	ret = pattern_compile(&search->pattern, text, &fault);
	if (ret)
		snprintf(found->reason, sizeof(found->reason), "%s", fault.why);
	return ret;
}

/* Has a search that began at the other end come round to where it is to end? */
static bool is_behind(const struct engine_position *at, const struct engine_position *end,
		      enum timeline_way way)
{
	const struct engine_position *first = way == TIMELINE_NEXT ? end : at;
	const struct engine_position *second = way == TIMELINE_NEXT ? at : end;

	if (first->epoch != second->epoch)
		return first->epoch < second->epoch;
	if (first->ts != second->ts)
		return first->ts < second->ts;
	return first->cpu != second->cpu ? first->cpu < second->cpu : first->row < second->row;
}

/* Stand where the search begins. Of a file, that may be further on than it is indexed. */
static int seek(struct rows *rows, const struct engine_search *asked, enum timeline_way way,
		struct engine_searched *found)
{
	struct engine_position at = asked->at;

	if (asked->origin == ENGINE_FROM_POSITION && !ahead_settle(rows->streams, &at)) {
		snprintf(found->reason, sizeof(found->reason),
			 "the file is not read as far as this yet: look again in a moment");
		return -EAGAIN;
	}
	if (asked->origin == ENGINE_FROM_TAIL)
		timeline_seek_tail(&rows->timeline);
	else if (asked->origin == ENGINE_FROM_POSITION)
		timeline_seek_from(&rows->timeline, &at, way, asked->here);
	return 0;
}

void search_rows(struct search *search, struct rows *rows, const struct engine_search *asked,
		 struct engine_searched *found)
{
	enum timeline_way way = asked->way == ENGINE_FIND_NEXT ? TIMELINE_NEXT : TIMELINE_PREV;
	struct timeline *timeline = &rows->timeline;
	uint64_t until = clock_ms() + SEARCH_SLICE_MS;
	struct engine_position end = asked->end;
	bool bounded = asked->bounded && ahead_settle(rows->streams, &end);
	const struct entry *page = NULL;
	uint64_t looked = 0;
	struct place place;

	found->error = asked->breaks ? 0 : use_pattern(search, asked->pattern, found);
	if (!found->error)
		found->error = rows_begin(rows, asked->cpus);
	if (!found->error)
		found->error = seek(rows, asked, way, found);
	if (found->error)
		return;
	found->at = asked->at;
	while (!found->found && !found->more) {
		/* Looked at before it is passed: until then it stays where it is. */
		if (way == TIMELINE_PREV && !timeline_prev(timeline))
			break;
		if (!timeline_peek(timeline, &place))
			break;
		looked++;
		if (bounded && is_behind(&place.at, &end, way))
			return;
		found->at = place.at;
		found->found = asked->breaks ? is_break(&place) : matches(search, rows, &place);
		/* To read a page or to print a row may take ms. */
		if (!asked->breaks || place.entry != page || looked % ROWS_A_LOOK == 0)
			found->more = !found->found && clock_ms() >= until;
		page = place.entry;
		if (way == TIMELINE_NEXT)
			timeline_next(timeline);
	}
	/* The filter has looked at as much as it may without a row to show. */
	if (!found->found && timeline->stopped && !timeline_look(timeline, way, &found->at))
		found->more = found->here = 1;
	found->left = timeline_newer(timeline);
	found->behind = timeline_older(timeline);
	if (way == TIMELINE_PREV) {
		found->left = found->behind;
		found->behind = timeline_newer(timeline);
	}
}

void search_release(struct search *search)
{
	pattern_release(&search->pattern);
}
