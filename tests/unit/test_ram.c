// SPDX-License-Identifier: GPL-2.0-only
/* A guest's memory in a file: sparse, cut off, an ELF core, and cores that lie. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/limits.h"
#include "tui/engine/ram.h"

#define PIECE 5000 /* bytes of a segment; not a page's, as QEMU's notes are not either */

static int file_of(size_t size)
{
	int fd = memfd_create("memory", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

static void put(int fd, uint64_t at, const void *bytes, size_t length)
{
	assert_int_equal(pwrite(fd, bytes, length, (off_t)at), length);
}

static struct ram *open_it(int fd, bool raw)
{
	struct ram *ram = NULL;
	char error[256] = "";

	if (ram_open(&ram, dup(fd), raw, error, sizeof(error)))
		fail_msg("%s", error);
	return ram;
}

static void assert_refused(int fd, int error, const char *why)
{
	struct ram *ram = NULL;
	char text[256] = "";

	assert_int_equal(ram_open(&ram, dup(fd), false, text, sizeof(text)), error);
	if (!strstr(text, why))
		fail_msg("\"%s\" is not in: %s", why, text);
}

static void test_a_raw_file(void **state)
{
	int fd = file_of(3 << 20);
	uint64_t from, to;
	struct ram *ram;
	char bytes[8];

	(void)state;
	put(fd, (2 << 20) - 4, "memories", 8);
	ram = open_it(fd, false);
	assert_int_equal(ram_kind(ram), RAM_RAW);
	assert_int_equal(ram_size(ram), 3 << 20);
	assert_int_equal(ram_read(ram, (2 << 20) - 4, bytes, 8), 0);
	assert_memory_equal(bytes, "memories", 8);
	/* Only what holds something is data: two pages on the border. */
	assert_true(ram_data(ram, 0, &from, &to));
	assert_int_equal(from, (2 << 20) - 4096);
	assert_int_equal(to, (2 << 20) + 4096);
	assert_true(ram_data(ram, (2 << 20) + 5, &from, &to));
	assert_int_equal(from, (2 << 20) + 5);
	assert_false(ram_data(ram, to, &from, &to));
	assert_false(ram_data(ram, UINT64_MAX, &from, &to));
	ram_free(ram);
	close(fd);
}

/* Where a hole begins is not asked for each part of what is before it: tmpfs would look at as many
 * pages each time. */
static void test_holes_are_asked_for_once(void **state)
{
	int fd = file_of(64 << 10);
	uint64_t from, to;
	struct ram *ram;

	(void)state;
	for (off_t at = 16 << 10; at < 48 << 10; at += 4096)
		put(fd, at, "x", 1);
	ram = open_it(fd, false);
	assert_true(ram_data(ram, 0, &from, &to));
	assert_int_equal(from, 16 << 10);
	assert_int_equal(to, 48 << 10);
	/* A hole that is made now is not seen, and read as zeros. */
	assert_int_equal(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 32 << 10,
				   8 << 10),
			 0);
	assert_true(ram_data(ram, 20 << 10, &from, &to));
	assert_int_equal(from, 20 << 10);
	assert_int_equal(to, 48 << 10);
	/* Before and behind it is asked anew. */
	assert_false(ram_data(ram, to, &from, &to));
	assert_true(ram_data(ram, 5, &from, &to));
	assert_int_equal(from, 16 << 10);
	assert_int_equal(to, 32 << 10);
	ram_free(ram);
	close(fd);
}

static void test_bounds(void **state)
{
	int fd = file_of(8192);
	struct ram *ram = open_it(fd, false);
	char bytes[16];

	(void)state;
	assert_int_equal(ram_read(ram, 8192 - 16, bytes, 16), 0);
	assert_string_equal(ram_fault(ram), "");
	assert_int_equal(ram_read(ram, 8192 - 15, bytes, 16), -ENXIO);
	assert_non_null(strstr(ram_fault(ram), "it has 8192 bytes"));
	assert_int_equal(ram_read(ram, UINT64_MAX, bytes, 16), -ENXIO);
	ram_free(ram);
	close(fd);
}

static void test_a_file_that_shrinks(void **state)
{
	int fd = file_of(8192);
	struct ram *ram = open_it(fd, true);
	char bytes[200];

	(void)state;
	assert_int_equal(ftruncate(fd, 4196), 0);
	assert_int_equal(ram_read(ram, 4096, bytes, 100), 0);
	assert_int_equal(ram_read(ram, 4096, bytes, 101), -ENODATA);
	assert_string_equal(ram_fault(ram), "the memory file ends at byte 4196: it was cut off, or "
					    "its guest is gone");
	ram_free(ram);
	close(fd);
}

static void test_a_file_that_cannot_be_read(void **state)
{
	char path[] = "/tmp/vtrace-ram-XXXXXX", byte;
	int fd = mkstemp(path);
	struct ram *ram;

	(void)state;
	assert_int_equal(ftruncate(fd, 8192), 0);
	close(fd);
	fd = open(path, O_WRONLY);
	unlink(path);
	ram = open_it(fd, true);
	assert_int_equal(ram_read(ram, 4096, &byte, 1), -EBADF);
	assert_string_equal(ram_fault(ram),
			    "the memory file can't be read at byte 4096: Bad file descriptor");
	ram_free(ram);
	close(fd);
}

static void test_only_files(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_refused(ends[0], -EINVAL, "from a regular file only");
	close(ends[0]);
	close(ends[1]);
}

/* ---- cores ---- */

struct core {
	int fd;
	Elf64_Ehdr header;
	Elf64_Phdr segments[4];
};

/* Memory at 0 and 1 MiB, with a hole between, and a segment of which the file has only some. */
static struct core make_core(void)
{
	struct core core = {
		.fd = file_of(0),
		.header =
			{
				.e_type = ET_CORE,
				.e_machine = EM_X86_64,
				.e_version = EV_CURRENT,
				.e_phoff = sizeof(Elf64_Ehdr),
				.e_phentsize = sizeof(Elf64_Phdr),
				.e_phnum = 4,
			},
		.segments =
			{
				{.p_type = PT_NOTE, .p_offset = 300, .p_filesz = 10},
				/* Not in the order of addresses. */
				{.p_type = PT_LOAD,
				 .p_offset = 1001 + PIECE,
				 .p_paddr = 1 << 20,
				 .p_filesz = PIECE,
				 .p_memsz = PIECE},
				{.p_type = PT_LOAD,
				 .p_offset = 1001,
				 .p_paddr = 0,
				 .p_filesz = PIECE,
				 .p_memsz = PIECE},
				{.p_type = PT_LOAD,
				 .p_offset = 1001 + 2 * PIECE,
				 .p_paddr = (1 << 20) + PIECE,
				 .p_filesz = 10,
				 .p_memsz = 100},
			},
	};
	uint8_t bytes[2 * PIECE + 10];

	memcpy(core.header.e_ident, ELFMAG, SELFMAG);
	core.header.e_ident[EI_CLASS] = ELFCLASS64;
	core.header.e_ident[EI_DATA] = ELFDATA2LSB;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i / PIECE * 100 + i % 97);
	put(core.fd, 1001, bytes, sizeof(bytes));
	return core;
}

