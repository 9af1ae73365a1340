// SPDX-License-Identifier: GPL-2.0-only
/*
 * screen TEXT [KEYS TEXT]... -- COMMAND [ARG...]: run a command on a terminal of its own, 160 by
 * 50, and print how many ns go by until it has written TEXT there. Then type KEYS, and print how
 * long it takes until it has written the next TEXT, and so on; all on one line. KEYS "" are none,
 * and then the TEXT may have been there before. The command is then ended.
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

#define OUTPUT_MAX (16 * 1024 * 1024)
#define PATIENCE_S 60 /* then a text does not come any more */

struct screen {
	int terminal;
	size_t have; /* bytes written there */
	size_t seen; /* of these, those before the last keys */
	char output[OUTPUT_MAX];
};

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* Read until the text is there. False when it does not come. */
static int wait_for(struct screen *screen, const char *text)
{
	alarm(PATIENCE_S);
	while (!memmem(screen->output + screen->seen, screen->have - screen->seen, text,
		       strlen(text))) {
		ssize_t got = screen->have < OUTPUT_MAX
				      ? read(screen->terminal, screen->output + screen->have,
					     OUTPUT_MAX - screen->have)
				      : 0;

		if (got <= 0) {
			fprintf(stderr, "screen: it ended without a word of \"%s\"\n", text);
			return 0;
		}
		screen->have += (size_t)got;
	}
	alarm(0);
	return 1;
}

static void be_impatient(int signal)
{
	(void)signal; /* read() ends with EINTR */
}

int main(int argc, char **argv)
{
	const struct winsize size = {.ws_row = 50, .ws_col = 160};
	const struct sigaction action = {.sa_handler = be_impatient};
	static struct screen screen;
	uint64_t start = now();
	int texts = 1, there = 1;
	pid_t pid;

	while (texts < argc && strcmp(argv[texts], "--"))
		texts++;
	if (texts % 2 || texts + 1 >= argc) {
		fprintf(stderr, "usage: screen TEXT [KEYS TEXT]... -- COMMAND [ARG...]\n");
		return 2;
	}
	setenv("TERM", "xterm", 1);
	sigaction(SIGALRM, &action, NULL);
	pid = forkpty(&screen.terminal, NULL, NULL, &size);
	if (!pid) {
		execv(argv[texts + 1], argv + texts + 1);
		_exit(127);
	}
	for (int i = 1; pid > 0 && there && i < texts; i += 2) {
		const char *keys = i > 1 ? argv[i - 1] : "";

		if (i > 1)
			start = now();
		screen.seen = *keys ? screen.have : 0;
		if (*keys)
			there = write(screen.terminal, keys, strlen(keys)) > 0;
		there = there && wait_for(&screen, argv[i]);
		if (there)
			printf("%s%" PRIu64, i > 1 ? " " : "", now() - start);
	}
	printf("\n");
	if (pid > 0)
		kill(pid, SIGTERM);
	close(screen.terminal);
	waitpid(pid, NULL, 0);
	return !there;
}
