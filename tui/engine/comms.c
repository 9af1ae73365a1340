// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/comms.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/engine/siphash.h"

struct name {
	uint64_t ts;
	uint32_t epoch;
	uint32_t cpu; /* and row: by the rule of a trace.dat only */
	uint64_t row;
	char comm[VTRACE_COMM_LEN];
};

struct task {
	int32_t pid;
	int32_t next; /* index in the hash chain, -1 at its end */
	uint8_t names;
	bool listed;		       /* in saved_cmdlines */
	char base[VTRACE_COMM_LEN];    /* of saved_cmdlines; "" when not in there */
	struct name name[COMMS_NAMES]; /* oldest first */
};

struct comms {
	pthread_mutex_t *guard; /* or NULL */
	struct siphash_key key;
	int32_t bucket[COMMS_PIDS];
	uint32_t used;
	uint32_t oldest; /* the task to forget next, once all are used */
	bool first;	 /* the rule of a trace.dat */
	uint64_t changes;
	struct task task[COMMS_PIDS];
};

static const char idle[VTRACE_COMM_LEN] = "<idle>", unknown[VTRACE_COMM_LEN] = "<...>";

struct comms *comms_new(void)
{
	/* Untouched parts of the table cost no memory. */
	struct comms *comms = calloc(1, sizeof(*comms));

	if (!comms || siphash_key_init(&comms->key)) {
		free(comms);
		return NULL;
	}
	memset(comms->bucket, 0xff, sizeof(comms->bucket));
	return comms;
}

void comms_free(struct comms *comms)
{
	free(comms);
}

/* A guest may say that any numbers are pids, so it must not know which of them fall together. */
static uint32_t bucket_of(const struct comms *comms, int32_t pid)
{
	return siphash_number(&comms->key, (uint32_t)pid) % COMMS_PIDS;
}

static struct task *find_task(const struct comms *comms, int32_t pid)
{
	int32_t index = comms->bucket[bucket_of(comms, pid)];

	while (index >= 0 && comms->task[index].pid != pid)
		index = comms->task[index].next;
	return index < 0 ? NULL : (struct task *)&comms->task[index];
}

unsigned comms_steps(const struct comms *comms, int32_t pid)
{
	int32_t index = comms->bucket[bucket_of(comms, pid)];
	unsigned steps = 0;

	for (; index >= 0; index = comms->task[index].next) {
		steps++;
		if (comms->task[index].pid == pid)
			break;
	}
	return steps;
}

static void unlink_task(struct comms *comms, uint32_t victim)
{
	int32_t *link = &comms->bucket[bucket_of(comms, comms->task[victim].pid)];

	while (*link != (int32_t)victim)
		link = &comms->task[*link].next;
	*link = comms->task[victim].next;
}

static struct task *get_task(struct comms *comms, int32_t pid)
{
	struct task *task = find_task(comms, pid);
	uint32_t index, bucket;

	if (task)
		return task;
	if (comms->used < COMMS_PIDS) {
		index = comms->used++;
	} else {
		index = comms->oldest++ % COMMS_PIDS;
		unlink_task(comms, index);
	}
	task = &comms->task[index];
	memset(task, 0, sizeof(*task));
	task->pid = pid;
	bucket = bucket_of(comms, pid);
	task->next = comms->bucket[bucket];
	comms->bucket[bucket] = (int32_t)index;
	return task;
}

static void copy_comm(char *to, const char *comm, size_t length)
{
	size_t n = strnlen(comm, length);

	if (n > VTRACE_COMM_LEN - 1)
		n = VTRACE_COMM_LEN - 1;
	memcpy(to, comm, n);
	to[n] = '\0';
}

void comms_keep_first(struct comms *comms)
{
	memset(comms->bucket, 0xff, sizeof(comms->bucket));
	comms->used = comms->oldest = 0;
	comms->first = true;
}

bool comms_keeps_first(const struct comms *comms)
{
	return comms->first;
}

static void load_base(struct comms *comms, int32_t pid, const char *comm, size_t length)
{
	struct task *task = get_task(comms, pid);

	if (comms->first && task->listed)
		return;
	task->listed = true;
	copy_comm(task->base, comm, length);
	comms->changes++;
}

void comms_guard(struct comms *comms, pthread_mutex_t *lock)
{
	comms->guard = lock;
}

void comms_load(struct comms *comms, const char *text, size_t length)
{
	const char *end = text + length;

	if (comms->guard)
		pthread_mutex_lock(comms->guard);
	/* The kernel saves no more, and streams wait meanwhile. */
	for (uint32_t lines = 0; text < end && lines < COMMS_PIDS; lines++) {
		const char *line_end = memchr(text, '\n', (size_t)(end - text));
		int64_t pid = 0;
		const char *at = text;

		if (!line_end)
			line_end = end;
		while (at < line_end && *at >= '0' && *at <= '9' && pid < INT32_MAX)
			pid = pid * 10 + (*at++ - '0');
		if (at > text && at < line_end && *at == ' ' && pid <= INT32_MAX)
			load_base(comms, (int32_t)pid, at + 1, (size_t)(line_end - at - 1));
		text = line_end + 1;
	}
	if (comms->guard)
		pthread_mutex_unlock(comms->guard);
}

