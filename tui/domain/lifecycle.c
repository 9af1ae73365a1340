// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/lifecycle.h"

#include <stddef.h>
#include <string.h>

#include <libvirt/libvirt.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PANICKED     "panicked"
#define PAUSED	     "paused"
#define BY_WATCHDOG  "by its watchdog"
#define CRASHED	     "crashed"

const char *lifecycle_state_name(int state)
{
	static const char *const names[] = {
		[VIR_DOMAIN_NOSTATE] = "in no state",	 [VIR_DOMAIN_RUNNING] = "running",
		[VIR_DOMAIN_BLOCKED] = "blocked",	 [VIR_DOMAIN_PAUSED] = "paused",
		[VIR_DOMAIN_SHUTDOWN] = "shutting down", [VIR_DOMAIN_SHUTOFF] = "shut off",
		[VIR_DOMAIN_CRASHED] = "crashed",	 [VIR_DOMAIN_PMSUSPENDED] = "suspended",
	};

	if (state < 0 || (size_t)state >= COUNT(names))
		return "in an unknown state";
	return names[state];
}

static const char *const defined_details[] = {
	[VIR_DOMAIN_EVENT_DEFINED_ADDED] = "new",
	[VIR_DOMAIN_EVENT_DEFINED_UPDATED] = "changed",
	[VIR_DOMAIN_EVENT_DEFINED_RENAMED] = "renamed",
	[VIR_DOMAIN_EVENT_DEFINED_FROM_SNAPSHOT] = "from a snapshot",
};

static const char *const undefined_details[] = {
	[VIR_DOMAIN_EVENT_UNDEFINED_REMOVED] = "",
	[VIR_DOMAIN_EVENT_UNDEFINED_RENAMED] = "renamed",
};

static const char *const started_details[] = {
	[VIR_DOMAIN_EVENT_STARTED_BOOTED] = "booted",
	[VIR_DOMAIN_EVENT_STARTED_MIGRATED] = "migrated from another host",
	[VIR_DOMAIN_EVENT_STARTED_RESTORED] = "restored from a file",
	[VIR_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT] = "from a snapshot",
	[VIR_DOMAIN_EVENT_STARTED_WAKEUP] = "woken up",
};

static const char *const suspended_details[] = {
	[VIR_DOMAIN_EVENT_SUSPENDED_PAUSED] = "",
	[VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED] = "for a migration",
	[VIR_DOMAIN_EVENT_SUSPENDED_IOERROR] = "after an I/O error of a disk",
	[VIR_DOMAIN_EVENT_SUSPENDED_WATCHDOG] = BY_WATCHDOG,
	[VIR_DOMAIN_EVENT_SUSPENDED_RESTORED] = "restored from a file",
	[VIR_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT] = "from a snapshot",
	[VIR_DOMAIN_EVENT_SUSPENDED_API_ERROR] = "after a failure in libvirt",
	[VIR_DOMAIN_EVENT_SUSPENDED_POSTCOPY] = "for a post-copy migration",
	[VIR_DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED] = "after a failed post-copy migration",
};

static const char *const resumed_details[] = {
	[VIR_DOMAIN_EVENT_RESUMED_UNPAUSED] = "",
	[VIR_DOMAIN_EVENT_RESUMED_MIGRATED] = "after a migration",
	[VIR_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT] = "from a snapshot",
	[VIR_DOMAIN_EVENT_RESUMED_POSTCOPY] = "in a post-copy migration",
	[VIR_DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED] = "in a failed post-copy migration",
};

static const char *const stopped_details[] = {
	[VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN] = "shut down",
	[VIR_DOMAIN_EVENT_STOPPED_DESTROYED] = "destroyed from the host",
	[VIR_DOMAIN_EVENT_STOPPED_CRASHED] = CRASHED,
	[VIR_DOMAIN_EVENT_STOPPED_MIGRATED] = "migrated to another host",
	[VIR_DOMAIN_EVENT_STOPPED_SAVED] = "saved to a file",
	[VIR_DOMAIN_EVENT_STOPPED_FAILED] = "QEMU failed",
	[VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT] = "a snapshot was loaded",
};

