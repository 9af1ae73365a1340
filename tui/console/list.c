// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/list.h"

static int clamp(int value, int highest)
{
	if (value > highest)
		value = highest;
	return value < 0 ? 0 : value;
}

void list_fit(struct list *list, int count, int rows)
{
	list->count = count;
	list->rows = rows > 0 ? rows : 1;
	list->cursor = clamp(list->cursor, count - 1);
	if (list->has_cursor) {
		if (list->cursor < list->top)
			list->top = list->cursor;
		if (list->cursor >= list->top + list->rows)
			list->top = list->cursor - list->rows + 1;
	}
	list->top = clamp(list->top, count - list->rows);
}

void list_act(struct list *list, enum action action)
{
	int *place = list->has_cursor ? &list->cursor : &list->top;

	switch (action) {
	case ACTION_UP:
		*place -= 1;
		break;
	case ACTION_DOWN:
		*place += 1;
		break;
	case ACTION_PAGE_UP:
		*place -= list->rows;
		break;
	case ACTION_PAGE_DOWN:
		*place += list->rows;
		break;
	case ACTION_HALF_UP:
		*place -= list->rows / 2;
		break;
	case ACTION_HALF_DOWN:
		*place += list->rows / 2;
		break;
	case ACTION_HOME:
		*place = 0;
		break;
	case ACTION_END:
		*place = list->count;
		break;
	default:
		return;
	}
	list_fit(list, list->count, list->rows);
}

bool list_at_end(const struct list *list)
{
	return list->top + list->rows >= list->count;
}
