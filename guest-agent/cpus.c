// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/cpus.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One decimal number at *text, which moves behind it. */
static int cut_number(const char **text, unsigned *value)
{
	unsigned long number;
	char *end;

	if (**text < '0' || **text > '9')
		return -EINVAL;
	errno = 0;
	number = strtoul(*text, &end, 10);
	if (errno || number > 1000000)
		return -EINVAL;
	*value = (unsigned)number;
	*text = end;
	return 0;
}

int cpus_parse(struct cpus *cpus, const char *list)
{
	unsigned first, last;

	memset(cpus, 0, sizeof(*cpus));
	for (;; list++) {
		if (cut_number(&list, &first))
			return -EINVAL;
		last = first;
		if (*list == '-') {
			list++;
			if (cut_number(&list, &last) || last < first)
				return -EINVAL;
		}
		for (unsigned cpu = first; cpu <= last && cpu < VTRACE_MAX_CPUS; cpu++) {
			cpus->possible[cpu] = true;
			if (cpu >= cpus->count)
				cpus->count = cpu + 1;
		}
		if (*list != ',')
			break;
	}
	if ((*list && strcmp(list, "\n")) || cpus->count == 0)
		return -EINVAL;
	return 0;
}

static int read_list(char *list, size_t size)
{
	int fd = open("/sys/devices/system/cpu/possible", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, list, size - 1);
	close(fd);
	if (n < 0)
		return -errno;
	list[n] = '\0';
	return 0;
}

int cpus_read(struct cpus *cpus)
{
	char list[256];
	long configured;

	if (!read_list(list, sizeof(list)))
		return cpus_parse(cpus, list);
	configured = sysconf(_SC_NPROCESSORS_CONF);
	if (configured < 1)
		return -ENOENT;
	memset(cpus, 0, sizeof(*cpus));
	cpus->count = configured < VTRACE_MAX_CPUS ? (unsigned)configured : VTRACE_MAX_CPUS;
	for (unsigned cpu = 0; cpu < cpus->count; cpu++)
		cpus->possible[cpu] = true;
	return 0;
}
