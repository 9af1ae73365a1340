// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/lookup.h"

#include <errno.h>
#include <stdio.h>

#include <libvirt/virterror.h>

virDomainPtr lookup_domain(virConnectPtr conn, const char *name)
{
	virDomainPtr domain = virDomainLookupByName(conn, name);

	if (!domain && virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)
		domain = virDomainLookupByUUIDString(conn, name);
	return domain;
}

int lookup_failed(const char *uri, const char *name, char *error, size_t error_size)
{
	int code = virGetLastErrorCode();

	/* The second look-up says that a name which is no UUID is an invalid argument. */
	if (code == VIR_ERR_NO_DOMAIN || code == VIR_ERR_INVALID_ARG) {
		snprintf(error, error_size,
			 "no domain named \"%s\" on %s; 'virsh -c %s list --all' lists them", name,
			 uri, uri);
		return -ENOENT;
	}
	snprintf(error, error_size, "cannot ask libvirt at %s for the domain \"%s\": %s", uri, name,
		 virGetLastErrorMessage());
	return -EIO;
}

bool lookup_is_active(virDomainPtr domain)
{
	return virDomainGetID(domain) != (unsigned)-1;
}
