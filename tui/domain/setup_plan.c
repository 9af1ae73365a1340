// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/setup_plan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/domain/setup_xml.h"
#include "tui/engine/client.h"
#include "tui/options.h"

/* A plan in the making. */
struct making {
	struct setup_plan *plan;
	const struct setup_input *input;
	const struct setup_options *options;
	bool config_ports[PORTS_MAX]; /* channels that are added, to which of the two */
	bool live_ports[PORTS_MAX];
	bool waiting[PORTS_MAX]; /* that the running guest lacks and cannot be given */
	unsigned serials;	 /* controllers that are added */
	char *error;
	size_t error_size;
};

/* ---- plans ---- */

int setup_plan_add(struct setup_plan *plan, enum setup_verb verb, const char *name, char *text)
{
	struct setup_action *grown =
		reallocarray(plan->action, plan->count + 1, sizeof(*plan->action));
	char *copy = strdup(name);

	if (grown)
		plan->action = grown;
	if (!grown || !copy || !text) {
		free(copy);
		free(text);
		return -ENOMEM;
	}
	plan->action[plan->count++] =
		(struct setup_action){.verb = verb, .name = copy, .text = text};
	return 0;
}

int setup_text_add(struct setup_text *text, const char *format, ...)
{
	char **grown = reallocarray(text->line, text->count + 1, sizeof(*text->line));
	va_list args;
	int length;

	if (!grown)
		return -ENOMEM;
	text->line = grown;
	va_start(args, format);
	length = vasprintf(&text->line[text->count], format, args);
	va_end(args);
	if (length < 0)
		return -ENOMEM;
	text->count++;
	return 0;
}

void setup_text_release(struct setup_text *text)
{
	for (size_t i = 0; i < text->count; i++)
		free(text->line[i]);
	free(text->line);
	memset(text, 0, sizeof(*text));
}

void setup_plan_release(struct setup_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		free(plan->action[i].name);
		free(plan->action[i].text);
	}
	free(plan->action);
	setup_text_release(&plan->does);
	setup_text_release(&plan->notes);
	memset(plan, 0, sizeof(*plan));
}

void setup_ports_name(const bool *ports, char *text, size_t size)
{
	uint8_t cpus[ENGINE_CPUSET_BYTES] = {0};
	const char *control = ports[PORT_CONTROL] ? "control" : "";
	char list[160];

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (ports[PORT_OF_CPU(cpu)])
			engine_cpuset_add(cpus, cpu);
	cpulist_format(cpus, list, sizeof(list));
	if (*list)
		snprintf(text, size, "%s%sCPU%s %s", control, *control ? ", " : "",
			 strpbrk(list, ",-") ? "s" : "", list);
	else
		snprintf(text, size, "%s", control);
}

static unsigned count_ports(const bool *ports)
{
	unsigned count = 0;

	for (unsigned port = 0; port < PORTS_MAX; port++)
		count += ports[port];
	return count;
}

/* ---- what is missing ---- */

/* vCPUs that may be plugged in later have a channel as well. */
static unsigned wanted_ports(const struct devices *devices)
{
	unsigned vcpus = devices->channels.vcpus ? devices->channels.vcpus : 1;

	return PORT_OF_CPU(vcpus < VTRACE_MAX_CPUS ? vcpus : VTRACE_MAX_CPUS);
}

static bool is_missing(const struct devices *devices, unsigned port)
{
	return devices_port(devices, port)->kind == CHANNEL_NONE;
}

static int add_channel(struct making *making, enum setup_verb verb, unsigned port,
		       unsigned controller, unsigned serial_port)
{
	char name[32], label[48], *path = NULL, *fifos = NULL;
	int ret = -ENOMEM;

	devices_port_name(port, name, sizeof(name));
	snprintf(label, sizeof(label), "channel %s", name);
	if (making->options->pipe) {
		if (asprintf(&path, "%s/%s", making->input->place, name) < 0) {
			path = NULL;
			goto out;
		}
		fifos = strdup(path);
		ret = setup_plan_add(making->plan, SETUP_MAKE_FIFOS, label, fifos);
		if (ret)
			goto out;
	}
	ret = setup_plan_add(making->plan, verb, label,
			     setup_xml_channel(port, path, controller, serial_port));
out:
	free(path);
	return ret;
}

static int add_serial(struct making *making)
{
	char label[48];
	unsigned index;

	if (devices_add_serial(making->input->config, &index)) {
		snprintf(making->error, making->error_size,
			 "the domain has %d virtio-serial controllers, and their ports are taken; "
			 "remove channels that nobody needs ('virsh edit')",
			 SERIALS_MAX);
		return -ENOSPC;
	}
	making->serials++;
	snprintf(label, sizeof(label), "virtio-serial controller %u", index);
	return setup_plan_add(making->plan, SETUP_ATTACH_CONFIG, label, setup_xml_serial(index));
}

