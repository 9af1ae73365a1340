// SPDX-License-Identifier: GPL-2.0-only
/* How a prompt looks: its line, and the words that Tab lists above it. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/prompt.h"

#define TEXT_LEAST 20 /* columns that a label leaves to the text */
#define WORD_GAP   2  /* columns between words of the list */

/* From the first character that is drawn, such that the cursor is in the line. */
static size_t first_drawn(const struct edit *edit, int columns)
{
	size_t first = 0;

	while (first < edit->cursor &&
	       edit_columns(edit->text + first, edit->cursor - first) >= columns)
		first++;
	return first;
}

static void draw_text(const struct prompt *prompt, struct pen *pen, int *column)
{
	const struct edit *edit = &prompt->edit;
	size_t first = first_drawn(edit, pen->end - pen->column);
	enum style style = prompt->verdict.state == PROMPT_INVALID ? STYLE_ERROR : STYLE_NORMAL;
	char bytes[EDIT_BYTES];

	*column = pen->column + edit_columns(edit->text + first, edit->cursor - first);
	if (wcstombs(bytes, edit->text + first, sizeof(bytes)) != (size_t)-1)
		pen_text(pen, style, bytes);
}

void prompt_draw(const struct prompt *prompt, struct pen pen, int *column)
{
	int room = pen.end - pen.column;

	if (!prompt->answers && room > 2 * TEXT_LEAST)
		room -= TEXT_LEAST;
	pen_bytes(&pen, STYLE_KEY, prompt->label, strlen(prompt->label), 0, room);
	*column = pen.column < pen.end ? pen.column : pen.end - 1;
	if (prompt->answers)
		return;
	/* ":" and "/" stand right before the text, as in less and vi. */
	if (strlen(prompt->label) > 1)
		pen_text(&pen, STYLE_NORMAL, " ");
	draw_text(prompt, &pen, column);
}

/* ---- the list ---- */

struct grid {
	int width;   /* columns of a word and the gap behind it */
	int columns; /* words in a line */
	int lines;
	int first; /* line of the list that is the first on the screen */
};

static struct grid lay_out(const struct prompt *prompt, const struct terminal *terminal,
			   int columns, int lines)
{
	const struct completion *words = &prompt->completion;
	int count = (int)words->count, longest = 1, all;
	struct grid grid = {0};

	for (int i = 0; i < count; i++) {
		int width = text_columns(terminal, completion_word(words, (unsigned)i));

		longest = width > longest ? width : longest;
	}
	grid.width = longest + WORD_GAP;
	grid.columns = columns / grid.width ? columns / grid.width : 1;
	all = (count + grid.columns - 1) / grid.columns;
	grid.lines = all < lines ? all : lines;
	/* Keep the chosen word in sight. */
	if (prompt->chosen >= 0 && prompt->chosen / grid.columns >= grid.lines)
		grid.first = prompt->chosen / grid.columns - grid.lines + 1;
	return grid;
}

int prompt_list_lines(const struct prompt *prompt, const struct terminal *terminal, int columns,
		      int most)
{
	if (!prompt->active || !prompt->listing || most <= 0)
		return 0;
	return lay_out(prompt, terminal, columns, most).lines;
}

void prompt_draw_list(const struct prompt *prompt, const struct terminal *terminal,
		      const struct area *area)
{
	const struct completion *words = &prompt->completion;
	struct grid grid = lay_out(prompt, terminal, area->columns, area->rows);
	int shown = (grid.first + grid.lines) * grid.columns;
	int left = (int)words->count - shown;

	for (int line = 0; line < grid.lines; line++) {
		struct pen pen = pen_at(terminal, area, line);
		int word = (grid.first + line) * grid.columns;
		bool last = line == grid.lines - 1 && left > 0;

		for (int i = 0; i < grid.columns && word < (int)words->count; i++, word++) {
			enum style style = word == prompt->chosen ? STYLE_FOCUS : STYLE_KEY;
			int end = area->left + (i + 1) * grid.width;

			if (last && i && i == grid.columns - 1 && word != prompt->chosen) {
				pen_printf(&pen, STYLE_DIM, "%s%d more", words->more ? "over " : "",
					   left + 1);
				break;
			}
			pen_text(&pen, style, completion_word(words, (unsigned)word));
			pen_pad(&pen, STYLE_NORMAL, end);
		}
		pen_pad(&pen, STYLE_NORMAL, pen.end);
	}
}
