// SPDX-License-Identifier: GPL-2.0-only
/* vtrace-setup: the command line around tui/domain/setup.c. */
#include <getopt.h>
#include <locale.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/names.h"
#include "tui/domain/setup.h"
#include "tui/text.h"

#define EXIT_USAGE 2

/* Keys of options without a letter; above every char. */
enum { KEY_UNIX = 256, KEY_PIPE, KEY_NO_SHARE, KEY_REMOVE, KEY_PRINT_XML, KEY_MEMORY };

struct arguments {
	const char *uri;
	const char *domain;
	struct setup_options setup;
	bool unix_sockets; /* --unix was given */
	bool yes;
	bool print_xml;
};

static const struct {
	struct option option;
	const char *argument;
	const char *help;
} option_table[] = {
	{{"connect", required_argument, NULL, 'c'},
	 " URI",
	 "libvirt to connect to (default: its own choice)"},
	{{"yes", no_argument, NULL, 'y'}, "", "do it without asking"},
	{{"unix", no_argument, NULL, KEY_UNIX},
	 "",
	 "UNIX sockets, plugged in while the guest runs (default)"},
	{{"pipe", no_argument, NULL, KEY_PIPE},
	 "",
	 "FIFOs, as in 2012, from the domain's next start on"},
	{{"no-share", no_argument, NULL, KEY_NO_SHARE}, "", "no 9p share for the event formats"},
	{{"memory", required_argument, NULL, KEY_MEMORY},
	 " RING",
	 "memory that vtrace-top --ram can read, with a ring, as in 16M,sched"},
	{{"remove", no_argument, NULL, KEY_REMOVE}, "", "take away what was added, nothing else"},
	{{"print-xml", no_argument, NULL, KEY_PRINT_XML},
	 "",
	 "print the XML of what would be added, change nothing"},
	{{"help", no_argument, NULL, 'h'}, "", "print this help"},
	{{"version", no_argument, NULL, 'V'}, "", "print the version"},
};

#define OPTIONS (sizeof(option_table) / sizeof(option_table[0]))

static void print_help(void)
{
	printf("Usage: vtrace-setup [OPTION]... DOMAIN\n"
	       "Give a libvirt domain the channels and the share that vtrace-top needs.\n\n");
	for (size_t i = 0; i < OPTIONS; i++) {
		char left[40], letter[8] = "    ";

		if (option_table[i].option.val < KEY_UNIX)
			snprintf(letter, sizeof(letter), "-%c, ", option_table[i].option.val);
		snprintf(left, sizeof(left), "--%s%s", option_table[i].option.name,
			 option_table[i].argument);
		printf("  %s%-15s %s\n", letter, left, option_table[i].help);
	}
	printf("\nExit status: 0 done, or nothing to do; 1 failed, or not wanted; 2 wrong "
	       "usage.\n");
}

static int complain(const char *what)
{
	fprintf(stderr, "vtrace-setup: %s; 'vtrace-setup --help' lists the options\n", what);
	return EXIT_USAGE;
}

static void take_option(struct arguments *arguments, int key)
{
	switch (key) {
	case 'c':
		arguments->uri = optarg;
		break;
	case 'y':
		arguments->yes = true;
		break;
	case KEY_UNIX:
		arguments->unix_sockets = true;
		break;
	case KEY_PIPE:
		arguments->setup.pipe = true;
		break;
	case KEY_NO_SHARE:
		arguments->setup.no_share = true;
		break;
	case KEY_REMOVE:
		arguments->setup.remove = true;
		break;
	case KEY_MEMORY:
		arguments->setup.memory = optarg;
		break;
	case KEY_PRINT_XML:
		arguments->print_xml = true;
		break;
	}
}

static int check_arguments(const struct arguments *arguments)
{
	const struct setup_options *setup = &arguments->setup;

	if (!arguments->domain)
		return complain("which domain? give its name or UUID");
	if (arguments->unix_sockets && setup->pipe)
		return complain("--unix and --pipe are two kinds of channels: give one of them");
	if (setup->remove && (setup->pipe || arguments->unix_sockets || setup->no_share))
		return complain("--remove takes away whatever was added: give it alone");
	if (setup->memory &&
	    (setup->pipe || arguments->unix_sockets || setup->no_share || setup->remove))
		return complain(
			"--memory prepares nothing but the memory: give it alone, channels in "
			"another run");
	if (setup->remove && arguments->print_xml)
		return complain("--print-xml shows what would be added, and --remove adds nothing");
	return 0;
}

