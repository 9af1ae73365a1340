// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/observer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RETRIES	 4 /* of a look that the guest may have changed meanwhile, and of fresh starts */
#define READER	 0 /* the place of the reader's sub-buffer */
#define NO_PLACE UINT32_MAX

/* Empty sub-buffers that are passed in one go while the guest runs: a kernel leaves one or two. */
#define EMPTY_MAX 64

struct header {
	uint64_t stamp;
	uint64_t commit;
	uint32_t length; /* of its data */
};

/* Where an observer is: in this sub-buffer, behind so many bytes of its data. */
struct position {
	uint32_t number; /* its place in memory */
	uint32_t place;	 /* and in the ring */
	uint32_t next;	 /* the place of the one behind it, where the reader's does not tell */
	uint64_t stamp;
	uint64_t time; /* of the last event handed on */
	uint32_t taken;
	bool whole; /* nothing more comes into it */
};

/* A sub-buffer that holds something, in the order of the ring. */
struct stop {
	uint32_t place;
	uint64_t stamp;
};

struct observer {
	struct ram *ram;
	const struct ring_buffer *buffer;
	uint32_t cpu;
	bool once;
	struct page_geometry geometry;
	struct ring_look look;
	bool looked;
	uint64_t nonsense; /* ms, since when no look made sense; 0: the last one did */
	bool moved;	   /* the guest has the ring elsewhere: it has booted */
	uint32_t *order;   /* by place, and places by number */
	uint32_t *place;
	struct stop *stops; /* where it could begin */
	struct position at;
	bool placed;	    /* at is where it stands */
	bool started;	    /* or where it stood last */
	bool missed;	    /* events before the next page are missing */
	bool at_boot;	    /* what comes next is of another boot */
	bool may_boot;	    /* and that has been seen to */
	uint64_t part_time; /* ms, of the last part of a sub-buffer */
	uint32_t left;	    /* sub-buffers left behind */
	uint64_t overtaken;
};

int observer_new(struct observer **observer, struct ram *ram, const struct ring_buffer *buffer,
		 uint32_t cpu, bool once)
{
	struct observer *o = calloc(1, sizeof(*o));

	if (!o)
		return -ENOMEM;
	o->ram = ram;
	o->buffer = buffer;
	o->cpu = cpu;
	o->once = once;
	o->geometry = (struct page_geometry){.size = buffer->subbuf_size, .long_size = 8};
	o->order = calloc(buffer->subbufs, sizeof(*o->order));
	o->place = calloc(buffer->subbufs, sizeof(*o->place));
	o->stops = calloc(buffer->subbufs, sizeof(*o->stops));
	if (!o->order || !o->place || !o->stops) {
		observer_free(o);
		return -ENOMEM;
	}
	*observer = o;
	return 0;
}

void observer_free(struct observer *observer)
{
	if (!observer)
		return;
	free(observer->order);
	free(observer->place);
	free(observer->stops);
	free(observer);
}

/* ---- sub-buffers ---- */

static uint64_t offset_of(const struct observer *observer, uint32_t number)
{
	return observer->buffer->cpus[observer->cpu].pages +
	       (uint64_t)number * observer->buffer->subbuf_size;
}

static int read_header(const struct observer *observer, uint32_t number, struct header *header)
{
	uint8_t bytes[16];
	int ret = ram_read(observer->ram, offset_of(observer, number), bytes, sizeof(bytes));

	if (ret)
		return ret;
	header->stamp = page_u64(&observer->geometry, bytes);
	header->commit = page_u64(&observer->geometry, bytes + 8);
	header->length = header->commit & PAGE_COMMIT_LENGTH;
	/* More than there is room for: nothing of it is believed, and the page tells by itself. */
	if (header->length > observer->geometry.size - page_header_size(&observer->geometry))
		header->length = observer->geometry.size - page_header_size(&observer->geometry);
	return 0;
}

/* The same of a sub-buffer that was copied, to be compared with what it was before: commit first.
 * The guest writes commit behind the time stamp (smp_wmb()), so that a commit of another round
 * comes with its time stamp. */
static int read_header_again(const struct observer *observer, uint32_t number,
			     struct header *header)
{
	struct header commit;
	int ret = read_header(observer, number, &commit);

