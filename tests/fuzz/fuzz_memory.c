// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's memory: searched, and read as one of a dead guest and of one that runs. The input is
 * the memory, or a core of it, behind one byte that says how it is read; what stands in it behind
 * "@@@@" is written over it while it is read, an offset (4 bytes) and 8 bytes at a time.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tui/engine/memory_search.h"
#include "tui/engine/observer.h"

#define CHANGE	  12 /* bytes of a change */
#define PAGES_MAX 4096
#define PADDING	  (512 * 1024) /* bytes of zeros behind the input: rings are larger than inputs */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

struct changes {
	const uint8_t *at;
	size_t left;
	int fd;
};

static void make_change(struct changes *changes)
{
	uint32_t offset;

	if (changes->left < CHANGE)
		return;
	memcpy(&offset, changes->at, sizeof(offset));
	if (offset < PADDING)
		CHECK(pwrite(changes->fd, changes->at + 4, 8, offset) == 8);
	else if (offset % 16 == 3)
		CHECK(!ftruncate(changes->fd, offset % PADDING));
	changes->at += CHANGE;
	changes->left -= CHANGE;
}

/* Each page is one that a stream can take, whatever the guest wrote. */
static void observe(struct ram *ram, const struct ring_buffer *buffer, uint32_t cpu, bool once,
		    struct changes *changes)
{
	const struct page_geometry geometry = {.size = buffer->subbuf_size, .long_size = 8};
	uint8_t *pages = malloc(2 * (size_t)buffer->subbuf_size);
	struct observer *observer;
	uint64_t now = 0;
	ssize_t got;

	CHECK(pages && !observer_new(&observer, ram, buffer, cpu, once));
	for (unsigned i = 0; i < PAGES_MAX; i++) {
		struct page_summary summary;

		got = observer_read(observer, pages, 2 * (size_t)buffer->subbuf_size, now);
		now += OBSERVER_PART_MS;
		if (got == OBSERVER_BOOT)
			observer_pass_boot(observer);
		else if (got <= 0 && !changes->left)
			break;
		CHECK(got <= 2 * (ssize_t)buffer->subbuf_size);
		for (ssize_t at = 0; at < got; at += buffer->subbuf_size)
			(void)page_check(&geometry, pages + at, &summary);
		make_change(changes);
	}
	observer_free(observer);
	free(pages);
}

static void read_memory(struct ram *ram, bool once, struct changes *changes)
{
	struct engine_memory_buffer buffers[RING_BUFFERS_MAX];
	struct engine_memory_reply reply;
	struct memory_search search;

	CHECK(!memory_search_begin(&search, ram, once ? ENGINE_MEMORY_ANYWHERE : 0));
	while (!memory_search_step(&search))
		;
	memory_search_tell(&search, &reply, buffers);
	CHECK(reply.buffers <= RING_BUFFERS_MAX);
	CHECK(reply.buffers || (reply.error && reply.reason[0]));
	for (uint32_t i = 0; i < search.buffer_count; i++)
		for (uint32_t cpu = 0; cpu < search.buffers[i].cpu_count && cpu < 2; cpu++)
			observe(ram, &search.buffers[i], cpu, once, changes);
	memory_search_release(&search);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	const uint8_t *mark;
	struct changes changes = {.fd = fd};
	char error[256] = "";
	struct ram *ram;
	bool once;

	if (!length)
		return close(fd);
	once = input[0] & 1;
	mark = memmem(input, length, "@@@@", 4);
	if (mark && !once) {
		changes.at = mark + 4;
		changes.left = length - (size_t)(mark + 4 - input);
		length = (size_t)(mark - input) + !(mark - input);
	}
	CHECK(fd >= 0 && write(fd, input + 1, length - 1) == (ssize_t)(length - 1));
	CHECK(!ftruncate(fd, (off_t)length - 1 + PADDING));
	if (!ram_open(&ram, dup(fd), !once, error, sizeof(error))) {
		read_memory(ram, once, &changes);
		ram_free(ram);
	} else {
		CHECK(error[0]);
	}
	close(fd);
	return 0;
}
