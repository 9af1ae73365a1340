// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/notrace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/names.h"

/* A pump a CPU, the main thread and the exporter, with room to spare. */
#define THREADS_MAX (VTRACE_MAX_CPUS + 16)

static const char *const lists[] = {"set_event_notrace_pid", "set_ftrace_notrace_pid"};

struct threads {
	long id[THREADS_MAX];
	size_t count;
};

static int own_threads(struct threads *threads)
{
	DIR *tasks = opendir("/proc/self/task");
	const struct dirent *task;

	if (!tasks)
		return -errno;
	threads->count = 0;
	while ((task = readdir(tasks)) && threads->count < THREADS_MAX) {
		long id = strtol(task->d_name, NULL, 10);

		if (id > 0)
			threads->id[threads->count++] = id;
	}
	closedir(tasks);
	return 0;
}

int notrace_add_threads(const struct tracefs *tracefs)
{
	char text[THREADS_MAX * 12];
	struct threads threads;
	size_t used = 0;
	int err = own_threads(&threads);

	if (err)
		return err;
	for (size_t i = 0; i < threads.count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%ld ", threads.id[i]);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		/* Without O_TRUNC the kernel adds to the list. */
		int list_err = tracefs_write(tracefs->instance, lists[i], O_APPEND, text);

		if (list_err && list_err != -ENOENT)
			err = list_err;
	}
	return err;
}

void notrace_without(const char *list, const long *threads, size_t count, char *kept)
{
	static const char digits[] = "0123456789";

	/* What is no number is skipped: blanks, and the words that stand for an empty list. */
	while (*(list += strcspn(list, digits))) {
		char *end;
		long id = strtol(list, &end, 10);
		bool ours = false;

		for (size_t i = 0; i < count && !ours; i++)
			ours = threads[i] == id;
		if (!ours) {
			memcpy(kept, list, (size_t)(end - list));
			kept += end - list;
			*kept++ = ' ';
		}
		list = end;
	}
	*kept = '\0';
}

static int remove_from(const struct tracefs *tracefs, const char *list,
		       const struct threads *threads)
{
	char *text, *kept;
	size_t length;
	int err = tracefs_read(tracefs->instance, list, 1 << 20, &text, &length);

	if (err)
		return err == -ENOENT ? 0 : err;
	kept = malloc(length + 2);
	if (kept) {
		notrace_without(text, threads->id, threads->count, kept);
		err = tracefs_write(tracefs->instance, list, O_TRUNC, kept);
	} else {
		err = -ENOMEM;
	}
	free(kept);
	free(text);
	return err;
}

int notrace_remove_threads(const struct tracefs *tracefs)
{
	struct threads threads;
	int err = own_threads(&threads);

	if (err)
		return err;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		int list_err = remove_from(tracefs, lists[i], &threads);

		if (list_err)
			err = list_err;
	}
	return err;
}
