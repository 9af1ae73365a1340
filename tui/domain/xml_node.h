/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libxml2's trees, as the readers of XML in this room walk them: xml.c, devices.c, qemu_user.c.
 * It reads nothing but memory, and refuses what libvirt never writes.
 */
#ifndef VTRACE_DOMAIN_XML_NODE_H
#define VTRACE_DOMAIN_XML_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include <libxml/tree.h>

/* Parse xml, which is to be a what's: a domain's, with <domain> as its root. The document is the
 * caller's, for xmlFreeDoc(). 0, or -EINVAL with a sentence in error. */
int xml_parse(xmlDoc **doc, const char *xml, const char *what, char *error, size_t error_size);

bool xml_is(const xmlNode *node, const char *name);
/* The first child element of that name, or NULL; parent may be NULL. */
xmlNode *xml_child(const xmlNode *parent, const char *name);

/* The attribute's value, to be freed with xmlFree(), or NULL. node may be NULL. */
char *xml_attribute(const xmlNode *node, const char *name);
bool xml_attribute_is(const xmlNode *node, const char *name, const char *want);
/* A decimal number up to most. 0, -ENOENT when there is no such attribute, -EINVAL. */
int xml_attribute_number(const xmlNode *node, const char *name, unsigned most, unsigned *number);

/* The text of the first child of that name, to be freed with xmlFree(), or NULL. */
char *xml_child_text(const xmlNode *parent, const char *name);

#endif
