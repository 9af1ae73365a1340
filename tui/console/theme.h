/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How each kind of text looks: a colour and attributes for every style, as built in or as the
 * settings say. Called by settings.c, which reads and writes looks as text, and by terminal.c,
 * which makes them into what the terminal at hand can show. It knows no terminal itself.
 */
#ifndef VTRACE_CONSOLE_THEME_H
#define VTRACE_CONSOLE_THEME_H

#include <stdbool.h>
#include <stddef.h>

/* What a piece of text is for. */
enum style {
	STYLE_NORMAL,
	STYLE_TITLE,
	STYLE_HEADER, /* column titles, headers of panes */
	STYLE_FOCUS,  /* the pane or the line that keys act on */
	STYLE_DIM,
	STYLE_KEY,    /* a key in the footer and in the help */
	STYLE_FOOTER, /* what the key does, in the footer */
	STYLE_GOOD,
	STYLE_WARNING,
	STYLE_ERROR,
	STYLE_LOST, /* events that were lost */
	STYLE_TIME,
	STYLE_TASK,
	STYLE_EVENT,
	STYLE_MATCH, /* what was searched for */
	STYLE_COUNT
};

#define LOOK_BOLD      1u
#define LOOK_DIM       2u
#define LOOK_REVERSE   4u
#define LOOK_UNDERLINE 8u

#define LOOK_COLOURS                                                                              \
	256		  /* of them 0-7 as in ECMA-48, 8-15 their bright ones, as xterm has them \
			   */
#define LOOK_DEFAULT (-1) /* the terminal's own colour */
#define LOOK_TEXT    64	  /* bytes of a look as text, at most, with the end */

struct look {
	short colour, background; /* LOOK_DEFAULT, or below LOOK_COLOURS */
	unsigned attributes;	  /* LOOK_BOLD, ... */
	unsigned plain;		  /* those in their place where there are no colours */
};

struct theme {
	struct look looks[STYLE_COUNT];
};

/* What is built in. */
void theme_init(struct theme *theme);

/*
 * "cyan bold", "black on 214", "default": words of a colour, of one behind "on", and of
 * attributes, in any order. Without colours a look has the attributes that it names, else those
 * built in for its style. 0, or -EINVAL with a sentence in why; *at is then the byte at fault.
 */
int look_parse(struct look *look, enum style style, const char *text, char *why, size_t why_size,
	       size_t *at);
/* Write it so that look_parse() makes the same of it; text has LOOK_TEXT. */
void look_format(const struct look *look, char *text);
/* Words that may stand in such a text, in the order of a list to choose from; NULL after the
 * last. */
const char *look_word(unsigned n);

/* The colour of a terminal with so many (8, 16, 88, 256) that comes closest; *bold: one of 8 is
 * the bright one only with that attribute. */
short look_colour(short colour, int colours, bool *bold);

#endif
