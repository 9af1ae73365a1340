// SPDX-License-Identifier: GPL-2.0-only
#include "tui/open_ram.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/domain/guest_ram.h"

bool ram_is_file(const char *name)
{
	return strchr(name, '/') || !access(name, F_OK);
}

struct channels *ram_channels(struct domains *domains, const char *name)
{
	struct channels *channels = calloc(1, sizeof(*channels));
	char error[512];

	if (channels && (domains_channels(domains, name, channels, error, sizeof(error)) ||
			 channels->control.kind == CHANNEL_NONE)) {
		ram_channels_free(channels);
		return NULL;
	}
	return channels;
}

void ram_channels_free(struct channels *channels)
{
	if (channels)
		channels_release(channels);
	free(channels);
}

int ram_open_guest(struct guest **guest, struct domains *domains, bool steer,
		   const struct options *options, const struct guest_options *guest_options,
		   const struct guest_events *events, void *data, char *error, size_t error_size)
{
	bool file = ram_is_file(options->ram);
	struct guest_ram_place place = {.fd = -1};
	struct guest_ram_source source = {
		.name = options->ram,
		.core = file && options->post_mortem,
		.once = options->post_mortem,
		.formats = options->formats,
	};
	struct channels *channels = NULL;
	int ret = 0;

	if (file)
		source.fd = guest_ram_of_file(options->ram, error, error_size);
	else
		ret = guest_ram_of_domain(domains, options->ram, &place, error, error_size);
	if (file && source.fd < 0)
		ret = source.fd;
	if (!ret && !file) {
		source.fd = place.fd;
		source.name = place.name;
		source.share = place.share;
		if (steer && !source.once)
			source.channels = channels = ram_channels(domains, options->ram);
	}
	if (!ret)
		ret = guest_open_ram(guest, &source, guest_options, events, data, error,
				     error_size);
	guest_ram_place_release(&place);
	ram_channels_free(channels);
	return ret;
}
