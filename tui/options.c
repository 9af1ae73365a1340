// SPDX-License-Identifier: GPL-2.0-only
#include "tui/options.h"

#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/control.h"
#include "formats/names.h"

#define MEMORY_MIN    (1ull << 20)
#define COMPLAINT_MAX 256

/* Keys of options that have no letter; above every char. */
enum {
	KEY_DIR = 256,
	KEY_RAM,
	KEY_POST_MORTEM,
	KEY_FORMATS,
	KEY_MEMORY,
	KEY_STATS,
	KEY_START,
	KEY_KEEP_RUNNING,
	KEY_REQUIRE_SANDBOX,
	KEY_ENGINE_USER,
	KEY_RAW_TEXT,
	KEY_DAT_VERSION,
	KEY_WRITE_LIMIT,
	KEY_CONFIG,
	KEY_NO_CONFIG,
	KEY_WITH_MOUSE,
	KEY_GUEST_FILTER,
	KEY_TRACER,
	KEY_KPROBE,
	KEY_CLOCK,
	KEY_BUFFER_KB,
	KEY_PID,
};

/* 0, or -EINVAL with a sentence in complaint that follows "vtrace-top: ". */
typedef int option_fn(struct options *options, const char *value, char *complaint);

struct option_entry {
	int key;
	const char *name;
	const char *argument; /* NULL: takes none */
	const char *help;
	option_fn *apply; /* NULL: ends the parsing (--help, --version) */
};

static int refuse(char *complaint, const char *option, const char *value, const char *want)
{
	snprintf(complaint, COMPLAINT_MAX, "%s '%s': %s", option, value, want);
	return -EINVAL;
}

static bool is_trace_dat(const char *path)
{
	size_t length = strlen(path);

	return length >= 4 && !strcmp(path + length - 4, ".dat");
}

static int set_uri(struct options *options, const char *value, char *complaint)
{
	(void)complaint;
	options->uri = value;
	return 0;
}

static int set_replay(struct options *options, const char *value, char *complaint)
{
	(void)complaint;
	options->replay = value;
	return 0;
}

static int set_write(struct options *options, const char *value, char *complaint)
{
	(void)complaint;
	options->write = value;
	return 0;
}

static int set_dat_version(struct options *options, const char *value, char *complaint)
{
	if (strcmp(value, "6") && strcmp(value, "7"))
		return refuse(complaint, "--dat-version", value, "wants 6 or 7");
	options->dat_version = (unsigned)(*value - '0');
	return 0;
}

static int set_dir(struct options *options, const char *value, char *complaint)
{
	(void)complaint;
	options->dir = value;
	return 0;
}

static int set_ram(struct options *options, const char *value, char *complaint)
{
	if (options->ram) {
		snprintf(complaint, COMPLAINT_MAX,
			 "--ram and --post-mortem name one guest's memory: give one of them, once");
		return -EINVAL;
	}
	options->ram = value;
	return 0;
}

static int set_post_mortem(struct options *options, const char *value, char *complaint)
{
	options->post_mortem = true;
	return set_ram(options, value, complaint);
}

static int set_formats(struct options *options, const char *value, char *complaint)
{
	(void)complaint;
	options->formats = value;
	return 0;
}

static int set_batch(struct options *options, const char *value, char *complaint)
{
	(void)value;
	(void)complaint;
	options->batch = true;
	return 0;
}

static int set_stats(struct options *options, const char *value, char *complaint)
{
	(void)value;
	(void)complaint;
	options->stats = true;
	return 0;
}

static int set_start(struct options *options, const char *value, char *complaint)
{
	(void)value;
	(void)complaint;
	options->start = true;
	return 0;
}

static int set_keep_running(struct options *options, const char *value, char *complaint)
{
	(void)value;
	(void)complaint;
	options->keep_running = true;
	return 0;
}

static int set_raw_text(struct options *options, const char *value, char *complaint)
{
	(void)value;
	(void)complaint;
	options->raw_text = true;
	return 0;
}

static int set_require_sandbox(struct options *options, const char *value, char *complaint)
{
	(void)value;
	(void)complaint;
	options->require_sandbox = true;
	return 0;
}

static int set_engine_user(struct options *options, const char *value, char *complaint)
{
	const struct passwd *account = getpwnam(value);

	if (!account)
		return refuse(complaint, "--engine-user", value, "there is no such account");
	if (!account->pw_uid)
		return refuse(complaint, "--engine-user", value,
			      "is root, whose rights engines are to give up");
	if (geteuid())
		return refuse(complaint, "--engine-user", value,
			      "only root's engines change accounts, others run as who starts them");
	options->engine_uid = account->pw_uid;
	options->engine_gid = account->pw_gid;
	return 0;
}

