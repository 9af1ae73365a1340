// SPDX-License-Identifier: GPL-2.0-only
/*
 * What two channels of a guest bring, with all that may happen to them meanwhile: pages that are
 * whole, cut off or made of anything, reboots, other formats, pages of another size, recordings,
 * memory that is needed elsewhere. A list of steps, see struct step; what the steps make of the
 * bytes has to add up, and the rows have to be there in order.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tests/unit/pages.h"
#include "tui/engine/timeline.h"

#define CPUS	    2
#define LARGEST	    65536
#define FED_MAX	    (1u << 20) /* bytes, of one input */
#define PIECES_MAX  4000 /* that an input's bytes are given in; then as many at once as can be */
#define STORE_LIMIT (600u << 10) /* for a few chunks */

/* The input: pieces in which channels give their bytes, sizes of pages as take_geometry() has
 * them; then steps of three bytes each, some with bytes behind them. */
#define HEAD 2

struct step {
	uint8_t what; /* modulo STEPS; the upper bit: of the other CPU */
	uint8_t a, b;
};

enum {
	STEP_BYTES, /* that follow, a + 256 * b of them */
	STEP_PAGES, /* a % 16 + 1 pages, see make() for b */
	STEP_PART,  /* of a page, from one 256th to another */
	STEP_FILL,  /* 64 bytes * b, each of them a */
	STEP_LIE,   /* what begins as a page of a 256ths does, behind it as much of a good one */
	STEP_BACK,  /* the clock, to a; b: how fast it goes from now on */
	STEP_IDLE,
	STEP_NOTE,
	STEP_FORMATS,
	STEP_GEOMETRY,
	STEP_RECORD,
	STEP_DISCARD,
	STEP_PAUSE,
	STEP_REOPEN,
	STEP_CLEAR,
	STEP_FEW, /* bytes at a time from now on */
	STEPS,
};

static struct {
	struct fuzz_formats formats;
	struct timeline timeline;
	struct intake intake;
	struct counts counts;
	uint8_t page[LARGEST];
} fuzz;

struct channel {
	struct stream *stream;
	int in;			/* -1: ended */
	uint64_t fed;		/* bytes */
	uint64_t settled;	/* of pages that had another size */
	uint64_t recorded_from; /* bytes of pages when the recording began */
};

struct attempt {
	struct stream_shared shared;
	struct channel channel[CPUS];
	const uint8_t *at, *end;
	uint64_t ts, pace, now;
	size_t piece;
	unsigned pieces;
	uint64_t fed;
	bool discarded; /* something was */
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_formats_load(&fuzz.formats);
	CHECK(!timeline_init(&fuzz.timeline));
	CHECK(!intake_init(&fuzz.intake, LARGEST));
	CHECK(!counts_init(&fuzz.counts));
	return 0;
}

/* Sizes of a page, and what the formats for such are. */
static struct page_geometry take_geometry(uint8_t from)
{
	static const uint32_t sizes[4] = {4096, 4096, 16384, LARGEST};

	return (struct page_geometry){
		.size = sizes[from >> 2 & 3],
		.long_size = from & 1 ? 4 : 8,
		.big_endian = from & 2,
	};
}

static const struct formats *formats_now(const struct attempt *run)
{
	return fuzz.formats.formats[fuzz_formats_for(&run->shared.geometry)];
}

/* ---- what has to be so ---- */

static uint64_t page_bytes(const struct attempt *run, const struct stream *stream)
{
	return (stream->stats.pages + stream->stats.bad_pages) * run->shared.geometry.size;
}

/* Every byte is in a page or in a gap, or is in hand. */
static void check_bytes(const struct attempt *run, const struct channel *channel)
{
	const struct stream *stream = channel->stream;

	CHECK(stream->stats.bytes == channel->fed);
	if (!run->discarded)
		CHECK(channel->fed == channel->settled + page_bytes(run, stream) +
					      stream->stats.skipped + stream->gap + stream->have);
	if (stream->record.fd >= 0)
		CHECK(stream->stats.recorded == stream->record.bytes &&
		      stream->record.bytes == page_bytes(run, stream) - channel->recorded_from);
	CHECK(stream->have <= history_chunk_size(&stream->history));
	CHECK(stream->history.first_row <= stream->history.next_row);
	CHECK(run->shared.store.used <= STORE_LIMIT + 2 * LARGEST * 4u * CPUS);
}