static const char *const shutdown_details[] = {
	[VIR_DOMAIN_EVENT_SHUTDOWN_FINISHED] = "",
	[VIR_DOMAIN_EVENT_SHUTDOWN_GUEST] = "asked for in the guest",
	[VIR_DOMAIN_EVENT_SHUTDOWN_HOST] = "asked for on the host",
};

static const char *const pmsuspended_details[] = {
	[VIR_DOMAIN_EVENT_PMSUSPENDED_MEMORY] = "to memory",
	[VIR_DOMAIN_EVENT_PMSUSPENDED_DISK] = "to disk",
};

static const char *const crashed_details[] = {
	[VIR_DOMAIN_EVENT_CRASHED_PANICKED] = "",
	[VIR_DOMAIN_EVENT_CRASHED_CRASHLOADED] = "its crash kernel was loaded",
};

/* A crashed domain is not gone yet: what on_crash asks for follows as an event of its own. */
static const struct event_words {
	const char *what;
	const char *const *details;
	size_t detail_count;
	bool gone;
} words[] = {
	[VIR_DOMAIN_EVENT_DEFINED] = {"defined", defined_details, COUNT(defined_details), false},
	[VIR_DOMAIN_EVENT_UNDEFINED] = {"undefined", undefined_details, COUNT(undefined_details),
					false},
	[VIR_DOMAIN_EVENT_STARTED] = {"started", started_details, COUNT(started_details), false},
	[VIR_DOMAIN_EVENT_SUSPENDED] = {PAUSED, suspended_details, COUNT(suspended_details), false},
	[VIR_DOMAIN_EVENT_RESUMED] = {"resumed", resumed_details, COUNT(resumed_details), false},
	[VIR_DOMAIN_EVENT_STOPPED] = {"stopped", stopped_details, COUNT(stopped_details), true},
	[VIR_DOMAIN_EVENT_SHUTDOWN] = {"shutting down", shutdown_details, COUNT(shutdown_details),
				       false},
	[VIR_DOMAIN_EVENT_PMSUSPENDED] = {"suspended", pmsuspended_details,
					  COUNT(pmsuspended_details), false},
	[VIR_DOMAIN_EVENT_CRASHED] = {"crashed", crashed_details, COUNT(crashed_details), false},
};

void lifecycle_event_names(int event, int detail, const char **what, const char **why, bool *gone)
{
	*what = "changed";
	*why = "";
	*gone = false;

	/* A libvirtd newer than this program may have more of both. */
	if (event < 0 || (size_t)event >= COUNT(words))
		return;
	*what = words[event].what;
	*gone = words[event].gone;
	/* A crash is what happened to QEMU. */
	if (event == VIR_DOMAIN_EVENT_CRASHED && detail == VIR_DOMAIN_EVENT_CRASHED_PANICKED)
		*what = PANICKED;
	if (detail >= 0 && (size_t)detail < words[event].detail_count)
		*why = words[event].details[detail];
}

bool lifecycle_is_death(const char *what, const char *why)
{
	return !strcmp(what, PANICKED) || (why && !strcmp(why, CRASHED)) ||
	       (!strcmp(what, PAUSED) && why && !strcmp(why, BY_WATCHDOG));
}

const char *lifecycle_close_name(int reason)
{
	switch (reason) {
	case VIR_CONNECT_CLOSE_REASON_EOF:
		return "libvirt closed the connection";
	case VIR_CONNECT_CLOSE_REASON_KEEPALIVE:
		return "libvirt no longer answers";
	case VIR_CONNECT_CLOSE_REASON_CLIENT:
		return "the connection to libvirt was closed here";
	default:
		return "the connection to libvirt failed";
	}
}
