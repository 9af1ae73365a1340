/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names for addresses: libtraceevent's symbol table with a small memory of what was asked last,
 * and the strings that printk_formats lists. Used by programs. One for each formats set.
 */
#ifndef VTRACE_ENGINE_SYMBOLS_H
#define VTRACE_ENGINE_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>
#include <traceevent/event-parse.h>

#define SYMBOLS_SLOTS 4096 /* functions remembered; a power of two */

struct symbol {
	uint64_t address; /* that was asked for */
	uint64_t start;	  /* of the function */
	const char *name; /* NULL: there is none */
	uint32_t length;
	uint32_t known; /* 0: the slot is free */
};

struct printk {
	uint64_t address;
	const char *text; /* as libtraceevent keeps it: no quotes, no newline at the end */
};

struct symbols {
	struct tep_handle *tep;
	struct symbol *slots; /* SYMBOLS_SLOTS */
	struct printk *printks;
	size_t printk_count;
	char *printk_text; /* what the texts are in */
};

/* 0 or -ENOMEM; release takes what init left. tep keeps its functions as long as this lives. */
int symbols_init(struct symbols *symbols, struct tep_handle *tep);
void symbols_release(struct symbols *symbols);
/* Take over text, malloc()ed: clean lines of printk_formats (see listings.h). 0 or -ENOMEM. */
int symbols_take_printks(struct symbols *symbols, char *text);

/* The function that address lies in; its name is NULL when there is none. Valid until the next. */
const struct symbol *symbols_find(struct symbols *symbols, uint64_t address);
/* The string at exactly this address, or NULL. */
const char *symbols_printk(const struct symbols *symbols, uint64_t address);

#endif
