/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verb "formats" of the control port: the formats bundle in parts, for a host that has no share
 * with this guest. Called by the control loop.
 */
#ifndef VTRACE_AGENT_FORMATS_ANSWERS_H
#define VTRACE_AGENT_FORMATS_ANSWERS_H

#include <stddef.h>
#include <stdint.h>

#include "guest-agent/answers.h"
#include "guest-agent/export.h"

/* A bundle that the host is taking. Begin with memfd -1. */
struct held_formats {
	int memfd; /* -1: none */
	size_t bytes;
	uint64_t generation;
	unsigned answered; /* requests to gather it that were told about */
};

/* Do what args order, and queue the answer, now or by formats_check(). exporter may be NULL. */
void formats_answer(struct held_formats *formats, struct exporter *exporter, const char *args,
		    struct answers *answers);
/* Tell of what the exporter has gathered. */
void formats_check(struct held_formats *formats, struct exporter *exporter,
		   struct answers *answers);
void formats_release(struct held_formats *formats);

#endif
