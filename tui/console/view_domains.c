// SPDX-License-Identifier: GPL-2.0-only
/* The picker: libvirt's domains, whether they can be traced, and why not. */
#include <stdlib.h>
#include <string.h>

#include "tui/console/list.h"
#include "tui/console/numbers.h"
#include "tui/console/setting_up.h"
#include "tui/console/state.h"

struct domains_view {
	struct view view;
	struct list list;
	struct domain_list domains;
	bool listed;		       /* the last attempt to list worked */
	unsigned order;		       /* of orders[] */
	struct setting_up *setting_up; /* NULL: nothing was set up yet */
};

/* ---- the order ---- */

static int by_name(const void *a, const void *b)
{
	const struct domain_info *left = a, *right = b;

	return strcmp(left->name, right->name);
}

/* What is tried first comes first: running and prepared. */
static int readiness(const struct domain_info *info)
{
	return 2 * info->prepared + info->running;
}

static int by_readiness(const void *a, const void *b)
{
	int difference = readiness(b) - readiness(a);

	return difference ? difference : by_name(a, b);
}

static int by_state(const void *a, const void *b)
{
	const struct domain_info *left = a, *right = b;
	int difference = !strcmp(right->state, "running") - !strcmp(left->state, "running");

	if (!difference)
		difference = strcmp(left->state, right->state);
	return difference ? difference : by_name(a, b);
}

static int by_vcpus(const void *a, const void *b)
{
	const struct domain_info *left = a, *right = b;
	int difference = (int)right->vcpus - (int)left->vcpus;

	return difference ? difference : by_name(a, b);
}

static const struct {
	const char *name;
	int (*compare)(const void *, const void *);
	unsigned column; /* whose title shows it */
} orders[] = {
	{"by name", by_name, 0},
	{"prepared ones first", by_readiness, 7},
	{"by state", by_state, 1},
	{"by vCPUs", by_vcpus, 2},
};

static void sort(struct domains_view *picker)
{
	/* Before the first list, and with none, info is NULL, which qsort(3) may not be given. */
	if (!picker->domains.count)
		return;
	qsort(picker->domains.info, picker->domains.count, sizeof(*picker->domains.info),
	      orders[picker->order].compare);
}

/* The domain that the cursor is on; "" when there is none. */
static void cursor_uuid(const struct domains_view *picker, char uuid[37])
{
	uuid[0] = '\0';
	if (picker->list.cursor < (int)picker->domains.count)
		strcpy(uuid, picker->domains.info[picker->list.cursor].uuid);
}

/* Put it on that domain again, after the list has changed around it. */
static void find_again(struct domains_view *picker, const char *uuid)
{
	for (size_t i = 0; i < picker->domains.count; i++)
		if (!strcmp(picker->domains.info[i].uuid, uuid))
			picker->list.cursor = (int)i;
}

static void next_order(struct domains_view *picker, struct console *console)
{
	char uuid[37];

	cursor_uuid(picker, uuid);
	picker->order = (picker->order + 1) % (sizeof(orders) / sizeof(orders[0]));
	sort(picker);
	find_again(picker, uuid);
	journal_printf(&console->journal, GUEST_INFO, "domains: %s", orders[picker->order].name);
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
	char uuid[37];

	cursor_uuid(picker, uuid);
	domain_list_release(&picker->domains);
	picker->domains = fresh;
	sort(picker);
	find_again(picker, uuid);
	picker->listed = true;
	if (first)
		find_prepared(picker);
}

static void domains_enter(struct view *view, struct console *console, enum view_id from)
{
	if (from != VIEW_HELP)
		domains_refresh(view, console);
}

static bool is_open(const struct console *console, const struct domain_info *info)
{
	return console->from_domain && console->guest &&
	       !strcmp(guest_name(console->guest), info->name);
}

/* Where the columns end; what is known of the domain's channels stands between. */
enum {
	NAME_END = 22,
	STATE_END = 32,
	VCPUS_END = 38,
	CHANNELS_END = 50,
	SHARE_END = 56,
	AGENT_END = 64,
	TRACING_END = 76
};

static const struct {
	const char *title;
	int end;
} columns[] = {
	{"  DOMAIN", NAME_END},	    {"STATE", STATE_END}, {"VCPUS", VCPUS_END},
	{"CHANNELS", CHANNELS_END}, {"SHARE", SHARE_END}, {"AGENT", AGENT_END},
	{"TRACING", TRACING_END},   {"PREPARED", 0},
};

static void end_column(struct pen *pen, enum style style, int left, int end)
{
	pen_pad(pen, style, left + end);
}

