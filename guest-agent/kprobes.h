/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verb "kprobe" of the control port: probes of the guest's kernel (Linux,
 * Documentation/trace/kprobetrace.rst), added and removed as the host orders. Those of the guest's
 * administrator are listed and left alone. Called by the control loop.
 */
#ifndef VTRACE_AGENT_KPROBES_H
#define VTRACE_AGENT_KPROBES_H

#include <stddef.h>

#include "guest-agent/answers.h"
#include "guest-agent/tracefs.h"

#define KPROBE_GROUP	"vtrace" /* of a probe that is given none */
#define KPROBE_NAME_MAX 64	 /* bytes with NUL (kernel/trace/trace.h, MAX_EVENT_NAME_LEN) */

/* A probe that was added here, and is to be removed at the end. */
struct kprobe {
	char group[KPROBE_NAME_MAX], name[KPROBE_NAME_MAX];
};

/* Begin with tracefs set and all else zero. */
struct kprobes {
	const struct tracefs *tracefs;
	struct kprobe *added;
	size_t count;
};

struct kprobes_result {
	unsigned removed;
	char refused[512]; /* probes that did not go, with commas between; cut to fit */
};

/* Do what args order and queue the answer. */
void kprobe_answer(struct kprobes *kprobes, const char *args, struct answers *answers);

/* Remove what was added here; what the kernel keeps is kept in mind. Their events must be disabled
 * in all instances but the traced one, where they are disabled here. */
void kprobes_restore(struct kprobes *kprobes, struct kprobes_result *result);
/* Forget it. */
void kprobes_release(struct kprobes *kprobes);

#endif
