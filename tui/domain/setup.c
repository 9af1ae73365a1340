// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/setup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "tui/domain/channels.h"
#include "tui/domain/exposed.h"
#include "tui/domain/lookup.h"
#include "tui/domain/place.h"
#include "tui/domain/qemu_user.h"

struct setup {
	virConnectPtr conn;
	virDomainPtr domain;
	char *uri;
	char *place;
	bool session; /* a user's own libvirt */
	bool active;
	bool persistent;
	struct devices live, config;
	char *xml;	/* of its next start, where that is to be changed as a whole */
	char *live_xml; /* and of the running guest */
	struct qemu_user owner;
	bool owner_known;
	struct setup_plan plan;
	size_t next; /* the action to carry out */
};

static void drop_error(void *data, virErrorPtr error)
{
	(void)data;
	(void)error;
}

/* ---- connecting ---- */

static int open_failed(const char *uri, char *error, size_t error_size)
{
	const char *where = uri ? uri : "its default URI";
	char why[300];
	virConnectPtr readable;

	snprintf(why, sizeof(why), "%s", virGetLastErrorMessage());
	readable = virConnectOpenReadOnly(uri);
	if (!readable) {
		snprintf(error, error_size,
			 "cannot connect to libvirt at %s: %s; 'virsh -c URI list' tells whether "
			 "URI is right and libvirtd or virtqemud runs",
			 where, why);
		return -ENOTCONN;
	}
	virConnectClose(readable);
	snprintf(
		error, error_size,
		"libvirt at %s lets you look but change nothing: %s; do it as root, or as a member "
		"of the group libvirt",
		where, why);
	return -EACCES;
}

/* "qemu+ssh://host/system" has a host between the slashes, "qemu:///system" has none. */
static bool names_host(const char *uri)
{
	const char *host = strstr(uri, "://");

	return host && host[3] && host[3] != '/';
}

static int check_connection(struct setup *setup, char *error, size_t error_size)
{
	const char *type = virConnectGetType(setup->conn);
	const char *path = strrchr(setup->uri, '/');

	setup->session = path && !strncmp(path, "/session", strlen("/session"));
	if (!type || strcmp(type, "QEMU") != 0) {
		snprintf(error, error_size,
			 "libvirt at %s is its driver for %s: only domains of QEMU can be traced",
			 setup->uri, type ? type : "something unknown");
		return -EOPNOTSUPP;
	}
	if (names_host(setup->uri)) {
		snprintf(error, error_size,
			 "%s is another host, and a domain is traced on its own: run vtrace-setup "
			 "there",
			 setup->uri);
		return -EOPNOTSUPP;
	}
	return 0;
}

static int connect_to(struct setup *setup, const char *uri, char *error, size_t error_size)
{
	virSetErrorFunc(NULL, drop_error);
	setup->conn = virConnectOpen(uri);
	if (!setup->conn)
		return open_failed(uri, error, error_size);
	setup->uri = virConnectGetURI(setup->conn);
	if (!setup->uri) {
		snprintf(error, error_size, "out of memory");
		return -ENOMEM;
	}
	return check_connection(setup, error, error_size);
}

/* ---- what the domain has ---- */

static int read_devices(struct setup *setup, struct devices *devices, unsigned flags, char *error,
			size_t error_size)
{
	char *xml = virDomainGetXMLDesc(setup->domain, flags);
	int ret;

	if (!xml)
		return lookup_failed(setup->uri, virDomainGetName(setup->domain), error,
				     error_size);
	ret = devices_from_xml(devices, xml, error, error_size);
	free(xml);
	return ret;
}

/* With what is secret in it, which would be gone otherwise when it is defined again. */
static int read_xml(struct setup *setup, char *error, size_t error_size)
{
	setup->xml =
		virDomainGetXMLDesc(setup->domain, VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE);
	if (setup->active)
		setup->live_xml = virDomainGetXMLDesc(setup->domain, 0);
	if (setup->xml && (setup->live_xml || !setup->active))
		return 0;
	return lookup_failed(setup->uri, virDomainGetName(setup->domain), error, error_size);
}

