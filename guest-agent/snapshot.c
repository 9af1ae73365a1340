// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/control.h"
#include "guest-agent/buffer_memory.h"
#include "guest-agent/settings.h"

/* Of a snapshot that holds events the file has all of them as text. What it says of one that is not
 * allocated is shorter than this. */
#define STATE_MAX 4096

static const char file[] = "snapshot";

int snapshot_allocated(const struct tracefs *tracefs, bool *allocated)
{
	size_t length;
	char *text;
	int err = tracefs_read(tracefs->instance, file, STATE_MAX, &text, &length);

	*allocated = true;
	if (err == -E2BIG)
		return 0;
	if (err)
		return err;
	*allocated = !strstr(text, "* Snapshot is freed *");
	free(text);
	return 0;
}

static void explain(int err, char *reason, size_t size)
{
	if (err == -ENOENT)
		snprintf(reason, size,
			 "this guest's kernel has no snapshot (CONFIG_TRACER_SNAPSHOT)");
	else if (err == -EBUSY)
		snprintf(reason, size, "the tracer uses the snapshot itself");
	else
		snprintf(reason, size, "the kernel says: %s", strerror(-err));
}

/* KiB that it takes of each CPU: as many as the traced buffer has. */
static uint64_t size_of_ring(const struct snapshot *snapshot)
{
	const struct settings settings = {.tracefs = snapshot->tracefs};
	uint64_t kb = 0, one;
	char *text;
	int err = setting_read(&settings, SETTING_BUFFER_KB, &text);

	if (!err) {
		err = control_number(text, &kb);
		free(text);
	}
	/* They differ. */
	for (unsigned cpu = 0; err && !tracefs_buffer_kb(snapshot->tracefs, cpu, &one); cpu++)
		kb = one > kb ? one : kb;
	return kb;
}

int snapshot_check(const struct snapshot *snapshot, char *reason, size_t size)
{
	bool allocated;
	int err = snapshot_allocated(snapshot->tracefs, &allocated);

	if (err) {
		explain(err, reason, size);
		return err;
	}
	if (!allocated)
		return buffer_memory_check(snapshot->tracefs, 0, size_of_ring(snapshot), reason,
					   size);
	if (snapshot->ours)
		return 0;
	snprintf(reason, size, "somebody in the guest has a snapshot, and it would be overwritten");
	return -EEXIST;
}

void snapshot_made(struct snapshot *snapshot)
{
	snapshot->ours = true;
}

static int write_order(const struct snapshot *snapshot, const char *order)
{
	return tracefs_write(snapshot->tracefs->instance, file, O_TRUNC, order);
}

static int take(struct snapshot *snapshot, char *reason, size_t size)
{
	int err = snapshot_check(snapshot, reason, size);
	bool allocated;

	if (err)
		return err;
	err = write_order(snapshot, "1\n");
	/* It may be there, and yet not taken. */
	if (!snapshot_allocated(snapshot->tracefs, &allocated) && allocated)
		snapshot->ours = true;
	if (err)
		explain(err, reason, size);
	return err;
}

static int give_back(struct snapshot *snapshot, char *reason, size_t size)
{
	bool allocated;
	int err = snapshot_allocated(snapshot->tracefs, &allocated);

	if (!err && allocated && !snapshot->ours) {
		snprintf(reason, size, "it is not the host's, but of somebody in the guest");
		return -EPERM;
	}
	if (!err)
		err = write_order(snapshot, "0\n");
	if (err)
		explain(err, reason, size);
	else
		snapshot->ours = false;
	return err;
}

void snapshot_answer(struct snapshot *snapshot, const char *args, struct answers *answers)
{
	char reason[256];
	bool allocated;
	int err = 0;

	if (!strcmp(args, "take")) {
		err = take(snapshot, reason, sizeof(reason));
	} else if (!strcmp(args, "free")) {
		err = give_back(snapshot, reason, sizeof(reason));
	} else if (args[0]) {
		answers_add(answers, "error snapshot takes take, free, or nothing");
		return;
	}
	if (!err && (err = snapshot_allocated(snapshot->tracefs, &allocated)))
		explain(err, reason, sizeof(reason));
	if (err)
		answers_add(answers, "error snapshot %s", reason);
	else
		answers_add(answers, "ok snapshot state=%s", allocated ? "allocated" : "free");
}

int snapshot_restore(struct snapshot *snapshot)
{
	char reason[256];
	int err;

	if (!snapshot->ours)
		return 0;
	err = give_back(snapshot, reason, sizeof(reason));
	return err ? err : 1;
}
