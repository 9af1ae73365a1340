/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a ring buffer lies in a guest's memory, and the order of its sub-buffers: what the kernel
 * keeps beside a buffer in a reserved range of memory (reserve_mem= and trace_instance=NAME@RANGE
 * on its command line), so that a kernel that boots later finds its way in it. Called by the memory
 * source, which looks for buffers, and by observers, at each look. It believes nothing of it: what
 * it hands on is within the buffer, whatever the guest wrote.
 *
 * The format is that of Linux, kernel/trace/ring_buffer.c. In 6.12 to 6.14 each CPU has
 *
 *     struct ring_buffer_meta { int magic, struct_size; long text_addr, data_addr, first_buffer,
 *             head_buffer, commit_buffer; u32 subbuf_size, nr_subbufs; int buffers[]; };
 *
 * and from 6.15 on there is one for all CPUs, then one for each:
 *
 *     struct ring_buffer_meta { int magic, struct_sizes; long total_size, buffers_offset; };
 *     struct ring_buffer_cpu_meta { long first_buffer, head_buffer, commit_buffer;
 *             u32 subbuf_size, nr_subbufs; int buffers[]; };
 *
 * of guests with 64 bits in little-endian order. Sub-buffers follow, aligned to their size. Which
 * of them has which place in the ring says buffers[]: buffers[0] is the reader's, the others follow
 * each other round the ring in the order of the array (rb_update_meta_reader()).
 */
#ifndef VTRACE_ENGINE_RING_META_H
#define VTRACE_ENGINE_RING_META_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/limits.h"
#include "tui/engine/ram.h"

/* What begins a ring buffer, at the start of a page. */
#define RING_META_MAGIC 0xBADFEEDu
#define RING_META_PAGE	4096

struct ring_layout; /* a row of the table of those that are known */

struct ring_cpu {
	uint64_t meta;	/* offset in memory */
	uint64_t pages; /* of sub-buffer 0 */
	bool used;	/* the CPU has been online: it has a ring */
};

struct ring_buffer {
	const struct ring_layout *layout;
	uint64_t start; /* offsets in memory of its first byte, and of the first behind it */
	uint64_t end;
	uint64_t text_addr;   /* of a function of the kernel's; 0: this layout does not say */
	uint32_t subbuf_size; /* bytes, header included */
	uint32_t subbufs;     /* of each CPU, the reader's included */
	uint32_t cpu_count;   /* CPUs that the kernel can have */
	struct ring_cpu cpus[VTRACE_MAX_CPUS];
};

/* "6.12": the first release with this layout. */
const char *ring_layout_name(const struct ring_layout *layout);
/* "56 (6.12), ...", for a sentence on one that is not known. */
void ring_layouts_known(char *text, size_t size);

/*
 * Does a ring buffer begin at offset? 0; -ENOENT: nothing there looks like one; -EPROTONOSUPPORT:
 * one of a layout that is not known; -EBADMSG: its description contradicts itself; or an error of
 * ram_read(). Of the last three error is a sentence.
 */
int ring_meta_find(struct ram *ram, uint64_t offset, struct ring_buffer *buffer, char *error,
		   size_t error_size);

/* Time stamp of the newest page of all CPUs; 0: there is none. */
uint64_t ring_meta_newest(struct ram *ram, const struct ring_buffer *buffer);

/* ---- looks at one CPU's ring ---- */

/* The numbers of sub-buffers are of their places in memory. */
struct ring_look {
	uint64_t first_buffer; /* addresses in the guest */
	uint64_t text_addr;
	uint32_t reader; /* buffers[0] */
	uint32_t head;
	uint32_t commit; /* that is written to */
	bool idle;	 /* there is no ring: head and commit mean nothing */
};

/* Only that. 0, -EBADMSG: it contradicts itself or the buffer, which can also be so because the
 * guest changed it meanwhile; or an error of ram_read(). */
int ring_meta_look(struct ram *ram, const struct ring_buffer *buffer, uint32_t cpu,
		   struct ring_look *look);

/* And the whole order: buffer->subbufs numbers of sub-buffers by place, and the places by number.
 */
int ring_meta_order(struct ram *ram, const struct ring_buffer *buffer, uint32_t cpu,
		    struct ring_look *look, uint32_t *order, uint32_t *place);

#endif
