// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/guest/guest_private.h"
#include "tui/guest/share.h"

static void take_streams(struct guest *guest)
{
	unsigned cpu;

	for (cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		if (guest->capture->cpu_fd[cpu] < 0)
			continue;
		guest->stream[cpu].present = true;
		guest->stream[cpu].fd = guest->capture->cpu_fd[cpu];
		guest->cpus = cpu + 1;
	}
}

/* A capture without usable formats is shown as raw records, and says why. */
static void take_formats(struct guest *guest, const char *path)
{
	char where[4096], error[512] = "", *both;

	snprintf(where, sizeof(where), "%s/%s", path, VTRACE_FORMATS_FILE);
	if (guest->capture->formats_fd >= 0 &&
	    share_copy_file(guest->capture->formats_fd, where, &guest->formats.fd, error,
			    sizeof(error)) == 0)
		return;
	guest->formats.settled = true;
	/* Formats that are missing altogether are in the capture's own warning. */
	if (!error[0])
		return;
	if (asprintf(&both, "%s%s%s", guest->greeting ? guest->greeting : "",
		     guest->greeting ? "; " : "", error) < 0)
		return;
	free(guest->greeting);
	guest->greeting = both;
}

int guest_open_capture(struct guest **result, const char *path, const struct guest_options *options,
		       const struct guest_events *events, void *data, char *error,
		       size_t error_size)
{
	struct guest *guest;
	int err;

	*result = NULL;
	guest = guest_new(path, options, events, data);
	if (!guest) {
		snprintf(error, error_size, "out of memory");
		return -ENOMEM;
	}
	if (guest->record_path && !dat_is_path(guest->record_path)) {
		snprintf(error, error_size, "a capture cannot be recorded again; copy %s instead",
			 path);
		err = -EOPNOTSUPP;
		goto out;
	}
	if (guest->record_path) {
		err = saving_check_path(guest->record_path, error, error_size);
		if (err)
			goto out;
	}
	guest->live = true;
	guest->state = GUEST_REPLAY;
	if (replay_is_dat(path)) {
		err = replay_dat_open(guest, path, error, error_size);
		if (!err)
			err = engine_open(guest, error, error_size);
		goto out;
	}
	guest->capture = calloc(1, sizeof(*guest->capture));
	if (!guest->capture) {
		snprintf(error, error_size, "out of memory");
		err = -ENOMEM;
		goto out;
	}
	err = capture_open(guest->capture, path, error, error_size);
	if (err) {
		free(guest->capture);
		guest->capture = NULL;
		goto out;
	}
	if (guest->capture->warning[0])
		guest->greeting = strdup(guest->capture->warning);
	guest->wall.known = guest->capture->manifest.wall_known;
	guest->wall.offset = guest->capture->manifest.wall_offset;
	take_streams(guest);
	take_formats(guest, path);
	err = engine_open(guest, error, error_size);
out:
	if (err)
		guest_free(guest);
	else
		*result = guest;
	return err;
}
