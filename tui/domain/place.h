/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The directory of a domain that is set up: FIFOs and the share lie in it. The directory itself
 * belongs to whoever sets the domain up, and QEMU's user has only what it must have in it, so
 * that nothing that is made or removed here can be replaced by a link under our hands. Called by
 * setup.c.
 */
#ifndef VTRACE_DOMAIN_PLACE_H
#define VTRACE_DOMAIN_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/domain/qemu_user.h"

/* Where a domain's directory is: /var/lib/vtrace/NAME, or of a user's own libvirt
 * $XDG_DATA_HOME/vtrace/NAME. A name that is no plain word gives way to the UUID. The caller's,
 * or NULL when memory is out or a user has no home. */
char *place_path(bool session, const char *name, const char *uuid);
bool place_exists(const char *path);

/* All take absolute paths, change nothing that is right already, and return 0 or -errno; -ENOTDIR
 * and -EEXIST when something of another kind is there. Owner NULL: the caller. */

/* The directory and those above it. Through those that are made others may pass, but not look; not
 * even that where they are for a user's own libvirt. A link in it, "domain", names whose it is by
 * the UUID: -EBUSY, also below, when it is another's, as of a clone or of one that was renamed. */
int place_make(const char *path, bool session, const char *uuid);
/* A directory for QEMU's user alone. */
int place_make_share(const char *path, const struct qemu_user *owner);
/* path.in and path.out, for QEMU's user alone. */
int place_make_fifos(const char *path, const struct qemu_user *owner);
/* The directory with the FIFOs and the share, and what the agent wrote there. -ENOTEMPTY: others
 * have files in it, which stay. 0 also when it is not there. */
int place_remove(const char *path, const char *uuid);

#endif