/* Rows follow each other, each with a page that is as it was when it was taken. */
static void check_history(const struct attempt *run, const struct stream *stream)
{
	uint64_t first, end, row = stream->history.first_row;

	history_pages(&stream->history, &first, &end);
	for (; first < end; first++) {
		const struct entry *entry = history_entry(&stream->history, first);
		const uint8_t *page = history_page(&stream->history, first, fuzz.page);
		struct page_summary summary;
		enum page_fault fault;

		CHECK(entry->first_row == row && entry->first_ts <= entry->last_ts);
		row += entry_rows(entry);
		CHECK(entry_has_page(entry) == (page != NULL));
		if (!page)
			continue;
		fault = page_check(&run->shared.geometry, page, &summary);
		CHECK((entry->kind == ENTRY_PAGE) == (fault == PAGE_GOOD));
		if (entry->kind == ENTRY_PAGE)
			CHECK(entry->events == summary.events &&
			      entry->first_ts == summary.first_ts);
	}
	CHECK(row == stream->history.next_row);
}

static bool is_before(const struct engine_position *a, const struct engine_position *b)
{
	return a->epoch != b->epoch ? a->epoch < b->epoch : a->ts < b->ts;
}

/* All rows that are held, in the order of time. */
static void check_timeline(const struct attempt *run)
{
	struct stream *streams[VTRACE_MAX_CPUS] = {0};
	uint8_t cpus[VTRACE_MAX_CPUS / 8];
	uint64_t rows = 0, held = 0, next[CPUS];
	struct engine_position before = {0};
	struct place place;

	memset(cpus, 0xff, sizeof(cpus));
	for (unsigned i = 0; i < CPUS; i++) {
		streams[i] = run->channel[i].stream;
		held += streams[i]->history.next_row - streams[i]->history.first_row;
		next[i] = streams[i]->history.first_row;
	}
	CHECK(!timeline_begin(&fuzz.timeline, streams, cpus));
	while (timeline_peek(&fuzz.timeline, &place)) {
		CHECK(place.at.cpu < CPUS && place.at.row == next[place.at.cpu]++);
		CHECK(!is_before(&place.at, &before));
		before = place.at;
		rows++;
		CHECK(timeline_next(&fuzz.timeline));
	}
	CHECK(rows == held);
	while (timeline_prev(&fuzz.timeline))
		rows--;
	CHECK(!rows);
}

/* ---- bytes ---- */

static void feed(struct attempt *run, struct channel *channel, const uint8_t *bytes, size_t length)
{
	while (length && channel->in >= 0 && run->fed < FED_MAX) {
		size_t most = run->pieces++ < PIECES_MAX ? run->piece : LARGEST;
		size_t piece = length < most ? length : most;
		uint64_t before = channel->stream->stats.bytes;

		CHECK(write(channel->in, bytes, piece) == (ssize_t)piece);
		channel->fed += piece;
		run->fed += piece;
		/* A channel that gave little at once may have more. */
		while (channel->stream->stats.bytes - before < piece)
			stream_read(channel->stream, LARGEST, ++run->now);
		bytes += piece;
		length -= piece;
	}
}

/* A page with records of an event of the formats, or what looks like one; b: how many. */
static void make(struct attempt *run, uint8_t b)
{
	struct page_maker maker = {.geometry = run->shared.geometry, .page = fuzz.page};
	const struct formats *formats = formats_now(run);
	unsigned words = 1 + b % 28;
	unsigned room = (maker.geometry.size - page_header_size(&maker.geometry)) / (4 + 4 * words);
	unsigned events = b < 128 ? room : room * (255u - b) / 128;

	make_page(&maker, run->ts);
	for (unsigned i = 0; i < events; i++) {
		uint8_t *at = fuzz.page + page_header_size(&maker.geometry) + maker.length + 4;
		unsigned event = (b + i / 16) % (unsigned)formats->event_count;

		make_event(&maker, (uint32_t)(run->pace & 0xffff), words, b);
		put_bytes(&maker.geometry, at,
			  b % 7 ? (uint64_t)formats->events[event].event->id : 65000u + b, 2);
		run->ts += run->pace & 0xffff;
	}
	if (b % 5 == 1 &&
	    maker.length + 8 + page_header_size(&maker.geometry) <= maker.geometry.size)
		make_lost(&maker, b & 16 ? 0 : b);
	run->ts += run->pace;
}

