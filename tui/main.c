// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/batch.h"
#include "tui/console/console.h"
#include "tui/options.h"
#include "tui/privileges.h"

/*
 * Started with descriptor 0, 1 or 2 closed, the next file opened would get its number, and a
 * message meant for stderr would be written into a guest's channel.
 */
static int keep_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			return -errno;
	} while (fd <= STDERR_FILENO);
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	struct options options;
	int status, err;

	if (keep_standard_descriptors())
		return EXIT_FAILURE;

	/* Only the character set: numbers are read and printed in the same way everywhere. */
	setlocale(LC_CTYPE, "");

	/* An engine or a reader of stdout that ends is an error of write(), not our end. */
	signal(SIGPIPE, SIG_IGN);

	switch (options_parse(&options, argc, argv, stdout, stderr)) {
	case OPTIONS_EXIT_OK:
		status = EXIT_SUCCESS;
		break;
	case OPTIONS_EXIT_USAGE:
		return 2;
	default:
		err = privileges_keep_few();
		if (err) {
			fprintf(stderr, "vtrace-top: cannot give up privileges: %s\n",
				strerror(-err));
			return EXIT_FAILURE;
		}
		status = options.batch ? batch_run(&options) : console_run(&options);
		break;
	}

	if (fflush(stdout) && errno != EPIPE && status == EXIT_SUCCESS) {
		fprintf(stderr, "vtrace-top: cannot write to stdout: %s\n", strerror(errno));
		status = EXIT_FAILURE;
	}
	return status;
}
