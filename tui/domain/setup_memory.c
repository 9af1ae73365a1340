// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/setup_memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/domain/xml_node.h"

#define RANGE	"vtrace" /* what the reserved memory and the instance are called */
#define RESERVE "reserve_mem="
#define PLACED	"trace_instance=" RANGE "@" RANGE

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
	/* Aligned to a page. */
	if (asprintf(&words, RESERVE "%.*s:4096:" RANGE " " PLACED "%s", (int)size, ring, events) <
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

/* The command line with these words and without earlier ones; the caller's, or NULL. */
static char *with_words(const char *line, const char *words)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int failed;

	if (!out)
		return NULL;
	for (line += strspn(line, " "); *line; line += strspn(line, " ")) {
		size_t length = strcspn(line, " ");

		if (!is_ours(line, length))
			fprintf(out, "%.*s ", (int)length, line);
		line += length;
	}
	fputs(words, out);
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

/*
 * libvirt, "Domain XML format", Memory Backing: with <source type='file'/> (or memfd, or huge
 * pages) and <access mode='shared'/> QEMU maps a file in a way that others see what is written to
 * it.
 */
static int share_memory(xmlNode *domain, struct setup_memory *memory)
{
	xmlNode *backing = child_of(domain, "memoryBacking");
	xmlNode *source = xml_child(backing, "source");
	bool kept = xml_child(backing, "hugepages") || xml_attribute_is(source, "type", "file") ||
		    xml_attribute_is(source, "type", "memfd");
	int ret = 0;

	if (kept && xml_attribute_is(xml_child(backing, "access"), "mode", "shared"))
		return 0;
	memory->shared = true;
	if (!kept)
		ret = set_attribute(backing ? child_of(backing, "source") : NULL, "type", "file");
	if (!ret)
		ret = set_attribute(child_of(backing, "access"), "mode", "shared");
	return ret;
}

static int set_words(xmlNode *domain, const char *words, struct setup_memory *memory)
{
	xmlNode *os = xml_child(domain, "os"), *node;
	char *line, *changed;
	int ret = 0;

	memory->direct = xml_child(os, "kernel");
	if (!memory->direct)
		return 0;
	line = xml_child_text(os, "cmdline");
	changed = with_words(line ? line : "", words);
	memory->worded = changed && (!line || strcmp(line, changed) != 0);
	node = memory->worded ? child_of(os, "cmdline") : NULL;
	if (node) {
		xmlNodeSetContent(node, NULL);
		xmlNodeAddContent(node, (const xmlChar *)changed);
	}
	if (!changed || (memory->worded && !node))
		ret = -ENOMEM;
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
	ret = share_memory(xmlDocGetRootElement(doc), memory);
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
