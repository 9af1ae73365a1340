// SPDX-License-Identifier: GPL-2.0-only
/* trace-agent: options, and the wiring of the rooms. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "formats/names.h"
#include "guest-agent/allowed.h"
#include "guest-agent/control.h"
#include "guest-agent/cpus.h"
#include "guest-agent/early.h"
#include "guest-agent/export.h"
#include "guest-agent/gather.h"
#include "guest-agent/notrace.h"
#include "guest-agent/ports.h"
#include "guest-agent/pumps.h"
#include "guest-agent/tracefs.h"

#define EXIT_USAGE    2

#define PIPE_SIZE_MIN (64u * 1024)
#define PIPE_SIZE_MAX (1024u * 1024)

/* Ports come up one by one while the guest boots: wait so long for the first. With --wait one may
 * be plugged in any time: look for it less often from then on. */
#define PORT_WAIT_MS 2000
#define PORT_STEP_MS 100
#define PORT_LOOK_MS 1000

struct options {
	bool to_stdout;
	bool wait;
	bool early;
	size_t pipe_size;
	bool top;
	const char *export;
	const char *instance;
	const char *config;
	struct allowed allowed;
};

static const struct {
	struct option option;
	const char *argument;
	const char *help;
} option_table[] = {
	{{"stdout", no_argument, NULL, 'o'}, "", "write all pages to standard output"},
	{{"size", required_argument, NULL, 's'},
	 " SIZE",
	 "size of each CPU's pipe, 64K to 1M; suffixes K, M [1M]"},
	{{"instance", required_argument, NULL, 'i'},
	 " NAME",
	 "trace this tracefs instance, made if it is not there"},
	{{"top", no_argument, NULL, 't'}, "", "trace the top buffer, whoever chose the events"},
	{{"allow", required_argument, NULL, 'a'},
	 " LIST",
	 "let the host change nothing but what LIST names"},
	{{"config", required_argument, NULL, 'c'}, " FILE", "read this [" ALLOWED_CONFIG "]"},
	{{"wait", no_argument, NULL, 'w'}, "", "wait for the control port to be plugged in"},
	{{"early", no_argument, NULL, 'e'}, "", "run in an initramfs, and outlive it"},
	{{"export", required_argument, NULL, 'x'},
	 " FILE",
	 "write the event formats to FILE, and end"},
	{{"help", no_argument, NULL, 'h'}, "", "print this and exit"},
	{{"version", no_argument, NULL, 'V'}, "", "print the version and exit"},
};

#define OPTIONS (sizeof(option_table) / sizeof(option_table[0]))

static void print_help(void)
{
	printf("Usage: trace-agent [OPTION]...\n"
	       "Move this guest's trace pages to the host when the host asks for it.\n\n");
	for (size_t i = 0; i < OPTIONS; i++) {
		char names[48];

		snprintf(names, sizeof(names), "-%c, --%s%s", option_table[i].option.val,
			 option_table[i].option.name, option_table[i].argument);
		printf("  %-22s %s\n", names, option_table[i].help);
	}
	printf("\nSee trace-agent(8).\n");
}

/* "64K" to "1M", or bytes. 0 or -EINVAL. */
static int parse_size(const char *text, size_t *size)
{
	unsigned long long number;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || number > PIPE_SIZE_MAX)
		return -EINVAL;
	if (*end == 'K' || *end == 'k')
		number <<= 10;
	else if (*end == 'M' || *end == 'm')
		number <<= 20;
	else if (*end)
		return -EINVAL;
	if ((*end && end[1]) || number < PIPE_SIZE_MIN || number > PIPE_SIZE_MAX)
		return -EINVAL;
	*size = number;
	return 0;
}

