// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tui/guest/guest_private.h"

#define ASSUMED_SUBBUF_SIZE 4096
#define ASSUMED_LONG_SIZE   8

int saving_check_path(const char *path, char *error, size_t error_size)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return 0;
	snprintf(error, error_size, "%s exists already; %s", path,
		 dat_is_path(path) ? "a trace.dat is written to a new file"
				   : "a capture is written to a new directory");
	return -EEXIST;
}

/* What is saved of a trace.dat are its pages, without what the file does to their times. */
static void note_wall(const struct guest *guest, struct capture_manifest *manifest)
{
	const struct wall_clock *wall = guest->dat ? NULL : guest_wall(guest);

	manifest->wall_known = wall != NULL;
	manifest->wall_offset = wall ? wall->offset : 0;
}

static void fill_manifest(const struct guest *guest, struct capture_manifest *manifest)
{
	const struct engine_formats_reply *reply = &guest->formats.reply;
	const struct guest_hello *hello = &guest->agent.hello;
	bool loaded = guest->formats.loaded;
	unsigned cpu;

	if (guest->capture)
		*manifest = guest->capture->manifest;
	else
		memset(manifest, 0, sizeof(*manifest));
	manifest->complete = 0;
	for (cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		manifest->cpu[cpu].present = guest->stream[cpu].present;
		manifest->cpu[cpu].pages = 0;
	}
	if (guest->capture)
		return;
	snprintf(manifest->domain, sizeof(manifest->domain), "%s", guest->name);
	snprintf(manifest->kernel, sizeof(manifest->kernel), "%s",
		 loaded ? reply->kernel : hello->kernel);
	snprintf(manifest->boot_id, sizeof(manifest->boot_id), "%s",
		 loaded ? reply->boot_id : hello->boot_id);
	snprintf(manifest->clock, sizeof(manifest->clock), "%s",
		 loaded ? reply->clock : hello->clock);
	manifest->subbuf_size = loaded ? reply->subbuf_size : hello->subbuf_size;
	manifest->long_size = loaded ? reply->long_size : guest->agent.long_size;
	manifest->big_endian = loaded ? reply->big_endian : guest->agent.big_endian;
	manifest->taken = time(NULL);
	note_wall(guest, manifest);
	if (!manifest->subbuf_size)
		manifest->subbuf_size = ASSUMED_SUBBUF_SIZE;
	if (!manifest->long_size)
		manifest->long_size = ASSUMED_LONG_SIZE;
}

static void saving_release(struct guest_saving *saving)
{
	capture_abandon(saving->writer);
	dat_abandon(saving->dat);
	free(saving->path);
	memset(saving, 0, sizeof(*saving));
}

/* What has no pages is not to be taken for something that was saved. */
static void saving_remove(struct guest *guest, struct guest_saving *saving)
{
	int err = 0;

	if (saving->writer)
		err = capture_remove(saving->writer);
	else if (saving->dat)
		err = dat_remove(saving->dat);
	saving->writer = NULL;
	saving->dat = NULL;
	if (err)
		guest_say(guest, GUEST_WARNING, "%s is left there without pages: %s; remove it",
			  saving->path, strerror(-err));
	saving_release(saving);
}

/* Hand a file for every CPU to the engine. */
static int send_files(struct guest *guest, struct guest_saving *saving, enum engine_type type,
		      char *error, size_t error_size)
{
	struct engine_stream stream = {.cpu = 0};
	unsigned cpu;
	int fd, err;

	for (cpu = 0; cpu < guest->cpus; cpu++) {
		if (!guest->stream[cpu].present)
			continue;
		stream.cpu = cpu;
		fd = capture_open_cpu(saving->writer, cpu);
		err = fd < 0 ? fd
			     : engine_link_command(&guest->link, type, &stream, sizeof(stream), fd,
						   NULL);
		if (fd >= 0)
			close(fd);
		if (err) {
			snprintf(error, error_size, "cannot write CPU %u's pages to %s: %s", cpu,
				 saving->path, strerror(-err));
			return err;
		}
		saving->left++;
	}
	return 0;
}

