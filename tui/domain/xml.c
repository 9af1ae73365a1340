// SPDX-License-Identifier: GPL-2.0-only
/* A domain's XML to channels. The elements are those of libvirt's "Domain XML format"
 * (formatdomain: Channel, Filesystems, CPU Allocation). */
#include "tui/domain/channels.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/control.h"
#include "tui/domain/xml_node.h"

struct parse {
	struct channels *channels;
	bool live; /* the XML of a domain that runs */
	char *error;
	size_t error_size;
};

/*
 * A channel of one of our names. It is noted as unusable, and is no error, when it cannot be
 * read: another program may have made it for itself.
 */
static int add_channel(struct parse *parse, const xmlNode *node, const char *name)
{
	const xmlNode *source = xml_child(node, "source");
	/* libvirt chooses a socket's path when the domain starts. */
	bool later = !source && !parse->live && xml_attribute_is(node, "type", "unix");
	char *type = xml_attribute(node, "type");
	char *path = xml_attribute(source, "path");
	enum channel_kind kind = CHANNEL_NONE;
	int ret;

	if (type && !strcmp(type, "pipe"))
		kind = CHANNEL_PIPE;
	else if (type && !strcmp(type, "unix"))
		kind = CHANNEL_UNIX;

	if (kind == CHANNEL_NONE)
		ret = channels_note_unusable(parse->channels,
					     "channel %s is of type '%.32s', not pipe or unix",
					     name, type ? type : "");
	else if (kind == CHANNEL_UNIX && xml_attribute_is(source, "mode", "connect"))
		ret = channels_note_unusable(parse->channels,
					     "channel %s has mode='connect', not mode='bind'",
					     name);
	else if (!later && (!path || path[0] != '/'))
		ret = channels_note_unusable(parse->channels,
					     "channel %s has no absolute path as its source", name);
	else
		ret = channels_add(parse->channels, name, kind, later ? "" : path);

	if (ret == -EEXIST) {
		snprintf(parse->error, parse->error_size,
			 "the domain's XML has two channels named %s; remove one of them", name);
		ret = -EINVAL;
	}
	xmlFree(path);
	xmlFree(type);
	return ret;
}

static int parse_channel(struct parse *parse, const xmlNode *node)
{
	const xmlNode *target = xml_child(node, "target");
	char *name = xml_attribute(target, "name");
	int ret = 0;

	if (name && channels_is_port(name) && xml_attribute_is(target, "type", "virtio"))
		ret = add_channel(parse, node, name);
	xmlFree(name);
	return ret;
}

static int parse_filesystem(struct parse *parse, const xmlNode *node)
{
	char *dir = xml_attribute(xml_child(node, "source"), "dir");
	int ret = 0;

	if (dir && dir[0] == '/' &&
	    xml_attribute_is(xml_child(node, "target"), "dir", VTRACE_SHARE_TAG)) {
		if (parse->channels->share) {
			snprintf(parse->error, parse->error_size,
				 "the domain's XML has two shares with the tag %s; remove one of "
				 "them",
				 VTRACE_SHARE_TAG);
			ret = -EINVAL;
		} else {
			parse->channels->share = strdup(dir);
			if (!parse->channels->share)
				ret = -ENOMEM;
		}
	}
	xmlFree(dir);
	return ret;
}

static int parse_devices(struct parse *parse, const xmlNode *devices)
{
	int ret = 0;

	for (const xmlNode *node = devices ? devices->children : NULL; node && !ret;
	     node = node->next) {
		if (xml_is(node, "channel"))
			ret = parse_channel(parse, node);
		else if (xml_is(node, "filesystem"))
			ret = parse_filesystem(parse, node);
	}
	return ret;
}

/* <vcpu>'s text: the most vCPUs that the domain can have, those to be hot-plugged included. */
static int parse_vcpus(struct parse *parse, const xmlNode *root)
{
	char *text = xml_child_text(root, "vcpu");
	uint64_t vcpus;
	int ret = 0;

	if (!text)
		return 0;
	if (control_number(text, &vcpus) || !vcpus || vcpus > INT_MAX) {
		snprintf(parse->error, parse->error_size,
			 "the domain's XML has no number in <vcpu>: '%.32s'", text);
		ret = -EINVAL;
	} else {
		parse->channels->vcpus = (unsigned)vcpus;
	}
	xmlFree(text);
	return ret;
}

static int parse_name(struct parse *parse, const xmlNode *root)
{
	char *text = xml_child_text(root, "name");

	if (!text || !*text) {
		snprintf(parse->error, parse->error_size, "the domain's XML has no <name>");
		xmlFree(text);
		return -EINVAL;
	}
	parse->channels->name = strdup(text);
	xmlFree(text);
	return parse->channels->name ? 0 : -ENOMEM;
}

static int parse_domain(struct parse *parse, const xmlNode *root)
{
	char *id = xml_attribute(root, "id");
	int ret;

	parse->live = id != NULL;
	xmlFree(id);
	ret = parse_name(parse, root);
	if (!ret)
		ret = parse_vcpus(parse, root);
	if (!ret)
		ret = parse_devices(parse, xml_child(root, "devices"));
	return ret;
}

int channels_from_xml(struct channels *channels, const char *xml, char *error, size_t error_size)
{
	struct parse parse = {.channels = channels, .error = error, .error_size = error_size};
	xmlDoc *doc;
	int ret;

	memset(channels, 0, sizeof(*channels));
	ret = xml_parse(&doc, xml, "domain", error, error_size);
	if (ret)
		return ret;

	snprintf(error, error_size, "out of memory");
	ret = parse_domain(&parse, xmlDocGetRootElement(doc));
	xmlFreeDoc(doc);
	if (ret)
		channels_release(channels);
	else
		error[0] = '\0';
	return ret;
}