static int set_cpus(struct options *options, const char *value, char *complaint)
{
	size_t at;

	if (!cpulist_parse(value, options->cpus, &at))
		return 0;
	snprintf(complaint, COMPLAINT_MAX,
		 "-C '%s': no list of CPUs from position %zu on; CPUs are 0 to %d, as in 0-3,8",
		 value, at + 1, VTRACE_MAX_CPUS - 1);
	return -EINVAL;
}

/* Each time it is given, -F adds a filter and -e adds to the list. */
static int append_list(char *list, size_t size, const char *option, const char *value,
		       char *complaint)
{
	size_t length = strlen(list);
	int added = snprintf(list + length, size - length, "%s%s", length ? "," : "", value);

	if (added < 0 || (size_t)added >= size - length) {
		snprintf(complaint, COMPLAINT_MAX, "%s is longer than the %zu bytes there are",
			 option, size - 1);
		return -EINVAL;
	}
	return 0;
}

static int set_events(struct options *options, const char *value, char *complaint)
{
	return append_list(options->filter.events, sizeof(options->filter.events), "-e", value,
			   complaint);
}

static int set_filter(struct options *options, const char *value, char *complaint)
{
	return append_list(options->filter.expression, sizeof(options->filter.expression), "-F",
			   value, complaint);
}

static int set_count(struct options *options, const char *value, char *complaint)
{
	if (control_number(value, &options->count) || !options->count)
		return refuse(complaint, "-n", value, "wants a number of events, 1 or more");
	return 0;
}

static int set_duration(struct options *options, const char *value, char *complaint)
{
	char *end;

	/* strtod alone would take hexadecimal, signs, "inf" and "nan" as well. */
	if (*value && !value[strspn(value, "0123456789.")]) {
		options->duration = strtod(value, &end);
		if (end != value && !*end && options->duration > 0 && options->duration < 1e9)
			return 0;
	}
	return refuse(complaint, "-d", value, "wants seconds above 0, as in 5 or 0.5");
}

/* "64M". 0, or -EINVAL with nothing changed. */
static int parse_size(const char *value, uint64_t least, uint64_t *bytes)
{
	static const char suffixes[] = "KMG";
	size_t length = strlen(value);
	unsigned shift = 0;
	uint64_t number;
	char digits[32];

	if (length && strchr(suffixes, value[length - 1])) {
		length--;
		shift = 10 * (unsigned)(strchr(suffixes, value[length]) - suffixes + 1);
	}
	if (length >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, value, length);
	digits[length] = '\0';
	if (control_number(digits, &number) || number > UINT64_MAX >> shift ||
	    number << shift < least)
		return -EINVAL;
	*bytes = number << shift;
	return 0;
}

int memory_parse(const char *text, uint64_t *bytes, char *why, size_t why_size)
{
	int ret = parse_size(text, MEMORY_MIN, bytes);

	if (ret)
		snprintf(why, why_size,
			 "wants bytes, or a number with K, M or G behind it; 1M or more");
	return ret;
}

static int set_memory(struct options *options, const char *value, char *complaint)
{
	char want[128];

	if (!memory_parse(value, &options->memory, want, sizeof(want)))
		return 0;
	return refuse(complaint, "--memory", value, want);
}

const char *options_order_name(enum control_verb verb)
{
	return verb == CONTROL_FILTER ? "guest-filter" : control_verb_name(verb);
}

static int add_order(struct options *options, enum control_verb verb, const char *value,
		     char *complaint)
{
	if (options->order_count == OPTIONS_ORDERS) {
		snprintf(complaint, COMPLAINT_MAX, "--%s: at most %d such options can be given",
			 options_order_name(verb), OPTIONS_ORDERS);
		return -EINVAL;
	}
	options->order[options->order_count++] = (struct options_order){verb, value};
	return 0;
}

static int set_guest_filter(struct options *options, const char *value, char *complaint)
{
	size_t event = strcspn(value, " ");

	if (!memchr(value, ':', event) || !value[event + strspn(value + event, " ")])
		return refuse(
			complaint, "--guest-filter", value,
			"wants an event and its filter, as in 'sched:sched_switch prev_prio < "
			"100'");
	return add_order(options, CONTROL_FILTER, value, complaint);
}

static int set_tracer(struct options *options, const char *value, char *complaint)
{
	return add_order(options, CONTROL_TRACER, value, complaint);
}

static int set_kprobe(struct options *options, const char *value, char *complaint)
{
	return add_order(options, CONTROL_KPROBE, value, complaint);
}

