/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One guest kernel's event formats, parsed by libtraceevent out of a formats bundle, and beside
 * each event what the engine must know before it lets libtraceevent near a record: the least
 * size, the dynamic fields to bound, the fields that carry task names. Called by the server
 * (load) and by streams and the printer (look up). It decodes no record.
 *
 * libtraceevent's plugins are opened from disk, which the locked-down engine can't do, so parsers
 * with plugins are made in advance: a formats_stock.
 */
#ifndef VTRACE_ENGINE_FORMATS_H
#define VTRACE_ENGINE_FORMATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <traceevent/event-parse.h>

#include "formats/bundle.h"
#include "tui/engine/comms.h"
#include "tui/engine/format_bounds.h"
#include "tui/engine/page.h"
#include "tui/engine/program.h"
#include "tui/engine/protocol.h"

/* So many times one engine can load formats before it has none with plugins left. */
#define FORMATS_STOCK 16

struct formats_stock {
	struct {
		struct tep_handle *tep;
		struct tep_plugin_list *plugins;
	} parser[FORMATS_STOCK];
	unsigned used;
};

/* Offsets of common_type (2 bytes) and common_pid (4 bytes) in every record: struct trace_entry,
 * Linux, include/linux/trace_events.h, unchanged since 2.6.31. */
#define RECORD_TYPE_OFFSET 0
#define RECORD_PID_OFFSET  4

/* A (pid, comm) pair of fields in an event. */
struct comm_source {
	uint32_t pid_offset; /* 4 bytes */
	uint32_t comm_offset;
	uint32_t comm_size; /* bytes, at most VTRACE_COMM_LEN */
};

/* A __data_loc or __rel_loc word: length << 16 | offset (Linux, include/trace/trace_events.h). */
struct dynamic_field {
	uint32_t offset;   /* of the word in the record */
	uint32_t relative; /* __rel_loc: offsets count from behind the word; else 0 */
};

#define EVENT_COMM_SOURCES 2

struct event_format {
	struct tep_event *event;
	char *label; /* its name as lines begin with it, OUT_BLOCK bytes behind */
	uint32_t label_length;
	char *print_text;	/* its print format as the guest wrote it; NULL: not kept */
	struct program program; /* prints it; count 0: libtraceevent does */
	uint32_t least;		/* bytes that a record must have */
	uint32_t extent;	/* bytes that libtraceevent may look at without asking */
	uint32_t most;		/* bytes of a record that there is time to print */
	uint32_t most_slow;	/* and by libtraceevent, where a program can't after all */
	uint32_t dynamic_count;
	struct dynamic_field *dynamic;
	uint32_t comm_count;
	struct comm_source comm[EVENT_COMM_SOURCES];
	bool names_printed; /* libtraceevent's plugin takes names from it while it prints */
};

struct formats {
	struct tep_handle *tep;
	struct tep_plugin_list *plugins;
	struct page_geometry geometry;
	struct programs programs;
	uint32_t number; /* given by who loaded it */
	uint64_t digest; /* of all that was parsed, to see that a new export brings nothing new */
	char boot_id[64];
	char machine[32]; /* as of uname -m; "" not known */
	struct event_format *events;
	size_t event_count;
	uint32_t failed; /* event formats that did not parse */
	struct format_bounds bounds;
	bool addresses_hidden;
	uint16_t *by_id; /* event id → index in events + 1; 0: none */
};

/* Make the parsers of a stock and load the plugins as trace-cmd does (tep_load_plugins: the
 * system's directory, $TRACEEVENT_PLUGIN_DIR, ~/.traceevent/plugins). 0 or -ENOMEM. */
int formats_stock_init(struct formats_stock *stock);
void formats_stock_release(struct formats_stock *stock);

/*
 * Read a bundle from fd (from its start) and parse it. Names of saved_cmdlines go into comms.
 * reply is filled in every case. 0 or -errno, with reply->error and reply->reason saying why.
 * An event whose format does not parse is counted in reply->failed and left out. When the bundle
 * is of the same boot and says the same as current (may be NULL), *formats becomes NULL.
 */
int formats_load(struct formats **formats, const struct formats *current,
		 struct formats_stock *stock, int fd, struct comms *comms,
		 struct engine_formats_reply *reply);

/* What a guest's memory says of its kernel, "" where it says nothing. */
struct formats_of {
	char build_id[VTRACE_BUILD_ID_SIZE];
	char release[68];
	char banner[256];
	bool any; /* those of another kernel are loaded, with a word of it in reply->reason */
};

/* The same of a bundle that has to be of that kernel: -EKEYREJECTED. By the build id where both
 * tell it, else by the banner, else by the release; where they tell nothing in common it is taken.
 */
int formats_load_of(struct formats **formats, const struct formats *current,
		    struct formats_stock *stock, int fd, struct comms *comms,
		    const struct formats_of *of, struct engine_formats_reply *reply);
/* The same of a bundle that is in memory already; words of an earlier failing stay in
 * reply->reason. */
int formats_load_bundle(struct formats **formats, const struct formats *current,
			struct formats_stock *stock, const struct bundle *bundle,
			struct comms *comms, struct engine_formats_reply *reply);
void formats_free(struct formats *formats); /* takes NULL */

static inline const struct event_format *formats_event(const struct formats *formats, uint16_t id)
{
	uint16_t index = formats->by_id[id];

	return index ? &formats->events[index - 1] : NULL;
}

#endif
