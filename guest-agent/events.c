// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/events.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/event_list.h"
#include "guest-agent/error_log.h"
#include "guest-agent/event_table.h"
#include "guest-agent/name_list.h"

#define SEPARATORS ", "
#define NAME_BYTES (2 * VTRACE_EVENT_NAME_MAX) /* of "SYSTEM:EVENT" */
#define FILTER_MAX 4096			       /* the kernel takes less than a page */

struct event_before {
	char system[VTRACE_EVENT_NAME_MAX], name[VTRACE_EVENT_NAME_MAX];
	bool state_changed, was_on;
	char *filter; /* malloc()ed; NULL: not changed */
};

static void count(const struct event_table *table, struct events_result *result)
{
	result->total = (unsigned)table->count;
	result->enabled = 0;
	for (size_t i = 0; i < table->count; i++)
		result->enabled += table->entry[i].on;
}

/* ---- what was changed here ---- */

static struct event_before *before_of(struct events *events, const struct event_entry *entry)
{
	struct event_before *before;

	for (size_t i = 0; i < events->changed; i++)
		if (!strcmp(events->before[i].name, entry->name) &&
		    !strcmp(events->before[i].system, entry->system))
			return &events->before[i];
	before = realloc(events->before, (events->changed + 1) * sizeof(*before));
	if (!before)
		return NULL;
	events->before = before;
	before += events->changed++;
	*before = (struct event_before){.was_on = entry->on};
	snprintf(before->system, sizeof(before->system), "%s", entry->system);
	snprintf(before->name, sizeof(before->name), "%s", entry->name);
	return before;
}

/* Events come and go, the host's own probes above all: when more is kept than there are events,
 * what is kept of those that are gone is forgotten. */
static void forget_gone(struct events *events, const struct event_table *table)
{
	size_t kept = 0;

	if (events->changed <= table->count)
		return;
	for (size_t i = 0; i < events->changed; i++) {
		const struct event_before *before = &events->before[i];

		if (event_table_find(table, before->system, before->name))
			events->before[kept++] = *before;
		else
			free(before->filter);
	}
	events->changed = kept;
}

static int remember_state(struct events *events, const struct event_entry *entry)
{
	struct event_before *before = before_of(events, entry);

	if (!before)
		return -ENOMEM;
	if (!before->state_changed)
		before->was_on = entry->on;
	before->state_changed = true;
	return 0;
}

void events_release(struct events *events)
{
	for (size_t i = 0; i < events->changed; i++)
		free(events->before[i].filter);
	free(events->before);
	events->before = NULL;
	events->changed = 0;
}

/* ---- states ---- */

static void write_order(const struct tracefs *tracefs, bool on, const char *system,
			const char *event)
{
	char text[NAME_BYTES + 4];

	snprintf(text, sizeof(text), "%s%s:%s\n", on ? "" : "!", system, event);
	/* Without O_TRUNC, which would disable all. What the kernel refused is seen afterwards, in
	 * what it did. */
	tracefs_write(tracefs->instance, "set_event", O_APPEND, text);
}

/* The events of the system that the first one is of, wherever in the table: with one word when it
 * becomes the same for all of them, else one by one. */
static void write_system(const struct tracefs *tracefs, const struct event_table *table,
			 const char *system)
{
	size_t all = 0, differ = 0, wanted = 0;

	for (size_t i = 0; i < table->count; i++) {
		const struct event_entry *entry = &table->entry[i];

		if (strcmp(entry->system, system))
			continue;
		all++;
		differ += entry->on != entry->wanted;
		wanted += entry->wanted;
	}
	if (differ > 1 && (wanted == 0 || wanted == all)) {
		write_order(tracefs, wanted > 0, system, "*");
		return;
	}
	for (size_t i = 0; differ && i < table->count; i++) {
		const struct event_entry *entry = &table->entry[i];

		if (entry->on != entry->wanted && !strcmp(entry->system, system))
			write_order(tracefs, entry->wanted, system, entry->name);
	}
}

/* Is it the first one of its system? */
static bool begins_system(const struct event_table *table, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!strcmp(table->entry[i].system, table->entry[at].system))
			return false;
	return true;
}