static int set_clock(struct options *options, const char *value, char *complaint)
{
	return add_order(options, CONTROL_CLOCK, value, complaint);
}

static int set_buffer_kb(struct options *options, const char *value, char *complaint)
{
	if (!control_is_count(value, CONTROL_BUFFER_KB_MAX))
		return refuse(complaint, "--buffer-kb", value, "wants a number of KiB, 1 or more");
	return add_order(options, CONTROL_BUFFER_KB, value, complaint);
}

static int set_pid(struct options *options, const char *value, char *complaint)
{
	if (value[strspn(value, "0123456789,")])
		return refuse(complaint, "--pid", value, "wants numbers of tasks, as in 1,4711");
	return add_order(options, CONTROL_PID, value, complaint);
}

static int set_config(struct options *options, const char *value, char *complaint)
{
	(void)complaint;
	options->config = value;
	return 0;
}

static int set_no_config(struct options *options, const char *value, char *complaint)
{
	(void)value;
	(void)complaint;
	options->no_config = true;
	return 0;
}

static int set_mouse(struct options *options, const char *value, char *complaint)
{
	(void)value;
	(void)complaint;
	options->mouse = true;
	return 0;
}

static int set_write_limit(struct options *options, const char *value, char *complaint)
{
	if (!parse_size(value, 1, &options->write_limit))
		return 0;
	return refuse(complaint, "--write-limit", value,
		      "wants bytes, or a number with K, M or G behind it");
}

/* In the order of --help. */
static const struct option_entry entries[] = {
	{'c', "connect", "URI", "libvirt to connect to (default: its own choice)", set_uri},
	{'r', "read", "PATH", "show a capture, or a trace.dat, instead of a guest", set_replay},
	{'b', "batch", NULL, "print events as lines on stdout, without a screen", set_batch},
	{KEY_DIR, "dir", "PATH", "no libvirt: QEMU's FIFOs in PATH, share/ in it", set_dir},
	{KEY_RAM, "ram", "GUEST", "its ring in memory shared with the host, live", set_ram},
	{KEY_POST_MORTEM, "post-mortem", "GUEST", "the same of one that is dead, once",
	 set_post_mortem},
	{KEY_FORMATS, "formats", "FILE", "event formats for --ram and --post-mortem", set_formats},
	{'C', "cpus", "LIST", "only these CPUs of the guest, as in 0-3,8", set_cpus},
	{'e', "events", "LIST", "enable and show only these, as in sched,timer:hr*", set_events},
	{'F', "filter", "EXPR", "show only events for which EXPR is true", set_filter},
	{KEY_GUEST_FILTER, "guest-filter", "FILTER", "'SYSTEM:EVENT EXPR': by the guest's kernel",
	 set_guest_filter},
	{KEY_TRACER, "tracer", "NAME", "set the guest's tracer, as in function_graph", set_tracer},
	{KEY_KPROBE, "kprobe", "PROBE", "add a probe to the guest, as in p:NAME FUNCTION",
	 set_kprobe},
	{KEY_CLOCK, "clock", "NAME", "set the guest's trace clock, as in mono", set_clock},
	{KEY_BUFFER_KB, "buffer-kb", "N", "KiB of the ring buffer of each of its CPUs",
	 set_buffer_kb},
	{KEY_PID, "pid", "LIST", "have the guest record only these of its tasks", set_pid},
	{'w', "write", "PATH", "save raw pages from the start; PATH.dat: a trace.dat", set_write},
	{KEY_WRITE_LIMIT, "write-limit", "SIZE", "end a recording that has SIZE of pages",
	 set_write_limit},
	{KEY_DAT_VERSION, "dat-version", "6|7", "of a trace.dat that is written (default 7)",
	 set_dat_version},
	{'n', "count", "N", "batch: end after N events", set_count},
	{'d', "duration", "SEC", "batch: end after SEC seconds", set_duration},
	{KEY_MEMORY, "memory", "SIZE", "hold at most SIZE of pages (default 256M)", set_memory},
	{KEY_STATS, "stats", NULL, "batch: print a summary at the end, on stderr", set_stats},
	{KEY_RAW_TEXT, "raw-text", NULL, "batch: escape nothing in the guest's texts",
	 set_raw_text},
	{KEY_START, "start", NULL, "start tracing at once, as the key t does", set_start},
	{KEY_KEEP_RUNNING, "keep-running", NULL, "leave tracing on in the guest at exit",
	 set_keep_running},
	{KEY_REQUIRE_SANDBOX, "require-sandbox", NULL,
	 "read no guest where a layer of the sandbox is missing", set_require_sandbox},
	{KEY_ENGINE_USER, "engine-user", "USER", "root's engines run as USER (vtrace, or nobody)",
	 set_engine_user},
	{KEY_CONFIG, "config", "FILE", "settings, in the place of the user's own", set_config},
	{KEY_NO_CONFIG, "no-config", NULL, "no settings file is read", set_no_config},
	{KEY_WITH_MOUSE, "mouse", NULL, "wheel and clicks; the terminal selects no text then",
	 set_mouse},
	{'h', "help", NULL, "print this help", NULL},
	{'V', "version", NULL, "print the version", NULL},
};

