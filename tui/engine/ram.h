/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's memory in a descriptor, to be read and nothing else: the file that QEMU keeps it in
 * while it runs, or a core of it (ELF or kdump, as virsh dump --memory-only writes). The
 * engine's memory source looks for ring buffers in it and its observers copy their pages out of it.
 *
 * It is read with pread(2), never mapped: a file that is cut off while it is read is an error with
 * a sentence and no SIGBUS, and whoever checks what was read checks a copy that the guest can't
 * change any more. Everything in it is the guest's word, headers of a core too. Not to be used by
 * two threads at a time.
 */
#ifndef VTRACE_ENGINE_RAM_H
#define VTRACE_ENGINE_RAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ram;

enum ram_kind {
	RAM_RAW,   /* bytes as they lie in memory; offsets are the file's */
	RAM_ELF,   /* offsets are physical addresses */
	RAM_KDUMP, /* likewise */
};

/*
 * Take over a descriptor that can be read and sought. raw: it is a running guest's memory, whose
 * first bytes are not to be taken for a header. 0, or -errno with a sentence in error; fd is then
 * closed as well.
 */
int ram_open(struct ram **ram, int fd, bool raw, char *error, size_t error_size);
void ram_free(struct ram *ram); /* closes the descriptor; takes NULL */

enum ram_kind ram_kind(const struct ram *ram);
/* One more than the highest offset, bytes. */
uint64_t ram_size(const struct ram *ram);

/* Copy length bytes from offset on, before whatever is copied by later calls; in which order the
 * bytes of one call are, nobody knows. 0; -ENXIO where there is no memory; -ENODATA where the file
 * has become shorter; or another -errno. ram_fault() then says it in a sentence. */
int ram_read(struct ram *ram, uint64_t offset, void *to, size_t length);

/* Bytes that were to be copied by all calls of it so far. */
uint64_t ram_asked(const struct ram *ram);

/* What lies at at or behind it and is not known to be all zeros: [*from, *to), at <= *from < *to.
 * False: nothing does. */
bool ram_data(struct ram *ram, uint64_t at, uint64_t *from, uint64_t *to);

/* Why the last ram_read() failed; "" when none has. */
const char *ram_fault(const struct ram *ram);

#endif
