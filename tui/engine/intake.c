// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64
#define ROOM_MIN   2048 /* tasks and names; a page's always fit */

void intake_forget(struct intake *intake)
{
	intake->task_count = intake->name_count = intake->page_count = 0;
	intake->tally.run_count = intake->tally.found_count = 0;
	memset(intake->slots, 0, sizeof(intake->slots));
}

int intake_reserve(struct intake *intake, uint32_t page_size)
{
	uint32_t records = page_size / 8; /* a record takes 8 bytes or more */
	uint32_t task_room = records > ROOM_MIN ? records : ROOM_MIN;
	uint32_t name_room = EVENT_COMM_SOURCES * task_room;
	struct intake_task *tasks;
	struct intake_name *names;

	if (page_size <= intake->page_size)
		return 0;
	tasks = calloc(task_room, sizeof(*tasks));
	names = calloc(name_room, sizeof(*names));

	if (!tasks || !names || tally_resize(&intake->tally, page_size)) {
		free(tasks);
		free(names);
		return -ENOMEM;
	}
	free(intake->tasks);
	free(intake->names);
	intake->tasks = tasks;
	intake->names = names;
	intake->task_room = task_room;
	intake->name_room = name_room;
	intake->page_size = page_size;
	intake_forget(intake);
	return 0;
}

int intake_init(struct intake *intake, uint32_t page_size)
{
	int ret;

	*intake = (struct intake){
		.by_id = calloc(TALLY_IDS, sizeof(*intake->by_id)),
		.ids = calloc(TALLY_IDS, sizeof(*intake->ids)),
	};
	ret = tally_init(&intake->tally, page_size);
	if (!ret)
		ret = intake->by_id && intake->ids ? intake_reserve(intake, page_size) : -ENOMEM;
	return ret;
}

void intake_release(struct intake *intake)
{
	tally_release(&intake->tally);
	free(intake->by_id);
	free(intake->ids);
	free(intake->tasks);
	free(intake->names);
	*intake = (struct intake){0};
}

static struct intake_slot *slot_of(struct intake *intake, int32_t pid)
{
	return &intake->slots[(uint32_t)pid % INTAKE_SLOTS];
}

static void add_events(struct intake *intake)
{
	const struct tally *tally = &intake->tally;

	for (uint32_t i = 0; i < tally->id_count; i++) {
		uint16_t id = tally->ids[i];

		if (!intake->by_id[id])
			intake->ids[intake->id_count++] = id;
		intake->by_id[id] += tally->by_id[id].events;
	}
}

static void add_tasks(struct intake *intake, uint32_t events)
{
	const struct tally *tally = &intake->tally;

	for (uint32_t i = 0; i < tally->run_count; i++) {
		uint32_t end = i + 1 < tally->run_count ? tally->runs[i + 1].first : events;
		int32_t pid = tally->runs[i].pid;
		uint32_t *at = &slot_of(intake, pid)->task;

		if (*at >= intake->task_count || intake->tasks[*at].pid != pid) {
			*at = intake->task_count++;
			intake->tasks[*at] = (struct intake_task){.pid = pid};
		}
		intake->tasks[*at].events += end - tally->runs[i].first;
	}
}

/* Nearly all comms have the kernel's size: told by their bytes, without a call. */
static inline bool same_comm(const char *a, const char *b, uint32_t size)
{
	return size == VTRACE_COMM_LEN ? !memcmp(a, b, VTRACE_COMM_LEN) : !memcmp(a, b, size);
}

static inline void add_name(struct intake *intake, int32_t pid, uint64_t ts, const char *comm,
			    uint32_t size)
{
	uint32_t *at = &slot_of(intake, pid)->name;
	struct intake_name *name = &intake->names[*at];

	if (*at < intake->name_count && name->pid == pid && name->size == size &&
	    ts >= name->last && same_comm(name->comm, comm, size)) {
		name->last = ts;
		return;
	}
	*at = intake->name_count++;
	name = &intake->names[*at];
	*name = (struct intake_name){.pid = pid, .size = size, .first = ts, .last = ts};
	memcpy(name->comm, comm, size);
}

static void add_names(struct intake *intake, const struct page_geometry *geometry,
		      const struct formats *formats, const uint8_t *page)
{
	const struct tally *tally = &intake->tally;

	for (uint32_t i = 0; i < tally->found_count; i++) {
		const struct page_record *record = &tally->found[i];
		const uint8_t *data = page + record->offset;
		const struct event_format *format =
			formats_event(formats, page_u16(geometry, data + RECORD_TYPE_OFFSET));

		if (!format || record->size < format->least)
			continue;
		for (uint32_t n = 0; n < format->comm_count; n++) {
			const struct comm_source *source = &format->comm[n];

			add_name(intake, (int32_t)page_u32(geometry, data + source->pid_offset),
				 record->ts, (const char *)data + source->comm_offset,
				 source->comm_size);
		}
	}
}

/* Whether the page that was just scanned goes on where the last one ended, and has room. */
static bool joins(const struct intake *intake, const struct page_summary *page)
{
	const struct tally *tally = &intake->tally;

	return !intake->page_count ||
	       (page->first_ts >= intake->pages[intake->page_count - 1].last_ts &&
		intake->task_room - intake->task_count >= tally->run_count &&
		intake->name_room - intake->name_count >= EVENT_COMM_SOURCES * tally->found_count);
}

static void clear(struct intake *intake)
{
	while (intake->id_count)
		intake->by_id[intake->ids[--intake->id_count]] = 0;
	intake->page_count = intake->task_count = intake->name_count = 0;
	intake->events = 0;
}

/* Neither reads nor writes. */
static void prefetch(const uint8_t *place, size_t size)
{
	for (size_t at = 0; at < size; at += CACHE_LINE)
		__builtin_prefetch(place + at, 1);
}

enum page_fault intake_fill(struct intake *intake, const struct page_geometry *geometry,
			    const struct formats *formats, const uint8_t *bytes, size_t count,
			    const uint8_t *ahead)
{
	size_t size = geometry->size;

	clear(intake);
	for (; intake->page_count < count && intake->page_count < INTAKE_PAGES; bytes += size) {
		struct page_summary *page = &intake->pages[intake->page_count];
		enum page_fault fault;

		if (ahead)
			prefetch(ahead + intake->page_count * size, size);
		fault = page_scan(geometry, bytes, page, &intake->tally);
		if (fault != PAGE_GOOD)
			return fault;
		if (!joins(intake, page))
			break;
		add_events(intake);
		add_tasks(intake, page->events);
		if (formats)
			add_names(intake, geometry, formats, bytes);
		intake->events += page->events;
		intake->page_count++;
	}
	return PAGE_GOOD;
}
