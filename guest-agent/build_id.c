// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/build_id.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/tracefs.h"

#define NOTES_MAX (64 * 1024) /* bytes; there are some hundred */

/* elf(5), "Notes (Nhdr)": name and descriptor are padded to four bytes. */
static size_t padded(uint32_t bytes)
{
	return ((size_t)bytes + 3) & ~(size_t)3;
}

int build_id_of_notes(const void *notes, size_t length, char *text, size_t size)
{
	const uint8_t *at = notes;
	Elf64_Nhdr note;

	while (length >= sizeof(note)) {
		size_t name, bytes;
		const uint8_t *id;

		memcpy(&note, at, sizeof(note));
		name = padded(note.n_namesz);
		bytes = padded(note.n_descsz);
		at += sizeof(note);
		length -= sizeof(note);
		if (name > length || bytes > length - name)
			return -EINVAL;
		id = at + name;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(ELF_NOTE_GNU) &&
		    !memcmp(at, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU))) {
			if (!note.n_descsz || 2 * (size_t)note.n_descsz >= size)
				return -EINVAL;
			for (size_t i = 0; i < note.n_descsz; i++)
				snprintf(text + 2 * i, 3, "%02x", id[i]);
			return 0;
		}
		at += name + bytes;
		length -= name + bytes;
	}
	return -ENOENT;
}

int build_id_read(char *text, size_t size)
{
	size_t length;
	char *notes;
	int err = tracefs_read(AT_FDCWD, "/sys/kernel/notes", NOTES_MAX, &notes, &length);

	if (err)
		return err;
	err = build_id_of_notes(notes, length, text, size);
	free(notes);
	return err;
}
