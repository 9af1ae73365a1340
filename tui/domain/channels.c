// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/channels.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/engine/client.h"
#include "tui/options.h"

/* The CPU of a port name, or -ENOENT. Strict, because two spellings of one number would be two
 * channels for one stream. */
static int port_cpu(const char *name)
{
	size_t prefix = strlen(VTRACE_CPU_PORT_PREFIX);
	const char *digits = name + prefix;
	int cpu = 0;

	if (strncmp(name, VTRACE_CPU_PORT_PREFIX, prefix) || !*digits)
		return -ENOENT;
	if (digits[0] == '0' && digits[1])
		return -ENOENT;
	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9')
			return -ENOENT;
		cpu = cpu * 10 + (*digits - '0');
		if (cpu >= VTRACE_MAX_CPUS)
			return -ENOENT;
	}
	return cpu;
}

bool channels_is_port(const char *name)
{
	return !strcmp(name, VTRACE_CONTROL_PORT) || port_cpu(name) >= 0;
}

int channels_add(struct channels *channels, const char *name, enum channel_kind kind,
		 const char *path)
{
	struct channel_place *place;
	int cpu = -1;

	if (!strcmp(name, VTRACE_CONTROL_PORT)) {
		place = &channels->control;
	} else {
		cpu = port_cpu(name);
		if (cpu < 0)
			return 0;
		place = &channels->cpu[cpu];
	}
	if (place->kind != CHANNEL_NONE)
		return -EEXIST;

	place->path = strdup(path);
	if (!place->path)
		return -ENOMEM;
	place->kind = kind;
	if (cpu >= 0)
		channels->cpus++;
	return 0;
}

int channels_note_unusable(struct channels *channels, const char *format, ...)
{
	va_list args;
	int length;

	if (channels->unusable)
		return 0;
	va_start(args, format);
	length = vasprintf(&channels->unusable, format, args);
	va_end(args);
	if (length < 0) {
		channels->unusable = NULL;
		return -ENOMEM;
	}
	return 0;
}

/* CPUs that the domain can have but that have no channel, as a list; "" when there are none. */
static void list_missing(const struct channels *channels, char *list, size_t size)
{
	uint8_t missing[ENGINE_CPUSET_BYTES] = {0};

	for (unsigned cpu = 0; cpu < channels->vcpus && cpu < VTRACE_MAX_CPUS; cpu++)
		if (channels->cpu[cpu].kind == CHANNEL_NONE)
			engine_cpuset_add(missing, cpu);
	cpulist_format(missing, list, size);
}

/* Append a part to reason, which may be cut. */
static void __attribute__((format(printf, 3, 4)))
add_reason(char *reason, size_t size, const char *format, ...)
{
	size_t length = strlen(reason);
	va_list args;

	if (length && length + 2 < size) {
		strcpy(reason + length, "; ");
		length += 2;
	}
	va_start(args, format);
	vsnprintf(reason + length, size - length, format, args);
	va_end(args);
}

const char *channels_kind_name(const struct channels *channels)
{
	static const char *const names[] = {"", "pipe", "unix", "mixed"};
	unsigned kinds = 1u << channels->control.kind;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		kinds |= 1u << channels->cpu[cpu].kind;
	return names[(kinds >> CHANNEL_PIPE & 1) | (kinds >> CHANNEL_UNIX & 1) << 1];
}

bool channels_prepared(const struct channels *channels, char *reason, size_t reason_size)
{
	bool control = channels->control.kind != CHANNEL_NONE;
	bool prepared = control && channels->cpus;
	char list[64];

	reason[0] = '\0';
	if (!control)
		add_reason(reason, reason_size, "no control channel %s", VTRACE_CONTROL_PORT);
	if (!channels->cpus)
		add_reason(reason, reason_size, "no channel %sN of any CPU",
			   VTRACE_CPU_PORT_PREFIX);
	if (prepared) {
		list_missing(channels, list, sizeof(list));
		if (*list)
			add_reason(reason, reason_size, "no channel of CPU %s", list);
		if (!channels->share)
			add_reason(
				reason, reason_size,
				"no share with the tag %s, so that formats come over the control "
				"port",
				VTRACE_SHARE_TAG);
	}
	if (channels->unusable)
		add_reason(reason, reason_size, "%s", channels->unusable);
	return prepared;
}

static void release_place(struct channel_place *place)
{
	free(place->path);
	place->path = NULL;
	place->kind = CHANNEL_NONE;
}

void channels_release(struct channels *channels)
{
	release_place(&channels->control);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		release_place(&channels->cpu[cpu]);
	free(channels->name);
	free(channels->share);
	free(channels->unusable);
	memset(channels, 0, sizeof(*channels));
}
