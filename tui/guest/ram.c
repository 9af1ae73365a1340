// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/names.h"
#include "tui/domain/loop.h"
#include "tui/guest/guest_private.h"
#include "tui/guest/share.h"

/* Bundles that somebody has put there, each named as the build id of its kernel. */
#define SYSTEM_FORMATS "/var/lib/vtrace/formats"
#define USER_FORMATS   "vtrace/formats" /* in $XDG_DATA_HOME, or ~/.local/share */

#define BOOT_LEAST_MS  1000 /* that a boot takes at least */

/* ---- opening ---- */

static int new_ram(struct guest *guest, const struct guest_ram_source *source)
{
	guest->ram = calloc(1, sizeof(*guest->ram));
	if (!guest->ram)
		return -ENOMEM;
	guest->ram->fd = -1;
	guest->ram->timer = -1;
	guest->ram->offset = ENGINE_MEMORY_ANYWHERE;
	guest->ram->once = source->once;
	guest->ram->core = source->core;
	if (source->formats && !(guest->ram->formats = strdup(source->formats)))
		return -ENOMEM;
	if (source->share && !(guest->ram->share = strdup(source->share)))
		return -ENOMEM;
	guest->ram->fd = source->fd;
	return 0;
}

int guest_open_ram(struct guest **result, const struct guest_ram_source *source,
		   const struct guest_options *options, const struct guest_events *events,
		   void *data, char *error, size_t error_size)
{
	struct guest *guest = guest_new(source->name, options, events, data);
	int err = guest ? new_ram(guest, source) : -ENOMEM;

	*result = NULL;
	if (err) {
		snprintf(error, error_size, "out of memory");
		close(source->fd);
		guest_free(guest);
		return err;
	}
	guest->live = guest->live_sure = true;
	guest->state = source->once ? GUEST_REPLAY : GUEST_WATCHING;
	if (guest->record_path)
		err = saving_check_path(guest->record_path, error, error_size);
	if (!err)
		err = engine_open(guest, error, error_size);
	if (err) {
		guest_free(guest);
		return err;
	}
	*result = guest;
	if (!source->once)
		ram_steer(guest, source->channels);
	return 0;
}

void ram_release(struct guest *guest)
{
	struct guest_ram *ram = guest->ram;

	if (!ram)
		return;
	if (ram->fd >= 0)
		close(ram->fd);
	if (ram->timer >= 0)
		loop_timer_remove(ram->timer);
	free(ram->formats);
	free(ram->share);
	free(ram);
	guest->ram = NULL;
}

int ram_hand_over(struct guest *guest)
{
	struct guest_ram *ram = guest->ram;
	const struct engine_memory request = {
		.hint = ENGINE_MEMORY_ANYWHERE,
		.live = !ram->core,
		/* Those that its own agent has sent are right. */
		.any_formats = ram->formats || (ram->after_death && guest->formats.fd >= 0),
	};

	ram->begun = ram->told = false;
	ram->booted_at = 0;
	snprintf(ram->progress, sizeof(ram->progress), "looking for ring buffers in its memory");
	return engine_link_command(&guest->link, ENGINE_MEMORY, &request, sizeof(request), ram->fd,
				   NULL);
}

/* ---- formats ---- */

/* The directory of the user's own bundles. False: there is none. */
static bool user_formats(char *path, size_t size)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	int length = -1;

	if (data && data[0] == '/')
		length = snprintf(path, size, "%s/" USER_FORMATS, data);
	else if (home && home[0] == '/')
		length = snprintf(path, size, "%s/.local/share/" USER_FORMATS, home);
	return length > 0 && (size_t)length < size;
}

/* A descriptor of a sealed copy; -ENOENT without a sentence when no such file is there. */
static int copy_formats(const char *path, char *error, size_t error_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), copy, err;

	if (fd < 0) {
		err = -errno;
		if (err != -ENOENT)
			snprintf(error, error_size, "cannot open the event formats %s: %s", path,
				 strerror(-err));
		return err;
	}
	err = share_copy_file(fd, path, &copy, error, error_size);
	close(fd);
	return err ? err : copy;
}

