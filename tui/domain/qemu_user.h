/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As whom QEMU runs, as libvirt tells it: its files are to be that user's. Called by setup.c; it
 * guesses nothing.
 */
#ifndef VTRACE_DOMAIN_QEMU_USER_H
#define VTRACE_DOMAIN_QEMU_USER_H

#include <stddef.h>
#include <sys/types.h>

struct qemu_user {
	uid_t uid;
	gid_t gid;
};

/* From a label of libvirt's model dac, "+64055:+107" or "libvirt-qemu:kvm" (libvirt, formatdomain:
 * Security label). 0 or -EINVAL: it is none, or nobody has that name here. */
int qemu_user_from_label(struct qemu_user *user, const char *label);

/* From the XML of virConnectGetCapabilities(), <baselabel> of the security model dac. 0, -ENOENT
 * when it has none, -EINVAL. */
int qemu_user_from_capabilities(struct qemu_user *user, const char *xml);

#endif
