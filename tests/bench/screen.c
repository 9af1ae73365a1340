// SPDX-License-Identifier: GPL-2.0-only
/*
 * screen TEXT COMMAND [ARG...]: run a command on a terminal of its own, 160 by 50, and print how
 * many ns went by until it has written TEXT there. The command is then ended.
 */
#include <errno.h>
#include <inttypes.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_MAX (1024 * 1024)

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

int main(int argc, char **argv)
{
	const struct winsize size = {.ws_row = 50, .ws_col = 160};
	static char output[OUTPUT_MAX];
	size_t have = 0;
	uint64_t start = now();
	int terminal;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: screen TEXT COMMAND [ARG...]\n");
		return 2;
	}
	setenv("TERM", "xterm", 1);
	pid = forkpty(&terminal, NULL, NULL, &size);
	if (!pid) {
		execv(argv[2], argv + 2);
		_exit(127);
	}
	while (pid > 0 && have < sizeof(output) &&
	       !memmem(output, have, argv[1], strlen(argv[1]))) {
		ssize_t got = read(terminal, output + have, sizeof(output) - have);

		if (got <= 0) {
			fprintf(stderr, "screen: %s ended without a word of \"%s\"\n", argv[2],
				argv[1]);
			return 1;
		}
		have += (size_t)got;
	}
	start = now() - start;
	kill(pid, SIGTERM);
	close(terminal);
	waitpid(pid, NULL, 0);
	printf("%" PRIu64 "\n", start);
	return 0;
}
