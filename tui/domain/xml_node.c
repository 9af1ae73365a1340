// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/xml_node.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <libxml/parser.h>

#include "formats/control.h"

bool xml_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && !strcmp((const char *)node->name, name);
}

xmlNode *xml_child(const xmlNode *parent, const char *name)
{
	for (xmlNode *node = parent ? parent->children : NULL; node; node = node->next)
		if (xml_is(node, name))
			return node;
	return NULL;
}

char *xml_attribute(const xmlNode *node, const char *name)
{
	return node ? (char *)xmlGetNoNsProp(node, (const xmlChar *)name) : NULL;
}

bool xml_attribute_is(const xmlNode *node, const char *name, const char *want)
{
	char *value = xml_attribute(node, name);
	bool is = value && !strcmp(value, want);

	xmlFree(value);
	return is;
}

int xml_attribute_number(const xmlNode *node, const char *name, unsigned most, unsigned *number)
{
	char *value = xml_attribute(node, name);
	uint64_t found;
	int ret = 0;

	if (!value)
		return -ENOENT;
	if (control_number(value, &found) || found > most)
		ret = -EINVAL;
	else
		*number = (unsigned)found;
	xmlFree(value);
	return ret;
}

char *xml_child_text(const xmlNode *parent, const char *name)
{
	const xmlNode *node = xml_child(parent, name);

	return node ? (char *)xmlNodeGetContent(node) : NULL;
}

static int check_root(const xmlDoc *doc, const char *what, char *error, size_t error_size)
{
	const xmlNode *root = xmlDocGetRootElement(doc);

	/* libvirt writes none, and an entity in it could stand for any text. */
	if (doc->intSubset) {
		snprintf(error, error_size, "the %s's XML has a DTD", what);
		return -EINVAL;
	}
	if (!root || !xml_is(root, what)) {
		snprintf(error, error_size, "the XML is not a %s's: <%.32s>", what,
			 root ? (const char *)root->name : "");
		return -EINVAL;
	}
	return 0;
}

int xml_parse(xmlDoc **result, const char *xml, const char *what, char *error, size_t error_size)
{
	size_t length = strlen(xml);
	xmlDoc *doc = NULL;
	int ret;

	if (length <= INT_MAX)
		doc = xmlReadMemory(xml, (int)length, NULL, NULL,
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (!doc) {
		const xmlError *fault = xmlGetLastError();

		snprintf(error, error_size, "the %s's XML does not parse: line %d: %s", what,
			 fault ? fault->line : 0, fault && fault->message ? fault->message : "");
		error[strcspn(error, "\n")] = '\0';
		return -EINVAL;
	}
	ret = check_root(doc, what, error, error_size);
	if (ret)
		xmlFreeDoc(doc);
	else
		*result = doc;
	return ret;
}