static int directory_begin(struct guest *guest, struct guest_saving *saving,
			   const struct capture_manifest *manifest, enum engine_type type,
			   char *error, size_t error_size)
{
	int err = capture_create(&saving->writer, saving->path, manifest, error, error_size);

	if (!err && guest->formats.fd >= 0) {
		err = capture_write_formats(saving->writer, guest->formats.fd);
		if (err)
			snprintf(error, error_size, "cannot write the formats to %s: %s",
				 saving->path, strerror(-err));
		saving->formats_saved = !err;
	}
	return err ? err : send_files(guest, saving, type, error, error_size);
}

static int saving_begin(struct guest *guest, struct guest_saving *saving, const char *path,
			enum engine_type type, char *error, size_t error_size)
{
	struct capture_manifest manifest;
	int err = replay_dat_can_save(guest, path, error, error_size);

	if (err)
		return err;
	fill_manifest(guest, &manifest);
	saving->path = strdup(path);
	if (!saving->path) {
		snprintf(error, error_size, "out of memory");
		return -ENOMEM;
	}
	if (dat_is_path(path))
		err = saving_dat_begin(guest, saving, &manifest, type == ENGINE_RECORD, error,
				       error_size);
	else
		err = directory_begin(guest, saving, &manifest, type, error, error_size);
	if (err) {
		/* Those CPUs that the engine has been given are not to go on; what it answers is
		 * not of what comes next. */
		if (type == ENGINE_RECORD && saving->left)
			engine_link_must(&guest->link, ENGINE_RECORD_END, NULL, 0, -1,
					 &guest->record_abandoned);
		saving_remove(guest, saving);
	}
	return err;
}

static void saving_finish(struct guest *guest, struct guest_saving *saving)
{
	struct guest_saving done = *saving;
	int err;

	if (saving->error && !saving->pages) {
		guest_say(guest, GUEST_ERROR, "nothing is saved in %s: %s", saving->path,
			  strerror(-saving->error));
		saving_remove(guest, saving);
		return;
	}
	memset(saving, 0, sizeof(*saving));
	/* By now it is known, or more exactly. */
	if (done.writer && guest_wall(guest) && !guest->dat)
		capture_set_wall(done.writer, guest_wall(guest)->offset);
	err = done.dat ? saving_dat_finish(guest, &done) : capture_finish(done.writer);
	if (!done.error)
		done.error = err;
	/* Of a capture all was wanted, and there was more. */
	if (!done.error && done.ending && guest->capture && !streams_all_ended(guest))
		done.error = -EINTR;
	if (!done.formats_saved)
		guest_say(guest, GUEST_WARNING,
			  "%s has no event formats, because none came; its events stay raw records",
			  done.path);
	guest->events.saved(guest->data, done.path, done.pages, done.bytes, done.error);
	free(done.path);
}

void recording_begin(struct guest *guest)
{
	char *path = guest->record_path;
	char error[512];
	int err;

	guest->record_path = NULL;
	err = saving_begin(guest, &guest->record, path, ENGINE_RECORD, error, sizeof(error));
	if (err)
		guest_say(guest, GUEST_ERROR, "nothing is recorded: %s", error);
	free(path);
}

void recording_add_formats(struct guest *guest)
{
	struct guest_saving *record = &guest->record;
	int err;

	if (record->dat)
		saving_dat_add_formats(guest, record);
	if (!record->writer)
		return;
	err = capture_write_formats(record->writer, guest->formats.fd);
	if (err)
		guest_say(guest, GUEST_ERROR, "cannot write the formats to %s: %s", record->path,
			  strerror(-err));
	else
		record->formats_saved = true;
}

