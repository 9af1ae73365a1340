/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A search of a guest's memory for ring buffers, and for what it says of its kernel: at page
 * starts for the magic number of ring_meta.h and for vmcoreinfo (Linux, kernel/vmcore_info.c, whose
 * text has a page of its own), everywhere for linux_banner (init/version-timestamp.c). The server
 * does it in steps that take a moment each. What it finds about the kernel is the guest's word,
 * with which the console chooses formats, and nothing else is done with it.
 */
#ifndef VTRACE_ENGINE_MEMORY_SEARCH_H
#define VTRACE_ENGINE_MEMORY_SEARCH_H

#include "tui/engine/protocol.h"
#include "tui/engine/ring_meta.h"

#define MEMORY_SEARCH_BANNERS 8 /* different ones that are told apart */

struct memory_banner {
	uint32_t seen;
	char text[256];
};

struct memory_search {
	struct ram *ram; /* the caller's */
	uint64_t at;	 /* offset of the next byte to look at */
	uint64_t read;	 /* bytes that were, those of descriptions in vain as well */
	uint64_t left;	 /* bytes that this step may still look at */
	bool hinted;	 /* a buffer was where it was said to be */
	bool done;
	int error; /* -errno that ended it before the memory's end */
	uint32_t buffer_count;
	struct ring_buffer *buffers; /* RING_BUFFERS_MAX */
	uint32_t banner_count;
	struct memory_banner banners[MEMORY_SEARCH_BANNERS];
	char release[68];
	char build_id[44];
	char warning[256];
	uint8_t *bytes; /* of the chunk in hand */
};

/* Look at hint first (ENGINE_MEMORY_ANYWHERE: nowhere). 0 or -ENOMEM; release it in any case. */
int memory_search_begin(struct memory_search *search, struct ram *ram, uint64_t hint);
/* Look at some MiB more. True: that was all. */
bool memory_search_step(struct memory_search *search);
/* What is known by now, as a reply and reply->buffers × struct engine_memory_buffer behind it. */
void memory_search_tell(const struct memory_search *search, struct engine_memory_reply *reply,
			struct engine_memory_buffer *buffers);
void memory_search_release(struct memory_search *search);

#endif