static int read_domain(struct setup *setup, const char *name, char *error, size_t error_size)
{
	int ret = 0, persistent;

	setup->domain = lookup_domain(setup->conn, name);
	if (!setup->domain)
		return lookup_failed(setup->uri, name, error, error_size);
	setup->active = lookup_is_active(setup->domain);
	persistent = virDomainIsPersistent(setup->domain);
	if (persistent < 0)
		return lookup_failed(setup->uri, name, error, error_size);
	setup->persistent = persistent > 0;
	if (setup->active)
		ret = read_devices(setup, &setup->live, 0, error, error_size);
	if (!ret && setup->persistent)
		ret = read_devices(setup, &setup->config, VIR_DOMAIN_XML_INACTIVE, error,
				   error_size);
	return ret;
}

/* The domain's own label goes before that of all. A user's own libvirt has none, and its QEMU runs
 * as that user. */
static void find_owner(struct setup *setup)
{
	const char *label = setup->config.label ? setup->config.label : setup->live.label;
	char *capabilities;

	if (setup->session)
		return;
	if (label) {
		setup->owner_known = !qemu_user_from_label(&setup->owner, label);
		return;
	}
	capabilities = virConnectGetCapabilities(setup->conn);
	if (!capabilities)
		return;
	setup->owner_known = !qemu_user_from_capabilities(&setup->owner, capabilities);
	free(capabilities);
}

static int make_plan(struct setup *setup, const struct setup_options *options, char *error,
		     size_t error_size)
{
	char uuid[VIR_UUID_STRING_BUFLEN] = "";
	struct setup_input input = {
		.live = setup->active ? &setup->live : NULL,
		.config = setup->persistent ? &setup->config : NULL,
	};

	virDomainGetUUIDString(setup->domain, uuid);
	setup->place = place_path(setup->session, virDomainGetName(setup->domain), uuid);
	if (!setup->place) {
		snprintf(error, error_size,
			 "there is no place for the domain's files: neither XDG_DATA_HOME nor HOME "
			 "is set to an absolute path");
		return -ENOENT;
	}
	if ((options->memory || options->remove) && setup->persistent &&
	    read_xml(setup, error, error_size))
		return -EIO;
	input.xml = setup->xml;
	input.live_xml = setup->live_xml;
	input.place = setup->place;
	input.place_there = place_exists(setup->place);
	find_owner(setup);
	return setup_plan_make(&setup->plan, &input, options, error, error_size);
}

int setup_open(struct setup **result, const char *uri, const char *name,
	       const struct setup_options *options, char *error, size_t error_size)
{
	struct setup *setup = calloc(1, sizeof(*setup));
	int ret;

	if (!setup) {
		snprintf(error, error_size, "out of memory");
		return -ENOMEM;
	}
	ret = connect_to(setup, uri, error, error_size);
	if (!ret)
		ret = read_domain(setup, name, error, error_size);
	if (!ret)
		ret = make_plan(setup, options, error, error_size);
	if (ret)
		setup_free(setup);
	else
		*result = setup;
	return ret;
}

void setup_free(struct setup *setup)
{
	if (!setup)
		return;
	setup_plan_release(&setup->plan);
	devices_release(&setup->live);
	devices_release(&setup->config);
	if (setup->domain)
		virDomainFree(setup->domain);
	if (setup->conn)
		virConnectClose(setup->conn);
	free(setup->place);
	free(setup->xml);
	free(setup->live_xml);
	free(setup->uri);
	free(setup);
}

const char *setup_name(const struct setup *setup)
{
	return virDomainGetName(setup->domain);
}

const char *setup_uri(const struct setup *setup)
{
	return setup->uri;
}

bool setup_running(const struct setup *setup)
{
	return setup->active;
}

bool setup_transient(const struct setup *setup)
{
	return !setup->persistent;
}

const struct setup_plan *setup_plan(const struct setup *setup)
{
	return &setup->plan;
}

/* ---- carrying it out ---- */

static int define_domain(struct setup *setup, const char *xml)
{
	virDomainPtr domain = virDomainDefineXMLFlags(setup->conn, xml, VIR_DOMAIN_DEFINE_VALIDATE);

	if (!domain)
		return -1;
	virDomainFree(domain);
	return 0;
}

