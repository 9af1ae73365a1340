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

/* Register the loop; once, before all else in this room. 0 or -errno. */
int loop_init(void);

/*
 * Watch fd for events. 0 is none for now, a hang-up included; LOOP_HANGUP alone waits for that
 * only. fn is called as long as an event lasts (a level, not an edge). Returns a watch id >= 0
 * or -errno. The fd stays the caller's, who unwatches it before closing it.
 */
int loop_watch(int fd, unsigned events, loop_fd_fn *fn, void *data);
void loop_watch_set(int watch, unsigned events);
/* Safe from inside any callback, its own too; fn is not called again. id < 0 is ignored. */
void loop_unwatch(int watch);

/* Call fn every ms milliseconds; ms < 0: not until loop_timer_set(). Returns an id or -errno. */
int loop_timer(int ms, loop_timer_fn *fn, void *data);
void loop_timer_set(int timer, int ms); /* ms count from now */
void loop_timer_remove(int timer);	/* as loop_unwatch() */

/* Wait for and dispatch one round of events; a signal that was handled ends the wait. 0, or
 * -EIO when libvirt's loop failed. */
int loop_run_once(void);

#endif
