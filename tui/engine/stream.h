/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One CPU's stream: bytes from its source, cut into pages, checked, recorded, counted, kept.
 * The server owns the streams and tells them when their source can be read; cursors read their
 * histories. A stream knows no view and shares with the others of its guest only struct
 * stream_shared.
 *
 * A channel is a stream of bytes: pages come in parts, a reader may start in the middle of one,
 * a guest may reboot in the middle of one. So a channel's pages are reassembled, and when one is
 * not valid, the next place is looked for where pages follow each other; what lies between is a
 * gap. A capture's file holds whole sub-buffers and is never searched, and neither is what an
 * observer gives of a guest's memory, which is live as a channel is and has no descriptor.
 *
 * A channel whose pages follow each other is read straight into the place where the store keeps
 * them, so that they are never copied. Only where they do not are its bytes moved into a buffer
 * aside, until they do again.
 */
#ifndef VTRACE_ENGINE_STREAM_H
#define VTRACE_ENGINE_STREAM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/engine/comms.h"
#include "tui/engine/counts.h"
#include "tui/engine/dat_clock.h"
#include "tui/engine/formats.h"
#include "tui/engine/intake.h"
#include "tui/engine/notes.h"
#include "tui/engine/observer.h"
#include "tui/engine/page.h"
#include "tui/engine/protocol.h"
#include "tui/engine/rawfile.h"
#include "tui/engine/store.h"

#define STREAM_NO_FORMATS UINT32_MAX

/*
 * What the streams of one guest have in common. Streams may be read by several threads, each stream
 * by one at a time: lock is then held for what follows it, for the histories and for the stats of
 * all streams. Streams take it by themselves in stream_read(), stream_idle() and stream_close();
 * whatever else changes a stream wants no thread to be at any.
 */
struct stream_shared {
	pthread_mutex_t lock;
	struct store store;
	struct counts counts;
	struct comms *comms;
	uint32_t epoch; /* of what channels bring: how often the clock restarted */
	/* These change while no thread is at any stream. */
	struct page_geometry geometry;
	struct intake intake;	       /* of the pages in hand, where nothing else is said */
	const struct formats *formats; /* of the pages that come now; NULL: not known yet */
	uint32_t awaited;	       /* the number that those will have, then */
	bool lacking[TALLY_IDS]; /* by event id: one came in this boot, and it has no format yet */
	struct notes notes;
	bool discard; /* throw away what channels bring */
	/* Bytes that may still be recorded; below a page's size there is no more room. */
	_Atomic int64_t record_room;
};

struct stream {
	struct stream_shared *shared;
	struct intake *intake; /* of whoever reads the stream now */
	struct history history;
	struct engine_cpu_stats stats;
	int fd; /* of the source, owned; -1: none */
	bool file;
	struct observer *observer;     /* the source is a guest's memory, owned; else NULL */
	uint32_t number;	       /* of the CPU; stats.cpu tells streams apart */
	const struct dat_clock *clock; /* of a trace.dat that changes times, or NULL */
	const char *prefix;	       /* of its lines: the buffer, or NULL */
	struct page_file pages;	       /* of a file */
	int error;		       /* -errno that ended the source, or 0 */
	struct rawfile record;	       /* where pages go as well */
	int record_error;	       /* -errno that ended the recording, or 0 */
	uint32_t epoch;
	uint64_t last_ts;  /* of the newest page in this epoch */
	uint64_t start_ts; /* of the first page that there ever was; 0: none yet */
	uint32_t start_epoch;
	uint64_t file_offset; /* of the first byte in hand, in the file */
	bool synced;	      /* a page starts there */
	bool touched;	      /* something was read since the stream began */
	bool paused;	      /* tracing was off since the newest page */
	bool lacking;	      /* an event without a format came, and formats may still bring it */
	uint64_t lacking_row; /* in the page that begins here, or before */
	bool noted;	      /* a note waits for the stream's first page */
	uint64_t note;	      /* its number */
	uint64_t gap;	      /* bytes thrown away while looking for a page */
	uint64_t read_time;   /* ms, CLOCK_MONOTONIC, of the last bytes */
	uint8_t *aside;	      /* the bytes in hand; NULL: they lie in the history's tail */
	size_t have;	      /* bytes */
};

/*
 * Formats have been loaded, before stream_set_formats() is told of them. Those of the same boot:
 * pages since the first event that the ones before lack are of these, for a module's events come
 * before somebody asks for their formats; and they stay lacking if these were gathered before the
 * module came.
 */
void stream_take_formats(struct stream *stream, const struct formats *formats, bool same_boot);

/* Begin with no source. 0 or -ENOMEM. */
int stream_new(struct stream **stream, struct stream_shared *shared, unsigned cpu);
void stream_free(struct stream *stream); /* closes what it owns; takes NULL */

/* Pages that come from now on are of these formats, which the caller keeps for as long; NULL: of
 * some that are not there yet, see awaited. */
void stream_set_formats(struct stream_shared *shared, const struct formats *formats);

/* Read from fd (owned from now on) instead of what was before; file: a capture's, read from its
 * start wherever its offset stands. Pages do not stay held from or into a file. */
void stream_open(struct stream *stream, int fd, bool file);
/* Read a file's pages, taken over, from a descriptor that stays the caller's for as long. */
void stream_open_pages(struct stream *stream, const struct page_file *pages);
/* Read from an observer, which is taken over. */
void stream_open_observer(struct stream *stream, struct observer *observer);
/* Is there a source that brings pages as the guest makes them? */
static inline bool stream_is_live(const struct stream *stream)
{
	return !stream->file && (stream->fd >= 0 || stream->observer);
}
/* What time a time stamp of the stream's pages stands for. */
static inline uint64_t stream_time(const struct stream *stream, uint64_t ts)
{
	return stream->clock ? dat_clock_time(stream->clock, stream->number, ts) : ts;
}
/* What is known of a page by itself, without its place in the stream. */
struct entry stream_describe(const struct stream *stream, enum page_fault fault,
			     const struct page_summary *summary);
/* End the source with this state; whole pages still in hand are taken, the rest is a gap.
 * The descriptor stays open: a capture's pages are read from it for as long as they are held, and
 * a channel's must leave the caller's poll set first. */
void stream_close(struct stream *stream, enum engine_channel_state state, uint64_t now);
/* Close the descriptor, or free the observer. */
void stream_drop_source(struct stream *stream);

/*
 * Read and take pages, at most about budget bytes. now is ms, CLOCK_MONOTONIC. Returns true
 * when the history or the state changed. At the end of the source it is stream_close()d.
 */
bool stream_read(struct stream *stream, size_t budget, uint64_t now);

/* A note belongs behind what has come. rebooted: what is in hand never becomes a page. */
void stream_note(struct stream *stream, uint64_t note, bool rebooted, uint64_t now);

/* Bytes are in hand that could be pages, waiting for more to decide. */
bool stream_undecided(const struct stream *stream);
/* Nothing came for a while: decide with what is there. True when the history changed. */
bool stream_idle(struct stream *stream, uint64_t now);

/* Pages are laid out differently from now on: forget what is held, end a recording, read a file
 * again from its start. */
void stream_new_geometry(struct stream *stream);

#endif
