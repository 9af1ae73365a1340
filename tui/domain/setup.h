/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain is set up to be traced, or that is undone: this asks libvirt what the domain has, has
 * setup_plan.c make a plan of it, and carries that out, a step at a time. Called by vtrace-setup
 * and by the console's view of domains. It never starts, stops or restarts a domain, and changes
 * nothing before setup_step().
 */
#ifndef VTRACE_DOMAIN_SETUP_H
#define VTRACE_DOMAIN_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/domain/setup_plan.h"

struct setup;

/* Connect to uri (NULL: libvirt's default) with the right to change things, find the domain by name
 * or UUID, and make the plan. 0, or -errno with a sentence in error: -ENOTCONN, -EACCES (libvirt
 * lets us only read), -EOPNOTSUPP (no QEMU, or on another host), -ENOENT, and those of
 * setup_plan_make(). May wait for the daemon. */
int setup_open(struct setup **setup, const char *uri, const char *name,
	       const struct setup_options *options, char *error, size_t error_size);
void setup_free(struct setup *setup);

const char *setup_name(const struct setup *setup); /* of the domain */
const char *setup_uri(const struct setup *setup);
bool setup_running(const struct setup *setup);
bool setup_transient(const struct setup *setup);
const struct setup_plan *setup_plan(const struct setup *setup);

/* Carry out the next action: one call of libvirt, or a few of the file system. 1: there are more;
 * 0: all is done; -errno with a sentence in error: it failed, and what was done before stays. */
int setup_step(struct setup *setup, char *error, size_t error_size);

/* A sentence for each kind of thing that others than root and QEMU may write to (exposed.h), among
 * what the domain has now. Nothing where libvirt can't be asked. */
void setup_check(struct setup *setup, void (*say)(void *data, const char *sentence), void *data);

#endif
