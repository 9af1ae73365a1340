/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of protocol.h that is about a guest's memory as a source, for whoever includes that:
 * ENGINE_MEMORY, ENGINE_MEMORY_READ and ENGINE_MEMORY_REPLY.
 */
#ifndef VTRACE_ENGINE_PROTOCOL_MEMORY_H
#define VTRACE_ENGINE_PROTOCOL_MEMORY_H

#include <stdint.h>

#define ENGINE_MEMORY_ANYWHERE UINT64_MAX /* in the place of an offset */

/*
 * What is sent is a file that QEMU keeps a running guest's memory in, or what is left of one, or a
 * core that virsh dump --memory-only has written. Offsets are the file's, of a core physical
 * addresses. A search of gigabytes takes a while: the reply then comes several times.
 */
struct engine_memory {
	uint64_t hint; /* where a buffer begins, as of an earlier reply; no other is looked for when
			* one does. Or ENGINE_MEMORY_ANYWHERE */
	uint32_t live; /* 1: the guest may be running, so that the file is no core whatever it holds
			*/
	uint32_t any_formats; /* 1: formats that are of another kernel than the memory's are taken,
			       * with a word of it as their reason; else they are refused */
};

/*
 * Every used CPU of the buffer becomes a stream as of a channel; where there was another source
 * before it is closed. once: read what is there, then the streams end (ENGINE_CHANNEL_ENDED); else
 * they go on for as long as the guest writes. Where a kernel that booted later has written to the
 * buffer, a note tells where, as a row, and what comes behind it is in another epoch.
 */
struct engine_memory_read {
	uint64_t offset; /* of a buffer that the reply told of; ENGINE_MEMORY_ANYWHERE: the one with
			  * the newest events */
	uint32_t once;
	uint32_t reserved;
};

enum engine_memory_kind {
	ENGINE_MEMORY_RAW,
	ENGINE_MEMORY_ELF,   /* a core */
	ENGINE_MEMORY_KDUMP, /* likewise, in makedumpfile's format */
	ENGINE_MEMORY_KINDS
};

/*
 * What is in it; sent again, with serial 0, when the guest has booted anew since it is read: its
 * formats are to be sent then, should they be others.
 */
struct engine_memory_reply {
	int32_t error; /* -EINPROGRESS: still looking. 0, or -errno: reason says why nothing can be
			* read. Of what could not be read besides others, warning tells */
	uint32_t kind; /* enum engine_memory_kind */
	uint64_t size; /* of the memory, bytes */
	uint64_t looked;  /* of these, how far the search has come */
	uint32_t buffers; /* entries that follow, by offset */
	uint32_t newest;  /* which of them has the newest events */
	uint32_t boots;	  /* seen while it is read */
	uint32_t reserved;
	/* What the memory says of its kernel, "" where nothing is found; printable ASCII. */
	char banner[256];  /* linux_banner: "Linux version 6.12.1 (...) ..." */
	char release[68];  /* OSRELEASE of vmcoreinfo, or the banner's; as of uname -r */
	char build_id[44]; /* BUILD-ID of vmcoreinfo, hex */
	char reason[256];  /* NUL-terminated sentences */
	char warning[256];
};

struct engine_memory_buffer {
	uint64_t offset;       /* the hint for the next time */
	uint64_t size;	       /* bytes */
	uint64_t text_addr;    /* of a function of its kernel; 0: not told */
	uint64_t newest;       /* time stamp of its newest page; 0: it has none */
	uint32_t subbuf_size;  /* bytes */
	uint32_t subbufs;      /* of each CPU */
	uint32_t cpus;	       /* that its kernel can have, of numbers from 0 on */
	uint32_t used;	       /* of these, CPUs that have a ring */
	uint8_t used_cpus[32]; /* which, as a set of CPUs (client.h) */
	char layout[16];       /* the first release of Linux with its layout, "6.12" */
};

#endif
