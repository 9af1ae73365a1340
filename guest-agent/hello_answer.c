// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/hello_answer.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "formats/control.h"

static void boot_id(char *id, size_t size)
{
	size_t length;
	char *text;

	snprintf(id, size, "unknown");
	if (tracefs_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64, &text, &length))
		return;
	snprintf(id, size, "%.*s", (int)strcspn(text, "\n"), text);
	free(text);
}

void hello_answer(const struct control_setup *setup, const char *state, bool own, bool kept,
		  const char *args, struct answers *answers)
{
	char id[64], clock[32] = "unknown", verbs[CONTROL_VERBS_BYTES];
	struct export_result export = {0};
	struct page_layout layout = {0};
	struct utsname name = {0};
	uint64_t version;
	int events;

	if (control_number(args, &version) || version != CONTROL_VERSION) {
		answers_add(answers, "error hello this agent speaks version %d of the protocol",
			    CONTROL_VERSION);
		return;
	}
	boot_id(id, sizeof(id));
	tracefs_clock(setup->tracefs, clock, sizeof(clock));
	tracefs_layout(setup->tracefs, &layout);
	uname(&name);
	events = tracefs_events_enabled(setup->tracefs);
	if (setup->exporter)
		exporter_peek(setup->exporter, EXPORT_TO_SHARE, &export);
	control_verbs(allowed_verbs(setup->allowed), ',', verbs, sizeof(verbs));
	answers_add(answers,
		    "ok hello version=%d agent=%s boot-id=%s cpus=%u ports-missing=%u "
		    "subbuf-size=%u long-size=%u endian=%s clock=%s kernel=%s state=%s events=%d "
		    "tracing-on=%d share=%s generation=%" PRIu64
		    " own-instance=%s memory=%s verbs=%s",
		    CONTROL_VERSION, VTRACE_VERSION, id, setup->pumps->cpus->count,
		    pumps_missing(setup->pumps), layout.subbuf_size, layout.long_size,
		    __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? "big" : "little", clock, name.release,
		    state, events < 0 ? 0 : events, tracefs_recording(setup->tracefs) == 1,
		    export.generation ? "yes" : "no", export.generation, own ? "yes" : "no",
		    kept ? "yes" : "no", verbs);
}