#define ENTRIES (sizeof(entries) / sizeof(entries[0]))

static const struct option_entry *find_entry(int key)
{
	for (size_t i = 0; i < ENTRIES; i++)
		if (entries[i].key == key)
			return &entries[i];
	return NULL;
}

static void print_help(FILE *out)
{
	fprintf(out,
		"Usage: vtrace-top [-c URI] [DOMAIN]        a guest live; without DOMAIN, choose\n"
		"       vtrace-top --dir PATH               a guest of a QEMU without libvirt\n"
		"       vtrace-top -r PATH                  a capture, or a trace.dat\n"
		"       vtrace-top --ram GUEST              by its memory: DOMAIN, or a file\n"
		"       vtrace-top -b [-r PATH | DOMAIN]    events as lines on stdout\n"
		"\n"
		"Shows what the kernel inside a KVM/QEMU guest is doing.\n"
		"\n");
	for (size_t i = 0; i < ENTRIES; i++) {
		char left[40];

		snprintf(left, sizeof(left), "%s%s%s", entries[i].name,
			 entries[i].argument ? " " : "",
			 entries[i].argument ? entries[i].argument : "");
		if (entries[i].key < KEY_DIR)
			fprintf(out, "  -%c, --%-18s %s\n", entries[i].key, left, entries[i].help);
		else
			fprintf(out, "      --%-18s %s\n", left, entries[i].help);
	}
	fprintf(out, "\nExit status: 0 done, 1 failed (a message is on stderr), 2 wrong usage.\n");
}

static void complain(FILE *err, const char *complaint)
{
	fprintf(err, "vtrace-top: %s\n", complaint);
}

/* What getopt_long refused, in our words. argv[optind - 1] is the argument it was in. */
static void complain_unparsed(FILE *err, int result, char **argv)
{
	const struct option_entry *entry = find_entry(optopt);
	char complaint[COMPLAINT_MAX];

	if (result == ':')
		snprintf(complaint, sizeof(complaint), "--%s wants an argument: %s", entry->name,
			 entry->argument);
	else if (entry)
		snprintf(complaint, sizeof(complaint), "--%s takes no argument", entry->name);
	else if (optopt)
		snprintf(complaint, sizeof(complaint),
			 "unknown option '-%c'; 'vtrace-top --help' lists them", optopt);
	else
		snprintf(complaint, sizeof(complaint),
			 "unknown or ambiguous option '%s'; 'vtrace-top --help' lists them",
			 argv[optind - 1]);
	complain(err, complaint);
}

