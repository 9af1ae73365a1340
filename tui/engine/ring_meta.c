// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/ring_meta.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/engine/page.h"

#define HEAD_MAX   64	/* bytes of the largest description of one CPU, without its array */
#define SHARED	   24	/* bytes of struct ring_buffer_meta where CPUs share one */
#define RETRIES	   3	/* of what may be torn, since the guest goes on */
#define ARRAY_PART 1024 /* entries of an array that are read at once */

static const struct page_geometry LITTLE = {.size = RING_META_PAGE, .long_size = 8};

struct ring_layout {
	const char *name;
	uint32_t sizes; /* the word behind the magic number: struct_size or struct_sizes */
	bool shared;	/* magic number and sizes stand once, before all CPUs */
	/* Where a CPU's description has what; 0xff: nowhere. */
	uint8_t text_addr, first, head, commit, subbuf_size, subbufs, array;
};

static const struct ring_layout layouts[] = {
	{"6.12", 56, false, 8, 24, 32, 40, 48, 52, 56},
	{"6.15", 24 << 16 | 32, true, 0xff, 0, 8, 16, 24, 28, 32},
};

#define LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

const char *ring_layout_name(const struct ring_layout *layout)
{
	return layout->name;
}

void ring_layouts_known(char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < LAYOUTS && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s0x%x (Linux %s)",
					 i ? ", " : "", layouts[i].sizes, layouts[i].name);
}

/* ---- one CPU's description ---- */

struct description {
	uint64_t text_addr, first, head, commit;
	uint32_t subbuf_size, subbufs, reader;
};

static int read_description(struct ram *ram, const struct ring_layout *layout, uint64_t offset,
			    struct description *is)
{
	uint8_t bytes[HEAD_MAX];
	int ret = ram_read(ram, offset, bytes, layout->array + 4u);

	if (ret)
		return ret;
	*is = (struct description){
		.first = page_u64(&LITTLE, bytes + layout->first),
		.head = page_u64(&LITTLE, bytes + layout->head),
		.commit = page_u64(&LITTLE, bytes + layout->commit),
		.subbuf_size = page_u32(&LITTLE, bytes + layout->subbuf_size),
		.subbufs = page_u32(&LITTLE, bytes + layout->subbufs),
		.reader = page_u32(&LITTLE, bytes + layout->array),
	};
	if (layout->text_addr != 0xff)
		is->text_addr = page_u64(&LITTLE, bytes + layout->text_addr);
	if (!layout->shared && (page_u32(&LITTLE, bytes) != RING_META_MAGIC ||
				page_u32(&LITTLE, bytes + 4) != layout->sizes))
		return -ENOENT;
	return 0;
}

/* A sub-buffer is a page of the guest's: 4 KiB to 64 KiB. */
static bool sizes_are_good(const struct description *is)
{
	return is->subbuf_size >= RING_SUBBUF_MIN && is->subbuf_size <= RING_SUBBUF_MAX &&
	       !(is->subbuf_size & (is->subbuf_size - 1)) && is->subbufs >= RING_SUBBUFS_MIN &&
	       is->subbufs <= RING_SUBBUFS_MAX;
}

/* Number of the sub-buffer at an address; RING_SUBBUFS_MAX: there is none. */
static uint32_t number_at(const struct description *is, uint64_t address)
{
	uint64_t distance = address - is->first;

	if (address < is->first || distance % is->subbuf_size ||
	    distance / is->subbuf_size >= is->subbufs)
		return RING_SUBBUFS_MAX;
	return (uint32_t)(distance / is->subbuf_size);
}

static bool addresses_are_good(const struct description *is)
{
	/* What was never used has neither; what is being set up can lack one of them. */
	if (!is->first || is->first % 8)
		return false;
	if (!is->head || !is->commit)
		return true;
	return number_at(is, is->head) < is->subbufs && number_at(is, is->commit) < is->subbufs;
}

/* Is the array a permutation? */
static int check_array(struct ram *ram, const struct ring_layout *layout, uint64_t meta,
		       uint32_t subbufs)
{
	uint8_t seen[RING_SUBBUFS_MAX / 8] = {0}, bytes[4 * ARRAY_PART];

	for (uint32_t from = 0; from < subbufs; from += ARRAY_PART) {
		uint32_t count = subbufs - from < ARRAY_PART ? subbufs - from : ARRAY_PART;
		int ret = ram_read(ram, meta + layout->array + 4ull * from, bytes, 4ull * count);

		if (ret)
			return ret;
		for (uint32_t i = 0; i < count; i++) {
			uint32_t number = page_u32(&LITTLE, bytes + 4ull * i);
			uint8_t bit = (uint8_t)(1u << (number % 8));

			if (number >= subbufs || (seen[number / 8] & bit))
				return -EBADMSG;
			seen[number / 8] |= bit;
		}
	}
	return 0;
}