static void feed_lie(struct attempt *run, struct channel *channel, const struct step *step)
{
	struct page_maker maker = {.geometry = run->shared.geometry, .page = fuzz.page};
	size_t size = run->shared.geometry.size, cut = size / 256 * step->a;

	make(run, step->b);
	feed(run, channel, fuzz.page, cut);
	memmove(fuzz.page, fuzz.page + cut, size - cut);
	memset(fuzz.page + size - cut, step->b, cut);
	if (cut && cut < size)
		make_commit(&maker, step->b * 16u);
	feed(run, channel, fuzz.page, size);
}

/* ---- steps ---- */

static void open_channel(struct attempt *run, struct channel *channel)
{
	int pipes[2];

	if (channel->in >= 0) {
		close(channel->in);
		stream_read(channel->stream, 1, ++run->now);
		CHECK(channel->stream->stats.state == ENGINE_CHANNEL_ENDED);
		CHECK(!channel->stream->have && !channel->stream->gap);
	}
	CHECK(!pipe2(pipes, O_NONBLOCK | O_CLOEXEC));
	CHECK(fcntl(pipes[1], F_SETPIPE_SZ, 2 * LARGEST) > 0);
	stream_open(channel->stream, pipes[0], false);
	channel->in = pipes[1];
}

/* As sources_note() and what it calls do. */
static void note(struct attempt *run, struct channel *channel, bool rebooted)
{
	uint64_t number = notes_add(&run->shared.notes, "said");

	if (!rebooted) {
		stream_note(channel->stream, number, false, ++run->now);
		return;
	}
	for (unsigned i = 0; i < CPUS; i++)
		stream_note(run->channel[i].stream, number, true, ++run->now);
	run->shared.awaited = run->shared.formats ? run->shared.formats->number : 0;
	stream_set_formats(&run->shared, NULL);
	run->shared.epoch++;
	counts_clear(&run->shared.counts);
}

static void take_formats(struct attempt *run, bool same_boot)
{
	for (unsigned i = 0; i < CPUS; i++)
		stream_take_formats(run->channel[i].stream, formats_now(run), same_boot);
	if (!same_boot)
		memset(run->shared.lacking, 0, sizeof(run->shared.lacking));
	stream_set_formats(&run->shared, formats_now(run));
}

/* As sources_change_geometry(). */
static void change_geometry(struct attempt *run, uint8_t from)
{
	const struct page_geometry geometry = take_geometry(from), *now = &run->shared.geometry;

	if (now->size == geometry.size && now->long_size == geometry.long_size &&
	    now->big_endian == geometry.big_endian)
		return;
	for (unsigned i = 0; i < CPUS; i++) {
		struct channel *channel = &run->channel[i];
		struct engine_cpu_stats *stats = &channel->stream->stats;

		channel->settled += page_bytes(run, channel->stream);
		stats->pages = stats->bad_pages = 0;
	}
	run->shared.geometry = geometry;
	counts_clear(&run->shared.counts);
	intake_forget(&run->shared.intake);
	for (unsigned i = 0; i < CPUS; i++)
		stream_new_geometry(run->channel[i].stream);
	take_formats(run, from & 16);
}

static void record(struct attempt *run, struct channel *channel)
{
	int fd = memfd_create("record", MFD_CLOEXEC);

	CHECK(fd >= 0);
	rawfile_close(&channel->stream->record);
	channel->recorded_from = page_bytes(run, channel->stream);
	channel->stream->stats.recorded = 0;
	rawfile_open(&channel->stream->record, fd, NULL);
}