/* Things that cannot be had together, or not without one another. 0 or -EINVAL. */
static int check_conflicts(const struct options *options, FILE *err)
{
	const struct {
		bool wrong;
		const char *complaint;
	} checks[] = {
		{options->replay && options->domain,
		 "-r shows a capture and DOMAIN a guest: give one of them"},
		{options->replay && options->dir,
		 "-r shows a capture and --dir a guest: give one of them"},
		{options->dir && options->domain, "--dir names a guest without libvirt and DOMAIN "
						  "one of libvirt's: give one of them"},
		{options->ram && (options->replay || options->dir || options->domain),
		 "--ram and --post-mortem name a guest by themselves: without DOMAIN, --dir and "
		 "-r"},
		{options->formats && !options->ram, "--formats is for --ram and --post-mortem; "
						    "others get them from the guest's agent"},
		{options->ram && (options->start || options->keep_running || options->order_count),
		 "the memory of a guest is only read: without --start, --keep-running, "
		 "--guest-filter, --tracer, --kprobe, --clock, --buffer-kb and --pid"},
		{options->post_mortem && options->duration > 0,
		 "-d ends what goes on, and --post-mortem looks once: give one of them"},
		{options->uri && options->replay,
		 "-c has no meaning with -r, which needs no libvirt"},
		{options->uri && options->dir,
		 "-c has no meaning with --dir, which needs no libvirt"},
		{options->write && options->replay && !is_trace_dat(options->write),
		 "-w saves what a guest sends; with -r there is no guest, and only a trace.dat can "
		 "be made of a capture: -w FILE.dat"},
		{options->write && options->replay && !options->batch,
		 "-r with -w makes a trace.dat of a capture, which needs -b"},
		{options->write && options->replay && options->count,
		 "-n ends before all of a capture is read, and -w writes all of it: give one of "
		 "them"},
		{options->write_limit && options->replay,
		 "--write-limit ends a recording of a guest; with -r there is no guest"},
		{options->start && options->replay,
		 "--start starts tracing in a guest; with -r there is no guest"},
		{options->order_count && options->replay,
		 "--guest-filter, --tracer, --kprobe, --clock, --buffer-kb and --pid are about a "
		 "guest; with -r there is none"},
		{options->keep_running && options->replay,
		 "--keep-running is about a guest; with -r there is no guest"},
		{options->duration > 0 && options->replay,
		 "-d stops tracing in a guest; with -r there is no guest"},
		{options->config && options->no_config,
		 "--config names a file and --no-config wants none: give one of them"},
		{options->count && !options->batch, "-n needs -b"},
		{options->duration > 0 && !options->batch, "-d needs -b"},
		{options->mouse && options->batch, "--mouse needs a screen, and -b has none"},
		{options->stats && !options->batch, "--stats needs -b"},
		{options->raw_text && !options->batch,
		 "--raw-text needs -b: a screen shows no text as it came"},
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (checks[i].wrong) {
			complain(err, checks[i].complaint);
			return -EINVAL;
		}
	}
	return 0;
}

/* The words after the options: one DOMAIN or none. 0 or -EINVAL. */
static int take_domain(struct options *options, int argc, char **argv, FILE *err)
{
	if (optind + 1 < argc) {
		fprintf(err, "vtrace-top: one DOMAIN at most, '%s' is too much\n",
			argv[optind + 1]);
		return -EINVAL;
	}
	if (optind == argc)
		return 0;
	if (!*argv[optind]) {
		complain(err, "the name of DOMAIN is empty");
		return -EINVAL;
	}
	options->domain = argv[optind];
	return 0;
}

static enum options_result parse_options(struct options *options, int argc, char **argv, FILE *out,
					 FILE *err)
{
	struct option longs[ENTRIES + 1] = {0};
	char shorts[2 * ENTRIES + 2] = ":";
	char complaint[COMPLAINT_MAX];
	size_t n = 1;
	int key;

	for (size_t i = 0; i < ENTRIES; i++) {
		longs[i].name = entries[i].name;
		longs[i].has_arg = entries[i].argument ? required_argument : no_argument;
		longs[i].val = entries[i].key;
		if (entries[i].key >= KEY_DIR)
			continue;
		shorts[n++] = (char)entries[i].key;
		if (entries[i].argument)
			shorts[n++] = ':';
	}

	optind = 0; /* glibc: forget an earlier parse */
	opterr = 0;
	while ((key = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct option_entry *entry = find_entry(key);

		if (key == '?' || key == ':') {
			complain_unparsed(err, key, argv);
			return OPTIONS_EXIT_USAGE;
		}
		if (key == 'h') {
			print_help(out);
			return OPTIONS_EXIT_OK;
		}
		if (key == 'V') {
			fprintf(out, "vtrace-top %s\n", VTRACE_VERSION);
			return OPTIONS_EXIT_OK;
		}
		if (entry->argument && !*optarg) {
			fprintf(err, "vtrace-top: the argument of --%s is empty\n", entry->name);
			return OPTIONS_EXIT_USAGE;
		}
		if (entry->apply(options, optarg, complaint)) {
			complain(err, complaint);
			return OPTIONS_EXIT_USAGE;
		}
	}
	return OPTIONS_RUN;
}

enum options_result options_parse(struct options *options, int argc, char **argv, FILE *out,
				  FILE *err)
{
	enum options_result result;

	memset(options, 0, sizeof(*options));
	memset(options->cpus, 0xff, sizeof(options->cpus));

	result = parse_options(options, argc, argv, out, err);
	if (result != OPTIONS_RUN)
		return result;
	if (take_domain(options, argc, argv, err))
		return OPTIONS_EXIT_USAGE;
	if (!options->batch && !isatty(fileno(out))) {
		options->batch = true;
		complain(err, "stdout is no terminal, so this prints lines; -b says so without "
			      "this hint");
	}
	return check_conflicts(options, err) ? OPTIONS_EXIT_USAGE : OPTIONS_RUN;
}