/* Let the kernel do what is wanted, and look what it did. */
static int apply(struct events *events, struct event_table *table, struct events_result *result)
{
	struct event_table after;
	int err;

	for (size_t i = 0; i < table->count; i++)
		if ((i == 0 || strcmp(table->entry[i - 1].system, table->entry[i].system)) &&
		    begins_system(table, i))
			write_system(events->tracefs, table, table->entry[i].system);
	err = event_table_read(events->tracefs, &after);
	if (err)
		return err;
	count(&after, result);
	for (size_t i = 0; i < table->count; i++) {
		const struct event_entry *entry = &table->entry[i], *now;

		if (entry->on == entry->wanted)
			continue;
		now = event_table_find(&after, entry->system, entry->name);
		if (!now || now->on == entry->wanted)
			continue;
		name_list_add_event(result->refused, sizeof(result->refused), entry->system,
				    entry->name);
	}
	event_table_release(&after);
	return 0;
}

/* Mark what the patterns mean. */
static void choose(struct event_table *table, enum events_order order, const char *patterns,
		   struct events_result *result)
{
	for (size_t i = 0; order == EVENTS_SET && i < table->count; i++)
		table->entry[i].wanted = false;
	while (*(patterns += strspn(patterns, SEPARATORS))) {
		size_t length = strcspn(patterns, SEPARATORS);
		unsigned before = result->matched;

		for (size_t i = 0; i < table->count; i++) {
			if (!event_entry_matches(&table->entry[i], patterns, length))
				continue;
			table->entry[i].wanted = order != EVENTS_REMOVE;
			result->matched++;
		}
		if (result->matched == before)
			name_list_add(result->unmatched, sizeof(result->unmatched), patterns,
				      length);
		patterns += length;
	}
}

/* What the guest's owner does not allow stays as it is. Whether something is left of what the
 * patterns mean; an order to set has the rest besides. */
static bool keep_allowed(const struct events *events, struct event_table *table,
			 enum events_order order, struct events_result *result)
{
	unsigned asked_for = 0;

	for (size_t i = 0; i < table->count; i++) {
		struct event_entry *entry = &table->entry[i];

		if (entry->on == entry->wanted ||
		    allowed_event(events->allowed, entry->system, entry->name))
			continue;
		asked_for += entry->wanted == (order != EVENTS_REMOVE);
		entry->wanted = entry->on;
		result->vetoed++;
		name_list_add_event(result->refused, sizeof(result->refused), entry->system,
				    entry->name);
	}
	return asked_for == 0 || asked_for < result->matched;
}

int events_order(struct events *events, enum events_order order, const char *patterns,
		 struct events_result *result)
{
	struct event_table table;
	int err = event_table_read(events->tracefs, &table);

	*result = (struct events_result){0};
	if (err)
		return err;
	forget_gone(events, &table);
	choose(&table, order, patterns, result);
	if (!result->matched && patterns[strspn(patterns, SEPARATORS)])
		err = -ENXIO;
	else if (!keep_allowed(events, &table, order, result))
		err = -EPERM;
	for (size_t i = 0; !err && i < table.count; i++)
		if (table.entry[i].on != table.entry[i].wanted)
			err = remember_state(events, &table.entry[i]);
	if (!err)
		err = apply(events, &table, result);
	else
		count(&table, result);
	event_table_release(&table);
	return err;
}

/* ---- filters ---- */

static void filter_path(const struct event_entry *entry, char *path, size_t size)
{
	snprintf(path, size, "events/%s/%s/filter", entry->system, entry->name);
}

/* The filter file's text without its line feed; *text is the caller's. */
static int read_filter(const struct events *events, const struct event_entry *entry, char **text)
{
	char path[NAME_BYTES + 32];
	size_t length;
	int err;

	filter_path(entry, path, sizeof(path));
	err = tracefs_read(events->tracefs->instance, path, FILTER_MAX, text, &length);
	if (!err)
		(*text)[strcspn(*text, "\n")] = '\0';
	return err;
}

static bool has_filter(const struct events *events, const struct event_entry *entry)
{
	char *text;
	bool has;

	if (read_filter(events, entry, &text))
		return false;
	has = strcmp(text, "none") != 0;
	free(text);
	return has;
}

static int write_filter(const struct events *events, const struct event_entry *entry,
			const char *filter)
{
	char path[NAME_BYTES + 32];

	filter_path(entry, path, sizeof(path));
	return tracefs_write(events->tracefs->instance, path, O_TRUNC, filter);
}

/* Give back what was read from there. */
static int put_filter(const struct events *events, const struct event_entry *entry,
		      const char *filter)
{
	return write_filter(events, entry, strcmp(filter, "none") ? filter : "0");
}

