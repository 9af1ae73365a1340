// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/event_answers.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "formats/control.h"

#define LIST_BYTES (VTRACE_LINE_MAX - 128) /* of a line, which has a few numbers before */

static void answer_error(struct answers *answers, int err)
{
	answers_add(answers, "error events cannot read available_events and set_event: %s",
		    strerror(-err));
}

static void answer_list(const struct events *events, const char *args, struct answers *answers)
{
	struct events_result result;
	char list[LIST_BYTES];
	uint64_t from;
	int count;

	if (control_number(args, &from) || from > VTRACE_EVENTS_MAX) {
		answers_add(answers, "error events list is followed by the number of the first "
				     "event to list, from 0 on");
		return;
	}
	count = events_list(events, (unsigned)from, list, sizeof(list), &result);
	if (count < 0)
		answer_error(answers, count);
	else
		answers_add(answers, "ok events from=%u count=%d total=%u enabled=%u list=%s",
			    (unsigned)from, count, result.total, result.enabled, list);
}

static void answer_order(struct events *events, enum events_order order, const char *patterns,
			 struct answers *answers)
{
	struct events_result result;
	char vetoed[24] = "";
	int err;

	if (!patterns[0] && order != EVENTS_SET) {
		answers_add(answers, "error events say which, as in sched,timer:hrtimer_*");
		return;
	}
	err = events_order(events, order, patterns, &result);
	if (result.vetoed > 0)
		snprintf(vetoed, sizeof(vetoed), " vetoed=%u", result.vetoed);
	if (err == -ENXIO)
		answers_add(answers, "error events no event is called %s; nothing was changed",
			    result.unmatched);
	else if (err == -EPERM)
		answers_add(answers, "error events " ALLOWED_NOT "; nothing was changed: %s",
			    result.refused);
	else if (err)
		answer_error(answers, err);
	else
		answers_add(answers, "ok events matched=%u total=%u enabled=%u%s%s%s%s%s",
			    result.matched, result.total, result.enabled, vetoed,
			    result.unmatched[0] ? " unmatched=" : "", result.unmatched,
			    result.refused[0] ? " refused=" : "", result.refused);
}

static void answer_restored(struct events *events, struct answers *answers)
{
	struct events_result result;
	int err = events_restore(events, &result);

	if (err)
		answer_error(answers, err);
	else
		answers_add(answers, "ok events restored=%u total=%u enabled=%u%s%s",
			    result.matched, result.total, result.enabled,
			    result.refused[0] ? " refused=" : "", result.refused);
}

static void answer_counts(const struct events *events, struct answers *answers)
{
	struct events_result result;
	int err = events_count(events, &result);

	if (err)
		answer_error(answers, err);
	else
		answers_add(answers, "ok events total=%u enabled=%u changed=%zu", result.total,
			    result.enabled, events->changed);
}

/* What stands behind the first word, when that is this one; else NULL. */
static const char *behind(const char *args, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(args, word, length) || (args[length] && args[length] != ' '))
		return NULL;
	return args + length + strspn(args + length, " ");
}

void events_answer(struct events *events, const char *args, struct answers *answers)
{
	static const struct {
		const char *word;
		enum events_order order;
	} orders[] = {{"set", EVENTS_SET}, {"add", EVENTS_ADD}, {"remove", EVENTS_REMOVE}};
	const char *rest;

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		rest = behind(args, orders[i].word);
		if (rest) {
			answer_order(events, orders[i].order, rest, answers);
			return;
		}
	}
	if (!args[0])
		answer_counts(events, answers);
	else if ((rest = behind(args, "list")))
		answer_list(events, rest, answers);
	else if (!strcmp(args, "restore"))
		answer_restored(events, answers);
	else
		answers_add(answers, "error events takes list FROM, set PATTERNS, add PATTERNS, "
				     "remove PATTERNS, restore, or nothing");
}

void filter_answer(struct events *events, const char *args, struct answers *answers)
{
	char event[2 * VTRACE_EVENT_NAME_MAX], text[VTRACE_LINE_MAX], reason[256];
	size_t length = strcspn(args, " ");
	const char *filter = args + length + strspn(args + length, " ");
	int err;

	if (length == 0 || length >= sizeof(event)) {
		answers_add(answers, "error filter say of which event, as in sched:sched_switch");
		return;
	}
	snprintf(event, sizeof(event), "%.*s", (int)length, args);
	if (filter[0]) {
		err = events_set_filter(events, event, filter, reason, sizeof(reason));
		if (err) {
			answers_add(answers, "error filter %s", reason);
			return;
		}
	}
	err = events_filter(events, event, text, sizeof(text));
	if (err == -ENXIO)
		answers_add(answers, "error filter there is no event %s", event);
	else if (err)
		answers_add(answers, "error filter cannot read it: %s", strerror(-err));
	else
		answers_add(answers, "ok filter event=%s text=%s", event, text);
}
