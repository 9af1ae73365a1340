// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/setup_memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/domain/xml_node.h"

#define RANGE	  "vtrace" /* what the reserved memory and the instance are called */
#define RESERVE	  "reserve_mem="
#define PLACED	  "trace_instance=" RANGE "@" RANGE

#define NAMESPACE "urn:vtrace:setup"

/* A child of <memoryBacking>, and what it is given. */
struct part {
	const char *element, *attribute, *value;
};

static const struct part source_part = {"source", "type", "file"};
static const struct part access_part = {"access", "mode", "shared"};

/* ---- the words ---- */

/* The kernel's memparse(): a number with K, M or G. */
static bool is_size(const char *text, size_t length)
{
	size_t digits = strspn(text, "0123456789");

	return digits && digits < 8 && text[0] != '0' &&
	       (digits == length || (digits + 1 == length && strchr("KMG", text[digits])));
}

char *setup_memory_words(const char *ring, char *error, size_t error_size)
{
	size_t size = strcspn(ring, ",");
	const char *events = ring + size;
	char *words;

	if (!is_size(ring, size) || !strcmp(events, ",") ||
	    events[strspn(
		    events,
		    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_,:*?-")]) {
		snprintf(error, error_size,
			 "--memory '%s': wants the size of the ring and, if any, events to be "
			 "enabled "
			 "from the boot on, as in 16M or 16M,sched,irq:irq_handler_entry",
			 ring);
		return NULL;
	}
	/* Aligned to the largest page of a kernel's: one with pages of 64 KiB (arm64) maps the page
	 * that has the first byte, and would write to what is before it. */
	if (asprintf(&words, RESERVE "%.*s:64K:" RANGE " " PLACED "%s", (int)size, ring, events) <
	    0) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	return words;
}

/* Words of an earlier time, of this range. */
static bool is_ours(const char *word, size_t length)
{
	static const char placed[] = PLACED;
	static const char range[] = ":" RANGE;
	size_t placed_length = sizeof(placed) - 1, range_length = sizeof(range) - 1;

	if (length >= placed_length && !memcmp(word, placed, placed_length))
		return length == placed_length || word[placed_length] == ',';
	return length > strlen(RESERVE) + range_length && !memcmp(word, RESERVE, strlen(RESERVE)) &&
	       !memcmp(word + length - range_length, range, range_length);
}

/* The command line with these words, or NULL, and without earlier ones; the caller's, or NULL. What
 * else it has stays as it is. */
static char *with_words(const char *line, const char *words)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool began = false;
	int failed;

	if (!out)
		return NULL;
	while (*line) {
		size_t space = strspn(line, " "), length = strcspn(line + space, " ");

		if (!is_ours(line + space, length)) {
			fprintf(out, "%.*s", (int)(began ? space + length : length),
				began ? line : line + space);
			began = true;
		}
		line += space + length;
	}
	if (words)
		fprintf(out, "%s%s", began ? " " : "", words);
	failed = ferror(out);
	if (fclose(out) || failed) {
		free(text);
		return NULL;
	}
	return text;
}

/* ---- the XML ---- */

/* The child of that name, made where there is none. NULL: no memory. */
static xmlNode *child_of(xmlNode *parent, const char *name)
{
	xmlNode *node = xml_child(parent, name);

	return node ? node : xmlNewChild(parent, NULL, (const xmlChar *)name, NULL);
}

static int set_attribute(xmlNode *node, const char *name, const char *value)
{
	return node && xmlSetProp(node, (const xmlChar *)name, (const xmlChar *)value) ? 0
										       : -ENOMEM;
}

static void drop(xmlNode *node)
{
	xmlUnlinkNode(node);
	xmlFreeNode(node);
}

/* What is known of the time before; NULL: nothing. */
static xmlNode *find_record(xmlNode *domain)
{
	xmlNode *metadata = xml_child(domain, "metadata");

	for (xmlNode *node = metadata ? metadata->children : NULL; node; node = node->next)
		if (node->type == XML_ELEMENT_NODE && node->ns &&
		    !strcmp((const char *)node->ns->href, NAMESPACE))
			return node;
	return NULL;
}

static xmlNode *make_record(xmlNode *domain)
{
	xmlNode *record = find_record(domain), *metadata;
	xmlNs *ns;

	if (record)
		return record;
	metadata = child_of(domain, "metadata");
	record = metadata ? xmlNewChild(metadata, NULL, (const xmlChar *)"memory", NULL) : NULL;
	if (!record)
		return NULL;
	ns = xmlNewNs(record, (const xmlChar *)NAMESPACE, (const xmlChar *)"vtrace");
	if (!ns)
		return NULL;
	xmlSetNs(record, ns);
	return record;
}

/* Give the child of the backing that value, and keep what it had. */
static int change(xmlNode *record, xmlNode *backing, const struct part *part)
{
	char *before = xml_attribute(xml_child(backing, part->element), part->attribute);
	int ret = set_attribute(record, part->element, before ? before : "none");

	if (!ret)
		ret = set_attribute(child_of(backing, part->element), part->attribute, part->value);
	xmlFree(before);
	return ret;
}

/*
 * libvirt, "Domain XML format", Memory Backing: with <source type='file'/> (or memfd, or huge
 * pages) and <access mode='shared'/> QEMU maps a file in a way that others see what is written to
 * it.
 */
static int share_memory(xmlNode *domain, struct setup_memory *memory)
{
	xmlNode *backing = child_of(domain, "memoryBacking"), *record;
	xmlNode *source = xml_child(backing, "source");
	bool kept = xml_child(backing, "hugepages") || xml_attribute_is(source, "type", "file") ||
		    xml_attribute_is(source, "type", "memfd");
	bool shared = xml_attribute_is(xml_child(backing, "access"), "mode", "shared");
	int ret = 0;

	if (kept && shared)
		return 0;
	memory->shared = true;
	record = make_record(domain);
	if (!backing || !record)
		return -ENOMEM;
	if (!kept)
		ret = change(record, backing, &source_part);
	if (!ret && !shared)
		ret = change(record, backing, &access_part);
	return ret;
}

/* Put back what the child of the backing had, unless somebody has changed it since. */
static int put_back(const xmlNode *record, const xmlNode *backing, const struct part *part)
{
	char *before = xml_attribute(record, part->element);
	xmlNode *node = xml_child(backing, part->element);
	int ret = 0;

	if (before && xml_attribute_is(node, part->attribute, part->value)) {
		if (strcmp(before, "none") != 0)
			ret = set_attribute(node, part->attribute, before);
		else
			drop(node);
	}
	xmlFree(before);
	return ret;
}

static int unshare_memory(xmlNode *domain, struct setup_memory *memory)
{
	xmlNode *record = find_record(domain), *backing = xml_child(domain, "memoryBacking");
	xmlNode *metadata;
	int ret;

	if (!record)
		return 0;
	memory->shared = true;
	ret = put_back(record, backing, &source_part);
	if (!ret)
		ret = put_back(record, backing, &access_part);
	if (backing && !xmlFirstElementChild(backing))
		drop(backing);
	metadata = record->parent;
	drop(record);
	if (!xmlFirstElementChild(metadata))
		drop(metadata);
	return ret;
}

static int set_line(xmlNode *os, const char *line)
{
	xmlNode *node = child_of(os, "cmdline");

	if (!node)
		return -ENOMEM;
	xmlNodeSetContent(node, NULL);
	if (*line)
		xmlNodeAddContent(node, (const xmlChar *)line);
	else
		drop(node);
	return 0;
}

static int set_words(xmlNode *domain, const char *words, struct setup_memory *memory)
{
	xmlNode *os = xml_child(domain, "os");
	char *line, *changed;
	int ret = 0;

	memory->direct = xml_child(os, "kernel");
	if (!memory->direct)
		return 0;
	line = xml_child_text(os, "cmdline");
	changed = with_words(line ? line : "", words);
	memory->worded = changed && strcmp(line ? line : "", changed) != 0;
	if (!changed)
		ret = -ENOMEM;
	else if (memory->worded)
		ret = set_line(os, changed);
	free(changed);
	xmlFree(line);
	return ret;
}

int setup_memory_change(struct setup_memory *memory, const char *xml, const char *words,
			char *error, size_t error_size)
{
	xmlChar *text = NULL;
	xmlDoc *doc;
	int ret = xml_parse(&doc, xml, "domain", error, error_size), size;

	memset(memory, 0, sizeof(*memory));
	if (ret)
		return ret;
	snprintf(error, error_size, "out of memory");
	ret = words ? share_memory(xmlDocGetRootElement(doc), memory)
		    : unshare_memory(xmlDocGetRootElement(doc), memory);
	if (!ret)
		ret = set_words(xmlDocGetRootElement(doc), words, memory);
	if (!ret)
		xmlDocDumpMemory(doc, &text, &size);
	memory->xml = text ? strdup((const char *)text) : NULL;
	if (!ret && !memory->xml)
		ret = -ENOMEM;
	xmlFree(text);
	xmlFreeDoc(doc);
	return ret;
}
