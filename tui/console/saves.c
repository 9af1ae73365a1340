// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/saves.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "tui/console/numbers.h"
#include "tui/console/state.h"

/* With less, hardly the formats of a guest have room. */
#define RECORD_ROOM (256 * 1024)

static void tell(struct console *console, enum guest_severity severity, const char *text)
{
	journal_add(&console->journal, severity, text);
}

/* ---- a path that can be written to ---- */

/* The directory in which path is to be made. */
static void directory_of(const char *path, char directory[PATH_MAX])
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	while (length && path[length - 1] != '/')
		length--;
	if (length)
		snprintf(directory, PATH_MAX, "%.*s", (int)length, path);
	else
		snprintf(directory, PATH_MAX, ".");
}

static void refuse(struct prompt_verdict *verdict, const char *directory, const char *why)
{
	verdict->state = PROMPT_INVALID;
	snprintf(verdict->why, sizeof(verdict->why), "%.200s: %s", directory, why);
}

/* needed: bytes that are to be written at least. */
static void check_path(const char *path, uint64_t needed, struct prompt_verdict *verdict)
{
	char directory[PATH_MAX], free_size[NUMBER_SIZE], needed_size[NUMBER_SIZE];
	struct statvfs fs;
	struct stat st;

	if (!*path || strlen(path) >= PATH_MAX || !lstat(path, &st)) {
		verdict->state = PROMPT_INVALID;
		snprintf(verdict->why, sizeof(verdict->why), "%s",
			 !*path ? "a path for a new directory or a .dat file is needed; Esc leaves"
			 : strlen(path) >= PATH_MAX
				 ? "no path is that long"
				 : "this exists: choose a name that is not taken");
		return;
	}
	directory_of(path, directory);
	if (stat(directory, &st) < 0)
		refuse(verdict, directory, strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		refuse(verdict, directory, strerror(ENOTDIR));
	else if (access(directory, W_OK | X_OK) < 0)
		refuse(verdict, directory, strerror(errno));
	/* Some file systems do not count, and tell of no blocks at all. */
	else if (!statvfs(directory, &fs) && fs.f_blocks &&
		 (uint64_t)fs.f_bavail * fs.f_frsize < needed) {
		verdict->state = PROMPT_INVALID;
		snprintf(verdict->why, sizeof(verdict->why),
			 "%.200s has %s free, and %s are needed", directory,
			 number_bytes(free_size, (uint64_t)fs.f_bavail * fs.f_frsize),
			 number_bytes(needed_size, needed));
	}
}

void saves_check_save(void *data, const char *path, struct prompt_verdict *verdict)
{
	const struct console *console = data;

	check_path(path, console->meters.memory_used, verdict);
}

void saves_check_record(void *data, const char *path, struct prompt_verdict *verdict)
{
	(void)data;
	check_path(path, RECORD_ROOM, verdict);
}

/* A domain's name is data: in a path it is letters, digits and a few signs. */
static void suggest_path(const struct console *console, char *path, size_t size)
{
	char name[64], when[32];
	time_t now = time(NULL);
	struct tm local;
	const char *last = strrchr(guest_name(console->guest), '/');

	snprintf(name, sizeof(name), "%s", last && last[1] ? last + 1 : guest_name(console->guest));
	for (size_t i = 0; name[i]; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-",
			    name[i]))
			name[i] = '_';
	localtime_r(&now, &local);
	strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &local);
	snprintf(path, size, "vtrace-%s-%s", name, when);
}

static void ask(struct console *console, const char *label, prompt_check_fn *check,
		void (*done)(void *data, const char *path))
{
	char path[128];

	suggest_path(console, path, sizeof(path));
	prompt_line(&console->prompt, &(struct prompt_ask){.label = label,
							   .prefill = path,
							   .check = check,
							   .complete = command_line_path,
							   .done = done,
							   .data = console});
}

/* Is there a guest? */
static bool opened(struct console *console)
{
	if (!console->guest)
		tell(console, GUEST_WARNING, "nothing is open: d chooses a domain");
	return console->guest;
}

/* ---- what is held ---- */

void saves_save(struct console *console, const char *path)
{
	char error[512];

	if (!opened(console))
		return;
	if (guest_save(console->guest, path, error, sizeof(error)) < 0)
		tell(console, GUEST_ERROR, error);
	else
		journal_printf(&console->journal, GUEST_INFO, "saving to %s...", path);
}

static void save_chosen(void *data, const char *path)
{
	if (path)
		saves_save(data, path);
}

void saves_open(struct console *console)
{
	char label[64], size[NUMBER_SIZE];

	if (!opened(console))
		return;
	snprintf(label, sizeof(label),
		 "save the %s held to:", number_bytes(size, console->meters.memory_used));
	ask(console, label, saves_check_save, save_chosen);
}

/* ---- what comes ---- */

void saves_record(struct console *console, const char *path)
{
	char error[512];

	if (!opened(console))
		return;
	if (guest_record(console->guest, path, error, sizeof(error)) < 0)
		tell(console, GUEST_ERROR, error);
	else
		journal_printf(&console->journal, GUEST_INFO,
			       "recording to %s from now on; S ends it%s", path,
			       attach_tracing(console) ? "" : ", t starts tracing");
}

static void record_chosen(void *data, const char *path)
{
	if (path)
		saves_record(data, path);
}

void saves_toggle(struct console *console)
{
	char label[64], size[NUMBER_SIZE];

	if (!opened(console))
		return;
	if (guest_recording(console->guest)) {
		guest_record_end(console->guest);
		return;
	}
	if (guest_state(console->guest) == GUEST_REPLAY) {
		tell(console, GUEST_WARNING, "a capture has all it will ever have: s saves it");
		return;
	}
	if (console->options->write_limit)
		snprintf(label, sizeof(label), "record, up to %s, to:",
			 number_bytes(size, console->options->write_limit));
	else
		snprintf(label, sizeof(label), "record from now on to:");
	ask(console, label, saves_check_record, record_chosen);
}
