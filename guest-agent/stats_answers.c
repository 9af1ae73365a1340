// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/stats_answers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/control.h"

static void answer(const char *which, const struct ring_stats *ring, const struct pump_status *pump,
		   struct answers *answers)
{
	answers_add(answers,
		    "ok stats %s entries=%" PRIu64 " overrun=%" PRIu64 " commit-overrun=%" PRIu64
		    " dropped=%" PRIu64 " read=%" PRIu64 " pages-spliced=%" PRIu64
		    " pages-flushed=%" PRIu64 " bytes-sent=%" PRIu64 " lost-bytes=%" PRIu64,
		    which, ring->entries, ring->overrun, ring->commit_overrun, ring->dropped,
		    ring->read, pump->pages_spliced, pump->pages_flushed, pump->bytes_sent,
		    pump->bytes_lost);
}

static void answer_cpu(const struct own_instance *own, const struct pumps *pumps, const char *args,
		       struct answers *answers)
{
	struct ring_stats ring;
	struct pump_status pump;
	char which[32];
	uint64_t cpu;
	int err;

	if (control_number(args, &cpu) || cpu >= pumps->cpus->count ||
	    !pumps->cpus->possible[cpu]) {
		answers_add(answers, "error stats no such CPU; there are 0 to %u",
			    pumps->cpus->count - 1);
		return;
	}
	err = own_instance_stats(own, (unsigned)cpu, &ring);
	if (err) {
		answers_add(answers, "error stats cannot read the counters: %s", strerror(-err));
		return;
	}
	pumps_status(pumps, (unsigned)cpu, &pump);
	snprintf(which, sizeof(which), "cpu=%" PRIu64, cpu);
	answer(which, &ring, &pump, answers);
}

void stats_answer(const struct own_instance *own, const struct pumps *pumps, const char *args,
		  struct answers *answers)
{
	struct ring_stats sum = {0};
	struct pump_status pump;
	char which[32];

	if (args[0]) {
		answer_cpu(own, pumps, args, answers);
		return;
	}
	for (unsigned cpu = 0; cpu < pumps->cpus->count; cpu++) {
		struct ring_stats one;

		if (!pumps->cpus->possible[cpu] || own_instance_stats(own, cpu, &one))
			continue;
		sum.entries += one.entries;
		sum.overrun += one.overrun;
		sum.commit_overrun += one.commit_overrun;
		sum.dropped += one.dropped;
		sum.read += one.read;
	}
	pumps_sum(pumps, &pump);
	snprintf(which, sizeof(which), "cpus=%u", pumps->cpus->count);
	answer(which, &sum, &pump, answers);
}
