/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The terminal: curses on and off, key presses, size, styles, the signals that concern a screen,
 * and a catch for what libraries write to stderr. Called by console.c, draw.c and title lines;
 * it knows no view and no guest. Whatever ends the program, the terminal is given back clean.
 */
#ifndef VTRACE_CONSOLE_TERMINAL_H
#define VTRACE_CONSOLE_TERMINAL_H

#include <stdbool.h>
#include <wchar.h>
#include <stddef.h>

#include "tui/console/theme.h"

/* The smallest screen that the views are laid out for. */
#define TERMINAL_MIN_COLUMNS 60
#define TERMINAL_MIN_ROWS    10

struct terminal;
struct mouse_event;

/* What the terminal tells; all are called from the loop. */
struct terminal_events {
	void (*key)(void *data, int key);		/* see keymap.h for the values */
	void (*paste)(void *data, const wchar_t *text); /* what was pasted, to be typed */
	void (*mouse)(void *data, const struct mouse_event *event);
	void (*redraw)(void *data); /* the size changed, or the program was resumed */
	void (*leave)(void *data, const char *why);  /* SIGTERM, SIGHUP, SIGINT, terminal gone */
	void (*noise)(void *data, const char *line); /* a line that came to stderr */
};

/*
 * Take the terminal on stdin and stdout over; needs loop_init(). Blocks the signals that it
 * handles (they come through a descriptor), and puts a pipe in the place of stderr. 0 or -errno
 * with a sentence in error.
 */
int terminal_open(struct terminal **terminal, const struct terminal_events *events, void *data,
		  char *error, size_t error_size);
/* Give it back: screen, line settings, stderr, signals. Takes NULL. */
void terminal_close(struct terminal *terminal);
/* Have the mouse tell what it does, which at first it does not. */
void terminal_mouse(struct terminal *terminal, bool on);
/* Stop this process as ^Z does, with the terminal given back until it is resumed. */
void terminal_suspend(struct terminal *terminal);

void terminal_size(const struct terminal *terminal, int *rows, int *columns);
/* True when the locale's character set is not UTF-8: no line drawing, no sparklines. */
bool terminal_ascii(const struct terminal *terminal);

/* A frame: begin empties the picture, end sends what differs from the screen. The cursor shows
 * at row, column; row < 0 hides it. */
void terminal_begin(struct terminal *terminal);
void terminal_end(struct terminal *terminal, int row, int column);
/* Forget what is on the screen, so that the next frame paints all of it. */
void terminal_repaint(struct terminal *terminal);

/* Show styles as a theme says, which may be gone afterwards: as far as the terminal can, and
 * without colours where NO_COLOR is set. Until then they look as is built in. */
void terminal_theme(struct terminal *terminal, const struct theme *theme);
/* Curses attributes of a style, as draw.c needs them. */
unsigned long terminal_style(const struct terminal *terminal, enum style style);
/* Would a blank in that style not look like any other blank? */
bool terminal_style_marks_blanks(const struct terminal *terminal, enum style style);

#endif
