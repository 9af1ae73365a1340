/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line of vtrace-top: one table makes the parser and --help. Called by main; console
 * and batch read the struct.
 */
#ifndef VTRACE_OPTIONS_H
#define VTRACE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "formats/control.h"
#include "tui/engine/protocol.h"

#define OPTIONS_MEMORY (256ull << 20) /* bytes of pages, where nobody says how many */

#define OPTIONS_ORDERS 32

/* Something to be set in the guest before tracing starts. */
struct options_order {
	enum control_verb verb;
	const char *args; /* as given; of a probe without "add" */
};

struct options {
	const char *uri;      /* -c; NULL: libvirt's default */
	const char *domain;   /* positional; NULL: picker, or the one prepared domain for --only */
	const char *replay;   /* -r */
	const char *dir;      /* --dir */
	const char *ram;      /* --ram or --post-mortem: a domain, or a file of a guest's memory */
	bool post_mortem;     /* --post-mortem: look once at what there is */
	const char *formats;  /* --formats: a bundle, for ram */
	const char *write;    /* -w */
	uint64_t write_limit; /* --write-limit, bytes of a recording; 0: any */
	unsigned dat_version; /* --dat-version: 6 or 7 */
	bool batch;	      /* -b, or stdout is no terminal */
	bool stats;	      /* --stats */
	bool keep_running;    /* --keep-running */
	bool raw_text;	      /* --raw-text */
	bool require_sandbox; /* --require-sandbox */
	uint32_t engine_uid;  /* --engine-user; 0: not given */
	uint32_t engine_gid;
	bool start;		     /* --start: begin tracing at once, as if t were pressed */
	uint64_t count;		     /* -n; 0: no limit */
	double duration;	     /* -d, seconds; 0: no limit */
	uint64_t memory;	     /* --memory, bytes; 0: not given */
	const char *config;	     /* --config; NULL: the user's own settings file */
	bool no_config;		     /* --no-config */
	bool mouse;		     /* --mouse */
	struct engine_filter filter; /* -e and -F; all "": no filter */
	struct options_order order[OPTIONS_ORDERS]; /* --tracer and others, in the order given */
	unsigned order_count;
	uint8_t cpus[ENGINE_CPUSET_BYTES]; /* -C; all bits set when not given */
};

/* What to do after parsing. */
enum options_result { OPTIONS_RUN, OPTIONS_EXIT_OK, OPTIONS_EXIT_USAGE };

/* Parse; prints --help and --version on out, complaints on err. */
enum options_result options_parse(struct options *options, int argc, char **argv, FILE *out,
				  FILE *err);

/* The option, without "--", that orders with a verb. */
const char *options_order_name(enum control_verb verb);

/* Parse "512M" into bytes. 0, or -EINVAL with a sentence in why. */
int memory_parse(const char *text, uint64_t *bytes, char *why, size_t why_size);

/* Parse "0-3,8" into a CPU set. 0, or -EINVAL with the offset of the fault in *at. */
int cpulist_parse(const char *list, uint8_t *cpus, size_t *at);
/* Write a CPU set in that form, cut to size. */
void cpulist_format(const uint8_t *cpus, char *text, size_t size);

#endif