/* Find "SYSTEM:EVENT" in a table that is read; release it after success. */
static int find(const struct events *events, const char *event, struct event_table *table,
		struct event_entry **entry)
{
	char system[NAME_BYTES];
	char *name;
	int err;

	if (snprintf(system, sizeof(system), "%s", event) >= (int)sizeof(system) ||
	    !(name = strchr(system, ':')))
		return -ENXIO;
	*name++ = '\0';
	err = event_table_read(events->tracefs, table);
	if (err)
		return err;
	*entry = event_table_find(table, system, name);
	if (*entry)
		return 0;
	event_table_release(table);
	return -ENXIO;
}

int events_filter(const struct events *events, const char *event, char *text, size_t size)
{
	struct event_table table;
	struct event_entry *entry;
	char *filter;
	int err = find(events, event, &table, &entry);

	if (err)
		return err;
	err = read_filter(events, entry, &filter);
	event_table_release(&table);
	if (err)
		return err;
	snprintf(text, size, "%s", filter);
	free(filter);
	return 0;
}

int events_set_filter(struct events *events, const char *event, const char *filter, char *reason,
		      size_t size)
{
	struct event_before *before;
	struct event_table table;
	struct event_entry *entry;
	char *was = NULL, *log;
	size_t known;
	int err = find(events, event, &table, &entry);

	snprintf(reason, size, "%s", err == -ENXIO ? "there is no such event" : strerror(-err));
	if (err)
		return err;
	if (!allowed_event(events->allowed, entry->system, entry->name)) {
		snprintf(reason, size, ALLOWED_NOT_EVENT, event);
		event_table_release(&table);
		return -EPERM;
	}
	forget_gone(events, &table);
	err = read_filter(events, entry, &was);
	known = events->changed;
	/* Before it is changed: what can not be remembered is left as it is. */
	before = err ? NULL : before_of(events, entry);
	if (!err && !before)
		err = -ENOMEM;
	snprintf(reason, size, "%s", strerror(-err));
	log = error_log_read(events->tracefs->instance);
	if (!err && (err = write_filter(events, entry, filter))) {
		error_log_explain(events->tracefs->instance, log, err, reason, size);
		/* A filter that the kernel refuses ends the one before all the same
		 * (kernel/trace/trace_events_filter.c, apply_event_filter). */
		put_filter(events, entry, was);
	}
	if (!err && !before->filter) {
		before->filter = was;
		was = NULL;
	}
	if (err && events->changed > known)
		events->changed = known; /* nothing was: it is the last one */
	free(was);
	free(log);
	event_table_release(&table);
	return err;
}

/* ---- lists ---- */

int events_count(const struct events *events, struct events_result *result)
{
	struct event_table table;
	int err = event_table_read(events->tracefs, &table);

	*result = (struct events_result){0};
	if (err)
		return err;
	count(&table, result);
	event_table_release(&table);
	return 0;
}

int events_list(const struct events *events, unsigned from, char *text, size_t size,
		struct events_result *result)
{
	struct event_table table;
	struct event_list list;
	int err = event_table_read(events->tracefs, &table);

	*result = (struct events_result){0};
	if (err)
		return err;
	count(&table, result);
	event_list_begin(&list, text, size);
	for (size_t i = from; i < table.count; i++) {
		const struct event_entry *entry = &table.entry[i];
		enum event_state state = !entry->on		     ? EVENT_OFF
					 : has_filter(events, entry) ? EVENT_FILTERED
								     : EVENT_ON;

		if (!event_list_add(&list, entry->system, entry->name, state))
			break;
	}
	event_table_release(&table);
	return (int)list.count;
}

int events_restore(struct events *events, struct events_result *result)
{
	struct event_table table;
	int err = event_table_read(events->tracefs, &table);

	*result = (struct events_result){0};
	if (err)
		return err;
	for (size_t i = 0; i < events->changed; i++) {
		const struct event_before *before = &events->before[i];
		struct event_entry *entry = event_table_find(&table, before->system, before->name);

		if (!entry)
			continue; /* its module is gone */
		if (before->filter && put_filter(events, entry, before->filter)) {
			name_list_add_event(result->refused, sizeof(result->refused),
					    before->system, before->name);
		}
		if (before->state_changed)
			entry->wanted = before->was_on;
		result->matched++;
	}
	err = apply(events, &table, result);
	event_table_release(&table);
	/* What did not go back is remembered for the next attempt, and the rest is as it was. */
	if (!err && !result->refused[0])
		events_release(events);
	return err;
}
