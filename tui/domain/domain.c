// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/domain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "tui/domain/lifecycle.h"
#include "tui/domain/lookup.h"

/* A connection whose daemon answers nothing for about 20 s counts as lost. */
#define KEEPALIVE_SECONDS 5
#define KEEPALIVE_COUNT	  3

struct domains {
	virConnectPtr conn;
	char *uri;
	int lifecycle; /* libvirt's id of the callback, -1 for none */
	int reboots;   /* likewise */
	bool close_watched;
	domain_event_fn *fn;
	void *data;
};

static void drop_error(void *data, virErrorPtr error)
{
	(void)data;
	(void)error;
}

static int on_lifecycle(virConnectPtr conn, virDomainPtr domain, int event, int detail,
			void *opaque)
{
	struct domains *domains = opaque;
	char uuid[VIR_UUID_STRING_BUFLEN] = "";
	const char *what, *why;
	bool gone;

	(void)conn;
	if (!domains->fn)
		return 0;
	virDomainGetUUIDString(domain, uuid);
	lifecycle_event_names(event, detail, &what, &why, &gone);
	domains->fn(virDomainGetName(domain), uuid, what, why, gone, domains->data);
	return 0;
}

static void on_reboot(virConnectPtr conn, virDomainPtr domain, void *opaque)
{
	struct domains *domains = opaque;
	char uuid[VIR_UUID_STRING_BUFLEN] = "";

	(void)conn;
	if (!domains->fn)
		return;
	virDomainGetUUIDString(domain, uuid);
	domains->fn(virDomainGetName(domain), uuid, "rebooting", "", false, domains->data);
}

static void on_close(virConnectPtr conn, int reason, void *opaque)
{
	struct domains *domains = opaque;

	(void)conn;
	if (domains->fn)
		domains->fn(NULL, NULL, lifecycle_close_name(reason), "", false, domains->data);
}

/* Nothing here changes a domain, and reading needs no password of anybody. Where there is no
 * read-only socket the other one has to do. */
static virConnectPtr connect_to(const char *uri)
{
	virConnectPtr conn = virConnectOpenReadOnly(uri);

	return conn ? conn : virConnectOpen(uri);
}

int domains_connect(struct domains **result, const char *uri, char *error, size_t error_size)
{
	struct domains *domains = calloc(1, sizeof(*domains));

	if (!domains)
		goto no_memory;
	domains->lifecycle = domains->reboots = -1;

	virSetErrorFunc(NULL, drop_error);
	domains->conn = connect_to(uri);
	if (!domains->conn) {
		snprintf(error, error_size,
			 "cannot connect to libvirt at %s: %s; 'virsh -c URI list' tells whether "
			 "URI is right and libvirtd or virtqemud runs",
			 uri ? uri : "its default URI", virGetLastErrorMessage());
		domains_free(domains);
		return -ENOTCONN;
	}
	domains->uri = virConnectGetURI(domains->conn);
	if (!domains->uri)
		goto no_memory;

	/* Drivers that live in this process have no connection to lose or to keep alive. */
	virConnectSetKeepAlive(domains->conn, KEEPALIVE_SECONDS, KEEPALIVE_COUNT);
	domains->close_watched =
		virConnectRegisterCloseCallback(domains->conn, on_close, domains, NULL) == 0;
	domains->lifecycle =
		virConnectDomainEventRegisterAny(domains->conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
						 VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), domains,
						 NULL);
	if (domains->lifecycle < 0) {
		snprintf(error, error_size, "libvirt at %s tells no events of domains: %s",
			 domains->uri, virGetLastErrorMessage());
		domains_free(domains);
		return -EOPNOTSUPP;
	}
	/* It is told by the agent as well, later: without it there is nothing to miss. */
	domains->reboots =
		virConnectDomainEventRegisterAny(domains->conn, NULL, VIR_DOMAIN_EVENT_ID_REBOOT,
						 VIR_DOMAIN_EVENT_CALLBACK(on_reboot), domains,
						 NULL);
	*result = domains;
	return 0;

no_memory:
	snprintf(error, error_size, "out of memory");
	domains_free(domains);
	return -ENOMEM;
}

void domains_free(struct domains *domains)
{
	if (!domains)
		return;
	if (domains->lifecycle >= 0)
		virConnectDomainEventDeregisterAny(domains->conn, domains->lifecycle);
	if (domains->reboots >= 0)
		virConnectDomainEventDeregisterAny(domains->conn, domains->reboots);
	if (domains->close_watched)
		virConnectUnregisterCloseCallback(domains->conn, on_close);
	if (domains->conn)
		virConnectClose(domains->conn);
	free(domains->uri);
	free(domains);
}

virConnectPtr lookup_connection(const struct domains *domains)
{
	return domains->conn;
}

const char *domains_uri(const struct domains *domains)
{
	return domains->uri;
}

void domains_on_event(struct domains *domains, domain_event_fn *fn, void *data)
{
	domains->fn = fn;
	domains->data = data;
}