/* A build id is hexadecimal digits, and so the name of a file; the guest says it. */
static bool is_build_id(const char *text)
{
	size_t length = strspn(text, "0123456789abcdef");

	return length && !text[length];
}

static int kept_formats(const char *build_id, char *error, size_t error_size)
{
	char directory[3072], path[4096];
	int fd = -ENOENT;

	if (!is_build_id(build_id))
		return -ENOENT;
	if (user_formats(directory, sizeof(directory))) {
		snprintf(path, sizeof(path), "%s/%s", directory, build_id);
		fd = copy_formats(path, error, error_size);
	}
	if (fd != -ENOENT)
		return fd;
	snprintf(path, sizeof(path), SYSTEM_FORMATS "/%s", build_id);
	return copy_formats(path, error, error_size);
}

/* What the kernel is called in a sentence. */
static const char *kernel_name(const struct guest_ram *ram)
{
	return ram->release[0] ? ram->release : "of unknown release";
}

static void take_kernel(struct guest_ram *ram, const struct engine_memory_reply *reply)
{
	snprintf(ram->build_id, sizeof(ram->build_id), "%s", reply->build_id);
	snprintf(ram->release, sizeof(ram->release), "%s", reply->release);
}

/* The CPUs whose rings are read, known before they are: a recording begins with all of them. */
static void take_cpus(struct guest *guest, const struct engine_memory_buffer *buffer)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (engine_cpuset_has(buffer->used_cpus, cpu))
			ram_stream_opened(guest, cpu);
}

/* Those that were named, that are kept for the build, or that the guest has once put on its share.
 */
static int find_formats(const struct guest *guest, char *error, size_t error_size)
{
	const struct guest_ram *ram = guest->ram;
	int fd;

	error[0] = '\0';
	if (ram->formats) {
		fd = copy_formats(ram->formats, error, error_size);
		if (fd == -ENOENT)
			snprintf(error, error_size, "there are no event formats at %s",
				 ram->formats);
		return fd;
	}
	fd = kept_formats(ram->build_id, error, error_size);
	if (fd == -ENOENT && ram->share && share_copy_formats(ram->share, &fd, error, error_size))
		fd = -ENOENT;
	if (fd == -ENOENT)
		snprintf(
			error, error_size,
			"there are no event formats of the kernel %s (build id %s): have "
			"'trace-agent "
			"--export FILE' write them in a guest with that kernel, and name FILE with "
			"--formats, or put it at " SYSTEM_FORMATS "/%s; events are shown raw",
			kernel_name(ram), ram->build_id[0] ? ram->build_id : "not found",
			ram->build_id[0] ? ram->build_id : "BUILD-ID");
	return fd;
}

/* What a guest with channels has sent is its own, and known. */
static int sent_formats(const struct guest *guest)
{
	if (!guest->ram->after_death || guest->formats.fd < 0)
		return -ENOENT;
	return fcntl(guest->formats.fd, F_DUPFD_CLOEXEC, 0);
}

static void choose_formats(struct guest *guest)
{
	char error[1024];
	int fd = sent_formats(guest);

	if (fd < 0)
		fd = find_formats(guest, error, sizeof(error));
	if (fd >= 0) {
		formats_use(guest, fd);
		return;
	}
	if (guest->ram->steered && !guest->ram->formats) {
		formats_fetch(guest);
		return;
	}
	guest_say(guest, GUEST_ERROR, "%s", error);
	formats_settle(guest);
}

/* ---- reading ---- */

void ram_formats_settled(struct guest *guest)
{
	struct guest_ram *ram = guest->ram;
	struct engine_memory_read request = {.offset = ENGINE_MEMORY_ANYWHERE};

	if (!ram || ram->begun || !ram->found)
		return;
	ram->begun = true;
	request.offset = ram->offset;
	request.once = ram->once;
	/* In this order: the recording is to have the first page. */
	if (guest->record_path && !ram->after_death)
		recording_begin(guest);
	engine_link_command(&guest->link, ENGINE_MEMORY_READ, &request, sizeof(request), -1, NULL);
}