static int before(const struct name *name, uint32_t epoch, uint64_t ts)
{
	return name->epoch != epoch ? name->epoch < epoch : name->ts <= ts;
}

/* Is that what the task is called anyway? Nearly always, and told by the bytes: a kernel's are
 * mostly filled up with zeroes, as ours are. */
static int known(const struct comms *comms, int32_t pid, uint32_t epoch, uint64_t ts,
		 const char *comm)
{
	const struct task *task = find_task(comms, pid);
	const struct name *newest;

	if (!task || !task->names)
		return task && !memcmp(task->base, comm, VTRACE_COMM_LEN);
	newest = &task->name[task->names - 1];
	return before(newest, epoch, ts) && !memcmp(newest->comm, comm, VTRACE_COMM_LEN);
}

void comms_learn(struct comms *comms, int32_t pid, uint32_t epoch, uint64_t ts, const char *comm,
		 size_t length)
{
	struct name name = {.ts = ts, .epoch = epoch};
	struct task *task;
	unsigned at;

	if (pid <= 0 || !comm[0] ||
	    (length >= VTRACE_COMM_LEN && known(comms, pid, epoch, ts, comm)))
		return;
	copy_comm(name.comm, comm, length);
	task = get_task(comms, pid);
	for (at = task->names; at && !before(&task->name[at - 1], epoch, ts); at--)
		;
	if (!strcmp(at ? task->name[at - 1].comm : task->base, name.comm))
		return;
	if (at && task->name[at - 1].epoch == epoch && task->name[at - 1].ts == ts &&
	    !strcmp(at > 1 ? task->name[at - 2].comm : task->base, name.comm))
		return; /* of two names at one moment the new one holds, whichever came first */
	if (at < task->names && !strcmp(task->name[at].comm, name.comm)) {
		/* Streams come one after the other: the same name, seen earlier. */
		task->name[at].ts = ts;
		task->name[at].epoch = epoch;
		return;
	}
	if (task->names == COMMS_NAMES) {
		if (!at)
			return;
		memmove(task->name, task->name + 1, sizeof(name) * (COMMS_NAMES - 1));
		task->names--;
		at--;
	}
	memmove(task->name + at + 1, task->name + at, sizeof(name) * (task->names - at));
	task->name[at] = name;
	task->names++;
	comms->changes++;
}

/* ---- the rule of a trace.dat ---- */

/* Does name hold in the row at that place? Rows are in the order of timeline.c. */
static bool behind(const struct name *name, const struct engine_position *at)
{
	if (name->epoch != at->epoch)
		return name->epoch < at->epoch;
	if (name->ts != at->ts)
		return name->ts < at->ts;
	return name->cpu != at->cpu ? name->cpu < at->cpu : name->row < at->row;
}

bool comms_wants_first(const struct comms *comms, int32_t pid, const struct engine_position *at)
{
	const struct task *task;

	if (pid <= 0)
		return false;
	task = find_task(comms, pid);
	return !task || (!task->listed && (!task->names || !behind(&task->name[0], at)));
}

void comms_learn_first(struct comms *comms, int32_t pid, const struct engine_position *at,
		       const char *comm, size_t length)
{
	struct task *task;

	if (!comms_wants_first(comms, pid, at))
		return;
	task = get_task(comms, pid);
	task->names = 1;
	task->name[0] = (struct name){at->ts, at->epoch, at->cpu, at->row, ""};
	copy_comm(task->name[0].comm, comm, length);
	comms->changes++;
}

const char *comms_find_at(const struct comms *comms, int32_t pid, const struct engine_position *at)
{
	const struct task *task;

	if (!comms->first)
		return comms_find(comms, pid, at->epoch, at->ts);
	if (!pid)
		return idle;
	task = find_task(comms, pid);
	if (task && task->listed)
		return task->base;
	return task && task->names && behind(&task->name[0], at) ? task->name[0].comm : unknown;
}

const char *comms_find(const struct comms *comms, int32_t pid, uint32_t epoch, uint64_t ts)
{
	const struct task *task;

	if (!pid)
		return idle;
	task = find_task(comms, pid);
	if (!task)
		return unknown;
	for (unsigned at = task->names; at; at--)
		if (before(&task->name[at - 1], epoch, ts))
			return task->name[at - 1].comm;
	return task->base[0] ? task->base : unknown;
}

size_t comms_text(const struct comms *comms, char *text, size_t size)
{
	size_t used = 0, total = 0;

	for (uint32_t i = 0; i < comms->used; i++) {
		const struct task *task = &comms->task[i];
		const char *comm = task->names && !comms->first ? task->name[task->names - 1].comm
								: task->base;
		char line[COMMS_LINE_MAX + 1], *end;
		size_t length;

		if (!comm[0])
			continue;
		length = (size_t)snprintf(line, sizeof(line), "%" PRId32 " %s\n", task->pid, comm);
		/* A task may be called anything; a line is one task's. */
		while ((end = memchr(line, '\n', length - 1)))
			*end = '?';
		if (used == total && length <= size - used) {
			memcpy(text + used, line, length);
			used += length;
		}
		total += length;
	}
	return total;
}

uint64_t comms_changes(const struct comms *comms)
{
	return comms->changes;
}
