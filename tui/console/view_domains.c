// SPDX-License-Identifier: GPL-2.0-only
/* The picker: libvirt's domains, whether they can be traced, and why not. */
#include <stdlib.h>
#include <string.h>

#include "tui/console/list.h"
#include "tui/console/state.h"

struct domains_view {
	struct view view;
	struct list list;
	struct domain_list domains;
	bool listed; /* the last attempt to list worked */
};

/* Keep the cursor on the domain it is on, when the list changes around it. */
static void find_again(struct domains_view *picker, const struct domain_list *fresh)
{
	int cursor = picker->list.cursor;

	if (cursor >= (int)picker->domains.count)
		return;
	for (size_t i = 0; i < fresh->count; i++)
		if (!strcmp(fresh->info[i].uuid, picker->domains.info[cursor].uuid))
			picker->list.cursor = (int)i;
}

/* At first the cursor is on what one most likely wants: a running, prepared domain. */
static void find_prepared(struct domains_view *picker)
{
	for (size_t i = 0; i < picker->domains.count; i++) {
		if (picker->domains.info[i].running && picker->domains.info[i].prepared) {
			picker->list.cursor = (int)i;
			return;
		}
	}
}

void domains_refresh(struct view *view, struct console *console)
{
	struct domains_view *picker = (struct domains_view *)view;
	struct domain_list fresh = {0};
	char error[512];

	console_invalidate(console);
	picker->listed = false;
	if (attach_libvirt(console) < 0)
		return;
	if (domains_list(console->domains, &fresh, error, sizeof(error)) < 0) {
		journal_add(&console->journal, GUEST_ERROR, error);
		return;
	}
	bool first = !picker->domains.count;

	find_again(picker, &fresh);
	domain_list_release(&picker->domains);
	picker->domains = fresh;
	picker->listed = true;
	if (first)
		find_prepared(picker);
}

static void domains_enter(struct view *view, struct console *console, enum view_id from)
{
	if (from != VIEW_HELP)
		domains_refresh(view, console);
}

static void draw_domain(struct pen *pen, const struct domain_info *info, bool cursor, bool open)
{
	enum style style = cursor ? STYLE_FOCUS : STYLE_NORMAL;
	int left = pen->column, column;

	pen_text(pen, style, cursor ? "> " : "  ");
	pen_bytes(pen, style, info->name, strlen(info->name), 0, 23);
	pen_pad(pen, style, left + 26);
	pen_text(pen, style, info->state);
	pen_pad(pen, style, left + 38);
	pen_printf(pen, style, "%u", info->vcpus);
	pen_pad(pen, style, left + 45);
	column = pen->column;
	if (open)
		pen_text(pen, style, "open; ");
	if (info->prepared)
		pen_text(pen, cursor ? style : STYLE_GOOD, info->reason[0] ? "yes, but " : "yes");
	else
		pen_text(pen, style, "no: ");
	pen_text(pen, style, info->reason);
	if (pen->column == column)
		pen_text(pen, style, "-");
	pen_pad(pen, style, pen->end);
}

static bool is_open(const struct console *console, const struct domain_info *info)
{
	return console->from_domain && console->guest &&
	       !strcmp(guest_name(console->guest), info->name);
}

static void draw_empty(const struct domains_view *picker, const struct console *console,
		       struct pen pen)
{
	if (!console->domains)
		pen_text(&pen, STYLE_WARNING,
			 "not connected to libvirt; R tries again, v shows what was said");
	else if (picker->listed)
		pen_printf(&pen, STYLE_WARNING,
			   "no domains on %s; -c URI connects to another libvirt",
			   domains_uri(console->domains));
}

static void domains_draw(struct view *view, struct console *console, const struct area *area)
{
	struct domains_view *picker = (struct domains_view *)view;
	struct list *list = &picker->list;
	struct pen header = pen_at(console->terminal, area, 0);

	pen_text(&header, STYLE_HEADER, "  DOMAIN                  STATE       VCPUS  PREPARED");
	pen_pad(&header, STYLE_HEADER, header.end);
	list_fit(list, (int)picker->domains.count, area->rows - 1);
	if (!picker->domains.count)
		draw_empty(picker, console, pen_at(console->terminal, area, 1));
	for (int i = 0; i < list->rows && list->top + i < list->count; i++) {
		const struct domain_info *info = &picker->domains.info[list->top + i];
		struct pen pen = pen_at(console->terminal, area, i + 1);

		draw_domain(&pen, info, list->top + i == list->cursor, is_open(console, info));
	}
}

static void open_chosen(struct domains_view *picker, struct console *console)
{
	const struct domain_info *info;

	if (picker->list.cursor >= (int)picker->domains.count)
		return;
	info = &picker->domains.info[picker->list.cursor];
	if (is_open(console, info) && guest_state(console->guest) != GUEST_GONE)
		console_show(console, VIEW_EVENTS);
	else if (!info->running)
		journal_printf(&console->journal, GUEST_WARNING,
			       "%s is %s: start it first, as with: virsh start", info->name,
			       info->state);
	else if (!info->prepared)
		journal_printf(&console->journal, GUEST_WARNING, "%s can not be traced: %s",
			       info->name, info->reason);
	else
		attach_domain_after_stop(console, info->name);
}

static void domains_act(struct view *view, struct console *console, enum action action)
{
	struct domains_view *picker = (struct domains_view *)view;

	if (action == ACTION_OPEN)
		open_chosen(picker, console);
	else if (action == ACTION_RELIST)
		domains_refresh(view, console);
	else
		list_act(&picker->list, action);
}

/* The reason of the domain under the cursor, which may be too long for its line. */
static void domains_hint(const struct view *view, const struct console *console, char *text,
			 size_t size)
{
	const struct domains_view *picker = (const struct domains_view *)view;

	(void)console;
	text[0] = '\0';
	if (picker->list.cursor < (int)picker->domains.count)
		snprintf(text, size, "%s", picker->domains.info[picker->list.cursor].reason);
}

static void domains_status(const struct view *view, const struct console *console, char *text,
			   size_t size)
{
	(void)view;
	snprintf(text, size, "[domains] %s", console->domains ? domains_uri(console->domains) : "");
}

static void domains_free_view(struct view *view)
{
	struct domains_view *picker = (struct domains_view *)view;

	domain_list_release(&picker->domains);
	free(picker);
}

static const struct view_ops domains_ops = {
	.name = "domains",
	.enter = domains_enter,
	.draw = domains_draw,
	.act = domains_act,
	.status = domains_status,
	.hint = domains_hint,
	.free = domains_free_view,
};

struct view *view_domains_new(void)
{
	struct domains_view *picker = calloc(1, sizeof(*picker));

	if (!picker)
		return NULL;
	picker->view.ops = &domains_ops;
	picker->list.has_cursor = true;
	return &picker->view;
}
