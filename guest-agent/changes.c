// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/changes.h"

#include <stdio.h>
#include <string.h>

struct restored {
	struct events_result events;
	struct settings_result settings;
	struct kprobes_result kprobes;
	struct triggers_result triggers;
	int snapshot; /* of snapshot_restore() */
};

void changes_begin(struct changes *changes, const struct tracefs *tracefs,
		   const struct allowed *allowed)
{
	*changes = (struct changes){
		.events = {.tracefs = tracefs, .allowed = allowed},
		.settings = {.tracefs = tracefs},
		.kprobes = {.tracefs = tracefs},
		.triggers = {.tracefs = tracefs,
			     .allowed = allowed,
			     .snapshot = &changes->snapshot},
		.snapshot = {.tracefs = tracefs},
	};
}

bool changes_of_buffer(const struct changes *changes)
{
	return changes->events.changed > 0 || settings_changed(&changes->settings) ||
	       changes->triggers.count > 0 || changes->snapshot.ours;
}

static void answer(const struct restored *restored, struct answers *answers)
{
	const char *lists[] = {restored->settings.refused, restored->kprobes.refused,
			       restored->events.refused, restored->triggers.refused,
			       restored->snapshot < 0 ? "snapshot" : ""};
	char refused[2560] = "";

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		size_t used = strlen(refused);

		if (lists[i][0])
			snprintf(refused + used, sizeof(refused) - used, "%s%s",
				 used ? "," : " refused=", lists[i]);
	}
	answers_add(answers,
		    "ok restore events=%u settings=%u kprobes=%u triggers=%u snapshot=%s%s%s%s",
		    restored->events.matched, restored->settings.restored,
		    restored->kprobes.removed, restored->triggers.removed,
		    restored->snapshot > 0 ? "freed" : "none",
		    restored->settings.left[0] ? " left=" : "", restored->settings.left, refused);
}

static void restore_buffer(struct changes *changes, bool stopped, struct restored *restored)
{
	triggers_restore(&changes->triggers, &restored->triggers);
	restored->snapshot = snapshot_restore(&changes->snapshot);
	if (changes->events.changed)
		events_restore(&changes->events, &restored->events);
	settings_restore(&changes->settings, stopped, &restored->settings);
}

void changes_restore_buffer(struct changes *changes)
{
	struct restored restored = {0};

	restore_buffer(changes, true, &restored);
}

void changes_restore(struct changes *changes, bool stopped, struct answers *answers)
{
	struct restored restored = {0};

	restore_buffer(changes, stopped, &restored);
	/* Last: probes that have a trigger, or are enabled, do not go. */
	kprobes_restore(&changes->kprobes, &restored.kprobes);
	if (answers)
		answer(&restored, answers);
}

void changes_release(struct changes *changes)
{
	events_release(&changes->events);
	settings_release(&changes->settings);
	kprobes_release(&changes->kprobes);
	triggers_release(&changes->triggers);
}