static int change_domain(struct setup *setup, const struct setup_action *action)
{
	switch (action->verb) {
	case SETUP_ATTACH_CONFIG:
		return virDomainAttachDeviceFlags(setup->domain, action->text,
						  VIR_DOMAIN_AFFECT_CONFIG);
	case SETUP_ATTACH_LIVE:
		return virDomainAttachDeviceFlags(setup->domain, action->text,
						  VIR_DOMAIN_AFFECT_LIVE);
	case SETUP_DETACH_LIVE:
		return virDomainDetachDeviceAlias(setup->domain, action->text,
						  VIR_DOMAIN_AFFECT_LIVE);
	case SETUP_DEFINE:
		return define_domain(setup, action->text);
	default:
		return virDomainDetachDeviceAlias(setup->domain, action->text,
						  VIR_DOMAIN_AFFECT_CONFIG);
	}
}

static int libvirt_step(struct setup *setup, const struct setup_action *action, char *error,
			size_t error_size)
{
	static const char *const words[] = {
		[SETUP_ATTACH_CONFIG] = "be added to the domain's configuration",
		[SETUP_ATTACH_LIVE] = "be plugged into the running guest",
		[SETUP_DETACH_LIVE] = "be unplugged from the running guest",
		[SETUP_DEFINE] = "be given to the domain's configuration",
		[SETUP_DETACH_CONFIG] = "be taken out of the domain's configuration",
	};

	if (!change_domain(setup, action))
		return 0;
	snprintf(error, error_size, "%s cannot %s: %s; libvirt's log may tell more", action->name,
		 words[action->verb], virGetLastErrorMessage());
	return -EIO;
}

static int place_failed(const struct setup_action *action, int ret, char *error, size_t error_size)
{
	bool removing = action->verb == SETUP_REMOVE_PLACE;
	const char *advice = "see what is in its way there";

	if (ret == -EACCES || ret == -EPERM)
		advice = "do it as root";
	else if (ret == -ENOTEMPTY)
		advice = "others have put files there, which are theirs to remove";
	else if (ret == -EBUSY)
		advice = "it is another domain's: its link 'domain' has the UUID";
	snprintf(error, error_size, "%s cannot be %s: %s; %s", action->text,
		 removing ? "removed" : "made", strerror(-ret), advice);
	return ret;
}

static int place_step(struct setup *setup, const struct setup_action *action, char *error,
		      size_t error_size)
{
	const struct qemu_user *owner = setup->session ? NULL : &setup->owner;
	char uuid[VIR_UUID_STRING_BUFLEN] = "";
	int ret;

	virDomainGetUUIDString(setup->domain, uuid);
	if (action->verb == SETUP_REMOVE_PLACE) {
		ret = place_remove(action->text, uuid);
	} else if (!setup->session && !setup->owner_known) {
		snprintf(error, error_size,
			 "%s is to be QEMU's, and libvirt does not say as whom QEMU runs; 'virsh "
			 "capabilities' has no <baselabel> of the model dac: see 'user' in "
			 "/etc/libvirt/qemu.conf",
			 action->text);
		return -ENOENT;
	} else if (action->verb == SETUP_MAKE_PLACE) {
		ret = place_make(action->text, setup->session, uuid);
	} else if (action->verb == SETUP_MAKE_SHARE) {
		ret = place_make_share(action->text, owner);
	} else {
		ret = place_make_fifos(action->text, owner);
	}
	return ret ? place_failed(action, ret, error, error_size) : 0;
}

int setup_step(struct setup *setup, char *error, size_t error_size)
{
	const struct setup_action *action;
	int ret;

	if (setup->next == setup->plan.count)
		return 0;
	action = &setup->plan.action[setup->next];
	switch (action->verb) {
	case SETUP_MAKE_PLACE:
	case SETUP_MAKE_SHARE:
	case SETUP_MAKE_FIFOS:
	case SETUP_REMOVE_PLACE:
		ret = place_step(setup, action, error, error_size);
		break;
	default:
		ret = libvirt_step(setup, action, error, error_size);
		break;
	}
	if (ret)
		return ret;
	setup->next++;
	return setup->next < setup->plan.count;
}

void setup_check(struct setup *setup, void (*say)(void *data, const char *sentence), void *data)
{
	char *xml = virDomainGetXMLDesc(setup->domain, setup->active ? 0 : VIR_DOMAIN_XML_INACTIVE);
	struct channels channels = {0};
	char error[256];

	if (xml && !channels_from_xml(&channels, xml, error, sizeof(error)))
		exposed_channels(&channels, say, data);
	channels_release(&channels);
	free(xml);
}