/* What only the guest that is open is known to do. */
static void draw_open(struct pen *pen, enum style style, int left, const struct console *console)
{
	const struct guest_hello *hello = guest_hello(console->guest);
	enum guest_state state = guest_state(console->guest);
	char rate[NUMBER_SIZE];

	pen_text(pen, style,
		 hello->agent[0]	     ? hello->agent
		 : state == GUEST_OLD_AGENT  ? "none?"
		 : state == GUEST_CONNECTING ? "..."
					     : "-");
	end_column(pen, style, left, AGENT_END);
	if (state == GUEST_TRACING || state == GUEST_STOPPING)
		pen_printf(pen, style, "%s/s", number_count(rate, meters_rate(&console->meters)));
	else
		pen_text(pen, style, state == GUEST_GONE ? "gone" : "off");
}

static void draw_domain(struct pen *pen, const struct console *console,
			const struct domain_info *info, bool cursor)
{
	enum style style = cursor ? STYLE_FOCUS : STYLE_NORMAL;
	int left = pen->column;

	pen_text(pen, style, cursor ? "> " : "  ");
	pen_bytes(pen, style, info->name, strlen(info->name), 0, NAME_END - 3);
	end_column(pen, style, left, NAME_END);
	pen_text(pen, style, info->state);
	end_column(pen, style, left, STATE_END);
	pen_printf(pen, style, "%u", info->vcpus);
	end_column(pen, style, left, VCPUS_END);
	if (info->channels || info->control)
		pen_printf(pen, style, "%u %s%s", info->channels, info->kind,
			   info->control ? "" : " -");
	else
		pen_text(pen, style, "-");
	end_column(pen, style, left, CHANNELS_END);
	pen_text(pen, style, info->share ? "yes" : "-");
	end_column(pen, style, left, SHARE_END);
	if (is_open(console, info))
		draw_open(pen, style, left, console);
	end_column(pen, style, left, TRACING_END);
	if (is_open(console, info))
		pen_text(pen, style, "open; ");
	if (info->prepared)
		pen_text(pen, cursor ? style : STYLE_GOOD, info->reason[0] ? "yes, but " : "yes");
	else
		pen_text(pen, style, info->reason[0] ? "no: " : "-");
	pen_text(pen, style, info->reason);
	pen_pad(pen, style, pen->end);
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
	struct area below = {.left = area->left, .columns = area->columns};
	struct pen header = pen_at(console->terminal, area, 0);

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		pen_text(&header, STYLE_HEADER, columns[i].title);
		if (i == orders[picker->order].column)
			pen_text(&header, STYLE_HEADER, "*");
		pen_pad(&header, STYLE_HEADER,
			columns[i].end ? area->left + columns[i].end : header.end);
	}
	if (picker->setting_up)
		below.rows = setting_up_lines(picker->setting_up, area->columns, area->rows - 3);
	below.top = area->top + area->rows - below.rows;
	if (below.rows)
		setting_up_draw(picker->setting_up, console->terminal, &below);
	list_fit(list, (int)picker->domains.count, area->rows - 1 - below.rows);
	if (!picker->domains.count)
		draw_empty(picker, console, pen_at(console->terminal, area, 1));
	for (int i = 0; i < list->rows && list->top + i < list->count; i++) {
		const struct domain_info *info = &picker->domains.info[list->top + i];
		struct pen pen = pen_at(console->terminal, area, i + 1);

		draw_domain(&pen, console, info, list->top + i == list->cursor);
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
		journal_printf(&console->journal, GUEST_WARNING,
			       "%s can not be traced: %s; i prepares it", info->name, info->reason);
	else
		attach_domain_after_stop(console, info->name);
}

static void set_up_chosen(struct domains_view *picker, struct console *console)
{
	if (picker->list.cursor >= (int)picker->domains.count)
		return;
	if (!picker->setting_up)
		picker->setting_up = setting_up_new(console);
	if (picker->setting_up)
		setting_up_ask(picker->setting_up, picker->domains.info[picker->list.cursor].uuid);
	else
		journal_add(&console->journal, GUEST_ERROR, "out of memory");
}

static void domains_act(struct view *view, struct console *console, enum action action)
{
	struct domains_view *picker = (struct domains_view *)view;

	if (action == ACTION_OPEN)
		open_chosen(picker, console);
	else if (action == ACTION_PREPARE)
		set_up_chosen(picker, console);
	else if (action == ACTION_ORDER)
		next_order(picker, console);
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

	setting_up_free(picker->setting_up);
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
