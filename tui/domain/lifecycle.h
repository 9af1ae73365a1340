/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words for libvirt's states, lifecycle events and reasons for a lost connection. Called by
 * domain.c, and for what its words mean by those who get them; libvirt's enums come in as ints,
 * static texts go out. It keeps nothing.
 */
#ifndef VTRACE_DOMAIN_LIFECYCLE_H
#define VTRACE_DOMAIN_LIFECYCLE_H

#include <stdbool.h>

/* Of enum virDomainState. */
const char *lifecycle_state_name(int state);

/*
 * Of enum virDomainEventType and the detail enum that belongs to it; *why is "" when there is
 * nothing to add. *gone: the domain runs no more.
 */
void lifecycle_event_names(int event, int detail, const char **what, const char **why, bool *gone);

/* Whether such an event says that the guest does nothing any more, and its memory is as it was
 * then: it has panicked, QEMU has crashed, or its watchdog has paused it. why may be NULL. */
bool lifecycle_is_death(const char *what, const char *why);

/* Of enum virConnectCloseReason. */
const char *lifecycle_close_name(int reason);

#endif