void recording_end(struct guest *guest)
{
	struct guest_saving *record = &guest->record;

	if (!saving_active(record) || record->ending)
		return;
	record->ending = true;
	engine_link_must(&guest->link, ENGINE_RECORD_END, NULL, 0, -1, &record->end_serial);
	if (!engine_link_alive(&guest->link))
		saving_lost(guest);
}

void recording_full(struct guest *guest)
{
	if (!saving_active(&guest->record) || guest->record.ending || !guest->record_limit)
		return;
	guest_say(guest, GUEST_WARNING,
		  "the recording %s ends: it has the %" PRIu64 " bytes that --write-limit allows",
		  guest->record.path, guest->record_limit);
	recording_end(guest);
}

void saving_replied(struct guest *guest, uint32_t serial, const struct engine_save_reply *reply)
{
	struct guest_saving *saving = &guest->save;
	bool limited; /* at its limit it is as long as was wanted */

	if (serial && serial == guest->record_abandoned)
		return;
	if (guest->record.ending && serial == guest->record.end_serial)
		saving = &guest->record;
	if (!saving_active(saving) || !saving->left || reply->cpu >= guest->cpus)
		return;
	limited = saving == &guest->record && guest->record_limit;
	if (saving->dat)
		dat_set_stats(saving->dat, reply->cpu, reply->events, !reply->lost_unknown,
			      reply->lost);
	else
		capture_set_pages(saving->writer, reply->cpu, reply->pages);
	saving->pages += reply->pages;
	saving->bytes += reply->bytes;
	if (reply->error && !(reply->error == ENGINE_AT_LIMIT && limited) && !saving->error) {
		saving->error = reply->error;
		guest_say(guest, GUEST_ERROR,
			  "saving CPU %u to %s stopped: %s; what is there is whole", reply->cpu,
			  saving->path, strerror(-reply->error));
	}
	if (--saving->left == 0)
		saving_finish(guest, saving);
}

static void lost(struct guest *guest, struct guest_saving *saving)
{
	if (!saving_active(saving))
		return;
	/* An engine that only does not answer may write still. */
	if (saving->dat && !engine_link_alive(&guest->link))
		saving_dat_finish(guest, saving);
	guest->events.saved(guest->data, saving->path, 0, 0, -EPIPE);
	saving_release(saving);
}

void saving_lost(struct guest *guest)
{
	lost(guest, &guest->record);
	lost(guest, &guest->save);
}

static int can_write(const struct guest *guest, const char *path, char *error, size_t error_size)
{
	if (!engine_link_alive(&guest->link)) {
		snprintf(error, error_size, "the engine is not there, and its pages neither");
		return -EPIPE;
	}
	return saving_check_path(path, error, error_size);
}

int guest_save(struct guest *guest, const char *path, char *error, size_t error_size)
{
	int err;

	if (saving_active(&guest->save)) {
		snprintf(error, error_size, "%s is still being written; try again when it is done",
			 guest->save.path);
		return -EBUSY;
	}
	err = can_write(guest, path, error, error_size);
	if (!err)
		err = saving_begin(guest, &guest->save, path, ENGINE_SAVE, error, error_size);
	return err;
}

int guest_record(struct guest *guest, const char *path, char *error, size_t error_size)
{
	int err;

	if (guest_is_file(guest)) {
		snprintf(error, error_size, "a capture has all it will ever have: s saves it");
		return -EOPNOTSUPP;
	}
	if (guest_recording(guest) || saving_active(&guest->record)) {
		snprintf(error, error_size, "%s is still being written; try again when it is done",
			 guest->record_path ? guest->record_path : guest->record.path);
		return -EBUSY;
	}
	err = can_write(guest, path, error, error_size);
	if (!err)
		err = saving_begin(guest, &guest->record, path, ENGINE_RECORD, error, error_size);
	return err;
}

void guest_record_end(struct guest *guest)
{
	recording_end(guest);
}

const char *guest_recording(const struct guest *guest)
{
	if (guest->record_path)
		return guest->record_path;
	return saving_active(&guest->record) && !guest->record.ending ? guest->record.path : NULL;
}
