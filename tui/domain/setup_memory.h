/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain whose memory the host can read, with a ring in it: the XML that it needs, and the words
 * on its kernel's command line. Called by setup_plan_memory.c; it changes nothing itself.
 *
 * What the memory's backing was before is kept in the XML's <metadata>, which libvirt leaves alone
 * ("Domain XML format", Custom metadata), so that it can be put back:
 *     <vtrace:memory xmlns:vtrace="urn:vtrace:setup" source="none" access="private"/>
 * An attribute says the type of <source> or the mode of <access> that was changed, "none" where
 * there was no such element.
 */
#ifndef VTRACE_DOMAIN_SETUP_MEMORY_H
#define VTRACE_DOMAIN_SETUP_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* What becomes of a domain's XML. */
struct setup_memory {
	char *xml;   /* the new one, the caller's to free() */
	bool shared; /* what its memory is shared by is changed: it becomes so, or is so no more */
	bool worded; /* its command line, which the XML has, is changed */
	bool direct; /* it has one: libvirt starts the kernel, no boot loader does */
};

/* "16M" or "16M,sched,irq:irq_handler_entry": a size, and events to be enabled from the boot on.
 * The words that reserve so much memory and put the ring buffers of an instance of tracefs there,
 * the caller's to free(); NULL with a sentence in error. Linux, admin-guide/kernel-parameters.txt:
 * reserve_mem=, trace_instance=; from 6.12 on. */
char *setup_memory_words(const char *ring, char *error, size_t error_size);

/* Change the XML of a domain's next start so; words NULL: back to what it was. 0, or -errno with a
 * sentence in error. */
int setup_memory_change(struct setup_memory *memory, const char *xml, const char *words,
			char *error, size_t error_size);

#endif