static uint64_t align(uint64_t at, uint32_t size)
{
	return (at + size - 1) & ~(uint64_t)(size - 1);
}

/* Does the description make sense by itself? */
static int check_cpu(struct ram *ram, const struct ring_buffer *buffer, uint64_t meta,
		     const struct description *is, char *error, size_t error_size)
{
	int ret = -EBADMSG;

	if (!sizes_are_good(is)) {
		snprintf(error, error_size,
			 "the ring buffer at 0x%llx says that it has %u sub-buffers of %u bytes, "
			 "which no kernel makes",
			 (unsigned long long)buffer->start, is->subbufs, is->subbuf_size);
		return ret;
	}
	if (addresses_are_good(is))
		ret = check_array(ram, buffer->layout, meta, is->subbufs);
	if (ret == -EBADMSG)
		snprintf(error, error_size,
			 "the ring buffer at 0x%llx has no order: its list of sub-buffers "
			 "contradicts itself",
			 (unsigned long long)buffer->start);
	else if (ret)
		snprintf(error, error_size, "%s", ram_fault(ram));
	return ret;
}

/*
 * Take the CPU whose description is at meta, the next of the buffer's. 0; -ENOENT: it is none of
 * this buffer; or -errno with a sentence. The CPUs of one buffer follow each other in the guest's
 * addresses as they do in memory, which tells two buffers apart that lie side by side. Of those
 * behind the first the order is checked by who looks at it.
 */
static int add_cpu(struct ram *ram, struct ring_buffer *buffer, uint64_t meta, uint64_t *first,
		   char *error, size_t error_size)
{
	struct ring_cpu *cpu = &buffer->cpus[buffer->cpu_count];
	struct description is;
	int ret = read_description(ram, buffer->layout, meta, &is);

	if (!ret && buffer->cpu_count &&
	    (is.subbuf_size != buffer->subbuf_size || is.subbufs != buffer->subbufs))
		ret = -ENOENT;
	if (!ret && !buffer->cpu_count)
		ret = check_cpu(ram, buffer, meta, &is, error, error_size);
	if (ret)
		return ret;
	cpu->meta = meta;
	cpu->pages = align(meta + buffer->layout->array + 4ull * is.subbufs, is.subbuf_size);
	cpu->used = is.head && is.commit;
	if (buffer->cpu_count && is.first - *first != cpu->pages - buffer->cpus[0].pages)
		return -ENOENT;
	if (!buffer->cpu_count) {
		buffer->text_addr = is.text_addr;
		buffer->subbuf_size = is.subbuf_size;
		buffer->subbufs = is.subbufs;
		*first = is.first;
	}
	buffer->cpu_count++;
	return 0;
}

/* ---- a buffer ---- */

/* Behind which byte it ends, of a layout that says so; else the memory's. */
static uint64_t limit_of(const struct ram *ram, const struct ring_buffer *buffer,
			 const uint8_t *head, uint64_t *meta)
{
	uint64_t size = ram_size(ram), total, offset;

	*meta = buffer->start;
	if (!buffer->layout->shared)
		return size;
	total = page_u64(&LITTLE, head + 8);
	offset = page_u64(&LITTLE, head + 16);
	if (total > size - buffer->start || offset < SHARED || offset % 8 || offset >= total)
		return 0;
	*meta += offset;
	return buffer->start + total;
}

static const struct ring_layout *find_layout(uint32_t sizes)
{
	for (size_t i = 0; i < LAYOUTS; i++)
		if (layouts[i].sizes == sizes)
			return &layouts[i];
	return NULL;
}

static int find_cpus(struct ram *ram, struct ring_buffer *buffer, const uint8_t *head, char *error,
		     size_t error_size)
{
	uint64_t meta, first = 0, end = limit_of(ram, buffer, head, &meta);
	int ret = 0;

	while (buffer->cpu_count < VTRACE_MAX_CPUS && meta < end) {
		ret = add_cpu(ram, buffer, meta, &first, error, error_size);
		if (ret)
			break;
		meta = buffer->cpus[buffer->cpu_count - 1].pages +
		       (uint64_t)buffer->subbufs * buffer->subbuf_size;
		if (meta > end)
			buffer->cpu_count--;
		else
			buffer->end = meta;
	}
	/* What comes behind the last CPU is anything. */
	if (buffer->cpu_count)
		return 0;
	if (!ret)
		snprintf(error, error_size,
			 "the ring buffer at 0x%llx says that it reaches beyond the memory",
			 (unsigned long long)buffer->start);
	else if (!error[0])
		snprintf(error, error_size, "%s", ram_fault(ram));
	return ret ? ret : -EBADMSG;
}

