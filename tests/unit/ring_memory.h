/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's memory with a ring buffer in it, and a writer that does to it what a kernel does, in
 * the same order of stores, for tests of whoever reads it. Layout and order: Linux 6.12,
 * kernel/trace/ring_buffer.c. Events are of 20 bytes, and each tells its number.
 */
#ifndef VTRACE_TESTS_RING_MEMORY_H
#define VTRACE_TESTS_RING_MEMORY_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RING_ADDRESS	0xffffc90000200000ull /* of the memory in the guest */
#define RING_PAGE	4096u
#define ring_data(page) ((page)-16) /* bytes of a sub-buffer behind its header */
#define RING_DATA	ring_data(RING_PAGE)
#define RING_EVENT	20u /* bytes, header included */
#define RING_CPUS	4
#define RING_ID		300

struct ring_memory {
	int fd;
	uint8_t *bytes;
	size_t size;
	uint64_t start; /* of the buffer */
	uint64_t end;
	bool shared; /* the layout of 6.15 */
	unsigned cpus;
	uint32_t subbufs;
	uint32_t page;	/* bytes of a sub-buffer; 0: RING_PAGE */
	uint64_t moved; /* since it was made, in the guest's addresses */
	uint64_t meta[RING_CPUS], pages[RING_CPUS];
};

static inline void ring_put32(uint8_t *at, uint32_t value)
{
	__atomic_store_n((uint32_t *)(void *)at, value, __ATOMIC_RELEASE);
}

static inline void ring_put64(uint8_t *at, uint64_t value)
{
	__atomic_store_n((uint64_t *)(void *)at, value, __ATOMIC_RELEASE);
}

static inline uint32_t ring_get32(const uint8_t *at)
{
	return __atomic_load_n((const uint32_t *)(const void *)at, __ATOMIC_ACQUIRE);
}

static inline uint64_t ring_get64(const uint8_t *at)
{
	return __atomic_load_n((const uint64_t *)(const void *)at, __ATOMIC_ACQUIRE);
}

/* Where a CPU's description has what. */
static inline uint8_t *ring_field(const struct ring_memory *memory, unsigned cpu, unsigned offset)
{
	return memory->bytes + memory->meta[cpu] + offset - (memory->shared ? 24 : 0);
}

#define RING_TEXT    8
#define RING_FIRST   24
#define RING_HEAD    32
#define RING_COMMIT  40
#define RING_SIZE    48
#define RING_SUBBUFS 52
#define RING_ARRAY   56

static inline uint64_t ring_address(const struct ring_memory *memory, unsigned cpu, uint32_t number)
{
	return RING_ADDRESS + memory->moved + memory->pages[cpu] + (uint64_t)number * memory->page;
}

static inline uint8_t *ring_subbuf(const struct ring_memory *memory, unsigned cpu, uint32_t number)
{
	return memory->bytes + memory->pages[cpu] + (uint64_t)number * memory->page;
}

static inline void ring_make_cpu(struct ring_memory *memory, unsigned cpu, uint64_t meta)
{
	uint64_t array = meta + (memory->shared ? 32 : 56) + 4ull * memory->subbufs;

	memory->meta[cpu] = meta;
	memory->pages[cpu] = (array + memory->page - 1) & ~(uint64_t)(memory->page - 1);
	memory->end = memory->pages[cpu] + (uint64_t)memory->subbufs * memory->page;
	assert(memory->end <= memory->size);
	if (!memory->shared) {
		ring_put32(memory->bytes + meta, 0xBADFEED);
		ring_put32(memory->bytes + meta + 4, 56);
		ring_put64(ring_field(memory, cpu, RING_TEXT), 0xffffffff81234560);
	}
	ring_put64(ring_field(memory, cpu, RING_FIRST), ring_address(memory, cpu, 0));
	ring_put64(ring_field(memory, cpu, RING_HEAD), ring_address(memory, cpu, 1));
	ring_put64(ring_field(memory, cpu, RING_COMMIT), ring_address(memory, cpu, 1));
	ring_put32(ring_field(memory, cpu, RING_SIZE), memory->page);
	ring_put32(ring_field(memory, cpu, RING_SUBBUFS), memory->subbufs);
	for (uint32_t i = 0; i < memory->subbufs; i++)
		ring_put32(ring_field(memory, cpu, RING_ARRAY + 4 * i), i);
}

/* Into memory that is there: a buffer at start, a multiple of a page. */
static inline void ring_make_at(struct ring_memory *memory, uint64_t start)
{
	uint64_t at = start;

	memory->start = start;
	if (!memory->page)
		memory->page = RING_PAGE;
	if (memory->shared) {
		ring_put32(memory->bytes + at, 0xBADFEED);
		ring_put32(memory->bytes + at + 4, 24 << 16 | 32);
		ring_put64(memory->bytes + at + 16, 24 + 64);
		at += 24 + 64; /* with something of the tracer's in between */
	}
	for (unsigned cpu = 0; cpu < memory->cpus; cpu++) {
		ring_make_cpu(memory, cpu, at);
		at = memory->end;
	}
	if (memory->shared)
		ring_put64(memory->bytes + start + 8, memory->end - start);
}

static inline void ring_memory_map(struct ring_memory *memory, size_t size)
{
	memory->fd = memfd_create("memory", MFD_CLOEXEC);
	memory->size = size;
	assert(memory->fd >= 0 && !ftruncate(memory->fd, (off_t)size));
	memory->bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory->fd, 0);
	assert(memory->bytes != MAP_FAILED);
}

