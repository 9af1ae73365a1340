// SPDX-License-Identifier: GPL-2.0-only
/* The elements are those of libvirt's "Domain XML format" (formatdomain: Controllers, Device
 * Addresses, Device aliases, Security label). */
#include "tui/domain/devices.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/domain/xml_node.h"

void devices_port_name(unsigned port, char *name, size_t size)
{
	if (port == PORT_CONTROL)
		snprintf(name, size, "%s", VTRACE_CONTROL_PORT);
	else
		snprintf(name, size, "%s%u", VTRACE_CPU_PORT_PREFIX, port - PORT_OF_CPU(0));
}

const struct channel_place *devices_port(const struct devices *devices, unsigned port)
{
	return port == PORT_CONTROL ? &devices->channels.control
				    : &devices->channels.cpu[port - PORT_OF_CPU(0)];
}

static bool is_ours(const xmlNode *node)
{
	char *alias = xml_attribute(xml_child(node, "alias"), "name");
	bool ours = alias && !strncmp(alias, SETUP_ALIAS, strlen(SETUP_ALIAS));

	xmlFree(alias);
	return ours;
}

static struct serial *find_serial(struct devices *devices, unsigned index)
{
	for (unsigned i = 0; i < devices->serials; i++)
		if (devices->serial[i].index == index)
			return &devices->serial[i];
	return NULL;
}

static void note_serial(struct devices *devices, const xmlNode *node)
{
	struct serial *serial = &devices->serial[devices->serials];
	unsigned index = 0, ports = SERIAL_PORTS_DEFAULT;

	if (!xml_attribute_is(node, "type", "virtio-serial") ||
	    xml_attribute_number(node, "index", UINT_MAX - 1, &index) == -EINVAL)
		return;
	if (index >= devices->next_index)
		devices->next_index = index + 1;
	if (devices->serials == SERIALS_MAX ||
	    xml_attribute_number(node, "ports", SERIAL_PORTS_MAX, &ports) == -EINVAL)
		return;
	serial->index = index;
	serial->ports = ports;
	serial->ours = is_ours(node);
	devices->serials++;
}

/* A device that has a port: a channel, or a console. */
static void note_port(struct devices *devices, const xmlNode *node)
{
	const xmlNode *address = xml_child(node, "address");
	unsigned controller = 0, port;
	struct serial *serial;

	if (!xml_attribute_is(address, "type", "virtio-serial") ||
	    xml_attribute_number(address, "controller", UINT_MAX - 1, &controller) == -EINVAL ||
	    xml_attribute_number(address, "port", SERIAL_PORTS_MAX, &port))
		return;
	serial = find_serial(devices, controller);
	if (!serial)
		return;
	serial->taken[port] = true;
	serial->foreign_user |= !is_ours(node);
}

/* The directory above path, unless another device named one already. */
static int note_place(struct devices *devices, const char *path)
{
	const char *end = path ? strrchr(path, '/') : NULL;

	if (!end || end == path || devices->place)
		return 0;
	devices->place = strndup(path, (size_t)(end - path));
	return devices->place ? 0 : -ENOMEM;
}

static int note_channel(struct devices *devices, const xmlNode *node)
{
	char *name = xml_attribute(xml_child(node, "target"), "name");
	int ret = 0;

	for (unsigned port = 0; name && port < PORTS_MAX; port++) {
		const struct channel_place *channel = devices_port(devices, port);
		char ours[32];

		devices_port_name(port, ours, sizeof(ours));
		if (channel->kind == CHANNEL_NONE || strcmp(name, ours) || !is_ours(node))
			continue;
		devices->ours[port] = true;
		if (channel->kind == CHANNEL_PIPE)
			ret = note_place(devices, channel->path);
	}
	xmlFree(name);
	return ret;
}

static int note_share(struct devices *devices, const xmlNode *node)
{
	if (!devices->channels.share || !is_ours(node) ||
	    !xml_attribute_is(xml_child(node, "target"), "dir", VTRACE_SHARE_TAG))
		return 0;
	devices->share_ours = true;
	return note_place(devices, devices->channels.share);
}

static int note_devices(struct devices *devices, const xmlNode *parent)
{
	int ret = 0;

	/* Ports are looked up among the controllers, which may stand behind them. */
	for (const xmlNode *node = parent ? parent->children : NULL; node; node = node->next)
		if (xml_is(node, "controller"))
			note_serial(devices, node);
	for (const xmlNode *node = parent ? parent->children : NULL; node && !ret;
	     node = node->next) {
		note_port(devices, node);
		if (xml_is(node, "channel"))
			ret = note_channel(devices, node);
		else if (xml_is(node, "filesystem"))
			ret = note_share(devices, node);
	}
	return ret;
}

/* "+uid:+gid" or names (libvirt, formatdomain: Security label); also where it is only to be. */
static int note_label(struct devices *devices, const xmlNode *root)
{
	for (const xmlNode *node = root->children; node; node = node->next) {
		char *text;

		if (!xml_is(node, "seclabel") || !xml_attribute_is(node, "model", "dac"))
			continue;
		text = xml_child_text(node, "label");
		if (!text)
			continue;
		devices->label = strdup(text);
		xmlFree(text);
		return devices->label ? 0 : -ENOMEM;
	}
	return 0;
}

static int note_domain(struct devices *devices, const xmlNode *root)
{
	char *uuid = xml_child_text(root, "uuid");
	int ret;

	snprintf(devices->uuid, sizeof(devices->uuid), "%s", uuid ? uuid : "");
	xmlFree(uuid);
	ret = note_devices(devices, xml_child(root, "devices"));
	return ret ? ret : note_label(devices, root);
}

int devices_from_xml(struct devices *devices, const char *xml, char *error, size_t error_size)
{
	xmlDoc *doc;
	int ret;

	memset(devices, 0, sizeof(*devices));
	ret = channels_from_xml(&devices->channels, xml, error, error_size);
	if (ret)
		return ret;
	ret = xml_parse(&doc, xml, "domain", error, error_size);
	if (!ret) {
		ret = note_domain(devices, xmlDocGetRootElement(doc));
		xmlFreeDoc(doc);
		if (ret)
			snprintf(error, error_size, "out of memory");
	}
	if (ret)
		devices_release(devices);
	return ret;
}

void devices_release(struct devices *devices)
{
	channels_release(&devices->channels);
	free(devices->place);
	free(devices->label);
	memset(devices, 0, sizeof(*devices));
}

static unsigned count_taken(const struct serial *serial)
{
	unsigned count = 0;

	for (unsigned n = 0; n <= SERIAL_PORTS_MAX; n++)
		count += serial->taken[n];
	return count;
}

int devices_take_port(struct devices *devices, unsigned most, unsigned *controller, unsigned *port)
{
	for (unsigned i = 0; i < devices->serials; i++) {
		struct serial *serial = &devices->serial[i];

		if (count_taken(serial) >= most)
			continue;
		for (unsigned n = 1; n < serial->ports; n++) {
			if (serial->taken[n])
				continue;
			serial->taken[n] = true;
			*controller = serial->index;
			*port = n;
			return 0;
		}
	}
	return -ENOSPC;
}

int devices_add_serial(struct devices *devices, unsigned *index)
{
	if (devices->serials == SERIALS_MAX)
		return -ENOSPC;
	*index = devices->next_index++;
	devices->serial[devices->serials++] =
		(struct serial){.index = *index, .ports = SERIAL_PORTS_DEFAULT, .ours = true};
	return 0;
}
