// SPDX-License-Identifier: GPL-2.0-only
#include "tui/capture/dat.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/trace_dat.h"
#include "tui/capture/dat_private.h"
#include "tui/capture/manifest.h"

/* Regions far apart: together they reach as far as ext4 lets a file reach, and half of it. */
#define APART_BYTES (UINT64_C(8) << 40)
#define APART_LEAST (UINT64_C(1) << 30)

/* What is kept free behind the regions for later formats, so that these do not meet the end of
 * what the file system takes. */
#define LATE_ROOM (UINT64_C(1) << 30)

/* Version 6: how much longer later formats may be. */
#define SPARE_BYTES	   (1024 * 1024)
#define SPARE_WITHOUT_ANY  (16 * 1024 * 1024)
#define ALIGNMENT_MOST	   (1024 * 1024)
#define ZEROES_NOT_WRITTEN 4096

bool dat_is_path(const char *path)
{
	size_t length = strlen(path);

	return length >= 4 && !strcmp(path + length - 4, ".dat");
}

int dat_write_at(int fd, const void *bytes, size_t length, uint64_t offset)
{
	const char *at = bytes;

	while (length) {
		ssize_t n = pwrite(fd, at, length, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -ENOSPC;
		at += n;
		offset += (uint64_t)n;
		length -= (size_t)n;
	}
	return 0;
}

/* ---- formats ---- */

/* The bundle and its bytes, which are freed after it. */
struct loaded {
	struct bundle bundle;
	char *bytes;
};

static void unload(struct loaded *loaded)
{
	bundle_release(&loaded->bundle);
	free(loaded->bytes);
}

static int load(struct loaded *loaded, int fd, char *error, size_t error_size)
{
	struct stat st;
	size_t done = 0, length;
	int ret;

	memset(loaded, 0, sizeof(*loaded));
	if (fd < 0)
		return 0;
	ret = fstat(fd, &st) ? -errno : st.st_size > VTRACE_BUNDLE_MAX ? -EFBIG : 0;
	length = ret ? 0 : (size_t)st.st_size;
	loaded->bytes = ret ? NULL : malloc(length + 1);
	if (!ret && !loaded->bytes)
		ret = -ENOMEM;
	while (!ret && done < length) {
		ssize_t n = pread(fd, loaded->bytes + done, length - done, (off_t)done);

		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			ret = n ? -errno : -EIO;
	}
	if (ret) {
		snprintf(error, error_size, "cannot read the event formats: %s", strerror(-ret));
	} else {
		ret = bundle_read(&loaded->bundle, loaded->bytes, length, error, error_size);
		if (ret && ret != -ENOMEM)
			ret = -EBADMSG;
	}
	if (ret)
		unload(loaded);
	return ret;
}

/* What the formats say of the pages goes before what was assumed. */
static void correct_manifest(struct capture_manifest *manifest, const struct bundle *bundle)
{
	if (!bundle->cpus)
		return;
	manifest->subbuf_size = bundle->subbuf_size;
	manifest->long_size = bundle->long_size;
	manifest->big_endian = bundle->big_endian;
	if (bundle->kernel[0])
		snprintf(manifest->kernel, sizeof(manifest->kernel), "%s", bundle->kernel);
	if (bundle->boot_id[0])
		snprintf(manifest->boot_id, sizeof(manifest->boot_id), "%s", bundle->boot_id);
	if (bundle->clock[0])
		snprintf(manifest->clock, sizeof(manifest->clock), "%s", bundle->clock);
}

/* ---- the layout ---- */

static bool takes_length(int fd, uint64_t length)
{
	struct rlimit limit;

	/* Going beyond the limit is answered with a signal. */
	if (!getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur != RLIM_INFINITY &&
	    length > limit.rlim_cur)
		return false;
	return !ftruncate(fd, (off_t)length);
}

/* The largest distance that the file system takes. 0 or -errno. */
static int plan_apart(struct dat_writer *writer, unsigned present)
{
	uint64_t base = dat_place(&writer->head.bytes), stride = APART_LEAST;
	int ret;

	while (present && stride * 2 * present <= APART_BYTES)
		stride *= 2;
	while (!takes_length(writer->fd, base + stride * present + LATE_ROOM)) {
		if (stride == APART_LEAST)
			return -EFBIG;
		stride /= 2;
	}
	ret = ftruncate(writer->fd, 0) ? -errno : 0;
	for (unsigned cpu = 0; cpu < writer->head.cpus; cpu++)
		writer->room[cpu] = writer->head.manifest.cpu[cpu].present ? stride : 0;
	return ret;
}

static uint64_t round_up(uint64_t bytes, uint64_t alignment)
{
	return (bytes + alignment - 1) & ~(alignment - 1);
}

static int plan_regions(struct dat_writer *writer, const struct dat_plan *plan)
{
	const struct capture_manifest *manifest = &writer->head.manifest;
	uint64_t at = dat_place(&writer->head.bytes);
	unsigned present = 0;
	int ret = 0;

	for (unsigned cpu = 0; cpu < plan->cpus; cpu++)
		present += manifest->cpu[cpu].present;
	if (plan->regions == DAT_REGIONS_APART)
		ret = plan_apart(writer, present);
	for (unsigned cpu = 0; cpu < plan->cpus; cpu++) {
		if (plan->regions == DAT_REGIONS_EXACT && manifest->cpu[cpu].present)
			writer->room[cpu] = plan->bytes[cpu];
		writer->offset[cpu] = at;
		at += round_up(writer->room[cpu], writer->alignment);
		dat_span_to(&writer->head.bytes, writer->head.table_span + cpu,
			    writer->offset[cpu]);
	}
	writer->behind = plan->regions == DAT_REGIONS_BEHIND;
	writer->end = writer->behind ? INT64_MAX : at;
	if (writer->head.version == TRACE_DAT_VERSION_7)
		dat_span_to(&writer->head.bytes, writer->head.buffer_span, writer->end);
	return ret;
}

/* Where bytes are zeroes nothing is written, and the file has a hole. */
static int write_head(struct dat_writer *writer)
{
	static const uint8_t zeroes[ZEROES_NOT_WRITTEN];
	const struct dat_bytes *bytes = &writer->head.bytes;
	int ret = 0;

	for (size_t at = 0, n; at < bytes->length && !ret; at += n) {
		n = bytes->length - at < sizeof(zeroes) ? bytes->length - at : sizeof(zeroes);
		if (memcmp(bytes->bytes + at, zeroes, n))
			ret = dat_write_at(writer->fd, bytes->bytes + at, n, at);
	}
	if (!ret && ftruncate(writer->fd, (off_t)bytes->length))
		ret = -errno;
	return ret;
}

static int lay_out(struct dat_writer *writer, const struct dat_plan *plan,
		   const struct capture_manifest *manifest, const struct bundle *bundle)
{
	uint64_t spare = 0;
	struct stat st;
	int ret;

	if (fstat(writer->fd, &st))
		return -errno;
	writer->alignment = manifest->subbuf_size;
	if (st.st_blksize > 0 && st.st_blksize <= ALIGNMENT_MOST &&
	    !(st.st_blksize & (st.st_blksize - 1)) && (uint64_t)st.st_blksize > writer->alignment)
		writer->alignment = (uint64_t)st.st_blksize;
	if (plan->regions == DAT_REGIONS_APART)
		spare = bundle->section_count ? SPARE_BYTES : SPARE_WITHOUT_ANY;
	ret = dat_head_make(&writer->head, plan->version, plan->cpus, manifest, bundle, spare,
			    writer->alignment);
	if (!ret)
		ret = plan_regions(writer, plan);
	if (ret)
		return ret;
	dat_resolve(&writer->head.bytes);
	return write_head(writer);
}

static int make_file(struct dat_writer *writer, const struct dat_plan *plan,
		     const struct capture_manifest *manifest, const struct bundle *bundle,
		     char *error, size_t error_size)
{
	int ret;

	writer->fd = open(writer->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (writer->fd < 0) {
		ret = -errno;
		snprintf(error, error_size, "cannot make the file %s: %s%s", writer->path,
			 strerror(-ret), ret == -EEXIST ? "; choose another name" : "");
		return ret;
	}
	ret = lay_out(writer, plan, manifest, bundle);
	if (!ret)
		return 0;
	snprintf(error, error_size, "cannot write %s: %s", writer->path,
		 ret == -EFBIG ? "its file system or a limit (ulimit -f) has no room for a file "
				 "with far apart regions for the CPUs; a capture directory needs "
				 "none"
			       : strerror(-ret));
	unlink(writer->path);
	return ret;
}

int dat_create(struct dat_writer **result, const char *path, const struct dat_plan *plan,
	       const struct capture_manifest *manifest, int formats, char *error, size_t error_size)
{
	struct capture_manifest corrected = *manifest;
	struct dat_writer *writer;
	struct loaded loaded;
	int ret;

	ret = load(&loaded, formats, error, error_size);
	if (ret)
		return ret;
	correct_manifest(&corrected, &loaded.bundle);
	ret = manifest_check_geometry(&corrected, error, error_size);
	writer = ret ? NULL : calloc(1, sizeof(*writer));
	if (writer) {
		writer->fd = -1;
		writer->path = strdup(path);
	}
	if (!ret && (!writer || !writer->path)) {
		snprintf(error, error_size, "cannot make a trace.dat: out of memory");
		ret = -ENOMEM;
	}
	if (!ret) {
		writer->has_formats = formats >= 0;
		ret = make_file(writer, plan, &corrected, &loaded.bundle, error, error_size);
	}
	unload(&loaded);
	if (ret)
		dat_abandon(writer);
	else
		*result = writer;
	return ret;
}

/* ---- later formats ---- */

/* Version 6: everything up to the names stands in one piece. Whoever reads it just now, or finds it
 * so because we were killed in the middle, finds neither the old nor the new. */
static int refit(struct dat_writer *writer, const struct bundle *bundle)
{
	int ret = 0;

	/* A disk that is full is to leave the old one whole. */
	if (fallocate(writer->fd, 0, 0, (off_t)writer->head.names) && errno != EOPNOTSUPP)
		ret = -errno;
	if (!ret)
		ret = dat_head_refit(&writer->head, bundle);
	if (!ret)
		ret = dat_write_at(writer->fd, writer->head.bytes.bytes, writer->head.names, 0);
	return ret;
}

/* Version 7: behind all that there is, and then the pointer. */
static int add_late(struct dat_writer *writer, const struct bundle *bundle)
{
	struct dat_bytes late;
	uint8_t pointer[8];
	uint64_t options, place;
	int ret;

	place = round_up(writer->late.length ? dat_place(&writer->late) : writer->end,
			 writer->alignment);
	dat_bytes_init(&late, place, writer->head.manifest.big_endian);
	options = dat_formats_7(&late, bundle, &writer->head.manifest, writer->head.options);
	dat_resolve(&late);
	ret = late.error ? late.error : dat_write_at(writer->fd, late.bytes, late.length, place);
	if (!ret) {
		dat_span_to(&writer->head.bytes, writer->head.options_span, options);
		dat_encode(pointer, options, 8, late.big_endian);
		ret = dat_write_at(writer->fd, pointer, 8,
				   writer->head.bytes.spans[writer->head.options_span].at);
	}
	if (ret) {
		dat_bytes_release(&late);
		return ret;
	}
	/* What was late before is led to no more. */
	dat_bytes_release(&writer->late);
	writer->late = late;
	return 0;
}

static int check_late(const struct dat_writer *writer, const struct bundle *bundle, char *error,
		      size_t error_size)
{
	const struct capture_manifest *manifest = &writer->head.manifest;

	if (bundle->subbuf_size != manifest->subbuf_size ||
	    bundle->long_size != manifest->long_size ||
	    !bundle->big_endian != !manifest->big_endian)
		snprintf(error, error_size,
			 "new event formats are of pages of another layout than those in %s",
			 writer->path);
	else if (writer->has_formats && strcmp(bundle->boot_id, manifest->boot_id))
		snprintf(error, error_size,
			 "the guest has booted anew: %s keeps the event formats of the boot "
			 "before, and what is recorded from now on may read wrong in it",
			 writer->path);
	else
		return 0;
	return -ESTALE;
}

int dat_write_formats(struct dat_writer *writer, int fd, char *error, size_t error_size)
{
	struct loaded loaded;
	int ret = load(&loaded, fd, error, error_size);

	if (ret)
		return ret;
	ret = check_late(writer, &loaded.bundle, error, error_size);
	if (!ret) {
		snprintf(writer->head.manifest.boot_id, sizeof(writer->head.manifest.boot_id), "%s",
			 loaded.bundle.boot_id);
		ret = writer->head.version == TRACE_DAT_VERSION_7 ? add_late(writer, &loaded.bundle)
								  : refit(writer, &loaded.bundle);
		if (ret == -ENOSPC && writer->head.version == TRACE_DAT_VERSION_6)
			snprintf(error, error_size,
				 "%s has no room for new event formats, and keeps those it has; "
				 "version 7 would have taken them",
				 writer->path);
		else if (ret)
			snprintf(error, error_size, "cannot write the event formats to %s: %s",
				 writer->path, strerror(-ret));
		else
			writer->has_formats = true;
	}
	unload(&loaded);
	return ret;
}

/* ---- what the engine is told ---- */

int dat_open(const struct dat_writer *writer)
{
	int fd = fcntl(writer->fd, F_DUPFD_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

void dat_region(const struct dat_writer *writer, unsigned cpu, uint64_t *offset, uint64_t *room,
		uint64_t *table)
{
	bool first = true;

	for (unsigned i = 0; i < cpu; i++)
		first &= !writer->head.manifest.cpu[i].present;
	*offset = writer->behind && !first ? UINT64_MAX : writer->offset[cpu];
	*room = writer->behind ? INT64_MAX : writer->room[cpu];
	*table = dat_head_table(&writer->head, cpu);
}

void dat_names(const struct dat_writer *writer, uint64_t *offset, uint64_t *room, bool *fixed)
{
	*offset = writer->head.names;
	*room = DAT_NAMES_ROOM;
	*fixed = writer->head.version == TRACE_DAT_VERSION_6;
}

bool dat_big_endian(const struct dat_writer *writer)
{
	return writer->head.manifest.big_endian;
}

void dat_set_stats(struct dat_writer *writer, unsigned cpu, uint64_t events, bool lost_known,
		   uint64_t lost)
{
	char text[DAT_STAT_BYTES];
	int length;

	if (cpu >= writer->head.cpus)
		return;
	/* The kernel's words: ring_buffer_overrun_cpu() and ring_buffer_read_events_cpu(). */
	length = snprintf(text, sizeof(text), "CPU: %u\n", cpu);
	if (lost_known)
		length += snprintf(text + length, sizeof(text) - (size_t)length,
				   "overrun: %" PRIu64 "\n", lost);
	length += snprintf(text + length, sizeof(text) - (size_t)length,
			   "read events: %" PRIu64 "\n", events);
	memset(text + length, ' ', sizeof(text) - 1 - (size_t)length);
	text[sizeof(text) - 1] = '\0';
	/* A file without them can be read as well. */
	dat_write_at(writer->fd, text, sizeof(text), dat_head_stats(&writer->head, cpu));
}

int dat_remove(struct dat_writer *writer)
{
	struct stat made, there;
	int ret = 0;

	if (fstat(writer->fd, &made) || lstat(writer->path, &there))
		ret = -errno;
	else if (made.st_dev != there.st_dev || made.st_ino != there.st_ino)
		ret = -EEXIST; /* somebody has put another one in its place */
	else if (unlink(writer->path))
		ret = -errno;
	dat_abandon(writer);
	return ret;
}

void dat_abandon(struct dat_writer *writer)
{
	if (!writer)
		return;
	if (writer->fd >= 0)
		close(writer->fd);
	dat_head_release(&writer->head);
	dat_bytes_release(&writer->late);
	free(writer->path);
	free(writer);
}
