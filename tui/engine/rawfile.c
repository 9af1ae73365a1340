// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/rawfile.h"

#include <errno.h>
#include <unistd.h>

void rawfile_open(struct rawfile *file, int fd, const struct engine_region *place)
{
	*file = (struct rawfile){.fd = fd, .region = place};
	if (place)
		file->place = *place;
}

int rawfile_write_at(int fd, const void *bytes, size_t size, uint64_t offset)
{
	for (size_t done = 0; done < size;) {
		ssize_t n =
			pwrite(fd, (const char *)bytes + done, size - done, (off_t)(offset + done));

		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			return n ? -errno : -ENOSPC;
	}
	return 0;
}

void rawfile_number(uint8_t *to, uint64_t number, unsigned width, bool big_endian)
{
	for (unsigned i = 0; i < width; i++)
		to[big_endian ? width - 1 - i : i] = (uint8_t)(number >> 8 * i);
}

/* On an error the file is cut to what it had, as far as it can be cut. */
static int append_at_end(const struct rawfile *file, const uint8_t *page, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = write(file->fd, page + done, size - done);

		if (n > 0) {
			done += (size_t)n;
		} else if (n == 0 || errno != EINTR) {
			int ret = n ? -errno : -ENOSPC;

			return ftruncate(file->fd, (off_t)file->bytes) < 0 ? -errno : ret;
		}
	}
	return 0;
}

int rawfile_append(struct rawfile *file, const uint8_t *page, size_t size)
{
	int ret;

	if (!file->region)
		ret = append_at_end(file, page, size);
	else if (size > file->place.room - file->bytes)
		ret = -EFBIG;
	else
		ret = rawfile_write_at(file->fd, page, size, file->place.offset + file->bytes);
	if (ret)
		return ret;
	file->pages++;
	file->bytes += size;
	return 0;
}

int rawfile_note(struct rawfile *file)
{
	uint8_t entry[2 * sizeof(uint64_t)];
	int ret;

	if (file->fd < 0 || !file->region || file->noted == file->bytes)
		return 0;
	rawfile_number(entry, file->place.offset, 8, file->place.big_endian);
	rawfile_number(entry + 8, file->bytes, 8, file->place.big_endian);
	ret = rawfile_write_at(file->fd, entry, sizeof(entry), file->place.table);
	if (!ret)
		file->noted = file->bytes;
	return ret;
}

int rawfile_close(struct rawfile *file)
{
	int ret = rawfile_note(file);

	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
	return ret;
}