static void feed_made(struct attempt *run, struct channel *channel, const struct step *step)
{
	size_t size = run->shared.geometry.size, from = size / 256 * step->a,
	       to = size / 256 * step->b;

	switch (step->what % STEPS) {
	case STEP_PAGES:
		for (unsigned i = 0; i < step->a % 16u + 1; i++) {
			make(run, (uint8_t)(step->b + i));
			feed(run, channel, fuzz.page, size);
		}
		break;
	case STEP_PART:
		make(run, step->a);
		feed(run, channel, fuzz.page + from, to > from ? to - from : size - from);
		break;
	case STEP_FILL:
		memset(fuzz.page, step->a, 64u * step->b);
		feed(run, channel, fuzz.page, 64u * step->b);
		break;
	case STEP_LIE:
		feed_lie(run, channel, step);
		break;
	}
}

static void take_step(struct attempt *run, const struct step *step)
{
	struct channel *channel = &run->channel[step->what >> 7];
	size_t length = step->a | (size_t)step->b << 8;

	switch (step->what % STEPS) {
	case STEP_BYTES:
		length = length < (size_t)(run->end - run->at) ? length
							       : (size_t)(run->end - run->at);
		feed(run, channel, run->at, length);
		run->at += length;
		break;
	case STEP_BACK:
		run->ts = (uint64_t)step->a << 8;
		run->pace = 1ull << step->b % 60;
		break;
	case STEP_IDLE:
		stream_idle(channel->stream, ++run->now);
		break;
	case STEP_NOTE:
		note(run, channel, step->a & 1);
		break;
	case STEP_FORMATS:
		take_formats(run, step->a & 1);
		break;
	case STEP_GEOMETRY:
		change_geometry(run, step->a);
		break;
	case STEP_RECORD:
		record(run, channel);
		break;
	case STEP_DISCARD:
		run->shared.discard = step->a & 1;
		run->discarded |= run->shared.discard;
		break;
	case STEP_PAUSE:
		channel->stream->paused = true;
		break;
	case STEP_REOPEN:
		open_channel(run, channel);
		break;
	case STEP_CLEAR:
		for (unsigned i = 0; i < CPUS; i++)
			history_clear(&run->channel[i].stream->history);
		break;
	case STEP_FEW:
		run->piece = 1 + length % LARGEST;
		break;
	default:
		feed_made(run, channel, step);
	}
}

static void begin(struct attempt *run, const uint8_t *head)
{
	run->piece = 1 + head[0] * 257u;
	run->pace = 1000;
	run->now = 1;
	run->shared.geometry = take_geometry(head[1]);
	pthread_mutex_init(&run->shared.lock, NULL);
	run->shared.comms = comms_new();
	CHECK(run->shared.comms);
	run->shared.record_room = INT64_MAX;
	/* With what an input has left in them, the next one would not be the same again. */
	intake_forget(&fuzz.intake);
	counts_clear(&fuzz.counts);
	run->shared.intake = fuzz.intake;
	run->shared.counts = fuzz.counts;
	store_init(&run->shared.store, STORE_LIMIT);
	for (unsigned i = 0; i < CPUS; i++) {
		run->channel[i].in = -1;
		CHECK(!stream_new(&run->channel[i].stream, &run->shared, i));
		open_channel(run, &run->channel[i]);
	}
	take_formats(run, false);
}

static void end(struct attempt *run)
{
	for (unsigned i = 0; i < CPUS; i++) {
		close(run->channel[i].in);
		stream_close(run->channel[i].stream, ENGINE_CHANNEL_ENDED, ++run->now);
		check_bytes(run, &run->channel[i]);
		check_history(run, run->channel[i].stream);
	}
	check_timeline(run);
	for (unsigned i = 0; i < CPUS; i++)
		stream_free(run->channel[i].stream);
	store_release(&run->shared.store);
	comms_free(run->shared.comms);
	fuzz.intake = run->shared.intake;
	fuzz.counts = run->shared.counts;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct attempt *run = calloc(1, sizeof(*run));

	CHECK(run);
	if (length < HEAD) {
		free(run);
		return -1;
	}
	begin(run, bytes);
	run->at = bytes + HEAD;
	run->end = bytes + length;
	while (run->end - run->at >= 3) {
		struct step step = {run->at[0], run->at[1], run->at[2]};

		run->at += 3;
		take_step(run, &step);
		for (unsigned i = 0; i < CPUS; i++)
			check_bytes(run, &run->channel[i]);
	}
	end(run);
	free(run);
	return 0;
}
