// SPDX-License-Identifier: GPL-2.0-only
/*
 * A page as a guest may send it: walked in each way that the engine has, which have to agree, and
 * every record printed. The input is three bytes, see take_head(), and the page. Or records that
 * are put on a page, so that every event is easily reached: see make_records().
 */
#include "tests/fuzz/fuzz.h"
#include "tui/engine/tally.h"

#define HEAD	 3
#define PAGE_MAX 65536

struct input {
	struct page_geometry geometry;
	bool records; /* not a page */
	size_t small;
	unsigned cpu;
	uint8_t *page;
};

static struct {
	struct fuzz_formats formats;
	struct fuzz_print print;
	struct tally tally;
} fuzz;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_formats_load(&fuzz.formats);
	fuzz_print_init(&fuzz.print);
	CHECK(!tally_init(&fuzz.tally, PAGE_MAX));
	for (unsigned id = 0; id < TALLY_IDS; id += 3)
		fuzz.tally.by_id[id].wanted = 1;
	return 0;
}

/* Long size, byte order, size of a page (or as long as the input); the small buffer; the CPU. */
static void take_head(struct input *input, const uint8_t *head, size_t length)
{
	static const uint32_t sizes[3] = {4096, 8192, PAGE_MAX};
	unsigned size = head[0] >> 2 & 3;
	uint32_t exact = length < 16 ? 16 : length > PAGE_MAX ? PAGE_MAX : (uint32_t)length;

	input->geometry = (struct page_geometry){
		.size = size < 3 ? sizes[size] : exact,
		.long_size = head[0] & 1 ? 4 : 8,
		.big_endian = head[0] & 2,
	};
	input->records = head[0] & 128;
	input->small = head[1];
	input->cpu = head[2];
}

static void put(const struct page_geometry *geometry, uint8_t *at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		at[geometry->big_endian ? bytes - 1 - i : i] = (uint8_t)(value >> (8 * i));
}

/* A record's header, and its length where that does not fit in; returns where its data begins. */
static uint8_t *put_header(const struct page_geometry *geometry, uint8_t *at, uint32_t size)
{
	uint32_t type = size <= 28 * 4 ? size / 4 : 0;

	put(geometry, at, geometry->big_endian ? type << 27 | 1 : 1 << 5 | type, 4);
	if (type)
		return at + 4;
	put(geometry, at + 4, size + 4, 4);
	return at + 8;
}

/* Records one behind the other: which event, 2 bytes; words of data, 1 byte; the data, in which
 * the event's id is filled in. */
static void make_records(struct input *input, const struct formats *formats, const uint8_t *bytes,
			 size_t length)
{
	const struct page_geometry *geometry = &input->geometry;
	uint32_t header = page_header_size(geometry);
	uint8_t *at = input->page + header, *end = input->page + geometry->size;

	put(geometry, input->page, 1000, 8);
	while (length >= 3) {
		size_t event = (bytes[0] | (size_t)bytes[1] << 8) % formats->event_count;
		uint32_t size = 4 + bytes[2] * 4u;
		size_t given;

		bytes += 3;
		length -= 3;
		if ((size_t)(end - at) < size + 8)
			break;
		at = put_header(geometry, at, size);
		given = size < length ? size : length;
		memcpy(at, bytes, given);
		put(geometry, at, (uint64_t)formats->events[event].event->id, 2);
		at += size;
		bytes += given;
		length -= given;
	}
	put(geometry, input->page + 8, (uint64_t)(at - input->page) - header, geometry->long_size);
}

/* The tally's sums against those of the walk so far: event n is record. */
struct walked {
	uint32_t events;
	uint32_t found;
	uint32_t run;	  /* that the last event is of, + 1 */
	uint64_t last_ts; /* the latest */
};

static void check_walked(const struct input *input, struct walked *walked,
			 const struct page_record *record)
{
	const uint8_t *data = input->page + record->offset;
	uint16_t id = page_u16(&input->geometry, data);
	int32_t pid = record->size >= 8 ? (int32_t)page_u32(&input->geometry, data + 4) : -1;

	CHECK(record->size >= 4 && record->size % 4 == 0);
	CHECK(record->offset >= page_header_size(&input->geometry) + 4 &&
	      record->offset <= input->geometry.size &&
	      record->size <= input->geometry.size - record->offset);
	if (walked->run < fuzz.tally.run_count &&
	    fuzz.tally.runs[walked->run].first == walked->events)
		walked->run++;
	CHECK(walked->run && fuzz.tally.runs[walked->run - 1].pid == pid);
	CHECK(fuzz.tally.by_id[id].events);
	if (fuzz.tally.by_id[id].wanted) {
		CHECK(walked->found < fuzz.tally.found_count);
		CHECK(!memcmp(&fuzz.tally.found[walked->found++], record, sizeof(*record)));
	}
	walked->events++;
	if (record->ts > walked->last_ts)
		walked->last_ts = record->ts;
}

