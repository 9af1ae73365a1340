/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libvirt's domains: list them, find one's channels, hear of what happens to them. Used by the
 * console's picker, by batch and by main. Needs loop_init() first. Nobody outside this room sees
 * a libvirt type. libvirt's error output never reaches stderr; it comes back as sentences.
 */
#ifndef VTRACE_DOMAIN_DOMAIN_H
#define VTRACE_DOMAIN_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/domain/channels.h"

struct domains; /* one connection to libvirt */

struct domain_info {
	char *name;
	char uuid[37];
	const char *state; /* "running", "paused", "shut off", "crashed", ... static text */
	bool running;	   /* running or paused: it has a live XML */
	unsigned vcpus;	   /* plugged in now */
	bool control;	   /* it has a control channel */
	unsigned channels; /* CPUs that have one */
	const char *kind;  /* of the channels: "pipe", "unix", "mixed"; "" for none. Static text. */
	bool share;	   /* it has a 9p share for the event formats */
	bool prepared;	   /* by its live XML, or by that of its next start */
	char reason[256];  /* why it is not prepared, or what is missing; "" when nothing is */
};

struct domain_list {
	struct domain_info *info;
	size_t count;
};

/* What happened to a domain: "stopped", "crashed", "paused", ... and why, static texts. gone:
 * its channels are dead. name and uuid are valid during the call. name NULL: the connection to
 * libvirt itself was lost, what says how. */
typedef void domain_event_fn(const char *name, const char *uuid, const char *what,
			     const char *detail, bool gone, void *data);

/* Connect to uri (NULL: libvirt's default), read-only where that is to be had. 0, -ENOTCONN,
 * -EOPNOTSUPP (no events) or -ENOMEM with a sentence in error. May wait for the daemon. */
int domains_connect(struct domains **domains, const char *uri, char *error, size_t error_size);
void domains_free(struct domains *domains);
/* The URI of the connection, as libvirt completed it. */
const char *domains_uri(const struct domains *domains);
/* Have fn called from the loop. One at a time; NULL for none. */
void domains_on_event(struct domains *domains, domain_event_fn *fn, void *data);

/* All domains, running or not, sorted by name. The list is the caller's: domain_list_release().
 * 0 or -errno with a sentence in error. */
int domains_list(struct domains *domains, struct domain_list *list, char *error, size_t error_size);
void domain_list_release(struct domain_list *list);

/* The channels of a running domain, by name or UUID, from its live XML. 0 or -errno with a
 * sentence: no such domain (-ENOENT), not running (-ENOTCONN), not prepared and why (-ENXIO). */
int domains_channels(struct domains *domains, const char *name, struct channels *channels,
		     char *error, size_t error_size);

#endif
