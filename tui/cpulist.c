// SPDX-License-Identifier: GPL-2.0-only
/* CPU lists in the form of the kernel (Documentation/admin-guide/kernel-parameters.rst, "cpu
 * lists"), without its strides. */
#include <errno.h>
#include <string.h>

#include "tui/engine/client.h"
#include "tui/options.h"

/* One CPU number at *offset, which moves behind it; left alone when there is none. */
static int parse_cpu(const char *list, size_t *offset, unsigned *cpu)
{
	size_t at = *offset;

	*cpu = 0;
	while (list[at] >= '0' && list[at] <= '9') {
		*cpu = *cpu * 10 + (unsigned)(list[at++] - '0');
		if (*cpu >= VTRACE_MAX_CPUS)
			return -EINVAL;
	}
	if (at == *offset)
		return -EINVAL;
	*offset = at;
	return 0;
}

int cpulist_parse(const char *list, uint8_t *cpus, size_t *at)
{
	uint8_t set[ENGINE_CPUSET_BYTES] = {0};

	for (*at = 0;; (*at)++) {
		unsigned first, last;
		size_t behind;

		if (parse_cpu(list, at, &first))
			return -EINVAL;
		last = first;
		if (list[*at] == '-') {
			behind = ++*at;
			if (parse_cpu(list, &behind, &last) || last < first)
				return -EINVAL;
			*at = behind;
		}
		for (unsigned cpu = first; cpu <= last; cpu++)
			engine_cpuset_add(set, cpu);
		if (!list[*at])
			break;
		if (list[*at] != ',')
			return -EINVAL;
	}
	memcpy(cpus, set, sizeof(set));
	return 0;
}

void cpulist_format(const uint8_t *cpus, char *text, size_t size)
{
	size_t length = 0;

	if (!size)
		return;
	text[0] = '\0';
	for (unsigned first = 0; first < VTRACE_MAX_CPUS; first++) {
		unsigned last = first;
		char item[16];
		int n;

		if (!engine_cpuset_has(cpus, first))
			continue;
		while (last + 1 < VTRACE_MAX_CPUS && engine_cpuset_has(cpus, last + 1))
			last++;
		n = snprintf(item, sizeof(item), first == last ? "%s%u" : "%s%u-%u",
			     length ? "," : "", first, last);
		/* Whole items only: "1" cut off "12" would be another CPU. */
		if ((size_t)n >= size - length)
			return;
		memcpy(text + length, item, (size_t)n + 1);
		length += (size_t)n;
		first = last;
	}
}
