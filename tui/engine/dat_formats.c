// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/engine/dat_private.h"

#define EVENT_NAME_MAX 96 /* and of a system, with what stands around them in a section's name */

/* Bytes off the reader, to be kept for as long as the bundle. */
static int keep(struct dat *dat, struct dat_reader *reader, uint64_t size, const char **bytes)
{
	char **blocks, *block;

	if (size > dat_left(reader)) {
		reader->cut = true;
		return -ENODATA;
	}
	if (size > VTRACE_BUNDLE_MAX - dat->block_bytes)
		return -E2BIG;
	if (dat->block_count % 64 == 0) {
		blocks = reallocarray(dat->blocks, dat->block_count + 64, sizeof(*blocks));
		if (!blocks)
			return -ENOMEM;
		dat->blocks = blocks;
	}
	block = malloc(size ? size : 1);
	if (!block)
		return -ENOMEM;
	if (!dat_bytes(reader, block, size)) {
		free(block);
		return -ENODATA;
	}
	dat->blocks[dat->block_count++] = block;
	dat->block_bytes += size;
	*bytes = block;
	return 0;
}

/* The next size bytes are a section of the bundle. */
static int add_section(struct dat *dat, struct dat_reader *reader, const char *name, uint64_t size)
{
	struct bundle *bundle = &dat->bundle;
	struct bundle_section *section;
	const char *bytes;
	int ret;

	if (bundle->section_count == VTRACE_BUNDLE_SECTIONS || size > VTRACE_BUNDLE_SECTION_MAX)
		return -E2BIG;
	ret = keep(dat, reader, size, &bytes);
	if (ret)
		return ret;
	if (bundle->section_count == dat->section_room) {
		size_t room = dat->section_room ? dat->section_room * 2 : 256;

		section = reallocarray(bundle->sections, room, sizeof(*section));
		if (!section)
			return -ENOMEM;
		bundle->sections = section;
		dat->section_room = room;
	}
	section = &bundle->sections[bundle->section_count++];
	*section = (struct bundle_section){.data = bytes, .length = size};
	snprintf(section->name, sizeof(section->name), "%s", name);
	return 0;
}

/* ---- header info ---- */

static int read_header(struct dat *dat, struct dat_reader *reader, const char *name)
{
	char found[sizeof(TRACE_DAT_HEADER_EVENT)];
	uint64_t size;

	if (!dat_bytes(reader, found, strlen(name) + 1))
		return -ENODATA;
	if (memcmp(found, name, strlen(name) + 1))
		return -EBADMSG;
	if (!dat_u64(reader, &size))
		return -ENODATA;
	return add_section(dat, reader, name, size);
}

uint32_t dat_kernel_long(const struct dat *dat)
{
	static const char field[] = " commit;", key[] = "size:";
	const struct bundle_section *section = bundle_find(&dat->bundle, TRACE_DAT_HEADER_PAGE);
	const char *at, *end, *line_end;

	if (!section)
		return 0;
	end = section->data + section->length;
	at = memmem(section->data, section->length, field, sizeof(field) - 1);
	if (!at)
		return 0;
	line_end = memchr(at, '\n', (size_t)(end - at));
	at = memmem(at, (size_t)((line_end ? line_end : end) - at), key, sizeof(key) - 1);
	if (!at || at + sizeof(key) >= end)
		return 0;
	at += sizeof(key) - 1;
	return (*at == '4' || *at == '8') && at[1] == ';' ? (uint32_t)(*at - '0') : 0;
}

/* ---- event formats ---- */

/* The event's name stands in its format's first line: "name: NAME". A name that a bundle can't
 * hold, which no kernel gives, becomes one that tells the events apart. */
static void name_event(struct dat *dat, const char *system)
{
	size_t number = dat->bundle.section_count - 1;
	struct bundle_section *section = &dat->bundle.sections[number];
	static const char key[] = "name: ";
	char event[EVENT_NAME_MAX] = "";
	size_t length;

	if (section->length > sizeof(key) && !memcmp(section->data, key, sizeof(key) - 1)) {
		const char *at = section->data + sizeof(key) - 1;
		const char *end = memchr(at, '\n', section->length - (sizeof(key) - 1));

		length = end ? (size_t)(end - at) : 0;
		if (length < sizeof(event)) {
			memcpy(event, at, length);
			event[length] = '\0';
		}
	}
	snprintf(section->name, sizeof(section->name), "events/%s/%s", system, event);
	if (!event[0] || strchr(event, '/') || !bundle_name_valid(section->name))
		snprintf(section->name, sizeof(section->name), "events/%s/event-%zu", system,
			 number);
}

static int read_events(struct dat *dat, struct dat_reader *reader, const char *system)
{
	uint32_t count;

	if (!dat_u32(reader, &count))
		return -ENODATA;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t size;
		int ret;

		if (!dat_u64(reader, &size))
			return -ENODATA;
		ret = add_section(dat, reader, "", size);
		if (ret)
			return ret;
		name_event(dat, system);
	}
	return 0;
}

static int read_systems(struct dat *dat, struct dat_reader *reader)
{
	uint32_t systems;
	int ret = 0;

	if (!dat_u32(reader, &systems))
		return -ENODATA;
	for (uint32_t i = 0; i < systems && !ret; i++) {
		char system[EVENT_NAME_MAX / 2];

		if (!dat_text(reader, system, sizeof(system)))
			return reader->cut ? -ENODATA : -EBADMSG;
		if (!bundle_name_valid(system) || strchr(system, '/'))
			return -EBADMSG;
		ret = read_events(dat, reader, system);
	}
	return ret;
}

/* ---- listings ---- */

static int read_listing(struct dat *dat, struct dat_reader *reader, const char *name, bool wide)
{
	uint64_t size = 0;
	uint32_t word = 0;

	if (wide ? !dat_u64(reader, &size) : !dat_u32(reader, &word))
		return -ENODATA;
	size += word;
	return size ? add_section(dat, reader, name, size) : 0;
}

int dat_read_part(struct dat *dat, struct dat_reader *reader, uint16_t id)
{
	int ret;

	switch (id) {
	case TRACE_DAT_HEADER_INFO:
		ret = read_header(dat, reader, TRACE_DAT_HEADER_PAGE);
		return ret ? ret : read_header(dat, reader, TRACE_DAT_HEADER_EVENT);
	case TRACE_DAT_FTRACE_EVENTS:
		return read_events(dat, reader, "ftrace");
	case TRACE_DAT_EVENT_FORMATS:
		return read_systems(dat, reader);
	case TRACE_DAT_KALLSYMS:
		return read_listing(dat, reader, "kallsyms", false);
	case TRACE_DAT_PRINTK:
		return read_listing(dat, reader, "printk_formats", false);
	case TRACE_DAT_CMDLINES:
		return read_listing(dat, reader, "saved_cmdlines", true);
	default:
		return 0;
	}
}
