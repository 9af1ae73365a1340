// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/mouse.h"

#include <curses.h>
#include <string.h>
#include <unistd.h>

#include "tui/console/keymap.h"

#define NUMBER_MAX  32767	 /* of a line or a column; more is no screen */
#define MODIFIERS   (4 | 8 | 16) /* Shift, Meta, Ctrl in the first number */
#define BUTTON_LEFT 0
#define WHEEL_UP    64
#define WHEEL_DOWN  65

_Static_assert(MOUSE_BEGIN > KEY_MAX, "a code of its own");

void mouse_init(void)
{
	define_key("\033[<", MOUSE_BEGIN);
}

void mouse_reports(bool on)
{
	const char *text = on ? "\033[?1000h\033[?1006h" : "\033[?1006l\033[?1000l";

	/* Of a terminal that is gone there is nothing to be put right. */
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		return;
}

static enum mouse_kind kind_of(unsigned button, bool pressed)
{
	button &= ~(unsigned)MODIFIERS;
	if (!pressed)
		return MOUSE_OTHER;
	if (button == WHEEL_UP)
		return MOUSE_WHEEL_UP;
	if (button == WHEEL_DOWN)
		return MOUSE_WHEEL_DOWN;
	return button == BUTTON_LEFT ? MOUSE_CLICK : MOUSE_OTHER;
}

/* "BUTTON;COLUMN;LINE", then M when it went down and m when it went up. */
static void end(struct mouse *mouse, bool pressed)
{
	mouse->open = false;
	if (mouse->count != 2 || !mouse->numbers[1] || !mouse->numbers[2])
		return;
	mouse->event.kind = kind_of(mouse->numbers[0], pressed);
	mouse->event.column = (int)mouse->numbers[1] - 1;
	mouse->event.line = (int)mouse->numbers[2] - 1;
	mouse->done = true;
}

bool mouse_takes(struct mouse *mouse, int key, uint64_t now)
{
	if (mouse->open && now - mouse->when > MOUSE_PATIENCE_MS)
		mouse->open = false;
	mouse->when = now;
	if (key == KEY_FUNCTION(MOUSE_BEGIN)) {
		*mouse = (struct mouse){.open = true, .when = now};
		return true;
	}
	if (!mouse->open)
		return false;
	if (key >= '0' && key <= '9' && mouse->numbers[mouse->count] <= NUMBER_MAX) {
		mouse->numbers[mouse->count] =
			mouse->numbers[mouse->count] * 10 + (unsigned)(key - '0');
	} else if (key == ';' && mouse->count < 2) {
		mouse->count++;
	} else if (key == 'M' || key == 'm') {
		end(mouse, key == 'M');
	} else {
		mouse->open = false; /* it was no report */
		return false;
	}
	return true;
}
