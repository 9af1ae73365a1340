// SPDX-License-Identifier: GPL-2.0-only
#include "tui/batch_open.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/open_ram.h"

/* The only domain that runs and is prepared, for the caller to free. */
static int only_domain(struct domains *domains, char **name, char *error, size_t error_size)
{
	const struct domain_info *info;
	struct domain_list list;
	const char *found = NULL;
	unsigned prepared = 0;
	size_t i;
	int err;

	err = domains_list(domains, &list, error, error_size);
	if (err)
		return err;
	for (i = 0; i < list.count; i++) {
		info = &list.info[i];
		if (!info->running || !info->prepared)
			continue;
		found = info->name;
		prepared++;
	}
	if (prepared == 1) {
		*name = strdup(found);
		err = *name ? 0 : -ENOMEM;
		snprintf(error, error_size, "out of memory");
	} else {
		err = -EDESTADDRREQ;
		if (prepared)
			snprintf(error, error_size,
				 "%u domains on %s run and are prepared for tracing; name one",
				 prepared, domains_uri(domains));
		else
			snprintf(error, error_size,
				 "no domain on %s runs and is prepared for tracing; "
				 "'vtrace-top -c %s' without -b lists them and says why",
				 domains_uri(domains), domains_uri(domains));
	}
	domain_list_release(&list);
	return err;
}

static int domain_channels(struct channels *channels, struct domains **domains,
			   const struct options *options, char *error, size_t error_size)
{
	char *name = NULL;
	int err;

	err = domains_connect(domains, options->uri, error, error_size);
	if (!err && !options->domain)
		err = only_domain(*domains, &name, error, error_size);
	if (!err)
		err = domains_channels(*domains, name ? name : options->domain, channels, error,
				       error_size);
	free(name);
	return err;
}

int batch_open(struct guest **guest, struct domains **domains, const struct options *options,
	       const struct guest_events *events, void *data, char *error, size_t error_size)
{
	struct guest_options guest_options = {
		.memory = options->memory ? options->memory : OPTIONS_MEMORY,
		.record = options->write,
		.record_limit = options->write_limit,
		.dat_version = options->dat_version,
		.require_sandbox = options->require_sandbox,
		.engine_uid = options->engine_uid,
		.engine_gid = options->engine_gid,
		.filter = &options->filter,
	};
	struct channels channels = {.name = NULL};
	int err;

	*domains = NULL;
	if (options->replay)
		return guest_open_capture(guest, options->replay, &guest_options, events, data,
					  error, error_size);
	if (options->ram) {
		err = ram_is_file(options->ram)
			      ? 0
			      : domains_connect(domains, options->uri, error, error_size);
		return err ? err
			   : ram_open_guest(guest, *domains, false, options, &guest_options, events,
					    data, error, error_size);
	}
	if (options->dir)
		err = channels_from_dir(&channels, options->dir, error, error_size);
	else
		err = domain_channels(&channels, domains, options, error, error_size);
	if (!err)
		err = guest_open(guest, &channels, &guest_options, events, data, error, error_size);
	channels_release(&channels);
	return err;
}
