/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's listings that libtraceevent parses: kallsyms and printk_formats. Its parsers take
 * every line for what the kernel would have written and read past those that are not, so the
 * lines that are not are taken out first. Called by formats; knows nothing of events.
 */
#ifndef VTRACE_ENGINE_LISTINGS_H
#define VTRACE_ENGINE_LISTINGS_H

#include <stddef.h>

/* Each makes a string of the good lines out of length bytes at text, to be freed by the caller;
 * NULL when there is no memory. *left_out is how many more there were than a limit of
 * formats/limits.h allows, or longer ones. */

/* Lines "ADDRESS TYPE NAME[<tab>[MODULE]]" (Linux, kernel/kallsyms.c, s_show). */
char *listing_kallsyms(const char *text, size_t length, size_t *left_out);
/* Lines "0xADDRESS : "FORMAT"" (Linux, kernel/trace/trace_printk.c, t_show). Formats of less than
 * two characters are taken out as well: libtraceevent looks before their start. */
char *listing_printk_formats(const char *text, size_t length, size_t *left_out);

#endif
