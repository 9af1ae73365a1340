/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain by the name that a person typed. For this room only: it speaks libvirt's types.
 */
#ifndef VTRACE_DOMAIN_LOOKUP_H
#define VTRACE_DOMAIN_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>

#include <libvirt/libvirt.h>

struct domains;

/* Its connection. */
virConnectPtr lookup_connection(const struct domains *domains);

/* By name or UUID; the caller's, for virDomainFree(). NULL when there is none or libvirt failed,
 * of which lookup_failed() then tells. */
virDomainPtr lookup_domain(virConnectPtr conn, const char *name);

/* A sentence for libvirt's last error, met on the domain called name. Returns -errno: -ENOENT when
 * there is no such domain, else -EIO. */
int lookup_failed(const char *uri, const char *name, char *error, size_t error_size);

/* Does it run or pause? Such have a live XML. */
bool lookup_is_active(virDomainPtr domain);

#endif
