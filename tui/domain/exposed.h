/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who else may write where a guest's channels, its share and captures are: with their modes, others
 * on the host could command the guest's agent, make up its events, or put their own files there.
 * Called by vtrace-setup when it is done and by guests when they are opened; it only looks, and
 * says nothing of layouts as vtrace-setup and libvirt make them.
 */
#ifndef VTRACE_DOMAIN_EXPOSED_H
#define VTRACE_DOMAIN_EXPOSED_H

#include <stddef.h>

#include "tui/domain/channels.h"

/* Say a sentence for each kind of thing that others can write to, with what to do. What is not
 * there, or may not be looked at, is not mentioned. */
void exposed_channels(const struct channels *channels,
		      void (*say)(void *data, const char *sentence), void *data);

/* The same of a capture's directory. */
void exposed_capture(const char *path, void (*say)(void *data, const char *sentence), void *data);

#endif