	if (!ret)
		ret = read_header(observer, number, header);
	if (ret)
		return ret;
	header->commit = commit.commit;
	header->length = commit.length;
	return 0;
}

static void write_u64(uint8_t *to, uint64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

/* The place behind another in the ring; the reader's has none. */
static uint32_t behind(const struct observer *observer, uint32_t place)
{
	return place + 1 < observer->buffer->subbufs ? place + 1 : READER + 1;
}

static uint32_t before(const struct observer *observer, uint32_t place)
{
	return place > READER + 1 ? place - 1 : observer->buffer->subbufs - 1;
}

/* ---- copying ---- */

enum took {
	TOOK_NOTHING,
	TOOK_PAGE,
	TOOK_OVERTAKEN, /* it is another page by now */
};

/* What a copy found out about its sub-buffer. */
struct copied {
	uint64_t stamp;
	uint64_t time; /* of its last event */
	uint32_t length;
	bool whole;
};

/* Make the copy a page that begins behind the first from bytes of its data. */
static void cut_page(struct observer *observer, uint8_t *page, const struct header *header,
		     uint32_t from, uint64_t time)
{
	uint32_t head = page_header_size(&observer->geometry), length = header->length - from;
	uint64_t commit = header->commit;

	if (from) {
		memmove(page + head, page + head + from, length);
		write_u64(page, time);
		commit = length;
	} else if (header->length == (commit & PAGE_COMMIT_LENGTH)) {
		/* The count that a reader in the guest may have left behind the data is not copied.
		 */
		commit &= ~(uint64_t)PAGE_COMMIT_STORED;
	}
	if (observer->missed)
		commit = (commit & UINT32_MAX) | PAGE_COMMIT_MISSED;
	write_u64(page + 8, commit);
	memset(page + head + length, 0, observer->geometry.size - head - length);
}

/* When the page's last event was. */
static uint64_t last_time(const struct observer *observer, const uint8_t *page)
{
	struct page_cursor cursor;
	struct page_record record;

	page_cursor_init(&cursor, &observer->geometry, page);
	while (page_next(&cursor, &record))
		;
	return cursor.ts;
}

/*
 * Copy what is committed of a sub-buffer behind the first from bytes, of which the last event was
 * at time, as a page. Only one with that stamp, which was read before. enum took, or -errno.
 */
static int take(struct observer *observer, uint32_t number, uint64_t stamp, uint32_t from,
		uint64_t time, uint8_t *page, struct copied *copied)
{
	struct header first, then;
	struct ring_look now;
	int ret = read_header(observer, number, &first);

	if (!ret && (first.stamp != stamp || first.length < from))
		return TOOK_OVERTAKEN;
	if (!ret && first.length > from)
		ret = ram_read(observer->ram, offset_of(observer, number), page,
			       observer->geometry.size);
	/* Whether it is still written to is to be known before the last look at its length. */
	if (!ret)
		ret = ring_meta_look(observer->ram, observer->buffer, observer->cpu, &now);
	if (ret == -EBADMSG)
		return TOOK_OVERTAKEN;
	if (!ret)
		ret = read_header_again(observer, number, &then);
	if (ret)
		return ret;
	if (then.stamp != first.stamp || then.length < first.length)
		return TOOK_OVERTAKEN;
	*copied = (struct copied){
		.stamp = first.stamp,
		.time = from ? time : first.stamp,
		.length = first.length,
		.whole = observer->once ||
			 (!now.idle && now.commit != number && then.length == first.length),
	};
	if (first.length == from)
		return TOOK_NOTHING;
	/* The copy's own header may be of any moment in between. */
	write_u64(page, first.stamp);
	write_u64(page + 8, first.commit);
	cut_page(observer, page, &first, from, time);
	copied->time = last_time(observer, page);
	return TOOK_PAGE;
}

/* ---- where to begin ---- */

/* Is to be of another boot than from, which came before it? */
static bool goes_back(uint64_t from, uint64_t to)
{
	return from > to && from - to > OBSERVER_BACK_NS;
}

/* All that hold something, the oldest first; what stands behind the one that is written to is older
 * than all, and was read by the guest itself. Their number or -errno. */
static int list_stops(const struct observer *observer, struct stop *stops)
{
	const struct ring_look *look = &observer->look;
	uint32_t place = READER, last = observer->place[look->commit];
	int count = 0;

	for (uint32_t i = 0; i < observer->buffer->subbufs; i++) {
		struct header header;
		int ret = read_header(observer, observer->order[place], &header);

		if (ret)
			return ret;
		if (header.length)
			stops[count++] = (struct stop){place, header.stamp};
		if (place == last)
			break;
		place = place == READER ? observer->place[look->head] : behind(observer, place);
	}
	return count;
}

/*
 * The first of them that was not handed on. Where time goes back from one to the next another boot
 * begins. Of the last boot those count that are newer than what was handed on, unless they all
 * are older: then it is a boot that is new itself, and what was not handed on of the one before
 * comes first.
 */
static int first_new(const struct observer *observer, const struct stop *stops, int count)
{
	uint64_t had = observer->at.stamp;
	int boot = count - 1, first;

	if (!observer->started || !count)
		return 0;
	while (boot > 0 && !goes_back(stops[boot - 1].stamp, stops[boot].stamp))
		boot--;
	first = boot;
	if (!goes_back(had, stops[count - 1].stamp)) {
		while (first < count && stops[first].stamp <= had)
			first++;
		return first;
	}
	while (first > 0 && stops[first - 1].stamp > had &&
	       (first == boot || !goes_back(stops[first - 1].stamp, stops[first].stamp)))
		first--;
	return first;
}

/* Stand before the first sub-buffer that was not handed on, so many of them further on. 1; 0: there
 * is none; or -errno. */
static int begin_again(struct observer *observer, uint32_t skip)
{
	struct stop *stops = observer->stops;
	int count, first;

	count = list_stops(observer, stops);
	first = count > 0 ? first_new(observer, stops, count) : 0;
	if (count > 0 && first < count) {
		/* The last one is there however fast the others go. */
		first = (uint32_t)(count - 1 - first) > skip ? first + (int)skip : count - 1;
		observer->at = (struct position){
			.number = observer->order[stops[first].place],
			.place = stops[first].place,
			.next = observer->place[observer->look.head],
			.stamp = stops[first].stamp,
			.time = observer->at.time,
		};
		observer->placed = true;
		observer->started = true;
		count = 1;
	} else if (count > 0) {
		count = 0;
	}
	return count;
}

/* ---- from one to the next ---- */

/* Nobody has overtaken the observer: the sub-buffer where it stands is what it was. */
static bool still_there(struct observer *observer)
{
	struct header header;

	return !read_header(observer, observer->at.number, &header) &&
	       header.stamp == observer->at.stamp && header.length >= observer->at.taken;
}

/* The same of a reader's sub-buffer, which no writer takes: then the one behind it is still the
 * ring's head, or the reader has taken it. */
static bool still_head(struct observer *observer, uint32_t number)
{
	struct ring_look now;

	return !ring_meta_look(observer->ram, observer->buffer, observer->cpu, &now) && !now.idle &&
	       (now.head == number || now.reader == number);
}

/* More was committed to it than was there when it was left to. A guest's CPU may show that it goes
 * on to the next one before it shows the last commit (arm64, rb_set_commit_to_write()); whoever
 * sees the first commit of the next one sees that as well. */
static bool has_grown(const struct observer *observer)
{
	struct header header;

	return !read_header(observer, observer->at.number, &header) &&
	       header.stamp == observer->at.stamp && header.length > observer->at.taken;
}

/*
 * The place of what follows the sub-buffer that was read to its end. *reader: which must be the
 * head still when it has been copied. NO_PLACE: nobody knows.
 */
static uint32_t find_next(struct observer *observer, bool *reader)
{
	const struct position *at = &observer->at;
	uint32_t place = observer->place[at->number];
	uint32_t head = observer->place[observer->look.head];

	*reader = place == READER;
	if (place == READER)
		return at->place == READER ? at->next : behind(observer, at->place);
	if (place == at->place)
		return behind(observer, place);
	/* A reader in the guest has put it back into the ring empty, in the place of what it took
	 * then: that is the one behind it, unless it took more since. */
	*reader = true;
	return before(observer, head) == place ? READER : NO_PLACE;
}

static void stand_at(struct observer *observer, uint32_t place, const struct copied *copied)
{
	observer->at = (struct position){
		.number = observer->order[place],
		.place = place,
		.next = observer->place[observer->look.head],
		.stamp = copied->stamp,
		.time = copied->time,
		.taken = copied->length,
		.whole = copied->whole,
	};
	observer->left++;
}

/* Does time go back before what would be handed on next? Where it does, all CPUs wait for each
 * other. */
static bool another_boot(struct observer *observer, uint64_t stamp)
{
	bool boot = observer->moved || goes_back(observer->at.time, stamp);

	if (observer->may_boot || !boot) {
		observer->may_boot = false;
		observer->moved = false;
		return false;
	}
	observer->at_boot = true;
	return true;
}

/* Parts are for those who wait for them: many small ones would take the room of other pages. */
static bool is_part(const struct observer *observer, uint32_t number)
{
	return number == observer->look.commit && !observer->once;
}

static bool part_due(const struct observer *observer, uint64_t now)
{
	return now - observer->part_time >= OBSERVER_PART_MS;
}

/* Go on to the sub-buffer behind. enum took, OBSERVER_BOOT or -errno. */
static int go_on(struct observer *observer, uint8_t *page, uint64_t now)
{
	struct copied copied = {0};
	bool reader;
	uint32_t place = find_next(observer, &reader), number;
	struct header header;
	int ret;

	if (place == NO_PLACE)
		return TOOK_OVERTAKEN;
	number = observer->order[place];
	ret = read_header(observer, number, &header);
	if (ret)
		return ret;
	/* Empty, it is about to be written to. What its time stamp says is of before. */
	if (!header.length && number == observer->look.commit)
		return reader || still_there(observer) ? TOOK_NOTHING : TOOK_OVERTAKEN;
	if (is_part(observer, number) && !part_due(observer, now))
		return TOOK_NOTHING;
	if (header.length && another_boot(observer, header.stamp))
		return OBSERVER_BOOT;
	ret = take(observer, number, header.stamp, 0, 0, page, &copied);
	if (ret != TOOK_PAGE && ret != TOOK_NOTHING)
		return ret;
	if (reader ? !still_head(observer, number) : !still_there(observer))
		return TOOK_OVERTAKEN;
	if (has_grown(observer)) {
		observer->at.whole = false;
		return TOOK_NOTHING;
	}
	if (ret == TOOK_NOTHING)
		copied.time = observer->at.time;
	else if (!copied.whole)
		observer->part_time = now;
	stand_at(observer, place, &copied);
	return ret;
}

/* What more there is in the sub-buffer where it stands. */
static int take_more(struct observer *observer, uint8_t *page, uint64_t now)
{
	struct position *at = &observer->at;
	struct copied copied;
	int ret;

	if (is_part(observer, at->number) && !part_due(observer, now))
		return TOOK_NOTHING;
	if (!at->taken && at->time && another_boot(observer, at->stamp))
		return OBSERVER_BOOT;
	ret = take(observer, at->number, at->stamp, at->taken, at->time, page, &copied);
	if (ret != TOOK_PAGE && ret != TOOK_NOTHING)
		return ret;
	at->whole = copied.whole;
	if (ret == TOOK_PAGE) {
		at->taken = copied.length;
		at->time = copied.time;
		if (!at->whole)
			observer->part_time = now;
	}
	return ret;
}

/* ---- looks ---- */

static bool same_look(const struct ring_look *a, const struct ring_look *b)
{
	return a->first_buffer == b->first_buffer && a->text_addr == b->text_addr &&
	       a->reader == b->reader && a->head == b->head && a->commit == b->commit &&
	       a->idle == b->idle;
}

/* The ring's order, unless nothing has changed since it was read. A reader in the guest that takes
 * a sub-buffer writes the new order first, and then the new head. */
static int look_once(struct observer *observer)
{
	struct ring_look now;
	int ret = ring_meta_look(observer->ram, observer->buffer, observer->cpu, &now);

	if (!ret && observer->looked && same_look(&now, &observer->look))
		return 0;
	observer->looked = false;
	if (!ret && observer->started && now.first_buffer != observer->look.first_buffer)
		observer->moved = true;
	if (!ret)
		ret = ring_meta_order(observer->ram, observer->buffer, observer->cpu,
				      &observer->look, observer->order, observer->place);
	if (ret)
		return ret;
	observer->looked = true;
	return !observer->look.idle && observer->place[observer->look.head] == READER ? -EBADMSG
										      : 0;
}

/* 0; -EAGAIN: nothing can be said now; or -errno. */
static int look(struct observer *observer, uint64_t ms)
{
	struct ring_look *now = &observer->look;
	int ret = -EBADMSG;

	for (unsigned i = 0; ret == -EBADMSG && i < RETRIES; i++)
		ret = look_once(observer);
	/* It died while a reader took a sub-buffer: the oldest is behind the newest, if the ring
	 * was full, and what is empty is passed over. */
	if (ret == -EBADMSG && observer->once && observer->looked) {
		now->head = observer->order[behind(observer, observer->place[now->commit])];
		ret = 0;
	}
	if (ret != -EBADMSG)
		observer->nonsense = 0;
	else if (!observer->nonsense)
		observer->nonsense = ms;
	if (ret == -EBADMSG && !observer->once && ms - observer->nonsense < OBSERVER_PATIENCE_MS)
		ret = -EAGAIN;
	return !ret && now->idle ? -EAGAIN : ret;
}

/* What follows the place where it stands. enum took, OBSERVER_BOOT or -errno. */
static int read_on(struct observer *observer, uint8_t *page, uint64_t now)
{
	uint32_t most = observer->once ? observer->buffer->subbufs : EMPTY_MAX;
	int ret = observer->at.whole ? TOOK_NOTHING : take_more(observer, page, now);

	/* What was read to its end and is written to again: the guest has gone round. */
	if (ret == TOOK_NOTHING && observer->at.whole &&
	    observer->at.number == observer->look.commit && !still_there(observer))
		return TOOK_OVERTAKEN;
	/* What was empty when it was passed gives no page. Once round is enough: the sub-buffer
	 * that the guest says it writes to need not be in the ring at all. */
	for (uint32_t i = 0; i < most && ret == TOOK_NOTHING && observer->at.whole &&
			     observer->at.number != observer->look.commit;
	     i++) {
		uint32_t number = observer->at.number;

		ret = go_on(observer, page, now);
		if (observer->at.number == number)
			break;
	}
	return ret;
}

/* One page, if there is one. Likewise. */
static int read_page(struct observer *observer, uint8_t *page, uint64_t now)
{
	uint32_t skip = 0;
	int ret = 0;

	for (unsigned tries = 0; !ret && tries < RETRIES; tries++) {
		if (!observer->placed)
			ret = begin_again(observer, skip);
		if (ret <= 0 && !observer->placed)
			return ret;
		ret = read_on(observer, page, now);
		if (ret != TOOK_OVERTAKEN)
			return ret;
		observer->placed = false;
		observer->missed = true;
		observer->overtaken++;
		/* Who is overtaken again and again begins further on. */
		skip = skip ? 2 * skip : tries ? observer->buffer->subbufs / 16 + 1 : 0;
		ret = look(observer, now);
	}
	return ret;
}

ssize_t observer_read(struct observer *observer, uint8_t *to, size_t room, uint64_t now)
{
	size_t got = 0, size = observer->geometry.size;
	uint64_t overtaken = observer->overtaken;
	int ret = observer->at_boot ? OBSERVER_BOOT : look(observer, now);

	/* To begin again costs a look at all sub-buffers, which is not for each page. */
	while (!ret && room - got >= size && observer->overtaken == overtaken) {
		int took = read_page(observer, to + got, now);

		if (took == TOOK_PAGE) {
			observer->missed = false;
			got += size;
			continue;
		}
		ret = took == TOOK_NOTHING ? -EAGAIN : took;
	}
	if (got)
		return (ssize_t)got;
	return ret == -EAGAIN && observer->once ? 0 : ret ? ret : -EAGAIN;
}

void observer_pass_boot(struct observer *observer)
{
	observer->may_boot = true;
	observer->at_boot = false;
}

bool observer_at_boot(const struct observer *observer)
{
	return observer->at_boot;
}

uint32_t observer_progress(struct observer *observer)
{
	uint32_t left = observer->left;

	observer->left = 0;
	return left;
}

uint32_t observer_subbufs(const struct observer *observer)
{
	return observer->buffer->subbufs;
}

uint32_t observer_page_size(const struct observer *observer)
{
	return observer->buffer->subbuf_size;
}

uint64_t observer_overtaken(const struct observer *observer)
{
	return observer->overtaken;
}
