// SPDX-License-Identifier: GPL-2.0-only
#include "tui/open_ram.h"

#include <string.h>
#include <unistd.h>

#include "tui/domain/guest_ram.h"

bool ram_is_file(const char *name)
{
	return strchr(name, '/') || !access(name, F_OK);
}

int ram_open_guest(struct guest **guest, struct domains *domains, const struct options *options,
		   const struct guest_options *guest_options, const struct guest_events *events,
		   void *data, char *error, size_t error_size)
{
	bool file = ram_is_file(options->ram);
	struct guest_ram_place place = {.fd = -1};
	struct guest_ram_source source = {
		.name = options->ram,
		.core = file && options->post_mortem,
		.once = options->post_mortem,
		.formats = options->formats,
	};
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
	}
	if (!ret)
		ret = guest_open_ram(guest, &source, guest_options, events, data, error,
				     error_size);
	guest_ram_place_release(&place);
	return ret;
}
