/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Take away from this process what an engine never needs, before it sees the first byte of a
 * guest: privileges, uid, files, processes, most system calls. Called once by the engine's main,
 * after plugins are loaded.
 */
#ifndef VTRACE_ENGINE_LOCKDOWN_H
#define VTRACE_ENGINE_LOCKDOWN_H

#include <stddef.h>
#include <stdint.h>

/* memory: bytes of pages it will hold, for the limit of its address space. layers gets a line
 * that names what is on. 0, or -errno when something that must work did not. */
int lockdown(uint64_t memory, char *layers, size_t layers_size);

#endif
