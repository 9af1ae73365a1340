// SPDX-License-Identifier: GPL-2.0-only
/* The plan that undoes: what has our alias goes, and nothing else. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/domain/setup_plan.h"
#include "tui/domain/setup_xml.h"

static unsigned count_ours(const struct devices *devices)
{
	unsigned count = 0;

	for (unsigned port = 0; port < PORTS_MAX; port++)
		count += devices->ours[port];
	return count;
}

/* The control channel first: an agent that hears of its end asks for no more of the others. */
static int detach_channels(struct setup_plan *plan, const struct devices *devices,
			   enum setup_verb verb)
{
	int ret = 0;

	for (unsigned port = 0; port < PORTS_MAX && !ret; port++) {
		char name[32], label[48];

		if (!devices->ours[port])
			continue;
		devices_port_name(port, name, sizeof(name));
		snprintf(label, sizeof(label), "channel %s", name);
		ret = setup_plan_add(plan, verb, label, setup_alias_channel(port));
	}
	return ret;
}

/* A controller whose ports others have come to use stays. */
static int detach_serials(struct setup_plan *plan, const struct devices *config, unsigned *gone)
{
	int ret = 0;

	for (unsigned i = 0; i < config->serials && !ret; i++) {
		const struct serial *serial = &config->serial[i];
		char label[48];

		snprintf(label, sizeof(label), "virtio-serial controller %u", serial->index);
		if (!serial->ours)
			continue;
		if (serial->foreign_user) {
			ret = setup_text_add(&plan->notes, "%s stays: others use its ports", label);
			continue;
		}
		ret = setup_plan_add(plan, SETUP_DETACH_CONFIG, label,
				     setup_alias_serial(serial->index));
		(*gone)++;
	}
	return ret;
}

static int undo_live(struct setup_plan *plan, const struct devices *live)
{
	unsigned count = count_ours(live);
	char list[192];
	int ret;

	ret = detach_channels(plan, live, SETUP_DETACH_LIVE);
	if (ret || !count)
		return ret;
	setup_ports_name(live->ours, list, sizeof(list));
	return setup_text_add(&plan->does, "unplug %u channel%s from the running guest: %s", count,
			      count == 1 ? "" : "s", list);
}

/* "3 channels, 1 controller and the share" */
static void name_parts(unsigned channels, unsigned serials, bool share, char *text, size_t size)
{
	char parts[3][48];
	unsigned count = 0;

	if (channels)
		snprintf(parts[count++], sizeof(parts[0]), "%u channel%s", channels,
			 channels == 1 ? "" : "s");
	if (serials)
		snprintf(parts[count++], sizeof(parts[0]), "%u virtio-serial controller%s", serials,
			 serials == 1 ? "" : "s");
	if (share)
		snprintf(parts[count++], sizeof(parts[0]), "the share");
	text[0] = '\0';
	for (unsigned i = 0; i < count; i++) {
		size_t length = strlen(text);

		snprintf(text + length, size - length, "%s%s",
			 !i		  ? ""
			 : i + 1 == count ? " and "
					  : ", ",
			 parts[i]);
	}
}

static int undo_config(struct setup_plan *plan, const struct devices *config)
{
	unsigned serials = 0;
	size_t before = plan->count;
	char parts[160];
	int ret;

	ret = detach_channels(plan, config, SETUP_DETACH_CONFIG);
	if (!ret && config->share_ours)
		ret = setup_plan_add(plan, SETUP_DETACH_CONFIG, "share", setup_alias_share());
	if (!ret)
		ret = detach_serials(plan, config, &serials);
	if (ret || plan->count == before)
		return ret;
	name_parts(count_ours(config), serials, config->share_ours, parts, sizeof(parts));
	return setup_text_add(&plan->does, "take %s out of its configuration", parts);
}

/* QEMU holds the share as long as it runs. */
static int undo_place(struct setup_plan *plan, const struct setup_input *input)
{
	const char *place = input->place;
	int ret;

	if (input->config && input->config->place)
		place = input->config->place;
	else if (input->live && input->live->place)
		place = input->live->place;
	else if (!input->place_there)
		return 0;
	if (input->live && input->live->share_ours)
		return setup_text_add(&plan->notes,
				      "the running guest keeps its share, which cannot be "
				      "unplugged, and %s with it; do this again when it is shut "
				      "down",
				      place);
	ret = setup_plan_add(plan, SETUP_REMOVE_PLACE, "directory", strdup(place));
	if (ret)
		return ret;
	return setup_text_add(&plan->does, "remove the directory %s", place);
}

int setup_plan_remove(struct setup_plan *plan, const struct setup_input *input, char *error,
		      size_t error_size)
{
	int ret = setup_plan_remove_memory(plan, input, error, error_size);

	if (!ret && input->live)
		ret = undo_live(plan, input->live);
	if (!ret && input->config)
		ret = undo_config(plan, input->config);
	return ret ? ret : undo_place(plan, input);
}
