// SPDX-License-Identifier: GPL-2.0-only
/* A domain's XML to channels. The elements are those of libvirt's "Domain XML format"
 * (formatdomain: Channel, Filesystems, CPU Allocation). */
#include "tui/domain/channels.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "formats/control.h"

struct parse {
	struct channels *channels;
	char *error;
	size_t error_size;
};

static bool is_element(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && !strcmp((const char *)node->name, name);
}

static xmlNode *find_child(const xmlNode *parent, const char *name)
{
	for (xmlNode *node = parent ? parent->children : NULL; node; node = node->next)
		if (is_element(node, name))
			return node;
	return NULL;
}

/* The attribute's value, to be freed with xmlFree(), or NULL. node may be NULL. */
static char *get_attribute(const xmlNode *node, const char *name)
{
	return node ? (char *)xmlGetNoNsProp(node, (const xmlChar *)name) : NULL;
}

static bool attribute_is(const xmlNode *node, const char *name, const char *want)
{
	char *value = get_attribute(node, name);
	bool is = value && !strcmp(value, want);

	xmlFree(value);
	return is;
}

/*
 * A channel of one of our names. It is noted as unusable, and is no error, when it cannot be
 * read: another program may have made it for itself.
 */
static int add_channel(struct parse *parse, const xmlNode *node, const char *name)
{
	const xmlNode *source = find_child(node, "source");
	char *type = get_attribute(node, "type");
	char *path = get_attribute(source, "path");
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
	else if (kind == CHANNEL_UNIX && attribute_is(source, "mode", "connect"))
		ret = channels_note_unusable(parse->channels,
					     "channel %s has mode='connect', not mode='bind'",
					     name);
	else if (!path || path[0] != '/')
		ret = channels_note_unusable(parse->channels,
					     "channel %s has no absolute path as its source", name);
	else
		ret = channels_add(parse->channels, name, kind, path);

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
	const xmlNode *target = find_child(node, "target");
	char *name = get_attribute(target, "name");
	int ret = 0;

	if (name && channels_is_port(name) && attribute_is(target, "type", "virtio"))
		ret = add_channel(parse, node, name);
	xmlFree(name);
	return ret;
}

static int parse_filesystem(struct parse *parse, const xmlNode *node)
{
	char *dir = get_attribute(find_child(node, "source"), "dir");
	int ret = 0;

	if (dir && dir[0] == '/' &&
	    attribute_is(find_child(node, "target"), "dir", VTRACE_SHARE_TAG)) {
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
		if (is_element(node, "channel"))
			ret = parse_channel(parse, node);
		else if (is_element(node, "filesystem"))
			ret = parse_filesystem(parse, node);
	}
	return ret;
}

/* <vcpu>'s text: the most vCPUs that the domain can have, those to be hot-plugged included. */
static int parse_vcpus(struct parse *parse, const xmlNode *root)
{
	const xmlNode *node = find_child(root, "vcpu");
	char *text;
	uint64_t vcpus;
	int ret = 0;

	if (!node)
		return 0;
	text = (char *)xmlNodeGetContent(node);
	if (!text)
		return -ENOMEM;
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
	const xmlNode *node = find_child(root, "name");
	char *text = node ? (char *)xmlNodeGetContent(node) : NULL;

	if (!text || !*text) {
		snprintf(parse->error, parse->error_size, "the domain's XML has no <name>");
		xmlFree(text);
		return -EINVAL;
	}
	parse->channels->name = strdup(text);
	xmlFree(text);
	return parse->channels->name ? 0 : -ENOMEM;
}

static int parse_domain(struct parse *parse, const xmlDoc *doc)
{
	const xmlNode *root = xmlDocGetRootElement(doc);
	int ret;

	/* libvirt writes none, and an entity in it could stand for any text. */
	if (doc->intSubset) {
		snprintf(parse->error, parse->error_size, "the domain's XML has a DTD");
		return -EINVAL;
	}
	if (!root || !is_element(root, "domain")) {
		snprintf(parse->error, parse->error_size, "the XML is not a domain's: <%.32s>",
			 root ? (const char *)root->name : "");
		return -EINVAL;
	}
	ret = parse_name(parse, root);
	if (!ret)
		ret = parse_vcpus(parse, root);
	if (!ret)
		ret = parse_devices(parse, find_child(root, "devices"));
	return ret;
}

int channels_from_xml(struct channels *channels, const char *xml, char *error, size_t error_size)
{
	struct parse parse = {.channels = channels, .error = error, .error_size = error_size};
	size_t length = strlen(xml);
	xmlDoc *doc = NULL;
	int ret;

	memset(channels, 0, sizeof(*channels));
	snprintf(error, error_size, "out of memory");

	if (length <= INT_MAX)
		doc = xmlReadMemory(xml, (int)length, NULL, NULL,
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (!doc) {
		const xmlError *fault = xmlGetLastError();

		snprintf(error, error_size, "the domain's XML does not parse: line %d: %s",
			 fault ? fault->line : 0, fault && fault->message ? fault->message : "");
		error[strcspn(error, "\n")] = '\0';
		return -EINVAL;
	}

	ret = parse_domain(&parse, doc);
	xmlFreeDoc(doc);
	if (ret)
		channels_release(channels);
	else
		error[0] = '\0';
	return ret;
}