/* -1: go on; else the exit status. */
static int parse_arguments(struct arguments *arguments, int argc, char **argv)
{
	struct option longs[OPTIONS + 1] = {0};
	int key, status;

	for (size_t i = 0; i < OPTIONS; i++)
		longs[i] = option_table[i].option;
	while ((key = getopt_long(argc, argv, "c:yhV", longs, NULL)) != -1) {
		if (key == 'h') {
			print_help();
			return EXIT_SUCCESS;
		}
		if (key == 'V') {
			printf("vtrace-setup %s\n", VTRACE_VERSION);
			return EXIT_SUCCESS;
		}
		if (key == '?') {
			fprintf(stderr, "Try 'vtrace-setup --help'.\n");
			return EXIT_USAGE;
		}
		take_option(arguments, key);
	}
	if (optind < argc)
		arguments->domain = argv[optind++];
	if (optind < argc)
		return complain("one domain at a time");
	status = check_arguments(arguments);
	return status ? status : -1;
}

/* A line. Names and paths are data: what could be a terminal's command does not get there. */
static void __attribute__((format(printf, 2, 3))) print_line(FILE *out, const char *format, ...)
{
	char line[2048], clean[2 * sizeof(line)];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	text_strip(clean, sizeof(clean), line, strlen(line), text_ascii());
	fprintf(out, "%s\n", clean);
}

static void print_notes(const struct setup_plan *plan)
{
	for (size_t i = 0; i < plan->notes.count; i++)
		print_line(stdout, "  %s", plan->notes.line[i]);
}

static void print_xml(const struct setup_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct setup_action *action = &plan->action[i];

		if (action->verb == SETUP_ATTACH_CONFIG)
			printf("<!-- configuration: %s -->\n%s", action->name, action->text);
		else if (action->verb == SETUP_ATTACH_LIVE)
			printf("<!-- running guest: %s -->\n%s", action->name, action->text);
		else if (action->verb == SETUP_DEFINE)
			printf("<!-- configuration: %s -->\n%s", action->name, action->text);
	}
}

static void print_plan(const struct setup *setup)
{
	const struct setup_plan *plan = setup_plan(setup);

	print_line(stdout,
		   "%s%s on %s, which %s:", setup_transient(setup) ? "transient domain " : "",
		   setup_name(setup), setup_uri(setup),
		   setup_running(setup) ? "runs" : "does not run");
	for (size_t i = 0; i < plan->does.count; i++)
		print_line(stdout, "  - %s", plan->does.line[i]);
	print_notes(plan);
}

static bool is_wanted(void)
{
	char answer[16] = "";

	printf("do it? (y/n) ");
	fflush(stdout);
	if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
		return true;
	fprintf(stderr, "vtrace-setup: nothing was done%s\n",
		answer[0] ? "" : "; --yes does it without asking");
	return false;
}

static void print_warning(void *data, const char *sentence)
{
	(void)data;
	print_line(stderr, "vtrace-setup: warning: %s", sentence);
}

static int carry_out(struct setup *setup)
{
	const struct setup_plan *plan = setup_plan(setup);
	char error[1024];
	int ret;

	do
		ret = setup_step(setup, error, sizeof(error));
	while (ret > 0);
	if (ret) {
		print_line(stderr, "vtrace-setup: %s", error);
		fprintf(stderr, "vtrace-setup: what was done before stays: once that is mended, "
				"the same again does the rest; --remove takes it back\n");
		return EXIT_FAILURE;
	}
	printf("done: %zu change%s\n", plan->count, plan->count == 1 ? "" : "s");
	return EXIT_SUCCESS;
}

static int run(const struct arguments *arguments)
{
	const struct setup_plan *plan;
	struct setup *setup;
	int status = EXIT_SUCCESS;
	char error[1024];

	if (setup_open(&setup, arguments->uri, arguments->domain, &arguments->setup, error,
		       sizeof(error))) {
		print_line(stderr, "vtrace-setup: %s", error);
		return EXIT_FAILURE;
	}
	plan = setup_plan(setup);
	if (arguments->print_xml) {
		print_xml(plan);
	} else if (!plan->count) {
		print_line(stdout, "%s %s; nothing to do", setup_name(setup),
			   arguments->setup.remove ? "has nothing that vtrace-setup added"
						   : "is prepared already");
		print_notes(plan);
	} else {
		print_plan(setup);
		status = arguments->yes || is_wanted() ? carry_out(setup) : EXIT_FAILURE;
	}
	if (status == EXIT_SUCCESS && !arguments->print_xml && !arguments->setup.remove &&
	    !arguments->setup.memory)
		setup_check(setup, print_warning, NULL);
	setup_free(setup);
	return status;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {0};
	int status;

	/* Which characters the terminal has. */
	setlocale(LC_CTYPE, "");
	status = parse_arguments(&arguments, argc, argv);
	if (status < 0)
		status = run(&arguments);
	if (fflush(stdout) && status == EXIT_SUCCESS) {
		fprintf(stderr, "vtrace-setup: cannot write to stdout\n");
		status = EXIT_FAILURE;
	}
	return status;
}
