// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/rawfile.h"

#include <errno.h>
#include <unistd.h>

int rawfile_append(int fd, uint64_t length, const uint8_t *page, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = write(fd, page + done, size - done);

		if (n > 0) {
			done += (size_t)n;
		} else if (n == 0 || errno != EINTR) {
			int ret = n ? -errno : -ENOSPC;

			return ftruncate(fd, (off_t)length) < 0 ? -errno : ret;
		}
	}
	return 0;
}
