// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/stall.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

/* The least that a slow line is given for a whole screen: 5 KB at 9600 baud. */
#define PATIENCE_S 5

/* In the middle of write(2), which then goes on with what is stdout now. dup2() may be called in a
 * handler, signal-safety(7). */
static void give_up(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	if (info->si_code == SI_TIMER)
		dup2(info->si_value.sival_int, STDOUT_FILENO);
}

static bool make_timer(struct stall *stall)
{
	struct sigaction action = {.sa_sigaction = give_up, .sa_flags = SA_SIGINFO | SA_RESTART};
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGRTMIN,
		.sigev_value.sival_int = stall->null_fd,
	};

	return !sigaction(SIGRTMIN, &action, NULL) &&
	       !timer_create(CLOCK_MONOTONIC, &event, &stall->timer);
}

void stall_init(struct stall *stall)
{
	*stall = (struct stall){.null_fd = -1};
	stall->tty_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (stall->tty_fd >= 0 && !tcgetattr(stall->tty_fd, &stall->modes))
		stall->null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	stall->watched = stall->null_fd >= 0 && make_timer(stall);
}

static void set_timer(struct stall *stall, time_t seconds)
{
	const struct itimerspec when = {.it_value.tv_sec = seconds};

	if (stall->watched)
		timer_settime(stall->timer, 0, &when, NULL);
}

void stall_begin(struct stall *stall)
{
	set_timer(stall, PATIENCE_S);
}

bool stall_end(struct stall *stall)
{
	set_timer(stall, 0);
	/* Only the handler's doing makes it none. */
	stall->on = stall->watched && !isatty(STDOUT_FILENO);
	return stall->on;
}

static bool takes_output(const struct stall *stall)
{
	struct pollfd out = {.fd = stall->tty_fd, .events = POLLOUT};

	return poll(&out, 1, 0) == 1;
}

bool stall_takes(struct stall *stall, bool *again)
{
	*again = stall->on && takes_output(stall) && dup2(stall->tty_fd, STDOUT_FILENO) >= 0;
	if (*again)
		stall->on = false;
	return !stall->on;
}

void stall_release(struct stall *stall)
{
	if (stall->watched)
		timer_delete(stall->timer);
	if (stall->on)
		tcsetattr(stall->tty_fd, TCSANOW, &stall->modes);
	if (stall->tty_fd >= 0)
		close(stall->tty_fd);
	if (stall->null_fd >= 0)
		close(stall->null_fd);
}