const char *ram_waiting(const struct guest *guest)
{
	return guest->ram && !guest->ram->begun && !guest->ram->failed ? guest->ram->progress
								       : NULL;
}

static void tell_what(struct guest *guest, const struct engine_packet *packet)
{
	const struct engine_memory_reply *reply = packet->payload;
	const struct engine_memory_buffer *buffer = engine_memory_buffers(packet) + reply->newest;

	guest_say(guest, GUEST_INFO,
		  "%s: a ring of %u CPU%s at 0x%" PRIx64 ", %u pages of %u bytes each, kernel %s",
		  guest->name, buffer->used, buffer->used == 1 ? "" : "s", buffer->offset,
		  buffer->subbufs, buffer->subbuf_size, kernel_name(guest->ram));
	if (reply->buffers > 1)
		guest_say(guest, GUEST_WARNING,
			  "its memory has %u ring buffers: the one with the newest events is read",
			  reply->buffers);
	if (reply->warning[0])
		guest_say(guest, GUEST_WARNING, "%s: %s", guest->name, reply->warning);
}

/* The guest has booted anew while it was read, perhaps with another kernel. */
static void booted_anew(struct guest *guest, const struct engine_memory_reply *reply)
{
	struct guest_ram *ram = guest->ram;
	int64_t now = guest_now_ms();

	/* No guest boots as often; each boot costs the console formats that it looks for. */
	if (ram->booted_at && now - ram->booted_at < BOOT_LEAST_MS)
		return;
	ram->booted_at = now;
	guest->panicked_at = 0;
	guest_say(guest, GUEST_WARNING, "%s has booted anew: what came before stays", guest->name);
	if (!strcmp(ram->build_id, reply->build_id))
		return;
	take_kernel(ram, reply);
	choose_formats(guest);
}

void ram_replied(struct guest *guest, const struct engine_packet *packet)
{
	const struct engine_memory_reply *reply = packet->payload;
	struct guest_ram *ram = guest->ram;

	if (!ram)
		return;
	if (reply->error == -EINPROGRESS) {
		snprintf(ram->progress, sizeof(ram->progress),
			 "looking for ring buffers in its memory: %u%%",
			 reply->size
				 ? (unsigned)(100.0 * (double)reply->looked / (double)reply->size)
				 : 0);
		guest_changed(guest);
		return;
	}
	if (ram->begun) {
		booted_anew(guest, reply);
		return;
	}
	if (ram->told)
		return; /* once is enough */
	ram->told = true;
	if (reply->error || !reply->buffers) {
		if (ram_not_found(guest, reply->reason))
			return;
		ram->failed = true;
		guest_say(guest, GUEST_ERROR, "cannot read the ring in the memory of %s: %s",
			  guest->name, reply->reason);
		formats_settle(guest);
		return;
	}
	ram->found = true;
	ram_begins(guest);
	ram->offset = engine_memory_buffers(packet)[reply->newest].offset;
	take_kernel(ram, reply);
	take_cpus(guest, engine_memory_buffers(packet) + reply->newest);
	tell_what(guest, packet);
	choose_formats(guest);
}

void ram_stream_opened(struct guest *guest, unsigned cpu)
{
	if (!guest->ram || cpu >= VTRACE_MAX_CPUS)
		return;
	guest->stream[cpu].present = true;
	guest->stream[cpu].ended = false;
	if (guest->cpus <= cpu)
		guest->cpus = cpu + 1;
}

bool guest_is_memory(const struct guest *guest)
{
	return guest->ram && !guest->ram->after_death;
}

bool guest_has_no_ring(const struct guest *guest)
{
	return guest->ram && guest->ram->failed;
}