static void write_core(const struct core *core)
{
	put(core->fd, 0, &core->header, sizeof(core->header));
	put(core->fd, sizeof(core->header), core->segments, sizeof(core->segments));
}

static void test_a_core(void **state)
{
	struct core core = make_core();
	uint64_t from, to;
	uint8_t bytes[200];
	struct ram *ram;

	(void)state;
	write_core(&core);
	ram = open_it(core.fd, false);
	assert_int_equal(ram_kind(ram), RAM_ELF);
	assert_int_equal(ram_size(ram), (1 << 20) + PIECE + 100);
	assert_int_equal(ram_read(ram, PIECE - 2, bytes, 2), 0);
	assert_int_equal(bytes[0], (PIECE - 2) % 97);
	assert_int_equal(ram_read(ram, PIECE - 2, bytes, 3), -ENXIO);
	assert_string_equal(ram_fault(ram), "the core has no memory at 0x1388");
	/* Across two segments, and into what is zero. */
	assert_int_equal(ram_read(ram, (1 << 20) + PIECE - 5, bytes, 105), 0);
	assert_int_equal(bytes[0], 100 + (2 * PIECE - 5) % 97);
	assert_int_equal(bytes[5], 200 + (2 * PIECE) % 97);
	assert_int_equal(bytes[15], 0);
	assert_int_equal(bytes[104], 0);
	assert_true(ram_data(ram, 0, &from, &to));
	assert_int_equal(from, 0);
	assert_int_equal(to, PIECE);
	assert_true(ram_data(ram, PIECE, &from, &to));
	assert_int_equal(from, 1 << 20);
	assert_true(ram_data(ram, to, &from, &to));
	assert_int_equal(to - from, 10);
	assert_false(ram_data(ram, to, &from, &to));
	ram_free(ram);
	/* A guest that runs has its own bytes there. */
	ram = open_it(core.fd, true);
	assert_int_equal(ram_kind(ram), RAM_RAW);
	ram_free(ram);
	close(core.fd);
}

