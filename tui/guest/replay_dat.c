// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/trace_dat.h"
#include "tui/guest/guest_private.h"

/* A directory is a capture whatever its name, and a file that begins like a trace.dat is one. */
bool replay_is_dat(const char *path)
{
	char magic[TRACE_DAT_MAGIC_BYTES];
	struct stat st;
	bool is;
	int fd;

	if (stat(path, &st) < 0)
		return dat_is_path(path);
	if (S_ISDIR(st.st_mode))
		return false;
	if (dat_is_path(path) || !S_ISREG(st.st_mode))
		return dat_is_path(path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	is = pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
	     !memcmp(magic, TRACE_DAT_MAGIC, sizeof(magic));
	close(fd);
	return is;
}

int replay_dat_open(struct guest *guest, const char *path, char *error, size_t error_size)
{
	struct stat st;
	int err = 0;

	guest->dat = calloc(1, sizeof(*guest->dat));
	if (!guest->dat) {
		snprintf(error, error_size, "out of memory");
		return -ENOMEM;
	}
	guest->dat->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (guest->dat->fd < 0 || fstat(guest->dat->fd, &st) < 0)
		err = -errno;
	if (err)
		snprintf(error, error_size, "cannot open %s: %s", path, strerror(-err));
	else if (!S_ISREG(st.st_mode)) {
		err = -EINVAL;
		snprintf(error, error_size, "%s is no regular file, and so no trace.dat", path);
	}
	return err;
}

void replay_dat_release(struct guest *guest)
{
	struct guest_dat *dat = guest->dat;

	if (!dat)
		return;
	if (dat->fd >= 0)
		close(dat->fd);
	free(dat->names);
	free(dat);
	guest->dat = NULL;
}

int replay_dat_hand_over(struct guest *guest)
{
	int err = engine_link_command(&guest->link, ENGINE_DAT, NULL, 0, guest->dat->fd, NULL);

	if (!err)
		formats_load_begins(guest);
	return err;
}

/* ---- what the engine tells of it ---- */

static void take_streams(struct guest *guest, const struct engine_dat_reply *reply)
{
	const struct engine_dat_stream *stream = (const void *)(reply + 1);
	const char *names = (const void *)(stream + reply->streams);
	struct guest_dat *dat = guest->dat;

	dat->version = reply->version;
	dat->ticks = reply->ticks;
	dat->shifted = reply->shifted;
	dat->dated = guest->wall.known = reply->dated;
	free(dat->names);
	dat->names = calloc(reply->buffers ? reply->buffers : 1, ENGINE_NAME_MAX);
	dat->buffers = dat->names ? reply->buffers : 0;
	if (dat->buffers)
		memcpy(dat->names, names, (size_t)dat->buffers * ENGINE_NAME_MAX);
	dat->used = 0;
	for (uint32_t i = 0; i < reply->streams; i++, stream++) {
		guest->stream[stream->slot].present = true;
		guest->stream[stream->slot].ended = false;
		dat->stream[stream->slot] = *stream;
		if (guest->cpus <= stream->slot)
			guest->cpus = stream->slot + 1;
		dat->apart |= stream->cpu != stream->slot;
		if (!i || stream->buffer != stream[-1].buffer)
			dat->used++;
	}
}

static void tell_what(struct guest *guest, const struct engine_dat_reply *reply)
{
	char buffers[48] = "";

	if (reply->buffers > 1)
		snprintf(buffers, sizeof(buffers), " in %u buffers", reply->buffers);
	guest_say(guest, GUEST_INFO, "%s: trace.dat version %u, pages of %u CPU%s%s%s%.15s%s",
		  guest->name, reply->version, reply->streams, reply->streams == 1 ? "" : "s",
		  buffers, strcmp(reply->packing, TRACE_DAT_NONE) ? ", packed by " : "",
		  strcmp(reply->packing, TRACE_DAT_NONE) ? reply->packing : "",
		  reply->shifted ? ", with times that it changes" : "");
	if (reply->warning[0])
		guest_say(guest, GUEST_ERROR, "%s: %.511s", guest->name, reply->warning);
	if (!reply->streams)
		guest_say(guest, GUEST_WARNING, "%s holds no events", guest->name);
}

/* The bundle is what a saved capture gets, and the engine alone can make one. */
static void ask_for_formats(struct guest *guest)
{
	struct guest_formats_state *formats = &guest->formats;
	int fd = memfd_create("vtrace-formats", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (formats->candidate >= 0)
		close(formats->candidate);
	formats->candidate = fd;
	if (fd < 0 || engine_link_command(&guest->link, ENGINE_DAT_FORMATS, NULL, 0, fd, NULL) < 0)
		replay_dat_formats(guest, -EIO);
}

void replay_dat_replied(struct guest *guest, const struct engine_dat_reply *reply)
{
	if (!guest->dat)
		return;
	guest->dat->reply = reply->formats;
	if (reply->formats.error && !reply->streams) {
		guest_say(guest, GUEST_ERROR, "cannot read %s: %.511s", guest->name,
			  reply->formats.reason);
		formats_settle(guest);
		return;
	}
	take_streams(guest, reply);
	tell_what(guest, reply);
	ask_for_formats(guest);
}

void replay_dat_formats(struct guest *guest, int error)
{
	struct guest_formats_state *formats = &guest->formats;
	const unsigned seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

	if (!guest->dat)
		return;
	if ((error || fcntl(formats->candidate, F_ADD_SEALS, seals) < 0) &&
	    formats->candidate >= 0) {
		close(formats->candidate);
		formats->candidate = -1;
	}
	/* The recording is to know them, and to see the first page. */
	formats_keep_candidate(guest);
	if (!guest->dat->reply.error) {
		formats->reply = guest->dat->reply;
		formats->loaded = true;
	}
	if (guest->record_path)
		recording_begin(guest);
	engine_link_must(&guest->link, ENGINE_DAT_READ, NULL, 0, -1, NULL);
	formats_replied(guest, &guest->dat->reply);
}

/* ---- what is asked about it ---- */

int replay_dat_can_save(struct guest *guest, const char *path, char *error, size_t error_size)
{
	const struct guest_dat *dat = guest->dat;

	if (!dat)
		return 0;
	if (dat->used > 1) {
		snprintf(error, error_size,
			 "%s has events of %u buffers, and what vtrace saves has one: copy it "
			 "instead",
			 guest->name, dat->used);
		return -EOPNOTSUPP;
	}
	if (dat->apart) {
		snprintf(error, error_size,
			 "%s has CPUs with numbers above %d, which vtrace does not save: copy it "
			 "instead",
			 guest->name, VTRACE_MAX_CPUS - 1);
		return -EOPNOTSUPP;
	}
	if (dat->shifted)
		guest_say(guest, GUEST_WARNING,
			  "%s gets the times that the pages have, without what %s changes about "
			  "them",
			  path, guest->name);
	return 0;
}

uint64_t replay_dat_bytes(const struct guest *guest, unsigned cpu)
{
	return guest->dat->stream[cpu].bytes;
}

bool replay_dat_packed(const struct guest *guest)
{
	for (unsigned cpu = 0; cpu < guest->cpus; cpu++)
		if (guest->stream[cpu].present && guest->dat->stream[cpu].packed)
			return true;
	return false;
}

unsigned replay_dat_number(const struct guest *guest, unsigned cpu)
{
	return guest->dat ? guest->dat->stream[cpu].cpu : cpu;
}

void guest_cpuset(const struct guest *guest, const uint8_t *numbers, uint8_t *cpus)
{
	if (!guest->dat || !guest->dat->apart) {
		memcpy(cpus, numbers, ENGINE_CPUSET_BYTES);
		return;
	}
	memset(cpus, 0, ENGINE_CPUSET_BYTES);
	for (unsigned cpu = 0; cpu < guest->cpus; cpu++) {
		unsigned number = replay_dat_number(guest, cpu);

		if (guest->stream[cpu].present &&
		    (number >= VTRACE_MAX_CPUS || engine_cpuset_has(numbers, number)))
			engine_cpuset_add(cpus, cpu);
	}
}

const char *guest_stream_name(const struct guest *guest, unsigned cpu, char *text, size_t size)
{
	const struct guest_dat *dat = guest->dat;
	const char *buffer = "";

	if (dat && cpu < VTRACE_MAX_CPUS && dat->stream[cpu].buffer < dat->buffers)
		buffer = dat->names[dat->stream[cpu].buffer];
	snprintf(text, size, "%s%sCPU%u", buffer, buffer[0] ? ": " : "",
		 replay_dat_number(guest, cpu));
	return text;
}
