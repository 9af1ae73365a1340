/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU's process of a domain. For this room only: it speaks libvirt's types.
 */
#ifndef VTRACE_DOMAIN_QEMU_PID_H
#define VTRACE_DOMAIN_QEMU_PID_H

#include <stddef.h>
#include <sys/types.h>

#include <libvirt/libvirt.h>

/* That of an active domain on the connection called uri. 0, or -errno with a sentence in error:
 * -ENOTCONN it does not run, -ESRCH libvirt keeps no file of it here. */
int qemu_pid(virDomainPtr domain, const char *uri, pid_t *pid, char *error, size_t error_size);

#endif
