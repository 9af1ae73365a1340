/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain whose memory the host can read, with a ring in it: the XML that it needs, and the words
 * on its kernel's command line. Called by setup_plan.c; it changes nothing itself.
 */
#ifndef VTRACE_DOMAIN_SETUP_MEMORY_H
#define VTRACE_DOMAIN_SETUP_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* What becomes of a domain's XML. */
struct setup_memory {
	char *xml;   /* the new one, the caller's to free() */
	bool shared; /* its memory is shared from now on; before it was not */
	bool worded; /* its command line, which the XML has, is changed */
	bool direct; /* it has one: libvirt starts the kernel, no boot loader does */
};

/* "16M" or "16M,sched,irq:irq_handler_entry": a size, and events to be enabled from the boot on.
 * The words that reserve so much memory and put the ring buffers of an instance of tracefs there,
 * the caller's to free(); NULL with a sentence in error. Linux, admin-guide/kernel-parameters.txt:
 * reserve_mem=, trace_instance=; from 6.12 on. */
char *setup_memory_words(const char *ring, char *error, size_t error_size);

/* Change the XML of a domain's next start so. 0, or -errno with a sentence in error. */
int setup_memory_change(struct setup_memory *memory, const char *xml, const char *words,
			char *error, size_t error_size);

#endif