static bool vanished(void)
{
	return virGetLastErrorCode() == VIR_ERR_NO_DOMAIN;
}

/* What the XML tells. 0, -ENOENT when the domain is no more, -ENOMEM. An XML that cannot be had
 * or understood makes the domain unprepared, which the list shows. */
static int fill_prepared(struct domain_info *info, virDomainPtr domain)
{
	struct channels channels;
	char *xml = virDomainGetXMLDesc(domain, 0);
	int ret;

	if (!xml) {
		if (vanished())
			return -ENOENT;
		snprintf(info->reason, sizeof(info->reason), "libvirt gives no XML: %s",
			 virGetLastErrorMessage());
		return 0;
	}
	ret = channels_from_xml(&channels, xml, info->reason, sizeof(info->reason));
	if (!ret) {
		info->control = channels.control.kind != CHANNEL_NONE;
		info->channels = channels.cpus;
		info->kind = channels_kind_name(&channels);
		info->share = channels.share;
		info->prepared = channels_prepared(&channels, info->reason, sizeof(info->reason));
		channels_release(&channels);
	}
	free(xml);
	return ret == -ENOMEM ? ret : 0;
}

/* 0, -ENOENT when the domain is no more, or -errno; info is to be released in any case. */
static int fill_info(struct domain_info *info, virDomainPtr domain)
{
	virDomainInfo numbers;

	memset(info, 0, sizeof(*info));
	info->name = strdup(virDomainGetName(domain));
	if (!info->name)
		return -ENOMEM;
	virDomainGetUUIDString(domain, info->uuid);
	info->running = lookup_is_active(domain);
	info->state = lifecycle_state_name(-1);
	info->kind = "";
	if (virDomainGetInfo(domain, &numbers) < 0) {
		if (vanished())
			return -ENOENT;
		snprintf(info->reason, sizeof(info->reason), "libvirt tells no state: %s",
			 virGetLastErrorMessage());
		return 0;
	}
	info->state = lifecycle_state_name(numbers.state);
	info->vcpus = numbers.nrVirtCpu;
	return fill_prepared(info, domain);
}

static int compare_info(const void *a, const void *b)
{
	const struct domain_info *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static int fill_list(struct domain_list *list, virDomainPtr *found, size_t count)
{
	list->info = calloc(count ? count : 1, sizeof(*list->info));
	if (!list->info)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct domain_info *info = &list->info[list->count];
		int ret = fill_info(info, found[i]);

		/* Domains come and go while they are being listed. */
		if (ret == -ENOENT) {
			free(info->name);
			info->name = NULL;
			continue;
		}
		list->count++;
		if (ret)
			return ret;
	}
	if (list->count)
		qsort(list->info, list->count, sizeof(*list->info), compare_info);
	return 0;
}

int domains_list(struct domains *domains, struct domain_list *list, char *error, size_t error_size)
{
	virDomainPtr *found = NULL;
	int count, ret;

	memset(list, 0, sizeof(*list));
	count = virConnectListAllDomains(domains->conn, &found, 0);
	if (count < 0) {
		snprintf(error, error_size, "cannot list the domains of %s: %s", domains->uri,
			 virGetLastErrorMessage());
		return -EIO;
	}
	ret = fill_list(list, found, (size_t)count);
	if (ret) {
		snprintf(error, error_size, "cannot list the domains of %s: %s", domains->uri,
			 strerror(-ret));
		domain_list_release(list);
	}
	for (int i = 0; i < count; i++)
		virDomainFree(found[i]);
	free(found);
	return ret;
}

void domain_list_release(struct domain_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->info[i].name);
	free(list->info);
	memset(list, 0, sizeof(*list));
}

int domains_channels(struct domains *domains, const char *name, struct channels *channels,
		     char *error, size_t error_size)
{
	virDomainPtr domain = lookup_domain(domains->conn, name);
	char reason[256];
	char *xml = NULL;
	int ret = 0;

	memset(channels, 0, sizeof(*channels));
	if (!domain)
		return lookup_failed(domains->uri, name, error, error_size);
	if (!lookup_is_active(domain)) {
		snprintf(error, error_size,
			 "the domain \"%s\" does not run, so there is nothing to trace; start it "
			 "first ('virsh -c %s start')",
			 virDomainGetName(domain), domains->uri);
		ret = -ENOTCONN;
		goto out;
	}
	xml = virDomainGetXMLDesc(domain, 0);
	if (!xml) {
		ret = lookup_failed(domains->uri, name, error, error_size);
		goto out;
	}
	ret = channels_from_xml(channels, xml, error, error_size);
	if (!ret && !channels_prepared(channels, reason, sizeof(reason))) {
		snprintf(error, error_size,
			 "the domain \"%s\" is not prepared for tracing: %s; vtrace-setup prepares "
			 "it",
			 channels->name, reason);
		channels_release(channels);
		ret = -ENXIO;
	}
out:
	free(xml);
	virDomainFree(domain);
	return ret;
}
