// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "tui/console/journal.h"

static const struct journal_entry *numbered(const struct journal *journal, uint64_t number)
{
	return &journal->entries[number % JOURNAL_ENTRIES];
}

void journal_add(struct journal *journal, enum guest_severity severity, const char *text)
{
	struct journal_entry *entry = &journal->entries[journal->count % JOURNAL_ENTRIES];
	uint64_t more;
	const struct journal_entry *current = journal_current(journal, &more);

	/* Chatter must not push off the line what somebody has to see; an answer is to be seen in
	 * the place of the sentence that it had not come. */
	if (severity > GUEST_DETAIL && (!current || current == entry || severity > GUEST_WAITING ||
					current->severity <= GUEST_WAITING))
		journal->shown = journal->count;
	clock_gettime(CLOCK_REALTIME, &entry->when);
	entry->severity = severity;
	snprintf(entry->text, sizeof(entry->text), "%s", text);
	if (severity == GUEST_DETAIL) {
		if (journal->acknowledged == journal->count)
			journal->acknowledged++;
		else
			journal->details++;
	}
	journal->count++;
}

void journal_printf(struct journal *journal, enum guest_severity severity, const char *format, ...)
{
	char text[sizeof(journal->entries[0].text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	journal_add(journal, severity, text);
}

void journal_acknowledge(struct journal *journal)
{
	journal->acknowledged = journal->count;
	journal->details = 0;
}

const struct journal_entry *journal_current(const struct journal *journal, uint64_t *more)
{
	uint64_t unseen = journal->count - journal->acknowledged;

	if (!unseen || journal->count - journal->shown > JOURNAL_ENTRIES)
		return NULL;
	*more = unseen - 1 - journal->details;
	return numbered(journal, journal->shown);
}

size_t journal_held(const struct journal *journal)
{
	return journal->count < JOURNAL_ENTRIES ? (size_t)journal->count : JOURNAL_ENTRIES;
}

const struct journal_entry *journal_at(const struct journal *journal, size_t index)
{
	return numbered(journal, journal->count - journal_held(journal) + index);
}