static int configure_channel(struct making *making, unsigned port)
{
	unsigned controller, serial_port;
	int ret = 0;

	if (!is_missing(making->input->config, port))
		return 0;
	while (!ret && devices_take_port(making->input->config, SERIAL_PORTS_SAFE, &controller,
					 &serial_port))
		ret = add_serial(making);
	if (ret)
		return ret;
	making->config_ports[port] = true;
	return add_channel(making, SETUP_ATTACH_CONFIG, port, controller, serial_port);
}

static int configure_channels(struct making *making)
{
	int ret = 0;

	for (unsigned port = 0; port < wanted_ports(making->input->config) && !ret; port++)
		ret = configure_channel(making, port);
	return ret;
}

static int take_live_port(struct devices *live, unsigned *controller, unsigned *serial_port)
{
	return devices_take_port(live, SERIAL_PORTS_MAX, controller, serial_port);
}

/*
 * Into the running guest go UNIX sockets only, and as many as there are free ports: libvirt plugs
 * in no FIFOs and no controllers. A free port is the control channel's first, but it is plugged in
 * last: an agent that starts when it appears finds the others there.
 */
static int plug_channels(struct making *making)
{
	struct devices *live = making->input->live;
	unsigned controller = 0, serial_port = 0, own_controller, own_port;
	bool control = is_missing(live, PORT_CONTROL);
	bool full = making->options->pipe ||
		    (control && take_live_port(live, &controller, &serial_port));
	int ret = 0;

	for (unsigned port = PORT_OF_CPU(0); port < wanted_ports(live) && !ret; port++) {
		if (!is_missing(live, port))
			continue;
		if (full || take_live_port(live, &own_controller, &own_port)) {
			making->waiting[port] = true;
			continue;
		}
		making->live_ports[port] = true;
		ret = add_channel(making, SETUP_ATTACH_LIVE, port, own_controller, own_port);
	}
	if (ret || !control)
		return ret;
	making->waiting[PORT_CONTROL] = full;
	making->live_ports[PORT_CONTROL] = !full;
	if (full)
		return 0;
	return add_channel(making, SETUP_ATTACH_LIVE, PORT_CONTROL, controller, serial_port);
}

static bool wants_share(const struct making *making)
{
	const struct setup_input *input = making->input;

	return input->config && !making->options->no_share && !input->config->channels.share;
}

static int add_share(struct making *making)
{
	char *path = NULL;
	int ret;

	if (!wants_share(making))
		return 0;
	if (asprintf(&path, "%s/share", making->input->place) < 0)
		return -ENOMEM;
	ret = setup_plan_add(making->plan, SETUP_ATTACH_CONFIG, "share", setup_xml_share(path));
	if (ret)
		free(path);
	else
		ret = setup_plan_add(making->plan, SETUP_MAKE_SHARE, "share", path);
	return ret;
}

static int add_place(struct making *making)
{
	if (!wants_share(making) && !(making->options->pipe && count_ports(making->config_ports)))
		return 0;
	return setup_plan_add(making->plan, SETUP_MAKE_PLACE, "directory",
			      strdup(making->input->place));
}

/* Each verb's turn; of the same verb the order stays. */
static void put_in_order(struct setup_plan *plan)
{
	for (size_t i = 1; i < plan->count; i++) {
		struct setup_action action = plan->action[i];
		size_t at = i;

		for (; at > 0 && plan->action[at - 1].verb > action.verb; at--)
			plan->action[at] = plan->action[at - 1];
		plan->action[at] = action;
	}
}

/* ---- what is said of it ---- */

static int say_channels(struct making *making, const bool *ports, const char *kind,
			const char *before, const char *where)
{
	unsigned count = count_ports(ports);
	char list[192];

	if (!count)
		return 0;
	setup_ports_name(ports, list, sizeof(list));
	return setup_text_add(&making->plan->does, "%s %u channel%s (%s) %s: %s", before, count,
			      count == 1 ? "" : "s", kind, where, list);
}

static int say_actions(struct making *making)
{
	const char *kind = making->options->pipe ? "FIFOs" : "UNIX sockets";
	const char *place = making->input->place;
	struct setup_text *does = &making->plan->does;
	bool fifos = making->options->pipe && count_ports(making->config_ports);
	bool share = wants_share(making);
	int ret;

	ret = say_channels(making, making->live_ports, kind, "plug", "into the running guest");
	if (!ret && making->serials)
		ret = setup_text_add(does,
				     "add %u virtio-serial controller%s to its configuration, for "
				     "more ports",
				     making->serials, making->serials == 1 ? "" : "s");
	if (!ret)
		ret = say_channels(making, making->config_ports, kind, "add",
				   "to its configuration");
	if (!ret && share)
		ret = setup_text_add(does,
				     "add a 9p share to its configuration, for the event formats");
	if (!ret && (fifos || share))
		ret = setup_text_add(does, "make the directory %s, with %s%s%s for QEMU's user",
				     place, fifos ? "FIFOs" : "", fifos && share ? " and " : "",
				     share ? "a share" : "");
	return ret;
}

