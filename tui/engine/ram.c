// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/ram.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/limits.h"
#include "tui/engine/ram_kdump.h"

/* A piece of memory, and where the file has it. */
struct segment {
	uint64_t start;	 /* offset of its first byte in memory */
	uint64_t size;	 /* bytes of memory */
	uint64_t stored; /* of these, bytes that the file has; the rest is zeros */
	uint64_t file;	 /* where */
};

struct ram {
	int fd;
	enum ram_kind kind;
	uint64_t size;
	struct segment *segments; /* by start, of RAM_ELF */
	uint32_t count;
	struct ram_kdump *kdump; /* of RAM_KDUMP */
	uint64_t asked;		 /* bytes, of ram_read() */
	uint64_t data_from;	 /* what ram_data() found last */
	uint64_t data_to;
	char fault[160];
};

__attribute__((format(printf, 3, 4))) static int fail(struct ram *ram, int error,
						      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ram->fault, sizeof(ram->fault), format, args);
	va_end(args);
	return error;
}

/* ---- the file ---- */

/* All of it, or an error. */
static int read_file(struct ram *ram, uint64_t at, void *to, size_t length)
{
	uint8_t *bytes = to;

	while (length) {
		ssize_t got = pread(ram->fd, bytes, length, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(ram, -errno, "the memory file can't be read at byte %llu: %s",
				    (unsigned long long)at, strerror(errno));
		if (!got)
			return fail(
				ram, -ENODATA,
				"the memory file ends at byte %llu: it was cut off, or its guest "
				"is gone",
				(unsigned long long)at);
		bytes += got;
		at += (uint64_t)got;
		length -= (size_t)got;
	}
	return 0;
}

/* Holes of sparse files are passed over; a file system that does not tell of them has none. */
static bool file_data(const struct ram *ram, uint64_t at, uint64_t *from, uint64_t *to)
{
	off_t data, hole;

	if (at >= ram->size)
		return false;
	data = lseek(ram->fd, (off_t)at, SEEK_DATA);
	if (data < 0 && errno == ENXIO)
		return false;
	hole = data < 0 ? -1 : lseek(ram->fd, data, SEEK_HOLE);
	*from = data < 0 ? at : (uint64_t)data;
	*to = hole <= data || (uint64_t)hole > ram->size ? ram->size : (uint64_t)hole;
	return *from < *to;
}

/* ---- an ELF core ---- */

static int by_start(const void *left, const void *right)
{
	const struct segment *a = left, *b = right;

	return a->start < b->start ? -1 : a->start > b->start;
}

/* elf(5). False: it is none that QEMU writes of a guest with 64 bits. */
static bool is_core(const Elf64_Ehdr *header)
{
	return header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_ident[EI_DATA] == ELFDATA2LSB &&
	       header->e_type == ET_CORE && header->e_phentsize == sizeof(Elf64_Phdr);
}

static int add_segment(struct ram *ram, const Elf64_Phdr *entry)
{
	struct segment *segment = &ram->segments[ram->count];

	if (entry->p_type != PT_LOAD || !entry->p_memsz)
		return 0;
	if (entry->p_filesz > entry->p_memsz || entry->p_paddr + entry->p_memsz < entry->p_paddr ||
	    entry->p_paddr + entry->p_memsz > INT64_MAX ||
	    entry->p_offset + entry->p_filesz < entry->p_offset ||
	    entry->p_offset + entry->p_filesz > INT64_MAX)
		return fail(ram, -EBADMSG, "a segment of the core lies outside of it");
	*segment =
		(struct segment){entry->p_paddr, entry->p_memsz, entry->p_filesz, entry->p_offset};
	ram->count++;
	return 0;
}

static int sort_segments(struct ram *ram)
{
	const struct segment *last;

	if (!ram->count)
		return fail(ram, -EBADMSG, "the core has no memory in it");
	qsort(ram->segments, ram->count, sizeof(*ram->segments), by_start);
	for (uint32_t i = 1; i < ram->count; i++) {
		const struct segment *segment = &ram->segments[i];

		if (segment[-1].start + segment[-1].size > segment->start)
			return fail(ram, -EBADMSG, "segments of the core overlap");
	}
	last = &ram->segments[ram->count - 1];
	ram->size = last->start + last->size;
	return 0;
}

static int open_core(struct ram *ram, const Elf64_Ehdr *header)
{
	int ret = 0;

	if (!is_core(header))
		return fail(
			ram, -EPROTONOSUPPORT,
			"this is an ELF file, but no core of a little-endian guest with 64 bits");
	/* PN_XNUM, for more than a header can say, is beyond the limit too. */
	if (header->e_phnum > RAM_SEGMENTS_MAX)
		return fail(ram, -E2BIG, "the core has %u segments; %u are read at most",
			    header->e_phnum, RAM_SEGMENTS_MAX);
	ram->segments = calloc(header->e_phnum + 1, sizeof(*ram->segments));
	if (!ram->segments)
		return fail(ram, -ENOMEM, "there is no memory for the list of the core's segments");
	for (uint32_t i = 0; !ret && i < header->e_phnum; i++) {
		Elf64_Phdr entry;

		if (header->e_phoff > INT64_MAX - RAM_SEGMENTS_MAX * sizeof(entry))
			return fail(ram, -EBADMSG,
				    "the core's list of segments lies outside of it");
		ret = read_file(ram, header->e_phoff + i * sizeof(entry), &entry, sizeof(entry));
		if (!ret)
			ret = add_segment(ram, &entry);
	}
	return ret ? ret : sort_segments(ram);
}

/* The segment that has the byte at offset, or the next one; NULL: there is none. */
static const struct segment *find_segment(const struct ram *ram, uint64_t offset)
{
	uint32_t low = 0, high = ram->count;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		const struct segment *segment = &ram->segments[middle];

		if (segment->start + segment->size <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low < ram->count ? &ram->segments[low] : NULL;
}

static int read_core(struct ram *ram, uint64_t offset, uint8_t *to, size_t length)
{
	while (length) {
		const struct segment *segment = find_segment(ram, offset);
		uint64_t at, part;
		int ret = 0;

		if (!segment || segment->start > offset)
			return fail(ram, -ENXIO, "the core has no memory at 0x%llx",
				    (unsigned long long)offset);
		at = offset - segment->start;
		part = at < segment->stored ? segment->stored - at : segment->size - at;
		if (part > length)
			part = length;
		if (at < segment->stored)
			ret = read_file(ram, segment->file + at, to, part);
		else
			memset(to, 0, part);
		if (ret)
			return ret;
		offset += part;
		to += part;
		length -= part;
	}
	return 0;
}

static bool core_data(const struct ram *ram, uint64_t at, uint64_t *from, uint64_t *to)
{
	const struct segment *segment = find_segment(ram, at);

	/* What the file does not store of a segment is zeros. */
	while (segment && segment->start + segment->stored <= at)
		segment = segment + 1 < ram->segments + ram->count ? segment + 1 : NULL;
	if (!segment)
		return false;
	*from = at > segment->start ? at : segment->start;
	*to = segment->start + segment->stored;
	return true;
}

/* ---- all ---- */

static int open_kdump(struct ram *ram)
{
	int ret = ram_kdump_open(&ram->kdump, ram->fd, ram->fault, sizeof(ram->fault));

	if (ret)
		return ret;
	ram->kind = RAM_KDUMP;
	ram->size = ram_kdump_size(ram->kdump);
	return 0;
}

static int open_format(struct ram *ram, bool raw)
{
	Elf64_Ehdr header;
	struct stat status;

	if (fstat(ram->fd, &status) < 0)
		return fail(ram, -errno, "the memory file can't be looked at: %s", strerror(errno));
	if (!S_ISREG(status.st_mode))
		return fail(ram, -EINVAL, "a guest's memory is read from a regular file only");
	ram->size = (uint64_t)status.st_size;
	if (raw || ram->size < sizeof(header))
		return 0;
	if (read_file(ram, 0, &header, sizeof(header)))
		return -EIO;
	if (!memcmp(header.e_ident, ELFMAG, SELFMAG)) {
		ram->kind = RAM_ELF;
		return open_core(ram, &header);
	}
	return ram_kdump_begins(header.e_ident) ? open_kdump(ram) : 0;
}

int ram_open(struct ram **ram, int fd, bool raw, char *error, size_t error_size)
{
	struct ram *r = calloc(1, sizeof(*r));
	int ret;

	if (!r) {
		snprintf(error, error_size, "there is no memory for the memory file");
		close(fd);
		return -ENOMEM;
	}
	r->fd = fd;
	ret = open_format(r, raw);
	if (ret) {
		snprintf(error, error_size, "%s", r->fault);
		ram_free(r);
		return ret;
	}
	*ram = r;
	return 0;
}

void ram_free(struct ram *ram)
{
	if (!ram)
		return;
	close(ram->fd);
	ram_kdump_free(ram->kdump);
	free(ram->segments);
	free(ram);
}

enum ram_kind ram_kind(const struct ram *ram)
{
	return ram->kind;
}

uint64_t ram_size(const struct ram *ram)
{
	return ram->size;
}

int ram_read(struct ram *ram, uint64_t offset, void *to, size_t length)
{
	int ret;

	ram->asked += length;
	if (offset > ram->size || length > ram->size - offset)
		return fail(ram, -ENXIO, "there is no memory at 0x%llx: it has %llu bytes",
			    (unsigned long long)offset, (unsigned long long)ram->size);
	if (ram->kind == RAM_KDUMP)
		return ram_kdump_read(ram->kdump, offset, to, length, ram->fault,
				      sizeof(ram->fault));
	if (ram->kind == RAM_ELF)
		return read_core(ram, offset, to, length);
	ret = read_file(ram, offset, to, length);
	/* A system call orders nothing: where loads may be reordered (arm64), this is the barrier
	 * that belongs to the guest's smp_wmb(). */
	atomic_thread_fence(memory_order_acquire);
	return ret;
}

uint64_t ram_asked(const struct ram *ram)
{
	return ram->asked;
}

static bool find_data(const struct ram *ram, uint64_t at, uint64_t *from, uint64_t *to)
{
	if (ram->kind == RAM_KDUMP)
		return ram_kdump_data(ram->kdump, at, from, to);
	return ram->kind == RAM_ELF ? core_data(ram, at, from, to) : file_data(ram, at, from, to);
}

bool ram_data(struct ram *ram, uint64_t at, uint64_t *from, uint64_t *to)
{
	/* Where a hole begins is asked once: tmpfs looks at every page up to there, and a file that
	 * has none would be looked through once for each part of it that is read. */
	if (at < ram->data_from || at >= ram->data_to) {
		if (!find_data(ram, at, &ram->data_from, &ram->data_to))
			return false;
	}
	*from = at > ram->data_from ? at : ram->data_from;
	*to = ram->data_to;
	return true;
}

const char *ram_fault(const struct ram *ram)
{
	return ram->fault;
}
