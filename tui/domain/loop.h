/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event loop of the console and of batch: libvirt's own (virEventRegisterDefaultImpl), so
 * that libvirt's connections, our descriptors and our timers turn in one poll. Everybody on the
 * host side except the engine uses it; only this room includes libvirt. One thread, no globals
 * beyond libvirt's own.
 */
#ifndef VTRACE_DOMAIN_LOOP_H
#define VTRACE_DOMAIN_LOOP_H

#define LOOP_READ   1u
#define LOOP_WRITE  2u
#define LOOP_HANGUP 4u /* reported whether asked for or not; errors too */

typedef void loop_fd_fn(int fd, unsigned events, void *data);
typedef void loop_timer_fn(void *data);

/* Register the loop; once, before any connection to libvirt. 0 or -errno. */
int loop_init(void);

/* Watch fd for events (0: none for now). Returns a watch id >= 0 or -errno. */
int loop_watch(int fd, unsigned events, loop_fd_fn *fn, void *data);
void loop_watch_set(int watch, unsigned events);
void loop_unwatch(int watch); /* safe from inside a callback; id < 0 is ignored */

/* Call fn every ms milliseconds; ms < 0: not until loop_timer_set(). Returns an id or -errno. */
int loop_timer(int ms, loop_timer_fn *fn, void *data);
void loop_timer_set(int timer, int ms);
void loop_timer_remove(int timer);

/* Wait for and dispatch one round of events. 0 or -errno. */
int loop_run_once(void);

#endif