/* Why channels wait, when some do. */
static int say_waiting(struct making *making)
{
	const struct setup_input *input = making->input;
	char list[192];

	if (!input->live || !count_ports(making->waiting))
		return 0;
	setup_ports_name(making->waiting, list, sizeof(list));
	return setup_text_add(
		&making->plan->notes, "%s: %s%s", list,
		making->options->pipe
			? "FIFOs cannot be plugged into a running guest"
			: "no port is free on the running guest's virtio-serial controllers, and "
			  "no controller can be plugged in",
		input->config
			? "; they come with its next start"
			: "; a transient domain gets them where it is made, from its own XML");
}

static int say_share(struct making *making)
{
	const struct setup_input *input = making->input;
	struct setup_text *notes = &making->plan->notes;

	/* Without a control channel nothing is seen before the next start, which has the share. */
	if (!input->live || input->live->channels.share || making->options->no_share ||
	    making->waiting[PORT_CONTROL])
		return 0;
	if (!input->config)
		return setup_text_add(notes,
				      "the domain is transient, it has no configuration: when it "
				      "ends, the channels are gone, and it gets no share, which "
				      "cannot be plugged in; formats come over the control port");
	return setup_text_add(notes,
			      "formats come over the control port until the next start of the "
			      "domain, and from then on by the share, which cannot be plugged in");
}

static int say_notes(struct making *making)
{
	const struct setup_input *input = making->input;
	const struct devices *any = input->config ? input->config : input->live;
	struct setup_text *notes = &making->plan->notes;
	int ret = 0;

	if (any->channels.vcpus > VTRACE_MAX_CPUS)
		ret = setup_text_add(notes, "CPUs from %d on have no channel: there are no more",
				     VTRACE_MAX_CPUS);
	if (!ret)
		ret = say_waiting(making);
	if (!ret)
		ret = say_share(making);
	if (!ret && input->live && input->config && notes->count)
		ret = setup_text_add(notes,
				     "nothing is restarted here; its next start is when it is shut "
				     "down and started: a reboot from inside is not enough");
	return ret;
}

/* ---- all together ---- */

/* What would make a plan that helps nobody. 0 or -errno with a sentence. */
static int check_input(const struct making *making)
{
	const struct setup_input *input = making->input;
	const struct devices *const both[] = {input->live, input->config};

	for (size_t i = 0; i < 2; i++) {
		const char *why = both[i] ? both[i]->channels.unusable : NULL;

		if (!why)
			continue;
		snprintf(making->error, making->error_size,
			 "%s; take it out of the domain's %s first ('virsh %s')", why,
			 i ? "configuration" : "running guest", i ? "edit" : "detach-device");
		return -EEXIST;
	}
	if (making->options->pipe && !input->config) {
		snprintf(making->error, making->error_size,
			 "FIFOs wait for a domain's next start, and a transient domain has none; "
			 "use UNIX sockets (--unix), or define it first ('virsh define')");
		return -EOPNOTSUPP;
	}
	return 0;
}

/* A transient domain that nothing can be done for. */
static int check_made(const struct making *making)
{
	if (making->input->config || making->plan->count || !count_ports(making->waiting))
		return 0;
	snprintf(making->error, making->error_size,
		 "no port is free on the running guest's virtio-serial controllers, no controller "
		 "can be plugged in, and a transient domain has no next start; add <controller "
		 "type='virtio-serial'/> to the XML that it is made from");
	return -EOPNOTSUPP;
}

static int make(struct making *making)
{
	const struct setup_input *input = making->input;
	int ret = check_input(making);

	if (!ret && input->config)
		ret = configure_channels(making);
	if (!ret && input->live)
		ret = plug_channels(making);
	if (!ret)
		ret = add_share(making);
	if (!ret)
		ret = add_place(making);
	if (!ret)
		ret = check_made(making);
	if (!ret)
		ret = say_actions(making);
	if (!ret)
		ret = say_notes(making);
	put_in_order(making->plan);
	return ret;
}

int setup_plan_make(struct setup_plan *plan, const struct setup_input *input,
		    const struct setup_options *options, char *error, size_t error_size)
{
	struct making making = {
		.plan = plan,
		.input = input,
		.options = options,
		.error = error,
		.error_size = error_size,
	};

	memset(plan, 0, sizeof(*plan));
	snprintf(error, error_size, "out of memory");
	if (options->memory)
		return setup_plan_memory(plan, input, options->memory, error, error_size);
	if (options->remove)
		return setup_plan_remove(plan, input, error, error_size);
	return make(&making);
}
