/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What setting up a domain has to know of its devices beyond its channels: which of them
 * vtrace-setup added, which ports of its virtio-serial controllers are free, as whom QEMU runs.
 * Filled from a domain's XML, live or of its next start; read by setup_plan.c, which also takes
 * free ports out of it. It asks libvirt nothing.
 */
#ifndef VTRACE_DOMAIN_DEVICES_H
#define VTRACE_DOMAIN_DEVICES_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/domain/channels.h"

/* What vtrace-setup adds has an alias of the user's, which libvirt keeps with the device; such
 * begin with "ua-" (libvirt, formatdomain: "Device aliases"). */
#define SETUP_ALIAS "ua-vtrace-"

/* A controller has 31 ports where its XML says nothing else, and QEMU lets it have 511 (QEMU,
 * hw/char/virtio-serial-bus.c). Channels get ports from 1 on; 0 is for a console. */
#define SERIAL_PORTS_DEFAULT 31
#define SERIAL_PORTS_MAX     511
#define SERIALS_MAX	     32 /* controllers that are looked at; 256 CPUs take 18 */

/*
 * No more ports than this are used of a controller that a guest boots with. QEMU has room for 32
 * messages to the guest's driver and drops what does not fit (virtio-serial-bus.c,
 * send_control_msg() and the queue c_ivq). One for each port is there when the driver begins; for
 * each that it takes out two come, the port's name and that its host is there. With 16 ports the
 * last of these is lost, and a guest that does not know of its host sends nothing.
 */
#define SERIAL_PORTS_SAFE 15

struct serial {
	unsigned index;
	unsigned ports; /* how many it has, numbered from 0 */
	bool ours;
	bool foreign_user; /* a device that is not ours has a port of it */
	bool taken[SERIAL_PORTS_MAX + 1];
};

/* Of struct devices' arrays of ports: the control port, then those of CPUs. */
#define PORT_CONTROL	 0
#define PORT_OF_CPU(cpu) (1 + (cpu))
#define PORTS_MAX	 (1 + VTRACE_MAX_CPUS)

struct devices {
	struct channels channels; /* name, vCPUs, channels and share */
	char uuid[37];
	bool ours[PORTS_MAX]; /* which of the channels vtrace-setup added */
	bool share_ours;
	char *place; /* the directory that FIFOs and share of ours are in, or NULL */
	char *label; /* of <seclabel model='dac'>: as whom QEMU runs; or NULL */
	struct serial serial[SERIALS_MAX];
	unsigned serials;
	unsigned next_index; /* for one more controller */
};

/* 0, or -EINVAL or -ENOMEM with a sentence in error. */
int devices_from_xml(struct devices *devices, const char *xml, char *error, size_t error_size);
void devices_release(struct devices *devices);

/* The name of a port, which is to have 32 bytes, and its channel. */
void devices_port_name(unsigned port, char *name, size_t size);
const struct channel_place *devices_port(const struct devices *devices, unsigned port);

/* A free port of a controller of which fewer than most are taken; it is taken by this call. 0 or
 * -ENOSPC. */
int devices_take_port(struct devices *devices, unsigned most, unsigned *controller, unsigned *port);
/* One more controller with the default number of ports. 0 or -ENOSPC. */
int devices_add_serial(struct devices *devices, unsigned *index);

#endif
