/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instance whose ring lies in reserved memory, where a host reads it without us: it is traced
 * as the host orders, and its pages are left in it. Called by the control loop, while the pumps are
 * stopped. As with own_instance.h the directory behind tracefs->instance is replaced under the same
 * descriptor.
 */
#ifndef VTRACE_AGENT_KEPT_RING_H
#define VTRACE_AGENT_KEPT_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "guest-agent/traced.h"

#define KEPT_RING_NAME 64 /* bytes of an instance's name; longer ones are not looked at */

/* All zero: not entered. */
struct kept_ring {
	bool on;
	bool moved; /* another buffer was traced before, of directory home */
	int home;
	bool may, in; /* of the own instance, before */
};

/*
 * Trace that instance from now on; it goes on recording if it does. 0 and its name, or -errno with
 * a sentence in reason: there is none (-ENOENT), several, and none of them is traced (-EEXIST), or
 * something is changed in the buffer that was traced (-EBUSY). When it is entered already, 0.
 */
int kept_ring_enter(struct kept_ring *kept, struct traced *traced, char name[KEPT_RING_NAME],
		    char *reason, size_t size);

/* Back to the buffer of before; the ring records again if it did. 0, or -EBUSY with a sentence:
 * something is changed in this one. */
int kept_ring_leave(struct kept_ring *kept, struct traced *traced, char *reason, size_t size);

/* At the end, when all is put back; traced_end() follows. */
void kept_ring_end(struct kept_ring *kept, struct traced *traced);

#endif
