/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtio-serial ports, found by name with udev's links or without, and opened. Called when the
 * agent starts and when ports that were missing may have come. It neither reads nor writes them.
 */
#ifndef VTRACE_AGENT_PORTS_H
#define VTRACE_AGENT_PORTS_H

/*
 * Open the port of that name with open()'s access mode (O_RDWR, O_WRONLY), non-blocking. A port can
 * be opened once (Linux, drivers/char/virtio_console.c, port_fops_open). Returns a descriptor or
 * -errno: -ENOENT no such port, -EBUSY somebody has it open.
 */
int port_open(const char *name, int access);

#endif
