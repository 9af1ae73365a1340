// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/theme.h"

#define CUBE	    16 /* of 256 colours the first of 6 * 6 * 6, and of the 24 greys behind them */
#define GREYS	    (CUBE + 6 * 6 * 6)
#define CUBE_BRIGHT 3 /* of 0-5: a component that counts as there */

/* Numbers as in ECMA-48, 8.3.117: 30 to 37. */
enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE };

static const char *const colours[] = {
	[BLACK] = "black", [RED] = "red",	  [GREEN] = "green", [YELLOW] = "yellow",
	[BLUE] = "blue",   [MAGENTA] = "magenta", [CYAN] = "cyan",   [WHITE] = "white",
};

static const struct {
	const char *name;
	unsigned bit;
} attributes[] = {
	{"bold", LOOK_BOLD},
	{"dim", LOOK_DIM},
	{"reverse", LOOK_REVERSE},
	{"underline", LOOK_UNDERLINE},
};

#define COLOURS	   (sizeof(colours) / sizeof(colours[0]))
#define ATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))
#define OWN	   LOOK_DEFAULT

static const struct look built_in[STYLE_COUNT] = {
	[STYLE_NORMAL] = {OWN, OWN, 0, 0},
	[STYLE_TITLE] = {OWN, OWN, LOOK_REVERSE, LOOK_REVERSE},
	[STYLE_HEADER] = {CYAN, OWN, 0, LOOK_UNDERLINE},
	[STYLE_FOCUS] = {OWN, OWN, LOOK_REVERSE, LOOK_REVERSE},
	[STYLE_DIM] = {OWN, OWN, LOOK_DIM, LOOK_DIM},
	[STYLE_KEY] = {CYAN, OWN, LOOK_BOLD, LOOK_BOLD},
	[STYLE_FOOTER] = {OWN, OWN, 0, 0},
	[STYLE_GOOD] = {GREEN, OWN, LOOK_BOLD, LOOK_BOLD},
	[STYLE_WARNING] = {YELLOW, OWN, LOOK_BOLD, LOOK_BOLD},
	[STYLE_ERROR] = {RED, OWN, LOOK_BOLD, LOOK_REVERSE | LOOK_BOLD},
	[STYLE_LOST] = {YELLOW, OWN, LOOK_BOLD, LOOK_BOLD},
	[STYLE_TIME] = {GREEN, OWN, 0, 0},
	[STYLE_TASK] = {OWN, OWN, 0, 0},
	[STYLE_EVENT] = {CYAN, OWN, 0, 0},
	[STYLE_MATCH] = {YELLOW, OWN, LOOK_REVERSE | LOOK_BOLD,
			 LOOK_REVERSE | LOOK_BOLD | LOOK_UNDERLINE},
};

void theme_init(struct theme *theme)
{
	memcpy(theme->looks, built_in, sizeof(theme->looks));
}

/* ---- as text ---- */

static bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && !memcmp(text, word, length);
}

/* A colour's number, or -EINVAL. */
static int parse_colour(const char *text, size_t length, short *colour)
{
	int number = 0;

	*colour = LOOK_DEFAULT;
	if (is_word(text, length, "default"))
		return 0;
	for (size_t i = 0; i < COLOURS; i++)
		if (is_word(text, length, colours[i])) {
			*colour = (short)i;
			return 0;
		}
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9' || number >= LOOK_COLOURS)
			return -EINVAL;
		number = number * 10 + text[i] - '0';
	}
	if (number >= LOOK_COLOURS)
		return -EINVAL;
	*colour = (short)number;
	return 0;
}

static unsigned parse_attribute(const char *text, size_t length)
{
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if (is_word(text, length, attributes[i].name))
			return attributes[i].bit;
	return 0;
}

/* What has been seen of a look. */
struct parsing {
	struct look look;
	bool colour, background, on, any;
};

/* 0, or the reason against the word. */
static const char *take_word(struct parsing *parsing, const char *word, size_t length)
{
	unsigned bit = parse_attribute(word, length);
	short colour;

	parsing->any = true;
	if (!parsing->on && is_word(word, length, "on")) {
		parsing->on = true;
		return parsing->background ? "there is one 'on' already" : NULL;
	}
	if (!parsing->on && bit) {
		parsing->look.attributes |= bit;
		return NULL;
	}
	if (parse_colour(word, length, &colour))
		return parsing->on
			       ? "a colour belongs behind 'on': a name such as cyan, or 0 to 255"
			       : "this is no colour (cyan, 0-255, default) nor bold, dim, "
				 "reverse, underline";
	if (parsing->on ? parsing->background : parsing->colour)
		return "there is a colour already; 'on' and a colour is the background";
	if (parsing->on)
		parsing->look.background = colour;
	else
		parsing->look.colour = colour;
	parsing->background |= parsing->on;
	parsing->colour |= !parsing->on;
	parsing->on = false;
	return NULL;
}

