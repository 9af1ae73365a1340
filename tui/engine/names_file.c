// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/names_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/engine/rawfile.h"

#define REFRESH_MS 2000
#define TEXT_MAX   (COMMS_PIDS * COMMS_LINE_MAX)

void names_file_open(struct names_file *file, int fd, const struct engine_names *place)
{
	*file = (struct names_file){.fd = fd, .place = *place};
}

/* Text of size bytes lies in the buffer, behind room for the number. */
static int write_text(struct names_file *file, uint8_t *buffer, size_t size)
{
	size_t old = file->size > size ? file->size : size;
	int ret;

	/* Of longer names that stood there before nothing must be left. */
	memset(buffer + 8 + size, 0, old - size);
	ret = rawfile_write_at(file->fd, buffer + 8, old, file->place.offset + 8);
	if (ret)
		return ret;
	file->size = size;
	rawfile_number(buffer, file->place.fixed ? file->place.room : size, 8,
		       file->place.big_endian);
	return rawfile_write_at(file->fd, buffer, 8, file->place.offset);
}

int names_file_write(struct names_file *file, const struct comms *comms, uint64_t now)
{
	uint64_t changes = comms_changes(comms);
	size_t room = file->place.room < TEXT_MAX ? file->place.room : TEXT_MAX, size;
	uint8_t *buffer;
	int ret;

	if (file->fd < 0 || file->changes == changes)
		return 0;
	buffer = malloc(8 + room);
	if (!buffer)
		return -ENOMEM;
	size = comms_text(comms, (char *)buffer + 8, room);
	ret = write_text(file, buffer, size <= room ? size : room);
	free(buffer);
	/* A name that did not fit will not fit the next time either. */
	file->changes = changes;
	file->time = now;
	return ret ? ret : size > room ? -EFBIG : 0;
}

int names_file_due(const struct names_file *file, const struct comms *comms, uint64_t now)
{
	if (file->fd < 0 || file->changes == comms_changes(comms))
		return -1;
	return now - file->time >= REFRESH_MS ? 0 : (int)(REFRESH_MS - (now - file->time));
}

void names_file_close(struct names_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}
