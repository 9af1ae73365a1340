/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a guest can be reached: its control channel, one channel a CPU, its share. Filled from a
 * live domain's XML (channels_from_xml) or, for QEMU without libvirt, from a directory
 * (channels_from_dir); read by tui/guest. It opens nothing.
 */
#ifndef VTRACE_DOMAIN_CHANNELS_H
#define VTRACE_DOMAIN_CHANNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/names.h"

enum channel_kind {
	CHANNEL_NONE,
	CHANNEL_PIPE, /* path.in: host to guest, path.out: guest to host (QEMU -chardev pipe) */
	CHANNEL_UNIX, /* path is a UNIX socket that QEMU listens on; "" where libvirt chooses it
		       * at the domain's next start */
};

struct channel_place {
	enum channel_kind kind;
	char *path; /* owned */
};

struct channels {
	char *name;	/* the domain's name, or the directory; data, never a format or a command */
	unsigned vcpus; /* maximum vCPUs of the domain; 0: not known (a directory) */
	struct channel_place control;
	struct channel_place cpu[VTRACE_MAX_CPUS]; /* index is the guest's CPU number */
	unsigned cpus;				   /* how many of these are not CHANNEL_NONE */
	char *share;				   /* host directory of the 9p share, or NULL */
	char *unusable; /* of a channel that has the right name but cannot be used: why; or NULL */
};

/* Parse a domain's live XML with libxml2. 0, or -EINVAL with a sentence in error when it is no
 * domain's XML. A domain without channels parses well and is not prepared. */
int channels_from_xml(struct channels *channels, const char *xml, char *error, size_t error_size);

/*
 * Look in path for the FIFOs of the 2012 README (agent-ctl-path.in and .out, trace-path-cpuN.in and
 * .out), for UNIX sockets named as the ports are, and for path/share. 0 or -errno with a sentence
 * in error: no such directory, -ENOENT when control or every CPU is missing.
 */
int channels_from_dir(struct channels *channels, const char *path, char *error, size_t error_size);

/* Is there enough to trace with: control and at least one CPU? When not, or when something
 * smaller is missing (vCPUs without a channel, no share), reason says it; "" when all is there. */
bool channels_prepared(const struct channels *channels, char *reason, size_t reason_size);

/* What its channels are: "pipe", "unix", "mixed", "" when there are none. Static text. */
const char *channels_kind_name(const struct channels *channels);

/* Free what it holds and leave it empty. Takes a zeroed struct. */
void channels_release(struct channels *channels);

/* ---- for the two readers in this room ---- */

/*
 * Note that the port called name is reached at path (copied). 0 also when the name is not one of
 * ours; -EEXIST when that port has a channel already, -ENOMEM.
 */
int channels_add(struct channels *channels, const char *name, enum channel_kind kind,
		 const char *path);
/* Is name the control port's or that of a CPU below VTRACE_MAX_CPUS, as the guest spells it
 * (decimal without leading zeros)? */
bool channels_is_port(const char *name);
/* Note why a channel cannot be used; the first one is kept. 0 or -ENOMEM. */
int channels_note_unusable(struct channels *channels, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