static void test_cores_that_are_none(void **state)
{
	struct core core;

	(void)state;
	core = make_core();
	core.header.e_ident[EI_CLASS] = ELFCLASS32;
	write_core(&core);
	assert_refused(core.fd, -EPROTONOSUPPORT, "no core of a little-endian guest with 64 bits");
	core = make_core();
	core.header.e_type = ET_EXEC;
	write_core(&core);
	assert_refused(core.fd, -EPROTONOSUPPORT, "no core");
	core = make_core();
	core.header.e_phnum = 1;
	write_core(&core);
	assert_refused(core.fd, -EBADMSG, "has no memory in it");
}

static void test_cores_that_lie(void **state)
{
	struct core core;

	(void)state;
	core = make_core();
	core.segments[3].p_paddr--;
	write_core(&core);
	assert_refused(core.fd, -EBADMSG, "overlap");
	core = make_core();
	core.segments[3].p_filesz = 101;
	write_core(&core);
	assert_refused(core.fd, -EBADMSG, "outside of it");
	core = make_core();
	core.segments[3].p_memsz = UINT64_MAX - (1 << 20);
	write_core(&core);
	assert_refused(core.fd, -EBADMSG, "outside of it");
	core = make_core();
	core.segments[3].p_offset = UINT64_MAX - 9;
	write_core(&core);
	assert_refused(core.fd, -EBADMSG, "outside of it");
	core = make_core();
	core.header.e_phoff = UINT64_MAX - 8;
	write_core(&core);
	assert_refused(core.fd, -EBADMSG, "list of segments");
	core = make_core();
	core.header.e_phoff = 1 << 20;
	write_core(&core);
	assert_refused(core.fd, -ENODATA, "ends at byte");
}

/* So many segments, of a page each. */
static int core_of(uint32_t count)
{
	struct core core = make_core();
	Elf64_Phdr segment = {.p_type = PT_LOAD, .p_offset = 4096, .p_filesz = 8, .p_memsz = 4096};

	core.header.e_phnum = (Elf64_Half)count;
	put(core.fd, 0, &core.header, sizeof(core.header));
	for (uint32_t i = 0; i < count; i++) {
		segment.p_paddr = (uint64_t)i * 4096;
		put(core.fd, sizeof(core.header) + i * sizeof(segment), &segment, sizeof(segment));
	}
	return core.fd;
}

static void test_many_segments(void **state)
{
	int fd = core_of(RAM_SEGMENTS_MAX);
	struct ram *ram = open_it(fd, false);
	char bytes[8];

	(void)state;
	assert_int_equal(ram_size(ram), RAM_SEGMENTS_MAX * 4096);
	assert_int_equal(ram_read(ram, (RAM_SEGMENTS_MAX - 1) * 4096, bytes, 8), 0);
	ram_free(ram);
	close(fd);
	fd = core_of(RAM_SEGMENTS_MAX + 1);
	assert_refused(fd, -E2BIG, "1025 segments; 1024 are read at most");
	close(fd);
	fd = core_of(PN_XNUM);
	assert_refused(fd, -E2BIG, "65535 segments");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_raw_file),
		cmocka_unit_test(test_holes_are_asked_for_once),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_a_file_that_shrinks),
		cmocka_unit_test(test_a_file_that_cannot_be_read),
		cmocka_unit_test(test_only_files),
		cmocka_unit_test(test_a_core),
		cmocka_unit_test(test_cores_that_are_none),
		cmocka_unit_test(test_cores_that_lie),
		cmocka_unit_test(test_many_segments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
