// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/guest/guest_private.h"

/* What a capture holds of each CPU: whole pages. */
static void count_bytes(const struct guest *guest, uint64_t *bytes)
{
	for (unsigned cpu = 0; cpu < guest->cpus; cpu++) {
		struct stat st;

		bytes[cpu] = 0;
		if (guest->dat)
			bytes[cpu] = replay_dat_bytes(guest, cpu);
		else if (guest->stream[cpu].present && !fstat(guest->stream[cpu].fd, &st))
			bytes[cpu] = (uint64_t)st.st_size;
	}
}

static int create(struct guest *guest, struct guest_saving *saving,
		  const struct capture_manifest *manifest, bool record, char *error,
		  size_t error_size)
{
	uint64_t bytes[VTRACE_MAX_CPUS];
	struct dat_plan plan = {
		.version = guest->dat_version,
		.cpus = guest->cpus,
		.regions = !record ? DAT_REGIONS_BEHIND
			   : guest_is_file(guest) && !(guest->dat && replay_dat_packed(guest))
				   ? DAT_REGIONS_EXACT
				   : DAT_REGIONS_APART,
		.bytes = bytes,
	};
	int err;

	if (guest_is_file(guest))
		count_bytes(guest, bytes);
	saving->formats_saved = guest->formats.fd >= 0;
	err = dat_create(&saving->dat, saving->path, &plan, manifest, guest->formats.fd, error,
			 error_size);
	if (err != -EBADMSG)
		return err;
	/* Those of a capture, which may be anything. Its pages are saved all the same. */
	guest_say(guest, GUEST_ERROR, "%s is written without event formats: %s", saving->path,
		  error);
	saving->formats_saved = false;
	return dat_create(&saving->dat, saving->path, &plan, manifest, -1, error, error_size);
}

static int send_names(struct guest *guest, const struct guest_saving *saving, bool keep, int fd)
{
	struct engine_names names = {
		.big_endian = dat_big_endian(saving->dat),
		.keep = keep,
	};
	bool fixed;

	dat_names(saving->dat, &names.offset, &names.room, &fixed);
	names.fixed = fixed;
	return engine_link_command(&guest->link, ENGINE_NAMES, &names, sizeof(names), fd, NULL);
}

static int send_regions(struct guest *guest, struct guest_saving *saving, bool record, int fd)
{
	struct engine_region region = {.big_endian = dat_big_endian(saving->dat)};
	int err = 0;

	for (unsigned cpu = 0; cpu < guest->cpus && !err; cpu++) {
		if (!guest->stream[cpu].present)
			continue;
		region.cpu = cpu;
		dat_region(saving->dat, cpu, &region.offset, &region.room, &region.table);
		err = engine_link_command(&guest->link,
					  record ? ENGINE_RECORD_REGION : ENGINE_SAVE_REGION,
					  &region, sizeof(region), fd, NULL);
		saving->left += !err;
	}
	return err;
}

int saving_dat_begin(struct guest *guest, struct guest_saving *saving,
		     const struct capture_manifest *manifest, bool record, char *error,
		     size_t error_size)
{
	int err = create(guest, saving, manifest, record, error, error_size), fd;

	if (err)
		return err;
	fd = dat_open(saving->dat);
	err = fd < 0 ? fd : send_names(guest, saving, record, fd);
	if (!err)
		err = send_regions(guest, saving, record, fd);
	if (fd >= 0)
		close(fd);
	if (err)
		snprintf(error, error_size, "cannot write pages to %s: %s", saving->path,
			 strerror(-err));
	return err;
}

void saving_dat_add_formats(struct guest *guest, struct guest_saving *saving)
{
	char error[512];
	int err = dat_write_formats(saving->dat, guest->formats.fd, error, sizeof(error));

	if (!err)
		saving->formats_saved = true;
	else if (err != -ESTALE || !saving->stale_told)
		guest_say(guest, err == -ESTALE ? GUEST_WARNING : GUEST_ERROR, "%s", error);
	saving->stale_told |= err == -ESTALE;
}

int saving_dat_finish(struct guest *guest, struct guest_saving *saving)
{
	char remark[512];
	int err = dat_finish(saving->dat, remark, sizeof(remark));

	saving->dat = NULL;
	if (remark[0])
		guest_say(guest, GUEST_WARNING, "%s", remark);
	return err;
}
