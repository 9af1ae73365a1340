/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Good pages of one stream that follow each other, checked and summed up before anybody else is
 * told: events by id and by task, and the names of tasks that are on them, each once with the
 * times when it was first and last seen. So what streams share is held once for many pages, and
 * for little. Streams fill an intake and hand its sums on; it holds no lock and no page.
 *
 * All of its pages are of one epoch: a page on which time runs backwards begins the next one.
 */
#ifndef VTRACE_ENGINE_INTAKE_H
#define VTRACE_ENGINE_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/names.h"
#include "tui/engine/formats.h"
#include "tui/engine/page.h"
#include "tui/engine/tally.h"

#define INTAKE_PAGES 64
#define INTAKE_SLOTS 256 /* a power of two */

/* Events of a task. A task may have more than one of these. */
struct intake_task {
	int32_t pid;
	uint32_t events;
};

/* A name that a pid had from first to last, without another one seen in between. */
struct intake_name {
	int32_t pid;
	uint32_t size; /* bytes of comm, which may be unterminated */
	uint64_t first;
	uint64_t last;
	char comm[VTRACE_COMM_LEN];
};

/* Where what is known of a pid stands: the index of its newest entry. Old ones point anywhere. */
struct intake_slot {
	uint32_t task;
	uint32_t name;
};

struct intake {
	struct tally tally; /* of the page looked at last */
	uint32_t page_count;
	uint32_t task_count;
	uint32_t name_count;
	uint32_t id_count;
	uint64_t events;
	struct page_summary pages[INTAKE_PAGES];
	uint32_t *by_id; /* TALLY_IDS: events of each */
	uint16_t *ids;	 /* those that there are, each once */
	struct intake_task *tasks;
	struct intake_name *names; /* in the order of their first times, for each pid */
	uint32_t page_size;	   /* at most */
	uint32_t task_room;
	uint32_t name_room;
	struct intake_slot slots[INTAKE_SLOTS]; /* by pid */
};

/* For pages of at most page_size bytes. 0 or -ENOMEM; release takes what init left. */
int intake_init(struct intake *intake, uint32_t page_size);
/* Have room for pages of page_size bytes as well: a larger one stays, and what the tally wants, but
 * sums may be forgotten. 0, or -ENOMEM with all as it was. */
int intake_reserve(struct intake *intake, uint32_t page_size);
/* Forget all sums: pages have other formats or another shape from now on. */
void intake_forget(struct intake *intake);
void intake_release(struct intake *intake);

/*
 * Begin anew with those of count pages at bytes that are good, until one is not, or time runs
 * backwards, or there is no room. formats: theirs, for names; NULL: not known. ahead: where the
 * next count pages will be read to, or NULL. That memory was last used long ago, so it is called
 * into the cache meanwhile. Returns the fault of the page behind those taken, PAGE_GOOD when it has
 * none or was not looked at.
 */
enum page_fault intake_fill(struct intake *intake, const struct page_geometry *geometry,
			    const struct formats *formats, const uint8_t *bytes, size_t count,
			    const uint8_t *ahead);

#endif
