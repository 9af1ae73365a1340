// SPDX-License-Identifier: GPL-2.0-only
/* The agent notes that a CPU came or went: a row in that CPU's stream says so. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/guest/guest_private.h"

#define SYNC_ANSWER_MS 2000

static void write_rows(struct guest *guest)
{
	struct guest_agent *agent = &guest->agent;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		if (!agent->offline[cpu])
			continue;
		agent->offline[cpu] = false;
		guest_note_cpu(guest, cpu, "offline since %s", agent->offline_when);
	}
}

/* An agent that does not know the verb has sent what it had by now as well. */
static void synced(void *data, const struct control_answer *answer, int error)
{
	struct guest *guest = data;

	(void)answer;
	if (error == -ECONNRESET) /* what comes then has a row of its own */
		memset(guest->agent.offline, 0, sizeof(guest->agent.offline));
	else
		write_rows(guest);
}

void cpu_notes_take(struct guest *guest, const char *text)
{
	struct guest_agent *agent = &guest->agent;
	char when[16], what[8], end;
	unsigned cpu;

	if (guest->state != GUEST_TRACING ||
	    sscanf(text, "cpu%3u %7[a-z]%c", &cpu, what, &end) != 2 || cpu >= VTRACE_MAX_CPUS)
		return;
	if (!strcmp(what, "online")) {
		write_rows(guest);
		guest_note_cpu(guest, cpu, "online since %s", guest_time_of_day(when));
	} else if (!strcmp(what, "offline")) {
		/* Its last events are on their way, in a page that is not full. */
		agent->offline[cpu] = true;
		guest_time_of_day(agent->offline_when);
		if (control_client_request(agent->control, CONTROL_SYNC, NULL, SYNC_ANSWER_MS,
					   synced, guest))
			write_rows(guest);
	}
}
