/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a guest's memory is on the host, when it is a file that QEMU shares: opened for reading and
 * handed to an engine, which alone looks into it. Used by those who open what --ram names.
 */
#ifndef VTRACE_DOMAIN_GUEST_RAM_H
#define VTRACE_DOMAIN_GUEST_RAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tui/domain/domain.h"

struct guest_ram_place {
	int fd;	     /* to read from */
	char *name;  /* of the domain */
	char *share; /* the host's directory of its 9p share, or NULL */
};

/*
 * The memory of a domain that is there, running, paused or crashed, by name or UUID. 0 and a place
 * that is to be released, though its descriptor is the caller's; or -errno with a sentence in
 * error: no such domain (-ENOENT), not running (-ENOTCONN), its memory is not shared (-ENXIO), who
 * asks may not look at QEMU (-EACCES). The file may be gone from its directory when QEMU ends, and
 * is whole for as long as it is open.
 */
int guest_ram_of_domain(struct domains *domains, const char *name, struct guest_ram_place *place,
			char *error, size_t error_size);
void guest_ram_place_release(struct guest_ram_place *place);

/* That of a process, which is the largest file that it maps shared and writable, of at least so
 * many bytes; name is of whose it is, for sentences. A descriptor or -errno, likewise. */
int guest_ram_of_process(pid_t pid, uint64_t least, const char *name, char *error,
			 size_t error_size);

/* A file of memory, or a core of it: regular, and not empty. Likewise; -errno of open(2). */
int guest_ram_of_file(const char *path, char *error, size_t error_size);

#endif