/* A memory of size bytes with a buffer at start. */
static inline struct ring_memory ring_memory_new(size_t size, uint64_t start, unsigned cpus,
						 uint32_t subbufs)
{
	struct ring_memory memory = {.cpus = cpus, .subbufs = subbufs};

	ring_memory_map(&memory, size);
	ring_make_at(&memory, start);
	return memory;
}

static inline void ring_memory_free(struct ring_memory *memory)
{
	munmap(memory->bytes, memory->size);
	close(memory->fd);
}

/* ---- the guest ---- */

struct ring_writer {
	struct ring_memory *memory;
	unsigned cpu;
	uint32_t tail;	      /* place of the sub-buffer that is written to; 0: the reader's */
	uint32_t written;     /* bytes of its data */
	uint64_t time;	      /* of the last event */
	uint64_t number;      /* of the next event */
	uint64_t overwritten; /* sub-buffers */
};

static inline struct ring_writer ring_writer_at(struct ring_memory *memory, unsigned cpu,
						uint64_t time)
{
	return (struct ring_writer){.memory = memory, .cpu = cpu, .tail = 1, .time = time};
}

static inline uint32_t ring_number(const struct ring_writer *writer, uint32_t place)
{
	return ring_get32(ring_field(writer->memory, writer->cpu, RING_ARRAY + 4 * place));
}

static inline uint8_t *ring_page(const struct ring_writer *writer, uint32_t place)
{
	return ring_subbuf(writer->memory, writer->cpu, ring_number(writer, place));
}

static inline uint32_t ring_behind(const struct ring_writer *writer, uint32_t place)
{
	return place + 1 < writer->memory->subbufs ? place + 1 : 1;
}

/* Place of the head. */
static inline uint32_t ring_head(const struct ring_writer *writer)
{
	const struct ring_memory *memory = writer->memory;
	uint64_t head = ring_get64(ring_field(memory, writer->cpu, RING_HEAD));
	uint32_t place = 0;

	while (ring_address(memory, writer->cpu, ring_number(writer, place)) != head)
		place++;
	return place;
}

static inline void ring_set(const struct ring_writer *writer, unsigned field, uint32_t place)
{
	ring_put64(ring_field(writer->memory, writer->cpu, field),
		   ring_address(writer->memory, writer->cpu, ring_number(writer, place)));
}

/* rb_move_tail(): what is left of the sub-buffer is padding. */
static inline void ring_move_tail(struct ring_writer *writer)
{
	uint8_t *page = ring_page(writer, writer->tail);
	uint32_t data = ring_data(writer->memory->page), left = data - writer->written;
	uint32_t head = ring_head(writer), next;

	next = writer->tail ? ring_behind(writer, writer->tail) : head;
	if (writer->tail && next == head) {
		ring_set(writer, RING_HEAD, ring_behind(writer, head));
		writer->overwritten++;
	}
	ring_put64(ring_page(writer, next) + 8, 0);
	if (left >= 8) {
		ring_put32(page + 16 + writer->written, 1 << 5 | 29);
		ring_put32(page + 16 + writer->written + 4, left - 4);
		writer->written = data;
	} else if (left) {
		ring_put32(page + 16 + writer->written, 29);
	}
	ring_put64(page + 8, writer->written);
	ring_set(writer, RING_COMMIT, next);
	writer->tail = next;
	writer->written = 0;
}

/* An event so much time behind the last one. commit: of a nested one the outer commits. */
static inline void ring_write_event(struct ring_writer *writer, uint32_t delta, bool commit)
{
	uint8_t *page, *at;

	writer->time += delta;
	if (writer->written + RING_EVENT > ring_data(writer->memory->page))
		ring_move_tail(writer);
	page = ring_page(writer, writer->tail);
	at = page + 16 + writer->written;
	ring_put32(at, (writer->written ? delta : 0) << 5 | 4);
	if (!writer->written)
		ring_put64(page, writer->time);
	ring_put32(at + 4, RING_ID);
	ring_put32(at + 8, 1000 + writer->cpu);
	ring_put32(at + 12, (uint32_t)writer->number);
	ring_put32(at + 16, (uint32_t)(writer->number >> 32));
	writer->number++;
	writer->written += RING_EVENT;
	if (commit)
		ring_put64(page + 8, writer->written);
}

static inline void ring_write(struct ring_writer *writer, uint32_t events)
{
	while (events--)
		ring_write_event(writer, 10, true);
}

/* Events of a sub-buffer. */
#define RING_EVENTS (ring_data(RING_PAGE) / RING_EVENT)

/* rb_get_reader_page(): a reader in the guest takes the oldest sub-buffer and gives its own back.
 */
static inline void ring_take_reader(struct ring_writer *writer)
{
	const struct ring_memory *memory = writer->memory;
	uint32_t place = ring_head(writer), old = ring_number(writer, 0),
		 taken = ring_number(writer, place);

	ring_put64(ring_page(writer, 0) + 8, 0);
	ring_put32(ring_field(memory, writer->cpu, RING_ARRAY), taken);
	ring_put32(ring_field(memory, writer->cpu, RING_ARRAY + 4 * place), old);
	ring_set(writer, RING_HEAD, ring_behind(writer, place));
	if (writer->tail == place)
		writer->tail = 0;
}

#endif