/* A guest that goes on may change the order while it is read. */
static int find_cpus_again(struct ram *ram, struct ring_buffer *buffer, const uint8_t *head,
			   char *error, size_t error_size)
{
	int ret = -EBADMSG;

	for (unsigned i = 0; ret == -EBADMSG && i < RETRIES; i++)
		ret = find_cpus(ram, buffer, head, error, error_size);
	return ret == -ENOENT ? -EBADMSG : ret;
}

int ring_meta_find(struct ram *ram, uint64_t offset, struct ring_buffer *buffer, char *error,
		   size_t error_size)
{
	uint8_t head[SHARED];
	char known[128];
	int ret;

	error[0] = '\0';
	if (ram_size(ram) < sizeof(head) || offset > ram_size(ram) - sizeof(head))
		return -ENOENT;
	ret = ram_read(ram, offset, head, sizeof(head));
	if (ret) {
		snprintf(error, error_size, "%s", ram_fault(ram));
		return ret;
	}
	if (page_u32(&LITTLE, head) != RING_META_MAGIC)
		return -ENOENT;
	*buffer = (struct ring_buffer){
		.layout = find_layout(page_u32(&LITTLE, head + 4)),
		.start = offset,
	};
	if (!buffer->layout) {
		ring_layouts_known(known, sizeof(known));
		snprintf(error, error_size,
			 "the ring buffer at 0x%llx is of a kernel whose layout is not known (size "
			 "0x%x; known are %s)",
			 (unsigned long long)offset, page_u32(&LITTLE, head + 4), known);
		return -EPROTONOSUPPORT;
	}
	return find_cpus_again(ram, buffer, head, error, error_size);
}

/* ---- looks ---- */

int ring_meta_look(struct ram *ram, const struct ring_buffer *buffer, uint32_t cpu,
		   struct ring_look *look)
{
	struct description is;
	int ret = read_description(ram, buffer->layout, buffer->cpus[cpu].meta, &is);

	if (ret)
		return ret == -ENOENT ? -EBADMSG : ret;
	if (is.subbuf_size != buffer->subbuf_size || is.subbufs != buffer->subbufs ||
	    !addresses_are_good(&is) || is.reader >= is.subbufs)
		return -EBADMSG;
	*look = (struct ring_look){
		.first_buffer = is.first,
		.text_addr = is.text_addr,
		.reader = is.reader,
		.idle = !is.head || !is.commit,
	};
	if (!look->idle) {
		look->head = number_at(&is, is.head);
		look->commit = number_at(&is, is.commit);
	}
	return 0;
}

int ring_meta_order(struct ram *ram, const struct ring_buffer *buffer, uint32_t cpu,
		    struct ring_look *look, uint32_t *order, uint32_t *place)
{
	uint32_t subbufs = buffer->subbufs;
	int ret = ring_meta_look(ram, buffer, cpu, look);

	if (!ret)
		ret = ram_read(ram, buffer->cpus[cpu].meta + buffer->layout->array, order,
			       4ull * subbufs);
	if (ret)
		return ret;
	for (uint32_t i = 0; i < subbufs; i++)
		place[i] = UINT32_MAX;
	for (uint32_t i = 0; i < subbufs; i++) {
		uint32_t number = page_u32(&LITTLE, (const uint8_t *)&order[i]);

		if (number >= subbufs || place[number] != UINT32_MAX)
			return -EBADMSG;
		order[i] = number;
		place[number] = i;
	}
	/* The reader may have been swapped in between. */
	return order[0] == look->reader ? 0 : -EBADMSG;
}

/* Time stamp of a sub-buffer that holds something; 0: it does not. */
static uint64_t stamp_of(struct ram *ram, const struct ring_buffer *buffer, uint32_t cpu,
			 uint32_t number)
{
	uint8_t header[16];

	if (ram_read(ram, buffer->cpus[cpu].pages + (uint64_t)number * buffer->subbuf_size, header,
		     sizeof(header)))
		return 0;
	return page_u64(&LITTLE, header + 8) & PAGE_COMMIT_LENGTH ? page_u64(&LITTLE, header) : 0;
}

uint64_t ring_meta_newest(struct ram *ram, const struct ring_buffer *buffer)
{
	uint64_t newest = 0;

	for (uint32_t cpu = 0; cpu < buffer->cpu_count; cpu++) {
		struct ring_look look;
		uint64_t stamp;

		if (ring_meta_look(ram, buffer, cpu, &look) || look.idle)
			continue;
		stamp = stamp_of(ram, buffer, cpu, look.commit);
		/* What is written to may be empty yet. */
		if (!stamp)
			stamp = stamp_of(ram, buffer, cpu,
					 look.commit ? look.commit - 1 : buffer->subbufs - 1);
		if (newest < stamp)
			newest = stamp;
	}
	return newest;
}