/* 0: go on; 1: done, exit well; EXIT_USAGE. */
static int parse_options(int argc, char **argv, struct options *options)
{
	struct option longs[OPTIONS + 1] = {0};
	char shorts[2 * OPTIONS + 1], *next = shorts, error[1024];
	int c;

	for (size_t i = 0; i < OPTIONS; i++) {
		longs[i] = option_table[i].option;
		*next++ = (char)longs[i].val;
		if (longs[i].has_arg)
			*next++ = ':';
	}
	*next = '\0';
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		switch (c) {
		case 'o':
			options->to_stdout = true;
			break;
		case 's':
			if (!parse_size(optarg, &options->pipe_size))
				break;
			fprintf(stderr,
				"trace-agent: bad size \"%s\": give 64K to 1M, such as -s 256K\n",
				optarg);
			return EXIT_USAGE;
		case 'i':
			options->instance = optarg;
			break;
		case 't':
			options->top = true;
			break;
		case 'a':
			if (!allowed_add(&options->allowed, optarg, error, sizeof(error)))
				break;
			fprintf(stderr, "trace-agent: --allow: %s\n", error);
			return EXIT_USAGE;
		case 'c':
			options->config = optarg;
			break;
		case 'w':
			options->wait = true;
			break;
		case 'e':
			options->early = true;
			break;
		case 'x':
			options->export = optarg;
			break;
		case 'h':
			print_help();
			return 1;
		case 'V':
			printf("trace-agent %s\n", VTRACE_VERSION);
			return 1;
		default:
			fprintf(stderr, "Try 'trace-agent --help'.\n");
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return 0;
	fprintf(stderr, "trace-agent: \"%s\" is not an option; try 'trace-agent --help'\n",
		argv[optind]);
	return EXIT_USAGE;
}

/* Wait for the control port as long as the options say. A descriptor or -errno. */
static int await_control_port(const struct options *options)
{
	unsigned waited = 0, step;
	int port;

	for (;; waited += step) {
		port = port_open(VTRACE_CONTROL_PORT, O_RDWR);
		if (port != -ENOENT || options->to_stdout ||
		    (waited >= PORT_WAIT_MS && !options->wait))
			return port;
		if (waited == PORT_WAIT_MS)
			fprintf(stderr, "trace-agent: waiting for the port " VTRACE_CONTROL_PORT
					" to be plugged in\n");
		step = waited < PORT_WAIT_MS ? PORT_STEP_MS : PORT_LOOK_MS;
		poll(NULL, 0, (int)step);
	}
}

/* The control port, or -1 where pages go to standard output and there is none. */
static int open_control_port(const struct options *options, int *port)
{
	*port = await_control_port(options);
	if (*port >= 0)
		return 0;
	if (*port == -ENOENT && options->to_stdout) {
		*port = -1;
		return 0;
	}
	if (*port == -ENOENT)
		fprintf(stderr, "trace-agent: no virtio-serial port named " VTRACE_CONTROL_PORT
				"; add the channels to the domain (vtrace-setup does, on the "
				"host), or write to "
				"standard output with -o\n");
	else if (*port == -EBUSY)
		fprintf(stderr, "trace-agent: the port " VTRACE_CONTROL_PORT
				" is in use: another trace-agent is running; stop it first\n");
	else
		fprintf(stderr, "trace-agent: cannot open the port " VTRACE_CONTROL_PORT ": %s\n",
			strerror(-*port));
	return *port;
}

/* Signals that end the agent come through a descriptor; a reader that left is an error code. */
static int open_signals(void)
{
	sigset_t set;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* The veto has to be understood as a whole, or there is no agent. */
static int read_config(struct options *options)
{
	struct allowed from_file = {0};
	char error[1024];
	int err = allowed_read(&from_file, options->config, error, sizeof(error));

	if (!err && from_file.limited && options->allowed.limited) {
		snprintf(error, sizeof(error),
			 "%s has lines \"allow\", and --allow is given as well; use one of them",
			 options->config ? options->config : ALLOWED_CONFIG);
		err = -EINVAL;
	}
	if (err) {
		fprintf(stderr, "trace-agent: %s\n", error);
		allowed_release(&from_file);
	} else if (from_file.limited) {
		options->allowed = from_file;
	}
	return err;
}

static void complain_of_missing_ports(const struct pumps *pumps)
{
	for (unsigned cpu = 0; cpu < pumps->cpus->count; cpu++) {
		if (pumps->cpus->possible[cpu] && !pumps->pump[cpu])
			fprintf(stderr,
				"trace-agent: CPU %u has no port " VTRACE_CPU_PORT_PREFIX
				"%u and is not traced\n",
				cpu, cpu);
	}
}

/* Make the threads and run; all descriptors but the control's own are closed again after. */
static int run_pumps(struct control_setup *setup, struct pumps *pumps, char *error,
		     size_t error_size)
{
	int err = pumps_init(pumps), count;

	if (err) {
		snprintf(error, error_size, "cannot understand events/header_page: %s",
			 strerror(-err));
		return err;
	}
	count = pumps_refresh(pumps);
	if (count < 0) {
		err = count;
		snprintf(error, error_size, "cannot start the pumps: %s", strerror(-err));
		goto out;
	}
	complain_of_missing_ports(pumps);
	if (setup->port >= 0) {
		err = exporter_start(&setup->exporter, setup->tracefs, pumps->cpus->count,
				     setup->report);
		if (err) {
			snprintf(error, error_size, "cannot start the exporter: %s",
				 strerror(-err));
			goto out;
		}
	}
	notrace_add_threads(setup->tracefs);
	err = control_run(setup, error, error_size);
out:
	/* A thread that hangs in the kernel cannot keep the process from exiting. */
	exporter_free(setup->exporter);
	pumps_release(pumps);
	return err;
}

/* The formats bundle in a file, for a host that has only the memory of such a guest. */
static int export_file(const struct tracefs *tracefs, const char *path)
{
	char error[512] = "";
	struct cpus cpus;
	unsigned events;
	int fd, err = cpus_read(&cpus);

	fd = err ? err : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		err = err ? err : -errno;
		fprintf(stderr, "trace-agent: cannot write %s: %s\n", path, strerror(-err));
		return err;
	}
	err = gather_bundle(tracefs, cpus.count, 1, fd, &events, error, sizeof(error));
	if (close(fd) && !err) {
		err = -errno;
		snprintf(error, sizeof(error), "cannot write %s: %s", path, strerror(-err));
	}
	if (!err)
		return 0;
	unlink(path);
	fprintf(stderr, "trace-agent: %s\n", error);
	return err;
}

static int run(const struct options *options, int early)
{
	struct control_setup setup = {.port = -1,
				      .signals = -1,
				      .report = -1,
				      .may_move = !options->top && !options->instance,
				      .allowed = &options->allowed,
				      .early = early};
	struct pumps pumps = {.pipe_size = options->pipe_size, .to_stdout = options->to_stdout};
	char error[512] = "";
	struct tracefs tracefs;
	struct cpus cpus;
	int err;

	err = tracefs_open(&tracefs, options->instance, error, sizeof(error));
	if (err) {
		fprintf(stderr, "trace-agent: %s\n", error);
		return err;
	}
	err = options->export ? export_file(&tracefs, options->export)
			      : open_control_port(options, &setup.port);
	if (err || options->export)
		goto out;
	err = cpus_read(&cpus);
	setup.signals = open_signals();
	setup.report = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (err || setup.signals < 0 || setup.report < 0) {
		err = err ? err : -EMFILE;
		fprintf(stderr, "trace-agent: cannot set up: %s\n", strerror(-err));
		goto out;
	}
	setup.tracefs = pumps.tracefs = &tracefs;
	pumps.cpus = &cpus;
	pumps.report = setup.report;
	setup.pumps = &pumps;
	err = run_pumps(&setup, &pumps, error, sizeof(error));
	if (err)
		fprintf(stderr, "trace-agent: %s\n", error);
out:
	if (setup.report >= 0)
		close(setup.report);
	if (setup.signals >= 0)
		close(setup.signals);
	if (setup.port >= 0)
		close(setup.port);
	tracefs_close(&tracefs);
	return err;
}

int main(int argc, char **argv)
{
	struct options options = {.pipe_size = PIPE_SIZE_MAX};
	int done = parse_options(argc, argv, &options), early = -1, err;

	if (done)
		return done == EXIT_USAGE ? EXIT_USAGE : EXIT_SUCCESS;
	if (read_config(&options))
		return EXIT_FAILURE;
	if (geteuid() != 0) {
		fprintf(stderr, "trace-agent: must run as root, which tracefs and the ports belong "
				"to; try sudo trace-agent\n");
		return EXIT_FAILURE;
	}
	if (options.early)
		early = early_begin(argv[0]);
	err = run(&options, early);
	allowed_release(&options.allowed);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
