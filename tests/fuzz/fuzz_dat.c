// SPDX-License-Identifier: GPL-2.0-only
/* A trace.dat, of version 6 or 7, whole or packed: taken apart, and the pages of each CPU read. */
#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tui/engine/dat.h"

#define READ_MOST (256 * 1024) /* of each CPU: a few bytes can stand for a TiB */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static void read_pages(const struct dat *dat, const struct dat_buffer *buffer,
		       const struct dat_cpu *cpu, int fd)
{
	static uint8_t bytes[16384];
	struct page_file file = page_file_region(fd, cpu->from, cpu->length);
	uint64_t at = 0;
	ssize_t got;
	bool more;

	if (buffer->packed && page_file_packed(&file, fd, cpu->from, cpu->length, dat->packing,
					       dat->bundle.big_endian, cpu->cut))
		return;
	while (at < READ_MOST && (got = page_file_read(&file, bytes, sizeof(bytes), at)) > 0) {
		CHECK(got <= (ssize_t)sizeof(bytes));
		at += (uint64_t)got;
	}
	(void)page_file_length(&file, &more);
	(void)page_file_passed(&file, at);
	(void)page_file_fault(&file);
	page_file_release(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	char error[512] = "";
	struct dat dat;

	CHECK(fd >= 0 && write(fd, input, length) == (ssize_t)length);
	if (!dat_load(&dat, fd, error, sizeof(error)))
		for (uint32_t i = 0; i < dat.buffer_count; i++)
			for (uint32_t n = 0; n < dat.buffers[i].cpu_count && n < 8; n++)
				read_pages(&dat, &dat.buffers[i], &dat.buffers[i].cpus[n], fd);
	else
		CHECK(error[0]);
	dat_release(&dat);
	close(fd);
	return 0;
}