int look_parse(struct look *look, enum style style, const char *text, char *why, size_t why_size,
	       size_t *at)
{
	struct parsing parsing = {.look = {.colour = LOOK_DEFAULT, .background = LOOK_DEFAULT}};
	const char *word = text + strspn(text, " \t"), *reason = NULL;

	for (size_t length; *word && !reason; word += length + strspn(word + length, " \t")) {
		length = strcspn(word, " \t");
		*at = (size_t)(word - text);
		reason = take_word(&parsing, word, length);
	}
	if (!reason && (parsing.on || !parsing.any)) {
		*at = strlen(text);
		reason = parsing.on ? "a colour belongs behind 'on'"
				    : "a colour or an attribute is needed, such as: cyan bold";
	}
	if (reason) {
		snprintf(why, why_size, "%s", reason);
		return -EINVAL;
	}
	*look = parsing.look;
	look->plain = look->attributes ? look->attributes : built_in[style].plain;
	return 0;
}

static size_t format_colour(short colour, char *text, size_t size)
{
	if (colour == LOOK_DEFAULT)
		return (size_t)snprintf(text, size, "default");
	if ((size_t)colour < COLOURS)
		return (size_t)snprintf(text, size, "%s", colours[colour]);
	return (size_t)snprintf(text, size, "%d", colour);
}

void look_format(const struct look *look, char *text)
{
	size_t length = 0;

	if (look->colour != LOOK_DEFAULT || (look->background == LOOK_DEFAULT && !look->attributes))
		length = format_colour(look->colour, text, LOOK_TEXT);
	if (look->background != LOOK_DEFAULT) {
		length += (size_t)snprintf(text + length, LOOK_TEXT - length, "%son ",
					   length ? " " : "");
		length += format_colour(look->background, text + length, LOOK_TEXT - length);
	}
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if (look->attributes & attributes[i].bit)
			length += (size_t)snprintf(text + length, LOOK_TEXT - length, "%s%s",
						   length ? " " : "", attributes[i].name);
}

const char *look_word(unsigned n)
{
	if (n < COLOURS)
		return colours[n];
	if (n < COLOURS + ATTRIBUTES)
		return attributes[n - COLOURS].name;
	return n == COLOURS + ATTRIBUTES ? "default" : n == COLOURS + ATTRIBUTES + 1 ? "on" : NULL;
}

/* ---- on terminals with fewer colours ---- */

/* One of 8, and whether it is the bright one, for one of the 256 above the first 16: those of
 * xterm, a cube of 6 steps for each of red, green and blue, and 24 greys. */
static short nearest_of_8(int colour, bool *bright)
{
	int cube = colour - CUBE, red = cube / 36, green = cube / 6 % 6, blue = cube % 6;
	int highest = red > green ? red : green;

	if (colour >= GREYS) {
		*bright = colour - GREYS >= 18;
		return colour - GREYS >= 9 ? WHITE : BLACK;
	}
	highest = blue > highest ? blue : highest;
	*bright = highest > 4;
	if (highest < CUBE_BRIGHT) /* dark: what it has most of counts */
		return (short)(highest ? (red == highest) * RED + (green == highest) * GREEN +
						 (blue == highest) * BLUE
				       : BLACK);
	return (short)((red >= CUBE_BRIGHT) * RED + (green >= CUBE_BRIGHT) * GREEN +
		       (blue >= CUBE_BRIGHT) * BLUE);
}

short look_colour(short colour, int available, bool *bold)
{
	bool bright = false;

	*bold = false;
	if (colour == LOOK_DEFAULT || colour < available)
		return colour;
	if (colour >= CUBE)
		colour = nearest_of_8(colour, &bright);
	else if (colour >= WHITE + 1) {
		colour -= WHITE + 1;
		bright = true;
	}
	if (bright && available > CUBE - 1)
		return (short)(colour + WHITE + 1);
	*bold = bright;
	return colour;
}