static void check_sums(const struct input *input, const struct walked *walked,
		       const struct page_summary *summary, enum page_fault fault)
{
	struct page_summary checked;
	uint32_t events = 0;

	CHECK(page_check(&input->geometry, input->page, &checked) == fault);
	CHECK(checked.first_ts == summary->first_ts && checked.last_ts == summary->last_ts &&
	      checked.lost == summary->lost && checked.events == summary->events &&
	      checked.length == summary->length && checked.lost_flag == summary->lost_flag);
	CHECK(walked->events == summary->events);
	CHECK(walked->found == fuzz.tally.found_count && walked->run == fuzz.tally.run_count);
	if (walked->events)
		CHECK(walked->last_ts == summary->last_ts);
	for (uint32_t i = 0; i < fuzz.tally.id_count; i++)
		events += fuzz.tally.by_id[fuzz.tally.ids[i]].events;
	CHECK(events == summary->events);
	CHECK(*page_fault_text(fault));
	if (page_plausible(&input->geometry, input->page))
		CHECK(fault == PAGE_GOOD || fault >= PAGE_RECORD_CUT);
}

/* A record in memory of its own. */
static struct record lift(const struct input *input, const struct page_record *record)
{
	return (struct record){
		.data = exactly(input->page + record->offset, record->size),
		.size = record->size,
		.swap = input->geometry.big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__),
		.big_endian = input->geometry.big_endian,
		.long_size = (uint8_t)input->geometry.long_size,
		.cpu = input->cpu,
	};
}

static void print(const struct input *input, const struct record *record, uint64_t ts,
		  const struct record *next)
{
	unsigned which = fuzz_formats_for(&input->geometry);
	struct print_job job = {
		.formats = fuzz.formats.formats[which],
		.geometry = &input->geometry,
		.comms = fuzz.formats.comms[which],
		.data = record->data,
		.size = record->size,
		.cpu = input->cpu,
		.ts = ts,
	};

	fuzz_print_record(&fuzz.print, &job, next, input->small);
}

/* The lines that are of the page and of no record. */
static void print_page(const struct input *input, const struct page_summary *summary,
		       enum page_fault fault)
{
	uint8_t *buffer = exactly(NULL, input->small);
	struct out out;

	out_init(&out, (char *)buffer, input->small);
	if (summary->lost_flag)
		line_lost(&out, input->cpu, summary->lost);
	if (fault != PAGE_GOOD)
		line_bad_page(&out, input->cpu, page_fault_text(fault));
	CHECK(out.at <= out.end);
	free(buffer);
}

static void walk(const struct input *input)
{
	struct page_record found, last = {0};
	struct record record = {0}, next;
	struct walked walked = {0};
	struct page_summary summary;
	struct page_cursor cursor;
	enum page_fault fault;

	fault = page_scan(&input->geometry, input->page, &summary, &fuzz.tally);
	page_cursor_init(&cursor, &input->geometry, input->page);
	while (page_next(&cursor, &found)) {
		check_walked(input, &walked, &found);
		next = lift(input, &found);
		if (record.data)
			print(input, &record, last.ts, &next);
		free((void *)(uintptr_t)record.data);
		record = next;
		last = found;
	}
	if (record.data)
		print(input, &record, last.ts, NULL);
	free((void *)(uintptr_t)record.data);
	CHECK(cursor.fault == fault);
	check_sums(input, &walked, &summary, fault);
	print_page(input, &summary, fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct input input;

	if (length < HEAD)
		return -1;
	take_head(&input, bytes, length - HEAD);
	bytes += HEAD;
	length -= HEAD;
	input.page = exactly(NULL, input.geometry.size);
	if (input.records)
		make_records(&input, fuzz.formats.formats[fuzz_formats_for(&input.geometry)], bytes,
			     length);
	else
		memcpy(input.page, bytes,
		       length < input.geometry.size ? length : input.geometry.size);
	line_style_reset(&fuzz.print.style);
	walk(&input);
	free(input.page);
	return 0;
}
